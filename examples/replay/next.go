package main

import (
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
)

// nextInvoice advances from deadline to deadline until an invoice is issued, and returns it or nil.
func (in *input) nextInvoice(sub lifecycle.Subscription) (*invoice.Invoice, error) {
	const enough = 1_000
	for range enough {
		next, err := lifecycle.Next(in.checked, sub)
		if err != nil || next.Kind == 0 {
			return nil, err
		}
		out, err := lifecycle.Advance(in.checked, sub, next.At)
		if n := len(out.Effects); err == nil && n > 0 && out.Effects[n-1].TaxRequest != nil {
			out, err = lifecycle.Apply(in.checked, out.Subscription, lifecycle.Event{
				Sequence: out.Subscription.Sequence + 1, At: next.At, Kind: lifecycle.TaxesCalculated,
				TaxAnswers: in.taxes(out.Effects[n-1].TaxRequest),
			})
		}
		if err != nil {
			return nil, err
		}
		if len(out.Invoices) > 0 {
			return &out.Invoices[0], nil
		}
		sub = out.Subscription
	}
	return nil, nil //nolint:nilnil // no next invoice is not an error
}
