// Package clone copies lists of values that have a Clone method.
package clone

import "slices"

// All returns a list of clones that shares no writable memory with the original. A nil list stays nil.
func All[T interface{ Clone() T }](all []T) []T {
	all = slices.Clone(all)
	for i := range all {
		all[i] = all[i].Clone()
	}
	return all
}
