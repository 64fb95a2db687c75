package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Timeline returns the steps as text, one line each: time, event or deadline, status, access and the invoices issued.
// A line below a refused event gives the reason. Times are in the customer's time zone.
//
//	2026-11-01 00:00:00  started            active         full          acme-1
//	2026-11-08 00:00:00  grace over acme-1  suspended      billing_only
func (o Outcome) Timeline() string {
	var text strings.Builder
	width := len("payment succeeded")
	for _, s := range o.Steps {
		width = max(width, utf8.RuneCountInString(s.String()))
	}
	for _, s := range o.Steps {
		at := s.At.In(o.Subscription.location()).Format("2006-01-02 15:04:05")
		issued := strings.Join(s.Issued, " ")
		line := fmt.Sprintf("%s  %-*s  %-13s  %-12s  %s", at, width, s, s.Status, s.Access, issued)
		text.WriteString(strings.TrimRight(line, " ") + "\n")
		if s.Refused != "" {
			text.WriteString(strings.Repeat(" ", len("2006-01-02 15:04:05")) + "  refused: " + printable(s.Refused) + "\n")
		}
	}
	return text.String()
}

// String returns the effect of the step: "2 seats added", "cancellation requested for 2026-05-01", "grace over acme-2".
// For a refused event it returns the request.
func (s Step) String() string {
	if s.Detail != "" {
		return printable(s.Detail)
	}
	suffix := ""
	if s.Skipped {
		suffix = " (a repeat)"
	}
	cause := s.Event.String()
	if s.Event == 0 {
		cause = s.Deadline.String()
	}
	if s.Deadline == ReminderDue {
		cause += " of " + s.Of.String()
	}
	cause = strings.ReplaceAll(cause, "_", " ")
	if s.Invoice != "" {
		cause += " " + s.Invoice
	}
	return printable(cause + suffix)
}

// printable replaces control characters and line breaks with spaces, so that a text stays on one line.
func printable(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return r < ' ' || slices.Contains([]rune{0x7f, 0x85, 0x2028, 0x2029}, r)
	}), " ")
}
