package lifecycle_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// aboutInvoice returns an event about an invoice, with a reason.
func aboutInvoice(at string, kind lifecycle.EventKind, id, amount string, lines ...invoice.LineAmount) lifecycle.Event {
	return eventOn(at, kind, func(e *lifecycle.Event) {
		e.Reason, e.Payment = "outage", lifecycle.Payment{Invoice: id, Amount: giventest.Money(amount), Lines: lines}
		if kind == lifecycle.InvoiceCredited {
			e.As = credits.AsBalance
		}
	})
}

// Refunds and credits that no invoice allows are refused with the reason.
func TestRefusedRefundsAndCredits(t *testing.T) {
	paid, part := paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "p"), aboutInvoice("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "400")
	void := paymentOn("2026-01-02", lifecycle.InvoiceVoided, "r-1", "")
	for _, c := range []struct {
		name, want string
		before     []lifecycle.Event
		event      lifecycle.Event
	}{
		{"refund of another invoice", "does not exist", []lifecycle.Event{paid}, aboutInvoice("2026-01-03", lifecycle.PaymentRefunded, "r-7", "1")},
		{"refund without a payment", "has no payment left to refund", nil, aboutInvoice("2026-01-03", lifecycle.PaymentRefunded, "r-1", "1")},
		{"refund above the payment", "must be at most the 400 received", []lifecycle.Event{part}, aboutInvoice("2026-01-03", lifecycle.PaymentRefunded, "r-1", "401")},
		{
			"refund of lines above the payment", "must add up to at most the 400 received on the invoice and not refunded; got 500", []lifecycle.Event{part},
			aboutInvoice("2026-01-03", lifecycle.PaymentRefunded, "r-1", "0", invoice.LineAmount{Line: "r-1/1", Amount: giventest.Money("500")}),
		},
		{"refund of an unknown line", "r-1/2", []lifecycle.Event{paid}, aboutInvoice("2026-01-03", lifecycle.PaymentRefunded, "r-1", "0", invoice.LineAmount{Line: "r-1/2"})},
		{"credit of another invoice", "does not exist", nil, aboutInvoice("2026-01-03", lifecycle.InvoiceCredited, "r-7", "1")},
		{"credit of a void invoice", "is void, so nothing of it can be credited", []lifecycle.Event{void}, aboutInvoice("2026-01-03", lifecycle.InvoiceCredited, "r-1", "1")},
		{"credit above the invoice", "at most the 1000.00 USD that are left", nil, aboutInvoice("2026-01-03", lifecycle.InvoiceCredited, "r-1", "1000.01")},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := replayEvents(t, anyChange(), "2026-01-03", append(append([]lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}, c.before...), c.event)...)
			if last := out.Steps[len(out.Steps)-1]; !strings.Contains(last.Refused, c.want) {
				t.Errorf("refused with %q, want %q", last.Refused, c.want)
			}
		})
	}
}

// The fields of invoice_credited are checked, and no other kind takes them.
func TestInvoiceCreditedFaults(t *testing.T) {
	for _, c := range []struct {
		kind   lifecycle.EventKind
		as     credits.RefundAs
		reason string
		want   []string
	}{
		{lifecycle.InvoiceCredited, 0, "outage", []string{"event.as unset"}},
		{lifecycle.InvoiceCredited, credits.AsDays, "outage", []string{"event.as invalid"}},
		{lifecycle.InvoiceCredited, credits.AsRefund, "", []string{"event.reason unset"}},
		{lifecycle.PaymentRefunded, credits.AsRefund, "outage", []string{"event.as invalid"}},
		{lifecycle.PaymentRefunded, 0, "", []string{"event.reason unset"}},
	} {
		e := lifecycle.Event{Sequence: 9, At: utc("2026-01-03"), Kind: c.kind, As: c.as, Reason: c.reason, Payment: lifecycle.Payment{Invoice: "r-1"}}
		sub := replayEvents(t, anyChange(), "2026-01-02", eventOn("2026-01-01", lifecycle.Started)).Subscription
		_, err := applyWith(anyChange(), sub, e)
		giventest.CheckFaults(t, err, c.want...)
	}
}

