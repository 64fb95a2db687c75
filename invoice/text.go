package invoice

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/plans"
)

// textWidth is how wide Text writes, so that an amount ends there.
const textWidth = 78

// Text returns the invoice as plain text of at most 78 columns: each line with its amount and, below it, how it was computed; the totals,
// each tax, the credit that pays, what is due, and what happened since. Amounts have the places of the currency.
func (inv Invoice) Text() string {
	p := printer{inv: &inv}
	title := "Invoice "
	if inv.Corrects != "" {
		title = "Credit note "
	}
	head := title + inv.ID
	if inv.Corrects != "" {
		head += " for " + inv.Corrects
	}
	p.wrap("", head+", "+p.date(inv.IssuedAt)+", "+string(inv.Currency)+", "+inv.Status.String())
	for _, to := range append([]string{inv.Contact.Name, inv.Contact.Email, inv.Contact.TaxID}, inv.Contact.Address...) {
		if to != "" {
			p.wrap("  ", to)
		}
	}
	for _, c := range inv.Lines {
		p.line(&c)
	}
	p.totals()
	for i, part := range inv.Installments {
		p.row(fmt.Sprintf("  Part %d of %d, due %s", i+1, len(inv.Installments), p.date(part.At)), part.Amount)
	}
	for _, e := range inv.Events {
		text := "  " + e.Kind.String() + ", " + p.date(e.At)
		if e.ID != "" {
			text += ", " + e.ID
		}
		if e.Amount.IsZero() {
			p.wrap("  ", text)
		} else {
			p.row(text, e.Amount)
		}
	}
	if len(inv.Events) > 0 {
		p.row("  Outstanding", inv.Outstanding())
	}
	return p.out.String()
}

// printer writes an invoice.
type printer struct {
	inv *Invoice
	out strings.Builder
}

// line writes a line with its amount, how it was computed, and its taxes.
func (p *printer) line(c *plans.Charge) {
	text := "  " + c.Kind.String()
	if c.Plan != "" {
		text = "  " + c.Plan + ", " + c.Kind.String()
	}
	if !c.Span.Start.IsZero() || !c.Span.End.IsZero() {
		text += ", " + p.date(c.Span.Start) + " until " + p.date(c.Span.End)
	}
	p.row(text, c.Net)
	p.wrap("    ", c.Explain())
	for _, t := range c.Taxes {
		in := " of"
		if t.Included {
			in = " included in"
		}
		p.wrap("    ", t.Name+" "+exact.Text(t.Percent, 0)+" %"+in+" "+p.money(taxed(c))+" = "+p.money(t.Amount))
	}
}

// taxed returns what of a line is taxed.
func taxed(c *plans.Charge) decimal.Decimal {
	if !exact.Sensible(c.Net) || !exact.Sensible(c.Untaxed) {
		return c.Net
	}
	return c.Net.Sub(c.Untaxed)
}

// totals writes what the lines come to, and what becomes of it.
func (p *printer) totals() {
	inv := p.inv
	if !inv.Discount.IsZero() {
		p.row("  Subtotal", inv.Subtotal)
		p.row("  Discounts", inv.Discount.Neg())
	}
	if len(inv.Taxes) > 0 || !inv.Discount.IsZero() {
		p.row("  Net", inv.Net)
	}
	for _, t := range inv.Taxes {
		in := " of "
		if t.Included {
			in = " included in "
		}
		p.row("  "+t.Name+" "+exact.Text(t.Percent, 0)+" %"+in+p.money(t.Of), t.Amount)
	}
	if len(inv.Taxes) > 0 {
		p.row("  Total", inv.Total)
	}
	for _, e := range inv.LedgerEntries {
		if e.Kind == credits.Granted {
			p.row("  Granted as credit for later invoices", e.Amount)
		} else {
			p.row("  Credit from "+e.ID, e.Amount)
		}
	}
	if inv.AppliedToInvoice.IsPositive() {
		p.row("  Taken off what is due on "+inv.Corrects, inv.AppliedToInvoice)
	}
	if inv.Refund.IsPositive() {
		p.row("  Paid back", inv.Refund)
	}
	due := "  Due"
	if !inv.DueAt.IsZero() {
		due += " by " + p.date(inv.DueAt)
	}
	p.row(due, inv.AmountDue)
	if !inv.CreditBalance.IsZero() {
		p.row("  Credit balance afterwards", inv.CreditBalance)
	}
}

// row writes a text with an amount at the end; a long text goes on in the lines below, and the amount stands in the last one.
func (p *printer) row(text string, amount decimal.Decimal) {
	number := p.money(amount)
	if len(number) > textWidth/4*3 { // made by hand: no sum of amounts is as long
		number = "beyond the limits"
	}
	indent := "  "
	room := textWidth - len(indent) - len(number) - 1
	rows := wrapped(text, room, room-2)
	for i, r := range rows {
		if i == len(rows)-1 {
			gap := textWidth - len(indent) - utf8.RuneCountInString(r) - len(number)
			fmt.Fprintf(&p.out, "%s%s%s%s\n", indent, r, strings.Repeat(" ", max(gap, 1)), number)
			return
		}
		fmt.Fprintf(&p.out, "%s%s\n", indent, r)
		if i == 0 {
			indent += "  "
		}
	}
}

// wrap writes a text, which goes on in the lines below where it is long.
func (p *printer) wrap(indent, text string) {
	for i, r := range wrapped(text, textWidth-len(indent), textWidth-len(indent)-2) {
		if r == "" {
			return // nothing of it is printed
		}
		if i == 1 {
			indent += "  "
		}
		fmt.Fprintf(&p.out, "%s%s\n", indent, r)
	}
}

// wrapped splits a text into rows of at most so many characters, the first one and the others, at spaces where there are some. What is not
// printed, such as a line break in an ID, becomes a space.
func wrapped(text string, first, rest int) []string {
	words := strings.FieldsFunc(string([]rune(text)), func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
	var rows []string
	row, width := "", first
	for len(words) > 0 {
		word := words[0]
		switch room := width - utf8.RuneCountInString(row); {
		case row == "" && utf8.RuneCountInString(word) > width:
			runes := []rune(word)
			rows, words[0], width = append(rows, string(runes[:width])), string(runes[width:]), rest
		case row == "":
			row, words = word, words[1:]
		case utf8.RuneCountInString(word) < room:
			row, words = row+" "+word, words[1:]
		default:
			rows, row, width = append(rows, row), "", rest
		}
	}
	return append(rows, row)
}

// money writes an amount with the places of the currency.
func (p *printer) money(amount decimal.Decimal) string {
	places, err := p.inv.Currency.Places()
	if err != nil {
		places = 2
	}
	return exact.Text(amount, places)
}

// date writes the date of an instant on the calendar of the invoice.
func (p *printer) date(t time.Time) string {
	if p.inv.Location != nil {
		t = t.In(p.inv.Location)
	}
	return date(t)
}

// date writes the date of an instant.
func date(t time.Time) string { return t.Format(time.DateOnly) }
