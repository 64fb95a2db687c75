package lifecycle

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Subscription is the life of a contract: one value that the caller stores. A new one has an ID, a contract and whom it is with, and
// nothing else; terms come from a quote of a catalog, or from plans.Contract.StartingAt, with their discounts. After it was read back, the caller sets
// Contract.Cycle.Location again, which is enough for everything inside. In arrears a quantity that changed is a step of the contract's ramp: see plans.Contract.AsOf.
type Subscription struct {
	ID              string             `json:"id"` // given by the caller; the IDs of invoices, notices and effects derive from it
	invoice.Account                    // what was bought, what of it was billed and is not used up, and what is owed to the customer
	Country         string             `json:"country,omitzero"`        // where the customer is, "BR"; needed where the catalog's markets decide how to pay
	Contact         invoice.Contact    `json:"contact,omitzero"`        // to whom invoices go
	PaymentMethod   string             `json:"payment_method,omitzero"` // the method of payment on file, "card"; "" is none
	Taxes           *[]invoice.TaxRate `json:"taxes,omitempty"`         // the taxes of this customer; nil is the policy's

	Status   Status           `json:"status"`            // where it stands; unset until it starts
	At       time.Time        `json:"at,omitzero"`       // how far it has been advanced
	Sequence int64            `json:"sequence,omitzero"` // number of the last event applied
	Period   proration.Period `json:"period,omitzero"`   // the period that is served now, or was last

	StartAt   time.Time `json:"start_at,omitzero"`   // when service begins that is not there yet
	TrialEnd  time.Time `json:"trial_end,omitzero"`  // when the trial is over, or was
	PayBy     time.Time `json:"pay_by,omitzero"`     // until when the first invoice is to be paid
	CancelAt  time.Time `json:"cancel_at,omitzero"`  // when a cancellation takes effect; zero while there is none
	Dunned    bool      `json:"dunned,omitzero"`     // it ended since an invoice was not paid: paying it brings service back while its period lasts
	NoRenewal bool      `json:"no_renewal,omitzero"` // it ends with its term, or the period where there is none
	PauseAt   time.Time `json:"pause_at,omitzero"`   // when a pause begins
	ResumeAt  time.Time `json:"resume_at,omitzero"`  // when a pause is over

	ScheduledChanges []ScheduledChange `json:"scheduled_changes,omitzero"` // changes that take effect later, in order of time
	NextPeriod       *NextPeriod       `json:"next_period,omitempty"`      // the next period, where it is billed already
	UnbilledCharges  []plans.Charge    `json:"unbilled_charges,omitzero"`  // what waits for the next invoice, in order
	Invoices         []invoice.Invoice `json:"invoices,omitzero"`          // those that are not settled, and those that can still be refunded, disputed or voided, in order
	Receivables      []Collection      `json:"receivables,omitzero"`       // how far the collection of the unpaid ones is, in order
	Issued           int               `json:"issued,omitzero"`            // how many invoices were issued
}

// ScheduledChange is a change that takes effect later.
type ScheduledChange struct {
	Sequence        int64        `json:"sequence"`                   // number of the event that asked for it
	At              time.Time    `json:"at"`                         // when it takes effect
	Change          plans.Change `json:"change"`                     // what changes
	BilledInAdvance bool         `json:"billed_in_advance,omitzero"` // what it comes to is billed already, with the next period
}

// BilledInAdvance is a period that was billed before it begins.
type NextPeriod struct {
	Period          proration.Period `json:"period"`                    // when it begins and ends
	Invoice         string           `json:"invoice,omitzero"`          // ID of its invoice; "" where nothing was to be billed
	Contract        plans.Contract   `json:"contract"`                  // as it goes on then
	Changes         []plans.Change   `json:"changes,omitzero"`          // made since; they are billed for the period when it begins
	IncludedCharges []plans.Charge   `json:"included_charges,omitzero"` // what else is on its invoice, to wait again where that is voided
}

