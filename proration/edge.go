package proration

import (
	"time"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// DayBilling says whether the day on which service begins or ends is billed. Its zero is unset and refused.
//
// JSON: billed, free.
type DayBilling uint8

// The choices for a day on which service is given for a part only.
const (
	DayBilled DayBilling = iota + 1 // the whole day is billed
	DayFree                         // the day is not billed
)

var dayBillings = []string{"", "billed", "free"}

// String returns the choice's name, "billed".
func (d DayBilling) String() string { return enum.String(dayBillings, d) }

// MarshalText returns the choice's name.
func (d DayBilling) MarshalText() ([]byte, error) { return fault.Marshal(dayBillings, d, "day") }

// UnmarshalText reads the choice's name; an unknown name is ErrInvalid.
func (d *DayBilling) UnmarshalText(text []byte) error {
	return fault.Unmarshal(dayBillings, d, "day", text)
}

// Edges says what happens at the ends of a span, which decides who owns their days. Without it, an instant inside the
// period is a change, and an end of the period is nothing.
type Edges struct {
	Begins  bool `json:"begins,omitzero"`  // service begins with the span: the policy's FirstDay decides
	Ends    bool `json:"ends,omitzero"`    // service ends with the span: the policy's LastDay decides
	Changes bool `json:"changes,omitzero"` // a change begins the span, also where the period begins: ChangeDay decides
	// Whole makes a span of all days of the period a full share by every day count. An invoice never prorates a whole
	// period.
	Whole bool `json:"whole,omitzero"`
	// Extent charges the span like the whole period, or for nothing. A credit of it is a share of what was charged.
	Extent Extent `json:"extent,omitzero"`
}

// from returns the day number from which a span counts that begins at t.
func (m *measure) from(t time.Time, e Edges) int64 {
	if e.Begins {
		return m.day(t, m.policy.FirstDay == DayFree)
	}
	return m.day(t, m.policy.ChangeDay == OldSide && (e.Changes || m.inside(t)))
}

// to returns the day number up to which a span counts that ends at t.
func (m *measure) to(t time.Time, e Edges) int64 {
	if e.Ends {
		return m.day(t, m.policy.LastDay == DayBilled)
	}
	return m.day(t, m.policy.ChangeDay == OldSide && m.inside(t))
}

// inside reports whether an instant is inside the period and not one of its ends.
func (m *measure) inside(t time.Time) bool { return t.After(m.period.Start) && t.Before(m.period.End) }

// day returns the day number of an instant, or the next one if the time before the instant owns its whole day. It is at
// most that of the period's end.
func (m *measure) day(t time.Time, before bool) int64 {
	day := m.turns.day(t, m.location)
	if before {
		day++
	}
	return min(day, m.end)
}
