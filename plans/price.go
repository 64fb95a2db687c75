package plans

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Price is what a quantity costs for one whole period, in the major units of the contract's currency.
type Price struct {
	Unit decimal.Decimal `json:"unit"` // for one unit, such as a seat; not negative
}

// Amount returns the exact, unrounded price of the quantity for one whole period.
// Errors: ErrInvalid for a negative price or quantity, ErrLimit for amounts beyond the limits of package proration.
func (p Price) Amount(quantity decimal.Decimal) (decimal.Decimal, error) {
	var f fault.List
	checkNumber(&f, "quantity", quantity)
	checkNumber(&f, "price.unit", p.Unit)
	if f != nil {
		return decimal.Decimal{}, f.Err()
	}
	return p.Unit.Mul(quantity), nil
}

// maxDigits and maxPlaces bound a quantity and a price, so that their product is an amount that package proration takes.
const (
	maxDigits = 18
	maxPlaces = 18
)

// checkNumber adds a fault for a number that is negative or too long to multiply.
func checkNumber(f *fault.List, field string, d decimal.Decimal) {
	exp := d.Exponent()
	switch {
	case exp < -maxPlaces || exp > maxPlaces || d.NumDigits() > maxDigits || d.NumDigits()+int(exp) > maxDigits:
		f.Add(field, proration.ErrLimit, "a number of at most 18 digits is needed, none beyond 18 places")
	case d.IsNegative():
		f.Add(field, proration.ErrInvalid, "%v is negative", d)
	}
}
