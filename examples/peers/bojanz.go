package peers

import (
	"errors"
	"strconv"

	"github.com/bojanz/currency"
)

// BojanzProrate returns the amount for a number of days of a month.
func BojanzProrate(amount currency.Amount, days, month int64) (currency.Amount, error) {
	amount, err := amount.Mul(strconv.FormatInt(days, 10))
	if err != nil {
		return amount, err
	}
	if amount, err = amount.Div(strconv.FormatInt(month, 10)); err != nil {
		return amount, err
	}
	return amount.Round(), nil // half up, to the places of the currency
}

// BojanzSplit returns the amount in equal parts; the first ones take the remainder. The package has no such function,
// so that it is done in minor units.
func BojanzSplit(amount currency.Amount, parts int) ([]currency.Amount, error) {
	if parts < 1 {
		return nil, errors.New("parts: must be at least 1")
	}
	units, err := amount.Int64()
	if err != nil {
		return nil, err
	}
	all := make([]currency.Amount, parts)
	for i := range all {
		part := units / int64(parts)
		if int64(i) < units%int64(parts) {
			part++
		}
		if all[i], err = currency.NewAmountFromInt64(part, amount.CurrencyCode()); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// BojanzLine returns the net amount and the tax of a number of units for a part of a month, less a discount.
func BojanzLine(
	unit currency.Amount, quantity, days, month, discount, tax int64,
) (net, taxed currency.Amount, err error) {
	whole, err := unit.Mul(strconv.FormatInt(quantity, 10))
	if err != nil {
		return net, taxed, err
	}
	share, err := BojanzProrate(whole, days, month)
	if err != nil {
		return net, taxed, err
	}
	less, err := BojanzProrate(share, discount, 100)
	if err != nil {
		return net, taxed, err
	}
	if net, err = share.Sub(less); err != nil {
		return net, taxed, err
	}
	taxed, err = BojanzProrate(net, tax, 100)
	return net, taxed, err
}
