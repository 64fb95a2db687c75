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
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// randomPolicies returns policies that follow each other and differ in every setting that decides when charges are
// billed.
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
		p.Prorations = []plans.ProrationBilling{plans.InvoiceNow, plans.NextInvoice}[draw.IntN(2)]
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

// quarterly returns a plan with an interval of a quarter.
func quarterly() *plans.Plan {
	p := pricedPlan("270.00")
	p.ID, p.Interval = "quarterly", giventest.Interval("P3M")
	return p
}

// randomEvents returns events on random days of eight months.
func randomEvents(draw *rand.Rand) []lifecycle.Event {
	events := []lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}
	for range draw.IntN(7) {
		at := utc("2026-01-02").AddDate(0, 0, draw.IntN(115)*2).Add(18 * time.Hour) // earlier invoices are paid by then
		e := lifecycle.Event{At: at, By: plans.Support}
		switch draw.IntN(14) {
		case 0, 1:
			e.Kind, e.Change = lifecycle.Changed, plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(1 + draw.Int64N(3))}}}
		case 2:
			e.Kind, e.Change = lifecycle.Changed, plans.Change{Remove: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(1 + draw.Int64N(3))}}}
		case 3:
			e.Kind = lifecycle.PauseRequested
		case 4:
			e.Kind, e.Effective = lifecycle.CancellationRequested, []plans.EffectiveTiming{0, plans.Immediately, plans.AtPeriodEnd}[draw.IntN(3)]
		case 5:
			e.Kind = lifecycle.Resumed
		case 6:
			e.Kind, e.Change = lifecycle.Changed, plans.Change{Plan: pricedPlan([]string{"80.00", "130.00"}[draw.IntN(2)])}
		case 7:
			e.Kind, e.Change = lifecycle.Changed, plans.Change{Set: []plans.ItemSetting{{Item: "seat", Price: &plans.Price{Unit: giventest.Money("120.00")}}}}
		case 8:
			e.Kind, e.Change = lifecycle.Changed, plans.Change{AnchorAt: at.AddDate(0, 0, draw.IntN(40)-5).Truncate(day)}
		case 9:
			e.Kind = lifecycle.RenewalDisabled
		case 10:
			e.Kind = lifecycle.RenewalEnabled
		case 11:
			e.Kind, e.Change = lifecycle.Changed, plans.Change{Plan: quarterly()}
		default:
			e.Kind = lifecycle.Reactivated
		}
		events = append(events, e)
	}
	slices.SortStableFunc(events, func(a, b lifecycle.Event) int { return a.At.Compare(b.At) })
	return slices.CompactFunc(events, func(a, b lifecycle.Event) bool { return a.At.Equal(b.At) })
}

// midday is the status and the seats in the middle of a day.
type midday struct {
	at     time.Time
	status lifecycle.Status
	seats  decimal.Decimal
}

// replayDaily replays a history from noon to noon, and pays every invoice an hour after the delay in days.
func replayDaily(policies []lifecycle.Policy, events []lifecycle.Event, delay int) (noons []midday, all lifecycle.Outcome, err error) {
	sub := tenSeatsFromJanuary()
	known := map[string]int{}
	var due []lifecycle.Event
	for at := utc("2026-01-01").Add(12 * time.Hour); at.Before(utc("2026-12-15")); at = at.Add(day) {
		for len(events) > 0 && !events[0].At.After(at) {
			due, events = append(due, events[0]), events[1:]
		}
		for i := range due {
			due[i].Sequence = sub.Sequence + 1 + int64(i)
		}
		out, err := replayWith(policies, sub, due, at)
		if err != nil {
			return nil, all, err
		}
		sub, due = out.Subscription, nil
		all.Invoices = append(all.Invoices, out.Invoices...)
		for _, r := range out.Receivables {
			if i, has := known[r.Invoice]; has {
				all.Receivables[i] = r
				continue
			}
			known[r.Invoice] = len(all.Receivables)
			all.Receivables = append(all.Receivables, r)
		}
		all.Steps = append(all.Steps, out.Steps...)
		for _, r := range sub.Receivables {
			if r.Owing() && !at.Before(r.IssuedAt.AddDate(0, 0, delay)) {
				due = append(due, lifecycle.Event{At: at.Add(time.Hour), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: r.Invoice}})
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

// TestEveryInstantIsBilledOnceUnderRandomPoliciesEnumerated draws histories under policies that follow each other.
// While service runs, every instant is billed once for the seats of the contract; otherwise it is not billed.
func TestEveryInstantIsBilledOnceUnderRandomPoliciesEnumerated(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	for n := range 150 / race.Step(10) {
		draw := rand.New(rand.NewPCG(uint64(n), 11))
		policies, events := randomPolicies(draw), randomEvents(draw)
		delay := n % 3 * 3
		noons, all, err := replayDaily(policies, events, delay)
		if err != nil {
			t.Errorf("history %d: %v", n, err)
			continue
		}
		for _, noon := range noons[:212] {
			want := noon.seats
			if noon.status != lifecycle.Active && noon.status != lifecycle.PastDue {
				if want = (decimal.Decimal{}); delay > 0 {
					continue // unpaid charges stay due after service ends
				}
			}
			if got := unitsOn(noon.at, &all); !got.Equal(want) {
				t.Errorf("history %d: %v units are billed for %s, want %v\n%s\n%s", n, got, noon.at.Format(time.DateOnly), want, policiesText(policies), all.Timeline())
				break
			}
		}
	}
}

// policiesText prints the settings in which the policies differ.
func policiesText(all []lifecycle.Policy) (s string) {
	for _, p := range all {
		s += fmt.Sprintln(p.From, p.Billing.Timing, p.Renewal.Lead, p.Reactivation.BillingAnchor, p.Prorations, p.Pause)
	}
	return s
}
