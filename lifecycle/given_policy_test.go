package lifecycle_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// anyActor is the customer and support.
var anyActor = []plans.Actor{plans.Customer, plans.Support}

// monthlyPlan returns a plan with an interval of a month. It offers seats at a price in each currency, "89.00 USD".
func monthlyPlan(id string, rank int, prices ...string) plans.Plan {
	p := plans.Plan{ID: id, Rank: rank, Interval: proration.Interval{Months: 1}}
	for _, text := range prices {
		p.Offers = append(p.Offers, plans.Offer{Item: "seat", Currency: plans.Currency(text[len(text)-3:]), Price: plans.Price{Unit: giventest.Money(text[:len(text)-4])}})
	}
	return p
}

// upFrontTerm returns a term that is billed up front and renews.
func upFrontTerm(length, percent string) plans.Term {
	return plans.Term{Length: giventest.Interval(length), Percent: giventest.Money(percent), Billing: plans.UpFront, Renewal: plans.Renew}
}

// helpDesk returns the policy of rows K: three days of grace, then only billing; a required payment method, with a
// reminder; self-service cards and wires by arrangement; seats that stay until the contract ends; a cancellation at the
// end of the paid period. Monthly plans renew each period; the year is a term.
func helpDesk(edits ...func(*lifecycle.Policy)) lifecycle.Policy {
	p := lifecycle.Standard()
	growth := monthlyPlan("growth", 1, "89.00 USD")
	growth.Offers = append(growth.Offers, plans.Offer{Item: "light", Currency: "USD", Price: plans.Price{Unit: giventest.Money("19.00")}})
	scale := monthlyPlan("scale", 2, "139.00 USD")
	scale.Offers = append(scale.Offers, plans.Offer{Item: "light", Currency: "USD", Price: plans.Price{Unit: giventest.Money("29.00")}})
	yearly := monthlyPlan("yearly", 1, "948.00 USD")
	yearly.Interval = proration.Interval{Months: 12}
	p.Catalog = &plans.Catalog{
		Plans: []plans.Plan{growth, scale, yearly},
		Terms: []plans.Term{upFrontTerm("P12M", "10")},
		Markets: []plans.Market{{Currency: "USD", PaymentMethods: []plans.PaymentMethod{
			{ID: "card", By: anyActor}, {ID: "wire", By: []plans.Actor{plans.Support}}, {ID: "ach", By: []plans.Actor{plans.Support}},
		}}},
	}
	p.ChangeRules = plans.ChangeRules{
		{Action: plans.Upgrade, By: anyActor, Effective: plans.Immediately},
		{Action: plans.Downgrade, By: anyActor, Effective: plans.Immediately},
		{Action: plans.LengthenInterval, By: anyActor, Effective: plans.AtPeriodEnd},
		{Action: plans.ShortenInterval, By: anyActor, Effective: plans.AtPeriodEnd},
		{Action: plans.AddQuantity, By: anyActor, Effective: plans.Immediately},
		{Action: plans.RemoveQuantity, By: []plans.Actor{plans.Support}, Effective: plans.AtTermEnd, Reason: "seats that were bought stay for the contract"},
		{Action: plans.Extend, By: anyActor, Effective: plans.Immediately},
		{Action: plans.Cancel, By: anyActor, Effective: plans.AtTermEnd},
		{Action: plans.ChangePrice, By: []plans.Actor{plans.Support}, Effective: plans.AtPeriodEnd},
	}
	p.ManualPaymentMethods = []string{"wire", "ach"}
	p.Dunning.Grace = giventest.Interval("P3D")
	p.Renewal.WithoutPaymentMethod = lifecycle.FinalSuspend
	p.Reminders = []lifecycle.Reminder{
		{Of: lifecycle.NoticeRenewal, Before: giventest.Interval("P5D"), OnlyWithoutPaymentMethod: true}, {Of: lifecycle.NoticeTrialEnd, Before: giventest.Interval("P5D"), OnlyWithoutPaymentMethod: true},
	}
	p.Managers = []lifecycle.Role{{Role: "owner"}, {Role: "admin", Selected: true}}
	for _, edit := range edits {
		edit(&p)
	}
	return p
}

// withTrial sells every plan with a trial of two weeks, which ends with a suspension if there is no payment method.
func withTrial(p *lifecycle.Policy) {
	p.Trial = lifecycle.Trial{UnusedTrial: plans.Forfeit, OnPlanChange: lifecycle.TrialKeep, WithoutPaymentMethod: lifecycle.FinalSuspend}
	for i := range p.Catalog.Plans {
		p.Catalog.Plans[i].Trial = giventest.Interval("P14D")
	}
}

