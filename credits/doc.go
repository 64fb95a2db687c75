// Package credits decides what is owed back, and which credit pays what.
//
//	owed, err := credits.Unused(credits.Request{Charges: billed, At: nov16, Basis: proration.OnBilled, Policy: policy})
//	// owed[0].Net is -445.00, and owed[0].Corrects names the charge it comes from
//
// # Words
//
// A credit is money owed to the customer: a [github.com/billingrules/billing/plans.Charge] with a negative net that names the
// charge it corrects. The ledger is a slice of [Entry] that the caller stores. It only grows: a grant adds to it, and paying
// an invoice with credit takes from it, by entries of opposite sign. The balance is computed from it at any instant.
//
// # Rules
//
// A credit derives from a charge that was billed, and is never more than what was billed and not yet credited; the cap is
// proration.Adjust's, and nowhere else. Grants pay in one total order: the earlier first, then by ID. None is overspent,
// and none pays in another currency.
//
// # Errors
//
// Bad input is a [github.com/billingrules/billing/proration.Error], or several joined. Nothing panics, and nothing passed in
// is modified.
package credits
