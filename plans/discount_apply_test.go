package plans_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// charged reads charges: "10.00; -5.00; seat 44.50 share=15/30 span=2026-11-16/2026-12-01 quantity=2". By default a
// charge is for one seat of the plan growth in November 2026.
func charged(tb testing.TB, currency plans.Currency, text string) (all []plans.Charge) {
	tb.Helper()
	for each := range strings.SplitSeq(text, ";") {
		fields := strings.Fields(each)
		if len(fields) == 0 {
			continue
		}
		item := "seat"
		if _, err := decimal.NewFromString(fields[0]); err != nil {
			item, fields = fields[0], fields[1:]
		}
		c := line(fields[0], currency)
		c.Item = item
		for _, field := range fields[1:] {
			name, value, _ := strings.Cut(field, "=")
			var err error
			switch name {
			case "plan":
				c.Plan = value
			case "kind":
				err = c.Kind.UnmarshalText([]byte(value))
			case "span":
				c.Span = giventest.Period(value, nil)
			case "share":
				err = c.Share.Fraction.UnmarshalText([]byte(value))
			case "quantity":
				c.Quantity = giventest.Money(value)
			case "base_quantity":
				base := giventest.Money(value)
				c.BaseQuantity = &base
			case "per":
				c.Price.Per = giventest.Interval(value)
			case "multiplier":
				c.Multiplier, err = strconv.ParseInt(value, 10, 64)
			case "before":
				c.Discounts = append(c.Discounts, plans.Deduction{Discount: "before", Reason: "before", Amount: giventest.Money(value)})
			default:
				err = fmt.Errorf("no field %s", name)
			}
			if err != nil {
				tb.Fatal(err)
			}
		}
		all = append(all, c)
	}
	return all
}

// inText writes an amount with the places of the currency, or more if it has more.
func inText(amount decimal.Decimal, currency plans.Currency) string {
	places, _ := currency.Places()
	text := amount.StringFixed(places)
	if !giventest.Money(text).Equal(amount) {
		return amount.String()
	}
	return text
}

// reducedText writes the net and the deductions of each charge, "9.00 -1.00; -5.00", and the remaining discounts: their
// IDs, remaining periods and remaining rollover amounts, "a x2, b 40.00".
func reducedText(out plans.DiscountResult, currency plans.Currency) (charges, remaining string) {
	var lines, rest []string
	for _, c := range out.Charges {
		text := inText(c.Net, currency)
		for _, d := range c.Discounts {
			text += " -" + inText(d.Amount, currency)
		}
		lines = append(lines, text)
	}
	for _, d := range out.Remaining {
		text := d.ID
		if d.Duration == plans.Repeating {
			text += " x" + strconv.Itoa(d.Periods)
		}
		if d.Rollover {
			text += " " + inText(d.Amount, currency)
		}
		rest = append(rest, text)
	}
	return strings.Join(lines, "; "), strings.Join(rest, ", ")
}

// discountRow is a row of the tables below, with their common defaults.
type discountRow struct {
	name, why  string
	charges    string
	discounts  string
	currency   plans.Currency         // "" is USD
	mode       proration.RoundingMode // 0 is half up
	allocation proration.Allocation   // 0 is largest remainder
	want       string
	remaining  string
}

func (c discountRow) request(tb testing.TB) plans.DiscountRequest {
	tb.Helper()
	if c.currency == "" {
		c.currency = "USD"
	}
	return plans.DiscountRequest{
		Charges: charged(tb, c.currency, c.charges), Discounts: strictly[[]plans.Discount](tb, c.discounts), Currency: c.currency,
		Mode: max(c.mode, proration.HalfUp), Allocation: max(c.allocation, proration.LargestRemainder),
	}
}

// check fails unless the row gives the expected results, keeps the laws, and modifies no input.
func (c discountRow) check(t *testing.T) {
	t.Helper()
	r := c.request(t)
	before := giventest.JSON(t, r)
	out, err := plans.ApplyDiscounts(r)
	if !giventest.CheckFaults(t, err) {
		return
	}
	checkLaws(t, r, out)
	charges, remaining := reducedText(out, r.Currency)
	if charges != c.want {
		t.Errorf("got  %s\nwant %s: %s", charges, c.want, c.why)
	}
	if remaining != c.remaining {
		t.Errorf("%q remain, want %q: %s", remaining, c.remaining, c.why)
	}
	if after := giventest.JSON(t, r); after != before {
		t.Errorf("the input was\n%s, and is\n%s", before, after)
	}
	giventest.CheckRoundTrip(t, out)
}

const (
	tenPercent = `[{"id":"a","percent":"10","duration":"forever"}]`
	fiveOff    = `[{"id":"a","amount":"5","currency":"USD","duration":"forever"}]`
	allOff     = `[{"id":"a","percent":"100","duration":"forever"}]`
)

