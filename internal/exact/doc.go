// Package exact multiplies an amount of money by a ratio of integers, divides once and rounds once.
//
// Amounts of at most 18 digits use 64- and 128-bit integers, all others math/big. Both paths give the same amount and
// the same remainder, and a fuzz test compares them. The package knows no billing rule and checks no input: the
// packages above it validate their input.
package exact
