package plans_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// scale is a plan with one offer, a feature and two limits.
func scale(edits ...func(*plans.Plan)) plans.Plan {
	p := plans.Plan{
		ID: "scale", Name: "Scale", Rank: 2, Interval: giventest.Interval("P1M"),
		Offers:   []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("139.00")}}},
		Features: []string{"leads"},
		Limits:   []plans.Limit{{Name: "contacts", Most: giventest.Money("2500")}, {Name: "lists", Unlimited: true}},
	}
	for _, edit := range edits {
		edit(&p)
	}
	return p
}

func TestPlanValidate(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*plans.Plan)
		want      []string
	}{
		{"valid", "139.00 a seat and month", func(*plans.Plan) {}, nil},
		{"free", "a free plan is valid", func(p *plans.Plan) { p.Offers[0].Price = plans.Price{Free: true} }, nil},
		{"without a name", "the name is only for people", func(p *plans.Plan) { p.Name = "" }, nil},
		{"without a rank", "the annual value decides", func(p *plans.Plan) { p.Rank = 0 }, nil},
		{"no ID", "contracts and charges name their plan", func(p *plans.Plan) { p.ID = "" }, []string{"id unset"}},
		{"no interval", "a price is for a period", func(p *plans.Plan) { p.Interval = proration.Interval{} }, []string{"interval unset"}},
		{"mixed interval", "a month and three days recur on no calendar", func(p *plans.Plan) { p.Interval.Days = 3 }, []string{"interval invalid"}},
		{"no offers", "a plan without offers cannot be bought", func(p *plans.Plan) { p.Offers = nil }, []string{"offers unset"}},
		{"no item", "a charge names its item", func(p *plans.Plan) { p.Offers[0].Item = "" }, []string{"offers[0].item unset"}},
		{"no currency", "law 13: money has a currency", func(p *plans.Plan) { p.Offers[0].Currency = "" }, []string{"offers[0].currency unset"}},
		{"unknown currency", "law 13: money has a currency", func(p *plans.Plan) { p.Offers[0].Currency = "usd" }, []string{"offers[0].currency invalid"}},
		{
			"an item in two currencies", "M7: one plan has a price in each market",
			func(p *plans.Plan) {
				p.Offers = append(p.Offers, plans.Offer{Item: "seat", Currency: "BRL", Price: plans.Price{Free: true}})
			}, nil,
		},
		{
			"a repeated item in one currency", "the price must be unambiguous",
			func(p *plans.Plan) { p.Offers = append(p.Offers, p.Offers[0]) }, []string{"offers[1].item invalid"},
		},
		{"negative price", "the sign of a charge makes a credit, never the price", func(p *plans.Plan) { p.Offers[0].Price.Unit = giventest.Money("-1") }, []string{"offers[0].price.unit invalid"}},
		{"price beyond the limits", "law 14: bad input is an error that names its field", func(p *plans.Plan) { p.Offers[0].Price.Unit = giventest.Money("1e18") }, []string{"offers[0].price.unit limit"}},
		{"a monthly price", "a year has twelve months", func(p *plans.Plan) {
			p.Interval, p.Offers[0].Price.Per = giventest.Interval("P1Y"), giventest.Interval("P1M")
		}, nil},
		{"a price of another length", "thirty days do not divide a month", func(p *plans.Plan) { p.Offers[0].Price.Per = giventest.Interval("P30D") }, []string{"offers[0].price.per invalid"}},
		{"a price of a longer length", "a year does not divide a month", func(p *plans.Plan) { p.Offers[0].Price.Per = giventest.Interval("P1Y") }, []string{"offers[0].price.per invalid"}},
		{"feature without a name", "the caller asks for a feature by its name", func(p *plans.Plan) { p.Features = []string{"leads", ""} }, []string{"features[1] unset"}},
		{"a repeated feature", "a repeated feature is a mistake", func(p *plans.Plan) { p.Features = []string{"leads", "leads"} }, []string{"features[1] invalid"}},
		{"limit without a name", "usage is compared with a limit by its name", func(p *plans.Plan) { p.Limits[0].Name = "" }, []string{"limits[0].name unset"}},
		{"a repeated limit", "the limit must be unambiguous", func(p *plans.Plan) { p.Limits[1].Name = "contacts" }, []string{"limits[1].name invalid"}},
		{"a limit of zero", "a plan may allow none of something", func(p *plans.Plan) { p.Limits[0].Most = giventest.Money("0") }, nil},
		{"negative limit", "usage is not negative", func(p *plans.Plan) { p.Limits[0].Most = giventest.Money("-1") }, []string{"limits[0].most invalid"}},
		{"a limit with too many digits", "law 14: bad input is an error that names its field", func(p *plans.Plan) { p.Limits[0].Most = giventest.Money("1e30") }, []string{"limits[0].most limit"}},
		{"unlimited, with a number", "the limit must be unambiguous", func(p *plans.Plan) { p.Limits[0].Unlimited = true }, []string{"limits[0].most invalid"}},
		{"nothing", "law 14: all faults come at once", func(p *plans.Plan) { *p = plans.Plan{} }, []string{"id unset", "interval unset", "offers unset"}},
		{"every field wrong", "law 14: all faults come at once, in the order of the fields", func(p *plans.Plan) {
			*p = plans.Plan{
				Interval: proration.Interval{Days: -1},
				Offers: []plans.Offer{
					{Currency: "XXX", Price: plans.Price{Flat: giventest.Money("-1"), Maximum: giventest.Money("1e19")}},
					{Item: "seat", Currency: "USD", Price: plans.Price{Tiering: plans.Volume}}, {Item: "seat", Currency: "USD"},
				},
				Features: []string{""}, Limits: []plans.Limit{{Most: giventest.Money("-1"), Unlimited: true}},
			}
		}, []string{
			"id unset", "interval invalid", "offers[0].item unset", "offers[0].currency invalid", "offers[0].price.flat invalid", "offers[0].price.maximum limit",
			"offers[1].price.tiers unset", "offers[2].item invalid", "offers[2].price unset", "features[0] unset", "limits[0].name unset", "limits[0].most invalid", "limits[0].most invalid",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := scale(c.edit)
			giventest.CheckFaults(t, plan.Validate(), c.want...)
			if t.Failed() {
				t.Log(c.why)
			}
		})
	}
}

