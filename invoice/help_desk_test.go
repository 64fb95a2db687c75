package invoice_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// rowAnnual is an annual contract billed up front, at a monthly price less 10 %.
func rowAnnual(quantity, unit string) plans.Contract {
	c := issueTerm(issueSeats(quantity, unit), "2026-11-01/2027-11-01", plans.Term{
		Length: giventest.Interval("P1Y"), Percent: giventest.Money("10"), Billing: plans.UpFront, Renewal: plans.Renew,
	})
	c.Discounts = []plans.Discount{{
		ID: "term P1Y from 2026-11-01", Percent: giventest.Money("10"), Duration: plans.Forever, From: c.Terms[0].Period.Start, Until: c.Terms[0].Period.End,
	}}
	return c
}

// Row K3a: seats added to a monthly contract cost the rest of the month now, and next month all seats in full.
func TestRowK3a(t *testing.T) {
	for _, r := range []issueRow{
		{
			name: "two batches", why: "178.00 x 15/30 = 89.00 and 89.00 x 5/30 = 14.83, a line each; then 13 x 89.00", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-16", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 15/30 days = 89.00"}, sums: "due 89.00"},
				{at: "2026-11-26", change: issueMore("1"), lines: []string{"proration_charge seat: 1 x 89.00, 89.00 x 5/30 days = 14.833..., rounded half up to 14.83"}, sums: "due 14.83"},
				{at: "2026-12-01", lines: []string{"recurring seat: 13 x 89.00 = 1157.00"}, sums: "due 1157.00"},
			},
		},
		{
			name: "on the last day", why: "178.00 x 1/30 = 5.93", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
			days: []issueDay{
				issueTenSeats,
				{at: "2026-11-30", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 89.00, 178.00 x 1/30 days = 5.933..., rounded half up to 5.93"}, sums: "due 5.93"},
				{at: "2026-12-01", lines: []string{"recurring seat: 12 x 89.00 = 1068.00"}, sums: "due 1068.00"},
			},
		},
	} {
		t.Run(r.name, r.run)
	}
}

