package exact

import (
	"cmp"

	"github.com/shopspring/decimal"
)

// Sum is a running sum of amounts. It does not allocate in the usual case. The zero Sum is zero.
type Sum struct {
	units int64            // sum in units of 10^exp, if it fits
	exp   int32            // exponent of the units
	long  *decimal.Decimal // any other sum; nil is a sum of units
}

// Add adds an amount.
func (s *Sum) Add(d decimal.Decimal) {
	if s.long == nil {
		exp := min(s.exp, d.Exponent())
		sum, okS := scaled(s.units, int64(s.exp)-int64(exp))
		more, okD := units(d, exp)
		if okS && okD { // each has at most 62 bits
			s.units, s.exp = sum+more, exp
			return
		}
	}
	long := s.Decimal().Add(d)
	s.long = &long
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
	return decimal.New(s.units, s.exp)
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
