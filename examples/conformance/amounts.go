package main

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

type roundGiven struct {
	Currency plans.Currency         `json:"currency"`
	Amount   amount                 `json:"amount"`
	Mode     proration.RoundingMode `json:"mode"`
}

func round(g roundGiven) (record, error) {
	places, err := g.Currency.Places()
	if err != nil {
		return nil, err
	}
	rounded, err := proration.Rounding{Places: places, Mode: g.Mode}.Round(g.Amount.Decimal)
	return record{"amount": money(rounded)}, err
}

type splitGiven struct {
	Currency plans.Currency `json:"currency"`
	Amount   amount         `json:"amount"`
	Weights  []amount       `json:"weights"`
}

func split(g splitGiven) (record, error) {
	places, err := g.Currency.Places()
	if err != nil {
		return nil, err
	}
	weights := make([]decimal.Decimal, len(g.Weights))
	for i, w := range g.Weights {
		weights[i] = w.Decimal
	}
	results, err := proration.Split(proration.Division{
		Amount:     g.Amount.Decimal,
		Weights:    weights,
		Places:     places,
		Allocation: proration.LargestRemainder,
	})
	parts := make(list, len(results))
	for i, r := range results {
		parts[i] = money(r.Amount)
	}
	return record{"parts": parts}, err
}

type minorUnitsGiven struct {
	Currency plans.Currency `json:"currency"`
}

func minorUnits(g minorUnitsGiven) (record, error) {
	places, err := g.Currency.Places()
	return record{"places": number(places)}, err
}
