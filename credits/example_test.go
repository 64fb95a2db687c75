package credits_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// date is the first instant of a day of 2026.
func date(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

// money parses an amount.
func money(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// must returns the result of a call, and panics on an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// seats returns the charge for seats at 89.00 in November.
func seats(id, quantity string) plans.Charge {
	period := proration.Period{Start: date(time.November, 1), End: date(time.December, 1)}
	contract := plans.Contract{
		Plan: "growth", Currency: "USD", Cycle: must(proration.NewCycle(period.Start, proration.Interval{Months: 1})),
		Items: []plans.Item{{ID: "seat", Quantity: money(quantity), Price: plans.Price{Unit: money("89.00")}}},
	}
	charge := must(contract.Charges(proration.Portion{Period: period, Span: period}, proration.Standard(2)))[0]
	charge.ID = id
	return charge
}

// twoGrants is a ledger with 40.00 since November 3 and 60.00 since November 10.
func twoGrants() []credits.Entry {
	return []credits.Entry{
		{
			Kind: credits.Granted, ID: "goodwill", Amount: money("40.00"), Currency: "USD",
			At: date(time.November, 3), Reason: "an outage",
		},
		{
			Kind: credits.Granted, ID: "inv-2", Amount: money("60.00"), Currency: "USD",
			At: date(time.November, 10), Ref: "inv-2",
		},
	}
}

// Ten seats are billed for November and canceled on the 16th.
func ExampleUnused() {
	owed := must(credits.Unused(credits.Request{
		Charges: []plans.Charge{seats("inv-1/1", "10")}, At: date(time.November, 16),
		CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	}))
	fmt.Println(owed[0].Net, "corrects", owed[0].Corrects)
	fmt.Println(owed[0].Explain())
	// Output:
	// -445 corrects inv-1/1
	// seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00
}

// Three of seven seats are removed: first the two of the newest charge, then one of the older charge.
func ExampleUnused_seats() {
	billed := []plans.Charge{seats("inv-1/1", "5"), seats("inv-2/1", "2")}
	owed := must(credits.Unused(credits.Request{
		Charges: billed, Item: "seat", Quantity: money("3"), At: date(time.November, 16),
		CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	}))
	for _, credit := range owed {
		fmt.Println(credit.Explain())
	}
	// The caller keeps the credits with the charges, so nothing is credited twice.
	again := must(credits.Unused(credits.Request{
		Charges: append(billed, owed...), At: date(time.November, 16),
		CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	}))
	for _, credit := range again {
		fmt.Println(credit.Explain())
	}
	// Output:
	// seat: 2 not used of inv-2/1, -178.00 x 15/30 days = -89.00
	// seat: 1 not used of inv-1/1, -89.00 x 15/30 days = -44.50
	// seat: 4 not used of inv-1/1, -356.00 x 15/30 days = -178.00
}

// Ten seats are paused from the 11th to the 20th, and canceled on the 26th.
func ExampleUnused_pause() {
	billed := []plans.Charge{seats("inv-1/1", "10")}
	pause := must(credits.Unused(credits.Request{
		Charges: billed, At: date(time.November, 11), Until: date(time.November, 21),
		CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	}))
	pause[0].ID = "cn-1/1"
	rest := must(credits.Unused(credits.Request{
		Charges: append(billed, pause...), At: date(time.November, 26),
		CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	}))
	fmt.Println(pause[0].Explain())
	fmt.Println(rest[0].Explain())
	// Output:
	// seat: 10 not used of inv-1/1, -890.00 x 10/30 days = -296.666..., rounded half up to -296.67
	// seat: 10 not used of inv-1/1, -890.00 x 5/30 days = -148.333..., rounded half up to -148.33
}

// Four of ten seats are paused from the 11th to the 20th.
func ExampleRemaining() {
	billed := []plans.Charge{seats("inv-1/1", "10")}
	pause := must(credits.Unused(credits.Request{
		Charges: billed, Item: "seat", Quantity: money("4"), At: date(time.November, 11), Until: date(time.November, 21),
		CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	}))
	for _, s := range must(credits.Remaining(append(billed, pause...))) {
		fmt.Println(s.Span.Start.Format(time.DateOnly), s.Units)
	}
	// Output:
	// 2026-11-01 10
	// 2026-11-11 6
	// 2026-11-21 10
}

// The rules return nothing. An exception refunds the unused part up to the amount paid; the rest becomes a grant.
func ExampleApplyRefundRules() {
	request := credits.RefundRequest{
		Request: credits.Request{
			Charges: []plans.Charge{seats("inv-1/1", "10")}, At: date(time.November, 16),
			CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
		},
		ID: "cn-1", Rules: []credits.RefundRule{{As: credits.AsNothing}}, Paid: money("400.00"),
	}
	fmt.Println(must(credits.ApplyRefundRules(request)).Refund)

	request.Exception = &credits.Exception{Give: credits.UnusedPart, As: credits.AsRefund, Reason: "an outage of a week"}
	result := must(credits.ApplyRefundRules(request))
	fmt.Println(result.Refund, result.Reason)
	fmt.Println(result.Entries[0].Kind, result.Entries[0].Amount)
	// Output:
	// 0
	// 400 an outage of a week
	// granted 45
}

// The unused part of the old plan extends the next period.
func ExampleApplyRefundRules_days() {
	december := proration.Period{Start: date(time.December, 1), End: date(time.December, 1).AddDate(0, 1, 0)}
	result := must(credits.ApplyRefundRules(credits.RefundRequest{
		Request: credits.Request{
			Charges: []plans.Charge{seats("inv-1/1", "10")}, At: date(time.November, 16),
			CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
		},
		Rules:   []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsDays}},
		Next:    plans.Bill{Lines: []plans.Charge{{Period: december}}, Total: money("1390.00")},
		DayMode: proration.Up,
	}))
	fmt.Println(result.Days) // 445.00 of 1,390.00 for 31 days pays for 9.92 days
	// Output: 10
}

