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

// slowCharge is a charge as units that are credited one by one, and cents.
type slowCharge struct {
	charge   plans.Charge
	costs    []int64 // the cost of 0, 1, 2 ... units, in any unit of money
	from, to int     // the days of November, from the day from until before the day to

	net, tax, discount int64   // billed cents, and cents of the discount
	left               [30]int // uncredited units on each day

	credited, creditedTax, creditedDiscount int64 // cents credited
}

// slowChargeOf returns the slowCharge of a sale for some days of November.
func slowChargeOf(t *testing.T, s sale, costs ...int64) *slowCharge {
	t.Helper()
	s.period = november
	c := s.charge(t)
	p := &slowCharge{charge: c, costs: costs, from: dayOf(c.Span.Start, 0), to: dayOf(c.Span.End, 0), net: inCents(c.Net)}
	for day := p.from; day < p.to; day++ {
		p.left[day] = len(costs) - 1
	}
	for _, tax := range c.Taxes {
		p.tax += inCents(tax.Amount)
	}
	for _, d := range c.Discounts {
		p.discount += inCents(d.Amount)
	}
	return p
}

func inCents(d decimal.Decimal) int64 { return d.Shift(2).IntPart() }

// maxUnits returns how many of the requested units can be credited at once between two days.
func (p *slowCharge) maxUnits(asked, at, until int) (maxUnits int) {
	for day := max(at, p.from); day < min(p.to, until); day++ {
		maxUnits = max(maxUnits, min(asked, p.left[day]))
	}
	return maxUnits
}

// noEnd is after all days.
const noEnd = 1000

// creditUnits credits units between two days, or all that remain for zero units. It returns a line for each run of days
// with the same credit.
func (p *slowCharge) creditUnits(asked, at, until int, basis proration.CreditBasis, mode proration.RoundingMode) (creditedLines []string) {
	all, end := len(p.costs)-1, min(p.to, until)
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
			net := p.worth(from, to, part, basis, mode)
			tax, discount := p.settle(net, mode)
			creditedLines = append(creditedLines, creditText(p.charge.ID, units, net, tax, discount))
		}
		for ; from < to; from++ {
			p.left[from] -= units
		}
	}
	return creditedLines
}

// worth returns the cents of a part for some days, at most the cents that are not credited yet. Credited money is among
// the credited cents and counts nowhere else.
func (p *slowCharge) worth(from, to int, part *big.Rat, basis proration.CreditBasis, mode proration.RoundingMode) (net int64) {
	worth := big.NewRat(p.net*int64(to-from), int64(p.to-p.from))
	if basis == proration.OnPrice {
		worth.Mul(p.charge.Share.Of.Rat(), big.NewRat(100*int64(to-from), 30))
		worth.Sub(worth, big.NewRat(p.discount*int64(to-from), int64(p.to-p.from)))
	}
	net = -toCents(worth.Neg(worth.Mul(worth, part)), mode)
	net = min(max(net, 0), p.net-p.credited)
	p.credited += net
	return net
}

