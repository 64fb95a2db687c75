// Package invoice decides what is due, line by line, and why.
//
//	doc, err := invoice.Issue(invoice.IssueRequest{Account: account, ID: "inv-7", At: nov16, Change: twoMoreSeats, Policy: policy})
//	fmt.Print(doc.Invoice.Text())
//	save(doc.Account, doc.Invoice) // until then it was a preview; the invoice is nil where nothing is to be billed
//
// # Words
//
// An [Invoice] lists charges and credits, which are [github.com/billingrules/billing/plans.Charge] values: a credit is negative and names the
// charge that it corrects. An [Account] is a contract with what of its documents counts for the next one; an [IssueRequest] is what there is to bill,
// and the [IssueResult] what comes of it. A credit note is an invoice that corrects another. A [Policy] is what the seller chose.
//
// # Verbs
//
//   - [Issue]: the document of a contract: signup, renewal, seats added or removed, another plan, interval, price or billing date, a term
//     extended or shortened, a cancellation, a reactivation; in advance or in arrears.
//   - [Build]: the invoice of any lines.
//   - [Credit]: the credit note of an invoice, of all or a part of it.
//   - [Reconcile]: what differs between what was billed and what should have been, as lines. It makes backdated changes safe.
//   - [Apply]: what happens to an invoice after it was issued: payments, credit notes, and that it is void or given up.
//   - [Check]: whether an invoice keeps every law, also one that was stored and edited.
//
// # Rules
//
// The order is fixed: lines, the discounts in their order, the credit of the ledger that pays before tax, tax on what is left, the credit
// that pays after tax, and what is due. Each line is rounded once, to the places of the currency; tax is rounded on each line, or for each
// rate once over all lines and then spread over them by largest remainder, ties to the earlier line. Taxes are due besides the
// net, or included in it: then the net less the tax is what is taxed.
//
// No invoice is negative: what is left over lowers the invoice that a credit note corrects, is paid back, or becomes credit; and an invoice on which nothing is due
// is paid. A credit derives from a charge that was billed, with its rate and its taxes, and is never more than is left of it: Build refuses
// any other. A period that was billed is not billed again.
//
// What was issued never changes. An invoice carries everything that it was made of: the policy, the discounts, and the charges that
// its credits correct. So its reader can compute it again, and the [Check] does. Its seal is a digest of all that. The statuses an invoice
// goes through, and which events lead from one to another, are one literal table:
//
//	draft          issued -> open, voided -> void
//	open           attempted -> pending, succeeded, failed, credited, refunded, disputed -> open, voided -> void, written_off -> uncollectible
//	pending        succeeded, failed -> open
//	paid           refunded -> paid, disputed -> open
//	uncollectible  succeeded, credited, refunded, disputed -> uncollectible, voided -> void
//
// One that is open or uncollectible is paid as soon as nothing is due on it any more.
//
// # Errors
//
// Bad input is a [github.com/billingrules/billing/proration.Error], or several joined, each with the path of its field. What the rules do
// not allow is a [github.com/billingrules/billing/plans.Refusal]. Nothing panics, nothing passed in is modified, and nothing is sent,
// charged or stored.
package invoice
