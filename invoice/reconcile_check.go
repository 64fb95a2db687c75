package invoice

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

const maxCompared = 10_000

// sides returns the charges of both sides with their credits, or every fault of them.
func (c *ReconcileRequest) sides() (billed, proposed []*party, err error) {
	var f fault.List
	f.Under("policy", c.Policy.Validate())
	var currency plans.Currency
	for _, side := range []struct {
		name    string
		charges []plans.Charge
	}{{"billed", c.Billed}, {"proposed", c.Proposed}} {
		if len(side.charges) > maxCompared {
			f.Add(side.name, proration.ErrLimit, "must be at most %d charges; got %d", maxCompared, len(side.charges))
			continue
		}
		for i := range side.charges {
			if currency == "" {
				currency = side.charges[i].Currency
			}
			f.At(side.name, i, checkCompared(&side.charges[i], currency))
		}
	}
	if currency != "" {
		_, err := currency.Places()
		f.Under("", err)
	}
	if f != nil {
		return nil, nil, f.Err()
	}
	billed = parties(&f, "billed", c.Billed)
	proposed = parties(&f, "proposed", identified(c.Proposed))
	if f != nil {
		return nil, nil, f.Err()
	}
	for _, p := range proposed {
		p.charge = &c.Proposed[p.index]
	}
	return billed, proposed, nil
}

// checkCompared returns the faults of one charge that [credits.Remaining] does not find.
func checkCompared(c *plans.Charge, currency plans.Currency) error {
	var f fault.List
	fault.Choice(&f, "kind", c.Kind)
	if c.Currency != currency {
		f.Add("currency", proration.ErrInvalid, "must be %.3s, like the first charge; got %.3s", currency, c.Currency)
	}
	fault.Amount(&f, "share.of", c.Share.Of)
	fault.Amount(&f, "share.amount", c.Share.Amount)
	if c.Multiplier < 0 {
		f.Add("multiplier", proration.ErrInvalid, "must not be negative; got %d", c.Multiplier)
	}
	if c.Corrects != "" {
		return f.Err()
	}
	if fault.Amount(&f, "net", c.Net) && c.Net.IsNegative() {
		f.Add("net", proration.ErrInvalid, "must not be negative without corrects; got %v", c.Net)
	}
	_, err := c.Price.Amount(decimal.Decimal{}) // the faults of the price
	f.Under("", err)
	if c.Kind == plans.ProrationCredit || c.Kind == plans.Refund {
		f.Add("corrects", proration.ErrUnset, "required for a credit, the ID of the credited charge")
	}
	if none := (proration.Period{}); !spanned(c) && !c.Span.Equal(none) {
		f.Add("span", proration.ErrPeriod, "must end after it starts; got %v", c.Span)
	}
	return f.Err()
}

// identified returns the charges with an internal ID for each one that has none.
func identified(charges []plans.Charge) []plans.Charge {
	if !slices.ContainsFunc(charges, func(c plans.Charge) bool { return c.ID == "" }) {
		return charges
	}
	own := append([]plans.Charge(nil), charges...)
	for i := range own {
		if own[i].ID == "" {
			own[i].ID = "\x00" + strconv.Itoa(i)
		}
	}
	return own
}

// parties returns the charges of a list, each with its credits and the units that they did not release.
func parties(f *fault.List, side string, charges []plans.Charge) []*party {
	left, err := credits.Remaining(charges)
	f.Under("", fault.Rename(err, "charges", side))
	if err != nil {
		return nil
	}
	all, room := make([]*party, 0, len(left)), make([]party, len(left)) // each charge has a span at least
	byID := make(map[string]*party, len(left))
	for i := range charges {
		c := &charges[i]
		if c.Corrects != "" {
			of := byID[c.Corrects]
			of.before = append(of.before, c)
			continue
		}
		p := &room[len(all)]
		p.charge, p.index, byID[c.ID] = c, i, p
		n := 0
		for n < len(left) && left[n].Charge == i {
			n++
		}
		p.stands, left = left[:n:n], left[n:]
		all = append(all, p)
	}
	return all
}
