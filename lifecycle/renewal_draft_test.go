package lifecycle_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// What joins a renewal in review is on it once, in whatever order it comes: 1000.00, a sale of 50.00, a discount of
// 10 % of both, and credit of 30.00. The draft that an earlier Advance shows is the invoice if nothing joins it.
func TestEveryOrderOfWhatJoinsAReview(t *testing.T) {
	short.Skip(t)
	policies := policiesOf(t, func() lifecycle.Policy {
		p := lifecycle.Standard()
		p.Renewal.Review = giventest.Interval("P1D")
		return p
	}())
	joins := []lifecycle.Event{
		eventOn("2026-02-01T00:00:00Z", lifecycle.ChargeAdded, func(e *lifecycle.Event) {
			e.Charges = []plans.Charge{{Item: "training", Net: giventest.Money("50.00")}}
		}),
		eventOn("2026-02-01T00:00:00Z", lifecycle.Changed, func(e *lifecycle.Event) {
			e.Change.AddDiscounts = []plans.Discount{{ID: "loyal", Percent: giventest.Money("10"), Duration: plans.Once}}
		}),
		eventOn("2026-02-01T00:00:00Z", lifecycle.CreditGranted, func(e *lifecycle.Event) {
			e.Grant = credits.Entry{ID: "gift", Amount: giventest.Money("30.00")}
		}),
		eventOn("2026-02-01T00:00:00Z", lifecycle.InvoiceIssued),
	}
	started, err := lifecycle.Replay(policies, tenSeatsFromJanuary(), []lifecycle.Event{
		{Sequence: 1, At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card"},
		{Sequence: 2, At: utc("2026-01-01"), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "r-1"}},
	}, utc("2026-02-01"))
	require.NoError(t, err)
	var visit func(order []int)
	visit = func(order []int) {
		checkReview(t, policies, started.Subscription, joins, order)
		for next := range joins {
			used := false
			for _, i := range order {
				used = used || i == next
			}
			if !used && (len(order) == 0 || order[len(order)-1] != 3) {
				visit(append(append([]int{}, order...), next))
			}
		}
	}
	visit(nil)
}

// checkReview applies events in an order, an hour each, and compares the renewal.
func checkReview(
	t *testing.T, policies *lifecycle.Policies, sub lifecycle.Subscription, joins []lifecycle.Event, order []int,
) {
	t.Helper()
	tenths, sold, credit := int64(10), int64(0), int64(0)
	var invoices []invoice.Invoice
	for hour, i := range order {
		e := joins[i]
		e.Sequence, e.At = sub.Sequence+1, e.At.Add(time.Duration(hour)*time.Hour)
		out, err := lifecycle.Apply(policies, sub, e)
		require.NoError(t, err, "%v", order)
		sub, invoices = out.Subscription, append(invoices, out.Invoices...)
		switch i {
		case 0:
			sold = 5_000
		case 1:
			tenths = 9
		case 2:
			credit = 3_000
		}
		if i != 3 {
			require.Empty(t, invoices, "%v", order)
		}
	}
	out, err := lifecycle.Advance(policies, sub, utc("2026-02-02"))
	require.NoError(t, err)
	invoices = append(invoices, out.Invoices...)
	require.Len(t, invoices, 1, "%v", order)
	want := decimal.New((100_000+sold)*tenths/10-credit, -2)
	assert.True(t, invoices[0].AmountDue.Equal(want), "%v: got %v, want %v", order, invoices[0].AmountDue, want)
	assert.NoError(t, invoice.Check(invoices[0]))
}

func TestReviewExcludesLead(t *testing.T) {
	p := lifecycle.Standard()
	p.Renewal.Review, p.Renewal.Lead = giventest.Interval("P1D"), giventest.Interval("P3D")
	assert.ErrorContains(t, p.Validate(), "renewal.review: must be unset together with lead; an advance invoice is no draft")
}
