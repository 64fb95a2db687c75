package invoice_test

import (
	"slices"
	"testing"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// dollarCharges are the charges of a contract in dollars for a span of November 2026 in New York.
func dollarCharges(tb testing.TB, span string, items ...plans.Item) []plans.Charge {
	tb.Helper()
	contract, portion := dollarContract(tb, span, items...)
	charges, err := contract.Charges(portion, proration.Standard(2))
	if err != nil {
		tb.Fatal(err)
	}
	return charges
}

// dollarContract is such a contract, with the span as a portion of it.
func dollarContract(tb testing.TB, span string, items ...plans.Item) (plans.Contract, proration.Portion) {
	tb.Helper()
	newYork := giventest.Zone(tb, "America/New_York")
	return plans.Contract{
		Plan: "growth", Currency: "USD", Cycle: giventest.Cycle("2026-11-01", "P1M", newYork), Items: items,
	}, proration.Portion{Period: giventest.Period("2026-11-01/2026-12-01", newYork), Span: giventest.Period(span, newYork)}
}

// earlierCharges are the charges of an earlier invoice, discounted and taxed, with their earlier credits.
func earlierCharges(tb testing.TB) (before []plans.Charge) {
	tb.Helper()
	newYork := giventest.Zone(tb, "America/New_York")
	first, err := invoice.Build(invoice.Draft{
		ID: "inv-1", Currency: "USD", At: giventest.Instant("2026-11-01", newYork), Policy: richPolicy(), Location: newYork,
		Lines: dollarCharges(tb, "2026-11-01/2026-12-01",
			plans.Item{ID: "seat", Quantity: giventest.Money("10"), Price: plans.Price{Unit: giventest.Money("139.99")}},
			plans.Item{ID: "support", Quantity: giventest.Money("1"), Price: plans.Price{Flat: giventest.Money("99.95")}}),
		Discounts: []plans.Discount{{ID: "welcome", Percent: giventest.Money("7"), Duration: plans.Forever}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	before = first.Lines
	unused, err := credits.Unused(credits.Request{
		Charges: before, Item: "seat", Quantity: giventest.Money("3"), At: giventest.Instant("2026-11-08", newYork), CreditBasis: proration.OnBilled,
		Policy: proration.Standard(2), Location: newYork,
	})
	if err != nil {
		tb.Fatal(err)
	}
	back, err := credits.ForAmount(credits.AmountRequest{Charges: before, Charge: "inv-1/2", Amount: giventest.Money("10.01"), Mode: proration.HalfUp})
	if err != nil {
		tb.Fatal(err)
	}
	unused[0].ID, back.ID = "inv-1b/1", "inv-1b/2"
	return append(before, unused[0], back)
}

// richPolicy has taxes of all kinds: added to the net and included in it, on everything and on some items or kinds.
func richPolicy() invoice.Policy {
	policy := invoice.Standard()
	policy.TaxRoundingLevel, policy.TaxRoundingMode = invoice.PerInvoice, proration.HalfEven
	policy.Taxes = []invoice.TaxRate{
		{Name: "VAT", Percent: giventest.Money("8.875"), Scope: plans.Scope{Items: []string{"seat"}}},
		{Name: "VAT", Percent: giventest.Money("4.5")},
		{Name: "levy", Percent: giventest.Money("3"), Included: true, Scope: plans.Scope{Kinds: []plans.Kind{plans.Recurring, plans.ProrationCharge, plans.Usage}}},
	}
	policy.Refunds = []credits.RefundRule{{As: credits.AsNothing}}
	return policy
}

// richDraft is the draft of an invoice that uses every feature: each kind of charge, credits of two charges, all kinds
// of discounts, taxes and credit, installments, and a zone.
func richDraft(tb testing.TB) invoice.Draft {
	tb.Helper()
	newYork := giventest.Zone(tb, "America/New_York")
	at := giventest.Instant("2026-11-16", newYork)
	before := earlierCharges(tb)
	prorated := dollarCharges(tb, "2026-11-16/2026-12-01", plans.Item{ID: "add-on", Quantity: giventest.Money("2"), Price: plans.Price{Unit: giventest.Money("89.99")}})
	graduated := plans.Item{ID: "seat", Quantity: giventest.Money("7"), Price: plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{
		{UpTo: giventest.Money("8"), Flat: giventest.Money("5"), Unit: giventest.Money("20.01")}, {Unit: giventest.Money("15.5")},
	}}}
	contract, portion := dollarContract(tb, "2026-11-16/2026-12-01", graduated)
	amended, err := contract.Amended(plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("4")}}}, portion.Span.Start, proration.Standard(2))
	if err != nil {
		tb.Fatal(err)
	}
	added := amended.Charges
	contract.Minimum = giventest.Money("1500")
	shortfall, err := contract.Shortfall(added, portion, proration.Standard(2))
	if err != nil {
		tb.Fatal(err)
	}
	unused, err := credits.Unused(credits.Request{
		Charges: before, Item: "seat", Quantity: giventest.Money("2"), At: at, CreditBasis: proration.OnBilled, Policy: proration.Standard(2), Location: newYork,
	})
	if err != nil {
		tb.Fatal(err)
	}
	back, err := credits.ForAmount(credits.AmountRequest{Charges: before, Charge: "inv-1/2", Amount: giventest.Money("20.02"), Mode: proration.HalfUp})
	if err != nil {
		tb.Fatal(err)
	}
	lines := append(slices.Concat(prorated, added),
		plans.Charge{Kind: plans.OneTime, Item: "setup", Currency: "USD", Net: giventest.Money("149.50"), Taxes: []plans.Tax{{Name: "GST", Percent: giventest.Money("5"), Included: true}}},
		plans.Charge{Kind: plans.Usage, Plan: "growth", Item: "calls", Currency: "USD", Quantity: giventest.Money("12345"), Price: plans.Price{
			Unit: giventest.Money("0.99"), Package: giventest.Money("100"), Included: giventest.Money("1000"), Flat: giventest.Money("2"),
		}},
		shortfall[0], unused[0], back)
	return invoice.Draft{
		ID: "inv-2", Currency: "USD", At: at, Lines: lines, CreditedCharges: before, Policy: richPolicy(), Location: newYork,
		Discounts: []plans.Discount{
			{ID: "loyal", Percent: giventest.Money("10"), Duration: plans.Repeating, Periods: 3, Scope: plans.Scope{Items: []string{"seat", "add-on"}}},
			{ID: "prepaid", Amount: giventest.Money("20.55"), Currency: "USD", Duration: plans.Once, Rollover: true, Scope: plans.Scope{Kinds: []plans.Kind{plans.ProrationCharge, plans.Usage}}},
			{ID: "sorry", Amount: giventest.Money("5.55"), Currency: "USD", Duration: plans.Once},
		},
		Ledger: []credits.Entry{
			{Kind: credits.Granted, ID: "gift", Amount: giventest.Money("33.33"), Currency: "USD", At: at.Add(-time.Hour), Promotional: true, BeforeTax: true},
			{Kind: credits.Granted, ID: "old", Amount: giventest.Money("20"), Currency: "USD", At: at.Add(-2 * time.Hour)},
			{Kind: credits.Granted, ID: "paid", Amount: giventest.Money("7.77"), Currency: "USD", At: at.Add(-time.Hour)},
			{Kind: credits.Granted, ID: "later", Amount: giventest.Money("1"), Currency: "USD", At: at.Add(-time.Hour), Effective: at.Add(time.Hour)},
		},
		Contact: invoice.Contact{Name: "Ada", Email: "ada@example.com", Address: []string{"1 Main Street", "New York"}, TaxID: "US-1"},
		DueAt:   at.AddDate(0, 0, 30), Installments: 3, Every: proration.Interval{Months: 1},
	}
}

