package lifecycle_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// enginePolicies are the standard policy with a tax engine.
func enginePolicies(tb testing.TB, edits ...func(*lifecycle.Policy)) *lifecycle.Policies {
	p := lifecycle.Standard()
	p.Billing.TaxEngine = true
	for _, edit := range edits {
		edit(&p)
	}
	return policiesOf(tb, p)
}

// engine answers a request with a state tax of 6.25 percent, rounded down, and a city tax of 0.07 for each line.
func engine(r *invoice.TaxRequest) (answers []invoice.TaxAnswer) {
	for _, line := range r.Lines {
		state := line.Amount.Mul(giventest.Money("0.0625")).Truncate(2)
		answers = append(answers, invoice.TaxAnswer{Line: line.Line, Amount: line.Amount, Taxes: []plans.Tax{
			{Name: "State", Percent: giventest.Money("6.25"), Amount: state},
			{Name: "City", Amount: giventest.Money("0.07")},
		}})
	}
	return answers
}

// asks returns the request of an outcome, nil if there is none.
func asks(out *lifecycle.Outcome) *invoice.TaxRequest {
	for i := range out.Effects {
		if out.Effects[i].Kind == lifecycle.CalculateTaxes {
			return out.Effects[i].TaxRequest
		}
	}
	return nil
}

// answered applies an event, and answers what it asks for.
func answered(t *testing.T, p *lifecycle.Policies, sub lifecycle.Subscription, e *lifecycle.Event) lifecycle.Outcome {
	t.Helper()
	for range 10 {
		out, err := lifecycle.Apply(p, sub, *e)
		require.NoError(t, err)
		request := asks(&out)
		if request == nil {
			return out
		}
		require.Equal(t, giventest.JSON(t, sub), giventest.JSON(t, out.Subscription), "nothing is applied without answers")
		require.Len(t, out.Effects, 1)
		require.Empty(t, out.Invoices)
		e.TaxAnswers = append(e.TaxAnswers, engine(request)...)
	}
	t.Fatal("the engine is asked again and again")
	return lifecycle.Outcome{}
}

// engineEvents numbers events of a subscription of ten seats at 100.00 a month, and answers them one by one. A deadline
// that waits is answered by an event of its own before them.
func engineEvents(t *testing.T, p *lifecycle.Policies, events ...lifecycle.Event) (all []lifecycle.Event, outs []lifecycle.Outcome) {
	t.Helper()
	sub := tenSeatsFromJanuary()
	send := func(e lifecycle.Event) {
		e.Sequence = sub.Sequence + 1
		out := answered(t, p, sub, &e)
		all, outs, sub = append(all, e), append(outs, out), out.Subscription
	}
	for _, e := range events {
		for sub.Status != 0 {
			out, err := lifecycle.Advance(p, sub, e.At)
			require.NoError(t, err)
			request := asks(&out)
			if sub = out.Subscription; request == nil {
				break
			}
			send(lifecycle.Event{At: request.At, Kind: lifecycle.TaxesCalculated, TaxAnswers: engine(request)})
		}
		send(e)
	}
	return all, outs
}

// seats returns a change of the number of seats.
func seats(at string, n int64) lifecycle.Event {
	e := lifecycle.Event{At: utc(at), Kind: lifecycle.Changed}
	if units := decimal.NewFromInt(max(n, -n)); n > 0 {
		e.Change.Add = []plans.ItemQuantity{{Item: "seat", Quantity: units}}
	} else {
		e.Change.Remove = []plans.ItemQuantity{{Item: "seat", Quantity: units}}
	}
	return e
}

var enginePaid = []lifecycle.Event{
	{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card"},
	{At: utc("2026-01-01"), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "r-1"}},
}

