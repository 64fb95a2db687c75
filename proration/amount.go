package proration

import "github.com/shopspring/decimal"

// maxDigits limits the significant digits of an amount and their distance from the decimal point.
const maxDigits = 38

// checkAmount adds a fault if the amount is beyond the limits, and reports whether it is within them. It reads only the
// exponent and the digits, so an amount such as 1e1000000000 takes no time.
func checkAmount(f *faults, field string, amount decimal.Decimal) bool {
	if usable(amount) {
		return true
	}
	exp := amount.Exponent()
	if exp < -maxDigits || exp > maxDigits {
		f.add(field, ErrLimit, "must have at most %d decimal places and at most %d trailing zeros; got an exponent of %d",
			maxDigits, maxDigits, exp)
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
