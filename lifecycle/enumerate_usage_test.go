package lifecycle_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
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

// usageRecord is a record of the small world: units that were used at a time and told at another.
type usageRecord struct {
	units      int64
	used, told time.Time
}

// usageRecords are all records of the small world: used in January, at its very end, or in February.
func usageRecords() (all []usageRecord) {
	for _, units := range []int64{4, 9} {
		for _, used := range []string{"2026-01-10", "2026-01-31T23:00:00", "2026-02-02"} {
			for _, told := range []string{"", "2026-02-01T06:00:00", "2026-02-03"} {
				r := usageRecord{units: units, used: utc(used)}
				if r.told = r.used; told != "" {
					r.told = utc(told)
				}
				if told == "" || r.told.After(r.used) {
					all = append(all, r)
				}
			}
		}
	}
	return all
}

// usagePolicies are the ways in which usage is billed.
func usagePolicies() map[string]lifecycle.Policy {
	base := anyChange()
	base.Billing.Refunds = []credits.RefundRule{{As: credits.AsNothing}}
	edited := func(edit func(*lifecycle.Policy)) lifecycle.Policy {
		p := base
		edit(&p)
		return p
	}
	return map[string]lifecycle.Policy{
		"next invoice": base,
		"window":       edited(func(p *lifecycle.Policy) { p.Renewal.UsageWindow = giventest.Interval("P1D") }),
		"ahead":        edited(func(p *lifecycle.Policy) { p.Renewal.Lead = giventest.Interval("P3D") }),
		"threshold": edited(func(p *lifecycle.Policy) {
			p.Renewal.UsageThreshold = map[plans.Currency]decimal.Decimal{"USD": giventest.Money("8.00")}
		}),
		"arrears": edited(func(p *lifecycle.Policy) { p.Billing.Timing = proration.InArrears }),
	}
}

// usageCost is the price of units in the small world: ten at 1.00, the others at 0.50, and after a change all at 2.00.
func usageCost(units int64, changed bool) *big.Rat {
	if changed {
		return big.NewRat(2*units, 1)
	}
	return new(big.Rat).Add(big.NewRat(min(units, 10), 1), big.NewRat(max(units-10, 0), 2))
}

// Usage costs the price of all that was used in a period at one price, whatever the order in which it becomes known,
// and is billed once.
func TestEveryUsageIsBilledOnce(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	records, lives := usageRecords(), 0
	for name, policy := range usagePolicies() {
		policies := policiesOf(t, policy)
		for _, changes := range []string{"", "2026-01-20"} {
			for _, ends := range []string{"", "2026-01-31T12:00:00", "2026-02-10"} {
				for i := range records {
					for k := 0; k < len(records); k += race.Step(7) {
						lives++
						checkUsage(t, name, policies, changes, ends, []usageRecord{records[i], records[k]})
					}
				}
			}
		}
	}
	t.Logf("%d lives", lives)
}

// checkUsage lives with two records, and compares the billed usage with its cost.
func checkUsage(t *testing.T, name string, p *lifecycle.Policies, changes, ends string, records []usageRecord) {
	t.Helper()
	type happens struct {
		at time.Time
		e  lifecycle.Event
	}
	var all []happens
	calls := plans.Price{Metered: true, Tiering: plans.Graduated, Tiers: []plans.Tier{
		{UpTo: decimal.NewFromInt(10), Unit: giventest.Money("1.00")}, {Unit: giventest.Money("0.50")},
	}}
	if changes != "" {
		other := plans.Price{Metered: true, Unit: giventest.Money("2.00")}
		all = append(all, happens{utc(changes), lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{
			Set: []plans.ItemSetting{{Item: "calls", Price: &other}},
		}}})
	}
	if ends != "" {
		all = append(all, happens{utc(ends), lifecycle.Event{
			Kind: lifecycle.CancellationRequested, Effective: plans.Immediately,
		}})
	}
	for _, r := range records {
		all = append(all, happens{r.told, lifecycle.Event{Kind: lifecycle.UsageRecorded, Records: []lifecycle.UsageRecord{
			{Item: "calls", Quantity: decimal.NewFromInt(r.units), UsedAt: r.used},
		}}})
	}
	slices.SortStableFunc(all, func(a, b happens) int { return a.at.Compare(b.at) })
	l := &lifeOf{t: t, policies: p, initial: fourSeats(), answers: map[int64]*answer{}}
	l.initial.Contract.Items[1].Price = calls
	l.out.Subscription = l.initial
	l.apply(lifecycle.Event{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
	used := map[string]int64{}
	for _, h := range all {
		l.advance(h.at)
		h.e.At, h.e.By = h.at, plans.Support
		refused := !l.apply(h.e)
		if h.e.Kind != lifecycle.UsageRecorded {
			continue
		}
		at := h.e.Records[0].UsedAt
		if over := ends != "" && !at.Before(utc(ends)); refused != over {
			t.Fatalf("%s, %s, %s, %v: refused %t, want %t: %v", name, changes, ends, records, refused, over, l.refused)
		}
		if !refused {
			changed := changes != "" && !at.Before(utc(changes))
			used[fmt.Sprint(at.Format("2006-01"), changed)] += h.e.Records[0].Quantity.IntPart()
		}
	}
	l.advance(utc("2026-04-15"))
	want, got := new(big.Rat), new(big.Rat)
	for key, units := range used {
		want.Add(want, usageCost(units, strings.HasSuffix(key, "true")))
	}
	for _, inv := range l.out.Invoices {
		for _, line := range inv.Lines {
			if line.Kind == plans.Usage {
				got.Add(got, line.Net.Rat())
			}
		}
	}
	if got.Cmp(want) != 0 {
		t.Errorf("%s, %s, %s, %v: %s is billed, want %s\n%s", name, changes, ends, records, got.FloatString(2),
			want.FloatString(2), l.out.Timeline())
	}
}
