package main

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
)

// statement is what came of a story.
type statement struct {
	Outcome     lifecycle.Outcome   `json:"outcome"`      // all that happened
	Access      []stretch           `json:"access"`       // what could be reached, one stretch of time after the other
	Balance     decimal.Decimal     `json:"balance"`      // what is owed to the customer in the end, in the currency of the contract
	Next        *lifecycle.Deadline `json:"next"`         // what comes next by itself; null is nothing
	NextInvoice *invoice.Invoice    `json:"next_invoice"` // the one that comes next if nothing else happens; null is none
	Until       time.Time           `json:"until"`        // how far it goes
}

// replay applies the events, and looks at what comes after them.
func (in *input) replay() (*statement, []jsonfault.Fault) {
	out, err := lifecycle.Replay(in.policies, in.story.Subscription, in.story.Events, in.story.Until)
	if err != nil {
		return nil, sorted(in.placed(err))
	}
	told := statement{Outcome: out, Access: stretches(out.Steps), Until: in.story.Until.In(in.story.Subscription.Contract.Cycle.Location)}
	sub := out.Subscription
	if told.Balance, err = credits.Balance(sub.Ledger, sub.Contract.Currency, in.story.Until); err != nil {
		return nil, sorted(in.placed(err))
	}
	if next, ok := in.next(sub); ok {
		told.Next = &next
	}
	if told.NextInvoice, err = in.nextInvoice(sub); err != nil {
		return nil, sorted(in.placed(err))
	}
	return &told, nil
}

// next returns what comes next by itself, by the policy that holds then.
func (in *input) next(sub lifecycle.Subscription) (lifecycle.Deadline, bool) {
	policy := in.policies[0]
	for _, p := range in.policies {
		if !p.From.After(sub.At) {
			policy = p
		}
	}
	return lifecycle.Next(policy, sub)
}

// nextInvoice goes from deadline to deadline, until there is an invoice.
func (in *input) nextInvoice(sub lifecycle.Subscription) (*invoice.Invoice, error) {
	const enough = 1_000
	for range enough {
		next, ok := in.next(sub)
		if !ok {
			break
		}
		out, err := lifecycle.Replay(in.policies, sub, nil, next.At)
		if err != nil {
			return nil, err
		}
		if len(out.Invoices) > 0 {
			return &out.Invoices[0], nil
		}
		sub = out.Subscription
	}
	return nil, nil //nolint:nilnil // there is no next invoice, and nothing went wrong
}
