package plans_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// tally is the price of a whole quantity in a contract, counted unit by unit. No units cost nothing at any price.
func tally(p plans.Price, quantity int64) *big.Rat {
	if quantity == 0 {
		return new(big.Rat)
	}
	units := int64(0)
	for i := int64(1); i <= quantity; i++ {
		if decimal.NewFromInt(i).GreaterThan(p.Included) {
			units++
		}
	}
	if size := p.Package.IntPart(); size > 0 {
		units = (units + size - 1) / size
	}
	tierOf := func(unit int64) plans.Tier {
		for _, t := range p.Tiers {
			if t.UpTo.IsZero() || unit <= t.UpTo.IntPart() {
				return t
			}
		}
		panic("no open tier")
	}
	sum := p.Flat.Rat()
	for i := int64(1); i <= units; i++ {
		switch p.Tiering {
		case plans.Graduated:
			sum.Add(sum, tierOf(i).Unit.Rat())
		case plans.Volume:
			sum.Add(sum, tierOf(units).Unit.Rat())
		default:
			sum.Add(sum, p.Unit.Rat())
		}
	}
	if least := p.Minimum.Rat(); sum.Cmp(least) < 0 {
		sum = least
	}
	if most := p.Maximum.Rat(); most.Sign() > 0 && sum.Cmp(most) > 0 {
		sum = most
	}
	return sum
}

// exactOf is a charge before rounding.
func exactOf(c plans.Charge) *big.Rat {
	return new(big.Rat).Mul(c.Share.Of.Rat(), big.NewRat(c.Share.Fraction.Num, c.Share.Fraction.Den))
}

// checkRounded fails unless a charge is its exact amount, rounded half up to cents.
func checkRounded(t *testing.T, c plans.Charge) {
	t.Helper()
	if want := roundedTo(exactOf(c), 2, "half up"); c.Share.Amount.Rat().Cmp(want) != 0 || !c.Net.Equal(c.Share.Amount) {
		t.Fatalf("%s: the amount is %v and the net %v, want %s", c.Explain(), c.Share.Amount, c.Net, want.FloatString(2))
	}
}

// stateAt is an item after the steps up to an instant, included or not. An item without units is not there, unless it
// is metered.
func stateAt(c *plans.Contract, id string, at time.Time, included bool) (state plans.Item, there bool) {
	if state, there = statedAt(c, id, at, included); !there || state.Quantity.IsZero() && !state.Price.Metered {
		return plans.Item{}, false
	}
	return state, true
}

// statedAt is an item as the contract and its steps up to an instant state it, also without units.
func statedAt(c *plans.Contract, id string, at time.Time, included bool) (state plans.Item, stated bool) {
	for _, item := range c.Items {
		if item.ID == id {
			state, stated = item, true
		}
	}
	for _, s := range c.Ramp {
		if s.Item.ID == id && (s.At.Before(at) || included && s.At.Equal(at)) {
			state, stated = s.Item, true
		}
	}
	return state, stated
}

// slowCost is the price of an item for a portion: the price of each day, by the quantity of that day, over the days of
// the period. The day of a change belongs to one side as a whole.
func slowCost(c *plans.Contract, id string, p proration.Portion, side proration.Side, price func(plans.Item) *big.Rat) *big.Rat {
	sum, days := new(big.Rat), int64(0)
	for day := p.Period.Start; day.Before(p.Period.End); day = day.AddDate(0, 0, 1) {
		days++
		at, included := day.AddDate(0, 0, 1), false // of the new side: everything before the end of the day
		inside := !day.AddDate(0, 0, 1).After(p.Span.End) && day.AddDate(0, 0, 1).After(p.Span.Start)
		if side == proration.OldSide { // everything before the start of the day
			at, included = day, day.Equal(p.Period.Start)
			inside = (p.Span.Start.Before(day) || p.Span.Start.Equal(p.Period.Start)) && !day.After(p.Span.End)
		}
		if state, there := stateAt(c, id, at, included); inside && there {
			sum.Add(sum, price(state))
		}
	}
	return sum.Quo(sum, big.NewRat(days, 1))
}

