package lifecycletest_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/lifecycle/lifecycletest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// on returns the first instant of a date of 2026.
func on(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

// days returns an interval of days.
func days(n int) proration.Interval { return proration.Interval{Days: n} }

// tenSeats returns a subscription of ten seats at 89.00 a month from November on.
func tenSeats() lifecycle.Subscription {
	monthly, err := proration.NewCycle(on(11, 1), proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	sub := lifecycle.Subscription{ID: "acme"}
	sub.Contract = plans.Contract{Plan: "growth", Currency: "USD", Cycle: monthly, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
	}}
	return sub
}

// standard returns the standard policy.
func standard() *lifecycle.Policies {
	policies, err := lifecycle.NewPolicies(lifecycle.Standard())
	if err != nil {
		panic(err)
	}
	return policies
}

// started is the first event of a subscription that is paid by card.
func started() lifecycle.Event {
	return lifecycle.Event{At: on(11, 1), Kind: lifecycle.Started, PaymentMethod: "card"}
}

// added is a change that adds seats.
func added(at time.Time, seats int64) lifecycle.Event {
	return lifecycle.Event{At: at, Kind: lifecycle.Changed, Change: plans.Change{
		Add: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(seats)}},
	}}
}

// The policy grants three days of grace with a retry each day. The card declines three times in December, access falls
// to the billing pages, and the payment of another card restores it.
func Example() {
	policy := lifecycle.Standard()
	policy.Dunning.Grace, policy.Dunning.Retries = days(3), []proration.Interval{days(1), days(1)}
	policies, err := lifecycle.NewPolicies(policy)
	host := lifecycletest.NewHost(policies, tenSeats()) // ten seats at 89.00 a month from November on
	err = errors.Join(err,
		host.Script(lifecycletest.Answer{Invoice: 2, Times: 3, Kind: lifecycle.PaymentFailed}), // then the card pays
		host.Send(
			lifecycle.Event{At: on(11, 1), Kind: lifecycle.Started, PaymentMethod: "card"},
			lifecycle.Event{At: on(12, 9), Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "card"},
		),
	)
	for _, day := range []int{3, 4, 9} {
		december, failed := host.Statement(on(12, day))
		err = errors.Join(err, failed)
		fmt.Println(day, december.Subscription.Status, december.Access, december.Outstanding.StringFixed(2))
	}
	year, failed := host.Statement(on(12, 31))
	fmt.Print(year.Timeline(), errors.Join(err, failed), "\n")
	// Output:
	// 3 past_due full 890.00
	// 4 suspended billing_only 890.00
	// 9 active full 0.00
	// 2026-11-01 00:00:00  started                   active         full          acme-1
	// 2026-11-01 00:00:00  payment succeeded acme-1  active         full
	// 2026-12-01 00:00:00  renewal                   active         full          acme-2
	// 2026-12-01 00:00:00  payment failed acme-2     past_due       full
	// 2026-12-02 00:00:00  charge acme-2             past_due       full
	// 2026-12-02 00:00:00  payment failed acme-2     past_due       full
	// 2026-12-03 00:00:00  charge acme-2             past_due       full
	// 2026-12-03 00:00:00  payment failed acme-2     past_due       full
	// 2026-12-04 00:00:00  grace over acme-2         suspended      billing_only
	// 2026-12-09 00:00:00  payment method added      suspended      billing_only
	// 2026-12-09 00:00:00  payment succeeded acme-2  active         full
	// <nil>
}

// The provider pays every invoice. The customer adds two seats and cancels, and cannot add seats after the end.
func ExampleNewHost() {
	host := lifecycletest.NewHost(standard(), tenSeats())
	end := lifecycle.Event{At: on(11, 20), Kind: lifecycle.CancellationRequested}
	err := host.Send(started(), added(on(11, 16), 2), end, added(on(12, 2), 2))
	fmt.Println(err)
	december, err := host.Statement(on(12, 2))
	if err != nil {
		panic(err)
	}
	for _, inv := range december.Invoices {
		fmt.Println(inv.ID, inv.Total.StringFixed(2), december.Receivable(inv.ID).Phase)
	}
	// Output:
	// The subscription ended on 2026-12-01; send reactivated to start it again.
	// acme-1 890.00 paid
	// acme-2 89.00 paid
}

