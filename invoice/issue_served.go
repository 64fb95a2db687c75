package invoice

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/plans"
)

// serve lowers every open invoice to the part that was used until w.At.
func (w *work) serve() error {
	for i := range w.Open {
		own, _ := chargesOf(w.UnexpiredCharges, w.Open[i].Invoice)
		lines, err := w.notServed(&w.Open[i], own, nil)
		if err == nil && len(lines) > 0 {
			err = w.note(&w.Open[i], lines, decimal.Decimal{})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// notServed returns the credits for the part of an open invoice that was not used, given its charges and the credits of
// the refund rules. Where the rules return nothing, they credit at most the outstanding amount.
func (w *work) notServed(r *Receivable, own, ruled []plans.Charge) ([]plans.Charge, error) {
	unused, err := credits.Unused(credits.Request{
		Charges: own, At: w.At, Ends: true, CreditBasis: w.Policy.CreditBasis, Policy: w.Policy.Proration,
		Location: w.Contract.Cycle.Location,
	})
	if err != nil {
		return nil, w.inAccount(err, "")
	}
	var total decimal.Decimal
	for i := range unused {
		total = total.Sub(unused[i].Total())
	}
	open := r.Outstanding()
	if len(ruled) > 0 || !total.GreaterThan(open) {
		if len(ruled) == 0 {
			return unused, nil
		}
		return ruled, nil
	}
	part := CreditRequest{Receivable: *r, OpenPart: true, Policy: w.Policy}
	return part.lines(byCharge(own))
}