func TestApplyDiscounts(t *testing.T) {
	for _, c := range []discountRow{
		{name: "none", why: "without discounts nothing changes", charges: "100.00", discounts: `[]`, want: "100.00"},
		{name: "no charges and no discounts", why: "an empty bill is valid", discounts: `[]`},
		{name: "no charges", why: "a discount that takes nothing off is not used", discounts: tenPercent, remaining: "a"},

		{name: "percentage", why: "M3: the price less the discount of the term", charges: "100.00", discounts: tenPercent, want: "90.00 -10.00", remaining: "a"},
		{name: "percentage of a cent", why: "rounded once: 0.001 is zero, and the discount remains", charges: "0.01", discounts: `[{"id":"a","percent":"10","duration":"once"}]`, want: "0.01", remaining: "a"},
		{name: "half of seven cents", why: "a tie is rounded half up", charges: "0.07", discounts: `[{"id":"a","percent":"50","duration":"once"}]`, want: "0.03 -0.04"},
		{name: "half of seven cents, half even", why: "0.035 is 0.04", charges: "0.07", discounts: `[{"id":"a","percent":"50","duration":"once"}]`, mode: proration.HalfEven, want: "0.03 -0.04"},
		{name: "half of five cents, half even", why: "0.025 is 0.02", charges: "0.05", discounts: `[{"id":"a","percent":"50","duration":"once"}]`, mode: proration.HalfEven, want: "0.03 -0.02"},
		{name: "half of seven cents, down", why: "rounded in favor of the seller", charges: "0.07", discounts: `[{"id":"a","percent":"50","duration":"once"}]`, mode: proration.Down, want: "0.04 -0.03"},
		{name: "a third", why: "33.333 %", charges: "100.00", discounts: `[{"id":"a","percent":"33.333","duration":"once"}]`, want: "66.67 -33.33"},
		{name: "yen", why: "yen have no places", currency: "JPY", charges: "100", discounts: `[{"id":"a","percent":"33.33","duration":"once"}]`, want: "67 -33"},
		{name: "dinars", why: "dinars have three places", currency: "KWD", charges: "10.005", discounts: `[{"id":"a","percent":"10","duration":"once"}]`, want: "9.004 -1.001"},
		{name: "all", why: "free periods are 100 percent", charges: "15.00; 3.33", discounts: allOff, want: "0.00 -15.00; 0.00 -3.33", remaining: "a"},
		{name: "more than 100 percent", why: "a net is never below zero", charges: "100.00", discounts: `[{"id":"a","percent":"150","duration":"forever"}]`, want: "0.00 -100.00", remaining: "a"},
		{name: "amount", why: "5.00 off", charges: "100.00", discounts: fiveOff, want: "95.00 -5.00", remaining: "a"},
		{name: "an amount above the net", why: "a net is never below zero, and the rest of the amount is lost", charges: "3.00", discounts: fiveOff, want: "0.00 -3.00", remaining: "a"},
		{name: "an amount equal to the net", why: "the whole net is taken off", charges: "5.00", discounts: fiveOff, want: "0.00 -5.00", remaining: "a"},

		{name: "two of 60 percent", why: "the second applies to the rest of the first: 16.00 remain, not -20.00", charges: "100.00", discounts: `[{"id":"a","percent":"60","duration":"once"},{"id":"b","percent":"60","duration":"once"}]`, want: "16.00 -60.00 -24.00"},
		{name: "amount first", why: "Stripe: 100 less 5.00, less 20 %", charges: "100.00", discounts: `[{"id":"a","amount":"5","currency":"USD","duration":"once"},{"id":"b","percent":"20","duration":"once"}]`, want: "76.00 -5.00 -19.00"},
		{name: "percentage first", why: "the same two in the other order", charges: "100.00", discounts: `[{"id":"b","percent":"20","duration":"once"},{"id":"a","amount":"5","currency":"USD","duration":"once"}]`, want: "75.00 -20.00 -5.00"},
		{name: "each rounded", why: "Lago: 15 % and 20 % of 1.00 are 0.15 and 0.17", charges: "1.00", discounts: `[{"id":"a","percent":"15","duration":"once"},{"id":"b","percent":"20","duration":"once"}]`, want: "0.68 -0.15 -0.17"},
		{name: "the first takes everything", why: "Lago: the second takes nothing, is not used, and remains", charges: "0.05", discounts: `[{"id":"a","amount":"0.10","currency":"USD","duration":"once"},{"id":"b","percent":"20","duration":"once"}]`, want: "0.00 -0.05", remaining: "b"},
		{name: "after an earlier deduction", why: "the earlier deduction keeps its place", charges: "90.00 before=10.00", discounts: tenPercent, want: "81.00 -10.00 -9.00", remaining: "a"},

		{name: "in proportion", why: "Lago: 0.12 over 2.00 and 1.00", charges: "2.00; 1.00", discounts: `[{"id":"a","amount":"0.12","currency":"USD","duration":"once"}]`, want: "1.92 -0.08; 0.96 -0.04"},
		{name: "a percentage of the sum", why: "0.03 and 0.04 give 0.035, rounded once, not 0.02 and 0.02 by line", charges: "0.03; 0.04", discounts: `[{"id":"a","percent":"50","duration":"once"}]`, mode: proration.HalfDown, want: "0.02 -0.01; 0.02 -0.02"},
		{name: "largest remainder", why: "5.00 over 10.00 and 20.00: 1.666... and 3.333..., the cent to the first", charges: "10.00; 20.00", discounts: fiveOff, want: "8.33 -1.67; 16.67 -3.33", remaining: "a"},
		{name: "last line", why: "Stripe: the earlier line is truncated, the last takes the rest", charges: "10.00; 20.00", discounts: fiveOff, allocation: proration.LastLine, want: "8.34 -1.66; 16.66 -3.34", remaining: "a"},
		{name: "thirds", why: "the earlier of ties has the extra cent", charges: "10.00; 10.00; 10.00", discounts: `[{"id":"a","amount":"1.00","currency":"USD","duration":"once"}]`, want: "9.66 -0.34; 9.67 -0.33; 9.67 -0.33"},
		{
			name: "five cents over ten lines", why: "the deductions add up to 0.05, not 0.00 or 0.10: ties go to the earlier lines", charges: strings.Repeat("1.00;", 10),
			discounts: `[{"id":"a","amount":"0.05","currency":"USD","duration":"once"}]`,
			want:      "0.99 -0.01; 0.99 -0.01; 0.99 -0.01; 0.99 -0.01; 0.99 -0.01; 1.00; 1.00; 1.00; 1.00; 1.00",
		},
		{
			name: "five cents over ten lines, last line", why: "the deductions add up to 0.05, the last lines first", charges: strings.Repeat("1.00;", 10),
			discounts: `[{"id":"a","amount":"0.05","currency":"USD","duration":"once"}]`, allocation: proration.LastLine,
			want: "1.00; 1.00; 1.00; 1.00; 1.00; 1.00; 1.00; 1.00; 1.00; 0.95 -0.05",
		},
		{
			name: "above the amount of the last line", why: "the line before the last takes its rest, and so on", charges: strings.Repeat("0.01;", 10),
			discounts: `[{"id":"a","amount":"0.05","currency":"USD","duration":"once"}]`, allocation: proration.LastLine,
			want: "0.01; 0.01; 0.01; 0.01; 0.01; 0.00 -0.01; 0.00 -0.01; 0.00 -0.01; 0.00 -0.01; 0.00 -0.01",
		},
		{
			name: "a small last line", why: "0.08 of 0.05, 0.05 and 0.01: truncated 0.03, 0.03 and 0.00, and the last line gives all of its amount", charges: "0.05; 0.05; 0.01",
			discounts: `[{"id":"a","amount":"0.08","currency":"USD","duration":"once"}]`, allocation: proration.LastLine, want: "0.02 -0.03; 0.01 -0.04; 0.00 -0.01",
		},

		{name: "credits", why: "a credit is unchanged, and takes no part in the spread", charges: "10.00; -5.00; 0.00; 20.00", discounts: `[{"id":"a","amount":"3","currency":"USD","duration":"once"}]`, want: "9.00 -1.00; -5.00; 0.00; 18.00 -2.00"},
		{name: "credits only", why: "the discount takes nothing off, and remains", charges: "-10.00; 0.00", discounts: `[{"id":"a","amount":"3","currency":"USD","duration":"once"}]`, want: "-10.00; 0.00", remaining: "a"},
		{name: "a credit on the last line", why: "the last line is the last line with a deduction", charges: "10.00; 20.00; -1.00", discounts: fiveOff, allocation: proration.LastLine, want: "8.34 -1.66; 16.66 -3.34; -1.00", remaining: "a"},
		{name: "percentage of charges alone", why: "10 % of 30.00, and not of 25.00", charges: "10.00; -5.00; 20.00", discounts: tenPercent, want: "9.00 -1.00; -5.00; 18.00 -2.00", remaining: "a"},

		{name: "a net with more places than the currency", why: "the whole of a net with three places is taken off", charges: "10.005", discounts: allOff, want: "0.00 -10.005", remaining: "a"},
		{name: "a part of a net with more places", why: "a deduction has the places of the currency", currency: "JPY", charges: "999.9", discounts: tenPercent, want: "899.9 -100", remaining: "a"},
		{name: "written with an exponent", why: "1e3 is 1000.00", charges: "1e3; 5e2", discounts: tenPercent, want: "900.00 -100.00; 450.00 -50.00", remaining: "a"},
	} {
		t.Run(c.name, c.check)
	}
}

