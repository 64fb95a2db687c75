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

	"github.com/shopspring/decimal"

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

// Prices of which more costs less.
const (
	byTier   = `{"tiering":"graduated","tiers":[{"up_to":"5","unit":"7"},{"up_to":"10","unit":"6.50"},{"unit":"6"}]}`
	byVolume = `{"tiering":"volume","tiers":[{"up_to":"5","unit":"7"},{"up_to":"10","unit":"6.50"},{"unit":"6"}]}`
)

// sold is an item of a quantity at any price.
func sold(id, quantity, price string) plans.Item {
	return plans.Item{ID: id, Quantity: giventest.Money(quantity), Price: priceOf(price)}
}

// steps are "2026-11-16 12 seat at 89.00".
func steps(loc *time.Location, all ...string) (ramp []plans.RampStep) {
	for _, text := range all {
		f := strings.Fields(text)
		ramp = append(ramp, plans.RampStep{At: giventest.Instant(f[0], loc), Item: one(f[2], f[1], f[4])})
	}
	return ramp
}

// agreed are terms as "P6M 2026-01-01/2026-07-01".
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

// committed is a contract for ten seats at 89.00, billed by the month, in such terms.
func committed(loc *time.Location, terms ...string) plans.Contract {
	c := seats("10", "89.00")
	c.Terms = agreed(loc, plans.PerPeriod, terms...)
	_, period, _ := strings.Cut(terms[0], " ")
	start, _, _ := strings.Cut(period, "/")
	c.Cycle = giventest.Cycle(start, "P1M", loc)
	return c
}

