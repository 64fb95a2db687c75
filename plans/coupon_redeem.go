package plans

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// RedeemRequest asks for the discount of a coupon, for an order or for a change of a contract.
type RedeemRequest struct {
	Code string    `json:"code"` // code as the customer entered it, without spaces around it
	At   time.Time `json:"at"`   // time of the redemption; its location is that of the dates in a refusal
	// Contract is the contract of the quoted order, or the contract that the change leads to. Its plan, currency, items
	// and discounts are checked.
	Contract Contract `json:"contract"`
	// Lines are the charges of the order, Quote.First.Lines, or those of the change. A minimum order is measured on them,
	// before their discounts and without credits.
	Lines []Charge `json:"lines,omitzero"`

	// Redemptions are those of the coupon so far, by all customers.
	Redemptions int `json:"redemptions,omitzero"`
	// CustomerRedemptions are those of the coupon by this customer so far.
	CustomerRedemptions int `json:"customer_redemptions,omitzero"`
	// OrderedBefore is for a customer who has ordered before.
	OrderedBefore bool `json:"ordered_before,omitzero"`
}

// Redeem returns the discount of a coupon, to add to Order.Discounts or Change.AddDiscounts. The caller stores the
// redemption with the order or the change, and passes the counts to the next request. The currency of the order must be
// that of the discount, if the discount has one.
// Errors: the faults of the catalog and of the contract; ErrUnset for a missing code or time; ErrInvalid for a negative
// count and for a line in another currency; ErrLimit for lines whose amounts are beyond the limits; or a [Refusal] with
// the first of these rules that fails: "code" for a code that the catalog does not have, the limits "valid_from",
// "valid_until", "max_redemptions", "max_redemptions_per_customer" and "first_order" of the coupon, "discounts" for a
// discount that the contract has already, and "plans", "currency", "items" and "minimum_order".
func (c Catalog) Redeem(r RedeemRequest) (Discount, error) {
	var f fault.List
	c.check(&f)
	r.check(&f)
	if f != nil {
		return Discount{}, f.Err()
	}
	at := slices.IndexFunc(c.Coupons, func(own Coupon) bool { return strings.EqualFold(own.Code, r.Code) })
	if at < 0 {
		return Discount{}, &Refusal{
			Rule: "code", Reason: fmt.Sprintf("There is no coupon %.100q.", r.Code), Instead: "Check the code.",
		}
	}
	coupon := &c.Coupons[at]
	for _, rule := range [...]func(*RedeemRequest) *Refusal{
		coupon.refuseTime, coupon.refuseCounts, coupon.refuseContract, coupon.refuseLines,
	} {
		if refusal := rule(&r); refusal != nil {
			refusal.Reason = "Coupon " + strconv.Quote(coupon.Code) + " " + refusal.Reason
			return Discount{}, refusal
		}
	}
	return coupon.discount(), nil
}

// check adds the faults of the request.
func (r *RedeemRequest) check(f *fault.List) {
	if r.Code == "" {
		f.Add("code", proration.ErrUnset, "required, the code of the coupon")
	}
	if r.At.IsZero() {
		f.Add("at", proration.ErrUnset, "required, the time of the redemption")
	}
	f.Under("contract", r.Contract.Validate())
	for i := range r.Lines {
		line, path := &r.Lines[i], fault.At("lines", i)+"."
		fault.Amount(f, path+"net", line.Net)
		for j, taken := range line.Discounts {
			fault.Amount(f, path+fault.At("discounts", j)+".amount", taken.Amount)
		}
		if line.Currency != r.Contract.Currency {
			f.Add(path+"currency", proration.ErrInvalid, "must be %.3s, the currency of the contract; got %.40q",
				r.Contract.Currency, string(line.Currency))
		}
	}
	for _, count := range []struct {
		field string
		n     int
	}{{"redemptions", r.Redemptions}, {"customer_redemptions", r.CustomerRedemptions}} {
		if count.n < 0 {
			f.Add(count.field, proration.ErrInvalid, "must not be negative; got %d", count.n)
		}
	}
}

