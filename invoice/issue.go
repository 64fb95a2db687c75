package invoice

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Account is a contract, and what of its documents counts for the next one. The caller stores it.
type Account struct {
	Contract         plans.Contract  `json:"contract"`                   // as it is now
	UnexpiredCharges []plans.Charge  `json:"unexpired_charges,omitzero"` // what was billed and is not used up, and what of it was credited, in the order of billing
	Ledger           []credits.Entry `json:"ledger,omitzero"`            // what is owed to the customer
	EndedAt          time.Time       `json:"ended_at,omitzero"`          // when it was canceled; zero while it runs. A new anchor lets it run again
	UnbilledSince    time.Time       `json:"unbilled_since,omitzero"`    // in arrears: from when on what is used is not billed yet; must be set then. Zero where it was always billed in advance
}

// Add returns the account with an invoice that was made for it otherwise than by [Issue]: by [Build] of lines that [Reconcile] found, or by
// [Credit]. What was billed and the ledger go on with its lines and entries; an invoice that is there already changes nothing. When one is
// voided, the account of before it is to be kept, with the entries of credits.Void.
func (a Account) Add(inv Invoice) Account {
	a.Contract, a.UnexpiredCharges, a.Ledger = a.Contract.Clone(), clone.All(a.UnexpiredCharges), clone.All(a.Ledger)
	if slices.ContainsFunc(a.UnexpiredCharges, func(c plans.Charge) bool { return invoiceOf(c.ID) == inv.ID }) {
		return a
	}
	a.UnexpiredCharges = append(a.UnexpiredCharges, clone.All(inv.Lines)...)
	a.Ledger = append(a.Ledger, clone.All(inv.LedgerEntries)...)
	return a
}

// IssueRequest is what there is to bill: a change of a contract, or another period of it. The usual documents are
//
//   - signup, renewal: no Change. What the contract owes at the instant, and no document before: in advance the period or the term that begins,
//     or what is left of it; in arrears those that ended. The signup of a quote's contract is the first bill of the quote.
//   - seats added or removed, another plan or price, an extension, an earlier end, another anchor, a cancellation: the Change.
//   - an interval changed: a Change to a plan with longer or shorter periods; the cycle restarts at the instant.
//   - a reactivation, where periods begin anew: the Change of the Anchor to the instant.
type IssueRequest struct {
	Account
	ID       string         `json:"id"`                 // of the invoice
	At       time.Time      `json:"at"`                 // when it happens: the first instant of what is new; of a period its boundary, and not when a job came to bill it
	IssuedAt time.Time      `json:"issued_at,omitzero"` // when the invoice of a period is issued that is billed before it begins; zero is At
	Change   plans.Change   `json:"change,omitzero"`    // what changes at that instant; the zero Change is nothing
	Lines    []plans.Charge `json:"lines,omitzero"`     // what is billed besides: usage, what is sold once
	Policy   Policy         `json:"policy"`             // what the seller chose

	Unpaid    []string           `json:"unpaid,omitzero"`    // IDs of the invoices that are not paid: what they charge is not credited
	Paid      decimal.Decimal    `json:"paid,omitzero"`      // for a cancellation: what of the charges was paid in money and not paid back yet
	Exception *credits.Exception `json:"exception,omitzero"` // for a cancellation: what is given back instead of what the policy says; nil keeps that

	Contact      Contact            `json:"contact,omitzero"`      // to whom the invoice goes
	DueAt        time.Time          `json:"due_at,omitzero"`       // by when it is to be paid; zero is at once
	Installments int                `json:"installments,omitzero"` // into how many parts what is due is split; 0 is none
	Every        proration.Interval `json:"every,omitzero"`        // how far those lie apart
	AsDraft      bool               `json:"as_draft,omitzero"`     // the invoice stays a draft until it is issued
}

// IssueResult is what came of an occasion.
type IssueResult struct {
	Account          // as it is afterwards, to be stored once the invoice is issued
	Invoice *Invoice `json:"invoice,omitempty"` // nil where there is nothing to bill and nothing to give back
}

// Issue returns the document of an occasion. It is also the preview: nothing happens until the caller stores what it returns, and a
// period that was billed is not billed again.
//
// In advance a change credits what is paid for and no longer used, and charges what takes its place, for the same time: the instant belongs to what
// is new. In arrears it bills what was used until then at the old terms, and credits nothing; quantities and prices that change inside a period are
// billed with it, each for its days; what is billed at once goes to the end of a term at most. A minimum is measured when its period is over, and
// so on no invoice that is issued ahead: asked for again at the boundary, the period adds what is lacking and nothing else. At a cancellation the
// policy's Refunds say what becomes of what is not used, and the Exception instead of them; the account has ended then, and bills no period until a
// new anchor. What was never paid is not credited: a change that would is refused, and a cancellation leaves it due, to be voided or lowered by a
// [Credit].
//
// The contract's discounts are taken off what periods and terms cost, and what is billed with those; off what a change adds, or what is sold
// inside a period, only those that are a percentage or a price for ever, since the others were used for the period already.
// Errors: those of [Build], [plans.Contract.Amended] and [credits.Unused]; ErrUnset for the Since of arrears; ErrInvalid for a change in
// arrears of what is billed up front, for what only a cancellation has, and for an ID that an invoice had before; a [plans.Refusal] for a
// period after the last or after one that is not billed yet, for a change of what is not billed yet or before a later one, for any change but a
// new anchor once it has ended, and for a change that credits what is not paid.
func Issue(o IssueRequest) (IssueResult, error) {
	var f fault.List
	f.Under("policy", o.Policy.Validate())
	f.Under("contract", o.Contract.Validate())
	if o.At.IsZero() {
		f.Add("at", proration.ErrUnset, "a document is of an instant")
	}
	if o.At.UTC().Year() > lastYear {
		f.Add("at", proration.ErrLimit, "it is beyond the year %d", lastYear)
	}
	o.check(&f)
	if f != nil {
		return IssueResult{}, f.Err()
	}
	if loc := o.Contract.Cycle.Location; loc != nil {
		o.At = o.At.In(loc)
	} else {
		o.At = o.At.UTC()
	}
	if o.IssuedAt.IsZero() {
		o.IssuedAt = o.At
	}
	w := work{IssueRequest: o, known: byCharge(o.UnexpiredCharges), after: o.Contract.Clone(), since: o.UnbilledSince, ended: o.EndedAt}
	if err := w.inOrder(); err != nil {
		return IssueResult{}, err
	}
	var err error
	switch {
	case !w.ended.IsZero(): // nothing is left to bill but what is passed in
	case o.Policy.Timing == proration.InArrears:
		err = w.arrears()
	case isZero(o.Change):
		err = w.period()
	default:
		err = w.change()
	}
	if err != nil {
		return IssueResult{}, err
	}
	return w.document()
}

