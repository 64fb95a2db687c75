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

// malformed is a fault of a case itself, and not something that the library refuses.
type malformed string

func (m malformed) Error() string { return string(m) }

func malformedf(format string, args ...any) error {
	return malformed(fmt.Sprintf(format, args...))
}

// decode reads an object into a struct, strictly: every field of the struct must be there unless its tag says omitzero, no
// other may be, and only a pointer may be null. All faults are returned at once: those of the case are malformed, and those
// of a value that the library refuses to read are the library's.
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
			faults = append(faults, malformedf("missing field %q", name))
		case string(value) == "null" && field.Kind() != reflect.Pointer:
			faults = append(faults, malformedf("%s: null is no value", name))
		default:
			faults = append(faults, under(name, json.Unmarshal(value, field.Addr().Interface())))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		faults = append(faults, malformedf("unknown field %q", name))
	}
	return errors.Join(faults...)
}

// under names the field in which an error arose. What the JSON package cannot read is the case's fault.
func under(name string, err error) error {
	var unfit *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unfit):
		return malformedf("%s: a %s is no value here", name, unfit.Value)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// members returns the members of an object. A name that comes twice is a fault: only one of the two values would count.
func members(text json.RawMessage) (map[string]json.RawMessage, error) {
	in := json.NewDecoder(bytes.NewReader(text))
	if open, err := in.Token(); err != nil || open != json.Delim('{') {
		return nil, malformedf("%s is not an object", text)
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
			return nil, malformedf("field %q comes twice", name)
		}
		values[name] = value
	}
	return values, nil
}
