package invoice

import "time"

// Text returns the payments and the other events of the receivable, the outstanding amount and the status as plain
// text, to print below the text of the invoice. Dates are in the given time zone; nil leaves each in its own.
func (r Receivable) Text(zone *time.Location) string {
	p := printer{inv: &Invoice{Currency: r.Currency, Location: zone}}
	for _, e := range r.Events {
		label := "  " + e.Kind.String() + ", " + p.date(e.At)
		if e.ID != "" {
			label += ", " + e.ID
		}
		if e.Amount.IsZero() {
			p.wrap("  ", label)
			continue
		}
		p.row(label, e.Amount)
	}
	p.row("  Amount outstanding, "+r.Phase.Status(), r.Outstanding())
	return p.out.String()
}
