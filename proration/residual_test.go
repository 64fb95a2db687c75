package proration_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

func residual(tb testing.TB, text string) proration.Residual {
	tb.Helper()
	var r proration.Residual
	if err := r.UnmarshalText([]byte(text)); err != nil {
		tb.Fatal(err)
	}
	return r
}

func TestResidualText(t *testing.T) {
	nines := strings.Repeat("9", 38)
	for _, row := range []struct {
		name, why, text string
		want            string // "" is the text itself
		wantErr         error
	}{
		{name: "zero", text: "0"},
		{name: "a third of a cent", text: "1/300"},
		{name: "a negative third of a cent", text: "-1/300"},
		{name: "not in lowest terms", why: "the same number has one text", text: "2/600", want: "1/300"},
		{name: "zero over a denominator", text: "0/5", want: "0"},
		{name: "a whole number", text: "-7"},
		{name: "a whole number as a ratio", text: "14/2", want: "7"},
		{name: "leading zeros", why: "all numbers are decimal", text: "010/3", want: "10/3"},
		{name: "leading zeros in the denominator", why: "all numbers are decimal", text: "1/010", want: "1/10"},
		{name: "a leading zero before a digit that is not octal", text: "1/08", want: "1/8"},
		{name: "more digits than 64 bits have", text: "1/" + nines},
		{name: "the longest amount", text: nines},

		{name: "no text", text: "", wantErr: proration.ErrInvalid},
		{name: "no denominator", text: "1/", wantErr: proration.ErrInvalid},
		{name: "no numerator", text: "/3", wantErr: proration.ErrInvalid},
		{name: "a denominator of zero", text: "1/0", wantErr: proration.ErrInvalid},
		{name: "a negative denominator", text: "1/-3", wantErr: proration.ErrInvalid},
		{name: "three numbers", text: "1/2/3", wantErr: proration.ErrInvalid},
		{name: "decimals", text: "0.1", wantErr: proration.ErrInvalid},
		{name: "an exponent", why: "its digits would fill the memory", text: "1e999999999", wantErr: proration.ErrInvalid},
		{name: "a binary exponent", text: "1p999999999", wantErr: proration.ErrInvalid},
		{name: "hexadecimal", text: "0x1F/3", wantErr: proration.ErrInvalid},
		{name: "octal", text: "0o17", wantErr: proration.ErrInvalid},
		{name: "underscores", text: "1_000/3", wantErr: proration.ErrInvalid},
		{name: "spaces", text: "1 / 3", wantErr: proration.ErrInvalid},
		{name: "not a number", text: "NaN", wantErr: proration.ErrInvalid},
		{name: "infinity", text: "Inf", wantErr: proration.ErrInvalid},
		{name: "a number beyond the longest amount", text: "1" + nines, wantErr: proration.ErrLimit},
		{name: "a thousand characters", text: "1/" + strings.Repeat("3", 998)},
		{name: "a thousand and one characters", text: "1/" + strings.Repeat("3", 999), wantErr: proration.ErrLimit},
		{name: "a million characters", text: strings.Repeat("1", 1_000_000), wantErr: proration.ErrLimit},
	} {
		t.Run(row.name, func(t *testing.T) {
			var r proration.Residual
			promptly(t, func() { checkRefused(t, r.UnmarshalText([]byte(row.text)), row.wantErr, "residual") })
			if row.wantErr != nil {
				if !r.IsZero() {
					t.Errorf("%q is refused, but decoded as %v", row.text, r)
				}
				return
			}
			if row.want == "" {
				row.want = row.text
			}
			if text, err := r.MarshalText(); r.String() != row.want || string(text) != row.want || err != nil {
				t.Errorf("the texts of %q are %v and %s, %v, want %s", row.text, r, text, err, row.want)
			}
			if want, _ := new(big.Rat).SetString(row.want); r.Rat().Cmp(want) != 0 || r.IsZero() != (want.Sign() == 0) {
				t.Errorf("%q is %v, and zero is %v", row.text, r.Rat(), r.IsZero())
			}
		})
	}
}

