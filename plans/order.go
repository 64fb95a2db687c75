package plans

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Order is a request to buy a plan.
type Order struct {
	By Actor `json:"by"` // actor who places the order; required
	// At is the time of the order. Its location becomes the customer's calendar.
	At            time.Time          `json:"at"`
	Plan          string             `json:"plan"`              // ID of the plan; a contract has one
	Interval      proration.Interval `json:"interval,omitzero"` // length of the billing periods; unset is the plan's
	Items         []OrderItem        `json:"items"`             // ordered items; at least one
	Term          proration.Interval `json:"term,omitzero"`     // length of the term; unset if the catalog has none
	Country       string             `json:"country"`           // country of the customer, "BR"
	PaymentMethod string             `json:"payment_method"`    // ID of the payment method
	// PaymentMethodOptional lets an order that starts with a trial name no payment method, unless it asks for
	// installments. The order does not store it: the caller sets it if the policy's trial requires no payment method.
	PaymentMethodOptional bool `json:"-"`
	// Trial is the length of the trial in place of the plan's, "P30D". Only support can set it; unset is the plan's.
	Trial proration.Interval `json:"trial,omitzero"`
	// TrialEnd is the end of the running trial, or of the trial that the order starts. Zero prices paid service that
	// starts with the order. To price an order from the end of its trial on, state that end, and [AtTrialEnd].
	TrialEnd time.Time `json:"trial_end,omitzero"`
	// UnusedTrial is the seller's handling of the days left of the running trial. The order does not store it: the caller
	// sets it from the policy, and it is required while a trial runs.
	UnusedTrial UnusedTrial `json:"-"`

	// BillingDay is the day of the month on which periods begin, 1 to 31, as [Contract.BillingDay] says. The first period
	// begins with the order, or at the end of its trial, and ends on the next such day.
	BillingDay int `json:"billing_day,omitzero"`
	// BillingDate is a start of a period from which all periods are counted, as [Contract.BillingDate] says.
	BillingDate time.Time `json:"billing_date,omitzero"`
	// FirstPeriod is how much of its price a shorter first period costs; unset prorates it. Only support can set it to
	// none.
	FirstPeriod proration.Extent `json:"first_period,omitzero"`

	Installments int `json:"installments,omitzero"` // number of monthly installments of the first bill; 0 is 1
	// Discounts apply after the discounts of the term and of the override.
	Discounts []Discount `json:"discounts,omitzero"`
	// Uplift is the rise of the prices in place of the plan's. Only support can set it; nil is the plan's.
	Uplift   *Uplift         `json:"uplift,omitempty"`
	Override Override        `json:"override,omitzero"` // special terms for this customer
	Minimum  decimal.Decimal `json:"minimum,omitzero"`  // minimum spend per period before discounts, never negative
	// Commitment is a minimum spend over several periods, with a true-up at its end; zero is none.
	Commitment Commitment `json:"commitment,omitzero"`
}

// OrderItem is a quantity of one item in an order.
type OrderItem struct {
	Plan string `json:"plan,omitzero"` // plan of the item; "" is the order's plan, any other is refused
	Item string `json:"item"`          // ID of the item
	// Quantity is the number of units, above zero unless the item is metered. At From, zero ends an earlier item.
	Quantity decimal.Decimal `json:"quantity" canon:"count"`
	// From is the start of the item, within the term; zero is the start of the contract. If the order also has the item
	// from an earlier start, the item's quantity and price change at From.
	From  time.Time `json:"from,omitzero"`
	Price *Price    `json:"price,omitzero"` // special price, which only support can set; nil is the plan's price
}

