package invoice_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// invoiceOf is an invoice of December 1, 2026 for some nets in dollars, without taxes.
func invoiceOf(tb testing.TB, edit func(*invoice.Draft), nets ...string) invoice.Invoice {
	tb.Helper()
	d := invoice.Draft{ID: "inv-2", Currency: "USD", At: giventest.Instant("2026-12-01", nil), Policy: invoice.Standard()}
	for _, net := range nets {
		d.Lines = append(d.Lines, plans.Charge{Kind: plans.OneTime, Item: "setup", Currency: "USD", Net: giventest.Money(net)})
	}
	if edit != nil {
		edit(&d)
	}
	inv, err := invoice.Build(d)
	if err != nil {
		tb.Fatal(err)
	}
	return inv
}

// eventOf reads "succeeded p1 40 2026-12-02": a kind, an ID or -, an amount or 0, and a day or December 2.
func eventOf(tb testing.TB, text string) invoice.Event {
	tb.Helper()
	words := strings.Fields(text)
	words = append(words, []string{"-", "0", "2026-12-02"}[len(words)-1:]...)
	e := invoice.Event{ID: strings.TrimPrefix(words[1], "-"), Amount: giventest.Money(words[2]), At: giventest.Instant(words[3], nil)}
	if err := e.Kind.UnmarshalText([]byte(words[0])); err != nil {
		tb.Fatal(err)
	}
	return e
}

// afterEvents applies events.
func afterEvents(tb testing.TB, inv invoice.Invoice, events ...string) invoice.Invoice {
	tb.Helper()
	for _, text := range events {
		after, err := invoice.Apply(inv, eventOf(tb, text))
		if err != nil {
			tb.Fatalf("%s: %v", text, err)
		}
		inv = after
	}
	return inv
}

// documentedTransitions reads the table of transitions in the package documentation: "open attempted" leads to
// "pending".
func documentedTransitions(tb testing.TB) map[string]string {
	tb.Helper()
	source, err := os.ReadFile("doc.go")
	if err != nil {
		tb.Fatal(err)
	}
	_, table, _ := strings.Cut(string(source), "lists the other changes of status:\n//\n")
	table, _, found := strings.Cut(table, "\n//\n")
	if !found {
		tb.Fatal("doc.go has no table of transitions")
	}
	leads := map[string]string{}
	for row := range strings.Lines(table) {
		words := strings.Fields(strings.ReplaceAll(row, ",", " "))[1:] // without the slashes
		var waiting []string
		for i := 1; i < len(words); i++ {
			if words[i] != "->" {
				waiting = append(waiting, words[i])
				continue
			}
			i++
			for _, event := range waiting {
				leads[words[0]+" "+event] = words[i]
			}
			waiting = nil
		}
		if len(waiting) > 0 {
			tb.Fatalf("%q does not say where %q leads", row, waiting)
		}
	}
	return leads
}

// For every status and kind of event, the documented table of transitions says which events are refused and to which
// status the others lead, while an amount is outstanding.
func TestApplyFollowsDocumentedTransitions(t *testing.T) {
	leads := documentedTransitions(t)
	if len(leads) != 19 {
		t.Errorf("the table has %d rows: %v", len(leads), leads)
	}
	ways := map[invoice.Status][]string{ // with a payment that can be refunded
		invoice.Drafted: {}, invoice.Open: {"succeeded p1 40"}, invoice.Pending: {"succeeded p1 40", "attempted p2 30"},
		invoice.Paid: {"succeeded p1 40", "succeeded p2 60"}, invoice.Void: {"voided"}, invoice.Uncollectible: {"succeeded p1 40", "written_off"},
	}
	unpaid := map[invoice.Status][]string{ // without a payment, since a paid invoice cannot be voided
		invoice.Drafted: {}, invoice.Open: {}, invoice.Pending: {"attempted p2 30"}, invoice.Paid: {"credited c1 100"}, invoice.Void: {"voided"},
		invoice.Uncollectible: {"written_off"},
	}
	events := map[invoice.EventKind]string{
		invoice.Issued: "issued", invoice.Attempted: "attempted p3 10", invoice.Succeeded: "succeeded p3 10", invoice.Failed: "failed p3",
		invoice.Credited: "credited c3 10", invoice.Refunded: "refunded r3 10", invoice.Disputed: "disputed p1 10", invoice.Voided: "voided", invoice.WrittenOff: "written_off",
	}
	for status := invoice.Drafted; status <= invoice.Uncollectible; status++ {
		for kind := invoice.Issued; kind <= invoice.WrittenOff; kind++ {
			way := ways[status]
			if kind == invoice.Voided {
				way = unpaid[status]
			}
			inv := afterEvents(t, invoiceOf(t, func(d *invoice.Draft) { d.AsDraft = status == invoice.Drafted }, "100"), way...)
			if inv.Status != status {
				t.Fatalf("%q leads to %v, want %v", way, inv.Status, status)
			}
			e := eventOf(t, events[kind])
			if status == invoice.Pending && (kind == invoice.Succeeded || kind == invoice.Failed) {
				e.ID = "p2"
			}
			if kind == invoice.Voided || kind == invoice.WrittenOff {
				e.ID = "another" // another ID makes it another event; the same event again changes nothing
			}
			row := status.String() + " " + kind.String()
			after, err := invoice.Apply(inv, e)
			want, allowed := leads[row]
			delete(leads, row)
			if !allowed {
				checkRefused(t, row, err, kind)
				continue
			}
			if err != nil || after.Status.String() != want {
				t.Errorf("%s leads to %v, want %s: %v", row, after.Status, want, err)
			}
		}
	}
	if len(leads) > 0 {
		t.Errorf("the table names an unknown status or event: %v", slices.Sorted(maps.Keys(leads)))
	}
}

