package lifecycle

import (
	"time"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// PausedInvoices is what becomes of invoices while collection is paused. The zero value is unset and refused.
//
// JSON: keep, void.
type PausedInvoices uint8

// The treatments of invoices while collection is paused. Service continues.
const (
	PausedKeep PausedInvoices = iota + 1 // they stay open, and are sent or collected when collection resumes
	PausedVoid                           // periods that begin in the pause, and changes in it, cost nothing
)

var pausedInvoices = []string{"", "keep", "void"}

// String returns the name, "keep".
func (p PausedInvoices) String() string { return enum.String(pausedInvoices, p) }

// MarshalText returns the name.
func (p PausedInvoices) MarshalText() ([]byte, error) {
	return fault.Marshal(pausedInvoices, p, "invoices")
}

// UnmarshalText reads the name. An unknown name returns ErrInvalid.
func (p *PausedInvoices) UnmarshalText(text []byte) error {
	return fault.Unmarshal(pausedInvoices, p, "invoices", text)
}

// CollectionPause is a time in which service continues and no payment is requested.
type CollectionPause struct {
	Since    time.Time      `json:"since"`          // start of the pause
	Until    time.Time      `json:"until,omitzero"` // end of the pause; zero pauses until collection is resumed
	Invoices PausedInvoices `json:"invoices"`       // what becomes of the invoices
}

// pauseCollection pauses collection. Deadlines of open invoices wait: retries, due dates and the end of a grace period.
func (s *step) pauseCollection(e *Event) error {
	sub := &s.sub
	switch {
	case sub.CollectionPause != nil:
		return s.refuse("Collection is already paused; send collection_resumed first.")
	case e.Invoices == PausedVoid && (sub.inArrears() || s.policy.Billing.Timing == proration.InArrears):
		return s.refuse("Time in arrears is billed when it is over; pause its collection with keep.")
	case !e.Until.IsZero() && !e.Until.After(e.At):
		reason := "must be after the event, %s; got %s"
		return s.conflict(fault.New("event.until", proration.ErrOutside, reason, sub.date(e.At), sub.date(e.Until)))
	}
	pause := CollectionPause{Since: e.At, Invoices: e.Invoices}
	if !e.Until.IsZero() {
		pause.Until = e.Until.In(sub.location())
	}
	sub.CollectionPause = &pause
	return nil
}

// resumeCollection resumes collection.
func (s *step) resumeCollection(*Event) error {
	if s.sub.CollectionPause == nil {
		return s.refuse("Collection is not paused.")
	}
	return s.restartCollection()
}

// collectionResumes resumes collection at the end of its pause.
func (s *step) collectionResumes(Deadline) error { return s.restartCollection() }

// restartCollection requests payment of every open invoice. Due dates and grace periods are longer by the pause.
func (s *step) restartCollection() error {
	pause := s.sub.CollectionPause
	if pause == nil {
		return nil
	}
	s.sub.CollectionPause = nil
	longer := func(t time.Time) time.Time {
		if !t.After(pause.Since) {
			return t
		}
		return t.Add(s.sub.At.Sub(pause.Since)).In(s.sub.location())
	}
	for i := range s.sub.Receivables {
		r := s.sub.Receivables[i]
		if !r.Owing() || r.Phase == invoice.PhasePending || r.Phase == invoice.PhaseRetracted {
			continue
		}
		r.DueAt, r.GraceUntil = longer(r.DueAt), longer(r.GraceUntil)
		s.replace(r)
		if r.HardDecline && !s.manual() {
			continue
		}
		if err := s.ask(r.Invoice); err != nil {
			return err
		}
	}
	return nil
}

// extent returns how much of its price a period costs that begins now: nothing while collection is paused with void,
// unless the policy has turned to arrears meanwhile.
func (s *step) extent() proration.Extent {
	p := s.sub.CollectionPause
	if p == nil || p.Invoices != PausedVoid || s.sub.inArrears() || !p.Until.IsZero() && !p.Until.After(s.sub.At) {
		return 0
	}
	return proration.ExtentNone
}
