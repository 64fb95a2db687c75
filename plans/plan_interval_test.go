package plans_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// twoIntervals sells the plan team by month and by year, seats with a price for each and phones by month alone, and the
// plan solo by month.
func twoIntervals(t *testing.T) seller {
	t.Helper()
	offer := func(item, interval, unit string) plans.Offer {
		o := plans.Offer{Item: item, Currency: "USD", Price: plans.Price{Unit: giventest.Money(unit)}}
		if interval != "" {
			o.Interval = giventest.Interval(interval)
		}
		return o
	}
	s := limited(t, 10)
	yearly := offer("seat", "P1Y", "200")
	yearly.Minimum, yearly.Limits = giventest.Money("2"), []plans.Limit{{Name: "lists", Most: giventest.Money("7")}}
	monthly := offer("seat", "", "20")
	monthly.Limits = []plans.Limit{{Name: "lists", Most: giventest.Money("1")}}
	selling(
		plans.Plan{ID: "solo", Rank: 1, Interval: giventest.Interval("P1M"), Offers: []plans.Offer{offer("seat", "", "10")}},
		plans.Plan{
			ID: "team", Rank: 2, Interval: giventest.Interval("P1M"), Limits: []plans.Limit{{Name: "lists"}},
			Offers: []plans.Offer{monthly, yearly, offer("phone", "P1M", "5")},
		},
	)(&s)
	openEnded(&s)
	giventest.CheckFaults(t, s.Catalog.Validate())
	return s
}

// An order chooses the interval.
func TestOrdersChooseTheInterval(t *testing.T) {
	every := func(interval string) func(*plans.Order) {
		return func(o *plans.Order) {
			if o.Plan = "team"; interval != "" {
				o.Interval = giventest.Interval(interval)
			}
		}
	}
	sold := []func(*seller){func(s *seller) { *s = twoIntervals(t) }}
	monthly := []string{"2026-11-16 until 2026-12-16, seat: 3 x 20.00 = 60.00", "due: 60.00 USD", "renewal on 2026-12-16: 60.00 USD"}
	least := "quantity: The plan sells at least 2 seat; 1 are requested. | Choose at least 2, or none."
	checkQuotes(
		t,
		quoteRow{"unset", "the plan's own interval", sold, ordered("3 seat", "", every("")), monthly, nil},
		quoteRow{"a month", "the same", sold, ordered("3 seat", "", every("P1M")), monthly, nil},
		quoteRow{"a year", "200.00 a seat, and twelve months of a phone", sold, ordered("3 seat, 1 phone", "", every("P12M")), []string{
			"2026-11-16 until 2027-11-16, seat: 3 x 200.00 = 600.00",
			"2026-11-16 until 2027-11-16, phone: 1 x 5.00 x 12 = 60.00",
			"due: 660.00 USD",
			"renewal on 2027-11-16: 660.00 USD",
		}, nil},
		quoteRow{"one seat by month", "the minimum is that of a year", sold, ordered("1 seat", "", every("P1M")), []string{
			"2026-11-16 until 2026-12-16, seat: 1 x 20.00 = 20.00", "due: 20.00 USD", "renewal on 2026-12-16: 20.00 USD",
		}, nil},
		quoteRow{"one seat by year", "the offer of the interval bounds it", sold, ordered("1 seat", "", every("P1Y")), nil, []string{least}},
		quoteRow{"a quarter", "not sold", sold, ordered("3 seat", "", every("P3M")), nil, []string{`interval: Plan "team" is not sold for periods of P3M. | Choose P1M or P1Y.`}},
	)
}

