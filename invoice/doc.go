// Package invoice decides what is due, line by line, and why.
//
//	inv, err := invoice.Build(invoice.Draft{ID: "inv-1", Currency: "USD", At: nov1, Lines: lines, Ledger: ledger})
//	fmt.Println(inv.Text())
//
// # Rules
//
// The order is fixed: lines, then the credits of the ledger, then the amount due. An invoice is never negative: what is left
// over is granted to the customer as credit, and the invoice closes itself. A preview is the same call: nothing happens
// until the caller stores what it returns.
//
// # Errors
//
// Bad input is a [github.com/billingrules/billing/proration.Error], or several joined. Nothing panics, and nothing passed in
// is modified.
package invoice
