package lifecycle_test

import (
	"slices"
	"sync"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// candidate is an event that a history can apply at an instant. It returns false if the history has no object for it,
// such as an open invoice.
type candidate struct {
	name  string
	event func(h *history, at time.Time) (lifecycle.Event, bool)
}

// ofKind returns a candidate of a kind without values.
func ofKind(kind lifecycle.EventKind) candidate {
	return candidate{kind.String(), func(*history, time.Time) (lifecycle.Event, bool) { return lifecycle.Event{Kind: kind}, true }}
}

// changeSeats returns a candidate that changes the quantity.
func changeSeats(n string) candidate {
	return candidate{"seats " + n, func(*history, time.Time) (lifecycle.Event, bool) {
		return lifecycle.Event{Kind: lifecycle.Changed, Change: unitsOf("seat", giventest.Money(n))}, true
	}}
}

// changePlan returns a candidate that changes the plan.
func changePlan(id string) candidate {
	return candidate{"plan " + id, func(*history, time.Time) (lifecycle.Event, bool) {
		plan := planByID[id]
		return lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Plan: &plan}}, true
	}}
}

// paymentEvent returns a candidate about the first or the last invoice that has one of the statuses.
func paymentEvent(kind lifecycle.EventKind, last, hard bool, of ...string) candidate {
	name := kind.String()
	if last {
		name += " of the last"
	}
	if hard {
		name += " hard"
	}
	return candidate{name, func(h *history, _ time.Time) (lifecycle.Event, bool) {
		all := slices.Clone(h.sub.Receivables)
		if last {
			slices.Reverse(all)
		}
		i := slices.IndexFunc(all, func(r invoice.Receivable) bool {
			return slices.Contains(of, r.Phase.Status()) && (kind != lifecycle.PaymentRefunded || r.Received().IsPositive())
		})
		if i < 0 || last && len(all) == 1 {
			return lifecycle.Event{}, false
		}
		e := lifecycle.Event{Kind: kind, Reason: "goodwill", Payment: lifecycle.Payment{Invoice: all[i].Invoice, Hard: hard}}
		if kind == lifecycle.InvoiceCredited {
			e.As = credits.AsBalance
		}
		return e, true
	}}
}

// reportOf returns a candidate that tells the result of a dispute or of a refund.
func reportOf(kind lifecycle.EventKind) candidate {
	return candidate{kind.String(), func(h *history, _ time.Time) (lifecycle.Event, bool) {
		if n := len(h.sub.Refunds); kind == lifecycle.RefundFailed && n > 0 {
			return lifecycle.Event{Kind: kind, Payment: lifecycle.Payment{ID: h.sub.Refunds[n-1].ID}}, true
		}
		i := slices.IndexFunc(h.sub.Receivables, func(r invoice.Receivable) bool {
			return slices.ContainsFunc(r.Events, func(e invoice.Event) bool { return e.Kind == invoice.Disputed })
		})
		if i < 0 || kind == lifecycle.RefundFailed {
			return lifecycle.Event{}, false
		}
		return lifecycle.Event{Kind: kind, Payment: lifecycle.Payment{Invoice: h.sub.Receivables[i].Invoice}}, true
	}}
}

// cancelWith returns a candidate that requests a cancellation.
func cancelWith(when plans.EffectiveTiming, by plans.Actor) candidate {
	return candidate{"canceled " + when.String(), func(*history, time.Time) (lifecycle.Event, bool) {
		return lifecycle.Event{Kind: lifecycle.CancellationRequested, Effective: when, By: by}, true
	}}
}

// fixedEvent returns a candidate with the values of an event.
func fixedEvent(name string, e lifecycle.Event) candidate {
	return candidate{name, func(*history, time.Time) (lifecycle.Event, bool) { return e, true }}
}

// chargeOf returns a charge added by hand.
func chargeOf(item, price string) []plans.Charge {
	return []plans.Charge{{Item: item, Quantity: giventest.Money("1"), Price: plans.Price{Unit: giventest.Money(price)}}}
}

