package lifecycle

import (
	"slices"
	"strconv"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// setTaxes sets the customer's taxes for later invoices. A credit keeps the tax of the charge that it corrects.
func (s *step) setTaxes(e *Event) error {
	own := e.Taxes
	if own == nil {
		own = []invoice.TaxRate{} // no taxes: nil would mean the policy's
	}
	s.sub.Taxes = &own
	return proration.Under("event", s.billing().Validate())
}

// setDetails changes the billing details of later invoices. Issued invoices never change; if the event names one, a
// corrected copy of it is issued.
func (s *step) setDetails(e *Event) error {
	sub := &s.sub
	renews := alive.has(sub.Status) && sub.Status != PendingStart && !sub.NoRenewal && sub.CancelAt.IsZero()
	if may := slices.Contains(s.policy.BillingDetailsEditors, e.by()); !may && e.Payment.Invoice != "" {
		editor := s.editor()
		return s.deny(plans.Refusal{
			Reason:  "Only " + editor + " can have an issued invoice corrected.",
			Instead: "Ask " + editor + " to send billing_details_changed.",
		})
	} else if !may && renews {
		editor := s.editor()
		return s.deny(plans.Refusal{
			Reason:  "Only " + editor + " can change the billing details of a subscription that renews.",
			Instead: "Send renewal_disabled first, or ask " + editor + ".",
		})
	}
	if e.Country != "" && s.policy.Catalog != nil {
		market, err := s.policy.Catalog.Market(e.Country)
		if err != nil {
			return err
		}
		if market.Currency != sub.Contract.Currency {
			now, there := string(sub.Contract.Currency), string(market.Currency)
			return s.refuse("A subscription in " + now + " cannot move to a country with prices in " + there + "; " +
				"start a new subscription there.")
		}
	}
	if e.Country != "" {
		sub.Country = e.Country
	}
	sub.Contact = e.Contact
	if e.Payment.Invoice != "" {
		return s.reissue(e)
	}
	return nil
}

// editor returns the words for the actor who can change billing details.
func (s *step) editor() string {
	if s.policy.BillingDetailsEditors[0] == plans.Customer {
		return "the customer"
	}
	return "support"
}

// grant adds credit to the customer's ledger.
func (s *step) grant(e *Event) error {
	entry := e.Grant
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
		reason := "must be unique; %.40q was already granted"
		return s.conflict(fault.New("event.grant.id", proration.ErrInvalid, reason, entry.ID))
	}
	if entry.Currency != s.sub.Contract.Currency {
		now, granted := string(s.sub.Contract.Currency), string(entry.Currency)
		return s.refuse("Credit in " + granted + " cannot pay invoices in " + now + "; send credit_granted in " + now + ".")
	}
	s.sub.Ledger = ledger
	s.out.Credits = append(s.out.Credits, entry)
	return nil
}
