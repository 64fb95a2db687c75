package lifecycle_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// The kinds of payment reports, and those of them that the seller or a bank sends about received money.
var (
	paymentReports = []lifecycle.EventKind{
		lifecycle.PaymentAttempted, lifecycle.PaymentSucceeded, lifecycle.PaymentFailed, lifecycle.PaymentDisputed, lifecycle.PaymentReversed,
		lifecycle.PaymentRefunded,
	}
	returnReports = paymentReports[3:]
)

// Every payment report whose currency or expected amount is not the invoice's is refused, and nothing is booked; a
// report that tells what is due is applied as one that does not tell it (law 19).
func TestEveryPaymentReportThatTellsItsAmount(t *testing.T) {
	short.Skip(t)
	p := anyChange()
	open := replayEvents(t, p, "2026-01-02", eventOn("2026-01-01", lifecycle.Started)).Subscription
	paid := replayEvents(t, p, "2026-01-02", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "p")).Subscription
	tried, refused := 0, 0
	for _, kind := range paymentReports {
		sub := open
		if slices.Contains(returnReports, kind) {
			sub = paid
		}
		for _, amount := range []string{"0", "400.00", "1000.00", "100000.00"} {
			for _, expected := range []string{"0", "10", "400", "1000", "100000"} {
				for _, currency := range []plans.Currency{"", "USD", "EUR"} {
					tried++
					plain := paymentOn("2026-01-03", kind, "r-1", "q")
					plain.Sequence, plain.Reason, plain.Payment.Amount = 9, "goodwill", giventest.Money(amount)
					if kind == lifecycle.PaymentDisputed || kind == lifecycle.PaymentReversed {
						plain.Payment.ID = "p"
					}
					told := plain
					told.Payment.Expected, told.Payment.Currency = giventest.Money(expected), currency
					whole := giventest.Money(amount)
					if whole.IsZero() {
						whole = decimal.NewFromInt(1000)
					}
					var want []string
					if currency == "EUR" {
						want = append(want, "event.payment.currency invalid")
					}
					if told.Payment.Expected.IsPositive() && (!told.Payment.Expected.Equal(whole) || expected == "100000") {
						want = append(want, "event.payment.expected invalid")
					}
					got, err := applyWith(p, sub, told)
					if want != nil {
						refused++
						giventest.CheckFaults(t, err, want...)
						if !errors.Is(err, plans.ErrRefused) {
							t.Errorf("%v of %s, expected %s %s: %v", kind, amount, expected, currency, err)
						}
						continue
					}
					usual, usualErr := applyWith(p, sub, plain)
					if giventest.JSON(t, giventest.Faults(err)) != giventest.JSON(t, giventest.Faults(usualErr)) || giventest.JSON(t, got) != giventest.JSON(t, usual) {
						t.Errorf("%v of %s, expected %s %s: %v, without them %v", kind, amount, expected, currency, err, usualErr)
					}
				}
			}
		}
	}
	t.Logf("%d reports, %d refused", tried, refused)
	if tried != 6*4*5*3 || refused != 276 {
		t.Errorf("%d reports, %d refused, want %d and 276", tried, refused, 6*4*5*3)
	}
}

// The expected amount is that of the payment in progress, and of a payment that is reported again. Of an invoice
// without an amount due it is not known.
func TestExpectedAmountOfAPayment(t *testing.T) {
	part := func(at string, kind lifecycle.EventKind, id, amount, expected string) lifecycle.Event {
		e := paymentOn(at, kind, "r-1", id)
		e.Payment.Amount, e.Payment.Expected = giventest.Money(amount), giventest.Money(expected)
		return e
	}
	begin, unknown := eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-7", "a")
	unknown.Payment.Currency = "EUR"
	for _, c := range []struct {
		name   string
		events []lifecycle.Event
		want   string // refusal of the last event
	}{
		{"a part", []lifecycle.Event{begin, part("2026-01-02", lifecycle.PaymentSucceeded, "a", "400", "400")}, ""},
		{"the rest", []lifecycle.Event{begin, part("2026-01-02", lifecycle.PaymentSucceeded, "a", "400", "0"), part("2026-01-03", lifecycle.PaymentSucceeded, "b", "0", "600")}, ""},
		{"all after a part", []lifecycle.Event{begin, part("2026-01-02", lifecycle.PaymentSucceeded, "a", "400", "0"), part("2026-01-03", lifecycle.PaymentSucceeded, "b", "0", "1000")}, "expected must be the 600"},
		{"in cents", []lifecycle.Event{begin, part("2026-01-02", lifecycle.PaymentSucceeded, "a", "100000", "100000")}, "expected must be the 1000"},
		{"in progress", []lifecycle.Event{begin, part("2026-01-02", lifecycle.PaymentAttempted, "a", "400", "0"), part("2026-01-03", lifecycle.PaymentSucceeded, "", "0", "1000")}, "expected must be the 400"},
		{"again", []lifecycle.Event{begin, part("2026-01-02", lifecycle.PaymentSucceeded, "a", "400", "0"), part("2026-01-03", lifecycle.PaymentSucceeded, "a", "400", "400")}, ""},
		{"paid twice", []lifecycle.Event{begin, part("2026-01-02", lifecycle.PaymentSucceeded, "a", "0", "0"), part("2026-01-03", lifecycle.PaymentSucceeded, "b", "1000", "1000")}, ""},
		{"a dispute of a part", []lifecycle.Event{begin, part("2026-01-02", lifecycle.PaymentSucceeded, "a", "400", "0"), part("2026-01-03", lifecycle.PaymentDisputed, "", "0", "1000")}, "expected must be the 400"},
		{"no such invoice", []lifecycle.Event{begin, unknown}, "does not exist"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := replayEvents(t, anyChange(), "2026-01-04", c.events...)
			got := ""
			for _, step := range out.Steps {
				got += step.Refused
			}
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("refused with %q, want %q", got, c.want)
			}
		})
	}
}

