package proration

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// Extent is how much of a period's price a change inside the period charges or credits. The zero Extent is unset, which
// prorates.
//
// JSON: prorated, full, none.
type Extent uint8

// The extents. Recurly sets them for charges and credits, as prorated_amount, full_amount and none.
const (
	ExtentProrated Extent = iota + 1 // the share of the rest of the period
	ExtentFull                       // the whole amount, as if the period had just begun
	ExtentNone                       // nothing
)

var extents = []string{"", "prorated", "full", "none"}

// String returns the extent's name, "full".
func (e Extent) String() string { return enum.String(extents, e) }

// MarshalText returns the extent's name.
func (e Extent) MarshalText() ([]byte, error) { return fault.Marshal(extents, e, "extent") }

// UnmarshalText reads the extent's name; an unknown name is ErrInvalid.
func (e *Extent) UnmarshalText(text []byte) error { return fault.Unmarshal(extents, e, "extent", text) }

// of returns a share of the extent.
func (e Extent) of(x Fraction) Fraction {
	switch e {
	case ExtentFull:
		x.Num = x.Den
	case ExtentNone:
		x.Num = 0
	case ExtentProrated:
	}
	return x
}
