package plans_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// lines writes charges as a bill does: their time and calculation.
func lines(charges []plans.Charge, loc *time.Location) (all []string) {
	if loc == nil {
		loc = time.UTC
	}
	for _, c := range charges {
		all = append(all, proration.LocalTimeOf(c.Span.Start.In(loc)).String()+" until "+proration.LocalTimeOf(c.Span.End.In(loc)).String()+", "+c.Explain())
	}
	return all
}

// total adds up the nets.
func total(charges []plans.Charge) (sum decimal.Decimal) {
	for _, c := range charges {
		sum = sum.Add(c.Net)
	}
	return sum
}

// checkCharges fails unless the charges have the expected lines, each of a kind and for the period of the portion, and
// can be stored and checked.
func checkCharges(t *testing.T, c plans.Contract, kind plans.Kind, charges []plans.Charge, period proration.Period, want []string) {
	t.Helper()
	if got := lines(charges, c.Cycle.Location); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for i, charge := range charges {
		if charge.Kind != kind || charge.Plan != c.Plan || charge.Currency != c.Currency || charge.ID != "" || charge.Corrects != "" ||
			len(charge.Discounts) > 0 || len(charge.Taxes) > 0 || !charge.Net.Equal(charge.Share.Amount) || !charge.Period.Equal(period) {
			t.Errorf("charge %d is %+v", i, charge)
		}
		checkExplained(t, charge)
		giventest.CheckRoundTrip(t, charge)
	}
}

