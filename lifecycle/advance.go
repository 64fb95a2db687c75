package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// maxDeadlines is the limit of deadlines that one call processes.
const maxDeadlines = 1_000

// advance processes every deadline up to and including a time. A deadline whose time has passed, because it had to
// wait, is processed at the current time.
func (s *step) advance(field string, to time.Time) error {
	to = to.In(s.sub.location())
	for passed := 0; ; passed++ {
		s.hold(s.sub.At.Add(1)) // the next deadline is after the time reached
		next := s.sub.next(s.policy)
		if turn, ok := s.turn(next, to); ok {
			s.sub.At = turn.Add(-1).In(s.sub.location())
			s.sub.prune(s.policy)
			passed--
			continue
		}
		if next.Kind == 0 || next.At.After(to) || s.booking { // the full history passes the deadlines of late money
			if s.sub.Status != 0 {
				s.sub.At = to
			}
			s.hold(to)
			s.sub.prune(s.policy)
			return nil
		}
		if passed >= maxDeadlines {
			return fault.New(field, proration.ErrLimit, "must be at most 1,000 deadlines ahead; advance in steps")
		}
		next.At = later(next.At, s.sub.At)
		if from := s.policy.From; from.Equal(s.sub.At.Add(1)) && !from.After(to) {
			next.At = later(next.At, from) // the policy that sets this deadline starts to apply
		}
		next.At = next.At.In(s.sub.location())
		if err := s.passOrAsk(next); err != nil {
			return err
		}
		if err := s.payUnissued(); err != nil {
			return err
		}
	}
}

// turn returns the time at which another policy starts to apply, and whether that is up to the given time and not after
// the next deadline.
func (s *step) turn(next Deadline, to time.Time) (time.Time, bool) {
	for i := range s.policies.all {
		from := s.policies.all[i].From
		if from.After(s.sub.At.Add(1)) && !from.After(to) && (next.Kind == 0 || !next.At.Before(from)) && s.sub.Status != 0 {
			return from, true
		}
	}
	return time.Time{}, false
}

// pass processes a deadline by the table.
func (s *step) pass(d Deadline) error {
	s.because(d.cause()+s.after, 0)
	issued, granted := len(s.out.Invoices), len(s.out.Credits)
	s.atDeadline(d)
	s.sub.At = d.At
	s.hold(d.At)
	i := slices.IndexFunc(passages, func(p passage) bool { return p.deadline == d.Kind && p.from.has(s.sub.Status) })
	if i < 0 {
		return fault.New("subscription", proration.ErrInvalid,
			"must not have the deadline %v while its status is %v", d.Kind, s.sub.Status)
	}
	s.allowed = passages[i].to | s.sub.Status.bit()
	if err := s.accrue(); err != nil {
		return fault.Under("subscription", err)
	}
	before := s.sub
	if !d.Kind.keepsPending() {
		if err := s.lapse(); err != nil {
			return fault.Under("subscription", err)
		}
	}
	if err := passages[i].do(s, d); err != nil {
		return fault.Under("subscription", err)
	}
	if err := s.billReturn(); err != nil {
		return fault.Under("subscription", err)
	}
	if err := s.useCredit(granted); err != nil {
		return fault.Under("subscription", err)
	}
	if err := s.collectHeld(); err != nil {
		return fault.Under("subscription", err)
	}
	s.startAccrual()
	s.reprice(before.Contract.Plan, before.Contract.Items, before.Contract.Ramp)
	s.deadlineAccess(d)
	s.record(Step{
		At: d.At, Deadline: d.Kind, Invoice: d.Invoice, Change: d.Change, Reminder: d.Reminder, Of: d.Of,
		Detail: s.dueDetail(d, &before),
	}, issued)
	return nil
}
