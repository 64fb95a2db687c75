package plans

import (
	"cmp"
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Action is the kind of a change of a contract. Change rules allow or forbid each action. The zero Action is unset and
// an error.
//
// JSON: upgrade, downgrade, lateral, switch_interval, add_quantity, remove_quantity, extend, shorten, cancel,
// change_price, change_anchor.
type Action uint8

// The actions.
const (
	Upgrade        Action = iota + 1 // change to a plan of higher rank or yearly value
	Downgrade                        // change to a plan of lower rank or yearly value
	Lateral                          // change to another plan of equal rank and yearly value
	SwitchInterval                   // change to a plan with longer or shorter billing periods
	AddQuantity                      // add units of an item
	RemoveQuantity                   // remove units of an item
	Extend                           // add a term after the last one
	Shorten                          // end the last term earlier
	Cancel                           // cancel the contract
	ChangePrice                      // change the price of an item
	ChangeAnchor                     // move the billing date
)

var actions = []string{
	"", "upgrade", "downgrade", "lateral", "switch_interval", "add_quantity", "remove_quantity", "extend", "shorten",
	"cancel", "change_price", "change_anchor",
}

var actionWords = []string{
	"", "upgrade", "downgrade", "plan change", "interval change", "quantity increase", "quantity reduction",
	"term extension", "term reduction", "cancellation", "price change", "billing date change",
}

// String returns the action's name, "add_quantity".
func (a Action) String() string { return enum.String(actions, a) }

// words returns the action in words for the customer, "quantity increase". Each plural takes an s.
func (a Action) words() string { return enum.String(actionWords, a) }

// MarshalText returns the action's name.
func (a Action) MarshalText() ([]byte, error) { return fault.Marshal(actions, a, "action") }

// UnmarshalText reads the action's name; an unknown name is ErrInvalid.
func (a *Action) UnmarshalText(text []byte) error {
	return fault.Unmarshal(actions, a, "action", text)
}

// Level is the rank and the price of a plan, for comparing two plans.
type Level struct {
	Rank     int                `json:"rank,omitzero"` // rank of the plan; 0 is no rank
	Amount   decimal.Decimal    `json:"amount"`        // price for one interval, never negative
	Interval proration.Interval `json:"interval"`      // interval that the amount is for
}

// Classify returns whether a change from one level to another is an [Upgrade], a [Downgrade] or [Lateral]. It compares
// the ranks if both levels have one. If either has none, or the ranks are equal, it compares the yearly values, with 12
// months, 52 weeks or 365 days in a year.
// Errors: ErrInvalid for a negative amount; ErrLimit for an amount beyond the limits; and the faults of the intervals.
func Classify(from, to Level) (Action, error) {
	var f fault.List
	for _, l := range []struct {
		path  string
		level Level
	}{{"from", from}, {"to", to}} {
		fault.NotNegative(&f, l.path+".amount", l.level.Amount)
		f.Under(l.path+".interval", l.level.Interval.Validate())
	}
	if f != nil {
		return 0, f.Err()
	}
	return direction(from.Rank, to.Rank, yearly(from.Amount, from.Interval), yearly(to.Amount, to.Interval)), nil
}

// direction compares two plans by rank, and by yearly value if a rank is missing or the ranks are equal.
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

// yearly converts an amount per interval to an amount per year of 12 months, 52 weeks or 365 days.
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

// classify returns the action of a valid change. The contract's plan has the given rank.
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
			return 0, fault.New("change.plan.offers", proration.ErrInvalid, "must include %.40q in %.3s", item.ID, now.Currency)
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

// addYear adds the yearly price of a quantity to the sum. A price without Per is for the given length.
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
