package plans

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Contract is the purchase of one customer: one plan, with items at the contracted prices.
type Contract struct {
	Plan     string          `json:"plan"`     // ID of the plan
	Currency Currency        `json:"currency"` // currency of every price and charge; never changes
	Items    []Item          `json:"items"`    // items bought, each with a unique ID; the last one may leave
	Cycle    proration.Cycle `json:"cycle"`    // billing periods, on the customer's calendar

	// BillingDay is the day of the month on which periods begin, 1 to 31, whenever service begins; a shorter month uses
	// its last day. The first period is the part until that day. Unset is the day on which service begins.
	BillingDay int `json:"billing_day,omitzero"`
	// BillingDate is a start of a period, past or future, from which all periods are counted, whenever service begins. It
	// takes any interval. Zero is none.
	BillingDate time.Time `json:"billing_date,omitzero"`
	// FirstPeriod is how much of its price the first period costs if a billing day or date makes it shorter; unset
	// prorates it. The first invoice clears it.
	FirstPeriod proration.Extent `json:"first_period,omitzero"`

	// First is a period that the cycle does not have: a first one that trial days extend, a paid trial at the price until
	// the first ramp step, or the one whose end a change of the billing date moved. It is served until the first period of
	// the cycle begins, if that is earlier than its end. The days from its end to the next billing date are part of a
	// period of the cycle: if the billing date moves from February 1 to February 4, First is January, and February 1 to 4
	// is a part of January 4 to February 4.
	First     proration.Period `json:"first,omitzero"`
	Ramp      []RampStep       `json:"ramp,omitzero"`      // item changes agreed in advance, in order of time
	Terms     []ContractTerm   `json:"terms,omitzero"`     // consecutive terms; empty runs from period to period
	Discounts []Discount       `json:"discounts,omitzero"` // discounts on its charges, in order
	Minimum   decimal.Decimal  `json:"minimum,omitzero"`   // minimum spend per period, before discounts; not negative
	// Commitment is a minimum spend over several periods, with a true-up at its end; zero is none.
	Commitment Commitment         `json:"commitment,omitzero"`
	Trial      proration.Interval `json:"trial,omitzero"`  // length of the unpaid trial, "P14D"; unset is no trial
	Grace      proration.Interval `json:"grace,omitzero"`  // grace after a failed payment; unset is the policy's
	DueIn      proration.Interval `json:"due_in,omitzero"` // payment term of manual invoices; unset is the policy's
	// Until is a known end of the contract: no portion of a billing period goes beyond it. Zero is none, and so is a time
	// that has passed. A term that is billed up front is billed whole.
	Until time.Time `json:"until,omitzero"`
	// Installments splits its invoices of periods and terms; nil is one payment. Changes are one payment.
	Installments *InstallmentPlan `json:"installments,omitempty"`
	// Notice is the time between a cancellation and the end of a contract without terms. An evergreen contract keeps the
	// notice of its last term.
	Notice proration.Interval `json:"notice,omitzero"`
	// SetupFees are due once, with the first bill, unless SetupFeesBilled says that they are billed. Quotes copy them from
	// the plan.
	SetupFees       []Item `json:"setup_fees,omitzero"`
	SetupFeesBilled bool   `json:"setup_fees_billed,omitzero"` // no later bill includes the set-up fees
	// Uplift raises the prices at each renewal or at an interval; nil keeps them. Quotes copy it from the order or plan.
	Uplift *Uplift `json:"uplift,omitempty"`
}

// Item is a quantity of one product at its contracted price.
type Item struct {
	ID       string          `json:"id"`                     // ID of the item, "seat"
	Quantity decimal.Decimal `json:"quantity" canon:"count"` // number of units; with none, it leaves unless metered
	Price    Price           `json:"price"`                  // contracted price; later catalog changes do not affect it
	// Contracted is the price before the uplifts that Price includes; nil if it includes none.
	Contracted *Price `json:"contracted,omitempty"`
	Uplifts    int    `json:"uplifts,omitzero"` // number of uplifts that Price includes
}

// none reports whether an item is not part of a contract: it has no units and is not metered.
func (i *Item) none() bool { return i.Quantity.IsZero() && !i.Price.Metered }

