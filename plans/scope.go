package plans

import "slices"

// Scope selects the charges that a rule covers, such as a discount, a tax rate or a refund rule. In JSON its fields are
// those of the rule. The zero Scope covers every charge.
type Scope struct {
	Plans []string `json:"plans,omitzero"` // IDs of the plans whose charges are covered; none is all
	Items []string `json:"items,omitzero"` // IDs of the items whose charges are covered; none is all
	Kinds []Kind   `json:"kinds,omitzero"` // kinds of charges that are covered; none is all
}

// Covers reports whether the scope covers a charge: its plan, its item and its kind.
func (s Scope) Covers(c Charge) bool { return s.covers(&c) }

// covers is Covers without a copy of the charge.
func (s *Scope) covers(c *Charge) bool {
	return within(s.Plans, c.Plan) && within(s.Items, c.Item) && within(s.Kinds, c.Kind)
}

// within reports whether a list includes a value; an empty list includes every value.
func within[T comparable](list []T, v T) bool { return len(list) == 0 || slices.Contains(list, v) }
