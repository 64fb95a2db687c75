// Package enum gives the library's enums their text. Each type has one table of names, indexed by value.
//
// The zero of every enum is unset, with the text "unset". The text can be read back, so an incomplete policy can be
// stored; the rules refuse it.
package enum

import (
	"strconv"
	"strings"
)

// Unset is the text of the zero value of every enum.
const Unset = "unset"

// String returns the name of v in the table, or its number if it has no name.
func String[T ~uint8](names []string, v T) string {
	if Valid(names, v) {
		return names[v]
	}
	if v == 0 {
		return Unset
	}
	return strconv.Itoa(int(v))
}

// Valid reports whether v is set and has a name.
func Valid[T ~uint8](names []string, v T) bool { return v != 0 && int(v) < len(names) }

// Marshal returns the text of v, and false if v has no name.
func Marshal[T ~uint8](names []string, v T) ([]byte, bool) {
	return []byte(String(names, v)), v == 0 || Valid(names, v)
}

// Fault returns the reason why v is not a value of the table, and whether v is unset. It returns "" for a value.
func Fault[T ~uint8](names []string, v T) (reason string, unset bool) {
	switch {
	case v == 0:
		return "required, one of " + List(names), true
	case !Valid(names, v):
		return Unknown(names, strconv.Itoa(int(v))), false
	}
	return "", false
}

// Unknown returns the reason why got is not the text or the number of a value of the table.
func Unknown(names []string, got string) string {
	return "must be one of " + List(names) + "; got " + got
}

// List returns all names, separated by commas, for an error text.
func List(names []string) string { return strings.Join(names[1:], ", ") }

// Parse returns the value whose name is text, and false if there is none.
func Parse[T ~uint8](names []string, text []byte) (T, bool) {
	if string(text) == Unset {
		return 0, true
	}
	for v := 1; v < len(names); v++ {
		if names[v] == string(text) {
			return T(v), true
		}
	}
	return 0, false
}
