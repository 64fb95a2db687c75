package lifecycle

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Policy is the seller's settings, as plain data that can be stored as JSON. [Standard] returns a complete one.
type Policy struct {
	From    time.Time      `json:"from,omitzero"` // time from which the policy applies; zero applies it from the beginning
	Billing invoice.Policy `json:"billing"`       // how invoices are made
	// Catalog has the plans, terms, markets and coupons. Without one, events carry complete plans and terms with their
	// prices, so that the caller makes them and not the customer, and every payment method is accepted.
	Catalog *plans.Catalog `json:"catalog,omitempty"`
	// ChangeRules say who may make a change and when it takes effect, with and without a catalog; at least one.
	ChangeRules plans.ChangeRules `json:"change_rules"`

	// ChangesWhileCanceling says what a change does while a cancellation is scheduled; must be set.
	ChangesWhileCanceling WhileCanceling `json:"changes_while_canceling"`
	// ChangesBeforeRamp says what another plan or interval does to later ramp steps; must be set.
	ChangesBeforeRamp plans.RampHandling `json:"changes_before_ramp"`

	Prorations plans.ProrationBilling `json:"prorations"` // when the proration of a change is billed; must be set
	Trial      Trial                  `json:"trial"`      // the trial of a contract that has one; must be set
	// FirstPaymentTimeout is the time in which the first invoice must be paid before service starts. Unset starts service
	// at once.
	FirstPaymentTimeout proration.Interval `json:"first_payment_timeout,omitzero"`
	// IfPaidTimeout is the time in which a change that waits for its payment must be paid; must be set.
	IfPaidTimeout proration.Interval `json:"if_paid_timeout"`
	Renewal       Renewal            `json:"renewal"`         // how periods renew
	Dunning       Dunning            `json:"dunning"`         // how unpaid invoices are collected
	Payments      Payments           `json:"payments"`        // payments that nobody expects
	Credit        Credit             `json:"credit,omitzero"` // how credit pays
	Pause         Pause              `json:"pause,omitzero"`  // how a subscription is paused; zero allows no pause
	Reactivation  Reactivation       `json:"reactivation"`    // how a customer returns

	Reminders []Reminder `json:"reminders,omitzero"` // messages to the customer before a deadline
	// AccessByStatus is the access in each status at times that are not paid for. It must have every status, none of them
	// below billing_only.
	AccessByStatus map[Status]Access `json:"access_by_status"`
	Managers       []Role            `json:"managers"` // roles that see and manage billing; at least one
	// BillingDetailsEditors are the actors who may change billing details while the subscription renews, at least one.
	// While it does not renew, every actor may.
	BillingDetailsEditors []plans.Actor `json:"billing_details_editors"`
	// ManualPaymentMethods are the payment methods of customers who pay by hand: their invoices are sent, not collected.
	ManualPaymentMethods []string `json:"manual_payment_methods,omitzero"`
	// InvoiceRetention is how long a settled invoice can be refunded, disputed or voided; must be set.
	InvoiceRetention proration.Interval `json:"invoice_retention"`
}

// Trial says what a trial requires and what follows it. The contract states whether it has a trial, and its length.
type Trial struct {
	// UnusedTrial is the use of the days that remain when the customer buys early; must be set.
	UnusedTrial          plans.UnusedTrial `json:"unused_trial"`
	RequirePaymentMethod bool              `json:"require_payment_method,omitzero"` // no start without a payment method
	OnPlanChange         TrialHandling     `json:"on_plan_change"`                  // for another plan; must be set
	// WithoutPaymentMethod is the action at the end of the trial if something is due and there is no payment method; must
	// be set.
	WithoutPaymentMethod FinalAction `json:"without_payment_method"`
}

