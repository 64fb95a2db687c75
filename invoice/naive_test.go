package invoice_test

import (
	"cmp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// The naive twin computes an invoice as plain code does, with package time and decimal. It checks, seals and explains
// nothing, and knows one discount, one tax and credit after tax. BenchmarkX has the twin BenchmarkXNaive.

// naiveLine is a line of the twin.
type naiveLine struct{ quantity, unit, gross, net, tax decimal.Decimal }

// naiveGrant is a grant of credit of the twin.
type naiveGrant struct {
	id       string
	amount   decimal.Decimal
	priority int
	expires  time.Time
}

// naiveInvoice is an invoice of the twin.
type naiveInvoice struct {
	lines                                      []naiveLine
	subtotal, discount, net, tax, total, owing decimal.Decimal
	spent                                      []naiveGrant
}

var naiveHundred = decimal.NewFromInt(100)

// naiveBuild prices the lines for a part of a month by days, takes the discount off the sum and spreads it by the
// largest remainder, taxes each line, and pays from the grants in their order.
func naiveBuild(lines []naiveLine, portion proration.Portion, percent, rate decimal.Decimal, grants []naiveGrant) naiveInvoice {
	const day = 24 * time.Hour
	cent := decimal.New(1, -2)
	inv := naiveInvoice{lines: slices.Clone(lines)}
	for i := range inv.lines {
		days := decimal.NewFromInt(int64(portion.Span.End.Sub(portion.Span.Start) / day))
		month := decimal.NewFromInt(int64(portion.Period.End.Sub(portion.Period.Start) / day))
		line := &inv.lines[i]
		line.gross = line.unit.Mul(line.quantity).Mul(days).Div(month).Round(2)
		inv.subtotal = inv.subtotal.Add(line.gross)
	}
	inv.discount = inv.subtotal.Mul(percent).Div(naiveHundred).Round(2)
	left, order, rest := inv.discount, make([]int, len(lines)), make([]decimal.Decimal, len(lines))
	for i := range inv.lines {
		line := &inv.lines[i]
		exact := inv.discount.Mul(line.gross).Div(inv.subtotal)
		part := exact.Truncate(2)
		order[i], rest[i], line.net, left = i, exact.Sub(part), line.gross.Sub(part), left.Sub(part)
	}
	slices.SortStableFunc(order, func(a, b int) int { return rest[b].Cmp(rest[a]) })
	for i := 0; left.Cmp(cent) >= 0; i++ {
		line := &inv.lines[order[i]]
		line.net, left = line.net.Sub(cent), left.Sub(cent)
	}
	for i := range inv.lines {
		line := &inv.lines[i]
		line.tax = line.net.Mul(rate).Div(naiveHundred).Round(2)
		inv.net, inv.tax = inv.net.Add(line.net), inv.tax.Add(line.tax)
	}
	inv.total = inv.net.Add(inv.tax)
	inv.owing = inv.total
	grants = slices.Clone(grants)
	slices.SortStableFunc(grants, func(a, b naiveGrant) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), a.expires.Compare(b.expires))
	})
	for _, grant := range grants {
		if grant.amount = decimal.Min(grant.amount, inv.owing); grant.amount.IsPositive() {
			inv.spent, inv.owing = append(inv.spent, grant), inv.owing.Sub(grant.amount)
		}
	}
	return inv
}

// naivePair is the input of an invoice of ten lines with a discount, a tax and three grants, for the library and for
// the twin.
type naivePair struct {
	contract plans.Contract
	portion  proration.Portion
	draft    invoice.Draft
	lines    []naiveLine
	grants   []naiveGrant
}

