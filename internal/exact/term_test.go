package exact

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
)

// neighbors returns x in units of 10^-places, and the integers below and above it, which are equal for a whole x.
func neighbors(x *big.Rat, places int32) (units *big.Rat, below, above *big.Int) {
	units = new(big.Rat).Mul(x, pow10Rat(places))
	below = new(big.Int).Div(units.Num(), units.Denom()) // toward negative infinity
	above = new(big.Int).Set(below)
	if !units.IsInt() {
		above.Add(above, big.NewInt(1))
	}
	return units, below, above
}

// slowRound returns one of the neighbors of x by the definition of the mode.
func slowRound(x *big.Rat, places int32, mode Mode) *big.Int {
	units, below, above := neighbors(x, places)
	inner, outer := below, above
	if x.Sign() < 0 {
		inner, outer = above, below
	}
	double := new(big.Rat).Add(units, units)
	nearer := double.Cmp(new(big.Rat).SetInt(new(big.Int).Add(below, above))) // below the middle, at it, or above it
	switch {
	case mode == Ceiling:
		return above
	case mode == Floor:
		return below
	case mode == Up:
		return outer
	case mode == Down:
		return inner
	case nearer < 0:
		return below
	case nearer > 0:
		return above
	case mode == HalfUp:
		return outer
	case mode == HalfDown:
		return inner
	case below.Bit(0) == 0:
		return below
	}
	return above
}

// checkTerm compares both paths of rounding with the definition. It reports whether the small path is sufficient.
func checkTerm(t *testing.T, term Term, places int32, mode Mode) bool {
	t.Helper()
	x := term.Rat()
	coef := slowRound(x, places, mode)
	left := new(big.Rat).Sub(x, new(big.Rat).Mul(new(big.Rat).SetInt(coef), pow10Rat(-places)))
	check := func(way string, amount decimal.Decimal, rest Remainder) {
		if amount.Exponent() != -places || amount.Coefficient().Cmp(coef) != 0 || rest.Rat().Cmp(left) != 0 {
			t.Fatalf("%s: %v x %d/%d + %v to %d places by mode %d is %v and %v, want %v units and %v",
				way, term.Amount, term.Num, term.Den, term.Carry, places, mode, amount, rest.Rat(), coef, left)
		}
		if rest.IsZero() != (left.Sign() == 0) || rest.Num != 0 && rest.Den <= 0 {
			t.Fatalf("%s: the remainder is %+v, want %v", way, rest, left)
		}
	}
	amount, rest := term.roundBig(places, mode)
	check("big", amount, rest)
	amount, rest = term.Round(places, mode)
	check("either", amount, rest)
	rest = Remainder{}
	units, ok := RoundSmall(term.Amount, term.Num, term.Den, term.Carry, places, mode, &rest)
	if ok {
		check("small", decimal.New(units, -places), rest)
	}
	return ok
}

var modes = []Mode{HalfUp, HalfEven, HalfDown, Up, Down, Ceiling, Floor}

// Every small amount and ratio rounds to the exact value, by every mode, with more and fewer places, with and without a
// carry.
func TestEverySmallTerm(t *testing.T) {
	short.Skip(t)
	carries := []*Remainder{nil, {}, {Num: 1, Den: 2, Places: 1}, {Num: -1, Den: 3, Places: 1}, {Num: 7, Den: 6, Places: 1}, {Num: -1, Den: 1}, {Big: big.NewRat(1, 7)}}
	for _, coef := range []int64{0, 1, 5, 25, 1005} {
		for _, exp := range race.Few([]int32{-3, -2, 0, 1}, 3) {
			t.Run(fmt.Sprint(coef, "e", exp), func(t *testing.T) {
				t.Parallel()
				for _, den := range []int64{1, 2, 3, 6, 7} {
					for num := -den; num <= den+1; num++ {
						for i, carry := range carries {
							for places := int32(-1); places <= 3; places++ {
								mode := modes[(int(den+num)+i+int(places)+20)%len(modes)]
								for _, sign := range []int64{1, -1} {
									checkTerm(t, Term{Amount: decimal.New(sign*coef, exp), Num: num, Den: den, Carry: carry}, places, mode)
								}
							}
						}
					}
				}
			})
		}
	}
}

