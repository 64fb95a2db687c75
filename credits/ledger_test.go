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
		{"before the first grant", "no credit is granted yet", "USD", "2026-11-10T23:59:59.999999999", "0"},
		{"at the first grant", "a grant counts from its instant on, inclusive", "USD", "2026-11-11", "333.34"},
		{"the same instant in another zone", "the zone of an instant does not matter", "USD", "2026-11-10T19:00:00-05:00", "333.34"},
		{"a grant before its effective date", "Stripe: a grant pays from its effective date on", "USD", "2026-11-17T23:59:59.999999999", "333.34"},
		{"at the effective date", "the instant is included", "USD", "2026-11-18", "336.34"},
		{"after a second grant", "K5: grants add up", "USD", "2026-11-20", "346.34"},
		{"before a payment", "the balance of a past instant can be computed", "USD", "2026-11-30T23:59:59.999999999", "346.34"},
		{"at a payment", "346.34 - 341.00", "USD", "2026-12-01", "5.34"},
		{"an effective date before the grant", "a grant pays from its own instant on", "USD", "2027-01-31T23:59:59.999999999", "5.34"},
		{"at a grant with an earlier effective date", "5.34 + 5.00", "USD", "2027-02-01", "10.34"},
		{"at a revocation", "voiding the source of a grant revokes it: 10.34 - 2.00", "USD", "2027-02-02", "8.34"},
		{"a grant spent in part", "8.34 + 20.00 - 8.00", "USD", "2027-03-10", "20.34"},
		{"in the last nanosecond before expiry", "law 7: a grant pays until it expires", "USD", "2027-03-31T23:59:59.999999999", "20.34"},
		{"at the expiry", "law 7: the expiry is the first instant without the grant", "USD", "2027-04-01", "8.34"},
		{"a restoration after the expiry", "credit restored to an expired grant is lost", "USD", "2027-05-01", "8.34"},
		{"in ten years", "without entries the balance does not change", "USD", "2036-12-01", "8.34"},
		{"in euros", "law 7: each currency has its own balance", "EUR", "2026-12-01", "7"},
		{"in euros, after a payment", "law 7: each currency has its own balance", "EUR", "2027-01-01", "0"},
		{"in a currency without grants", "law 7: each currency has its own balance", "JPY", "2026-12-01", "0"},
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
		t.Errorf("the balance of a nil ledger is %v, %v", got, err)
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
		{"an unknown currency", "law 14: with a misspelled currency the balance would be zero without an error", nil, "usd", "2026-12-01", []string{"currency invalid"}},
		{"no instant", "law 10: time is an argument", nil, "USD", "", []string{"at unset"}},
		{"every fault", "law 14: every fault is reported", []credits.Entry{grant("", "1", "2026-11-01")}, "usd", "", []string{"ledger[0].id unset", "currency invalid", "at unset"}},
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

