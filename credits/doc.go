// Package credits computes credits for billed charges, and keeps the ledger of the credit that pays invoices.
//
//	owed, err := credits.Unused(credits.Request{
//		Charges: billed, At: nov16, CreditBasis: proration.OnBilled, Policy: policy,
//	})
//	// owed[0].Net is -445.00, and owed[0].Corrects is the ID of its charge
//
// # Words
//
// A credit is a [github.com/billingrules/billing/plans.Charge] with a negative net that names the charge it corrects. A
// [RefundAs] turns it into balance, a refund, days or nothing. The ledger is a slice of [Entry] that the caller stores.
// It only grows: a grant adds credit, a payment spends it, and voiding appends entries of the opposite sign. The
// balance at any instant, past or future, is computed from the ledger. A grant that expires needs no entry.
//
// # Verbs
//
//   - [Unused] credits the unused part of charges, for good or for a pause.
//   - [Rebill] charges credited units that return, before new ones.
//   - [ForAmount] credits an amount of one charge. [Remaining] lists the units that are not credited.
//   - [ApplyRefundRules] decides how much of each charge is returned: as balance, a refund, days or nothing.
//   - [Apply] pays an amount with grants. [Void] reverses the effect of an invoice on the ledger.
//   - [Balance] adds up the credit of a customer. [Validate] checks a ledger.
//
// # Rules
//
// A credit derives from a billed charge: from its net after discounts or, by CreditBasis, from its price. It is at most
// the billed amount less earlier credits. Discounts and taxes are credited in proportion, and the last credit of a
// charge takes their remainder. The caller keeps charges and their credits together, in the order of billing; the
// package computes the uncredited part of each charge from them. It does not know whether a charge was paid: a credit
// of an unpaid charge must lower its invoice, as package invoice does, and not become balance.
//
// Grants pay in one total order, Stripe's with ties settled: lower priority number, earlier expiry, promotional before
// paid, earlier effective time, earlier grant, ID. A grant is never overspent. It does not pay before it is effective,
// after it expires, or in another currency. A later entry keeps the credit that it took: an earlier date cannot spend
// it again.
//
// # Errors
//
// Bad input is a [github.com/billingrules/billing/proration.Error], or several joined. Nothing panics, and no input is
// modified.
package credits
