package invoice_test

import (
	"strings"
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// percentOff is a percentage discount, and amountOff is a discount of an amount in dollars.
func percentOff(id, percent string, lasts plans.DiscountDuration) plans.Discount {
	return plans.Discount{ID: id, Percent: giventest.Money(percent), Duration: lasts}
}

func amountOff(id, amount string, lasts plans.DiscountDuration) plans.Discount {
	return plans.Discount{ID: id, Amount: giventest.Money(amount), Currency: "USD", Duration: lasts}
}

// Law 8: each step of the calculation starts from the result of the step before.
func TestBuildOrderOfCalculation(t *testing.T) {
	vat := []invoice.TaxRate{taxRate("VAT", "19")}
	for _, c := range []struct {
		name, why string
		discounts []plans.Discount
		ledger    []credits.Entry
		subtotal  string
		discount  string
		tax       string
		total     string
		due       string
	}{
		{
			name: "the order of the steps", why: "100.00, less 10 % and 5.00: 85.00; less 20.00 before tax, 65.00 are taxed: 12.35; less 7.35 after tax",
			discounts: []plans.Discount{percentOff("a", "10", plans.Forever), amountOff("b", "5", plans.Forever)},
			ledger:    []credits.Entry{entry("late", "7.35", "2026-11-01"), beforeTax(entry("early", "20", "2026-11-01"))},
			subtotal:  "100", discount: "15", tax: "12.35", total: "97.35", due: "70",
		},
		{
			name: "the discounts in reverse order", why: "100.00 less 5.00 and 10 % of 95.00: 85.50",
			discounts: []plans.Discount{amountOff("b", "5", plans.Forever), percentOff("a", "10", plans.Forever)},
			subtotal:  "100", discount: "14.5", tax: "16.25", total: "101.75", due: "101.75",
		},
		{
			name: "a discount of the whole", why: "nothing is left to tax or pay, and credit is kept",
			discounts: []plans.Discount{percentOff("a", "100", plans.Forever)}, ledger: []credits.Entry{entry("g", "7.35", "2026-11-01"), beforeTax(entry("h", "1", "2026-11-01"))},
			subtotal: "100", discount: "100", tax: "0", total: "0", due: "0",
		},
		{
			name: "credit pays tax", why: "credit after tax also pays the tax",
			ledger: []credits.Entry{entry("g", "119", "2026-11-01")}, subtotal: "100", discount: "0", tax: "19", total: "119", due: "0",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := draft(lines("100")...)
			d.Policy.Taxes, d.Discounts, d.Ledger = vat, c.discounts, c.ledger
			inv, err := invoice.Build(d)
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, "subtotal", inv.Subtotal, c.subtotal)
			giventest.CheckMoney(t, "discount", inv.Discount, c.discount)
			giventest.CheckMoney(t, "tax", inv.Tax, c.tax)
			giventest.CheckMoney(t, "total", inv.Total, c.total)
			giventest.CheckMoney(t, "due", inv.AmountDue, c.due)
			if r := invoice.NewReceivable(inv); (r.Phase == invoice.PhasePaid) != inv.AmountDue.IsZero() {
				t.Errorf("the amount due is %v, and the receivable is %v", inv.AmountDue, r.Phase)
			}
			giventest.CheckFaults(t, invoice.Check(inv))
		})
	}
}

