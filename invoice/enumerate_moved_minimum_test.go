package invoice_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// movedMinimum is a contract with a minimum whose billing date moves, and everything that was billed for it.
type movedMinimum struct {
	account invoice.Account
	lines   []plans.Charge
	text    string
}

// issue issues a document.
func (m *movedMinimum) issue(t *testing.T, at time.Time, change plans.Change) {
	t.Helper()
	doc, err := invoice.Issue(invoice.IssueRequest{
		Account: m.account, ID: "inv-" + at.Format(time.RFC3339), At: at, Change: change, Policy: invoice.Standard(),
	})
	if err != nil {
		t.Fatalf("%s: %v", m.text, err)
	}
	m.account = doc.Account
	if doc.Invoice != nil {
		m.lines = append(m.lines, doc.Invoice.Lines...)
	}
}

// lacking returns the exact shortfall of the days before an instant, by day: each day belongs to the period of the
// charge that pays for it.
func (m *movedMinimum) lacking(until time.Time) decimal.Decimal {
	type measured struct {
		days, all int64
		net       decimal.Decimal
	}
	periods := map[string]*measured{}
	for _, c := range m.lines {
		own := periods[c.Period.String()]
		if own == nil {
			own = &measured{all: int64(c.Period.End.Sub(c.Period.Start) / (24 * time.Hour))}
			periods[c.Period.String()] = own
		}
		if c.Kind != plans.Shortfall {
			own.net = own.net.Add(c.Net)
		}
		if c.Kind != plans.Recurring {
			continue
		}
		for day := c.Span.Start; day.Before(c.Span.End) && day.Before(until); day = day.AddDate(0, 0, 1) {
			paid := true
			for _, k := range m.lines {
				paid = paid && (k.Corrects != c.ID || !k.Span.Contains(day))
			}
			if paid {
				own.days++
			}
		}
	}
	var sum decimal.Decimal
	for _, p := range periods {
		least := m.account.Contract.Minimum.Mul(decimal.NewFromInt(p.days)).DivRound(decimal.NewFromInt(p.all), 2)
		if p.days > 0 {
			sum = sum.Add(decimal.Max(least.Sub(p.net), decimal.Decimal{}))
		}
	}
	return sum
}

// shortfalls returns the billed shortfalls.
func (m *movedMinimum) shortfalls() (sum decimal.Decimal) {
	for _, c := range m.lines {
		if c.Kind == plans.Shortfall {
			sum = sum.Add(c.Net)
		}
	}
	return sum
}

// Three moves of the billing date bill the minimum of every day once: that of the first period, and that of the days
// which each move added.
func TestMinimumOfMovedDatesEnumerated(t *testing.T) {
	short.Skip(t)
	start := giventest.Instant("2026-11-01", nil)
	moves := []int{0, 1, 2, 4, 6, 8, 11, 13, 15, 17, 19, 21, 24, 27, 29, 30} // days from a change to the billing date; zero is no move
	ran, several := 0, 0
	for row := range len(moves) * len(moves) * len(moves) {
		contract := issueSeats("10", "89.00")
		contract.Minimum = giventest.Money("1000")
		m := &movedMinimum{account: invoice.Account{Contract: contract}}
		m.issue(t, start, plans.Change{})
		next := start.AddDate(0, 1, 0)
		for i, rest := 0, row; i < 3; i, rest = i+1, rest/len(moves) {
			at := start.AddDate(0, 0, 5+i*14)
			for !next.After(at) {
				m.issue(t, next, plans.Change{})
				next = next.AddDate(0, 1, 0)
			}
			days := moves[rest%len(moves)]
			if days == 0 {
				continue
			}
			to := at.AddDate(0, 0, days)
			m.text += " " + at.Format("01-02") + " to " + to.Format("01-02")
			if _, err := m.account.Contract.Changed(plans.Change{AnchorAt: to}, at); err != nil {
				continue // one interval after the end of the period
			}
			m.issue(t, at, plans.Change{AnchorAt: to})
			next = to
		}
		m.issue(t, next, plans.Change{})
		if got, want := m.shortfalls(), m.lacking(next); !got.Equal(want) {
			text := m.text
			for _, c := range m.lines {
				text += "\n" + c.Kind.String() + " " + c.Span.String() + " of " + c.Period.String() + ": " + c.Explain()
			}
			t.Fatalf("a shortfall of %v was billed, and %v is right:%s", got, want, text)
		}
		if ran++; m.shortfalls().GreaterThan(giventest.Money("110")) {
			several++
		}
	}
	if several == 0 {
		t.Error("no history has several shortfalls")
	}
	t.Logf("%d histories", ran)
}
