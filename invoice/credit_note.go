package invoice

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// CreditRequest asks for a credit note of an invoice.
type CreditRequest struct {
	ID         string     `json:"id"`         // ID of the credit note
	At         time.Time  `json:"at"`         // time of issue, not before the invoice or its last event
	Receivable Receivable `json:"receivable"` // receivable of the invoice to correct, with all credits of its lines so far
	// Charges are the charges of the invoice that the caller still has, such as those of an account. A credit of one of
	// them names its period; a credit of any other charge only its plan and item.
	Charges []plans.Charge `json:"charges,omitzero"`
	// Lines are the lines to credit; none credits everything that is left.
	Lines []LineAmount `json:"lines,omitzero"`
	// Credits are credits of the charges that are issued as they are, in place of Lines, such as those of [Reconcile].
	Credits []plans.Charge `json:"credits,omitzero"`
	// Amount is a gross amount to credit in place of Lines. It is spread over the lines in proportion to what is left of
	// them, with net and taxes to the minor unit.
	Amount decimal.Decimal `json:"amount,omitzero"`
	// OpenPart credits the outstanding amount in place of Amount, at most what is left of the lines.
	OpenPart bool `json:"open_part,omitzero"`
	Refund   bool `json:"refund,omitzero"` // refund the paid part in money instead of granting credit
	// Returned says that the money went back already: the note is a refund up to the money received, and only the rest
	// reduces the outstanding amount.
	Returned bool            `json:"returned,omitzero"`
	Ledger   []credits.Entry `json:"ledger,omitzero"` // customer's credit ledger before the credit note
	Reason   string          `json:"reason,omitzero"` // why money is refunded: free text for the event of the receivable
	Policy   Policy          `json:"policy"`          // billing rules of the seller: how credited amounts are rounded

	Contact  Contact        `json:"contact,omitzero"` // recipient of the credit note
	Location *time.Location `json:"-"`                // time zone that counts the days; nil is UTC
}

// CreditResult is a credit note and the receivable of the invoice that it corrects.
type CreditResult struct {
	Invoice    Invoice    `json:"invoice"`    // credit note
	Receivable Receivable `json:"receivable"` // receivable after the credit note, to store together with it
}

// LineAmount is an amount to credit of one line.
type LineAmount struct {
	Line   string          `json:"line"`            // ID of the line
	Amount decimal.Decimal `json:"amount,omitzero"` // net amount in major units, not negative; zero is all that is left
}

// Credit returns a credit note and the receivable after it. It credits charges of an invoice at their rates and taxes,
// and never more than is left of them. All credit notes of an invoice add up to its charges, to the last minor unit of
// net and tax. The credit lines of the invoice are not reversed: their charges are corrected on the invoice that billed
// them.
//
// A credit note first reduces the outstanding amount of the invoice: by its AppliedToInvoice, recorded as an event
// [Credited]. The rest was paid with money or credit. If Refund is set, it is refunded up to the money received, and
// recorded as an event [Refunded]; any other rest is granted as credit.
//
// Errors: the faults of the receivable, as in [Apply]; ErrInvalid for a draft, a void invoice or one that will be void,
// the ID of the invoice itself or of an earlier refund or credit note, an unknown or fully credited line, and an amount
// above the rest of its line; ErrOutside for a time before the invoice or its last event; and those of [Build].
func Credit(c CreditRequest) (CreditResult, error) {
	var f fault.List
	c.check(&f)
	if f != nil {
		return CreditResult{}, f.Err()
	}
	billed := c.Receivable.charges(c.Charges)
	lines, err := c.lines(byCharge(billed))
	if err != nil {
		return CreditResult{}, err
	}
	var refund decimal.Decimal
	if c.Refund || c.Returned {
		refund = c.Receivable.Received()
	}
	return c.issue(lines, billed, refund)
}