// Every ramp of a month, with one of some steps or none at each of some instants: the charges equal those of a separate
// contract for each unchanged stretch, and add up to the price of each day by the quantity of that day.
func TestEveryRamp(t *testing.T) {
	short.Skip(t)
	linear, tiered := `{"unit":"10.05"}`, byTier
	options := []plans.Item{
		{}, sold("seat", "12", linear), sold("seat", "20", tiered), sold("phone", "5", linear), sold("seat", "0", `{"flat":"49"}`),
		sold("phone", "0", `{"flat":"49","metered":true}`),
	}
	prices := map[string]*big.Rat{}
	price := func(i plans.Item) *big.Rat {
		key := i.Quantity.String() + i.Price.Unit.String()
		if prices[key] == nil {
			prices[key] = tally(i.Price, i.Quantity.IntPart())
		}
		return prices[key]
	}
	var instants []time.Time
	for _, at := range []string{"2026-10-20", "2026-11-01", "2026-11-11", "2026-11-16T18:30:00", "2026-12-01"} {
		instants = append(instants, giventest.Instant(at, nil))
	}
	oldSide := proration.Standard(2)
	oldSide.ChangeDay = proration.OldSide
	spans := []string{november, "2026-11-05T12:00:00/2026-11-24", "2026-11-11/2026-12-01", "2026-11-16T18:30:00/2026-11-16T18:30:01"}
	all := 1
	for range instants {
		all *= len(options)
	}
	for mask := 0; mask < all; mask += race.Step(7) {
		contract := seats("0", "0")
		contract.Items[0] = sold("seat", "10", linear)
		for i, which := 0, mask; i < len(instants); i, which = i+1, which/len(options) {
			if item := options[which%len(options)]; item.ID != "" {
				contract.Ramp = append(contract.Ramp, plans.RampStep{At: instants[i], Item: item})
			}
		}
		for i, span := range spans {
			portion := part(november, span, time.UTC)
			policy := []proration.Policy{proration.Standard(2), oldSide}[(mask+i)%2]
			charges, err := contract.Charges(portion, policy)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := lines(charges, nil), lines(chargesByStretch(t, &contract, portion, policy), nil); !slices.Equal(got, want) {
				t.Fatalf("%s for %v\ngot  %q\nwant %q", summary(contract), portion.Span, got, want)
			}
			costs := map[string]*big.Rat{"seat": new(big.Rat), "phone": new(big.Rat)}
			for _, c := range charges {
				checkRounded(t, c)
				costs[c.Item].Add(costs[c.Item], exactOf(c))
			}
			for id, cost := range costs {
				if want := slowCost(&contract, id, portion, policy.ChangeDay, price); cost.Cmp(want) != 0 {
					t.Fatalf("%s for %v by %v: %s costs %s, want %s: %q", summary(contract), portion.Span, policy.ChangeDay, id, cost, want, lines(charges, nil))
				}
			}
		}
	}
}

// chargesByStretch are the charges of contracts without a ramp, one for each stretch of a span in which an item is
// unchanged.
func chargesByStretch(t *testing.T, c *plans.Contract, p proration.Portion, policy proration.Policy) (all []plans.Charge) {
	t.Helper()
	for _, id := range []string{"seat", "phone"} {
		cuts := []time.Time{p.Span.Start}
		for _, s := range c.Ramp {
			before, had := stateAt(c, id, s.At, false)
			if after, has := stateAt(c, id, s.At, true); (had || has) && s.At.After(p.Span.Start) && s.At.Before(p.Span.End) &&
				(had != has || !before.Quantity.Equal(after.Quantity) || !before.Price.Equal(after.Price)) {
				cuts = append(cuts, s.At)
			}
		}
		for i, from := range append(cuts, p.Span.End)[:len(cuts)] {
			item, there := stateAt(c, id, from, true)
			if !there {
				continue
			}
			alone := seats("0", "0")
			alone.Items[0] = item
			charges, err := alone.Charges(proration.Portion{Period: p.Period, Span: proration.Period{Start: from, End: append(cuts, p.Span.End)[i+1]}}, policy)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, charges...)
		}
	}
	return all
}

