package lifecycle_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// withPause allows immediate pauses, and credits the unused part of paid charges to the balance.
func withPause(p *lifecycle.Policy) {
	p.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsBalance}
}

// withMoves allows changes of the billing date and shorter terms, both immediately.
func withMoves(p *lifecycle.Policy) {
	p.ChangeRules = append(p.ChangeRules,
		plans.ChangeRule{Action: plans.ChangeAnchor, By: anyActor, Effective: plans.Immediately}, plans.ChangeRule{Action: plans.Shorten, By: anyActor, Effective: plans.Immediately})
}

// Every kind of event is refused with a reason where its status or the rules do not allow it, and changes nothing.
func TestRefusals(t *testing.T) {
	p := helpDesk(withTrial, withMoves)
	month := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	year := ordered(t, p, "growth", "P12M", instantIn(t, "UTC", "2026-11-01"))
	const started = "2026-11-01 started card notrial"
	begun := step{started, "active full; s-1: recurring 890.00, due 890.00; collect_payment s-1 890.00"}
	paid := step{"2026-11-01 paid s-1", "active full; s-1 paid; tell receipt s-1"}
	runScenarios(t,
		scenario{"before the start", "only events that prepare the start are allowed", p, month, []step{
			{"2026-10-20 bought", "refused: The subscription has not started; send started first."},
			{"2026-10-20 nocard", "refused: The subscription has no payment method."},
			{"2026-10-20 card", "unset billing_only"},
			{"2026-10-20 nocard", "unset billing_only"},
			{"2026-10-20 attempted s-1", "refused: The subscription has not started; send started first."},
			{"2026-10-20 paid s-1", "refused: The subscription has not started; send started first."},
			{"2026-10-20 failed s-1", "refused: The subscription has not started; send started first."},
			{"2026-10-20 disputed s-1", "refused: The subscription has not started; send started first."},
			{"2026-10-20 refunded s-1 because wish", "refused: The subscription has not started; send started first."},
			{"2026-10-20 seats +1", "refused: The subscription has not started; send started first."},
			{"2026-10-20 seats -1", "refused: The subscription has not started; send started first."},
			{"2026-10-20 plan scale", "refused: The subscription has not started; send started first."},
			{"2026-10-20 interval yearly", "refused: The subscription has not started; send started first."},
			{"2026-10-20 price 80.00", "refused: The subscription has not started; send started first."},
			{"2026-10-20 dates 2026-12-16", "refused: The subscription has not started; send started first."},
			{"2026-10-20 extend P12M", "refused: The subscription has not started; send started first."},
			{"2026-10-20 shorten 2027-01-01", "refused: The subscription has not started; send started first."},
			{"2026-10-20 withdraw", "refused: The subscription has not started; send started first."},
			{"2026-10-20 pause", "refused: The subscription has not started; send started first."},
			{"2026-10-20 resume", "refused: The subscription has not started; send started first."},
			{"2026-10-20 renewaloff", "refused: The subscription has not started; send started first."},
			{"2026-10-20 renewalon", "refused: The subscription has not started; send started first."},
			{"2026-10-20 cancel", "refused: The subscription has not started; send started first."},
			{"2026-10-20 undo", "refused: The subscription has not started; send started first."},
			{"2026-10-20 reactivate", "refused: The subscription has not started; send started first."},
			{"2026-10-20 usage calls 1 1.00", "refused: The subscription has not started; send started first."},
			{"2026-10-20 sold setup 1 1.00", "refused: The subscription has not started; send started first."},
			{"2026-10-20 void s-1", "refused: The subscription has not started; send started first."},
			{"2026-10-20 writeoff s-1", "refused: The subscription has not started; send started first."},
			{"2026-10-20 taxes VAT 20", "unset billing_only"},
			{"2026-10-20 details Acme", "unset billing_only"},
			{"2026-10-20 grant 5.00", "unset billing_only"},
			{"2026-11-01 started card notrial", "active full; s-1: recurring 890.00, tax 178.00, credit -5.00, due 1063.00; collect_payment s-1 1063.00"},
		}},
		scenario{"started twice", "the subscription has already started", p, month, []step{
			begun,
			{"2026-11-02 started card", "refused: The subscription is already active; its current period ends on 2026-12-01."},
		}},
		scenario{"in a trial", "nothing is billed yet, and the contract can be changed", p, month, []step{
			{"2026-11-01 started", "trialing full"},
			{"2026-11-02 pause", "refused: The subscription is in trial until 2026-11-15; send cancellation_requested to end it."},
			{"2026-11-02 renewaloff", "refused: The subscription is in trial until 2026-11-15; send cancellation_requested to end it."},
			{"2026-11-02 dates 2026-12-16", "refused: The request does not fit the subscription: anchor at must be from the start of service, 2026-11-15T00:00:00Z, to P1M after it; got 2026-12-16T00:00:00Z."},
			{"2026-11-02 dates 2026-11-14", "refused: The request does not fit the subscription: anchor at must be from the start of service, 2026-11-15T00:00:00Z, to P1M after it; got 2026-11-14T00:00:00Z."},
			{"2026-11-02 undo", "refused: No cancellation is scheduled."},
			{"2026-11-02 reactivate", "refused: The subscription is in trial until 2026-11-15; send trial_converted to start the paid period."},
			{"2026-11-02 seats +2", "trialing full"},
			{"2026-11-03 plan scale", "trialing full"},
			{"2026-11-03 plan nothing", "refused: There is no plan \"nothing\". | Choose growth, scale or yearly."},
			{"2026-11-04 sold setup 1 30.00", "trialing full"},
			{"2026-11-05 usage calls 100 0.05", "trialing full"},
			{"2026-11-06 cancel", "trialing full"},
			{"2026-11-07 undo", "trialing full"},
			{"2026-11-08 bought", "active full; s-1: recurring 1668.00, one_time 30.00, usage 5.00, due 1703.00; collect_payment s-1 1703.00"},
		}},
		scenario{"a trial with a payment method", "the policy requires it from the start", helpDesk(withTrial, func(p *lifecycle.Policy) { p.Trial.RequirePaymentMethod = true }), month, []step{
			{"2026-11-01 started", "refused: The trial requires a payment method; send payment_method_added first."},
			{"2026-11-01 started card", "trialing full"},
		}},
		scenario{"in service", "only a scheduled change, pause or cancellation can be withdrawn", p, month, []step{
			begun, paid,
			{"2026-11-02 bought", "refused: The subscription is already active; its current period ends on 2026-12-01."},
			{"2026-11-02 withdraw", "refused: No change is scheduled."},
			{"2026-11-02 resume", "refused: No pause is scheduled."},
			{"2026-11-02 renewalon", "refused: Renewal is already enabled; send renewal_disabled to stop it."},
			{"2026-11-02 undo", "refused: No cancellation is scheduled."},
			{"2026-11-02 reactivate", "refused: The subscription is already active; its current period ends on 2026-12-01."},
			{"2026-11-02 attempted s-9", "refused: Invoice \"s-9\" does not exist, had nothing to pay, or was settled too long ago to be changed."},
			{"2026-11-02 void s-9", "refused: Invoice \"s-9\" does not exist, had nothing to pay, or was settled too long ago to be changed."},
			{"2026-11-02 writeoff s-9", "refused: Invoice \"s-9\" does not exist, had nothing to pay, or was settled too long ago to be changed."},
			{"2026-11-02 disputed s-9", "refused: Invoice \"s-9\" does not exist, had nothing to pay, or was settled too long ago to be changed."},
			{"2026-11-02 writeoff s-1", "refused: Invoice s-1 is already paid."},
			{"2026-11-02 refunded s-1 5000.00 because wish", "refused: The request does not fit the subscription: amount must be at most the 890 received on the invoice and not refunded; got 5000."},
			{"2026-11-02 price 80.00", "refused: Only support can set a special price. | Keep the contract's price or ask support."},
			{"2026-11-02 seats +1 nothing", "refused: Plan \"growth\" does not offer \"nothing\" in USD. | Choose seat or light."},
			{"2026-11-02 shorten 2026-11-20", "refused: The request does not fit the subscription: end must not be set; the contract has no term to shorten."},
			{"2026-11-02 cancel on 2026-11-20", "refused: The subscription can end on 2026-12-01 at the earliest. | Ask for that date or a later one."},
			{"2026-11-02 cancel on 2026-11-01", "error: event.on: must not be before the event's time, 2026-11-02T00:00:00Z; got 2026-11-01T00:00:00Z"},
			{"2026-11-02 cancel immediately", "refused: The subscription can end on 2026-12-01 at the earliest. | Ask for that date or a later one."},
			{"2026-11-02 pause until 2026-11-20", "refused: The request does not fit the subscription: until must be after 2026-12-01, when the pause begins; got 2026-11-20."},
		}},
		scenario{"a change before a scheduled one", "the scheduled change must stay possible", p, year, []step{
			{started, "active full; s-1: recurring 9612.00, due 9612.00; collect_payment s-1 9612.00"},
			paid,
			{"2026-11-02 seats -6 by support", "active full"},
			{"2026-11-03 seats -6 by support", "refused: This change conflicts with the scheduled changes (change.remove[0].quantity: must not remove more than the contract has; -2 of \"seat\" would be left); send scheduled_change_canceled first."},
			{"2026-11-04 pause", "refused: The contract term runs until 2027-11-01 and cannot be paused."},
		}},
		scenario{"canceled, then paused", "a pause and a cancellation exclude each other", p, month, []step{
			begun, paid,
			{"2026-11-02 cancel", "active full"},
			{"2026-11-03 pause", "refused: The subscription ends on 2026-12-01; send cancellation_withdrawn before pausing it."},
			{"2026-11-04 undo", "active full"},
			{"2026-11-05 pause until 2026-12-15", "active full"},
			{"2026-11-06 pause", "refused: A pause already begins on 2026-12-01; send resumed to call it off."},
			{"2026-11-07 resume", "active full"},
			{"2026-11-08 resume", "refused: No pause is scheduled."},
		}},
		scenario{"no pauses", "the policy allows none", helpDesk(func(p *lifecycle.Policy) { p.Pause = lifecycle.Pause{} }), month, []step{
			begun,
			{"2026-11-02 pause", "refused: Subscriptions cannot be paused."},
		}},
		scenario{"paused", "the contract cannot change during a pause", helpDesk(withPause), month, []step{
			begun, paid,
			{"2026-11-11 pause", "paused billing_only; s-2: proration_credit -593.33, granted 593.33, due 0.00"},
			{"2026-11-12 seats +1", "refused: The subscription is paused; send resumed first."},
			{"2026-11-12 plan scale", "refused: The subscription is paused; send resumed first."},
			{"2026-11-12 pause", "refused: The subscription is paused; send resumed first."},
			{"2026-11-12 renewaloff", "refused: The subscription is paused; send resumed first."},
			{"2026-11-12 undo", "refused: No cancellation is scheduled."},
			{"2026-11-13 sold setup 1 30.00", "paused billing_only"},
			{"2026-11-20 resume", "active full; s-3: recurring 890.00, one_time 30.00, credit -593.33, due 326.67; collect_payment s-3 326.67"},
		}},
		scenario{"past due", "seats and plans change: a credit lowers its open invoice, and the grace goes on", p, month, []step{
			begun,
			{"2026-11-02 failed s-1", "past_due full; s-1 open; tell payment_failed s-1 2026-11-05"},
			{"2026-11-02 seats +1", "past_due full; s-2: proration_charge 86.03, due 86.03; collect_payment s-2 86.03"},
			{"2026-11-02 plan scale", "past_due full; s-3: proration_credit -860.33, due 0.00; s-4: proration_credit -86.03, due 0.00; s-5: proration_charge 1478.03, due 1478.03; s-1 open; s-2 paid; withdraw s-2; collect_payment s-5 1478.03"},
			{"2026-11-02 pause", "past_due full"},
			{"2026-11-02 resume", "past_due full"},
			{"2026-11-02 resume", "refused: No pause is scheduled."},
			{"2026-11-02 reactivate", "refused: The subscription is in service, and invoice s-1 is overdue, with grace until 2026-11-05; send payment_succeeded once it is paid."},
			{"2026-11-02 renewaloff", "past_due full"},
			{"2026-11-05 renewalon", "refused: The subscription is suspended because invoice s-1 is overdue; send payment_succeeded once it is paid."},
		}},
		scenario{"after the end", "only a reactivation is possible", p, month, []step{
			begun, paid,
			{"2026-11-02 cancel", "active full"},
			{"2026-12-01 cancel", "refused: The subscription ended on 2026-12-01; send reactivated to start it again."},
			{"2026-12-01 seats +1", "refused: The subscription ended on 2026-12-01; send reactivated to start it again."},
			{"2026-12-01 resume", "refused: The subscription ended on 2026-12-01; send reactivated to start it again."},
			{"2026-12-01 usage calls 1 1.00", "refused: The subscription ended on 2026-12-01; send reactivated to start it again."},
			{"2026-12-01 started", "refused: The subscription ended on 2026-12-01; send reactivated to start it again."},
			{"2026-12-01 void s-1", "refused: Invoice s-1 is already paid."},
		}},
		scenario{"credited later", "an invoice that a later one credits cannot be voided", p, month, []step{
			begun, paid,
			{"2026-11-16 plan scale", "active full; s-2: proration_credit -445.00, proration_charge 695.00, due 250.00; collect_payment s-2 250.00"},
			{"2026-11-16 void s-1", "refused: Invoice s-1 was credited by s-2 and can no longer be voided; the credit was granted or refunded."},
			{"2026-11-16 failed s-2", "past_due full; s-2 open; tell payment_failed s-2 2026-11-19"},
		}},
	)
}

