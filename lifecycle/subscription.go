package lifecycle

import (
	"fmt"
	"slices"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Subscription is the life of a contract: one value that the caller stores. A new one has an ID and a contract, and nothing
// else. After it was read back, the caller sets Contract.Cycle.Location again.
type Subscription struct {
	ID       string         `json:"id"`       // given by the caller; the IDs of invoices and effects derive from it
	Contract plans.Contract `json:"contract"` // what was bought, as it is now
	Status   Status         `json:"status"`   // where it stands; unset until it starts

	At       time.Time        `json:"at,omitzero"`        // how far it has been advanced
	Sequence int64            `json:"sequence,omitzero"`  // number of the last event applied
	Period   proration.Period `json:"period,omitzero"`    // the period that is billed now
	CancelAt time.Time        `json:"cancel_at,omitzero"` // when a cancellation takes effect; zero while there is none

	Issued  int               `json:"issued,omitzero"`  // how many invoices were issued
	Open    []invoice.Invoice `json:"open,omitzero"`    // those that are not paid, in order
	Overdue []Overdue         `json:"overdue,omitzero"` // the open ones whose payment failed, in the order in which it did
	Charges []plans.Charge    `json:"charges,omitzero"` // what was billed and is not used up, and what of it was credited, in order
	Ledger  []credits.Entry   `json:"ledger,omitzero"`  // what is owed to the customer
}

// Overdue is an open invoice whose payment failed. It has one grace, however often it fails.
type Overdue struct {
	Invoice string    `json:"invoice"` // its ID
	Until   time.Time `json:"until"`   // when its grace ends: the first instant without
}

// graceEnd returns when the first grace ends, and zero where no invoice is overdue.
func (s *Subscription) graceEnd() time.Time {
	var end time.Time
	for _, o := range s.Overdue {
		if end.IsZero() || o.Until.Before(end) {
			end = o.Until
		}
	}
	return end
}

// end cancels the subscription. What is open or overdue stays so.
func (s *Subscription) end() {
	s.Status, s.CancelAt = Canceled, time.Time{}
}

// unpaid returns the ID of the open invoice that has the charge, or "".
func (s *Subscription) unpaid(charge string) string {
	for _, inv := range s.Open {
		for _, line := range inv.Lines {
			if line.ID == charge {
				return inv.ID
			}
		}
	}
	return ""
}

// location returns the calendar of the customer.
func (s *Subscription) location() *time.Location {
	if loc := s.Contract.Cycle.Location; loc != nil {
		return loc
	}
	return time.UTC
}

// clone returns a subscription that shares nothing that can be written to.
func (s Subscription) clone() Subscription {
	s.Contract = s.Contract.Clone()
	s.Open = slices.Clone(s.Open)
	for i := range s.Open {
		s.Open[i] = s.Open[i].Clone()
	}
	s.Overdue = slices.Clone(s.Overdue)
	s.Charges = clone.All(s.Charges)
	s.Ledger = clone.All(s.Ledger)
	return s
}

// check returns the faults of the subscription.
func (s *Subscription) check() error {
	var f fault.List
	if s.ID == "" {
		f.Add("subscription.id", proration.ErrUnset, "a subscription has an ID")
	}
	f.Under("subscription.contract", s.Contract.Validate())
	return f.Err()
}

// Effect is something for the caller to do. Its ID derives from the subscription, what caused it and its ordinal, so that a
// caller who runs the same again can tell what was done already.
type Effect struct {
	ID      string     `json:"id"`      // the same whenever the same is run again
	Kind    EffectKind `json:"kind"`    // what to do
	Invoice string     `json:"invoice"` // ID of the invoice it is about
}

// Deadline is when a subscription changes by itself, and how.
type Deadline struct {
	At   time.Time    `json:"at"`   // the first instant of what comes then
	Kind DeadlineKind `json:"kind"` // what comes
}

// Outcome is what came of an event, or of the passing of time.
type Outcome struct {
	Subscription Subscription      `json:"subscription"`      // to be stored in place of the one passed in
	Invoices     []invoice.Invoice `json:"invoices,omitzero"` // issued, in order
	Effects      []Effect          `json:"effects,omitzero"`  // to be performed, in order
}

// Refusal is an event that the rules do not allow. It changed nothing. It matches [ErrRefused].
type Refusal struct {
	Event  EventKind // what was refused
	Status Status    // where the subscription stood
	Reason string    // why, in words a customer could read
}

// ErrRefused is what every [Refusal] matches with errors.Is; it is that of package plans.
var ErrRefused = plans.ErrRefused

// Error returns the refusal in one line.
func (r *Refusal) Error() string {
	return fmt.Sprintf("%s while %s: %s", r.Event, r.Status, r.Reason)
}

// Unwrap returns ErrRefused.
func (r *Refusal) Unwrap() error { return ErrRefused }
