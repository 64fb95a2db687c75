package main

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

type unusedGiven struct {
	Currency   plans.Currency         `json:"currency"`
	Price      amount                 `json:"price"`
	Period     span                   `json:"period"`
	Unused     span                   `json:"unused"`
	Billed     amount                 `json:"billed"`
	Credited   amount                 `json:"credited"`
	TaxPercent amount                 `json:"tax_percent"`
	DayCount   proration.DayCount     `json:"day_count"`
	Rounding   proration.RoundingMode `json:"rounding,omitzero"`
	Timezone   zone                   `json:"timezone,omitzero"`
}

func unused(g unusedGiven) (record, error) {
	policy, err := policyOf(g.DayCount, g.Currency, g.Rounding)
	if err != nil {
		return nil, err
	}
	rest := proration.Request{
		Period: g.Period.in(g.Timezone), Span: g.Unused.in(g.Timezone), Policy: policy, Location: g.Timezone.get(),
	}
	if _, err := rest.Fraction(); err != nil { // the unused span must lie inside the period
		return nil, err
	}
	charges, err := g.charges(policy.Rounding)
	if err != nil {
		return nil, err
	}
	owed, err := credits.Unused(credits.Request{
		Charges:     charges,
		At:          rest.Span.Start,
		CreditBasis: proration.OnPrice,
		Policy:      policy,
		Location:    rest.Location,
	})
	var credit, tax decimal.Decimal
	for _, c := range owed { // at most one credit; none if nothing was billed
		credit, tax = c.Net.Neg(), c.Taxes[0].Amount.Neg()
	}
	return record{"credit": money(credit), "tax": money(tax)}, err
}

// charges returns the charge billed until the end of the unused span and the earlier credit, both with tax.
func (g *unusedGiven) charges(rounding proration.Rounding) ([]plans.Charge, error) {
	var taxes [2]decimal.Decimal
	for i, net := range []decimal.Decimal{g.Billed.Decimal, g.Credited.Decimal} {
		tax, err := plans.Price{Percent: g.TaxPercent.Decimal}.Amount(net)
		if err != nil {
			return nil, err
		}
		if taxes[i], err = rounding.Round(tax); err != nil {
			return nil, err
		}
	}
	period := g.Period.in(g.Timezone)
	billed := plans.Charge{
		ID:       "billed",
		Kind:     plans.Recurring,
		Currency: g.Currency,
		Quantity: decimal.NewFromInt(1),
		Price:    plans.Price{Unit: g.Price.Decimal},
		Period:   period,
		Span:     proration.Period{Start: period.Start, End: g.Unused.End.in(g.Timezone)},
		Share:    proration.Result{Of: g.Price.Decimal},
		Net:      g.Billed.Decimal,
		Taxes:    []plans.Tax{{Percent: g.TaxPercent.Decimal, Amount: taxes[0]}},
	}
	credited := plans.Charge{Corrects: billed.ID, Kind: plans.Refund, Currency: g.Currency, Net: g.Credited.Neg()}
	credited.Taxes = []plans.Tax{{Percent: g.TaxPercent.Decimal, Amount: taxes[1].Neg()}}
	return []plans.Charge{billed, credited}, nil
}

type applyCreditsGiven struct {
	Currency plans.Currency `json:"currency"`
	Due      amount         `json:"due"`
	At       when           `json:"at"`
	Grants   []grantGiven   `json:"grants"`
	Timezone zone           `json:"timezone,omitzero"`
}

type grantGiven struct {
	ID          string `json:"id"`
	Amount      amount `json:"amount"`
	Priority    *int   `json:"priority,omitzero"`
	Promotional bool   `json:"promotional,omitzero"`
	GrantedAt   when   `json:"granted_at"`
	EffectiveAt *when  `json:"effective_at,omitzero"`
	ExpiresAt   *when  `json:"expires_at,omitzero"`
}

func (g *grantGiven) UnmarshalJSON(text []byte) error {
	type plain grantGiven
	return decode(text, (*plain)(g))
}

func applyCredits(g applyCreditsGiven) (record, error) {
	var ledger []credits.Entry
	for _, grant := range g.Grants {
		if grant.Amount.IsZero() {
			continue // the library rejects a grant of zero
		}
		entry := credits.Entry{
			Kind:        credits.Granted,
			ID:          grant.ID,
			Amount:      grant.Amount.Decimal,
			Currency:    g.Currency,
			At:          grant.GrantedAt.in(g.Timezone),
			Priority:    grant.Priority,
			Promotional: grant.Promotional,
		}
		if grant.EffectiveAt != nil {
			entry.Effective = grant.EffectiveAt.in(g.Timezone)
		}
		if grant.ExpiresAt != nil {
			entry.Expires = grant.ExpiresAt.in(g.Timezone)
		}
		ledger = append(ledger, entry)
	}
	due := credits.Due{Amount: g.Due.Decimal, Currency: g.Currency, At: g.At.in(g.Timezone)}
	spent, rest, err := credits.Apply(ledger, due)
	applied := list{}
	for _, e := range spent {
		applied = append(applied, record{"id": text(e.ID), "amount": money(e.Amount.Neg())})
	}
	return record{"applied": applied, "due": money(rest)}, err
}
