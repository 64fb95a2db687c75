// Package lifecycle decides what happens when: events in; access, invoices, credits, notices and the next deadline out.
//
//	out, err := lifecycle.Apply(policy, sub, event) // also the preview: nothing happens until the caller stores it
//	save(out.Subscription, out.Invoices, out.Changed)
//	for _, notice := range out.Notices { tell(notice) }
//	for _, effect := range out.Effects { perform(effect) } // charge, send, refund, withdraw; what came of a charge is the next event
//	if next, ok := lifecycle.Next(policy, out.Subscription); ok { schedule(next.At) } // then call Advance
//
// # Words
//
// A [Subscription] is one value that the caller stores: a contract, its [Status] and the dates beside it, the charges not used up, the
// invoices not settled for good, and the credit ledger. An [Event] is something that happened to it at an instant, with a number that orders it. A
// [Policy] is what the seller chose, as data. A [Deadline] is when something happens by itself. An [Outcome] is what came of either; an
// [Effect] is something for the caller to do and a [Notice] something to tell the customer, each with an ID that is the same whenever
// the same is run again: a caller who crashed runs again, and skips what was done. The library does nothing itself.
//
// # Verbs
//
//   - [Apply]: what an event does. [Advance]: what the passing of time does; also the preview of any date, with its invoices.
//   - [Next]: when to advance next.
//   - [Replay]: a whole history, and of each policy only what happened while it held.
//   - [Correct]: what a history comes to of which some came to be known late: one invoice of the difference.
//   - [Policy.Access], [Policy.AccessOf], [Policy.Manages]: what the customer and each member can reach.
//
// # Rules
//
// Time is an argument. [Apply] first advances through every deadline up to the event, in order, those that fall on one instant by the rank of
// their kinds; then comes the event, and then what it brings about at the same instant. Advancing in two steps ends where advancing in
// one does. An event whose number was applied already changes nothing. One literal table says which event moves which status, another
// the same of deadlines; STATES.md beside this file shows both. What a table does not list, or the policy does not allow, is a [Refusal] that
// changes nothing.
//
// Access is not status: a table of the policy maps one to the other, but an instant that is paid for has full access whatever that says, and
// whoever manages billing always reaches it. It is paid for when the charge that covers it is settled, not given back and not
// disputed, and service did not end or pause; so an unpaid change in mid-period takes nothing away.
//
// A payment that failed opens one grace per invoice, however often it fails. An invoice is charged once, and again only after an outcome was
// told; while a payment is under way nothing happens to it. Retries come so long after the attempt before them, and stop with a hard decline until
// another method is entered. When the grace is over the policy says what comes: suspension, an end, or nothing. An invoice that was
// asked for and not answered stays open, unless it was due by an instant.
//
// The next period can be billed before it begins. What changes in between is billed for it when it begins; where it is not paid by then and
// something changed, or it is not wanted after all, its invoice is void.
//
// A cancellation takes effect when it is asked for and the rules allow it, and can be undone until then. Whoever comes back while what was
// paid for is not over goes on with it; later a new period begins, at that instant or on the old dates. Renewals stop while a subscription is
// suspended or paused; what is billed in arrears and was used until then is billed when service stops. A change that credits what is not paid
// is refused.
//
// Of several policies the one decides that began to hold last: [Replay] and [Correct] take all of them. Whoever goes step by step with [Advance]
// and [Apply] passes the one that holds, and advances with the old one until a nanosecond before another begins. Events that were refused belong
// into the history, and change nothing there either; those that were an error do not. A period keeps the timing that it began with: a policy that
// goes from arrears to advance bills what is over and what comes at the same instant, each once. A term that is billed up front stays so.
//
// Money that comes in for an invoice on which nothing is due any more, or more than is, goes back: an effect says so.
//
// # Limits
//
// One call passes 1,000 deadlines; a subscription keeps 10,000 invoices and as many of everything else; 1,000 charges wait for an invoice. What
// nothing can happen to any more is dropped: invoices that were settled longer ago than the policy keeps them, and grants that were used up
// or expired. The caller has them from the outcomes.
//
// # Errors
//
// Bad input is a [github.com/billingrules/billing/proration.Error], or several joined. What the rules do not allow, or what does not go with the
// subscription as it stands, is a [Refusal]; the second matches the error of its field too.
// Nothing panics, nothing passed in is modified, and nothing is sent, charged or stored.
package lifecycle
