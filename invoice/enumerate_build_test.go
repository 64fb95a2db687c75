package invoice_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// buildScenario is one small draft, in cents and whole percent.
type buildScenario struct {
	lines     []int64 // charges
	back      int64   // the credit on the first line, not above zero; 0 for no such line
	discounts []discountInCents
	rates     []taxInPercent
	perLine   bool
	halfDown  bool
	before    int64 // credit that pays before tax
	after     int64 // credit that pays after tax
}

// discountInCents is a discount of a percentage, or of an amount of cents.
type discountInCents struct{ percent, amount int64 }

// taxInPercent is a tax.
type taxInPercent struct {
	percent  int64
	included bool
}

// invoiceInCents is an invoice in cents.
type invoiceInCents struct {
	Nets, Untaxed                       []int64   // of the charges
	Taxes                               [][]int64 // of each rate, on each charge
	Subtotal, Discount, Net, Tax, Total int64
	Spent, Granted, Due                 int64
}

// oracle computes the invoice as the documentation of Build and of Policy says: each discount applies to the amount
// left by those before it, is rounded and spread; credit before tax is spread over the charges; a tax is a percentage
// of the rest without included taxes, rounded per line or once; the other credit pays the rest.
func (w *buildScenario) oracle() invoiceInCents {
	var out invoiceInCents
	out.Nets = slices.Clone(w.lines)
	for _, off := range w.discounts {
		left := sumCents(out.Nets)
		take := min(off.amount, left)
		if off.percent > 0 {
			take = min(nearestCent(big.NewRat(left*off.percent, 100), false), left)
		}
		for i, part := range sharedCents(take, out.Nets) {
			out.Nets[i] -= part
		}
	}
	out.Net = sumCents(out.Nets) + w.back
	out.Subtotal = sumCents(w.lines) + w.back
	out.Discount = out.Subtotal - out.Net
	before := min(w.before, max(out.Net, 0))
	out.Untaxed = sharedCents(before, out.Nets)
	percentIn := int64(100)
	for _, r := range w.rates {
		if r.included {
			percentIn += r.percent
		}
	}
	for _, r := range w.rates {
		exact := make([]*big.Rat, len(out.Nets))
		for i := range out.Nets {
			exact[i] = big.NewRat((out.Nets[i]-out.Untaxed[i])*r.percent, percentIn)
		}
		amounts := w.taxed(exact)
		if out.Taxes = append(out.Taxes, amounts); !r.included {
			out.Tax += sumCents(amounts)
		}
	}
	out.Total = out.Net + out.Tax
	left := out.Total - before
	out.Due = max(left, 0)
	after := min(w.after, out.Due)
	out.Due -= after
	out.Spent, out.Granted = before+after, max(-left, 0)
	return out
}

// taxed rounds the amounts of a tax per line, or once and then in parts.
func (w *buildScenario) taxed(exact []*big.Rat) []int64 {
	amounts, sum := make([]int64, len(exact)), new(big.Rat)
	for i, x := range exact {
		amounts[i] = nearestCent(x, w.halfDown)
		sum.Add(sum, x)
	}
	if w.perLine {
		return amounts
	}
	return largestRemainders(nearestCent(sum, w.halfDown), exact)
}

func sumCents(all []int64) (sum int64) {
	for _, x := range all {
		sum += x
	}
	return sum
}

// nearestCent rounds a nonnegative number; a tie goes up, or down.
func nearestCent(x *big.Rat, tieDown bool) int64 {
	whole := new(big.Int).Quo(x.Num(), x.Denom()).Int64()
	rest := new(big.Rat).Sub(x, big.NewRat(whole, 1))
	switch half := rest.Cmp(big.NewRat(1, 2)); {
	case half > 0, half == 0 && !tieDown:
		return whole + 1
	}
	return whole
}

// sharedCents spreads an amount in proportion to weights.
func sharedCents(amount int64, weights []int64) []int64 {
	exact, all := make([]*big.Rat, len(weights)), sumCents(weights)
	for i, weight := range weights {
		exact[i] = new(big.Rat)
		if all > 0 {
			exact[i] = big.NewRat(amount*weight, all)
		}
	}
	return largestRemainders(amount, exact)
}

// largestRemainders truncates each number, and gives the rest of the whole to those with the largest remainder, the
// earlier of ties.
func largestRemainders(whole int64, exact []*big.Rat) []int64 {
	parts := make([]int64, len(exact))
	for i, x := range exact {
		parts[i] = new(big.Int).Quo(x.Num(), x.Denom()).Int64()
	}
	for whole > sumCents(parts) {
		most := -1
		var lost *big.Rat
		for i, x := range exact {
			rest := new(big.Rat).Sub(x, big.NewRat(parts[i], 1))
			if most < 0 || rest.Cmp(lost) > 0 {
				most, lost = i, rest
			}
		}
		parts[most]++
	}
	return parts
}

