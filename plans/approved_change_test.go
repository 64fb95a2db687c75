package plans_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// amendmentRow is a change with its expected amendment, or the refusals.
type amendmentRow struct {
	name, why string
	ask       requestRow
	want      []string // the amendment as a customer reads it
	contract  string   // as contractText writes it
	refused   []string // as checkRefused writes it
}

// checkAmendments checks amendments against their expected texts, and against the contract.
func checkAmendments(t *testing.T, rows ...amendmentRow) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Helper()
			catalog, p := row.ask.request(t)
			before := giventest.JSON(t, p)
			got, err := catalog.amend(p)
			if checkRefused(t, err, row.refused...) {
				checkText(t, row.why, got.text(t), strings.Join(row.want, "\n"))
				checkText(t, row.why, contractText(got.Contract), row.contract)
				checkAmendment(t, catalog, p, got)
			} else {
				checkText(t, "no amendment comes with a refusal", giventest.JSON(t, got), giventest.JSON(t, amendment{}))
			}
			checkText(t, "law 15: the request afterwards", giventest.JSON(t, p), before)
		})
	}
}

// amendment is an approved change, with the contract and the bill of its charges.
type amendment struct {
	plans.Approval
	Contract plans.Contract
	Bill     plans.Bill
}

// amend checks a change, makes it, and bills its charges as package invoice does, whose own tests check the choice of
// discounts: those that are not used up, with duration forever and no amount. A later change has no bill yet.
func (s seller) amend(p plans.ChangeRequest) (a amendment, err error) {
	if a.Approval, err = s.check(p); err != nil {
		return amendment{}, err
	}
	if a.Effective != plans.Immediately {
		a.Contract, err = p.Contract.Changed(a.Change, a.At)
		return a, err
	}
	amended, err := p.Contract.Amended(a.Change, a.At, s.Policy)
	a.Contract = amended.Contract
	charges := amended.Charges
	if err != nil || len(charges) == 0 {
		return a, err
	}
	discounts := slices.DeleteFunc(clone.Deep(a.Contract).Discounts, func(d plans.Discount) bool {
		return a.Change.Cancel || d.Duration != plans.Forever || d.Amount.IsPositive()
	})
	reduced, err := plans.ApplyDiscounts(plans.DiscountRequest{
		Charges: charges, Discounts: discounts, Currency: a.Contract.Currency,
		Mode: s.Policy.Rounding.Mode, Allocation: s.Allocation,
	})
	a.Bill = plans.Bill{At: a.At, Lines: reduced.Charges, Total: reduced.Net}
	return a, err
}

// text writes the amendment: the action and its date, each line with its computation, and the exceeded limits.
func (a amendment) text(tb testing.TB) string {
	tb.Helper()
	text := fmt.Sprintf("%s on %s, %v\n", actionsText(a.Actions), a.At.Format(time.DateOnly), a.Effective)
	for _, line := range a.Bill.Lines {
		text += line.Span.Start.Format(time.DateOnly) + " until " + line.Span.End.Format(time.DateOnly) + ", " + line.Explain() + "\n"
	}
	if len(a.Bill.Lines) > 0 {
		places, err := a.Contract.Currency.Places()
		if err != nil {
			tb.Fatal(err)
		}
		text += "due: " + a.Bill.Total.StringFixed(places) + " " + string(a.Contract.Currency) + "\n"
	}
	for _, limit := range a.Breaks {
		text += fmt.Sprintf("%v %s of %v\n", limit.Used, limit.Name, limit.Limit)
	}
	return text
}

// contractText writes the parts of a contract that a change may change: "base: 7 seat at 15; until 2027-11-16".
func contractText(c plans.Contract) string {
	text := c.Plan + ": "
	for i, item := range c.Items {
		if i > 0 {
			text += ", "
		}
		text += item.Quantity.String() + " " + item.ID + " at " + item.Price.Unit.String()
	}
	for _, s := range c.Ramp {
		text += "; " + s.Item.Quantity.String() + " " + s.Item.ID + " from " + s.At.Format("2006-01-02")
	}
	for i, a := range c.Terms {
		text += "; " + a.Term.Length.String() + " until "
		if !a.Until.IsZero() {
			text += a.Until.Format("2006-01-02") + " of "
		}
		text += a.Period.End.Format("2006-01-02")
		if i == len(c.Terms)-1 {
			text += ", then " + a.Term.Renewal.String()
		}
	}
	return text + "; " + c.Cycle.Interval.String() + " from " + c.Cycle.Anchor.String()
}

// resolvedChange is the requested change, with the values of the catalog.
func resolvedChange(tb testing.TB, catalog seller, p plans.ChangeRequest) plans.Change {
	tb.Helper()
	change := p.Change
	switch {
	case change.Plan != nil:
		change.Plan = planOf(tb, catalog, change.Plan.ID)
	case change.Term != nil:
		change.Term = termOf(tb, catalog, change.Term.Length.String())
	}
	change = clone.Deep(change)
	for i := range change.Set {
		for _, item := range p.Contract.Items {
			if price := change.Set[i].Price; item.ID == change.Set[i].Item && price != nil && price.Per == (proration.Interval{}) {
				price.Per = item.Price.Per
			}
		}
	}
	for i := range change.Add {
		step := &change.Add[i]
		step.Price = nil
		if _, err := p.Contract.Changed(change, p.At); err != nil { // the contract does not have it
			if price, ok := planOf(tb, catalog, p.Contract.Plan).Price(step.Item, p.Contract.Currency); ok {
				step.Price = &price
			}
		}
	}
	return change
}

// cancelAt ends a contract at an instant: the current term ends then, and later terms are removed.
func cancelAt(c *plans.Contract, at time.Time) {
	for i := range c.Terms {
		if i+1 == len(c.Terms) || at.Before(c.Terms[i+1].Period.Start) {
			c.Terms[i].Until, c.Terms[i].Term.Renewal = at, plans.Expire
			c.Terms = c.Terms[:i+1]
			return
		}
	}
}

