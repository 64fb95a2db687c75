package lifecycle_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// scenario is a row of a table: the steps of one subscription.
type scenario struct {
	name, why string
	policy    lifecycle.Policy
	sub       lifecycle.Subscription
	steps     []step
}

// step is an input that applyText reads, and the wanted outcome as outcomeText writes it.
type step struct{ given, want string }

// runScenarios runs every scenario and compares each step with the wanted outcome.
func runScenarios(t *testing.T, all ...scenario) {
	t.Helper()
	for _, row := range all {
		t.Run(row.name, func(t *testing.T) {
			sub := row.sub
			var got []string
			right := true
			for _, s := range row.steps {
				var text string
				sub, text = runStep(t, row.policy, sub, s.given)
				got = append(got, "{"+strconv.Quote(s.given)+", "+strconv.Quote(text)+"},")
				right = right && text == s.want
			}
			if !right {
				t.Errorf("%s\ngot\n%s", row.why, strings.Join(got, "\n"))
			}
		})
	}
}

// runStep runs one step. It also checks that the subscription passed in is not modified, that a stored subscription
// gives the same outcome, that every invoice is valid, and that a refusal changes nothing.
func runStep(t *testing.T, policy lifecycle.Policy, sub lifecycle.Subscription, text string) (lifecycle.Subscription, string) {
	t.Helper()
	before := giventest.JSON(t, sub)
	stored := giventest.CheckRoundTrip(t, sub)
	stored.Contract.Cycle.Location = sub.Contract.Cycle.Location
	out, err := applyText(policy, sub, text)
	again, err2 := applyText(policy, stored, text)
	if after := giventest.JSON(t, sub); after != before {
		t.Errorf("%s: the subscription passed in was modified, from\n%s\nto\n%s", text, before, after)
	}
	if a, b := giventest.JSON(t, out), giventest.JSON(t, again); a != b || (err == nil) != (err2 == nil) {
		t.Errorf("%s: a stored subscription results in\n%s %v\nwant\n%s %v", text, b, err2, a, err)
	}
	var refusal *lifecycle.Refusal
	switch {
	case errors.As(err, &refusal):
		if !errors.Is(err, plans.ErrRefused) {
			t.Errorf("%s: %v does not match ErrRefused", text, err)
		}
		return sub, "refused: " + refusal.Reason + separated(refusal.Instead)
	case err != nil:
		return sub, "error: " + err.Error()
	}
	for _, inv := range out.Invoices {
		if err := invoice.Check(inv); err != nil {
			t.Errorf("%s: invoice %s: %v", text, inv.ID, err)
		}
	}
	return out.Subscription, changedText(policy, sub, out)
}

// separated returns a text after a bar, or "" for none.
func separated(text string) string {
	if text == "" {
		return ""
	}
	return " | " + text
}

// applyText applies a text, "2026-11-16 seats +2" or "2026-12-01 paid s-2 by support". Without an event it advances to
// the time.
func applyText(policy lifecycle.Policy, sub lifecycle.Subscription, text string) (lifecycle.Outcome, error) {
	at, rest, _ := strings.Cut(text, " ")
	instant := giventest.Instant(at, sub.Contract.Cycle.Location)
	if rest == "" {
		return advanceWith(policy, sub, instant)
	}
	e := parseEvent(rest, sub.Contract.Cycle.Location)
	e.At, e.Sequence = instant, sub.Sequence+1
	return applyWith(policy, sub, e)
}

// eventWords are the words of the events.
var eventWords = map[string]lifecycle.EventKind{
	"started": lifecycle.Started, "bought": lifecycle.TrialConverted, "trial": lifecycle.TrialExtended, "card": lifecycle.PaymentMethodAdded, "nocard": lifecycle.PaymentMethodRemoved,
	"attempted": lifecycle.PaymentAttempted, "paid": lifecycle.PaymentSucceeded, "failed": lifecycle.PaymentFailed, "disputed": lifecycle.PaymentDisputed,
	"refunded": lifecycle.PaymentRefunded, "seats": lifecycle.Changed, "plan": lifecycle.Changed, "interval": lifecycle.Changed,
	"price": lifecycle.Changed, "dates": lifecycle.Changed, "extend": lifecycle.Changed, "shorten": lifecycle.Changed,
	"withdraw": lifecycle.ScheduledChangeCanceled, "pause": lifecycle.PauseRequested, "resume": lifecycle.Resumed, "renewaloff": lifecycle.RenewalDisabled,
	"renewalon": lifecycle.RenewalEnabled, "cancel": lifecycle.CancellationRequested, "undo": lifecycle.CancellationWithdrawn, "reactivate": lifecycle.Reactivated,
	"taxes": lifecycle.TaxesChanged, "details": lifecycle.BillingDetailsChanged, "usage": lifecycle.UsageRecorded, "sold": lifecycle.ChargeAdded,
	"grant": lifecycle.CreditGranted, "void": lifecycle.InvoiceVoided, "writeoff": lifecycle.InvoiceWrittenOff,
}