// A renewal waits for its taxes. Events before it are applied, events after it get the same question, and nothing of
// them is applied before it is answered: by an event of its own, or in the event itself.
func TestRenewalWaitsForItsTaxes(t *testing.T) {
	p := enginePolicies(t)
	_, outs := engineEvents(t, p, enginePaid...)
	sub := outs[1].Subscription
	out, err := lifecycle.Advance(p, sub, utc("2026-03-05"))
	require.NoError(t, err)
	require.Len(t, out.Effects, 1)
	asked := out.Effects[0]
	assert.Equal(t, "r-2", asked.Invoice)
	assert.True(t, asked.Amount.Equal(giventest.Money("1000.00")), asked.Amount)
	assert.True(t, asked.TaxRequest.At.Equal(utc("2026-02-01")))
	assert.True(t, out.Subscription.At.Before(utc("2026-02-01")))
	assert.Empty(t, out.Invoices)

	early := seats("2026-01-20", 1) // before the deadline: the question changes, and the stale answer is none
	early.Sequence = 3
	changed := answered(t, p, out.Subscription, &early)
	stale := lifecycle.Event{Sequence: 4, At: utc("2026-02-01"), Kind: lifecycle.TaxesCalculated, TaxAnswers: engine(asked.TaxRequest)}
	for i := range stale.TaxAnswers {
		stale.TaxAnswers[i].Line = "r-3/1" // its number has moved on too
	}
	again, err := lifecycle.Apply(p, changed.Subscription, stale)
	require.NoError(t, err)
	require.NotNil(t, asks(&again))
	assert.True(t, asks(&again).Lines[0].Amount.Equal(giventest.Money("1100.00")))

	late := seats("2026-02-11", -1)
	late.Sequence = 3
	waits, err := lifecycle.Apply(p, out.Subscription, late)
	require.NoError(t, err)
	assert.Equal(t, giventest.JSON(t, asked), giventest.JSON(t, waits.Effects[0]), "the same question")
	assert.Equal(t, giventest.JSON(t, out.Subscription), giventest.JSON(t, waits.Subscription))

	own := late
	inEvent := answered(t, p, out.Subscription, &own)
	calculated := lifecycle.Event{Sequence: 3, At: utc("2026-02-01"), Kind: lifecycle.TaxesCalculated}
	calculated.TaxAnswers = engine(asked.TaxRequest)
	passed := answered(t, p, out.Subscription, &calculated)
	late.Sequence = 4
	after := answered(t, p, passed.Subscription, &late)
	assert.True(t, passed.Invoices[0].Total.Equal(giventest.Money("1062.57")), passed.Invoices[0].Total)
	assert.Equal(t, giventest.JSON(t, inEvent.Invoices[0]), giventest.JSON(t, passed.Invoices[0]), "the renewal")
	require.NotEmpty(t, inEvent.Invoices[1:])
	// 100.00 x 18/28 days = 64.29; of 62.50 that is 4.02, and of 0.07 nothing that a cent shows
	assert.True(t, inEvent.Invoices[1].Total.Equal(giventest.Money("-68.31")), inEvent.Invoices[1].Text())
	assert.Equal(t, inEvent.Invoices[1].Total.String(), after.Invoices[0].Total.String())
	for _, inv := range append(inEvent.Invoices, after.Invoices...) {
		assert.NoError(t, invoice.Check(inv))
	}
}

// A history keeps its answers, so that its replay is that of its events one by one. Without an answer it stops there.
func TestReplayOfAnsweredTaxes(t *testing.T) {
	p := enginePolicies(t)
	events := append([]lifecycle.Event{}, enginePaid...)
	events = append(events, seats("2026-01-11", -3), seats("2026-01-21", 4),
		lifecycle.Event{At: utc("2026-02-01"), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "r-4"}},
		seats("2026-02-11", -2))
	all, outs := engineEvents(t, p, events...)
	last := outs[len(outs)-1].Subscription
	replayed, err := lifecycle.Replay(p, tenSeatsFromJanuary(), all, last.At)
	require.NoError(t, err)
	assert.Equal(t, giventest.JSON(t, last), giventest.JSON(t, replayed.Subscription))
	var issued []invoice.Invoice
	for i := range outs {
		issued = append(issued, outs[i].Invoices...)
	}
	assert.Equal(t, giventest.JSON(t, issued), giventest.JSON(t, replayed.Invoices))
	for i := range all {
		without := append([]lifecycle.Event{}, all...)
		if len(without[i].TaxAnswers) == 0 || without[i].Kind == lifecycle.TaxesCalculated {
			continue
		}
		without[i].TaxAnswers = nil
		stopped, err := lifecycle.Replay(p, tenSeatsFromJanuary(), without, last.At)
		require.NoError(t, err)
		require.NotNil(t, asks(&stopped), "event %d", all[i].Sequence)
		assert.Equal(t, all[i].Sequence-1, stopped.Subscription.Sequence)
	}
}

// Charges that wait for the next invoice are answered when they are made, and billed with that answer.
func TestWaitingChargesKeepTheirAnswer(t *testing.T) {
	p := enginePolicies(t, func(p *lifecycle.Policy) { p.Prorations = plans.NextInvoice })
	_, outs := engineEvents(t, p, append(append([]lifecycle.Event{}, enginePaid...), seats("2026-01-11", 1), lifecycle.Event{
		At: utc("2026-02-01"), Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "card",
	})...)
	change, renewal := outs[2], outs[3]
	require.Empty(t, change.Invoices)
	require.Len(t, change.Subscription.UnbilledCharges, 1)
	// 100.00 x 21/31 days = 67.74, and 6.25 % of it 4.23
	assert.True(t, change.Subscription.UnbilledCharges[0].Total().Equal(giventest.Money("72.04")))
	require.Len(t, renewal.Invoices, 1)
	assert.True(t, renewal.Invoices[0].Total.Equal(giventest.Money("1240.86")), renewal.Invoices[0].Text()) // 72.04 + 1168.82
	assert.NoError(t, invoice.Check(renewal.Invoices[0]))
}

