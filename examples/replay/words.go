package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// refusal is an expected refusal, or the expectation that there is none.
type refusal struct {
	is   bool
	part string // text that the reason must contain; "" for any reason
}

// UnmarshalJSON reads true, false or a part of the reason.
func (r *refusal) UnmarshalJSON(text []byte) error {
	if err := json.Unmarshal(text, &r.is); err == nil && !bytes.Equal(text, []byte("null")) {
		return nil
	}
	if err := json.Unmarshal(text, &r.part); err != nil || r.part == "" {
		return errors.New("must be true, false or a part of the reason")
	}
	r.is = true
	return nil
}

// met reports whether a reason meets the expectation. The reason "" means no refusal.
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
	return fmt.Sprintf("a refusal containing %q", r.part)
}

// amount is an expected number: a value or bounds.
type amount struct {
	least, most *decimal.Decimal // inclusive bounds; nil for no bound
}

const maxPlaces = 100 // most digits of an expected number before or after the decimal point

// UnmarshalJSON reads a number as text, "89.00", or bounds, {"min": "-0.01", "max": "0.01"}.
func (a *amount) UnmarshalJSON(data []byte) error {
	var exact string
	if err := json.Unmarshal(data, &exact); err == nil && data[0] == '"' {
		value, err := number(exact)
		a.least, a.most = &value, &value
		return err
	}
	if data[0] != '{' {
		return fmt.Errorf(`must be text such as "89.00", or bounds such as {"min": "88.99", "max": "89.01"}; got %.40s`,
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
		return fmt.Errorf("must have only min and max, both text: %s", strings.TrimPrefix(err.Error(), "json: "))
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
		return errors.New("must have min, max or both")
	case a.least != nil && a.most != nil && a.least.GreaterThan(*a.most):
		return fmt.Errorf("min must not be above max; got min %s, max %s", a.least, a.most)
	}
	return nil
}

// number reads a number with at most maxPlaces digits on each side of the decimal point.
func number(text string) (decimal.Decimal, error) {
	value, err := decimalOf(text)
	if e := value.Exponent(); err == nil && (e > maxPlaces || e < -maxPlaces || len(text) > 2*maxPlaces) {
		return decimal.Decimal{}, fmt.Errorf("must have at most %d digits before and after the decimal point; got %.40q",
			maxPlaces, text)
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

// plain returns a number with the decimal places that it was written with.
func plain(d decimal.Decimal) string { return d.StringFixed(max(0, -d.Exponent())) }
