package jsonfault

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong with a file.
type Fault struct {
	File   string `json:"file"`            // the file's name, as it was given
	Line   int    `json:"line,omitzero"`   // from 1; 0 is the file as a whole
	Column int    `json:"column,omitzero"` // in characters, from 1
	Path   string `json:"path,omitzero"`   // the field, "events[3].change.quantity"; "" is the whole
	Reason string `json:"reason"`          // what is wrong, in words
	Meant  string `json:"-"`               // of a field that does not exist: path of the one that it may be; "" where none is close
}

// String returns the fault in one line, "story.json:12:9: events[3].kind: ...", as editors and terminals know to follow it.
func (f Fault) String() string {
	var text strings.Builder
	text.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&text, ":%d:%d", f.Line, f.Column)
	}
	if f.Path != "" {
		text.WriteString(": " + f.Path)
	}
	return printable(text.String() + ": " + f.Reason)
}

// Sort brings the faults of one file into the order in which they stand in it.
func Sort(faults []Fault) {
	slices.SortStableFunc(faults, func(a, b Fault) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
}

// printable keeps text on its line, whatever a name in a file holds.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return '\ufffd'
		}
		return r
	}, text)
}
