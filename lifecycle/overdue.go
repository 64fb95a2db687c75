package lifecycle

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Ladder is the stages of a customer who does not pay, the most severe first. A customer is in the first one that holds, and
// in none where none does. The zero Ladder has no stages.
//
// Kill Bill calls them overdue states.
type Ladder []Stage

// Stage is a rung of a [Ladder]. It holds while all of its conditions do. Each is inclusive, and nil is no condition; a stage
// has at least one.
type Stage struct {
	Name    string           `json:"name"`              // what the caller knows it by; must be set, and is on the ladder once
	Days    *int             `json:"days,omitempty"`    // the earliest unpaid invoice is at least so many calendar days old; never where none is unpaid
	Count   *int             `json:"count,omitempty"`   // at least so many invoices are unpaid
	Balance *decimal.Decimal `json:"balance,omitempty"` // at least so much is unpaid in all; not below zero
}

// FinalAction is an invoice and what is still to be paid of it.
type Unpaid struct {
	At      time.Time       `json:"at"`      // when it was issued: its day is day 0, and before that day it does not count
	Balance decimal.Decimal `json:"balance"` // what is left to pay, in one currency for all; an invoice of which nothing is left does not count
}

const (
	maxStages    = 100
	maxUnpaid    = 10_000
	maxStageDays = 3_652_059 // as many as the years 1 to 9999 have
)

// Validate returns every fault of the ladder: a stage without a name, or with that of another; one without conditions; a
// condition below zero.
// Errors: ErrUnset, ErrInvalid, and ErrLimit for more than 100 stages, 3,652,059 days, 10,000 invoices or an amount that
// package proration does not take.
func (l Ladder) Validate() error {
	var f fault.List
	l.check(&f)
	return f.Err()
}

// At returns the first stage that holds at an instant, and false where none does. Days are counted on the calendar of the
// location, whose nil is UTC: a day counts from its first instant, however long it is. A day that the calendar leaves out
// counts with the next.
//
// More that is unpaid, or more time, never leads to a later stage of the ladder.
//
// Errors: those of [Ladder.Validate]; ErrUnset for an instant that is missing; ErrInvalid for a balance below zero; ErrZone for
// a local zone, and for an instant with an offset where there is no location; ErrLimit for an instant outside the years 1 to
// 9999, an amount that package proration does not take, or more than 10,000 invoices.
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
		f.Add("ladder", proration.ErrLimit, "%d stages are more than %d", len(l), maxStages)
		return
	}
	seen := make(map[string]bool, len(l))
	for i := range l {
		s, path := &l[i], "ladder["+strconv.Itoa(i)+"]"
		switch {
		case s.Name == "":
			f.Add(path+".name", proration.ErrUnset, "a stage has a name")
		case seen[s.Name]:
			f.Add(path+".name", proration.ErrInvalid, "%.40q comes twice", s.Name)
		}
		seen[s.Name] = true
		s.check(f, path)
	}
}

// check adds the faults of the conditions.
func (s *Stage) check(f *fault.List, path string) {
	if s.Days == nil && s.Count == nil && s.Balance == nil {
		f.Add(path, proration.ErrUnset, "a stage has days, a count or a balance from which it holds")
	}
	checkLeast(f, path+".days", s.Days, maxStageDays)
	checkLeast(f, path+".count", s.Count, maxUnpaid)
	if s.Balance != nil {
		checkBalance(f, path+".balance", *s.Balance)
	}
}

// checkLeast adds a fault where a condition is below zero, or beyond what can come.
func checkLeast(f *fault.List, field string, n *int, limit int) {
	switch {
	case n == nil:
	case *n < 0:
		f.Add(field, proration.ErrInvalid, "%d is below zero", *n)
	case *n > limit:
		f.Add(field, proration.ErrLimit, "%d is more than %d", *n, limit)
	}
}

// checkBalance adds a fault where an amount cannot be used, or is below zero.
func checkBalance(f *fault.List, field string, amount decimal.Decimal) {
	if fault.Amount(f, field, amount) && amount.IsNegative() {
		f.Add(field, proration.ErrInvalid, "%v is below zero", amount)
	}
}

// checkUnpaid adds the faults of what is asked of a ladder.
func checkUnpaid(f *fault.List, unpaid []Unpaid, at time.Time, loc *time.Location) {
	checkCalendar(f, "at", at, loc)
	if loc != nil && loc.String() == "Local" {
		f.Add("location", proration.ErrZone, "a local zone is another one on each machine; load a zone by its name")
	}
	if len(unpaid) > maxUnpaid {
		f.Add("unpaid", proration.ErrLimit, "%d invoices are more than %d", len(unpaid), maxUnpaid)
		return
	}
	for i := range unpaid {
		path := "unpaid[" + strconv.Itoa(i) + "]"
		checkCalendar(f, path+".at", unpaid[i].At, loc)
		checkBalance(f, path+".balance", unpaid[i].Balance)
	}
}

// checkCalendar adds a fault where an instant is on no day of the calendar of the location.
func checkCalendar(f *fault.List, field string, t time.Time, loc *time.Location) {
	_, offset := t.Zone()
	switch {
	case t.IsZero():
		f.Add(field, proration.ErrUnset, "an instant is needed")
	case t.Before(time.Time{}), !t.Before(time.Date(10_000, time.January, 1, 0, 0, 0, 0, time.UTC)):
		f.Add(field, proration.ErrLimit, "an instant is within the years 1 to 9999")
	case loc == nil && offset != 0:
		f.Add(field, proration.ErrZone, "%s is not in UTC and no location says on which calendar it is", t.Format(time.RFC3339))
	}
}

// debt is what stages are held against: what is unpaid at an instant.
type debt struct {
	count    int
	balance  decimal.Decimal
	earliest time.Time // the first day of an unpaid invoice, as midnight in UTC; nothing where none is unpaid
	at       time.Time
	location *time.Location
}

// debtOf sums up what is unpaid at an instant, all of it sound.
func debtOf(unpaid []Unpaid, at time.Time, loc *time.Location) debt {
	d := debt{at: at, location: loc}
	for _, u := range unpaid {
		year, month, date := u.At.In(loc).Date()
		day := time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
		if u.Balance.IsZero() || !d.reached(day, 0) {
			continue
		}
		if d.count == 0 || day.Before(d.earliest) { // of days, not of instants: clocks that are turned back over midnight reopen a day
			d.earliest = day
		}
		d.count++
		d.balance = d.balance.Add(u.Balance)
	}
	return d
}

// reached reports whether the day so many days after another has begun. Where clocks skip its midnight it begins after the gap.
func (d *debt) reached(day time.Time, days int) bool {
	return !d.at.Before(proration.LocalTimeOf(day.AddDate(0, 0, days)).In(d.location))
}

// holds reports whether all conditions hold.
func (s *Stage) holds(d *debt) bool {
	return (s.Days == nil || d.count > 0 && d.reached(d.earliest, *s.Days)) &&
		(s.Count == nil || d.count >= *s.Count) &&
		(s.Balance == nil || d.balance.GreaterThanOrEqual(*s.Balance))
}

// clone returns a stage that shares nothing that can be written to.
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
