package lifecycle_test

import (
	"os"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// orderCandidates returns changes for a later day, on one bill and paid first, and the events around them.
func orderCandidates() []candidate {
	seat, pro, basic := unitsOf("seat", giventest.Money("1")), planByID["pro"], planByID["basic"]
	on := func(name string, days int, e lifecycle.Event) candidate {
		return candidate{name, func(_ *history, at time.Time) (lifecycle.Event, bool) {
			own := e
			own.On = at.AddDate(0, 0, days)
			return own, true
		}}
	}
	moved := func(name string, days int, by plans.Actor, charge proration.Extent) candidate {
		return candidate{name, func(h *history, _ time.Time) (lifecycle.Event, bool) {
			e := lifecycle.Event{Kind: lifecycle.Changed, By: by, ProrationSettings: plans.ProrationSettings{Charge: charge}}
			e.Change.AnchorAt = h.sub.Period.End.AddDate(0, 0, days)
			return e, !h.sub.Period.End.IsZero()
		}}
	}
	return append([]candidate{
		on("a seat on a day", 3, lifecycle.Event{Kind: lifecycle.Changed, Change: seat}),
		on("a seat leaves on a day", 2, lifecycle.Event{Kind: lifecycle.Changed, By: plans.Support, Change: unitsOf("seat", giventest.Money("-1"))}),
		fixedEvent("plan pro at the end", lifecycle.Event{Kind: lifecycle.Changed, Effective: plans.AtPeriodEnd, Change: plans.Change{Plan: &pro}}),
		fixedEvent("a seat paid first", lifecycle.Event{Kind: lifecycle.Changed, IfPaid: true, Change: seat}),
		fixedEvent("plan pro paid first", lifecycle.Event{Kind: lifecycle.Changed, IfPaid: true, Change: plans.Change{Plan: &pro}}),
		fixedEvent("reactivated paid first", lifecycle.Event{Kind: lifecycle.Reactivated, IfPaid: true}),
		fixedEvent("resumed paid first", lifecycle.Event{Kind: lifecycle.Resumed, IfPaid: true}),
		fixedEvent("reactivated on basic", lifecycle.Event{Kind: lifecycle.Reactivated, Change: plans.Change{Plan: &basic}}),
		fixedEvent("plan basic in full", lifecycle.Event{
			Kind: lifecycle.Changed, By: plans.Support, Change: plans.Change{Plan: &basic},
			ProrationSettings: plans.ProrationSettings{Charge: proration.ExtentFull, Credit: proration.ExtentFull},
		}),
		{"a seat on the next bill", func(h *history, _ time.Time) (lifecycle.Event, bool) {
			// A policy that credits nothing bills the seat beside one that left.
			return lifecycle.Event{Kind: lifecycle.Changed, By: plans.Support, Prorations: plans.NextInvoice, Change: seat}, h.setup.policy.Prorations != plans.NoProrations
		}},
		moved("dates moved later", 4, 0, 0), moved("dates moved earlier", -4, 0, 0), moved("courtesy days", 5, plans.Support, proration.ExtentNone),
		{"an end in the next period", func(h *history, _ time.Time) (lifecycle.Event, bool) {
			e := lifecycle.Event{Kind: lifecycle.CancellationRequested, By: plans.Support, On: h.sub.Period.End.AddDate(0, 0, 9)}
			return e, !h.sub.Period.End.IsZero()
		}},
		{"a scheduled change canceled", func(h *history, _ time.Time) (lifecycle.Event, bool) {
			if len(h.sub.ScheduledChanges) == 0 {
				return lifecycle.Event{}, false
			}
			return lifecycle.Event{Kind: lifecycle.ScheduledChangeCanceled, ScheduledChange: h.sub.ScheduledChanges[0].Sequence}, true
		}},
		on("paused on a day", 2, lifecycle.Event{Kind: lifecycle.PauseRequested, By: plans.Support}),
		ofKind(lifecycle.AdvanceInvoiceRequested), ofKind(lifecycle.CollectionResumed),
		fixedEvent("collection paused, kept", lifecycle.Event{Kind: lifecycle.CollectionPaused, Invoices: lifecycle.PausedKeep}),
		fixedEvent("collection paused, void", lifecycle.Event{Kind: lifecycle.CollectionPaused, Invoices: lifecycle.PausedVoid}),
	}, candidatesNamed("payment_succeeded", "payment_failed", "canceled immediately", "cancellation_withdrawn")...)
}

// Laws 3, 7, 9, 11, 17 and 18 over every sequence of two orders, and a sample of those of three: after every step there
// is no credit without money, previews equal what happens, paid time has access, no unit is billed twice, units return
// at their credit, and the books balance. All sequences of three take five minutes:
//
//	ORDERS=3 go test ./lifecycle -run TestEverySequenceOfOrders -timeout 20m -v
func TestEverySequenceOfOrdersEnumerated(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	s, all := newRecorder(), orderCandidates()
	whole := os.Getenv("ORDERS") == "3"
	for _, w := range setups(t) {
		if w.name == "sales" || w.name == "hand" {
			w.sub.Contract.Trial = proration.Interval{}
		}
		for _, canceling := range []lifecycle.WhileCanceling{lifecycle.CancelingAllow, lifecycle.CancelingWithdraw} {
			own := w
			own.policy.ChangesWhileCanceling = canceling
			t.Run(w.name+", changes "+canceling.String(), func(t *testing.T) {
				t.Parallel()
				for i, along := range paths()[4:6] {
					if race.On && i == 0 {
						continue
					}
					h := followPath(t, &own, along, s)
					applySequences(&h, race.Few(all, 5), 2)
					switch third := i == 1 && canceling == lifecycle.CancelingWithdraw && !race.On; {
					case third && whole:
						applySequences(&h, all, 3)
					case third && w.name == "balance":
						applySequences(&h, everyOther(all), 3)
					}
				}
			})
		}
	}
	t.Cleanup(func() {
		t.Logf("%d events in sequences of 2 and 3 of an alphabet of %d, at 2 instants each", s.calls, len(all))
	})
}

// everyOther returns every other candidate.
func everyOther(all []candidate) (few []candidate) {
	for i := range all {
		if i%2 == 0 {
			few = append(few, all[i])
		}
	}
	return few
}
