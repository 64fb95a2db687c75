package main

import (
	"time"

	"github.com/billingrules/billing/lifecycle"
)

// stretch is a span of time with the same access.
type stretch struct {
	From   time.Time        `json:"from"`           // first instant
	Until  time.Time        `json:"until,omitzero"` // first instant after the span; zero if it does not end
	Access lifecycle.Access `json:"access"`         // access of the customer
}

// stretches returns the access from the first step onward. If several steps have the same instant, the last counts.
func stretches(steps []lifecycle.Step) (all []stretch) {
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
		all = append(all, stretch{From: s.At, Access: s.Access})
	}
	return all
}
