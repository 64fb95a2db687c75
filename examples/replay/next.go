package main

import (
	"time"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
)

// nextDeadline returns the next deadline under the policy in force at its instant.
func (in *input) nextDeadline(sub lifecycle.Subscription) (lifecycle.Deadline, bool) {
	for i := in.inForce(sub.At); ; i++ {
		next, is := lifecycle.Next(in.policies[i], sub)
		if i == len(in.policies)-1 || is && next.At.Before(in.policies[i+1].From) {
			return next, is
		}
		before := in.policies[i+1].From.Add(-time.Nanosecond)
		if !before.After(sub.At) {
			continue
		}
		out, err := lifecycle.Replay(in.policies, sub, nil, before)
		if err != nil {
			return next, is
		}
		sub = out.Subscription
	}
}

// nextInvoice advances from deadline to deadline until an invoice is issued, and returns it or nil.
func (in *input) nextInvoice(sub lifecycle.Subscription) (*invoice.Invoice, error) {
	const enough = 1_000
	for range enough {
		next, is := in.nextDeadline(sub)
		if !is {
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
	return nil, nil //nolint:nilnil // no next invoice is not an error
}
