package invoice

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// ReconcileRequest asks for the difference between the billed charges and the correct ones.
type ReconcileRequest struct {
	Billed   []plans.Charge   `json:"billed"`   // billed charges and their credits, in the order of billing
	Proposed []plans.Charge   `json:"proposed"` // correct charges; credits among them release units of these charges
	Policy   proration.Policy `json:"policy"`   // how to count time and round; the currency sets the places
	Location *time.Location   `json:"-"`        // time zone that counts the days; nil is UTC
	// SamePeriod matches only charges of the same period, which cost the same for the same time, and no charge that is
	// credited in full. The difference then adds up to what is proposed, up to rounding.
	SamePeriod bool `json:"same_period,omitzero"`
}

// ReconcileResult is the difference between the billed charges and the correct ones.
type ReconcileResult struct {
	// Lines are the credits and charges to bill, by start. Credits name the charge that they correct. None is no
	// difference.
	Lines []plans.Charge `json:"lines,omitzero"`
	// Kept are the matched parts of the billed charges, by start, without credited units.
	Kept []plans.Charge `json:"kept,omitzero"`
}

// Reconcile matches the billed charges with the correct ones and returns the difference as lines. With these lines
// added to the billed charges, it returns none.
//
// Time is split wherever a charge or credit begins or ends. For each stretch of time, the billed units that no credit
// released are matched one by one with proposed units of the same plan, item, price and discounts. The kind of a
// charge, such as recurring or proration charge, does not matter. Credits of money alone release no units; they only
// lower the cap of later credits. Lower unit ranges are matched first; ties go to the later charge. One-time, usage,
// termination and shortfall charges, and charges without a span, match as a whole.
//
// Unmatched billed units are credited by [credits.Unused] in proportion to the billed amount, at most that amount less
// its credits; a charge that matches as a whole is credited in full. Unmatched proposed units are charged: the highest
// units, at their price, for their share of the period, with deductions in proportion; an entirely unmatched charge is
// unchanged. Neighboring stretches with the same unmatched units become one line, and zero lines are omitted. Lines
// have no ID, and partial charges have no taxes yet.
//
// A call takes at most 10,000 charges on each side, split into at most 500,000 pieces in total.
//
// Errors: ErrUnset for a billed charge without an ID, and for a missing kind or policy; ErrInvalid for an ID that
// appears twice, a credit of an unknown charge or of more than was billed, a negative charge, and several currencies;
// ErrPeriod for a span that does not end after its start; ErrLimit for more charges, pieces or digits than allowed; and
// those of [credits.Unused], [credits.ForAmount] and [proration.Prorate], under the path of the charge.
func Reconcile(c ReconcileRequest) (ReconcileResult, error) {
	billed, proposed, err := c.sides()
	if err != nil {
		return ReconcileResult{}, err
	}
	if c.SamePeriod {
		billed, proposed = withoutCredited(billed, proposed)
	}
	c.matchWhole(billed, proposed)
	if err := c.matchTime(billed, proposed); err != nil {
		return ReconcileResult{}, err
	}
	var f fault.List
	var d ReconcileResult
	d.reserve(billed, proposed)
	var room []plans.Charge
	for _, p := range billed {
		path := fault.At("billed", p.index)
		var err error
		d.Lines, err = c.credits(d.Lines, p, &room)
		f.Under(path, err)
		d.Kept, err = c.pieces(d.Kept, p, p.kept)
		f.Under(path, err)
	}
	credited := len(d.Lines)
	for _, p := range proposed {
		var err error
		d.Lines, err = c.pieces(d.Lines, p, p.left)
		f.Under(fault.At("proposed", p.index), err)
	}
	for i := range d.Lines[credited:] {
		d.Lines[credited+i].ID = ""
	}
	free := func(line plans.Charge) bool { return line.ID == "" && line.Net.IsZero() }
	d.Lines = slices.DeleteFunc(d.Lines, free)
	if f != nil {
		return ReconcileResult{}, f.Err()
	}
	if len(d.Lines) == 0 {
		d.Lines = nil
	}
	byStart := func(a, b plans.Charge) int { return a.Span.Start.Compare(b.Span.Start) }
	slices.SortStableFunc(d.Lines, byStart)
	slices.SortStableFunc(d.Kept, byStart)
	return d, nil
}

// reserve makes room for the lines and the kept parts.
func (d *ReconcileResult) reserve(billed, proposed []*party) {
	lines, kept := 0, 0
	for _, p := range billed {
		lines, kept = lines+len(p.left), kept+len(p.kept)
	}
	for _, p := range proposed {
		lines += len(p.left)
	}
	if lines > 0 {
		d.Lines = make([]plans.Charge, 0, lines)
	}
	if kept > 0 {
		d.Kept = make([]plans.Charge, 0, kept)
	}
}

// party is a charge of one side and the result of its matching.
type party struct {
	charge *plans.Charge
	index  int                     // index in its list
	before []*plans.Charge         // earlier credits of the charge
	stands []credits.RemainingSpan // units that no credit released, over time
	now    decimal.Decimal         // unmatched units of the current stretch of time
	left   []piece                 // unmatched units, by start
	kept   []piece                 // matched units, by start
}

// piece is a range of units of a charge, those above low up to high, for some time.
type piece struct {
	span      proration.Period
	low, high decimal.Decimal
}

// units returns the number of units.
func (p piece) units() decimal.Decimal { return exact.Minus(p.high, p.low) }

// add appends a piece, or extends the last one if it has the same units and ends at the start of the new one.
func add(pieces []piece, p piece) []piece {
	if n := len(pieces) - 1; n >= 0 && pieces[n].span.End.Equal(p.span.Start) &&
		pieces[n].low.Equal(p.low) && pieces[n].high.Equal(p.high) {
		pieces[n].span.End = p.span.End
		return pieces
	}
	return append(pieces, p)
}

// spanned reports whether a charge has a span of time.
func spanned(c *plans.Charge) bool { return c.Span.Start.Before(c.Span.End) }

// whole reports whether a charge matches as a whole: usage, one-time, shortfall and termination charges, and charges
// without a span.
func whole(c *plans.Charge) bool {
	switch c.Kind {
	case plans.Usage, plans.OneTime, plans.Shortfall, plans.Termination:
		return true
	case plans.Recurring, plans.ProrationCharge, plans.Extension, plans.ProrationCredit, plans.Refund:
	}
	return !spanned(c)
}

// all returns the units of a charge; a charge without a quantity is one unit.
func all(c *plans.Charge) decimal.Decimal {
	if c.Quantity.IsZero() {
		return decimal.New(1, 0)
	}
	return c.Quantity
}

// order puts lower unit ranges first; ties go to the later charge.
func order(a, b *party) int {
	return cmp.Or(baseQuantity(a.charge).Cmp(baseQuantity(b.charge)), cmp.Compare(b.index, a.index))
}

// baseQuantity returns the number of units below those of an incremental charge, and zero for any other charge.
func baseQuantity(c *plans.Charge) decimal.Decimal {
	if c.BaseQuantity == nil {
		return decimal.Decimal{}
	}
	return *c.BaseQuantity
}
