package invoice

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/canon"
	"github.com/billingrules/billing/plans"
)

// Invoice is an invoice or a credit note: its lines, discounts, taxes, credit and the amount due. A credit note is an
// invoice that corrects another one. An issued invoice never changes; its [Receivable] tracks the payment. Amounts are
// in major units of Currency.
type Invoice struct {
	ID       string `json:"id"`                // ID of the invoice, chosen by the caller
	Corrects string `json:"corrects,omitzero"` // credit note: ID of the corrected invoice
	// Number is the legal number, which [Series.Number] sets once; "" is none yet. Seal does not contain the numbers.
	Number         string         `json:"number,omitzero"`
	CorrectsNumber string         `json:"corrects_number,omitzero"` // credit note: number of the corrected invoice
	NumberSeal     string         `json:"number_seal,omitzero"`     // digest of Seal and the numbers; reveals edits
	Currency       plans.Currency `json:"currency"`                 // currency of every amount
	IssuedAt       time.Time      `json:"issued_at"`                // time of issue
	DueAt          time.Time      `json:"due_at,omitzero"`          // payment deadline; zero is due on issue
	Contact        Contact        `json:"contact,omitzero"`         // recipient of the invoice
	Draft          bool           `json:"draft,omitzero"`           // a draft, issued by an event of its receivable

	Lines              []plans.Charge   `json:"lines"`                        // charges and credits, each with its own ID
	Discounts          []plans.Discount `json:"discounts,omitzero"`           // discounts of the draft, in order
	RemainingDiscounts []plans.Discount `json:"remaining_discounts,omitzero"` // discounts left for later invoices
	CreditedCharges    []plans.Charge   `json:"credited_charges,omitzero"`    // credited charges and their earlier credits

	Subtotal      decimal.Decimal `json:"subtotal"`                // sum of the lines before discounts; can be negative
	Discount      decimal.Decimal `json:"discount"`                // discounts deducted, less discounts credited back
	Net           decimal.Decimal `json:"net"`                     // Subtotal less Discount: the sum of the lines
	Taxes         []TaxTotal      `json:"taxes,omitzero"`          // total of each tax, in the order of the lines
	Tax           decimal.Decimal `json:"tax"`                     // taxes added to Net; included taxes are in Net
	Total         decimal.Decimal `json:"total"`                   // Net plus Tax; negative if credits exceed charges
	LedgerEntries []credits.Entry `json:"ledger_entries,omitzero"` // credit applied or granted, to append to the ledger
	// AppliedToInvoice is the part of a credit note that reduces the amount due on the corrected invoice, not negative.
	AppliedToInvoice decimal.Decimal `json:"applied_to_invoice,omitzero"`
	Refund           decimal.Decimal `json:"refund,omitzero"` // part of a negative total to refund in money, not negative
	AmountDue        decimal.Decimal `json:"amount_due"`      // amount to pay, never negative
	CreditBalance    decimal.Decimal `json:"credit_balance"`  // customer's credit balance after this invoice

	Installments []plans.Installment `json:"installments,omitzero"` // parts of AmountDue; none is one payment

	Policy   Policy         `json:"policy"`        // policy that computed the invoice
	Zone     string         `json:"zone,omitzero"` // IANA name of the time zone that counts the days; "" is UTC
	Location *time.Location `json:"-"`             // location of Zone, set again after reading JSON; nil is UTC
	Seal     string         `json:"seal"`          // digest of everything else, 128 bits of SHA-256; reveals later edits
}

// Contact is the recipient of an invoice, or its seller. It affects no amount.
type Contact struct {
	Name    string   `json:"name,omitzero"`    // name of the person or company
	Email   string   `json:"email,omitzero"`   // email address for a copy
	Address []string `json:"address,omitzero"` // postal address, line by line
	TaxID   string   `json:"tax_id,omitzero"`  // tax ID of the company, such as its VAT ID
	// Reference is the person's or company's own reference, such as the number of a purchase order.
	Reference string `json:"reference,omitzero"`
}

// TaxTotal is the total of one tax at one rate over all lines.
type TaxTotal struct {
	Name     string          `json:"name"`                  // name of the tax, "VAT"
	Percent  decimal.Decimal `json:"percent" canon:"count"` // tax rate in percent
	Included bool            `json:"included,omitzero"`     // prices include the tax
	Of       decimal.Decimal `json:"of"`                    // taxed part of the line nets, including the tax if Included
	Amount   decimal.Decimal `json:"amount"`                // tax on charges less tax credited back
}

// invoiceJSON is Invoice without its methods.
type invoiceJSON Invoice

// MarshalJSON returns the invoice as JSON that reads back to the same value. Amounts are strings with the decimal
// places of the currency, regardless of the process-wide settings of package decimal.
func (inv Invoice) MarshalJSON() ([]byte, error) {
	places, err := inv.Currency.Places()
	if err != nil {
		places = 0
	}
	issued := invoiceJSON(inv)
	return canon.JSON(&issued, places)
}
