package lifecycle

import (
	"slices"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// Access is what somebody can reach, from the least to the most. Its zero is unset and refused.
type Access uint8

// The accesses.
const (
	None        Access = iota + 1 // nothing
	BillingOnly                   // the pages on which one can pay, and no others
	Restricted                    // what is free, and billing; what is paid for is off
	Full                          // everything that was bought
)

var accesses = []string{"", "none", "billing_only", "restricted", "full"}

// String returns the access's name, "billing_only".
func (a Access) String() string { return enum.String(accesses, a) }

// MarshalText returns the access's name.
func (a Access) MarshalText() ([]byte, error) { return fault.Marshal(accesses, a, "access") }

// UnmarshalText reads the access's name; an unknown one is ErrInvalid.
func (a *Access) UnmarshalText(text []byte) error {
	return fault.Unmarshal(accesses, a, "access", text)
}

// Role is the role of a member of the customer's team, and whether billing managers selected the member. In a policy it
// names the members who manage billing.
type Role struct {
	Role     string `json:"role"`              // name of the role, "owner", "admin"
	Selected bool   `json:"selected,omitzero"` // member: selected to manage billing; policy: only selected members of the role
}

// Manages reports whether a member sees and manages billing, whatever can be reached besides.
func (p Policy) Manages(m Role) bool {
	return slices.ContainsFunc(p.Managers, func(r Role) bool { return r.Role == m.Role && (m.Selected || !r.Selected) })
}

// Access returns what the customer can reach at the instant to which the subscription was advanced: what the policy's table says of its
// status, and everything while that instant is paid for. It is paid for when the charge that covers it is settled, not given back and not
// disputed, and the service neither ended nor paused; so an unpaid change in mid-period takes nothing away. Billing can always be
// reached by whoever manages it: see [Policy.AccessOf].
func (p Policy) Access(sub Subscription) Access {
	access := max(p.AccessByStatus[sub.Status], BillingOnly)
	if serving.has(sub.Status) && sub.paidFor() {
		return Full
	}
	if sub.Status == Incomplete && sub.TrialEnd.After(sub.At) {
		return max(access, p.AccessByStatus[Trialing]) // what is left of the trial is not taken away by buying
	}
	return access
}

// AccessOf returns what one member can reach: what the customer can, but for billing alone, which is for those who manage it.
func (p Policy) AccessOf(sub Subscription, m Role) Access {
	access := p.Access(sub)
	if access == BillingOnly && !p.Manages(m) {
		return None
	}
	return access
}

// paidFor reports whether a charge that is settled covers the instant.
func (s *Subscription) paidFor() bool {
	return slices.ContainsFunc(s.covering(), func(c *plans.Charge) bool { return s.settled(c.ID) && s.stands(c) })
}

// billedFor reports whether a charge covers the instant that is paid, or is being collected, and the contract has not run out.
func (s *Subscription) billedFor() bool {
	if end := s.Contract.End(); !end.IsZero() && !end.After(s.At) {
		return false
	}
	return slices.ContainsFunc(s.covering(), func(c *plans.Charge) bool {
		return (s.settled(c.ID) || s.due(invoiceOf(c.ID)) >= 0) && s.stands(c)
	})
}

// covering returns the charges of what the contract is about that cover the instant: what costs nothing pays for nothing, unless all of it does.
func (s *Subscription) covering() (all []*plans.Charge) {
	for i := range s.UnexpiredCharges {
		if c := &s.UnexpiredCharges[i]; c.Corrects == "" && base(c.Kind) && c.Span.Contains(s.At) {
			all = append(all, c)
		}
	}
	if costs := func(c *plans.Charge) bool { return c.Net.IsPositive() }; slices.ContainsFunc(all, costs) {
		all = slices.DeleteFunc(all, func(c *plans.Charge) bool { return !costs(c) })
	}
	return all
}

// base reports whether charges of a kind are for what a contract is about, and at the start of a period or a plan.
func base(kind plans.Kind) bool {
	return kind == plans.Recurring || kind == plans.ProrationCharge || kind == plans.Extension
}

// settled reports whether the invoice of a charge is paid. One that is not kept any more was.
func (s *Subscription) settled(charge string) bool {
	i := s.invoice(invoiceOf(charge))
	return i < 0 || s.Invoices[i].Status == invoice.Paid
}

// stands reports whether something of a charge was not given back by what is settled itself: an unpaid change takes nothing away.
func (s *Subscription) stands(c *plans.Charge) bool {
	left, units := c.Net, c.Quantity
	for i := range s.UnexpiredCharges {
		k := &s.UnexpiredCharges[i]
		if k.Corrects != c.ID || c.ID == "" || !s.settled(k.ID) {
			continue
		}
		left = left.Add(k.Net)
		if k.Kind == plans.ProrationCredit && !k.Span.Start.After(s.At) && k.Span.End.After(s.At) {
			units = units.Sub(k.Quantity)
		}
	}
	if c.Quantity.IsPositive() && !units.IsPositive() {
		return false
	}
	return left.IsPositive() || c.Net.IsZero()
}
