package plans_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestContractValidate(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	for _, c := range []struct {
		name, why string
		edit      func(*plans.Contract)
		want      []string
	}{
		{"as it should be", "ten seats at 89.00 a month", func(*plans.Contract) {}, nil},
		{"free", "a free plan is a contract too", func(c *plans.Contract) { c.Items = []plans.Item{one("seat", "0", "0")} }, nil},
		{"seats of two kinds", "K3c: seats have kinds", func(c *plans.Contract) { c.Items = append(c.Items, one("light seat", "3", "19.00")) }, nil},
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
		{"no anchor", "a cycle begins somewhere", func(c *plans.Contract) { c.Cycle.Anchor = proration.Wall{} }, []string{"cycle.anchor unset"}},
		{"no interval", "a period has a length", func(c *plans.Contract) { c.Cycle.Interval = proration.Interval{} }, []string{"cycle.interval unset"}},
		{"mixed interval", "a month and three days recur on no calendar", func(c *plans.Contract) { c.Cycle.Interval.Days = 3 }, []string{"cycle.interval invalid"}},
		{"day of no month", "no month has a 32nd", func(c *plans.Contract) { c.Cycle.Day = 32 }, []string{"cycle.day invalid"}},
		{"another zone", "a boundary of another calendar would bill another day", func(c *plans.Contract) { c.Cycle.Location = newYork }, []string{"cycle.zone zone"}},
		{"zone without its location", "read back from JSON, and the location not set again", func(c *plans.Contract) { c.Cycle.Zone, c.Cycle.Location = "America/New_York", nil }, []string{"cycle.zone zone"}},
		{
			"all at once", "law 14: every fault, in the order of the fields",
			func(c *plans.Contract) {
				*c = plans.Contract{Currency: "XAU", Items: []plans.Item{one("", "-1", "1"), one("seat", "1", "1"), one("seat", "1", "1e30")}}
			},
			[]string{
				"plan unset", "currency invalid", "items[0].id unset", "items[0].quantity invalid", "items[2].id invalid", "items[2].price.unit limit",
				"cycle.anchor unset", "cycle.interval unset",
			},
		},
		{"nothing", "the zero contract is no contract", func(c *plans.Contract) { *c = plans.Contract{} }, []string{
			"plan unset", "currency unset", "items unset", "cycle.anchor unset", "cycle.interval unset",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract := seats("10", "89.00")
			c.edit(&contract)
			before := giventest.JSON(t, contract.Items)
			giventest.CheckFaults(t, contract.Validate(), c.want...)
			if after := giventest.JSON(t, contract.Items); after != before {
				t.Errorf("Validate modified %s to %s", before, after)
			}

			// What Validate refuses is refused by every other method too.
			charges, err := contract.Charges(part(november, "", time.UTC), proration.Standard(2))
			if (err == nil) != (c.want == nil) || err != nil && charges != nil {
				t.Errorf("Charges returned %v, %v", charges, err)
			}
			_, err = contract.Added(plans.Change{Item: "seat", Quantity: giventest.Money("1")}, part(november, "", time.UTC), proration.Standard(2))
			if (err == nil) != (c.want == nil) {
				t.Errorf("Added returned %v", err)
			}
		})
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
	if text := err.Error(); !strings.Contains(text, "items[0].quantity: -1 is negative") {
		t.Errorf("%q does not say which value breaks the rule", text)
	}
}

func TestContractCharges(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	nyNovember := part(november, "", newYork)
	annual := seats("10", "948.00")
	annual.Cycle = giventest.Cycle("2026-03-01", "P1Y", time.UTC)
	inNewYork := seats("10", "89.00")
	inNewYork.Cycle = giventest.Cycle("2026-11-01", "P1M", newYork)
	twoKinds := seats("10", "89.00")
	twoKinds.Items = append(twoKinds.Items, one("light seat", "3", "19.00"), one("phone", "2", "0"))

	seconds := proration.Policy{DayCount: proration.Seconds, Rounding: proration.Rounding{Mode: proration.HalfUp}}
	down := proration.Standard(9)
	down.Rounding.Mode = proration.Down
	for _, c := range []struct {
		name, why string
		contract  plans.Contract
		portion   proration.Portion
		policy    proration.Policy
		want      []string
		net       string
	}{
		{"a month", "ten seats at 89.00", seats("10", "89.00"), part(november, "", time.UTC), proration.Standard(2), []string{"seat: 10 x 89.00 = 890.00"}, "890"},
		{
			"each item a charge", "in their order, so that an invoice reads as the contract does", twoKinds, part(november, "", time.UTC), proration.Standard(2),
			[]string{"seat: 10 x 89.00 = 890.00", "light seat: 3 x 19.00 = 57.00", "phone: 2 x 0.00 = 0.00"}, "947",
		},
		{
			"a stub", "law 4: service from the 16th is 15 of the 30 days of the whole period", seats("10", "89.00"), part(november, "2026-11-16/2026-12-01", time.UTC), proration.Standard(2),
			[]string{"seat: 10 x 89.00, 890.00 x 15/30 days = 445.00"}, "445",
		},
		{
			"a stub in the middle", "11 of 30 days of 890.00 are 326.333...", seats("10", "89.00"), part(november, "2026-11-16/2026-11-27", time.UTC), proration.Standard(2),
			[]string{"seat: 10 x 89.00, 890.00 x 11/30 days = 326.333..., rounded half up to 326.33"}, "326.33",
		},
		{
			"the rest of a contract", "K3b: the contract is the period; 105 of 365 days of 9480.00 are 2727.123...", annual, part("2026-03-01/2027-03-01", "2026-11-16/2027-03-01", time.UTC), proration.Standard(2),
			[]string{"seat: 10 x 948.00, 9480.00 x 105/365 days = 2727.123..., rounded half up to 2727.12"}, "2727.12",
		},
		{
			"a month with an hour more", "law 4, on the customer's calendar: November in New York has 30 days and 721 hours", inNewYork,
			proration.Portion{Period: nyNovember.Period, Span: giventest.Period("2026-11-16T11:30:00/2026-12-01", newYork)}, proration.Standard(2),
			[]string{"seat: 10 x 89.00, 890.00 x 15/30 days = 445.00"}, "445",
		},
		{
			"counted in seconds", "the same by the clock: 15 days of 86,400 s are 1,296,000 of 2,595,600 s, 444.382... of 890.00", inNewYork,
			proration.Portion{Period: nyNovember.Period, Span: giventest.Period("2026-11-16/2026-12-01", newYork)}, seconds,
			[]string{"seat: 10 x 89.00, 890.00 x 1296000/2595600 seconds = 444.382..., rounded half up to 444.38"}, "444.38",
		},
		{
			"yen", "ISO 4217: no places, whatever the policy says; 10 of 30 days of 1000", in("JPY", seats("1", "1000")), part(november, "2026-11-21/2026-12-01", time.UTC), proration.Standard(2),
			[]string{"seat: 1 x 1000, 1000 x 10/30 days = 333.3..., rounded half up to 333"}, "333",
		},
		{
			"dinars", "ISO 4217: three places; 10 of 30 days of 27.500", in("KWD", seats("1", "27.5")), part(november, "2026-11-21/2026-12-01", time.UTC), proration.Standard(2),
			[]string{"seat: 1 x 27.500, 27.500 x 10/30 days = 9.1666..., rounded half up to 9.167"}, "9.167",
		},
		{
			"places of the policy", "the currency's places hold, where the policy says 9; its mode stays", seats("1", "89.00"), part(november, "2026-11-21/2026-12-01", time.UTC), down,
			[]string{"seat: 1 x 89.00, 89.00 x 10/30 days = 29.666..., rounded down to 29.66"}, "29.66",
		},
		{
			"price below a cent", "law 1: the amount is rounded once, at the end: 12347 x 0.0004 = 4.9388", seats("12347", "0.0004"), part(november, "", time.UTC), proration.Standard(2),
			[]string{"seat: 12347 x 0.0004, 4.9388 x 30/30 days = 4.9388, rounded half up to 4.94"}, "4.94",
		},
		{
			"contracted price", "K3c: the rate is the contracted one, also when the list price has moved to 99.00", seats("10", "79.00"), part(november, "", time.UTC), proration.Standard(2),
			[]string{"seat: 10 x 79.00 = 790.00"}, "790",
		},
		{"no seats", "a period of nothing is a charge of nothing", seats("0", "89.00"), part(november, "", time.UTC), proration.Standard(2), []string{"seat: 0 x 89.00 = 0.00"}, "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := giventest.JSON(t, c.contract)
			charges, err := c.contract.Charges(c.portion, c.policy)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			net := decimal.Zero
			for i, charge := range charges {
				got = append(got, charge.Explain())
				net = net.Add(charge.Net)
				item := c.contract.Items[i]
				if charge.Plan != c.contract.Plan || charge.Item != item.ID || charge.ID != "" || charge.Corrects != "" || !charge.Credited.IsZero() ||
					!charge.Quantity.Equal(item.Quantity) || !charge.Rate.Equal(item.Price.Unit) || !charge.Net.Equal(charge.Share.Amount) ||
					!charge.Period.Equal(c.portion.Period) || !charge.Span.Equal(c.portion.Span) {
					t.Errorf("charge %d is not that of its item and portion: %+v", i, charge)
				}
				giventest.CheckRoundTrip(t, charge)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q: %s", got, c.want, c.why)
			}
			giventest.CheckMoney(t, "the sum", net, c.net)
			if after := giventest.JSON(t, c.contract); after != before {
				t.Errorf("the contract is now %s", after)
			}
		})
	}
}