// Numbers at the limits of 64 and 128 bits are rounded by one of both paths, and always exactly.
func TestTermsAtIntegerLimits(t *testing.T) {
	short.Skip(t)
	numbers := []int64{0, 1, -1, 2, 10, 1<<31 - 1, 1 << 32, 999_999_999_999_999_999, 1_000_000_000_000_000_000, math.MaxInt64 - 1, math.MaxInt64, math.MinInt64, math.MinInt64 + 1}
	t.Parallel()
	small, all := 0, 0
	for _, coef := range race.Few(numbers, 3) {
		for _, num := range race.Few(numbers, 3) {
			for _, den := range []int64{1, 3, 1 << 32, 999_999_999_999_999_999, math.MaxInt64} {
				for _, exp := range []int32{-38, -18, -2, 0, 18, 19} {
					for _, places := range []int32{-18, 0, 18} {
						for i, carry := range []*Remainder{nil, {Num: math.MaxInt64, Den: den, Places: places}, {Num: math.MinInt64, Den: 1, Places: places}, {Num: -1, Den: math.MaxInt64, Places: places}} {
							all++
							if checkTerm(t, Term{Amount: decimal.New(coef, exp), Num: num, Den: den, Carry: carry}, places, modes[(all+i)%len(modes)]) {
								small++
							}
						}
					}
				}
			}
		}
	}
	if Small && (small == 0 || small == all) {
		t.Errorf("the small path rounds %d of %d terms", small, all)
	}
}

// The usual amounts of a bill are rounded by the small path.
func TestUsualTermsFitIn64Bits(t *testing.T) {
	if !Small {
		return // all terms take the big path
	}
	for _, row := range []struct {
		name     string
		amount   string
		num, den int64
		places   int32
	}{
		{name: "a price by days", amount: "99.99", num: 15, den: 30, places: 2},
		{name: "a contract by days", amount: "1234567.89", num: 364, den: 365, places: 2},
		{name: "a contract by nanoseconds", amount: "1234567.89", num: 31_535_999_999_999_999, den: 31_536_000_000_000_000, places: 2},
		{name: "a price of eight places", amount: "0.00012345", num: 1, den: 2_678_400, places: 8},
		{name: "yen", amount: "100000000", num: 30, den: 31, places: 0},
		{name: "eighteen digits", amount: "999999999999999.999", num: 30, den: 31, places: 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			term := Term{Amount: decimal.RequireFromString(row.amount), Num: row.num, Den: row.den}
			for _, mode := range modes {
				if !checkTerm(t, term, row.places, mode) {
					t.Error("the term needs the big path")
				}
				_, rest := term.Round(row.places, mode)
				if !checkTerm(t, Term{Amount: term.Amount, Num: 1, Den: row.den, Carry: &rest}, row.places, mode) {
					t.Error("the next term needs the big path with its carry")
				}
			}
		})
	}
}

// An unknown mode truncates, since callers refuse it before.
func TestUnknownModeTruncates(t *testing.T) {
	for _, mode := range []Mode{0, 8, 255} {
		term := Term{Amount: decimal.New(29, -3), Num: 1, Den: 1}
		if got, _ := term.Round(2, mode); !got.Equal(decimal.New(2, -2)) {
			t.Errorf("0.029 by mode %d is %v", mode, got)
		}
		if got := Quotient(term.Rat(), 2, mode); !got.Equal(decimal.New(2, -2)) {
			t.Errorf("29/1000 by mode %d is %v", mode, got)
		}
	}
}

