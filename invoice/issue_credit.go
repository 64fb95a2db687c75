package invoice

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// nextID returns the ID of the next document.
func (w *work) nextID() (string, error) {
	if len(w.ids) == 0 {
		return "", fault.New("more_ids", proration.ErrUnset, "required, an ID for each open invoice that is credited")
	}
	id := w.ids[0]
	w.ids = w.ids[1:]
	return id, nil
}

// chargesOf splits charges and their credits into those of an invoice and the others.
func chargesOf(charges []plans.Charge, invoice string) (own, others []plans.Charge) {
	for _, c := range charges {
		of := c.ID
		if c.Corrects != "" {
			of = c.Corrects
		}
		if lineid.Invoice(of) == invoice {
			own = append(own, c)
		} else {
			others = append(others, c)
		}
	}
	return own, others
}

// lower issues a credit note for each open invoice whose charges the credits correct, and returns the other credits.
func (w *work) lower(owed []plans.Charge) ([]plans.Charge, error) {
	for i := range w.Open {
		var own []plans.Charge
		if own, owed = chargesOf(owed, w.Open[i].Invoice); len(own) == 0 {
			continue
		}
		if err := w.note(&w.Open[i], own, decimal.Decimal{}); err != nil {
			return nil, err
		}
	}
	return owed, nil
}

// note issues a credit note of an open invoice. It lowers the outstanding amount. The rest was paid: at most the refund
// goes back in money, and any other part becomes credit.
func (w *work) note(r *Receivable, lines []plans.Charge, refund decimal.Decimal) error {
	id, err := w.nextID()
	if err != nil {
		return err
	}
	request := CreditRequest{
		ID: id, At: w.IssuedAt, Receivable: *r, Ledger: w.Ledger, Policy: w.Policy,
		Contact: w.Contact, Location: w.Contract.Cycle.Location,
	}
	var f fault.List
	request.check(&f)
	if f != nil {
		return fault.Under("open", f.Err())
	}
	note, err := request.issue(lines, w.UnexpiredCharges, refund)
	if err != nil {
		return err
	}
	w.notes = append(w.notes, note)
	w.Ledger = slices.Concat(w.Ledger, note.Invoice.LedgerEntries)
	w.UnexpiredCharges, w.byCharge = slices.Concat(w.UnexpiredCharges, note.Invoice.Lines), nil
	return nil
}
