package lifecycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
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
	{Active, CancelUndone, (*step).goOn},

	{PastDue, PaymentSucceeded, (*step).paid},
	{PastDue, CardDeclined, (*step).declined},
	{PastDue, CardEntered, (*step).collect},
	{PastDue, CancelRequested, (*step).cancel},
	{PastDue, CancelUndone, (*step).goOn},

	{Suspended, PaymentSucceeded, (*step).paid},
	{Suspended, CardDeclined, (*step).declined},
	{Suspended, CardEntered, (*step).collect},
	{Suspended, CancelRequested, (*step).end},
	{Suspended, CancelUndone, (*step).goOn},

	{Canceled, PaymentSucceeded, (*step).paidAfterEnd},
	{Canceled, CardEntered, (*step).reactivate},
}

// Apply returns what an event does to the subscription, after everything that the passing of time does up to it.
// Errors: the faults of the policy, the subscription and the event, ErrOutside for an event before the instant to which
// the subscription was advanced, and a [Refusal] for an event that its status does not allow.
func Apply(policy Policy, sub Subscription, event Event) (Outcome, error) {
	var f fault.List
	event.check(&f)
	if f == nil && event.Sequence <= sub.Sequence {
		return Outcome{Subscription: sub.clone()}, nil
	}
	s, err := begin(policy, sub, "event.at", event.At, f)
	if err != nil {
		return Outcome{}, err
	}
	event.At = event.At.In(sub.location())
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
	sub := &s.out.Subscription
	period, err := sub.Contract.Cycle.Containing(event.At)
	if err != nil {
		return err
	}
	sub.Status = Active
	return s.renew(event.At, proration.Portion{Period: period, Span: period.From(event.At)})
}

// paid closes the invoice. When none is left overdue, service goes on; after a suspension that outlasted its period, with a
// new period at that instant. While another one is, its own grace decides.
func (s *step) paid(event Event) error {
	if err := s.close(event); err != nil {
		return err
	}
	sub := &s.out.Subscription
	suspended := sub.Status == Suspended
	switch end := sub.graceEnd(); {
	case end.IsZero():
		sub.Status = Active
	case end.After(event.At):
		sub.Status = PastDue
	}
	if suspended && sub.Status != Suspended && !event.At.Before(sub.Period.End) {
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
	sub.Overdue = slices.DeleteFunc(sub.Overdue, func(o Overdue) bool { return o.Invoice == event.Invoice })
	return nil
}

// declined tells the customer, and starts the grace of the invoice where it has had none.
func (s *step) declined(event Event) error {
	sub := &s.out.Subscription
	if s.open(event.Invoice) < 0 {
		return s.refuse(event, "no invoice "+strconv.Quote(event.Invoice)+" is open")
	}
	s.effect(NotifyDeclined, event.Invoice)
	if slices.ContainsFunc(sub.Overdue, func(o Overdue) bool { return o.Invoice == event.Invoice }) {
		return nil
	}
	grace := s.policy.Grace
	if agreed := sub.Contract.Grace; agreed != (proration.Interval{}) {
		grace = agreed
	}
	end, err := grace.After(event.At, sub.location())
	if err != nil {
		return err
	}
	sub.Overdue = append(sub.Overdue, Overdue{Invoice: event.Invoice, Until: end})
	if sub.Status == Active {
		sub.Status = PastDue
	}
	return nil
}

// collect charges the new card for every invoice whose payment failed. For the other open ones an attempt is under way, and a
// second would charge twice.
func (s *step) collect(Event) error {
	for _, o := range s.out.Subscription.Overdue {
		s.effect(Collect, o.Invoice)
	}
	return nil
}

// reactivate charges the card for a new period that starts at the instant; where the old one, which was billed in full, is
// not over yet, it goes on instead. While an invoice is overdue that is charged first, and service waits for its payment.
func (s *step) reactivate(event Event) error {
	sub := &s.out.Subscription
	switch {
	case len(sub.Overdue) > 0:
		sub.Status = Suspended
		return s.collect(event)
	case event.At.Before(sub.Period.End):
		sub.Status = Active
		return nil
	}
	sub.Status = Active
	return s.restart(event.At)
}

// restart anchors the cycle at the instant and bills the whole period that begins there.
func (s *step) restart(at time.Time) error {
	sub := &s.out.Subscription
	sub.Contract.Cycle.Anchor, sub.Contract.Cycle.Day = proration.WallOf(at), 0
	period, err := sub.Contract.Cycle.Containing(at)
	if err != nil {
		return err
	}
	return s.renew(at, plans.Whole(period))
}

// addSeats bills a batch of seats for the rest of the period.
func (s *step) addSeats(event Event) error {
	sub := &s.out.Subscription
	charges, err := sub.Contract.Added(event.Change, s.rest(event.At), s.policy.Billing.Proration)
	if err != nil {
		return proration.Under("event.change", err)
	}
	if sub.Contract, err = sub.Contract.With(event.Change, event.At); err != nil {
		return proration.Under("event.change", err)
	}
	return s.issue(event.At, charges)
}

// changePlan credits what is not used of the old plan, and bills the new one for the rest of the period. Whether that is an
// upgrade or a downgrade shows in the sum: what is negative becomes credit.
func (s *step) changePlan(event Event) error {
	sub := &s.out.Subscription
	if plan := event.Change.Plan; plan.Interval.Validate() == nil && plan.Interval != sub.Contract.Cycle.Interval {
		return fault.New("event.change.plan.interval", proration.ErrInvalid, "periods of %v cannot change to %v inside a period", sub.Contract.Cycle.Interval, plan.Interval)
	}
	policy, err := sub.Contract.Currency.Policy(s.policy.Billing.Proration)
	if err != nil {
		return err
	}
	unused, err := credits.Unused(credits.Request{
		Charges: sub.Charges, At: event.At, Basis: s.policy.Billing.Basis, Policy: policy, Location: sub.Contract.Cycle.Location,
	})
	if err != nil {
		return proration.Under("subscription", err)
	}
	if sub.Contract, err = sub.Contract.With(event.Change, event.At); err != nil {
		return proration.Under("event.change", err)
	}
	for _, c := range unused {
		if id := sub.unpaid(c.Corrects); id != "" {
			return s.refuse(event, "invoice "+id+" is not paid yet, and what was not paid is not credited")
		}
	}
	charges, err := sub.Contract.Charges(s.rest(event.At), s.policy.Billing.Proration)
	if err != nil {
		return err
	}
	for i := range charges {
		charges[i].Kind = plans.Addition
	}
	return s.issue(event.At, append(unused, charges...))
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

// goOn takes a cancellation back that has not taken effect.
func (s *step) goOn(event Event) error {
	sub := &s.out.Subscription
	if sub.CancelAt.IsZero() {
		return s.refuse(event, "it does not end")
	}
	sub.CancelAt = time.Time{}
	return nil
}

// end ends a suspended subscription at once, since there is no service to wait for; where the period was paid for, and only
// something added to it was not, it ends with the period like any other.
func (s *step) end(event Event) error {
	if s.out.Subscription.paidFor() {
		return s.cancel(event)
	}
	s.out.Subscription.end()
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
