package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// rawCase is a case before decoding.
type rawCase struct {
	number int             // position in the file, from 1
	text   json.RawMessage // JSON text of the case
}

// testCase is a decoded case.
type testCase struct {
	ID     string          `json:"id"`
	Source string          `json:"source"`
	Kind   string          `json:"kind"`
	Why    string          `json:"why"`
	Given  json.RawMessage `json:"given"`
	Want   json.RawMessage `json:"want"`
}

// verdict is the result of a case.
type verdict struct {
	id, kind, why string
	skipped       bool     // reports whether the program does not know the kind
	faults        []string // differences from the wanted values; empty for a passed case
}

// judge runs a case and compares its result with the wanted values.
func judge(raw rawCase) verdict {
	var c testCase
	err := decode(raw.text, &c)
	v := verdict{id: oneLine(c.ID), kind: c.Kind, why: oneLine(c.Why)}
	if v.id == "" {
		v.id = fmt.Sprintf("case %d", raw.number)
	}
	if err != nil {
		v.faults = []string{"invalid case: " + oneLine(err.Error())}
		return v
	}
	run, known := kinds[c.Kind]
	if !known {
		v.skipped = true
		return v
	}
	v.faults = c.faults(run)
	return v
}

// faults runs a case and returns its differences from the wanted values.
func (c *testCase) faults(run kind) []string {
	refusal, err := c.wantsRefusal()
	if err != nil {
		return []string{"invalid want: " + oneLine(err.Error())}
	}
	got, err := run(c.Given)
	switch {
	case errors.As(err, new(malformed)):
		return []string{"invalid given: " + oneLine(err.Error())}
	case refusal && err == nil:
		return []string{fmt.Sprintf("got %v, want an error", got)}
	case refusal:
		return nil
	case err != nil:
		return []string{fmt.Sprintf("got the error %q, want %s", oneLine(err.Error()), plain(c.Want))}
	}
	return got.differences(c.Want)
}

// wantsRefusal reports whether the case wants an error instead of values.
func (c *testCase) wantsRefusal() (bool, error) {
	wanted, err := members(c.Want)
	if err != nil {
		return false, err
	}
	if len(wanted) == 0 {
		return false, malformed("must have at least one value")
	}
	text, refusal := wanted["error"]
	if refusal && (len(wanted) > 1 || string(text) != "true") {
		return false, malformed(`error: must be true and the only field`)
	}
	return refusal, nil
}

// oneLine returns text on one line. The text of joined errors has several lines.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}
