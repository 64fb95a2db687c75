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

// Correction asks for a credit note of an invoice.
type Correction struct {
	ID       string          `json:"id"`                // of the credit note
	At       time.Time       `json:"at"`                // when it is issued; not before the invoice
	Invoice  Invoice         `json:"invoice"`           // the one to correct, as it stands now
	Credited []plans.Charge  `json:"credited,omitzero"` // what was credited of its charges before: the lines of earlier notes, and of later invoices
	Lines    []Part          `json:"lines,omitzero"`    // what of it goes back; none is everything that is left
	Repay    bool            `json:"repay,omitzero"`    // what was paid is paid back in money; otherwise it becomes credit
	Ledger   []credits.Entry `json:"ledger,omitzero"`   // what is owed to the customer before
}

// Part is some money of a line.
type Part struct {
	Line   string          `json:"line"`            // its ID
	Amount decimal.Decimal `json:"amount,omitzero"` // of its net, not negative; zero is all that is left
}

// Note returns the credit note: money of the charges of an invoice, with the rates and the taxes that they had, and never more than is left. All
// notes of an invoice add up to its charges, to the last unit of net and tax. What it credits stands: that is corrected where it was
// billed.
//
// First a note lowers what is still due on the invoice, which is its Offset: that is to be applied to the invoice as [Credited]. What is left
// was paid, with money or with credit: it becomes the Refund, as far as money came in and Repay asks for it, and for the rest credit.
// Errors: what [Check] finds of the invoice; ErrInvalid for a draft, one that is void, a line that is not there or has nothing left, and an amount
// that is more than is left of one; ErrOutside for an instant before the invoice; and those of [Build].
func Note(c Correction) (Invoice, error) {
	var f fault.List
	f.Under("invoice", Check(c.Invoice))
	if c.At.Before(c.Invoice.At) {
		f.Add("at", proration.ErrOutside, "it is before the invoice that is corrected")
	}
	if s := c.Invoice.Status; s == Drafted || s == Void {
		f.Add("invoice.status", proration.ErrInvalid, "what is %v needs no credit note", s)
	}
	if f != nil {
		return Invoice{}, f.Err()
	}
	inv := &c.Invoice
	var billed []plans.Charge
	for _, line := range inv.Lines {
		if line.Corrects == "" {
			billed = append(billed, line)
		}
	}
	charges := len(billed)
	billed = append(billed, c.Credited...)
	wanted := c.Lines
	if len(wanted) == 0 {
		for _, line := range billed[:charges] {
			if line.Net.GreaterThan(credited(billed, line.ID)) {
				wanted = append(wanted, Part{Line: line.ID})
			}
		}
	}
	var lines []plans.Charge
	for i, part := range wanted {
		line, err := credits.GiveBack(credits.Return{
			Charges: append(billed[:len(billed):len(billed)], lines...), Charge: part.Line, Amount: part.Amount, Mode: inv.Policy.Proration.Rounding.Mode,
		})
		if err == nil && line.Net.IsZero() {
			err = fault.New("line", proration.ErrInvalid, "nothing is left of %.40q", part.Line)
		}
		f.Under("lines["+strconv.Itoa(i)+"]", err)
		lines = append(lines, line)
	}
	if f != nil {
		return Invoice{}, f.Err()
	}
	draft := Draft{
		ID: c.ID, Corrects: inv.ID, Currency: inv.Currency, At: c.At, Lines: lines, Billed: billed, Ledger: c.Ledger,
		Policy: inv.Policy, Contact: inv.Contact, Location: inv.Location,
	}
	note, err := Build(draft)
	if err != nil {
		return Invoice{}, err
	}
	left := note.Total.Neg()
	draft.Offset = decimal.Min(left, inv.Outstanding())
	if left = left.Sub(draft.Offset); c.Repay {
		draft.Refund = decimal.Min(left, inv.Received())
	}
	return Build(draft)
}

// credited returns what of the net of a charge was credited.
func credited(billed []plans.Charge, id string) decimal.Decimal {
	var sum decimal.Decimal
	for _, c := range billed {
		if c.Corrects == id {
			sum = sum.Sub(c.Net)
		}
	}
	return sum
}
