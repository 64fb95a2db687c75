package proration_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/proration"
)

// The credit for every pause [a, b) in a month is exact and capped, for whole periods and stubs, for the whole charge
// and parts. For additive day counts the exact credits of [a, b) and [b, end) add up to that of [a, end).
func TestEveryPauseInsideAPeriod(t *testing.T) {
	short.Skip(t)
	p := span("2024-01-31/2024-02-29", nil)
	for n, policy := range countingPolicies() {
		t.Run(policy.DayCount.String()+" "+policy.ChangeDay.String(), func(t *testing.T) {
			t.Parallel()
			round := n
			for _, bought := range []time.Time{p.Start, p.Start.AddDate(0, 0, 9)} {
				days := race.Few(daysOf(p.From(bought), nil, 0, 9*time.Hour), 4)
				for i, at := range days {
					if !at.Before(p.End.AddDate(0, 0, -1)) {
						continue
					}
					for _, until := range days[i+1:] {
						if until.After(p.End) {
							continue
						}
						round++
						policy.Rounding = proration.Rounding{Places: 2, Mode: modes[round%len(modes)]}
						c := proration.Change{
							At: at, CreditBasis: bases[round/len(modes)%len(bases)], Policy: policy,
							Billed: proration.Billed{
								Amount: money("99.99"), Span: p.From(bought), Price: money("31"), Period: p, Until: until,
								Part: part([]string{"", "2/5", "1/3"}[round%3]),
							},
						}
						if round%5 == 0 {
							c.Billed.Credited = money("98")
						}
						if round%2 == 0 {
							c.Next = &proration.Next{Price: money("31"), Period: p}
						}
						checkChange(t, c)
						if policy.DayCount != proration.Actual30 && until.Before(p.End) {
							checkPauseAddsUp(t, c)
						}
					}
				}
			}
		})
	}
}

// checkPauseAddsUp fails unless the exact credits of the pause and of the time after it add up to that of both.
func checkPauseAddsUp(t *testing.T, c proration.Change) {
	t.Helper()
	c.Billed.Credited, c.Next = money("0"), nil
	pause := exactCredit(t, c)
	rest, whole := c, c
	rest.At, rest.Billed.Until, whole.Billed.Until = c.Billed.Until, time.Time{}, time.Time{}
	if sum := pause.Add(pause, exactCredit(t, rest)); sum.Cmp(exactCredit(t, whole)) != 0 {
		t.Fatalf("%+v: the credits of the pause and of the time after it are %v, want %v", c, sum, exactCredit(t, whole))
	}
}

// exactCredit returns the credit before rounding.
func exactCredit(t *testing.T, c proration.Change) *big.Rat {
	t.Helper()
	a := adjust(t, c).Credit
	if a.Capped {
		t.Fatalf("%+v: the credit of %v is capped", c, a.Amount)
	}
	return new(big.Rat).Add(a.Amount.Rat(), a.Residual.Rat())
}
