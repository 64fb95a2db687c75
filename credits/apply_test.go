package credits_test

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
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
		want      []string // "grant amount", in the order of payment
		rest      string
	}{
		{"no credit", "a customer without credit pays the whole amount", nil, "890.00", "2026-12-01", false, nil, "890"},
		{"credit below the amount due", "K5: credit pays the next invoice: 890.00 - 333.34", []credits.Entry{grant("g", "333.34", "2026-11-11")}, "890.00", "2026-12-01", false, []string{"g -333.34"}, "556.66"},
		{"credit of the amount due", "the credit and the amount due are both used up", []credits.Entry{grant("g", "890", "2026-11-11")}, "890.00", "2026-12-01", false, []string{"g -890"}, "0"},
		{"credit above the amount due", "K5: the rest pays the next invoice", []credits.Entry{grant("g", "1000", "2026-11-11")}, "890.00", "2026-12-01", false, []string{"g -890"}, "0"},
		{"an amount due of zero", "an invoice of zero spends no credit (Lago ca-003)", []credits.Entry{grant("g", "10", "2026-11-11")}, "0.00", "2026-12-01", false, nil, "0"},
		{
			"the oldest first", "K5: the oldest grant pays first (Lago ca-001)",
			[]credits.Entry{grant("g1", "0.20", "2024-01-01"), grant("g2", "0.50", "2024-01-02")}, "1.00", "2024-06-01", false, []string{"g1 -0.2", "g2 -0.5"}, "0.3",
		},
		{
			"no more than the amount due", "later grants keep their credit",
			[]credits.Entry{grant("a", "10", "2026-11-01"), grant("b", "10", "2026-11-02"), grant("c", "10", "2026-11-03"), grant("d", "10", "2026-11-04")}, "25", "2026-12-01", false,
			[]string{"a -10", "b -10", "c -5"}, "0",
		},
		{"another currency", "law 7: a grant in euros does not pay dollars", []credits.Entry{euros(grant("e", "500", "2026-11-01")), yen}, "100", "2026-12-01", false, nil, "100"},
		{
			"a grant among other currencies", "law 7: only grants in the currency of the invoice pay", []credits.Entry{euros(grant("e", "500", "2026-11-01")), grant("g", "60", "2026-11-02"), yen}, "100", "2026-12-01", false,
			[]string{"g -60"}, "40",
		},
		{"after tax", "law 8: credit before tax does not pay the amount due after tax", []credits.Entry{beforeTax(grant("b", "30", "2026-11-01")), grant("a", "20", "2026-11-02")}, "100", "2026-12-01", false, []string{"a -20"}, "80"},
		{"before tax", "law 8: credit after tax does not pay the amount due before tax", []credits.Entry{beforeTax(grant("b", "30", "2026-11-01")), grant("a", "20", "2026-11-02")}, "100", "2026-12-01", true, []string{"b -30"}, "70"},
		{"at the instant of the grant", "a grant pays from its instant on, inclusive", []credits.Entry{grant("g", "60", "2026-12-01")}, "100", "2026-12-01", false, []string{"g -60"}, "40"},
		{"before the grant", "a grant does not pay before its instant", []credits.Entry{grant("g", "60", "2026-12-01T00:00:00.000000001")}, "100", "2026-12-01", false, nil, "100"},
		{"at the effective instant", "Stripe: a grant pays from its effective date on", []credits.Entry{effective(grant("g", "60", "2026-11-01"), "2026-12-01")}, "100", "2026-12-01", false, []string{"g -60"}, "40"},
		{"before the effective instant", "Stripe: a grant does not pay before its effective date", []credits.Entry{effective(grant("g", "60", "2026-11-01"), "2026-12-01T00:00:00.000000001")}, "100", "2026-12-01", false, nil, "100"},
		{"in the last nanosecond before expiry", "law 7: a grant pays until it expires", []credits.Entry{expiring(grant("g", "60", "2026-11-01"), "2026-12-01")}, "100", "2026-11-30T23:59:59.999999999", false, []string{"g -60"}, "40"},
		{"at the expiry", "Stripe: an expired grant does not pay", []credits.Entry{expiring(grant("g", "60", "2026-11-01"), "2026-12-01")}, "100", "2026-12-01", false, nil, "100"},
		{
			"a grant spent in part", "law 7: a grant is not overspent: 333.34 - 200.00", []credits.Entry{grant("g", "333.34", "2026-11-11"), spent("g", "-200", "2026-12-01", "inv-2")}, "890", "2027-01-01", false,
			[]string{"g -133.34"}, "756.66",
		},
		{
			"a grant spent in full", "law 7: a grant is not overspent, and the next one pays",
			[]credits.Entry{grant("g", "10", "2026-11-11"), grant("h", "10", "2026-11-12"), spent("g", "-4", "2026-12-01", "inv-2"), spent("g", "-6", "2026-12-02", "inv-3")}, "15", "2027-01-01", false,
			[]string{"h -10"}, "5",
		},
		{
			"a restored grant", "a voided invoice restores the credit that paid it",
			[]credits.Entry{grant("g", "10", "2026-11-11"), spent("g", "-7", "2026-12-01", "inv-2"), entry(credits.Restored, "g", "7", "2026-12-05", "inv-2")}, "15", "2026-12-05", false,
			[]string{"g -10"}, "5",
		},
		{
			"before the restoration", "restored credit pays from the instant of its restoration",
			[]credits.Entry{grant("g", "10", "2026-11-11"), spent("g", "-7", "2026-12-01", "inv-2"), entry(credits.Restored, "g", "7", "2026-12-05", "inv-2")}, "15", "2026-12-04", false,
			[]string{"g -3"}, "12",
		},
		{
			"a revoked grant", "a revoked grant does not pay",
			[]credits.Entry{grant("g", "10", "2026-11-11"), entry(credits.Revoked, "g", "-10", "2026-12-01", "inv-1")}, "15", "2026-12-01", false, nil, "15",
		},
		{
			"a grant spent later", "a later entry keeps its credit, also if an earlier invoice is issued afterwards",
			[]credits.Entry{grant("g", "10", "2026-11-11"), spent("g", "-7", "2027-01-01", "inv-3")}, "15", "2026-12-01", false, []string{"g -3"}, "12",
		},
		{
			"a grant revoked later", "credit that is revoked later cannot be spent",
			[]credits.Entry{grant("g", "10", "2026-11-11"), entry(credits.Revoked, "g", "-10", "2027-01-01", "inv-1")}, "15", "2026-12-01", false, nil, "15",
		},
		{
			"a grant spent and restored later", "the 7.00 that are spent until their restoration cannot be spent twice: 10.00 - 7.00",
			[]credits.Entry{grant("g", "10", "2026-11-11"), spent("g", "-7", "2027-01-01", "inv-3"), entry(credits.Restored, "g", "7", "2027-01-02", "inv-3")}, "15", "2026-12-01", false, []string{"g -3"}, "12",
		},
		{
			"a grant spent and restored at one later instant", "4.00 are available before, at and after the instant, in either order of the entries",
			[]credits.Entry{grant("g", "10", "2026-11-11"), spent("g", "-4", "2026-11-12", "inv-1"), spent("g", "-6", "2027-01-01", "inv-3"), entry(credits.Restored, "g", "4", "2027-01-01", "inv-1")}, "15", "2026-12-01", false,
			[]string{"g -4"}, "11",
		},
		{
			"29.50 against 14.50", "Pipedrive help, plan change: the rest remains on the balance", []credits.Entry{grant("c", "29.50", "2024-01-01")}, "14.50", "2024-06-01", false,
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
				if e.Kind != credits.Spent || e.Currency != "USD" || !e.At.Equal(due.At) || e.Ref != "inv-9" || e.Reason != "" {
					t.Errorf("the entry %+v does not state what it pays", e)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("spent %q, want %q: %s", got, c.want, c.why)
			}
			giventest.CheckMoney(t, "the rest", rest, c.rest)
			if after := giventest.JSON(t, c.ledger); after != before {
				t.Errorf("the ledger is now %s", after)
			}

			// With the payments in the ledger, the same credit does not pay again.
			again, _, err := credits.Apply(append(slices.Clone(c.ledger), pays...), due)
			if err != nil {
				t.Fatal(err)
			}
			if rest.IsPositive() && again != nil {
				t.Errorf("%v pay again", again)
			}
		})
	}
}

