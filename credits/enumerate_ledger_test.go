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

// day is the instant so many days after November 1, 2026, at which everything of the day happens.
func day(n int) time.Time { return time.Date(2026, 11, 1+n, 0, 0, 0, 0, time.UTC) }

// cents is an amount of so many.
func cents(n int) decimal.Decimal { return decimal.New(int64(n), -2) }

// twin keeps a ledger without entries: of each grant, how many cents are there after each day.
type twin struct {
	grants []*held
	last   map[string]int // the last day on which a reference did something
}

// held is a grant in a twin.
type held struct {
	id, ref     string
	currency    plans.Currency
	beforeTax   bool
	from, until int            // the days on which it pays, until not among them
	order       string         // grants pay in the order of this text
	there       []int          // cents, after each day
	granted     int            // cents
	paid        map[string]int // cents that paid a reference, and were not restored
	revoked     int
	voided      bool // by its own reference
}

const never = 999 // a day that does not come

// clone is a twin with a life of its own.
func (w *twin) clone() *twin {
	c := &twin{last: map[string]int{}}
	for ref, n := range w.last {
		c.last[ref] = n
	}
	for _, h := range w.grants {
		other := *h
		other.there = slices.Clone(h.there)
		other.paid = map[string]int{}
		for ref, n := range h.paid {
			other.paid[ref] = n
		}
		c.grants = append(c.grants, &other)
	}
	return c
}

// dayOf is the number of the day of an instant; usual is that of none.
func dayOf(t time.Time, usual int) int {
	if t.IsZero() {
		return usual
	}
	return int(t.Sub(day(0)) / (24 * time.Hour))
}

