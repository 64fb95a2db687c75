package plans_test

import (
	"errors"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// rulesAt returns rules that allow everyone some actions at a timing.
func rulesAt(when plans.EffectiveTiming, actions ...plans.Action) (rules plans.ChangeRules) {
	for _, action := range actions {
		rules = append(rules, plans.ChangeRule{Action: action, By: []plans.Actor{plans.Customer, plans.Support}, Effective: when})
	}
	return rules
}

// A customer may ask for a later time than the rules set, and support for any.
func TestCheckRequestedTime(t *testing.T) {
	for _, c := range []struct {
		name string
		rule plans.EffectiveTiming
		by   plans.Actor
		asks plans.EffectiveTiming
		on   string
		want string // time, or "" for a refusal
	}{
		{"as the rule says", plans.AtPeriodEnd, plans.Customer, 0, "", "2026-12-01"},
		{"later, on a date", plans.Immediately, plans.Customer, 0, "2026-11-20", "2026-11-20"},
		{"later, by a timing", plans.Immediately, plans.Customer, plans.AtPeriodEnd, "", "2026-12-01"},
		{"earlier, on a date", plans.AtPeriodEnd, plans.Customer, 0, "2026-11-20", ""},
		{"earlier, by a timing", plans.AtPeriodEnd, plans.Customer, plans.Immediately, "", ""},
		{"earlier by support, on a date", plans.AtPeriodEnd, plans.Support, 0, "2026-11-20", "2026-11-20"},
		{"earlier by support, by a timing", plans.AtPeriodEnd, plans.Support, plans.Immediately, "", "2026-11-16"},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := plans.ChangeRequest{
				Contract: seats("10", "89.00"), Change: quantityChange("2", "seat"), By: c.by, At: giventest.Instant("2026-11-16", nil), Effective: c.asks,
			}
			if c.on != "" {
				request.On = giventest.Instant(c.on, nil)
			}
			got, err := rulesAt(c.rule, plans.AddQuantity).Check(request)
			if c.want == "" {
				if !errors.Is(err, plans.ErrRefused) {
					t.Errorf("got %v, %v, want a refusal", got.At, err)
				}
				return
			}
			if err != nil || got.At.Format(time.DateOnly) != c.want || got.Effective != cmpTiming(c.asks, c.rule, c.on) {
				t.Errorf("got %v %v, %v, want %s", got.At, got.Effective, err, c.want)
			}
		})
	}
	both := plans.ChangeRequest{
		Contract: seats("10", "89.00"), Change: quantityChange("2", "seat"), By: plans.Support, At: giventest.Instant("2026-11-16", nil),
		Effective: plans.AtPeriodEnd, On: giventest.Instant("2026-11-15", nil),
	}
	_, err := rulesAt(plans.Immediately, plans.AddQuantity).Check(both)
	giventest.CheckFaults(t, err, "effective invalid")
	both.Effective = 0
	_, err = rulesAt(plans.Immediately, plans.AddQuantity).Check(both)
	giventest.CheckFaults(t, err, "on outside")
	both.Effective, both.On = 9, time.Time{}
	_, err = rulesAt(plans.Immediately, plans.AddQuantity).Check(both)
	giventest.CheckFaults(t, err, "effective invalid")
}

// cmpTiming returns the timing of an approval: the requested one, that of the rule, and none for a date.
func cmpTiming(asks, rule plans.EffectiveTiming, on string) plans.EffectiveTiming {
	switch {
	case on != "":
		return 0
	case asks != 0:
		return asks
	}
	return rule
}

// Notice holds for an evergreen contract, at the end of its term and afterwards.
func TestCheckNoticeOfEvergreen(t *testing.T) {
	contract := seats("1", "31.00")
	contract.Cycle = giventest.Cycle("2024-01-01", "P1M", nil)
	term := plans.Term{Length: giventest.Interval("P24M"), Billing: plans.PerPeriod, Renewal: plans.Evergreen, Notice: giventest.Interval("P1M")}
	contract.Terms = []plans.ContractTerm{{Term: term, Period: giventest.Period("2024-01-01/2026-01-01", nil)}}
	after, goesOn, err := contract.Renewed()
	if err != nil || !goesOn || after.Notice != term.Notice {
		t.Fatalf("the contract has a notice of %v afterwards, %v", after.Notice, err)
	}
	for _, c := range []struct {
		name     string
		contract plans.Contract
		rule     plans.EffectiveTiming
		at, want string
	}{
		{"in time", contract, plans.AtTermEnd, "2025-12-01", "2026-01-01"},
		{"late", contract, plans.AtTermEnd, "2025-12-10", "2026-01-10"},
		{"late, to the end of the period", contract, plans.AtPeriodEnd, "2025-12-10", "2026-02-01"},
		{"late, to a boundary", contract, plans.AtPeriodEnd, "2026-01-01", "2026-02-01"},
		{"within the term", contract, plans.AtPeriodEnd, "2025-06-10", "2025-07-01"},
		{"afterwards", after, plans.AtTermEnd, "2026-03-10", "2026-04-10"},
		{"afterwards, immediately", after, plans.Immediately, "2026-03-10", "2026-04-10"},
		{"afterwards, to the end of the period", after, plans.AtPeriodEnd, "2026-03-10", "2026-05-01"},
	} {
		if c.name == "late, to a boundary" {
			c.contract = after
		}
		got, err := rulesAt(c.rule, plans.Cancel).Check(plans.ChangeRequest{
			Contract: c.contract, Change: plans.Change{Cancel: true}, By: plans.Customer, At: giventest.Instant(c.at, nil),
		})
		if err != nil || got.At.Format(time.DateOnly) != c.want {
			t.Errorf("%s: got %v, %v, want %s", c.name, got.At, err, c.want)
		}
	}
}