func TestEqualResiduals(t *testing.T) {
	// the same number, once computed and once decoded
	jan := span("2024-01-01/2024-02-01", nil)
	policy := proration.Standard(2)
	line := prorate(t, proration.Request{Amount: money("100"), Period: jan, Span: until(jan, instant("2024-01-11", nil)), Policy: policy})
	if !sameResidual(line.Residual, residual(t, "-3/1550")) || line.Residual.String() != "-3/1550" {
		t.Errorf("the residual of 100.00 x 10/31 is %v", line.Residual)
	}
	if sameResidual(residual(t, "1/300"), residual(t, "-1/300")) || sameResidual(residual(t, "1/300"), proration.Residual{}) {
		t.Error("different numbers are equal")
	}
	if !sameResidual(proration.Residual{}, residual(t, "0")) {
		t.Error("two zero residuals differ")
	}
}

// Rat returns a copy of the number.
func TestResidualIsNotShared(t *testing.T) {
	for _, text := range []string{"1/300", "1/" + strings.Repeat("9", 38)} {
		r := residual(t, text)
		r.Rat().SetInt64(7)
		if r.String() != text {
			t.Errorf("after a change of the returned number, %s is %v", text, r)
		}
	}
}

// A residual of the library can be stored until it is refused as a carry. After many lines with different denominators,
// its denominator is the product of theirs.
func TestResidualOfManyLinesIsStored(t *testing.T) {
	var carry proration.Residual
	for n := range 100 {
		p := proration.Period{Start: instant("2024-01-01", nil), End: instant("2024-02-01", nil).Add(time.Duration(2*n+1) * time.Second)}
		line, err := proration.Prorate(proration.Request{
			Amount: money("9.99"), Period: p, Span: until(p, instant("2024-01-02", nil)), Carry: carry,
			Policy: proration.Policy{DayCount: proration.Seconds, Rounding: proration.Rounding{Places: 2, Mode: proration.HalfUp}},
		})
		if err != nil {
			giventest.CheckFaults(t, err, "carry limit")
			return
		}
		carry = line.Residual
		var again proration.Residual
		if err := again.UnmarshalText([]byte(carry.String())); err != nil || !sameResidual(again, carry) {
			t.Fatalf("after %d lines, %v is decoded as %v, %v", n+1, carry, again, err)
		}
	}
	t.Errorf("a residual of %d characters is still accepted as a carry", len(carry.String()))
}

func TestNewResidual(t *testing.T) {
	power := func(digits int64) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(digits), nil) }
	for _, row := range []struct {
		name, why string
		number    *big.Rat
		want      string
		wantErr   error
	}{
		{name: "zero", number: new(big.Rat), want: "0"},
		{name: "a third of a cent", number: big.NewRat(1, 300), want: "1/300"},
		{name: "a negative number", number: big.NewRat(-1, 300), want: "-1/300"},
		{name: "more digits than 64 bits have", number: new(big.Rat).SetFrac(big.NewInt(1), power(30)), want: "1/1" + strings.Repeat("0", 30)},
		{name: "400 digits below", why: "the longest carry", number: new(big.Rat).SetFrac(big.NewInt(1), power(399)), want: "1/1" + strings.Repeat("0", 399)},
		{name: "no number", why: "law 14: bad input is an error", wantErr: proration.ErrUnset},
		{name: "39 digits before the point", why: "no amount has so many", number: new(big.Rat).SetInt(power(38)), wantErr: proration.ErrLimit},
		{name: "401 digits below", why: "no amount can carry it", number: new(big.Rat).SetFrac(big.NewInt(1), power(400)), wantErr: proration.ErrLimit},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := proration.NewResidual(row.number)
			if !errors.Is(err, row.wantErr) || err == nil && got.String() != row.want {
				t.Fatalf("got %v, %v, want %s, %v: %s", got, err, row.want, row.wantErr, row.why)
			}
			if err != nil {
				return
			}
			if read := residual(t, row.want); !sameResidual(read, got) {
				t.Errorf("the text is read back as %v", read)
			}
			row.number.Add(row.number, big.NewRat(1, 1))
			if got.String() != row.want {
				t.Errorf("the residual shares memory with its number: %v", got)
			}
		})
	}
}
