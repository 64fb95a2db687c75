package lifecycle

import (
	"errors"
	"slices"
	"strings"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Refusal is an event that the rules, the policy or the subscription's status do not allow. It changes nothing. Every
// refusal matches [plans.ErrRefused]. Rule is the rule of another package, else the word of the event. An event whose
// values conflict with the subscription, such as a removal of more seats than there are, also matches the
// [proration.Error] of each value.
type Refusal struct {
	plans.Refusal
	Event  EventKind // refused event
	Status Status    // status of the subscription when the event arrived
}

// refuse returns a refusal of the event.
func (s *step) refuse(reason string) error { return s.deny(plans.Refusal{Reason: reason}) }

// deny returns a refusal of the event. If it has no rule, the rule is the word of the event.
func (s *step) deny(r plans.Refusal) error {
	if r.Rule == "" {
		r.Rule = s.doing.String()
	}
	return &Refusal{Refusal: r, Event: s.doing, Status: s.arrived}
}

// refusal turns an error of another package into a refusal of the event: a refusal of package plans keeps its rule and
// reason, and faults of the event's change or payment become one sentence each. Other errors are returned as they are.
func (s *step) refusal(err error) error {
	var own *Refusal
	var theirs *plans.Refusal
	switch {
	case errors.As(err, &own):
		return err
	case errors.As(err, &theirs):
		return s.deny(*theirs)
	}
	if about(err, "change") {
		err = fault.Under("event", err)
	}
	if about(err, "event.change") || about(err, "event.payment") {
		return s.conflict(err)
	}
	return err
}

// conflict returns the refusal of an event whose values conflict with the subscription, in one sentence.
func (s *step) conflict(err error) error {
	var reasons []string
	for _, e := range fault.All(err) {
		reasons = append(reasons, clause(e))
	}
	reason := "The request does not fit the subscription: " + strings.Join(reasons, "; ") + "."
	return s.deny(plans.Refusal{Reason: reason, Fault: err})
}

// clause returns a fault as a part of a sentence. A reason without a subject, "must not be zero; got 0", gets the name
// of its field: "quantity must not be zero; got 0".
func clause(e *proration.Error) string {
	field, _, _ := strings.Cut(e.Field[strings.LastIndex(e.Field, ".")+1:], "[")
	field = strings.ReplaceAll(field, "_", " ")
	text := strings.TrimSuffix(e.Reason, ".")
	switch {
	case strings.HasPrefix(text, "must "):
		return field + " " + text
	case strings.HasPrefix(text, "required"):
		return field + " is " + text
	}
	return text
}

// about reports whether every fault of an error is under a path, and none is a limit of the library.
func about(err error, path string) bool {
	all := fault.All(err)
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *proration.Error) bool {
		return !strings.HasPrefix(e.Field, path) || errors.Is(e, proration.ErrLimit)
	})
}