// settle returns the credits for tax and discount that belong to a net credit: the percentage and the share, rounded as
// credits, at most the remaining amounts, and all of them with the last of the net.
func (p *slowCharge) settle(net int64, mode proration.RoundingMode) (tax, discount int64) {
	tax, discount = p.tax-p.creditedTax, p.discount-p.creditedDiscount
	if p.credited < p.net {
		percent := new(big.Rat)
		for _, tax := range p.charge.Taxes {
			percent.Set(tax.Percent.Rat())
		}
		tax = min(tax, -toCents(percent.Mul(percent, big.NewRat(-net, 100)), mode))
		discount = min(discount, -toCents(big.NewRat(-p.discount*net, p.net), mode))
	}
	p.creditedTax += tax
	p.creditedDiscount += discount
	return tax, discount
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

// creditText returns a credit as a short text.
func creditText(id string, units int, net, tax, discount int64) string {
	return fmt.Sprintf("%s %d: %d, tax %d, discount %d", id, units, net, tax, discount)
}

// creditTexts returns credits as short texts, in cents.
func creditTexts(credits []plans.Charge) (all []string) {
	for _, c := range credits {
		var tax, discount int64
		for _, t := range c.Taxes {
			tax -= inCents(t.Amount)
		}
		for _, d := range c.Discounts {
			discount -= inCents(d.Amount)
		}
		all = append(all, creditText(c.Corrects, int(c.Quantity.IntPart()), -inCents(c.Net), tax, discount))
	}
	return all
}

// check fails unless the credits are at most the billed amounts, and include all of the tax and the discount once the
// whole net is credited.
func (p *slowCharge) check(t *testing.T) {
	t.Helper()
	if p.credited > p.net || p.creditedTax > p.tax || p.creditedDiscount > p.discount || slices.Min(p.left[:]) < 0 || p.credited == p.net && (p.creditedTax < p.tax || p.creditedDiscount < p.discount) {
		t.Fatalf("%d of %d are credited, of the tax %d of %d, of the discount %d of %d, and %v units remain", p.credited, p.net, p.creditedTax, p.tax, p.creditedDiscount, p.discount, p.left)
	}
}

var everyMode = []proration.RoundingMode{
	proration.HalfUp, proration.HalfEven, proration.HalfDown, proration.Up, proration.Down, proration.Ceiling, proration.Floor,
}

// Every sequence of three credits of a charge is exact: of some or all remaining units from one of three days on, or of
// money, in every mode, on both bases and for every kind of price.
func TestEverySequenceOfCredits(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	tier := func(upTo, unit, flat string) plans.Tier {
		tier := plans.Tier{Unit: giventest.Money(unit), Flat: giventest.Money(flat)}
		if upTo != "" {
			tier.UpTo = giventest.Money(upTo)
		}
		return tier
	}
	overtaxed := slowChargeOf(t, sale{id: "odd", quantity: "3", unit: "3.333333", tax: "20"}, 0, 1, 2, 3)
	overtaxed.charge.Taxes[0].Amount, overtaxed.tax = giventest.Money("2.01"), 201
	undertaxed := slowChargeOf(t, sale{id: "short", quantity: "3", unit: "3.34", tax: "20"}, 0, 1, 2, 3)
	undertaxed.charge.Taxes[0].Amount, undertaxed.tax = giventest.Money("1.25"), 125
	n := 0
	for i, p := range []*slowCharge{
		slowChargeOf(t, sale{id: "thirds", quantity: "3", unit: "3.333333", tax: "20"}, 0, 1, 2, 3),
		overtaxed, undertaxed,
		slowChargeOf(t, sale{id: "discounted", quantity: "4", unit: "2.51", discount: "3.37", tax: "19"}, 0, 1, 2, 3, 4),
		slowChargeOf(t, sale{id: "stub", quantity: "2", unit: "5.00", tax: "7", span: "2026-11-11/2026-12-01"}, 0, 1, 2),
		slowChargeOf(t, sale{id: "graduated", quantity: "3", discount: "1.00", price: plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{tier("1", "10", "0"), tier("2", "8", "0"), tier("", "5", "0")}}}, 0, 10, 18, 23),
		slowChargeOf(t, sale{id: "above", quantity: "2", base: "1", price: plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{tier("1", "10", "0"), tier("2", "8", "0"), tier("", "5", "0")}}, tax: "10"}, 0, 8, 13),
		slowChargeOf(t, sale{id: "stairs", quantity: "3", tax: "20", price: plans.Price{Tiering: plans.Volume, Tiers: []plans.Tier{tier("2", "0", "10"), tier("", "0", "16")}}}, 0, 10, 10, 16),
		slowChargeOf(t, sale{id: "fee", quantity: "2", tax: "20", discount: "0.99", price: plans.Price{Flat: giventest.Money("10"), Unit: giventest.Money("5")}}, 0, 15, 20),
	} {
		for j, mode := range everyMode {
			for k, basis := range []proration.CreditBasis{proration.OnBilled, proration.OnPrice} {
				if (i+j+k)%2 > 0 {
					continue // other charges cover the other combinations
				}
				r := credits.Request{Charges: []plans.Charge{p.charge}, CreditBasis: basis, Policy: proration.Standard(2)}
				r.Policy.Rounding.Mode = mode
				n += p.tryCredits(t, r, maxLength(3))
			}
		}
	}
	if n < 25_000 && !race.On {
		t.Errorf("only %d credits", n)
	}
}

