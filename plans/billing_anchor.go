package plans

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// BillingAnchor says on which dates periods begin after a change or a reactivation. Its zero is unset and an error.
//
// JSON: reset, keep.
type BillingAnchor uint8

// The billing anchors.
const (
	AnchorReset BillingAnchor = iota + 1 // reset: periods begin anew at the instant, and a whole period is billed
	AnchorKeep                           // keep: billing dates stay, and the rest of the running period is billed
)

var billingAnchors = []string{"", "reset", "keep"}

// String returns its name, "reset".
func (a BillingAnchor) String() string { return enum.String(billingAnchors, a) }

// Validate returns ErrUnset for the zero BillingAnchor and ErrInvalid for an unknown one.
func (a BillingAnchor) Validate() error {
	var f fault.List
	fault.Enum(&f, "billing_anchor", billingAnchors, a)
	return f.Err()
}

// MarshalText returns its name.
func (a BillingAnchor) MarshalText() ([]byte, error) {
	return fault.Marshal(billingAnchors, a, "billing_anchor")
}

// UnmarshalText reads its name; an unknown one is ErrInvalid.
func (a *BillingAnchor) UnmarshalText(text []byte) error {
	return fault.Unmarshal(billingAnchors, a, "billing_anchor", text)
}
