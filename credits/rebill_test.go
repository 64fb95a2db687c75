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

// After a credit of money, units that leave and return at one instant cost nothing (law 17), also where the cap limits
// their credit, and the second time. The restored charge costs exactly what its credit was.
func TestUnitsReturnAfterGoodwill(t *testing.T) {
	at := giventest.Instant("2026-11-21", nil)
	for _, row := range []struct {
		name, why     string
		earlier       string   // units that leave on the 16th for good
		before, after string   // goodwill before the units leave, and between
		leave         []string // units, one removal after the other
		units         string   // of all removals, which return
		discount      string
		gone          string // the credit of each round
		restored      []string
	}{
		{
			name: "below the cap", why: "the goodwill does not lower the credit of 90.00 x 10/30", before: "100", leave: []string{"3"}, units: "3",
			gone: "-30", restored: []string{"seat: 3 x 30.00, 90.00 x 10/30 days = 30.00"},
		},
		{
			name: "above the cap", why: "20.00 of the 300.00 are left", before: "280", leave: []string{"3"}, units: "3",
			gone: "-20", restored: []string{"seat: 3 x 30.00, 90.00 x 10/30 days plus -10 carried over = 20.00"},
		},
		{
			name: "nothing is left", why: "the units left for nothing and return for nothing", before: "300", leave: []string{"3"}, units: "3",
			gone: "0", restored: []string{"seat: 3 x 30.00, 90.00 x 10/30 days plus -30 carried over = 0.00"},
		},
		{
			name: "goodwill after they left", why: "the 270.00 that are left are returned as goodwill, and the units cost what their credit was", after: "270", leave: []string{"3"}, units: "3",
			gone: "-30", restored: []string{"seat: 3 x 30.00, 90.00 x 10/30 days = 30.00"},
		},
		{
			name: "two removals", why: "10.00 and then the last 5.00, which return at once", before: "285", leave: []string{"1", "2"}, units: "3",
			gone: "-15", restored: []string{"seat: 3 x 30.00, 90.00 x 10/30 days plus -15 carried over = 15.00"},
		},
		{
			name: "with a coupon", why: "half of the price was discounted: 150.00 less 145.00 are left of the net", before: "145", leave: []string{"3"}, units: "3", discount: "150",
			gone: "-5", restored: []string{"seat: 3 x 30.00, 90.00 x 10/30 days plus -20 carried over = 10.00, less 150 5.00 = 5.00"},
		},
		{
			name: "after an earlier removal", why: "15.00 were credited on the 16th and 10.00 are left, also where the first seat would be worth only 10.00 now", earlier: "1", before: "275", leave: []string{"2"}, units: "2",
			gone: "-10", restored: []string{"seat: 2 x 30.00, 60.00 x 10/30 days plus -10 carried over = 10.00"},
		},
	} {
		for _, basis := range []proration.CreditBasis{proration.OnBilled, proration.OnPrice} {
			t.Run(row.name+" on "+basis.String(), func(t *testing.T) {
				ten := sale{period: november, id: "inv-1/1", quantity: "10", unit: "30.00", discount: row.discount}.charge(t)
				charges := []plans.Charge{ten}
				goodwill := func(amount string) {
					if amount != "" {
						charges = append(charges, forAmount(t, charges, amount))
					}
				}
				if row.earlier != "" {
					charges = withoutUnits(t, charges, row.earlier)
				}
				goodwill(row.before)
				for round := range 2 {
					var gone decimal.Decimal
					for _, units := range row.leave {
						owed := unused(t, credits.Request{
							Charges: charges, Item: "seat", Quantity: giventest.Money(units), At: at, CreditBasis: basis, Policy: proration.Standard(2),
						})
						net, _ := total(owed)
						gone, charges = gone.Add(net), append(charges, owed...)
					}
					giventest.CheckMoney(t, "the credit", gone, row.gone)
					if round == 0 {
						goodwill(row.after)
					}
					r := rebillOf(t, ten, "7", row.units, charges...)
					r.CreditBasis = basis
					got, err := credits.Rebill(r)
					if err != nil || got.Rest != nil {
						t.Fatalf("new are %q: %v", explained(got.Rest), err)
					}
					if texts := explained(got.Restored); !slices.Equal(texts, row.restored) {
						t.Errorf("restored %q, want %q: %s", texts, row.restored, row.why)
					}
					net, _ := total(got.Restored)
					giventest.CheckMoney(t, "the round trip", net.Add(gone), "0")
					for _, c := range got.Restored {
						if err := c.Check(r.Policy, nil); err != nil {
							t.Errorf("%s: %v", c.Explain(), err)
						}
						c.ID = "inv-" + decimal.NewFromInt(int64(round+2)).String() + "/1"
						charges = append(charges, c)
					}
				}
			})
		}
	}
}