func TestQuotient(t *testing.T) {
	for _, row := range []struct {
		name, why, ratio string
		places           int32
		mode             Mode
		want             decimal.Decimal
	}{
		{name: "an integer", ratio: "356", places: 2, mode: HalfUp, want: decimal.New(35600, -2)},
		{name: "a third of ten, rounded down", why: "a partial credit truncates the part of an amount", ratio: "10/3", places: 2, mode: Down, want: decimal.New(333, -2)},
		{name: "two thirds of ten, rounded down", ratio: "20/3", places: 2, mode: Down, want: decimal.New(666, -2)},
		{name: "a negative ratio, rounded down", why: "rounding down is toward zero", ratio: "-20/3", places: 2, mode: Down, want: decimal.New(-666, -2)},
		{name: "a tie", ratio: "5/1000", places: 2, mode: HalfUp, want: decimal.New(1, -2)},
		{name: "a tie below zero", ratio: "-5/1000", places: 2, mode: HalfUp, want: decimal.New(-1, -2)},
		{name: "a tie between zero and one", ratio: "5/1000", places: 2, mode: HalfEven, want: decimal.New(0, -2)},
		{name: "a tie between one and two", ratio: "15/1000", places: 2, mode: HalfEven, want: decimal.New(2, -2)},
		{name: "just below a tie", ratio: "1499/300000", places: 2, mode: HalfUp, want: decimal.New(0, -2)},
		{name: "up", ratio: "1/1000000", places: 2, mode: Up, want: decimal.New(1, -2)},
		{name: "hundreds", ratio: "1000/3", places: -2, mode: HalfUp, want: decimal.New(3, 2)},
		{name: "a tie at hundreds", ratio: "50", places: -2, mode: HalfUp, want: decimal.New(1, 2)},
		{name: "more places than 64 bits have digits", ratio: "1/3", places: 38, mode: HalfUp, want: decimal.RequireFromString("0.33333333333333333333333333333333333333")},
		{name: "zero", ratio: "0", places: 2, mode: Ceiling, want: decimal.New(0, -2)},
	} {
		t.Run(row.name, func(t *testing.T) {
			x, _ := new(big.Rat).SetString(row.ratio)
			if got := Quotient(x, row.places, row.mode); !got.Equal(row.want) || got.Exponent() != row.want.Exponent() {
				t.Errorf("%s to %d places by mode %d is %v, want %v", row.ratio, row.places, row.mode, got, row.want)
			}
		})
	}
}

// checkQuotient compares a rounded ratio with the definition, and fails if the ratio is modified.
func checkQuotient(t *testing.T, x *big.Rat, places int32, mode Mode) {
	t.Helper()
	before := x.String()
	want := slowRound(x, places, mode)
	if got := Quotient(x, places, mode); got.Exponent() != -places || got.Coefficient().Cmp(want) != 0 {
		t.Fatalf("%s to %d places by mode %d is %v, want %v units", before, places, mode, got, want)
	}
	if x.String() != before {
		t.Fatalf("%s was modified to %v", before, x)
	}
}

// Every small ratio is rounded by the definition, by every mode, with places before and after the point.
func TestEverySmallQuotient(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	for den := int64(1); den <= 25; den += int64(race.Step(8)) {
		for num := -3 * den; num <= 3*den; num++ {
			for places := int32(-1); places <= 3; places++ {
				for _, mode := range modes {
					checkQuotient(t, big.NewRat(num, den), places, mode)
				}
			}
		}
	}
}

// Ratios with the digits of a product of amounts, parts and shares are rounded by the definition.
func TestLongQuotients(t *testing.T) {
	t.Parallel()
	longest := new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)
	for _, num := range []*big.Int{longest, new(big.Int).Sub(longest, big.NewInt(1)), new(big.Int).Mul(longest, longest), big.NewInt(math.MinInt64), big.NewInt(1)} {
		for _, den := range []*big.Int{longest, big.NewInt(math.MaxInt64), new(big.Int).Lsh(big.NewInt(1), 126), big.NewInt(7)} {
			for _, places := range []int32{-38, -18, 0, 2, 18, 38} {
				for _, mode := range modes {
					for _, sign := range []int64{1, -1} {
						x := new(big.Rat).SetFrac(num, den)
						checkQuotient(t, x.Mul(x, big.NewRat(sign, 1)), places, mode)
					}
				}
			}
		}
	}
}