// checkAmendment checks law 11: the approval equals the result of Check, the contract the result of Changed, and the
// amounts due add up.
func checkAmendment(tb testing.TB, catalog seller, p plans.ChangeRequest, a amendment) {
	tb.Helper()
	permit, err := catalog.check(p)
	if err != nil {
		tb.Fatal(err)
	}
	checkText(tb, "the approval", giventest.JSON(tb, a.Approval), giventest.JSON(tb, permit))
	resolved := resolvedChange(tb, catalog, p)
	checkText(tb, "the approved change", giventest.JSON(tb, permit.Change), giventest.JSON(tb, resolved))
	after, err := p.Contract.Changed(resolved, permit.At)
	if err != nil {
		tb.Fatal(err)
	}
	if a.Change.Cancel && a.Effective == plans.Immediately {
		cancelAt(&after, permit.At)
	}
	checkText(tb, "the contract", giventest.JSON(tb, a.Contract), giventest.JSON(tb, after))
	giventest.CheckFaults(tb, a.Contract.Validate())
	kind := plans.ProrationCharge
	for _, action := range a.Actions {
		switch action {
		case plans.Extend:
			kind = plans.Extension
		case plans.LengthenInterval, plans.ShortenInterval, plans.ChangeAnchor:
			kind = plans.Recurring
		case plans.Cancel:
			kind = plans.Termination
		case plans.Upgrade, plans.Downgrade, plans.Lateral, plans.AddQuantity, plans.RemoveQuantity, plans.Shorten, plans.ChangePrice:
		}
	}
	var total decimal.Decimal
	for _, line := range a.Bill.Lines {
		if line.Kind != kind || line.Plan != after.Plan {
			tb.Errorf("a %v of %s for a change that is %s: %s", line.Kind, line.Plan, actionsText(a.Actions), line.Explain())
		}
		net := line.Share.Amount
		for _, d := range line.Discounts {
			net = net.Sub(d.Amount)
		}
		if !net.Equal(line.Net) || net.IsNegative() {
			tb.Errorf("a line of %v: %s", line.Net, line.Explain())
		}
		total = total.Add(line.Net)
	}
	if !total.Equal(a.Bill.Total) || len(a.Bill.Lines) > 0 && !a.Bill.At.Equal(permit.At) {
		tb.Errorf("the lines add up to %v, the bill of %v to %v", total, a.Bill.At, a.Bill.Total)
	}
}

