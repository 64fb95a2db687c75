package plans_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// requestRow is a requested change of a contract that was bought on November 16, 2026.
type requestRow struct {
	sold   []func(*seller) // edits of the catalog of the purchase, which also has the rules
	order  plans.Order
	before []plans.Change // earlier changes, each applied immediately
	change plans.Change
	by     plans.Actor // unset is the customer
	at     string      // "" is February 16, 2027
	use    string      // as uses reads it
}

// request returns the catalog and the change request.
func (a requestRow) request(tb testing.TB) (seller, plans.ChangeRequest) {
	tb.Helper()
	if a.by == 0 {
		a.by = plans.Customer
	}
	if a.at == "" {
		a.at = "2027-02-16"
	}
	at := giventest.Instant(a.at, a.order.At.Location())
	catalog := onSale(tb, a.sold...)
	contract := contractOf(tb, catalog, a.order)
	for _, change := range a.before {
		var err error
		if contract, err = contract.Changed(change, a.order.At); err != nil {
			tb.Fatal(err)
		}
	}
	return catalog, plans.ChangeRequest{Contract: contract, Change: a.change, By: a.by, At: at, Usage: uses(a.use)}
}

// actionsText joins the names of actions, "upgrade, add_quantity".
func actionsText(actions []plans.Action) string {
	names := make([]string, len(actions))
	for i, action := range actions {
		names[i] = action.String()
	}
	return strings.Join(names, ", ")
}

// itemChange is a quantity change; below zero it removes units.
func itemChange(item, quantity string) plans.Change {
	return unitsOf(item, giventest.Money(quantity))
}

// toPlan is a change to a plan of the catalog.
func toPlan(tb testing.TB, id string) plans.Change {
	tb.Helper()
	return plans.Change{Plan: planOf(tb, onSale(tb), id)}
}

// addedTerm is another term of the catalog, after some edits.
func addedTerm(tb testing.TB, length string, edits ...func(*seller)) plans.Change {
	tb.Helper()
	return plans.Change{Term: termOf(tb, onSale(tb, edits...), length)}
}

// earlierEnd is an earlier end.
func earlierEnd(date string) plans.Change { return plans.Change{End: giventest.Instant(date, nil)} }

// allowAll allows every action to every actor, with one timing.
func allowAll(when plans.EffectiveTiming) func(*seller) {
	return func(c *seller) {
		c.ChangeRules = nil
		for action := plans.Upgrade; action <= plans.ChangeAnchor; action++ {
			c.ChangeRules = append(c.ChangeRules, plans.ChangeRule{Action: action, By: []plans.Actor{plans.Customer, plans.Support}, Effective: when})
		}
	}
}

// Every action, with every timing, on every kind of contract, by every actor: the action, and the instant at which it
// takes effect.
func TestCheckTiming(t *testing.T) {
	extended := []plans.Change{addedTerm(t, "P6M")}
	extendedByMonth := []plans.Change{addedTerm(t, "P6M", perPeriod)}
	yearly := plans.Change{Interval: giventest.Interval("P1Y")}
	for _, c := range []struct {
		name, why              string
		sold                   func(*seller)
		term                   string
		before                 []plans.Change
		at, periodEnd, termEnd string
	}{
		{"billed up front", "a term that is billed up front is one period", func(*seller) {}, "P12M", nil, "2027-02-20", "2027-11-16", "2027-11-16"},
		{"billed up front, at its start", "the first instant is inside the term", func(*seller) {}, "P12M", nil, "2026-11-16", "2027-11-16", "2027-11-16"},
		{"billed up front, at its end", "the last instant is inside the term", func(*seller) {}, "P12M", nil, "2027-11-15T23:59:59.999999999", "2027-11-16", "2027-11-16"},
		{"extended", "the current term is paid, and so is the one after it", func(*seller) {}, "P12M", extended, "2027-02-20", "2027-11-16", "2028-05-16"},
		{"in the extension", "the other term has begun", func(*seller) {}, "P12M", extended, "2027-11-16", "2028-05-16", "2028-05-16"},
		{"billed monthly", "the month from the 16th to the 16th", perPeriod, "P12M", nil, "2027-02-20", "2027-03-16", "2027-11-16"},
		{"billed monthly, at a boundary", "the next month has begun", perPeriod, "P12M", nil, "2027-03-16", "2027-04-16", "2027-11-16"},
		{"billed monthly, extended", "the end of the term is the end of the last one", perPeriod, "P12M", extendedByMonth, "2027-02-20", "2027-03-16", "2028-05-16"},
		{"without terms", "without a term only the period ends", openEnded, "", nil, "2027-02-20", "2027-03-16", "2027-03-16"},
	} {
		changes := map[plans.Action]plans.Change{
			plans.Upgrade: toPlan(t, "advanced"), plans.Lateral: toPlan(t, "team"), plans.AddQuantity: itemChange("seat", "2"), plans.RemoveQuantity: itemChange("seat", "-2"),
			plans.Cancel: {Cancel: true},
		}
		cheaper := *planOf(t, onSale(t), "team")
		cheaper.ID = "cheaper"
		cheaper.Offers = []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("14.99")}}}
		changes[plans.Downgrade] = plans.Change{Plan: &plans.Plan{ID: "cheaper"}}
		changes[plans.ChangePrice] = priceChange("14", "seat")
		if c.term == "" {
			changes[plans.LengthenInterval] = yearly
		} else {
			changes[plans.Extend] = addedTerm(t, "P9M", c.sold)
			changes[plans.Shorten] = earlierEnd("2027-11-16")
			if c.before == nil {
				changes[plans.Shorten] = earlierEnd("2027-09-16")
			} else {
				changes[plans.Shorten] = earlierEnd("2028-02-16")
			}
		}
		for when, want := range map[plans.EffectiveTiming]string{plans.Immediately: c.at, plans.AtPeriodEnd: c.periodEnd, plans.AtTermEnd: c.termEnd} {
			for _, by := range []plans.Actor{plans.Customer, plans.Support} {
				own := maps.Clone(changes)
				if !strings.HasPrefix(c.name, "billed monthly") && c.term != "" {
					delete(own, plans.ChangeAnchor) // a term that is billed up front is one period
				} else {
					own[plans.ChangeAnchor] = plans.Change{AnchorAt: giventest.Instant(want, nil).AddDate(0, 0, 9)}
				}
				if by == plans.Customer {
					delete(own, plans.ChangePrice)
				}
				for action, change := range own {
					t.Run(c.name+", "+action.String()+" "+when.String()+" by "+by.String(), func(t *testing.T) {
						catalog, p := requestRow{sold: with(c.sold, allowAll(when), selling(cheaper)), order: ordered("7 seat", c.term), before: c.before, change: change, by: by, at: c.at}.request(t)
						before := giventest.JSON(t, p)
						got, err := catalog.check(p)
						if err != nil || actionsText(got.Actions) != action.String() || got.Effective != when || !got.At.Equal(giventest.Instant(want, nil)) || len(got.Breaks) > 0 {
							t.Errorf("got %+v (%v), want %v on %s: %s", got, err, action, want, c.why)
						}
						checkText(t, "law 15: the request afterwards", giventest.JSON(t, p), before)
					})
				}
			}
		}
	}
}

