package lifecycle_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// fieldSetters sets each field of an event, and of its payment, to a value that is not zero.
func fieldSetters() map[string]func(*lifecycle.Event) {
	return map[string]func(*lifecycle.Event){
		"on":             func(e *lifecycle.Event) { e.On = e.At.AddDate(0, 0, 40) },
		"until":          func(e *lifecycle.Event) { e.Until = e.At.AddDate(0, 0, 40) },
		"effective":      func(e *lifecycle.Event) { e.Effective = plans.AtPeriodEnd },
		"no_trial":       func(e *lifecycle.Event) { e.NoTrial = true },
		"payment_method": func(e *lifecycle.Event) { e.PaymentMethod = "wire" },
		"change": func(e *lifecycle.Event) {
			limited := pricedPlan("120.00")
			limited.Limits = []plans.Limit{{Name: "contacts", Most: decimal.NewFromInt(5)}}
			e.Change = plans.Change{Plan: limited}
		},
		"usage": func(e *lifecycle.Event) {
			e.Usage = []plans.LimitUsage{{Name: "contacts", Used: decimal.NewFromInt(9)}}
		},
		"owed_again":       func(e *lifecycle.Event) { e.OwedAgain = true },
		"scheduled_change": func(e *lifecycle.Event) { e.ScheduledChange = 2 },
		"invoices":         func(e *lifecycle.Event) { e.Invoices = lifecycle.PausedVoid },
		"prorations":       func(e *lifecycle.Event) { e.By, e.Prorations = plans.Support, plans.NextInvoice },
		"proration_settings": func(e *lifecycle.Event) {
			e.By, e.ProrationSettings.Charge = plans.Support, proration.ExtentFull
		},
		"prorate_from": func(e *lifecycle.Event) { e.By, e.ProrateFrom = plans.Support, utc("2026-01-01") },
		"if_paid":      func(e *lifecycle.Event) { e.IfPaid = true },
		"as":           func(e *lifecycle.Event) { e.As = credits.AsRefund },
		"document":     func(e *lifecycle.Event) { e.Document = &invoice.Invoice{ID: "r-1"} },
		"exception": func(e *lifecycle.Event) {
			e.Exception = &credits.Exception{Give: credits.InFull, As: credits.AsRefund, Reason: "goodwill"}
		},
		"charges": func(e *lifecycle.Event) { e.Charges = chargeOf("setup", "7.00") },
		"grant":   func(e *lifecycle.Event) { e.Grant = credits.Entry{Amount: decimal.NewFromInt(7)} },
		"taxes":   func(e *lifecycle.Event) { e.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: decimal.NewFromInt(20)}} },
		"contact": func(e *lifecycle.Event) { e.Contact.Name = "Acme" },
		"country": func(e *lifecycle.Event) { e.Country = "BR" },

		"payment.invoice":  func(e *lifecycle.Event) { e.Payment.Invoice = "r-1" },
		"payment.id":       func(e *lifecycle.Event) { e.Payment.ID = "p" },
		"payment.amount":   func(e *lifecycle.Event) { e.Payment.Amount = decimal.NewFromInt(7) },
		"payment.currency": func(e *lifecycle.Event) { e.Payment.Currency = "EUR" },
		"payment.expected": func(e *lifecycle.Event) { e.Payment.Expected = decimal.NewFromInt(7) },
		"payment.hard":     func(e *lifecycle.Event) { e.Payment.Hard = true },
		"payment.lines": func(e *lifecycle.Event) {
			e.Payment.Lines = []invoice.LineAmount{{Line: "r-1/1", Amount: decimal.NewFromInt(7)}}
		},
		"records": func(e *lifecycle.Event) {
			e.Records = []lifecycle.UsageRecord{{Item: "calls", Quantity: decimal.NewFromInt(7)}}
		},
	}
}

// jsonNames returns the JSON names of the fields of a struct.
func jsonNames(of reflect.Type) (all []string) {
	for i := range of.NumField() {
		name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		all = append(all, name)
	}
	return all
}

