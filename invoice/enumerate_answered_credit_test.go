package invoice_test

import (
	"errors"
	"fmt"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// answeredWorlds are lines of cents: the net, and the taxes that the engine answers.
var answeredWorlds = [][][]int64{
	{{1}}, {{1, 0}}, {{1, 3}}, {{1, 2, 2}}, {{1, 9, 0}}, {{2, 5}}, {{2, 7, 1}}, {{3, 0, 1}}, {{4, 1, 1}}, {{7, 3, 2}},
	{{1, 4}, {1, 4}}, {{1, 5}, {3}}, {{2, 3, 1}, {1, 4, 2}}, {{5, 2}, {1, 6}}, {{1, 2}, {1, 2}, {1, 2}}, {{3, 1}, {2, 0, 4}, {1}},
}

// answeredInvoice returns an invoice of a world. With rates, the taxes are those of percentages that have the amounts.
func answeredInvoice(t *testing.T, world [][]int64, rates bool) invoice.Invoice {
	t.Helper()
	var nets []string
	for _, line := range world {
		nets = append(nets, decimal.New(line[0], -2).String())
	}
	d := draft(lines(nets...)...)
	d.Policy.TaxEngine = !rates
	for i, line := range world {
		answer := invoice.TaxAnswer{Line: fmt.Sprintf("%s/%d", d.ID, i+1), Amount: decimal.New(line[0], -2)}
		for j, amount := range line[1:] {
			tax := plans.Tax{Name: string(rune('A' + j)), Amount: decimal.New(amount, -2)}
			if answer.Taxes = append(answer.Taxes, tax); rates {
				tax.Name += fmt.Sprint(i) // a rate of its own for each line
				tax.Percent = decimal.New(100*amount, 0).DivRound(decimal.New(line[0], 0), 9)
				d.Lines[i].Taxes = append(d.Lines[i].Taxes, tax)
			}
		}
		if !rates {
			d.TaxAnswers = append(d.TaxAnswers, answer)
		}
	}
	inv, err := invoice.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// taxedRest are the exact amounts of a line that no credit returned: the net, and each tax.
type taxedRest [][]*big.Rat

// leftOf returns the amounts of the lines of an invoice.
func leftOf(inv *invoice.Invoice) (left taxedRest) {
	for _, line := range inv.Lines {
		all := []*big.Rat{line.Net.Rat()}
		for _, tax := range line.Taxes {
			all = append(all, tax.Amount.Rat())
		}
		left = append(left, all)
	}
	return left
}

// after takes the amounts of a credit note, and returns an error for one above what is left.
func (left taxedRest) after(note *invoice.Invoice) error {
	for _, line := range note.Lines {
		var at int
		if _, err := fmt.Sscanf(line.Corrects[len(line.Corrects)-1:], "%d", &at); err != nil {
			return err
		}
		amounts := []decimal.Decimal{line.Net}
		for _, tax := range line.Taxes {
			amounts = append(amounts, tax.Amount)
		}
		for j, amount := range amounts {
			own := left[at-1][j]
			if own.Add(own, amount.Rat()); own.Sign() < 0 || amount.IsPositive() {
				return fmt.Errorf("line %d: %v of amount %d", at, amount, j)
			}
		}
	}
	return nil
}

// isZero reports whether nothing is left.
func (left taxedRest) isZero() bool {
	for _, line := range left {
		for _, amount := range line {
			if amount.Sign() != 0 {
				return false
			}
		}
	}
	return true
}

// Law 3: the credit notes of an invoice add up to its nets and each of its taxes, in two and three parts of every size,
// and none exceeds what is left. Answered taxes can be above the net, and so can rates.
func TestEveryGrossSplitOfAnInvoice(t *testing.T) {
	short.Skip(t)
	checked := 0
	for _, world := range answeredWorlds {
		for _, rates := range []bool{false, true} {
			inv := answeredInvoice(t, world, rates)
			total := inv.Total.Shift(2).IntPart()
			for first := int64(1); first < total; first++ {
				for second := int64(0); second < total-first; second++ {
					for _, refund := range []bool{false, true} {
						parts := []invoice.CreditRequest{{Amount: decimal.New(first, -2)}, {Amount: decimal.New(second, -2)}}
						creditTaxedParts(t, &inv, parts, refund)
						checked++
					}
				}
			}
		}
	}
	t.Log(checked, "splits")
	if checked < 2_000 {
		t.Errorf("only %d splits", checked)
	}
}

// Parts by lines and by gross amounts mix.
func TestEverySplitOfAnInvoiceByLines(t *testing.T) {
	short.Skip(t)
	for _, world := range answeredWorlds {
		inv := answeredInvoice(t, world, false)
		total := inv.Total.Shift(2).IntPart()
		for i, line := range world {
			for part := int64(0); part <= line[0]; part++ { // zero is the whole line
				own := invoice.CreditRequest{Lines: []invoice.LineAmount{{Line: inv.Lines[i].ID, Amount: decimal.New(part, -2)}}}
				for gross := int64(1); gross < total; gross++ {
					other := invoice.CreditRequest{Amount: decimal.New(gross, -2)}
					creditTaxedParts(t, &inv, []invoice.CreditRequest{own, other}, gross%2 == 0)
					creditTaxedParts(t, &inv, []invoice.CreditRequest{other, own}, gross%2 == 1)
				}
			}
		}
	}
}

// creditTaxedParts credits parts of an invoice, less where less is left, and then the rest of it.
func creditTaxedParts(t *testing.T, inv *invoice.Invoice, parts []invoice.CreditRequest, returned bool) {
	t.Helper()
	r, left := invoice.NewReceivable(*inv), leftOf(inv)
	var err error
	if returned && r.Outstanding().IsPositive() {
		r, err = invoice.Apply(r, invoice.Event{Kind: invoice.Succeeded, ID: "p", At: inv.IssuedAt})
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range append(parts, invoice.CreditRequest{}) {
		if i < len(parts) && len(part.Lines) == 0 && part.Amount.IsZero() || left.isZero() {
			continue
		}
		asked := part.Amount
		part.ID, part.At, part.Receivable, part.Policy = fmt.Sprint("cn-", i), inv.IssuedAt, r, inv.Policy
		part.Returned = returned
		got, err := invoice.Credit(part)
		if err != nil && i < len(parts) {
			continue // more than is left after a part by lines
		}
		if err == nil {
			err = errors.Join(left.after(&got.Invoice), invoice.Check(got.Invoice))
		}
		if err != nil {
			t.Fatalf("%s: part %d of %s: %v", inv.Text(), i, giventest.JSON(t, parts), err)
		}
		if !asked.IsZero() && !got.Invoice.Total.Equal(asked.Neg()) {
			t.Fatalf("%s: %v for %v", inv.Text(), got.Invoice.Total, asked)
		}
		r = got.Receivable
	}
	if !left.isZero() || !r.Outstanding().IsZero() || !r.Received().IsZero() {
		t.Fatalf("%s: parts %s: %v is left, %v outstanding", inv.Text(), giventest.JSON(t, parts), left, r.Outstanding())
	}
}