// The direction of a plan change depends on the ranks, and without ranks on the old and the new price of the contract.
func TestCheckClassifiesPlanChange(t *testing.T) {
	unranked := func(c *seller) {
		for i := range c.Plans {
			c.Plans[i].Rank = 0
		}
	}
	sold := func(c *seller, unit string) *plans.Plan {
		p := c.Plans[1]
		p.Rank = 0
		p.Offers = []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money(unit)}}}
		return &p
	}
	plain := onSale(t)
	feeAnd := func(fee, unit string) plans.Change {
		p := *sold(&plain, unit)
		p.Offers[0].Price.Flat = giventest.Money(fee)
		return plans.Change{Plan: &p}
	}
	yearly := func(unit string) plans.Change {
		p := *planOf(t, plain, "yearly")
		p.Rank, p.Offers = 0, []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money(unit)}}}
		return plans.Change{Plan: &p}
	}
	forTheYear := func(o *plans.Order) { o.Items[0].Price.Per = giventest.Interval("P12M") }
	for _, c := range []struct {
		name, why string
		ask       requestRow
		want      string
	}{
		{"by rank", "M14: advanced is above base", requestRow{order: ordered("7 seat", "P12M"), change: toPlan(t, "advanced")}, "upgrade"},
		{"by rank, down", "M14: base is below advanced", requestRow{order: ordered("7 seat", "P12M", inPlan("advanced")), change: toPlan(t, "base")}, "downgrade"},
		{"of the same rank and price", "equal ranks and amounts are lateral", requestRow{order: ordered("7 seat", "P12M"), change: toPlan(t, "team")}, "lateral"},
		{"to the same plan", "the same plan at the same price is no change", requestRow{order: ordered("7 seat", "P12M"), change: toPlan(t, "base")}, ""},
		{"to the current price", "M19: a customer who moves from 12.00 to 15.00 pays more", requestRow{order: ordered("7 seat at 12.00", "P12M", bySupport), change: toPlan(t, "base")}, "upgrade"},
		{"for less", "without a rank, 7 x 14.00 is less than 7 x 15.00", requestRow{sold: with(unranked), order: ordered("7 seat", "P12M"), change: plans.Change{Plan: sold(&plain, "14.00")}}, "downgrade"},
		{"for more", "without a rank, 7 x 16.00 is more", requestRow{sold: with(unranked), order: ordered("7 seat", "P12M"), change: plans.Change{Plan: sold(&plain, "16.00")}}, "upgrade"},
		{"for seven seats", "24.00 and 7 x 12.00 is 108.00, more than 105.00", requestRow{sold: with(unranked), order: ordered("7 seat", "P12M"), change: feeAnd("24", "12.00")}, "upgrade"},
		{"for nine seats", "24.00 and 9 x 12.00 is 132.00, less than 135.00", requestRow{sold: with(unranked), order: ordered("9 seat", "P12M"), change: feeAnd("24", "12.00")}, "downgrade"},
		{"for nine seats after a ramp step", "a step has added two: the current quantity counts", requestRow{sold: with(unranked), order: ordered("7 seat, 9 seat from 2027-02-16", "P12M"), change: feeAnd("24", "12.00")}, "downgrade"},
		{"by rank, for less", "M14: the rank decides before the amount", requestRow{sold: with(func(c *seller) { c.Plans[0].Offers[0].Price.Unit = giventest.Money("99") }), order: ordered("7 seat", "P12M"), change: toPlan(t, "advanced")}, "upgrade"},
		{"a cheaper year", "billed up front, a year at 179.99 is less than 12 x 15.00", requestRow{sold: with(unranked), order: ordered("7 seat", "P12M"), change: yearly("179.99")}, "downgrade"},
		{"an equal year", "180.00 is as much", requestRow{sold: with(unranked), order: ordered("7 seat", "P12M"), change: yearly("180.00")}, "lateral"},
		{"a more expensive year", "180.01 is more", requestRow{sold: with(unranked), order: ordered("7 seat", "P12M"), change: yearly("180.01")}, "upgrade"},
		{"from a monthly price", "12 x 13.00 is 156.00 a year, and the plan's price is 150.00", requestRow{sold: with(unranked), order: ordered("7 seat at 13", "P12M", inPlan("yearly"), bySupport, func(o *plans.Order) {
			o.Items[0].Price.Per = giventest.Interval("P1M")
		}), change: yearly("150.00")}, "downgrade"},
		{"from an annual price", "the agreed price is 180.00 a year, and team is 12 x 15.00", requestRow{order: ordered("7 seat at 180", "P12M", bySupport, forTheYear), change: toPlan(t, "team")}, "lateral"},
		{"from a lower annual price", "179.99 is less", requestRow{order: ordered("7 seat at 179.99", "P12M", bySupport, forTheYear), change: toPlan(t, "team")}, "upgrade"},
		{"from a higher annual price", "180.01 is more", requestRow{order: ordered("7 seat at 180.01", "P12M", bySupport, forTheYear), change: toPlan(t, "team")}, "downgrade"},
		{"from an annual price in a term of two years", "the price is still annual", requestRow{order: ordered("7 seat at 180", "P24M", bySupport, forTheYear), change: toPlan(t, "team")}, "lateral"},
		{"from annual and monthly prices", "7 x 170.00 and 2 x 12 x 10.00 are 1430.00; 7 x 180.00 and 2 x 59.88 are 1379.76", requestRow{order: ordered("7 seat at 170, 2 phone at 10", "P12M", bySupport, forTheYear), change: toPlan(t, "team")}, "downgrade"},
		{"from a plan that is no longer sold", "it has no rank, so that the amount decides", requestRow{sold: with(func(c *seller) { c.Plans[0].ID = "base-2027" }), order: ordered("7 seat", "P12M", inPlan("base-2027")), change: toPlan(t, "advanced")}, "upgrade"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.ask.sold = append(c.ask.sold, allowAll(plans.Immediately), selling(*c.ask.change.Plan))
			catalog, p := c.ask.request(t)
			got, err := catalog.check(p)
			if err != nil || actionsText(got.Actions) != c.want {
				t.Errorf("got %v (%v), want %v: %s", got.Actions, err, c.want, c.why)
			}
		})
	}
	gone := onSale(t, allowAll(plans.Immediately), func(c *seller) { c.Plans = c.Plans[2:] })
	got, err := gone.check(plans.ChangeRequest{Contract: contractOf(t, plain, ordered("7 seat", "P12M")), Change: toPlan(t, "advanced"), By: plans.Support, At: giventest.Instant("2027-02-16", nil)})
	if err != nil || actionsText(got.Actions) != "upgrade" {
		t.Errorf("from a plan that the catalog has lost: %v (%v)", got.Actions, err)
	}
}

