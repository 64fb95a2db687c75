// Package plans quotes orders, prices contracts and their changes, applies discounts, and checks changes against the
// seller's rules.
//
//	order := plans.Order{
//		By: plans.Customer, At: nov16, Plan: "base", Country: "BR", PaymentMethod: "card", Installments: 6,
//		Items: []plans.OrderItem{{Item: "seat", Quantity: decimal.NewFromInt(7)}},
//		Term:  proration.Interval{Months: 12},
//	}
//	quote, err := catalog.Quote(order, proration.Standard(2), proration.LargestRemainder)
//	fmt.Print(quote.Explain())
//	// 2026-11-16 until 2027-11-16, seat: 7 x 75.00 x 12 = 6300.00, less 10 % 630.00 = 5670.00
//	// due: 5670.00 BRL
//	// ...
//
// # Words
//
// A [Catalog] is the seller's complete offer in one JSON value: plans, terms, markets and coupons. A [Plan] offers
// items, each at a [Price] in a [Currency], with features, limits, set-up fees and the length of a trial. It can have
// an [Offer] of an item for each of several intervals, which the order and the change choose. A [Term] is a length of
// commitment. A [Market] sets the currency and the payment methods for some countries. A [Coupon] is a code for a
// discount. An [Override] adapts the catalog for one customer. [ChangeRules] say who may change a contract, and when
// the change takes effect.
//
// A [Contract] records one purchase: one plan, items with agreed quantities and prices, terms, discounts, and a ramp of
// changes agreed in advance. The contract owns its prices: a later edit of the catalog changes no contract. A [Charge]
// is an amount due for a quantity of an item over a span. Invoices list charges; credits reverse them.
//
// A [Change] states what a contract is from an instant on, in every request, rule and event: its plan, its items as a
// list or as steps, the interval, the term, the billing date and the discounts together; or an earlier end or a
// cancellation alone. Its [Action] values, such as an upgrade with added units, are computed and never stated.
//
// # Verbs
//
//   - [Catalog.Quote]: the price of an order, and the contract that it creates.
//   - [ChangeRules.Check]: whether all actions of a change are allowed, when it takes effect, and the change to make.
//   - [Contract.Charges], [Contract.Shortfall]: the charges for a period, and the charge for missing a minimum.
//   - [Contract.Amended]: the contract after a change, the charges that it adds, and the units that it replaces.
//   - [Contract.Changed], [Contract.Renewed]: the contract after a change, and for its next term.
//   - [Contract.StartingAt]: the contract with its periods and terms from the time at which service starts.
//   - [Catalog.Redeem]: the discount of a coupon, or the limit of the coupon that refuses it.
//   - [ApplyDiscounts]: the discounted charges, and the discounts that remain.
//   - [Price.Amount], [Classify], [Plan.Exceeded]: a price, the actions of a change, the exceeded limits.
//   - [Plan.With]: the plan with the features and limits that the items of a contract add.
//   - [Plan.CheckQuantities]: whether the plan offers the quantities of a contract after a change.
//
// # Rules
//
// A price is multiplied exactly by the share of the period; then package proration rounds the amount once. Discounts
// follow in order: each applies to the amount left by the one before, is rounded once, is spread over the charges
// without a remainder, and never takes more than is left. A minimum is measured before discounts. An added quantity
// costs the price of the new quantity minus the price of the old one, at the contract's prices. A new price applies to
// the whole quantity from its effective date on. Another plan or interval replaces every charge. A billing date that
// moves to later adds days to the present period, which are charged as a part of the new cycle's period; one that moves
// to earlier drops days. Package credits computes the credits for the replaced units and the dropped days from their
// billed charges.
//
// A set-up fee is due once, with the first bill of an order. The percentage of a term does not reduce it; another
// discount does, unless it names other kinds or items.
//
// A term that is billed up front is one period. An extension adds a term at the end, at the contract's prices and with
// the new term's discount; the old term keeps its own discount. A term that is stated with other fields begins with the
// change and replaces the others. A contract has one plan and one currency, and every function checks both. A request
// that the rules forbid is a [Refusal] with the rule, the reason and the way out. A refusal matches [ErrRefused];
// invalid input does not.
//
// # Billing a period
//
//  1. Call [Contract.Charges] for a whole period, or for the partial period at the start or end of service.
//  2. If the contract has a minimum, call [Contract.Shortfall] for the ended period with every charge billed for it.
//  3. Call [ApplyDiscounts] with the contract's discounts, and store the remaining discounts in the contract.
//  4. At the end of the last term, call [Contract.Renewed] first.
//
// [Catalog.Quote] runs these steps for the first period. The preview of a change is the call that makes it: package
// invoice issues the invoice of a change, and package lifecycle applies an event.
//
// Package encoding/json ignores unknown fields. Read a catalog with a Decoder and DisallowUnknownFields, so that a
// misspelled "percent" is an error.
//
// # Limits
//
// Quantities and prices have at most 18 digits, none more than 18 places from the decimal point. A price has at most
// 1,000 tiers, a contract 1,000 items, ramp steps and discounts each, a bill 120 installments, a term 10,000 billing
// periods. Discounts are spread over at most 10,000 charges, whose sum has at most 18 digits.
//
// # Errors
//
// Invalid input is a [github.com/billingrules/billing/proration.Error], or several joined. No function panics or
// modifies its input.
package plans