func TestApplyDiscountsScope(t *testing.T) {
	for _, c := range []discountRow{
		{name: "plan", why: "the discount is for one plan", charges: "10.00; 20.00 plan=scale", discounts: `[{"id":"a","percent":"10","duration":"forever","plans":["scale"]}]`, want: "10.00; 18.00 -2.00", remaining: "a"},
		{name: "item", why: "the discount is for seats, not storage", charges: "seat 10.00; storage 20.00", discounts: `[{"id":"a","percent":"10","duration":"forever","items":["seat"]}]`, want: "9.00 -1.00; 20.00", remaining: "a"},
		{name: "items", why: "the discount is for either item", charges: "seat 10.00; storage 20.00; calls 30.00", discounts: `[{"id":"a","amount":"4","currency":"USD","duration":"forever","items":["calls","seat"]}]`, want: "9.00 -1.00; 20.00; 27.00 -3.00", remaining: "a"},
		{name: "kind", why: "the discount is for usage, not for a fee", charges: "10.00; 20.00 kind=usage; 30.00 kind=one_time", discounts: `[{"id":"a","percent":"10","duration":"forever","kinds":["usage","one_time"]}]`, want: "10.00; 18.00 -2.00; 27.00 -3.00", remaining: "a"},
		{name: "all scopes", why: "each narrows the others", charges: "10.00; 20.00 plan=scale; 30.00 plan=scale kind=usage; storage 40.00 plan=scale kind=usage", discounts: `[{"id":"a","percent":"10","duration":"forever","plans":["scale"],"items":["seat"],"kinds":["usage"]}]`, want: "10.00; 20.00; 27.00 -3.00; 40.00", remaining: "a"},
		{name: "out of scope", why: "the discount takes nothing off, and remains, though its duration is once", charges: "10.00", discounts: `[{"id":"a","percent":"10","duration":"once","plans":["scale"]}]`, want: "10.00", remaining: "a"},
		{name: "amount in scope", why: "the deduction is at most the net in scope", charges: "seat 3.00; storage 20.00", discounts: `[{"id":"a","amount":"5","currency":"USD","duration":"forever","items":["seat"]}]`, want: "0.00 -3.00; 20.00", remaining: "a"},
		{name: "special price in scope", why: "storage keeps its price", charges: "seat 89.00; storage 89.00", discounts: `[{"id":"a","price":{"unit":"79"},"currency":"USD","duration":"forever","items":["seat"]}]`, want: "79.00 -10.00; 89.00", remaining: "a"},
		{name: "two scopes", why: "the second applies to the rest in its scope", charges: "seat 10.00; storage 20.00", discounts: `[{"id":"a","percent":"50","duration":"forever","items":["seat"]},{"id":"b","percent":"10","duration":"forever"}]`, want: "4.50 -5.00 -0.50; 18.00 -2.00", remaining: "a, b"},

		{name: "from", why: "the first instant is included", charges: "10.00", discounts: `[{"id":"a","percent":"10","duration":"forever","from":"2026-11-01T00:00:00Z"}]`, want: "9.00 -1.00", remaining: "a"},
		{name: "too early", why: "a nanosecond before the start", charges: "10.00", discounts: `[{"id":"a","percent":"10","duration":"forever","from":"2026-11-01T00:00:00.000000001Z"}]`, want: "10.00", remaining: "a"},
		{name: "until", why: "its last instant is outside", charges: "10.00", discounts: `[{"id":"a","percent":"10","duration":"once","until":"2026-11-01T00:00:00Z"}]`, want: "10.00", remaining: "a"},
		{name: "just before the end", why: "the start of the span decides, not its end", charges: "10.00", discounts: `[{"id":"a","percent":"10","duration":"forever","until":"2026-11-01T00:00:00.000000001Z"}]`, want: "9.00 -1.00", remaining: "a"},
		{name: "an instant in another zone", why: "20:00 the day before in New York is 01:00 here", charges: "10.00", discounts: `[{"id":"a","percent":"10","duration":"forever","from":"2026-10-31T20:00:00-05:00"}]`, want: "10.00", remaining: "a"},
		{name: "the span, and not the period", why: "seats added on the 16th begin then", charges: "10.00 span=2026-11-16/2026-12-01; 20.00", discounts: `[{"id":"a","percent":"10","duration":"forever","from":"2026-11-16T00:00:00Z"}]`, want: "9.00 -1.00; 20.00", remaining: "a"},
	} {
		t.Run(c.name, c.check)
	}
}