// Renewal is how periods renew.
type Renewal struct {
	// Lead is how long before the next period its invoice is issued and collected. Unset is when the period starts.
	Lead proration.Interval `json:"lead,omitzero"`
	// WithoutPaymentMethod is the action at the renewal if something is due and there is no payment method; must be set.
	WithoutPaymentMethod FinalAction `json:"without_payment_method"`
	Except               []string    `json:"except,omitzero"` // payment methods whose subscriptions do not renew
	// UsageWindow is how long usage of a period, or of the time before an end, can join its invoice. The renewal of a
	// contract with a metered item is issued so long after it. Unset issues it at once: later usage comes on the next one.
	// The billing interval of an item has the same window and the same review.
	UsageWindow proration.Interval `json:"usage_window,omitzero"`
	// Review is how long a renewal is a draft before it is issued, so that the seller can look at it by advancing a copy.
	// One-time charges, credit and discounts join it, and invoice_issued issues it earlier. With a UsageWindow the later
	// end holds. Unset issues it at once; it must be unset with Lead, as an advance invoice is no draft.
	Review proration.Interval `json:"review,omitzero"`
	// UsageThreshold is the net amount of usage, by currency, from which it is billed before the renewal. A currency
	// without one bills usage at the renewal.
	UsageThreshold map[plans.Currency]decimal.Decimal `json:"usage_threshold,omitempty"`
}

// Dunning is how unpaid invoices are collected. The clock of an invoice starts with its first failed payment, or at its
// due date if it is paid by hand. A hard decline stops the retries until another payment method is added.
type Dunning struct {
	DueIn proration.Interval `json:"due_in,omitzero"` // payment term of an invoice paid by hand; unset is no due date
	// Grace is how long service continues, on the customer's calendar. For an advance invoice it starts with the period.
	// Unset is no grace.
	Grace proration.Interval `json:"grace,omitzero"`
	// Retries are the waiting times between an attempt and the next retry, in order. Without them there is one attempt. A
	// retry that would follow the end of the grace is not made, and one for which that is so at every renewal is refused.
	Retries     []proration.Interval `json:"retries,omitzero"`
	FinalAction FinalAction          `json:"final_action"` // action at the end of the grace; must be set
	OpenInvoice OpenInvoice          `json:"open_invoice"` // open invoices when service ends; must be set
	// ResultTimeout is the time after which a requested payment without a reported result fails; must be set.
	ResultTimeout proration.Interval `json:"result_timeout"`
}

// Pause is how a subscription is paused.
type Pause struct {
	// Effective is the start of a pause, immediately or at_period_end; must be set for a pause. A period that is paid in
	// advance is served before a pause at_period_end.
	Effective plans.EffectiveTiming `json:"effective,omitzero"`
	// Unused is the form in which a pause that starts immediately returns paid time, balance or nothing; must be set then.
	// With nothing, a customer who resumes within the paid period keeps it.
	Unused credits.RefundAs `json:"unused,omitzero"`
}

// Reactivation is how a customer returns after the end of a subscription.
type Reactivation struct {
	// ByMethod lets a new payment method reactivate the subscription. Otherwise the event reactivated is required.
	ByMethod      bool                `json:"by_method,omitzero"`
	BillingAnchor plans.BillingAnchor `json:"billing_anchor"`   // billing dates after the return; must be set
	IfPaid        bool                `json:"if_paid,omitzero"` // a return or a resumption waits for its payment
}

// Reminder is a message to the customer before a deadline.
type Reminder struct {
	Of     NoticeKind         `json:"of"`     // renewal, trial_end, end, grace_end or payment_due
	Before proration.Interval `json:"before"` // how long before the deadline; must be set
	// OnlyWithoutPaymentMethod sends the reminder only if there is no payment method.
	OnlyWithoutPaymentMethod bool `json:"only_without_payment_method,omitzero"`
}

