package plans_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Prices and lines allocate what they return, and little more.
func TestAllocationsOfPrices(t *testing.T) {
	if race.On || !exact.Small {
		return // the race detector allocates, and so does math/big
	}
	tiers := tieredPrice(4)
	unit, month := lineOf(plans.Price{Unit: decimal.New(1499, -2)}, 7)
	graduated, _ := lineOf(tiers, 3_500)
	policy := proration.Standard(2)
	for _, c := range []struct {
		name string
		most float64
		call func() error
	}{
		{"four graduated tiers", 4, func() error {
			_, err := tiers.Amount(decimal.New(3_500, 0))
			return err
		}},
		{"a line by unit price", 8, func() error {
			_, err := unit.Charges(month, policy)
			return err
		}},
		{"a line of four graduated tiers", 12, func() error {
			_, err := graduated.Charges(month, policy)
			return err
		}},
	} {
		got := testing.AllocsPerRun(100, func() {
			if err := c.call(); err != nil {
				t.Fatal(err)
			}
		})
		t.Logf("%s: %v allocations", c.name, got)
		if got > c.most {
			t.Errorf("%s: %v allocations, want at most %v", c.name, got, c.most)
		}
	}
}