// The older grant pays first. The rest of the newer grant stays for the next invoice.
func ExampleApply() {
	ledger := twoGrants()
	due := credits.Due{Amount: money("89.00"), Currency: "USD", At: date(time.December, 1), Ref: "inv-3"}
	spent, rest, err := credits.Apply(ledger, due)
	if err != nil {
		panic(err)
	}
	for _, e := range spent {
		fmt.Println(e.ID, e.Amount, e.Ref)
	}
	fmt.Println("still due:", rest)

	left, err := credits.Balance(append(ledger, spent...), "USD", due.At)
	fmt.Println("balance:", left, err)
	// Output:
	// goodwill -40 inv-3
	// inv-2 -49 inv-3
	// still due: 0
	// balance: 11 <nil>
}

// A promotional grant with priority 10 pays before the others. It expires on December 1 and does not pay from then on.
func ExampleApply_order() {
	first := 10
	gift := credits.Entry{
		Kind: credits.Granted, ID: "gift", Amount: money("5.00"), Currency: "USD", At: date(time.November, 20),
		Priority: &first, Promotional: true, Expires: date(time.December, 1),
	}
	for _, at := range []time.Time{date(time.November, 30), date(time.December, 1)} {
		due := credits.Due{Amount: money("20"), Currency: "USD", At: at, Ref: "inv-3"}
		spent, _, err := credits.Apply(append(twoGrants(), gift), due)
		for _, e := range spent {
			fmt.Println(at.Format(time.DateOnly), e.ID, e.Amount, err)
		}
	}
	// Output:
	// 2026-11-30 gift -5 <nil>
	// 2026-11-30 goodwill -15 <nil>
	// 2026-12-01 goodwill -20 <nil>
}

// An invoice that was paid with credit is voided, and its credit is restored.
func ExampleVoid() {
	ledger := twoGrants()
	due := credits.Due{Amount: money("70"), Currency: "USD", At: date(time.December, 1), Ref: "inv-3"}
	spent, _, err := credits.Apply(ledger, due)
	if err != nil {
		panic(err)
	}
	ledger = append(ledger, spent...)
	void := credits.VoidRequest{Ref: "inv-3", At: date(time.December, 2), Reason: "billed in error"}
	back, owed, err := credits.Void(ledger, void)
	for _, e := range back {
		fmt.Println(e.Kind, e.ID, e.Amount)
	}
	fmt.Println(owed, err)
	for _, day := range []int{1, 2} {
		fmt.Println(must(credits.Balance(append(ledger, back...), "USD", date(time.December, day))))
	}
	// Output:
	// restored goodwill 40
	// restored inv-2 30
	// 0 <nil>
	// 30
	// 100
}

func ExampleBalance() {
	for _, day := range []int{1, 3, 10} {
		balance, err := credits.Balance(twoGrants(), "USD", date(time.November, day))
		fmt.Println(day, balance, err)
	}
	// Output:
	// 1 0 <nil>
	// 3 40 <nil>
	// 10 100 <nil>
}

func ExampleValidate() {
	overspent := credits.Entry{
		Kind: credits.Spent, ID: "goodwill", Amount: money("-40.01"), Currency: "USD",
		At: date(time.November, 20), Ref: "inv-9",
	}
	fmt.Println(credits.Validate(twoGrants()))
	fmt.Println(credits.Validate(append(twoGrants(), overspent)))
	// Output:
	// <nil>
	// ledger: must not take more than is left of "goodwill"; 40.01 on 2026-11-20T00:00:00Z is 0.01 too much
}

// A goodwill credit of 100.00 on a charge for ten seats. It removes no seat, and credits the tax in proportion.
func ExampleForAmount() {
	billed := seats("inv-1/1", "10")
	billed.Taxes = []plans.Tax{{Name: "VAT", Percent: money("19"), Amount: money("169.10")}}
	back := must(credits.ForAmount(credits.AmountRequest{
		Charges: []plans.Charge{billed}, Charge: "inv-1/1", Amount: money("100.00"), Mode: proration.HalfUp,
	}))
	fmt.Println(back.Net, back.Taxes[0].Amount)
	fmt.Println(back.Explain())
	// Output:
	// -100 -19
	// seat: -100.00 of inv-1/1
}
