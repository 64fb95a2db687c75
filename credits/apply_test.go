package credits_test

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
)

func TestApply(t *testing.T) {
	yen := with(grant("yen", "500", "2026-11-01"), func(e *credits.Entry) { e.Currency = "JPY" })
	beforeTax := func(e credits.Entry) credits.Entry {
		return with(e, func(e *credits.Entry) { e.BeforeTax = true })
	}
	effective := func(e credits.Entry, at string) credits.Entry {
		return with(e, func(e *credits.Entry) { e.Effective = giventest.Instant(at, nil) })
	}
	for _, c := range []struct {
		name, why string
		ledger    []credits.Entry
		due       string
		at        string
		beforeTax bool
		want      []string // "grant amount", in the order in which they pay
		rest      string
	}{
		{"no credit", "who is owed nothing pays all of it", nil, "890.00", "2026-12-01", false, nil, "890"},
		{"less than is due", "K5: it is applied by itself to the next invoice: 890.00 - 333.34", []credits.Entry{grant("g", "333.34", "2026-11-11")}, "890.00", "2026-12-01", false, []string{"g -333.34"}, "556.66"},
		{"as much as is due", "nothing is left on either side", []credits.Entry{grant("g", "890", "2026-11-11")}, "890.00", "2026-12-01", false, []string{"g -890"}, "0"},
		{"more than is due", "K5: the rest waits for the next invoice", []credits.Entry{grant("g", "1000", "2026-11-11")}, "890.00", "2026-12-01", false, []string{"g -890"}, "0"},
		{"nothing is due", "an invoice of nothing spends nothing (Lago ca-003)", []credits.Entry{grant("g", "10", "2026-11-11")}, "0.00", "2026-12-01", false, nil, "0"},
		{
			"the oldest first", "K5: oldest first (Lago ca-001)",
			[]credits.Entry{grant("g1", "0.20", "2024-01-01"), grant("g2", "0.50", "2024-01-02")}, "1.00", "2024-06-01", false, []string{"g1 -0.2", "g2 -0.5"}, "0.3",
		},
		{
			"no more than is needed", "the newest keeps what is left, and the one after it everything",
			[]credits.Entry{grant("a", "10", "2026-11-01"), grant("b", "10", "2026-11-02"), grant("c", "10", "2026-11-03"), grant("d", "10", "2026-11-04")}, "25", "2026-12-01", false,
			[]string{"a -10", "b -10", "c -5"}, "0",
		},
		{"another currency", "law 7: euros pay no dollars", []credits.Entry{euros(grant("e", "500", "2026-11-01")), yen}, "100", "2026-12-01", false, nil, "100"},
		{
			"among other currencies", "as above", []credits.Entry{euros(grant("e", "500", "2026-11-01")), grant("g", "60", "2026-11-02"), yen}, "100", "2026-12-01", false,
			[]string{"g -60"}, "40",
		},
		{"after tax", "law 8: what pays before tax is not spent on what is due after it", []credits.Entry{beforeTax(grant("b", "30", "2026-11-01")), grant("a", "20", "2026-11-02")}, "100", "2026-12-01", false, []string{"a -20"}, "80"},
		{"before tax", "law 8: and the other way round", []credits.Entry{beforeTax(grant("b", "30", "2026-11-01")), grant("a", "20", "2026-11-02")}, "100", "2026-12-01", true, []string{"b -30"}, "70"},
		{"at the instant of the grant", "it counts from then on, the instant included", []credits.Entry{grant("g", "60", "2026-12-01")}, "100", "2026-12-01", false, []string{"g -60"}, "40"},
		{"before the grant", "nobody can spend what was not there", []credits.Entry{grant("g", "60", "2026-12-01T00:00:00.000000001")}, "100", "2026-12-01", false, nil, "100"},
		{"when it is effective", "Stripe: from its effective date on", []credits.Entry{effective(grant("g", "60", "2026-11-01"), "2026-12-01")}, "100", "2026-12-01", false, []string{"g -60"}, "40"},
		{"before it is effective", "Stripe: a grant not yet effective pays nothing", []credits.Entry{effective(grant("g", "60", "2026-11-01"), "2026-12-01T00:00:00.000000001")}, "100", "2026-12-01", false, nil, "100"},
		{"in the last nanosecond before it expires", "law 7", []credits.Entry{expiring(grant("g", "60", "2026-11-01"), "2026-12-01")}, "100", "2026-11-30T23:59:59.999999999", false, []string{"g -60"}, "40"},
		{"when it expires", "Stripe: a grant that has expired pays nothing", []credits.Entry{expiring(grant("g", "60", "2026-11-01"), "2026-12-01")}, "100", "2026-12-01", false, nil, "100"},
		{
			"spent in part", "none is overspent: 333.34 - 200.00", []credits.Entry{grant("g", "333.34", "2026-11-11"), spent("g", "-200", "2026-12-01", "inv-2")}, "890", "2027-01-01", false,
			[]string{"g -133.34"}, "756.66",
		},
		{
			"spent up", "none is overspent; the next one pays",
			[]credits.Entry{grant("g", "10", "2026-11-11"), grant("h", "10", "2026-11-12"), spent("g", "-4", "2026-12-01", "inv-2"), spent("g", "-6", "2026-12-02", "inv-3")}, "15", "2027-01-01", false,
			[]string{"h -10"}, "5",
		},
		{
			"restored", "an invoice that was voided gives back what paid it",
			[]credits.Entry{grant("g", "10", "2026-11-11"), spent("g", "-7", "2026-12-01", "inv-2"), entry(credits.Restored, "g", "7", "2026-12-05", "inv-2")}, "15", "2026-12-05", false,
			[]string{"g -10"}, "5",
		},
		{
			"before it is restored", "it is there again from then on, and not before",
			[]credits.Entry{grant("g", "10", "2026-11-11"), spent("g", "-7", "2026-12-01", "inv-2"), entry(credits.Restored, "g", "7", "2026-12-05", "inv-2")}, "15", "2026-12-04", false,
			[]string{"g -3"}, "12",
		},
		{
			"revoked", "what is owed no more pays nothing",
			[]credits.Entry{grant("g", "10", "2026-11-11"), entry(credits.Revoked, "g", "-10", "2026-12-01", "inv-1")}, "15", "2026-12-01", false, nil, "15",
		},
		{
			"spent later", "a later entry keeps what it took: it was promised to that invoice, also where an earlier one is issued afterwards",
			[]credits.Entry{grant("g", "10", "2026-11-11"), spent("g", "-7", "2027-01-01", "inv-3")}, "15", "2026-12-01", false, []string{"g -3"}, "12",
		},
		{
			"revoked later", "as above: it cannot be spent and taken back",
			[]credits.Entry{grant("g", "10", "2026-11-11"), entry(credits.Revoked, "g", "-10", "2027-01-01", "inv-1")}, "15", "2026-12-01", false, nil, "15",
		},
		{
			"spent and restored later", "in between it is not there twice: 10.00 less the 7.00 that it once paid then",
			[]credits.Entry{grant("g", "10", "2026-11-11"), spent("g", "-7", "2027-01-01", "inv-3"), entry(credits.Restored, "g", "7", "2027-01-02", "inv-3")}, "15", "2026-12-01", false, []string{"g -3"}, "12",
		},
		{
			"spent and restored at one later instant", "4.00 of it are there before, then and after, whichever of the two entries was written first",
			[]credits.Entry{grant("g", "10", "2026-11-11"), spent("g", "-4", "2026-11-12", "inv-1"), spent("g", "-6", "2027-01-01", "inv-3"), entry(credits.Restored, "g", "4", "2027-01-01", "inv-1")}, "15", "2026-12-01", false,
			[]string{"g -4"}, "11",
		},
		{
			"29.50 against 14.50", "Pipedrive help, plan change: the rest stays on balance", []credits.Entry{grant("c", "29.50", "2024-01-01")}, "14.50", "2024-06-01", false,
			[]string{"c -14.5"}, "0",
		},
		{
			"30 and 50 against 60", "Lago wallet_traceability_spec", []credits.Entry{grant("g1", "30", "2024-01-01"), grant("g2", "50", "2024-01-02")}, "60", "2024-06-01", false,
			[]string{"g1 -30", "g2 -30"}, "0",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := giventest.JSON(t, c.ledger)
			due := credits.Due{Amount: giventest.Money(c.due), Currency: "USD", At: giventest.Instant(c.at, nil), Ref: "inv-9", BeforeTax: c.beforeTax}
			pays, rest, err := credits.Apply(c.ledger, due)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range pays {
				got = append(got, e.ID+" "+e.Amount.String())
				if e.Kind != credits.Spent || e.Currency != "USD" || !e.At.Equal(due.At) || e.Ref != "inv-9" || e.Reason != "pays inv-9" {
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
			again, _, err := credits.Apply(append(slices.Clone(c.ledger), pays...), due)
			if err != nil {
				t.Fatal(err)
			}
			if rest.IsPositive() && again != nil {
				t.Errorf("%v pay a second time", again)
			}
		})
	}
}

// Grants pay in one total order. In each row "first" goes before "second" by one rule alone, every rule after it saying
// the opposite.
func TestApplyOrder(t *testing.T) {
	low, high := 49, 51
	usual := 50
	type edit = func(*credits.Entry)
	at := func(text string) edit { return func(e *credits.Entry) { e.At = giventest.Instant(text, nil) } }
	effective := func(text string) edit {
		return func(e *credits.Entry) { e.Effective = giventest.Instant(text, nil) }
	}
	expires := func(text string) edit { return func(e *credits.Entry) { e.Expires = giventest.Instant(text, nil) } }
	priority := func(p *int) edit { return func(e *credits.Entry) { e.Priority = p } }
	promotional := func(e *credits.Entry) { e.Promotional = true }
	id := func(text string) edit { return func(e *credits.Entry) { e.ID = text } }
	all := func(edits ...edit) []edit { return edits }
	for _, c := range []struct {
		name, why     string
		first, second []edit
	}{
		{
			"the lower priority", "Stripe: priority first", all(priority(&low), at("2026-11-09"), id("z")),
			all(priority(&usual), expires("2027-01-01"), promotional, at("2026-11-01"), id("a")),
		},
		{
			"a priority below that of none", "no priority is 50", all(priority(&low), at("2026-11-09"), id("z")),
			all(expires("2027-01-01"), promotional, at("2026-11-01"), id("a")),
		},
		{
			"no priority before a higher one", "no priority is 50", all(at("2026-11-09"), id("z")),
			all(priority(&high), expires("2027-01-01"), promotional, at("2026-11-01"), id("a")),
		},
		{
			"the earlier expiry", "Stripe: then what would be lost earlier", all(expires("2027-01-01"), at("2026-11-09"), id("z")),
			all(expires("2027-01-02"), promotional, at("2026-11-01"), id("a")),
		},
		{
			"an expiry before none", "what is never lost waits", all(expires("2036-01-01"), at("2026-11-09"), id("z")),
			all(promotional, at("2026-11-01"), id("a")),
		},
		{
			"no priority is as good as 50", "they tie, and the expiry decides", all(priority(&usual), expires("2027-01-01"), at("2026-11-09"), id("z")),
			all(expires("2027-01-02"), promotional, at("2026-11-01"), id("a")),
		},
		{
			"promotional before paid", "Stripe, Lago: then what was given before what was paid for", all(promotional, at("2026-11-09"), id("z")),
			all(at("2026-11-01"), id("a")),
		},
		{
			"the earlier effect", "Stripe: then the effective date, whenever it was granted", all(effective("2026-11-10"), at("2026-11-09"), id("z")),
			all(effective("2026-11-11"), at("2026-11-01"), id("a")),
		},
		{
			"no date before any date", "one that does not say has always been effective", all(at("2026-11-09"), id("z")),
			all(effective("2026-11-05"), at("2026-11-01"), id("a")),
		},
		{
			"effective before it was granted", "the date counts as it stands, although it pays from the grant on only", all(effective("2026-10-01"), at("2026-11-08"), id("z")),
			all(effective("2026-11-07"), at("2026-11-01"), id("a")),
		},
		{
			"the earlier grant", "Stripe, OpenMeter: then the creation", all(effective("2026-11-10"), at("2026-11-01"), id("z")),
			all(effective("2026-11-10"), at("2026-11-02"), id("a")),
		},
		{"the ID", "law 7: ties included", all(at("2026-11-01"), id("a")), all(at("2026-11-01"), id("b"))},
		{"the ID of one instant in two zones", "law 7: an instant is the same in whatever zone it is written", all(at("2026-10-31T20:00:00-04:00"), id("a")), all(at("2026-11-01T00:00:00Z"), id("b"))},
		{"the ID by its letters", "IDs are text, in the order of their bytes", all(at("2026-11-01"), id("10")), all(at("2026-11-01"), id("9"))},
		{
			"the ID, all else being the same", "law 7: ties included", all(priority(&low), expires("2027-01-01"), promotional, effective("2026-11-02"), at("2026-11-01"), id("a")),
			all(priority(&low), expires("2027-01-01"), promotional, effective("2026-11-02"), at("2026-11-01"), id("b")),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			first, second := grant("", "10", ""), grant("", "10", "")
			for _, edit := range c.first {
				edit(&first)
			}
			for _, edit := range c.second {
				edit(&second)
			}
			for _, ledger := range [][]credits.Entry{{first, second}, {second, first}} {
				pays, _, err := credits.Apply(ledger, credits.Due{Amount: giventest.Money("15"), Currency: "USD", At: giventest.Instant("2026-12-01", nil), Ref: "inv-9"})
				if err != nil {
					t.Fatal(err)
				}
				if got, want := written(pays), []string{"spent " + first.ID + " -10", "spent " + second.ID + " -5"}; !slices.Equal(got, want) {
					t.Errorf("got %q, want %q: %s", got, want, c.why)
				}
			}
		})
	}
}

