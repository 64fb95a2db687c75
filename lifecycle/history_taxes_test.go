package lifecycle_test

import (
	"errors"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// oddEngine answers with a state tax of 6.25 percent, rounded down, and a city tax of 0.07 for each line. Lines below
// 8.00 also have a levy of 9.01, above their net, and lines of usage no tax.
func oddEngine(r *invoice.TaxRequest) []invoice.TaxAnswer {
	answers := engine(r)
	for i, line := range r.Lines {
		switch {
		case line.Item == "calls":
			answers[i].Taxes = nil
		case line.Amount.LessThan(giventest.Money("8.00")):
			answers[i].Taxes = append(answers[i].Taxes, plans.Tax{Name: "Levy", Amount: giventest.Money("9.01")})
		}
	}
	return answers
}

// answered applies an event to the subscription, with the answers of the engine to all of its questions.
func (h *history) answered(e *lifecycle.Event) (lifecycle.Outcome, error) {
	for range 20 {
		out, err := applyWith(h.setup.policy, h.sub, *e)
		if err != nil {
			return out, err
		}
		request := asks(&out)
		if request == nil {
			return out, nil
		}
		e.TaxAnswers = append(e.TaxAnswers[:len(e.TaxAnswers):len(e.TaxAnswers)], oddEngine(request)...)
	}
	return lifecycle.Outcome{}, errors.New("the engine is asked again and again")
}

// advanced advances the subscription, and answers for the deadline with an event of its own.
func (h *history) advanced(to time.Time) (lifecycle.Outcome, error) {
	out, err := advanceWith(h.setup.policy, h.sub, to)
	if err != nil || asks(&out) == nil {
		return out, err
	}
	e := lifecycle.Event{
		Sequence: int64(len(h.events) + 1), At: to, Kind: lifecycle.TaxesCalculated, TaxAnswers: oddEngine(asks(&out)),
	}
	if out, err = h.answered(&e); err == nil {
		h.events = append(h.events, e)
	}
	return out, err
}

// taxLaw checks that the credits of each charge are at most its net and each of its answered taxes, and that nothing is
// left of a tax once the net is credited (laws 2 and 3).
func (h *history) taxLaw() {
	h.tb.Helper()
	void, back := map[string]bool{}, map[string][]plans.Charge{}
	for i := range h.invoices {
		void[h.invoices[i].ID] = h.invoices[i].status() == "void"
	}
	for i := range h.invoices {
		for _, line := range h.invoices[i].Lines {
			if line.Corrects != "" && !void[h.invoices[i].ID] {
				back[line.Corrects] = append(back[line.Corrects], line)
			}
		}
	}
	for i := range h.invoices {
		for _, line := range h.invoices[i].Lines {
			net := line.Net
			for _, credit := range back[line.ID] {
				net = net.Add(credit.Net)
			}
			for j, tax := range line.Taxes {
				left := tax.Amount
				for _, credit := range back[line.ID] {
					left = left.Add(credit.Taxes[j].Amount)
				}
				if line.Corrects == "" && (!tax.Answered || left.IsNegative() || net.IsZero() && !left.IsZero() && len(back[line.ID]) > 0) {
					h.fault("line %s has %v of its net and %v of its tax %s left of %v", line.ID, net, left, tax.Name, tax.Amount)
				}
			}
			if net.IsNegative() && line.Corrects == "" {
				h.fault("line %s has a net of %v left", line.ID, net)
			}
		}
	}
}
