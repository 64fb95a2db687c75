package proration_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

// changeRow is a change in words: by days, half up to cents, the day being the new side's.
type changeRow struct {
	name, why                     string
	at, billed, span              string // billed and span "" are nothing billed
	credited, price, period       string
	next, nextPeriod, end         string // next "" is a cancellation
	basis                         proration.Basis
	side                          proration.Side
	credit, charge, net           string
	capped                        bool
	creditExplained, netExplained string
}

func (row changeRow) change() proration.Change {
	amount := func(text string) decimal.Decimal {
		if text == "" {
			return decimal.Decimal{}
		}
		return money(text)
	}
	policy := proration.Standard(2)
	if row.side != 0 {
		policy.ChangeDay = row.side
	}
	c := proration.Change{
		At: instant(row.at, nil),
		Billed: proration.Billed{
			Amount: amount(row.billed), Span: span(row.span, nil), Credited: amount(row.credited),
			Price: amount(row.price), Period: span(row.period, nil),
		},
		Basis: row.basis, Policy: policy,
	}
	if row.next != "" {
		c.Next = &proration.Next{Price: amount(row.next), Period: span(row.nextPeriod, nil), End: instant(row.end, nil)}
	}
	return c
}

var changes = []changeRow{
	{
		name: "an upgrade in the middle", why: "K4: credit for the unused part, charge for the rest at the new rate; Stripe's figures",
		at: "2024-04-16", billed: "10", span: "2024-04-01/2024-05-01", next: "20", nextPeriod: "2024-04-01/2024-05-01", basis: proration.OnBilled,
		credit: "-5", charge: "10", net: "5", creditExplained: "-10.00 x 15/30 days = -5.00",
		netExplained: "credit -10.00 x 15/30 days = -5.00; charge 20.00 x 15/30 days = 10.00; net 5.00",
	},
	{
		name: "a downgrade", why: "K5: what is left over becomes a credit",
		at: "2024-04-16", billed: "20", span: "2024-04-01/2024-05-01", next: "10", nextPeriod: "2024-04-01/2024-05-01", basis: proration.OnBilled,
		credit: "-10", charge: "5", net: "-5",
	},
	{
		name: "a cancellation", why: "Kill Bill's figures", at: "2012-03-05", billed: "249.95", span: "2012-03-02/2012-04-02", basis: proration.OnBilled,
		credit: "-225.76", charge: "0", net: "-225.76",
	},
	{
		name: "a first purchase", why: "nothing was billed, so nothing is credited and no basis is needed",
		at: "2024-04-16", next: "20", nextPeriod: "2024-04-01/2024-05-01", credit: "0", charge: "10", net: "10",
	},
	{
		name: "nothing to nothing", why: "it costs nothing", at: "2024-04-16", credit: "0", charge: "0", net: "0",
	},
	{
		name: "a customer who paid nothing", why: "nothing comes back of nothing; a peer credits 13.33",
		at: "2024-04-11", billed: "0", span: "2024-04-01/2024-05-01", price: "20", basis: proration.OnPrice, credit: "0", charge: "0", net: "0", capped: true,
		creditExplained: "-20.00 x 20/30 days = -13.333..., of which 0.00 was left",
	},
	{
		name: "credited before", why: "never more than what was billed less what was credited",
		at: "2024-01-12", billed: "10", span: "2024-01-01/2024-02-01", credited: "8", basis: proration.OnBilled,
		credit: "-2", charge: "0", net: "-2", capped: true, creditExplained: "-10.00 x 20/31 days = -6.451..., of which -2.00 was left",
	},
	{
		name: "all of it credited", at: "2024-01-12", billed: "10", span: "2024-01-01/2024-02-01", credited: "10", basis: proration.OnBilled,
		credit: "0", charge: "0", net: "0", capped: true,
	},
	{
		name: "just enough left", at: "2024-01-12", billed: "10", span: "2024-01-01/2024-02-01", credited: "3.55", basis: proration.OnBilled,
		credit: "-6.45", charge: "0", net: "-6.45",
	},
	{
		name: "a stub by what was billed", why: "the unused share of what it paid for, 10 of 20 days",
		at: "2024-01-22", billed: "60", span: "2024-01-12/2024-02-01", period: "2024-01-01/2024-02-01", basis: proration.OnBilled,
		credit: "-30", charge: "0", net: "-30", creditExplained: "-60.00 x 10/20 days = -30.00",
	},
	{
		name: "a stub by the price", why: "the unused share of the whole period, 10 of 31 days",
		at: "2024-01-22", billed: "60", span: "2024-01-12/2024-02-01", period: "2024-01-01/2024-02-01", price: "93", basis: proration.OnPrice,
		credit: "-30", charge: "0", net: "-30", creditExplained: "-93.00 x 10/31 days = -30.00",
	},
	{
		name: "discounted at billing", why: "by the price more would come back than was billed; Lago caps it",
		at: "2024-01-02", billed: "50", span: "2024-01-01/2024-02-01", price: "100", basis: proration.OnPrice,
		credit: "-50", charge: "0", net: "-50", capped: true,
	},
	{
		name: "at the first instant", why: "all of it comes back", at: "2024-01-01", billed: "99.99", span: "2024-01-01/2024-02-01", basis: proration.OnBilled,
		credit: "-99.99", charge: "0", net: "-99.99",
	},
	{
		name: "on the last day, which the old side keeps", at: "2024-01-31T12:00:00", billed: "99.99", span: "2024-01-01/2024-02-01", basis: proration.OnBilled, side: proration.OldSide,
		next: "200", nextPeriod: "2024-01-01/2024-02-01", credit: "0", charge: "0", net: "0",
	},
	{
		name: "to another period", why: "from a month to a year that begins with the change",
		at: "2024-01-16", billed: "31", span: "2024-01-01/2024-02-01", next: "300", nextPeriod: "2024-01-16/2025-01-16", basis: proration.OnBilled,
		credit: "-16", charge: "300", net: "284",
	},
	{
		name: "until before the end of the period", at: "2024-01-11", next: "31", nextPeriod: "2024-01-01/2024-02-01", end: "2024-01-21",
		credit: "0", charge: "10", net: "10",
	},
	{
		name: "billed in more places than are kept", why: "rounding up gives back no more than was billed",
		at: "2024-01-01", billed: "10.005", span: "2024-01-01/2024-02-01", basis: proration.OnBilled,
		credit: "-10", charge: "0", net: "-10", capped: true,
	},
	{
		name: "amounts of 30 digits", why: "both lines are exact at any length",
		at: "2024-04-16", billed: "100000000000000000000000000000.01", span: "2024-04-01/2024-05-01", credited: "0.01", next: "0.1", nextPeriod: "2024-04-01/2024-05-01", basis: proration.OnBilled,
		credit: "-50000000000000000000000000000.01", charge: "0.05", net: "-49999999999999999999999999999.96",
	},
}

