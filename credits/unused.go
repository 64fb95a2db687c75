package credits

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Request asks for credits for the part of some charges that is not used from an instant on.
type Request struct {
	Charges []plans.Charge `json:"charges"`       // charges and their credits, in the order of billing
	Item    string         `json:"item,omitzero"` // ID of the item that is not used; "" is all items
	// Quantity is the number of units of the item that are not used; zero is all units.
	Quantity    decimal.Decimal       `json:"quantity,omitzero" canon:"count"`
	At          time.Time             `json:"at"`              // first instant without use
	Until       time.Time             `json:"until,omitzero"`  // first instant of use after a pause; zero is for good
	Ends        bool                  `json:"ends,omitzero"`   // service ends at At, or pauses until Until
	CreditBasis proration.CreditBasis `json:"credit_basis"`    // amount that each credit is a share of; required
	Policy      proration.Policy      `json:"policy"`          // day count and rounding
	Unpaid      []string              `json:"unpaid,omitzero"` // IDs of unpaid invoices, whose charges are not credited
	Location    *time.Location        `json:"-"`               // time zone of the calendar days; nil is UTC
}

// Unused returns a credit for each charge that covers time after the instant, the newest charge first. Charges that end
// before the instant give no credit, and usage gives none: it is consumed. Charges of zero give none either, unless a
// quantity is removed from them. A charge that begins after the instant is credited in full.
//
// Each credit has the plan, the item and the price of its charge, and names the charge in Corrects. Its Net is not
// above zero and is rounded on its own, to the places of the charge's currency, whatever the policy says. Discounts and
// taxes are credited in proportion, and the last credit of a charge takes their remainder. A quantity is removed from
// each billed period that has units left. The charges of unpaid invoices give no credit; without their IDs in Unpaid,
// the caller passes only charges that were paid.
//
// Earlier credits count. A credit of a quantity lowers the units left in its span. A credit of money alone only lowers
// the cap. If the units left differ over time, a charge gets a credit for each span, the earliest first. The credits
// and taxes of a charge are at most its billed amounts less earlier credits. Units are credited along the price, the
// last units first, so that buying them again costs the same. Where fewer units cost more, as with some volume prices,
// the credit is zero.
// Errors: ErrUnset for the instant, the basis, the policy, or a charge without an ID; ErrPeriod for an Until that is
// not after At; ErrInvalid for a credit of an unknown charge, two taxes of one name on a charge, and a quantity above
// the units left; and the errors of proration.Adjust, under the path of the charge.
func Unused(r Request) ([]plans.Charge, error) {
	var f fault.List
	before := r.check(&f)
	if f != nil {
		return nil, f.Err()
	}
	var owed []plans.Charge
	var periods []wanted
	for i := len(r.Charges) - 1; i >= 0; i-- {
		c := &r.Charges[i]
		if !r.covers(c) || !r.touches(c.Span) || c.Net.IsNegative() || c.Kind == plans.Usage {
			continue
		}
		parts := before[c.ID].stretches(c, r.within(c.Span))
		if !r.Quantity.IsZero() {
			take(&periods, c, r.Quantity, parts)
		} else if c.Net.IsZero() {
			continue
		}
		if owed == nil {
			owed = make([]plans.Charge, 0, i+1)
		}
		var err error
		owed, err = r.unused(owed, c, before[c.ID], parts)
		f.At("charges", i, err)
	}
	for _, p := range periods {
		if p.units.IsPositive() {
			f.Add("quantity", proration.ErrInvalid, "must be at most the %v of %.40q that are left in %v; got %v",
				exact.Minus(r.Quantity, p.units), r.Item, p.period, r.Quantity)
		}
	}
	if len(periods) == 0 && !r.Quantity.IsZero() {
		f.Add("quantity", proration.ErrInvalid, "must be 0, since no units of %.40q are left; got %v", r.Item, r.Quantity)
	}
	if f != nil || len(owed) == 0 {
		return nil, f.Err()
	}
	return owed, nil
}

