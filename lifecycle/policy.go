package lifecycle

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Policy is what the seller chose. It is data: it reads naturally as JSON. [Standard] is complete.
type Policy struct {
	From    time.Time      `json:"from,omitzero"`     // from when on it holds; zero is always. What happened before is by the one before it
	Billing invoice.Policy `json:"billing"`           // how invoices are made
	Catalog *plans.Catalog `json:"catalog,omitempty"` // the plans, terms, markets and rules; nil takes plans as events have them, any way to pay, and Rules
	Rules   plans.Rules    `json:"rules,omitzero"`    // who may change what, and when it takes effect; only without a catalogue, which has its own

	Changes Collection         `json:"changes"`                // when what a change inside a period comes to is collected; must be set
	Trial   Trial              `json:"trial,omitzero"`         // how it can be tried; zero is not
	First   proration.Interval `json:"first_payment,omitzero"` // how long the first invoice may stay unpaid before service begins; unset lets service begin at once
	Renewal Renewal            `json:"renewal"`                // how periods follow on each other
	Dunning Dunning            `json:"dunning"`                // what happens when an invoice is not paid
	Pause   Pause              `json:"pause,omitzero"`         // how service can be paused; zero is not
	Return  Return             `json:"return"`                 // how one comes back after an end

	Reminders []Reminder         `json:"reminders,omitzero"` // what the customer is told before it happens
	Statuses  map[Status]Access  `json:"access"`             // what can be reached in each status where nothing is paid for; all must be set, none below billing
	Managers  []Manager          `json:"managers"`           // who sees and manages billing; at least one
	Details   []plans.Actor      `json:"details"`            // who changes billing details while it renews; at least one. While it does not, anybody does
	Manual    []string           `json:"manual,omitzero"`    // the methods that are never charged: invoices are sent, and paid by hand
	Keep      proration.Interval `json:"keep"`               // how long a settled invoice can still be refunded, disputed and voided; must be set
}

// Trial is how a plan can be tried.
type Trial struct {
	plans.Trial        // how long, and what becomes of the days that are left when it is bought earlier
	Method      bool   `json:"method,omitzero"`  // a method of payment is needed to begin
	Without     Resort `json:"without,omitzero"` // what happens at its end where there is none; must be set for a trial
}

// Renewal is how periods follow on each other.
type Renewal struct {
	Lead    proration.Interval `json:"lead,omitzero"`   // how long before the next period its invoice is issued and charged; unset is when it begins
	Without Resort             `json:"without"`         // what happens where no method of payment is on file; must be set
	Except  []string           `json:"except,omitzero"` // the methods with which it does not renew by itself
}

// Dunning is what happens when an invoice is not paid. Its clock starts with the first failure, and for an invoice that is paid by hand when it
// is due; a hard decline stops the retries until another method is entered.
type Dunning struct {
	DueIn   proration.Interval   `json:"due_in,omitzero"`  // how long an invoice may stay unpaid that is paid by hand; unset is no bound
	Grace   proration.Interval   `json:"grace,omitzero"`   // how long service goes on, on the customer's calendar; for what is billed ahead from when it begins. Unset is not at all
	Retries []proration.Interval `json:"retries,omitzero"` // how long after the attempt before it each retry comes; none is one attempt in all
	Unpaid  Resort               `json:"unpaid"`           // what happens when the grace is over; must be set
}

// Pause is how service can be paused.
type Pause struct {
	When   plans.When          `json:"when,omitzero"`   // at_once or at_period_end, or that of the next one where it is paid already; must be set for a pause
	Unused credits.Disposition `json:"unused,omitzero"` // at once: what becomes of what is paid for, balance or nothing; must be set then. With nothing it can still be used until its end
}

// Return is how one comes back after an end.
type Return struct {
	ByMethod bool  `json:"by_method,omitzero"` // entering a method of payment is enough; otherwise it takes a reactivation
	Dates    Dates `json:"dates"`              // when periods begin then; must be set
}

// Reminder is something that the customer is told before it happens.
type Reminder struct {
	Of      NoticeKind         `json:"of"`               // renewal, trial_end, end or grace_end
	Before  proration.Interval `json:"before"`           // how long before; must be set
	Without bool               `json:"without,omitzero"` // only where no method of payment is on file
}

// Standard returns a complete and neutral policy: invoices by that of package invoice; anybody changes anything but a price at once, and
// cancels for the end of the period; a week of grace and then suspension; whoever comes back begins a new period; the owner and admins manage billing.
func Standard() Policy {
	both := []plans.Actor{plans.Customer, plans.Support}
	p := Policy{
		Billing: invoice.Standard(),
		Changes: CollectNow,
		Renewal: Renewal{Without: ToGoOn},
		Dunning: Dunning{Grace: proration.Interval{Days: 7}, Unpaid: ToSuspend},
		Pause:   Pause{When: plans.AtPeriodEnd},
		Return:  Return{ByMethod: true, Dates: NewDates},
		Statuses: map[Status]Access{
			PendingStart: BillingOnly, Incomplete: BillingOnly, Trialing: Full, Active: Full, PastDue: Full,
			Suspended: BillingOnly, Paused: BillingOnly, Canceled: BillingOnly, Expired: BillingOnly,
		},
		Managers: []Manager{{Role: "owner"}, {Role: "admin"}},
		Details:  both,
		Keep:     proration.Interval{Months: 6},
	}
	for action := plans.Upgrade; action <= plans.MoveAnchor; action++ {
		rule := plans.Rule{Action: action, By: both, When: plans.AtOnce}
		if action == plans.Cancel {
			rule.When = plans.AtPeriodEnd
		}
		if action == plans.Reprice {
			rule.By = []plans.Actor{plans.Support}
		}
		p.Rules = append(p.Rules, rule)
	}
	return p
}

