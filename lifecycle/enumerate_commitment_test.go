package lifecycle_test

import (
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// committedLife is a life with a commitment of 1,400.00 in three months, and the true-ups of its documents.
type committedLife struct {
	*lifeOf
	name    string
	settled int // lengths that were settled so far
	counted int // lengths whose documents are counted
	billed  int // documents until the last true-up
}

// lengthOf returns a length of the commitment.
func lengthOf(k int) proration.Period {
	return proration.Period{Start: utc("2026-01-01").AddDate(0, 3*k, 0), End: utc("2026-01-01").AddDate(0, 3*k+3, 0)}
}

// spent returns the gross of all lines for time in a length, less their credits, and of late usage that was billed
// since the last true-up.
func (l *committedLife) spent(length proration.Period, since int) *big.Rat {
	sum := new(big.Rat)
	for i, inv := range l.out.Invoices {
		for _, c := range inv.Lines {
			span := c.Span
			if span.Start.IsZero() {
				span = c.Period // of a sale
			}
			const day = 24 * time.Hour
			span.Start, span.End = span.Start.Truncate(day), span.End.Truncate(day)
			inside := min(length.End.Unix(), span.End.Unix()) - max(length.Start.Unix(), span.Start.Unix())
			late := i >= since && c.Kind == plans.Usage && !c.Period.End.After(length.Start)
			switch {
			case c.Item == "commitment":
			case late || inside >= span.End.Unix()-span.Start.Unix():
				if late || inside > 0 || length.Contains(span.Start) {
					sum.Add(sum, c.Gross().Rat())
				}
			case inside > 0:
				part := big.NewRat(inside, span.End.Unix()-span.Start.Unix())
				sum.Add(sum, part.Mul(part, c.Gross().Rat()))
			}
		}
	}
	text := sum.FloatString(2) // half away from zero, as half up here
	sum.SetString(text)
	return sum
}

// check compares the true-up of a length with the part of 1,400.00 that its time is of it, less what was billed.
func (l *committedLife) check(until time.Time, late int) {
	l.t.Helper()
	length := lengthOf(l.settled)
	want := big.NewRat(1400, 1)
	if until.Before(length.End) {
		whole, part := length.End.Sub(length.Start), until.Truncate(24*time.Hour).Sub(length.Start)
		want.Mul(want, big.NewRat(int64(part), int64(whole)))
	}
	want.Sub(want, l.spent(length, late))
	if want.Sign() < 0 {
		want.SetInt64(0)
	}
	var got decimal.Decimal
	for _, inv := range l.out.Invoices[l.billed:] {
		for _, c := range inv.Lines {
			if c.Item == "commitment" && c.Span.Start.Equal(length.Start) {
				got = got.Add(c.Net)
			}
		}
	}
	if want.FloatString(2) != got.StringFixed(2) {
		l.t.Fatalf("%s: the true-up of %v is %v, want %s\n%s", l.name, length, got, want.FloatString(2), l.out.Timeline())
	}
	l.settled++
}

// advance advances deadline by deadline, and checks each true-up.
func (l *committedLife) advance(to time.Time) {
	for l.out.Subscription.At.Before(to) {
		next, err := lifecycle.Next(l.policies, l.out.Subscription)
		if err != nil {
			l.t.Fatal(err)
		}
		at := to
		if next.Kind != 0 && next.At.Before(to) {
			at = later(next.At, l.out.Subscription.At)
		}
		l.lifeOf.advance(at)
		l.checkSettled()
		if at.Equal(l.out.Subscription.At) && next.Kind == 0 {
			return
		}
	}
}

// checkSettled checks the true-up of a length that was settled.
func (l *committedLife) checkSettled() {
	n := l.out.Subscription.Contract.Commitment.Settled
	for first := l.settled; l.settled < n; {
		late := l.billed
		if l.settled > first {
			late = len(l.out.Invoices) // late usage counted toward the first of several lengths
		}
		l.check(lengthOf(l.settled).End, late)
	}
	if n > 0 && l.settled == n && l.counted < n {
		l.billed, l.counted = len(l.out.Invoices), n
	}
}

// What is billed for each length of a commitment is at least its amount, whatever happens: the true-up is the rest.
func TestCommitmentIsBilled(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	base := latePolicies()
	arrears := base["at once"]
	arrears.Billing.Timing = proration.InArrears
	window := base["at once"]
	window.Renewal.UsageWindow = giventest.Interval("P1D")
	alphabet := slices.DeleteFunc(lateAlphabet(t), func(h happening) bool { return h.declines || h.name == "return" })
	sale := lifecycle.Event{Kind: lifecycle.ChargeAdded, Charges: chargeOf("setup", "9.99")}
	alphabet = append(alphabet, happening{name: "sale", event: sale})
	var times []time.Time
	for _, at := range []string{"2026-01-10", "2026-03-31T12:00:00", "2026-04-01", "2026-04-01T12:00:00", "2026-05-20"} {
		times = append(times, utc(at))
	}
	lives := 0
	for name, policy := range map[string]lifecycle.Policy{
		"at once": base["at once"], "ahead": base["ahead"], "next invoice": base["next invoice"], "arrears": arrears,
		"window": window,
	} {
		policies := policiesOf(t, policy)
		for i := range times {
			for _, first := range alphabet {
				for k := i; k < len(times); k++ {
					for n := lives % race.Step(7); n < len(alphabet); n += race.Step(7) {
						lives++
						commit(t, name, policies, []happensAt{{first, times[i]}, {alphabet[n], times[k]}})
					}
				}
			}
		}
	}
	t.Logf("%d lives", lives)
}

// commit lives with happenings, and checks every true-up.
func commit(t *testing.T, name string, p *lifecycle.Policies, all []happensAt) {
	t.Helper()
	l := &committedLife{lifeOf: &lifeOf{t: t, policies: p, initial: fourSeats(), answers: map[int64]*answer{}}}
	l.initial.Contract.Commitment = plans.Commitment{Amount: giventest.Money("1400"), Length: giventest.Interval("P3M")}
	l.out.Subscription = l.initial
	l.apply(lifecycle.Event{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
	l.name = name
	for _, h := range all {
		l.name += ", " + h.name + " on " + h.at.Format(time.DateTime)
		l.advance(h.at)
		e := h.event
		e.At, e.By = h.at, plans.Support
		was := l.out.Subscription.Status
		l.apply(e)
		l.checkSettled()
		if l.out.Subscription.Status == lifecycle.Canceled && was != lifecycle.Canceled {
			l.check(h.at, l.billed)
			return // it begins anew with a return
		}
	}
	l.advance(utc("2026-07-10"))
	if l.settled < 2 && l.out.Subscription.Period.Start.After(lengthOf(1).End) {
		t.Fatalf("%s: %d lengths are settled, want 2 on July 10", l.name, l.settled)
	}
}
