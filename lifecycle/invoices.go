package lifecycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// billing is the policy of invoices, with the taxes of the customer and the timing of the period that is served.
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

// nextID returns the ID of the next invoice. In a correction it is that of the next one that was issued at this instant; what
// should have been issued, and was not, has an ID that no other has.
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

// number counts an invoice that was issued.
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

// manual reports whether invoices are paid by hand.
func (s *step) manual() bool {
	for _, m := range s.policy.ManualPaymentMethods {
		if m == s.sub.PaymentMethod && m != "" {
			return true
		}
	}
	return false
}

// unpaid returns the IDs of the invoices whose charges are not credited, since they are not paid. One that is held for the next period
// is due with certainty, and is not among them.
func (s *step) unpaid() (ids []string) {
	for i := range s.sub.Invoices {
		inv := &s.sub.Invoices[i]
		if slices.Contains(s.trusted, inv.ID) || !owing(inv) && inv.Status != invoice.Uncollectible || inv.Outstanding().IsZero() {
			continue
		}
		if at := s.sub.due(inv.ID); at >= 0 && !s.sub.Receivables[at].CollectAt.IsZero() {
			continue
		}
		ids = append(ids, inv.ID)
	}
	return ids
}

// issue issues an invoice of lines that are not what an occasion comes to.
func (s *step) issue(lines []plans.Charge) error {
	sub := &s.sub
	inv, err := invoice.Build(invoice.Draft{
		ID: s.nextID(), Currency: sub.Contract.Currency, At: sub.At, Lines: lines, CreditedCharges: sub.UnexpiredCharges, Ledger: sub.Ledger, Policy: s.billing(),
		Contact: sub.Contact, Location: sub.Contract.Cycle.Location,
	})
	if err != nil {
		return err
	}
	sub.add(inv)
	s.take(inv)
	s.collect(&inv, sub.At, time.Time{})
	return nil
}

// document issues what an occasion comes to, and takes it into the subscription; nil where there is nothing to bill.
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
		return nil, nil //nolint:nilnil // there is nothing to bill, and nothing went wrong
	}
	s.take(*doc.Invoice)
	return doc.Invoice, nil
}

// periodFrom issues what the period that begins at an instant comes to. Time before it of which the invoice was voided is left out for good.
func (s *step) periodFrom(o invoice.IssueRequest) (*invoice.Invoice, error) {
	if s.sub.inArrears() {
		return s.document(o)
	}
	o.UnbilledSince = o.At
	inv, err := s.document(o)
	s.sub.UnbilledSince = time.Time{}
	return inv, err
}

// take keeps an invoice that was issued; its lines and entries are in the account already.
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
		s.notice(Notice{Kind: NoticeReceipt, Invoice: inv.ID}) // credit paid all of it
	}
}

// collect begins to collect an invoice that something is due on, at once or from an instant on.
func (s *step) collect(inv *invoice.Invoice, from, held time.Time) {
	if inv == nil || !owing(inv) {
		return
	}
	d := Collection{Invoice: inv.ID, ServiceFrom: from, CollectAt: held}
	if s.manual() { // of the others the outcome of the charge is waited for
		d.DueAt = inv.DueAt
	}
	s.sub.Receivables = append(s.sub.Receivables, d)
	if held.IsZero() {
		s.ask(len(s.sub.Receivables) - 1)
	}
}

// ask asks the caller to collect an invoice: once, until it is known what came of it.
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

// happen applies an event to an invoice that is kept, and tells the caller of it.
func (s *step) happen(id string, e invoice.Event) error {
	i := s.sub.invoice(id)
	if i < 0 {
		return s.refuse("there is no invoice " + strconv.Quote(id) + ", or it is settled for good")
	}
	inv := &s.sub.Invoices[i]
	before := len(inv.Events)
	e.At = later(s.sub.At, inv.IssuedAt)
	after, err := invoice.Apply(*inv, e)
	if err != nil {
		return renamed(err, "event.payment")
	}
	if len(after.Events) == before {
		return nil
	}
	s.replace(after)
	return nil
}

// replace keeps an invoice as it is now.
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

// repaid writes what is paid back into the invoices that it was paid with, so that nothing is paid back twice.
func (s *step) repaid(doc *invoice.Invoice, amount decimal.Decimal) {
	for _, line := range doc.Lines {
		i := s.sub.invoice(invoiceOf(line.Corrects))
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