// The result of a dispute or a refund tells the amount of the dispute or the refund, and the currency of the invoice.
func TestResultThatTellsItsAmount(t *testing.T) {
	begin, paid := eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "p")
	twice, disputed := paymentOn("2026-01-03", lifecycle.PaymentSucceeded, "r-1", "q"), paymentOn("2026-01-03", lifecycle.PaymentDisputed, "r-1", "p")
	granted := eventOn("2026-01-03", lifecycle.CreditGranted, func(e *lifecycle.Event) { e.Grant.Amount = decimal.NewFromInt(10) })
	for _, c := range []struct {
		kind             lifecycle.EventKind
		before           lifecycle.Event
		amount, currency string
		want             string
	}{
		{lifecycle.DisputeWon, disputed, "1000", "USD", ""},
		{lifecycle.DisputeWon, disputed, "100000", "USD", "amount must be the 1000 that is disputed"},
		{lifecycle.DisputeWon, disputed, "0", "EUR", "currency must be USD"},
		{lifecycle.DisputeLost, disputed, "1000", "", ""},
		{lifecycle.DisputeLost, disputed, "7", "", "amount must be the 1000 that is disputed"},
		{lifecycle.RefundSucceeded, twice, "1000", "USD", ""},
		{lifecycle.RefundSucceeded, twice, "100000", "USD", "amount must be the 1000 of the refund"},
		{lifecycle.RefundFailed, twice, "7", "", "amount must be the 1000 of the refund"},
		{lifecycle.RefundFailed, twice, "0", "EUR", "currency must be USD"},
		{lifecycle.CreditPaidOut, granted, "7", "USD", ""},
		{lifecycle.CreditPaidOut, granted, "7", "EUR", "currency must be USD"},
	} {
		t.Run(c.kind.String()+" "+c.amount+" "+c.currency, func(t *testing.T) {
			e := paymentOn("2026-01-04", c.kind, "r-1", "")
			if c.kind == lifecycle.CreditPaidOut {
				e.Payment.Invoice = ""
			}
			e.Payment.Amount, e.Payment.Currency = giventest.Money(c.amount), plans.Currency(c.currency)
			out := replayEvents(t, anyChange(), "2026-01-05", begin, paid, c.before, e)
			got := ""
			for _, step := range out.Steps {
				got += step.Refused
			}
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("refused with %q, want %q", got, c.want)
			}
		})
	}
}

// With a catalog, the contract of a start has one of its plans, in the currency of the customer's market.
func TestStartOutsideTheCatalog(t *testing.T) {
	sale := plans.PaymentMethod{ID: "card", By: []plans.Actor{plans.Customer}}
	offered := pricedPlan("100.00")
	for _, c := range []struct {
		name, plan, country string
		currency            plans.Currency
		want                []string
	}{
		{"a plan and a market", offered.ID, "US", "USD", nil},
		{"an unknown plan", "gone", "US", "USD", []string{"subscription.contract.plan invalid"}},
		{"another market's currency", offered.ID, "DE", "USD", []string{"subscription.contract.currency invalid"}},
		{"both", "gone", "DE", "USD", []string{"subscription.contract.plan invalid", "subscription.contract.currency invalid"}},
		{"the market's currency", offered.ID, "DE", "EUR", nil},
		{"no country", offered.ID, "", "EUR", nil},
		{"no country, and no market's currency", offered.ID, "", "JPY", []string{"subscription.contract.currency invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, sub := anyChange(), tenSeatsFromJanuary()
			p.Catalog = &plans.Catalog{Plans: []plans.Plan{*offered}, Markets: []plans.Market{
				{Countries: []string{"DE"}, Currency: "EUR", PaymentMethods: []plans.PaymentMethod{sale}}, {Currency: "USD", PaymentMethods: []plans.PaymentMethod{sale}},
			}}
			sub.Country, sub.Contract.Plan, sub.Contract.Currency = c.country, c.plan, c.currency
			begin := eventOn("2026-01-01", lifecycle.Started)
			begin.Sequence = 1
			_, err := applyWith(p, sub, begin)
			giventest.CheckFaults(t, err, c.want...)
		})
	}
}