// Every verb refuses a ledger whose entries contradict each other.
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
		{"no ID", "every payment names its grant", edited(func(e *credits.Entry) { e.ID = "" }), []string{"ledger[0].id unset"}},
		{"no instant", "the instant of a grant decides when it pays", edited(func(e *credits.Entry) { e.At = giventest.Instant("", nil) }), []string{"ledger[0].at unset"}},
		{"no currency", "law 13: money has a currency", edited(func(e *credits.Entry) { e.Currency = "" }), []string{"ledger[0].currency unset"}},
		{"an unknown currency", "law 14: the currency must be known", edited(func(e *credits.Entry) { e.Currency = "usd" }), []string{"ledger[0].currency invalid"}},
		{"an amount of zero", "an entry of zero has no effect", []credits.Entry{good, grant("h", "0.00", "2026-11-01")}, []string{"ledger[1].amount unset"}},
		{"an amount beyond the limits", "law 14: amounts are limited", []credits.Entry{grant("g", "1e39", "2026-11-01")}, []string{"ledger[0].amount limit"}},
		{"too many places", "law 14: amounts are limited", []credits.Entry{grant("g", "1e-39", "2026-11-01")}, []string{"ledger[0].amount limit"}},
		{"an unknown kind", "law 14: the kind must be known", edited(func(e *credits.Entry) { e.Kind, e.Amount = 5, e.Amount.Neg() }), []string{"ledger[0].kind invalid", "ledger[0].id invalid"}},
		{"no kind", "law 13: the sign does not imply the kind", about(func(e *credits.Entry) { e.Kind = 0 }), []string{"ledger[1].kind unset"}},
		{"a negative grant", "law 7: a grant adds credit", edited(func(e *credits.Entry) { e.Amount = e.Amount.Neg() }), []string{"ledger[0].amount invalid"}},
		{"a positive payment", "law 7: a payment takes credit from its grant", about(func(e *credits.Entry) { e.Amount = e.Amount.Neg() }), []string{"ledger[1].amount invalid"}},
		{"a positive revocation", "law 7: a revocation takes credit from its grant", about(func(e *credits.Entry) { e.Kind, e.Amount = credits.Revoked, e.Amount.Neg() }), []string{"ledger[1].amount invalid"}},
		{"a negative restoration", "law 7: a restoration adds credit to its grant", []credits.Entry{good, half, entry(credits.Restored, "g", "-5", "2026-11-03", "inv-1")}, []string{"ledger[2].amount invalid"}},
		{"a priority below 0", "priorities are 0 to 100", edited(func(e *credits.Entry) { e.Priority = new(int); *e.Priority = -1 }), []string{"ledger[0].priority limit"}},
		{"a priority above 100", "priorities are 0 to 100", edited(func(e *credits.Entry) { e.Priority = new(int); *e.Priority = 101 }), []string{"ledger[0].priority limit"}},
		{"an expiry at the grant", "the grant could never pay", edited(func(e *credits.Entry) { e.Expires = e.At }), []string{"ledger[0].expires period"}},
		{"an expiry at the effective date", "the grant could never pay", edited(func(e *credits.Entry) {
			e.Effective, e.Expires = giventest.Instant("2026-11-20", nil), giventest.Instant("2026-11-20", nil)
		}), []string{"ledger[0].expires period"}},
		{"an expiry before the grant", "the grant could never pay, although its effective date is earlier", edited(func(e *credits.Entry) {
			e.Effective, e.Expires = giventest.Instant("2026-10-01", nil), giventest.Instant("2026-10-31", nil)
		}), []string{"ledger[0].expires period"}},
		{"a repeated grant", "a retry that is stored twice would pay twice", []credits.Entry{good, good}, []string{"ledger[1].id invalid"}},
		{"a repeated grant in another currency", "an ID names one grant", []credits.Entry{good, euros(good)}, []string{"ledger[1].id invalid"}},
		{"a payment without a grant", "law 7: a grant is not overspent", []credits.Entry{good, spent("h", "-1", "2026-11-02", "inv-1")}, []string{"ledger[1].id invalid"}},
		{"a payment before its grant", "the ledger only grows, so that a grant precedes its payments", []credits.Entry{half, good}, []string{"ledger[0].id invalid"}},
		{"a payment in another currency", "law 7: a grant pays only in its currency", []credits.Entry{good, euros(half)}, []string{"ledger[1].currency invalid"}},
		{"a payment with a source", "only a grant has a source", about(func(e *credits.Entry) { e.Source = "inv-1/1" }), []string{"ledger[1].kind invalid"}},
		{"a payment with a priority", "only a grant has a priority", about(func(e *credits.Entry) { e.Priority = new(int) }), []string{"ledger[1].kind invalid"}},
		{"a payment with an effective date", "only a grant has an effective date", about(func(e *credits.Entry) { e.Effective = e.At }), []string{"ledger[1].kind invalid"}},
		{"a payment with an expiry", "only a grant has an expiry", about(func(e *credits.Entry) { e.Expires = giventest.Instant("2027-01-01", nil) }), []string{"ledger[1].kind invalid"}},
		{"a promotional payment", "only a grant is promotional", about(func(e *credits.Entry) { e.Promotional = true }), []string{"ledger[1].kind invalid"}},
		{"a payment before tax", "only a grant states whether it pays before tax", about(func(e *credits.Entry) { e.BeforeTax = true }), []string{"ledger[1].kind invalid"}},
		{"a payment before the date of the grant", "law 7: a grant of November does not pay in October", about(func(e *credits.Entry) { e.At = giventest.Instant("2026-10-31", nil) }), []string{"ledger[1].at invalid"}},
		{"a revocation before the date of the grant", "law 7: a grant of November cannot be revoked in October", about(func(e *credits.Entry) { e.Kind, e.At = credits.Revoked, giventest.Instant("2026-10-31", nil) }), []string{"ledger[1].at invalid"}},
		{"a payment before the effective date", "law 7: a grant does not pay before it is effective", []credits.Entry{with(good, func(e *credits.Entry) { e.Effective = giventest.Instant("2026-11-03", nil) }), half}, []string{"ledger[1].at invalid"}},
		{"a payment at the expiry", "law 7: a grant does not pay at its expiry", []credits.Entry{expiring(good, "2026-11-02"), half}, []string{"ledger[1].at invalid"}},
		{"an overspent grant", "law 7: a grant is not overspent", []credits.Entry{good, spent("g", "-10.01", "2026-11-02", "inv-1")}, []string{"ledger invalid"}},
		{"a grant overspent in parts", "law 7: a grant is not overspent", []credits.Entry{good, half, spent("g", "-4", "2026-11-03", "inv-2"), spent("g", "-1.01", "2026-11-04", "inv-3")}, []string{"ledger invalid"}},
		{"a grant overspent before its restoration", "law 7: restored credit pays from its restoration on", []credits.Entry{
			good, spent("g", "-10", "2026-11-02", "inv-1"), entry(credits.Restored, "g", "10", "2026-11-09", "inv-1"), spent("g", "-1", "2026-11-05", "inv-2"),
		}, []string{"ledger invalid"}},
		{"a revocation of spent credit", "credit that paid an invoice cannot be revoked", []credits.Entry{good, half, entry(credits.Revoked, "g", "-6", "2026-11-03", "inv-0")}, []string{"ledger invalid"}},
		{"a restoration without a payment", "the grant would be worth more than its amount", []credits.Entry{good, entry(credits.Restored, "g", "1", "2026-11-03", "inv-1")}, []string{"ledger invalid"}},
		{"a restoration of more than the payment", "the grant would be worth more than its amount", []credits.Entry{good, half, entry(credits.Restored, "g", "5.01", "2026-11-03", "inv-1")}, []string{"ledger invalid"}},
		{"a repeated restoration", "a retry is stored twice", []credits.Entry{
			good, half, entry(credits.Restored, "g", "5", "2026-11-03", "inv-1"), entry(credits.Restored, "g", "5", "2026-11-04", "inv-1"),
		}, []string{"ledger invalid"}},
		{"a restoration before the payment", "between the entries the grant of 10.00 would be worth 15.00", []credits.Entry{
			good, with(half, func(e *credits.Entry) { e.At = giventest.Instant("2026-11-04", nil) }), entry(credits.Restored, "g", "5", "2026-11-03", "inv-1"),
		}, []string{"ledger invalid"}},
		{"a restoration for another invoice", "each payment restores its own invoice", []credits.Entry{good, half, entry(credits.Restored, "g", "5", "2026-11-03", "inv-2")}, []string{"ledger invalid"}},
		{"a restoration of another grant", "each payment restores its own grant", []credits.Entry{good, grant("h", "10", "2026-11-01"), half, entry(credits.Restored, "h", "5", "2026-11-03", "inv-1")}, []string{"ledger invalid"}},
		{"two grants with faults", "law 14: every fault is reported", []credits.Entry{
			good, grant("h", "10", "2026-11-01"), spent("g", "-11", "2026-11-02", "inv-1"), entry(credits.Restored, "h", "1", "2026-11-02", "inv-1"), entry(credits.Restored, "h", "1", "2026-11-02", "inv-2"),
		}, []string{"ledger invalid", "ledger invalid", "ledger invalid"}},
		{
			"every fault", "law 14: every fault is reported, in the order of the entries",
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
			reversals, owed, err := credits.Void(c.ledger, credits.VoidRequest{Ref: "inv-9", At: at})
			giventest.CheckFaults(t, err, c.want...)
			if !balance.IsZero() || paid != nil || !rest.IsZero() || reversals != nil || !owed.IsZero() {
				t.Errorf("got %v, %v, %v, %v and %v with the error: %s", balance, paid, rest, reversals, owed, c.why)
			}
		})
	}
}

