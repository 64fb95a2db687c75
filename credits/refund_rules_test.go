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

// always gives back so much of everything, as one thing.
func always(give credits.Extent, as credits.RefundAs) []credits.RefundRule {
	return []credits.RefundRule{{Give: give, As: as}}
}

// bill is what a period of a contract costs.
func bill(period, total string, loc *time.Location) plans.Bill {
	p := giventest.Period(period, loc)
	return plans.Bill{At: p.Start, Lines: []plans.Charge{{Kind: plans.Recurring, Item: "seat", Currency: "USD", Period: p, Span: p, Net: giventest.Money(total)}}, Total: giventest.Money(total)}
}

// became is what became of charges, in short.
type became struct {
	credits []string // "charge kind net", the newest charge first
	grant   string   // "" is none
	refund  string   // "0" where left out
	days    int
}

func TestDispose(t *testing.T) {
	seats := sold{id: "s", quantity: "2", unit: "15.00", period: november}
	setup := sold{id: "o", item: "setup", kind: plans.OneTime, quantity: "1", unit: "50.00", period: november}
	agent := sold{id: "a", item: "ai_agent", quantity: "1", unit: "20.00", period: november}
	used := with(seats, func(s *sold) { s.id, s.period = "old", "2026-10-01/2026-11-01" })
	taxed := with(seats, func(s *sold) { s.tax = "20" })
	byKind := []credits.RefundRule{
		{Kinds: []plans.Kind{plans.OneTime}, As: credits.AsNothing},
		{Items: []string{"ai_agent"}, Give: credits.InFull, As: credits.AsRefund},
		{Kinds: []plans.Kind{plans.Recurring}, Give: credits.UnusedPart, As: credits.AsBalance},
	}
	for _, c := range []struct {
		name, why string
		billed    []sold
		before    []plans.Charge
		rules     []credits.RefundRule
		exception *credits.Exception
		item      string
		quantity  string
		paid      string
		next      plans.Bill
		mode      proration.RoundingMode
		want      became
	}{
		{
			name: "to the balance", why: "K5: 30.00 x 15/30 are owed, and pay later invoices", billed: []sold{seats}, rules: always(credits.UnusedPart, credits.AsBalance), paid: "30",
			want: became{credits: []string{"s proration_credit -15"}, grant: "15"},
		},
		{
			name: "to the balance, with tax", why: "the customer paid 36.00 for the month, so 18.00 for its half", billed: []sold{taxed}, rules: always(credits.UnusedPart, credits.AsBalance), paid: "36",
			want: became{credits: []string{"s proration_credit -15"}, grant: "18"},
		},
		{
			name: "as a refund", why: "M10: the unused part, paid back", billed: []sold{seats}, rules: always(credits.UnusedPart, credits.AsRefund), paid: "30",
			want: became{credits: []string{"s proration_credit -15"}, refund: "15"},
		},
		{
			name: "as a refund, with tax", why: "as above, with the tax that was paid", billed: []sold{taxed}, rules: always(credits.UnusedPart, credits.AsRefund), paid: "36",
			want: became{credits: []string{"s proration_credit -15"}, refund: "18"},
		},
		{
			name: "more than was paid", why: "who paid 10.00 in money, the rest out of the balance, gets 10.00 back; the rest is owed", billed: []sold{seats}, rules: always(credits.UnusedPart, credits.AsRefund), paid: "10",
			want: became{credits: []string{"s proration_credit -15"}, grant: "5", refund: "10"},
		},
		{
			name: "as much as was paid", why: "nothing is left to be owed", billed: []sold{seats}, rules: always(credits.UnusedPart, credits.AsRefund), paid: "15",
			want: became{credits: []string{"s proration_credit -15"}, refund: "15"},
		},
		{
			name: "nothing was paid", why: "a customer who paid nothing gets no money: all of it is owed", billed: []sold{seats}, rules: always(credits.UnusedPart, credits.AsRefund),
			want: became{credits: []string{"s proration_credit -15"}, grant: "15"},
		},
		{
			name: "as days", why: "15.00 at 62.00 for 31 days are 2.00 a day: 7.5 days, rounded half up to 8", billed: []sold{seats}, rules: always(credits.UnusedPart, credits.AsDays), paid: "30",
			next: bill(december, "62", nil), mode: proration.HalfUp, want: became{credits: []string{"s proration_credit -15"}, days: 8},
		},
		{
			name: "as whole days", why: "the mode decides: 7.5 days cut off are 7", billed: []sold{seats}, rules: always(credits.UnusedPart, credits.AsDays),
			next: bill(december, "62", nil), mode: proration.Down, want: became{credits: []string{"s proration_credit -15"}, days: 7},
		},
		{
			name: "as days of a dearer plan", why: "the same money is fewer days: 15.00 of 93.00 for 31 days are 5", billed: []sold{seats}, rules: always(credits.UnusedPart, credits.AsDays),
			next: bill(december, "93", nil), mode: proration.HalfUp, want: became{credits: []string{"s proration_credit -15"}, days: 5},
		},
		{
			name: "as days, with tax", why: "the tax was paid for the days: half a month at 2.00 a day before tax is 7.5 days, whatever the tax", billed: []sold{taxed}, rules: always(credits.UnusedPart, credits.AsDays),
			next: bill(december, "62", nil), mode: proration.HalfUp, want: became{credits: []string{"s proration_credit -15"}, days: 8},
		},
		{
			name: "less than a day", why: "15.00 of 3100.00 for 31 days round to nothing, and nothing is owed instead", billed: []sold{seats}, rules: always(credits.UnusedPart, credits.AsDays),
			next: bill(december, "3100", nil), mode: proration.HalfUp, want: became{credits: []string{"s proration_credit -15"}},
		},
		{
			name: "more than a period", why: "15.00 at 0.31 for 31 days are 1,500 days", billed: []sold{seats}, rules: always(credits.UnusedPart, credits.AsDays),
			next: bill(december, "0.31", nil), mode: proration.HalfUp, want: became{credits: []string{"s proration_credit -15"}, days: 1500},
		},
		{
			name: "as many days as there may be", why: "15.00 at 0.000465 for 31 days", billed: []sold{seats}, rules: always(credits.UnusedPart, credits.AsDays),
			next: bill(december, "0.000465", nil), mode: proration.HalfUp, want: became{credits: []string{"s proration_credit -15"}, days: 1_000_000},
		},
		{name: "nothing", why: "M9, K10: no refund of unused time", billed: []sold{seats}, rules: always(0, credits.AsNothing), paid: "30"},
		{
			name: "in full", why: "everything that was billed, whatever was used of it", billed: []sold{used, seats}, rules: always(credits.InFull, credits.AsRefund), paid: "60",
			want: became{credits: []string{"s refund -30", "old refund -30"}, refund: "60"},
		},
		{
			name: "in full, after credits", why: "law 3: what is not credited yet", billed: []sold{seats}, before: []plans.Charge{credit("s", "1", "-7.50"), credit("s", "0", "-2.50")}, rules: always(credits.InFull, credits.AsRefund), paid: "60",
			want: became{credits: []string{"s refund -20"}, refund: "20"},
		},
		{name: "in full, a second time", why: "law 12: doing it twice adds nothing", billed: []sold{seats}, before: []plans.Charge{credit("s", "0", "-30")}, rules: always(credits.InFull, credits.AsRefund), paid: "60"},
		{
			name: "in full, before it begins", why: "all of it", billed: []sold{with(seats, func(s *sold) { s.period = december })}, rules: always(credits.InFull, credits.AsBalance),
			want: became{credits: []string{"s refund -30"}, grant: "30"},
		},
		{name: "what is used up", why: "of last month nothing is unused", billed: []sold{used}, rules: always(credits.UnusedPart, credits.AsBalance)},
		{name: "all units credited before", why: "nothing is left", billed: []sold{seats}, before: []plans.Charge{credit("s", "2", "-15")}, rules: always(credits.UnusedPart, credits.AsBalance)},
		{name: "what is not used rounds to nothing", why: "a credit of nothing is not issued", billed: []sold{with(seats, func(s *sold) { s.quantity, s.unit = "1", "0.005" })}, rules: always(credits.UnusedPart, credits.AsBalance), before: []plans.Charge{credit("s", "0", "-0.01")}},
		{name: "what was free", why: "what cost nothing needs no rule", billed: []sold{with(seats, func(s *sold) { s.unit = "0" })}},
		{name: "nothing was billed", why: "who bought nothing is owed nothing"},
		{
			name: "by kind and item", why: "M10: the fee for the setup is kept, the agent is refunded, of the seats the unused part is owed", billed: []sold{seats, setup, agent}, rules: byKind, paid: "100",
			want: became{credits: []string{"a refund -20", "s proration_credit -15"}, grant: "15", refund: "20"},
		},
		{
			name: "the first rule wins", why: "a rule for all stands last", billed: []sold{seats, setup}, rules: append(always(credits.UnusedPart, credits.AsBalance), byKind...), paid: "100",
			want: became{credits: []string{"o proration_credit -25", "s proration_credit -15"}, grant: "40"},
		},
		{
			name: "a rule for kind and item", why: "both must match: the agent that was set up once is not the one that recurs", billed: []sold{agent, with(agent, func(s *sold) { s.id, s.kind = "b", plans.OneTime })},
			rules: append([]credits.RefundRule{{Kinds: []plans.Kind{plans.OneTime, plans.Usage}, Items: []string{"setup", "ai_agent"}, Give: credits.InFull, As: credits.AsBalance}}, always(0, credits.AsNothing)...),
			want:  became{credits: []string{"b refund -20"}, grant: "20"},
		},
		{
			name: "each as something else", why: "the refund is capped by what was paid for all, and the rest joins what is owed; the days are a matter of their own", billed: []sold{seats, setup, agent},
			rules: []credits.RefundRule{
				{Items: []string{"seat"}, Give: credits.UnusedPart, As: credits.AsBalance}, {Items: []string{"setup"}, Give: credits.InFull, As: credits.AsRefund},
				{Items: []string{"ai_agent"}, Give: credits.UnusedPart, As: credits.AsDays},
			},
			paid: "45", next: bill(december, "62", nil), mode: proration.HalfUp,
			want: became{credits: []string{"a proration_credit -10", "o refund -50", "s proration_credit -15"}, grant: "20", refund: "45", days: 5},
		},
		{
			name: "an exception", why: "M10: an override with a stated reason", billed: []sold{seats, setup}, rules: always(0, credits.AsNothing), paid: "80",
			exception: &credits.Exception{Give: credits.UnusedPart, As: credits.AsRefund, Reason: "an outage"},
			want:      became{credits: []string{"o proration_credit -25", "s proration_credit -15"}, refund: "40"},
		},
		{
			name: "an exception for one item", why: "as above, and of another item nothing comes back", billed: []sold{seats, setup}, rules: always(0, credits.AsNothing), paid: "80", item: "setup",
			exception: &credits.Exception{Give: credits.InFull, As: credits.AsBalance, Reason: "an outage"},
			want:      became{credits: []string{"o refund -50"}, grant: "50"},
		},
		{
			name: "an exception without rules", why: "a decision of its own", billed: []sold{seats}, exception: &credits.Exception{Give: credits.InFull, As: credits.AsRefund, Reason: "the law says so"}, paid: "30",
			want: became{credits: []string{"s refund -30"}, refund: "30"},
		},
		{
			name: "an exception of nothing", why: "it may also keep what the rules would give", billed: []sold{seats}, rules: always(credits.UnusedPart, credits.AsRefund), exception: &credits.Exception{As: credits.AsNothing, Reason: "fraud"}, paid: "30",
		},
		{
			name: "some units", why: "1 of 2 is no longer used: 15.00 x 15/30", billed: []sold{seats, setup}, rules: always(credits.UnusedPart, credits.AsBalance), item: "seat", quantity: "1",
			want: became{credits: []string{"s proration_credit -7.5"}, grant: "7.5"},
		},
		{
			name: "an item", why: "only its charges need a rule", billed: []sold{seats, setup}, rules: []credits.RefundRule{{Items: []string{"seat"}, Give: credits.UnusedPart, As: credits.AsBalance}}, item: "seat",
			want: became{credits: []string{"s proration_credit -15"}, grant: "15"},
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
			out := dispose(t, d)
			checkBecame(t, out, c.want, c.why)
			if c.exception != nil && out.Reason != c.exception.Reason || c.exception == nil && out.Reason != "" {
				t.Errorf("the reason is %q", out.Reason)
			}
			for _, e := range out.Entries {
				reason := out.Reason
				if reason == "" {
					reason = "unused charges"
				}
				if e.Kind != credits.Granted || e.ID != "cn-1" || e.Ref != "cn-1" || e.Currency != "USD" || !e.At.Equal(at) || e.Reason != reason {
					t.Errorf("the grant %+v does not say what it is", e)
				}
			}
		})
	}
}