// Standard returns a complete, neutral policy; standard.json in this folder shows it as JSON. Invoices follow
// [invoice.Standard]: billed in advance, credits at the billed price, no taxes, nothing refunded at a cancellation.
//
//   - Customers and support make every change immediately, and its proration is invoiced at once. Only support changes
//     prices. A cancellation or a pause takes effect at the end of the period. Changes are possible until then, and
//     another plan or interval is refused while ramp steps are to come.
//   - A contract with a trial starts with it. A customer who buys early forfeits the remaining days. Another plan keeps
//     the end of the trial. At the end, a subscription without a payment method is suspended if something is due.
//   - There is no reminder. A subscription without a payment method renews all the same.
//   - An unpaid invoice has a week of grace with full access and no retries; then the subscription is suspended. A
//     payment without a reported result fails after a week. Money beyond what is due goes back.
//   - A customer returns with a reactivation or by adding a payment method, and a new period starts and is billed.
//   - Access without a paid period is full in a trial, while active and in grace, and billing_only otherwise.
//   - The roles owner and admin manage billing. A settled invoice can be refunded or disputed for six months.
func Standard() Policy {
	both := func() []plans.Actor { return []plans.Actor{plans.Customer, plans.Support} }
	p := Policy{
		Billing:               invoice.Standard(),
		ChangesWhileCanceling: CancelingAllow,
		ChangesBeforeRamp:     plans.RampRefuse,
		Prorations:            plans.InvoiceNow,
		Trial: Trial{
			UnusedTrial: plans.Forfeit, OnPlanChange: TrialKeep, WithoutPaymentMethod: FinalSuspend,
		},
		Renewal: Renewal{WithoutPaymentMethod: FinalContinue},
		Dunning: Dunning{
			Grace: proration.Interval{Days: 7}, FinalAction: FinalSuspend, OpenInvoice: OpenKeep,
			ResultTimeout: proration.Interval{Days: 7},
		},
		Payments:     Payments{Overpayment: OverpaymentRefund, LatePayment: LateRefund, BillingAnchor: plans.AnchorKeep},
		Pause:        Pause{Effective: plans.AtPeriodEnd},
		Reactivation: Reactivation{ByMethod: true, BillingAnchor: plans.AnchorReset},
		AccessByStatus: map[Status]Access{
			PendingStart: BillingOnly, Incomplete: BillingOnly, Trialing: Full, Active: Full, PastDue: Full,
			Suspended: BillingOnly, Paused: BillingOnly, Canceled: BillingOnly, Expired: BillingOnly,
		},
		Managers:              []Role{{Role: "owner"}, {Role: "admin"}},
		BillingDetailsEditors: both(),
		InvoiceRetention:      proration.Interval{Months: 6},
		IfPaidTimeout:         proration.Interval{Days: 1},
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

// Validate returns every fault of the policy, joined: ErrUnset for a missing setting, ErrInvalid for a value that does
// not exist or that the field does not accept, ErrLimit for more than 100 retries or reminders, and the faults of its
// parts.
func (p Policy) Validate() error {
	var f fault.List
	f.Under("billing", p.Billing.Validate())
	if p.Catalog != nil {
		f.Under("catalog", p.Catalog.Validate())
	}
	if len(p.ChangeRules) == 0 {
		f.Add("change_rules", proration.ErrUnset, "required, at least one rule")
	}
	f.Under("", p.ChangeRules.Validate())
	fault.Enum(&f, "changes_while_canceling", whileCancelings, p.ChangesWhileCanceling)
	fault.Choice(&f, "changes_before_ramp", p.ChangesBeforeRamp)
	fault.Choice(&f, "prorations", p.Prorations)
	p.checkTimes(&f)
	fault.Choice(&f, "reactivation.billing_anchor", p.Reactivation.BillingAnchor)
	for i := range statuses[1:] {
		status := Status(i + 1)
		path := "access_by_status." + status.String()
		before := len(f)
		fault.Enum(&f, path, accesses, p.AccessByStatus[status])
		if len(f) == before && p.AccessByStatus[status] == None {
			f.Add(path, proration.ErrInvalid, "must be at least billing_only; got %v", None)
		}
	}
	if p.AccessByStatus[0] != 0 || len(p.AccessByStatus) > len(statuses)-1 {
		f.Add("access_by_status", proration.ErrInvalid, "must have the %d statuses and no others", len(statuses)-1)
	}
	if len(p.Managers) == 0 {
		f.Add("managers", proration.ErrUnset, "required, at least one role")
	}
	for i, m := range p.Managers {
		if m.Role == "" {
			f.Add(fault.At("managers", i)+".role", proration.ErrUnset, "required, the name of the role")
		}
	}
	if len(p.BillingDetailsEditors) == 0 {
		f.Add("billing_details_editors", proration.ErrUnset, "required, at least one of customer, support")
	}
	for i, by := range p.BillingDetailsEditors {
		if by != plans.Customer && by != plans.Support {
			path := fault.At("billing_details_editors", i)
			f.Add(path, proration.ErrInvalid, "must be customer or support; got %v", by)
		}
	}
	needed(&f, "invoice_retention", p.InvoiceRetention)
	return f.Err()
}

// checkTimes adds the faults of the trial, the renewal, the dunning, the pause and the reminders.
func (p *Policy) checkTimes(f *fault.List) {
	fault.Choice(f, "trial.unused_trial", p.Trial.UnusedTrial)
	fault.Enum(f, "trial.on_plan_change", trialHandlings, p.Trial.OnPlanChange)
	checkFinalAction(f, "trial.without_payment_method", p.Trial.WithoutPaymentMethod,
		FinalContinue, FinalSuspend, FinalPause, FinalCancel)
	optional(f, "first_payment_timeout", p.FirstPaymentTimeout)
	needed(f, "if_paid_timeout", p.IfPaidTimeout)
	optional(f, "renewal.lead", p.Renewal.Lead)
	p.Renewal.checkUsage(f)
	checkAmounts(f, "payments.minimum_amount.", p.Payments.MinimumAmount)
	checkFinalAction(f, "renewal.without_payment_method", p.Renewal.WithoutPaymentMethod,
		FinalContinue, FinalSuspend, FinalPause, FinalCancel)
	optional(f, "dunning.due_in", p.Dunning.DueIn)
	optional(f, "dunning.grace", p.Dunning.Grace)
	checkFinalAction(f, "dunning.final_action", p.Dunning.FinalAction,
		FinalContinue, FinalSuspend, FinalPause, FinalCancel)
	fault.Enum(f, "dunning.open_invoice", openInvoices, p.Dunning.OpenInvoice)
	needed(f, "dunning.result_timeout", p.Dunning.ResultTimeout)
	fault.Enum(f, "payments.overpayment", overpayments, p.Payments.Overpayment)
	fault.Enum(f, "payments.late_payment", latePayments, p.Payments.LatePayment)
	fault.Choice(f, "payments.billing_anchor", p.Payments.BillingAnchor)
	if len(p.Dunning.Retries) > maxRetries {
		f.Add("dunning.retries", proration.ErrLimit, "must be at most %d retries; got %d", maxRetries, len(p.Dunning.Retries))
	} else {
		for i, wait := range p.Dunning.Retries {
			needed(f, fault.At("dunning.retries", i), wait)
		}
		p.checkRetries(f)
	}
	if p.Pause != (Pause{}) {
		if p.Pause.Effective != plans.Immediately && p.Pause.Effective != plans.AtPeriodEnd {
			f.Add("pause.effective", proration.ErrInvalid, "must be immediately or at_period_end; got %v", p.Pause.Effective)
		}
		as := p.Pause.Unused
		if p.Pause.Effective == plans.Immediately && as != credits.AsBalance && as != credits.AsNothing {
			f.Add("pause.unused", proration.ErrInvalid, "must be balance or nothing; got %v", as)
		}
	}
	if len(p.Reminders) > maxReminders {
		f.Add("reminders", proration.ErrLimit, "must be at most %d reminders; got %d", maxReminders, len(p.Reminders))
		return
	}
	for i, r := range p.Reminders {
		path := fault.At("reminders", i)
		if r.Of == 0 || r.Of > NoticeGraceEnd && r.Of != NoticePaymentDue {
			f.Add(path+".of", proration.ErrInvalid,
				"must be one of renewal, trial_end, end, grace_end, payment_due; got %v", r.Of)
		}
		needed(f, path+".before", r.Before)
	}
}
