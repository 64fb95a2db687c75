package main

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

type discountGiven struct {
	Currency   plans.Currency         `json:"currency"`
	Lines      []amount               `json:"lines"`
	Discounts  []deductionGiven       `json:"discounts"`
	Allocation proration.Allocation   `json:"allocation,omitzero"`
	Rounding   proration.RoundingMode `json:"rounding,omitzero"`
}

// deductionGiven is a discount by a percentage or an amount.
type deductionGiven struct {
	Percent amount `json:"percent,omitzero"`
	Amount  amount `json:"amount,omitzero"`
}

func (d *deductionGiven) UnmarshalJSON(text []byte) error {
	type plain deductionGiven
	return decode(text, (*plain)(d))
}

func discount(g discountGiven) (record, error) {
	r := plans.DiscountRequest{Currency: g.Currency, Mode: proration.HalfUp, Allocation: proration.LargestRemainder}
	if g.Rounding != 0 {
		r.Mode = g.Rounding
	}
	if g.Allocation != 0 {
		r.Allocation = g.Allocation
	}
	for _, line := range g.Lines {
		r.Charges = append(r.Charges, plans.Charge{Kind: plans.Recurring, Currency: g.Currency, Net: line.Decimal})
	}
	r.Discounts = discountsOf(g.Discounts, g.Currency)
	reduced, err := plans.ApplyDiscounts(r)
	if err != nil {
		return nil, err
	}
	taken := list{}
	for _, c := range reduced.Charges {
		var sum decimal.Decimal
		for _, d := range c.Discounts {
			sum = sum.Add(d.Amount)
		}
		taken = append(taken, money(sum))
	}
	return record{"discount": money(reduced.Amount), "net": money(reduced.Net), "line_discounts": taken}, nil
}

// discountsOf returns the given discounts in order, without those that take nothing off.
func discountsOf(given []deductionGiven, currency plans.Currency) (all []plans.Discount) {
	for i, d := range given {
		if d.Percent.IsZero() && d.Amount.IsZero() {
			continue // the library rejects a discount of zero
		}
		off := plans.Discount{
			ID: strconv.Itoa(i + 1), Percent: d.Percent.Decimal, Amount: d.Amount.Decimal, Duration: plans.Forever,
		}
		if !off.Amount.IsZero() {
			off.Currency = currency
		}
		all = append(all, off)
	}
	return all
}

type commitmentGiven struct {
	Currency plans.Currency         `json:"currency"`
	Minimum  amount                 `json:"minimum"`
	Period   span                   `json:"period"`
	Span     span                   `json:"span"`
	DayCount proration.DayCount     `json:"day_count"`
	Billed   []amount               `json:"billed"`
	Rounding proration.RoundingMode `json:"rounding,omitzero"`
	Timezone zone                   `json:"timezone,omitzero"`
}

func commitment(g commitmentGiven) (record, error) {
	policy, err := policyOf(g.DayCount, g.Currency, g.Rounding)
	if err != nil {
		return nil, err
	}
	contract := plans.Contract{
		Plan:     "committed",
		Currency: g.Currency,
		Items:    []plans.Item{{ID: "usage"}},
		Cycle:    cycleFrom(g.Period.Start, proration.Interval{Months: 1}, 0, g.Timezone),
		Minimum:  g.Minimum.Decimal,
	}
	var billed []plans.Charge
	for _, b := range g.Billed {
		c := plans.Charge{Kind: plans.Recurring, Plan: contract.Plan, Item: "usage", Currency: g.Currency, Net: b.Decimal}
		c.Share.Amount = b.Decimal
		billed = append(billed, c)
	}
	portion := proration.Portion{Period: g.Period.in(g.Timezone), Span: g.Span.in(g.Timezone)}
	lacking, err := contract.Shortfall(billed, portion, policy)
	var short decimal.Decimal
	for _, c := range lacking {
		short = short.Add(c.Net)
	}
	return record{"shortfall": money(short)}, err
}

type directionGiven struct {
	From levelGiven `json:"from"`
	To   levelGiven `json:"to"`
}

type levelGiven struct {
	Amount   amount             `json:"amount"`
	Interval proration.Interval `json:"interval"`
}

func (l *levelGiven) UnmarshalJSON(text []byte) error {
	type plain levelGiven
	return decode(text, (*plain)(l))
}

// contract returns a contract for one unit at the amount.
func (l *levelGiven) contract(plan string) plans.Contract {
	anchor := proration.LocalTimeOf(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC))
	return plans.Contract{
		Plan: plan, Currency: "USD", Cycle: proration.Cycle{Anchor: anchor, Interval: l.Interval},
		Items: []plans.Item{{
			ID: "unit", Quantity: decimal.NewFromInt(1), Price: plans.Price{Unit: l.Amount.Decimal, Free: l.Amount.IsZero()},
		}},
	}
}

func direction(g directionGiven) (record, error) {
	actions, err := plans.Classify(plans.ClassifyRequest{
		Change: plans.Change{Plan: &plans.Plan{ID: "to"}}, From: g.From.contract("from"), To: g.To.contract("to"),
	})
	if err != nil {
		return nil, err
	}
	action := actions[0]
	if action == plans.Lateral {
		action = plans.Upgrade // the cases count a change to an equal plan as an upgrade
	}
	return record{"direction": text(action.String())}, nil
}