// tryCredits checks every sequence of further credits up to a length.
func (p *slowCharge) tryCredits(t *testing.T, r credits.Request, length int) (n int) {
	if length == 0 {
		return 0
	}
	for _, amount := range []int64{1, 250} {
		if p.credited+amount > p.net {
			continue
		}
		// A credit of money includes its tax in proportion.
		next, more := *p, r
		next.credited += amount
		tax, discount := next.settle(amount, r.Policy.Rounding.Mode)
		manual := credit(p.charge.ID, "0", cents(int(-amount)).String())
		manual.Taxes, manual.Discounts = []plans.Tax{{Name: "VAT", Amount: cents(int(-tax))}}, []plans.Deduction{{Discount: "welcome", Amount: cents(int(-discount))}}
		more.Charges = append(slices.Clip(r.Charges), manual)
		n += next.tryCredits(t, more, length-1)
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
			if units > p.maxUnits(units, at, noEnd) {
				giventest.CheckFaults(t, err, "quantity invalid")
				continue
			}
			want := next.creditUnits(units, at, noEnd, r.CreditBasis, r.Policy.Rounding.Mode)
			if err != nil || !slices.Equal(creditTexts(got), want) {
				t.Fatalf("%s by %v on %v, after %q: %d units from day %d on: got %q, %v, want %q", p.charge.ID, r.Policy.Rounding.Mode, r.CreditBasis, creditTexts(r.Charges[1:]), units, at, creditTexts(got), err, want)
			}
			next.check(t)
			more.Charges = append(slices.Clip(r.Charges), got...)
			n += next.tryCredits(t, more, length-1)
		}
	}
	return n
}

// Every sequence of four removals credits the newest unit first: of seats from three purchases, one of them in advance,
// beside another item.
func TestEverySequenceOfRemovals(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	phones := sale{id: "phones", item: "phone", quantity: "2", unit: "9.00", period: november}
	slowCharges := []*slowCharge{
		slowChargeOf(t, sale{id: "a", quantity: "3", unit: "10.00", tax: "19"}, 0, 1, 2, 3),
		slowChargeOf(t, sale{id: "b", quantity: "1", unit: "4.00", span: "2026-11-11/2026-12-01"}, 0, 1),
		slowChargeOf(t, sale{id: "c", quantity: "2", unit: "4.00", span: "2026-11-16/2026-11-26", discount: "0.50"}, 0, 1, 2),
	}
	start := []plans.Charge{slowCharges[0].charge, phones.charge(t), slowCharges[1].charge, slowCharges[2].charge}
	n := 0
	var remove func(charges []plans.Charge, slowCharges []*slowCharge, length int)
	remove = func(charges []plans.Charge, slowCharges []*slowCharge, length int) {
		for _, at := range []int{4, 20, 25} {
			for units := range 4 {
				if length == 0 {
					return
				}
				r := credits.Request{Charges: charges, Item: "seat", Quantity: decimal.New(int64(units), 0), At: day(at), CreditBasis: proration.OnBilled, Policy: proration.Standard(2)}
				got, err := credits.Unused(r)
				n++
				// The newest charge is credited first, and older ones for the missing units.
				var want []string
				var after []*slowCharge
				missing := units
				for _, p := range slices.Backward(slowCharges) {
					other := *p
					if asked := other.maxUnits(missing, at, noEnd); units == 0 || asked > 0 {
						want = append(want, other.creditUnits(asked, at, noEnd, r.CreditBasis, r.Policy.Rounding.Mode)...)
						missing -= asked
					}
					other.check(t)
					after = append([]*slowCharge{&other}, after...)
				}
				if missing > 0 {
					giventest.CheckFaults(t, err, "quantity invalid")
					continue
				}
				if err != nil || !slices.Equal(creditTexts(got), want) {
					t.Fatalf("after %q: %d units from day %d on: got %q, %v, want %q", creditTexts(charges[len(start):]), units, at, creditTexts(got), err, want)
				}
				remove(append(slices.Clip(charges), got...), after, length-1)
			}
		}
	}
	remove(start, slowCharges, maxLength(4))
	if n < 10_000 && !race.On {
		t.Errorf("only %d removals", n)
	}
}

