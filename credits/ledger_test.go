package credits_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestBalance(t *testing.T) {
	later := with(grant("later", "3", "2026-11-01"), func(e *credits.Entry) { e.Effective = giventest.Instant("2026-11-18", nil) })
	early := with(grant("early", "5", "2027-02-01"), func(e *credits.Entry) { e.Effective = giventest.Instant("2026-11-01", nil) })
	ledger := []credits.Entry{
		grant("g", "333.34", "2026-11-11"), grant("h", "10", "2026-11-20"), euros(grant("e", "7", "2026-11-15")), later, early,
		expiring(grant("x", "20", "2027-03-01"), "2027-04-01"),
		spent("g", "-333.34", "2026-12-01", "inv-2"), spent("h", "-4.66", "2026-12-01", "inv-2"), euros(spent("e", "-7", "2027-01-01", "inv-3")),
		spent("later", "-3", "2026-12-01", "inv-2"),
		spent("x", "-8", "2027-03-10", "inv-4"), entry(credits.Restored, "x", "8", "2027-05-01", "inv-4"),
		entry(credits.Revoked, "early", "-2", "2027-02-02", "inv-1"),
	}
	for _, c := range []struct {
		name, why string
		currency  plans.Currency
		at        string
		want      string
	}{
		{"before the first grant", "nothing is owed yet", "USD", "2026-11-10T23:59:59.999999999", "0"},
		{"at the first grant", "it counts from then on, the instant included", "USD", "2026-11-11", "333.34"},
		{"the same instant in another zone", "an instant is the same in whatever zone it is written", "USD", "2026-11-10T19:00:00-05:00", "333.34"},
		{"granted, and not effective yet", "Stripe: a grant pays from its effective date on", "USD", "2026-11-17T23:59:59.999999999", "333.34"},
		{"when it is effective", "the instant included", "USD", "2026-11-18", "336.34"},
		{"after the second", "K5: grants add up", "USD", "2026-11-20", "346.34"},
		{"before it is spent", "the balance of any instant can be asked for, also a past one", "USD", "2026-11-30T23:59:59.999999999", "346.34"},
		{"when it is spent", "346.34 - 341.00", "USD", "2026-12-01", "5.34"},
		{"effective before it was granted", "nobody can spend what was not there: it pays from the grant on", "USD", "2027-01-31T23:59:59.999999999", "5.34"},
		{"when it is granted", "5.34 + 5.00", "USD", "2027-02-01", "10.34"},
		{"revoked", "what granted it was voided: 10.34 - 2.00", "USD", "2027-02-02", "8.34"},
		{"spent in part", "8.34 + 20.00 - 8.00", "USD", "2027-03-10", "20.34"},
		{"in the last nanosecond before it expires", "law 7: it pays until then", "USD", "2027-03-31T23:59:59.999999999", "20.34"},
		{"when it expires", "law 7: the end is the first instant at which it pays no more", "USD", "2027-04-01", "8.34"},
		{"restored after it expired", "a voided invoice gives back what expired meanwhile: it is lost", "USD", "2027-05-01", "8.34"},
		{"in ten years", "nothing happens to credit by itself", "USD", "2036-12-01", "8.34"},
		{"in euros", "law 7: each currency for itself", "EUR", "2026-12-01", "7"},
		{"in euros, spent", "as above", "EUR", "2027-01-01", "0"},
		{"in a currency never granted", "as above", "JPY", "2026-12-01", "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := giventest.JSON(t, ledger)
			got, err := credits.Balance(ledger, c.currency, giventest.Instant(c.at, nil))
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, c.why, got, c.want)
			if after := giventest.JSON(t, ledger); after != before {
				t.Errorf("the ledger is now %s", after)
			}
		})
	}
	if got, err := credits.Balance(nil, "USD", giventest.Instant("2026-12-01", nil)); err != nil || !got.IsZero() {
		t.Errorf("no ledger at all has a balance of %v, %v", got, err)
	}
}

