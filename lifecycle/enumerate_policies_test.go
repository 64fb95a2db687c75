package lifecycle_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// drawnPolicies are policies that follow on each other and differ in all that decides what is billed when.
func randomPolicies(draw *rand.Rand) (all []lifecycle.Policy) {
	from := time.Time{}
	for range 1 + draw.IntN(4) {
		p := advancePolicy()
		p.From, p.Renewal.Lead = from, proration.Interval{}
		switch draw.IntN(3) {
		case 0:
			p.Billing.Timing = proration.InArrears
		case 1:
			p.Renewal.Lead = proration.Interval{Days: 1 + draw.IntN(20)}
		}
		p.Reactivation.BillingAnchor = []plans.BillingAnchor{plans.AnchorReset, plans.AnchorKeep}[draw.IntN(2)]
		p.Prorations = []lifecycle.ProrationBilling{lifecycle.InvoiceNow, lifecycle.NextInvoice}[draw.IntN(2)]
		if draw.IntN(2) == 0 {
			p.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsBalance}
		}
		for j := range p.ChangeRules {
			if draw.IntN(3) == 0 && p.ChangeRules[j].Action != plans.AddQuantity {
				p.ChangeRules[j].Effective = plans.AtPeriodEnd
			}
		}
		all = append(all, p)
		from = utc("2026-01-05").Add(time.Duration(draw.IntN(200*24)) * time.Hour)
		if last := all[len(all)-1].From; !from.After(last) {
			from = last.AddDate(0, 0, 11)
		}
	}
	return all
}

// quarterly is a plan by the quarter.
func quarterly() *plans.Plan {
	p := pricedPlan("270.00")
	p.ID, p.Interval = "quarterly", giventest.Interval("P3M")
	return p
}

// drawnEvents are what happens in eight months, day by day.
func randomEvents(draw *rand.Rand) []lifecycle.Event {
	events := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}
	for range draw.IntN(7) {
		at := utc("2026-01-02").AddDate(0, 0, draw.IntN(115)*2).Add(18 * time.Hour) // when what was issued before is paid
		e := lifecycle.Event{At: at, By: plans.Support}
		switch draw.IntN(14) {
		case 0, 1:
			e.Kind, e.Change = lifecycle.SeatsAdded, plans.Change{Item: "seat", Quantity: decimal.NewFromInt(1 + draw.Int64N(3))}
		case 2:
			e.Kind, e.Change = lifecycle.SeatsRemoved, plans.Change{Item: "seat", Quantity: decimal.NewFromInt(-1 - draw.Int64N(3))}
		case 3:
			e.Kind = lifecycle.PauseRequested
		case 4:
			e.Kind, e.Effective = lifecycle.CancellationRequested, []plans.EffectiveTiming{0, plans.Immediately, plans.AtPeriodEnd}[draw.IntN(3)]
		case 5:
			e.Kind = lifecycle.Resumed
		case 6:
			e.Kind, e.Change = lifecycle.PlanChanged, plans.Change{Plan: pricedPlan([]string{"80.00", "130.00"}[draw.IntN(2)])}
		case 7:
			e.Kind, e.Change = lifecycle.PriceChanged, plans.Change{Item: "seat", Price: &plans.Price{Unit: giventest.Money("120.00")}}
		case 8:
			e.Kind, e.Change = lifecycle.DatesMoved, plans.Change{Anchor: at.AddDate(0, 0, draw.IntN(40)-5).Truncate(day)}
		case 9:
			e.Kind = lifecycle.RenewalDisabled
		case 10:
			e.Kind = lifecycle.RenewalEnabled
		case 11:
			e.Kind, e.Change = lifecycle.IntervalChanged, plans.Change{Plan: quarterly()}
		default:
			e.Kind = lifecycle.Reactivated
		}
		events = append(events, e)
	}
	slices.SortStableFunc(events, func(a, b lifecycle.Event) int { return a.At.Compare(b.At) })
	return slices.CompactFunc(events, func(a, b lifecycle.Event) bool { return a.At.Equal(b.At) })
}

// noon is what there is in the middle of a day.
type midday struct {
	at     time.Time
	status lifecycle.Status
	seats  decimal.Decimal
}

// dayByDay leads a life from noon to noon, and pays every invoice so many days and an hour after.
func replayDaily(policies []lifecycle.Policy, events []lifecycle.Event, delay int) (noons []midday, all lifecycle.Outcome, err error) {
	sub := tenSeatsFromJanuary()
	docs := map[string]int{}
	var due []lifecycle.Event
	for at := utc("2026-01-01").Add(12 * time.Hour); at.Before(utc("2026-12-15")); at = at.Add(day) {
		for len(events) > 0 && !events[0].At.After(at) {
			due, events = append(due, events[0]), events[1:]
		}
		for i := range due {
			due[i].Sequence = sub.Sequence + 1 + int64(i)
		}
		out, err := lifecycle.Replay(policies, sub, due, at)
		if err != nil {
			return nil, all, err
		}
		sub, due = out.Subscription, nil
		for _, inv := range slices.Concat(out.Invoices, out.Changed) {
			if i, has := docs[inv.ID]; has {
				all.Invoices[i] = inv
				continue
			}
			docs[inv.ID] = len(all.Invoices)
			all.Invoices = append(all.Invoices, inv)
		}
		all.Steps = append(all.Steps, out.Steps...)
		for _, inv := range sub.Invoices {
			if inv.Status == invoice.Open && !at.Before(inv.IssuedAt.AddDate(0, 0, delay)) {
				due = append(due, lifecycle.Event{At: at.Add(time.Hour), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: inv.ID}})
			}
		}
		now, err := sub.Contract.AsOf(at)
		if err != nil {
			return nil, all, err
		}
		noons = append(noons, midday{at, sub.Status, now.Items[0].Quantity})
	}
	return noons, all, nil
}

// TestEveryPolicyTilesEnumerated draws histories under policies that follow on each other: where there is service, every instant is billed once for
// the seats that there are, and where there is none, not at all.
func TestEveryInstantIsBilledOnceUnderRandomPoliciesEnumerated(t *testing.T) {
	short.Skip(t)
	for n := range 150 / race.Step(10) {
		draw := rand.New(rand.NewPCG(uint64(n), 11))
		policies, events := randomPolicies(draw), randomEvents(draw)
		delay := n % 3 * 3
		noons, all, err := replayDaily(policies, events, delay)
		if err != nil {
			t.Errorf("life %d: %v", n, err)
			continue
		}
		for _, noon := range noons[:212] {
			want := noon.seats
			if noon.status != lifecycle.Active && noon.status != lifecycle.PastDue {
				if want = (decimal.Decimal{}); delay > 0 {
					continue // what was not paid when service ended stays due
				}
			}
			if got := unitsOn(noon.at, &all); !got.Equal(want) {
				t.Errorf("life %d: %v units are billed for %s, want %v\n%s\n%s", n, got, noon.at.Format(time.DateOnly), want, policiesText(policies), all.Timeline())
				break
			}
		}
	}
}

// policiesText writes in what policies differ.
func policiesText(all []lifecycle.Policy) (s string) {
	for _, p := range all {
		s += fmt.Sprintln(p.From, p.Billing.Timing, p.Renewal.Lead, p.Reactivation.BillingAnchor, p.Prorations, p.Pause)
	}
	return s
}
