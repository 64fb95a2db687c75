package proration

import (
	"time"
)

// Policy is what a seller must choose before time becomes money. Every field that decides an amount must be set.
type Policy struct {
	DayCount  DayCount `json:"day_count"`           // how time is counted
	ChangeDay Side     `json:"change_day,omitzero"` // whose the day of a change is; must be set unless seconds are counted
	Rounding  Rounding `json:"rounding"`            // how each line ends
}

// Standard returns a complete and neutral policy: civil days, the day of a change belongs to the new side, and ties are
// rounded half up to the given places of the currency.
func Standard(places int32) Policy {
	return Policy{DayCount: Days, ChangeDay: NewSide, Rounding: Rounding{Places: places, Mode: HalfUp}}
}

// Validate returns every fault of the policy: ErrUnset for a missing choice, ErrInvalid for one that does not exist,
// ErrLimit for places beyond the limits.
func (p Policy) Validate() error {
	var f faults
	p.check(&f, "")
	return f.err()
}

// check adds the faults of the policy, whose fields are under path ("policy.").
func (p *Policy) check(f *faults, path string) {
	p.checkCounting(f, path)
	p.Rounding.check(f, path+"rounding.")
}

// usable reports whether check would find nothing.
func (p *Policy) usable() bool {
	return p.DayCount-1 < Months && p.ChangeDay <= NewSide && (p.ChangeDay != 0 || p.DayCount == Seconds) && p.Rounding.usable()
}

// checkCounting adds the faults of the fields that decide a fraction.
func (p *Policy) checkCounting(f *faults, path string) {
	checkEnum(f, path+"day_count", dayCounts, p.DayCount)
	if p.DayCount != Seconds || p.ChangeDay != 0 {
		checkEnum(f, path+"change_day", sides, p.ChangeDay)
	}
}

// checkZone adds a fault where an instant does not say on which calendar it is; without instants, where the location does
// not. Seconds need no calendar.
func (p *Policy) checkZone(f *faults, loc *time.Location, field string, instants ...time.Time) {
	switch {
	case p.DayCount == Seconds:
	case loc != nil:
		if len(instants) == 0 && loc.String() == localZone {
			f.add(field, ErrZone, "a local zone is another one on each machine; load a zone by its name")
		}
	default:
		for _, t := range instants {
			if _, offset := t.Zone(); offset != 0 {
				f.add(field, ErrZone, "%s is not in UTC and no location says on which calendar to count it", t.Format(time.RFC3339Nano))
				return
			}
		}
	}
}
