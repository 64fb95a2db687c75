package invoice_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// itemYear is a contract of 1,200.00 a year from January 31, with an add-on of 10.00 a month.
func itemYear() plans.Contract {
	one := decimal.NewFromInt(1)
	return plans.Contract{
		Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-01-31", "P1Y", time.UTC), Items: []plans.Item{
			{ID: "base", Quantity: one, Price: plans.Price{Unit: giventest.Money("1200.00")}},
			{ID: "addon", Quantity: one, Price: plans.Price{Unit: giventest.Money("10.00"), BillingInterval: giventest.Interval("P1M")}},
		},
	}
}

// itemStep is one document of a contract with an add-on.
type itemStep struct {
	at     string
	items  bool
	change plans.Change
	want   string // items with their nets, "" for no document
}

// issueItems issues the documents of steps, one after the other.
func issueItems(t *testing.T, contract plans.Contract, steps []itemStep) {
	t.Helper()
	account := invoice.Account{Contract: contract}
	for i, s := range steps {
		policy := invoice.Standard()
		got, err := invoice.Issue(invoice.IssueRequest{
			Account: account, ID: "i-" + strconv.Itoa(i+1), At: giventest.Instant(s.at, time.UTC), Items: s.items, Change: s.change,
			Policy: policy,
		})
		if err != nil {
			t.Fatalf("%s: %v", s.at, err)
		}
		account = got.Account
		var lines []string
		if got.Invoice != nil {
			if err := invoice.Check(*got.Invoice); err != nil {
				t.Error(err)
			}
			for _, line := range got.Invoice.Lines {
				lines = append(lines, line.Item+" "+line.Net.StringFixed(2))
			}
		}
		if text := strings.Join(lines, " "); text != s.want {
			t.Errorf("%s: got %q, want %q", s.at, text, s.want)
		}
	}
}

// Periods of an item are billed once each, at their start. A change is billed for those that are billed already.
func TestIssueItems(t *testing.T) {
	one := decimal.NewFromInt(1)
	more := plans.Change{Add: []plans.ItemQuantity{{Item: "addon", Quantity: one}}}
	first := itemStep{at: "2026-01-31", want: "base 1200.00 addon 10.00"}
	percent := func(d plans.Discount) plans.Contract {
		c := itemYear()
		d.ID, d.Percent = "half", decimal.NewFromInt(50)
		c.Discounts = []plans.Discount{d}
		return c
	}
	months := plans.Discount{Duration: plans.Repeating, Periods: 2, Per: giventest.Interval("P1M"), Scope: plans.Scope{Items: []string{"addon"}}}
	for _, c := range []struct {
		name, why string
		contract  plans.Contract
		steps     []itemStep
	}{
		{"each month once", "February ends on the 28th", itemYear(), []itemStep{
			first, {at: "2026-01-31", items: true}, {at: "2026-02-28", items: true, want: "addon 10.00"}, {at: "2026-02-28", items: true},
			{at: "2026-03-10", items: true}, {at: "2026-03-31", items: true, want: "addon 10.00"},
		}},
		{"late", "from the day on which it is billed: 21 of 31 days", itemYear(), []itemStep{first, {at: "2026-03-10", items: true, want: "addon 6.77"}}},
		{"the next year", "bills its first month", itemYear(), []itemStep{first, {at: "2027-01-31", want: "base 1200.00 addon 10.00"}}},
		{"a unit", "18 of 28 days", itemYear(), []itemStep{first, {at: "2026-02-10", change: more, want: "addon 6.43"}, {at: "2026-02-28", items: true, want: "addon 20.00"}}},
		{"a unit before its month is billed", "the month is billed with it", itemYear(), []itemStep{
			first, {at: "2026-02-28", change: more}, {at: "2026-02-28", items: true, want: "addon 20.00"},
		}},
		{"a unit after its month is billed", "a whole month", itemYear(), []itemStep{
			first, {at: "2026-02-28", items: true, want: "addon 10.00"}, {at: "2026-02-28", change: more, want: "addon 10.00"},
		}},
		{"a unit less before its month is billed", "the month is billed without it", itemYear(), []itemStep{
			first, {at: "2026-02-10", change: more, want: "addon 6.43"},
			{at: "2026-02-28", change: plans.Change{Remove: []plans.ItemQuantity{{Item: "addon", Quantity: one}}}},
			{at: "2026-02-28", items: true, want: "addon 10.00"},
		}},
		{"a year at half price", "each of its months, and not those of the next year", percent(plans.Discount{Duration: plans.Repeating, Periods: 1}), []itemStep{
			{at: "2026-01-31", want: "base 600.00 addon 5.00"}, {at: "2026-02-28", items: true, want: "addon 5.00"},
			{at: "2027-01-31", want: "base 1200.00 addon 10.00"}, {at: "2027-02-28", items: true, want: "addon 10.00"},
		}},
		{"two months at half price", "and not the third", percent(months), []itemStep{
			{at: "2026-01-31", want: "base 1200.00 addon 5.00"}, {at: "2026-02-28", items: true, want: "addon 5.00"},
			{at: "2026-03-31", items: true, want: "addon 10.00"}, {at: "2026-04-30", items: true, want: "addon 10.00"},
		}},
		{"a month is not the year", "the base is billed although a month in its time is", func() plans.Contract {
			c := itemYear()
			c.Items = c.Items[:1]
			return c
		}(), []itemStep{{at: "2026-01-31", want: "base 1200.00"}, {at: "2026-02-10", items: true}}},
	} {
		t.Run(c.name, func(t *testing.T) { issueItems(t, c.contract, c.steps) })
	}
}

