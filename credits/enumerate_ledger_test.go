package credits_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
)

// day returns midnight n days after November 1, 2026, when all events of that day happen.
func day(n int) time.Time { return time.Date(2026, 11, 1+n, 0, 0, 0, 0, time.UTC) }

// cents returns an amount of n cents.
func cents(n int) decimal.Decimal { return decimal.New(int64(n), -2) }

// slowLedger is a ledger without entries: it keeps the cents that each grant has after each day.
type slowLedger struct {
	grants []*slowGrant
	last   map[string]int // the last day on which a reference changed the ledger
}

// slowGrant is a grant of a slowLedger.
type slowGrant struct {
	id, ref     string
	currency    plans.Currency
	beforeTax   bool
	from, until int            // it pays from the day from, until before the day until
	order       string         // the sort key of payment
	balances    []int          // cents after each day
	granted     int            // cents
	paid        map[string]int // cents that paid a reference and are not restored
	revoked     int
	voided      bool // by its own reference
}

const noExpiry = 999 // after all days

// clone returns a copy that shares no memory.
func (w *slowLedger) clone() *slowLedger {
	c := &slowLedger{last: map[string]int{}}
	for ref, n := range w.last {
		c.last[ref] = n
	}
	for _, h := range w.grants {
		other := *h
		other.balances = slices.Clone(h.balances)
		other.paid = map[string]int{}
		for ref, n := range h.paid {
			other.paid[ref] = n
		}
		c.grants = append(c.grants, &other)
	}
	return c
}

// dayOf returns the number of the day of an instant, or usual for the zero time.
func dayOf(t time.Time, usual int) int {
	if t.IsZero() {
		return usual
	}
	return int(t.Sub(day(0)) / (24 * time.Hour))
}

// grant adds a grant to a ledger of a number of days. It reports whether the ID is new.
func (w *slowLedger) grant(e credits.Entry, days int) bool {
	if slices.ContainsFunc(w.grants, func(h *slowGrant) bool { return h.id == e.ID }) {
		return false
	}
	priority := 50
	if e.Priority != nil {
		priority = *e.Priority
	}
	sort := "paid"
	if e.Promotional {
		sort = "given"
	}
	at, effective, until := dayOf(e.At, 0), dayOf(e.Effective, -1), dayOf(e.Expires, noExpiry)
	h := &slowGrant{
		id: e.ID, ref: e.Ref, currency: e.Currency, beforeTax: e.BeforeTax, from: max(at, effective), until: until,
		granted: int(e.Amount.Shift(2).IntPart()), balances: make([]int, days), paid: map[string]int{},
		order: fmt.Sprintf("%03d %03d %s %03d %03d %s", priority, until, sort, effective+1, at, e.ID),
	}
	h.add(at, h.granted)
	w.grants = append(w.grants, h)
	w.record(e.Ref, at)
	return true
}

// record records the last day on which a reference changed the ledger.
func (w *slowLedger) record(ref string, at int) { w.last[ref] = max(w.last[ref], at) }

// add changes the available cents from a day on.
func (h *slowGrant) add(from, n int) {
	for i := from; i < len(h.balances); i++ {
		h.balances[i] += n
	}
}

// free returns the cents that can be spent on a day without overspending on a later one.
func (h *slowGrant) free(at int) int { return slices.Min(h.balances[at:]) }

// apply pays cents, and returns the entries as texts and the unpaid rest.
func (w *slowLedger) apply(due credits.Due) (entries []string, rest int) {
	at, n := dayOf(due.At, 0), int(due.Amount.Shift(2).IntPart())
	inOrder := slices.SortedFunc(slices.Values(w.grants), func(a, b *slowGrant) int { return strings.Compare(a.order, b.order) })
	for _, h := range inOrder {
		pays := min(h.free(at), n)
		if h.currency == due.Currency && h.beforeTax == due.BeforeTax && h.from <= at && at < h.until && pays > 0 {
			n -= pays
			h.add(at, -pays)
			h.paid[due.Ref] += pays
			w.record(due.Ref, at)
			entries = append(entries, "spent "+h.id+" "+cents(-pays).String())
		}
	}
	return entries, n
}

// void reverses the effects of a reference, and returns the entries as texts and the cents that cannot be taken back.
// It returns false for a day before an effect of the reference.
func (w *slowLedger) void(u credits.VoidRequest) (entries []string, owed int, ok bool) {
	at := dayOf(u.At, 0)
	if w.last[u.Ref] > at {
		return nil, 0, false
	}
	for _, h := range w.grants {
		if restored := h.paid[u.Ref]; restored > 0 {
			h.paid[u.Ref] = 0
			h.add(at, restored)
			w.record(u.Ref, at)
			entries = append(entries, "restored "+h.id+" "+cents(restored).String())
		}
		if h.ref != u.Ref {
			continue
		}
		if n := h.free(at); !h.voided {
			h.voided = true
			h.revoked += n
			h.add(at, -n)
			w.record(u.Ref, at)
			entries = append(entries, "revoked "+h.id+" "+cents(-n).String())
		}
		owed += h.granted - h.revoked
	}
	return entries, owed, true
}

