package plans_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// explanationReader reads the explanation of a charge as a customer checks it: from the text alone, with fractions.
type explanationReader struct {
	text string // the unread text
	bad  string // an error of arithmetic or syntax
}

func (c *explanationReader) fail(why string) {
	if c.bad == "" {
		c.bad = why + " at " + c.text
	}
}

// accept reads a text if it is next.
func (c *explanationReader) accept(text string) bool {
	rest, ok := strings.CutPrefix(c.text, text)
	c.text = rest
	return ok
}

// number reads a number, and returns its decimal places.
func (c *explanationReader) number() (n *big.Rat, places int) {
	end, point := 0, 0
	for end < len(c.text) && (c.text[end] >= '0' && c.text[end] <= '9' || end == 0 && c.text[0] == '-' || point == 0 && c.text[end] == '.') {
		if end++; c.text[end-1] == '.' {
			point = end
		}
	}
	if point == end && point > 0 { // the point belongs to an ellipsis
		end, point = end-1, 0
	}
	n, ok := new(big.Rat).SetString(c.text[:end])
	if !ok {
		c.fail("no number")
		return new(big.Rat), 0
	}
	if c.text = c.text[end:]; point > 0 {
		places = end - point
	}
	return n, places
}

// value reads a number alone.
func (c *explanationReader) value() *big.Rat {
	n, _ := c.number()
	return n
}

// factor reads "12", "2.9 % of 100.00", "3 packages of 10" or a sum in parentheses.
func (c *explanationReader) factor() *big.Rat {
	if c.accept("(") {
		sum := c.sum()
		if !c.accept(")") {
			c.fail("no parenthesis")
		}
		return sum
	}
	n := c.value()
	switch {
	case c.accept(" packages of "):
		c.value()
	case c.accept(" % of "):
		n.Mul(n, c.value()).Quo(n, big.NewRat(100, 1))
	}
	return n
}

// product reads "12 x 7.00 beyond 3 included x 6".
func (c *explanationReader) product() *big.Rat {
	n := c.factor()
	for {
		switch {
		case c.accept(" x "):
			n.Mul(n, c.factor())
		case c.accept(" beyond "):
			if c.value(); !c.accept(" included") {
				c.fail("no included units")
			}
		default:
			return n
		}
	}
}

// sum reads "5 x 7.00 + 1 x 6.50 - 2.00, at least 50.00".
func (c *explanationReader) sum() *big.Rat {
	n := c.product()
	for more := true; more; {
		switch {
		case c.accept(" + "):
			n.Add(n, c.product())
		case c.accept(" - "):
			n.Sub(n, c.product())
		default:
			more = false
		}
	}
	if c.accept(", at least ") {
		if bound := c.value(); n.Cmp(bound) < 0 {
			n = bound
		} else {
			c.fail("a bound without effect")
		}
	} else if c.accept(", at most ") {
		if bound := c.value(); n.Cmp(bound) > 0 {
			n = bound
		} else {
			c.fail("a bound without effect")
		}
	}
	return n
}

// total reads " = 89.00" or " = 29.666..., rounded half up to 29.67" after an exact value.
func (c *explanationReader) total(exact *big.Rat) *big.Rat {
	if !c.accept(" = ") {
		c.fail("no total")
		return exact
	}
	n, places := c.number()
	if c.accept("...") {
		if cut := truncated(exact, places); cut.Cmp(n) != 0 {
			c.fail("the text begins " + cut.FloatString(places))
		}
	} else if n.Cmp(exact) != 0 {
		c.fail("the text is " + exact.RatString())
	}
	if !c.accept(", rounded ") {
		return n
	}
	mode, _, _ := strings.Cut(c.text, " to ")
	if c.accept(mode + " to "); mode != "half up" && mode != "half even" && mode != "down" {
		c.fail("an unknown rounding")
	}
	n, places = c.number()
	if want := roundedTo(exact, places, mode); n.Cmp(want) != 0 {
		c.fail("rounded, the text is " + want.RatString())
	}
	return n
}

// truncated cuts a number off after some places.
func truncated(r *big.Rat, places int) *big.Rat { return roundedTo(r, places, "down") }

