package main

import "encoding/json"

// kind runs one kind of case: it reads the given values and returns the results, or the error of the library.
type kind func(given json.RawMessage) (record, error)

// kinds maps the name of each known kind to its function.
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
	// prices and contracts
	"price":      price,
	"discount":   reading(discount),
	"commitment": reading(commitment),
	"direction":  reading(direction),
	// credits
	"unused":        reading(unused),
	"apply_credits": reading(applyCredits),
	// corrections of earlier invoices
	"reconcile": reading(reconcile),
	// totals
	"invoice_total": reading(invoiceTotal),
	// overdue invoices
	"overdue": reading(overdue),
	// amounts
	"round":       reading(round),
	"split":       reading(split),
	"minor_units": reading(minorUnits),
}

// reading returns a kind that decodes the given values as a G and then calls run.
func reading[G any](run func(G) (record, error)) kind {
	return func(text json.RawMessage) (record, error) {
		var given G
		if err := decode(text, &given); err != nil {
			return nil, err
		}
		return run(given)
	}
}