// checkRefused fails unless err refuses the event, by the rule that its kind names.
func checkRefused(tb testing.TB, what string, err error, kind invoice.EventKind) {
	tb.Helper()
	var refusal *plans.Refusal
	if !errors.As(err, &refusal) || refusal.Rule != kind.String() || refusal.Reason == "" {
		tb.Errorf("%s is not refused: %v", what, err)
	}
}

func TestApply(t *testing.T) {
	for _, c := range []struct {
		name, why   string
		events      []string
		status      invoice.Status
		received    string
		outstanding string
		refused     []string // events that the result refuses
		same        []string // events that change nothing in the result
		invalid     []string // events that repeat an ID with another amount
	}{
		{
			name: "a declined card", why: "a failed attempt leaves the invoice open; a later success pays it, and then no payment is accepted",
			events: []string{"attempted p1", "failed p1", "attempted p2", "succeeded p2"}, status: invoice.Paid, received: "100", outstanding: "0",
			refused: []string{"succeeded p3 100", "succeeded p1 100", "attempted p3", "failed p2", "failed p3", "credited c 10", "voided", "written_off"},
			same:    []string{"attempted p1", "failed p1", "attempted p2", "succeeded p2", "succeeded p2 100"},
		},
		{
			name: "the result is corrected", why: "a provider may report a failure and later a success of the same payment",
			events: []string{"attempted p1", "failed p1", "succeeded p1"}, status: invoice.Paid, received: "100", outstanding: "0",
			refused: []string{"succeeded p2 100", "attempted p2"}, same: []string{"attempted p1", "failed p1", "succeeded p1"},
		},
		{
			name: "without an attempt", why: "a bank transfer arrives in parts and without an attempt",
			events: []string{"succeeded p1 40", "succeeded p2 59.99"}, status: invoice.Open, received: "99.99", outstanding: "0.01",
			refused: []string{"disputed p3 1", "voided"}, same: []string{"succeeded p1 40", "succeeded p2"}, invalid: []string{"succeeded p2 1"},
		},
		{
			name: "two attempts at once", why: "a second attempt would charge the customer twice",
			events: []string{"attempted p1"}, status: invoice.Pending, received: "0", outstanding: "100",
			refused: []string{"attempted p2", "succeeded p2 10", "failed p2", "credited c 10", "voided", "written_off", "refunded r 1", "disputed p1 1"}, same: []string{"attempted p1"},
		},
		{
			name: "an attempt for a part", why: "a success pays the attempted amount, and the rest is outstanding",
			events: []string{"attempted p1 40", "succeeded p1"}, status: invoice.Open, received: "40", outstanding: "60",
			same: []string{"attempted p1", "succeeded p1"}, refused: []string{"failed p1"},
		},
		{
			name: "a known payment is not attempted again", why: "its result is known",
			events: []string{"succeeded p1 40", "failed p2"}, status: invoice.Open, received: "40", outstanding: "60", refused: []string{"attempted p1 10", "attempted p2 10"},
		},
		{
			name: "a chargeback", why: "a disputed payment is outstanding again, and another payment pays it",
			events: []string{"succeeded p1", "disputed p1"}, status: invoice.Open, received: "0", outstanding: "100",
			same: []string{"disputed p1"}, refused: []string{"succeeded p1"},
		},
		{
			name: "a partial chargeback", why: "the rest of the payment is kept",
			events: []string{"succeeded p1", "disputed p1 30", "succeeded p2"}, status: invoice.Paid, received: "100", outstanding: "0",
			refused: []string{"succeeded p3 30"}, same: []string{"disputed p1 30", "disputed p1"},
		},
		{
			name: "refunded by the seller", why: "an amount that a credit note owed is not outstanding again",
			events: []string{"succeeded p1", "refunded r1 30"}, status: invoice.Paid, received: "70", outstanding: "0",
			refused: []string{"succeeded p3 30", "voided"}, same: []string{"refunded r1 30"},
		},
		{
			name: "written off then paid", why: "a customer may pay a written-off invoice in parts",
			events: []string{"written_off", "succeeded p1 40"}, status: invoice.Uncollectible, received: "40", outstanding: "60",
			refused: []string{"voided", "attempted p2", "failed p2", "issued"}, same: []string{"written_off"},
		},
		{
			name: "written off then paid in full", why: "a customer may pay a written-off invoice in parts", events: []string{"written_off", "succeeded p1 40", "succeeded p2"}, status: invoice.Paid, received: "100", outstanding: "0",
		},
		{
			name: "written off by a credit note", why: "nothing is outstanding", events: []string{"written_off", "credited c1"}, status: invoice.Paid, received: "0", outstanding: "0",
		},
		{
			name: "partly paid and credited", why: "a credit note takes off the rest", events: []string{"succeeded p1 40", "credited c1"}, status: invoice.Paid, received: "40", outstanding: "0",
			refused: []string{"credited c2 1", "succeeded p2 1"}, same: []string{"credited c1"},
		},
		{
			name: "void", why: "nothing is due on a void invoice", events: []string{"voided"}, status: invoice.Void, received: "0", outstanding: "0",
			refused: []string{"succeeded p1 100", "issued", "written_off", "credited c 1"}, same: []string{"voided"},
		},
		{
			name: "void after a full chargeback", why: "the seller keeps no money", events: []string{"succeeded p1", "disputed p1", "voided"}, status: invoice.Void, received: "0", outstanding: "0",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := invoiceOf(t, nil, "100")
			after := afterEvents(t, inv, c.events...)
			if after.Status != c.status {
				t.Errorf("the status is %v, want %v: %s", after.Status, c.status, c.why)
			}
			giventest.CheckMoney(t, "received", after.Received(), c.received)
			giventest.CheckMoney(t, "outstanding", after.Outstanding(), c.outstanding)
			checkSameContent(t, inv, after)
			text := giventest.JSON(t, after)
			for _, e := range c.refused {
				event := eventOf(t, e)
				_, err := invoice.Apply(after, event)
				checkRefused(t, e, err, event.Kind)
			}
			for _, e := range c.invalid {
				_, err := invoice.Apply(after, eventOf(t, e))
				giventest.CheckFaults(t, err, "event.amount invalid")
			}
			for _, e := range c.same {
				if again := giventest.JSON(t, afterEvents(t, after, e)); again != text {
					t.Errorf("%s changes the invoice to\n%s, from\n%s", e, again, text)
				}
			}
			if now := giventest.JSON(t, after); now != text {
				t.Errorf("events changed their input: %s", now)
			}
			giventest.CheckRoundTrip(t, after)
		})
	}
}