// roundedTo rounds a number by a mode's words.
func roundedTo(r *big.Rat, places int, mode string) *big.Rat {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	n, rest := new(big.Int).QuoRem(new(big.Int).Mul(r.Num(), unit), r.Denom(), new(big.Int))
	half := rest.Abs(rest).Lsh(rest, 1).Cmp(r.Denom())
	if mode != "down" && (half > 0 || half == 0 && (mode == "half up" || n.Bit(0) == 1)) {
		n.Add(n, big.NewInt(int64(r.Sign())))
	}
	return new(big.Rat).SetFrac(n, unit)
}

// checkExplained checks law 16: the explanation of a charge can be recomputed from its text alone, step by step, and
// gives the amount of the charge.
func checkExplained(t *testing.T, charge plans.Charge) {
	t.Helper()
	text := charge.Explain()
	c := explanationReader{text: text}
	if !c.accept(charge.Item + ": ") {
		t.Fatalf("%q does not begin with the item", text)
	}
	exact := c.sum()
	if c.accept(", ") { // the amount of the whole period, and its share
		if of := c.value(); of.Cmp(exact) != 0 {
			t.Fatalf("%q: the price is %s and the whole %s", text, exact.RatString(), of.RatString())
		}
		if !c.accept(" x ") {
			t.Fatalf("%q has no share", text)
		}
		exact.Mul(exact, c.value())
		c.accept("/")
		exact.Quo(exact, c.value())
		_ = c.accept(" days") || c.accept(" seconds") || c.accept(" period")
	}
	total := c.total(exact)
	if total.Cmp(charge.Share.Amount.Rat()) != 0 {
		t.Fatalf("%q gives %s, and the charge is %v", text, total.RatString(), charge.Share.Amount)
	}
	for _, d := range charge.Discounts {
		if !c.accept(", less " + d.Reason + " ") {
			t.Fatalf("%q does not mention %+v", text, d)
		}
		total.Sub(total, c.value())
	}
	if len(charge.Discounts) > 0 {
		total = c.total(total)
	}
	if total.Cmp(charge.Net.Rat()) != 0 || c.text != "" || c.bad != "" {
		t.Fatalf("%q gives %s, and the charge is %v; unread %q, %s", text, total.RatString(), charge.Net, c.text, c.bad)
	}
}

