package proration_test

import (
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/proration"
)

// eachStepSequence calls visit with every ordered sequence of steps up to a length, at the given instants and prices.
func eachStepSequence(instants []time.Time, prices []decimal.Decimal, most int, visit func([]step)) {
	var grow func(steps []step, from int)
	grow = func(steps []step, from int) {
		if len(steps) > 0 {
			visit(steps)
		}
		if len(steps) == most {
			return
		}
		for i := from; i < len(instants); i++ {
			for _, price := range prices {
				grow(append(slices.Clone(steps), step{At: instants[i], Price: price}), i)
			}
		}
	}
	grow(nil, 0)
}

// slowTotal returns the exact cost of the steps, each until the next one.
func slowTotal(steps []step, p proration.Period, share func(proration.Period) *big.Rat) *big.Rat {
	total := new(big.Rat)
	for i, step := range steps {
		segment := p.From(step.At)
		if i+1 < len(steps) {
			segment.End = steps[i+1].At
		}
		total.Add(total, exactly(step.Price, share(segment), proration.Residual{}))
	}
	return total
}

// Up to four price changes, each prorated with the carry of the one before, add up to within half a unit of the exact
// total, or within one unit for modes that do not round to the nearest. Each line is rounded once.
func TestEveryCarryPreventsDrift(t *testing.T) {
	short.Skip(t)
	p := span("2024-02-01/2024-03-01", nil)
	instants := []time.Time{p.Start, instant("2024-02-11T09:30:00", nil), instant("2024-02-29", nil)}
	for _, policy := range countingPolicies() {
		t.Run(policy.DayCount.String()+" "+policy.ChangeDay.String(), func(t *testing.T) {
			t.Parallel()
			share := slowShares(p, policy, nil)
			round := 0
			eachStepSequence(instants, moneys("0, 10.05, 99.99"), 4, func(steps []step) {
				if round++; !race.Takes(round, 5) {
					return
				}
				policy.Rounding = proration.Rounding{Places: 2, Mode: modes[round%len(modes)]}
				s := settle(t, timeline{Period: p, Steps: steps, Policy: policy})
				checkSettlement(t, s, steps, policy.Rounding, func(at time.Time) *big.Rat { return share(p.From(at)) })
				if policy.DayCount == proration.Actual30 {
					return // Actual30 is not additive
				}
				if exact := slowTotal(steps, p, share); new(big.Rat).Sub(exact, s.Total.Rat()).Cmp(s.Residual.Rat()) != 0 {
					t.Fatalf("%+v by %v: the total is %v with the residual %v, exactly %v", steps, policy, s.Total, s.Residual, exact)
				}
			})
		})
	}
}

// checkSettlement fails unless each line is the change of price for the rest of the period plus the carry of the line
// before it, and the last residual is within its bound.
func checkSettlement(t *testing.T, s settlement, steps []step, r proration.Rounding, left func(time.Time) *big.Rat) {
	t.Helper()
	total, price := decimal.Zero, decimal.Zero
	var carry proration.Residual
	for i, line := range s.Lines {
		checkLine(t, line, exactly(steps[i].Price.Sub(price), left(steps[i].At), carry))
		total, price, carry = total.Add(line.Amount), steps[i].Price, line.Residual
	}
	if len(s.Lines) != len(steps) || !s.Total.Equal(total) || !sameResidual(s.Residual, carry) {
		t.Fatalf("%+v: %d lines, a total of %v, want %v, with the residual %v, want %v", steps, len(s.Lines), s.Total, total, s.Residual, carry)
	}
	bound := lastPlace(r.Places)
	if nearest(r.Mode) {
		bound.Mul(bound, big.NewRat(1, 2))
	}
	if off := new(big.Rat).Abs(s.Residual.Rat()); off.Cmp(bound) > 0 {
		t.Fatalf("%+v by %v: the total is off by %v", steps, r, off)
	}
}

// Amounts with the carry of an earlier period are as close to the exact total of both periods as those of one period.
func TestEveryCarryOfAnEarlierPeriodCounts(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	first, second := span("2024-01-01/2024-02-01", nil), span("2024-02-01/2024-03-01", nil)
	for _, mode := range modes {
		policy := proration.Standard(2)
		policy.Rounding.Mode = mode
		days := []time.Time{second.Start, instant("2024-02-08", nil), instant("2024-02-22", nil)}
		for _, price := range race.Few(moneys("0.01, 10.05, 99.99, -7"), 2) {
			january := []step{{At: instant("2024-01-08", nil), Price: price}}
			before := settle(t, timeline{Period: first, Steps: january, Policy: policy})
			eachStepSequence(days, moneys("0, 10.05, 33.33"), 3, func(steps []step) {
				s := settle(t, timeline{Period: second, Steps: steps, Policy: policy, Carry: before.Residual})
				exact := slowTotal(january, first, slowShares(first, policy, nil))
				exact.Add(exact, slowTotal(steps, second, slowShares(second, policy, nil)))
				exact.Sub(exact, before.Total.Add(s.Total).Rat())
				bound := lastPlace(2)
				if nearest(mode) {
					bound.Mul(bound, big.NewRat(1, 2))
				}
				if s.Residual.Rat().Cmp(exact) != 0 || new(big.Rat).Abs(exact).Cmp(bound) > 0 {
					t.Fatalf("%v then %+v by %v: the residual is %v, want %v", price, steps, mode, s.Residual, exact)
				}
			})
		}
	}
}
