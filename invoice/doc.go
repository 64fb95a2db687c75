// Package invoice issues invoices and credit notes, and tracks their payment.
//
//	request := invoice.IssueRequest{Account: account, ID: "inv-7", At: nov16, Change: twoMoreSeats, Policy: policy}
//	doc, err := invoice.Issue(request)
//	fmt.Print(doc.Invoice.Text())
//	save(doc.Account, doc.Invoice) // until then it is a preview; Invoice is nil if there is nothing to bill
//
// # Words
//
// An [Invoice] lists charges and credits, which are values of [github.com/billingrules/billing/plans.Charge]. A credit
// is negative and names the charge that it corrects. A credit note is an invoice that corrects another one. An
// [Account] is the billing state of a contract between invoices. A [Policy] is the seller's choice of billing rules.
//
// # Verbs
//
//   - [Issue] bills a contract in advance or in arrears: signup, renewal, a change of quantity, plan, interval, price,
//     billing anchor or term, a cancellation, a reactivation.
//   - [Build] computes an invoice of any lines.
//   - [Credit] computes a credit note for all or part of an invoice.
//   - [Reconcile] compares the billed charges with the correct ones, so that a backdated change bills the difference.
//   - [Apply] applies an event to an issued invoice: a payment, a credit note, a refund, voiding, a write-off.
//   - [Check] verifies an invoice, such as one that was stored and edited.
//
// # Rules
//
// The order of calculation is fixed: lines, discounts in their order, credit before tax, tax, credit after tax, amount
// due. Each line is rounded once, to the places of the currency. Tax is rounded on each line, or once per tax rate and
// then allocated to the lines by largest remainder, ties to the earlier line. Tax is added to the net, or included in
// it.
//
// The amount due is never negative; the total of a document of credits is. A surplus reduces the invoice that a credit
// note corrects, is refunded, or becomes credit. An invoice with no amount due is paid. A credit derives from a billed
// charge, with its rate and taxes, and is at most the rest of that charge; Build rejects any other credit. A billed
// period is not billed again.
//
// An issued invoice never changes. It contains all its inputs, such as the policy, the discounts and the credited
// charges, so that Check can recompute it, and its seal is a digest of the content. An open or uncollectible invoice
// becomes paid as soon as nothing is outstanding. This table lists the other changes of status:
//
//	draft          issued -> open, voided -> void
//	open           attempted -> pending, voided -> void, written_off -> uncollectible
//	open           succeeded, failed, credited, refunded, disputed -> open
//	pending        succeeded, failed -> open
//	paid           refunded -> paid, disputed -> open
//	uncollectible  succeeded, credited, refunded, disputed -> uncollectible, voided -> void
//
// # Errors
//
// Bad input is a [github.com/billingrules/billing/proration.Error], or several joined, each with the path of its field.
// An operation that the rules do not allow is a [github.com/billingrules/billing/plans.Refusal]. Nothing panics, no
// input is modified, and nothing is sent, charged or stored.
package invoice
