package plans

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// InstallmentPlan splits the invoices of periods and terms into installments, which are collected one by one.
type InstallmentPlan struct {
	Count int                `json:"count,omitzero"` // number of installments, 1 to 120; with weights it may be unset
	Every proration.Interval `json:"every"`          // time between installments; the first is due with the invoice
	// Weights are the relative sizes of the installments in order; none is equal parts.
	Weights []decimal.Decimal `json:"weights,omitzero" canon:"count"`
}

// number returns the number of installments.
func (p *InstallmentPlan) number() int {
	if p.Count == 0 {
		return len(p.Weights)
	}
	return p.Count
}

// check adds the faults of the plan.
func (p *InstallmentPlan) check(f *fault.List, path string) {
	if n := p.number(); n < 1 || n > maxInstallments {
		f.Add(path+"count", proration.ErrLimit, "must be between 1 and %d; got %d", maxInstallments, n)
	}
	f.Under(path+"every", p.Every.Validate())
	p.checkWeights(f, path)
}

// checkWeights adds the faults of the weights.
func (p *InstallmentPlan) checkWeights(f *fault.List, path string) {
	if n := len(p.Weights); n > 0 && p.Count != 0 && n != p.Count {
		f.Add(path+"weights", proration.ErrInvalid, "must be one for each of the %d installments; got %d", p.Count, n)
	}
	for i, weight := range p.Weights[:min(len(p.Weights), maxInstallments)] {
		field := fault.At(path+"weights", i)
		if fault.Number(f, field, weight); weight.IsZero() {
			f.Add(field, proration.ErrInvalid, "must be above zero; got 0")
		}
	}
}
