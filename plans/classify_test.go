package plans_test

import (
	"math"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// level is a plan of a rank that costs an amount for an interval.
type level struct {
	rank             int
	amount, interval string
}

// contract is a contract for one unit of the plan.
func (l level) contract(plan string) plans.Contract {
	return plans.Contract{
		Plan: plan, Currency: "USD", Cycle: giventest.Cycle("2026-11-01", l.interval, time.UTC), Items: []plans.Item{one("seat", "1", l.amount)},
	}
}

// to is a change to the plan of another level, by stating both contracts.
func (l level) to(other level) plans.ClassifyRequest {
	change := plans.Change{Plan: &plans.Plan{ID: "new", Interval: giventest.Interval(other.interval)}}
	return plans.ClassifyRequest{Change: change, From: l.contract("old"), To: other.contract("new"), FromRank: l.rank, ToRank: other.rank}
}

// The rank or else the value in a year decides between upgrade, downgrade and lateral.
func TestClassifyPlan(t *testing.T) {
	for _, c := range []struct {
		name, why string
		from, to  level
		want      string
	}{
		{"higher rank", "M14: the seller ranks the plans", level{1, "15", "P1M"}, level{2, "25", "P1M"}, "upgrade"},
		{"lower rank", "M14: a downgrade needs support", level{2, "25", "P1M"}, level{1, "15", "P1M"}, "downgrade"},
		{"higher rank for less", "the rank decides before the amount: a higher plan on sale is not a downgrade", level{1, "15", "P1M"}, level{2, "5", "P1M"}, "upgrade"},
		{"lower rank for more", "the rank decides before the amount: a higher plan on sale is not a downgrade", level{3, "15", "P1M"}, level{2, "99", "P1M"}, "downgrade"},
		{"below rank one", "a rank is any number except zero", level{1, "15", "P1M"}, level{-1, "15", "P1M"}, "downgrade"},
		{"the extreme ranks", "their difference overflows an integer", level{-2, "15", "P1M"}, level{math.MaxInt, "15", "P1M"}, "upgrade"},
		{"the extreme ranks, reversed", "their difference overflows an integer", level{math.MaxInt, "15", "P1M"}, level{math.MinInt, "15", "P1M"}, "downgrade"},
		{"same rank, more", "on the same rank the amount decides", level{1, "15", "P1M"}, level{1, "15.01", "P1M"}, "upgrade"},
		{"same rank, less", "on the same rank the amount decides", level{1, "15", "P1M"}, level{1, "14.99", "P1M"}, "downgrade"},
		{"same rank, same money", "equal ranks and amounts are lateral", level{1, "15", "P1M"}, level{1, "15.00", "P1M"}, "lateral"},
		{"the first without a rank", "a plan without a rank has no place among the others, so the amount decides", level{0, "15", "P1M"}, level{7, "14", "P1M"}, "downgrade"},
		{"the second without a rank", "a plan without a rank has no place among the others, so the amount decides", level{7, "14", "P1M"}, level{0, "15", "P1M"}, "upgrade"},
		{"higher rank for a year", "the rank decides the direction; the interval is an action of its own", level{1, "15", "P1M"}, level{2, "100", "P1Y"}, "upgrade, lengthen_interval"},
		{"lower rank for a month", "the rank decides the direction; the interval is an action of its own", level{2, "100", "P1Y"}, level{1, "15", "P1M"}, "downgrade, shorten_interval"},
		{"both free", "equal ranks and amounts are lateral", level{0, "0", "P1M"}, level{0, "0", "P1Y"}, "lateral, lengthen_interval"},
		{"a month and a year", "12 x 10.00 is 120.00 a year", level{0, "10.00", "P1M"}, level{0, "120.00", "P1Y"}, "lateral, lengthen_interval"},
		{"a cheaper year", "119.99 a year is less than 12 x 10.00", level{0, "10.00", "P1M"}, level{0, "119.99", "P1Y"}, "downgrade, lengthen_interval"},
		{"a more expensive year", "120.01 is more", level{0, "10.00", "P1M"}, level{0, "120.01", "P1Y"}, "upgrade, lengthen_interval"},
		{"two years", "half of it is one year", level{0, "120.00", "P1Y"}, level{0, "240.00", "P2Y"}, "lateral, lengthen_interval"},
		{"a third of a year", "the third is exact: 3 x 33.33 is 99.99, not 100", level{0, "33.33", "P4M"}, level{0, "100.00", "P1Y"}, "upgrade, lengthen_interval"},
		{"weeks", "52 x 10.00 is 520.00 a year", level{0, "10.00", "P1W"}, level{0, "520.00", "P1Y"}, "lateral, lengthen_interval"},
		{"weeks and months", "520.00 a year is less than 12 x 43.34, which is 520.08", level{0, "10.00", "P1W"}, level{0, "43.34", "P1M"}, "upgrade, lengthen_interval"},
		{"fourteen days are two weeks", "26 x 20.00 is 520.00 a year", level{0, "20.00", "P14D"}, level{0, "10.00", "P1W"}, "lateral, shorten_interval"},
		{"days", "365 x 1.00 is 365.00 a year", level{0, "1.00", "P1D"}, level{0, "365.00", "P1Y"}, "lateral, lengthen_interval"},
		{"thirty days", "365/30 x 30.00 is 365.00 a year, more than 12 x 30.00; 12 periods a year are longer than 12.17", level{0, "30.00", "P1M"}, level{0, "30.00", "P30D"}, "upgrade, shorten_interval"},
		{"hours", "8,760 hours make 365 days", level{0, "0.01", "PT1H"}, level{0, "87.60", "P1Y"}, "lateral, lengthen_interval"},
		{"the longest number", "law 14: no overflow; a day and 24 hours are equally long, and the periods begin anew", level{0, "999999999999999999", "P1D"}, level{0, "999999999999999999", "PT86400S"}, "lateral, change_anchor"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := plans.Classify(c.from.to(c.to))
			if err != nil || actionsText(got) != c.want {
				t.Errorf("got %v (%v), want %v: %s", got, err, c.want, c.why)
			}
		})
	}
}