// A price without a length is for the term that is billed up front, or for the period.
func TestCheckClassifiesPriceWithoutPer(t *testing.T) {
	for _, c := range []struct {
		name, why, term, unit string
		sold                  func(*seller)
		want                  string
	}{
		{"half a year at an equal price", "90.00 for six months are 180.00 a year, and team is 12 x 15.00", "P6M", "90", func(*seller) {}, "lateral"},
		{"half a year at a lower price", "89.99 are less", "P6M", "89.99", func(*seller) {}, "upgrade"},
		{"half a year at a higher price", "90.01 are more", "P6M", "90.01", func(*seller) {}, "downgrade"},
		{"two years", "360.00 for them are 180.00 a year", "P24M", "360", func(*seller) {}, "lateral"},
		{"billed monthly", "15.00 are for the month, whatever the term is", "P6M", "15", perPeriod, "lateral"},
		{"billed monthly at a higher price", "90.00 a month are more", "P6M", "90", perPeriod, "downgrade"},
		{"without a term", "the price is for the month", "", "14.99", openEnded, "upgrade"},
	} {
		t.Run(c.name, func(t *testing.T) {
			catalog, p := requestRow{sold: with(c.sold, allowAll(plans.Immediately)), order: ordered("7 seat", c.term), change: toPlan(t, "team")}.request(t)
			p.Contract.Items[0].Price = plans.Price{Unit: giventest.Money(c.unit)}
			got, err := catalog.check(p)
			if err != nil || actionsText(got.Actions) != c.want {
				t.Errorf("got %v (%v), want %v: %s", got.Actions, err, c.want, c.why)
			}
		})
	}
}

