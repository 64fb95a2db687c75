package lifecycle_test

import (
	"time"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
)

// The verbs below take plain policies: most tests are about one policy, or build several on the way.

// patience is a result timeout that no test reaches.
var patience = proration.Interval{Months: 1200}

// patient returns a policy that waits for results of payments, in place of the usual week: most tests report only the
// payments that they are about. A test of the timeout sets another one.
func patient(p lifecycle.Policy) lifecycle.Policy {
	if p.Dunning.ResultTimeout == lifecycle.Standard().Dunning.ResultTimeout {
		p.Dunning.ResultTimeout = patience
	}
	return p
}

// together returns the policies for a call.
func together(all []lifecycle.Policy) (*lifecycle.Policies, error) {
	if len(all) == 0 {
		return nil, nil //nolint:nilnil // the call reports the missing policies
	}
	var waiting []lifecycle.Policy
	for _, p := range all {
		waiting = append(waiting, patient(p))
	}
	return lifecycle.NewPolicies(waiting[0], waiting[1:]...)
}

func applyWith(p lifecycle.Policy, sub lifecycle.Subscription, e lifecycle.Event) (lifecycle.Outcome, error) {
	policies, err := lifecycle.NewPolicies(patient(p))
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	return lifecycle.Apply(policies, sub, e)
}

func advanceWith(p lifecycle.Policy, sub lifecycle.Subscription, to time.Time) (lifecycle.Outcome, error) {
	policies, err := lifecycle.NewPolicies(patient(p))
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	return lifecycle.Advance(policies, sub, to)
}

func nextWith(p lifecycle.Policy, sub lifecycle.Subscription) (lifecycle.Deadline, bool) {
	policies, err := lifecycle.NewPolicies(patient(p))
	if err != nil {
		return lifecycle.Deadline{}, false
	}
	next, err := lifecycle.Next(policies, sub)
	return next, err == nil && next.Kind != 0
}

func replayWith(all []lifecycle.Policy, sub lifecycle.Subscription, events []lifecycle.Event, to time.Time) (lifecycle.Outcome, error) {
	policies, err := together(all)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	return lifecycle.Replay(policies, sub, events, to)
}

func correctWith(all []lifecycle.Policy, c lifecycle.CorrectRequest) (lifecycle.Outcome, error) {
	policies, err := together(all)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	return lifecycle.Correct(policies, c)
}

// accessOf and the others ask one policy.
func accessOf(p lifecycle.Policy, sub lifecycle.Subscription) lifecycle.Access {
	policies, err := lifecycle.NewPolicies(patient(p))
	if err != nil {
		panic(err)
	}
	return policies.Access(sub)
}

func memberAccess(p lifecycle.Policy, sub lifecycle.Subscription, m lifecycle.Role) lifecycle.Access {
	policies, err := lifecycle.NewPolicies(patient(p))
	if err != nil {
		panic(err)
	}
	return policies.AccessOf(sub, m)
}

func manages(p lifecycle.Policy, m lifecycle.Role) bool {
	policies, err := lifecycle.NewPolicies(patient(p))
	if err != nil {
		panic(err)
	}
	return policies.Manages(lifecycle.Subscription{}, m)
}
