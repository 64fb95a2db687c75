package lifecycle_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// anyChange lets every change take effect at once.
func anyChange() lifecycle.Policy {
	p := lifecycle.Standard()
	for i := range p.ChangeRules {
		p.ChangeRules[i].Effective = plans.Immediately
	}
	return p
}

// A credit of an unpaid charge lowers its invoice, and becomes no balance. Ten seats cost 1,000.00 in January.
func TestCreditsLowerOpenInvoices(t *testing.T) {
	noSeats := `{"set":[{"item":"seat","quantity":"0"}]}`
	five := `{"remove":[{"item":"seat","quantity":"5"}]}`
	attempt, done := paymentOn("2026-01-10", lifecycle.PaymentAttempted, "r-1", "p"), paymentOn("2026-01-16", lifecycle.PaymentSucceeded, "r-1", "p")
	failed := paymentOn("2026-01-10", lifecycle.PaymentFailed, "r-1", "p")
	for _, c := range []struct {
		name, why   string
		policy      func(*lifecycle.Policy)
		events      []lifecycle.Event // after the start on January 1
		status      lifecycle.Status
		outstanding string
		effects     []string // after the first request
	}{
		{
			"requested", "the old request is withdrawn, and 1,000.00 less 500.00 x 16/31 is requested", nil,
			[]lifecycle.Event{changedOn(t, "2026-01-16", five)}, lifecycle.Active, "741.94", []string{"withdraw r-1 0.00", "collect_payment r-1 741.94"},
		},
		{
			"in progress", "the payment is for 1,000.00, of which 258.06 go back", nil,
			[]lifecycle.Event{attempt, changedOn(t, "2026-01-16", five), done}, lifecycle.Active, "0", []string{"refund r-1 258.06"},
		},
		{
			"in progress for nothing", "all seats left on the first day, so that the whole payment goes back", nil,
			[]lifecycle.Event{paymentOn("2026-01-01", lifecycle.PaymentAttempted, "r-1", "p"), changedOn(t, "2026-01-01", noSeats), done},
			lifecycle.Active, "0", []string{"refund r-1 1000.00"},
		},
		{
			"overdue", "the grace of the first invoice goes on for the new one, and ends on January 13", nil,
			[]lifecycle.Event{failed, changedOn(t, "2026-01-11", `{`+planAt("pro", "200.00")+`}`)}, lifecycle.Suspended, "1677.42", []string{"collect_payment r-3 1354.84"},
		},
		{
			"before the first payment", "an empty contract starts no service, and the time to pay ends", func(p *lifecycle.Policy) { p.FirstPaymentTimeout = giventest.Interval("P3D") },
			[]lifecycle.Event{changedOn(t, "2026-01-01", noSeats)}, lifecycle.Expired, "0", []string{"withdraw r-1 0.00"},
		},
		{
			"canceled at once", "the policy returns the unused part, and nothing was paid", func(p *lifecycle.Policy) {
				p.Billing.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsRefund}}
			},
			[]lifecycle.Event{eventOn("2026-01-16", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.Effective = plans.Immediately })},
			lifecycle.Canceled, "483.87", []string{"withdraw r-1 0.00", "collect_payment r-1 483.87"},
		},
		{
			"canceled without a return", "the policy returns nothing, so the invoice stays as it is", nil,
			[]lifecycle.Event{eventOn("2026-01-16", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.Effective = plans.Immediately })},
			lifecycle.Canceled, "1000", nil,
		},
		{
			"voided later", "an invoice that was only lowered can be voided, and nothing pays for the period", nil,
			[]lifecycle.Event{changedOn(t, "2026-01-16", five), paymentOn("2026-01-17", lifecycle.InvoiceVoided, "r-1", "")},
			lifecycle.Suspended, "0", []string{"withdraw r-1 0.00", "collect_payment r-1 741.94", "withdraw r-1 0.00"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := anyChange()
			if c.policy != nil {
				c.policy(&p)
			}
			out := replayEvents(t, p, "2026-01-17", append([]lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}, c.events...)...)
			if out.Subscription.Status != c.status || !slices.Equal(effectTexts(out)[1:], c.effects) {
				t.Errorf("%v with the effects %q, want %v with %q: %s", out.Subscription.Status, effectTexts(out)[1:], c.status, c.effects, c.why)
			}
			var open, none = giventest.Money("0"), giventest.Money("0")
			for _, r := range out.Receivables {
				open = open.Add(r.Outstanding())
			}
			giventest.CheckMoney(t, "outstanding", open, c.outstanding)
			balance, err := credits.Balance(out.Subscription.Ledger, "USD", out.Subscription.At)
			if err != nil || !balance.Equal(none) {
				t.Errorf("the balance is %v, %v", balance, err)
			}
		})
	}
}