// covers reports whether the request asks for a credit of a charge: one of the item, whose invoice is not unpaid.
func (r *Request) covers(c *plans.Charge) bool {
	return c.Corrects == "" && (r.Item == "" || c.Item == r.Item) && !slices.Contains(r.Unpaid, lineid.Invoice(c.ID))
}

// touches reports whether a part of a span is not used.
func (r *Request) touches(span proration.Period) bool {
	return span.End.After(r.At) && (r.Until.IsZero() || r.Until.After(span.Start))
}

// within returns the part of a span that is not used. There must be one.
func (r *Request) within(span proration.Period) proration.Period {
	if r.At.After(span.Start) {
		span.Start = r.At
	}
	if !r.Until.IsZero() && r.Until.Before(span.End) {
		span.End = r.Until
	}
	return span
}

// wanted is the number of units of a period that are still to be credited, and the credits of its newer charges.
type wanted struct {
	period proration.Period
	units  decimal.Decimal
	newer  []taken
}

// taken is the number of units that a charge of a span credits.
type taken struct {
	span  proration.Period
	units decimal.Decimal
}

// take limits the units of each stretch of a charge to the units still wanted in its period, which begin at asked. The
// units of a newer charge count if units of this one are there beside them; else they are the same units at another
// time. A charge without units left wants none.
func take(periods *[]wanted, c *plans.Charge, asked decimal.Decimal, parts []stretch) {
	var left decimal.Decimal
	for j := range parts {
		if c.Quantity.IsZero() {
			parts[j].units = decimal.Decimal{} // a charge without a quantity has no units to remove
		}
		left = exact.Larger(left, parts[j].units)
	}
	if left.IsZero() {
		return
	}
	i := slices.IndexFunc(*periods, func(w wanted) bool { return w.period.Equal(c.Period) })
	if i < 0 {
		i = len(*periods)
		*periods = append(*periods, wanted{period: c.Period, units: asked})
	}
	w := &(*periods)[i]
	for _, t := range w.newer {
		if slices.ContainsFunc(parts, func(p stretch) bool {
			return p.units.IsPositive() && p.span.Start.Before(t.span.End) && t.span.Start.Before(p.span.End)
		}) {
			asked = exact.Minus(asked, t.units)
		}
	}
	var most decimal.Decimal
	for j := range parts {
		p := &parts[j]
		p.units = exact.Smaller(p.units, asked)
		most = exact.Larger(most, p.units)
	}
	w.newer = append(w.newer, taken{span: c.Span, units: most})
	w.units = exact.Smaller(w.units, exact.Minus(asked, most))
}

// check adds the faults of the request, and returns the sums of the credits.
func (r *Request) check(f *fault.List) map[string]back {
	if r.At.IsZero() {
		f.Add("at", proration.ErrUnset, "required, an instant")
	}
	if !r.Until.IsZero() && !r.Until.After(r.At) {
		f.Add("until", proration.ErrPeriod, "must be after at, %s; got %s",
			r.At.Format(time.RFC3339Nano), r.Until.Format(time.RFC3339Nano))
	}
	fault.Choice(f, "credit_basis", r.CreditBasis)
	f.Under("policy", r.Policy.Validate())
	before := checkCharges(f, r.Charges)
	if !r.Quantity.IsZero() {
		if fault.Amount(f, "quantity", r.Quantity) && r.Quantity.IsNegative() {
			f.Add("quantity", proration.ErrInvalid, "must not be negative; got %v", r.Quantity)
		}
		if r.Item == "" {
			f.Add("item", proration.ErrUnset, "required with a quantity, the item's ID")
		}
	}
	return before
}

