package credits_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// pile is a charge kept otherwise: as units that go back one by one, and cents.
type pile struct {
	charge   plans.Charge
	costs    []int64 // what 0, 1, 2 ... units cost, in any money
	from, to int     // the days of November that it pays for, to not among them

	net, tax, off int64   // cents that were billed, and that a discount took off
	left          [30]int // units not credited yet, on each day

	back, backTax, backOff int64 // cents credited
	money                  int64 // what of back was of money alone
}

// bought is the pile of a charge for some days of November.
func bought(t *testing.T, s sold, costs ...int64) *pile {
	t.Helper()
	s.period = november
	c := s.charge(t)
	p := &pile{charge: c, costs: costs, from: dayOf(c.Span.Start, 0), to: dayOf(c.Span.End, 0), net: inCents(c.Net)}
	for day := p.from; day < p.to; day++ {
		p.left[day] = len(costs) - 1
	}
	for _, tax := range c.Taxes {
		p.tax += inCents(tax.Amount)
	}
	for _, d := range c.Discounts {
		p.off += inCents(d.Amount)
	}
	return p
}

func inCents(d decimal.Decimal) int64 { return d.Shift(2).IntPart() }

// most returns how many units at once some that are asked for can be had from a day until another.
func (p *pile) most(asked, at, until int) (most int) {
	for day := max(at, p.from); day < min(p.to, until); day++ {
		most = max(most, min(asked, p.left[day]))
	}
	return most
}

// forGood is a day after all.
const forGood = 1000

// give takes units back from a day until another, as many as there are where none are asked for, and returns a line for each run of days on which
// the same is given back. Money that came back before counts for the first of them, and what that is not worth for the next; where it
// is used again, for none.
func (p *pile) give(asked, at, until int, basis proration.CreditBasis, mode proration.RoundingMode) (given []string) {
	all, money, end := len(p.costs)-1, p.money, min(p.to, until)
	if until != forGood {
		money = 0
	}
	if asked == 0 {
		asked = all
	}
	share := func(day int) (int, *big.Rat) {
		units := min(asked, p.left[day])
		if units == all {
			return units, big.NewRat(1, 1)
		}
		return units, big.NewRat(p.costs[p.left[day]]-p.costs[p.left[day]-units], p.costs[all])
	}
	for from := max(at, p.from); from < end; {
		units, part := share(from)
		to := from + 1
		for ; to < end; to++ {
			if same, other := share(to); same != units || other.Cmp(part) != 0 {
				break
			}
		}
		if units > 0 {
			var net int64
			net, money = p.worth(from, to, money, part, basis, mode)
			tax, off := p.settle(net, mode)
			given = append(given, line(p.charge.ID, units, net, tax, off))
		}
		for ; from < to; from++ {
			p.left[from] -= units
		}
	}
	return given
}

// worth returns the cents that a part is worth for some days, less money that came back before, and how much of that is left over.
func (p *pile) worth(from, to int, money int64, part *big.Rat, basis proration.CreditBasis, mode proration.RoundingMode) (net, rest int64) {
	worth := big.NewRat(p.net*int64(to-from), int64(p.to-p.from))
	if basis == proration.OnPrice {
		worth.Mul(p.charge.Share.Of.Rat(), big.NewRat(100*int64(to-from), 30))
	}
	worth.Sub(worth, big.NewRat(money, 1))
	switch {
	case part.Sign() == 0:
		rest = money
	case worth.Sign() < 0:
		rest = toCents(new(big.Rat).Neg(worth), proration.Down)
	}
	net = -toCents(worth.Neg(worth.Mul(worth, part)), mode)
	net = min(max(net, 0), p.net-p.back)
	p.back += net
	return net, rest
}

// settle returns what of the tax and the discount goes back with so much of the net: the percentage and the share, as a credit
// and so below zero, no more than is left, and all that is left with the last of the net.
func (p *pile) settle(net int64, mode proration.RoundingMode) (tax, off int64) {
	tax, off = p.tax-p.backTax, p.off-p.backOff
	if p.back < p.net {
		percent := new(big.Rat)
		for _, tax := range p.charge.Taxes {
			percent.Set(tax.Percent.Rat())
		}
		tax = min(tax, -toCents(percent.Mul(percent, big.NewRat(-net, 100)), mode))
		off = min(off, -toCents(big.NewRat(-p.off*net, p.net), mode))
	}
	p.backTax += tax
	p.backOff += off
	return tax, off
}

