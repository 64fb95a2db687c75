package lifecycle_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// stand returns a history that stands in a status on November 10, with s-1, the first invoice, still open; one that has not
// started has none.
func stand(t *testing.T, status lifecycle.Status) *history {
	t.Helper()
	signed := terms{}
	way := unpaid("2026-11-01")
	switch status {
	case 0:
		way = nil
	case lifecycle.Active:
	case lifecycle.PastDue:
		way = append(way, step{at: "2026-11-09", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}})
	case lifecycle.Suspended:
		way = append(way,
			step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
			step{at: "2026-11-10", want: suspended})
	case lifecycle.Canceled:
		signed.anchor = "2026-10-10"
		way = unpaid("2026-10-10",
			step{at: "2026-10-20", kind: cancelRequest, want: active},
			step{at: "2026-11-10", want: canceled})
	}
	h := begin(t, threeDays(), signed.sign(t))
	for i, s := range way {
		h.step(i, s)
	}
	if h.sub.Status != status {
		t.Fatalf("stands %v, want %v", h.sub.Status, status)
	}
	return h
}

var statuses = []lifecycle.Status{0, lifecycle.Active, lifecycle.PastDue, lifecycle.Suspended, lifecycle.Canceled}

var eventKinds = []lifecycle.EventKind{started, paid, declined, entered, seatsAdded, planChanged, cancelRequest, undone}

