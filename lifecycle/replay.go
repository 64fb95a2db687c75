package lifecycle

import (
	"errors"
	"slices"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

const maxEvents = 1_000_000

// Replay applies events in order and then advances to a time. The outcome joins those of the single events. At any time
// the policy with the latest From applies, so that an edited policy never changes the past. A refused event changes
// nothing and becomes a step with the reason.
// If a document needs answers of the tax engine, the replay stops before the event or the deadline; the last effect is
// calculate_taxes then, and the sequence of the subscription says which events were applied.
// Errors: ErrUnset for missing policies; all faults of the subscription and the events, those of an event under
// events[i]; ErrOutside for an event earlier than the previous one, which [Correct] accepts, except for reports of the
// payment provider; ErrLimit for more than
// 1,000,000 events; and those of [Advance].
func Replay(policies *Policies, sub Subscription, events []Event, to time.Time) (Outcome, error) {
	s, f := beginReplay(policies, sub, events, to)
	last := sub.At
	number := sub.Sequence
	for i := range events {
		e := &events[i]
		if e.Sequence <= number {
			continue
		}
		if e.At.Before(last) && !e.Kind.Reported() {
			f.Add(fault.At("events", i)+".at", proration.ErrOutside,
				"must not be before %s, the time of the previous event; got %s",
				last.Format(time.RFC3339Nano), e.At.Format(time.RFC3339Nano))
		}
		last, number = later(last, e.At), e.Sequence
	}
	if f == nil && to.Before(last) {
		f.Add("at", proration.ErrOutside, "must not be before %s, the time of the last event; got %s",
			last.Format(time.RFC3339Nano), to.Format(time.RFC3339Nano))
	}
	if f != nil {
		return Outcome{}, f.Err()
	}
	total := joined{known: map[string]int{}}
	for i := range events {
		if events[i].Sequence <= s.sub.Sequence {
			total.out.Steps = append(total.out.Steps, policies.repeat(&s.sub, &events[i]))
			continue
		}
		if err := total.play(s, events[i]); err != nil {
			if asks := s.asks; asks != nil {
				s.out = total.out
				return s.askedFor(nil, err)
			}
			return Outcome{}, moved(err, "event", fault.At("events", i))
		}
	}
	err := s.advance("at", to)
	total.take(s)
	s.out = total.out
	if err != nil {
		return s.askedFor(nil, err)
	}
	return s.outcome(), nil
}

// moved moves faults from one path to another. Faults of other paths are put under the new path.
func moved(err error, from, to string) error {
	return fault.Rename(fault.Under(to, err), to+"."+from, to)
}

// beginReplay returns a new step, and the faults of its arguments except the order of the events.
func beginReplay(policies *Policies, sub Subscription, events []Event, to time.Time) (*step, fault.List) {
	var f fault.List
	if len(events) > maxEvents {
		f.Add("events", proration.ErrLimit, "must be at most %d events; got %d", maxEvents, len(events))
		return nil, f
	}
	for i := range events {
		var own fault.List
		events[i].check(&own)
		checkInstant(&own, "event.at", events[i].At, &Subscription{})
		for _, err := range own {
			f.Under("", moved(err, "event", fault.At("events", i)))
		}
	}
	s, err := begin(policies, sub, "at", to, f)
	if err != nil {
		return nil, fault.List{err}
	}
	return s, nil
}

// joined joins the outcomes of several events.
type joined struct {
	out   Outcome
	known map[string]int // index in out.Receivables by the ID of the invoice
}

// play applies an event. If it is refused, play processes the deadlines up to the event, and adds a step with the
// reason.
func (j *joined) play(s *step, e Event) error {
	before := *s
	s.detach()
	s.out, s.earlier = Outcome{}, j.out.Invoices
	err := s.apply(e)
	var refusal *Refusal
	if asks := s.asked(err); asks != nil {
		*s = before
		s.asks = asks
		return err
	}
	if !errors.As(err, &refusal) {
		if err == nil {
			j.take(s)
		}
		return err
	}
	*s = before
	return j.refuse(s, &e, refusal.Status, refusal.Error())
}

// refuse processes the deadlines up to a refused event, and adds a step with the reason.
func (j *joined) refuse(s *step, e *Event, status Status, reason string) error {
	s.out, s.earlier = Outcome{}, j.out.Invoices
	own := s.answers
	s.answers = slices.Concat(own, e.TaxAnswers) // those of the deadlines before it
	err := s.advance("event.at", e.At)
	s.answers = own
	j.take(s)
	if err != nil {
		return err
	}
	refused := Step{
		At: e.At.In(s.sub.location()), Event: e.Kind, Sequence: e.Sequence, Invoice: e.Payment.Invoice,
		Status: status, Access: s.policy.access(&s.sub), Refused: reason,
	}
	if !e.Change.IsZero() {
		refused.Detail = s.changeText(&e.Change, proration.Interval{})
	}
	j.out.Steps = append(j.out.Steps, refused)
	return nil
}

// take adds the outcome of a step, and empties it.
func (j *joined) take(s *step) {
	j.out.Invoices = append(j.out.Invoices, s.out.Invoices...)
	for _, r := range s.out.Receivables {
		if i, has := j.known[r.Invoice]; has {
			j.out.Receivables[i] = r
			continue
		}
		j.known[r.Invoice] = len(j.out.Receivables)
		j.out.Receivables = append(j.out.Receivables, r)
	}
	j.out.Credits = append(j.out.Credits, s.out.Credits...)
	j.out.Notices = append(j.out.Notices, s.out.Notices...)
	j.out.Effects = append(j.out.Effects, s.out.Effects...)
	j.out.Steps = append(j.out.Steps, s.out.Steps...)
	s.out, s.earlier = Outcome{}, j.out.Invoices
}