func TestContractChargesRefused(t *testing.T) {
	whole := part(november, "", time.UTC)
	offset := giventest.Instant("2026-11-16T09:00:00-05:00", giventest.Zone(t, "America/New_York"))
	for _, c := range []struct {
		name, why string
		edit      func(*plans.Contract, *proration.Portion, *proration.Policy)
		want      error
	}{
		{"no portion", "law 13: a span that was forgotten is not a whole month", func(_ *plans.Contract, p *proration.Portion, _ *proration.Policy) { *p = proration.Portion{} }, proration.ErrUnset},
		{"no span", "as above", func(_ *plans.Contract, p *proration.Portion, _ *proration.Policy) { p.Span = proration.Period{} }, proration.ErrUnset},
		{"span outside", "law 4: a part lies in its whole", func(_ *plans.Contract, p *proration.Portion, _ *proration.Policy) {
			p.Span = giventest.Period("2026-10-31/2026-12-01", time.UTC)
		}, proration.ErrOutside},
		{"reversed", "an end comes after its start", func(_ *plans.Contract, p *proration.Portion, _ *proration.Policy) {
			p.Span = giventest.Period("2026-11-20/2026-11-16", time.UTC)
		}, proration.ErrPeriod},
		{"no policy", "law 13: a policy left unset is refused", func(_ *plans.Contract, _ *proration.Portion, p *proration.Policy) { *p = proration.Policy{} }, proration.ErrUnset},
		{"no such day count", "law 14", func(_ *plans.Contract, _ *proration.Portion, p *proration.Policy) { p.DayCount = 99 }, proration.ErrInvalid},
		{"instant with an offset", "an offset does not say on which calendar days are counted", func(c *plans.Contract, p *proration.Portion, _ *proration.Policy) {
			c.Cycle.Location, p.Span.Start = nil, offset
		}, proration.ErrZone},
		{"a contract that is none", "validated at the door", func(c *plans.Contract, _ *proration.Portion, _ *proration.Policy) { c.Items = nil }, proration.ErrUnset},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract, portion, policy := seats("10", "89.00"), whole, proration.Standard(2)
			c.edit(&contract, &portion, &policy)
			charges, err := contract.Charges(portion, policy)
			if !errors.Is(err, c.want) || charges != nil {
				t.Errorf("Charges returned %v, %v; want %v: %s", charges, err, c.want, c.why)
			}
			charge, err := contract.Added(plans.Change{Item: "seat", Quantity: giventest.Money("1")}, portion, policy)
			if !errors.Is(err, c.want) || charge.Item != "" {
				t.Errorf("Added returned %v, %v; want %v: %s", charge, err, c.want, c.why)
			}
		})
	}
	contract := seats("10", "89.00")
	contract.Plan = ""
	_, err := contract.Charges(whole, proration.Standard(2))
	giventest.CheckFaults(t, err, "contract.plan unset")
}

