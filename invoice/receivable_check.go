package invoice

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// check returns the faults of a receivable, which may have been edited where it was stored: missing fields, numbers and
// lists beyond the limits, credits above their lines, and a phase that does not follow from the events and the state of
// collection. It does not need the invoice.
func (r *Receivable) check() error {
	var f fault.List
	if r.Invoice == "" {
		f.Add("invoice", proration.ErrUnset, "required, the ID of the invoice")
	}
	_, err := r.Currency.Places()
	f.Under("", err)
	if r.IssuedAt.IsZero() {
		f.Add("issued_at", proration.ErrUnset, "required, the time of issue")
	}
	fault.Enum(&f, "phase", phases, r.Phase)
	fault.NotNegative(&f, "amount_due", r.AmountDue)
	if r.Seal == "" {
		f.Add("seal", proration.ErrUnset, "required, the seal of the invoice")
	}
	if r.Retries < 0 {
		f.Add("retries", proration.ErrInvalid, "must not be negative; got %d", r.Retries)
	}
	r.checkTimes(&f)
	r.checkLines(&f)
	if len(r.Events) > 2*maxEvents {
		f.Add("events", proration.ErrLimit, "must be at most %d events; got %d", 2*maxEvents, len(r.Events))
		return f.Err()
	}
	for i, e := range r.Events {
		if !fault.Usable(e.Amount) {
			fault.Amount(&f, fault.At("events", i)+".amount", e.Amount)
		}
		if !fault.Usable(e.Surplus) {
			fault.Amount(&f, fault.At("events", i)+".surplus", e.Surplus)
		}
	}
	if f == nil {
		r.checkPhase(&f)
	}
	return f.Err()
}

// checkTimes adds the faults of times that JSON cannot store.
func (r *Receivable) checkTimes(f *fault.List) {
	for _, t := range [...]struct {
		field string
		at    time.Time
	}{
		{"issued_at", r.IssuedAt}, {"service_from", r.ServiceFrom}, {"collect_at", r.CollectAt},
		{"requested_at", r.RequestedAt}, {"due_at", r.DueAt}, {"first_failed_at", r.FirstFailedAt},
		{"grace_until", r.GraceUntil}, {"retry_at", r.RetryAt},
	} {
		checkYear(f, t.field, t.at)
	}
}

// checkLines adds the faults of the amounts of the lines and their credits.
func (r *Receivable) checkLines(f *fault.List) {
	if len(r.Lines) > maxLines {
		f.Add("lines", proration.ErrLimit, "must be at most %d lines; got %d", maxLines, len(r.Lines))
		return
	}
	for i := range r.Lines {
		var own fault.List
		r.Lines[i].check(&own)
		if own != nil {
			f.At("lines", i, own.Err())
		}
	}
}

// check adds the faults of a line and its credits.
func (line *ReceivableLine) check(f *fault.List) {
	checkAmounts(f, line.Net, line.Untaxed, line.Discounts, line.Taxes)
	if len(line.Credits) > maxCredits {
		f.Add("credits", proration.ErrLimit, "must be at most %d credits; got %d", maxCredits, len(line.Credits))
	}
	if *f != nil || len(line.Credits) == 0 {
		return
	}
	left, seen := line.Net, make(map[string]bool, len(line.Credits))
	for i := range line.Credits {
		c := &line.Credits[i]
		var own fault.List
		checkAmounts(&own, c.Net, c.Untaxed, c.Discounts, c.Taxes)
		switch {
		case c.ID == "":
			own.Add("id", proration.ErrUnset, "required, the ID of the crediting line")
		case seen[c.ID]:
			own.Add("id", proration.ErrInvalid, "must be unique; %.40q appears twice", c.ID)
		case own == nil && c.Net.IsPositive():
			own.Add("net", proration.ErrInvalid, "must not be positive; got %v", c.Net)
		}
		if own != nil {
			f.At("credits", i, own.Err())
			continue
		}
		seen[c.ID] = true
		left = left.Add(c.Net)
	}
	if left.IsNegative() && *f == nil {
		f.Add("credits", proration.ErrInvalid, "must be at most the net of %v; they exceed it by %v", line.Net, left.Neg())
	}
}

// checkAmounts adds the faults of the amounts of a line or a credit.
func checkAmounts(f *fault.List, net, untaxed decimal.Decimal, discounts []plans.Deduction, taxes []plans.Tax) {
	fault.Amount(f, "net", net)
	fault.Amount(f, "untaxed", untaxed)
	if len(taxes) > maxTaxes || len(discounts) > 2*maxDiscounts {
		f.Add("taxes", proration.ErrLimit, "must be at most %d taxes and %d discounts; got %d and %d",
			maxTaxes, 2*maxDiscounts, len(taxes), len(discounts))
		return
	}
	for i, d := range discounts {
		if !fault.Usable(d.Amount) {
			fault.Amount(f, fault.At("discounts", i)+".amount", d.Amount)
		}
	}
	for i, t := range taxes {
		f.At("taxes", i, checkTax(t.Name, t.Percent))
		if !fault.Usable(t.Amount) {
			fault.Amount(f, fault.At("taxes", i)+".amount", t.Amount)
		}
	}
}