// Another interval within the plan has its prices, and so has a change to the plan.
func TestChangesOfTheIntervalTakeItsPrices(t *testing.T) {
	s := twoIntervals(t)
	contract := func(plan, quantity, unit, interval string) plans.Contract {
		c := seats(quantity, unit)
		c.Plan, c.Cycle.Interval = plan, giventest.Interval(interval)
		return c
	}
	year, quarter := giventest.Interval("P1Y"), giventest.Interval("P3M")
	phone := []plans.ItemQuantity{{Item: "phone", Quantity: giventest.Money("1")}}
	seat := []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("1")}}
	for _, c := range []struct {
		name     string
		contract plans.Contract
		change   plans.Change
		actions  string
		want     string // items after the change, or the refusal
	}{
		{"month to year", contract("team", "3", "20", "P1M"), plans.Change{Interval: year}, `["lengthen_interval"]`, "P1Y 3 seat at 200 per P1Y"},
		{"year to month", contract("team", "3", "200", "P1Y"), plans.Change{Interval: giventest.Interval("P1M")}, `["shorten_interval"]`, "P1M 3 seat at 20 per P1M"},
		{"with a phone", contract("team", "3", "20", "P1M"), plans.Change{Interval: year, Add: phone}, `["lengthen_interval","add_quantity"]`, "P1Y 3 seat at 200 per P1Y 1 phone at 5 per P1M"},
		{"a seat in a year", contract("team", "3", "170", "P1Y"), plans.Change{Add: seat}, `["add_quantity"]`, "P1Y 4 seat at 170 per none"},
		{"a new item in a year", contract("team", "3", "170", "P1Y"), plans.Change{Add: phone}, `["add_quantity"]`, "P1Y 3 seat at 170 per none 1 phone at 5 per P1M"},
		{"the same interval", contract("team", "3", "17", "P1M"), plans.Change{Interval: giventest.Interval("P1M")}, `null`, "P1M 3 seat at 17 per none"},
		{"solo to team by month", contract("solo", "3", "10", "P1M"), plans.Change{Plan: &plans.Plan{ID: "team"}}, `["upgrade"]`, "P1M 3 seat at 20 per P1M"},
		{"solo to team by year", contract("solo", "3", "10", "P1M"), plans.Change{Plan: &plans.Plan{ID: "team"}, Interval: year}, `["upgrade","lengthen_interval"]`, "P1Y 3 seat at 200 per P1Y"},
		{"a year of solo stays a year", contract("solo", "3", "100", "P1Y"), plans.Change{Plan: &plans.Plan{ID: "team"}}, `["upgrade"]`, "P1Y 3 seat at 200 per P1Y"},
		{"a quarter of solo becomes a month", contract("solo", "3", "30", "P3M"), plans.Change{Plan: &plans.Plan{ID: "team"}}, `["upgrade","shorten_interval"]`, "P1M 3 seat at 20 per P1M"},
		{"a plan of one interval takes any", contract("solo", "3", "10", "P1M"), plans.Change{Interval: quarter}, `["lengthen_interval"]`, "P3M 3 seat at 10 per P1M"},
		{"a quarter of team", contract("team", "3", "20", "P1M"), plans.Change{Interval: quarter}, "", `Plan "team" is not sold for periods of P3M. Choose P1M or P1Y.`},
		{"too few for a year", contract("team", "1", "20", "P1M"), plans.Change{Interval: year}, "", "The plan sells at least 2 seat; 1 are requested. Choose at least 2, or none."},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := c.contract.Cycle.Anchor.In(time.UTC)
			permit, err := s.check(plans.ChangeRequest{Contract: c.contract, Change: c.change, By: plans.Customer, At: at})
			if err != nil {
				checkText(t, "refusal", err.Error(), c.want)
				return
			}
			checkText(t, "actions", giventest.JSON(t, permit.Actions), c.actions)
			after, err := c.contract.Changed(permit.Change, at)
			giventest.CheckFaults(t, err)
			text := after.Cycle.Interval.String()
			for _, item := range after.Items {
				per := "none"
				if item.Price.Per != (proration.Interval{}) {
					per = item.Price.Per.String()
				}
				text += " " + item.Quantity.String() + " " + item.ID + " at " + item.Price.Unit.String() + " per " + per
			}
			checkText(t, "items", text, c.want)
		})
	}
}

// What an item adds is that of the offer for the interval of the contract, or of its price where a term is billed up
// front.
func TestPlanWithAnInterval(t *testing.T) {
	s := twoIntervals(t)
	plan := s.Plans[len(s.Plans)-1]
	contract := seats("3", "20")
	contract.Plan = "team"
	lists := func(want string) {
		t.Helper()
		full, err := plan.With(contract)
		giventest.CheckFaults(t, err)
		checkText(t, "lists", full.Limits[0].Most.String(), want)
	}
	lists("3")
	contract.Cycle.Interval = giventest.Interval("P1Y")
	lists("21")
	term := plans.Term{Length: giventest.Interval("P1Y"), Billing: plans.UpFront, Renewal: plans.Renew}
	contract.Terms = []plans.ContractTerm{{Term: term, Period: giventest.Period("2026-11-01/2027-11-01", time.UTC)}}
	lists("3")
	contract.Items[0].Price.Per = giventest.Interval("P1Y")
	lists("21")
}

// An interval is stated once for each item and currency, and a change without a catalog states one.
func TestOfferIntervalValidate(t *testing.T) {
	s := twoIntervals(t)
	plan := s.Plans[len(s.Plans)-1]
	giventest.CheckFaults(t, plan.Validate())
	for _, c := range []struct {
		name string
		edit func(*plans.Offer)
		want []string
	}{
		{"the plan's own", func(o *plans.Offer) { o.Item = "seat" }, []string{"offers[2].item invalid"}},
		{"twice a year", func(o *plans.Offer) { o.Item, o.Interval = "seat", giventest.Interval("P12M") }, []string{"offers[2].item invalid"}},
		{"mixed", func(o *plans.Offer) { o.Interval.Days = 3 }, []string{"offers[2].interval invalid"}},
		{"a price for half of it", func(o *plans.Offer) { o.Price.Per = giventest.Interval("P2W") }, []string{"offers[2].price.per invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			broken := plan
			broken.Offers = append([]plans.Offer{}, plan.Offers...)
			c.edit(&broken.Offers[2])
			giventest.CheckFaults(t, broken.Validate(), c.want...)
		})
	}
	contract := seats("3", "20")
	_, err := contract.Changed(plans.Change{Plan: &plan}, contract.Cycle.Anchor.In(time.UTC))
	giventest.CheckFaults(t, err, "change.plan.offers[1].interval invalid")
	order := ordered("3 seat", "")
	order.Plan, order.Interval.Days = "team", -1
	_, err = s.quote(order)
	giventest.CheckFaults(t, err, "interval invalid")
}