func TestContractAdded(t *testing.T) {
	twoKinds := seats("10", "79.00")
	twoKinds.Items = append(twoKinds.Items, one("light seat", "3", "19.00"))
	for _, c := range []struct {
		name, why      string
		item, quantity string
		span           string
		want           string
		net            string
		wantErr        []string
	}{
		{"two seats on the 16th", "K3a: 2 x 79.00 for 15 of 30 days", "seat", "2", "2026-11-16/2026-12-01", "seat: 2 x 79.00, 158.00 x 15/30 days = 79.00", "79", nil},
		{"from the first instant", "K3a: all of the month is left", "seat", "2", november, "seat: 2 x 79.00 = 158.00", "158", nil},
		{"on the last day", "K3a: one day of 30 is left, 5.266...", "seat", "2", "2026-11-30T23:59:59.999999999/2026-12-01", "seat: 2 x 79.00, 158.00 x 1/30 days = 5.266..., rounded half up to 5.27", "5.27", nil},
		{"another kind", "K3c: each kind at its own contracted rate, 19.00 x 15/30", "light seat", "1", "2026-11-16/2026-12-01", "light seat: 1 x 19.00, 19.00 x 15/30 days = 9.50", "9.5", nil},
		{"nothing", "law 13: a change of nothing was not meant", "seat", "0", november, "", "", []string{"quantity unset"}},
		{"fewer", "K3c: seats stay for the contract", "seat", "-1", november, "", "", []string{"quantity invalid"}},
		{"too many", "law 14", "seat", "1e18", november, "", "", []string{"quantity limit"}},
		{"unknown item", "the contract has no price for it", "seats", "1", november, "", "", []string{"item invalid"}},
		{"no item", "as above", "", "1", november, "", "", []string{"item invalid"}},
		{"nothing at all", "law 14: all faults at once", "", "0", november, "", "", []string{"quantity unset", "item invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := giventest.JSON(t, twoKinds)
			change := plans.Change{Item: c.item, Quantity: giventest.Money(c.quantity)}
			charge, err := twoKinds.Added(change, part(november, c.span, time.UTC), proration.Standard(2))
			if giventest.CheckFaults(t, err, c.wantErr...) {
				if got := charge.Explain(); got != c.want {
					t.Errorf("got %q, want %q: %s", got, c.want, c.why)
				}
				giventest.CheckMoney(t, "net", charge.Net, c.net)
			}
			if after := giventest.JSON(t, twoKinds); after != before {
				t.Errorf("the contract is now %s", after)
			}
		})
	}
}

