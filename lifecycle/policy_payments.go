package lifecycle

import (
	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
)

// Payments says what becomes of money that pays for nothing.
type Payments struct {
	// Overpayment is the use of money beyond what is outstanding; must be set.
	Overpayment Overpayment `json:"overpayment"`
	// LatePayment is the use of a payment of an invoice that is void, or whose subscription ended before it was paid and
	// whose period is over; must be set. Within its period such a payment brings service back.
	LatePayment LatePayment `json:"late_payment"`
	// BillingAnchor is the billing dates after a suspended subscription paid its period late: keep continues the period,
	// and reset starts it at the payment, which pays for it; must be set.
	BillingAnchor plans.BillingAnchor `json:"billing_anchor"`
	// MinimumAmount is the smallest amount to collect, by currency. An invoice below it is held, which counts as paid for
	// access and dunning, until it reaches the minimum together with the next ones. Then, and when service ends, each has
	// an effect of its own, which the caller can combine into one payment. A currency without one collects each invoice,
	// and so does a customer who pays by hand.
	MinimumAmount map[plans.Currency]decimal.Decimal `json:"minimum_amount,omitempty"`
}

// Credit says how credit pays.
type Credit struct {
	// PaysOpenInvoices lets new credit pay open invoices, oldest first. Otherwise it pays later invoices only.
	PaysOpenInvoices bool `json:"pays_open_invoices,omitzero"`
}

// Overpayment is the use of money beyond what is outstanding. The zero value is unset and refused.
//
// JSON: refund, credit.
type Overpayment uint8

// The uses of an overpayment.
const (
	OverpaymentRefund Overpayment = iota + 1 // it is refunded
	OverpaymentCredit                        // it becomes credit of the customer
)

var overpayments = []string{"", "refund", "credit"}

// String returns the name, "refund".
func (o Overpayment) String() string { return enum.String(overpayments, o) }

// MarshalText returns the name.
func (o Overpayment) MarshalText() ([]byte, error) {
	return fault.Marshal(overpayments, o, "overpayment")
}

// UnmarshalText reads the name. An unknown name returns ErrInvalid.
func (o *Overpayment) UnmarshalText(text []byte) error {
	return fault.Unmarshal(overpayments, o, "overpayment", text)
}

// LatePayment is the use of a payment that arrives when its invoice is void, or when service has ended and the period
// is over. The zero value is unset and refused.
//
// JSON: refund, serve.
type LatePayment uint8

// The uses of a late payment.
const (
	LateRefund LatePayment = iota + 1 // it is refunded
	LateServe                         // it becomes credit, which pays a new period that starts at once
)

var latePayments = []string{"", "refund", "serve"}

// String returns the name, "serve".
func (l LatePayment) String() string { return enum.String(latePayments, l) }

// MarshalText returns the name.
func (l LatePayment) MarshalText() ([]byte, error) {
	return fault.Marshal(latePayments, l, "late_payment")
}

// UnmarshalText reads the name. An unknown name returns ErrInvalid.
func (l *LatePayment) UnmarshalText(text []byte) error {
	return fault.Unmarshal(latePayments, l, "late_payment", text)
}