func TestContractCharges(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	saoPaulo := giventest.Zone(t, "America/Sao_Paulo")
	annual := seats("10", "948.00")
	annual.Cycle = giventest.Cycle("2026-03-01", "P1Y", time.UTC)
	monthly := func(start string, loc *time.Location) plans.Contract {
		c := seats("10", "89.00")
		c.Cycle = giventest.Cycle(start, "P1M", loc)
		return c
	}
	twoKinds := seats("10", "89.00")
	twoKinds.Items = append(twoKinds.Items, one("light", "3", "19.00"), one("phone", "2", "0"))
	tiers := seats("0", "0")
	tiers.Items = []plans.Item{sold("seat", "12", byTier), sold("light", "12", byVolume), sold("call", "25", `{"unit":"5","package":"10","included":"3"}`), sold("fee", "1", `{"flat":"49"}`)}
	none := seats("10", "89.00")
	none.Items = append(none.Items, one("light", "0", "19.00"), sold("fee", "0", `{"flat":"49"}`), sold("least", "0", `{"unit":"7","minimum":"50"}`),
		sold("tier", "0", `{"tiering":"volume","tiers":[{"flat":"20"}]}`), sold("call", "0", `{"unit":"0.05","flat":"5","metered":true}`))
	half := prepaid(nil, "P6M 2026-11-01/2027-05-01")
	half.Items = append(half.Items, sold("light", "6", `{"per":"P1M",`+byTier[1:]), sold("setup", "1", `{"flat":"100"}`), sold("phone", "3", `{"per":"P3M","unit":"20"}`))
	longer := prepaid(nil, "P6M 2026-11-01/2027-05-01", "P9M 2027-05-01/2028-02-01")
	inYears := prepaid(newYork, "P1Y 2026-07-01/2027-07-01")

	seconds := proration.Policy{DayCount: proration.Seconds, Rounding: proration.Rounding{Mode: proration.HalfUp}}
	oldSide, down := proration.Standard(2), proration.Standard(9)
	oldSide.ChangeDay, down.Rounding.Mode = proration.OldSide, proration.Down
	const nov = "2026-11-01 until 2026-12-01, "
	for _, c := range []struct {
		name, why    string
		contract     plans.Contract
		period, span string
		policy       proration.Policy
		want         []string
		net          string
	}{
		{name: "a month", why: "ten seats at 89.00", contract: seats("10", "89.00"), want: []string{nov + "seat: 10 x 89.00 = 890.00"}, net: "890"},
		{
			name: "a charge for each item", why: "in the order of the contract", contract: twoKinds,
			want: []string{nov + "seat: 10 x 89.00 = 890.00", nov + "light: 3 x 19.00 = 57.00", nov + "phone: 2 x 0.00 = 0.00"}, net: "947",
		},
		{
			name: "each at its own price", why: "tiers, volume tiers, packages and a flat fee", contract: tiers,
			want: []string{
				nov + "seat: 5 x 7.00 + 5 x 6.50 + 2 x 6.00 = 79.50", nov + "light: 12 x 6.00 = 72.00", nov + "call: 3 packages of 10 x 5.00 beyond 3 included = 15.00", nov + "fee: 49.00 = 49.00",
			}, net: "215.5",
		},
		{
			name: "a partial period", why: "law 4: service from the 16th is 15 of the 30 days of the whole period", contract: seats("10", "89.00"), span: "2026-11-16/2026-12-01",
			want: []string{"2026-11-16 until 2026-12-01, seat: 10 x 89.00, 890.00 x 15/30 days = 445.00"}, net: "445",
		},
		{
			name: "a partial period in mid-month", why: "11 of 30 days of 890.00 are 326.333...", contract: seats("10", "89.00"), span: "2026-11-16/2026-11-27",
			want: []string{"2026-11-16 until 2026-11-27, seat: 10 x 89.00, 890.00 x 11/30 days = 326.333..., rounded half up to 326.33"}, net: "326.33",
		},
		{
			name: "a partial period with tiers", why: "law 1: the price is exact until it is multiplied by the share", contract: tiers, span: "2026-11-21/2026-12-01",
			want: []string{
				"2026-11-21 until 2026-12-01, seat: 5 x 7.00 + 5 x 6.50 + 2 x 6.00, 79.50 x 10/30 days = 26.50",
				"2026-11-21 until 2026-12-01, light: 12 x 6.00, 72.00 x 10/30 days = 24.00",
				"2026-11-21 until 2026-12-01, call: 3 packages of 10 x 5.00 beyond 3 included, 15.00 x 10/30 days = 5.00",
				"2026-11-21 until 2026-12-01, fee: 49.00, 49.00 x 10/30 days = 16.333..., rounded half up to 16.33",
			}, net: "71.83",
		},
		{
			name: "the rest of a contract", why: "K3b: the contract is the period; 105 of 365 days of 9480.00 are 2727.123...", contract: annual, period: "2026-03-01/2027-03-01", span: "2026-11-16/2027-03-01",
			want: []string{"2026-11-16 until 2027-03-01, seat: 10 x 948.00, 9480.00 x 105/365 days = 2727.123..., rounded half up to 2727.12"}, net: "2727.12",
		},
		{
			name: "billed up front", why: "M3: price per user and month x users x months; each item by the length of its price", contract: half, period: "2026-11-01/2027-05-01",
			want: []string{
				"2026-11-01 until 2027-05-01, seat: 10 x 15.00 x 6 = 900.00", "2026-11-01 until 2027-05-01, light: (5 x 7.00 + 1 x 6.50) x 6 = 249.00",
				"2026-11-01 until 2027-05-01, setup: 100.00 = 100.00", "2026-11-01 until 2027-05-01, phone: 3 x 20.00 x 2 = 120.00",
			}, net: "1369",
		},
		{
			name: "an extension", why: "M5: each term has its own length: nine months of 150.00", contract: longer, period: "2027-05-01/2028-02-01",
			want: []string{"2027-05-01 until 2028-02-01, seat: 10 x 15.00 x 9 = 1350.00"}, net: "1350",
		},
		{
			name: "the term before an extension", why: "the term keeps its own length: 181 days of six months", contract: longer, period: "2026-11-01/2027-05-01", span: "2027-01-01/2027-05-01",
			want: []string{"2027-01-01 until 2027-05-01, seat: 10 x 15.00 x 6, 900.00 x 120/181 days = 596.685..., rounded half up to 596.69"}, net: "596.69",
		},

		{
			name: "a month with an extra hour", why: "law 4, on the calendar of the customer: November in New York has 30 days and 721 hours", contract: monthly("2026-11-01", newYork), span: "2026-11-16T11:30:00/2026-12-01",
			want: []string{"2026-11-16T11:30:00 until 2026-12-01, seat: 10 x 89.00, 890.00 x 15/30 days = 445.00"}, net: "445",
		},
		{
			name: "a day with an extra hour", why: "clocks go back on November 1: it is one day of 30", contract: monthly("2026-11-01", newYork), span: "2026-11-01/2026-11-02",
			want: []string{"2026-11-01 until 2026-11-02, seat: 10 x 89.00, 890.00 x 1/30 days = 29.666..., rounded half up to 29.67"}, net: "29.67",
		},
		{
			name: "counted in seconds", why: "the same month in seconds: 15 days of 86,400 s are 1,296,000 of 2,595,600 s, 444.382... of 890.00", contract: monthly("2026-11-01", newYork), span: "2026-11-16/2026-12-01", policy: seconds,
			want: []string{"2026-11-16 until 2026-12-01, seat: 10 x 89.00, 890.00 x 1296000/2595600 seconds = 444.382..., rounded half up to 444.38"}, net: "444.38",
		},
		{
			name: "a month with a missing hour", why: "clocks go forward on March 14: 31 days and 743 hours", contract: monthly("2027-03-01", newYork), period: "2027-03-01/2027-04-01", span: "2027-03-14/2027-04-01",
			want: []string{"2027-03-14 until 2027-04-01, seat: 10 x 89.00, 890.00 x 18/31 days = 516.774..., rounded half up to 516.77"}, net: "516.77",
		},
		{
			name: "a month with a missing hour, in seconds", why: "17 days and a short one of 23 hours: 1,551,600 of 2,674,800 s", contract: monthly("2027-03-01", newYork), period: "2027-03-01/2027-04-01", span: "2027-03-14/2027-04-01", policy: seconds,
			want: []string{"2027-03-14 until 2027-04-01, seat: 10 x 89.00, 890.00 x 1551600/2674800 seconds = 516.271..., rounded half up to 516.27"}, net: "516.27",
		},
		{
			name: "a year across both clock changes", why: "from November 1, when clocks go back, 242 of 365 days, on dates that no clock change moves", contract: inYears, period: "2026-07-01/2027-07-01", span: "2026-11-01/2027-07-01",
			want: []string{"2026-11-01 until 2027-07-01, seat: 10 x 15.00 x 12, 1800.00 x 242/365 days = 1193.424..., rounded half up to 1193.42"}, net: "1193.42",
		},
		{
			name: "a day that begins at one o'clock", why: "clocks in Sao Paulo skipped midnight of October 15, 2017: from its first instant on 17 of 31 days are left", contract: monthly("2017-10-01", saoPaulo), period: "2017-10-01/2017-11-01", span: "2017-10-15T01:00:00/2017-11-01",
			want: []string{"2017-10-15T01:00:00 until 2017-11-01, seat: 10 x 89.00, 890.00 x 17/31 days = 488.064..., rounded half up to 488.06"}, net: "488.06",
		},
		{
			name: "a day with a repeated last hour", why: "clocks went back there at the end of February 17, 2018, which had 25 hours: 11 of 28 days follow it", contract: monthly("2018-02-01", saoPaulo), period: "2018-02-01/2018-03-01", span: "2018-02-18/2018-03-01",
			want: []string{"2018-02-18 until 2018-03-01, seat: 10 x 89.00, 890.00 x 11/28 days = 349.642..., rounded half up to 349.64"}, net: "349.64",
		},

		{
			name: "the day of the change belongs to the old side", why: "law 5: by the policy, service from noon of the 16th is billed from the 17th", contract: seats("10", "89.00"), span: "2026-11-16T12:00:00/2026-12-01", policy: oldSide,
			want: []string{"2026-11-16T12:00:00 until 2026-12-01, seat: 10 x 89.00, 890.00 x 14/30 days = 415.333..., rounded half up to 415.33"}, net: "415.33",
		},
		{
			name: "yen", why: "ISO 4217: yen have no places, whatever the policy says; 10 of 30 days of 1000", contract: in("JPY", seats("1", "1000")), span: "2026-11-21/2026-12-01",
			want: []string{"2026-11-21 until 2026-12-01, seat: 1 x 1000, 1000 x 10/30 days = 333.3..., rounded half up to 333"}, net: "333",
		},
		{
			name: "dinars", why: "ISO 4217: dinars have three places; 10 of 30 days of 27.500", contract: in("KWD", seats("1", "27.5")), span: "2026-11-21/2026-12-01",
			want: []string{"2026-11-21 until 2026-12-01, seat: 1 x 27.500, 27.500 x 10/30 days = 9.1666..., rounded half up to 9.167"}, net: "9.167",
		},
		{
			name: "the decimal places of the policy", why: "the currency sets the places, though the policy says 9; the mode of the policy applies", contract: seats("1", "89.00"), span: "2026-11-21/2026-12-01", policy: down,
			want: []string{"2026-11-21 until 2026-12-01, seat: 1 x 89.00, 89.00 x 10/30 days = 29.666..., rounded down to 29.66"}, net: "29.66",
		},
		{
			name: "price below a cent", why: "law 1: the amount is rounded once, at the end: 12347 x 0.0004 = 4.9388", contract: seats("12347", "0.0004"),
			want: []string{nov + "seat: 12347 x 0.0004, 4.9388 x 30/30 days = 4.9388, rounded half up to 4.94"}, net: "4.94",
		},
		{name: "the price of the contract", why: "K3c: the rate is the contracted one, although the list price is now 99.00", contract: seats("10", "79.00"), want: []string{nov + "seat: 10 x 79.00 = 790.00"}, net: "790"},
		{name: "no seats", why: "an item without units has no charge", contract: seats("0", "89.00"), net: "0"},
		{name: "no units of several prices", why: "no units cost nothing, whatever the flat fee, the minimum or the first tier", contract: none, want: []string{nov + "seat: 10 x 89.00 = 890.00"}, net: "890"},
		{name: "no items", why: "a contract without items has no charges", contract: empty(), net: "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			loc := c.contract.Cycle.Location
			if c.period == "" {
				c.period = november
			}
			if c.policy.Rounding.Mode == 0 {
				c.policy = proration.Standard(2)
			}
			before := clone.Deep(c.contract)
			portion := part(c.period, c.span, loc)
			charges, err := c.contract.Charges(portion, c.policy)
			if err != nil {
				t.Fatal(err)
			}
			checkCharges(t, c.contract, plans.Recurring, charges, portion.Period, c.want)
			giventest.CheckMoney(t, c.why, total(charges), c.net)
			for i, charge := range charges {
				item := c.contract.Items[i]
				if charge.Item != item.ID || !charge.Quantity.Equal(item.Quantity) || charge.BaseQuantity != nil || !charge.Price.Equal(item.Price) || !charge.Span.Equal(portion.Span) {
					t.Errorf("charge %d differs from its item: %+v", i, charge)
				}
			}
			if !reflect.DeepEqual(c.contract, before) {
				t.Errorf("the contract is now %+v", c.contract)
			}
		})
	}
}

