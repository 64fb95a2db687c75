package plans

import (
	"time"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// EffectiveTiming sets when a change takes effect. The zero EffectiveTiming is unset and an error.
//
// JSON: immediately, at_period_end, at_term_end, at_paid_through.
type EffectiveTiming uint8

// The effective timings.
const (
	Immediately   EffectiveTiming = iota + 1 // at the time of the request
	AtPeriodEnd                              // at the end of the current billing period, or of a term billed up front
	AtTermEnd                                // at the end of the last term; without a term, at the end of the period
	AtPaidThrough                            // at the end of the paid time: immediately if the period is not paid
)

var effectiveTimings = []string{"", "immediately", "at_period_end", "at_term_end", "at_paid_through"}

// String returns the name of the timing, "immediately".
func (w EffectiveTiming) String() string { return enum.String(effectiveTimings, w) }

// MarshalText returns the name of the timing.
func (w EffectiveTiming) MarshalText() ([]byte, error) {
	return fault.Marshal(effectiveTimings, w, "effective")
}

// UnmarshalText reads the name of the timing; an unknown name is ErrInvalid.
func (w *EffectiveTiming) UnmarshalText(text []byte) error {
	return fault.Unmarshal(effectiveTimings, w, "effective", text)
}

// words returns the timing in words for the customer, "at the end of the period".
func (w EffectiveTiming) words() string {
	switch w {
	case Immediately:
		return "immediately"
	case AtPeriodEnd:
		return "at the end of the period"
	case AtTermEnd:
		return "at the end of the term"
	case AtPaidThrough:
		return "at the end of the paid time"
	}
	return w.String()
}

// effective returns the time when a change with the timing takes effect. The paid time ends at an instant, or with the
// period if that is zero.
func (c *Contract) effective(when EffectiveTiming, at, paidThrough time.Time) (time.Time, error) {
	end := c.End()
	if when == AtPaidThrough && !paidThrough.IsZero() {
		if paidThrough.Before(at) {
			return at, nil
		}
		return paidThrough, nil
	}
	if when == Immediately {
		return at, nil
	}
	if when == AtTermEnd && at.Before(end) {
		return end, nil
	}
	if !c.upFront() {
		return c.presentEnd(at)
	}
	rest, err := c.remainingPortions(at)
	if err != nil {
		return time.Time{}, err
	}
	return rest[0].Span.End, nil
}
