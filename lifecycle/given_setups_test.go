package lifecycle_test

import (
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// setup is a policy and a subscription for enumerations.
type setup struct {
	name   string
	policy lifecycle.Policy
	sub    lifecycle.Subscription // before its start
	method string                 // the payment method that it starts with
}

// planByID are the plans of plan changes.
var planByID = map[string]plans.Plan{
	"free":  seatPlan("free", "P1M", "0"),
	"basic": seatPlan("basic", "P1M", "20.00"),
	"plus":  seatPlan("plus", "P1M", "31.00"),
	"pro":   seatPlan("pro", "P1M", "47.00"),
	"year":  seatPlan("year", "P1Y", "310.00"),
}

// seatPlan returns a plan that offers seats.
func seatPlan(id, every, price string) plans.Plan {
	return plans.Plan{ID: id, Interval: giventest.Interval(every), Offers: []plans.Offer{
		{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money(price), Free: giventest.Money(price).IsZero()}},
	}}
}

// threeSeats returns a subscription of three seats of the plan "plus".
func threeSeats(tb testing.TB, zone, every, price string, terms ...plans.Term) lifecycle.Subscription {
	tb.Helper()
	c := plans.Contract{
		Plan: "plus", Currency: "USD", Cycle: giventest.Cycle("2026-01-31", every, giventest.Zone(tb, zone)),
		Items: []plans.Item{{ID: "seat", Quantity: giventest.Money("3"), Price: plans.Price{Unit: giventest.Money(price), Free: giventest.Money(price).IsZero()}}},
	}
	start := giventest.Instant("2026-01-31", giventest.Zone(tb, zone))
	for _, term := range terms {
		end, err := term.Length.After(start, c.Cycle.Location)
		if err != nil {
			tb.Fatal(err)
		}
		c.Terms = append(c.Terms, plans.ContractTerm{Term: term, Period: proration.Period{Start: start, End: end}})
		start = end
	}
	return lifecycle.Subscription{ID: "s", Account: invoice.Account{Contract: c}}
}

// trialing returns the subscription with a trial of a length in its contract.
func trialing(length proration.Interval, sub lifecycle.Subscription) lifecycle.Subscription {
	sub.Contract.Trial = length
	return sub
}

// days returns an interval of n days.
func days(n int) proration.Interval { return proration.Interval{Days: n} }

// rule returns the change rule of an action.
func rule(p *lifecycle.Policy, action plans.Action) *plans.ChangeRule {
	for i := range p.ChangeRules {
		if p.ChangeRules[i].Action == action {
			return &p.ChangeRules[i]
		}
	}
	return nil
}

// setups returns the standard policy and policies of several kinds of sellers.
func setups(tb testing.TB) []setup {
	tb.Helper()
	return []setup{
		{name: "standard", policy: lifecycle.Standard(), sub: threeSeats(tb, "UTC", "P1M", "31.00"), method: "card"},
		deskSetup(tb), salesSetup(tb), nextInvoiceSetup(tb), balanceSetup(tb), arrearsSetup(tb), termSetup(tb), manualSetup(tb),
	}
}

// deskSetup requires a payment method, and a customer who adds one returns.
func deskSetup(tb testing.TB) setup {
	p := lifecycle.Standard()
	p.Renewal.WithoutPaymentMethod = lifecycle.FinalSuspend
	p.Dunning = lifecycle.Dunning{OpenInvoice: lifecycle.OpenKeep, ResultTimeout: patience, Grace: days(3), FinalAction: lifecycle.FinalSuspend}
	p.Reminders = []lifecycle.Reminder{
		{Of: lifecycle.NoticeRenewal, Before: days(5), OnlyWithoutPaymentMethod: true}, {Of: lifecycle.NoticeGraceEnd, Before: days(1)}, {Of: lifecycle.NoticeEnd, Before: days(2)},
	}
	rule(&p, plans.RemoveQuantity).Effective = plans.AtPeriodEnd
	return setup{name: "desk", policy: p, sub: threeSeats(tb, "America/New_York", "P1M", "31.00"), method: "card"}
}

// salesSetup sells terms of half a year that are billed in advance, after a trial whose unused days carry over.
func salesSetup(tb testing.TB) setup {
	p := lifecycle.Standard()
	p.Trial = lifecycle.Trial{UnusedTrial: plans.CarryOver, OnPlanChange: lifecycle.TrialKeep, WithoutPaymentMethod: lifecycle.FinalSuspend}
	p.Renewal = lifecycle.Renewal{Lead: days(3), WithoutPaymentMethod: lifecycle.FinalContinue, Except: []string{"pix"}}
	p.Dunning = lifecycle.Dunning{OpenInvoice: lifecycle.OpenKeep, ResultTimeout: patience, Retries: []proration.Interval{days(1), days(1), days(1)}, FinalAction: lifecycle.FinalSuspend}
	p.AccessByStatus[lifecycle.Suspended] = lifecycle.Restricted
	p.Reminders = []lifecycle.Reminder{{Of: lifecycle.NoticeRenewal, Before: days(9)}, {Of: lifecycle.NoticeTrialEnd, Before: days(2)}}
	half := plans.Term{Length: giventest.Interval("P6M"), Percent: giventest.Money("10"), Billing: plans.UpFront, Renewal: plans.Renew}
	return setup{name: "sales", policy: p, sub: trialing(days(14), threeSeats(tb, "America/Sao_Paulo", "P6M", "180.00", half)), method: "card"}
}

