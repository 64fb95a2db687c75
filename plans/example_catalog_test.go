package plans_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

var (
	aMonth    = proration.Interval{Months: 1}
	sixMonths = proration.Interval{Months: 6}
	aYear     = proration.Interval{Months: 12}
)

// shop returns a catalog that sells seats for six months, or for twelve months with a ten percent discount. Both terms
// are billed up front.
func shop() plans.Catalog {
	seats := func(usd, brl string) []plans.Offer {
		return []plans.Offer{
			{Item: "seat", Currency: "USD", Price: plans.Price{Unit: money(usd)}},
			{Item: "seat", Currency: "BRL", Price: plans.Price{Unit: money(brl)}},
		}
	}
	both := []plans.Actor{plans.Customer, plans.Support}
	return plans.Catalog{
		Policy: proration.Standard(2), Allocation: proration.LargestRemainder,
		Plans: []plans.Plan{
			{
				ID: "base", Rank: 1, Interval: aMonth, Offers: seats("15", "75"),
				Limits: []plans.Limit{{Name: "contacts", Most: money("2500")}},
			},
			{
				ID: "pro", Rank: 2, Interval: aMonth, Offers: seats("25", "125"), Features: []string{"automation"},
				Limits: []plans.Limit{{Name: "contacts", Unlimited: true}},
			},
		},
		Terms: []plans.Term{
			{Length: sixMonths, Billing: plans.UpFront, Renewal: plans.Renew},
			{Length: aYear, Percent: money("10"), Billing: plans.UpFront, Renewal: plans.Renew, Notice: aMonth},
		},
		Markets: []plans.Market{
			{Countries: []string{"BR"}, Currency: "BRL", PaymentMethods: []plans.PaymentMethod{
				{ID: "card", By: both, Installments: 12}, {ID: "pix", By: both},
			}},
			{Currency: "USD", PaymentMethods: []plans.PaymentMethod{
				{ID: "card", By: both}, {ID: "wire", By: []plans.Actor{plans.Support}},
			}},
		},
		ChangeRules: []plans.ChangeRule{
			{Action: plans.Upgrade, By: both, Effective: plans.Immediately},
			{Action: plans.Downgrade, By: []plans.Actor{plans.Support}, Effective: plans.AtTermEnd, Limits: true},
			{Action: plans.AddQuantity, By: both, Effective: plans.Immediately},
			{Action: plans.Extend, By: both, Effective: plans.Immediately},
			{Action: plans.Shorten, Reason: "A term cannot be shortened."},
		},
		Trial: plans.Trial{Length: proration.Interval{Days: 14}, UnusedTrial: plans.CarryOver},
	}
}

// order returns an order for seven seats for a year.
func order() plans.Order {
	return plans.Order{
		By: plans.Customer, At: date(time.March, 2), Plan: "base", Term: aYear, Country: "PT", PaymentMethod: "card",
		Items: []plans.OrderItem{{Item: "seat", Quantity: money("7")}},
	}
}

// signed returns the contract of that order.
func signed() plans.Contract { return must(shop().Quote(order())).Contract }

func ExampleCatalog_Quote() {
	o := order()
	o.Country, o.Installments = "BR", 4
	fmt.Print(must(shop().Quote(o)).Explain())
	// Output:
	// 2026-03-02 until 2027-03-02, seat: 7 x 75.00 x 12 = 6300.00, less 10 % 630.00 = 5670.00
	// due: 5670.00 BRL
	// installment 1 on 2026-03-02: 1417.50 BRL
	// installment 2 on 2026-04-02: 1417.50 BRL
	// installment 3 on 2026-05-02: 1417.50 BRL
	// installment 4 on 2026-06-02: 1417.50 BRL
	// renewal on 2027-03-02: 5670.00 BRL
}

