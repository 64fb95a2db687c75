package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// total is the sum of the documents in a currency, and of the payments to collect.
type total struct {
	Documents int64           `json:"documents"`
	Net       decimal.Decimal `json:"net"`
	Tax       decimal.Decimal `json:"tax"`
	Total     decimal.Decimal `json:"total"`
	AmountDue decimal.Decimal `json:"amount_due"`
	Payments  int64           `json:"payments"` // number of payments to collect
	ToCollect decimal.Decimal `json:"to_collect"`
}

// totals are the sums by currency.
type totals map[plans.Currency]total

// add adds the documents and the payments of an outcome.
func (t totals) add(out *lifecycle.Outcome) {
	for i := range out.Invoices {
		inv := &out.Invoices[i]
		sum := t[inv.Currency]
		sum.Documents++
		sum.Net = sum.Net.Add(inv.Net)
		sum.Tax = sum.Tax.Add(inv.Tax)
		sum.Total = sum.Total.Add(inv.Total)
		sum.AmountDue = sum.AmountDue.Add(inv.AmountDue)
		t[inv.Currency] = sum
	}
	for i := range out.Effects {
		if out.Effects[i].Kind == lifecycle.CollectPayment {
			currency := out.Subscription.Contract.Currency
			sum := t[currency]
			sum.Payments++
			sum.ToCollect = sum.ToCollect.Add(out.Effects[i].Amount)
			t[currency] = sum
		}
	}
}

// join adds other sums.
func (t totals) join(other totals) {
	for currency, more := range other {
		sum := t[currency]
		t[currency] = total{
			Documents: sum.Documents + more.Documents,
			Net:       sum.Net.Add(more.Net),
			Tax:       sum.Tax.Add(more.Tax),
			Total:     sum.Total.Add(more.Total),
			AmountDue: sum.AmountDue.Add(more.AmountDue),
			Payments:  sum.Payments + more.Payments,
			ToCollect: sum.ToCollect.Add(more.ToCollect),
		}
	}
}

// report prints the totals of a run.
func (s *state) report(out io.Writer) {
	fmt.Fprintf(out, "%d lines until %s, %d rejected\n\n", s.Lines, s.To.Format(time.RFC3339), s.Rejected)
	fmt.Fprintf(out, "%-9s%11s%18s%16s%18s%18s%11s%18s\n",
		"currency", "documents", "net", "tax", "total", "amount due", "payments", "to collect")
	for _, currency := range slices.Sorted(maps.Keys(s.Totals)) {
		places, err := currency.Places()
		if err != nil {
			places = 0 // the library bills no unknown currency
		}
		sum := s.Totals[currency]
		fmt.Fprintf(out, "%-9s%11d%18s%16s%18s%18s%11d%18s\n", currency, sum.Documents,
			sum.Net.StringFixed(places), sum.Tax.StringFixed(places), sum.Total.StringFixed(places),
			sum.AmountDue.StringFixed(places), sum.Payments, sum.ToCollect.StringFixed(places))
	}
}
