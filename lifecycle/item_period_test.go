package lifecycle_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// monthlyPrice returns the price of a licensed item that is billed by the month.
func monthlyPrice(unit string) plans.Price {
	return plans.Price{Unit: giventest.Money(unit), BillingInterval: giventest.Interval("P1M")}
}

// monthlyAddOn starts a contract of a year at 1,200.00 on January 1, with an add-on of 10.00 a month.
func monthlyAddOn(t *testing.T, edit func(*lifecycle.Policy, *plans.Contract)) *lifeOf {
	t.Helper()
	p := anyChange()
	p.Billing.Refunds = []credits.RefundRule{{As: credits.AsBalance, Give: credits.UnusedPart}}
	l := &lifeOf{t: t, initial: fourSeats(), answers: map[int64]*answer{}}
	c := &l.initial.Contract
	c.Cycle = giventest.Cycle("2026-01-01", "P1Y", time.UTC)
	c.Items = []plans.Item{
		{ID: "base", Quantity: decimal.NewFromInt(1), Price: plans.Price{Unit: giventest.Money("1200.00")}},
		{ID: "addon", Quantity: decimal.NewFromInt(1), Price: monthlyPrice("10.00")},
	}
	edit(&p, c)
	l.policies, l.out.Subscription = policiesOf(t, p), l.initial
	l.happens("2026-01-01", lifecycle.Event{Kind: lifecycle.Started, PaymentMethod: "card"})
	return l
}

// same edits nothing.
func same(*lifecycle.Policy, *plans.Contract) {}

// changes applies a change at a time.
func (l *lifeOf) changes(at string, c plans.Change) {
	l.t.Helper()
	l.happens(at, lifecycle.Event{Kind: lifecycle.Changed, Change: c})
}

// adds and removes are changes of units of an item.
func adds(item string, units int64) plans.Change {
	return plans.Change{Add: []plans.ItemQuantity{{Item: item, Quantity: decimal.NewFromInt(units)}}}
}

func removes(item string, units int64) plans.Change {
	return plans.Change{Remove: []plans.ItemQuantity{{Item: item, Quantity: decimal.NewFromInt(units)}}}
}

// endsAndStays cancels in December for a day of the next year, and withdraws it on another. It forgets the invoices
// until the renewal.
func (l *lifeOf) endsAndStays(ends, stays string) {
	l.t.Helper()
	l.happens("2026-12-15", lifecycle.Event{Kind: lifecycle.CancellationRequested, On: utc(ends)})
	l.out.Invoices = nil
	l.happens(stays, lifecycle.Event{Kind: lifecycle.CancellationWithdrawn})
}

// checkLines compares the lines of the documents from a time on, those of a document on one line: "02-01 addon 10.00".
func (l *lifeOf) checkLines(from string, want ...string) {
	l.t.Helper()
	var got []string
	for _, inv := range l.out.Invoices {
		if inv.IssuedAt.Before(utc(from)) {
			continue
		}
		doc := []string{inv.IssuedAt.Format("01-02")}
		for _, line := range inv.Lines {
			doc = append(doc, line.Item, line.Net.StringFixed(2))
		}
		got = append(got, strings.Join(doc, " "))
		if err := invoice.Check(inv); err != nil {
			l.t.Errorf("%s: %v", inv.ID, err)
		}
	}
	if giventest.JSON(l.t, got) != giventest.JSON(l.t, want) {
		l.t.Errorf("the documents are\n%s\nwant\n%s\n%s",
			strings.Join(got, "\n"), strings.Join(want, "\n"), l.out.Timeline())
	}
}

