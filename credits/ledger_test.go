package credits_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
)

func TestApply(t *testing.T) {
	yen := credits.Entry{ID: "yen", Amount: giventest.Money("500"), Currency: "JPY", At: giventest.Instant("2026-11-01", nil)}
	for _, c := range []struct {
		name, why string
		ledger    []credits.Entry
		due       string
		at        string
		want      []string // "grant amount", in the order in which they pay
		rest      string
	}{
		{"no credit", "who is owed nothing pays all of it", nil, "890.00", "2026-12-01", nil, "890"},
		{"less than is due", "K5: it is applied by itself to the next invoice: 890.00 - 333.34", []credits.Entry{entry("g", "333.34", "2026-11-11")}, "890.00", "2026-12-01", []string{"g -333.34"}, "556.66"},
		{"as much as is due", "nothing is left on either side", []credits.Entry{entry("g", "890", "2026-11-11")}, "890.00", "2026-12-01", []string{"g -890"}, "0"},
		{"more than is due", "K5: the rest waits for the next invoice", []credits.Entry{entry("g", "1000", "2026-11-11")}, "890.00", "2026-12-01", []string{"g -890"}, "0"},
		{"nothing is due", "an invoice of nothing spends nothing (Lago ca-003)", []credits.Entry{entry("g", "10", "2026-11-11")}, "0.00", "2026-12-01", nil, "0"},
		{
			"the oldest first", "K5: oldest first (Lago ca-001)",
			[]credits.Entry{entry("g1", "0.20", "2024-01-01"), entry("g2", "0.50", "2024-01-02")}, "1.00", "2024-06-01", []string{"g1 -0.2", "g2 -0.5"}, "0.3",
		},
		{
			"whatever the order of the ledger", "law 7: one total order, which a ledger read from a database need not have",
			[]credits.Entry{entry("a", "10", "2026-11-03"), entry("c", "10", "2026-11-01"), entry("b", "10", "2026-11-02")}, "25", "2026-12-01",
			[]string{"c -10", "b -10", "a -5"}, "0",
		},
		{
			"of one instant, by ID", "law 7: ties included",
			[]credits.Entry{entry("b", "10", "2026-11-01"), entry("c", "10", "2026-11-01"), entry("a", "10", "2026-11-01")}, "25", "2026-12-01",
			[]string{"a -10", "b -10", "c -5"}, "0",
		},
		{
			"of one instant in two zones, by ID", "law 7: an instant is the same in whatever zone it is written",
			[]credits.Entry{entry("b", "10", "2026-11-01T00:00:00Z"), entry("a", "10", "2026-10-31T20:00:00-04:00")}, "15", "2026-12-01",
			[]string{"a -10", "b -5"}, "0",
		},
		{"another currency", "law 7: euros pay no dollars", []credits.Entry{euros("e", "500", "2026-11-01"), yen}, "100", "2026-12-01", nil, "100"},
		{
			"among other currencies", "as above", []credits.Entry{euros("e", "500", "2026-11-01"), entry("g", "60", "2026-11-02"), yen}, "100", "2026-12-01",
			[]string{"g -60"}, "40",
		},
		{"at the instant of the grant", "it counts from then on, the instant included", []credits.Entry{entry("g", "60", "2026-12-01")}, "100", "2026-12-01", []string{"g -60"}, "40"},
		{"before the grant", "a grant not yet effective pays nothing (Stripe)", []credits.Entry{entry("g", "60", "2026-12-01T00:00:00.000000001")}, "100", "2026-12-01", nil, "100"},
		{
			"spent in part", "none is overspent: 333.34 - 200.00", []credits.Entry{entry("g", "333.34", "2026-11-11"), entry("g", "-200", "2026-12-01")}, "890", "2027-01-01",
			[]string{"g -133.34"}, "756.66",
		},
		{
			"spent up", "none is overspent; the next one pays",
			[]credits.Entry{entry("g", "10", "2026-11-11"), entry("h", "10", "2026-11-12"), entry("g", "-4", "2026-12-01"), entry("g", "-6", "2026-12-02")}, "15", "2027-01-01",
			[]string{"h -10"}, "5",
		},
		{
			"spent later", "what a later invoice spends was promised to it, also where an earlier one is issued afterwards",
			[]credits.Entry{entry("g", "10", "2026-11-11"), entry("g", "-7", "2027-01-01")}, "15", "2026-12-01", []string{"g -3"}, "12",
		},
		{
			"29.50 against 14.50", "Pipedrive help, plan change: the rest stays on balance", []credits.Entry{entry("c", "29.50", "2024-01-01")}, "14.50", "2024-06-01",
			[]string{"c -14.5"}, "0",
		},
		{
			"30 and 50 against 60", "Lago wallet_traceability_spec", []credits.Entry{entry("g1", "30", "2024-01-01"), entry("g2", "50", "2024-01-02")}, "60", "2024-06-01",
			[]string{"g1 -30", "g2 -30"}, "0",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := giventest.JSON(t, c.ledger)
			due := credits.Due{Amount: giventest.Money(c.due), Currency: "USD", At: giventest.Instant(c.at, nil), Ref: "inv-9"}
			spent, rest, err := credits.Apply(c.ledger, due)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range spent {
				got = append(got, e.ID+" "+e.Amount.String())
				if e.Currency != "USD" || !e.At.Equal(due.At) || e.Ref != "inv-9" || e.Reason != "pays inv-9" {
					t.Errorf("the entry %+v does not say what it pays", e)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("spent %q, want %q: %s", got, c.want, c.why)
			}
			giventest.CheckMoney(t, "what stays due", rest, c.rest)
			if after := giventest.JSON(t, c.ledger); after != before {
				t.Errorf("the ledger is now %s", after)
			}

			// What was spent can be appended, and then none of it pays again.
			again, _, err := credits.Apply(append(slices.Clone(c.ledger), spent...), due)
			if err != nil {
				t.Fatal(err)
			}
			if rest.IsPositive() && again != nil {
				t.Errorf("%v pay a second time", again)
			}
		})
	}
}