// A ramp step is charged from its first instant on, each price for its own part of the period.
func TestContractChargesRamp(t *testing.T) {
	ten := func(all ...string) plans.Contract {
		c := seats("10", "89.00")
		c.Ramp = steps(nil, all...)
		return c
	}
	newYork := giventest.Zone(t, "America/New_York")
	there := seats("10", "89.00")
	there.Cycle, there.Ramp = giventest.Cycle("2026-11-01", "P1M", newYork), steps(newYork, "2026-11-16T18:30:00 12 seat at 79.00")
	twoKinds := ten("2026-11-11 12 seat at 79.00", "2026-11-16 5 light at 19.00", "2026-11-21 6 phone at 10.00", "2026-11-21 15 seat at 79.00")
	twoKinds.Items = append(twoKinds.Items, one("light", "3", "19.00"))
	upFront := prepaid(nil, "P6M 2026-11-01/2027-05-01")
	upFront.Ramp = []plans.RampStep{
		{At: giventest.Instant("2027-02-01", nil), Item: sold("seat", "20", `{"per":"P1M","unit":"15"}`)},
		{At: giventest.Instant("2027-03-01", nil), Item: sold("light", "5", `{"per":"P3M",`+byTier[1:])},
	}
	seconds := proration.Policy{DayCount: proration.Seconds, Rounding: proration.Rounding{Mode: proration.HalfUp}}
	oldSide := proration.Standard(2)
	oldSide.ChangeDay = proration.OldSide
	const nov = "2026-11-01 until 2026-12-01, "
	for _, c := range []struct {
		name, why    string
		contract     plans.Contract
		period, span string
		policy       *proration.Policy
		want         []string
	}{
		{
			name: "inside", why: "20 days at the old price, 10 at the new one", contract: ten("2026-11-21 12 seat at 79.00"),
			want: []string{
				"2026-11-01 until 2026-11-21, seat: 10 x 89.00, 890.00 x 20/30 days = 593.333..., rounded half up to 593.33",
				"2026-11-21 until 2026-12-01, seat: 12 x 79.00, 948.00 x 10/30 days = 316.00",
			},
		},
		{name: "a step before the period", why: "the step has taken effect", contract: ten("2026-10-21 12 seat at 79.00"), want: []string{nov + "seat: 12 x 79.00 = 948.00"}},
		{name: "a step at the start of the period", why: "a period includes its start", contract: ten("2026-11-01 12 seat at 79.00"), want: []string{nov + "seat: 12 x 79.00 = 948.00"}},
		{name: "a step at the end of the period", why: "a period excludes its end", contract: ten("2026-12-01 12 seat at 79.00"), want: []string{nov + "seat: 10 x 89.00 = 890.00"}},
		{name: "a step after the period", why: "the step is later", contract: ten("2027-11-01 12 seat at 79.00"), want: []string{nov + "seat: 10 x 89.00 = 890.00"}},
		{
			name: "a step before a partial span, within its period", why: "the charge is for the span", contract: ten("2026-11-11 12 seat at 79.00"), span: "2026-11-16/2026-12-01",
			want: []string{"2026-11-16 until 2026-12-01, seat: 12 x 79.00, 948.00 x 15/30 days = 474.00"},
		},
		{
			name: "a step at the end of a partial span, within its period", why: "the charge is for the span", contract: ten("2026-11-16 12 seat at 79.00"), span: "2026-11-01/2026-11-16",
			want: []string{"2026-11-01 until 2026-11-16, seat: 10 x 89.00, 890.00 x 15/30 days = 445.00"},
		},
		{
			name: "several", why: "a charge for each price", contract: ten("2026-10-01 11 seat at 89.00", "2026-11-11 12 seat at 79.00", "2026-11-16 5 seat at 79.00", "2026-12-24 1 seat at 1.00"),
			want: []string{
				"2026-11-01 until 2026-11-11, seat: 11 x 89.00, 979.00 x 10/30 days = 326.333..., rounded half up to 326.33",
				"2026-11-11 until 2026-11-16, seat: 12 x 79.00, 948.00 x 5/30 days = 158.00",
				"2026-11-16 until 2026-12-01, seat: 5 x 79.00, 395.00 x 15/30 days = 197.50",
			},
		},
		{
			name: "an added item", why: "it is charged from its first instant on, after the other items, each item on its own", contract: twoKinds,
			want: []string{
				"2026-11-01 until 2026-11-11, seat: 10 x 89.00, 890.00 x 10/30 days = 296.666..., rounded half up to 296.67",
				"2026-11-11 until 2026-11-21, seat: 12 x 79.00, 948.00 x 10/30 days = 316.00",
				"2026-11-21 until 2026-12-01, seat: 15 x 79.00, 1185.00 x 10/30 days = 395.00",
				"2026-11-01 until 2026-11-16, light: 3 x 19.00, 57.00 x 15/30 days = 28.50",
				"2026-11-16 until 2026-12-01, light: 5 x 19.00, 95.00 x 15/30 days = 47.50",
				"2026-11-21 until 2026-12-01, phone: 6 x 10.00, 60.00 x 10/30 days = 20.00",
			},
		},
		{
			name: "an item that a step adds later", why: "nothing is due for it", contract: ten("2026-12-01 6 phone at 10.00"),
			want: []string{nov + "seat: 10 x 89.00 = 890.00"},
		},
		{
			name: "a step to zero", why: "the item leaves at the step, and has no charge from then on", contract: ten("2026-11-16 0 seat at 89.00"),
			want: []string{"2026-11-01 until 2026-11-16, seat: 10 x 89.00, 890.00 x 15/30 days = 445.00"},
		},
		{
			name: "a step to zero of a flat price", why: "no units cost nothing, whatever the flat fee", contract: func() plans.Contract {
				c := seats("10", "0")
				c.Items[0].Price = priceOf(`{"flat":"49"}`)
				c.Ramp = []plans.RampStep{{At: giventest.Instant("2026-11-16", nil), Item: sold("seat", "0", `{"flat":"49"}`)}}
				return c
			}(), want: []string{"2026-11-01 until 2026-11-16, seat: 49.00, 49.00 x 15/30 days = 24.50"},
		},
		{
			name: "a step to zero of a metered item", why: "the item stays, and its usage is billed without a recurring charge", contract: func() plans.Contract {
				c := seats("10", "89.00")
				c.Items = append(c.Items, sold("call", "4", `{"unit":"1","metered":true}`))
				c.Ramp = []plans.RampStep{{At: giventest.Instant("2026-11-16", nil), Item: sold("call", "0", `{"unit":"1","metered":true}`)}}
				return c
			}(), want: []string{nov + "seat: 10 x 89.00 = 890.00", "2026-11-01 until 2026-11-16, call: 4 x 1.00, 4.00 x 15/30 days = 2.00"},
		},
		{
			name: "a step to zero and a step back", why: "the time between the steps has no charge", contract: ten("2026-11-11 0 seat at 89.00", "2026-11-21 10 seat at 89.00"),
			want: []string{
				"2026-11-01 until 2026-11-11, seat: 10 x 89.00, 890.00 x 10/30 days = 296.666..., rounded half up to 296.67",
				"2026-11-21 until 2026-12-01, seat: 10 x 89.00, 890.00 x 10/30 days = 296.666..., rounded half up to 296.67",
			},
		},
		{
			name: "from zero", why: "the first units are charged from the step on", contract: func() plans.Contract {
				c := ten("2026-11-21 10 seat at 89.00")
				c.Items[0].Quantity = giventest.Money("0")
				return c
			}(), want: []string{"2026-11-21 until 2026-12-01, seat: 10 x 89.00, 890.00 x 10/30 days = 296.666..., rounded half up to 296.67"},
		},
		{
			name: "another price", why: "the quantity stays, and the price changes", contract: ten("2026-11-16 10 seat at 79.00"),
			want: []string{"2026-11-01 until 2026-11-16, seat: 10 x 89.00, 890.00 x 15/30 days = 445.00", "2026-11-16 until 2026-12-01, seat: 10 x 79.00, 790.00 x 15/30 days = 395.00"},
		},
		{
			name: "an unchanged step", why: "a step without a change divides no line: 11.11 x 1/3 three times would be 11.10", contract: func() plans.Contract {
				c := ten("2026-11-11 1 seat at 11.110", "2026-11-21 1.0 seat at 11.11")
				c.Items[0] = one("seat", "1", "11.11")
				return c
			}(), want: []string{nov + "seat: 1 x 11.11 = 11.11"},
		},
		{
			name: "changed and changed back", why: "both changes are charged", contract: ten("2026-11-11 12 seat at 89.00", "2026-11-21 10 seat at 89.00"),
			want: []string{
				"2026-11-01 until 2026-11-11, seat: 10 x 89.00, 890.00 x 10/30 days = 296.666..., rounded half up to 296.67",
				"2026-11-11 until 2026-11-21, seat: 12 x 89.00, 1068.00 x 10/30 days = 356.00",
				"2026-11-21 until 2026-12-01, seat: 10 x 89.00, 890.00 x 10/30 days = 296.666..., rounded half up to 296.67",
			},
		},
		{
			name: "two steps at one instant", why: "the later one applies", contract: ten("2026-11-16 99 seat at 99.00", "2026-11-16 12 seat at 79.00"),
			want: []string{"2026-11-01 until 2026-11-16, seat: 10 x 89.00, 890.00 x 15/30 days = 445.00", "2026-11-16 until 2026-12-01, seat: 12 x 79.00, 948.00 x 15/30 days = 474.00"},
		},
		{
			name: "changed back at one instant", why: "two steps that cancel each other divide no line", contract: ten("2026-11-16 99 seat at 99.00", "2026-11-16 10 seat at 89.00"),
			want: []string{nov + "seat: 10 x 89.00 = 890.00"},
		},
		{
			name: "within a day", why: "law 5: the day of the change belongs only to the new side", contract: there,
			want: []string{
				"2026-11-01 until 2026-11-16T18:30:00, seat: 10 x 89.00, 890.00 x 15/30 days = 445.00",
				"2026-11-16T18:30:00 until 2026-12-01, seat: 12 x 79.00, 948.00 x 15/30 days = 474.00",
			},
		},
		{
			name: "within a day, old side", why: "law 5: by the policy the day belongs only to the old side", contract: there, policy: &oldSide,
			want: []string{
				"2026-11-01 until 2026-11-16T18:30:00, seat: 10 x 89.00, 890.00 x 16/30 days = 474.666..., rounded half up to 474.67",
				"2026-11-16T18:30:00 until 2026-12-01, seat: 12 x 79.00, 948.00 x 14/30 days = 442.40",
			},
		},
		{
			name: "within a day, in seconds", why: "each side has its part of the day", contract: there, policy: &seconds,
			want: []string{
				"2026-11-01 until 2026-11-16T18:30:00, seat: 10 x 89.00, 890.00 x 1366200/2595600 seconds = 468.453..., rounded half up to 468.45",
				"2026-11-16T18:30:00 until 2026-12-01, seat: 12 x 79.00, 948.00 x 1229400/2595600 seconds = 449.018..., rounded half up to 449.02",
			},
		},
		{
			name: "billed up front", why: "a term that is paid up front has its steps: 92 and 89 of 181 days", contract: upFront, period: "2026-11-01/2027-05-01",
			want: []string{
				"2026-11-01 until 2027-02-01, seat: 10 x 15.00 x 6, 900.00 x 92/181 days = 457.458..., rounded half up to 457.46",
				"2027-02-01 until 2027-05-01, seat: 20 x 15.00 x 6, 1800.00 x 89/181 days = 885.082..., rounded half up to 885.08",
				"2027-03-01 until 2027-05-01, light: 5 x 7.00 x 2, 70.00 x 61/181 days = 23.591..., rounded half up to 23.59",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.period == "" {
				c.period = november
			}
			policy := proration.Standard(2)
			if c.policy != nil {
				policy = *c.policy
			}
			before := clone.Deep(c.contract)
			portion := part(c.period, c.span, c.contract.Cycle.Location)
			charges, err := c.contract.Charges(portion, policy)
			if err != nil {
				t.Fatal(err)
			}
			checkCharges(t, c.contract, plans.Recurring, charges, portion.Period, c.want)
			if t.Failed() {
				t.Log(c.why)
			}
			if !reflect.DeepEqual(c.contract, before) {
				t.Errorf("the contract is now %+v", c.contract)
			}
		})
	}
}

