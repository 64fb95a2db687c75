package lifecycle

import (
	"slices"
	"strconv"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// grant adds credit to the customer's ledger.
func (s *step) grant(e *Event) error {
	if err := s.checkGrantIDs(e); err != nil {
		return err
	}
	entry := e.Grant
	entry.Kind, entry.At = credits.Granted, e.At
	if entry.Currency == "" {
		entry.Currency = s.sub.Contract.Currency
	}
	if entry.ID == "" {
		entry.ID = s.sub.idPrefix() + eventID + strconv.FormatInt(e.Sequence, 10)
	}
	if entry.Reason == "" {
		entry.Reason = e.Reason
	}
	if err := credits.Validate([]credits.Entry{entry}); err != nil {
		return moved(err, "ledger[0]", "event.grant")
	}
	places, err := entry.Currency.Places()
	if err != nil {
		return fault.Under("event.grant", err)
	}
	if !entry.Amount.Shift(places).IsInteger() {
		return fault.New("event.grant.amount", proration.ErrInvalid, "must have at most %d decimal places in %.3s; got %v",
			places, entry.Currency, entry.Amount)
	}
	taken := func(e credits.Entry) bool { return e.Kind == credits.Granted && e.ID == entry.ID }
	if slices.ContainsFunc(s.sub.Ledger, taken) { // the rest of the ledger is valid
		reason := "must be unique; %.40q was already granted"
		return s.conflict(fault.New("event.grant.id", proration.ErrInvalid, reason, entry.ID))
	}
	if entry.Currency != s.sub.Contract.Currency {
		now, granted := string(s.sub.Contract.Currency), string(entry.Currency)
		return s.refuse("Credit in " + granted + " cannot pay invoices in " + now + "; send credit_granted in " + now + ".")
	}
	s.sub.Ledger = slices.Concat(s.sub.Ledger, []credits.Entry{entry})
	s.out.Credits = append(s.out.Credits, entry)
	return nil
}
