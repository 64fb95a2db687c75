package credits

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Request asks what of some charges is not used from an instant on.
type Request struct {
	Charges     []plans.Charge        `json:"charges"`           // what was billed, in the order of billing, and what of it was credited since
	Item        string                `json:"item,omitzero"`     // only this item; "" is all
	Quantity    decimal.Decimal       `json:"quantity,omitzero"` // how many of it are no longer used; zero is all of them
	At          time.Time             `json:"at"`                // the first instant that is not used
	Until       time.Time             `json:"until,omitzero"`    // the first instant that is used again, as after a pause; zero is for good
	CreditBasis proration.CreditBasis `json:"credit_basis"`      // what a credit is a share of; must be set
	Policy      proration.Policy      `json:"policy"`            // how to count and round
	Location    *time.Location        `json:"-"`                 // whose calendar counts the days; nil is UTC
}

// Unused returns a credit for each charge that is paid for beyond the instant, the newest charge first. Charges that end before it
// give none, nor do those that cost nothing, unless a quantity is taken off them; one that begins later is given back whole.
//
// Each credit has the plan, the item and the price of its charge, names it in Corrects, and its Net is not above zero, each rounded on its
// own; discounts and taxes go back in proportion, and the last credit of a charge takes what is left of them. The places of the
// rounding are those of each charge's currency, whatever the policy says. A quantity is taken off in each period that was billed and of which something is left. Whether a charge was paid is not known here: pass those that were.
//
// What was credited before counts: a credit of a quantity leaves so many fewer units to credit throughout its span, and one of money
// alone counts against what is not used for good; where it is used again, the money lowers only what is left of the charge. Where credits
// left more units for one time than for another, a charge has a credit for each, the earliest first. Never more comes back than was billed and is
// not credited yet, of tax as well. A quantity that is priced by graduated tiers is given back at what the last units cost, so that
// buying them again costs the same.
// Errors: ErrUnset for the instant, the basis, the policy, or a charge without an ID; ErrPeriod for an end that is not after it; ErrInvalid
// for a credit of a charge that is not there, two taxes of one name on a charge, and a quantity of which not as many are left; and those
// of proration.Adjust, under the path of the charge.
func Unused(r Request) ([]plans.Charge, error) {
	var f fault.List
	r.check(&f)
	if f != nil {
		return nil, f.Err()
	}
	before := given(r.Charges)
	var owed []plans.Charge
	var periods []wanted
	for i := len(r.Charges) - 1; i >= 0; i-- {
		c := &r.Charges[i]
		if c.Corrects != "" || r.Item != "" && c.Item != r.Item || !r.touches(c.Span) || c.Net.IsNegative() {
			continue
		}
		parts := before[c.ID].stretches(c, r.within(c.Span))
		if !r.Quantity.IsZero() {
			take(&periods, c, r.Quantity, parts)
		} else if c.Net.IsZero() {
			continue
		}
		lines, err := r.unused(c, before[c.ID], parts)
		f.Under(element(i), err)
		owed = append(owed, lines...)
	}
	for _, p := range periods {
		if p.units.IsPositive() {
			f.Add("quantity", proration.ErrInvalid, "only %v of %.40q are paid for in %v", r.Quantity.Sub(p.units), r.Item, p.period)
		}
	}
	if len(periods) == 0 && !r.Quantity.IsZero() {
		f.Add("quantity", proration.ErrInvalid, "none of %.40q are paid for then", r.Item)
	}
	if f != nil {
		return nil, f.Err()
	}
	return owed, nil
}

// touches reports whether something of a span is not used.
func (r *Request) touches(span proration.Period) bool {
	return span.End.After(r.At) && (r.Until.IsZero() || r.Until.After(span.Start))
}

// within returns what of a span is not used, of which there is something.
func (r *Request) within(span proration.Period) proration.Period {
	if r.At.After(span.Start) {
		span.Start = r.At
	}
	if !r.Until.IsZero() && r.Until.Before(span.End) {
		span.End = r.Until
	}
	return span
}

// wanted is how many units of a period are still to be credited.
type wanted struct {
	period proration.Period
	units  decimal.Decimal
}

