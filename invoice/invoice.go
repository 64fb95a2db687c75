package invoice

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/canon"
	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/plans"
)

// Invoice is what is due, and why. What was issued never changes: only Status and Events do, by [Apply]. A credit note is an invoice
// that corrects another.
type Invoice struct {
	ID       string         `json:"id"`                // the draft's
	Corrects string         `json:"corrects,omitzero"` // of a credit note: ID of the invoice whose charges it gives back
	Currency plans.Currency `json:"currency"`          // of every amount
	IssuedAt time.Time      `json:"issued_at"`         // when it is issued
	DueAt    time.Time      `json:"due_at,omitzero"`   // by when it is to be paid; zero is at once
	Contact  Contact        `json:"contact,omitzero"`  // to whom it goes
	Status   Status         `json:"status"`            // where it stands
	Events   []Event        `json:"events,omitzero"`   // what happened to it since, in order

	Lines              []plans.Charge   `json:"lines"`                        // charges and credits, each with an ID of its own
	Discounts          []plans.Discount `json:"discounts,omitzero"`           // what was to be taken off the charges, in order
	RemainingDiscounts []plans.Discount `json:"remaining_discounts,omitzero"` // what of the discounts is left for the next time
	CreditedCharges    []plans.Charge   `json:"credited_charges,omitzero"`    // the charges that the lines credit, and what was credited of them before

	Subtotal         decimal.Decimal `json:"subtotal"`                    // the sum of the lines before discounts; negative where credits outweigh charges
	Discount         decimal.Decimal `json:"discount"`                    // what discounts take off in all, less what goes back of them
	Net              decimal.Decimal `json:"net"`                         // Subtotal less Discount: the sum of the lines
	Taxes            []TaxTotal      `json:"taxes,omitzero"`              // each tax in all, in the order in which lines name them
	Tax              decimal.Decimal `json:"tax"`                         // what is due to states besides Net; included taxes are in Net
	Total            decimal.Decimal `json:"total"`                       // Net and Tax; negative where more goes back than is charged
	LedgerEntries    []credits.Entry `json:"ledger_entries,omitzero"`     // to be appended to the ledger: credit that pays, or that is granted
	AppliedToInvoice decimal.Decimal `json:"applied_to_invoice,omitzero"` // of a credit note: what of it lowers what is still due on the invoice it corrects
	Refund           decimal.Decimal `json:"refund,omitzero"`             // what of a negative total is to be paid back in money, not negative
	AmountDue        decimal.Decimal `json:"amount_due"`                  // what is to be paid; never negative
	CreditBalance    decimal.Decimal `json:"credit_balance"`              // what is owed to the customer afterwards, by the ledger

	Installments []plans.Installment `json:"installments,omitzero"` // the amount due, in the parts in which it is paid; none is at once

	Policy   Policy         `json:"policy"`        // by which it was made
	Zone     string         `json:"zone,omitzero"` // IANA name of the zone whose calendar counts the days; "" is UTC
	Location *time.Location `json:"-"`             // the location of that name; nil is UTC. After reading JSON the caller sets it again
	Seal     string         `json:"seal"`          // SHA-256 of everything that was issued, in hexadecimal digits, so that any later change shows
}

// Contact is to whom an invoice goes. It decides no amount.
type Contact struct {
	Name    string   `json:"name,omitzero"`    // of the person or the company
	Email   string   `json:"email,omitzero"`   // where a copy goes
	Address []string `json:"address,omitzero"` // line by line
	TaxID   string   `json:"tax_id,omitzero"`  // of the company
}

// TaxTotal is one tax at one rate, over all lines.
type TaxTotal struct {
	Name     string          `json:"name"`              // of the tax
	Percent  decimal.Decimal `json:"percent"`           // of what is taxed
	Included bool            `json:"included,omitzero"` // it is in the prices
	Of       decimal.Decimal `json:"of"`                // the nets of the lines that it is on, less what is untaxed; with the tax in it where it is included
	Amount   decimal.Decimal `json:"amount"`            // what it comes to, of charges less what goes back of credits
}

// invoiceJSON is an invoice without its methods.
type invoiceJSON Invoice

// MarshalJSON returns the invoice as JSON that reads back to the same value. Amounts are strings with the places of the currency, whatever
// the host set decimal's printing to.
func (inv Invoice) MarshalJSON() ([]byte, error) {
	places, err := inv.Currency.Places()
	if err != nil {
		places = 0
	}
	return canon.JSON(invoiceJSON(inv), places)
}

// UnmarshalJSON reads an invoice; the caller sets its Location then, where it has a zone. Whether it is sound is what [Check] finds.
func (inv *Invoice) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, (*invoiceJSON)(inv))
}

// Clone returns an invoice that shares nothing that can be written to.
func (inv Invoice) Clone() Invoice {
	inv.Contact.Address = slices.Clone(inv.Contact.Address)
	inv.Events = slices.Clone(inv.Events)
	inv.Lines, inv.CreditedCharges = clone.All(inv.Lines), clone.All(inv.CreditedCharges)
	inv.Discounts, inv.RemainingDiscounts = clone.All(inv.Discounts), clone.All(inv.RemainingDiscounts)
	inv.Taxes, inv.Installments = slices.Clone(inv.Taxes), slices.Clone(inv.Installments)
	inv.LedgerEntries = clone.All(inv.LedgerEntries)
	inv.Policy = inv.Policy.clone()
	return inv
}
