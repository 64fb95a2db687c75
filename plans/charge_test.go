package plans_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestChargeExplain(t *testing.T) {
	charge := func(c plans.Contract, span string) plans.Charge {
		charges, err := c.Charges(part(november, span, time.UTC), proration.Standard(2))
		if err != nil {
			t.Fatal(err)
		}
		return charges[0]
	}
	// credited gives all of a charge back.
	credited := func(c plans.Charge) plans.Charge {
		share, err := proration.Prorate(proration.Request{Amount: c.Net.Neg(), Period: c.Span, Span: c.Span, Policy: proration.Standard(2)})
		if err != nil {
			t.Fatal(err)
		}
		c.Corrects, c.Share, c.Net = "inv-1/1", share, share.Amount
		return c
	}
	for _, c := range []struct {
		name, why string
		charge    plans.Charge
		want      string
	}{
		{"a whole period", "quantity times rate is all there is to check", charge(seats("10", "89.00"), ""), "seat: 10 x 89.00 = 890.00"},
		{"a stub", "law 16: the fraction as integers", charge(seats("2", "89.00"), "2026-11-16/2026-12-01"), "seat: 2 x 89.00, 178.00 x 15/30 days = 89.00"},
		{"rounded", "law 16: what rounding did", charge(seats("1", "89.00"), "2026-11-21/2026-12-01"), "seat: 1 x 89.00, 89.00 x 10/30 days = 29.666..., rounded half up to 29.67"},
		{"a whole period that was rounded", "the rounding is told, although nothing was prorated", charge(seats("1", "0.333"), ""), "seat: 1 x 0.333, 0.333 x 30/30 days = 0.333, rounded half up to 0.33"},
		{"price without cents", "an amount is written with the currency's places", charge(seats("1", "89"), ""), "seat: 1 x 89.00 = 89.00"},
		{"yen", "as above", charge(in("JPY", seats("3", "1000")), ""), "seat: 3 x 1000 = 3000"},
		{"dinars", "as above", charge(in("KWD", seats("1", "27.5")), ""), "seat: 1 x 27.500 = 27.500"},
		{"price below a cent", "a rate keeps the places it was agreed with", charge(seats("12500", "0.0004"), ""), "seat: 12500 x 0.0004 = 5.00"},
		{"part of a unit", "as above, for a quantity", charge(seats("1.25", "80.00"), ""), "seat: 1.25 x 80.00 = 100.00"},
		{"free", "a line of nothing says so", charge(seats("10", "0"), ""), "seat: 10 x 0.00 = 0.00"},
		{"a credit of a stub", "law 16: the share of what was billed", credited(charge(seats("2", "89.00"), "2026-11-16/2026-12-01")), "seat: 2 x 89.00, -89.00 x 15/15 days = -89.00"},
		{"a credit of a whole period", "as above: it is no price that comes back", credited(charge(seats("10", "89.00"), "")), "seat: 10 x 89.00, -890.00 x 30/30 days = -890.00"},
		{"nothing was computed", "a charge taken over from elsewhere has no calculation to show", func() plans.Charge {
			c := charge(seats("2", "89.00"), "2026-11-16/2026-12-01")
			c.Share = proration.Result{Rounding: c.Share.Rounding}
			return c
		}(), "seat: 2 x 89.00, nothing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.charge.Explain(); got != c.want {
				t.Errorf("got %q, want %q: %s", got, c.want, c.why)
			}
		})
	}
}

// Law 10: the same input gives the same result. A charge that was stored and read back explains itself in the same words,
// although JSON keeps 1.50 as 1.5.
func TestChargeExplainStored(t *testing.T) {
	for _, c := range []struct{ name, quantity, unit, span string }{
		{"whole numbers", "10", "89.00", ""},
		{"a stub", "2", "89.00", "2026-11-16/2026-12-01"},
		{"quantity with a zero behind it", "1.50", "89.00", ""},
		{"rate with a zero behind it", "1000", "0.0050", ""},
		{"product with a zero behind it", "0.5", "79.00", "2026-11-16/2026-12-01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			charges, err := seats(c.quantity, c.unit).Charges(part(november, c.span, time.UTC), proration.Standard(2))
			if err != nil {
				t.Fatal(err)
			}
			stored := giventest.CheckRoundTrip(t, charges[0])
			if got, want := stored.Explain(), charges[0].Explain(); got != want {
				t.Errorf("read back, the charge explains itself as %q, want %q", got, want)
			}
		})
	}
}

// Law 14: no unbounded work for any input, and a line is a line: an amount that nothing computes is not written out in a
// hundred thousand digits.
func TestChargeExplainHostile(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(c *plans.Charge, d decimal.Decimal)
	}{
		{"quantity", func(c *plans.Charge, d decimal.Decimal) { c.Quantity = d }},
		{"rate", func(c *plans.Charge, d decimal.Decimal) { c.Rate = d }},
		{"net", func(c *plans.Charge, d decimal.Decimal) { c.Net = d }},
		{"share of", func(c *plans.Charge, d decimal.Decimal) { c.Share.Of = d }},
		{"share amount", func(c *plans.Charge, d decimal.Decimal) { c.Share.Amount = d }},
	} {
		for size, exponent := range map[string]int32{"tiny": -100_000, "huge": 100_000} {
			t.Run(size+" "+c.name, func(t *testing.T) {
				for _, span := range []string{"", "2026-11-16/2026-12-01"} {
					charges, err := seats("1", "89.00").Charges(part(november, span, time.UTC), proration.Standard(2))
					if err != nil {
						t.Fatal(err)
					}
					c.edit(&charges[0], decimal.New(1, exponent))
					if got := charges[0].Explain(); len(got) > 500 {
						t.Errorf("one line of %d characters", len(got))
					}
				}
			})
		}
	}
	charge := plans.Charge{Share: proration.Result{Rounding: proration.Rounding{Places: 1 << 30}}}
	if got := charge.Explain(); len(got) > 500 {
		t.Errorf("one line of %d characters", len(got))
	}
	if got := (plans.Charge{}).Explain(); got != ": 0 x 0 = 0" {
		t.Errorf("the zero charge explains itself as %q", got)
	}
}