func TestApplyDiscountsRemaining(t *testing.T) {
	const budget = `[{"id":"a","amount":"100","currency":"USD","duration":"forever","rollover":true}]`
	for _, c := range []discountRow{
		{name: "once", why: "the discount is used in its first period", charges: "10.00", discounts: `[{"id":"a","percent":"10","duration":"once"}]`, want: "9.00 -1.00"},
		{name: "once, partly used", why: "the rest is lost without a rollover", charges: "3.00", discounts: `[{"id":"a","amount":"5","currency":"USD","duration":"once"}]`, want: "0.00 -3.00"},
		{name: "once, over several charges", why: "one bill is one use", charges: "10.00; 20.00", discounts: `[{"id":"a","percent":"10","duration":"once"}]`, want: "9.00 -1.00; 18.00 -2.00"},
		{name: "three periods", why: "two periods remain", charges: "10.00", discounts: `[{"id":"a","percent":"100","duration":"repeating","periods":3}]`, want: "0.00 -10.00", remaining: "a x2"},
		{name: "last period", why: "none remains", charges: "10.00", discounts: `[{"id":"a","percent":"100","duration":"repeating","periods":1}]`, want: "0.00 -10.00"},
		{name: "a period with a zero bill", why: "a zero bill uses no free period", charges: "0.00", discounts: `[{"id":"a","percent":"100","duration":"repeating","periods":3}]`, want: "0.00", remaining: "a x3"},
		{name: "forever", why: "the discount is unchanged", charges: "10.00", discounts: tenPercent, want: "9.00 -1.00", remaining: "a"},
		{name: "kept", why: "the rest rolls over", charges: "30.00", discounts: budget, want: "0.00 -30.00", remaining: "a 70.00"},
		{name: "rollover, spent", why: "the discount ends when it is spent", charges: "130.00", discounts: budget, want: "30.00 -100.00"},
		{name: "rollover, spent to the cent", why: "nothing is left to roll over", charges: "100.00", discounts: budget, want: "0.00 -100.00"},
		{name: "rollover, once", why: "the amount is used until it is spent", charges: "30.00", discounts: `[{"id":"a","amount":"100","currency":"USD","duration":"once","rollover":true}]`, want: "0.00 -30.00", remaining: "a 70.00"},
		{name: "rollover, for two periods", why: "the periods or the amount end it", charges: "30.00", discounts: `[{"id":"a","amount":"100","currency":"USD","duration":"repeating","periods":2,"rollover":true}]`, want: "0.00 -30.00", remaining: "a x1 70.00"},
		{name: "rollover, for a last period", why: "the periods or the amount end it", charges: "30.00", discounts: `[{"id":"a","amount":"100","currency":"USD","duration":"repeating","periods":1,"rollover":true}]`, want: "0.00 -30.00"},
		{name: "rollover, after its end", why: "a later charge of an earlier time may use it", charges: "30.00", discounts: `[{"id":"a","percent":"10","duration":"forever","until":"2020-01-01T00:00:00Z"}]`, want: "30.00", remaining: "a"},
		{name: "several, partly used", why: "discounts keep their order", charges: "30.00", discounts: `[{"id":"a","percent":"10","duration":"once"},{"id":"b","percent":"10","duration":"repeating","periods":2},{"id":"c","percent":"10","duration":"once","items":["storage"]},{"id":"d","amount":"50","currency":"USD","duration":"forever","rollover":true}]`, want: "0.00 -3.00 -2.70 -24.30", remaining: "b x1, c, d 25.70"},
	} {
		t.Run(c.name, c.check)
	}
}

