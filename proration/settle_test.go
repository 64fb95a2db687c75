package proration_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

// steps reads "2024-01-01 100, 2024-01-11 50".
func steps(text string) []proration.Step {
	var all []proration.Step
	for _, one := range strings.Split(text, ",") {
		if at, price, ok := strings.Cut(strings.TrimSpace(one), " "); ok {
			all = append(all, proration.Step{At: instant(at, nil), Price: money(price)})
		}
	}
	return all
}

func TestSettle(t *testing.T) {
	for _, row := range []struct {
		name, why, period, steps string
		mode                     proration.RoundingMode
		carry                    string
		lines, total, residual   string
		explain                  string
	}{
		{
			name: "one price", period: "2024-01-01/2024-02-01", steps: "2024-01-01 100",
			lines: "100", total: "100", residual: "0", explain: "100.00 = 100.00",
		},
		{
			name: "three thirds of a month", why: "a peer's thirds add up to 99.99",
			period: "2024-04-01/2024-05-01", steps: "2024-04-01 0, 2024-04-11 -100, 2024-04-21 -200, 2024-04-21 -100",
			lines: "0, -66.67, -33.33, 33.33", total: "-66.67", residual: "1/300", explain: "0.00 + -66.67 + -33.33 + 33.33 = -66.67, 0.0033... left over",
		},
		{
			name: "an upgrade and a downgrade", why: "each line is the change of price for the rest of the period",
			period: "2024-01-01/2024-02-01", steps: "2024-01-01 31, 2024-01-11 62, 2024-01-21 31",
			lines: "31, 21, -11", total: "41", residual: "0", explain: "31.00 + 21.00 + -11.00 = 41.00",
		},
		{
			name: "service that ends", why: "service ends with a price of zero", period: "2024-01-01/2024-02-01", steps: "2024-01-01 100, 2024-01-11 0",
			lines: "100, -67.74", total: "32.26", residual: "-3/1550", explain: "100.00 + -67.74 = 32.26, -0.0019... left over",
		},
		{
			name: "two steps at one instant", why: "the last price applies, and both steps are lines", period: "2024-01-01/2024-02-01", steps: "2024-01-01 100, 2024-01-01 50",
			lines: "100, -50", total: "50", residual: "0",
		},
		{
			name: "the same price again", why: "the line is zero", period: "2024-01-01/2024-02-01", steps: "2024-01-01 100, 2024-01-11 100",
			lines: "100, 0", total: "100", residual: "0",
		},
		{
			name: "with a carry of an earlier period", period: "2024-04-01/2024-05-01", steps: "2024-04-11 50", carry: "1/300",
			lines: "33.34", total: "33.34", residual: "-1/300",
		},
		{
			name: "rounding down", why: "the truncated rest of a line is the carry of the next", mode: proration.Down,
			period: "2024-01-01/2024-02-01", steps: "2024-01-02 0.01, 2024-01-03 0.02, 2024-01-04 0.03",
			lines: "0, 0.01, 0.01", total: "0.02", residual: "1/124", // 0.87 x 3 of a cent are 2.81
		},
		{
			name: "no step", why: "nothing is sold in the period", period: "2024-01-01/2024-02-01", carry: "1/300",
			total: "0", residual: "1/300", explain: "0, 0.00... left over",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			line := proration.Timeline{Period: span(row.period, nil), Steps: steps(row.steps), Policy: proration.Standard(2)}
			if row.mode != 0 {
				line.Policy.Rounding.Mode = row.mode
			}
			if row.carry != "" {
				line.Carry = residual(t, row.carry)
			}
			s := settle(t, line)
			want := moneys(row.lines)
			if len(s.Lines) != len(want) {
				t.Fatalf("%d lines, want %d", len(s.Lines), len(want))
			}
			for i, line := range s.Lines {
				if !line.Amount.Equal(want[i]) {
					t.Errorf("line %d is %v, want %v", i, line.Amount, want[i])
				}
			}
			giventest.CheckMoney(t, "the total", s.Total, row.total)
			if s.Residual.String() != row.residual {
				t.Errorf("the residual is %v, want %s", s.Residual, row.residual)
			}
			if row.explain != "" && s.Explain() != row.explain {
				t.Errorf("the explanation is\n%q, want\n%q", s.Explain(), row.explain)
			}
		})
	}
}

func TestSettleRefuses(t *testing.T) {
	for _, row := range []struct {
		name, why string
		change    func(*proration.Timeline)
		want      []string
	}{
		{name: "a step before the period", change: func(l *proration.Timeline) { l.Steps[0].At = instant("2023-12-31", nil) }, want: []string{"steps[0].at outside"}},
		{name: "a step at the end", why: "the end is excluded", change: func(l *proration.Timeline) { l.Steps[2].At = instant("2024-02-01", nil) }, want: []string{"steps[2].at outside"}},
		{name: "a step out of order", change: func(l *proration.Timeline) { l.Steps[1].At = instant("2024-01-30", nil) }, want: []string{"steps[2].at invalid"}},
		{name: "a step without an instant", change: func(l *proration.Timeline) { l.Steps[1].At = instant("", nil) }, want: []string{"steps[1].at unset"}},
		{name: "a step beyond the limits", change: func(l *proration.Timeline) { l.Steps[2].Price = decimal.New(1, 1_000_000_000) }, want: []string{"steps[2].price limit"}},
		{name: "an empty period", change: func(l *proration.Timeline) { l.Period.End = l.Period.Start }, want: []string{"period period"}},
		{name: "no policy", change: func(l *proration.Timeline) { l.Policy = proration.Policy{} }, want: []string{"policy.day_count unset", "policy.change_day unset", "policy.rounding.mode unset"}},
		{name: "too many steps", why: "the limit is 10,000 steps", change: func(l *proration.Timeline) { l.Steps = make([]proration.Step, 10_001) }, want: []string{"steps limit"}},
		{name: "everything at once", why: "every fault is reported", change: func(l *proration.Timeline) {
			*l = proration.Timeline{Steps: []proration.Step{{}, {Price: decimal.New(1, 39)}}}
		}, want: []string{
			"period unset", "steps[0].at unset", "steps[1].at unset", "steps[1].price limit",
			"policy.day_count unset", "policy.change_day unset", "policy.rounding.mode unset",
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			line := proration.Timeline{
				Period: span("2024-01-01/2024-02-01", nil), Steps: steps("2024-01-01 31, 2024-01-11 62, 2024-01-21 31"), Policy: proration.Standard(2),
			}
			row.change(&line)
			promptly(t, func() {
				s, err := proration.Settle(line)
				giventest.CheckFaults(t, err, row.want...)
				if s.Lines != nil || !s.Total.IsZero() {
					t.Errorf("got %+v with an error, want zero", s)
				}
			})
		})
	}
}

// Settle accepts up to 10,000 steps, without drift.
func TestSettleUpToTheLimit(t *testing.T) {
	p := span("2024-01-01/2025-01-01", nil)
	line := proration.Timeline{Period: p, Policy: seconds()}
	for i := range 10_000 {
		line.Steps = append(line.Steps, proration.Step{At: p.Start.Add(time.Duration(i) * 50 * time.Minute), Price: decimal.New(int64(i%7), -2)})
	}
	promptly(t, func() {
		s := settle(t, line)
		want := slowTotal(line.Steps, p, slowShares(p, line.Policy, nil))
		if got := s.Total.Rat(); got.Cmp(slowRound(want, line.Policy.Rounding)) != 0 {
			t.Errorf("the total is %v, exactly %v", s.Total, want)
		}
	})
}
