package invoice_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// taxRate is a tax of a policy that is added to the net.
func taxRate(name, percent string) invoice.TaxRate {
	return invoice.TaxRate{Name: name, Percent: giventest.Money(percent)}
}

// taxIn is a tax that the price includes.
func taxIn(name, percent string) invoice.TaxRate {
	return invoice.TaxRate{Name: name, Percent: giventest.Money(percent), Included: true}
}

// taxOwn gives a line its own taxes.
func taxOwn(c plans.Charge, rates ...invoice.TaxRate) plans.Charge {
	for _, r := range rates {
		c.Taxes = append(c.Taxes, plans.Tax{Name: r.Name, Percent: r.Percent, Included: r.Included})
	}
	return c
}

// taxItem is a line of another item.
func taxItem(item, net string) plans.Charge {
	c := line(plans.Recurring, net)
	c.Item = item
	return c
}

// taxesOf writes the taxes of the lines, "VAT 19; VAT 7 levy 1", and those of the invoice, "VAT 26 of 200".
func taxesOf(inv invoice.Invoice) (onLines, inAll string) {
	var rows, totals []string
	for _, c := range inv.Lines {
		var row []string
		for _, t := range c.Taxes {
			row = append(row, t.Name+" "+t.Amount.String())
		}
		rows = append(rows, strings.Join(row, " "))
	}
	for _, t := range inv.Taxes {
		totals = append(totals, t.Name+" "+t.Percent.String()+" % of "+t.Of.String()+": "+t.Amount.String())
	}
	return strings.Join(rows, "; "), strings.Join(totals, "; ")
}