func TestBalanceRefused(t *testing.T) {
	for _, c := range []struct {
		name, why string
		ledger    []credits.Entry
		currency  plans.Currency
		at        string
		want      []string
	}{
		{"no currency", "law 13: money has a currency", nil, "", "2026-12-01", []string{"currency unset"}},
		{"unknown currency", "law 14: spelt wrong, the balance would be zero in silence", nil, "usd", "2026-12-01", []string{"currency invalid"}},
		{"no instant", "law 10: time is an argument", nil, "USD", "", []string{"at unset"}},
		{"all at once", "law 14", []credits.Entry{grant("", "1", "2026-11-01")}, "usd", "", []string{"ledger[0].id unset", "currency invalid", "at unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := credits.Balance(c.ledger, c.currency, giventest.Instant(c.at, nil))
			giventest.CheckFaults(t, err, c.want...)
			if !got.IsZero() {
				t.Errorf("got %v with the error: %s", got, c.why)
			}
		})
	}
}

// A ledger that cannot have come about is refused, by every verb alike, rather than paid out of.
func TestLedgerRefused(t *testing.T) {
	good := grant("g", "10", "2026-11-01")
	half := spent("g", "-5", "2026-11-02", "inv-1")
	edited := func(edit func(*credits.Entry)) []credits.Entry { return []credits.Entry{with(good, edit)} }
	about := func(edit func(*credits.Entry)) []credits.Entry { return []credits.Entry{good, with(half, edit)} }
	for _, c := range []struct {
		name, why string
		ledger    []credits.Entry
		want      []string
	}{
		{"no ID", "what is spent is spent of a grant", edited(func(e *credits.Entry) { e.ID = "" }), []string{"ledger[0].id unset"}},
		{"no instant", "a grant counts from an instant on, and pays in its order", edited(func(e *credits.Entry) { e.At = giventest.Instant("", nil) }), []string{"ledger[0].at unset"}},
		{"no currency", "money has a currency", edited(func(e *credits.Entry) { e.Currency = "" }), []string{"ledger[0].currency unset"}},
		{"unknown currency", "as above", edited(func(e *credits.Entry) { e.Currency = "usd" }), []string{"ledger[0].currency invalid"}},
		{"nothing", "an entry of nothing says nothing", []credits.Entry{good, grant("h", "0.00", "2026-11-01")}, []string{"ledger[1].amount unset"}},
		{"beyond the limits", "law 14", []credits.Entry{grant("g", "1e39", "2026-11-01")}, []string{"ledger[0].amount limit"}},
		{"too fine", "law 14", []credits.Entry{grant("g", "1e-39", "2026-11-01")}, []string{"ledger[0].amount limit"}},
		{"no such kind", "law 14", edited(func(e *credits.Entry) { e.Kind, e.Amount = 5, e.Amount.Neg() }), []string{"ledger[0].kind invalid", "ledger[0].id invalid"}},
		{"no kind", "law 13: what it does to the grant is not guessed from its sign", about(func(e *credits.Entry) { e.Kind = 0 }), []string{"ledger[1].kind unset"}},
		{"a grant below zero", "law 7: sign is meaning, and nobody owes by a grant", edited(func(e *credits.Entry) { e.Amount = e.Amount.Neg() }), []string{"ledger[0].amount invalid"}},
		{"spent above zero", "as above: it would add to the grant", about(func(e *credits.Entry) { e.Amount = e.Amount.Neg() }), []string{"ledger[1].amount invalid"}},
		{"revoked above zero", "as above", about(func(e *credits.Entry) { e.Kind, e.Amount = credits.Revoked, e.Amount.Neg() }), []string{"ledger[1].amount invalid"}},
		{"restored below zero", "as above", []credits.Entry{good, half, entry(credits.Restored, "g", "-5", "2026-11-03", "inv-1")}, []string{"ledger[2].amount invalid"}},
		{"a priority below the first", "0 to 100", edited(func(e *credits.Entry) { e.Priority = new(int); *e.Priority = -1 }), []string{"ledger[0].priority limit"}},
		{"a priority beyond the last", "0 to 100", edited(func(e *credits.Entry) { e.Priority = new(int); *e.Priority = 101 }), []string{"ledger[0].priority limit"}},
		{"an end at its start", "it would never pay", edited(func(e *credits.Entry) { e.Expires = e.At }), []string{"ledger[0].expires period"}},
		{"an end before it is effective", "as above", edited(func(e *credits.Entry) {
			e.Effective, e.Expires = giventest.Instant("2026-11-20", nil), giventest.Instant("2026-11-20", nil)
		}), []string{"ledger[0].expires period"}},
		{"an end before it was granted", "as above, where it is effective earlier still", edited(func(e *credits.Entry) {
			e.Effective, e.Expires = giventest.Instant("2026-10-01", nil), giventest.Instant("2026-10-31", nil)
		}), []string{"ledger[0].expires period"}},
		{"granted twice", "an invoice grants once: a retry that was stored twice would pay twice", []credits.Entry{good, good}, []string{"ledger[1].id invalid"}},
		{"granted twice in two currencies", "as above", []credits.Entry{good, euros(good)}, []string{"ledger[1].id invalid"}},
		{"never granted", "law 7: none is overspent", []credits.Entry{good, spent("h", "-1", "2026-11-02", "inv-1")}, []string{"ledger[1].id invalid"}},
		{"it stands before its grant", "the ledger only grows, so that what is spent stands behind its grant", []credits.Entry{half, good}, []string{"ledger[0].id invalid"}},
		{"spent in another currency", "law 7", []credits.Entry{good, euros(half)}, []string{"ledger[1].currency invalid"}},
		{"spent with a source", "only a grant has one", about(func(e *credits.Entry) { e.Source = "inv-1/1" }), []string{"ledger[1].kind invalid"}},
		{"spent with a priority", "as above", about(func(e *credits.Entry) { e.Priority = new(int) }), []string{"ledger[1].kind invalid"}},
		{"spent with a start", "as above", about(func(e *credits.Entry) { e.Effective = e.At }), []string{"ledger[1].kind invalid"}},
		{"spent with an end", "as above", about(func(e *credits.Entry) { e.Expires = giventest.Instant("2027-01-01", nil) }), []string{"ledger[1].kind invalid"}},
		{"spent as promotional", "as above", about(func(e *credits.Entry) { e.Promotional = true }), []string{"ledger[1].kind invalid"}},
		{"spent as before tax", "as above", about(func(e *credits.Entry) { e.BeforeTax = true }), []string{"ledger[1].kind invalid"}},
		{"spent before it was granted", "law 7: a grant of November pays nothing in October", about(func(e *credits.Entry) { e.At = giventest.Instant("2026-10-31", nil) }), []string{"ledger[1].at invalid"}},
		{"revoked before it was granted", "as above", about(func(e *credits.Entry) { e.Kind, e.At = credits.Revoked, giventest.Instant("2026-10-31", nil) }), []string{"ledger[1].at invalid"}},
		{"spent before it is effective", "law 7", []credits.Entry{with(good, func(e *credits.Entry) { e.Effective = giventest.Instant("2026-11-03", nil) }), half}, []string{"ledger[1].at invalid"}},
		{"spent once it has expired", "law 7: not at the end either", []credits.Entry{expiring(good, "2026-11-02"), half}, []string{"ledger[1].at invalid"}},
		{"overspent", "law 7", []credits.Entry{good, spent("g", "-10.01", "2026-11-02", "inv-1")}, []string{"ledger invalid"}},
		{"overspent in parts", "law 7", []credits.Entry{good, half, spent("g", "-4", "2026-11-03", "inv-2"), spent("g", "-1.01", "2026-11-04", "inv-3")}, []string{"ledger invalid"}},
		{"overspent meanwhile", "law 7: what is restored later was not there before", []credits.Entry{
			good, spent("g", "-10", "2026-11-02", "inv-1"), entry(credits.Restored, "g", "10", "2026-11-09", "inv-1"), spent("g", "-1", "2026-11-05", "inv-2"),
		}, []string{"ledger invalid"}},
		{"revoked after it was spent", "what others paid with it cannot be taken back", []credits.Entry{good, half, entry(credits.Revoked, "g", "-6", "2026-11-03", "inv-0")}, []string{"ledger invalid"}},
		{"restored and never spent", "it would be worth more than was granted", []credits.Entry{good, entry(credits.Restored, "g", "1", "2026-11-03", "inv-1")}, []string{"ledger invalid"}},
		{"restored more than was spent", "as above", []credits.Entry{good, half, entry(credits.Restored, "g", "5.01", "2026-11-03", "inv-1")}, []string{"ledger invalid"}},
		{"restored twice", "a retry that was stored twice", []credits.Entry{
			good, half, entry(credits.Restored, "g", "5", "2026-11-03", "inv-1"), entry(credits.Restored, "g", "5", "2026-11-04", "inv-1"),
		}, []string{"ledger invalid"}},
		{"restored before it was spent", "as above: between the two it would be worth 15.00 of 10.00", []credits.Entry{
			good, with(half, func(e *credits.Entry) { e.At = giventest.Instant("2026-11-04", nil) }), entry(credits.Restored, "g", "5", "2026-11-03", "inv-1"),
		}, []string{"ledger invalid"}},
		{"restored for another invoice", "each has its own", []credits.Entry{good, half, entry(credits.Restored, "g", "5", "2026-11-03", "inv-2")}, []string{"ledger invalid"}},
		{"restored of another grant", "each has its own", []credits.Entry{good, grant("h", "10", "2026-11-01"), half, entry(credits.Restored, "h", "5", "2026-11-03", "inv-1")}, []string{"ledger invalid"}},
		{"two grants, each wrong", "law 14: every fault", []credits.Entry{
			good, grant("h", "10", "2026-11-01"), spent("g", "-11", "2026-11-02", "inv-1"), entry(credits.Restored, "h", "1", "2026-11-02", "inv-1"), entry(credits.Restored, "h", "1", "2026-11-02", "inv-2"),
		}, []string{"ledger invalid", "ledger invalid", "ledger invalid"}},
		{
			"all at once", "law 14: every fault, in the order of the entries",
			[]credits.Entry{{}, good, with(euros(half), func(e *credits.Entry) { e.At, e.Amount = giventest.Instant("", nil), giventest.Money("0") }), spent("x", "-1", "2026-11-02", "inv-1")},
			[]string{
				"ledger[0].kind unset", "ledger[0].id unset", "ledger[0].amount unset", "ledger[0].currency unset", "ledger[0].at unset", "ledger[0].id invalid",
				"ledger[2].amount unset", "ledger[2].at unset", "ledger[2].currency invalid", "ledger[3].id invalid",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			giventest.CheckFaults(t, credits.Validate(c.ledger), c.want...)
			at := giventest.Instant("2026-12-01", nil)
			balance, err := credits.Balance(c.ledger, "USD", at)
			giventest.CheckFaults(t, err, c.want...)
			paid, rest, err := credits.Apply(c.ledger, credits.Due{Amount: giventest.Money("5"), Currency: "USD", At: at})
			giventest.CheckFaults(t, err, c.want...)
			undone, owed, err := credits.Void(c.ledger, credits.VoidRequest{Ref: "inv-9", At: at})
			giventest.CheckFaults(t, err, c.want...)
			if !balance.IsZero() || paid != nil || !rest.IsZero() || undone != nil || !owed.IsZero() {
				t.Errorf("got %v, %v, %v, %v and %v with the error: %s", balance, paid, rest, undone, owed, c.why)
			}
		})
	}
}

