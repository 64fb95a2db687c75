package lifecycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// Apply returns what an event does to the subscription, after everything that the passing of time does up to it. It is also the preview:
// nothing happens until the caller stores what it returns. An event whose number was applied already changes nothing.
// Errors: the faults of the policy, the subscription and the event; ErrOutside for an event before the instant to which the subscription was
// advanced; a [Refusal] for an event that its status or the policy does not allow, or that does not go with what there is (more seats removed than there
// are); and those of [Advance].
func Apply(policy Policy, sub Subscription, event Event) (Outcome, error) {
	var f fault.List
	event.check(&f)
	if f == nil && event.Sequence <= sub.Sequence {
		return Outcome{Subscription: sub.clone()}, nil
	}
	s, err := begin([]Policy{policy}, sub, "event.at", event.At, f)
	if err != nil {
		return Outcome{}, err
	}
	if err := s.apply(event); err != nil {
		return Outcome{}, err
	}
	return s.outcome(), nil
}

// Advance returns what the passing of time does to the subscription, through every deadline up to and including the instant: it is also the
// preview of any future date, and of the invoices until then. Advancing in steps ends where advancing at once does.
// Errors: the faults of the policy and the subscription; for the instant ErrUnset, ErrLimit beyond the year 9998 or where
// more than 1,000 deadlines lie before it, and ErrOutside before the one that the subscription was advanced to.
func Advance(policy Policy, sub Subscription, to time.Time) (Outcome, error) {
	s, err := begin([]Policy{policy}, sub, "at", to, nil)
	if err != nil {
		return Outcome{}, err
	}
	if err := s.advance("at", to); err != nil {
		return Outcome{}, err
	}
	return s.outcome(), nil
}

// step is an outcome in the making.
type step struct {
	policies []Policy // by the instant from which they hold
	policy   *Policy  // the one that holds now
	sub      Subscription
	out      Outcome // but for the subscription
	cause    string  // what IDs derive from
	caused   int     // how many of them the cause has had
	doing    EventKind
	after    string   // what follows the cause of a deadline that comes after an event at the same instant, since it may have come before it too
	trusted  []string // IDs of invoices that are credited although they are not paid yet: they are being paid, or were issued a moment ago
	refused  string   // why what a deadline brings could not be done any more

	correcting bool              // a history is replayed to be corrected
	issued     []invoice.Invoice // and what was issued for it
	missing    int               // how many invoices were not, and should have been
}

// begin returns a step, or all faults after those found before; the instant stands in the field.
func begin(policies []Policy, sub Subscription, field string, to time.Time, f fault.List) (*step, error) {
	for i := range policies {
		path := "policy"
		if len(policies) > 1 {
			path = "policies[" + strconv.Itoa(i) + "]"
		}
		f.Under(path, policies[i].Validate())
	}
	f.Under("", sub.check())
	checkInstant(&f, field, to, &sub)
	if f != nil {
		return nil, f.Err()
	}
	s := &step{policies: policies, sub: sub.clone()}
	s.sub.relocate()
	s.hold(sub.At)
	return s, nil
}

// checkInstant adds the fault of an instant to which a subscription cannot be advanced.
func checkInstant(f *fault.List, field string, to time.Time, sub *Subscription) {
	const lastYear = 9998 // on any calendar: JSON stores no later one than 9999
	switch {
	case to.IsZero():
		f.Add(field, proration.ErrUnset, "an instant is needed")
	case to.UTC().Year() > lastYear || to.UTC().Year() < 1:
		f.Add(field, proration.ErrLimit, "%s is beyond the years 1 to %d", to.UTC().Format(time.RFC3339), lastYear)
	case to.Before(sub.At):
		f.Add(field, proration.ErrOutside, "%s is before %s, to which the subscription was advanced", to.Format(time.RFC3339Nano), sub.At.Format(time.RFC3339Nano))
	}
}

// relocate gives what was read from JSON the location of the contract.
func (s *Subscription) relocate() {
	loc := s.Contract.Cycle.Location
	for i := range s.Invoices {
		if s.Invoices[i].Zone != "" && s.Invoices[i].Location == nil {
			s.Invoices[i].Location = loc
		}
	}
	if s.NextPeriod != nil && s.NextPeriod.Contract.Cycle.Location == nil {
		s.NextPeriod.Contract.Cycle.Location = loc
	}
}

// outcome returns what came of it.
func (s *step) outcome() Outcome {
	out := s.out
	out.Subscription = s.sub.clone()
	out.Invoices, out.Changed = clone.All(out.Invoices), clone.All(out.Changed)
	out.Credits = clone.All(out.Credits)
	return out
}

// hold lets the policy hold that does from an instant on.
func (s *step) hold(at time.Time) {
	s.policy = &s.policies[0]
	for i := range s.policies {
		if p := &s.policies[i]; !p.From.After(at) {
			s.policy = p
		}
	}
}

