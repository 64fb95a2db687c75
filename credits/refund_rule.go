package credits

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// RefundRule selects how charges that are no longer used are returned. The first rule that matches a charge applies.
type RefundRule struct {
	plans.Scope          // charges that the rule matches
	Give        Extent   `json:"give,omitzero"` // part of the charge that is returned; required unless As is AsNothing
	As          RefundAs `json:"as"`            // form of the return; required
	// Within is how long after its start a charge is returned by this rule, on the customer's calendar; unset is always. A
	// one-time charge has no start, and such a rule does not match it.
	Within proration.Interval `json:"within,omitzero"`
}

// validate returns every fault of the rule.
func (r *RefundRule) validate() error {
	var f fault.List
	checkDecision(&f, "", r.Give, r.As)
	fault.Choices(&f, "kinds", r.Kinds)
	if r.Within != (proration.Interval{}) {
		f.Under("within", r.Within.Validate())
	}
	return f.Err()
}

// inTime reports whether a charge is returned within the time of the rule.
func (r *RefundRule) inTime(c *plans.Charge, at time.Time, location *time.Location) bool {
	if r.Within == (proration.Interval{}) {
		return true
	}
	if location == nil {
		location = time.UTC
	}
	end, err := r.Within.After(c.Span.Start, location)
	return err == nil && !c.Span.Start.IsZero() && at.Before(end)
}
