package lifecycle

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// UsageRecord is usage of a metered item of the contract. It is priced by the price that the item had when it was used.
type UsageRecord struct {
	Item string `json:"item"` // ID of the item
	// Quantity is the number of units used, not negative; unset for a price that counts keys.
	Quantity decimal.Decimal `json:"quantity,omitzero" canon:"count"`
	UsedAt   time.Time       `json:"used_at,omitzero"` // time of use, not after the event; zero is the time of the event
	Key      string          `json:"key,omitzero"`     // what [plans.Unique] counts, such as a user; unset for others
}

// MeteredUsage is the usage of a metered item in one billing period at one price. The records of that time are one line
// of an invoice, which is priced once.
type MeteredUsage struct {
	Item   string           `json:"item"`          // ID of the item
	Plan   string           `json:"plan,omitzero"` // ID of the plan when it was used
	Price  plans.Price      `json:"price"`         // price when it was used
	Period proration.Period `json:"period"`        // billing period of use
	Span   proration.Period `json:"span"`          // time at this price within the period
	// Quantity is that of all records, by the aggregation of the price.
	Quantity decimal.Decimal `json:"quantity,omitzero" canon:"count"`
	// Billed is the part of Quantity that earlier lines billed.
	Billed decimal.Decimal `json:"billed,omitzero" canon:"count"`
	LastAt time.Time       `json:"last_at,omitzero"` // time of use of the latest record; of [plans.Last] only
	Keys   []string        `json:"keys,omitzero"`    // keys of the records, in order; of [plans.Unique] only
}

// records returns the records of an event, and its charges that carry a price of their own. A charge without a price is
// a record if the contract has a price for its item.
func (s *step) records(e *Event) (records []UsageRecord, priced []plans.Charge) {
	unpriced := func(c plans.Charge) bool {
		return c.Net.IsZero() && c.Price.Equal(plans.Price{}) && s.meteredItem(c.Item, s.sub.At) != nil
	}
	if !slices.ContainsFunc(e.Charges, unpriced) {
		return e.Records, e.Charges
	}
	records = slices.Clone(e.Records)
	for _, c := range e.Charges {
		if unpriced(c) {
			records = append(records, UsageRecord{Item: c.Item, Quantity: c.Quantity})
		} else {
			priced = append(priced, c)
		}
	}
	return records, priced
}

// meteredAt returns the metered item with an ID as ramp steps leave it at a time, or nil.
func meteredAt(items []plans.Item, ramp []plans.RampStep, id string, at time.Time) (item *plans.Item) {
	for i := range items {
		if items[i].ID == id {
			item = &items[i]
		}
	}
	for i := range ramp {
		if ramp[i].Item.ID == id && !ramp[i].At.After(at) {
			item = &ramp[i].Item
		}
	}
	if item == nil || !item.Price.Metered {
		return nil
	}
	return item
}

// meteredItem returns the metered item of the contract with an ID at a time, or nil.
func (s *step) meteredItem(id string, at time.Time) *plans.Item {
	return meteredAt(s.sub.Contract.Items, s.sub.Contract.Ramp, id, at)
}

// meter adds a record to the usage of its period, and bills the line of that usage anew.
func (s *step) meter(r *UsageRecord, path string) error {
	at := r.UsedAt
	if at.IsZero() {
		at = s.sub.At
	}
	at = at.In(s.sub.location())
	if at.After(s.sub.At) {
		return fault.New(path+".used_at", proration.ErrOutside, "must not be after the event, at %s; got %s",
			s.sub.At.Format(time.RFC3339), at.Format(time.RFC3339))
	}
	if s.sub.Status.over() && !at.Before(s.sub.EndedAt) {
		return s.refuse(s.sub.notAllowed(UsageRecorded))
	}
	if s.sub.Status == Trialing || at.Before(s.sub.TrialEnd) {
		return s.checkRecord(r, s.meteredItem(r.Item, at), path) // usage in the trial is free
	}
	i, err := s.usageOf(r, at, path)
	if err != nil {
		return err
	}
	u := s.sub.Usage[i]
	before := u.Quantity
	if err := u.add(r, at, path); err != nil {
		return err
	}
	return s.chargeUsage(i, u, before)
}

// checkRecord returns the faults of a record of an item.
func (s *step) checkRecord(r *UsageRecord, item *plans.Item, path string) error {
	if item == nil {
		return fault.New(path+".item", proration.ErrInvalid, "must be a metered item of the contract; got %.40q", r.Item)
	}
	return r.check(item.Price.Aggregation, path)
}

