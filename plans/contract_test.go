package plans_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// priceOf reads a price, `{"unit":"89"}`.
func priceOf(text string) (p plans.Price) {
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		panic(err)
	}
	return p
}

// Prices with which more can cost less.
const (
	byTier   = `{"tiering":"graduated","tiers":[{"up_to":"5","unit":"7"},{"up_to":"10","unit":"6.50"},{"unit":"6"}]}`
	byVolume = `{"tiering":"volume","tiers":[{"up_to":"5","unit":"7"},{"up_to":"10","unit":"6.50"},{"unit":"6"}]}`
)

// sold is an item with any price.
func sold(id, quantity, price string) plans.Item {
	return plans.Item{ID: id, Quantity: giventest.Money(quantity), Price: priceOf(price)}
}

// steps reads ramp steps, "2026-11-16 12 seat at 89.00".
func steps(loc *time.Location, all ...string) (ramp []plans.RampStep) {
	for _, text := range all {
		f := strings.Fields(text)
		ramp = append(ramp, plans.RampStep{At: giventest.Instant(f[0], loc), Item: one(f[2], f[1], f[4])})
	}
	return ramp
}

// agreed reads terms, "P6M 2026-01-01/2026-07-01".
func agreed(loc *time.Location, billing plans.TermBilling, all ...string) (terms []plans.ContractTerm) {
	for _, text := range all {
		length, period, _ := strings.Cut(text, " ")
		terms = append(terms, plans.ContractTerm{
			Term:   plans.Term{Length: giventest.Interval(length), Billing: billing, Renewal: plans.Renew},
			Period: giventest.Period(period, loc),
		})
	}
	return terms
}

// prepaid is a contract for ten seats at 15.00 a month, in terms that are billed up front.
func prepaid(loc *time.Location, terms ...string) plans.Contract {
	c := plans.Contract{Plan: "base", Currency: "USD", Terms: agreed(loc, plans.UpFront, terms...), Items: []plans.Item{sold("seat", "10", `{"per":"P1M","unit":"15"}`)}}
	length, period, _ := strings.Cut(terms[0], " ")
	start, _, _ := strings.Cut(period, "/")
	c.Cycle = giventest.Cycle(start, length, loc)
	return c
}

// committed is a contract for ten seats at 89.00, billed monthly, in the given terms.
func committed(loc *time.Location, terms ...string) plans.Contract {
	c := seats("10", "89.00")
	c.Terms = agreed(loc, plans.PerPeriod, terms...)
	_, period, _ := strings.Cut(terms[0], " ")
	start, _, _ := strings.Cut(period, "/")
	c.Cycle = giventest.Cycle(start, "P1M", loc)
	return c
}

// fullContract is a contract with every field set.
func fullContract() plans.Contract {
	c := prepaid(time.UTC, "P6M 2026-11-01/2027-05-01", "P6M 2027-05-01/2027-11-01")
	c.Items = []plans.Item{sold("seat", "12", byTier), one("phone", "2", "5.00")}
	c.Ramp = []plans.RampStep{{At: giventest.Instant("2026-12-01", nil), Item: sold("seat", "20", byVolume)}}
	c.Terms[1].Term.Notice = giventest.Interval("P1M")
	c.Terms[1].Term.TerminationFee = plans.TerminationFee{Fee: giventest.Money("100"), Percent: giventest.Money("50")}
	special := priceOf(byTier)
	c.Discounts = []plans.Discount{{
		ID: "friends", Price: &special, Currency: "USD", Duration: plans.Forever, Scope: plans.Scope{Plans: []string{"base"}, Items: []string{"seat"}, Kinds: []plans.Kind{plans.Recurring}},
	}}
	c.Minimum, c.Grace, c.First = giventest.Money("50"), giventest.Interval("P3D"), giventest.Period("2026-11-01/2027-05-15", nil)
	return c
}

