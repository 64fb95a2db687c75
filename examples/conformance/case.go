package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// rawCase is a case as its file has it.
type rawCase struct {
	number int // its place in the file, from 1
	text   json.RawMessage
}

// testCase is a case that was read.
type testCase struct {
	ID     string          `json:"id"`
	Source string          `json:"source"`
	Kind   string          `json:"kind"`
	Why    string          `json:"why"`
	Given  json.RawMessage `json:"given"`
	Want   json.RawMessage `json:"want"`
}

// verdict is what came of a case.
type verdict struct {
	id, kind, why string
	skipped       bool     // nothing here knows the kind
	faults        []string // what is not as it was wanted; none in a case that passed
}

// judge runs a case and compares what comes out with what was wanted.
func judge(raw rawCase) verdict {
	var c testCase
	err := decode(raw.text, &c)
	v := verdict{id: oneLine(c.ID), kind: c.Kind, why: oneLine(c.Why)}
	if v.id == "" {
		v.id = fmt.Sprintf("case %d", raw.number)
	}
	if err != nil {
		v.faults = []string{"the case cannot be used: " + oneLine(err.Error())}
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

// faults runs a case and returns what is not as it was wanted.
func (c *testCase) faults(run kind) []string {
	refusal, err := c.wantsRefusal()
	if err != nil {
		return []string{"want cannot be used: " + oneLine(err.Error())}
	}
	got, err := run(c.Given)
	switch {
	case errors.As(err, new(malformed)):
		return []string{"given cannot be used: " + oneLine(err.Error())}
	case refusal && err == nil:
		return []string{fmt.Sprintf("got %v, want an error", got)}
	case refusal:
		return nil
	case err != nil:
		return []string{fmt.Sprintf("got the error %q, want %s", oneLine(err.Error()), plain(c.Want))}
	}
	return got.differences(c.Want)
}

// wantsRefusal reports whether the case wants an error, and no figures.
func (c *testCase) wantsRefusal() (bool, error) {
	wanted, err := members(c.Want)
	if err != nil {
		return false, err
	}
	if len(wanted) == 0 {
		return false, malformed("it wants nothing")
	}
	text, refusal := wanted["error"]
	if refusal && (len(wanted) > 1 || string(text) != "true") {
		return false, malformed(`an error is wanted as {"error": true} and with nothing else`)
	}
	return refusal, nil
}

// oneLine returns text on one line: errors that were joined are on several.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}
