package invoice

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/canon"
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// EventKind is the kind of an event of a receivable. Its zero value is unset and rejected.
//
// JSON: issued, attempted, succeeded, failed, credited, refunded, disputed, voided, written_off, requested, postponed,
// missed, retracted, sent, reversed, dispute_won, dispute_lost, surplus, credit_applied,
// credit_reversed.
type EventKind uint8

// The kinds of events.
const (
	Issued         EventKind = iota + 1 // a draft becomes an invoice
	Attempted                           // a payment is in progress and its result is unknown
	Succeeded                           // a payment was received
	Failed                              // a payment attempt failed
	Credited                            // a credit note reduces the outstanding amount
	Refunded                            // the seller refunded money
	Disputed                            // a received payment was taken back by a chargeback and is due again
	Voided                              // the invoice was issued by mistake
	WrittenOff                          // payment is not expected anymore
	Requested                           // the caller was asked to collect the outstanding amount
	Postponed                           // collection waits until a later time, or for more to collect
	Missed                              // the due date of an invoice paid by hand passed unpaid
	Retracted                           // the invoice becomes void once the result of the payment in progress is known
	Sent                                // the invoice was sent to a customer who pays by hand
	Reversed                            // the bank returned a received payment, which is due again
	DisputeWon                          // a disputed payment was received again
	DisputeLost                         // a disputed payment stays with the customer
	Surplus                             // money was received beyond the outstanding amount; it does not pay the invoice
	CreditApplied                       // credit of the customer's ledger paid a part of the outstanding amount
	CreditReversed                      // credit that had paid the invoice came from a payment that went back
)

var eventKinds = []string{
	"", "issued", "attempted", "succeeded", "failed", "credited", "refunded", "disputed", "voided", "written_off",
	"requested", "postponed", "missed", "retracted", "sent", "reversed", "dispute_won", "dispute_lost", "surplus",
	"credit_applied", "credit_reversed",
}

// String returns the name of the kind, such as "written_off".
func (k EventKind) String() string { return enum.String(eventKinds, k) }

// MarshalText returns the name of the kind.
func (k EventKind) MarshalText() ([]byte, error) { return fault.Marshal(eventKinds, k, "kind") }

// UnmarshalText reads the name of a kind. Errors: ErrInvalid for an unknown name.
func (k *EventKind) UnmarshalText(text []byte) error {
	return fault.Unmarshal(eventKinds, k, "kind", text)
}

// Event is a payment, a credit note or another event of a receivable.
type Event struct {
	Kind EventKind `json:"kind"` // kind of event; required
	// ID is the ID of the payment (the same for its attempt, result, surplus and dispute), of the credit note, of the
	// refund or of the use of credit.
	ID string    `json:"id,omitzero"`
	At time.Time `json:"at"` // time of the event, not before the issue or an earlier event
	// OccurredAt is the time of a payment that was reported late, before At. Zero is At.
	OccurredAt time.Time `json:"occurred_at,omitzero"`
	// Amount is the amount paid, credited, refunded, disputed or returned, not negative. Zero is the full amount: the
	// outstanding or attempted one, all money received, or the disputed payment. A surplus and reversed credit have none.
	// Failed only records its amount.
	Amount decimal.Decimal `json:"amount,omitzero"`
	// Surplus is the part of a disputed or reversed payment beyond Amount, which was a surplus. Zero with a zero Amount is
	// all of it.
	Surplus decimal.Decimal `json:"surplus,omitzero"`
	Reason  string          `json:"reason,omitzero"` // free text for people
	// OwedAgain makes a refunded amount due again. Without it, a credit note owed the refund.
	OwedAgain bool `json:"owed_again,omitzero"`
	// Until is the end of the grace period that Failed, Disputed, Reversed, CreditReversed, Missed or a refund that is
	// owed again starts, or the time of collection of Postponed, zero if it waits for more to collect.
	Until   time.Time `json:"until,omitzero"`
	RetryAt time.Time `json:"retry_at,omitzero"` // Failed, Missed: time of the next automatic retry; zero is none
	Hard    bool      `json:"hard,omitzero"`     // Failed: no retry succeeds until another payment method is added
}

