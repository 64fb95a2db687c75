package main

import (
	"time"

	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// scenario is one life and the results that it must have.
type scenario struct {
	Name string `json:"name"` // in a few words
	Why  string `json:"why"`  // the rule and its source

	Zone     string    `json:"zone" jsonfault:"required"` // IANA name; times without an offset are read in it
	Until    time.Time `json:"until"`                     // the last instant; required unless the order is refused
	Policy   separate  `json:"policy"`                    // one policy, or
	Policies separate  `json:"policies"`                  // several, in order of the instants from which they apply

	Subscription lifecycle.Subscription `json:"subscription"` // before its first event, or
	Order        order                  `json:"order"`        // an order, whose contract becomes the subscription
	Refused      *refusal               `json:"refused"`      // expects a refusal of the order; then no entries follow

	Entries  []entry    `json:"entries"`  // events and expectations, in order
	Invoices []document `json:"invoices"` // expected documents, any subset
}

// separate is a field that is read apart from the others.
type separate struct{}

// UnmarshalJSON accepts everything.
func (separate) UnmarshalJSON([]byte) error { return nil }

// order is an order and the ID of the subscription that it begins.
type order struct {
	ID string `json:"id" jsonfault:"required"`
	plans.Order
}

// entry is an event, or an expectation at an instant.
type entry struct {
	lifecycle.Event
	Known  time.Time    `json:"known"`  // when the caller learns of a late event; zero is when it happens
	Expect *expectation `json:"expect"` // nil for an event
}

// when returns the instant by which entries are in order.
func (e *entry) when() time.Time {
	if e.late() {
		return e.Known
	}
	return e.At
}

// late reports whether the event becomes known after it happens.
func (e *entry) late() bool { return e.Known.After(e.At) }

// expectation is the expected state of a subscription at an instant. A nil field expects nothing.
type expectation struct {
	Status  *lifecycle.Status `json:"status"`
	Access  *lifecycle.Access `json:"access"`  // of the customer
	Members []member          `json:"members"` // and of some of its members
	Next    *deadline         `json:"next"`    // the next deadline

	CreditBalance *amount `json:"credit_balance"` // credit that the customer can use
	Outstanding   *amount `json:"outstanding"`    // unpaid gross amount of the issued documents
	Billed        *amount `json:"billed"`         // gross total of all documents so far, credit notes negative
	Refunded      *amount `json:"refunded"`       // sum of all refund effects so far
	Issued        *int    `json:"issued"`         // number of documents so far

	Refused *refusal `json:"refused"` // of the event before
	Skipped *bool    `json:"skipped"` // of the event before: it is a repeat, and changes nothing

	Notices []lifecycle.NoticeKind `json:"notices"` // since the expectation before, in order
	Effects []lifecycle.EffectKind `json:"effects"` // since the expectation before, in order
}

// member is a member of the customer and the access that it must have.
type member struct {
	Role     string           `json:"role" jsonfault:"required"`
	Selected bool             `json:"selected"`
	Access   lifecycle.Access `json:"access" jsonfault:"required"`
}

// deadline is an expected deadline. Without fields, none is expected.
type deadline struct {
	Kind *lifecycle.DeadlineKind `json:"kind"`
	At   *time.Time              `json:"at"`
}

// input is a scenario file, and the life that it begins with.
type input struct {
	file     *jsonfault.File
	location *time.Location
	scenario
	policies []lifecycle.Policy
	first    lifecycle.Subscription // before the first event
	declined error                  // the refusal of the order; nil if there is a subscription
}

// policy returns the policy that applies at an instant: the latest that has begun, else the first.
func (in *input) policy(at time.Time) lifecycle.Policy { return in.policies[in.inForce(at)] }

// inForce returns the index of the policy that applies at an instant.
func (in *input) inForce(at time.Time) (index int) {
	for i := range in.policies {
		if !in.policies[i].From.After(at) {
			index = i
		}
	}
	return index
}