// A quote returns every refusal at once, each with the way out.
func ExampleCatalog_Quote_refused() {
	o := order()
	o.Term, o.PaymentMethod = proration.Interval{Months: 3}, "wire"
	_, err := shop().Quote(o)
	fmt.Println(err)
	fmt.Println(errors.Is(err, plans.ErrRefused))
	// Output:
	// Payment method "wire" is available by arrangement only. Choose card. By arrangement: wire.
	// A term of P3M is too short. Choose P6M or P1Y.
	// true
}

// Only support can downgrade a contract, and the downgrade takes effect at the end of the term.
func ExampleCatalog_Check() {
	base := shop().Plans[0]
	pro := must(shop().Quote(plans.Order{
		By: plans.Customer, At: date(time.March, 2), Plan: "pro", Term: aYear, Country: "PT", PaymentMethod: "card",
		Items: []plans.OrderItem{{Item: "seat", Quantity: money("7")}},
	})).Contract
	smaller := plans.ChangeRequest{
		Contract: pro, Change: plans.Change{Plan: &base}, By: plans.Customer, At: date(time.May, 5),
	}
	_, err := shop().Check(smaller)
	fmt.Println(err)

	smaller.By = plans.Support
	permit := must(shop().Check(smaller))
	fmt.Println(permit.Action, permit.Effective, permit.At.Format(time.DateOnly))
	// Output:
	// Downgrades are handled by support. Ask support; the change takes effect at the end of the term.
	// downgrade at_term_end 2027-03-02
}

func ExampleCatalog_Amend() {
	for _, change := range []plans.Change{
		{Item: "seat", Quantity: money("2")},
		{Term: &shop().Terms[0]},
	} {
		amendment := must(shop().Amend(plans.ChangeRequest{
			Contract: signed(), Change: change, By: plans.Customer, At: date(time.September, 1),
		}))
		fmt.Print(amendment.Explain())
		fmt.Println("ends", amendment.Contract.End().Format(time.DateOnly))
	}
	// Output:
	// quantity increase, effective 2026-09-01 (immediately)
	// 2026-09-01 until 2027-03-02, seat: 2 x 15.00 x 12, 360.00 x 182/365 days = 179.506..., rounded half up to 179.51, less 10 % 17.95 = 161.56
	// due: 161.56 USD
	// ends 2027-03-02
	// term extension, effective 2026-09-01 (immediately)
	// 2027-03-02 until 2027-09-02, seat: 7 x 15.00 x 6 = 630.00
	// due: 630.00 USD
	// ends 2027-09-02
}

// The override gives one customer a special price and ten days of grace.
func ExampleCatalog_With() {
	override := plans.Override{
		Plans: []plans.PlanOverride{{ID: "base", Offers: []plans.Offer{
			{Item: "seat", Currency: "USD", Price: plans.Price{Unit: money("12")}},
		}}},
		Grace: proration.Interval{Days: 10},
	}
	fmt.Println(override.Validate())
	theirs := must(shop().With(override))
	price, offered := theirs.Plans[0].Price("seat", "USD")
	fmt.Println(price.Unit, price.Per, offered)

	o := order()
	o.Override = override
	fmt.Println(must(shop().Quote(o)).Contract.Grace)
	// Output:
	// <nil>
	// 12 P1M true
	// P10D
}

func ExampleCatalog_Validate() {
	catalog := shop()
	catalog.Plans[1].Offers[0].Price.Unit = money("-25")
	catalog.Terms[0].Billing = 0
	catalog.Markets[0].PaymentMethods[1].By = nil
	fmt.Println(catalog.Validate())
	// Output:
	// plans[1].offers[0].price.unit: must not be negative; got -25
	// terms[0].billing: required, one of up_front, per_period
	// markets[0].payment_methods[1].by: required, at least one of customer, support
}

func ExampleClassify() {
	monthly := plans.Level{Amount: money("20"), Interval: aMonth}
	yearly := plans.Level{Amount: money("200"), Interval: aYear}
	fmt.Println(must(plans.Classify(monthly, yearly)))
	fmt.Println(must(plans.Classify(yearly, monthly)))
	fmt.Println(must(plans.Classify(monthly, monthly)))
	// Output:
	// downgrade
	// upgrade
	// lateral
}