// Invalid events are errors that name the field, all at once.
func TestEventFaults(t *testing.T) {
	p := lifecycle.Standard()
	sub := afterwards(p, acme(), lifecycle.Event{At: date(time.November, 1), Kind: lifecycle.Started, PaymentMethod: "card"})
	one := giventest.Money("1.00")
	for _, row := range []struct {
		name, why string
		given     lifecycle.Event
		want      []string
	}{
		{"an empty event", "law 14: all faults at once", lifecycle.Event{}, []string{"event.sequence unset", "event.kind unset", "event.at unset"}},
		{"an unknown kind", "", lifecycle.Event{Kind: 99}, []string{"event.kind invalid"}},
		{"an unknown actor", "", lifecycle.Event{Kind: lifecycle.Resumed, By: 9}, []string{"event.by invalid"}},
		{"an unknown timing", "", lifecycle.Event{Kind: lifecycle.CancellationRequested, Effective: 9}, []string{"event.effective invalid"}},
		{"unknown prorations", "", lifecycle.Event{
			Kind: lifecycle.Changed, By: plans.Support, Change: unitsOf("seat", decimal.NewFromInt(1)), Prorations: 9,
			ProrationSettings: plans.ProrationSettings{Charge: 9, Credit: 9},
		}, []string{"event.prorations invalid", "event.proration_settings.charge invalid", "event.proration_settings.credit invalid"}},
		{"before the last event", "law 10: a late event is for Correct", lifecycle.Event{Kind: lifecycle.Resumed, At: date(time.October, 1)}, []string{"event.at outside"}},
		{"beyond the calendar", "", lifecycle.Event{Kind: lifecycle.Resumed, At: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}, []string{"event.at limit"}},
		{"before the calendar", "", lifecycle.Event{Kind: lifecycle.Resumed, At: time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)}, []string{"event.at limit"}},
		{"seats without a number", "", lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Add: []plans.ItemQuantity{{Item: "seat"}}}}, []string{"event.change.add[0].quantity unset"}},
		{"seats without an item", "", lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Add: []plans.ItemQuantity{{Quantity: one}}}}, []string{"event.change.add[0].item unset"}},
		{"fewer than no seats removed", "", lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Remove: []plans.ItemQuantity{{Item: "seat", Quantity: one.Neg()}}}}, []string{"event.change.remove[0].quantity invalid"}},
		{"neither a quantity nor a price", "", lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Set: []plans.ItemSetting{{Item: "seat"}}}}, []string{"event.change.set[0] unset"}},
		{"no change", "", lifecycle.Event{Kind: lifecycle.Changed}, []string{"event.change unset"}},
		{"a cancellation as a change", "it has an event of its own", lifecycle.Event{Kind: lifecycle.Changed, Change: plans.Change{Cancel: true}}, []string{"event.change.cancel invalid"}},
		{"no invoice", "", lifecycle.Event{Kind: lifecycle.PaymentSucceeded}, []string{"event.payment.invoice unset"}},
		{"no invoice to void", "", lifecycle.Event{Kind: lifecycle.InvoiceVoided}, []string{"event.payment.invoice unset"}},
		{"a refund without a reason", "row M9: an act of its own", lifecycle.Event{Kind: lifecycle.PaymentRefunded, Payment: lifecycle.Payment{Invoice: "acme-1"}}, []string{"event.reason unset"}},
		{"no usage", "", lifecycle.Event{Kind: lifecycle.UsageRecorded}, []string{"event.charges unset"}},
		{"no charge", "", lifecycle.Event{Kind: lifecycle.ChargeAdded}, []string{"event.charges unset"}},
		{"too many charges", "", lifecycle.Event{Kind: lifecycle.ChargeAdded, Charges: make([]plans.Charge, 1001)}, []string{"event.charges limit"}},
		{"a credit as a charge", "row M9: an amount given back is a refund", lifecycle.Event{Kind: lifecycle.ChargeAdded, Charges: []plans.Charge{{Item: "x", Corrects: "y"}, {Item: "x", Net: one.Neg()}}}, []string{
			"event.charges[0] invalid", "event.charges[1] invalid",
		}},
		{"a recurring charge", "", lifecycle.Event{Kind: lifecycle.ChargeAdded, Charges: []plans.Charge{{Item: "x", Kind: plans.Recurring}}}, []string{"event.charges[0].kind invalid"}},
		{"a charge without an item", "", lifecycle.Event{Kind: lifecycle.ChargeAdded, Charges: []plans.Charge{{Quantity: one, Price: plans.Price{Unit: one}}}}, []string{"event.charges[0].item unset"}},
		{"a charge in another currency", "row M8", lifecycle.Event{Kind: lifecycle.ChargeAdded, Charges: []plans.Charge{{Item: "x", Currency: "EUR", Quantity: one, Price: plans.Price{Unit: one}}}}, []string{"event.charges[0].currency invalid"}},
		{"an end before the event", "", lifecycle.Event{Kind: lifecycle.CancellationRequested, On: date(time.November, 1)}, []string{"event.on outside"}},
		{"a pause that ends before it begins", "", lifecycle.Event{Kind: lifecycle.PauseRequested, Until: date(time.November, 20)}, []string{"event.until outside"}},
		{"a negative payment", "", lifecycle.Event{Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "acme-1", Amount: one.Neg()}}, []string{"event.payment.amount invalid"}},
		{"a grant of half a cent", "", lifecycle.Event{Kind: lifecycle.CreditGranted, Grant: credits.Entry{Amount: giventest.Money("10.005")}}, []string{"event.grant.amount invalid"}},
		{"a grant without an amount", "", lifecycle.Event{Kind: lifecycle.CreditGranted}, []string{"event.grant.amount unset"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := row.given
			if e.Kind != 0 {
				e.Sequence = 2
				if e.At.IsZero() {
					e.At = date(time.November, 2)
				}
			}
			before := giventest.JSON(t, sub)
			out, err := applyWith(p, sub, e)
			if giventest.CheckFaults(t, err, row.want...); out.Subscription.ID != "" || giventest.JSON(t, sub) != before {
				t.Errorf("%s: the call has an effect: %+v", row.why, out)
			}
		})
	}
}

