package lifecycle

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// billing returns the invoice policy with the customer's taxes and the billing timing of the current period.
func (s *step) billing() invoice.Policy {
	p := s.policy.Billing
	p.Timing = proration.InAdvance
	if s.sub.inArrears() {
		p.Timing = proration.InArrears
	}
	if s.settings.Charge != 0 {
		p.Proration.Charge = s.settings.Charge
	}
	if s.settings.Credit != 0 {
		p.Proration.Credit = s.settings.Credit
	}
	if s.sub.Taxes != nil && !p.TaxEngine {
		p.Taxes = *s.sub.Taxes
	}
	return p.For(s.sub.Country)
}

// nextID returns the ID of the next document.
func (s *step) nextID() string { return s.nextIDs(1)[0] }

// nextIDs returns the IDs of the next documents, of which some may not be issued. Documents of a full history have IDs
// of their own.
func (s *step) nextIDs(n int) []string {
	prefix := s.sub.ID + "-"
	if s.full != nil {
		prefix = s.sub.ID + missingID
	}
	ids := make([]string, n)
	for i := range ids {
		ids[i] = prefix + strconv.Itoa(s.sub.Issued+i+1)
	}
	return ids
}

// number counts a document as issued.
func (s *step) number(doc *invoice.Invoice) {
	s.sub.Issued++
	if s.full == nil {
		return
	}
	s.full.by[doc.ID] = 0
	if s.doing != 0 {
		s.full.by[doc.ID] = s.sub.Sequence
	}
}

// issue issues an invoice of the given lines, for neither a change nor a period.
func (s *step) issue(lines []plans.Charge) error { return s.issueDraft(invoice.Draft{Lines: lines}) }

// issueDraft issues an invoice of the lines and with the discounts of a draft.
func (s *step) issueDraft(d invoice.Draft) error {
	sub := &s.sub
	d.ID, d.Currency, d.At, d.CreditedCharges = s.nextID(), sub.Contract.Currency, sub.At, sub.UnexpiredCharges
	d.Ledger, d.Policy, d.Contact, d.Location = sub.Ledger, s.billing(), sub.Contact, sub.Contract.Cycle.Location
	inv, err := s.build(d)
	if err != nil {
		return err
	}
	sub.add(inv)
	s.take(inv)
	return s.collect(&inv, sub.At)
}

// document issues the invoice of a change or a period and updates the account. It returns nil if there is nothing to
// bill. The invoice bills the prorations that wait; those of a change that waits too join them.
func (s *step) document(o invoice.IssueRequest) (*invoice.Invoice, error) {
	until := o.At
	if o.Change.Cancel || o.Close {
		until = s.sub.Period.End // nothing of the period is billed any more
	}
	if o.Lines = notWaiting(o.Lines); len(s.sub.UnbilledCharges) > 0 {
		o.Lines = chained(s.sub.waitingUntil(until), o.Lines)
	}
	o.Policy, o.Contact, o.Open = s.billing(), s.sub.Contact, s.open()
	ids := s.nextIDs(1 + len(o.Open))
	o.ID, o.MoreIDs = ids[0], ids[1:]
	term := s.policy.Dunning.DueIn
	if agreed := s.sub.Contract.DueIn; agreed != (proration.Interval{}) {
		term = agreed
	}
	if s.manual() && term != (proration.Interval{}) {
		by, err := term.After(s.sub.At, s.sub.location())
		if err != nil {
			return nil, err
		}
		o.DueAt = later(o.DueAt, by) // an advance invoice is due when its period begins, or later
	}
	if plan := o.Contract.Installments; o.Change.IsZero() && !o.Close && !o.Items && plan != nil {
		o.Installments, o.Every, o.InstallmentWeights = max(plan.Count, len(plan.Weights)), plan.Every, plan.Weights
	}
	doc, err := s.issued(o)
	if err == nil && len(doc.CreditNotes) == 0 && free(&o, doc.Invoice) {
		o.UnbilledAs = s.sub.idPrefix() + s.cause + "/free-" + strconv.Itoa(len(s.sub.UnbilledCharges))
		doc, err = s.issued(o)
	}
	if err != nil {
		return nil, err
	}
	if s.sub.inArrears() && !o.Change.IsZero() && billsNothing(doc.Invoice) {
		doc.Invoice, doc.Account.UnexpiredCharges = nil, o.UnexpiredCharges // there is nothing to credit later
	}
	s.sub.Account = doc.Account
	if o.UnbilledAs == "" {
		s.sub.UnbilledCharges = notWaiting(s.sub.UnbilledCharges)
	}
	s.sub.UnbilledCharges = chained(s.sub.UnbilledCharges, doc.Unbilled)
	for i := range doc.CreditNotes {
		if err := s.lower(&doc.CreditNotes[i]); err != nil {
			return nil, err
		}
	}
	if doc.Invoice == nil {
		return nil, nil //nolint:nilnil // no invoice and no error: there is nothing to bill
	}
	s.take(*doc.Invoice)
	return doc.Invoice, nil
}

