package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// knownEnd returns the time of a cancellation until which a period that is billed now is billed, and the zero time if
// the contract is not canceled, or is billed in arrears or up front for its term.
func (s *step) knownEnd() time.Time {
	if s.sub.inArrears() || s.sub.upFront() {
		return time.Time{}
	}
	return s.sub.CancelAt
}

// bind bounds the time that a change bills by a cancellation: by one that is withdrawn no longer, and a period that the
// change begins, or days that it adds, by one that is scheduled.
func (s *step) bind(c *plans.Change, anew bool) {
	sub, end := &s.sub, s.knownEnd()
	switch {
	case !c.Until.IsZero(), !c.End.IsZero(), c.Cancel, sub.Contract.Extends(*c):
	case !sub.Contract.Until.IsZero() && sub.CancelAt.IsZero():
		c.Until = unboundEnd(sub.Contract, sub.At)
	case !anew || !end.After(sub.At):
	case !c.AnchorAt.After(sub.At) || end.After(sub.Period.End):
		c.Until = end
	}
}

// unboundEnd returns the end of the period at an instant without a known end, the zero time if it has none.
func unboundEnd(contract plans.Contract, at time.Time) time.Time {
	contract.Until = time.Time{}
	rest, err := contract.RemainingPortions(at)
	if err != nil {
		return time.Time{}
	}
	return rest[len(rest)-1].Span.End
}

// unbound bills the rest of a period that was billed until the end by a cancellation that is withdrawn.
func (s *step) unbound() error {
	switch a := s.sub.NextPeriod; {
	case !s.sub.CancelAt.IsZero():
		return nil
	case a != nil && !a.Contract.Until.IsZero():
		return s.endLater(unboundEnd(a.Contract, a.Period.Start))
	case s.sub.Contract.Until.IsZero():
		return nil
	}
	return s.endLater(unboundEnd(s.sub.Contract, s.sub.At))
}

// endLater bills the present period until a later end than the known one. The next period, if it is billed already, has
// a known end of its own.
func (s *step) endLater(end time.Time) error {
	sub := &s.sub
	if a := sub.NextPeriod; a != nil && !a.Contract.Until.IsZero() {
		if !sub.keepsAhead() {
			return s.forget()
		}
		a.Changes = append(slices.Clip(a.Changes), plans.Change{Until: end})
		return nil
	}
	known := sub.Contract.Until
	if known.IsZero() || !end.After(known) {
		if sub.CancelAt.IsZero() {
			sub.Contract.Until = time.Time{}
		}
		return nil
	}
	if !sub.EndedAt.IsZero() || !known.After(sub.At) || !sub.Period.Contains(sub.At) || sub.inArrears() {
		sub.Contract.Until = time.Time{} // service has stopped, and a return begins a new period
		return nil
	}
	if err := s.billChange(plans.Change{Until: end}, prorated{}); err != nil {
		return err
	}
	if sub.CancelAt.IsZero() {
		sub.Contract.Until = time.Time{}
	}
	before := sub.Period.End
	if err := s.served(); err != nil {
		return err
	}
	s.move(before)
	return nil
}

// goOn withdraws a scheduled cancellation. A period that was billed until then is billed to its end.
func (s *step) goOn(*Event) error {
	if s.sub.CancelAt.IsZero() {
		return s.refuse("No cancellation is scheduled.")
	}
	s.sub.CancelAt = time.Time{}
	return s.unbound()
}

// whileCanceling treats a change while a cancellation is scheduled, as the policy says.
func (s *step) whileCanceling() error {
	if s.sub.CancelAt.IsZero() {
		return nil
	}
	switch s.policy.ChangesWhileCanceling {
	case CancelingRefuse:
		return s.refuse("The subscription ends on " + s.sub.date(s.sub.CancelAt) +
			"; send cancellation_withdrawn before changing it.")
	case CancelingWithdraw:
		s.withdrawn, s.sub.CancelAt = s.sub.CancelAt, time.Time{}
	case CancelingAllow:
	}
	return nil
}

// beforeRamp returns a change of the plan or the interval with the policy's treatment of later ramp steps. Only support
// can set another one.
func (s *step) beforeRamp(e *Event) (plans.Change, error) {
	c, handling := e.Change, s.policy.ChangesBeforeRamp
	if c.Ramp != 0 && c.Ramp != handling && e.by() != plans.Support {
		reason := "must be %v or unset; got %v"
		return c, s.conflict(fault.New("event.change.ramp", proration.ErrInvalid, reason, handling, c.Ramp))
	}
	later := slices.ContainsFunc(s.sub.Contract.Ramp, func(step plans.RampStep) bool { return step.At.After(s.sub.At) })
	if c.Ramp == 0 && later && (c.Plan != nil || c.Interval != (proration.Interval{})) {
		c.Ramp = handling
	}
	return c, nil
}