// check adds the faults of what does not go together.
func (o *IssueRequest) check(f *fault.List) {
	if o.Policy.Timing == proration.InArrears && o.UnbilledSince.IsZero() {
		f.Add("unbilled_since", proration.ErrUnset, "say from when on nothing is billed yet")
	}
	if fault.Amount(f, "paid", o.Paid) && !o.Paid.IsZero() && !o.Change.Cancel {
		f.Add("paid", proration.ErrInvalid, "only a cancellation pays back")
	}
	if o.Exception != nil && !o.Change.Cancel {
		f.Add("exception", proration.ErrInvalid, "only a cancellation has one")
	}
	switch {
	case o.IssuedAt.IsZero():
	case o.IssuedAt.After(o.At):
		f.Add("issued_at", proration.ErrOutside, "it is after the period begins")
	case !isZero(o.Change) || o.Policy.Timing == proration.InArrears:
		f.Add("issued_at", proration.ErrInvalid, "only a period that is billed in advance is billed before it begins")
	}
}

// isZero reports whether nothing changes.
func isZero(c plans.Change) bool { return same(c, plans.Change{}) }

// work is a document in the making.
type work struct {
	IssueRequest
	known  map[string][]plans.Charge // what was billed, by charge
	after  plans.Contract            // as the contract will be
	since  time.Time                 // as it will be
	ended  time.Time                 // as it will be
	lines  []plans.Charge            // before discounts
	on     []plans.Discount          // that are taken off the lines
	used   bool                      // those are what is left of the contract's, and not only some of them
	renews bool                      // where the last term is over, the contract goes on once its discounts were used
	refund decimal.Decimal           // what is paid back in money
}

// document builds the invoice, and returns the account as it is then.
func (w *work) document() (IssueResult, error) {
	doc := IssueResult{Account: Account{Contract: w.after, UnexpiredCharges: clone.All(w.UnexpiredCharges), Ledger: clone.All(w.Ledger), EndedAt: w.ended, UnbilledSince: w.since}}
	lines := slices.Concat(w.lines, w.Lines)
	if len(lines) == 0 {
		doc.UnexpiredCharges = w.usable(doc.UnexpiredCharges)
		return doc, w.renew(&doc.Contract)
	}
	inv, err := w.build(lines)
	if err != nil {
		return IssueResult{}, err
	}
	if w.used {
		doc.Contract.Discounts = clone.All(inv.RemainingDiscounts)
	}
	doc.UnexpiredCharges = w.usable(append(doc.UnexpiredCharges, clone.All(inv.Lines)...))
	doc.Ledger = append(doc.Ledger, clone.All(inv.LedgerEntries)...)
	doc.Invoice = &inv
	return doc, w.renew(&doc.Contract)
}

// build returns the invoice of the lines. What leaving costs is taken off what is paid back.
func (w *work) build(lines []plans.Charge) (Invoice, error) {
	draft := Draft{
		ID: w.ID, Currency: w.Contract.Currency, At: w.IssuedAt, Lines: lines, CreditedCharges: w.UnexpiredCharges, Discounts: w.on, Ledger: w.Ledger, Policy: w.Policy,
		Contact: w.Contact, DueAt: w.DueAt, Installments: w.Installments, Every: w.Every, AsDraft: w.AsDraft,
		Location: w.Contract.Cycle.Location,
	}
	inv, err := Build(draft)
	if err != nil || !w.refund.IsPositive() || !inv.Total.IsNegative() {
		return inv, err
	}
	draft.Refund = decimal.Min(w.refund, inv.Total.Neg())
	return Build(draft)
}

// renew lets a contract go on that was billed to the end of its last term; one that lapses stays as it is.
func (w *work) renew(c *plans.Contract) error {
	end := c.End()
	if !w.renews || end.IsZero() || w.since.Before(end) {
		return nil
	}
	next, goesOn, err := c.Renewed()
	if err == nil && goesOn {
		*c = next
	}
	return err
}

// usable returns the charges whose period is not over, and their credits: what is needed to credit them, and to measure a minimum by.
func (w *work) usable(charges []plans.Charge) []plans.Charge {
	kept := map[string]bool{}
	var left []plans.Charge
	for _, c := range charges {
		own := c.Corrects == "" && (c.Span.End.After(w.IssuedAt) || c.Period.End.After(w.IssuedAt))
		if own {
			kept[c.ID] = true
		}
		if own || kept[c.Corrects] && c.Corrects != "" {
			left = append(left, c)
		}
	}
	return left
}
