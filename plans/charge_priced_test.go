package plans_test

import (
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestChargePriced(t *testing.T) {
	unit := func(text string) plans.Price { return plans.Price{Unit: giventest.Money(text)} }
	for _, c := range []struct {
		name, why string
		currency  plans.Currency
		quantity  string
		price     plans.Price
		net       string
		want      string
		residual  string
		explained string
		faults    []string
	}{
		{name: "by its price", why: "2 x 75.00", quantity: "2", price: unit("75.00"), want: "150", residual: "0", explained: "item: 2 x 75.00 = 150.00"},
		{
			name: "rounded once", why: "law 1: 3 x 0.335 is 1.005, rounded once", quantity: "3", price: unit("0.335"), want: "1.01", residual: "-1/200",
			explained: "item: 3 x 0.335, 1.005 x 1/1 = 1.005, rounded half up to 1.01",
		},
		{name: "in yen", why: "ISO 4217: yen have no places", currency: "JPY", quantity: "3", price: unit("0.5"), want: "2", residual: "-1/2", explained: "item: 3 x 0.5, 1.5 x 1/1 = 1.5, rounded half up to 2"},
		{name: "in dinars", why: "ISO 4217: dinars have three places", currency: "KWD", quantity: "1", price: unit("0.0625"), want: "0.063", residual: "-1/2000", explained: "item: 1 x 0.0625, 0.0625 x 1/1 = 0.0625, rounded half up to 0.063"},
		{name: "by its net", why: "a net is agreed by hand", net: "31.40", want: "31.4", residual: "0", explained: "item: 31.40"},
		{name: "a net with a quantity", why: "the net is for the whole quantity", quantity: "4", net: "31.40", want: "31.4", residual: "0", explained: "item: 31.40"},
		{name: "nothing", why: "an invoice also lists free items", quantity: "1", price: plans.Price{Free: true}, want: "0", residual: "0", explained: "item: 1 x 0.00 = 0.00"},
		{name: "no price", why: "law 19: a missing price is not a price of zero", quantity: "20000", faults: []string{"price unset"}},
		{name: "no amount", why: "law 19: free units are no price", quantity: "20000", price: plans.Price{Included: giventest.Money("100"), Package: giventest.Money("10"), Metered: true}, faults: []string{"price unset"}},
		{name: "price and net", why: "a charge has a price or a net", quantity: "1", price: unit("5"), net: "5", faults: []string{"net invalid"}},
		{name: "a fraction of a cent", why: "an agreed amount can be paid", net: "0.005", faults: []string{"net invalid"}},
		{name: "a fraction of a yen", why: "ISO 4217: yen have no places", currency: "JPY", net: "0.5", faults: []string{"net invalid"}},
		{name: "a negative net", why: "law 3: a credit corrects a charge", net: "-1", faults: []string{"net invalid"}},
		{name: "beyond the limits", why: "law 14: amounts have limits", net: "1e39", faults: []string{"net limit"}},
		{name: "a negative quantity", why: "law 3: a credit corrects a charge", quantity: "-1", price: unit("5"), faults: []string{"quantity invalid"}},
		{name: "a negative price", why: "law 3: a credit corrects a charge", quantity: "1", price: unit("-5"), faults: []string{"price.unit invalid"}},
		{name: "no currency", why: "law 13: an amount has a currency", currency: "usd", net: "1", faults: []string{"currency invalid", "net invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			charge := plans.Charge{Kind: plans.OneTime, Item: "item", Currency: "USD", Price: c.price}
			if c.currency != "" {
				charge.Currency = c.currency
			}
			if c.quantity != "" {
				charge.Quantity = giventest.Money(c.quantity)
			}
			if c.net != "" {
				charge.Net = giventest.Money(c.net)
			}
			got, err := charge.Priced(proration.Standard(7)) // the currency sets the places
			if c.faults != nil && c.currency == "usd" {
				if faults := giventest.Faults(err); len(faults) == 0 || faults[0] != c.faults[0] {
					t.Errorf("got %q", faults)
				}
				return
			}
			if !giventest.CheckFaults(t, err, c.faults...) {
				return
			}
			giventest.CheckMoney(t, "net", got.Net, c.want)
			giventest.CheckMoney(t, "gross", got.Gross(), c.want)
			if residual := got.Share.Residual.String(); residual != c.residual {
				t.Errorf("the residual is %s, want %s", residual, c.residual)
			}
			if text := got.Explain(); text != c.explained {
				t.Errorf("got %q, want %q: %s", text, c.explained, c.why)
			}
			giventest.CheckFaults(t, got.Check(proration.Standard(7), nil))
			again, err := got.Priced(proration.Standard(7))
			if giventest.CheckFaults(t, err); giventest.JSON(t, again) != giventest.JSON(t, got) {
				t.Errorf("priced again, the charge is %v", again)
			}
		})
	}
}

// Check reports each input and each result of a charge that was edited.
func TestChargeCheckReportsEdits(t *testing.T) {
	apia := giventest.Zone(t, "Pacific/Apia")
	whole := func() plans.Charge {
		return must(in("EUR", seats("10", "89.00")).Charges(part(november, "", nil), proration.Standard(2)))[0]
	}
	rest := func() plans.Charge {
		c := must(seats("10", "89.00").Charges(part(november, "2026-11-21/2026-12-01", nil), proration.Standard(2)))[0]
		c.Discounts = []plans.Deduction{{Discount: "a", Amount: giventest.Money("100.00")}, {Discount: "b", Amount: giventest.Money("96.67")}}
		c.Net = giventest.Money("100.00")
		c.Untaxed = giventest.Money("40.00")
		c.Taxes = []plans.Tax{{Name: "VAT", Percent: giventest.Money("19"), Amount: giventest.Money("11.40")}}
		return c
	}
	hand := func() plans.Charge {
		return must(plans.Charge{Kind: plans.OneTime, Item: "fee", Currency: "JPY", Net: giventest.Money("500")}.Priced(proration.Standard(2)))
	}
	abroad := func() plans.Charge {
		c := seats("10", "89.00")
		c.Cycle = giventest.Cycle("2011-12-01", "P1M", apia)
		return must(c.Charges(part("2011-12-01/2012-01-01", "2011-12-16/2012-01-01", apia), proration.Standard(2)))[0]
	}
	credit := func() plans.Charge {
		return plans.Charge{Kind: plans.Refund, Corrects: "inv-1/1", Currency: "USD", Net: giventest.Money("-5")}
	}
	for _, c := range []struct {
		name, why string
		charge    func() plans.Charge
		edit      func(*plans.Charge)
		location  *time.Location
		want      string // the faults, joined
	}{
		{"a whole period", "a billed charge is valid", whole, func(*plans.Charge) {}, nil, ""},
		{"a part with discounts", "a billed charge is valid", rest, func(*plans.Charge) {}, nil, ""},
		{"a net by hand", "a billed charge is valid", hand, func(*plans.Charge) {}, nil, ""},
		{"abroad", "Apia skipped December 30: 15 days of 30", abroad, func(*plans.Charge) {}, apia, ""},
		{"a credit of time", "a credit derives from its charge, which is not here", credit, func(*plans.Charge) {}, nil, ""},

		{"another calendar", "another calendar has other days", abroad, func(*plans.Charge) {}, nil, "period zone, span zone"},
		{"kind", "law 13: no hidden defaults", whole, func(c *plans.Charge) { c.Kind = 0 }, nil, "kind unset"},
		{"currency", "law 13: no hidden defaults", whole, func(c *plans.Charge) { c.Currency = "" }, nil, "currency unset"},
		{"quantity", "law 1: an amount is exact, divided once and rounded once", whole, func(c *plans.Charge) { c.Quantity = giventest.Money("9") }, nil, "share.of invalid, share.amount invalid"},
		{"negative quantity", "law 14: a quantity is not negative", whole, func(c *plans.Charge) { c.Quantity = giventest.Money("-9") }, nil, "quantity invalid"},
		{"price", "law 1: an amount is exact, divided once and rounded once", whole, func(c *plans.Charge) { c.Price.Unit = giventest.Money("90") }, nil, "share.of invalid, share.amount invalid"},
		{"times", "law 1: an amount is exact, divided once and rounded once", whole, func(c *plans.Charge) { c.Multiplier = 2 }, nil, "share.of invalid, share.amount invalid"},
		{"of", "law 1: an amount is exact, divided once and rounded once", whole, func(c *plans.Charge) { c.Share.Of = giventest.Money("891") }, nil, "share.of invalid"},
		{"fraction", "law 1: an amount is exact, divided once and rounded once", rest, func(c *plans.Charge) { c.Share.Fraction.Num++ }, nil, "share.fraction invalid"},
		{"an impossible fraction", "the fraction was made by hand", rest, func(c *plans.Charge) { c.Share.Fraction.Num = 31 }, nil, "share.fraction invalid"},
		{"amount", "law 1: an amount is exact, divided once and rounded once", whole, func(c *plans.Charge) { c.Share.Amount = giventest.Money("891") }, nil, "share.amount invalid, net invalid"},
		{"rounding", "law 1: an amount is exact, divided once and rounded once", whole, func(c *plans.Charge) { c.Share.Rounding.Mode = proration.Down }, nil, "share.rounding invalid"},
		{"residual", "law 1: an amount is exact, divided once and rounded once", rest, func(c *plans.Charge) { c.Share.Residual = proration.Residual{} }, nil, "share.residual invalid"},
		{"capped", "law 4: the denominator is the whole anchored period", whole, func(c *plans.Charge) { c.Share.Capped = true }, nil, "share.capped invalid"},
		{"span", "law 1: an amount is exact, divided once and rounded once", rest, func(c *plans.Charge) { c.Span.Start = c.Span.Start.AddDate(0, 0, 1) }, nil, "share.fraction invalid, share.amount invalid, share.residual invalid"},
		{"outside", "law 4: a span lies in its period", rest, func(c *plans.Charge) { c.Span.End = c.Span.End.AddDate(0, 0, 1) }, nil, "span outside"},
		{"net", "law 8: the order of calculation is fixed", rest, func(c *plans.Charge) { c.Net = giventest.Money("100.01") }, nil, "net invalid"},
		{"deduction", "law 8: the order of calculation is fixed", rest, func(c *plans.Charge) { c.Discounts[0].Amount = giventest.Money("100.01") }, nil, "net invalid"},
		{"negative deduction", "a discount adds nothing", rest, func(c *plans.Charge) {
			c.Discounts[0].Amount, c.Discounts[1].Amount = giventest.Money("-1"), giventest.Money("197.67")
		}, nil, "discounts[0].amount invalid"},
		{"a deduction above the rest", "law 8: each deduction applies to the rest", rest, func(c *plans.Charge) {
			c.Discounts[0].Amount, c.Discounts[1].Amount = giventest.Money("297"), giventest.Money("-100.33")
		}, nil, "discounts[0].amount invalid, discounts[1].amount invalid"},
		{"untaxed", "law 8: credit before tax is a part of the net", rest, func(c *plans.Charge) { c.Untaxed = giventest.Money("100.01") }, nil, "untaxed invalid"},
		{"a negative untaxed amount", "law 8: credit before tax is a part of the net", rest, func(c *plans.Charge) { c.Untaxed = giventest.Money("-0.01") }, nil, "untaxed invalid"},
		{"tax", "a tax has a name", rest, func(c *plans.Charge) { c.Taxes[0].Name = "" }, nil, "taxes[0].name unset"},
		{"an edited net by hand", "it derives from no price", hand, func(c *plans.Charge) { c.Net = giventest.Money("501") }, nil, "net invalid"},
		{"an edited share of a net by hand", "it derives from no price", hand, func(c *plans.Charge) { c.Share.Amount = giventest.Money("501") }, nil, "share.amount invalid, net invalid"},
		{"beyond the limits", "law 14: bad input is an error that names its field", rest, func(c *plans.Charge) {
			c.Net, c.Share.Of, c.Share.Amount, c.Untaxed = giventest.Money("1e39"), giventest.Money("1e39"), giventest.Money("1e39"), giventest.Money("1e39")
			c.Discounts[0].Amount, c.Taxes[0].Amount = giventest.Money("1e39"), giventest.Money("1e39")
		}, nil, "net limit, share.amount limit, share.of limit, untaxed limit, discounts[0].amount limit, taxes[0].amount limit"},
		{"a credit beyond the limits", "law 14: bad input is an error that names its field", credit, func(c *plans.Charge) { c.Net = giventest.Money("-1e39") }, nil, "net limit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			charge := c.charge()
			c.edit(&charge)
			before := giventest.JSON(t, charge)
			err := charge.Check(proration.Standard(2), c.location)
			if got := strings.Join(giventest.Faults(err), ", "); got != c.want {
				t.Errorf("got %q, want %q: %s\n%v", got, c.want, c.why, err)
			}
			if after := giventest.JSON(t, charge); after != before {
				t.Errorf("the charge is now %s", after)
			}
		})
	}
}

// In the gross of a shortfall, the amount billed towards the minimum is not a discount.
func TestChargeGrossOfShortfall(t *testing.T) {
	taken := []plans.Deduction{{Discount: "billed", Reason: "billed", Amount: giventest.Money("300")}, {Discount: "welcome", Amount: giventest.Money("20")}}
	for _, c := range []struct {
		kind      plans.Kind
		net, want string
	}{
		{plans.Shortfall, "180", "200"},
		{plans.Recurring, "180", "500"}, // for another kind it is a discount of that name
		{plans.ProrationCredit, "-90", "230"},
	} {
		got := plans.Charge{Kind: c.kind, Net: giventest.Money(c.net), Discounts: taken}.Gross()
		giventest.CheckMoney(t, c.kind.String(), got, c.want)
	}
}