func TestApplyDiscountsProrated(t *testing.T) {
	const (
		thirty   = `[{"id":"a","amount":"30","currency":"USD","duration":"forever"}]`
		prorated = `[{"id":"a","amount":"30","currency":"USD","duration":"forever","prorated":true}]`
	)
	for _, c := range []discountRow{
		{name: "whole", why: "a whole period gets the whole amount", charges: "100.00 share=30/30", discounts: prorated, want: "70.00 -30.00", remaining: "a"},
		{name: "a charge without a share", why: "a one-time charge counts as whole", charges: "100.00", discounts: prorated, want: "70.00 -30.00", remaining: "a"},
		{name: "half", why: "half of a period gets half of the amount", charges: "50.00 share=15/30", discounts: prorated, want: "35.00 -15.00", remaining: "a"},
		{name: "half, not prorated", why: "the amount is for each period, however short", charges: "50.00 share=15/30", discounts: thirty, want: "20.00 -30.00", remaining: "a"},
		{name: "rounded", why: "30.00 x 10/31 is 9.677...", charges: "32.26 share=10/31", discounts: prorated, want: "22.58 -9.68", remaining: "a"},
		{name: "prorated and rounded", why: "10 of 31 days get their part of the amount, rounded down", charges: "32.26 share=10/31", discounts: prorated, mode: proration.Down, want: "22.59 -9.67", remaining: "a"},
		{name: "of several, the longest", why: "a later addition does not make the period shorter", charges: "10.00 share=3/30; 40.00 share=20/30", discounts: prorated, want: "6.00 -4.00; 24.00 -16.00", remaining: "a"},
		{name: "several, one whole", why: "a later addition does not make the period shorter", charges: "10.00 share=3/30; 40.00", discounts: prorated, want: "4.00 -6.00; 16.00 -24.00", remaining: "a"},
		{name: "ratios of other integers", why: "1/2 is longer than 14/31", charges: "10.00 share=14/31; 40.00 share=1/2", discounts: prorated, want: "7.00 -3.00; 28.00 -12.00", remaining: "a"},
		{name: "a credit", why: "the share of a credit does not matter", charges: "-50.00 share=30/30; 50.00 share=15/30", discounts: prorated, want: "-50.00; 35.00 -15.00", remaining: "a"},
		{name: "out of scope", why: "the share of a charge out of scope does not matter", charges: "storage 50.00 share=30/30; 50.00 share=15/30", discounts: `[{"id":"a","amount":"30","currency":"USD","duration":"forever","prorated":true,"items":["seat"]}]`, want: "50.00; 35.00 -15.00", remaining: "a"},
		{name: "above the net", why: "a deduction is at most the net", charges: "10.00 share=15/30", discounts: prorated, want: "0.00 -10.00", remaining: "a"},
	} {
		t.Run(c.name, c.check)
	}
}