func TestAdjust(t *testing.T) {
	for _, row := range changes {
		t.Run(row.name, func(t *testing.T) {
			c := row.change()
			a := adjust(t, c)
			giventest.CheckMoney(t, "the credit", a.Credit.Amount, row.credit)
			giventest.CheckMoney(t, "the charge", a.Charge.Amount, row.charge)
			giventest.CheckMoney(t, "the net", a.Net, row.net)
			if a.Credit.Capped != row.capped || a.Charge.Capped {
				t.Errorf("the credit is capped: %v, the charge: %v", a.Credit.Capped, a.Charge.Capped)
			}
			if got := a.Credit.Explain(); row.creditExplained != "" && got != row.creditExplained {
				t.Errorf("the credit explains itself as\n%s, want\n%s", got, row.creditExplained)
			}
			if got := a.Explain(); row.netExplained != "" && got != row.netExplained {
				t.Errorf("the adjustment explains itself as\n%s, want\n%s", got, row.netExplained)
			}
		})
	}
}

func TestAdjustRefuses(t *testing.T) {
	good := changeRow{
		at: "2024-04-16", billed: "10", span: "2024-04-05/2024-05-01", period: "2024-04-01/2024-05-01",
		next: "20", nextPeriod: "2024-04-01/2024-05-01", basis: proration.OnBilled,
	}
	giventest.CheckFaults(t, func() error { _, err := proration.Adjust(good.change()); return err }())
	for _, row := range []struct {
		name, why string
		stub      bool // only where what was billed lies inside a longer period
		change    func(*proration.Change)
		want      []string
	}{
		{name: "no instant", change: func(c *proration.Change) { c.At = instant("", nil) }, want: []string{"at unset"}},
		{name: "before what was billed", change: func(c *proration.Change) { c.At = instant("2024-04-04", nil) }, want: []string{"at outside"}},
		{name: "at the end of what was billed", why: "there nothing is left to credit", change: func(c *proration.Change) { c.At = instant("2024-05-01", nil); c.Next = nil }, want: []string{"at outside"}},
		{name: "outside both", why: "a peer charges twice the price for it", change: func(c *proration.Change) { c.At = instant("2024-05-16", nil) }, want: []string{"at outside", "at outside"}},
		{name: "outside what comes next", change: func(c *proration.Change) { c.Next.Period = span("2024-05-01/2024-06-01", nil) }, want: []string{"at outside"}},
		{name: "an end before the change", change: func(c *proration.Change) { c.Next.End = instant("2024-04-10", nil) }, want: []string{"next.end period"}},
		{name: "an end beyond the period", change: func(c *proration.Change) { c.Next.End = instant("2024-05-02", nil) }, want: []string{"next.end outside"}},
		{name: "a negative amount", change: func(c *proration.Change) { c.Billed.Amount = money("-1") }, want: []string{"billed.amount invalid"}},
		{name: "a negative credit", change: func(c *proration.Change) { c.Billed.Credited = money("-1") }, want: []string{"billed.credited invalid"}},
		{name: "credited more than billed", change: func(c *proration.Change) { c.Billed.Credited = money("10.01") }, want: []string{"billed.credited invalid"}},
		{name: "a negative price", change: func(c *proration.Change) { c.Billed.Price = money("-1") }, want: []string{"billed.price invalid"}},
		{name: "a negative next price", change: func(c *proration.Change) { c.Next.Price = money("-1") }, want: []string{"next.price invalid"}},
		{name: "no span", change: func(c *proration.Change) { c.Billed.Span = proration.Period{} }, want: []string{"billed.span unset"}},
		{name: "a reversed span", change: func(c *proration.Change) { c.Billed.Span = span("2024-05-01/2024-04-01", nil) }, want: []string{"billed.span period"}},
		{name: "a span outside its period", stub: true, change: func(c *proration.Change) { c.Billed.Period = span("2024-04-06/2024-05-01", nil) }, want: []string{"billed.span outside"}},
		{name: "a reversed period", stub: true, change: func(c *proration.Change) { c.Billed.Period = span("2024-05-01/2024-04-01", nil) }, want: []string{"billed.period period"}},
		{name: "no next period", change: func(c *proration.Change) { c.Next.Period = proration.Period{} }, want: []string{"next.period unset"}},
		{name: "no basis", why: "it decides money", change: func(c *proration.Change) { c.Basis = 0 }, want: []string{"basis unset"}},
		{name: "a basis without its price", why: "the credit of a forgotten price is nothing", change: func(c *proration.Change) { c.Basis = proration.OnPrice }, want: []string{"billed.price unset"}},
		{name: "no such basis", change: func(c *proration.Change) { c.Basis = 3 }, want: []string{"basis invalid"}},
		{name: "no policy", why: "it decides money", change: func(c *proration.Change) { c.Policy = proration.Policy{} }, want: []string{"policy.day_count unset", "policy.change_day unset", "policy.rounding.mode unset"}},
		{name: "no such count", change: func(c *proration.Change) { c.Policy.DayCount = 77 }, want: []string{"policy.day_count invalid"}},
		{name: "no such mode", change: func(c *proration.Change) { c.Policy.Rounding.Mode = 77 }, want: []string{"policy.rounding.mode invalid"}},
		{name: "the fewest places", change: func(c *proration.Change) { c.Policy.Rounding.Places = -1 << 31 }, want: []string{"policy.rounding.places limit"}},
		{name: "the most places", change: func(c *proration.Change) { c.Policy.Rounding.Places = 1<<31 - 1 }, want: []string{"policy.rounding.places limit"}},
		{name: "a local location", why: "it is another one on each machine", change: func(c *proration.Change) { c.Location = local }, want: []string{"location zone"}},
		{name: "an offset and no location", why: "it does not say which calendar", change: func(c *proration.Change) { c.At = c.At.In(local) }, want: []string{"at zone"}},
		{name: "a next price of 10^38", change: func(c *proration.Change) { c.Next.Price = decimal.New(1, 38) }, want: []string{"next.price limit"}},
		{name: "amounts beyond the limits", change: func(c *proration.Change) {
			c.Billed.Amount, c.Billed.Credited, c.Billed.Price, c.Next.Price = decimal.New(1, 39), decimal.New(1, 39), decimal.New(1, -39), decimal.New(1, 1_000_000_000)
		}, want: []string{"billed.amount limit", "billed.credited limit", "billed.price limit", "next.price limit"}},
		{name: "a span without a day", stub: true, why: "what it paid for cannot be counted", change: func(c *proration.Change) {
			c.Billed.Span = span("2024-04-16T09:00:00/2024-04-16T17:00:00", nil)
			c.At = instant("2024-04-16T12:00:00", nil)
		}, want: []string{"billed.span period"}},
		{name: "everything at once", why: "every fault is told", change: func(c *proration.Change) {
			*c = proration.Change{Billed: proration.Billed{Amount: money("-1")}, Next: &proration.Next{Price: money("-1")}}
		}, want: []string{
			"at unset", "billed.amount invalid", "billed.span unset", "next.price invalid", "next.period unset", "basis unset",
			"policy.day_count unset", "policy.change_day unset", "policy.rounding.mode unset",
		}},
	} {
		t.Run(row.name, func(t *testing.T) { checkChangeRefused(t, good.change(), row.change, row.want) })
		if !row.stub {
			t.Run(row.name+", of a whole period", func(t *testing.T) {
				c := good.change()
				c.Billed.Period = proration.Period{}
				checkChangeRefused(t, c, row.change, row.want)
			})
		}
	}
}

func checkChangeRefused(t *testing.T, c proration.Change, change func(*proration.Change), want []string) {
	t.Helper()
	change(&c)
	promptly(t, func() {
		a, err := proration.Adjust(c)
		giventest.CheckFaults(t, err, want...)
		if err != nil && (!a.Net.IsZero() || !sameResult(a.Credit, proration.Result{}) || !sameResult(a.Charge, proration.Result{})) {
			t.Errorf("it is refused with %+v", a)
		}
	})
}