// What looks odd and is sound.
func TestLedgerAccepted(t *testing.T) {
	first, last := 0, 100
	for _, c := range []struct {
		name, why string
		ledger    []credits.Entry
	}{
		{"no ledger", "who is owed nothing has none", nil},
		{"the first and the last priority", "0 to 100, both included", []credits.Entry{
			with(grant("g", "10", "2026-11-01"), func(e *credits.Entry) { e.Priority = &first }), with(grant("h", "10", "2026-11-01"), func(e *credits.Entry) { e.Priority = &last }),
		}},
		{"spent at the instant of the grant", "an invoice may grant what the next one of the same instant spends", []credits.Entry{grant("g", "10", "2026-11-01"), spent("g", "-10", "2026-11-01", "inv-1")}},
		{"spent in the last nanosecond", "it pays until its end", []credits.Entry{expiring(grant("g", "10", "2026-11-01"), "2026-11-09"), spent("g", "-10", "2026-11-08T23:59:59.999999999", "inv-1")}},
		{"the smallest and the largest amount", "both are within the limits of package proration", []credits.Entry{grant("g", "1e-38", "2026-11-01"), grant("h", "99999999999999999999999999999999999999", "2026-11-01")}},
		{"restored in parts", "the parts come to what was spent", []credits.Entry{
			grant("g", "10", "2026-11-01"), spent("g", "-5", "2026-11-02", "inv-1"),
			entry(credits.Restored, "g", "2", "2026-11-03", "inv-1"), entry(credits.Restored, "g", "3", "2026-11-03", "inv-1"),
		}},
		{"restored and spent at one instant, whichever stands first", "the invoice that was voided and the one that took its place", []credits.Entry{
			grant("g", "10", "2026-11-01"), spent("g", "-10", "2026-11-02", "inv-1"),
			spent("g", "-10", "2026-11-03", "inv-2"), entry(credits.Restored, "g", "10", "2026-11-03", "inv-1"),
		}},
		{"spent and restored at one instant", "an invoice that was voided at once", []credits.Entry{
			grant("g", "10", "2026-11-01"), spent("g", "-10", "2026-11-02", "inv-1"), entry(credits.Restored, "g", "10", "2026-11-02", "inv-1"),
		}},
		{"an earlier entry behind a later one", "an invoice of October may be written in November", []credits.Entry{
			grant("g", "10", "2026-10-01"), spent("g", "-4", "2026-11-01", "inv-2"), spent("g", "-6", "2026-10-31", "inv-1"),
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := credits.Validate(c.ledger); err != nil {
				t.Errorf("%v: %s", err, c.why)
			}
		})
	}
}