func TestAmendedQuantity(t *testing.T) {
	year := ordered("7 seat", "P12M")
	counted := discounts(
		plans.Discount{ID: "start", Percent: giventest.Money("50"), Duration: plans.Repeating, Periods: 3}, amountOff("off", "5", plans.Forever),
		plans.Discount{ID: "voucher", Amount: giventest.Money("1"), Currency: "USD", Duration: plans.Forever, Rollover: true}, percentOff("deal", "20"),
	)
	graduated := func(c *seller) {
		c.Plans[0].Offers[0].Price = plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: giventest.Money("8"), Unit: giventest.Money("15")}, {Unit: giventest.Money("12")}}}
	}
	checkAmendments(
		t,
		amendmentRow{"two more, billed up front", "M6: 2 x 15.00 x 12 = 360.00 for a year; 273 of 365 days are left: 269.26; 10 % of it is 26.93", requestRow{order: year, change: itemChange("seat", "2")}, []string{
			"add_quantity on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, seat: 2 x 15.00 x 12, 360.00 x 273/365 days = 269.260..., rounded half up to 269.26, less 10 % 26.93 = 242.33",
			"due: 242.33 USD",
		}, "base: 9 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"on the first day", "the whole term", requestRow{order: year, change: itemChange("seat", "2"), at: "2026-11-16"}, []string{
			"add_quantity on 2026-11-16, immediately",
			"2026-11-16 until 2027-11-16, seat: 2 x 15.00 x 12 = 360.00, less 10 % 36.00 = 324.00",
			"due: 324.00 USD",
		}, "base: 9 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"on the last day", "one day of 365: 0.986, rounded 0.99, less 0.10", requestRow{order: year, change: itemChange("seat", "2"), at: "2027-11-15T18:00:00"}, []string{
			"add_quantity on 2027-11-15, immediately",
			"2027-11-15 until 2027-11-16, seat: 2 x 15.00 x 12, 360.00 x 1/365 days = 0.986..., rounded half up to 0.99, less 10 % 0.10 = 0.89",
			"due: 0.89 USD",
		}, "base: 9 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"in a term that was extended", "the rest of the one term, and the whole of the other, which has no discount", requestRow{order: year, before: []plans.Change{addedTerm(t, "P6M")}, change: itemChange("seat", "2")}, []string{
			"add_quantity on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, seat: 2 x 15.00 x 12, 360.00 x 273/365 days = 269.260..., rounded half up to 269.26, less 10 % 26.93 = 242.33",
			"2027-11-16 until 2028-05-16, seat: 2 x 15.00 x 6 = 180.00",
			"due: 422.33 USD",
		}, "base: 9 seat at 15; P1Y until 2027-11-16; P6M until 2028-05-16, then renew; P6M from 2028-05-16", nil},
		amendmentRow{"monthly", "24 of the 28 days from February 16 to March 16: 25.71 of 30.00, less 2.57", requestRow{sold: with(perPeriod), order: year, change: itemChange("seat", "2"), at: "2027-02-20"}, []string{
			"add_quantity on 2027-02-20, immediately",
			"2027-02-20 until 2027-03-16, seat: 2 x 15.00, 30.00 x 24/28 days = 25.714..., rounded half up to 25.71, less 10 % 2.57 = 23.14",
			"due: 23.14 USD",
		}, "base: 9 seat at 15; P1Y until 2027-11-16, then renew; P1M from 2026-11-16", nil},
		amendmentRow{"without terms", "24 of the 28 days from February 16 on, without a discount", requestRow{sold: with(openEnded), order: ordered("7 seat", ""), change: itemChange("seat", "2"), at: "2027-02-20"}, []string{
			"add_quantity on 2027-02-20, immediately",
			"2027-02-20 until 2027-03-16, seat: 2 x 15.00, 30.00 x 24/28 days = 25.714..., rounded half up to 25.71",
			"due: 25.71 USD",
		}, "base: 9 seat at 15; P1M from 2026-11-16", nil},
		amendmentRow{"one item of two", "the other item is unchanged: 59.88 x 273/365 is 44.7869, rounded 44.79, less 4.48", requestRow{order: ordered("7 seat, 3 phone", "P12M"), change: itemChange("phone", "1")}, []string{
			"add_quantity on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, phone: 1 x 4.99 x 12, 59.88 x 273/365 days = 44.786..., rounded half up to 44.79, less 10 % 4.48 = 40.31",
			"due: 40.31 USD",
		}, "base: 7 seat at 15, 4 phone at 4.99; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"a new item", "at the plan's price: 3 x 4.99 x 12 = 179.64 x 273/365 is 134.3607, rounded 134.36, less 13.44", requestRow{order: year, change: itemChange("phone", "3")}, []string{
			"add_quantity on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, phone: 3 x 4.99 x 12, 179.64 x 273/365 days = 134.360..., rounded half up to 134.36, less 10 % 13.44 = 120.92",
			"due: 120.92 USD",
		}, "base: 7 seat at 15, 3 phone at 4.99; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"a new item at a customer-set price", "the price of the catalog applies: 3 x 4.99 x 12 = 179.64 x 273/365 is 134.3607, rounded 134.36, less 13.44", requestRow{order: year, change: plans.Change{Add: []plans.ItemQuantity{{Item: "phone", Quantity: giventest.Money("3"), Price: &plans.Price{Unit: giventest.Money("0.01")}}}}}, []string{
			"add_quantity on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, phone: 3 x 4.99 x 12, 179.64 x 273/365 days = 134.360..., rounded half up to 134.36, less 10 % 13.44 = 120.92",
			"due: 120.92 USD",
		}, "base: 7 seat at 15, 3 phone at 4.99; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"more at a customer-set price", "purchased seats have the price of the contract", requestRow{order: year, change: plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("2"), Price: &plans.Price{Unit: giventest.Money("0.01")}}}}}, []string{
			"add_quantity on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, seat: 2 x 15.00 x 12, 360.00 x 273/365 days = 269.260..., rounded half up to 269.26, less 10 % 26.93 = 242.33",
			"due: 242.33 USD",
		}, "base: 9 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"an item that is not offered", "an item without an offer has no price", requestRow{order: year, change: itemChange("desk", "3")}, nil, "", []string{`item: Plan "base" does not offer "desk" in USD. | Choose seat or phone.`}},
		amendmentRow{"before a ramp step", "31 days until the step and 273 after it, with two more each: 30.58 + 269.26; the step grows too", requestRow{order: ordered("7 seat, 9 seat from 2027-02-16", "P12M"), change: itemChange("seat", "2"), at: "2027-01-16"}, []string{
			"add_quantity on 2027-01-16, immediately",
			"2027-01-16 until 2027-02-16, seat: 2 x 15.00 x 12, 360.00 x 31/365 days = 30.575..., rounded half up to 30.58, less 10 % 3.06 = 27.52",
			"2027-02-16 until 2027-11-16, seat: 2 x 15.00 x 12, 360.00 x 273/365 days = 269.260..., rounded half up to 269.26, less 10 % 26.92 = 242.34",
			"due: 269.86 USD",
		}, "base: 9 seat at 15; 11 seat from 2027-02-16; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"after a step of the ramp", "the step has taken effect: nine seats become eleven", requestRow{order: ordered("7 seat, 9 seat from 2027-02-16", "P12M"), change: itemChange("seat", "2")}, []string{
			"add_quantity on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, seat: 2 x 15.00 x 12, 360.00 x 273/365 days = 269.260..., rounded half up to 269.26, less 10 % 26.93 = 242.33",
			"due: 242.33 USD",
		}, "base: 11 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"in tiers", "nine seats cost 8 x 15.00 + 12.00 = 132.00 and seven 105.00: two more are 27.00 a month, 324.00 a year; 242.33 for 273 days, less 24.23", requestRow{sold: with(graduated), order: year, change: itemChange("seat", "2")}, []string{
			"add_quantity on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, seat: ((8 x 15.00 + 1 x 12.00) - (7 x 15.00)) x 12, 324.00 x 273/365 days = 242.334..., rounded half up to 242.33, less 10 % 24.23 = 218.10",
			"due: 218.10 USD",
		}, "base: 9 seat at 0; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{
			"the applicable discounts", "10 % of the term and 20 % of the deal, each time; the month has already used the repeating half price, 5.00 a month and a voucher: 25.71 - 2.57 - 4.63", requestRow{sold: with(perPeriod), order: ordered("7 seat", "P12M", counted), change: itemChange("seat", "2"), at: "2027-02-20"}, []string{
				"add_quantity on 2027-02-20, immediately",
				"2027-02-20 until 2027-03-16, seat: 2 x 15.00, 30.00 x 24/28 days = 25.714..., rounded half up to 25.71, less 10 % 2.57, less 20 % 4.63 = 18.51",
				"due: 18.51 USD",
			}, "base: 9 seat at 15; P1Y until 2027-11-16, then renew; P1M from 2026-11-16", nil,
		},
		amendmentRow{"two fewer", "K3c: the seats stay until the end of the contract, and nothing is credited", requestRow{order: year, change: itemChange("seat", "-2"), by: plans.Support}, []string{
			"remove_quantity on 2027-11-16, at_term_end",
		}, "base: 5 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"two fewer, immediately", "package credits derives the credit from the billed charge", requestRow{sold: with(allowAll(plans.Immediately)), order: year, change: itemChange("seat", "-2")}, []string{
			"remove_quantity on 2027-02-16, immediately",
		}, "base: 5 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"two more at the end of the month", "the bill of the next month includes them", requestRow{sold: with(perPeriod, allowAll(plans.AtPeriodEnd)), order: year, change: itemChange("seat", "2"), at: "2027-02-20"}, []string{
			"add_quantity on 2027-03-16, at_period_end",
		}, "base: 9 seat at 15; P1Y until 2027-11-16, then renew; P1M from 2026-11-16", nil},
		amendmentRow{"one more without a rule", "an action without a rule is forbidden", requestRow{sold: with(func(c *seller) { c.ChangeRules = nil }), order: year, change: itemChange("seat", "1")}, nil, "", []string{"add_quantity: Quantity increases are not available. | "}},
	)
}

