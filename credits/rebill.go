package credits

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
)

// RebillRequest asks for the charges of units of which some were credited before in the same period.
type RebillRequest struct {
	// Request has the billed charges and their credits, the basis, the day count and the calendar. Its other fields are
	// not read.
	Request
	Charge plans.Charge `json:"charge"` // charge of the units before discounts, not issued yet
}

// RebillResult has the charges to bill in place of one charge.
type RebillResult struct {
	Restored []plans.Charge `json:"restored,omitzero"` // credited units that return, with the deductions they had
	Rest     []plans.Charge `json:"rest,omitzero"`     // charge of the other units before discounts, or none
}

// Rebill bills credited units again before it bills new ones. The units of a charge return if one of the billed charges
// has the same plan, item, price and period, and ends at the same time, and if its credits freed those units: the last
// credited units return first. They cost as much as their credit would be at that time, and at most what it was, with
// the deductions and the rates of tax of the credited charge, so that leaving and returning at one instant costs
// nothing. Where a volume price falls between the units that return and the others, or the credited ones, all are
// billed anew.
// Errors: those of [Unused] and of [plans.Charge.Units].
func Rebill(r RebillRequest) (RebillResult, error) {
	var f fault.List
	r.At = r.Charge.Span.Start
	r.check(&f)
	if f != nil {
		return RebillResult{}, f.Err()
	}
	var all RebillResult
	for {
		restored, err := r.restore()
		if err != nil {
			return RebillResult{}, err
		}
		if restored == nil {
			all.Rest = []plans.Charge{r.Charge}
			return all, nil
		}
		all.Restored = append(all.Restored, *restored)
		left := exact.Minus(r.Charge.Quantity, restored.Quantity)
		if !left.IsPositive() {
			return all, nil
		}
		base := restored.Quantity
		if r.Charge.BaseQuantity != nil {
			base = exact.Plus(base, *r.Charge.BaseQuantity)
		}
		if r.Charge, err = r.Charge.Units(base, left, r.Charge.Span, r.Policy, r.Location); err != nil {
			return RebillResult{}, err
		}
		r.Charges = append(slices.Clip(r.Charges), *restored)
	}
}

// restore returns the charge of the first units of the request's charge that return, or nil if there are none.
func (r *RebillRequest) restore() (*plans.Charge, error) {
	known := returns{credited: map[string]bool{}, there: map[int]there{}}
	for i := range r.Charges {
		known.credited[r.Charges[i].Corrects] = true
	}
	delete(known.credited, "")
	for i := len(r.Charges) - 1; i >= 0; i-- {
		c := &r.Charges[i]
		if !known.credited[c.ID] || !r.matches(c) {
			continue
		}
		kept, gone, top := r.freed(i, &known)
		units := exact.Smaller(sum(gone[top:]), r.Charge.Quantity)
		var base, left decimal.Decimal
		if r.Charge.BaseQuantity != nil {
			base = *r.Charge.BaseQuantity
		}
		if c.BaseQuantity != nil {
			left = *c.BaseQuantity
		}
		left = exact.Minus(exact.Plus(left, c.Quantity), sum(gone))
		if !units.IsPositive() || !left.Equal(base) {
			continue
		}
		if rises, err := r.rises(exact.Plus(base, units), exact.Plus(left, sum(gone))); err != nil || !rises {
			return nil, err
		}
		restored, err := r.again(c, kept, gone, units)
		if restored != nil || err != nil {
			return restored, err
		}
	}
	return nil, nil //nolint:nilnil // no units return
}

// rises reports whether the units of the request's charge, and those of the credited one, cost at least as much as the
// number of units that returns. Else a volume price falls between, and the units cannot be billed in two parts, or are
// no part of the credited ones.
func (r *RebillRequest) rises(units, credited decimal.Decimal) (bool, error) {
	all := r.Charge.Quantity
	if r.Charge.BaseQuantity != nil {
		all = exact.Plus(all, *r.Charge.BaseQuantity)
	}
	some, err := r.Charge.Price.Amount(units)
	if err != nil {
		return false, err
	}
	most, err := r.Charge.Price.Amount(all)
	if err != nil {
		return false, err
	}
	was, err := r.Charge.Price.Amount(credited)
	return !most.LessThan(some) && !was.LessThan(some), err
}

// sum returns the units of credits.
func sum(lines []plans.Charge) (units decimal.Decimal) {
	for i := range lines {
		units = exact.Plus(units, lines[i].Quantity)
	}
	return units
}

// matches reports whether a billed charge is for the same units and time as the request's charge.
func (r *RebillRequest) matches(c *plans.Charge) bool {
	n := &r.Charge
	price := c.Price
	price.Per = n.Price.Per // with the same period and multiplier, the amounts are the same
	return c.Corrects == "" && c.ID != "" && c.Item == n.Item && c.Plan == n.Plan && c.Currency == n.Currency &&
		c.Period.Equal(n.Period) && c.Span.End.Equal(n.Span.End) && !c.Span.Start.After(n.Span.Start) &&
		c.Quantity.IsPositive() && max(c.Multiplier, 1) == max(n.Multiplier, 1) && price.Equal(n.Price)
}

// returns is what restore knows of the charges.
type returns struct {
	credited map[string]bool // IDs of charges with credits
	there    map[int]there   // by the index of a charge for returned units with credits, each computed once
}

// there is the units of a charge that did not leave again, and what they cost.
type there struct{ units, cost decimal.Decimal }