func TestLedgerNames(t *testing.T) {
	checkNames(t, "kind", []credits.Kind{credits.Granted, credits.Spent, credits.Restored, credits.Revoked}, "granted", "spent", "restored", "revoked")
	checkNames(t, "give", []credits.Extent{credits.UnusedPart, credits.InFull}, "unused_part", "in_full")
	checkNames(t, "as", []credits.RefundAs{credits.AsBalance, credits.AsRefund, credits.AsDays, credits.AsNothing}, "balance", "refund", "days", "nothing")
}

// checkNames fails unless the values of a vocabulary, which begins at 1, are written and read by their names.
func checkNames[T ~uint8](t *testing.T, field string, values []T, names ...string) {
	t.Helper()
	for i, v := range values {
		if v != T(i+1) {
			t.Errorf("%s is %d, want %d: a stored number may not change its meaning", names[i], v, i+1)
		}
		if got := any(v).(interface{ String() string }).String(); got != names[i] {
			t.Errorf("%d is %q, want %q", v, got, names[i])
		}
		if got := giventest.JSON(t, v); got != strconv.Quote(names[i]) {
			t.Errorf("%d is %s as JSON, want %q", v, got, names[i])
		}
		giventest.CheckRoundTrip(t, v)
	}
	var v T
	for _, text := range []string{`"Granted"`, `"refunds"`, `" "`} {
		var fault *proration.Error
		if err := json.Unmarshal([]byte(text), &v); !errors.As(err, &fault) || fault.Field != field || !errors.Is(err, proration.ErrInvalid) || v != 0 {
			t.Errorf("%s is read as %d, %v", text, v, err)
		}
	}
	if text, err := json.Marshal(values[len(values)-1] + 1); err == nil {
		t.Errorf("what does not exist is written as %s", text)
	}
}

