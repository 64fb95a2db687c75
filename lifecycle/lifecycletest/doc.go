// Package lifecycletest tests billing policies: it is a host of one subscription, with a clock, a payment provider that
// answers by a script, and a store.
//
//	host := lifecycletest.NewHost(policies, sub)
//	err := host.Script(lifecycletest.Answer{Invoice: 2, Times: 3, Kind: lifecycle.PaymentFailed}) // then the card pays
//	err = host.Send(started, changed)         // numbers each event, and moves the clock to its time
//	err = host.AdvanceTo(may)                 // passes the deadlines one by one, each at its time
//	err = host.Correct(late)                  // learns of an event that happened earlier
//	statement, err := host.Statement(january) // status, access, documents, amounts and the next deadline at any date
//	fmt.Print(statement.Text())
//
// # The clock
//
// The clock moves by [Host.AdvanceTo] and [Host.Send], and never back. It stops at each deadline: the host processes
// the deadline, and the provider answers its requests, before the next deadline is processed. Several deadlines of one
// time are one stop.
//
// # The provider
//
// The provider answers every request to collect a payment at once, and the payment succeeds. [Host.Script] sets other
// answers: a card that declines, softly or hard, for one invoice, from a date on or a number of times; a payment that
// arrives late, stays pending, is never reported, or is disputed or returned after some time. A requested refund stays
// without a result unless the script answers it. Each requested payment gets an ID, "payment-3". An invoice that the
// customer pays by hand is not collected; send its payment as an event.
//
// The provider does not answer a request that is withdrawn before the time of the answer.
//
// # The tax engine
//
// If a policy has a tax engine, [Host.Taxes] answers each draft at once: the host adds the answers to the event, or
// sends taxes_calculated for a deadline.
//
// # The store
//
// The host keeps what every caller of package lifecycle stores: the subscription, the events with their numbers, the
// documents and the receivables. [Host.Statement] returns all of it at a date: for the past as the host knew it then,
// and for the future as it becomes if no other event happens. A statement of the future changes nothing.
//
// # Errors
//
// An event that the rules refuse is a [lifecycle.Refusal], changes nothing, and becomes a step of the timeline with the
// reason. So does an event with faults, whose error names its index, "events[0].change". A refused answer of the
// provider is returned in the same way by the call that moved the clock. Nothing panics, and no test framework is
// needed: every method returns its error.
package lifecycletest