func TestBalance(t *testing.T) {
	ledger := []credits.Entry{
		entry("g", "333.34", "2026-11-11"), entry("h", "10", "2026-11-20"), euros("e", "7", "2026-11-15"),
		entry("g", "-333.34", "2026-12-01"), entry("h", "-4.66", "2026-12-01"), euros("e", "-7", "2027-01-01"),
	}
	for _, c := range []struct {
		name, why string
		currency  plans.Currency
		at        string
		want      string
	}{
		{"before the first grant", "nothing is owed yet", "USD", "2026-11-10T23:59:59.999999999", "0"},
		{"at the first grant", "it counts from then on, the instant included", "USD", "2026-11-11", "333.34"},
		{"after the second", "K5: grants add up", "USD", "2026-11-20", "343.34"},
		{"before it is spent", "the balance of any instant can be asked for, also a past one", "USD", "2026-11-30T23:59:59.999999999", "343.34"},
		{"when it is spent", "343.34 - 338.00", "USD", "2026-12-01", "5.34"},
		{"later", "nothing happens to credit by itself", "USD", "2036-12-01", "5.34"},
		{"in euros", "law 7: each currency for itself", "EUR", "2026-12-01", "7"},
		{"in euros, spent", "as above", "EUR", "2027-01-01", "0"},
		{"in a currency never granted", "as above", "JPY", "2026-12-01", "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := credits.Balance(ledger, c.currency, giventest.Instant(c.at, nil))
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, c.why, got, c.want)
		})
	}
	if got, err := credits.Balance(nil, "USD", giventest.Instant("2026-12-01", nil)); err != nil || !got.IsZero() {
		t.Errorf("no ledger at all has a balance of %v, %v", got, err)
	}
}

// A ledger that cannot have come about is refused, by Validate, Balance and Apply alike, rather than paid out of.
func TestLedgerRefused(t *testing.T) {
	edit := func(e credits.Entry, change func(*credits.Entry)) credits.Entry {
		change(&e)
		return e
	}
	good := entry("g", "10", "2026-11-01")
	for _, c := range []struct {
		name, why string
		ledger    []credits.Entry
		want      []string
	}{
		{"no ID", "what is spent is spent of a grant", []credits.Entry{entry("", "10", "2026-11-01")}, []string{"ledger[0].id unset"}},
		{"no instant", "a grant counts from an instant on, and pays in its order", []credits.Entry{entry("g", "10", "")}, []string{"ledger[0].at unset"}},
		{"no currency", "money has a currency", []credits.Entry{edit(good, func(e *credits.Entry) { e.Currency = "" })}, []string{"ledger[0].currency unset"}},
		{"unknown currency", "as above", []credits.Entry{edit(good, func(e *credits.Entry) { e.Currency = "usd" })}, []string{"ledger[0].currency invalid"}},
		{"nothing", "an entry of nothing says nothing", []credits.Entry{good, entry("h", "0.00", "2026-11-01")}, []string{"ledger[1].amount unset"}},
		{"beyond the limits", "law 14", []credits.Entry{entry("g", "1e39", "2026-11-01")}, []string{"ledger[0].amount limit"}},
		{"too fine", "law 14", []credits.Entry{entry("g", "1e-39", "2026-11-01")}, []string{"ledger[0].amount limit"}},
		{"granted twice", "an invoice grants once: a retry that was stored twice would pay twice", []credits.Entry{good, good}, []string{"ledger[1].id invalid"}},
		{"granted twice in two currencies", "as above", []credits.Entry{good, euros("g", "10", "2026-11-01")}, []string{"ledger[1].id invalid"}},
		{"never granted", "law 7: none is overspent", []credits.Entry{good, entry("h", "-1", "2026-11-02")}, []string{"ledger[1].id invalid"}},
		{"spent before it stands there", "the ledger only grows, so that what is spent stands behind its grant", []credits.Entry{entry("g", "-1", "2026-11-02"), good}, []string{"ledger[0].id invalid"}},
		{"spent in another currency", "law 7", []credits.Entry{good, euros("g", "-1", "2026-11-02")}, []string{"ledger[1].currency invalid"}},
		{"overspent", "law 7", []credits.Entry{good, entry("g", "-10.01", "2026-11-02")}, []string{"ledger[1].amount invalid"}},
		{"overspent in parts", "law 7", []credits.Entry{good, entry("g", "-6", "2026-11-02"), entry("g", "-4", "2026-11-03"), entry("g", "-0.01", "2026-11-04")}, []string{"ledger[3].amount invalid"}},
		{"spent before it counts", "law 7: a grant of November pays nothing in October, and the balance of no instant is negative", []credits.Entry{good, entry("g", "-10", "2026-10-31")}, []string{"ledger[1].at invalid"}},
		{
			"all at once", "law 14: every fault, in the order of the entries",
			[]credits.Entry{edit(good, func(e *credits.Entry) { *e = credits.Entry{} }), good, euros("g", "-1", ""), entry("x", "-1", "2026-11-02")},
			[]string{"ledger[0].id unset", "ledger[0].amount unset", "ledger[0].currency unset", "ledger[0].at unset", "ledger[2].at unset", "ledger[2].currency invalid", "ledger[3].id invalid"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			giventest.CheckFaults(t, credits.Validate(c.ledger), c.want...)
			balance, err := credits.Balance(c.ledger, "USD", giventest.Instant("2026-12-01", nil))
			giventest.CheckFaults(t, err, c.want...)
			if !balance.IsZero() {
				t.Errorf("got a balance of %v with the error", balance)
			}
			spent, rest, err := credits.Apply(c.ledger, credits.Due{Amount: giventest.Money("5"), Currency: "USD", At: giventest.Instant("2026-12-01", nil)})
			giventest.CheckFaults(t, err, c.want...)
			if spent != nil || !rest.IsZero() {
				t.Errorf("got %v and %v with the error", spent, rest)
			}
		})
	}
}

