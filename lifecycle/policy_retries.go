package lifecycle

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// checkRetries adds a fault for the first retry that is never made, because on every date the grace of a renewal ends
// before it. Where dunning leaves service as it is, every retry is made. Intervals with faults of their own are left
// out.
func (p *Policy) checkRetries(f *fault.List) {
	var own fault.List
	optional(&own, "", p.Renewal.Lead)
	optional(&own, "", p.Dunning.Grace)
	for i := range p.Dunning.Retries {
		needed(&own, "", p.Dunning.Retries[i])
	}
	if own != nil || p.Dunning.FinalAction != FinalSuspend && p.Dunning.FinalAction != FinalCancel {
		return
	}
	for i := range p.Dunning.Retries {
		if !p.retried(i) {
			f.Add(fault.At("dunning.retries", i), proration.ErrOutside,
				"must not be after the start of service plus dunning.grace, or it is never made; got %v after the attempt before",
				p.Dunning.Retries[i])
			return
		}
	}
}

// retried reports whether a retry is made before the grace ends or at its end, for service that starts on any day of
// four years.
func (p *Policy) retried(retry int) bool {
	for start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); start.Year() < 2028; start = start.AddDate(0, 0, 1) {
		at, grace, err := start, start, error(nil)
		if p.Dunning.Grace != (proration.Interval{}) {
			if grace, err = p.Dunning.Grace.After(start, time.UTC); err != nil {
				return true // the grace does not end in the years of the calendar
			}
		}
		if lead := p.Renewal.Lead; lead != (proration.Interval{}) && p.Billing.Timing == proration.InAdvance {
			at, err = lead.Before(start, time.UTC)
		}
		for i := 0; err == nil && i <= retry; i++ {
			at, err = p.Dunning.Retries[i].After(at, time.UTC)
		}
		if err == nil && !at.After(grace) {
			return true
		}
	}
	return false
}