// take adds an issued invoice to the outcome, its receivable to the subscription, and its credits to the receivables of
// the invoices that it credits, and requests its refund. Its lines and entries are already in the account. A document
// of credits has nothing to pay, so that the subscription does not keep its receivable.
func (s *step) take(inv invoice.Invoice) {
	s.number(&inv)
	s.out.Invoices = append(s.out.Invoices, inv)
	s.out.Credits = append(s.out.Credits, inv.LedgerEntries...)
	r := invoice.NewReceivable(inv)
	s.out.Receivables = append(s.out.Receivables, r)
	if inv.Total.IsPositive() {
		s.ownReceivables(1)
		s.sub.Receivables = append(s.sub.Receivables, r)
	}
	for _, id := range corrected(&inv) {
		if i := s.sub.receivable(id); i >= 0 {
			s.replace(s.sub.Receivables[i].Corrected(inv))
		}
	}
	if inv.Refund.IsPositive() {
		s.repaid(&inv, inv.Refund, append(corrected(&inv), s.sub.paidInvoices()...))
		s.refund(inv.ID, "", inv.Refund)
	}
	if inv.AmountDue.IsZero() && inv.Corrects == "" && inv.Total.IsPositive() {
		s.notice(Notice{Kind: NoticeReceipt, Invoice: inv.ID}) // paid in full with credit
	}
}

// corrected returns the IDs of the invoices whose lines a document credits.
func corrected(inv *invoice.Invoice) (ids []string) {
	for i := range inv.Lines {
		if of := inv.Lines[i].Corrects; of != "" && !slices.Contains(ids, lineid.Invoice(of)) {
			ids = append(ids, lineid.Invoice(of))
		}
	}
	return ids
}

// paidInvoices returns the IDs of the paid invoices. Their money can have paid for another invoice through credit.
func (s *Subscription) paidInvoices() (ids []string) {
	for i := range s.Receivables {
		if s.Receivables[i].Phase == invoice.PhasePaid {
			ids = append(ids, s.Receivables[i].Invoice)
		}
	}
	return ids
}

// repaid records a refund on the receivables of invoices, in their order, so that no money is refunded twice.
func (s *step) repaid(doc *invoice.Invoice, amount decimal.Decimal, of []string) {
	for _, id := range of {
		i := s.sub.receivable(id)
		if i < 0 {
			continue
		}
		r := s.sub.Receivables[i]
		part := decimal.Min(amount, r.Received())
		if !part.IsPositive() {
			continue
		}
		e := invoice.Event{Kind: invoice.Refunded, ID: doc.ID, At: later(s.sub.At, r.IssuedAt), Amount: part}
		if after, err := invoice.Apply(r, e); err == nil && len(after.Events) > len(r.Events) {
			s.replace(after)
			amount = amount.Sub(part)
		}
	}
}

// add records an invoice that was not made by invoice.Issue in the account.
func (s *Subscription) add(inv invoice.Invoice) {
	s.Account = s.Account.Add(inv)
	s.forgetOrphans()
}

// forgetOrphans drops credits whose charge is no longer stored.
func (s *Subscription) forgetOrphans() {
	kept := map[string]bool{}
	for i := range s.UnexpiredCharges {
		kept[s.UnexpiredCharges[i].ID] = true
	}
	s.UnexpiredCharges = without(s.UnexpiredCharges, func(c *plans.Charge) bool {
		return c.Corrects != "" && !kept[c.Corrects]
	})
}
