package invoice

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/plans"
)

// DueBy returns the part of the outstanding amount that is due by an instant, not negative: everything without
// installments, and otherwise the installments up to the instant less what was paid. Credit notes and credit reduce the
// last installments first.
func (r Receivable) DueBy(at time.Time) decimal.Decimal {
	left := r.Outstanding()
	if len(r.Installments) == 0 {
		return left
	}
	later := decimal.Decimal{} // installments after the instant, the last first
	for _, part := range r.Installments {
		if part.At.After(at) {
			later = later.Add(part.Amount)
		}
	}
	if later = r.sum(later, 0, kindsOf(Credited, CreditApplied)); !later.IsPositive() {
		return left
	}
	return decimal.Max(left.Sub(later), decimal.Decimal{})
}

// NextInstallment returns the first installment after an instant of which a part is outstanding, and false if there is
// none. Its amount is the part that becomes due then.
func (r Receivable) NextInstallment(at time.Time) (plans.Installment, bool) {
	due := r.DueBy(at)
	for _, part := range r.Installments {
		if !part.At.After(at) {
			continue
		}
		if more := r.DueBy(part.At).Sub(due); more.IsPositive() {
			part.Amount = more
			return part, true
		}
	}
	return plans.Installment{}, false
}