// Law 2: every partition of a period into up to three spans adds up to the whole: exactly before rounding, within half
// a cent a line after it, and to the cent where a day costs whole cents.
func TestEveryPartitionAddsUp(t *testing.T) {
	short.Skip(t)
	for _, days := range race.Few([]int{1, 7, 28, 29, 30, 31}, 3) {
		for price, even := range map[string]bool{`{"unit":"10.05"}`: false, byTier: false, `{"unit":"` + decimal.New(int64(299*days), -2).String() + `"}`: true} {
			contract := seats("0", "0")
			contract.Items = []plans.Item{sold("seat", "3", price), sold("light", "11", price)}
			contract.Cycle = giventest.Cycle("2028-02-01", fmt.Sprintf("P%dD", days), time.UTC)
			if !even && days > 1 {
				contract.Ramp = []plans.RampStep{{At: contract.Cycle.Anchor.In(nil).Add(time.Duration(days) * 12 * time.Hour), Item: sold("seat", "8", price)}}
			}
			period, err := contract.Cycle.Period(0)
			if err != nil {
				t.Fatal(err)
			}
			at := func(day int) time.Time { return period.Start.AddDate(0, 0, day) }
			of := func(from, to int) []plans.Charge {
				if from == to {
					return nil
				}
				charges, err := contract.Charges(proration.Portion{Period: period, Span: proration.Period{Start: at(from), End: at(to)}}, proration.Standard(2))
				if err != nil {
					t.Fatal(err)
				}
				return charges
			}
			exact := func(charges []plans.Charge) *big.Rat {
				sum := new(big.Rat)
				for _, c := range charges {
					checkRounded(t, c)
					sum.Add(sum, exactOf(c))
				}
				return sum
			}
			whole := of(0, days)
			want := exact(whole)
			for i := range days + 1 {
				for j := i; j <= days; j++ {
					parts := slices.Concat(of(0, i), of(i, j), of(j, days))
					if got := exact(parts); got.Cmp(want) != 0 {
						t.Fatalf("%d days of %s, cut at %d and %d: exactly %s, want %s", days, price, i, j, got, want)
					}
					off := new(big.Rat).Sub(total(parts).Rat(), want)
					if off.Abs(off).Cmp(big.NewRat(int64(len(parts)), 200)) > 0 || even && !total(parts).Equal(total(whole)) {
						t.Fatalf("%d days of %s, cut at %d and %d: %v, and the whole is %v", days, price, i, j, total(parts), total(whole))
					}
				}
			}
		}
	}
}

// risingPrices lists prices with which more never costs less.
var risingPrices = []string{
	`{"unit":"10.05"}`, `{"unit":"89"}`, byTier, byVolume, `{"unit":"5","package":"3"}`, `{"unit":"5.05","included":"4"}`,
	`{"unit":"7","maximum":"40"}`, `{"unit":"7","minimum":"40"}`, `{"flat":"49","unit":"0.333"}`,
}

