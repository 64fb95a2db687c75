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
		{name: "fewer places than asked for", number: decimal.New(89, 0), places: 2, want: "89.00"},
		{name: "as many", number: decimal.New(8900, -2), places: 2, want: "89.00"},
		{name: "zeros behind them", why: "the same value is the same text", number: decimal.New(89000, -3), places: 2, want: "89.00"},
		{name: "digits behind them", why: "nothing is rounded", number: decimal.New(890010, -4), places: 2, want: "89.001"},
		{name: "no places", number: decimal.New(8900, -2), places: 0, want: "89"},
		{name: "zeros before the point", number: decimal.New(89, 2), places: -2, want: "8900"},
		{name: "a negative one", number: decimal.New(-5, -1), places: 2, want: "-0.50"},
		{name: "nothing", number: decimal.Decimal{}, places: 2, want: "0.00"},
		{name: "zeros alone behind the point", number: decimal.New(0, -7), places: 0, want: "0"},
		{name: "a huge number", why: "its text would have no end", number: decimal.New(1, 1_000_000_000), places: 2, want: "a number beyond the limits"},
		{name: "a tiny number", why: "its text would have no end", number: decimal.New(1, -1_000_000_000), places: 2, want: "a number beyond the limits"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := Text(row.number, row.places); got != row.want {
				t.Errorf("it reads %q, want %q", got, row.want)
			}
		})
	}
	if text := Text(decimal.New(1, 0), 1<<31-1); len(text) > 200 {
		t.Errorf("with places without end it has %d characters", len(text))
	}
}
