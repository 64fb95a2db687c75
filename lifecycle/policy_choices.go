package lifecycle

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// FinalAction is what happens where an invoice cannot be collected. Its zero is unset and refused.
type FinalAction uint8

// The resorts.
const (
	FinalContinue FinalAction = iota + 1 // everything goes on: the invoice is issued, or stays open
	FinalSuspend                         // nothing more is billed, until somebody pays or enters a method
	FinalPause                           // the same, and it waits to be resumed
	FinalCancel                          // it ends
)

var finalActions = []string{"", "continue", "suspend", "pause", "cancel"}

// String returns its name, "suspend".
func (r FinalAction) String() string { return enum.String(finalActions, r) }

// MarshalText returns its name.
func (r FinalAction) MarshalText() ([]byte, error) {
	return fault.Marshal(finalActions, r, "final_action")
}

// UnmarshalText reads its name; an unknown one is ErrInvalid.
func (r *FinalAction) UnmarshalText(text []byte) error {
	return fault.Unmarshal(finalActions, r, "final_action", text)
}

// ProrationBilling is when the invoice of a change inside a period is collected. Its zero is unset and refused.
type ProrationBilling uint8

// When a change is collected.
const (
	InvoiceNow   ProrationBilling = iota + 1 // at once
	NextInvoice                              // with the next period: it is issued at once, and a later change may credit it before it is paid
	NoProrations                             // never: nothing is billed or credited, and the next period is billed at what holds then
)

var prorationBillings = []string{"", "invoice_now", "next_invoice", "none"}

// String returns its name, "now".
func (c ProrationBilling) String() string { return enum.String(prorationBillings, c) }

// MarshalText returns its name.
func (c ProrationBilling) MarshalText() ([]byte, error) {
	return fault.Marshal(prorationBillings, c, "prorations")
}

// UnmarshalText reads its name; an unknown one is ErrInvalid.
func (c *ProrationBilling) UnmarshalText(text []byte) error {
	return fault.Unmarshal(prorationBillings, c, "prorations", text)
}
