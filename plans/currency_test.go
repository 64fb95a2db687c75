package plans_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
)

func TestCurrencyPlaces(t *testing.T) {
	for _, c := range []struct {
		name, why string
		codes     string
		want      int32
	}{
		{name: "two places", why: "ISO 4217 list one: most currencies have cents", codes: "USD EUR GBP BRL MXN INR CNY CHF", want: 2},
		{name: "two places, often treated as zero", why: "ISO 4217 list one; card schemes have their own table", codes: "HUF TWD IDR COP KZT PKR", want: 2},
		{name: "none", why: "ISO 4217 list one: the yen has no cents", codes: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF", want: 0},
		{name: "three", why: "ISO 4217 list one: a dinar has 1000 fils; two places bill BHD and JOD wrong", codes: "BHD IQD JOD KWD LYD OMR TND", want: 3},
		{name: "four", why: "ISO 4217 list one: the units of account of Chile and Uruguay", codes: "CLF UYW", want: 4},
		{name: "five to a unit", why: "ISO 4217 list one gives 2 although an ariary and an ouguiya have five parts", codes: "MGA MRU", want: 2},
		{name: "units of account with cents", why: "ISO 4217 list one: funds codes that have minor units", codes: "BOV CHE CHW COU MXV USN UYU VED XAD", want: 2},
		{name: "newest", why: "ISO 4217 amendments 176 and 177, and 174", codes: "XCG ZWG SLE VED", want: 2},
		{name: "removed from the list", why: "ISO 4217 has removed them, and earlier invoices still use them", codes: "HRK SLL ZWL ANG BGN CUC", want: 2},
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
		{"unset", "a missing currency has no default", "", "currency unset"},
		{"lower case", "a code has one spelling, so that invoices are comparable", "usd", "currency invalid"},
		{"mixed case", "a code has one spelling, so that invoices are comparable", "Usd", "currency invalid"},
		{"leading space", "a code has one spelling, so that invoices are comparable", " USD", "currency invalid"},
		{"trailing space", "a code has one spelling, so that invoices are comparable", "USD ", "currency invalid"},
		{"three spaces", "spaces are not a code", "   ", "currency invalid"},
		{"the ends of two codes", "a piece of a list is not a code", "D A", "currency invalid"},
		{"across a space", "a piece of a list is not a code", "D E", "currency invalid"},
		{"two letters", "a country code is not a currency", "US", "currency invalid"},
		{"four letters", "a cryptocurrency is not in ISO 4217", "USDT", "currency invalid"},
		{"two codes", "an amount has one currency", "USD EUR", "currency invalid"},
		{"a symbol of three bytes", "a symbol is not a code", "€", "currency invalid"},
		{"digits", "numeric codes are another list", "840", "currency invalid"},
		{"gold", "ISO 4217 gives no minor units to metals", "XAU", "currency invalid"},
		{"silver", "ISO 4217 gives no minor units to metals", "XAG", "currency invalid"},
		{"platinum", "ISO 4217 gives no minor units to metals", "XPT", "currency invalid"},
		{"palladium", "ISO 4217 gives no minor units to metals", "XPD", "currency invalid"},
		{"drawing rights", "the code has no minor units, and no customer pays in it", "XDR", "currency invalid"},
		{"sucre", "the code has no minor units, and no customer pays in it", "XSU", "currency invalid"},
		{"unit of the African Development Bank", "the code has no minor units, and no customer pays in it", "XUA", "currency invalid"},
		{"bond unit", "the code has no minor units, and no customer pays in it", "XBA", "currency invalid"},
		{"no currency", "XXX is the code for no currency", "XXX", "currency invalid"},
		{"test code", "XXX is the code for no currency", "XTS", "currency invalid"},
		{"unassigned", "the code does not exist", "ZZZ", "currency invalid"},
		{"removed before 2022", "the mark ended in 2002; its invoices are beyond any retention", "DEM", "currency invalid"},
		{"long text", "the error stays one line for input of any length", plans.Currency(strings.Repeat("X", 1e6)), "currency invalid"},
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

// ISO 4217 list one of 2026 has 165 codes with minor units; CUC, HRK, SLL, ZWL, ANG and BGN were removed. The test
// tries every text of three capitals, so that no code is missing and none is added.
func TestCurrencyPlacesOfAllCodes(t *testing.T) {
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
