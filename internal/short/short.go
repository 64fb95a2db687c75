// Package short leaves the enumerations of tests out of "go test -short". They take most of the time of all tests, and
// find the rare faults: a complete run comes before each merge, a short one after each edit.
//
// It imports nothing of the library, so that the tests of every package can use it.
package short

import "testing"

// Skip skips a long test in a short run. It is the first call of every test whose name matches ^TestEvery|Enumerated$,
// and of a few others that take seconds. A complete run skips no test.
func Skip(tb testing.TB) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("a long test: run it without -short")
	}
}