// A change of plan adds no quantity: there is no price of what is added before the change is made.
func TestContractAddedPlan(t *testing.T) {
	plan := plans.Plan{ID: "scale", Currency: "USD", Interval: giventest.Interval("P1M")}
	change := plans.Change{Plan: &plan, Item: "seat", Quantity: giventest.Money("1")}
	_, err := seats("10", "89.00").Added(change, part(november, "", time.UTC), proration.Standard(2))
	giventest.CheckFaults(t, err, "plan invalid")
}

func TestContractWith(t *testing.T) {
	scale := plans.Plan{ID: "scale", Currency: "USD", Interval: giventest.Interval("P1M"), Price: plans.Price{Unit: giventest.Money("139.00")}}
	inEuros, annual, neither := scale, scale, scale
	inEuros.Currency = "EUR"
	annual.Interval = giventest.Interval("P1Y")
	neither.Currency, neither.Interval = "EUR", giventest.Interval("P1Y")
	of := func(quantity, item string) plans.Change {
		return plans.Change{Item: item, Quantity: giventest.Money(quantity)}
	}
	for _, c := range []struct {
		name, why string
		change    plans.Change
		want      string // plan and items after it
		wantErr   []string
	}{
		{"more seats", "K3a: next month all seats in full", of("2", "seat"), "growth: 12 seat at 79, 3 light seat at 19", nil},
		{"more of another kind", "K3c: seats have kinds", of("1", "light seat"), "growth: 10 seat at 79, 4 light seat at 19", nil},
		{"another plan", "K4: the higher rate, for every item", plans.Change{Plan: &scale}, "scale: 10 seat at 139, 3 light seat at 139", nil},
		{"nothing", "law 13: a change of nothing was not meant", plans.Change{}, "", []string{"quantity unset", "item invalid"}},
		{"an item, and no more of it", "as above", of("0", "seat"), "", []string{"quantity unset"}},
		{"fewer", "K3c: seats stay for the contract", of("-1", "seat"), "", []string{"quantity invalid"}},
		{"unknown item", "the contract has no price for it", of("1", "phone"), "", []string{"item invalid"}},
		{"another currency", "M8: a currency never changes inside a subscription", plans.Change{Plan: &inEuros}, "", []string{"plan.currency invalid"}},
		{"other periods", "a paid month cannot become part of a year", plans.Change{Plan: &annual}, "", []string{"plan.interval invalid"}},
		{"a plan and seats", "one change at a time: which of them comes first would decide money", plans.Change{Plan: &scale, Item: "seat", Quantity: giventest.Money("1")}, "", []string{"item invalid"}},
		{"a plan and an item", "as above", plans.Change{Plan: &scale, Item: "seat"}, "", []string{"item invalid"}},
		{"a plan and a quantity", "as above", plans.Change{Plan: &scale, Quantity: giventest.Money("1")}, "", []string{"item invalid"}},
		{"a plan that is none", "what nobody can be billed for, nobody can change to", plans.Change{Plan: &plans.Plan{}}, "", []string{"plan.id unset", "plan.currency unset", "plan.interval unset"}},
		{"both", "law 14: all faults at once", plans.Change{Plan: &neither}, "", []string{"plan.currency invalid", "plan.interval invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract := seats("10", "79.00")
			contract.Items = append(contract.Items, one("light seat", "3", "19.00"))
			before := giventest.JSON(t, contract)
			after, err := contract.With(c.change)
			if giventest.CheckFaults(t, err, c.wantErr...) {
				if got := summary(after); got != c.want {
					t.Errorf("got %q, want %q: %s", got, c.want, c.why)
				}
				after.Items[0].ID, after.Items[1].Quantity = "changed", giventest.Money("99")
			}
			if now := giventest.JSON(t, contract); now != before {
				t.Errorf("the contract itself is now %s, want %s", now, before)
			}
		})
	}
}