// toCents rounds by the definition of the mode.
func toCents(x *big.Rat, mode proration.RoundingMode) int64 {
	floor := new(big.Int).Div(x.Num(), x.Denom())
	rest := new(big.Rat).Sub(x, new(big.Rat).SetInt(floor))
	half := rest.Cmp(big.NewRat(1, 2))
	var up bool
	switch mode {
	case proration.HalfUp:
		up = half > 0 || half == 0 && x.Sign() > 0
	case proration.HalfDown:
		up = half > 0 || half == 0 && x.Sign() < 0
	case proration.HalfEven:
		up = half > 0 || half == 0 && floor.Bit(0) == 1
	case proration.Up:
		up = x.Sign() > 0
	case proration.Down:
		up = x.Sign() < 0
	case proration.Ceiling:
		up = true
	case proration.Floor:
	}
	if up && rest.Sign() > 0 {
		floor.Add(floor, big.NewInt(1))
	}
	return floor.Int64()
}

// line is a credit in short.
func line(id string, units int, net, tax, off int64) string {
	return fmt.Sprintf("%s %d: %d, tax %d, discount %d", id, units, net, tax, off)
}

// lines are credits in short, in cents.
func lines(credits []plans.Charge) (all []string) {
	for _, c := range credits {
		var tax, off int64
		for _, t := range c.Taxes {
			tax -= inCents(t.Amount)
		}
		for _, d := range c.Discounts {
			off -= inCents(d.Amount)
		}
		all = append(all, line(c.Corrects, int(c.Quantity.IntPart()), -inCents(c.Net), tax, off))
	}
	return all
}

// check fails unless no more came back than was billed, and with all of it all of its tax and its discount.
func (p *pile) check(t *testing.T) {
	t.Helper()
	if p.back > p.net || p.backTax > p.tax || p.backOff > p.off || slices.Min(p.left[:]) < 0 || p.back == p.net && (p.backTax < p.tax || p.backOff < p.off) {
		t.Fatalf("%d of %d came back, of the tax %d of %d, of the discount %d of %d, and %v units are left", p.back, p.net, p.backTax, p.tax, p.backOff, p.off, p.left)
	}
}

var everyMode = []proration.RoundingMode{
	proration.HalfUp, proration.HalfEven, proration.HalfDown, proration.Up, proration.Down, proration.Ceiling, proration.Floor,
}

// Every sequence of three credits of a charge: of some units or all that are left, from any of three days on, or of money by hand,
// in every mode and on both bases, for every sort of price.
func TestEveryUnused(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	tier := func(upTo, unit, flat string) plans.Tier {
		tier := plans.Tier{Unit: giventest.Money(unit), Flat: giventest.Money(flat)}
		if upTo != "" {
			tier.UpTo = giventest.Money(upTo)
		}
		return tier
	}
	odd := bought(t, sold{id: "odd", quantity: "3", unit: "3.333333", tax: "20"}, 0, 1, 2, 3)
	odd.charge.Taxes[0].Amount, odd.tax = giventest.Money("2.01"), 201
	short := bought(t, sold{id: "short", quantity: "3", unit: "3.34", tax: "20"}, 0, 1, 2, 3)
	short.charge.Taxes[0].Amount, short.tax = giventest.Money("1.25"), 125
	n := 0
	for i, p := range []*pile{
		bought(t, sold{id: "thirds", quantity: "3", unit: "3.333333", tax: "20"}, 0, 1, 2, 3),
		odd, short,
		bought(t, sold{id: "discounted", quantity: "4", unit: "2.51", off: "3.37", tax: "19"}, 0, 1, 2, 3, 4),
		bought(t, sold{id: "stub", quantity: "2", unit: "5.00", tax: "7", span: "2026-11-11/2026-12-01"}, 0, 1, 2),
		bought(t, sold{id: "graduated", quantity: "3", off: "1.00", price: plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{tier("1", "10", "0"), tier("2", "8", "0"), tier("", "5", "0")}}}, 0, 10, 18, 23),
		bought(t, sold{id: "above", quantity: "2", above: "1", price: plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{tier("1", "10", "0"), tier("2", "8", "0"), tier("", "5", "0")}}, tax: "10"}, 0, 8, 13),
		bought(t, sold{id: "stairs", quantity: "3", tax: "20", price: plans.Price{Tiering: plans.Volume, Tiers: []plans.Tier{tier("2", "0", "10"), tier("", "0", "16")}}}, 0, 1, 2, 3),
		bought(t, sold{id: "fee", quantity: "2", tax: "20", off: "0.99", price: plans.Price{Flat: giventest.Money("10"), Unit: giventest.Money("5")}}, 0, 15, 20),
	} {
		for j, mode := range everyMode {
			for k, basis := range []proration.CreditBasis{proration.OnBilled, proration.OnPrice} {
				if (i+j+k)%2 > 0 {
					continue // the other half of the choices is tried with the other charges
				}
				r := credits.Request{Charges: []plans.Charge{p.charge}, CreditBasis: basis, Policy: proration.Standard(2)}
				r.Policy.Rounding.Mode = mode
				n += p.everyCredit(t, r, enough(3))
			}
		}
	}
	if n < 25_000 && !race.On {
		t.Errorf("only %d credits", n)
	}
}