// gross returns the sum of the charges before discounts. Credits do not count.
func (r *RedeemRequest) gross() (sum decimal.Decimal) {
	for i := range r.Lines {
		if line := &r.Lines[i]; line.Corrects == "" {
			sum = sum.Add(line.Net)
			for _, taken := range line.Discounts {
				sum = sum.Add(taken.Amount)
			}
		}
	}
	return sum
}

// The refusals of a coupon. Their reasons continue the sentence that begins with the code.

// another is the way out of a refusal that no other order changes.
const another = "Continue without it or enter another code."

// refuseTime refuses a redemption before ValidFrom, and at ValidUntil or at the end of the discount or later.
func (c *Coupon) refuseTime(r *RedeemRequest) *Refusal {
	moment := func(t time.Time) string {
		t = t.In(r.At.Location())
		if hour, minute, second := t.Clock(); hour+minute+second+t.Nanosecond() == 0 {
			return date(t)
		}
		return t.Format(time.RFC3339)
	}
	if r.At.Before(c.ValidFrom) {
		from := moment(c.ValidFrom)
		return &Refusal{
			Rule: "valid_from", Reason: "is not valid before " + from + ".", Instead: "Enter it on " + from + " or later.",
		}
	}
	for _, end := range [...]time.Time{c.ValidUntil, c.Discount.Until, c.Discount.Ends} {
		if !end.IsZero() && !r.At.Before(end) {
			return &Refusal{Rule: "valid_until", Reason: "expired on " + moment(end) + ".", Instead: another}
		}
	}
	return nil
}

// refuseCounts refuses a redemption beyond the limits, and by a customer who has ordered before if it is for the first
// order.
func (c *Coupon) refuseCounts(r *RedeemRequest) *Refusal {
	switch most := c.MaxRedemptionsPerCustomer; {
	case c.MaxRedemptions > 0 && r.Redemptions >= c.MaxRedemptions:
		return &Refusal{Rule: "max_redemptions", Reason: "is used up.", Instead: another}
	case most > 0 && r.CustomerRedemptions >= most:
		times := "once"
		if most > 1 {
			times = strconv.Itoa(most) + " times"
		}
		return &Refusal{
			Rule: "max_redemptions_per_customer", Reason: "can be redeemed " + times + " by each customer.", Instead: another,
		}
	case c.FirstOrder && r.OrderedBefore:
		return &Refusal{Rule: "first_order", Reason: "is for the first order of a customer.", Instead: another}
	}
	return nil
}

// refuseContract refuses a contract that has the discount already, and one whose plan, currency or items the coupon is
// not for.
func (c *Coupon) refuseContract(r *RedeemRequest) *Refusal {
	own := &r.Contract
	d := c.discount()
	if slices.ContainsFunc(own.Discounts, func(other Discount) bool { return other.ID == d.ID }) {
		return &Refusal{Rule: "discounts", Reason: "is redeemed already.", Instead: another}
	}
	for _, list := range [...][]string{c.Plans, d.Plans} {
		if !within(list, own.Plan) {
			return &Refusal{Rule: "plans", Reason: "is not for plan " + strconv.Quote(own.Plan) + ".", Instead: oneOf(list)}
		}
	}
	if d.Currency != "" && d.Currency != own.Currency {
		return &Refusal{
			Rule: "currency", Reason: "is for orders in " + string(d.Currency) + ", not in " + string(own.Currency) + ".",
			Instead: another,
		}
	}
	has := slices.ContainsFunc(own.Items, func(item Item) bool { return within(d.Items, item.ID) }) ||
		slices.ContainsFunc(own.Ramp, func(step RampStep) bool { return within(d.Items, step.Item.ID) })
	if len(d.Items) > 0 && !has {
		return &Refusal{Rule: "items", Reason: "reduces none of the ordered items.", Instead: oneOf(d.Items)}
	}
	return nil
}

// refuseLines refuses an order that costs less than the minimum.
func (c *Coupon) refuseLines(r *RedeemRequest) *Refusal {
	gross, currency := r.gross(), r.Contract.Currency
	if !gross.LessThan(c.MinimumOrder) {
		return nil
	}
	return &Refusal{
		Rule: "minimum_order",
		Reason: "is for orders of at least " + currency.text(c.MinimumOrder) + "; this one costs " +
			currency.text(gross) + ".",
		Instead: "Add at least " + currency.text(c.MinimumOrder.Sub(gross)) + ".",
	}
}
