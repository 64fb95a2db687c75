package invoice_test

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// With SamePeriod, the billed charges and the difference add up to what is proposed.
func TestReconcileSamePeriod(t *testing.T) {
	seat := func(id, quantity, span string) plans.Charge {
		return soldItem{id: id, quantity: quantity, unit: "30.01", span: span}.charge(t)
	}
	shifted := func(c plans.Charge) plans.Charge { // from November 16 on for a month of its own
		c.Period = giventest.Period("2026-11-16/2026-12-16", nil)
		c.Span = c.Period
		return c
	}
	discounted := func(c plans.Charge, net string) plans.Charge {
		off := c.Net.Sub(giventest.Money(net))
		c.Net, c.Discounts = giventest.Money(net), []plans.Deduction{{Discount: "d", Reason: "10 %", Amount: off}}
		return c
	}
	for _, c := range []struct {
		name, why        string
		billed, proposed []plans.Charge
		want             []string
	}{
		{
			"a period that moved", "days of November are worth 1/30 of another month all the same, but are billed for it",
			[]plans.Charge{seat("a", "1", wholeNovember)},
			[]plans.Charge{seat("b", "1", wholeNovember), creditOf("b", "1", "-15.01", secondHalf), shifted(seat("", "1", wholeNovember))},
			[]string{"11-16 12-01 seat: 1 not used of a, -30.01 x 15/30 days = -15.005, rounded half up to -15.01", "11-16 12-16 seat: 1 x 30.01 = 30.01"},
		},
		{
			"parts that add up", "2 x 30.01 until the 11th and 1 x 30.01 from there: 40.0133 in all, of which 20.0067 were rounded up",
			nil,
			[]plans.Charge{seat("b", "2", wholeNovember), creditOf("b", "1", "-20.01", "2026-11-11/2026-12-01")},
			[]string{
				"11-01 11-11 seat: 2 x 30.01, 60.02 x 10/30 days = 20.006..., rounded half up to 20.01",
				"11-11 12-01 seat: 1 x 30.01, 30.01 x 20/30 days plus -0.0033... carried over = 20.003..., rounded half up to 20.00",
			},
		},
		{
			"credited in full and billed again", "the first was given back as an amount; the second was not billed",
			[]plans.Charge{seat("a", "1", wholeNovember), creditOf("a", "0", "-30.01", "")},
			[]plans.Charge{seat("b", "1", wholeNovember), creditOf("b", "0", "-30.01", ""), seat("", "1", wholeNovember)},
			[]string{"11-01 12-01 seat: 1 x 30.01 = 30.01"},
		},
		{
			"goodwill for all of one and a part of the other", "an amount was given back, and two seats were right: one is missing",
			[]plans.Charge{seat("a", "1", wholeNovember), creditOf("a", "0", "-30.01", "")},
			[]plans.Charge{seat("b", "2", wholeNovember), creditOf("b", "0", "-30.01", "")},
			[]string{"11-01 12-01 seat: 1 x 30.01 = 30.01"},
		},
		{
			"given back in full", "nothing is left of it to bill",
			nil, []plans.Charge{seat("b", "1", wholeNovember), creditOf("b", "0", "-30.01", "")}, nil,
		},
		{
			"a sale with a discount", "it was billed without",
			[]plans.Charge{fee(t, "f", "99")}, []plans.Charge{discounted(fee(t, "", "99"), "89.10")},
			[]string{"setup: -99.00 of f", "setup: 99.00 = 99.00, less 10 % 9.90 = 89.10"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := invoice.ReconcileRequest{Billed: c.billed, Proposed: c.proposed, Policy: proration.Standard(2), SamePeriod: true}
			d, err := invoice.Reconcile(request)
			if err != nil {
				t.Fatal(err)
			}
			if got := dated(d.Lines); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q: %s", got, c.want, c.why)
			}
			sum := func(all []plans.Charge) (sum decimal.Decimal) {
				for _, c := range all {
					sum = sum.Add(c.Net)
				}
				return sum
			}
			if got, want := sum(c.billed).Add(sum(d.Lines)), sum(c.proposed); got.Sub(want).Abs().GreaterThan(giventest.Money("0.01")) {
				t.Errorf("%v is billed, want %v", got, want)
			}
			request.Billed = withLines(c.billed, d.Lines)
			if again, err := invoice.Reconcile(request); err != nil || len(again.Lines) > 0 {
				t.Errorf("again: %q, %v", dated(again.Lines), err)
			}
		})
	}
}
