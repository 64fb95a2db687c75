package invoice_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// paymentModel models the receivable of an invoice of 100, in whole dollars and without the library.
type paymentModel struct {
	phase                        string
	amounts                      string // the amount of each applied event
	applied                      string // every applied event, by its kind and ID
	kept                         [2]int // of each payment, less its disputes and returns
	disputed                     [2]int // of each payment
	surplus                      [2]int // of each payment, less its disputes and returns
	received, refunded, credited int    // received money less disputes and returns; refunds; credit notes and used credit
	used                         int    // used credit that is not due again
	attempted                    int    // the amount of the attempt in progress
	attempt                      string // the ID of the attempt in progress
	late, held, asked            bool   // a payment failed or is late; collection is postponed; collection was requested
}

func (w *paymentModel) due() int { return 100 - w.received - w.credited }

// in reports whether the phase is one of some phases.
func (w *paymentModel) in(phases ...string) bool { return slices.Contains(phases, w.phase) }

// known reports whether an event was applied.
func (w *paymentModel) known(kind, id string) bool {
	return strings.Contains(w.applied, " "+kind+":"+id+" ")
}

// owed reports whether an amount is due that can be paid.
func (w *paymentModel) owed() bool { return w.in("open", "held", "requested", "overdue") }

// accepts reports whether an event is not refused.
func (w *paymentModel) accepts(kind, id string) bool {
	owed, paid, written := w.owed(), w.in("paid"), w.in("uncollectible")
	switch kind {
	case "attempted":
		return (owed || w.in("retracted")) && w.attempt == "" && !w.known("succeeded", id) && !w.known("surplus", id) && !w.known("failed", id)
	case "succeeded":
		return owed || written || w.in("pending", "retracted")
	case "failed":
		return !w.known("succeeded", id) && !w.known("surplus", id)
	case "surplus":
		return !w.in("retracted")
	case "credited", "credit_applied":
		return owed || written || w.in("pending")
	case "reversed":
		return (owed || written || paid || w.in("pending", "retracted", "void")) && (w.known("succeeded", id) || w.known("surplus", id))
	case "credit_reversed":
		return owed || written || paid || w.in("pending", "retracted")
	case "refunded", "returned":
		return owed || written || paid || w.in("pending")
	case "disputed":
		return (owed || written || paid || w.in("pending", "retracted", "void")) && (w.known("succeeded", id) || w.known("surplus", id))
	case "dispute_won":
		return w.known("disputed", id) && !w.known("dispute_lost", id)
	case "dispute_lost":
		return w.known("disputed", id) && !w.known("dispute_won", id)
	case "voided":
		return (owed || written || w.in("retracted")) && w.received <= w.refunded
	case "written_off", "missed":
		return owed
	case "requested":
		return w.in("open", "held", "overdue")
	case "postponed":
		return w.in("open")
	case "retracted":
		return w.in("requested", "pending") && w.received <= w.refunded
	}
	return false
}

// fills returns the amount of an event, and false if it is not valid.
func (w *paymentModel) fills(kind, id string, amount int) (int, bool) {
	usual, most := w.due(), w.due()
	switch kind {
	case "attempted", "credited", "credit_applied":
	case "succeeded":
		if w.attempt == id {
			if usual = min(w.attempted, w.due()); amount == 0 && w.due() == 0 {
				return 0, true // a credit took the whole amount in the meantime
			}
		}
	case "refunded", "returned":
		usual, most = w.received-w.refunded, w.received-w.refunded
	case "disputed", "reversed":
		most = min(w.kept[strings.Index("ab", id)], w.received-w.refunded) + w.surplus[strings.Index("ab", id)]
		usual = most
	case "dispute_won":
		if usual = min(w.disputed[strings.Index("ab", id)], w.due()); w.in("void") {
			usual = 0
		}
		if most = usual; amount == 0 && most == 0 {
			return 0, true
		}
	case "surplus":
		usual, most = 0, amount
	case "credit_reversed":
		usual, most = 0, w.used
	default:
		return 0, true
	}
	if amount == 0 {
		amount = usual
	}
	return amount, amount > 0 && amount <= most
}

