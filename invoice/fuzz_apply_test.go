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
		issued := invoiceOf(t, nil, "99.99", "0.01")
		inv := issued
		for i := 0; i+2 < len(script) && i < 30; i += 3 {
			e := invoice.Event{
				Kind: invoice.EventKind(script[i] % 11), At: inv.IssuedAt.Add(time.Duration(i) * time.Hour), Amount: decimal.New(int64(int8(script[i+2])), 0),
			}
			if id := script[i+1] % 4; id > 0 {
				e.ID = string('a' + rune(id))
			}
			before := giventest.JSON(t, inv)
			after, err := invoice.Apply(inv, e)
			if now := giventest.JSON(t, inv); now != before {
				t.Fatalf("%+v changed its input to %s", e, now)
			}
			var fault *proration.Error
			switch {
			case err != nil && !errors.Is(err, plans.ErrRefused) && !errors.As(err, &fault):
				t.Fatalf("%+v: %v", e, err)
			case err != nil:
				continue
			}
			if err := invoice.Check(after); err != nil {
				t.Fatalf("after %+v: %v", e, err)
			}
			again, err := invoice.Apply(after, e)
			if err != nil || giventest.JSON(t, again) != giventest.JSON(t, after) {
				t.Fatalf("%+v counts twice: %v", e, err)
			}
			inv = giventest.CheckRoundTrip(t, after)
			received, outstanding := inv.Received(), inv.Outstanding()
			if received.IsNegative() || outstanding.IsNegative() || received.GreaterThan(inv.AmountDue) {
				t.Fatalf("received %v, outstanding %v after %+v", received, outstanding, inv.Events)
			}
		}
		checkSameContent(t, issued, inv)
	})
}

// For any JSON, the check returns, and an accepted invoice is written, read and checked again with the same result.
func FuzzCheck(f *testing.F) {
	for _, inv := range exampleInvoices(f) {
		f.Add([]byte(giventest.JSON(f, inv)))
	}
	f.Add([]byte(giventest.JSON(f, afterEvents(f, invoiceOf(f, nil, "100"), "attempted p1"))))
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
		if _, err := invoice.Apply(inv, invoice.Event{Kind: invoice.Refunded, ID: "r", At: inv.IssuedAt}); err == nil && !inv.Received().IsPositive() {
			t.Fatalf("more is refunded than received of\n%s", inv.Text())
		}
	})
}
