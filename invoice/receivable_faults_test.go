package invoice_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

func TestApplyFaults(t *testing.T) {
	for _, c := range []struct {
		name, why string
		before    []string
		edit      func(*invoice.Event)
		want      []string
	}{
		{"no kind", "law 13: an event of no kind has no default", nil, func(e *invoice.Event) { e.Kind = 0 }, []string{"event.kind unset"}},
		{"no such kind", "law 14: the value was set and means nothing", nil, func(e *invoice.Event) { e.Kind = 21 }, []string{"event.kind invalid"}},
		{"no ID", "the ID recognizes an event that is reported twice", nil, func(e *invoice.Event) { e.ID = "" }, []string{"event.id unset"}},
		{"no instant", "law 10: time is an argument", nil, func(e *invoice.Event) { e.At = time.Time{} }, []string{"event.at unset"}},
		{"negative", "law 7: the sign is the meaning", nil, func(e *invoice.Event) { e.Amount = giventest.Money("-1") }, []string{"event.amount invalid"}},
		{"huge", "law 14: bad input is an error that names its field", nil, func(e *invoice.Event) { e.Amount = decimal.New(1, 1<<30) }, []string{"event.amount limit"}},
		{"tiny", "law 14: bad input is an error that names its field", nil, func(e *invoice.Event) { e.Amount = decimal.New(1, -1<<30) }, []string{"event.amount limit"}},
		{"a fraction of a cent", "no payment has a fraction of a cent", nil, func(e *invoice.Event) { e.Amount = giventest.Money("0.005") }, []string{"event.amount invalid"}},
		{"more than the amount due", "law 18: no more is received than is due", nil, func(e *invoice.Event) { e.Amount = giventest.Money("100.01") }, []string{"event.amount invalid"}},
		{"more than the outstanding amount", "law 18: no more is received than is due", []string{"succeeded p1 40"}, func(e *invoice.Event) { e.Amount = giventest.Money("60.01") }, []string{"event.amount invalid"}},
		{"an attempt for more than is outstanding", "no caller requests more than is outstanding", []string{"succeeded p1 40"}, func(e *invoice.Event) { e.Kind, e.Amount = invoice.Attempted, giventest.Money("60.01") }, []string{"event.amount invalid"}},
		{"a credit note above the outstanding amount", "the rest of a credit note is refunded or granted", []string{"succeeded p1 40"}, func(e *invoice.Event) { e.Kind, e.Amount = invoice.Credited, giventest.Money("60.01") }, []string{"event.amount invalid"}},
		{"a refund above the received amount", "only received money is refunded", []string{"succeeded p1 40"}, func(e *invoice.Event) { e.Kind, e.Amount = invoice.Refunded, giventest.Money("40.01") }, []string{"event.amount invalid"}},
		{"a refund above the rest of the received amount", "only received money is refunded", []string{"succeeded p1 40", "refunded r 30"}, func(e *invoice.Event) { e.Kind, e.Amount = invoice.Refunded, giventest.Money("10.01") }, []string{"event.amount invalid"}},
		{"a dispute above the amount of its payment", "a dispute returns at most its payment", []string{"succeeded p1 40", "succeeded p2 50"}, func(e *invoice.Event) {
			e.Kind, e.ID, e.Amount = invoice.Disputed, "p1", giventest.Money("40.01")
		}, []string{"event.amount invalid"}},
		{"a dispute above the kept amount", "refunded money is not disputed as well", []string{"succeeded p1 40", "refunded r 30"}, func(e *invoice.Event) {
			e.Kind, e.ID, e.Amount = invoice.Disputed, "p1", giventest.Money("10.01")
		}, []string{"event.amount invalid"}},
		{"a refund without a payment", "no money was received", nil, func(e *invoice.Event) { e.Kind, e.Amount = invoice.Refunded, decimal.Decimal{} }, []string{"event.amount invalid"}},
		{"a voided event with an amount", "voiding concerns the whole invoice", nil, func(e *invoice.Event) { e.Kind = invoice.Voided }, []string{"event.amount invalid"}},
		{"before the invoice", "events do not precede the invoice", nil, func(e *invoice.Event) { e.At = giventest.Instant("2026-11-30T23:59:59.999999999", nil) }, []string{"event.at outside"}},
		{"before the last event", "events are in order of time", []string{"attempted p0 10 2026-12-05", "failed p0 0 2026-12-05"}, func(e *invoice.Event) {
			e.At = giventest.Instant("2026-12-04T23:59:59.999999999", nil)
		}, []string{"event.at outside"}},
		{"a payment after its report", "a report follows its payment", nil, func(e *invoice.Event) { e.OccurredAt = e.At.Add(1) }, []string{"event.occurred_at outside"}},
		{"a success that is owed again", "law 19: nothing is ignored", nil, func(e *invoice.Event) { e.OwedAgain = true }, []string{"event.owed_again invalid"}},
		{"a retry of a success", "law 19: nothing is ignored", nil, func(e *invoice.Event) { e.RetryAt = e.At }, []string{"event.retry_at invalid"}},
		{"a hard success", "law 19: nothing is ignored", nil, func(e *invoice.Event) { e.Hard = true }, []string{"event.retry_at invalid"}},
		{"a grace period of a success", "law 19: nothing is ignored", nil, func(e *invoice.Event) { e.Until = e.At }, []string{"event.until invalid"}},
		{"an amount of a request", "the outstanding amount is collected", nil, func(e *invoice.Event) { e.Kind = invoice.Requested }, []string{"event.amount invalid"}},
		{"a time after the last year", "law 14: JSON cannot store it", nil, func(e *invoice.Event) { e.At = e.At.AddDate(10_000, 0, 0) }, []string{"event.at limit"}},
		{"all faults at once", "law 14: all faults come at once", nil, func(e *invoice.Event) { *e = invoice.Event{Kind: invoice.Succeeded, Amount: giventest.Money("-1")} }, []string{"event.id unset", "event.amount invalid", "event.at unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := afterEvents(t, receivableOf(t, nil, "100"), c.before...)
			e := eventOf(t, "succeeded p9 10")
			c.edit(&e)
			got, err := invoice.Apply(r, e)
			giventest.CheckFaults(t, err, c.want...)
			if giventest.JSON(t, got) != giventest.JSON(t, invoice.Receivable{}) {
				t.Errorf("a receivable comes with the error: %+v: %s", got, c.why)
			}
		})
	}
}