// A payment that brings service back bills a period, whose taxes it asks for.
func TestLatePaymentAsksForTaxes(t *testing.T) {
	p := enginePolicies(t, func(p *lifecycle.Policy) {
		p.Payments.LatePayment = lifecycle.LateServe
		p.Dunning.FinalAction, p.Dunning.OpenInvoice = lifecycle.FinalCancel, lifecycle.OpenVoid
	})
	_, outs := engineEvents(t, p, enginePaid[0],
		lifecycle.Event{At: utc("2026-01-01"), Kind: lifecycle.PaymentFailed, Payment: lifecycle.Payment{Invoice: "r-1"}},
		lifecycle.Event{At: utc("2026-03-11"), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "r-1", Amount: giventest.Money("1062.57")}})
	served := outs[2]
	assert.Equal(t, lifecycle.Active, served.Subscription.Status)
	require.Len(t, served.Invoices, 1)
	assert.True(t, served.Invoices[0].Total.Equal(giventest.Money("1062.57")) && served.Invoices[0].AmountDue.IsZero())
}

func TestTaxAnswersAreRead(t *testing.T) {
	p := enginePolicies(t)
	_, outs := engineEvents(t, p, enginePaid...)
	sub := outs[1].Subscription
	unread := []invoice.TaxAnswer{{Line: "r-9/1", Amount: giventest.Money("1.00")}}
	for _, c := range []struct {
		name string
		e    lifecycle.Event
		want string
	}{
		{"no answer", lifecycle.Event{Kind: lifecycle.TaxesCalculated}, "event.tax_answers: required"},
		{"nothing waits", lifecycle.Event{Kind: lifecycle.TaxesCalculated, TaxAnswers: unread}, `event.tax_answers[0].line: must be a line of a document that needs it; got "r-9/1"`},
		{"beside another event", lifecycle.Event{Kind: lifecycle.RenewalDisabled, TaxAnswers: unread}, "event.tax_answers[0].line"},
		{"rates", lifecycle.Event{Kind: lifecycle.TaxesChanged, Taxes: []invoice.TaxRate{}}, "A tax engine computes the taxes; send billing_details_changed"},
	} {
		c.e.Sequence, c.e.At = 3, utc("2026-01-05")
		_, err := lifecycle.Apply(p, sub, c.e)
		assert.ErrorContains(t, err, c.want, c.name)
	}
}

// A correction asks for the difference and changes nothing without the answers. An answer that it does not need is a
// fault.
func TestCorrectionAsksForTaxes(t *testing.T) {
	p := enginePolicies(t)
	all, outs := engineEvents(t, p, enginePaid...)
	late := seats("2026-01-11", 1)
	late.Sequence = 3
	request := lifecycle.CorrectRequest{
		Subscription: outs[1].Subscription, Initial: tenSeatsFromJanuary(), Events: append(all, late), Issued: outs[0].Invoices,
		Receivables: outs[1].Receivables, At: utc("2026-01-21"),
	}
	out, err := lifecycle.Correct(p, request)
	require.NoError(t, err)
	require.NotNil(t, asks(&out))
	assert.Equal(t, giventest.JSON(t, request.Subscription), giventest.JSON(t, out.Subscription))
	request.TaxAnswers = engine(asks(&out))
	corrected, err := lifecycle.Correct(p, request)
	require.NoError(t, err)
	require.Len(t, corrected.Invoices, 1)
	assert.True(t, corrected.Invoices[0].Total.Equal(giventest.Money("72.04")), corrected.Invoices[0].Text()) // 67.74 + 4.23 + 0.07
	request.TaxAnswers = append(request.TaxAnswers, invoice.TaxAnswer{Line: "r-9/1", Amount: giventest.Money("1.00")})
	_, err = lifecycle.Correct(p, request)
	assert.ErrorContains(t, err, "tax_answers[1].line: must be a line of a document that needs it")
}

// A refused event does not lose the answers of the deadline before it, and a policy with rates before the engine keeps
// its invoices.
func TestRefusedEventPassesTheDeadline(t *testing.T) {
	before := lifecycle.Standard()
	before.Billing.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: giventest.Money("10")}}
	engined := lifecycle.Standard()
	engined.Billing.TaxEngine, engined.From = true, utc("2026-01-15")
	p, err := lifecycle.NewPolicies(before, engined)
	require.NoError(t, err)
	all, outs := engineEvents(t, p, enginePaid...)
	assert.True(t, outs[0].Invoices[0].Total.Equal(giventest.Money("1100.00")))
	ahead, err := lifecycle.Advance(p, outs[1].Subscription, utc("2026-02-02"))
	require.NoError(t, err)
	refused := lifecycle.Event{Sequence: 3, At: utc("2026-02-02"), Kind: lifecycle.RenewalEnabled, TaxAnswers: engine(asks(&ahead))}
	out, err := lifecycle.Replay(p, tenSeatsFromJanuary(), append(all, refused), utc("2026-02-03"))
	require.NoError(t, err)
	require.Nil(t, asks(&out))
	assert.Equal(t, "Renewal is already enabled; send renewal_disabled to stop it.", out.Steps[len(out.Steps)-1].Refused)
	assert.True(t, out.Invoices[1].Total.Equal(giventest.Money("1062.57")))
}