// everyField returns the names of the fields of events and payments, without those that every kind reads.
func everyField() (all []string) {
	for _, name := range jsonNames(reflect.TypeFor[lifecycle.Event]()) {
		if !slices.Contains([]string{"sequence", "at", "kind", "by", "reason", "payment", "tax_answers"}, name) {
			all = append(all, name)
		}
	}
	for _, name := range jsonNames(reflect.TypeFor[lifecycle.Payment]()) {
		all = append(all, "payment."+name)
	}
	return all
}

// minimalEvent returns an event of a kind with the fields that it requires.
func minimalEvent(kind lifecycle.EventKind, at string) lifecycle.Event {
	e := eventOn(at, kind)
	e.Sequence, e.Reason = 9, "goodwill"
	required := []string{}
	switch kind {
	case lifecycle.PaymentAttempted, lifecycle.PaymentSucceeded, lifecycle.PaymentFailed, lifecycle.PaymentDisputed, lifecycle.PaymentRefunded,
		lifecycle.InvoiceVoided, lifecycle.InvoiceWrittenOff, lifecycle.DisputeWon, lifecycle.DisputeLost, lifecycle.PaymentReversed,
		lifecycle.RefundSucceeded, lifecycle.RefundFailed:
		required = append(required, "payment.invoice")
	case lifecycle.InvoiceCredited:
		required = append(required, "payment.invoice")
		e.As = credits.AsBalance
	case lifecycle.Changed:
		required = append(required, "change")
	case lifecycle.CollectionPaused:
		e.Invoices = lifecycle.PausedKeep
	case lifecycle.UsageRecorded, lifecycle.ChargeAdded:
		required = append(required, "charges")
	case lifecycle.CreditGranted:
		e.Grant.Amount = decimal.NewFromInt(3)
	case lifecycle.TrialExtended:
		required = append(required, "until")
	case lifecycle.Started, lifecycle.TrialConverted, lifecycle.PaymentMethodAdded, lifecycle.PaymentMethodRemoved, lifecycle.ScheduledChangeCanceled,
		lifecycle.PauseRequested, lifecycle.Resumed, lifecycle.RenewalDisabled, lifecycle.RenewalEnabled, lifecycle.CancellationRequested,
		lifecycle.CancellationWithdrawn, lifecycle.Reactivated, lifecycle.TaxesChanged, lifecycle.BillingDetailsChanged, lifecycle.CreditPaidOut,
		lifecycle.AdvanceInvoiceRequested, lifecycle.CollectionResumed:
	}
	for _, name := range required {
		fieldSetters()[name](&e)
	}
	return e
}

// situation is a policy with a subscription and the invoices issued for it.
type situation struct {
	name   string
	policy lifecycle.Policy
	sub    lifecycle.Subscription
	issued []invoice.Invoice
}

