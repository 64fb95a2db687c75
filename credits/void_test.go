package credits_test

import (
	"slices"
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
)

func TestVoid(t *testing.T) {
	restored := func(id, amount, at, ref string) credits.Entry {
		return entry(credits.Restored, id, amount, at, ref)
	}
	revoked := func(id, amount, at, ref string) credits.Entry {
		return entry(credits.Revoked, id, amount, at, ref)
	}
	granted := func(id, amount, at, ref string) credits.Entry {
		return entry(credits.Granted, id, amount, at, ref)
	}
	for _, c := range []struct {
		name, why string
		ledger    []credits.Entry
		at        string
		want      []string // entries as short texts
		owed      string
		balance   string // the balance afterward
	}{
		{"no ledger", "an invoice that was paid in money has no entries", nil, "2026-12-05", nil, "0", "0"},
		{"entries of other invoices", "voiding affects one invoice", []credits.Entry{granted("g", "10", "2026-11-01", "inv-1"), spent("g", "-4", "2026-11-09", "inv-2")}, "2026-12-05", nil, "0", "6"},
		{
			"a payment", "the credit is restored", []credits.Entry{grant("g", "10", "2026-11-01"), spent("g", "-4", "2026-12-01", "inv-9")}, "2026-12-05",
			[]string{"restored g 4"}, "0", "10",
		},
		{
			"payments by two grants", "each grant is restored, in the order of the grants",
			[]credits.Entry{grant("h", "10", "2026-11-01"), grant("g", "10", "2026-11-02"), spent("h", "-10", "2026-12-01", "inv-9"), spent("g", "-3", "2026-12-01", "inv-9")}, "2026-12-05",
			[]string{"restored h 10", "restored g 3"}, "0", "20",
		},
		{
			"two payments by one grant", "one entry restores both payments",
			[]credits.Entry{grant("g", "10", "2026-11-01"), spent("g", "-4", "2026-12-01", "inv-9"), spent("g", "-1.50", "2026-12-02", "inv-9")}, "2026-12-05",
			[]string{"restored g 5.5"}, "0", "10",
		},
		{
			"a payment restored in part", "the rest of the payment is restored",
			[]credits.Entry{grant("g", "10", "2026-11-01"), spent("g", "-4", "2026-12-01", "inv-9"), restored("g", "1", "2026-12-02", "inv-9")}, "2026-12-05",
			[]string{"restored g 3"}, "0", "10",
		},
		{
			"a payment by a grant that has expired", "the restored credit has the expiry of its grant, so that it is lost",
			[]credits.Entry{expiring(grant("g", "10", "2026-11-01"), "2026-12-03"), spent("g", "-4", "2026-12-01", "inv-9")}, "2026-12-05",
			[]string{"restored g 4"}, "0", "0",
		},
		{
			"a payment in another currency", "the restoration has the currency of its grant", []credits.Entry{euros(grant("g", "10", "2026-11-01")), euros(spent("g", "-4", "2026-12-01", "inv-9"))}, "2026-12-05",
			[]string{"restored g 4"}, "0", "0",
		},
		{
			"a payment at the instant of the voiding", "a wrong invoice can be voided immediately", []credits.Entry{grant("g", "10", "2026-11-01"), spent("g", "-4", "2026-12-05", "inv-9")}, "2026-12-05",
			[]string{"restored g 4"}, "0", "10",
		},
		{"a grant of the invoice", "the grant is revoked", []credits.Entry{granted("g", "10", "2026-12-01", "inv-9")}, "2026-12-05", []string{"revoked g -10"}, "0", "0"},
		{
			"a grant of the invoice, spent in part", "6.00 are revoked; 4.00 paid another invoice, and the customer owes them",
			[]credits.Entry{granted("g", "10", "2026-12-01", "inv-9"), spent("g", "-4", "2026-12-02", "inv-10")}, "2026-12-05", []string{"revoked g -6"}, "4", "0",
		},
		{
			"a grant of the invoice, spent in full", "10.00 paid another invoice, and an entry of zero records the revocation",
			[]credits.Entry{granted("g", "10", "2026-12-01", "inv-9"), spent("g", "-10", "2026-12-02", "inv-10")}, "2026-12-05", []string{"revoked g 0"}, "10", "0",
		},
		{
			"a grant of the invoice, spent later", "a later entry keeps its credit",
			[]credits.Entry{granted("g", "10", "2026-12-01", "inv-9"), spent("g", "-4", "2026-12-09", "inv-10")}, "2026-12-05", []string{"revoked g -6"}, "4", "4",
		},
		{
			"an expired grant of the invoice", "the customer does not owe expired credit", []credits.Entry{expiring(granted("g", "10", "2026-12-01", "inv-9"), "2026-12-03")}, "2026-12-05",
			[]string{"revoked g -10"}, "0", "0",
		},
		{
			"a grant of the invoice, restored by another invoice", "the restored credit is revoked too",
			[]credits.Entry{granted("g", "10", "2026-12-01", "inv-9"), spent("g", "-4", "2026-12-02", "inv-10"), restored("g", "4", "2026-12-03", "inv-10")}, "2026-12-05",
			[]string{"revoked g -10"}, "0", "0",
		},
		{
			"a grant of the invoice that paid the invoice", "the payment is restored and then revoked, and the customer owes nothing",
			[]credits.Entry{granted("g", "10", "2026-12-01", "inv-9"), spent("g", "-4", "2026-12-01", "inv-9")}, "2026-12-05", []string{"restored g 4", "revoked g -10"}, "0", "0",
		},
		{
			"a grant of the invoice that paid the invoice and another one", "the customer owes only the payment of the other invoice",
			[]credits.Entry{granted("g", "10", "2026-12-01", "inv-9"), spent("g", "-4", "2026-12-01", "inv-9"), spent("g", "-5", "2026-12-02", "inv-10")}, "2026-12-05",
			[]string{"restored g 4", "revoked g -5"}, "5", "0",
		},
		{
			"a grant of the invoice, revoked in part before", "3.00 remain of 10.00 after a revocation of 4.00 and a payment of 3.00",
			[]credits.Entry{granted("g", "10", "2026-12-01", "inv-9"), revoked("g", "-4", "2026-12-02", "inv-8"), spent("g", "-3", "2026-12-03", "inv-10")}, "2026-12-05", []string{"revoked g -3"}, "3", "0",
		},
		{
			"two grants of the invoice", "each grant is revoked", []credits.Entry{granted("h", "3", "2026-12-01", "inv-9"), granted("g", "10", "2026-12-01", "inv-9"), spent("g", "-1", "2026-12-02", "inv-10")}, "2026-12-05",
			[]string{"revoked h -3", "revoked g -9"}, "1", "0",
		},
		{
			"a payment and a grant of the invoice", "the payment is restored, and the grant is revoked",
			[]credits.Entry{grant("h", "3", "2026-11-01"), spent("h", "-2", "2026-12-01", "inv-9"), granted("g", "10", "2026-12-01", "inv-9")}, "2026-12-05",
			[]string{"restored h 2", "revoked g -10"}, "0", "3",
		},
		{
			"a grant of the invoice that is not effective yet", "the grant is revoked before its effective date, the 9th", []credits.Entry{with(granted("g", "10", "2026-12-01", "inv-9"), func(e *credits.Entry) {
				e.Effective = giventest.Instant("2026-12-09", nil)
			})}, "2026-12-05", []string{"revoked g -10"}, "0", "0",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := giventest.JSON(t, c.ledger)
			request := credits.VoidRequest{Ref: "inv-9", At: giventest.Instant(c.at, nil), Reason: "a mistake"}
			reversals, owed, err := credits.Void(c.ledger, request)
			if err != nil {
				t.Fatal(err)
			}
			if got := entryTexts(reversals); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q: %s", got, c.want, c.why)
			}
			giventest.CheckMoney(t, "the amount owed", owed, c.owed)
			for _, e := range reversals {
				if !e.At.Equal(request.At) || e.Ref != "inv-9" || e.Reason != "a mistake" {
					t.Errorf("the entry %+v does not state the voided invoice", e)
				}
			}
			if after := giventest.JSON(t, c.ledger); after != before {
				t.Errorf("the ledger is now %s", after)
			}

			ledger := append(slices.Clone(c.ledger), reversals...)
			balance, err := credits.Balance(ledger, "USD", request.At)
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, "the balance", balance, c.balance)

			// A second voiding, at the same instant or a month later, adds no entries, and the customer owes the same.
			for _, at := range []string{c.at, "2027-01-05"} {
				again, still, err := credits.Void(ledger, credits.VoidRequest{Ref: "inv-9", At: giventest.Instant(at, nil), Reason: "a mistake"})
				if err != nil || again != nil || !still.Equal(owed) {
					t.Errorf("on %s a second voiding gives %q and %v, %v", at, entryTexts(again), still, err)
				}
			}
		})
	}
}

