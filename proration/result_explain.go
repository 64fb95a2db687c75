package proration

import (
	"math/big"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
)

// Explain returns the calculation on one line that a customer can check: the whole amount, the fraction in the integers
// in which it was counted, and the rounding.
//
//	178.00 x 15/30 days = 89.00
//	100.00 x 10/31 days = 32.258..., rounded half up to 32.26
//	-10.00 x 20/31 days = -6.451..., limited to -2.00
//	-10.00 x 15/30 days plus 6 carried over = 1, at most 0.00
func (r Result) Explain() string {
	if !exact.Sensible(r.Of) || !exact.Sensible(r.Amount) || !r.Rounding.usable() || r.Fraction.Den <= 0 {
		return "nothing"
	}
	var b strings.Builder
	of, share := r.Of, r.Fraction
	if share.Num < 0 {
		of, share.Num = of.Neg(), -share.Num
	}
	b.WriteString(exact.Text(of, r.Rounding.Places) + " x " + share.String())
	if r.Unit != "" {
		b.WriteString(" " + r.Unit)
	}
	if !r.Carry.IsZero() {
		b.WriteString(" plus " + ratText(r.Carry.Rat(), r.Rounding.Places+2) + " carried over")
	}
	amount := exact.Text(r.Amount, r.Rounding.Places)
	term := r.term()
	value := term.Rat()
	left := new(big.Rat).Sub(value, r.Amount.Rat())
	if left.Sign() == 0 {
		return b.String() + " = " + amount
	}
	b.WriteString(" = " + ratText(value, r.Rounding.Places+1))
	switch {
	case r.Capped && value.Sign() > 0: // the deductions were more
		b.WriteString(", at most " + amount)
	case r.Capped:
		b.WriteString(", limited to " + amount)
	case new(big.Rat).Abs(left).Cmp(decimal.New(1, -r.Rounding.Places).Rat()) >= 0:
		b.WriteString(", with the remainder " + amount)
	default:
		b.WriteString(", rounded " + strings.ReplaceAll(r.Rounding.Mode.String(), "_", " ") + " to " + amount)
	}
	return b.String()
}

// ratText writes a number in decimals: in full if it ends within a few places, and otherwise cut off after the given
// places with an ellipsis.
func ratText(r *big.Rat, places int32) string {
	places = min(max(places, 1), 4*fault.MaxDigits)
	if n, exact := r.FloatPrec(); exact && n <= int(places)+2 {
		return r.FloatString(n)
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	cut := new(big.Int).Mul(r.Num(), unit)
	cut.Quo(cut, r.Denom())
	text := new(big.Rat).SetFrac(cut, unit).FloatString(int(places))
	if r.Sign() < 0 && cut.Sign() == 0 {
		text = "-" + text
	}
	return text + "..."
}
