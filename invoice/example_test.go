package invoice_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// date returns the start of a day of 2026.
func date(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

// december returns the charge for ten seats at 89.00 for December.
func december() []plans.Charge {
	period := proration.Period{Start: date(time.December, 1), End: date(time.December, 32)}
	monthly, err := proration.NewCycle(period.Start, proration.Interval{Months: 1})
	if err != nil {
		panic(err)
	}
	contract := plans.Contract{Plan: "growth", Currency: "USD", Cycle: monthly, Items: []plans.Item{
		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
	}}
	charges, err := contract.Charges(proration.Portion{Period: period, Span: period}, proration.Standard(2))
	if err != nil {
		panic(err)
	}
	return charges
}

// The customer's credit is applied first, and the rest is due.
func ExampleBuild() {
	ledger := []credits.Entry{{
		Kind: credits.Granted, ID: "inv-2", Amount: decimal.RequireFromString("333.34"), Currency: "USD",
		At: date(time.November, 11), Ref: "inv-2",
	}}
	inv, err := invoice.Build(invoice.Draft{
		ID: "inv-3", Currency: "USD", At: date(time.December, 1), Lines: december(), Ledger: ledger,
		Policy: invoice.Standard(),
	})
	if err != nil {
		panic(err)
	}
	ledger = append(ledger, inv.LedgerEntries...)
	fmt.Println("subtotal", inv.Subtotal)
	fmt.Println("amount due", inv.AmountDue)
	fmt.Println("entries in the ledger", len(ledger))
	// Output:
	// subtotal 890
	// amount due 556.66
	// entries in the ledger 2
}

// A one-time charge made by hand. Discounts are deducted first, and tax is computed on the rest.
func ExampleBuild_taxes() {
	policy := invoice.Standard()
	policy.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: decimal.RequireFromString("19")}}
	inv, err := invoice.Build(invoice.Draft{
		ID: "inv-4", Currency: "EUR", At: date(time.December, 1), Policy: policy,
		Lines: []plans.Charge{{
			Kind: plans.OneTime, Item: "setup", Currency: "EUR", Quantity: decimal.NewFromInt(2),
			Price: plans.Price{Unit: decimal.RequireFromString("75.00")},
		}},
		Discounts: []plans.Discount{{ID: "partner", Percent: decimal.NewFromInt(10), Duration: plans.Forever}},
	})
	if err != nil {
		panic(err)
	}
	fmt.Print(inv.Text())
	// Output:
	// Invoice inv-4, 2026-12-01, EUR
	//   one_time                                                              135.00
	//     setup: 2 x 75.00 = 150.00, less 10 % 15.00 = 135.00
	//     VAT 19 % of 135.00 = 25.65
	//   Subtotal                                                              150.00
	//   Discounts                                                             -15.00
	//   Net                                                                   135.00
	//   VAT 19 % of 135.00                                                     25.65
	//   Total                                                                 160.65
	//   Amount due                                                            160.65
}

// No invoice is negative: the surplus is granted as credit, and nothing is due.
func ExampleBuild_negative() {
	billed := december()
	billed[0].ID = "inv-3/1"
	back, err := credits.ForAmount(credits.AmountRequest{
		Charges: billed, Charge: "inv-3/1", Amount: decimal.RequireFromString("100.00"), Mode: proration.HalfUp,
	})
	if err != nil {
		panic(err)
	}
	inv, err := invoice.Build(invoice.Draft{
		ID: "inv-4", Currency: "USD", At: date(time.December, 11), Lines: []plans.Charge{back}, CreditedCharges: billed,
		Policy: invoice.Standard(),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(inv.Subtotal, inv.AmountDue)
	for _, e := range inv.LedgerEntries {
		fmt.Println(e.Kind, e.ID, e.Amount, e.Ref)
	}
	// Output:
	// -100 0
	// granted inv-4 100 inv-4
}

func ExampleInvoice_Text() {
	inv, err := invoice.Build(invoice.Draft{
		ID: "inv-3", Currency: "USD", At: date(time.December, 1), Lines: december(), Policy: invoice.Standard(),
	})
	if err != nil {
		panic(err)
	}
	fmt.Print(inv.Text())
	// Output:
	// Invoice inv-3, 2026-12-01, USD
	//   growth, recurring, 2026-12-01 until 2027-01-01                        890.00
	//     seat: 10 x 89.00 = 890.00
	//   Amount due                                                            890.00
}

// The standard policy is complete but has no tax rates, so a seller adds its own.
func ExampleStandard() {
	policy := invoice.Standard()
	policy.TaxRoundingLevel = invoice.PerInvoice
	policy.Taxes = []invoice.TaxRate{
		{Name: "VAT", Percent: decimal.RequireFromString("7"), Scope: plans.Scope{Items: []string{"book"}}}, // first matching VAT rate applies
		{Name: "VAT", Percent: decimal.RequireFromString("19")},
	}
	fmt.Println(policy.Validate(), policy.Timing, policy.CreditBasis, policy.TaxRoundingLevel)
	// Output: <nil> in_advance billed invoice
}

func ExamplePolicy_Validate() {
	policy := invoice.Standard()
	policy.TaxRoundingLevel, policy.TaxRoundingMode = 0, 0
	fmt.Println(policy.Validate())
	// Output:
	// tax_rounding_level: required, one of line, invoice
	// tax_rounding_mode: required, one of half_up, half_even, half_down, up, down, ceiling, floor
}

// A tax of one country.
func ExamplePolicy_For() {
	policy := invoice.Standard()
	policy.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: decimal.NewFromInt(19), Countries: []string{"DE"}}}
	fmt.Println(len(policy.For("DE").Taxes), len(policy.For("FR").Taxes))
	// Output: 1 0
}

// Half of an amount may be paid with credit, rounded down.
func ExamplePolicy_CreditPays() {
	policy := invoice.Standard()
	policy.MaxCreditPercent = decimal.NewFromInt(50)
	fmt.Println(policy.CreditPays(decimal.RequireFromString("31.01"), 2))
	// Output: 15.5
}