// A repeated event, one whose sequence was already applied, changes nothing and is no error, since a caller may send an
// event twice. The outcome lists it.
func TestRepeatedEventChangesNothing(t *testing.T) {
	p := lifecycle.Standard()
	sub := inService(p)
	for _, sequence := range []int64{1, 2} {
		out, err := applyWith(p, sub, lifecycle.Event{Sequence: sequence, At: date(time.December, 24), Kind: lifecycle.CancellationRequested})
		if err != nil || len(out.Steps) != 1 || !out.Steps[0].Skipped || out.Steps[0].Sequence != sequence || len(out.Invoices)+len(out.Effects) > 0 || giventest.JSON(t, out.Subscription) != giventest.JSON(t, sub) {
			t.Errorf("event %d repeated: %v, %v", sequence, out, err)
		}
	}
}

// An invalid subscription is an error that names the field.
func TestSubscriptionFaults(t *testing.T) {
	p := lifecycle.Standard()
	for _, row := range []struct {
		name string
		edit func(*lifecycle.Subscription)
		want []string
	}{
		{"valid", func(*lifecycle.Subscription) {}, nil},
		{"no ID", func(s *lifecycle.Subscription) { s.ID = "" }, []string{"subscription.id unset"}},
		{"an unknown status", func(s *lifecycle.Subscription) { s.Status = 99 }, []string{"subscription.status invalid"}},
		{"fewer than no invoices", func(s *lifecycle.Subscription) { s.Issued = -1 }, []string{"subscription.issued invalid"}},
		{"no plan", func(s *lifecycle.Subscription) { s.Contract.Plan = "" }, []string{"subscription.contract.plan unset"}},
		{"no period", func(s *lifecycle.Subscription) { s.Period.End = s.Period.Start }, []string{"subscription.period period"}},
		{"no end of the trial", func(s *lifecycle.Subscription) { s.Status = lifecycle.Trialing }, []string{"subscription.trial_end unset"}},
		{"no start", func(s *lifecycle.Subscription) { s.Status = lifecycle.PendingStart }, []string{"subscription.start_at unset"}},
		{"a receivable without an invoice", func(s *lifecycle.Subscription) { s.Receivables = []invoice.Receivable{{}} }, []string{"subscription.receivables[0].invoice unset", "subscription.receivables[0].phase invalid"}},
		{"too many receivables", func(s *lifecycle.Subscription) { s.Receivables = make([]invoice.Receivable, 10_001) }, []string{"subscription.receivables limit"}},
		{"an invalid ledger", func(s *lifecycle.Subscription) { s.Ledger = []credits.Entry{{}} }, nil},
		{"an invalid contract of the next period", func(s *lifecycle.Subscription) {
			s.NextPeriod = &lifecycle.NextPeriod{Contract: s.Contract}
			s.NextPeriod.Contract.Plan = ""
		}, []string{
			"subscription.next_period.contract.plan unset",
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			sub := inService(p)
			row.edit(&sub)
			_, err := advanceWith(p, sub, date(time.November, 20))
			if row.name == "an invalid ledger" {
				if err == nil {
					t.Error("the invalid ledger is accepted")
				}
				return
			}
			giventest.CheckFaults(t, err, row.want...)
			if _, ok := nextWith(p, sub); ok != (err == nil) {
				t.Errorf("Next returns %v, and Advance %v", ok, err)
			}
		})
	}
}

