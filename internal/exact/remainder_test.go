package exact

import (
	"math/big"
	"testing"
)

func TestRemainder(t *testing.T) {
	huge := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(40), nil))
	for _, row := range []struct {
		name, why string
		number    *big.Rat
		places    int32
		small     bool
	}{
		{name: "zero", number: new(big.Rat), places: 2, small: true},
		{name: "a third of a cent", number: big.NewRat(1, 300), places: 2, small: true},
		{name: "a negative third of a cent", number: big.NewRat(-1, 300), places: 2, small: true},
		{name: "a third of a hundred", number: big.NewRat(100, 3), places: -2, small: true},
		{name: "a seventh with 18 places", why: "a remainder is exact for any number of places", number: big.NewRat(1, 7), places: 18, small: true},
		{name: "more digits than 64 bits have", number: huge, places: 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			given := new(big.Rat).Set(row.number)
			r := NewRemainder(given, row.places)
			given.SetInt64(666)
			r.Rat().SetInt64(666)
			if r.Rat().Cmp(row.number) != 0 {
				t.Errorf("got %v, want %v", r.Rat(), row.number)
			}
			if r.IsZero() != (row.number.Sign() == 0) || (r.Big == nil) != row.small {
				t.Errorf("IsZero of %+v is %v", r, r.IsZero())
			}
		})
	}
}