// Grants pay in one total order. In each row one rule puts "first" before "second", and every later rule says the
// opposite.
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
			"the lower priority", "Stripe: the priority decides first", all(priority(&low), at("2026-11-09"), id("z")),
			all(priority(&usual), expires("2027-01-01"), promotional, at("2026-11-01"), id("a")),
		},
		{
			"a priority below the default", "the default priority is 50", all(priority(&low), at("2026-11-09"), id("z")),
			all(expires("2027-01-01"), promotional, at("2026-11-01"), id("a")),
		},
		{
			"the default before a higher priority", "the default priority is 50", all(at("2026-11-09"), id("z")),
			all(priority(&high), expires("2027-01-01"), promotional, at("2026-11-01"), id("a")),
		},
		{
			"the earlier expiry", "Stripe: the earlier expiry decides second", all(expires("2027-01-01"), at("2026-11-09"), id("z")),
			all(expires("2027-01-02"), promotional, at("2026-11-01"), id("a")),
		},
		{
			"an expiry before none", "a grant without an expiry pays last", all(expires("2036-01-01"), at("2026-11-09"), id("z")),
			all(promotional, at("2026-11-01"), id("a")),
		},
		{
			"the default priority and 50", "both priorities tie, and the expiry decides", all(priority(&usual), expires("2027-01-01"), at("2026-11-09"), id("z")),
			all(expires("2027-01-02"), promotional, at("2026-11-01"), id("a")),
		},
		{
			"promotional before paid", "Stripe, Lago: promotional credit pays before paid credit", all(promotional, at("2026-11-09"), id("z")),
			all(at("2026-11-01"), id("a")),
		},
		{
			"the earlier effective date", "Stripe: the effective date decides before the date of the grant", all(effective("2026-11-10"), at("2026-11-09"), id("z")),
			all(effective("2026-11-11"), at("2026-11-01"), id("a")),
		},
		{
			"no effective date before any", "a grant without an effective date has always been effective", all(at("2026-11-09"), id("z")),
			all(effective("2026-11-05"), at("2026-11-01"), id("a")),
		},
		{
			"an effective date before the grant", "the effective date decides, although the grant pays only from its own date on", all(effective("2026-10-01"), at("2026-11-08"), id("z")),
			all(effective("2026-11-07"), at("2026-11-01"), id("a")),
		},
		{
			"the earlier grant", "Stripe, OpenMeter: the date of the grant decides after the effective date", all(effective("2026-11-10"), at("2026-11-01"), id("z")),
			all(effective("2026-11-10"), at("2026-11-02"), id("a")),
		},
		{"the ID", "law 7: the ID decides ties", all(at("2026-11-01"), id("a")), all(at("2026-11-01"), id("b"))},
		{"the ID of one instant in two zones", "law 7: the zone of an instant does not matter", all(at("2026-10-31T20:00:00-04:00"), id("a")), all(at("2026-11-01T00:00:00Z"), id("b"))},
		{"the ID in byte order", "IDs are compared as bytes", all(at("2026-11-01"), id("10")), all(at("2026-11-01"), id("9"))},
		{
			"the ID of grants equal in all fields", "law 7: the ID decides ties", all(priority(&low), expires("2027-01-01"), promotional, effective("2026-11-02"), at("2026-11-01"), id("a")),
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
				if got, want := entryTexts(pays), []string{"spent " + first.ID + " -10", "spent " + second.ID + " -5"}; !slices.Equal(got, want) {
					t.Errorf("got %q, want %q: %s", got, want, c.why)
				}
			}
		})
	}
}

