package invoice

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Policy is the seller's choice of billing rules. Every field that decides an amount must be set; [Standard] is
// complete.
type Policy struct {
	// Proration is how time is counted and amounts are rounded; its places are ignored, as the currency sets them.
	Proration        proration.Policy       `json:"proration"`
	CreditBasis      proration.CreditBasis  `json:"credit_basis"`       // base of credits for unused time
	Timing           proration.Timing       `json:"timing"`             // billing of periods: in advance or in arrears
	Allocation       proration.Allocation   `json:"allocation"`         // which line gets the remainder of a spread amount
	TaxRoundingLevel TaxRoundingLevel       `json:"tax_rounding_level"` // whether tax is rounded per line or per invoice
	TaxRoundingMode  proration.RoundingMode `json:"tax_rounding_mode"`  // how tax is rounded
	// Taxes are the tax rates for charges without taxes of their own. Among rates of the same name the first that covers a
	// charge applies. None is no tax.
	Taxes []TaxRate `json:"taxes,omitzero"`
	// TaxEngine says that a tax engine computes the taxes of charges without taxes of their own: each document asks for
	// them with a [TaxRequest]. Taxes must be empty then.
	TaxEngine bool `json:"tax_engine,omitzero"`
	// Refunds are the rules for unused charges when a contract is canceled; required for a cancellation.
	Refunds []credits.RefundRule `json:"refunds,omitzero"`
	// Seller is the seller as the documents name it, with the tax ID. It affects no amount.
	Seller Contact `json:"seller,omitzero"`
	// MaxCreditPercent is the most of an amount, in percent, that credit pays. Zero is all of it.
	MaxCreditPercent decimal.Decimal `json:"max_credit_percent,omitzero" canon:"count"`
}

// CreditPays returns the most of an amount that credit pays, rounded down to the decimal places.
func (p Policy) CreditPays(amount decimal.Decimal, places int32) decimal.Decimal {
	if p.MaxCreditPercent.IsZero() {
		return amount
	}
	return amount.Mul(p.MaxCreditPercent).Shift(-2).Truncate(places)
}

// TaxRoundingLevel is the level at which tax is rounded. Its zero value is unset and rejected.
//
// JSON: line, invoice.
type TaxRoundingLevel uint8

// The levels of tax rounding.
const (
	PerLine    TaxRoundingLevel = iota + 1 // each tax is rounded on each line
	PerInvoice                             // each tax is rounded once and allocated to lines by largest remainder
)

var taxRoundingLevels = []string{"", "line", "invoice"}

// String returns the name of the level, such as "invoice".
func (t TaxRoundingLevel) String() string { return enum.String(taxRoundingLevels, t) }

// MarshalText returns the name of the level.
func (t TaxRoundingLevel) MarshalText() ([]byte, error) {
	return fault.Marshal(taxRoundingLevels, t, "tax_rounding_level")
}

// UnmarshalText reads the name of a level. Errors: ErrInvalid for an unknown name.
func (t *TaxRoundingLevel) UnmarshalText(text []byte) error {
	return fault.Unmarshal(taxRoundingLevels, t, "tax_rounding_level", text)
}

// TaxRate is a tax rate and the charges that it covers.
type TaxRate struct {
	Name     string          `json:"name"`                  // name of the tax, "VAT"
	Percent  decimal.Decimal `json:"percent" canon:"count"` // tax rate in percent, not negative
	Included bool            `json:"included,omitzero"`     // prices include the tax
	// Countries are those of the customers who pay the tax, ISO 3166 codes in capitals, "DE"; none is all. A document
	// takes the policy of [Policy.For].
	Countries []string `json:"countries,omitzero"`

	plans.Scope // charges that the rate covers
}