// check adds the faults of the order that show without the catalog, given whether it needs a payment method.
func (o *Order) check(f *fault.List, needsMethod bool) {
	fault.Enum(f, "by", actors, o.By)
	if o.At.IsZero() {
		f.Add("at", proration.ErrUnset, "required, the time of the order")
	}
	for _, n := range []struct{ field, value, needed string }{
		{"plan", o.Plan, "the plan's ID"}, {"country", o.Country, "the customer's country"},
		{"payment_method", o.PaymentMethod, "the payment method's ID"},
	} {
		if n.value == "" && (needsMethod || n.field != "payment_method") {
			f.Add(n.field, proration.ErrUnset, "required, %s", n.needed)
		}
	}
	if o.Country != "" {
		checkCountry(f, "country", o.Country)
	}
	if o.Interval != (proration.Interval{}) {
		f.Under("interval", o.Interval.Validate())
	}
	if len(o.Items) == 0 {
		f.Add("items", proration.ErrUnset, "required, at least one item")
	}
	for i, item := range o.Items {
		path := fault.At("items", i)
		if item.Item == "" {
			f.Add(path+".item", proration.ErrUnset, "required, the item's ID")
		}
		fault.Number(f, path+".quantity", item.Quantity)
		if !item.From.IsZero() && !item.From.After(o.At) {
			f.Add(path+".from", proration.ErrInvalid, "must be after at; got %s", item.From.Format(time.RFC3339))
		}
		if item.Price != nil {
			if !item.Quantity.IsZero() {
				item.Price.checkStated(f, path+".")
			}
			f.Under(path+".price", item.Price.validate())
		}
	}
	if o.Installments < 0 || o.Installments > maxInstallments {
		f.Add("installments", proration.ErrLimit, "must be between 0 and %d; got %d", maxInstallments, o.Installments)
	}
	if o.Trial != (proration.Interval{}) {
		f.Under("trial", o.Trial.Validate())
	}
	fault.Number(f, "minimum", o.Minimum)
	o.Commitment.check(f, "commitment.")
	checkDates(f, o.BillingDay, o.BillingDate, o.FirstPeriod)
	checkUplift(f, o.Uplift)
	checkBrought(f, o.Discounts)
}

// checkUnits adds a fault for each item without units, unless it is metered or ends units that the order has before.
// The items are those that start with the contract, and the later ones, in the order of the order.
func (o *Order) checkUnits(f *fault.List, items []Item, later []RampStep) {
	if len(items) == 0 {
		f.Add("items", proration.ErrUnset, "required, at least one item from the start of the contract")
	}
	for i := range o.Items {
		var none bool
		if from := o.Items[i].From; from.IsZero() {
			none, items = items[0].none(), items[1:]
		} else {
			none, later = later[0].Item.none() && !o.has(o.Items[i].Item, from), later[1:]
		}
		if none {
			f.Add(fault.At("items", i)+".quantity", proration.ErrUnset,
				"required, above zero unless the price is metered; got 0")
		}
	}
}

// has reports whether the order has units of an item that start before a time.
func (o *Order) has(id string, before time.Time) bool {
	return slices.ContainsFunc(o.Items, func(item OrderItem) bool {
		return item.Item == id && item.From.Before(before) && !item.Quantity.IsZero()
	})
}

// selection is the part of a catalog that an order selects.
type selection struct {
	plan   *Plan
	market *Market
	method PaymentMethod
	term   *Term // nil if the catalog has no terms
	items  []Item
	ramp   []RampStep
}

