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

// paymentModel models an invoice of 100, in whole dollars and without the library.
type paymentModel struct {
	status                       string
	amounts                      string // the amount of each applied event
	applied                      string // every applied event, by its kind and ID
	kept                         [2]int // of each payment, less its disputes
	received, refunded, credited int    // received money less disputes; refunds; credit notes
	attempted                    int    // the amount of the pending attempt
	attempt                      string // the ID of the pending attempt
}

func (w *paymentModel) due() int { return 100 - w.received - w.credited }

// apply returns the result of an event: "same", "refused", "invalid", or "" if it is applied.
func (w *paymentModel) apply(kind, id string, amount int) string {
	mark := " " + kind + ":" + id + " "
	known := func(kind string) bool { return strings.Contains(w.applied, " "+kind+":"+id+" ") }
	if strings.Contains(w.applied, mark) {
		switch {
		case amount != 0 && !strings.Contains(w.amounts, fmt.Sprintf(" %s:%s=%d ", kind, id, amount)):
			return "invalid"
		case kind == "attempted" && known("failed") && w.status != "paid", kind == "succeeded" && known("disputed"):
			return "refused"
		case kind != "written_off" || w.status != "open": // it can be written off again
			return "same"
		}
	}
	open, owed := w.status == "open", w.status == "open" || w.status == "uncollectible"
	pick := func(usual, most int) bool {
		if amount == 0 {
			amount = usual
		}
		return amount > 0 && amount <= most
	}
	payment := strings.Index("ab", id)
	sound := true
	switch kind {
	case "attempted":
		if !open || known("succeeded") || known("failed") {
			return "refused"
		}
		if sound = pick(w.due(), w.due()); sound {
			w.status, w.attempted, w.attempt = "pending", amount, id
		}
	case "succeeded":
		usual := w.due()
		if w.status == "pending" && w.attempt == id {
			usual = w.attempted
		} else if !owed {
			return "refused"
		}
		if sound = pick(usual, w.due()); sound {
			w.received, w.kept[payment] = w.received+amount, w.kept[payment]+amount
		}
	case "failed":
		if w.status != "open" && (w.status != "pending" || w.attempt != id) || known("succeeded") {
			return "refused"
		}
		if w.status == "pending" {
			w.status = "open"
		}
	case "credited":
		if !owed {
			return "refused"
		}
		if sound = pick(w.due(), w.due()); sound {
			w.credited += amount
		}
	case "refunded":
		if !owed && w.status != "paid" {
			return "refused"
		}
		if sound = pick(w.received-w.refunded, w.received-w.refunded); sound {
			w.refunded += amount
		}
	case "disputed":
		if !owed && w.status != "paid" || !known("succeeded") {
			return "refused"
		}
		most := min(w.kept[payment], w.received-w.refunded)
		if sound = pick(most, most); sound {
			w.received, w.kept[payment] = w.received-amount, w.kept[payment]-amount
			if w.status == "paid" {
				w.status = "open"
			}
		}
	case "voided":
		if !owed || w.received > w.refunded {
			return "refused"
		}
		w.status = "void"
	case "written_off":
		if !open {
			return "refused"
		}
		w.status = "uncollectible"
	}
	if !sound {
		return "invalid"
	}
	w.applied += mark
	w.amounts += fmt.Sprintf(" %s:%s=%d ", kind, id, amount)
	if kind == "succeeded" && w.status == "pending" {
		w.status = "open"
	}
	if w.due() == 0 && (w.status == "open" || w.status == "uncollectible") {
		w.status = "paid"
	}
	return ""
}

// Every sequence of up to five events: two payments of 40, 60 or the whole amount due, a credit note, a refund, a void
// and a write-off, of an invoice of 100. A refused event, or one that changes nothing, ends its sequence.
func TestApplySequencesOfEvents(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	alphabet := []string{
		"attempted a 40", "attempted b 60", "attempted b 0", "succeeded a 40", "succeeded a 60", "succeeded b 40", "succeeded b 60", "succeeded b 0",
		"failed a 0", "failed b 0", "disputed a 0", "disputed b 40", "credited c 40", "credited c 0", "refunded r 40", "voided - 0", "written_off - 0",
	}
	events := map[string]invoice.Event{}
	for _, text := range alphabet {
		events[text] = eventOf(t, text)
	}
	n, depth := 0, 5
	// states whose next events were tried before, after other events or the same in another order
	gone := map[string]bool{}
	if race.On {
		depth = 3
	}
	var walk func(inv invoice.Invoice, model paymentModel, path string, left int)
	walk = func(inv invoice.Invoice, model paymentModel, path string, left int) {
		for _, text := range alphabet {
			n++
			next := model
			words := strings.Fields(text)
			amount, _ := strconv.Atoi(words[2])
			want := next.apply(words[0], strings.TrimPrefix(words[1], "-"), amount)
			after, err := invoice.Apply(inv, events[text])
			if got := outcomeOf(inv, after, err); got != want {
				t.Fatalf("%s, then %s: %q, want %q: %v", path, text, got, want, err)
			}
			if want != "" {
				continue
			}
			checkModel(t, path+", "+text, &after, &next)
			next.applied, next.amounts = sortWords(next.applied), sortWords(next.amounts)
			if key := fmt.Sprint(left, next); left > 1 && !gone[key] {
				gone[key] = true
				var read invoice.Invoice
				if err := json.Unmarshal([]byte(giventest.JSON(t, after)), &read); err != nil {
					t.Fatal(err)
				}
				walk(read, next, path+", "+text, left-1)
			}
		}
	}
	walk(invoiceOf(t, nil, "100"), paymentModel{status: "open", applied: " "}, "", depth)
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
func outcomeOf(before, after invoice.Invoice, err error) string {
	switch {
	case errors.Is(err, plans.ErrRefused):
		return "refused"
	case errors.Is(err, proration.ErrInvalid):
		return "invalid"
	case err != nil:
		return err.Error()
	case len(after.Events) == len(before.Events) && after.Status == before.Status:
		return "same"
	}
	return ""
}

// checkModel fails unless an invoice agrees with its model and keeps the laws of payments.
func checkModel(tb testing.TB, path string, inv *invoice.Invoice, model *paymentModel) {
	tb.Helper()
	received, outstanding := inv.Received(), inv.Outstanding()
	due := model.due()
	if model.status == "void" {
		due = 0
	}
	if inv.Status.String() != model.status || received.IntPart() != int64(model.received-model.refunded) || outstanding.IntPart() != int64(due) || !received.IsInteger() || !outstanding.IsInteger() {
		tb.Fatalf("%s: %v, received %v, outstanding %v; want %+v", path, inv.Status, received, outstanding, *model)
	}
	if received.IsNegative() || outstanding.IsNegative() || received.GreaterThan(inv.AmountDue) {
		tb.Fatalf("%s: received %v, outstanding %v of %v", path, received, outstanding, inv.AmountDue)
	}
	if nothing := outstanding.IsZero() && inv.Status != invoice.Void; nothing != (inv.Status == invoice.Paid) {
		tb.Fatalf("%s: outstanding %v, and the status is %v", path, outstanding, inv.Status)
	}
	under := 0
	for _, e := range inv.Events {
		switch e.Kind {
		case invoice.Attempted:
			under++
		case invoice.Succeeded, invoice.Failed:
			under = 0
		}
	}
	if under > 1 || (under == 1) != (inv.Status == invoice.Pending) {
		tb.Fatalf("%s: %d attempts are pending, and the status is %v", path, under, inv.Status)
	}
}
