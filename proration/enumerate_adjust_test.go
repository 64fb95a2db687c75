package proration_test

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/proration"
)

var bases = []proration.CreditBasis{proration.OnBilled, proration.OnPrice}

func adjust(t *testing.T, c proration.Change) proration.Adjustment {
	t.Helper()
	a, err := proration.Adjust(c)
	if err != nil {
		t.Fatalf("%+v: %v", c, err)
	}
	return a
}

// sinceChange returns an instant of the day of a change that is inside the period, also if the change is its first
// instant: an old side that owns the day of a change owns that day too.
func sinceChange(c proration.Change, in proration.Period) time.Time {
	if c.Policy.DayCount == proration.Seconds || c.Policy.ChangeDay != proration.OldSide || !c.At.Equal(in.Start) {
		return c.At
	}
	return c.At.Add(1)
}

// checkCredit fails unless the credit is the exact unused share of its part of the basis, by the price less that share
// and part of the deductions, rounded once. A credit above zero becomes zero, and a credit of more than the uncredited
// billed amount becomes that amount. Earlier credits change nothing else.
func checkCredit(t *testing.T, c proration.Change, credit proration.Result) {
	t.Helper()
	b, p := c.Billed, c.Billed.Period
	if p.Equal(proration.Period{}) {
		p = b.Span
	}
	slow := slowShares(p, c.Policy, c.Location)
	span := b.Span.From(sinceChange(c, p))
	if !b.Until.IsZero() {
		span.End = b.Until
	}
	unused := slow(span)
	of := b.Price
	if c.CreditBasis == proration.OnBilled {
		of = b.Amount
		unused.Quo(unused, slow(b.Span))
	}
	some := big.NewRat(1, 1)
	if (b.Part != proration.Fraction{}) {
		some.SetFrac64(b.Part.Num, b.Part.Den)
	}
	exact := new(big.Rat).Neg(exactly(of, unused, proration.Residual{}))
	if paid := slow(b.Span); c.CreditBasis == proration.OnPrice && paid.Sign() > 0 {
		exact.Add(exact, exactly(b.Deducted, new(big.Rat).Quo(unused, paid), proration.Residual{}))
	}
	exact.Mul(exact, some)
	checkParts(t, c, credit, new(big.Rat).Mul(of.Rat(), some), unused, exact)
	checkCreditText(t, credit)
	left := new(big.Rat).Neg(b.Amount.Sub(b.Credited).Rat())
	all := slowRound(left, proration.Rounding{Places: c.Policy.Rounding.Places, Mode: proration.Down})
	switch rounded := slowRound(exact, c.Policy.Rounding); {
	case rounded.Sign() > 0:
		all = new(big.Rat)
	case rounded.Cmp(left) >= 0:
		if credit.Capped {
			t.Fatalf("%+v: the credit of %v is capped, although %v is left", c, credit.Amount, left)
		}
		checkLine(t, credit, exact)
		return
	}
	if !credit.Capped || credit.Amount.Rat().Cmp(all) != 0 || !credit.Residual.IsZero() {
		t.Fatalf("%+v: the credit is %v, capped %v, with the residual %v, want the cap of %v", c, credit.Amount, credit.Capped, credit.Residual, all)
	}
	checkExplained(t, credit)
}

// checkParts fails unless the fields of the credit give its exact value: the part of the basis, exact up to 38 places
// and otherwise truncated to the places of the rounding, the negative unused share, and the rest in the carry.
func checkParts(t *testing.T, c proration.Change, credit proration.Result, of, unused, exact *big.Rat) {
	t.Helper()
	longest := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil))
	if ends := longest.Mul(longest, of).IsInt(); !ends {
		of = slowRound(of, proration.Rounding{Places: c.Policy.Rounding.Places, Mode: proration.Down})
	}
	given := new(big.Rat).Neg(unused)
	carry := new(big.Rat).Sub(exact, new(big.Rat).Mul(of, given))
	if credit.Of.Rat().Cmp(of) != 0 || credit.Carry.Rat().Cmp(carry) != 0 {
		t.Fatalf("%+v: the credit is of %v and carries %v, want %v and %v", c, credit.Of, credit.Carry, of.FloatString(40), carry)
	}
	if credit.Fraction.Den <= 0 || big.NewRat(credit.Fraction.Num, credit.Fraction.Den).Cmp(given) != 0 || credit.Rounding != c.Policy.Rounding {
		t.Fatalf("%+v: the credit is a share of %v, rounded by %+v, want %v", c, credit.Fraction, credit.Rounding, given)
	}
}

