package invoice_test

import (
	"errors"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

func TestApplyFaults(t *testing.T) {
	for _, c := range []struct {
		name, why string
		before    []string
		edit      func(*invoice.Event)
		want      []string
	}{
		{"no kind", "law 13: an event of no kind has no default", nil, func(e *invoice.Event) { e.Kind = 0 }, []string{"event.kind unset"}},
		{"no such kind", "law 14: the value was set and means nothing", nil, func(e *invoice.Event) { e.Kind = 10 }, []string{"event.kind invalid"}},
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
		{"all faults at once", "law 14: all faults come at once", nil, func(e *invoice.Event) { *e = invoice.Event{Kind: invoice.Succeeded, Amount: giventest.Money("-1")} }, []string{"event.id unset", "event.amount invalid", "event.at unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := afterEvents(t, invoiceOf(t, nil, "100"), c.before...)
			e := eventOf(t, "succeeded p9 10")
			c.edit(&e)
			got, err := invoice.Apply(inv, e)
			giventest.CheckFaults(t, err, c.want...)
			if giventest.JSON(t, got) != giventest.JSON(t, invoice.Invoice{}) {
				t.Errorf("an invoice comes with the error: %+v: %s", got, c.why)
			}
		})
	}
}

// Apply refuses an invoice that Check finds edited, so that it takes no payment.
func TestApplyRefusesEditedInvoice(t *testing.T) {
	inv := invoiceOf(t, nil, "100")
	inv.AmountDue = giventest.Money("1")
	if _, err := invoice.Apply(inv, eventOf(t, "succeeded p1")); !errors.Is(err, invoice.Conservation) || !errors.Is(err, invoice.Sealed) {
		t.Errorf("got %v", err)
	}
	if _, err := invoice.Apply(invoice.Invoice{}, invoice.Event{}); !errors.Is(err, proration.ErrUnset) {
		t.Errorf("got %v", err)
	}
}
