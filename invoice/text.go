package invoice

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/exact"
)

// textWidth is how wide Text writes, so that an amount ends there.
const textWidth = 78

// Text returns the invoice as plain text: each line with its amount and, below it, how it was computed; then the credit that
// pays, and what is due. Amounts have the places of the currency.
func (inv Invoice) Text() string {
	var b strings.Builder
	places, err := inv.Currency.Places()
	if err != nil {
		places = 2
	}
	row := func(text string, amount decimal.Decimal) {
		number := exact.Text(amount, places)
		fmt.Fprintf(&b, "%-*s %s\n", textWidth-len(number)-1, text, number)
	}
	fmt.Fprintf(&b, "Invoice %s, %s, %s, %s\n", inv.ID, inv.At.Format("2006-01-02"), inv.Currency, inv.Status)
	for _, c := range inv.Lines {
		row(fmt.Sprintf("  %s, %s, %s until %s", c.Plan, c.Kind, c.Span.Start.Format("2006-01-02"), c.Span.End.Format("2006-01-02")), c.Net)
		fmt.Fprintf(&b, "    %s\n", c.Explain())
	}
	for _, e := range inv.Entries {
		if e.Amount.IsNegative() {
			row("  Credit from "+e.ID, e.Amount)
		} else {
			row("  Granted as credit for later invoices", e.Amount)
		}
	}
	row("  Due", inv.Due)
	if !inv.Balance.IsZero() {
		row("  Credit balance afterwards", inv.Balance)
	}
	return b.String()
}