// parseEvent reads an event. Words that several kinds share come last: "by support", "on 2026-12-01", "using 3000
// contacts".
func parseEvent(text string, loc *time.Location) lifecycle.Event {
	words := strings.Fields(text)
	e := lifecycle.Event{Kind: eventWords[words[0]]}
	if e.Kind == 0 {
		panic("no event: " + text)
	}
	verb, words := words[0], words[1:]
	for n := len(words); n > 0; {
		last := func(word string, args int) bool { return n > args && words[n-args-1] == word }
		switch {
		case last("by", 1):
			e.By = plans.Support
			n -= 2
		case last("on", 1):
			e.On = giventest.Instant(words[n-1], loc)
			n -= 2
		case last("until", 1):
			e.Until = giventest.Instant(words[n-1], loc)
			n -= 2
		case last("because", 1):
			e.Reason = words[n-1]
			n -= 2
		case last("using", 2):
			e.Usage = append(e.Usage, plans.LimitUsage{Name: words[n-1], Used: giventest.Money(words[n-2])})
			n -= 3
		case last("hard", 0):
			e.Payment.Hard = true
			n--
		case last("immediately", 0):
			e.Effective = plans.Immediately
			n--
		case last("at_period_end", 0):
			e.Effective = plans.AtPeriodEnd
			n--
		case last("at_term_end", 0):
			e.Effective = plans.AtTermEnd
			n--
		case last("notrial", 0):
			e.NoTrial = true
			n--
		case e.Kind == lifecycle.Changed:
			e.Change = parseChange(verb, words[:n], loc)
			n = 0
		default:
			parsePayload(&e, words[:n], loc)
			n = 0
		}
	}
	return e
}

// parseChange reads a change: "seats 2", "seats -1 light", "plan scale", "price 20", "dates 2026-12-05", "extend P1Y".
func parseChange(verb string, words []string, loc *time.Location) plans.Change {
	item := "seat"
	if len(words) > 1 {
		item = words[1]
	}
	switch verb {
	case "seats":
		return unitsOf(item, giventest.Money(words[0]))
	case "plan", "interval":
		return plans.Change{Plan: &plans.Plan{ID: words[0]}}
	case "price":
		return plans.Change{Set: []plans.ItemSetting{{Item: item, Price: &plans.Price{Unit: giventest.Money(words[0])}}}}
	case "dates":
		return plans.Change{AnchorAt: giventest.Instant(words[0], loc)}
	case "extend":
		return plans.Change{Term: &plans.Term{Length: giventest.Interval(words[0])}}
	case "shorten":
		return plans.Change{End: giventest.Instant(words[0], loc)}
	}
	panic("no change: " + verb)
}

// parsePayload reads the words that only one kind of event has.
func parsePayload(e *lifecycle.Event, words []string, loc *time.Location) {
	word := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	switch e.Kind {
	case lifecycle.Started, lifecycle.PaymentMethodAdded:
		e.PaymentMethod = word(0)
	case lifecycle.PaymentAttempted, lifecycle.PaymentSucceeded, lifecycle.PaymentFailed, lifecycle.PaymentDisputed, lifecycle.PaymentRefunded,
		lifecycle.InvoiceVoided, lifecycle.InvoiceWrittenOff:
		e.Payment.Invoice = word(0)
		if len(words) > 1 {
			e.Payment.Amount = giventest.Money(word(1))
		}
	case lifecycle.TaxesChanged:
		e.Taxes = []invoice.TaxRate{{Name: word(0), Percent: giventest.Money(word(1))}}
	case lifecycle.BillingDetailsChanged:
		e.Contact.Name, e.Country = word(0), word(1)
	case lifecycle.UsageRecorded, lifecycle.ChargeAdded:
		e.Charges = []plans.Charge{{Item: word(0), Quantity: giventest.Money(word(1)), Price: plans.Price{Unit: giventest.Money(word(2))}}}
	case lifecycle.CreditGranted:
		e.Grant.Amount = giventest.Money(word(0))
	case lifecycle.TrialConverted, lifecycle.TrialExtended, lifecycle.PaymentMethodRemoved, lifecycle.Changed, lifecycle.ScheduledChangeCanceled, lifecycle.PauseRequested, lifecycle.Resumed,
		lifecycle.RenewalDisabled, lifecycle.RenewalEnabled, lifecycle.CancellationRequested, lifecycle.CancellationWithdrawn, lifecycle.Reactivated:
		panic("unexpected words: " + strings.Join(words, " "))
	}
}

