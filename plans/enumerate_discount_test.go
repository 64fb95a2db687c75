package plans_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

var (
	everyMode       = []proration.RoundingMode{proration.HalfUp, proration.HalfEven, proration.HalfDown, proration.Up, proration.Down, proration.Ceiling, proration.Floor}
	everyAllocation = []proration.Allocation{proration.LargestRemainder, proration.LastLine}
)

// lastUnit is 10^-places.
func lastUnit(places int32) *big.Rat {
	unit, _ := new(big.Rat).SetString(fmt.Sprintf("1e%d", -places))
	return unit
}

// slowNearest rounds x, which is not negative, at the given places.
func slowNearest(x *big.Rat, places int32, mode proration.RoundingMode) *big.Rat {
	unit := lastUnit(places)
	units := new(big.Rat).Quo(x, unit)
	n := new(big.Int).Quo(units.Num(), units.Denom())
	over := new(big.Rat).Sub(units, new(big.Rat).SetInt(n))
	half := over.Cmp(big.NewRat(1, 2))
	up := false
	switch mode {
	case proration.HalfUp:
		up = half >= 0
	case proration.HalfDown:
		up = half > 0
	case proration.HalfEven:
		up = half > 0 || half == 0 && n.Bit(0) == 1
	case proration.Up, proration.Ceiling:
		up = over.Sign() > 0
	case proration.Down, proration.Floor:
	}
	if up {
		n.Add(n, big.NewInt(1))
	}
	return unit.Mul(unit, new(big.Rat).SetInt(n))
}

// slowSpread spreads an amount over the rests of some charges, none above its rest: each gets its truncated share, and
// the remaining units go to the largest remainders one by one, or all to the last charge, and the part beyond its rest
// to the charges before it.
func slowSpread(amount *big.Rat, left []*big.Rat, places int32, allocation proration.Allocation) []*big.Rat {
	pool, rest := new(big.Rat), new(big.Rat).Set(amount)
	for _, l := range left {
		pool.Add(pool, l)
	}
	shares, cut := make([]*big.Rat, len(left)), make([]*big.Rat, len(left))
	for i, l := range left {
		share := new(big.Rat).Mul(amount, l)
		share.Quo(share, pool)
		shares[i] = slowNearest(share, places, proration.Down)
		cut[i] = share.Sub(share, shares[i])
		rest.Sub(rest, shares[i])
	}
	if allocation == proration.LastLine {
		for i := len(left) - 1; i >= 0; i-- {
			given := new(big.Rat).Add(shares[i], rest)
			if given.Cmp(left[i]) > 0 {
				given.Set(left[i])
			}
			rest.Sub(rest, new(big.Rat).Sub(given, shares[i]))
			shares[i] = given
		}
		return shares
	}
	for unit := lastUnit(places); rest.Sign() > 0; rest.Sub(rest, unit) {
		most := 0
		for i := range cut {
			if cut[i].Cmp(cut[most]) > 0 {
				most = i
			}
		}
		shares[most].Add(shares[most], unit)
		cut[most].SetInt64(-1)
	}
	return shares
}

// slowScope reports whether a charge is in the scope of a discount.
func slowScope(d plans.Discount, c plans.Charge) bool {
	start := c.Span.Start
	return (len(d.Plans) == 0 || slices.Contains(d.Plans, c.Plan)) && (len(d.Items) == 0 || slices.Contains(d.Items, c.Item)) &&
		(len(d.Kinds) == 0 || slices.Contains(d.Kinds, c.Kind)) &&
		(d.From.IsZero() || d.From.Before(start) || d.From.Equal(start)) && (d.Until.IsZero() || d.Until.After(start))
}

// slowPart is the share of its period that a charge is for.
func slowPart(c plans.Charge) *big.Rat {
	if c.Share.Fraction.Den == 0 {
		return big.NewRat(1, 1)
	}
	return big.NewRat(c.Share.Fraction.Num, c.Share.Fraction.Den)
}

