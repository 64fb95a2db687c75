package main

import (
	"fmt"
	"reflect"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/proration"
)

// reading reads dates on the calendar of a zone, and amounts, and tells the faults of the library in its words.
func reading(zone *time.Location) jsonfault.Reading {
	return jsonfault.Reading{
		Texts: jsonfault.Texts{
			reflect.TypeFor[time.Time]():       func(text string) (any, error) { return instant(text, zone) },
			reflect.TypeFor[decimal.Decimal](): func(text string) (any, error) { return amount(text) },
		},
		Reason: func(err error) string { return flat(err)[0].Reason },
	}
}

// instant reads a date, which is the first instant of that day, or an instant with an offset.
func instant(text string, zone *time.Location) (time.Time, error) {
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		var day proration.LocalTime
		if err := day.UnmarshalText([]byte(text)); err != nil {
			return time.Time{}, err
		}
		return day.In(zone), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf(`%.40q is neither a date of the calendar, "2026-11-16", nor an instant, "2026-11-16T09:30:00-05:00"`, text)
	}
	return t, nil
}

// amount reads an amount or a quantity.
func amount(text string) (decimal.Decimal, error) {
	d, err := decimal.NewFromString(text)
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf(`%.40q is no decimal number, "89.00"`, text)
	}
	return d, nil
}