func TestAmendedPlan(t *testing.T) {
	year := ordered("7 seat", "P12M")
	advanced := ordered("7 seat", "P12M", inPlan("advanced"))
	now := allowAll(plans.Immediately)
	checkAmendments(
		t,
		amendmentRow{"upgrade, billed up front", "7 x 25.00 x 12 = 2100.00; 273 of 365 days are 1570.68; 10 % of it is 157.07. The paid rest of base becomes a credit", requestRow{order: year, change: toPlan(t, "advanced")}, []string{
			"upgrade on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, seat: 7 x 25.00 x 12, 2100.00 x 273/365 days = 1570.684..., rounded half up to 1570.68, less 10 % 157.07 = 1413.61",
			"due: 1413.61 USD",
		}, "advanced: 7 seat at 25; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"an edited plan body", "the plan of the catalog with that ID applies: 25.00, not a cent", requestRow{order: year, change: plans.Change{Plan: &plans.Plan{
			ID: "advanced", Interval: giventest.Interval("P1M"), Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("0.01")}}},
		}}}, []string{
			"upgrade on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, seat: 7 x 25.00 x 12, 2100.00 x 273/365 days = 1570.684..., rounded half up to 1570.68, less 10 % 157.07 = 1413.61",
			"due: 1413.61 USD",
		}, "advanced: 7 seat at 25; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"upgrade in a term that was extended", "the rest of the one term, and the whole of the other: 7 x 25.00 x 6", requestRow{order: year, before: []plans.Change{addedTerm(t, "P6M")}, change: toPlan(t, "advanced")}, []string{
			"upgrade on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, seat: 7 x 25.00 x 12, 2100.00 x 273/365 days = 1570.684..., rounded half up to 1570.68, less 10 % 157.07 = 1413.61",
			"2027-11-16 until 2028-05-16, seat: 7 x 25.00 x 6 = 1050.00",
			"due: 2463.61 USD",
		}, "advanced: 7 seat at 25; P1Y until 2027-11-16; P6M until 2028-05-16, then renew; P6M from 2028-05-16", nil},
		amendmentRow{"upgrade, monthly", "24 of 28 days of 7 x 25.00 are 150.00, less 15.00", requestRow{sold: with(perPeriod), order: year, change: toPlan(t, "advanced"), at: "2027-02-20"}, []string{
			"upgrade on 2027-02-20, immediately",
			"2027-02-20 until 2027-03-16, seat: 7 x 25.00, 175.00 x 24/28 days = 150.00, less 10 % 15.00 = 135.00",
			"due: 135.00 USD",
		}, "advanced: 7 seat at 25; P1Y until 2027-11-16, then renew; P1M from 2026-11-16", nil},
		amendmentRow{"upgrade by a customer in Brazil", "the contract stays in reais: 7 x 125.00 x 6 = 5250.00, of which 89 of 181 days are left", requestRow{order: ordered("7 seat", "P6M", inBrazil), change: toPlan(t, "advanced")}, []string{
			"upgrade on 2027-02-16, immediately",
			"2027-02-16 until 2027-05-16, seat: 7 x 125.00 x 6, 5250.00 x 89/181 days = 2581.491..., rounded half up to 2581.49",
			"due: 2581.49 BRL",
		}, "advanced: 7 seat at 125; P6M until 2027-05-16, then renew; P6M from 2026-11-16", nil},
		amendmentRow{"lateral", "the rest of the term at the new plan, 7 x 15.00 x 12 = 1260.00 x 273/365 = 942.41; the old plan is credited as much", requestRow{order: year, change: toPlan(t, "team")}, []string{
			"lateral on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, seat: 7 x 15.00 x 12, 1260.00 x 273/365 days = 942.410..., rounded half up to 942.41, less 10 % 94.24 = 848.17",
			"due: 848.17 USD",
		}, "team: 7 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"downgrade", "M14: support requests it, and it takes effect at the end of the term", requestRow{order: advanced, change: toPlan(t, "base"), by: plans.Support}, []string{
			"downgrade on 2027-11-16, at_term_end",
		}, "base: 7 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"downgrade immediately", "K5: the rest at the lower price; the rest at the higher price becomes a credit", requestRow{sold: with(openEnded, now), order: ordered("7 seat", "", inPlan("advanced")), change: toPlan(t, "base"), at: "2027-03-01"}, []string{
			"downgrade on 2027-03-01, immediately",
			"2027-03-01 until 2027-03-16, seat: 7 x 15.00, 105.00 x 15/28 days = 56.25",
			"due: 56.25 USD",
		}, "base: 7 seat at 15; P1M from 2026-11-16", nil},
		amendmentRow{"downgrade beyond the limits", "M16: a rule that ignores limits lists the exceeded limits", requestRow{sold: with(now), order: advanced, change: toPlan(t, "base"), use: "3000 contacts, 2 ai_agents"}, []string{
			"downgrade on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, seat: 7 x 15.00 x 12, 1260.00 x 273/365 days = 942.410..., rounded half up to 942.41, less 10 % 94.24 = 848.17",
			"due: 848.17 USD",
			"3000 contacts of 2500", "2 ai_agents of 1",
		}, "base: 7 seat at 15; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"to annual periods, at the end of the month", "nothing is due until then, when the annual periods begin; a year costs less than twelve months, so support requests it", requestRow{sold: with(openEnded), order: ordered("7 seat", ""), change: toPlan(t, "yearly"), by: plans.Support, at: "2027-02-20"}, []string{
			"downgrade, lengthen_interval on 2027-03-16, at_term_end",
		}, "yearly: 7 seat at 150; P1Y from 2027-03-16", nil},
		amendmentRow{"to annual periods, requested by a customer", "the strictest rule of both actions applies", requestRow{sold: with(openEnded), order: ordered("7 seat", ""), change: toPlan(t, "yearly"), at: "2027-02-20"}, nil, "", []string{
			"downgrade: Downgrades are handled by support. | Ask support; the change takes effect at the end of the term.",
		}},
		amendmentRow{"to annual periods, immediately", "a whole year from now on: 7 x 150.00; the rest of the month becomes a credit", requestRow{sold: with(openEnded, now), order: ordered("7 seat", ""), change: toPlan(t, "yearly"), at: "2027-02-20"}, []string{
			"downgrade, lengthen_interval on 2027-02-20, immediately",
			"2027-02-20 until 2028-02-20, seat: 7 x 150.00 = 1050.00",
			"due: 1050.00 USD",
		}, "yearly: 7 seat at 150; P1Y from 2027-02-20", nil},
		amendmentRow{"a seat after it, with a trial in the first month", "the longer first month ends with the change: 150.00 x 360/365", requestRow{
			sold: with(openEnded, now), order: ordered("7 seat", "", func(o *plans.Order) { o.TrialEnd = giventest.Instant("2026-11-26", nil) }),
			before: []plans.Change{toPlan(t, "yearly")}, change: itemChange("seat", "1"), at: "2026-11-21",
		}, []string{
			"add_quantity on 2026-11-21, immediately",
			"2026-11-21 until 2027-11-16, seat: 1 x 150.00, 150.00 x 360/365 days = 147.945..., rounded half up to 147.95",
			"due: 147.95 USD",
		}, "yearly: 8 seat at 150; P1Y from 2026-11-16", nil},
		amendmentRow{"to annual periods, within a term of two years", "the term stays the period: 7 x 150.00 x 2 = 2100.00; 639 of 731 days are left", requestRow{sold: with(now), order: ordered("7 seat", "P24M"), change: toPlan(t, "yearly")}, []string{
			"downgrade on 2027-02-16, immediately",
			"2027-02-16 until 2028-11-16, seat: 7 x 150.00 x 2, 2100.00 x 639/731 days = 1835.704..., rounded half up to 1835.70, less 20 % 367.14 = 1468.56",
			"due: 1468.56 USD",
		}, "yearly: 7 seat at 150; P2Y until 2028-11-16, then renew; P2Y from 2026-11-16", nil},
	)
}

