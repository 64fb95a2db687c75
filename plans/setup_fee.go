package plans

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// SetupFee is an amount that a plan costs once, with the first bill of an order. It is a one-time charge, never
// prorated. Renewals, changes and returns do not bill it again, and a change to the plan does not bill it either.
type SetupFee struct {
	Item     string   `json:"item"`     // ID of the fee, "onboarding"
	Currency Currency `json:"currency"` // currency of the price
	Price    Price    `json:"price"`    // price of the fee, as of one unit; Per must be unset
}

// checkSetupFees adds the faults of the set-up fees. A fee needs a price in each currency in which the plan is sold.
func (p *Plan) checkSetupFees(f *fault.List) {
	seen := map[string]bool{}
	for i, fee := range p.SetupFees {
		path := fault.At("setup_fees", i)
		checkName(f, path+".item", fee.Item, seen, string(fee.Currency)+" "+fee.Item)
		_, err := fee.Currency.Places()
		f.Under(path, err)
		checkOnce(f, path, &fee.Price)
	}
	for i, fee := range p.SetupFees {
		first := !slices.ContainsFunc(p.SetupFees[:i], func(other SetupFee) bool { return other.Item == fee.Item })
		var currencies []Currency
		for _, o := range p.Offers {
			if !first || seen[string(o.Currency)+" "+fee.Item] || slices.Contains(currencies, o.Currency) {
				continue
			}
			currencies = append(currencies, o.Currency)
			f.Add(fault.At("setup_fees", i)+".price", proration.ErrUnset,
				"required in every currency of the offers; %.40q has none in %.3s", fee.Item, o.Currency)
		}
	}
}

// checkOnce adds the faults of a price that is due once.
func checkOnce(f *fault.List, path string, price *Price) {
	if price.Metered {
		f.Add(path+".price.metered", proration.ErrInvalid, "must be unset for a set-up fee")
	}
	if price.Per != (proration.Interval{}) {
		f.Add(path+".price.per", proration.ErrInvalid, "must be unset for a set-up fee, which is due once; got %v", price.Per)
	}
	if own := price.BillingInterval; own != (proration.Interval{}) {
		f.Add(path+".price.billing_interval", proration.ErrInvalid,
			"must be unset for a set-up fee, which is due once; got %v", own)
	}
	if price.Timing != 0 {
		f.Add(path+".price.timing", proration.ErrInvalid, "must be unset for a set-up fee, which is due once; got %v",
			price.Timing)
	}
	price.checkStated(f, path+".")
	f.Under(path+".price", price.validate())
}

// setupFees returns the set-up fees of a contract of the plan in a currency.
func (p *Plan) setupFees(currency Currency) (fees []Item) {
	for _, fee := range p.SetupFees {
		if fee.Currency == currency {
			fees = append(fees, Item{ID: fee.Item, Quantity: decimal.New(1, 0), Price: fee.Price})
		}
	}
	return fees
}

// checkSetupFees adds the faults of the set-up fees.
func (c *Contract) checkSetupFees(f *fault.List) {
	if len(c.SetupFees) > maxItems {
		f.Add("setup_fees", proration.ErrLimit, "must be at most %d fees; got %d", maxItems, len(c.SetupFees))
		return
	}
	seen := map[string]bool{}
	for i := range c.SetupFees {
		fee, path := &c.SetupFees[i], fault.At("setup_fees", i)
		checkName(f, path+".id", fee.ID, seen, fee.ID)
		checkOnce(f, path, &fee.Price)
		if err := fee.Price.checkAmount(fee.Quantity); err != nil {
			f.Under(path, err)
		} else if fee.Quantity.IsZero() {
			f.Add(path+".quantity", proration.ErrUnset, "must be above zero; got 0")
		}
	}
}

// SetupCharges returns the one-time charges for the set-up fees, and none if they are billed already. The period
// is the first one, toward whose minimum they count. The caller sets SetupFeesBilled when it bills them, as package
// invoice does. Errors: those of [Contract.Validate] and [Charge.Priced].
func (c Contract) SetupCharges(period proration.Period, policy proration.Policy) ([]Charge, error) {
	if err := c.Validate(); err != nil {
		return nil, fault.Under("contract", err)
	}
	return c.setupCharges(period, policy)
}

// setupCharges is SetupCharges for a validated contract.
func (c *Contract) setupCharges(period proration.Period, policy proration.Policy) (charges []Charge, err error) {
	if c.SetupFeesBilled {
		return nil, nil
	}
	for i := range c.SetupFees {
		fee := &c.SetupFees[i]
		charge, err := Charge{
			Kind: OneTime, Plan: c.Plan, Item: fee.ID, Currency: c.Currency, Quantity: fee.Quantity, Price: fee.Price,
			Period: period,
		}.Priced(policy)
		if err != nil {
			return nil, fault.Under(fault.At("contract.setup_fees", i), err)
		}
		charges = append(charges, charge)
	}
	return charges, nil
}
