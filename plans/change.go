package plans

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Change states what a contract is from an instant on; fields that are not set stay as they are. Rules, previews and
// events use the same value. An earlier end and a cancellation are each the only field of a change; all other fields
// can be set together.
//
// Items is the whole list of the items after the change; Add, Remove and Set are steps from the present list. Without
// Items, a new plan keeps the items that it offers, at its prices. An item that it does not offer is an error, unless
// Remove takes all of its units.
type Change struct {
	Plan   *Plan          `json:"plan,omitzero"`   // new plan; its prices become those of the items
	Items  []ChangeItem   `json:"items,omitzero"`  // all items after the change; an item that is missing leaves
	Add    []ItemQuantity `json:"add,omitzero"`    // units added, of items of the contract or of new ones
	Remove []ItemQuantity `json:"remove,omitzero"` // units removed
	Set    []ItemSetting  `json:"set,omitzero"`    // items that get another quantity or price

	Interval proration.Interval `json:"interval,omitzero"` // length of the periods; unset is the plan's, or stays
	// Term is a new term. Alone, it begins at the end of the last one. With other fields it begins with the change and
	// replaces the others, and so does the first term of a contract; billed up front, it begins a new period.
	Term *Term     `json:"term,omitzero"`
	End  time.Time `json:"end,omitzero"` // earlier end of the last term
	// Anchor keeps the billing dates or resets them to the instant of the change. Unset keeps them if the interval stays,
	// and resets them otherwise. If they are kept with another interval, the new period begins with the present one, and
	// the time before the change is not billed again.
	Anchor BillingAnchor `json:"anchor,omitzero"`
	// AnchorAt is the next billing date: not before the change, and less than one interval after the end of the present
	// period.
	AnchorAt time.Time `json:"anchor_at,omitzero"`
	// Ramp says what another plan or interval does to later ramp steps. Unset, it is refused while there are any.
	Ramp RampHandling `json:"ramp,omitzero"`
	// Until is a known end of the contract, or another one than before: the present period is billed until then, and its
	// rest if the end is later than the period.
	Until  time.Time `json:"until,omitzero"`
	Cancel bool      `json:"cancel,omitzero"` // cancels the contract

	AddDiscounts    []Discount `json:"add_discounts,omitzero"`    // discounts of later charges, after the present ones
	RemoveDiscounts []string   `json:"remove_discounts,omitzero"` // IDs of discounts that end
}

// ChangeItem is an item after a change.
type ChangeItem struct {
	ID       string          `json:"id"`                     // ID of the item, "seat"
	Quantity decimal.Decimal `json:"quantity" canon:"count"` // number of units, not negative
	Price    *Price          `json:"price,omitzero"`         // price; nil is the new plan's, or the contract's
}

// ItemQuantity is a number of units of an item that a change adds, removes or replaces.
type ItemQuantity struct {
	Item     string          `json:"item"`                   // ID of the item, "seat"
	Quantity decimal.Decimal `json:"quantity" canon:"count"` // number of units, above zero
	// Price is the price of a new item; nil is the plan's. It must be nil for any other item.
	Price *Price `json:"price,omitzero"`
}

// ItemSetting is another quantity or price of an item.
type ItemSetting struct {
	Item     string           `json:"item"`                             // ID of the item, "seat"
	Quantity *decimal.Decimal `json:"quantity,omitempty" canon:"count"` // number of units, 0 for none; nil keeps it
	Price    *Price           `json:"price,omitzero"`                   // price; nil is the new plan's, or the contract's
}

// IsZero reports whether the change sets nothing.
func (c Change) IsZero() bool { return len(c.fields()) == 0 }

// ReplacedBy reports whether a change that takes effect at an instant replaces every charge of the current period,
// because it sets another plan or another interval, or begins a new period at once. The plan that the contract has, at
// the same prices, replaces nothing. A later billing date only moves the end of the period.
func (c Contract) ReplacedBy(change Change, at time.Time) bool {
	length, _ := c.newInterval(&change)
	return change.Plan != nil && !c.has(change.Plan) || length != c.Cycle.Interval || c.prepays(&change) ||
		change.Anchor == AnchorReset || !change.AnchorAt.IsZero() && !change.AnchorAt.After(at)
}

// Extends reports whether a change adds a term after the last one, and sets nothing else.
func (c Contract) Extends(change Change) bool {
	return change.Term != nil && len(c.Terms) > 0 && len(change.fields()) == 1
}

// prepays reports whether a change begins a term that is billed up front.
func (c *Contract) prepays(change *Change) bool {
	return change.Term != nil && change.Term.Billing == UpFront && !c.Extends(*change)
}

// has reports whether the contract has a plan, with every item at the plan's price. Ramp steps count with their items.
func (c *Contract) has(plan *Plan) bool {
	same := plan.ID == c.Plan
	for _, item := range c.Items {
		offer, ok := plan.price(item.ID, c.Currency)
		same = same && (item.none() || ok && c.fullPrice(offer).Equal(c.fullPrice(item.Price)))
	}
	return same && len(c.Ramp) == 0
}