// slowDiscounts applies discounts by definition, and returns the deductions of each from each charge. The amounts of
// the charges have at most the places of the currency.
func slowDiscounts(r plans.DiscountRequest) (taken [][]*big.Rat) {
	places, _ := r.Currency.Places()
	left := make([]*big.Rat, len(r.Charges))
	for i, c := range r.Charges {
		left[i] = c.Net.Rat()
	}
	for _, d := range r.Discounts {
		took := make([]*big.Rat, len(left))
		var on []int
		var pool []*big.Rat
		sum, part := new(big.Rat), new(big.Rat)
		for i, c := range r.Charges {
			took[i] = new(big.Rat)
			if left[i].Sign() > 0 && slowScope(d, c) {
				on, pool = append(on, i), append(pool, left[i])
				sum.Add(sum, left[i])
				if share := slowPart(c); share.Cmp(part) > 0 {
					part = share
				}
			}
		}
		switch {
		case len(on) == 0:
		case d.Price != nil:
			for _, i := range on {
				c := r.Charges[i]
				at := slowPrice(*d.Price, c.Quantity)
				if base := c.BaseQuantity; base != nil && base.Sign() > 0 {
					at = slowPrice(*d.Price, base.Add(c.Quantity))
					if at.Sub(at, slowPrice(*d.Price, *base)); at.Sign() < 0 {
						at.SetInt64(0)
					}
				}
				at.Mul(at, slowPart(c)).Mul(at, big.NewRat(max(c.Multiplier, 1), 1))
				if more := new(big.Rat).Sub(left[i], slowNearest(at, places, r.Mode)); more.Sign() > 0 {
					took[i] = more
				}
			}
		default:
			amount := new(big.Rat).Mul(sum, new(big.Rat).Quo(d.Percent.Rat(), big.NewRat(100, 1)))
			if d.Amount.Sign() > 0 {
				amount = d.Amount.Rat()
				if d.Prorated {
					amount.Mul(amount, part)
				}
			}
			mode := r.Mode
			if d.Rollover {
				mode = proration.Down // a budget is never exceeded
			}
			if amount = slowNearest(amount, places, mode); amount.Cmp(sum) > 0 {
				amount = sum
			}
			for k, share := range slowSpread(amount, pool, places, r.Allocation) {
				took[on[k]] = share
			}
		}
		for i := range left {
			left[i] = new(big.Rat).Sub(left[i], took[i])
		}
		taken = append(taken, took)
	}
	return taken
}

// checkLaws fails unless the deductions add up, charge by charge and in all, to the last unit, and no charge falls
// below zero.
func checkLaws(tb testing.TB, r plans.DiscountRequest, out plans.DiscountResult) {
	tb.Helper()
	if len(out.Charges) != len(r.Charges) {
		tb.Fatalf("%d charges came out of %d", len(out.Charges), len(r.Charges))
	}
	var before, net, amount decimal.Decimal
	for i, c := range out.Charges {
		was := r.Charges[i]
		given := was.Net
		order := -1
		for k, d := range c.Discounts {
			if k < len(was.Discounts) {
				if d.Discount != was.Discounts[k].Discount || !d.Amount.Equal(was.Discounts[k].Amount) {
					tb.Fatalf("charge %d had %+v taken off before, and now has %+v", i, was.Discounts[k], d)
				}
				continue
			}
			next := slices.IndexFunc(r.Discounts, func(other plans.Discount) bool { return other.ID == d.Discount })
			if next <= order || d.Reason == "" || !d.Amount.IsPositive() {
				tb.Fatalf("charge %d has %+v taken off, after discount %d", i, d, order)
			}
			order = next
			given = given.Sub(d.Amount)
			amount = amount.Add(d.Amount)
		}
		if len(c.Discounts) < len(was.Discounts) || !given.Equal(c.Net) {
			tb.Fatalf("charge %d: %v less %+v is not %v", i, was.Net, c.Discounts, c.Net)
		}
		if was.Net.IsPositive() && c.Net.IsNegative() || !was.Net.IsPositive() && !c.Net.Equal(was.Net) {
			tb.Fatalf("charge %d was %v and is %v", i, was.Net, c.Net)
		}
		before, net = before.Add(was.Net), net.Add(c.Net)
	}
	if !out.Amount.Equal(amount) || !out.Net.Equal(net) || !out.Amount.Add(out.Net).Equal(before) {
		tb.Fatalf("%v was taken off, %v in all, which leaves %v, %v in all, of %v", amount, out.Amount, net, out.Net, before)
	}
}

