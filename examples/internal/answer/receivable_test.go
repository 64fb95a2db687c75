package answer_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/invoice"
)

func TestReceivablesKeepTheLatestOfEachInvoice(t *testing.T) {
	var all answer.Receivables
	all.Add([]invoice.Receivable{{Invoice: "a", Phase: invoice.PhaseOpen}, {Invoice: "b", Phase: invoice.PhaseOpen}})
	all.Add([]invoice.Receivable{{Invoice: "a", Phase: invoice.PhasePaid}})
	for id, want := range map[string]invoice.Phase{"a": invoice.PhasePaid, "b": invoice.PhaseOpen, "of credits": invoice.PhasePaid} {
		if got := all.Of(&invoice.Invoice{ID: id}); got.Phase != want || got.Invoice != id {
			t.Errorf("invoice %s has the receivable of %q, %v", id, got.Invoice, got.Phase)
		}
	}
	if len(all.All) != 2 {
		t.Errorf("there are %d", len(all.All))
	}
}

func TestPaymentsListsEventsAndTheStatus(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	amount := decimal.RequireFromString
	r := invoice.Receivable{Currency: "USD", Phase: invoice.PhaseOverdue, AmountDue: amount("89"), Events: []invoice.Event{
		{Kind: invoice.Failed, ID: "p\n1", At: noon},
		{Kind: invoice.Succeeded, ID: "p2", At: noon.Add(12 * time.Hour), Amount: amount("8.9")},
	}}
	want := `  failed, 2026-03-01, p 1
  succeeded, 2026-03-02, p2                                               8.90
  Amount outstanding, open                                               80.10
`
	if got := answer.Payments(&r, time.UTC); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
