package peers

import (
	"github.com/govalues/decimal"
	"github.com/govalues/money"
)

// GovaluesProrate returns the amount for a number of days of a month.
func GovaluesProrate(amount money.Amount, days, month int64) (money.Amount, error) {
	exact, err := govaluesRatio(amount, days, month)
	if err != nil {
		return exact, err
	}
	return govaluesHalfUp(exact)
}

// GovaluesSplit returns the amount in equal parts; the first ones take the remainder.
func GovaluesSplit(amount money.Amount, parts int) ([]money.Amount, error) {
	return amount.Split(parts)
}

// GovaluesLine returns the net amount and the tax of a number of units for a part of a month, less a discount.
func GovaluesLine(unit money.Amount, quantity, days, month, discount, tax int64) (net, taxed money.Amount, err error) {
	whole, err := govaluesRatio(unit, quantity, 1)
	if err != nil {
		return net, taxed, err
	}
	share, err := GovaluesProrate(whole, days, month)
	if err != nil {
		return net, taxed, err
	}
	less, err := GovaluesProrate(share, discount, 100)
	if err != nil {
		return net, taxed, err
	}
	if net, err = share.Sub(less); err != nil {
		return net, taxed, err
	}
	taxed, err = GovaluesProrate(net, tax, 100)
	return net, taxed, err
}

// govaluesRatio returns amount × over / under, to 19 digits.
func govaluesRatio(amount money.Amount, over, under int64) (money.Amount, error) {
	numerator, err := decimal.New(over, 0)
	if err != nil {
		return amount, err
	}
	denominator, err := decimal.New(under, 0)
	if err != nil {
		return amount, err
	}
	if amount, err = amount.Mul(numerator); err != nil {
		return amount, err
	}
	return amount.Quo(denominator)
}

// govaluesHalfUp rounds to the places of the currency, a tie away from zero. The package itself rounds a tie to even.
func govaluesHalfUp(amount money.Amount) (money.Amount, error) {
	scale := amount.Curr().Scale()
	half, err := money.NewAmount(amount.Curr().Code(), 5, scale+1)
	if err != nil {
		return amount, err
	}
	if amount, err = amount.Add(half.CopySign(amount)); err != nil {
		return amount, err
	}
	return amount.Trunc(scale), nil
}
