package plans_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestCatalogValidate(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*seller)
		want      []string
	}{
		{"valid", "four plans, four terms, two markets", func(*seller) {}, nil},
		{"no terms", "the seller bills by period", openEnded, nil},
		{"no trial", "the seller offers no trial", noTrial, nil},
		{"no plans", "a catalog without plans sells nothing", func(c *seller) { c.Plans = nil }, []string{"plans unset"}},
		{"a repeated plan", "M14: the target of an upgrade must be unambiguous", func(c *seller) { c.Plans[2].ID = "base" }, []string{"plans[2].id invalid"}},
		{"two plans without an ID", "they are not a repeated plan", func(c *seller) { c.Plans[0].ID, c.Plans[1].ID = "", "" }, []string{"plans[0].id unset", "plans[1].id unset"}},
		{"a plan's price", "a fault has its whole path", func(c *seller) { c.Plans[1].Offers[2].Price.Unit = giventest.Money("-4.99") }, []string{"plans[1].offers[2].price.unit invalid"}},
		{"a plan's limit", "a fault has its whole path", func(c *seller) { c.Plans[0].Limits[1].Most = giventest.Money("-1") }, []string{"plans[0].limits[1].most invalid"}},
		{"a repeated term", "twelve months are a year", func(c *seller) { c.Terms[0].Length = giventest.Interval("P1Y") }, []string{"terms[2].length invalid"}},
		{"no billing", "law 13: the billing decides when the term is due", func(c *seller) { c.Terms[3].Billing = 0 }, []string{"terms[3].billing unset"}},
		{"no end", "law 13: the renewal mode decides the time after the term", func(c *seller) { c.Terms[3].Renewal = 0 }, []string{"terms[3].renewal unset"}},
		{"more than 100 percent", "no discount exceeds the price", func(c *seller) { c.Terms[1].Percent = giventest.Money("100.01") }, []string{"terms[1].percent invalid"}},
		{"all", "100 % is a free term", func(c *seller) { c.Terms[1].Percent = giventest.Money("100") }, nil},
		{"no markets", "a catalog without markets sells nowhere", func(c *seller) { c.Markets = nil }, []string{"markets unset"}},
		{"one market for all", "a market without countries is for every other country", func(c *seller) { c.Markets = c.Markets[1:] }, nil},
		{"one market for some", "the seller sells nowhere else", func(c *seller) { c.Markets = c.Markets[:1] }, nil},
		{"a country in two markets", "M7: a country has one currency", func(c *seller) { c.Markets[1].Countries = []string{"PT", "BR"} }, []string{"markets[1].countries invalid"}},
		{"two markets for all other countries", "M7: a country has one currency", func(c *seller) { c.Markets[0].Countries = nil }, []string{"markets[1].countries invalid"}},
		{"a market's method", "a fault has its whole path", func(c *seller) { c.Markets[1].PaymentMethods[2].By = nil }, []string{"markets[1].payment_methods[2].by unset"}},
		{"a trial of less than nothing", "a trial has a length", func(c *seller) { c.Plans[1].Trial = proration.Interval{Days: -14} }, []string{"plans[1].trial invalid"}},
		{"coupons", "each is valid", withCoupons(), nil},
		{"a coupon's discount", "a fault has its whole path", withCoupons(func(c *plans.Coupon) { c.Discount.Periods = 0 }), []string{"coupons[0].discount.periods limit"}},
		{"nothing", "law 14: all faults come at once", func(c *seller) { c.Catalog = plans.Catalog{} }, []string{"plans unset", "markets unset"}},
		{"a fault in every part", "law 14: all faults come at once, in the order of the fields, each with its path", func(c *seller) {
			c.Plans[0].Trial = proration.Interval{Seconds: -1}
			c.Plans[0].Interval, c.Plans[0].Offers[1].Currency = proration.Interval{}, "R$"
			c.Plans[2].Features[0], c.Plans[2].Limits[2].Most = "", giventest.Money("1")
			c.Plans[3].ID, c.Plans[3].Offers[0].Price = "team", plans.Price{Tiers: []plans.Tier{{UpTo: giventest.Money("-5")}}}
			c.Terms[0] = plans.Term{
				Length: proration.Interval{Months: 6, Days: 1}, Percent: giventest.Money("-1"), Billing: 3, Renewal: 5,
				Notice:         proration.Interval{Days: -1},
				TerminationFee: plans.TerminationFee{Fee: giventest.Money("1e18"), Percent: giventest.Money("101")},
			}
			c.Terms[3].Length = giventest.Interval("P9M")
			c.Markets[0].Countries, c.Markets[0].PaymentMethods[0].Installments = []string{"BR", "br"}, 1000
			c.Markets[1].Currency, c.Markets[1].PaymentMethods = "", nil
		}, []string{
			"plans[0].interval unset", "plans[0].trial invalid", "plans[0].offers[1].currency invalid", "plans[2].features[0] unset", "plans[2].limits[2].most invalid",
			"plans[3].offers[0].price.tiering unset", "plans[3].offers[0].price.tiers[0].up_to invalid", "plans[3].id invalid",
			"terms[0].length invalid", "terms[0].percent invalid", "terms[0].billing invalid", "terms[0].renewal invalid", "terms[0].notice invalid",
			"terms[0].termination_fee.fee limit", "terms[0].termination_fee.percent invalid", "terms[3].length invalid",
			"markets[0].countries[1] invalid", "markets[0].payment_methods[0].installments limit", "markets[1].currency unset", "markets[1].payment_methods unset",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			catalog := onSale(t, c.edit)
			giventest.CheckFaults(t, catalog.Validate(), c.want...)
			if t.Failed() {
				t.Log(c.why)
			}

			// Every verb refuses a catalog that Validate refuses, with the same faults.
			contract := contractOf(t, onSale(t), ordered("7 seat", "P6M"))
			_, quoted := catalog.quote(ordered("7 seat", ""))
			_, checked := catalog.check(plans.ChangeRequest{Contract: contract, By: plans.Support, At: contract.Terms[0].Period.Start, Change: plans.Change{Cancel: true}})
			_, laid := catalog.With(plans.Override{})
			_, redeemed := catalog.Redeem(plans.RedeemRequest{Code: "x", At: giventest.Instant("2026-11-16", nil), Contract: contract})
			var inRequest []string
			for _, fault := range c.want {
				inRequest = append(inRequest, "catalog."+fault)
			}
			for verb, got := range map[string]struct {
				err  error
				want []string
			}{"Quote": {quoted, c.want}, "Check": {checked, inRequest}, "With": {laid, c.want}, "Redeem": {redeemed, c.want}} {
				if c.want != nil {
					giventest.CheckFaults(t, got.err, got.want...)
				} else if got.err != nil && !errors.Is(got.err, plans.ErrRefused) {
					t.Errorf("%s: %v", verb, got.err)
				}
			}
		})
	}
}

