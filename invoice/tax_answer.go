package invoice

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// TaxRequest asks a tax engine for the taxes of a draft. It is the error of [Build] and [Issue] if the policy has a
// TaxEngine and an answer is missing: nothing is issued. The caller asks the engine and calls again with the answers.
type TaxRequest struct {
	Invoice  string         `json:"invoice"`          // ID that the invoice will have
	Currency plans.Currency `json:"currency"`         // currency of every amount
	At       time.Time      `json:"at"`               // time of issue
	Contact  Contact        `json:"contact,omitzero"` // recipient of the invoice
	Lines    []TaxableLine  `json:"lines"`            // lines without an answer, at least one
}

// Error returns the request in words.
func (r *TaxRequest) Error() string {
	text := "the tax engine has not answered"
	if len(r.Lines) > 0 {
		text += fmt.Sprintf(" for line %.40q", r.Lines[0].Line)
	}
	if more := len(r.Lines) - 1; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// TaxableLine is a line of a draft that a tax engine has to answer.
type TaxableLine struct {
	Line     string           `json:"line"`                            // ID that the line will have
	Plan     string           `json:"plan,omitzero"`                   // ID of the plan
	Item     string           `json:"item"`                            // ID of the item
	Kind     plans.Kind       `json:"kind"`                            // kind of charge
	Quantity decimal.Decimal  `json:"quantity,omitzero" canon:"count"` // number of units charged
	Span     proration.Period `json:"span,omitzero"`                   // time that is charged
	// Amount is the net after discounts, less credit that applies before tax; above zero.
	Amount decimal.Decimal `json:"amount"`
}

// TaxAnswer is the answer of a tax engine for one line of a draft.
type TaxAnswer struct {
	Line string `json:"line"` // ID of the line
	// Amount is the taxable amount of the request. If the draft has changed since, the line is asked for again.
	Amount decimal.Decimal `json:"amount"`
	// Taxes are the taxes of the line; none is no tax. Their amounts are billed as they are, whatever the percentages say.
	// A tax that is Included is part of Amount.
	Taxes []plans.Tax `json:"taxes,omitzero"`
}

// answer sets the taxes that a tax engine computed, or returns the request of those that are missing.
func (inv *Invoice) answer(d *Draft, places int32) error {
	if err := checkAnswers(d, places); err != nil {
		return err
	}
	if !inv.Policy.TaxEngine && len(d.TaxAnswers) == 0 {
		return nil
	}
	request := TaxRequest{Invoice: inv.ID, Currency: inv.Currency, At: inv.IssuedAt, Contact: inv.Contact}
	var known []string
	for i := range inv.Lines {
		c := &inv.Lines[i]
		of := taxed(c)
		if !inv.Policy.TaxEngine || c.Corrects != "" || !c.PricedAt.IsZero() || len(c.Taxes) > 0 || !of.IsPositive() {
			continue
		}
		known = append(known, c.ID)
		j := slices.IndexFunc(d.TaxAnswers, func(a TaxAnswer) bool { return a.Line == c.ID && a.Amount.Equal(of) })
		if j < 0 {
			request.Lines = append(request.Lines, TaxableLine{
				Line: c.ID, Plan: c.Plan, Item: c.Item, Kind: c.Kind, Quantity: c.Quantity, Span: c.Span, Amount: of,
			})
			continue
		}
		c.Taxes = slices.Clone(d.TaxAnswers[j].Taxes)
		for k := range c.Taxes {
			c.Taxes[k].Answered = true
		}
	}
	for i, a := range d.TaxAnswers {
		if !slices.Contains(known, a.Line) {
			return fault.New(fault.At("tax_answers", i)+".line", proration.ErrInvalid,
				"must be a line that the tax engine is asked for; got %.40q", a.Line)
		}
	}
	if len(request.Lines) > 0 {
		return &request
	}
	return nil
}

// checkAnswers returns the faults of the answers of a draft, except those of their lines.
func checkAnswers(d *Draft, places int32) error {
	var f fault.List
	if len(d.TaxAnswers) > maxLines {
		f.Add("tax_answers", proration.ErrLimit, "must be at most %d answers; got %d", maxLines, len(d.TaxAnswers))
		return f.Err()
	}
	seen := map[string]bool{}
	for i := range d.TaxAnswers {
		a := &d.TaxAnswers[i]
		path := fault.At("tax_answers", i)
		if seen[a.Line] {
			f.Add(path+".line", proration.ErrInvalid, "must be unique; %.40q appears twice", a.Line)
		}
		seen[a.Line] = true
		if !fault.Amount(&f, path+".amount", a.Amount) {
			continue
		}
		if len(a.Taxes) > maxTaxes {
			f.Add(path+".taxes", proration.ErrLimit, "must be at most %d taxes; got %d", maxTaxes, len(a.Taxes))
			continue
		}
		for j, t := range a.Taxes {
			own := fault.At(path+".taxes", j)
			f.Under(own, checkTax(t.Name, t.Percent))
			if slices.ContainsFunc(a.Taxes[:j], func(other plans.Tax) bool { return other.Name == t.Name }) {
				f.Add(own+".name", proration.ErrInvalid, "must be unique; %.40q appears twice", t.Name)
			}
		}
		checkAnswered(&f, path, a.Amount, a.Taxes, places)
	}
	return f.Err()
}

// checkAnswered adds the faults of amounts of taxes that a tax engine can not have computed for a taxable amount.
func checkAnswered(f *fault.List, path string, of decimal.Decimal, taxes []plans.Tax, places int32) {
	included := decimal.Decimal{}
	for j := range taxes {
		t := &taxes[j]
		own := fault.At(path+".taxes", j) + ".amount"
		if !fault.Amount(f, own, t.Amount) {
			return
		}
		if t.Amount.IsNegative() || !t.Amount.Shift(places).IsInteger() {
			f.Add(own, proration.ErrInvalid, "must not be negative or have more than %d decimal places; got %v",
				places, t.Amount)
		}
		if t.Included {
			included = exact.Plus(included, t.Amount)
		}
	}
	if included.GreaterThan(of) {
		f.Add(path+".taxes", proration.ErrInvalid, "must include at most the taxable %v; got %v", of, included)
	}
}

// answered returns the taxes that a tax engine computed.
func answered(taxes []plans.Tax) []plans.Tax {
	return slices.DeleteFunc(slices.Clone(taxes), func(t plans.Tax) bool { return !t.Answered })
}

// places returns the decimal places of the currency, 0 for an unknown one.
func (inv *Invoice) places() int32 {
	places, err := inv.Currency.Places()
	if err != nil {
		return 0
	}
	return places
}