func TestContractChargesRefused(t *testing.T) {
	month := part(november, "", time.UTC)
	offset := giventest.Instant("2026-11-16T09:00:00-05:00", giventest.Zone(t, "America/New_York"))
	for _, c := range []struct {
		name, why string
		edit      func(*plans.Contract, *proration.Portion, *proration.Policy)
		want      error
	}{
		{"no portion", "law 13: a missing span is not a whole month", func(_ *plans.Contract, p *proration.Portion, _ *proration.Policy) { *p = proration.Portion{} }, proration.ErrUnset},
		{"no span", "law 13: a missing span is not a whole month", func(_ *plans.Contract, p *proration.Portion, _ *proration.Policy) { p.Span = proration.Period{} }, proration.ErrUnset},
		{"span outside", "law 4: a span is inside its period", func(_ *plans.Contract, p *proration.Portion, _ *proration.Policy) {
			p.Span = giventest.Period("2026-10-31/2026-12-01", time.UTC)
		}, proration.ErrOutside},
		{"a span beyond the period, after a step", "law 4: the last of several charges is inside the period too", func(c *plans.Contract, p *proration.Portion, _ *proration.Policy) {
			c.Ramp = steps(nil, "2026-11-16 12 seat at 79.00")
			p.Span = giventest.Period("2026-11-01/2026-12-02", time.UTC)
		}, proration.ErrOutside},
		{"reversed", "an end comes after its start", func(_ *plans.Contract, p *proration.Portion, _ *proration.Policy) {
			p.Span = giventest.Period("2026-11-20/2026-11-16", time.UTC)
		}, proration.ErrPeriod},
		{"reversed around a step", "an end comes after its start", func(c *plans.Contract, p *proration.Portion, _ *proration.Policy) {
			c.Ramp = steps(nil, "2026-11-18 12 seat at 79.00")
			p.Span = giventest.Period("2026-11-20/2026-11-16", time.UTC)
		}, proration.ErrPeriod},
		{"no policy", "law 13: an unset policy is an error", func(_ *plans.Contract, _ *proration.Portion, p *proration.Policy) { *p = proration.Policy{} }, proration.ErrUnset},
		{"no such day count", "law 14: bad input is an error that names its field", func(_ *plans.Contract, _ *proration.Portion, p *proration.Policy) { p.DayCount = 99 }, proration.ErrInvalid},
		{"instant with an offset", "an offset does not name the calendar of the days", func(c *plans.Contract, p *proration.Portion, _ *proration.Policy) {
			c.Cycle.Location, p.Span.Start = nil, offset
		}, proration.ErrZone},
		{"an invalid contract", "the method validates its contract", func(c *plans.Contract, _ *proration.Portion, _ *proration.Policy) { c.Plan = "" }, proration.ErrUnset},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract, portion, policy := seats("10", "89.00"), month, proration.Standard(2)
			c.edit(&contract, &portion, &policy)
			charges, err := contract.Charges(portion, policy)
			if !errors.Is(err, c.want) || charges != nil {
				t.Errorf("Charges returned %v, %v; want %v: %s", charges, err, c.want, c.why)
			}
			charges, err = contract.Added(quantityChange("1", "seat"), portion, policy)
			if !errors.Is(err, c.want) || charges != nil {
				t.Errorf("Added returned %v, %v; want %v: %s", charges, err, c.want, c.why)
			}
			contract.Minimum = giventest.Money("1")
			if charges, err := contract.Shortfall(nil, portion, policy); !errors.Is(err, c.want) || charges != nil {
				t.Errorf("Shortfall returned %+v, %v; want %v: %s", charges, err, c.want, c.why)
			}
		})
	}
	contract := seats("10", "89.00")
	contract.Plan = ""
	_, err := contract.Charges(month, proration.Standard(2))
	giventest.CheckFaults(t, err, "contract.plan unset")

	// Law 14: amounts have limits, and a thousand months of the largest price exceed them.
	most := seats("0", "0")
	most.Items[0] = sold("seat", "999999999999999999", `{"per":"P1M","unit":"999999999999999999"}`)
	most.Cycle.Interval = giventest.Interval("P1000M")
	period, err := most.Cycle.Period(0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = most.Charges(whole(period), proration.Standard(2))
	giventest.CheckFaults(t, err, "amount limit")
}

