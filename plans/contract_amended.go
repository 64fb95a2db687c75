package plans

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Amendment is a contract after a change, with the charges that the change adds and those that it replaces.
type Amendment struct {
	Contract Contract `json:"contract"` // contract after the change
	Charges  []Charge `json:"charges"`  // charges that the change adds, before discounts
	// Replaced are the units whose billed charges the change replaces. An empty Item is every item, and a Quantity of zero
	// all units of the item. For an earlier end of the term, they are replaced from that end on.
	Replaced []ItemQuantity `json:"replaced,omitzero"`
	// DroppedFrom is an earlier end of the present period, from which all billed charges are replaced as well: an earlier
	// billing date. Zero is none.
	DroppedFrom time.Time `json:"dropped_from,omitzero"`
}

// Amended returns the contract after a change that takes effect at an instant, as [Contract.Changed] does, the charges
// that the change adds, before discounts, and the units whose billed charges it replaces:
//
//   - Added units are charged for the remaining time that is already paid for, as [Contract.RemainingPortions] returns
//     it: Price(existing + added) less Price(existing) at the contract's prices. A new item costs Price(added). The
//     charges are of kind ProrationCharge. Removed units are replaced, and so is an item that leaves.
//   - An item with another price is replaced, and charged for its whole quantity and the remaining time:
//     ProrationCharge. So is an item with another quantity if its volume price can fall with more units. Then more
//     units can cost less, and fewer can cost more.
//   - Another plan or interval replaces everything, and every item is charged for the remaining time: ProrationCharge.
//     If the periods begin anew, the first one is charged instead: Recurring.
//   - A billing date at the instant replaces everything, and every item is charged for the first period of the new
//     cycle: Recurring. A later billing date charges every item for the days that it adds to the present period, as a
//     part of the new cycle's period that contains them: Recurring, and for nothing if the policy charges none. An
//     earlier one replaces everything from then on: DroppedFrom. So does a known end, Until, that is later or earlier.
//   - A term alone that is billed up front is charged for every item: Extension. One that begins with the change
//     replaces everything, and every item is charged for it: Recurring.
//   - A cancellation ends the contract at the instant. The fee that the last term agreed for leaving early is charged:
//     its fixed fee, plus its percentage of the bills of all periods that begin at the instant or later, after
//     discounts and with expected shortfalls of a minimum: Termination.
//
// A shortened term, a term alone that is billed per period, and another discount add no charges, and so does a change
// to what is already there. Package credits computes the credits of the replaced units from the billed charges. Errors:
// those of [Contract.Changed] and of the policy; those of [Contract.RemainingPortions], so ErrOutside for an instant
// outside the terms if the change is charged for the remaining time; ErrOutside for a cancellation before the first
// term; and those of proration.Prorate.
func (c Contract) Amended(change Change, at time.Time, policy proration.Policy) (Amendment, error) {
	var f fault.List
	after, err := c.Changed(change, at)
	f.Under("", err)
	if own, err := c.Currency.policy(policy); err == nil { // Changed reports an unknown currency
		f.Under("policy", own.Validate())
	}
	if f != nil {
		return Amendment{}, f.Err()
	}
	a := Amendment{Contract: after}
	switch {
	case change.Cancel:
		fee, err := c.terminationFee(at, policy)
		if err != nil {
			return Amendment{}, err
		}
		if fee.Net.IsPositive() {
			a.Charges = []Charge{fee}
		}
		a.Contract.endAt(at)
		return a, nil
	case c.Extends(change) && change.Term.Billing == UpFront:
		a.Charges, err = after.extended(policy, at)
	case c.Extends(change):
	case !change.End.IsZero():
		a.Replaced = []ItemQuantity{{}}
	default:
		err = a.add(&c, &change, at, policy)
	}
	if err != nil {
		return Amendment{}, err
	}
	return a, nil
}

// add adds the charges and the replaced units of a change of the plan, the billing dates or the items.
func (a *Amendment) add(before *Contract, change *Change, at time.Time, policy proration.Policy) error {
	after := &a.Contract
	now := *before
	now.advance(at)
	moves := before.moves(change, at) || !change.Until.IsZero() || // the end of the present period
		change.Term != nil && after.Cycle == now.Cycle
	all := before.ReplacedBy(*change, at)
	var shifts []shift
	if all {
		a.Replaced = []ItemQuantity{{}}
	} else {
		shifts = now.paidShifts(after)
		a.replace(shifts)
	}
	if !all && !moves && len(shifts) == 0 {
		return nil
	}
	rest, err := after.remainingPortions(at)
	if err != nil {
		return err
	}
	var end time.Time // end of the present period before it moves
	if moves {
		if end, err = now.presentEnd(at); err != nil {
			return err
		}
		if until := rest[len(rest)-1].Span.End; !all && until.Before(end) {
			a.DroppedFrom = until
		}
		rest = split(rest, end)
	}
	kind := a.kind(&now, change, rest[0], moves)
	for _, portion := range rest {
		portion.Edges.Changes = kind == ProrationCharge && portion.Span.Start.Equal(at)
		if kind == ProrationCharge {
			portion.Edges.Extent = policy.Charge
		}
		if policy.Charge == proration.ExtentFull && portion.Span.End.Equal(after.Until) {
			portion.Edges.Extent = 0 // the rest of the period is billed if the end is withdrawn
		}
		var charges []Charge
		switch {
		case moves && !portion.Span.Start.Before(end):
			charges, err = after.addedDays(portion, change, policy, now.Until)
		case all:
			charges, err = after.priced(kind, after.ids(), portion, policy)
		default:
			charges, err = now.shifted(after, shifts, portion, policy)
		}
		if err != nil {
			return err
		}
		a.Charges = joined(a.Charges, begun(charges, at))
	}
	return nil
}

