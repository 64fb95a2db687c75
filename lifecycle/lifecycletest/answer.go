package lifecycletest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
)

// Answer is an answer of the payment provider to the requests that it selects. The zero value never reports the result
// of any payment.
type Answer struct {
	Invoice int       // number of the document to collect or refund, from 1; zero selects every document
	From    time.Time // time from which requests are selected; zero selects all
	Times   int       // number of requests that are answered in this way; zero is every one
	// Kind is the report. payment_succeeded, payment_failed and payment_attempted answer the request of a payment.
	// payment_disputed and payment_reversed also do: the payment succeeds at once, and the bank takes it back after After.
	// refund_succeeded and refund_failed answer the request of a refund. Unset reports no result of a payment.
	Kind lifecycle.EventKind
	Hard bool // reports whether a failed payment is a hard decline
	// After is the time from the request to the report, on the customer's calendar; zero is none.
	After proration.Interval
}

// reports are the kinds of events with which the provider can answer.
var reports = []lifecycle.EventKind{
	lifecycle.PaymentSucceeded, lifecycle.PaymentFailed, lifecycle.PaymentAttempted, lifecycle.PaymentDisputed,
	lifecycle.PaymentReversed, lifecycle.RefundSucceeded, lifecycle.RefundFailed,
}

// check adds the faults of the answer.
func (a *Answer) check(f *fault.List, path string) {
	if a.Invoice < 0 {
		f.Add(path+".invoice", proration.ErrInvalid, "must not be negative; got %d", a.Invoice)
	}
	if a.Times < 0 {
		f.Add(path+".times", proration.ErrInvalid, "must not be negative; got %d", a.Times)
	}
	if a.Kind != 0 && !slices.Contains(reports, a.Kind) {
		var words []string
		for _, k := range reports {
			words = append(words, k.String())
		}
		f.Add(path+".kind", proration.ErrInvalid, "must be unset or one of %s; got %v", strings.Join(words, ", "), a.Kind)
	}
	if a.Hard && a.Kind != lifecycle.PaymentFailed {
		f.Add(path+".hard", proration.ErrInvalid, "must be unset unless kind is payment_failed; got kind %v", a.Kind)
	}
	if a.After == (proration.Interval{}) {
		return
	}
	if a.Kind == 0 {
		f.Add(path+".after", proration.ErrInvalid, "must be unset without kind; got %v", a.After)
	}
	f.Under(path+".after", a.After.Validate())
}

// refunds reports whether the answer is the result of a refund.
func (a *Answer) refunds() bool {
	return a.Kind == lifecycle.RefundSucceeded || a.Kind == lifecycle.RefundFailed
}

// takesBack reports whether the bank takes the payment back.
func (a *Answer) takesBack() bool {
	return a.Kind == lifecycle.PaymentDisputed || a.Kind == lifecycle.PaymentReversed
}

// scripted is an answer of the script, and the number of requests that it has answered.
type scripted struct {
	Answer
	used int
}

// selects reports whether the answer is for a request at a time.
func (s *scripted) selects(sub *lifecycle.Subscription, request *lifecycle.Effect) bool {
	return (s.Times == 0 || s.used < s.Times) && !sub.At.Before(s.From) &&
		s.refunds() == (request.Kind == lifecycle.Refund) &&
		(s.Invoice == 0 || fmt.Sprintf("%s-%d", sub.ID, s.Invoice) == request.Invoice)
}

// Script replaces the script of the payment provider. The first answer that selects a request, and has not answered all
// of its Times, answers it. A payment that no answer selects succeeds at once; a refund that none selects has no
// result. Without answers every payment succeeds again.
// Errors: ErrInvalid for a negative number, for a kind that is no report of the provider, and for a field that the kind
// does not read; and those of an interval.
func (h *Host) Script(answers ...Answer) error {
	var f fault.List
	script := make([]scripted, len(answers))
	for i := range answers {
		answers[i].check(&f, fault.At("answers", i))
		script[i].Answer = answers[i]
	}
	if f != nil {
		return f.Err()
	}
	h.script = script
	return nil
}
