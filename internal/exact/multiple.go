package exact

import "github.com/shopspring/decimal"

// Multiple reports whether an amount is a whole multiple of a unit, which is not zero. Both have sensible sizes.
func Multiple(amount, unit decimal.Decimal) bool {
	_, rest := amount.QuoRem(unit, 0)
	return rest.IsZero()
}