func TestApplyDiscountsSpecialPrice(t *testing.T) {
	const seats = `[{"id":"a","price":{"unit":"79"},"currency":"USD","duration":"forever"}]`
	for _, c := range []discountRow{
		{name: "ten seats", why: "K11: ten at 79.00 instead of 89.00", charges: "890.00 quantity=10", discounts: seats, want: "790.00 -100.00", remaining: "a"},
		{name: "half a month", why: "charge and special price have the same share", charges: "445.00 quantity=10 share=15/30", discounts: seats, want: "395.00 -50.00", remaining: "a"},
		{name: "a third of a month", why: "the special price is rounded as the charge was: 296.67 less 263.33", charges: "296.67 quantity=10 share=10/30", discounts: seats, want: "263.33 -33.34", remaining: "a"},
		{name: "twelve times", why: "K8: a year of months", charges: "10680.00 quantity=10 multiplier=12", discounts: seats, want: "9480.00 -1200.00", remaining: "a"},
		{name: "an annual price, for a monthly charge", why: "each amount for its own length: 900.00 once, not twelve times", charges: "1068.00 per=P1M multiplier=12", discounts: `[{"id":"a","price":{"per":"P1Y","unit":"900"},"currency":"USD","duration":"once"}]`, want: "900.00 -168.00"},
		{name: "a monthly price, for an annual charge", why: "each amount for its own length: 75.00 twelve times", charges: "1068.00 per=P1Y", discounts: `[{"id":"a","price":{"per":"P1M","unit":"75"},"currency":"USD","duration":"once"}]`, want: "900.00 -168.00"},
		{name: "for the same length", why: "the special price applies as often as the price of the charge", charges: "1068.00 per=P1M multiplier=12", discounts: `[{"id":"a","price":{"per":"P1M","unit":"75"},"currency":"USD","duration":"once"}]`, want: "900.00 -168.00"},
		{name: "without a length", why: "the special price applies as often as the price of the charge", charges: "1068.00 per=P1M multiplier=12", discounts: `[{"id":"a","price":{"unit":"75"},"currency":"USD","duration":"once"}]`, want: "900.00 -168.00"},
		{name: "a lower price", why: "a lower price stays", charges: "700.00 quantity=10", discounts: seats, want: "700.00", remaining: "a"},
		{name: "a lower price, once", why: "the discount is not used", charges: "700.00 quantity=10", discounts: `[{"id":"a","price":{"unit":"79"},"currency":"USD","duration":"once"}]`, want: "700.00", remaining: "a"},
		{name: "an equal price", why: "nothing is taken off", charges: "790.00 quantity=10", discounts: seats, want: "790.00", remaining: "a"},
		{name: "free", why: "the zero price", charges: "890.00 quantity=10", discounts: `[{"id":"a","price":{},"currency":"USD","duration":"once"}]`, want: "0.00 -890.00"},
		{name: "graduated", why: "a special price with tiers: 5 x 7.00 + 1 x 6.50", charges: "60.00 quantity=6", discounts: `[{"id":"a","price":{` + graduated + stripeTiers + `},"currency":"USD","duration":"once"}]`, want: "41.50 -18.50"},
		{name: "graduated, seats added", why: "the price of both quantities less the price of the earlier one: 6.50 + 6.50", charges: "20.00 quantity=2 base_quantity=5", discounts: `[{"id":"a","price":{` + graduated + stripeTiers + `},"currency":"USD","duration":"once"}]`, want: "13.00 -7.00"},
		{name: "volume, seats added", why: "ten more at a lower price cost less than nothing, which counts as zero", charges: "20.00 quantity=10 base_quantity=100", discounts: `[{"id":"a","price":{` + volume + lagoVolume + `},"currency":"USD","duration":"once"}]`, want: "0.00 -20.00"},
		{name: "several charges", why: "each charge on its own", charges: "890.00 quantity=10; 178.00 quantity=2; 70.00", discounts: seats, want: "790.00 -100.00; 158.00 -20.00; 70.00", remaining: "a"},
		{name: "after a percentage", why: "the rest is already lower", charges: "890.00 quantity=10", discounts: `[{"id":"b","percent":"20","duration":"once"},{"id":"a","price":{"unit":"79"},"currency":"USD","duration":"once"}]`, want: "712.00 -178.00", remaining: "a"},
		{name: "before a percentage", why: "20 % of the special price", charges: "890.00 quantity=10", discounts: `[{"id":"a","price":{"unit":"79"},"currency":"USD","duration":"once"},{"id":"b","percent":"20","duration":"once"}]`, want: "632.00 -100.00 -158.00"},
		{name: "a credit", why: "a credit is unchanged", charges: "-890.00 quantity=10", discounts: seats, want: "-890.00", remaining: "a"},
	} {
		t.Run(c.name, c.check)
	}
}

