package lifecycle_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Each period costs its own price, in advance, in arrears and billed ahead, also where units join in between: 10.00 a
// month, 11.00 from the third month on, 12.10 from the fifth.
func TestUpliftBillsEachPeriodAtItsPrice(t *testing.T) {
	for name, edit := range map[string]func(*lifecycle.Policy){
		"in advance": func(*lifecycle.Policy) {},
		"in arrears": func(p *lifecycle.Policy) { p.Billing.Timing = proration.InArrears },
		"ahead":      func(p *lifecycle.Policy) { p.Renewal.Lead = proration.Interval{Days: 5} },
	} {
		t.Run(name, func(t *testing.T) {
			p := lifecycle.Standard()
			edit(&p)
			sub := lifecycle.Subscription{ID: "acme", Account: invoice.Account{Contract: plans.Contract{
				Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-01-01", "P1M", time.UTC),
				Items: []plans.Item{{ID: "seat", Quantity: decimal.New(1, 0), Price: plans.Price{Unit: decimal.New(10, 0)}}},
				Uplift: &plans.Uplift{
					Percent: decimal.New(10, 0), Every: proration.Interval{Months: 2},
					Rounding: proration.Rounding{Places: 2, Mode: proration.HalfUp},
				},
			}}}
			start := eventOn("2026-01-01", lifecycle.Started, func(e *lifecycle.Event) { e.PaymentMethod, e.Sequence = "card", 1 })
			out, err := applyWith(p, sub, start)
			if err != nil {
				t.Fatal(err)
			}
			invoices := out.Invoices
			add := eventOn("2026-04-01", lifecycle.Changed, func(e *lifecycle.Event) {
				e.Sequence, e.Change = 2, plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.New(1, 0)}}}
			})
			for at := utc("2026-01-02"); at.Before(utc("2026-07-02")); at = at.AddDate(0, 0, 1) {
				sub = out.Subscription
				sub.Receivables = nil // nothing is collected here
				if at.Equal(add.At) {
					out, err = applyWith(p, sub, add)
				} else {
					out, err = advanceWith(p, sub, at)
				}
				if err != nil {
					t.Fatal(err)
				}
				invoices = append(invoices, out.Invoices...)
			}
			got := map[string]decimal.Decimal{}
			for _, inv := range invoices {
				for _, line := range inv.Lines {
					month := line.Period.Start.Format("01")
					got[month] = got[month].Add(line.Net)
				}
			}
			for month, want := range map[string]string{"01": "10", "02": "10", "03": "11", "04": "22", "05": "24.2", "06": "24.2"} {
				giventest.CheckMoney(t, "month "+month, got[month], want)
			}
		})
	}
}