// situations returns a subscription before its start and in trial, and one with an invoice in several states.
func situations(t *testing.T) []situation {
	t.Helper()
	p := anyChange()
	p.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsBalance}
	p.Dunning.Retries = []proration.Interval{giventest.Interval("P2D")}
	for i := range p.ChangeRules {
		p.ChangeRules[i].Limits = true
	}
	fresh := tenSeatsFromJanuary()
	all := []situation{{"not started", p, fresh, nil}, {"not started, with a trial", p, trialing(giventest.Interval("P20D"), fresh), nil}}
	for _, more := range [][]lifecycle.Event{
		nil,
		{paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "p")},
		{paymentOn("2026-01-01", lifecycle.PaymentAttempted, "r-1", "p")},
		{paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x"), paymentOn("2026-01-01", lifecycle.PaymentDisputed, "r-1", "x")},
		{paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x"), paymentOn("2026-01-02", lifecycle.PaymentSucceeded, "r-1", "y")},
		{eventOn("2026-01-01", lifecycle.CreditGranted, func(e *lifecycle.Event) { e.Grant.Amount = decimal.NewFromInt(11) })},
		{paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x"), eventOn("2026-01-02", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.On = utc("2026-03-01") })},
		{paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "x"), eventOn("2026-01-02", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.Effective = plans.Immediately })},
	} {
		out := replayEvents(t, p, "2026-01-02", append([]lifecycle.Event{eventOn("2026-01-01", lifecycle.Started)}, more...)...)
		name := "started"
		for _, e := range more {
			name += ", " + e.Kind.String()
		}
		all = append(all, situation{name, p, out.Subscription, out.Invoices})
	}
	trial, err := applyWith(p, trialing(giventest.Interval("P20D"), fresh), numbered(eventOn("2026-01-01", lifecycle.Started), 1))
	if err != nil {
		t.Fatal(err)
	}
	seat := func(e *lifecycle.Event) { e.Change, e.On = unitsOf("seat", decimal.NewFromInt(1)), utc("2026-01-20") }
	desk := func(e *lifecycle.Event) {
		e.On = utc("2026-01-21")
		e.Change.Add = []plans.ItemQuantity{{Item: "desk", Quantity: decimal.NewFromInt(1), Price: &plans.Price{Unit: decimal.NewFromInt(9)}}}
	}
	waiting := replayEvents(t, p, "2026-01-02", eventOn("2026-01-01", lifecycle.Started), eventOn("2026-01-01", lifecycle.Changed, seat),
		eventOn("2026-01-01", lifecycle.Changed, desk))
	paused := replayEvents(t, p, "2026-01-02", eventOn("2026-01-01", lifecycle.Started), eventOn("2026-01-01", lifecycle.PauseRequested))
	return append(all, situation{"in trial", p, trial.Subscription, nil}, situation{"with two scheduled changes", p, waiting.Subscription, nil},
		situation{"paused", p, paused.Subscription, nil})
}

// numbered returns an event with a number.
func numbered(e lifecycle.Event, n int64) lifecycle.Event {
	e.Sequence = n
	return e
}

// Every kind of event refuses every field that it does not read (law 19), also beside the fields that it requires, and
// a field that it reads is never refused for the kind.
func TestEveryEventRefusesTheFieldsItDoesNotRead(t *testing.T) {
	short.Skip(t)
	setters := fieldSetters()
	names := everyField()
	tried := 0
	for kind := lifecycle.EventKind(1); int(kind) <= lifecycle.EventKinds(); kind++ {
		reads := lifecycle.FieldsRead(kind)
		for _, name := range names {
			e := minimalEvent(kind, "2026-01-02")
			setters[name](&e)
			for _, s := range situations(t) {
				tried++
				_, err := applyWith(s.policy, s.sub, e)
				unread := slices.ContainsFunc(fault.All(err), func(f *proration.Error) bool {
					return f.Field == "event."+name && strings.HasPrefix(f.Reason, "must be unset for "+kind.String()+", which reads ")
				})
				if want := !slices.Contains(reads, name); unread != want {
					t.Errorf("%v with %s, %s: the field is refused: %t; %v", kind, name, s.name, unread, err)
				}
			}
		}
	}
	t.Logf("%d events of %d kinds with %d fields", tried, lifecycle.EventKinds(), len(names))
	if want := lifecycle.EventKinds() * len(names) * 13; tried != want || len(names) != len(setters) {
		t.Errorf("%d events with %d fields, want %d", tried, len(names), want)
	}
}