func TestCheckRules(t *testing.T) {
	year := ordered("7 seat", "P12M")
	advanced := ordered("7 seat", "P12M", inPlan("advanced"))
	down := toPlan(t, "base")
	lateral := func(r plans.ChangeRule) func(*seller) {
		return func(c *seller) {
			r.Action = plans.Lateral
			c.ChangeRules = append(c.ChangeRules, r)
		}
	}
	rule := func(edit func(*plans.ChangeRule)) func(*seller) {
		return func(c *seller) { edit(&c.ChangeRules[1]) } // the rule of a downgrade
	}
	unlimited := rule(func(r *plans.ChangeRule) { r.Limits = false })
	scaled := func(id string) *plans.Plan { // a valid plan that the catalog lacks
		p := scale(func(p *plans.Plan) { p.ID, p.Limits[0].Most = id, giventest.Money("9999999") })
		return &p
	}
	for _, c := range []struct {
		name, why string
		ask       requestRow
		want      string // "downgrade immediately", and "; " and the exceeded limits
		refused   []string
	}{
		{"upgrade", "M14: by the customer, immediately", requestRow{order: year, change: toPlan(t, "advanced")}, "upgrade immediately", nil},
		{"upgrade by support", "M14: support can do it too", requestRow{order: year, change: toPlan(t, "advanced"), by: plans.Support}, "upgrade immediately", nil},
		{"downgrade", "M14: a downgrade needs support", requestRow{order: advanced, change: down}, "", []string{"downgrade: Downgrades are handled by support. | Ask support; the change takes effect at the end of the term."}},
		{"downgrade by support", "M14: a downgrade needs support", requestRow{order: advanced, change: down, by: plans.Support}, "downgrade at_term_end", nil},
		{"lateral", "the rule of an upgrade applies without a rule of its own", requestRow{order: year, change: toPlan(t, "team")}, "lateral immediately", nil},
		{"lateral where upgrades are forbidden", "the rule of an upgrade applies without a rule of its own", requestRow{sold: with(func(c *seller) { c.ChangeRules = c.ChangeRules[1:] }), order: year, change: toPlan(t, "team")}, "", []string{"upgrade: Upgrades are not available. | "}},
		{"lateral for support only", "a rule of its own applies", requestRow{sold: with(lateral(plans.ChangeRule{By: []plans.Actor{plans.Support}, Effective: plans.AtPeriodEnd})), order: year, change: toPlan(t, "team")}, "", []string{"lateral: Plan changes are handled by support. | Ask support; the change takes effect at the end of the period."}},
		{"lateral by support", "the rule states its timing", requestRow{sold: with(lateral(plans.ChangeRule{By: []plans.Actor{plans.Support}, Effective: plans.AtPeriodEnd})), order: year, change: toPlan(t, "team"), by: plans.Support}, "lateral at_period_end", nil},
		{"lateral for no actor", "a rule without actors is a rule too", requestRow{sold: with(lateral(plans.ChangeRule{Reason: "one stays in one's row"})), order: year, change: toPlan(t, "team")}, "", []string{"lateral: one stays in one's row | "}},
		{"no rules", "an action without a rule is forbidden", requestRow{sold: with(func(c *seller) { c.ChangeRules = nil }), order: year, change: itemChange("seat", "1"), by: plans.Support}, "", []string{"add_quantity: Quantity increases are not available. | "}},
		{"remove", "K3c: the refusal states the reason and the way out", requestRow{order: year, change: itemChange("seat", "-2")}, "", []string{"remove_quantity: Seats stay until the end of the term. | Ask support to remove them at the end of the term."}},
		{"remove by support", "K3c: at the end of the contract", requestRow{order: year, change: itemChange("seat", "-2"), by: plans.Support}, "remove_quantity at_term_end", nil},
		{"shorten", "M5: no actor may, and the refusal states the reason", requestRow{order: year, change: earlierEnd("2027-05-16")}, "", []string{"shorten: A term cannot be shortened. | Extend the term, or cancel for its end."}},
		{"shorten by support", "M5: support may not either", requestRow{order: year, change: earlierEnd("2027-05-16"), by: plans.Support}, "", []string{"shorten: A term cannot be shortened. | Extend the term, or cancel for its end."}},
		{"two rules of one action", "each rule applies to its own actors", requestRow{sold: with(rule(func(r *plans.ChangeRule) { r.By, r.Effective = []plans.Actor{plans.Customer}, plans.AtPeriodEnd }), func(c *seller) {
			c.ChangeRules = append(c.ChangeRules, plans.ChangeRule{Action: plans.Downgrade, By: []plans.Actor{plans.Support}, Effective: plans.Immediately})
		}), order: advanced, change: down, by: plans.Support}, "downgrade immediately", nil},
		{"two rules of one action, the other actor", "each rule applies to its own actors", requestRow{sold: with(rule(func(r *plans.ChangeRule) { r.By, r.Effective = []plans.Actor{plans.Customer}, plans.AtPeriodEnd }), func(c *seller) {
			c.ChangeRules = append(c.ChangeRules, plans.ChangeRule{Action: plans.Downgrade, By: []plans.Actor{plans.Support}, Effective: plans.Immediately})
		}), order: advanced, change: down}, "downgrade at_period_end", nil},
		{"a reason in the rule", "it replaces the default reason", requestRow{sold: with(rule(func(r *plans.ChangeRule) { r.Reason, r.Instead = "ask us first", "write to us" })), order: advanced, change: down}, "", []string{"downgrade: ask us first | write to us"}},

		{"no such plan", "M4: a plan outside the catalog is not sold, whatever its price", requestRow{order: year, change: plans.Change{Plan: scaled("gone")}}, "", []string{`plan: There is no plan "gone". | Choose base, team, advanced or yearly.`}},
		{"a plan without an ID", "M4: a plan outside the catalog is not sold", requestRow{order: year, change: plans.Change{Plan: scaled("")}}, "", []string{`plan: There is no plan "". | Choose base, team, advanced or yearly.`}},
		{"an edited plan body", "the plan of the catalog with that ID applies, which ranks higher", requestRow{order: year, change: plans.Change{Plan: &plans.Plan{ID: "advanced", Rank: -7, Interval: proration.Interval{Days: -1}}}}, "upgrade immediately", nil},
		{"edited plan limits", "M16: the limits of the catalog apply", requestRow{order: advanced, change: plans.Change{Plan: scaled("base")}, by: plans.Support, use: "2501 contacts"}, "", []string{"downgrade: The plan allows 2500 contacts; usage is 2501. | Reduce the usage first."}},
		{"no such term", "M3: each term has its own discount", requestRow{order: year, change: plans.Change{Term: &plans.Term{Length: giventest.Interval("P7M"), Percent: giventest.Money("99"), Billing: plans.UpFront, Renewal: plans.Renew}}}, "", []string{"term: A term of P7M is not offered. | Choose P6M, P9M, P1Y or P2Y."}},
		{"a term that is too short", "M2: an extension by a month is too short too", requestRow{order: year, change: plans.Change{Term: &plans.Term{Length: giventest.Interval("P1M")}}}, "", []string{"term: A term of P1M is too short. | Choose P6M, P9M, P1Y or P2Y."}},
		{"a term of no length", "M2: the shortest subscription is six months", requestRow{order: year, change: plans.Change{Term: &plans.Term{}}}, "", []string{"term: A term is required. | Choose P6M, P9M, P1Y or P2Y."}},
		{"a term in a catalog without terms", "the catalog has no terms", requestRow{sold: with(openEnded), order: ordered("7 seat", ""), change: addedTerm(t, "P6M")}, "", []string{"term: No terms are offered. | Continue without a term."}},
		{"an edited term body", "the term of the catalog with that length applies", requestRow{order: year, change: plans.Change{Term: &plans.Term{Length: giventest.Interval("P6M"), Billing: 7}}}, "extend immediately", nil},
		{"a new item", "the plan offers it", requestRow{order: year, change: itemChange("phone", "1")}, "add_quantity immediately", nil},
		{"an item at a customer-set price", "the price of the catalog applies, for existing and new items", requestRow{order: year, change: plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("1"), Price: &plans.Price{Unit: giventest.Money("0.01")}}}}}, "add_quantity immediately", nil},
		{"an item that is not offered", "the plan does not offer the item", requestRow{order: year, change: itemChange("desk", "1")}, "", []string{`item: Plan "base" does not offer "desk" in USD. | Choose seat or phone.`}},
		{"an item that is not offered, with a price", "the price of an item comes from the catalog", requestRow{order: year, change: plans.Change{Add: []plans.ItemQuantity{{Item: "desk", Quantity: giventest.Money("1"), Price: &plans.Price{Free: true}}}}}, "", []string{`item: Plan "base" does not offer "desk" in USD. | Choose seat or phone.`}},
		{"an item that is not offered there", "M7: an item without an offer in reais has no price", requestRow{order: ordered("7 seat", "P12M", inBrazil), change: itemChange("phone", "1")}, "", []string{`item: Plan "base" does not offer "phone" in BRL. | Choose seat.`}},
		{"an item that a ramp adds later", "the item does not exist yet, and the plan offers it", requestRow{order: ordered("7 seat, 2 phone from 2027-06-16", "P12M"), change: itemChange("phone", "1")}, "add_quantity immediately", nil},

		{"up to the limits", "M16: a plan allows usage up to its limits", requestRow{order: advanced, change: down, by: plans.Support, use: "2500 contacts, 1 ai_agents"}, "downgrade at_term_end", nil},
		{"beyond a limit", "M16: 2,501 contacts are in use", requestRow{order: advanced, change: down, by: plans.Support, use: "2501 contacts"}, "", []string{"downgrade: The plan allows 2500 contacts; usage is 2501. | Reduce the usage first."}},
		{"beyond several", "M16: the refusal lists all exceeded limits", requestRow{order: advanced, change: down, by: plans.Support, use: "3000 contacts, 1 ai_agents, 9 whatsapp_numbers"}, "", []string{"downgrade: The plan allows 2500 contacts; usage is 3000. The plan allows 2 whatsapp_numbers; usage is 9. | Reduce the usage first."}},
		{"usage that the plan does not offer", "M16: a limit that the plan lacks is zero", requestRow{order: advanced, change: down, by: plans.Support, use: "1 instagram_accounts"}, "", []string{"downgrade: The plan allows 0 instagram_accounts; usage is 1. | Reduce the usage first."}},
		{"above the limits, with a rule that ignores them", "the approval lists the exceeded limits", requestRow{sold: with(unlimited), order: advanced, change: down, by: plans.Support, use: "3000 contacts, 2 ai_agents"}, "downgrade at_term_end; 3000/2500 contacts, 2/1 ai_agents", nil},
		{"above the limits of a higher plan", "M16: the limits of the new plan apply, also upward", requestRow{order: year, change: toPlan(t, "advanced"), use: "10001 contacts, 99 whatsapp_numbers"}, "upgrade immediately; 10001/10000 contacts", nil},
		{"not allowed, and above the limits", "the change needs support in any case", requestRow{order: advanced, change: down, use: "3000 contacts"}, "", []string{"downgrade: Downgrades are handled by support. | Ask support; the change takes effect at the end of the term."}},
		{"a rule with limits for another change", "the plan does not limit seats", requestRow{sold: with(func(c *seller) { c.ChangeRules[3].Limits = true }), order: year, change: itemChange("seat", "1"), use: "9999999 contacts"}, "add_quantity immediately", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			catalog, p := c.ask.request(t)
			got, err := catalog.check(p)
			if !checkRefused(t, err, c.refused...) {
				checkText(t, "no approval comes with a refusal", giventest.JSON(t, got), giventest.JSON(t, plans.Approval{}))
				return
			}
			text := actionsText(got.Actions) + " " + got.Effective.String()
			if len(got.Breaks) > 0 {
				text += "; " + excess(got.Breaks)
			}
			checkText(t, c.why, text, c.want)
		})
	}
}

