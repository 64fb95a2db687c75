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
		{name: "percentage", why: "the usual coupon", discount: `{"id":"a","percent":"10","duration":"once"}`},
		{name: "percentage of a currency", why: "it may be for bills in one currency only", discount: `{"id":"a","percent":"10","currency":"EUR","duration":"once"}`},
		{name: "free periods", why: "100 percent for so many of them", discount: `{"id":"a","percent":"100","duration":"repeating","periods":3}`},
		{name: "more than all", why: "above 100 takes all", discount: `{"id":"a","percent":"150","duration":"forever"}`},
		{name: "amount", why: "5.00 off", discount: `{"id":"a","amount":"5.00","currency":"USD","duration":"forever"}`},
		{name: "amount for a whole period", why: "a part of a period gets a part", discount: `{"id":"a","amount":"5.00","currency":"USD","duration":"forever","prorated":true}`},
		{name: "amount that is kept", why: "a budget", discount: `{"id":"a","amount":"500.00","currency":"USD","duration":"forever","rollover":true}`},
		{name: "special price", why: "K11: what one customer agreed on", discount: `{"id":"a","price":{"unit":"75.00"},"currency":"USD","duration":"forever"}`},
		{name: "for nothing", why: "the zero price is free", discount: `{"id":"a","price":{},"currency":"USD","duration":"once"}`},
		{name: "most periods", why: "the limit", discount: `{"id":"a","percent":"10","duration":"repeating","periods":10000}`},
		{name: "scope", why: "of every kind, and for a time", discount: `{"id":"a","percent":"10","duration":"once","plans":["growth"],"items":["seat"],"kinds":["recurring","usage"],"from":"2026-11-01T00:00:00Z","until":"2026-12-01T00:00:00Z"}`},
		{name: "for a nanosecond", why: "the shortest", discount: `{"id":"a","percent":"10","duration":"once","from":"2026-11-01T00:00:00Z","until":"2026-11-01T00:00:00.000000001Z"}`},

		{name: "nothing", why: "law 14: all at once", discount: `{}`, wantErr: []string{"id unset", "percent unset", "duration unset"}},
		{name: "no ID", why: "charges could not say what was taken off", discount: `{"percent":"10","duration":"once"}`, wantErr: []string{"id unset"}},
		{name: "takes nothing off", why: "a value was forgotten", discount: `{"id":"a","percent":"0","amount":"0.00","duration":"once"}`, wantErr: []string{"percent unset"}},
		{name: "percent and amount", why: "10 % and 5.00 off are two discounts, in an order", discount: `{"id":"a","percent":"10","amount":"5","currency":"USD","duration":"once"}`, wantErr: []string{"percent invalid"}},
		{name: "percent and price", why: "as above", discount: `{"id":"a","percent":"10","price":{},"currency":"USD","duration":"once"}`, wantErr: []string{"percent invalid"}},
		{name: "amount and price", why: "as above", discount: `{"id":"a","amount":"10","price":{},"currency":"USD","duration":"once"}`, wantErr: []string{"percent invalid"}},
		{name: "negative percent", why: "a surcharge is a price", discount: `{"id":"a","percent":"-10","duration":"once"}`, wantErr: []string{"percent invalid"}},
		{name: "negative amount", why: "as above", discount: `{"id":"a","amount":"-10","currency":"USD","duration":"once"}`, wantErr: []string{"amount invalid"}},
		{name: "finer than the currency, kept", why: "what it takes is cut off", discount: `{"id":"a","amount":"0.005","currency":"USD","rollover":true,"duration":"forever"}`},
		{name: "finer, and not kept", why: "each time it is rounded", discount: `{"id":"a","amount":"0.005","currency":"USD","duration":"forever"}`},
		{name: "both negative", why: "law 14: all at once", discount: `{"id":"a","percent":"-1","amount":"-10","currency":"USD","duration":"once"}`, wantErr: []string{"percent invalid", "amount invalid", "percent invalid"}},
		{name: "too long", why: "law 14: numbers have limits", discount: `{"id":"a","percent":1e18,"duration":"once"}`, wantErr: []string{"percent limit"}},
		{name: "too fine", why: "as above", discount: `{"id":"a","amount":1e-19,"currency":"USD","duration":"once"}`, wantErr: []string{"amount limit"}},
		{name: "faulty price", why: "its faults, by their paths", discount: `{"id":"a","price":{"unit":"-1","tiering":"volume","tiers":[{"up_to":"5"}]},"currency":"USD","duration":"once"}`, wantErr: []string{"price.unit invalid", "price.unit invalid", "price.tiers[0].up_to invalid"}},
		{name: "amount without a currency", why: "5.00 of what", discount: `{"id":"a","amount":"5","duration":"once"}`, wantErr: []string{"currency unset"}},
		{name: "price without a currency", why: "as above", discount: `{"id":"a","price":{"unit":"5"},"duration":"once"}`, wantErr: []string{"currency unset"}},
		{name: "unknown currency", why: "no ISO 4217 code", discount: `{"id":"a","amount":"5","currency":"usd","duration":"once"}`, wantErr: []string{"currency invalid"}},

		{name: "how often", why: "law 13: once or for ever is money", discount: `{"id":"a","percent":"10"}`, wantErr: []string{"duration unset"}},
		{name: "no periods", why: "how many", discount: `{"id":"a","percent":"10","duration":"repeating"}`, wantErr: []string{"periods limit"}},
		{name: "periods used up", why: "nothing of it remains", discount: `{"id":"a","percent":"10","duration":"repeating","periods":-1}`, wantErr: []string{"periods limit"}},
		{name: "too many periods", why: "law 14: counts have limits", discount: `{"id":"a","percent":"10","duration":"repeating","periods":10001}`, wantErr: []string{"periods limit"}},
		{name: "once, twice", why: "which of both", discount: `{"id":"a","percent":"10","duration":"once","periods":2}`, wantErr: []string{"periods invalid"}},
		{name: "for ever, twice", why: "which of both", discount: `{"id":"a","percent":"10","duration":"forever","periods":2}`, wantErr: []string{"periods invalid"}},
		{name: "periods of nothing", why: "which of both, and which at all", discount: `{"id":"a","percent":"10","periods":2}`, wantErr: []string{"duration unset", "periods invalid"}},
		{name: "prorated percentage", why: "a percentage of a part is a part", discount: `{"id":"a","percent":"10","duration":"once","prorated":true}`, wantErr: []string{"prorated invalid"}},
		{name: "kept percentage", why: "of what would it be kept", discount: `{"id":"a","percent":"10","duration":"once","rollover":true}`, wantErr: []string{"rollover invalid"}},
		{name: "prorated price", why: "a price is prorated as the charge was", discount: `{"id":"a","price":{},"currency":"USD","duration":"once","prorated":true}`, wantErr: []string{"prorated invalid"}},
		{name: "prorated and kept", why: "an amount of a period, or of none", discount: `{"id":"a","amount":"5","currency":"USD","duration":"forever","prorated":true,"rollover":true}`, wantErr: []string{"prorated invalid"}},
		{name: "empty time", why: "never used", discount: `{"id":"a","percent":"10","duration":"once","from":"2026-11-01T00:00:00Z","until":"2026-11-01T01:00:00+01:00"}`, wantErr: []string{"until period"}},
		{name: "reversed time", why: "never used", discount: `{"id":"a","percent":"10","duration":"once","from":"2026-11-02T00:00:00Z","until":"2026-11-01T00:00:00Z"}`, wantErr: []string{"until period"}},
		{name: "unset kind", why: "by its path", discount: `{"id":"a","percent":"10","duration":"once","kinds":["usage","unset"]}`, wantErr: []string{"kinds[1] unset"}},
		{
			name: "all at once", why: "law 14: in the order of the fields",
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
	giventest.CheckFaults(t, plans.Discount{ID: "a", Percent: giventest.Money("10"), Duration: plans.Once, Kinds: []plans.Kind{99}}.Validate(), "kinds[0] invalid")
}