// noTrial sells every plan without a trial.
func noTrial(c *seller) {
	for i := range c.Plans {
		c.Plans[i].Trial = proration.Interval{}
	}
}

// A quote requires the settings that decide its amounts.
func TestQuoteRefusesUnsetSettings(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*seller)
		want      []string
	}{
		{"the decimal places of the policy", "the currency sets the places", func(c *seller) { c.Policy.Rounding.Places = 0 }, nil},
		{"no day count", "law 13: the day count decides amounts", func(c *seller) { c.Policy.DayCount = 0 }, []string{"policy.day_count unset"}},
		{"no rounding", "law 13: the rounding decides amounts", func(c *seller) { c.Policy.Rounding.Mode = 0 }, []string{"policy.rounding.mode unset"}},
		{"no allocation", "law 13: the allocation decides which line gets the cent", func(c *seller) { c.Allocation = 0 }, []string{"allocation unset"}},
		{"unknown settings", "law 14: all faults come at once", func(c *seller) {
			c.Policy.ChangeDay, c.Policy.Rounding.Mode, c.Allocation = 7, 8, 0
		}, []string{"policy.change_day invalid", "policy.rounding.mode invalid", "allocation unset"}},
		{"no settings", "law 14: all faults come at once", func(c *seller) { c.Policy, c.Allocation = proration.Policy{}, 0 }, []string{
			"policy.day_count unset", "policy.first_day unset", "policy.last_day unset", "policy.change_day unset", "policy.rounding.mode unset", "allocation unset",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			catalog := onSale(t, c.edit)
			_, err := catalog.quote(ordered("7 seat", "P6M"))
			giventest.CheckFaults(t, err, c.want...)
			if t.Failed() {
				t.Log(c.why)
			}
		})
	}
}