func TestPlanPrice(t *testing.T) {
	plan := scale(func(p *plans.Plan) {
		p.Offers = append(
			p.Offers,
			plans.Offer{Item: "seat", Currency: "BRL", Price: plans.Price{Unit: giventest.Money("695.00")}},
			plans.Offer{Item: "phone", Currency: "USD", Price: plans.Price{Per: giventest.Interval("P1W"), Flat: giventest.Money("1.50")}},
			plans.Offer{Item: "calls", Currency: "USD", Price: plans.Price{
				Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: giventest.Money("10"), Unit: giventest.Money("7")}, {Unit: giventest.Money("6.50")}},
			}},
		)
	})
	for _, c := range []struct {
		name, why, item string
		currency        plans.Currency
		want            string // "" if it is not offered
	}{
		{"dollars", "the amounts are for the interval of the plan", "seat", "USD", `{"per":"P1M","unit":"139"}`},
		{"reais", "M7: a separate price, without an exchange rate", "seat", "BRL", `{"per":"P1M","unit":"695"}`},
		{"a price with its own length", "the price keeps its length", "phone", "USD", `{"per":"P1W","flat":"1.5"}`},
		{"tiers", "the price keeps its tiers", "calls", "USD", `{"per":"P1M","tiering":"graduated","tiers":[{"up_to":"10","unit":"7"},{"unit":"6.5"}]}`},
		{"not in that currency", "prices are not converted", "phone", "BRL", ""},
		{"an unknown item", "the name must match exactly", "Seat", "USD", ""},
		{"no currency", "a missing currency has no default", "seat", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := giventest.JSON(t, plan)
			price, ok := plan.Price(c.item, c.currency)
			if ok != (c.want != "") {
				t.Fatalf("offered: %v: %s", ok, c.why)
			}
			if c.want == "" {
				c.want = "{}"
			}
			if got := giventest.JSON(t, price); got != c.want {
				t.Errorf("got %s, want %s: %s", got, c.want, c.why)
			}
			if after := giventest.JSON(t, plan); after != before {
				t.Errorf("law 15: the plan is now %s", after)
			}
		})
	}
}