// After a voiding the same credit pays the next invoice.
func TestVoidedInvoiceCanBePaidAgain(t *testing.T) {
	ledger := []credits.Entry{grant("a", "10", "2026-11-01"), expiring(grant("b", "10", "2026-11-02"), "2027-01-01"), grant("c", "10", "2026-11-03")}
	want := []string{"spent b -10", "spent a -10", "spent c -5"}
	for day, ref := range []string{"inv-1", "inv-2", "inv-3"} {
		at := giventest.Instant("2026-12-01", nil).AddDate(0, 0, day)
		pays, rest, err := credits.Apply(ledger, credits.Due{Amount: giventest.Money("25"), Currency: "USD", At: at, Ref: ref})
		if err != nil || !rest.IsZero() {
			t.Fatal(rest, err)
		}
		if got := entryTexts(pays); !slices.Equal(got, want) {
			t.Errorf("%s is paid by %q, want %q", ref, got, want)
		}
		ledger = append(ledger, pays...)
		reversals, owed, err := credits.Void(ledger, credits.VoidRequest{Ref: ref, At: at})
		if err != nil || len(reversals) != 3 || !owed.IsZero() {
			t.Fatal(entryTexts(reversals), owed, err)
		}
		ledger = append(ledger, reversals...)
	}
}

