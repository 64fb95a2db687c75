package plans

import (
	"time"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Trial is the trial period before paid service. The zero Trial is no trial.
type Trial struct {
	Length      proration.Interval `json:"length,omitzero"`       // length of the trial, "P14D"
	UnusedTrial UnusedTrial        `json:"unused_trial,omitzero"` // handling of the days left; required with a length
}

// UnusedTrial sets how the remaining days of a trial count if the customer buys before its end. The zero UnusedTrial is
// unset and an error.
//
// JSON: carry_over, forfeit, at_trial_end.
type UnusedTrial uint8

// The ways to handle the remaining days.
const (
	CarryOver  UnusedTrial = iota + 1 // paid service starts immediately; the remaining days extend its first period
	Forfeit                           // paid service starts immediately; the remaining days are lost
	AtTrialEnd                        // paid service starts at the end of the trial
)

var unusedTrials = []string{"", "carry_over", "forfeit", "at_trial_end"}

// String returns the name of the value, "carry_over".
func (l UnusedTrial) String() string { return enum.String(unusedTrials, l) }

// MarshalText returns the name of the value.
func (l UnusedTrial) MarshalText() ([]byte, error) {
	return fault.Marshal(unusedTrials, l, "unused_trial")
}

// UnmarshalText reads the name of the value; an unknown name is ErrInvalid.
func (l *UnusedTrial) UnmarshalText(text []byte) error {
	return fault.Unmarshal(unusedTrials, l, "unused_trial", text)
}

// Validate returns ErrUnset for a length without UnusedTrial, and for UnusedTrial without a length; ErrInvalid for an
// unknown UnusedTrial; and the faults of the length.
func (t Trial) Validate() error {
	var f fault.List
	if t == (Trial{}) {
		return nil
	}
	f.Under("length", t.Length.Validate())
	fault.Enum(&f, "unused_trial", unusedTrials, t.UnusedTrial)
	return f.Err()
}

// check adds a fault for a trial end after the purchase that the trial cannot have.
func (t Trial) check(f *fault.List, bought, end time.Time) {
	if bought.IsZero() || !end.After(bought) || t.Validate() != nil {
		return
	}
	if t == (Trial{}) {
		f.Add("trial_end", proration.ErrInvalid, "must be unset without a trial; got %s", date(end))
		return
	}
	latest, err := t.Length.After(bought, bought.Location())
	if err == nil && end.After(latest) {
		f.Add("trial_end", proration.ErrOutside, "must be at most %v after the order; got %s", t.Length, date(end))
	}
}

// Starts returns the start of paid service for a purchase during a trial that ends at end, and the number of days by
// which the first period is longer, for [Contract.StartingAt]. It counts calendar days: a trial that ends tomorrow has
// one day left. A trial that is over has no effect.
func (t Trial) Starts(bought, end time.Time) (start time.Time, days int) {
	if !end.After(bought) {
		return bought, 0
	}
	switch t.UnusedTrial {
	case CarryOver:
		return bought, daysBetween(bought, end)
	case AtTrialEnd:
		return end, 0
	case Forfeit:
	}
	return bought, 0
}

// daysBetween counts the calendar days between two instants, in the location of the first.
func daysBetween(from, to time.Time) int {
	date := func(t time.Time) time.Time {
		y, m, d := t.In(from.Location()).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	const day = 24 * time.Hour // every day in UTC has 24 hours
	return int(date(to).Sub(date(from)) / day)
}