func TestPlanHas(t *testing.T) {
	c := onSale(t)
	for _, row := range []struct {
		plan, feature string
		want          bool
	}{
		{"base", "leads", true},
		{"base", "automation", false},
		{"advanced", "automation", true},
		{"team", "automation", false}, // of the rank of base, with its own features
		{"team", "roles", true},
		{"base", "", false},
		{"base", "Leads", false},
		{"yearly", "leads", false},
	} {
		if got := slices.Contains(planOf(t, c, row.plan).Features, row.feature); got != row.want {
			t.Errorf("%s has %q: %v", row.plan, row.feature, got)
		}
	}
}

// uses reads "2501 contacts, 2 lists".
func uses(text string) (all []plans.LimitUsage) {
	for _, row := range strings.Split(text, ", ") {
		if amount, name, ok := strings.Cut(row, " "); ok {
			all = append(all, plans.LimitUsage{Name: name, Used: giventest.Money(amount)})
		}
	}
	return all
}

// excess writes "2501/2500 contacts".
func excess(all []plans.LimitUsage) string {
	var rows []string
	for _, e := range all {
		rows = append(rows, e.Used.String()+"/"+e.Limit.String()+" "+e.Name)
	}
	return strings.Join(rows, ", ")
}

func TestPlanExceeded(t *testing.T) {
	for _, c := range []struct {
		name, why, use string
		want           string
		wantErr        []string
	}{
		{name: "no usage", why: "no limit is exceeded"},
		{name: "up to the limit", why: "M16: usage up to the limit is allowed", use: "2500 contacts, 1 ai_agents, 2 whatsapp_numbers"},
		{name: "one above the limit", why: "M16: 2,501 contacts of at most 2,500", use: "2501 contacts", want: "2501/2500 contacts"},
		{name: "a fraction above the limit", why: "a fraction of a unit counts", use: "2500.0001 contacts", want: "2500.0001/2500 contacts"},
		{name: "several", why: "all exceeded limits are listed, in the order of the usage", use: "9 whatsapp_numbers, 3000 contacts, 1 ai_agents", want: "9/2 whatsapp_numbers, 3000/2500 contacts"},
		{name: "usage that the plan does not offer", why: "a limit that the plan lacks is zero", use: "1 instagram_accounts", want: "1/0 instagram_accounts"},
		{name: "zero usage that the plan does not offer", why: "zero usage exceeds nothing", use: "0 instagram_accounts"},
		{name: "a name in other letters", why: "names match exactly", use: "1 Contacts", want: "1/0 Contacts"},
		{name: "negative", why: "law 14: bad input is an error that names its field", use: "-1 contacts, 3000 contacts", wantErr: []string{"usage[0].used invalid"}},
		{name: "beyond the limits", why: "law 14: all faults come at once", use: "1 contacts, 1e18 contacts, -1 ai_agents", wantErr: []string{"usage[1].used limit", "usage[2].used invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := planOf(t, onSale(t), "base").Exceeded(uses(c.use))
			giventest.CheckFaults(t, err, c.wantErr...)
			if excess(got) != c.want {
				t.Errorf("exceeded: %q, want %q: %s", excess(got), c.want, c.why)
			}
		})
	}
	all := uses("9000000 contacts, 17 whatsapp_numbers, 2 instagram_accounts")
	got, err := planOf(t, onSale(t), "advanced").Exceeded(all)
	if err != nil || excess(got) != "9000000/10000 contacts, 2/0 instagram_accounts" {
		t.Errorf("unlimited usage exceeds a limit: %s, %v", excess(got), err)
	}
}
