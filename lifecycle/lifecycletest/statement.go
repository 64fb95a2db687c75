package lifecycletest

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
)

// Statement is everything that the host knows at a date. Subscription has the status and the contract, Invoices the
// documents, and Timeline returns the steps as text. Of each document, Receivables has the latest receivable.
type Statement struct {
	lifecycle.Outcome                    // all outcomes until the date, joined
	At                time.Time          // date of the statement, in the customer's time zone
	Access            lifecycle.Access   // access of the customer
	AccessSpans       []AccessSpan       // access of the customer over time, in order
	Balance           decimal.Decimal    // credit that the customer can use
	Outstanding       decimal.Decimal    // unpaid gross amount of the documents, without void and written-off documents
	Billed            decimal.Decimal    // gross total of the documents; credit notes are negative
	Refunded          decimal.Decimal    // sum of the requested refunds
	Next              lifecycle.Deadline // next deadline; the zero Deadline is none
}

// Statement returns the statement at a date: for a date before the time of the clock as the host knew it then, and for
// a later date as it becomes if no event happens besides the answers of the provider. It changes nothing.
// Errors: ErrUnset for a zero date, and those of [Host.AdvanceTo].
func (h *Host) Statement(at time.Time) (Statement, error) {
	if at.IsZero() {
		return Statement{}, fault.New("at", proration.ErrUnset, "required, a date")
	}
	if at.After(h.at) {
		preview := h.preview()
		if err := preview.AdvanceTo(at); err != nil {
			return Statement{}, err
		}
		h = preview
	}
	i := len(h.moments) - 1
	for i > 0 && h.moments[i].at.After(at) {
		i--
	}
	out := clipped(h.moments[i].Outcome)
	if out.Subscription.Status != 0 { // no deadline is left until the date, but another policy may apply
		later, err := lifecycle.Advance(h.policies, out.Subscription, at)
		if err != nil {
			return Statement{}, err
		}
		out.Subscription = later.Subscription
	}
	return h.stated(out, at)
}

// preview returns a copy of the host that shares no list that grows.
func (h *Host) preview() *Host {
	own := *h
	own.script, own.events = slices.Clone(h.script), slices.Clip(h.events)
	own.moments = []moment{{Outcome: clipped(h.now().Outcome), at: h.at}}
	return &own
}

// clipped returns an outcome whose lists can grow without an effect on those of the host.
func clipped(o lifecycle.Outcome) lifecycle.Outcome {
	o.Invoices, o.Receivables, o.Credits = slices.Clip(o.Invoices), slices.Clip(o.Receivables), slices.Clip(o.Credits)
	o.Notices, o.Effects, o.Steps = slices.Clip(o.Notices), slices.Clip(o.Effects), slices.Clip(o.Steps)
	return o
}

// stated returns the statement of all outcomes until a date.
func (h *Host) stated(out lifecycle.Outcome, at time.Time) (s Statement, err error) {
	sub := &out.Subscription
	s = Statement{
		Outcome: out, At: at.In(zoneOf(sub)), Access: h.policies.Access(*sub), AccessSpans: accessSpans(out.Steps),
	}
	s.Receivables = latest(out.Receivables)
	for i := range out.Invoices {
		inv := &out.Invoices[i]
		s.Billed = s.Billed.Add(inv.Total)
		if r := s.Receivable(inv.ID); r.Phase != invoice.PhaseVoid && r.Phase != invoice.PhaseUncollectible {
			s.Outstanding = s.Outstanding.Add(r.Outstanding())
		}
	}
	for _, e := range out.Effects {
		if e.Kind == lifecycle.Refund {
			s.Refunded = s.Refunded.Add(e.Amount)
		}
	}
	if s.Balance, err = credits.Balance(sub.Ledger, sub.Contract.Currency, at); err != nil {
		return Statement{}, err
	}
	s.Next, err = lifecycle.Next(h.policies, *sub)
	return s, err
}

// Receivable returns the receivable of a document, and the zero Receivable for an unknown ID. A document of credits may
// have none in Receivables; it is paid as soon as it is issued.
func (s Statement) Receivable(id string) invoice.Receivable {
	if i := slices.IndexFunc(s.Receivables, func(r invoice.Receivable) bool { return r.Invoice == id }); i >= 0 {
		return s.Receivables[i]
	}
	if i := slices.IndexFunc(s.Invoices, func(inv invoice.Invoice) bool { return inv.ID == id }); i >= 0 {
		return invoice.NewReceivable(s.Invoices[i])
	}
	return invoice.Receivable{}
}

// latest returns the last of several receivables of one invoice, in the order of their first.
func latest(all []invoice.Receivable) (kept []invoice.Receivable) {
	index := map[string]int{}
	for _, r := range all {
		if i, known := index[r.Invoice]; known {
			kept[i] = r
			continue
		}
		index[r.Invoice] = len(kept)
		kept = append(kept, r)
	}
	return kept
}
