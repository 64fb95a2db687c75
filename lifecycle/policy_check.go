package lifecycle

import (
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
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

// checkUsage adds the faults of the settings of usage.
func (r *Renewal) checkUsage(f *fault.List) {
	optional(f, "renewal.usage_window", r.UsageWindow)
	optional(f, "renewal.review", r.Review)
	if r.Review != (proration.Interval{}) && r.Lead != (proration.Interval{}) {
		f.Add("renewal.review", proration.ErrInvalid, "must be unset together with lead; an advance invoice is no draft")
	}
	checkAmounts(f, "renewal.usage_threshold.", r.UsageThreshold)
}

// checkAmounts adds the faults of amounts by currency.
func checkAmounts(f *fault.List, path string, all map[plans.Currency]decimal.Decimal) {
	for _, currency := range slices.Sorted(maps.Keys(all)) {
		path := path + string(currency)
		if _, err := currency.Places(); err != nil {
			f.Add(path, proration.ErrInvalid, "must be for a currency such as USD; got %.40q", string(currency))
		}
		most := all[currency]
		if fault.Amount(f, path, most) && !most.IsPositive() {
			f.Add(path, proration.ErrInvalid, "must be above zero; got %v", most)
		}
	}
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
