package proration

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
)

// Request asks for the part of an amount that belongs to a span.
type Request struct {
	Amount decimal.Decimal `json:"amount"` // the amount for the whole period, in major units; a credit is negative
	Period Period          `json:"period"` // the whole anchored period, also where service began or ended inside it
	Span   Period          `json:"span"`   // the part asked for, inside the period
	Policy Policy          `json:"policy"` // how to count and round

	Carry    Residual       `json:"carry,omitzero"` // what the rounding of an earlier amount left over; zero is nothing
	Location *time.Location `json:"-"`              // whose calendar counts the days; nil is UTC. Not needed for seconds
}

// Result is an amount, and how it came about.
type Result struct {
	Amount   decimal.Decimal `json:"amount"`          // rounded, in major units; a charge is positive, a credit negative
	Of       decimal.Decimal `json:"of"`              // the amount for the whole
	Fraction Fraction        `json:"fraction"`        // the share of it
	Unit     string          `json:"unit,omitzero"`   // what the fraction counts, "days"
	Rounding Rounding        `json:"rounding"`        // how the exact amount was rounded
	Carry    Residual        `json:"carry,omitzero"`  // what came in from an earlier amount
	Residual Residual        `json:"residual"`        // what goes out: exact, carry included, less Amount
	Capped   bool            `json:"capped,omitzero"` // the share was more than was left; Amount is all that was left
}

// Prorate returns the amount for the span: Amount × share of the period + Carry, divided once and rounded once.
// Every error is an [Error], or several: ErrUnset, ErrInvalid, ErrPeriod, ErrOutside, ErrZone or ErrLimit.
func Prorate(r Request) (line Result, err error) {
	part, usual := usualShare(&r.Period, &r.Span, &r.Policy, r.Location)
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

// checked returns the share of a request, or every fault of it.
func (r *Request) checked() (share, error) {
	var f faults
	checkAmount(&f, "amount", r.Amount)
	r.checkSpan(&f)
	r.Policy.check(&f, "policy.")
	checkCarry(&f, r.Carry)
	if f != nil {
		return share{}, f.err()
	}
	return r.share()
}

// Fraction returns the share alone, without any money: Amount, Carry and Rounding play no part and may be left out.
// Errors as for [Prorate].
func (r Request) Fraction() (Fraction, error) {
	var f faults
	r.checkSpan(&f)
	r.Policy.checkCounting(&f, "policy.")
	if f != nil {
		return Fraction{}, f.err()
	}
	part, err := r.share()
	return part.Fraction, err
}

// checkSpan adds the faults of the period, the span and their zone.
func (r *Request) checkSpan(f *faults) {
	period := checkPeriod(f, "period", r.Period)
	if checkPeriod(f, "span", r.Span) && period {
		checkInside(f, "span", r.Span, r.Period)
	}
	r.Policy.checkZone(f, r.Location, "location")
	r.Policy.checkZone(f, r.Location, "period", r.Period.Start, r.Period.End)
	r.Policy.checkZone(f, r.Location, "span", r.Span.Start, r.Span.End)
}

// share is Fraction of a request that was checked.
func (r *Request) share() (share, error) {
	m := newMeasure(r.Period, r.Policy, r.Location)
	return m.share(r.Span)
}

// round fills in the amount and the residual of a result that has the rest. This is the one division and the one rounding.
func (r *Result) round() {
	term := r.term()
	r.Amount, r.Residual.remainder = term.Round(r.Rounding.Places, exact.Mode(r.Rounding.Mode))
}

// roundSmall is round in the usual case, and finds on the way that the amount is within the limits. Otherwise it returns
// false and the long way is taken.
func (r *Result) roundSmall() bool {
	if r.Of.Exponent() > smallExponent {
		return false
	}
	coef, ok := exact.RoundSmall(r.Of, r.Fraction.Num, r.Fraction.Den, &r.Carry.remainder, r.Rounding.Places, exact.Mode(r.Rounding.Mode), &r.Residual.remainder)
	if ok {
		r.Amount = decimal.New(coef, -r.Rounding.Places)
	}
	return ok
}

// smallExponent keeps 18 digits within the limits of an amount.
const smallExponent = 18

// term is the exact value of the result.
func (r *Result) term() exact.Term {
	return exact.Term{Amount: r.Of, Num: r.Fraction.Num, Den: r.Fraction.Den, Carry: &r.Carry.remainder}
}
