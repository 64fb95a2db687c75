package lifecycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// EventKind says what happened. Its zero is unset and refused.
type EventKind uint8

// The kinds of events, and which fields of an [Event] they read besides Sequence, At, By and Reason.
const (
	Started                 EventKind = iota + 1 // service begins: On, NoTrial, Method
	TrialConverted                               // the trial is bought before its end
	PaymentMethodAdded                           // a method of payment was entered: Method
	PaymentMethodRemoved                         // there is none any more
	PaymentAttempted                             // a payment is under way: Payment
	PaymentSucceeded                             // it came in: Payment
	PaymentFailed                                // it did not: Payment
	PaymentDisputed                              // what came in was taken back: Payment
	PaymentRefunded                              // the seller paid money back: Payment, and the Reason is needed
	SeatsAdded                                   // Change adds a quantity
	SeatsRemoved                                 // Change takes one away
	PlanChanged                                  // Change names another plan with the same periods
	IntervalChanged                              // Change names another plan with longer or shorter ones
	PriceChanged                                 // Change names another price of an item
	DatesMoved                                   // Change names another billing date
	TermExtended                                 // Change names another term
	TermShortened                                // Change names an earlier end
	ScheduledChangeCanceled                      // changes that wait for their time do not happen
	PauseRequested                               // the customer wants no service for a while: Until
	Resumed                                      // and goes on
	RenewalDisabled                              // it ends with its term, or the period where there is none
	RenewalEnabled                               // it does not
	CancellationRequested                        // somebody wants it to end: When, On, Exception
	CancellationWithdrawn                        // and does not any more
	Reactivated                                  // somebody comes back after an end, a suspension or a pause
	TaxesChanged                                 // other taxes hold for this customer: Taxes
	BillingDetailsChanged                        // invoices go to somebody else: Contact, Country, and Payment.Invoice where a corrected copy of that one is issued
	UsageRecorded                                // something was used, and comes on the next invoice: Charges
	ChargeAdded                                  // something was sold once: Charges
	CreditGranted                                // the customer is given credit: Grant
	InvoiceVoided                                // an invoice was issued by mistake: Payment.Invoice
	InvoiceWrittenOff                            // nobody expects it to be paid: Payment.Invoice
)

var eventKinds = []string{
	"", "started", "trial_converted", "payment_method_added", "payment_method_removed", "payment_attempted", "payment_succeeded", "payment_failed", "payment_disputed",
	"payment_refunded", "seats_added", "seats_removed", "plan_changed", "interval_changed", "price_changed", "dates_moved", "term_extended",
	"term_shortened", "scheduled_change_canceled", "pause_requested", "resumed", "renewal_disabled", "renewal_enabled", "cancellation_requested", "cancellation_withdrawn", "reactivated",
	"taxes_changed", "billing_details_changed", "usage_recorded", "charge_added", "credit_granted", "invoice_voided", "invoice_written_off",
}

// String returns the kind's name, "payment_failed".
func (k EventKind) String() string { return enum.String(eventKinds, k) }

// MarshalText returns the kind's name.
func (k EventKind) MarshalText() ([]byte, error) { return fault.Marshal(eventKinds, k, "kind") }

// UnmarshalText reads the kind's name; an unknown one is ErrInvalid.
func (k *EventKind) UnmarshalText(text []byte) error {
	return fault.Unmarshal(eventKinds, k, "kind", text)
}

// Event is something that happened to a subscription. Its kind says which fields are read; the others are left out.
type Event struct {
	// Sequence is the event's number, above zero. Events are applied in rising order: one whose number is not above that of
	// the last one applied changes nothing, and is no error.
	Sequence int64 `json:"sequence"`
	// At is when it happened, in any zone, and not before the instant that the subscription was advanced to: [Correct] is for what
	// comes to be known late.
	At     time.Time   `json:"at"`
	Kind   EventKind   `json:"kind"`            // what happened
	By     plans.Actor `json:"by,omitzero"`     // who asks for it, which the rules and the policy's details read, and nothing else: whoever passes an event on knows that it may be. Unset is the customer
	Reason string      `json:"reason,omitzero"` // for people

	On            time.Time             `json:"on,omitzero"`             // when service begins, or ends; zero is at once, or as the rules say
	Until         time.Time             `json:"until,omitzero"`          // when a pause is over; zero is until it is resumed
	Effective     plans.EffectiveTiming `json:"effective,omitzero"`      // when it ends, instead of On; unset is as the rules say
	NoTrial       bool                  `json:"no_trial,omitzero"`       // it is paid for from the start
	PaymentMethod string                `json:"payment_method,omitzero"` // ID of the method of payment, "card"; of payment_method_added "" is a card
	Change        plans.Change          `json:"change,omitzero"`         // what changes; with a catalog a plan needs no more than its ID, and a term its length
	Usage         []plans.LimitUsage    `json:"usage,omitzero"`          // what is in use, to be held against the limits of another plan
	Payment       Payment               `json:"payment,omitzero"`        // which payment, or which invoice
	Exception     *credits.Exception    `json:"exception,omitzero"`      // what is given back at the end instead of what the policy says; nil keeps that
	Charges       []plans.Charge        `json:"charges,omitzero"`        // what is sold or used: an item with a quantity and a price, or a net
	Grant         credits.Entry         `json:"grant,omitzero"`          // its amount and terms; ID, kind, currency and instant are filled in
	Taxes         []invoice.TaxRate     `json:"taxes,omitzero"`          // none is no tax
	Contact       invoice.Contact       `json:"contact,omitzero"`        // to whom later invoices go
	Country       string                `json:"country,omitzero"`        // where the customer is from then on; "" is as before
}

