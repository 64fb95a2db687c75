package lifecycle

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// Resort is what happens where an invoice cannot be collected. Its zero is unset and refused.
type Resort uint8

// The resorts.
const (
	ToGoOn    Resort = iota + 1 // everything goes on: the invoice is issued, or stays open
	ToSuspend                   // nothing more is billed, until somebody pays or enters a method
	ToPause                     // the same, and it waits to be resumed
	ToCancel                    // it ends
)

var resorts = []string{"", "go_on", "suspend", "pause", "cancel"}

// String returns its name, "suspend".
func (r Resort) String() string { return enum.String(resorts, r) }

// MarshalText returns its name.
func (r Resort) MarshalText() ([]byte, error) { return fault.Marshal(resorts, r, "resort") }

// UnmarshalText reads its name; an unknown one is ErrInvalid.
func (r *Resort) UnmarshalText(text []byte) error { return fault.Unmarshal(resorts, r, "resort", text) }

// Collection is when the invoice of a change inside a period is collected. Its zero is unset and refused.
type Collection uint8

// When a change is collected.
const (
	CollectNow  Collection = iota + 1 // at once
	CollectNext                       // with the next period: it is issued at once, and a later change may credit it before it is paid
	CollectNone                       // never: nothing is billed or credited, and the next period is billed at what holds then
)

var collections = []string{"", "now", "next", "none"}

// String returns its name, "now".
func (c Collection) String() string { return enum.String(collections, c) }

// MarshalText returns its name.
func (c Collection) MarshalText() ([]byte, error) {
	return fault.Marshal(collections, c, "collection")
}

// UnmarshalText reads its name; an unknown one is ErrInvalid.
func (c *Collection) UnmarshalText(text []byte) error {
	return fault.Unmarshal(collections, c, "collection", text)
}

// Dates says when periods begin for who comes back. Its zero is unset and refused.
type Dates uint8

// When periods begin.
const (
	NewDates  Dates = iota + 1 // at the instant, and a whole one is billed
	SameDates                  // when they did before, and what is left of one is billed; a term begins at the instant all the same
)

var dates = []string{"", "new", "same"}

// String returns its name, "new".
func (d Dates) String() string { return enum.String(dates, d) }

// MarshalText returns its name.
func (d Dates) MarshalText() ([]byte, error) { return fault.Marshal(dates, d, "dates") }

// UnmarshalText reads its name; an unknown one is ErrInvalid.
func (d *Dates) UnmarshalText(text []byte) error { return fault.Unmarshal(dates, d, "dates", text) }
