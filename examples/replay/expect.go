package main

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
)

// expect compares the subscription with the expectation of an entry.
func (l *life) expect(i int) {
	x := l.Entries[i].Expect
	c := comparison{life: l, path: entryAt(i, "expect")}
	sub := l.now.Subscription
	if x.Status != nil {
		c.equal("status", statusOf(sub.Status), statusOf(*x.Status))
	}
	if x.Access != nil {
		c.equal("access", l.now.Access.String(), x.Access.String())
	}
	for j, m := range x.Members {
		got := l.checked.AccessOf(sub, lifecycle.Role{Role: m.Role, Selected: m.Selected})
		c.equal(fmt.Sprintf("members[%d].access", j), got.String(), m.Access.String())
	}
	if x.Next != nil {
		c.next(x.Next)
	}
	c.amounts(x)
	if x.Issued != nil {
		c.equal("issued", fmt.Sprint(len(l.now.Invoices)), fmt.Sprint(*x.Issued))
	}
	if x.Refused != nil && !x.Refused.met(l.refused) {
		got := "an applied event"
		switch {
		case l.skipped:
			got = "a skipped event"
		case l.refused != "":
			got = "refused: " + l.refused
		}
		l.fail(c.path+".refused", got, x.Refused.String())
	}
	if x.Skipped != nil {
		c.equal("skipped", fmt.Sprint(l.skipped), fmt.Sprint(*x.Skipped))
	}
	if x.Notices != nil {
		kindOf := func(n lifecycle.Notice) string { return n.Kind.String() }
		c.equal("notices", list(l.now.Notices[l.notices:], kindOf), list(x.Notices, lifecycle.NoticeKind.String))
	}
	if x.Effects != nil {
		kindOf := func(e lifecycle.Effect) string { return e.Kind.String() }
		c.equal("effects", list(l.now.Effects[l.effects:], kindOf), list(x.Effects, lifecycle.EffectKind.String))
	}
	l.notices, l.effects = len(l.now.Notices), len(l.now.Effects)
}

// comparison compares the fields at a path.
type comparison struct {
	*life
	path string
}

// equal adds a failure if two texts differ.
func (c *comparison) equal(field, got, want string) {
	if got != want {
		c.fail(c.path+"."+field, got, want)
	}
}

// number adds a failure if a number is not the expected one. A nil amount is not compared.
func (c *comparison) number(field string, got decimal.Decimal, want *amount) {
	if want != nil && !want.met(got) {
		c.fail(c.path+"."+field, c.money(got), want.String())
	}
}

// amounts compares the amounts of an expectation.
func (c *comparison) amounts(x *expectation) {
	c.number("credit_balance", c.now.Balance, x.CreditBalance)
	c.number("outstanding", c.now.Outstanding, x.Outstanding)
	c.number("billed", c.now.Billed, x.Billed)
	c.number("refunded", c.now.Refunded, x.Refunded)
}

// next compares the next deadline.
func (c *comparison) next(want *deadline) {
	got := c.now.Next
	is := got.Kind != 0
	met := is == (want.Kind != nil || want.At != nil)
	if is && met {
		met = (want.Kind == nil || *want.Kind == got.Kind) && (want.At == nil || want.At.Equal(got.At))
	}
	if met {
		return
	}
	have := "nothing"
	if is {
		have = got.Kind.String() + " at " + c.text(got.At)
	}
	var words []string
	if want.Kind != nil {
		words = append(words, want.Kind.String())
	}
	if want.At != nil {
		words = append(words, "at "+c.text(*want.At))
	}
	if len(words) == 0 {
		words = []string{"nothing"}
	}
	c.fail(c.path+".next", have, strings.Join(words, " "))
}

// documents compares the documents at the end of the scenario.
func (l *life) documents() {
	for i := range l.Invoices {
		want := &l.Invoices[i]
		c := comparison{life: l, path: fmt.Sprintf("invoices[%d]", i)}
		if want.Number > len(l.now.Invoices) {
			got := fmt.Sprintf("%d documents", len(l.now.Invoices))
			l.fail(c.path+".number", got, fmt.Sprintf("document %d", want.Number))
			continue
		}
		c.document(&l.now.Invoices[want.Number-1], want)
	}
}

// document compares one document.
func (c *comparison) document(got *invoice.Invoice, want *document) {
	if want.Kind != nil {
		c.equal("kind", string(kindOf(got)), string(*want.Kind))
	}
	c.number("total", got.Total, want.Total)
	c.number("amount_due", got.AmountDue, want.AmountDue)
	if want.Status != nil {
		c.equal("status", c.now.Receivable(got.ID).Phase.Status(), string(*want.Status))
	}
	if missing := unmatched(want.Lines, got.Lines); missing >= 0 {
		c.fail(fmt.Sprintf("%s.lines[%d]", c.path, missing), c.listed(got.Lines), c.wanted(&want.Lines[missing]))
	}
	if want.LinesOnly && len(got.Lines) > len(want.Lines) {
		lines := fmt.Sprintf("%d lines: %s", len(got.Lines), c.listed(got.Lines))
		c.fail(c.path+".lines", lines, fmt.Sprintf("%d lines", len(want.Lines)))
	}
}

// statusOf returns a status in words. A subscription before its first event is "not started".
func statusOf(s lifecycle.Status) string {
	if s == 0 {
		return "not started"
	}
	return s.String()
}

// list returns the names of some elements in brackets.
func list[T any](all []T, name func(T) string) string {
	var names []string
	for _, one := range all {
		names = append(names, name(one))
	}
	return "[" + strings.Join(names, ", ") + "]"
}