// A contract must have units when the subscription starts, except of metered items.
func TestContractHasUnitsAtTheStart(t *testing.T) {
	for _, c := range []struct {
		items []plans.Item
		want  []string
	}{
		{nil, []string{"subscription.contract.items unset"}},
		{[]plans.Item{{ID: "seat", Price: plans.Price{Flat: decimal.New(62, 0)}}}, []string{"subscription.contract.items[0].quantity unset"}},
		{[]plans.Item{{ID: "calls", Price: plans.Price{Unit: decimal.New(1, -2), Metered: true}}}, nil},
	} {
		sub := tenSeatsFromJanuary()
		sub.Contract.Items = c.items
		e := eventOn("2026-01-01", lifecycle.Started)
		e.Sequence = 1
		if _, err := applyWith(anyChange(), sub, e); len(c.want) > 0 || err != nil {
			giventest.CheckFaults(t, err, c.want...)
		}
	}
}

// A change while service is stopped takes effect with the next period: five of ten seats leave after the end of
// January.
func TestChangeWhileServiceIsStopped(t *testing.T) {
	for _, back := range []lifecycle.Event{paymentOn("2026-02-20", lifecycle.PaymentSucceeded, "r-2", "")} {
		out := replayEvents(t, anyChange(), "2026-03-11", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
			paymentOn("2026-02-01", lifecycle.PaymentFailed, "r-2", ""), changedOn(t, "2026-03-10", `{"remove":[{"item":"seat","quantity":"5"}]}`),
			func() lifecycle.Event { back.At = utc("2026-03-11"); return back }())
		sub := out.Subscription
		if sub.Status != lifecycle.Active || !sub.Period.Start.Equal(utc("2026-03-11")) {
			t.Errorf("%v with the period %v\n%s", sub.Status, sub.Period, out.Timeline())
		}
		giventest.CheckMoney(t, "the new period", out.Invoices[len(out.Invoices)-1].Total, "500")
	}
	refused := replayEvents(t, anyChange(), "2026-03-10", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", ""),
		paymentOn("2026-02-01", lifecycle.PaymentFailed, "r-2", ""), changedOn(t, "2026-03-10", `{"remove":[{"item":"seat","quantity":"50"}]}`))
	if !slices.ContainsFunc(refused.Steps, func(s lifecycle.Step) bool { return strings.Contains(s.Refused, "-40 of") }) {
		t.Errorf("more seats leave than there are\n%s", refused.Timeline())
	}
}

// An addition does not pay for the base that it adds to; the units of a new item do, if they are all there are.
func TestAdditionDoesNotPayForTheBase(t *testing.T) {
	dispute := paymentOn("2026-01-06", lifecycle.PaymentDisputed, "r-1", "p")
	started, paid := eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "p")
	second := paymentOn("2026-01-04", lifecycle.PaymentSucceeded, "r-2", "q")
	for _, c := range []struct {
		name, change string
		want         lifecycle.Access
	}{
		{"a unit", `{"add":[{"item":"seat","quantity":"0.01"}]}`, lifecycle.BillingOnly},
		{"a new item", `{"add":[{"item":"phone","quantity":"1","price":{"unit":"10"}}]}`, lifecycle.BillingOnly},
		{"another item in its place", `{"items":[{"id":"phone","quantity":"20","price":{"unit":"100"}}]}`, lifecycle.Full},
		{"another price", `{"set":[{"item":"seat","price":{"unit":"130"}}]}`, lifecycle.Full},
		{"another plan", `{` + planAt("pro", "130.00") + `}`, lifecycle.Full},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := replayEvents(t, anyChange(), "2026-01-20", started, paid, changedOn(t, "2026-01-03", c.change), second, dispute)
			if got := accessOf(anyChange(), out.Subscription); got != c.want {
				t.Errorf("access is %v, want %v\n%s", got, c.want, out.Timeline())
			}
		})
	}
}

// Dunning ends access also of a period that was billed in advance, and of an invoice that was credited and disputed.
func TestOpenInvoicesOfAdvanceAndDispute(t *testing.T) {
	ahead := advancePolicy()
	ahead.Dunning.OpenInvoice, ahead.Dunning.Grace = lifecycle.OpenVoid, giventest.Interval("P1D")
	started, paid := eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "p")
	failed := paymentOn("2026-01-23", lifecycle.PaymentFailed, "r-2", "")
	out := replayEvents(t, ahead, "2026-02-03", started, paid, failed)
	if r := out.Receivables[len(out.Receivables)-1]; out.Subscription.Status != lifecycle.Suspended || r.Phase != invoice.PhaseVoid {
		t.Errorf("%v with %v\n%s", out.Subscription.Status, r.Phase, out.Timeline())
	}

	p := anyChange()
	p.Dunning.OpenInvoice = lifecycle.OpenVoid
	credited := changedOn(t, "2026-01-01", `{"set":[{"item":"seat","quantity":"0"}]}`)
	out = replayEvents(t, p, "2026-01-20", started, paid, credited, paymentOn("2026-01-06", lifecycle.PaymentDisputed, "r-1", "p"))
	if r := out.Receivables[0]; out.Subscription.Status != lifecycle.Active || r.Phase != invoice.PhasePaid {
		t.Errorf("%v with %v, and the unspent credit pays the invoice\n%s", out.Subscription.Status, r.Phase, out.Timeline())
	}
	attempt := paymentOn("2026-01-02", lifecycle.PaymentAttempted, "r-1", "p")
	ended := eventOn("2026-01-05", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.Effective = plans.Immediately })
	out = replayEvents(t, p, "2026-01-06", started, attempt, ended)
	if r := out.Receivables[0]; r.Phase != invoice.PhasePending {
		t.Errorf("the payment in progress is %v", r.Phase)
	}
}