// RampStep is a change of one item that was agreed in advance: from At on, the item has another quantity or price.
// With a quantity of zero, the item leaves, unless it is metered.
type RampStep struct {
	At   time.Time `json:"at"`   // instant from which the step applies
	Item Item      `json:"item"` // the item from then on; a new ID adds an item
}

// ContractTerm is a term of a contract and its dates. The percentage of the term takes effect through a discount of the
// contract, which quotes, changes and renewals add.
type ContractTerm struct {
	Term   Term             `json:"term"`           // term as agreed
	Period proration.Period `json:"period"`         // agreed start and end; shares are measured against it
	Until  time.Time        `json:"until,omitzero"` // earlier end of a shortened term; zero is the end of the period
}

// end returns the end of the term.
func (a *ContractTerm) end() time.Time {
	if a.Until.IsZero() {
		return a.Period.End
	}
	return a.Until
}

// Validate returns every fault of the contract.
// Errors: ErrUnset for a missing plan, currency, item ID, price of units or step instant; ErrInvalid for an unknown
// currency, a discount in another currency, a negative number, a duplicate item ID, a price whose Per does not divide
// the period or the term, ramp steps out of order, terms that are not consecutive, and terms that are billed
// differently; ErrPeriod for a first period or a term that does not end after it starts; ErrOutside for a shortened
// term that ends outside its period; ErrLimit for numbers beyond the limits; and those of the cycle, the terms, the
// discounts, the commitment, the trial, the grace, the notice and the installments.
func (c Contract) Validate() error {
	var f fault.List
	if c.Plan == "" {
		f.Add("plan", proration.ErrUnset, "required, the plan's ID")
	}
	_, err := c.Currency.Places()
	f.Under("", err)
	if len(c.Items) > maxItems {
		f.Add("items", proration.ErrLimit, "must be at most %d items; got %d", maxItems, len(c.Items))
		return f.Err()
	}
	var seen map[string]bool // the IDs of many items; those of few are searched
	if len(c.Items) > fewItems {
		seen = make(map[string]bool, len(c.Items))
	}
	for i, item := range c.Items {
		switch {
		case item.ID == "":
			f.Add(fault.At("items", i)+".id", proration.ErrUnset, "required, the item's ID")
		case seen[item.ID] || seen == nil && c.index(item.ID) < i:
			f.Add(fault.At("items", i)+".id", proration.ErrInvalid, "must be unique; %.40q appears twice", item.ID)
		case seen != nil:
			seen[item.ID] = true
		}
		f.At("items", i, c.checkItem(&item))
	}
	_, err = c.Cycle.Period(0)
	f.Under("cycle", fault.Rename(err, "n", "interval"))
	if first := c.First; !(first.Start.IsZero() && first.End.IsZero()) && !first.End.After(first.Start) {
		f.Add("first", proration.ErrPeriod, "must end after it starts; got %v", first)
	}
	c.checkRamp(&f)
	c.checkTerms(&f)
	c.checkDates(&f)
	c.checkUplift(&f)
	c.checkBillingIntervals(&f)
	c.checkItemPeriods(&f)
	c.checkAccruals(&f)
	c.checkSetupFees(&f)
	checkDiscounts(&f, c.Discounts)
	for i, d := range c.Discounts {
		if d.Currency != "" && d.Currency != c.Currency {
			f.Add(fault.At("discounts", i)+".currency", proration.ErrInvalid,
				"must be %.3s, as in the contract; got %.3s", c.Currency, d.Currency)
		}
	}
	fault.Number(&f, "minimum", c.Minimum)
	c.Commitment.check(&f, "commitment.")
	if c.Trial != (proration.Interval{}) {
		f.Under("trial", c.Trial.Validate())
	}
	if c.DueIn != (proration.Interval{}) {
		f.Under("due_in", c.DueIn.Validate())
	}
	if c.Grace != (proration.Interval{}) {
		f.Under("grace", c.Grace.Validate())
	}
	if c.Installments != nil {
		c.Installments.check(&f, "installments.")
	}
	if c.Notice != (proration.Interval{}) {
		f.Under("notice", c.Notice.Validate())
	}
	return f.Err()
}

// index returns the index of the first item with an ID, or -1.
func (c *Contract) index(id string) int {
	for i := range c.Items {
		if c.Items[i].ID == id {
			return i
		}
	}
	return -1
}

