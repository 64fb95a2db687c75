package plans

import (
	"math/big"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Commitment is a minimum spend over a time that is longer than a billing period, such as 12,000.00 a year. At the end
// of that time, the true-up bills the part that was not reached. The zero Commitment is none.
type Commitment struct {
	// Amount is the least that is billed in each Length, before discounts and taxes, in major units; zero is none.
	Amount decimal.Decimal    `json:"amount,omitzero"`
	Length proration.Interval `json:"length,omitzero"` // time that the amount covers, "P1Y"; then it begins again
	// Start is the start of the first Length: of the first billed period. Invoices set it; an end of the contract, and a
	// new start, unset it.
	Start   time.Time `json:"start,omitzero"`
	Settled int       `json:"settled,omitzero"` // number of lengths for which the true-up was billed
}

// restarted returns the commitment as it was agreed, before its start.
func (c Commitment) restarted() Commitment { return Commitment{Amount: c.Amount, Length: c.Length} }

// shortestCommitment is the least length of a commitment.
const shortestCommitment = 28

// check adds the faults of the commitment.
func (c *Commitment) check(f *fault.List, path string) {
	if c.Amount.IsZero() && c.Length == (proration.Interval{}) && c.Start.IsZero() && c.Settled == 0 {
		return
	}
	if fault.Amount(f, path+"amount", c.Amount) && !c.Amount.IsPositive() {
		f.Add(path+"amount", proration.ErrInvalid, "must be positive; got %v", c.Amount)
	}
	switch err := c.Length.Validate(); {
	case err != nil:
		f.Under(path+"length", err)
	case c.Length.Months == 0 && c.Length.Days < shortestCommitment:
		f.Add(path+"length", proration.ErrInvalid, "must be at least P%dD; got %v", shortestCommitment, c.Length)
	}
	if c.Settled < 0 || c.Settled > 0 && c.Start.IsZero() {
		f.Add(path+"settled", proration.ErrInvalid, "must not be negative, and 0 before the start; got %d", c.Settled)
	}
}

// CommitmentPeriod returns the present length of the commitment, for which no true-up was billed yet: the zero period
// before its start, and without one. All lengths are counted from the start, so that dates do not drift.
// Errors: those of proration.Cycle.Period.
func (c Contract) CommitmentPeriod() (proration.Period, error) {
	if c.Commitment.Start.IsZero() {
		return proration.Period{}, nil
	}
	cycle := proration.Cycle{
		Anchor: proration.LocalTimeOf(c.local(c.Commitment.Start)), Interval: c.Commitment.Length,
		Zone: c.Cycle.Zone, Location: c.Cycle.Location,
	}
	period, err := cycle.Period(c.Commitment.Settled)
	return period, fault.Under("contract.commitment", fault.Rename(err, "n", "settled"))
}

// toward returns the amount that a charge or a credit counts toward a length of a commitment, before discounts: its
// part for time inside the length, and all of what is billed late for a period that ended before it.
func (c *Charge) toward(length proration.Period, policy *proration.Policy, zone *time.Location) *big.Rat {
	span, period := c.Span, c.Period
	switch {
	case !span.End.After(span.Start):
		span = period // of a sale
	case period.End.IsZero():
		period = span // of a charge that names none
	}
	switch gross := c.Gross().Rat(); {
	case c.Kind == Termination:
		return new(big.Rat)
	case length.Contains(span.Start) && !span.End.After(length.End) || !period.End.After(length.Start):
		return gross
	default:
		inside := length
		if span.Start.After(inside.Start) {
			inside.Start = span.Start
		}
		if span.End.Before(inside.End) {
			inside.End = span.End
		}
		part, whole := unitsOf(inside, policy, zone), unitsOf(span, policy, zone)
		if part <= 0 || whole <= 0 {
			return new(big.Rat)
		}
		return gross.Mul(gross, big.NewRat(part, whole))
	}
}

// unitsOf returns the length of a time: in calendar days, or in seconds if the policy counts them.
func unitsOf(p proration.Period, policy *proration.Policy, zone *time.Location) int64 {
	if policy.DayCount == proration.Seconds {
		return int64(p.End.Sub(p.Start) / time.Second)
	}
	day := func(t time.Time) int64 {
		year, month, date := t.In(zone).Date()
		return time.Date(year, month, date, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60)
	}
	return day(p.End) - day(p.Start)
}

// TrueUp bills the part of a commitment that was not reached until an instant, when its present length is over, or when
// service ends earlier: then the amount is prorated. It returns one charge or none, and the commitment after it: with
// one more settled length, or before its start if service ended.
//
// What was billed before discounts for time in the length counts, less its credits; of a charge for more time, its part
// by the days or seconds of the policy. Termination fees do not count, and what is billed late for a period before the
// length counts when it is billed.
// Errors: those of [Contract.Validate] and of proration.Prorate; ErrInvalid for a charge in another currency; ErrLimit
// for a charge beyond the limits.
func (c Contract) TrueUp(
	billed []Charge, at time.Time, ends bool, policy proration.Policy,
) ([]Charge, Commitment, error) {
	after := c.Commitment
	if err := c.Validate(); err != nil {
		return nil, after, fault.Under("contract", err)
	}
	length, err := c.CommitmentPeriod()
	over := !length.End.After(at)
	if ends && !over {
		after = after.restarted()
	}
	if err != nil || length.Start.IsZero() || !over && (!ends || !length.Start.Before(at)) {
		return nil, after, err
	}
	p := proration.Portion{Period: length, Span: length}
	if over {
		after.Settled++
	} else {
		p.Span.End, p.Edges.Ends = at, true
	}
	places, _ := c.Currency.Places() // the contract is valid
	zone := c.local(at).Location()
	sum := new(big.Rat)
	for i := range billed {
		if err := c.checkBilled(billed, i); err != nil {
			return nil, c.Commitment, err
		}
		sum.Add(sum, billed[i].toward(length, &policy, zone))
	}
	spent := exact.Quotient(sum, places, exact.HalfUp)
	lacking, err := c.lacking(spent, c.Commitment.Amount, "commitment", p, policy)
	return lacking, after, err
}
