package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// malformed is a fault of the case itself, as opposed to an error of the library.
type malformed string

func (m malformed) Error() string { return string(m) }

func malformedf(format string, args ...any) error {
	return malformed(fmt.Sprintf(format, args...))
}

// decode reads an object into a struct, strictly: every field is required unless its tag says omitzero, unknown fields
// are faults, and only a pointer may be null. It returns all faults at once. A fault of the case is malformed; an error
// of the library about a value stays the library's.
func decode(text json.RawMessage, into any) error {
	given, err := members(text)
	if err != nil {
		return err
	}
	var faults []error
	object := reflect.ValueOf(into).Elem()
	for i := range object.NumField() {
		name, option, _ := strings.Cut(object.Type().Field(i).Tag.Get("json"), ",")
		value, found := given[name]
		delete(given, name)
		switch field := object.Field(i); {
		case !found && option == "omitzero":
		case !found:
			faults = append(faults, malformedf("%s: required", name))
		case string(value) == "null" && field.Kind() != reflect.Pointer:
			faults = append(faults, malformedf("%s: must not be null", name))
		default:
			faults = append(faults, under(name, json.Unmarshal(value, field.Addr().Interface())))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		faults = append(faults, malformedf("%s: unknown field", name))
	}
	return errors.Join(faults...)
}

// under adds the name of the field to an error. A value that encoding/json cannot read is a fault of the case.
func under(name string, err error) error {
	var unfit *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unfit):
		return malformedf("%s: has the wrong type; got %s", name, unfit.Value)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// members returns the members of an object. A repeated name is a fault, since one of its values would be ignored.
func members(text json.RawMessage) (map[string]json.RawMessage, error) {
	in := json.NewDecoder(bytes.NewReader(text))
	if open, err := in.Token(); err != nil || open != json.Delim('{') {
		return nil, malformedf("must be an object; got %s", text)
	}
	values := map[string]json.RawMessage{}
	for in.More() {
		token, err := in.Token()
		if err != nil {
			return nil, malformed(err.Error())
		}
		name, _ := token.(string)
		var value json.RawMessage
		if err := in.Decode(&value); err != nil {
			return nil, malformed(err.Error())
		}
		if _, twice := values[name]; twice {
			return nil, malformedf("%s: appears twice", name)
		}
		values[name] = value
	}
	return values, nil
}
