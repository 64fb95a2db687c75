package lifecycle

import (
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// EventKind is the kind of an [Event]. The zero value is unset and refused.
//
// JSON: started, trial_converted, trial_extended, payment_method_added, payment_method_removed, payment_attempted,
// payment_succeeded, payment_failed, payment_disputed, payment_refunded, changed, scheduled_change_canceled,
// advance_invoice_requested, collection_paused, collection_resumed, pause_requested, resumed, renewal_disabled,
// renewal_enabled, cancellation_requested, cancellation_withdrawn, reactivated, taxes_changed, billing_details_changed,
// usage_recorded, charge_added, credit_granted, invoice_voided, invoice_written_off, invoice_credited, dispute_won,
// dispute_lost, payment_reversed, refund_succeeded, refund_failed, credit_paid_out, taxes_calculated,
// invoice_issued.
type EventKind uint8

// The kinds of events. Each names the fields of an [Event] that it reads besides Sequence, At, By, Reason and
// TaxAnswers. Any other field must be unset.
const (
	Started                 EventKind = iota + 1 // service starts, now or later: On, NoTrial, Until, PaymentMethod
	TrialConverted                               // the customer buys before the trial ends: On, Effective
	TrialExtended                                // support sets another end of the trial, also an earlier one: Until
	PaymentMethodAdded                           // the customer enters a payment method: PaymentMethod
	PaymentMethodRemoved                         // the customer removes the payment method
	PaymentAttempted                             // a payment is pending: Payment
	PaymentSucceeded                             // a payment is received: Payment
	PaymentFailed                                // a payment attempt fails: Payment
	PaymentDisputed                              // the customer's bank takes a payment back: Payment
	PaymentRefunded                              // the seller refunded a payment; requires a Reason: Payment, OwedAgain
	Changed                                      // the contract changes: Change, Usage, Effective, On, Prorations and more
	ScheduledChangeCanceled                      // one scheduled change is dropped, or all: ScheduledChange
	AdvanceInvoiceRequested                      // the customer pays the next period early
	CollectionPaused                             // service continues and no payment is requested: Invoices, Until
	CollectionResumed                            // payments are requested again
	PauseRequested                               // the customer asks for a pause: Until, Effective, On
	Resumed                                      // the pause ends, or is withdrawn before it starts: IfPaid
	RenewalDisabled                              // the subscription ends with its term, or its period without a term
	RenewalEnabled                               // the subscription renews again
	CancellationRequested                        // the subscription is to end: Effective, On, Exception
	CancellationWithdrawn                        // a cancellation that has not taken effect is withdrawn
	Reactivated                                  // the customer returns, also on other terms: Change, Usage, IfPaid
	TaxesChanged                                 // the customer's taxes change: Taxes
	BillingDetailsChanged                        // new billing details: Contact, Country; for a copy Payment, Document
	UsageRecorded                                // usage to bill on the next invoice: Charges
	ChargeAdded                                  // a one-time sale: Charges
	CreditGranted                                // credit given to the customer: Grant
	InvoiceVoided                                // an invoice was issued by mistake: Payment.Invoice
	InvoiceWrittenOff                            // an invoice will not be paid: Payment.Invoice
	InvoiceCredited                              // support credits an invoice, which requires a Reason: Payment, As
	DisputeWon                                   // the bank returns a disputed payment to the seller: Payment
	DisputeLost                                  // a disputed payment stays with the customer: Payment
	PaymentReversed                              // the bank returns a payment to the customer: Payment
	RefundSucceeded                              // a requested refund has reached the customer: Payment
	RefundFailed                                 // a requested refund failed, and is owed back: Payment
	CreditPaidOut                                // a part of the balance is paid out in money: Payment.Amount
	TaxesCalculated                              // the tax engine answers for a deadline, whose time the event has
	InvoiceIssued                                // the seller issues the renewal that is a draft before its review is over
)

var eventKinds = []string{
	"", "started", "trial_converted", "trial_extended", "payment_method_added", "payment_method_removed",
	"payment_attempted", "payment_succeeded", "payment_failed", "payment_disputed", "payment_refunded", "changed",
	"scheduled_change_canceled", "advance_invoice_requested", "collection_paused", "collection_resumed",
	"pause_requested", "resumed", "renewal_disabled", "renewal_enabled", "cancellation_requested",
	"cancellation_withdrawn", "reactivated", "taxes_changed", "billing_details_changed", "usage_recorded",
	"charge_added", "credit_granted", "invoice_voided", "invoice_written_off", "invoice_credited", "dispute_won",
	"dispute_lost", "payment_reversed", "refund_succeeded", "refund_failed", "credit_paid_out",
	"taxes_calculated", "invoice_issued",
}

// String returns the kind's name, "payment_failed".
func (k EventKind) String() string { return enum.String(eventKinds, k) }

// MarshalText returns the kind's name.
func (k EventKind) MarshalText() ([]byte, error) { return fault.Marshal(eventKinds, k, "kind") }

// UnmarshalText reads the kind's name. An unknown name returns ErrInvalid.
func (k *EventKind) UnmarshalText(text []byte) error {
	return fault.Unmarshal(eventKinds, k, "kind", text)
}

// Event is a fact about a subscription: a request of the customer or the seller, or a report of the payment provider.
// The kind decides which fields are read; see the constants of [EventKind]. A field that the kind does not read is an
// error.
type Event struct {
	// Sequence is the number of the event, at least 1. Events are applied in rising order. An event whose number is not
	// above the subscription's was applied before: it changes nothing, and the outcome lists it as skipped.
	Sequence int64 `json:"sequence"`
	// At is the time of the event, in any zone. It must not be before the time that the subscription was advanced to; an
	// event that was reported late goes to [Correct]. Only a report of the payment provider may be dated earlier: it is
	// applied at the time that the subscription was advanced to, and keeps its own time.
	At   time.Time `json:"at"`
	Kind EventKind `json:"kind"` // kind of the event; must be set
	// By is the actor, customer or support; unset is the customer. It is checked against the change rules, the payment
	// methods of the market and Policy.BillingDetailsEditors, and for the end of a trial, which only support sets. The
	// caller authorizes all else.
	By     plans.Actor `json:"by,omitzero"`
	Reason string      `json:"reason,omitzero"` // free text for people; required for a refund

	// On is the time at which the event takes effect, not before At: a start, a change, a pause, a cancellation, or the
	// conversion of a trial. Zero is now for a start and a conversion, and otherwise the time that the change rules or
	// the pause policy set. A customer cannot ask for an earlier time than that; support can.
	On time.Time `json:"on,omitzero"`
	// Until is the end of a pause; zero pauses until the subscription is resumed. For trial_extended, and for a start by
	// support, it is the end of the trial.
	Until time.Time `json:"until,omitzero"`
	// Invoices is what becomes of the invoices while collection is paused: keep or void; required for it.
	Invoices PausedInvoices `json:"invoices,omitzero"`
	// ScheduledChange is the number of the event that requested the change to cancel; zero cancels every scheduled change.
	ScheduledChange int64 `json:"scheduled_change,omitzero"`
	// Effective is the timing in place of On: immediately, at_period_end, at_term_end or at_paid_through. In a trial, the
	// period ends with the trial. A cancellation at_paid_through ends service immediately if the period is not paid, and
	// voids its invoice.
	Effective plans.EffectiveTiming `json:"effective,omitzero"`
	NoTrial   bool                  `json:"no_trial,omitzero"` // start the paid period without the contract's trial
	// PaymentMethod is the ID of the payment method, "card". For payment_method_added, "" is a card.
	PaymentMethod string `json:"payment_method,omitzero"`
	// Change is the change of the contract. With a catalog, a plan needs only its ID, and a term only its length.
	Change plans.Change       `json:"change,omitzero"`
	Usage  []plans.LimitUsage `json:"usage,omitzero"` // current usage, checked against the limits of another plan
	// Prorations is when the proration of a change is billed. Only support sets it; unset, the change rules and the policy
	// decide.
	Prorations plans.ProrationBilling `json:"prorations,omitzero"`
	// ProrationSettings are how much a change charges and credits. Only support sets them.
	ProrationSettings plans.ProrationSettings `json:"proration_settings,omitzero"`
	// ProrateFrom is the instant of the present period from which a change is charged and credited; zero is the time of
	// the change. Only support sets it.
	ProrateFrom time.Time `json:"prorate_from,omitzero"`
	// IfPaid lets a change or a return take effect when its invoice is paid. Until then everything stays as it is. If the
	// invoice is not paid within Policy.IfPaidTimeout, or the subscription changes in another way, the change lapses and
	// the invoice is void. Where nothing is due, it takes effect immediately.
	IfPaid bool `json:"if_paid,omitzero"`
	// OwedAgain makes the amount of a refund due again. Without it, a credit note credits what was refunded.
	OwedAgain bool `json:"owed_again,omitzero"`
	// As is the form in which the paid part of a credited invoice returns: balance or refund; required for it.
	As credits.RefundAs `json:"as,omitzero"`
	// Payment is the payment, or the invoice, that the event is about.
	Payment Payment `json:"payment,omitzero"`
	// Document is the issued invoice of which a change of the billing details makes a corrected copy. A credit note
	// returns its charges, and a new invoice bills them to the new contact, at the same prices, and is paid with that
	// credit. Credits on the invoice are not repeated. Its seal must be that of the receivable. An invoice that another
	// document credited, or whose payment is requested or pending, is refused. Replay finds an invoice that it issued.
	Document *invoice.Invoice `json:"document,omitempty"`
	// Exception replaces the policy's refund rules when the subscription ends now, and not the time of the end. It is
	// refused for a later end, and where no charge can be returned. Nil applies the refund rules.
	Exception *credits.Exception `json:"exception,omitzero"`
	// Charges are the sales or usage to bill: each an item with a quantity and a price, or with a net amount. The package
	// fills in the kind, the plan and the currency.
	Charges []plans.Charge `json:"charges,omitzero"`
	// Records are usage of metered items, which the contract prices. The records of a period are one line of its renewal.
	Records []UsageRecord `json:"records,omitzero"`
	// Grant has the amount and the terms of a credit. The package fills in ID, kind, currency and time. Another kind or
	// time is an error. ID and Ref cannot be those of a document, "acme-7", or begin with "acme/".
	Grant   credits.Entry     `json:"grant,omitzero"`
	Taxes   []invoice.TaxRate `json:"taxes,omitzero"`   // the customer's taxes from now on; empty is no tax
	Contact invoice.Contact   `json:"contact,omitzero"` // addressee of later invoices; replaces the current one whole
	Country string            `json:"country,omitzero"` // the customer's new country, "BR"; "" keeps the country
	// TaxAnswers are the answers of the tax engine for the documents of the event, and of the deadlines up to it. Every
	// kind reads them; taxes_calculated has nothing else.
	TaxAnswers []invoice.TaxAnswer `json:"tax_answers,omitzero"`
}

const maxCharges = 1_000 // charges of an event, and charges that wait for an invoice

// check adds the faults of the event, except those of its time.
func (e *Event) check(f *fault.List) {
	if e.Sequence <= 0 {
		f.Add("event.sequence", proration.ErrUnset, "must be at least 1; got %d", e.Sequence)
	}
	fault.Enum(f, "event.kind", eventKinds, e.Kind)
	if e.By != 0 && e.By != plans.Customer && e.By != plans.Support {
		f.Add("event.by", proration.ErrInvalid, "must be customer or support; got %v", e.By)
	}
	if e.Effective > plans.AtPaidThrough {
		f.Add("event.effective", proration.ErrInvalid,
			"must be immediately, at_period_end, at_term_end or at_paid_through; got %v", e.Effective)
	}
	fault.Optional(f, "event.prorations", e.Prorations)
	fault.Optional(f, "event.proration_settings.charge", e.ProrationSettings.Charge)
	fault.Optional(f, "event.proration_settings.credit", e.ProrationSettings.Credit)
	if e.Kind == Changed || e.Kind == Reactivated && !e.Change.IsZero() {
		f.Under("event.change", e.Change.Validate())
		if e.Change.Cancel {
			f.Add("event.change.cancel", proration.ErrInvalid, "must be false; send cancellation_requested to end the contract")
		}
		if !e.Change.Until.IsZero() {
			f.Add("event.change.until", proration.ErrInvalid, "must be unset; send cancellation_requested with on")
		}
	}
	fault.NotNegative(f, "event.payment.amount", e.Payment.Amount)
	fault.NotNegative(f, "event.payment.expected", e.Payment.Expected)
	e.checkRequired(f)
	e.checkFields(f)
}

// checkRequired adds the faults of fields that the kind of event requires.
func (e *Event) checkRequired(f *fault.List) {
	switch e.Kind {
	case PaymentAttempted, PaymentSucceeded, PaymentFailed, PaymentDisputed, PaymentRefunded, InvoiceVoided,
		InvoiceWrittenOff, InvoiceCredited, DisputeWon, DisputeLost, PaymentReversed:
		if e.Payment.Invoice == "" {
			f.Add("event.payment.invoice", proration.ErrUnset, "required, the invoice's ID")
		}
	case RefundSucceeded, RefundFailed:
		if e.Payment.Invoice == "" && e.Payment.ID == "" {
			f.Add("event.payment.invoice", proration.ErrUnset,
				"required, the invoice's ID, unless payment.id is that of the effect")
		}
	case UsageRecorded:
		if len(e.Charges)+len(e.Records) == 0 {
			f.Add("event.charges", proration.ErrUnset, "required, unless there are records; at least one charge with a price")
		}
		if len(e.Records) > maxCharges {
			f.Add("event.records", proration.ErrLimit, "must be at most %d records; got %d", maxCharges, len(e.Records))
		}
	case ChargeAdded:
		if len(e.Charges) == 0 {
			f.Add("event.charges", proration.ErrUnset, "required, at least one charge")
		}
	case TaxesCalculated:
		if len(e.TaxAnswers) == 0 {
			f.Add("event.tax_answers", proration.ErrUnset, "required, the answers for the lines of the effect calculate_taxes")
		}
	case TrialExtended:
		if e.Until.IsZero() {
			f.Add("event.until", proration.ErrUnset, "required, the end of the trial")
		}
	case Started, TrialConverted, PaymentMethodAdded, PaymentMethodRemoved, Changed, ScheduledChangeCanceled,
		PauseRequested, Resumed, RenewalDisabled, RenewalEnabled, CancellationRequested, CancellationWithdrawn, Reactivated,
		TaxesChanged, BillingDetailsChanged, CreditGranted, CreditPaidOut, AdvanceInvoiceRequested, CollectionPaused,
		CollectionResumed, InvoiceIssued:
	}
	if e.Reason == "" && e.Kind == PaymentRefunded {
		f.Add("event.reason", proration.ErrUnset, "required, the reason for the refund")
	}
	if e.Reason == "" && e.Kind == InvoiceCredited {
		f.Add("event.reason", proration.ErrUnset, "required, the reason for the credit")
	}
	if e.Kind == CollectionPaused {
		fault.Enum(f, "event.invoices", pausedInvoices, e.Invoices)
	}
	switch known := e.As == credits.AsBalance || e.As == credits.AsRefund; {
	case e.Kind != InvoiceCredited:
	case e.As == 0:
		f.Add("event.as", proration.ErrUnset, "required, balance or refund")
	case !known:
		f.Add("event.as", proration.ErrInvalid, "must be balance or refund; got %v", e.As)
	}
}

// Reported reports whether events of the kind are reports of the payment provider. They may be dated before the time
// that the subscription was advanced to.
func (k EventKind) Reported() bool {
	switch k {
	case PaymentAttempted, PaymentSucceeded, PaymentFailed, PaymentDisputed, PaymentRefunded, DisputeWon, DisputeLost,
		PaymentReversed, RefundSucceeded, RefundFailed:
		return true
	case Started, TrialConverted, TrialExtended, PaymentMethodAdded, PaymentMethodRemoved, Changed,
		ScheduledChangeCanceled, PauseRequested, Resumed, RenewalDisabled, RenewalEnabled, CancellationRequested,
		CancellationWithdrawn, Reactivated, TaxesChanged, BillingDetailsChanged, UsageRecorded, ChargeAdded, CreditGranted,
		InvoiceVoided, InvoiceWrittenOff, InvoiceCredited, CreditPaidOut, AdvanceInvoiceRequested, CollectionPaused,
		CollectionResumed, TaxesCalculated, InvoiceIssued:
	}
	return false
}

// by returns the actor, the customer if it is unset.
func (e *Event) by() plans.Actor {
	if e.By == 0 {
		return plans.Customer
	}
	return e.By
}
