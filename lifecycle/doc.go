// Package lifecycle turns the events of a subscription into access, invoices, credits, notices and the next deadline.
//
//	policies, err := lifecycle.NewPolicies(policy)    // checked once
//	out, err := lifecycle.Apply(policies, sub, event) // also the preview: nothing happens until the caller stores it
//	save(out.Subscription, out.Invoices, out.Receivables)
//	for _, notice := range out.Notices { tell(notice) }
//	for _, effect := range out.Effects { perform(effect) } // collect a payment, send, refund, withdraw
//	next, err := lifecycle.Next(policies, out.Subscription) // schedule next.At, then call Advance
//
// # Words
//
// A [Subscription] is the one value that the caller loads for a call: the contract, its [Status] and dates, the charges
// that can still be credited, the receivables of the invoices that can still change, and the credit ledger. An issued
// invoice never changes; the caller stores it for display, and the subscription does not need it. An [Event] is a fact
// with a time and a number, such as a payment or a request of the customer. A [Policy] is the seller's settings, as
// data, and [Policies] are all policies of a seller with the dates from which they apply. A [Deadline] is a time at
// which the subscription changes without an event. An [Outcome] is the result of an event or of the passing of time. An
// [Effect] is a task for the caller, and a [Notice] a message to the customer. Both have an ID that stays the same when
// the call is repeated, so that a caller who crashed can repeat it and skip completed tasks.
//
// # Verbs
//
//   - [Apply] applies one event.
//   - [Advance] processes the deadlines up to a time. It is also the preview of any future date and its invoices.
//   - [Next] returns the next deadline.
//   - [Replay] applies a whole history.
//   - [Correct] replays a history that includes late events and bills the difference.
//   - [Policies.Access], [Policies.AccessOf] and [Policies.Manages] return the access of the customer and of a member.
//
// # Rules
//
// Time is an argument. [Apply] first processes every deadline up to the event, in order of time and, at one time, in
// the order of [DeadlineKind]. It then applies the event, and last the deadlines that the event sets for the same time.
// Advancing in several steps gives the same result as advancing once. A repeated event, one whose number is not above
// the subscription's, changes nothing and is listed as skipped. One literal table lists the events that each status
// allows, and another one the deadlines; STATES.md in this folder shows both. An event that the table or the policy
// does not allow is a [Refusal] and changes nothing.
//
// Access is not status. The policy maps each status to an access level, but a time that is paid for always has full
// access, and billing managers can always reach billing. A time is paid for if the charge that covers it is settled,
// not credited and not disputed, and service has not ended or paused. An unpaid change inside a period removes no
// access.
//
// Each invoice has one grace period, which starts with its first failed payment. The caller is asked to collect an
// invoice once, and again only after the result is reported. While a payment is pending, nothing happens to its
// invoice. A retry follows the attempt before it after the interval that the policy sets. A hard decline stops the
// retries until another payment method is added. When the grace ends, the policy suspends the subscription, pauses it,
// ends it or does nothing. A payment whose result is never reported fails after Dunning.ResultTimeout.
//
// Reports of payments count in any order, and each once: a repeat, known by the ID of the payment, is a skipped step.
// Only a refund that the seller made is known by the number of its event. Money that an invoice does not need is a
// surplus, which goes back or becomes credit as the policy says. The rest of an invoice that is paid in part is
// overdue. A payment that arrives after the end of service serves within its period; later, and for a void invoice,
// [LatePayment] decides. A dispute or a bank return makes an invoice owed again and takes the unspent credit that its
// money became. If that credit is spent, the invoices that it paid are owed again, and a dispute that is won pays them.
// The subscription keeps each requested refund, which is owed back until it has succeeded. A report may be dated before
// the time reached: it is applied at that time, and its step says whether [Correct] would give another result.
//
// A void, a write-off and a credit give no service: time that nothing pays for is suspended, and the return of the
// customer bills it again.
//
// One event changes a contract, [Changed]: another plan, other items, another interval, other billing dates, discounts,
// or a term. Its actions are those of [plans.Classify], and the strictest of their rules applies to the whole change:
// it is refused, made now, or scheduled. The customer can ask for a later time than the rules set, by a date or a
// timing, and support for any time. Each scheduled change can be canceled alone. A later plan or interval replaces a
// scheduled one, and quantities of one item net: added units first fill those that wait to leave. A billing date that
// moves bills the days that it adds, or credits those that it drops; in a trial, it sets the first billing date after
// the trial.
//
// A change rule, or support in the event, decides when and how much of a change is billed: now, with the next invoice
// or not at all; and for the charge and the credit each the prorated part, the full amount or nothing. With
// Event.IfPaid a change or a return waits for its payment: the contract, the status and the access stay as they were,
// and the change lapses with its invoice after Policy.IfPaidTimeout, or when the subscription changes in another way.
//
// A trial has the length of its contract, or the end that support states at its start. While it runs, support can set
// another end with [TrialExtended], and what is scheduled for the old end follows. By the policy, another plan keeps
// the end or restarts the trial, each plan once.
//
// The next period can be billed before it starts. A change in the meantime is billed for that period when the period
// starts. If the advance invoice is not paid by then and a change was made, or the period is no longer wanted, the
// invoice is voided. The customer can ask for the next period early, with [AdvanceInvoiceRequested].
//
// With Renewal.Review, a renewal is a draft for some time after its period began: the seller looks at it by advancing a
// copy of the subscription. One-time charges, credit and discounts join it, any other change issues it first, and
// [InvoiceIssued] issues it before the review is over. Nothing of a draft is stored.
//
// A licensed item with a billing interval of its own, such as a monthly add-on of a yearly contract, is billed with the
// period of the contract for its first period, and by ItemPeriodDue for each later one when it starts. Its changes and
// credits are shares of its own period. It gives no access. A period that begins while the subscription is suspended or
// paused is billed from the return on, or not at all if it is over then. A known end bounds it where it bounds the
// period of the contract, and credits its rest like all else otherwise. The end of the period in a change or a
// cancellation is that of the contract; On states that of an item.
//
// Usage of an item whose price has a billing interval of its own, such as a month of a yearly contract, is billed by
// that interval: ItemBillingDue bills each month after its usage window and its review. The last month of the
// contract's period is billed with the renewal. What becomes known later joins the next month. The period of the
// contract decides all else: renewal, cancellation and access.
//
// Collection can pause while service continues: invoices stay open until it resumes, or periods cost nothing. A
// contract can split its invoices into installments. Each is requested when it is due, has a grace period of its own,
// and is closed by its payment.
//
// With a minimum amount (payments.minimum_amount), an invoice below it is held, which counts as paid for access and
// dunning. Once the held invoices and a new one reach it together, each is requested by an effect of its own, oldest
// first; the caller can combine the effects of one outcome into one payment, and reports a result for each invoice. The
// end of service collects what is held and still owed.
//
// A cancellation takes effect at the requested time, at the earliest at the time that the change rules allow, and can
// be withdrawn until then. A period that begins before a known end is billed until that end; if the cancellation is
// withdrawn or moved, the rest is billed. Changes until then are refused, allowed, or withdraw the cancellation, as the
// policy says. A customer who returns within the paid period keeps it; later, a new period starts, at that
// time or on the old billing dates. The return can state another contract. A suspended or paused subscription does not
// renew; in arrears, the service until then is billed when it stops.
//
// A credit of an invoice with an open part is a credit note, which lowers the open part first; only the paid part
// becomes credit, or a refund as the policy says. So an overdue invoice does not block a change, and the invoice of the
// change continues its grace. When dunning or a cancellation ends service, the policy keeps the open invoice, voids it
// or lowers it to the days with access.
//
// With a tax engine (billing.tax_engine), a document waits for its taxes. An event whose document needs them is not
// applied: the outcome has the subscription unchanged and the effect [CalculateTaxes], and the caller applies the event
// again with TaxAnswers. [Advance] stops before a deadline that needs them, and the event [TaxesCalculated] with the
// time of the deadline passes it. A later event gets the question of the deadline. It is applied with these answers
// besides its own, or it gets a number after that of taxes_calculated. Events keep their answers, so that [Replay]
// needs no engine. [Correct] takes answers for the difference only, and returns billed taxes as they were.
//
// At any time the policy with the latest From applies. Every verb takes all of them, so stepping with [Advance] and
// [Apply] gives the same result as [Replay]. A history includes refused events, which change nothing again, and leaves
// out events that returned an error. A period keeps its timing when the policy changes: on a change from arrears to
// advance, the ended period and the next one are billed at the same time, each once. A term that is billed up front
// stays in advance, and so does a contract that has an item with a timing or an interval of its own. A policy in
// arrears starts no such contract, and no change brings such an item to a contract in arrears.
//
// # Limits
//
// One call processes at most 1,000 deadlines. A subscription stores at most 10,000 entries in each list, and at most
// 1,000 charges wait for an invoice. Settled invoices past [Policy.InvoiceRetention] and grants that are used up or
// expired are removed; the caller has them from earlier outcomes.
//
// # Errors
//
// Bad input is one [github.com/billingrules/billing/proration.Error], or several joined. An event that the rules or the
// state of the subscription do not allow is a [Refusal]; if values of the event conflict with the subscription, the
// refusal also matches the error of each field. Nothing panics, no input is modified, and the package neither sends,
// collects nor stores anything.
package lifecycle
