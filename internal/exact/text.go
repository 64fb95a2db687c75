package exact

import (
	"strconv"

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
	var room [48]byte
	return string(AppendText(room[:0], d, places))
}

// AppendText appends the Text of a sensible number.
func AppendText(out []byte, d decimal.Decimal, places int32) []byte {
	places = min(max(places, 0), sensible)
	var room [24]byte
	var digits []byte
	if d.NumDigits() <= smallDigits {
		digits = strconv.AppendUint(room[:0], magnitude(d.CoefficientInt64()), 10)
	} else {
		coefficient := d.Coefficient()
		digits = coefficient.Abs(coefficient).Append(room[:0], 10)
	}
	if d.Sign() < 0 {
		out = append(out, '-')
	}
	exp := int(d.Exponent())
	if d.Sign() == 0 {
		digits, exp = digits[:0], 0
	}
	whole := max(len(digits)+exp, 0)
	if whole == 0 {
		out = append(out, '0')
	}
	out = append(out, digits[:min(whole, len(digits))]...)
	for i := len(digits); i < whole; i++ {
		out = append(out, '0')
	}
	digits = digits[min(whole, len(digits)):]
	zeros := 0 // between the point and the digits
	if len(digits) > 0 {
		zeros = -exp - len(digits)
	}
	for len(digits) > 0 && digits[len(digits)-1] == '0' && zeros+len(digits) > int(places) {
		digits = digits[:len(digits)-1]
	}
	if len(digits) == 0 {
		zeros = 0
	}
	if behind := max(zeros+len(digits), int(places)); behind > 0 {
		out = append(out, '.')
		for range zeros {
			out = append(out, '0')
		}
		out = append(out, digits...)
		for i := zeros + len(digits); i < behind; i++ {
			out = append(out, '0')
		}
	}
	return out
}