func TestContractAdded(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	kinds := seats("10", "79.00")
	kinds.Items = append(kinds.Items, one("light", "3", "19.00"))
	tiers := seats("0", "0")
	tiers.Items = []plans.Item{
		sold("seat", "4", byTier), sold("light", "9", byVolume), sold("call", "25", `{"unit":"5","package":"10","included":"3"}`), sold("fee", "1", `{"flat":"49"}`),
		sold("least", "3", `{"unit":"7","minimum":"50"}`), sold("most", "6", `{"unit":"7","maximum":"50"}`), sold("money", "100", `{"percent":"2.9"}`),
		sold("none", "0", `{"flat":"49","unit":"7"}`), sold("usage", "0", `{"flat":"49","unit":"7","metered":true}`),
	}
	leaving, returning := seats("10", "79.00"), seats("10", "79.00")
	leaving.Items[0] = sold("seat", "10", `{"flat":"49","unit":"7"}`)
	leaving.Ramp = []plans.RampStep{{At: giventest.Instant("2026-11-21", nil), Item: sold("seat", "0", `{"flat":"49","unit":"7"}`)}}
	returning.Ramp = steps(nil, "2026-11-16 0 seat at 79.00", "2026-11-26 5 seat at 69.00")
	half := prepaid(newYork, "P6M 2026-11-01/2027-05-01")
	half.Items = append(half.Items, sold("light", "4", `{"per":"P1M",`+byTier[1:]))
	climbing := seats("10", "79.00")
	climbing.Items = append(climbing.Items, sold("light", "4", byTier))
	climbing.Ramp = []plans.RampStep{
		{At: giventest.Instant("2026-11-21", nil), Item: one("seat", "20", "69.00")},
		{At: giventest.Instant("2026-11-26", nil), Item: sold("light", "8", byTier)},
		{At: giventest.Instant("2026-11-26", nil), Item: one("phone", "1", "10.00")},
	}
	const nov, rest = "2026-11-01 until 2026-12-01, ", "2026-11-16/2026-12-01"
	const from16 = "2026-11-16 until 2026-12-01, "
	for _, c := range []struct {
		name, why    string
		contract     plans.Contract
		change       plans.Change
		period, span string
		want         []string
		wantErr      []string
	}{
		{name: "two seats on the 16th", why: "K3a: 2 x 79.00 for 15 of 30 days", contract: kinds, change: quantityChange("2", "seat"), span: rest, want: []string{from16 + "seat: 2 x 79.00, 158.00 x 15/30 days = 79.00"}},
		{name: "K3a: the whole month is left", why: "K3a: all of the month is left", contract: kinds, change: quantityChange("2", "seat"), want: []string{nov + "seat: 2 x 79.00 = 158.00"}},
		{
			name: "on the last day", why: "K3a: one of 30 days is left, 5.266...", contract: kinds, change: quantityChange("2", "seat"), span: "2026-11-30T23:59:59.999999999/2026-12-01",
			want: []string{"2026-11-30T23:59:59.999999999 until 2026-12-01, seat: 2 x 79.00, 158.00 x 1/30 days = 5.266..., rounded half up to 5.27"},
		},
		{name: "another kind", why: "K3c: each kind at its own contracted rate, 19.00 x 15/30", contract: kinds, change: quantityChange("1", "light"), span: rest, want: []string{from16 + "light: 1 x 19.00, 19.00 x 15/30 days = 9.50"}},
		{name: "a percentage of an amount", why: "2.9 percent of the added amount", contract: tiers, change: quantityChange("50", "money"), want: []string{nov + "money: 2.9 % of 50.00 = 1.45"}},
		{
			name: "into other tiers", why: "twelve cost the difference to four", contract: tiers, change: quantityChange("8", "seat"), span: rest,
			want: []string{from16 + "seat: (5 x 7.00 + 5 x 6.50 + 2 x 6.00) - (4 x 7.00), 51.50 x 15/30 days = 25.75"},
		},
		{
			name: "a volume", why: "ten cost 65.00 and nine 58.50", contract: tiers, change: quantityChange("1", "light"), want: []string{nov + "light: (10 x 6.50) - (9 x 6.50) = 6.50"},
		},
		{
			name: "into a lower volume tier", why: "eleven at 6.00 are 66.00, and nine at 6.50 were 58.50", contract: tiers, change: quantityChange("2", "light"), want: []string{nov + "light: (11 x 6.00) - (9 x 6.50) = 7.50"},
		},
		{
			name: "into the next package", why: "the third package is not full, and has room for 8 more", contract: tiers, change: quantityChange("9", "call"),
			want: []string{nov + "call: (4 packages of 10 x 5.00 beyond 3 included) - (3 packages of 10 x 5.00 beyond 3 included) = 5.00"},
		},
		{
			name: "within the package", why: "the third package is not full, and has room for 8 more", contract: tiers, change: quantityChange("8", "call"),
			want: []string{nov + "call: (3 packages of 10 x 5.00 beyond 3 included) - (3 packages of 10 x 5.00 beyond 3 included) = 0.00"},
		},
		{name: "of an item with a flat price", why: "the flat price is for any quantity", contract: tiers, change: quantityChange("5", "fee"), want: []string{nov + "fee: (49.00) - (49.00) = 0.00"}},
		{name: "the first unit of an item with a flat price", why: "no units cost nothing, so that the flat price was not paid", contract: tiers, change: withPrice(quantityChange("1", "none"), `{"flat":"49","unit":"7"}`), want: []string{nov + "none: 1 x 7.00 + 49.00 = 56.00"}},
		{name: "the first unit of an item that left, without a price", why: "the contract has no price for it", contract: tiers, change: quantityChange("1", "none"), wantErr: []string{"change.add[0].item invalid"}},
		{name: "the first unit of a metered item", why: "no units cost nothing, so that the flat price was not paid", contract: tiers, change: quantityChange("1", "usage"), want: []string{nov + "usage: 1 x 7.00 + 49.00 = 56.00"}},
		{
			name: "through a step to zero", why: "the units of the step are the first ones, and cost their whole price", contract: leaving, change: quantityChange("2", "seat"), span: rest,
			want: []string{
				"2026-11-16 until 2026-11-21, seat: (12 x 7.00 + 49.00) - (10 x 7.00 + 49.00), 14.00 x 5/30 days = 2.333..., rounded half up to 2.33",
				"2026-11-21 until 2026-12-01, seat: 2 x 7.00 + 49.00, 63.00 x 10/30 days = 21.00",
			},
		},
		{
			name: "a comeback before a later step", why: "the item is new, and the step grows by the same quantity, at its own price", contract: returning, change: withPrice(quantityChange("2", "seat"), `{"unit":"85"}`), span: rest,
			want: []string{
				"2026-11-16 until 2026-11-26, seat: 2 x 85.00, 170.00 x 10/30 days = 56.666..., rounded half up to 56.67",
				"2026-11-26 until 2026-12-01, seat: 2 x 69.00, 138.00 x 5/30 days = 23.00",
			},
		},
		{name: "the first item", why: "a contract without items takes a new one", contract: empty(), change: withPrice(quantityChange("2", "seat"), `{"unit":"85"}`), span: rest, want: []string{from16 + "seat: 2 x 85.00, 170.00 x 15/30 days = 85.00"}},
		{name: "up to the minimum", why: "seven cost no more than the minimum that three paid", contract: tiers, change: quantityChange("4", "least"), want: []string{nov + "least: (7 x 7.00, at least 50.00) - (3 x 7.00, at least 50.00) = 0.00"}},
		{name: "beyond the minimum", why: "eight cost 56.00", contract: tiers, change: quantityChange("5", "least"), want: []string{nov + "least: (8 x 7.00) - (3 x 7.00, at least 50.00) = 6.00"}},
		{name: "beyond the maximum", why: "eight cost 50.00, and six cost 42.00", contract: tiers, change: quantityChange("2", "most"), want: []string{nov + "most: (8 x 7.00, at most 50.00) - (6 x 7.00) = 8.00"}},
		{
			name: "to the end of a term", why: "M6: the rest of the prepaid time, 120 of 181 days of 5 x 15.00 x 6", contract: half, change: quantityChange("5", "seat"), period: "2026-11-01/2027-05-01", span: "2027-01-01/2027-05-01",
			want: []string{"2027-01-01 until 2027-05-01, seat: 5 x 15.00 x 6, 450.00 x 120/181 days = 298.342..., rounded half up to 298.34"},
		},
		{
			name: "tiers, to the end of a term", why: "the difference is due six times", contract: half, change: quantityChange("2", "light"), period: "2026-11-01/2027-05-01", span: "2027-03-14/2027-05-01",
			want: []string{"2027-03-14 until 2027-05-01, light: ((5 x 7.00 + 1 x 6.50) - (4 x 7.00)) x 6, 81.00 x 48/181 days = 21.480..., rounded half up to 21.48"},
		},
		{
			name: "through a step", why: "the step grows by the same quantity, at its own price", contract: climbing, change: quantityChange("2", "seat"), span: rest,
			want: []string{
				"2026-11-16 until 2026-11-21, seat: 2 x 79.00, 158.00 x 5/30 days = 26.333..., rounded half up to 26.33",
				"2026-11-21 until 2026-12-01, seat: 2 x 69.00, 138.00 x 10/30 days = 46.00",
			},
		},
		{
			name: "from a step on", why: "the step has taken effect", contract: climbing, change: quantityChange("2", "seat"), span: "2026-11-21/2026-12-01",
			want: []string{"2026-11-21 until 2026-12-01, seat: 2 x 69.00, 138.00 x 10/30 days = 46.00"},
		},
		{
			name: "tiers through a step", why: "above four before the step, above eight after it", contract: climbing, change: quantityChange("2", "light"), span: rest,
			want: []string{
				"2026-11-16 until 2026-11-26, light: (5 x 7.00 + 1 x 6.50) - (4 x 7.00), 13.50 x 10/30 days = 4.50",
				"2026-11-26 until 2026-12-01, light: (5 x 7.00 + 5 x 6.50) - (5 x 7.00 + 3 x 6.50), 13.00 x 5/30 days = 2.166..., rounded half up to 2.17",
			},
		},
		{
			name: "of an item that a step has added", why: "the item exists from the step on", contract: climbing, change: quantityChange("2", "phone"), span: "2026-11-26/2026-12-01",
			want: []string{"2026-11-26 until 2026-12-01, phone: 2 x 10.00, 20.00 x 5/30 days = 3.333..., rounded half up to 3.33"},
		},

		{
			name: "in a shortened term", why: "law 4: three months of the priced year", contract: shorter(prepaid(nil, "P1Y 2026-01-01/2027-01-01"), "2026-07-01"), change: quantityChange("1", "seat"), period: "2026-01-01/2027-01-01", span: "2026-04-01/2026-07-01",
			want: []string{"2026-04-01 until 2026-07-01, seat: 1 x 15.00 x 12, 180.00 x 91/365 days = 44.876..., rounded half up to 44.88"},
		},
		{
			name: "a new kind", why: "K3c: at its own rate", contract: kinds, change: plans.Change{Add: []plans.ItemQuantity{{Item: "phone", Quantity: giventest.Money("2"), Price: &plans.Price{Unit: giventest.Money("10")}}}}, span: rest,
			want: []string{from16 + "phone: 2 x 10.00, 20.00 x 15/30 days = 10.00"},
		},
		{
			name: "a new kind at a flat price", why: "nothing was paid for it yet", contract: kinds, change: plans.Change{Add: []plans.ItemQuantity{{Item: "phone", Quantity: giventest.Money("2"), Price: &plans.Price{Flat: giventest.Money("49"), Unit: giventest.Money("7")}}}}, span: rest,
			want: []string{from16 + "phone: 2 x 7.00 + 49.00, 63.00 x 15/30 days = 31.50"},
		},
		{
			name: "a new kind before its step", why: "from the step on there are two more than agreed, at the price of the step", contract: climbing,
			change: plans.Change{Add: []plans.ItemQuantity{{Item: "phone", Quantity: giventest.Money("2"), Price: &plans.Price{Unit: giventest.Money("12")}}}}, span: rest,
			want: []string{"2026-11-16 until 2026-11-26, phone: 2 x 12.00, 24.00 x 10/30 days = 8.00", "2026-11-26 until 2026-12-01, phone: 2 x 10.00, 20.00 x 5/30 days = 3.333..., rounded half up to 3.33"},
		},
		{name: "an existing kind", why: "the price belongs to the contract", contract: kinds, change: plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("2"), Price: &plans.Price{Free: true}}}}, wantErr: []string{"change.add[0].price invalid"}},
		{name: "of an item that a step adds later", why: "the item does not exist at the start of the portion", contract: climbing, change: quantityChange("2", "phone"), span: rest, wantErr: []string{"change.add[0].item invalid"}},
		{name: "nothing", why: "law 13: a zero change is not intended", contract: kinds, change: quantityChange("0", "seat"), wantErr: []string{"change.add[0].quantity unset"}},
		{name: "fewer", why: "K3c: a removal has no charge", contract: kinds, change: quantityChange("-1", "seat")},
		{name: "too many", why: "law 14: bad input is an error that names its field", contract: kinds, change: quantityChange("1e18", "seat"), wantErr: []string{"change.add[0].quantity limit"}},
		{name: "too many in total", why: "law 14: four and 999999999999999998 exceed the quantity limit of a price", contract: tiers, change: quantityChange("999999999999999998", "seat"), wantErr: []string{"contract.items[0].quantity limit"}},
		{name: "unknown item", why: "the contract has no price for it", contract: kinds, change: quantityChange("1", "seats"), wantErr: []string{"change.add[0].item invalid"}},
		{name: "no item", why: "the contract has no price for it", contract: kinds, change: quantityChange("1", ""), wantErr: []string{"change.add[0].item unset"}},
		{name: "nothing at all", why: "law 13: a change sets a field", contract: kinds, change: plans.Change{}, wantErr: []string{"change unset"}},
		{name: "a seat and a cancellation", why: "a cancellation is the only field of its change", contract: kinds, change: plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("1")}}, Cancel: true}, wantErr: []string{"change.cancel invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.period == "" {
				c.period = november
			}
			before := clone.Deep(c.contract)
			portion := part(c.period, c.span, c.contract.Cycle.Location)
			charges, err := c.contract.Added(c.change, portion, proration.Standard(2))
			if giventest.CheckFaults(t, err, c.wantErr...) {
				checkCharges(t, c.contract, plans.ProrationCharge, charges, portion.Period, c.want)
				for i, charge := range charges {
					step := c.change.Add[0]
					there, _ := stateAt(&c.contract, step.Item, charge.Span.Start, true)
					if charge.Item != step.Item || !charge.Quantity.Equal(step.Quantity) || (charge.BaseQuantity == nil) != there.Quantity.IsZero() || charge.BaseQuantity != nil && !charge.BaseQuantity.Equal(there.Quantity) {
						t.Errorf("charge %d is for %v %s more than %v, want %v more than %v", i, charge.Quantity, charge.Item, charge.BaseQuantity, step.Quantity, there.Quantity)
					}
				}
			} else if charges != nil {
				t.Errorf("charges come with the error: %+v", charges)
			}
			if t.Failed() {
				t.Log(c.why)
			}
			if !reflect.DeepEqual(c.contract, before) {
				t.Errorf("the contract is now %+v", c.contract)
			}
		})
	}
}

