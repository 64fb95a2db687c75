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
// nothing else; terms come from a quote of a catalogue, or from plans.Contract.Begin, with their discounts. After it was read back, the caller sets
// Contract.Cycle.Location again, which is enough for everything inside. In arrears a quantity that changed is a step of the contract's ramp: see plans.Contract.On.
type Subscription struct {
	ID              string          `json:"id"` // given by the caller; the IDs of invoices, notices and effects derive from it
	invoice.Account                 // what was bought, what of it was billed and is not used up, and what is owed to the customer
	Country         string          `json:"country,omitzero"` // where the customer is, "BR"; needed where the catalogue's markets decide how to pay
	Contact         invoice.Contact `json:"contact,omitzero"` // to whom invoices go
	Method          string          `json:"method,omitzero"`  // the method of payment on file, "card"; "" is none
	Taxes           *[]invoice.Rate `json:"taxes,omitempty"`  // the taxes of this customer; nil is the policy's

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

	Waiting  []Waiting         `json:"waiting,omitzero"`  // changes that take effect later, in order of time
	Ahead    *Ahead            `json:"ahead,omitempty"`   // the next period, where it is billed already
	Pending  []plans.Charge    `json:"pending,omitzero"`  // what waits for the next invoice, in order
	Invoices []invoice.Invoice `json:"invoices,omitzero"` // those that are not settled, and those that can still be refunded, disputed or voided, in order
	Dues     []Due             `json:"dues,omitzero"`     // how far the collection of the unpaid ones is, in order
	Issued   int               `json:"issued,omitzero"`   // how many invoices were issued
}

// Waiting is a change that takes effect later.
type Waiting struct {
	Sequence int64        `json:"sequence"`       // number of the event that asked for it
	At       time.Time    `json:"at"`             // when it takes effect
	Change   plans.Change `json:"change"`         // what changes
	Ahead    bool         `json:"ahead,omitzero"` // what it comes to is billed already, with the next period
}

// Ahead is a period that was billed before it begins.
type Ahead struct {
	Period   proration.Period `json:"period"`            // when it begins and ends
	Invoice  string           `json:"invoice,omitzero"`  // ID of its invoice; "" where nothing was to be billed
	Contract plans.Contract   `json:"contract"`          // as it goes on then
	Changes  []plans.Change   `json:"changes,omitzero"`  // made since; they are billed for the period when it begins
	Pending  []plans.Charge   `json:"included,omitzero"` // what else is on its invoice, to wait again where that is voided
}

// Due is how far the collection of an unpaid invoice is. It has one grace, however often it fails.
type Due struct {
	Invoice  string    `json:"invoice"`           // its ID
	From     time.Time `json:"from"`              // when what it pays for begins
	Held     time.Time `json:"held,omitzero"`     // when it is collected first; zero is from the start
	Asked    time.Time `json:"asked,omitzero"`    // when it was last asked to charge it, while the outcome is not known
	By       time.Time `json:"by,omitzero"`       // when it is due, where it is paid by hand; zero once that has passed
	Failed   time.Time `json:"failed,omitzero"`   // when the first attempt failed, or it was due; zero where neither happened
	Until    time.Time `json:"until,omitzero"`    // when its grace is over: the first instant without; zero where it has none to end
	Retry    time.Time `json:"retry,omitzero"`    // when it is charged again by itself
	Retries  int       `json:"retries,omitzero"`  // how often it was
	Unwanted bool      `json:"unwanted,omitzero"` // it is void once it is known what came of the payment that is under way; what comes in goes back
	Hard     bool      `json:"hard,omitzero"`     // no attempt is of use until another method is entered
}

// due returns the index of an unpaid invoice's collection, or -1.
func (s *Subscription) due(id string) int {
	return slices.IndexFunc(s.Dues, func(d Due) bool { return d.Invoice == id })
}

// asked reports whether it was asked to charge an invoice, and not told yet what came of it.
func (s *Subscription) asked(id string) bool {
	i := s.due(id)
	return i >= 0 && !s.Dues[i].Asked.IsZero()
}

// underWay reports whether a payment of an invoice is under way, and nothing of it came in yet.
func (s *Subscription) underWay(id string) bool {
	i := s.invoice(id)
	return i >= 0 && s.Invoices[i].Status == invoice.Pending && !s.Invoices[i].Received().IsPositive()
}

// keepsAhead reports whether a period that is billed ahead is paid, at least in part, so that it is served.
func (s *Subscription) keepsAhead() bool {
	if s.Ahead == nil || s.invoice(s.Ahead.Invoice) < 0 {
		return false
	}
	return !s.retractable(s.Ahead.Invoice) && !s.underWay(s.Ahead.Invoice)
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
	for i := range s.Billed {
		kept[s.Billed[i].ID] = true
	}
	s.Billed = slices.DeleteFunc(s.Billed, func(c plans.Charge) bool { return c.Corrects != "" && !kept[c.Corrects] })
}

// received is what was paid in money for what is not used up, and not paid back yet.
func (s *Subscription) received() decimal.Decimal {
	var sum decimal.Decimal
	for i := range s.Invoices {
		id := s.Invoices[i].ID
		if slices.ContainsFunc(s.Billed, func(c plans.Charge) bool { return c.Corrects == "" && invoiceOf(c.ID) == id }) {
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
	s.Billed, s.Ledger, s.Pending = clone.All(s.Billed), clone.All(s.Ledger), clone.All(s.Pending)
	s.Invoices = clone.All(s.Invoices)
	s.Contact.Address = slices.Clone(s.Contact.Address)
	for i := range s.Waiting {
		s.Waiting[i].Change = s.Waiting[i].Change.Clone()
	}
	if s.Taxes != nil {
		own := cloneRates(*s.Taxes)
		s.Taxes = &own
	}
	if s.Ahead != nil {
		s.Ahead.Contract = s.Ahead.Contract.Clone()
		s.Ahead.Changes, s.Ahead.Pending = clone.All(s.Ahead.Changes), clone.All(s.Ahead.Pending)
	}
	return s
}

// snapshot returns a subscription whose lists are its own. Their elements are shared: those are replaced, and never written to.
func (s Subscription) snapshot() Subscription {
	s.Billed, s.Ledger, s.Pending = slices.Clone(s.Billed), slices.Clone(s.Ledger), slices.Clone(s.Pending)
	s.Waiting, s.Invoices, s.Dues = slices.Clone(s.Waiting), slices.Clone(s.Invoices), slices.Clone(s.Dues)
	if s.Ahead != nil {
		own := *s.Ahead
		own.Changes = slices.Clone(own.Changes)
		s.Ahead = &own
	}
	return s
}

// cloneRates copies taxes.
func cloneRates(all []invoice.Rate) []invoice.Rate {
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
		{"billed", len(s.Billed)}, {"invoices", len(s.Invoices)}, {"dues", len(s.Dues)}, {"waiting", len(s.Waiting)}, {"pending", len(s.Pending)},
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
	for i, d := range s.Dues {
		if s.invoice(d.Invoice) < 0 {
			f.Add("subscription.dues["+strconv.Itoa(i)+"].invoice", proration.ErrInvalid, "there is no invoice %.40q", d.Invoice)
		}
	}
	if s.Ahead != nil {
		next := s.Ahead.Contract
		if next.Cycle.Location == nil { // it was read back
			next.Cycle.Location = s.Contract.Cycle.Location
		}
		f.Under("subscription.ahead.contract", next.Validate())
	}
	f.Under("subscription.ledger", credits.Validate(s.Ledger))
	return f.Err()
}

// over reports whether a status is an end.
func (s Status) over() bool { return s == Canceled || s == Expired }
