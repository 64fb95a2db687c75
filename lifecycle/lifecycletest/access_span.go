package lifecycletest

import (
	"time"

	"github.com/billingrules/billing/lifecycle"
)

// AccessSpan is a span of time with the same access of the customer.
type AccessSpan struct {
	From   time.Time        `json:"from"`           // first instant
	Until  time.Time        `json:"until,omitzero"` // first instant after the span; zero if it does not end
	Access lifecycle.Access `json:"access"`         // access of the customer
}

// accessSpans returns the access from the first step onward. If several steps have the same instant, the last counts.
func accessSpans(steps []lifecycle.Step) (all []AccessSpan) {
	for _, s := range steps {
		last := len(all) - 1
		if s.Refused != "" || last >= 0 && all[last].Access == s.Access {
			continue
		}
		if last >= 0 && all[last].From.Equal(s.At) {
			all[last].Access = s.Access
			if last > 0 && all[last-1].Access == s.Access {
				all, all[last-1].Until = all[:last], time.Time{}
			}
			continue
		}
		if last >= 0 {
			all[last].Until = s.At
		}
		all = append(all, AccessSpan{From: s.At, Access: s.Access})
	}
	return all
}
