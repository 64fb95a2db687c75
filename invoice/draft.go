package invoice

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Draft is what an invoice is made of.
type Draft struct {
	ID        string           `json:"id"`                 // given by the caller; the IDs of lines and grants derive from it
	Currency  plans.Currency   `json:"currency"`           // of every line
	At        time.Time        `json:"at"`                 // when it is issued
	Lines     []plans.Charge   `json:"lines"`              // at least one charge or credit, in the order in which they are listed; one made by hand is priced as [plans.Charge.Priced] does
	Billed    []plans.Charge   `json:"billed,omitzero"`    // of credits: the charges that they correct, and what was credited of those before. Others are of no interest
	Discounts []plans.Discount `json:"discounts,omitzero"` // taken off the charges in this order
	Ledger    []credits.Entry  `json:"ledger,omitzero"`    // what is owed to the customer before
	Policy    Policy           `json:"policy"`             // what the seller chose

	Contact     Contact            `json:"contact,omitzero"`     // to whom it goes
	DueBy       time.Time          `json:"due_by,omitzero"`      // by when it is to be paid; zero is at once
	Instalments int                `json:"instalments,omitzero"` // into how many parts what is due is split; 0 is none
	Every       proration.Interval `json:"every,omitzero"`       // how far those lie apart, the first at At; must be set for them
	Review      bool               `json:"review,omitzero"`      // it stays a draft until it is issued

	Corrects string          `json:"corrects,omitzero"` // of a credit note: ID of the invoice it corrects
	Offset   decimal.Decimal `json:"offset,omitzero"`   // what of a negative total lowers what is still due on that invoice, not negative
	Refund   decimal.Decimal `json:"refund,omitzero"`   // what of it is paid back in money, not negative; the rest is granted as credit

	Location *time.Location `json:"-"` // whose calendar counts the days; nil is UTC
}

// check returns the places of the currency, or every fault of the draft but for its lines.
func (d *Draft) check() (int32, error) {
	var f fault.List
	if d.ID == "" {
		f.Add("id", proration.ErrUnset, "an invoice has an ID")
	}
	if d.At.IsZero() {
		f.Add("at", proration.ErrUnset, "an invoice is issued at an instant")
	}
	if !d.DueBy.IsZero() && d.DueBy.Before(d.At) {
		f.Add("due_by", proration.ErrOutside, "it is before the invoice is issued")
	}
	places, err := d.Currency.Places()
	f.Under("", err)
	f.Under("policy", d.Policy.Validate())
	f.Under("", credits.Validate(d.Ledger))
	for i, e := range d.Ledger {
		if e.ID == d.ID && e.Kind == credits.Granted && d.ID != "" {
			f.Add("ledger["+strconv.Itoa(i)+"].id", proration.ErrInvalid, "it is the ID of the invoice, whose grant has it")
		}
	}
	switch {
	case len(d.Lines) == 0:
		f.Add("lines", proration.ErrUnset, "an invoice has lines")
	case len(d.Lines) > maxLines, len(d.Billed) > maxLines:
		f.Add("lines", proration.ErrLimit, "%d and %d billed are more than %d", len(d.Lines), len(d.Billed), maxLines)
	default:
		limit(&f, "lines", d.Lines, maxDiscounts)
		limit(&f, "billed", d.Billed, 2*maxDiscounts)
	}
	for _, n := range []struct {
		field  string
		amount decimal.Decimal
	}{{"offset", d.Offset}, {"refund", d.Refund}} {
		if fault.Amount(&f, n.field, n.amount) && (n.amount.IsNegative() || !n.amount.Shift(places).IsInteger()) {
			f.Add(n.field, proration.ErrInvalid, "%v is no amount above zero of %d places", n.amount, places)
		}
	}
	if d.Corrects == "" && !d.Offset.IsZero() {
		f.Add("corrects", proration.ErrUnset, "say which invoice is lowered")
	}
	if d.Instalments != 0 {
		f.Under("every", d.Every.Validate())
	} else if d.Every != (proration.Interval{}) {
		f.Add("instalments", proration.ErrUnset, "say into how many parts it is split")
	}
	return places, f.Err()
}
