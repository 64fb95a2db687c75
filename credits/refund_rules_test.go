package credits_test

import (
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// ruleForAll returns one rule for every charge.
func ruleForAll(give credits.Extent, as credits.RefundAs) []credits.RefundRule {
	return []credits.RefundRule{{Give: give, As: as}}
}

// bill returns the bill for a period of a contract.
func bill(period, total string, loc *time.Location) plans.Bill {
	p := giventest.Period(period, loc)
	return plans.Bill{At: p.Start, Lines: []plans.Charge{{Kind: plans.Recurring, Item: "seat", Currency: "USD", Period: p, Span: p, Net: giventest.Money(total)}}, Total: giventest.Money(total)}
}

// outcome is the short form of a RefundResult.
type outcome struct {
	credits []string // "charge kind net", the newest charge first
	grant   string   // "" is none
	refund  string   // "" is "0"
	days    int
}

func TestApplyRefundRules(t *testing.T) {
	seats := sale{id: "s", quantity: "2", unit: "15.00", period: november}
	setup := sale{id: "o", item: "setup", kind: plans.OneTime, quantity: "1", unit: "50.00", period: november}
	agent := sale{id: "a", item: "ai_agent", quantity: "1", unit: "20.00", period: november}
	used := with(seats, func(s *sale) { s.id, s.period = "old", "2026-10-01/2026-11-01" })
	taxed := with(seats, func(s *sale) { s.tax = "20" })
	byKind := []credits.RefundRule{
		{Scope: plans.Scope{Kinds: []plans.Kind{plans.OneTime}}, As: credits.AsNothing},
		{Scope: plans.Scope{Items: []string{"ai_agent"}}, Give: credits.InFull, As: credits.AsRefund},
		{Scope: plans.Scope{Kinds: []plans.Kind{plans.Recurring}}, Give: credits.UnusedPart, As: credits.AsBalance},
	}
	for _, c := range []struct {
		name, why string
		billed    []sale
		before    []plans.Charge
		rules     []credits.RefundRule
		exception *credits.Exception
		item      string
		quantity  string
		paid      string
		next      plans.Bill
		mode      proration.RoundingMode
		want      outcome
	}{
		{
			name: "as balance", why: "K5: 30.00 x 15/30 become balance, which pays later invoices", billed: []sale{seats}, rules: ruleForAll(credits.UnusedPart, credits.AsBalance), paid: "30",
			want: outcome{credits: []string{"s proration_credit -15"}, grant: "15"},
		},
		{
			name: "as balance, with tax", why: "the customer paid 36.00 for the month, so that half of it is 18.00", billed: []sale{taxed}, rules: ruleForAll(credits.UnusedPart, credits.AsBalance), paid: "36",
			want: outcome{credits: []string{"s proration_credit -15"}, grant: "18"},
		},
		{
			name: "as a refund", why: "M10: the unused part is refunded", billed: []sale{seats}, rules: ruleForAll(credits.UnusedPart, credits.AsRefund), paid: "30",
			want: outcome{credits: []string{"s proration_credit -15"}, refund: "15"},
		},
		{
			name: "as a refund, with tax", why: "M10: the unused part is refunded with its tax", billed: []sale{taxed}, rules: ruleForAll(credits.UnusedPart, credits.AsRefund), paid: "36",
			want: outcome{credits: []string{"s proration_credit -15"}, refund: "18"},
		},
		{
			name: "a refund above the paid money", why: "a customer who paid 10.00 in money and the rest by credit gets 10.00 in money and the rest as balance", billed: []sale{seats}, rules: ruleForAll(credits.UnusedPart, credits.AsRefund), paid: "10",
			want: outcome{credits: []string{"s proration_credit -15"}, grant: "5", refund: "10"},
		},
		{
			name: "a refund of the paid money", why: "no rest becomes balance", billed: []sale{seats}, rules: ruleForAll(credits.UnusedPart, credits.AsRefund), paid: "15",
			want: outcome{credits: []string{"s proration_credit -15"}, refund: "15"},
		},
		{
			name: "a refund without paid money", why: "a customer who paid no money gets balance instead of a refund", billed: []sale{seats}, rules: ruleForAll(credits.UnusedPart, credits.AsRefund),
			want: outcome{credits: []string{"s proration_credit -15"}, grant: "15"},
		},
		{
			name: "as days", why: "15.00 at 62.00 for 31 days are 2.00 a day: 7.5 days, rounded half up to 8", billed: []sale{seats}, rules: ruleForAll(credits.UnusedPart, credits.AsDays), paid: "30",
			next: bill(december, "62", nil), mode: proration.HalfUp, want: outcome{credits: []string{"s proration_credit -15"}, days: 8},
		},
		{
			name: "as days, rounded down", why: "the mode decides the rounding: 7.5 days become 7", billed: []sale{seats}, rules: ruleForAll(credits.UnusedPart, credits.AsDays),
			next: bill(december, "62", nil), mode: proration.Down, want: outcome{credits: []string{"s proration_credit -15"}, days: 7},
		},
		{
			name: "as days of a more expensive plan", why: "the same money buys fewer days: 15.00 of 93.00 for 31 days are 5", billed: []sale{seats}, rules: ruleForAll(credits.UnusedPart, credits.AsDays),
			next: bill(december, "93", nil), mode: proration.HalfUp, want: outcome{credits: []string{"s proration_credit -15"}, days: 5},
		},
		{
			name: "as days, with tax", why: "days are computed before tax: half a month at 2.00 a day is 7.5 days", billed: []sale{taxed}, rules: ruleForAll(credits.UnusedPart, credits.AsDays),
			next: bill(december, "62", nil), mode: proration.HalfUp, want: outcome{credits: []string{"s proration_credit -15"}, days: 8},
		},
		{
			name: "as less than a day", why: "15.00 of 3100.00 for 31 days round to zero days, and no balance replaces them", billed: []sale{seats}, rules: ruleForAll(credits.UnusedPart, credits.AsDays),
			next: bill(december, "3100", nil), mode: proration.HalfUp, want: outcome{credits: []string{"s proration_credit -15"}},
		},
		{
			name: "as days of more than a period", why: "15.00 at 0.31 for 31 days are 1,500 days", billed: []sale{seats}, rules: ruleForAll(credits.UnusedPart, credits.AsDays),
			next: bill(december, "0.31", nil), mode: proration.HalfUp, want: outcome{credits: []string{"s proration_credit -15"}, days: 1500},
		},
		{
			name: "as the most days", why: "15.00 at 0.000465 for 31 days are the limit of days", billed: []sale{seats}, rules: ruleForAll(credits.UnusedPart, credits.AsDays),
			next: bill(december, "0.000465", nil), mode: proration.HalfUp, want: outcome{credits: []string{"s proration_credit -15"}, days: 1_000_000},
		},
		{name: "as nothing", why: "M9, K10: unused time is not refunded", billed: []sale{seats}, rules: ruleForAll(0, credits.AsNothing), paid: "30"},
		{
			name: "in full", why: "the whole billed amount is refunded, including used time", billed: []sale{used, seats}, rules: ruleForAll(credits.InFull, credits.AsRefund), paid: "60",
			want: outcome{credits: []string{"s refund -30", "old refund -30"}, refund: "60"},
		},
		{
			name: "in full, after credits", why: "law 3: the uncredited rest is refunded", billed: []sale{seats}, before: []plans.Charge{credit("s", "1", "-7.50"), credit("s", "0", "-2.50")}, rules: ruleForAll(credits.InFull, credits.AsRefund), paid: "60",
			want: outcome{credits: []string{"s refund -20"}, refund: "20"},
		},
		{name: "in full, a second time", why: "law 12: repeating the refund adds nothing", billed: []sale{seats}, before: []plans.Charge{credit("s", "0", "-30")}, rules: ruleForAll(credits.InFull, credits.AsRefund), paid: "60"},
		{
			name: "in full, before the charge begins", why: "the whole charge is credited", billed: []sale{with(seats, func(s *sale) { s.period = december })}, rules: ruleForAll(credits.InFull, credits.AsBalance),
			want: outcome{credits: []string{"s refund -30"}, grant: "30"},
		},
		{name: "a past charge", why: "last month is used up", billed: []sale{used}, rules: ruleForAll(credits.UnusedPart, credits.AsBalance)},
		{name: "all units credited before", why: "no unit remains", billed: []sale{seats}, before: []plans.Charge{credit("s", "2", "-15")}, rules: ruleForAll(credits.UnusedPart, credits.AsBalance)},
		{name: "an unused part that rounds to zero", why: "a credit of zero is not issued", billed: []sale{with(seats, func(s *sale) { s.quantity, s.unit = "1", "0.005" })}, rules: ruleForAll(credits.UnusedPart, credits.AsBalance), before: []plans.Charge{credit("s", "0", "-0.01")}},
		{name: "a free charge", why: "a free charge needs no rule", billed: []sale{with(seats, func(s *sale) { s.unit = "0" })}},
		{name: "no charge", why: "a customer without charges gets no credit"},
		{
			name: "by kind and item", why: "M10: the setup is not refunded, the agent is refunded in full, and the unused part of the seats becomes balance", billed: []sale{seats, setup, agent}, rules: byKind, paid: "100",
			want: outcome{credits: []string{"a refund -20", "s proration_credit -15"}, grant: "15", refund: "20"},
		},
		{
			name: "the first rule wins", why: "a rule for all charges belongs at the end of the list", billed: []sale{seats, setup}, rules: append(ruleForAll(credits.UnusedPart, credits.AsBalance), byKind...), paid: "100",
			want: outcome{credits: []string{"o proration_credit -25", "s proration_credit -15"}, grant: "40"},
		},
		{
			name: "a rule for kind and item", why: "both must match: the one-time agent is credited, and the recurring one is not", billed: []sale{agent, with(agent, func(s *sale) { s.id, s.kind = "b", plans.OneTime })},
			rules: append([]credits.RefundRule{{Scope: plans.Scope{Kinds: []plans.Kind{plans.OneTime, plans.Usage}, Items: []string{"setup", "ai_agent"}}, Give: credits.InFull, As: credits.AsBalance}}, ruleForAll(0, credits.AsNothing)...),
			want:  outcome{credits: []string{"b refund -20"}, grant: "20"},
		},
		{
			name: "a rule for a plan", why: "M10: the rule of another plan does not apply to the charges of this one", billed: []sale{seats}, paid: "30",
			rules: []credits.RefundRule{
				{Scope: plans.Scope{Plans: []string{"scale"}}, Give: credits.InFull, As: credits.AsRefund},
				{Scope: plans.Scope{Plans: []string{"growth"}}, Give: credits.UnusedPart, As: credits.AsBalance},
			},
			want: outcome{credits: []string{"s proration_credit -15"}, grant: "15"},
		},
		{
			name: "each item in another form", why: "the refund is at most the paid money, and its rest becomes balance; days are separate", billed: []sale{seats, setup, agent},
			rules: []credits.RefundRule{
				{Scope: plans.Scope{Items: []string{"seat"}}, Give: credits.UnusedPart, As: credits.AsBalance}, {Scope: plans.Scope{Items: []string{"setup"}}, Give: credits.InFull, As: credits.AsRefund},
				{Scope: plans.Scope{Items: []string{"ai_agent"}}, Give: credits.UnusedPart, As: credits.AsDays},
			},
			paid: "45", next: bill(december, "62", nil), mode: proration.HalfUp,
			want: outcome{credits: []string{"a proration_credit -10", "o refund -50", "s proration_credit -15"}, grant: "20", refund: "45", days: 5},
		},
		{
			name: "an exception", why: "M10: an exception with a stated reason overrides the rules", billed: []sale{seats, setup}, rules: ruleForAll(0, credits.AsNothing), paid: "80",
			exception: &credits.Exception{Give: credits.UnusedPart, As: credits.AsRefund, Reason: "an outage"},
			want:      outcome{credits: []string{"o proration_credit -25", "s proration_credit -15"}, refund: "40"},
		},
		{
			name: "an exception for one item", why: "M10: the exception affects no other item", billed: []sale{seats, setup}, rules: ruleForAll(0, credits.AsNothing), paid: "80", item: "setup",
			exception: &credits.Exception{Give: credits.InFull, As: credits.AsBalance, Reason: "an outage"},
			want:      outcome{credits: []string{"o refund -50"}, grant: "50"},
		},
		{
			name: "an exception without rules", why: "an exception needs no rules", billed: []sale{seats}, exception: &credits.Exception{Give: credits.InFull, As: credits.AsRefund, Reason: "the law says so"}, paid: "30",
			want: outcome{credits: []string{"s refund -30"}, refund: "30"},
		},
		{
			name: "an exception without a refund", why: "an exception can refuse the refund of the rules", billed: []sale{seats}, rules: ruleForAll(credits.UnusedPart, credits.AsRefund), exception: &credits.Exception{As: credits.AsNothing, Reason: "fraud"}, paid: "30",
		},
		{
			name: "some units", why: "1 of 2 seats is removed: 15.00 x 15/30", billed: []sale{seats, setup}, rules: ruleForAll(credits.UnusedPart, credits.AsBalance), item: "seat", quantity: "1",
			want: outcome{credits: []string{"s proration_credit -7.5"}, grant: "7.5"},
		},
		{
			name: "one item", why: "only the charges of the item need a rule", billed: []sale{seats, setup}, rules: []credits.RefundRule{{Scope: plans.Scope{Items: []string{"seat"}}, Give: credits.UnusedPart, As: credits.AsBalance}}, item: "seat",
			want: outcome{credits: []string{"s proration_credit -15"}, grant: "15"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := giventest.Instant("2026-11-16", nil)
			d := credits.RefundRequest{
				Request: credits.Request{Item: c.item, At: at, CreditBasis: proration.OnBilled, Policy: proration.Standard(2)},
				ID:      "cn-1", Rules: c.rules, Exception: c.exception, Next: c.next, DayMode: c.mode,
			}
			if c.quantity != "" {
				d.Quantity = giventest.Money(c.quantity)
			}
			if c.paid != "" {
				d.Paid = giventest.Money(c.paid)
			}
			for _, s := range c.billed {
				d.Charges = append(d.Charges, s.charge(t))
			}
			d.Charges = append(d.Charges, c.before...)
			out := applyRules(t, d)
			checkOutcome(t, out, c.want, c.why)
			if c.exception != nil && out.Reason != c.exception.Reason || c.exception == nil && out.Reason != "" {
				t.Errorf("the reason is %q", out.Reason)
			}
			for _, e := range out.Entries {
				reason := out.Reason
				if reason == "" {
					reason = "unused charges"
				}
				if e.Kind != credits.Granted || e.ID != "cn-1" || e.Ref != "cn-1" || e.Currency != "USD" || !e.At.Equal(at) || e.Reason != reason {
					t.Errorf("the grant %+v does not have the expected fields", e)
				}
			}
		})
	}
}

// applyRules calls ApplyRefundRules. It fails if the request is modified or the result is inconsistent: refund and
// grants must add up to the credits and their taxes, unless days are credited, and the refund is at most the paid
// money.
func applyRules(t *testing.T, d credits.RefundRequest) credits.RefundResult {
	t.Helper()
	before := giventest.JSON(t, d)
	out, err := credits.ApplyRefundRules(d)
	if err != nil {
		t.Fatal(err)
	}
	if after := giventest.JSON(t, d); after != before {
		t.Errorf("the request is now %s", after)
	}
	if err := credits.Validate(out.Entries); err != nil {
		t.Errorf("the grants are not a valid ledger: %v", err)
	}
	net, tax := total(out.Credits)
	paidOut := out.Refund
	for _, e := range out.Entries {
		paidOut = paidOut.Add(e.Amount)
	}
	if owed := net.Add(tax).Neg(); paidOut.GreaterThan(owed) || len(d.Next.Lines) == 0 && !paidOut.Equal(owed) {
		t.Errorf("the refund and the grants are %v of credits and taxes of %v", paidOut, owed)
	}
	if out.Refund.IsNegative() || out.Refund.GreaterThan(d.Paid) || out.Days < 0 {
		t.Errorf("the refund is %v of the paid %v, and the days are %d", out.Refund, d.Paid, out.Days)
	}
	return out
}

// checkOutcome fails unless the result has the outcome.
func checkOutcome(t *testing.T, out credits.RefundResult, want outcome, why string) {
	t.Helper()
	var got []string
	for _, c := range out.Credits {
		got = append(got, c.Corrects+" "+c.Kind.String()+" "+c.Net.String())
	}
	if !slices.Equal(got, want.credits) {
		t.Errorf("the credits are %q, want %q: %s", got, want.credits, why)
	}
	grant, refund := "0", want.refund
	if want.grant != "" {
		grant = want.grant
	}
	if refund == "" {
		refund = "0"
	}
	var granted decimal.Decimal
	for _, e := range out.Entries {
		granted = granted.Add(e.Amount)
	}
	giventest.CheckMoney(t, "the grant", granted, grant)
	giventest.CheckMoney(t, "the refund", out.Refund, refund)
	if len(out.Entries) > 1 || out.Days != want.days {
		t.Errorf("%d grants and %d days, want %d: %s", len(out.Entries), out.Days, want.days, why)
	}
}

// A refund in full includes the remaining discounts and taxes after earlier credits.
func TestFullRefundTakesTheRemainingTaxes(t *testing.T) {
	charge := sale{id: "s", quantity: "3", unit: "3.333333", discount: "1", tax: "20", period: november}.charge(t)
	request := credits.Request{Charges: []plans.Charge{charge}, Item: "seat", Quantity: giventest.Money("1"), At: giventest.Instant("2026-11-01", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2)}
	request.Charges = append(request.Charges, unused(t, request)...)
	request.Item, request.Quantity = "", decimal.Decimal{}
	out := applyRules(t, credits.RefundRequest{Request: request, ID: "cn-1", Rules: ruleForAll(credits.InFull, credits.AsBalance)})
	credit := out.Credits[0]
	giventest.CheckMoney(t, "9.00 - 3.00", credit.Net, "-6")
	giventest.CheckMoney(t, "1.00 - 0.33 of the discount", credit.Discounts[0].Amount, "-0.67")
	giventest.CheckMoney(t, "1.80 - 0.60 of the tax", credit.Taxes[0].Amount, "-1.2")
	giventest.CheckMoney(t, "the grant", out.Entries[0].Amount, "7.2")
	if got, want := credit.Explain(), "seat: -6.00 of s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if out.Entries[0].Source != "s" || credit.Plan != "growth" || credit.Item != "seat" || !credit.Span.Equal(charge.Span) || !credit.Quantity.IsZero() {
		t.Errorf("%+v and %+v do not have the expected fields", out.Entries[0], credit)
	}
}

