package main

import (
	"encoding/json"

	"github.com/billingrules/billing/plans"
)

// models maps the name of each price model to its function. Each model has its own fields.
var models = map[string]kind{
	"flat":                 reading(flat),
	"per_unit":             reading(perUnit),
	"percentage":           reading(percentage),
	"package":              reading(packages),
	"graduated":            reading(graduated),
	"graduated_percentage": reading(graduated),
	"volume":               reading(volume),
	"stairstep":            reading(volume),
}

// price reads the name of the model, and then the fields of that model.
func price(text json.RawMessage) (record, error) {
	given, err := members(text)
	if err != nil {
		return nil, err
	}
	name, found := given["model"]
	if !found {
		return nil, malformed("model: required")
	}
	var model string
	if json.Unmarshal(name, &model) != nil || models[model] == nil {
		return nil, malformedf("model: must be a price model; got %s", name)
	}
	return models[model](text)
}

// priced returns the unrounded price of a quantity.
func priced(p plans.Price, quantity amount, currency plans.Currency) (record, error) {
	if _, err := currency.Places(); err != nil {
		return nil, err
	}
	unrounded, err := p.Amount(quantity.Decimal)
	return record{"amount_unrounded": money(unrounded)}, err
}

type flatGiven struct {
	Currency plans.Currency `json:"currency"`
	Quantity amount         `json:"quantity"`
	Model    string         `json:"model"`
	Flat     amount         `json:"flat"`
}

func flat(g flatGiven) (record, error) {
	return priced(plans.Price{Flat: g.Flat.Decimal}, g.Quantity, g.Currency)
}

type perUnitGiven struct {
	Currency  plans.Currency `json:"currency"`
	Quantity  amount         `json:"quantity"`
	Model     string         `json:"model"`
	Unit      amount         `json:"unit"`
	FreeUnits amount         `json:"free_units,omitzero"`
	Flat      amount         `json:"flat,omitzero"`
}

func perUnit(g perUnitGiven) (record, error) {
	p := plans.Price{Unit: g.Unit.Decimal, Included: g.FreeUnits.Decimal, Flat: g.Flat.Decimal}
	return priced(p, g.Quantity, g.Currency)
}

type percentageGiven struct {
	Currency    plans.Currency `json:"currency"`
	Quantity    amount         `json:"quantity"`
	Model       string         `json:"model"`
	RatePercent amount         `json:"rate_percent"`
	Flat        amount         `json:"flat,omitzero"`
}

func percentage(g percentageGiven) (record, error) {
	return priced(plans.Price{Percent: g.RatePercent.Decimal, Flat: g.Flat.Decimal}, g.Quantity, g.Currency)
}

type packageGiven struct {
	Currency     plans.Currency `json:"currency"`
	Quantity     amount         `json:"quantity"`
	Model        string         `json:"model"`
	PackageSize  amount         `json:"package_size"`
	PackagePrice amount         `json:"package_price"`
	FreeUnits    amount         `json:"free_units,omitzero"`
}

func packages(g packageGiven) (record, error) {
	if g.PackageSize.IsZero() {
		return nil, malformed("package_size: must not be zero; got 0") // the library reads 0 as no packages
	}
	p := plans.Price{Unit: g.PackagePrice.Decimal, Package: g.PackageSize.Decimal, Included: g.FreeUnits.Decimal}
	return priced(p, g.Quantity, g.Currency)
}

type tieredGiven struct {
	Currency plans.Currency `json:"currency"`
	Quantity amount         `json:"quantity"`
	Model    string         `json:"model"`
	Tiers    []tierGiven    `json:"tiers"`
}

type tierGiven struct {
	UpTo        *amount `json:"up_to"`
	Flat        amount  `json:"flat,omitzero"`
	Unit        amount  `json:"unit,omitzero"`
	RatePercent amount  `json:"rate_percent,omitzero"`
}

func (t *tierGiven) UnmarshalJSON(text []byte) error {
	type plain tierGiven
	return decode(text, (*plain)(t))
}

func graduated(g tieredGiven) (record, error) { return g.priced(plans.Graduated) }

func volume(g tieredGiven) (record, error) { return g.priced(plans.Volume) }

// priced returns the unrounded price of the quantity with graduated or volume tiers.
func (g *tieredGiven) priced(as plans.Tiering) (record, error) {
	p := plans.Price{Tiering: as}
	for _, t := range g.Tiers {
		tier := plans.Tier{Flat: t.Flat.Decimal, Unit: t.Unit.Decimal, Percent: t.RatePercent.Decimal}
		if t.UpTo != nil {
			tier.UpTo = t.UpTo.Decimal
		}
		p.Tiers = append(p.Tiers, tier)
	}
	return priced(p, g.Quantity, g.Currency)
}
