package lifecycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// transitions says what an event does to a subscription in a status. What is not listed is refused.
var transitions = []struct {
	status Status
	event  EventKind
	do     func(*step, Event) error
}{
	{0, Started, (*step).start},

	{Active, PaymentSucceeded, (*step).paid},
	{Active, CardDeclined, (*step).declined},
	{Active, CardEntered, (*step).collect},
	{Active, SeatsAdded, (*step).addSeats},
	{Active, PlanChanged, (*step).changePlan},
	{Active, CancelRequested, (*step).cancel},

	{PastDue, PaymentSucceeded, (*step).paid},
	{PastDue, CardDeclined, (*step).declinedAgain},
	{PastDue, CardEntered, (*step).collect},
	{PastDue, CancelRequested, (*step).cancel},

	{Suspended, PaymentSucceeded, (*step).paid},
	{Suspended, CardDeclined, (*step).declinedAgain},
	{Suspended, CardEntered, (*step).collect},
	{Suspended, CancelRequested, (*step).end},

	{Canceled, PaymentSucceeded, (*step).paidAfterEnd},
	{Canceled, CardEntered, (*step).reactivate},
}

// Apply returns what an event does to the subscription, after everything that the passing of time does up to it.
// Errors: the faults of the policy, the subscription and the event, ErrOutside for an event before the instant to which
// the subscription was advanced, and a [Refusal] for an event that its status does not allow.
func Apply(policy Policy, sub Subscription, event Event) (Outcome, error) {
	if err := event.check(); err != nil {
		return Outcome{}, err
	}
	if event.Sequence <= sub.Sequence {
		return Outcome{Subscription: sub.clone()}, nil
	}
	out, err := Advance(policy, sub, event.At)
	if err != nil {
		return Outcome{}, err
	}
	s := step{policy: policy, out: out}
	s.because("event-" + strconv.FormatInt(event.Sequence, 10))
	if err := s.apply(event); err != nil {
		return Outcome{}, err
	}
	s.out.Subscription.At, s.out.Subscription.Sequence = event.At, event.Sequence
	return s.out, nil
}

// apply looks the event up in the table.
func (s *step) apply(event Event) error {
	for _, t := range transitions {
		if t.status == s.out.Subscription.Status && t.event == event.Kind {
			return t.do(s, event)
		}
	}
	return s.refuse(event, "that cannot happen now")
}

func (s *step) refuse(event Event, reason string) error {
	return &Refusal{Event: event.Kind, Status: s.out.Subscription.Status, Reason: reason}
}

// start begins service and bills the first period, or the stub of it.
func (s *step) start(event Event) error {
	s.out.Subscription.Status = Active
	return s.renew(event.At)
}

// paid closes the invoice. When none is left whose payment failed, service goes on; after a suspension that outlasted its
// period, with a new period at that instant.
func (s *step) paid(event Event) error {
	if err := s.close(event); err != nil {
		return err
	}
	sub := &s.out.Subscription
	if len(sub.Declined) > 0 {
		return nil
	}
	suspended := sub.Status == Suspended
	sub.Status, sub.GraceEnd = Active, time.Time{}
	if suspended && !event.At.Before(sub.Period.End) {
		return s.restart(event.At)
	}
	return nil
}

// paidAfterEnd closes an invoice of a subscription that has ended, and restarts nothing.
func (s *step) paidAfterEnd(event Event) error { return s.close(event) }

// close takes a paid invoice off the open ones.
func (s *step) close(event Event) error {
	sub := &s.out.Subscription
	i := s.open(event.Invoice)
	if i < 0 {
		return s.refuse(event, "no invoice "+strconv.Quote(event.Invoice)+" is open")
	}
	sub.Open = slices.Delete(sub.Open, i, i+1)
	sub.Declined = slices.DeleteFunc(sub.Declined, func(id string) bool { return id == event.Invoice })
	return nil
}

// declined starts the grace.
func (s *step) declined(event Event) error {
	if err := s.declinedAgain(event); err != nil {
		return err
	}
	sub := &s.out.Subscription
	end, err := s.policy.Grace.After(event.At, sub.Contract.Cycle.Location)
	if err != nil {
		return err
	}
	sub.Status, sub.GraceEnd = PastDue, end
	return nil
}

