// Package credits decides what is owed back, and which credit pays what.
//
//	owed, err := credits.Unused(credits.Request{Charges: billed, At: nov16, Basis: proration.OnBilled, Policy: policy})
//	// owed[0].Net is -445.00, and owed[0].Corrects names the charge it comes from
//
// # Words
//
// A credit is money owed to the customer: a [github.com/billingrules/billing/plans.Charge] with a negative net that names the
// charge it corrects. What becomes of it is its [RefundAs]. The ledger is a slice of [Entry] that the caller stores. It only grows: a
// grant adds to it, paying with it takes from it, and voiding either writes entries of opposite sign. The balance is computed from it at any
// instant, past or future; a grant that expires needs no entry.
//
// # Verbs
//
//   - [Unused]: what of charges is not used, for good or for a pause, as credits. [Remaining]: how many units are left, and when.
//   - [ApplyRefundRules]: what is given back of charges, and whether as money owed, money paid back, days, or not at all.
//   - [Apply]: which grants pay an amount. [Void]: what an invoice did, taken back.
//   - [Balance], [Validate]: what is owed, and whether a ledger is sound.
//
// # Rules
//
// A credit derives from a charge that was billed: from its net, after discounts, or by policy from its price, and never more than
// was billed and is not yet credited. The cap is proration.Adjust's, and nowhere else. Discounts and taxes go back in proportion,
// and the credits of a charge never add up to more of them; the last one takes what is left. The charges and the credits issued for them are kept together, in
// the order of billing: that is all this package needs to know what is left of each. Whether they were paid it does not know: a credit
// for what was billed and never paid is money given away, so pass only what was paid, or void the rest.
//
// Grants pay in one total order (Stripe's, with ties settled): the lower priority first, then the earlier expiry, then promotional before
// paid, then the earlier effect, then the earlier grant, then the ID. None is overspent, pays before it is effective or once it has
// expired, or in another currency. A later entry keeps what it took: an earlier date cannot spend it again.
//
// # Errors
//
// Bad input is a [github.com/billingrules/billing/proration.Error], or several joined. Nothing panics, and nothing passed in
// is modified.
package credits
