package invoice_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// fuzzSoldItem reads a charge of November from six bytes, and returns false where they describe none.
func fuzzSoldItem(t *testing.T, id string, b []byte, unit uint16, policy proration.Policy) (plans.Charge, bool) {
	t.Helper()
	from, to := int(b[0]%30), int(b[1]%30)+1
	if from >= to {
		return plans.Charge{}, false
	}
	price := plans.Price{Unit: decimal.New(int64(unit), -2)}
	switch b[3] & 7 {
	case 1:
		price = plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: decimal.New(3, 0), Unit: price.Unit, Flat: decimal.New(1, 0)}, {Unit: price.Unit.Shift(-1)}}}
	case 2:
		price = plans.Price{Tiering: plans.Volume, Tiers: []plans.Tier{{UpTo: decimal.New(3, 0), Unit: price.Unit}, {Unit: price.Unit.Shift(-1)}}}
	case 3:
		price.Flat = decimal.New(500, -2)
	}
	if b[2]%8 == 0 {
		price = plans.Price{Flat: price.Unit} // such as a fee
	}
	start := giventest.Instant("2026-11-01", nil)
	price.Free = price.Flat.IsZero() && price.Unit.IsZero() && len(price.Tiers) == 0
	contract := plans.Contract{Plan: "growth", Currency: "USD", Cycle: giventest.Cycle("2026-11-01", "P1M", time.UTC), Items: []plans.Item{
		{ID: "seat" + strconv.Itoa(int(b[4]&1)), Quantity: decimal.New(max(int64(b[2]%8), 1), 0), Price: price},
	}}
	portion := proration.Portion{Period: giventest.Period("2026-11-01/2026-12-01", nil), Span: proration.Period{Start: start.AddDate(0, 0, from), End: start.AddDate(0, 0, to)}}
	charges, err := contract.Charges(portion, policy)
	if err != nil {
		t.Fatal(err)
	}
	c := charges[0]
	if c.ID = id; b[2]%8 == 0 {
		c.Quantity = decimal.Decimal{}
	}
	if b[4]&6 == 6 {
		off := c.Net.Mul(decimal.New(int64(b[5]%101), -2)).Truncate(2)
		c.Net, c.Discounts = c.Net.Sub(off), []plans.Deduction{{Discount: "welcome", Reason: "some", Amount: off}}
	}
	if b[4]&8 != 0 {
		c.Taxes = []plans.Tax{{Name: "VAT", Percent: decimal.New(19, 0), Amount: c.Net.Mul(decimal.New(19, -2)).Round(2)}}
	}
	if b[4]&48 == 48 {
		c.Kind = plans.Usage
	}
	return c, true
}

