package credits_test

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// K5: a downgrade after payment gives a credit balance, which pays the next invoices, oldest grant first, until it is
// spent. It never gives a negative invoice or a refund.
func TestK5(t *testing.T) {
	// step is a change to a lower price, or an invoice.
	type step struct {
		at      string
		grant   string   // the surplus of a downgrade, with its instant as ID; "" is none
		due     string   // the amount due of an invoice; "" is none
		spent   []string // the payments
		rest    string   // the amount due in money
		balance string   // the balance afterward
	}
	for _, c := range []struct {
		name, why string
		steps     []step
	}{
		{
			"credit spent on the next invoice", "10 seats from 139.00 to 89.00 with 20 of 30 days left: 926.67 - 593.33 = 333.34, and 890.00 - 333.34 = 556.66",
			[]step{
				{at: "2026-11-11", grant: "333.34", balance: "333.34"},
				{at: "2026-12-01", due: "890.00", spent: []string{"2026-11-11 -333.34"}, rest: "556.66", balance: "0"},
				{at: "2027-01-01", due: "890.00", rest: "890.00", balance: "0"},
			},
		},
		{
			"credit spent on three invoices", "200.00 pay 89.00, 89.00 and 22.00 of the third invoice",
			[]step{
				{at: "2026-11-11", grant: "200.00", balance: "200.00"},
				{at: "2026-12-01", due: "89.00", spent: []string{"2026-11-11 -89"}, rest: "0", balance: "111.00"},
				{at: "2027-01-01", due: "89.00", spent: []string{"2026-11-11 -89"}, rest: "0", balance: "22.00"},
				{at: "2027-02-01", due: "89.00", spent: []string{"2026-11-11 -22"}, rest: "67.00", balance: "0"},
				{at: "2027-03-01", due: "89.00", rest: "89.00", balance: "0"},
			},
		},
		{
			"two downgrades, the oldest first", "the first invoice of 120.00 takes 100.00 and 20.00 of 60.00, and the next one the remaining 40.00",
			[]step{
				{at: "2026-11-11", grant: "100.00", balance: "100.00"},
				{at: "2026-11-21", grant: "60.00", balance: "160.00"},
				{at: "2026-12-01", due: "120.00", spent: []string{"2026-11-11 -100", "2026-11-21 -20"}, rest: "0", balance: "40.00"},
				{at: "2027-01-01", due: "120.00", spent: []string{"2026-11-21 -40"}, rest: "80.00", balance: "0"},
			},
		},
		{
			"a downgrade between invoices", "the rest of the older credit pays before the newer one",
			[]step{
				{at: "2026-11-11", grant: "100.00", balance: "100.00"},
				{at: "2026-12-01", due: "70.00", spent: []string{"2026-11-11 -70"}, rest: "0", balance: "30.00"},
				{at: "2026-12-11", grant: "50.00", balance: "80.00"},
				{at: "2027-01-01", due: "70.00", spent: []string{"2026-11-11 -30", "2026-12-11 -40"}, rest: "0", balance: "10.00"},
				{at: "2027-02-01", due: "70.00", spent: []string{"2026-12-11 -10"}, rest: "60.00", balance: "0"},
			},
		},
		{
			"an invoice of zero", "an invoice of zero spends no credit, and no credit is paid out",
			[]step{
				{at: "2026-11-11", grant: "100.00", balance: "100.00"},
				{at: "2026-12-01", due: "0.00", rest: "0", balance: "100.00"},
				{at: "2036-12-01", due: "100.00", spent: []string{"2026-11-11 -100"}, rest: "0", balance: "0"},
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var ledger []credits.Entry
			for _, s := range c.steps {
				at := giventest.Instant(s.at, nil)
				if s.grant != "" {
					ledger = append(ledger, grant(s.at, s.grant, s.at))
				}
				if s.due != "" {
					pays, rest, err := credits.Apply(ledger, credits.Due{Amount: giventest.Money(s.due), Currency: "USD", At: at, Ref: "inv " + s.at})
					if err != nil {
						t.Fatal(err)
					}
					var got []string
					for _, e := range pays {
						got = append(got, e.ID+" "+e.Amount.String())
					}
					if !slices.Equal(got, s.spent) {
						t.Errorf("on %s %q pays, want %q: %s", s.at, got, s.spent, c.why)
					}
					giventest.CheckMoney(t, "the amount due in money on "+s.at, rest, s.rest)
					ledger = append(ledger, pays...)
				}
				balance, err := credits.Balance(ledger, "USD", at)
				if err != nil {
					t.Fatal(err)
				}
				giventest.CheckMoney(t, "the balance on "+s.at, balance, s.balance)
			}
		})
	}
}

