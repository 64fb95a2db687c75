package lifecycle

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Ladder is the overdue stages of a customer, the most severe first. A customer is in the first stage whose conditions
// are met, and in none if no stage matches. The zero Ladder has no stages.
//
// Kill Bill calls the stages overdue states.
type Ladder []Stage

// Stage is one stage of a [Ladder]. It matches if all of its conditions are met. Each condition is inclusive, and nil
// is no condition. A stage has at least one condition.
type Stage struct {
	Name string `json:"name"` // name of the stage, unique on the ladder; must be set
	// Days is the least age of the oldest unpaid invoice in calendar days. It is not met if no invoice is unpaid.
	Days    *int             `json:"days,omitempty"`
	Count   *int             `json:"count,omitempty"`   // least number of unpaid invoices
	Balance *decimal.Decimal `json:"balance,omitempty"` // least unpaid amount in total, never negative
}

// Unpaid is an invoice and its outstanding amount.
type Unpaid struct {
	// At is the time of issue. Its day is day 0; before that day the invoice does not count.
	At time.Time `json:"at"`
	// Balance is the outstanding amount in major units, in the same currency for all invoices. Zero does not count.
	Balance decimal.Decimal `json:"balance"`
}

const (
	maxStages    = 100
	maxUnpaid    = 10_000
	maxStageDays = 3_652_059 // days of the years 1 to 9999
)

// Validate returns every fault of the ladder, joined: a stage without a name or with the name of another stage, a stage
// without conditions, and a negative condition.
// Errors: ErrUnset, ErrInvalid, and ErrLimit for more than 100 stages, 3,652,059 days, 10,000 invoices or an amount
// that package proration does not accept.
func (l Ladder) Validate() error {
	var f fault.List
	l.check(&f)
	return f.Err()
}

// At returns the first stage that matches at a time, and false if none matches. Days are counted on the calendar of the
// location; nil is UTC. A day counts from its first instant, whatever its length. A day that the calendar skips counts
// with the next day.
//
// A larger unpaid amount, another unpaid invoice or a later time never leads to a less severe stage.
//
// Errors: those of [Ladder.Validate]; ErrUnset for a missing time; ErrInvalid for a negative balance; ErrZone for a
// local zone, and for a time with an offset if there is no location; ErrLimit for a time outside the years 1 to 9999,
// an amount that package proration does not accept, or more than 10,000 invoices.
func (l Ladder) At(unpaid []Unpaid, at time.Time, loc *time.Location) (Stage, bool, error) {
	var f fault.List
	l.check(&f)
	checkUnpaid(&f, unpaid, at, loc)
	if f != nil {
		return Stage{}, false, f.Err()
	}
	if loc == nil {
		loc = time.UTC
	}
	d := debtOf(unpaid, at, loc)
	for i := range l {
		if l[i].holds(&d) {
			return l[i].clone(), true, nil
		}
	}
	return Stage{}, false, nil
}

// check adds the faults of the ladder.
func (l Ladder) check(f *fault.List) {
	if len(l) > maxStages {
		f.Add("ladder", proration.ErrLimit, "must be at most %d stages; got %d", maxStages, len(l))
		return
	}
	seen := make(map[string]bool, len(l))
	for i := range l {
		s, path := &l[i], fault.At("ladder", i)
		switch {
		case s.Name == "":
			f.Add(path+".name", proration.ErrUnset, "required, the name of the stage")
		case seen[s.Name]:
			f.Add(path+".name", proration.ErrInvalid, "must be unique; %.40q appears twice", s.Name)
		}
		seen[s.Name] = true
		s.check(f, path)
	}
}

// check adds the faults of the conditions.
func (s *Stage) check(f *fault.List, path string) {
	if s.Days == nil && s.Count == nil && s.Balance == nil {
		f.Add(path, proration.ErrUnset, "required, at least one of days, count, balance")
	}
	checkLeast(f, path+".days", s.Days, maxStageDays)
	checkLeast(f, path+".count", s.Count, maxUnpaid)
	if s.Balance != nil {
		checkBalance(f, path+".balance", *s.Balance)
	}
}