// Every field of the table is read: in some situation, it decides the outcome (law 19). The ID of a refunded payment
// only names the payment.
func TestEveryFieldOfTheTableDecidesAnOutcome(t *testing.T) {
	short.Skip(t)
	setters, all := fieldSetters(), situations(t)
	read := 0
	for kind := lifecycle.EventKind(1); int(kind) <= lifecycle.EventKinds(); kind++ {
		for _, name := range lifecycle.FieldsRead(kind) {
			if kind == lifecycle.PaymentRefunded && name == "payment.id" {
				continue
			}
			decides := slices.ContainsFunc(all, func(s situation) bool {
				without := minimalEvent(kind, "2026-01-02")
				if name == "document" { // the copy of an invoice
					setters["payment.invoice"](&without)
				}
				with := without
				setters[name](&with)
				if with.Document != nil && len(s.issued) > 0 {
					with.Document = &s.issued[0]
				}
				return outcomeAndLater(t, s, with) != outcomeAndLater(t, s, without)
			})
			required := slices.Contains([]string{"payment.invoice", "change", "charges"}, name) || kind == lifecycle.TrialExtended
			if !decides && !required {
				t.Errorf("%v: %s never decides an outcome", kind, name)
			}
			read++
		}
	}
	t.Logf("%d fields that kinds read", read)
	if read < 40 {
		t.Errorf("%d fields that kinds read, want at least 40", read)
	}
}

// changeSetters sets each field of a change to a value that is not zero.
func changeSetters() map[string]func(*plans.Change) {
	at := func(price string) *plans.Price { return &plans.Price{Unit: giventest.Money(price)} }
	one := []plans.ItemQuantity{{Item: "seat", Quantity: decimal.NewFromInt(1)}}
	return map[string]func(*plans.Change){
		"plan": func(c *plans.Change) { c.Plan = pricedPlan("120.00") },
		"items": func(c *plans.Change) {
			c.Items = []plans.ChangeItem{{ID: "seat", Quantity: decimal.NewFromInt(4)}, {ID: "desk", Quantity: decimal.NewFromInt(1), Price: at("9.00")}}
		},
		"add":      func(c *plans.Change) { c.Add = one },
		"remove":   func(c *plans.Change) { c.Remove = one },
		"set":      func(c *plans.Change) { c.Set = []plans.ItemSetting{{Item: "seat", Price: at("90.00")}} },
		"interval": func(c *plans.Change) { c.Interval = giventest.Interval("P1Y") },
		"term": func(c *plans.Change) {
			c.Term = &plans.Term{Length: giventest.Interval("P6M"), Billing: plans.PerPeriod, Renewal: plans.Renew}
		},
		"end":       func(c *plans.Change) { c.End = utc("2026-01-20") },
		"anchor":    func(c *plans.Change) { c.Anchor = plans.AnchorReset },
		"anchor_at": func(c *plans.Change) { c.AnchorAt = utc("2026-01-15") },
		"cancel":    func(c *plans.Change) { c.Cancel = true },
		"add_discounts": func(c *plans.Change) {
			c.AddDiscounts = []plans.Discount{{ID: "loyal", Percent: decimal.NewFromInt(10), Duration: plans.Forever}}
		},
		"remove_discounts": func(c *plans.Change) { c.RemoveDiscounts = []string{"early"} },
		"ramp":             func(c *plans.Change) { c.Interval, c.Ramp = giventest.Interval("P1Y"), plans.RampDrop },
		"until":            func(c *plans.Change) { c.Until = utc("2026-01-20") },
	}
}