// salesTool returns the policy of rows M: terms of six months and more; a reminder nine days before the end; an order
// and a payment attempt three days before it, then one a day, four in all; no grace; restricted access afterwards; a
// trial whose unused days carry over.
func salesTool(edits ...func(*lifecycle.Policy)) lifecycle.Policy {
	p := lifecycle.Standard()
	base := monthlyPlan("base", 1, "15.00 USD", "75.00 BRL")
	base.Features = []string{"leads", "contacts"}
	base.Limits = []plans.Limit{{Name: "contacts", Most: giventest.Money("2500")}, {Name: "ai_agents", Most: giventest.Money("1")}}
	advanced := monthlyPlan("advanced", 2, "25.00 USD", "125.00 BRL")
	advanced.Features = []string{"leads", "contacts", "automation"}
	advanced.Limits = []plans.Limit{{Name: "contacts", Most: giventest.Money("10000")}, {Name: "ai_agents", Most: giventest.Money("5")}}
	base.Trial, advanced.Trial = giventest.Interval("P14D"), giventest.Interval("P14D")
	p.Catalog = &plans.Catalog{
		Plans: []plans.Plan{base, advanced},
		Terms: []plans.Term{upFrontTerm("P6M", "0"), upFrontTerm("P9M", "5"), upFrontTerm("P12M", "10"), upFrontTerm("P24M", "20")},
		Markets: []plans.Market{
			{Countries: []string{"BR"}, Currency: "BRL", PaymentMethods: []plans.PaymentMethod{{ID: "card", By: anyActor, Installments: 12}, {ID: "pix", By: anyActor}}},
			{Currency: "USD", PaymentMethods: []plans.PaymentMethod{{ID: "card", By: anyActor}, {ID: "paypal", By: anyActor}}},
		},
	}
	p.ChangeRules = plans.ChangeRules{
		{Action: plans.Upgrade, By: anyActor, Effective: plans.Immediately},
		{Action: plans.Downgrade, By: []plans.Actor{plans.Support}, Effective: plans.AtTermEnd, Limits: true},
		{Action: plans.AddQuantity, By: anyActor, Effective: plans.Immediately},
		{Action: plans.Extend, By: anyActor, Effective: plans.Immediately},
		{Action: plans.Shorten, Reason: "a term that was bought is not shortened", Instead: "cancel it for its end"},
		{Action: plans.Cancel, By: anyActor, Effective: plans.AtPeriodEnd},
	}
	p.Trial = lifecycle.Trial{UnusedTrial: plans.CarryOver, OnPlanChange: lifecycle.TrialKeep, WithoutPaymentMethod: lifecycle.FinalSuspend}
	p.Renewal = lifecycle.Renewal{Lead: giventest.Interval("P3D"), WithoutPaymentMethod: lifecycle.FinalSuspend, Except: []string{"pix"}}
	p.ManualPaymentMethods = []string{"pix"}
	day := giventest.Interval("P1D")
	p.Dunning = lifecycle.Dunning{OpenInvoice: lifecycle.OpenKeep, ResultTimeout: patience, Retries: []proration.Interval{day, day, day}, FinalAction: lifecycle.FinalSuspend}
	p.Reminders = []lifecycle.Reminder{{Of: lifecycle.NoticeRenewal, Before: giventest.Interval("P9D")}, {Of: lifecycle.NoticeEnd, Before: giventest.Interval("P9D")}}
	for _, s := range []lifecycle.Status{lifecycle.Suspended, lifecycle.Canceled, lifecycle.Expired, lifecycle.Paused} {
		p.AccessByStatus[s] = lifecycle.Restricted
	}
	p.Managers = []lifecycle.Role{{Role: "admin"}}
	p.BillingDetailsEditors = []plans.Actor{plans.Support}
	for _, edit := range edits {
		edit(&p)
	}
	return p
}

// ordered returns the subscription "s" of ten seats that is ordered from a policy's catalog at a time: a plan and a
// term, or "" for no term. The time zone is that of the time.
func ordered(tb testing.TB, p lifecycle.Policy, plan, term string, at time.Time, edits ...func(*plans.Order)) lifecycle.Subscription {
	tb.Helper()
	catalog := *p.Catalog
	p.Catalog = &catalog
	o := plans.Order{
		By: plans.Support, At: at, Plan: plan, Country: "US", PaymentMethod: "card",
		Items: []plans.OrderItem{{Item: "seat", Quantity: giventest.Money("10")}},
	}
	if term == "" {
		catalog.Terms = nil
	} else {
		o.Term = giventest.Interval(term)
	}
	for _, edit := range edits {
		edit(&o)
	}
	quote, err := quoted(p, o)
	if err != nil {
		tb.Fatal(err)
	}
	sub := lifecycle.Subscription{ID: "s", Country: o.Country}
	sub.Contract = quote.Contract
	return sub
}

// quoted quotes an order under a policy.
func quoted(p lifecycle.Policy, o plans.Order) (plans.Quote, error) {
	o.UnusedTrial = p.Trial.UnusedTrial
	return p.Catalog.Quote(o, p.Billing.Proration, p.Billing.Allocation)
}

// instantIn reads an instant in a time zone.
func instantIn(tb testing.TB, zone, text string) time.Time {
	tb.Helper()
	return giventest.Instant(text, giventest.Zone(tb, zone))
}