// dispose decides what becomes of charges, and fails unless the request is as it was, and what comes out adds up: every credit
// is of a charge that was billed, and credits and taxes are the refund and the grants where there are no days.
func dispose(t *testing.T, d credits.RefundRequest) credits.RefundResult {
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
		t.Errorf("what is granted cannot be appended to a ledger: %v", err)
	}
	net, tax := total(out.Credits)
	given := out.Refund
	for _, e := range out.Entries {
		given = given.Add(e.Amount)
	}
	if owed := net.Add(tax).Neg(); given.GreaterThan(owed) || len(d.Next.Lines) == 0 && !given.Equal(owed) {
		t.Errorf("%v is given of credits and taxes of %v", given, owed)
	}
	if out.Refund.IsNegative() || out.Refund.GreaterThan(d.Paid) || out.Days < 0 {
		t.Errorf("%v of %v that was paid is paid back, and %d days given", out.Refund, d.Paid, out.Days)
	}
	return out
}

// checkBecame fails unless that became of the charges.
func checkBecame(t *testing.T, out credits.RefundResult, want became, why string) {
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

// What is given back in full takes all that is left of its discounts and taxes, whatever went back before.
func TestDisposeInFullWithTaxes(t *testing.T) {
	charge := sold{id: "s", quantity: "3", unit: "3.333333", off: "1", tax: "20", period: november}.charge(t)
	request := credits.Request{Charges: []plans.Charge{charge}, Item: "seat", Quantity: giventest.Money("1"), At: giventest.Instant("2026-11-01", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2)}
	request.Charges = append(request.Charges, unused(t, request)...)
	request.Item, request.Quantity = "", decimal.Decimal{}
	out := dispose(t, credits.RefundRequest{Request: request, ID: "cn-1", Rules: always(credits.InFull, credits.AsBalance)})
	credit := out.Credits[0]
	giventest.CheckMoney(t, "9.00 - 3.00", credit.Net, "-6")
	giventest.CheckMoney(t, "1.00 - 0.33 of the discount", credit.Discounts[0].Amount, "-0.67")
	giventest.CheckMoney(t, "1.80 - 0.60 of the tax", credit.Taxes[0].Amount, "-1.2")
	giventest.CheckMoney(t, "the grant", out.Entries[0].Amount, "7.2")
	if got, want := credit.Explain(), "seat: -6.00 of s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if out.Entries[0].Source != "s" || credit.Plan != "growth" || credit.Item != "seat" || !credit.Span.Equal(charge.Span) || !credit.Quantity.IsZero() {
		t.Errorf("%+v and %+v do not say what they are", out.Entries[0], credit)
	}
}

