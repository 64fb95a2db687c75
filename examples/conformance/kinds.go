package main

import "encoding/json"

// kind runs one kind of case: it reads what was given and returns what came out, or why it was refused.
type kind func(given json.RawMessage) (record, error)

// kinds are the kinds that the program knows.
var kinds = map[string]kind{
	// the calendar
	"cycle":       reading(cycle),
	"advance":     reading(advance),
	"next_anchor": reading(nextAnchor),
	"billable":    reading(billable),
	// shares of a period
	"fraction": reading(fraction),
	"prorate":  reading(prorate),
	"change":   reading(change),
	// what is sold
	"price":      price,
	"discount":   reading(discount),
	"commitment": reading(commitment),
	"direction":  reading(direction),
	// what is owed back
	"unused":        reading(unused),
	"apply_credits": reading(applyCredits),
	// what was billed
	"reconcile": reading(reconcile),
	// what is due
	"invoice_total": reading(invoiceTotal),
	// what is not paid
	"overdue": reading(overdue),
	// amounts
	"round":       reading(round),
	"split":       reading(split),
	"minor_units": reading(minorUnits),
}

// reading returns the kind that reads what was given as a G and then runs it.
func reading[G any](run func(G) (record, error)) kind {
	return func(text json.RawMessage) (record, error) {
		var given G
		if err := decode(text, &given); err != nil {
			return nil, err
		}
		return run(given)
	}
}