// check adds the faults of the request except those of its lines.
func (c *CreditRequest) check(f *fault.List) {
	r := &c.Receivable
	f.Under("receivable", r.check())
	f.Under("policy", c.Policy.Validate())
	if last := r.changedAt(); c.At.Before(last) {
		f.Add("at", proration.ErrOutside, "must not be before %s, the last event of the invoice; got %s",
			last.Format(time.RFC3339), c.At.Format(time.RFC3339))
	}
	switch p := r.Phase; p {
	case PhaseDraft, PhaseVoid:
		f.Add("receivable.phase", proration.ErrInvalid, "must be open, paid or uncollectible; got %v", p)
	case PhaseRetracted:
		f.Add("receivable.phase", proration.ErrInvalid, "must not be %v; report the result of the payment first", p)
	case PhaseOpen, PhaseHeld, PhaseRequested, PhasePending, PhaseOverdue, PhasePaid, PhaseUncollectible:
	}
	if c.ID != "" && (c.ID == r.Invoice || r.happened(Credited, c.ID) || r.happened(Refunded, c.ID)) {
		f.Add("id", proration.ErrInvalid, "must not be the ID of the invoice, or of a credit note or refund of it; got %.40q",
			c.ID)
	}
}

// issue returns the credit note of lines of the billed charges, which include the earlier credits. The part beyond the
// outstanding amount is refunded up to an amount of money, and granted as credit otherwise.
func (c *CreditRequest) issue(lines, billed []plans.Charge, refund decimal.Decimal) (CreditResult, error) {
	r := &c.Receivable
	draft := Draft{
		ID: c.ID, Corrects: r.Invoice, Currency: r.Currency, At: c.At, Lines: lines, CreditedCharges: billed,
		Ledger: c.Ledger, Policy: c.Policy, Contact: c.Contact, Location: c.Location,
	}
	note, err := Build(draft)
	if err != nil {
		return CreditResult{}, err
	}
	back := note.Total.Neg()
	if c.Returned {
		draft.Refund = decimal.Min(back, refund)
	}
	draft.AppliedToInvoice = decimal.Min(back.Sub(draft.Refund), r.Outstanding())
	if !c.Returned {
		draft.Refund = decimal.Min(back.Sub(draft.AppliedToInvoice), refund)
	}
	if note, err = Build(draft); err != nil {
		return CreditResult{}, err
	}
	return r.credited(note, c.Reason)
}

// credited returns the credit note and the receivable after it.
func (r *Receivable) credited(note Invoice, reason string) (CreditResult, error) {
	after := r.Corrected(note)
	for _, e := range [...]Event{
		{Kind: Credited, ID: note.ID, At: note.IssuedAt, Amount: note.AppliedToInvoice},
		{Kind: Refunded, ID: note.ID, At: note.IssuedAt, Amount: decimal.Min(note.Refund, r.Received()), Reason: reason},
	} {
		if e.Amount.IsZero() {
			continue
		}
		if err := after.apply(e); err != nil {
			return CreditResult{}, fault.Under("receivable", err)
		}
	}
	return CreditResult{Invoice: note, Receivable: after}, nil
}

// charges returns the charges of the invoice, each with its credits, with the fields that decide the amounts of another
// credit. Credit lines of the invoice are not among them. A charge that is known takes the place of its line.
func (r *Receivable) charges(known []plans.Charge) (all []plans.Charge) {
	for i, line := range r.Lines {
		if line.Net.IsNegative() {
			continue
		}
		of := plans.Charge{
			ID: lineid.Of(r.Invoice, i), Plan: line.Plan, Item: line.Item, Currency: r.Currency,
			Net: line.Net, Discounts: line.Discounts, Untaxed: line.Untaxed, Taxes: line.Taxes,
		}
		for _, c := range known {
			if c.ID == of.ID && c.Corrects == "" && c.Net.Equal(of.Net) {
				of = c
			}
		}
		all = append(all, of)
		for _, c := range line.Credits {
			all = append(all, plans.Charge{
				ID: c.ID, Corrects: of.ID, Kind: plans.Refund, Plan: line.Plan, Item: line.Item, Currency: r.Currency,
				Net: c.Net, Discounts: c.Discounts, Untaxed: c.Untaxed, Taxes: c.Taxes,
			})
		}
	}
	return all
}