// Every field of a change decides the outcome of changed, and that of reactivated after an end, or is an error (law
// 19). Every other kind refuses a change, whatever field it sets.
func TestEveryFieldOfAChangeIsRead(t *testing.T) {
	short.Skip(t)
	setters, names := changeSetters(), jsonNames(reflect.TypeFor[plans.Change]())
	p, sub := anyChange(), tenSeatsFromJanuary()
	sub.Contract.Discounts = []plans.Discount{{ID: "early", Percent: decimal.NewFromInt(5), Duration: plans.Forever}}
	begin := eventOn("2026-01-01", lifecycle.Started)
	begin.Sequence = 1
	out, err := applyWith(p, sub, begin)
	if err != nil {
		t.Fatal(err)
	}
	active := situation{policy: p, sub: out.Subscription}
	ended := eventOn("2026-01-02", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.Sequence, e.Effective = 2, plans.Immediately })
	if out, err = applyWith(p, active.sub, ended); err != nil {
		t.Fatal(err)
	}
	contractAfter := func(s situation, e *lifecycle.Event) string {
		out, err := applyWith(s.policy, s.sub, *e)
		if err == nil {
			out, err = advanceWith(s.policy, out.Subscription, utc("2026-03-11"))
		}
		if err != nil {
			return err.Error()
		}
		return giventest.JSON(t, out.Subscription.Contract)
	}
	unpaid := situation{policy: p, sub: out.Subscription}
	readers := map[lifecycle.EventKind]situation{lifecycle.Changed: active, lifecycle.Reactivated: unpaid}
	back := minimalEvent(lifecycle.Reactivated, "2026-01-11")
	unchanged := map[lifecycle.EventKind]string{lifecycle.Reactivated: contractAfter(unpaid, &back)}
	later, err := advanceWith(p, active.sub, utc("2026-03-11"))
	if err != nil {
		t.Fatal(err)
	}
	unchanged[lifecycle.Changed] = giventest.JSON(t, later.Subscription.Contract)
	tried := 0
	for _, name := range names {
		for kind := lifecycle.EventKind(1); int(kind) <= lifecycle.EventKinds(); kind++ {
			tried++
			e := minimalEvent(kind, "2026-01-11")
			e.Change = plans.Change{}
			setters[name](&e.Change)
			s, reads := readers[kind]
			if !reads {
				_, err := applyWith(active.policy, active.sub, e)
				if got := giventest.Faults(err); !slices.Contains(got, "event.change invalid") {
					t.Errorf("%v with a change of %s gives %v", kind, name, err)
				}
				continue
			}
			if contractAfter(s, &e) == unchanged[kind] {
				t.Errorf("%v with a change of %s changes nothing", kind, name)
			}
		}
	}
	t.Logf("%d changes of %d fields", tried, len(names))
	if want := lifecycle.EventKinds() * len(setters); tried != want || len(names) != len(setters) {
		t.Errorf("%d changes, want %d", tried, want)
	}
}

// outcomeAndLater returns the outcome of an event, and of its subscription two months later, or the error.
func outcomeAndLater(t *testing.T, s situation, e lifecycle.Event) string {
	t.Helper()
	out, err := applyWith(s.policy, s.sub, e)
	if err != nil {
		return err.Error()
	}
	later, err := advanceWith(s.policy, out.Subscription, e.At.AddDate(0, 2, 0))
	if err != nil {
		return err.Error()
	}
	return giventest.JSON(t, out) + giventest.JSON(t, later)
}

