package main

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// overdueLadder is the overdue stages of a customer, the most severe first. A customer is in the first stage whose
// conditions are met, and in none if no stage matches. Kill Bill calls the stages overdue states. The library has no
// such stages: this file counts days as the library does, to compare with published cases.
type overdueLadder []overdueStage

// overdueStage matches if all of its conditions are met. Each condition is inclusive, and nil is no condition. A stage
// has at least one condition.
type overdueStage struct {
	Name    string           // unique on the ladder; must be set
	Days    *int             // least age of the oldest unpaid invoice in calendar days; not met if no invoice is unpaid
	Count   *int             // least number of unpaid invoices
	Balance *decimal.Decimal // least unpaid amount in total, never negative
}

// unpaidInvoice is an invoice and its outstanding amount.
type unpaidInvoice struct {
	At      time.Time       // time of issue; its day is day 0, and before that day the invoice does not count
	Balance decimal.Decimal // outstanding amount in one currency; zero does not count
}

const (
	maxStages    = 100
	maxUnpaid    = 10_000
	maxStageDays = 3_652_059 // days of the years 1 to 9999
)

// at returns the name of the first stage that matches at a time, and false if none matches. Days are counted on the
// calendar of the location; nil is UTC. A day counts from its first instant, whatever its length. A day that the
// calendar skips counts with the next day. A larger unpaid amount, another unpaid invoice or a later time never leads
// to a less severe stage.
func (l overdueLadder) at(unpaid []unpaidInvoice, at time.Time, loc *time.Location) (stage string, ok bool, err error) {
	var f fault.List
	l.check(&f)
	checkUnpaid(&f, unpaid, at, loc)
	if f != nil {
		return "", false, f.Err()
	}
	if loc == nil {
		loc = time.UTC
	}
	d := debtOf(unpaid, at, loc)
	for i := range l {
		if l[i].holds(&d) {
			return l[i].Name, true, nil
		}
	}
	return "", false, nil
}

// check adds the faults of the ladder.
func (l overdueLadder) check(f *fault.List) {
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
func (s *overdueStage) check(f *fault.List, path string) {
	if s.Days == nil && s.Count == nil && s.Balance == nil {
		f.Add(path, proration.ErrUnset, "required, at least one of days, count, balance")
	}
	checkLeast(f, path+".days", s.Days, maxStageDays)
	checkLeast(f, path+".count", s.Count, maxUnpaid)
	if s.Balance != nil {
		fault.NotNegative(f, path+".balance", *s.Balance)
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

// checkUnpaid adds the faults of the unpaid invoices, the time and the location.
func checkUnpaid(f *fault.List, unpaid []unpaidInvoice, at time.Time, loc *time.Location) {
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
		fault.NotNegative(f, path+".balance", unpaid[i].Balance)
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
func debtOf(unpaid []unpaidInvoice, at time.Time, loc *time.Location) debt {
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
func (s *overdueStage) holds(d *debt) bool {
	return (s.Days == nil || d.count > 0 && d.reached(d.earliest, *s.Days)) &&
		(s.Count == nil || d.count >= *s.Count) &&
		(s.Balance == nil || d.balance.GreaterThanOrEqual(*s.Balance))
}
