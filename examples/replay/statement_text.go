package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/lifecycle"
)

// text writes the statement for people.
func (s *statement) text(out io.Writer) error {
	if s.Refused != "" {
		_, err := fmt.Fprintf(out, "The order is refused\n%s", answer.Indented(s.Refused, "  "))
		return err
	}
	sub := s.Outcome.Subscription
	parts := []string{
		fmt.Sprintf("Statement of %s until %s, %s, %s: %s\n",
			oneLine(sub.ID), day(s.Until), s.Until.Location(), sub.Contract.Currency, statusOf(sub.Status)),
		"Timeline\n" + answer.Indented(orNone(s.Outcome.Timeline()), "  "),
		"Access\n" + answer.Indented(orNone(s.access()), "  "),
	}
	for _, inv := range s.Outcome.Invoices {
		parts = append(parts, inv.Text())
	}
	parts = append(parts,
		"To tell the customer\n"+answer.Indented(orNone(s.notices()), "  "),
		"To do\n"+answer.Indented(orNone(s.effects()), "  "),
		fmt.Sprintf("Credit left: %s %s\n%s", s.money(s.Balance), sub.Contract.Currency, s.next()),
	)
	if s.NextInvoice != nil {
		parts = append(parts, "If nothing else happens, the next invoice is\n\n"+s.NextInvoice.Text())
	}
	_, err := io.WriteString(out, strings.Join(parts, "\n"))
	return err
}

// access returns the access of the customer, a line for each stretch.
func (s *statement) access() string {
	var text strings.Builder
	for _, a := range s.Access {
		until := "and on"
		if !a.Until.IsZero() {
			until = "until " + day(a.Until.In(s.Until.Location()))
		}
		fmt.Fprintf(&text, "%-16s %-22s %s\n", day(a.From.In(s.Until.Location())), until, a.Access)
	}
	return text.String()
}

// notices returns the notices to the customer, grouped by kind.
func (s *statement) notices() string {
	var all groups
	for _, n := range s.Outcome.Notices {
		what := day(n.At.In(s.Until.Location()))
		if n.Invoice != "" {
			what = oneLine(n.Invoice) + " " + what
		}
		if !n.Of.IsZero() {
			what += preposition(n.Kind) + day(n.Of.In(s.Until.Location()))
		}
		all.add(n.Kind.String(), what)
	}
	return all.text()
}

// preposition leads from a notice to the instant that it announces.
func preposition(k lifecycle.NoticeKind) string {
	if k == lifecycle.NoticePaymentFailed || k == lifecycle.NoticeOverdue || k == lifecycle.NoticeGraceEnd {
		return ": pay before "
	}
	return ": it comes on "
}

// effects returns the effects, grouped by kind.
func (s *statement) effects() string {
	var all groups
	for _, e := range s.Outcome.Effects {
		what := oneLine(e.Invoice)
		if !e.Amount.IsZero() {
			what += " " + s.money(e.Amount)
		}
		all.add(e.Kind.String(), what)
	}
	return all.text()
}

// next returns the next deadline.
func (s *statement) next() string {
	if s.Next == nil {
		return "Next: nothing comes by itself\n"
	}
	what := strings.ReplaceAll(s.Next.Kind.String(), "_", " ")
	if s.Next.Ref != "" {
		what += " " + oneLine(s.Next.Ref)
	}
	return "Next: " + what + " on " + day(s.Next.At.In(s.Until.Location())) + "\n"
}

// money returns an amount with the places of the currency.
func (s *statement) money(d decimal.Decimal) string {
	places, err := s.Outcome.Subscription.Contract.Currency.Places()
	if err != nil {
		return d.String()
	}
	return d.StringFixed(places)
}

// groups lists things by kind, in the order in which each kind came first.
type groups struct {
	names []string
	lists map[string][]string
}

// add adds a thing.
func (g *groups) add(name, what string) {
	if g.lists == nil {
		g.lists = map[string][]string{}
	}
	if g.lists[name] == nil {
		g.names = append(g.names, name)
	}
	g.lists[name] = append(g.lists[name], what)
}

// text returns a paragraph for each.
func (g *groups) text() string {
	const (
		indent = "                 "
		joint  = "\x1f" // parts of one thing stay on one line
	)
	var text strings.Builder
	for _, name := range g.names {
		words := strings.ReplaceAll(strings.Join(g.lists[name], ",\n"), " ", joint)
		list := strings.TrimPrefix(answer.Wrapped(words, indent), indent)
		title := strings.ReplaceAll(name, "_", " ")
		fmt.Fprintf(&text, "%-*s%s\n", len(indent), title, strings.ReplaceAll(list, joint, " "))
	}
	return text.String()
}

// day returns an instant as a date, with the time of the day where that is not its first.
func day(t time.Time) string {
	switch {
	case t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0:
		return t.Format(time.DateOnly)
	case t.Second() == 0:
		return t.Format("2006-01-02 15:04")
	}
	return t.Format(time.DateTime)
}

// orNone returns a text, or that there is nothing.
func orNone(text string) string {
	if text == "" {
		return "nothing\n"
	}
	return text
}

// oneLine keeps a name on its line, also one with control characters.
func oneLine(name string) string {
	control := func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 }
	return strings.Join(strings.FieldsFunc(name, control), " ")
}