// choose looks up the plan, market, payment method, term and items of an order, or returns every refusal.
func (c *Catalog) choose(o *Order) (selection, error) {
	var got selection
	var refused []error
	note := func(err error) bool {
		if err != nil {
			refused = append(refused, err)
		}
		return err == nil
	}
	var planned, sold error
	if got.plan, planned = c.plan(o.Plan); planned == nil {
		got.plan, planned = got.plan.at(o.Interval)
	}
	note(planned)
	if got.market, sold = c.market(o.Country); note(sold) && o.PaymentMethod != "" {
		var err error
		got.method, err = got.market.PaymentMethod(o.PaymentMethod, o.By)
		if note(err) && o.Installments > max(1, got.method.Installments) {
			note(&Refusal{
				Rule:    "installments",
				Reason:  "Payment by " + got.method.ID + " cannot be split into " + strconv.Itoa(o.Installments) + " installments.",
				Instead: "Choose at most " + strconv.Itoa(max(1, got.method.Installments)) + ".",
			})
		}
	}
	if o.Trial != (proration.Interval{}) && o.By != Support {
		note(&Refusal{
			Rule: "trial", Reason: "Only support can set the length of a trial.",
			Instead: "Order the trial of the plan or ask support.",
		})
	}
	if o.Uplift != nil && o.By != Support {
		note(&Refusal{
			Rule: "uplift", Reason: "Only support can set the rise of the prices.", Instead: "Order the plan's or ask support.",
		})
	}
	if o.FirstPeriod == proration.ExtentNone && o.By != Support {
		note(&Refusal{
			Rule: "first_period", Reason: "Only support can give the first period for nothing.",
			Instead: "Order it prorated or ask support.",
		})
	}
	var err error
	got.term, err = c.term(o.Term)
	note(err)
	for _, item := range o.Items {
		if item.Plan != "" && item.Plan != o.Plan {
			note(&Refusal{
				Rule:    "plan",
				Reason:  "One order cannot combine the plans " + strconv.Quote(o.Plan) + " and " + strconv.Quote(item.Plan) + ".",
				Instead: "Place a separate order for each plan.",
			})
		} else if planned == nil && sold == nil {
			note(got.add(item, o.By))
		}
	}
	if planned == nil && sold == nil {
		bought := Contract{Plan: got.plan.ID, Currency: got.market.Currency, Items: got.items, Ramp: got.ramp}
		refused = append(refused, got.plan.breaches(&Contract{}, &bought)...)
	}
	return got, errors.Join(refused...)
}

// needsMethod reports whether an order needs a payment method: unless the seller lets it start its trial without one.
func (c *Catalog) needsMethod(o *Order) bool {
	if !o.PaymentMethodOptional || o.TrialEnd.After(o.At) || o.Installments > 1 {
		return true
	}
	i := slices.IndexFunc(c.Plans, func(p Plan) bool { return p.ID == o.Plan })
	return i >= 0 && c.Plans[i].Trial == proration.Interval{} && o.Trial == proration.Interval{}
}

// checkTrial adds the faults of an order during a trial: an unset UnusedTrial, and an end that no trial of a plan on
// offer can have, unless support states it.
func (c *Catalog) checkTrial(f *fault.List, o *Order) {
	if o.At.IsZero() || o.TrialEnd.IsZero() || !o.TrialEnd.After(o.At) {
		return
	}
	fault.Enum(f, "unused_trial", unusedTrials, o.UnusedTrial)
	if o.By == Support { // it can extend a trial
		return
	}
	var longest proration.Interval
	var latest time.Time
	for i := range c.Plans {
		trial := c.Plans[i].Trial
		if end, err := trial.After(o.At, o.At.Location()); err == nil && end.After(latest) {
			longest, latest = trial, end
		}
	}
	switch {
	case longest == proration.Interval{}:
		f.Add("trial_end", proration.ErrInvalid, "must be unset without a trial; got %s", date(o.TrialEnd))
	case o.TrialEnd.After(latest):
		f.Add("trial_end", proration.ErrOutside, "must be at most %v after the order; got %s", longest, date(o.TrialEnd))
	}
}

// add adds an item of an order, at its special price or else at the plan's price.
func (g *selection) add(item OrderItem, by Actor) error {
	price, err := g.plan.offer(item.Item, g.market.Currency)
	if err != nil {
		return err
	}
	if item.Price != nil {
		price = item.Price.lasting(g.plan.Interval)
	}
	sold := Item{ID: item.Item, Quantity: item.Quantity, Price: price}
	if item.From.IsZero() {
		g.items = append(g.items, sold)
	} else {
		g.ramp = append(g.ramp, RampStep{At: item.From, Item: sold})
	}
	if item.Price != nil && by != Support {
		return &Refusal{
			Rule: "price", Reason: "Only support can set a special price.", Instead: "Order at the plan's price or ask support.",
		}
	}
	return nil
}
