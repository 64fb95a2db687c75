package invoice

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// CreditRequest asks for a credit note of an invoice.
type CreditRequest struct {
	ID       string          `json:"id"`                // of the credit note
	At       time.Time       `json:"at"`                // when it is issued; not before the invoice
	Invoice  Invoice         `json:"invoice"`           // the one to correct, as it stands now
	Credited []plans.Charge  `json:"credited,omitzero"` // what was credited of its charges before: the lines of earlier notes, and of later invoices; those that are no credits are of no interest
	Lines    []LineAmount    `json:"lines,omitzero"`    // what of it goes back; none is everything that is left
	Refund   bool            `json:"refund,omitzero"`   // what was paid is paid back in money; otherwise it becomes credit
	Ledger   []credits.Entry `json:"ledger,omitzero"`   // what is owed to the customer before
}

// LineAmount is some money of a line.
type LineAmount struct {
	Line   string          `json:"line"`            // its ID
	Amount decimal.Decimal `json:"amount,omitzero"` // of its net, not negative; zero is all that is left
}

// Credit returns the credit note: money of the charges of an invoice, with the rates and the taxes that they had, and never more than is left. All
// notes of an invoice add up to its charges, to the last unit of net and tax. What it credits stands: that is corrected where it was
// billed.
//
// First a note lowers what is still due on the invoice, which is its Offset: that is to be applied to the invoice as [Credited]. What is left
// was paid, with money or with credit: it becomes the Refund, as far as money came in and Repay asks for it, and for the rest credit.
// Errors: what [Check] finds of the invoice; ErrInvalid for a draft, one that is void, one with a payment under way, its own ID, a line that is
// not there or has nothing left, an amount that is more than is left of one, and for earlier credits that come twice, or of which the invoice or
// the ledger knows and Credited does not; ErrOutside for an instant before the invoice; and those of [Build].
func Credit(c CreditRequest) (Invoice, error) {
	var f fault.List
	f.Under("invoice", Check(c.Invoice))
	if c.At.Before(c.Invoice.IssuedAt) {
		f.Add("at", proration.ErrOutside, "it is before the invoice that is corrected")
	}
	switch s := c.Invoice.Status; s {
	case Drafted, Void:
		f.Add("invoice.status", proration.ErrInvalid, "what is %v needs no credit note", s)
	case Pending: // what the note takes off could be paid as well
		f.Add("invoice.status", proration.ErrInvalid, "a payment is under way; its outcome comes first")
	case Open, Paid, Uncollectible:
	}
	if c.ID != "" && c.ID == c.Invoice.ID {
		f.Add("id", proration.ErrInvalid, "%.40q is the ID of the invoice", c.ID)
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
	own := len(billed)
	for _, line := range c.Credited {
		if line.Corrects != "" { // an account has the charges as well
			billed = append(billed, line)
		}
	}
	if err := c.listed(billed[own:]); err != nil {
		return Invoice{}, err
	}
	lines, err := c.lines(byCharge(billed))
	if err != nil {
		return Invoice{}, err
	}
	draft := Draft{
		ID: c.ID, Corrects: inv.ID, Currency: inv.Currency, At: c.At, Lines: lines, CreditedCharges: billed, Ledger: c.Ledger,
		Policy: inv.Policy, Contact: inv.Contact, Location: inv.Location,
	}
	note, err := Build(draft)
	if err != nil {
		return Invoice{}, err
	}
	back := note.Total.Neg()
	draft.AppliedToInvoice = decimal.Min(back, inv.Outstanding())
	if back = back.Sub(draft.AppliedToInvoice); c.Refund {
		draft.Refund = decimal.Min(back, inv.Received())
	}
	return Build(draft)
}

// listed returns the fault of earlier credits that come twice, or that the invoice or the ledger knows and the list does not.
func (c *CreditRequest) listed(before []plans.Charge) error {
	var f fault.List
	seen, notes := map[string]bool{}, map[string]bool{}
	for i, line := range before {
		if line.ID != "" && seen[line.ID] {
			f.Add("credited["+strconv.Itoa(i)+"].id", proration.ErrInvalid, "%.40q comes twice", line.ID)
		}
		seen[line.ID], notes[invoiceOf(line.ID)] = true, true
	}
	for _, e := range c.Invoice.Events {
		if e.Kind == Credited && !notes[e.ID] {
			f.Add("credited", proration.ErrInvalid, "the lines of credit note %.40q are missing, which lowered the invoice", e.ID)
		}
	}
	for _, e := range c.Ledger {
		if e.Kind == credits.Granted && e.Source != "" && invoiceOf(e.Source) == c.Invoice.ID && !notes[e.Ref] {
			f.Add("credited", proration.ErrInvalid, "the lines of %.40q are missing, which credited %.40q", e.Ref, e.Source)
		}
	}
	return f.Err()
}

// lines returns the credits of what goes back.
func (c *CreditRequest) lines(known map[string][]plans.Charge) ([]plans.Charge, error) {
	wanted := c.Lines
	if len(wanted) == 0 {
		for _, line := range c.Invoice.Lines {
			if line.Corrects == "" && left(known[line.ID]).IsPositive() {
				wanted = append(wanted, LineAmount{Line: line.ID})
			}
		}
	}
	var f fault.List
	if len(wanted) == 0 {
		f.Add("lines", proration.ErrInvalid, "nothing of the invoice is left to credit")
	}
	var lines []plans.Charge
	for i, part := range wanted {
		line, err := credits.ForAmount(credits.AmountRequest{
			Charges: known[part.Line], Charge: part.Line, Amount: part.Amount, Mode: c.Invoice.Policy.Proration.Rounding.Mode,
		})
		if err == nil && line.Net.IsZero() {
			err = fault.New("line", proration.ErrInvalid, "nothing is left of %.40q", part.Line)
		}
		f.Under("lines["+strconv.Itoa(i)+"]", err)
		known[part.Line] = append(known[part.Line], line)
		lines = append(lines, line)
	}
	return lines, f.Err()
}

// left returns what of a charge is not credited.
func left(related []plans.Charge) decimal.Decimal {
	var sum decimal.Decimal
	for _, c := range related {
		if !exact.Sensible(c.Net) {
			return decimal.Decimal{}
		}
		sum = sum.Add(c.Net)
	}
	return sum
}