// fullContract is one in which every field is filled.
func fullContract() plans.Contract {
	c := prepaid(time.UTC, "P6M 2026-11-01/2027-05-01", "P6M 2027-05-01/2027-11-01")
	c.Items = []plans.Item{sold("seat", "12", byTier), one("phone", "2", "5.00")}
	c.Ramp = []plans.RampStep{{At: giventest.Instant("2026-12-01", nil), Item: sold("seat", "20", byVolume)}}
	c.Terms[1].Term.Notice = giventest.Interval("P1M")
	c.Terms[1].Term.TerminationFee = plans.TerminationFee{Fee: giventest.Money("100"), Percent: giventest.Money("50")}
	special := priceOf(byTier)
	c.Discounts = []plans.Discount{{
		ID: "friends", Price: &special, Currency: "USD", Duration: plans.Forever, Plans: []string{"base"}, Items: []string{"seat"}, Kinds: []plans.Kind{plans.Recurring},
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
		{"as it should be", "ten seats at 89.00 a month", func(*plans.Contract) {}, nil},
		{"with everything", "no field of a contract excludes another", func(c *plans.Contract) { *c = fullContract() }, nil},
		{"free", "a free plan is a contract too", func(c *plans.Contract) { c.Items = []plans.Item{one("seat", "0", "0")} }, nil},
		{"seats of two kinds", "K3c: seats have kinds", func(c *plans.Contract) { c.Items = append(c.Items, one("light", "3", "19.00")) }, nil},
		{"no plan", "M4: one plan", func(c *plans.Contract) { c.Plan = "" }, []string{"plan unset"}},
		{"no currency", "law 13: money has a currency", func(c *plans.Contract) { c.Currency = "" }, []string{"currency unset"}},
		{"unknown currency", "without its places nothing can be rounded", func(c *plans.Contract) { c.Currency = "usd" }, []string{"currency invalid"}},
		{"no items", "a contract over nothing is a mistake", func(c *plans.Contract) { c.Items = nil }, []string{"items unset"}},
		{"empty items", "as above", func(c *plans.Contract) { c.Items = []plans.Item{} }, []string{"items unset"}},
		{"item without ID", "charges refer to their item", func(c *plans.Contract) { c.Items[0].ID = "" }, []string{"items[0].id unset"}},
		{
			"two items without ID", "they are not twice the same item, but twice no item",
			func(c *plans.Contract) { c.Items = []plans.Item{one("", "1", "1"), one("", "1", "1")} },
			[]string{"items[0].id unset", "items[1].id unset"},
		},
		{
			"item twice", "adding seats would not know to which",
			func(c *plans.Contract) {
				c.Items = append(c.Items, one("admin", "1", "1"), one("seat", "1", "1"), one("seat", "1", "1"))
			},
			[]string{"items[2].id invalid", "items[3].id invalid"},
		},
		{"negative quantity", "nobody buys minus one seat", func(c *plans.Contract) { c.Items[0] = one("seat", "-1", "89") }, []string{"items[0].quantity invalid"}},
		{"negative price", "a credit is a charge's sign and never a price", func(c *plans.Contract) { c.Items[0] = one("seat", "1", "-89") }, []string{"items[0].price.unit invalid"}},
		{"quantity beyond limits", "law 14", func(c *plans.Contract) { c.Items[0] = one("seat", "1e18", "89") }, []string{"items[0].quantity limit"}},
		{"price beyond limits", "law 14", func(c *plans.Contract) { c.Items[0] = one("seat", "1", "1e-19") }, []string{"items[0].price.unit limit"}},
		{
			"quantity and price of one item", "law 14: all faults at once", func(c *plans.Contract) { c.Items[0] = one("seat", "-1", "-89") },
			[]string{"items[0].quantity invalid", "items[0].price.unit invalid"},
		},
		{"tiers that are none", "the faults of a price have its path", func(c *plans.Contract) {
			c.Items = append(c.Items, sold("light", "1", `{"tiers":[{"up_to":"10","unit":"7"},{"up_to":"10","unit":"6"}]}`))
		}, []string{"items[1].price.tiering unset", "items[1].price.tiers[1].up_to invalid"}},

		{"by the month, in a year", "annual contracts are priced by the month: twelve times", per(`{"per":"P1M","unit":"15"}`, "P1Y"), nil},
		{"by the month, in a month", "once", per(`{"per":"P1M","unit":"15"}`, "P1M"), nil},
		{"by the day, in weeks", "seven times", per(`{"per":"P1D","unit":"15"}`, "P1W"), nil},
		{"by the hour, in days of 24", "twenty-four times", per(`{"per":"PT1H","unit":"15"}`, "PT24H"), nil},
		{"by four months, in six", "one and a half times is no price that was agreed", per(`{"per":"P4M","unit":"15"}`, "P6M"), []string{"items[0].price.per invalid"}},
		{"by the year, in months", "a twelfth of a yearly price is none either", per(`{"per":"P1Y","unit":"15"}`, "P1M"), []string{"items[0].price.per invalid"}},
		{"by 30 days, in a month", "a month is not 30 days", per(`{"per":"P30D","unit":"15"}`, "P1M"), []string{"items[0].price.per invalid"}},
		{"by 24 hours, in days", "a day of summer time's end has 25", per(`{"per":"PT24H","unit":"15"}`, "P1D"), []string{"items[0].price.per invalid"}},
		{"by a mix", "it recurs on no calendar", func(c *plans.Contract) { c.Items[0].Price.Per = proration.Interval{Months: 1, Days: 1} }, []string{"items[0].price.per invalid"}},

		{"no anchor", "a cycle begins somewhere", func(c *plans.Contract) { c.Cycle.Anchor = proration.LocalTime{} }, []string{"cycle.anchor unset"}},
		{"no interval", "a period has a length", func(c *plans.Contract) { c.Cycle.Interval = proration.Interval{} }, []string{"cycle.interval unset"}},
		{
			"no interval, priced by the month", "one fault and not two: whether the month goes into nothing is no question",
			func(c *plans.Contract) {
				c.Items[0].Price.Per, c.Cycle.Interval = giventest.Interval("P1M"), proration.Interval{}
			}, []string{"cycle.interval unset"},
		},
		{"mixed interval", "a month and three days recur on no calendar", func(c *plans.Contract) { c.Cycle.Interval.Days = 3 }, []string{"cycle.interval invalid"}},
		{"day of no month", "no month has a 32nd", func(c *plans.Contract) { c.Cycle.Day = 32 }, []string{"cycle.day invalid"}},
		{"another zone", "a boundary of another calendar would bill another day", func(c *plans.Contract) { c.Cycle.Location = newYork }, []string{"cycle.zone zone"}},
		{"zone without its location", "read back from JSON, and the location not set again", func(c *plans.Contract) { c.Cycle.Zone, c.Cycle.Location = "America/New_York", nil }, []string{"cycle.zone zone"}},

		{"a longer first period", "M18: days left over from a trial are added to it", func(c *plans.Contract) { c.First = giventest.Period("2026-11-01/2026-12-15", nil) }, nil},
		{"a first period of nothing", "an end comes after its start", func(c *plans.Contract) { c.First = giventest.Period("2026-11-01/2026-11-01", nil) }, []string{"first period"}},
		{"a first period without an end", "as above", func(c *plans.Contract) { c.First = giventest.Period("2026-11-01/", nil) }, []string{"first period"}},
		{"a ramp", "two steps on one day are of two items, or the later one holds", func(c *plans.Contract) {
			c.Ramp = steps(nil, "2026-12-01 20 seat at 79.00", "2026-12-01 5 phone at 10.00", "2027-01-01 30 seat at 69.00")
		}, nil},
		{"a step at no time", "law 13: a step that was not given a date is not one from the beginning of time", func(c *plans.Contract) {
			c.Ramp = append(steps(nil, "2026-12-01 20 seat at 79.00"), plans.RampStep{Item: one("seat", "1", "1")})
		}, []string{"ramp[1].at unset"}},
		{"steps out of order", "the last of them would not be the one that holds at the end", func(c *plans.Contract) {
			c.Ramp = steps(nil, "2026-12-02 20 seat at 79.00", "2026-12-01 5 phone at 10.00")
		}, []string{"ramp[1].at invalid"}},
		{"a step of no item", "charges refer to their item", func(c *plans.Contract) {
			c.Ramp = []plans.RampStep{{At: giventest.Instant("2026-12-01", nil), Item: one("", "1", "1")}}
		}, []string{"ramp[0].item.id unset"}},
		{"a step to less than nothing", "what cannot be bought cannot be agreed for later", func(c *plans.Contract) {
			c.Ramp = steps(nil, "2026-12-01 -1 seat at -79.00")
		}, []string{"ramp[0].item.quantity invalid", "ramp[0].item.price.unit invalid"}},
		{"a step to a price for other periods", "as for an item", func(c *plans.Contract) {
			c.Ramp = []plans.RampStep{{At: giventest.Instant("2026-12-01", nil), Item: sold("seat", "1", `{"per":"P1Y","unit":"900"}`)}}
		}, []string{"ramp[0].item.price.per invalid"}},
		{"a thousand steps", "law 14: the limit itself is within it", func(c *plans.Contract) { c.Ramp = anHourApart(c, 1000) }, nil},
		{"a step more", "law 14: work is bounded", func(c *plans.Contract) { c.Ramp = anHourApart(c, 1001) }, []string{"ramp limit"}},

		{"a term", "M2: six months, paid by the month", func(c *plans.Contract) { c.Terms = agreed(nil, plans.PerPeriod, sixMonths, sixMore) }, nil},
		{"a term that is none", "the faults of a term have its path", func(c *plans.Contract) {
			c.Terms = append(agreed(nil, plans.PerPeriod, sixMonths), plans.ContractTerm{Period: giventest.Period("2027-05-01/2027-11-01", nil)})
			c.Terms[0].Term.Percent = giventest.Money("101")
		}, []string{"terms[0].term.percent invalid", "terms[1].term.length unset", "terms[1].term.billing unset", "terms[1].term.renewal unset", "terms[1].term.billing invalid"}},
		{"a term of no time", "an agreement for nothing", func(c *plans.Contract) { c.Terms = agreed(nil, plans.PerPeriod, "P6M 2026-11-01/2026-11-01") }, []string{"terms[0].period period"}},
		{"a term that runs backward", "an end comes after its start", func(c *plans.Contract) { c.Terms = agreed(nil, plans.PerPeriod, "P6M 2026-11-01/2026-05-01") }, []string{"terms[0].period period"}},
		{"a shortened term", "the next one follows on where it ends", func(c *plans.Contract) {
			c.Terms = agreed(nil, plans.PerPeriod, sixMonths, "P6M 2027-03-01/2027-09-01")
			c.Terms[0].Until = giventest.Instant("2027-03-01", nil)
		}, nil},
		{"a shortened term and a gap", "the next one does not", func(c *plans.Contract) {
			c.Terms = agreed(nil, plans.PerPeriod, sixMonths, sixMore)
			c.Terms[0].Until = giventest.Instant("2027-03-01", nil)
		}, []string{"terms[1].period.start invalid"}},
		{"a term shortened to its end", "then it is not", func(c *plans.Contract) {
			c.Terms = agreed(nil, plans.PerPeriod, sixMonths)
			c.Terms[0].Until = c.Terms[0].Period.End
		}, []string{"terms[0].until outside"}},
		{"a term shortened to before it", "it would end before it begins", func(c *plans.Contract) {
			c.Terms = agreed(nil, plans.PerPeriod, sixMonths)
			c.Terms[0].Until = giventest.Instant("2026-10-31", nil)
		}, []string{"terms[0].until outside"}},
		{"a gap between terms", "a term extends the one before it", func(c *plans.Contract) {
			c.Terms = agreed(nil, plans.PerPeriod, sixMonths, "P6M 2027-05-02/2027-11-02")
		}, []string{"terms[1].period.start invalid"}},
		{"terms that overlap", "a month would belong to two", func(c *plans.Contract) {
			c.Terms = agreed(nil, plans.PerPeriod, sixMonths, "P6M 2027-04-30/2027-10-30")
		}, []string{"terms[1].period.start invalid"}},
		{"terms billed in two ways", "what is paid for would be unclear", func(c *plans.Contract) {
			c.Terms = append(agreed(nil, plans.PerPeriod, sixMonths), agreed(nil, plans.UpFront, sixMore)...)
		}, []string{"terms[1].term.billing invalid"}},
		{"a price for four months, in a term of nine", "a term that is billed up front is a period, and holds a whole number of them", func(c *plans.Contract) {
			*c = prepaid(nil, "P1Y 2026-11-01/2027-11-01", "P9M 2027-11-01/2028-08-01")
			c.Items[0].Price.Per = giventest.Interval("P4M")
		}, []string{"terms[1].items[0].price.per invalid"}},
		{"a monthly price, in a term of weeks", "billed by the period it need not go into the term", func(c *plans.Contract) {
			c.Items[0].Price.Per = giventest.Interval("P1M")
			c.Terms = agreed(nil, plans.PerPeriod, "P26W 2026-11-01/2027-05-02")
		}, nil},

		{"discounts", "a percentage has no currency, an amount that of the contract", func(c *plans.Contract) {
			c.Discounts = []plans.Discount{{ID: "a", Percent: giventest.Money("10"), Duration: plans.Once}, {ID: "b", Amount: giventest.Money("10"), Currency: "USD", Duration: plans.Once}}
		}, nil},
		{"a discount that is none", "the faults of a discount have its path", func(c *plans.Contract) { c.Discounts = []plans.Discount{{ID: "a"}} }, []string{"discounts[0].percent unset", "discounts[0].duration unset"}},
		{"a discount twice", "it would be taken off twice", func(c *plans.Contract) {
			d := plans.Discount{ID: "a", Percent: giventest.Money("10"), Duration: plans.Once}
			c.Discounts = []plans.Discount{d, d}
		}, []string{"discounts[1].id invalid"}},
		{"a discount in euros", "M8: mixing currencies is an error", func(c *plans.Contract) {
			c.Discounts = []plans.Discount{{ID: "a", Amount: giventest.Money("10"), Currency: "EUR", Duration: plans.Once}}
		}, []string{"discounts[0].currency invalid"}},
		{"a negative minimum", "nobody commits to be paid", func(c *plans.Contract) { c.Minimum = giventest.Money("-1") }, []string{"minimum invalid"}},
		{"a minimum beyond limits", "law 14", func(c *plans.Contract) { c.Minimum = giventest.Money("1e18") }, []string{"minimum limit"}},
		{"a mixed grace", "K11: a special grace is one length", func(c *plans.Contract) { c.Grace = proration.Interval{Days: 3, Seconds: 1} }, []string{"grace invalid"}},
		{
			"all at once", "law 14: every fault, in the order of the fields",
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
		{"nothing", "the zero contract is no contract", func(c *plans.Contract) { *c = plans.Contract{} }, []string{
			"plan unset", "currency unset", "items unset", "cycle.anchor unset", "cycle.interval unset",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract := seats("10", "89.00")
			c.edit(&contract)
			before := contract.Clone()
			if !giventest.CheckFaults(t, contract.Validate(), c.want...) {
				t.Log(c.why)
			}
			if !reflect.DeepEqual(before, contract) {
				t.Errorf("Validate modified the contract to %+v", contract)
			}
			checkDoor(t, contract, c.want)
		})
	}
}

// anHourApart are so many steps, an hour apart.
func anHourApart(c *plans.Contract, n int) (ramp []plans.RampStep) {
	for i := range n {
		ramp = append(ramp, plans.RampStep{At: giventest.Instant("2026-12-01", nil).Add(time.Duration(i) * time.Hour), Item: c.Items[0]})
	}
	return ramp
}

// checkDoor fails unless what Validate refuses is refused by every other method too, with the same faults, and what it accepts
// is accepted.
func checkDoor(t *testing.T, c plans.Contract, faults []string) {
	t.Helper()
	nov16, whole, policy := giventest.Instant("2026-11-16", time.UTC), part(november, "", time.UTC), proration.Standard(2)
	if len(c.Terms) > 0 && c.Terms[0].Term.Billing == plans.UpFront {
		whole = plans.Whole(c.Terms[0].Period)
	}
	add := plans.Change{Item: "seat", Quantity: giventest.Money("1")}
	for name, call := range map[string]func() error{
		"Charges":        func() error { _, err := c.Charges(whole, policy); return err },
		"Added":          func() error { _, err := c.Added(add, whole, policy); return err },
		"Shortfall":      func() error { _, err := c.Shortfall(nil, whole, policy); return err },
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

// Both levels of an error are there: a rule for the branch a caller takes, and where it is broken for the explanation.
func TestContractValidateErrors(t *testing.T) {
	contract := seats("-1", "89.00")
	contract.Plan = ""
	err := contract.Validate()
	if !errors.Is(err, proration.ErrUnset) || !errors.Is(err, proration.ErrInvalid) || errors.Is(err, proration.ErrLimit) {
		t.Errorf("%v matches the wrong rules", err)
	}
	var fault *proration.Error
	if !errors.As(err, &fault) || fault.Field != "plan" || !errors.Is(fault.Rule, proration.ErrUnset) {
		t.Errorf("the first fault is %v", fault)
	}
	if text := err.Error(); !strings.Contains(text, "items[0].quantity: must not be negative; got -1") {
		t.Errorf("%q does not say which value breaks the rule", text)
	}
}

func TestContractEnd(t *testing.T) {
	for _, c := range []struct {
		name, why string
		contract  plans.Contract
		want      string
	}{
		{"from period to period", "no end was agreed", seats("10", "89.00"), ""},
		{"one term", "its end", committed(nil, "P6M 2026-11-01/2027-05-01"), "2027-05-01"},
		{"shortened", "where it ends earlier", shorter(committed(nil, "P6M 2026-11-01/2027-05-01"), "2027-03-01"), "2027-03-01"},
		{"extended", "M5: the end of the last one", prepaid(nil, "P6M 2026-11-01/2027-05-01", "P9M 2027-05-01/2028-02-01"), "2028-02-01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.contract.End(); !got.Equal(giventest.Instant(c.want, nil)) {
				t.Errorf("got %v, want %s: %s", got, c.want, c.why)
			}
		})
	}
}

// sharedBy returns where two values of one type share memory that can be written to, and where the first one is empty, so
// that nothing was shown for it. Decimals, times and locations never change.
func sharedBy(a, b any) (shared, empty []string) {
	var walk func(path string, x, y reflect.Value)
	walk = func(path string, x, y reflect.Value) {
		switch x.Interface().(type) {
		case decimal.Decimal, time.Time, *time.Location, proration.LocalTime, proration.Residual:
			return
		}
		switch x.Kind() {
		case reflect.Struct:
			for i := range x.NumField() {
				walk(path+"."+x.Type().Field(i).Name, x.Field(i), y.Field(i))
			}
		case reflect.Slice:
			if x.Len() == 0 || x.Len() != y.Len() {
				empty = append(empty, path)
				return
			}
			if x.Pointer() == y.Pointer() {
				shared = append(shared, path)
			}
			for i := range x.Len() {
				walk(path+"["+strconv.Itoa(i)+"]", x.Index(i), y.Index(i))
			}
		case reflect.Pointer:
			if x.IsNil() || y.IsNil() {
				empty = append(empty, path)
				return
			}
			if x.Pointer() == y.Pointer() {
				shared = append(shared, path)
			}
			walk(path, x.Elem(), y.Elem())
		case reflect.Map, reflect.Chan, reflect.Func, reflect.Interface:
			shared = append(shared, path+" (not known to be copied)")
		}
	}
	walk("", reflect.ValueOf(a), reflect.ValueOf(b))
	return shared, empty
}

// Law 15: nothing handed out is shared, however deep.
func TestContractClone(t *testing.T) {
	contract := fullContract()
	clone := contract.Clone()
	if !reflect.DeepEqual(contract, clone) {
		t.Errorf("got  %s\nwant %s", giventest.JSON(t, clone), giventest.JSON(t, contract))
	}
	shared, empty := sharedBy(contract, clone)
	if len(shared) > 0 {
		t.Errorf("both share %q", shared)
	}
	if want := []string{".Items[1].Price.Tiers"}; !slices.Equal(empty, want) {
		t.Errorf("nothing is shown for %q, want only %q: fill the contract", empty, want)
	}
	if zero := (plans.Contract{}).Clone(); !reflect.DeepEqual(zero, plans.Contract{}) {
		t.Errorf("the clone of nothing is %+v", zero)
	}
}

// Law 15, where contracts and charges come out of a contract.
func TestContractSharesNothing(t *testing.T) {
	contract := fullContract()
	at := giventest.Instant("2026-11-16", nil)
	term := contract.Terms[0].Term
	for name, change := range map[string]plans.Change{
		"quantity": {Item: "seat", Quantity: giventest.Money("1")},
		"term":     {Term: &term},
		"end":      {End: giventest.Instant("2027-10-01", nil)},
		"cancel":   {Cancel: true},
	} {
		after, err := contract.Changed(change, at)
		if err != nil {
			t.Fatal(name, err)
		}
		if shared, _ := sharedBy(contract, after); len(shared) > 0 {
			t.Errorf("%s: both share %q", name, shared)
		}
	}
	renewed, ok, err := contract.Renewed()
	if shared, _ := sharedBy(contract, renewed); err != nil || !ok || len(shared) > 0 {
		t.Errorf("renewed: %v, %v, both share %q", ok, err, shared)
	}
	unbound := contract.Clone()
	unbound.Terms = nil
	same, _, err := unbound.Renewed()
	if shared, _ := sharedBy(unbound, same); err != nil || len(shared) > 0 {
		t.Errorf("from period to period: %v, both share %q", err, shared)
	}

	add := plans.Change{Item: "seat", Quantity: giventest.Money("1")}
	for name, call := range map[string]func() ([]plans.Charge, error){
		"Charges": func() ([]plans.Charge, error) {
			return contract.Charges(plans.Whole(contract.Terms[0].Period), proration.Standard(2))
		},
		"Added": func() ([]plans.Charge, error) {
			return contract.Added(add, plans.Whole(contract.Terms[0].Period), proration.Standard(2))
		},
	} {
		charges, err := call()
		if err != nil || len(charges) < 2 {
			t.Fatal(name, charges, err)
		}
		for i, price := range []plans.Price{contract.Items[0].Price, contract.Ramp[0].Item.Price} {
			if shared, empty := sharedBy(price, charges[i].Price); len(shared)+len(empty) > 0 {
				t.Errorf("%s: charge %d shares %q and has no %q", name, i, shared, empty)
			}
		}
	}

	plan := plans.Plan{ID: "scale", Interval: giventest.Interval("P1M"), Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: priceOf(byTier)}}}
	after, err := seats("10", "89.00").Changed(plans.Change{Plan: &plan}, at)
	if err != nil {
		t.Fatal(err)
	}
	if shared, _ := sharedBy(plan.Offers[0].Price, after.Items[0].Price); len(shared) > 0 {
		t.Errorf("the contract shares %q with the plan", shared)
	}
	price := priceOf(byTier)
	after, err = seats("10", "89.00").Changed(plans.Change{Item: "phone", Quantity: giventest.Money("1"), Price: &price}, at)
	if err != nil {
		t.Fatal(err)
	}
	if shared, _ := sharedBy(price, after.Items[1].Price); len(shared) > 0 {
		t.Errorf("the contract shares %q with the change", shared)
	}
}
