package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// column is the result of the year under one policy.
type column struct {
	name     string
	status   []lifecycle.Status           // status at each look
	access   []lifecycle.Access           // access at each look
	invoices []invoice.Invoice            // invoices in order
	payments answer.Receivables           // final receivables of the invoices
	effects  map[lifecycle.EffectKind]int // number of effects of each kind
	notices  map[lifecycle.NoticeKind]int // number of notices of each kind
	declined int                          // number of declined payments
	refused  []string                     // refused events with their reasons
	sub      lifecycle.Subscription
}

// replayer replays the year under one policy.
type replayer struct {
	*year
	column
	who      *customer
	policies *lifecycle.Policies
	sequence int64
	wires    []lifecycle.Event // payments by wire that are still to arrive, in order
}

// under replays the year of a customer under a policy.
func (y *year) under(name string, policy lifecycle.Policy, who *customer) (column, error) {
	zone, err := time.LoadLocation(y.Zone)
	if err != nil {
		return column{}, err
	}
	policies, err := lifecycle.NewPolicies(bare(policy, who))
	if err != nil {
		return column{}, err
	}
	r := replayer{year: y, policies: policies, who: who}
	r.column = column{
		name: name, effects: map[lifecycle.EffectKind]int{}, notices: map[lifecycle.NoticeKind]int{},
	}
	plan := y.Plans[0]
	cycle, err := proration.NewCycle(y.Events[0].At.In(zone), plan.Interval)
	if err != nil {
		return column{}, err
	}
	offer := plan.Offers[0]
	r.sub = lifecycle.Subscription{ID: name, Account: invoice.Account{Contract: plans.Contract{
		Plan: plan.ID, Currency: offer.Currency, Cycle: cycle,
		Items: []plans.Item{{ID: offer.Item, Quantity: y.Seats, Price: offer.Price}}, DueIn: who.DueIn,
	}}}
	events := slices.Concat(y.Events, who.Events)
	if len(who.Events) > 0 {
		slices.SortStableFunc(events, func(a, b lifecycle.Event) int { return a.At.Compare(b.At) })
	}
	for _, l := range y.Looks {
		for len(events) > 0 && !events[0].At.After(l.At) {
			if err := r.until(events[0].At); err != nil {
				return column{}, err
			}
			if err := r.apply(events[0]); err != nil {
				return column{}, err
			}
			events = events[1:]
		}
		if err := r.until(l.At); err != nil {
			return column{}, err
		}
		r.status, r.access = append(r.status, r.sub.Status), append(r.access, r.policies.Access(r.sub))
	}
	return r.column, nil
}

// until advances the subscription deadline by deadline, as a scheduler would.
func (r *replayer) until(to time.Time) error {
	for {
		next, err := lifecycle.Next(r.policies, r.sub)
		if err != nil {
			return err
		}
		if len(r.wires) > 0 && !r.wires[0].At.After(to) && (next.Kind == 0 || r.wires[0].At.Before(next.At)) {
			wire := r.wires[0]
			if r.wires = r.wires[1:]; r.owes(wire.Payment.Invoice) {
				if err := r.apply(wire); err != nil {
					return err
				}
			}
			continue
		}
		if next.Kind == 0 || next.At.After(to) {
			next.At = to
		}
		o, err := lifecycle.Advance(r.policies, r.sub, next.At)
		if err != nil {
			return err
		}
		if err := r.take(o); err != nil {
			return err
		}
		if !next.At.Before(to) {
			return nil
		}
	}
}

// owes reports whether an invoice is open.
func (r *replayer) owes(id string) bool {
	return slices.ContainsFunc(r.payments.All, func(open invoice.Receivable) bool {
		return open.Invoice == id && open.Owing()
	})
}

// apply applies an event. A refused event changes nothing and is recorded.
func (r *replayer) apply(e lifecycle.Event) error {
	r.sequence++
	e.Sequence = r.sequence
	if e.Kind == lifecycle.Started && r.who.Wire {
		e.PaymentMethod = "wire"
	}
	if e.Change.Plan != nil {
		i := slices.IndexFunc(r.Plans, func(p plans.Plan) bool { return p.ID == e.Change.Plan.ID })
		if i < 0 {
			return fmt.Errorf("change.plan: must be a plan of the year; got %q", e.Change.Plan.ID)
		}
		e.Change.Plan = &r.Plans[i]
	}
	o, err := lifecycle.Apply(r.policies, r.sub, e)
	var refusal *lifecycle.Refusal
	if errors.As(err, &refusal) {
		r.refused = append(r.refused, e.At.In(r.sub.Contract.Cycle.Location).Format(time.DateOnly)+" "+refusal.Error())
		return nil
	}
	if err != nil {
		return err
	}
	return r.take(o)
}

// take stores an outcome and carries out its effects: it charges the card and applies the result of the payment as an
// event at the same instant. A wire arrives later.
func (r *replayer) take(o lifecycle.Outcome) error {
	r.sub = o.Subscription
	r.invoices = append(r.invoices, o.Invoices...)
	r.payments.Add(o.Receivables)
	for _, n := range o.Notices {
		r.notices[n.Kind]++
	}
	for _, e := range o.Effects {
		r.effects[e.Kind]++
		outcome := lifecycle.Event{
			At: r.sub.At, Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: e.Invoice},
		}
		if e.Kind == lifecycle.Send {
			at, err := r.who.PaysIn.After(r.sub.At, r.sub.Contract.Cycle.Location)
			if err != nil {
				return err
			}
			outcome.At = at
			r.wires = append(r.wires, outcome)
		}
		if e.Kind != lifecycle.CollectPayment {
			continue
		}
		if r.who.Declines.Contains(r.sub.At) {
			outcome.Kind = lifecycle.PaymentFailed
			r.declined++
		}
		if err := r.apply(outcome); err != nil {
			return err
		}
	}
	return nil
}