// A refusal states its reason, and what is possible instead.
func TestRefusalSaysWhy(t *testing.T) {
	lead, none := advancePolicy(), advancePolicy()
	none.Renewal.Lead = proration.Interval{}
	started, paid := eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "")
	copied := func(at, inv string) lifecycle.Event {
		return paymentOn(at, lifecycle.BillingDetailsChanged, inv, "")
	}
	removed := eventOn("2026-01-10", lifecycle.Changed, func(e *lifecycle.Event) {
		e.Change = plans.Change{Remove: []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(2)}}}
	})
	refund := func(at, inv string) lifecycle.Event {
		e := paymentOn(at, lifecycle.PaymentRefunded, inv, "")
		e.Reason = "goodwill"
		return e
	}
	for _, c := range []struct {
		name, why string
		policy    lifecycle.Policy
		events    []lifecycle.Event
		want      string
	}{
		{"a copy of a credit note", "a credit note is no invoice, and has no receivable", none, []lifecycle.Event{started, paid, refund("2026-01-05", "r-1"), copied("2026-01-06", "r-2")}, `Invoice "r-2" does not exist`},
		{"a copy of a credited invoice", "the copy would charge the credited part again", none, []lifecycle.Event{started, paid, removed, copied("2026-01-11", "r-1")}, "Invoice r-1 was credited by r-2"},
		{
			"a copy of an advance invoice", "the invoice can be voided instead", lead,
			[]lifecycle.Event{started, paid, paymentOn("2026-01-22", lifecycle.PaymentFailed, "r-2", ""), copied("2026-01-23", "r-2")}, "Invoice r-2 is for the period from 2026-02-01",
		},
		{"a refund of an unknown invoice", "law 14", none, []lifecycle.Event{started, paid, refund("2026-01-05", "r-9")}, `Invoice "r-9" does not exist`},
		{"a price change by a customer", "support agrees on prices", none, []lifecycle.Event{started, paid, eventOn("2026-01-05", lifecycle.Changed, func(e *lifecycle.Event) {
			e.By, e.Change = plans.Customer, plans.Change{Set: []plans.ItemSetting{{Item: "seat", Price: &plans.Price{Free: true}}}}
		})}, "are handled by support"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i := range c.policy.ChangeRules {
				if c.policy.ChangeRules[i].Action == plans.ChangePrice {
					c.policy.ChangeRules[i].By = []plans.Actor{plans.Support}
				}
			}
			out := replayEvents(t, c.policy, c.events[len(c.events)-1].At.Format("2006-01-02"), c.events...)
			if got := out.Steps[len(out.Steps)-1].Refused; !strings.Contains(got, c.want) {
				t.Errorf("refused with %q, want %q: %s", got, c.want, c.why)
			}
		})
	}
}