func TestClassify(t *testing.T) {
	half := prepaid(nil, "P6M 2026-11-01/2027-05-01")
	annual := seats("10", "79") // 79.00 a month, billed once a year
	annual.Cycle.Interval, annual.Items[0].Price.Per = giventest.Interval("P1Y"), giventest.Interval("P1M")
	daily := seatsFrom("2026-11-01", "P1D", time.UTC)
	deal := seats("10", "79")
	deal.Discounts = []plans.Discount{percentOff("deal", "20")}
	team := seats("1", "470.40")
	team.Plan, team.Cycle.Interval = "team", giventest.Interval("P1Y")
	pro := offering("pro", "P1Y", "base USD 0")
	pro.Offers[0].Price.Flat = giventest.Money("288")
	withZero := seats("10", "79")
	withZero.Items = append(withZero.Items, one("light", "0", "19"))
	later := seats("10", "79")
	later.Ramp = steps(nil, "2026-11-16 12 seat at 79", "2026-12-01 4 phone at 10")
	plan := func(unit string) *plans.Plan { return offering("scale", "P1M", "seat USD "+unit, "light USD 19") }
	year := giventest.Interval("P1Y")
	items := func(all ...string) (list []plans.ChangeItem) { // "seat 12", "phone 2 at 10"
		for _, text := range all {
			item := orderItems(text)[0]
			list = append(list, plans.ChangeItem{ID: item.Item, Quantity: item.Quantity, Price: item.Price})
		}
		return list
	}
	for _, c := range []struct {
		name, why string
		from      plans.Contract
		change    plans.Change
		ranks     [2]int
		want      string
	}{
		{"a dearer plan", "139.00 is more than 79.00", seats("10", "79"), plans.Change{Plan: plan("139")}, [2]int{}, "upgrade"},
		{"a cheaper plan", "69.00 is less than 79.00", seats("10", "79"), plans.Change{Plan: plan("69")}, [2]int{}, "downgrade"},
		{"another plan at the same price", "the values are equal", seats("10", "79"), plans.Change{Plan: plan("79")}, [2]int{}, "lateral"},
		{"a cheaper plan of a higher rank", "M14: the rank decides before the amount", seats("10", "79"), plans.Change{Plan: plan("69")}, [2]int{1, 2}, "upgrade"},
		{"the same plan at its price now", "M19: the price rises", seats("10", "79"), plans.Change{Plan: offering("growth", "P1M", "seat USD 89")}, [2]int{3, 3}, "upgrade"},
		{"longer periods", "the price stays 79.00 a month", seats("10", "79"), plans.Change{Interval: year}, [2]int{}, "lengthen_interval"},
		{"longer periods of the same plan", "the same plan has no direction", seats("10", "79"), plans.Change{Plan: offering("growth", "P1Y", "seat USD 790")}, [2]int{}, "lengthen_interval"},
		{"shorter periods", "the price stays 79.00 a month", annual, plans.Change{Interval: giventest.Interval("P1M")}, [2]int{}, "shorten_interval"},
		{"more units", "two more", seats("10", "79"), quantityChange("2", "seat"), [2]int{}, "add_quantity"},
		{"fewer units", "two fewer", seats("10", "79"), quantityChange("-2", "seat"), [2]int{}, "remove_quantity"},
		{"a new item", "all of its units are added", seats("10", "79"), withPrice(quantityChange("2", "phone"), `{"unit":"10"}`), [2]int{}, "add_quantity"},
		{"another term", "it begins at the end of the last one", half, plans.Change{Term: &half.Terms[0].Term}, [2]int{}, "extend"},
		{"an earlier end", "the last term ends earlier", half, earlierEnd("2027-03-01"), [2]int{}, "shorten"},
		{"a cancellation", "no term follows", half, plans.Change{Cancel: true}, [2]int{}, "cancel"},
		{"another price", "a special price of the contract", seats("10", "79"), priceChange("75", "seat"), [2]int{}, "change_price"},
		{"another discount", "later charges cost less", seats("10", "79"), plans.Change{AddDiscounts: []plans.Discount{percentOff("deal", "20")}}, [2]int{}, "change_price"},
		{"a discount that ends", "later charges cost more", deal, plans.Change{RemoveDiscounts: []string{"deal"}}, [2]int{}, "change_price"},
		{"a later billing date", "periods begin on the 20th", seats("10", "79"), anchorChange("2026-11-20", nil), [2]int{}, "change_anchor"},
		{"a billing date now", "a period begins with the change", seats("10", "79"), plans.Change{Anchor: plans.AnchorReset}, [2]int{}, "change_anchor"},
		{"24 hours for a day", "they are equally long, and the periods begin anew", daily, plans.Change{Plan: offering("growth", "PT24H", "seat USD 89")}, [2]int{}, "lateral, change_anchor"},

		{"a dearer plan and more units", "the plan and the units are two actions", seats("10", "79"), plans.Change{Plan: plan("139"), Add: quantityChange("2", "seat").Add}, [2]int{}, "upgrade, add_quantity"},
		{"a cheaper plan and more units", "12 x 69.00 is more than 10 x 79.00: added units make no upgrade", seats("10", "79"), plans.Change{Plan: plan("69"), Set: setting("seat", "12", `{"unit":"69"}`).Set}, [2]int{}, "downgrade, add_quantity"},
		{"a dearer plan and fewer units", "1 x 139.00 is less than 10 x 79.00: removed units make no downgrade", seats("10", "79"), plans.Change{Plan: plan("139"), Items: items("1 seat")}, [2]int{}, "upgrade, remove_quantity"},
		{"an annual plan for less", "790.00 is less than 12 x 79.00", seats("10", "79"), plans.Change{Plan: offering("scale", "P1Y", "seat USD 790")}, [2]int{}, "downgrade, lengthen_interval"},
		{"a plan by the month, billed by the year", "12 x 139.00 is more than 12 x 79.00", seats("10", "79"), plans.Change{Plan: func() *plans.Plan {
			p := plan("139")
			p.Offers[0].Price.Per = p.Interval
			return p
		}(), Interval: year}, [2]int{}, "upgrade, lengthen_interval"},
		{"an item for another", "a seat for 470.40 a year leaves, and a base for 288.00 joins", team, plans.Change{Plan: pro, Items: items("1 base")}, [2]int{}, "downgrade, add_quantity, remove_quantity"},
		{"an item for another, ranked", "the rank of the plan with the flat price is higher", team, plans.Change{Plan: pro, Items: items("1 base")}, [2]int{1, 2}, "upgrade, add_quantity, remove_quantity"},
		{"a list of all items", "seats are removed, a phone joins", seats("10", "79"), plans.Change{Items: items("8 seat", "2 phone at 10")}, [2]int{}, "add_quantity, remove_quantity"},
		{"two items", "seats are added, and light seats leave", monthlyKinds(), plans.Change{Items: items("12 seat")}, [2]int{}, "add_quantity, remove_quantity"},
		{"an item without units leaves", "an item without units is not part of a contract", withZero, plans.Change{Items: items("10 seat")}, [2]int{}, ""},
		{"an item without units joins", "an item without units is not part of a contract", seats("10", "79"), plans.Change{Items: items("10 seat", "0 light at 19")}, [2]int{}, ""},
		{"an item of a list has no units", "the item leaves", monthlyKinds(), plans.Change{Items: items("10 seat", "0 light")}, [2]int{}, "remove_quantity"},
		{"the last item leaves", "all of its units are removed", seats("10", "79"), quantityChange("-10", "seat"), [2]int{}, "remove_quantity"},
		{"an item returns", "all of its units are added", withZero, withPrice(quantityChange("2", "light"), `{"unit":"19"}`), [2]int{}, "add_quantity"},
		{"a metered item without units leaves", "a metered item leaves, whatever its quantity", withCalls(), plans.Change{Items: items("10 seat")}, [2]int{}, "remove_quantity"},
		{"a metered item without units joins", "a metered item joins, whatever its quantity", seats("10", "79"), plans.Change{Items: append(items("10 seat"), metered("call", "0.05"))}, [2]int{}, "add_quantity"},
		{"another plan without items", "two contracts without items have equal values", empty(), plans.Change{Plan: plan("139")}, [2]int{}, "lateral"},
		{"an item that a later step adds leaves", "its part of a billed period is replaced", later, plans.Change{Items: items("12 seat")}, [2]int{}, "remove_quantity"},
		{"another price and more units", "a setting states both", seats("10", "79"), setting("seat", "12", `{"unit":"75"}`), [2]int{}, "add_quantity, change_price"},
		{"another plan at a special price", "129.00 is not the plan's price", seats("10", "79"), plans.Change{Plan: plan("139"), Set: priceChange("129", "seat").Set}, [2]int{}, "upgrade, change_price"},
		{"another plan at its price", "the plan has this price", seats("10", "79"), plans.Change{Plan: plan("139"), Set: priceChange("139.00", "seat").Set}, [2]int{}, "upgrade"},
		{"the same number for a longer period", "79.00 was for a month, and is for a year", seats("10", "79"), plans.Change{Interval: year, Set: priceChange("79", "seat").Set}, [2]int{}, "lengthen_interval, change_price"},
		{"longer periods from now on", "they begin anew in any case", seats("10", "79"), plans.Change{Interval: year, Anchor: plans.AnchorReset}, [2]int{}, "lengthen_interval"},
		{"longer periods from a later date on", "the billing date is stated", seats("10", "79"), plans.Change{Interval: year, AnchorAt: giventest.Instant("2026-11-20", nil)}, [2]int{}, "lengthen_interval, change_anchor"},
		{"all at once", "every action that can be combined", monthlyKinds(), plans.Change{
			Plan: offering("scale", "P1Y", "seat USD 2000", "phone USD 100"), Items: items("12 seat at 1900", "2 phone"), AnchorAt: giventest.Instant("2026-11-20", nil),
		}, [2]int{}, "upgrade, lengthen_interval, add_quantity, remove_quantity, change_price, change_anchor"},

		{"a term with a plan", "a commitment begins", seats("10", "79"), plans.Change{Plan: plan("139"), Term: &half.Terms[0].Term, Interval: half.Terms[0].Term.Length}, [2]int{}, "upgrade, lengthen_interval, extend"},
		{"a term that ends earlier", "three months from November 16 end before the six from November 1", half, plans.Change{Add: quantityChange("2", "seat").Add, Term: &plans.Term{Length: giventest.Interval("P3M"), Billing: plans.UpFront, Renewal: plans.Renew}}, [2]int{}, "shorten_interval, add_quantity, shorten"},

		{"the quantity that is there", "nothing changes", seats("10", "79"), plans.Change{Items: items("10 seat")}, [2]int{}, ""},
		{"the quantity of a step", "twelve since that instant", later, plans.Change{Set: setting("seat", "12", `{"unit":"79"}`).Set}, [2]int{}, ""},
		{"the price that is there", "nothing changes", seats("10", "79"), priceChange("79.00", "seat"), [2]int{}, ""},
		{"the price with its length", "79.00 is for a month, stated or not", seats("10", "79"), withPrice(priceChange("0", "seat"), `{"per":"P1M","unit":"79"}`), [2]int{}, ""},
		{"the interval that is there", "nothing changes", seats("10", "79"), plans.Change{Interval: giventest.Interval("P1M")}, [2]int{}, ""},
		{"the billing dates that are there", "nothing changes", seats("10", "79"), plans.Change{Anchor: plans.AnchorKeep}, [2]int{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := giventest.Instant("2026-11-16", nil)
			from, err := c.from.AsOf(at)
			if err != nil {
				t.Fatal(err)
			}
			to, err := c.from.Changed(c.change, at)
			if err != nil {
				t.Fatal(err)
			}
			request := plans.ClassifyRequest{Change: c.change, From: from, To: to, FromRank: c.ranks[0], ToRank: c.ranks[1]}
			before := giventest.JSON(t, request)
			got, err := plans.Classify(request)
			if err != nil || actionsText(got) != c.want || !slices.IsSorted(got) {
				t.Errorf("got %v (%v), want %v: %s", got, err, c.want, c.why)
			}
			checkText(t, "law 15: the request afterwards", giventest.JSON(t, request), before)
		})
	}
}

