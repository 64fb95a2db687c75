package plans_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// civil is a date without a zone. All of its days have the same length.
type civil struct{ year, month, day int }

// plus is the date some months later on the same day, or on the last day of a shorter month; months may be down to -12.
func (c civil) plus(months int) civil {
	if months < 0 {
		c.year, months = c.year-1, months+12
	}
	year, month, day := monthsLater(c.year, c.month, c.day, months)
	return civil{year, month, day}
}

func (c civil) in(loc *time.Location) time.Time {
	return time.Date(c.year, time.Month(c.month), c.day, 0, 0, 0, 0, loc)
}

// daysUntil counts calendar days.
func (c civil) daysUntil(other civil) int64 {
	return int64(other.in(time.UTC).Sub(c.in(time.UTC)) / (24 * time.Hour))
}

func civilOf(t time.Time) civil { return civil{t.Year(), int(t.Month()), t.Day()} }

// Each day of some periods is the instant of the change, and each of the 70 days from the day before it the billing
// date. A date at the instant charges the whole period that it begins. An earlier end of the present period charges
// nothing, and tells from when on everything is credited. A later one charges exactly the days that it adds, item by
// item without a gap, as their days of the days of the new cycle's period. A date before the change, or one whole
// period after the present one, is refused.
func TestEveryMovedAnchor(t *testing.T) {
	short.Skip(t)
	moves, refused := 0, 0
	for _, c := range []struct {
		zone, from string
		days       int
	}{
		{"UTC", "2027-01-01", 31}, {"UTC", "2028-02-01", 29}, {"America/New_York", "2026-11-01", 30}, {"America/New_York", "2027-02-28", 31}, {"Europe/Berlin", "2026-10-16", 31},
	} {
		loc := giventest.Zone(t, c.zone)
		contract := seatsFrom(c.from, "P1M", loc)
		contract.Items = append(contract.Items, one("phone", "3", "4.99"))
		start := giventest.Instant(c.from, loc)
		contract.Ramp = []plans.RampStep{{At: start.AddDate(0, 0, 20), Item: one("seat", "12", "89.00")}}
		for d := 0; d < c.days; d += race.Step(6) {
			at := start.AddDate(0, 0, d)
			end := civilOf(start).plus(1)
			if !at.Before(end.in(loc)) {
				end = civilOf(start).plus(2)
			}
			for later := -1; later < 69; later++ {
				anchor := at.AddDate(0, 0, later)
				date := civilOf(anchor)
				previous, next := date.plus(-1), date.plus(1)
				amended, err := contract.Amended(plans.Change{AnchorAt: anchor}, at, proration.Standard(2))
				if later < 0 || later > 0 && !previous.in(loc).Before(end.in(loc)) {
					refused++
					if giventest.CheckFaults(t, err, "change.anchor_at outside") {
						t.Fatalf("at %v to %v", at, anchor)
					}
					continue
				}
				if err != nil {
					t.Fatalf("at %v to %v: %v", at, anchor, err)
				}
				moves++
				whole := proration.Period{Start: previous.in(loc), End: anchor}
				added := proration.Portion{Period: whole, Span: proration.Period{Start: end.in(loc), End: anchor}}
				from := previous
				if later == 0 {
					whole, from = proration.Period{Start: anchor, End: next.in(loc)}, date
					added = proration.Portion{Period: whole, Span: whole}
				}
				days := from.daysUntil(civilOf(whole.End.In(loc)))
				var dropped time.Time
				switch {
				case later > 0 && !end.in(loc).Before(anchor):
					if len(amended.Charges) > 0 {
						t.Fatalf("at %v to %v: %q", at, anchor, lines(amended.Charges, loc))
					}
					if end.in(loc).After(anchor) {
						dropped = anchor
					}
				default:
					checkCovered(t, amended.Contract, amended.Charges, added, func(span proration.Period) *big.Rat {
						return big.NewRat(civilOf(span.Start.In(loc)).daysUntil(civilOf(span.End.In(loc))), days)
					})
				}
				if !amended.DroppedFrom.Equal(dropped) || len(amended.Replaced) > 0 != (later == 0) {
					t.Fatalf("at %v to %v: dropped from %v, replaced %v", at, anchor, amended.DroppedFrom, amended.Replaced)
				}
				rest, err := amended.Contract.RemainingPortions(at)
				until := anchor
				if later == 0 {
					until = whole.End
				}
				if err != nil || !rest[len(rest)-1].Span.End.Equal(until) {
					t.Fatalf("at %v to %v: the rest is %v (%v)", at, anchor, rest, err)
				}
				following, err := amended.Contract.Cycle.Containing(anchor)
				if err != nil || !following.Equal(proration.Period{Start: anchor, End: next.in(loc)}) {
					t.Fatalf("at %v to %v: the period after it is %v (%v)", at, anchor, following, err)
				}
			}
		}
	}
	if moves < 4_000/race.Step(7) || refused < 1_000/race.Step(7) {
		t.Errorf("only %d moves, and %d refused", moves, refused)
	}
}

