package answer

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
)

// Receivables are the latest receivables of several outcomes.
type Receivables struct {
	All   []invoice.Receivable // one of each invoice, in order of their first outcome
	index map[string]int       // index in All by the ID of the invoice
}

// Add stores the receivables of an outcome in place of earlier ones of the same invoices.
func (rs *Receivables) Add(changed []invoice.Receivable) {
	if rs.index == nil {
		rs.index = map[string]int{}
	}
	for _, r := range changed {
		if i, known := rs.index[r.Invoice]; known {
			rs.All[i] = r
			continue
		}
		rs.index[r.Invoice] = len(rs.All)
		rs.All = append(rs.All, r)
	}
}

// Of returns the receivable of an invoice. A document of credits may have none; it is paid as soon as it is issued.
func (rs *Receivables) Of(inv *invoice.Invoice) invoice.Receivable {
	if i, known := rs.index[inv.ID]; known {
		return rs.All[i]
	}
	return invoice.NewReceivable(*inv)
}

// Payments returns the payments and the other events of a receivable, its outstanding amount and its status as text, to
// print below the invoice. Dates are in the given time zone.
func Payments(r *invoice.Receivable, zone *time.Location) string {
	places, err := r.Currency.Places()
	if err != nil {
		places = 2
	}
	var text strings.Builder
	row := func(label string, amount decimal.Decimal) {
		fmt.Fprintf(&text, "  %-59s %16s\n", label, amount.StringFixed(places))
	}
	for _, e := range r.Events {
		label := e.Kind.String() + ", " + e.At.In(zone).Format(time.DateOnly)
		if e.ID != "" {
			label += ", " + strings.Map(printable, e.ID)
		}
		if e.Amount.IsZero() {
			fmt.Fprintf(&text, "  %s\n", label)
			continue
		}
		row(label, e.Amount)
	}
	row("Amount outstanding, "+r.Phase.Status(), r.Outstanding())
	return text.String()
}

// printable replaces a character that cannot be printed, such as a line break, by a space.
func printable(r rune) rune {
	if !unicode.IsPrint(r) {
		return ' '
	}
	return r
}