// logged reports whether events of the kind are stored in the receivable; the others only change its collection.
func (k EventKind) logged() bool {
	switch k {
	case Requested, Postponed, Missed, Retracted, Sent:
		return false
	case Issued, Attempted, Succeeded, Failed, Credited, Refunded, Disputed, Voided, WrittenOff, Reversed, DisputeWon,
		DisputeLost, Surplus, CreditApplied, CreditReversed:
	}
	return true
}

// hasAmount reports whether events of the kind may state an amount.
func (k EventKind) hasAmount() bool {
	switch k {
	case Issued, Voided, WrittenOff, Requested, Postponed, Missed, Retracted, Sent, DisputeLost:
		return false
	case Attempted, Succeeded, Failed, Credited, Refunded, Disputed, Reversed, DisputeWon, Surplus, CreditApplied,
		CreditReversed:
	}
	return true
}

// check adds the faults of an event that do not depend on the phase.
func (e *Event) check(f *fault.List, r *Receivable) {
	fault.Enum(f, "event.kind", eventKinds, e.Kind)
	switch e.Kind {
	case Attempted, Succeeded, Failed, Credited, Refunded, Disputed, Reversed, DisputeWon, DisputeLost, Surplus,
		CreditApplied, CreditReversed:
		if e.ID == "" {
			f.Add("event.id", proration.ErrUnset, "required, the ID of the payment, credit note or refund")
		}
	case Issued, Voided, WrittenOff, Requested, Postponed, Missed, Retracted, Sent:
	}
	if !e.Kind.hasAmount() && !e.Amount.IsZero() {
		f.Add("event.amount", proration.ErrInvalid, "must be zero for %v; got %v", e.Kind, e.Amount)
	}
	fault.NotNegative(f, "event.amount", e.Amount)
	fault.NotNegative(f, "event.surplus", e.Surplus)
	if !e.Surplus.IsZero() && e.Kind != Disputed && e.Kind != Reversed {
		f.Add("event.surplus", proration.ErrInvalid, "must be zero for %v; got %v", e.Kind, e.Surplus)
	}
	last := r.changedAt()
	switch {
	case e.At.IsZero():
		f.Add("event.at", proration.ErrUnset, "required, the time of the event")
	case e.At.Before(last) && !r.happened(e.Kind, e.ID):
		f.Add("event.at", proration.ErrOutside, "must not be before %s, the last event of the invoice; got %s",
			last.Format(time.RFC3339Nano), e.At.Format(time.RFC3339Nano))
	}
	if e.OccurredAt.After(e.At) {
		f.Add("event.occurred_at", proration.ErrOutside, "must not be after %s, the time of the event; got %s",
			e.At.Format(time.RFC3339Nano), e.OccurredAt.Format(time.RFC3339Nano))
	}
	e.checkCollection(f)
	checkYear(f, "event.at", e.At)
	checkYear(f, "event.until", e.Until)
	checkYear(f, "event.retry_at", e.RetryAt)
}

// checkCollection adds the faults of the fields that only some kinds read.
func (e *Event) checkCollection(f *fault.List) {
	if e.Kind != Failed && (!e.RetryAt.IsZero() && e.Kind != Missed || e.Hard) {
		f.Add("event.retry_at", proration.ErrInvalid, "must be zero for %v, and so must hard", e.Kind)
	}
	if e.OwedAgain && e.Kind != Refunded {
		f.Add("event.owed_again", proration.ErrInvalid, "must be false for %v", e.Kind)
	}
	switch e.Kind {
	case Postponed, Failed, Disputed, Reversed, Missed, CreditReversed:
	case Issued, Attempted, Succeeded, Credited, Refunded, Voided, WrittenOff, Requested, Retracted, Sent, DisputeWon,
		DisputeLost, Surplus, CreditApplied:
		if !e.Until.IsZero() && !e.OwedAgain {
			f.Add("event.until", proration.ErrInvalid, "must be zero for %v; got %s", e.Kind, e.Until.Format(time.RFC3339))
		}
	}
}

// checkYear adds the fault of a time that JSON cannot store in every time zone.
func checkYear(f *fault.List, field string, t time.Time) {
	if year := t.UTC().Year(); year < 1 || year > canon.LastYear {
		f.Add(field, proration.ErrLimit, "must be in a year from 1 to %d; got %d", canon.LastYear, year)
	}
}