// apply returns the result of an event: "same", "refused", "invalid", or "" if it is applied.
func (w *paymentModel) apply(kind, id string, amount int) string {
	logged := kind != "requested" && kind != "postponed" && kind != "missed" && kind != "retracted"
	if w.known(kind, id) {
		switch {
		case amount != 0 && !strings.Contains(w.amounts, fmt.Sprintf(" %s:%s=%d ", kind, id, amount)):
			return "invalid"
		case kind == "attempted" && w.known("failed", id) && w.phase != "paid":
			return "refused"
		case kind != "written_off" || !w.owed(): // it can be written off again
			return "same"
		}
	}
	if !w.accepts(kind, id) {
		return "refused"
	}
	amount, sound := w.fills(kind, id, amount)
	if !sound {
		return "invalid"
	}
	if kind == "missed" && w.late {
		return "same"
	}
	w.move(kind, id, amount)
	if logged {
		w.applied += " " + kind + ":" + id + " "
		w.amounts += fmt.Sprintf(" %s:%s=%d ", kind, id, amount)
	}
	if w.due() == 0 && (w.owed() || w.in("uncollectible")) {
		w.phase = "paid"
	}
	if w.attempt != "" && w.owed() {
		w.phase, w.asked = "pending", true
	}
	if w.in("paid", "void", "uncollectible") {
		w.late, w.held, w.asked = false, false, false
	}
	return ""
}

// move updates the amounts, the collection and the phase.
func (w *paymentModel) move(kind, id string, amount int) {
	payment := strings.Index("ab", id)
	other := w.attempt != "" && w.attempt != id
	switch kind {
	case "attempted":
		w.attempted, w.attempt, w.asked = amount, id, true
		if w.phase != "retracted" {
			w.phase = "pending"
		}
	case "succeeded", "dispute_won":
		if kind == "dispute_won" && amount == 0 {
			return
		}
		w.received, w.kept[payment] = w.received+amount, w.kept[payment]+amount
		if !other {
			w.attempt, w.asked = "", false
		}
		switch {
		case w.in("uncollectible", "paid", "void"):
		case w.late:
			w.phase = "overdue"
		case w.held:
			w.phase = "held"
		default:
			w.phase = "open"
		}
	case "failed":
		if w.late = true; !other {
			w.attempt, w.asked, w.held = "", false, false
		}
		switch {
		case w.in("uncollectible", "paid", "void"), w.in("retracted") && other:
		case w.in("retracted"):
			w.phase = "void"
			w.applied += " voided: "
			w.amounts += " voided:=0 "
		default:
			w.phase = "overdue"
		}
	case "surplus":
		if w.surplus[payment] += amount; w.attempt == id {
			w.attempt = ""
			if w.in("pending") {
				w.asked, w.phase = false, "open"
				if w.late {
					w.phase = "overdue"
				} else if w.held {
					w.phase = "held"
				}
			}
		}
	case "credited":
		w.credited += amount
	case "credit_applied":
		w.credited, w.used = w.credited+amount, w.used+amount
	case "credit_reversed":
		w.credited, w.used, w.late = w.credited-amount, w.used-amount, true
		if !w.in("uncollectible", "requested", "pending", "retracted") {
			w.phase = "overdue"
		}
	case "refunded":
		w.refunded += amount
	case "disputed", "reversed":
		beyond := amount - min(amount, w.kept[payment], w.received-w.refunded)
		amount, w.surplus[payment] = amount-beyond, w.surplus[payment]-beyond
		w.received, w.kept[payment] = w.received-amount, w.kept[payment]-amount
		if kind == "disputed" {
			w.disputed[payment] += amount
		}
		if w.late = w.late || amount > 0; amount > 0 && !w.in("uncollectible", "requested", "pending", "void") {
			w.phase = "overdue"
		}
	case "returned":
		if w.received, w.late = w.received-amount, true; !w.in("uncollectible", "requested", "pending") {
			w.phase = "overdue"
		}
	case "voided":
		w.phase = "void"
	case "written_off":
		w.phase = "uncollectible"
	case "requested":
		w.phase, w.asked, w.held = "requested", true, false
	case "postponed":
		w.phase, w.held = "held", true
	case "missed":
		if w.late = true; w.phase != "requested" {
			w.phase = "overdue"
		}
	case "retracted":
		w.phase = "retracted"
	}
}

