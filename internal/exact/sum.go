package exact

import (
	"cmp"
	"math/bits"

	"github.com/shopspring/decimal"
)

// Sum is a running sum of amounts. It does not allocate in the usual case. The zero Sum is zero.
type Sum struct {
	units int64            // sum in units of 10^exp, if it fits
	exp   int32            // exponent of the units
	long  *decimal.Decimal // any other sum; nil is a sum of units
}

// Add adds an amount.
func (s *Sum) Add(d decimal.Decimal) { s.addTimes(1, d) }

// Subtract subtracts an amount.
func (s *Sum) Subtract(d decimal.Decimal) { s.addTimes(-1, d) }

// addTimes adds n times an amount, with n = 1 or -1.
func (s *Sum) addTimes(n int64, d decimal.Decimal) {
	if s.long == nil {
		exp := min(s.exp, d.Exponent())
		sum, okS := scaled(s.units, int64(s.exp)-int64(exp))
		more, okD := units(d, exp)
		if okS && okD { // each has at most 62 bits
			s.units, s.exp = sum+n*more, exp
			return
		}
	}
	if n < 0 {
		d = d.Neg()
	}
	long := s.Decimal().Add(d)
	s.long = &long
}

// AddProduct adds n x a x b x 10^shift.
func (s *Sum) AddProduct(n int64, a, b Number, shift int32) {
	if s.long == nil && a.small && b.small {
		hi, lo := bits.Mul64(magnitude(a.units), magnitude(b.units))
		if hi == 0 && lo < 1<<62 && s.addUnits(n*a.units*b.units, a.exp+b.exp+shift) {
			return
		}
	}
	s.Add(a.d.Mul(b.d).Mul(decimal.New(n, 0)).Shift(shift))
}

// addUnits adds an amount in units of 10^exp, and returns false if the sum does not fit.
func (s *Sum) addUnits(more int64, unit int32) bool {
	exp := min(s.exp, unit)
	sum, okS := scaled(s.units, int64(s.exp)-int64(exp))
	more, okD := scaled(more, int64(unit)-int64(exp))
	if !okS || !okD { // each has at most 62 bits
		return false
	}
	s.units, s.exp = sum+more, exp
	return true
}

// Sign returns -1, 0 or 1: the sign of the sum.
func (s *Sum) Sign() int {
	if s.long != nil {
		return s.long.Sign()
	}
	return cmp.Compare(s.units, 0)
}

// Decimal returns the sum as a decimal.
func (s *Sum) Decimal() decimal.Decimal {
	if s.long != nil {
		return *s.long
	}
	return number(s.units, s.exp)
}

// Compare returns -1, 0 or 1, as a is less than, equal to or more than b. It does not allocate in the usual case.
func Compare(a, b decimal.Decimal) int {
	exp := min(a.Exponent(), b.Exponent())
	x, okX := units(a, exp)
	y, okY := units(b, exp)
	if okX && okY {
		return cmp.Compare(x, y)
	}
	return a.Cmp(b)
}
