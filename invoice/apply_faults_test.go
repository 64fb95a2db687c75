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
		{"no kind", "law 13", nil, func(e *invoice.Event) { e.Kind = 0 }, []string{"event.kind unset"}},
		{"no such kind", "law 14", nil, func(e *invoice.Event) { e.Kind = 10 }, []string{"event.kind invalid"}},
		{"no ID", "it can come twice", nil, func(e *invoice.Event) { e.ID = "" }, []string{"event.id unset"}},
		{"no instant", "law 10", nil, func(e *invoice.Event) { e.At = time.Time{} }, []string{"event.at unset"}},
		{"negative", "law 7", nil, func(e *invoice.Event) { e.Amount = giventest.Money("-1") }, []string{"event.amount invalid"}},
		{"huge", "law 14", nil, func(e *invoice.Event) { e.Amount = decimal.New(1, 1<<30) }, []string{"event.amount limit"}},
		{"tiny", "law 14", nil, func(e *invoice.Event) { e.Amount = decimal.New(1, -1<<30) }, []string{"event.amount limit"}},
		{"a part of a cent", "no payment has it", nil, func(e *invoice.Event) { e.Amount = giventest.Money("0.005") }, []string{"event.amount invalid"}},
		{"more than is due", "law: no more is received than due", nil, func(e *invoice.Event) { e.Amount = giventest.Money("100.01") }, []string{"event.amount invalid"}},
		{"more than is left", "as above", []string{"succeeded p1 40"}, func(e *invoice.Event) { e.Amount = giventest.Money("60.01") }, []string{"event.amount invalid"}},
		{"more is attempted", "nobody asks for it", []string{"succeeded p1 40"}, func(e *invoice.Event) { e.Kind, e.Amount = invoice.Attempted, giventest.Money("60.01") }, []string{"event.amount invalid"}},
		{"more is credited", "what goes back besides is paid or granted", []string{"succeeded p1 40"}, func(e *invoice.Event) { e.Kind, e.Amount = invoice.Credited, giventest.Money("60.01") }, []string{"event.amount invalid"}},
		{"more is repaid", "only what came in goes back", []string{"succeeded p1 40"}, func(e *invoice.Event) { e.Kind, e.Amount = invoice.Refunded, giventest.Money("40.01") }, []string{"event.amount invalid"}},
		{"more is repaid than is left", "as above", []string{"succeeded p1 40", "refunded r 30"}, func(e *invoice.Event) { e.Kind, e.Amount = invoice.Refunded, giventest.Money("10.01") }, []string{"event.amount invalid"}},
		{"more is reversed than paid with it", "as above", []string{"succeeded p1 40", "succeeded p2 50"}, func(e *invoice.Event) {
			e.Kind, e.ID, e.Amount = invoice.Disputed, "p1", giventest.Money("40.01")
		}, []string{"event.amount invalid"}},
		{"more is reversed than was kept", "what was repaid is not reversed as well", []string{"succeeded p1 40", "refunded r 30"}, func(e *invoice.Event) {
			e.Kind, e.ID, e.Amount = invoice.Disputed, "p1", giventest.Money("10.01")
		}, []string{"event.amount invalid"}},
		{"nothing to repay", "no money came in", nil, func(e *invoice.Event) { e.Kind, e.Amount = invoice.Refunded, decimal.Decimal{} }, []string{"event.amount invalid"}},
		{"an amount of a void", "it is no matter of an amount", nil, func(e *invoice.Event) { e.Kind = invoice.Voided }, []string{"event.amount invalid"}},
		{"before the invoice", "instants are in order", nil, func(e *invoice.Event) { e.At = giventest.Instant("2026-11-30T23:59:59.999999999", nil) }, []string{"event.at outside"}},
		{"before the last event", "as above", []string{"attempted p0 10 2026-12-05", "failed p0 0 2026-12-05"}, func(e *invoice.Event) {
			e.At = giventest.Instant("2026-12-04T23:59:59.999999999", nil)
		}, []string{"event.at outside"}},
		{"all at once", "law 14", nil, func(e *invoice.Event) { *e = invoice.Event{Kind: invoice.Succeeded, Amount: giventest.Money("-1")} }, []string{"event.id unset", "event.amount invalid", "event.at unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := statesAfter(t, statesInvoice(t, nil, "100"), c.before...)
			e := statesEvent(t, "succeeded p9 10")
			c.edit(&e)
			got, err := invoice.Apply(inv, e)
			giventest.CheckFaults(t, err, c.want...)
			if giventest.JSON(t, got) != giventest.JSON(t, invoice.Invoice{}) {
				t.Errorf("got %+v with the error: %s", got, c.why)
			}
		})
	}
}

// What Check finds is not applied to: an edited invoice takes no payment.
func TestApplyEdited(t *testing.T) {
	inv := statesInvoice(t, nil, "100")
	inv.AmountDue = giventest.Money("1")
	if _, err := invoice.Apply(inv, statesEvent(t, "succeeded p1")); !errors.Is(err, invoice.Conservation) || !errors.Is(err, invoice.Sealed) {
		t.Errorf("got %v", err)
	}
	if _, err := invoice.Apply(invoice.Invoice{}, invoice.Event{}); !errors.Is(err, proration.ErrUnset) {
		t.Errorf("got %v", err)
	}
}
