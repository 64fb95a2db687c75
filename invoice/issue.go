package invoice

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/canon"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Account is the billing state of one contract, which the caller stores between invoices.
type Account struct {
	Contract plans.Contract `json:"contract"` // contract as of the last invoice or change
	// UnexpiredCharges are the billed charges whose span or period has not ended and their credits, in the order of
	// billing.
	UnexpiredCharges []plans.Charge  `json:"unexpired_charges,omitzero"`
	Ledger           []credits.Entry `json:"ledger,omitzero"` // customer's credit ledger
	// UsedDiscounts are the discounts that UnexpiredCharges used up. A charge that replaces one of them keeps them.
	UsedDiscounts []plans.Discount `json:"used_discounts,omitzero"`
	// EndedAt is the time of the cancellation; zero for a running contract. A new anchor reactivates the contract.
	EndedAt time.Time `json:"ended_at,omitzero"`
	// ServiceStart is the time at which service began, or began again, where a policy does not bill that day.
	ServiceStart time.Time `json:"service_start,omitzero"`
	// UnbilledSince is the start of the unbilled time, required in arrears; zero for a contract always billed in advance.
	UnbilledSince time.Time `json:"unbilled_since,omitzero"`
	// ItemsBilledTo is the time up to which items with billing periods of their own are billed: their periods that begin
	// later are not. Zero is a contract without such an item.
	ItemsBilledTo time.Time `json:"items_billed_to,omitzero"`
}

// Add returns the account with an invoice that [Issue] did not create, such as one from [Build] or [Credit]: the lines
// are appended to UnexpiredCharges and the ledger entries to Ledger. An invoice that is already in UnexpiredCharges
// changes nothing. To remove a voided invoice, restore the account from before it and append the entries of
// [credits.Void].
func (a Account) Add(inv Invoice) Account {
	if slices.ContainsFunc(a.UnexpiredCharges, func(c plans.Charge) bool { return lineid.Invoice(c.ID) == inv.ID }) {
		return a
	}
	a.UnexpiredCharges = slices.Concat(a.UnexpiredCharges, inv.Lines)
	a.Ledger = slices.Concat(a.Ledger, inv.LedgerEntries)
	return a
}

// IssueRequest asks for the next invoice of a contract: for a change, or for the period that begins or ends. The usual
// invoices are
//
//   - signup and renewal: no Change. In advance, the invoice bills the period or term that begins or the rest of it; in
//     arrears, the periods that ended. The signup invoice of a quoted contract equals the first bill of the quote.
//   - quantities added or removed, another plan or price, an extension, an earlier end, another anchor, a cancellation:
//     the Change.
//   - another interval: a Change to a plan with longer or shorter periods; the cycle restarts at the effective time.
//   - a reactivation with new periods: a Change with AnchorAt, the effective time.
//   - a month of an add-on on a yearly plan: no Change, and Items.
type IssueRequest struct {
	Account
	ID string `json:"id"` // ID of the invoice, or of the first credit note that goes before it
	// MoreIDs are the IDs of further documents: a credit note for each open invoice may go before the invoice.
	MoreIDs []string `json:"more_ids,omitzero"`
	// At is the effective time: the first instant of a change, or the boundary of a period, regardless of when a job runs.
	At time.Time `json:"at"`
	// IssuedAt is the time of issue of a period billed before it begins, or within it because the invoice was a draft;
	// zero is At. In arrears it is not before At.
	IssuedAt time.Time    `json:"issued_at,omitzero"`
	Change   plans.Change `json:"change,omitzero"` // change of the contract at At; the zero Change is none
	// ProrateFrom is the instant of the present period from which the change is charged and credited; zero is At. The
	// contract changes at At. If periods begin anew, only the credits are counted from it.
	ProrateFrom time.Time `json:"prorate_from,omitzero"`
	// Close leaves the contract as it is, because service stops for a while. In arrears it bills the time until At, and
	// the next period is billed from the UnbilledSince of its request. In advance it credits the unused charges. It takes
	// no Change.
	Close bool `json:"close,omitzero"`
	// UnbilledAs is for a change whose charges and credits wait for a later invoice: their IDs derive from it, as those of
	// lines derive from the ID of their invoice. No invoice is issued; open invoices are lowered all the same.
	UnbilledAs string `json:"unbilled_as,omitzero"`
	// Items bills the items with billing periods of their own, each for its period at At, unless that began by
	// ItemsBilledTo. It takes no Change.
	Items bool `json:"items,omitzero"`
	// Extent is how much of its price a period costs that begins at At, in advance; none bills it for nothing. Unset is
	// all of it.
	Extent proration.Extent `json:"extent,omitzero"`
	// Lines are additional lines: usage, one-time charges, and the waiting charges of earlier changes. The invoice bills
	// waiting charges before its other lines; a change whose charges wait leaves them waiting. Toward a minimum, a line
	// counts for its Period; without one, for the period that ends at At if the account has billed charges, and else for
	// the one at At.
	Lines  []plans.Charge `json:"lines,omitzero"`
	Policy Policy         `json:"policy"` // billing rules of the seller
	// TaxAnswers are the answers of the tax engine for the lines of the invoice, or of UnbilledAs, if the policy has one.
	TaxAnswers []TaxAnswer `json:"tax_answers,omitzero"`

	// Open are the receivables of the invoices with an amount outstanding. A credit of their charges first lowers them, by
	// a credit note for each, in this order.
	Open []Receivable `json:"open,omitzero"`
	// KeepOpen is for a cancellation: the open invoices stay due as they are, and may still be paid.
	KeepOpen bool `json:"keep_open,omitzero"`
	// ChargeServed is for a cancellation, and for Close: the open invoices keep the part that was used until At, whatever
	// the refund rules say. The rules decide about their paid part. With Close, paid invoices stay as they are.
	ChargeServed bool `json:"charge_served,omitzero"`
	// VoidOpen is for a cancellation, and for Close: nothing stays due on the open invoices of time after At. The refund
	// rules decide about their paid part. With Close, paid invoices stay as they are.
	VoidOpen bool `json:"void_open,omitzero"`
	// Paid is for a cancellation: the money paid for the charges of the other invoices and not refunded yet, in major
	// units, not negative.
	Paid decimal.Decimal `json:"paid,omitzero"`
	// Exception is for a cancellation: it replaces the refund rules of the policy; nil applies them.
	Exception *credits.Exception `json:"exception,omitzero"`

	Contact      Contact            `json:"contact,omitzero"`      // recipient of the invoice
	DueAt        time.Time          `json:"due_at,omitzero"`       // payment deadline; zero is due on issue
	Installments int                `json:"installments,omitzero"` // number of installments; zero is one payment
	Every        proration.Interval `json:"every,omitzero"`        // time between installments
	// InstallmentWeights are the relative sizes of the installments, one for each; none is equal parts.
	InstallmentWeights []decimal.Decimal `json:"installment_weights,omitzero" canon:"count"`
	AsDraft            bool              `json:"as_draft,omitzero"` // a draft, not issued until the event Issued
}