// candidates returns every kind of event, some with several values.
func candidates() []candidate {
	owing := []string{"open", "pending"}
	open := []string{"open"}
	price, four := plans.Price{Unit: giventest.Money("25.00")}, giventest.Money("4")
	var none decimal.Decimal
	half := plans.Term{Length: giventest.Interval("P6M"), Percent: giventest.Money("10"), Billing: plans.UpFront, Renewal: plans.Renew}
	return []candidate{
		paymentEvent(lifecycle.PaymentSucceeded, false, false, owing...),
		paymentEvent(lifecycle.PaymentFailed, false, false, owing...),
		paymentEvent(lifecycle.PaymentAttempted, false, false, open...),
		{"paid in part", func(h *history, at time.Time) (lifecycle.Event, bool) {
			e, is := paymentEvent(lifecycle.PaymentSucceeded, false, false, open...).event(h, at)
			e.Payment.Amount = giventest.Money("5.00")
			return e, is
		}},
		paymentEvent(lifecycle.PaymentSucceeded, true, false, owing...),
		paymentEvent(lifecycle.PaymentFailed, true, false, owing...),
		paymentEvent(lifecycle.PaymentFailed, false, true, owing...),
		paymentEvent(lifecycle.PaymentDisputed, true, false, "paid"),
		paymentEvent(lifecycle.PaymentDisputed, false, false, "paid"),
		paymentEvent(lifecycle.PaymentRefunded, false, false, "paid", "open"),
		paymentEvent(lifecycle.PaymentReversed, false, false, "paid"),
		reportOf(lifecycle.DisputeWon), reportOf(lifecycle.DisputeLost), reportOf(lifecycle.RefundFailed),
		fixedEvent("paid out", lifecycle.Event{Kind: lifecycle.CreditPaidOut, Payment: lifecycle.Payment{Amount: giventest.Money("5.00")}}),
		paymentEvent(lifecycle.InvoiceVoided, false, false, open...),
		paymentEvent(lifecycle.InvoiceVoided, true, false, open...),
		paymentEvent(lifecycle.InvoiceWrittenOff, false, false, open...),
		paymentEvent(lifecycle.InvoiceCredited, false, false, "open", "pending", "paid"),
		{"credited by the open part", func(h *history, at time.Time) (lifecycle.Event, bool) {
			e, is := paymentEvent(lifecycle.InvoiceCredited, false, false, open...).event(h, at)
			if i := slices.IndexFunc(h.sub.Receivables, func(r invoice.Receivable) bool { return r.Invoice == e.Payment.Invoice }); is && i >= 0 {
				e.Payment.Amount = h.sub.Receivables[i].Outstanding()
			}
			return e, is
		}},
		changeSeats("2"), changeSeats("-1"), changePlan("pro"), changePlan("basic"), changePlan("year"), changePlan("plus"), changePlan("free"),
		fixedEvent("price", lifecycle.Event{Kind: lifecycle.Changed, By: plans.Support, Change: plans.Change{Set: []plans.ItemSetting{{Item: "seat", Price: &price}}}}),
		{"plan pro and a seat", func(*history, time.Time) (lifecycle.Event, bool) {
			plan := planByID["pro"]
			seat := []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("1")}}
			return lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Plan: &plan, Add: seat}}, true
		}},
		fixedEvent("set 4 seats", lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Set: []plans.ItemSetting{{Item: "seat", Quantity: &four}}}}),
		fixedEvent("no seats", lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Set: []plans.ItemSetting{{Item: "seat", Quantity: &none}}}}),
		fixedEvent("interval year", lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Interval: giventest.Interval("P1Y")}}),
		fixedEvent("discounted", lifecycle.Event{Kind: lifecycle.Changed, By: plans.Support, Change: plans.Change{
			AddDiscounts: []plans.Discount{{ID: "loyal", Percent: giventest.Money("10"), Duration: plans.Forever}},
		}}),
		{"dates moved", func(_ *history, at time.Time) (lifecycle.Event, bool) {
			return lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{AnchorAt: at.Add(50 * time.Hour)}}, true
		}},
		fixedEvent("term extended", lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Term: &half}}),
		{"term shortened", func(_ *history, at time.Time) (lifecycle.Event, bool) {
			return lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{End: at.Add(24 * time.Hour)}}, true
		}},
		ofKind(lifecycle.ScheduledChangeCanceled), ofKind(lifecycle.PauseRequested), ofKind(lifecycle.Resumed),
		{"paused until", func(_ *history, at time.Time) (lifecycle.Event, bool) {
			return lifecycle.Event{Kind: lifecycle.PauseRequested, Until: at.AddDate(0, 2, 0)}, true
		}},
		ofKind(lifecycle.RenewalDisabled), ofKind(lifecycle.RenewalEnabled), ofKind(lifecycle.CancellationWithdrawn), ofKind(lifecycle.Reactivated),
		cancelWith(0, 0), cancelWith(plans.Immediately, plans.Support), cancelWith(plans.AtPeriodEnd, 0), cancelWith(plans.AtTermEnd, 0),
		fixedEvent("canceled with a refund", lifecycle.Event{
			Kind: lifecycle.CancellationRequested, Effective: plans.Immediately, Exception: &credits.Exception{Give: credits.InFull, As: credits.AsRefund, Reason: "goodwill"},
		}),
		{"canceled on", func(_ *history, at time.Time) (lifecycle.Event, bool) {
			return lifecycle.Event{Kind: lifecycle.CancellationRequested, By: plans.Support, On: at.AddDate(0, 0, 3)}, true
		}},
		ofKind(lifecycle.TrialConverted), ofKind(lifecycle.PaymentMethodAdded), ofKind(lifecycle.PaymentMethodRemoved), ofKind(lifecycle.Started),
		fixedEvent("pix added", lifecycle.Event{Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "pix"}),
		fixedEvent("wire added", lifecycle.Event{Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "wire"}),
		fixedEvent("started without trial", lifecycle.Event{Kind: lifecycle.Started, NoTrial: true, PaymentMethod: "card"}),
		{"started later", func(_ *history, at time.Time) (lifecycle.Event, bool) {
			return lifecycle.Event{Kind: lifecycle.Started, On: at.AddDate(0, 0, 10), PaymentMethod: "card"}, true
		}},
		fixedEvent("taxes", lifecycle.Event{Kind: lifecycle.TaxesChanged, Taxes: []invoice.TaxRate{{Name: "GST", Percent: giventest.Money("5")}}}),
		fixedEvent("billing details", lifecycle.Event{Kind: lifecycle.BillingDetailsChanged, Contact: invoice.Contact{Name: "Ada"}}),
		fixedEvent("usage", lifecycle.Event{Kind: lifecycle.UsageRecorded, Charges: chargeOf("calls", "7.30")}),
		fixedEvent("issued", lifecycle.Event{Kind: lifecycle.InvoiceIssued}),
		fixedEvent("sold", lifecycle.Event{Kind: lifecycle.ChargeAdded, Charges: chargeOf("setup", "12.10")}),
		fixedEvent("credit", lifecycle.Event{Kind: lifecycle.CreditGranted, Reason: "goodwill", Grant: credits.Entry{Amount: giventest.Money("15.00")}}),
		{"trial extended", func(_ *history, at time.Time) (lifecycle.Event, bool) {
			return lifecycle.Event{Kind: lifecycle.TrialExtended, By: plans.Support, Until: at.AddDate(0, 0, 9)}, true
		}},
		{"trial shortened", func(_ *history, at time.Time) (lifecycle.Event, bool) {
			return lifecycle.Event{Kind: lifecycle.TrialExtended, By: plans.Support, Until: at.Add(30 * time.Hour)}, true
		}},
	}
}

