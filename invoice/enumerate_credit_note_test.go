package invoice_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// splitsOf lists all ways to credit a whole number of cents in up to three notes, in order; the last part is the
// rest.
func splitsOf(cents int64) [][]int64 {
	all := [][]int64{{0}}
	for a := int64(1); a < cents; a++ {
		all = append(all, []int64{a, 0})
		for b := int64(1); a+b < cents; b++ {
			all = append(all, []int64{a, b, 0})
		}
	}
	return all
}

// centsOf is an amount as a whole number of cents.
func centsOf(d decimal.Decimal) int64 { return d.Shift(2).IntPart() }

// creditedCents is the credited part of an amount for a part of a net, in cents: in proportion to the exact amount,
// half up, and at most the rest.
func creditedCents(exactly *big.Rat, part, net, left int64) int64 {
	twice := new(big.Rat).Mul(exactly, big.NewRat(2*part*100, net)) // in cents, doubled
	twice.Add(twice, big.NewRat(1, 1))
	cents := new(big.Int).Quo(twice.Num(), new(big.Int).Mul(twice.Denom(), big.NewInt(2))).Int64()
	return min(cents, left)
}

// Small invoices of two lines, with a discount, with taxes of all kinds, rounded per line or per invoice, and with
// credit before tax. Up to three notes credit the first line in every way, and one more credits the rest. Each amount
// is the amount computed by integers and fractions; all add up to the last cent of net, discount and tax; nothing is
// left to credit or due.
func TestCreditNotesOfAllSplits(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	rates := func(all ...string) (taxes []invoice.TaxRate) {
		for i, percent := range all {
			taxes = append(taxes, invoice.TaxRate{Name: fmt.Sprint("tax ", i), Percent: giventest.Money(percent), Included: i == 1})
		}
		return taxes
	}
	notes, sizes := 0, race.Few([]int64{3, 5, 1, 10}, 2)
	for _, taxes := range [][]invoice.TaxRate{rates("19"), rates("33.3", "20")} {
		for _, per := range []invoice.TaxRoundingLevel{invoice.PerLine, invoice.PerInvoice} {
			for _, grant := range []string{"", "0.02"} {
				for _, cents := range sizes {
					d := invoice.Draft{ID: "i", Currency: "USD", At: giventest.Instant("2026-12-01", nil), Policy: invoice.Standard()}
					d.Policy.Taxes, d.Policy.TaxRoundingLevel = taxes, per
					if grant != "" {
						d.Ledger = []credits.Entry{grantOf("g", grant, true)}
					}
					for _, net := range []int64{cents, 8} {
						d.Lines = append(d.Lines, plans.Charge{Kind: plans.OneTime, Item: "x", Currency: "USD", Net: decimal.New(net, -2)})
					}
					d.Discounts = []plans.Discount{{ID: "off", Percent: giventest.Money("30"), Duration: plans.Forever}}
					inv := builtWith(t, d)
					for _, split := range splitsOf(centsOf(inv.Lines[0].Net)) {
						notes += creditInParts(t, inv, split)
					}
				}
				if race.On {
					break
				}
			}
		}
	}
	if notes < 300 && !race.On {
		t.Errorf("only %d credit notes", notes)
	}
}

// creditInParts credits the first line of an invoice in parts, and then the rest, and returns the number of credit
// notes.
func creditInParts(tb testing.TB, inv invoice.Invoice, split []int64) int {
	tb.Helper()
	after, line := invoice.NewReceivable(inv), inv.Lines[0]
	left := amountsInCents(&line)
	exactly := []*big.Rat{line.Net.Rat(), line.Gross().Sub(line.Net).Rat(), line.Untaxed.Rat()}
	for _, tax := range line.Taxes {
		exactly = append(exactly, line.Taxed(tax))
	}
	net, total := left[0], inv.Total
	var credited []plans.Charge
	for i, cents := range append(split, -1) {
		c := invoice.CreditRequest{ID: fmt.Sprint("cn-", i), At: inv.IssuedAt, Receivable: after, Policy: inv.Policy}
		if cents >= 0 {
			c.Lines = []invoice.LineAmount{{Line: line.ID, Amount: decimal.New(cents, -2)}}
		}
		result, err := invoice.Credit(c)
		if err != nil {
			tb.Fatalf("credit note %d of %v: %v", i, split, err)
		}
		note := result.Invoice
		if cents >= 0 {
			got := amountsInCents(&note.Lines[0])
			for j, amount := range got {
				want := left[j]
				if cents > 0 {
					want = creditedCents(exactly[j], cents, net, left[j])
				}
				if left[j] += amount; -amount != want {
					tb.Fatalf("amount %d of credit note %d of %v is %d, want %d of\n%s%s", j, i, split, amount, -want, inv.Text(), note.Text())
				}
			}
		}
		if back := note.AppliedToInvoice.Add(note.Refund).Add(grantedBy(&note)); !back.Equal(note.Total.Neg()) {
			tb.Fatalf("%v are credited of %v", back, note.Total)
		}
		after, credited, total = checkCredited(tb, after, &result), append(credited, note.Lines...), total.Add(note.Total)
	}
	sums := amountsInCents(&plans.Charge{Taxes: make([]plans.Tax, len(line.Taxes))})
	for _, charges := range [][]plans.Charge{inv.Lines, credited} {
		for i := range charges {
			for j, amount := range amountsInCents(&charges[i]) {
				sums[j] += amount
			}
		}
	}
	for j, sum := range sums {
		if sum != 0 {
			tb.Fatalf("%d cents of amount %d are left after %v of\n%s", sum, j, split, inv.Text())
		}
	}
	if _, err := invoice.Credit(invoice.CreditRequest{ID: "cn-9", At: inv.IssuedAt, Receivable: after, Policy: inv.Policy}); err == nil || !total.IsZero() || after.Phase != invoice.PhasePaid {
		tb.Fatalf("after %v, %v are left, and the phase is %v", split, total, after.Phase)
	}
	return len(split) + 1
}

// amountsInCents lists the amounts of a line in cents: its net, its discounts, its untaxed amount, and each tax.
func amountsInCents(c *plans.Charge) []int64 {
	all := []int64{centsOf(c.Net), centsOf(c.Gross().Sub(c.Net)), centsOf(c.Untaxed)}
	for _, tax := range c.Taxes {
		all = append(all, centsOf(tax.Amount))
	}
	return all
}
