package invoice

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// ReconcileRequest asks what differs between what was billed and what should have been.
type ReconcileRequest struct {
	Billed   []plans.Charge   `json:"billed"`   // what was billed, and the credits that were issued for it, in the order of billing
	Proposed []plans.Charge   `json:"proposed"` // what should have been billed; credits among them take back what they free
	Policy   proration.Policy `json:"policy"`   // how to count and round; the places are the currency's
	Location *time.Location   `json:"-"`        // whose calendar counts the days; nil is UTC
}

// ReconcileResult is what turns what was billed into what should have been.
type ReconcileResult struct {
	Lines []plans.Charge `json:"lines,omitzero"` // credits, which name what they correct, and charges, by start; none where both agree
	Kept  []plans.Charge `json:"kept,omitzero"`  // what of the billed charges is right and stays, by start: each stretch of time without what was credited
}

// Reconcile matches what was billed with what should have been, and returns only what differs. Asked again, with its lines added to what
// was billed, it returns none.
//
// Time is cut wherever a charge or a credit begins or ends. For each stretch, the units that are billed, less those that credits freed, are
// matched one by one with those that are proposed of the same plan, item, price and discounts; what a charge is called and whether it was
// bought at once or added plays no part. Money that was given back frees nothing: it only lowers what a credit can be. Of several billed charges
// the one of the units further down is matched first, and of those the later in the list. What is sold once, used, owed for
// leaving or lacking, and whatever has no span, is matched as a whole or not at all.
//
// What is left of the billed side is credited by [credits.Unused], in the share of what was billed, and never more than that less its
// credits; as a whole, all that is left of it. What is left of the proposed side is charged: the last units, at what they cost,
// for their share of the period, with the deductions in proportion; a charge of which all is left, as it is. Neighboring stretches
// of which the same is left make one line, and lines of zero are left out. Lines have no ID, and parts no taxes yet.
//
// It takes 10,000 charges on each side, cut into 500,000 pieces in all.
// Errors: ErrUnset for a charge that was billed without an ID, a kind and the policy; ErrInvalid for an ID that comes twice, a credit of what is
// not there or of more than was billed, a charge below zero, and several currencies; ErrPeriod for a span that ends before it starts;
// ErrLimit for more charges, pieces or digits than that; and those of credits.Unused, credits.ForAmount and proration.Prorate, under the
// path of the charge.
func Reconcile(c ReconcileRequest) (ReconcileResult, error) {
	billed, proposed, err := c.sides()
	if err != nil {
		return ReconcileResult{}, err
	}
	matchWhole(billed, proposed)
	if err := matchTime(billed, proposed); err != nil {
		return ReconcileResult{}, err
	}
	var f fault.List
	var d ReconcileResult
	for _, p := range billed {
		path := element("billed", p.index)
		lines, err := c.credits(p)
		f.Under(path, err)
		d.Lines = append(d.Lines, lines...)
		kept, err := c.pieces(p, p.kept)
		f.Under(path, err)
		d.Kept = append(d.Kept, kept...)
	}
	for _, p := range proposed {
		lines, err := c.pieces(p, p.left)
		f.Under(element("proposed", p.index), err)
		for _, line := range lines {
			if line.ID = ""; !line.Net.IsZero() {
				d.Lines = append(d.Lines, line)
			}
		}
	}
	if f != nil {
		return ReconcileResult{}, f.Err()
	}
	byStart := func(a, b plans.Charge) int { return a.Span.Start.Compare(b.Span.Start) }
	slices.SortStableFunc(d.Lines, byStart)
	slices.SortStableFunc(d.Kept, byStart)
	return d, nil
}

// party is a charge of one side, and what came of it.
type party struct {
	charge *plans.Charge
	index  int                     // its place in the list
	before []*plans.Charge         // the credits that were issued for it
	stands []credits.RemainingSpan // its units that are billed or proposed, over time
	now    decimal.Decimal         // while a stretch is matched: how many of them are not matched yet
	left   []piece                 // what is not matched, from its start on
	kept   []piece                 // what is
}

// piece is some units of a charge for some time: those above low, up to high.
type piece struct {
	span      proration.Period
	low, high decimal.Decimal
}

// units is how many there are.
func (p piece) units() decimal.Decimal { return p.high.Sub(p.low) }

// add appends a piece, or makes the last one longer.
func add(pieces []piece, p piece) []piece {
	if n := len(pieces) - 1; n >= 0 && pieces[n].span.End.Equal(p.span.Start) && pieces[n].low.Equal(p.low) && pieces[n].high.Equal(p.high) {
		pieces[n].span.End = p.span.End
		return pieces
	}
	return append(pieces, p)
}

// spanned reports whether a charge is for a time.
func spanned(c *plans.Charge) bool { return c.Span.Start.Before(c.Span.End) }

// whole reports whether a charge is matched as a whole: whoever needs less of it by time was not billed by time.
func whole(c *plans.Charge) bool {
	switch c.Kind {
	case plans.Usage, plans.OneTime, plans.Shortfall, plans.Termination:
		return true
	case plans.Recurring, plans.ProrationCharge, plans.Extension, plans.ProrationCredit, plans.Refund:
	}
	return !spanned(c)
}

// all is how many units a charge has; one of what is not counted.
func all(c *plans.Charge) decimal.Decimal {
	if c.Quantity.IsZero() {
		return decimal.New(1, 0)
	}
	return c.Quantity
}

// order puts the charge of the units further down first, and of those the later in the list.
func order(a, b *party) int {
	return cmp.Or(baseQuantity(a.charge).Cmp(baseQuantity(b.charge)), cmp.Compare(b.index, a.index))
}

// baseQuantity returns the units paid for before those of an incremental charge, and zero for any other charge.
func baseQuantity(c *plans.Charge) decimal.Decimal {
	if c.BaseQuantity == nil {
		return decimal.Decimal{}
	}
	return *c.BaseQuantity
}

func element(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }
