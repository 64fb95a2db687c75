package main

import (
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

type fractionGiven struct {
	Period   span               `json:"period"`
	Span     span               `json:"span"`
	DayCount proration.DayCount `json:"day_count"`
	Timezone zone               `json:"timezone,omitzero"`
}

func fraction(g fractionGiven) (record, error) {
	policy := proration.Standard(0)
	policy.DayCount = g.DayCount
	x, err := proration.Request{
		Period:   g.Period.in(g.Timezone),
		Span:     g.Span.in(g.Timezone),
		Policy:   policy,
		Location: g.Timezone.get(),
	}.Fraction()
	return record{"fraction": share(x)}, err
}

type prorateGiven struct {
	Currency plans.Currency         `json:"currency"`
	Amount   amount                 `json:"amount"`
	Period   span                   `json:"period"`
	Span     span                   `json:"span"`
	DayCount proration.DayCount     `json:"day_count"`
	Rounding proration.RoundingMode `json:"rounding,omitzero"`
	Timezone zone                   `json:"timezone,omitzero"`
}

func prorate(g prorateGiven) (record, error) {
	policy, err := policyOf(g.DayCount, g.Currency, g.Rounding)
	if err != nil {
		return nil, err
	}
	line, err := proration.Prorate(proration.Request{
		Amount:   g.Amount.Decimal,
		Period:   g.Period.in(g.Timezone),
		Span:     g.Span.in(g.Timezone),
		Policy:   policy,
		Location: g.Timezone.get(),
	})
	return record{"amount": money(line.Amount)}, err
}

type changeGiven struct {
	Currency    plans.Currency         `json:"currency"`
	At          when                   `json:"at"`
	Billed      billedGiven            `json:"billed"`
	Next        *nextGiven             `json:"next"`
	CreditBasis proration.CreditBasis  `json:"credit_basis"`
	DayCount    proration.DayCount     `json:"day_count"`
	Rounding    proration.RoundingMode `json:"rounding,omitzero"`
	Timezone    zone                   `json:"timezone,omitzero"`
}

type billedGiven struct {
	Amount   amount  `json:"amount"`
	Span     span    `json:"span"`
	Credited amount  `json:"credited"`
	Price    *amount `json:"price,omitzero"`
	Period   *span   `json:"period,omitzero"`
}

func (b *billedGiven) UnmarshalJSON(text []byte) error {
	type plain billedGiven
	return decode(text, (*plain)(b))
}

type nextGiven struct {
	Amount amount `json:"amount"`
	Period span   `json:"period"`
	Span   span   `json:"span"`
}

func (n *nextGiven) UnmarshalJSON(text []byte) error {
	type plain nextGiven
	return decode(text, (*plain)(n))
}

func change(g changeGiven) (record, error) {
	billed, err := g.billed()
	if err != nil {
		return nil, err
	}
	policy, err := policyOf(g.DayCount, g.Currency, g.Rounding)
	if err != nil {
		return nil, err
	}
	c := proration.Change{
		At:          g.At.in(g.Timezone),
		Billed:      billed,
		CreditBasis: g.CreditBasis,
		Policy:      policy,
		Location:    g.Timezone.get(),
	}
	if g.Next == nil {
		return adjust(c)
	}
	span := g.Next.Span.in(g.Timezone)
	c.Next = &proration.Next{Price: g.Next.Amount.Decimal, Period: g.Next.Period.in(g.Timezone), End: span.End}
	if span.Start.Equal(c.At) {
		return adjust(c)
	}
	return adjustApart(c, span)
}

// adjust returns the credit, the charge and the net amount of a change.
func adjust(c proration.Change) (record, error) {
	a, err := proration.Adjust(c)
	return record{"credit": money(a.Credit.Amount), "charge": money(a.Charge.Amount), "net": money(a.Net)}, err
}

// adjustApart returns the same values if the next charge does not start at the change. It prorates the span of the next
// charge separately.
func adjustApart(c proration.Change, span proration.Period) (record, error) {
	line, err := proration.Prorate(proration.Request{
		Amount:   c.Next.Price,
		Period:   c.Next.Period,
		Span:     span,
		Policy:   c.Policy,
		Location: c.Location,
	})
	if err != nil {
		return nil, err
	}
	c.Next = nil
	a, err := proration.Adjust(c)
	return record{
		"credit": money(a.Credit.Amount),
		"charge": money(line.Amount),
		"net":    money(a.Credit.Amount.Add(line.Amount)),
	}, err
}

// billed returns the charge before the change.
func (g *changeGiven) billed() (proration.Billed, error) {
	b := proration.Billed{
		Amount:   g.Billed.Amount.Decimal,
		Span:     g.Billed.Span.in(g.Timezone),
		Credited: g.Billed.Credited.Decimal,
	}
	switch {
	case g.Billed.Price != nil:
		b.Price = g.Billed.Price.Decimal
	case g.CreditBasis == proration.OnPrice:
		return b, malformed("billed: price: required for credit_basis price")
	}
	if g.Billed.Period != nil {
		b.Period = g.Billed.Period.in(g.Timezone)
	}
	return b, nil
}

// policyOf returns the proration policy of a case. It rounds to the currency's minor unit, half up unless the case
// names another mode. The day of a change belongs to the new side.
func policyOf(
	count proration.DayCount, currency plans.Currency, mode proration.RoundingMode,
) (proration.Policy, error) {
	places, err := currency.Places()
	policy := proration.Standard(places)
	policy.DayCount = count
	if mode != 0 {
		policy.Rounding.Mode = mode
	}
	return policy, err
}
