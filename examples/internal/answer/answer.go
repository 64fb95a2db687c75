// Package answer is shared by the programs that answer a vendor's billing FAQ from a file of orders and events.
package answer

import (
	"bytes"
	"encoding/json"
)

// Read decodes a vendor's file. An unknown field is an error.
func Read[T any](text []byte) (T, error) {
	var v T
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return v, decoder.Decode(&v)
}