// Collection is how far the collection of an unpaid invoice is. It has one grace, however often it fails.
type Collection struct {
	Invoice       string    `json:"invoice"`                  // its ID
	ServiceFrom   time.Time `json:"service_from"`             // when what it pays for begins
	CollectAt     time.Time `json:"collect_at,omitzero"`      // when it is collected first; zero is from the start
	RequestedAt   time.Time `json:"requested_at,omitzero"`    // when it was last asked to charge it, while the outcome is not known
	DueAt         time.Time `json:"due_at,omitzero"`          // when it is due, where it is paid by hand; zero once that has passed
	FirstFailedAt time.Time `json:"first_failed_at,omitzero"` // when the first attempt failed, or it was due; zero where neither happened
	GraceUntil    time.Time `json:"grace_until,omitzero"`     // when its grace is over: the first instant without; zero where it has none to end
	RetryAt       time.Time `json:"retry_at,omitzero"`        // when it is charged again by itself
	Retries       int       `json:"retries,omitzero"`         // how often it was
	VoidWhenKnown bool      `json:"void_when_known,omitzero"` // it is void once it is known what came of the payment that is under way; what comes in goes back
	HardDecline   bool      `json:"hard_decline,omitzero"`    // no attempt is of use until another method is entered
}

// due returns the index of an unpaid invoice's collection, or -1.
func (s *Subscription) due(id string) int {
	return slices.IndexFunc(s.Receivables, func(d Collection) bool { return d.Invoice == id })
}

// asked reports whether it was asked to charge an invoice, and not told yet what came of it.
func (s *Subscription) asked(id string) bool {
	i := s.due(id)
	return i >= 0 && !s.Receivables[i].RequestedAt.IsZero()
}

// underWay reports whether a payment of an invoice is under way, and nothing of it came in yet.
func (s *Subscription) underWay(id string) bool {
	i := s.invoice(id)
	return i >= 0 && s.Invoices[i].Status == invoice.Pending && !s.Invoices[i].Received().IsPositive()
}

// keepsAhead reports whether a period that is billed ahead is paid, at least in part, so that it is served.
func (s *Subscription) keepsAhead() bool {
	if s.NextPeriod == nil || s.invoice(s.NextPeriod.Invoice) < 0 {
		return false
	}
	return !s.retractable(s.NextPeriod.Invoice) && !s.underWay(s.NextPeriod.Invoice)
}

// invoice returns the index of an invoice that is kept, or -1.
func (s *Subscription) invoice(id string) int {
	for i := len(s.Invoices) - 1; i >= 0; i-- {
		if s.Invoices[i].ID == id {
			return i
		}
	}
	return -1
}

// invoiceOf returns the ID of the invoice of a line.
func invoiceOf(line string) string { return line[:max(strings.LastIndex(line, "/"), 0)] }

// add takes an invoice into the account that was made otherwise than for an occasion.
func (s *Subscription) add(inv invoice.Invoice) {
	s.Account = s.Account.Add(inv)
	s.forgetOrphans()
}

// forgetOrphans drops the credits of charges that are used up, and not kept any more.
func (s *Subscription) forgetOrphans() {
	kept := map[string]bool{}
	for i := range s.UnexpiredCharges {
		kept[s.UnexpiredCharges[i].ID] = true
	}
	s.UnexpiredCharges = slices.DeleteFunc(s.UnexpiredCharges, func(c plans.Charge) bool { return c.Corrects != "" && !kept[c.Corrects] })
}

// received is what was paid in money for what is not used up, and not paid back yet.
func (s *Subscription) received() decimal.Decimal {
	var sum decimal.Decimal
	for i := range s.Invoices {
		id := s.Invoices[i].ID
		if slices.ContainsFunc(s.UnexpiredCharges, func(c plans.Charge) bool { return c.Corrects == "" && invoiceOf(c.ID) == id }) {
			sum = sum.Add(decimal.Max(s.Invoices[i].Received(), decimal.Decimal{}))
		}
	}
	return sum
}

// location returns the calendar of the customer.
func (s *Subscription) location() *time.Location {
	if loc := s.Contract.Cycle.Location; loc != nil {
		return loc
	}
	return time.UTC
}