// IssueResult is an invoice and the account after it.
type IssueResult struct {
	Account                    // account to store together with the documents
	CreditNotes []CreditResult `json:"credit_notes,omitzero"` // credit notes of open invoices, issued before the invoice
	Invoice     *Invoice       `json:"invoice,omitempty"`     // nil if there is nothing to bill or credit
	// Unbilled are the charges and credits of a change that wait for a later invoice, as Lines of its request.
	Unbilled []plans.Charge `json:"unbilled,omitzero"`
}

// Issue returns the next invoice of a contract and the account after it. It is also the preview: nothing happens until
// the caller stores the result. A period that is billed already is not billed again. The first invoice that is for no
// change bills the set-up fees of the contract, also in arrears.
//
// In advance, a change credits the billed charges that it replaces and bills the new charges for the same time. The
// effective time belongs to the new charges. In arrears, a new plan or anchor and a cancellation bill the time until
// then at the old prices and credit nothing; a later billing date bills the periods that ended. New quantities and
// prices are billed with the period, each for its days. An invoice in arrears covers at most the time until the end of
// the last term.
//
// A minimum commitment is measured after its period has ended, by everything that was billed for the period, usage and
// one-time charges included. The invoice that ends the period bills the shortfall: the one of the next period, of a
// change after which periods begin anew, or of the cancellation. An invoice issued before At bills no shortfall.
// Issuing that period again at its start bills the shortfall of the previous period and nothing else. The true-up of a
// commitment is billed in the same way by the first invoice of a period at the end of its length or later, and by the
// cancellation. The first invoice of a period starts the commitment.
//
// A cancellation credits unused charges by the refund rules of the policy, or by the Exception. It ends the account: no
// period is billed until a new anchor reactivates it. A credit of an open invoice is a credit note, which lowers that
// invoice first. Only the part that was paid becomes credit or, at a cancellation, what the rules say: money that never
// came in is never given back. Where the rules return nothing, an open invoice stays due.
//
// The discounts of the contract apply to periods, to terms, and to Lines billed with them. In advance, an invoice of a
// change or of Lines alone deducts only discounts with duration forever and no amount, since the period used the others
// already; a cancellation deducts none. Added units also have the repeating percentages and special prices of their
// period, until the end of the periods that these were agreed for. A charge that replaces another one keeps its
// deductions: the percentages and special prices until that end, and the unused part of amounts.
//
// Errors: those of [Build], so also a [TaxRequest]; those of [plans.Contract.Amended] and [credits.Unused]; ErrUnset
// for a missing UnbilledSince in arrears and for a missing ID; ErrInvalid for billing an up-front term in arrears, for
// Paid, KeepOpen or Exception without a cancellation, for answers without a document, and for an ID used before; and
// the faults of Open. Issue returns a [plans.Refusal] for a period after the last term or after an unbilled period, for
// a change of unbilled time, for a change before one that is billed already, and for a change of a canceled contract
// other than a new anchor or another cancellation.
func Issue(o IssueRequest) (IssueResult, error) {
	if loc := o.Contract.Cycle.Location; loc != nil {
		o.At = o.At.In(loc)
	} else {
		o.At = o.At.UTC()
	}
	var f fault.List
	f.Under("policy", o.Policy.Validate())
	w := work{since: o.UnbilledSince, ended: o.EndedAt, itemsTo: o.ItemsBilledTo, after: o.Contract}
	w.rest, w.outside = o.remaining(&f)
	if o.At.IsZero() {
		f.Add("at", proration.ErrUnset, "required, the effective time")
	}
	if o.At.UTC().Year() > canon.LastYear {
		f.Add("at", proration.ErrLimit, "must be in the year %d or earlier; got %d", canon.LastYear, o.At.UTC().Year())
	}
	o.check(&f, w.rest)
	if f != nil {
		return IssueResult{}, f.Err()
	}
	o.Change = o.Contract.ReturningPrices(o.Change, o.UnexpiredCharges, o.At)
	if o.IssuedAt.IsZero() {
		o.IssuedAt = o.At
	}
	w.IssueRequest, w.ids = o, append([]string{o.ID}, o.MoreIDs...)
	w.wait()
	if err := w.inOrder(); err != nil {
		return IssueResult{}, err
	}
	w.countLines()
	var err error
	switch {
	case !w.ended.IsZero(): // a canceled contract bills only the lines passed in
	case o.Policy.Timing == proration.InArrears:
		err = w.arrears()
	case o.Close && (o.ChargeServed || o.VoidOpen):
		err = w.serve()
	case o.Close:
		w.lines, err = w.unused(&plans.Amendment{Replaced: []plans.ItemQuantity{{}}})
	case o.Items:
		err = w.items()
	case o.Change.IsZero():
		err = w.period()
	default:
		err = w.change()
	}
	if err == nil {
		err = w.trueUp()
	}
	if err == nil {
		err = w.setUp()
	}
	if err != nil {
		return IssueResult{}, err
	}
	return w.document()
}

