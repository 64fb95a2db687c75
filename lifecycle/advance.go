package lifecycle

import (
	"time"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Next returns the next deadline of the subscription, and false where nothing happens to it by itself.
func Next(_ Policy, sub Subscription) (Deadline, bool) {
	var next Deadline
	consider := func(at time.Time, kind DeadlineKind) {
		if !at.IsZero() && (next.Kind == 0 || at.Before(next.At)) {
			next = Deadline{At: at, Kind: kind}
		}
	}
	switch sub.Status {
	case Active, PastDue:
		consider(sub.CancelAt, CancellationDue)
		consider(sub.graceEnd(), GraceOver)
		consider(sub.Period.End, RenewalDue)
	case Suspended:
		consider(sub.CancelAt, CancellationDue)
	case Canceled:
	}
	return next, next.Kind != 0
}

// maxDeadlines is how many deadlines one call passes.
const maxDeadlines = 1_000

// Advance returns what the passing of time does to the subscription, through every deadline up to and including the instant.
// Errors: the faults of the policy and the subscription; for the instant ErrUnset, ErrLimit beyond the year 9999 or where
// more than 1,000 deadlines lie before it, and ErrOutside before the one that the subscription was advanced to.
func Advance(policy Policy, sub Subscription, to time.Time) (Outcome, error) {
	s, err := begin(policy, sub, "at", to, nil)
	return s.out, err
}

// begin returns a step that was advanced to the instant, which stands in the field, or all faults after those found before.
func begin(policy Policy, sub Subscription, field string, to time.Time, f fault.List) (step, error) {
	f.Under("policy", policy.Validate())
	f.Under("", sub.check())
	const lastYear = 9999 // on any calendar: JSON stores no later one
	switch {
	case to.IsZero():
		f.Add(field, proration.ErrUnset, "an instant is needed")
	case max(to.UTC().Year(), to.In(sub.location()).Year()) > lastYear:
		f.Add(field, proration.ErrLimit, "%s is beyond the year 9999", to.UTC().Format(time.RFC3339))
	case to.Before(sub.At):
		f.Add(field, proration.ErrOutside, "%s is before %s, to which the subscription was advanced", to.Format(time.RFC3339Nano), sub.At.Format(time.RFC3339Nano))
	}
	if f != nil {
		return step{}, f.Err()
	}
	s := step{policy: policy, out: Outcome{Subscription: sub.clone()}}
	if err := s.advance(field, to.In(sub.location())); err != nil {
		return step{}, err
	}
	return s, nil
}

// step is an outcome in the making.
type step struct {
	policy Policy
	out    Outcome
	cause  string // what the effects derive their IDs from
	caused int    // how many effects the cause has had
}

// because starts a new cause of effects.
func (s *step) because(cause string) { s.cause, s.caused = cause, 0 }

// advance passes every deadline up to the instant.
func (s *step) advance(field string, to time.Time) error {
	sub := &s.out.Subscription
	for passed := 0; ; passed++ {
		next, ok := Next(s.policy, *sub)
		if !ok || next.At.After(to) {
			if sub.Status != 0 {
				sub.At = to
			}
			return nil
		}
		if passed == maxDeadlines {
			return fault.New(field, proration.ErrLimit, "more than 1,000 deadlines lie before it; advance in steps")
		}
		s.because(next.Kind.String() + "-" + next.At.UTC().Format(time.RFC3339Nano))
		sub.At = next.At
		switch next.Kind {
		case CancellationDue:
			sub.end()
		case GraceOver:
			sub.Status = Suspended
		case RenewalDue:
			period, err := sub.Contract.Cycle.Containing(next.At)
			if err != nil {
				return err
			}
			if err := s.renew(next.At, plans.Whole(period)); err != nil {
				return err
			}
		}
	}
}

// renew begins a period and bills what of it is asked for: the whole of it, but for a service that starts inside one.
func (s *step) renew(at time.Time, p proration.Portion) error {
	sub := &s.out.Subscription
	charges, err := sub.Contract.Charges(p, s.policy.Billing.Proration)
	if err != nil {
		return err
	}
	sub.Period = p.Period
	sub.Charges = usable(sub.Charges, at)
	return s.issue(at, charges)
}

// usable returns the charges that pay for anything from the instant on.
func usable(charges []plans.Charge, at time.Time) []plans.Charge {
	var left []plans.Charge
	for _, c := range charges {
		if c.Span.End.After(at) {
			left = append(left, c)
		}
	}
	return left
}

// issue builds an invoice of the lines and takes it into the subscription: what pays or is granted into the ledger, and
// the lines among those from which credits derive.
func (s *step) issue(at time.Time, lines []plans.Charge) error {
	sub := &s.out.Subscription
	inv, err := invoice.Build(invoice.Draft{
		ID: s.nextID(), Currency: sub.Contract.Currency, At: at, Lines: lines, Billed: sub.Charges, Ledger: sub.Ledger,
		Policy: s.policy.Billing, Location: sub.Contract.Cycle.Location,
	})
	if err != nil {
		return err
	}
	sub.Issued++
	sub.Ledger = append(sub.Ledger, clone.All(inv.Entries)...)
	sub.Charges = append(sub.Charges, clone.All(inv.Lines)...)
	s.out.Invoices = append(s.out.Invoices, inv)
	if inv.Status == invoice.Open {
		sub.Open = append(sub.Open, inv.Clone())
		s.effect(Collect, inv.ID)
	}
	return nil
}