// everyCredit tries everything that can be credited next, as often as that.
func (p *pile) everyCredit(t *testing.T, r credits.Request, length int) (n int) {
	if length == 0 {
		return 0
	}
	for _, byHand := range []int64{1, 250} {
		if p.back+byHand > p.net {
			continue
		}
		// With its tax in proportion, as one who credits money would do.
		next, more := *p, r
		next.money += byHand
		next.back += byHand
		tax, off := next.settle(byHand, r.Policy.Rounding.Mode)
		hand := credit(p.charge.ID, "0", cents(int(-byHand)).String())
		hand.Taxes, hand.Discounts = []plans.Tax{{Name: "VAT", Amount: cents(int(-tax))}}, []plans.Deduction{{Discount: "welcome", Amount: cents(int(-off))}}
		more.Charges = append(slices.Clip(r.Charges), hand)
		n += next.everyCredit(t, more, length-1)
	}
	for _, at := range []int{0, 15, 29} {
		for units := range 3 {
			next, more := *p, r
			more.Item, more.Quantity, more.At = "", decimal.Decimal{}, day(at)
			if units > 0 {
				more.Item, more.Quantity = "seat", decimal.New(int64(units), 0)
			}
			got, err := credits.Unused(more)
			n++
			if units > p.most(units, at, forGood) {
				giventest.CheckFaults(t, err, "quantity invalid")
				continue
			}
			want := next.give(units, at, forGood, r.CreditBasis, r.Policy.Rounding.Mode)
			if err != nil || !slices.Equal(lines(got), want) {
				t.Fatalf("%s by %v on %v, after %q: %d units from day %d on: got %q, %v, want %q", p.charge.ID, r.Policy.Rounding.Mode, r.CreditBasis, lines(r.Charges[1:]), units, at, lines(got), err, want)
			}
			next.check(t)
			more.Charges = append(slices.Clip(r.Charges), got...)
			n += next.everyCredit(t, more, length-1)
		}
	}
	return n
}

// Every sequence of four removals from seats that were bought in three goes, one of them paid for ahead, beside something else:
// the unit that was bought last goes first.
func TestEveryRemoval(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	phones := sold{id: "phones", item: "phone", quantity: "2", unit: "9.00", period: november}
	piles := []*pile{
		bought(t, sold{id: "a", quantity: "3", unit: "10.00", tax: "19"}, 0, 1, 2, 3),
		bought(t, sold{id: "b", quantity: "1", unit: "4.00", span: "2026-11-11/2026-12-01"}, 0, 1),
		bought(t, sold{id: "c", quantity: "2", unit: "4.00", span: "2026-11-16/2026-11-26", off: "0.50"}, 0, 1, 2),
	}
	start := []plans.Charge{piles[0].charge, phones.charge(t), piles[1].charge, piles[2].charge}
	n := 0
	var remove func(charges []plans.Charge, piles []*pile, length int)
	remove = func(charges []plans.Charge, piles []*pile, length int) {
		for _, at := range []int{4, 20, 25} {
			for units := range 4 {
				if length == 0 {
					return
				}
				r := credits.Request{Charges: charges, Item: "seat", Quantity: decimal.New(int64(units), 0), At: day(at), CreditBasis: proration.OnBilled, Policy: proration.Standard(2)}
				got, err := credits.Unused(r)
				n++
				// The pile that was bought last gives first, and the next one what is missing.
				var want []string
				var after []*pile
				missing := units
				for _, p := range slices.Backward(piles) {
					other := *p
					if asked := other.most(missing, at, forGood); units == 0 || asked > 0 {
						want = append(want, other.give(asked, at, forGood, r.CreditBasis, r.Policy.Rounding.Mode)...)
						missing -= asked
					}
					other.check(t)
					after = append([]*pile{&other}, after...)
				}
				if missing > 0 {
					giventest.CheckFaults(t, err, "quantity invalid")
					continue
				}
				if err != nil || !slices.Equal(lines(got), want) {
					t.Fatalf("after %q: %d units from day %d on: got %q, %v, want %q", lines(charges[len(start):]), units, at, lines(got), err, want)
				}
				remove(append(slices.Clip(charges), got...), after, length-1)
			}
		}
	}
	remove(start, piles, enough(4))
	if n < 10_000 && !race.On {
		t.Errorf("only %d removals", n)
	}
}