// A charge for a month of an add-on does not stand for the period of the contract.
func TestItemPeriodIsNotThePeriod(t *testing.T) {
	contract := itemYear()
	rest, err := contract.RemainingPortions(giventest.Instant("2026-01-31", time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	charges, err := contract.ItemCharges(rest[0], proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	charges[0].ID = "earlier/1"
	got, err := invoice.Issue(invoice.IssueRequest{
		Account: invoice.Account{
			Contract: contract, UnexpiredCharges: charges, ItemsBilledTo: giventest.Instant("2026-01-31", time.UTC),
		}, ID: "i-1", At: giventest.Instant("2026-01-31", time.UTC), Policy: invoice.Standard(),
	})
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "the year", got.Invoice.Total, "1200.00")
}

// A request for the items bills nothing else, and a contract in arrears has none.
func TestIssueItemsFaults(t *testing.T) {
	at := giventest.Instant("2026-02-28", time.UTC)
	request := func(edit func(*invoice.IssueRequest)) invoice.IssueRequest {
		o := invoice.IssueRequest{Account: invoice.Account{Contract: itemYear()}, ID: "i-1", At: at, Items: true, Policy: invoice.Standard()}
		edit(&o)
		return o
	}
	for _, c := range []struct {
		name string
		edit func(*invoice.IssueRequest)
		want string
	}{
		{"a change", func(o *invoice.IssueRequest) { o.Change.Cancel = true }, "items invalid"},
		{"a close", func(o *invoice.IssueRequest) { o.Close = true }, "items invalid"},
		{"an extent", func(o *invoice.IssueRequest) { o.Extent = proration.ExtentNone }, "items invalid"},
		{"arrears", func(o *invoice.IssueRequest) { o.Policy.Timing, o.UnbilledSince = proration.InArrears, at }, "items invalid"},
		{"a period in arrears", func(o *invoice.IssueRequest) {
			o.Items, o.Policy.Timing, o.UnbilledSince = false, proration.InArrears, at
		}, "contract.items[1].price.billing_interval invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := invoice.Issue(request(c.edit))
			giventest.CheckFaults(t, err, c.want)
		})
	}
}

// An uplift in the period is no change that was billed before: a unit of 1,200.00 a year, raised by 10 % on April 1,
// costs 1,200.00 x 31/365 in March, 1,320.00 x 300/365 until the next uplift and 1,452.00 x 5/365 from then on, and a
// second one on the same day or later too.
func TestIssueChangesBeforeAnUplift(t *testing.T) {
	c := itemYear()
	c.Items = c.Items[:1]
	c.Uplift = &plans.Uplift{
		Percent: giventest.Money("10"), Every: giventest.Interval("P300D"),
		Rounding: proration.Rounding{Mode: proration.HalfUp, Places: 2},
		Since:    giventest.Instant("2025-06-05", time.UTC), // 300 days before April 1
	}
	one := plans.Change{Add: []plans.ItemQuantity{{Item: "base", Quantity: decimal.NewFromInt(1)}}}
	issueItems(t, c, []itemStep{
		{at: "2026-01-31", want: "base 197.26 base 1084.93 base 19.89"},
		{at: "2026-03-01", change: one, want: "base 101.92 base 1084.93 base 19.89"},
		{at: "2026-03-01", change: one, want: "base 101.92 base 1084.93 base 19.89"},
		{at: "2026-03-31", change: one, want: "base 3.29 base 1084.93 base 19.89"},
	})
}
