package plans_test

import (
	"math/big"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
)

func TestTaxValidate(t *testing.T) {
	for _, c := range []struct {
		name, why string
		tax       plans.Tax
		want      []string
	}{
		{"a tax", "the percentage of a country", plans.Tax{Name: "VAT", Percent: giventest.Money("19")}, nil},
		{"nothing", "a zero rate is listed on the invoice, and is not missing", plans.Tax{Name: "VAT"}, nil},
		{"above 100 percent", "some duties exceed the price", plans.Tax{Name: "duty", Percent: giventest.Money("250")}, nil},
		{"any amount", "Check on the charge verifies the amount", plans.Tax{Name: "VAT", Amount: giventest.Money("1e60")}, nil},
		{"no name", "the credits of each tax are known by its name", plans.Tax{Percent: giventest.Money("19")}, []string{"name unset"}},
		{"below zero", "a tax is not negative", plans.Tax{Name: "VAT", Percent: giventest.Money("-1")}, []string{"percent invalid"}},
		{"beyond the limits", "law 14: numbers have limits", plans.Tax{Name: "VAT", Percent: giventest.Money("1e39")}, []string{"percent limit"}},
		{"all faults at once", "law 14: all faults come at once", plans.Tax{Percent: giventest.Money("-1")}, []string{"name unset", "percent invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			giventest.CheckFaults(t, c.tax.Validate(), c.want...)
		})
	}
}

func TestChargeTaxed(t *testing.T) {
	own := func(rows ...string) (all []plans.Tax) {
		for i, percent := range rows {
			all = append(all, plans.Tax{Name: string(rune('a' + i)), Percent: giventest.Money(percent), Included: true})
		}
		return all
	}
	for _, c := range []struct {
		name, why    string
		net, untaxed string
		own          []plans.Tax
		tax          plans.Tax
		want         string
	}{
		{"besides", "19 % of 100.00", "100", "0", nil, plans.Tax{Percent: giventest.Money("19")}, "19"},
		{"not rounded", "law 1: the invoice rounds the tax", "0.05", "0", nil, plans.Tax{Percent: giventest.Money("19")}, "19/2000"},
		{"less the untaxed amount", "law 8: the amount that credit pays before tax is not taxed", "100", "40", nil, plans.Tax{Percent: giventest.Money("19")}, "57/5"},
		{"included", "119.00 has 19.00 in it", "119", "0", own("19"), own("19")[0], "19"},
		{"included, exactly", "100 x 19/119", "100", "0", own("19"), own("19")[0], "1900/119"},
		{"two included", "both are percentages of the rest without either: 130 is 100, 20 and 10", "130", "0", own("20", "10"), own("20")[0], "20"},
		{"the second of two included", "both are percentages of the rest without either: 130 is 100, 20 and 10", "130", "0", own("20", "10"), own("20", "10")[1], "10"},
		{"added, with an included one", "the taxable amount excludes included taxes: 10 % of 100", "120", "0", own("20"), plans.Tax{Name: "levy", Percent: giventest.Money("10")}, "10"},
		{"included, less the untaxed amount", "119 of 238 are untaxed", "238", "119", own("19"), own("19")[0], "19"},
		{"a credit", "the tax of a credit is negative", "-119", "0", own("19"), own("19")[0], "-19"},
		{"answered", "a tax engine knows the amount; the percentage only informs", "100", "0", nil, plans.Tax{Percent: giventest.Money("19"), Amount: giventest.Money("18.50"), Answered: true}, "37/2"},
		{"a net with too many digits", "law 14: the result is zero, without unbounded work", "1e39", "0", nil, plans.Tax{Percent: giventest.Money("19")}, "0"},
		{"a percentage with too many digits", "law 14: the result is zero, without unbounded work", "100", "0", nil, plans.Tax{Percent: decimal.New(1, 1<<30)}, "0"},
		{"an included tax with too many digits", "law 14: the result is zero, without unbounded work", "100", "0", []plans.Tax{{Included: true, Percent: decimal.New(1, 1<<30)}}, own("19")[0], "0"},
		{"a negative included tax", "a tax made by hand does not divide by zero", "100", "0", own("-100"), plans.Tax{Percent: giventest.Money("19")}, "19"},
	} {
		t.Run(c.name, func(t *testing.T) {
			charge := plans.Charge{Net: giventest.Money(c.net), Untaxed: giventest.Money(c.untaxed), Taxes: c.own}
			want, _ := new(big.Rat).SetString(c.want)
			if got := charge.Taxed(c.tax); got.Cmp(want) != 0 {
				t.Errorf("got %v, want %v: %s", got, want, c.why)
			}
		})
	}
}
