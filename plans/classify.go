package plans

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Action is what a change of a contract comes to. Its zero is unset and refused.
type Action uint8

// The actions.
const (
	Upgrade        Action = iota + 1 // to a plan of a higher rank, or of more value a year
	Downgrade                        // to a plan of a lower rank, or of less value a year
	Lateral                          // to another plan of the same rank and value
	SwitchInterval                   // to a plan with longer or shorter periods
	AddQuantity                      // more of an item
	RemoveQuantity                   // less of an item
	Extend                           // another term after the last
	Shorten                          // an earlier end
	Cancel                           // no further period
)

var actions = []string{
	"", "upgrade", "downgrade", "lateral", "switch_interval", "add_quantity", "remove_quantity", "extend", "shorten", "cancel",
}

// String returns the action's name, "add_quantity".
func (a Action) String() string { return enum.String(actions, a) }

// MarshalText returns the action's name.
func (a Action) MarshalText() ([]byte, error) { return fault.Marshal(actions, a, "action") }

// UnmarshalText reads the action's name; an unknown one is ErrInvalid.
func (a *Action) UnmarshalText(text []byte) error {
	return fault.Unmarshal(actions, a, "action", text)
}

// Level is where a plan stands among others.
type Level struct {
	Rank     int                `json:"rank,omitzero"` // above another's is higher; 0 is no rank
	Amount   decimal.Decimal    `json:"amount"`        // what it costs for one interval, not negative
	Interval proration.Interval `json:"interval"`      // for how long
}

// Classify returns whether a change from one level to another is an [Upgrade], a [Downgrade] or [Lateral]: by their ranks where
// both have one, and else, or where the ranks are equal, by their value in a year of 12 months, 52 weeks or 365 days.
// Errors: ErrInvalid for a negative amount, ErrLimit for one beyond the limits, and the faults of the intervals.
func Classify(from, to Level) (Action, error) {
	var f fault.List
	for _, l := range []struct {
		path  string
		level Level
	}{{"from", from}, {"to", to}} {
		if fault.Amount(&f, l.path+".amount", l.level.Amount) && l.level.Amount.IsNegative() {
			f.Add(l.path+".amount", proration.ErrInvalid, "%v is negative", l.level.Amount)
		}
		f.Under(l.path+".interval", l.level.Interval.Validate())
	}
	if f != nil {
		return 0, f.Err()
	}
	order := 0
	if from.Rank != 0 && to.Rank != 0 {
		order = to.Rank - from.Rank
	}
	if order == 0 {
		fromTimes, fromLength := from.yearly()
		toTimes, toLength := to.yearly()
		// a/b of one year against c/d of another, without a division
		order = to.Amount.Mul(toTimes).Mul(fromLength).Cmp(from.Amount.Mul(fromTimes).Mul(toLength))
	}
	switch {
	case order > 0:
		return Upgrade, nil
	case order < 0:
		return Downgrade, nil
	}
	return Lateral, nil
}

// yearly returns how many units a year has and how many of them the interval.
func (l *Level) yearly() (year, length decimal.Decimal) {
	const day = 86_400
	switch i := l.Interval; {
	case i.Months > 0:
		return decimal.New(12, 0), decimal.New(int64(i.Months), 0)
	case i.Days > 0 && i.Days%7 == 0:
		return decimal.New(52, 0), decimal.New(int64(i.Days/7), 0)
	case i.Days > 0:
		return decimal.New(365, 0), decimal.New(int64(i.Days), 0)
	}
	return decimal.New(365*day, 0), decimal.New(l.Interval.Seconds, 0)
}