func TestChargeExplain(t *testing.T) {
	policy := proration.Standard(2)
	charged := func(c plans.Contract, span string) plans.Charge {
		t.Helper()
		charges, err := c.Charges(part(november, span, time.UTC), policy)
		if err != nil {
			t.Fatal(err)
		}
		return charges[0]
	}
	priced := func(quantity, price string) plans.Charge {
		c := seats("0", "0")
		c.Items[0] = sold("seat", quantity, price)
		return charged(c, "")
	}
	added := func(quantity, price, more, span string) plans.Charge {
		t.Helper()
		c := seats("0", "0")
		c.Items[0] = sold("seat", quantity, price)
		change := unitsOf("seat", giventest.Money(more))
		if c.Items[0].Quantity.IsZero() {
			change = withPrice(change, price) // the item is new
		}
		charges, err := c.Added(change, part(november, span, time.UTC), policy)
		if err != nil {
			t.Fatal(err)
		}
		return charges[0]
	}
	upFront := func(quantity, price, span string) plans.Charge {
		t.Helper()
		c := prepaid(nil, "P6M 2026-11-01/2027-05-01")
		c.Items[0] = sold("seat", quantity, price)
		charges, err := c.Charges(part("2026-11-01/2027-05-01", span, time.UTC), policy)
		if err != nil {
			t.Fatal(err)
		}
		return charges[0]
	}
	off := func(c plans.Charge, discounts ...plans.Discount) plans.Charge {
		t.Helper()
		r, err := plans.ApplyDiscounts(plans.DiscountRequest{
			Charges: []plans.Charge{c}, Discounts: discounts, Currency: "USD", Mode: proration.HalfUp, Allocation: proration.LargestRemainder,
		})
		if err != nil {
			t.Fatal(err)
		}
		return r.Charges[0]
	}
	percent := func(p string) plans.Discount {
		return plans.Discount{ID: "p" + p, Percent: giventest.Money(p), Duration: plans.Once}
	}
	for _, c := range []struct {
		name, why string
		charge    plans.Charge
		want      string
	}{
		{"a whole period", "quantity times rate is the whole calculation", charged(seats("10", "89.00"), ""), "seat: 10 x 89.00 = 890.00"},
		{"a partial period", "law 16: the text has the fraction as integers", charged(seats("2", "89.00"), "2026-11-16/2026-12-01"), "seat: 2 x 89.00, 178.00 x 15/30 days = 89.00"},
		{"rounded", "law 16: the text has the effect of rounding", charged(seats("1", "89.00"), "2026-11-21/2026-12-01"), "seat: 1 x 89.00, 89.00 x 10/30 days = 29.666..., rounded half up to 29.67"},
		{"a rounded whole period", "the text has the rounding, although nothing was prorated", charged(seats("1", "0.333"), ""), "seat: 1 x 0.333, 0.333 x 30/30 days = 0.333, rounded half up to 0.33"},
		{"price without cents", "an amount has the places of its currency", charged(seats("1", "89"), ""), "seat: 1 x 89.00 = 89.00"},
		{"yen", "an amount has the places of its currency", charged(in("JPY", seats("3", "1000")), ""), "seat: 3 x 1000 = 3000"},
		{"dinars", "an amount has the places of its currency", charged(in("KWD", seats("1", "27.5")), ""), "seat: 1 x 27.500 = 27.500"},
		{"price below a cent", "a rate keeps its agreed places", charged(seats("12500", "0.0004"), ""), "seat: 12500 x 0.0004 = 5.00"},
		{"a fraction of a unit", "a quantity keeps its places", charged(seats("1.25", "80.00"), ""), "seat: 1.25 x 80.00 = 100.00"},
		{"free", "a free line states its zero", charged(seats("10", "0"), ""), "seat: 10 x 0.00 = 0.00"},

		{"flat", "a flat price is for any quantity", priced("10", `{"flat":"49"}`), "seat: 49.00 = 49.00"},
		{"flat price and unit price", "both add up", priced("10", `{"flat":"49","unit":"7"}`), "seat: 10 x 7.00 + 49.00 = 119.00"},
		{"a percentage of an amount", "2.9 percent and 30 cents, of 100.00", priced("100", `{"percent":"2.9","flat":"0.30"}`), "seat: 2.9 % of 100.00 + 0.30 = 3.20"},
		{"packages", "a started package is billed in full: 25 are three of 10", priced("25", `{"unit":"5","package":"10"}`), "seat: 3 packages of 10 x 5.00 = 15.00"},
		{"included units", "nine of twelve are paid", priced("12", `{"unit":"8","included":"3"}`), "seat: 9 x 8.00 beyond 3 included = 72.00"},
		{"a minimum", "law 16: the text has a bound that took effect", priced("3", `{"unit":"7","minimum":"50"}`), "seat: 3 x 7.00, at least 50.00 = 50.00"},
		{"a maximum", "law 16: the text has a bound that took effect", priced("30", `{"unit":"7","maximum":"50"}`), "seat: 30 x 7.00, at most 50.00 = 50.00"},
		{"bounds without effect", "a bound without effect is not in the text", priced("5", `{"unit":"7","minimum":"20","maximum":"50"}`), "seat: 5 x 7.00 = 35.00"},
		{"by tiers", "each unit has the price of its own tier", priced("12", byTier), "seat: 5 x 7.00 + 5 x 6.50 + 2 x 6.00 = 79.50"},
		{"by volume", "all units have the price of the reached tier", priced("12", byVolume), "seat: 12 x 6.00 = 72.00"},
		{
			"a stairstep", "a tier may be one price for all", priced("12", `{"tiering":"volume","tiers":[{"up_to":"10","flat":"20"},{"flat":"50"}]}`), "seat: 50.00 = 50.00",
		},

		{"billed up front", "K8: the contract in full, six months of 15.00", upFront("10", `{"per":"P1M","unit":"15"}`, ""), "seat: 10 x 15.00 x 6 = 900.00"},
		{"billed up front, once", "a price for six months is due once", upFront("10", `{"per":"P6M","unit":"80"}`, ""), "seat: 10 x 80.00 = 800.00"},
		{"tiers, billed up front", "the sum is due six times", upFront("6", `{"per":"P1M",`+byTier[1:], ""), "seat: (5 x 7.00 + 1 x 6.50) x 6 = 249.00"},
		{"a flat price, billed up front", "a single number needs no parentheses", upFront("6", `{"per":"P1M","flat":"9"}`, ""), "seat: 9.00 x 6 = 54.00"},
		{"a flat price and seats, billed up front", "a sum needs parentheses", upFront("6", `{"per":"P1M","flat":"9","unit":"2"}`, ""), "seat: (6 x 2.00 + 9.00) x 6 = 126.00"},
		{"a bound, billed up front", "the bound is for each month", upFront("6", `{"per":"P1M","unit":"1","minimum":"9"}`, ""), "seat: (6 x 1.00, at least 9.00) x 6 = 54.00"},
		{"included units, billed up front", "the units are included in each month", upFront("6", `{"per":"P1M","unit":"5","included":"2"}`, ""), "seat: 4 x 5.00 beyond 2 included x 6 = 120.00"},
		{
			"the rest of a term", "M6: the remaining time, 45 of 181 days of 900.00", upFront("10", `{"per":"P1M","unit":"15"}`, "2027-03-17/2027-05-01"),
			"seat: 10 x 15.00 x 6, 900.00 x 45/181 days = 223.756..., rounded half up to 223.76",
		},

		{"two more", "K3a: at the contracted rate", added("10", `{"unit":"89"}`, "2", "2026-11-16/2026-12-01"), "seat: 2 x 89.00, 178.00 x 15/30 days = 89.00"},
		{"more by tiers", "twelve cost the difference to four", added("4", byTier, "8", ""), "seat: (5 x 7.00 + 5 x 6.50 + 2 x 6.00) - (4 x 7.00) = 51.50"},
		{
			"more by tiers, for half a month", "twelve cost the difference to four, for a share of the month", added("4", byTier, "8", "2026-11-16/2026-12-01"),
			"seat: (5 x 7.00 + 5 x 6.50 + 2 x 6.00) - (4 x 7.00), 51.50 x 15/30 days = 25.75",
		},
		{"more beyond a minimum", "the minimum was paid before", added("3", `{"unit":"7","minimum":"50"}`, "7", ""), "seat: (10 x 7.00) - (3 x 7.00, at least 50.00) = 20.00"},
		{"more for less", "law 16: eleven at 8.00 cost less than ten at 10.00, so that all of them are charged anew", added("10", `{"tiering":"volume","tiers":[{"up_to":"10","unit":"10"},{"unit":"8"}]}`, "1", ""), "seat: 11 x 8.00 = 88.00"},
		{"the first units", "no units cost nothing, so that the flat price is charged", added("0", `{"flat":"49","unit":"7"}`, "2", ""), "seat: 2 x 7.00 + 49.00 = 63.00"},
		{"included units and a flat fee", "the included units belong to the product", priced("12", `{"flat":"49","unit":"8","included":"3"}`), "seat: 9 x 8.00 beyond 3 included + 49.00 = 121.00"},
		{"more packages", "the third package was started before", added("25", `{"unit":"5","package":"10"}`, "7", ""), "seat: (4 packages of 10 x 5.00) - (3 packages of 10 x 5.00) = 5.00"},

		{"a discount", "the text has the deduction and the rest", off(upFront("10", `{"per":"P1M","unit":"15"}`, ""), percent("10")), "seat: 10 x 15.00 x 6 = 900.00, less 10 % 90.00 = 810.00"},
		{
			"two discounts", "in their order: 10 % of 810.00 and not of 900.00", off(upFront("10", `{"per":"P1M","unit":"15"}`, ""), percent("10"), percent("10.0")),
			"seat: 10 x 15.00 x 6 = 900.00, less 10 % 90.00, less 10 % 81.00 = 729.00",
		},
		{
			"half off a partial period", "the discount applies after the share, and is rounded: 14.835", off(charged(seats("1", "89.00"), "2026-11-21/2026-12-01"), percent("50")),
			"seat: 1 x 89.00, 89.00 x 10/30 days = 29.666..., rounded half up to 29.67, less 50 % 14.84 = 14.83",
		},
		{
			"a discount above the price", "a discount never takes more than is left", off(charged(seats("1", "3.00"), ""), percent("150")),
			"seat: 1 x 3.00 = 3.00, less 150 % 3.00 = 0.00",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.charge.Explain(); got != c.want {
				t.Errorf("got %q, want %q: %s", got, c.want, c.why)
			}
			checkExplained(t, c.charge)

			// Law 10: a charge that was stored and read back has the same explanation, although JSON writes 1.50 as 1.5.
			stored := giventest.CheckRoundTrip(t, c.charge)
			if got := stored.Explain(); got != c.want {
				t.Errorf("read back, the explanation is %q, want %q", got, c.want)
			}
		})
	}
}

