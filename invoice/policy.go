package invoice

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Policy is what the seller chose. Every choice that decides an amount must be set; [Standard] is complete.
type Policy struct {
	Proration        proration.Policy       `json:"proration"`          // how spans become money, and how discounts are rounded; the places are the currency's, whatever is set
	CreditBasis      proration.CreditBasis  `json:"credit_basis"`       // what the credit for unused time is a share of
	Timing           proration.Timing       `json:"timing"`             // whether a period is billed when it begins or when it has ended
	Allocation       proration.Allocation   `json:"allocation"`         // which line gets what is left over when an amount is spread over them
	TaxRoundingLevel TaxRoundingLevel       `json:"tax_rounding_level"` // what the tax of is rounded
	TaxRoundingMode  proration.RoundingMode `json:"tax_rounding_mode"`  // how it is rounded
	Taxes            []TaxRate              `json:"taxes,omitzero"`     // what is due on charges that say nothing of their own: of each name, the first that covers a charge; none is no tax
	Refunds          []credits.RefundRule   `json:"refunds,omitzero"`   // what becomes of what is paid for and not used, when a contract is canceled; must be set then
}

// TaxRoundingLevel says of what tax is rounded. Its zero is unset and refused.
type TaxRoundingLevel uint8

// Of what tax is rounded.
const (
	PerLine    TaxRoundingLevel = iota + 1 // each tax of each line
	PerInvoice                             // each tax, summed up over all lines; lines get their parts by largest remainder
)

var taxRoundingLevels = []string{"", "line", "invoice"}

// String returns its name, "invoice".
func (t TaxRoundingLevel) String() string { return enum.String(taxRoundingLevels, t) }

// MarshalText returns its name.
func (t TaxRoundingLevel) MarshalText() ([]byte, error) {
	return fault.Marshal(taxRoundingLevels, t, "tax_rounding_level")
}

// UnmarshalText reads its name; an unknown one is ErrInvalid.
func (t *TaxRoundingLevel) UnmarshalText(text []byte) error {
	return fault.Unmarshal(taxRoundingLevels, t, "tax_rounding_level", text)
}

// TaxRate is a tax, and what it is due on.
type TaxRate struct {
	Name     string          `json:"name"`              // of the tax, "VAT"
	Percent  decimal.Decimal `json:"percent"`           // of what is taxed, not negative
	Included bool            `json:"included,omitzero"` // prices have it in them
	Items    []string        `json:"items,omitzero"`    // only on these items; none is all
	Kinds    []plans.Kind    `json:"kinds,omitzero"`    // only on charges of these kinds; none is all
}

// covers reports whether the tax is due on a charge.
func (r *TaxRate) covers(c *plans.Charge) bool {
	return (len(r.Items) == 0 || slices.Contains(r.Items, c.Item)) && (len(r.Kinds) == 0 || slices.Contains(r.Kinds, c.Kind))
}

// Standard returns a complete and neutral policy: civil days, half up, credits on what was billed, periods billed in advance, amounts
// spread by largest remainder, no taxes (and those that lines have rounded per line), and nothing given back at a cancellation.
func Standard() Policy {
	return Policy{
		Proration: proration.Standard(2), CreditBasis: proration.OnBilled, Timing: proration.InAdvance, Allocation: proration.LargestRemainder,
		TaxRoundingLevel: PerLine, TaxRoundingMode: proration.HalfUp, Refunds: []credits.RefundRule{{As: credits.AsNothing}},
	}
}

const (
	maxLines     = 10_000
	maxTaxes     = 100
	maxDiscounts = 1_000
	maxCredits   = 500 // of one charge: each is held against all others
)

// Validate returns every fault of the policy: ErrUnset for a missing choice, ErrInvalid for one that does not exist, ErrLimit for numbers beyond the limits and more than 100 taxes.
func (p Policy) Validate() error {
	var f fault.List
	f.Under("proration", p.Proration.Validate())
	switch p.CreditBasis {
	case proration.OnBilled, proration.OnPrice:
	default:
		choose(&f, "credit_basis", int(p.CreditBasis), proration.OnBilled.String(), proration.OnPrice.String())
	}
	switch p.Timing {
	case proration.InAdvance, proration.InArrears:
	default:
		choose(&f, "timing", int(p.Timing), proration.InAdvance.String(), proration.InArrears.String())
	}
	switch p.Allocation {
	case proration.LargestRemainder, proration.LastLine:
	default:
		choose(&f, "allocation", int(p.Allocation), proration.LargestRemainder.String(), proration.LastLine.String())
	}
	fault.Enum(&f, "tax_rounding_level", taxRoundingLevels, p.TaxRoundingLevel)
	if p.TaxRoundingMode == 0 {
		f.Add("tax_rounding_mode", proration.ErrUnset, "say how tax is rounded")
	} else if _, err := (proration.Rounding{Mode: p.TaxRoundingMode}).Round(decimal.Decimal{}); err != nil {
		f.Add("tax_rounding_mode", proration.ErrInvalid, "no rounding mode has the number %d", p.TaxRoundingMode)
	}
	if len(p.Taxes) > maxTaxes {
		f.Add("taxes", proration.ErrLimit, "%d taxes are more than %d", len(p.Taxes), maxTaxes)
		return f.Err()
	}
	for i, r := range p.Taxes {
		path := "taxes[" + strconv.Itoa(i) + "]"
		f.Under(path, plans.Tax{Name: r.Name, Percent: r.Percent}.Validate())
		for j, k := range r.Kinds {
			f.Under(path+".kinds["+strconv.Itoa(j)+"]", k.Validate())
		}
	}
	for i, r := range p.Refunds {
		path := "refunds[" + strconv.Itoa(i) + "]"
		f.Under(path, r.Validate())
		if r.As == credits.AsDays {
			f.Add(path+".as", proration.ErrInvalid, "where a contract ends there is no period to make longer")
		}
	}
	return f.Err()
}

// choose adds the fault of a choice that was not made, or that does not exist.
func choose(f *fault.List, field string, has int, one, other string) {
	if has == 0 {
		f.Add(field, proration.ErrUnset, "it is one of %s, %s", one, other)
		return
	}
	f.Add(field, proration.ErrInvalid, "%d is none of %s, %s", has, one, other)
}

// clone returns a policy that shares nothing that can be written to.
func (p Policy) clone() Policy {
	p.Taxes = slices.Clone(p.Taxes)
	for i := range p.Taxes {
		p.Taxes[i].Items, p.Taxes[i].Kinds = slices.Clone(p.Taxes[i].Items), slices.Clone(p.Taxes[i].Kinds)
	}
	p.Refunds = slices.Clone(p.Refunds)
	for i := range p.Refunds {
		p.Refunds[i].Items, p.Refunds[i].Kinds = slices.Clone(p.Refunds[i].Items), slices.Clone(p.Refunds[i].Kinds)
	}
	return p
}
