package invoice_test

import (
	"strings"
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// Row M1: between an attempt and its result a payment is pending, however long that takes, and no other attempt begins.
func TestRowM1(t *testing.T) {
	rowEvents(t, []rowEvent{
		{kind: invoice.Attempted, id: "pix-1", at: "2026-11-01T10:00:00", phase: invoice.PhasePending, left: "890"},
		{kind: invoice.Attempted, id: "pix-2", at: "2026-11-01T10:05:00", phase: invoice.PhasePending, left: "890", refused: true},
		{kind: invoice.Voided, at: "2026-11-01T10:05:00", phase: invoice.PhasePending, left: "890", refused: true},
		{kind: invoice.Succeeded, id: "pix-1", at: "2026-11-01T10:15:00", phase: invoice.PhasePaid, left: "0"},
	})
}

// Row M13: a failed payment leaves the invoice open, and another method pays it; the invoice is never charged twice.
func TestRowM13(t *testing.T) {
	rowEvents(t, []rowEvent{
		{kind: invoice.Attempted, id: "card-1", at: "2026-11-01T10:00:00", phase: invoice.PhasePending, left: "890"},
		{kind: invoice.Failed, id: "card-1", at: "2026-11-01T10:01:00", phase: invoice.PhaseOverdue, left: "890"},
		{kind: invoice.Failed, id: "card-1", at: "2026-11-01T10:01:00", phase: invoice.PhaseOverdue, left: "890"},
		// another attempt needs its own ID
		{kind: invoice.Attempted, id: "card-1", at: "2026-11-01T10:02:00", phase: invoice.PhaseOverdue, left: "890", refused: true},
		{kind: invoice.Attempted, id: "paypal-1", at: "2026-11-02T10:00:00", phase: invoice.PhasePending, left: "890"},
		{kind: invoice.Attempted, id: "card-2", at: "2026-11-02T10:00:00", phase: invoice.PhasePending, left: "890", refused: true},
		{kind: invoice.Succeeded, id: "paypal-1", at: "2026-11-02T10:01:00", phase: invoice.PhasePaid, left: "0"},
		{kind: invoice.Attempted, id: "card-2", at: "2026-11-02T10:02:00", phase: invoice.PhasePaid, left: "0", refused: true},
		{kind: invoice.Succeeded, id: "card-1", at: "2026-11-02T10:03:00", phase: invoice.PhasePaid, left: "0", refused: true},
	})
}

// Row M6: seats that are added cost the rest of the term, until its end.
func TestRowM6(t *testing.T) {
	issueRow{
		why: "120 of 181 days: 2 x 15.00 x 6 = 180.00, of which 119.34", contract: issueTerm(issueSeats("10", "15.00"), "2026-11-01/2027-05-01", issueHalf(plans.UpFront)), policy: invoice.Standard(),
		days: []issueDay{
			{at: "2026-11-01", lines: []string{"recurring seat: 10 x 15.00 x 6 = 900.00"}, sums: "due 900.00"},
			{at: "2027-01-01", change: issueMore("2"), lines: []string{"proration_charge seat: 2 x 15.00 x 6, 180.00 x 120/181 days = 119.337..., rounded half up to 119.34"}, sums: "due 119.34"},
			{at: "2027-05-01", lines: []string{"recurring seat: 12 x 15.00 x 6 = 1080.00"}, sums: "due 1080.00"},
		},
	}.run(t)
}

// Row M9: a canceling customer is credited nothing for unused time; a manual refund is a separate document with its own
// line.
func TestRowM9(t *testing.T) {
	account := invoice.Account{Contract: issueTerm(issueSeats("10", "15.00"), "2026-11-01/2027-05-01", issueHalf(plans.UpFront))}
	signed, err := invoice.Issue(invoice.IssueRequest{Account: account, ID: "inv-1", At: giventest.Instant("2026-11-01", nil), Policy: invoice.Standard()})
	if err != nil {
		t.Fatal(err)
	}
	canceled, err := invoice.Issue(invoice.IssueRequest{
		Account: signed.Account, ID: "inv-2", At: giventest.Instant("2027-01-15", nil), Change: plans.Change{Cancel: true}, Paid: giventest.Money("900"), Policy: invoice.Standard(),
	})
	if err != nil || canceled.Invoice != nil || len(canceled.Ledger) > 0 {
		t.Fatalf("%v is credited: %v", canceled.Invoice, err)
	}
	paid, err := invoice.Apply(invoice.NewReceivable(*signed.Invoice), invoice.Event{Kind: invoice.Succeeded, ID: "card-1", At: giventest.Instant("2026-11-01", nil)})
	if err != nil {
		t.Fatal(err)
	}
	note, err := invoice.Credit(invoice.CreditRequest{
		ID: "note-1", At: giventest.Instant("2027-01-20", nil), Receivable: paid, Policy: invoice.Standard(), Lines: []invoice.LineAmount{{Line: "inv-1/1", Amount: giventest.Money("300")}}, Refund: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	lines, sums := issueText(&note.Invoice)
	if got, want := strings.Join(lines, "; ")+"; "+sums, "refund seat: -300.00 of inv-1/1; total -300.00, refund 300.00, due 0.00"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Row M10: payments are not refunded, unless the policy for the sold item says so, or an exception with a reason.
func TestRowM10(t *testing.T) {
	policy := issuePolicy(func(p *invoice.Policy) {
		p.Refunds = []credits.RefundRule{
			{Scope: plans.Scope{Items: []string{"ai_agent"}}, Give: credits.UnusedPart, As: credits.AsRefund},
			{Scope: plans.Scope{Kinds: []plans.Kind{plans.OneTime}}, Give: credits.InFull, As: credits.AsRefund},
			{As: credits.AsNothing},
		}
	})
	contract := issueSeats("10", "89.00")
	contract.Items = append(contract.Items, issueItem("ai_agent", "1", "20.00"))
	signed := issueDay{at: "2026-11-01", with: issueSetup, lines: []string{"recurring seat: 10 x 89.00 = 890.00", "recurring ai_agent: 1 x 20.00 = 20.00", "one_time setup: 50.00"}, sums: "due 960.00"}
	cancel := plans.Change{Cancel: true}
	for _, r := range []issueRow{
		{
			name: "by kind and item", why: "half of the agent, the whole setup, nothing of the seats", contract: contract, policy: policy,
			days: []issueDay{
				signed,
				{
					at: "2026-11-16", change: cancel, with: issuePaid("960"), sums: "total -60.00, refund 60.00, due 0.00",
					lines: []string{"refund setup: -50.00 of inv-1/3", "proration_credit ai_agent: 1 not used of inv-1/2, -20.00 x 15/30 days = -10.00"},
				},
			},
		},
		{
			name: "an exception", why: "the law requires a refund of the seats too; the exception states its reason", contract: contract, policy: policy,
			days: []issueDay{
				signed,
				{at: "2026-11-16", change: cancel, with: issueException("960", credits.Exception{Give: credits.InFull, As: credits.AsRefund}), faults: []string{"exception.reason unset"}},
				{
					at: "2026-11-16", change: cancel, with: issueException("960", credits.Exception{Give: credits.InFull, As: credits.AsRefund, Reason: "withdrawn within 14 days"}), sums: "total -960.00, refund 960.00, due 0.00",
					lines: []string{"refund setup: -50.00 of inv-1/3", "refund ai_agent: -20.00 of inv-1/2", "refund seat: -890.00 of inv-1/1"},
				},
			},
		},
		{
			name: "at most the paid amount", why: "only 40.00 of 960.00 were paid in money", contract: contract, policy: policy,
			days: []issueDay{
				signed,
				{
					at: "2026-11-16", change: cancel, with: issuePaid("40"), sums: "total -60.00, granted 20.00, refund 40.00, due 0.00",
					lines: []string{"refund setup: -50.00 of inv-1/3", "proration_credit ai_agent: 1 not used of inv-1/2, -20.00 x 15/30 days = -10.00"},
				},
			},
		},
	} {
		t.Run(r.name, r.run)
	}
}

// Row M11: the caller numbers the invoices without gaps, since an empty document has no number, and each line explains
// itself.
func TestRowM11(t *testing.T) {
	account := invoice.Account{Contract: issueSeats("10", "89.00")}
	var ids []string
	for _, day := range []struct {
		at     string
		change plans.Change
	}{
		{"2026-11-01", plans.Change{}}, {"2026-11-10", plans.Change{}}, {"2026-11-16", issueMore("2")}, {"2026-11-20", issueMore("-4")},
		{"2026-12-01", plans.Change{}}, {"2026-12-01", plans.Change{}}, {"2026-12-11", plans.Change{Plan: issuePlan("scale", "P1M", "139.00")}},
	} {
		doc, err := invoice.Issue(invoice.IssueRequest{Account: account, ID: "2026-" + string(rune('1'+len(ids))), At: giventest.Instant(day.at, nil), Change: day.change, Policy: invoice.Standard()})
		if err != nil {
			t.Fatal(err)
		}
		if account = doc.Account; doc.Invoice == nil {
			continue // the next invoice takes the number
		}
		ids = append(ids, doc.Invoice.ID)
		text := strings.Join(strings.Fields(doc.Invoice.Text()), " ")
		for i, line := range doc.Invoice.Lines {
			if want := doc.Invoice.ID + "/" + string(rune('1'+i)); line.ID != want {
				t.Errorf("line %q, want %q", line.ID, want)
			}
			if why := line.Explain(); !strings.Contains(why, " = ") || !strings.Contains(text, why) {
				t.Errorf("%q is not explained in\n%s", why, text)
			}
		}
	}
	if got, want := strings.Join(ids, " "), "2026-1 2026-2 2026-3 2026-4 2026-5"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