// Of three units whose credit was limited to the value of two, the last one left for nothing and returns for nothing.
// The others return for their credit, one by one or at once, and for less on a later day.
// An earlier removal that is worth less by then leaves no more room for them.
func TestUnitsReturnOneByOneAfterGoodwill(t *testing.T) {
	ten := sale{period: november, id: "inv-1/1", quantity: "10", unit: "30.00"}.charge(t)
	left := []plans.Charge{ten}
	left = append(left, forAmount(t, left, "270"))
	left = withoutUnits(t, left, "3") // of the 45.00, 30.00 are left
	twice := withoutUnits(t, []plans.Charge{ten}, "1")
	twice = append(twice, forAmount(t, twice, "275"))
	twice = append(twice, unused(t, credits.Request{ // of the 20.00, 10.00 are left
		Charges: twice, Item: "seat", Quantity: giventest.Money("2"), At: giventest.Instant("2026-11-21", nil),
		CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	})...)
	for _, row := range []struct {
		charges   []plans.Charge
		from, why string
		units     []string
		want      []string
	}{
		{left, "2026-11-16", "at the instant of the removal, each for 15.00", []string{"1", "1", "1"}, []string{"0", "15", "15"}},
		{left, "2026-11-16", "two and one", []string{"2", "1"}, []string{"15", "15"}},
		{left, "2026-11-16", "all at once", []string{"3"}, []string{"30"}},
		{left, "2026-11-21", "ten days are worth 10.00, and all of the 30.00 return", []string{"1", "1", "1"}, []string{"10", "10", "10"}},
		{left, "2026-11-26", "five days are worth 5.00 each", []string{"1", "2"}, []string{"5", "10"}},
		{twice, "2026-11-21", "the second of the last two left for nothing, and the unit before them is worth 10.00 now", []string{"1", "1", "1"}, []string{"0", "10", "10"}},
		{twice, "2026-11-21", "10.00 for the last two and 10.00 for the unit before them", []string{"3"}, []string{"20"}},
		{twice, "2026-11-26", "five days are worth 5.00 each", []string{"2", "1"}, []string{"10", "5"}},
	} {
		charges, base := row.charges, giventest.Money("7")
		for i, units := range row.units {
			r := rebillOf(t, ten, base.String(), units, charges...)
			var err error
			if r.Charge, err = ten.Units(base, giventest.Money(units), giventest.Period(row.from+"/2026-12-01", nil), r.Policy, nil); err != nil {
				t.Fatal(err)
			}
			got, err := credits.Rebill(r)
			if err != nil || len(got.Restored) != 1 || got.Rest != nil {
				t.Fatalf("%s: %+v, %v", row.why, got, err)
			}
			c := got.Restored[0]
			giventest.CheckMoney(t, row.from+": "+row.why, c.Net, row.want[i])
			c.ID, base = "inv-"+decimal.NewFromInt(int64(i+2)).String()+"/1", base.Add(c.Quantity)
			charges = append(slices.Clip(charges), c)
		}
	}
}

// forAmount returns a credit of an amount of the first charge.
func forAmount(t *testing.T, charges []plans.Charge, amount string) plans.Charge {
	t.Helper()
	one, err := credits.ForAmount(credits.AmountRequest{Charges: charges, Charge: charges[0].ID, Amount: giventest.Money(amount), Mode: proration.HalfUp})
	if err != nil {
		t.Fatal(err)
	}
	return one
}

func TestRebillFaults(t *testing.T) {
	_, err := credits.Rebill(credits.RebillRequest{})
	giventest.CheckFaults(t, err, "at unset", "credit_basis unset", "policy.day_count unset", "policy.first_day unset", "policy.last_day unset", "policy.change_day unset", "policy.rounding.mode unset")
}