// check returns the faults of a record for an aggregation.
func (r *UsageRecord) check(as plans.Aggregation, path string) error {
	var f fault.List
	fault.NotNegative(&f, path+".quantity", r.Quantity)
	switch unique := as == plans.Unique; {
	case unique && r.Key == "":
		f.Add(path+".key", proration.ErrUnset, "required, what the aggregation unique counts")
	case unique && !r.Quantity.IsZero():
		f.Add(path+".quantity", proration.ErrInvalid, "must be unset, since the price counts keys; got %v", r.Quantity)
	case !unique && r.Key != "":
		f.Add(path+".key", proration.ErrInvalid, "must be unset, since the price does not count keys; got %.40q", r.Key)
	}
	return f.Err()
}

// usageOf returns the index of the usage at a time, and adds it if there is none.
func (s *step) usageOf(r *UsageRecord, at time.Time, path string) (int, error) {
	sub := &s.sub
	for i := range sub.Usage {
		if u := &sub.Usage[i]; u.Item == r.Item && u.Span.Contains(at) {
			return i, r.check(u.Price.Aggregation, path)
		}
	}
	item := s.meteredItem(r.Item, at)
	if err := s.checkRecord(r, item, path); err != nil {
		return 0, err
	}
	period, err := s.usagePeriod(item.Price, at, path)
	if err != nil {
		return 0, err
	}
	sub.Usage = append(sub.Usage, MeteredUsage{
		Item: r.Item, Plan: sub.Contract.Plan, Price: item.Price, Period: period, Span: s.priced(r.Item, at, period),
	})
	if len(sub.Usage) > maxKept {
		return 0, fault.New(path+".item", proration.ErrLimit, "must be at most %d kept usages", maxKept)
	}
	return len(sub.Usage) - 1, nil
}

// usagePeriod returns the billing period of a price that contains a time of use.
func (s *step) usagePeriod(price plans.Price, at time.Time, path string) (proration.Period, error) {
	sub, own := &s.sub, price.BillingInterval != (proration.Interval{})
	if sub.Period.Contains(at) && !sub.upFront() && !own {
		return sub.Period, nil
	}
	period, err := sub.Contract.Cycle.Containing(at)
	if own && err == nil {
		period, err = sub.Contract.BillingPeriod(price, at, sub.Period)
	}
	if first, err := sub.Contract.Cycle.Period(0); err == nil && at.Before(first.Start) && !sub.issuedBy(at) {
		return period, fault.New(path+".used_at", proration.ErrOutside, "must not be before %s, when service began; got %s",
			first.Start.Format(time.RFC3339), at.Format(time.RFC3339))
	}
	if earliest := sub.usageOpenSince(price); err == nil && at.Before(earliest) {
		return period, fault.New(path+".used_at", proration.ErrOutside,
			"must not be before %s, since earlier usage is closed; bill it by charge_added; got %s",
			earliest.Format(time.RFC3339), at.Format(time.RFC3339))
	}
	return period, fault.Under(path+".used_at", err)
}

// issuedBy reports whether an invoice was issued by a time, so that service began before the present billing dates.
func (s *Subscription) issuedBy(at time.Time) bool {
	return slices.ContainsFunc(s.Receivables, func(r invoice.Receivable) bool { return !r.IssuedAt.After(at) })
}

// priced returns the part of a period around a time at which an item had one price: between the usages that are known.
func (s *step) priced(item string, at time.Time, period proration.Period) proration.Period {
	span := period
	for i := range s.sub.Contract.Ramp {
		step := &s.sub.Contract.Ramp[i]
		switch {
		case step.Item.ID != item:
		case !step.At.After(at) && step.At.After(span.Start):
			span.Start = step.At
		case step.At.After(at) && step.At.Before(span.End):
			span.End = step.At
		}
	}
	for i := range s.sub.Usage {
		u := &s.sub.Usage[i]
		if u.Item != item {
			continue
		}
		if !u.Span.End.After(at) && u.Span.End.After(span.Start) {
			span.Start = u.Span.End
		}
		if u.Span.Start.After(at) && u.Span.Start.Before(span.End) {
			span.End = u.Span.Start
		}
	}
	return span
}

// add adds a record by the aggregation of the price.
func (u *MeteredUsage) add(r *UsageRecord, at time.Time, path string) error {
	switch u.Price.Aggregation {
	case plans.Maximum:
		u.Quantity = decimal.Max(u.Quantity, r.Quantity)
	case plans.Last:
		if !at.Before(u.LastAt) {
			u.Quantity, u.LastAt = r.Quantity, at
		}
	case plans.Unique:
		if slices.Contains(u.Keys, r.Key) {
			return nil
		}
		if len(u.Keys) >= maxKept {
			return fault.New(path+".key", proration.ErrLimit, "must be at most %d different keys in a period", maxKept)
		}
		u.Keys = append(slices.Clip(u.Keys), r.Key)
		u.Quantity = decimal.NewFromInt(int64(len(u.Keys)))
	case plans.Sum:
		fallthrough
	default:
		u.Quantity = u.Quantity.Add(r.Quantity)
		var f fault.List
		fault.Number(&f, path+".quantity", u.Quantity)
		return f.Err()
	}
	return nil
}