// clone returns a subscription that shares nothing that can be written to.
func (s Subscription) clone() Subscription {
	s = s.snapshot()
	s.Contract = s.Contract.Clone()
	s.UnexpiredCharges, s.Ledger, s.UnbilledCharges = clone.All(s.UnexpiredCharges), clone.All(s.Ledger), clone.All(s.UnbilledCharges)
	s.Invoices = clone.All(s.Invoices)
	s.Contact.Address = slices.Clone(s.Contact.Address)
	for i := range s.ScheduledChanges {
		s.ScheduledChanges[i].Change = s.ScheduledChanges[i].Change.Clone()
	}
	if s.Taxes != nil {
		own := cloneRates(*s.Taxes)
		s.Taxes = &own
	}
	if s.NextPeriod != nil {
		s.NextPeriod.Contract = s.NextPeriod.Contract.Clone()
		s.NextPeriod.Changes, s.NextPeriod.IncludedCharges = clone.All(s.NextPeriod.Changes), clone.All(s.NextPeriod.IncludedCharges)
	}
	return s
}

// snapshot returns a subscription whose lists are its own. Their elements are shared: those are replaced, and never written to.
func (s Subscription) snapshot() Subscription {
	s.UnexpiredCharges, s.Ledger, s.UnbilledCharges = slices.Clone(s.UnexpiredCharges), slices.Clone(s.Ledger), slices.Clone(s.UnbilledCharges)
	s.ScheduledChanges, s.Invoices, s.Receivables = slices.Clone(s.ScheduledChanges), slices.Clone(s.Invoices), slices.Clone(s.Receivables)
	if s.NextPeriod != nil {
		own := *s.NextPeriod
		own.Changes = slices.Clone(own.Changes)
		s.NextPeriod = &own
	}
	return s
}

// cloneRates copies taxes.
func cloneRates(all []invoice.TaxRate) []invoice.TaxRate {
	all = slices.Clone(all)
	for i := range all {
		all[i].Items, all[i].Kinds = slices.Clone(all[i].Items), slices.Clone(all[i].Kinds)
	}
	return all
}

const maxKept = 10_000 // invoices and other lists of a subscription

// check returns the faults of the subscription.
func (s *Subscription) check() error {
	var f fault.List
	if s.ID == "" {
		f.Add("subscription.id", proration.ErrUnset, "a subscription has an ID")
	}
	if int(s.Status) >= len(statuses) {
		f.Add("subscription.status", proration.ErrInvalid, "no status has the number %d", s.Status)
	}
	f.Under("subscription.contract", s.Contract.Validate())
	for _, list := range []struct {
		name string
		has  int
	}{
		{"unexpired_charges", len(s.UnexpiredCharges)}, {"invoices", len(s.Invoices)}, {"receivables", len(s.Receivables)}, {"scheduled_changes", len(s.ScheduledChanges)}, {"unbilled_charges", len(s.UnbilledCharges)},
	} {
		if list.has > maxKept {
			f.Add("subscription."+list.name, proration.ErrLimit, "%d are more than %d", list.has, maxKept)
			return f.Err()
		}
	}
	if (regular.has(s.Status) || s.Status == Incomplete) && !s.Period.End.After(s.Period.Start) {
		f.Add("subscription.period", proration.ErrPeriod, "a subscription that is %v has a period", s.Status)
	}
	if s.Status == Trialing && s.TrialEnd.IsZero() {
		f.Add("subscription.trial_end", proration.ErrUnset, "a trial ends")
	}
	if s.Status == PendingStart && s.StartAt.IsZero() {
		f.Add("subscription.start_at", proration.ErrUnset, "say when it starts")
	}
	for i, d := range s.Receivables {
		if s.invoice(d.Invoice) < 0 {
			f.Add("subscription.receivables["+strconv.Itoa(i)+"].invoice", proration.ErrInvalid, "there is no invoice %.40q", d.Invoice)
		}
	}
	if s.NextPeriod != nil {
		next := s.NextPeriod.Contract
		if next.Cycle.Location == nil { // it was read back
			next.Cycle.Location = s.Contract.Cycle.Location
		}
		f.Under("subscription.next_period.contract", next.Validate())
	}
	f.Under("subscription.ledger", credits.Validate(s.Ledger))
	return f.Err()
}

// over reports whether a status is an end.
func (s Status) over() bool { return s == Canceled || s == Expired }