// Seats that are added one by one at one instant cost the same as all together: exactly before rounding, and to the
// cent where nothing was rounded.
func TestEveryAdditionOneByOne(t *testing.T) {
	short.Skip(t)
	month, half := seats("0", "0"), prepaid(nil, "P6M 2026-11-01/2027-05-01")
	for _, text := range risingPrices {
		for _, c := range []struct {
			contract     plans.Contract
			per          string
			times        int64
			period, span string
		}{
			{month, "", 1, november, november}, {month, "", 1, november, "2026-11-16/2026-12-01"}, {half, "P1M", 6, "2026-11-01/2027-05-01", "2027-01-10/2027-05-01"},
			{half, "P6M", 1, "2026-11-01/2027-05-01", "2026-11-01/2027-05-01"},
		} {
			portion := part(c.period, c.span, time.UTC)
			for have := int64(0); have <= 8; have++ {
				for more := int64(1); more <= 5; more += int64(race.Step(3)) {
					contract, price := clone.Deep(c.contract), priceOf(text)
					if c.per != "" {
						price.Per = giventest.Interval(c.per)
					}
					contract.Items[0] = plans.Item{ID: "seat", Quantity: decimal.NewFromInt(have), Price: price}
					if have == 0 && more%2 == 0 {
						contract.Items = nil // no units, and no item, are the same
					}
					added := func(n int64) plans.Charge {
						change := unitsOf("seat", decimal.NewFromInt(n))
						_, has := stateAt(&contract, "seat", portion.Span.Start, true)
						if !has {
							change.Add[0].Price = &price
						}
						charges, err := contract.Added(change, portion, proration.Standard(2))
						if err != nil || len(charges) != 1 || has != (charges[0].BaseQuantity != nil) {
							t.Fatal(lines(charges, nil), err)
						}
						if contract, err = contract.Changed(change, portion.Span.Start); err != nil {
							t.Fatal(err)
						}
						checkRounded(t, charges[0])
						checkExplained(t, charges[0])
						return charges[0]
					}
					start := contract
					together := added(more)
					if !contract.Items[0].Quantity.Equal(decimal.NewFromInt(have + more)) {
						t.Fatalf("%d and %d more are %v", have, more, contract.Items[0].Quantity)
					}
					want := new(big.Rat).Sub(tally(price, have+more), tally(price, have))
					want.Mul(want, big.NewRat(c.times, 1))
					if together.Share.Of.Rat().Cmp(want) != 0 {
						t.Fatalf("%s: %d more than %d cost %v for the whole, want %s", text, more, have, together.Share.Of, want)
					}
					contract = start
					of, exact, amount, even := new(big.Rat), new(big.Rat), decimal.Decimal{}, together.Share.Residual.IsZero()
					for range more {
						c := added(1)
						of.Add(of, c.Share.Of.Rat())
						exact.Add(exact, exactOf(c))
						amount, even = amount.Add(c.Net), even && c.Share.Residual.IsZero()
					}
					if of.Cmp(want) != 0 || exact.Cmp(exactOf(together)) != 0 || even && !amount.Equal(together.Net) {
						t.Fatalf("%s: %d more than %d cost %s one by one, for the span %v, and together %v, for the span %v", text, more, have, of, amount, together.Share.Of, together.Net)
					}
				}
			}
		}
	}
}

// Row K3a: whatever was added in a period or a term, the next one bills all of it in full, at the price of the
// contract.
func TestEveryAdditionIsRenewed(t *testing.T) {
	short.Skip(t)
	days := []string{"2026-11-01", "2026-11-16", "2027-02-28", "2027-04-30T23:59:59"}
	for _, text := range risingPrices {
		for _, upFront := range []bool{true, false} {
			for _, end := range []plans.RenewalMode{plans.Renew, plans.RenewOnce, plans.Evergreen} {
				for mask := range 1 << len(days) {
					contract, times, length := committed(nil, "P6M 2026-11-01/2027-05-01"), int64(1), 1
					price := priceOf(text)
					if upFront {
						contract, times, length = prepaid(nil, "P6M 2026-11-01/2027-05-01"), 6, 6
						if end == plans.Evergreen { // continues by the length of the prices
							times, length = 1, 1
						}
					}
					price.Per = giventest.Interval("P1M")
					contract.Items = []plans.Item{{ID: "seat", Quantity: giventest.Money("3"), Price: price}, sold("light", "2", `{"per":"P1M","unit":"5"}`)}
					contract = ending(contract, end)
					want := int64(3)
					for i, day := range days {
						if mask>>i&1 == 1 {
							var err error
							if contract, err = contract.Changed(unitsOf("seat", decimal.NewFromInt(int64(i+1))), giventest.Instant(day, nil)); err != nil {
								t.Fatal(err)
							}
							want += int64(i + 1)
						}
					}
					next, ok, err := contract.Renewed()
					if err != nil || !ok {
						t.Fatal(ok, err)
					}
					begins := giventest.Instant("2027-05-01", nil)
					period, err := next.Cycle.Containing(begins)
					if err != nil || !period.Start.Equal(begins) || !period.End.Equal(begins.AddDate(0, length, 0)) {
						t.Fatalf("the next period is %v, %v", period, err)
					}
					charges, err := next.Charges(whole(period), proration.Standard(2))
					if err != nil || len(charges) != 2 {
						t.Fatal(charges, err)
					}
					all := new(big.Rat).Mul(tally(price, want), big.NewRat(times, 1))
					if seat := charges[0]; seat.Share.Of.Rat().Cmp(all) != 0 || !seat.Quantity.Equal(decimal.NewFromInt(want)) || seat.Share.Fraction.Num != seat.Share.Fraction.Den {
						t.Fatalf("%s: the next period bills %s, want %d seats and %s", text, seat.Explain(), want, all)
					}
					checkRounded(t, charges[0])
					giventest.CheckMoney(t, "the other item", charges[1].Net, decimal.NewFromInt(10*times).String())
				}
			}
		}
	}
}