// Apply refuses a receivable that was edited where it was stored, so that it takes no payment.
func TestApplyRefusesEditedReceivable(t *testing.T) {
	unpaid := receivableOf(t, func(d *invoice.Draft) {
		d.Policy.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: giventest.Money("19")}}
	}, "100", "50")
	noted, err := invoice.Credit(creditRequest(unpaid, lineAmount("inv-2/1", "30")))
	if err != nil {
		t.Fatal(err)
	}
	credited := noted.Receivable
	many, huge := make([]invoice.Event, 2001), decimal.New(1, 1<<30)
	for _, c := range []struct {
		name, why string
		of        invoice.Receivable
		edit      func(*invoice.Receivable)
		want      []string
	}{
		{"nothing", "law 13: a receivable has no defaults", invoice.Receivable{}, nil, []string{"receivable.invoice unset", "receivable.currency unset", "receivable.issued_at unset", "receivable.phase unset", "receivable.seal unset"}},
		{"no such currency", "law 13: money has a currency", unpaid, func(r *invoice.Receivable) { r.Currency = "XXX" }, []string{"receivable.currency invalid"}},
		{"no such phase", "law 14: the value was set and means nothing", unpaid, func(r *invoice.Receivable) { r.Phase = 11 }, []string{"receivable.phase invalid"}},
		{"a negative amount", "law 7: no negative invoice", unpaid, func(r *invoice.Receivable) { r.AmountDue = giventest.Money("-1") }, []string{"receivable.amount_due invalid"}},
		{"a huge amount", "law 14: amounts have limits", unpaid, func(r *invoice.Receivable) { r.AmountDue = huge }, []string{"receivable.amount_due limit"}},
		{"less than was paid", "law 18: no more is received than is due", afterEvents(t, unpaid, "succeeded p1"), func(r *invoice.Receivable) { r.AmountDue = giventest.Money("1") }, []string{"receivable.events[0] invalid"}},
		{"paid without a payment", "the phase follows from the events", unpaid, func(r *invoice.Receivable) { r.Phase = invoice.PhasePaid }, []string{"receivable.phase invalid"}},
		{"void without an event", "the phase follows from the events", unpaid, func(r *invoice.Receivable) { r.Phase = invoice.PhaseVoid }, []string{"receivable.phase invalid"}},
		{"open again", "a paid invoice takes no payment", afterEvents(t, unpaid, "succeeded p1"), func(r *invoice.Receivable) { r.Phase = invoice.PhaseOpen }, []string{"receivable.phase invalid"}},
		{"pending without an attempt", "the phase follows from the events", unpaid, func(r *invoice.Receivable) { r.Phase = invoice.PhasePending }, []string{"receivable.phase invalid"}},
		{"an attempt that is not pending", "an invoice has one payment at a time", afterEvents(t, unpaid, "attempted p1"), func(r *invoice.Receivable) { r.Phase = invoice.PhaseOpen }, []string{"receivable.phase invalid"}},
		{"retracted with a payment", "received money forbids voiding", afterEvents(t, unpaid, "succeeded p1 10", "requested"), func(r *invoice.Receivable) { r.Phase = invoice.PhaseRetracted }, []string{"receivable.phase invalid"}},
		{"a draft that was paid", "a draft takes no payment", afterEvents(t, receivableOf(t, asDraft, "100"), "issued", "succeeded p1"), func(r *invoice.Receivable) { r.Events = r.Events[1:]; r.Phase = invoice.PhaseDraft }, []string{"receivable.phase invalid"}},
		{"a draft opened by hand", "only an event issues a draft", receivableOf(t, asDraft, "100"), func(r *invoice.Receivable) { r.Phase = invoice.PhasePaid }, []string{"receivable.phase invalid"}},
		{"a payment twice", "a payment counts once", afterEvents(t, unpaid, "succeeded p1 10"), func(r *invoice.Receivable) { r.Events = append(r.Events, r.Events[0]) }, []string{"receivable.events[1] invalid"}},
		{"a payment without an amount", "the log has the amount", afterEvents(t, unpaid, "succeeded p1 10"), func(r *invoice.Receivable) { r.Events[0].Amount = decimal.Decimal{} }, []string{"receivable.events[0] invalid"}},
		{"a request in the log", "the log has only payments", unpaid, func(r *invoice.Receivable) { r.Events = []invoice.Event{eventOf(t, "requested")} }, []string{"receivable.events[0] invalid"}},
		{"a retry in the log", "the log has no collection", afterEvents(t, unpaid, "failed p1"), func(r *invoice.Receivable) { r.Events[0].Hard = true }, []string{"receivable.events[0] invalid"}},
		{"too many events", "law 14: lists have limits", unpaid, func(r *invoice.Receivable) { r.Events = many }, []string{"receivable.events limit"}},
		{"a huge payment", "law 14: amounts have limits", afterEvents(t, unpaid, "succeeded p1"), func(r *invoice.Receivable) { r.Events[0].Amount = huge }, []string{"receivable.events[0].amount limit"}},
		{"held for no time", "the phase follows from the collection", unpaid, func(r *invoice.Receivable) { r.Phase = invoice.PhaseHeld }, []string{"receivable.phase invalid"}},
		{"requested at no time", "the phase follows from the collection", unpaid, func(r *invoice.Receivable) { r.Phase = invoice.PhaseRequested }, []string{"receivable.requested_at invalid"}},
		{"requested, but open", "a second request would collect twice", afterEvents(t, unpaid, "requested"), func(r *invoice.Receivable) { r.Phase = invoice.PhaseOpen }, []string{"receivable.requested_at invalid"}},
		{"overdue since no time", "the phase follows from the collection", unpaid, func(r *invoice.Receivable) { r.Phase = invoice.PhaseOverdue }, []string{"receivable.phase invalid"}},
		{"failed, but open", "the phase follows from the collection", afterEvents(t, unpaid, "failed p1"), func(r *invoice.Receivable) { r.Phase = invoice.PhaseOpen }, []string{"receivable.phase invalid"}},
		{"paid and overdue", "a settled receivable is not collected", afterEvents(t, unpaid, "succeeded p1"), func(r *invoice.Receivable) { r.FirstFailedAt = r.IssuedAt }, []string{"receivable.phase invalid"}},
		{"negative retries", "a number of times is not negative", unpaid, func(r *invoice.Receivable) { r.Retries = -1 }, []string{"receivable.retries invalid"}},
		{"a far time", "law 14: JSON cannot store it", unpaid, func(r *invoice.Receivable) { r.DueAt = r.IssuedAt.AddDate(10_000, 0, 0) }, []string{"receivable.due_at limit"}},
		{"a time before the first year", "law 14: the zero time is in the first year", unpaid, func(r *invoice.Receivable) { r.IssuedAt = r.IssuedAt.AddDate(-2026, 0, 0) }, []string{"receivable.issued_at limit"}},
		{"too many lines", "law 14: lists have limits", unpaid, func(r *invoice.Receivable) { r.Lines = make([]invoice.ReceivableLine, 10_001) }, []string{"receivable.lines limit"}},
		{"a huge line", "law 14: amounts have limits", unpaid, func(r *invoice.Receivable) { r.Lines[1].Net = huge }, []string{"receivable.lines[1].net limit"}},
		{"a huge tax", "law 14: amounts have limits", unpaid, func(r *invoice.Receivable) { r.Lines[1].Taxes[0].Amount = huge }, []string{"receivable.lines[1].taxes[0].amount limit"}},
		{"a tax without a name", "a credit finds its tax by the name", unpaid, func(r *invoice.Receivable) { r.Lines[0].Taxes[0].Name = "" }, []string{"receivable.lines[0].taxes[0].name unset"}},
		{"a huge discount", "law 14: amounts have limits", unpaid, func(r *invoice.Receivable) { r.Lines[1].Discounts = []plans.Deduction{{Amount: huge}} }, []string{"receivable.lines[1].discounts[0].amount limit"}},
		{"too many taxes", "law 14: lists have limits", unpaid, func(r *invoice.Receivable) { r.Lines[1].Taxes = make([]plans.Tax, 101) }, []string{"receivable.lines[1].taxes limit"}},
		{"too many credits", "law 14: lists have limits", unpaid, func(r *invoice.Receivable) { r.Lines[1].Credits = make([]invoice.LineCredit, 501) }, []string{"receivable.lines[1].credits limit"}},
		{"a credit without an ID", "the ID recognizes a document that is recorded twice", credited, func(r *invoice.Receivable) { r.Lines[0].Credits[0].ID = "" }, []string{"receivable.lines[0].credits[0].id unset"}},
		{"a credit twice", "a credit counts once", credited, func(r *invoice.Receivable) { r.Lines[0].Credits = append(r.Lines[0].Credits, r.Lines[0].Credits...) }, []string{"receivable.lines[0].credits[1].id invalid"}},
		{"a positive credit", "a credit takes off its charge", credited, func(r *invoice.Receivable) { r.Lines[0].Credits[0].Net = giventest.Money("30") }, []string{"receivable.lines[0].credits[0].net invalid"}},
		{"more credit than was billed", "law 3: never credit more than was billed", credited, func(r *invoice.Receivable) { r.Lines[0].Net = giventest.Money("29.99") }, []string{"receivable.lines[0].credits invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := clone.Deep(c.of)
			if c.edit != nil {
				c.edit(&r)
			}
			got, err := invoice.Apply(r, eventOf(t, "succeeded p9 1 2026-12-20"))
			giventest.CheckFaults(t, err, c.want...)
			if giventest.JSON(t, got) != giventest.JSON(t, invoice.Receivable{}) {
				t.Errorf("a receivable comes with the error: %+v: %s", got, c.why)
			}
		})
	}
}
