package exact

import (
	"testing"

	"github.com/shopspring/decimal"
)

func TestMultiple(t *testing.T) {
	for _, row := range []struct {
		amount, unit string
		want         bool
	}{
		{"0", "5", true},
		{"5", "5", true},
		{"7", "5", false},
		{"500", "5e1", true},
		{"0.75", "0.25", true},
		{"0.8", "0.25", false},
		{"1e17", "3e-18", false},
		{"999999999999999999", "3", true},
		{"-10", "5", true},
	} {
		amount, unit := decimal.RequireFromString(row.amount), decimal.RequireFromString(row.unit)
		if got := Multiple(amount, unit); got != row.want {
			t.Errorf("%s is a multiple of %s: %v", row.amount, row.unit, got)
		}
	}
}
