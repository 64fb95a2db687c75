package lifecycle

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Refusal is an event that the rules do not allow, or that cannot be with the subscription as it stands. It changed nothing. It matches
// [ErrRefused], and in the second case also the [proration.Error] that names the field.
type Refusal struct {
	Event   EventKind // what was refused
	Status  Status    // where the subscription stood
	Reason  string    // why, in words a customer could read
	Instead string    // what would be allowed; "" where nothing would
	fault   error     // what of the event does not go with the subscription; nil where that is not what it is
}

// ErrRefused is what every [Refusal] matches with errors.Is; it is that of package plans.
var ErrRefused = plans.ErrRefused

// Error returns the refusal in one line.
func (r *Refusal) Error() string {
	text := fmt.Sprintf("%s while %s: %s", r.Event, r.Status, r.Reason)
	if r.Instead != "" {
		text += "; possible: " + r.Instead
	}
	return text
}

// Is reports whether the target is ErrRefused.
func (r *Refusal) Is(target error) bool { return target == ErrRefused }

// Unwrap returns the faults of the event, and nil where it has none.
func (r *Refusal) Unwrap() error { return r.fault }

// because is the reason in words.
func (r *Refusal) because() string {
	if r.Instead == "" {
		return r.Reason
	}
	return r.Reason + "; possible: " + r.Instead
}

// refuse returns a refusal of the event.
func (s *step) refuse(reason string) error {
	return &Refusal{Event: s.doing, Status: s.sub.Status, Reason: reason}
}

// refusal returns the refusal of the event where another package refused what it comes to, or found that it does not go with the subscription.
func (s *step) refusal(err error) error {
	var own *Refusal
	var theirs *plans.Refusal
	switch {
	case errors.As(err, &own):
		return err
	case errors.As(err, &theirs):
		return &Refusal{Event: s.doing, Status: s.sub.Status, Reason: theirs.Reason, Instead: theirs.Instead}
	}
	if about(err, "change") {
		err = proration.Under("event", err)
	}
	if about(err, "event.change") || about(err, "event.payment") {
		return s.conflict(err)
	}
	return err
}

// conflict returns the refusal of an event that does not go with the subscription, by its faults.
func (s *step) conflict(err error) error {
	var reasons []string
	for _, fault := range faults(err) {
		reasons = append(reasons, fault.Reason)
	}
	return &Refusal{Event: s.doing, Status: s.sub.Status, Reason: strings.Join(reasons, "; "), fault: err}
}

// about reports whether an error is of what stands under a path, and of no limit.
func about(err error, path string) bool {
	all := faults(err)
	return len(all) > 0 && !slices.ContainsFunc(all, func(e *proration.Error) bool {
		return !strings.HasPrefix(e.Field, path) || errors.Is(e, proration.ErrLimit)
	})
}

// faults returns the faults that an error is made of.
func faults(err error) (all []*proration.Error) {
	var joined interface{ Unwrap() []error }
	var one *proration.Error
	switch {
	case errors.As(err, &joined):
		for _, e := range joined.Unwrap() {
			all = append(all, faults(e)...)
		}
	case errors.As(err, &one):
		all = append(all, one)
	}
	return all
}
