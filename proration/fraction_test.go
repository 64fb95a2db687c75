package proration_test

import (
	"math"
	"testing"

	"github.com/billingrules/billing/proration"
)

func TestFractionEqual(t *testing.T) {
	for _, row := range []struct {
		name, why string
		x, y      proration.Fraction
		want      bool
	}{
		{name: "the same integers", x: proration.Fraction{Num: 15, Den: 30}, y: proration.Fraction{Num: 15, Den: 30}, want: true},
		{name: "the same ratio", x: proration.Fraction{Num: 15, Den: 30}, y: proration.Fraction{Num: 1, Den: 2}, want: true},
		{name: "another ratio", x: proration.Fraction{Num: 15, Den: 30}, y: proration.Fraction{Num: 15, Den: 31}},
		{name: "another sign", x: proration.Fraction{Num: 15, Den: 30}, y: proration.Fraction{Num: -15, Den: 30}},
		{name: "the same negative ratio", x: proration.Fraction{Num: -15, Den: 30}, y: proration.Fraction{Num: -1, Den: 2}, want: true},
		{name: "zero of a month and of a year", x: proration.Fraction{Num: 0, Den: 31}, y: proration.Fraction{Num: 0, Den: 366}, want: true},
		{name: "the whole of a month and of a year", x: proration.Fraction{Num: 31, Den: 31}, y: proration.Fraction{Num: 366, Den: 366}, want: true},
		{name: "an unset share and a share of zero", why: "the zero Fraction is unset", x: proration.Fraction{}, y: proration.Fraction{Num: 0, Den: 31}},
		{name: "two unset shares", x: proration.Fraction{}, y: proration.Fraction{}, want: true},
		{name: "the largest integers", why: "cross products would overflow", x: proration.Fraction{Num: math.MaxInt64 - 1, Den: math.MaxInt64}, y: proration.Fraction{Num: math.MaxInt64 - 2, Den: math.MaxInt64 - 1}},
		{name: "the smallest integer", x: proration.Fraction{Num: math.MinInt64, Den: math.MaxInt64}, y: proration.Fraction{Num: math.MinInt64, Den: math.MaxInt64}, want: true},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.x.Equal(row.y) != row.want || row.y.Equal(row.x) != row.want {
				t.Errorf("%v equals %v is %v and %v, want %v", row.x, row.y, row.x.Equal(row.y), row.y.Equal(row.x), row.want)
			}
		})
	}
}

func TestFractionText(t *testing.T) {
	for _, row := range []struct {
		name, why, text string
		want            proration.Fraction
		wantErr         error
	}{
		{name: "a share", why: "the integers are not reduced", text: "15/30", want: proration.Fraction{Num: 15, Den: 30}},
		{name: "a negative share", text: "-15/30", want: proration.Fraction{Num: -15, Den: 30}},
		{name: "a share of zero", text: "0/31", want: proration.Fraction{Num: 0, Den: 31}},
		{name: "an unset share", text: "0/0"},
		{name: "the largest share", text: "9223372036854775807/9223372036854775807", want: proration.Fraction{Num: math.MaxInt64, Den: math.MaxInt64}},
		{name: "no text", text: "", wantErr: proration.ErrInvalid},
		{name: "one number", text: "15", wantErr: proration.ErrInvalid},
		{name: "no numerator", text: "/30", wantErr: proration.ErrInvalid},
		{name: "no denominator", text: "15/", wantErr: proration.ErrInvalid},
		{name: "three numbers", text: "15/30/2", wantErr: proration.ErrInvalid},
		{name: "a denominator of zero", text: "15/0", wantErr: proration.ErrInvalid},
		{name: "a negative denominator", text: "15/-30", wantErr: proration.ErrInvalid},
		{name: "decimals", text: "1.5/3", wantErr: proration.ErrInvalid},
		{name: "spaces", text: "15 / 30", wantErr: proration.ErrInvalid},
		{name: "a number beyond 64 bits", text: "9223372036854775808/9223372036854775808", wantErr: proration.ErrInvalid},
	} {
		t.Run(row.name, func(t *testing.T) {
			var x proration.Fraction
			checkRefused(t, x.UnmarshalText([]byte(row.text)), row.wantErr, "fraction")
			if x != row.want {
				t.Errorf("%q is %#v, want %#v", row.text, x, row.want)
			}
			if text, err := x.MarshalText(); row.wantErr == nil && (string(text) != row.text || err != nil || x.String() != row.text) {
				t.Errorf("%q is stored as %q, %v, and prints as %v", row.text, text, err, x)
			}
		})
	}
}
