package credits_test

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// rebillOf returns a request for units of seats from November 21 on, above a base.
func rebillOf(t *testing.T, of plans.Charge, base, units string, charges ...plans.Charge) credits.RebillRequest {
	t.Helper()
	r := credits.RebillRequest{Request: credits.Request{Charges: charges, CreditBasis: proration.OnBilled, Policy: proration.Standard(2)}}
	span := giventest.Period("2026-11-21/2026-12-01", nil)
	var err error
	if r.Charge, err = of.Units(giventest.Money(base), giventest.Money(units), span, r.Policy, nil); err != nil {
		t.Fatal(err)
	}
	return r
}

// withoutUnits returns the charges and the credits for units that leave on November 16.
func withoutUnits(t *testing.T, charges []plans.Charge, units ...string) []plans.Charge {
	t.Helper()
	for _, gone := range units {
		owed, err := credits.Unused(credits.Request{
			Charges: charges, Item: "seat", Quantity: giventest.Money(gone), At: giventest.Instant("2026-11-16", nil),
			CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
		})
		if err != nil {
			t.Fatal(err)
		}
		charges = append(slices.Clone(charges), owed...)
	}
	return charges
}

// explained returns charges in words.
func explained(charges []plans.Charge) (texts []string) {
	for _, c := range charges {
		texts = append(texts, c.Explain())
	}
	return texts
}

func TestRebill(t *testing.T) {
	ten := sale{period: november, id: "inv-1/1", quantity: "10", unit: "30.00"}.charge(t)
	coupon := sale{period: november, id: "inv-1/1", quantity: "10", unit: "30.00", discount: "150"}.charge(t)
	falling := plans.Price{Tiering: plans.Volume, Tiers: []plans.Tier{{UpTo: decimal.New(8, 0), Unit: decimal.New(30, 0)}, {Unit: decimal.New(20, 0)}}}
	volume := sale{period: november, id: "inv-1/1", quantity: "6", price: falling}.charge(t)
	dearer := sale{period: november, id: "new", quantity: "10", unit: "31.00"}.charge(t)
	other := ten
	other.Plan = "scale"
	for _, row := range []struct {
		name, why     string
		request       credits.RebillRequest
		restored, new []string
	}{
		{
			name: "nothing was credited", why: "the units are new",
			request: rebillOf(t, ten, "10", "2", ten), new: []string{"seat: 2 x 30.00, 60.00 x 10/30 days = 20.00"},
		},
		{
			name: "some units return", why: "both were credited on the 16th",
			request: rebillOf(t, ten, "7", "2", withoutUnits(t, []plans.Charge{ten}, "3")...), restored: []string{"seat: 2 x 30.00, 60.00 x 10/30 days = 20.00"},
		},
		{
			name: "more return than left", why: "three return with half of the coupon of each, and one is new",
			request:  rebillOf(t, coupon, "7", "4", withoutUnits(t, []plans.Charge{coupon}, "3")...),
			restored: []string{"seat: 3 x 30.00, 90.00 x 10/30 days = 30.00, less 150 15.00 = 15.00"}, new: []string{"seat: 1 x 30.00, 30.00 x 10/30 days = 10.00"},
		},
		{
			name: "units of two credits", why: "the last credit returns first, and the two are one line of the charge",
			request:  rebillOf(t, coupon, "6", "4", withoutUnits(t, []plans.Charge{coupon}, "3", "1")...),
			restored: []string{"seat: 4 x 30.00, 120.00 x 10/30 days = 40.00, less 150 20.00 = 20.00"},
		},
		{
			name: "another price", why: "an event changed the price in between",
			request: rebillOf(t, dearer, "7", "2", withoutUnits(t, []plans.Charge{ten}, "3")...), new: []string{"seat: 2 x 31.00, 62.00 x 10/30 days = 20.666..., rounded half up to 20.67"},
		},
		{
			name: "another plan", why: "the charge of the old plan stays credited",
			request: rebillOf(t, other, "7", "2", withoutUnits(t, []plans.Charge{ten}, "3")...), new: []string{"seat: 2 x 30.00, 60.00 x 10/30 days = 20.00"},
		},
		{
			name: "another place along the price", why: "eight units are there, and the credited ones begin at seven",
			request: rebillOf(t, ten, "8", "2", withoutUnits(t, []plans.Charge{ten}, "3")...), new: []string{"seat: 2 x 30.00, 60.00 x 10/30 days = 20.00"},
		},
		{
			name: "the price falls beyond them", why: "nine units cost 180.00, as six do; returning six first would leave three for nothing less than zero",
			request: rebillOf(t, volume, "0", "9", withoutUnits(t, []plans.Charge{volume}, "6")...), restored: []string{"seat: 6 x 30.00, 180.00 x 10/30 days = 60.00"},
			new: []string{"seat: (9 x 20.00) - (6 x 30.00), 0.00 x 10/30 days = 0.00"},
		},
		{
			name: "the price falls below them", why: "eight units cost 240.00 and nine cost 180.00, so all nine are billed anew",
			request: func() credits.RebillRequest {
				eight := sale{period: november, id: "inv-1/1", quantity: "8", price: falling}.charge(t)
				return rebillOf(t, eight, "0", "9", withoutUnits(t, []plans.Charge{eight}, "8")...)
			}(), new: []string{"seat: 9 x 20.00, 180.00 x 10/30 days = 60.00"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := credits.Rebill(row.request)
			if err != nil {
				t.Fatal(err)
			}
			if texts := explained(got.Restored); !slices.Equal(texts, row.restored) {
				t.Errorf("restored %q, want %q: %s", texts, row.restored, row.why)
			}
			if texts := explained(got.Rest); !slices.Equal(texts, row.new) {
				t.Errorf("new are %q, want %q: %s", texts, row.new, row.why)
			}
			for _, c := range got.Restored {
				if c.Restores != "inv-1/1" || c.Check(row.request.Policy, nil) != nil {
					t.Errorf("%s restores %q: %v", c.Explain(), c.Restores, c.Check(row.request.Policy, nil))
				}
			}
		})
	}
}

// Units return one by one to the same total as at once, and only once.
func TestUnitsReturnOneByOne(t *testing.T) {
	coupon := sale{period: november, id: "inv-1/1", quantity: "10", unit: "29.99", discount: "100"}.charge(t)
	charges := withoutUnits(t, []plans.Charge{coupon}, "3")
	once, err := credits.Rebill(rebillOf(t, coupon, "7", "3", charges...))
	if err != nil || len(once.Restored) != 1 {
		t.Fatalf("%+v, %v", once, err)
	}
	var sum decimal.Decimal
	for i, base := range []string{"7", "8", "9", "10"} {
		got, err := credits.Rebill(rebillOf(t, coupon, base, "1", charges...))
		if err != nil || len(got.Restored)+len(got.Rest) != 1 || (i < 3) != (len(got.Restored) == 1) {
			t.Fatalf("unit %d: %+v, %v", i, got, err)
		}
		for j := range got.Restored {
			c := got.Restored[j]
			c.ID = "inv-" + base + "/1"
			sum, charges = sum.Add(c.Net), append(charges, c)
		}
	}
	if off := sum.Sub(once.Restored[0].Net).Abs(); off.GreaterThan(giventest.Money("0.02")) {
		t.Errorf("one by one they cost %v, at once %v", sum, once.Restored[0].Net)
	}
}

func TestRebillFaults(t *testing.T) {
	_, err := credits.Rebill(credits.RebillRequest{})
	giventest.CheckFaults(t, err, "at unset", "credit_basis unset", "policy.day_count unset", "policy.change_day unset", "policy.rounding.mode unset")
}
