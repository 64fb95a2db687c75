package invoice

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/canon"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/plans"
)

// Receivable is the record of the money owed on an invoice: its payments, its credits and the state of its collection.
// It changes through [Apply], [Credit] and [Receivable.Corrected], while the invoice never changes. The caller stores
// both. Amounts are in major units of Currency.
type Receivable struct {
	Invoice   string          `json:"invoice"`             // ID of the invoice
	Currency  plans.Currency  `json:"currency"`            // currency of every amount
	IssuedAt  time.Time       `json:"issued_at"`           // time of issue of the invoice
	Phase     Phase           `json:"phase"`               // state of the payment and the collection
	AmountDue decimal.Decimal `json:"amount_due,omitzero"` // amount due as issued, not negative
	Events    []Event         `json:"events,omitzero"`     // payments and other events since issue, oldest first
	// Lines are the amounts of the lines of the invoice in their order, from which credit notes are computed.
	Lines []ReceivableLine `json:"lines,omitzero"`
	Seal  string           `json:"seal"` // seal of the invoice
	// Installments are the parts of AmountDue and the times at which they are due; none is one payment.
	Installments []plans.Installment `json:"installments,omitzero"`

	// The fields from here on are the state of collection. They are zero once the receivable is settled.

	ServiceFrom time.Time `json:"service_from,omitzero"` // start of the service that the invoice pays for
	CollectAt   time.Time `json:"collect_at,omitzero"`   // time of a postponed first collection; zero is none
	Held        bool      `json:"held,omitzero"`         // collection waits for more to collect, without a time
	RequestedAt time.Time `json:"requested_at,omitzero"` // time of the collection request whose result is unknown
	// DueAt is the due date of an invoice that is paid by hand, set by the caller. It is zero once it has passed.
	DueAt time.Time `json:"due_at,omitzero"`
	// FirstFailedAt is the time at which the first payment failed or the due date passed. Zero is not overdue.
	FirstFailedAt time.Time `json:"first_failed_at,omitzero"`
	GraceUntil    time.Time `json:"grace_until,omitzero"`  // first time after the grace period; zero is no such time
	RetryAt       time.Time `json:"retry_at,omitzero"`     // time of the next automatic retry; zero is none
	Retries       int       `json:"retries,omitzero"`      // number of automatic retries so far
	HardDecline   bool      `json:"hard_decline,omitzero"` // no retry succeeds until another payment method is added
}

// ReceivableLine is the amounts of one line of an invoice, and its credits so far.
type ReceivableLine struct {
	Plan      string            `json:"plan,omitzero"`      // ID of the plan
	Item      string            `json:"item,omitzero"`      // ID of the item
	Net       decimal.Decimal   `json:"net"`                // billed amount before tax; negative for a credit line
	Discounts []plans.Deduction `json:"discounts,omitzero"` // discounts deducted from the line
	Untaxed   decimal.Decimal   `json:"untaxed,omitzero"`   // part of Net paid by credit before tax, so not taxed
	Taxes     []plans.Tax       `json:"taxes,omitzero"`     // taxes as billed
	Credits   []LineCredit      `json:"credits,omitzero"`   // credits of the line by other documents, oldest first
}

// LineCredit is a credit of a line by another document. Its amounts are not positive.
type LineCredit struct {
	ID        string            `json:"id"`                 // ID of the crediting line
	Net       decimal.Decimal   `json:"net"`                // credited amount before tax
	Discounts []plans.Deduction `json:"discounts,omitzero"` // discounts credited back, without reasons
	Untaxed   decimal.Decimal   `json:"untaxed,omitzero"`   // credited part of the untaxed amount
	Taxes     []plans.Tax       `json:"taxes,omitzero"`     // taxes credited back
}

