package lifecycle_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
)

// rareLife is the events of a life, and the status at its end.
type rareLife struct {
	events []string
	want   string
}

// rareLives are lives that reach transitions in the statuses of a first payment, of credit and of disputes. The events
// are "day kind invoice payment amount", with - for nothing, of a subscription of three seats from January 31. A
// cancellation names the day on which service ends instead of an invoice.
func rareLives() map[string]rareLife {
	older := []string{"0 started", "0 payment_attempted 1 x", "40 reactivated", "41 payment_failed 1 x"}
	disputed := []string{"41 payment_succeeded 2 z 9", "41 payment_disputed 2 z"}
	addition := []string{"0 started", "0 changed", "0 payment_succeeded 1 a"}
	olderAddition := slices.Concat(older, []string{"41 changed", "41 payment_succeeded 2 a"})
	two := []string{"0 started", "0 payment_succeeded 1 a", "1 changed", "1 payment_failed 2 b", "5 changed", "6 payment_failed 3 c", "9 "}
	lives := map[string]rareLife{}
	live := func(policy, want string, way []string, last ...string) {
		all := slices.Concat(way, last)
		lives[policy+": "+strings.Join(all, ", ")] = rareLife{all, want}
	}
	live("first", "past_due", older, "42 payment_succeeded 2 y")
	live("first", "past_due", older, slices.Concat(disputed, []string{"42 payment_succeeded 2 y 84", "42 dispute_won 2 z"})...)
	live("first", "past_due", older, "41 payment_failed 2 q", "42 credit_granted - - 5000", "42 billing_details_changed 2")
	for _, kind := range []string{"invoice_voided", "invoice_written_off"} {
		live("first", "active", addition, "1 "+kind+" 2")
		live("first", "past_due", olderAddition, "42 "+kind+" 3")
	}
	for _, kind := range []string{"invoice_voided", "invoice_written_off", "invoice_credited"} {
		live("usual", "past_due", two, "9 "+kind+" 2")
	}
	live("pays", "past_due", two, "9 credit_granted - - 29.89")
	live("first", "active", []string{"0 started"}, "0 payment_succeeded 1 z 9", "0 payment_disputed 1 z", "1 payment_succeeded 1 y 84", "1 dispute_won 1 z")
	live("first", "active", []string{"0 started"}, "0 payment_succeeded 1 z 9", "0 payment_disputed 1 z", "1 payment_succeeded 1 y 84", "5 dispute_won 1 z")
	live("usual", "active", []string{"0 started", "0 payment_succeeded 1 a", "1 payment_disputed 1 a"}, "2 dispute_won 1 a")
	live("usual", "active", []string{"0 started", "0 payment_succeeded 1 a", "1 payment_disputed 1 a"}, "9 dispute_won 1 a")
	live("cancel", "active", []string{"0 started", "0 payment_succeeded 1 a", "1 payment_disputed 1 a"}, "9 dispute_won 1 a")
	live("cancel", "active", []string{"0 started", "0 payment_failed 1 a"}, "9 payment_succeeded 1 b")
	live("usual", "past_due", slices.Concat(two[:len(two)-1], []string{"6 payment_succeeded 2 b", "6 payment_disputed 2 b"}), "12 payment_succeeded 3 e", "14 changed", "14 payment_failed 4 d", "15 dispute_won 2 b")
	live("usual", "past_due", []string{"0 started", "0 payment_succeeded 1 a"}, "1 payment_reversed 1 a")
	live("usual", "past_due", []string{"0 started", "0 payment_succeeded 1 a"}, "1 payment_refunded 1 r 5")
	live("usual", "suspended", []string{"0 started"}, "20 ")
	live("serve", "incomplete", []string{"0 started"}, "5 payment_succeeded 1 a 5")
	live("serve", "incomplete", []string{"0 started", "1 cancellation_requested"}, "2 payment_succeeded 1 a 5")
	live("pays", "active", []string{"0 started"}, "0 credit_granted - - 5000")
	live("pays", "active", []string{"0 started", "0 payment_failed 1 a"}, "1 credit_granted - - 5000")
	live("pays", "active", []string{"0 started", "0 payment_failed 1 a"}, "9 credit_granted - - 5000")
	live("paysfirst", "active", []string{"0 started"}, "0 credit_granted - - 5000")
	paid := []string{"0 started", "0 payment_succeeded 1 a 10", "0 payment_succeeded 1 b 83", "1 changed", "1 payment_succeeded 2 c"}
	live("usual", "past_due", paid, "2 payment_disputed 1 b", "3 invoice_credited 2")
	live("usual", "active", paid, "2 payment_disputed 1 a", "3 invoice_credited 2")
	live("usual", "active", paid, "2 payment_disputed 1 a", "3 invoice_credited 2", "4 dispute_won 1 a")
	live("first", "canceled", []string{"0 started", "0 payment_attempted 1 x", "1 cancellation_requested"}, "2 payment_succeeded 1 x")
	live("first", "canceled", []string{"0 started", "0 payment_attempted 1 x", "1 cancellation_requested"}, "2 payment_failed 1 x")
	served := []string{"0 started", "0 payment_succeeded 1 a"}
	live("waits", "active", served, "5 pause_requested", "40 resumed", "40 payment_succeeded 2 b")
	live("waits", "past_due", served, "5 pause_requested", "27 changed", "30 payment_failed 2 b", "31 resumed", "31 payment_succeeded 3 c")
	live("payswaits", "active", served, "5 pause_requested", "40 resumed", "40 credit_granted - - 5000")
	live("payswaits", "active", served, "5 cancellation_requested", "40 reactivated", "40 credit_granted - - 5000")
	live("payswaits", "active", served, "5 renewal_disabled", "40 reactivated", "40 credit_granted - - 5000")
	live("paysback", "active", served, "28 payment_failed 2 b", "40 ")
	live("pauses", "paused", []string{"0 started", "0 payment_failed 1 a"}, "9 ")
	live("ahead", "active", []string{"0 started", "0 payment_succeeded 1 a", "5 cancellation_requested 40"}, "25 payment_failed 2 b", "26 cancellation_withdrawn")
	live("usual", "suspended", []string{"0 started", "0 payment_failed 1 a", "9 invoice_written_off 1"}, "10 payment_succeeded 1 a 50", "11 payment_disputed 1 a")
	return lives
}

