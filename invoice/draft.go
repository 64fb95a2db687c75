package invoice

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/canon"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Draft is the input of [Build]: everything an invoice is computed from. Amounts are in major units of Currency.
type Draft struct {
	ID       string         `json:"id"`       // ID of the invoice, which prefixes the IDs of its lines and its grant
	Currency plans.Currency `json:"currency"` // currency of every line
	At       time.Time      `json:"at"`       // time of issue
	// Lines are the charges and credits in the order of the invoice, at least one. A charge without a share of a period,
	// such as a setup fee, is priced as by [plans.Charge.Priced].
	Lines []plans.Charge `json:"lines"`
	// CreditedCharges are the charges that credits among Lines correct, with their earlier credits. Others are ignored.
	CreditedCharges []plans.Charge   `json:"credited_charges,omitzero"`
	Discounts       []plans.Discount `json:"discounts,omitzero"`   // discounts to deduct from the charges, in order
	Ledger          []credits.Entry  `json:"ledger,omitzero"`      // customer's credit ledger before the invoice
	Policy          Policy           `json:"policy"`               // billing rules of the seller
	TaxAnswers      []TaxAnswer      `json:"tax_answers,omitzero"` // answers of the tax engine, if the policy has one

	Contact      Contact            `json:"contact,omitzero"`      // recipient of the invoice
	DueAt        time.Time          `json:"due_at,omitzero"`       // payment deadline; zero is due on issue
	Installments int                `json:"installments,omitzero"` // number of installments; zero is one payment
	Every        proration.Interval `json:"every,omitzero"`        // time between installments; the first is due At
	// InstallmentWeights are the relative sizes of the installments, one for each; none is equal parts.
	InstallmentWeights []decimal.Decimal `json:"installment_weights,omitzero" canon:"count"`
	AsDraft            bool              `json:"as_draft,omitzero"` // a draft, not issued until the event Issued

	Corrects string `json:"corrects,omitzero"` // credit note: ID of the corrected invoice
	// AppliedToInvoice is the part of a negative total that reduces the amount due on the corrected invoice, not negative.
	AppliedToInvoice decimal.Decimal `json:"applied_to_invoice,omitzero"`
	// Refund is the part of a negative total to refund in money, not negative. The rest of the total is granted as credit.
	Refund decimal.Decimal `json:"refund,omitzero"`

	Location *time.Location `json:"-"` // time zone that counts the days; nil is UTC
}

// check adds every fault of the draft except those of its lines. It returns the decimal places of the currency, and
// whether the lines can be computed.
func (d *Draft) check(f *fault.List) (places int32, sound bool) {
	if d.ID == "" {
		f.Add("id", proration.ErrUnset, "required, the invoice ID")
	}
	if d.At.IsZero() {
		f.Add("at", proration.ErrUnset, "required, the time of issue")
	}
	if d.At.UTC().Year() > canon.LastYear || d.DueAt.UTC().Year() > canon.LastYear {
		f.Add("at", proration.ErrLimit, "must be in the year %d or earlier, and so must due_at", canon.LastYear)
	}
	if !d.DueAt.IsZero() && d.DueAt.Before(d.At) {
		f.Add("due_at", proration.ErrOutside, "must not be before the time of issue; got %s", d.DueAt.Format(time.RFC3339))
	}
	places, err := d.Currency.Places()
	f.Under("", err)
	policy := d.Policy.Validate()
	for i := range d.Policy.Taxes {
		if len(d.Policy.Taxes[i].Countries) > 0 {
			f.Add(fault.At("policy.taxes", i)+".countries", proration.ErrInvalid,
				"must be empty in a document; take Policy.For of the customer's country")
		}
	}
	f.Under("policy", policy)
	sound = err == nil && policy == nil
	f.Under("", credits.Validate(d.Ledger))
	d.checkUsed(f, places)
	before := len(*f)
	switch {
	case len(d.Lines) == 0:
		f.Add("lines", proration.ErrUnset, "required, at least one line")
	case len(d.Lines) > maxLines, len(d.CreditedCharges) > maxLines:
		f.Add("lines", proration.ErrLimit, "must be at most %[1]d lines and %[1]d credited charges; got %[2]d and %[3]d",
			maxLines, len(d.Lines), len(d.CreditedCharges))
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
			f.Add(n.field, proration.ErrInvalid, "must not be negative or have more than %d decimal places; got %v",
				places, n.amount)
		}
	}
	if d.Corrects == d.ID && d.ID != "" {
		f.Add("corrects", proration.ErrInvalid, "must be the ID of another invoice; got %.40q", d.Corrects)
	}
	if d.Corrects == "" && !d.AppliedToInvoice.IsZero() {
		f.Add("corrects", proration.ErrUnset, "required with applied_to_invoice, the ID of the corrected invoice")
	}
	switch {
	case d.Installments != 0:
		f.Under("every", d.Every.Validate())
	case d.Every != (proration.Interval{}):
		f.Add("installments", proration.ErrUnset, "required with every, the number of installments")
	case len(d.InstallmentWeights) > 0:
		f.Add("installments", proration.ErrUnset, "required with installment_weights, their number")
	}
	return places, sound
}

// checkUsed adds the faults of an invoice ID that was used before, and of credit with too many decimal places.
func (d *Draft) checkUsed(f *fault.List, places int32) {
	for i, e := range d.Ledger {
		path := fault.At("ledger", i) + "."
		if d.ID != "" && (e.ID == d.ID && e.Kind == credits.Granted || e.Ref == d.ID) {
			f.Add(path+"ref", proration.ErrInvalid, "invoice ID %.40q is already used in the ledger; choose a new ID", d.ID)
		}
		if e.Currency == d.Currency && exact.Sensible(e.Amount) && !e.Amount.Shift(places).IsInteger() {
			f.Add(path+"amount", proration.ErrInvalid, "must have at most %d decimal places in %.3s; got %v",
				places, d.Currency, e.Amount)
		}
	}
	for i, c := range d.CreditedCharges {
		if d.ID != "" && lineid.Invoice(c.ID) == d.ID {
			f.Add(fault.At("credited_charges", i)+".id", proration.ErrInvalid,
				"invoice ID %.40q is already used by a billed charge; choose a new ID", d.ID)
			return
		}
	}
}
