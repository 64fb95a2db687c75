package proration_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/proration"
)

var (
	modes   = someModes()
	amounts = moneys("0, 0.01, 0.05, 1, 10.05, 99.99, 1000, 12.345, -0.01, -0.05, -1, -10.05, -99.99, -1000")
)

// everyMode is every rounding mode, in their order.
var everyMode = []proration.RoundingMode{
	proration.HalfUp, proration.HalfEven, proration.HalfDown, proration.Up, proration.Down, proration.Ceiling, proration.Floor,
}

// someModes are those of the enumerations: all, or some of them where the race detector watches.
func someModes() []proration.RoundingMode {
	if race.On {
		return []proration.RoundingMode{proration.HalfUp, proration.HalfEven, proration.Floor}
	}
	return everyMode
}

// nearest reports whether a mode rounds to the nearest.
func nearest(m proration.RoundingMode) bool { return m <= proration.HalfDown }

// ofDays asks for the days from one to another of a period of so many.
func ofDays(amount decimal.Decimal, from, to, whole int, r proration.Rounding) proration.Request {
	start := instant("2024-01-01", nil)
	return proration.Request{
		Amount: amount,
		Period: proration.Period{Start: start, End: start.AddDate(0, 0, whole)},
		Span:   proration.Period{Start: start.AddDate(0, 0, from), End: start.AddDate(0, 0, to)},
		Policy: proration.Policy{DayCount: proration.Days, ChangeDay: proration.NewSide, Rounding: r},
	}
}

func prorate(t *testing.T, r proration.Request) proration.Result {
	t.Helper()
	line, err := proration.Prorate(r)
	if err != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	return line
}

// Every amount × every share of months and years, by every mode in places of the yen, the cent and the fils, is the exact
// value rounded once, keeps exactly what is left over, and is never more than the whole.
func TestEveryShareOfEveryAmount(t *testing.T) {
	short.Skip(t)
	for _, whole := range race.Few([]int{1, 2, 3, 7, 28, 29, 30, 31, 365, 366}, 3) {
		for _, places := range []int32{0, 2, 3, -2} {
			t.Run(fmt.Sprintf("%d days, %d places", whole, places), func(t *testing.T) {
				t.Parallel()
				step := 1 + whole/40
				for _, mode := range modes {
					r := proration.Rounding{Places: places, Mode: mode}
					for _, amount := range amounts {
						all := prorate(t, ofDays(amount, 0, whole, whole, r))
						for days := 1; days <= whole; days += step {
							line := prorate(t, ofDays(amount, whole-days, whole, whole, r))
							checkLine(t, line, exactly(amount, big.NewRat(int64(days), int64(whole)), proration.Residual{}))
							if line.Amount.Abs().GreaterThan(all.Amount.Abs()) {
								t.Fatalf("%d of %d days of %v by %v cost %v, and all of them %v", days, whole, amount, r, line.Amount, all.Amount)
							}
						}
					}
				}
			})
		}
	}
}

// A carry joins the exact value before the one rounding: what one line left over, given to another of any other share.
func TestEveryCarry(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	for _, mode := range modes {
		r := proration.Rounding{Places: 2, Mode: mode}
		for _, first := range race.Few(amounts, 3) {
			for _, wholes := range [][2]int{{30, 30}, {31, 28}, {7, 31}, {366, 3}} {
				before := prorate(t, ofDays(first, 1, wholes[0], wholes[0], r))
				for _, second := range amounts {
					for _, days := range []int{1, 2, 3} {
						ask := ofDays(second, 0, days, wholes[1], r)
						ask.Carry = before.Residual
						line := prorate(t, ask)
						checkLine(t, line, exactly(second, big.NewRat(int64(days), int64(wholes[1])), before.Residual))
						if !line.Carry.Equal(before.Residual) {
							t.Fatalf("the line says that %v was carried, want %v", line.Carry, before.Residual)
						}
					}
				}
			}
		}
	}
}

// Days charged one by one, each with what the one before left over, add up to the whole: to the last unit for modes that
// round to the nearest, since the whole has no more places than they keep, and within one unit for the others.
func TestEveryDayByItselfAddsUp(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	for _, whole := range []int{28, 29, 30, 31, 366} {
		for _, mode := range modes {
			for _, amount := range amounts {
				amount = amount.Truncate(2)
				r := proration.Rounding{Places: 2, Mode: mode}
				var carry proration.Residual
				sum := decimal.Zero
				for day := range whole {
					ask := ofDays(amount, day, day+1, whole, r)
					ask.Carry = carry
					line := prorate(t, ask)
					sum, carry = sum.Add(line.Amount), line.Residual
				}
				off := new(big.Rat).Abs(amount.Sub(sum).Rat())
				if nearest(mode) && off.Sign() != 0 || off.Cmp(lastPlace(2)) > 0 {
					t.Fatalf("%v a period of %d days comes to %v by days and %v", amount, whole, sum, mode)
				}
				if amount.Sub(sum).Rat().Cmp(carry.Rat()) != 0 {
					t.Fatalf("%v a period of %d days is %v by days and %v, with %v left over", amount, whole, sum, mode, carry)
				}
			}
		}
	}
}

// Whatever the count, the amount is the exact share of it: all counts and both sides in two months and a year.
func TestEveryCountInMoney(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	for _, text := range []string{"2024-01-31/2024-02-29", "2024-02-29/2024-03-31", "2024-02-29/2025-02-28"} {
		p := span(text, nil)
		for i, policy := range countingPolicies() {
			slow := slowShares(p, policy, nil)
			for j, at := range daysOf(p, nil, 0, 24*60*60*1e9-1)[1:] {
				amount, mode := amounts[(i+j)%len(amounts)], modes[(i+2*j)%len(modes)]
				policy.Rounding = proration.Rounding{Places: 2, Mode: mode}
				for _, s := range []proration.Period{p.Until(at), p.From(at)} {
					if s.Start.Before(s.End) {
						line := prorate(t, proration.Request{Amount: amount, Period: p, Span: s, Policy: policy})
						checkLine(t, line, exactly(amount, slow(s), proration.Residual{}))
					}
				}
			}
		}
	}
}