// take lowers the units of each stretch of a charge to how many are to be credited in its period, of which so many were asked for at
// first. What is taken in any of them is taken. A period of which all was credited before is not asked for any.
func take(periods *[]wanted, c *plans.Charge, asked decimal.Decimal, parts []stretch) {
	var left decimal.Decimal
	for j := range parts {
		if c.Quantity.IsZero() {
			parts[j].units = decimal.Decimal{} // uncounted, and so none of those that are asked for
		}
		left = decimal.Max(left, parts[j].units)
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
	var most decimal.Decimal
	for j := range parts {
		p := &parts[j]
		p.units = decimal.Min(p.units, w.units)
		most = decimal.Max(most, p.units)
	}
	w.units = w.units.Sub(most)
}

func element(i int) string { return "charges[" + strconv.Itoa(i) + "]" }

// check adds the faults of what every charge is credited by.
func (r *Request) check(f *fault.List) {
	if r.At.IsZero() {
		f.Add("at", proration.ErrUnset, "say from when on it is not used")
	}
	if !r.Until.IsZero() && !r.Until.After(r.At) {
		f.Add("until", proration.ErrPeriod, "%s is not after %s", r.Until.Format(time.RFC3339Nano), r.At.Format(time.RFC3339Nano))
	}
	switch r.CreditBasis {
	case proration.OnBilled, proration.OnPrice:
	case 0:
		f.Add("credit_basis", proration.ErrUnset, "say what a credit is a share of")
	default:
		f.Add("credit_basis", proration.ErrInvalid, "no basis has the number %d", r.CreditBasis)
	}
	f.Under("policy", r.Policy.Validate())
	checkCharges(f, r.Charges)
	if !r.Quantity.IsZero() {
		if fault.Amount(f, "quantity", r.Quantity) && r.Quantity.IsNegative() {
			f.Add("quantity", proration.ErrInvalid, "must not be negative; got %v", r.Quantity)
		}
		if r.Item == "" {
			f.Add("item", proration.ErrUnset, "a quantity is that of an item")
		}
	}
}

// checkCharges adds the faults of charges and credits that make no sense together.
func checkCharges(f *fault.List, charges []plans.Charge) {
	index, countable := map[string]int{}, true
	for i, c := range charges {
		path := element(i) + "."
		sound := fault.Amount(f, path+"net", c.Net)
		sound = fault.Amount(f, path+"quantity", c.Quantity) && sound
		if base := c.BaseQuantity; base != nil && fault.Amount(f, path+"base_quantity", *base) && base.IsNegative() {
			f.Add(path+"base_quantity", proration.ErrInvalid, "must not be negative; got %v", base)
		}
		fault.Amount(f, path+"untaxed", c.Untaxed)
		for j, d := range c.Discounts {
			fault.Amount(f, path+"discounts["+strconv.Itoa(j)+"].amount", d.Amount)
		}
		for j, t := range c.Taxes {
			sub := path + "taxes[" + strconv.Itoa(j) + "]."
			if slices.ContainsFunc(c.Taxes[:j], func(other plans.Tax) bool { return other.Name == t.Name }) {
				f.Add(sub+"name", proration.ErrInvalid, "%.40q comes twice, and what went back of each could not be told apart", t.Name)
			}
			fault.Amount(f, sub+"amount", t.Amount)
			if fault.Amount(f, sub+"percent", t.Percent) && t.Percent.IsNegative() {
				f.Add(sub+"percent", proration.ErrInvalid, "must not be negative; got %v", t.Percent)
			}
		}
		if !sound {
			countable = false
			continue
		}
		of, known := index[c.Corrects]
		switch {
		case c.Corrects == "" && c.Quantity.IsNegative():
			f.Add(path+"quantity", proration.ErrInvalid, "must not be negative; got %v", c.Quantity)
		case c.Corrects == "" && c.ID == "" && c.Net.IsPositive():
			f.Add(path+"id", proration.ErrUnset, "a charge that is credited has an ID")
		case c.Corrects == "" && c.ID != "":
			if _, twice := index[c.ID]; twice {
				f.Add(path+"id", proration.ErrInvalid, "%.40q comes twice", c.ID)
			}
			index[c.ID] = i
		case c.Corrects == "":
		case !known:
			f.Add(path+"corrects", proration.ErrInvalid, "no charge %.40q is before it", c.Corrects)
		case c.Net.IsPositive() || c.Quantity.IsNegative():
			f.Add(path+"net", proration.ErrInvalid, "a credit is not above zero, and its quantity not below")
		case c.Currency != charges[of].Currency:
			f.Add(path+"currency", proration.ErrInvalid, "it credits a charge in %.3s", charges[of].Currency)
		}
	}
	if !countable {
		return // to add up numbers beyond the limits could take for ever
	}
	all := given(charges)
	for i, c := range charges {
		at, sound := index[c.ID]
		if b := all[c.ID]; sound && at == i && (b.net.GreaterThan(c.Net) && c.Net.IsPositive() || b.exceeds(&c)) {
			f.Add(element(i)+".net", proration.ErrInvalid, "more of it was credited than was billed")
		}
	}
}
