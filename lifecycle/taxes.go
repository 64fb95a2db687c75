package lifecycle

import (
	"errors"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// taxesCalculated answers for a deadline, which is passed before the event.
func (s *step) taxesCalculated(*Event) error { return nil }

// build builds a document with the answers of the tax engine for its lines.
func (s *step) build(d invoice.Draft) (inv invoice.Invoice, err error) {
	err = s.withAnswers(func(answers []invoice.TaxAnswer) error {
		d.TaxAnswers = answers
		inv, err = invoice.Build(d)
		return err
	})
	return inv, err
}

// issued issues a document with the answers of the tax engine for its lines.
func (s *step) issued(o invoice.IssueRequest) (doc invoice.IssueResult, err error) {
	err = s.withAnswers(func(answers []invoice.TaxAnswer) error {
		o.TaxAnswers = answers
		doc, err = invoice.Issue(o)
		return err
	})
	return doc, err
}

// withAnswers makes a document, and makes it again with the answers for the lines that it asks for. Several documents
// of an event can try the same ID before one of them is issued. A document of a full history has no answers of its own,
// and has the taxes of the issued ones; charges that wait for an invoice need answers there too.
func (s *step) withAnswers(do func([]invoice.TaxAnswer) error) error {
	err := do(nil)
	var request *invoice.TaxRequest
	if !errors.As(err, &request) {
		return err
	}
	if s.full != nil && strings.HasPrefix(request.Invoice, s.sub.ID+missingID) {
		return do(s.full.answers(request))
	}
	if s.untaxed {
		return do(untaxed(request))
	}
	var own []invoice.TaxAnswer
	for _, a := range s.answers {
		asked := func(line invoice.TaxableLine) bool { return line.Line == a.Line }
		if !slices.ContainsFunc(request.Lines, asked) {
			continue
		}
		own = append(own, a)
		if s.answered == nil {
			s.answered = map[string]bool{}
		}
		s.answered[a.Line] = true
	}
	if own == nil {
		return err
	}
	return do(own)
}

// untaxed answers that no line has a tax.
func untaxed(request *invoice.TaxRequest) (answers []invoice.TaxAnswer) {
	for i := range request.Lines {
		answers = append(answers, invoice.TaxAnswer{Line: request.Lines[i].Line, Amount: request.Lines[i].Amount})
	}
	return answers
}

// checkAnswers returns the faults of answers for lines that no document asked for.
func (s *step) checkAnswers(path string, answers []invoice.TaxAnswer) error {
	if s.full != nil || s.booking {
		return nil
	}
	var f fault.List
	for i := range answers {
		if line := answers[i].Line; !s.answered[line] {
			f.Add(fault.At(path, i)+".line", proration.ErrInvalid,
				"must be a line of a document that needs it; got %.40q", line)
		}
	}
	return f.Err()
}

// passOrAsk passes a deadline. If its document needs answers of the tax engine, nothing is changed.
func (s *step) passOrAsk(d Deadline) error {
	if !s.policies.askTaxes() {
		return s.pass(d)
	}
	before := *s
	s.detach()
	s.out.Receivables = slices.Clone(s.out.Receivables)
	err := s.pass(d)
	if asks := s.taxEffect(err); asks != nil {
		*s = before
		s.asks = asks
	}
	return err
}

// askTaxes reports whether a policy has a tax engine.
func (p *Policies) askTaxes() bool {
	return slices.ContainsFunc(p.all, func(p Policy) bool { return p.Billing.TaxEngine })
}

// taxEffect returns the effect that asks the tax engine, nil for another error.
func (s *step) taxEffect(err error) *Effect {
	var request *invoice.TaxRequest
	if !errors.As(err, &request) {
		return nil
	}
	var sum decimal.Decimal
	for i := range request.Lines {
		sum = sum.Add(request.Lines[i].Amount)
	}
	return &Effect{
		ID: s.sub.idPrefix() + s.cause + "/taxes", Kind: CalculateTaxes, Invoice: request.Invoice, Amount: sum,
		TaxRequest: request,
	}
}

// asked returns the question of an error: that of a deadline which was not passed, or that of an event; nil for another
// error.
func (s *step) asked(err error) *Effect {
	if s.asks != nil && errors.As(err, new(*invoice.TaxRequest)) {
		return s.asks
	}
	return s.taxEffect(err)
}

// askedFor returns the outcome of an error that asks the tax engine: that of the step so far, or the given subscription
// without a change. Another error stays.
func (s *step) askedFor(unchanged *Subscription, err error) (Outcome, error) {
	asks := s.asked(err)
	if asks == nil {
		return Outcome{}, err
	}
	out := s.outcome()
	if unchanged != nil {
		out = Outcome{Subscription: *unchanged}
	}
	out.Effects = append(slices.Clip(out.Effects), *asks)
	return out, nil
}

// answers answers for the documents of a full history: with the taxes of an issued line of the same item and amount, or
// with a share of those of another line of the item. Only the difference is billed, with answers of its own.
func (h *fullHistory) answers(request *invoice.TaxRequest) (answers []invoice.TaxAnswer) {
	places, err := request.Currency.Places()
	if err != nil {
		return nil // reported before
	}
	for i := range request.Lines {
		line := &request.Lines[i]
		answer := invoice.TaxAnswer{Line: line.Line, Amount: line.Amount}
		if c := h.taxedLike(line); c != nil {
			answer.Taxes = slices.Clone(c.Taxes)
			of := c.Net.Sub(c.Untaxed)
			for j := range answer.Taxes {
				t := &answer.Taxes[j]
				part := t.Amount.Mul(line.Amount).Rat()
				t.Amount = exact.Quotient(part.Quo(part, of.Rat()), places, exact.Down)
			}
		}
		answers = append(answers, answer)
	}
	return answers
}

// taxedLike returns the issued charge whose taxes a line of the full history has: one of the item and of the amount, or
// else the last one of the item, or nil.
func (h *fullHistory) taxedLike(line *invoice.TaxableLine) (like *plans.Charge) {
	for i := range h.issued {
		for j := range h.issued[i].Lines {
			c := &h.issued[i].Lines[j]
			of := c.Net.Sub(c.Untaxed)
			if c.Corrects != "" || c.Item != line.Item || !of.IsPositive() || !c.PricedAt.IsZero() {
				continue
			}
			if like = c; of.Equal(line.Amount) && c.Span.Equal(line.Span) {
				return like
			}
		}
	}
	return like
}