func TestBuildDiscounts(t *testing.T) {
	repeating := percentOff("three times", "10", plans.Repeating)
	repeating.Periods = 3
	last := repeating
	last.Periods = 1
	kept := amountOff("kept", "150", plans.Once)
	kept.Rollover = true
	special := plans.Discount{ID: "special", Price: &plans.Price{Flat: giventest.Money("80")}, Currency: "USD", Duration: plans.Forever}
	onPhones := amountOff("phones", "5", plans.Once)
	onPhones.Items = []string{"phone"}
	shortfall := line(plans.Shortfall, "0")
	shortfall.Price = plans.Price{Flat: giventest.Money("500")}
	for _, c := range []struct {
		name, why  string
		lines      []plans.Charge
		discounts  []plans.Discount
		allocation proration.Allocation
		nets       string // of the lines
		discount   string
		remaining  string // IDs, with the remaining periods and amount
	}{
		{"on one line", "10 % of 100.00", lines("100"), []plans.Discount{percentOff("a", "10", plans.Forever)}, 0, "90", "10", "a 0 0"},
		{"over all lines", "5.00 in proportion: 0.83..., 1.66..., 2.5; the cent goes to the largest remainder", lines("10", "20", "30"), []plans.Discount{amountOff("a", "5", plans.Forever)}, 0, "9.17 18.33 27.5", "5", "a 0 5"},
		{"the last line takes the remainder", "the other allocation", lines("10", "20", "30"), []plans.Discount{amountOff("a", "5", plans.Forever)}, proration.LastLine, "9.17 18.34 27.49", "5", "a 0 5"},
		{"once", "a used discount with the duration once is gone", lines("100"), []plans.Discount{amountOff("a", "5", plans.Once)}, 0, "95", "5", ""},
		{"once, not used", "a discount that takes nothing off remains", lines("100"), []plans.Discount{onPhones}, 0, "100", "0", "phones 0 5"},
		{"repeating", "two of three periods remain", lines("100"), []plans.Discount{repeating}, 0, "90", "10", "three times 2 0"},
		{"the last period", "none remains", lines("100"), []plans.Discount{last}, 0, "90", "10", ""},
		{"kept", "50.00 roll over to the next bill", lines("100"), []plans.Discount{kept}, 0, "0", "100", "kept 0 50"},
		{"more than the total", "law 7: a discount makes nothing negative", lines("100"), []plans.Discount{amountOff("a", "60", plans.Forever), amountOff("b", "60", plans.Forever)}, 0, "0", "100", "a 0 60; b 0 60"},
		{"a special price", "100.00 come down to 80.00", []plans.Charge{{Kind: plans.OneTime, Item: "seat", Currency: "USD", Quantity: giventest.Money("1"), Price: plans.Price{Unit: giventest.Money("100")}}}, []plans.Discount{special}, 0, "80", "20", "special 0 0"},
		{"nothing off a credit", "a credit has its own discounts", lines("-40", "100"), []plans.Discount{percentOff("a", "10", plans.Forever)}, 0, "-40 90", "10", "a 0 0"},
		{"off a shortfall", "the missing part of a minimum is a charge like any other", []plans.Charge{shortfall}, []plans.Discount{percentOff("a", "10", plans.Forever)}, 0, "450", "50", "a 0 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := draft(c.lines...)
			if d.Discounts = c.discounts; c.allocation != 0 {
				d.Policy.Allocation = c.allocation
			}
			inv, err := invoice.Build(d)
			if err != nil {
				t.Fatal(err)
			}
			var nets, remaining []string
			for _, l := range inv.Lines {
				nets = append(nets, l.Net.String())
			}
			for _, r := range inv.RemainingDiscounts {
				remaining = append(remaining, r.ID+" "+giventest.JSON(t, r.Periods)+" "+r.Amount.String())
			}
			if got := strings.Join(nets, " "); got != c.nets {
				t.Errorf("the nets are %s, want %s: %s", got, c.nets, c.why)
			}
			if got := strings.Join(remaining, "; "); got != c.remaining {
				t.Errorf("%q remain, want %q: %s", got, c.remaining, c.why)
			}
			giventest.CheckMoney(t, "discount", inv.Discount, c.discount)
			giventest.CheckFaults(t, invoice.Check(inv))
		})
	}
}