// rareCandidates returns events for single paths, which the enumerations leave out.
func rareCandidates() []candidate {
	open := []string{"open"}
	again := candidate{"paid in part of the last", func(h *history, at time.Time) (lifecycle.Event, bool) {
		e, is := paymentEvent(lifecycle.PaymentSucceeded, true, false, open...).event(h, at)
		e.Payment.Amount = giventest.Money("5.00")
		return e, is
	}}
	all := []candidate{
		again,
		paymentEvent(lifecycle.PaymentRefunded, true, false, open...), paymentEvent(lifecycle.InvoiceWrittenOff, true, false, open...),
		paymentEvent(lifecycle.InvoiceCredited, true, false, open...),
		fixedEvent("large credit", lifecycle.Event{Kind: lifecycle.CreditGranted, Reason: "goodwill", Grant: credits.Entry{Amount: giventest.Money("5000.00")}}),
	}
	for _, last := range []bool{false, true} {
		copied := paymentEvent(lifecycle.BillingDetailsChanged, last, false, open...)
		all = append(all, candidate{copied.name + " with a copy", func(h *history, at time.Time) (lifecycle.Event, bool) {
			e, is := copied.event(h, at)
			e.Contact = invoice.Contact{Name: "Ada"}
			if i := slices.IndexFunc(h.invoices, func(inv issued) bool { return inv.ID == e.Payment.Invoice }); i >= 0 {
				e.Document = &h.invoices[i].Invoice
			}
			return e, is
		}})
	}
	return all
}