// A deduction states the rule of its discount, with the places of the currency.
func TestApplyDiscountsReason(t *testing.T) {
	for _, c := range []struct {
		name, why string
		discount  string
		currency  plans.Currency
		net       string
		want      plans.Deduction
	}{
		{"percentage", "the percentage as agreed", `{"id":"a","percent":"12.50","duration":"once"}`, "USD", "10.00", plans.Deduction{Discount: "a", Reason: "12.5 %", Amount: giventest.Money("1.25")}},
		{"amount", "an amount states the ID of its discount", `{"id":"a","amount":"5","duration":"once","currency":"USD"}`, "USD", "10.00", plans.Deduction{Discount: "a", Reason: "a", Amount: giventest.Money("5")}},
		{"yen", "an amount states the ID of its discount", `{"id":"a","amount":"5","duration":"once","currency":"JPY"}`, "JPY", "10", plans.Deduction{Discount: "a", Reason: "a", Amount: giventest.Money("5")}},
		{"special price", "a special price states the ID of its discount", `{"id":"vip","price":{"unit":"4"},"duration":"once","currency":"USD"}`, "USD", "10.00", plans.Deduction{Discount: "vip", Reason: "special price vip", Amount: giventest.Money("6")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := plans.ApplyDiscounts(plans.DiscountRequest{
				Charges: []plans.Charge{line(c.net, c.currency)}, Discounts: []plans.Discount{strictly[plans.Discount](t, c.discount)}, Currency: c.currency,
				Mode: proration.HalfUp, Allocation: proration.LastLine,
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := out.Charges[0].Discounts; giventest.JSON(t, got) != giventest.JSON(t, []plans.Deduction{c.want}) {
				t.Errorf("got %+v, want %+v: %s", got, c.want, c.why)
			}
		})
	}
}

func TestApplyDiscountsRefused(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(r *plans.DiscountRequest)
		wantErr   []string
	}{
		{"nothing", "law 13: every setting that decides an amount is set", func(r *plans.DiscountRequest) { *r = plans.DiscountRequest{} }, []string{"currency unset", "mode unset", "allocation unset"}},
		{"no currency", "an amount has a currency", func(r *plans.DiscountRequest) { r.Currency = "" }, []string{"currency unset", "discounts[1].currency invalid", "charges[0].currency invalid"}},
		{"unknown currency", "an amount has a currency", func(r *plans.DiscountRequest) { r.Currency = "usd" }, []string{"currency invalid", "discounts[1].currency invalid", "charges[0].currency invalid"}},
		{"another currency", "M8: mixed currencies are an error", func(r *plans.DiscountRequest) { r.Charges[0].Currency = "EUR" }, []string{"charges[0].currency invalid"}},
		{"a charge without a currency", "M8: mixed currencies are an error", func(r *plans.DiscountRequest) { r.Charges[0].Currency = "" }, []string{"charges[0].currency invalid"}},
		{"a discount in another currency", "M8: mixed currencies are an error", func(r *plans.DiscountRequest) { r.Discounts[1].Currency = "EUR" }, []string{"discounts[1].currency invalid"}},
		{"a percentage in another currency", "the discount is for bills in that currency", func(r *plans.DiscountRequest) { r.Discounts[0].Currency = "EUR" }, []string{"discounts[0].currency invalid"}},
		{"no mode", "law 13: the mode of ties decides amounts", func(r *plans.DiscountRequest) { r.Mode = 0 }, []string{"mode unset"}},
		{"unknown mode", "law 13: the mode of ties decides amounts", func(r *plans.DiscountRequest) { r.Mode = 9 }, []string{"mode invalid"}},
		{"no allocation", "law 13: the allocation decides which line gets the cent", func(r *plans.DiscountRequest) { r.Allocation = 0 }, []string{"allocation unset"}},
		{"invalid discounts", "each fault has its path", func(r *plans.DiscountRequest) { r.Discounts[0].ID, r.Discounts[1].Duration = "", 0 }, []string{"discounts[0].id unset", "discounts[1].duration unset"}},
		{"a repeated ID", "deductions name their discount", func(r *plans.DiscountRequest) { r.Discounts[1].ID = "a" }, []string{"discounts[1].id invalid"}},
		{"no IDs", "one fault for each discount", func(r *plans.DiscountRequest) { r.Discounts[0].ID, r.Discounts[1].ID = "", "" }, []string{"discounts[0].id unset", "discounts[1].id unset"}},
		{"a charge with too many digits", "law 14: amounts have limits", func(r *plans.DiscountRequest) { r.Charges[0].Net = decimal.New(1, 38) }, []string{"charges[0].net limit"}},
		{"a credit with too many digits", "law 14: amounts have limits, also without a deduction", func(r *plans.DiscountRequest) { r.Charges[0].Net = decimal.New(-1, 1_000_000_000) }, []string{"charges[0].net limit"}},
		{"a charge with too many places", "law 14: amounts have limits", func(r *plans.DiscountRequest) { r.Charges[0].Net = decimal.New(1, -1_000_000_000) }, []string{"charges[0].net limit"}},
		{
			"a negative quantity", "a charge has a quantity", func(r *plans.DiscountRequest) {
				r.Charges[0].Quantity = giventest.Money("-1")
				r.Discounts[0] = strictly[plans.Discount](t, `{"id":"a","price":{"unit":"1"},"currency":"USD","duration":"once"}`)
			}, []string{"charges[0].quantity invalid"},
		},
		{"a quantity with too many digits", "law 14: work is bounded", func(r *plans.DiscountRequest) { r.Charges[0].Quantity = decimal.New(1, 1_000_000_000) }, []string{"charges[0].quantity limit"}},
		{"a base quantity with too many digits", "law 14: work is bounded", func(r *plans.DiscountRequest) { far := decimal.New(1, 1_000_000_000); r.Charges[0].BaseQuantity = &far }, []string{"charges[0].base_quantity limit"}},
		{"a negative multiplier", "a charge is due at least once", func(r *plans.DiscountRequest) { r.Charges[0].Multiplier = -1 }, []string{"charges[0].multiplier invalid"}},
		{"a negative share", "a share is a part of a period", func(r *plans.DiscountRequest) { r.Charges[0].Share.Fraction = proration.Fraction{Num: -1, Den: 31} }, []string{"charges[0].share.fraction invalid"}},
		{"a share above the whole", "a share is a part of a period", func(r *plans.DiscountRequest) { r.Charges[0].Share.Fraction = proration.Fraction{Num: 5, Den: 1} }, []string{"charges[0].share.fraction invalid"}},
		{"a share of less than a day", "a share is a part of a period", func(r *plans.DiscountRequest) { r.Charges[0].Share.Fraction = proration.Fraction{Num: 0, Den: -1} }, []string{"charges[0].share.fraction invalid"}},
		{"an unknown allocation", "there are two allocations", func(r *plans.DiscountRequest) { r.Allocation = 3 }, []string{"allocation invalid"}},
		{"a sum with too many digits", "deductions are spread in proportion, within the limits of package proration", func(r *plans.DiscountRequest) {
			r.Charges[0].Net = giventest.Money("9999999999999999.99")
			r.Charges = append(r.Charges, line("0.01", "USD"))
		}, []string{"charges limit"}},
		{"a charge of too many places", "deductions are spread in proportion, within the limits of package proration", func(r *plans.DiscountRequest) { r.Charges[0].Net = decimal.New(1, -19) }, []string{"charges limit"}},
		{"too many charges", "law 14: work is bounded", func(r *plans.DiscountRequest) { r.Charges = slices.Repeat(r.Charges[:1], 10_001) }, []string{"charges limit"}},
		{"too many discounts", "law 14: work is bounded", func(r *plans.DiscountRequest) { r.Discounts = slices.Repeat(r.Discounts[:1], 1_001) }, []string{"discounts limit"}},
		{
			"all faults at once", "law 14: all faults come at once, in the order of the fields", func(r *plans.DiscountRequest) {
				r.Discounts[0].Percent, r.Charges[0].Currency, r.Charges[0].Net, r.Mode, r.Allocation = giventest.Money("-1"), "EUR", decimal.New(1, 39), 0, 0
			}, []string{"discounts[0].percent invalid", "charges[0].net limit", "charges[0].currency invalid", "mode unset", "allocation unset"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := plans.DiscountRequest{
				Charges: charged(t, "USD", "100.00"), Currency: "USD", Mode: proration.HalfUp, Allocation: proration.LargestRemainder,
				Discounts: strictly[[]plans.Discount](t, `[{"id":"a","percent":"10","duration":"once"},{"id":"b","amount":"10","duration":"once","currency":"USD"}]`),
			}
			c.edit(&r)
			out, err := plans.ApplyDiscounts(r)
			giventest.CheckFaults(t, err, c.wantErr...)
			if out.Charges != nil || out.Remaining != nil || !out.Amount.IsZero() || !out.Net.IsZero() {
				t.Errorf("a result comes with the error: %+v: %s", out, c.why)
			}
		})
	}
}

// Law 15: the input is unmodified, also beyond the end of its lists, and another call does not modify the result.
func TestApplyDiscountsModifiesNothing(t *testing.T) {
	read := func() plans.DiscountRequest {
		r := plans.DiscountRequest{
			Charges: charged(t, "USD", "90.00 before=5 before=5; 20.00; -1.00"), Currency: "USD", Mode: proration.HalfUp, Allocation: proration.LastLine,
			Discounts: strictly[[]plans.Discount](t, `[
				{"id":"a","percent":"10","duration":"repeating","periods":2,"plans":["growth"],"items":["seat"],"kinds":["recurring"]},
				{"id":"b","price":{`+graduated+stripeTiers+`},"duration":"forever","currency":"USD"},
				{"id":"c","amount":"1","duration":"forever","rollover":true,"currency":"USD"},
				{"id":"d","price":{`+volume+stripeTiers+`},"duration":"once","currency":"USD","items":["storage"]}
			]`),
		}
		for i := range r.Charges {
			r.Charges[i].Price = strictly[plans.Price](t, `{`+graduated+stripeTiers+`}`)
			r.Charges[i].Taxes = []plans.Tax{{Name: "VAT", Percent: giventest.Money("20"), Amount: giventest.Money("18")}}
		}
		r.Charges[0].Discounts = r.Charges[0].Discounts[:1] // with spare capacity
		return r
	}
	given, fresh := read(), read()
	out, err := plans.ApplyDiscounts(given)
	if !giventest.CheckFaults(t, err) {
		return
	}
	if len(out.Remaining) != 3 {
		t.Fatalf("%d remain", len(out.Remaining))
	}
	compare := func(what string) {
		t.Helper()
		given.Charges[0].Discounts, fresh.Charges[0].Discounts = given.Charges[0].Discounts[:2], fresh.Charges[0].Discounts[:2]
		if got, want := giventest.JSON(t, given), giventest.JSON(t, fresh); got != want {
			t.Fatalf("%s, the input is\n%s, want\n%s", what, got, want)
		}
	}
	compare("after the call")
	text, next := giventest.JSON(t, out), given
	next.Charges, next.Discounts = out.Charges, strictly[[]plans.Discount](t, `[{"id":"e","percent":"10","duration":"forever"}]`)
	if _, err = plans.ApplyDiscounts(next); err != nil || giventest.JSON(t, out) != text {
		t.Errorf("%v: the first result is now %s", err, giventest.JSON(t, out))
	}
	compare("after another call")
}

// Charges of a contract: ten seats from the 16th, 10 % off for a commitment, and a special price for storage.
func TestApplyDiscountsToAContract(t *testing.T) {
	contract := plans.Contract{
		Plan: "growth", Currency: "USD", Cycle: giventest.Cycle("2026-11-01", "P1M", time.UTC),
		Items: []plans.Item{
			{ID: "seat", Quantity: giventest.Money("10"), Price: strictly[plans.Price](t, `{"unit":"89.00"}`)},
			{ID: "storage", Quantity: giventest.Money("250"), Price: strictly[plans.Price](t, `{"unit":"0.10","included":"100"}`)},
		},
	}
	november := giventest.Period("2026-11-01/2026-12-01", time.UTC)
	charges, err := contract.Charges(proration.Portion{Period: november, Span: giventest.Period("2026-11-16/2026-12-01", time.UTC)}, proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	r := plans.DiscountRequest{
		Charges: charges, Currency: "USD", Mode: proration.HalfUp, Allocation: proration.LargestRemainder,
		Discounts: strictly[[]plans.Discount](t, `[
			{"id":"storage","price":{"unit":"0.05","included":"100"},"duration":"forever","currency":"USD","items":["storage"]},
			{"id":"term","percent":"10","duration":"forever"}
		]`),
	}
	out := checkReduction(t, r)
	want := []string{
		"seat: 10 x 89.00, 890.00 x 15/30 days = 445.00, less 10 % 44.50 = 400.50",
		"storage: 150 x 0.10 beyond 100 included, 15.00 x 15/30 days = 7.50, less special price storage 3.75, less 10 % 0.38 = 3.37",
	}
	for i, c := range out.Charges {
		if got := c.Explain(); got != want[i] {
			t.Errorf("got  %s\nwant %s", got, want[i])
		}
	}
}
