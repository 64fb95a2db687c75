// Package race makes the enumerations of tests small where the race detector watches. It makes everything ten times slower, and
// looks for races and not for sums, so that some of the cases show it as much as all of them. Without it no case is left out.
//
// It imports nothing of the library, whose kernel has tests that use it too.
package race

// Takes reports whether case i is taken: each is, or with the race detector one of n.
func Takes(i, n int) bool { return i%Step(n) == 0 }

// Few is what is taken of a list: all of it, or with the race detector the first of every n.
func Few[T any](all []T, n int) (taken []T) {
	for i, one := range all {
		if Takes(i, n) {
			taken = append(taken, one)
		}
	}
	return taken
}

// Step is how far it is from one case to the next that is taken: one, or with the race detector n.
func Step(n int) int {
	if On {
		return n
	}
	return 1
}