// fields returns the JSON names of the fields that are set, in order.
func (c *Change) fields() (set []string) {
	for _, field := range []struct {
		name  string
		given bool
	}{
		{"plan", c.Plan != nil}, {"items", c.Items != nil}, {"add", len(c.Add) > 0}, {"remove", len(c.Remove) > 0},
		{"set", len(c.Set) > 0}, {"interval", c.Interval != (proration.Interval{})}, {"term", c.Term != nil},
		{"end", !c.End.IsZero()}, {"anchor", c.Anchor != 0}, {"anchor_at", !c.AnchorAt.IsZero()}, {"ramp", c.Ramp != 0},
		{"until", !c.Until.IsZero()}, {"cancel", c.Cancel},
		{"add_discounts", len(c.AddDiscounts) > 0}, {"remove_discounts", len(c.RemoveDiscounts) > 0},
	} {
		if field.given {
			set = append(set, field.name)
		}
	}
	return set
}

// Validate returns every fault of the change that shows without its contract: ErrUnset for a change that sets nothing,
// and for a missing item or quantity; ErrInvalid for fields that exclude each other, a quantity that is not above zero,
// an item that two steps name, an unknown anchor, and ramp without a plan, interval or term; and the faults of the
// interval, the prices and the discounts. The plan and the term are checked where they are used: with a catalog, a
// change names them alone.
func (c Change) Validate() error {
	var f fault.List
	fields := c.fields()
	if len(fields) == 0 {
		f.Add("", proration.ErrUnset, "required, at least one field")
	}
	for _, alone := range []string{"end", "cancel"} {
		if i := slices.Index(fields, alone); i >= 0 && len(fields) > 1 {
			f.Add(alone, proration.ErrInvalid, "must be the only field of the change; %s is set, too", fields[(i+1)%len(fields)])
			break
		}
	}
	if steps := slices.Concat(c.Add, c.Remove); c.Items != nil && len(steps)+len(c.Set) > 0 {
		f.Add("items", proration.ErrInvalid, "must not be set together with add, remove or set")
	}
	if c.Anchor != 0 {
		fault.Enum(&f, "anchor", billingAnchors, c.Anchor)
		if !c.AnchorAt.IsZero() {
			f.Add("anchor_at", proration.ErrInvalid, "must not be set together with anchor")
		}
	}
	if c.Ramp != 0 {
		fault.Enum(&f, "ramp", rampHandlings, c.Ramp)
		if c.Plan == nil && c.Interval == (proration.Interval{}) && c.Term == nil {
			f.Add("ramp", proration.ErrInvalid, "must be unset without another plan, interval or term")
		}
	}
	if c.Interval != (proration.Interval{}) {
		f.Under("interval", c.Interval.Validate())
	}
	c.checkItems(&f)
	var discounts fault.List
	checkBrought(&discounts, c.AddDiscounts)
	f.Under("", fault.Rename(discounts.Err(), "discounts", "add_discounts"))
	return f.Err()
}

// checkItems adds the faults of the items and the steps.
func (c *Change) checkItems(f *fault.List) {
	named := map[string]bool{}
	once := func(path, item string) {
		if item == "" {
			f.Add(path, proration.ErrUnset, "required, the item's ID")
		} else if named[item] {
			f.Add(path, proration.ErrInvalid, "must be named once; %.40q appears twice", item)
		}
		named[item] = true
	}
	price := func(path string, p *Price, units bool) {
		if p != nil {
			if units {
				p.checkStated(f, path+".")
			}
			f.Under(path+".price", p.validate())
		}
	}
	for i, item := range c.Items {
		path := fault.At("items", i)
		once(path+".id", item.ID)
		fault.Number(f, path+".quantity", item.Quantity)
		price(path, item.Price, !item.Quantity.IsZero())
	}
	for _, list := range []struct {
		name  string
		steps []ItemQuantity
	}{{"add", c.Add}, {"remove", c.Remove}} {
		for i, step := range list.steps {
			path := fault.At(list.name, i)
			once(path+".item", step.Item)
			switch fault.Number(f, path+".quantity", step.Quantity); {
			case step.Quantity.IsZero():
				f.Add(path+".quantity", proration.ErrUnset, "must be above zero; got 0")
			case list.name == "remove" && step.Price != nil:
				f.Add(path+".price", proration.ErrInvalid, "must not be set; removed units are credited at their billed price")
			}
			price(path, step.Price, list.name == "add")
		}
	}
	for i, setting := range c.Set {
		path := fault.At("set", i)
		once(path+".item", setting.Item)
		if setting.Quantity == nil && setting.Price == nil {
			f.Add(path, proration.ErrUnset, "required, a quantity or a price")
		}
		if setting.Quantity != nil {
			fault.Number(f, path+".quantity", *setting.Quantity)
		}
		price(path, setting.Price, setting.Quantity == nil || !setting.Quantity.IsZero())
	}
}