// grant adds a grant to a world of so many days, and reports whether there was none of its ID.
func (w *twin) grant(e credits.Entry, days int) bool {
	if slices.ContainsFunc(w.grants, func(h *held) bool { return h.id == e.ID }) {
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
	at, effective, until := dayOf(e.At, 0), dayOf(e.Effective, -1), dayOf(e.Expires, never)
	h := &held{
		id: e.ID, ref: e.Ref, currency: e.Currency, beforeTax: e.BeforeTax, from: max(at, effective), until: until,
		granted: int(e.Amount.Shift(2).IntPart()), there: make([]int, days), paid: map[string]int{},
		order: fmt.Sprintf("%03d %03d %s %03d %03d %s", priority, until, sort, effective+1, at, e.ID),
	}
	h.add(at, h.granted)
	w.grants = append(w.grants, h)
	w.did(e.Ref, at)
	return true
}

// did remembers that a reference did something.
func (w *twin) did(ref string, at int) { w.last[ref] = max(w.last[ref], at) }

// add changes what is there from a day on.
func (h *held) add(from, n int) {
	for i := from; i < len(h.there); i++ {
		h.there[i] += n
	}
}

// free is what can be taken on a day, and is missing on no later one.
func (h *held) free(at int) int { return slices.Min(h.there[at:]) }

// apply pays cents, and returns the entries in short and what stays due.
func (w *twin) apply(due credits.Due) (entries []string, rest int) {
	at, n := dayOf(due.At, 0), int(due.Amount.Shift(2).IntPart())
	inOrder := slices.SortedFunc(slices.Values(w.grants), func(a, b *held) int { return strings.Compare(a.order, b.order) })
	for _, h := range inOrder {
		pays := min(h.free(at), n)
		if h.currency == due.Currency && h.beforeTax == due.BeforeTax && h.from <= at && at < h.until && pays > 0 {
			n -= pays
			h.add(at, -pays)
			h.paid[due.Ref] += pays
			w.did(due.Ref, at)
			entries = append(entries, "spent "+h.id+" "+cents(-pays).String())
		}
	}
	return entries, n
}

// void takes back what a reference did, and returns the entries in short and what cannot be taken back; false before
// anything that it did.
func (w *twin) void(u credits.VoidRequest) (entries []string, owed int, ok bool) {
	at := dayOf(u.At, 0)
	if w.last[u.Ref] > at {
		return nil, 0, false
	}
	for _, h := range w.grants {
		if back := h.paid[u.Ref]; back > 0 {
			h.paid[u.Ref] = 0
			h.add(at, back)
			w.did(u.Ref, at)
			entries = append(entries, "restored "+h.id+" "+cents(back).String())
		}
		if h.ref != u.Ref {
			continue
		}
		if n := h.free(at); !h.voided {
			h.voided = true
			h.revoked += n
			h.add(at, -n)
			w.did(u.Ref, at)
			entries = append(entries, "revoked "+h.id+" "+cents(-n).String())
		}
		owed += h.granted - h.revoked
	}
	return entries, owed, true
}

// balance is what can be spent after a day.
func (w *twin) balance(currency plans.Currency, at int) (sum int) {
	for _, h := range w.grants {
		if h.currency == currency && h.from <= at && at < h.until {
			sum += h.there[at]
		}
	}
	return sum
}

// world is a ledger and its twin.
type world struct {
	days   int
	ledger []credits.Entry
	twin   *twin
}

// play does something to both, fails unless they agree, and reports whether it was possible.
func (w *world) play(t *testing.T, move any) bool {
	t.Helper()
	switch m := move.(type) {
	case credits.Entry:
		fresh := w.twin.grant(m, w.days)
		w.ledger = append(slices.Clip(w.ledger), m)
		if err := credits.Validate(w.ledger); (err == nil) != fresh {
			t.Fatalf("%q: %v", written(w.ledger), err)
		}
		return fresh
	case credits.Due:
		want, short := w.twin.apply(m)
		pays, rest, err := credits.Apply(w.ledger, m)
		if got := written(pays); err != nil || !slices.Equal(got, want) || !rest.Equal(cents(short)) {
			t.Fatalf("%q, then %+v: got %q and %v, %v, want %q and %v", written(w.ledger), m, got, rest, err, want, cents(short))
		}
		w.ledger = append(slices.Clip(w.ledger), pays...)
	case credits.VoidRequest:
		want, short, ok := w.twin.void(m)
		undone, owed, err := credits.Void(w.ledger, m)
		if got := written(undone); (err == nil) != ok || !slices.Equal(got, want) || !owed.Equal(cents(short)) {
			t.Fatalf("%q, then %+v: got %q and %v, %v, want %q and %v", written(w.ledger), m, got, owed, err, want, cents(short))
		}
		w.ledger = append(slices.Clip(w.ledger), undone...)
		if again, still, err := credits.Void(w.ledger, m); ok && (again != nil || !still.Equal(owed) || err != nil) {
			t.Fatalf("%q, then %+v again: got %q and %v, %v", written(w.ledger), m, written(again), still, err)
		}
		return ok
	}
	return true
}

// check fails unless the ledger has the balance of its twin at every instant, below zero at none, and no cent is lost or
// there twice: what was granted is there to be spent, or not yet or no more, or was spent, or revoked. After the last move of a
// sequence it looks at the first instant of each day only.
func (w *world) check(t *testing.T, last bool, currencies ...plans.Currency) {
	t.Helper()
	moments := []time.Duration{0, 24*time.Hour - 1}
	if last { // nothing comes after it, and the sequences before it were checked throughout the day
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
			for _, h := range w.twin.grants {
				if h.currency == currency && (n < h.from || n >= h.until) {
					idle += h.there[n]
				}
			}
			want := w.twin.balance(currency, n)
			for _, moment := range moments {
				got, err := credits.Balance(w.ledger, currency, day(n).Add(moment))
				if err != nil || !got.Equal(cents(want)) || got.IsNegative() {
					t.Fatalf("%q: on %s the balance is %v, %v, want %v", written(w.ledger), day(n).Add(moment), got, err, cents(want))
				}
			}
			if granted != want+idle+gone || gone < 0 || gone > granted {
				t.Fatalf("%q: on day %d %d cents were granted; %d are there, %d not yet or no more, %d gone", written(w.ledger), n, granted, want, idle, gone)
			}
		}
	}
}

