package lifecycle

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Access is the part of the product that a person can reach, from the least to the most. The zero value is unset and
// refused.
//
// JSON: none, billing_only, restricted, full.
type Access uint8

// The access levels.
const (
	None        Access = iota + 1 // nothing
	BillingOnly                   // only the billing pages, to pay
	Restricted                    // free features and billing; paid features are off
	Full                          // all features of the plan
)

var accesses = []string{"", "none", "billing_only", "restricted", "full"}

// String returns the level's name, "billing_only".
func (a Access) String() string { return enum.String(accesses, a) }

// MarshalText returns the level's name.
func (a Access) MarshalText() ([]byte, error) { return fault.Marshal(accesses, a, "access") }

// UnmarshalText reads the level's name. An unknown name returns ErrInvalid.
func (a *Access) UnmarshalText(text []byte) error {
	return fault.Unmarshal(accesses, a, "access", text)
}

// Role is the role of a member of the customer's team, and whether the member is selected to manage billing. In
// [Policy.Managers] it names the members who manage billing.
type Role struct {
	Role string `json:"role"` // name of the role, "owner", "admin"
	// Selected marks a member who is selected to manage billing. In a policy it admits only selected members of the role.
	Selected bool `json:"selected,omitzero"`
}

// Manages reports whether a member sees and manages billing, by the policy in force at the time that the subscription
// was advanced to and independent of access.
func (p *Policies) Manages(sub Subscription, m Role) bool {
	if p == nil || len(p.all) == 0 {
		return false
	}
	return slices.ContainsFunc(p.at(sub.At).Managers, func(r Role) bool {
		return r.Role == m.Role && (m.Selected || !r.Selected)
	})
}

// Access returns the customer's access at the time that the subscription was advanced to: full access if that time is
// paid for, otherwise the level that the policy sets for the status. A time is paid for if the charge that covers it is
// settled, not credited and not disputed, and service has not ended or paused. An unpaid change inside a period removes
// no access. Billing managers can always reach billing; see [Policies.AccessOf]. Policies that were not made by
// [NewPolicies] give none.
func (p *Policies) Access(sub Subscription) Access {
	if p == nil || len(p.all) == 0 {
		return None
	}
	return p.at(sub.At).access(&sub)
}

// AccessOf returns a member's access. It is the customer's access, except that billing_only becomes none for a member
// who does not manage billing.
func (p *Policies) AccessOf(sub Subscription, m Role) Access {
	access := p.Access(sub)
	if access == BillingOnly && !p.Manages(sub, m) {
		return None
	}
	return access
}

// access returns the customer's access by the policy, at the time that the subscription was advanced to.
func (p *Policy) access(sub *Subscription) Access {
	access := max(p.AccessByStatus[sub.Status], BillingOnly)
	paused := regular.has(sub.Status) && sub.CollectionPause != nil
	if paused || serving.has(sub.Status) && sub.EndedAt.IsZero() && sub.paidFor() {
		return Full
	}
	if sub.Status == Incomplete && sub.TrialEnd.After(sub.At) {
		return max(access, p.AccessByStatus[Trialing]) // buying early keeps the access of the rest of the trial
	}
	return access
}

// paidFor reports whether the current time is paid for: a settled charge of the period or the plan covers it, or the
// settled charges cover every unit of the contract.
func (s *Subscription) paidFor() bool {
	of := s.coverage()
	return of.covered(func(c *plans.Charge) bool { return of.settled(c.ID) })
}

// billedFor reports whether the current time of a contract that has not ended is paid for, or would be with the
// payments that are being collected.
func (s *Subscription) billedFor() bool {
	if end := s.Contract.End(); !end.IsZero() && !end.After(s.At) {
		return false
	}
	of := s.coverage()
	return of.covered(func(c *plans.Charge) bool { return of.settled(c.ID) || of.owing(lineid.Invoice(c.ID)) })
}

// continues reports whether a return continues the period: it is paid for, or will be, and the end of service gave up
// no unpaid part of it, such as units that were added.
func (s *Subscription) continues() bool { return !s.GaveUp && s.billedFor() }