// The add-on is billed with the year and then by the month, on the day of its month.
func TestMonthsOfAnAddOn(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*lifecycle.Policy, *plans.Contract)
		then      func(*lifeOf)
		until     string
		want      []string
	}{
		{
			"a year and its renewal", "the first month is billed with the year", same, func(*lifeOf) {}, "2027-02-15", []string{
				"01-01 base 1200.00 addon 10.00", "02-01 addon 10.00", "03-01 addon 10.00", "04-01 addon 10.00",
				"05-01 addon 10.00", "06-01 addon 10.00", "07-01 addon 10.00", "08-01 addon 10.00", "09-01 addon 10.00",
				"10-01 addon 10.00", "11-01 addon 10.00", "12-01 addon 10.00", "01-01 base 1200.00 addon 10.00", "02-01 addon 10.00",
			},
		},
		{
			"from January 31", "months do not drift", func(_ *lifecycle.Policy, c *plans.Contract) {
				c.Cycle = giventest.Cycle("2025-12-31", "P1Y", time.UTC)
			}, func(*lifeOf) {}, "2026-04-15", []string{
				"01-01 base 1196.71 addon 9.68", "01-31 addon 10.00", "02-28 addon 10.00", "03-31 addon 10.00",
			},
		},
		{
			"units added", "1 x 10.00 x 21/31, and 2 x 10.00 from February on", same, func(l *lifeOf) {
				l.changes("2026-01-11", adds("addon", 1))
			}, "2026-03-15", []string{
				"01-01 base 1200.00 addon 10.00", "01-11 addon 6.77", "02-01 addon 20.00", "03-01 addon 20.00",
			},
		},
		{
			"removed", "10.00 x 18/28 is credited", same, func(l *lifeOf) {
				l.changes("2026-02-11", removes("addon", 1))
			}, "2026-05-15", []string{"01-01 base 1200.00 addon 10.00", "02-01 addon 10.00", "02-11 addon -6.43"},
		},
		{
			"removed and back", "the credit is billed again for the same days, 13/28, and March is billed", same, func(l *lifeOf) {
				l.changes("2026-02-11", removes("addon", 1))
				price := monthlyPrice("10.00")
				back := adds("addon", 1)
				back.Add[0].Price = &price
				l.changes("2026-02-16", back)
			}, "2026-03-15", []string{
				"01-01 base 1200.00 addon 10.00", "02-01 addon 10.00", "02-11 addon -6.43", "02-16 addon 4.64", "03-01 addon 10.00",
			},
		},
		{
			"base units added", "1200.00 x 345/365 (January 21 to the end); the month goes its way", same, func(l *lifeOf) {
				l.changes("2026-01-21", adds("base", 1))
			}, "2026-02-15", []string{"01-01 base 1200.00 addon 10.00", "01-21 base 1134.25", "02-01 addon 10.00"},
		},
		{
			"canceled", "1200.00 x 320/365 and 10.00 x 14/28 are credited", same, func(l *lifeOf) {
				l.happens("2026-02-15", lifecycle.Event{Kind: lifecycle.CancellationRequested, Effective: plans.Immediately})
			}, "2026-05-15", []string{"01-01 base 1200.00 addon 10.00", "02-01 addon 10.00", "02-15 addon -5.00 base -1052.05"},
		},
		{
			"canceled at the period end", "each month is billed until then", same, func(l *lifeOf) {
				l.happens("2026-10-15", lifecycle.Event{Kind: lifecycle.CancellationRequested, Effective: plans.AtPeriodEnd})
			}, "2027-03-15", []string{
				"01-01 base 1200.00 addon 10.00", "02-01 addon 10.00", "03-01 addon 10.00", "04-01 addon 10.00",
				"05-01 addon 10.00", "06-01 addon 10.00", "07-01 addon 10.00", "08-01 addon 10.00", "09-01 addon 10.00",
				"10-01 addon 10.00", "11-01 addon 10.00", "12-01 addon 10.00",
			},
		},
		{
			"a date of the end inside a month", "the month is billed whole, and credited for 11/31 as the base for 163/365", same,
			func(l *lifeOf) {
				l.happens("2026-06-15", lifecycle.Event{Kind: lifecycle.CancellationRequested, On: utc("2026-07-21")})
			}, "2026-09-15", []string{
				"01-01 base 1200.00 addon 10.00", "02-01 addon 10.00", "03-01 addon 10.00", "04-01 addon 10.00",
				"05-01 addon 10.00", "06-01 addon 10.00", "07-01 addon 10.00", "07-21 addon -3.55 base -539.18",
			},
		},
		{
			"another change at the start of a month", "the month is billed with the new quantity", same, func(l *lifeOf) {
				l.happens("2026-01-20", lifecycle.Event{Kind: lifecycle.Changed, Change: adds("addon", 2), On: utc("2026-02-01")})
			}, "2026-03-15", []string{"01-01 base 1200.00 addon 10.00", "02-01 addon 30.00", "03-01 addon 30.00"},
		},
		{
			"removed at the start of a month", "February is not billed", same, func(l *lifeOf) {
				l.happens("2026-01-20", lifecycle.Event{Kind: lifecycle.Changed, Change: removes("addon", 1), On: utc("2026-02-01")})
			}, "2026-03-15", []string{"01-01 base 1200.00 addon 10.00"},
		},
		{
			"billed with the next invoice", "6.77 and the next month", func(p *lifecycle.Policy, _ *plans.Contract) {
				p.Prorations = plans.NextInvoice
			}, func(l *lifeOf) { l.changes("2026-01-11", adds("addon", 1)) }, "2026-02-15", []string{
				"01-01 base 1200.00 addon 10.00", "02-01 addon 6.77 addon 20.00",
			},
		},
		{
			"not prorated", "the second unit is billed from February on", func(p *lifecycle.Policy, _ *plans.Contract) {
				p.Prorations = plans.NoProrations
			}, func(l *lifeOf) { l.changes("2026-01-11", adds("addon", 1)) }, "2026-02-15", []string{
				"01-01 base 1200.00 addon 10.00", "02-01 addon 20.00",
			},
		},
		{
			"weeks beside it", "a new item of 7.00 a week of Thursdays costs 7.00 x 3/7 from Monday, January 12", func(
				_ *lifecycle.Policy, c *plans.Contract) {
				c.Cycle = giventest.Cycle("2026-01-01", "P52W", time.UTC)
				c.Items[1].Price.BillingInterval = giventest.Interval("P4W")
			}, func(l *lifeOf) {
				price := plans.Price{Unit: giventest.Money("7.00"), BillingInterval: giventest.Interval("P1W")}
				c := adds("weekly", 1)
				c.Add[0].Price = &price
				l.changes("2026-01-12", c)
			}, "2026-02-01", []string{
				"01-01 base 1200.00 addon 10.00", "01-12 weekly 3.00", "01-15 weekly 7.00", "01-22 weekly 7.00",
				"01-29 addon 10.00 weekly 7.00",
			},
		},
		{
			"beside usage", "one document bills a month of both", func(_ *lifecycle.Policy, c *plans.Contract) {
				price := monthlyPrice("0.50")
				price.Metered = true
				c.Items = append(c.Items, plans.Item{ID: "calls", Price: price})
			}, func(l *lifeOf) { l.calls("2026-01-10", 30) }, "2026-02-15", []string{
				"01-01 base 1200.00 addon 10.00", "02-01 addon 10.00 calls 15.00",
			},
		},
		{
			"a percentage for the first year", "10 % of each month of it", func(_ *lifecycle.Policy, c *plans.Contract) {
				c.Discounts = []plans.Discount{
					{ID: "tenth", Duration: plans.Repeating, Periods: 1, Percent: decimal.NewFromInt(10)},
					{ID: "gift", Duration: plans.Once, Percent: decimal.NewFromInt(50), Scope: plans.Scope{Items: []string{"addon"}}},
				}
			}, func(l *lifeOf) {
				l.advance(utc("2026-11-15"))
				l.out.Invoices = l.out.Invoices[:3]
			}, "2027-02-15", []string{
				"01-01 base 1080.00 addon 4.50", "02-01 addon 9.00", "03-01 addon 9.00", "12-01 addon 9.00",
				"01-01 base 1200.00 addon 10.00", "02-01 addon 10.00",
			},
		},
		{
			"a percentage of three months of the add-on", "January to March", func(_ *lifecycle.Policy, c *plans.Contract) {
				c.Discounts = []plans.Discount{{
					ID: "half", Duration: plans.Repeating, Periods: 3, Per: giventest.Interval("P1M"), Percent: decimal.NewFromInt(50),
					Scope: plans.Scope{Items: []string{"addon"}},
				}}
			}, func(*lifeOf) {}, "2026-05-15", []string{
				"01-01 base 1200.00 addon 5.00", "02-01 addon 5.00", "03-01 addon 5.00", "04-01 addon 10.00", "05-01 addon 10.00",
			},
		},
		{
			"another interval", "11 of 12 months less 10 days of the year and 18/28 of the month are credited, and months begin",
			same, func(l *lifeOf) {
				plan := plans.Plan{ID: "monthly", Interval: giventest.Interval("P1M"), Offers: []plans.Offer{
					{Item: "base", Currency: "USD", Price: plans.Price{Unit: giventest.Money("110.00")}},
					{Item: "addon", Currency: "USD", Price: monthlyPrice("12.00")},
				}}
				l.changes("2026-02-11", plans.Change{Plan: &plan})
			}, "2026-03-15", []string{
				"01-01 base 1200.00 addon 10.00", "02-01 addon 10.00",
				"02-11 addon -6.43 base -1065.21 base 110.00 addon 12.00", "03-11 base 110.00 addon 12.00",
			},
		},
		{
			"another plan", "the base by 324/365, the add-on by 18/28", same, func(l *lifeOf) {
				plan := plans.Plan{ID: "big", Interval: giventest.Interval("P1Y"), Offers: []plans.Offer{
					{Item: "base", Currency: "USD", Price: plans.Price{Unit: giventest.Money("2400.00")}},
					{Item: "addon", Currency: "USD", Price: monthlyPrice("20.00")},
				}}
				l.changes("2026-02-11", plans.Change{Plan: &plan})
			}, "2026-03-15", []string{
				"01-01 base 1200.00 addon 10.00", "02-01 addon 10.00",
				"02-11 addon -6.43 base -1065.21 base 2130.41 addon 12.86", "03-01 addon 20.00",
			},
		},
		{
			"billed in advance", "the year is billed a month before it begins, December when it begins", func(
				p *lifecycle.Policy, _ *plans.Contract) {
				p.Renewal.Lead = giventest.Interval("P40D")
			}, func(l *lifeOf) {
				l.advance(utc("2026-11-15"))
				l.out.Invoices = l.out.Invoices[:1]
				l.changes("2026-12-11", adds("addon", 1))
			}, "2027-02-15", []string{
				"01-01 base 1200.00 addon 10.00", "11-22 base 1200.00 addon 10.00", "12-01 addon 10.00", "12-11 addon 6.77",
				"01-01 addon 10.00", "02-01 addon 20.00",
			},
		},
		{
			"paused and resumed in another month", "the rest of the year and of January become balance, and a year begins",
			func(p *lifecycle.Policy, _ *plans.Contract) {
				p.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsBalance}
			}, func(l *lifeOf) {
				l.happens("2026-01-21", lifecycle.Event{Kind: lifecycle.PauseRequested})
				l.happens("2026-03-11", lifecycle.Event{Kind: lifecycle.Resumed})
			}, "2026-04-15", []string{
				"01-01 base 1200.00 addon 10.00", "01-21 addon -3.55 base -1134.25", "03-11 base 1200.00 addon 10.00",
				"04-11 addon 10.00",
			},
		},
		{
			"paused within the paid time", "February is not billed, of March 21/31 are", func(
				p *lifecycle.Policy, _ *plans.Contract) {
				p.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsNothing}
			}, func(l *lifeOf) {
				l.happens("2026-01-21", lifecycle.Event{Kind: lifecycle.PauseRequested})
				l.happens("2026-03-11", lifecycle.Event{Kind: lifecycle.Resumed})
			}, "2026-04-15", []string{"01-01 base 1200.00 addon 10.00", "03-11 addon 6.77", "04-01 addon 10.00"},
		},
		{
			"collection paused with void", "February costs nothing", same, func(l *lifeOf) {
				l.happens("2026-01-21", lifecycle.Event{Kind: lifecycle.CollectionPaused, Invoices: lifecycle.PausedVoid})
				l.happens("2026-02-21", lifecycle.Event{Kind: lifecycle.CollectionResumed})
			}, "2026-03-15", []string{"01-01 base 1200.00 addon 10.00", "03-01 addon 10.00"},
		},
		{
			"billing dates reset", "324/365 and 18/28 are credited; the months are those of the new year", same, func(l *lifeOf) {
				l.changes("2026-02-11", plans.Change{Anchor: plans.AnchorReset})
			}, "2026-03-15", []string{
				"01-01 base 1200.00 addon 10.00", "02-01 addon 10.00",
				"02-11 addon -6.43 base -1065.21 base 1200.00 addon 10.00", "03-11 addon 10.00",
			},
		},
		{
			"charged and credited in full", "a whole month each, and no month before it", func(p *lifecycle.Policy, c *plans.Contract) {
				p.Billing.Proration.Charge, p.Billing.Proration.Credit = proration.ExtentFull, proration.ExtentFull
				c.Commitment = plans.Commitment{Amount: giventest.Money("100.00"), Length: giventest.Interval("P1Y")}
			}, func(l *lifeOf) {
				l.changes("2026-02-11", adds("addon", 1))
				l.changes("2026-03-11", removes("addon", 1))
				l.changes("2026-03-12", removes("addon", 1))
			}, "2026-04-15", []string{
				"01-01 base 1200.00 addon 10.00", "02-01 addon 10.00", "02-11 addon 10.00", "03-01 addon 20.00", "03-11 addon -10.00",
				"03-12 addon -10.00",
			},
		},
		{
			"another plan at the start of a month", "334 of 365 days of each base, and one new month", same, func(l *lifeOf) {
				plan := plans.Plan{ID: "big", Interval: giventest.Interval("P1Y"), Offers: []plans.Offer{
					{Item: "base", Currency: "USD", Price: plans.Price{Unit: giventest.Money("2400.00")}},
					{Item: "addon", Currency: "USD", Price: monthlyPrice("20.00")},
				}}
				l.happens("2026-01-20", lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Plan: &plan}, On: utc("2026-02-01")})
			}, "2026-03-15", []string{
				"01-01 base 1200.00 addon 10.00", "02-01 base -1098.08 base 2196.16 addon 20.00", "03-01 addon 20.00",
			},
		},
		{
			"canceled for the start of a month", "the month is not billed", same, func(l *lifeOf) {
				l.happens("2026-01-20", lifecycle.Event{Kind: lifecycle.CancellationRequested, On: utc("2026-02-01")})
			}, "2026-03-15", []string{"01-01 base 1200.00 addon 10.00", "02-01 base -1098.08"},
		},
		{
			"removed, and back with the next year", "the renewal bills it, and nothing before", same, func(l *lifeOf) {
				l.changes("2026-02-11", removes("addon", 1))
				price, back := monthlyPrice("10.00"), adds("addon", 1)
				back.Add[0].Price = &price
				l.happens("2026-12-15", lifecycle.Event{Kind: lifecycle.Changed, Change: back, On: utc("2027-01-01")})
			}, "2027-02-15", []string{
				"01-01 base 1200.00 addon 10.00", "02-01 addon 10.00", "02-11 addon -6.43", "01-01 base 1200.00 addon 10.00",
				"02-01 addon 10.00",
			},
		},
		{
			"months beside quarters with the next year", "the renewal bills the first of each", func(
				_ *lifecycle.Policy, c *plans.Contract) {
				c.Items[1].Price.BillingInterval = giventest.Interval("P3M")
			}, func(l *lifeOf) {
				price, c := monthlyPrice("5.00"), adds("other", 1)
				c.Add[0].Price = &price
				l.happens("2026-12-15", lifecycle.Event{Kind: lifecycle.Changed, Change: c, On: utc("2027-01-01")})
			}, "2027-02-15", []string{
				"01-01 base 1200.00 addon 10.00", "04-01 addon 10.00", "07-01 addon 10.00", "10-01 addon 10.00",
				"01-01 base 1200.00 addon 10.00 other 5.00", "02-01 other 5.00",
			},
		},
		{
			"a first item that is not prorated", "it is billed from February on", func(p *lifecycle.Policy, c *plans.Contract) {
				p.Prorations, c.Items = plans.NoProrations, c.Items[:1]
			}, func(l *lifeOf) {
				price, c := monthlyPrice("10.00"), adds("addon", 1)
				c.Add[0].Price = &price
				l.changes("2026-01-11", c)
			}, "2026-02-15", []string{"01-01 base 1200.00", "02-01 addon 10.00"},
		},
		{
			"back in its month on the old dates", "319/365 of the year and 13/28 of the month from February 16", func(
				p *lifecycle.Policy, _ *plans.Contract) {
				p.Reactivation.BillingAnchor = plans.AnchorKeep
			}, func(l *lifeOf) {
				l.happens("2026-02-11", lifecycle.Event{Kind: lifecycle.CancellationRequested, Effective: plans.Immediately})
				l.happens("2026-02-16", lifecycle.Event{Kind: lifecycle.Reactivated})
			}, "2026-03-15", []string{
				"01-01 base 1200.00 addon 10.00", "02-01 addon 10.00", "02-11 addon -6.43 base -1065.21",
				"02-16 base 1048.77 addon 4.64", "03-01 addon 10.00",
			},
		},
		{
			"a known end inside a month, and withdrawn in it", "20 of 365 and of 31 days, then the rest", same, func(l *lifeOf) {
				l.endsAndStays("2027-01-21", "2027-01-10")
			}, "2027-02-15", []string{
				"01-01 base 65.75 addon 6.45", "01-10 base 1134.25 addon 3.55", "02-01 addon 10.00",
			},
		},
		{
			"a known end inside a later month, and withdrawn in it", "41 of 365 days and 10 of 28, then the rest", same, func(l *lifeOf) {
				l.endsAndStays("2027-02-11", "2027-02-05")
			}, "2027-03-15", []string{
				"01-01 base 134.79 addon 10.00", "02-01 addon 3.57", "02-05 base 1065.21 addon 6.43", "03-01 addon 10.00",
			},
		},
		{
			"a known end inside a later month, and withdrawn before it", "the month is billed when it begins", same, func(l *lifeOf) {
				l.endsAndStays("2027-02-11", "2027-01-10")
			}, "2027-03-15", []string{
				"01-01 base 134.79 addon 10.00", "01-10 base 1065.21", "02-01 addon 10.00", "03-01 addon 10.00",
			},
		},
		{
			"a term up front that is extended", "the next year is billed now, its months when they begin", func(
				_ *lifecycle.Policy, c *plans.Contract) {
				term := plans.Term{Length: giventest.Interval("P1Y"), Billing: plans.UpFront, Renewal: plans.Renew}
				c.Terms = []plans.ContractTerm{{Term: term, Period: giventest.Period("2026-01-01/2027-01-01", time.UTC)}}
			}, func(l *lifeOf) {
				term := l.initial.Contract.Terms[0].Term
				l.changes("2026-12-11", plans.Change{Term: &term})
				l.out.Invoices = l.out.Invoices[len(l.out.Invoices)-2:]
			}, "2027-02-15", []string{"12-01 addon 10.00", "12-11 base 1200.00", "01-01 addon 10.00", "02-01 addon 10.00"},
		},
		{
			"agreed steps", "2 units from January 16, 16/31, and an item from February 11, 18/28 of 5.00", func(
				_ *lifecycle.Policy, c *plans.Contract) {
				c.Ramp = []plans.RampStep{
					{At: utc("2026-01-16"), Item: plans.Item{ID: "addon", Quantity: decimal.NewFromInt(2), Price: monthlyPrice("10.00")}},
					{At: utc("2026-02-11"), Item: plans.Item{ID: "other", Quantity: decimal.NewFromInt(1), Price: monthlyPrice("5.00")}},
				}
			}, func(*lifeOf) {}, "2026-03-15", []string{
				"01-01 base 1200.00 addon 4.84 addon 10.32", "02-01 addon 20.00 other 3.21", "03-01 addon 20.00 other 5.00",
			},
		},
		{
			"a billing day", "14/365 of the year and 14/31 of the month until January 15", func(
				_ *lifecycle.Policy, c *plans.Contract) {
				c.BillingDay = 15
			}, func(*lifeOf) {}, "2026-02-20", []string{
				"01-01 base 46.03 addon 4.52", "01-15 base 1200.00 addon 10.00", "02-15 addon 10.00",
			},
		},
		{
			"after a trial", "the months begin with the paid year", func(p *lifecycle.Policy, c *plans.Contract) {
				c.Trial = giventest.Interval("P14D")
			}, func(*lifeOf) {}, "2026-02-20", []string{"01-15 base 1200.00 addon 10.00", "02-15 addon 10.00"},
		},
		{
			"changed while the next year is billed", "the unit of January is billed when January begins", func(
				p *lifecycle.Policy, _ *plans.Contract) {
				p.Renewal.Lead = giventest.Interval("P10D")
			}, func(l *lifeOf) {
				l.advance(utc("2026-12-11"))
				l.out.Invoices = nil
				l.happens("2026-12-11", lifecycle.Event{Kind: lifecycle.Changed, Change: adds("addon", 2), On: utc("2027-01-01")})
			}, "2027-02-15", []string{"12-22 base 1200.00 addon 30.00", "02-01 addon 30.00"},
		},
		{
			"in installments", "only the year is split", func(_ *lifecycle.Policy, c *plans.Contract) {
				c.Installments = &plans.InstallmentPlan{Count: 2, Every: giventest.Interval("P1M")}
			}, func(l *lifeOf) {
				l.advance(utc("2026-02-01"))
				if n := len(l.out.Invoices[1].Installments); n > 1 {
					l.t.Errorf("the month is paid in %d installments", n)
				}
			}, "2026-02-15", []string{"01-01 base 1200.00 addon 10.00", "02-01 addon 10.00"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := monthlyAddOn(t, c.edit)
			c.then(l)
			l.advance(utc(c.until))
			l.checkLines("2026-01-01", c.want...)
		})
	}
}