func TestContractValidate(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	const sixMonths, sixMore = "P6M 2026-11-01/2027-05-01", "P6M 2027-05-01/2027-11-01"
	per := func(price, interval string) func(*plans.Contract) {
		return func(c *plans.Contract) {
			c.Items[0].Price, c.Cycle.Interval = priceOf(price), giventest.Interval(interval)
		}
	}
	for _, c := range []struct {
		name, why string
		edit      func(*plans.Contract)
		want      []string
	}{
		{"valid", "ten seats at 89.00 a month", func(*plans.Contract) {}, nil},
		{"every field set", "no field of a contract excludes another", func(c *plans.Contract) { *c = fullContract() }, nil},
		{"no price", "law 19: a missing price is not a price of zero", func(c *plans.Contract) { c.Items[0].Price = plans.Price{} }, []string{"items[0].price unset"}},
		{"no price of a step", "law 19: a missing price is not a price of zero", func(c *plans.Contract) {
			c.Ramp = []plans.RampStep{{At: c.Cycle.Anchor.In(time.UTC).AddDate(0, 1, 0), Item: plans.Item{ID: "desk", Quantity: giventest.Money("1")}}}
		}, []string{"ramp[0].item.price unset"}},
		{"free", "a free plan is a contract too", func(c *plans.Contract) { c.Items = []plans.Item{one("seat", "1", "0")} }, nil},
		{"an item without units", "the next change drops the item", func(c *plans.Contract) { c.Items = []plans.Item{one("seat", "0", "89")} }, nil},
		{"a metered item without units", "the item is billed by its usage", func(c *plans.Contract) { c.Items = []plans.Item{sold("call", "0", `{"unit":"0.05","metered":true}`)} }, nil},
		{"seats of two kinds", "K3c: seats have kinds", func(c *plans.Contract) { c.Items = append(c.Items, one("light", "3", "19.00")) }, nil},
		{"no plan", "M4: a contract has one plan", func(c *plans.Contract) { c.Plan = "" }, []string{"plan unset"}},
		{"no currency", "law 13: money has a currency", func(c *plans.Contract) { c.Currency = "" }, []string{"currency unset"}},
		{"unknown currency", "an unknown currency has no decimal places", func(c *plans.Contract) { c.Currency = "usd" }, []string{"currency invalid"}},
		{"no items", "the last item may leave, and the contract stays", func(c *plans.Contract) { c.Items = nil }, nil},
		{"empty items", "the last item may leave, and the contract stays", func(c *plans.Contract) { c.Items = []plans.Item{} }, nil},
		{"no items before a step", "the items of a contract may all begin later", func(c *plans.Contract) { c.Items, c.Ramp = nil, steps(nil, "2026-12-01 5 phone at 10.00") }, nil},
		{"a step to no units", "an item may leave by a step", func(c *plans.Contract) { c.Ramp = steps(nil, "2026-12-01 0 seat at 89.00") }, nil},
		{"item without ID", "charges name their item", func(c *plans.Contract) { c.Items[0].ID = "" }, []string{"items[0].id unset"}},
		{
			"two items without ID", "they are not a repeated item",
			func(c *plans.Contract) { c.Items = []plans.Item{one("", "1", "1"), one("", "1", "1")} },
			[]string{"items[0].id unset", "items[1].id unset"},
		},
		{
			"a repeated item", "the item of an added seat must be unambiguous",
			func(c *plans.Contract) {
				c.Items = append(c.Items, one("admin", "1", "1"), one("seat", "1", "1"), one("seat", "1", "1"))
			},
			[]string{"items[2].id invalid", "items[3].id invalid"},
		},
		{"negative quantity", "a quantity is not negative", func(c *plans.Contract) { c.Items[0] = one("seat", "-1", "89") }, []string{"items[0].quantity invalid"}},
		{"negative price", "the sign of a charge makes a credit, never the price", func(c *plans.Contract) { c.Items[0] = one("seat", "1", "-89") }, []string{"items[0].price.unit invalid"}},
		{"quantity beyond limits", "law 14: bad input is an error that names its field", func(c *plans.Contract) { c.Items[0] = one("seat", "1e18", "89") }, []string{"items[0].quantity limit"}},
		{"price beyond limits", "law 14: bad input is an error that names its field", func(c *plans.Contract) { c.Items[0] = one("seat", "1", "1e-19") }, []string{"items[0].price.unit limit"}},
		{
			"quantity and price of one item", "law 14: all faults come at once", func(c *plans.Contract) { c.Items[0] = one("seat", "-1", "-89") },
			[]string{"items[0].quantity invalid", "items[0].price.unit invalid"},
		},
		{"invalid tiers", "the faults of a price have their path", func(c *plans.Contract) {
			c.Items = append(c.Items, sold("light", "1", `{"tiers":[{"up_to":"10","unit":"7"},{"up_to":"10","unit":"6"}]}`))
		}, []string{"items[1].price.tiering unset", "items[1].price.tiers[1].up_to invalid"}},

		{"a monthly price in annual periods", "annual contracts have monthly prices: twelve times", per(`{"per":"P1M","unit":"15"}`, "P1Y"), nil},
		{"a monthly price in monthly periods", "the price is due once", per(`{"per":"P1M","unit":"15"}`, "P1M"), nil},
		{"a daily price in weekly periods", "seven times", per(`{"per":"P1D","unit":"15"}`, "P1W"), nil},
		{"an hourly price in periods of 24 hours", "twenty-four times", per(`{"per":"PT1H","unit":"15"}`, "PT24H"), nil},
		{"a price per four months in periods of six", "one and a half times is not an agreed price", per(`{"per":"P4M","unit":"15"}`, "P6M"), []string{"items[0].price.per invalid"}},
		{"an annual price in monthly periods", "a twelfth of an annual price is not an agreed price", per(`{"per":"P1Y","unit":"15"}`, "P1M"), []string{"items[0].price.per invalid"}},
		{"a price per 30 days in monthly periods", "a month is not 30 days", per(`{"per":"P30D","unit":"15"}`, "P1M"), []string{"items[0].price.per invalid"}},
		{"a price per 24 hours in daily periods", "the last day of daylight saving time has 25 hours", per(`{"per":"PT24H","unit":"15"}`, "P1D"), []string{"items[0].price.per invalid"}},
		{"a price per mixed interval", "it recurs on no calendar", func(c *plans.Contract) { c.Items[0].Price.Per = proration.Interval{Months: 1, Days: 1} }, []string{"items[0].price.per invalid"}},

		{"no anchor", "a cycle begins at an anchor", func(c *plans.Contract) { c.Cycle.Anchor = proration.LocalTime{} }, []string{"cycle.anchor unset"}},
		{"no interval", "a period has a length", func(c *plans.Contract) { c.Cycle.Interval = proration.Interval{} }, []string{"cycle.interval unset"}},
		{
			"no interval, priced by the month", "one fault: the length of the price is not compared with a missing interval",
			func(c *plans.Contract) {
				c.Items[0].Price.Per, c.Cycle.Interval = giventest.Interval("P1M"), proration.Interval{}
			}, []string{"cycle.interval unset"},
		},
		{"mixed interval", "a month and three days recur on no calendar", func(c *plans.Contract) { c.Cycle.Interval.Days = 3 }, []string{"cycle.interval invalid"}},
		{"day of no month", "no month has a 32nd day", func(c *plans.Contract) { c.Cycle.Day = 32 }, []string{"cycle.day invalid"}},
		{"another zone", "a boundary on another calendar would bill another day", func(c *plans.Contract) { c.Cycle.Location = newYork }, []string{"cycle.zone zone"}},
		{"zone without its location", "read from JSON without setting the location again", func(c *plans.Contract) { c.Cycle.Zone, c.Cycle.Location = "America/New_York", nil }, []string{"cycle.zone zone"}},

		{"a longer first period", "M18: the unused days of a trial are added to it", func(c *plans.Contract) { c.First = giventest.Period("2026-11-01/2026-12-15", nil) }, nil},
		{"an empty first period", "an end comes after its start", func(c *plans.Contract) { c.First = giventest.Period("2026-11-01/2026-11-01", nil) }, []string{"first period"}},
		{"a first period without an end", "a first period ends", func(c *plans.Contract) { c.First = giventest.Period("2026-11-01/", nil) }, []string{"first period"}},
		{"a ramp", "two steps on one day are of two items, or the later one applies", func(c *plans.Contract) {
			c.Ramp = steps(nil, "2026-12-01 20 seat at 79.00", "2026-12-01 5 phone at 10.00", "2027-01-01 30 seat at 69.00")
		}, nil},
		{"a step without an instant", "law 13: a missing instant is not the beginning of time", func(c *plans.Contract) {
			c.Ramp = append(steps(nil, "2026-12-01 20 seat at 79.00"), plans.RampStep{Item: one("seat", "1", "1")})
		}, []string{"ramp[1].at unset"}},
		{"steps out of order", "the last step would not be the last in time", func(c *plans.Contract) {
			c.Ramp = steps(nil, "2026-12-02 20 seat at 79.00", "2026-12-01 5 phone at 10.00")
		}, []string{"ramp[1].at invalid"}},
		{"a step without an item", "charges name their item", func(c *plans.Contract) {
			c.Ramp = []plans.RampStep{{At: giventest.Instant("2026-12-01", nil), Item: one("", "1", "1")}}
		}, []string{"ramp[0].item.id unset"}},
		{"a step to a negative quantity", "an invalid quantity cannot be agreed for later", func(c *plans.Contract) {
			c.Ramp = steps(nil, "2026-12-01 -1 seat at -79.00")
		}, []string{"ramp[0].item.quantity invalid", "ramp[0].item.price.unit invalid"}},
		{"a step to a price of another length", "the length of a price divides the period", func(c *plans.Contract) {
			c.Ramp = []plans.RampStep{{At: giventest.Instant("2026-12-01", nil), Item: sold("seat", "1", `{"per":"P1Y","unit":"900"}`)}}
		}, []string{"ramp[0].item.price.per invalid"}},
		{"a thousand steps", "law 14: the limit itself is allowed", func(c *plans.Contract) { c.Ramp = anHourApart(c, 1000) }, nil},
		{"one step too many", "law 14: work is bounded", func(c *plans.Contract) { c.Ramp = anHourApart(c, 1001) }, []string{"ramp limit"}},

		{"a term", "M2: six months, paid monthly", func(c *plans.Contract) { c.Terms = agreed(nil, plans.PerPeriod, sixMonths, sixMore) }, nil},
		{"an invalid term", "the faults of a term have their path", func(c *plans.Contract) {
			c.Terms = append(agreed(nil, plans.PerPeriod, sixMonths), plans.ContractTerm{Period: giventest.Period("2027-05-01/2027-11-01", nil)})
			c.Terms[0].Term.Percent = giventest.Money("101")
		}, []string{"terms[0].term.percent invalid", "terms[1].term.length unset", "terms[1].term.billing unset", "terms[1].term.renewal unset", "terms[1].term.billing invalid"}},
		{"an empty term", "an end comes after its start", func(c *plans.Contract) { c.Terms = agreed(nil, plans.PerPeriod, "P6M 2026-11-01/2026-11-01") }, []string{"terms[0].period period"}},
		{"a reversed term", "an end comes after its start", func(c *plans.Contract) { c.Terms = agreed(nil, plans.PerPeriod, "P6M 2026-11-01/2026-05-01") }, []string{"terms[0].period period"}},
		{"a shortened term", "the next term begins at the shortened end", func(c *plans.Contract) {
			c.Terms = agreed(nil, plans.PerPeriod, sixMonths, "P6M 2027-03-01/2027-09-01")
			c.Terms[0].Until = giventest.Instant("2027-03-01", nil)
		}, nil},
		{"a shortened term and a gap", "the next term does not begin at the shortened end", func(c *plans.Contract) {
			c.Terms = agreed(nil, plans.PerPeriod, sixMonths, sixMore)
			c.Terms[0].Until = giventest.Instant("2027-03-01", nil)
		}, []string{"terms[1].period.start invalid"}},
		{"a term shortened to its own end", "an end that shortens nothing is a mistake", func(c *plans.Contract) {
			c.Terms = agreed(nil, plans.PerPeriod, sixMonths)
			c.Terms[0].Until = c.Terms[0].Period.End
		}, []string{"terms[0].until outside"}},
		{"a term shortened to before its start", "the term would end before it begins", func(c *plans.Contract) {
			c.Terms = agreed(nil, plans.PerPeriod, sixMonths)
			c.Terms[0].Until = giventest.Instant("2026-10-31", nil)
		}, []string{"terms[0].until outside"}},
		{"a gap between terms", "a term begins at the end of the one before", func(c *plans.Contract) {
			c.Terms = agreed(nil, plans.PerPeriod, sixMonths, "P6M 2027-05-02/2027-11-02")
		}, []string{"terms[1].period.start invalid"}},
		{"terms that overlap", "two terms would have one month", func(c *plans.Contract) {
			c.Terms = agreed(nil, plans.PerPeriod, sixMonths, "P6M 2027-04-30/2027-10-30")
		}, []string{"terms[1].period.start invalid"}},
		{"the paid time would be ambiguous", "the paid time would be ambiguous", func(c *plans.Contract) {
			c.Terms = append(agreed(nil, plans.PerPeriod, sixMonths), agreed(nil, plans.UpFront, sixMore)...)
		}, []string{"terms[1].term.billing invalid"}},
		{"a price per four months in a term of nine", "a term that is billed up front is a period, and a price length divides it", func(c *plans.Contract) {
			*c = prepaid(nil, "P1Y 2026-11-01/2027-11-01", "P9M 2027-11-01/2028-08-01")
			c.Items[0].Price.Per = giventest.Interval("P4M")
		}, []string{"terms[1].items[0].price.per invalid"}},
		{"a monthly price, in a term of weeks", "billed by period, a price length need not divide the term", func(c *plans.Contract) {
			c.Items[0].Price.Per = giventest.Interval("P1M")
			c.Terms = agreed(nil, plans.PerPeriod, "P26W 2026-11-01/2027-05-02")
		}, nil},

		{"discounts", "a percentage needs no currency, an amount has the currency of the contract", func(c *plans.Contract) {
			c.Discounts = []plans.Discount{{ID: "a", Percent: giventest.Money("10"), Duration: plans.Once}, {ID: "b", Amount: giventest.Money("10"), Currency: "USD", Duration: plans.Once}}
		}, nil},
		{"an invalid discount", "the faults of a discount have their path", func(c *plans.Contract) { c.Discounts = []plans.Discount{{ID: "a"}} }, []string{"discounts[0].percent unset", "discounts[0].duration unset"}},
		{"a repeated discount", "the discount would apply twice", func(c *plans.Contract) {
			d := plans.Discount{ID: "a", Percent: giventest.Money("10"), Duration: plans.Once}
			c.Discounts = []plans.Discount{d, d}
		}, []string{"discounts[1].id invalid"}},
		{"a discount in euros", "M8: mixed currencies are an error", func(c *plans.Contract) {
			c.Discounts = []plans.Discount{{ID: "a", Amount: giventest.Money("10"), Currency: "EUR", Duration: plans.Once}}
		}, []string{"discounts[0].currency invalid"}},
		{"a negative minimum", "a minimum is not negative", func(c *plans.Contract) { c.Minimum = giventest.Money("-1") }, []string{"minimum invalid"}},
		{"a minimum beyond limits", "law 14: amounts have limits", func(c *plans.Contract) { c.Minimum = giventest.Money("1e18") }, []string{"minimum limit"}},
		{"a mixed grace period", "K11: a special grace period has one unit", func(c *plans.Contract) { c.Grace = proration.Interval{Days: 3, Seconds: 1} }, []string{"grace invalid"}},
		{
			"all faults at once", "law 14: all faults come at once, in the order of the fields",
			func(c *plans.Contract) {
				*c = plans.Contract{
					Currency: "XAU", Items: []plans.Item{one("", "-1", "1"), one("seat", "1", "1"), one("seat", "1", "1e30")},
					Ramp: []plans.RampStep{{}}, Terms: []plans.ContractTerm{{}}, Discounts: []plans.Discount{{}}, Minimum: giventest.Money("-1"), Grace: proration.Interval{Days: -1},
				}
			},
			[]string{
				"plan unset", "currency invalid", "items[0].id unset", "items[0].quantity invalid", "items[2].id invalid", "items[2].price.unit limit",
				"cycle.anchor unset", "cycle.interval unset", "ramp[0].at unset", "ramp[0].item.id unset",
				"terms[0].term.length unset", "terms[0].term.billing unset", "terms[0].term.renewal unset", "terms[0].period period",
				"discounts[0].id unset", "discounts[0].percent unset", "discounts[0].duration unset", "minimum invalid", "grace invalid",
			},
		},
		{"nothing", "the zero contract is invalid", func(c *plans.Contract) { *c = plans.Contract{} }, []string{
			"plan unset", "currency unset", "cycle.anchor unset", "cycle.interval unset",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract := seats("10", "89.00")
			c.edit(&contract)
			before := clone.Deep(contract)
			if !giventest.CheckFaults(t, contract.Validate(), c.want...) {
				t.Log(c.why)
			}
			if !reflect.DeepEqual(before, contract) {
				t.Errorf("Validate modified the contract to %+v", contract)
			}
			checkValidation(t, contract, c.want)
		})
	}
}