// summary writes the plan and the items of a contract.
func summary(c plans.Contract) string {
	var items []string
	for _, item := range c.Items {
		items = append(items, item.Quantity.String()+" "+item.ID+" at "+item.Price.Unit.String())
	}
	return c.Plan + ": " + strings.Join(items, ", ")
}

// Law 14: a change either gives a contract that can be billed, or an error. A contract that nothing accepts any more would
// stop the subscription that stores it.
func TestContractWithStaysValid(t *testing.T) {
	plan := func(edit func(*plans.Plan)) plans.Change {
		p := plans.Plan{ID: "scale", Currency: "USD", Interval: giventest.Interval("P1M"), Price: plans.Price{Unit: giventest.Money("139.00")}}
		edit(&p)
		return plans.Change{Plan: &p}
	}
	for _, c := range []struct {
		name, why string
		quantity  string // of the contract
		change    plans.Change
	}{
		{"one more than the most", "999999999999999999 and 1 have 19 digits", "999999999999999999", plans.Change{Item: "seat", Quantity: giventest.Money("1")}},
		{"far apart", "1 and 10^-18 have 19 digits together, though each is within the limits", "1", plans.Change{Item: "seat", Quantity: giventest.Money("0.000000000000000001")}},
		{"a plan without an ID", "charges name their plan", "1", plan(func(p *plans.Plan) { p.ID = "" })},
		{"a negative price", "a credit is a charge's sign and never a price", "1", plan(func(p *plans.Plan) { p.Price.Unit = giventest.Money("-1") })},
		{"a price beyond the limits", "law 14", "1", plan(func(p *plans.Plan) { p.Price.Unit = giventest.Money("1e18") })},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract := seats(c.quantity, "89.00")
			if err := contract.Validate(); err != nil {
				t.Fatal(err)
			}
			after, err := contract.With(c.change)
			if err == nil && after.Validate() != nil {
				t.Errorf("accepted, and the contract is then refused: %v (%s)", after.Validate(), c.why)
			}
		})
	}
}

// A price that the catalogue changes after the signature changes no contract, since each holds a copy.
func TestContractKeepsItsPrice(t *testing.T) {
	plan := plans.Plan{ID: "scale", Currency: "USD", Interval: giventest.Interval("P1M"), Price: plans.Price{Unit: giventest.Money("139.00")}}
	contract, err := seats("10", "89.00").With(plans.Change{Plan: &plan})
	if err != nil {
		t.Fatal(err)
	}
	plan.ID, plan.Price.Unit = "scale-2027", giventest.Money("199.00")
	charge, err := contract.Added(plans.Change{Item: "seat", Quantity: giventest.Money("1")}, part(november, "", time.UTC), proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := charge.Plan+" "+charge.Explain(), "scale seat: 1 x 139.00 = 139.00"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