func TestAmendedTerm(t *testing.T) {
	year := ordered("7 seat", "P12M")
	now := allowAll(plans.Immediately)
	checkAmendments(
		t,
		amendmentRow{"extend, billed up front", "M5: from the end on, at the rate of the new term: 7 x 15.00 x 24 = 2520.00, less 20 %", requestRow{order: year, change: addedTerm(t, "P24M")}, []string{
			"extend on 2027-02-16, immediately",
			"2027-11-16 until 2029-11-16, seat: 7 x 15.00 x 24 = 2520.00, less 20 % 504.00 = 2016.00",
			"due: 2016.00 USD",
		}, "base: 7 seat at 15; P1Y until 2027-11-16; P2Y until 2029-11-16, then renew; P2Y from 2029-11-16", nil},
		amendmentRow{"extend by the same length", "the old term keeps its 10 %, and the new one has its own", requestRow{order: year, change: addedTerm(t, "P12M")}, []string{
			"extend on 2027-02-16, immediately",
			"2027-11-16 until 2028-11-16, seat: 7 x 15.00 x 12 = 1260.00, less 10 % 126.00 = 1134.00",
			"due: 1134.00 USD",
		}, "base: 7 seat at 15; P1Y until 2027-11-16; P1Y until 2028-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"extend at the contract's price", "M19: the agreed price is 12.00, whatever the list price: 7 x 12.00 x 6 = 504.00", requestRow{order: ordered("7 seat at 12", "P12M", bySupport), change: addedTerm(t, "P6M")}, []string{
			"extend on 2027-02-16, immediately",
			"2027-11-16 until 2028-05-16, seat: 7 x 12.00 x 6 = 504.00",
			"due: 504.00 USD",
		}, "base: 7 seat at 12; P1Y until 2027-11-16; P6M until 2028-05-16, then renew; P6M from 2028-05-16", nil},
		amendmentRow{"extend past a ramp step", "nine seats at that time: 9 x 15.00 x 6 = 810.00", requestRow{order: ordered("7 seat, 9 seat from 2027-06-16", "P12M"), change: addedTerm(t, "P6M")}, []string{
			"extend on 2027-02-16, immediately",
			"2027-11-16 until 2028-05-16, seat: 9 x 15.00 x 6 = 810.00",
			"due: 810.00 USD",
		}, "base: 7 seat at 15; 9 seat from 2027-06-16; P1Y until 2027-11-16; P6M until 2028-05-16, then renew; P6M from 2028-05-16", nil},
		amendmentRow{"extend from a short month", "law 6: six months after August 31 is February 28, and six more is August 31 again", requestRow{order: ordered("7 seat", "P6M", orderedAt("2026-08-31", nil)), change: addedTerm(t, "P6M"), at: "2026-12-01"}, []string{
			"extend on 2026-12-01, immediately",
			"2027-02-28 until 2027-08-31, seat: 7 x 15.00 x 6 = 630.00",
			"due: 630.00 USD",
		}, "base: 7 seat at 15; P6M until 2027-02-28; P6M until 2027-08-31, then renew; P6M from 2026-08-31", nil},
		amendmentRow{"extend, monthly", "the months of the new term are billed as they begin", requestRow{sold: with(perPeriod), order: year, change: addedTerm(t, "P6M", perPeriod)}, []string{
			"extend on 2027-02-16, immediately",
		}, "base: 7 seat at 15; P1Y until 2027-11-16; P6M until 2028-05-16, then renew; P1M from 2026-11-16", nil},
		amendmentRow{"shorten", "a rule may allow it: the end moves, and the unused time becomes a credit", requestRow{sold: with(now), order: year, change: earlierEnd("2027-05-16")}, []string{
			"shorten on 2027-02-16, immediately",
		}, "base: 7 seat at 15; P1Y until 2027-05-16 of 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"a seat in a term that was shortened", "the year stays the denominator, whatever is left of it: 89 of 365 days of 360.00 are 87.78, less 8.78", requestRow{sold: with(now), order: year, before: []plans.Change{earlierEnd("2027-05-16")}, change: itemChange("seat", "2")}, []string{
			"add_quantity on 2027-02-16, immediately",
			"2027-02-16 until 2027-05-16, seat: 2 x 15.00 x 12, 360.00 x 89/365 days = 87.780..., rounded half up to 87.78, less 10 % 8.78 = 79.00",
			"due: 79.00 USD",
		}, "base: 9 seat at 15; P1Y until 2027-05-16 of 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"another plan in a term that was shortened", "7 x 25.00 x 12 = 2100.00 x 89/365 = 512.05, less 51.21 (51.205)", requestRow{sold: with(now), order: year, before: []plans.Change{earlierEnd("2027-05-16")}, change: toPlan(t, "advanced")}, []string{
			"upgrade on 2027-02-16, immediately",
			"2027-02-16 until 2027-05-16, seat: 7 x 25.00 x 12, 2100.00 x 89/365 days = 512.054..., rounded half up to 512.05, less 10 % 51.21 = 460.84",
			"due: 460.84 USD",
		}, "advanced: 7 seat at 25; P1Y until 2027-05-16 of 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"an edited term body", "the term of the catalog with that length applies: 5 % off, not 99", requestRow{order: year, change: plans.Change{Term: &plans.Term{
			Length: giventest.Interval("P9M"), Percent: giventest.Money("99"), Billing: plans.UpFront, Renewal: plans.Expire,
		}}}, []string{
			"extend on 2027-02-16, immediately",
			"2027-11-16 until 2028-08-16, seat: 7 x 15.00 x 9 = 945.00, less 5 % 47.25 = 897.75",
			"due: 897.75 USD",
		}, "base: 7 seat at 15; P1Y until 2027-11-16; P9M until 2028-08-16, then renew; P9M from 2028-08-16", nil},
		amendmentRow{"cancel", "K10, M9: the contract runs until the end of the term, and no other term follows", requestRow{order: year, change: plans.Change{Cancel: true}}, []string{
			"cancel on 2027-11-16, at_term_end",
		}, "base: 7 seat at 15; P1Y until 2027-11-16, then expire; P1Y from 2026-11-16", nil},
		amendmentRow{"cancel without a term", "at the end of the paid month", requestRow{sold: with(openEnded), order: ordered("7 seat", ""), change: plans.Change{Cancel: true}}, []string{
			"cancel on 2027-03-16, at_term_end",
		}, "base: 7 seat at 15; P1M from 2026-11-16", nil},
	)
}