// Credits, and charges imported from elsewhere, have no price times a quantity.
func TestChargeExplainWithoutPrice(t *testing.T) {
	charges, err := seats("2", "89.00").Charges(part(november, "", time.UTC), proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	credit := func(edit func(*plans.Charge)) plans.Charge {
		c := clone.Deep(charges[0])
		share, err := proration.Prorate(proration.Request{
			Amount: giventest.Money("-178"), Period: c.Period, Span: giventest.Period("2026-11-21/2026-12-01", nil), Policy: proration.Standard(2),
		})
		if err != nil {
			t.Fatal(err)
		}
		c.Kind, c.Corrects, c.Share, c.Net, c.Span = plans.ProrationCredit, "inv-1/1", share, share.Amount, giventest.Period("2026-11-21/2026-12-01", nil)
		edit(&c)
		return c
	}
	for _, c := range []struct {
		name, why string
		charge    plans.Charge
		want      string
	}{
		{
			"unused seats", "law 16: the text has the number, the charge, and the share of the billed amount", credit(func(*plans.Charge) {}),
			"seat: 2 not used of inv-1/1, -178.00 x 10/30 days = -59.333..., rounded half up to -59.33",
		},
		{
			"a fraction of an unused seat", "a quantity keeps its places", credit(func(c *plans.Charge) { c.Quantity = giventest.Money("0.50") }),
			"seat: 0.5 not used of inv-1/1, -178.00 x 10/30 days = -59.333..., rounded half up to -59.33",
		},
		{
			"an amount alone", "M9: a refund for another reason has no quantity", credit(func(c *plans.Charge) {
				c.Kind, c.Quantity, c.Net = plans.Refund, decimal.Decimal{}, giventest.Money("-5")
			}),
			"seat: -5.00 of inv-1/1",
		},
		{
			"no calculation", "an imported charge has no calculation to show", func() plans.Charge {
				c := clone.Deep(charges[0])
				c.Share = proration.Result{Amount: giventest.Money("89"), Rounding: c.Share.Rounding}
				return c
			}(), "seat: 89.00",
		},
		{
			"an invalid price", "a charge with an invalid price has no calculation to show", func() plans.Charge {
				c := clone.Deep(charges[0])
				c.Price.Unit = giventest.Money("-89")
				return c
			}(), "seat: 178.00",
		},
		{"nothing", "the zero charge", plans.Charge{}, ": 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.charge.Explain(); got != c.want {
				t.Errorf("got %q, want %q: %s", got, c.want, c.why)
			}
		})
	}
}

