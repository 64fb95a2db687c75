// Package race makes the enumerations of tests small under the race detector. It makes everything ten times slower, and
// looks for races and not for sums: a part of the cases shows them as well as all of them. Without it, no case is left
// out.
//
// It imports nothing of the library, so that the tests of every package can use it.
package race

// Takes reports whether case i is taken: every case, or under the race detector one of n.
func Takes(i, n int) bool { return i%Step(n) == 0 }

// Few returns all of a list, or under the race detector the first of every n.
func Few[T any](all []T, n int) (taken []T) {
	for i, one := range all {
		if Takes(i, n) {
			taken = append(taken, one)
		}
	}
	return taken
}

// Step returns the distance between two cases that are taken: one, or under the race detector n.
func Step(n int) int {
	if On {
		return n
	}
	return 1
}
