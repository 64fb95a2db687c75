package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// policiesByTiming returns policies that follow each other, in advance or in arrears.
func policiesByTiming(lead string, when plans.EffectiveTiming, turns []time.Time, arrears int) (all []lifecycle.Policy) {
	for i, from := range turns {
		p := advancePolicy()
		p.From, p.Renewal.Lead = from, proration.Interval{}
		if lead != "" {
			p.Renewal.Lead = giventest.Interval(lead)
		}
		if arrears>>i&1 == 1 {
			p.Billing.Timing, p.Renewal.Lead = proration.InArrears, proration.Interval{}
		}
		for j := range p.ChangeRules {
			if p.ChangeRules[j].Action == plans.RemoveQuantity {
				p.ChangeRules[j].Effective = when
			}
		}
		all = append(all, p)
	}
	return all
}

// paidAtOnce replays events, and a payment of every invoice at its issue.
func paidAtOnce(t *testing.T, policies []lifecycle.Policy, sub lifecycle.Subscription, to time.Time, events ...lifecycle.Event) lifecycle.Outcome {
	t.Helper()
	for paid := map[string]bool{}; ; {
		for i := range events {
			events[i].Sequence = int64(i + 1)
		}
		out, err := replayWith(policies, sub, events, to)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(out.Invoices, func(inv invoice.Invoice) bool { return phaseOf(out, inv.ID).Status() == "open" && !paid[inv.ID] })
		if i < 0 {
			return out
		}
		inv := &out.Invoices[i]
		paid[inv.ID] = true
		events = append(events, lifecycle.Event{At: inv.IssuedAt, Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: inv.ID}})
		slices.SortStableFunc(events, func(a, b lifecycle.Event) int { return a.At.Compare(b.At) })
	}
}

// unitsOn returns the units that all invoices bill for an instant.
func unitsOn(at time.Time, out *lifecycle.Outcome) (units decimal.Decimal) {
	for i := range out.Invoices {
		if phaseOf(*out, out.Invoices[i].ID) == invoice.PhaseVoid {
			continue
		}
		for _, line := range out.Invoices[i].Lines {
			switch {
			case !line.Span.Contains(at):
			case line.Corrects != "":
				units = units.Sub(line.Quantity)
			default:
				units = units.Add(line.Quantity)
			}
		}
	}
	return units
}

// timingChange is a history in which the policies and the seats change.
type timingChange struct {
	policyFrom time.Time // when the second policy starts to apply
	lead       string    // the lead of the policies that bill in advance
	arrears    int       // the policies that bill in arrears, as bits
	seats      int64     // the seats added on March 10
	effective  plans.EffectiveTiming
	seatsFrom  string // when the seats change
}

// billsOnce checks that every instant is billed once for the seats of the contract, and that access is never lost.
func (c timingChange) billsOnce(t *testing.T) {
	t.Helper()
	policies := policiesByTiming(c.lead, c.effective, []time.Time{{}, c.policyFrom, utc("2026-05-01"), utc("2026-06-10")}, c.arrears)
	events := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}
	if c.seats != 0 {
		kind := map[bool]lifecycle.EventKind{true: lifecycle.Changed, false: lifecycle.Changed}[c.seats > 0]
		events = append(events, eventOn("2026-03-10", kind, func(e *lifecycle.Event) {
			e.Change = unitsOf("seat", decimal.NewFromInt(c.seats))
		}))
	}
	out := paidAtOnce(t, policies, tenSeatsFromJanuary(), utc("2026-09-01"), events...)
	for at := utc("2026-01-01").Add(12 * time.Hour); at.Before(utc("2026-09-01")); at = at.Add(day) {
		want := decimal.NewFromInt(10)
		if !at.Before(utc(c.seatsFrom)) {
			want = decimal.NewFromInt(10 + c.seats)
		}
		if got := unitsOn(at, &out); !got.Equal(want) {
			t.Fatalf("%+v: %v units are billed for %s, want %v", c, got, at.Format(time.DateOnly), want)
		}
	}
	if last := out.Steps[len(out.Steps)-1]; last.Access != lifecycle.Full || slices.ContainsFunc(out.Steps, func(s lifecycle.Step) bool { return s.Refused != "" }) {
		t.Fatalf("%+v: %s", c, out.Timeline())
	}
}

// On a change from arrears to advance, the ended period and the next one are billed at the same time, each once. On a
// change from advance to arrears, one boundary passes without an invoice.
func TestTimingChangeBillsEveryInstantOnce(t *testing.T) {
	c := timingChange{policyFrom: utc("2026-03-25"), arrears: 0b0101, seats: -2, effective: plans.AtPeriodEnd, seatsFrom: "2026-04-01"}
	c.billsOnce(t)
	c.arrears, c.lead, c.policyFrom = 0b1010, "P10D", utc("2026-03-15")
	c.billsOnce(t)
}

// Every instant is billed once, whenever the timing changes and with every kind of seat change.
func TestEveryInstantIsBilledOnceEnumerated(t *testing.T) {
	short.Skip(t)
	march := utc("2026-03-01")
	for _, c := range []timingChange{
		{effective: plans.Immediately, seatsFrom: "2026-12-01"}, {seats: 2, effective: plans.Immediately, seatsFrom: "2026-03-10"}, {seats: -2, effective: plans.Immediately, seatsFrom: "2026-03-10"},
		{seats: -2, effective: plans.AtPeriodEnd, seatsFrom: "2026-04-01"},
	} {
		for _, c.policyFrom = range race.Few([]time.Time{utc("2026-02-20"), march.Add(-1), march, march.Add(1), utc("2026-03-25"), utc("2026-04-01")}, 6) {
			for _, c.lead = range []string{"", "P10D"} {
				for c.arrears = 0; c.arrears < 1<<4; c.arrears += race.Step(5) {
					c.billsOnce(t)
				}
			}
		}
	}
}