// checkSameContent fails unless two invoices differ only in status and events.
func checkSameContent(tb testing.TB, before, after invoice.Invoice) {
	tb.Helper()
	if before.Seal != after.Seal || before.Seal == "" {
		tb.Errorf("the seal changed from %q to %q", before.Seal, after.Seal)
	}
	after.Status, after.Events = before.Status, before.Events
	if got, want := giventest.JSON(tb, after), giventest.JSON(tb, before); got != want {
		tb.Errorf("the issued content changed to\n%s, from\n%s", got, want)
	}
}

// An event issues a draft. An issued invoice with no amount due is paid.
func TestApplyIssuesDraft(t *testing.T) {
	review := func(d *invoice.Draft) { d.AsDraft = true }
	draft := invoiceOf(t, review, "100")
	if open := afterEvents(t, draft, "issued"); open.Status != invoice.Open || len(open.Events) != 1 {
		t.Errorf("after issued the status is %v with %v", open.Status, open.Events)
	}
	free := invoiceOf(t, review, "0")
	if free.Status != invoice.Drafted {
		t.Errorf("a draft with no amount due is %v", free.Status)
	}
	if paid := afterEvents(t, free, "issued", "issued"); paid.Status != invoice.Paid || len(paid.Events) != 1 {
		t.Errorf("with no amount due the status is %v with %v", paid.Status, paid.Events)
	}
	if at := invoiceOf(t, nil, "0"); at.Status != invoice.Paid {
		t.Errorf("an invoice with no amount due is %v", at.Status)
	}
}

// Apply recognizes a repeated event also when it arrives late, after other events.
func TestApplyRecognizesRepeatedLateEvent(t *testing.T) {
	inv := afterEvents(t, invoiceOf(t, nil, "100"), "attempted p1", "failed p1 0 2026-12-03", "attempted p2 0 2026-12-04", "succeeded p2 0 2026-12-05")
	text := giventest.JSON(t, inv)
	for _, e := range inv.Events {
		again, err := invoice.Apply(inv, e)
		if err != nil || giventest.JSON(t, again) != text {
			t.Errorf("%v repeated: %v", e, err)
		}
	}
	var read invoice.Invoice
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		t.Fatal(err)
	}
	if err := invoice.Check(read); err != nil {
		t.Error(err)
	}
}