// checkReduction applies discounts, and fails unless every deduction equals the definition and the laws hold.
func checkReduction(tb testing.TB, r plans.DiscountRequest) plans.DiscountResult {
	tb.Helper()
	out, err := plans.ApplyDiscounts(r)
	if err != nil {
		tb.Fatalf("%s: %v", giventest.JSON(tb, r), err)
	}
	checkLaws(tb, r, out)
	taken := slowDiscounts(r)
	for i, c := range out.Charges {
		deductions := c.Discounts[len(r.Charges[i].Discounts):]
		for k, d := range r.Discounts {
			want := taken[k][i]
			got := new(big.Rat)
			if len(deductions) > 0 && deductions[0].Discount == d.ID {
				got, deductions = deductions[0].Amount.Rat(), deductions[1:]
			}
			if got.Cmp(want) != 0 {
				tb.Fatalf("%s\n%s takes %s off charge %d, want %s", giventest.JSON(tb, r), d.ID, got.FloatString(6), i, want.FloatString(6))
			}
		}
	}
	return out
}

// line is a charge of an amount, for one seat in November 2026.
func line(net string, currency plans.Currency) plans.Charge {
	november := proration.Period{Start: giventest.Instant("2026-11-01", nil), End: giventest.Instant("2026-12-01", nil)}
	return plans.Charge{
		Kind: plans.Recurring, Plan: "growth", Item: "seat", Currency: currency, Quantity: decimal.New(1, 0),
		Price: plans.Price{Unit: giventest.Money(net).Abs()}, Period: november, Span: november, Net: giventest.Money(net),
	}
}

// allBills lists all bills of some amounts, up to a number of lines.
func allBills(nets string, most int) [][]plans.Charge {
	all := [][]plans.Charge{nil}
	for from := 0; most > 0; most-- {
		longest := all[from:]
		from = len(all)
		for _, bill := range longest {
			for net := range strings.FieldsSeq(nets) {
				all = append(all, append(slices.Clip(bill), line(net, "USD")))
			}
		}
	}
	return all
}

// Every bill of up to three lines, with credits, under every list of up to two discounts, by each rounding and
// allocation: each deduction equals the definition, and they add up.
func TestEveryDiscount(t *testing.T) {
	short.Skip(t)
	discounts := strictly[[]plans.Discount](t, `[
		{"id":"10 %","percent":"10","duration":"forever"},
		{"id":"60 %","percent":"60","duration":"forever"},
		{"id":"a third","percent":"33.333","duration":"once"},
		{"id":"free","percent":"100","duration":"repeating","periods":2},
		{"id":"a trifle","percent":"0.5","duration":"forever"},
		{"id":"two","amount":"0.02","duration":"forever","currency":"USD"},
		{"id":"five","amount":"5","duration":"once","currency":"USD"},
		{"id":"most","amount":"1000","duration":"forever","rollover":true,"currency":"USD"},
		{"id":"special","price":{"unit":"3.005"},"duration":"forever","currency":"USD"}
	]`)
	stacks := [][]plans.Discount{nil}
	for i := range discounts {
		stacks = append(stacks, discounts[i:i+1])
		for j := range discounts {
			if j != i {
				stacks = append(stacks, []plans.Discount{discounts[i], discounts[j]})
			}
		}
	}
	checked := 0
	for i, bill := range append(allBills("0.01 0.05 10.05 -5.00", 3), allBills("0.02 3.33 100.00 0 -0.01", 2)...) {
		if !race.Takes(i, 4) {
			continue
		}
		for _, stack := range stacks {
			for _, allocation := range everyAllocation {
				checkReduction(t, plans.DiscountRequest{
					Charges: bill, Discounts: stack, Currency: "USD", Mode: everyMode[checked%len(everyMode)], Allocation: allocation,
				})
				checked++
			}
		}
	}
	t.Logf("%d bills", checked)
}