// monthsLater is a date some months later, on the same day of the month or on the last day of a shorter month.
func monthsLater(year, month, day, months int) (int, int, int) {
	for ; months > 0; months-- {
		if month++; month > 12 {
			year, month = year+1, 1
		}
	}
	last := []int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
	if month == 2 && year%4 == 0 {
		last = 29
	}
	return year, month, min(day, last)
}

// Law 6: through any extensions and renewals, each term begins on the day of the month of the first term, or on the
// last day of a shorter month.
func TestEveryChainOfTermsKeepsItsDay(t *testing.T) {
	short.Skip(t)
	lengths := []int{1, 6, 9, 12}
	newYork := giventest.Zone(t, "America/New_York")
	round := 0
	for month := 1; month <= 12; month++ {
		for _, day := range race.Few([]int{1, 15, 28, 29, 30, 31}, 4) {
			year := 2027
			if _, _, last := monthsLater(year, month, day, 0); last != day {
				if year = 2028; month != 2 || day != 29 {
					continue
				}
			}
			for chain := range len(lengths) * len(lengths) * len(lengths) * len(lengths) {
				if round++; !race.Takes(round, 7) {
					continue
				}
				loc := []*time.Location{time.UTC, newYork}[round%2]
				on := func(months int) time.Time {
					y, m, d := monthsLater(year, month, day, months)
					return time.Date(y, time.Month(m), d, 0, 0, 0, 0, loc)
				}
				billing, first := []plans.TermBilling{plans.UpFront, plans.PerPeriod}[round/2%2], lengths[chain%4]
				cycle, err := proration.NewCycle(on(0), proration.Interval{Months: 1})
				if billing == plans.UpFront {
					cycle.Interval.Months = first
				}
				if err != nil {
					t.Fatal(err)
				}
				contract := plans.Contract{Plan: "base", Currency: "USD", Cycle: cycle, Items: []plans.Item{one("seat", "1", "15")}}
				term := plans.Term{Length: proration.Interval{Months: first}, Billing: billing, Renewal: plans.Renew, Percent: giventest.Money("10")}
				contract.Terms = []plans.ContractTerm{{Term: term, Period: proration.Period{Start: on(0), End: on(first)}}}
				months := first
				check := func(c plans.Contract, length int) {
					t.Helper()
					last := c.Terms[len(c.Terms)-1].Period
					if !last.Start.Equal(on(months)) || !last.End.Equal(on(months+length)) {
						t.Fatalf("from %v on, %d months later, a term of %d is %v, want it from %v until %v", on(0), months, length, last, on(months), on(months+length))
					}
					if d := c.Discounts[0]; !d.From.Equal(last.Start) || !d.Until.Equal(last.End) {
						t.Fatalf("the discount of %v is from %v until %v", last, d.From, d.Until)
					}
					period, err := c.Cycle.Containing(last.End.Add(-1))
					whole := on(months)
					if billing == plans.PerPeriod {
						whole = on(months + length - 1)
					}
					if err != nil || !period.End.Equal(last.End) || !period.Start.Equal(whole) {
						t.Fatalf("the last period of %v is %v, want it from %v: %v", last, period, whole, err)
					}
				}
				for _, length := range []int{lengths[chain/4%4], lengths[chain/16%4]} {
					term.Length.Months = length
					if contract, err = contract.Changed(plans.Change{Term: &term}, on(0)); err != nil {
						t.Fatal(err)
					}
					check(contract, length)
					months += length
				}
				for range 2 {
					if contract, _, err = contract.Renewed(); err != nil {
						t.Fatal(err)
					}
					check(contract, lengths[chain/16%4])
					months += lengths[chain/16%4]
				}
				if chain >= 64 { // from then on without terms: the periods continue
					contract, _, err = ending(contract, plans.Evergreen).Renewed()
					if err != nil || len(contract.Terms) > 0 {
						t.Fatal(contract.Terms, err)
					}
					for range 3 {
						period, err := contract.Cycle.Containing(on(months))
						months += contract.Cycle.Interval.Months
						if err != nil || !period.End.Equal(on(months)) {
							t.Fatalf("evergreen from %v on: %v, want it until %v", on(0), period, on(months))
						}
					}
				}
			}
		}
	}
}