func TestChangeRulesValidate(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*seller)
		want      []string
	}{
		{"no rules", "every change is forbidden", func(c *seller) { c.ChangeRules = nil }, nil},
		{"a rule without an action", "law 13: a rule states its action", func(c *seller) { c.ChangeRules[0].Action = 0 }, []string{"change_rules[0].action unset"}},
		{"an unknown action", "law 14: bad input is an error that names its field", func(c *seller) { c.ChangeRules[0].Action = 99 }, []string{"change_rules[0].action invalid"}},
		{"an unknown actor", "law 14: bad input is an error that names its field", func(c *seller) { c.ChangeRules[0].By = []plans.Actor{plans.Support, 3} }, []string{"change_rules[0].by[1] invalid"}},
		{"a rule without an effective timing", "law 13: the timing decides amounts", func(c *seller) { c.ChangeRules[0].Effective = 0 }, []string{"change_rules[0].effective unset"}},
		{"a forbidding rule without a timing", "it never takes effect", func(c *seller) { c.ChangeRules[0].By, c.ChangeRules[0].Effective = nil, 0 }, nil},
		{"two rules for one", "M14: the timing of an action must be unambiguous", func(c *seller) { c.ChangeRules[1].Action = plans.Upgrade }, []string{"change_rules[1].by invalid"}},
		{"two rules for two actors", "each has its own", func(c *seller) {
			c.ChangeRules[0].By, c.ChangeRules[1].Action = []plans.Actor{plans.Customer}, plans.Upgrade
		}, nil},
		{"a forbidding rule after an allowing one", "the two rules contradict each other", func(c *seller) { c.ChangeRules[6].Action = plans.Upgrade }, []string{"change_rules[6].by invalid"}},
		{"a forbidding rule before an allowing one", "the two rules contradict each other in either order", func(c *seller) { c.ChangeRules[7].Action = plans.Shorten }, []string{"change_rules[7].by invalid"}},
		{"two forbidding rules", "the reason must be unambiguous", func(c *seller) {
			c.ChangeRules = append(c.ChangeRules, plans.ChangeRule{Action: plans.Shorten, Reason: "no"})
		}, []string{"change_rules[9].by invalid"}},
		{"faults in several rules", "law 14: all faults come at once", func(c *seller) {
			c.ChangeRules[0] = plans.ChangeRule{By: []plans.Actor{0}, Effective: 5}
			c.ChangeRules[2].Action = plans.Downgrade
		}, []string{"change_rules[0].action unset", "change_rules[0].by[0] unset", "change_rules[0].effective invalid", "change_rules[2].by invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			catalog := onSale(t, c.edit)
			giventest.CheckFaults(t, catalog.ChangeRules.Validate(), c.want...)
			if t.Failed() {
				t.Log(c.why)
			}
			contract := contractOf(t, onSale(t), ordered("7 seat", "P6M"))
			_, err := catalog.check(plans.ChangeRequest{Contract: contract, By: plans.Support, At: contract.Terms[0].Period.Start, Change: plans.Change{Cancel: true}})
			if c.want != nil {
				giventest.CheckFaults(t, err, c.want...)
			} else if err != nil && !errors.Is(err, plans.ErrRefused) {
				t.Error(err)
			}
		})
	}
}