// Every sequence of three pauses and removals is exact: of one or two units or all that remain, before, across and
// after each other, with credits of money between them.
func TestEverySequenceOfPauses(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	n := 0
	graduated := plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{
		{UpTo: decimal.New(1, 0), Unit: decimal.New(10, 0)}, {UpTo: decimal.New(2, 0), Unit: decimal.New(8, 0)}, {Unit: decimal.New(5, 0)},
	}}
	for i, p := range []*slowCharge{
		slowChargeOf(t, sale{id: "thirds", quantity: "3", unit: "3.333333", tax: "20"}, 0, 1, 2, 3),
		slowChargeOf(t, sale{id: "stub", quantity: "2", unit: "5.00", tax: "7", span: "2026-11-06/2026-11-21", discount: "1.11"}, 0, 1, 2),
		slowChargeOf(t, sale{id: "graduated", quantity: "3", price: graduated}, 0, 10, 18, 23),
		slowChargeOf(t, sale{id: "fee", quantity: "2", discount: "0.99", price: plans.Price{Flat: giventest.Money("10"), Unit: giventest.Money("5")}}, 0, 15, 20),
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
			n += p.tryPauses(t, r, maxLength(3))
		}
	}
	if n < 10_000 && !race.On {
		t.Errorf("only %d credits", n)
	}
}

// tryPauses checks every sequence of further pauses and credits up to a length.
func (p *slowCharge) tryPauses(t *testing.T, r credits.Request, length int) (n int) {
	if length == 0 {
		return 0
	}
	if amount := int64(99); p.credited+amount <= p.net {
		next, more := *p, r
		next.credited += amount
		tax, discount := next.settle(amount, r.Policy.Rounding.Mode)
		manual := credit(p.charge.ID, "0", cents(int(-amount)).String())
		manual.Taxes, manual.Discounts = []plans.Tax{{Name: "VAT", Amount: cents(int(-tax))}}, []plans.Deduction{{Discount: "welcome", Amount: cents(int(-discount))}}
		more.Charges = append(slices.Clip(r.Charges), manual)
		n += next.tryPauses(t, more, length-1)
	}
	for _, days := range [][2]int{{0, 7}, {4, 20}, {9, 20}, {15, 25}, {20, noEnd}, {2, noEnd}} {
		for units := range 3 {
			next, more := *p, r
			more.Item, more.Quantity, more.At, more.Until = "", decimal.Decimal{}, day(days[0]), time.Time{}
			if days[1] != noEnd {
				more.Until = day(days[1])
			}
			if units > 0 {
				more.Item, more.Quantity = "seat", decimal.New(int64(units), 0)
			}
			got, err := credits.Unused(more)
			n++
			if units > p.maxUnits(units, days[0], days[1]) {
				giventest.CheckFaults(t, err, "quantity invalid")
				continue
			}
			want := next.creditUnits(units, days[0], days[1], r.CreditBasis, r.Policy.Rounding.Mode)
			if err != nil || !slices.Equal(creditTexts(got), want) {
				t.Fatalf("%s by %v on %v, after %q: %d units on %v: got %q, %v, want %q", p.charge.ID, r.Policy.Rounding.Mode, r.CreditBasis, creditTexts(r.Charges[1:]), units, days, creditTexts(got), err, want)
			}
			next.check(t)
			more.Charges = append(slices.Clip(r.Charges), got...)
			n += next.tryPauses(t, more, length-1)
		}
	}
	return n
}