// The termination fee is the agreed part of every bill still to come: each month that begins then or later, with its
// minimum, less its discounts.
func TestEveryTerminationFee(t *testing.T) {
	short.Skip(t)
	half := func(n, d int64) int64 { return (2*n + d) / (2 * d) } // rounded half up
	begins := []string{"2026-11-01", "2026-12-01", "2027-01-01", "2027-02-01", "2027-03-01", "2027-04-01"}
	for variant := range 8 {
		contract := committed(nil, "P6M 2026-11-01/2027-05-01")
		contract.Ramp = steps(nil, "2027-02-01 11 seat at 79.99")
		percent, welcome := plans.Discount{ID: "percent", Percent: giventest.Money("12.5"), Duration: plans.Forever}, plans.Discount{
			ID: "welcome", Amount: giventest.Money("100.01"), Currency: "USD", Duration: plans.Repeating, Periods: 2,
		}
		contract.Discounts = []plans.Discount{percent, welcome}
		if variant&1 != 0 {
			contract.Discounts = []plans.Discount{welcome, percent}
		}
		least := int64(0)
		if variant&2 != 0 {
			least = 88_000
			contract.Minimum = giventest.Money("880")
		}
		share, fee := int64(100), int64(0)
		if variant&4 != 0 {
			share, fee = 37, 2_999
		}
		contract.Terms[0].Term.TerminationFee = plans.TerminationFee{Percent: decimal.NewFromInt(share), Fee: decimal.New(fee, -2)}
		for at := giventest.Instant("2026-11-01", nil); at.Before(giventest.Instant("2027-05-10", nil)); at = at.Add(time.Duration(race.Step(9)*12) * time.Hour) {
			rest, welcomes := int64(0), 2
			for i, day := range begins {
				if giventest.Instant(day, nil).Before(at) {
					continue
				}
				due := int64(10 * 8900)
				if i >= 3 {
					due = 11 * 7999
				}
				due = max(due, least)
				tenth := func() { due -= half(due*125, 1000) }
				if variant&1 == 0 {
					tenth()
				}
				if welcomes > 0 {
					due -= 10_001
					welcomes--
				}
				if variant&1 != 0 {
					tenth()
				}
				rest += due
			}
			want := half(rest*share, 100) + fee
			if !at.Before(contract.End()) {
				want = 0
			}
			got, err := contract.TerminationFee(at, proration.Standard(2))
			if err != nil || !got.Net.Equal(decimal.New(want, -2)) {
				t.Fatalf("variant %d: leaving at %v costs %s, want %v: %v", variant, at, got.Explain(), decimal.New(want, -2), err)
			}
		}
	}
}
