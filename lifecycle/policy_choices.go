package lifecycle

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// FinalAction is the action if an invoice cannot be collected. The zero value is unset and refused.
//
// JSON: continue, suspend, pause, cancel.
type FinalAction uint8

// The final actions.
const (
	FinalContinue FinalAction = iota + 1 // service continues; the invoice is issued, or stays open
	FinalSuspend                         // nothing more is billed until a payment or a new payment method
	FinalPause                           // nothing more is billed until the subscription is resumed
	FinalCancel                          // the subscription ends
)

var finalActions = []string{"", "continue", "suspend", "pause", "cancel"}

// String returns the action's name, "suspend".
func (r FinalAction) String() string { return enum.String(finalActions, r) }

// MarshalText returns the action's name.
func (r FinalAction) MarshalText() ([]byte, error) {
	return fault.Marshal(finalActions, r, "final_action")
}

// UnmarshalText reads the action's name. An unknown name returns ErrInvalid.
func (r *FinalAction) UnmarshalText(text []byte) error {
	return fault.Unmarshal(finalActions, r, "final_action", text)
}

// OpenInvoice is what becomes of an open invoice when dunning or a cancellation ends service. The zero value is unset
// and refused.
//
// JSON: keep, void, charge_served.
type OpenInvoice uint8

// The treatments of an open invoice.
const (
	OpenKeep         OpenInvoice = iota + 1 // it stays due; at a cancellation the refund rules may lower it
	OpenVoid                                // it is void; a return begins a new grace unless reactivation.if_paid is set
	OpenChargeServed                        // it is lowered to the days with access
)

var openInvoices = []string{"", "keep", "void", "charge_served"}

// String returns the name, "charge_served".
func (o OpenInvoice) String() string { return enum.String(openInvoices, o) }

// MarshalText returns the name.
func (o OpenInvoice) MarshalText() ([]byte, error) {
	return fault.Marshal(openInvoices, o, "open_invoice")
}

// UnmarshalText reads the name. An unknown name returns ErrInvalid.
func (o *OpenInvoice) UnmarshalText(text []byte) error {
	return fault.Unmarshal(openInvoices, o, "open_invoice", text)
}

// WhileCanceling is what a change does while a cancellation is scheduled. The zero value is unset and refused.
//
// JSON: refuse, allow, withdraw.
type WhileCanceling uint8

// The treatments of a change while a cancellation is scheduled.
const (
	CancelingRefuse   WhileCanceling = iota + 1 // the change is refused
	CancelingAllow                              // the change is made, and the subscription still ends
	CancelingWithdraw                           // the change withdraws the cancellation
)

var whileCancelings = []string{"", "refuse", "allow", "withdraw"}

// String returns the name, "withdraw".
func (w WhileCanceling) String() string { return enum.String(whileCancelings, w) }

// MarshalText returns the name.
func (w WhileCanceling) MarshalText() ([]byte, error) {
	return fault.Marshal(whileCancelings, w, "changes_while_canceling")
}

// UnmarshalText reads the name. An unknown name returns ErrInvalid.
func (w *WhileCanceling) UnmarshalText(text []byte) error {
	return fault.Unmarshal(whileCancelings, w, "changes_while_canceling", text)
}

// TrialHandling is what another plan does to a trial that is not over. The zero value is unset and refused.
//
// JSON: keep, restart.
type TrialHandling uint8

// The treatments of a trial at a change of the plan.
const (
	TrialKeep TrialHandling = iota + 1 // the trial ends when it was to end
	// TrialRestart starts the trial of the new plan at the change. Its length is that of the plan in the catalog; without
	// a catalog, that of the plan in the event, or of the contract if the plan states none. Each plan is tried once: a
	// change back keeps the end, and so does a plan without a trial.
	TrialRestart
)

var trialHandlings = []string{"", "keep", "restart"}

// String returns the name, "restart".
func (h TrialHandling) String() string { return enum.String(trialHandlings, h) }

// MarshalText returns the name.
func (h TrialHandling) MarshalText() ([]byte, error) {
	return fault.Marshal(trialHandlings, h, "on_plan_change")
}

// UnmarshalText reads the name. An unknown name returns ErrInvalid.
func (h *TrialHandling) UnmarshalText(text []byte) error {
	return fault.Unmarshal(trialHandlings, h, "on_plan_change", text)
}
