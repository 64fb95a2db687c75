package lifecycle

import (
	"slices"
	"strconv"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// setTaxes lets other taxes hold for the customer: on what is issued from now on. What is given back has the taxes that it had.
func (s *step) setTaxes(e *Event) error {
	own := cloneRates(e.Taxes)
	if own == nil {
		own = []invoice.TaxRate{} // none, which is stored as such: null would be the policy's
	}
	s.sub.Taxes = &own
	return proration.Under("event", s.billing().Validate())
}

// setDetails lets later invoices go to somebody else. What was issued stays as it is; where one is named, a corrected copy of it is issued.
func (s *step) setDetails(e *Event) error {
	sub := &s.sub
	renews := alive.has(sub.Status) && sub.Status != PendingStart && !sub.NoRenewal && sub.CancelAt.IsZero()
	if may := slices.Contains(s.policy.BillingDetailsEditors, e.by()); !may && e.Payment.Invoice != "" {
		return &Refusal{
			Event: e.Kind, Status: sub.Status, Reason: "a " + e.by().String() + " may not have what was issued corrected",
			Instead: "ask " + s.policy.BillingDetailsEditors[0].String(),
		}
	} else if !may && renews {
		return &Refusal{
			Event: e.Kind, Status: sub.Status, Reason: "a " + e.by().String() + " may not change billing details while it renews",
			Instead: "switch its renewal off, or ask " + s.policy.BillingDetailsEditors[0].String(),
		}
	}
	if e.Country != "" && s.policy.Catalog != nil {
		market, err := s.policy.Catalog.Market(e.Country)
		if err != nil {
			return err
		}
		if market.Currency != sub.Contract.Currency {
			return s.refuse("a subscription stays in its currency, " + string(sub.Contract.Currency) + "; there it would be " + string(market.Currency))
		}
	}
	if e.Country != "" {
		sub.Country = e.Country
	}
	sub.Contact = e.Contact
	sub.Contact.Address = slices.Clone(e.Contact.Address)
	if e.Payment.Invoice != "" {
		return s.reissue(e.Payment.Invoice)
	}
	return nil
}

// grant gives the customer credit.
func (s *step) grant(e *Event) error {
	entry := e.Grant.Clone()
	entry.Kind, entry.At = credits.Granted, e.At
	if entry.Currency == "" {
		entry.Currency = s.sub.Contract.Currency
	}
	if entry.ID == "" {
		entry.ID = s.sub.ID + "/event-" + strconv.FormatInt(e.Sequence, 10)
	}
	if entry.Reason == "" {
		entry.Reason = e.Reason
	}
	if err := credits.Validate([]credits.Entry{entry}); err != nil {
		return moved(err, "ledger[0]", "event.grant")
	}
	ledger := slices.Concat(s.sub.Ledger, []credits.Entry{entry})
	if err := credits.Validate(ledger); err != nil {
		return s.conflict(fault.New("event.grant.id", proration.ErrInvalid, "%.40q was granted already", entry.ID))
	}
	if entry.Currency != s.sub.Contract.Currency {
		return s.refuse("credit in " + string(entry.Currency) + " never pays an invoice in " + string(s.sub.Contract.Currency))
	}
	s.sub.Ledger = ledger
	s.out.Credits = append(s.out.Credits, entry)
	return nil
}