// Law 9: one literal table moves statuses. Every event is tried in every status: what is listed here does what it says, and
// everything else is a refusal that changes nothing.
func TestApplyTable(t *testing.T) {
	of := map[lifecycle.EventKind]string{paid: "s-1", declined: "s-1", seatsAdded: "2", planChanged: "scale"}
	const at = "2026-12-10" // in December, save where nothing happens by itself
	allowed := map[lifecycle.Status]map[lifecycle.EventKind]step{
		0: {
			started: {at: at, want: active, invoices: []string{"s-1: recurring 631.61, due 631.61"}, effects: []string{"collect s-1"}}, // 22/31 of 890.00
		},
		lifecycle.Active: {
			paid:          {at: "2026-11-10", want: active},
			declined:      {at: "2026-11-10", want: pastDue, effects: []string{"notify_declined s-1"}},
			entered:       {at: "2026-11-10", want: active},
			seatsAdded:    {at: "2026-11-10", want: active, invoices: []string{"s-2: addition 124.60, due 124.60"}, effects: []string{"collect s-2"}},                 // 21/30 of 178.00
			planChanged:   {at: "2026-11-10", want: active, invoices: []string{"s-2: unused -623.00, addition 973.00, due 350.00"}, effects: []string{"collect s-2"}}, // 21/30
			cancelRequest: {at: "2026-11-10", want: active},
		},
		lifecycle.PastDue: {
			paid:          {at: "2026-11-10", want: active},
			declined:      {at: "2026-11-10", want: pastDue, effects: []string{"notify_declined s-1"}},
			entered:       {at: "2026-11-10", want: pastDue, effects: []string{"collect s-1"}},
			cancelRequest: {at: "2026-11-10", want: pastDue},
		},
		lifecycle.Suspended: {
			paid:          {at: "2026-11-10", want: active},
			declined:      {at: "2026-11-10", want: suspended, effects: []string{"notify_declined s-1"}},
			entered:       {at: "2026-11-10", want: suspended, effects: []string{"collect s-1"}},
			cancelRequest: {at: "2026-11-10", want: canceled},
		},
		lifecycle.Canceled: {
			paid:    {at: at, want: canceled},
			entered: {at: at, want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
		},
	}
	for _, status := range statuses {
		for _, kind := range eventKinds {
			t.Run(status.String()+" "+kind.String(), func(t *testing.T) {
				h := stand(t, status)
				if want, ok := allowed[status][kind]; ok {
					want.kind, want.of = kind, of[kind]
					h.step(0, want)
					return
				}
				before := giventest.JSON(t, h.sub)
				out, err := h.happen(step{at: "2026-11-10", kind: kind, of: of[kind]}.event(99, nil))
				var refusal *lifecycle.Refusal
				if !errors.Is(err, lifecycle.ErrRefused) || !errors.As(err, &refusal) {
					t.Fatalf("got %v, want a refusal", err)
				}
				if refusal.Event != kind || refusal.Status != status || refusal.Reason == "" {
					t.Errorf("the refusal %+v is not of %v while %v", refusal, kind, status)
				}
				var fault *proration.Error
				if errors.As(err, &fault) {
					t.Errorf("what the rules refuse is no fault of the input: %v", err)
				}
				if got := giventest.JSON(t, h.sub); got != before || out.Subscription.ID != "" {
					t.Errorf("it changed something: %s, want %s", got, before)
				}
			})
		}
	}
}

// Law 9: from every status an event, or a new subscription, leads back to full access, and whoever may pay can reach billing.
func TestApplyEveryStatusHasAWayBack(t *testing.T) {
	for _, status := range statuses[1:] {
		t.Run(status.String(), func(t *testing.T) {
			h := stand(t, status)
			if h.sub.Access() == 0 {
				t.Error("billing cannot be reached")
			}
			at := giventest.Instant("2026-12-20", nil)
			for _, kind := range []lifecycle.EventKind{entered, paid} {
				if _, err := h.happen(lifecycle.Event{Sequence: h.sub.Sequence + 1, At: at, Kind: kind, Invoice: "s-1"}); err != nil {
					t.Fatal(err)
				}
			}
			if h.sub.Status != lifecycle.Active {
				t.Errorf("a card and a payment lead to %v", h.sub.Status)
			}
		})
	}
}

func TestApplyRefused(t *testing.T) {
	for _, c := range []struct {
		name, why string
		status    lifecycle.Status
		event     step
		reason    string // a part of it
	}{
		{"an invoice that never was", "a payment belongs to an invoice", lifecycle.Active, step{at: "2026-11-10", kind: paid, of: "s-7"}, `no invoice "s-7" is open`},
		{"no invoice", "as above", lifecycle.Active, step{at: "2026-11-10", kind: paid}, `no invoice "" is open`},
		{"a declined invoice that never was", "as above", lifecycle.Active, step{at: "2026-11-10", kind: declined, of: "s-7"}, `no invoice "s-7" is open`},
		{"as above, in grace", "as above", lifecycle.PastDue, step{at: "2026-11-10", kind: declined, of: "s-7"}, `no invoice "s-7" is open`},
		{"as above, suspended", "as above", lifecycle.Suspended, step{at: "2026-11-10", kind: paid, of: "s-7"}, `no invoice "s-7" is open`},
		{"as above, canceled", "as above", lifecycle.Canceled, step{at: "2026-11-10", kind: paid, of: "s-7"}, `no invoice "s-7" is open`},
		{"a hostile name", "the reason stays one line", lifecycle.Active, step{at: "2026-11-10", kind: paid, of: "s-1\n\x00"}, `no invoice "s-1\n\x00" is open`},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := stand(t, c.status)
			before := giventest.JSON(t, h.sub)
			_, err := h.happen(c.event.event(99, nil))
			var refusal *lifecycle.Refusal
			if !errors.As(err, &refusal) || !strings.Contains(refusal.Reason, c.reason) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q: %s", err, c.reason, c.why)
			}
			if got := giventest.JSON(t, h.sub); got != before {
				t.Errorf("it changed something: %s, want %s", got, before)
			}
		})
	}
	h := stand(t, lifecycle.Active)
	if _, err := h.happen(step{at: "2026-11-10", kind: paid, of: "s-1"}.event(3, nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.happen(step{at: "2026-11-10", kind: paid, of: "s-1"}.event(4, nil)); !errors.Is(err, lifecycle.ErrRefused) {
		t.Errorf("paid twice: %v", err)
	}
}

func TestRefusalError(t *testing.T) {
	refusal := &lifecycle.Refusal{Event: seatsAdded, Status: lifecycle.PastDue, Reason: "that cannot happen now"}
	if got, want := refusal.Error(), "seats_added while past_due: that cannot happen now"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !errors.Is(refusal, lifecycle.ErrRefused) || errors.Is(refusal, proration.ErrInvalid) {
		t.Error("a refusal matches ErrRefused, and no fault")
	}
}

// A refusal tells where the subscription stood at the instant of the event, after everything that the passing of time did.
func TestRefusalStatusOfTheInstant(t *testing.T) {
	h := stand(t, lifecycle.PastDue)
	_, err := h.happen(step{at: "2026-11-12", kind: seatsAdded, of: "1"}.event(9, nil))
	var refusal *lifecycle.Refusal
	if !errors.As(err, &refusal) || refusal.Status != lifecycle.Suspended {
		t.Errorf("got %v, want it while suspended", err)
	}
	if h.sub.Status != lifecycle.PastDue {
		t.Error("a refusal changes nothing, not even what time would have changed")
	}
}

func TestApplyFaults(t *testing.T) {
	good := lifecycle.Event{Sequence: 9, At: giventest.Instant("2026-11-10", nil), Kind: paid, Invoice: "s-1"}
	scale := catalogue["scale"]
	free := scale
	free.ID, free.Offers = "", []plans.Offer{seats("USD", "-1")}
	for _, c := range []struct {
		name, why string
		edit      func(*lifecycle.Policy, *lifecycle.Subscription, *lifecycle.Event)
		want      []string
	}{
		{"no event", "law 14: all faults at once", func(_ *lifecycle.Policy, _ *lifecycle.Subscription, e *lifecycle.Event) { *e = lifecycle.Event{} }, []string{"event.sequence unset", "event.kind unset", "event.at unset"}},
		{"a negative number", "law 10: events are numbered from 1", func(_ *lifecycle.Policy, _ *lifecycle.Subscription, e *lifecycle.Event) { e.Sequence = -1 }, []string{"event.sequence unset"}},
		{"no such kind", "law 14", func(_ *lifecycle.Policy, _ *lifecycle.Subscription, e *lifecycle.Event) { e.Kind = 99 }, []string{"event.kind invalid"}},
		{"before it was advanced to", "law 10: backdated events are another verb", func(_ *lifecycle.Policy, _ *lifecycle.Subscription, e *lifecycle.Event) {
			e.At = giventest.Instant("2026-10-31T23:59:59.999999999", nil)
		}, []string{"event.at outside"}},
		{"after the year 9999", "law 14: documented limits; JSON could not store the instant", func(_ *lifecycle.Policy, s *lifecycle.Subscription, e *lifecycle.Event) {
			s.Status, e.At = lifecycle.Canceled, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
		}, []string{"event.at limit"}},
		{"no plan", "say which", func(_ *lifecycle.Policy, _ *lifecycle.Subscription, e *lifecycle.Event) { e.Kind = planChanged }, []string{"event.change.plan unset"}},
		{"seats and a plan", "one event, one change", func(_ *lifecycle.Policy, _ *lifecycle.Subscription, e *lifecycle.Event) {
			e.Kind, e.Change = seatsAdded, plans.Change{Item: "seat", Quantity: giventest.Money("1"), Plan: &scale}
		}, []string{"event.change.plan invalid"}},
		{"no seats", "law 13: a change of nothing was not meant", func(_ *lifecycle.Policy, _ *lifecycle.Subscription, e *lifecycle.Event) {
			e.Kind, e.Change = seatsAdded, plans.Change{Item: "seat"}
		}, []string{"event.change.quantity unset"}},
		{"fewer seats", "K3c: seats stay for the contract", func(_ *lifecycle.Policy, _ *lifecycle.Subscription, e *lifecycle.Event) {
			e.Kind, e.Change = seatsAdded, plans.Change{Item: "seat", Quantity: giventest.Money("-1")}
		}, []string{"event.change.quantity invalid"}},
		{"another item", "the contract has no price for it", func(_ *lifecycle.Policy, _ *lifecycle.Subscription, e *lifecycle.Event) {
			e.Kind, e.Change = seatsAdded, plans.Change{Item: "phone", Quantity: giventest.Money("1")}
		}, []string{"event.change.item invalid"}},
		{"a plan and seats", "one change at a time: which of them comes first would decide money", func(_ *lifecycle.Policy, _ *lifecycle.Subscription, e *lifecycle.Event) {
			e.Kind, e.Change = planChanged, plans.Change{Plan: &scale, Item: "seat", Quantity: giventest.Money("1")}
		}, []string{"event.change.quantity invalid"}},
		{"seats and a cancellation", "as above", func(_ *lifecycle.Policy, _ *lifecycle.Subscription, e *lifecycle.Event) {
			e.Kind, e.Change = seatsAdded, plans.Change{Item: "seat", Quantity: giventest.Money("1"), Cancel: true}
		}, []string{"event.change.cancel invalid", "event.change.item unset"}},
		{"a grace that is none", "K11: what was agreed specially is held to what the policy is", func(_ *lifecycle.Policy, s *lifecycle.Subscription, _ *lifecycle.Event) {
			s.Contract.Grace = proration.Interval{Months: 1, Days: 3}
		}, []string{"subscription.contract.grace invalid"}},
		{"no grace but the contract's", "law 13: the policy says it for everybody with whom nothing was agreed", func(p *lifecycle.Policy, s *lifecycle.Subscription, _ *lifecycle.Event) {
			p.Grace, s.Contract.Grace = proration.Interval{}, giventest.Interval("P9D")
		}, []string{"policy.grace unset"}},
		{"no subscription", "law 14: all faults at once", func(_ *lifecycle.Policy, s *lifecycle.Subscription, _ *lifecycle.Event) {
			*s = lifecycle.Subscription{}
		}, []string{
			"subscription.id unset", "subscription.contract.plan unset", "subscription.contract.currency unset", "subscription.contract.items unset",
			"subscription.contract.cycle.anchor unset", "subscription.contract.cycle.interval unset",
		}},
		{"no policy", "law 13", func(p *lifecycle.Policy, _ *lifecycle.Subscription, _ *lifecycle.Event) { *p = lifecycle.Policy{} }, []string{
			"policy.billing.proration.day_count unset", "policy.billing.proration.change_day unset", "policy.billing.proration.rounding.mode unset", "policy.billing.basis unset", "policy.billing.timing unset", "policy.billing.allocation unset", "policy.billing.tax_per unset", "policy.billing.tax_mode unset", "policy.grace unset",
		}},
		{"policy and subscription", "law 14: all faults at once", func(p *lifecycle.Policy, s *lifecycle.Subscription, _ *lifecycle.Event) {
			p.Billing.Basis, s.ID = 0, ""
		}, []string{"policy.billing.basis unset", "subscription.id unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := stand(t, lifecycle.Active)
			event := good
			c.edit(&h.policy, &h.sub, &event)
			out, err := lifecycle.Apply(h.policy, h.sub, event)
			got := giventest.Faults(err)
			if c.name == "no policy" && slices.Contains(got, "policy.billing.proration.rounding.mode unset") {
				slices.Sort(got)
				slices.Sort(c.want)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q: %s\n%v", got, c.want, c.why, err)
			}
			if out.Subscription.ID != "" || out.Invoices != nil || out.Effects != nil {
				t.Errorf("got %+v with the error: %s", out, c.why)
			}
		})
	}

	// A plan that means nothing is refused before anything is billed by it.
	h := stand(t, lifecycle.Active)
	event := good
	event.Kind, event.Change = planChanged, plans.Change{Plan: &free}
	if out, err := lifecycle.Apply(h.policy, h.sub, event); !errors.Is(err, proration.ErrUnset) || !errors.Is(err, proration.ErrInvalid) || out.Invoices != nil {
		t.Errorf("a plan without an ID at a negative price gives %v, %v", out.Invoices, err)
	}
}

// Law 14: an event that is accepted leaves a subscription that the next event can be applied to.
func TestApplyStaysValid(t *testing.T) {
	sub := terms{seats: "999999999999999999", unit: "0.01"}.sign(t)
	h := begin(t, threeDays(), sub)
	if _, err := h.happen(step{at: "2026-11-01", kind: started}.event(1, nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.happen(step{at: "2026-11-02", kind: seatsAdded, of: "1"}.event(2, nil)); !errors.Is(err, proration.ErrLimit) {
		t.Errorf("one seat more than 18 digits hold: %v", err)
	}
}

// Law 10: events carry a number, and one that was applied already changes nothing, whatever it says now.
func TestApplyRepeated(t *testing.T) {
	h := stand(t, lifecycle.PastDue)
	for _, kind := range eventKinds {
		for sequence := range h.sub.Sequence {
			event := step{at: "2030-01-01", kind: kind, of: map[lifecycle.EventKind]string{seatsAdded: "1", planChanged: "scale"}[kind]}.event(sequence+1, nil)
			out, err := lifecycle.Apply(h.policy, h.sub, event)
			if got, want := giventest.JSON(t, out), giventest.JSON(t, lifecycle.Outcome{Subscription: h.sub}); err != nil || got != want {
				t.Errorf("%v, number %d: %v and\n%s, want\n%s", kind, sequence+1, err, got, want)
			}
			out.Subscription.Open[0].Lines[0].Item, out.Subscription.Overdue[0].Invoice = "changed", "changed"
			if h.sub.Open[0].Lines[0].Item == "changed" || h.sub.Overdue[0].Invoice == "changed" {
				t.Fatal("law 15: what is handed out is shared")
			}
		}
	}
	// Numbers rise, and need not follow each other.
	if _, err := h.happen(step{at: "2026-11-10", kind: paid, of: "s-1"}.event(1<<62, nil)); err != nil || h.sub.Sequence != 1<<62 {
		t.Errorf("after number %d: %v", h.sub.Sequence, err)
	}
}

// The IDs of effects derive from the subscription, what caused them and their ordinal, so that a caller who crashed between
// performing and storing can tell what was done already.
func TestEffectIDs(t *testing.T) {
	h := stand(t, lifecycle.Canceled)
	var got []string
	for _, s := range []step{{at: "2026-12-10", kind: entered}, {at: "2027-01-10", kind: declined, of: "s-2"}} {
		out, err := h.happen(s.event(h.sub.Sequence+1, nil))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range out.Effects {
			got = append(got, e.ID+" "+e.Kind.String()+" "+e.Invoice)
		}
	}
	h = begin(t, threeDays(), terms{zone: "America/New_York"}.sign(t))
	h.step(0, begun("2026-11-01")[0])
	out, err := h.happen(step{at: "2026-12-01"}.event(2, h.sub.Contract.Cycle.Location))
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, out.Effects[0].ID)
	want := []string{
		"s/event-3/1 collect s-2",
		"s/renewal_due-2027-01-10T00:00:00Z/1 collect s-3", "s/event-4/1 notify_declined s-2",
		"s/renewal_due-2026-12-01T05:00:00Z/1", // an instant has one name, whatever the customer's calendar
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Two things done to one subscription do not know of each other: a preview of one change leaves the other as it was.
func TestApplyBranches(t *testing.T) {
	h := stand(t, lifecycle.Active)
	h.pay("2026-11-10")
	var outcomes []lifecycle.Outcome
	var texts []string
	for _, s := range []step{
		{at: "2026-11-10", kind: planChanged, of: "basic"}, {at: "2026-11-10", kind: planChanged, of: "scale"},
		{at: "2026-11-10", kind: seatsAdded, of: "2"}, {at: "2026-11-10", kind: seatsAdded, of: "1"}, {at: "2027-11-10", kind: entered},
	} {
		out, err := lifecycle.Apply(h.policy, h.sub, s.event(9, nil))
		if err != nil {
			t.Fatal(err)
		}
		outcomes, texts = append(outcomes, out), append(texts, giventest.JSON(t, out))
	}
	for i, out := range outcomes {
		if got := giventest.JSON(t, out); got != texts[i] {
			t.Errorf("outcome %d is now\n%s, and was\n%s", i, got, texts[i])
		}
	}
}

// A change of plan that nobody could be billed by is an error, whoever asks and whatever is paid, and changes nothing.
func TestPlanChangedFaults(t *testing.T) {
	of := func(offers ...plans.Offer) plans.Plan { return monthly("to", offers...) }
	phone := catalogue["phones"].Offers[0]
	for _, c := range []struct {
		name, why string
		items     []plans.Item // besides the seats
		interval  string       // P1M where left out
		plan      plans.Plan
		want      []string
	}{
		{"another currency", "M8: a currency never changes inside a subscription", nil, "", catalogue["euros"], []string{"offers invalid"}},
		{"a plan without seats", "there would be no price for the ten that are in use", nil, "", catalogue["phones"], []string{"offers invalid"}},
		{"a plan with seats of another kind", "K3c: seats have kinds, and each its own price", nil, "", of(plans.Offer{Item: "light seat", Currency: "USD"}), []string{"offers invalid"}},
		{"a plan without phones", "each item of the contract needs a price, not only the first", []plans.Item{{ID: "phone"}}, "", catalogue["scale"], []string{"offers invalid"}},
		{"a plan with phones in euros alone", "as above, in the contract's currency", []plans.Item{{ID: "phone"}}, "", of(seats("USD", "139"), plans.Offer{Item: "phone", Currency: "EUR"}), []string{"offers invalid"}},
		{"a plan with neither", "law 14: all faults at once", []plans.Item{{ID: "phone"}}, "", catalogue["euros"], []string{"offers invalid", "offers invalid"}},
		{"a plan of nothing", "a plan offers something", nil, "", of(), []string{"offers unset"}},
		{"the same item twice", "either price would be a guess", nil, "", of(seats("USD", "139"), seats("USD", "149")), []string{"offers[1].item invalid"}},
		{"from months to years", "a paid month cannot become part of a year", nil, "", catalogue["annual"], []string{"interval invalid"}},
		{"from years to months", "nor a paid year a month", nil, "P1Y", catalogue["scale"], []string{"interval invalid"}},
		{"from months to four weeks", "nor into periods that end on other days", nil, "", plans.Plan{ID: "to", Interval: giventest.Interval("P4W"), Offers: []plans.Offer{seats("USD", "80")}}, []string{"interval invalid"}},
		{"a plan without periods", "nothing could be billed by it", nil, "", plans.Plan{ID: "to", Offers: []plans.Offer{seats("USD", "80")}}, []string{"interval unset"}},
		{"no plan at all", "law 14: all faults at once", nil, "", plans.Plan{}, []string{"id unset", "interval unset", "offers unset"}},
		{"more than the contract has", "what is offered besides is not bought by it", nil, "", of(seats("USD", "139"), phone), nil},
		{"months that are written otherwise", "P12M and P1Y are one length", nil, "P1Y", plans.Plan{ID: "to", Interval: giventest.Interval("P12M"), Offers: []plans.Offer{seats("USD", "80")}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, settled := range []bool{true, false} {
				sub := terms{interval: c.interval}.sign(t)
				sub.Contract.Items = append(sub.Contract.Items, c.items...)
				h := begin(t, threeDays(), sub)
				if _, err := h.happen(step{at: "2026-11-01", kind: started}.event(1, nil)); err != nil {
					t.Fatal(err)
				}
				if settled {
					h.pay("2026-11-01")
				} else if c.want == nil {
					continue
				}
				before := giventest.JSON(t, h.sub)
				event := lifecycle.Event{Sequence: 9, At: giventest.Instant("2026-11-16", nil), Kind: planChanged, Change: plans.Change{Plan: &c.plan}}
				var want []string
				for _, fault := range c.want {
					want = append(want, "event.change.plan."+fault)
				}
				_, err := h.happen(event)
				if !giventest.CheckFaults(t, err, want...) {
					t.Log(c.why)
					if after := giventest.JSON(t, h.sub); after != before {
						t.Errorf("it changed something: %s, want %s", after, before)
					}
				}
			}
		})
	}
}

// What was billed and is not used up is kept, and so is what of it was credited, so that a second change of plan credits none
// of it again. With the period all of it is used up.
func TestChargesKept(t *testing.T) {
	oldSide := func(p *lifecycle.Policy) { p.Billing.Proration.ChangeDay = proration.OldSide }
	for _, c := range []struct {
		name, why string
		unit      string
		policy    func(*lifecycle.Policy)
		steps     []step
		want      []string // the lines that are kept, with their plans
	}{
		{"a paid plan", "s-1/1 is credited in part, by s-2/1", "89.00", nil, []step{{at: "2026-11-16", kind: planChanged, of: "scale"}}, []string{"s-1/1 growth 890", "s-2/1 growth -445 of s-1/1", "s-2/2 scale 695"}},
		{"a free plan", "there was nothing to credit", "0", nil, []step{{at: "2026-11-16", kind: planChanged, of: "scale"}}, []string{"s-1/1 growth 0", "s-2/1 scale 695"}},
		{"two changes", "the second credits what the first charged, and of the first plan nothing again", "89.00", nil, []step{
			{at: "2026-11-16", kind: planChanged, of: "scale"}, {at: "2026-11-26", kind: planChanged, of: "ultimate"},
		}, []string{"s-1/1 growth 890", "s-2/1 growth -445 of s-1/1", "s-2/2 scale 695", "s-3/1 scale -231.67 of s-2/2", "s-3/2 ultimate 331.67"}},
		{"seats, and a change", "each batch is credited by itself, the newest first", "89.00", nil, []step{
			{at: "2026-11-16", kind: seatsAdded, of: "2"}, {at: "2026-11-16", kind: planChanged, of: "scale"},
		}, []string{"s-1/1 growth 890", "s-2/1 growth 89", "s-3/1 growth -89 of s-2/1", "s-3/2 growth -445 of s-1/1", "s-3/3 scale 834"}},
		{"two changes on the last day", "by days of the old side, the first change gives back no day and charges none, so that the second finds nothing to give back", "89.00", oldSide, []step{
			{at: "2026-11-30T09:00:00", kind: planChanged, of: "scale"}, {at: "2026-11-30T10:00:00", kind: planChanged, of: "ultimate"},
		}, []string{"s-1/1 growth 890", "s-2/1 growth 0 of s-1/1", "s-2/2 scale 0", "s-3/1 ultimate 0"}},
		{"a change, and the next month", "what the old month paid for is used up", "89.00", nil, []step{
			{at: "2026-11-16", kind: planChanged, of: "scale"}, {at: "2026-12-01"},
		}, []string{"s-3/1 scale 1390"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			policy := threeDays()
			if c.policy != nil {
				c.policy(&policy)
			}
			h := begin(t, policy, terms{unit: c.unit}.sign(t))
			for _, s := range append([]step{{at: "2026-11-01", kind: started}}, c.steps...) {
				if s.kind == planChanged {
					h.pay(s.at)
				}
				if _, err := h.happen(s.event(h.sub.Sequence+1, nil)); err != nil {
					t.Fatal(err)
				}
			}
			var got []string
			for _, charge := range h.sub.Charges {
				text := charge.ID + " " + charge.Plan + " " + charge.Net.String()
				if charge.Corrects != "" {
					text += " of " + charge.Corrects
				}
				got = append(got, text)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("kept are %q, want %q: %s", got, c.want, c.why)
			}
		})
	}
}

// Law 15, with everything in a subscription that can be written to: tiers and special prices, steps and terms, discounts and taxes
// of charges, priorities of grants.
func TestApplySharesNothing(t *testing.T) {
	rich := func(t *testing.T) *history {
		tiers := plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: giventest.Money("5"), Unit: giventest.Money("100")}, {Unit: giventest.Money("80")}}}
		sub := terms{}.sign(t)
		contract := &sub.Contract
		contract.Items = []plans.Item{{ID: "seat", Quantity: giventest.Money("10"), Price: tiers}}
		contract.Terms = []plans.Agreed{{
			Term:   plans.Term{Length: giventest.Interval("P1Y"), Billing: plans.PerPeriod, AtEnd: plans.Renew},
			Period: giventest.Period("2026-11-01/2027-11-01", nil),
		}}
		contract.Discounts = []plans.Discount{{
			ID: "special", Price: &tiers, Currency: "USD", Lasts: plans.Forever,
			Plans: []string{"growth"}, Items: []string{"seat"}, Kinds: []plans.Kind{plans.Recurring},
		}}
		h := begin(t, threeDays(), sub)
		if _, err := h.happen(step{at: "2026-11-01", kind: started}.event(1, nil)); err != nil {
			t.Fatal(err)
		}
		h.pay("2026-11-01")
		if _, err := h.happen(step{at: "2026-11-02", kind: seatsAdded, of: "2"}.event(h.sub.Sequence+1, nil)); err != nil {
			t.Fatal(err)
		}
		if _, err := h.happen(step{at: "2026-11-02", kind: declined, of: "s-2"}.event(h.sub.Sequence+1, nil)); err != nil {
			t.Fatal(err)
		}
		priority := 7
		h.sub.Ledger = []credits.Entry{{
			Kind: credits.Granted, ID: "goodwill", Amount: giventest.Money("5"), Currency: "USD", At: h.sub.At, Priority: &priority, Promotional: true,
		}}
		for _, charges := range [][]plans.Charge{h.sub.Charges, h.sub.Open[0].Lines} {
			for i := range charges {
				charges[i].Discounts = []plans.Deduction{{Discount: "welcome", Reason: "1 %", Amount: giventest.Money("1")}}
				charges[i].Net = charges[i].Net.Sub(giventest.Money("1"))
				charges[i].Taxes = []plans.Tax{{Name: "VAT", Percent: giventest.Money("19"), Amount: giventest.Money("1")}}
			}
		}
		h.sub.Open[0].Entries = slices.Clone(h.sub.Ledger)
		return h
	}
	text := giventest.JSON(t, rich(t).sub)
	for _, part := range []string{"tiers", "terms", "discounts", "taxes", "priority", "overdue", "entries", "plans", "kinds"} {
		if !strings.Contains(text, `"`+part+`":[`) && !strings.Contains(text, `"`+part+`":7`) {
			t.Errorf("no %s in %s", part, text)
		}
	}
	tiered := monthly("scale", plans.Offer{Item: "seat", Currency: "USD", Price: plans.Price{Tiering: plans.Volume, Tiers: []plans.Tier{{Unit: giventest.Money("70")}}}})
	tiered.Features, tiered.Limits = []string{"bots"}, []plans.Limit{{Name: "contacts", Unlimited: true}}
	for _, c := range []struct {
		name   string
		status lifecycle.Status
		ramp   bool
		event  lifecycle.Event
	}{
		{"time", lifecycle.PastDue, true, step{at: "2026-11-03"}.event(9, nil)},
		{"the end of the grace", lifecycle.PastDue, true, step{at: "2026-11-05"}.event(9, nil)},
		{"a renewal", lifecycle.Active, true, step{at: "2026-12-01"}.event(9, nil)},
		{"a payment", lifecycle.PastDue, true, step{at: "2026-11-03", kind: paid, of: "s-2"}.event(9, nil)},
		{"another decline", lifecycle.PastDue, true, step{at: "2026-11-03", kind: declined, of: "s-2"}.event(9, nil)},
		{"a card", lifecycle.PastDue, true, step{at: "2026-11-03", kind: entered}.event(9, nil)},
		{"seats", lifecycle.Active, true, step{at: "2026-11-03", kind: seatsAdded, of: "2"}.event(9, nil)},
		{"a plan", lifecycle.Active, false, lifecycle.Event{Sequence: 9, At: giventest.Instant("2026-11-03", nil), Kind: planChanged, Change: plans.Change{Plan: &tiered}}},
		{"a cancellation", lifecycle.Active, true, step{at: "2026-11-03", kind: cancelRequest}.event(9, nil)},
		{"a card after the end", lifecycle.Canceled, true, step{at: "2026-12-03", kind: entered}.event(9, nil)},
		{"an event that was applied already", lifecycle.Active, true, step{at: "2026-11-03", kind: cancelRequest}.event(1, nil)},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := rich(t)
			if c.ramp {
				h.sub.Contract.Ramp = []plans.Step{{At: giventest.Instant("2027-05-01", nil), Item: h.sub.Contract.Items[0]}}
			}
			if h.sub.Status = c.status; c.status != lifecycle.PastDue {
				h.sub.Overdue = nil
			}
			if c.event.Kind == planChanged {
				h.sub.Open = nil // what is not paid is not credited
			}
			out, err := h.run(c.event)
			if err != nil {
				t.Fatal(err)
			}
			h.shareNothing(c.event, out)
		})
	}
}