// changedText writes an outcome on one line, as outcomeText does, given the subscription before it.
func changedText(policy lifecycle.Policy, before lifecycle.Subscription, out lifecycle.Outcome) string {
	events := map[string]int{}
	for _, r := range before.Receivables {
		events[r.Invoice] = len(r.Events)
	}
	return textOf(policy, out, func(r *invoice.Receivable) bool { return len(r.Events) > events[r.Invoice] })
}

// outcomeText writes an outcome on one line: the status and the access, each new invoice as invoiceText writes it, the
// effects, and the notices.
func outcomeText(policy lifecycle.Policy, out lifecycle.Outcome) string {
	return textOf(policy, out, func(*invoice.Receivable) bool { return false })
}

// textOf writes an outcome on one line, with the status of each earlier invoice that changed.
func textOf(policy lifecycle.Policy, out lifecycle.Outcome, changed func(*invoice.Receivable) bool) string {
	sub := out.Subscription
	all := []string{sub.Status.String() + " " + accessOf(policy, sub).String()}
	for _, inv := range out.Invoices {
		all = append(all, invoiceText(inv))
	}
	for _, r := range out.Receivables {
		issued := slices.ContainsFunc(out.Invoices, func(inv invoice.Invoice) bool { return inv.ID == r.Invoice })
		if !issued && changed(&r) {
			all = append(all, r.Invoice+" "+r.Phase.Status())
		}
	}
	for _, e := range out.Effects {
		text := e.Kind.String() + " " + e.Invoice
		if !e.Amount.IsZero() {
			places, _ := sub.Contract.Currency.Places()
			text += " " + e.Amount.StringFixed(places)
		}
		all = append(all, text)
	}
	for _, n := range out.Notices {
		text := "tell " + n.Kind.String()
		if n.Invoice != "" {
			text += " " + n.Invoice
		}
		if !n.Of.IsZero() {
			text += " " + shortTime(n.Of)
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

// shortTime writes a time, or only its date if it is midnight.
func shortTime(t time.Time) string {
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 && t.Nanosecond() == 0 {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02T15:04:05.999999999")
}

// invoiceText writes an invoice on one line: "s-2: proration_credit -926.67, proration_charge 593.33, granted 333.34,
// due 0.00".
func invoiceText(inv invoice.Invoice) string {
	places, _ := inv.Currency.Places()
	var parts []string
	for _, l := range inv.Lines {
		parts = append(parts, l.Kind.String()+" "+l.Net.StringFixed(places))
	}
	if !inv.Tax.IsZero() {
		parts = append(parts, "tax "+inv.Tax.StringFixed(places))
	}
	for _, e := range inv.LedgerEntries {
		word := "granted "
		if e.Amount.IsNegative() {
			word = "credit "
		}
		parts = append(parts, word+e.Amount.StringFixed(places))
	}
	return inv.ID + ": " + strings.Join(append(parts, "due "+inv.AmountDue.StringFixed(places)), ", ")
}

// unitsOf is a change that adds units of an item, or removes them if the quantity is negative.
func unitsOf(item string, quantity decimal.Decimal, price ...*plans.Price) plans.Change {
	if quantity.IsNegative() {
		return plans.Change{Remove: []plans.ItemQuantity{{Item: item, Quantity: quantity.Neg()}}}
	}
	step := plans.ItemQuantity{Item: item, Quantity: quantity}
	if len(price) > 0 {
		step.Price = price[0]
	}
	return plans.Change{Add: []plans.ItemQuantity{step}}
}
