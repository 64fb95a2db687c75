package exact

import (
	"strings"

	"github.com/shopspring/decimal"
)

// sensible bounds the numbers that are written out: twice the product of two of the longest amounts.
const sensible = 152

// Sensible reports whether a number can be a result of the library, so that its text is short. One that was made by
// hand, or read from JSON, need not be.
func Sensible(d decimal.Decimal) bool {
	exp := d.Exponent()
	return -sensible < exp && exp < sensible && d.NumDigits() < sensible
}

// Text writes a number with at least the given places, and more only where its value has them: the same value is the
// same text, however it is stored and whatever the host set decimal's printing to.
func Text(d decimal.Decimal, places int32) string {
	if !Sensible(d) {
		return "a number beyond the limits"
	}
	places = min(max(places, 0), sensible)
	text := d.StringFixed(max(places, -d.Exponent()))
	whole, behind, found := strings.Cut(text, ".")
	if !found {
		return text
	}
	kept := strings.TrimRight(behind[places:], "0")
	if behind = behind[:places] + kept; behind == "" {
		return whole
	}
	return whole + "." + behind
}
