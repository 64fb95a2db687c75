// Package lifecycle decides what happens when: events in; access, invoices, credits and the next deadline out.
//
//	out, err := lifecycle.Apply(policy, sub, event) // also the preview: nothing happens until the caller stores it
//	save(out.Subscription)
//	for _, inv := range out.Invoices { fmt.Println(inv.Text()) }
//	for _, effect := range out.Effects { perform(effect) }
//	if next, ok := lifecycle.Next(policy, out.Subscription); ok { schedule(next.At) }
//
// # Words
//
// A [Subscription] is one value that the caller stores: a contract, a status, the invoices still open, the charges not used up
// and the credit ledger. An [Event] is something that happened to it at an instant, with a number that orders it. A [Policy] is
// what the seller chose. An [Effect] is something for the caller to do; the library does nothing itself.
//
// # Rules
//
// Time is an argument. [Apply] first advances through every deadline up to the event, in order, and so does [Advance] for the
// mere passing of time; advancing in two steps ends where advancing in one does. An event whose number was applied already
// changes nothing. One literal table says which event moves which status, and an event that the status does not allow is a
// [Refusal] that changes nothing.
//
// A declined card opens one grace per invoice, with full access; when it ends unpaid only billing can be reached, but a period
// that was paid for keeps its access where only a change inside it is unpaid. A payment brings full access back, from there
// and from grace alike. A cancellation takes effect at the end of the period, and can be undone until then; where there is no
// access to wait for, at once. An invoice that is neither paid nor declined stays open, and nothing follows from that.
//
// Whoever comes back after the period is over begins a new one: the cycle is anchored at that instant, and the whole period
// is billed. Renewals stop while a subscription is suspended.
//
// A plan change takes over the plan's price of every item; a plan that lacks one of them, or has other periods, is an error. It is
// refused while an invoice that it would credit is not paid: what was not paid is not credited. A grace that was agreed on in the
// contract goes before the policy's.
//
// # Errors
//
// Bad input is a [github.com/billingrules/billing/proration.Error], or several joined; what the rules do not allow is a [Refusal].
// Nothing panics, and nothing passed in is modified.
package lifecycle
