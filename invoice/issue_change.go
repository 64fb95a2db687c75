package invoice

import (
	"slices"
	"strings"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// change bills a change in advance: credits for the charges that it replaces, and its new charges.
func (w *work) change() error {
	if err := w.ready(); err != nil {
		return err
	}
	after, added, err := w.Contract.Amended(w.Change, w.At, w.Policy.Proration)
	if err != nil {
		return inChange(err)
	}
	w.after = after
	switch {
	case w.Change.Cancel:
		w.ended = w.At
		err = w.cancel()
	default:
		w.lines, err = w.unused()
		w.on = forever(w.after.Discounts)
	}
	w.lines = append(w.lines, added...)
	return err
}

// inChange moves the faults of a change under its field. Those of the time and of the resulting contract keep their
// paths.
func inChange(err error) error {
	var f fault.List
	for _, e := range fault.All(err) {
		path := "change"
		if e.Field == "at" || strings.HasPrefix(e.Field, "contract.") {
			path = ""
		}
		f.Under(path, e)
	}
	return f.Err()
}

// ready refuses a change of the plan, the anchor or an item for time that is not billed yet. Otherwise the change would
// be billed for a period that is never billed itself.
func (w *work) ready() error {
	c := &w.Change
	if !c.Anchor.IsZero() && w.EndedAt.IsZero() {
		return w.gapless() // the new periods skip the days before
	}
	if c.Item == "" && c.Plan == nil {
		return nil
	}
	rest, err := w.Contract.RemainingPortions(w.At)
	if err != nil {
		return err
	}
	for _, p := range rest {
		if w.billed(p) {
			return nil
		}
	}
	return &plans.Refusal{
		Rule: "change", Reason: "The time from " + w.At.Format(time.DateOnly) + " on is not billed yet.",
		Instead: "Issue the invoice of that period first.",
	}
}

// forever returns the discounts that apply to every charge and are not used up: duration forever and no amount.
func forever(all []plans.Discount) []plans.Discount {
	return slices.DeleteFunc(slices.Clone(all), func(d plans.Discount) bool {
		return d.Duration != plans.Forever || d.Amount.IsPositive()
	})
}

// inAccount moves the faults of charges, refund rules and a quantity to the fields of the request that contain them.
func inAccount(err error) error {
	var f fault.List
	for _, e := range fault.All(err) {
		own := *e
		for _, of := range [...][2]string{
			{"charges", "unexpired_charges"}, {"rules", "policy.refunds"}, {"quantity", "change.quantity"},
		} {
			if rest, found := strings.CutPrefix(e.Field, of[0]); found {
				own.Field = of[1] + rest
			}
		}
		f.Under("", &own)
	}
	return f.Err()
}

// unused returns the credits for the charges that a change replaces.
func (w *work) unused() ([]plans.Charge, error) {
	request := credits.Request{
		Charges: w.UnexpiredCharges, At: w.At, CreditBasis: w.Policy.CreditBasis, Policy: w.Policy.Proration,
		Location: w.Contract.Cycle.Location,
	}
	switch c := &w.Change; {
	case c.Plan != nil, !c.Anchor.IsZero():
	case c.Item != "" && c.Quantity.IsNegative():
		request.Item, request.Quantity = c.Item, c.Quantity.Neg()
	case c.Item != "" && c.Quantity.IsZero():
		request.Item = c.Item
	case !c.End.IsZero():
		request.At = c.End
	default:
		return nil, nil
	}
	unused, err := credits.Unused(request)
	for _, c := range unused {
		if id := lineid.Invoice(c.Corrects); slices.Contains(w.Unpaid, id) {
			return nil, &plans.Refusal{
				Rule: "change", Reason: "Invoice " + id + " is not paid, so its charges cannot be credited.",
				Instead: "Collect its payment or void it first.",
			}
		}
	}
	return unused, inAccount(err)
}

// cancel credits the unused charges of paid invoices by the refund rules, and adds the shortfall.
func (w *work) cancel() error {
	disposal := credits.RefundRequest{
		Request: credits.Request{
			Charges: w.UnexpiredCharges, At: w.At, CreditBasis: w.Policy.CreditBasis, Policy: w.Policy.Proration,
			Unpaid: w.Unpaid, Location: w.Contract.Cycle.Location,
		},
		ID: w.ID, Rules: w.Policy.Refunds, Exception: w.Exception, Paid: w.Paid,
	}
	if disposal.ID == "" {
		return fault.New("id", proration.ErrUnset, "required, the invoice ID")
	}
	disposed, err := credits.ApplyRefundRules(disposal)
	if err != nil {
		return inAccount(err)
	}
	w.lines, w.refund = disposed.Credits, disposed.Refund
	return w.shortfall()
}
