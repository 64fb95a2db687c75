package main

import (
	"time"

	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// scenario is the content of a scenario file: a subscription with its events, and the expected results.
type scenario struct {
	Name string `json:"name"` // title in a few words
	Why  string `json:"why"`  // the rule and its source

	Zone     string    `json:"zone" jsonfault:"required"` // IANA name of the time zone for times without an offset
	Until    time.Time `json:"until"`                     // end of the scenario; required unless the order is refused
	Policy   separate  `json:"policy"`                    // the only policy; excludes Policies
	Policies separate  `json:"policies"`                  // several policies in order of From; excludes Policy

	Subscription lifecycle.Subscription `json:"subscription"` // subscription before its first event; excludes Order
	Order        order                  `json:"order"`        // order that creates the subscription; excludes Subscription
	Refused      *refusal               `json:"refused"`      // expected refusal of the order, or nil; excludes entries

	Taxes []engineTax `json:"taxes"` // tax engine of policies that have one: the taxes of each line that they cover

	Entries  []entry    `json:"entries"`  // events and expectations, in order
	Invoices []document `json:"invoices"` // expected documents, any subset
}

// separate is a field that [input.readPolicies] decodes later.
type separate struct{}

// UnmarshalJSON accepts every value.
func (separate) UnmarshalJSON([]byte) error { return nil }

// order is an order and the ID of its subscription.
type order struct {
	ID string `json:"id" jsonfault:"required"` // ID of the subscription
	plans.Order
}

// entry is an event, or an expectation at an instant.
type entry struct {
	lifecycle.Event
	Known  time.Time    `json:"known"`  // when the caller learns of a late event; zero if the event is not late
	Expect *expectation `json:"expect"` // expected state; nil for an event
}

// when returns the instant that orders the entries.
func (e *entry) when() time.Time {
	if e.late() {
		return e.Known
	}
	return e.At
}

// late reports whether the event becomes known after it happens.
func (e *entry) late() bool { return e.Known.After(e.At) }

// expectation is the expected state of a subscription at an instant. A nil field is not compared.
type expectation struct {
	Status  *lifecycle.Status `json:"status"`  // status of the subscription
	Access  *lifecycle.Access `json:"access"`  // access of the customer
	Members []member          `json:"members"` // access of some members
	Next    *deadline         `json:"next"`    // next deadline

	CreditBalance *amount `json:"credit_balance"` // credit that the customer can use
	Outstanding   *amount `json:"outstanding"`    // unpaid gross amount of the issued documents
	Billed        *amount `json:"billed"`         // gross total of all documents so far; credit notes are negative
	Refunded      *amount `json:"refunded"`       // sum of all refund effects so far
	Issued        *int    `json:"issued"`         // number of documents so far

	Refused *refusal `json:"refused"` // refusal of the previous event
	Skipped *bool    `json:"skipped"` // whether the previous event was a repeat that changed nothing

	Notices []lifecycle.NoticeKind `json:"notices"` // kinds of the notices since the previous expectation, in order
	Effects []lifecycle.EffectKind `json:"effects"` // kinds of the effects since the previous expectation, in order
}

// member is a member of the customer and the expected access.
type member struct {
	Role     string           `json:"role" jsonfault:"required"`   // role of the member
	Selected bool             `json:"selected"`                    // reports whether the member is selected for billing
	Access   lifecycle.Access `json:"access" jsonfault:"required"` // expected access
}

// deadline is an expected deadline. Without fields it expects no deadline.
type deadline struct {
	Kind *lifecycle.DeadlineKind `json:"kind"` // kind of the deadline
	At   *time.Time              `json:"at"`   // instant of the deadline
}

// input is a scenario file with its decoded policies and subscription.
type input struct {
	file     *jsonfault.File
	location *time.Location
	scenario
	policies []lifecycle.Policy
	checked  *lifecycle.Policies    // the policies; nil until they are found to be sound
	first    lifecycle.Subscription // subscription before the first event
	declined error                  // refusal of the order; nil if there is a subscription
	unsound  bool                   // whether the subscription has faults, which refuse its first event as expected
}

// policy returns the policy in force at an instant: the latest whose From is not after it, or else the first.
func (in *input) policy(at time.Time) lifecycle.Policy { return in.policies[in.inForce(at)] }

// inForce returns the index of the policy in force at an instant.
func (in *input) inForce(at time.Time) (index int) {
	for i := range in.policies {
		if !in.policies[i].From.After(at) {
			index = i
		}
	}
	return index
}
