// Package clone copies lists of values that copy themselves.
package clone

import "slices"

// All returns a list of copies that shares nothing with the original that can be written to. No list stays none.
func All[T interface{ Clone() T }](all []T) []T {
	all = slices.Clone(all)
	for i := range all {
		all[i] = all[i].Clone()
	}
	return all
}
