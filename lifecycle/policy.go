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
	From        time.Time         `json:"from,omitzero"`         // from when on it holds; zero is always. What happened before is by the one before it
	Billing     invoice.Policy    `json:"billing"`               // how invoices are made
	Catalog     *plans.Catalog    `json:"catalog,omitempty"`     // the plans, terms, markets and rules; nil takes plans as events have them, any way to pay, and Rules
	ChangeRules plans.ChangeRules `json:"change_rules,omitzero"` // who may change what, and when it takes effect; only without a catalog, which has its own

	Prorations          ProrationBilling   `json:"prorations"`                     // when what a change inside a period comes to is collected; must be set
	Trial               Trial              `json:"trial,omitzero"`                 // how it can be tried; zero is not
	FirstPaymentTimeout proration.Interval `json:"first_payment_timeout,omitzero"` // how long the first invoice may stay unpaid before service begins; unset lets service begin at once
	Renewal             Renewal            `json:"renewal"`                        // how periods follow on each other
	Dunning             Dunning            `json:"dunning"`                        // what happens when an invoice is not paid
	Pause               Pause              `json:"pause,omitzero"`                 // how service can be paused; zero is not
	Reactivation        Reactivation       `json:"reactivation"`                   // how one comes back after an end

	Reminders             []Reminder         `json:"reminders,omitzero"`              // what the customer is told before it happens
	AccessByStatus        map[Status]Access  `json:"access_by_status"`                // what can be reached in each status where nothing is paid for; all must be set, none below billing
	Managers              []Role             `json:"managers"`                        // who sees and manages billing; at least one
	BillingDetailsEditors []plans.Actor      `json:"billing_details_editors"`         // who changes billing details while it renews; at least one. While it does not, anybody does
	ManualPaymentMethods  []string           `json:"manual_payment_methods,omitzero"` // the methods that are never charged: invoices are sent, and paid by hand
	InvoiceRetention      proration.Interval `json:"invoice_retention"`               // how long a settled invoice can still be refunded, disputed and voided; must be set
}

// Trial is how a plan can be tried.
type Trial struct {
	plans.Trial                      // how long, and what becomes of the days that are left when it is bought earlier
	RequirePaymentMethod bool        `json:"require_payment_method,omitzero"` // a method of payment is needed to begin
	WithoutPaymentMethod FinalAction `json:"without_payment_method,omitzero"` // what happens at its end where there is none; must be set for a trial
}

// Renewal is how periods follow on each other.
type Renewal struct {
	Lead                 proration.Interval `json:"lead,omitzero"`          // how long before the next period its invoice is issued and charged; unset is when it begins
	WithoutPaymentMethod FinalAction        `json:"without_payment_method"` // what happens where no method of payment is on file; must be set
	Except               []string           `json:"except,omitzero"`        // the methods with which it does not renew by itself
}

// Dunning is what happens when an invoice is not paid. Its clock starts with the first failure, and for an invoice that is paid by hand when it
// is due; a hard decline stops the retries until another method is entered.
type Dunning struct {
	DueIn       proration.Interval   `json:"due_in,omitzero"`  // how long an invoice may stay unpaid that is paid by hand; unset is no bound
	Grace       proration.Interval   `json:"grace,omitzero"`   // how long service goes on, on the customer's calendar; for what is billed ahead from when it begins. Unset is not at all
	Retries     []proration.Interval `json:"retries,omitzero"` // how long after the attempt before it each retry comes; none is one attempt in all
	FinalAction FinalAction          `json:"final_action"`     // what happens when the grace is over; must be set
}

// Pause is how service can be paused.
type Pause struct {
	Effective plans.EffectiveTiming `json:"effective,omitzero"` // immediately or at_period_end, or that of the next one where it is paid already; must be set for a pause
	Unused    credits.RefundAs      `json:"unused,omitzero"`    // at once: what becomes of what is paid for, balance or nothing; must be set then. With nothing it can still be used until its end
}

// Return is how one comes back after an end.
type Reactivation struct {
	ByMethod      bool                `json:"by_method,omitzero"` // entering a method of payment is enough; otherwise it takes a reactivation
	BillingAnchor plans.BillingAnchor `json:"billing_anchor"`     // when periods begin then; must be set
}

// Reminder is something that the customer is told before it happens.
type Reminder struct {
	Of                       NoticeKind         `json:"of"`                                   // renewal, trial_end, end or grace_end
	Before                   proration.Interval `json:"before"`                               // how long before; must be set
	OnlyWithoutPaymentMethod bool               `json:"only_without_payment_method,omitzero"` // only where no method of payment is on file
}