// draft is the scenario as Build reads it.
func (w *buildScenario) draft() invoice.Draft {
	cents := func(n int64) decimal.Decimal { return decimal.New(n, -2) }
	var all []plans.Charge
	if w.back != 0 {
		all = lines(cents(w.back).String())
	}
	for _, n := range w.lines {
		all = append(all, line(plans.Recurring, cents(n).String()))
	}
	d := draft(all...)
	if d.Policy.TaxRoundingLevel = invoice.PerInvoice; w.perLine {
		d.Policy.TaxRoundingLevel = invoice.PerLine
	}
	if w.halfDown {
		d.Policy.TaxRoundingMode = proration.HalfDown
	}
	for i, off := range w.discounts {
		d.Discounts = append(d.Discounts, plans.Discount{ID: fmt.Sprint("off ", i), Duration: plans.Forever, Percent: decimal.New(off.percent, 0), Amount: cents(off.amount)})
		if off.amount > 0 {
			d.Discounts[i].Currency = "USD"
		}
	}
	for i, r := range w.rates {
		d.Policy.Taxes = append(d.Policy.Taxes, invoice.TaxRate{Name: fmt.Sprint("tax ", i), Percent: decimal.New(r.percent, 0), Included: r.included})
	}
	if w.before > 0 {
		d.Ledger = append(d.Ledger, beforeTax(entry("before", cents(w.before).String(), "2026-11-01")))
	}
	if w.after > 0 {
		d.Ledger = append(d.Ledger, entry("after", cents(w.after).String(), "2026-11-01"))
	}
	return d
}

// centsOf reads an invoice of the scenario, and fails on a fraction of a cent or a missing tax.
func (w *buildScenario) centsOf(tb testing.TB, inv invoice.Invoice) (out invoiceInCents) {
	tb.Helper()
	cents := func(d decimal.Decimal) int64 {
		if d = d.Shift(2); !d.IsInteger() {
			tb.Fatalf("%v is not a whole number of cents", d)
		}
		return d.IntPart()
	}
	out.Taxes = make([][]int64, len(w.rates))
	for _, c := range inv.Lines {
		if c.Corrects != "" {
			continue
		}
		out.Nets, out.Untaxed = append(out.Nets, cents(c.Net)), append(out.Untaxed, cents(c.Untaxed))
		if len(c.Taxes) != len(w.rates) {
			tb.Fatalf("%d taxes on a line, want %d", len(c.Taxes), len(w.rates))
		}
		for i, t := range c.Taxes {
			out.Taxes[i] = append(out.Taxes[i], cents(t.Amount))
		}
	}
	out.Subtotal, out.Discount, out.Net, out.Tax, out.Total, out.Due = cents(inv.Subtotal), cents(inv.Discount), cents(inv.Net), cents(inv.Tax), cents(inv.Total), cents(inv.AmountDue)
	for _, e := range inv.LedgerEntries {
		if e.Kind == credits.Granted {
			out.Granted += cents(e.Amount)
		} else {
			out.Spent -= cents(e.Amount)
		}
	}
	return out
}

// Every small draft: one to three lines, up to two discounts and two taxes, added or included, rounded per line or
// once, credit before and after tax, and a credit among the lines.
func TestBuildEnumerated(t *testing.T) {
	short.Skip(t)
	amounts := []int64{0, 5, 133}
	var all [][]int64
	for _, a := range amounts {
		all = append(all, []int64{a})
		for _, b := range amounts {
			all = append(all, []int64{a, b})
			for _, c := range []int64{5, 10} {
				all = append(all, []int64{a, b, c})
			}
		}
	}
	offs := [][]discountInCents{nil, {{percent: 10}}, {{amount: 7}, {percent: 50}}}
	rates := [][]taxInPercent{nil, {{19, false}}, {{20, true}}, {{19, false}, {5, false}}, {{20, true}, {10, false}}, {{20, true}, {5, true}}}
	paying := [][2]int64{{0, 0}, {7, 0}, {4, 13}, {500, 500}}
	scenarios, turn := 0, 0
	for i, lines := range all {
		if race.On && i%8 != 0 {
			continue
		}
		for _, off := range offs {
			for j, rate := range rates {
				for how := range 4 {
					if j == 0 && how > 0 {
						continue // without a tax there is nothing to round
					}
					pay := paying[(i+turn/3)%len(paying)] // each combined with each, over all lines
					turn++
					for _, back := range []int64{0, -12} {
						w := buildScenario{
							lines: lines, back: back, discounts: off, rates: rate, perLine: how&1 != 0, halfDown: how&2 != 0, before: pay[0], after: pay[1],
						}
						scenarios++
						w.verify(t, scenarios%7 == 0)
					}
				}
			}
		}
	}
	if !race.On && scenarios != 30*3*(1+5*4)*2 {
		t.Errorf("%d scenarios", scenarios)
	}
}

// verify compares the result of Build with the oracle, and, since it is slow, sometimes with Check.
func (w *buildScenario) verify(t *testing.T, check bool) {
	t.Helper()
	inv, err := invoice.Build(w.draft())
	if err != nil {
		t.Fatalf("%+v: %v", *w, err)
	}
	got, want := fmt.Sprintf("%+v", w.centsOf(t, inv)), fmt.Sprintf("%+v", w.oracle())
	if got != want {
		t.Fatalf("%+v:\ngot  %s\nwant %s", *w, got, want)
	}
	if !check {
		return
	}
	if err := invoice.Check(inv); err != nil {
		t.Fatalf("%+v: %v", *w, err)
	}
}
