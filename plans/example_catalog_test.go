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
		Plans: []plans.Plan{
			{
				ID: "base", Rank: 1, Interval: aMonth, Trial: proration.Interval{Days: 14}, Offers: seats("15", "75"),
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
	}
}

// changes returns the change rules of the shop.
func changes() plans.ChangeRules {
	both := []plans.Actor{plans.Customer, plans.Support}
	return plans.ChangeRules{
		{Action: plans.Upgrade, By: both, Effective: plans.Immediately},
		{Action: plans.Downgrade, By: []plans.Actor{plans.Support}, Effective: plans.AtTermEnd, Limits: true},
		{Action: plans.AddQuantity, By: both, Effective: plans.Immediately},
		{Action: plans.Extend, By: both, Effective: plans.Immediately},
		{Action: plans.Shorten, Reason: "A term cannot be shortened."},
	}
}

// quoted returns the quote of the shop for an order.
func quoted(o plans.Order) plans.Quote {
	return must(shop().Quote(o, proration.Standard(2), proration.LargestRemainder))
}

// order returns an order for seven seats for a year.
func order() plans.Order {
	return plans.Order{
		By: plans.Customer, At: date(time.March, 2), Plan: "base", Term: aYear, Country: "PT", PaymentMethod: "card",
		Items: []plans.OrderItem{{Item: "seat", Quantity: money("7")}},
	}
}

// signed returns the contract of that order.
func signed() plans.Contract { return quoted(order()).Contract }

func ExampleCatalog_Quote() {
	o := order()
	o.Country, o.Installments = "BR", 4
	fmt.Print(quoted(o).Explain())
	// Output:
	// 2026-03-02 until 2027-03-02, seat: 7 x 75.00 x 12 = 6300.00, less 10 % 630.00 = 5670.00
	// due: 5670.00 BRL
	// installment 1 on 2026-03-02: 1417.50 BRL
	// installment 2 on 2026-04-02: 1417.50 BRL
	// installment 3 on 2026-05-02: 1417.50 BRL
	// installment 4 on 2026-06-02: 1417.50 BRL
	// renewal on 2027-03-02: 5670.00 BRL
}

// Support sells a trial of 30 days in place of the plan's 14. The policy's trial requires no payment method, so the
// order names none.
func ExampleCatalog_Quote_trial() {
	order := plans.Order{
		By: plans.Support, At: time.Date(2026, time.November, 16, 0, 0, 0, 0, time.UTC), Plan: "base", Country: "US",
		Items: []plans.OrderItem{{Item: "seat", Quantity: money("7")}}, Term: sixMonths,
		Trial: proration.Interval{Days: 30}, PaymentMethodOptional: true,
	}
	quote, err := shop().Quote(order, proration.Standard(2), proration.LargestRemainder)
	if err != nil {
		panic(err)
	}
	fmt.Println(quote.Contract.Trial, quote.First.Total)

	order.By = plans.Customer
	_, err = shop().Quote(order, proration.Standard(2), proration.LargestRemainder)
	fmt.Println(err)
	// Output:
	// P30D 630
	// Only support can set the length of a trial. Order the trial of the plan or ask support.
}

// A quote returns every refusal at once, each with the way out.
func ExampleCatalog_Quote_refused() {
	o := order()
	o.Term, o.PaymentMethod = proration.Interval{Months: 3}, "wire"
	_, err := shop().Quote(o, proration.Standard(2), proration.LargestRemainder)
	fmt.Println(err)
	fmt.Println(errors.Is(err, plans.ErrRefused))
	// Output:
	// Payment method "wire" is available by arrangement only. Choose card. By arrangement: wire.
	// A term of P3M is too short. Choose P6M or P1Y.
	// true
}