// Standard returns a complete and neutral policy: invoices by that of package invoice; anybody changes anything but a price at once, and
// cancels for the end of the period; a week of grace and then suspension; whoever comes back begins a new period; the owner and admins manage billing.
func Standard() Policy {
	both := func() []plans.Actor { return []plans.Actor{plans.Customer, plans.Support} }
	p := Policy{
		Billing:      invoice.Standard(),
		Prorations:   InvoiceNow,
		Renewal:      Renewal{WithoutPaymentMethod: FinalContinue},
		Dunning:      Dunning{Grace: proration.Interval{Days: 7}, FinalAction: FinalSuspend},
		Pause:        Pause{Effective: plans.AtPeriodEnd},
		Reactivation: Reactivation{ByMethod: true, BillingAnchor: plans.AnchorReset},
		AccessByStatus: map[Status]Access{
			PendingStart: BillingOnly, Incomplete: BillingOnly, Trialing: Full, Active: Full, PastDue: Full,
			Suspended: BillingOnly, Paused: BillingOnly, Canceled: BillingOnly, Expired: BillingOnly,
		},
		Managers:              []Role{{Role: "owner"}, {Role: "admin"}},
		BillingDetailsEditors: both(),
		InvoiceRetention:      proration.Interval{Months: 6},
	}
	for action := plans.Upgrade; action <= plans.ChangeAnchor; action++ {
		rule := plans.ChangeRule{Action: action, By: both(), Effective: plans.Immediately}
		if action == plans.Cancel {
			rule.Effective = plans.AtPeriodEnd
		}
		if action == plans.ChangePrice {
			rule.By = []plans.Actor{plans.Support}
		}
		p.ChangeRules = append(p.ChangeRules, rule)
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
	case p.Catalog == nil && len(p.ChangeRules) == 0:
		f.Add("change_rules", proration.ErrUnset, "say who may change what")
	case p.Catalog == nil:
		f.Under("", p.ChangeRules.Validate())
	default:
		f.Under("catalog", p.Catalog.Validate())
		if len(p.ChangeRules) > 0 {
			f.Add("change_rules", proration.ErrInvalid, "those of the catalog hold")
		}
	}
	fault.Enum(&f, "prorations", prorationBillings, p.Prorations)
	p.checkTimes(&f)
	f.Under("reactivation", p.Reactivation.BillingAnchor.Validate())
	for i := range statuses[1:] {
		status := Status(i + 1)
		path := "access_by_status." + status.String()
		before := len(f)
		fault.Enum(&f, path, accesses, p.AccessByStatus[status])
		if len(f) == before && p.AccessByStatus[status] == None {
			f.Add(path, proration.ErrInvalid, "whoever may pay can always reach billing")
		}
	}
	if p.AccessByStatus[0] != 0 || len(p.AccessByStatus) > len(statuses)-1 {
		f.Add("access_by_status", proration.ErrInvalid, "it is of the %d statuses, and no others", len(statuses)-1)
	}
	if len(p.Managers) == 0 {
		f.Add("managers", proration.ErrUnset, "say who manages billing")
	}
	for i, m := range p.Managers {
		if m.Role == "" {
			f.Add("managers["+strconv.Itoa(i)+"].role", proration.ErrUnset, "a manager has a role")
		}
	}
	if len(p.BillingDetailsEditors) == 0 {
		f.Add("billing_details_editors", proration.ErrUnset, "say who changes billing details")
	}
	for i, by := range p.BillingDetailsEditors {
		if by != plans.Customer && by != plans.Support {
			f.Add("billing_details_editors["+strconv.Itoa(i)+"]", proration.ErrInvalid, "%v is neither customer nor support", by)
		}
	}
	needed(&f, "invoice_retention", p.InvoiceRetention)
	return f.Err()
}

// checkTimes adds the faults of what happens when.
func (p *Policy) checkTimes(f *fault.List) {
	if p.Trial != (Trial{}) {
		f.Under("trial", p.Trial.Validate())
		checkFinalAction(f, "trial.without_payment_method", p.Trial.WithoutPaymentMethod, FinalContinue, FinalSuspend, FinalPause, FinalCancel)
	}
	optional(f, "first_payment_timeout", p.FirstPaymentTimeout)
	optional(f, "renewal.lead", p.Renewal.Lead)
	checkFinalAction(f, "renewal.without_payment_method", p.Renewal.WithoutPaymentMethod, FinalContinue, FinalSuspend, FinalPause, FinalCancel)
	optional(f, "dunning.due_in", p.Dunning.DueIn)
	optional(f, "dunning.grace", p.Dunning.Grace)
	checkFinalAction(f, "dunning.final_action", p.Dunning.FinalAction, FinalContinue, FinalSuspend, FinalCancel)
	if len(p.Dunning.Retries) > maxRetries {
		f.Add("dunning.retries", proration.ErrLimit, "%d retries are more than %d", len(p.Dunning.Retries), maxRetries)
	} else {
		for i, wait := range p.Dunning.Retries {
			needed(f, "dunning.retries["+strconv.Itoa(i)+"]", wait)
		}
	}
	if p.Pause != (Pause{}) {
		if p.Pause.Effective != plans.Immediately && p.Pause.Effective != plans.AtPeriodEnd {
			f.Add("pause.effective", proration.ErrInvalid, "a pause begins immediately or at_period_end, and not %v", p.Pause.Effective)
		}
		if as := p.Pause.Unused; p.Pause.Effective == plans.Immediately && as != credits.AsBalance && as != credits.AsNothing {
			f.Add("pause.unused", proration.ErrInvalid, "what is paid for becomes balance or nothing, and not %v", as)
		}
	}
	if len(p.Reminders) > maxReminders {
		f.Add("reminders", proration.ErrLimit, "%d reminders are more than %d", len(p.Reminders), maxReminders)
		return
	}
	for i, r := range p.Reminders {
		path := "reminders[" + strconv.Itoa(i) + "]"
		if !slices.Contains([]NoticeKind{NoticeRenewal, NoticeTrialEnd, NoticeEnd, NoticeGraceEnd}, r.Of) {
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
func checkFinalAction(f *fault.List, path string, r FinalAction, all ...FinalAction) {
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