func TestBuildTaxes(t *testing.T) {
	vat := taxRate("VAT", "19")
	reduced := invoice.TaxRate{Name: "VAT", Percent: giventest.Money("7"), Scope: plans.Scope{Items: []string{"book", "seat"}}}
	onUsage := invoice.TaxRate{Name: "levy", Percent: giventest.Money("1"), Scope: plans.Scope{Kinds: []plans.Kind{plans.Usage}}}
	onPlan := invoice.TaxRate{Name: "VAT", Percent: giventest.Money("7"), Scope: plans.Scope{Plans: []string{"growth"}}}
	taxPlan := func(plan, net string) plans.Charge {
		c := line(plans.Recurring, net)
		c.Plan = plan
		return c
	}
	tenths := func(n int) (all []plans.Charge) {
		for range n {
			all = append(all, line(plans.Recurring, "0.10"))
		}
		return all
	}
	for _, c := range []struct {
		name, why string
		lines     []plans.Charge
		rates     []invoice.TaxRate
		per       invoice.TaxRoundingLevel // PerLine where left out
		mode      proration.RoundingMode   // HalfUp where left out
		onLines   string
		inAll     string
		tax       string // added to the net
		total     string
	}{
		{
			name: "none", why: "without a rate there is no tax", lines: lines("100"), onLines: "", inAll: "", tax: "0", total: "100",
		},
		{
			name: "added to the net", why: "19 % of 100.00", lines: lines("100"), rates: []invoice.TaxRate{vat},
			onLines: "VAT 19", inAll: "VAT 19 % of 100: 19", tax: "19", total: "119",
		},
		{
			name: "included in the price", why: "119.00 includes 19.00, and nothing is added", lines: lines("119"), rates: []invoice.TaxRate{taxIn("VAT", "19")},
			onLines: "VAT 19", inAll: "VAT 19 % of 119: 19", tax: "0", total: "119",
		},
		{
			name: "included in the price, rounded", why: "10.00 x 20/120 is 1.666...", lines: lines("10"), rates: []invoice.TaxRate{taxIn("VAT", "20")},
			onLines: "VAT 1.67", inAll: "VAT 20 % of 10: 1.67", tax: "0", total: "10",
		},
		{
			name: "several on a line", why: "Quebec: both taxes are of the net, neither is of the other: 5.00 and 9.975", lines: lines("100"),
			rates:   []invoice.TaxRate{taxRate("GST", "5"), taxRate("QST", "9.975")},
			onLines: "GST 5 QST 9.98", inAll: "GST 5 % of 100: 5; QST 9.975 % of 100: 9.98", tax: "14.98", total: "114.98",
		},
		{
			name: "several included", why: "100.00 of 130.00 are without tax", lines: lines("130"), rates: []invoice.TaxRate{taxIn("a", "20"), taxIn("b", "10")},
			onLines: "a 20 b 10", inAll: "a 20 % of 130: 20; b 10 % of 130: 10", tax: "0", total: "130",
		},
		{
			name: "one included and one added", why: "10 % of the 100.00 without tax, not of 120.00", lines: lines("120"), rates: []invoice.TaxRate{taxIn("a", "20"), taxRate("b", "10")},
			onLines: "a 20 b 10", inAll: "a 20 % of 120: 20; b 10 % of 120: 10", tax: "10", total: "130",
		},
		{
			name: "rounded on each line", why: "law 8: each 0.019 is rounded to 0.02", lines: tenths(3), rates: []invoice.TaxRate{vat},
			onLines: "VAT 0.02; VAT 0.02; VAT 0.02", inAll: "VAT 19 % of 0.3: 0.06", tax: "0.06", total: "0.36",
		},
		{
			name: "rounded once", why: "law 8: 19 % of 0.30 is 0.057, so 0.06: truncated, each has 0.01, and each gets one of the three remaining cents", lines: tenths(3), rates: []invoice.TaxRate{vat}, per: invoice.PerInvoice,
			onLines: "VAT 0.02; VAT 0.02; VAT 0.02", inAll: "VAT 19 % of 0.3: 0.06", tax: "0.06", total: "0.36",
		},
		{
			name: "rounded once, down for some", why: "15 % of 0.40 is 0.06; 0.015 each is 0.01, and the two remaining units go to the earlier of ties",
			lines: tenths(4), rates: []invoice.TaxRate{taxRate("VAT", "15")}, per: invoice.PerInvoice,
			onLines: "VAT 0.02; VAT 0.02; VAT 0.01; VAT 0.01", inAll: "VAT 15 % of 0.4: 0.06", tax: "0.06", total: "0.46",
		},
		{
			name: "the largest remainder", why: "0.0171, 0.0209, 0.0285: 0.0665, so 0.07; truncated, 0.05 are given, and the two remaining cents go to the remainders of 0.0085 and 0.0071, not of 0.0009",
			lines: lines("0.09", "0.11", "0.15"), rates: []invoice.TaxRate{vat}, per: invoice.PerInvoice,
			onLines: "VAT 0.02; VAT 0.02; VAT 0.03", inAll: "VAT 19 % of 0.35: 0.07", tax: "0.07", total: "0.42",
		},
		{
			name: "rounded once, each truncated to zero", why: "4 % of 0.10 is 0.004 each, 0.008 for both: the first has the cent", lines: tenths(2), rates: []invoice.TaxRate{taxRate("VAT", "4")}, per: invoice.PerInvoice,
			onLines: "VAT 0.01; VAT 0", inAll: "VAT 4 % of 0.2: 0.01", tax: "0.01", total: "0.21",
		},
		{
			name: "rounded on each line, to zero", why: "each line rounds its own tax: 0.004 is 0.00", lines: tenths(2), rates: []invoice.TaxRate{taxRate("VAT", "4")},
			onLines: "VAT 0; VAT 0", inAll: "VAT 4 % of 0.2: 0", tax: "0", total: "0.2",
		},
		{
			name: "half up", why: "5 % of 0.10 is 0.005", lines: tenths(1), rates: []invoice.TaxRate{taxRate("VAT", "5")},
			onLines: "VAT 0.01", inAll: "VAT 5 % of 0.1: 0.01", tax: "0.01", total: "0.11",
		},
		{
			name: "half down", why: "the law of another country rounds 0.005 down", lines: tenths(1), rates: []invoice.TaxRate{taxRate("VAT", "5")}, mode: proration.HalfDown,
			onLines: "VAT 0", inAll: "VAT 5 % of 0.1: 0", tax: "0", total: "0.1",
		},
		{
			name: "half down, once", why: "0.015 for three is 0.01", lines: tenths(3), rates: []invoice.TaxRate{taxRate("VAT", "5")}, mode: proration.HalfDown, per: invoice.PerInvoice,
			onLines: "VAT 0.01; VAT 0; VAT 0", inAll: "VAT 5 % of 0.3: 0.01", tax: "0.01", total: "0.31",
		},
		{
			name: "up, once", why: "0.01 and 0.011: 0.021, so 0.03, and the second has a remainder", lines: lines("0.10", "0.11"), rates: []invoice.TaxRate{taxRate("VAT", "10")}, mode: proration.Up, per: invoice.PerInvoice,
			onLines: "VAT 0.01; VAT 0.02", inAll: "VAT 10 % of 0.21: 0.03", tax: "0.03", total: "0.24",
		},
		{
			name: "by item", why: "the first rate of a name that covers a line applies", lines: []plans.Charge{taxItem("book", "100"), taxItem("pen", "100")}, rates: []invoice.TaxRate{reduced, vat},
			onLines: "VAT 7; VAT 19", inAll: "VAT 7 % of 100: 7; VAT 19 % of 100: 19", tax: "26", total: "226",
		},
		{
			name: "the order of rates", why: "the general rate comes first, and the special one never applies", lines: []plans.Charge{taxItem("book", "100")}, rates: []invoice.TaxRate{vat, reduced},
			onLines: "VAT 19", inAll: "VAT 19 % of 100: 19", tax: "19", total: "119",
		},
		{
			name: "by plan", why: "the reduced rate covers one plan, and the general rate the others",
			lines: []plans.Charge{taxPlan("growth", "100"), taxPlan("scale", "100")}, rates: []invoice.TaxRate{onPlan, vat},
			onLines: "VAT 7; VAT 19", inAll: "VAT 7 % of 100: 7; VAT 19 % of 100: 19", tax: "26", total: "226",
		},
		{
			name: "by kind", why: "a levy on usage", lines: []plans.Charge{line(plans.Recurring, "100"), line(plans.Usage, "100")}, rates: []invoice.TaxRate{vat, onUsage},
			onLines: "VAT 19; VAT 19 levy 1", inAll: "VAT 19 % of 200: 38; levy 1 % of 100: 1", tax: "39", total: "239",
		},
		{
			name: "by a line", why: "a line with its own taxes has no tax of the policy", lines: []plans.Charge{taxOwn(line(plans.Recurring, "100"), taxRate("IVA", "21")), line(plans.Recurring, "100")}, rates: []invoice.TaxRate{vat},
			onLines: "IVA 21; VAT 19", inAll: "IVA 21 % of 100: 21; VAT 19 % of 100: 19", tax: "40", total: "240",
		},
		{
			name: "exempt", why: "a zero rate is listed", lines: []plans.Charge{taxOwn(line(plans.Recurring, "100"), taxRate("VAT", "0"))}, rates: []invoice.TaxRate{vat},
			onLines: "VAT 0", inAll: "VAT 0 % of 100: 0", tax: "0", total: "100",
		},
		{
			name: "one tax at two rates", why: "each rate is rounded on its own: 0.0095 and 0.0035", lines: []plans.Charge{taxItem("pen", "0.05"), taxItem("book", "0.05")}, rates: []invoice.TaxRate{reduced, vat}, per: invoice.PerInvoice,
			onLines: "VAT 0.01; VAT 0", inAll: "VAT 19 % of 0.05: 0.01; VAT 7 % of 0.05: 0", tax: "0.01", total: "0.11",
		},
		{
			name: "included for one line and added for another", why: "they are two taxes, though one name", per: invoice.PerInvoice,
			lines:   []plans.Charge{taxOwn(line(plans.Recurring, "119"), taxIn("VAT", "19")), taxOwn(line(plans.Recurring, "100"), vat)},
			onLines: "VAT 19; VAT 19", inAll: "VAT 19 % of 119: 19; VAT 19 % of 100: 19", tax: "19", total: "238",
		},
		{
			name: "free", why: "19 % of nothing", lines: lines("0", "0.10"), rates: []invoice.TaxRate{vat}, per: invoice.PerInvoice,
			onLines: "VAT 0; VAT 0.02", inAll: "VAT 19 % of 0.1: 0.02", tax: "0.02", total: "0.12",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := draft(c.lines...)
			d.Policy.Taxes = c.rates
			if c.per != 0 {
				d.Policy.TaxRoundingLevel = c.per
			}
			if c.mode != 0 {
				d.Policy.TaxRoundingMode = c.mode
			}
			inv, err := invoice.Build(d)
			if err != nil {
				t.Fatal(err)
			}
			onLines, inAll := taxesOf(inv)
			if onLines != c.onLines || inAll != c.inAll {
				t.Errorf("got %q and %q, want %q and %q: %s", onLines, inAll, c.onLines, c.inAll, c.why)
			}
			giventest.CheckMoney(t, "tax", inv.Tax, c.tax)
			giventest.CheckMoney(t, "total", inv.Total, c.total)
			giventest.CheckMoney(t, "due", inv.AmountDue, c.total)
			giventest.CheckFaults(t, invoice.Check(inv))
		})
	}
}