func TestLedgerJSON(t *testing.T) {
	e := grant("inv-1", "333.34", "2026-11-11")
	if got, want := giventest.JSON(t, e), `{"kind":"granted","id":"inv-1","amount":"333.34","currency":"USD","at":"2026-11-11T00:00:00Z","reason":"a row"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	first := 0
	e.Ref, e.Source, e.Priority, e.Promotional, e.BeforeTax = "inv-1", "inv-0/1", &first, true, true
	e.Effective, e.Expires = giventest.Instant("2026-12-01", nil), giventest.Instant("2027-12-01", nil)
	want := `{"kind":"granted","id":"inv-1","amount":"333.34","currency":"USD","at":"2026-11-11T00:00:00Z","reason":"a row","ref":"inv-1",` +
		`"source":"inv-0/1","priority":0,"effective":"2026-12-01T00:00:00Z","expires":"2027-12-01T00:00:00Z","promotional":true,"before_tax":true}`
	if got := giventest.JSON(t, e); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	giventest.CheckRoundTrip(t, e)
	giventest.CheckRoundTrip(t, credits.Entry{})
	due := credits.Due{Amount: giventest.Money("5"), Currency: "USD", At: giventest.Instant("2026-12-01", nil), Ref: "inv-9"}
	if got, want := giventest.JSON(t, due), `{"amount":"5","currency":"USD","at":"2026-12-01T00:00:00Z","ref":"inv-9"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	giventest.CheckRoundTrip(t, due)
	giventest.CheckRoundTrip(t, credits.VoidRequest{Ref: "inv-9", At: giventest.Instant("2026-12-01", nil), Reason: "a row"})
	giventest.CheckRoundTrip(t, credits.Request{})
	giventest.CheckRoundTrip(t, credits.RefundResult{})
}

// A stored ledger has the balances that it had.
func TestLedgerStored(t *testing.T) {
	ledger := []credits.Entry{grant("g", "0.10", "2026-11-01T09:30:00.000000001"), expiring(grant("h", "0.20", "2026-11-02"), "2027-11-02"), spent("g", "-0.05", "2026-11-03", "inv-1")}
	stored := giventest.CheckRoundTrip(t, ledger)
	for _, at := range []string{"2026-11-01T09:30:00", "2026-11-01T09:30:00.000000001", "2026-11-03", "2027-11-02"} {
		want, err := credits.Balance(ledger, "USD", giventest.Instant(at, nil))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := credits.Balance(stored, "USD", giventest.Instant(at, nil)); err != nil || !got.Equal(want) {
			t.Errorf("on %s the balance is %v, %v, want %v", at, got, err, want)
		}
	}
}

// However long the text in an entry, what is wrong with it is said in a few words.
func TestLedgerFaultsAreShort(t *testing.T) {
	long := string(slices.Repeat([]byte("x"), 1<<20))
	e := with(grant("g", "10", "2026-11-01"), func(e *credits.Entry) { e.Currency = plans.Currency(long) })
	ledger := []credits.Entry{e, spent(long, "-1", "2026-11-01", long), grant(long, "1e30", "2026-11-02"), with(e, func(e *credits.Entry) { e.ID, e.Amount = long, decimal.New(1, 1<<31-1) })}
	if text := credits.Validate(ledger).Error(); len(text) > 2_000 {
		t.Errorf("the faults take %d bytes: %.300s", len(text), text)
	}
}
