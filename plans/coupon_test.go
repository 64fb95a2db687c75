package plans_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// withCoupons puts two coupons into the catalog, after edits of the first one: 20 % for three months, with every limit,
// and 5.00 off for all.
func withCoupons(edits ...func(*plans.Coupon)) func(*seller) {
	return func(c *seller) {
		spring := plans.Coupon{
			Code: "SPRING-20", ValidFrom: giventest.Instant("2026-11-01", nil), ValidUntil: giventest.Instant("2026-12-01", nil),
			Discount: plans.Discount{Percent: giventest.Money("20"), Currency: "USD", Duration: plans.Repeating, Periods: 3, Per: giventest.Interval("P1M"), Scope: plans.Scope{Items: []string{"seat"}}},
			Plans:    []string{"base", "advanced"}, FirstOrder: true, MinimumOrder: giventest.Money("100"), MaxRedemptions: 100, MaxRedemptionsPerCustomer: 1,
		}
		for _, edit := range edits {
			edit(&spring)
		}
		c.Coupons = []plans.Coupon{spring, {Code: "five", Discount: plans.Discount{ID: "five off", Amount: giventest.Money("5"), Currency: "USD", Duration: plans.Once}}}
	}
}

func TestCouponValidate(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*plans.Coupon)
		want      []string
	}{
		{"no code", "the customer enters it", func(c *plans.Coupon) { c.Code = "" }, []string{"code unset"}},
		{"a space in a code", "a code is one word", func(c *plans.Coupon) { c.Code = "SPRING 20" }, []string{"code invalid"}},
		{"a long code", "law 14: limits", func(c *plans.Coupon) { c.Code = strings.Repeat("x", 101) }, []string{"code limit"}},
		{"the longest code", "law 14: limits", func(c *plans.Coupon) { c.Code = strings.Repeat("x", 100) }, nil},
		{"a code that differs in case only", "case does not matter", func(c *plans.Coupon) { c.Code = "FIVE" }, nil},
		{"no discount", "a coupon gives a discount", func(c *plans.Coupon) { c.Discount = plans.Discount{} }, []string{"discount.percent unset", "discount.duration unset", "discount.currency unset"}},
		{"an ID of its own", "two codes of one discount", func(c *plans.Coupon) { c.Discount.ID = "spring" }, nil},
		{"the ID of a term's discount", "the contract may have it", func(c *plans.Coupon) { c.Discount.ID = "term P1Y from 2026-11-16" }, []string{"discount.id invalid"}},
		{"a percentage without a currency", "for orders in all currencies", func(c *plans.Coupon) {
			c.Discount.Currency, c.MinimumOrder = "", giventest.Money("0")
		}, nil},
		{"a minimum without a currency", "a minimum is an amount of money", func(c *plans.Coupon) { c.Discount.Currency = "" }, []string{"discount.currency unset"}},
		{"a currency that does not exist", "no order is in it", func(c *plans.Coupon) { c.Discount.Currency = "R$" }, []string{"discount.currency invalid"}},
		{"an amount without a currency", "one fault, not two", func(c *plans.Coupon) {
			c.Discount = plans.Discount{Amount: giventest.Money("5"), Duration: plans.Once}
		}, []string{"discount.currency unset"}},
		{"a negative minimum", "a minimum is zero or more", func(c *plans.Coupon) { c.MinimumOrder = giventest.Money("-1") }, []string{"minimum_order invalid"}},
		{"valid for no time", "the end is exclusive", func(c *plans.Coupon) { c.ValidUntil = c.ValidFrom }, []string{"valid_until period"}},
		{"valid without a beginning", "zero is no bound", func(c *plans.Coupon) { c.ValidFrom = c.ValidFrom.AddDate(-9999, 0, 0) }, nil},
		{"negative limits", "a limit is zero or more", func(c *plans.Coupon) { c.MaxRedemptions, c.MaxRedemptionsPerCustomer = -1, -1 }, []string{
			"max_redemptions invalid", "max_redemptions_per_customer invalid",
		}},
		{"plans", "a misspelled plan is a fault", func(c *plans.Coupon) { c.Plans = []string{"base", "", "bse", "base"} }, []string{
			"plans[1] unset", "plans[3] invalid", "plans[2] invalid",
		}},
		{"scope", "a misspelled plan or item is a fault", func(c *plans.Coupon) {
			c.Discount.Plans, c.Discount.Items = []string{"prp"}, []string{"seat", "seet"}
		}, []string{"discount.plans[0] invalid", "discount.items[1] invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want []string
			for _, fault := range c.want {
				want = append(want, "coupons[0]."+fault)
			}
			if c.name == "a code that differs in case only" {
				want = []string{"coupons[1].code invalid"}
			}
			if !giventest.CheckFaults(t, onSale(t, withCoupons(c.edit)).Validate(), want...) {
				t.Log(c.why)
			}
		})
	}
}

