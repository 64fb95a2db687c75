package lifecycle_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// history is a subscription and all that came of it, held to the laws at every step. The tables of this package and its
// fuzz targets run on it.
type history struct {
	t      testing.TB
	policy lifecycle.Policy
	sub    lifecycle.Subscription

	issued     []plans.Charge          // every line of every invoice, in order
	charges    map[string]plans.Charge // those that are no credits
	credited   map[string]bool         // those that were credited
	superseded map[string]bool         // those of a plan that the customer has left
	seen       map[string]bool         // IDs of invoices and effects
}

func begin(tb testing.TB, policy lifecycle.Policy, sub lifecycle.Subscription) *history {
	return &history{
		t: tb, policy: policy, sub: sub,
		charges: map[string]plans.Charge{}, credited: map[string]bool{}, superseded: map[string]bool{}, seen: map[string]bool{},
	}
}

// run applies an event, or advances to its instant where it has no kind, and takes no notice of what comes of it.
func (h *history) run(e lifecycle.Event) (lifecycle.Outcome, error) {
	if e.Kind == 0 {
		return lifecycle.Advance(h.policy, h.sub, e.At)
	}
	return lifecycle.Apply(h.policy, h.sub, e)
}

// happen is run, held to the laws.
func (h *history) happen(e lifecycle.Event) (lifecycle.Outcome, error) {
	h.t.Helper()
	before, event := giventest.JSON(h.t, h.sub), giventest.JSON(h.t, e)
	out, err := h.run(e)
	result := giventest.JSON(h.t, out)
	if got := giventest.JSON(h.t, h.sub); got != before {
		h.t.Fatalf("law 15: %s modified the subscription to\n%s, from\n%s", event, got, before)
	}
	if got := giventest.JSON(h.t, e); got != event {
		h.t.Fatalf("law 15: the event is now %s, and was %s", got, event)
	}
	if err != nil {
		if result != giventest.JSON(h.t, lifecycle.Outcome{}) {
			h.t.Fatalf("%s came with %v", result, err)
		}
		return out, err
	}

	h.shareNothing(e, out)
	giventest.CheckRoundTrip(h.t, out)
	if e.Kind != 0 {
		h.repeated(e, out.Subscription)
	}
	h.check(e, out)
	h.sub = out.Subscription
	return out, nil
}

// repeated applies an event a second time, which changes nothing.
func (h *history) repeated(e lifecycle.Event, sub lifecycle.Subscription) {
	h.t.Helper()
	want := giventest.JSON(h.t, lifecycle.Outcome{Subscription: sub})
	for _, sequence := range []int64{e.Sequence, max(e.Sequence-1, 1), 1} {
		e.Sequence = sequence
		out, err := lifecycle.Apply(h.policy, sub, e)
		if got := giventest.JSON(h.t, out); err != nil || got != want {
			h.t.Fatalf("law 10: applied again, event %d gives %v and\n%s, want\n%s", sequence, err, got, want)
		}
	}
}

// shareNothing runs the event once more, and from what was stored, and writes over everything that it can reach.
//
// Law 11: a preview is the same call. Law 10: what was stored and read back goes on as if it had not been. Law 15: nothing passed
// in is modified, now or by whoever writes to what is handed out, and nothing handed out changes with what was passed in.
func (h *history) shareNothing(e lifecycle.Event, out lifecycle.Outcome) {
	h.t.Helper()
	before, event, result := giventest.JSON(h.t, h.sub), giventest.JSON(h.t, e), giventest.JSON(h.t, out)
	again, err := h.run(e)
	if got := giventest.JSON(h.t, again); err != nil || got != result {
		h.t.Fatalf("law 11: the second time, %s gives %v and\n%s, want\n%s", event, err, got, result)
	}
	stored, sent := giventest.CheckRoundTrip(h.t, h.sub), giventest.CheckRoundTrip(h.t, e)
	stored.Contract.Cycle.Location = h.sub.Contract.Cycle.Location
	replayed, err := begin(h.t, h.policy, stored).run(sent)
	if got := giventest.JSON(h.t, replayed); err != nil || got != result {
		h.t.Fatalf("law 10: after storing, %s gives %v and\n%s, want\n%s", event, err, got, result)
	}
	for i, inv := range out.Invoices {
		if got, want := replayed.Invoices[i].Text(), inv.Text(); got != want {
			h.t.Fatalf("law 10: after storing, the invoice is\n%swant\n%s", got, want)
		}
	}

	scribble(h.t, &again.Subscription)
	if got, want := giventest.JSON(h.t, again.Invoices), giventest.JSON(h.t, out.Invoices); got != want {
		h.t.Fatalf("law 15: the invoices share something with the subscription: %s, want %s", got, want)
	}
	scribble(h.t, &again)
	if giventest.JSON(h.t, h.sub) != before || giventest.JSON(h.t, e) != event || giventest.JSON(h.t, out) != result {
		h.t.Fatalf("law 15: what %s handed out is shared", event)
	}
	scribble(h.t, &stored)
	scribble(h.t, &sent)
	if got := giventest.JSON(h.t, replayed); got != result {
		h.t.Fatalf("law 15: what was passed in with %s is shared: it now gave\n%s, and gave\n%s", event, got, result)
	}
}

