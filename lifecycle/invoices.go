package lifecycle

import (
	"slices"
	"strconv"
	"time"

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
	if s.sub.Taxes != nil {
		p.Taxes = *s.sub.Taxes
	}
	return p
}

// nextID returns the ID of the next invoice. During a correction that is the ID of the next invoice that was issued
// at this instant; an invoice that should have been issued and was not gets an ID of its own.
func (s *step) nextID() string {
	if !s.correcting {
		return s.sub.ID + "-" + strconv.Itoa(s.sub.Issued+1)
	}
	for i := s.sub.Issued; i < len(s.issued); i++ {
		if s.issued[i].IssuedAt.Equal(s.sub.At) {
			return s.issued[i].ID
		}
	}
	return s.sub.ID + missingID + strconv.Itoa(s.missing+1)
}

// number counts an invoice as issued or, during a correction, as missing if it was never issued.
func (s *step) number(id string) {
	i := slices.IndexFunc(s.issued, func(inv invoice.Invoice) bool { return inv.ID == id })
	switch {
	case !s.correcting:
		s.sub.Issued++
	case i < 0:
		s.missing++
	default:
		s.sub.Issued = i + 1
	}
}

// manual reports whether the customer pays invoices manually.
func (s *step) manual() bool {
	for _, m := range s.policy.ManualPaymentMethods {
		if m == s.sub.PaymentMethod && m != "" {
			return true
		}
	}
	return false
}

// unpaid returns the IDs of the invoices whose charges cannot be credited because they are unpaid. An invoice held
// for the next period is not among them: it is certain to be collected.
func (s *step) unpaid() (ids []string) {
	for i := range s.sub.Invoices {
		inv := &s.sub.Invoices[i]
		if slices.Contains(s.trusted, inv.ID) ||
			!owing(inv) && inv.Status != invoice.Uncollectible || inv.Outstanding().IsZero() {
			continue
		}
		if at := s.sub.due(inv.ID); at >= 0 && !s.sub.Receivables[at].CollectAt.IsZero() {
			continue
		}
		ids = append(ids, inv.ID)
	}
	return ids
}

// issue issues an invoice of the given lines, for neither a change nor a period.
func (s *step) issue(lines []plans.Charge) error {
	sub := &s.sub
	inv, err := invoice.Build(invoice.Draft{
		ID: s.nextID(), Currency: sub.Contract.Currency, At: sub.At, Lines: lines, CreditedCharges: sub.UnexpiredCharges,
		Ledger: sub.Ledger, Policy: s.billing(), Contact: sub.Contact, Location: sub.Contract.Cycle.Location,
	})
	if err != nil {
		return err
	}
	sub.add(inv)
	s.take(inv)
	s.collect(&inv, sub.At, time.Time{})
	return nil
}

// document issues the invoice of a change or a period and updates the account. It returns nil if there is nothing to
// bill.
func (s *step) document(o invoice.IssueRequest) (*invoice.Invoice, error) {
	o.ID, o.Policy, o.Contact, o.Unpaid = s.nextID(), s.billing(), s.sub.Contact, s.unpaid()
	if o.DueAt.IsZero() && s.manual() && s.policy.Dunning.DueIn != (proration.Interval{}) {
		by, err := s.policy.Dunning.DueIn.After(s.sub.At, s.sub.location())
		if err != nil {
			return nil, err
		}
		o.DueAt = by
	}
	doc, err := invoice.Issue(o)
	if err != nil {
		return nil, err
	}
	s.sub.Account = doc.Account
	if doc.Invoice == nil {
		return nil, nil //nolint:nilnil // no invoice and no error: there is nothing to bill
	}
	s.take(*doc.Invoice)
	return doc.Invoice, nil
}

// periodFrom issues the invoice of the period that begins at the request's instant. In advance, earlier time is never
// billed again, even if its invoice was voided.
func (s *step) periodFrom(o invoice.IssueRequest) (*invoice.Invoice, error) {
	if s.sub.inArrears() {
		return s.document(o)
	}
	o.UnbilledSince = o.At
	inv, err := s.document(o)
	s.sub.UnbilledSince = time.Time{}
	return inv, err
}

