// Package answer is shared by the programs that answer a vendor's billing FAQ from a file of orders and events.
package answer

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Read decodes a vendor's file. An unknown field is an error.
func Read[T any](text []byte) (T, error) {
	var v T
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return v, decoder.Decode(&v)
}

// Wrapped breaks text into lines that fit a terminal.
func Wrapped(text, indent string) string {
	const width = 78
	var lines []string
	line := indent
	for _, word := range strings.Fields(text) {
		if len(line)+len(word) > width {
			lines = append(lines, line)
			line = indent
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	return strings.Join(append(lines, line), "\n")
}

// Indented indents each line of a text.
func Indented(text, indent string) string {
	return indent + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+indent) + "\n"
}