// checkCovered fails unless the charges of each item adjoin over the whole span, in the order of the items, and each
// costs its quantity for its share of the period.
func checkCovered(t *testing.T, c plans.Contract, charges []plans.Charge, p proration.Portion, share func(proration.Period) *big.Rat) {
	t.Helper()
	for _, item := range c.Items {
		reached := p.Span.Start
		for len(charges) > 0 && charges[0].Item == item.ID {
			charge := charges[0]
			charges = charges[1:]
			state, _ := stateAt(&c, item.ID, charge.Span.Start, true)
			want := new(big.Rat).Mul(state.Price.Unit.Mul(state.Quantity).Rat(), share(charge.Span))
			if charge.Kind != plans.Recurring || !charge.Period.Equal(p.Period) || !charge.Span.Start.Equal(reached) || exactOf(charge).Cmp(want) != 0 {
				t.Fatalf("%v from %v on: a %v of %v in %v, %s, want %s", item.ID, reached, charge.Kind, charge.Span, charge.Period, charge.Explain(), want)
			}
			checkRounded(t, charge)
			reached = charge.Span.End
		}
		if !reached.Equal(p.Span.End) {
			t.Fatalf("%s is billed until %v, want %v", item.ID, reached, p.Span)
		}
	}
	if len(charges) > 0 {
		t.Fatalf("%d charges are left: %s", len(charges), charges[0].Explain())
	}
}

// Each day of a month, and each pair of prices: the charges are the new price of each remaining day, by the quantity of
// that day, and all units are replaced. The same price adds and replaces nothing. A step at its own price costs its own
// price in either case.
func TestEveryPriceChange(t *testing.T) {
	short.Skip(t)
	own := `{"unit":"3.33","flat":"10"}`
	for i, oldPrice := range risingPrices {
		contract := seats("0", "0")
		contract.Items = []plans.Item{sold("seat", "7", oldPrice), one("phone", "2", "4.99")}
		contract.Ramp = []plans.RampStep{
			{At: giventest.Instant("2026-11-11", nil), Item: sold("seat", "9", oldPrice)},
			{At: giventest.Instant("2026-11-21", nil), Item: sold("seat", "4", own)},
			{At: giventest.Instant("2026-12-01", nil), Item: sold("seat", "5", oldPrice)},
		}
		for j, newPrice := range risingPrices {
			if !race.Takes(i+j, 4) {
				continue
			}
			change := withPrice(plans.Change{Set: []plans.ItemSetting{{Item: "seat"}}}, newPrice)
			cost := func(old func(plans.Price) bool) func(plans.Item) *big.Rat {
				return func(item plans.Item) *big.Rat {
					if old(item.Price) {
						return tally(*change.Set[0].Price, item.Quantity.IntPart())
					}
					return tally(item.Price, item.Quantity.IntPart())
				}
			}
			for day := range 30 {
				at := giventest.Instant("2026-11-01", nil).AddDate(0, 0, day).Add(time.Duration(day%3) * 7 * time.Hour)
				current, _ := stateAt(&contract, "seat", at, true)
				rest := part(november, "", time.UTC)
				rest.Span = rest.Period.From(at)
				amended, err := contract.Amended(change, at, proration.Standard(2))
				if err != nil {
					t.Fatal(err)
				}
				got := new(big.Rat)
				for _, charge := range amended.Charges {
					got.Add(got, exactOf(charge))
					checkRounded(t, charge)
					if charge.Item != "seat" || charge.Kind != plans.ProrationCharge || charge.BaseQuantity != nil || !charge.Period.Equal(rest.Period) {
						t.Fatalf("a %v of %s: %s", charge.Kind, charge.Item, charge.Explain())
					}
				}
				want, replaced := slowCost(&contract, "seat", rest, proration.NewSide, cost(current.Price.Equal)), `[{"item":"seat","quantity":"0"}]`
				if current.Price.Equal(*change.Set[0].Price) {
					want, replaced = new(big.Rat), "null"
				}
				checkText(t, "replaced", giventest.JSON(t, amended.Replaced), replaced)
				if got.Cmp(want) != 0 {
					t.Fatalf("%s to %s at %v adds %s, want %s\n%q", oldPrice, newPrice, at, got, want, lines(amended.Charges, nil))
				}
				if kept, _ := stateAt(&amended.Contract, "phone", at, true); !kept.Price.Unit.Equal(decimal.RequireFromString("4.99")) {
					t.Fatalf("a phone is at %v", kept.Price.Unit)
				}
			}
		}
	}
}