// Every discount over every sequence of four bills: it is used as often as its duration says, on bills with a net in
// scope, and gives at most its amount.
func TestEveryDiscountIsUsedUp(t *testing.T) {
	short.Skip(t)
	all := strictly[[]plans.Discount](t, `[
		{"id":"a","percent":"10","duration":"once"},
		{"id":"a","amount":"5","duration":"once","currency":"USD"},
		{"id":"a","price":{"unit":"2.50"},"duration":"once","currency":"USD"},
		{"id":"a","percent":"100","duration":"repeating","periods":2},
		{"id":"a","amount":"5","duration":"repeating","periods":3,"currency":"USD"},
		{"id":"a","amount":"5","duration":"once","rollover":true,"currency":"USD"},
		{"id":"a","amount":"5.03","duration":"repeating","periods":2,"rollover":true,"currency":"USD"},
		{"id":"a","amount":"30","duration":"forever","rollover":true,"currency":"USD"},
		{"id":"a","amount":"5","duration":"forever","currency":"USD"},
		{"id":"a","percent":"12.5","duration":"forever"}
	]`)
	bills := allBills("0.03 4.00 -7.00", 2)
	for _, first := range all {
		// uses and gives bound the discount: its number of uses, and its amount in all; below zero is unbounded.
		uses, gives := -1, big.NewRat(-1, 1)
		switch {
		case first.Duration == plans.Repeating:
			uses = first.Periods
		case first.Duration == plans.Once && !first.Rollover:
			uses = 1
		}
		if first.Rollover {
			gives = first.Amount.Rat()
		}
		var follow func(d []plans.Discount, uses int, gives *big.Rat, depth int)
		follow = func(d []plans.Discount, uses int, gives *big.Rat, depth int) {
			if depth == 0 {
				return
			}
			for i, bill := range race.Few(bills, 3) {
				r := plans.DiscountRequest{Charges: bill, Discounts: d, Currency: "USD", Mode: everyMode[(i+depth)%len(everyMode)], Allocation: everyAllocation[i%2]}
				out := checkReduction(t, r)
				usesNow, givesNow := uses, gives
				if out.Amount.IsPositive() {
					usesNow--
					givesNow = new(big.Rat).Sub(gives, out.Amount.Rat())
				}
				if uses == 0 && out.Amount.IsPositive() || gives.Sign() >= 0 && givesNow.Sign() < 0 {
					t.Fatalf("%s: %v more is taken off", giventest.JSON(t, first), out.Amount)
				}
				remains := usesNow != 0 && givesNow.Sign() != 0
				if len(d) == 0 {
					remains = false
				}
				if remains != (len(out.Remaining) == 1) {
					t.Fatalf("%s: of %s remains %s", giventest.JSON(t, first), giventest.JSON(t, r), giventest.JSON(t, out.Remaining))
				}
				follow(out.Remaining, usesNow, givesNow, depth-1)
			}
		}
		follow([]plans.Discount{first}, uses, gives, 3)
	}
}

// Discounts apply in the order of the list: every pair of a percentage and an amount, in both orders.
func TestEveryDiscountInOrder(t *testing.T) {
	short.Skip(t)
	for _, percent := range numbers("10 20 50 60 100") {
		for _, amount := range numbers("1 5 40 100") {
			for _, net := range []string{"7.77", "100.00", "250.01"} {
				p := plans.Discount{ID: "percent", Percent: percent, Duration: plans.Forever}
				a := plans.Discount{ID: "amount", Amount: amount, Currency: "USD", Duration: plans.Forever}
				apply := func(d ...plans.Discount) plans.DiscountResult {
					return checkReduction(t, plans.DiscountRequest{
						Charges: []plans.Charge{line(net, "USD")}, Discounts: d, Currency: "USD", Mode: proration.HalfUp, Allocation: proration.LargestRemainder,
					})
				}
				percentFirst, amountFirst := apply(p, a), apply(a, p)
				if percentFirst.Net.GreaterThan(amountFirst.Net) {
					t.Fatalf("%s: %v %% and then %v off leave %v, which is more than %v in the other order", net, percent, amount, percentFirst.Net, amountFirst.Net)
				}
			}
		}
	}
}
