package main

import (
	"encoding/json"
	"io"
)

// machine writes the statement as JSON.
func (s *statement) machine(out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(s)
}