// Every change from one price to another is exact on any day of a month, after a purchase at its start or inside it,
// with earlier credits: both lines are exact, the credit is capped, and the net is their sum.
func TestEveryChangeInsideAPeriod(t *testing.T) {
	short.Skip(t)
	prices := moneys("0, 10.05, 30, 99.99")
	for _, text := range []string{"2024-02-01/2024-03-01", "2024-01-31/2024-02-29"} {
		p := span(text, nil)
		for n, policy := range countingPolicies() {
			t.Run(text+" "+policy.DayCount.String()+" "+policy.ChangeDay.String(), func(t *testing.T) {
				t.Parallel()
				round := n
				for _, bought := range []time.Time{p.Start, p.Start.AddDate(0, 0, 9)} {
					for _, at := range race.Few(daysOf(p.From(bought), nil, 0, 24*time.Hour-1, 9*time.Hour), 7) {
						for _, before := range prices {
							for _, after := range prices {
								for _, credited := range []decimal.Decimal{decimal.Zero, before.Mul(money("0.25")), before} {
									round++
									policy.Rounding = proration.Rounding{Places: 2, Mode: modes[round%len(modes)]}
									c := proration.Change{
										At:          at,
										Billed:      proration.Billed{Amount: before, Span: p.From(bought), Credited: credited, Price: money("31"), Period: p},
										Next:        &proration.Next{Price: after, Period: p},
										CreditBasis: bases[round/len(modes)%len(bases)], Policy: policy,
									}
									if round%3 == 0 {
										c.Next.End = p.End.AddDate(0, 0, -1)
									}
									if at.Before(p.End.AddDate(0, 0, -1)) {
										checkChange(t, c)
									}
								}
							}
						}
					}
				}
			})
		}
	}
}

// Every usual change is exact: from an uncredited charge for a whole period to a new price in the same or another
// period, until its end or a day earlier, also for amounts with more places than the rounding or more digits than 64
// bits hold.
func TestEveryUsualChange(t *testing.T) {
	short.Skip(t)
	p := span("2024-02-01/2024-03-01", nil)
	others := []proration.Period{p, span("2024-01-16/2024-03-16", nil), {Start: p.Start, End: p.Start.AddDate(1, 0, 0)}}
	for n, policy := range countingPolicies() {
		t.Run(policy.DayCount.String()+" "+policy.ChangeDay.String(), func(t *testing.T) {
			t.Parallel()
			round := n
			for _, at := range race.Few(daysOf(p, nil, 0, 24*time.Hour-1, 9*time.Hour), 7) {
				if !at.Before(p.End.AddDate(0, 0, -1)) {
					continue
				}
				for _, before := range moneys("0, 10.05, 10.005, 0.009, 99.99, 123456789012345678901.23") {
					for _, after := range moneys("0, 10.05, 31.005, 98765432109876543210") {
						for _, other := range others {
							for _, early := range []int{0, -1} {
								round++
								policy.Rounding = proration.Rounding{Places: 2, Mode: modes[round%len(modes)]}
								c := proration.Change{
									At: at, Billed: proration.Billed{Amount: before, Span: p}, CreditBasis: proration.OnBilled,
									Next: &proration.Next{Price: after, Period: other}, Policy: policy,
								}
								if early != 0 {
									c.Next.End = other.End.AddDate(0, 0, early)
								}
								checkChange(t, c)
							}
						}
					}
				}
			}
		})
	}
}