// anHourApart returns n steps, an hour apart.
func anHourApart(c *plans.Contract, n int) (ramp []plans.RampStep) {
	for i := range n {
		ramp = append(ramp, plans.RampStep{At: giventest.Instant("2026-12-01", nil).Add(time.Duration(i) * time.Hour), Item: c.Items[0]})
	}
	return ramp
}

// checkValidation fails unless every method refuses a contract that Validate refuses, with the same faults, and accepts
// every other contract.
func checkValidation(t *testing.T, c plans.Contract, faults []string) {
	t.Helper()
	nov16, portion, policy := giventest.Instant("2026-11-16", time.UTC), part(november, "", time.UTC), proration.Standard(2)
	if len(c.Terms) > 0 && c.Terms[0].Term.Billing == plans.UpFront {
		portion = whole(c.Terms[0].Period)
	}
	add := plans.Change{Add: []plans.ItemQuantity{{Item: "addition", Quantity: giventest.Money("1"), Price: &plans.Price{Free: true}}}}
	for name, call := range map[string]func() error{
		"Charges":        func() error { _, err := c.Charges(portion, policy); return err },
		"Added":          func() error { _, err := c.Added(add, portion, policy); return err },
		"Shortfall":      func() error { _, err := c.Shortfall(nil, portion, policy); return err },
		"Rest":           func() error { _, err := c.RemainingPortions(nov16); return err },
		"TerminationFee": func() error { _, err := c.TerminationFee(nov16, policy); return err },
		"With":           func() error { _, err := c.Changed(add, nov16); return err },
		"Renewed":        func() error { _, _, err := c.Renewed(); return err },
		"NoticeBy":       func() error { _, err := c.NoticeBy(); return err },
	} {
		err := call()
		if (err == nil) != (faults == nil) {
			t.Errorf("%s returned %v, and the contract has the faults %q", name, err, faults)
			continue
		}
		got := giventest.Faults(err)
		for _, want := range faults {
			if !slices.Contains(got, "contract."+want) {
				t.Errorf("%s returned %q without contract.%s", name, got, want)
			}
		}
	}
}

