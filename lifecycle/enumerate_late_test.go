package lifecycle_test

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// lateTimes are the times of the happenings.
var lateTimes = []time.Time{utc("2026-01-11"), utc("2026-02-06"), utc("2026-02-15"), utc("2026-04-20")}

// TestLateEventsAreCorrectedEnumerated lives through every sequence of happenings, makes each one late in turn, and
// compares the correction with the life in which it came in time (law 12).
func TestLateEventsAreCorrectedEnumerated(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	until := utc("2026-05-05")
	alphabet, length := lateAlphabet(t), lateLength(t)
	for name, policy := range latePolicies() {
		p := policiesOf(t, policy)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lives, corrections := 0, 0
			var walk func(all []happensAt)
			walk = func(all []happensAt) {
				if n := len(all); n < length {
					for _, h := range alphabet {
						walk(append(slices.Clip(all), happensAt{h, lateTimes[n]}))
					}
					return
				}
				if lives++; t.Failed() || !race.Takes(lives, 50) {
					return
				}
				checkNothingLate(t, p, live(t, p, all, until, nil))
				for i := range all {
					if !all[i].declines {
						corrections++
						checkLate(t, name, p, all, until, i)
					}
				}
			}
			walk(nil)
			t.Logf("%d lives, %d corrections", lives, corrections)
		})
	}
}

// lateLength returns the number of happenings of a life: three, or as many as LATE says.
func lateLength(t *testing.T) int {
	text := os.Getenv("LATE")
	if text == "" {
		return 3
	}
	n, err := strconv.Atoi(text)
	if err != nil || n > len(lateTimes) {
		t.Fatalf("LATE must be at most %d; got %q", len(lateTimes), text)
	}
	return n
}

// checkNothingLate corrects a life in which nothing is late: the outcome is empty.
func checkNothingLate(t *testing.T, p *lifecycle.Policies, l *lifeOf) {
	t.Helper()
	out, err := lifecycle.Correct(p, lifecycle.CorrectRequest{
		Subscription: l.out.Subscription, Initial: l.initial, Events: l.events,
		Issued: l.out.Invoices, Receivables: l.out.Receivables, At: l.out.Subscription.At,
	})
	if err != nil {
		t.Errorf("%s\n%v", l.out.Timeline(), err)
		return
	}
	if got, want := giventest.JSON(t, out.Subscription), giventest.JSON(t, l.out.Subscription); got != want {
		t.Errorf("%s\nthe subscription is\n%s\nwant\n%s", l.out.Timeline(), got, want)
	}
	out.Subscription = lifecycle.Subscription{}
	if !reflect.DeepEqual(out, lifecycle.Outcome{}) {
		t.Errorf("%s\nthe outcome is\n%s", l.out.Timeline(), giventest.JSON(t, out))
	}
}

// checkLate compares the correction of a life in which some happenings became known late, each with a correction of its
// own that is paid at once, with the full life.
func checkLate(t *testing.T, name string, p *lifecycle.Policies, all []happensAt, until time.Time, late ...int) {
	t.Helper()
	var names []string
	var told, untold []happensAt
	for i := range all {
		if slices.Contains(late, i) {
			names, untold = append(names, "late "+all[i].name), append(untold, all[i])
		} else {
			names, told = append(names, all[i].name), append(told, all[i])
		}
	}
	known := live(t, p, told, until, nil)
	order := append(slices.Clone(known.applied), untold...)
	slices.SortStableFunc(order, func(a, b happensAt) int { return a.at.Compare(b.at) })
	full := live(t, p, order, until, known.answers)
	c := lifecycle.CorrectRequest{
		Subscription: known.out.Subscription, Initial: known.initial, Events: slices.Clone(known.events),
		Issued: known.out.Invoices, Receivables: known.out.Receivables, At: until,
	}
	fail := func(format string, args ...any) {
		t.Errorf("%s: %s: %s\nknown:\n%s\nfull:\n%s", name, strings.Join(names, ", "), fmt.Sprintf(format, args...),
			known.out.Timeline(), full.out.Timeline())
	}
	var out lifecycle.Outcome
	for i, h := range untold {
		if i > 0 {
			if out.Subscription.Status != lifecycle.Active {
				return // its balance may bring service back
			}
			known.paidCorrection(&c, &out)
		}
		e := h.event
		e.At, e.By, e.Sequence = h.at, plans.Support, c.Subscription.Sequence+1
		c.Events = append(c.Events, e)
		var err error
		if out, err = lifecycle.Correct(p, c); err != nil {
			fail("%v", err)
			return
		}
	}
	compareLives(&out, known, full, fail)
	c.Subscription, c.Issued = out.Subscription, slices.Concat(c.Issued, out.Invoices)
	c.Receivables = slices.Concat(c.Receivables, out.Receivables)
	again, err := lifecycle.Correct(p, c)
	if err != nil {
		fail("again: %v", err)
	} else if len(again.Invoices) > 0 {
		fail("again: %s", again.Invoices[0].Text())
	}
}

// paidCorrection continues a life with a correction, and pays what is due on it.
func (l *lifeOf) paidCorrection(c *lifecycle.CorrectRequest, out *lifecycle.Outcome) {
	refused := func(e lifecycle.Event) bool {
		return slices.ContainsFunc(out.Steps, func(s lifecycle.Step) bool {
			return s.Sequence == e.Sequence && s.Refused != "" && e.Sequence > c.Subscription.Sequence
		})
	}
	l.events, l.declines = slices.DeleteFunc(slices.Clone(c.Events), refused), false
	l.take(*out)
	c.Subscription, c.Events = l.out.Subscription, slices.Clone(l.events)
	c.Issued, c.Receivables = l.out.Invoices, l.out.Receivables
}

