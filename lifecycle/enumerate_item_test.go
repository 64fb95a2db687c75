package lifecycle_test

import (
	"fmt"
	"math/big"
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

// itemMonths are the ends of the months of an item on a yearly plan that began on January 31.
var itemMonths = []string{
	"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31",
	"2026-09-30", "2026-10-31", "2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30",
}

// itemMonth returns the month of an item that contains a time.
func itemMonth(at time.Time) proration.Period {
	i := slices.IndexFunc(itemMonths, func(end string) bool { return utc(end).After(at) })
	return proration.Period{Start: utc(itemMonths[i-1]), End: utc(itemMonths[i])}
}

// itemRecords are the records of the small world: used within the first month, at its very end, within the second, and
// in the last month of the year; told at once, in the window, late, or with the next month.
func itemRecords(units int64) (all []usageRecord) {
	for _, used := range []string{"2026-02-10", "2026-02-27T23:00:00", "2026-03-30T12:00:00", "2027-01-30"} {
		for _, told := range []string{
			"", "2026-02-28T06:00:00", "2026-03-02", "2026-04-01", "2027-01-31T06:00:00", "2027-02-04",
		} {
			r := usageRecord{units: units, used: utc(used)}
			if r.told = r.used; told != "" {
				r.told = utc(told)
			}
			if told == "" || r.told.After(r.used) && r.told.Sub(r.used) < 60*24*time.Hour {
				all = append(all, r)
			}
		}
	}
	return all
}

// itemWorld is a way in which usage of an item is billed by the month.
type itemWorld struct {
	name   string
	policy lifecycle.Policy
	edit   func(*plans.Contract)
	wait   time.Duration // after the end of a month
	own    bool          // each month is billed at its end
}

// itemWorlds are the worlds.
func itemWorlds() (all []itemWorld) {
	add := func(name string, wait time.Duration, own bool, edit func(*lifecycle.Policy), contract func(*plans.Contract)) {
		p := anyChange()
		p.Billing.Refunds = []credits.RefundRule{{As: credits.AsNothing}}
		edit(&p)
		all = append(all, itemWorld{name: name, policy: p, edit: contract, wait: wait, own: own})
	}
	const day = 24 * time.Hour
	same := func(*plans.Contract) {}
	add("at the end", 0, true, func(*lifecycle.Policy) {}, same)
	add("window", day, true, func(p *lifecycle.Policy) { p.Renewal.UsageWindow = giventest.Interval("P1D") }, same)
	add("review", 2*day, true, func(p *lifecycle.Policy) { p.Renewal.Review = giventest.Interval("P2D") }, same)
	add("ahead", 0, true, func(p *lifecycle.Policy) { p.Renewal.Lead = giventest.Interval("P40D") }, same)
	add("ahead with a window", day, true, func(p *lifecycle.Policy) {
		p.Renewal.Lead, p.Renewal.UsageWindow = giventest.Interval("P3D"), giventest.Interval("P1D")
	}, same)
	add("threshold", 0, false, func(p *lifecycle.Policy) {
		p.Renewal.UsageThreshold = map[plans.Currency]decimal.Decimal{"USD": giventest.Money("8.00")}
	}, same)
	add("arrears", 0, true, func(p *lifecycle.Policy) { p.Billing.Timing = proration.InArrears }, same)
	add("a term up front", 0, true, func(*lifecycle.Policy) {}, func(c *plans.Contract) {
		term := plans.Term{Length: giventest.Interval("P1Y"), Billing: plans.UpFront, Renewal: plans.Renew}
		c.Terms = []plans.ContractTerm{{Term: term, Period: giventest.Period("2026-01-31/2027-01-31", time.UTC)}}
	})
	return all
}

// Usage of an item with a billing interval costs the price of all that was used in a month at one price, whatever the
// order in which it becomes known, is billed once, and on the day of its month. Stepping equals a replay.
func TestEveryUsageIsBilledByItsMonth(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	records, others, lives := itemRecords(9), itemRecords(4), 0
	for _, w := range itemWorlds() {
		policies := policiesOf(t, w.policy)
		for _, changes := range []string{"", "2026-02-20", "2026-02-28"} {
			for _, ends := range []string{"", "2026-03-10", "2027-02-03"} {
				for i := range records {
					for k := 0; k < len(others); k += race.Step(7) {
						lives++
						life := itemLife{world: &w, changes: changes, ends: ends, records: []usageRecord{records[i], others[k]}}
						life.check(t, policies)
					}
				}
			}
		}
	}
	t.Logf("%d lives", lives)
}

// itemLife is a life with two records.
type itemLife struct {
	world         *itemWorld
	changes, ends string
	records       []usageRecord
}

// String returns what happens in the life.
func (l itemLife) String() string {
	return fmt.Sprintf("%s, changes %q, ends %q, %v", l.world.name, l.changes, l.ends, l.records)
}

// events returns the events of the life in order.
func (l itemLife) events() (all []lifecycle.Event) {
	if l.changes != "" {
		other := plans.Price{Metered: true, Unit: giventest.Money("2.00"), BillingInterval: giventest.Interval("P1M")}
		all = append(all, lifecycle.Event{At: utc(l.changes), Kind: lifecycle.Changed, Change: plans.Change{
			Set: []plans.ItemSetting{{Item: "calls", Price: &other}},
		}})
	}
	if l.ends != "" {
		all = append(all, lifecycle.Event{
			At: utc(l.ends), Kind: lifecycle.CancellationRequested, Effective: plans.Immediately,
		})
	}
	for _, r := range l.records {
		all = append(all, lifecycle.Event{At: r.told, Kind: lifecycle.UsageRecorded, Records: []lifecycle.UsageRecord{
			{Item: "calls", Quantity: decimal.NewFromInt(r.units), UsedAt: r.used},
		}})
	}
	slices.SortStableFunc(all, func(a, b lifecycle.Event) int { return a.At.Compare(b.At) })
	return all
}

// check lives the life and compares the billed usage with its cost.
func (l itemLife) check(t *testing.T, p *lifecycle.Policies) {
	t.Helper()
	life := &lifeOf{t: t, policies: p, initial: fourSeats(), answers: map[int64]*answer{}}
	c := &life.initial.Contract
	c.Cycle = giventest.Cycle("2026-01-31", "P1Y", time.UTC)
	c.Items[1].Price = plans.Price{
		Metered: true, Tiering: plans.Graduated, BillingInterval: giventest.Interval("P1M"), Tiers: []plans.Tier{
			{UpTo: decimal.NewFromInt(10), Unit: giventest.Money("1.00")}, {Unit: giventest.Money("0.50")},
		},
	}
	l.world.edit(c)
	life.out.Subscription = life.initial
	life.apply(lifecycle.Event{At: utc("2026-01-31"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
	used, known := map[string]int64{}, map[string]time.Time{}
	for _, e := range l.events() {
		life.advance(e.At)
		e.By = plans.Support
		refused := !life.apply(e)
		if e.Kind != lifecycle.UsageRecorded {
			if refused {
				t.Fatalf("%v: %v", l, life.refused)
			}
			continue
		}
		at := e.Records[0].UsedAt
		if over := l.ends != "" && !at.Before(utc(l.ends)); refused != over {
			t.Fatalf("%v: refused %t, want %t: %v", l, refused, over, life.refused)
		}
		if refused {
			continue
		}
		month := itemMonth(at).End.Format(time.DateOnly)
		used[fmt.Sprint(month, l.changes != "" && !at.Before(utc(l.changes)))] +=
			e.Records[0].Quantity.IntPart()
		if known[month].IsZero() {
			known[month] = e.At
		}
	}
	life.advance(utc("2027-04-15"))
	l.compare(t, life, used, known)
	once, err := lifecycle.Replay(p, life.initial, life.events, utc("2027-04-15"))
	if err != nil || giventest.JSON(t, once.Invoices) != giventest.JSON(t, life.out.Invoices) {
		t.Fatalf("%v: a replay has other invoices: %v\n%s\n%s", l, err, once.Timeline(), life.out.Timeline())
	}
}

// compare compares the usage on the invoices of a life with the cost of what was used in each month at one price.
func (l itemLife) compare(t *testing.T, life *lifeOf, used map[string]int64, known map[string]time.Time) {
	t.Helper()
	want, got := new(big.Rat), new(big.Rat)
	for key, units := range used {
		want.Add(want, usageCost(units, key[len(time.DateOnly):] == "true"))
	}
	billed := map[string]time.Time{}
	for _, inv := range life.out.Invoices {
		for _, line := range inv.Lines {
			if line.Kind != plans.Usage {
				continue
			}
			got.Add(got, line.Net.Rat())
			if month := itemMonth(line.Span.Start); !line.Period.Equal(month) || line.Span.Start.Before(month.Start) ||
				line.Span.End.After(month.End) || !line.Span.End.After(line.Span.Start) {
				t.Fatalf("%v: usage of %v in %v is not that of a month", l, line.Span, line.Period)
			}
			if month := line.Period.End.Format(time.DateOnly); billed[month].IsZero() {
				billed[month] = inv.IssuedAt
			}
		}
	}
	if got.Cmp(want) != 0 {
		t.Fatalf("%v: %s is billed, want %s\n%s", l, got.FloatString(2), want.FloatString(2), life.out.Timeline())
	}
	for month, at := range known {
		due := utc(month).Add(l.world.wait)
		if !l.world.own || l.ends != "" && !utc(l.ends).After(due) || at.After(due) {
			continue
		}
		if !billed[month].Equal(due) {
			t.Fatalf("%v: the month until %v is billed on %v, want %v\n%s", l, month, billed[month], due, life.out.Timeline())
		}
	}
}
