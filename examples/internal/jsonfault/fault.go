package jsonfault

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one fault of a file.
type Fault struct {
	File   string `json:"file"`            // name of the file, as the caller gave it
	Line   int    `json:"line,omitzero"`   // counted from 1; 0 means the whole file
	Column int    `json:"column,omitzero"` // counted in characters from 1
	Path   string `json:"path,omitzero"`   // path of the field, "events[3].change.quantity"; "" means the whole file
	Reason string `json:"reason"`          // explanation of the fault, for people
	Meant  string `json:"-"`               // for an unknown field: path of the similar known field, or ""
}

// String returns the fault on one line, "story.json:12:9: events[3].kind: ...", a form that editors and terminals
// turn into a link.
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

// Sort sorts the faults of one file by position.
func Sort(faults []Fault) {
	slices.SortStableFunc(faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// printable replaces control characters and line breaks, so that a field name from a file cannot break the line.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return '\ufffd'
		}
		return r
	}, text)
}