// scribble writes over everything that can be reached from a pointer and written to, but for locations, which cannot be.
func scribble(tb testing.TB, to any) {
	tb.Helper()
	var over func(v reflect.Value)
	over = func(v reflect.Value) {
		switch v.Interface().(type) {
		case *time.Location:
			return
		case time.Time:
			v.Set(reflect.ValueOf(time.Unix(77, 0).UTC()))
			return
		case decimal.Decimal:
			v.Set(reflect.ValueOf(decimal.New(77, -1)))
			return
		case proration.Interval:
			v.Set(reflect.ValueOf(proration.Interval{Days: 77}))
			return
		}
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				over(v.Elem())
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if !v.Type().Field(i).IsExported() {
					v.SetZero() // a value that can only be replaced
					return
				}
				over(v.Field(i))
			}
		case reflect.Slice:
			for i := range v.Len() {
				over(v.Index(i))
			}
		case reflect.String:
			v.SetString("changed")
		case reflect.Bool:
			v.SetBool(!v.Bool())
		case reflect.Int, reflect.Int32, reflect.Int64:
			v.SetInt(77)
		case reflect.Uint8:
			v.SetUint(1 + v.Uint()%2) // another of the same vocabulary
		default:
			tb.Fatalf("a %v cannot be written over", v.Type())
		}
	}
	over(reflect.ValueOf(to).Elem())
}

// check holds an outcome to the laws, and takes its invoices into the history.
func (h *history) check(e lifecycle.Event, out lifecycle.Outcome) {
	h.t.Helper()
	sub := out.Subscription
	if sub.Status != 0 && !sub.At.Equal(e.At) {
		h.t.Fatalf("advanced to %v, want %v", sub.At, e.At)
	}
	if err := sub.Contract.Validate(); err != nil {
		h.t.Fatalf("law 14: nothing accepts the contract any more: %v", err)
	}
	if next, ok := lifecycle.Next(h.policy, sub); ok && !next.At.After(sub.At) {
		h.t.Fatalf("law 10: %v is due at %v, and it is %v already", next.Kind, next.At, sub.At)
	}
	if active := sub.Status == lifecycle.Active || sub.Status == lifecycle.PastDue; active != (sub.Access() == lifecycle.Full) && sub.Status != lifecycle.Suspended {
		h.t.Fatalf("law 9: %v while %v", sub.Access(), sub.Status)
	}
	for i, inv := range out.Invoices {
		if e.Kind == lifecycle.PlanChanged && i == len(out.Invoices)-1 {
			h.changedPlan(inv)
		}
		h.invoice(inv)
	}
	for _, effect := range out.Effects {
		if h.seen[effect.ID] || effect.Kind == 0 || !h.seen[effect.Invoice] {
			h.t.Fatalf("law 10: effect %+v came before, or is about no invoice", effect)
		}
		h.seen[effect.ID] = true
	}
	for _, inv := range sub.Open {
		for _, line := range inv.Lines {
			if h.credited[line.ID] {
				h.t.Fatalf("law 3: charge %s was credited, and %s is not paid", line.ID, inv.ID)
			}
		}
		if inv.Status != invoice.Open || !inv.Due.IsPositive() || !h.seen[inv.ID] {
			h.t.Fatalf("%s is among the open invoices", billed(inv))
		}
	}
	h.checkGrace(sub)
	if sub.Status != 0 && balance(h.t, sub).IsNegative() {
		h.t.Fatalf("law 7: a balance of %v", balance(h.t, sub))
	}
	h.checkBilledOnce(sub)
}

// checkGrace sees that each open invoice that failed has one grace, and that there is service as long as none is over.
func (h *history) checkGrace(sub lifecycle.Subscription) {
	h.t.Helper()
	over, overdue := false, map[string]bool{}
	for _, o := range sub.Overdue {
		if overdue[o.Invoice] || !slices.ContainsFunc(sub.Open, func(inv invoice.Invoice) bool { return inv.ID == o.Invoice }) {
			h.t.Fatalf("K2: %s is overdue twice, or is not open", o.Invoice)
		}
		overdue[o.Invoice] = true
		over = over || !o.Until.After(sub.At)
	}
	serves := sub.Status == lifecycle.Active || sub.Status == lifecycle.PastDue
	waits := sub.Status == lifecycle.PastDue || sub.Status == lifecycle.Suspended
	if serves && over || waits && len(overdue) == 0 || sub.Status == lifecycle.Active && len(overdue) > 0 {
		h.t.Fatalf("K2: it is %v at %v, and overdue are %v", sub.Status, sub.At, sub.Overdue)
	}
}