// An invalid change is a fault that names the field, not a refusal.
func TestCheckFaults(t *testing.T) {
	euros := *planOf(t, onSale(t), "advanced")
	euros.Offers = []plans.Offer{{Item: "seat", Currency: "EUR", Price: plans.Price{Unit: giventest.Money("25")}}}
	seatless := *planOf(t, onSale(t), "advanced")
	seatless.Offers = seatless.Offers[2:]
	euros.ID, seatless.ID = "euros", "seatless"
	year, monthly := ordered("7 seat", "P12M"), ordered("7 seat", "")
	for _, c := range []struct {
		name, why string
		ask       requestRow
		edit      func(*plans.ChangeRequest)
		want      []string
	}{
		{"nobody", "law 13: permissions depend on the actor", requestRow{order: year, change: itemChange("seat", "1")}, func(p *plans.ChangeRequest) { p.By = 0 }, []string{"by unset"}},
		{"an unknown actor", "law 14: bad input is an error that names its field", requestRow{order: year, change: itemChange("seat", "1")}, func(p *plans.ChangeRequest) { p.By = 9 }, []string{"by invalid"}},
		{"no instant", "law 10: time is an argument", requestRow{order: year, change: itemChange("seat", "1")}, func(p *plans.ChangeRequest) { p.At = time.Time{} }, []string{"at unset"}},
		{"nothing", "the change is empty", requestRow{order: year}, nil, []string{"change unset"}},
		{"two changes at once", "a cancellation is the only field of a change", requestRow{order: year, change: plans.Change{Term: termOf(t, onSale(t), "P6M"), Cancel: true}}, nil, []string{"change.cancel invalid"}},
		{"all faults at once", "law 14: all faults come at once, each with its path", requestRow{order: year, change: plans.Change{Plan: &euros, Cancel: true}}, func(p *plans.ChangeRequest) {
			p.By, p.At, p.Contract.Plan, p.Contract.Items[0].Quantity = 0, time.Time{}, "", giventest.Money("-7")
		}, []string{"by unset", "at unset", "contract.plan unset", "contract.items[0].quantity invalid", "change.cancel invalid"}},
		{"a zero quantity", "a zero change is empty", requestRow{order: year, change: itemChange("seat", "0")}, nil, []string{"change.add[0].quantity unset"}},
		{"an empty setting", "it sets nothing", requestRow{order: year, change: plans.Change{Set: []plans.ItemSetting{{Item: "seat"}}}}, nil, []string{"change.set[0] unset"}},
		{"a quantity without an item", "the added item has a name", requestRow{order: year, change: plans.Change{Add: []plans.ItemQuantity{{Item: "", Quantity: giventest.Money("2")}}}}, nil, []string{"change.add[0].item unset"}},
		{"fewer of an item that was not bought", "the contract has no unit of it", requestRow{order: year, change: itemChange("phone", "-1")}, nil, []string{"change.remove[0].item invalid"}},
		{"fewer of an item that is not offered", "the contract has no unit of it", requestRow{order: year, change: itemChange("desk", "-1"), by: plans.Support}, nil, []string{"change.remove[0].item invalid"}},
		{"fewer than a ramp step leaves", "three seats from June 16 on, four removed", requestRow{order: ordered("7 seat, 3 seat from 2027-06-16", "P12M"), change: itemChange("seat", "-4")}, nil, []string{"change.remove[0].quantity invalid"}},
		{"more than there are", "three seats were bought, four removed", requestRow{order: ordered("3 seat", "P12M"), change: itemChange("seat", "-4")}, nil, []string{"change.remove[0].quantity invalid"}},
		{"a quantity beyond the limits", "law 14: bad input is an error that names its field", requestRow{order: year, change: itemChange("seat", "1e18")}, nil, []string{"change.add[0].quantity limit"}},
		{"a plan in another currency", "M8: amounts are not converted", requestRow{sold: with(selling(euros)), order: year, change: plans.Change{Plan: &euros}}, nil, []string{"change.plan.offers invalid"}},
		{"a plan without the item", "the seats would have no price", requestRow{sold: with(selling(seatless)), order: year, change: plans.Change{Plan: &seatless}}, nil, []string{"change.plan.offers invalid"}},
		{"an end without terms", "there is no term to shorten", requestRow{sold: with(openEnded), order: monthly, change: earlierEnd("2027-05-16")}, nil, []string{"change.end invalid"}},
		{"a term with another billing", "a contract has one billing, and the catalog has another now", requestRow{order: year, change: addedTerm(t, "P6M", perPeriod)}, func(p *plans.ChangeRequest) { p.Contract.Terms[0].Term.Billing = plans.PerPeriod }, []string{"change.term.billing invalid"}},
		{"a later end", "a later end is an extension", requestRow{order: year, change: earlierEnd("2028-05-16")}, nil, []string{"change.end outside"}},
		{"an end before the start", "the end must be inside the term", requestRow{order: year, change: earlierEnd("2026-11-16")}, nil, []string{"change.end outside"}},
		{"an annual plan in a term billed monthly", "agreed months do not become years", requestRow{sold: with(perPeriod), order: year, change: toPlan(t, "yearly")}, nil, []string{"change.plan.interval invalid"}},
		{"a plan change before a ramp step", "the steps belong to the old plan", requestRow{order: ordered("7 seat, 9 seat from 2027-06-16", "P12M"), change: toPlan(t, "advanced")}, nil, []string{"change.plan invalid"}},
		{"an item at a negative price", "law 14: the catalog would replace the price, and the fault is still reported", requestRow{order: year, change: withPrice(itemChange("seat", "1"), `{"unit":"-1"}`)}, nil, []string{"change.add[0].price.unit invalid"}},
		{"negative usage", "law 14: usage is not negative", requestRow{order: year, change: toPlan(t, "advanced"), use: "1 contacts, -1 ai_agents"}, nil, []string{"usage[1].used invalid"}},
		{"usage with too many digits", "law 14: bad input is an error that names its field", requestRow{order: year, change: toPlan(t, "advanced")}, func(p *plans.ChangeRequest) {
			p.Usage = []plans.LimitUsage{{Name: "contacts", Used: decimal.New(1, 1<<30)}}
		}, []string{"usage[0].used limit"}},
		{"an invalid contract", "the stored contract was edited by hand", requestRow{order: year, change: itemChange("seat", "1")}, func(p *plans.ChangeRequest) { p.Contract.Currency, p.Contract.Items[0].ID = "", "" }, []string{"contract.currency unset", "contract.items[0].id unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.ask.sold = append(c.ask.sold, allowAll(plans.Immediately))
			catalog, p := c.ask.request(t)
			if c.edit != nil {
				c.edit(&p)
			}
			got, err := catalog.check(p)
			giventest.CheckFaults(t, err, c.want...)
			_, amended := catalog.amend(p)
			giventest.CheckFaults(t, amended, c.want...)
			if got.Actions != nil || t.Failed() {
				t.Errorf("an approval comes with the error: %+v: %s", got, c.why)
			}
		})
	}
}