// A month of the add-on that is not paid removes no access that the year gives, and a suspended subscription is not
// billed for it. The return bills the month in which it falls from then on.
func TestUnpaidMonthOfAnAddOn(t *testing.T) {
	l := monthlyAddOn(t, func(p *lifecycle.Policy, _ *plans.Contract) {
		p.Dunning.Grace, p.Dunning.Retries, p.Dunning.FinalAction = giventest.Interval("P10D"), nil, lifecycle.FinalSuspend
	})
	l.advance(utc("2026-01-31"))
	l.declines = true
	l.advance(utc("2026-02-05"))
	status := func(want lifecycle.Status) {
		t.Helper()
		if got := l.out.Subscription.Status; got != want || l.policies.Access(l.out.Subscription) != lifecycle.Full {
			t.Errorf("%v with %v, want %v with full access", got, l.policies.Access(l.out.Subscription), want)
		}
	}
	status(lifecycle.PastDue)
	l.advance(utc("2026-04-21"))
	status(lifecycle.Suspended)
	l.declines = false
	l.payOverdue(utc("2026-04-21"))
	status(lifecycle.Active)
	l.advance(utc("2026-05-15"))
	l.checkLines("2026-02-01", "02-01 addon 10.00", "04-21 addon 3.33", "05-01 addon 10.00")
}

// An add-on that the contract cannot bill is refused, and the error names the field.
func TestAddOnThatCannotBeBilled(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*lifecycle.Policy, *plans.Contract)
		want string
	}{
		{"in arrears", func(p *lifecycle.Policy, _ *plans.Contract) { p.Billing.Timing = proration.InArrears }, "subscription.contract.items[1].price.billing_interval invalid"},
		{"alone", func(_ *lifecycle.Policy, c *plans.Contract) { c.Items = c.Items[1:] }, "subscription.contract.items invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, sub := anyChange(), fourSeats()
			sub.Contract.Cycle = giventest.Cycle("2026-01-01", "P1Y", time.UTC)
			sub.Contract.Items[1] = plans.Item{ID: "addon", Quantity: decimal.NewFromInt(1), Price: monthlyPrice("10.00")}
			c.edit(&p, &sub.Contract)
			_, err := lifecycle.Apply(policiesOf(t, p), sub, lifecycle.Event{
				Sequence: 1, At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card",
			})
			giventest.CheckFaults(t, err, c.want)
		})
	}
}