// Law 7: one total order. Whatever the order in which a ledger was stored, as long as what became of a grant stands
// behind it, it is the same ledger.
func TestApplyPermuted(t *testing.T) {
	rows := []credits.Entry{
		grant("c", "10", "2026-11-03"), grant("a", "10", "2026-11-03"), expiring(grant("b", "10", "2026-11-09"), "2027-01-01"),
		spent("c", "-4", "2026-11-10", "inv-1"), spent("c", "-6", "2026-11-12", "inv-2"), entry(credits.Restored, "c", "4", "2026-11-12", "inv-1"),
	}
	due := credits.Due{Amount: giventest.Money("19"), Currency: "USD", At: giventest.Instant("2026-11-11", nil), Ref: "inv-3"}
	n := 0
	permute(rows, func(ledger []credits.Entry) {
		granted := map[string]bool{}
		for _, e := range ledger {
			granted[e.ID] = granted[e.ID] || e.Kind == credits.Granted
			if !granted[e.ID] {
				return
			}
		}
		n++
		pays, rest, err := credits.Apply(ledger, due)
		if err != nil {
			t.Fatalf("%q: %v", written(ledger), err)
		}
		// b is lost first; of one instant the ID decides. c: 10.00 - 4.00 are there, and 4.00 of them later too.
		if got, want := written(pays), []string{"spent b -10", "spent a -9"}; !slices.Equal(got, want) || !rest.IsZero() {
			t.Fatalf("%q: got %q and %v, want %q", written(ledger), got, rest, want)
		}
		more := with(due, func(d *credits.Due) { d.Amount = giventest.Money("100") })
		if pays, rest, err = credits.Apply(ledger, more); err != nil || len(pays) != 3 || !rest.Equal(giventest.Money("76")) {
			t.Fatalf("%q: got %q and %v, %v", written(ledger), written(pays), rest, err)
		}
		for at, want := range map[string]string{"2026-11-09": "30", "2026-11-10": "26", "2026-11-12": "24", "2027-01-01": "14"} {
			got, err := credits.Balance(ledger, "USD", giventest.Instant(at, nil))
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, "the balance on "+at, got, want)
		}
	})
	if n != 180 { // of 720, one in four has c before the three entries about it
		t.Errorf("%d orders, want 180", n)
	}
}