// A refusal is one line that includes what is possible instead.
func TestRefusalIsOneLine(t *testing.T) {
	p := advancePolicy()
	for i := range p.ChangeRules {
		if p.ChangeRules[i].Action == plans.AddQuantity {
			p.ChangeRules[i].By = []plans.Actor{plans.Support}
		}
	}
	first := replayEvents(t, p, "2026-01-01", eventOn("2026-01-01", lifecycle.Started))
	e := seatsChanged("2026-01-02", 2, 1)
	_, err := applyWith(p, first.Subscription, e)
	if want := "Quantity increases are handled by support. Ask support; the change takes effect immediately."; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A refusal names its rule for code: the rule of the package that refuses, else the word of the event.
func TestRefusalNamesItsRule(t *testing.T) {
	p := helpDesk(withTrial)
	before := ordered(t, p, "growth", "", instantIn(t, "UTC", "2026-11-01"))
	trial, err := applyText(p, before, "2026-11-01 started")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ text, rule string }{
		{"2026-11-02 undo", "cancellation_withdrawn"},
		{"2026-11-02 seats -11", "changed"},
		{"2026-11-02 plan nothing", "plan"},
	} {
		_, err := applyText(p, trial.Subscription, row.text)
		var refusal *lifecycle.Refusal
		if errors.As(err, &refusal); refusal == nil || refusal.Rule != row.rule {
			t.Errorf("%s: got %+v and %v, want the rule %q", row.text, refusal, err, row.rule)
		}
	}
}
