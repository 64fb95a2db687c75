package credits

import (
	"math/big"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Request asks what of some charges is not used from an instant on.
type Request struct {
	Charges  []plans.Charge   `json:"charges"`           // what was billed, in the order of billing, and what of it was credited since
	Item     string           `json:"item,omitzero"`     // only this item; "" is all
	Quantity decimal.Decimal  `json:"quantity,omitzero"` // how many of it are no longer used; zero is all of them
	At       time.Time        `json:"at"`                // the first instant that is not used
	Basis    proration.Basis  `json:"basis"`             // what a credit is a share of; must be set
	Policy   proration.Policy `json:"policy"`            // how to count and round
	Location *time.Location   `json:"-"`                 // whose calendar counts the days; nil is UTC
}

// Unused returns a credit for each charge that is paid for beyond the instant, the newest charge first. Charges that end before it
// or cost nothing give none, and one that begins later is given back whole. Each credit has the plan, the item and the price of its
// charge, names it in Corrects, and its Net is not above zero; discounts and taxes go back in proportion. The places of the rounding
// are the policy's.
//
// What was credited before counts: a credit of a quantity leaves so many fewer units to credit, and one of money alone counts
// against what is not used. Never more comes back than was billed and is not credited yet, of tax as well. A quantity that
// is priced by tiers is given back at what the last units cost, so that buying them again costs the same.
// Errors: ErrUnset for the instant, the basis, the policy, or a charge without an ID; ErrInvalid for a credit of a charge that is
// not there, and a quantity of which not as many are left; and those of proration.Adjust, under the path of the charge.
func Unused(r Request) ([]plans.Charge, error) {
	var f fault.List
	r.check(&f)
	if f != nil {
		return nil, f.Err()
	}
	before := given(r.Charges)
	want := r.Quantity
	var owed []plans.Charge
	for i := len(r.Charges) - 1; i >= 0; i-- {
		c := &r.Charges[i]
		if c.Corrects != "" || r.Item != "" && c.Item != r.Item || !c.Span.End.After(r.At) || !c.Net.IsPositive() {
			continue
		}
		units := c.Quantity.Sub(before[c.ID].units)
		if !r.Quantity.IsZero() {
			units = decimal.Min(units, want)
		}
		if !units.IsPositive() && !c.Quantity.IsZero() {
			continue
		}
		want = want.Sub(units)
		credit, err := r.unused(c, before[c.ID], units)
		f.Under(element(i), err)
		owed = append(owed, credit)
	}
	if !r.Quantity.IsZero() && want.IsPositive() {
		f.Add("quantity", proration.ErrInvalid, "only %v of %.40q are paid for then", r.Quantity.Sub(want), r.Item)
	}
	if f != nil {
		return nil, f.Err()
	}
	return owed, nil
}

func element(i int) string { return "charges[" + strconv.Itoa(i) + "]" }

// back is what of a charge was given back.
type back struct {
	net   decimal.Decimal // in all, not negative
	money decimal.Decimal // what of it was of money alone
	units decimal.Decimal // how many units
}

// given sums up the credits among charges by the charge that they correct.
func given(charges []plans.Charge) map[string]back {
	all := map[string]back{}
	for _, c := range charges {
		if c.Corrects == "" {
			continue
		}
		b := all[c.Corrects]
		b.net = b.net.Sub(c.Net)
		b.units = b.units.Add(c.Quantity)
		if c.Quantity.IsZero() {
			b.money = b.money.Sub(c.Net)
		}
		all[c.Corrects] = b
	}
	return all
}

// check adds the faults of what every charge is credited by.
func (r *Request) check(f *fault.List) {
	if r.At.IsZero() {
		f.Add("at", proration.ErrUnset, "say from when on it is not used")
	}
	switch r.Basis {
	case proration.OnBilled, proration.OnPrice:
	case 0:
		f.Add("basis", proration.ErrUnset, "say what a credit is a share of")
	default:
		f.Add("basis", proration.ErrInvalid, "no basis has the number %d", r.Basis)
	}
	f.Under("policy", r.Policy.Validate())
	checkCharges(f, r.Charges)
	if !r.Quantity.IsZero() {
		if fault.Amount(f, "quantity", r.Quantity) && r.Quantity.IsNegative() {
			f.Add("quantity", proration.ErrInvalid, "%v is negative", r.Quantity)
		}
		if r.Item == "" {
			f.Add("item", proration.ErrUnset, "a quantity is that of an item")
		}
	}
}

// checkCharges adds the faults of charges and credits that make no sense together.
func checkCharges(f *fault.List, charges []plans.Charge) {
	index := map[string]int{}
	for i, c := range charges {
		path := element(i) + "."
		sound := fault.Amount(f, path+"net", c.Net)
		sound = fault.Amount(f, path+"quantity", c.Quantity) && sound
		for j, d := range c.Discounts {
			fault.Amount(f, path+"discounts["+strconv.Itoa(j)+"].amount", d.Amount)
		}
		for j, t := range c.Taxes {
			sub := path + "taxes[" + strconv.Itoa(j) + "]."
			fault.Amount(f, sub+"amount", t.Amount)
			if fault.Amount(f, sub+"percent", t.Percent) && t.Percent.IsNegative() {
				f.Add(sub+"percent", proration.ErrInvalid, "%v is negative", t.Percent)
			}
		}
		if !sound {
			continue
		}
		of, known := index[c.Corrects]
		switch {
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
	all := given(charges)
	for i, c := range charges {
		if b := all[c.ID]; c.Corrects == "" && c.ID != "" && index[c.ID] == i && (b.net.GreaterThan(c.Net) && c.Net.IsPositive() || b.units.GreaterThan(c.Quantity)) {
			f.Add(element(i)+".net", proration.ErrInvalid, "more of it was credited than was billed")
		}
	}
}

// unused returns the credit for some units of one charge.
func (r *Request) unused(c *plans.Charge, before back, units decimal.Decimal) (plans.Charge, error) {
	part, err := share(c, before, units)
	if err != nil {
		return plans.Charge{}, err
	}
	at := r.At
	if at.Before(c.Span.Start) {
		at = c.Span.Start
	}
	adjustment, err := proration.Adjust(proration.Change{
		At: at,
		Billed: proration.Billed{
			Amount: c.Net, Credited: before.net, Returned: before.money, Part: part, Span: c.Span, Price: c.Share.Of, Period: c.Period,
		},
		Basis: r.Basis, Policy: r.Policy, Location: r.Location,
	})
	if err != nil {
		return plans.Charge{}, err
	}
	credit := credited(c, before, adjustment.Credit)
	credit.Kind, credit.Quantity, credit.Span = plans.Unused, units, c.Span.From(at)
	return credit, nil
}

// credited returns a credit of a charge, with what of its discounts and taxes goes back with it.
func credited(c *plans.Charge, before back, line proration.Result) plans.Charge {
	credit := plans.Charge{
		Corrects: c.ID, Plan: c.Plan, Item: c.Item, Currency: c.Currency, Price: c.Price, Times: c.Times,
		Period: c.Period, Span: c.Span, Share: line, Net: line.Amount,
	}
	credit.Price.Tiers = append([]plans.Tier(nil), c.Price.Tiers...)
	after := before.net.Sub(line.Amount)
	for _, d := range c.Discounts {
		d.Amount = backOf(d.Amount, nil, c.Net, before.net, line.Rounding).Sub(backOf(d.Amount, nil, c.Net, after, line.Rounding))
		credit.Discounts = append(credit.Discounts, d)
	}
	for _, t := range c.Taxes {
		t.Amount = backOf(t.Amount, &t.Percent, c.Net, before.net, line.Rounding).Sub(backOf(t.Amount, &t.Percent, c.Net, after, line.Rounding))
		credit.Taxes = append(credit.Taxes, t)
	}
	return credit
}

// backOf returns what of an amount beside a net goes back once so much of the net has: the percentage of that, or its share; all of it
// with all of the net, and never more. What goes back with one credit is the difference of two of these, so that all credits
// of a charge add up to it.
func backOf(amount decimal.Decimal, percent *decimal.Decimal, net, credited decimal.Decimal, rounding proration.Rounding) decimal.Decimal {
	if credited.GreaterThanOrEqual(net) {
		return amount
	}
	value := new(big.Rat)
	if percent != nil {
		value.Mul(percent.Rat(), big.NewRat(1, 100))
	} else {
		value.Quo(amount.Rat(), net.Rat())
	}
	part := exact.Quotient(value.Mul(value, credited.Rat()), rounding.Places, exact.Mode(rounding.Mode))
	return decimal.Min(part, amount)
}

// share returns how much of a charge some of its units are: what they cost of what all cost, the last ones first; zero is all.
func share(c *plans.Charge, before back, units decimal.Decimal) (proration.Fraction, error) {
	if units.Equal(c.Quantity) {
		return proration.Fraction{}, nil
	}
	left := c.Quantity.Sub(before.units)
	var costs [4]decimal.Decimal
	for i, quantity := range []decimal.Decimal{left, left.Sub(units), c.Quantity, {}} {
		var err error
		if costs[i], err = c.Price.Amount(c.Above.Add(quantity)); err != nil {
			return proration.Fraction{}, err
		}
	}
	some, all := decimal.Max(costs[0].Sub(costs[1]), decimal.Decimal{}), costs[2].Sub(costs[3])
	if !all.IsPositive() || some.GreaterThan(all) {
		some, all = units, c.Quantity
	}
	ratio := new(big.Rat).Quo(some.Rat(), all.Rat())
	if !ratio.Num().IsInt64() || !ratio.Denom().IsInt64() {
		return proration.Fraction{}, fault.New("quantity", proration.ErrLimit, "the ratio of %v to %v has more than 18 digits", some, all)
	}
	return proration.Fraction{Num: ratio.Num().Int64(), Den: ratio.Denom().Int64()}, nil
}