// apply advances to an event, does what the table says, and lets happen what that brings about at the same instant.
func (s *step) apply(event Event) error {
	event = event.Clone()
	event.At = event.At.In(s.sub.location())
	if err := s.advance("event.at", event.At); err != nil {
		return err
	}
	s.hold(event.At)
	s.because("event-"+strconv.FormatInt(event.Sequence, 10), event.Kind)
	issued := len(s.out.Invoices)
	s.sub.At, s.sub.Sequence = event.At, event.Sequence
	i := slices.IndexFunc(transitions, func(t transition) bool { return t.event == event.Kind && t.from.has(s.sub.Status) })
	if i < 0 {
		return s.refuse(s.sub.notAllowed(event.Kind))
	}
	if err := transitions[i].do(s, &event); err != nil {
		return s.refusal(err)
	}
	s.settle()
	s.record(Step{At: event.At, Event: event.Kind, Sequence: event.Sequence, Ref: event.Payment.Invoice}, issued)
	s.after = "-" + s.cause
	err := s.advance("event.at", event.At)
	s.after = ""
	return err
}

// because starts a new cause, that IDs derive from.
func (s *step) because(cause string, kind EventKind) { s.cause, s.caused, s.doing = cause, 0, kind }

// record writes down what happened, and where it led.
func (s *step) record(what Step, issued int) {
	what.Status, what.Access, what.Refused, s.refused = s.sub.Status, s.policy.Access(s.sub), s.refused, ""
	for _, inv := range s.out.Invoices[issued:] {
		what.Issued = append(what.Issued, inv.ID)
	}
	s.out.Steps = append(s.out.Steps, what)
}

// maxDeadlines is how many deadlines one call passes.
const maxDeadlines = 1_000

// advance passes every deadline up to the instant. One whose time is over, since something else was waited for, is passed now.
func (s *step) advance(field string, to time.Time) error {
	to = to.In(s.sub.location())
	for passed := 0; ; passed++ {
		s.hold(s.sub.At.Add(1)) // what comes is after the instant reached
		next := s.sub.next(s.policy)
		if turn, ok := s.turn(next, to); ok {
			s.sub.At = turn.Add(-1).In(s.sub.location())
			s.sub.prune(s.policy)
			passed--
			continue
		}
		if next.Kind == 0 || next.At.After(to) {
			if s.sub.Status != 0 {
				s.sub.At = to
			}
			s.hold(to)
			s.sub.prune(s.policy)
			return nil
		}
		if passed >= maxDeadlines {
			return fault.New(field, proration.ErrLimit, "more than 1,000 deadlines lie before it; advance in steps")
		}
		next.At = later(next.At, s.sub.At)
		if from := s.policy.From; from.Equal(s.sub.At.Add(1)) && !from.After(to) {
			next.At = later(next.At, from) // the policy that has this deadline begins to hold
		}
		next.At = next.At.In(s.sub.location())
		if err := s.pass(next); err != nil {
			return err
		}
	}
}

// turn returns when the next policy begins to hold, where that is before the next deadline and not after the instant.
func (s *step) turn(next Deadline, to time.Time) (time.Time, bool) {
	for i := range s.policies {
		from := s.policies[i].From
		if from.After(s.sub.At.Add(1)) && !from.After(to) && (next.Kind == 0 || !next.At.Before(from)) && s.sub.Status != 0 {
			return from, true
		}
	}
	return time.Time{}, false
}

// pass does what the table says of a deadline.
func (s *step) pass(d Deadline) error {
	cause := d.Kind.String() + "-" + d.At.UTC().Format(time.RFC3339Nano)
	if d.Ref != "" {
		cause += "-" + d.Ref
	}
	s.because(cause+s.after, 0)
	issued := len(s.out.Invoices)
	s.sub.At = d.At
	s.hold(d.At)
	i := slices.IndexFunc(passages, func(p passage) bool { return p.deadline == d.Kind && p.from.has(s.sub.Status) })
	if i < 0 {
		return fault.New("subscription", proration.ErrInvalid, "%v cannot come while it is %v", d.Kind, s.sub.Status)
	}
	if err := passages[i].do(s, d); err != nil {
		return proration.Under("subscription", err)
	}
	s.settle()
	s.record(Step{At: d.At, Deadline: d.Kind, Ref: d.Ref}, issued)
	return nil
}

// settle takes what is settled off what is collected, and keeps invoices that changed.
func (s *step) settle() {
	s.sub.Receivables = slices.DeleteFunc(s.sub.Receivables, func(d Collection) bool {
		i := s.sub.invoice(d.Invoice)
		return i < 0 || !owing(&s.sub.Invoices[i])
	})
}

// owing reports whether an invoice waits for a payment.
func owing(inv *invoice.Invoice) bool {
	return inv.Status == invoice.Open || inv.Status == invoice.Pending
}

// effect adds something for the caller to do.
func (s *step) effect(e Effect) {
	e.ID = s.id()
	s.out.Effects = append(s.out.Effects, e)
}

// notice adds something to tell the customer.
func (s *step) notice(n Notice) {
	n.ID, n.At = s.id(), s.sub.At
	s.out.Notices = append(s.out.Notices, n)
}

// id returns the next ID of the cause.
func (s *step) id() string {
	s.caused++
	return s.sub.ID + "/" + s.cause + "/" + strconv.Itoa(s.caused)
}