// The rules of the actions of a change decide when and how much of it is billed: the earliest, the largest charge and
// the smallest credit.
func TestCheckProrations(t *testing.T) {
	rules := plans.ChangeRules{
		{Action: plans.AddQuantity, By: []plans.Actor{plans.Customer}, Effective: plans.Immediately, Prorations: plans.NextInvoice,
			ProrationSettings: plans.ProrationSettings{Charge: proration.ExtentNone, Credit: proration.ExtentFull}},
		{Action: plans.ChangePrice, By: []plans.Actor{plans.Customer}, Effective: plans.Immediately, IfPaid: true,
			ProrationSettings: plans.ProrationSettings{Charge: proration.ExtentFull, Credit: proration.ExtentNone}},
	}
	request := plans.ChangeRequest{
		Contract: seats("10", "89.00"), Change: quantityChange("2", "seat"), By: plans.Customer, At: giventest.Instant("2026-11-16", nil), Prorations: plans.InvoiceNow,
	}
	got, err := rules.Check(request)
	if err != nil || got.Prorations != plans.NextInvoice || got.ProrationSettings != rules[0].ProrationSettings || got.IfPaid {
		t.Errorf("seats: %v %v %v, %v", got.Prorations, got.ProrationSettings, got.IfPaid, err)
	}
	request.Change.AddDiscounts = []plans.Discount{percentOff("deal", "5")}
	got, err = rules.Check(request)
	if err != nil || got.Prorations != plans.InvoiceNow || got.ProrationSettings != rules[1].ProrationSettings || !got.IfPaid {
		t.Errorf("seats and a discount: %v %v %v, %v", got.Prorations, got.ProrationSettings, got.IfPaid, err)
	}
	rules[0].Prorations, rules[0].ProrationSettings = 9, plans.ProrationSettings{Charge: 9, Credit: 9}
	giventest.CheckFaults(t, rules.Validate(), "change_rules[0].prorations invalid", "change_rules[0].proration_settings.charge invalid", "change_rules[0].proration_settings.credit invalid")
}

// A charge of a change is prorated, in full or nothing.
func TestAmendedExtents(t *testing.T) {
	for extent, want := range map[proration.Extent]string{
		0: "44.50", proration.ExtentProrated: "44.50", proration.ExtentFull: "89.00", proration.ExtentNone: "0.00",
	} {
		policy := proration.Standard(2)
		policy.Charge = extent
		got, err := seats("10", "89.00").Amended(quantityChange("1", "seat"), giventest.Instant("2026-11-16", nil), policy)
		if err != nil || len(got.Charges) != 1 || got.Charges[0].Net.StringFixed(2) != want {
			t.Errorf("%v: %v, %v, want %s", extent, got.Charges, err, want)
		}
	}
	policy := proration.Standard(2)
	policy.Charge = proration.ExtentNone
	got, err := seats("10", "89.00").Amended(plans.Change{AnchorAt: giventest.Instant("2026-12-06", nil)}, giventest.Instant("2026-11-16", nil), policy)
	if err != nil || len(got.Charges) != 1 || !got.Charges[0].Net.IsZero() || got.Charges[0].Kind != plans.Recurring {
		t.Errorf("courtesy days: %v, %v", got.Charges, err)
	}
}

