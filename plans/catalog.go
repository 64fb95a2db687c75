package plans

import (
	"slices"
	"strconv"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Catalog is everything that a seller offers, and by which rules: one value that is read from a JSON file.
type Catalog struct {
	Policy      proration.Policy     `json:"policy"`                // how time is counted and amounts are rounded; the places are those of each currency
	Allocation  proration.Allocation `json:"allocation"`            // which line gets what is left over when a discount is spread over several
	Plans       []Plan               `json:"plans"`                 // at least one
	Terms       []Term               `json:"terms,omitzero"`        // the lengths on offer; none sells from period to period
	Markets     []Market             `json:"markets"`               // at least one
	ChangeRules ChangeRules          `json:"change_rules,omitzero"` // who may change what; what none is for nobody may
	Trial       Trial                `json:"trial,omitzero"`        // how long a plan can be tried
}

// Validate returns every fault of the catalog at once, each with its path.
func (c Catalog) Validate() error {
	var f fault.List
	c.check(&f)
	return f.Err()
}

// check adds the faults of the catalog.
func (c *Catalog) check(f *fault.List) {
	f.Under("policy", c.Policy.Validate())
	checkAllocation(f, c.Allocation)
	if len(c.Plans) == 0 {
		f.Add("plans", proration.ErrUnset, "there is nothing to sell")
	}
	for i, p := range c.Plans {
		path := element("plans", i)
		f.Under(path, p.Validate())
		if p.ID != "" && slices.ContainsFunc(c.Plans[:i], func(other Plan) bool { return other.ID == p.ID }) {
			f.Add(path+".id", proration.ErrInvalid, "%.40q comes twice", p.ID)
		}
	}
	checkTerms(f, c.Terms)
	c.checkMarkets(f)
	checkRules(f, c.ChangeRules)
	f.Under("trial", c.Trial.Validate())
}

// checkMarkets adds the faults of the markets.
func (c *Catalog) checkMarkets(f *fault.List) {
	if len(c.Markets) == 0 {
		f.Add("markets", proration.ErrUnset, "there is nowhere to sell")
	}
	taken := map[string]int{}
	for i, m := range c.Markets {
		path := element("markets", i)
		f.Under(path, m.Validate())
		countries := m.Countries
		if len(countries) == 0 {
			countries = []string{"everywhere else"}
		}
		for _, code := range countries {
			if other, ok := taken[code]; ok && other != i {
				f.Add(path+".countries", proration.ErrInvalid, "%s is in %s already", strconv.Quote(code), element("markets", other))
			}
			taken[code] = i
		}
	}
}

// plan returns a plan by its ID, or the refusal that lists what there is.
func (c *Catalog) plan(id string) (*Plan, error) {
	var all []string
	for i := range c.Plans {
		if c.Plans[i].ID == id {
			return &c.Plans[i], nil
		}
		all = append(all, c.Plans[i].ID)
	}
	return nil, &Refusal{Rule: "plan", Reason: "there is no plan " + strconv.Quote(id), Instead: oneOf(all)}
}

// Market returns the market of a country: the one that lists it, or else the one that lists none.
// Errors: a [Refusal] where nothing is sold there.
func (c Catalog) Market(country string) (Market, error) {
	m, err := c.market(country)
	if err != nil {
		return Market{}, err
	}
	return m.clone(), nil
}

// market returns the market of a country, or the refusal.
func (c *Catalog) market(country string) (*Market, error) {
	var rest *Market
	for i := range c.Markets {
		m := &c.Markets[i]
		if slices.Contains(m.Countries, country) {
			return m, nil
		}
		if len(m.Countries) == 0 {
			rest = m
		}
	}
	if rest == nil {
		return nil, &Refusal{Rule: "market", Reason: "nothing is sold in " + strconv.Quote(country)}
	}
	return rest, nil
}

// term returns the term of a length, or the refusal that lists what there is. Without terms on offer there is none, and none may
// be asked for; with some on offer one must be.
func (c *Catalog) term(length proration.Interval) (*Term, error) {
	var all []string
	var shortest *Term
	for i := range c.Terms {
		t := &c.Terms[i]
		if t.Length == length {
			return t, nil
		}
		all = append(all, t.Length.String())
		if shortest == nil || shorter(t.Length, shortest.Length) {
			shortest = t
		}
	}
	unset := length == proration.Interval{}
	switch {
	case len(c.Terms) == 0 && unset:
		return nil, nil //nolint:nilnil // no term is what was asked for and what there is
	case len(c.Terms) == 0:
		return nil, &Refusal{Rule: "term", Reason: "no terms are on offer", Instead: "from period to period"}
	case unset:
		return nil, &Refusal{Rule: "term", Reason: "a term is needed", Instead: oneOf(all)}
	case shorter(length, shortest.Length):
		return nil, &Refusal{Rule: "term", Reason: length.String() + " is shorter than the minimum of " + shortest.Length.String(), Instead: oneOf(all)}
	}
	return nil, &Refusal{Rule: "term", Reason: length.String() + " is not on offer", Instead: oneOf(all)}
}

// shorter reports whether one length is shorter than another of its kind.
func shorter(a, b proration.Interval) bool {
	switch {
	case a.Months > 0 && b.Months > 0:
		return a.Months < b.Months
	case a.Days > 0 && b.Days > 0:
		return a.Days < b.Days
	}
	return a.Seconds > 0 && a.Seconds < b.Seconds
}

// Changed returns the catalog as it is for one customer: with what was agreed on specially laid over it. The catalog itself
// stays as it is.
// Errors: those of [Override.Validate], ErrInvalid for a plan that the catalog does not have, and those of [Catalog.Validate] for
// what comes out.
func (c Catalog) With(o Override) (Catalog, error) {
	var f fault.List
	f.Under("override", o.Validate())
	c.Plans, c.Terms, c.Markets, c.ChangeRules = slices.Clone(c.Plans), slices.Clone(c.Terms), slices.Clone(c.Markets), slices.Clone(c.ChangeRules)
	for i := range c.Markets {
		c.Markets[i] = c.Markets[i].clone()
	}
	for i := range c.ChangeRules {
		c.ChangeRules[i].By = slices.Clone(c.ChangeRules[i].By)
	}
	for i := range c.Plans {
		c.Plans[i] = c.Plans[i].clone()
	}
	for i, special := range o.Plans {
		at := slices.IndexFunc(c.Plans, func(p Plan) bool { return p.ID == special.ID })
		if at < 0 {
			f.Add("override."+element("plans", i)+".id", proration.ErrInvalid, "there is no plan %.40q", special.ID)
			continue
		}
		c.Plans[at].lay(special)
		c.Plans[at] = c.Plans[at].clone()
	}
	if len(o.Terms) > 0 && f == nil {
		c.Terms = slices.Clone(o.Terms)
	}
	c.check(&f)
	if f != nil {
		return Catalog{}, f.Err()
	}
	return c, nil
}
