package proration

import (
	"math/big"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
)

// Residual is what rounding left over: the exact amount less the rounded one, as an exact number in major units. It lies
// between -1/2 and 1/2 of the last place for the half modes, and between -1 and 1 for the others; only the last part of a
// [Split] by LastLine, which takes what all others left, can have more. Given to the next amount
// as its carry it keeps a row of amounts from drifting. The zero Residual is zero.
type Residual struct{ remainder exact.Remainder }

// Rat returns the residual in major units, as a number of the caller's own.
func (r Residual) Rat() *big.Rat { return r.remainder.Rat() }

// IsZero reports whether nothing was left over.
func (r Residual) IsZero() bool { return r.remainder.IsZero() }

// Equal reports whether both are the same number.
func (r Residual) Equal(s Residual) bool { return r.Rat().Cmp(s.Rat()) == 0 }

// String returns the number in lowest terms, "-1/300", and "0" where nothing was left over.
func (r Residual) String() string { return r.Rat().RatString() }

// MarshalText returns what String returns.
func (r Residual) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// A residual that is carried has at most 400 digits above and below, so that what comes out of one more amount still fits
// the text of a residual.
const (
	maxCarryBits    = 1328 // as many as 400 digits have
	maxResidualText = 1_000
)

// UnmarshalText reads a whole number or a ratio of two such as "-1/300". Other text is ErrInvalid; text of more than 1,000
// characters, and a number of more than 38 digits before the point, is ErrLimit.
func (r *Residual) UnmarshalText(text []byte) error {
	if len(text) > maxResidualText {
		return &Error{Field: "residual", Rule: ErrLimit, Reason: "a residual has at most 1,000 characters"}
	}
	num, den, isRatio := strings.Cut(string(text), "/")
	if !isRatio {
		den = "1"
	}
	n, okNum := new(big.Int).SetString(num, 10)
	d, okDen := new(big.Int).SetString(den, 10)
	if !okNum || !okDen || d.Sign() <= 0 {
		return &Error{Field: "residual", Rule: ErrInvalid, Reason: quoted(text) + " is not a ratio such as -1/300"}
	}
	ratio := new(big.Rat).SetFrac(n, d)
	if new(big.Rat).Abs(ratio).Cmp(decimal.New(1, maxDigits).Rat()) >= 0 {
		return &Error{Field: "residual", Rule: ErrLimit, Reason: quoted(text) + " is more than any amount"}
	}
	*r = Residual{exact.NewRemainder(ratio, 2)}
	return nil
}

// checkCarry adds a fault where a residual is too long to be carried.
func checkCarry(f *faults, carry Residual) {
	long := carry.remainder.Big
	if long != nil && (long.Num().BitLen() > maxCarryBits || long.Denom().BitLen() > maxCarryBits) {
		f.add("carry", ErrLimit, "a ratio of more than 400 digits is not carried on; begin a new row without carry")
	}
}
