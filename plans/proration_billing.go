package plans

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// ProrationBilling is when the proration of a change inside a period is billed and collected. The zero value is unset
// and refused.
//
// JSON: invoice_now, next_invoice, none.
type ProrationBilling uint8

// The times at which a proration is billed.
const (
	// InvoiceNow issues and collects an invoice at the time of the change.
	InvoiceNow ProrationBilling = iota + 1
	// NextInvoice bills and credits the rest of the period on the next regular invoice. Until then its charges wait, and
	// its credits are no balance. A change of the interval, the billing date or the term is invoiced at once.
	NextInvoice
	// NoProrations neither bills nor credits the rest of the period. The next period is billed under the new contract.
	NoProrations
)

var prorationBillings = []string{"", "invoice_now", "next_invoice", "none"}

// String returns the name, "invoice_now".
func (c ProrationBilling) String() string { return enum.String(prorationBillings, c) }

// MarshalText returns the name.
func (c ProrationBilling) MarshalText() ([]byte, error) {
	return fault.Marshal(prorationBillings, c, "prorations")
}

// UnmarshalText reads the name. An unknown name returns ErrInvalid.
func (c *ProrationBilling) UnmarshalText(text []byte) error {
	return fault.Unmarshal(prorationBillings, c, "prorations", text)
}

// ProrationSettings is how much a change charges and credits for the rest of a period. A field that is unset follows
// the rule or the policy behind it.
type ProrationSettings struct {
	Charge proration.Extent `json:"charge,omitzero"` // extent of the charges: prorated, full or none
	Credit proration.Extent `json:"credit,omitzero"` // extent of the credits: prorated, full or none
}

// check adds the faults of the settings.
func (s *ProrationSettings) check(f *fault.List, path string) {
	fault.Optional(f, path+".charge", s.Charge)
	fault.Optional(f, path+".credit", s.Credit)
}

// over returns the settings with those of others where they are unset.
func (s ProrationSettings) over(others ProrationSettings) ProrationSettings {
	if s.Charge == 0 {
		s.Charge = others.Charge
	}
	if s.Credit == 0 {
		s.Credit = others.Credit
	}
	return s
}
