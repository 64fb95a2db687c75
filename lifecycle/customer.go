package lifecycle

import (
	"slices"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// setTaxes sets the customer's taxes for later invoices. A credit keeps the tax of the charge that it corrects.
func (s *step) setTaxes(e *Event) error {
	if s.policy.Billing.TaxEngine {
		return s.refuse("A tax engine computes the taxes; " +
			"send billing_details_changed with the customer's address or tax ID.")
	}
	own := e.Taxes
	if own == nil {
		own = []invoice.TaxRate{} // no taxes: nil would mean the policy's
	}
	s.sub.Taxes = &own
	return fault.Under("event", s.billing().Validate())
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