// Standard returns a complete, neutral policy: calendar days, rounding half up, credits based on the billed amount,
// billing in advance, largest-remainder allocation, no tax rates, tax rounded per line, and no refund on cancellation.
func Standard() Policy {
	return Policy{
		Proration: proration.Standard(2), CreditBasis: proration.OnBilled, Timing: proration.InAdvance,
		Allocation:       proration.LargestRemainder,
		TaxRoundingLevel: PerLine, TaxRoundingMode: proration.HalfUp, Refunds: []credits.RefundRule{{As: credits.AsNothing}},
	}
}

const (
	maxLines     = 10_000
	maxTaxes     = 100
	maxDiscounts = 1_000
	maxCredits   = 500 // credits of one charge; each is compared with all others
)

// Validate returns every fault of the policy. Errors: ErrUnset for a missing choice; ErrInvalid for an unknown choice;
// ErrLimit for numbers beyond the limits and for more than 100 taxes.
func (p Policy) Validate() error {
	var f fault.List
	f.Under("proration", p.Proration.Validate())
	fault.Choice(&f, "credit_basis", p.CreditBasis)
	fault.Choice(&f, "timing", p.Timing)
	fault.Choice(&f, "allocation", p.Allocation)
	fault.Enum(&f, "tax_rounding_level", taxRoundingLevels, p.TaxRoundingLevel)
	fault.Choice(&f, "tax_rounding_mode", p.TaxRoundingMode)
	if len(p.Taxes) > maxTaxes {
		f.Add("taxes", proration.ErrLimit, "must be at most %d taxes; got %d", maxTaxes, len(p.Taxes))
		return f.Err()
	}
	if p.TaxEngine && len(p.Taxes) > 0 {
		f.Add("taxes", proration.ErrInvalid, "must be empty with tax_engine; got %d taxes", len(p.Taxes))
	}
	for i, r := range p.Taxes {
		f.At("taxes", i, checkTax(r.Name, r.Percent, r.Kinds...))
	}
	for i, r := range p.Taxes {
		for j, code := range r.Countries {
			if len(code) != 2 || strings.ToUpper(code) != code {
				f.Add(fault.At("taxes", i)+"."+fault.At("countries", j), proration.ErrInvalid,
					"must be an ISO 3166 code in capitals such as DE; got %.40q", code)
			}
		}
	}
	for i, r := range p.Refunds {
		f.At("refunds", i, checkRefundRule(&r))
	}
	if hundred := decimal.New(100, 0); fault.Amount(&f, "max_credit_percent", p.MaxCreditPercent) &&
		(p.MaxCreditPercent.IsNegative() || p.MaxCreditPercent.GreaterThan(hundred)) {
		f.Add("max_credit_percent", proration.ErrInvalid, "must be from 0 to 100; got %v", p.MaxCreditPercent)
	}
	return f.Err()
}

// For returns the policy with the tax rates of customers of a country, and of all countries. An unknown country, "",
// has only those of all countries.
func (p Policy) For(country string) Policy {
	if !slices.ContainsFunc(p.Taxes, func(r TaxRate) bool { return len(r.Countries) > 0 }) {
		return p
	}
	var own []TaxRate
	for _, r := range p.Taxes {
		if len(r.Countries) == 0 || slices.Contains(r.Countries, country) {
			r.Countries = nil
			own = append(own, r)
		}
	}
	p.Taxes = own
	return p
}

// checkRefundRule returns the faults of a refund rule for a cancellation.
func checkRefundRule(r *credits.RefundRule) error {
	var f fault.List
	fault.Choice(&f, "as", r.As)
	if r.As != credits.AsNothing || r.Give != 0 {
		fault.Choice(&f, "give", r.Give)
	}
	fault.Choices(&f, "kinds", r.Kinds)
	if r.Within != (proration.Interval{}) {
		f.Under("within", r.Within.Validate())
	}
	if r.As == credits.AsDays {
		f.Add("as", proration.ErrInvalid, "must not be days; a canceled contract has no period to extend")
	}
	return f.Err()
}
