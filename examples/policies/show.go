package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
)

// line prints a row of the table: a label and one cell per column.
func line(out io.Writer, label string, cells []string) {
	var text strings.Builder
	fmt.Fprintf(&text, "  %-22s", label)
	for _, cell := range cells {
		fmt.Fprintf(&text, "%13s", cell)
	}
	fmt.Fprintln(out, strings.TrimRight(text.String(), " "))
}

// cells returns one cell per column.
func cells(columns []column, of func(*column) string) (all []string) {
	for i := range columns {
		all = append(all, of(&columns[i]))
	}
	return all
}

// show prints the columns side by side.
func show(out io.Writer, y *year, columns []column) {
	zone := columns[0].sub.Contract.Cycle.Location
	line(out, "Status and access", cells(columns, func(c *column) string { return c.name }))
	for i, l := range y.Looks {
		fmt.Fprintf(out, "\n  %s  %s\n", l.At.In(zone).Format("2006-01-02 15:04"), l.Why)
		line(out, "  status", cells(columns, func(c *column) string { return c.status[i].String() }))
		line(out, "  access", cells(columns, func(c *column) string { return c.access[i].String() }))
	}
	fmt.Fprintln(out)
	line(out, "Invoiced, net", cells(columns, func(c *column) string { return c.name }))
	for _, date := range dates(columns, zone) {
		line(out, date, cells(columns, func(c *column) string { return amount(c, date, zone) }))
	}
	sum := func(of func(*invoice.Invoice, invoice.Receivable) decimal.Decimal) []string {
		return cells(columns, func(c *column) string {
			var total decimal.Decimal
			for i := range c.invoices {
				total = total.Add(of(&c.invoices[i], c.payments.Of(&c.invoices[i])))
			}
			return total.StringFixed(2)
		})
	}
	fmt.Fprintln(out)
	line(out, "Totals of the year", cells(columns, func(c *column) string { return c.name }))
	line(out, "invoiced, net", sum(func(inv *invoice.Invoice, r invoice.Receivable) decimal.Decimal {
		if r.Phase == invoice.PhaseVoid {
			return decimal.Decimal{}
		}
		return inv.Total
	}))
	line(out, "paid", sum(func(_ *invoice.Invoice, r invoice.Receivable) decimal.Decimal { return r.Received() }))
	line(out, "outstanding", sum(func(_ *invoice.Invoice, r invoice.Receivable) decimal.Decimal {
		return r.Outstanding()
	}))
	line(out, "credit granted", sum(func(inv *invoice.Invoice, _ invoice.Receivable) decimal.Decimal {
		return granted(inv)
	}))
	line(out, "credit balance", cells(columns, balance))
	effects := func(kind lifecycle.EffectKind) []string {
		return cells(columns, func(c *column) string { return fmt.Sprint(c.effects[kind]) })
	}
	line(out, "refunds", effects(lifecycle.Refund))
	line(out, "payment attempts", effects(lifecycle.CollectPayment))
	line(out, "invoices sent", effects(lifecycle.Send))
	line(out, "declined payments", cells(columns, func(c *column) string { return fmt.Sprint(c.declined) }))
	for kind := lifecycle.NoticeRenewal; kind <= lifecycle.NoticeAccessLost; kind++ {
		told := cells(columns, func(c *column) string { return fmt.Sprint(c.notices[kind]) })
		if slices.ContainsFunc(told, func(s string) bool { return s != "0" }) {
			line(out, "notice: "+strings.ReplaceAll(kind.String(), "_", " "), told)
		}
	}
	for _, c := range columns {
		for _, refused := range c.refused {
			fmt.Fprintf(out, "\n  %s, %s\n", c.name, refused)
		}
	}
}

// dates returns the days with at least one invoice under any policy.
func dates(columns []column, zone *time.Location) (all []string) {
	for i := range columns {
		for _, inv := range columns[i].invoices {
			all = append(all, inv.IssuedAt.In(zone).Format(time.DateOnly))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// amount returns the amount due on the invoices of a day, less the credit that they grant. It is negative if the
// credit is larger.
func amount(c *column, date string, zone *time.Location) string {
	found, void := false, false
	var sum decimal.Decimal
	for i := range c.invoices {
		inv := &c.invoices[i]
		if inv.IssuedAt.In(zone).Format(time.DateOnly) != date {
			continue
		}
		if c.payments.Of(inv).Phase == invoice.PhaseVoid {
			void = true
			continue
		}
		found = true
		sum = sum.Add(inv.AmountDue).Sub(granted(inv))
	}
	switch {
	case found:
		return sum.StringFixed(2)
	case void:
		return "void"
	}
	return "-"
}

// granted returns the credit that an invoice grants for later invoices.
func granted(inv *invoice.Invoice) (sum decimal.Decimal) {
	for _, e := range inv.LedgerEntries {
		if e.Kind == credits.Granted {
			sum = sum.Add(e.Amount)
		}
	}
	return sum
}

// balance returns the customer's credit balance at the end.
func balance(c *column) string {
	left, err := credits.Balance(c.sub.Ledger, c.sub.Contract.Currency, c.sub.At)
	if err != nil {
		return err.Error()
	}
	return left.StringFixed(2)
}
