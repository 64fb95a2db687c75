package answer_test

import (
	"testing"

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