// The fault names the date of the ramp step that has too few units.
func TestCheckNamesRampStep(t *testing.T) {
	catalog, p := requestRow{sold: with(allowAll(plans.Immediately)), order: ordered("7 seat, 9 seat from 2027-04-16, 3 seat from 2027-06-16", "P12M"), change: itemChange("seat", "-4")}.request(t)
	_, err := catalog.check(p)
	if err == nil || !strings.Contains(err.Error(), `-1 of "seat" would be left on 2027-06-16`) {
		t.Errorf("got %v", err)
	}
}

// A change outside the terms is a fault, whatever its kind and timing.
func TestCheckOutsideTerms(t *testing.T) {
	for _, when := range []plans.EffectiveTiming{plans.Immediately, plans.AtPeriodEnd, plans.AtTermEnd} {
		for _, sold := range []func(*seller){func(*seller) {}, perPeriod} {
			for name, change := range map[string]plans.Change{
				"cancel": {Cancel: true}, "plan": toPlan(t, "advanced"), "more": itemChange("seat", "1"), "less": itemChange("seat", "-1"), "term": addedTerm(t, "P6M"), "end": earlierEnd("2027-05-16"),
				"unknown plan": {Plan: &plans.Plan{ID: "gone"}},
			} {
				for _, at := range []string{"2026-11-15T23:59:59.999999999", "2020-01-01", "2027-11-16", "2028-01-01"} {
					catalog, p := requestRow{sold: with(sold, allowAll(when)), order: ordered("7 seat", "P12M"), change: change, at: at}.request(t)
					got, err := catalog.check(p)
					giventest.CheckFaults(t, err, "at outside")
					_, amended := catalog.amend(p)
					giventest.CheckFaults(t, amended, "at outside")
					checkText(t, name+" comes with nothing", giventest.JSON(t, got), giventest.JSON(t, plans.Approval{}))
				}
			}
		}
	}
}

