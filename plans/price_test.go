package plans_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
)

func TestPriceAmount(t *testing.T) {
	for _, c := range []struct {
		name, why      string
		unit, quantity string
		want           string
		wantErr        []string
	}{
		{name: "seats", why: "ten seats at 89.00", unit: "89.00", quantity: "10", want: "890"},
		{name: "no seats", why: "a quantity of nothing costs nothing and is no fault", unit: "89.00", quantity: "0", want: "0"},
		{name: "free", why: "a free item is priced at zero", unit: "0", quantity: "10", want: "0"},
		{name: "part of a unit", why: "hours are sold in quarters: 1.25 x 80.00", unit: "80.00", quantity: "1.25", want: "100"},
		{name: "price below a cent", why: "a price per call is not rounded to a cent first: 0.0004 x 12345", unit: "0.0004", quantity: "12345", want: "4.938"},
		{name: "not rounded", why: "law 1: the one rounding comes after the share of the period", unit: "0.333", quantity: "0.5", want: "0.1665"},
		{
			name: "longest", why: "18 digits by 18 digits are exact: (10^18-1)^2", unit: "999999999999999999", quantity: "999999999999999999",
			want: "999999999999999998000000000000000001",
		},
		{name: "finest", why: "18 places by 18 places are exact", unit: "0.000000000000000001", quantity: "0.000000000000000001", want: "1e-36"},
		{name: "written with an exponent", why: "JSON may hold 1e17, a number of 18 digits", unit: "1e17", quantity: "1", want: "100000000000000000"},

		{name: "negative price", why: "a credit is a charge's sign and never a price", unit: "-0.01", quantity: "1", wantErr: []string{"price.unit invalid"}},
		{name: "negative quantity", why: "nobody buys minus one seat", unit: "1", quantity: "-1", wantErr: []string{"quantity invalid"}},
		{
			name: "both negative", why: "law 14: all faults at once; their product would be positive", unit: "-1", quantity: "-1",
			wantErr: []string{"quantity invalid", "price.unit invalid"},
		},
		{name: "too many digits", why: "law 14: amounts have documented limits", unit: "1000000000000000000", quantity: "1", wantErr: []string{"price.unit limit"}},
		{name: "too many digits on both sides of the point", why: "as above", unit: "1234567890.123456789", quantity: "1", wantErr: []string{"price.unit limit"}},
		{name: "too fine", why: "as above", unit: "1", quantity: "0.0000000000000000001", wantErr: []string{"quantity limit"}},
		{name: "exponent", why: "1e18 has 19 digits", unit: "1", quantity: "1e18", wantErr: []string{"quantity limit"}},
		{name: "negative and too long", why: "the number is not written out in the reason", unit: "1", quantity: "-1e9999", wantErr: []string{"quantity limit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := plans.Price{Unit: giventest.Money(c.unit)}.Amount(giventest.Money(c.quantity))
			if giventest.CheckFaults(t, err, c.wantErr...) {
				giventest.CheckMoney(t, c.why, got, c.want)
			}
		})
	}
}

// A number that would take gigabytes to write out is refused by looking at its exponent.
func TestPriceAmountHostile(t *testing.T) {
	for _, exponent := range []int32{19, 39, 1 << 30, 1<<31 - 1, -19, -1 << 30, -1 << 31} {
		huge := decimal.New(1, exponent)
		_, err := plans.Price{Unit: huge}.Amount(giventest.Money("1"))
		giventest.CheckFaults(t, err, "price.unit limit")
		_, err = plans.Price{Unit: giventest.Money("1")}.Amount(huge.Neg())
		giventest.CheckFaults(t, err, "quantity limit")
	}
}