// Row K3b: seats added to an annual contract cost the rest of the contract.
func TestRowK3b(t *testing.T) {
	issueRow{
		why: "181 of 365 days from May 4 on: 2 x 15.00 x 12 = 360.00, of which 178.52, less 10 %; then all seats for the next year", contract: rowAnnual("10", "15.00"), policy: invoice.Standard(),
		days: []issueDay{
			{at: "2026-11-01", lines: []string{"recurring seat: 10 x 15.00 x 12 = 1800.00, less 10 % 180.00 = 1620.00"}, sums: "due 1620.00"},
			{at: "2027-05-04", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 15.00 x 12, 360.00 x 181/365 days = 178.520..., rounded half up to 178.52, less 10 % 17.85 = 160.67"}, sums: "due 160.67"},
			{at: "2027-10-01"},
			{at: "2027-11-01", lines: []string{"recurring seat: 12 x 15.00 x 12 = 2160.00, less 10 % 216.00 = 1944.00"}, sums: "due 1944.00"},
		},
	}.run(t)
}

// Row K4: an upgrade after payment costs the difference for the rest of the paid period, and the higher rate from the
// next period on.
func TestRowK4(t *testing.T) {
	issueRow{
		why: "1390.00 x 10/30 less 890.00 x 10/30: 463.33 less 296.67", contract: issueSeats("10", "89.00"), policy: invoice.Standard(),
		days: []issueDay{
			issueTenSeats,
			{
				at: "2026-11-21", change: plans.Change{Plan: issuePlan("scale", "P1M", "139.00")}, sums: "due 166.66",
				lines: []string{
					"proration_credit seat: 10 not used of inv-1/1, -890.00 x 10/30 days = -296.666..., rounded half up to -296.67",
					"proration_charge seat: 10 x 139.00, 1390.00 x 10/30 days = 463.333..., rounded half up to 463.33",
				},
			},
			{at: "2026-12-01", lines: []string{"recurring seat: 10 x 139.00 = 1390.00"}, sums: "due 1390.00"},
		},
	}.run(t)
}

// Row K5: a downgrade after payment becomes credit, which pays the next invoices, the oldest credit first, until it is
// spent. No invoice is negative.
func TestRowK5(t *testing.T) {
	down := func(unit string) plans.Change { return plans.Change{Plan: issuePlan("growth", "P1M", unit)} }
	issueRow{
		why: "1390.00 x 20/30 less 290.00 x 20/30 = 733.34, then 290.00 x 10/30 less 90.00 x 10/30 = 66.67: December and January take 90.00 each of the first credit", contract: issueSeats("10", "139.00"), policy: invoice.Standard(),
		days: []issueDay{
			{at: "2026-11-01", lines: []string{"recurring seat: 10 x 139.00 = 1390.00"}, sums: "due 1390.00"},
			{
				at: "2026-11-11", change: down("29.00"), sums: "total -733.34, granted 733.34, due 0.00",
				lines: []string{
					"proration_credit seat: 10 not used of inv-1/1, -1390.00 x 20/30 days = -926.666..., rounded half up to -926.67",
					"proration_charge seat: 10 x 29.00, 290.00 x 20/30 days = 193.333..., rounded half up to 193.33",
				},
			},
			{
				at: "2026-11-21", change: down("9.00"), sums: "total -66.67, granted 66.67, due 0.00",
				lines: []string{
					"proration_credit seat: 10 not used of inv-2/2, -193.33 x 10/20 days = -96.665, rounded half up to -96.67",
					"proration_charge seat: 10 x 9.00, 90.00 x 10/30 days = 30.00",
				},
			},
			{at: "2026-12-01", lines: []string{"recurring seat: 10 x 9.00 = 90.00"}, sums: "total 90.00, spent -90.00, due 0.00"},
			{at: "2027-01-01", change: plans.Change{}, with: rowUsage("700.00"), lines: []string{"recurring seat: 10 x 9.00 = 90.00", "usage message: 700.00"}, sums: "total 790.00, spent -643.34, spent -66.67, due 79.99"},
			{at: "2027-02-01", lines: []string{"recurring seat: 10 x 9.00 = 90.00"}, sums: "due 90.00"},
		},
	}.run(t)
}

// rowUsage is a usage charge.
func rowUsage(net string) func(*invoice.IssueRequest) {
	return func(o *invoice.IssueRequest) {
		o.Lines = []plans.Charge{{Kind: plans.Usage, Plan: "growth", Item: "message", Currency: "USD", Net: giventest.Money(net)}}
	}
}

// Row K8: an annual contract is due in full after signing, at its discounted rate; a monthly one on the first day of
// each contract month.
func TestRowK8(t *testing.T) {
	for _, c := range []struct {
		name, why string
		contract  plans.Contract
		at        []string // the days of the calls, from the first to the last
		want      []string // the due dates and amounts
	}{
		{
			"annual", "15.00 x 10 x 12 less 10 %, once a year", rowAnnual("10", "15.00"),
			[]string{"2026-11-01", "2026-12-01", "2027-10-31", "2027-11-01", "2028-11-01"}, []string{"2026-11-01 1620.00", "2027-11-01 1620.00", "2028-11-01 1620.00"},
		},
		{
			"monthly, signed on the 17th", "the first day of the contract's month is the 17th", func() plans.Contract {
				c := issueSeats("10", "15.00")
				c.Cycle = giventest.Cycle("2026-11-17", "P1M", time.UTC)
				return c
			}(),
			[]string{"2026-11-17", "2026-12-01", "2026-12-16", "2026-12-17", "2027-01-17"}, []string{"2026-11-17 150.00", "2026-12-17 150.00", "2027-01-17 150.00"},
		},
		{
			"monthly, signed on the 31st", "law 6: the last day of a shorter month", func() plans.Contract {
				c := issueSeats("10", "15.00")
				c.Cycle = giventest.Cycle("2027-01-31", "P1M", time.UTC)
				return c
			}(),
			[]string{"2027-01-31", "2027-02-27", "2027-02-28", "2027-03-28", "2027-03-31"}, []string{"2027-01-31 150.00", "2027-02-28 150.00", "2027-03-31 150.00"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			account := invoice.Account{Contract: c.contract}
			var got []string
			for _, day := range c.at {
				at := giventest.Instant(day, nil)
				doc, err := invoice.Issue(invoice.IssueRequest{Account: account, ID: "inv " + day, At: at, DueAt: at.AddDate(0, 0, 14), Policy: invoice.Standard()})
				if err != nil {
					t.Fatal(err)
				}
				if account = doc.Account; doc.Invoice != nil {
					got = append(got, day+" "+doc.Invoice.AmountDue.StringFixed(2))
					if by := "Amount due by " + at.AddDate(0, 0, 14).Format(time.DateOnly); !strings.Contains(doc.Invoice.Text(), by) {
						t.Errorf("no %q in\n%s", by, doc.Invoice.Text())
					}
				}
			}
			if strings.Join(got, ", ") != strings.Join(c.want, ", ") {
				t.Errorf("got %q, want %q: %s", got, c.want, c.why)
			}
		})
	}
}

// rowEvent is an event of a receivable, with the expected phase.
type rowEvent struct {
	kind    invoice.EventKind
	id, at  string
	phase   invoice.Phase
	left    string // the outstanding amount
	refused bool
}

// rowInvoice is the invoice of November.
func rowInvoice(t *testing.T) invoice.Invoice {
	t.Helper()
	doc, err := invoice.Issue(invoice.IssueRequest{
		Account: invoice.Account{Contract: issueSeats("10", "89.00")}, ID: "inv-1", At: giventest.Instant("2026-11-01", nil), Policy: invoice.Standard(),
		Contact: invoice.Contact{Name: "Ada Lovelace", Email: "ada@example.com"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return *doc.Invoice
}

// rowEvents applies events to the receivable of the invoice of November in turn.
func rowEvents(t *testing.T, events []rowEvent) invoice.Receivable {
	t.Helper()
	inv := rowInvoice(t)
	r := invoice.NewReceivable(inv)
	for i, e := range events {
		next, err := invoice.Apply(r, invoice.Event{Kind: e.kind, ID: e.id, At: giventest.Instant(e.at, nil)})
		var refusal *plans.Refusal
		switch {
		case e.refused && errors.As(err, &refusal):
		case e.refused || err != nil:
			t.Fatalf("event %d, %v: %v", i, e.kind, err)
		default:
			r = next
		}
		if r.Phase != e.phase {
			t.Errorf("after event %d, %v, the phase is %v, want %v", i, e.kind, r.Phase, e.phase)
		}
		giventest.CheckMoney(t, "the outstanding amount after "+e.kind.String(), r.Outstanding(), e.left)
		if err := r.Match(inv); err != nil {
			t.Errorf("after event %d: %v", i, err)
		}
	}
	return r
}

// Row K9: an invoice is issued, the card is charged, an approved payment closes the invoice, and the contact gets a
// copy marked paid.
func TestRowK9(t *testing.T) {
	inv := rowInvoice(t)
	if created := invoice.NewReceivable(inv); created.Phase != invoice.PhaseOpen {
		t.Errorf("a new invoice is %v", created.Phase)
	}
	paid := rowEvents(t, []rowEvent{
		{kind: invoice.Attempted, id: "card-1", at: "2026-11-01T00:01:00", phase: invoice.PhasePending, left: "890"},
		{kind: invoice.Succeeded, id: "card-1", at: "2026-11-01T00:02:00", phase: invoice.PhasePaid, left: "0"},
		// a provider may report it twice
		{kind: invoice.Succeeded, id: "card-1", at: "2026-11-01T00:02:00", phase: invoice.PhasePaid, left: "0"},
		{kind: invoice.Attempted, id: "card-2", at: "2026-11-02", phase: invoice.PhasePaid, left: "0", refused: true},
	})
	if status := paid.Phase.Status(); status != "paid" {
		t.Errorf("the invoice is %s", status)
	}
	want := `Invoice inv-1, 2026-11-01, USD
  Ada Lovelace
  ada@example.com
  growth, recurring, 2026-11-01 until 2026-12-01                        890.00
    seat: 10 x 89.00 = 890.00
  Amount due                                                            890.00
`
	if got := inv.Text(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
