package proration_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

// step is a price from an instant on, until the next step or the end of the period.
type step struct {
	At    time.Time
	Price decimal.Decimal
}

// timeline is the sequence of prices in one period.
type timeline struct {
	Period   proration.Period
	Steps    []step
	Policy   proration.Policy
	Carry    proration.Residual // residual of an earlier period
	Location *time.Location
}

// settlement is the cost of the steps, one line per step.
type settlement struct {
	Lines    []proration.Result
	Total    decimal.Decimal
	Residual proration.Residual
}

// charge prorates each change of price for the rest of the period, with the residual of the line before it.
func (l *timeline) charge() (settlement, error) {
	s := settlement{Residual: l.Carry}
	var price decimal.Decimal
	for _, step := range l.Steps {
		line, err := proration.Prorate(proration.Request{
			Amount: step.Price.Sub(price), Period: l.Period, Span: l.Period.From(step.At), Policy: l.Policy, Carry: s.Residual, Location: l.Location,
		})
		if err != nil {
			return settlement{}, err
		}
		s.Lines = append(s.Lines, line)
		s.Total = s.Total.Add(line.Amount)
		s.Residual = line.Residual
		price = step.Price
	}
	return s, nil
}

func settle(t *testing.T, l timeline) settlement {
	t.Helper()
	s, err := l.charge()
	if err != nil {
		t.Fatalf("%+v: %v", l, err)
	}
	return s
}

// steps reads "2024-01-01 100, 2024-01-11 50".
func steps(text string) []step {
	var all []step
	for _, one := range strings.Split(text, ",") {
		if at, price, ok := strings.Cut(strings.TrimSpace(one), " "); ok {
			all = append(all, step{At: instant(at, nil), Price: money(price)})
		}
	}
	return all
}

// Amounts that are prorated one by one, each with the residual of the one before, add up to the exact total.
func TestCarry(t *testing.T) {
	for _, row := range []struct {
		name, why, period, steps string
		mode                     proration.RoundingMode
		carry                    string
		lines, total, residual   string
	}{
		{
			name: "one price", period: "2024-01-01/2024-02-01", steps: "2024-01-01 100",
			lines: "100", total: "100", residual: "0",
		},
		{
			name: "three thirds of a month", why: "a peer's thirds add up to 99.99",
			period: "2024-04-01/2024-05-01", steps: "2024-04-01 0, 2024-04-11 -100, 2024-04-21 -200, 2024-04-21 -100",
			lines: "0, -66.67, -33.33, 33.33", total: "-66.67", residual: "1/300",
		},
		{
			name: "an upgrade and a downgrade", why: "each line is the change of price for the rest of the period",
			period: "2024-01-01/2024-02-01", steps: "2024-01-01 31, 2024-01-11 62, 2024-01-21 31",
			lines: "31, 21, -11", total: "41", residual: "0",
		},
		{
			name: "service that ends", why: "service ends with a price of zero", period: "2024-01-01/2024-02-01", steps: "2024-01-01 100, 2024-01-11 0",
			lines: "100, -67.74", total: "32.26", residual: "-3/1550",
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
			total: "0", residual: "1/300",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			line := timeline{Period: span(row.period, nil), Steps: steps(row.steps), Policy: proration.Standard(2)}
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
		})
	}
}

// Ten thousand amounts do not drift.
func TestCarryOfManyAmounts(t *testing.T) {
	p := span("2024-01-01/2025-01-01", nil)
	line := timeline{Period: p, Policy: seconds()}
	for i := range 10_000 {
		line.Steps = append(line.Steps, step{At: p.Start.Add(time.Duration(i) * 50 * time.Minute), Price: decimal.New(int64(i%7), -2)})
	}
	promptly(t, func() {
		s := settle(t, line)
		want := slowTotal(line.Steps, p, slowShares(p, line.Policy, nil))
		if got := s.Total.Rat(); got.Cmp(slowRound(want, line.Policy.Rounding)) != 0 {
			t.Errorf("the total is %v, exactly %v", s.Total, want)
		}
	})
}
