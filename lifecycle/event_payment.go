package lifecycle

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// Payment identifies a payment of an invoice, or only the invoice. Each payment_refunded is a refund of its own: its
// repeat is known by the number of the event.
type Payment struct {
	Invoice string `json:"invoice"` // ID of the invoice
	// ID is the provider's ID of the payment, which every report of it should have: the same ID again changes nothing, and
	// another one on a paid invoice is a surplus. It connects a result with its attempt, and a dispute with its payment.
	// "" is the pending payment for a result, the latest payment for a dispute or a bank return, the latest dispute for
	// its result, and otherwise an ID derived from the event. For the result of a refund it is the ID of the effect, of
	// the refunded payment, or any ID of the provider for the oldest refund of the invoice without a result.
	ID string `json:"id,omitzero"`
	// Amount is gross, in major units, never negative. Zero is the whole amount: outstanding, paid or refundable, for
	// invoice_credited everything that is left of the invoice, and for credit_paid_out the balance. That of a failed
	// payment is recorded only.
	Amount decimal.Decimal `json:"amount,omitzero"`
	// Currency is the currency of Amount and Expected. Another currency than the invoice's is refused. Unset is not
	// checked.
	Currency plans.Currency `json:"currency,omitzero"`
	// Expected is the amount that the caller asked for. It must equal Amount and, without one, the whole amount: 5400 for
	// 54.00 is refused. Zero is not checked.
	Expected decimal.Decimal `json:"expected,omitzero"`
	// Hard marks a failure as a hard decline: another attempt with the same payment method cannot succeed.
	Hard bool `json:"hard,omitzero"`
	// Lines are the net amounts to refund or credit for each invoice line. Without them, Amount is spread over the lines
	// in proportion to what is left of them.
	Lines []invoice.LineAmount `json:"lines,omitzero"`
}
