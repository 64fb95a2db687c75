package lifecycle

import (
	"time"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

const maxPolicies = 1_000

// Policies are a seller's policies, checked and in the order of their From. At any time the policy with the latest From
// applies, so an edited policy never changes the past. The value is immutable and safe for concurrent use: an
// application makes it once and passes it to every call. It shares no memory with the policies that it was made of.
type Policies struct {
	all []Policy
}

// NewPolicies checks the policies and returns them for the verbs of the package. The first policy applies from its
// From, or always if that is zero; before its From it applies as well. Each later one applies from its own From, which
// must be after the one before.
// Errors: every fault of each policy at once, under policy, or under policies[i] if there are several; ErrInvalid for a
// From that is not after the one before; ErrLimit for more than 1,000 policies.
func NewPolicies(first Policy, later ...Policy) (*Policies, error) {
	var f fault.List
	if len(later) >= maxPolicies {
		f.Add("policies", proration.ErrLimit, "must be at most %d policies; got %d", maxPolicies, len(later)+1)
		return nil, f.Err()
	}
	all := append([]Policy{first}, later...)
	for i := range all {
		path := "policy"
		if len(all) > 1 {
			path = fault.At("policies", i)
		}
		f.Under(path, all[i].Validate())
		if i > 0 && !all[i].From.After(all[i-1].From) {
			f.Add(path+".from", proration.ErrInvalid, "must be set and after the previous policy's from")
		}
	}
	if f != nil {
		return nil, f.Err()
	}
	return &Policies{all: clone.Deep(all)}, nil
}

// at returns the policy in force at a time.
func (p *Policies) at(t time.Time) *Policy {
	i := len(p.all) - 1
	for i > 0 && p.all[i].From.After(t) {
		i--
	}
	return &p.all[i]
}

// check adds a fault for policies that were not made by NewPolicies.
func (p *Policies) check(f *fault.List) {
	if p == nil || len(p.all) == 0 {
		f.Add("policies", proration.ErrUnset, "required, made by NewPolicies")
	}
}
