package plans

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// StartingAt returns the contract as it starts at an instant: when a trial converts, when service resumes after a
// pause, or when a customer returns after the end. Billing periods are anchored at the instant, unless the contract has
// a billing day or date. Only the last term remains, and it starts at the instant with its discount. The first period,
// or a term that is billed up front, is longer by a number of days, such as unused trial days. Ramp steps up to the
// instant have taken effect. A commitment begins again.
// Errors: those of [Contract.Validate]; ErrUnset for a missing instant; ErrInvalid for a negative number of days, for
// added days beside a billing day or date, and for a term that is not a whole number of periods, or that is billed up
// front and is not one period; ErrLimit for an instant outside the years 1 to 9999.
func (c Contract) StartingAt(at time.Time, longer int) (Contract, error) {
	var f fault.List
	f.Under("contract", c.Validate())
	c.checkUpFront(&f, "contract.")
	if at.IsZero() {
		f.Add("at", proration.ErrUnset, "required, the instant of the start")
	}
	switch {
	case longer < 0:
		f.Add("longer", proration.ErrInvalid, "must not be negative; got %d", longer)
	case longer > 0 && c.fixesDates():
		f.Add("longer", proration.ErrInvalid, "must be 0 with %s, which does not move; got %d", c.datesField(), longer)
	}
	if longer > 0 && c.HasItemPeriods() {
		f.Add("longer", proration.ErrInvalid,
			"must be 0 with an item that has a billing_interval and is not metered; got %d", longer)
	}
	if longer > 0 && c.Accrues() {
		f.Add("longer", proration.ErrInvalid, "must be 0 with an item whose price has a timing; got %d", longer)
	}
	if f != nil {
		return Contract{}, f.Err()
	}
	return c.startingAt(at, longer)
}

// startingAt is StartingAt for a validated contract.
func (c Contract) startingAt(at time.Time, longer int) (Contract, error) {
	c.own(at)
	at = c.local(at)
	each, terms := c.Cycle.Interval, c.Terms
	c.Terms, c.First, c.Commitment = nil, proration.Period{}, c.Commitment.restarted()
	for i := range terms {
		own, _ := terms[i].Term.discount(terms[i].Period)
		c.Discounts = slices.DeleteFunc(c.Discounts, func(d Discount) bool { return d.ID == own.ID })
	}
	if err := c.begin(at); err != nil {
		return Contract{}, fault.Under("contract.cycle", err)
	}
	upFront := len(terms) > 0 && terms[0].Term.Billing == UpFront
	if upFront {
		c.Cycle.Interval = terms[len(terms)-1].Term.Length
	}
	first, err := c.Cycle.Containing(at)
	if err != nil {
		return Contract{}, fault.Under("contract.cycle", err)
	}
	if longer > 0 {
		if first.End, err = (proration.Interval{Days: longer}).After(first.End, at.Location()); err != nil {
			return Contract{}, err
		}
		c.Cycle.Anchor = proration.LocalTimeOf(c.local(first.End))
	}
	if longer > 0 && !upFront {
		c.First = first
	}
	c.startUplift(at, first, longer > 0)
	if len(terms) == 0 {
		return c, nil
	}
	agreed := ContractTerm{Term: terms[len(terms)-1].Term, Period: first}
	switch {
	case upFront:
	case c.fixesDates():
		if agreed.Period, err = c.termFrom(at, agreed.Term.Length); err != nil {
			return Contract{}, err
		}
	default:
		if agreed.Period.End, err = periodsLater(c.Cycle, first, each, agreed.Term.Length); err != nil {
			return Contract{}, err
		}
	}
	c.agree(agreed)
	return c, nil
}