// NewReceivable returns the receivable of a new invoice: draft for a draft, paid if nothing is due, and otherwise open.
// The caller sets ServiceFrom if service starts at another time than the issue, and DueAt if the customer pays by hand.
func NewReceivable(inv Invoice) Receivable {
	r := Receivable{
		Invoice: inv.ID, Currency: inv.Currency, IssuedAt: inv.IssuedAt, Phase: PhaseOpen, AmountDue: inv.AmountDue,
		Seal: inv.Seal, ServiceFrom: inv.IssuedAt, Installments: inv.Installments,
	}
	for _, c := range inv.Lines {
		line := ReceivableLine{Net: c.Net}
		if c.Corrects == "" {
			line = ReceivableLine{
				Plan: c.Plan, Item: c.Item, Net: c.Net,
				Discounts: c.Discounts, Untaxed: c.Untaxed, Taxes: c.Taxes,
			}
		}
		r.Lines = append(r.Lines, line)
	}
	if inv.Draft {
		r.Phase = PhaseDraft
		return r
	}
	r.enter(PhaseOpen)
	return r
}

// Match returns nil if the receivable belongs to the invoice and neither was edited.
// Errors: those of [Check]; the faults of the receivable, as in [Apply]; [ErrSealed] for the first field of the
// receivable that differs from the invoice, and for the phase of a draft without the event [Issued].
func (r Receivable) Match(inv Invoice) error {
	if err := Check(inv); err != nil {
		return err
	}
	if err := r.check(); err != nil {
		return fault.Under("receivable", err)
	}
	own := NewReceivable(inv)
	should, is := own.issued(), r.issued()
	if field := differs(&canon.Comparer{}, &should, &is); field != "" {
		return fault.New("receivable."+field, ErrSealed, "must be that of invoice %.40q", inv.ID)
	}
	var first EventKind
	if len(r.Events) > 0 {
		first = r.Events[0].Kind
	}
	// a draft and an issued invoice can both be voided
	if first != Voided && inv.Draft != (r.Phase == PhaseDraft || first == Issued) {
		return fault.New("receivable.phase", ErrSealed, "must be draft for a draft, until the event issued, and only then; "+
			"got %v", r.Phase)
	}
	return nil
}

// issued returns the part of the receivable that never changes.
func (r *Receivable) issued() Receivable {
	own := Receivable{Invoice: r.Invoice, Currency: r.Currency, IssuedAt: r.IssuedAt, AmountDue: r.AmountDue, Seal: r.Seal}
	own.Lines = slices.Clone(r.Lines)
	for i := range own.Lines {
		own.Lines[i].Credits = nil
	}
	return own
}

// Corrected returns the receivable after another document that credits lines of its invoice, such as an invoice with
// credits for unused time. Recording the same document again changes nothing.
func (r Receivable) Corrected(by Invoice) Receivable {
	r.Lines = slices.Clone(r.Lines)
	index := make(map[string]int, len(r.Lines))
	for i := range r.Lines {
		index[lineid.Of(r.Invoice, i)] = i
	}
	for _, c := range by.Lines {
		i, known := index[c.Corrects]
		if !known || slices.ContainsFunc(r.Lines[i].Credits, func(k LineCredit) bool { return k.ID == c.ID }) {
			continue
		}
		credit := LineCredit{ID: c.ID, Net: c.Net, Untaxed: c.Untaxed, Taxes: c.Taxes}
		for _, d := range c.Discounts {
			credit.Discounts = append(credit.Discounts, plans.Deduction{Discount: d.Discount, Amount: d.Amount})
		}
		r.Lines[i].Credits = append(slices.Clip(r.Lines[i].Credits), credit)
	}
	return r
}

// Owing reports whether the receivable waits for a payment or for the result of one.
func (r Receivable) Owing() bool {
	switch r.Phase {
	case PhaseOpen, PhaseHeld, PhaseRequested, PhasePending, PhaseOverdue, PhaseRetracted:
		return true
	case PhaseDraft, PhasePaid, PhaseVoid, PhaseUncollectible:
	}
	return false
}

// Overdue reports whether a payment failed, was disputed or is late, and the amount is still owed. A receivable that
// becomes void is not overdue.
func (r Receivable) Overdue() bool {
	return !r.FirstFailedAt.IsZero() && r.Owing() && r.Phase != PhaseRetracted
}

