package main

import (
	"cmp"
	"errors"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// payOne returns a move that pays the open invoice with the least amount.
func payOne() move { return move{name: "pay the cheapest", do: payCheapest} }

// payCheapest pays the open invoice with the least amount.
func payCheapest(l *life) error {
	var least *invoice.Receivable
	for i := range l.sub.Receivables {
		r := &l.sub.Receivables[i]
		if r.Owing() && (least == nil || r.Outstanding().LessThan(least.Outstanding())) {
			least = r
		}
	}
	if least == nil || !least.Outstanding().IsPositive() {
		return errNothing
	}
	return l.pay(least.Invoice, least.Outstanding())
}

// payPart returns a move that pays 10.00 of the last open invoice.
func payPart() move {
	ten := decimal.NewFromInt(10)
	return move{name: "pay 10.00", do: func(l *life) error {
		for _, r := range slices.Backward(l.sub.Receivables) {
			if r.Owing() && r.Outstanding().GreaterThan(ten) {
				return l.pay(r.Invoice, ten)
			}
		}
		return errNothing
	}}
}

// payAgain pays the last invoice on which nothing is open once more.
func payAgain(l *life) error {
	for _, r := range slices.Backward(l.sub.Receivables) {
		if !r.Owing() && r.AmountDue.IsPositive() {
			return l.pay(r.Invoice, r.AmountDue)
		}
	}
	return errNothing
}

// takeBack returns a move by which the bank takes a payment back: the first one, or the last.
func takeBack(name string, kind lifecycle.EventKind, first bool) move {
	return move{name: name, do: func(l *life) error {
		payments := slices.Clone(l.money.payments)
		l.money.payments = payments
		if first {
			payments = payments[:min(1, len(payments))]
		}
		for i := range slices.Backward(payments) {
			p := &payments[i]
			if !p.left.IsPositive() || p.taken {
				continue
			}
			e := lifecycle.Event{At: l.sub.At, Kind: kind}
			e.Payment = lifecycle.Payment{Invoice: p.invoice, ID: p.id, Amount: p.left}
			l.money.paid = l.money.paid.Sub(p.left)
			if kind == lifecycle.PaymentDisputed {
				p.disputed = p.left
			}
			p.left, p.taken = decimal.Zero, true
			return l.apply(e)
		}
		return errNothing
	}}
}

// takeAgain reports a payment as returned by the bank that went back already. No money moves.
func takeAgain(l *life) error {
	for _, p := range slices.Backward(l.money.payments) {
		if p.taken && p.left.IsZero() {
			return l.apply(lifecycle.Event{
				At: l.sub.At, Kind: lifecycle.PaymentReversed, Payment: lifecycle.Payment{Invoice: p.invoice, ID: p.id},
			})
		}
	}
	return errNothing
}

// winDispute wins the last dispute: the bank returns the payment to the seller.
func winDispute(l *life) error {
	l.money.payments = slices.Clone(l.money.payments)
	for i := range slices.Backward(l.money.payments) {
		p := &l.money.payments[i]
		if !p.disputed.IsPositive() {
			continue
		}
		l.money.paid = l.money.paid.Add(p.disputed)
		p.left, p.disputed = p.disputed, decimal.Zero
		return l.apply(lifecycle.Event{
			At: l.sub.At, Kind: lifecycle.DisputeWon, Payment: lifecycle.Payment{Invoice: p.invoice, ID: p.id},
		})
	}
	return errNothing
}

// refund returns a move by which support refunds an amount of the last paid invoice, and all of it for zero.
func refund(name, amount string) move {
	wanted := decimal.RequireFromString(amount)
	return move{name: name, do: func(l *life) error {
		for _, r := range slices.Backward(l.sub.Receivables) {
			if !r.Received().IsPositive() {
				continue
			}
			can, documents := decimal.Min(r.Received(), l.uncredited(r.Invoice)), len(l.issued)
			err := l.apply(lifecycle.Event{
				At: l.sub.At, Kind: lifecycle.PaymentRefunded, By: plans.Support, Reason: "asked for",
				Payment: lifecycle.Payment{Invoice: r.Invoice, Amount: wanted},
			})
			switch {
			case err != nil && can.IsPositive() && can.GreaterThanOrEqual(wanted):
				return errors.Join(errFails, err) // the money went back, whatever the books say
			case err != nil:
				return err
			}
			moved := wanted
			if is := l.receivable(r.Invoice); wanted.IsZero() && is != nil {
				moved = r.Received().Sub(is.Received())
			}
			l.goesBack(moved, []string{r.Invoice})
			l.goodwill = l.goodwill.Sub(l.issued[documents].Total) // with the part that credit had paid
			return nil
		}
		return errNothing
	}}
}

// ofOpen returns a move by which support gives up the last open invoice. What was served of it is given, and all of an
// addition to units that are paid: service goes on with it. What is written off is still owed.
func ofOpen(name string, kind lifecycle.EventKind) move {
	return move{name: name, do: func(l *life) error {
		for _, r := range slices.Backward(l.sub.Receivables) {
			if !r.Owing() {
				continue
			}
			before, err := l.balance()
			if err != nil {
				return err
			}
			given := l.served(r.Invoice)
			l.givenUp = append(slices.Clip(l.givenUp), givenUp{r.Invoice, len(l.issued)})
			err = l.apply(lifecycle.Event{
				At: l.sub.At, Kind: kind, By: plans.Support, Reason: "asked for", Payment: lifecycle.Payment{Invoice: r.Invoice},
			})
			if err != nil || kind != lifecycle.InvoiceVoided {
				return err
			}
			after, err := l.balance() // with the credit that had paid a part of it
			l.goodwill = l.goodwill.Add(decimal.Min(given, r.Outstanding().Add(after).Sub(before)))
			return err
		}
		return errNothing
	}}
}

// served returns the amount of an invoice for the time until now, up to the end of the day, less its credits. A period
// of an item counts in full: its service continues.
func (l *life) served(id string) (sum decimal.Decimal) {
	void := l.void()
	for i := range l.issued {
		for _, c := range l.issued[i].Lines {
			of := cmp.Or(c.Corrects, c.ID)
			if lineid.Invoice(of) != id || c.Span.Start.After(l.sub.At) || c.Corrects != "" && void[l.issued[i].ID] {
				continue
			}
			if c.Kind == plans.ProrationCharge || c.Price.HasItemPeriods() || !c.Span.End.After(c.Span.Start) {
				sum = sum.Add(c.Total())
				continue
			}
			whole := max(days(dayOf(c.Span.Start), dayOf(c.Span.End)), 1)
			part := big.NewRat(min(whole, days(dayOf(c.Span.Start), dayOf(l.sub.At))+1), whole)
			sum = sum.Add(exact.Quotient(part.Mul(part, c.Total().Rat()), 2, exact.HalfUp))
		}
	}
	return decimal.Max(sum, decimal.Zero)
}

// policyGivesUp notes what the policy gives of invoices that it voids or lowers at an end: the served part that is not
// paid.
func (l *life) policyGivesUp(before *life) error {
	if l.policy.Dunning.OpenInvoice != lifecycle.OpenVoid {
		return nil
	}
	was, err := before.balance()
	if err != nil {
		return err
	}
	restored, err := l.balance() // credit that had paid a part of them
	if err != nil {
		return err
	}
	restored = decimal.Max(restored.Sub(was), decimal.Zero)
	for i := range before.sub.Receivables {
		was, is := &before.sub.Receivables[i], l.receivable(before.sub.Receivables[i].Invoice)
		if is == nil || !was.Owing() || !is.Received().Equal(was.Received()) {
			continue
		}
		lowered := was.Outstanding()
		if is.Owing() {
			lowered = lowered.Sub(is.Outstanding())
		}
		now := *before
		now.sub.At = l.sub.At
		given := now.served(was.Invoice).Sub(was.Received())
		given = decimal.Min(given, lowered.Add(restored))
		l.goodwill = l.goodwill.Add(decimal.Max(given, decimal.Zero))
	}
	return nil
}

// creditOf returns a move by which support credits an amount of the last invoice, and all that is left for zero. It
// becomes balance as far as it was paid.
func creditOf(name, amount string) move {
	wanted := decimal.RequireFromString(amount)
	return move{name: name, do: func(l *life) error {
		for _, r := range slices.Backward(l.sub.Receivables) {
			if !r.Owing() && !r.Received().IsPositive() {
				continue
			}
			given, left, documents := wanted, l.uncredited(r.Invoice), len(l.issued)
			if wanted.IsZero() {
				given = left
			}
			err := l.apply(lifecycle.Event{
				At: l.sub.At, Kind: lifecycle.InvoiceCredited, By: plans.Support, Reason: "asked for", As: credits.AsBalance,
				Payment: lifecycle.Payment{Invoice: r.Invoice, Amount: wanted},
			})
			if err == nil && wanted.IsZero() && !l.issued[documents].Total.Neg().Equal(left) {
				l.wrong = "a credit of all of invoice " + r.Invoice + " returns " + l.issued[documents].Total.Neg().StringFixed(2) +
					" of the " + left.StringFixed(2) + " that are left"
			}
			l.goodwill = l.goodwill.Add(given)
			return err
		}
		return errNothing
	}}
}

// grant gives a credit of 50.00.
func grant(l *life) error {
	fifty := decimal.NewFromInt(50)
	l.money.granted, l.goodwill = l.money.granted.Add(fifty), l.goodwill.Add(fifty)
	return l.apply(lifecycle.Event{
		At: l.sub.At, Kind: lifecycle.CreditGranted, By: plans.Support, Reason: "an outage",
		Grant: credits.Entry{Amount: fifty},
	})
}
