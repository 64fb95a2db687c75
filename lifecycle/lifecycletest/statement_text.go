package lifecycletest

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/wrap"
	"github.com/billingrules/billing/lifecycle"
)

// Text returns the statement for people: the timeline, the access over time, each document with every amount explained
// and with its payments, the notices and effects by kind, the credit balance and the next deadline. Dates are in the
// customer's time zone.
func (s Statement) Text() string {
	sub := &s.Subscription
	status := "not started"
	if sub.Status != 0 {
		status = sub.Status.String()
	}
	parts := []string{
		fmt.Sprintf("Statement of %s until %s, %s, %s: %s\n",
			oneLine(sub.ID), day(s.At), s.At.Location(), sub.Contract.Currency, status),
		"Timeline\n" + wrap.Indent(orNone(s.Timeline()), "  "),
		"Access\n" + wrap.Indent(orNone(s.access()), "  "),
	}
	for i := range s.Invoices {
		inv := &s.Invoices[i]
		parts = append(parts, inv.Text()+s.Receivable(inv.ID).Text(s.At.Location()))
	}
	parts = append(parts,
		"Notices\n"+wrap.Indent(orNone(s.notices()), "  "),
		"Effects\n"+wrap.Indent(orNone(s.effects()), "  "),
		fmt.Sprintf("Credit balance: %s %s\n%s", s.money(s.Balance), sub.Contract.Currency, s.next()),
	)
	return strings.Join(parts, "\n")
}

// access returns the access of the customer, one line per stretch.
func (s *Statement) access() string {
	var text strings.Builder
	for _, a := range s.AccessSpans {
		until := "onward"
		if !a.Until.IsZero() {
			until = "until " + day(a.Until.In(s.At.Location()))
		}
		fmt.Fprintf(&text, "%-16s %-22s %s\n", day(a.From.In(s.At.Location())), until, a.Access)
	}
	return text.String()
}

// notices returns the notices to the customer, grouped by kind.
func (s *Statement) notices() string {
	var all groups
	for _, n := range s.Notices {
		text := day(n.At.In(s.At.Location()))
		if n.Invoice != "" {
			text = oneLine(n.Invoice) + " " + text
		}
		if !n.Of.IsZero() {
			text += preposition(n.Kind) + day(n.Of.In(s.At.Location()))
		}
		all.add(n.Kind.String(), text)
	}
	return all.text()
}

// preposition returns the words between a notice and the date that it announces.
func preposition(k lifecycle.NoticeKind) string {
	if k == lifecycle.NoticePaymentFailed || k == lifecycle.NoticePaymentDisputed || k == lifecycle.NoticeOverdue ||
		k == lifecycle.NoticeGraceEnd {
		return ": pay before "
	}
	return ": effective on "
}

// effects returns the effects, grouped by kind.
func (s *Statement) effects() string {
	var all groups
	for _, e := range s.Effects {
		text := oneLine(e.Invoice)
		if !e.Amount.IsZero() {
			text += " " + s.money(e.Amount)
		}
		all.add(e.Kind.String(), text)
	}
	return all.text()
}

// next returns the next deadline.
func (s *Statement) next() string {
	if s.Next.Kind == 0 {
		return "Next deadline: none\n"
	}
	next := lifecycle.Step{Deadline: s.Next.Kind, Invoice: s.Next.Invoice, Of: s.Next.Of}
	return "Next deadline: " + next.String() + " on " + day(s.Next.At.In(s.At.Location())) + "\n"
}

// money returns an amount with the decimal places of the currency.
func (s *Statement) money(d decimal.Decimal) string {
	places, err := s.Subscription.Contract.Currency.Places()
	if err != nil {
		return d.String()
	}
	return d.StringFixed(places)
}

// groups lists notices or effects by kind. The kinds are in order of their first occurrence.
type groups struct {
	names []string
	lists map[string][]string
}

// add adds a notice or an effect to the list of its kind.
func (g *groups) add(name, text string) {
	if g.lists == nil {
		g.lists = map[string][]string{}
	}
	if g.lists[name] == nil {
		g.names = append(g.names, name)
	}
	g.lists[name] = append(g.lists[name], text)
}

// text returns one paragraph per kind.
func (g *groups) text() string {
	const (
		indent = "                 "
		joint  = "\x1f" // keeps the parts of one notice or effect on one line
	)
	var text strings.Builder
	for _, name := range g.names {
		words := strings.ReplaceAll(strings.Join(g.lists[name], ",\n"), " ", joint)
		list := strings.TrimPrefix(wrap.Text(words, indent), indent)
		title := strings.ReplaceAll(name, "_", " ")
		fmt.Fprintf(&text, "%-*s%s\n", len(indent), title, strings.ReplaceAll(list, joint, " "))
	}
	return text.String()
}

// day returns an instant as a date, followed by the time of day unless it is midnight.
func day(t time.Time) string {
	switch {
	case t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0:
		return t.Format(time.DateOnly)
	case t.Second() == 0:
		return t.Format("2006-01-02 15:04")
	}
	return t.Format(time.DateTime)
}

// orNone returns a text, or "none" if it is empty.
func orNone(text string) string {
	if text == "" {
		return "none\n"
	}
	return text
}

// oneLine replaces control characters and line breaks in a name by spaces.
func oneLine(name string) string {
	control := func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 }
	return strings.Join(strings.FieldsFunc(name, control), " ")
}
