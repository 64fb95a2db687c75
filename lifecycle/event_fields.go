package lifecycle

import (
	"strings"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/canon"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// eventField is a set of fields of an [Event] and its [Payment].
type eventField uint32

// The fields. The names are in eventFieldNames, in the same order.
const (
	onField eventField = 1 << iota
	untilField
	invoicesField
	scheduledField
	effectiveField
	noTrialField
	methodField
	changeField
	usageField
	prorationsField
	settingsField
	prorateFromField
	ifPaidField
	owedAgainField
	asField
	documentField
	exceptionField
	chargesField
	grantField
	taxesField
	contactField
	countryField
	invoiceField
	paymentIDField
	amountField
	currencyField
	expectedField
	hardField
	linesField
	recordsField
)

var eventFieldNames = []string{
	"on", "until", "invoices", "scheduled_change", "effective", "no_trial", "payment_method", "change", "usage",
	"prorations", "proration_settings", "prorate_from", "if_paid", "owed_again", "as", "document",
	"exception", "charges", "grant", "taxes", "contact", "country",
	"payment.invoice", "payment.id", "payment.amount", "payment.currency", "payment.expected", "payment.hard",
	"payment.lines", "records",
}

// paymentFields are the fields of a payment report.
const paymentFields = invoiceField | paymentIDField | amountField | currencyField | expectedField

// resultFields are the fields of the result of a dispute or a refund.
const resultFields = invoiceField | paymentIDField | amountField | currencyField

// prorationFields are the fields with which support sets the proration of a change.
const prorationFields = prorationsField | settingsField | prorateFromField

// eventFields is the table of the fields that each kind of event reads besides Sequence, At, Kind, By, Reason and
// TaxAnswers. An event with any other field is an error.
var eventFields = [...]eventField{
	Started:              onField | noTrialField | untilField | methodField,
	TrialConverted:       onField | effectiveField,
	TrialExtended:        untilField,
	PaymentMethodAdded:   methodField,
	PaymentMethodRemoved: 0,
	PaymentAttempted:     paymentFields,
	PaymentSucceeded:     paymentFields,
	PaymentFailed:        paymentFields | hardField,
	PaymentDisputed:      paymentFields,
	PaymentRefunded:      paymentFields | linesField | owedAgainField,
	Changed: changeField | usageField | onField | effectiveField | prorationFields |
		ifPaidField,
	ScheduledChangeCanceled: scheduledField,
	AdvanceInvoiceRequested: 0,
	CollectionPaused:        untilField | invoicesField,
	CollectionResumed:       0,
	PauseRequested:          untilField | onField | effectiveField,
	Resumed:                 ifPaidField,
	RenewalDisabled:         0,
	RenewalEnabled:          0,
	CancellationRequested:   effectiveField | onField | exceptionField,
	CancellationWithdrawn:   0,
	Reactivated:             changeField | usageField | ifPaidField,
	TaxesChanged:            taxesField,
	BillingDetailsChanged:   contactField | countryField | invoiceField | documentField,
	UsageRecorded:           recordsField | chargesField,
	ChargeAdded:             chargesField,
	CreditGranted:           grantField,
	InvoiceVoided:           invoiceField,
	InvoiceWrittenOff:       invoiceField,
	InvoiceCredited:         invoiceField | amountField | currencyField | linesField | asField,
	DisputeWon:              resultFields,
	DisputeLost:             resultFields,
	PaymentReversed:         paymentFields,
	RefundSucceeded:         resultFields,
	RefundFailed:            resultFields,
	CreditPaidOut:           amountField | currencyField,
	TaxesCalculated:         0,
	InvoiceIssued:           0,
}

// reads returns the fields that events of the kind read.
func (k EventKind) reads() eventField {
	if int(k) < len(eventFields) {
		return eventFields[k]
	}
	return 0
}

// fields returns the fields of the table that are set.
func (e *Event) fields() (set eventField) {
	p := &e.Payment
	for i, given := range [...]bool{
		!e.On.IsZero(), !e.Until.IsZero(), e.Invoices != 0, e.ScheduledChange != 0, e.Effective != 0, e.NoTrial,
		e.PaymentMethod != "", !e.Change.IsZero(), len(e.Usage) > 0, e.Prorations != 0,
		e.ProrationSettings != plans.ProrationSettings{}, !e.ProrateFrom.IsZero(), e.IfPaid, e.OwedAgain,
		e.As != 0, e.Document != nil, e.Exception != nil, len(e.Charges) > 0, hasGrant(&e.Grant),
		e.Taxes != nil, hasContact(&e.Contact), e.Country != "",
		p.Invoice != "", p.ID != "", !p.Amount.IsZero(), p.Currency != "", !p.Expected.IsZero(), p.Hard, len(p.Lines) > 0,
		len(e.Records) > 0,
	} {
		if given {
			set |= 1 << i
		}
	}
	return set
}

// hasContact reports whether a contact has a value.
func hasContact(c *invoice.Contact) bool {
	return c.Name != "" || c.Email != "" || len(c.Address) > 0 || c.TaxID != "" || c.Reference != ""
}

// hasGrant reports whether a grant has a value.
func hasGrant(g *credits.Entry) bool {
	when := g.At.IsZero() && g.Effective.IsZero() && g.Expires.IsZero()
	return !when || g.Kind != 0 || g.ID != "" || !g.Amount.IsZero() || g.Currency != "" || g.Reason != "" || g.Ref != "" ||
		g.Source != "" || g.Priority != nil || g.Promotional || g.BeforeTax
}

// names returns the JSON names of the fields.
func (set eventField) names() (all []string) {
	for i, name := range eventFieldNames {
		if set&(1<<i) != 0 {
			all = append(all, name)
		}
	}
	return all
}

// checkFields adds a fault for each field that the kind of the event does not read, and for each combination of fields
// of which one is not read.
func (e *Event) checkFields(f *fault.List) {
	if e.Kind == 0 || int(e.Kind) >= len(eventKinds) {
		return // the kind is at fault
	}
	reads, set := e.Kind.reads(), e.fields()
	for _, name := range (set &^ reads).names() {
		words := "no field of its own"
		if own := reads.names(); own != nil {
			words = strings.Join(own, ", ")
		}
		f.Add("event."+name, proration.ErrInvalid, "must be unset for %v, which reads %s", e.Kind, words)
	}
	has := func(fields eventField) bool { return set&reads&fields == fields }
	if has(onField) && e.On.Before(e.At) {
		at, on := e.At.Format(time.RFC3339), e.On.Format(time.RFC3339)
		f.Add("event.on", proration.ErrOutside, "must not be before the event's time, %s; got %s", at, on)
	}
	if has(untilField) && (e.Kind == Started || e.Kind == TrialExtended) {
		e.checkTrialEnd(f)
	}
	if has(onField | effectiveField) {
		f.Add("event.effective", proration.ErrInvalid, "must be unset together with on; got %v", e.Effective)
	}
	if has(expectedField | linesField) {
		f.Add("event.payment.expected", proration.ErrInvalid, "must be unset together with lines; got %v", e.Payment.Expected)
	}
	if has(amountField | linesField) {
		f.Add("event.payment.amount", proration.ErrInvalid, "must be unset together with lines; got %v", e.Payment.Amount)
	}
	if has(documentField) && !has(invoiceField) {
		f.Add("event.payment.invoice", proration.ErrUnset, "required, the ID of the invoice in document")
	}
	if has(usageField) && !has(changeField) {
		f.Add("event.usage", proration.ErrInvalid, "must be unset without change; it is checked against a new plan's limits")
	}
	if has(chargesField) {
		e.checkCharges(f)
	}
	if has(grantField) {
		e.checkGrant(f)
	}
}

// checkTrialEnd adds the faults of the end of a trial.
func (e *Event) checkTrialEnd(f *fault.List) {
	start, until := later(e.At, e.On), e.Until.Format(time.RFC3339)
	switch {
	case e.NoTrial:
		f.Add("event.until", proration.ErrInvalid, "must be unset together with no_trial; got %s", until)
	case e.Until.Before(start):
		f.Add("event.until", proration.ErrOutside, "must not be before %s; got %s", start.Format(time.RFC3339), until)
	case e.Until.UTC().Year() > canon.LastYear:
		f.Add("event.until", proration.ErrLimit, "must be in the year %d or earlier; got %s", canon.LastYear, until)
	}
}

// checkCharges adds the faults of charges: a credit, a kind that the event does not bill, and fields that the package
// fills in.
func (e *Event) checkCharges(f *fault.List) {
	if len(e.Charges) > maxCharges {
		f.Add("event.charges", proration.ErrLimit, "must be at most %d charges; got %d", maxCharges, len(e.Charges))
		return
	}
	for i := range e.Charges {
		c := &e.Charges[i]
		path := fault.At("event.charges", i)
		if c.Corrects != "" || c.Net.IsNegative() && fault.Amount(f, path+".net", c.Net) {
			f.Add(path, proration.ErrInvalid, "must be a positive charge; send payment_refunded or credit_granted instead")
		}
		if c.Kind != 0 && c.Kind != plans.Usage && c.Kind != plans.OneTime {
			f.Add(path+".kind", proration.ErrInvalid, "must be usage or one_time; got %v", c.Kind)
		}
		if e.Kind == ChargeAdded && c.Quantity.IsZero() && !(c.Price.Unit.IsZero() && c.Price.Percent.IsZero()) {
			f.Add(path+".quantity", proration.ErrUnset, "required, the number of units sold; got 0")
		}
		for _, field := range []struct {
			name  string
			given bool
		}{
			{"id", c.ID != ""}, {"restores", c.Restores != ""}, {"priced_at", !c.PricedAt.IsZero()},
			{"share", hasShare(&c.Share)}, {"discounts", len(c.Discounts) > 0}, {"untaxed", !c.Untaxed.IsZero()},
		} {
			if field.given {
				f.Add(path+"."+field.name, proration.ErrInvalid, "must be unset; the invoice computes it")
			}
		}
	}
}

// hasShare reports whether a share has a value.
func hasShare(r *proration.Result) bool {
	return !r.Amount.IsZero() || !r.Of.IsZero() || r.Fraction != proration.Fraction{} || r.Unit != "" ||
		r.Rounding != proration.Rounding{} || !r.Carry.IsZero() || !r.Residual.IsZero() || r.Capped
}

// checkGrant adds the faults of the fields of a grant that the package fills in.
func (e *Event) checkGrant(f *fault.List) {
	if g := &e.Grant; g.Kind != 0 && g.Kind != credits.Granted {
		f.Add("event.grant.kind", proration.ErrInvalid, "must be granted or unset; got %v", g.Kind)
	}
	if at := e.Grant.At; !at.IsZero() && !at.Equal(e.At) {
		f.Add("event.grant.at", proration.ErrInvalid, "must be the event's time, %s, or unset; got %s",
			e.At.Format(time.RFC3339), at.Format(time.RFC3339))
	}
}