// Law 14: work is bounded for any input, and so is the text: an amount that no calculation produces is not written in a
// hundred thousand digits.
func TestChargeExplainHostile(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(c *plans.Charge, d decimal.Decimal)
	}{
		{"quantity", func(c *plans.Charge, d decimal.Decimal) { c.Quantity = d }},
		{"base_quantity", func(c *plans.Charge, d decimal.Decimal) { c.Price, c.BaseQuantity = priceOf(byTier), &d }},
		{"an unbounded base quantity", func(c *plans.Charge, d decimal.Decimal) {
			far := decimal.New(1, d.Exponent()*20_000)
			c.Price, c.BaseQuantity = priceOf(byTier), &far
		}},
		{"unit", func(c *plans.Charge, d decimal.Decimal) { c.Price.Unit = d }},
		{"minimum", func(c *plans.Charge, d decimal.Decimal) { c.Price.Minimum = d }},
		{"package", func(c *plans.Charge, d decimal.Decimal) { c.Price.Package = d }},
		{"net", func(c *plans.Charge, d decimal.Decimal) { c.Net = d }},
		{"share of", func(c *plans.Charge, d decimal.Decimal) { c.Share.Of = d }},
		{"share amount", func(c *plans.Charge, d decimal.Decimal) { c.Share.Amount = d }},
		{"deduction", func(c *plans.Charge, d decimal.Decimal) { c.Discounts = []plans.Deduction{{Reason: "10 %", Amount: d}} }},
	} {
		for size, exponent := range map[string]int32{"tiny": -100_000, "huge": 100_000} {
			t.Run(size+" "+c.name, func(t *testing.T) {
				for _, span := range []string{"", "2026-11-16/2026-12-01"} {
					charges, err := seats("1", "89.00").Charges(part(november, span, time.UTC), proration.Standard(2))
					if err != nil {
						t.Fatal(err)
					}
					for _, corrects := range []string{"", "inv-1/1"} {
						charges[0].Corrects = corrects
						c.edit(&charges[0], decimal.New(1, exponent))
						if got := charges[0].Explain(); len(got) > 500 {
							t.Errorf("one line of %d characters", len(got))
						}
					}
				}
			})
		}
	}
	charge := plans.Charge{Share: proration.Result{Rounding: proration.Rounding{Places: 1 << 30}}}
	if got := charge.Explain(); len(got) > 500 {
		t.Errorf("one line of %d characters", len(got))
	}
}