// Every sequence of three pauses and removals for good: of one or two units or all that are left, before, across and after each other,
// with money given back in between.
func TestEveryPause(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	n := 0
	graduated := plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{
		{UpTo: decimal.New(1, 0), Unit: decimal.New(10, 0)}, {UpTo: decimal.New(2, 0), Unit: decimal.New(8, 0)}, {Unit: decimal.New(5, 0)},
	}}
	for i, p := range []*pile{
		bought(t, sold{id: "thirds", quantity: "3", unit: "3.333333", tax: "20"}, 0, 1, 2, 3),
		bought(t, sold{id: "stub", quantity: "2", unit: "5.00", tax: "7", span: "2026-11-06/2026-11-21", off: "1.11"}, 0, 1, 2),
		bought(t, sold{id: "graduated", quantity: "3", price: graduated}, 0, 10, 18, 23),
		bought(t, sold{id: "fee", quantity: "2", off: "0.99", price: plans.Price{Flat: giventest.Money("10"), Unit: giventest.Money("5")}}, 0, 15, 20),
	} {
		for j, mode := range everyMode {
			if (i+j)%5 != 0 {
				continue
			}
			r := credits.Request{Charges: []plans.Charge{p.charge}, CreditBasis: proration.OnBilled, Policy: proration.Standard(2)}
			if j%2 == 0 {
				r.CreditBasis = proration.OnPrice
			}
			r.Policy.Rounding.Mode = mode
			n += p.everyPause(t, r, enough(3))
		}
	}
	if n < 10_000 && !race.On {
		t.Errorf("only %d credits", n)
	}
}

// everyPause tries everything that can be paused or credited next, as often as that.
func (p *pile) everyPause(t *testing.T, r credits.Request, length int) (n int) {
	if length == 0 {
		return 0
	}
	if hand := int64(99); p.money == 0 && p.back+hand <= p.net {
		next, more := *p, r
		next.money, next.back = hand, next.back+hand
		tax, off := next.settle(hand, r.Policy.Rounding.Mode)
		money := credit(p.charge.ID, "0", cents(int(-hand)).String())
		money.Taxes, money.Discounts = []plans.Tax{{Name: "VAT", Amount: cents(int(-tax))}}, []plans.Deduction{{Discount: "welcome", Amount: cents(int(-off))}}
		more.Charges = append(slices.Clip(r.Charges), money)
		n += next.everyPause(t, more, length-1)
	}
	for _, days := range [][2]int{{0, 7}, {4, 20}, {9, 20}, {15, 25}, {20, forGood}, {2, forGood}} {
		for units := range 3 {
			next, more := *p, r
			more.Item, more.Quantity, more.At, more.Until = "", decimal.Decimal{}, day(days[0]), time.Time{}
			if days[1] != forGood {
				more.Until = day(days[1])
			}
			if units > 0 {
				more.Item, more.Quantity = "seat", decimal.New(int64(units), 0)
			}
			got, err := credits.Unused(more)
			n++
			if units > p.most(units, days[0], days[1]) {
				giventest.CheckFaults(t, err, "quantity invalid")
				continue
			}
			want := next.give(units, days[0], days[1], r.CreditBasis, r.Policy.Rounding.Mode)
			if err != nil || !slices.Equal(lines(got), want) {
				t.Fatalf("%s by %v on %v, after %q: %d units on %v: got %q, %v, want %q", p.charge.ID, r.Policy.Rounding.Mode, r.CreditBasis, lines(r.Charges[1:]), units, days, lines(got), err, want)
			}
			next.check(t)
			more.Charges = append(slices.Clip(r.Charges), got...)
			n += next.everyPause(t, more, length-1)
		}
	}
	return n
}
