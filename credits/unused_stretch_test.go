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

// timed returns a credit of units for a span.
func timed(quantity, net, span string) plans.Charge {
	c := credit("inv-1/1", quantity, net)
	c.Kind, c.Span = plans.ProrationCredit, giventest.Period(span, nil)
	return c
}

func TestUnusedDuringAPause(t *testing.T) {
	ten := sale{id: "inv-1/1", quantity: "10", unit: "3.00", period: november}
	uncounted := sale{id: "inv-1/1", quantity: "0", price: plans.Price{Flat: giventest.Money("30")}, period: november}
	tiers := plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: giventest.Money("2"), Unit: giventest.Money("30")}, {Unit: giventest.Money("3")}}}
	for _, c := range []struct {
		name, why string
		billed    sale
		before    []plans.Charge
		at, until string
		quantity  string
		want      []string
	}{
		{
			name: "a pause", why: "ten of thirty days are unused, and the days after the pause are used", billed: ten, at: "2026-11-11", until: "2026-11-21",
			want: []string{"2026-11-11 10: seat: 10 not used of inv-1/1, -30.00 x 10/30 days = -10.00"},
		},
		{
			name: "a pause of some units", billed: ten, at: "2026-11-11", until: "2026-11-21", quantity: "4",
			want: []string{"2026-11-11 10: seat: 4 not used of inv-1/1, -12.00 x 10/30 days = -4.00"},
		},
		{
			name: "a pause longer than the charge", why: "the whole charge is credited", billed: with(ten, func(s *sale) { s.span = "2026-11-11/2026-11-21" }), at: "2026-11-01", until: "2026-12-11",
			want: []string{"2026-11-11 10: seat: 10 not used of inv-1/1, -10.00 x 10/10 days = -10.00"},
		},
		{name: "a pause that ends before the charge begins", billed: with(ten, func(s *sale) { s.span = "2026-11-11/2026-11-21" }), at: "2026-11-01", until: "2026-11-11"},
		{
			name: "a cancellation after a pause", why: "the paused days are not credited again", billed: ten, before: []plans.Charge{timed("10", "-10", "2026-11-11/2026-11-21")}, at: "2026-11-06",
			want: []string{
				"2026-11-06 5: seat: 10 not used of inv-1/1, -30.00 x 5/30 days = -5.00",
				"2026-11-21 10: seat: 10 not used of inv-1/1, -30.00 x 10/30 days = -10.00",
			},
		},
		{
			name: "a cancellation after a pause of some units", why: "the six units that were used during the pause are unused from the 6th on", billed: ten, before: []plans.Charge{timed("4", "-4", "2026-11-11/2026-11-21")}, at: "2026-11-06",
			want: []string{
				"2026-11-06 5: seat: 10 not used of inv-1/1, -30.00 x 5/30 days = -5.00",
				"2026-11-11 10: seat: 6 not used of inv-1/1, -18.00 x 10/30 days = -6.00",
				"2026-11-21 10: seat: 10 not used of inv-1/1, -30.00 x 10/30 days = -10.00",
			},
		},
		{
			name: "a removal after a pause of some units", why: "adjacent spans with the same credit are one line", billed: ten, before: []plans.Charge{timed("4", "-4", "2026-11-11/2026-11-21")}, at: "2026-11-06", quantity: "6",
			want: []string{"2026-11-06 25: seat: 6 not used of inv-1/1, -18.00 x 25/30 days = -15.00"},
		},
		{
			name: "tiers after a pause of some units", why: "the last units are credited first: at 3.00 each, and during the pause at 30.00 and 3.00", billed: with(ten, func(s *sale) { s.unit, s.price = "", tiers }),
			before: []plans.Charge{timed("7", "-7", "2026-11-11/2026-11-21")}, at: "2026-11-01", quantity: "2",
			want: []string{
				"2026-11-01 10: seat: 2 not used of inv-1/1, -6.00 x 10/30 days = -2.00",
				"2026-11-11 10: seat: 2 not used of inv-1/1, -33.00 x 10/30 days = -11.00",
				"2026-11-21 10: seat: 2 not used of inv-1/1, -6.00 x 10/30 days = -2.00",
			},
		},
		{
			name: "a pause within credited time", why: "law 12: repeating the credit adds nothing", billed: ten, before: []plans.Charge{timed("10", "-25", "2026-11-06/2026-12-01")}, at: "2026-11-11", until: "2026-11-21",
		},
		{
			name: "a pause of a charge without a quantity", why: "the charge counts as one unit", billed: uncounted, before: []plans.Charge{timed("0", "-10", "2026-11-11/2026-11-21")}, at: "2026-11-06", until: "2026-11-26",
			want: []string{
				"2026-11-06 5: seat: not used of inv-1/1, -30.00 x 5/30 days = -5.00",
				"2026-11-21 5: seat: not used of inv-1/1, -30.00 x 5/30 days = -5.00",
			},
		},
		{
			name: "a pause after a credit of money", why: "law 3: the money only lowers the cap, to 8.00", billed: ten, before: []plans.Charge{credit("inv-1/1", "0", "-22")}, at: "2026-11-11", until: "2026-11-21",
			want: []string{"2026-11-11 10: seat: 10 not used of inv-1/1, -30.00 x 10/30 days = -10, limited to -8.00"},
		},
		{
			name: "a cancellation after a pause and a credit of money", why: "the money lowers no line, only the cap: 13.00, of which the first line takes 5.00", billed: ten,
			before: []plans.Charge{timed("10", "-10", "2026-11-11/2026-11-21"), credit("inv-1/1", "0", "-7")}, at: "2026-11-06",
			want: []string{
				"2026-11-06 5: seat: 10 not used of inv-1/1, -30.00 x 5/30 days = -5.00",
				"2026-11-21 10: seat: 10 not used of inv-1/1, -30.00 x 10/30 days = -10, limited to -8.00",
			},
		},
		{
			name: "a cancellation after a pause and a smaller credit of money", why: "the money lowers the cap to 15.00, which both lines need", billed: ten,
			before: []plans.Charge{timed("10", "-10", "2026-11-11/2026-11-21"), credit("inv-1/1", "0", "-5")}, at: "2026-11-06",
			want: []string{
				"2026-11-06 5: seat: 10 not used of inv-1/1, -30.00 x 5/30 days = -5.00",
				"2026-11-21 10: seat: 10 not used of inv-1/1, -30.00 x 10/30 days = -10.00",
			},
		},
		{
			name: "two lines with a cap", why: "law 3: the first line lowers the cap of the second", billed: ten,
			before: []plans.Charge{timed("10", "-22", "2026-11-11/2026-11-21")}, at: "2026-11-06",
			want: []string{
				"2026-11-06 5: seat: 10 not used of inv-1/1, -30.00 x 5/30 days = -5.00",
				"2026-11-21 10: seat: 10 not used of inv-1/1, -30.00 x 10/30 days = -10, limited to -3.00",
			},
		},
		{
			name: "units of a refund after credited days", why: "a refund frees units until those that an earlier credit freed", billed: ten,
			before: []plans.Charge{
				timed("8", "-8", "2026-11-21/2026-12-01"),
				with(timed("4", "-4", "2026-11-11/2026-11-12"), func(c *plans.Charge) { c.Kind = plans.Refund }),
			},
			at: "2026-11-06",
			want: []string{
				"2026-11-06 5: seat: 10 not used of inv-1/1, -30.00 x 5/30 days = -5.00",
				"2026-11-11 10: seat: 6 not used of inv-1/1, -18.00 x 10/30 days = -6.00",
				"2026-11-21 10: seat: 2 not used of inv-1/1, -6.00 x 10/30 days = -2.00",
			},
		},
		{
			name: "units of an earlier refund", why: "refunded units stay credited from the start of their span on", billed: ten,
			before: []plans.Charge{with(timed("4", "-4", "2026-11-11/2026-11-12"), func(c *plans.Charge) { c.Kind = plans.Refund })}, at: "2026-11-06",
			want: []string{
				"2026-11-06 5: seat: 10 not used of inv-1/1, -30.00 x 5/30 days = -5.00",
				"2026-11-11 20: seat: 6 not used of inv-1/1, -18.00 x 20/30 days = -12.00",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := credits.Request{
				Charges: append([]plans.Charge{c.billed.charge(t)}, c.before...), At: giventest.Instant(c.at, nil), Until: giventest.Instant(c.until, nil),
				CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
			}
			if c.quantity != "" {
				r.Item, r.Quantity = "seat", giventest.Money(c.quantity)
			}
			owed, err := credits.Unused(r)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, credit := range owed {
				days := decimal.NewFromInt(int64(credit.Span.End.Sub(credit.Span.Start).Hours() / 24))
				got = append(got, credit.Span.Start.Format("2006-01-02")+" "+days.String()+": "+credit.Explain())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q: %s", got, c.want, c.why)
			}
		})
	}
}

