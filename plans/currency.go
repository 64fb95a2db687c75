package plans

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Currency is an ISO 4217 code in capitals, "USD". The zero Currency is unset.
type Currency string

// Places returns the number of decimal places of billed amounts: 2 for USD, 0 for JPY, 3 for KWD, 4 for CLF. The source
// is ISO 4217 list one, plus some currencies that left the list in recent years and that old invoices still use. A
// payment provider's own table may differ.
// Errors: ErrUnset for ""; ErrInvalid for an unknown code, and for a currency without minor units, such as gold (XAU).
func (c Currency) Places() (int32, error) {
	if c == "" {
		return 0, fault.New("currency", proration.ErrUnset, "required, an ISO 4217 currency")
	}
	if len(c) == 3 && !strings.Contains(string(c), " ") {
		for places, codes := range minorUnits {
			if strings.Contains(codes, string(c)) {
				return int32(places), nil
			}
		}
	}
	return 0, fault.New("currency", proration.ErrInvalid, "must be an ISO 4217 currency; got %.40q", string(c))
}

// policy returns the policy with Rounding.Places set to the currency's decimal places.
func (c Currency) policy(p proration.Policy) (proration.Policy, error) {
	places, err := c.Places()
	p.Rounding.Places = places
	return p, err
}

// text formats an amount in the currency, "12.00 USD".
func (c Currency) text(amount decimal.Decimal) string {
	places, err := c.Places()
	if err != nil {
		places = 0
	}
	return exact.Text(amount, places) + " " + string(c)
}

// minorUnits lists the currency codes by their number of decimal places.
var minorUnits = [...]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD " +
		"CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD " +
		"GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL " +
		"MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN " +
		"QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS " +
		"UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG ZWL",
	3: "BHD IQD JOD KWD LYD OMR TND",
	4: "CLF UYW",
}