// An error has both levels: a sentinel for the branch of the caller, and a path, rule and value for the explanation.
func TestContractValidateErrors(t *testing.T) {
	contract := seats("-1", "89.00")
	contract.Plan = ""
	err := contract.Validate()
	if !errors.Is(err, proration.ErrUnset) || !errors.Is(err, proration.ErrInvalid) || errors.Is(err, proration.ErrLimit) {
		t.Errorf("%v matches the wrong sentinels", err)
	}
	var fault *proration.Error
	if !errors.As(err, &fault) || fault.Field != "plan" || !errors.Is(fault.Rule, proration.ErrUnset) {
		t.Errorf("the first fault is %v", fault)
	}
	if text := err.Error(); !strings.Contains(text, "items[0].quantity: must not be negative; got -1") {
		t.Errorf("%q does not name the invalid value", text)
	}
}

func TestContractEnd(t *testing.T) {
	for _, c := range []struct {
		name, why string
		contract  plans.Contract
		want      string
	}{
		{"without a term", "no end was agreed", seats("10", "89.00"), ""},
		{"one term", "the end of the term", committed(nil, "P6M 2026-11-01/2027-05-01"), "2027-05-01"},
		{"shortened", "the earlier end", shorter(committed(nil, "P6M 2026-11-01/2027-05-01"), "2027-03-01"), "2027-03-01"},
		{"extended", "M5: the end of the last term", prepaid(nil, "P6M 2026-11-01/2027-05-01", "P9M 2027-05-01/2028-02-01"), "2028-02-01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.contract.End(); !got.Equal(giventest.Instant(c.want, nil)) {
				t.Errorf("got %v, want %s: %s", got, c.want, c.why)
			}
		})
	}
}

