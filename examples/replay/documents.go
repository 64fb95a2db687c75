package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// document is an expected invoice or credit note. A nil field is not compared.
type document struct {
	Number    int           `json:"number" jsonfault:"required"` // position among the issued documents, from 1
	Kind      *documentKind `json:"kind"`                        // invoice or credit note
	Total     *amount       `json:"total"`                       // gross total as issued; negative for a credit note
	AmountDue *amount       `json:"amount_due"`                  // amount due as issued
	Status    *status       `json:"status"`                      // status of the receivable at the end of the scenario
	Lines     []line        `json:"lines"`                       // lines that must all exist, in any order
	LinesOnly bool          `json:"lines_only"`                  // reports whether other lines are failures
}

// documentKind is the kind of a document.
type documentKind string

// The kinds of documents.
const (
	anInvoice   documentKind = "invoice"
	aCreditNote documentKind = "credit_note"
)

// UnmarshalText reads the kind of a document. Other text is an error.
func (k *documentKind) UnmarshalText(text []byte) error {
	switch kind := documentKind(text); kind {
	case anInvoice, aCreditNote:
		*k = kind
		return nil
	}
	return fmt.Errorf("must be one of %s, %s; got %.40q", anInvoice, aCreditNote, text)
}

// status is a payment status, as invoice.Phase.Status returns it.
type status string

// UnmarshalText reads a payment status. Other text is an error.
func (s *status) UnmarshalText(text []byte) error {
	all := []string{"draft", "open", "pending", "paid", "void", "uncollectible"}
	if !slices.Contains(all, string(text)) {
		return fmt.Errorf("must be one of %s; got %.40q", strings.Join(all, ", "), text)
	}
	*s = status(text)
	return nil
}

// kindOf returns the kind of a document.
func kindOf(inv *invoice.Invoice) documentKind {
	if inv.Corrects != "" {
		return aCreditNote
	}
	return anInvoice
}

// line is an expected line. A nil field is not compared.
type line struct {
	Kind     *plans.Kind `json:"kind"`     // kind of the charge
	Item     *string     `json:"item"`     // ID of the item
	Quantity *amount     `json:"quantity"` // quantity of the item
	Start    *time.Time  `json:"start"`    // start of the service period
	End      *time.Time  `json:"end"`      // end of the service period, exclusive
	Net      *amount     `json:"net"`      // net amount; negative for a credit
	Tax      *amount     `json:"tax"`      // sum of the line's taxes, whether or not its net includes them
}

// met reports whether a charge meets the expected line.
func (l *line) met(c *plans.Charge) bool {
	return (l.Kind == nil || *l.Kind == c.Kind) &&
		(l.Item == nil || *l.Item == c.Item) &&
		(l.Quantity == nil || l.Quantity.met(c.Quantity)) &&
		(l.Start == nil || l.Start.Equal(c.Span.Start)) &&
		(l.End == nil || l.End.Equal(c.Span.End)) &&
		(l.Net == nil || l.Net.met(c.Net)) &&
		(l.Tax == nil || l.Tax.met(taxOf(c)))
}

// taxOf returns the sum of the taxes of a charge.
func taxOf(c *plans.Charge) (sum decimal.Decimal) {
	for _, tax := range c.Taxes {
		sum = sum.Add(tax.Amount)
	}
	return sum
}

// unmatched returns the index of the first expected line without a charge of its own, or -1 if each line has one. It
// revises earlier matches if that frees a charge for a later line.
func unmatched(lines []line, charges []plans.Charge) int {
	m := matching{lines: lines, charges: charges, lineOf: make([]int, len(charges))}
	for i := range m.lineOf {
		m.lineOf[i] = free
	}
	for i := range lines {
		m.tried = make([]bool, len(charges))
		if !m.match(i) {
			return i
		}
	}
	return -1
}

// matching matches each line with a charge of its own.
type matching struct {
	lines   []line
	charges []plans.Charge
	lineOf  []int  // index of the line matched with each charge, or free
	tried   []bool // charges already tried for the current line
}

const free = -1

// match finds a charge for a line. It moves other lines to other charges if that frees one.
func (m *matching) match(line int) bool {
	for i := range m.charges {
		if m.tried[i] || !m.lines[line].met(&m.charges[i]) {
			continue
		}
		m.tried[i] = true
		if m.lineOf[i] == free || m.match(m.lineOf[i]) {
			m.lineOf[i] = line
			return true
		}
	}
	return false
}

// wanted describes the expected line in words.
func (in *input) wanted(l *line) string {
	var words []string
	add := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	if l.Kind != nil {
		add("kind %s", *l.Kind)
	}
	if l.Item != nil {
		add("item %s", *l.Item)
	}
	if l.Quantity != nil {
		add("quantity %s", l.Quantity)
	}
	if l.Start != nil {
		add("from %s", in.text(*l.Start))
	}
	if l.End != nil {
		add("until %s", in.text(*l.End))
	}
	if l.Net != nil {
		add("net %s", l.Net)
	}
	if l.Tax != nil {
		add("tax %s", l.Tax)
	}
	return "a line with " + strings.Join(words, ", ")
}

// listed describes the lines of a document in words.
func (in *input) listed(charges []plans.Charge) string {
	var all []string
	for i := range charges {
		c := &charges[i]
		all = append(all, fmt.Sprintf("kind %s, item %s, quantity %s, from %s, until %s, net %s, tax %s",
			c.Kind, c.Item, c.Quantity, in.text(c.Span.Start), in.text(c.Span.End), plain(c.Net), plain(taxOf(c))))
	}
	if len(all) == 0 {
		return "no lines"
	}
	return strings.Join(all, "; ")
}

// text returns an instant as local time in the zone of the scenario.
func (in *input) text(t time.Time) string {
	if t.IsZero() {
		return "no time"
	}
	return localText(t.In(in.location))
}