// Fields that a kind reads are refused in a combination of which one is not read.
func TestCombinationsOfFieldsThatAreNotRead(t *testing.T) {
	charge := func(edit func(*plans.Charge)) func(*lifecycle.Event) {
		return func(e *lifecycle.Event) { e.Charges = chargeOf("setup", "7.00"); edit(&e.Charges[0]) }
	}
	for _, c := range []struct {
		name string
		kind lifecycle.EventKind
		edit func(*lifecycle.Event)
		want []string
	}{
		{"a start in the past", lifecycle.Started, func(e *lifecycle.Event) { e.On = e.At.Add(-time.Second) }, []string{"event.on outside"}},
		{"a start now", lifecycle.Started, func(e *lifecycle.Event) { e.On = e.At }, nil},
		{"an end in the past", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.On = e.At.Add(-time.Second) }, []string{"event.on outside"}},
		{"two times of an end", lifecycle.CancellationRequested, func(e *lifecycle.Event) { e.On, e.Effective = e.At, plans.Immediately }, []string{"event.effective invalid"}},
		{"an amount beside lines", lifecycle.PaymentRefunded, func(e *lifecycle.Event) {
			e.Payment = lifecycle.Payment{Invoice: "r-1", Amount: decimal.NewFromInt(7), Lines: []invoice.LineAmount{{Line: "r-1/1"}}}
		}, []string{"event.payment.amount invalid"}},
		{"a document without its invoice", lifecycle.BillingDetailsChanged, func(e *lifecycle.Event) { e.Document = &invoice.Invoice{} }, []string{"event.payment.invoice unset"}},
		{"a charge with an ID", lifecycle.UsageRecorded, charge(func(c *plans.Charge) { c.ID = "r-2/1" }), []string{"event.charges[0].id invalid"}},
		{"a charge of another one", lifecycle.ChargeAdded, charge(func(c *plans.Charge) { c.Restores = "r-1/1" }), []string{"event.charges[0].restores invalid"}},
		{"a charge with a share", lifecycle.ChargeAdded, charge(func(c *plans.Charge) { c.Share.Fraction = proration.Fraction{Num: 1, Den: 2} }), []string{"event.charges[0].share invalid"}},
		{"a charge less a discount", lifecycle.ChargeAdded, charge(func(c *plans.Charge) { c.Discounts = []plans.Deduction{{Discount: "d"}} }), []string{"event.charges[0].discounts invalid"}},
		{"a charge of a waiting change", lifecycle.UsageRecorded, charge(func(c *plans.Charge) { c.PricedAt = utc("2026-01-02") }), []string{"event.charges[0].priced_at invalid"}},
		{"a charge with a computed amount", lifecycle.UsageRecorded, charge(func(c *plans.Charge) { c.Share.Of = decimal.NewFromInt(7) }), []string{"event.charges[0].share invalid"}},
		{"a charge without tax", lifecycle.UsageRecorded, charge(func(c *plans.Charge) { c.Untaxed = decimal.NewFromInt(7) }), []string{"event.charges[0].untaxed invalid"}},
		{"a grant that spends", lifecycle.CreditGranted, func(e *lifecycle.Event) { e.Grant.Kind = credits.Spent }, []string{"event.grant.kind invalid"}},
		{"a grant of another day", lifecycle.CreditGranted, func(e *lifecycle.Event) { e.Grant.At = e.At.AddDate(0, 0, 1) }, []string{"event.grant.at invalid"}},
		{"no taxes at a start", lifecycle.Started, func(e *lifecycle.Event) { e.Taxes = []invoice.TaxRate{} }, []string{"event.taxes invalid"}},
		{"a time of a change", lifecycle.Changed, func(e *lifecycle.Event) { e.On, e.Effective = e.At, plans.AtPeriodEnd }, []string{"event.effective invalid"}},
		{"a known end in a change", lifecycle.Changed, func(e *lifecycle.Event) { e.Change.Until = e.At.AddDate(0, 0, 9) }, []string{"event.change.until invalid"}},
		{"a plan of a resumption", lifecycle.Resumed, func(e *lifecycle.Event) { e.Change.Plan = pricedPlan("7.00") }, []string{"event.change invalid"}},
		{"a sale at the start", lifecycle.Started, func(e *lifecycle.Event) { e.Charges = chargeOf("setup", "7.00") }, []string{"event.charges invalid"}},
		{"lines of a void invoice", lifecycle.InvoiceVoided, func(e *lifecycle.Event) { e.Payment.Lines = []invoice.LineAmount{{Line: "r-1/1"}} }, []string{"event.payment.lines invalid"}},
		{"a sale of no units", lifecycle.ChargeAdded, charge(func(c *plans.Charge) { c.Quantity = decimal.Decimal{} }), []string{"event.charges[0].quantity unset"}},
		{"usage without a price", lifecycle.UsageRecorded, charge(func(c *plans.Charge) { c.Price = plans.Price{} }), []string{"event.charges[0].price unset"}},
		{"usage of a return without a change", lifecycle.Reactivated, func(e *lifecycle.Event) { e.Usage = []plans.LimitUsage{{Name: "seat"}} }, []string{"event.usage invalid"}},
		{"two fields", lifecycle.Resumed, func(e *lifecycle.Event) { e.On, e.Payment.Hard = e.At, true }, []string{"event.on invalid", "event.payment.hard invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := minimalEvent(c.kind, "2026-01-02")
			c.edit(&e)
			sub := tenSeatsFromJanuary()
			if c.kind != lifecycle.Started {
				sub = replayEvents(t, anyChange(), "2026-01-02", eventOn("2026-01-01", lifecycle.Started)).Subscription
			}
			_, err := applyWith(anyChange(), sub, e)
			giventest.CheckFaults(t, err, c.want...)
		})
	}
}

