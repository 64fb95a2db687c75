package main

import (
	"strconv"
	"time"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

type invoiceTotalGiven struct {
	Currency    plans.Currency           `json:"currency"`
	Lines       []taxedGiven             `json:"lines"`
	Discounts   []deductionGiven         `json:"discounts"`
	TaxRounding invoice.TaxRoundingLevel `json:"tax_rounding"`
	Rounding    proration.RoundingMode   `json:"rounding,omitzero"`
}

// taxedGiven is a line before tax, with its tax rates in percent.
type taxedGiven struct {
	Amount      amount   `json:"amount"`
	TaxPercents []amount `json:"tax_percents"`
}

func (t *taxedGiven) UnmarshalJSON(text []byte) error {
	type plain taxedGiven
	return decode(text, (*plain)(t))
}

func invoiceTotal(g invoiceTotalGiven) (record, error) {
	policy := invoice.Standard()
	policy.TaxRoundingLevel = g.TaxRounding
	if g.Rounding != 0 {
		policy.Proration.Rounding.Mode, policy.TaxRoundingMode = g.Rounding, g.Rounding
	}
	draft := invoice.Draft{
		ID: "total", Currency: g.Currency, At: time.Unix(0, 0).UTC(), // any date gives the same total
		Discounts: discountsOf(g.Discounts, g.Currency), Policy: policy,
	}
	for _, line := range g.Lines {
		draft.Lines = append(draft.Lines, plans.Charge{
			Kind: plans.OneTime, Currency: g.Currency, Price: plans.Price{Free: line.Amount.IsZero()},
			Net: line.Amount.Decimal, Taxes: taxesOf(line.TaxPercents),
		})
	}
	inv, err := invoice.Build(draft)
	return record{"tax": money(inv.Tax), "total": money(inv.Total)}, err
}

// taxesOf returns the taxes on a line. A rate listed twice is two taxes; another line may have one or both of them.
func taxesOf(percents []amount) (taxes []plans.Tax) {
	times := map[string]int{}
	for _, p := range percents {
		percent := "a percentage out of range"
		if !tooLong(p.Decimal) {
			percent = p.String()
		}
		times[percent]++
		taxes = append(taxes, plans.Tax{Name: percent + " % number " + strconv.Itoa(times[percent]), Percent: p.Decimal})
	}
	return taxes
}