// builtWith builds a draft.
func builtWith(tb testing.TB, d invoice.Draft) invoice.Invoice {
	tb.Helper()
	inv, err := invoice.Build(d)
	if err != nil {
		tb.Fatal(err)
	}
	return inv
}

// exampleInvoices are an invoice that uses every feature, one with a negative total that is partly refunded and partly
// granted, and a credit note that lowers the amount due.
func exampleInvoices(tb testing.TB) []invoice.Invoice {
	tb.Helper()
	rich := builtWith(tb, richDraft(tb))
	d := richDraft(tb)
	d.ID, d.Refund, d.Installments, d.Every, d.DueAt = "inv-3", giventest.Money("12.34"), 0, proration.Interval{}, time.Time{}
	d.Lines, d.Discounts = d.Lines[5:], nil
	negative := builtWith(tb, d)
	r := afterEvents(tb, invoice.NewReceivable(rich), "attempted p1", "failed p1 0 2026-12-03", "succeeded p2 40 2026-12-04")
	note, err := invoice.Credit(invoice.CreditRequest{
		ID: "cn-1", At: giventest.Instant("2026-12-05", nil), Receivable: r, Policy: rich.Policy, Contact: rich.Contact, Location: rich.Location, Lines: []invoice.LineAmount{{Line: "inv-2/2", Amount: giventest.Money("3.21")}, {Line: "inv-2/5"}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return []invoice.Invoice{rich, negative, note.Invoice}
}