// balance returns the cents that can be spent after a day.
func (w *slowLedger) balance(currency plans.Currency, at int) (sum int) {
	for _, h := range w.grants {
		if h.currency == currency && h.from <= at && at < h.until {
			sum += h.balances[at]
		}
	}
	return sum
}

// scenario is a ledger and its model.
type scenario struct {
	days       int
	ledger     []credits.Entry
	slowLedger *slowLedger
}

// step applies one step to the ledger and its model. It fails unless both agree, and reports whether the step is valid.
func (w *scenario) step(t *testing.T, move any) bool {
	t.Helper()
	switch m := move.(type) {
	case credits.Entry:
		fresh := w.slowLedger.grant(m, w.days)
		w.ledger = append(slices.Clip(w.ledger), m)
		if err := credits.Validate(w.ledger); (err == nil) != fresh {
			t.Fatalf("%q: %v", entryTexts(w.ledger), err)
		}
		return fresh
	case credits.Due:
		want, unpaid := w.slowLedger.apply(m)
		pays, rest, err := credits.Apply(w.ledger, m)
		if got := entryTexts(pays); err != nil || !slices.Equal(got, want) || !rest.Equal(cents(unpaid)) {
			t.Fatalf("%q, then %+v: got %q and %v, %v, want %q and %v", entryTexts(w.ledger), m, got, rest, err, want, cents(unpaid))
		}
		w.ledger = append(slices.Clip(w.ledger), pays...)
	case credits.VoidRequest:
		want, unpaid, ok := w.slowLedger.void(m)
		reversals, owed, err := credits.Void(w.ledger, m)
		if got := entryTexts(reversals); (err == nil) != ok || !slices.Equal(got, want) || !owed.Equal(cents(unpaid)) {
			t.Fatalf("%q, then %+v: got %q and %v, %v, want %q and %v", entryTexts(w.ledger), m, got, owed, err, want, cents(unpaid))
		}
		w.ledger = append(slices.Clip(w.ledger), reversals...)
		if again, still, err := credits.Void(w.ledger, m); ok && (again != nil || !still.Equal(owed) || err != nil) {
			t.Fatalf("%q, then %+v again: got %q and %v, %v", entryTexts(w.ledger), m, entryTexts(again), still, err)
		}
		return ok
	}
	return true
}

// check fails unless the ledger has the balance of its model at every instant and never a negative one. Granted cents
// must equal those that are available, not effective or expired, spent and revoked. After the last step of a sequence
// it checks only the first instant of each day.
func (w *scenario) check(t *testing.T, last bool, currencies ...plans.Currency) {
	t.Helper()
	moments := []time.Duration{0, 24*time.Hour - 1}
	if last { // shorter sequences are checked throughout the day
		moments = moments[:1]
	}
	for _, currency := range currencies {
		for n := range w.days {
			var granted, gone int
			for _, e := range w.ledger {
				switch amount := int(e.Amount.Shift(2).IntPart()); {
				case e.Currency != currency || dayOf(e.At, 0) > n:
				case e.Kind == credits.Granted:
					granted += amount
				default:
					gone -= amount
				}
			}
			idle := 0 // expired, or not effective yet
			for _, h := range w.slowLedger.grants {
				if h.currency == currency && (n < h.from || n >= h.until) {
					idle += h.balances[n]
				}
			}
			want := w.slowLedger.balance(currency, n)
			for _, moment := range moments {
				got, err := credits.Balance(w.ledger, currency, day(n).Add(moment))
				if err != nil || !got.Equal(cents(want)) || got.IsNegative() {
					t.Fatalf("%q: on %s the balance is %v, %v, want %v", entryTexts(w.ledger), day(n).Add(moment), got, err, cents(want))
				}
			}
			if granted != want+idle+gone || gone < 0 || gone > granted {
				t.Fatalf("%q: on day %d %d cents are granted; %d are available, %d are idle, %d are spent or revoked", entryTexts(w.ledger), n, granted, want, idle, gone)
			}
		}
	}
}