// remaining adds the faults of the contract, and returns its portions that are paid for from At on, or the error that
// At is outside its terms: not every request needs the portions.
func (o *IssueRequest) remaining(f *fault.List) ([]proration.Portion, error) {
	rest, err := o.Contract.RemainingPortions(o.At)
	for _, e := range fault.All(err) {
		if e.Field != "at" {
			f.Under("", e)
		}
	}
	return rest, err
}

// check adds the faults of fields that contradict each other.
func (o *IssueRequest) check(f *fault.List, rest []proration.Portion) {
	if o.Policy.Timing == proration.InArrears && o.UnbilledSince.IsZero() {
		f.Add("unbilled_since", proration.ErrUnset, "required in arrears, the start of the unbilled time")
	}
	if fault.Amount(f, "paid", o.Paid) && !o.Paid.IsZero() && !o.Change.Cancel {
		f.Add("paid", proration.ErrInvalid, "must be zero unless the change is a cancellation; got %v", o.Paid)
	}
	if o.Exception != nil && !o.Change.Cancel {
		f.Add("exception", proration.ErrInvalid, "must be nil unless the change is a cancellation")
	}
	o.checkOpen(f)
	if o.Close && !o.Change.IsZero() {
		f.Add("close", proration.ErrInvalid, "must be false for a change")
	}
	if !o.ProrateFrom.IsZero() {
		o.checkProrateFrom(f, rest)
	}
	o.checkExtent(f)
	o.checkItems(f)
	if o.UnbilledAs != "" && (o.Change.IsZero() || o.Change.Cancel) {
		f.Add("unbilled_as", proration.ErrInvalid, "must be empty unless the contract changes and goes on")
	}
	for i := range o.Lines {
		if c := &o.Lines[i]; c.ID == "" && !c.PricedAt.IsZero() {
			f.Add(fault.At("lines", i)+".id", proration.ErrUnset, "required, the ID of the waiting charge")
		}
	}
	o.checkIssuedAt(f)
}

// work is an invoice that Issue is computing.
type work struct {
	IssueRequest
	byCharge map[string][]*plans.Charge // unexpired charges and their credits, by ID of the charge; made by known
	after    plans.Contract             // contract after the invoice
	since    time.Time                  // UnbilledSince after the invoice
	ended    time.Time                  // EndedAt after the invoice
	itemsTo  time.Time                  // ItemsBilledTo after the invoice
	lines    []plans.Charge             // computed lines before discounts
	waits    []plans.Charge             // charges of earlier changes that wait for an invoice
	on       []plans.Discount           // discounts to deduct from the lines
	used     bool                       // on is all discounts of the contract, which then keeps the remaining ones
	notes    []CreditResult             // credit notes of open invoices
	ids      []string                   // IDs of the documents to come
	renews   bool                       // the contract renews if it is billed to the end of its last term
	refund   decimal.Decimal            // amount to refund in money
	diluted  []dilution                 // kept percentages that are averages
	settled  time.Time                  // start of the length of the commitment that follows the true-ups of the invoice
	partly   bool                       // in arrears, a change cuts the present period, and the lines are for a part of it

	rest    []proration.Portion // portions of the contract that are paid for from At on, given that all was billed
	outside error               // error that At is outside the terms, so that there is no rest
}
