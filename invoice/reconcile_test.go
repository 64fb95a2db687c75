package invoice_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// soldItem is an item sold for a span of November 2026.
type soldItem struct {
	id, item, quantity string // item "" is a seat
	kind               plans.Kind
	price              plans.Price
	unit               string // the unit price, if it is the whole price
	span               string // "" is November
	above              string // the base quantity of an addition
	off                string // percent off, "" is none
}

const (
	wholeNovember = "2026-11-01/2026-12-01"
	firstHalf     = "2026-11-01/2026-11-16"
	secondHalf    = "2026-11-16/2026-12-01"
)

func (w soldItem) charge(t testing.TB) plans.Charge {
	t.Helper()
	item := plans.Item{ID: "seat", Quantity: giventest.Money(w.quantity), Price: w.price}
	if w.item != "" {
		item.ID = w.item
	}
	if w.unit != "" {
		item.Price.Unit = giventest.Money(w.unit)
		item.Price.Free = item.Price.Unit.IsZero()
	}
	countless := item.Quantity.IsZero()
	if countless {
		item.Quantity = giventest.Money("1")
	}
	contract := plans.Contract{Plan: "growth", Currency: "USD", Cycle: giventest.Cycle("2026-11-01", "P1M", time.UTC), Items: []plans.Item{item}}
	portion := proration.Portion{Period: giventest.Period(wholeNovember, nil), Span: giventest.Period(wholeNovember, nil)}
	if w.span != "" {
		portion.Span = giventest.Period(w.span, nil)
	}
	bill := contract.Charges
	if w.above != "" {
		contract.Items[0].Quantity = giventest.Money(w.above)
		bill = func(p proration.Portion, policy proration.Policy) ([]plans.Charge, error) {
			amended, err := contract.Amended(unitsOf(item.ID, item.Quantity), p.Span.Start, policy)
			added := amended.Charges
			if err == nil && !added[0].Span.Equal(p.Span) {
				t.Fatalf("added for %v, want %v", added[0].Span, p.Span)
			}
			return added, err
		}
	}
	charges, err := bill(portion, proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	c := charges[0]
	if countless {
		c.Quantity = giventest.Money("0")
	}
	if c.ID = w.id; w.kind != 0 {
		c.Kind = w.kind
	}
	if w.off != "" {
		off := c.Net.Mul(giventest.Money(w.off)).Shift(-2).Round(2)
		c.Discounts, c.Net = []plans.Deduction{{Discount: "welcome", Reason: w.off + " %", Amount: off}}, c.Net.Sub(off)
	}
	return c
}

// creditOf is a credit of a charge: of units for a span, or of an amount if the span is "".
func creditOf(of, quantity, net, span string) plans.Charge {
	c := plans.Charge{Corrects: of, Kind: plans.ProrationCredit, Currency: "USD", Quantity: giventest.Money(quantity), Net: giventest.Money(net), Span: giventest.Period(span, nil)}
	if span == "" {
		c.Kind = plans.Refund
	}
	return c
}

// fee is a one-time charge, made by hand.
func fee(t testing.TB, id, net string) plans.Charge {
	t.Helper()
	c := plans.Charge{ID: id, Kind: plans.OneTime, Plan: "growth", Item: "setup", Currency: "USD", Quantity: decimal.New(1, 0), Price: plans.Price{Flat: giventest.Money(net)}}
	c, err := c.Priced(proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// dated writes charges with their days.
func dated(charges []plans.Charge) (all []string) {
	for _, c := range charges {
		text := c.Explain()
		if !c.Span.Start.IsZero() {
			text = c.Span.Start.Format("01-02 ") + c.Span.End.Format("01-02 ") + text
		}
		all = append(all, text)
	}
	return all
}

var graduatedPrice = plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{
	{UpTo: giventest.Money("3"), Unit: giventest.Money("30")}, {Unit: giventest.Money("12")},
}}

func TestReconcile(t *testing.T) {
	ten := soldItem{id: "inv-1/1", quantity: "10", unit: "30.00"}.charge(t)
	flat := soldItem{id: "inv-1/1", quantity: "0", price: plans.Price{Flat: giventest.Money("30")}}
	taxed := clone.Deep(ten)
	taxed.Taxes = []plans.Tax{{Name: "VAT", Percent: giventest.Money("20"), Amount: giventest.Money("60")}}
	imported := clone.Deep(ten)
	imported.Price, imported.Share, imported.Net = plans.Price{}, proration.Result{}, giventest.Money("100")
	third := clone.Deep(imported)
	third.Quantity = giventest.Money("3")
	for _, c := range []struct {
		name, why        string
		billed, proposed []plans.Charge
		want, kept       []string
	}{
		{name: "nothing and nothing"},
		{name: "the same", why: "law 12: repeating a correction bills nothing", billed: []plans.Charge{ten}, proposed: []plans.Charge{ten}, kept: []string{"11-01 12-01 seat: 10 x 30.00 = 300.00"}},
		{name: "nothing was billed", why: "the charge is billed as proposed", proposed: []plans.Charge{ten}, want: []string{"11-01 12-01 seat: 10 x 30.00 = 300.00"}},
		{name: "nothing is proposed", why: "the whole charge is credited", billed: []plans.Charge{ten}, want: []string{"11-01 12-01 seat: 10 not used of inv-1/1, -300.00 x 30/30 days = -300.00"}},
		{
			name: "three seats removed in mid-month", why: "three of ten for 15 of 30 days", billed: []plans.Charge{ten},
			proposed: []plans.Charge{soldItem{quantity: "10", unit: "30.00", span: firstHalf}.charge(t), soldItem{quantity: "7", unit: "30.00", span: secondHalf}.charge(t)},
			want:     []string{"11-16 12-01 seat: 3 not used of inv-1/1, -90.00 x 15/30 days = -45.00"},
			kept:     []string{"11-01 11-16 seat: 10 x 30.00, 300.00 x 15/30 days = 150.00", "11-16 12-01 seat: 7 x 30.00, 210.00 x 15/30 days = 105.00"},
		},
		{
			name: "another price from mid-month on", why: "credit and charge for the same days, each rounded once", billed: []plans.Charge{ten},
			proposed: []plans.Charge{soldItem{quantity: "10", unit: "30.00", span: firstHalf}.charge(t), soldItem{quantity: "10", unit: "24.00", span: secondHalf}.charge(t)},
			want:     []string{"11-16 12-01 seat: 10 not used of inv-1/1, -300.00 x 15/30 days = -150.00", "11-16 12-01 seat: 10 x 24.00, 240.00 x 15/30 days = 120.00"},
			kept:     []string{"11-01 11-16 seat: 10 x 30.00, 300.00 x 15/30 days = 150.00"},
		},
		{
			name: "two more from the start", why: "the upper two of twelve, which the others do not cover", billed: []plans.Charge{ten}, proposed: []plans.Charge{soldItem{quantity: "12", unit: "30.00"}.charge(t)},
			want: []string{"11-01 12-01 seat: 2 x 30.00 = 60.00"}, kept: []string{"11-01 12-01 seat: 10 x 30.00 = 300.00"},
		},
		{
			name: "bought in two steps, proposed in one", why: "the ID of a charge, and whether it was an addition, do not matter", proposed: []plans.Charge{soldItem{quantity: "5", price: graduatedPrice}.charge(t)},
			billed: []plans.Charge{soldItem{id: "a", quantity: "3", price: graduatedPrice}.charge(t), soldItem{id: "b", quantity: "2", above: "3", price: graduatedPrice}.charge(t)},
			kept:   []string{"11-01 12-01 seat: 3 x 30.00 = 90.00", "11-01 12-01 seat: (3 x 30.00 + 2 x 12.00) - (3 x 30.00) = 24.00"},
		},
		{
			name: "one addition too many", why: "the lower units are matched first, so that the last one is credited at its own price", proposed: []plans.Charge{soldItem{quantity: "4", price: graduatedPrice}.charge(t)},
			billed: []plans.Charge{soldItem{id: "a", quantity: "3", price: graduatedPrice}.charge(t), soldItem{id: "b", quantity: "2", above: "3", price: graduatedPrice}.charge(t)},
			want:   []string{"11-01 12-01 seat: 1 not used of b, -12.00 x 30/30 days = -12.00"},
		},
		{
			name: "tiers, two more", why: "the last two of five, at their own price", billed: []plans.Charge{soldItem{id: "a", quantity: "3", price: graduatedPrice}.charge(t)},
			proposed: []plans.Charge{soldItem{quantity: "5", price: graduatedPrice}.charge(t)}, want: []string{"just 11-01 12-01 24"},
		},
		{
			name: "tiers, two fewer", why: "from five to three: the upper two are credited", billed: []plans.Charge{soldItem{id: "a", quantity: "5", price: graduatedPrice}.charge(t)},
			proposed: []plans.Charge{soldItem{quantity: "3", price: graduatedPrice}.charge(t)}, want: []string{"just 11-01 12-01 -24"},
		},
		{
			name: "the later charge is matched first", why: "the earlier charge is credited", billed: []plans.Charge{soldItem{id: "a", quantity: "10", unit: "30.00"}.charge(t), soldItem{id: "b", quantity: "10", unit: "30.00", span: firstHalf}.charge(t)},
			proposed: []plans.Charge{soldItem{quantity: "10", unit: "30.00"}.charge(t)},
			want:     []string{"11-01 11-16 seat: 10 not used of a, -300.00 x 15/30 days = -150.00"},
		},
		{
			name: "a forgotten discount", why: "a discounted charge is another charge", billed: []plans.Charge{ten}, proposed: []plans.Charge{soldItem{quantity: "10", unit: "30.00", off: "10"}.charge(t)},
			want: []string{"11-01 12-01 seat: 10 not used of inv-1/1, -300.00 x 30/30 days = -300.00", "11-01 12-01 seat: 10 x 30.00 = 300.00, less 10 % 30.00 = 270.00"},
		},
		{
			name: "fewer discounted units", why: "the billed amount is credited in proportion, with its discount", billed: []plans.Charge{soldItem{id: "a", quantity: "10", unit: "30.00", off: "10"}.charge(t)},
			proposed: []plans.Charge{soldItem{quantity: "10", unit: "30.00", off: "10", span: firstHalf}.charge(t)},
			want:     []string{"11-16 12-01 seat: 10 not used of a, -270.00 x 15/30 days = -135.00"},
			kept:     []string{"11-01 11-16 seat: 10 x 30.00, 300.00 x 15/30 days = 150.00, less 10 % 15.00 = 135.00"},
		},
		{
			name: "more discounted units", why: "price and discount in proportion: 2 of 12 seats, 60.00 of 360.00", billed: []plans.Charge{soldItem{id: "a", quantity: "10", unit: "30.00", off: "10"}.charge(t)},
			proposed: []plans.Charge{soldItem{quantity: "12", unit: "30.00", off: "10"}.charge(t)},
			want:     []string{"11-01 12-01 seat: 2 x 30.00 = 60.00, less 10 % 6.00 = 54.00"},
		},
		{
			name: "the same discount with another amount", why: "the same time and quantity have the same discount", billed: []plans.Charge{soldItem{id: "a", quantity: "10", unit: "30.00", off: "10"}.charge(t)}, proposed: []plans.Charge{with(soldItem{quantity: "10", unit: "30.00", off: "10"}.charge(t), func(c *plans.Charge) {
				c.Discounts[0].Amount, c.Net = giventest.Money("29"), giventest.Money("271")
			})},
			want: []string{"11-01 12-01 seat: 10 not used of a, -270.00 x 30/30 days = -270.00", "11-01 12-01 seat: 10 x 30.00 = 300.00, less 10 % 29.00 = 271.00"},
		},
		{
			name: "an amount was credited before", why: "it frees no time, and lowers the rest: 280.00 of 300.00 were credited", billed: []plans.Charge{ten, creditOf("inv-1/1", "0", "-280", "")},
			proposed: []plans.Charge{soldItem{quantity: "10", unit: "30.00", span: firstHalf}.charge(t)},
			want:     []string{"11-16 12-01 seat: 10 not used of inv-1/1, -300.00 x 15/30 days = -150, limited to -20.00"},
		},
		{
			name: "a pause was credited before", why: "its days are free, whatever was credited for them, and are charged again if proposed", billed: []plans.Charge{ten, creditOf("inv-1/1", "10", "0", "2026-11-11/2026-11-21")}, proposed: []plans.Charge{ten},
			want: []string{"11-11 11-21 seat: 10 x 30.00, 300.00 x 10/30 days = 100.00"},
			kept: []string{"11-01 11-11 seat: 10 x 30.00, 300.00 x 10/30 days = 100.00", "11-21 12-01 seat: 10 x 30.00, 300.00 x 10/30 days = 100.00"},
		},
		{
			name: "a charge without a quantity", why: "it counts as one", billed: []plans.Charge{flat.charge(t)}, proposed: []plans.Charge{with(flat, func(w *soldItem) { w.span = firstHalf }).charge(t)},
			want: []string{"11-16 12-01 seat: not used of inv-1/1, -30.00 x 15/30 days = -15.00"},
		},
		{
			name: "a charge without a quantity, reversed", billed: []plans.Charge{with(flat, func(w *soldItem) { w.span = firstHalf }).charge(t)}, proposed: []plans.Charge{flat.charge(t)},
			want: []string{"11-16 12-01 seat: 30.00, 30.00 x 15/30 days = 15.00"},
		},
		{
			name: "the tax is credited too", why: "law 3: a credit has the taxes of its charge", billed: []plans.Charge{taxed}, proposed: []plans.Charge{soldItem{quantity: "10", unit: "30.00", span: firstHalf}.charge(t)},
			want: []string{"11-16 12-01 seat: 10 not used of inv-1/1, -300.00 x 15/30 days = -150.00"},
			kept: []string{"11-01 11-16 seat: 10 x 30.00, 300.00 x 15/30 days = 150.00"},
		},
		{
			name: "imported from another system", why: "its net is for its span, and no price exists for some of its units", billed: []plans.Charge{with(imported, func(c *plans.Charge) { c.Quantity = giventest.Money("4") })}, proposed: []plans.Charge{imported},
			want: []string{"just 11-01 12-01 60"},
		},
		{
			name: "an endless decimal", why: "two of three for 100.00, half of the month: 33.333..., rounded once", billed: []plans.Charge{with(third, func(c *plans.Charge) { c.Quantity = giventest.Money("1") })},
			proposed: []plans.Charge{with(third, func(c *plans.Charge) { c.Span = giventest.Period(firstHalf, nil) })},
			want:     []string{"just 11-01 11-16 66.67", "just 11-16 12-01 -50"},
		},
		{name: "free", why: "zero lines are left out", billed: []plans.Charge{soldItem{id: "a", quantity: "1", unit: "0"}.charge(t)}, proposed: []plans.Charge{soldItem{item: "phone", quantity: "1", unit: "0"}.charge(t)}},
		{name: "a billed fee", billed: []plans.Charge{fee(t, "f", "99")}, proposed: []plans.Charge{fee(t, "", "99")}, kept: []string{"setup: 99.00 = 99.00"}},
		{
			name: "a fee of another amount", why: "a fee is matched as a whole or not at all", billed: []plans.Charge{fee(t, "f", "99")}, proposed: []plans.Charge{fee(t, "", "49")},
			want: []string{"setup: -99.00 of f", "setup: 49.00 = 49.00"},
		},
		{name: "two of the same fee", why: "fees are matched one by one", billed: []plans.Charge{fee(t, "f", "99"), fee(t, "g", "99")}, proposed: []plans.Charge{fee(t, "", "99")}, want: []string{"setup: -99.00 of f"}, kept: []string{"setup: 99.00 = 99.00"}},
		{name: "a fee credited as an amount", why: "a goodwill credit is no reason to bill again", billed: []plans.Charge{fee(t, "f", "99"), creditOf("f", "0", "-99", "")}, proposed: []plans.Charge{fee(t, "", "99")}, kept: []string{"setup: 99.00 = 99.00"}},
		{
			name: "a returned fee", why: "the fee no longer exists", proposed: []plans.Charge{fee(t, "", "99")},
			billed: []plans.Charge{fee(t, "f", "99"), creditOf("f", "1", "-99", "")}, want: []string{"setup: 99.00 = 99.00"},
		},
		{
			name: "a fee without a quantity", why: "it is credited as unused, so that it does not count as billed", billed: []plans.Charge{with(fee(t, "f", "99"), func(c *plans.Charge) { c.Quantity = decimal.Decimal{} })},
			want: []string{"setup: not used of f, -99.00 x 1/1 = -99.00"},
		},
		{
			name: "a partly credited fee", why: "the rest is credited", billed: []plans.Charge{fee(t, "f", "99"), creditOf("f", "0", "-9", "")}, want: []string{"setup: -90.00 of f"},
		},
		{
			name: "usage for a month", why: "usage is not divided by time", billed: []plans.Charge{soldItem{id: "u", kind: plans.Usage, quantity: "10", unit: "3.00"}.charge(t)}, proposed: []plans.Charge{soldItem{kind: plans.Usage, quantity: "12", unit: "3.00"}.charge(t)},
			want: []string{"11-01 12-01 seat: -30.00 of u", "11-01 12-01 seat: 12 x 3.00 = 36.00"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			comparison := invoice.ReconcileRequest{Billed: c.billed, Proposed: c.proposed, Policy: proration.Standard(2)}
			before := giventest.JSON(t, comparison)
			d, err := invoice.Reconcile(comparison)
			if err != nil {
				t.Fatal(err)
			}
			got := dated(d.Lines)
			for i, text := range c.want {
				if i < len(got) && strings.HasPrefix(text, "just ") {
					got[i] = "just " + got[i][:12] + d.Lines[i].Net.String()
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q: %s", got, c.want, c.why)
			}
			if c.kept != nil && !slices.Equal(dated(d.Kept), c.kept) {
				t.Errorf("kept %q\nwant %q", dated(d.Kept), c.kept)
			}
			checkAgain(t, withLines(c.billed, d.Lines), c.proposed)
			checkSelf(t, withLines(c.billed, d.Lines))
			if after := giventest.JSON(t, comparison); after != before {
				t.Errorf("the request is now %s", after)
			}
			giventest.CheckRoundTrip(t, d)
		})
	}
}

// with is an edited copy.
func with[T any](v T, edit func(*T)) T {
	edit(&v)
	return v
}

func TestReconcileRefused(t *testing.T) {
	ten := soldItem{id: "inv-1/1", quantity: "10", unit: "30.00"}.charge(t)
	edited := func(edit func(*plans.Charge)) []plans.Charge { return []plans.Charge{with(clone.Deep(ten), edit)} }
	hostile := decimal.New(1, 1_000_000_000)
	for _, c := range []struct {
		name             string
		billed, proposed []plans.Charge
		policy           proration.Policy
		want             []string
	}{
		{name: "no policy", policy: proration.Policy{}, want: []string{"policy.day_count unset", "policy.first_day unset", "policy.last_day unset", "policy.change_day unset", "policy.rounding.mode unset"}},
		{name: "billed without an ID", billed: edited(func(c *plans.Charge) { c.ID = "" }), want: []string{"billed[0].id unset"}},
		{name: "a repeated ID", billed: []plans.Charge{ten, ten}, want: []string{"billed[1].id invalid"}},
		{name: "a credit of an unknown charge", billed: []plans.Charge{ten, creditOf("inv-2", "0", "-1", "")}, want: []string{"billed[1].corrects invalid"}},
		{name: "more credited than billed", billed: []plans.Charge{ten, creditOf("inv-1/1", "0", "-301", "")}, want: []string{"billed[0].net invalid"}},
		{name: "more units credited than billed", billed: []plans.Charge{ten, creditOf("inv-1/1", "11", "-1", firstHalf)}, want: []string{"billed[0].net invalid"}},
		{name: "two currencies", billed: []plans.Charge{ten}, proposed: edited(func(c *plans.Charge) { c.Currency = "EUR" }), want: []string{"proposed[0].currency invalid"}},
		{name: "no currency", billed: edited(func(c *plans.Charge) { c.Currency = "usd" }), want: []string{"currency invalid"}},
		{name: "no kind", proposed: edited(func(c *plans.Charge) { c.Kind = 0 }), want: []string{"proposed[0].kind unset"}},
		{name: "a credit that corrects nothing", proposed: edited(func(c *plans.Charge) { c.Kind = plans.ProrationCredit }), want: []string{"proposed[0].corrects unset"}},
		{name: "a negative net", proposed: edited(func(c *plans.Charge) { c.Net = giventest.Money("-1") }), want: []string{"proposed[0].net invalid"}},
		{name: "a span that ends before it starts", proposed: edited(func(c *plans.Charge) { c.Span.End = c.Span.Start.AddDate(0, 0, -1) }), want: []string{"proposed[0].span period"}},
		{name: "a negative multiplier", proposed: edited(func(c *plans.Charge) { c.Multiplier = -1 }), want: []string{"proposed[0].multiplier invalid"}},
		{name: "a negative price", proposed: edited(func(c *plans.Charge) { c.Price.Unit = giventest.Money("-1") }), want: []string{"proposed[0].price.unit invalid"}},
		{name: "an unbounded amount", billed: edited(func(c *plans.Charge) { c.Share.Amount, c.Share.Of = hostile, hostile }), want: []string{"billed[0].share.of limit", "billed[0].share.amount limit"}},
		{name: "an unbounded quantity", proposed: edited(func(c *plans.Charge) { c.Quantity = hostile }), want: []string{"proposed[0].quantity limit"}},
		{name: "on an unknown calendar", billed: edited(func(c *plans.Charge) {
			c.Span.Start, c.Span.End = c.Span.Start.In(time.FixedZone("odd", 3600)), c.Span.End.In(time.FixedZone("odd", 3600))
		}), want: []string{"billed[0].charges[0].at zone", "billed[0].charges[0].billed.span zone"}},
		{name: "too many", proposed: make([]plans.Charge, 10_001), want: []string{"proposed limit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name != "no policy" {
				c.policy = proration.Standard(2)
			}
			d, err := invoice.Reconcile(invoice.ReconcileRequest{Billed: c.billed, Proposed: c.proposed, Policy: c.policy})
			giventest.CheckFaults(t, err, c.want...)
			if d.Lines != nil || d.Kept != nil {
				t.Errorf("a result comes with the error: %v", d)
			}
		})
	}
}

// Ten thousand charges on each side are matched quickly, and charges that all overlap differently are refused as
// quickly.
func TestReconcileManyCharges(t *testing.T) {
	one := soldItem{id: "a", quantity: "1", unit: "30.00"}.charge(t)
	one.Period = giventest.Period("2026-01-01/2066-01-01", nil)
	daily, nested := make([]plans.Charge, 10_000/race.Step(10)), make([]plans.Charge, 2_000)
	for i := range daily {
		daily[i] = one
		daily[i].ID = fmt.Sprint(i)
		daily[i].Span = proration.Period{Start: one.Period.Start.AddDate(0, 0, i), End: one.Period.Start.AddDate(0, 0, i+1)}
	}
	if d := reconcileSeats(t, daily, daily[1:]); len(d.Lines) != 1 || len(d.Kept) != len(daily)-1 {
		t.Errorf("got %d lines and kept %d", len(d.Lines), len(d.Kept))
	}
	whole := one
	whole.Span = proration.Period{Start: daily[0].Span.Start, End: daily[len(daily)-1].Span.End}
	odd := slices.Clone(daily)
	whole.Price, whole.Share, whole.Quantity = plans.Price{}, proration.Result{}, decimal.New(5, 0)
	for i := range odd {
		odd[i].Price, odd[i].Share, odd[i].Quantity = plans.Price{}, proration.Result{}, decimal.New(int64(1+i%2), 0)
	}
	whole.Net = giventest.Money("100000")
	if d := reconcileSeats(t, []plans.Charge{whole}, odd); len(d.Lines) != len(odd) {
		t.Errorf("one charge has %d credits, want one for each of %d days", len(d.Lines), len(odd))
	}
	for i := range nested {
		nested[i] = one
		nested[i].ID = fmt.Sprint(i)
		nested[i].Span = proration.Period{Start: one.Period.Start.AddDate(0, 0, i), End: one.Period.End.AddDate(0, 0, -i)}
	}
	_, err := invoice.Reconcile(invoice.ReconcileRequest{Billed: nested, Policy: proration.Standard(2)})
	giventest.CheckFaults(t, err, "billed limit")

	// each is compared with each, since the discount has another amount on either side
	apart := make([]plans.Charge, 1_000)
	for i := range apart {
		apart[i] = one
		apart[i].ID, apart[i].Span = fmt.Sprint(i), whole.Span
		apart[i].Discounts = []plans.Deduction{{Discount: "d", Reason: "d", Amount: giventest.Money("1")}}
	}
	others := slices.Clone(apart)
	for i := range others {
		others[i].Net = apart[i].Net.Add(giventest.Money("0.01"))
	}
	_, err = invoice.Reconcile(invoice.ReconcileRequest{Billed: apart, Proposed: others, Policy: proration.Standard(2)})
	giventest.CheckFaults(t, err, "billed limit")
}