// redeeming is the request of a new customer who orders seven seats for half a year, 630.00 USD, on November 16.
func redeeming(t *testing.T, edits ...func(*plans.RedeemRequest)) plans.RedeemRequest {
	t.Helper()
	quote, err := onSale(t).quote(ordered("7 seat", "P6M"))
	if err != nil {
		t.Fatal(err)
	}
	r := plans.RedeemRequest{Code: "spring-20", At: giventest.Instant("2026-11-16", nil), Contract: quote.Contract, Lines: quote.First.Lines}
	for _, edit := range edits {
		edit(&r)
	}
	return r
}

func TestRedeem(t *testing.T) {
	type coupon = func(*plans.Coupon)
	type request = func(*plans.RedeemRequest)
	for _, c := range []struct {
		name, why string
		coupon    coupon
		request   request
		want      string // ID of the discount, or rule: reason | way out
	}{
		{"valid", "630.00 is more than 100.00", nil, nil, "SPRING-20"},
		{"another case", "case does not matter, and the ID is the code of the catalog", nil, func(r *plans.RedeemRequest) { r.Code = "Spring-20" }, "SPRING-20"},
		{"an ID of its own", "the code and the discount have two names", nil, func(r *plans.RedeemRequest) { r.Code = "FIVE" }, "five off"},
		{"an unknown code", "the refusal lists no codes", nil, func(r *plans.RedeemRequest) { r.Code = "SPRING20" }, `code: There is no coupon "SPRING20". | Check the code.`},
		{"too early", "a second before it is valid", nil, func(r *plans.RedeemRequest) { r.At = giventest.Instant("2026-10-31T23:59:59", nil) }, `valid_from: Coupon "SPRING-20" is not valid before 2026-11-01. | Enter it on 2026-11-01 or later.`},
		{"too early, elsewhere", "the day is that of the customer", nil, func(r *plans.RedeemRequest) {
			r.At = giventest.Instant("2026-10-30", giventest.Zone(t, "America/Sao_Paulo"))
		}, `valid_from: Coupon "SPRING-20" is not valid before 2026-10-31T21:00:00-03:00. | Enter it on 2026-10-31T21:00:00-03:00 or later.`},
		{"at the first instant", "the start is inclusive", nil, func(r *plans.RedeemRequest) { r.At = giventest.Instant("2026-11-01", nil) }, "SPRING-20"},
		{"at the last second", "the end is exclusive", nil, func(r *plans.RedeemRequest) { r.At = giventest.Instant("2026-11-30T23:59:59", nil) }, "SPRING-20"},
		{"too late", "the end is exclusive", nil, func(r *plans.RedeemRequest) { r.At = giventest.Instant("2026-12-01", nil) }, `valid_until: Coupon "SPRING-20" expired on 2026-12-01. | Continue without it or enter another code.`},
		{"a discount that has ended", "it would reduce nothing", func(c *plans.Coupon) { c.Discount.Until = giventest.Instant("2026-11-16", nil) }, nil, `valid_until: Coupon "SPRING-20" expired on 2026-11-16. | Continue without it or enter another code.`},
		{"the last of all", "99 of 100 are redeemed", nil, func(r *plans.RedeemRequest) { r.Redemptions = 99 }, "SPRING-20"},
		{"used up", "100 of 100 are redeemed", nil, func(r *plans.RedeemRequest) { r.Redemptions = 100 }, `max_redemptions: Coupon "SPRING-20" is used up. | Continue without it or enter another code.`},
		{"once by a customer", "redeemed before", nil, func(r *plans.RedeemRequest) { r.Redemptions, r.CustomerRedemptions = 1, 1 }, `max_redemptions_per_customer: Coupon "SPRING-20" can be redeemed once by each customer. | Continue without it or enter another code.`},
		{"twice by a customer", "redeemed once of two times", func(c *plans.Coupon) { c.MaxRedemptionsPerCustomer = 2 }, func(r *plans.RedeemRequest) { r.CustomerRedemptions = 1 }, "SPRING-20"},
		{"three times by a customer", "redeemed two of two times", func(c *plans.Coupon) { c.MaxRedemptionsPerCustomer = 2 }, func(r *plans.RedeemRequest) { r.CustomerRedemptions = 2 }, `max_redemptions_per_customer: Coupon "SPRING-20" can be redeemed 2 times by each customer. | Continue without it or enter another code.`},
		{"without limits", "zero is no limit", func(c *plans.Coupon) { c.MaxRedemptions, c.MaxRedemptionsPerCustomer = 0, 0 }, func(r *plans.RedeemRequest) { r.Redemptions, r.CustomerRedemptions = 1e6, 1e3 }, "SPRING-20"},
		{"not a first order", "the customer has ordered before", nil, func(r *plans.RedeemRequest) { r.OrderedBefore = true }, `first_order: Coupon "SPRING-20" is for the first order of a customer. | Continue without it or enter another code.`},
		{"a later order", "the coupon is for every order", func(c *plans.Coupon) { c.FirstOrder = false }, func(r *plans.RedeemRequest) { r.OrderedBefore = true }, "SPRING-20"},
		{"already on the contract", "a discount is on a contract once", nil, func(r *plans.RedeemRequest) { r.Contract.Discounts = []plans.Discount{percentOff("SPRING-20", "20")} }, `discounts: Coupon "SPRING-20" is redeemed already. | Continue without it or enter another code.`},
		{"another plan", "the refusal lists the plans", nil, func(r *plans.RedeemRequest) { r.Contract.Plan = "team" }, `plans: Coupon "SPRING-20" is not for plan "team". | Choose base or advanced.`},
		{"a plan outside the scope", "it would reduce nothing", func(c *plans.Coupon) { c.Discount.Plans = []string{"advanced"} }, nil, `plans: Coupon "SPRING-20" is not for plan "base". | Choose advanced.`},
		{"every plan", "no plans are all plans", func(c *plans.Coupon) { c.Plans = nil }, func(r *plans.RedeemRequest) { r.Contract.Plan = "team" }, "SPRING-20"},
		{"another currency", "the minimum and the discount are in dollars", func(c *plans.Coupon) { c.Discount.Currency = "BRL" }, nil, `currency: Coupon "SPRING-20" is for orders in BRL, not in USD. | Continue without it or enter another code.`},
		{"no item that it reduces", "it would reduce nothing", func(c *plans.Coupon) { c.Discount.Items = []string{"phone"} }, nil, `items: Coupon "SPRING-20" reduces none of the ordered items. | Choose phone.`},
		{"an item of a later date", "it reduces the item from then on", func(c *plans.Coupon) { c.Discount.Items = []string{"phone"} }, func(r *plans.RedeemRequest) {
			r.Contract.Ramp = []plans.RampStep{{At: giventest.Instant("2027-01-01", nil), Item: one("phone", "1", "5")}}
		}, "SPRING-20"},
		{"the minimum", "an order of the minimum is enough", func(c *plans.Coupon) { c.MinimumOrder = giventest.Money("630") }, nil, "SPRING-20"},
		{"a cent below the minimum", "630.00 of 630.01", func(c *plans.Coupon) { c.MinimumOrder = giventest.Money("630.01") }, nil, `minimum_order: Coupon "SPRING-20" is for orders of at least 630.01 USD; this one costs 630.00 USD. | Add at least 0.01 USD.`},
		{"the minimum before discounts", "a discount of 90 % leaves 63.00 of 630.00", nil, func(r *plans.RedeemRequest) {
			reduced, err := plans.ApplyDiscounts(plans.DiscountRequest{
				Charges: r.Lines, Discounts: []plans.Discount{percentOff("deal", "90")}, Currency: "USD", Mode: proration.HalfUp, Allocation: proration.LargestRemainder,
			})
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, "reduced", reduced.Net, "63.00")
			r.Lines = reduced.Charges
		}, "SPRING-20"},
		{"the minimum without credits", "a change to advanced credits what base has cost", nil, func(r *plans.RedeemRequest) {
			r.Lines = append(slices.Clone(r.Lines), plans.Charge{Corrects: "a/1", Currency: "USD", Net: giventest.Money("-600")})
		}, "SPRING-20"},
		{"nothing ordered", "no lines cost nothing", nil, func(r *plans.RedeemRequest) { r.Lines = nil }, `minimum_order: Coupon "SPRING-20" is for orders of at least 100.00 USD; this one costs 0.00 USD. | Add at least 100.00 USD.`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var edits []coupon
			if c.coupon != nil {
				edits = append(edits, c.coupon)
			}
			request := redeeming(t)
			if c.request != nil {
				c.request(&request)
			}
			discount, err := onSale(t, withCoupons(edits...)).Redeem(request)
			got := discount.ID
			var refusal *plans.Refusal
			if errors.As(err, &refusal) {
				got = refusal.Rule + ": " + refusal.Reason + " | " + refusal.Instead
			} else if err != nil {
				t.Fatal(err)
			}
			checkText(t, c.why, got, c.want)
		})
	}
}