// declinedAgain tells the customer and leaves the grace as it is: there is one for an invoice, however often it fails.
func (s *step) declinedAgain(event Event) error {
	if s.open(event.Invoice) < 0 {
		return s.refuse(event, "no invoice "+strconv.Quote(event.Invoice)+" is open")
	}
	sub := &s.out.Subscription
	if !slices.Contains(sub.Declined, event.Invoice) {
		sub.Declined = append(sub.Declined, event.Invoice)
	}
	s.effect(NotifyDeclined, event.Invoice)
	return nil
}

// collect charges the new card for every open invoice.
func (s *step) collect(Event) error {
	for _, inv := range s.out.Subscription.Open {
		s.effect(Collect, inv.ID)
	}
	return nil
}

// reactivate starts a new period at the instant, and charges the card for it and for what was still open.
func (s *step) reactivate(event Event) error {
	if err := s.collect(event); err != nil {
		return err
	}
	s.out.Subscription.Status, s.out.Subscription.Declined = Active, nil
	return s.restart(event.At)
}

// restart anchors the cycle at the instant and bills the period that begins there.
func (s *step) restart(at time.Time) error {
	sub := &s.out.Subscription
	cycle := &sub.Contract.Cycle
	cycle.Day = 0
	cycle.Anchor = proration.WallOf(at.UTC())
	if cycle.Location != nil {
		cycle.Anchor = proration.WallOf(at.In(cycle.Location))
	}
	return s.renew(at)
}

// addSeats bills a batch of seats for the rest of the period.
func (s *step) addSeats(event Event) error {
	sub := &s.out.Subscription
	charge, err := sub.Contract.Added(event.Change, s.rest(event.At), s.policy.Proration)
	if err != nil {
		return proration.Under("event.change", err)
	}
	if sub.Contract, err = sub.Contract.With(event.Change); err != nil {
		return proration.Under("event.change", err)
	}
	return s.issue(event.At, invoice.Lines(invoice.Addition, charge))
}

// changePlan credits what is not used of the old plan, and bills the new one for the rest of the period. Whether that is an
// upgrade or a downgrade shows in the sum: what is negative becomes credit.
func (s *step) changePlan(event Event) error {
	sub := &s.out.Subscription
	unused, err := credits.Unused(credits.Request{
		Charges: sub.Charges, At: event.At, Basis: s.policy.CreditBasis, Policy: s.policy.Proration, Location: sub.Contract.Cycle.Location,
	})
	if err != nil {
		return err
	}
	if sub.Contract, err = sub.Contract.With(event.Change); err != nil {
		return proration.Under("event.change", err)
	}
	charges, err := sub.Contract.Charges(s.rest(event.At), s.policy.Proration)
	if err != nil {
		return err
	}
	return s.issue(event.At, append(invoice.Lines(invoice.Unused, unused...), invoice.Lines(invoice.Addition, charges...)...))
}

// cancel lets the subscription end with its period.
func (s *step) cancel(event Event) error {
	sub := &s.out.Subscription
	if !sub.CancelAt.IsZero() {
		return s.refuse(event, "it ends at "+sub.CancelAt.Format(time.RFC3339)+" already")
	}
	sub.CancelAt = sub.Period.End
	return nil
}

// end ends a suspended subscription at once: there is no service to wait for.
func (s *step) end(Event) error {
	s.out.Subscription.Status = Canceled
	return nil
}

// rest is what is left of the period.
func (s *step) rest(at time.Time) proration.Portion {
	period := s.out.Subscription.Period
	return proration.Portion{Period: period, Span: period.From(at)}
}

// open returns the index of the open invoice, or -1.
func (s *step) open(id string) int {
	return slices.IndexFunc(s.out.Subscription.Open, func(inv invoice.Invoice) bool { return inv.ID == id })
}

// nextID returns the ID of the next invoice.
func (s *step) nextID() string {
	return s.out.Subscription.ID + "-" + strconv.Itoa(s.out.Subscription.Issued+1)
}

// effect adds something for the caller to do.
func (s *step) effect(kind EffectKind, inv string) {
	s.caused++
	id := s.out.Subscription.ID + "/" + s.cause + "/" + strconv.Itoa(s.caused)
	s.out.Effects = append(s.out.Effects, Effect{ID: id, Kind: kind, Invoice: inv})
}