// checkItem returns the faults of an item's price and quantity, or that of a price whose Per does not divide the
// billing period. An item with units needs a price.
func (c *Contract) checkItem(item *Item) error {
	if !item.Quantity.IsZero() && !item.Price.states() {
		var f fault.List
		if item.Price.checkStated(&f, ""); f != nil {
			return f.Err()
		}
	}
	if err := item.Price.checkAmount(item.Quantity); err != nil || c.Cycle.Interval.Validate() != nil {
		return err
	}
	return item.Price.checkPer(c.Cycle.Interval)
}

const (
	maxItems = 1_000
	fewItems = 64
	maxSteps = 1_000
)

// checkRamp adds the faults of the ramp.
func (c *Contract) checkRamp(f *fault.List) {
	if len(c.Ramp) > maxSteps {
		f.Add("ramp", proration.ErrLimit, "must be at most %d steps; got %d", maxSteps, len(c.Ramp))
		return
	}
	for i, s := range c.Ramp {
		var own fault.List
		switch {
		case s.At.IsZero():
			own.Add("at", proration.ErrUnset, "required, the instant of the step")
		case i > 0 && s.At.Before(c.Ramp[i-1].At):
			own.Add("at", proration.ErrInvalid,
				"must not be before the previous step; got %s", s.At.Format(time.RFC3339Nano))
		}
		if s.Item.ID == "" {
			own.Add("item.id", proration.ErrUnset, "required, the item's ID")
		}
		own.Under("item", c.checkItem(&s.Item))
		f.At("ramp", i, own.Err())
	}
}

// checkTerms adds the faults of the terms.
func (c *Contract) checkTerms(f *fault.List) {
	for i, a := range c.Terms {
		var own fault.List
		own.Under("term", a.Term.validate())
		switch {
		case !a.Period.End.After(a.Period.Start):
			own.Add("period", proration.ErrPeriod, "must end after it starts; got %v", a.Period)
		case !a.Until.IsZero() && !a.Period.Contains(a.Until):
			own.Add("until", proration.ErrOutside,
				"must be inside the period %v; got %s", a.Period, a.Until.Format(time.RFC3339Nano))
		case i > 0 && !a.Period.Start.Equal(c.Terms[i-1].end()):
			own.Add("period.start", proration.ErrInvalid,
				"must be the end of the previous term; got %s", a.Period.Start.Format(time.RFC3339Nano))
		}
		if i > 0 && a.Term.Billing != c.Terms[0].Term.Billing {
			own.Add("term.billing", proration.ErrInvalid,
				"must be %v, as in the first term; got %v", c.Terms[0].Term.Billing, a.Term.Billing)
		}
		if a.Term.Billing == UpFront && a.Term.Length.Validate() == nil {
			for j, item := range c.Items {
				own.At("items", j, fits(item, a.Term.Length))
			}
			for j, step := range c.Ramp {
				own.At("ramp", j, fault.Under("item", fits(step.Item, a.Term.Length)))
			}
		}
		f.At("terms", i, own.Err())
	}
}

// checkUpFront adds a fault for a cycle of another length than a term that is billed up front, which is one period: the
// whole term would be due again with each period.
func (c *Contract) checkUpFront(f *fault.List, path string) {
	last := len(c.Terms) - 1
	if !c.upFront() || !c.Terms[last].Until.IsZero() || c.Terms[last].Term.Length.Validate() != nil {
		return // a term that ends early can have lost the terms after it
	}
	if !slices.ContainsFunc(c.Terms, func(a ContractTerm) bool { return a.Term.Length == c.Cycle.Interval }) {
		f.Add(path+"cycle.interval", proration.ErrInvalid,
			"must be %v, the length of the term, which is billed up front as one period; got %v",
			c.Terms[last].Term.Length, c.Cycle.Interval)
	}
}

// fits returns an error if the Per of an item's price does not divide the length.
func fits(item Item, length proration.Interval) error {
	if per := item.Price.Per; per == (proration.Interval{}) || per.Validate() != nil {
		return nil // the price is for any length, or Per has its own fault
	}
	_, err := item.Price.times(length)
	return err
}

// End returns the end of the last term, and the zero time for a contract that runs from period to period.
func (c Contract) End() time.Time {
	if len(c.Terms) == 0 {
		return time.Time{}
	}
	return c.Terms[len(c.Terms)-1].end()
}
