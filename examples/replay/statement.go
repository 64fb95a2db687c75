package main

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
)

// statement is the story of a life.
type statement struct {
	Refused     string              `json:"refused,omitzero"` // why the order was refused; then there is nothing else
	Outcome     lifecycle.Outcome   `json:"outcome"`          // everything that happened
	Access      []stretch           `json:"access"`           // of the customer, one stretch of time after the other
	Balance     decimal.Decimal     `json:"balance"`          // of the customer's credit at the end
	Next        *lifecycle.Deadline `json:"next"`             // the next deadline; null is none
	NextInvoice *invoice.Invoice    `json:"next_invoice"`     // the next invoice if nothing else happens; null is none
	Until       time.Time           `json:"until"`            // the end of the story
}

// tell runs the life, and looks at the time after it.
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
	if next, is := in.nextDeadline(sub); is {
		told.Next = &next
	}
	if told.NextInvoice, err = in.nextInvoice(sub); err != nil {
		return nil, []jsonfault.Fault{in.file.At("until", err.Error())}
	}
	return &told, nil
}