// freed returns the credits of units that did not return yet, the first ones first, and the other credits of a charge.
// A credit of which only some units returned has the units and the net that are left of it. Credits before top are not
// the last ones: units of them returned and left again, with a credit of the charge that billed them again.
func (r *RebillRequest) freed(of int, known *returns) (kept, gone []plans.Charge, top int) {
	c := &r.Charges[of]
	for i := of + 1; i < len(r.Charges); i++ {
		k := &r.Charges[i]
		switch {
		case k.Restores == c.ID && k.Corrects == "":
			back := r.stillThere(i, known)
			if gone = without(gone, back.units, back.cost); back.units.LessThan(k.Quantity) {
				top = len(gone)
			}
		case k.Corrects != c.ID:
		case k.Kind == plans.ProrationCredit && k.Quantity.IsPositive() &&
			!k.Span.Start.After(r.At) && !k.Span.End.Before(c.Span.End):
			gone = append(gone, *k)
		default:
			kept = append(kept, *k)
		}
	}
	return kept, gone, min(top, len(gone))
}

// stillThere returns the units of a charge for returned units that did not leave again.
func (r *RebillRequest) stillThere(at int, known *returns) there {
	k := &r.Charges[at]
	if !known.credited[k.ID] {
		return there{units: k.Quantity, cost: k.Net}
	}
	back, computed := known.there[at]
	if computed {
		return back
	}
	_, gone, _ := r.freed(at, known)
	back = there{units: exact.Minus(k.Quantity, sum(gone)), cost: k.Net}
	for i := range gone {
		back.cost = exact.Plus(back.cost, gone[i].Net)
	}
	known.there[at] = back
	return back
}

// without returns credits without the last units, which returned at a cost.
func without(gone []plans.Charge, units, cost decimal.Decimal) []plans.Charge {
	for units.IsPositive() && len(gone) > 0 {
		last := &gone[len(gone)-1]
		if units.LessThan(last.Quantity) {
			last.Quantity = exact.Minus(last.Quantity, units)
			last.Net = exact.Smaller(exact.Plus(last.Net, cost), decimal.Decimal{})
			break
		}
		units, cost = exact.Minus(units, last.Quantity), exact.Larger(exact.Plus(cost, last.Net), decimal.Decimal{})
		gone = gone[:len(gone)-1]
	}
	return gone
}

// again returns the charge for some of the units that credits of a charge freed: the last ones of the last credits. It
// costs what the credits of these units would be at this time.
func (r *RebillRequest) again(
	c *plans.Charge, kept, gone []plans.Charge, units decimal.Decimal,
) (*plans.Charge, error) {
	last, given, err := r.last(append([]plans.Charge{*c}, kept...), gone, units)
	if err != nil || last == nil {
		return nil, err
	}
	left := exact.Minus(c.Quantity, sum(gone))
	if c.BaseQuantity != nil {
		left = exact.Plus(left, *c.BaseQuantity)
	}
	again := *c
	again.Edges = r.Charge.Edges
	again.Edges.Extent = 0 // they return at what was credited
	line, err := again.Units(left, units, r.Charge.Span, r.Policy, r.Location)
	if err != nil {
		return nil, err
	}
	line.Kind, line.Restores, line.Net = r.Charge.Kind, c.ID, decimal.Decimal{}
	discounts := slices.Clone(c.Discounts)
	for i := range discounts {
		discounts[i].Amount = decimal.Decimal{}
	}
	for _, credit := range last {
		line.Net = exact.Minus(line.Net, credit.Net)
		for i := range discounts {
			discounts[i].Amount = exact.Minus(discounts[i].Amount, credit.Discounts[i].Amount)
		}
	}
	if err := r.lessCoupon(c, &line, discounts, given); err != nil {
		return nil, err
	}
	r.returnTaxes(c, &line, last)
	for _, d := range discounts {
		if d.Amount.IsPositive() {
			line.Discounts = append(line.Discounts, d)
		}
	}
	if gross := line.Gross(); !gross.Equal(line.Share.Amount) {
		err = r.carry(&line, gross)
	}
	return &line, err
}

// last returns the credits for the last units that were credited, given the charge and its other credits, or none if
// they have several spans, and the amount that was given. All credits are computed at this time, and none is above what
// it was.
func (r *RebillRequest) last(
	charges, gone []plans.Charge, units decimal.Decimal,
) (last []plans.Charge, given decimal.Decimal, err error) {
	still := exact.Minus(sum(gone), units) // units that stay credited
	for _, k := range gone {
		most := exact.Negative(k.Net)
		stay := exact.Smaller(k.Quantity, still)
		still = exact.Minus(still, stay)
		for i, part := range []decimal.Decimal{stay, exact.Minus(k.Quantity, stay)} {
			if part.IsZero() {
				continue
			}
			lines, err := r.credit(charges, part, most)
			if err != nil || len(lines) != 1 || !lines[0].Quantity.Equal(part) {
				return nil, given, err
			}
			if i == 1 {
				last, given = append(last, lines[0]), exact.Plus(given, most)
			}
			charges, most = append(charges, lines[0]), exact.Plus(most, lines[0].Net)
		}
	}
	return last, given, nil
}

// credit returns the credits for units of the first charge, given its credits, of an amount at most.
func (r *RebillRequest) credit(charges []plans.Charge, units, most decimal.Decimal) ([]plans.Charge, error) {
	c := &charges[0]
	before := given(charges)[c.ID]
	if over := exact.Minus(exact.Minus(c.Net, before.net), most); over.IsPositive() {
		rounding := r.Policy.Rounding
		rounding.Places, _ = c.Currency.Places() // the currency was billed
		charges = append(slices.Clip(charges), money(c, before, over, rounding))
	}
	request := r.Request
	request.Charges, request.Item, request.Quantity, request.Unpaid = charges, charges[0].Item, units, nil
	return Unused(request)
}
