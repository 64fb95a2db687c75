package lifecycle_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// A void invoice gives back the discounts that its period used, once, and nothing that the contract still has or
// another period used. Ten seats cost 1,000.00 a month; renewals are invoiced a week ahead where the row says so.
func TestVoidInvoiceGivesItsDiscountBack(t *testing.T) {
	half := func(duration plans.DiscountDuration, periods int) plans.Discount {
		return plans.Discount{ID: "half", Percent: giventest.Money("50"), Duration: duration, Periods: periods}
	}
	later := half(plans.Repeating, 2)
	later.From = utc("2026-02-01")
	budget := plans.Discount{ID: "budget", Amount: giventest.Money("1500"), Currency: "USD", Duration: plans.Forever, Rollover: true}
	spent := budget
	spent.Amount = giventest.Money("900")
	void := func(day, invoice string) lifecycle.Event {
		return eventOn(day, lifecycle.InvoiceVoided, func(e *lifecycle.Event) { e.Payment.Invoice = invoice })
	}
	back := func(day string) lifecycle.Event { return eventOn(day, lifecycle.Reactivated) }
	pro := changedOn(t, "2026-01-11", `{`+planAt("pro", "100")+`}`)
	for _, c := range []struct {
		name, why string
		ahead     bool
		discount  plans.Discount
		events    []lifecycle.Event
		billed    string // until May 2
	}{
		{"once", "January was billed at 500.00, and February is at half price in its place", false, half(plans.Once, 0), []lifecycle.Event{void("2026-01-05", "r-1"), back("2026-01-05")}, "4000"},
		{"twice", "February and March are, 500.00 + 2 x 500.00 + 2 x 1,000.00", false, half(plans.Repeating, 2), []lifecycle.Event{void("2026-01-05", "r-1"), back("2026-01-05")}, "3500"},
		{"a change", "January had it, and so had the change of January that is void", false, half(plans.Once, 0), []lifecycle.Event{pro, void("2026-01-12", "r-3"), back("2026-01-12")}, "4500"},
		{"a budget", "1,000.00 come back and are off February, 500.00 off March; January was 0.00 and cannot be void", false, budget, []lifecycle.Event{void("2026-02-05", "r-2"), back("2026-02-05")}, "3000"},
		{"a spent budget", "900.00 come back and are off February", false, spent, []lifecycle.Event{void("2026-01-05", "r-1"), back("2026-01-05")}, "3200"},
		{"billed ahead", "the advance invoice of February is void and issued again; February and March are at half price", true, later, []lifecycle.Event{
			eventOn("2026-01-26", lifecycle.RenewalDisabled), eventOn("2026-01-27", lifecycle.RenewalEnabled),
		}, "4500"},
		{"billed ahead, void later", "January and, void, February cost 500.00; the month from the return on February 3 has the coupon again, and the three months after it cost 1,000.00", true, half(plans.Repeating, 2), []lifecycle.Event{void("2026-02-03", "r-2"), back("2026-02-03")}, "4500"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, sub := anyChange(), tenSeatsFromJanuary()
			if c.ahead {
				p.Renewal.Lead = giventest.Interval("P7D")
			}
			sub.Contract.Discounts = []plans.Discount{c.discount}
			var billed decimal.Decimal
			for i, e := range append([]lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}, c.events...) {
				e.Sequence = int64(i + 1)
				out, err := applyWith(p, sub, e)
				if err != nil {
					t.Fatalf("%v: %v", e.Kind, err)
				}
				sub, billed = out.Subscription, billed.Add(totalOf(out))
			}
			out, err := advanceWith(p, sub, utc("2026-05-02"))
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, c.why, billed.Add(totalOf(out)), c.billed)
		})
	}
}
