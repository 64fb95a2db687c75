// Package invoice issues invoices and credit notes, and tracks the payment of each in its receivable.
//
//	request := invoice.IssueRequest{Account: account, ID: "inv-7", At: nov16, Change: twoMoreSeats, Policy: policy}
//	doc, err := invoice.Issue(request)
//	fmt.Print(doc.Invoice.Text())
//	save(doc.Account, doc.Invoice) // until then it is a preview; Invoice is nil if there is nothing to bill
//	receivable, err := invoice.Apply(invoice.NewReceivable(*doc.Invoice), payment)
//
// # Words
//
// An [Invoice] lists charges and credits, which are values of [github.com/billingrules/billing/plans.Charge]. A credit
// is negative and names the charge that it corrects. A credit note is an invoice that corrects another one. An
// [Account] is the billing state of a contract between invoices. A [Policy] is the seller's choice of billing rules. A
// [Receivable] is the record of the money owed on one invoice, and its [Phase] the state of payment and collection.
//
// # Verbs
//
//   - [Issue] bills a contract in advance or in arrears: signup, renewal, a change of quantity, plan, interval, price,
//     billing anchor or term, a cancellation, a reactivation.
//   - [Build] computes an invoice of any lines.
//   - [Credit] computes a credit note for all or part of an invoice.
//   - [Reconcile] compares the billed charges with the correct ones, so that a backdated change bills the difference.
//   - [Apply] applies an event to a receivable: a payment, a refund, voiding, a write-off, a step of collection.
//   - [Check] verifies an invoice, such as one that was stored and edited; [Receivable.Match] both records of it.
//
// # Rules
//
// The order of calculation is fixed: lines, discounts in their order, credit before tax, tax, credit after tax, amount
// due. Each line is rounded once, to the places of the currency. Tax is rounded on each line, or once per tax rate and
// then allocated to the lines by largest remainder, ties to the earlier line. Tax is added to the net, or included in
// it. With the TaxEngine of a [Policy], an engine such as Stripe Tax or Avalara computes it: [Build] and [Issue] return
// a [TaxRequest], and the caller calls again with the answers. The line keeps the amounts of the answer, and a credit
// takes its share of each, rounded once; all credits of a line return the answer to the minor unit.
//
// The amount due is never negative; the total of a document of credits is. A credit goes where its charge is: it first
// reduces the open part of the invoice that it corrects, by a credit note. The paid part is refunded or becomes credit.
// A credit derives from a billed charge, with its rate and taxes, and is at most the rest of that charge; Build rejects
// any other credit. A billed period is not billed again, unless its units were credited: then they return at their
// credit.
//
// An issued invoice never changes, not even when it is paid. It contains all its inputs, such as the policy, the
// discounts and the credited charges, so that Check can recompute it, and its seal is a digest of the content.
//
// The receivable contains the payments, the credits of each line, and the state of collection. It is small, so that a
// caller can store it with the subscription, and the invoice elsewhere. A credit note needs only the receivable.
//
// This table lists every event and the phases that it leads to:
//
//	issued          draft -> open
//	postponed       open -> held
//	requested       open, held, overdue -> requested
//	missed          open, held, overdue -> overdue
//	                requested -> unchanged
//	sent            open, held, overdue -> open
//	retracted       requested, pending -> retracted
//	attempted       open, held, requested, overdue -> pending
//	                retracted -> unchanged
//	succeeded       open, held, requested, pending, overdue, retracted -> open
//	                uncollectible -> unchanged
//	surplus         open, held, requested, pending, overdue, paid, void, uncollectible -> unchanged
//	failed          open, held, requested, pending, overdue -> overdue
//	                retracted -> void
//	                paid, void, uncollectible -> unchanged
//	credit_applied  open, held, requested, pending, overdue, uncollectible -> unchanged
//	credit_reversed open, held, overdue, paid -> overdue
//	                requested, pending, retracted, uncollectible -> unchanged
//	credited        open, held, requested, pending, overdue, uncollectible -> unchanged
//	refunded        open, held, requested, pending, overdue, paid, uncollectible -> unchanged
//	disputed        open, held, overdue, paid -> overdue
//	                requested, pending, retracted, void, uncollectible -> unchanged
//	dispute_won     open, held, requested, pending, overdue, retracted -> open
//	                paid, void, uncollectible -> unchanged
//	dispute_lost    open, held, requested, pending, overdue, retracted, paid, void, uncollectible -> unchanged
//	reversed        open, held, overdue, paid -> overdue
//	                requested, pending, retracted, void, uncollectible -> unchanged
//	voided          draft, open, held, requested, overdue, retracted, uncollectible -> void
//	written_off     open, held, requested, overdue -> uncollectible
//
// Any other event is refused. Instead of open, a receivable becomes pending if a payment is in progress, overdue if a
// payment failed before, or held if its collection is postponed. With nothing outstanding it becomes paid, unless it is
// pending. The failure of a payment that is not in progress leaves a pending or retracted receivable as it is, and the
// surplus of one that is in progress ends it. A dispute or bank return of a surplus alone, and a dispute that is won
// for it, leave the phase. A refund that is owed again leads to the phases of reversed. The collection fields of a
// paid, void or uncollectible receivable are zero.
//
// # Errors
//
// Bad input is a [github.com/billingrules/billing/proration.Error], or several joined, each with the path of its field.
// An operation that the rules do not allow is a [github.com/billingrules/billing/plans.Refusal]. Nothing panics, no
// input is modified, and nothing is sent, charged or stored.
package invoice