// A requested payment without a result fails 6 days after its first request, whichever days a part of a seat is removed
// or support lowers the invoice on. Ten seats cost 1,000.00 in January, and a tenth of a seat from a day on 10.00 times
// its share of 31 days (law 9: paid time alone keeps access).
func TestRemovalsDoNotPostponeAResult(t *testing.T) {
	part, p := `{"remove":[{"item":"seat","quantity":"0.1"}]}`, anyChange()
	p.Dunning.ResultTimeout = giventest.Interval("P6D")
	for days := range 1 << 6 { // a bit for each day from January 1 to 6
		events, left := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}, giventest.Money("1000")
		for day := range 6 {
			if days>>day&1 == 0 {
				continue
			}
			on := fmt.Sprintf("2026-01-%02d", day+1)
			events = append(events, changedOn(t, on, part))
			share := new(big.Rat).Mul(giventest.Money("10").Rat(), big.NewRat(int64(31-day), 31))
			left = left.Sub(giventest.Money(share.FloatString(2)))
		}
		last := eventOn("2026-01-06", lifecycle.InvoiceCredited, func(e *lifecycle.Event) {
			e.As, e.Reason = credits.AsBalance, "outage"
			e.Payment = lifecycle.Payment{Invoice: "r-1", Amount: giventest.Money("100")}
		})
		events, left = append(events, last), left.Sub(giventest.Money("100"))
		for until, want := range map[string]lifecycle.Status{
			"2026-01-06": lifecycle.Active, "2026-01-07": lifecycle.PastDue, "2026-01-14": lifecycle.Suspended,
		} {
			out := replayEvents(t, p, until, events...)
			if out.Subscription.Status != want {
				t.Fatalf("%06b: %v on %s, want %v\n%s", days, out.Subscription.Status, until, want, out.Timeline())
			}
			giventest.CheckMoney(t, "outstanding", out.Subscription.Receivables[0].Outstanding(), left.StringFixed(2))
		}
	}
}

// Support credits an invoice: its open part is lowered, and the paid part returns as the event says. Ten seats cost
// 1,000.00 in January.
func TestInvoiceCredited(t *testing.T) {
	credit := func(as credits.RefundAs, amount string) lifecycle.Event {
		return eventOn("2026-01-03", lifecycle.InvoiceCredited, func(e *lifecycle.Event) {
			e.As, e.Reason, e.Payment = as, "outage", lifecycle.Payment{Invoice: "r-1", Amount: giventest.Money(amount)}
		})
	}
	paid := func(amount string) lifecycle.Event {
		return eventOn("2026-01-02", lifecycle.PaymentSucceeded, func(e *lifecycle.Event) {
			e.Payment = lifecycle.Payment{Invoice: "r-1", ID: "p", Amount: giventest.Money(amount)}
		})
	}
	back := eventOn("2026-01-03", lifecycle.PaymentRefunded, func(e *lifecycle.Event) {
		e.Reason, e.Payment = "goodwill", lifecycle.Payment{Invoice: "r-1", Amount: giventest.Money("300")}
	})
	for _, c := range []struct {
		name                 string
		events               []lifecycle.Event
		status               lifecycle.Status
		outstanding, balance string
		effects              []string // after the first request
	}{
		{"open", []lifecycle.Event{credit(credits.AsBalance, "400")}, lifecycle.Incomplete, "600", "0", []string{"withdraw r-1 0.00", "collect_payment r-1 600.00"}},
		{"open and whole", []lifecycle.Event{credit(credits.AsRefund, "0")}, lifecycle.Incomplete, "0", "0", []string{"withdraw r-1 0.00"}},
		{"part-paid", []lifecycle.Event{paid("700"), credit(credits.AsBalance, "400")}, lifecycle.Active, "0", "100", nil},
		{"part-paid, in money", []lifecycle.Event{paid("700"), credit(credits.AsRefund, "400")}, lifecycle.Active, "0", "0", []string{"refund r-2 100.00"}},
		{"paid", []lifecycle.Event{paid("1000"), credit(credits.AsBalance, "400")}, lifecycle.Active, "0", "400", nil},
		{"refunded", []lifecycle.Event{paid("700"), back}, lifecycle.Incomplete, "300", "0", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := anyChange()
			p.FirstPaymentTimeout = giventest.Interval("P7D")
			out := replayEvents(t, p, "2026-01-04", append([]lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}, c.events...)...)
			if out.Subscription.Status != c.status || !slices.Equal(effectTexts(out)[1:], c.effects) {
				t.Errorf("%v with the effects %q, want %v with %q", out.Subscription.Status, effectTexts(out)[1:], c.status, c.effects)
			}
			open := giventest.Money("0")
			for _, r := range out.Receivables {
				open = open.Add(r.Outstanding())
			}
			giventest.CheckMoney(t, "outstanding", open, c.outstanding)
			balance, err := credits.Balance(out.Subscription.Ledger, "USD", out.Subscription.At)
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, "balance", balance, c.balance)
		})
	}
}