// A contract that is canceled immediately ends then: its terms end, and the agreed fee is due.
func TestAmendedCancelImmediately(t *testing.T) {
	now := allowAll(plans.Immediately)
	costing := func(fee, percent string) func(*seller) {
		return func(c *seller) {
			for i := range c.Terms {
				c.Terms[i].TerminationFee = plans.TerminationFee{Fee: giventest.Money(fee), Percent: giventest.Money(percent)}
			}
		}
	}
	year, cancel := ordered("7 seat", "P12M"), plans.Change{Cancel: true}
	checkAmendments(
		t,
		amendmentRow{"without a fee", "no fee was agreed, and package credits computes the credit of the paid rest", requestRow{sold: with(now), order: year, change: cancel}, []string{
			"cancel on 2027-02-16, immediately",
		}, "base: 7 seat at 15; P1Y until 2027-02-16 of 2027-11-16, then expire; P1Y from 2026-11-16", nil},
		amendmentRow{"on the first day", "the whole term is given up", requestRow{sold: with(now), order: year, change: cancel, at: "2026-11-16"}, []string{
			"cancel on 2026-11-16, immediately",
		}, "base: 7 seat at 15; P1Y until 2026-11-16 of 2027-11-16, then expire; P1Y from 2026-11-16", nil},
		amendmentRow{"before an extension", "the extension never begins", requestRow{sold: with(now), order: year, before: []plans.Change{addedTerm(t, "P6M")}, change: cancel}, []string{
			"cancel on 2027-02-16, immediately",
		}, "base: 7 seat at 15; P1Y until 2027-02-16 of 2027-11-16, then expire; P6M from 2028-05-16", nil},
		amendmentRow{"in an extension", "the first term is over and unchanged", requestRow{sold: with(now), order: year, before: []plans.Change{addedTerm(t, "P6M")}, change: cancel, at: "2028-02-16"}, []string{
			"cancel on 2028-02-16, immediately",
		}, "base: 7 seat at 15; P1Y until 2027-11-16; P6M until 2028-02-16 of 2028-05-16, then expire; P6M from 2028-05-16", nil},
		amendmentRow{"without a term", "no term ends, and the caller stops billing the contract", requestRow{sold: with(now, openEnded), order: ordered("7 seat", ""), change: cancel}, []string{
			"cancel on 2027-02-16, immediately",
		}, "base: 7 seat at 15; P1M from 2026-11-16", nil},
		amendmentRow{"for a fixed fee", "the agreed fee is 100.00; the discount of the term does not apply to it", requestRow{sold: with(now, costing("100", "0")), order: year, change: cancel}, []string{
			"cancel on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, termination: 100.00 = 100.00",
			"due: 100.00 USD",
		}, "base: 7 seat at 15; P1Y until 2027-02-16 of 2027-11-16, then expire; P1Y from 2026-11-16", nil},
		amendmentRow{"for half of the remaining bills", "a term billed up front has no remaining bills", requestRow{sold: with(now, costing("0", "50")), order: year, change: cancel}, []string{
			"cancel on 2027-02-16, immediately",
		}, "base: 7 seat at 15; P1Y until 2027-02-16 of 2027-11-16, then expire; P1Y from 2026-11-16", nil},
		amendmentRow{"for half of nine months", "105.00 less 10.50 is 94.50; nine of them from February 16 on are 850.50, and half is 425.25", requestRow{sold: with(now, perPeriod, costing("0", "50")), order: year, change: cancel}, []string{
			"cancel on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, termination: 50 % of 850.50 = 425.25",
			"due: 425.25 USD",
		}, "base: 7 seat at 15; P1Y until 2027-02-16 of 2027-11-16, then expire; P1M from 2026-11-16", nil},
		amendmentRow{"for half of a minimum", "150.00 less 15.00 is 135.00; nine of them are 1215.00, and half is 607.50", requestRow{sold: with(now, perPeriod, costing("0", "50")), order: ordered("7 seat", "P12M", withMinimum("150")), change: cancel}, []string{
			"cancel on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, termination: 50 % of 1215.00 = 607.50",
			"due: 607.50 USD",
		}, "base: 7 seat at 15; P1Y until 2027-02-16 of 2027-11-16, then expire; P1M from 2026-11-16", nil},
		amendmentRow{"for all of it, within a month", "the month from February 16 on was billed; eight more are 756.00, plus 10.00", requestRow{sold: with(now, perPeriod, costing("10", "100")), order: year, change: cancel, at: "2027-02-20"}, []string{
			"cancel on 2027-02-20, immediately",
			"2027-02-20 until 2027-11-16, termination: 100 % of 756.00 + 10.00 = 766.00",
			"due: 766.00 USD",
		}, "base: 7 seat at 15; P1Y until 2027-02-20 of 2027-11-16, then expire; P1M from 2026-11-16", nil},
		amendmentRow{"for half, with a discount", "20 % of 94.50 is 18.90: nine times 75.60 are 680.40, and half is 340.20, without another discount", requestRow{sold: with(now, perPeriod, costing("0", "50")), order: ordered("7 seat", "P12M", discounts(percentOff("deal", "20"))), change: cancel}, []string{
			"cancel on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, termination: 50 % of 680.40 = 340.20",
			"due: 340.20 USD",
		}, "base: 7 seat at 15; P1Y until 2027-02-16 of 2027-11-16, then expire; P1M from 2026-11-16", nil},
		amendmentRow{"for a fixed fee, with a discount", "the fee is not discounted", requestRow{sold: with(now, costing("100", "0")), order: ordered("7 seat", "P12M", discounts(percentOff("deal", "20"))), change: cancel}, []string{
			"cancel on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, termination: 100.00 = 100.00",
			"due: 100.00 USD",
		}, "base: 7 seat at 15; P1Y until 2027-02-16 of 2027-11-16, then expire; P1Y from 2026-11-16", nil},
		amendmentRow{"at the start of an extension", "the extension ends as it begins, and the term before it is unchanged", requestRow{sold: with(now), order: year, before: []plans.Change{addedTerm(t, "P6M")}, change: cancel, at: "2027-11-16"}, []string{
			"cancel on 2027-11-16, immediately",
		}, "base: 7 seat at 15; P1Y until 2027-11-16; P6M until 2027-11-16 of 2028-05-16, then expire; P6M from 2028-05-16", nil},
		amendmentRow{"at the end", "K10: a customer who waits for the end pays no fee", requestRow{sold: with(perPeriod, costing("10", "100")), order: year, change: cancel}, []string{
			"cancel on 2027-11-16, at_term_end",
		}, "base: 7 seat at 15; P1Y until 2027-11-16, then expire; P1M from 2026-11-16", nil},
	)

	// A canceled contract is not renewed.
	catalog, p := requestRow{sold: with(now), order: year, before: []plans.Change{addedTerm(t, "P6M")}, change: cancel}.request(t)
	a, err := catalog.amend(p)
	if err != nil {
		t.Fatal(err)
	}
	if _, goesOn, err := a.Contract.Renewed(); goesOn || err != nil || !a.Contract.End().Equal(p.At) {
		t.Errorf("the contract renews: %v (%v), until %v", goesOn, err, a.Contract.End())
	}
}

