package plans_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestDiscountValidate(t *testing.T) {
	for _, c := range []struct {
		name, why string
		discount  string
		wantErr   []string
	}{
		{name: "percentage", why: "a percentage is the usual coupon", discount: `{"id":"a","percent":"10","duration":"once"}`},
		{name: "a percentage in one currency", why: "the discount may be for bills in one currency only", discount: `{"id":"a","percent":"10","currency":"EUR","duration":"once"}`},
		{name: "free periods", why: "100 percent for some periods", discount: `{"id":"a","percent":"100","duration":"repeating","periods":3}`},
		{name: "more than 100 percent", why: "a percentage above 100 takes everything", discount: `{"id":"a","percent":"150","duration":"forever"}`},
		{name: "amount", why: "5.00 off", discount: `{"id":"a","amount":"5.00","currency":"USD","duration":"forever"}`},
		{name: "an amount for a whole period", why: "a partial period gets a part", discount: `{"id":"a","amount":"5.00","currency":"USD","duration":"forever","prorated":true}`},
		{name: "an amount with rollover", why: "the amount is a budget", discount: `{"id":"a","amount":"500.00","currency":"USD","duration":"forever","rollover":true}`},
		{name: "special price", why: "K11: a price agreed with one customer", discount: `{"id":"a","price":{"unit":"75.00"},"currency":"USD","duration":"forever"}`},
		{name: "a price of zero", why: "the zero price is free", discount: `{"id":"a","price":{},"currency":"USD","duration":"once"}`},
		{name: "the most periods", why: "the limit", discount: `{"id":"a","percent":"10","duration":"repeating","periods":10000}`},
		{name: "scope", why: "every kind of scope, and a limited time", discount: `{"id":"a","percent":"10","duration":"once","plans":["growth"],"items":["seat"],"kinds":["recurring","usage"],"from":"2026-11-01T00:00:00Z","until":"2026-12-01T00:00:00Z"}`},
		{name: "for a nanosecond", why: "the shortest time", discount: `{"id":"a","percent":"10","duration":"once","from":"2026-11-01T00:00:00Z","until":"2026-11-01T00:00:00.000000001Z"}`},

		{name: "nothing", why: "law 14: all faults come at once", discount: `{}`, wantErr: []string{"id unset", "percent unset", "duration unset"}},
		{name: "no ID", why: "charges could not name the discount", discount: `{"percent":"10","duration":"once"}`, wantErr: []string{"id unset"}},
		{name: "a zero value", why: "the value is missing", discount: `{"id":"a","percent":"0","amount":"0.00","duration":"once"}`, wantErr: []string{"percent unset"}},
		{name: "percent and amount", why: "10 % and 5.00 off are two discounts, in an order", discount: `{"id":"a","percent":"10","amount":"5","currency":"USD","duration":"once"}`, wantErr: []string{"percent invalid"}},
		{name: "percent and price", why: "10 % and 5.00 off are two discounts, in an order", discount: `{"id":"a","percent":"10","price":{},"currency":"USD","duration":"once"}`, wantErr: []string{"percent invalid"}},
		{name: "amount and price", why: "10 % and 5.00 off are two discounts, in an order", discount: `{"id":"a","amount":"10","price":{},"currency":"USD","duration":"once"}`, wantErr: []string{"percent invalid"}},
		{name: "negative percent", why: "a surcharge is a price, not a discount", discount: `{"id":"a","percent":"-10","duration":"once"}`, wantErr: []string{"percent invalid"}},
		{name: "negative amount", why: "a surcharge is a price, not a discount", discount: `{"id":"a","amount":"-10","currency":"USD","duration":"once"}`, wantErr: []string{"amount invalid"}},
		{name: "more places than the currency, with rollover", why: "the deductions are truncated", discount: `{"id":"a","amount":"0.005","currency":"USD","rollover":true,"duration":"forever"}`},
		{name: "more places than the currency", why: "each deduction is rounded", discount: `{"id":"a","amount":"0.005","currency":"USD","duration":"forever"}`},
		{name: "both negative", why: "law 14: all faults come at once", discount: `{"id":"a","percent":"-1","amount":"-10","currency":"USD","duration":"once"}`, wantErr: []string{"percent invalid", "amount invalid", "percent invalid"}},
		{name: "too many digits", why: "law 14: numbers have limits", discount: `{"id":"a","percent":1e18,"duration":"once"}`, wantErr: []string{"percent limit"}},
		{name: "too many places", why: "law 14: numbers have limits", discount: `{"id":"a","amount":1e-19,"currency":"USD","duration":"once"}`, wantErr: []string{"amount limit"}},
		{name: "an invalid price", why: "each fault has its path", discount: `{"id":"a","price":{"unit":"-1","tiering":"volume","tiers":[{"up_to":"5"}]},"currency":"USD","duration":"once"}`, wantErr: []string{"price.unit invalid", "price.unit invalid", "price.tiers[0].up_to invalid"}},
		{name: "amount without a currency", why: "an amount has a currency", discount: `{"id":"a","amount":"5","duration":"once"}`, wantErr: []string{"currency unset"}},
		{name: "price without a currency", why: "an amount has a currency", discount: `{"id":"a","price":{"unit":"5"},"duration":"once"}`, wantErr: []string{"currency unset"}},
		{name: "unknown currency", why: "the code is not in ISO 4217", discount: `{"id":"a","amount":"5","currency":"usd","duration":"once"}`, wantErr: []string{"currency invalid"}},

		{name: "no duration", why: "law 13: the duration decides amounts", discount: `{"id":"a","percent":"10"}`, wantErr: []string{"duration unset"}},
		{name: "repeating without periods", why: "a repeating discount states its periods", discount: `{"id":"a","percent":"10","duration":"repeating"}`, wantErr: []string{"periods limit"}},
		{name: "used periods", why: "no period remains", discount: `{"id":"a","percent":"10","duration":"repeating","periods":-1}`, wantErr: []string{"periods limit"}},
		{name: "too many periods", why: "law 14: counts have limits", discount: `{"id":"a","percent":"10","duration":"repeating","periods":10001}`, wantErr: []string{"periods limit"}},
		{name: "once, with two periods", why: "the duration must be unambiguous", discount: `{"id":"a","percent":"10","duration":"once","periods":2}`, wantErr: []string{"periods invalid"}},
		{name: "forever, with two periods", why: "the duration must be unambiguous", discount: `{"id":"a","percent":"10","duration":"forever","periods":2}`, wantErr: []string{"periods invalid"}},
		{name: "periods without a duration", why: "law 13: the duration is required", discount: `{"id":"a","percent":"10","periods":2}`, wantErr: []string{"duration unset", "periods invalid"}},
		{name: "prorated percentage", why: "the percentage of a part is a part", discount: `{"id":"a","percent":"10","duration":"once","prorated":true}`, wantErr: []string{"prorated invalid"}},
		{name: "rollover of a percentage", why: "only an amount rolls over", discount: `{"id":"a","percent":"10","duration":"once","rollover":true}`, wantErr: []string{"rollover invalid"}},
		{name: "prorated price", why: "a price is prorated with its charge", discount: `{"id":"a","price":{},"currency":"USD","duration":"once","prorated":true}`, wantErr: []string{"prorated invalid"}},
		{name: "prorated, with rollover", why: "an amount is for a period, or for none", discount: `{"id":"a","amount":"5","currency":"USD","duration":"forever","prorated":true,"rollover":true}`, wantErr: []string{"prorated invalid"}},
		{name: "an empty time", why: "the discount never applies", discount: `{"id":"a","percent":"10","duration":"once","from":"2026-11-01T00:00:00Z","until":"2026-11-01T01:00:00+01:00"}`, wantErr: []string{"until period"}},
		{name: "reversed time", why: "the discount never applies", discount: `{"id":"a","percent":"10","duration":"once","from":"2026-11-02T00:00:00Z","until":"2026-11-01T00:00:00Z"}`, wantErr: []string{"until period"}},
		{name: "an unset kind", why: "each fault has its path", discount: `{"id":"a","percent":"10","duration":"once","kinds":["usage","unset"]}`, wantErr: []string{"kinds[1] unset"}},
		{
			name: "all faults at once", why: "law 14: all faults come at once, in the order of the fields",
			discount: `{"percent":"-10","price":{"flat":"-1"},"duration":"repeating","periods":0,"prorated":true,"rollover":true,"from":"2026-11-02T00:00:00Z","until":"2026-11-01T00:00:00Z","kinds":["unset"]}`,
			wantErr: []string{
				"id unset", "percent invalid", "percent invalid", "price.flat invalid", "currency unset", "periods limit", "prorated invalid", "rollover invalid", "prorated invalid",
				"until period", "kinds[0] unset",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			discount := strictly[plans.Discount](t, c.discount)
			before := giventest.JSON(t, discount)
			giventest.CheckFaults(t, discount.Validate(), c.wantErr...)
			if after := giventest.JSON(t, discount); after != before {
				t.Errorf("it was\n%s, and is\n%s", before, after)
			}
		})
	}
	giventest.CheckFaults(t, plans.Discount{ID: "a", Percent: giventest.Money("10"), Duration: 4}.Validate(), "duration invalid")
	giventest.CheckFaults(t, plans.Discount{ID: "a", Percent: giventest.Money("10"), Duration: plans.Once, Scope: plans.Scope{Kinds: []plans.Kind{99}}}.Validate(), "kinds[0] invalid")
}