// Every partial credit is exact on any day of a month, after a purchase at its start or inside it, with earlier credits
// and deductions, alone and with a new price. Among the cases is the usual change with a part.
func TestEveryCreditOfAPart(t *testing.T) {
	short.Skip(t)
	p := span("2024-02-01/2024-03-01", nil)
	next := &proration.Next{Price: money("31"), Period: p}
	shares := moneys("0, 0.1, 0.5, 0.9, 1") // of the amount, credited before
	for n, policy := range countingPolicies() {
		t.Run(policy.DayCount.String()+" "+policy.ChangeDay.String(), func(t *testing.T) {
			t.Parallel()
			round := n
			for _, bought := range []time.Time{p.Start, p.Start.AddDate(0, 0, 9)} {
				for _, at := range race.Few(daysOf(p.From(bought), nil, 0, 9*time.Hour), 7) {
					if !at.Before(p.End.AddDate(0, 0, -1)) {
						continue
					}
					for _, amount := range moneys("10.05, 99.990, 0.0625") {
						for _, some := range []string{"", "0/5", "2/5", "1/3", "6/7", "5/5"} {
							for _, share := range shares {
								round++
								policy.Rounding = proration.Rounding{Places: int32(round % 4), Mode: modes[round%len(modes)]}
								c := proration.Change{
									At: at, CreditBasis: bases[round/len(modes)%len(bases)], Policy: policy,
									Billed: proration.Billed{Amount: amount, Span: p.From(bought), Credited: amount.Mul(share), Part: part(some)},
								}
								if c.CreditBasis == proration.OnPrice || round%3 == 0 {
									c.Billed.Price, c.Billed.Period = money("31"), p
								}
								if round%11 < 3 {
									c.Billed.Deducted = money([]string{"7.77", "-0.01", "77.7"}[round%11])
								}
								if round%2 == 0 {
									c.Next = next
								}
								checkChange(t, c)
							}
						}
					}
				}
			}
		})
	}
}

func checkChange(t *testing.T, c proration.Change) {
	t.Helper()
	a := adjust(t, c)
	checkCredit(t, c, a.Credit)
	if c.Next == nil {
		if !sameResult(a.Charge, proration.Result{}) || !a.Net.Equal(a.Credit.Amount) {
			t.Fatalf("%+v: without a new price the charge is %+v and the net %v", c, a.Charge, a.Net)
		}
		return
	}
	next := c.Next.Period.From(c.At)
	in := c.Billed.Period
	if in.Equal(proration.Period{}) {
		in = c.Billed.Span
	}
	if in.Start.Equal(c.Next.Period.Start) { // otherwise a new period begins with the change
		next = c.Next.Period.From(sinceChange(c, in))
	}
	if !c.Next.End.IsZero() {
		next.End = c.Next.End
	}
	checkLine(t, a.Charge, exactly(c.Next.Price, slowShare(c.Next.Period, next, c.Policy, c.Location), proration.Residual{}))
	if !a.Net.Equal(a.Credit.Amount.Add(a.Charge.Amount)) {
		t.Fatalf("%+v: the net of %v and %v is %v", c, a.Credit.Amount, a.Charge.Amount, a.Net)
	}
	if a.Credit.Amount.IsPositive() || a.Charge.Amount.IsNegative() {
		t.Fatalf("%+v: a credit of %v and a charge of %v", c, a.Credit.Amount, a.Charge.Amount)
	}
}

// A change to the same price is free, since both sides share the instant and the owner of its day. The net is zero for
// every mode that treats both signs alike; Ceiling keeps a unit of every inexact line, and Floor gives one away. The
// cases leave out prices with more places than the rounding, where the cap applies, and Actual30 on the billed amount,
// where a whole February costs less than its price.
func TestChangeToTheSamePriceIsFree(t *testing.T) {
	t.Parallel()
	p := span("2024-01-31/2024-02-29", nil)
	for _, policy := range countingPolicies() {
		for _, mode := range modes {
			policy.Rounding = proration.Rounding{Places: 2, Mode: mode}
			for _, price := range moneys("0, 0.01, 0.05, 10.05, 99.99, 1000") {
				for _, at := range race.Few(daysOf(p, nil, 0, 24*time.Hour-1, 9*time.Hour), 5) {
					for _, basis := range bases {
						if !at.Before(p.End) || policy.DayCount == proration.Actual30 && basis == proration.OnBilled {
							continue
						}
						a := adjust(t, proration.Change{
							At:          at,
							Billed:      proration.Billed{Amount: price, Span: p, Price: price},
							Next:        &proration.Next{Price: price, Period: p},
							CreditBasis: basis, Policy: policy,
						})
						want := decimal.Zero
						if inexact := !a.Charge.Residual.IsZero(); inexact && mode == proration.Ceiling {
							want = money("0.01")
						} else if inexact && mode == proration.Floor {
							want = money("-0.01")
						}
						if !a.Net.Equal(want) || a.Credit.Capped {
							t.Fatalf("the change of %v to itself at %v by %+v costs %v, want %v", price, at, policy, a.Net, want)
						}
					}
				}
			}
		}
	}
}

