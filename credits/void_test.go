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
		want      []string // entries in short
		owed      string
		balance   string // then
	}{
		{"no ledger", "an invoice that was paid in money only did nothing to it", nil, "2026-12-05", nil, "0", "0"},
		{"what others did", "each invoice for itself", []credits.Entry{granted("g", "10", "2026-11-01", "inv-1"), spent("g", "-4", "2026-11-09", "inv-2")}, "2026-12-05", nil, "0", "6"},
		{
			"what it was paid with", "it is there again", []credits.Entry{grant("g", "10", "2026-11-01"), spent("g", "-4", "2026-12-01", "inv-9")}, "2026-12-05",
			[]string{"restored g 4"}, "0", "10",
		},
		{
			"what two grants paid", "each has its own back, in the order in which they were granted",
			[]credits.Entry{grant("h", "10", "2026-11-01"), grant("g", "10", "2026-11-02"), spent("h", "-10", "2026-12-01", "inv-9"), spent("g", "-3", "2026-12-01", "inv-9")}, "2026-12-05",
			[]string{"restored h 10", "restored g 3"}, "0", "20",
		},
		{
			"paid in two steps", "all that it was paid with, in one entry",
			[]credits.Entry{grant("g", "10", "2026-11-01"), spent("g", "-4", "2026-12-01", "inv-9"), spent("g", "-1.50", "2026-12-02", "inv-9")}, "2026-12-05",
			[]string{"restored g 5.5"}, "0", "10",
		},
		{
			"paid and given back in part", "what of it is not given back yet",
			[]credits.Entry{grant("g", "10", "2026-11-01"), spent("g", "-4", "2026-12-01", "inv-9"), restored("g", "1", "2026-12-02", "inv-9")}, "2026-12-05",
			[]string{"restored g 3"}, "0", "10",
		},
		{
			"the grant has expired meanwhile", "it is restored on the terms of its grant, and so it is lost",
			[]credits.Entry{expiring(grant("g", "10", "2026-11-01"), "2026-12-03"), spent("g", "-4", "2026-12-01", "inv-9")}, "2026-12-05",
			[]string{"restored g 4"}, "0", "0",
		},
		{
			"in another currency", "the entry is in the currency of its grant", []credits.Entry{euros(grant("g", "10", "2026-11-01")), euros(spent("g", "-4", "2026-12-01", "inv-9"))}, "2026-12-05",
			[]string{"restored g 4"}, "0", "0",
		},
		{
			"at the instant of the invoice", "an invoice that was wrong is voided at once", []credits.Entry{grant("g", "10", "2026-11-01"), spent("g", "-4", "2026-12-05", "inv-9")}, "2026-12-05",
			[]string{"restored g 4"}, "0", "10",
		},
		{"a grant of its own", "what it granted is owed no more", []credits.Entry{granted("g", "10", "2026-12-01", "inv-9")}, "2026-12-05", []string{"revoked g -10"}, "0", "0"},
		{
			"a grant of its own, spent in part", "6.00 are taken back; 4.00 paid another invoice, which keeps them, and the customer owes them",
			[]credits.Entry{granted("g", "10", "2026-12-01", "inv-9"), spent("g", "-4", "2026-12-02", "inv-10")}, "2026-12-05", []string{"revoked g -6"}, "4", "0",
		},
		{
			"a grant of its own, spent up", "as above, and nothing is left to take back, which is written down",
			[]credits.Entry{granted("g", "10", "2026-12-01", "inv-9"), spent("g", "-10", "2026-12-02", "inv-10")}, "2026-12-05", []string{"revoked g 0"}, "10", "0",
		},
		{
			"a grant of its own, spent later", "a later entry keeps what it took",
			[]credits.Entry{granted("g", "10", "2026-12-01", "inv-9"), spent("g", "-4", "2026-12-09", "inv-10")}, "2026-12-05", []string{"revoked g -6"}, "4", "4",
		},
		{
			"a grant of its own that has expired", "it was worth nothing any more: nobody owes it", []credits.Entry{expiring(granted("g", "10", "2026-12-01", "inv-9"), "2026-12-03")}, "2026-12-05",
			[]string{"revoked g -10"}, "0", "0",
		},
		{
			"a grant of its own, restored by another", "what came back of it is taken back too",
			[]credits.Entry{granted("g", "10", "2026-12-01", "inv-9"), spent("g", "-4", "2026-12-02", "inv-10"), restored("g", "4", "2026-12-03", "inv-10")}, "2026-12-05",
			[]string{"revoked g -10"}, "0", "0",
		},
		{
			"a grant of its own that paid it", "it comes back and goes with the rest: nobody else had it",
			[]credits.Entry{granted("g", "10", "2026-12-01", "inv-9"), spent("g", "-4", "2026-12-01", "inv-9")}, "2026-12-05", []string{"restored g 4", "revoked g -10"}, "0", "0",
		},
		{
			"a grant of its own that paid it and another", "only what the other had is owed",
			[]credits.Entry{granted("g", "10", "2026-12-01", "inv-9"), spent("g", "-4", "2026-12-01", "inv-9"), spent("g", "-5", "2026-12-02", "inv-10")}, "2026-12-05",
			[]string{"restored g 4", "revoked g -5"}, "5", "0",
		},
		{
			"taken back in part before", "10.00 less the 4.00 that were taken back and the 3.00 that others had",
			[]credits.Entry{granted("g", "10", "2026-12-01", "inv-9"), revoked("g", "-4", "2026-12-02", "inv-8"), spent("g", "-3", "2026-12-03", "inv-10")}, "2026-12-05", []string{"revoked g -3"}, "3", "0",
		},
		{
			"two grants of its own", "each for itself", []credits.Entry{granted("h", "3", "2026-12-01", "inv-9"), granted("g", "10", "2026-12-01", "inv-9"), spent("g", "-1", "2026-12-02", "inv-10")}, "2026-12-05",
			[]string{"revoked h -3", "revoked g -9"}, "1", "0",
		},
		{
			"paid by one, and granting another", "both are taken back",
			[]credits.Entry{grant("h", "3", "2026-11-01"), spent("h", "-2", "2026-12-01", "inv-9"), granted("g", "10", "2026-12-01", "inv-9")}, "2026-12-05",
			[]string{"restored h 2", "revoked g -10"}, "0", "3",
		},
		{
			"not effective yet", "it would pay from the 9th on; now nothing is left of it", []credits.Entry{with(granted("g", "10", "2026-12-01", "inv-9"), func(e *credits.Entry) {
				e.Effective = giventest.Instant("2026-12-09", nil)
			})}, "2026-12-05", []string{"revoked g -10"}, "0", "0",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := giventest.JSON(t, c.ledger)
			undoing := credits.VoidRequest{Ref: "inv-9", At: giventest.Instant(c.at, nil), Reason: "a mistake"}
			undone, owed, err := credits.Void(c.ledger, undoing)
			if err != nil {
				t.Fatal(err)
			}
			if got := written(undone); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q: %s", got, c.want, c.why)
			}
			giventest.CheckMoney(t, "what is owed", owed, c.owed)
			for _, e := range undone {
				if !e.At.Equal(undoing.At) || e.Ref != "inv-9" || e.Reason != "a mistake" {
					t.Errorf("the entry %+v does not say what was voided", e)
				}
			}
			if after := giventest.JSON(t, c.ledger); after != before {
				t.Errorf("the ledger is now %s", after)
			}

			ledger := append(slices.Clone(c.ledger), undone...)
			balance, err := credits.Balance(ledger, "USD", undoing.At)
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, "the balance", balance, c.balance)

			// A second time, at once or a month later, there is nothing left to undo, and the customer owes the same.
			for _, at := range []string{c.at, "2027-01-05"} {
				again, still, err := credits.Void(ledger, credits.VoidRequest{Ref: "inv-9", At: giventest.Instant(at, nil), Reason: "a mistake"})
				if err != nil || again != nil || !still.Equal(owed) {
					t.Errorf("on %s it undoes %q and %v is owed, %v", at, written(again), still, err)
				}
			}
		})
	}
}

