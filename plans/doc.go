// Package plans decides what is sold: prices, terms, discounts, limits, markets, and who may change what.
//
//	quote, err := catalog.Quote(plans.Order{
//		By: plans.Customer, At: nov16, Plan: "base", Country: "BR", Method: "card", Installments: 6,
//		Items: []plans.OrderItem{{Item: "seat", Quantity: decimal.NewFromInt(7)}},
//		Term:  proration.Interval{Months: 12},
//	})
//	fmt.Print(quote.Explain())
//	// 2026-11-16 until 2027-11-16, seat: 7 x 75.00 x 12 = 6300.00, less 10 % 630.00 = 5670.00
//	// due: 5670.00 BRL
//	// ...
//
// # Words
//
// A [Catalog] is everything that a seller offers and by which rules, one value read from JSON: plans, terms, markets, rules. A
// [Plan] offers items, each at a [Price] in a [Currency], with features and limits. A [Term] is a length for which one binds oneself; a
// [Market] says who pays how in which currency. An [Override] is what one customer agreed on specially, laid over the catalog.
//
// A [Contract] is what one customer bought: one plan, items with the quantity and the price that were agreed, its terms, its
// discounts, and a ramp of changes that were agreed in advance. The price belongs to the contract: a catalog that changes later
// changes no contract. A [Charge] is money due for a quantity of an item over a span; it is what credits credit and invoices list. A
// [Change] describes one change of a contract wherever one is asked for, allowed, priced or made.
//
// # Verbs
//
//   - [Catalog.Quote]: what an order costs, and the contract that it makes.
//   - [Catalog.Check], [Catalog.Amend]: whether a change is allowed and when it takes effect, and what it costs.
//   - [Contract.Charges], [Contract.Added], [Contract.Extended], [Contract.Shortfall], [Contract.TerminationFee]: what is due.
//   - [Contract.Changed], [Contract.Renewed]: the contract after a change, and after its term; [Contract.Amended]: also what the change adds.
//   - [ApplyDiscounts]: what discounts take off, and what of them remains.
//   - [Price.Amount], [Classify], [Plan.Exceeded]: what a quantity costs, which of two is higher, and which limits are exceeded.
//
// # Rules
//
// A price is exact until the share of the period has been multiplied in; then it is rounded once, by package proration. Discounts
// come next, in their order: each works on what those before it left, is rounded once, spread over the charges so that the parts add
// up, and never takes more than there is. A minimum is measured before discounts. A quantity that is added costs what both
// quantities do less what the one before did, at the contract's price. Another price is for the whole quantity from then on, and a
// billing date that is moved begins a period whose part until the next one is due at once; what was billed before comes back as a credit.
//
// A term that is billed up front is one period. It is extended by another term that begins at its end, at the price of the contract and the
// discount of the new term; the old one keeps its own.
//
// A contract has one plan and one currency, and both are checked wherever it is used. What is not allowed is a [Refusal]: which rule,
// why in words, and what would be possible instead. It matches [ErrRefused]; an input that makes no sense does not.
//
// # Billing a period
//
//  1. [Contract.Charges] for a whole period, or the stub that service begins or ends with.
//  2. Where a minimum was agreed, [Contract.Shortfall] for the period that is over, with everything that was billed for it.
//  3. [ApplyDiscounts] with the contract's discounts. What it says remains is what the contract has from then on: a coupon for three
//     periods has two left.
//  4. At the end of the last term, [Contract.Renewed] first.
//
// [Catalog.Quote] does so for the first period. [Catalog.Amend] prices a change inside one: percentages and special prices that last
// for ever are taken off it too, and those that are counted were used up by the period already.
//
// A catalog is read by encoding/json, which ignores what it does not know: use a Decoder with DisallowUnknownFields, so that a
// misspelt "percent" is an error and no surprise.
//
// # Limits
//
// A quantity and a price have at most 18 digits, and none of them is further than 18 places from the decimal point. A price has at
// most 1,000 tiers, a contract 1,000 items, steps and discounts each, a bill 120 installments; a term is billed in at most 10,000 periods.
// Discounts are spread over at most 10,000 charges, whose sum has at most 18 digits.
//
// # Errors
//
// Bad input is a [github.com/billingrules/billing/proration.Error], or several joined. Nothing panics, and nothing passed in
// is modified.
package plans
