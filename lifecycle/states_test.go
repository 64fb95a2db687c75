package lifecycle

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/billingrules/billing/proration"
)

// TestStatesDocument compares STATES.md with the tables. UPDATE=1 writes the file again:
//
//	UPDATE=1 go test ./lifecycle -run TestStatesDocument
func TestStatesDocument(t *testing.T) {
	const name = "STATES.md"
	want := statesDocument()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s differs from the tables; write it again with UPDATE=1", name)
	}
}

// tableRow is a row of either table.
type tableRow struct {
	cause    string
	from, to set
}

// tableRows returns the rows of both tables, in order.
func tableRows() (all []tableRow) {
	for _, row := range transitions {
		all = append(all, tableRow{row.event.String(), row.from, row.to})
	}
	for _, row := range passages {
		all = append(all, tableRow{"_" + row.deadline.String() + "_", row.from, row.to})
	}
	return all
}

// statesDocument writes the tables as text.
func statesDocument() string {
	var text strings.Builder
	text.WriteString("# The states of a subscription\n\nTestStatesDocument writes this file from the tables in `transitions.go`. Deadlines, in italics, occur as time passes.\n\n```mermaid\nstateDiagram-v2\n")
	for _, from := range everyStatus() {
		for _, to := range everyStatus() {
			var causes []string
			for _, m := range tableRows() {
				if from != to && m.from.has(from) && m.to.has(to) {
					causes = append(causes, strings.Trim(m.cause, "_"))
				}
			}
			if len(causes) > 0 {
				fmt.Fprintf(&text, "    %s --> %s: %s\n", node(from), node(to), strings.Join(causes, ", "))
			}
		}
	}
	text.WriteString("```\n\nThe statuses that each event and deadline can lead to; each can also leave the status as it is, as a request that takes effect later does. A dot always leaves it. An empty cell is a refused event, or a deadline that does not occur.\n\n|")
	for _, s := range everyStatus() {
		text.WriteString(" | " + strings.TrimPrefix(node(s), "[*]"))
	}
	text.WriteString(" |\n|---" + strings.Repeat("|---", len(statuses)) + "|\n")
	var order []string
	cells := map[string][]string{}
	for _, m := range tableRows() {
		if cells[m.cause] == nil {
			order = append(order, m.cause)
			cells[m.cause] = make([]string, len(statuses))
		}
		for i, s := range everyStatus() {
			if m.from.has(s) {
				cells[m.cause][i] = reached(m, s)
			}
		}
	}
	for _, cause := range order {
		fmt.Fprintf(&text, "| %s | %s |\n", cause, strings.Join(cells[cause], " | "))
	}
	text.WriteString("\nThe refusals of the empty cells, for a subscription without optional dates.\n\n| status | reason | events |\n|---|---|---|\n")
	for _, s := range everyStatus() {
		refusedEvents(&text, s)
	}
	return text.String()
}

// refusedEvents writes the events that a status refuses, by the reason.
func refusedEvents(text *strings.Builder, status Status) {
	sub := subscriptionsToRefuse()[2*int(status)]
	var reasons []string
	events := map[string][]string{}
	for i := range eventKinds[1:] {
		kind := EventKind(i + 1)
		if allowed(kind, status) {
			continue
		}
		reason := sub.notAllowed(kind)
		if events[reason] == nil {
			reasons = append(reasons, reason)
		}
		events[reason] = append(events[reason], kind.String())
	}
	for _, reason := range reasons {
		fmt.Fprintf(text, "| %s | %s | %s |\n", strings.TrimPrefix(node(status), "[*]"), reason, strings.Join(events[reason], ", "))
	}
}

// reached lists the statuses that a row leads to from a status.
func reached(m tableRow, from Status) string {
	var all []string
	for _, to := range everyStatus() {
		if m.to.has(to) && to != from {
			all = append(all, to.String())
		}
	}
	if len(all) == 0 {
		return "."
	}
	return strings.Join(all, ", ")
}

// everyStatus lists the statuses, the zero status of a new subscription first.
func everyStatus() (all []Status) {
	for i := range statuses {
		all = append(all, Status(i))
	}
	return all
}

// node returns the name of a status in the diagram.
func node(s Status) string {
	if s == 0 {
		return "[*]"
	}
	return s.String()
}

// Every event kind and every deadline has a row, and at most one for each status.
func TestTablesCoverEveryEventAndDeadline(t *testing.T) {
	for kind := range eventKinds[1:] {
		for _, s := range everyStatus() {
			if n := countRows(func(m tableRow) bool { return m.cause == EventKind(kind+1).String() && m.from.has(s) }); n > 1 {
				t.Errorf("%d rows of %v while %v", n, EventKind(kind+1), s)
			}
		}
		if countRows(func(m tableRow) bool { return m.cause == EventKind(kind+1).String() }) == 0 {
			t.Errorf("no row of %v", EventKind(kind+1))
		}
	}
	for kind := range deadlineKinds[1:] {
		for _, s := range everyStatus() {
			if n := countRows(func(m tableRow) bool { return m.cause == "_"+DeadlineKind(kind+1).String()+"_" && m.from.has(s) }); n > 1 {
				t.Errorf("%d rows of %v while %v", n, DeadlineKind(kind+1), s)
			}
		}
		if countRows(func(m tableRow) bool { return m.cause == "_"+DeadlineKind(kind+1).String()+"_" }) == 0 {
			t.Errorf("no row of %v", DeadlineKind(kind+1))
		}
	}
	for _, s := range everyStatus() {
		if countRows(func(m tableRow) bool { return m.from.has(s) && m.to != 0 }) == 0 {
			t.Errorf("no row leads out of %v", s)
		}
	}
}

// A debt alone refuses no event: past due, a subscription refuses what an active one does (law 9).
func TestDebtAloneRefusesNothing(t *testing.T) {
	for i := range eventKinds[1:] {
		if kind := EventKind(i + 1); allowed(kind, PastDue) != allowed(kind, Active) {
			t.Errorf("%v: allowed while active %v, while past due %v", kind, allowed(kind, Active), allowed(kind, PastDue))
		}
	}
}

// countRows counts rows of both tables.
func countRows(which func(tableRow) bool) (n int) {
	for _, m := range tableRows() {
		if which(m) {
			n++
		}
	}
	return n
}

// A status that the processed row does not list is a fault, and is not set.
func TestStatusThatTheRowLacksIsAFault(t *testing.T) {
	s := step{sub: Subscription{Status: Paused}, cause: "event-3"}
	if s.enter(PaymentFailed) == nil || s.become(Paused) != nil {
		t.Errorf("a failed payment while paused does not keep the status")
	}
	err := s.become(Active)
	const want = "subscription.status: must not become active by event-3; it is paused"
	if !errors.Is(err, proration.ErrInvalid) || err.Error() != want || s.sub.Status != Paused {
		t.Errorf("got %v and the status %v, want %s", err, s.sub.Status, want)
	}
	if s.enter(Changed) != nil || s.become(Active) == nil || s.enter(Resumed) == nil || s.become(Active) != nil {
		t.Errorf("the row of an event does not decide which status it leads to")
	}
}
