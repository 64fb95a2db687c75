package invoice_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// A quote equals the documents of its contract: the first bill is the signup, with the same lines; all documents until
// the renewal add up to the committed amount, and the last equals the renewal.
func TestQuoteEqualsIssuedInvoices(t *testing.T) {
	day := func(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC) }
	number := decimal.RequireFromString
	terms := []plans.Term{
		{Length: proration.Interval{Months: 6}, Percent: number("10"), Billing: plans.UpFront, Renewal: plans.Renew},
		{Length: proration.Interval{Months: 3}, Percent: number("5"), Billing: plans.PerPeriod, Renewal: plans.Renew},
		{Length: proration.Interval{Months: 4}, Billing: plans.PerPeriod, Renewal: plans.Evergreen},
	}
	catalog := plans.Catalog{
		Plans: []plans.Plan{{ID: "pro", Interval: proration.Interval{Months: 1}, Trial: proration.Interval{Days: 14}, Offers: []plans.Offer{
			{Item: "seat", Currency: "USD", Price: plans.Price{Unit: number("14.99")}},
			{Item: "phone", Currency: "USD", Price: plans.Price{Flat: number("5"), Unit: number("3.33")}},
		}}},
		Terms:   terms,
		Markets: []plans.Market{{Currency: "USD", PaymentMethods: []plans.PaymentMethod{{ID: "card", By: []plans.Actor{plans.Customer}}}}},
	}
	discounts := []plans.Discount{
		{ID: "hello", Amount: number("20"), Currency: "USD", Duration: plans.Once},
		{ID: "start", Percent: number("50"), Duration: plans.Repeating, Periods: 2},
		{ID: "voucher", Amount: number("33.33"), Currency: "USD", Duration: plans.Forever, Rollover: true},
	}
	for _, term := range terms {
		for mask := range 1 << len(discounts) {
			for _, trial := range []time.Time{{}, day(time.January, 25)} {
				order := plans.Order{
					By: plans.Customer, At: day(time.January, 18), Plan: "pro", Term: term.Length, Country: "US", PaymentMethod: "card", TrialEnd: trial, UnusedTrial: plans.CarryOver,
					Items: []plans.OrderItem{
						{Item: "seat", Quantity: number("7")}, {Item: "phone", Quantity: number("2")},
						{Item: "seat", Quantity: number("9"), From: day(time.March, 3)},
					},
				}
				for i, d := range discounts {
					if mask&(1<<i) != 0 {
						order.Discounts = append(order.Discounts, d)
					}
				}
				quote, err := catalog.Quote(order, proration.Standard(2), proration.LargestRemainder)
				if err != nil {
					t.Fatal(err)
				}
				followQuote(t, quote)
			}
		}
	}
}

// followQuote issues the documents of the contract of a quote, up to its renewal.
func followQuote(t *testing.T, quote plans.Quote) {
	t.Helper()
	account, at := invoice.Account{Contract: quote.Contract}, quote.First.At
	end, sum := quote.Contract.End(), decimal.Decimal{}
	for n := 1; ; n++ {
		doc, err := invoice.Issue(invoice.IssueRequest{Account: account, ID: "inv-" + strconv.Itoa(n), At: at, Policy: invoice.Standard()})
		if err != nil {
			t.Fatal(err)
		}
		account, account.Ledger = doc.Account, nil
		if doc.Invoice == nil {
			t.Fatalf("no document on %v", at)
		}
		want := plans.Bill{Lines: doc.Invoice.Lines, Total: doc.Invoice.Net}
		switch {
		case n == 1:
			want = quote.First
		case at.Equal(end):
			want = *quote.Renewal
			if !sum.Equal(quote.Committed) {
				t.Fatalf("the documents of the term add up to %v, and the committed amount is %v", sum, quote.Committed)
			}
		}
		if !doc.Invoice.Net.Equal(want.Total) || len(doc.Invoice.Lines) != len(want.Lines) {
			t.Fatalf("document %d on %v is %v, and the quote has %v\n%s", n, at, doc.Invoice.Net, want.Total, doc.Invoice.Text())
		}
		for i, line := range doc.Invoice.Lines {
			if giventest.JSON(t, line.Share) != giventest.JSON(t, want.Lines[i].Share) || !line.Net.Equal(want.Lines[i].Net) {
				t.Fatalf("line %d of document %d\n%s, and the quote has\n%s", i, n, line.Explain(), want.Lines[i].Explain())
			}
		}
		if at.Equal(end) {
			return
		}
		sum = sum.Add(doc.Invoice.Net)
		at = doc.Invoice.Lines[0].Period.End
		account.UnexpiredCharges = doc.UnexpiredCharges
	}
}
