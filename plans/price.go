package plans

import (
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

// Price is what a quantity costs for one whole period, in the major units of the contract's currency.
type Price struct {
	Unit decimal.Decimal `json:"unit"` // for one unit, such as a seat; not negative
}

// Amount returns the exact, unrounded price of the quantity for one whole period.
// Errors: ErrInvalid for a negative price or quantity, ErrLimit for amounts beyond the limits of package proration.
func (p Price) Amount(quantity decimal.Decimal) (decimal.Decimal, error) {
	for _, x := range []struct {
		field  string
		number decimal.Decimal
	}{{"quantity", quantity}, {"price.unit", p.Unit}} {
		if err := checkNumber(x.field, x.number); err != nil {
			return decimal.Decimal{}, err
		}
	}
	return p.Unit.Mul(quantity), nil
}

// maxDigits and maxPlaces bound a quantity and a price, so that their product is an amount that package proration takes.
const (
	maxDigits = 18
	maxPlaces = 18
)

// checkNumber refuses numbers that are negative or too long to multiply.
func checkNumber(field string, d decimal.Decimal) error {
	exp := d.Exponent()
	switch {
	case exp < -maxPlaces || exp > maxPlaces || d.NumDigits() > maxDigits || d.NumDigits()+int(exp) > maxDigits:
		return &proration.Error{Field: field, Rule: proration.ErrLimit, Reason: "a number of at most 18 digits is needed, none beyond 18 places"}
	case d.IsNegative():
		return &proration.Error{Field: field, Rule: proration.ErrInvalid, Reason: d.String() + " is negative"}
	}
	return nil
}

// quoted returns text in quotes, cut off where it is long.
func quoted(text string) string {
	const most = 40
	if len(text) > most {
		return strconv.Quote(text[:most]) + "..."
	}
	return strconv.Quote(text)
}
