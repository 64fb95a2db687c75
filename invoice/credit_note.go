package invoice

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// CreditRequest asks for a credit note of an invoice.
type CreditRequest struct {
	ID      string    `json:"id"`      // ID of the credit note
	At      time.Time `json:"at"`      // time of issue, not before the invoice
	Invoice Invoice   `json:"invoice"` // invoice to correct, with its events so far
	// Credited are the earlier credits of its charges, from credit notes and later invoices. Charges are ignored.
	Credited []plans.Charge  `json:"credited,omitzero"`
	Lines    []LineAmount    `json:"lines,omitzero"`  // lines to credit; none credits everything that is left
	Refund   bool            `json:"refund,omitzero"` // refund the paid part in money instead of granting credit
	Ledger   []credits.Entry `json:"ledger,omitzero"` // customer's credit ledger before the credit note
}

// LineAmount is an amount to credit of one line.
type LineAmount struct {
	Line   string          `json:"line"`            // ID of the line
	Amount decimal.Decimal `json:"amount,omitzero"` // net amount in major units, not negative; zero is all that is left
}

// Credit returns a credit note. It credits charges of an invoice at their rates and taxes, and never more than is left
// of them. All credit notes of an invoice add up to its charges, to the last minor unit of net and tax. The credit
// lines of the invoice are not reversed: their charges are corrected on the invoice that billed them.
//
// A credit note first reduces the outstanding amount of the invoice: apply its AppliedToInvoice to the invoice as an
// event [Credited]. The rest was paid with money or credit. If Refund is set, it is refunded up to the money received;
// any other rest is granted as credit.
//
// Errors: the faults that [Check] finds of the invoice; ErrInvalid for a draft, a void invoice, a payment in progress,
// the ID of the invoice itself, an unknown or fully credited line, an amount above the rest of its line, and for
// earlier credits that appear twice or that the invoice or the ledger knows and Credited lacks; ErrOutside for a time
// before the invoice; and those of [Build].
func Credit(c CreditRequest) (Invoice, error) {
	var f fault.List
	f.Under("invoice", Check(c.Invoice))
	if c.At.Before(c.Invoice.IssuedAt) {
		f.Add("at", proration.ErrOutside, "must not be before the issue of the invoice; got %s", c.At.Format(time.RFC3339))
	}
	switch s := c.Invoice.Status; s {
	case Drafted, Void:
		f.Add("invoice.status", proration.ErrInvalid, "must be open, paid or uncollectible; got %v", s)
	case Pending: // the payment could pay the amount that the note credits
		f.Add("invoice.status", proration.ErrInvalid, "must not be pending; report the result of the payment first")
	case Open, Paid, Uncollectible:
	}
	if c.ID != "" && c.ID == c.Invoice.ID {
		f.Add("id", proration.ErrInvalid, "must not be the ID of the invoice; got %.40q", c.ID)
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

// listed returns the faults of earlier credits that appear twice, or that the invoice or the ledger knows and Credited
// lacks.
func (c *CreditRequest) listed(before []plans.Charge) error {
	var f fault.List
	seen, notes := map[string]bool{}, map[string]bool{}
	for i, line := range before {
		if line.ID != "" && seen[line.ID] {
			f.Add(fault.At("credited", i)+".id", proration.ErrInvalid, "must be unique; %.40q appears twice", line.ID)
		}
		seen[line.ID], notes[lineid.Invoice(line.ID)] = true, true
	}
	for _, e := range c.Invoice.Events {
		if e.Kind == Credited && !notes[e.ID] {
			f.Add("credited", proration.ErrInvalid, "must include the lines of credit note %.40q, applied to the invoice", e.ID)
		}
	}
	for _, e := range c.Ledger {
		if e.Kind == credits.Granted && e.Source != "" && lineid.Invoice(e.Source) == c.Invoice.ID && !notes[e.Ref] {
			f.Add("credited", proration.ErrInvalid, "must include the lines of %.40q, which credited %.40q", e.Ref, e.Source)
		}
	}
	return f.Err()
}

// lines returns the credits of the requested lines.
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
		f.Add("lines", proration.ErrInvalid, "must have a charge left to credit; the invoice is fully credited")
	}
	var lines []plans.Charge
	for i, part := range wanted {
		line, err := credits.ForAmount(credits.AmountRequest{
			Charges: known[part.Line], Charge: part.Line, Amount: part.Amount, Mode: c.Invoice.Policy.Proration.Rounding.Mode,
		})
		if err == nil && line.Net.IsZero() {
			err = fault.New("line", proration.ErrInvalid, "must have an amount left to credit; %.40q is fully credited",
				part.Line)
		}
		f.At("lines", i, err)
		known[part.Line] = append(known[part.Line], line)
		lines = append(lines, line)
	}
	return lines, f.Err()
}

// left returns the net of a charge that is not credited.
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
