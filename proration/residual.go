package proration

import (
	"math/big"
	"strings"

	"github.com/billingrules/billing/internal/exact"
)

// Residual is what rounding left over: the exact amount less the rounded one, as an exact number in major units. It lies
// between -1/2 and 1/2 of the last place for the half modes, and between -1 and 1 for the others. Given to the next amount
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

// maxResidualText bounds the text of a residual: two numbers of as many digits as the longest amount and fraction make.
const maxResidualText = 200

// UnmarshalText reads a whole number or a ratio of two such as "-1/300". Other text is ErrInvalid; text of more than 200
// characters, and a number beyond the limits of an amount, is ErrLimit.
func (r *Residual) UnmarshalText(text []byte) error {
	if len(text) > maxResidualText {
		return &Error{Field: "residual", Rule: ErrLimit, Reason: "a residual has at most 200 characters"}
	}
	rat, ok := new(big.Rat), !strings.ContainsAny(string(text), ".eExXoObBpP_ ")
	if ok {
		_, ok = rat.SetString(string(text))
	}
	if !ok {
		return &Error{Field: "residual", Rule: ErrInvalid, Reason: quoted(text) + " is not a ratio such as -1/300"}
	}
	*r = Residual{exact.NewRemainder(rat, 2)}
	return nil
}
