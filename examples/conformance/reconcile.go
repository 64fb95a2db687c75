package main

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

type reconcileGiven struct {
	Currency  plans.Currency         `json:"currency"`
	Operation string                 `json:"operation"`
	Existing  []itemGiven            `json:"existing"`
	Proposed  []itemGiven            `json:"proposed"`
	Rounding  proration.RoundingMode `json:"rounding,omitzero"`
	Timezone  zone                   `json:"timezone,omitzero"`
}

// itemGiven is an existing or proposed invoice item, or a credit for another item.
type itemGiven struct {
	Type     string `json:"type"`
	Start    when   `json:"start"`
	End      *when  `json:"end,omitzero"`
	Amount   amount `json:"amount"`
	Rate     amount `json:"rate,omitzero"`
	Plan     string `json:"plan,omitzero"`
	Ref      string `json:"ref"`
	LinkedTo string `json:"linked_to,omitzero"`
}

func (i *itemGiven) UnmarshalJSON(text []byte) error {
	type plain itemGiven
	return decode(text, (*plain)(i))
}

func reconcile(g reconcileGiven) (record, error) {
	policy, err := policyOf(proration.Days, g.Currency, g.Rounding)
	if err != nil {
		return nil, err
	}
	billed, err := g.charges(g.Existing, policy.Rounding)
	if err != nil {
		return nil, err
	}
	proposed, err := g.charges(g.Proposed, policy.Rounding)
	if err != nil {
		return nil, err
	}
	for i := range proposed {
		p := &proposed[i]
		p.ID = ""
		for _, b := range billed { // a fixed item keeps its billed amount
			fixed := p.Kind == plans.OneTime && b.Kind == plans.OneTime
			if fixed && b.Plan == p.Plan && b.Span.Start.Equal(p.Span.Start) {
				p.Net, p.Share = b.Net, b.Share
			}
		}
	}
	c := invoice.ReconcileRequest{Billed: billed, Proposed: proposed, Policy: policy, Location: g.Timezone.get()}
	switch g.Operation {
	case "adjust":
		d, err := invoice.Reconcile(c)
		return record{"items": items(d.Lines)}, err
	case "net":
		c.Proposed = billed
		d, err := invoice.Reconcile(c)
		return record{"items": items(d.Kept)}, err
	}
	return nil, malformedf("operation: must be one of adjust, net; got %q", g.Operation)
}

// charges returns the items as charges, followed by the credits.
func (g *reconcileGiven) charges(given []itemGiven, rounding proration.Rounding) ([]plans.Charge, error) {
	var all []plans.Charge
	for _, i := range given {
		c := plans.Charge{
			ID: i.Ref, Kind: plans.Recurring, Plan: i.Plan, Currency: g.Currency, Quantity: decimal.NewFromInt(1),
			Price: plans.Price{Unit: i.Rate.Decimal}, Net: i.Amount.Decimal,
			Share: proration.Result{
				Amount: i.Amount.Decimal, Of: i.Amount.Decimal,
				Fraction: proration.Fraction{Num: 1, Den: 1}, Rounding: rounding,
			},
		}
		switch start := i.Start.in(g.Timezone); i.Type {
		case "recurring":
			if i.End == nil {
				return nil, malformedf("%s: end: required for a recurring item", i.Ref)
			}
			c.Span = proration.Period{Start: start, End: i.End.in(g.Timezone)}
		case "fixed":
			c.Kind = plans.OneTime
			c.Span = proration.Period{Start: start, End: start.Add(time.Nanosecond)} // a fixed item has only a date
		case "repair", "item_adjustment":
			continue
		default:
			return nil, malformedf("%s: type: must be one of recurring, fixed, repair, item_adjustment; got %q", i.Ref, i.Type)
		}
		c.Period = c.Span
		all = append(all, c)
	}
	for _, i := range given {
		if i.Type != "repair" && i.Type != "item_adjustment" {
			continue
		}
		var err error
		if all, err = g.giveBack(all, i); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// giveBack appends the credits of a repair or an item adjustment. A repair frees each day once. The credits are at most
// the billed amount, as the library requires.
func (g *reconcileGiven) giveBack(charges []plans.Charge, i itemGiven) ([]plans.Charge, error) {
	left, err := credits.Remaining(charges)
	if err != nil {
		return nil, err
	}
	var net decimal.Decimal
	for _, c := range charges {
		if c.ID == i.LinkedTo || c.Corrects == i.LinkedTo {
			net = net.Add(c.Net)
		}
	}
	back := plans.Charge{
		ID: i.Ref, Corrects: i.LinkedTo, Kind: plans.Refund, Currency: g.Currency,
		Net: decimal.Max(i.Amount.Decimal, net.Neg()),
	}
	if i.Type == "item_adjustment" {
		return append(charges, back), nil
	}
	if i.End == nil {
		return nil, malformedf("%s: end: required for a repair", i.Ref)
	}
	repair := proration.Period{Start: i.Start.in(g.Timezone), End: i.End.in(g.Timezone)}
	freed := false
	for _, s := range left {
		of := charges[s.Charge]
		overlaps := s.Span.Start.Before(repair.End) && repair.Start.Before(s.Span.End)
		if of.ID != i.LinkedTo || s.Units.IsZero() || !overlaps {
			continue
		}
		part := back
		part.Kind, part.Quantity, part.Span = plans.ProrationCredit, s.Units, repair
		if repair.Start.Before(s.Span.Start) {
			part.Span.Start = s.Span.Start
		}
		if repair.End.After(s.Span.End) {
			part.Span.End = s.Span.End
		}
		if freed {
			part.Net = decimal.Decimal{} // the first credit has the whole amount
		}
		charges, freed = append(charges, part), true
	}
	if !freed {
		charges = append(charges, back)
	}
	return charges, nil
}

// items returns the charges as items, sorted by start and then by type, without items of zero.
func items(charges []plans.Charge) list {
	kindOf := func(c plans.Charge) string {
		switch {
		case c.Corrects != "":
			return "repair"
		case c.Kind == plans.OneTime:
			return "fixed"
		}
		return "recurring"
	}
	slices.SortStableFunc(charges, func(a, b plans.Charge) int {
		return cmp.Or(a.Span.Start.Compare(b.Span.Start), cmp.Compare(kindOf(a), kindOf(b)))
	})
	all := list{}
	for _, c := range charges {
		if c.Net.IsZero() {
			continue
		}
		item := record{
			"type": text(kindOf(c)), "start": instant(c.Span.Start), "end": instant(c.Span.End), "amount": money(c.Net),
		}
		if c.Span.End.Equal(c.Span.Start.Add(time.Nanosecond)) {
			item["end"] = none{} // a fixed item has only a date
		}
		all = append(all, item)
	}
	return all
}

// none is the JSON value null.
type none struct{}

func (none) String() string { return "null" }

func (n none) differ(path string, want json.RawMessage) []string {
	if string(want) == "null" {
		return nil
	}
	return []string{differs(path, n, want)}
}