func TestVoidRefused(t *testing.T) {
	ledger := []credits.Entry{grant("g", "10", "2026-11-01"), spent("g", "-4", "2026-12-05T12:00:00", "inv-9"), spent("g", "-4", "2026-12-09", "inv-10")}
	for _, c := range []struct {
		name, why string
		request   credits.VoidRequest
		want      []string
	}{
		{"no reference", "voiding without a reference would reverse every entry without one", credits.VoidRequest{At: giventest.Instant("2026-12-10", nil)}, []string{"ref unset"}},
		{"no instant", "law 10: time is an argument", credits.VoidRequest{Ref: "inv-9"}, []string{"at unset"}},
		{"before the invoice", "an invoice cannot be voided before its entries", credits.VoidRequest{Ref: "inv-9", At: giventest.Instant("2026-12-05T11:59:59.999999999", nil)}, []string{"at outside"}},
		{"every fault", "law 14: every fault is reported", credits.VoidRequest{}, []string{"ref unset", "at unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			reversals, owed, err := credits.Void(ledger, c.request)
			giventest.CheckFaults(t, err, c.want...)
			if reversals != nil || !owed.IsZero() {
				t.Errorf("got %q and %v with the error: %s", entryTexts(reversals), owed, c.why)
			}
		})
	}
	if _, _, err := credits.Void(ledger, credits.VoidRequest{Ref: "inv-9", At: giventest.Instant("2026-12-05T12:00:00", nil)}); err != nil {
		t.Errorf("voiding at the instant of the payment, although another invoice is later: %v", err)
	}
	granted := []credits.Entry{entry(credits.Granted, "g", "10", "2026-12-05", "inv-9")}
	_, _, err := credits.Void(granted, credits.VoidRequest{Ref: "inv-9", At: giventest.Instant("2026-12-04", nil)})
	giventest.CheckFaults(t, err, "at outside")
}