// checkPhase adds the fault of a phase that does not follow from the events and the state of collection.
func (r *Receivable) checkPhase(f *fault.List) {
	again := Receivable{
		Invoice: r.Invoice, Currency: r.Currency, IssuedAt: r.IssuedAt, AmountDue: r.AmountDue, Lines: r.Lines,
	}
	if len(r.Events) == 0 && r.Phase == PhaseDraft ||
		len(r.Events) > 0 && (r.Events[0].Kind == Issued || r.Events[0].Kind == Voided) {
		again.Phase = PhaseDraft
	} else {
		again.enter(PhaseOpen)
	}
	for i, e := range r.Events {
		var err error
		if len(again.Events) == i { // otherwise the event before it voided the invoice
			if r.voidedBy(i, &again) {
				again.Phase = PhaseRetracted // Retracted is not in the log
			}
			err = again.apply(e)
		}
		if err != nil || len(again.Events) <= i || !again.Events[i].equal(&e) {
			f.Add(fault.At("events", i), proration.ErrInvalid, "must follow from the events before it; got %v of %.40q",
				e.Kind, e.ID)
			return
		}
	}
	if !again.allows(r.Phase) {
		f.Add("phase", proration.ErrInvalid, "must follow from the events, which lead to %v; got %v", again.Phase, r.Phase)
		return
	}
	r.checkCollection(f)
}

// voidedBy reports whether an event of the log voids an invoice that was retracted, given the receivable before it.
func (r *Receivable) voidedBy(i int, before *Receivable) bool {
	e := &r.Events[i]
	switch {
	case e.Kind == Voided:
		return before.Phase == PhasePending
	case e.Kind != Failed || i+1 == len(r.Events) || !before.Owing() || before.isOther(e.ID):
		return false
	}
	next := &r.Events[i+1]
	return next.equal(&Event{Kind: Voided, At: e.At})
}

// equal reports whether two events have the same content.
func (e *Event) equal(other *Event) bool {
	return e.Kind == other.Kind && e.ID == other.ID && e.At.Equal(other.At) && e.Amount.Equal(other.Amount) &&
		e.OccurredAt.Equal(other.OccurredAt) && e.OwedAgain == other.OwedAgain && e.Surplus.Equal(other.Surplus) &&
		e.Reason == other.Reason && other.Until.IsZero() && other.RetryAt.IsZero() && !other.Hard
}

// allows reports whether a receivable can be in the phase, if its events led to the phase of r and its collection is
// unknown.
func (r *Receivable) allows(p Phase) bool {
	switch r.Phase {
	case PhaseOpen, PhaseOverdue:
		return p == PhaseOpen || p == PhaseHeld || p == PhaseRequested || p == PhaseOverdue ||
			p == PhaseRetracted && !r.Received().IsPositive()
	case PhasePending:
		return p == PhasePending || p == PhaseRetracted && !r.Received().IsPositive()
	case PhaseDraft, PhaseHeld, PhaseRequested, PhaseRetracted, PhasePaid, PhaseVoid, PhaseUncollectible:
	}
	return p == r.Phase
}

// checkCollection adds the faults of collection fields that contradict the phase.
func (r *Receivable) checkCollection(f *fault.List) {
	var requested, due bool
	switch r.Phase {
	case PhaseRequested, PhasePending, PhaseRetracted:
		requested, due = true, true
	case PhaseOpen, PhaseHeld, PhaseOverdue:
		due = true
		if want := r.due(); r.Phase != want {
			f.Add("phase", proration.ErrInvalid, "must be %v, as first_failed_at, collect_at and held say; got %v",
				want, r.Phase)
		}
	case PhaseDraft, PhasePaid, PhaseVoid, PhaseUncollectible:
	}
	if r.RequestedAt.IsZero() == requested {
		f.Add("requested_at", proration.ErrInvalid, "must be set in the phases requested, pending and retracted only; "+
			"the phase is %v", r.Phase)
	}
	if !due && (r.Held || !r.CollectAt.IsZero() || !r.FirstFailedAt.IsZero()) {
		f.Add("phase", proration.ErrInvalid, "must wait for money if collect_at, held or first_failed_at is set; got %v",
			r.Phase)
	}
}