// Law 14: a broken request is an error that names each field, and no refusal.
func TestRedeemFaults(t *testing.T) {
	catalog := onSale(t, withCoupons())
	_, err := catalog.Redeem(plans.RedeemRequest{})
	giventest.CheckFaults(t, err, "code unset", "at unset", "contract.plan unset", "contract.currency unset", "contract.cycle.anchor unset", "contract.cycle.interval unset")
	_, err = catalog.Redeem(redeeming(t, func(r *plans.RedeemRequest) {
		r.Redemptions, r.CustomerRedemptions = -1, -2
		r.Lines = []plans.Charge{
			{Currency: "EUR", Net: giventest.Money("100")},
			{Currency: "USD", Net: giventest.Money("1e300"), Discounts: []plans.Deduction{{Amount: giventest.Money("1e-300")}}},
		}
	}))
	giventest.CheckFaults(t, err, "lines[0].currency invalid", "lines[1].net limit", "lines[1].discounts[0].amount limit", "redemptions invalid", "customer_redemptions invalid")
	if errors.Is(err, plans.ErrRefused) {
		t.Error("refused, not broken")
	}
}

// Every combination of broken rules is refused by the first of them, and nothing else is.
func TestEveryRefusalOfACoupon(t *testing.T) {
	short.Skip(t)
	rules := []struct {
		rule string
		edit func(*plans.RedeemRequest)
	}{
		{"code", func(r *plans.RedeemRequest) { r.Code += "x" }},
		{"valid_from", func(r *plans.RedeemRequest) { r.At = giventest.Instant("2026-10-31", nil) }},
		{"valid_until", func(r *plans.RedeemRequest) { r.At = giventest.Instant("2026-12-31", nil) }},
		{"max_redemptions", func(r *plans.RedeemRequest) { r.Redemptions = 101 }},
		{"max_redemptions_per_customer", func(r *plans.RedeemRequest) { r.CustomerRedemptions = 2 }},
		{"first_order", func(r *plans.RedeemRequest) { r.OrderedBefore = true }},
		{"discounts", func(r *plans.RedeemRequest) { r.Contract.Discounts = []plans.Discount{percentOff("SPRING-20", "20")} }},
		{"plans", func(r *plans.RedeemRequest) { r.Contract.Plan = "team" }},
		{"currency", func(r *plans.RedeemRequest) { r.Contract.Currency, r.Lines = "BRL", nil }},
		{"items", func(r *plans.RedeemRequest) { r.Contract.Items = []plans.Item{one("phone", "1", "5")} }},
		{"minimum_order", func(r *plans.RedeemRequest) { r.Lines = nil }},
	}
	catalog, whole := onSale(t, withCoupons()), redeeming(t)
	for set := range 1 << len(rules) {
		r, want := whole, ""
		for i, rule := range rules {
			if set>>i&1 == 0 {
				continue
			}
			if rule.edit(&r); want == "" || want == "valid_from" && rule.rule == "valid_until" { // one time is not both
				want = rule.rule
			}
		}
		_, err := catalog.Redeem(r)
		var refusal *plans.Refusal
		got := ""
		if errors.As(err, &refusal) {
			got = refusal.Rule
		} else if err != nil {
			t.Fatalf("%b: %v", set, err)
		}
		if got != want {
			t.Fatalf("%b: refused by %q, want %q", set, got, want)
		}
	}
}