// A number that would need gigabytes in print is refused by its exponent, also within a special price.
func TestDiscountHostile(t *testing.T) {
	for _, exponent := range []int32{19, 1_000_000_000, 1<<31 - 1, -19, -1_000_000_000, -1 << 31} {
		for _, number := range []decimal.Decimal{decimal.New(1, exponent), decimal.New(-1, exponent)} {
			giventest.CheckFaults(t, plans.Discount{ID: "a", Percent: number, Duration: plans.Once}.Validate(), "percent limit")
			giventest.CheckFaults(t, plans.Discount{ID: "a", Amount: number, Currency: "USD", Duration: plans.Once}.Validate(), "amount limit")
			giventest.CheckFaults(t, plans.Discount{ID: "a", Price: &plans.Price{Unit: number}, Currency: "USD", Duration: plans.Once}.Validate(), "price.unit limit")
		}
	}
}

func TestDiscountJSON(t *testing.T) {
	for _, c := range []struct{ name, why, text, want string }{
		{"percentage", "unused fields are left out", `{"id":"a","percent":10.50,"duration":"once"}`, `{"id":"a","percent":"10.5","duration":"once"}`},
		{"nothing", "a half-filled discount can be stored, and is refused when used", `{}`, `{"id":"","duration":"unset"}`},
		{"a free price", "a zero price is a price", `{"id":"a","price":{},"currency":"USD","duration":"once"}`, `{"id":"a","price":{},"currency":"USD","duration":"once"}`},
		{"no price", "null is no price", `{"id":"a","percent":"1","price":null,"duration":"once"}`, `{"id":"a","percent":"1","duration":"once"}`},
		{
			"all fields", "the documented names",
			`{"id":"a","percent":"1","amount":"2","price":{"tiering":"volume","tiers":[{"up_to":"5","flat":"1"},{"up_to":null}]},"currency":"USD","duration":"repeating","periods":3,"prorated":true,"rollover":true,` +
				`"from":"2026-11-01T00:00:00Z","until":"2026-12-01T00:00:00-05:00","plans":["p"],"items":["i"],"kinds":["one_time"]}`,
			`{"id":"a","percent":"1","amount":"2","price":{"tiering":"volume","tiers":[{"up_to":"5","flat":"1"},{}]},"currency":"USD","duration":"repeating","periods":3,"prorated":true,"rollover":true,` +
				`"from":"2026-11-01T00:00:00Z","until":"2026-12-01T00:00:00-05:00","plans":["p"],"items":["i"],"kinds":["one_time"]}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			discount := strictly[plans.Discount](t, c.text)
			if got := giventest.JSON(t, discount); got != c.want {
				t.Errorf("got  %s\nwant %s: %s", got, c.want, c.why)
			}
			giventest.CheckRoundTrip(t, discount)
		})
	}
	for _, text := range []string{`{"duration":"twice"}`, `{"duration":3}`, `{"kinds":["subscription"]}`, `{"percent":"ten"}`, `{"periods":1.5}`, `{"from":"yesterday"}`} {
		var discount plans.Discount
		if err := json.Unmarshal([]byte(text), &discount); err == nil {
			t.Errorf("%s is read as %+v", text, discount)
		}
	}
	if _, err := json.Marshal(plans.Discount{Duration: 9}); err == nil || !strings.Contains(err.Error(), "must be one of once, repeating, forever; got 9") {
		t.Errorf("a discount with the duration 9 is written, %v", err)
	}
}

// The remaining discounts work the same after a round trip through JSON.
func TestDiscountRemainingThroughJSON(t *testing.T) {
	november := giventest.Period("2026-11-01/2026-12-01", nil)
	discounts := []plans.Discount{
		strictly[plans.Discount](t, `{"id":"half","percent":"50","duration":"repeating","periods":3}`),
		strictly[plans.Discount](t, `{"id":"budget","amount":"100","currency":"USD","duration":"forever","rollover":true}`),
	}
	var taken []string
	for range 5 {
		reduced, err := plans.ApplyDiscounts(plans.DiscountRequest{
			Charges: []plans.Charge{{
				Kind: plans.Recurring, Plan: "growth", Item: "seat", Currency: "USD", Quantity: giventest.Money("1"),
				Price: plans.Price{Unit: giventest.Money("80")}, Period: november, Span: november, Net: giventest.Money("80.00"),
			}},
			Discounts: discounts, Currency: "USD", Mode: proration.HalfUp, Allocation: proration.LargestRemainder,
		})
		if err != nil {
			t.Fatal(err)
		}
		taken = append(taken, reduced.Amount.StringFixed(2))
		discounts = giventest.CheckRoundTrip(t, reduced.Remaining)
	}
	// 40 and 40; 40 and 40; 40 and the last 20; then nothing.
	if got, want := strings.Join(taken, " "), "80.00 80.00 60.00 0.00 0.00"; got != want || len(discounts) > 0 {
		t.Errorf("the deductions are %s, want %s, and %d discounts remain", got, want, len(discounts))
	}
}

func TestDiscountDurationText(t *testing.T) {
	for lasts, want := range map[plans.DiscountDuration]string{0: "unset", plans.Once: "once", plans.Repeating: "repeating", plans.Forever: "forever"} {
		text, err := lasts.MarshalText()
		if err != nil || string(text) != want || lasts.String() != want {
			t.Errorf("%d is %q, %s, %v, want %s", lasts, lasts.String(), text, err, want)
		}
		read := plans.DiscountDuration(9)
		if err := read.UnmarshalText([]byte(want)); err != nil || read != lasts {
			t.Errorf("%s is read as %v, %v", want, read, err)
		}
	}
	if _, err := plans.DiscountDuration(4).MarshalText(); !errors.Is(err, proration.ErrInvalid) || plans.DiscountDuration(4).String() != "4" {
		t.Errorf("an unknown duration is written, %v, as %q", err, plans.DiscountDuration(4).String())
	}
	read := plans.Forever
	if err := read.UnmarshalText([]byte("always")); !errors.Is(err, proration.ErrInvalid) || read != plans.Forever {
		t.Errorf("an unknown duration is read as %v, %v", read, err)
	}
}

// A discount that a caller brings cannot have the ID that the discount of a later term gets.
func TestDiscountWithTheIDOfATerm(t *testing.T) {
	for id, reserved := range map[string]bool{"term P6M from 2027-05-16": true, "term of six months": false, "from P6M": false} {
		discounts := []plans.Discount{{ID: id, Percent: decimal.NewFromInt(10), Duration: plans.Forever}}
		var change, order, override []string
		if reserved {
			change, order, override = []string{"add_discounts[0].id invalid"}, []string{"discounts[0].id invalid"}, []string{"override.discounts[0].id invalid"}
		}
		giventest.CheckFaults(t, plans.Change{AddDiscounts: discounts}.Validate(), change...)
		o := ordered("1 seat", "P6M")
		o.Discounts = discounts
		_, err := onSale(t).quote(o)
		giventest.CheckFaults(t, err, order...)
		_, err = onSale(t).With(plans.Override{Discounts: discounts})
		giventest.CheckFaults(t, err, override...)
	}
}