// The amount billed towards a minimum lowers the shortfall and is not a discount of the invoice. A discount of the
// contract is, and is not given twice.
func TestBuildShortfall(t *testing.T) {
	contract := plans.Contract{
		Plan: "growth", Currency: "USD", Cycle: giventest.Cycle("2026-11-01", "P1M", nil), Minimum: giventest.Money("1000"),
		Items: []plans.Item{{ID: "seat", Quantity: giventest.Money("10"), Price: plans.Price{Unit: giventest.Money("89.00")}}},
	}
	month := giventest.Period("2026-11-01/2026-12-01", nil)
	november := proration.Portion{Period: month, Span: month}
	all, err := contract.Charges(november, proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	shortfall, err := contract.Shortfall(all, november, proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	d := draft(append(all, shortfall...)...)
	d.Discounts = []plans.Discount{percentOff("welcome", "10", plans.Once)}
	inv, err := invoice.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "subtotal", inv.Subtotal, "1000") // 890.00 and the missing 110.00 of the minimum
	giventest.CheckMoney(t, "discount", inv.Discount, "100")
	giventest.CheckMoney(t, "net", inv.Net, "900")
	giventest.CheckFaults(t, invoice.Check(inv))

	d.Lines = inv.Lines
	_, err = invoice.Build(d)
	giventest.CheckFaults(t, err, "lines[0].discounts invalid", "lines[1].discounts invalid")
}

// When and in how many installments the invoice is due, and its status.
func TestBuildAmountDueAndInstallments(t *testing.T) {
	monthly := proration.Interval{Months: 1}
	for _, c := range []struct {
		name, why string
		edit      func(*invoice.Draft)
		phase     invoice.Phase
		parts     string
		faults    []string
	}{
		{"immediately", "the default without a due date", func(*invoice.Draft) {}, invoice.PhaseOpen, "", nil},
		{"by a date", "the invoice states its due date", func(d *invoice.Draft) { d.DueAt = d.At.AddDate(0, 0, 30) }, invoice.PhaseOpen, "", nil},
		{"at the instant of issue", "the invoice is due immediately", func(d *invoice.Draft) { d.DueAt = d.At }, invoice.PhaseOpen, "", nil},
		{"before", "the customer cannot pay before the invoice is issued", func(d *invoice.Draft) { d.DueAt = d.At.Add(-1) }, 0, "", []string{"due_at outside"}},
		{"for review", "the invoice is a draft until it is issued", func(d *invoice.Draft) { d.AsDraft = true }, invoice.PhaseDraft, "", nil},
		{"zero, for review", "the seller reviews it first", func(d *invoice.Draft) { d.AsDraft, d.Lines = true, lines("0") }, invoice.PhaseDraft, "", nil},
		{"zero", "an invoice with no amount due is paid", func(d *invoice.Draft) { d.Lines = lines("0") }, invoice.PhasePaid, "", nil},
		{"in three installments", "law 2: the installments add up; the first has the cent", func(d *invoice.Draft) { d.Installments, d.Every = 3, monthly }, invoice.PhaseOpen, "2026-12-01 33.34; 2027-01-01 33.33; 2027-02-01 33.33", nil},
		{"in installments, after credit", "the amount due is split, not the total", func(d *invoice.Draft) {
			d.Installments, d.Every, d.Ledger = 2, monthly, []credits.Entry{entry("g", "40", "2026-11-01")}
		}, invoice.PhaseOpen, "2026-12-01 30; 2027-01-01 30", nil},
		{"installments without an interval", "law 13: the interval of installments has no default", func(d *invoice.Draft) { d.Installments = 3 }, 0, "", []string{"every unset"}},
		{"a negative number of installments", "law 14: the number of installments has limits", func(d *invoice.Draft) { d.Installments, d.Every = -1, monthly }, 0, "", []string{"installments.count limit"}},
		{"too many installments", "law 14: the number of installments has limits", func(d *invoice.Draft) { d.Installments, d.Every = 1_000_000, monthly }, 0, "", []string{"installments.count limit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := draft(lines("100")...)
			c.edit(&d)
			inv, err := invoice.Build(d)
			if !giventest.CheckFaults(t, err, c.faults...) {
				return
			}
			var parts []string
			for _, p := range inv.Installments {
				parts = append(parts, p.At.Format("2006-01-02")+" "+p.Amount.String())
			}
			phase := invoice.NewReceivable(inv).Phase
			if got := strings.Join(parts, "; "); got != c.parts || phase != c.phase || inv.Draft != d.AsDraft || !inv.DueAt.Equal(d.DueAt) {
				t.Errorf("got %q, %v and %v, want %q, %v and %v: %s", got, phase, inv.DueAt, c.parts, c.phase, d.DueAt, c.why)
			}
			giventest.CheckFaults(t, invoice.Check(inv))
		})
	}
}

// Law 7: the surplus of a negative total lowers another invoice, is refunded, or is granted as credit; the parts add up
// to the surplus.
func TestBuildNegativeTotal(t *testing.T) {
	for _, c := range []struct {
		name, why      string
		nets           []string
		corrects       string
		offset, refund string
		granted        string
		faults         []string
	}{
		{"granted", "K5: granting is the default", []string{"-40"}, "", "0", "0", "40", nil},
		{"refunded", "the whole surplus", []string{"-40"}, "", "0", "40", "0", nil},
		{"partly refunded", "the rest is granted", []string{"-40"}, "", "0", "15.01", "24.99", nil},
		{"off another invoice", "the corrected invoice is lowered first", []string{"-40"}, "inv-1", "25", "0", "15", nil},
		{"all three", "25.00, 10.00 and 5.00", []string{"-40"}, "inv-1", "25", "10", "5", nil},
		{"after charges", "-40.00 and 30.00", []string{"-40", "30"}, "inv-1", "4", "3", "3", nil},
		{"too much refunded", "law 3: a refund is at most the surplus", []string{"-40"}, "", "0", "40.01", "", []string{"refund invalid"}},
		{"too much in all", "law 3: all parts together are at most the surplus", []string{"-40"}, "inv-1", "25", "15.01", "", []string{"refund invalid"}},
		{"applied without a surplus", "the total is not negative", []string{"40"}, "inv-1", "1", "0", "", []string{"refund invalid"}},
		{"applied to no invoice", "the corrected invoice must be known", []string{"-40"}, "", "25", "0", "", []string{"corrects unset"}},
		{"a negative refund", "law 7: the sign is the meaning", []string{"-40"}, "", "0", "-1", "", []string{"refund invalid"}},
		{"a negative amount applied", "law 7: the sign is the meaning", []string{"-40"}, "inv-1", "-1", "0", "", []string{"applied_to_invoice invalid"}},
		{"a fraction of a cent", "a fraction of a cent cannot be paid", []string{"-40"}, "inv-1", "0.005", "0.005", "", []string{"applied_to_invoice invalid", "refund invalid"}},
		{"beyond the limits", "law 14: amounts have limits", []string{"-40"}, "inv-1", "1e39", "1e39", "", []string{"applied_to_invoice limit", "refund limit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := draft(lines(c.nets...)...)
			d.Corrects, d.AppliedToInvoice, d.Refund = c.corrects, giventest.Money(c.offset), giventest.Money(c.refund)
			inv, err := invoice.Build(d)
			if !giventest.CheckFaults(t, err, c.faults...) {
				return
			}
			giventest.CheckMoney(t, "offset", inv.AppliedToInvoice, c.offset)
			giventest.CheckMoney(t, "refund", inv.Refund, c.refund)
			giventest.CheckMoney(t, "balance", inv.CreditBalance, c.granted)
			giventest.CheckMoney(t, "due", inv.AmountDue, "0")
			switch granted := giventest.Money(c.granted); {
			case granted.IsZero() != (len(inv.LedgerEntries) == 0), len(inv.LedgerEntries) > 1:
				t.Errorf("%d entries, want one of %v: %s", len(inv.LedgerEntries), granted, c.why)
			case len(inv.LedgerEntries) == 1:
				giventest.CheckMoney(t, "grant", inv.LedgerEntries[0].Amount, c.granted)
				if e := inv.LedgerEntries[0]; e.ID != "inv-2" || e.Source != "inv-1/1" {
					t.Errorf("the grant does not name its source: %+v", e)
				}
			}
			if r := invoice.NewReceivable(inv); r.Phase != invoice.PhasePaid || inv.Corrects != c.corrects {
				t.Errorf("the receivable is %v, and the invoice corrects %q", r.Phase, inv.Corrects)
			}
			giventest.CheckFaults(t, invoice.Check(inv))
		})
	}
}

// Credit pays at most the share of a document that the policy sets, before tax and after it.
func TestBuildLimitsCredit(t *testing.T) {
	for _, c := range []struct {
		percent string
		before  bool
		spent   string
		due     string
	}{{"0", false, "119", "0"}, {"50", false, "59.5", "59.5"}, {"33.33", false, "39.66", "79.34"}, {"50", true, "50", "59.5"}, {"100", true, "100", "0"}} {
		inv := invoiceOf(t, func(d *invoice.Draft) {
			d.Policy.MaxCreditPercent = giventest.Money(c.percent)
			d.Policy.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: giventest.Money("19")}}
			d.Ledger = []credits.Entry{{Kind: credits.Granted, ID: "g", Amount: giventest.Money("500"), Currency: "USD", At: d.At, BeforeTax: c.before}}
		}, "100")
		spent := giventest.Money("500").Sub(inv.CreditBalance)
		giventest.CheckMoney(t, c.percent+" %: spent", spent, c.spent)
		giventest.CheckMoney(t, c.percent+" %: due", inv.AmountDue, c.due)
		if err := invoice.Check(inv); err != nil {
			t.Errorf("%s %%: %v", c.percent, err)
		}
	}
}