// A refund without an amount returns what was paid, and leaves the open part open.
func TestRefundOfWhatWasPaid(t *testing.T) {
	part := aboutInvoice("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "400")
	out := replayEvents(t, anyChange(), "2026-01-03", eventOn("2026-01-01", lifecycle.Started), part, aboutInvoice("2026-01-03", lifecycle.PaymentRefunded, "r-1", "0"))
	giventest.CheckMoney(t, "outstanding", out.Receivables[0].Outstanding(), "600")
	giventest.CheckMoney(t, "received", out.Receivables[0].Received(), "0")
}

// A change while a retry is requested withdraws it, and the invoice of the change is retried with the first one. After
// a hard decline nothing is requested until another payment method is added.
func TestChangeDuringTheRetries(t *testing.T) {
	p := anyChange()
	p.Dunning.Retries = []proration.Interval{giventest.Interval("P2D"), giventest.Interval("P2D")}
	change := changedOn(t, "2026-01-08", `{`+planAt("pro", "200.00")+`}`)
	failed := paymentOn("2026-01-05", lifecycle.PaymentFailed, "r-1", "")
	out := replayEvents(t, p, "2026-01-08", eventOn("2026-01-01", lifecycle.Started), failed, change)
	if got := effectTexts(out)[2:]; !slices.Equal(got, []string{"withdraw r-1 0.00", "collect_payment r-1 225.81", "collect_payment r-3 1548.39"}) {
		t.Errorf("the effects are %q", got)
	}
	failed.Payment.Hard = true
	out = replayEvents(t, p, "2026-01-08", eventOn("2026-01-01", lifecycle.Started), failed, change)
	if got := effectTexts(out)[1:]; len(got) > 0 {
		t.Errorf("after a hard decline, the effects are %q", got)
	}
}

// Reports about invoices that do not exist are refused.
func TestReportsAboutNoInvoice(t *testing.T) {
	for _, kind := range []lifecycle.EventKind{lifecycle.PaymentFailed, lifecycle.PaymentSucceeded, lifecycle.PaymentDisputed, lifecycle.PaymentAttempted, lifecycle.InvoiceVoided, lifecycle.InvoiceWrittenOff} {
		out := replayEvents(t, anyChange(), "2026-01-03", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-03", kind, "r-7", ""))
		if last := out.Steps[len(out.Steps)-1]; !strings.Contains(last.Refused, "does not exist") {
			t.Errorf("%v is refused with %q", kind, last.Refused)
		}
	}
}

// A correction takes at most 10,000 issued invoices.
func TestCorrectionOfTooManyInvoices(t *testing.T) {
	_, err := correctWith([]lifecycle.Policy{anyChange()}, lifecycle.CorrectRequest{
		Subscription: tenSeatsFromJanuary(), Initial: tenSeatsFromJanuary(), At: utc("2026-02-01"), Issued: make([]invoice.Invoice, 10_001),
	})
	giventest.CheckFaults(t, err, "issued limit")
}

// A period that was billed in advance does not begin while the subscription is suspended, if it changed and is not
// paid.
func TestAdvancePeriodWhileSuspended(t *testing.T) {
	p := advancePolicy()
	p.Dunning.Grace = giventest.Interval("P1D")
	out := replayEvents(t, p, "2026-02-03", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "p"),
		changedOn(t, "2026-01-25", `{"add":[{"item":"seat","quantity":"1"}]}`), paymentOn("2026-01-26", lifecycle.PaymentFailed, "r-2", ""), paymentOn("2026-01-27", lifecycle.PaymentFailed, "r-3", ""))
	if sub := out.Subscription; sub.Status != lifecycle.Suspended || sub.NextPeriod != nil {
		t.Errorf("%v with the next period %v\n%s", sub.Status, sub.NextPeriod, out.Timeline())
	}
}