// Refund rules apply to every part of the unused time around a pause.
func TestRefundRulesCoverAllTimeAroundAPause(t *testing.T) {
	billed := sale{id: "inv-1/1", quantity: "10", unit: "3.00", period: november}.charge(t)
	r := credits.Request{
		Charges: []plans.Charge{billed, timed("10", "-10", "2026-11-11/2026-11-21")}, At: giventest.Instant("2026-11-06", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	}
	result, err := credits.ApplyRefundRules(credits.RefundRequest{Request: r, ID: "cn-1", Rules: []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsBalance}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Credits) != 2 || len(result.Entries) != 1 {
		t.Fatalf("got %d credits and %d entries, want two and one", len(result.Credits), len(result.Entries))
	}
	giventest.CheckMoney(t, "the grant", result.Entries[0].Amount, "15")
}

func TestPauseRefused(t *testing.T) {
	billed := sale{id: "inv-1/1", quantity: "10", unit: "3.00", period: november}.charge(t)
	for _, c := range []struct {
		name, why string
		before    []plans.Charge
		until     string
		want      []string
	}{
		{name: "a pause that ends before it begins", until: "2026-11-05", want: []string{"until period"}},
		{name: "a pause that ends when it begins", why: "no time is unused", until: "2026-11-06", want: []string{"until period"}},
		{
			name: "more units credited than billed, at one time", why: "law 3: more is never credited than was billed", before: []plans.Charge{timed("6", "-1", "2026-11-11/2026-11-21"), timed("5", "-1", "2026-11-20/2026-12-01")}, until: "2026-11-10",
			want: []string{"charges[0].net invalid"},
		},
		{name: "as many units credited as billed, at any time", before: []plans.Charge{timed("6", "-1", "2026-11-11/2026-11-21"), timed("5", "-1", "2026-11-21/2026-12-01")}, until: "2026-11-10"},
		{
			name: "a quantity beyond the limits", why: "law 14: the quantity is checked before it is added", before: []plans.Charge{with(timed("0", "-1", "2026-11-11/2026-11-21"), func(c *plans.Charge) { c.Quantity = decimal.New(1, 1_000_000_000) })},
			want: []string{"charges[1].quantity limit"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := credits.Unused(credits.Request{
				Charges: append([]plans.Charge{billed}, c.before...), At: giventest.Instant("2026-11-06", nil), Until: giventest.Instant(c.until, nil),
				CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
			})
			giventest.CheckFaults(t, err, c.want...)
		})
	}
}
