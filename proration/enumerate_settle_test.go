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

// histories calls visit with every row of one to most steps at the given instants, in order, each at one of the prices.
func histories(instants []time.Time, prices []decimal.Decimal, most int, visit func([]proration.Step)) {
	var grow func(steps []proration.Step, from int)
	grow = func(steps []proration.Step, from int) {
		if len(steps) > 0 {
			visit(steps)
		}
		if len(steps) == most {
			return
		}
		for i := from; i < len(instants); i++ {
			for _, price := range prices {
				grow(append(slices.Clone(steps), proration.Step{At: instants[i], Price: price}), i)
			}
		}
	}
	grow(nil, 0)
}

func settle(t *testing.T, line proration.Timeline) proration.Settlement {
	t.Helper()
	s, err := proration.Settle(line)
	if err != nil {
		t.Fatalf("%+v: %v", line, err)
	}
	return s
}

// slowTotal is what the prices cost, each for the stretch until the next.
func slowTotal(steps []proration.Step, p proration.Period, share func(proration.Period) *big.Rat) *big.Rat {
	total := new(big.Rat)
	for i, step := range steps {
		stretch := p.From(step.At)
		if i+1 < len(steps) {
			stretch.End = steps[i+1].At
		}
		total.Add(total, exactly(step.Price, share(stretch), proration.Residual{}))
	}
	return total
}

// Every history of up to four changes of price: the lines add up to within half a unit of the exact total, within one for
// modes that do not round to the nearest; each is rounded once, and none changes when the history goes on.
func TestEveryHistorySettlesWithoutDrift(t *testing.T) {
	short.Skip(t)
	p := span("2024-02-01/2024-03-01", nil)
	instants := []time.Time{p.Start, instant("2024-02-11T09:30:00", nil), instant("2024-02-29", nil)}
	for _, policy := range countingPolicies() {
		t.Run(policy.DayCount.String()+" "+policy.ChangeDay.String(), func(t *testing.T) {
			t.Parallel()
			share := slowShares(p, policy, nil)
			round := 0
			histories(instants, moneys("0, 10.05, 99.99"), 4, func(steps []proration.Step) {
				if round++; !race.Takes(round, 5) {
					return
				}
				policy.Rounding = proration.Rounding{Places: 2, Mode: modes[round%len(modes)]}
				s := settle(t, proration.Timeline{Period: p, Steps: steps, Policy: policy})
				checkSettlement(t, s, steps, policy.Rounding, func(at time.Time) *big.Rat { return share(p.From(at)) })
				if policy.DayCount == proration.Actual30 {
					return // not additive: a stretch is not what is left at its start less what is left at its end
				}
				if exact := slowTotal(steps, p, share); new(big.Rat).Sub(exact, s.Total.Rat()).Cmp(s.Residual.Rat()) != 0 {
					t.Fatalf("%+v by %v: the total is %v and %v over, exactly %v", steps, policy, s.Total, s.Residual, exact)
				}
				before := settle(t, proration.Timeline{Period: p, Steps: steps[:len(steps)-1], Policy: policy})
				if !slices.EqualFunc(before.Lines, s.Lines[:len(steps)-1], sameResult) {
					t.Fatalf("%+v by %v: the lines before the last changed from %+v to %+v", steps, policy, before.Lines, s.Lines)
				}
			})
		})
	}
}

// checkSettlement fails unless each line is the change of price for what is left of the period, with the carry of the line
// before it, and the residual of the last is within bounds.
func checkSettlement(t *testing.T, s proration.Settlement, steps []proration.Step, r proration.Rounding, left func(time.Time) *big.Rat) {
	t.Helper()
	total, price := decimal.Zero, decimal.Zero
	var carry proration.Residual
	for i, line := range s.Lines {
		checkLine(t, line, exactly(steps[i].Price.Sub(price), left(steps[i].At), carry))
		total, price, carry = total.Add(line.Amount), steps[i].Price, line.Residual
	}
	if len(s.Lines) != len(steps) || !s.Total.Equal(total) || !s.Residual.Equal(carry) {
		t.Fatalf("%+v: %d lines, a total of %v, want %v, and %v over, want %v", steps, len(s.Lines), s.Total, total, s.Residual, carry)
	}
	bound := lastPlace(r.Places)
	if nearest(r.Mode) {
		bound.Mul(bound, big.NewRat(1, 2))
	}
	if off := new(big.Rat).Abs(s.Residual.Rat()); off.Cmp(bound) > 0 {
		t.Fatalf("%+v by %v: the total is off by %v", steps, r, off)
	}
}

// A settlement that carries on from another stays as close to the exact total of both.
func TestEverySettlementCarriesOn(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	first, second := span("2024-01-01/2024-02-01", nil), span("2024-02-01/2024-03-01", nil)
	for _, mode := range modes {
		policy := proration.Standard(2)
		policy.Rounding.Mode = mode
		days := []time.Time{second.Start, instant("2024-02-08", nil), instant("2024-02-22", nil)}
		for _, price := range race.Few(moneys("0.01, 10.05, 99.99, -7"), 2) {
			january := []proration.Step{{At: instant("2024-01-08", nil), Price: price}}
			before := settle(t, proration.Timeline{Period: first, Steps: january, Policy: policy})
			histories(days, moneys("0, 10.05, 33.33"), 3, func(steps []proration.Step) {
				s := settle(t, proration.Timeline{Period: second, Steps: steps, Policy: policy, Carry: before.Residual})
				exact := slowTotal(january, first, slowShares(first, policy, nil))
				exact.Add(exact, slowTotal(steps, second, slowShares(second, policy, nil)))
				exact.Sub(exact, before.Total.Add(s.Total).Rat())
				bound := lastPlace(2)
				if nearest(mode) {
					bound.Mul(bound, big.NewRat(1, 2))
				}
				if s.Residual.Rat().Cmp(exact) != 0 || new(big.Rat).Abs(exact).Cmp(bound) > 0 {
					t.Fatalf("%v then %+v by %v: %v over, want %v", price, steps, mode, s.Residual, exact)
				}
			})
		}
	}
}
