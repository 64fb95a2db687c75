package invoice_test

import (
	"runtime"
	"slices"
	"testing"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// A document allocates its lines, its texts and little more. Checking it costs no more than issuing it.
func TestAllocationsOfDocuments(t *testing.T) {
	if race.On || !exact.Small {
		return // the race detector allocates, and so does math/big
	}
	one, _ := benchAccount(t, 1)
	ten, later := benchAccount(t, 10)
	change := ten
	change.Account, change.ID, change.At = issued(t, ten).Account, "inv-2", later
	change.Change = plans.Change{AnchorAt: later}
	changed := issued(t, change).Invoice
	signup := issued(t, ten).UnexpiredCharges
	compare := invoice.ReconcileRequest{
		Billed: append(slices.Clip(signup), changed.Lines...), Proposed: signup, Policy: ten.Policy.Proration,
	}
	for _, c := range []struct {
		name  string
		most  float64
		bytes uint64
		call  func() error
	}{
		{"a signup of one line", 66, 8_800, func() error {
			_, err := invoice.Issue(one)
			return err
		}},
		{"a signup of ten lines", 222, 47_000, func() error {
			_, err := invoice.Issue(ten)
			return err
		}},
		{"a change of ten lines", 650, 132_000, func() error {
			_, err := invoice.Issue(change)
			return err
		}},
		{"the comparison of both with the signup", 550, 77_000, func() error {
			_, err := invoice.Reconcile(compare)
			return err
		}},
		{"the check of that change", 400, 53_000, func() error { return invoice.Check(*changed) }},
	} {
		var err error
		const runs = 50
		call := func() {
			if failed := c.call(); failed != nil {
				err = failed
			}
		}
		call()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		n := testing.AllocsPerRun(runs, call) // one more run than counted
		runtime.ReadMemStats(&after)
		size := (after.TotalAlloc - before.TotalAlloc) / (runs + 1)
		t.Logf("%s: %v allocations of %d bytes", c.name, n, size)
		if err != nil || n > c.most || size > c.bytes {
			t.Errorf("%s: %v allocations of %d bytes, want at most %v of %d: %v", c.name, n, size, c.most, c.bytes, err)
		}
	}
}