func TestClassifyRefused(t *testing.T) {
	good := level{1, "10", "P1M"}
	mixed := good.to(good)
	mixed.To.Cycle.Interval = proration.Interval{Months: 1, Days: 1}
	for _, c := range []struct {
		name, why string
		request   plans.ClassifyRequest
		want      []string
	}{
		{"nothing", "law 14: all faults come at once", plans.ClassifyRequest{}, []string{
			"change unset", "from.plan unset", "from.currency unset", "from.cycle.anchor unset", "from.cycle.interval unset",
			"to.plan unset", "to.currency unset", "to.cycle.anchor unset", "to.cycle.interval unset",
		}},
		{"negative", "a plan costs at least zero", level{1, "-1", "P1M"}.to(level{2, "-2", "P1M"}), []string{"from.items[0].price.unit invalid", "to.items[0].price.unit invalid"}},
		{"beyond the limits", "law 14: amounts have limits", good.to(level{1, "1e99", "P1M"}), []string{"to.items[0].price.unit limit"}},
		{"tiny", "law 14: bad input is an error that names its field", level{1, "1e-99", "P1M"}.to(good), []string{"from.items[0].price.unit limit"}},
		{"a mixed interval", "it recurs on no calendar", mixed, []string{"to.cycle.interval invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := plans.Classify(c.request)
			giventest.CheckFaults(t, err, c.want...)
			if got != nil {
				t.Errorf("actions come with the error: %v: %s", got, c.why)
			}
		})
	}
}