// Law 15: neither the request nor the catalog is modified, and further changes do not modify the amendment.
func TestAmendedModifiesNothing(t *testing.T) {
	graduated := func(c *seller) {
		c.Plans[0].Offers[0].Price = plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: giventest.Money("8"), Unit: giventest.Money("15")}, {Unit: giventest.Money("12")}}}
	}
	for name, a := range map[string]requestRow{
		"quantity": {sold: with(graduated), order: ordered("7 seat, 9 seat from 2027-03-16", "P12M", discounts(percentOff("deal", "5"))), change: itemChange("seat", "2")},
		"plan":     {sold: with(graduated), order: ordered("7 seat", "P12M"), change: plans.Change{Plan: planOf(t, onSale(t, graduated), "base")}},
		"term":     {sold: with(graduated), order: ordered("7 seat", "P12M"), change: addedTerm(t, "P6M")},
	} {
		t.Run(name, func(t *testing.T) {
			catalog, p := a.request(t)
			before, offered := giventest.JSON(t, p), giventest.JSON(t, catalog)
			got, err := catalog.amend(p)
			if err != nil {
				t.Fatal(err)
			}
			again, err := catalog.amend(p)
			if err != nil {
				t.Fatal(err)
			}
			checkText(t, "law 10: the same change gives the same amendment", giventest.JSON(t, again), giventest.JSON(t, got))
			for _, further := range []plans.Change{itemChange("seat", "1"), itemChange("seat", "-1"), {Cancel: true}} {
				if _, err := got.Contract.Amended(further, p.At, proration.Standard(2)); err != nil {
					t.Fatal(err)
				}
			}
			checkText(t, "the amendment afterwards", giventest.JSON(t, got), giventest.JSON(t, again))
			checkText(t, "the request afterwards", giventest.JSON(t, p), before)
			checkText(t, "the catalog afterwards", giventest.JSON(t, catalog), offered)
		})
	}
}

