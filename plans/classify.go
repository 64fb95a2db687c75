package plans

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Action is the kind of a change of a contract. Change rules allow or forbid each action. The zero Action is unset and
// an error.
//
// JSON: upgrade, downgrade, lateral, lengthen_interval, shorten_interval, add_quantity, remove_quantity, extend,
// shorten, cancel, change_price, change_anchor.
type Action uint8

// The actions.
const (
	Upgrade          Action = iota + 1 // change to a plan of higher rank or yearly value
	Downgrade                          // change to a plan of lower rank or yearly value
	Lateral                            // change to another plan of equal rank and yearly value
	LengthenInterval                   // change to longer billing periods
	ShortenInterval                    // change to shorter billing periods
	AddQuantity                        // add units of an item
	RemoveQuantity                     // remove units of an item
	Extend                             // add a term after the last one
	Shorten                            // end the last term earlier
	Cancel                             // cancel the contract
	ChangePrice                        // change the price of an item, or a discount
	ChangeAnchor                       // move the billing date
)

var actions = []string{
	"", "upgrade", "downgrade", "lateral", "lengthen_interval", "shorten_interval", "add_quantity", "remove_quantity",
	"extend", "shorten", "cancel", "change_price", "change_anchor",
}

var actionWords = []string{
	"", "upgrade", "downgrade", "plan change", "interval extension", "interval reduction", "quantity increase",
	"quantity reduction", "term extension", "term reduction", "cancellation", "price change", "billing date change",
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

// ClassifyRequest asks for the actions of a change.
type ClassifyRequest struct {
	Change Change   `json:"change"` // change of the contract
	From   Contract `json:"from"`   // contract before the change, as of its instant
	To     Contract `json:"to"`     // contract after the change
	// FromRank is the rank of the plan before the change; 0 is no rank.
	FromRank int `json:"from_rank,omitzero"`
	ToRank   int `json:"to_rank,omitzero"` // rank of the plan after the change; 0 is no rank
}

// Classify returns the actions of a change, in the order of [Action]; none for a change to what is already there.
//
//   - [Upgrade], [Downgrade] or [Lateral] if the change sets another plan, or other prices of the same plan. The ranks
//     of the plans decide if both have one. If either has none, or the ranks are equal, the yearly values decide, with
//     12 months, 52 weeks or 365 days in a year, at the present quantities of the items that stay.
//   - [LengthenInterval] or [ShortenInterval] if the periods have another length.
//   - [AddQuantity] and [RemoveQuantity] for each item with more or fewer units, new and leaving items included.
//   - [ChangePrice] if the change sets another price of an item, or adds or removes a discount.
//   - [ChangeAnchor] if the change sets another billing date, or another interval that is equally long.
//   - [Extend] or [Shorten] if the change begins a term, and the contract ends later or earlier with it.
//   - [Extend], [Shorten] and [Cancel] alone for a term alone, an earlier end and a cancellation.
//
// Errors: the faults of the change and of the contracts, under change, from and to.
func Classify(r ClassifyRequest) ([]Action, error) {
	var f fault.List
	f.Under("change", r.Change.Validate())
	f.Under("from", r.From.Validate())
	f.Under("to", r.To.Validate())
	if f != nil {
		return nil, f.Err()
	}
	return r.classify()
}

// classify is Classify of a valid request.
func (r *ClassifyRequest) classify() ([]Action, error) {
	switch c := &r.Change; {
	case c.Cancel:
		return []Action{Cancel}, nil
	case r.From.Extends(*c):
		return []Action{Extend}, nil
	case !c.End.IsZero():
		return []Action{Shorten}, nil
	}
	var all []Action
	turn := yearly(decimal.New(1, 0), r.From.Cycle.Interval).Cmp(yearly(decimal.New(1, 0), r.To.Cycle.Interval))
	if r.Change.Plan != nil && !r.From.has(r.Change.Plan) && (r.From.Plan != r.To.Plan || turn == 0) {
		direction, err := r.direction()
		if err != nil {
			return nil, err
		}
		all = append(all, direction)
	}
	switch turn {
	case 1:
		all = append(all, LengthenInterval)
	case -1:
		all = append(all, ShortenInterval)
	}
	more, fewer, priced := r.compareItems()
	if more {
		all = append(all, AddQuantity)
	}
	if fewer {
		all = append(all, RemoveQuantity)
	}
	if priced || len(r.Change.AddDiscounts)+len(r.Change.RemoveDiscounts) > 0 {
		all = append(all, ChangePrice)
	}
	restarts := r.Change.Anchor == AnchorReset || r.From.Cycle.Interval != r.To.Cycle.Interval // P1D to PT24H
	if !r.Change.AnchorAt.IsZero() || restarts && turn == 0 {
		all = append(all, ChangeAnchor)
	}
	if r.Change.Term != nil {
		all = append(all, r.committed()...)
	}
	slices.Sort(all)
	return all, nil
}

// committed returns whether a new term extends the contract or shortens it.
func (r *ClassifyRequest) committed() []Action {
	switch was, is := r.From.End(), r.To.End(); {
	case was.IsZero() || is.After(was):
		return []Action{Extend}
	case is.Before(was):
		return []Action{Shorten}
	}
	return nil
}

// compareItems reports whether units are added, units are removed, and an item of the contract gets a price of its own.
func (r *ClassifyRequest) compareItems() (more, fewer, priced bool) {
	for _, s := range r.From.shifts(&r.To) {
		var was, is decimal.Decimal
		if item := r.From.item(s.item); item != nil {
			was = item.Quantity
		}
		if item := r.To.item(s.item); item != nil {
			is = item.Quantity
		}
		more, fewer = more || is.GreaterThan(was) || s.price != nil, fewer || is.LessThan(was) || s.gone
	}
	own := func(id string, price *Price) {
		usual := r.From.item(id)
		if price == nil || usual == nil {
			return
		}
		same := r.From.fullPrice(usual.Price).Equal(r.To.fullPrice(*price))
		if r.Change.Plan != nil {
			offer, ok := r.Change.Plan.price(id, r.To.Currency)
			same = ok && offer.Equal(r.To.fullPrice(*price))
		}
		priced = priced || !same
	}
	for _, item := range r.Change.Items {
		own(item.ID, item.Price)
	}
	for _, setting := range r.Change.Set {
		own(setting.Item, setting.Price)
	}
	return more, fewer, priced
}

// direction compares the plans before and after the change. An item of both contracts counts with its quantity before
// the change, so that added units make no upgrade.
func (r *ClassifyRequest) direction() (Action, error) {
	from, to := new(big.Rat), new(big.Rat)
	for _, item := range r.From.Items {
		if err := addYear(from, r.From.fullPrice(item.Price), item.Quantity); err != nil {
			return 0, err
		}
	}
	for _, item := range r.To.Items {
		quantity := item.Quantity
		if was := r.From.item(item.ID); was != nil {
			quantity = was.Quantity
		}
		if err := addYear(to, r.To.fullPrice(item.Price), quantity); err != nil {
			return 0, err
		}
	}
	return direction(r.FromRank, r.ToRank, from, to), nil
}

// priceLength returns the length of time that a price without Per is for.
func (c *Contract) priceLength() proration.Interval {
	if c.upFront() {
		return c.Terms[len(c.Terms)-1].Term.Length
	}
	return c.Cycle.Interval
}

// fullPrice returns a price with the length of time that it is for.
func (c *Contract) fullPrice(price Price) Price {
	return price.lasting(c.priceLength())
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

// addYear adds the yearly price of a quantity to the sum.
func addYear(sum *big.Rat, price Price, quantity decimal.Decimal) error {
	amount, err := price.Amount(quantity)
	if err != nil {
		return err
	}
	sum.Add(sum, yearly(amount, price.Per))
	return nil
}
