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

// statesTwin models an invoice of 100, in whole dollars and without the library.
type statesTwin struct {
	status               string
	said                 string // the amount of each applied event
	seen                 string // every applied event, by its kind and ID
	kept                 [2]int // of each payment, less its disputes
	came, back, credited int    // received money less disputes; refunds; credit notes
	asked                int    // the amount of the pending attempt
	payer                string // the ID of the pending attempt
}

func (w *statesTwin) due() int { return 100 - w.came - w.credited }

// play returns the result of an event: "same", "refused", "invalid", or "" if it is applied.
func (w *statesTwin) play(kind, id string, amount int) string {
	mark := " " + kind + ":" + id + " "
	known := func(kind string) bool { return strings.Contains(w.seen, " "+kind+":"+id+" ") }
	if strings.Contains(w.seen, mark) {
		switch {
		case amount != 0 && !strings.Contains(w.said, fmt.Sprintf(" %s:%s=%d ", kind, id, amount)):
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
			w.status, w.asked, w.payer = "pending", amount, id
		}
	case "succeeded":
		usual := w.due()
		if w.status == "pending" && w.payer == id {
			usual = w.asked
		} else if !owed {
			return "refused"
		}
		if sound = pick(usual, w.due()); sound {
			w.came, w.kept[payment] = w.came+amount, w.kept[payment]+amount
		}
	case "failed":
		if w.status != "open" && (w.status != "pending" || w.payer != id) || known("succeeded") {
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
		if sound = pick(w.came-w.back, w.came-w.back); sound {
			w.back += amount
		}
	case "disputed":
		if !owed && w.status != "paid" || !known("succeeded") {
			return "refused"
		}
		most := min(w.kept[payment], w.came-w.back)
		if sound = pick(most, most); sound {
			w.came, w.kept[payment] = w.came-amount, w.kept[payment]-amount
			if w.status == "paid" {
				w.status = "open"
			}
		}
	case "voided":
		if !owed || w.came > w.back {
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
	w.seen += mark
	w.said += fmt.Sprintf(" %s:%s=%d ", kind, id, amount)
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
func TestApplyEverySequence(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	alphabet := []string{
		"attempted a 40", "attempted b 60", "attempted b 0", "succeeded a 40", "succeeded a 60", "succeeded b 40", "succeeded b 60", "succeeded b 0",
		"failed a 0", "failed b 0", "disputed a 0", "disputed b 40", "credited c 40", "credited c 0", "refunded r 40", "voided - 0", "written_off - 0",
	}
	events := map[string]invoice.Event{}
	for _, text := range alphabet {
		events[text] = statesEvent(t, text)
	}
	n, depth := 0, 5
	gone := map[string]bool{} // states whose next events were tried before, after other events or the same in another order
	if race.On {
		depth = 3
	}
	var walk func(inv invoice.Invoice, twin statesTwin, path string, left int)
	walk = func(inv invoice.Invoice, twin statesTwin, path string, left int) {
		for _, text := range alphabet {
			n++
			next := twin
			words := strings.Fields(text)
			amount, _ := strconv.Atoi(words[2])
			want := next.play(words[0], strings.TrimPrefix(words[1], "-"), amount)
			after, err := invoice.Apply(inv, events[text])
			if got := statesOutcome(inv, after, err); got != want {
				t.Fatalf("%s, then %s: %q, want %q: %v", path, text, got, want, err)
			}
			if want != "" {
				continue
			}
			statesTwinned(t, path+", "+text, &after, &next)
			next.seen, next.said = statesSorted(next.seen), statesSorted(next.said)
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
	walk(statesInvoice(t, nil, "100"), statesTwin{status: "open", seen: " "}, "", depth)
	if n < 5000 && !race.On {
		t.Errorf("only %d events", n)
	}
}

// statesSorted sorts words, each between two spaces.
func statesSorted(words string) string {
	all := strings.Fields(words)
	slices.Sort(all)
	return " " + strings.Join(all, "  ") + " "
}

// statesOutcome names the result of an event.
func statesOutcome(before, after invoice.Invoice, err error) string {
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

// statesTwinned fails unless an invoice agrees with its model and keeps the laws of payments.
func statesTwinned(tb testing.TB, path string, inv *invoice.Invoice, twin *statesTwin) {
	tb.Helper()
	received, outstanding := inv.Received(), inv.Outstanding()
	due := twin.due()
	if twin.status == "void" {
		due = 0
	}
	if inv.Status.String() != twin.status || received.IntPart() != int64(twin.came-twin.back) || outstanding.IntPart() != int64(due) || !received.IsInteger() || !outstanding.IsInteger() {
		tb.Fatalf("%s: %v, received %v, outstanding %v; want %+v", path, inv.Status, received, outstanding, *twin)
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
