package lifecycle_test

import (
	"slices"
	"sync"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// letter is something that can happen to a life at an instant; false where there is nothing that it could be about.
type letter struct {
	name  string
	event func(h *life, at time.Time) (lifecycle.Event, bool)
}

// plain is an event that says nothing more.
func plain(kind lifecycle.EventKind) letter {
	return letter{kind.String(), func(*life, time.Time) (lifecycle.Event, bool) { return lifecycle.Event{Kind: kind}, true }}
}

// seatsBy changes the quantity.
func seatsBy(n string) letter {
	return letter{"seats " + n, func(*life, time.Time) (lifecycle.Event, bool) {
		e := lifecycle.Event{Kind: lifecycle.SeatsAdded, Change: plans.Change{Item: "seat", Quantity: giventest.Money(n)}}
		if n[0] == '-' {
			e.Kind = lifecycle.SeatsRemoved
		}
		return e, true
	}}
}

// planTo changes the plan.
func planTo(id string) letter {
	return letter{"plan " + id, func(h *life, _ time.Time) (lifecycle.Event, bool) {
		plan := worldPlans[id]
		e := lifecycle.Event{Kind: lifecycle.PlanChanged, Change: plans.Change{Plan: &plan}}
		if plan.Interval != h.sub.Contract.Cycle.Interval {
			e.Kind = lifecycle.IntervalChanged
		}
		return e, true
	}}
}

// payment is about an invoice that is of a status: the first or the last.
func payment(kind lifecycle.EventKind, last, hard bool, of ...invoice.Status) letter {
	name := kind.String()
	if last {
		name += " of the last"
	}
	if hard {
		name += " hard"
	}
	return letter{name, func(h *life, _ time.Time) (lifecycle.Event, bool) {
		all := slices.Clone(h.sub.Invoices)
		if last {
			slices.Reverse(all)
		}
		i := slices.IndexFunc(all, func(inv invoice.Invoice) bool {
			return inv.Corrects == "" && slices.Contains(of, inv.Status) && (kind != lifecycle.PaymentRefunded || inv.Received().IsPositive())
		})
		if i < 0 || last && len(all) == 1 {
			return lifecycle.Event{}, false
		}
		return lifecycle.Event{Kind: kind, Reason: "it is so", Payment: lifecycle.Payment{Invoice: all[i].ID, Hard: hard}}, true
	}}
}

// canceledFor asks for an end.
func canceledFor(when plans.EffectiveTiming, by plans.Actor) letter {
	return letter{"canceled " + when.String(), func(*life, time.Time) (lifecycle.Event, bool) {
		return lifecycle.Event{Kind: lifecycle.CancellationRequested, Effective: when, By: by}, true
	}}
}

// given is an event as it stands.
func given(name string, e lifecycle.Event) letter {
	return letter{name, func(*life, time.Time) (lifecycle.Event, bool) { return e, true }}
}

// sold is a charge that is made by hand.
func sold(item, price string) []plans.Charge {
	return []plans.Charge{{Item: item, Quantity: giventest.Money("1"), Price: plans.Price{Unit: giventest.Money(price)}}}
}

// letters is every kind of event, some in several ways.
func letters() []letter {
	owing := []invoice.Status{invoice.Open, invoice.Pending}
	open := []invoice.Status{invoice.Open}
	price := plans.Price{Unit: giventest.Money("25.00")}
	half := plans.Term{Length: giventest.Interval("P6M"), Percent: giventest.Money("10"), Billing: plans.UpFront, Renewal: plans.Renew}
	return []letter{
		payment(lifecycle.PaymentSucceeded, false, false, owing...),
		payment(lifecycle.PaymentFailed, false, false, owing...),
		payment(lifecycle.PaymentAttempted, false, false, open...),
		{"paid in part", func(h *life, at time.Time) (lifecycle.Event, bool) {
			e, is := payment(lifecycle.PaymentSucceeded, false, false, open...).event(h, at)
			e.Payment.Amount = giventest.Money("5.00")
			return e, is
		}},
		payment(lifecycle.PaymentSucceeded, true, false, owing...),
		payment(lifecycle.PaymentFailed, true, false, owing...),
		payment(lifecycle.PaymentFailed, false, true, owing...),
		payment(lifecycle.PaymentDisputed, true, false, invoice.Paid),
		payment(lifecycle.PaymentDisputed, false, false, invoice.Paid),
		payment(lifecycle.PaymentRefunded, false, false, invoice.Paid, invoice.Open),
		payment(lifecycle.InvoiceVoided, false, false, open...),
		payment(lifecycle.InvoiceVoided, true, false, open...),
		payment(lifecycle.InvoiceWrittenOff, false, false, open...),
		seatsBy("2"), seatsBy("-1"), planTo("pro"), planTo("basic"), planTo("year"), planTo("plus"),
		given("price", lifecycle.Event{Kind: lifecycle.PriceChanged, By: plans.Support, Change: plans.Change{Item: "seat", Price: &price}}),
		{"dates moved", func(_ *life, at time.Time) (lifecycle.Event, bool) {
			return lifecycle.Event{Kind: lifecycle.DatesMoved, Change: plans.Change{Anchor: at.Add(50 * time.Hour)}}, true
		}},
		given("term extended", lifecycle.Event{Kind: lifecycle.TermExtended, Change: plans.Change{Term: &half}}),
		{"term shortened", func(_ *life, at time.Time) (lifecycle.Event, bool) {
			return lifecycle.Event{Kind: lifecycle.TermShortened, Change: plans.Change{End: at.Add(24 * time.Hour)}}, true
		}},
		plain(lifecycle.ScheduledChangeCanceled), plain(lifecycle.PauseRequested), plain(lifecycle.Resumed),
		{"paused until", func(_ *life, at time.Time) (lifecycle.Event, bool) {
			return lifecycle.Event{Kind: lifecycle.PauseRequested, Until: at.AddDate(0, 2, 0)}, true
		}},
		plain(lifecycle.RenewalDisabled), plain(lifecycle.RenewalEnabled), plain(lifecycle.CancellationWithdrawn), plain(lifecycle.Reactivated),
		canceledFor(0, 0), canceledFor(plans.Immediately, plans.Support), canceledFor(plans.AtPeriodEnd, 0), canceledFor(plans.AtTermEnd, 0),
		given("canceled with a refund", lifecycle.Event{
			Kind: lifecycle.CancellationRequested, Effective: plans.Immediately, Exception: &credits.Exception{Give: credits.InFull, As: credits.AsRefund, Reason: "goodwill"},
		}),
		{"canceled on", func(_ *life, at time.Time) (lifecycle.Event, bool) {
			return lifecycle.Event{Kind: lifecycle.CancellationRequested, By: plans.Support, On: at.AddDate(0, 0, 3)}, true
		}},
		plain(lifecycle.TrialConverted), plain(lifecycle.PaymentMethodAdded), plain(lifecycle.PaymentMethodRemoved), plain(lifecycle.Started),
		given("pix entered", lifecycle.Event{Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "pix"}),
		given("wire entered", lifecycle.Event{Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "wire"}),
		given("started without trial", lifecycle.Event{Kind: lifecycle.Started, NoTrial: true, PaymentMethod: "card"}),
		{"started later", func(_ *life, at time.Time) (lifecycle.Event, bool) {
			return lifecycle.Event{Kind: lifecycle.Started, On: at.AddDate(0, 0, 10), PaymentMethod: "card"}, true
		}},
		given("taxes", lifecycle.Event{Kind: lifecycle.TaxesChanged, Taxes: []invoice.TaxRate{{Name: "GST", Percent: giventest.Money("5")}}}),
		given("billing_details_editors", lifecycle.Event{Kind: lifecycle.BillingDetailsChanged, Contact: invoice.Contact{Name: "Ada"}}),
		given("usage", lifecycle.Event{Kind: lifecycle.UsageRecorded, Charges: sold("calls", "7.30")}),
		given("sold", lifecycle.Event{Kind: lifecycle.ChargeAdded, Charges: sold("setup", "12.10")}),
		given("credit", lifecycle.Event{Kind: lifecycle.CreditGranted, Reason: "goodwill", Grant: credits.Entry{Amount: giventest.Money("15.00")}}),
	}
}

// some returns the letters of these names.
func some(names ...string) (few []letter) {
	for _, l := range letters() {
		if slices.Contains(names, l.name) {
			few = append(few, l)
		}
	}
	if len(few) < len(names) {
		panic("there is no such letter")
	}
	return few
}

// do lets a letter happen at an instant, and reports whether it did.
func (h *life) do(l letter, at time.Time) bool {
	h.tb.Helper()
	if l.event == nil {
		return h.pass(at)
	}
	e, is := l.event(h, at)
	if !is {
		return false
	}
	e.At = at
	return h.apply(e)
}

// named returns the letter of a name.
func named(name string) letter {
	l, is := byName()[name]
	if !is {
		panic("there is no letter " + name)
	}
	return l
}

// byName are the letters by their names, made once.
var byName = sync.OnceValue(func() map[string]letter {
	all := map[string]letter{}
	for _, l := range slices.Backward(letters()) { // the first of a name is the one
		all[l.name] = l
	}
	return all
})

// payAll pays every invoice that waits for it.
func (h *life) payAll() {
	h.tb.Helper()
	for range len(h.sub.Invoices) {
		if !h.do(named("payment_succeeded"), h.sub.At) {
			return
		}
	}
}

// returns reports whether some short way leads back to active.
func (h *life) returns() bool {
	h.tb.Helper()
	g := h.fork()
	g.light = true
	at := func() time.Time {
		return later(g.sub.At, giventest.Instant("2026-01-31", g.world.sub.Contract.Cycle.Location))
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
			g.do(named(name), at())
		}
		if g.payAll(); active() {
			return true
		}
		if d, has := lifecycle.Next(g.world.policy, g.sub); has && !g.pass(d.At) {
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