func TestWhole(t *testing.T) {
	period := giventest.Period(november, nil)
	if p := plans.Whole(period); !p.Period.Equal(period) || !p.Span.Equal(period) {
		t.Errorf("got %v", p)
	}
}

// What is stored is what is read back, with no more and no fewer fields than the documentation names.
func TestJSON(t *testing.T) {
	contract := seats("10", "89.00")
	contract.Cycle = giventest.Cycle("2026-11-01", "P1M", giventest.Zone(t, "America/New_York"))
	if got, want := giventest.JSON(t, contract), `{"plan":"growth","currency":"USD","items":[{"id":"seat","quantity":"10","price":{"unit":"89"}}],`+
		`"cycle":{"anchor":"2026-11-01","interval":"P1M","zone":"America/New_York"}}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	read := giventest.CheckRoundTrip(t, contract)
	giventest.CheckFaults(t, read.Validate(), "cycle.zone zone")
	read.Cycle.Location = giventest.Zone(t, "America/New_York")
	giventest.CheckFaults(t, read.Validate())

	plan := plans.Plan{ID: "scale", Name: "Scale", Currency: "USD", Interval: giventest.Interval("P1Y"), Price: plans.Price{Unit: giventest.Money("139")}}
	if got, want := giventest.JSON(t, plan), `{"id":"scale","name":"Scale","currency":"USD","interval":"P1Y","price":{"unit":"139"}}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	giventest.CheckRoundTrip(t, plan)
	giventest.CheckRoundTrip(t, plans.Plan{})
	giventest.CheckRoundTrip(t, plans.Contract{})
	giventest.CheckRoundTrip(t, plans.Charge{})
	for change, want := range map[*plans.Change]string{
		{}: `{}`,
		{Item: "seat", Quantity: giventest.Money("2")}: `{"item":"seat","quantity":"2"}`,
		{Plan: &plan}: `{"plan":` + giventest.JSON(t, plan) + `}`,
	} {
		if got := giventest.JSON(t, change); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		giventest.CheckRoundTrip(t, *change)
	}
}

// What is read from outside is refused at the latest where it is used, and never panics.
func TestHostileJSON(t *testing.T) {
	for _, text := range []string{
		`null`, `[]`, `"seat"`, `{"items":null}`, `{"items":[{}]}`, `{"items":[null,null]}`, `{"plan":7}`,
		`{"plan":"p","currency":"USD","items":[{"id":"s","quantity":"1e10000","price":{"unit":"1"}}],"cycle":{"anchor":"2026-11-01","interval":"P1M"}}`,
		`{"plan":"p","currency":"USD","items":[{"id":"s","quantity":"1e-10000","price":{"unit":"1"}}],"cycle":{"anchor":"2026-11-01","interval":"P1M"}}`,
		`{"plan":"p","currency":"USD","items":[{"id":"s","quantity":"1e99999","price":{"unit":"1"}}],"cycle":{"anchor":"2026-11-01","interval":"P1M"}}`,
		`{"plan":"p","currency":"USD","items":[{"id":"s","quantity":"NaN","price":{"unit":"1"}}],"cycle":{"anchor":"2026-11-01","interval":"P1M"}}`,
		`{"plan":"p","currency":"USD","items":[{"id":"s","quantity":"-0","price":{"unit":"-1"}}],"cycle":{"anchor":"2026-11-01","interval":"P1M"}}`,
		`{"plan":"p","currency":"USD","items":[{"id":"s","quantity":"1","price":{"unit":"1"}}],"cycle":{"anchor":"9999-12-31","interval":"P120000M"}}`,
		`{"plan":"p","currency":"USD","items":[{"id":"s","quantity":"1","price":{"unit":"1"}}],"cycle":{"anchor":"2026-11-01","interval":"P1M","day":-5}}`,
		`{"plan":"p","currency":"USD","items":[{"id":"s","quantity":"1","price":{"unit":"1"}}],"cycle":{"anchor":"2026-11-01","interval":"P1M","zone":"Local"}}`,
		`{"plan":"p","currency":"` + strings.Repeat("U", 1000) + `","items":[{"id":"s","quantity":"1","price":{"unit":"1"}}],"cycle":{"anchor":"2026-11-01","interval":"P1M"}}`,
	} {
		var contract plans.Contract
		if json.Unmarshal([]byte(text), &contract) != nil {
			continue
		}
		if contract.Validate() == nil {
			t.Errorf("accepted: %.100s", text)
		}
		change := plans.Change{Item: "s", Quantity: giventest.Money("1")}
		if _, err := contract.Added(change, part(november, "", time.UTC), proration.Standard(2)); err == nil {
			t.Errorf("added to: %.100s", text)
		}
		if charges, err := contract.Charges(part(november, "", time.UTC), proration.Standard(2)); err == nil {
			t.Errorf("charged %v for: %.100s", charges, text)
		}
	}
}