// K5: the surplus of a downgrade becomes balance and is not refunded, however much was paid.
func TestDowngradeIsNotRefunded(t *testing.T) {
	charge := sale{id: "inv-1/1", quantity: "10", unit: "139.00", period: november}.charge(t)
	out := applyRules(t, credits.RefundRequest{
		Request: credits.Request{Charges: []plans.Charge{charge}, At: giventest.Instant("2026-11-11", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2)},
		ID:      "inv-2", Rules: ruleForAll(credits.UnusedPart, credits.AsBalance), Paid: giventest.Money("1390.00"),
	})
	checkOutcome(t, out, outcome{credits: []string{"inv-1/1 proration_credit -926.67"}, grant: "926.67"}, "1390.00 x 20/30 is 926.666...")
}

// novemberCharges returns the paid charges of a customer for November: three seats at 15.00, a setup for 50.00, and an
// agent for 20.00.
func novemberCharges(t *testing.T) []plans.Charge {
	t.Helper()
	return []plans.Charge{
		sale{id: "inv-1/1", quantity: "3", unit: "15.00", period: november}.charge(t),
		sale{id: "inv-1/2", item: "setup", kind: plans.OneTime, quantity: "1", unit: "50.00", period: november}.charge(t),
		sale{id: "inv-1/3", item: "ai_agent", quantity: "1", unit: "20.00", period: november}.charge(t),
	}
}

// M9: a customer who cancels keeps access until the end and gets no refund for unused time. A special case is a
// separate act with its own lines, and the issued charges do not change.
func TestM9(t *testing.T) {
	nothing := ruleForAll(0, credits.AsNothing)
	for _, c := range []struct {
		name, why string
		at        string
		exception *credits.Exception
		item      string
		want      outcome
		lines     []string
	}{
		{name: "a cancellation on the first day", why: "M9: unused time is not refunded", at: "2026-11-01"},
		{name: "a cancellation on the 16th", why: "M9: unused time is not refunded", at: "2026-11-16"},
		{name: "a cancellation on the last day", why: "M9: unused time is not refunded", at: "2026-11-30"},
		{
			name: "a special case", why: "the unused half of 45.00, 50.00 and 20.00 is 57.50", at: "2026-11-16", exception: &credits.Exception{Give: credits.UnusedPart, As: credits.AsRefund, Reason: "paid twice by mistake"},
			want: outcome{credits: []string{"inv-1/3 proration_credit -10", "inv-1/2 proration_credit -25", "inv-1/1 proration_credit -22.5"}, refund: "57.50"},
			lines: []string{
				"ai_agent: 1 not used of inv-1/3, -20.00 x 15/30 days = -10.00",
				"setup: 1 not used of inv-1/2, -50.00 x 15/30 days = -25.00",
				"seat: 3 not used of inv-1/1, -45.00 x 15/30 days = -22.50",
			},
		},
		{
			name: "a special case for one item", why: "the agent is refunded in full, and no other item", at: "2026-11-16", exception: &credits.Exception{Give: credits.InFull, As: credits.AsRefund, Reason: "it never worked"}, item: "ai_agent",
			want:  outcome{credits: []string{"inv-1/3 refund -20"}, refund: "20"},
			lines: []string{"ai_agent: -20.00 of inv-1/3"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			charges := novemberCharges(t)
			d := credits.RefundRequest{
				Request: credits.Request{Charges: charges, Item: c.item, At: giventest.Instant(c.at, nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2)},
				ID:      "cn-1", Rules: nothing, Exception: c.exception, Paid: giventest.Money("115"),
			}
			out := applyRules(t, d)
			checkOutcome(t, out, c.want, c.why)
			if got := explanations(out.Credits); !slices.Equal(got, c.lines) {
				t.Errorf("the lines are %q, want %q: %s", got, c.lines, c.why)
			}

			// Afterward the rules still refund nothing, and a second exception refunds the rest.
			d.Charges = append(slices.Clone(charges), out.Credits...)
			d.Paid = d.Paid.Sub(out.Refund)
			d.Exception = nil
			checkOutcome(t, applyRules(t, d), outcome{}, "no refund")
			d.Item, d.Exception = "", &credits.Exception{Give: credits.InFull, As: credits.AsRefund, Reason: "the law says so"}
			rest := giventest.Money("115").Sub(out.Refund)
			if again := applyRules(t, d); !again.Refund.Equal(rest) {
				t.Errorf("the second exception refunds %v, want the remaining %v", again.Refund, rest)
			}
		})
	}
}

