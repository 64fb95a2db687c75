package plans

import (
	"time"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Trial is how long a plan can be tried, and what becomes of the days that are left when it is bought before that is over. The
// zero Trial is none.
type Trial struct {
	Length      proration.Interval `json:"length,omitzero"`       // how long, "P14D"
	UnusedTrial UnusedTrial        `json:"unused_trial,omitzero"` // what becomes of the rest; must be set where there is a length
}

// UnusedTrial says what becomes of the days of a trial that are left. Its zero is unset and refused.
type UnusedTrial uint8

// What becomes of them.
const (
	CarryOver  UnusedTrial = iota + 1 // the paid term begins at once, and is longer by as many days
	Forfeit                           // the paid term begins at once, and they are lost
	AtTrialEnd                        // the paid term begins when the trial is over
)

var unusedTrials = []string{"", "carry_over", "forfeit", "at_trial_end"}

// String returns its name, "carry_over".
func (l UnusedTrial) String() string { return enum.String(unusedTrials, l) }

// MarshalText returns its name.
func (l UnusedTrial) MarshalText() ([]byte, error) {
	return fault.Marshal(unusedTrials, l, "unused_trial")
}

// UnmarshalText reads its name; an unknown one is ErrInvalid.
func (l *UnusedTrial) UnmarshalText(text []byte) error {
	return fault.Unmarshal(unusedTrials, l, "unused_trial", text)
}

// Validate returns ErrUnset for a length without a unused_trial, or the other way round, ErrInvalid for one that does not exist, and
// the faults of the length.
func (t Trial) Validate() error {
	var f fault.List
	if t == (Trial{}) {
		return nil
	}
	f.Under("length", t.Length.Validate())
	fault.Enum(&f, "unused_trial", unusedTrials, t.UnusedTrial)
	return f.Err()
}

// check adds the fault of a trial that cannot be running when something is bought.
func (t Trial) check(f *fault.List, bought, end time.Time) {
	if bought.IsZero() || !end.After(bought) || t.Validate() != nil {
		return
	}
	if t == (Trial{}) {
		f.Add("trial_end", proration.ErrInvalid, "there is no trial")
		return
	}
	latest, err := t.Length.After(bought, bought.Location())
	if err == nil && end.After(latest) {
		f.Add("trial_end", proration.ErrOutside, "a trial of %v would have to begin after the order", t.Length)
	}
}

// Starts returns when a term begins that is bought at an instant while a trial runs until another, and how many days longer its first
// period is, for [Contract.StartingAt]. Days are those of the calendar: a trial that ends tomorrow has one left.
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

// daysBetween counts the days from one date to another, on the calendar of the first.
func daysBetween(from, to time.Time) int {
	date := func(t time.Time) time.Time {
		y, m, d := t.In(from.Location()).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	const day = 24 * time.Hour // in UTC every day has as many
	return int(date(to).Sub(date(from)) / day)
}
