package exact

import (
	"testing"

	"github.com/shopspring/decimal"
)

func TestText(t *testing.T) {
	for _, row := range []struct {
		name, why string
		number    decimal.Decimal
		places    int32
		want      string
	}{
		{name: "fewer places than requested", number: decimal.New(89, 0), places: 2, want: "89.00"},
		{name: "the requested places", number: decimal.New(8900, -2), places: 2, want: "89.00"},
		{name: "trailing zeros", why: "equal values have one text", number: decimal.New(89000, -3), places: 2, want: "89.00"},
		{name: "more digits than requested", why: "the text is not rounded", number: decimal.New(890010, -4), places: 2, want: "89.001"},
		{name: "no places", number: decimal.New(8900, -2), places: 0, want: "89"},
		{name: "zeros before the point", number: decimal.New(89, 2), places: -2, want: "8900"},
		{name: "a negative number", number: decimal.New(-5, -1), places: 2, want: "-0.50"},
		{name: "zero", number: decimal.Decimal{}, places: 2, want: "0.00"},
		{name: "zero with places", number: decimal.New(0, -7), places: 0, want: "0"},
		{name: "a huge number", why: "its digits would fill the memory", number: decimal.New(1, 1_000_000_000), places: 2, want: "a number beyond the limits"},
		{name: "a tiny number", why: "its digits would fill the memory", number: decimal.New(1, -1_000_000_000), places: 2, want: "a number beyond the limits"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := Text(row.number, row.places); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
	if text := Text(decimal.New(1, 0), 1<<31-1); len(text) > 200 {
		t.Errorf("with the largest places the text has %d characters", len(text))
	}
}