// pairOf returns an invoice for the last days of a month.
func pairOf(tb testing.TB, days int) naivePair {
	tb.Helper()
	o, _ := benchAccount(tb, 10)
	o.Policy.TaxRoundingLevel = invoice.PerLine
	period := proration.Period{Start: o.At, End: o.At.AddDate(0, 1, 0)}
	p := naivePair{portion: proration.Portion{Period: period, Span: period.From(period.End.AddDate(0, 0, -days))}}
	for i := range o.Contract.Items {
		item := &o.Contract.Items[i]
		item.Quantity, item.Price.Unit = decimal.New(int64(i+1), 0), decimal.New(int64(1_499+i*37), -2)
		p.lines = append(p.lines, naiveLine{quantity: item.Quantity, unit: item.Price.Unit})
	}
	p.contract = o.Contract
	p.draft = invoice.Draft{
		ID: "inv-1", Currency: "EUR", At: o.At, Policy: o.Policy,
		Discounts: []plans.Discount{{ID: "ten", Percent: giventest.Money("10"), Duration: plans.Forever}},
	}
	for i, amount := range []string{"40.00", "25.50", "13.37"} {
		priority, expires := 2-i, o.At.AddDate(0, 1+i, 0)
		p.draft.Ledger = append(p.draft.Ledger, credits.Entry{
			Kind: credits.Granted, ID: "grant-" + strconv.Itoa(i), Amount: giventest.Money(amount), Currency: "EUR",
			At: o.At.AddDate(0, -1, i), Priority: &priority, Expires: expires, Promotional: true, Reason: "goodwill",
		})
		p.grants = append(p.grants, naiveGrant{
			id: "grant-" + strconv.Itoa(i), amount: giventest.Money(amount), priority: priority, expires: expires,
		})
	}
	return p
}

// build prices the contract and builds the invoice.
func (p *naivePair) build() (invoice.Invoice, error) {
	charges, err := p.contract.Charges(p.portion, p.draft.Policy.Proration)
	if err != nil {
		return invoice.Invoice{}, err
	}
	p.draft.Lines = charges
	return invoice.Build(p.draft)
}

// naive builds the invoice of the twin.
func (p *naivePair) naive() naiveInvoice {
	return naiveBuild(p.lines, p.portion, giventest.Money("10"), giventest.Money("19"), p.grants)
}

// The twin yields the amounts of the invoice: of each line, each total and each grant.
func TestNaiveTwinYieldsTheSameAmounts(t *testing.T) {
	for days := 1; days <= 31; days++ {
		p := pairOf(t, days)
		inv, err := p.build()
		if err != nil {
			t.Fatal(err)
		}
		want := p.naive()
		for i, c := range inv.Lines {
			line := want.lines[i]
			if !c.Share.Amount.Equal(line.gross) || !c.Net.Equal(line.net) || !c.Taxes[0].Amount.Equal(line.tax) {
				t.Errorf("%d days: line %d is %v, %v, %v, want %+v", days, i, c.Share.Amount, c.Net, c.Taxes, line)
			}
		}
		for name, got := range map[string][2]decimal.Decimal{
			"subtotal": {inv.Subtotal, want.subtotal}, "discount": {inv.Discount, want.discount}, "net": {inv.Net, want.net},
			"tax": {inv.Tax, want.tax}, "total": {inv.Total, want.total}, "amount due": {inv.AmountDue, want.owing},
		} {
			if !got[0].Equal(got[1]) {
				t.Errorf("%d days: %s is %v, want %v", days, name, got[0], got[1])
			}
		}
		if len(inv.LedgerEntries) != len(want.spent) {
			t.Fatalf("%d days: %d entries, want %d", days, len(inv.LedgerEntries), len(want.spent))
		}
		for i, e := range inv.LedgerEntries {
			if e.ID != want.spent[i].id || !e.Amount.Neg().Equal(want.spent[i].amount) {
				t.Errorf("%d days: entry %d is %s %v, want %+v", days, i, e.ID, e.Amount, want.spent[i])
			}
		}
	}
}

// benchTotal keeps the result of the twin.
var benchTotal decimal.Decimal

func BenchmarkBuild(b *testing.B) {
	p := pairOf(b, 31)
	b.ReportAllocs()
	for b.Loop() {
		inv, err := p.build()
		if err != nil {
			b.Fatal(err)
		}
		benchTotal = inv.AmountDue
	}
}

func BenchmarkBuildNaive(b *testing.B) {
	p := pairOf(b, 31)
	percent, rate := giventest.Money("10"), giventest.Money("19")
	b.ReportAllocs()
	for b.Loop() {
		benchTotal = naiveBuild(p.lines, p.portion, percent, rate, p.grants).owing
	}
}
