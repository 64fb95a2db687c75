package invoice

import (
	"slices"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// trueUp adds the shortfall of each length of a commitment that is over by w.At, and of the present one if service
// ends. The first period that is billed starts the commitment.
func (w *work) trueUp() error {
	if !w.Contract.Commitment.Amount.IsPositive() || w.UnbilledAs != "" || !w.EndedAt.IsZero() {
		return nil
	}
	contract := w.Contract
	if contract.Commitment.Start.IsZero() && w.Change.IsZero() && !w.Close && len(w.rest) > 0 {
		contract.Commitment.Start = w.firstBilled()
	}
	if w.IssuedAt.Before(w.At) { // an invoice issued ahead leaves the true-up to a second call at w.At
		w.after.Commitment = contract.Commitment
		return nil
	}
	lines, err := w.pricedLines()
	if err != nil {
		return err
	}
	all := slices.Concat(w.UnexpiredCharges, w.lines, lines)
	for {
		lacking, after, err := contract.TrueUp(all, w.At, w.Change.Cancel, w.Policy.Proration)
		if err != nil {
			return err
		}
		w.lines = append(w.lines, lacking...)
		settled := after.Settled > contract.Commitment.Settled
		if contract.Commitment = after; !settled {
			w.after.Commitment = after
			return nil
		}
		next, err := contract.CommitmentPeriod()
		if err != nil {
			return err
		}
		w.settled = next.Start
		all = slices.DeleteFunc(all, func(c plans.Charge) bool { return w.past(&c) }) // they counted
	}
}

// firstBilled returns the start of the first period that the invoice bills.
func (w *work) firstBilled() time.Time {
	if w.Policy.Timing == proration.InArrears {
		return w.UnbilledSince
	}
	return w.At
}

// counted reports whether the true-up of the contract after the invoice needs a charge: whatever was billed since the
// last true-up, and after one what is for time to come.
func (w *work) counted(c *plans.Charge) bool {
	return !w.after.Commitment.Start.IsZero() && !w.past(c)
}

// past reports whether a charge is for time before the length that follows the true-ups of the invoice.
func (w *work) past(c *plans.Charge) bool {
	end := c.Span.End
	if end.IsZero() {
		end = c.Period.End
	}
	return !end.After(w.settled) && !w.settled.IsZero()
}
