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

// textWidth is the width of the text in columns; amounts are right-aligned to it.
const textWidth = 78

// Text returns the invoice as plain text of at most 78 columns: each line with its amount and its calculation below it,
// the totals, each tax, the credit applied, the amount due and the installments. Amounts have the decimal places of the
// currency.
func (inv Invoice) Text() string {
	p := printer{inv: &inv}
	title := "Invoice "
	switch {
	case inv.Corrects != "" && inv.Draft:
		title = "Draft credit note "
	case inv.Corrects != "":
		title = "Credit note "
	case inv.Draft:
		title = "Draft invoice "
	}
	head := title + numbered(inv.Number, inv.ID)
	if inv.Corrects != "" {
		head += " for invoice " + numbered(inv.CorrectsNumber, inv.Corrects)
	}
	p.wrap("", head+", "+p.date(inv.IssuedAt)+", "+string(inv.Currency))
	if from := inv.Policy.Seller.rows(); len(from) > 0 {
		p.wrap("  ", "From "+strings.Join(from, ", "))
	}
	for _, to := range inv.Contact.rows() {
		p.wrap("  ", to)
	}
	for _, c := range inv.Lines {
		p.line(&c)
	}
	p.totals()
	for i, part := range inv.Installments {
		p.row(fmt.Sprintf("  Installment %d of %d, due %s", i+1, len(inv.Installments), p.date(part.At)), part.Amount)
	}
	return p.out.String()
}

// numbered returns the number of a document with its ID, or the ID of one without a number.
func numbered(number, id string) string {
	if number == "" {
		return id
	}
	return number + " (" + id + ")"
}

// rows returns the texts of a contact.
func (c *Contact) rows() (rows []string) {
	for _, text := range append([]string{c.Name, c.Email, c.TaxID}, c.Address...) {
		if text != "" {
			rows = append(rows, text)
		}
	}
	if c.Reference != "" {
		rows = append(rows, "Reference "+c.Reference)
	}
	return rows
}

// printer writes an invoice as text.
type printer struct {
	inv *Invoice
	out strings.Builder
}

// line writes a line with its amount, its calculation and its taxes.
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
		p.wrap("    ", taxName(t.Name, t.Percent, t.Amount)+in+" "+p.money(taxed(c))+" = "+p.money(t.Amount))
	}
}

// taxed returns the taxable part of the net of a line.
func taxed(c *plans.Charge) decimal.Decimal {
	if !exact.Sensible(c.Net) || !exact.Sensible(c.Untaxed) {
		return c.Net
	}
	return exact.Minus(c.Net, c.Untaxed)
}

// taxName returns the name of a tax with its percentage. A tax engine may give an amount without one.
func taxName(name string, percent, amount decimal.Decimal) string {
	if percent.IsZero() && !amount.IsZero() {
		return name
	}
	return name + " " + exact.Text(percent, 0) + " %"
}

// totals writes the totals, the taxes, the credit applied or granted, the refund and the amount due.
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
		p.row("  "+taxName(t.Name, t.Percent, t.Amount)+in+p.money(t.Of), t.Amount)
	}
	if len(inv.Taxes) > 0 {
		p.row("  Total", inv.Total)
	}
	for _, e := range inv.LedgerEntries {
		if e.Kind == credits.Granted {
			p.row("  Credit granted", e.Amount)
		} else {
			p.row("  Credit applied ("+e.ID+")", e.Amount)
		}
	}
	if inv.AppliedToInvoice.IsPositive() {
		p.row("  Applied to invoice "+inv.Corrects, inv.AppliedToInvoice)
	}
	if inv.Refund.IsPositive() {
		p.row("  Refunded", inv.Refund)
	}
	due := "  Amount due"
	if !inv.DueAt.IsZero() {
		due += " by " + p.date(inv.DueAt)
	}
	p.row(due, inv.AmountDue)
	if !inv.CreditBalance.IsZero() {
		p.row("  Credit balance", inv.CreditBalance)
	}
}

// row writes a text with a right-aligned amount. A long text is wrapped, and the amount is in its last row.
func (p *printer) row(text string, amount decimal.Decimal) {
	number := p.money(amount)
	if len(number) > textWidth/4*3 { // longer than any sum of valid amounts
		number = "out of range"
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

// wrap writes a text and indents its continuation rows.
func (p *printer) wrap(indent, text string) {
	for i, r := range wrapped(text, textWidth-len(indent), textWidth-len(indent)-2) {
		if r == "" {
			return // the text has no printable characters
		}
		if i == 1 {
			indent += "  "
		}
		fmt.Fprintf(&p.out, "%s%s\n", indent, r)
	}
}

// wrapped splits a text into rows of at most the given numbers of characters, one for the first row and one for the
// rest, at spaces if possible. Characters that cannot be printed, such as line breaks in an ID, become spaces.
func wrapped(text string, first, rest int) []string {
	words := strings.FieldsFunc(string([]rune(text)), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	})
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

// money formats an amount with the decimal places of the currency.
func (p *printer) money(amount decimal.Decimal) string {
	places, err := p.inv.Currency.Places()
	if err != nil {
		places = 2
	}
	return exact.Text(amount, places)
}

// date formats the date of an instant in the time zone of the invoice.
func (p *printer) date(t time.Time) string {
	if p.inv.Location != nil {
		t = t.In(p.inv.Location)
	}
	return t.Format(time.DateOnly)
}