// A catalog reads back as stored, with exactly the documented fields.
func TestCatalogJSON(t *testing.T) {
	want := `{"plans":[{"id":"base","name":"Base","rank":1,"interval":"P1M","trial":"P2W",` +
		`"offers":[{"item":"seat","currency":"BRL","price":{"per":"P1M","flat":"1","included":"2","package":"3","tiering":"volume",` +
		`"tiers":[{"up_to":"4","flat":"5","unit":"6"},{"percent":"7"}],"minimum":"8","maximum":"9"}}],` +
		`"features":["leads"],"limits":[{"name":"contacts","most":"2500"},{"name":"lists","unlimited":true}]}],` +
		`"terms":[{"length":"P6M","percent":"5","billing":"per_period","renewal":"renew_once","notice":"P30D","termination_fee":{"fee":"10","percent":"50"}}],` +
		`"markets":[{"countries":["BR"],"currency":"BRL","payment_methods":[{"id":"card","by":["customer","support"],"installments":12}]}],` +
		`"coupons":[{"code":"TEN","discount":{"id":"ten","percent":"10","currency":"BRL","duration":"repeating","periods":3,"per":"P1M"},` +
		`"valid_from":"2026-01-01T00:00:00Z","valid_until":"2027-01-01T00:00:00Z","plans":["base"],"first_order":true,"minimum_order":"50",` +
		`"max_redemptions":100,"max_redemptions_per_customer":1}]}`
	var c plans.Catalog
	if err := json.Unmarshal([]byte(want), &c); err != nil {
		t.Fatal(err)
	}
	checkText(t, "read and written again", giventest.JSON(t, c), want)
	giventest.CheckFaults(t, c.Validate())

	read := giventest.CheckRoundTrip(t, onSale(t).Catalog)
	giventest.CheckFaults(t, read.Validate())
	checkText(t, "the zero catalog", giventest.JSON(t, plans.Catalog{}),
		`{"plans":null,"markets":null}`)
	half := giventest.CheckRoundTrip(t, plans.Catalog{Terms: []plans.Term{{}}, Plans: []plans.Plan{{}}, Markets: []plans.Market{{PaymentMethods: []plans.PaymentMethod{{}}}}})
	giventest.CheckFaults(t, half.Validate(),
		"plans[0].id unset", "plans[0].interval unset", "plans[0].offers unset", "terms[0].length unset", "terms[0].billing unset", "terms[0].renewal unset",
		"markets[0].currency unset", "markets[0].payment_methods[0].id unset", "markets[0].payment_methods[0].by unset")

	// Orders, quotes and amendments are stored too.
	order := ordered("7 seat, 9 seat from 2027-02-16 at 13.50, 2 phone of base", "P12M", bySupport, func(o *plans.Order) {
		o.TrialEnd, o.Installments, o.Minimum = giventest.Instant("2026-11-26", time.UTC), 1, giventest.Money("100")
		o.Discounts = []plans.Discount{{ID: "spring", Percent: giventest.Money("5"), Duration: plans.Once}}
		o.Override = plans.Override{
			Plans: []plans.PlanOverride{{ID: "base", Features: []string{"sso"}}}, Terms: onSale(t).Terms,
			Discounts: []plans.Discount{{ID: "deal", Amount: giventest.Money("5"), Currency: "USD", Duration: plans.Forever}}, Grace: giventest.Interval("P5D"),
		}
	})
	again := giventest.CheckRoundTrip(t, order)
	again.At = again.At.UTC()
	first, err := onSale(t).quote(order)
	if err != nil {
		t.Fatal(err)
	}
	second, err := onSale(t).quote(again)
	if err != nil {
		t.Fatal(err)
	}
	checkText(t, "the order, read back, has the same quote", giventest.JSON(t, second), giventest.JSON(t, first))
	stored := giventest.CheckRoundTrip(t, first)
	checkText(t, "the text, read back", stored.Explain(), first.Explain())
	giventest.CheckRoundTrip(t, plans.Order{})
	giventest.CheckRoundTrip(t, plans.Quote{})
	giventest.CheckRoundTrip(t, plans.ChangeRequest{})
	giventest.CheckRoundTrip(t, plans.RedeemRequest{})
	giventest.CheckRoundTrip(t, amendment{})
}

// vocabulary is an enum with its JSON methods.
type vocabulary interface {
	MarshalText() ([]byte, error)
	String() string
}

