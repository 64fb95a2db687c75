package exact

import (
	"strings"

	"github.com/shopspring/decimal"
)

// sensible limits the numbers that are written in full: twice the digits of the product of two of the longest amounts.
const sensible = 152

// Sensible reports whether a number can be a result of the library, so that its text is short. A number that was read
// from JSON or set by the caller need not be.
func Sensible(d decimal.Decimal) bool {
	exp := d.Exponent()
	return -sensible < exp && exp < sensible && d.NumDigits() < sensible
}

// Text writes a number with at least the given places, and with more only if its value needs them. Equal values have
// equal text, whatever their exponents and whatever the process-wide settings of package decimal.
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
