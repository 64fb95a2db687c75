package main

import (
	"fmt"
	"reflect"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// reading returns custom readers of times in a zone and of decimals. The library's faults keep their reasons.
func reading(zone *time.Location) jsonfault.Reading {
	return jsonfault.Reading{
		Texts: jsonfault.Texts{
			reflect.TypeFor[time.Time]():       func(text string) (any, error) { return instant(text, zone) },
			reflect.TypeFor[decimal.Decimal](): func(text string) (any, error) { return decimalOf(text) },
		},
		Plain:  []reflect.Type{reflect.TypeFor[invoice.Invoice]()}, // its UnmarshalJSON cannot know the zone
		Reason: func(err error) string { return fault.All(err)[0].Reason },
	}
}

// instant reads a date (the first instant of that day in the zone), a local time in the zone, or an instant with an
// offset. The result is in the zone.
func instant(text string, zone *time.Location) (time.Time, error) {
	var local proration.LocalTime
	if err := local.UnmarshalText([]byte(text)); err == nil && text != "" {
		return local.In(zone), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf(`must be a date such as "2026-11-16" or a time such as `+
			`"2026-11-16T09:30:00" or "2026-11-16T09:30:00-05:00"; got %.40q`, text)
	}
	return t.In(zone), nil
}

// decimalOf reads an amount or a quantity.
func decimalOf(text string) (decimal.Decimal, error) {
	d, err := decimal.NewFromString(text)
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf(`must be a decimal number such as "89.00"; got %.40q`, text)
	}
	return d, nil
}