// take adds an issued invoice to the subscription and the outcome and requests its refund. Its lines and entries are
// already in the account.
func (s *step) take(inv invoice.Invoice) {
	s.number(inv.ID)
	s.sub.Invoices = append(s.sub.Invoices, inv)
	s.out.Invoices = append(s.out.Invoices, inv)
	s.out.Credits = append(s.out.Credits, inv.LedgerEntries...)
	if inv.Refund.IsPositive() {
		s.repaid(&inv, inv.Refund)
		s.effect(Effect{Kind: Refund, Invoice: inv.ID, Amount: inv.Refund})
	}
	if inv.Status == invoice.Paid && inv.Corrects == "" && inv.Total.IsPositive() {
		s.notice(Notice{Kind: NoticeReceipt, Invoice: inv.ID}) // paid in full with credit
	}
}

// collect starts the collection of an invoice that has an amount due, at the instant held or now if that is zero. Its
// service begins at from.
func (s *step) collect(inv *invoice.Invoice, from, held time.Time) {
	if inv == nil || !owing(inv) {
		return
	}
	d := Collection{Invoice: inv.ID, ServiceFrom: from, CollectAt: held}
	if s.manual() { // a due date matters only for manual payment
		d.DueAt = inv.DueAt
	}
	s.sub.Receivables = append(s.sub.Receivables, d)
	if held.IsZero() {
		s.ask(len(s.sub.Receivables) - 1)
	}
}

// ask requests payment of an invoice through an effect. It does not ask again until the result is reported.
func (s *step) ask(due int) {
	d := &s.sub.Receivables[due]
	i := s.sub.invoice(d.Invoice)
	d.CollectAt, d.RetryAt = time.Time{}, time.Time{}
	if i < 0 || !d.RequestedAt.IsZero() || s.sub.Invoices[i].Status == invoice.Pending {
		return
	}
	amount := s.sub.Invoices[i].Outstanding()
	if s.manual() {
		s.effect(Effect{Kind: Send, Invoice: d.Invoice, Amount: amount})
		return
	}
	d.RequestedAt = s.sub.At
	s.effect(Effect{Kind: CollectPayment, Invoice: d.Invoice, Amount: amount})
}

// happen applies an event to an invoice of the subscription, and adds the changed invoice to the outcome.
func (s *step) happen(id string, e invoice.Event) error {
	i := s.sub.invoice(id)
	if i < 0 {
		return s.unknownInvoice(id)
	}
	inv := &s.sub.Invoices[i]
	before := len(inv.Events)
	e.At = later(s.sub.At, inv.IssuedAt)
	after, err := invoice.Apply(*inv, e)
	if err != nil {
		return moved(err, "event", "event.payment")
	}
	if len(after.Events) == before {
		return nil
	}
	s.replace(after)
	return nil
}

// unknownInvoice refuses an event about an invoice that the subscription does not keep.
func (s *step) unknownInvoice(id string) error {
	return s.refuse("Invoice " + strconv.Quote(id) + " does not exist or was settled too long ago to be changed.")
}

// replace stores a changed invoice in the subscription and in the outcome.
func (s *step) replace(inv invoice.Invoice) {
	s.sub.Invoices[s.sub.invoice(inv.ID)] = inv
	for i := range s.out.Invoices {
		if s.out.Invoices[i].ID == inv.ID {
			s.out.Invoices[i] = inv
			return
		}
	}
	for i := range s.out.Changed {
		if s.out.Changed[i].ID == inv.ID {
			s.out.Changed[i] = inv
			return
		}
	}
	s.out.Changed = append(s.out.Changed, inv)
}

// repaid records a refund on the invoices whose lines a document credits, so that no money is refunded twice.
func (s *step) repaid(doc *invoice.Invoice, amount decimal.Decimal) {
	for _, line := range doc.Lines {
		i := s.sub.invoice(lineid.Invoice(line.Corrects))
		if line.Corrects == "" || i < 0 || !amount.IsPositive() {
			continue
		}
		inv := s.sub.Invoices[i]
		part := decimal.Min(amount, inv.Received())
		if !part.IsPositive() {
			continue
		}
		e := invoice.Event{Kind: invoice.Refunded, ID: doc.ID, At: later(s.sub.At, inv.IssuedAt), Amount: part}
		if after, err := invoice.Apply(inv, e); err == nil && len(after.Events) > len(inv.Events) {
			s.replace(after)
			amount = amount.Sub(part)
		}
	}
}