// Law 8: the amount that credit pays before tax is not taxed; the amount that it pays after tax is.
func TestBuildCreditBeforeTaxIsUntaxed(t *testing.T) {
	for _, c := range []struct {
		name, why string
		lines     []plans.Charge
		rate      invoice.TaxRate
		ledger    []credits.Entry
		untaxed   []string
		onLines   string
		inAll     string
		total     string
		due       string
	}{
		{
			name: "before tax", why: "19 % of 60.00", lines: lines("100"), rate: taxRate("VAT", "19"), ledger: []credits.Entry{beforeTax(entry("g", "40", "2026-11-01"))},
			untaxed: []string{"40"}, onLines: "VAT 11.4", inAll: "VAT 19 % of 60: 11.4", total: "111.4", due: "71.4",
		},
		{
			name: "after tax", why: "19 % of 100.00", lines: lines("100"), rate: taxRate("VAT", "19"), ledger: []credits.Entry{entry("g", "40", "2026-11-01")},
			untaxed: []string{"0"}, onLines: "VAT 19", inAll: "VAT 19 % of 100: 19", total: "119", due: "79",
		},
		{
			name: "both", why: "30.00 before tax, 13.30 of tax on the rest, and then 40.00", lines: lines("100"), rate: taxRate("VAT", "19"),
			ledger:  []credits.Entry{entry("a", "40", "2026-11-01"), beforeTax(entry("b", "30", "2026-11-01"))},
			untaxed: []string{"30"}, onLines: "VAT 13.3", inAll: "VAT 19 % of 70: 13.3", total: "113.3", due: "43.3",
		},
		{
			name: "the whole net", why: "nothing is left to tax or pay", lines: lines("100"), rate: taxRate("VAT", "19"), ledger: []credits.Entry{beforeTax(entry("g", "400", "2026-11-01"))},
			untaxed: []string{"100"}, onLines: "VAT 0", inAll: "VAT 19 % of 0: 0", total: "100", due: "0",
		},
		{
			name: "over several lines", why: "in proportion to the nets; the remaining cent goes to the earlier of ties", lines: lines("10", "10", "20"), rate: taxRate("VAT", "10"), ledger: []credits.Entry{beforeTax(entry("g", "0.05", "2026-11-01"))},
			untaxed: []string{"0.01", "0.01", "0.03"}, onLines: "VAT 1; VAT 1; VAT 2", inAll: "VAT 10 % of 39.95: 4", total: "44", due: "43.95",
		},
		{
			name: "ties", why: "three equal lines and 0.10: the first has the extra cent", lines: lines("10", "10", "10"), rate: taxRate("VAT", "10"), ledger: []credits.Entry{beforeTax(entry("g", "0.10", "2026-11-01"))},
			untaxed: []string{"0.04", "0.03", "0.03"}, onLines: "VAT 1; VAT 1; VAT 1", inAll: "VAT 10 % of 29.9: 3", total: "33", due: "32.9",
		},
		{
			name: "of a price with included tax", why: "59.50 of 119.00 are untaxed, and the other half includes 9.50", lines: lines("119"), rate: taxIn("VAT", "19"), ledger: []credits.Entry{beforeTax(entry("g", "59.50", "2026-11-01"))},
			untaxed: []string{"59.5"}, onLines: "VAT 9.5", inAll: "VAT 19 % of 59.5: 9.5", total: "119", due: "59.5",
		},
		{
			name: "with a credit line", why: "60.00 are due and paid before tax; they are a part of the charge, whose other 40.00 are taxed", lines: lines("-40", "100"), rate: taxRate("VAT", "10"), ledger: []credits.Entry{beforeTax(entry("g", "400", "2026-11-01"))},
			untaxed: []string{"0", "60"}, onLines: "; VAT 4", inAll: "VAT 10 % of 40: 4", total: "64", due: "4",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := draft(c.lines...)
			d.Policy.Taxes, d.Ledger = []invoice.TaxRate{c.rate}, c.ledger
			inv, err := invoice.Build(d)
			if err != nil {
				t.Fatal(err)
			}
			var untaxed []string
			for _, l := range inv.Lines {
				untaxed = append(untaxed, l.Untaxed.String())
			}
			onLines, inAll := taxesOf(inv)
			if !slices.Equal(untaxed, c.untaxed) || onLines != c.onLines || inAll != c.inAll {
				t.Errorf("got %q, %q and %q, want %q, %q and %q: %s", untaxed, onLines, inAll, c.untaxed, c.onLines, c.inAll, c.why)
			}
			giventest.CheckMoney(t, "total", inv.Total, c.total)
			giventest.CheckMoney(t, "due", inv.AmountDue, c.due)
			giventest.CheckFaults(t, invoice.Check(inv))
		})
	}
}