// permute calls f with every order of the rows.
func permute[T any](rows []T, f func([]T)) {
	var next func(n int)
	next = func(n int) {
		if n == len(rows) {
			f(rows)
			return
		}
		for i := n; i < len(rows); i++ {
			rows[n], rows[i] = rows[i], rows[n]
			next(n + 1)
			rows[n], rows[i] = rows[i], rows[n]
		}
	}
	next(0)
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
			pays, rest, err := credits.Apply([]credits.Entry{grant("g", "10", "2026-11-01")}, due)
			giventest.CheckFaults(t, err, c.want...)
			if pays != nil || !rest.IsZero() {
				t.Errorf("got %v and %v with the error: %s", pays, rest, c.why)
			}
			bad := []credits.Entry{grant("", "10", "2026-11-01")}
			_, _, err = credits.Apply(bad, due)
			giventest.CheckFaults(t, err, append([]string{"ledger[0].id unset"}, c.want...)...)
		})
	}
}

// Law 15: what is handed out has nothing of what was passed in.
func TestApplyNotShared(t *testing.T) {
	priority := 7
	ledger := []credits.Entry{with(grant("g", "10", "2026-11-01"), func(e *credits.Entry) { e.Priority = &priority })}
	pays, _, err := credits.Apply(ledger, credits.Due{Amount: giventest.Money("4"), Currency: plans.Currency("USD"), At: giventest.Instant("2026-12-01", nil), Ref: "inv-9"})
	if err != nil || len(pays) != 1 {
		t.Fatal(pays, err)
	}
	if pays[0].Priority != nil {
		t.Error("what was spent has the priority of its grant")
	}
	if priority != 7 {
		t.Errorf("the priority is now %d", priority)
	}
}