// Every sequence of up to six events: two payments of 40, 60 or the whole amount due, a surplus, a bank return, a
// dispute and its result, credit and its reversal, a credit note, a refund, a void, a write-off and the steps of
// collection, of the receivable of an invoice of 100. A refused event, or one that changes nothing, ends its sequence.
func TestApplySequencesOfEvents(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	alphabet := []string{
		"attempted a 40", "attempted b 60", "attempted b 0", "succeeded a 40", "succeeded a 60", "succeeded b 40", "succeeded b 60", "succeeded b 0",
		"failed a 0", "failed b 0", "disputed a 0", "disputed b 40", "credited c 40", "credited c 0", "refunded r 40", "voided - 0", "written_off - 0",
		"surplus a 10", "reversed b 0", "returned s 40", "dispute_won a 0", "dispute_lost a 0", "credit_applied k 40", "credit_reversed v 30",
		"requested - 0", "postponed - 0", "missed - 0", "retracted - 0",
	}
	events := map[string]invoice.Event{}
	for _, text := range alphabet {
		events[text] = eventOf(t, text)
	}
	n, depth := 0, 6
	// states whose next events were tried before, after other events or the same in another order
	gone := map[string]bool{}
	if race.On {
		depth = 3
	}
	var walk func(r invoice.Receivable, model paymentModel, path string, left int)
	walk = func(r invoice.Receivable, model paymentModel, path string, left int) {
		for _, text := range alphabet {
			n++
			next := model
			words := strings.Fields(text)
			amount, _ := strconv.Atoi(words[2])
			want := next.apply(words[0], strings.TrimPrefix(words[1], "-"), amount)
			after, err := invoice.Apply(r, events[text])
			if got := outcomeOf(&r, &after, err); got != want {
				t.Fatalf("%s, then %s: %q, want %q: %v", path, text, got, want, err)
			}
			if want != "" {
				continue
			}
			checkModel(t, path+", "+text, &after, &next)
			next.applied, next.amounts = sortWords(next.applied), sortWords(next.amounts)
			if key := fmt.Sprint(left, next); left > 1 && !gone[key] {
				gone[key] = true
				var read invoice.Receivable
				if err := json.Unmarshal([]byte(giventest.JSON(t, after)), &read); err != nil {
					t.Fatal(err)
				}
				walk(read, next, path+", "+text, left-1)
			}
		}
	}
	walk(receivableOf(t, nil, "100"), paymentModel{phase: "open", applied: " "}, "", depth)
	if n < 5000 && !race.On {
		t.Errorf("only %d events", n)
	}
}

// sortWords sorts words, each between two spaces.
func sortWords(words string) string {
	all := strings.Fields(words)
	slices.Sort(all)
	return " " + strings.Join(all, "  ") + " "
}

// outcomeOf names the result of an event.
func outcomeOf(before, after *invoice.Receivable, err error) string {
	switch {
	case errors.Is(err, plans.ErrRefused):
		return "refused"
	case errors.Is(err, proration.ErrInvalid):
		return "invalid"
	case err != nil:
		return err.Error()
	case len(after.Events) == len(before.Events) && after.Phase == before.Phase && after.FirstFailedAt.Equal(before.FirstFailedAt):
		return "same"
	}
	return ""
}

// checkModel fails unless a receivable agrees with its model and keeps the laws of payments.
func checkModel(tb testing.TB, path string, r *invoice.Receivable, model *paymentModel) {
	tb.Helper()
	received, outstanding := r.Received(), r.Outstanding()
	due := model.due()
	if model.phase == "void" {
		due = 0
	}
	if r.Phase.String() != model.phase || received.IntPart() != int64(model.received-model.refunded) || outstanding.IntPart() != int64(due) || !received.IsInteger() || !outstanding.IsInteger() {
		tb.Fatalf("%s: %v, received %v, outstanding %v; want %+v", path, r.Phase, received, outstanding, *model)
	}
	if received.IsNegative() || outstanding.IsNegative() || received.GreaterThan(r.AmountDue) {
		tb.Fatalf("%s: received %v, outstanding %v of %v", path, received, outstanding, r.AmountDue)
	}
	ends := r.Phase != invoice.PhaseVoid && r.Phase.Status() != "pending" // an attempt ends with its result
	if nothing := outstanding.IsZero() && ends; nothing != (r.Phase == invoice.PhasePaid) {
		tb.Fatalf("%s: outstanding %v, and the phase is %v", path, outstanding, r.Phase)
	}
	under := map[string]bool{}
	for _, e := range r.Events {
		switch e.Kind {
		case invoice.Attempted:
			under[e.ID] = true
		case invoice.Succeeded, invoice.Failed, invoice.Surplus:
			delete(under, e.ID)
		}
	}
	if n := len(under); n > 1 || r.Phase == invoice.PhasePending && n == 0 || n == 1 && r.Owing() && r.Phase.Status() != "pending" {
		tb.Fatalf("%s: %d attempts are pending, and the phase is %v", path, n, r.Phase)
	}
	if late, held, asked := !r.FirstFailedAt.IsZero(), !r.CollectAt.IsZero(), !r.RequestedAt.IsZero(); late != model.late || held != model.held || asked != model.asked {
		tb.Fatalf("%s: failed %v, postponed %v, requested %v; want %+v", path, late, held, asked, *model)
	}
	if r.Owing() != (model.owed() || model.in("pending", "retracted")) || r.Overdue() != (model.late && model.phase != "retracted") {
		tb.Fatalf("%s: owing %v, overdue %v; want %+v", path, r.Owing(), r.Overdue(), *model)
	}
}
