//go:build !race

package giventest

// Race reports whether the race detector watches, which makes everything ten times slower. It looks for races and not for sums, so
// the largest enumerations are smaller then.
const Race = false
