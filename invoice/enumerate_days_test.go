package invoice_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// serviceDays counts the days of February that two plans are billed for, day by day, given the first instant of
// service, that of the other plan, and the first instant after the service.
func serviceDays(p proration.Policy, begins, change, ends time.Time) (first, second int64) {
	for day := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC); day.Month() == 2; day = day.AddDate(0, 0, 1) {
		n := day.Day()
		switch {
		case n < begins.Day(), n == begins.Day() && p.FirstDay == proration.DayFree:
		case n > ends.Day(), n == ends.Day() && p.LastDay == proration.DayFree:
		case n < change.Day(), n == change.Day() && p.ChangeDay == proration.OldSide:
			first++
		default:
			second++
		}
	}
	return first, second
}

// A service is billed for its days, at the plan that owns each of them, in advance and in arrears alike: 1.00 a day,
// and 2.00 after a change. What was billed in advance comes back at the end. The world: every choice of the three days,
// both timings and both credit bases, and service that begins, changes and ends at 8 times of February.
func TestEveryServiceIsBilledForItsDays(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	var times []time.Time
	for _, day := range []int{1, 9, 16, 28} {
		midnight := time.Date(2026, 2, day, 0, 0, 0, 0, time.UTC)
		times = append(times, midnight, midnight.Add(10*time.Hour))
	}
	lives := 0
	for row := range 32 {
		policy := issueRefundPolicy(credits.UnusedPart, credits.AsBalance)
		p := &policy.Proration
		p.FirstDay, p.LastDay, p.ChangeDay = proration.DayBilling(1+row&1), proration.DayBilling(1+row>>1&1), proration.Side(1+row>>2&1)
		policy.Timing, policy.CreditBasis = proration.Timing(1+row>>3&1), proration.CreditBasis(1+row>>4)
		for i, begins := range times {
			for j, change := range times[i:] {
				for _, ends := range times[i+j:] {
					if change.Day() == begins.Day() || change.Day() == ends.Day() {
						continue // two owners of one day
					}
					if lives++; !race.Takes(lives, 5) {
						continue
					}
					first, second := serviceDays(*p, begins, change, ends)
					want := decimal.New(first+2*second, 0)
					if got := serviceBilled(t, policy, begins, change, ends); !got.Equal(want) {
						t.Fatalf("%v, first day %v, last day %v, change day %v: service from %v, changed at %v, until %v costs %v, want %v",
							policy.Timing, p.FirstDay, p.LastDay, p.ChangeDay, begins, change, ends, got, want)
					}
				}
			}
		}
	}
	t.Logf("%d lives", lives)
	if lives != 32*32 {
		t.Errorf("got %d lives, want %d", lives, 32*32)
	}
}

// serviceBilled returns the total of the documents of a service.
func serviceBilled(t *testing.T, policy invoice.Policy, begins, change, ends time.Time) (total decimal.Decimal) {
	t.Helper()
	account := invoice.Account{Contract: plans.Contract{
		Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-02-01", "P1M", time.UTC), Items: []plans.Item{issueItem("seat", "1", "28")},
	}}
	if policy.Proration.FirstDay == proration.DayFree {
		account.ServiceStart = begins
	}
	if policy.Timing == proration.InArrears {
		account.UnbilledSince = begins
	}
	for i, at := range []time.Time{begins, change, ends} {
		o := invoice.IssueRequest{ID: fmt.Sprint("inv-", i), Account: account, At: at, Policy: policy}
		switch i {
		case 1:
			o.Change.Plan = issuePlan("pro", "P1M", "56")
		case 2:
			o.Change.Cancel = true
		}
		got, err := invoice.Issue(o)
		if err != nil {
			t.Fatalf("%v at %v: %v", policy.Timing, at, err)
		}
		if account = got.Account; got.Invoice != nil {
			if err := invoice.Check(*got.Invoice); err != nil {
				t.Fatalf("%v at %v: %v\n%s", policy.Timing, at, err, got.Invoice.Text())
			}
			total = total.Add(got.Invoice.Total)
		}
	}
	return total
}

// An invoice never prorates a whole period, by any day count, and another plan of the same price costs nothing on any
// day (laws 4 and 17). The world: five day counts, both bases, thirteen months and every tenth hour.
func TestEveryWholePeriodIsBilledWhole(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	lives := 0
	for row := range 10 {
		policy := invoice.Standard()
		policy.Proration.DayCount, policy.CreditBasis = proration.DayCount(1+row/2), proration.CreditBasis(1+row%2)
		for _, month := range []time.Month{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 26} { // 26 is February 2028
			begins := time.Date(2026, month, 1, 0, 0, 0, 0, time.UTC)
			for day := begins; day.Month() == begins.Month(); day = day.Add(10 * time.Hour) {
				if lives++; !race.Takes(lives, 5) {
					continue
				}
				account := invoice.Account{Contract: plans.Contract{
					Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-01-01", "P1M", time.UTC), Items: []plans.Item{issueItem("seat", "1", "30")},
				}}
				sold, err := invoice.Issue(invoice.IssueRequest{ID: "inv-1", Account: account, At: begins, Policy: policy})
				if err != nil {
					t.Fatal(err)
				}
				other := invoice.IssueRequest{ID: "inv-2", Account: sold.Account, At: day, Policy: policy, Change: plans.Change{Plan: issuePlan("other", "P1M", "30")}}
				changed, err := invoice.Issue(other)
				if err != nil {
					t.Fatal(err)
				}
				for _, inv := range []*invoice.Invoice{sold.Invoice, changed.Invoice} {
					if err := invoice.Check(*inv); err != nil {
						t.Fatalf("%v: %v", inv.Text(), err)
					}
				}
				if !sold.Invoice.Total.Equal(decimal.New(30, 0)) || !changed.Invoice.Total.IsZero() {
					t.Fatalf("by %v and the %v, %v costs %v, and another plan on %v %v\n%s",
						policy.Proration.DayCount, policy.CreditBasis, begins, sold.Invoice.Total, day, changed.Invoice.Total, changed.Invoice.Text())
				}
			}
		}
	}
	t.Logf("%d lives", lives)
	if lives != 9510 {
		t.Errorf("got %d lives", lives)
	}
}
