package lifecycle_test

import (
	"encoding/json"
	"runtime"
	"strings"
	"testing"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/lifecycle"
)

// The stored subscription stays small: after a year of about eight events a month it has the receivables of half a
// year, and neither invoices nor a policy.
func TestStoredSubscriptionIsSmall(t *testing.T) {
	_, sub, _ := afterAYear(t)
	text, err := json.Marshal(sub)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 8_000 {
		t.Errorf("the subscription has %d bytes, want at most 8,000", len(text))
	}
	for _, word := range []string{`"policy"`, `"day_count"`, `"invoices"`, `"subtotal"`, "0001-01-01"} {
		if strings.Contains(string(text), word) {
			t.Errorf("the subscription contains %s", word)
		}
	}
	waiting, err := json.Marshal(sub.UnbilledCharges[0])
	if err != nil {
		t.Fatal(err)
	}
	if len(waiting) > 110 {
		t.Errorf("usage that waits has %d bytes: %s", len(waiting), waiting)
	}
	giventest.CheckRoundTrip(t, sub)
}

// An event that bills nothing copies the lists that it may change, and nothing else.
func TestEventThatBillsNothingIsCheap(t *testing.T) {
	if race.On || !exact.Small {
		return // the race detector allocates by itself, and so does math/big
	}
	p, sub, at := afterAYear(t)
	for _, e := range []lifecycle.Event{
		{Kind: lifecycle.CreditGranted, Reason: "goodwill"},
		{Kind: lifecycle.UsageRecorded, Charges: chargeOf("calls", "7.30")},
		{Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "card"},
		{Kind: lifecycle.RenewalDisabled},
	} {
		e.Sequence, e.At = 1_000, at
		if e.Kind == lifecycle.CreditGranted {
			e.Grant.Amount = giventest.Money("5.00")
		}
		const runs = 100
		var err error
		apply := func() {
			if _, applied := lifecycle.Apply(p, sub, e); applied != nil {
				err = applied
			}
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		n := testing.AllocsPerRun(runs, apply) // one more run than counted
		runtime.ReadMemStats(&after)
		size := (after.TotalAlloc - before.TotalAlloc) / (runs + 1)
		if err != nil || n > 100 || size > 24_000 {
			t.Errorf("%v makes %v allocations of %d bytes, want at most 100 of 24,000: %v", e.Kind, n, size, err)
		}
	}
}
