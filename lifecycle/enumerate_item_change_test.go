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

// itemMoves are the events of the small world by name. Every call costs 1.00 at every price.
func itemMoves() map[string]lifecycle.Event {
	price := func(interval string) *plans.Price {
		p := plans.Price{Metered: true, Unit: giventest.Money("1.00")}
		if interval != "" {
			p.BillingInterval = giventest.Interval(interval)
		}
		return &p
	}
	set := func(interval string) lifecycle.Event {
		return lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{
			Set: []plans.ItemSetting{{Item: "calls", Price: price(interval)}},
		}}
	}
	other := pricedPlan("150.00")
	other.Interval = giventest.Interval("P1Y")
	other.Offers = append(other.Offers, plans.Offer{Item: "calls", Currency: "USD", Price: *price("P1M")})
	change := func(c plans.Change) lifecycle.Event { return lifecycle.Event{Kind: lifecycle.Changed, Change: c} }
	return map[string]lifecycle.Event{
		"quarterly": set("P3M"), "yearly": set(""), "monthly": set("P1M"),
		"other plan": change(plans.Change{Plan: other}),
		"new dates":  change(plans.Change{Anchor: plans.AnchorReset}),
		"by month":   change(plans.Change{Interval: giventest.Interval("P1M")}),
		"by year":    change(plans.Change{Interval: giventest.Interval("P1Y")}),
		"one seat":   change(plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(1)}}}),
		"pause":      {Kind: lifecycle.PauseRequested, Effective: plans.Immediately},
		"resume":     {Kind: lifecycle.Resumed},
		"cancel":     {Kind: lifecycle.CancellationRequested, Effective: plans.Immediately},
		"return":     {Kind: lifecycle.Reactivated},
		"sale":       {Kind: lifecycle.ChargeAdded, Charges: chargeOf("films", "5.00")},
		"issue":      {Kind: lifecycle.InvoiceIssued},
		"early":      {Kind: lifecycle.AdvanceInvoiceRequested},
	}
}

// Whatever happens to the contract, each call that is recorded is billed once, a replay equals stepping, and a
// correction without late events bills nothing.
func TestEveryHistoryBillsItemUsageOnce(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	moves := itemMoves()
	var names []string
	for name := range moves {
		names = append(names, name)
	}
	slices.Sort(names)
	base := anyChange()
	base.Billing.Refunds = []credits.RefundRule{{As: credits.AsNothing}}
	lives, refused := 0, 0
	for _, world := range []string{"", "window", "review", "ahead", "arrears"} {
		p := base
		switch world {
		case "window":
			p.Renewal.UsageWindow = giventest.Interval("P3D")
		case "review":
			p.Renewal.Review = giventest.Interval("P3D")
		case "ahead":
			p.Renewal.Lead = giventest.Interval("P5D")
		case "arrears":
			p.Billing.Timing = proration.InArrears
		}
		policies := policiesOf(t, p)
		for i, first := range names {
			for k := i % race.Step(5); k < len(names); k += race.Step(5) {
				for n, days := range [][2]string{{"2026-02-20", "2026-04-01"}, {"2026-02-28", "2026-03-31"}, {"2026-12-20", "2027-01-31"}} {
					if n > 0 && world != "" && world != "window" {
						break
					}
					lives++
					what := fmt.Sprintf("%s: %s on %s, %s on %s", world, first, days[0], names[k], days[1])
					refused += liveWithMoves(t, policies, what, days, []lifecycle.Event{moves[first], moves[names[k]]})
				}
			}
		}
	}
	t.Logf("%d lives, %d refused moves", lives, refused)
}

// liveWithMoves lives with two moves and a call every few days, and returns the number of refused moves.
func liveWithMoves(t *testing.T, p *lifecycle.Policies, what string, days [2]string, moves []lifecycle.Event) (refused int) {
	t.Helper()
	l := &lifeOf{t: t, policies: p, initial: fourSeats(), answers: map[int64]*answer{}}
	c := &l.initial.Contract
	c.Cycle = giventest.Cycle("2026-01-31", "P1Y", time.UTC)
	c.Items[0].Price.Per = giventest.Interval("P1M")
	c.Items[1].Price = plans.Price{Metered: true, Unit: giventest.Money("1.00"), BillingInterval: giventest.Interval("P1M")}
	l.out.Subscription = l.initial
	l.apply(lifecycle.Event{At: utc("2026-01-31"), Kind: lifecycle.Started, PaymentMethod: "card", By: plans.Support})
	calls := int64(0)
	record := func(at, used time.Time) {
		l.advance(at)
		if l.apply(lifecycle.Event{At: at, Kind: lifecycle.UsageRecorded, Records: []lifecycle.UsageRecord{
			{Item: "calls", Quantity: decimal.NewFromInt(1), UsedAt: used},
		}}) {
			calls++
		}
	}
	for i, day := range days {
		at := utc(day)
		record(at.AddDate(0, 0, -4), at.AddDate(0, 0, -5))
		l.advance(at)
		e := moves[i]
		e.At, e.By = at, plans.Support
		if e.Kind == lifecycle.ChargeAdded || e.Kind == lifecycle.InvoiceIssued || e.Kind == lifecycle.AdvanceInvoiceRequested {
			e.By = 0
		}
		if !l.apply(e) {
			refused++
		}
		record(at.Add(time.Hour), at.AddDate(0, 0, -2))
		record(at.Add(time.Hour), at.Add(time.Hour))
		record(at.AddDate(0, 0, 20), at.AddDate(0, 0, 1))
		record(at.AddDate(0, 0, 20), at.AddDate(0, 0, 20))
	}
	until := utc("2028-04-15")
	l.advance(until)
	got := new(big.Rat)
	for _, inv := range l.out.Invoices {
		for _, line := range inv.Lines {
			if line.Kind == plans.Usage {
				got.Add(got, line.Net.Rat())
			}
		}
	}
	waits := new(big.Rat) // of a subscription that ended or is paused
	for _, c := range l.out.Subscription.UnbilledCharges {
		if c.Kind == plans.Usage {
			waits.Add(waits, c.Net.Rat())
		}
	}
	status := l.out.Subscription.Status
	if all := new(big.Rat).Add(got, waits); all.Cmp(big.NewRat(calls, 1)) != 0 || waits.Sign() != 0 && status != lifecycle.Paused {
		t.Errorf("%s: %s billed and %s waits of %d\n%s", what, got.FloatString(2), waits.FloatString(2), calls, l.out.Timeline())
	}
	once, err := lifecycle.Replay(p, l.initial, l.events, until)
	if err != nil || giventest.JSON(t, once.Invoices) != giventest.JSON(t, l.out.Invoices) {
		t.Errorf("%s: a replay has other invoices: %v\n%s\n%s", what, err, once.Timeline(), l.out.Timeline())
	}
	fixed, err := lifecycle.Correct(p, lifecycle.CorrectRequest{
		Subscription: l.out.Subscription, Initial: l.initial, Events: l.events, Issued: l.out.Invoices,
		Receivables: l.out.Receivables, At: until,
	})
	if err != nil || len(fixed.Invoices) != 0 {
		t.Errorf("%s: a correction has %d documents: %v\n%s", what, len(fixed.Invoices), err, l.out.Timeline())
	}
	return refused
}