// Support agrees on a special price; the charge is for all seats at the new price, and the earlier charge is credited.
func TestAmendedPrice(t *testing.T) {
	now, year := allowAll(plans.Immediately), ordered("7 seat", "P12M")
	perYear := plans.Change{Set: []plans.ItemSetting{{Item: "seat", Price: &plans.Price{Per: giventest.Interval("P1Y"), Unit: giventest.Money("150")}}}}
	checkAmendments(
		t,
		amendmentRow{"billed up front", "7 x 14.00 x 12 = 1176.00, of which 273 of 365 days are left: 879.58, less 87.96; the old price was for a month, and so is the new one", requestRow{sold: with(now), order: year, change: priceChange("14", "seat"), by: plans.Support}, []string{
			"change_price on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, seat: 7 x 14.00 x 12, 1176.00 x 273/365 days = 879.583..., rounded half up to 879.58, less 10 % 87.96 = 791.62",
			"due: 791.62 USD",
		}, "base: 7 seat at 14; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"for the year", "the price states its length: 7 x 150.00 = 1050.00 x 273/365 = 785.34, less 78.53", requestRow{sold: with(now), order: year, change: perYear, by: plans.Support}, []string{
			"change_price on 2027-02-16, immediately",
			"2027-02-16 until 2027-11-16, seat: 7 x 150.00, 1050.00 x 273/365 days = 785.342..., rounded half up to 785.34, less 10 % 78.53 = 706.81",
			"due: 706.81 USD",
		}, "base: 7 seat at 150; P1Y until 2027-11-16, then renew; P1Y from 2026-11-16", nil},
		amendmentRow{"monthly", "24 of 28 days of 7 x 14.00 are 84.00, less 8.40", requestRow{sold: with(perPeriod, now), order: year, change: priceChange("14", "seat"), by: plans.Support, at: "2027-02-20"}, []string{
			"change_price on 2027-02-20, immediately",
			"2027-02-20 until 2027-03-16, seat: 7 x 14.00, 98.00 x 24/28 days = 84.00, less 10 % 8.40 = 75.60",
			"due: 75.60 USD",
		}, "base: 7 seat at 14; P1Y until 2027-11-16, then renew; P1M from 2026-11-16", nil},
		amendmentRow{"at the end of the period", "the next month is billed at the new price", requestRow{sold: with(perPeriod, allowAll(plans.AtPeriodEnd)), order: year, change: priceChange("14", "seat"), by: plans.Support, at: "2027-02-20"}, []string{
			"change_price on 2027-03-16, at_period_end",
		}, "base: 7 seat at 14; P1Y until 2027-11-16, then renew; P1M from 2026-11-16", nil},
		amendmentRow{"by a customer", "as in an order, whatever the rules say", requestRow{sold: with(now), order: year, change: priceChange("0.01", "seat")}, nil, "", []string{
			"price: Only support can set a special price. | Keep the contract's price or ask support.",
		}},
		amendmentRow{"by support, without a rule", "an action without a rule is forbidden", requestRow{order: year, change: priceChange("14", "seat"), by: plans.Support}, nil, "", []string{"change_price: Price changes are not available. | "}},
	)
	for name, row := range map[string]struct {
		ask  requestRow
		want []string
	}{
		"a price length that does not divide the year": {
			requestRow{sold: with(now), order: year, by: plans.Support, change: withPrice(plans.Change{Set: []plans.ItemSetting{{Item: "seat"}}}, `{"per":"P5M","unit":"1"}`)},
			[]string{"change.contract.items[0].price.per invalid", "change.contract.terms[0].items[0].price.per invalid"},
		},
		"a negative price":                     {requestRow{sold: with(now), order: year, by: plans.Support, change: priceChange("-1", "seat")}, []string{"change.set[0].price.unit invalid"}},
		"of an item that was not bought":       {requestRow{sold: with(now), order: year, by: plans.Support, change: priceChange("1", "phone")}, []string{"change.set[0].quantity unset"}},
		"of an added item that was not bought": {requestRow{sold: with(now), order: year, change: priceChange("1", "phone")}, []string{"change.set[0].quantity unset"}},
		"of an item that a ramp adds later": { // a rule for quantities alone allows no other price
			requestRow{sold: with(perPeriod, allowAll(plans.AtPeriodEnd)), order: ordered("7 seat, 2 phone from 2027-03-01", "P12M"), change: priceChange("1", "phone")}, []string{"change.set[0].quantity unset"},
		},
	} {
		catalog, p := row.ask.request(t)
		_, err := catalog.amend(p)
		if giventest.CheckFaults(t, err, row.want...) {
			t.Error(name)
		}
	}
}

func TestAmendedAnchor(t *testing.T) {
	now, year := allowAll(plans.Immediately), ordered("7 seat", "P12M")
	checkAmendments(
		t,
		amendmentRow{"later", "four of the 28 days from February 20 to March 20: 15.00 of 105.00, less 1.50", requestRow{sold: with(perPeriod, now), order: year, change: anchorChange("2027-03-20", nil), at: "2027-02-20"}, []string{
			"change_anchor on 2027-02-20, immediately",
			"2027-03-16 until 2027-03-20, seat: 7 x 15.00, 105.00 x 4/28 days = 15.00, less 10 % 1.50 = 13.50",
			"due: 13.50 USD",
		}, "base: 7 seat at 15; P1Y until 2027-11-16, then renew; P1M from 2027-03-20", nil},
		amendmentRow{"earlier", "nothing is due; the dropped days are credited", requestRow{sold: with(perPeriod, now), order: year, change: anchorChange("2027-02-28", nil), at: "2027-02-20"}, []string{
			"change_anchor on 2027-02-20, immediately",
		}, "base: 7 seat at 15; P1Y until 2027-11-16, then renew; P1M from 2027-02-28", nil},
		amendmentRow{"at the instant of the change", "a whole month; the rest of the old month becomes a credit", requestRow{sold: with(openEnded, now), order: ordered("7 seat", ""), change: anchorChange("2027-02-20", nil), at: "2027-02-20"}, []string{
			"change_anchor on 2027-02-20, immediately",
			"2027-02-20 until 2027-03-20, seat: 7 x 15.00 = 105.00",
			"due: 105.00 USD",
		}, "base: 7 seat at 15; P1M from 2027-02-20", nil},
		amendmentRow{"from the end of the period on", "the days before it are billed when that period begins", requestRow{sold: with(openEnded, allowAll(plans.AtPeriodEnd)), order: ordered("7 seat", ""), change: anchorChange("2027-04-01", nil), at: "2027-02-20"}, []string{
			"change_anchor on 2027-03-16, at_period_end",
		}, "base: 7 seat at 15; P1M from 2027-04-01", nil},
		amendmentRow{"without a rule", "an action without a rule is forbidden", requestRow{sold: with(openEnded), order: ordered("7 seat", ""), change: anchorChange("2027-02-28", nil), at: "2027-02-20"}, nil, "", []string{"change_anchor: Billing date changes are not available. | "}},
	)
	for name, row := range map[string]struct {
		ask  requestRow
		want []string
	}{
		"billed up front": {requestRow{sold: with(now), order: year, change: anchorChange("2027-02-28", nil)}, []string{"change.anchor_at invalid"}},
		"before the end of the period": {
			requestRow{sold: with(openEnded, allowAll(plans.AtPeriodEnd)), order: ordered("7 seat", ""), change: anchorChange("2027-02-28", nil), at: "2027-02-20"}, []string{"change.anchor_at outside"},
		},
		"too late": {requestRow{sold: with(openEnded, now), order: ordered("7 seat", ""), change: anchorChange("2027-04-16", nil), at: "2027-02-20"}, []string{"change.anchor_at outside"}},
	} {
		catalog, p := row.ask.request(t)
		_, err := catalog.amend(p)
		if giventest.CheckFaults(t, err, row.want...) {
			t.Error(name)
		}
	}
}
