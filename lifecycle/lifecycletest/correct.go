package lifecycletest

import (
	"errors"
	"slices"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// Correct learns at the time of the clock of events that happened earlier, and bills the difference by
// [lifecycle.Correct]. Events without numbers get the next ones.
// Errors: those of [lifecycle.Correct], with the faults of an event under events[i], and a [lifecycle.Refusal] for each
// refused event. The difference of the other events is billed.
func (h *Host) Correct(events ...lifecycle.Event) error {
	now := h.now()
	sub := now.Subscription
	late := make([]lifecycle.Event, len(events))
	for i, e := range events {
		if e.Sequence == 0 {
			e.Sequence = sub.Sequence + 1 + int64(i)
		}
		late[i] = h.documented(e)
	}
	request := lifecycle.CorrectRequest{
		Subscription: sub, Initial: h.initial, Events: slices.Concat(h.events, late),
		Issued: now.Invoices, Receivables: now.Receivables, At: h.at,
	}
	out, err := lifecycle.Correct(h.policies, request)
	for err == nil && requestOf(&out) != nil {
		h.join(&lifecycle.Outcome{Subscription: sub, Effects: out.Effects})
		answers, missing := h.taxed(&out)
		if missing != nil {
			return missing
		}
		request.TaxAnswers = slices.Concat(request.TaxAnswers, answers)
		out, err = lifecycle.Correct(h.policies, request)
	}
	if err != nil {
		for i := range late {
			err = fault.Rename(err, fault.At("events", len(h.events)+i), fault.At("events", i))
		}
		for i := range late {
			h.refuse(late[i], h.at, fault.Rename(err, fault.At("events", i), "event"))
		}
		return err
	}
	var refusals []error
	for _, e := range late {
		refused := func(s lifecycle.Step) bool { return s.Sequence == e.Sequence && s.Refused != "" }
		i := slices.IndexFunc(out.Steps, refused)
		if i < 0 {
			h.events = append(h.events, e)
			continue
		}
		refusals = append(refusals, &lifecycle.Refusal{
			Refusal: plans.Refusal{Rule: e.Kind.String(), Reason: out.Steps[i].Refused},
			Event:   e.Kind, Status: out.Steps[i].Status,
		})
	}
	if err := h.take(&out); err != nil {
		return err
	}
	return errors.Join(append(refusals, h.settle())...)
}