// checkCharges adds the faults of charges and their credits, and returns the sums of the credits by the ID of the
// charge.
func checkCharges(f *fault.List, charges []plans.Charge) map[string]back {
	index, countable := make(map[string]int, len(charges)), true
	for i, c := range charges {
		path := fault.At("charges", i) + "."
		if !checkAmounts(f, path, &charges[i]) {
			countable = false
			continue
		}
		of, known := index[c.Corrects]
		switch {
		case c.Corrects == "" && c.Quantity.IsNegative():
			f.Add(path+"quantity", proration.ErrInvalid, "must not be negative; got %v", c.Quantity)
		case c.Corrects == "" && c.ID == "" && c.Net.IsPositive():
			f.Add(path+"id", proration.ErrUnset, "required, the charge's ID")
		case c.Corrects == "" && c.ID != "":
			if _, twice := index[c.ID]; twice {
				f.Add(path+"id", proration.ErrInvalid, "must be unique; %.40q appears twice", c.ID)
			}
			index[c.ID] = i
		case c.Corrects == "":
		case !known:
			f.Add(path+"corrects", proration.ErrInvalid, "must be the ID of an earlier charge; got %.40q", c.Corrects)
		case c.Net.IsPositive() || c.Quantity.IsNegative():
			f.Add(path+"net", proration.ErrInvalid, "must not be positive in a credit, nor quantity negative; got %v and %v",
				c.Net, c.Quantity)
		case c.Currency != charges[of].Currency:
			f.Add(path+"currency", proration.ErrInvalid, "must be the currency of the charge, %.3s; got %.3s",
				charges[of].Currency, c.Currency)
		}
	}
	if !countable {
		return nil // adding up numbers beyond the limits could take unbounded time
	}
	all := given(charges)
	for i := range charges {
		c := &charges[i]
		at, sound := index[c.ID]
		if b := all[c.ID]; sound && at == i && (b.net.GreaterThan(c.Net) && c.Net.IsPositive() || b.exceeds(c)) {
			f.Add(fault.At("charges", i)+".net", proration.ErrInvalid,
				"must not be below its credits, in amount or in units; got %v", c.Net)
		}
	}
	return all
}

// soundAmounts reports whether checkAmounts finds no fault.
func soundAmounts(c *plans.Charge) bool {
	sound := fault.Usable(c.Net) && fault.Usable(c.Quantity) && fault.Usable(c.Untaxed)
	if base := c.BaseQuantity; base != nil {
		sound = sound && fault.Usable(*base) && !base.IsNegative()
	}
	for i := range c.Discounts {
		sound = sound && fault.Usable(c.Discounts[i].Amount)
	}
	for i := range c.Taxes {
		t := &c.Taxes[i]
		sound = sound && fault.Usable(t.Amount) && fault.Usable(t.Percent) && !t.Percent.IsNegative()
		for j := range c.Taxes[:i] {
			sound = sound && c.Taxes[j].Name != t.Name
		}
	}
	return sound
}

// checkAmounts adds the faults of the amounts of a charge, its discounts and its taxes. It reports whether the net and
// the quantity are within the limits.
func checkAmounts(f *fault.List, path string, c *plans.Charge) bool {
	if soundAmounts(c) {
		return true
	}
	sound := fault.Amount(f, path+"net", c.Net)
	sound = fault.Amount(f, path+"quantity", c.Quantity) && sound
	if base := c.BaseQuantity; base != nil && fault.Amount(f, path+"base_quantity", *base) && base.IsNegative() {
		f.Add(path+"base_quantity", proration.ErrInvalid, "must not be negative; got %v", base)
	}
	fault.Amount(f, path+"untaxed", c.Untaxed)
	for j, d := range c.Discounts {
		fault.Amount(f, fault.At(path+"discounts", j)+".amount", d.Amount)
	}
	for j, t := range c.Taxes {
		sub := fault.At(path+"taxes", j) + "."
		if slices.ContainsFunc(c.Taxes[:j], func(other plans.Tax) bool { return other.Name == t.Name }) {
			f.Add(sub+"name", proration.ErrInvalid, "must be unique; %.40q appears twice", t.Name)
		}
		fault.Amount(f, sub+"amount", t.Amount)
		if fault.Amount(f, sub+"percent", t.Percent) && t.Percent.IsNegative() {
			f.Add(sub+"percent", proration.ErrInvalid, "must not be negative; got %v", t.Percent)
		}
	}
	return sound
}