// shuffled returns the ledger in another order, with each grant before the entries about it.
func (w *scenario) shuffled() []credits.Entry {
	other := slices.Clone(w.ledger)
	slices.Reverse(other)
	rank := func(e credits.Entry) int {
		if e.Kind == credits.Granted {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(other, func(a, b credits.Entry) int {
		return cmp.Or(strings.Compare(b.ID, a.ID), cmp.Compare(rank(a), rank(b)))
	})
	return other
}

// maxLength returns the length of sequences: one step less under the race detector.
func maxLength(length int) int {
	if race.On {
		return length - 1
	}
	return length
}

// visitSequences applies every sequence of steps up to a length, and calls visit after each step.
func visitSequences(t *testing.T, days, length int, steps []any, visit func(w *scenario, left int)) (n int) {
	var next func(w *scenario, left int)
	next = func(w *scenario, left int) {
		if left == 0 {
			return
		}
		for _, m := range steps {
			after := &scenario{days: days, ledger: w.ledger, slowLedger: w.slowLedger.clone()}
			if after.step(t, m) {
				n++
				visit(after, left-1)
				next(after, left-1)
			}
		}
	}
	next(&scenario{days: days, slowLedger: &slowLedger{last: map[string]int{}}}, length)
	return n
}

// dueOn returns an amount due on a day.
func dueOn(n, amount int, ref string) credits.Due {
	return credits.Due{Amount: cents(amount), Currency: "USD", At: day(n), Ref: ref}
}

// voidOn returns the voiding of a reference on a day.
func voidOn(n int, ref string) credits.VoidRequest { return credits.VoidRequest{Ref: ref, At: day(n)} }

// grantOn returns a grant on a day without an expiry.
func grantOn(id string, amount, n int, ref string) credits.Entry {
	return credits.Entry{Kind: credits.Granted, ID: id, Amount: cents(amount), Currency: "USD", At: day(n), Ref: ref}
}

// Every sequence of grants, invoices and voids on five days keeps the balances of the model, in any order of entry: two
// grants, one with an expiry, from invoices that also spend credit.
func TestEveryLedger(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	steps := []any{
		grantOn("a", 3, 0, "i1"), expiring(grantOn("b", 2, 1, "i2"), "2026-11-04"),
		dueOn(1, 2, "i1"), dueOn(2, 4, "i2"), dueOn(0, 1, "i3"), dueOn(4, 3, "i3"),
		voidOn(2, "i1"), voidOn(3, "i2"), voidOn(4, "i3"),
	}
	n := visitSequences(t, 5, maxLength(5), steps, func(w *scenario, left int) {
		w.check(t, left == 0, "USD")
		if left == 0 {
			return
		}
		other := &scenario{days: w.days, ledger: w.shuffled(), slowLedger: w.slowLedger}
		other.check(t, true, "USD")
		(&scenario{days: w.days, ledger: w.shuffled(), slowLedger: w.slowLedger.clone()}).step(t, dueOn(1, 9, "i4"))
	})
	if n < 10_000 && !race.On {
		t.Errorf("only %d sequences", n)
	}
}

// Every sequence keeps the balances of the model for grants with different priorities, dates and sources, before and
// after tax and in two currencies.
func TestEveryLedgerOfMixedGrants(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	low := 10
	steps := []any{
		with(grantOn("a", 2, 0, ""), func(e *credits.Entry) { e.Priority, e.Effective = &low, day(2) }),
		with(grantOn("b", 2, 1, ""), func(e *credits.Entry) { e.Promotional, e.Effective = true, day(1) }),
		with(grantOn("c", 3, 0, "i2"), func(e *credits.Entry) { e.BeforeTax, e.Expires = true, day(3) }),
		euros(grantOn("d", 2, 0, "i1")), grantOn("e", 2, 1, ""),
		dueOn(2, 3, "i1"), dueOn(3, 3, "i2"), dueOn(1, 5, "i3"),
		with(dueOn(2, 2, "i2"), func(d *credits.Due) { d.BeforeTax = true }),
		with(dueOn(1, 1, "i4"), func(d *credits.Due) { d.Currency = "EUR" }),
		voidOn(3, "i1"), voidOn(3, "i2"),
	}
	n := visitSequences(t, 4, maxLength(4), steps, func(w *scenario, left int) { w.check(t, left == 0, "USD", "EUR") })
	if n < 5_000 && !race.On {
		t.Errorf("only %d sequences", n)
	}
}

// Every pair of grants that differ in any rule of the payment order pays in the order of the model.
func TestEveryPaymentOrder(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	low, usual := 10, 50
	var sorts []credits.Entry
	for _, priority := range []*int{nil, &low, &usual} {
		for _, expires := range []int{0, 8, 9} {
			for _, promotional := range []bool{false, true} {
				for _, effective := range []int{0, 2, 3} {
					for _, at := range []int{1, 4} {
						e := grantOn("", 1, at, "")
						e.Priority, e.Promotional = priority, promotional
						if expires > 0 {
							e.Expires = day(expires)
						}
						if effective > 0 {
							e.Effective = day(effective)
						}
						sorts = append(sorts, e)
					}
				}
			}
		}
	}
	for i, a := range sorts {
		if race.On && i%8 != 0 {
			continue
		}
		for _, b := range sorts {
			a.ID, b.ID = "x", "y"
			w := &scenario{days: 8, slowLedger: &slowLedger{last: map[string]int{}}}
			w.step(t, a)
			w.step(t, b)
			w.step(t, dueOn(7, 1, "inv"))
			w.step(t, dueOn(7, 1, "inv"))
			w.check(t, true, "USD")
		}
	}
}
