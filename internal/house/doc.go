// Package house holds tests of the house rules that no linter can see: the order of the packages, the purity of
// the library, how amounts and instants are compared, which functions carry an Example, and how the tree is laid out.
//
// Each rule is a function from parsed source to a list of faults, and is itself tested on a few bad lines.
package house