// A shortened term ends at its new end.
func TestCheckOutsideShortenedTerm(t *testing.T) {
	for at, want := range map[string][]string{"2027-05-15T23:59:59": nil, "2027-05-16": {"at outside"}, "2027-08-01": {"at outside"}} {
		catalog, p := requestRow{sold: with(allowAll(plans.Immediately)), order: ordered("7 seat", "P12M"), before: []plans.Change{earlierEnd("2027-05-16")}, change: itemChange("seat", "1"), at: at}.request(t)
		_, err := catalog.check(p)
		giventest.CheckFaults(t, err, want...)
	}
}

// A cancellation at the end of a term needs notice before the first instant at which it is too late.
func TestCheckNotice(t *testing.T) {
	notice := func(length string) func(*seller) {
		return func(c *seller) {
			for i := range c.Terms {
				c.Terms[i].Notice = giventest.Interval(length)
			}
		}
	}
	late := func(date string) []string {
		return []string{"cancel: Notice of cancellation was due before " + date + ". | After the next term begins, cancel for the end of that term."}
	}
	cancel := plans.Change{Cancel: true}
	year := ordered("7 seat", "P12M")
	for _, c := range []struct {
		name, why string
		ask       requestRow
		want      string
		refused   []string
	}{
		{"in time", "30 days before November 16 is October 17, which is not reached", requestRow{sold: with(notice("P30D")), order: year, change: cancel, at: "2027-10-16T23:59:59.999999999"}, "at_term_end 2027-11-16", nil},
		{"too late", "the term renews from that instant on", requestRow{sold: with(notice("P30D")), order: year, change: cancel, at: "2027-10-17"}, "", late("2027-10-17")},
		{"much too late", "the term renews from that instant on", requestRow{sold: with(notice("P30D")), order: year, change: cancel, at: "2027-11-15"}, "", late("2027-10-17")},
		{"too late, by support", "the contract sets the notice, not the rule", requestRow{sold: with(notice("P30D")), order: year, change: cancel, at: "2027-10-17", by: plans.Support}, "", late("2027-10-17")},
		{"a month", "the notice counts on the calendar of the contract", requestRow{sold: with(notice("P1M")), order: year, change: cancel, at: "2027-10-16"}, "", late("2027-10-16")},
		{"billed monthly", "the notice is for the term, not for the month", requestRow{sold: with(notice("P30D"), perPeriod), order: year, change: cancel, at: "2027-10-17"}, "", late("2027-10-17")},
		{"before an extension", "the last term is the one that renews", requestRow{sold: with(notice("P30D")), order: year, before: []plans.Change{addedTerm(t, "P6M", notice("P30D"))}, change: cancel, at: "2027-10-17"}, "at_term_end 2028-05-16", nil},
		{"in the extension", "30 days before May 16, 2028 is April 16", requestRow{sold: with(notice("P30D")), order: year, before: []plans.Change{addedTerm(t, "P6M", notice("P30D"))}, change: cancel, at: "2028-04-16"}, "", late("2028-04-16")},
		{"no notice", "a cancellation is possible until the last instant", requestRow{order: year, change: cancel, at: "2027-11-15T23:59:59.999999999"}, "at_term_end 2027-11-16", nil},
		{"no term", "the month ends without a renewal", requestRow{sold: with(openEnded), order: ordered("7 seat", ""), change: cancel, at: "2027-03-15T23:59:59"}, "at_term_end 2027-03-16", nil},
		{"immediately", "a customer who leaves immediately pays for it, and needs no notice", requestRow{sold: with(notice("P30D"), allowAll(plans.Immediately)), order: year, change: cancel, at: "2027-11-01"}, "immediately 2027-11-01", nil},
		{"another change", "notice is only for a cancellation", requestRow{sold: with(notice("P30D")), order: year, change: itemChange("seat", "-2"), by: plans.Support, at: "2027-11-01"}, "remove_quantity", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			catalog, p := c.ask.request(t)
			got, err := catalog.check(p)
			_, amended := catalog.amend(p)
			checkRefused(t, amended, c.refused...)
			if !checkRefused(t, err, c.refused...) {
				checkText(t, "no approval comes with a refusal", giventest.JSON(t, got), giventest.JSON(t, plans.Approval{}))
				return
			}
			text := got.Effective.String() + " " + got.At.Format(time.DateOnly)
			if !slices.Equal(got.Actions, []plans.Action{plans.Cancel}) {
				text = actionsText(got.Actions)
			}
			checkText(t, c.why, text, c.want)
		})
	}
}