// rareSetup returns the setup of the policy that a life names.
func rareSetup(tb testing.TB, name string) setup {
	tb.Helper()
	w := setups(tb)[0]
	policy, _, _ := strings.Cut(name, ":")
	w.policy = lifecycle.Standard()
	w.policy.Dunning.ResultTimeout = giventest.Interval("P10D")
	w.policy.Credit.PaysOpenInvoices = strings.HasPrefix(policy, "pays")
	if policy == "first" || policy == "serve" || policy == "paysfirst" {
		w.policy.FirstPaymentTimeout, w.policy.Dunning.ResultTimeout = giventest.Interval("P3D"), patience
	}
	if policy == "serve" {
		w.policy.Payments.LatePayment = lifecycle.LateServe
	}
	w.policy.Reactivation.IfPaid = strings.HasSuffix(policy, "waits")
	if policy == "pauses" {
		w.policy.Dunning.FinalAction = lifecycle.FinalPause
	}
	if policy == "ahead" || policy == "paysback" {
		w.policy.Renewal.Lead = giventest.Interval("P3D")
	}
	if policy == "paysback" { // the refund of a cancellation pays the open invoice
		w.policy.Billing.Refunds = []credits.RefundRule{{Give: credits.InFull, As: credits.AsBalance}}
		w.policy.Dunning.OpenInvoice = lifecycle.OpenKeep
	}
	if policy == "cancel" || policy == "paysback" {
		w.policy.Dunning.FinalAction = lifecycle.FinalCancel
	}
	w.name = name
	return w
}

// followLife applies the events of a life.
func followLife(tb testing.TB, w *setup, life rareLife, s *recorder) history {
	tb.Helper()
	h := newHistory(tb, w, s)
	start := giventest.Instant("2026-01-31", w.sub.Contract.Cycle.Location)
	for _, text := range life.events {
		words := append(strings.Fields(text), "-", "-", "-", "-")
		days, err := time.ParseDuration(words[0] + "h")
		if err != nil {
			tb.Fatal(err)
		}
		at := later(start.Add(24*days), h.sub.At)
		if words[1] == "-" {
			h.advanceTo(at)
			continue
		}
		e := lifecycle.Event{At: at, Reason: "told"}
		if err := e.Kind.UnmarshalText([]byte(words[1])); err != nil {
			tb.Fatal(err)
		}
		if words[2] != "-" {
			e.Payment.Invoice = w.sub.ID + "-" + words[2]
		}
		if e.Kind != lifecycle.PaymentRefunded {
			e.Payment.ID = strings.Trim(words[3], "-")
		}
		amount := words[4]
		if amount == "-" {
			amount = "0"
		}
		switch e.Kind {
		case lifecycle.Started:
			e.NoTrial, e.PaymentMethod = true, "card"
		case lifecycle.Changed:
			e.Change = unitsOf("seat", giventest.Money("1"))
		case lifecycle.CancellationRequested:
			if on, err := strconv.Atoi(words[2]); err == nil {
				e.On, e.Payment = start.AddDate(0, 0, on), lifecycle.Payment{}
			}
		case lifecycle.CreditGranted:
			e.Grant, e.Payment = credits.Entry{Amount: giventest.Money(amount)}, lifecycle.Payment{}
		case lifecycle.InvoiceCredited:
			e.As = credits.AsBalance
		case lifecycle.BillingDetailsChanged:
			e.Contact.Name = "Ada"
			for i := range h.invoices {
				if h.invoices[i].ID == e.Payment.Invoice {
					e.Document = &h.invoices[i].Invoice
				}
			}
		case lifecycle.PaymentRefunded:
			e.OwedAgain, e.Payment.Amount = true, giventest.Money(amount)
		default:
			e.Payment.Amount = giventest.Money(amount)
		}
		if !h.apply(e) {
			h.fault("%s is refused", text)
		}
	}
	return h
}

// Every life applies all of its events, ends in its status, and leaves a way back.
func TestRareLives(t *testing.T) {
	for name, life := range rareLives() {
		w := rareSetup(t, name)
		h := followLife(t, &w, life, newRecorder())
		if got := h.sub.Status.String(); got != life.want {
			t.Errorf("%s: %s, want %s", name, got, life.want)
		}
		if !h.canReturn() {
			t.Errorf("%s: no way back from %v", name, h.sub.Status)
		}
	}
}