// An invoice that was paid out of the ledger and voided can be issued again, and the same pays it.
func TestVoidAndPayAgain(t *testing.T) {
	ledger := []credits.Entry{grant("a", "10", "2026-11-01"), expiring(grant("b", "10", "2026-11-02"), "2027-01-01"), grant("c", "10", "2026-11-03")}
	want := []string{"spent b -10", "spent a -10", "spent c -5"}
	for day, ref := range []string{"inv-1", "inv-2", "inv-3"} {
		at := giventest.Instant("2026-12-01", nil).AddDate(0, 0, day)
		pays, rest, err := credits.Apply(ledger, credits.Due{Amount: giventest.Money("25"), Currency: "USD", At: at, Ref: ref})
		if err != nil || !rest.IsZero() {
			t.Fatal(rest, err)
		}
		if got := written(pays); !slices.Equal(got, want) {
			t.Errorf("%s is paid by %q, want %q", ref, got, want)
		}
		ledger = append(ledger, pays...)
		undone, owed, err := credits.Void(ledger, credits.VoidRequest{Ref: ref, At: at})
		if err != nil || len(undone) != 3 || !owed.IsZero() {
			t.Fatal(written(undone), owed, err)
		}
		ledger = append(ledger, undone...)
	}
}

func TestVoidRefused(t *testing.T) {
	ledger := []credits.Entry{grant("g", "10", "2026-11-01"), spent("g", "-4", "2026-12-05T12:00:00", "inv-9"), spent("g", "-4", "2026-12-09", "inv-10")}
	for _, c := range []struct {
		name, why string
		undoing   credits.VoidRequest
		want      []string
	}{
		{"no reference", "an entry without a reference belongs to nothing, and would be undone with all others of that sort", credits.VoidRequest{At: giventest.Instant("2026-12-10", nil)}, []string{"ref unset"}},
		{"no instant", "law 10: time is an argument", credits.VoidRequest{Ref: "inv-9"}, []string{"at unset"}},
		{"before the invoice", "what was not there yet cannot be undone", credits.VoidRequest{Ref: "inv-9", At: giventest.Instant("2026-12-05T11:59:59.999999999", nil)}, []string{"at outside"}},
		{"all at once", "law 14", credits.VoidRequest{}, []string{"ref unset", "at unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			undone, owed, err := credits.Void(ledger, c.undoing)
			giventest.CheckFaults(t, err, c.want...)
			if undone != nil || !owed.IsZero() {
				t.Errorf("got %q and %v with the error: %s", written(undone), owed, c.why)
			}
		})
	}
	if _, _, err := credits.Void(ledger, credits.VoidRequest{Ref: "inv-9", At: giventest.Instant("2026-12-05T12:00:00", nil)}); err != nil {
		t.Errorf("at its instant, although another invoice came later: %v", err)
	}
	granted := []credits.Entry{entry(credits.Granted, "g", "10", "2026-12-05", "inv-9")}
	_, _, err := credits.Void(granted, credits.VoidRequest{Ref: "inv-9", At: giventest.Instant("2026-12-04", nil)})
	giventest.CheckFaults(t, err, "at outside")
}