// An amount due that means nothing is refused: a currency spelt wrong would else leave the customer's credit unused, in
// silence.
func TestDueRefused(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*credits.Due)
		want      []string
	}{
		{"negative", "law 7: no negative invoice; what is left over is a grant", func(d *credits.Due) { d.Amount = giventest.Money("-0.01") }, []string{"amount invalid"}},
		{"beyond the limits", "law 14", func(d *credits.Due) { d.Amount = giventest.Money("1e39") }, []string{"amount limit"}},
		{"far beyond the limits", "law 14: without writing it out", func(d *credits.Due) { d.Amount = decimal.New(-1, 1<<31-1) }, []string{"amount limit"}},
		{"no instant", "law 10: only grants that count by then pay", func(d *credits.Due) { d.At = giventest.Instant("", nil) }, []string{"at unset"}},
		{"no currency", "law 13: money has a currency", func(d *credits.Due) { d.Currency = "" }, []string{"currency unset"}},
		{"unknown currency", "law 14", func(d *credits.Due) { d.Currency = "usd" }, []string{"currency invalid"}},
		{"all at once", "law 14: every fault, in the order of the fields", func(d *credits.Due) { *d = credits.Due{Amount: giventest.Money("-1"), Currency: "XXX"} }, []string{"amount invalid", "currency invalid", "at unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			due := credits.Due{Amount: giventest.Money("5"), Currency: "USD", At: giventest.Instant("2026-12-01", nil), Ref: "inv-9"}
			c.edit(&due)
			spent, rest, err := credits.Apply([]credits.Entry{entry("g", "10", "2026-11-01")}, due)
			giventest.CheckFaults(t, err, c.want...)
			if spent != nil || !rest.IsZero() {
				t.Errorf("got %v and %v with the error: %s", spent, rest, c.why)
			}
		})
	}
	for _, currency := range []plans.Currency{"", "usd"} {
		if got, err := credits.Balance(nil, currency, giventest.Instant("2026-12-01", nil)); err == nil {
			t.Errorf("the balance in %q is %v", currency, got)
		}
	}
	if got, err := credits.Balance(nil, "USD", giventest.Instant("", nil)); err == nil {
		t.Errorf("the balance at no instant is %v", got)
	}
}

func TestJSON(t *testing.T) {
	e := entry("inv-1", "333.34", "2026-11-11")
	if got, want := giventest.JSON(t, e), `{"id":"inv-1","amount":"333.34","currency":"USD","at":"2026-11-11T00:00:00Z","reason":"a row"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	e.Ref = "inv-1"
	if got := giventest.JSON(t, e); !strings.HasSuffix(got, `,"ref":"inv-1"}`) {
		t.Errorf("got %s", got)
	}
	giventest.CheckRoundTrip(t, e)
	giventest.CheckRoundTrip(t, credits.Entry{})
	due := credits.Due{Amount: giventest.Money("5"), Currency: "USD", At: giventest.Instant("2026-12-01", nil), Ref: "inv-9"}
	if got, want := giventest.JSON(t, due), `{"amount":"5","currency":"USD","at":"2026-12-01T00:00:00Z","ref":"inv-9"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	giventest.CheckRoundTrip(t, due)
	giventest.CheckRoundTrip(t, credits.Request{})
}
