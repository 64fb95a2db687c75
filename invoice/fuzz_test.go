package invoice_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// For any invoice and ledger: no negative amount is due; the subtotal is the sum of the lines; the amount due less the
// grant is the subtotal less the spent credit; credit pays as much as it can, credit before tax first; the balance is
// the sum of the ledger and the entries; an invoice is open while an amount is due.
func FuzzBuild(f *testing.F) {
	f.Add([]byte("\x00\x10\x7f\x02\x80"), []byte("\x01\x05\x02\x09"), uint8(0))
	f.Add([]byte("\x7f\xff\x80\x01\x80\x00"), []byte("\x40\x40\x40\x40\x20\x01"), uint8(1))
	f.Add([]byte("\x00\x00"), []byte(""), uint8(2))
	f.Add([]byte("\x01\x90"), []byte("\x01\x02\x04\x08\x02\x0a\x09\x1c\x01\xc6\x03\x3a"), uint8(0))
	currencies := []plans.Currency{"USD", "JPY", "KWD", "CLF"}
	f.Fuzz(func(t *testing.T, nets, grants []byte, currency uint8) {
		d := draft()
		d.Currency = currencies[int(currency)%len(currencies)]
		places, _ := d.Currency.Places()
		sum := decimal.Zero
		for i := 0; i+1 < len(nets) && i < 40; i += 2 {
			net := decimal.New(int64(int16(nets[i])<<8|int16(nets[i+1])), -places)
			sum = sum.Add(net)
			if net.IsNegative() {
				paid := charged("inv-1/"+strconv.Itoa(i), d.Currency, net.Neg().String())
				back, err := credits.ForAmount(credits.AmountRequest{Charges: []plans.Charge{paid}, Charge: paid.ID, Mode: proration.HalfUp})
				if err != nil {
					t.Fatal(err)
				}
				d.Lines, d.CreditedCharges = append(d.Lines, back), append(d.CreditedCharges, paid)
				continue
			}
			d.Lines = append(d.Lines, lineIn(d.Currency, plans.Kind(nets[i]%uint8(plans.Termination))+1, net.String()))
		}
		var credit, untaxed decimal.Decimal // credit that may pay, and its part before tax
		beforeTax := map[string]bool{}
		for i := 0; i+1 < len(grants) && i < 40; i += 2 {
			how := grants[i+1]
			e := credits.Entry{
				Kind: credits.Granted, ID: strings.Repeat("g", i+1), Amount: decimal.New(int64(grants[i])+1, 1-places), Currency: d.Currency,
				At: d.At.AddDate(0, 0, int(int8(how))/64), BeforeTax: how&2 != 0,
			}
			if how&1 != 0 {
				e.Currency = "EUR"
			}
			if how&4 != 0 {
				e.Expires = e.At.AddDate(0, 0, 1)
			}
			if how&8 != 0 {
				priority := int(how >> 4)
				e.Priority = &priority
			}
			if e.Currency == d.Currency && !e.At.After(d.At) && (e.Expires.IsZero() || e.Expires.After(d.At)) {
				credit = credit.Add(e.Amount)
				if e.BeforeTax {
					untaxed = untaxed.Add(e.Amount)
				}
			}
			beforeTax[e.ID] = e.BeforeTax
			d.Ledger = append(d.Ledger, e)
		}
		inv, err := invoice.Build(d)
		if len(d.Lines) == 0 {
			giventest.CheckFaults(t, err, "lines unset")
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		var spent, first, granted decimal.Decimal
		for _, e := range inv.LedgerEntries {
			switch {
			case e.Kind == credits.Granted:
				granted = granted.Add(e.Amount)
			case beforeTax[e.ID]:
				first = first.Sub(e.Amount)
				fallthrough
			default:
				spent = spent.Sub(e.Amount)
			}
		}
		due := decimal.Max(sum, decimal.Decimal{})
		switch {
		case !inv.Subtotal.Equal(sum):
			t.Fatalf("the subtotal is %v, the lines add up to %v", inv.Subtotal, sum)
		case inv.AmountDue.IsNegative(), !inv.AmountDue.Sub(granted).Equal(sum.Sub(spent)):
			t.Fatalf("the amount due is %v and %v is granted, of %v less %v", inv.AmountDue, granted, sum, spent)
		case !first.Equal(decimal.Min(untaxed, due)), !spent.Equal(decimal.Min(credit, due)):
			t.Fatalf("of %v, credit pays %v, %v of that before tax; there are %v, and %v before tax", due, spent, first, credit, untaxed)
		case !inv.CreditBalance.Equal(credit.Sub(spent).Add(granted)), inv.CreditBalance.IsNegative():
			t.Fatalf("the balance is %v, of %v less %v and %v more", inv.CreditBalance, credit, spent, granted)
		case inv.AmountDue.IsPositive() && inv.CreditBalance.IsPositive():
			t.Fatalf("the amount due is %v although %v is left", inv.AmountDue, inv.CreditBalance)
		case invoice.NewReceivable(inv).Owing() != inv.AmountDue.IsPositive():
			t.Fatalf("the amount due is %v and the receivable is %v", inv.AmountDue, invoice.NewReceivable(inv).Phase)
		}

		if err := invoice.Check(inv); err != nil {
			t.Fatal(err)
		}

		// With the entries appended, the ledger pays the next invoice.
		d.ID, d.Ledger = "inv-3", append(d.Ledger, inv.LedgerEntries...)
		if _, err := invoice.Build(d); err != nil {
			t.Fatal(err)
		}
		if rows := strings.Count(inv.Text(), "\n"); rows < 2+2*len(d.Lines) {
			t.Fatalf("%d rows for %d lines", rows, len(d.Lines))
		}
	})
}
