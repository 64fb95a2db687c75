package proration

import (
	"time"

	"github.com/billingrules/billing/internal/fault"
)

// Policy is the set of choices that turn time into money. The seller must set every field that decides an amount.
type Policy struct {
	DayCount DayCount `json:"day_count"` // how time is counted; required
	// FirstDay says whether the day on which service begins is billed; not required for Seconds.
	FirstDay DayBilling `json:"first_day,omitzero"`
	// LastDay says whether the day on which service ends is billed; not required for Seconds.
	LastDay   DayBilling `json:"last_day,omitzero"`
	ChangeDay Side       `json:"change_day,omitzero"` // side that owns the day of a change; not required for Seconds
	Rounding  Rounding   `json:"rounding"`            // how each line is rounded; required

	// Charge is how much of the new price a change charges for the rest of a period that is billed in advance, and Credit
	// how much of the old charges it credits. Unset prorates. Prorate and Adjust do not read them.
	Charge Extent `json:"charge,omitzero"`
	Credit Extent `json:"credit,omitzero"` // extent of the credits of a change; unset prorates
}

// Standard returns a complete and neutral policy: civil days are counted, the first day of service is billed and the
// last one is free, the new side owns the day of a change, and lines are rounded half up to the given decimal places of
// the currency.
func Standard(places int32) Policy {
	return Policy{
		DayCount: Days, FirstDay: DayBilled, LastDay: DayFree, ChangeDay: NewSide,
		Rounding: Rounding{Places: places, Mode: HalfUp},
	}
}

// Validate returns every fault of the policy: ErrUnset for a missing choice, ErrInvalid for an unknown one, and
// ErrLimit for places beyond the limits.
func (p Policy) Validate() error {
	var f fault.List
	p.check(&f, "")
	return f.Err()
}

// check adds the faults of the policy, whose fields are under path ("policy.").
func (p *Policy) check(f *fault.List, path string) {
	if p.usable() {
		return
	}
	p.checkCounting(f, path)
	fault.Optional(f, path+"charge", p.Charge)
	fault.Optional(f, path+"credit", p.Credit)
	p.Rounding.check(f, path+"rounding.")
}

// usable reports whether check finds no fault.
func (p *Policy) usable() bool {
	set := p.ChangeDay != 0 && p.FirstDay != 0 && p.LastDay != 0
	return p.DayCount-1 < Months && p.ChangeDay <= NewSide && p.FirstDay <= DayFree && p.LastDay <= DayFree &&
		(set || p.DayCount == Seconds) && max(p.Charge, p.Credit) <= ExtentNone && p.Rounding.usable()
}

// checkCounting adds the faults of the fields that decide a share.
func (p *Policy) checkCounting(f *fault.List, path string) {
	fault.Enum(f, path+"day_count", dayCounts, p.DayCount)
	days := p.DayCount != Seconds
	if days || p.FirstDay != 0 {
		fault.Enum(f, path+"first_day", dayBillings, p.FirstDay)
	}
	if days || p.LastDay != 0 {
		fault.Enum(f, path+"last_day", dayBillings, p.LastDay)
	}
	if days || p.ChangeDay != 0 {
		fault.Enum(f, path+"change_day", sides, p.ChangeDay)
	}
}

// checkZone adds a fault for an instant whose time zone is unknown. Without instants, it adds a fault for the location
// Local. Seconds need no time zone.
func (p *Policy) checkZone(f *fault.List, loc *time.Location, field string, instants ...time.Time) {
	switch {
	case p.DayCount == Seconds:
	case loc != nil:
		if len(instants) == 0 && loc.String() == localZone {
			f.Add(field, ErrZone, "must not be Local, which differs by machine; load the zone by its name")
		}
	default:
		for _, t := range instants {
			if _, offset := t.Zone(); offset != 0 {
				f.Add(field, ErrZone, "must be in UTC, or have a Location; got %s", t.Format(time.RFC3339Nano))
				return
			}
		}
	}
}
