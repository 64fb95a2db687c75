package invoice

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// checkOpen adds the faults of treatments of the open invoices that no end of service asks for, or that contradict each
// other.
func (o *IssueRequest) checkOpen(f *fault.List) {
	if o.KeepOpen && !o.Change.Cancel {
		f.Add("keep_open", proration.ErrInvalid, "must be false unless the change is a cancellation")
	}
	if o.ChargeServed && (o.KeepOpen || !o.Change.Cancel && !o.Close) {
		f.Add("charge_served", proration.ErrInvalid, "must be false unless service ends, and beside keep_open")
	}
	if o.VoidOpen && (o.KeepOpen || o.ChargeServed || !o.Change.Cancel && !o.Close) {
		f.Add("void_open", proration.ErrInvalid,
			"must be false unless service ends, and beside keep_open and charge_served")
	}
}

// disposed applies the refund rules to charges and their credits. The money was paid for them.
func (w *work) disposed(charges []plans.Charge, paid decimal.Decimal) (credits.RefundResult, error) {
	owed, err := credits.ApplyRefundRules(credits.RefundRequest{
		Request: credits.Request{
			Charges: charges, At: w.At, Ends: true, CreditBasis: w.Policy.CreditBasis, Policy: w.Policy.Proration,
			Location: w.Contract.Cycle.Location,
		},
		ID: w.ID, Rules: w.Policy.Refunds, Exception: w.Exception, Paid: paid,
	})
	if err != nil {
		return owed, w.inAccount(err, "")
	}
	return owed, nil
}

// serve lowers every open invoice to the part that was used until w.At, or to its paid part.
func (w *work) serve() error {
	for i := range w.Open {
		own, _ := chargesOf(w.UnexpiredCharges, w.Open[i].Invoice)
		lines, err := w.lowered(&w.Open[i], own, nil)
		if err == nil && len(lines) > 0 {
			err = w.note(&w.Open[i], lines, decimal.Decimal{})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lowered returns the credits of an open invoice at an end of service, given its charges and the credits of the refund
// rules.
func (w *work) lowered(r *Receivable, own, ruled []plans.Charge) ([]plans.Charge, error) {
	switch {
	case w.ChargeServed:
		return w.notServed(r, own, ruled)
	case w.VoidOpen:
		return w.notDue(r, own, ruled)
	}
	return ruled, nil
}

// notServed returns the credits for the part of an open invoice that was not used, given its charges and the credits of
// the refund rules. Where the rules return nothing, they credit at most the outstanding amount.
func (w *work) notServed(r *Receivable, own, ruled []plans.Charge) ([]plans.Charge, error) {
	unused, err := w.ending(own)
	if err != nil {
		return nil, err
	}
	var total decimal.Decimal
	for i := range unused {
		total = total.Sub(unused[i].Total())
	}
	if len(ruled) > 0 || !total.GreaterThan(r.Outstanding()) {
		if len(ruled) == 0 {
			return unused, nil
		}
		return ruled, nil
	}
	part := CreditRequest{Receivable: *r, OpenPart: true, Policy: w.Policy}
	lines, err := part.lines(byCharge(own))
	return free(lines, unused), err
}

// notDue returns the credits of the refund rules for an open invoice, and those of what stays due after them if it is
// for time after w.At. A payment that is in progress comes first.
func (w *work) notDue(r *Receivable, own, ruled []plans.Charge) ([]plans.Charge, error) {
	ahead := func(c plans.Charge) bool { return c.Corrects == "" && c.Span.End.After(w.At) }
	due := r.Outstanding()
	var left decimal.Decimal
	for _, c := range slices.Concat(own, ruled) {
		left = exact.Plus(left, c.Total())
	}
	for i := range ruled {
		due = exact.Plus(due, ruled[i].Total())
	}
	due = exact.Smaller(due, left)
	if r.Phase == PhasePending || !due.IsPositive() || !slices.ContainsFunc(own, ahead) {
		return ruled, nil
	}
	part := CreditRequest{Receivable: *r, Amount: due, Policy: w.Policy}
	rest, err := part.lines(byCharge(slices.Concat(own, ruled)))
	if err != nil {
		return nil, err
	}
	if len(ruled) == 0 {
		unused, err := w.ending(own)
		return free(rest, unused), err
	}
	return slices.Concat(ruled, rest), nil
}

// ending returns the credits for the unused part of charges when service ends.
func (w *work) ending(own []plans.Charge) ([]plans.Charge, error) {
	unused, err := credits.Unused(credits.Request{
		Charges: own, At: w.At, Ends: true, CreditBasis: w.Policy.CreditBasis, Policy: w.Policy.Proration,
		Location: w.Contract.Cycle.Location,
	})
	if err != nil {
		return nil, w.inAccount(err, "")
	}
	return unused, nil
}

// free returns credits of money that also free the units of the unused time until the end of their charges: what is
// paid of these pays for the time before it.
func free(lines, unused []plans.Charge) []plans.Charge {
	for i := range lines {
		line := &lines[i]
		for j := range unused {
			u := &unused[j]
			switch {
			case u.Corrects != line.Corrects:
			case line.Quantity.IsZero():
				line.Quantity, line.Span = u.Quantity, u.Span
			default:
				line.Quantity, line.Span.End = exact.Smaller(line.Quantity, u.Quantity), u.Span.End
			}
		}
	}
	return lines
}
