package lifecycle_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// Row K1: without a payment method at the end of the paid period, access falls to billing only. An email goes out
// before. No account is deleted.
func TestRowK1(t *testing.T) {
	p, tried := helpDesk(), helpDesk(withTrial)
	month := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	trial := trialing(days(14), month)
	runScenarios(t,
		scenario{"no payment method at the end of a trial", "notice five days before November 15, access lost at its first instant; a payment method added a year later starts a month at the full price", tried, trial, []step{
			{"2026-11-01 started", "trialing full"},
			{"2026-11-09T23:59:59.999999999", "trialing full"},
			{"2026-11-10", "trialing full; tell trial_end 2026-11-15"},
			{"2026-11-14T23:59:59.999999999", "trialing full"},
			{"2026-11-15", "suspended billing_only; tell access_lost"},
			{"2027-11-15", "suspended billing_only"},
			{"2027-11-16 card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2027-11-16 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2027-12-16", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
		}},
		scenario{"no payment method at the end of a paid month", "notice five days before December 1; December is not billed", p, month, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2026-11-10 nocard", "active full"},
			{"2026-11-25T23:59:59.999999999", "active full"},
			{"2026-11-26", "active full; tell renewal 2026-12-01"},
			{"2026-11-30T23:59:59.999999999", "active full"},
			{"2026-12-01", "suspended billing_only; tell access_lost"},
			{"2027-03-01", "suspended billing_only"},
			{"2027-03-05 card", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
			{"2027-03-05 paid s-2", "active full; s-2 paid; tell receipt s-2"},
		}},
		scenario{"payment method added in time", "added after the reminder and before the end: the month is billed, and access stays", tried, trial, []step{
			{"2026-11-01 started", "trialing full"},
			{"2026-11-10", "trialing full; tell trial_end 2026-11-15"},
			{"2026-11-14T23:59:59.999999999 card", "trialing full"},
			{"2026-11-15", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
		}},
		scenario{"payment method present", "no reminder is due", tried, trial, []step{
			{"2026-11-01 started card", "trialing full"},
			{"2026-11-14", "trialing full"},
			{"2026-11-15", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
		}},
	)
}

// Row K1: no status deletes the account, and every status has a way back to active.
func TestRowK1EveryStatusHasAWayBack(t *testing.T) {
	p := helpDesk(withTrial, func(p *lifecycle.Policy) { p.FirstPaymentTimeout = giventest.Interval("P1D") })
	month := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	month.Country = "US"
	for _, row := range []struct {
		status    lifecycle.Status
		why       string
		to, again []string
	}{
		{lifecycle.PendingStart, "service starts", []string{"2026-11-01 started card notrial on 2026-12-01"}, []string{"2026-12-01", "2026-12-01 paid s-1"}},
		{lifecycle.Incomplete, "the first invoice is paid", []string{"2026-11-01 started card notrial"}, []string{"2026-11-01 paid s-1"}},
		{lifecycle.Trialing, "the trial is converted", []string{"2026-11-01 started card"}, []string{"2026-11-02 bought", "2026-11-02 paid s-1"}},
		{lifecycle.PastDue, "the invoice is paid", []string{"2026-11-01 started card notrial", "2026-11-01 paid s-1", "2026-12-01 failed s-2"}, []string{"2026-12-02 paid s-2"}},
		{
			lifecycle.Suspended, "the invoice is paid", []string{"2026-11-01 started card notrial", "2026-11-01 paid s-1", "2026-12-01 failed s-2", "2026-12-04"},
			[]string{"2026-12-09 paid s-2"},
		},
		{lifecycle.Paused, "the subscription is resumed", []string{"2026-11-01 started card notrial", "2026-11-01 paid s-1", "2026-11-02 pause", "2026-12-01"}, []string{"2027-05-01 resume"}},
		{lifecycle.Canceled, "a payment method is added", []string{"2026-11-01 started card notrial", "2026-11-01 paid s-1", "2026-11-02 cancel", "2026-12-01"}, []string{"2027-05-01 card", "2027-05-01 paid s-2"}},
		{lifecycle.Expired, "a payment method is added", []string{"2026-11-01 started card notrial", "2026-11-02"}, []string{"2027-05-01 card", "2027-05-01 paid s-2"}},
	} {
		t.Run(row.status.String(), func(t *testing.T) {
			sub := month
			for _, text := range row.to {
				sub, _ = runStep(t, p, sub, text)
			}
			if sub.Status != row.status {
				t.Fatalf("the status is %v", sub.Status)
			}
			if accessOf(p, sub) == lifecycle.None {
				t.Error("billing cannot be reached")
			}
			for _, text := range row.again {
				sub, _ = runStep(t, p, sub, text)
			}
			if sub.Status != lifecycle.Active || sub.ID != "s" || !sub.Contract.Items[0].Quantity.Equal(giventest.Money("10")) {
				t.Errorf("%s: the status is %v with %v seats", row.why, sub.Status, sub.Contract.Items[0].Quantity)
			}
		})
	}
}

// Row K2: a declined card opens a grace of three days; then only billing can be reached. A card restores access at any
// time.
func TestRowK2(t *testing.T) {
	p := helpDesk()
	month := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	begun := []step{
		{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
		{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		{"2026-12-01T08:00:00", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
		{"2026-12-01T08:00:00 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-12-04T08:00:00"},
	}
	then := func(more ...step) []step { return append(append([]step{}, begun...), more...) }
	runScenarios(t,
		scenario{"no other card", "declined at 08:00 of December 1: three days end at 08:00 of December 4, to the nanosecond; nothing more is billed", p, month, then([]step{
			{"2026-12-04T07:59:59.999999999", "past_due full"},
			{"2026-12-04T08:00:00", "suspended billing_only; tell access_lost s-2"},
			{"2027-06-01", "suspended billing_only"},
		}...)},
		scenario{"a card in grace", "it is charged immediately, and the grace lasts until the payment", p, month, then([]step{
			{"2026-12-03 card", "past_due full; collect_payment s-2 890.00"},
			{"2026-12-03T00:10:00 paid s-2", "active full; s-2 paid; tell receipt s-2"},
			{"2026-12-04T08:00:00", "active full"},
			{"2027-01-01", "active full; s-3: recurring 890.00, due 890.00; collect_payment s-3 890.00"},
		}...)},
		scenario{"a card after the grace, within the period", "December was billed and is paid now: nothing more is due before January", p, month, then([]step{
			{"2026-12-20 card", "suspended billing_only; collect_payment s-2 890.00; tell access_lost s-2"},
			{"2026-12-20T00:10:00 paid s-2", "active full; s-2 paid; tell receipt s-2"},
			{"2027-01-01", "active full; s-3: recurring 890.00, due 890.00; collect_payment s-3 890.00"},
		}...)},
		scenario{"a card after the period", "the open invoice is charged; its payment starts a new period at that time", p, month, then([]step{
			{"2027-05-10T09:00:00 card", "suspended billing_only; collect_payment s-2 890.00; tell access_lost s-2"},
			{"2027-05-10T09:10:00 paid s-2", "active full; s-3: recurring 890.00, due 890.00; s-2 paid; collect_payment s-3 890.00; tell receipt s-2"},
			{"2027-06-10T09:09:59.999999999", "active full"},
			{"2027-06-10T09:10:00", "active full; s-4: recurring 890.00, due 890.00; collect_payment s-4 890.00"},
		}...)},
		scenario{"one grace per invoice", "a second decline, by another card, opens no second grace, neither in the first one nor after it", p, month, then([]step{
			{"2026-12-03 card", "past_due full; collect_payment s-2 890.00"},
			{"2026-12-03T00:10:00 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-12-04T08:00:00"},
			{"2026-12-04T08:00:00", "suspended billing_only; tell access_lost s-2"},
			{"2026-12-05 card", "suspended billing_only; collect_payment s-2 890.00"},
			{"2026-12-05T00:10:00 failed s-2", "suspended billing_only; s-2 open; tell payment_failed s-2"},
			{"2026-12-06 card", "suspended billing_only; collect_payment s-2 890.00"},
			{"2026-12-06T00:10:00 paid s-2", "active full; s-2 paid; tell receipt s-2"},
		}...)},
		scenario{"two invoices, each with its grace", "2 seats for 15 of 31 days: 178.00 x 15/31 is 86.129...; s-3, declined on the 18th, has grace until the 21st; law 9: December is paid and ends on January 1", p, month, then([]step{
			{"2026-12-02 paid s-2", "active full; s-2 paid; tell receipt s-2"},
			{"2026-12-17 seats +2", "active full; s-3: proration_charge 86.13, due 86.13; collect_payment s-3 86.13"},
			{"2026-12-18 failed s-3", "past_due full; s-3 open; tell payment_failed s-3 2026-12-21"},
			{"2026-12-20T23:59:59.999999999", "past_due full"},
			{"2026-12-21", "suspended full"},
			{"2026-12-31T23:59:59.999999999", "suspended full"},
			{"2027-01-01", "suspended billing_only; tell access_lost"},
			{"2027-01-02 paid s-3", "active full; s-4: recurring 1068.00, due 1068.00; s-3 paid; collect_payment s-4 1068.00; tell receipt s-3"},
		}...)},
		scenario{"paid at the end of the grace", "the grace ends first, and the payment at that time restores access", p, month, then([]step{
			{"2026-12-04T08:00:00 paid s-2", "active full; s-2 paid; tell access_lost s-2; tell receipt s-2"},
		}...)},
	)
}

// Row K3a: seats added to a monthly plan cost the rest of the month now, a line for each batch. The next month bills
// all seats in full.
func TestRowK3a(t *testing.T) {
	p := helpDesk()
	sign := func(at string) lifecycle.Subscription { return ordered(t, p, "growth", "", instantIn(t, "UTC", at)) }
	runScenarios(t,
		scenario{"two batches in November", "2 x 89.00 for 15 of 30 days is 89.00; 1 x 89.00 for 10 of 30 is 29.666...; December is 13 x 89.00", p, sign("2026-11-01"), []step{
			{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-16T11:30:00 seats +2", "active full; s-2: proration_charge 89.00, due 89.00; collect_payment s-2 89.00"},
			{"2026-11-21T09:00:00 seats +1", "active full; s-3: proration_charge 29.67, due 29.67; collect_payment s-3 29.67"},
			{"2026-11-30T23:59:59.999999999", "active full"},
			{"2026-12-01", "active full; s-4: recurring 1157.00, due 1157.00; collect_payment s-4 1157.00"},
		}},
		scenario{"on the last day", "one day of 30: 178.00 / 30 is 5.933...", p, sign("2026-11-01"), []step{
			{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-30T23:59:59.999999999 seats +2", "active full; s-2: proration_charge 5.93, due 5.93; collect_payment s-2 5.93"},
		}},
		scenario{"at the instant of the renewal", "December is billed for 10 seats first, and then for the 2 seats added at that time", p, sign("2026-11-01"), []step{
			{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-12-01 seats +2", "active full; s-2: recurring 890.00, due 890.00; s-3: proration_charge 178.00, due 178.00; collect_payment s-2 890.00; collect_payment s-3 178.00"},
		}},
		scenario{"a month from the 31st", "to February 28: 14 of 28 days of 89.00 are 44.50; to March 31: 17 of 31 are 48.806...", p, sign("2027-01-31"), []step{
			{"2027-01-31 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2027-02-14 seats +1", "active full; s-2: proration_charge 44.50, due 44.50; collect_payment s-2 44.50"},
			{"2027-02-28", "active full; s-3: recurring 979.00, due 979.00; collect_payment s-3 979.00"},
			{"2027-03-14 seats +1", "active full; s-4: proration_charge 48.81, due 48.81; collect_payment s-4 48.81"},
			{"2027-03-31", "active full; s-5: recurring 1068.00, due 1068.00; collect_payment s-5 1068.00"},
		}},
	)
}

// Row K3b: seats added to an annual plan cost the rest of the contract. The same rule applies, with the contract as the
// period.
func TestRowK3b(t *testing.T) {
	p := helpDesk()
	runScenarios(t,
		scenario{"a term of a year", "10 x 89.00 x 12 less 10 % is 9612.00; 2 x 1068.00 for 105 of 365 days is 614.465..., less 61.45 (61.447) is 553.02; renewed 11534.40", p, ordered(t, p, "growth", "P12M", instantIn(t, "UTC", "2026-03-01")), []step{
			{"2026-03-01 started card", "active full; s-1: recurring 9612.00, due 9612.00; collect_payment s-1 9612.00"},
			{"2026-11-16T11:30:00 seats +2", "active full; s-2: proration_charge 553.02, due 553.02; collect_payment s-2 553.02"},
			{"2027-02-28T23:59:59.999999999", "active full"},
			{"2027-03-01", "active full; s-3: recurring 11534.40, due 11534.40; collect_payment s-3 11534.40"},
		}},
		scenario{"an annual plan", "2 x 948.00 for 105 of 365 days: 199,080 / 365 is 545.424...", p, ordered(t, p, "yearly", "", instantIn(t, "UTC", "2026-03-01")), []step{
			{"2026-03-01 started card", "active full; s-1: recurring 9480.00, due 9480.00; collect_payment s-1 9480.00"},
			{"2026-11-16T11:30:00 seats +2", "active full; s-2: proration_charge 545.42, due 545.42; collect_payment s-2 545.42"},
			{"2027-03-01", "active full; s-3: recurring 11376.00, due 11376.00; collect_payment s-3 11376.00"},
		}},
		scenario{"a leap year", "1 x 948.00 for 182 of 366 days: 172,536 / 366 is 471.409...", p, ordered(t, p, "yearly", "", instantIn(t, "UTC", "2027-03-01")), []step{
			{"2027-03-01 started card", "active full; s-1: recurring 9480.00, due 9480.00; collect_payment s-1 9480.00"},
			{"2027-09-01 seats +1", "active full; s-2: proration_charge 471.41, due 471.41; collect_payment s-2 471.41"},
		}},
	)
}

// Row K3c: seats stay until the contract ends, at the customer's own rate, also when the list price changes.
func TestRowK3c(t *testing.T) {
	p := helpDesk()
	year := ordered(t, p, "growth", "P12M", instantIn(t, "UTC", "2026-03-01"), func(o *plans.Order) {
		o.Items = append(o.Items, plans.OrderItem{Item: "light", Quantity: giventest.Money("5")})
		o.Items[0].Price = &plans.Price{Unit: giventest.Money("80.00")}
	})
	dearer := helpDesk(func(p *lifecycle.Policy) { p.Catalog.Plans[0].Offers[0].Price.Unit = giventest.Money("99.00") })
	runScenarios(t,
		scenario{"fewer seats before the end", "the customer is refused; support schedules it: from March 1 on 8 x 80.00 x 12 = 7680.00 and 5 x 19.00 x 12 = 1140.00, less 10 %", p, year, []step{
			{"2026-03-01 started card", "active full; s-1: recurring 8640.00, recurring 1026.00, due 9666.00; collect_payment s-1 9666.00"},
			{"2026-06-01 seats -2", "refused: seats that were bought stay for the contract | Ask support; the change takes effect at the end of the term."},
			{"2026-06-01 seats -2 by support", "active full"},
			{"2027-02-28T23:59:59.999999999", "active full"},
			{"2027-03-01", "active full; s-2: recurring 6912.00, recurring 1026.00, due 7938.00; collect_payment s-2 7938.00"},
		}},
		scenario{"another kind of seat", "1 x 19.00 x 12 for 105 of 365 days: 23,940 / 365 is 65.589..., less 10 % 6.56 (6.559)", p, year, []step{
			{"2026-03-01 started card", "active full; s-1: recurring 8640.00, recurring 1026.00, due 9666.00; collect_payment s-1 9666.00"},
			{"2026-11-16 seats +1 light", "active full; s-2: proration_charge 59.03, due 59.03; collect_payment s-2 59.03"},
		}},
		scenario{"a new list price", "80.00 a seat was agreed: 960.00 for 105 of 365 days is 276.164..., less 10 % 27.62; renewed at 11 x 80.00", dearer, year, []step{
			{"2026-03-01 started card", "active full; s-1: recurring 8640.00, recurring 1026.00, due 9666.00; collect_payment s-1 9666.00"},
			{"2026-11-16 seats +1", "active full; s-2: proration_charge 248.54, due 248.54; collect_payment s-2 248.54"},
			{"2027-03-01", "active full; s-3: recurring 9504.00, recurring 1026.00, due 10530.00; collect_payment s-3 10530.00"},
		}},
	)
}

// Row K4: an upgrade after the payment charges the rest of the paid period at the new rate now, less the unused part at
// the old rate.
func TestRowK4(t *testing.T) {
	p := helpDesk()
	month := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	runScenarios(t,
		scenario{"on the 21st", "10 of 30 days: 890.00 is 296.666... credited, 1390.00 is 463.333...: 166.66 now; December is 10 x 139.00", p, month, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2026-11-21T09:00:00 plan scale", "active full; s-2: proration_credit -296.67, proration_charge 463.33, due 166.66; collect_payment s-2 166.66"},
			{"2026-11-21T09:10:00 paid s-2", "active full; s-2 paid; tell receipt s-2"},
			{"2026-12-01", "active full; s-3: recurring 1390.00, due 1390.00; collect_payment s-3 1390.00"},
		}},
		scenario{"before the payment", "the credit lowers the open invoice", p, month, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-21T09:00:00 plan scale", "active full; s-2: proration_credit -296.67, due 0.00; s-3: proration_charge 463.33, due 463.33; s-1 open; withdraw s-1; collect_payment s-1 593.33; collect_payment s-3 463.33"},
		}},
		scenario{"declined", "law 9: an unpaid change removes no access: November is paid, and December is not", p, month, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2026-11-21T09:00:00 plan scale", "active full; s-2: proration_credit -296.67, proration_charge 463.33, due 166.66; collect_payment s-2 166.66"},
			{"2026-11-21T09:10:00 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-24T09:10:00"},
			{"2026-11-24T09:10:00", "suspended full"},
			{"2026-12-01", "suspended billing_only; tell access_lost"},
		}},
	)
}

// Row K5: a downgrade after the payment credits the rest of the period, and the balance pays later invoices. Nothing is
// refunded, and no invoice is negative.
func TestRowK5(t *testing.T) {
	p := helpDesk()
	month := ordered(t, p, "scale", "", instantIn(t, "UTC", "2026-11-01"))
	runScenarios(t,
		scenario{"on the 11th", "20 of 30 days: 1390.00 is 926.666... credited, 890.00 is 593.333...: 333.34 granted; December is 890.00 less that, January the full 890.00", p, month, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 1390.00, due 1390.00; collect_payment s-1 1390.00"},
			{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2026-11-11 plan growth", "active full; s-2: proration_credit -926.67, proration_charge 593.33, granted 333.34, due 0.00"},
			{"2026-12-01", "active full; s-3: recurring 890.00, credit -333.34, due 556.66; collect_payment s-3 556.66"},
			{"2027-01-01", "active full; s-4: recurring 890.00, due 890.00; collect_payment s-4 890.00"},
		}},
		scenario{"more than the next invoice", "the oldest grant pays first, until it is spent: 1000.00 and 900.00 are 890.00, 110.00 + 780.00 and 120.00", p, ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01")), []step{
			{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-02 grant 1000.00 by support", "active full"},
			{"2026-11-03 grant 900.00 by support", "active full"},
			{"2026-12-01", "active full; s-2: recurring 890.00, credit -890.00, due 0.00; tell receipt s-2"},
			{"2027-01-01", "active full; s-3: recurring 890.00, credit -110.00, credit -780.00, due 0.00; tell receipt s-3"},
			{"2027-02-01", "active full; s-4: recurring 890.00, credit -120.00, due 770.00; collect_payment s-4 770.00"},
		}},
	)
	sub := month
	for _, text := range []string{"2026-11-01 started card", "2026-11-01 paid s-1", "2026-11-11 plan growth"} {
		sub, _ = runStep(t, p, sub, text)
	}
	balance, err := credits.Balance(sub.Ledger, "USD", sub.At)
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "the balance", balance, "333.34")
}

// Row K6: the owner and selected admins see and manage billing, and no other member, also while only billing can be
// reached.
func TestRowK6(t *testing.T) {
	p := helpDesk()
	active, _ := runStep(t, p, ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01")), "2026-11-01 started card")
	suspended, _ := runStep(t, p, active, "2026-11-01 failed s-1")
	suspended, _ = runStep(t, p, suspended, "2026-11-04")
	for _, row := range []struct {
		name, why        string
		given            lifecycle.Role
		want             bool
		inService, after lifecycle.Access
	}{
		{"owner", "the owner", lifecycle.Role{Role: "owner"}, true, lifecycle.Full, lifecycle.BillingOnly},
		{"selected admin", "a selected admin", lifecycle.Role{Role: "admin", Selected: true}, true, lifecycle.Full, lifecycle.BillingOnly},
		{"admin", "no other admin", lifecycle.Role{Role: "admin"}, false, lifecycle.Full, lifecycle.None},
		{"agent", "no other role, selected or not", lifecycle.Role{Role: "agent", Selected: true}, false, lifecycle.Full, lifecycle.None},
		{"no role", "a member without a role", lifecycle.Role{}, false, lifecycle.Full, lifecycle.None},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := manages(p, row.given); got != row.want {
				t.Errorf("%s: manages billing: %v", row.why, got)
			}
			if got := memberAccess(p, active, row.given); got != row.inService {
				t.Errorf("in service the access is %v", got)
			}
			if got := memberAccess(p, suspended, row.given); got != row.after {
				t.Errorf("while access is billing_only, the member has %v", got)
			}
		})
	}
}

// Row K7: cards of any brand are self-service; wire and ACH need an arrangement. Another method is refused with the
// list of allowed ones.
func TestRowK7(t *testing.T) {
	p := helpDesk()
	month := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	runScenarios(t,
		scenario{"accepted methods", "a brand is no payment method; wires need support, and their invoices are sent instead of charged", p, month, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-02 card wire", "refused: Payment method \"wire\" is available by arrangement only. | Choose card. By arrangement: wire, ach."},
			{"2026-11-02 card cheque", "refused: Payment method \"cheque\" is not accepted. | Choose card. By arrangement: wire, ach."},
			{"2026-11-02 card visa", "refused: Payment method \"visa\" is not accepted. | Choose card. By arrangement: wire, ach."},
			{"2026-11-02 card card", "active full"},
			{"2026-11-02 card wire by support", "active full"},
			{"2026-12-01", "active full; s-2: recurring 890.00, due 890.00; send s-2 890.00"},
			{"2026-12-02 card ach by support", "active full"},
			{"2027-01-01", "active full; s-3: recurring 890.00, due 890.00; send s-3 890.00"},
		}},
		scenario{"from the start", "no subscription starts with a method that is not accepted", p, month, []step{
			{"2026-11-01 started ach", "refused: Payment method \"ach\" is available by arrangement only. | Choose card. By arrangement: wire, ach."},
			{"2026-11-01 started ach by support", "active full; s-1: recurring 890.00, due 890.00; send s-1 890.00"},
		}},
	)
}

// Row K8: an annual contract has a discount and is due in full at the start. A monthly one is due on the first day of
// each contract month. The due dates are a pure function.
func TestRowK8(t *testing.T) {
	p := helpDesk()
	for _, row := range []struct {
		name, why, plan, term, at string
		want                      []string // the amounts due, and their dates
	}{
		{"annual", "12 x 890.00 less 10 %, once a year", "growth", "P12M", "2026-11-16", []string{"2026-11-16 9612.00", "2027-11-16 9612.00", "2028-11-16 9612.00"}},
		{"monthly", "890.00 on the 16th of each month", "growth", "", "2026-11-16", []string{"2026-11-16 890.00", "2026-12-16 890.00", "2027-01-16 890.00"}},
		{"from the 31st", "the last day of a shorter month", "growth", "", "2026-12-31", []string{"2026-12-31 890.00", "2027-01-31 890.00", "2027-02-28 890.00", "2027-03-31 890.00"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			sub := ordered(t, p, row.plan, row.term, instantIn(t, "America/New_York", row.at))
			out, err := applyText(p, sub, row.at+" started card")
			for _, want := range row.want {
				if err != nil {
					t.Fatal(err)
				}
				if len(out.Invoices) != 1 || out.Invoices[0].IssuedAt.Format(time.DateOnly)+" "+out.Invoices[0].AmountDue.StringFixed(2) != want {
					t.Errorf("%s: got %v, want %s", row.why, outcomeText(p, out), want)
				}
				next, ok := nextWith(p, out.Subscription)
				if !ok || next.Kind != lifecycle.RenewalDue {
					t.Fatalf("the next deadline is %v, %v", next, ok)
				}
				out, err = advanceWith(p, out.Subscription, next.At)
			}
		})
	}
}

// Row K9: the invoice is issued, the card is charged, an approved payment closes the invoice, and the contact gets a
// copy marked paid. Each step is a value.
func TestRowK9(t *testing.T) {
	p := helpDesk()
	month := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	month.Contact = invoice.Contact{Name: "Acme", Email: "billing@acme.example"}
	runScenarios(t, scenario{"a month", "issued, collected, pending, paid, and a copy sent; a second payment is refused", p, month, []step{
		{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
		{"2026-11-01T00:01:00 attempted s-1", "active full; s-1 pending"},
		{"2026-11-01T00:12:00 paid s-1", "active full; s-1 paid; tell receipt s-1"},
		{"2026-11-01T00:13:00 paid s-1", "refused: Invoice s-1 is already paid; send another payment with its payment.id."},
	}})
	var out lifecycle.Outcome
	var issued invoice.Invoice
	sub := month
	for _, text := range []string{"2026-11-01 started card", "2026-11-01T00:12:00 paid s-1"} {
		var err error
		if out, err = applyText(p, sub, text); err != nil {
			t.Fatal(err)
		}
		sub = out.Subscription
		if len(out.Invoices) > 0 {
			issued = out.Invoices[0]
		}
	}
	if phase := phaseOf(out, issued.ID); phase != invoice.PhasePaid || issued.Contact.Email != "billing@acme.example" {
		t.Errorf("the invoice is %v, for %v", phase, issued.Contact)
	}
}

// Row K10: a cancellation ends access with the paid period, without a refund, and can be withdrawn until then. A card
// starts a new period later.
func TestRowK10(t *testing.T) {
	p := helpDesk()
	month := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	year := ordered(t, p, "growth", "P12M", instantIn(t, "UTC", "2026-03-01"))
	parts := ordered(t, p, "growth", "P12M", instantIn(t, "UTC", "2026-11-01"))
	parts.Contract = monthlyPortions(t, p)
	runScenarios(t,
		scenario{"a month", "access until the last nanosecond of November, no refund; on December 18 a new month starts, until January 18", p, month, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"},
			{"2026-11-10T12:00:00 cancel", "active full"},
			{"2026-11-11 cancel", "refused: The subscription already ends on 2026-12-01; send cancellation_withdrawn to keep it."},
			{"2026-11-30T23:59:59.999999999", "active full"},
			{"2026-12-01", "canceled billing_only"},
			{"2026-12-18T10:00:00 card", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
			{"2027-01-18T09:59:59.999999999", "active full"},
			{"2027-01-18T10:00:00", "active full; s-3: recurring 890.00, due 890.00; collect_payment s-3 890.00"},
		}},
		scenario{"withdrawn", "possible until the cancellation takes effect, and not after", p, month, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-01 undo", "refused: No cancellation is scheduled."},
			{"2026-11-10 cancel", "active full"},
			{"2026-11-30T23:59:59.999999999 undo", "active full"},
			{"2026-12-01", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
			{"2026-12-02 cancel", "active full"},
			{"2027-01-01 undo", "refused: The subscription ended on 2027-01-01; send reactivated to start it again."},
		}},
		scenario{"a year", "the end of the contracted period", p, year, []step{
			{"2026-03-01 started card", "active full; s-1: recurring 9612.00, due 9612.00; collect_payment s-1 9612.00"},
			{"2026-05-10 cancel", "active full"},
			{"2027-02-28T23:59:59.999999999", "active full"},
			{"2027-03-01", "canceled billing_only"},
		}},
		scenario{"a year in portions", "it is billed to its end: 801.00 a month (890.00 less 10 %), the last on October 1", p, parts, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 801.00, due 801.00; collect_payment s-1 801.00"},
			{"2027-07-15 cancel", "active full; s-2: recurring 801.00, due 801.00; s-3: recurring 801.00, due 801.00; s-4: recurring 801.00, due 801.00; s-5: recurring 801.00, due 801.00; s-6: recurring 801.00, due 801.00; s-7: recurring 801.00, due 801.00; s-8: recurring 801.00, due 801.00; s-9: recurring 801.00, due 801.00; collect_payment s-2 801.00; collect_payment s-3 801.00; collect_payment s-4 801.00; collect_payment s-5 801.00; collect_payment s-6 801.00; collect_payment s-7 801.00; collect_payment s-8 801.00; collect_payment s-9 801.00"},
			{"2027-08-01", "active full; s-10: recurring 801.00, due 801.00; collect_payment s-10 801.00"},
			{"2027-09-01", "active full; s-11: recurring 801.00, due 801.00; collect_payment s-11 801.00"},
			{"2027-10-01", "active full; s-12: recurring 801.00, due 801.00; collect_payment s-12 801.00"},
			{"2027-10-31T23:59:59.999999999", "active full"},
			{"2027-11-01", "canceled billing_only"},
		}},
		scenario{"reactivated on the 31st", "law 6: the new anchor does not drift: January 31, February 28, March 31", p, month, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-10 cancel", "active full"},
			{"2027-01-31 card", "active full; s-2: recurring 890.00, due 890.00; collect_payment s-2 890.00"},
			{"2027-02-28", "active full; s-3: recurring 890.00, due 890.00; collect_payment s-3 890.00"},
			{"2027-03-31", "active full; s-4: recurring 890.00, due 890.00; collect_payment s-4 890.00"},
		}},
		scenario{"while suspended", "there is no paid period to wait for: it ends immediately, and the open invoice is charged when a card is added", p, month, []step{
			{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
			{"2026-11-02 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-05"},
			{"2026-11-06 cancel", "canceled billing_only; tell access_lost s-1"},
			{"2026-12-10 card", "suspended billing_only; collect_payment s-1 890.00"},
			{"2026-12-10 paid s-1", "active full; s-2: recurring 890.00, due 890.00; s-1 paid; collect_payment s-2 890.00; tell receipt s-1"},
		}},
	)
}

// monthlyPortions returns the contract of a year that is billed each month.
func monthlyPortions(tb testing.TB, p lifecycle.Policy) plans.Contract {
	tb.Helper()
	c := *p.Catalog
	c.Terms = []plans.Term{upFrontTerm("P12M", "10")}
	c.Terms[0].Billing = plans.PerPeriod
	p.Catalog = &c
	return ordered(tb, p, "growth", "P12M", instantIn(tb, "UTC", "2026-11-01")).Contract
}

// Row K11: a price, a discount, a term and a grace agreed with one customer, as data.
func TestRowK11(t *testing.T) {
	p := helpDesk()
	special := ordered(t, p, "growth", "P9M", instantIn(t, "UTC", "2026-11-01"), func(o *plans.Order) {
		o.Override = plans.Override{
			Plans:     []plans.PlanOverride{{ID: "growth", Offers: []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("79.00")}}}}},
			Terms:     []plans.Term{upFrontTerm("P9M", "5")},
			Discounts: []plans.Discount{{ID: "loyal", Percent: decimal.New(2, 0), Duration: plans.Forever}},
			Grace:     giventest.Interval("P10D"),
		}
	})
	runScenarios(t, scenario{"all four", "10 x 79.00 x 9 is 7110.00, less 5 % 355.50, less 2 % 135.09 is 6619.41; ten days of grace instead of three", p, special, []step{
		{"2026-11-01 started card", "active full; s-1: recurring 6619.41, due 6619.41; collect_payment s-1 6619.41"},
		{"2026-11-02 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-12"},
		{"2026-11-05", "past_due full"},
		{"2026-11-11T23:59:59.999999999", "past_due full"},
		{"2026-11-12", "suspended billing_only; tell access_lost s-1"},
	}})
	short := ordered(t, p, "growth", "", instantIn(t, "America/New_York", "2026-11-01"), func(o *plans.Order) { o.Override.Grace = giventest.Interval("PT72H") })
	runScenarios(t, scenario{"a grace in hours", "72 elapsed hours from midnight of November 1, EDT, are 23:00 of November 3, EST", p, short, []step{
		{"2026-11-01 started card", "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"},
		{"2026-11-01 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-03T23:00:00"},
		{"2026-11-03T22:59:59.999999999", "past_due full"},
		{"2026-11-03T23:00:00", "suspended billing_only; tell access_lost s-1"},
	}})
}