// candidatesNamed returns the candidates of the names.
func candidatesNamed(names ...string) (few []candidate) {
	for _, l := range candidates() {
		if slices.Contains(names, l.name) {
			few = append(few, l)
		}
	}
	if len(few) < len(names) {
		panic("unknown candidate")
	}
	return few
}

// applyAt applies a candidate at an instant, and reports whether it was allowed.
func (h *history) applyAt(l candidate, at time.Time) bool {
	h.tb.Helper()
	if l.event == nil {
		return h.advanceTo(at)
	}
	e, is := l.event(h, at)
	if !is {
		return false
	}
	e.At = at
	return h.apply(e)
}

// candidateNamed returns the candidate of a name.
func candidateNamed(name string) candidate {
	l, is := candidatesByName()[name]
	if !is {
		panic("unknown candidate " + name)
	}
	return l
}

// candidatesByName are the candidates by name, made once.
var candidatesByName = sync.OnceValue(func() map[string]candidate {
	all := map[string]candidate{}
	for _, l := range slices.Backward(slices.Concat(candidates(), rareCandidates())) { // the first one of a name wins
		all[l.name] = l
	}
	return all
})

// payAll pays every invoice that is due.
func (h *history) payAll() {
	h.tb.Helper()
	for range len(h.sub.Receivables) {
		if !h.applyAt(candidateNamed("payment_succeeded"), h.sub.At) {
			return
		}
	}
}

// canReturn reports whether a short path leads back to active.
func (h *history) canReturn() bool {
	h.tb.Helper()
	g := h.fork()
	g.light = true
	at := func() time.Time {
		return later(g.sub.At, giventest.Instant("2026-01-31", g.setup.sub.Contract.Cycle.Location))
	}
	active := func() bool { return g.sub.Status == lifecycle.Active }
	if active() {
		return true
	}
	for range 3 {
		for _, name := range []string{"started without trial", "trial_converted", "payment_method_added", "resumed", "reactivated"} {
			if g.payAll(); active() {
				return true
			}
			g.applyAt(candidateNamed(name), at())
		}
		if g.payAll(); active() {
			return true
		}
		if d, has := nextWith(g.setup.policy, g.sub); has && !g.advanceTo(d.At) {
			return false
		}
	}
	return active()
}

// later returns the later of two instants.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