// With volume prices more units can cost less. Then all units of the item are replaced, in both directions, whatever
// the quantities are. A volume price that never falls charges the difference.
func TestContractAmendedVolume(t *testing.T) {
	falling := `{"tiering":"volume","tiers":[{"up_to":"10","unit":"10"},{"unit":"8"}]}`
	for _, c := range []struct {
		name, price, from, change string
		charge                    string
		whole                     bool
	}{
		{"for less", falling, "10", `{"add":[{"item":"seat","quantity":"1"}]}`, "seat: 11 x 8.00 = 88.00", true},
		{"for more", falling, "10", `{"add":[{"item":"seat","quantity":"3"}]}`, "seat: 13 x 8.00 = 104.00", true},
		{"part of a unit", falling, "10", `{"add":[{"item":"seat","quantity":"2.5"}]}`, "seat: 12.5 x 8.00 = 100.00", true},
		{"fewer for more", falling, "11", `{"remove":[{"item":"seat","quantity":"1"}]}`, "seat: 10 x 10.00 = 100.00", true},
		{"within a tier", falling, "4", `{"remove":[{"item":"seat","quantity":"1"}]}`, "seat: 3 x 10.00 = 30.00", true},
		{"stairs", `{"tiering":"volume","tiers":[{"up_to":"10","flat":"50"},{"flat":"120"}]}`, "10", `{"add":[{"item":"seat","quantity":"1"}]}`, "seat: (120.00) - (50.00) = 70.00", false},
		{"whole units never cost less", byVolume, "10", `{"add":[{"item":"seat","quantity":"1"}]}`, "seat: (11 x 6.00) - (10 x 6.50) = 1.00", false},
		{"parts of units cost less", byVolume, "10", `{"add":[{"item":"seat","quantity":"0.5"}]}`, "seat: 10.5 x 6.00 = 63.00", true},
		{"packages", `{"package":"10","tiering":"volume","tiers":[{"up_to":"2","unit":"10"},{"unit":"9"}]}`, "20", `{"add":[{"item":"seat","quantity":"0.5"}]}`, "seat: (3 packages of 10 x 9.00) - (2 packages of 10 x 10.00) = 7.00", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract := seats("0", "0")
			contract.Items[0] = sold("seat", c.from, c.price)
			amended, err := contract.Amended(strictly[plans.Change](t, c.change), giventest.Period(november, nil).Start, proration.Standard(2))
			if err != nil || len(amended.Charges) != 1 || amended.Charges[0].Explain() != c.charge {
				t.Fatalf("charged %q (%v), want %q", lines(amended.Charges, nil), err, c.charge)
			}
			whole := len(amended.Replaced) == 1 && amended.Replaced[0].Quantity.IsZero()
			if whole != c.whole || len(amended.Replaced) > 1 {
				t.Errorf("replaced are %v, want all units %v", amended.Replaced, c.whole)
			}
			checkExplained(t, amended.Charges[0])
		})
	}
}