// paidFor returns the access of a subscription once the last of some documents is paid, which may bill a difference.
func paidFor(l *lifeOf, sub lifecycle.Subscription, documents []invoice.Invoice) lifecycle.Access {
	access := l.policies.Access(sub)
	if n := len(documents); n > 0 && documents[n-1].AmountDue.IsPositive() {
		pays := lifecycle.Event{Sequence: sub.Sequence + 1, At: sub.At, Kind: lifecycle.PaymentSucceeded}
		pays.Payment.Invoice = documents[n-1].ID
		if out, err := lifecycle.Apply(l.policies, sub, pays); err == nil {
			access = l.policies.Access(out.Subscription)
		}
	}
	return access
}

// continued returns what a subscription is billed in the two months after a life, with every invoice paid.
func continued(t testing.TB, p *lifecycle.Policies, sub lifecycle.Subscription) (sum decimal.Decimal, lines int) {
	l := &lifeOf{t: t, policies: p, answers: map[int64]*answer{}}
	l.out.Subscription = sub
	for _, r := range sub.Receivables {
		if r.Owing() {
			l.apply(lifecycle.Event{At: sub.At, Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: r.Invoice}})
		}
	}
	l.advance(sub.At.AddDate(0, 2, 0))
	sum, lines = total(l.out.Invoices, l.out.Receivables)
	return sum.Add(waiting(t, p, &l.out.Subscription)), lines
}

// waiting returns the total of the unbilled charges, with those of items in arrears that the next event adds.
func waiting(t testing.TB, p *lifecycle.Policies, sub *lifecycle.Subscription) (sum decimal.Decimal) {
	unbilled := sub.UnbilledCharges
	if !sub.ItemsUnbilledSince.IsZero() {
		e := lifecycle.Event{Sequence: sub.Sequence + 1, At: sub.At, Kind: lifecycle.CreditGranted, By: plans.Support, Reason: "any"}
		e.Grant.Amount = giventest.Money("0.01")
		out, err := lifecycle.Apply(p, *sub, e)
		if err != nil {
			t.Fatal(err)
		}
		unbilled = out.Subscription.UnbilledCharges
	}
	for i := range unbilled {
		sum = sum.Add(unbilled[i].Total())
	}
	return sum
}

// compareLives compares a corrected life with the full one.
func compareLives(out *lifecycle.Outcome, known, full *lifeOf, fail func(string, ...any)) {
	got, want := &out.Subscription, &full.out.Subscription
	for _, x := range []struct {
		name      string
		got, want any
	}{
		{"status", got.Status, want.Status},
		{"contract", got.Contract, want.Contract}, {"period", got.Period, want.Period}, {"end", got.EndedAt, want.EndedAt},
	} {
		if a, b := giventest.JSON(full.t, x.got), giventest.JSON(full.t, x.want); a != b {
			fail("the %s is %s, want %s", x.name, a, b)
		}
	}
	access := full.policies.Access(*want)
	if now, then := known.policies.Access(*got), paidFor(known, *got, out.Invoices); now != access && then != access {
		fail("the access is %v and, once the difference is paid, %v; want %v", now, then, access)
	}
	for _, inv := range out.Invoices {
		if err := invoice.Check(inv); err != nil {
			fail("%v", err)
		}
	}
	documents, receivables := slices.Concat(known.out.Invoices, out.Invoices), slices.Concat(known.out.Receivables, out.Receivables)
	sum, lines := total(documents, receivables)
	should, more := total(full.out.Invoices, full.out.Receivables)
	held, wanted := waiting(full.t, known.policies, got), waiting(full.t, full.policies, want)
	if diff := sum.Add(held).Sub(should).Sub(wanted).Abs(); diff.GreaterThan(decimal.New(int64(5*(lines+more)), -3)) {
		var text []string
		for _, l := range []*lifeOf{known, full} {
			text = append(text, "---")
			for _, inv := range l.out.Invoices {
				for _, line := range inv.Lines {
					text = append(text, line.ID+" "+line.Explain())
				}
			}
		}
		text = append(text, "--- correction")
		for _, inv := range out.Invoices {
			for _, line := range inv.Lines {
				text = append(text, line.ID+" "+line.Explain())
			}
		}
		fail("%v is billed and %v waits, want %v and %v\n%s", sum, held, should, wanted, strings.Join(text, "\n"))
	}
	if got.Status == lifecycle.Active {
		later, again := continued(full.t, known.policies, *got)
		wanted, others := continued(full.t, full.policies, *want)
		later, wanted = later.Add(sum), wanted.Add(should)
		if diff := later.Sub(wanted).Abs(); diff.GreaterThan(decimal.New(int64(5*(lines+more+again+others)), -3)) {
			fail("%v is billed until two months after it, want %v", later, wanted)
		}
	}
	// what is owed, less the balance, is what was billed and not received
	var open, received decimal.Decimal
	latest := map[string]invoice.Receivable{}
	for _, r := range receivables {
		latest[r.Invoice] = r
	}
	for _, r := range latest {
		open, received = open.Add(r.Outstanding()), received.Add(r.Received())
	}
	balance, err := credits.Balance(got.Ledger, "USD", got.At)
	if err != nil {
		fail("%v", err)
	}
	for _, e := range slices.Concat(known.out.Credits, out.Credits) {
		if e.Kind == credits.Granted && e.Reason == "goodwill" {
			received = received.Add(e.Amount) // it counts like money
		}
	}
	if position := open.Sub(balance); !position.Equal(sum.Sub(received)) {
		fail("%v is open and %v is the balance, of %v billed and %v received", open, balance, sum, received)
	}
}
