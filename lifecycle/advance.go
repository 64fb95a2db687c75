package lifecycle

import (
	"errors"
	"slices"
	"time"

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
	if sub.Status == Active || sub.Status == PastDue {
		consider(sub.CancelAt, CancellationDue)
		consider(sub.GraceEnd, GraceOver)
		consider(sub.Period.End, RenewalDue)
	}
	return next, next.Kind != 0
}

// maxDeadlines is how many deadlines one call passes.
const maxDeadlines = 10_000

// Advance returns what the passing of time does to the subscription, through every deadline up to and including the instant.
// Errors: the faults of the policy and the subscription, ErrOutside for an instant before the one it was advanced to, and
// ErrLimit for more than 10,000 deadlines.
func Advance(policy Policy, sub Subscription, to time.Time) (Outcome, error) {
	if err := errors.Join(policy.Validate(), sub.check()); err != nil {
		return Outcome{}, err
	}
	if to.Before(sub.At) {
		return Outcome{}, &proration.Error{Field: "at", Rule: proration.ErrOutside, Reason: to.Format(time.RFC3339Nano) + " is before " + sub.At.Format(time.RFC3339Nano) + ", to which the subscription was advanced"}
	}
	s := step{policy: policy, out: Outcome{Subscription: sub.clone()}}
	if err := s.advance(to); err != nil {
		return Outcome{}, err
	}
	return s.out, nil
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
func (s *step) advance(to time.Time) error {
	sub := &s.out.Subscription
	for range maxDeadlines {
		next, ok := Next(s.policy, *sub)
		if !ok || next.At.After(to) {
			if sub.Status != 0 {
				sub.At = to
			}
			return nil
		}
		s.because(next.Kind.String() + "-" + next.At.UTC().Format(time.RFC3339Nano))
		sub.At = next.At
		switch next.Kind {
		case CancellationDue:
			sub.Status, sub.CancelAt, sub.GraceEnd = Canceled, time.Time{}, time.Time{}
		case GraceOver:
			sub.Status, sub.GraceEnd = Suspended, time.Time{}
		case RenewalDue:
			if err := s.renew(next.At); err != nil {
				return err
			}
		}
	}
	return &proration.Error{Field: "at", Rule: proration.ErrLimit, Reason: "more than 10,000 deadlines lie before it; advance in steps"}
}

// renew begins the period that holds the instant and bills all of it that is left, which is the whole of it but for a service
// that starts inside one.
func (s *step) renew(at time.Time) error {
	sub := &s.out.Subscription
	period, err := sub.Contract.Cycle.Containing(at)
	if err != nil {
		return err
	}
	charges, err := sub.Contract.Charges(proration.Portion{Period: period, Span: period.From(at)}, s.policy.Proration)
	if err != nil {
		return err
	}
	sub.Period = period
	sub.Charges = usable(sub.Charges, at)
	return s.issue(at, invoice.Lines(invoice.Recurring, charges...))
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
// charges among those that can be credited. A charge that is credited here is credited for all of it that was left, so it
// is used up.
func (s *step) issue(at time.Time, lines []invoice.Line) error {
	sub := &s.out.Subscription
	inv, err := invoice.Build(invoice.Draft{ID: s.nextID(), Currency: sub.Contract.Currency, At: at, Lines: lines, Ledger: sub.Ledger})
	if err != nil {
		return err
	}
	sub.Issued++
	sub.Ledger = append(sub.Ledger, inv.Entries...)
	for _, line := range inv.Lines {
		if corrected := line.Charge.Corrects; corrected != "" {
			sub.Charges = slices.DeleteFunc(sub.Charges, func(c plans.Charge) bool { return c.ID == corrected })
		} else {
			sub.Charges = append(sub.Charges, line.Charge)
		}
	}
	s.out.Invoices = append(s.out.Invoices, inv)
	if inv.Status == invoice.Open {
		sub.Open = append(sub.Open, cloneInvoice(inv))
		s.effect(Collect, inv.ID)
	}
	return nil
}
