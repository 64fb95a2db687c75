package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// refusal expects that something is refused, for a reason that contains a text, or that it is not refused.
type refusal struct {
	is   bool
	part string // "" for any reason
}

// UnmarshalJSON reads true, false, or a part of the reason.
func (r *refusal) UnmarshalJSON(text []byte) error {
	if err := json.Unmarshal(text, &r.is); err == nil && !bytes.Equal(text, []byte("null")) {
		return nil
	}
	if err := json.Unmarshal(text, &r.part); err != nil || r.part == "" {
		return errors.New("true, false or a part of the reason is needed here")
	}
	r.is = true
	return nil
}

// met reports whether a reason is the expected one; "" is no refusal.
func (r *refusal) met(reason string) bool {
	return r.is == (reason != "") && strings.Contains(reason, r.part)
}

// String returns the expectation in words.
func (r *refusal) String() string {
	switch {
	case !r.is:
		return "no refusal"
	case r.part == "":
		return "a refusal"
	}
	return fmt.Sprintf("a refusal with %q", r.part)
}

// amount is an expected number: a value, or bounds.
type amount struct {
	least, most *decimal.Decimal // inclusive; nil is no bound
}

const maxPlaces = 100 // before or after the point of an expected number

// UnmarshalJSON reads a number as text, "89.00", or bounds, {"min": "-0.01", "max": "0.01"}.
func (a *amount) UnmarshalJSON(data []byte) error {
	var exact string
	if err := json.Unmarshal(data, &exact); err == nil && data[0] == '"' {
		value, err := number(exact)
		a.least, a.most = &value, &value
		return err
	}
	if data[0] != '{' {
		return fmt.Errorf(`an amount as text, "89.00", or {"min": "88.99", "max": "89.01"} is needed here; got %.40s`,
			data)
	}
	return a.bounds(data)
}

// bounds reads the bounds.
func (a *amount) bounds(data []byte) error {
	var given struct {
		Min *string `json:"min"`
		Max *string `json:"max"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&given); err != nil {
		return fmt.Errorf("bounds are min and max, each as text: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	for _, bound := range []struct {
		text *string
		into **decimal.Decimal
	}{{given.Min, &a.least}, {given.Max, &a.most}} {
		if bound.text == nil {
			continue
		}
		value, err := number(*bound.text)
		if err != nil {
			return err
		}
		*bound.into = &value
	}
	switch {
	case a.least == nil && a.most == nil:
		return errors.New("bounds have a min, a max, or both")
	case a.least != nil && a.most != nil && a.least.GreaterThan(*a.most):
		return fmt.Errorf("the bounds hold no number: min %s is above max %s", a.least, a.most)
	}
	return nil
}

// number reads a number that is not too long to compare.
func number(text string) (decimal.Decimal, error) {
	value, err := decimalOf(text)
	if e := value.Exponent(); err == nil && (e > maxPlaces || e < -maxPlaces || len(text) > 2*maxPlaces) {
		return decimal.Decimal{}, fmt.Errorf("%.40q has more than %d digits before or after the point", text, maxPlaces)
	}
	return value, err
}

// met reports whether a number is within the bounds.
func (a *amount) met(got decimal.Decimal) bool {
	return (a.least == nil || !got.LessThan(*a.least)) && (a.most == nil || !got.GreaterThan(*a.most))
}

// String returns the expectation in words.
func (a *amount) String() string {
	switch {
	case a.least == nil && a.most == nil:
		return "any number"
	case a.least == nil:
		return "at most " + plain(*a.most)
	case a.most == nil:
		return "at least " + plain(*a.least)
	case a.least.Equal(*a.most):
		return plain(*a.least)
	}
	return plain(*a.least) + " to " + plain(*a.most)
}

// plain returns a number with the digits that it was written with.
func plain(d decimal.Decimal) string { return d.StringFixed(max(0, -d.Exponent())) }
