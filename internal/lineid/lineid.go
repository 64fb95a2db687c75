// Package lineid makes and reads the ID of an invoice line: the ID of its invoice, a slash, and its number from 1 on.
package lineid

import (
	"strconv"
	"strings"
)

// Of returns the ID of line i, counted from 0, of an invoice.
func Of(invoice string, i int) string { return invoice + "/" + strconv.Itoa(i+1) }

// Invoice returns the ID of the invoice that a line belongs to, or "" if the ID names no invoice.
func Invoice(line string) string { return line[:max(strings.LastIndex(line, "/"), 0)] }
