package main

import (
	"fmt"
	"reflect"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// reading reads times on the calendar of a zone, and numbers, and gives the faults of the library in its words.
func reading(zone *time.Location) jsonfault.Reading {
	return jsonfault.Reading{
		Texts: jsonfault.Texts{
			reflect.TypeFor[time.Time]():       func(text string) (any, error) { return instant(text, zone) },
			reflect.TypeFor[decimal.Decimal](): func(text string) (any, error) { return decimalOf(text) },
		},
		Plain:  []reflect.Type{reflect.TypeFor[invoice.Invoice]()}, // its own way knows no zone
		Reason: func(err error) string { return flat(err)[0].Reason },
	}
}

// instant reads a date, which is the first instant of that day in the zone, a local time of the zone, or an instant
// with an offset. The result is on the calendar of the zone.
func instant(text string, zone *time.Location) (time.Time, error) {
	var local proration.LocalTime
	if err := local.UnmarshalText([]byte(text)); err == nil && text != "" {
		return local.In(zone), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf(`%.40q is neither a date of the calendar, "2026-11-16", nor a time, `+
			`"2026-11-16T09:30:00" or "2026-11-16T09:30:00-05:00"`, text)
	}
	return t.In(zone), nil
}

// decimalOf reads an amount or a quantity.
func decimalOf(text string) (decimal.Decimal, error) {
	d, err := decimal.NewFromString(text)
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf(`%.40q is no decimal number, "89.00"`, text)
	}
	return d, nil
}