// Every pair of levels, against their values in a year computed with fractions.
func TestClassifyEnumerated(t *testing.T) {
	short.Skip(t)
	var levels []level
	for _, rank := range []int{0, 1, 2} {
		for _, amount := range []string{"0", "0.01", "9.99", "10", "10.00", "120", "520", "3650"} {
			for _, interval := range []string{"P1M", "P3M", "P1Y", "P1D", "P7D", "P28D", "P30D", "PT1H", "PT36H"} {
				levels = append(levels, level{rank, amount, interval})
			}
		}
	}
	for _, from := range race.Few(levels, 7) {
		for _, to := range levels {
			sign := yearlyValue(to).Cmp(yearlyValue(from))
			if from.rank*to.rank > 0 && from.rank != to.rank {
				sign = to.rank - from.rank
			}
			want := []plans.Action{plans.Lateral}
			if sign > 0 {
				want[0] = plans.Upgrade
			} else if sign < 0 {
				want[0] = plans.Downgrade
			}
			switch yearlyValue(level{0, "1", from.interval}).Cmp(yearlyValue(level{0, "1", to.interval})) {
			case 1:
				want = append(want, plans.LengthenInterval)
			case -1:
				want = append(want, plans.ShortenInterval)
			}
			if got, err := plans.Classify(from.to(to)); err != nil || !slices.Equal(got, want) {
				t.Fatalf("from %+v to %+v: %v (%v), want %v", from, to, got, err, want)
			}
		}
	}
}

// yearlyValue is the price of a level for twelve months, 52 weeks, 365 days or 365 x 86,400 seconds, by the unit of its
// interval.
func yearlyValue(l level) *big.Rat {
	interval := giventest.Interval(l.interval)
	units := [][2]int64{{12, int64(interval.Months)}, {7 * 52, int64(interval.Days)}, {365 * 86_400, interval.Seconds}}
	if interval.Days%7 != 0 {
		units[1][0] = 365
	}
	value := giventest.Money(l.amount).Rat()
	for _, u := range units {
		if u[1] > 0 {
			value.Mul(value, big.NewRat(u[0], u[1]))
		}
	}
	return value
}