// Credited days follow the calendar of the customer: March in New York has 31 days, although one of them has 23 hours.
func TestCreditedDaysFollowTheCalendar(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	charge := sale{id: "s", quantity: "1", unit: "28.00", period: "2027-02-01/2027-03-01", location: newYork}.charge(t)
	d := credits.RefundRequest{
		Request: credits.Request{Charges: []plans.Charge{charge}, At: giventest.Instant("2027-02-15", newYork), CreditBasis: proration.OnBilled, Policy: proration.Standard(2), Location: newYork},
		Rules:   ruleForAll(credits.UnusedPart, credits.AsDays), Next: bill("2027-03-01/2027-04-01", "62.00", newYork), DayMode: proration.HalfDown,
	}
	if out := applyRules(t, d); out.Days != 7 { // 14.00 at 2.00 a day
		t.Errorf("got %d days", out.Days)
	}
}

func TestApplyRefundRulesRefused(t *testing.T) {
	money := giventest.Money
	for _, c := range []struct {
		name, why string
		edit      func(*credits.RefundRequest)
		want      []string
	}{
		{"no rule", "law 13: without a rule the result is not guessed", func(d *credits.RefundRequest) { d.Rules = nil }, []string{"rules unset"}},
		{"no rule for the item", "law 13: every charge needs a rule", func(d *credits.RefundRequest) { d.Rules[0].Items = []string{"phone"} }, []string{"rules unset"}},
		{"no rule for the kind", "law 13: every charge needs a rule", func(d *credits.RefundRequest) { d.Rules[0].Kinds = []plans.Kind{plans.Usage, plans.OneTime} }, []string{"rules unset"}},
		{"no rule for a past charge", "law 13: a charge needs a rule, although its unused part is zero", func(d *credits.RefundRequest) { d.Rules, d.At = nil, giventest.Instant("2026-12-24", nil) }, []string{"rules unset"}},
		{"an empty rule", "law 13: extent and form decide an amount", func(d *credits.RefundRequest) { d.Rules[0] = credits.RefundRule{} }, []string{"rules[0].as unset", "rules[0].give unset"}},
		{"a rule without an extent", "law 13: the extent decides an amount", func(d *credits.RefundRequest) { d.Rules[0].Give = 0 }, []string{"rules[0].give unset"}},
		{"a rule without a form", "law 13: the form decides an amount", func(d *credits.RefundRequest) { d.Rules[0].As = 0 }, []string{"rules[0].as unset"}},
		{"a rule with unknown values", "law 14: values must be known", func(d *credits.RefundRequest) { d.Rules[0].As, d.Rules[0].Give = 5, 3 }, []string{"rules[0].as invalid", "rules[0].give invalid"}},
		{"an unknown extent without a refund", "law 14: the extent must be known, although the rule refunds nothing", func(d *credits.RefundRequest) { d.Rules[0] = credits.RefundRule{Give: 3, As: credits.AsNothing} }, []string{"rules[0].give invalid"}},
		{"a rule for a time that is no length", "law 14: an interval is valid", func(d *credits.RefundRequest) { d.Rules[0].Within = proration.Interval{Months: -1} }, []string{"rules[0].within invalid"}},
		{"a rule for unset and unknown kinds", "law 14: kinds must be known", func(d *credits.RefundRequest) { d.Rules[0].Kinds = []plans.Kind{plans.Recurring, 0, 99} }, []string{"rules[0].kinds[1] unset", "rules[0].kinds[2] invalid"}},
		{"an exception without a reason", "M10: an exception states its reason", func(d *credits.RefundRequest) {
			d.Exception = &credits.Exception{Give: credits.InFull, As: credits.AsRefund}
		}, []string{"exception.reason unset"}},
		{"an empty exception", "law 13: extent and form decide an amount", func(d *credits.RefundRequest) { d.Exception = &credits.Exception{} }, []string{"exception.as unset", "exception.give unset", "exception.reason unset"}},
		{"an exception with unknown values", "law 14: values must be known", func(d *credits.RefundRequest) { d.Exception = &credits.Exception{Give: 9, As: 9, Reason: "an outage"} }, []string{"exception.as invalid", "exception.give invalid"}},
		{"a grant without an ID", "every payment names its grant", func(d *credits.RefundRequest) { d.ID = "" }, []string{"id unset"}},
		{"a negative payment", "the paid money is never negative", func(d *credits.RefundRequest) { d.Paid = money("-1") }, []string{"paid invalid"}},
		{"a payment beyond the limits", "law 14: amounts are limited", func(d *credits.RefundRequest) { d.Paid = decimal.New(1, 1<<31-1) }, []string{"paid limit"}},
		{"charges in two currencies", "law 7: amounts in two currencies do not add up", func(d *credits.RefundRequest) {
			d.Charges = append(d.Charges, sale{id: "e", quantity: "1", unit: "9.00", period: november, currency: "EUR"}.charge(t))
		}, []string{"charges[1].currency invalid"}},
		{"a quantity in full", "a full refund has no quantity", func(d *credits.RefundRequest) {
			d.Item, d.Quantity, d.Rules[0].Give = "seat", money("1"), credits.InFull
		}, []string{"quantity invalid"}},
		{"days without a price", "the price of the next period decides the price of a day", func(d *credits.RefundRequest) { d.Rules[0].As, d.DayMode = credits.AsDays, proration.HalfUp }, []string{"next unset"}},
		{"days of a free period", "15.00 of a free period would be endless", func(d *credits.RefundRequest) {
			d.Rules[0].As, d.DayMode, d.Next = credits.AsDays, proration.HalfUp, bill(december, "0", nil)
		}, []string{"next unset"}},
		{"days without a mode", "law 13: the mode decides the rounding", func(d *credits.RefundRequest) { d.Rules[0].As, d.Next = credits.AsDays, bill(december, "62", nil) }, []string{"day_mode unset"}},
		{"days without a price and a mode", "law 14: both faults are reported", func(d *credits.RefundRequest) { d.Rules[0].As = credits.AsDays }, []string{"next unset", "day_mode unset"}},
		{"days of a price beyond the limits", "law 14: amounts are limited", func(d *credits.RefundRequest) {
			d.Rules[0].As, d.DayMode, d.Next = credits.AsDays, proration.HalfUp, bill(december, "1e39", nil)
		}, []string{"next.total limit"}},
		{"too many days", "law 14: 15.00 of 0.0004649 for 31 days are 1,000,215", func(d *credits.RefundRequest) {
			d.Rules[0].As, d.DayMode, d.Next = credits.AsDays, proration.HalfUp, bill(december, "0.0004649", nil)
		}, []string{"next.total limit"}},
		{"days of an unset period", "the period decides the number of days", func(d *credits.RefundRequest) {
			d.Rules[0].As, d.DayMode, d.Next = credits.AsDays, proration.HalfUp, bill("/", "62", nil)
		}, []string{"next.lines[0].period unset", "next.lines[0].span unset"}},
		{"days of another calendar", "an offset names no calendar", func(d *credits.RefundRequest) {
			d.Rules[0].As, d.DayMode, d.Next = credits.AsDays, proration.HalfUp, bill(december, "62", giventest.Zone(t, "America/New_York"))
		}, []string{"next.lines[0].period zone", "next.lines[0].span zone"}},
		{"more units than billed", "the faults of Unused are reported", func(d *credits.RefundRequest) { d.Item, d.Quantity = "seat", money("3") }, []string{"quantity invalid"}},
		{"every fault", "law 14: every fault is reported", func(d *credits.RefundRequest) {
			d.At, d.CreditBasis, d.Rules[0].As, d.Paid = time.Time{}, 0, 0, money("-1")
			d.Exception = &credits.Exception{Give: credits.InFull, As: credits.AsRefund}
		}, []string{"at unset", "credit_basis unset", "rules[0].as unset", "exception.reason unset", "paid invalid"}},
		{"two charges without a rule", "law 14: every fault is reported", func(d *credits.RefundRequest) {
			d.Rules, d.Charges = nil, append(d.Charges, sale{id: "o", quantity: "1", unit: "9.00", period: november}.charge(t))
		}, []string{"rules unset", "rules unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := credits.RefundRequest{
				Request: credits.Request{
					Charges: []plans.Charge{sale{id: "s", quantity: "2", unit: "15.00", period: november}.charge(t)},
					At:      giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
				},
				ID: "cn-1", Rules: ruleForAll(credits.UnusedPart, credits.AsBalance), Paid: money("30"),
			}
			c.edit(&d)
			out, err := credits.ApplyRefundRules(d)
			giventest.CheckFaults(t, err, c.want...)
			if out.Credits != nil || out.Entries != nil || !out.Refund.IsZero() || out.Days != 0 || out.Reason != "" {
				t.Errorf("got %+v with the error: %s", out, c.why)
			}
		})
	}
}

