// Package house holds tests of the house rules that no linter can see: the order of the packages, the purity of the
// library, how amounts and instants are compared, which functions carry an Example, which tests a short run leaves out,
// how the tree is laid out, and whether its documents name things that exist.
//
// Each rule is a function from parsed source to a list of faults, and is itself tested on a few bad lines.
package house