// covered reports whether charges that count cover the current time. An addition alone does not cover the contract that
// it adds to.
func (s *coverage) covered(counts func(*plans.Charge) bool) bool {
	var room [8]*plans.Charge
	all := slices.DeleteFunc(s.covering(room[:0]), func(c *plans.Charge) bool { return !counts(c) && !given(c) })
	if len(all) == 0 {
		return false
	}
	if slices.ContainsFunc(all, func(c *plans.Charge) bool { return !s.addition(c) }) {
		return true
	}
	for i := range s.Contract.Items {
		item := &s.Contract.Items[i]
		if item.Price.HasItemPeriods() {
			continue
		}
		left := item.Quantity
		for j := range s.UnexpiredCharges {
			c := &s.UnexpiredCharges[j]
			if c.Item == item.ID && s.covers(c) && counts(c) && s.stands(c) {
				_, units := s.left(c)
				left = exact.Minus(left, units)
			}
		}
		if left.IsPositive() {
			return false
		}
	}
	return len(s.Contract.Items) > 0
}

// addition reports whether a charge adds units or an item to what was billed before for the same plan and period.
func (s *Subscription) addition(c *plans.Charge) bool {
	if c.Kind != plans.ProrationCharge || c.BaseQuantity != nil {
		return c.BaseQuantity != nil
	}
	others := false // other items were billed before
	for i := range s.UnexpiredCharges {
		b := &s.UnexpiredCharges[i]
		if lineid.Invoice(b.ID) == lineid.Invoice(c.ID) {
			break
		}
		if b.Corrects == "" && base(b.Kind) && !b.Price.HasItemPeriods() && b.Plan == c.Plan && b.Period.Equal(c.Period) {
			if b.Item == c.Item {
				return false
			}
			others = true
		}
	}
	return others
}

// covers reports whether a base charge covers the current time. One for a period of its item does not pay for the
// contract.
func (s *Subscription) covers(c *plans.Charge) bool {
	return c.Corrects == "" && base(c.Kind) && !c.Price.HasItemPeriods() && c.Span.Contains(s.At)
}

// covering appends the base charges that cover the current time and are not credited. A charge of zero counts only if
// nothing else was billed for its plan, credited or not, and no other charge covers the time, or if the seller gives
// the time for nothing.
func (s *coverage) covering(all []*plans.Charge) []*plans.Charge {
	costs := func(c *plans.Charge) bool { return c.Net.IsPositive() }
	var room [8]string
	billed := room[:0] // plans with a price
	for i := range s.UnexpiredCharges {
		c := &s.UnexpiredCharges[i]
		if !s.covers(c) {
			continue
		}
		if costs(c) {
			billed = append(billed, c.Plan)
		}
		if s.stands(c) {
			all = append(all, c)
		}
	}
	others := slices.ContainsFunc(all, costs)
	return slices.DeleteFunc(all, func(c *plans.Charge) bool {
		return !costs(c) && !given(c) && (others || slices.Contains(billed, c.Plan))
	})
}

// given reports whether the seller charges nothing for the time of a charge.
func given(c *plans.Charge) bool { return c.Net.IsZero() && c.Edges.Extent == proration.ExtentNone }

// base reports whether charges of a kind pay for the contract itself, for a period or for the rest of one.
func base(kind plans.Kind) bool {
	return kind == plans.Recurring || kind == plans.ProrationCharge || kind == plans.Extension
}

// settled reports whether the invoice of a charge is paid, or every installment so far. An invoice that is no longer
// stored was paid.
func (s *coverage) settled(charge string) bool {
	i := s.receivable(lineid.Invoice(charge))
	return i < 0 || s.Receivables[i].Phase == invoice.PhasePaid || s.onSchedule(&s.Receivables[i])
}

// left returns the net and the units of a charge that credits leave at the current time. Credits on an unpaid invoice
// do not count, unless it is that of the end of service: then nothing serves the time.
func (s *coverage) left(c *plans.Charge) (net, units decimal.Decimal) {
	net, units = c.Net, c.Quantity
	for k := range s.creditsOf(c.ID) {
		if !s.settled(k.ID) && !s.issuedAtEnd(k.ID) {
			continue
		}
		net = exact.Plus(net, k.Net)
		if !k.Span.Start.After(s.At) && k.Span.End.After(s.At) {
			units = exact.Minus(units, k.Quantity)
		}
	}
	return net, units
}

// issuedAtEnd reports whether service ended, and the unpaid invoice of a charge was issued at that time or later.
func (s *coverage) issuedAtEnd(charge string) bool {
	i := s.receivable(lineid.Invoice(charge))
	return !s.EndedAt.IsZero() && i >= 0 && !s.Receivables[i].IssuedAt.Before(s.EndedAt)
}

// stands reports whether credits leave a part of a charge.
func (s *coverage) stands(c *plans.Charge) bool {
	net, units := s.left(c)
	if c.Quantity.IsPositive() && !units.IsPositive() {
		return false
	}
	return net.IsPositive() || c.Net.IsZero()
}