// A corrected copy has the taxes of its own billing details: the engine is asked again, also for charges that waited.
// The original is credited with its own answers. With a tax ID there is no tax: that of the original is balance.
func TestCorrectedCopyAsksForTaxes(t *testing.T) {
	for _, prorations := range []plans.ProrationBilling{plans.InvoiceNow, plans.NextInvoice} {
		p := enginePolicies(t, func(p *lifecycle.Policy) { p.Prorations = prorations })
		_, outs := engineEvents(t, p, append(append([]lifecycle.Event{}, enginePaid...), seats("2026-01-11", 1), lifecycle.Event{
			At: utc("2026-02-01"), Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "card",
		})...)
		out := outs[len(outs)-1]
		require.Len(t, outs[len(outs)-2].Invoices, 1)
		original := outs[len(outs)-2].Invoices[0] // the addition of January, or the renewal that it waited for
		paid := lifecycle.Event{Sequence: out.Subscription.Sequence + 1, At: utc("2026-02-01"), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: original.ID}}
		out = answered(t, p, out.Subscription, &paid)
		e := lifecycle.Event{
			Sequence: paid.Sequence + 1, At: utc("2026-02-02"), Kind: lifecycle.BillingDetailsChanged, Document: &original,
			Contact: invoice.Contact{Name: "Acme", TaxID: "ATU123"}, Payment: lifecycle.Payment{Invoice: original.ID},
		}
		asked, err := lifecycle.Apply(p, out.Subscription, e)
		require.NoError(t, err)
		request := asks(&asked)
		require.NotNil(t, request)
		assert.Equal(t, "ATU123", request.Contact.TaxID)
		assert.Len(t, request.Lines, len(original.Lines))
		for _, line := range request.Lines {
			e.TaxAnswers = append(e.TaxAnswers, invoice.TaxAnswer{Line: line.Line, Amount: line.Amount})
		}
		out, err = lifecycle.Apply(p, out.Subscription, e)
		require.NoError(t, err)
		require.Len(t, out.Invoices, 2)
		note, again := out.Invoices[0], out.Invoices[1]
		require.NoError(t, invoice.Check(note))
		require.NoError(t, invoice.Check(again))
		assert.True(t, note.Total.Equal(original.Total.Neg()) && note.Tax.Equal(original.Tax.Neg()), note.Text())
		assert.True(t, again.Total.Equal(original.Net) && again.Tax.IsZero() && again.AmountDue.IsZero(), again.Text())
		balance, err := credits.Balance(out.Subscription.Ledger, "USD", e.At)
		require.NoError(t, err)
		assert.True(t, balance.Equal(original.Tax), balance)

		if prorations == plans.InvoiceNow {
			continue
		}
		removed := seats("2026-02-15", -1) // its credit has the taxes of the copy: none
		removed.Sequence = e.Sequence + 1
		out = answered(t, p, out.Subscription, &removed)
		for _, inv := range out.Invoices {
			assert.True(t, inv.Tax.IsZero(), inv.Text())
			assert.NoError(t, invoice.Check(inv))
		}
	}
}

// Documents of one event can try the same ID before one of them is issued: those without charges leave the answers to
// the first that has some. A return credits what is paid ahead, which can be nothing, and then bills a period.
func TestReturnAsksForTaxesOnce(t *testing.T) {
	p := enginePolicies(t)
	_, outs := engineEvents(t, p, enginePaid[0], seats("2026-01-02", 2),
		lifecycle.Event{At: utc("2026-01-03"), Kind: lifecycle.PaymentFailed, Payment: lifecycle.Payment{Invoice: "r-1"}},
		lifecycle.Event{At: utc("2026-01-04"), Kind: lifecycle.InvoiceVoided, Payment: lifecycle.Payment{Invoice: "r-1"}},
		lifecycle.Event{At: utc("2026-01-05"), Kind: lifecycle.Reactivated})
	back := outs[4]
	last := back.Invoices[len(back.Invoices)-1]
	assert.True(t, last.Net.Equal(giventest.Money("1200.00")) && last.Tax.Equal(giventest.Money("75.07")), last.Text())
}