// Payment is about an invoice.
type Payment struct {
	Invoice string               `json:"invoice"`         // its ID
	ID      string               `json:"id,omitzero"`     // of the payment, by which an outcome finds its attempt, and a dispute what came in; of a refund its own. "" is the one under way, the last that came in, or one of the event's own
	Amount  decimal.Decimal      `json:"amount,omitzero"` // in major units, not negative; zero is all there is
	Hard    bool                 `json:"hard,omitzero"`   // of a failure: another attempt with the same method is of no use
	Lines   []invoice.LineAmount `json:"lines,omitzero"`  // of a refund: what of the invoice goes back; none is the amount, from the first line on
}

// changes are the kinds of events that carry a change, and what it must be.
var changes = map[EventKind]func(*plans.Change) bool{
	SeatsAdded:      func(c *plans.Change) bool { return c.Item != "" && c.Quantity.IsPositive() },
	SeatsRemoved:    func(c *plans.Change) bool { return c.Item != "" && c.Quantity.IsNegative() },
	PlanChanged:     func(c *plans.Change) bool { return c.Plan != nil },
	IntervalChanged: func(c *plans.Change) bool { return c.Plan != nil },
	PriceChanged:    func(c *plans.Change) bool { return c.Item != "" && c.Quantity.IsZero() && c.Price != nil },
	DatesMoved:      func(c *plans.Change) bool { return !c.Anchor.IsZero() },
	TermExtended:    func(c *plans.Change) bool { return c.Term != nil },
	TermShortened:   func(c *plans.Change) bool { return !c.End.IsZero() },
}

const maxCharges = 1_000 // that wait for an invoice

// check adds the faults of the event, but for its instant.
func (e *Event) check(f *fault.List) {
	if e.Sequence <= 0 {
		f.Add("event.sequence", proration.ErrUnset, "events are numbered from 1")
	}
	fault.Enum(f, "event.kind", eventKinds, e.Kind)
	if e.By != 0 && e.By != plans.Customer && e.By != plans.Support {
		f.Add("event.by", proration.ErrInvalid, "%v is neither customer nor support", e.By)
	}
	if e.Effective != 0 && e.Effective != plans.Immediately && e.Effective != plans.AtPeriodEnd && e.Effective != plans.AtTermEnd {
		f.Add("event.effective", proration.ErrInvalid, "there is no instant of that name")
	}
	if is, has := changes[e.Kind]; has && !is(&e.Change) {
		f.Add("event.change", proration.ErrInvalid, "it is no change of the kind %v", e.Kind)
	}
	if e.Change.Price != nil {
		f.Under("event.change.price", e.Change.Price.Validate())
	}
	if e.Kind == CancellationRequested && !e.On.IsZero() && e.On.Before(e.At) {
		f.Add("event.on", proration.ErrOutside, "it is before the event")
	}
	if fault.Amount(f, "event.payment.amount", e.Payment.Amount) && e.Payment.Amount.IsNegative() {
		f.Add("event.payment.amount", proration.ErrInvalid, "must not be negative; got %v", e.Payment.Amount)
	}
	switch e.Kind {
	case PaymentAttempted, PaymentSucceeded, PaymentFailed, PaymentDisputed, PaymentRefunded, InvoiceVoided, InvoiceWrittenOff:
		if e.Payment.Invoice == "" {
			f.Add("event.payment.invoice", proration.ErrUnset, "say which invoice")
		}
	case UsageRecorded, ChargeAdded:
		if len(e.Charges) == 0 {
			f.Add("event.charges", proration.ErrUnset, "say what was used or sold")
		}
	case Started, TrialConverted, PaymentMethodAdded, PaymentMethodRemoved, SeatsAdded, SeatsRemoved, PlanChanged, IntervalChanged, PriceChanged, DatesMoved,
		TermExtended, TermShortened, ScheduledChangeCanceled, PauseRequested, Resumed, RenewalDisabled, RenewalEnabled, CancellationRequested, CancellationWithdrawn, Reactivated,
		TaxesChanged, BillingDetailsChanged, CreditGranted:
	}
	if e.Kind == PaymentRefunded && e.Reason == "" {
		f.Add("event.reason", proration.ErrUnset, "a refund states its reason")
	}
	if len(e.Charges) > maxCharges {
		f.Add("event.charges", proration.ErrLimit, "%d charges are more than %d", len(e.Charges), maxCharges)
		return
	}
	for i, c := range e.Charges {
		path := "event.charges[" + strconv.Itoa(i) + "]"
		if c.Corrects != "" || c.Net.IsNegative() && fault.Amount(f, path+".net", c.Net) {
			f.Add(path, proration.ErrInvalid, "what is given back is a refund, or granted as credit")
		}
		if c.Kind != 0 && c.Kind != plans.Usage && c.Kind != plans.OneTime {
			f.Add(path+".kind", proration.ErrInvalid, "%v is neither usage nor sold once", c.Kind)
		}
	}
}

// Clone returns an event that shares nothing that can be written to.
func (e Event) Clone() Event {
	e.Change = e.Change.Clone()
	e.Usage, e.Payment.Lines = slices.Clone(e.Usage), slices.Clone(e.Payment.Lines)
	e.Charges, e.Grant, e.Taxes = clone.All(e.Charges), e.Grant.Clone(), slices.Clone(e.Taxes)
	e.Contact.Address = slices.Clone(e.Contact.Address)
	if e.Exception != nil {
		own := *e.Exception
		e.Exception = &own
	}
	return e
}

// by is who asks.
func (e *Event) by() plans.Actor {
	if e.By == 0 {
		return plans.Customer
	}
	return e.By
}