// Days are counted on the customer's calendar: March in New York has 31 of them, although one has 23 hours.
func TestDisposeDaysOnTheCalendar(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	charge := sold{id: "s", quantity: "1", unit: "28.00", period: "2027-02-01/2027-03-01", location: newYork}.charge(t)
	d := credits.RefundRequest{
		Request: credits.Request{Charges: []plans.Charge{charge}, At: giventest.Instant("2027-02-15", newYork), CreditBasis: proration.OnBilled, Policy: proration.Standard(2), Location: newYork},
		Rules:   always(credits.UnusedPart, credits.AsDays), Next: bill("2027-03-01/2027-04-01", "62.00", newYork), DayMode: proration.HalfDown,
	}
	if out := dispose(t, d); out.Days != 7 { // 14.00 at 2.00 a day
		t.Errorf("got %d days", out.Days)
	}
}

func TestDisposeRefused(t *testing.T) {
	money := giventest.Money
	for _, c := range []struct {
		name, why string
		edit      func(*credits.RefundRequest)
		want      []string
	}{
		{"no rule", "law 13: what becomes of a charge is not guessed", func(d *credits.RefundRequest) { d.Rules = nil }, []string{"rules unset"}},
		{"no rule for it", "as above", func(d *credits.RefundRequest) { d.Rules[0].Items = []string{"phone"} }, []string{"rules unset"}},
		{"no rule for its kind", "as above", func(d *credits.RefundRequest) { d.Rules[0].Kinds = []plans.Kind{plans.Usage, plans.OneTime} }, []string{"rules unset"}},
		{"no rule for what is used up", "as above: nobody knows yet that nothing comes of it", func(d *credits.RefundRequest) { d.Rules, d.At = nil, giventest.Instant("2026-12-24", nil) }, []string{"rules unset"}},
		{"a rule of nothing", "law 13", func(d *credits.RefundRequest) { d.Rules[0] = credits.RefundRule{} }, []string{"rules[0].as unset", "rules[0].give unset"}},
		{"a rule that does not say how much", "law 13", func(d *credits.RefundRequest) { d.Rules[0].Give = 0 }, []string{"rules[0].give unset"}},
		{"a rule that does not say as what", "law 13", func(d *credits.RefundRequest) { d.Rules[0].As = 0 }, []string{"rules[0].as unset"}},
		{"a rule that does not exist", "law 14", func(d *credits.RefundRequest) { d.Rules[0].As, d.Rules[0].Give = 5, 3 }, []string{"rules[0].as invalid", "rules[0].give invalid"}},
		{"so much of nothing as does not exist", "law 14, although nothing is given", func(d *credits.RefundRequest) { d.Rules[0] = credits.RefundRule{Give: 3, As: credits.AsNothing} }, []string{"rules[0].give invalid"}},
		{"a rule for no kind", "law 14", func(d *credits.RefundRequest) { d.Rules[0].Kinds = []plans.Kind{plans.Recurring, 0, 99} }, []string{"rules[0].kinds[1].kind unset", "rules[0].kinds[2].kind invalid"}},
		{"an exception without a reason", "M10: an override has a stated reason", func(d *credits.RefundRequest) {
			d.Exception = &credits.Exception{Give: credits.InFull, As: credits.AsRefund}
		}, []string{"exception.reason unset"}},
		{"an exception of nothing in particular", "law 13", func(d *credits.RefundRequest) { d.Exception = &credits.Exception{} }, []string{"exception.as unset", "exception.give unset", "exception.reason unset"}},
		{"an exception that does not exist", "law 14", func(d *credits.RefundRequest) { d.Exception = &credits.Exception{Give: 9, As: 9, Reason: "an outage"} }, []string{"exception.as invalid", "exception.give invalid"}},
		{"a grant without an ID", "what is spent is spent of a grant", func(d *credits.RefundRequest) { d.ID = "" }, []string{"id unset"}},
		{"a negative payment", "who paid less than nothing?", func(d *credits.RefundRequest) { d.Paid = money("-1") }, []string{"paid invalid"}},
		{"a payment beyond the limits", "law 14", func(d *credits.RefundRequest) { d.Paid = decimal.New(1, 1<<31-1) }, []string{"paid limit"}},
		{"charges in two currencies", "law 7: they do not add up", func(d *credits.RefundRequest) {
			d.Charges = append(d.Charges, sold{id: "e", quantity: "1", unit: "9.00", period: november, currency: "EUR"}.charge(t))
		}, []string{"charges[1].currency invalid"}},
		{"a part of a quantity in full", "what is given back in full is not given back in part", func(d *credits.RefundRequest) {
			d.Item, d.Quantity, d.Rules[0].Give = "seat", money("1"), credits.InFull
		}, []string{"quantity invalid"}},
		{"days without a price", "a day is worth what the next period costs", func(d *credits.RefundRequest) { d.Rules[0].As, d.DayMode = credits.AsDays, proration.HalfUp }, []string{"next unset"}},
		{"days of a free period", "15.00 of nothing is for ever", func(d *credits.RefundRequest) {
			d.Rules[0].As, d.DayMode, d.Next = credits.AsDays, proration.HalfUp, bill(december, "0", nil)
		}, []string{"next unset"}},
		{"days without a mode", "law 13", func(d *credits.RefundRequest) { d.Rules[0].As, d.Next = credits.AsDays, bill(december, "62", nil) }, []string{"day_mode unset"}},
		{"days without either", "law 14: both", func(d *credits.RefundRequest) { d.Rules[0].As = credits.AsDays }, []string{"next unset", "day_mode unset"}},
		{"days of a price beyond the limits", "law 14", func(d *credits.RefundRequest) {
			d.Rules[0].As, d.DayMode, d.Next = credits.AsDays, proration.HalfUp, bill(december, "1e39", nil)
		}, []string{"next.total limit"}},
		{"too many days", "law 14: 15.00 of 0.0004649 for 31 days are 1,000,215", func(d *credits.RefundRequest) {
			d.Rules[0].As, d.DayMode, d.Next = credits.AsDays, proration.HalfUp, bill(december, "0.0004649", nil)
		}, []string{"next.total limit"}},
		{"days of no period", "how many days has it?", func(d *credits.RefundRequest) {
			d.Rules[0].As, d.DayMode, d.Next = credits.AsDays, proration.HalfUp, bill("/", "62", nil)
		}, []string{"next.lines[0].period unset", "next.lines[0].span unset"}},
		{"days of another calendar", "an offset does not say on which calendar days are counted", func(d *credits.RefundRequest) {
			d.Rules[0].As, d.DayMode, d.Next = credits.AsDays, proration.HalfUp, bill(december, "62", giventest.Zone(t, "America/New_York"))
		}, []string{"next.lines[0].period zone", "next.lines[0].span zone"}},
		{"more than was bought", "those of Unused", func(d *credits.RefundRequest) { d.Item, d.Quantity = "seat", money("3") }, []string{"quantity invalid"}},
		{"all at once", "law 14", func(d *credits.RefundRequest) {
			d.At, d.CreditBasis, d.Rules[0].As, d.Paid = time.Time{}, 0, 0, money("-1")
			d.Exception = &credits.Exception{Give: credits.InFull, As: credits.AsRefund}
		}, []string{"at unset", "credit_basis unset", "rules[0].as unset", "exception.reason unset", "paid invalid"}},
		{"two charges, each without a rule", "law 14", func(d *credits.RefundRequest) {
			d.Rules, d.Charges = nil, append(d.Charges, sold{id: "o", quantity: "1", unit: "9.00", period: november}.charge(t))
		}, []string{"rules unset", "rules unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := credits.RefundRequest{
				Request: credits.Request{
					Charges: []plans.Charge{sold{id: "s", quantity: "2", unit: "15.00", period: november}.charge(t)},
					At:      giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
				},
				ID: "cn-1", Rules: always(credits.UnusedPart, credits.AsBalance), Paid: money("30"),
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

// No ID is asked of a grant that there is not.
func TestDisposeWithoutGrant(t *testing.T) {
	d := credits.RefundRequest{
		Request: credits.Request{
			Charges: []plans.Charge{sold{id: "s", quantity: "2", unit: "15.00", period: november}.charge(t)},
			At:      giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
		},
		Rules: always(credits.UnusedPart, credits.AsRefund), Paid: giventest.Money("30"),
	}
	if out := dispose(t, d); out.Entries != nil {
		t.Errorf("got %+v", out.Entries)
	}
}

// A stored decision gives the same again, and what came of it can be stored.
func TestDisposeStored(t *testing.T) {
	d := credits.RefundRequest{
		Request: credits.Request{
			Charges: []plans.Charge{sold{id: "s", quantity: "2", unit: "15.00", period: november, tax: "20"}.charge(t)},
			At:      giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
		},
		ID: "cn-1", Rules: []credits.RefundRule{{Kinds: []plans.Kind{plans.Recurring}, Items: []string{"seat"}, Give: credits.UnusedPart, As: credits.AsNothing}},
		Exception: &credits.Exception{Give: credits.UnusedPart, As: credits.AsRefund, Reason: "an outage"}, Paid: giventest.Money("10"),
		Next: bill(december, "62", nil), DayMode: proration.HalfUp,
	}
	first := dispose(t, d)
	stored := giventest.CheckRoundTrip(t, d)
	if got, want := giventest.JSON(t, dispose(t, stored)), giventest.JSON(t, first); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	giventest.CheckRoundTrip(t, first)
	rule := `{"kinds":["recurring"],"items":["seat"],"give":"unused_part","as":"nothing"}`
	if got := giventest.JSON(t, d.Rules[0]); got != rule {
		t.Errorf("got  %s\nwant %s", got, rule)
	}
	if got, want := giventest.JSON(t, credits.RefundRule{As: credits.AsNothing}), `{"as":"nothing"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
