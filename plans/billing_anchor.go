package plans

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// BillingAnchor sets the billing dates after a change or a reactivation. The zero BillingAnchor is unset and an error.
//
// JSON: reset, keep.
type BillingAnchor uint8

// The billing anchors.
const (
	AnchorReset BillingAnchor = iota + 1 // a new period starts immediately, and a whole period is billed
	AnchorKeep                           // billing dates stay, and the rest of the current period is billed
)

var billingAnchors = []string{"", "reset", "keep"}

// String returns the name of the anchor, "reset".
func (a BillingAnchor) String() string { return enum.String(billingAnchors, a) }

// MarshalText returns the name of the anchor.
func (a BillingAnchor) MarshalText() ([]byte, error) {
	return fault.Marshal(billingAnchors, a, "billing_anchor")
}

// UnmarshalText reads the name of the anchor; an unknown name is ErrInvalid.
func (a *BillingAnchor) UnmarshalText(text []byte) error {
	return fault.Unmarshal(billingAnchors, a, "billing_anchor", text)
}