func TestBuildTaxesRefused(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*invoice.Draft)
		want      []string
	}{
		{"twice on a line", "the credits of the two taxes could not be told apart", func(d *invoice.Draft) {
			d.Lines[0] = taxOwn(d.Lines[0], taxRate("VAT", "19"), taxRate("VAT", "7"))
		}, []string{"lines[0].taxes[1].name invalid"}},
		{"no name", "the credit of each tax is known by its name", func(d *invoice.Draft) { d.Lines[0] = taxOwn(d.Lines[0], taxRate("", "19")) }, []string{"lines[0].taxes[0].name unset"}},
		{"negative", "a tax is not negative", func(d *invoice.Draft) { d.Lines[0] = taxOwn(d.Lines[0], taxRate("VAT", "-19")) }, []string{"lines[0].taxes[0].percent invalid"}},
		{"a rate without a name", "the invoice could not list the rate", func(d *invoice.Draft) { d.Policy.Taxes = []invoice.TaxRate{taxRate("", "19")} }, []string{"policy.taxes[0].name unset"}},
		{"a negative rate", "the invoice could not list the rate", func(d *invoice.Draft) { d.Policy.Taxes = []invoice.TaxRate{taxRate("VAT", "-19")} }, []string{"policy.taxes[0].percent invalid"}},
		{"a rate on no such kind", "law 14: bad input is an error that names its field", func(d *invoice.Draft) {
			d.Policy.Taxes = []invoice.TaxRate{{Name: "VAT", Scope: plans.Scope{Kinds: []plans.Kind{99}}}}
		}, []string{"policy.taxes[0].kinds[0] invalid"}},
		{"too many rates", "law 14: numbers of rates have limits", func(d *invoice.Draft) { d.Policy.Taxes = make([]invoice.TaxRate, 101) }, []string{"policy.taxes limit"}},
		{"a tax beyond the limits", "law 14: a net of 37 digits has ten times as much tax", func(d *invoice.Draft) {
			d.Lines[0] = taxOwn(line(plans.Recurring, "90000000000000000000000000000000000"), taxRate("duty", "100000"))
		}, []string{"tax limit", "total limit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := draft(lines("100")...)
			c.edit(&d)
			_, err := invoice.Build(d)
			giventest.CheckFaults(t, err, c.want...)
		})
	}
}