// Unusual ledgers that are valid.
func TestLedgerAccepted(t *testing.T) {
	first, last := 0, 100
	for _, c := range []struct {
		name, why string
		ledger    []credits.Entry
	}{
		{"no ledger", "a customer without credit has no ledger", nil},
		{"the lowest and the highest priority", "priorities are 0 to 100, both included", []credits.Entry{
			with(grant("g", "10", "2026-11-01"), func(e *credits.Entry) { e.Priority = &first }), with(grant("h", "10", "2026-11-01"), func(e *credits.Entry) { e.Priority = &last }),
		}},
		{"a payment at the instant of the grant", "an invoice can spend credit that another invoice grants at the same instant", []credits.Entry{grant("g", "10", "2026-11-01"), spent("g", "-10", "2026-11-01", "inv-1")}},
		{"a payment in the last nanosecond", "a grant pays until it expires", []credits.Entry{expiring(grant("g", "10", "2026-11-01"), "2026-11-09"), spent("g", "-10", "2026-11-08T23:59:59.999999999", "inv-1")}},
		{"the smallest and the largest amount", "both are within the limits of package proration", []credits.Entry{grant("g", "1e-38", "2026-11-01"), grant("h", "99999999999999999999999999999999999999", "2026-11-01")}},
		{"a restoration in parts", "the parts add up to the payment", []credits.Entry{
			grant("g", "10", "2026-11-01"), spent("g", "-5", "2026-11-02", "inv-1"),
			entry(credits.Restored, "g", "2", "2026-11-03", "inv-1"), entry(credits.Restored, "g", "3", "2026-11-03", "inv-1"),
		}},
		{"a restoration and a payment at one instant, in either order", "one invoice is voided and another one takes its place", []credits.Entry{
			grant("g", "10", "2026-11-01"), spent("g", "-10", "2026-11-02", "inv-1"),
			spent("g", "-10", "2026-11-03", "inv-2"), entry(credits.Restored, "g", "10", "2026-11-03", "inv-1"),
		}},
		{"a payment and its restoration at one instant", "an invoice is voided immediately", []credits.Entry{
			grant("g", "10", "2026-11-01"), spent("g", "-10", "2026-11-02", "inv-1"), entry(credits.Restored, "g", "10", "2026-11-02", "inv-1"),
		}},
		{"an earlier entry after a later one", "an invoice of October can be entered in November", []credits.Entry{
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

func TestEnumText(t *testing.T) {
	checkNames(t, "kind", []credits.Kind{credits.Granted, credits.Spent, credits.Restored, credits.Revoked}, "granted", "spent", "restored", "revoked")
	checkNames(t, "give", []credits.Extent{credits.UnusedPart, credits.InFull}, "unused_part", "in_full")
	checkNames(t, "as", []credits.RefundAs{credits.AsBalance, credits.AsRefund, credits.AsDays, credits.AsNothing}, "balance", "refund", "days", "nothing")
}

// checkNames fails unless the values of an enum, from 1 on, are encoded and decoded by their names.
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
			t.Errorf("%s is decoded as %d, %v", text, v, err)
		}
	}
	if text, err := json.Marshal(values[len(values)-1] + 1); err == nil {
		t.Errorf("an unknown value is encoded as %s", text)
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

// A stored ledger keeps its balances.
func TestStoredLedgerKeepsItsBalances(t *testing.T) {
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

// Faults are short, however long the text of an entry.
func TestLedgerFaultsAreShort(t *testing.T) {
	long := string(slices.Repeat([]byte("x"), 1<<20))
	e := with(grant("g", "10", "2026-11-01"), func(e *credits.Entry) { e.Currency = plans.Currency(long) })
	ledger := []credits.Entry{e, spent(long, "-1", "2026-11-01", long), grant(long, "1e30", "2026-11-02"), with(e, func(e *credits.Entry) { e.ID, e.Amount = long, decimal.New(1, 1<<31-1) })}
	if text := credits.Validate(ledger).Error(); len(text) > 2_000 {
		t.Errorf("the faults have %d bytes: %.300s", len(text), text)
	}
}
