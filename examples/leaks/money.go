package main

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
)

// money is the money that really moved, as the bank of the customer sees it.
type money struct {
	payments []payment
	paid     decimal.Decimal // received, less the money that went back
	surplus  decimal.Decimal // part that went back and that paid no document: a surplus, or a balance
	granted  decimal.Decimal // credit that the seller gave
}

// payment is a payment of an invoice.
type payment struct {
	invoice, id string
	left        decimal.Decimal // amount that did not go back
	disputed    decimal.Decimal // amount of its dispute
	taken       bool            // the bank took it back, if only for some time
}

// pay pays an amount of an invoice.
func (l *life) pay(id string, amount decimal.Decimal) error {
	p := payment{invoice: id, id: "payment-" + strconv.Itoa(len(l.money.payments)+1), left: amount}
	l.money.payments = append(slices.Clip(l.money.payments), p)
	l.money.paid = l.money.paid.Add(amount)
	return l.apply(lifecycle.Event{
		At: l.sub.At, Kind: lifecycle.PaymentSucceeded,
		Payment: lifecycle.Payment{Invoice: id, ID: p.id, Amount: amount},
	})
}

// refund returns the money of an effect: that of the invoices that its document credits, and then of the others.
func (l *life) refund(e lifecycle.Effect) {
	doc := l.document(e.Invoice)
	if e.Invoice == "" { // a balance, whichever payment it came from
		l.money.paid, l.money.surplus = l.money.paid.Sub(e.Amount), l.money.surplus.Add(e.Amount)
		return
	}
	if doc == nil || !doc.Refund.IsPositive() {
		l.money.surplus = l.money.surplus.Add(e.Amount)
	}
	l.goesBack(e.Amount, append(corrected(doc), e.Invoice))
}

// goesBack notes that money went back: of the payments of some invoices, and then of the others, newest first.
func (l *life) goesBack(amount decimal.Decimal, first []string) {
	l.money.paid = l.money.paid.Sub(amount)
	l.money.payments = slices.Clone(l.money.payments)
	for _, own := range []bool{true, false} {
		for i := len(l.money.payments) - 1; i >= 0; i-- {
			p := &l.money.payments[i]
			if slices.Contains(first, p.invoice) == own {
				part := decimal.Min(p.left, amount)
				p.left, amount = p.left.Sub(part), amount.Sub(part)
			}
		}
	}
}

// corrected returns the invoices whose lines a document credits.
func corrected(doc *invoice.Invoice) (ids []string) {
	if doc == nil {
		return nil
	}
	for i := range doc.Lines {
		if of := doc.Lines[i].Corrects; of != "" {
			ids = append(ids, lineid.Invoice(of))
		}
	}
	return ids
}

// void returns the documents that are void, and the credit notes of void invoices.
func (l *life) void() map[string]bool {
	void := map[string]bool{}
	for i := range l.all {
		void[l.all[i].Invoice] = l.all[i].Phase == invoice.PhaseVoid
	}
	for i := range l.issued {
		if doc := &l.issued[i]; void[doc.Corrects] {
			void[doc.ID] = true
		}
	}
	return void
}

// fault returns a fault of the books of the money in words, and "" if there is none: nobody gets more back than was
// paid; documents are paid by money, by credit or not yet; the receivables have the money that really moved; and no
// charge is credited beyond its amount.
func (l *life) fault(balance decimal.Decimal) string {
	void := l.void()
	var documents, open, booked decimal.Decimal
	for i := range l.issued {
		if !void[l.issued[i].ID] {
			documents = documents.Add(l.issued[i].Total)
		}
	}
	for i := range l.all {
		r := &l.all[i]
		booked = booked.Add(r.Received()).Add(surplus(r))
		if !void[r.Invoice] {
			open = open.Add(r.Outstanding())
		}
	}
	m := &l.money
	switch {
	case m.paid.IsNegative():
		return m.paid.Neg().StringFixed(2) + " more money back than was paid"
	case !documents.Add(balance).Equal(m.paid.Add(m.granted).Add(open)):
		return "documents of " + documents.StringFixed(2) + " and a balance of " + balance.StringFixed(2) + ", of which " +
			m.paid.Add(m.granted).StringFixed(2) + " was paid or given and " + open.StringFixed(2) + " is open"
	case !booked.Equal(m.paid.Add(m.surplus)):
		return booked.StringFixed(2) + " booked as received, where " + m.paid.Add(m.surplus).StringFixed(2) + " was paid"
	}
	return l.creditedBeyond(void)
}

// surplus returns the money of a receivable that it did not need.
func surplus(r *invoice.Receivable) (sum decimal.Decimal) {
	for _, e := range r.Events {
		if e.Kind == invoice.Surplus {
			sum = sum.Add(e.Amount)
		}
		if e.Kind == invoice.Disputed || e.Kind == invoice.Reversed {
			sum = sum.Sub(e.Surplus)
		}
	}
	return sum
}

// creditedBeyond returns a charge that documents credit beyond its amount, in words, or "".
func (l *life) creditedBeyond(void map[string]bool) string {
	left := map[string]decimal.Decimal{}
	for i := range l.issued {
		doc := &l.issued[i]
		for k := range doc.Lines {
			c := &doc.Lines[k]
			if void[doc.ID] {
				continue
			}
			of := cmp.Or(c.Corrects, c.ID)
			left[of] = left[of].Add(c.Net)
			if c.Corrects != "" && left[of].IsNegative() && !void[lineid.Invoice(of)] {
				return left[of].Neg().StringFixed(2) + " more credited of charge " + of + " than was billed"
			}
		}
	}
	return ""
}

// uncredited returns the amount of an invoice that no document credits.
func (l *life) uncredited(id string) (sum decimal.Decimal) {
	void := l.void()
	for i := range l.issued {
		for _, c := range l.issued[i].Lines {
			if lineid.Invoice(cmp.Or(c.Corrects, c.ID)) == id && !void[l.issued[i].ID] {
				sum = sum.Add(c.Total())
			}
		}
	}
	for i := range l.sub.UnbilledCharges {
		if c := &l.sub.UnbilledCharges[i]; c.Corrects != "" && lineid.Invoice(c.Corrects) == id {
			sum = sum.Add(c.Total())
		}
	}
	return sum
}
