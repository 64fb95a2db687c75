package plans_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestCurrencyPlaces(t *testing.T) {
	for _, c := range []struct {
		name, why string
		codes     string
		want      int32
	}{
		{name: "two places", why: "ISO 4217 list one: most currencies have cents", codes: "USD EUR GBP BRL MXN INR CNY CHF", want: 2},
		{name: "two places, though often taken for none", why: "ISO 4217 list one; card schemes differ, and that is their table", codes: "HUF TWD IDR COP KZT PKR", want: 2},
		{name: "none", why: "ISO 4217 list one: the yen has no sen any more", codes: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF", want: 0},
		{name: "three", why: "ISO 4217 list one: a dinar has 1000 fils; two places bill BHD and JOD wrong", codes: "BHD IQD JOD KWD LYD OMR TND", want: 3},
		{name: "four", why: "ISO 4217 list one: the units of account of Chile and Uruguay", codes: "CLF UYW", want: 4},
		{name: "five to a unit", why: "ISO 4217 list one gives 2 although an ariary and an ouguiya have five parts", codes: "MGA MRU", want: 2},
		{name: "units of account with cents", why: "ISO 4217 list one: funds codes that have minor units", codes: "BOV CHE CHW COU MXV USN UYU VED XAD", want: 2},
		{name: "newest", why: "ISO 4217 amendments 176 and 177, and 174", codes: "XCG ZWG SLE VED", want: 2},
		{name: "left the list", why: "ISO 4217 has them no more, and invoices issued before still do", codes: "HRK SLL ZWL ANG BGN CUC", want: 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, code := range strings.Fields(c.codes) {
				if got, err := plans.Currency(code).Places(); err != nil || got != c.want {
					t.Errorf("%s has %d places (%v), want %d: %s", code, got, err, c.want, c.why)
				}
			}
		})
	}
}

func TestCurrencyPlacesRefused(t *testing.T) {
	for _, c := range []struct {
		name, why string
		code      plans.Currency
		want      string
	}{
		{"unset", "a currency that was forgotten is not a dollar", "", "currency unset"},
		{"lower case", "one code has one spelling, so that two invoices compare", "usd", "currency invalid"},
		{"mixed case", "as above", "Usd", "currency invalid"},
		{"blank before", "as above", " USD", "currency invalid"},
		{"blank behind", "as above", "USD ", "currency invalid"},
		{"three blanks", "no code", "   ", "currency invalid"},
		{"two codes' ends", "a piece of a list is no code", "D A", "currency invalid"},
		{"across a blank", "as above", "D E", "currency invalid"},
		{"two letters", "a country is no currency", "US", "currency invalid"},
		{"four letters", "a coin is no currency of ISO 4217", "USDT", "currency invalid"},
		{"two codes", "an amount has one currency", "USD EUR", "currency invalid"},
		{"a symbol of three bytes", "a symbol is no code", "€", "currency invalid"},
		{"digits", "the numeric code is another list", "840", "currency invalid"},
		{"gold", "ISO 4217 gives no minor units to metals", "XAU", "currency invalid"},
		{"silver", "as above", "XAG", "currency invalid"},
		{"platinum", "as above", "XPT", "currency invalid"},
		{"palladium", "as above", "XPD", "currency invalid"},
		{"drawing rights", "no minor units, and no customer pays in them", "XDR", "currency invalid"},
		{"sucre", "as above", "XSU", "currency invalid"},
		{"unit of the African Development Bank", "as above", "XUA", "currency invalid"},
		{"bond unit", "as above", "XBA", "currency invalid"},
		{"no currency", "the code for no currency is none", "XXX", "currency invalid"},
		{"test code", "as above", "XTS", "currency invalid"},
		{"unassigned", "no such code", "ZZZ", "currency invalid"},
		{"gone before 2022", "the mark left in 2002; its invoices are beyond any retention", "DEM", "currency invalid"},
		{"long text", "the reason stays one line, however long the input", plans.Currency(strings.Repeat("X", 1e6)), "currency invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			places, err := c.code.Places()
			giventest.CheckFaults(t, err, c.want)
			if places != 0 {
				t.Errorf("got %d places with the error", places)
			}
			if err != nil && len(err.Error()) > 200 {
				t.Errorf("the error has %d characters", len(err.Error()))
			}
		})
	}
}

// ISO 4217 list one of 2026 has 165 codes with minor units; CUC, HRK, SLL, ZWL, ANG and BGN have left it. Every text of three
// capitals is tried, so that no code is lost and none slips in.
func TestCurrencyCount(t *testing.T) {
	got := map[int32]int{}
	for i := range 26 * 26 * 26 {
		code := plans.Currency([]byte{'A' + byte(i/676), 'A' + byte(i/26%26), 'A' + byte(i%26)})
		if places, err := code.Places(); err == nil {
			got[places]++
		}
	}
	if want := "map[0:17 2:145 3:7 4:2]"; fmt.Sprint(got) != want {
		t.Errorf("codes by places are %v, want %s", got, want)
	}
}

func TestCurrencyPolicy(t *testing.T) {
	policy := proration.Standard(9)
	policy.Rounding.Mode = proration.Down
	for code, places := range map[plans.Currency]int32{"USD": 2, "JPY": 0, "KWD": 3, "CLF": 4} {
		got, err := code.Policy(policy)
		want := policy
		want.Rounding.Places = places
		if err != nil || got != want {
			t.Errorf("%s rounds by %+v, %v, want %+v", code, got, err, want)
		}
	}
	_, err := plans.Currency("usd").Policy(policy)
	giventest.CheckFaults(t, err, "currency invalid")
	_, err = plans.Currency("").Policy(policy)
	giventest.CheckFaults(t, err, "currency unset")
}