// For any billed, credited and proposed charges, changed back and forth: a history equals itself; a reconciled history
// needs no second reconciliation; no more is credited than was billed; every line that is not a credit recomputes.
func FuzzReconcile(f *testing.F) {
	f.Add(uint16(8900), uint8(1), uint8(0), []byte("\x00\x1d\x0a\x00\x00\x14\x0f\x1d\x02\x01\x0a\x13"), []byte("\x00\x1d\x07\x00\x00\x14"), []byte("\x00\x05\x0a\x01"))
	f.Add(uint16(333), uint8(2), uint8(3), []byte("\x03\x1d\x03\x01\x06\x13\x00\x1d\x05\x01\x06\x13"), []byte("\x00\x14\x04\x01\x06\x14\x02\x1d\x02\x01\x0e\x14"), []byte(""))
	f.Add(uint16(1), uint8(4), uint8(5), []byte("\x03\x04\x07\x02\x00\xff\x03\x04\x02\x05\x31\x01"), []byte("\x03\x14\x07\x02\x30\xff"), []byte("\x01\x03\x10\x02"))
	f.Fuzz(func(t *testing.T, unit uint16, count, mode uint8, sold, should, moves []byte) {
		policy := proration.Policy{
			DayCount: proration.DayCount(count%5) + 1, FirstDay: proration.DayBilled, LastDay: proration.DayFree, ChangeDay: proration.Side(count/5%2) + 1,
			Rounding: proration.Rounding{Places: 2, Mode: proration.RoundingMode(mode%7) + 1},
		}
		c := invoice.ReconcileRequest{Policy: policy}
		for i := 0; i+6 <= len(sold) && i < 48; i += 6 {
			if charge, ok := fuzzSoldItem(t, "c"+strconv.Itoa(i), sold[i:i+6], unit, policy); ok {
				c.Billed = append(c.Billed, charge)
			}
		}
		for i := 0; i+3 < len(moves) && i < 16; i += 4 { // pauses of some charges, and credits of amounts
			at := giventest.Instant("2026-11-01", nil).AddDate(0, 0, int(moves[i+1]%30))
			r := credits.Request{Charges: c.Billed, Item: "seat0", Quantity: decimal.New(int64(moves[i+2]%5), 0), At: at, Until: at.AddDate(0, 0, int(moves[i+3]%20)+1), CreditBasis: proration.OnBilled, Policy: policy}
			if owed, err := credits.Unused(r); err == nil {
				c.Billed = withLines(c.Billed, owed)
			}
			if n := len(c.Billed); n > 0 && moves[i]&3 == 3 && c.Billed[0].Corrects == "" {
				back := credits.AmountRequest{Charges: c.Billed, Charge: c.Billed[0].ID, Amount: decimal.New(int64(moves[i]), -2), Mode: policy.Rounding.Mode}
				if given, err := credits.ForAmount(back); err == nil {
					c.Billed = withLines(c.Billed, []plans.Charge{given})
				}
			}
		}
		proposals := [2][]plans.Charge{}
		for i := 0; i+6 <= len(should) && i < 48; i += 6 {
			if charge, ok := fuzzSoldItem(t, "", should[i:i+6], unit, policy); ok {
				proposals[i/6%2] = append(proposals[i/6%2], charge)
			}
		}
		for _, p := range [][]plans.Charge{proposals[0], proposals[1], proposals[0], nil, proposals[1]} {
			self := c
			self.Proposed = c.Billed
			if d, err := invoice.Reconcile(self); err != nil && !noDay(err) || d.Lines != nil {
				t.Fatalf("against itself: %v, %v", d.Lines, err)
			}
			c.Proposed = p
			d, err := invoice.Reconcile(c)
			if noDay(err) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range d.Lines {
				if line.Corrects != "" {
					continue
				}
				if err := line.Check(policy, nil); err != nil {
					t.Fatalf("%+v: %v", line, err)
				}
			}
			if len(d.Lines) > 0 {
				billing := invoice.Standard()
				billing.Proration = policy
				inv, err := invoice.Build(invoice.Draft{
					ID: "difference", Currency: "USD", At: giventest.Instant("2026-12-01", nil), Lines: d.Lines, CreditedCharges: c.Billed, Policy: billing,
				})
				if err != nil {
					t.Fatalf("the difference is not a valid invoice: %v\n%s\nof %s", err, giventest.JSON(t, d.Lines), giventest.JSON(t, c.Billed))
				}
				if err := invoice.Check(inv); err != nil {
					t.Fatal(err)
				}
			}
			c.Billed = withLines(c.Billed, d.Lines)
			again, err := invoice.Reconcile(c)
			if err != nil || again.Lines != nil {
				t.Fatalf("again: %s, %v\nof %s\nagainst %s", giventest.JSON(t, again.Lines), err, giventest.JSON(t, c.Billed), giventest.JSON(t, p))
			}
		}
	})
}

// noDay reports whether a charge has no day of its own by the policy, such as the last day under the policy of the old
// side, so that no fraction of it exists.
func noDay(err error) bool { return errors.Is(err, proration.ErrPeriod) }
