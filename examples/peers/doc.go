// Package peers writes three calculations of a bill with other packages for money, beside this library: a price for a
// part of its month, an amount in equal parts, and an invoice line with a discount and a tax. The tests show that all
// yield the same amounts, and the benchmarks what each costs:
//
//	cd examples/peers && go test -bench . -benchmem
//
// The peers are github.com/govalues/money, decimals of 19 digits, and github.com/bojanz/currency, decimals of any
// length. Neither knows periods, rounding policies or invoices: the caller counts the days, orders the steps and
// rounds. The library does that, checks the input and explains each amount; its invoice is also sealed.
//
// It is a module of its own, so that the library does not depend on the peers.
package peers
