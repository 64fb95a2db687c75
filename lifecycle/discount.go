package lifecycle

import (
	"slices"

	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/plans"
)

// restoreDiscounts gives the contract the discounts again that the charges of a void invoice used, given the charges
// with those of the invoice. A discount that another charge of the time has was used there.
func (s *step) restoreDiscounts(id string, charges []plans.Charge) {
	own := slices.DeleteFunc(slices.Clone(charges), func(c plans.Charge) bool {
		return c.Corrects != "" || lineid.Invoice(c.ID) != id
	})
	left, seen := slices.Concat(s.sub.UnexpiredCharges, s.sub.waiting()), map[string]bool{}
	for i := range own {
		for _, taken := range own[i].Discounts {
			used := func(c plans.Charge) bool { return tookAlso(&c, &own[i], taken.Discount) }
			if !seen[taken.Discount] && !slices.ContainsFunc(left, used) {
				s.restoreDiscount(taken.Discount, own)
			}
			seen[taken.Discount] = true
		}
	}
}

// tookAlso reports whether a charge has a discount too that another charge of the same time has.
func tookAlso(c, other *plans.Charge, discount string) bool {
	return c.Corrects == "" && c.Period.Start.Before(other.Period.End) && other.Period.Start.Before(c.Period.End) &&
		slices.ContainsFunc(c.Discounts, func(taken plans.Deduction) bool { return taken.Discount == discount })
}

// restoreDiscount gives the contract one use of a discount again, given the charges that used it.
func (s *step) restoreDiscount(id string, charges []plans.Charge) {
	sub := &s.sub
	named := func(d plans.Discount) bool { return d.ID == id }
	i := slices.IndexFunc(sub.Contract.Discounts, named)
	if i < 0 {
		if used := slices.IndexFunc(sub.UsedDiscounts, named); used >= 0 {
			sub.Contract.Discounts = slices.Concat(sub.UsedDiscounts[used:used+1], sub.Contract.Discounts)
			sub.UsedDiscounts = slices.Delete(slices.Clone(sub.UsedDiscounts), used, used+1)
		}
		return
	}
	sub.Contract.Discounts = slices.Clone(sub.Contract.Discounts)
	d := &sub.Contract.Discounts[i]
	if d.Duration == plans.Repeating && d.Ends.IsZero() {
		d.Periods++
	}
	for j := range charges {
		for _, taken := range charges[j].Discounts {
			if d.Rollover && taken.Discount == id {
				d.Amount = d.Amount.Add(taken.Amount)
			}
		}
	}
}

// billSetupAgain lets the next bill include the set-up fees if a void invoice billed them, so that a customer who
// returns pays them. The charges are those with the ones of the invoice.
func (s *step) billSetupAgain(id string, charges []plans.Charge) {
	contract := &s.sub.Contract
	for _, fee := range contract.SetupFees {
		if slices.ContainsFunc(charges, func(c plans.Charge) bool {
			return c.Kind == plans.OneTime && c.Corrects == "" && lineid.Invoice(c.ID) == id &&
				c.Item == fee.ID && c.Price.Equal(fee.Price)
		}) {
			contract.SetupFeesBilled = false
		}
	}
}