func TestContractShortfall(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	least := func(minimum string) plans.Contract {
		c := seats("10", "89.00")
		c.Minimum = giventest.Money(minimum)
		return c
	}
	there := least("1000")
	there.Cycle = giventest.Cycle("2026-11-01", "P1M", newYork)
	half := prepaid(nil, "P6M 2026-11-01/2027-05-01")
	half.Minimum = giventest.Money("1000")
	bills := func(amounts ...string) (all []plans.Charge) {
		for _, a := range amounts {
			off := giventest.Money("0.005") // a discount does not count
			all = append(all, plans.Charge{
				Currency: "USD", Net: giventest.Money(a).Sub(off), Discounts: []plans.Deduction{{Discount: "loyal", Reason: "loyal", Amount: off}},
			})
		}
		return all
	}
	seconds := proration.Policy{DayCount: proration.Seconds, Rounding: proration.Rounding{Mode: proration.HalfUp}}
	const nov, from21 = "2026-11-01 until 2026-12-01, ", "2026-11-21 until 2026-12-01, "
	for _, c := range []struct {
		name, why    string
		contract     plans.Contract
		billed       []plans.Charge
		period, span string
		policy       *proration.Policy
		want, net    string
		wantErr      []string
	}{
		{name: "a month", why: "ten seats are 890.00, and the minimum is 1000.00", contract: least("1000"), billed: bills("890"), want: nov + "minimum: 1 x 1000.00 = 1000.00, less billed 890.00 = 110.00", net: "110"},
		{name: "several charges", why: "all charges count, additions too", contract: least("1000"), billed: bills("890", "44.50", "0.01"), want: nov + "minimum: 1 x 1000.00 = 1000.00, less billed 934.51 = 65.49", net: "65.49"},
		{name: "with a credit", why: "a credited amount was not spent", contract: least("1000"), billed: bills("890", "-89"), want: nov + "minimum: 1 x 1000.00 = 1000.00, less billed 801.00 = 199.00", net: "199"},
		{name: "nothing was billed", why: "the shortfall is the whole minimum", contract: least("1000"), want: nov + "minimum: 1 x 1000.00 = 1000.00", net: "1000"},
		{name: "met exactly", why: "nothing is lacking, and there is no charge", contract: least("890"), billed: bills("890")},
		{name: "exceeded", why: "never below zero: a minimum is not a discount", contract: least("500"), billed: bills("890")},
		{name: "no minimum", why: "nothing is lacking, and there is no charge", contract: seats("10", "89.00"), billed: bills("890")},
		{
			name: "a partial period", why: "law 8: 10 of 30 days of 1000.00 are 333.33, rounded before 296.67 is subtracted: 36.66", contract: least("1000"), billed: bills("296.67"), span: "2026-11-21/2026-12-01",
			want: from21 + "minimum: 1 x 1000.00, 1000.00 x 10/30 days = 333.333..., rounded half up to 333.33, less billed 296.67 = 36.66", net: "36.66",
		},
		{
			name: "a partial period of half cents", why: "0.05 x 10/30 is 0.0166..., rounded 0.02; less 0.005 it is 0.015, and rounding at the end would give 0.01", contract: least("0.05"), billed: bills("0.005"), span: "2026-11-21/2026-12-01",
			want: from21 + "minimum: 1 x 0.05, 0.05 x 10/30 days = 0.016..., rounded half up to 0.02, less billed 0.005 = 0.015", net: "0.015",
		},
		{
			name: "in yen", why: "yen have no places", contract: in("JPY", least("1000")), span: "2026-11-21/2026-12-01", want: from21 + "minimum: 1 x 1000, 1000 x 10/30 days = 333.3..., rounded half up to 333", net: "333",
		},
		{
			name: "in New York, in seconds", why: "November has an extra hour there: 10 days of 86,400 s are 864,000 of 2,595,600 s", contract: there, span: "2026-11-21/2026-12-01", policy: &seconds,
			want: from21 + "minimum: 1 x 1000.00, 1000.00 x 864000/2595600 seconds = 332.871..., rounded half up to 332.87", net: "332.87",
		},
		{
			name: "a term paid up front", why: "the minimum is for the term", contract: half, billed: bills("900"), period: "2026-11-01/2027-05-01",
			want: "2026-11-01 until 2027-05-01, minimum: 1 x 1000.00 = 1000.00, less billed 900.00 = 100.00", net: "100",
		},
		{name: "another currency", why: "M8: mixed currencies are an error", contract: least("1000"), billed: []plans.Charge{{Currency: "USD"}, {Currency: "EUR"}, {}}, wantErr: []string{"billed[1].currency invalid", "billed[2].currency invalid"}},
		{name: "beyond the limits", why: "law 14: bad input is an error that names its field", contract: least("1000"), billed: bills("1", "1e39"), wantErr: []string{"billed[1].net limit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.period == "" {
				c.period = november
			}
			policy := proration.Standard(2)
			if c.policy != nil {
				policy = *c.policy
			}
			portion := part(c.period, c.span, c.contract.Cycle.Location)
			charges, err := c.contract.Shortfall(c.billed, portion, policy)
			if !giventest.CheckFaults(t, err, c.wantErr...) {
				return
			}
			if c.want == "" || len(charges) != 1 {
				if c.want != "" || len(charges) != 0 {
					t.Errorf("got %v, want %q: %s", charges, c.want, c.why)
				}
				return
			}
			charge := charges[0]
			if got := lines([]plans.Charge{charge}, c.contract.Cycle.Location)[0]; got != c.want {
				t.Errorf("got  %q\nwant %q: %s", got, c.want, c.why)
			}
			giventest.CheckMoney(t, "net", charge.Net, c.net)
			if charge.Kind != plans.Shortfall || charge.Plan != c.contract.Plan || charge.Item != "minimum" || charge.Currency != c.contract.Currency ||
				!charge.Period.Equal(portion.Period) || !charge.Span.Equal(portion.Span) {
				t.Errorf("the charge is %+v", charge)
			}
			checkExplained(t, charge)
			giventest.CheckRoundTrip(t, charge)
		})
	}
}

// Law 8: a minimum is measured before discounts. A customer with a minimum of 1000.00 and 50 % off the seats owes no
// more for it.
func TestContractShortfallIsMeasuredBeforeDiscounts(t *testing.T) {
	contract := seats("10", "100.00")
	contract.Minimum = giventest.Money("1000")
	charges, err := contract.Charges(part(november, "", time.UTC), proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	half := plans.Discount{ID: "half", Percent: giventest.Money("50"), Duration: plans.Forever}
	reduced, err := plans.ApplyDiscounts(plans.DiscountRequest{
		Charges: charges, Discounts: []plans.Discount{half}, Currency: "USD", Mode: proration.HalfUp, Allocation: proration.LargestRemainder,
	})
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "after the discount", reduced.Net, "500")
	lacking, err := contract.Shortfall(reduced.Charges, part(november, "", time.UTC), proration.Standard(2))
	if err != nil || len(lacking) != 0 {
		t.Fatalf("lacking: %v, %v", lacking, err)
	}
}