// Law 7: the order of payment is total. The stored order of entries does not matter, as long as each grant precedes the
// entries about it.
func TestApplyIgnoresTheStoredOrder(t *testing.T) {
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
			t.Fatalf("%q: %v", entryTexts(ledger), err)
		}
		// b expires first, and the ID decides between a and c. Of c, 6.00 can be spent, and 4.00 more after their
		// restoration.
		if got, want := entryTexts(pays), []string{"spent b -10", "spent a -9"}; !slices.Equal(got, want) || !rest.IsZero() {
			t.Fatalf("%q: got %q and %v, want %q", entryTexts(ledger), got, rest, want)
		}
		more := with(due, func(d *credits.Due) { d.Amount = giventest.Money("100") })
		if pays, rest, err = credits.Apply(ledger, more); err != nil || len(pays) != 3 || !rest.Equal(giventest.Money("76")) {
			t.Fatalf("%q: got %q and %v, %v", entryTexts(ledger), entryTexts(pays), rest, err)
		}
		for at, want := range map[string]string{"2026-11-09": "30", "2026-11-10": "26", "2026-11-12": "24", "2027-01-01": "14"} {
			got, err := credits.Balance(ledger, "USD", giventest.Instant(at, nil))
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, "the balance on "+at, got, want)
		}
	})
	if n != 180 { // in one of four of 720 orders, c precedes the three entries about it
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

// An invalid amount due is refused: with a misspelled currency the credit of the customer would stay unused without an
// error.
func TestDueRefused(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*credits.Due)
		want      []string
	}{
		{"a negative amount", "law 7: no invoice is negative; a surplus is a grant", func(d *credits.Due) { d.Amount = giventest.Money("-0.01") }, []string{"amount invalid"}},
		{"an amount beyond the limits", "law 14: amounts are limited", func(d *credits.Due) { d.Amount = giventest.Money("1e39") }, []string{"amount limit"}},
		{"an amount far beyond the limits", "law 14: the error does not contain all digits", func(d *credits.Due) { d.Amount = decimal.New(-1, 1<<31-1) }, []string{"amount limit"}},
		{"no instant", "law 10: the instant decides which grants pay", func(d *credits.Due) { d.At = giventest.Instant("", nil) }, []string{"at unset"}},
		{"no currency", "law 13: money has a currency", func(d *credits.Due) { d.Currency = "" }, []string{"currency unset"}},
		{"an unknown currency", "law 14: the currency must be known", func(d *credits.Due) { d.Currency = "usd" }, []string{"currency invalid"}},
		{"every fault", "law 14: every fault is reported, in the order of the fields", func(d *credits.Due) { *d = credits.Due{Amount: giventest.Money("-1"), Currency: "XXX"} }, []string{"amount invalid", "currency invalid", "at unset"}},
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
