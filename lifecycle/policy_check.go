package lifecycle

import (
	"slices"
	"strings"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// needed adds the faults of an interval that must be set.
func needed(f *fault.List, path string, l proration.Interval) {
	if l == (proration.Interval{}) {
		f.Add(path, proration.ErrUnset, "required, an interval such as P7D")
		return
	}
	f.Under(path, l.Validate())
}

// optional adds the faults of an interval that may be unset.
func optional(f *fault.List, path string, l proration.Interval) {
	if l != (proration.Interval{}) {
		f.Under(path, l.Validate())
	}
}

// checkFinalAction adds a fault if an action is not one of those that its field accepts.
func checkFinalAction(f *fault.List, path string, r FinalAction, all ...FinalAction) {
	if slices.Contains(all, r) {
		return
	}
	var names []string
	for _, one := range all {
		names = append(names, one.String())
	}
	list := strings.Join(names, ", ")
	if r == 0 {
		f.Add(path, proration.ErrUnset, "required, one of %s", list)
		return
	}
	f.Add(path, proration.ErrInvalid, "must be one of %s; got %v", list, r)
}