// nextInvoiceSetup collects changes with the next period, requires the first payment within a day, and cancels unpaid
// subscriptions.
func nextInvoiceSetup(tb testing.TB) setup {
	p := lifecycle.Standard()
	p.Prorations = plans.NextInvoice
	p.FirstPaymentTimeout = giventest.Interval("PT23H")
	p.Dunning = lifecycle.Dunning{OpenInvoice: lifecycle.OpenVoid, ResultTimeout: patience, Grace: days(9), Retries: []proration.Interval{days(3), days(5)}, FinalAction: lifecycle.FinalCancel}
	p.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsNothing}
	rule(&p, plans.Cancel).Effective = plans.Immediately
	p.Reactivation = lifecycle.Reactivation{BillingAnchor: plans.AnchorReset}
	return setup{name: "next", policy: p, sub: threeSeats(tb, "UTC", "P1M", "31.00"), method: "card"}
}

// balanceSetup credits unused parts to the balance, and continues without payment.
func balanceSetup(tb testing.TB) setup {
	p := lifecycle.Standard()
	p.Trial = lifecycle.Trial{UnusedTrial: plans.Forfeit, OnPlanChange: lifecycle.TrialKeep, RequirePaymentMethod: true, WithoutPaymentMethod: lifecycle.FinalCancel}
	p.Dunning = lifecycle.Dunning{OpenInvoice: lifecycle.OpenChargeServed, ResultTimeout: patience, Grace: days(4), Retries: []proration.Interval{days(2)}, FinalAction: lifecycle.FinalContinue}
	p.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsBalance}
	p.Renewal = lifecycle.Renewal{Lead: days(2), WithoutPaymentMethod: lifecycle.FinalPause}
	p.Billing.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsBalance}}
	p.Billing.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: giventest.Money("19")}}
	rule(&p, plans.Cancel).Effective = plans.Immediately
	p.Reactivation = lifecycle.Reactivation{BillingAnchor: plans.AnchorKeep}
	return setup{name: "balance", policy: p, sub: trialing(days(7), threeSeats(tb, "Europe/Berlin", "P1M", "31.00")), method: "card"}
}

// arrearsSetup bills in arrears, and downgrades at the end of the period.
func arrearsSetup(tb testing.TB) setup {
	p := lifecycle.Standard()
	p.Billing.Timing = proration.InArrears
	p.Billing.TaxRoundingLevel = invoice.PerInvoice
	p.Billing.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: giventest.Money("7"), Included: true}}
	p.Trial = lifecycle.Trial{UnusedTrial: plans.AtTrialEnd, OnPlanChange: lifecycle.TrialRestart, WithoutPaymentMethod: lifecycle.FinalPause}
	p.Renewal.WithoutPaymentMethod = lifecycle.FinalCancel
	rule(&p, plans.Downgrade).Effective = plans.AtPeriodEnd
	rule(&p, plans.Cancel).Effective = plans.Immediately
	p.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsNothing}
	return setup{name: "arrears", policy: p, sub: trialing(days(5), threeSeats(tb, "UTC", "P1M", "31.00")), method: "card"}
}

// termSetup sells a term of two months that is billed monthly and then expires. Changes are not prorated.
func termSetup(tb testing.TB) setup {
	p := lifecycle.Standard()
	p.Prorations = plans.NoProrations
	p.FirstPaymentTimeout = giventest.Interval("P3D")
	p.Billing.Refunds = []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsRefund}}
	rule(&p, plans.Cancel).Effective = plans.AtTermEnd
	p.Dunning.FinalAction = lifecycle.FinalSuspend
	quarter := plans.Term{Length: giventest.Interval("P2M"), Billing: plans.PerPeriod, Renewal: plans.Expire, Notice: days(10)}
	return setup{name: "term", policy: p, sub: threeSeats(tb, "UTC", "P1M", "31.00", quarter), method: "card"}
}

// manualSetup sends invoices that are paid by hand.
func manualSetup(tb testing.TB) setup {
	p := lifecycle.Standard()
	p.ManualPaymentMethods = []string{"wire"}
	p.Trial = lifecycle.Trial{UnusedTrial: plans.Forfeit, OnPlanChange: lifecycle.TrialKeep, WithoutPaymentMethod: lifecycle.FinalContinue}
	p.FirstPaymentTimeout = giventest.Interval("P30D")
	p.Dunning = lifecycle.Dunning{OpenInvoice: lifecycle.OpenChargeServed, ResultTimeout: patience, DueIn: days(14), Grace: days(2), FinalAction: lifecycle.FinalSuspend}
	p.Renewal.Lead = days(20)
	p.Reactivation = lifecycle.Reactivation{ByMethod: true, BillingAnchor: plans.AnchorKeep}
	p.Reminders = []lifecycle.Reminder{{Of: lifecycle.NoticeRenewal, Before: days(25)}}
	return setup{name: "hand", policy: p, sub: trialing(days(3), threeSeats(tb, "UTC", "P1M", "31.00")), method: "wire"}
}
