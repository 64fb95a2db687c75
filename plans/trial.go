package plans

import (
	"time"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

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

// Starts returns the start of paid service for a purchase during a trial that ends at end, and the number of days by
// which the first period is longer, for [Contract.StartingAt]. It counts calendar days: a trial that ends tomorrow has
// one day left. A trial that is over has no effect.
func (l UnusedTrial) Starts(bought, end time.Time) (start time.Time, days int) {
	if !end.After(bought) {
		return bought, 0
	}
	switch l {
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
