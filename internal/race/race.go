// Package race makes the enumerations of tests smaller under the race detector, which makes them ten times slower. A
// sample of the cases shows races as well as all cases do. Without the race detector, no case is left out.
//
// It imports no package of the library, because the tests of its lowest packages use race too.
package race

// Takes reports whether case i runs: every case, or one of n under the race detector.
func Takes(i, n int) bool { return i%Step(n) == 0 }

// Few returns the cases of a list that run: all of them, or the first of every n under the race detector.
func Few[T any](all []T, n int) (taken []T) {
	for i, one := range all {
		if Takes(i, n) {
			taken = append(taken, one)
		}
	}
	return taken
}

// Step returns the distance from one case to the next that runs: one, or n under the race detector.
func Step(n int) int {
	if On {
		return n
	}
	return 1
}
