package lifecycle

import (
	"slices"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Subscription is the state of one contract, and the one value that the caller stores. A new subscription has an ID, a
// contract and the customer's details, and no other fields. A contract with terms comes from a quote of a catalog, or
// from [plans.Contract.StartingAt], with its discounts. After reading a subscription from JSON, the caller sets
// Contract.Cycle.Location again, which is enough for all fields. In arrears, a changed quantity is a ramp step of the
// contract; see [plans.Contract.AsOf].
type Subscription struct {
	ID              string `json:"id"` // ID given by the caller; the IDs of invoices, notices and effects derive from it
	invoice.Account        // contract, charges that can still be credited, and credit ledger

	// Country is the customer's country, "BR". It is required if the markets of the catalog decide the payment methods.
	Country       string             `json:"country,omitzero"`
	Contact       invoice.Contact    `json:"contact,omitzero"`        // addressee of the invoices
	PaymentMethod string             `json:"payment_method,omitzero"` // ID of the payment method, "card"; "" is none
	Taxes         *[]invoice.TaxRate `json:"taxes,omitempty"`         // taxes of the customer; nil applies the policy's

	Status   Status           `json:"status"`            // current status; unset until the subscription starts
	At       time.Time        `json:"at,omitzero"`       // time up to which the subscription was advanced
	Sequence int64            `json:"sequence,omitzero"` // number of the last event applied
	Period   proration.Period `json:"period,omitzero"`   // current billing period, or the last one

	StartAt   time.Time `json:"start_at,omitzero"`   // future start of service
	TrialEnd  time.Time `json:"trial_end,omitzero"`  // end of the trial, also when it is past
	ConvertAt time.Time `json:"convert_at,omitzero"` // earlier time at which the trial becomes paid service
	// TriedPlans are the plans that had a trial, once a change of the plan restarted it; see [TrialRestart].
	TriedPlans []string  `json:"tried_plans,omitzero"`
	PayBy      time.Time `json:"pay_by,omitzero"`    // time by which the first invoice must be paid
	CancelAt   time.Time `json:"cancel_at,omitzero"` // time at which a cancellation takes effect; zero is no cancellation
	// Dunned marks an end caused by an unpaid invoice: a payment within the period reactivates the subscription.
	Dunned bool `json:"dunned,omitzero"`
	// GaveUp marks an end that made an unpaid part of the period void, or lowered it: a return bills a new period.
	GaveUp bool `json:"gave_up,omitzero"`
	// NoRenewal ends the subscription with its term, or with its period if there is no term.
	NoRenewal bool      `json:"no_renewal,omitzero"`
	PauseAt   time.Time `json:"pause_at,omitzero"`  // future start of a pause
	ResumeAt  time.Time `json:"resume_at,omitzero"` // end of a pause; zero pauses until the subscription is resumed

	ScheduledChanges []ScheduledChange `json:"scheduled_changes,omitzero"` // future changes, ordered by time
	NextPeriod       *NextPeriod       `json:"next_period,omitempty"`      // next period if it is already billed
	CollectionPause  *CollectionPause  `json:"collection_pause,omitempty"` // pause of collection while service continues
	PendingChange    *PendingChange    `json:"pending_change,omitempty"`   // change that waits for its payment
	UnbilledCharges  []plans.Charge    `json:"unbilled_charges,omitzero"`  // charges for the next invoice, in order
	Usage            []MeteredUsage    `json:"usage,omitzero"`             // usage of the present period and late usage
	UsageUntil       time.Time         `json:"usage_until,omitzero"`       // time at which usage that waits is billed
	// ItemsUnbilledSince is the time since which the items whose price is billed in arrears have no charge yet. Each event
	// and deadline adds their charges until then to UnbilledCharges. Zero is no such item, or none that costs.
	ItemsUnbilledSince time.Time `json:"items_unbilled_since,omitzero"`
	// Receivables are those of unsettled invoices, and of invoices that can still be refunded, disputed or voided, in
	// order of issue. The caller stores the invoices themselves.
	Receivables []invoice.Receivable `json:"receivables,omitzero"`
	Refunds     []RequestedRefund    `json:"refunds,omitzero"`     // requested refunds that are kept like receivables
	Issued      int                  `json:"issued,omitzero"`      // number of documents issued so far
	Corrections []string             `json:"corrections,omitzero"` // IDs of those that corrected the past
}

// ScheduledChange is a change that takes effect later.
type ScheduledChange struct {
	Sequence        int64        `json:"sequence"`                   // number of the event that requested the change
	At              time.Time    `json:"at"`                         // time at which the change takes effect
	Change          plans.Change `json:"change"`                     // change of the contract
	BilledInAdvance bool         `json:"billed_in_advance,omitzero"` // the advance invoice of the next period includes it
	// Prorations is when the proration is billed, if a rule or support sets it; unset follows the policy.
	Prorations plans.ProrationBilling `json:"prorations,omitzero"`
	IfPaid     bool                   `json:"if_paid,omitzero"` // inside a period, it waits for its payment at its time
	// ProrationSettings are how much is charged and credited, where they differ from the policy's.
	ProrationSettings plans.ProrationSettings `json:"proration_settings,omitzero"`
}

// NextPeriod is the period after the current one, billed before it starts.
type NextPeriod struct {
	Period   proration.Period `json:"period"`           // start and end of the period
	Invoice  string           `json:"invoice,omitzero"` // ID of the advance invoice; "" if nothing was billed
	Contract plans.Contract   `json:"contract"`         // contract in that period
	Changes  []plans.Change   `json:"changes,omitzero"` // changes since the invoice, billed when the period starts
	// IncludedCharges are the unbilled charges on the advance invoice. They wait for an invoice again if it is voided.
	IncludedCharges []plans.Charge `json:"included_charges,omitzero"`
}

// location returns the customer's time zone, UTC if none is set.
func (s *Subscription) location() *time.Location {
	if loc := s.Contract.Cycle.Location; loc != nil {
		return loc
	}
	return time.UTC
}

// snapshot returns a copy whose lists share their elements with the subscription: what is appended to one is not in the
// other. Only two lists are edited in place: the scheduled changes are copied, and replace copies the receivables once.
func (s Subscription) snapshot() Subscription {
	s.UnexpiredCharges, s.UnbilledCharges = slices.Clip(s.UnexpiredCharges), slices.Clip(s.UnbilledCharges)
	s.Ledger, s.Usage = slices.Clip(s.Ledger), slices.Clip(s.Usage)
	s.ScheduledChanges, s.Receivables = slices.Clone(s.ScheduledChanges), slices.Clip(s.Receivables)
	s.Refunds, s.Corrections = slices.Clip(s.Refunds), slices.Clip(s.Corrections)
	s.TriedPlans = slices.Clip(s.TriedPlans)
	if s.NextPeriod != nil {
		own := *s.NextPeriod
		own.Changes = slices.Clone(own.Changes)
		s.NextPeriod = &own
	}
	return s
}

const maxKept = 10_000 // entries of each list of a subscription

// check returns the faults of the subscription, joined.
func (s *Subscription) check() error {
	var f fault.List
	if s.ID == "" {
		f.Add("subscription.id", proration.ErrUnset, "required, the ID of the subscription")
	}
	if s.Issued < 0 {
		f.Add("subscription.issued", proration.ErrInvalid, "must not be negative; got %d", s.Issued)
	}
	if s.Status != 0 { // a subscription that has not started has no status
		fault.Enum(&f, "subscription.status", statuses, s.Status)
	}
	f.Under("subscription.contract", s.Contract.Validate())
	if s.Status == 0 {
		s.checkBought(&f)
	}
	for _, list := range []struct {
		name string
		has  int
	}{
		{"unexpired_charges", len(s.UnexpiredCharges)},
		{"receivables", len(s.Receivables)},
		{"scheduled_changes", len(s.ScheduledChanges)},
		{"unbilled_charges", len(s.UnbilledCharges)},
		{"usage", len(s.Usage)},
		{"refunds", len(s.Refunds)},
		{"corrections", len(s.Corrections)},
		{"tried_plans", len(s.TriedPlans)},
	} {
		if list.has > maxKept {
			f.Add("subscription."+list.name, proration.ErrLimit, "must be at most %d entries; got %d", maxKept, list.has)
			return f.Err()
		}
	}
	if (regular.has(s.Status) || s.Status == Incomplete) && !s.Period.End.After(s.Period.Start) {
		f.Add("subscription.period", proration.ErrPeriod, "must end after it starts while the status is %v", s.Status)
	}
	if s.Status == Trialing && s.TrialEnd.IsZero() {
		f.Add("subscription.trial_end", proration.ErrUnset, "required while the status is trialing")
	}
	if s.Status == PendingStart && s.StartAt.IsZero() {
		f.Add("subscription.start_at", proration.ErrUnset, "required while the status is pending_start")
	}
	for i := range s.Receivables { // the rest is checked when the receivable changes
		r := &s.Receivables[i]
		if r.Invoice == "" {
			f.Add(fault.At("subscription.receivables", i)+".invoice", proration.ErrUnset, "required, the ID of the invoice")
		}
		if r.Phase < invoice.PhaseDraft || r.Phase > invoice.PhaseUncollectible {
			f.Add(fault.At("subscription.receivables", i)+".phase", proration.ErrInvalid, "must be a phase; got %v", r.Phase)
		}
	}
	if p := s.CollectionPause; p != nil {
		fault.Enum(&f, "subscription.collection_pause.invoices", pausedInvoices, p.Invoices)
	}
	s.checkLater(&f, "subscription.next_period", s.NextPeriod)
	s.checkPending(&f)
	f.Under("subscription.ledger", credits.Validate(s.Ledger))
	return f.Err()
}

// checkLater adds the faults of the contract of a next period, which was read from JSON if it has no location.
func (s *Subscription) checkLater(f *fault.List, path string, next *NextPeriod) {
	if next == nil {
		return
	}
	contract := next.Contract
	if contract.Cycle.Location == nil {
		contract.Cycle.Location = s.Contract.Cycle.Location
	}
	f.Under(path+".contract", contract.Validate())
}

// checkBought adds the faults of the items of a contract that has not started: there must be one, and each must have
// units. Later the last item may leave.
func (s *Subscription) checkBought(f *fault.List) {
	if len(s.Contract.Items)+len(s.Contract.Ramp) == 0 {
		f.Add("subscription.contract.items", proration.ErrUnset, "required, at least one item")
	}
	for i := range s.Contract.Items {
		if item := &s.Contract.Items[i]; item.Quantity.IsZero() && !item.Price.Metered {
			f.Add("subscription.contract."+fault.At("items", i)+".quantity", proration.ErrUnset,
				"required, above zero unless the price is metered; got 0")
		}
	}
}

// over reports whether the subscription has ended.
func (s Status) over() bool { return s == Canceled || s == Expired }

// date returns the date of an instant on the customer's calendar, "2026-05-01".
func (s *Subscription) date(t time.Time) string { return t.In(s.location()).Format(time.DateOnly) }

// on returns the date of an instant on the customer's calendar after a preposition, and "" for the zero time.
func (s *Subscription) on(before string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return before + t.In(s.location()).Format(time.DateOnly)
}