// An exception to the refund rules that an end does not apply is refused: at a later end, where nothing can be
// returned, and where the invoice is void. On an open invoice it is applied.
func TestExceptionThatIsNotApplied(t *testing.T) {
	paid := paymentOn("2026-01-01", lifecycle.PaymentSucceeded, "r-1", "p")
	end := func(as credits.RefundAs, when plans.EffectiveTiming) lifecycle.Event {
		return eventOn("2026-01-11", lifecycle.CancellationRequested, func(e *lifecycle.Event) {
			e.Effective, e.Exception = when, &credits.Exception{Give: credits.InFull, As: as, Reason: "goodwill"}
		})
	}
	started, trial := eventOn("2026-01-01", lifecycle.Started), eventOn("2026-01-01", lifecycle.Started)
	for _, c := range []struct {
		name   string
		edit   func(*lifecycle.Policy, *lifecycle.Subscription)
		events []lifecycle.Event
		want   string // part of the refusal, or the effects
	}{
		{"paid", nil, []lifecycle.Event{started, paid, end(credits.AsRefund, plans.Immediately)}, "collect_payment r-1 1000.00; refund r-2 1000.00"},
		{"not paid", nil, []lifecycle.Event{started, end(credits.AsRefund, plans.Immediately)}, "collect_payment r-1 1000.00; withdraw r-1 0.00"},
		{"a later end", nil, []lifecycle.Event{started, paid, end(credits.AsRefund, plans.AtPeriodEnd)}, "refused: exception must be unset for an end on 2026-02-01"},
		{"nothing that is paid through", nil, []lifecycle.Event{started, end(credits.AsRefund, plans.AtPaidThrough)}, "refused: exception must be unset; no charge is left"},
		{"a void policy", func(p *lifecycle.Policy, _ *lifecycle.Subscription) { p.Dunning.OpenInvoice = lifecycle.OpenVoid },
			[]lifecycle.Event{started, end(credits.AsBalance, plans.Immediately)}, "refused: exception must be unset; no charge is left"},
		{"the first payment is missing", func(p *lifecycle.Policy, _ *lifecycle.Subscription) {
			p.FirstPaymentTimeout = giventest.Interval("P20D")
		},
			[]lifecycle.Event{started, end(credits.AsRefund, plans.Immediately)}, "refused: exception must be unset; no charge is left"},
		{"in the trial", func(_ *lifecycle.Policy, sub *lifecycle.Subscription) {
			*sub = trialing(giventest.Interval("P20D"), *sub)
		},
			[]lifecycle.Event{trial, end(credits.AsNothing, plans.Immediately)}, "refused: exception must be unset; no charge is left"},
		{"all of it is credited", nil, []lifecycle.Event{started, eventOn("2026-01-05", lifecycle.InvoiceCredited, func(e *lifecycle.Event) {
			e.Payment.Invoice, e.As, e.Reason = "r-1", credits.AsBalance, "goodwill"
		}), end(credits.AsRefund, plans.Immediately)}, "refused: exception must be unset; no charge is left"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, sub := anyChange(), tenSeatsFromJanuary()
			if c.edit != nil {
				c.edit(&p, &sub)
			}
			var got []string
			for i, e := range c.events {
				e.Sequence = int64(i + 1)
				out, err := applyWith(p, sub, e)
				if errors.Is(err, plans.ErrRefused) {
					got = []string{strings.Replace(err.Error(), "The request does not fit the subscription", "refused", 1)}
					giventest.CheckFaults(t, err, "event.exception invalid")
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				got, sub = append(got, effectTexts(out)...), out.Subscription
			}
			if text := strings.Join(got, "; "); !strings.HasPrefix(text, c.want) {
				t.Errorf("got %q, want %q", text, c.want)
			}
		})
	}
}