const (
	maxRetries   = 100
	maxReminders = 100
)

// Validate returns every fault of the policy: ErrUnset for a missing choice, ErrInvalid for one that does not exist or is none of its field's,
// ErrLimit for more than 100 retries or reminders, and the faults of what it is made of.
func (p Policy) Validate() error {
	var f fault.List
	f.Under("billing", p.Billing.Validate())
	switch {
	case p.Catalog == nil && len(p.Rules) == 0:
		f.Add("rules", proration.ErrUnset, "say who may change what")
	case p.Catalog == nil:
		f.Under("", p.Rules.Validate())
	default:
		f.Under("catalog", p.Catalog.Validate())
		if len(p.Rules) > 0 {
			f.Add("rules", proration.ErrInvalid, "those of the catalogue hold")
		}
	}
	fault.Enum(&f, "changes", collections, p.Changes)
	p.checkTimes(&f)
	fault.Enum(&f, "return.dates", dates, p.Return.Dates)
	for i := range statuses[1:] {
		status := Status(i + 1)
		path := "access." + status.String()
		before := len(f)
		fault.Enum(&f, path, accesses, p.Statuses[status])
		if len(f) == before && p.Statuses[status] == None {
			f.Add(path, proration.ErrInvalid, "whoever may pay can always reach billing")
		}
	}
	if p.Statuses[0] != 0 || len(p.Statuses) > len(statuses)-1 {
		f.Add("access", proration.ErrInvalid, "it is of the %d statuses, and no others", len(statuses)-1)
	}
	if len(p.Managers) == 0 {
		f.Add("managers", proration.ErrUnset, "say who manages billing")
	}
	for i, m := range p.Managers {
		if m.Role == "" {
			f.Add("managers["+strconv.Itoa(i)+"].role", proration.ErrUnset, "a manager has a role")
		}
	}
	if len(p.Details) == 0 {
		f.Add("details", proration.ErrUnset, "say who changes billing details")
	}
	for i, by := range p.Details {
		if by != plans.Customer && by != plans.Support {
			f.Add("details["+strconv.Itoa(i)+"]", proration.ErrInvalid, "%v is neither customer nor support", by)
		}
	}
	needed(&f, "keep", p.Keep)
	return f.Err()
}

// checkTimes adds the faults of what happens when.
func (p *Policy) checkTimes(f *fault.List) {
	if p.Trial != (Trial{}) {
		f.Under("trial", p.Trial.Validate())
		resort(f, "trial.without", p.Trial.Without, ToGoOn, ToSuspend, ToPause, ToCancel)
	}
	optional(f, "first_payment", p.First)
	optional(f, "renewal.lead", p.Renewal.Lead)
	resort(f, "renewal.without", p.Renewal.Without, ToGoOn, ToSuspend, ToPause, ToCancel)
	optional(f, "dunning.due_in", p.Dunning.DueIn)
	optional(f, "dunning.grace", p.Dunning.Grace)
	resort(f, "dunning.unpaid", p.Dunning.Unpaid, ToGoOn, ToSuspend, ToCancel)
	if len(p.Dunning.Retries) > maxRetries {
		f.Add("dunning.retries", proration.ErrLimit, "%d retries are more than %d", len(p.Dunning.Retries), maxRetries)
	} else {
		for i, wait := range p.Dunning.Retries {
			needed(f, "dunning.retries["+strconv.Itoa(i)+"]", wait)
		}
	}
	if p.Pause != (Pause{}) {
		if p.Pause.When != plans.AtOnce && p.Pause.When != plans.AtPeriodEnd {
			f.Add("pause.when", proration.ErrInvalid, "a pause begins at_once or at_period_end, and not %v", p.Pause.When)
		}
		if as := p.Pause.Unused; p.Pause.When == plans.AtOnce && as != credits.ToBalance && as != credits.ToNothing {
			f.Add("pause.unused", proration.ErrInvalid, "what is paid for becomes balance or nothing, and not %v", as)
		}
	}
	if len(p.Reminders) > maxReminders {
		f.Add("reminders", proration.ErrLimit, "%d reminders are more than %d", len(p.Reminders), maxReminders)
		return
	}
	for i, r := range p.Reminders {
		path := "reminders[" + strconv.Itoa(i) + "]"
		if !slices.Contains([]NoticeKind{Renews, TrialEnds, Ends, GraceEnds}, r.Of) {
			f.Add(path+".of", proration.ErrInvalid, "%v is nothing that comes at a known time", r.Of)
		}
		needed(f, path+".before", r.Before)
	}
}

// needed adds the faults of a length that must be set.
func needed(f *fault.List, path string, l proration.Interval) {
	if l == (proration.Interval{}) {
		f.Add(path, proration.ErrUnset, "say how long")
		return
	}
	f.Under(path, l.Validate())
}

// optional adds the faults of a length that may be unset.
func optional(f *fault.List, path string, l proration.Interval) {
	if l != (proration.Interval{}) {
		f.Under(path, l.Validate())
	}
}

// resort adds the fault of a resort that is none of those that a field takes.
func resort(f *fault.List, path string, r Resort, all ...Resort) {
	if slices.Contains(all, r) {
		return
	}
	var names []string
	for _, one := range all {
		names = append(names, one.String())
	}
	rule := proration.ErrInvalid
	if r == 0 {
		rule = proration.ErrUnset
	}
	f.Add(path, rule, "%v is none of %s", r, strings.Join(names, ", "))
}