// checkVocabulary checks the names of an enum: from 1 on, each is written and read back, and no other text is read.
func checkVocabulary[T interface {
	~uint8
	vocabulary
}](t *testing.T, read func(*T, []byte) error, names ...string) {
	t.Helper()
	names = append([]string{"unset"}, names...)
	for i, name := range names {
		v := T(i)
		text, err := v.MarshalText()
		if err != nil || string(text) != name || v.String() != name {
			t.Errorf("%d is written %q (%v) and %q, want %q", i, text, err, v, name)
		}
		got := T(99)
		if err := read(&got, []byte(name)); err != nil || got != v {
			t.Errorf("%q is read as %v (%v)", name, got, err)
		}
		giventest.CheckRoundTrip(t, v)
	}
	for _, i := range []int{len(names), 255} {
		v := T(i)
		if text, err := v.MarshalText(); !errors.Is(err, proration.ErrInvalid) {
			t.Errorf("the unknown value %d is written %q (%v)", i, text, err)
		}
		if got := v.String(); strings.Trim(got, "0123456789") != "" {
			t.Errorf("the unknown value %d has the name %q", i, got)
		}
	}
	for _, text := range []string{"", " " + names[1], strings.ToUpper(names[1]), "Unset", "1", "0", "null", names[1] + "\x00", strings.Repeat("x", 1000)} {
		v := T(1)
		err := read(&v, []byte(text))
		if !errors.Is(err, proration.ErrInvalid) || v != 1 || len(err.Error()) > 300 {
			t.Errorf("%.20q is read as %v (%v)", text, v, err)
		}
	}
}

func TestEnumNames(t *testing.T) {
	for name, check := range map[string]func(*testing.T){
		"action": func(t *testing.T) {
			checkVocabulary(t, (*plans.Action).UnmarshalText,
				"upgrade", "downgrade", "lateral", "lengthen_interval", "shorten_interval", "add_quantity", "remove_quantity",
				"extend", "shorten", "cancel", "change_price", "change_anchor")
		},
		"actor": func(t *testing.T) { checkVocabulary(t, (*plans.Actor).UnmarshalText, "customer", "support") },
		"effective": func(t *testing.T) {
			checkVocabulary(t, (*plans.EffectiveTiming).UnmarshalText, "immediately", "at_period_end", "at_term_end", "at_paid_through")
		},
		"unused_trial": func(t *testing.T) {
			checkVocabulary(t, (*plans.UnusedTrial).UnmarshalText, "carry_over", "forfeit", "at_trial_end")
		},
		"billing":        func(t *testing.T) { checkVocabulary(t, (*plans.TermBilling).UnmarshalText, "up_front", "per_period") },
		"billing anchor": func(t *testing.T) { checkVocabulary(t, (*plans.BillingAnchor).UnmarshalText, "reset", "keep") },
		"renewal": func(t *testing.T) {
			checkVocabulary(t, (*plans.RenewalMode).UnmarshalText, "renew", "renew_once", "evergreen", "expire")
		},
		"duration": func(t *testing.T) {
			checkVocabulary(t, (*plans.DiscountDuration).UnmarshalText, "once", "repeating", "forever")
		},
		"tiering": func(t *testing.T) { checkVocabulary(t, (*plans.Tiering).UnmarshalText, "graduated", "volume") },
		"kind": func(t *testing.T) {
			checkVocabulary(t, (*plans.Kind).UnmarshalText,
				"recurring", "proration_charge", "extension", "usage", "one_time", "shortfall", "termination_fee", "proration_credit", "refund")
		},
	} {
		t.Run(name, check)
	}
}

// Outside input is refused when it is read or used, and never panics.
func TestCatalogHostileJSON(t *testing.T) {
	for _, text := range []string{
		`null`, `{}`, `[]`, `{"plans":null}`, `{"plans":[null]}`, `{"plans":[{"offers":[null]}]}`, `{"terms":[null],"markets":[null]}`,
		`{"change_rules":[]}`, `{"plans":[{"trial":"14 days"}]}`, `{"terms":[{"length":"-P1M"}]}`,
		`{"plans":[{"id":"p","interval":"P1M","rank":1e99}]}`, `{"markets":[{"payment_methods":[{"installments":99999999999999999999}]}]}`,
	} {
		c := seller{Policy: proration.Standard(2), Allocation: proration.LargestRemainder}
		if json.Unmarshal([]byte(text), &c.Catalog) != nil {
			continue
		}
		if c.Validate() == nil {
			t.Errorf("accepted: %s", text)
		}
		if _, err := c.quote(ordered("7 seat", "")); err == nil {
			t.Errorf("quoted: %s", text)
		}
	}
	for _, text := range []string{`[{"action":"destroy"}]`, `[{"action":7}]`, `[null]`, `[{}]`} {
		var rules plans.ChangeRules
		if json.Unmarshal([]byte(text), &rules) == nil && rules.Validate() == nil {
			t.Errorf("accepted: %s", text)
		}
	}
}