func TestChangeRulesCheckFaults(t *testing.T) {
	_, err := plans.ChangeRules{{}, {Action: plans.Upgrade, By: []plans.Actor{plans.Customer}}}.Check(plans.ChangeRequest{})
	giventest.CheckFaults(
		t, err, "change_rules[0].action unset", "change_rules[1].effective unset", "by unset", "at unset", "contract.plan unset", "contract.currency unset",
		"contract.cycle.anchor unset", "contract.cycle.interval unset", "change unset",
	)
	// two actions compare their choices, so that an unknown one must not come so far
	_, err = plans.ChangeRules{
		{Action: plans.AddQuantity, By: []plans.Actor{plans.Support}, Effective: plans.Immediately},
		{Action: plans.ChangePrice, By: []plans.Actor{plans.Support}, Effective: plans.Immediately},
	}.Check(plans.ChangeRequest{
		Contract: seats("10", "89.00"), By: plans.Support, At: giventest.Instant("2026-11-16", nil), Effective: 9, Prorations: 9,
		Change: plans.Change{
			Add: []plans.ItemQuantity{{Item: "phone", Quantity: giventest.Money("1"), Price: &plans.Price{Unit: giventest.Money("9")}}},
			Set: []plans.ItemSetting{{Item: "seat", Price: &plans.Price{Unit: giventest.Money("7")}}},
		},
		ProrationSettings: plans.ProrationSettings{Charge: 9, Credit: 9},
	})
	giventest.CheckFaults(
		t, err, "effective invalid", "prorations invalid", "proration_settings.charge invalid", "proration_settings.credit invalid",
	)
}

// Without a catalog, the change states the plan, which is compared by its price in a year.
func TestChangeRulesCheck(t *testing.T) {
	contract := seats("10", "89.00")
	both := []plans.Actor{plans.Customer, plans.Support}
	rules := plans.ChangeRules{
		{Action: plans.Upgrade, By: both, Effective: plans.Immediately},
		{Action: plans.Downgrade, By: []plans.Actor{plans.Support}, Effective: plans.AtPeriodEnd, Reason: "write to support"},
		{Action: plans.Cancel, By: both, Effective: plans.AtPeriodEnd},
	}
	plan := func(unit string) *plans.Plan {
		return &plans.Plan{ID: "other", Interval: proration.Interval{Months: 1}, Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money(unit)}}}}
	}
	at := giventest.Instant("2026-11-16", nil)
	for _, c := range []struct {
		name, why string
		change    plans.Change
		by        plans.Actor
		want      string
		refused   string
	}{
		{"dearer", "10 x 139.00 a month is more", plans.Change{Plan: plan("139.00")}, plans.Customer, "upgrade immediately 2026-11-16", ""},
		{"the same price", "the rule of an upgrade applies to a lateral change without its own rule", plans.Change{Plan: plan("89.00")}, plans.Customer, "lateral immediately 2026-11-16", ""},
		{"cheaper", "10 x 45.00 a month is less, and M14 lets only support do it", plans.Change{Plan: plan("45.00")}, plans.Support, "downgrade at_period_end 2026-12-01", ""},
		{"cheaper, requested by a customer", "M14: a downgrade needs support", plans.Change{Plan: plan("45.00")}, plans.Customer, "", "write to support"},
		{"a cancellation", "K10: a cancellation takes effect at the end of the contracted period", plans.Change{Cancel: true}, plans.Customer, "cancel at_period_end 2026-12-01", ""},
		{"more seats", "an action without a rule is forbidden", plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("1")}}}, plans.Support, "", "Quantity increases are not available."},
	} {
		t.Run(c.name, func(t *testing.T) {
			permit, err := rules.Check(plans.ChangeRequest{Contract: contract, Change: c.change, By: c.by, At: at})
			if c.refused != "" {
				if refusal := refusalOf(err); refusal == nil || refusal.Reason != c.refused {
					t.Errorf("got %v, want %q: %s", err, c.refused, c.why)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := actionsText(permit.Actions) + " " + permit.Effective.String() + " " + permit.At.Format(time.DateOnly); got != c.want {
				t.Errorf("got %s, want %s: %s", got, c.want, c.why)
			}
		})
	}
	if _, err := rules.Check(plans.ChangeRequest{Contract: committed(time.UTC, "P6M 2026-11-01/2027-05-01"), Change: plans.Change{Cancel: true}, By: plans.Support, At: giventest.Instant("2027-05-01", nil)}); err == nil {
		t.Error("a change after the last term is allowed")
	}
}
