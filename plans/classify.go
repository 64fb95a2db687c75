package plans

import (
	"cmp"
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Action is what a change of a contract comes to. Its zero is unset and refused.
type Action uint8

// The actions.
const (
	Upgrade        Action = iota + 1 // to a plan of a higher rank, or of more value a year
	Downgrade                        // to a plan of a lower rank, or of less value a year
	Lateral                          // to another plan of the same rank and value
	SwitchInterval                   // to a plan with longer or shorter periods
	AddQuantity                      // more of an item
	RemoveQuantity                   // less of an item
	Extend                           // another term after the last
	Shorten                          // an earlier end
	Cancel                           // no further period
	ChangePrice                      // another price of an item
	ChangeAnchor                     // another billing date
)

var actions = []string{
	"", "upgrade", "downgrade", "lateral", "switch_interval", "add_quantity", "remove_quantity", "extend", "shorten", "cancel",
	"change_price", "change_anchor",
}

// String returns the action's name, "add_quantity".
func (a Action) String() string { return enum.String(actions, a) }

// MarshalText returns the action's name.
func (a Action) MarshalText() ([]byte, error) { return fault.Marshal(actions, a, "action") }

// UnmarshalText reads the action's name; an unknown one is ErrInvalid.
func (a *Action) UnmarshalText(text []byte) error {
	return fault.Unmarshal(actions, a, "action", text)
}

// Level is where a plan stands among others.
type Level struct {
	Rank     int                `json:"rank,omitzero"` // above another's is higher; 0 is no rank
	Amount   decimal.Decimal    `json:"amount"`        // what it costs for one interval, not negative
	Interval proration.Interval `json:"interval"`      // for how long
}

// Classify returns whether a change from one level to another is an [Upgrade], a [Downgrade] or [Lateral]: by their ranks where
// both have one, and else, or where the ranks are equal, by their value in a year of 12 months, 52 weeks or 365 days.
// Errors: ErrInvalid for a negative amount, ErrLimit for one beyond the limits, and the faults of the intervals.
func Classify(from, to Level) (Action, error) {
	var f fault.List
	for _, l := range []struct {
		path  string
		level Level
	}{{"from", from}, {"to", to}} {
		if fault.Amount(&f, l.path+".amount", l.level.Amount) && l.level.Amount.IsNegative() {
			f.Add(l.path+".amount", proration.ErrInvalid, "must not be negative; got %v", l.level.Amount)
		}
		f.Under(l.path+".interval", l.level.Interval.Validate())
	}
	if f != nil {
		return 0, f.Err()
	}
	return direction(from.Rank, to.Rank, yearly(from.Amount, from.Interval), yearly(to.Amount, to.Interval)), nil
}

// direction compares by rank, and where that says nothing by what is due in a year.
func direction(fromRank, toRank int, from, to *big.Rat) Action {
	order := 0
	if fromRank != 0 && toRank != 0 {
		order = cmp.Compare(toRank, fromRank)
	}
	switch order = cmp.Or(order, to.Cmp(from)); {
	case order > 0:
		return Upgrade
	case order < 0:
		return Downgrade
	}
	return Lateral
}

// yearly returns what comes of an amount for an interval in a year of 12 months, 52 weeks or 365 days.
func yearly(amount decimal.Decimal, interval proration.Interval) *big.Rat {
	const day = 86_400
	times := big.NewRat(365*day, max(interval.Seconds, 1))
	switch i := interval; {
	case i.Months > 0:
		times.SetFrac64(12, int64(i.Months))
	case i.Days > 0 && i.Days%7 == 0:
		times.SetFrac64(52, int64(i.Days/7))
	case i.Days > 0:
		times.SetFrac64(365, int64(i.Days))
	}
	return times.Mul(times, amount.Rat())
}

// classify returns what a sound change comes to; the plan of the contract has the rank.
func (p *ChangeRequest) classify(rank int) (Action, error) {
	switch {
	case p.Change.Cancel:
		return Cancel, nil
	case p.Change.Term != nil:
		return Extend, nil
	case !p.Change.End.IsZero():
		return Shorten, nil
	case !p.Change.Anchor.IsZero():
		return ChangeAnchor, nil
	case p.Change.reprices(&p.Contract, p.At):
		return ChangePrice, nil
	case p.Change.Plan == nil && p.Change.Quantity.IsNegative():
		return RemoveQuantity, nil
	case p.Change.Plan == nil:
		return AddQuantity, nil
	}
	now, plan := p.Contract.Clone(), p.Change.Plan
	length := now.Cycle.Interval
	switch {
	case now.restartsWith(plan):
		return SwitchInterval, nil
	case now.upFront():
		length = now.Terms[len(now.Terms)-1].Term.Length
	}
	now.advance(p.At)
	from, to := new(big.Rat), new(big.Rat)
	for _, item := range now.Items {
		price, ok := plan.Price(item.ID, now.Currency)
		if !ok {
			return 0, fault.New("change.plan.offers", proration.ErrInvalid, "it does not offer %.40q in %.3s", item.ID, now.Currency)
		}
		if err := addYear(from, item.Price, item.Quantity, length); err != nil {
			return 0, err
		}
		if err := addYear(to, price, item.Quantity, length); err != nil {
			return 0, err
		}
	}
	return direction(rank, plan.Rank, from, to), nil
}

// addYear adds what a quantity costs in a year; a price that does not say for how long it is, is for the length.
func addYear(sum *big.Rat, price Price, quantity decimal.Decimal, length proration.Interval) error {
	amount, err := price.Amount(quantity)
	if err != nil {
		return err
	}
	if price.Per != (proration.Interval{}) {
		length = price.Per
	}
	sum.Add(sum, yearly(amount, length))
	return nil
}
