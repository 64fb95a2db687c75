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
		{"nothing", "a rate of zero is told on the invoice, and is no missing one", plans.Tax{Name: "VAT"}, nil},
		{"above all", "some duties are more than what is sold", plans.Tax{Name: "duty", Percent: giventest.Money("250")}, nil},
		{"whatever amount", "what came of it is found with its charge", plans.Tax{Name: "VAT", Amount: giventest.Money("1e60")}, nil},
		{"no name", "what went back of each is told apart by it", plans.Tax{Percent: giventest.Money("19")}, []string{"name unset"}},
		{"below nothing", "no tax pays", plans.Tax{Name: "VAT", Percent: giventest.Money("-1")}, []string{"percent invalid"}},
		{"beyond the limits", "law 14", plans.Tax{Name: "VAT", Percent: giventest.Money("1e39")}, []string{"percent limit"}},
		{"all at once", "law 14", plans.Tax{Percent: giventest.Money("-1")}, []string{"name unset", "percent invalid"}},
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
		{"not rounded", "law 1: it is rounded by whoever adds it up", "0.05", "0", nil, plans.Tax{Percent: giventest.Money("19")}, "19/2000"},
		{"less what is untaxed", "law 8: credit that pays before tax is not taxed", "100", "40", nil, plans.Tax{Percent: giventest.Money("19")}, "57/5"},
		{"included", "119.00 has 19.00 in it", "119", "0", own("19"), own("19")[0], "19"},
		{"included, exactly", "100 x 19/119", "100", "0", own("19"), own("19")[0], "1900/119"},
		{"two included", "both are percentages of what is left without either: 130 is 100, 20 and 10", "130", "0", own("20", "10"), own("20")[0], "20"},
		{"the other one", "as above", "130", "0", own("20", "10"), own("20", "10")[1], "10"},
		{"besides an included one", "what is taxed has no tax in it: 10 % of 100", "120", "0", own("20"), plans.Tax{Name: "levy", Percent: giventest.Money("10")}, "10"},
		{"included, less what is untaxed", "119 of 238 are untaxed", "238", "119", own("19"), own("19")[0], "19"},
		{"a credit", "what goes back of it is below zero", "-119", "0", own("19"), own("19")[0], "-19"},
		{"a net beyond the limits", "law 14: nothing, and no endless work", "1e39", "0", nil, plans.Tax{Percent: giventest.Money("19")}, "0"},
		{"a percentage beyond the limits", "as above", "100", "0", nil, plans.Tax{Percent: decimal.New(1, 1<<30)}, "0"},
		{"an included one beyond the limits", "as above", "100", "0", []plans.Tax{{Included: true, Percent: decimal.New(1, 1<<30)}}, own("19")[0], "0"},
		{"a negative one included", "it was made by hand, and divides nothing by zero", "100", "0", own("-100"), plans.Tax{Percent: giventest.Money("19")}, "19"},
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