// The first payment arrives two days late. From December on the card is declined for good, so that it is not retried.
func ExampleHost_Script() {
	host := lifecycletest.NewHost(standard(), tenSeats())
	err := host.Script(
		lifecycletest.Answer{Invoice: 1, Kind: lifecycle.PaymentSucceeded, After: days(2)}, // pays late
		lifecycletest.Answer{From: on(12, 1), Kind: lifecycle.PaymentFailed, Hard: true},
	)
	if err != nil {
		panic(err)
	}
	if err := errors.Join(host.Send(started()), host.AdvanceTo(on(12, 31))); err != nil {
		panic(err)
	}
	year, err := host.Statement(on(12, 31))
	if err != nil {
		panic(err)
	}
	fmt.Print(year.Timeline())
	// Output:
	// 2026-11-01 00:00:00  started                   active         full          acme-1
	// 2026-11-03 00:00:00  payment succeeded acme-1  active         full
	// 2026-12-01 00:00:00  renewal                   active         full          acme-2
	// 2026-12-01 00:00:00  payment failed acme-2     past_due       full
	// 2026-12-08 00:00:00  grace over acme-2         suspended      billing_only
}

// The clock moves over a year, with a payment each month.
func ExampleHost_AdvanceTo() {
	host := lifecycletest.NewHost(standard(), tenSeats())
	if err := host.Send(started()); err != nil {
		panic(err)
	}
	if err := host.AdvanceTo(on(11, 1).AddDate(1, 0, -1)); err != nil {
		panic(err)
	}
	fmt.Println(host.AdvanceTo(on(12, 1)))
	year, err := host.Statement(on(11, 1).AddDate(1, 0, -1))
	if err != nil {
		panic(err)
	}
	fmt.Println(len(year.Invoices), "invoices,", year.Billed.StringFixed(2), "billed,", year.Outstanding.StringFixed(2), "outstanding")
	// Output:
	// at: must not be before 2027-10-31T00:00:00Z, the time of the clock; got 2026-12-01T00:00:00Z
	// 12 invoices, 10680.00 billed, 0.00 outstanding
}

// Two seats were added on November 11, and the host learns it on November 21. It bills the difference.
func ExampleHost_Correct() {
	host := lifecycletest.NewHost(standard(), tenSeats())
	if err := errors.Join(host.Send(started()), host.AdvanceTo(on(11, 21))); err != nil {
		panic(err)
	}
	if err := host.Correct(added(on(11, 11), 2)); err != nil {
		panic(err)
	}
	november, err := host.Statement(on(11, 21))
	if err != nil {
		panic(err)
	}
	fmt.Print(november.Timeline())
	fmt.Print(november.Invoices[1].Text())
	// Output:
	// 2026-11-01 00:00:00  started                   active         full          acme-1
	// 2026-11-01 00:00:00  payment succeeded acme-1  active         full
	// 2026-11-21 00:00:00  2 seats added             active         full          acme-2
	// 2026-11-21 00:00:00  payment succeeded acme-2  active         full
	// Invoice acme-2, 2026-11-21, USD
	//   growth, proration_charge, 2026-11-11 until 2026-12-01                 118.67
	//     seat: 2 x 89.00, 178.00 x 20/30 days = 118.666..., rounded half up to
	//       118.67
	//   Amount due                                                            118.67
}

// A statement of December, read in November: nothing happens before then.
func ExampleStatement_Text() {
	host := lifecycletest.NewHost(standard(), tenSeats())
	if err := host.Send(started()); err != nil {
		panic(err)
	}
	december, err := host.Statement(on(12, 15))
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(december.Text()) { // Example output has no spaces at the end of a line
		fmt.Println(strings.TrimRight(line, " \n"))
	}
	// Output:
	// Statement of acme until 2026-12-15, UTC, USD: active
	//
	// Timeline
	//   2026-11-01 00:00:00  started                   active         full          acme-1
	//   2026-11-01 00:00:00  payment succeeded acme-1  active         full
	//   2026-12-01 00:00:00  renewal                   active         full          acme-2
	//   2026-12-01 00:00:00  payment succeeded acme-2  active         full
	//
	// Access
	//   2026-11-01       onward                 full
	//
	// Invoice acme-1, 2026-11-01, USD
	//   growth, recurring, 2026-11-01 until 2026-12-01                        890.00
	//     seat: 10 x 89.00 = 890.00
	//   Amount due                                                            890.00
	//   succeeded, 2026-11-01, payment-1                                      890.00
	//   Amount outstanding, paid                                                0.00
	//
	// Invoice acme-2, 2026-12-01, USD
	//   growth, recurring, 2026-12-01 until 2027-01-01                        890.00
	//     seat: 10 x 89.00 = 890.00
	//   Amount due                                                            890.00
	//   succeeded, 2026-12-01, payment-2                                      890.00
	//   Amount outstanding, paid                                                0.00
	//
	// Notices
	//   receipt          acme-1 2026-11-01, acme-2 2026-12-01
	//
	// Effects
	//   collect payment  acme-1 890.00, acme-2 890.00
	//
	// Credit balance: 0.00 USD
	// Next deadline: renewal on 2027-01-01
}
