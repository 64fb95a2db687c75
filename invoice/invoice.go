package invoice

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Status is where an invoice stands. Its zero is unset.
type Status uint8

// The statuses.
const (
	Open Status = iota + 1 // something is due
	Paid                   // nothing is due any more
)

var statuses = []string{"", "open", "paid"}

// String returns the status's name, "open".
func (s Status) String() string { return enum.String(statuses, s) }

// MarshalText returns the status's name.
func (s Status) MarshalText() ([]byte, error) { return fault.Marshal(statuses, s, "status") }

// UnmarshalText reads the status's name; an unknown one is ErrInvalid.
func (s *Status) UnmarshalText(text []byte) error {
	return fault.Unmarshal(statuses, s, "status", text)
}

// Draft is what an invoice is made of.
type Draft struct {
	ID       string          `json:"id"`       // given by the caller; the IDs of lines and grants derive from it
	Currency plans.Currency  `json:"currency"` // of every line
	At       time.Time       `json:"at"`       // when it is issued
	Lines    []plans.Charge  `json:"lines"`    // at least one charge or credit, in the order in which they are listed
	Ledger   []credits.Entry `json:"ledger"`   // what is owed to the customer before
}

// Invoice is what is due, and why. An issued invoice keeps its lines; only its status changes.
type Invoice struct {
	ID       string          `json:"id"`               // the draft's
	Currency plans.Currency  `json:"currency"`         // of every amount
	At       time.Time       `json:"at"`               // when it is issued
	Status   Status          `json:"status"`           // open while something is due
	Lines    []plans.Charge  `json:"lines"`            // charges and credits, each with an ID of its own
	Subtotal decimal.Decimal `json:"subtotal"`         // the sum of the lines; negative where credits outweigh charges
	Entries  []credits.Entry `json:"entries,omitzero"` // to be appended to the ledger: credit that pays, or that is granted
	Due      decimal.Decimal `json:"due"`              // what is to be paid; never negative
	Balance  decimal.Decimal `json:"balance"`          // what is owed to the customer afterwards
}

// Build returns the invoice of a draft: the sum of the lines, less what the ledger pays; what is left of a negative sum is
// granted to the customer. An invoice on which nothing is due is paid.
// Errors: ErrUnset for a missing ID, instant, currency, line or kind of line; ErrInvalid for an unknown currency, a line in another
// currency or with more places than the currency has, or an ID under which credit was granted before; ErrLimit for a sum beyond the
// limits; the faults of the ledger.
func Build(d Draft) (Invoice, error) {
	places, err := d.check()
	if err != nil {
		return Invoice{}, err
	}
	inv := Invoice{ID: d.ID, Currency: d.Currency, At: d.At, Status: Open, Lines: slices.Clone(d.Lines)}
	inv.Subtotal = decimal.New(0, -places)
	for i := range inv.Lines {
		inv.Lines[i] = inv.Lines[i].Clone()
		inv.Lines[i].ID = d.ID + "/" + strconv.Itoa(i+1)
		inv.Subtotal = inv.Subtotal.Add(inv.Lines[i].Net)
	}
	var f fault.List
	if !fault.Amount(&f, "lines", inv.Subtotal) {
		return Invoice{}, f.Err()
	}
	inv.Due = decimal.Max(inv.Subtotal, decimal.New(0, -places))
	for _, beforeTax := range []bool{true, false} {
		due := credits.Due{Amount: inv.Due, Currency: d.Currency, At: d.At, Ref: d.ID, BeforeTax: beforeTax}
		spent, rest, err := credits.Apply(d.Ledger, due)
		if err != nil {
			return Invoice{}, err
		}
		inv.Entries, inv.Due = append(inv.Entries, spent...), rest
	}
	if inv.Subtotal.IsNegative() {
		inv.Entries = append(inv.Entries, credits.Entry{
			Kind: credits.Granted, ID: d.ID, Amount: inv.Subtotal.Neg(), Currency: d.Currency, At: d.At, Reason: "left over from " + d.ID, Ref: d.ID,
		})
	}
	if inv.Due.IsZero() {
		inv.Status = Paid
	}
	if inv.Balance, err = credits.Balance(slices.Concat(d.Ledger, inv.Entries), d.Currency, d.At); err != nil {
		return Invoice{}, err
	}
	return inv, nil
}

// check returns the places of the currency, or the faults of the draft.
func (d *Draft) check() (int32, error) {
	var f fault.List
	if d.ID == "" {
		f.Add("id", proration.ErrUnset, "an invoice has an ID")
	}
	places, unknown := d.Currency.Places()
	f.Under("", unknown)
	if d.At.IsZero() {
		f.Add("at", proration.ErrUnset, "an invoice is issued at an instant")
	}
	if len(d.Lines) == 0 {
		f.Add("lines", proration.ErrUnset, "an invoice has lines")
	}
	cents := proration.Rounding{Places: places, Mode: proration.Down}
	for i, line := range d.Lines {
		path := "lines[" + strconv.Itoa(i) + "]"
		f.Under(path, line.Kind.Validate())
		if unknown == nil && line.Currency != d.Currency {
			f.Add(path+".currency", proration.ErrInvalid, "%.40q is not %.3s", string(line.Currency), d.Currency)
		}
		switch cut, err := cents.Round(line.Net); {
		case err != nil:
			f.Add(path+".net", proration.ErrLimit, "an amount has at most 38 digits")
		case unknown == nil && !cut.Equal(line.Net):
			f.Add(path+".net", proration.ErrInvalid, "%v has more places than %s", line.Net, d.Currency)
		}
	}
	f.Under("", credits.Validate(d.Ledger))
	return places, f.Err()
}