// lines returns the credits of the requested lines.
func (c *CreditRequest) lines(known map[string][]plans.Charge) ([]plans.Charge, error) {
	switch {
	case len(c.Credits) > 0:
		return c.Credits, c.checkCredits()
	case !c.Amount.IsZero() || c.OpenPart:
		return c.spread(known)
	}
	wanted := c.Lines
	if len(wanted) == 0 {
		for i := range c.Receivable.Lines {
			id := lineid.Of(c.Receivable.Invoice, i)
			if left(known[id]).IsPositive() {
				wanted = append(wanted, LineAmount{Line: id})
			}
		}
	}
	var f fault.List
	if len(wanted) == 0 {
		f.Add("lines", proration.ErrInvalid, "must have a charge left to credit; the invoice is fully credited")
	}
	var lines []plans.Charge
	for i, part := range wanted {
		line, err := credits.ForAmount(credits.AmountRequest{
			Charges: known[part.Line], Charge: part.Line, Amount: part.Amount, Mode: c.Policy.Proration.Rounding.Mode,
		})
		if err == nil && line.Net.IsZero() {
			err = fault.New("line", proration.ErrInvalid, "must have an amount left to credit; %.40q is fully credited",
				part.Line)
		}
		f.At("lines", i, err)
		known[part.Line] = append(known[part.Line], line)
		lines = append(lines, line)
	}
	return lines, f.Err()
}

// checkCredits returns the faults of given credits that only this request can know; the rest is checked as lines.
func (c *CreditRequest) checkCredits() error {
	var f fault.List
	if len(c.Lines) > 0 || !c.Amount.IsZero() || c.OpenPart {
		f.Add("credits", proration.ErrInvalid, "must be empty beside lines, amount and open_part")
	}
	for i := range c.Credits {
		if of := c.Credits[i].Corrects; lineid.Invoice(of) != c.Receivable.Invoice {
			f.Add(fault.At("credits", i)+".corrects", proration.ErrInvalid, "must be a line of invoice %.40q; got %.40q",
				c.Receivable.Invoice, of)
		}
	}
	return f.Err()
}

// spread returns the credits of the gross amount, in proportion to what is left of each line.
func (c *CreditRequest) spread(known map[string][]plans.Charge) (lines []plans.Charge, err error) {
	r := &c.Receivable
	places, err := r.Currency.Places()
	if err != nil {
		return nil, err
	}
	var ids []string
	var weights []decimal.Decimal
	var all decimal.Decimal
	for i := range r.Lines {
		id := lineid.Of(r.Invoice, i)
		if !left(known[id]).IsPositive() {
			continue
		}
		var gross decimal.Decimal
		for _, line := range known[id] {
			gross = gross.Add(line.Total())
		}
		ids, weights, all = append(ids, id), append(weights, gross), all.Add(gross)
	}
	if c.OpenPart && c.Amount.IsZero() {
		c.Amount = decimal.Min(r.Outstanding(), all)
	}
	if c.Amount.GreaterThan(all) || !c.Amount.IsPositive() || !c.Amount.Shift(places).IsInteger() || len(c.Lines) > 0 {
		return nil, fault.New("amount", proration.ErrInvalid,
			"must be above zero without lines, have at most %d decimal places, and be at most the %s that are left; got %v",
			places, r.text(all), c.Amount)
	}
	parts, err := proration.Split(proration.Division{
		Amount: c.Amount, Weights: weights, Places: places, Allocation: proration.LargestRemainder,
	})
	for i, part := range parts {
		if !part.Amount.IsPositive() {
			continue
		}
		line, err := credits.ForAmount(credits.AmountRequest{
			Charges: known[ids[i]], Charge: ids[i], Gross: part.Amount, Mode: c.Policy.Proration.Rounding.Mode,
		})
		if err != nil {
			return nil, fault.Under("amount", err)
		}
		lines = append(lines, line)
	}
	return lines, err
}

// left returns the net of a charge that is not credited.
func left(related []plans.Charge) decimal.Decimal {
	var sum decimal.Decimal
	for _, c := range related {
		sum = sum.Add(c.Net)
	}
	return sum
}
