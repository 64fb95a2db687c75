package main

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
)

// statement is the result of a scenario.
type statement struct {
	Refused     string              `json:"refused,omitzero"` // refusal of the order; then all else is empty
	Outcome     lifecycle.Outcome   `json:"outcome"`          // all outcomes, joined
	Access      []stretch           `json:"access"`           // access of the customer over time
	Balance     decimal.Decimal     `json:"balance"`          // credit balance at the end
	Next        *lifecycle.Deadline `json:"next"`             // next deadline; null for none
	NextInvoice *invoice.Invoice    `json:"next_invoice"`     // next invoice without further events; null for none
	Until       time.Time           `json:"until"`            // end of the scenario
}

// tell runs the scenario, and previews the next deadline and the next invoice after its end.
func (in *input) tell() (*statement, []jsonfault.Fault) {
	if in.declined != nil {
		return &statement{Refused: in.declined.Error(), Until: in.Until}, nil
	}
	l := in.live()
	if len(l.broken) > 0 {
		return nil, l.broken
	}
	sub := l.out.Subscription
	told := statement{Outcome: l.out, Access: stretches(l.out.Steps), Until: in.Until.In(sub.Contract.Cycle.Location)}
	var err error
	if told.Balance, err = credits.Balance(sub.Ledger, sub.Contract.Currency, in.Until); err != nil {
		return nil, []jsonfault.Fault{in.file.At("until", err.Error())}
	}
	next, err := lifecycle.Next(in.checked, sub)
	if err != nil {
		return nil, []jsonfault.Fault{in.file.At("until", err.Error())}
	}
	if next.Kind != 0 {
		told.Next = &next
	}
	if told.NextInvoice, err = in.nextInvoice(sub); err != nil {
		return nil, []jsonfault.Fault{in.file.At("until", err.Error())}
	}
	return &told, nil
}