// checkLeast adds a fault if a condition is negative or beyond its limit.
func checkLeast(f *fault.List, field string, n *int, limit int) {
	switch {
	case n == nil:
	case *n < 0:
		f.Add(field, proration.ErrInvalid, "must not be negative; got %d", *n)
	case *n > limit:
		f.Add(field, proration.ErrLimit, "must be at most %d; got %d", limit, *n)
	}
}

// checkBalance adds a fault if an amount is negative or package proration does not accept it.
func checkBalance(f *fault.List, field string, amount decimal.Decimal) {
	if fault.Amount(f, field, amount) && amount.IsNegative() {
		f.Add(field, proration.ErrInvalid, "must not be negative; got %v", amount)
	}
}

// checkUnpaid adds the faults of the arguments of Ladder.At.
func checkUnpaid(f *fault.List, unpaid []Unpaid, at time.Time, loc *time.Location) {
	checkCalendar(f, "at", at, loc)
	if loc != nil && loc.String() == "Local" {
		f.Add("location", proration.ErrZone,
			"must not be time.Local, which differs between machines; load the zone by its name")
	}
	if len(unpaid) > maxUnpaid {
		f.Add("unpaid", proration.ErrLimit, "must be at most %d invoices; got %d", maxUnpaid, len(unpaid))
		return
	}
	for i := range unpaid {
		path := fault.At("unpaid", i)
		checkCalendar(f, path+".at", unpaid[i].At, loc)
		checkBalance(f, path+".balance", unpaid[i].Balance)
	}
}

// checkCalendar adds a fault if a time has no day on the calendar of the location.
func checkCalendar(f *fault.List, field string, t time.Time, loc *time.Location) {
	_, offset := t.Zone()
	switch {
	case t.IsZero():
		f.Add(field, proration.ErrUnset, "required, a time")
	case t.Before(time.Time{}), !t.Before(time.Date(10_000, time.January, 1, 0, 0, 0, 0, time.UTC)):
		f.Add(field, proration.ErrLimit, "must be in the years 1 to 9999; got %s", t.Format(time.RFC3339))
	case loc == nil && offset != 0:
		f.Add(field, proration.ErrZone, "must be in UTC if there is no location; got %s", t.Format(time.RFC3339))
	}
}

// debt is the customer's unpaid total at a time, to compare with the conditions of a stage.
type debt struct {
	count    int
	balance  decimal.Decimal
	earliest time.Time // day of the oldest unpaid invoice, as midnight in UTC; zero if none is unpaid
	at       time.Time
	location *time.Location
}

// debtOf sums up the unpaid invoices at a time. The arguments are valid.
func debtOf(unpaid []Unpaid, at time.Time, loc *time.Location) debt {
	d := debt{at: at, location: loc}
	for _, u := range unpaid {
		year, month, date := u.At.In(loc).Date()
		day := time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
		if u.Balance.IsZero() || !d.reached(day, 0) {
			continue
		}
		// Days are compared, not times: clocks that are turned back over midnight reopen a day.
		if d.count == 0 || day.Before(d.earliest) {
			d.earliest = day
		}
		d.count++
		d.balance = d.balance.Add(u.Balance)
	}
	return d
}

// reached reports whether the day that is the given number of days after another has begun. A day whose midnight the
// clocks skip begins after the gap.
func (d *debt) reached(day time.Time, days int) bool {
	return !d.at.Before(proration.LocalTimeOf(day.AddDate(0, 0, days)).In(d.location))
}

// holds reports whether all conditions of the stage are met.
func (s *Stage) holds(d *debt) bool {
	return (s.Days == nil || d.count > 0 && d.reached(d.earliest, *s.Days)) &&
		(s.Count == nil || d.count >= *s.Count) &&
		(s.Balance == nil || d.balance.GreaterThanOrEqual(*s.Balance))
}

// clone returns a deep copy.
func (s *Stage) clone() Stage {
	own := *s
	if s.Days != nil {
		days := *s.Days
		own.Days = &days
	}
	if s.Count != nil {
		count := *s.Count
		own.Count = &count
	}
	if s.Balance != nil {
		balance := *s.Balance
		own.Balance = &balance
	}
	return own
}
