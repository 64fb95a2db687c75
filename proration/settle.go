package proration

import (
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
)

// Timeline is the sequence of prices in one period, each from an instant on.
type Timeline struct {
	Period Period `json:"period"` // the whole anchored period
	Steps  []Step `json:"steps"`  // prices in order of time, at most 10,000
	Policy Policy `json:"policy"` // day count and rounding

	Carry    Residual       `json:"carry,omitzero"` // residual of an earlier settlement; zero is none
	Location *time.Location `json:"-"`              // time zone of the calendar days; nil is UTC; not needed for Seconds
}

// Step is a price that applies from an instant on, until the next step or the end of the period.
type Step struct {
	At    time.Time       `json:"at"`    // first instant of the price, inside the period
	Price decimal.Decimal `json:"price"` // price for the whole period, in major units; zero if service ends
}

// Settlement is the cost of the steps, one line per step.
type Settlement struct {
	Lines    []Result        `json:"lines"`    // one line per step: the change of price, for the rest of the period
	Total    decimal.Decimal `json:"total"`    // sum of the lines
	Residual Residual        `json:"residual"` // exact total, Carry included, less Total; the carry of the next settlement
}

// Settle returns a line for each step: change of price × share of the rest of the period + residual of the line before
// it. The lines can be invoiced one by one, as the steps happen. Their sum still stays within half of the last place of
// the exact total, whatever their number, and within one of it for modes that do not round to the nearest. A line
// depends only on its own step and on earlier steps: settling again with later steps changes no line.
// Errors: ErrUnset, ErrInvalid, ErrPeriod, ErrOutside, ErrZone or ErrLimit, with one [Error] per fault.
func Settle(t Timeline) (Settlement, error) {
	var f fault.List
	t.check(&f)
	if f != nil {
		return Settlement{}, f.Err()
	}
	s := Settlement{Lines: make([]Result, 0, len(t.Steps)), Residual: t.Carry}
	m := newMeasure(t.Period, t.Policy, t.Location)
	var price decimal.Decimal
	for _, step := range t.Steps {
		part, err := m.share(t.Period.From(step.At))
		if err != nil {
			return Settlement{}, err
		}
		line := Result{
			Of: step.Price.Sub(price), Fraction: part.Fraction, Unit: part.unit, Rounding: t.Policy.Rounding, Carry: s.Residual,
		}
		line.round()
		s.Lines = append(s.Lines, line)
		s.Total = s.Total.Add(line.Amount)
		s.Residual = line.Residual
		price = step.Price
	}
	return s, nil
}

// Explain returns the total on one line: the amount of each line, and the residual.
func (s Settlement) Explain() string {
	var b strings.Builder
	places := int32(0)
	for i, line := range s.Lines {
		if i > 0 {
			b.WriteString(" + ")
		}
		places = line.Rounding.Places
		b.WriteString(exact.Text(line.Amount, places))
	}
	if len(s.Lines) > 0 {
		b.WriteString(" = ")
	}
	b.WriteString(exact.Text(s.Total, places))
	if !s.Residual.IsZero() {
		b.WriteString(", " + ratText(s.Residual.Rat(), places+2) + " left over")
	}
	return b.String()
}

const maxSteps = 10_000

// check adds the faults of the timeline.
func (t *Timeline) check(f *fault.List) {
	period := checkPeriod(f, "period", t.Period)
	t.Policy.checkZone(f, t.Location, "location")
	t.Policy.checkZone(f, t.Location, "period", t.Period.Start, t.Period.End)
	if len(t.Steps) > maxSteps {
		f.Add("steps", ErrLimit, "must be at most %d steps; got %d", maxSteps, len(t.Steps))
		return
	}
	for i := range t.Steps {
		step := &t.Steps[i]
		path := func(field string) string { return "steps[" + strconv.Itoa(i) + "]." + field }
		switch {
		case !checkStep(f, step, path):
		case period && !t.Period.Contains(step.At):
			f.Add(path("at"), ErrOutside, "must be inside period, %v; got %s", t.Period, step.At.Format(time.RFC3339Nano))
		case i > 0 && step.At.Before(t.Steps[i-1].At):
			f.Add(path("at"), ErrInvalid, "must not be before the step before it; got %s", step.At.Format(time.RFC3339Nano))
		default:
			t.Policy.checkZone(f, t.Location, path("at"), step.At)
		}
	}
	t.Policy.check(f, "policy.")
	checkCarry(f, t.Carry)
}

// checkStep adds the faults of one step's own fields.
func checkStep(f *fault.List, s *Step, path func(string) string) bool {
	before := len(*f)
	checkInstant(f, path("at"), s.At)
	fault.Amount(f, path("price"), s.Price)
	return len(*f) == before
}