// Repeated credits of one charge, on any basis and price, never exceed the billed amount.
func TestCreditsNeverExceedTheBilledAmount(t *testing.T) {
	t.Parallel()
	p := span("2024-01-01/2024-02-01", nil)
	for _, mode := range modes {
		for _, basis := range bases {
			for _, price := range moneys("0.01, 10, 31, 310") {
				policy := proration.Standard(2)
				policy.Rounding.Mode = mode
				billed := proration.Billed{Amount: money("31"), Span: p, Price: price}
				for _, at := range daysOf(p, nil, 0)[:31] {
					a := adjust(t, proration.Change{At: at, Billed: billed, CreditBasis: basis, Policy: policy})
					billed.Credited = billed.Credited.Sub(a.Credit.Amount)
					if billed.Credited.GreaterThan(billed.Amount) {
						t.Fatalf("at %v, by %v of %v and %v, %v of %v is credited", at, basis, price, mode, billed.Credited, billed.Amount)
					}
				}
			}
		}
	}
}

// Credits for the parts of a charge at one instant, each an earlier credit of the next, add up to the credit for the
// whole, except for less than one unit of rounding a line. Together they never exceed the billed amount.
func TestPartialCreditsAddUp(t *testing.T) {
	t.Parallel()
	p := span("2024-01-31/2024-02-29", nil)
	round := 0
	for _, text := range []string{"1/5, 2/5, 2/5", "1/3, 1/3, 1/3", "1/7, 6/7", "2/5, 3/5, 0/1", "1/1"} {
		var parts []proration.Fraction
		for _, one := range strings.Split(text, ", ") {
			parts = append(parts, part(one))
		}
		for _, policy := range countingPolicies() {
			for _, amount := range moneys("0.01, 10.05, 31, 99.999") {
				for _, at := range race.Few(daysOf(p, nil, 9*time.Hour)[:29], 7) {
					for _, credited := range moneys("0, 0.3, 0.9") {
						round++
						policy.Rounding = proration.Rounding{Places: 2, Mode: modes[round%len(modes)]}
						checkPartsAddUp(t, parts, proration.Change{
							At: at, CreditBasis: bases[round/len(modes)%len(bases)], Policy: policy,
							Billed: proration.Billed{Amount: amount, Span: p, Price: money("40"), Credited: amount.Mul(credited), Deducted: moneys("0, 3.33")[round%2]},
						})
					}
				}
			}
		}
	}
}

func checkPartsAddUp(t *testing.T, parts []proration.Fraction, c proration.Change) {
	t.Helper()
	c.Billed.Part = proration.Fraction{}
	whole, sum := adjust(t, c).Credit.Amount, decimal.Zero
	for _, c.Billed.Part = range parts {
		credit := adjust(t, c).Credit.Amount
		sum = sum.Add(credit)
		c.Billed.Credited = c.Billed.Credited.Sub(credit)
		if credit.IsPositive() || c.Billed.Credited.GreaterThan(c.Billed.Amount) {
			t.Fatalf("%+v: after a credit of %v, %v of %v is credited", c, credit, c.Billed.Credited, c.Billed.Amount)
		}
	}
	most := decimal.New(int64(len(parts)-1), -c.Policy.Rounding.Places) // n errors less that of the whole: below n units
	if sum.Sub(whole).Abs().GreaterThan(most) {
		t.Fatalf("%+v: the credits for %v add up to %v, and the credit for the whole is %v", c, parts, sum, whole)
	}
}