// LoweredBy returns the IDs of the credit notes that only reduced the outstanding amount: no part of them was granted
// or refunded.
func (r Receivable) LoweredBy() (ids []string) {
	for _, e := range r.Events {
		if e.Kind != Credited {
			continue
		}
		left := e.Amount
		for _, line := range r.Lines {
			for _, c := range line.Credits {
				if lineid.Invoice(c.ID) == e.ID {
					left = left.Add(c.gross())
				}
			}
		}
		if left.IsZero() {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// gross returns the credited amount with its taxes, not positive.
func (c LineCredit) gross() decimal.Decimal {
	sum := c.Net
	for _, t := range c.Taxes {
		if !t.Included {
			sum = sum.Add(t.Amount)
		}
	}
	return sum
}

// Received returns the money received for the invoice less the money disputed, reversed and refunded, not negative. A
// surplus does not count.
func (r Receivable) Received() decimal.Decimal {
	return r.sum(decimal.Decimal{}, kindsOf(Succeeded, DisputeWon), kindsOf(Disputed, Reversed, Refunded))
}

// Outstanding returns the amount still to be paid, not negative: the amount due less payments, applied credit and
// credit notes. A disputed or reversed payment is outstanding again, and so is credit that came from one; a refunded
// payment is if it is owed again. It is zero for a void invoice.
func (r Receivable) Outstanding() decimal.Decimal {
	if r.Phase == PhaseVoid || !exact.Sensible(r.AmountDue) {
		return decimal.Decimal{}
	}
	return r.sum(r.AmountDue, kindsOf(Disputed, Reversed, CreditReversed)|owedAgain,
		kindsOf(Succeeded, DisputeWon, Credited, CreditApplied))
}

// kinds is a set of kinds of events.
type kinds uint64

const owedAgain kinds = 1 << 63 // refunds that the customer owes again

// kindsOf returns the set of some kinds.
func kindsOf(all ...EventKind) (k kinds) {
	for _, kind := range all {
		k |= 1 << kind
	}
	return k
}

// has reports whether the set has the kind of an event.
func (k kinds) has(e *Event) bool { return k>>e.Kind&1 == 1 || e.OwedAgain && k&owedAgain != 0 }

// sum returns an amount plus the events of some kinds, less those of others.
func (r *Receivable) sum(amount decimal.Decimal, plus, less kinds) decimal.Decimal {
	var sum exact.Sum
	sum.Add(amount)
	for i := range r.Events {
		switch e := &r.Events[i]; {
		case !exact.Sensible(e.Amount):
		case plus.has(e):
			sum.Add(e.Amount)
		case less.has(e):
			sum.Subtract(e.Amount)
		}
	}
	return sum.Decimal()
}

// changedAt returns the time of the last event, or of the issue.
func (r *Receivable) changedAt() time.Time {
	if n := len(r.Events); n > 0 {
		return r.Events[n-1].At
	}
	return r.IssuedAt
}

// payment returns the amount received with a payment and not returned since.
func (r *Receivable) payment(id string) decimal.Decimal {
	return r.amount(Succeeded, id).Add(r.amount(DisputeWon, id)).Sub(r.amount(Disputed, id)).Sub(r.amount(Reversed, id))
}

// amount returns the total amount of the events of a kind with an ID.
func (r *Receivable) amount(kind EventKind, id string) decimal.Decimal {
	var sum decimal.Decimal
	for _, e := range r.Events {
		if e.Kind == kind && e.ID == id && exact.Sensible(e.Amount) {
			sum = sum.Add(e.Amount)
		}
	}
	return sum
}

// text formats an amount with the currency of the invoice.
func (r *Receivable) text(amount decimal.Decimal) string {
	places, err := r.Currency.Places()
	if err != nil {
		places = 0
	}
	return exact.Text(amount, places) + " " + string(r.Currency)
}
