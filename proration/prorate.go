package proration

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
)

// Request asks to prorate the amount of a period to a span of it.
type Request struct {
	Amount decimal.Decimal `json:"amount"`         // amount for the whole period, in major units; negative for a credit
	Period Period          `json:"period"`         // the whole anchored period, even if service starts or ends inside it
	Span   Period          `json:"span"`           // span to charge for, inside the period
	Policy Policy          `json:"policy"`         // day count and rounding
	Edges  Edges           `json:"edges,omitzero"` // what begins and ends the span

	Carry    Residual       `json:"carry,omitzero"` // residual of an earlier amount, added before rounding; zero is none
	Location *time.Location `json:"-"`              // time zone of the calendar days; nil is UTC; not needed for Seconds
}

// Result is a rounded amount with its calculation.
type Result struct {
	Amount   decimal.Decimal `json:"amount,omitzero"`   // rounded, in major units; a charge is positive, a credit negative
	Of       decimal.Decimal `json:"of,omitzero"`       // amount that the fraction is a share of
	Fraction Fraction        `json:"fraction,omitzero"` // share of Of; negative in a credit of [Adjust]
	Unit     string          `json:"unit,omitzero"`     // unit of the fraction, such as "days"
	Rounding Rounding        `json:"rounding,omitzero"` // how the exact amount was rounded
	Carry    Residual        `json:"carry,omitzero"`    // residual of an earlier amount, included in Amount
	Residual Residual        `json:"residual,omitzero"` // exact amount, Carry included, less Amount; the next Carry
	Capped   bool            `json:"capped,omitzero"`   // Amount was limited to the uncredited amount, or to zero
}

// Prorate returns the amount for the span: Amount × share of the period + Carry, divided once and rounded once.
// Errors: ErrUnset, ErrInvalid, ErrPeriod, ErrOutside, ErrZone or ErrLimit, with one [Error] per fault.
func Prorate(r Request) (line Result, err error) {
	part, usual := usualShare(&r.Period, &r.Span, &r.Policy, r.Location)
	usual = usual && r.Edges == Edges{}
	line.Of, line.Rounding, line.Carry = r.Amount, r.Policy.Rounding, r.Carry
	line.Fraction, line.Unit = part.Fraction, part.unit
	if usual && line.roundSmall() {
		return line, nil
	}
	if part, err = r.checked(); err != nil {
		return Result{}, err
	}
	line.Fraction, line.Unit = part.Fraction, part.unit
	line.round()
	return line, nil
}

// checked returns the share of a request, or all its faults.
func (r *Request) checked() (share, error) {
	var f fault.List
	fault.Amount(&f, "amount", r.Amount)
	r.checkSpan(&f)
	r.Policy.check(&f, "policy.")
	checkCarry(&f, r.Carry)
	if f != nil {
		return share{}, f.Err()
	}
	return r.share()
}

// Fraction returns the share without an amount. It ignores Amount, Carry and Rounding.
// Errors as for [Prorate].
func (r Request) Fraction() (Fraction, error) {
	var f fault.List
	r.checkSpan(&f)
	r.Policy.checkCounting(&f, "policy.")
	if f != nil {
		return Fraction{}, f.Err()
	}
	part, err := r.share()
	return part.Fraction, err
}

// checkSpan adds the faults of the period, the span and their zone.
func (r *Request) checkSpan(f *fault.List) {
	period := checkPeriod(f, "period", r.Period)
	if checkPeriod(f, "span", r.Span) && period {
		checkInside(f, "span", r.Span, r.Period)
	}
	r.Policy.checkZone(f, r.Location, "location")
	r.Policy.checkZone(f, r.Location, "period", r.Period.Start, r.Period.End)
	r.Policy.checkZone(f, r.Location, "span", r.Span.Start, r.Span.End)
	fault.Optional(f, "edges.extent", r.Edges.Extent)
}

// share returns the share of a checked request.
func (r *Request) share() (share, error) {
	m := newMeasure(r.Period, r.Policy, r.Location)
	return m.share(r.Span, r.Edges)
}

// round sets Amount and Residual from the other fields of the result. It is the only division and the only rounding.
func (r *Result) round() {
	term := r.term()
	r.Amount, r.Residual.remainder = term.Round(r.Rounding.Places, exact.Mode(r.Rounding.Mode))
}

// roundSmall is round for the usual case, and checks on the way that the amount is within the limits. Otherwise it
// returns false, and the caller takes the slow path.
func (r *Result) roundSmall() bool {
	if r.Of.Exponent() > smallExponent {
		return false
	}
	coef, ok := exact.RoundSmall(r.Of, r.Fraction.Num, r.Fraction.Den, &r.Carry.remainder,
		r.Rounding.Places, exact.Mode(r.Rounding.Mode), &r.Residual.remainder)
	if ok {
		r.Amount = decimal.New(coef, -r.Rounding.Places)
	}
	return ok
}

// smallExponent keeps an amount of 18 digits within the limits.
const smallExponent = 18

// term returns the exact value of the result.
func (r *Result) term() exact.Term {
	return exact.Term{Amount: r.Of, Num: r.Fraction.Num, Den: r.Fraction.Den, Carry: &r.Carry.remainder}
}
