package invoice

import (
	"slices"
	"strings"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
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
	amended, err := w.Contract.Amended(w.Change, w.At, w.Policy.Proration)
	if err != nil {
		return err
	}
	if !w.EndedAt.IsZero() { // a reactivation bills everything
		if amended.Charges, err = w.anew(&amended.Contract); err != nil {
			return err
		}
	}
	w.after = amended.Contract
	if !w.ProrateFrom.IsZero() && !w.restarts() {
		then, err := w.Contract.Amended(w.Change, w.ProrateFrom, w.Policy.Proration)
		if err != nil {
			return err
		}
		amended.Charges, amended.DroppedFrom = then.Charges, then.DroppedFrom
	}
	if err = w.itemsBegun(&amended); err != nil {
		return err
	}
	switch {
	case w.Change.Cancel:
		w.ended = w.At
		err = w.cancel()
	default:
		if w.on, err = w.kept(&amended); err == nil {
			w.lines, err = w.unused(&amended)
		}
		if err == nil && w.restarts() {
			err = w.shortfall(true)
		}
		if err == nil {
			amended.Charges, err = w.rebilled(amended.Charges)
			w.restored(amended.Charges)
		}
	}
	w.lines = slices.Concat(w.lines, amended.Charges)
	return err
}

// anew returns the charges of a contract from w.At on.
func (w *work) anew(after *plans.Contract) (all []plans.Charge, err error) {
	rest, err := after.RemainingPortions(w.At)
	if err != nil {
		return nil, err
	}
	for _, p := range rest {
		charges, err := after.Charges(p, w.Policy.Proration)
		if err != nil {
			return nil, err
		}
		all = append(all, begun(charges, w.At)...)
	}
	return all, nil
}

// restarts reports whether a change ends the present period, since periods begin anew.
func (w *work) restarts() bool {
	c := &w.Change
	anew := c.Anchor == plans.AnchorReset || !c.AnchorAt.IsZero() && !c.AnchorAt.After(w.At) ||
		c.Term != nil && c.Term.Billing == plans.UpFront
	return w.EndedAt.IsZero() && !w.Contract.Extends(*c) &&
		(anew || w.after.Cycle.Interval != w.Contract.Cycle.Interval)
}

// rebilled bills credited units that return before new ones (law 17). One line is enough if that makes no difference.
func (w *work) rebilled(charges []plans.Charge) (all []plans.Charge, err error) {
	if !slices.ContainsFunc(w.UnexpiredCharges, func(c plans.Charge) bool { return c.Corrects != "" }) {
		return charges, nil
	}
	for _, c := range charges {
		billed, err := credits.Rebill(credits.RebillRequest{Charge: c, Request: credits.Request{
			Charges: w.UnexpiredCharges, CreditBasis: w.Policy.CreditBasis, Policy: w.Policy.Proration,
			Location: w.Contract.Cycle.Location,
		}})
		if err != nil {
			return nil, w.inAccount(err, c.Item)
		}
		if lines := slices.Concat(billed.Restored, billed.Rest); len(lines) > 1 && !w.plain(c, lines) {
			all = append(all, lines...)
		} else if len(lines) == 1 {
			all = append(all, lines[0])
		} else {
			all = append(all, c)
		}
	}
	return all, nil
}

// plain reports whether several charges cost the same as one, without deductions and taxes.
func (w *work) plain(c plans.Charge, lines []plans.Charge) bool {
	if len(w.on)+len(w.Policy.Taxes) > 0 || w.Policy.TaxEngine {
		return false
	}
	for i := range lines {
		if c.Net = exact.Minus(c.Net, lines[i].Net); len(lines[i].Discounts)+len(lines[i].Taxes) > 0 {
			return false
		}
	}
	return c.Net.IsZero()
}

// ready refuses a change of the plan, the anchor or an item for time that is not billed yet. Otherwise the change would
// be billed for a period that is never billed itself.
func (w *work) ready() error {
	c := &w.Change
	if !c.AnchorAt.IsZero() || c.Anchor == plans.AnchorReset {
		if !w.EndedAt.IsZero() {
			return nil // a reactivation
		}
		return w.gapless() // the new periods skip the days before
	}
	if !changesItems(c) && !w.Contract.ReplacedBy(*c, w.At) {
		return nil
	}
	if w.outside != nil {
		return w.outside
	}
	if w.empty(w.At) {
		return nil // without items, there was nothing to bill
	}
	for _, p := range w.rest {
		if w.billed(p) {
			return nil
		}
	}
	return &plans.Refusal{
		Rule: "change", Reason: "The time from " + w.At.Format(time.DateOnly) + " on is not billed yet.",
		Instead: "Issue the invoice of that period first.",
	}
}