// The override gives one customer a special price and ten days of grace.
func ExampleCatalog_With() {
	override := plans.Override{
		Plans: []plans.PlanOverride{{ID: "base", Offers: []plans.Offer{
			{Item: "seat", Currency: "USD", Price: plans.Price{Unit: money("12")}},
		}}},
		Grace: proration.Interval{Days: 10},
	}
	theirs := must(shop().With(override))
	fmt.Println(theirs.Plans[0].Offers[0].Price.Unit)

	o := order()
	o.Override = override
	fmt.Println(quoted(o).Contract.Grace)
	// Output:
	// 12
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

// A move from one seat of an annual plan to another plan with a flat base price has three actions: the yearly value
// falls, the base joins and the seat leaves.
func ExampleClassify() {
	team := tenSeats()
	team.Cycle.Interval = aYear
	team.Items[0] = plans.Item{ID: "seat", Quantity: money("1"), Price: plans.Price{Unit: money("470.40")}}
	toPro := plans.Change{
		Plan: &plans.Plan{ID: "pro", Interval: aYear, Offers: []plans.Offer{
			{Item: "base", Currency: "USD", Price: plans.Price{Flat: money("288.00")}},
		}},
		Items: []plans.ChangeItem{{ID: "base", Quantity: money("1")}},
	}
	pro := must(team.Changed(toPro, date(time.November, 16)))
	fmt.Println(must(plans.Classify(plans.ClassifyRequest{Change: toPro, From: team, To: pro})))
	// Output: [downgrade add_quantity remove_quantity]
}

func ExamplePlan_Exceeded() {
	base := shop().Plans[0]
	usage := []plans.LimitUsage{{Name: "contacts", Used: money("4200")}, {Name: "ai_agents", Used: money("1")}}
	for _, e := range must(base.Exceeded(usage)) {
		fmt.Println(e.Name, e.Used, "of", e.Limit)
	}
	// Output:
	// contacts 4200 of 2500
	// ai_agents 1 of 0
}

// Seats are sold in packs of five. A contract of seven seats from earlier stays valid.
func ExamplePlan_CheckQuantities() {
	plan := shop().Plans[0]
	plan.Offers[0].Minimum, plan.Offers[0].Step = money("5"), money("5")
	before := tenSeats()
	before.Plan, before.Items[0].Quantity = plan.ID, money("7")
	after := must(before.Changed(plans.Change{Remove: []plans.ItemQuantity{{Item: "seat", Quantity: money("1")}}}, date(time.November, 16)))
	fmt.Println(plan.CheckQuantities(before, after))
	fmt.Println(plan.CheckQuantities(before, before))
	// Output:
	// The plan sells seat in steps of 5; 6 are requested. Choose at least 5 in steps of 5, or none.
	// <nil>
}

// The first bill has the set-up fee, and the renewal has not.
func ExampleCatalog_Quote_setupFee() {
	catalog := shop()
	catalog.Terms = nil
	catalog.Plans[1].SetupFees = []plans.SetupFee{
		{Item: "onboarding", Currency: "USD", Price: plans.Price{Flat: money("200")}},
		{Item: "onboarding", Currency: "BRL", Price: plans.Price{Flat: money("1000")}},
	}
	o := plans.Order{
		By: plans.Customer, At: date(time.March, 2), Plan: "pro", Country: "US", PaymentMethod: "card",
		Items: []plans.OrderItem{{Item: "seat", Quantity: money("7")}},
	}
	quote, err := catalog.Quote(o, proration.Standard(2), proration.LargestRemainder)
	fmt.Print(quote.Explain(), err)
	// Output:
	// 2026-03-02 until 2026-04-02, seat: 7 x 25.00 = 175.00
	// 2026-03-02, onboarding: 200.00 = 200.00
	// due: 375.00 USD
	// renewal on 2026-04-02: 175.00 USD
	// <nil>
}

func ExampleContract_SetupCharges() {
	contract := tenSeats()
	contract.SetupFees = []plans.Item{{ID: "training", Quantity: money("3"), Price: plans.Price{Unit: money("50")}}}
	for _, charge := range must(contract.SetupCharges(wholeMonth.Period, proration.Standard(2))) {
		fmt.Println(charge.Kind, charge.Explain())
	}
	contract.SetupFeesBilled = true
	fmt.Println(len(must(contract.SetupCharges(wholeMonth.Period, proration.Standard(2)))))
	// Output:
	// one_time training: 3 x 50.00 = 150.00
	// 0
}

// Each package of contacts adds 1,000 to the 2,500 of the plan, and the feature imports.
func ExamplePlan_With() {
	plan := shop().Plans[0]
	plan.Offers = append(plan.Offers, plans.Offer{
		Item: "contacts_package", Currency: "USD", Price: plans.Price{Unit: money("9")},
		Limits: []plans.Limit{{Name: "contacts", Most: money("1000")}}, Features: []string{"imports"},
	})
	contract := tenSeats()
	contract.Plan = plan.ID
	contract.Items = append(contract.Items, plans.Item{ID: "contacts_package", Quantity: money("2"), Price: plans.Price{Unit: money("9")}})
	full := must(plan.With(contract))
	fmt.Println(full.Limits[0].Most, full.Features)
	fmt.Println(must(full.Exceeded([]plans.LimitUsage{{Name: "contacts", Used: money("4200")}})))
	// Output:
	// 4500 [imports]
	// []
}

// A plan with a monthly and a yearly price: the order chooses the interval.
func ExampleCatalog_Quote_interval() {
	catalog := shop()
	catalog.Terms = nil
	catalog.Plans[1].Offers = append(catalog.Plans[1].Offers, plans.Offer{
		Item: "seat", Currency: "USD", Interval: aYear, Price: plans.Price{Unit: money("250")},
	})
	o := plans.Order{
		By: plans.Customer, At: date(time.March, 2), Plan: "pro", Interval: aYear, Country: "US", PaymentMethod: "card",
		Items: []plans.OrderItem{{Item: "seat", Quantity: money("7")}},
	}
	quote, err := catalog.Quote(o, proration.Standard(2), proration.LargestRemainder)
	fmt.Print(quote.Explain(), err)
	// Output:
	// 2026-03-02 until 2027-03-02, seat: 7 x 250.00 = 1750.00
	// due: 1750.00 USD
	// renewal on 2027-03-02: 1750.00 USD
	// <nil>
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
	// Output:
	// 2026-12-01T00:00:00Z/2027-03-02T00:00:00Z
	// 2027-03-02T00:00:00Z/2027-09-02T00:00:00Z
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
