package lifecycle_test

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// askEngine stands for a call of Stripe Tax or Avalara: 8 percent of each line.
func askEngine(request *invoice.TaxRequest) (answers []invoice.TaxAnswer) {
	for _, line := range request.Lines {
		answers = append(answers, invoice.TaxAnswer{Line: line.Line, Amount: line.Amount, Taxes: []plans.Tax{{
			Name: "Sales tax", Percent: decimal.NewFromInt(8), Amount: line.Amount.Mul(decimal.New(8, -2)).Round(2),
		}}})
	}
	return answers
}

// taxRequest returns the question of an outcome for the tax engine, or nil.
func taxRequest(out lifecycle.Outcome) *invoice.TaxRequest {
	for _, effect := range out.Effects {
		if effect.Kind == lifecycle.CalculateTaxes {
			return effect.TaxRequest
		}
	}
	return nil
}

// A tax engine computes the taxes. An event is applied again with the answers, and a deadline is passed by an event.
func ExampleApply_taxEngine() {
	policy := lifecycle.Standard()
	policy.Billing.TaxEngine = true
	policies, err := lifecycle.NewPolicies(policy)
	if err != nil {
		panic(err)
	}
	start := lifecycle.Event{Sequence: 1, At: november(1), Kind: lifecycle.Started}
	sub := subscriptionOfTenSeats()
	out, err := lifecycle.Apply(policies, sub, start)
	if err != nil {
		panic(err)
	}
	if request := taxRequest(out); request != nil {
		start.TaxAnswers = askEngine(request)
		if out, err = lifecycle.Apply(policies, sub, start); err != nil {
			panic(err)
		}
	}
	fmt.Println("invoice", out.Invoices[0].Total)
	out, err = lifecycle.Apply(policies, out.Subscription, lifecycle.Event{
		Sequence: 2, At: november(1), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "acme-1"},
	})
	if err != nil {
		panic(err)
	}

	next := november(31)
	if out, err = lifecycle.Advance(policies, out.Subscription, next); err != nil {
		panic(err)
	}
	if request := taxRequest(out); request != nil {
		fmt.Println("renewal waits for the taxes of", request.Lines[0].Line, request.Lines[0].Amount)
		out, err = lifecycle.Apply(policies, out.Subscription, lifecycle.Event{
			Sequence: out.Subscription.Sequence + 1, At: next, Kind: lifecycle.TaxesCalculated,
			TaxAnswers: askEngine(request),
		})
		if err != nil {
			panic(err)
		}
	}
	fmt.Println("renewal", out.Invoices[0].Total)
	// Output:
	// invoice 961.2
	// renewal waits for the taxes of acme-2/1 890
	// renewal 961.2
}
