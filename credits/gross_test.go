package credits_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Net and taxes of a gross credit add up to it, and are at most those that are left of the charge, for every amount and
// rounding mode. The rest can be credited afterwards.
func TestGrossCreditsAddUp(t *testing.T) {
	charge := plans.Charge{ID: "inv-1/1", Kind: plans.OneTime, Item: "setup", Currency: "USD", Net: giventest.Money("3.17"), Taxes: []plans.Tax{
		{Name: "State", Percent: giventest.Money("8.25"), Amount: giventest.Money("0.26")}, {Name: "levy", Percent: giventest.Money("5"), Amount: giventest.Money("0.15"), Included: true},
		{Name: "City", Percent: giventest.Money("2"), Amount: giventest.Money("0.06")},
	}}
	for _, mode := range everyMode {
		for cents := int64(1); cents <= 349; cents++ {
			asked := decimal.New(cents, -2)
			r := credits.AmountRequest{Charges: []plans.Charge{charge}, Charge: charge.ID, Gross: asked, Mode: mode}
			first, err := credits.ForAmount(r)
			if err != nil || !first.Total().Equal(asked.Neg()) {
				t.Fatalf("%v of %v by %v: %v", first.Total(), asked, mode, err)
			}
			for i, tax := range first.Taxes {
				if tax.Amount.IsPositive() || tax.Amount.Neg().GreaterThan(charge.Taxes[i].Amount) || !first.Net.IsNegative() {
					t.Fatalf("%v credits %v of the tax %v and %v of the net by %v", asked, tax.Amount, charge.Taxes[i].Amount, first.Net, mode)
				}
			}
			if cents == 349 {
				continue
			}
			r.Charges, r.Gross = append(r.Charges, first), decimal.Decimal{}
			rest, err := credits.ForAmount(r)
			if err != nil || !rest.Total().Add(first.Total()).Add(charge.Total()).IsZero() {
				t.Fatalf("%v and the rest of %v are credited by %v: %v", asked, rest.Total(), mode, err)
			}
		}
	}
}

func TestGrossCreditFaults(t *testing.T) {
	charge := sale{id: "inv-1/1", period: november, quantity: "1", unit: "100", tax: "20"}.charge(t)
	for _, row := range []struct {
		why, amount, gross, want string
	}{
		{"more than the total", "0", "120.01", "gross invalid"}, {"negative", "0", "-1", "gross invalid"},
		{"a part of a cent", "0", "1.005", "gross invalid"}, {"net and gross", "1", "1", "gross invalid"},
		{"law 14: beyond the limits", "0", "1e40", "gross limit"},
	} {
		_, err := credits.ForAmount(credits.AmountRequest{
			Charges: []plans.Charge{charge}, Charge: charge.ID, Amount: giventest.Money(row.amount), Gross: giventest.Money(row.gross), Mode: proration.HalfUp,
		})
		giventest.CheckFaults(t, err, row.want)
	}
}
