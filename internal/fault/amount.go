package fault

import "github.com/shopspring/decimal"

// MaxDigits limits the significant digits of an amount and their distance from the decimal point.
const MaxDigits = 38

// Amount adds a fault if the amount is beyond the limits, and reports whether it is within them. It reads only the
// exponent and the digits, so an amount such as 1e1000000000 takes no time.
func Amount(l *List, field string, amount decimal.Decimal) bool {
	if Usable(amount) {
		return true
	}
	exp := amount.Exponent()
	if exp < -MaxDigits || exp > MaxDigits {
		l.Add(field, ErrLimit, "must have at most %d decimal places and at most %d trailing zeros; got an exponent of %d",
			MaxDigits, MaxDigits, exp)
		return false
	}
	l.Add(field, ErrLimit, "must have at most %d digits; got %d digits times 10^%d", MaxDigits, amount.NumDigits(), exp)
	return false
}

// Usable reports whether the amount is within the limits.
func Usable(amount decimal.Decimal) bool {
	exp := int(amount.Exponent())
	if exp == 0 && amount.IsZero() {
		return true
	}
	digits := amount.NumDigits()
	return exp >= -MaxDigits && digits <= MaxDigits && digits+exp <= MaxDigits
}

// A number with at most so many digits and places can be multiplied: package proration accepts the product of two such
// numbers. A sum of products can still be too long.
const (
	factorDigits = 18
	factorPlaces = 18
)

// Number adds a fault for a number that is negative or too long to multiply, such as a quantity or a price.
func Number(l *List, field string, d decimal.Decimal) {
	exp := d.Exponent()
	if exp == 0 && d.IsZero() {
		return
	}
	digits := d.NumDigits()
	switch {
	case exp < -factorPlaces, exp > factorPlaces, digits > factorDigits, digits+int(exp) > factorDigits:
		l.Add(field, ErrLimit, "must have at most 18 digits and 18 decimal places")
	case d.IsNegative():
		l.Add(field, ErrInvalid, "must not be negative; got %v", d)
	}
}

// NotNegative is [Amount] for an amount that must not be negative.
func NotNegative(l *List, field string, amount decimal.Decimal) {
	if Amount(l, field, amount) && amount.IsNegative() {
		l.Add(field, ErrInvalid, "must not be negative; got %v", amount)
	}
}
