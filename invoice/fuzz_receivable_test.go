package invoice_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// For any events in any order, no more is received than is due, each event counts once, the issued content is
// unmodified, and the result passes the check.
func FuzzApply(f *testing.F) {
	f.Add([]byte{2, 1, 100, 3, 1, 100, 3, 2, 100})
	f.Add([]byte{3, 1, 40, 7, 1, 0, 9, 0, 0, 3, 2, 60, 3, 3, 40})
	f.Add([]byte{2, 1, 60, 4, 1, 0, 5, 1, 50, 6, 1, 0, 8, 0, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		inv := invoiceOf(t, nil, "99.99", "0.01")
		issued := invoice.NewReceivable(inv)
		r := issued
		for i := 0; i+2 < len(script) && i < 30; i += 3 {
			e := invoice.Event{
				Kind: invoice.EventKind(script[i] % 21), At: r.IssuedAt.Add(time.Duration(i) * time.Hour), Amount: decimal.New(int64(int8(script[i+2])), 0),
			}
			if id := script[i+1] % 4; id > 0 {
				e.ID = string('a' + rune(id))
			}
			if script[i+1]&8 > 0 {
				e.Until = e.At.AddDate(0, 0, 1)
			}
			if script[i+1]&16 > 0 {
				e.RetryAt, e.Hard = e.At.Add(time.Hour), true
			}
			before := giventest.JSON(t, r)
			after, err := invoice.Apply(r, e)
			if now := giventest.JSON(t, r); now != before {
				t.Fatalf("%+v changed its input to %s", e, now)
			}
			var fault *proration.Error
			switch {
			case err != nil && !errors.Is(err, plans.ErrRefused) && !errors.As(err, &fault):
				t.Fatalf("%+v: %v", e, err)
			case err != nil:
				continue
			}
			if err := after.Match(inv); err != nil {
				t.Fatalf("after %+v: %v", e, err)
			}
			if e.Kind < invoice.Requested { // the others are not in the log
				again, err := invoice.Apply(after, e)
				if err != nil || giventest.JSON(t, again) != giventest.JSON(t, after) {
					t.Fatalf("%+v counts twice: %v", e, err)
				}
			}
			r = giventest.CheckRoundTrip(t, after)
			if _, err := invoice.Apply(r, invoice.Event{}); errors.Is(err, proration.ErrInvalid) {
				t.Fatalf("after %+v the receivable is invalid: %v", e, err)
			}
			received, outstanding := r.Received(), r.Outstanding()
			if received.IsNegative() || outstanding.IsNegative() || received.GreaterThan(r.AmountDue) {
				t.Fatalf("received %v, outstanding %v after %+v", received, outstanding, r.Events)
			}
		}
		checkSameContent(t, issued, r)
	})
}

// For any JSON, the check returns, and an accepted invoice is written, read and checked again with the same result.
func FuzzCheck(f *testing.F) {
	for _, inv := range exampleInvoices(f) {
		f.Add([]byte(giventest.JSON(f, inv)))
	}
	f.Add([]byte(`{"id":"i","currency":"USD","at":"2026-12-01T00:00:00Z","lines":[{"net":"1e1000000000"}],"total":"-1e-999999999"}`))
	newYork := giventest.Zone(f, "America/New_York")
	f.Fuzz(func(t *testing.T, text []byte) {
		var inv invoice.Invoice
		if json.Unmarshal(text, &inv) != nil {
			return
		}
		if inv.Zone == newYork.String() {
			inv.Location = newYork
		}
		if invoice.Check(inv) != nil {
			return
		}
		read := giventest.CheckRoundTrip(t, inv)
		read.Location = inv.Location
		if err := invoice.Check(read); err != nil {
			t.Fatal(err)
		}
		r := invoice.NewReceivable(inv)
		if _, err := invoice.Apply(r, invoice.Event{Kind: invoice.Refunded, ID: "r", At: inv.IssuedAt}); !errors.Is(err, plans.ErrRefused) && !errors.Is(err, proration.ErrInvalid) {
			t.Fatalf("more is refunded than received of\n%s: %v", inv.Text(), err)
		}
	})
}

// For any JSON of a receivable, an event and a credit note return, and an accepted receivable never owes or repays more
// than was due.
func FuzzStoredReceivable(f *testing.F) {
	r := receivableOf(f, nil, "99.99", "0.01")
	noted, err := invoice.Credit(creditRequest(r, lineAmount("inv-2/1", "30")))
	if err != nil {
		f.Fatal(err)
	}
	for _, r := range []invoice.Receivable{
		r, noted.Receivable, afterEvents(f, r, "attempted p1", "retracted"), afterEvents(f, r, "succeeded p1", "disputed p1 40"),
	} {
		f.Add([]byte(giventest.JSON(f, r)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var r invoice.Receivable
		if json.Unmarshal(text, &r) != nil {
			return
		}
		at := r.IssuedAt
		if n := len(r.Events); n > 0 {
			at = r.Events[n-1].At
		}
		if after, err := invoice.Apply(r, invoice.Event{Kind: invoice.Succeeded, ID: "fuzz", At: at}); err == nil {
			if !after.Outstanding().IsZero() || after.Received().GreaterThan(after.AmountDue) {
				t.Fatalf("outstanding %v, received %v of %s", after.Outstanding(), after.Received(), text)
			}
		}
		c := creditRequest(r)
		c.ID, c.At, c.Refund = "fuzz", at, true
		if result, err := invoice.Credit(c); err == nil {
			if err := invoice.Check(result.Invoice); err != nil || result.Receivable.Received().IsNegative() || result.Receivable.Outstanding().IsNegative() {
				t.Fatalf("%v: %s", err, text)
			}
		}
	})
}
