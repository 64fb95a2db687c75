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
	modes   = testModes()
	amounts = moneys("0, 0.01, 0.05, 1, 10.05, 99.99, 1000, 12.345, -0.01, -0.05, -1, -10.05, -99.99, -1000")
)

// everyMode lists the rounding modes in order.
var everyMode = []proration.RoundingMode{
	proration.HalfUp, proration.HalfEven, proration.HalfDown, proration.Up, proration.Down, proration.Ceiling, proration.Floor,
}

// testModes returns the modes of the enumerations: all of them, or some under the race detector.
func testModes() []proration.RoundingMode {
	if race.On {
		return []proration.RoundingMode{proration.HalfUp, proration.HalfEven, proration.Floor}
	}
	return everyMode
}

// nearest reports whether a mode rounds to the nearest unit.
func nearest(m proration.RoundingMode) bool { return m <= proration.HalfDown }

// dayRequest prorates the days from one to another of a period of a given length.
func dayRequest(amount decimal.Decimal, from, to, whole int, r proration.Rounding) proration.Request {
	start := instant("2024-01-01", nil)
	return proration.Request{
		Amount: amount,
		Period: proration.Period{Start: start, End: start.AddDate(0, 0, whole)},
		Span:   proration.Period{Start: start.AddDate(0, 0, from), End: start.AddDate(0, 0, to)},
		Policy: proration.Policy{DayCount: proration.Days, FirstDay: proration.DayBilled, LastDay: proration.DayFree, ChangeDay: proration.NewSide, Rounding: r},
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

// Every amount for every share of a month or a year, by every mode and with the places of the yen, the cent and the
// fils, is the exact value rounded once. Its residual is exact, and a part never costs more than the whole.
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
						all := prorate(t, dayRequest(amount, 0, whole, whole, r))
						for days := 1; days <= whole; days += step {
							line := prorate(t, dayRequest(amount, whole-days, whole, whole, r))
							checkLine(t, line, exactly(amount, big.NewRat(int64(days), int64(whole)), proration.Residual{}))
							if line.Amount.Abs().GreaterThan(all.Amount.Abs()) {
								t.Fatalf("%d of %d days of %v by %v cost %v, and the whole costs %v", days, whole, amount, r, line.Amount, all.Amount)
							}
						}
					}
				}
			})
		}
	}
}

// Every carry is added to the exact value before the one rounding, also where the lines have different shares.
func TestEveryCarry(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	for _, mode := range modes {
		r := proration.Rounding{Places: 2, Mode: mode}
		for _, first := range race.Few(amounts, 3) {
			for _, wholes := range [][2]int{{30, 30}, {31, 28}, {7, 31}, {366, 3}} {
				before := prorate(t, dayRequest(first, 1, wholes[0], wholes[0], r))
				for _, second := range amounts {
					for _, days := range []int{1, 2, 3} {
						request := dayRequest(second, 0, days, wholes[1], r)
						request.Carry = before.Residual
						line := prorate(t, request)
						checkLine(t, line, exactly(second, big.NewRat(int64(days), int64(wholes[1])), before.Residual))
						if !sameResidual(line.Carry, before.Residual) {
							t.Fatalf("the carry of the line is %v, want %v", line.Carry, before.Residual)
						}
					}
				}
			}
		}
	}
}

// Days billed one by one, each with the residual of the day before, add up to the whole: exactly for modes that round
// to the nearest, since the whole has no more places than the rounding, and within one unit for the others.
func TestEveryDayBilledAloneAddsUp(t *testing.T) {
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
					request := dayRequest(amount, day, day+1, whole, r)
					request.Carry = carry
					line := prorate(t, request)
					sum, carry = sum.Add(line.Amount), line.Residual
				}
				off := new(big.Rat).Abs(amount.Sub(sum).Rat())
				if nearest(mode) && off.Sign() != 0 || off.Cmp(lastPlace(2)) > 0 {
					t.Fatalf("%v for a period of %d days adds up to %v by days and %v", amount, whole, sum, mode)
				}
				if amount.Sub(sum).Rat().Cmp(carry.Rat()) != 0 {
					t.Fatalf("%v for a period of %d days adds up to %v by days and %v, with the residual %v", amount, whole, sum, mode, carry)
				}
			}
		}
	}
}

// The amount is the exact share of every day count and both change-day sides, in two months and a year.
func TestEveryDayCountIsExact(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	for _, text := range []string{"2024-01-31/2024-02-29", "2024-02-29/2024-03-31", "2024-02-29/2025-02-28"} {
		p := span(text, nil)
		for i, policy := range countingPolicies() {
			slow := slowShares(p, policy, nil)
			for j, at := range daysOf(p, nil, 0, 24*60*60*1e9-1)[1:] {
				amount, mode := amounts[(i+j)%len(amounts)], modes[(i+2*j)%len(modes)]
				policy.Rounding = proration.Rounding{Places: 2, Mode: mode}
				for _, s := range []proration.Period{until(p, at), p.From(at)} {
					if s.Start.Before(s.End) {
						line := prorate(t, proration.Request{Amount: amount, Period: p, Span: s, Policy: policy})
						checkLine(t, line, exactly(amount, slow(s), proration.Residual{}))
					}
				}
			}
		}
	}
}
