// Package house tests the rules of the project that no linter checks: the order of the packages, the purity of the
// library, how amounts and instants are compared, which functions have an Example, and the layout of the tree.
//
// Each rule is a function from parsed source to a list of faults, and is tested on a few bad lines.
package house