// changesItems reports whether a change sets the items of the contract.
func changesItems(c *plans.Change) bool {
	return c.Items != nil || len(c.Add)+len(c.Remove)+len(c.Set) > 0
}

// inAccount moves the faults of charges, refund rules and a quantity of an item to the fields of the request that
// contain them.
func (w *work) inAccount(err error, item string) error {
	quantity := "change.items"
	if i := slices.IndexFunc(w.Change.Remove, func(r plans.ItemQuantity) bool { return r.Item == item }); i >= 0 {
		quantity = fault.At("change.remove", i) + ".quantity"
	}
	var f fault.List
	for _, e := range fault.All(err) {
		own := *e
		for _, of := range [...][2]string{
			{"charges", "unexpired_charges"}, {"rules", "policy.refunds"}, {"quantity", quantity},
		} {
			if rest, found := strings.CutPrefix(e.Field, of[0]); found {
				own.Field = of[1] + rest
			}
		}
		f.Under("", &own)
	}
	return f.Err()
}

// unused returns the credits for the units that a change replaces, and before them those for the days that an earlier
// billing date drops.
func (w *work) unused(a *plans.Amendment) (all []plans.Charge, err error) {
	request := credits.Request{
		Charges: w.UnexpiredCharges, At: w.At, CreditBasis: w.Policy.CreditBasis, Policy: w.Policy.Proration,
		Location: w.Contract.Cycle.Location,
	}
	request.Ends = w.Close
	if !w.ProrateFrom.IsZero() {
		request.At = w.ProrateFrom
	}
	if !w.Close {
		switch request.Policy.Credit {
		case proration.ExtentNone:
			return nil, nil
		case proration.ExtentFull:
			request.At, request.Charges = w.rest[0].Period.Start, w.running()
		case proration.ExtentProrated:
		}
	}
	if end := w.Change.End; !end.IsZero() {
		request.At, request.Ends = end, true
	}
	credit := func(r plans.ItemQuantity) error {
		request.Item, request.Quantity = r.Item, r.Quantity
		unused, err := credits.Unused(request)
		if err != nil {
			return w.inAccount(err, r.Item)
		}
		if all == nil {
			all = unused
		} else {
			all = append(all, unused...)
		}
		return nil
	}
	if from := request.At; !a.DroppedFrom.IsZero() {
		request.At = a.DroppedFrom
		if err = credit(plans.ItemQuantity{}); err != nil {
			return nil, err
		}
		request.At, request.Charges = from, slices.Concat(request.Charges, all)
	}
	known := request.Charges
	for i, r := range a.Replaced {
		if i > 0 { // all of them were checked with the first one
			request.Charges = ofItem(known, r.Item)
		}
		if err = credit(r); err != nil {
			return nil, err
		}
	}
	return w.lower(all)
}

// ofItem returns the charges of an item and their credits; "" is all items.
func ofItem(charges []plans.Charge, item string) (own []plans.Charge) {
	if item == "" {
		return charges
	}
	for i := range charges {
		if charges[i].Item == item {
			own = append(own, charges[i])
		}
	}
	return own
}

// cancel credits the unused charges by the refund rules, and adds the shortfall.
func (w *work) cancel() error {
	if w.ID == "" {
		return fault.New("id", proration.ErrUnset, "required, the invoice ID")
	}
	paid, money := w.UnexpiredCharges, w.Paid
	for i := range w.Open {
		if !w.KeepOpen {
			money = exact.Plus(money, w.Open[i].Received())
		}
	}
	for i := range w.Open {
		var own []plans.Charge
		if own, paid = chargesOf(paid, w.Open[i].Invoice); w.KeepOpen {
			continue
		}
		owed, err := w.disposed(own, money)
		if err == nil {
			owed.Credits, err = w.lowered(&w.Open[i], own, owed.Credits)
		}
		if err == nil && len(owed.Credits) > 0 {
			err = w.note(&w.Open[i], owed.Credits, owed.Refund)
			if err == nil {
				money = exact.Minus(money, w.notes[len(w.notes)-1].Invoice.Refund)
			}
		}
		if err != nil {
			return err
		}
	}
	owed, err := w.disposed(paid, money)
	if err != nil {
		return err
	}
	w.lines, w.refund = owed.Credits, owed.Refund
	return w.lastShortfall()
}

// continues reports whether a charge continues another one of its invoice, at a price that an uplift or a ramp step
// sets: the change is at the start of the first one.
func (w *work) continues(c *plans.Charge) bool {
	return slices.ContainsFunc(w.UnexpiredCharges, func(before plans.Charge) bool {
		return base(&before) && before.Item == c.Item && before.Span.End.Equal(c.Span.Start) &&
			lineid.Invoice(before.ID) == lineid.Invoice(c.ID)
	})
}
