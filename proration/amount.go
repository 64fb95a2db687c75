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
		f.add(field, ErrLimit, "an exponent of %d is more than %d places from the point", exp, maxDigits)
		return false
	}
	f.add(field, ErrLimit, "an amount of %d digits times 10^%d has more than %d", amount.NumDigits(), exp, maxDigits)
	return false
}

// usable reports whether the amount is within the limits.
func usable(amount decimal.Decimal) bool {
	exp, digits := int(amount.Exponent()), amount.NumDigits()
	return exp >= -maxDigits && digits <= maxDigits && digits+exp <= maxDigits
}

// checkPositive is checkAmount for an amount that may not be negative.
func checkPositive(f *faults, field string, amount decimal.Decimal) {
	if checkAmount(f, field, amount) && amount.IsNegative() {
		f.add(field, ErrInvalid, "%v is negative", amount)
	}
}
