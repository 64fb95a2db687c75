// Package giventest reads the texts in the rows of the library's test tables: amounts as decimal strings, dates as ISO
// 8601, errors as "field rule".
//
// Nothing in the library imports it. A row that cannot be read panics, since then the test itself is wrong.
package giventest
