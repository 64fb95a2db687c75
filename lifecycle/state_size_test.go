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
		n, size := allocates(t, 100, func() error {
			_, err := lifecycle.Apply(p, sub, e)
			return err
		})
		if n > 60 || size > 17_000 {
			t.Errorf("%v makes %v allocations of %d bytes, want at most 60 of 17,000", e.Kind, n, size)
		}
	}
}

// allocates returns the allocations of a call and their bytes.
func allocates(t *testing.T, runs int, call func() error) (n float64, size uint64) {
	t.Helper()
	var err error
	run := func() {
		if failed := call(); failed != nil {
			err = failed
		}
	}
	run()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n = testing.AllocsPerRun(runs, run) // one more run than counted
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	return n, (after.TotalAlloc - before.TotalAlloc) / uint64(runs+1)
}

// A renewal allocates its document, its charges and one copy of the receivables. An event of a history allocates less.
func TestAllocationsOfSteps(t *testing.T) {
	if race.On || !exact.Small {
		return // the race detector allocates by itself, and so does math/big
	}
	p, sub, at := afterAYear(t)
	n, size := allocates(t, 20, func() error {
		_, err := lifecycle.Advance(p, sub, at.AddDate(0, 1, 0))
		return err
	})
	t.Logf("a renewal: %v allocations of %d bytes", n, size)
	if n > 165 || size > 36_000 {
		t.Errorf("a renewal makes %v allocations of %d bytes, want at most 165 of 36,000", n, size)
	}
	const count = 1_000
	policy, initial, events, to := typicalEvents(t, count)
	policies := policiesOf(t, policy)
	n, size = allocates(t, 1, func() error {
		_, err := lifecycle.Replay(policies, initial, events, to)
		return err
	})
	n, size = n/count, size/count
	t.Logf("an event of a history: %v allocations of %d bytes", n, size)
	if n > 150 || size > 22_000 {
		t.Errorf("an event of a history makes %v allocations of %d bytes, want at most 150 of 22,000", n, size)
	}
}
