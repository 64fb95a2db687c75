package invoice

import (
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Draft is what an invoice is made of.
type Draft struct {
	ID              string           `json:"id"`                        // given by the caller; the IDs of lines and grants derive from it
	Currency        plans.Currency   `json:"currency"`                  // of every line
	At              time.Time        `json:"at"`                        // when it is issued
	Lines           []plans.Charge   `json:"lines"`                     // at least one charge or credit, in the order in which they are listed; one made by hand is priced as [plans.Charge.Priced] does
	CreditedCharges []plans.Charge   `json:"credited_charges,omitzero"` // of credits: the charges that they correct, and what was credited of those before. Others are of no interest
	Discounts       []plans.Discount `json:"discounts,omitzero"`        // taken off the charges in this order
	Ledger          []credits.Entry  `json:"ledger,omitzero"`           // what is owed to the customer before
	Policy          Policy           `json:"policy"`                    // what the seller chose

	Contact      Contact            `json:"contact,omitzero"`      // to whom it goes
	DueAt        time.Time          `json:"due_at,omitzero"`       // by when it is to be paid; zero is at once
	Installments int                `json:"installments,omitzero"` // into how many parts what is due is split; 0 is none
	Every        proration.Interval `json:"every,omitzero"`        // how far those lie apart, the first at At; must be set for them
	AsDraft      bool               `json:"as_draft,omitzero"`     // it stays a draft until it is issued

	Corrects         string          `json:"corrects,omitzero"`           // of a credit note: ID of the invoice it corrects
	AppliedToInvoice decimal.Decimal `json:"applied_to_invoice,omitzero"` // what of a negative total lowers what is still due on that invoice, not negative
	Refund           decimal.Decimal `json:"refund,omitzero"`             // what of it is paid back in money, not negative; the rest is granted as credit

	Location *time.Location `json:"-"` // whose calendar counts the days; nil is UTC
}

const lastYear = 9998 // in any zone: JSON has no later one than 9999

// check returns the places of the currency, and whether lines can be computed at all; it adds every fault of the draft but for its lines.
func (d *Draft) check(f *fault.List) (places int32, sound bool) {
	if d.ID == "" {
		f.Add("id", proration.ErrUnset, "an invoice has an ID")
	}
	if d.At.IsZero() {
		f.Add("at", proration.ErrUnset, "an invoice is issued at an instant")
	}
	if d.At.UTC().Year() > lastYear || d.DueAt.UTC().Year() > lastYear {
		f.Add("at", proration.ErrLimit, "it is beyond the year %d", lastYear)
	}
	if !d.DueAt.IsZero() && d.DueAt.Before(d.At) {
		f.Add("due_at", proration.ErrOutside, "it is before the invoice is issued")
	}
	places, err := d.Currency.Places()
	f.Under("", err)
	policy := d.Policy.Validate()
	f.Under("policy", policy)
	sound = err == nil && policy == nil
	f.Under("", credits.Validate(d.Ledger))
	d.checkUsed(f, places)
	before := len(*f)
	switch {
	case len(d.Lines) == 0:
		f.Add("lines", proration.ErrUnset, "an invoice has lines")
	case len(d.Lines) > maxLines, len(d.CreditedCharges) > maxLines:
		f.Add("lines", proration.ErrLimit, "%d and %d billed are more than %d", len(d.Lines), len(d.CreditedCharges), maxLines)
	default:
		limit(f, "lines", d.Lines, maxDiscounts)
		limit(f, "credited_charges", d.CreditedCharges, 2*maxDiscounts)
	}
	sound = sound && len(*f) == before
	for _, n := range []struct {
		field  string
		amount decimal.Decimal
	}{{"applied_to_invoice", d.AppliedToInvoice}, {"refund", d.Refund}} {
		if fault.Amount(f, n.field, n.amount) && (n.amount.IsNegative() || !n.amount.Shift(places).IsInteger()) {
			f.Add(n.field, proration.ErrInvalid, "%v is no amount above zero of %d places", n.amount, places)
		}
	}
	if d.Corrects == d.ID && d.ID != "" {
		f.Add("corrects", proration.ErrInvalid, "an invoice does not correct itself")
	}
	if d.Corrects == "" && !d.AppliedToInvoice.IsZero() {
		f.Add("corrects", proration.ErrUnset, "say which invoice is lowered")
	}
	if d.Installments != 0 {
		f.Under("every", d.Every.Validate())
	} else if d.Every != (proration.Interval{}) {
		f.Add("installments", proration.ErrUnset, "say into how many parts it is split")
	}
	return places, sound
}

// checkUsed adds the faults of an ID that another invoice had, and of credit that is not in the places of the currency.
func (d *Draft) checkUsed(f *fault.List, places int32) {
	for i, e := range d.Ledger {
		path := "ledger[" + strconv.Itoa(i) + "]."
		if d.ID != "" && (e.ID == d.ID && e.Kind == credits.Granted || e.Ref == d.ID) {
			f.Add(path+"ref", proration.ErrInvalid, "an invoice %.40q was there before", d.ID)
		}
		if e.Currency == d.Currency && exact.Sensible(e.Amount) && !e.Amount.Shift(places).IsInteger() {
			f.Add(path+"amount", proration.ErrInvalid, "%v has more than the %d places of %.3s, and could not be paid out", e.Amount, places, d.Currency)
		}
	}
	for i, c := range d.CreditedCharges {
		if d.ID != "" && invoiceOf(c.ID) == d.ID {
			f.Add("credited_charges["+strconv.Itoa(i)+"].id", proration.ErrInvalid, "an invoice %.40q was there before", d.ID)
			return
		}
	}
}

// invoiceOf returns the ID of the invoice of a line, and "" for an ID that is of none.
func invoiceOf(line string) string { return line[:max(strings.LastIndex(line, "/"), 0)] }