// Law 15: no verb modifies the contract, not even beyond the end of its lists, and none modifies the result of another.
func TestContractVerbsModifyNothing(t *testing.T) {
	contract := fullContract()
	contract.Items, contract.Ramp = roomy(contract.Items), roomy(contract.Ramp)
	contract.Terms, contract.Discounts = roomy(contract.Terms), roomy(contract.Discounts)
	given := func() string {
		c := contract
		c.Items, c.Ramp = c.Items[:cap(c.Items)], c.Ramp[:cap(c.Ramp)]
		c.Terms, c.Discounts = c.Terms[:cap(c.Terms)], c.Discounts[:cap(c.Discounts)]
		return giventest.JSON(t, c)
	}
	before, at := given(), giventest.Instant("2026-11-16", nil)
	term, policy := contract.Terms[0].Term, proration.Standard(2)
	changed := func(change plans.Change) func(plans.Contract) (plans.Contract, error) {
		return func(c plans.Contract) (plans.Contract, error) {
			if _, err := c.Changed(change, at); err != nil {
				return plans.Contract{}, err
			}
			amended, err := c.Amended(change, at, policy)
			return amended.Contract, err
		}
	}
	verbs := map[string]func(plans.Contract) (plans.Contract, error){
		"as of":    func(c plans.Contract) (plans.Contract, error) { return c.AsOf(giventest.Instant("2027-12-01", nil)) },
		"starting": func(c plans.Contract) (plans.Contract, error) { return c.StartingAt(at, 3) },
		"renewed": func(c plans.Contract) (plans.Contract, error) {
			next, _, err := c.Renewed()
			return next, err
		},
		"priced": func(c plans.Contract) (plans.Contract, error) {
			charges, err := c.Charges(whole(c.Terms[0].Period), policy)
			if err == nil {
				_, err = c.Shortfall(charges, whole(c.Terms[0].Period), policy)
			}
			return c, err
		},
		"quantity": changed(quantityChange("1", "seat")),
		"price":    changed(withPrice(plans.Change{Set: []plans.ItemSetting{{Item: "seat"}}}, byTier)),
		"discount": changed(plans.Change{
			AddDiscounts:    []plans.Discount{{ID: "new", Percent: giventest.Money("5"), Duration: plans.Once}},
			RemoveDiscounts: []string{contract.Discounts[0].ID},
		}),
		"term":   changed(plans.Change{Term: &term}),
		"end":    changed(plans.Change{End: giventest.Instant("2027-10-01", nil)}),
		"cancel": changed(plans.Change{Cancel: true}),
	}
	for name, verb := range verbs {
		one, err := verb(contract)
		if err != nil {
			t.Fatal(name, err)
		}
		text := giventest.JSON(t, one)
		for further, next := range verbs {
			if _, err := next(one); err == nil && giventest.JSON(t, one) != text {
				t.Errorf("%s: the result is modified by %s", name, further)
			}
		}
		if after := given(); after != before {
			t.Fatalf("%s: got  %s\nwant %s", name, after, before)
		}
	}
}

// roomy returns a copy of the list with room for another element, which an append would write to.
func roomy[T any](list []T) []T { return slices.Concat(list, make([]T, 1))[:len(list)] }

// Item IDs are unique, in a contract of few items and in one of many.
func TestRepeatedItemIsRefused(t *testing.T) {
	for _, count := range []int{2, 10, 64, 65, 1_000} {
		contract := tenSeats()
		for n := 1; n < count; n++ {
			contract.Items = append(contract.Items, plans.Item{ID: "item-" + strconv.Itoa(n)})
		}
		giventest.CheckFaults(t, contract.Validate())
		contract.Items[count-1].ID = "seat"
		last := "items[" + strconv.Itoa(count-1) + "].id"
		giventest.CheckFaults(t, contract.Validate(), last+" invalid")
		contract.Items[0].ID, contract.Items[count-1].ID = "", ""
		giventest.CheckFaults(t, contract.Validate(), "items[0].id unset", last+" unset")
	}
}
