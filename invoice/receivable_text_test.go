package invoice_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
)

func TestReceivableTextListsEventsAndTheStatus(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	r := invoice.Receivable{Currency: "USD", Phase: invoice.PhaseOverdue, AmountDue: giventest.Money("89"), Events: []invoice.Event{
		{Kind: invoice.Failed, ID: "p\n1", At: noon},
		{Kind: invoice.Succeeded, ID: "p2", At: noon.Add(12 * time.Hour), Amount: giventest.Money("8.9")},
	}}
	want := `  failed, 2026-03-01, p 1
  succeeded, 2026-03-02, p2                                               8.90
  Amount outstanding, open                                               80.10
`
	if got := r.Text(time.UTC); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := r.Text(time.FixedZone("", -13*60*60)); got == want || r.Text(nil) != want {
		t.Errorf("in an earlier zone it is\n%s", got)
	}
}