// A result without a grant needs no ID.
func TestRefundWithoutGrantNeedsNoID(t *testing.T) {
	d := credits.RefundRequest{
		Request: credits.Request{
			Charges: []plans.Charge{sale{id: "s", quantity: "2", unit: "15.00", period: november}.charge(t)},
			At:      giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
		},
		Rules: ruleForAll(credits.UnusedPart, credits.AsRefund), Paid: giventest.Money("30"),
	}
	if out := applyRules(t, d); out.Entries != nil {
		t.Errorf("got %+v", out.Entries)
	}
}

// A stored request gives the same result, and the result can be stored.
func TestRefundRequestIsStored(t *testing.T) {
	d := credits.RefundRequest{
		Request: credits.Request{
			Charges: []plans.Charge{sale{id: "s", quantity: "2", unit: "15.00", period: november, tax: "20"}.charge(t)},
			At:      giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
		},
		ID: "cn-1", Rules: []credits.RefundRule{{Scope: plans.Scope{Kinds: []plans.Kind{plans.Recurring}, Items: []string{"seat"}}, Give: credits.UnusedPart, As: credits.AsNothing}},
		Exception: &credits.Exception{Give: credits.UnusedPart, As: credits.AsRefund, Reason: "an outage"}, Paid: giventest.Money("10"),
		Next: bill(december, "62", nil), DayMode: proration.HalfUp,
	}
	first := applyRules(t, d)
	stored := giventest.CheckRoundTrip(t, d)
	if got, want := giventest.JSON(t, applyRules(t, stored)), giventest.JSON(t, first); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	giventest.CheckRoundTrip(t, first)
	rule := `{"items":["seat"],"kinds":["recurring"],"give":"unused_part","as":"nothing"}`
	if got := giventest.JSON(t, d.Rules[0]); got != rule {
		t.Errorf("got  %s\nwant %s", got, rule)
	}
	if got, want := giventest.JSON(t, credits.RefundRule{As: credits.AsNothing}), `{"as":"nothing"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