func ExamplePlan_Validate() {
	plan := plans.Plan{ID: "growth", Interval: aMonth, Offers: []plans.Offer{{Item: "seat", Currency: "usd"}}}
	fmt.Println(plan.Validate())
	// Output: offers[0].currency: must be an ISO 4217 currency; got "usd"
}

func ExamplePlan_Exceeded() {
	base := shop().Plans[0]
	fmt.Println(base.Has("automation"))
	usage := []plans.LimitUsage{{Name: "contacts", Used: money("4200")}, {Name: "ai_agents", Used: money("1")}}
	for _, e := range must(base.Exceeded(usage)) {
		fmt.Println(e.Name, e.Used, "of", e.Limit)
	}
	// Output:
	// false
	// contacts 4200 of 2500
	// ai_agents 1 of 0
}

func ExampleMarket_Validate() {
	fmt.Println(plans.Market{Countries: []string{"Brazil"}, Currency: "BRL"}.Validate())
	// Output:
	// countries[0]: must be two capital letters; got "Brazil"
	// payment_methods: required, at least one payment method
}

func ExampleTerm_Validate() {
	fmt.Println(plans.Term{Length: aYear, Percent: money("110"), Billing: plans.UpFront, Renewal: plans.Renew}.Validate())
	// Output: percent: must be at most 100; got 110
}

func ExampleTrial_Validate() {
	fmt.Println(plans.Trial{Length: proration.Interval{Days: 14}}.Validate())
	// Output: unused_trial: required, one of carry_over, forfeit, at_trial_end
}

// Installments from the 31st are due on the last day of a shorter month.
func ExampleBill_Installments() {
	bill := plans.Bill{At: date(time.January, 31), Total: money("100.00")}
	for _, part := range must(bill.Installments(3, aMonth, "BRL")) {
		fmt.Println(part.At.Format(time.DateOnly), part.Amount)
	}
	// Output:
	// 2026-01-31 33.34
	// 2026-02-28 33.33
	// 2026-03-31 33.33
}

// An extended contract is paid until the end of its last term.
func ExampleContract_RemainingPortions() {
	contract := must(signed().Changed(plans.Change{Term: &shop().Terms[0]}, date(time.September, 1)))
	for _, portion := range must(contract.RemainingPortions(date(time.December, 1))) {
		fmt.Println(portion.Span)
	}
	fmt.Println(must(contract.Extended(proration.Standard(2)))[0].Net)
	// Output:
	// 2026-12-01T00:00:00Z/2027-03-02T00:00:00Z
	// 2027-03-02T00:00:00Z/2027-09-02T00:00:00Z
	// 630
}

func ExampleContract_Renewed() {
	next, renewed, err := signed().Renewed()
	fmt.Println(renewed, err)
	fmt.Println(next.Terms[0].Period)
	// Output:
	// true <nil>
	// 2027-03-02T00:00:00Z/2028-03-02T00:00:00Z
}

func ExampleContract_NoticeBy() {
	fmt.Println(must(signed().NoticeBy()).Format(time.DateOnly), signed().End().Format(time.DateOnly))
	// Output: 2027-02-02 2027-03-02
}

// A customer leaves a one-year contract in its fourth month, and owes half of the remaining bills.
func ExampleContract_TerminationFee() {
	contract := tenSeats()
	contract.Terms = []plans.ContractTerm{{
		Term: plans.Term{
			Length: aYear, Billing: plans.PerPeriod, Renewal: plans.Renew,
			TerminationFee: plans.TerminationFee{Percent: money("50")},
		},
		Period: proration.Period{Start: date(time.November, 1), End: date(time.November, 1).AddDate(1, 0, 0)},
	}}
	charge := must(contract.TerminationFee(date(time.November, 1).AddDate(0, 3, 15), proration.Standard(2)))
	fmt.Println(charge.Explain())
	// Output: termination: 50 % of 7120.00 = 3560.00
}
