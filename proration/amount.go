package proration

import "github.com/shopspring/decimal"

// maxDigits bounds an amount: its significant digits, and how far from the point they may stand.
const maxDigits = 38

// checkAmount adds a fault where the amount is beyond the limits. It looks at the exponent and the digits only, so that an
// amount such as 1e1000000000 costs nothing.
func checkAmount(f *faults, field string, amount decimal.Decimal) bool {
	if usable(amount) {
		return true
	}
	exp := amount.Exponent()
	if exp < -maxDigits || exp > maxDigits {
		f.add(field, ErrLimit, "must have at most %d decimal places and at most %d trailing zeros; got an exponent of %d", maxDigits, maxDigits, exp)
		return false
	}
	f.add(field, ErrLimit, "must have at most %d digits; got %d digits times 10^%d", maxDigits, amount.NumDigits(), exp)
	return false
}

// usable reports whether the amount is within the limits.
func usable(amount decimal.Decimal) bool {
	exp, digits := int(amount.Exponent()), amount.NumDigits()
	return exp >= -maxDigits && digits <= maxDigits && digits+exp <= maxDigits
}

// checkNotNegative is checkAmount for an amount that must not be negative.
func checkNotNegative(f *faults, field string, amount decimal.Decimal) {
	if checkAmount(f, field, amount) && amount.IsNegative() {
		f.add(field, ErrInvalid, "must not be negative; got %v", amount)
	}
}