// A number that would take gigabytes to write out is refused by looking at its exponent, and so is one in a special price.
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
		{"percentage", "what plays no part is left out", `{"id":"a","percent":10.50,"duration":"once"}`, `{"id":"a","percent":"10.5","duration":"once"}`},
		{"nothing", "a half-filled discount can be stored, and is refused", `{}`, `{"id":"","duration":"unset"}`},
		{"free price", "a price of nothing is a price", `{"id":"a","price":{},"currency":"USD","duration":"once"}`, `{"id":"a","price":{},"currency":"USD","duration":"once"}`},
		{"no price", "null is none", `{"id":"a","percent":"1","price":null,"duration":"once"}`, `{"id":"a","percent":"1","duration":"once"}`},
		{
			"all fields", "the names of the documentation",
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
		t.Errorf("a discount that lasts 9 is written, %v", err)
	}
}

// What is stored of a discount that was used is what goes on being used.
func TestDiscountRemainsThroughJSON(t *testing.T) {
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
	// 40 and 40; 40 and 40; 40 and the last 20; nothing any more.
	if got, want := strings.Join(taken, " "), "80.00 80.00 60.00 0.00 0.00"; got != want || len(discounts) > 0 {
		t.Errorf("taken off were %s, want %s, and %d remain", got, want, len(discounts))
	}
}

func TestLastsText(t *testing.T) {
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
		t.Errorf("an unknown one is written, %v, as %q", err, plans.DiscountDuration(4).String())
	}
	read := plans.Forever
	if err := read.UnmarshalText([]byte("always")); !errors.Is(err, proration.ErrInvalid) || read != plans.Forever {
		t.Errorf("an unknown one is read as %v, %v", read, err)
	}
}