// Another plan refuses, keeps or drops later ramp steps. A kept step at the old price gets the new one.
func TestChangedRampHandling(t *testing.T) {
	contract := seats("1", "31.00")
	step := func(at, price string) plans.RampStep {
		return plans.RampStep{At: giventest.Instant(at, nil), Item: plans.Item{ID: "seat", Quantity: giventest.Money("5"), Price: plans.Price{Unit: giventest.Money(price)}}}
	}
	contract.Ramp = []plans.RampStep{step("2027-01-01", "31.00"), step("2027-02-01", "20.00")}
	change := plans.Change{Plan: offering("pro", "P1M", "seat USD 62.00")}
	at := giventest.Instant("2026-11-16", nil)
	for _, handling := range []plans.RampHandling{0, plans.RampRefuse} {
		change.Ramp = handling
		_, err := contract.Changed(change, at)
		giventest.CheckFaults(t, err, "change.plan invalid")
	}
	change.Ramp = plans.RampDrop
	if got, err := contract.Changed(change, at); err != nil || len(got.Ramp) != 0 || got.Items[0].Price.Unit.String() != "62" {
		t.Errorf("dropped: %v, %v", got.Ramp, err)
	}
	change.Ramp = plans.RampKeep
	got, err := contract.Changed(change, at)
	if err != nil || len(got.Ramp) != 2 || got.Ramp[0].Item.Price.Unit.String() != "62" || got.Ramp[1].Item.Price.Unit.String() != "20" {
		t.Errorf("kept: %v, %v", got.Ramp, err)
	}
	longer := plans.Change{Interval: giventest.Interval("P3M"), Ramp: plans.RampKeep}
	got, err = contract.Changed(longer, at)
	if err != nil || got.Ramp[1].Item.Price.Per != giventest.Interval("P1M") {
		t.Errorf("another interval: %v, %v", got.Ramp, err)
	}
}

// A known end bounds what is left of a period, and another one bills or drops the difference.
func TestKnownEnd(t *testing.T) {
	contract := seats("10", "90.00")
	contract.Until = giventest.Instant("2026-11-21", nil)
	at := giventest.Instant("2026-11-11", nil)
	rest, err := contract.RemainingPortions(at)
	if err != nil || len(rest) != 1 || !rest[0].Span.End.Equal(contract.Until) {
		t.Fatalf("%v, %v", rest, err)
	}
	if rest, err = contract.RemainingPortions(contract.Until); err != nil || rest[0].Span.End.Format(time.DateOnly) != "2026-12-01" {
		t.Errorf("after the end: %v, %v", rest, err)
	}
	for until, want := range map[string]string{"2026-11-26": "150.00", "2026-12-01": "300.00", "2027-03-01": "300.00"} {
		got, err := contract.Amended(plans.Change{Until: giventest.Instant(until, nil)}, at, proration.Standard(2))
		if err != nil || len(got.Charges) != 1 || got.Charges[0].Net.StringFixed(2) != want || got.Charges[0].Kind != plans.Recurring || len(got.Replaced) > 0 {
			t.Errorf("until %s: %v, %v, want %s", until, got.Charges, err, want)
		}
	}
	got, err := contract.Amended(plans.Change{Until: giventest.Instant("2026-11-16", nil)}, at, proration.Standard(2))
	if err != nil || len(got.Charges) > 0 || got.DroppedFrom.Format(time.DateOnly) != "2026-11-16" {
		t.Errorf("earlier: %v, %v", got, err)
	}
	billed := proration.Standard(2)
	billed.LastDay = proration.DayBilled
	got, err = contract.Amended(plans.Change{Until: giventest.Instant("2026-12-01", nil)}, at, billed)
	if err != nil || len(got.Charges) != 1 || got.Charges[0].Net.StringFixed(2) != "270.00" {
		t.Errorf("the last day was billed: %v, %v", got.Charges, err)
	}
	free := proration.Standard(2)
	free.Charge = proration.ExtentNone // charges nothing for changes, and an end that is withdrawn is none
	got, err = contract.Amended(plans.Change{Until: giventest.Instant("2026-12-01", nil)}, at, free)
	if err != nil || len(got.Charges) != 1 || got.Charges[0].Net.StringFixed(2) != "300.00" {
		t.Errorf("where changes are free: %v, %v", got.Charges, err)
	}
	_, err = contract.Changed(plans.Change{Until: at}, at)
	giventest.CheckFaults(t, err, "change.until outside")
}

// A bill is split by weights, and the cents that are left go to the largest remainders.
func TestBillInstallmentsByWeight(t *testing.T) {
	bill := plans.Bill{At: giventest.Instant("2026-11-16", nil), Total: giventest.Money("99.99")}
	quarter, part := giventest.Money("25"), giventest.Money("18.75")
	got, err := bill.Installments(5, giventest.Interval("P1M"), "USD", quarter, part, part, part, part)
	if err != nil || installmentsText(got) != "2026-11-16 24.99, 2026-12-16 18.75, 2027-01-16 18.75, 2027-02-16 18.75, 2027-03-16 18.75" {
		t.Errorf("%s, %v", installmentsText(got), err)
	}
	_, err = bill.Installments(3, giventest.Interval("P1M"), "USD", quarter, giventest.Money("0"))
	giventest.CheckFaults(t, err, "weights invalid", "weights[1] invalid")
	contract := seats("1", "31.00")
	contract.Installments = &plans.InstallmentPlan{Count: 121, Every: giventest.Interval("P1M")}
	giventest.CheckFaults(t, contract.Validate(), "installments.count limit")
	contract.Installments = &plans.InstallmentPlan{}
	giventest.CheckFaults(t, contract.Validate(), "installments.count limit", "installments.every unset")
}
