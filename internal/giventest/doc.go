// Package giventest reads the rows of the library's test tables: amounts as decimal strings, dates in ISO 8601, and
// errors as "field rule".
//
// Only tests import it. A row that cannot be read panics, because the test itself is wrong.
package giventest