func TestWhole(t *testing.T) {
	period := giventest.Period(november, nil)
	if p := whole(period); !p.Period.Equal(period) || !p.Span.Equal(period) {
		t.Errorf("got %v", p)
	}
}

// A contract reads back as stored, with exactly the documented fields.
func TestContractJSON(t *testing.T) {
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

	full := giventest.CheckRoundTrip(t, fullContract())
	giventest.CheckFaults(t, full.Validate())
	if got, want := giventest.JSON(t, full.Terms), `[{"term":{"length":"P6M","billing":"up_front","renewal":"renew"},"period":{"start":"2026-11-01T00:00:00Z","end":"2027-05-01T00:00:00Z"}},`+
		`{"term":{"length":"P6M","billing":"up_front","renewal":"renew","notice":"P1M","termination_fee":{"fee":"100","percent":"50"}},"period":{"start":"2027-05-01T00:00:00Z","end":"2027-11-01T00:00:00Z"}}]`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	giventest.CheckRoundTrip(t, plans.Contract{})
	giventest.CheckRoundTrip(t, plans.Term{})

	charges, err := contract.Added(plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("1")}}}, part(november, "2026-11-16/2026-12-01", contract.Cycle.Location), proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := giventest.JSON(t, charges[0]), `{"kind":"proration_charge","plan":"growth","item":"seat","currency":"USD","quantity":"1","base_quantity":"10","price":{"unit":"89"},`+
		`"period":{"start":"2026-11-01T00:00:00-04:00","end":"2026-12-01T00:00:00-05:00"},"span":{"start":"2026-11-16T00:00:00-05:00","end":"2026-12-01T00:00:00-05:00"},`+
		`"share":{"amount":"44.5","of":"89","fraction":"15/30","unit":"days","rounding":{"places":2,"mode":"half_up"}},"net":"44.5"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	giventest.CheckRoundTrip(t, plans.Charge{})

	term := agreed(nil, plans.UpFront, "P6M "+november)[0].Term
	for want, change := range map[string]plans.Change{
		`{}`: {},
		`{"add":[{"item":"seat","quantity":"2"}]}`:                           quantityChange("2", "seat"),
		`{"remove":[{"item":"seat","quantity":"2"}]}`:                        quantityChange("-2", "seat"),
		`{"set":[{"item":"phone","price":{}}]}`:                              {Set: []plans.ItemSetting{{Item: "phone", Price: &plans.Price{}}}},
		`{"items":[]}`:                                                       {Items: []plans.ChangeItem{}},
		`{"term":{"length":"P6M","billing":"up_front","renewal":"renew"}}`:   {Term: &term},
		`{"end":"2026-11-16T00:00:00Z"}`:                                     {End: giventest.Instant("2026-11-16", nil)},
		`{"cancel":true}`:                                                    {Cancel: true},
		`{"plan":{"id":"scale","name":"Scale","interval":"","offers":null}}`: {Plan: &plans.Plan{ID: "scale", Name: "Scale"}},
		`{"interval":"P1Y","anchor":"reset","remove_discounts":["deal"]}`:    {Interval: giventest.Interval("P1Y"), Anchor: plans.AnchorReset, RemoveDiscounts: []string{"deal"}},
	} {
		if got := giventest.JSON(t, change); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		giventest.CheckRoundTrip(t, change)
	}
}

// Outside input is refused at the latest when it is used, and never panics.
func TestContractHostileJSON(t *testing.T) {
	const items, cycle = `"items":[{"id":"s","quantity":"1","price":{"unit":"1"}}]`, `"cycle":{"anchor":"2026-11-01","interval":"P1M"}`
	for _, text := range []string{
		`null`, `[]`, `"seat"`, `{"items":null}`, `{"items":[{}]}`, `{"items":[null,null]}`, `{"plan":7}`,
		`{"plan":"p","currency":"USD","items":[{"id":"s","quantity":"1e10000","price":{"unit":"1"}}],` + cycle + `}`,
		`{"plan":"p","currency":"USD","items":[{"id":"s","quantity":"1e-10000","price":{"unit":"1"}}],` + cycle + `}`,
		`{"plan":"p","currency":"USD","items":[{"id":"s","quantity":"1e99999","price":{"unit":"1"}}],` + cycle + `}`,
		`{"plan":"p","currency":"USD","items":[{"id":"s","quantity":"NaN","price":{"unit":"1"}}],` + cycle + `}`,
		`{"plan":"p","currency":"USD","items":[{"id":"s","quantity":"-0","price":{"unit":"-1"}}],` + cycle + `}`,
		`{"plan":"p","currency":"USD",` + items + `,"cycle":{"anchor":"9999-12-31","interval":"P120000M"}}`,
		`{"plan":"p","currency":"USD",` + items + `,"cycle":{"anchor":"2026-11-01","interval":"P1M","day":-5}}`,
		`{"plan":"p","currency":"USD",` + items + `,"cycle":{"anchor":"2026-11-01","interval":"P1M","zone":"Local"}}`,
		`{"plan":"p","currency":"` + strings.Repeat("U", 1000) + `",` + items + `,` + cycle + `}`,
		`{"plan":"p","currency":"USD",` + items + `,` + cycle + `,"ramp":[null]}`,
		`{"plan":"p","currency":"USD",` + items + `,` + cycle + `,"ramp":[{"at":"2026-11-16T00:00:00Z","item":{"id":"s","quantity":"1e-999999","price":{}}}]}`,
		`{"plan":"p","currency":"USD",` + items + `,` + cycle + `,"terms":[null]}`,
		`{"plan":"p","currency":"USD",` + items + `,` + cycle + `,"terms":[{"term":{"length":"P1M","billing":"never","renewal":"renew"}}]}`,
		`{"plan":"p","currency":"USD",` + items + `,` + cycle + `,"terms":[{"term":{"length":"P1M","billing":1,"renewal":"renew"}}]}`,
		`{"plan":"p","currency":"USD",` + items + `,` + cycle + `,"discounts":[{"id":"d","percent":"1e99","duration":"once"}]}`,
		`{"plan":"p","currency":"USD",` + items + `,` + cycle + `,"minimum":"1e99999"}`,
		`{"plan":"p","currency":"USD",` + items + `,` + cycle + `,"grace":"P1M3D"}`,
	} {
		var contract plans.Contract
		if json.Unmarshal([]byte(text), &contract) != nil {
			continue
		}
		if contract.Validate() == nil {
			t.Errorf("accepted: %.100s", text)
		}
		checkValidation(t, contract, giventest.Faults(contract.Validate()))
	}
}

// The reader of explanations detects a wrong calculation.
func TestExplanationReaderDetectsErrors(t *testing.T) {
	read := func(text string) string {
		c := explanationReader{text: text}
		c.total(c.sum())
		return c.bad + c.text
	}
	for text, ok := range map[string]bool{
		"10 x 89.00 = 890.00":                                        true,
		"10 x 89.00 = 890.01":                                        false,
		"(5 x 7.00 + 1 x 6.50) x 6 = 249.00":                         true,
		"5 x 7.00 + 1 x 6.50 x 6 = 249.00":                           false,
		"(2 x 7.00) - (1 x 7.00, at least 9.00) = 5.00":              true,
		"10 x 7.00, at least 9.00 = 70.00":                           false,
		"89.00 x 0.5 = 44.50, rounded half up to 44.50":              true,
		"2.9 % of 100.50 = 2.9145, rounded half up to 2.91":          true,
		"2.9 % of 100.50 = 2.9145, rounded half up to 2.92":          false,
		"1 x 0.125 = 0.125, rounded half up to 0.13":                 true,
		"1 x 0.125 = 0.125, rounded half even to 0.12":               true,
		"1 x 0.135 = 0.135, rounded half even to 0.14":               true,
		"1 x 0.129 = 0.129, rounded down to 0.12":                    true,
		"1 x 0.129 = 0.128..., rounded down to 0.12":                 false,
		"-1 x 0.125 = -0.125, rounded half up to -0.13":              true,
		"3 packages of 10 x 5.00 = 15.00":                            true,
		"4 x 5.00 beyond 2 included x 6 = 120.00 and something else": false,
	} {
		if got := read(text); (got == "") != ok {
			t.Errorf("%q: %q", text, got)
		}
	}
}
