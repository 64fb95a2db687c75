package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Timeline returns what happened as text, a line for each step: when, what, where it led, what can be reached, and which invoices it issued.
// Instants are on the customer's calendar.
//
//	2026-11-01 00:00:00  started                     active      full          acme-1
//	2026-11-01 00:00:00  grace over acme-1           suspended   billing_only
func (o Outcome) Timeline() string {
	var text strings.Builder
	width := len("payment succeeded")
	for _, s := range o.Steps {
		width = max(width, utf8.RuneCountInString(s.What()))
	}
	for _, s := range o.Steps {
		line := fmt.Sprintf("%s  %-*s  %-13s  %-12s  %s", s.At.In(o.Subscription.location()).Format("2006-01-02 15:04:05"), width, s.What(), s.Status, s.Access, strings.Join(s.Issued, " "))
		text.WriteString(strings.TrimRight(line, " ") + "\n")
		if s.Refused != "" {
			text.WriteString(strings.Repeat(" ", len("2006-01-02 15:04:05")) + "  refused: " + printable(s.Refused) + "\n")
		}
	}
	return text.String()
}

// What returns what the step was in words: "seats added", "grace over acme-2".
func (s Step) What() string {
	what := s.Event.String()
	if s.Event == 0 {
		what = s.Deadline.String()
	}
	what = strings.ReplaceAll(what, "_", " ")
	if s.Deadline == ReminderDue {
		of, which, _ := strings.Cut(s.Ref, "-") // "grace_end-2 acme-7" is the second reminder of the policy
		_, invoice, _ := strings.Cut(which, " ")
		return printable(strings.TrimSpace("reminder of " + strings.ReplaceAll(of, "_", " ") + " " + invoice))
	}
	if s.Ref != "" && !strings.HasPrefix(s.Ref, "event-") {
		what += " " + s.Ref
	}
	return printable(what)
}

// printable keeps text on its line, whatever a name holds.
func printable(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r < ' ' || slices.Contains([]rune{0x7f, 0x85, 0x2028, 0x2029}, r) }), " ")
}
