// Package plans decides what is sold: plans and their prices, and what one customer bought of them.
//
//	contract := plans.Contract{Plan: "growth", Currency: "USD", Cycle: monthly, Items: []plans.Item{
//		{ID: "seat", Quantity: decimal.NewFromInt(10), Price: plans.Price{Unit: decimal.RequireFromString("89.00")}},
//	}}
//	charges, err := contract.Charges(plans.Whole(november), policy)
//	fmt.Println(charges[0].Explain()) // seat: 10 x 89.00 = 890.00
//
// # Words
//
// A [Plan] is offered at a [Price]. A [Contract] is what one customer bought: one plan and some items, each with the
// quantity and the price that were agreed. The price belongs to the contract: a catalogue that changes later changes no
// contract. A [Charge] is money due for a quantity of an item over a span; it is what credits credit and invoices list. A
// [Change] describes a change of a contract.
//
// # Rules
//
// A contract has one plan and one currency, and both are checked where it is used. Quantity × price is exact; the share of
// the period is multiplied in before the one rounding, which is package proration's.
//
// # Limits
//
// A quantity and a price have at most 18 digits, and none of them is further than 18 places from the decimal point.
//
// # Errors
//
// Bad input is a [github.com/billingrules/billing/proration.Error], or several joined. Nothing panics, and nothing passed in
// is modified.
package plans
