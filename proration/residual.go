package proration

import (
	"math/big"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
)

// Residual is the exact amount less the rounded amount, as an exact number in major units. It lies between -1/2 and 1/2
// of the last place for the half modes, and between -1 and 1 for the other modes. Only the last part of a [Split] by
// LastLine, which takes the remainders of all parts, can have more. Passed as the carry of the next amount, a residual
// keeps a series of amounts from drifting. The zero Residual is zero.
type Residual struct{ remainder exact.Remainder }

// NewResidual returns the residual of a number of major units, such as the carry of an amount that was cut off.
// Errors: ErrUnset for nil; ErrLimit for a number of more than 38 digits before the point, or of more than 400 digits
// above or below its fraction bar, which no amount can carry.
func NewResidual(number *big.Rat) (Residual, error) {
	if number == nil {
		return Residual{}, &Error{Field: "residual", Rule: ErrUnset, Reason: "required, a number"}
	}
	if tooLong(number) {
		return Residual{}, &Error{Field: "residual", Rule: ErrLimit, Reason: "must have at most 400 digits above and below"}
	}
	return newResidual(number)
}

// newResidual returns the residual of a number, or an error if it has more digits before the point than an amount.
func newResidual(number *big.Rat) (Residual, error) {
	if new(big.Rat).Abs(number).Cmp(decimal.New(1, fault.MaxDigits).Rat()) >= 0 {
		reason := "must have at most 38 digits before the point; got " + fault.Quoted([]byte(number.RatString()))
		return Residual{}, &Error{Field: "residual", Rule: ErrLimit, Reason: reason}
	}
	return Residual{exact.NewRemainder(number, 2)}, nil
}

// tooLong reports whether a number is too long for a carry.
func tooLong(number *big.Rat) bool {
	return number.Num().BitLen() > maxCarryBits || number.Denom().BitLen() > maxCarryBits
}

// Rat returns the residual in major units, as a new number that the caller may modify.
func (r Residual) Rat() *big.Rat { return r.remainder.Rat() }

// IsZero reports whether the residual is zero.
func (r Residual) IsZero() bool { return r.remainder.IsZero() }

// Compare returns -1, 0 or 1, as r is less than, equal to or more than the other residual.
func (r Residual) Compare(other Residual) int { return r.remainder.Compare(other.remainder) }

// String returns the number in lowest terms: "-1/300", or "0".
func (r Residual) String() string {
	text, _ := r.AppendText(nil)
	return string(text)
}

// AppendText appends the text of String. It returns no error.
func (r Residual) AppendText(text []byte) ([]byte, error) {
	if text, ok := r.remainder.AppendRatio(text); ok {
		return text, nil
	}
	return append(text, r.Rat().RatString()...), nil
}

// MarshalText returns the text of String.
func (r Residual) MarshalText() ([]byte, error) { return r.AppendText(nil) }

// A carry has at most 400 digits above and below its fraction bar, so that the residual of one more amount still fits
// into maxResidualText.
const (
	maxCarryBits    = 1328 // bits of 400 digits
	maxResidualText = 1_000
)

// UnmarshalText reads a whole number, or a ratio of two such as "-1/300". Other text is ErrInvalid. Text of more than
// 1,000 characters and numbers of more than 38 digits before the point are ErrLimit.
func (r *Residual) UnmarshalText(text []byte) error {
	if len(text) > maxResidualText {
		return &Error{Field: "residual", Rule: ErrLimit, Reason: "must have at most 1,000 characters"}
	}
	num, den, isRatio := strings.Cut(string(text), "/")
	if !isRatio {
		den = "1"
	}
	n, okNum := new(big.Int).SetString(num, 10)
	d, okDen := new(big.Int).SetString(den, 10)
	if !okNum || !okDen || d.Sign() <= 0 {
		return fault.New("residual", ErrInvalid, "must be a ratio such as -1/300; got %s", fault.Quoted(text))
	}
	read, err := newResidual(new(big.Rat).SetFrac(n, d))
	if err == nil {
		*r = read
	}
	return err
}

// checkCarry adds a fault if a residual is too long for a carry.
func checkCarry(f *fault.List, carry Residual) {
	if long := carry.remainder.Big; long != nil && tooLong(long) {
		f.Add("carry", ErrLimit, "must have at most 400 digits above and below; start a new series without a carry")
	}
}