// M10: the rules state for each item and kind whether nothing, the unused part or all of it is refunded. An exception
// with a stated reason overrides them. The change is on the 16th of 30 days.
func TestM10(t *testing.T) {
	kind := func(kind plans.Kind, give credits.Extent, as credits.RefundAs) credits.RefundRule {
		return credits.RefundRule{Scope: plans.Scope{Kinds: []plans.Kind{kind}}, Give: give, As: as}
	}
	item := func(item string, give credits.Extent, as credits.RefundAs) credits.RefundRule {
		return credits.RefundRule{Scope: plans.Scope{Items: []string{item}}, Give: give, As: as}
	}
	rest := credits.RefundRule{As: credits.AsNothing}
	for _, c := range []struct {
		name, why string
		rules     []credits.RefundRule
		exception *credits.Exception
		paid      string
		want      outcome
	}{
		{name: "no refund of any item", why: "M10: payments are not refunded", rules: []credits.RefundRule{rest}, paid: "115"},
		{
			name: "the unused part of the agent", why: "M10: the terms of the agent allow it: 20.00 x 15/30", rules: []credits.RefundRule{item("ai_agent", credits.UnusedPart, credits.AsRefund), rest}, paid: "115",
			want: outcome{credits: []string{"inv-1/3 proration_credit -10"}, refund: "10"},
		},
		{
			name: "the agent in full", why: "a guarantee refunds 20.00, although half of it was used", rules: []credits.RefundRule{item("ai_agent", credits.InFull, credits.AsRefund), rest}, paid: "115",
			want: outcome{credits: []string{"inv-1/3 refund -20"}, refund: "20"},
		},
		{
			name: "by kind of charge", why: "the setup in full and the unused part of recurring items: 50.00, 22.50 and 10.00",
			rules: []credits.RefundRule{kind(plans.OneTime, credits.InFull, credits.AsRefund), kind(plans.Recurring, credits.UnusedPart, credits.AsRefund)}, paid: "115",
			want: outcome{credits: []string{"inv-1/3 proration_credit -10", "inv-1/2 refund -50", "inv-1/1 proration_credit -22.5"}, refund: "82.50"},
		},
		{
			name: "one item of a kind", why: "the first rule wins: the seats are refunded, and the agent is not",
			rules: []credits.RefundRule{item("ai_agent", 0, credits.AsNothing), kind(plans.Recurring, credits.UnusedPart, credits.AsRefund), rest}, paid: "115",
			want: outcome{credits: []string{"inv-1/1 proration_credit -22.5"}, refund: "22.50"},
		},
		{
			name: "charges paid in part by credit", why: "a refund is at most the paid money: 60.00 of 72.50, and 12.50 become balance again",
			rules: []credits.RefundRule{kind(plans.OneTime, credits.InFull, credits.AsRefund), item("seat", credits.UnusedPart, credits.AsRefund), rest}, paid: "60",
			want: outcome{credits: []string{"inv-1/2 refund -50", "inv-1/1 proration_credit -22.5"}, grant: "12.50", refund: "60"},
		},
		{
			name: "an exception", why: "the law of the customer's country grants a full refund within 14 days", rules: []credits.RefundRule{rest}, exception: &credits.Exception{Give: credits.InFull, As: credits.AsRefund, Reason: "right of withdrawal"}, paid: "115",
			want: outcome{credits: []string{"inv-1/3 refund -20", "inv-1/2 refund -50", "inv-1/1 refund -45"}, refund: "115"},
		},
		{
			name: "an exception as balance", why: "goodwill is balance, not money", rules: []credits.RefundRule{rest}, exception: &credits.Exception{Give: credits.UnusedPart, As: credits.AsBalance, Reason: "an outage"}, paid: "115",
			want: outcome{credits: []string{"inv-1/3 proration_credit -10", "inv-1/2 proration_credit -25", "inv-1/1 proration_credit -22.5"}, grant: "57.50"},
		},
		{
			name: "an exception without a refund", why: "the customer broke the terms", rules: []credits.RefundRule{kind(plans.Recurring, credits.UnusedPart, credits.AsRefund), rest}, exception: &credits.Exception{As: credits.AsNothing, Reason: "abuse"}, paid: "115",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := applyRules(t, credits.RefundRequest{
				Request: credits.Request{Charges: novemberCharges(t), At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2)},
				ID:      "cn-1", Rules: c.rules, Exception: c.exception, Paid: giventest.Money(c.paid),
			})
			checkOutcome(t, out, c.want, c.why)
			if c.exception != nil && out.Reason != c.exception.Reason {
				t.Errorf("the stated reason is %q", out.Reason)
			}
		})
	}
	_, err := credits.ApplyRefundRules(credits.RefundRequest{
		Request: credits.Request{Charges: novemberCharges(t), At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2)},
		ID:      "cn-1", Rules: []credits.RefundRule{rest}, Exception: &credits.Exception{Give: credits.InFull, As: credits.AsRefund}, Paid: decimal.New(115, 0),
	})
	giventest.CheckFaults(t, err, "exception.reason unset")
}
