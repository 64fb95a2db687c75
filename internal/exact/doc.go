// Package exact multiplies an amount of money by a ratio of integers, divides once and rounds once.
//
// The usual case, an amount of at most 18 digits, runs on 64- and 128-bit integers; everything else on math/big. Both
// paths give the same amount and the same remainder, and a test holds them to that. Nothing here knows a billing rule,
// and nothing here checks its input: the packages above validate at their doors.
package exact
