package lifecycletest

import (
	"slices"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
)

// requestOf returns the question that an outcome asks the tax engine, nil if there is none.
func requestOf(out *lifecycle.Outcome) *invoice.TaxRequest {
	for i := range out.Effects {
		if e := &out.Effects[i]; e.Kind == lifecycle.CalculateTaxes {
			return e.TaxRequest
		}
	}
	return nil
}

// taxed returns the answers of the tax engine to the question of an outcome. An engine that leaves a line without an
// answer is at fault, since it would be asked again without end.
func (h *Host) taxed(out *lifecycle.Outcome) ([]invoice.TaxAnswer, error) {
	if h.Taxes == nil {
		return nil, fault.New("taxes", proration.ErrUnset, "required, the tax engine that the policy has")
	}
	request := requestOf(out)
	answers := h.Taxes(request)
	for _, line := range request.Lines {
		of := func(a invoice.TaxAnswer) bool { return a.Line == line.Line && a.Amount.Equal(line.Amount) }
		if !slices.ContainsFunc(answers, of) {
			return nil, fault.New("taxes", proration.ErrUnset, "required, an answer for line %.40q of %v",
				line.Line, line.Amount)
		}
	}
	return answers, nil
}