// shuffled is the ledger in another order, in which what became of a grant still stands behind it.
func (w *world) shuffled() []credits.Entry {
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

// enough is how long a sequence is: one move less while the race detector watches.
func enough(length int) int {
	if race.On {
		return length - 1
	}
	return length
}

// everySequence plays every sequence of up to so many moves, and calls visit after each move.
func everySequence(t *testing.T, days, length int, moves []any, visit func(w *world, left int)) (n int) {
	var next func(w *world, left int)
	next = func(w *world, left int) {
		if left == 0 {
			return
		}
		for _, m := range moves {
			after := &world{days: days, ledger: w.ledger, twin: w.twin.clone()}
			if after.play(t, m) {
				n++
				visit(after, left-1)
				next(after, left-1)
			}
		}
	}
	next(&world{days: days, twin: &twin{last: map[string]int{}}}, length)
	return n
}

// on is an amount due on a day, and undo what takes it back.
func on(n, amount int, ref string) credits.Due {
	return credits.Due{Amount: cents(amount), Currency: "USD", At: day(n), Ref: ref}
}

func undo(n int, ref string) credits.VoidRequest { return credits.VoidRequest{Ref: ref, At: day(n)} }

// given is a grant on a day that never expires.
func given(id string, amount, n int, ref string) credits.Entry {
	return credits.Entry{Kind: credits.Granted, ID: id, Amount: cents(amount), Currency: "USD", At: day(n), Ref: ref}
}

// Every sequence of grants, invoices and voids on five days, whenever each is written: two grants, one of which expires, both of
// which an invoice granted that also pays out of the ledger.
func TestEveryLedger(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	moves := []any{
		given("a", 3, 0, "i1"), expiring(given("b", 2, 1, "i2"), "2026-11-04"),
		on(1, 2, "i1"), on(2, 4, "i2"), on(0, 1, "i3"), on(4, 3, "i3"),
		undo(2, "i1"), undo(3, "i2"), undo(4, "i3"),
	}
	n := everySequence(t, 5, enough(5), moves, func(w *world, left int) {
		w.check(t, left == 0, "USD")
		if left == 0 {
			return
		}
		other := &world{days: w.days, ledger: w.shuffled(), twin: w.twin}
		other.check(t, true, "USD")
		(&world{days: w.days, ledger: w.shuffled(), twin: w.twin.clone()}).play(t, on(1, 9, "i4"))
	})
	if n < 10_000 && !race.On {
		t.Errorf("only %d sequences", n)
	}
}

// Every sequence of grants of all sorts, before and after tax and in two currencies.
func TestEveryLedgerOfAllSorts(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	low := 10
	moves := []any{
		with(given("a", 2, 0, ""), func(e *credits.Entry) { e.Priority, e.Effective = &low, day(2) }),
		with(given("b", 2, 1, ""), func(e *credits.Entry) { e.Promotional, e.Effective = true, day(1) }),
		with(given("c", 3, 0, "i2"), func(e *credits.Entry) { e.BeforeTax, e.Expires = true, day(3) }),
		euros(given("d", 2, 0, "i1")), given("e", 2, 1, ""),
		on(2, 3, "i1"), on(3, 3, "i2"), on(1, 5, "i3"),
		with(on(2, 2, "i2"), func(d *credits.Due) { d.BeforeTax = true }),
		with(on(1, 1, "i4"), func(d *credits.Due) { d.Currency = "EUR" }),
		undo(3, "i1"), undo(3, "i2"),
	}
	n := everySequence(t, 4, enough(4), moves, func(w *world, left int) { w.check(t, left == 0, "USD", "EUR") })
	if n < 5_000 && !race.On {
		t.Errorf("only %d sequences", n)
	}
}

// Every order of paying that two rules at a time can make: grants that differ in any of what decides, in pairs of every sort.
func TestEveryOrderOfPaying(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	low, usual := 10, 50
	var sorts []credits.Entry
	for _, priority := range []*int{nil, &low, &usual} {
		for _, expires := range []int{0, 8, 9} {
			for _, promotional := range []bool{false, true} {
				for _, effective := range []int{0, 2, 3} {
					for _, at := range []int{1, 4} {
						e := given("", 1, at, "")
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
			w := &world{days: 8, twin: &twin{last: map[string]int{}}}
			w.play(t, a)
			w.play(t, b)
			w.play(t, on(7, 1, "inv"))
			w.play(t, on(7, 1, "inv"))
			w.check(t, true, "USD")
		}
	}
}