// addedDays returns the charges for days that are added to the present period. If the period was billed until a known
// end, its last day may be billed already.
func (c *Contract) addedDays(
	p proration.Portion, change *Change, policy proration.Policy, known time.Time,
) ([]Charge, error) {
	p.Edges.Extent = 0
	if policy.Charge == proration.ExtentNone && !change.AnchorAt.IsZero() {
		p.Edges.Extent = policy.Charge
	}
	if p.Span.Start.Equal(known) && policy.LastDay == proration.DayBilled {
		p.Edges.Begins, policy.FirstDay = true, proration.DayFree
	}
	return c.charges(p, policy)
}

// kind returns the kind of the charges for the rest of the present period: recurring if a whole period begins.
func (a *Amendment) kind(now *Contract, change *Change, first proration.Portion, moves bool) Kind {
	switch {
	case now.prepays(change):
	case moves, a.Contract.Cycle == now.Cycle && change.AnchorAt.IsZero(),
		change.Anchor == AnchorKeep && !first.Span.Equal(first.Period):
		return ProrationCharge
	}
	return Recurring
}

// replace adds the units that the differences of items replace.
func (a *Amendment) replace(shifts []shift) {
	for i := range shifts {
		if s := &shifts[i]; s.whole || s.units.IsNegative() {
			a.Replaced = append(a.Replaced, ItemQuantity{Item: s.item, Quantity: s.removed()})
		}
	}
}

// presentEnd returns the end of the billed time of the present period.
func (c *Contract) presentEnd(at time.Time) (time.Time, error) {
	rest, err := c.remainingPortions(at)
	if err != nil {
		return time.Time{}, err
	}
	return rest[len(rest)-1].Span.End, nil
}

// split splits the portion that contains an instant there.
func split(rest []proration.Portion, at time.Time) (all []proration.Portion) {
	for _, p := range rest {
		if p.Span.Contains(at) && p.Span.Start.Before(at) {
			first := p
			first.Span.End = at
			all = append(all, first)
			p.Span.Start = at
		}
		all = append(all, p)
	}
	return all
}

// shift is the difference that a change makes to an item.
type shift struct {
	item  string
	units decimal.Decimal // units added, or removed if negative
	price *Price          // price of a new item
	whole bool            // all units are replaced, by units at another price or by none
	gone  bool            // the item leaves
}

// removed returns the replaced units, and zero for all units of the item.
func (s *shift) removed() decimal.Decimal {
	if s.whole {
		return decimal.Decimal{}
	}
	return exact.Negative(s.units)
}

// shifts returns the differences between the items of two contracts, in the order of the items. An item that only a
// ramp step would add leaves as well if the other contract does not have it: its part of the period may be billed.
func (c *Contract) shifts(after *Contract) (all []shift) {
	for i := range c.Items {
		was, is := &c.Items[i], after.item(c.Items[i].ID)
		switch {
		case is == nil:
			all = append(all, shift{item: was.ID, whole: true, gone: true})
		case !after.fullPrice(is.Price).Equal(c.fullPrice(was.Price)):
			all = append(all, shift{item: was.ID, whole: true})
		case !is.Quantity.Equal(was.Quantity):
			s := shift{item: was.ID, whole: c.falls(was.ID) || after.falls(was.ID)}
			if !s.whole {
				s.units = exact.Minus(is.Quantity, was.Quantity)
			}
			all = append(all, s)
		}
	}
	ids := after.ids()
	for _, id := range c.ids()[len(c.Items):] {
		if !slices.Contains(ids, id) {
			all = append(all, shift{item: id, whole: true, gone: true})
		}
	}
	for i := range after.Items {
		if is := &after.Items[i]; c.item(is.ID) == nil {
			all = append(all, shift{item: is.ID, units: is.Quantity, price: &is.Price})
		}
	}
	return all
}

// shifted returns the charges of the differences for a portion of the contract.
func (c *Contract) shifted(
	after *Contract, shifts []shift, portion proration.Portion, policy proration.Policy,
) (all []Charge, err error) {
	for _, s := range shifts {
		var charges []Charge
		switch {
		case s.whole: // an item that leaves has charges from the step on that brings it back
			charges, err = after.priced(ProrationCharge, []string{s.item}, portion, policy)
		case s.units.IsPositive():
			charges, err = c.added(s, portion, policy)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, charges...)
	}
	return all, nil
}

// added returns the charges of added units for a portion of the contract: at the contracted price, they cost
// Price(existing + added) − Price(existing). Units of a new item cost Price(added). There is one charge, or one before
// and one after each ramp step of the item inside the portion.
func (c *Contract) added(s shift, p proration.Portion, policy proration.Policy) ([]Charge, error) {
	whole := *c
	if s.price != nil {
		whole.Items = append(slices.Clone(c.Items), Item{ID: s.item, Price: *s.price})
	}
	own, err := whole.itemPortion(s.item, &p)
	if err != nil {
		return nil, err
	}
	var charges []Charge
	for _, leg := range whole.legs(s.item, own.Span) {
		there := leg.item.Quantity
		base := &there
		if there.IsZero() || len(c.legs(s.item, leg.span)) == 0 {
			base = nil // nothing was paid for a new item yet, not even its flat fee
		}
		leg.item.Quantity = s.units
		charge, err := c.charge(ProrationCharge, leg.item, base, leg.portion(own), policy)
		if err != nil {
			return nil, err
		}
		charges = append(charges, charge)
	}
	return charges, nil
}