// invoice holds an invoice to the laws: never negative, and no charge credited twice or for more than was billed.
func (h *history) invoice(inv invoice.Invoice) {
	h.t.Helper()
	if h.seen[inv.ID] {
		h.t.Fatalf("a second invoice %s", inv.ID)
	}
	h.seen[inv.ID] = true
	if inv.Due.IsNegative() || inv.Balance.IsNegative() {
		h.t.Fatalf("law 7: %s", billed(inv))
	}
	for _, c := range inv.Lines {
		if h.seen[c.ID] {
			h.t.Fatalf("a second charge %s", c.ID)
		}
		h.seen[c.ID] = true
		h.issued = append(h.issued, c)
		if c.Corrects == "" {
			if c.Net.IsNegative() || c.Kind == plans.Unused {
				h.t.Fatalf("%v charges %v", c.Kind, c.Net)
			}
			h.charges[c.ID] = c
			continue
		}
		from, ok := h.charges[c.Corrects]
		if !ok || h.credited[c.Corrects] || c.Kind != plans.Unused || !from.Span.Covers(c.Span) || c.Net.IsPositive() || c.Net.Neg().GreaterThan(from.Net) {
			h.t.Fatalf("law 3: %v comes back of %v, billed as %s for %v", c.Net, from.Net, c.Corrects, from.Span)
		}
		if !c.Quantity.Equal(from.Quantity) || !c.Price.Equal(from.Price) || c.Item != from.Item || c.Plan != from.Plan || c.Currency != from.Currency {
			h.t.Fatalf("law 3: the credit %+v is not of what was billed, %+v", c, from)
		}
		h.credited[c.Corrects] = true
	}
}

// changedPlan sees that the invoice of a change of plan gives back each charge that pays for anything from then on, and marks all
// of them as of a plan that the customer has left. What cost nothing gives nothing back.
func (h *history) changedPlan(inv invoice.Invoice) {
	h.t.Helper()
	var want, got []string
	for _, c := range slices.Backward(h.issued) {
		if c.Corrects == "" && !h.credited[c.ID] && c.Net.IsPositive() && c.Span.End.After(inv.At) {
			want = append(want, c.ID)
		}
		h.superseded[c.ID] = true
	}
	for _, c := range inv.Lines {
		if c.Corrects != "" {
			got = append(got, c.Corrects)
		}
	}
	if !slices.Equal(got, want) {
		h.t.Fatalf("law 3: the change of plan credits %q, and %q are paid for", got, want)
	}
}

// checkBilledOnce sees that an active subscription has each item billed exactly once for the instant it has reached: the
// charges of its plan that pay for it hold the quantity of the contract, at its price. Kept are all lines that are not used up,
// credits among them, as they were issued.
func (h *history) checkBilledOnce(sub lifecycle.Subscription) {
	h.t.Helper()
	if sub.Access() != lifecycle.Full {
		return
	}
	if !sub.Period.Contains(sub.At) {
		h.t.Fatalf("it is %v, and the period billed is %v", sub.At, sub.Period)
	}
	kept := slices.DeleteFunc(slices.Clone(h.issued), func(c plans.Charge) bool { return !c.Span.End.After(sub.At) })
	if got, want := giventest.JSON(h.t, append([]plans.Charge{}, sub.Charges...)), giventest.JSON(h.t, kept); got != want {
		h.t.Fatalf("law 3: at %v, kept are\n%s, and not used up are\n%s", sub.At, got, want)
	}
	for _, item := range sub.Contract.Items {
		var billed decimal.Decimal
		for _, c := range sub.Charges {
			if c.Item != item.ID || c.Corrects != "" || h.superseded[c.ID] || !c.Span.Contains(sub.At) {
				continue
			}
			billed = billed.Add(c.Quantity)
			if !c.Price.Equal(item.Price) || c.Plan != sub.Contract.Plan || h.credited[c.ID] {
				h.t.Fatalf("charge %s is of plan %s at %+v, and not of %s at %+v", c.ID, c.Plan, c.Price, sub.Contract.Plan, item.Price)
			}
		}
		if !billed.Equal(item.Quantity) {
			h.t.Fatalf("law 3: at %v, %v of %s are billed, and the contract has %v", sub.At, billed, item.ID, item.Quantity)
		}
	}
}

// advanced checks that passing an instant on the way changes nothing: advancing there and then on is advancing at once.
func (h *history) advanced(via, to time.Time) {
	h.t.Helper()
	once, err := lifecycle.Advance(h.policy, h.sub, to)
	if err != nil {
		h.t.Fatal(err)
	}
	first, err := lifecycle.Advance(h.policy, h.sub, via)
	if err != nil {
		h.t.Fatal(err)
	}
	second, err := lifecycle.Advance(h.policy, first.Subscription, to)
	if err != nil {
		h.t.Fatal(err)
	}
	second.Invoices = append(first.Invoices, second.Invoices...)
	second.Effects = append(first.Effects, second.Effects...)
	if got, want := giventest.JSON(h.t, second), giventest.JSON(h.t, once); got != want {
		h.t.Fatalf("law 10: to %v by way of %v is\n%s, and at once\n%s", to, via, got, want)
	}
}
