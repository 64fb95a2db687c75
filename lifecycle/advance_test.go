package lifecycle_test

import (
	"errors"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
)

func TestNext(t *testing.T) {
	ending := func(s lifecycle.Status) func(*testing.T) lifecycle.Subscription {
		return func(t *testing.T) lifecycle.Subscription {
			sub := stand(t, s).sub
			sub.CancelAt = sub.Period.End
			return sub
		}
	}
	standing := func(s lifecycle.Status) func(*testing.T) lifecycle.Subscription {
		return func(t *testing.T) lifecycle.Subscription { return stand(t, s).sub }
	}
	graceTo := func(end string) func(*testing.T) lifecycle.Subscription {
		return func(t *testing.T) lifecycle.Subscription {
			sub := ending(lifecycle.PastDue)(t)
			sub.Overdue[0].Until = giventest.Instant(end, nil)
			return sub
		}
	}
	for _, c := range []struct {
		name, why string
		sub       func(*testing.T) lifecycle.Subscription
		kind      lifecycle.DeadlineKind // zero where nothing happens by itself
		at        string
	}{
		{"not started", "nothing happens to what has not begun", standing(0), 0, ""},
		{"active", "the next period is billed when it begins", standing(lifecycle.Active), lifecycle.RenewalDue, "2026-12-01"},
		{"in grace", "K2: three days after the decline of November 9", standing(lifecycle.PastDue), lifecycle.GraceOver, "2026-11-12"},
		{"suspended", "nobody is billed for a month without service", standing(lifecycle.Suspended), 0, ""},
		{"canceled", "as above", standing(lifecycle.Canceled), 0, ""},
		{"active and ending", "K10: it ends and does not renew, where both fall on one instant", ending(lifecycle.Active), lifecycle.CancellationDue, "2026-12-01"},
		{"in grace and ending", "K2: the grace ends first", ending(lifecycle.PastDue), lifecycle.GraceOver, "2026-11-12"},
		{"suspended and ending", "K10: it ends, suspended or not", ending(lifecycle.Suspended), lifecycle.CancellationDue, "2026-12-01"},
		{"in grace until the end", "law 10: what falls on one instant has a fixed rank: who cancelled is canceled, and not suspended", graceTo("2026-12-01"), lifecycle.CancellationDue, "2026-12-01"},
		{"in grace beyond the end", "the cancellation comes first", graceTo("2026-12-02"), lifecycle.CancellationDue, "2026-12-01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			next, ok := lifecycle.Next(threeDays(), c.sub(t))
			if ok != (c.kind != 0) || next.Kind != c.kind || !next.At.Equal(giventest.Instant(c.at, nil)) {
				t.Errorf("got %v at %v, %v; want %v at %s: %s", next.Kind, next.At, ok, c.kind, c.at, c.why)
			}
			giventest.CheckRoundTrip(t, next)
		})
	}
}

// Law 10: advancing to an instant and then to another ends where advancing to the other ends, and the outcomes joined are its
// outcome; the instants are all deadlines of a life, and the nanosecond before and behind each.
func TestAdvanceInSteps(t *testing.T) {
	for _, c := range []struct {
		name string
		h    *history
	}{
		{"not started", stand(t, 0)},
		{"active", stand(t, lifecycle.Active)},
		{"in grace", stand(t, lifecycle.PastDue)},
		{"suspended", stand(t, lifecycle.Suspended)},
		{"canceled", stand(t, lifecycle.Canceled)},
		{"ending", func() *history {
			h := stand(t, lifecycle.Active)
			h.step(0, step{at: "2026-11-10", kind: cancelRequest, want: active})
			return h
		}()},
		{"in grace and ending", func() *history {
			h := stand(t, lifecycle.PastDue)
			h.step(0, step{at: "2026-11-10", kind: cancelRequest, want: pastDue})
			return h
		}()},
		{"in grace for two months", func() *history {
			h := stand(t, lifecycle.Active)
			h.policy.Grace = giventest.Interval("P2M")
			h.step(0, step{at: "2026-11-10", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}})
			return h
		}()},
		{"with credit", func() *history {
			h := stand(t, lifecycle.Active)
			h.step(0, step{at: "2026-11-10", kind: planChanged, of: "basic", want: active, invoices: []string{"s-2: unused -623.00, addition 63.00, granted 560.00, due 0.00"}})
			return h
		}()},
		{"in New York", func() *history {
			h := begin(t, threeDays(), terms{anchor: "2026-10-08", interval: "P1W", zone: "America/New_York"}.sign(t))
			h.step(0, step{at: "2026-10-08", kind: started, want: active, invoices: []string{"s-1: recurring 890.00, due 890.00"}, effects: []string{"collect s-1"}})
			return h
		}()},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.h.t = t
			from := giventest.Instant("2026-11-10", nil)
			instants := []time.Time{from}
			for _, at := range []string{"2026-11-12", "2026-11-15T01:30:00", "2026-12-01", "2027-01-01", "2027-01-10", "2027-02-01"} {
				for _, nanos := range []time.Duration{-1, 0, 1} {
					instants = append(instants, giventest.Instant(at, c.h.sub.Contract.Cycle.Location).Add(nanos))
				}
			}
			for i, via := range instants {
				for _, to := range instants[i:] {
					c.h.advanced(via, to)
				}
			}
		})
	}
}

func TestAdvanceRefused(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*lifecycle.Policy, *lifecycle.Subscription, *time.Time)
		want      []string
	}{
		{"backwards", "law 10: time was there already", func(_ *lifecycle.Policy, s *lifecycle.Subscription, to *time.Time) { *to = s.At.Add(-1) }, []string{"at outside"}},
		{"to no instant", "law 13: an instant that was forgotten is not the year 1", func(_ *lifecycle.Policy, s *lifecycle.Subscription, to *time.Time) {
			s.At, *to = time.Time{}, time.Time{}
		}, []string{"at unset"}},
		{"after the year 9999", "law 14: documented limits; JSON could not store the instant", func(_ *lifecycle.Policy, s *lifecycle.Subscription, to *time.Time) {
			s.Status, *to = lifecycle.Canceled, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
		}, []string{"at limit"}},
		{"after the year 9999 on the customer's calendar", "it is stored as the customer's calendar writes it, where that year has begun", func(_ *lifecycle.Policy, s *lifecycle.Subscription, to *time.Time) {
			s.Status, *to = lifecycle.Canceled, time.Date(9999, 12, 31, 23, 0, 0, 0, time.UTC)
			s.Contract.Cycle.Zone, s.Contract.Cycle.Location = "Asia/Kolkata", giventest.Zone(t, "Asia/Kolkata")
		}, []string{"at limit"}},
		{"without a policy", "law 13, also where no deadline needs it", func(p *lifecycle.Policy, s *lifecycle.Subscription, _ *time.Time) {
			p.Grace, s.Status = proration.Interval{}, lifecycle.Canceled
		}, []string{"policy.grace unset"}},
		{"without its location", "a contract read back whose location was not set again", func(_ *lifecycle.Policy, s *lifecycle.Subscription, _ *time.Time) {
			s.Contract.Cycle.Zone = "America/New_York"
		}, []string{"subscription.contract.cycle.zone zone"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := stand(t, lifecycle.Active)
			to := giventest.Instant("2026-12-10", nil)
			c.edit(&h.policy, &h.sub, &to)
			out, err := lifecycle.Advance(h.policy, h.sub, to)
			giventest.CheckFaults(t, err, c.want...)
			if out.Subscription.ID != "" || out.Invoices != nil {
				t.Errorf("got %+v with the error: %s", out, c.why)
			}
		})
	}
}

func TestAdvanceToNow(t *testing.T) {
	h := stand(t, lifecycle.PastDue)
	out, err := lifecycle.Advance(h.policy, h.sub, h.sub.At)
	if got, want := giventest.JSON(t, out), giventest.JSON(t, lifecycle.Outcome{Subscription: h.sub}); err != nil || got != want {
		t.Errorf("got %v and\n%s, want\n%s", err, got, want)
	}
}

// Law 14: no unbounded work. 1,000 deadlines are passed in one call, and not one more; in steps, any number is.
func TestAdvanceLimit(t *testing.T) {
	h := begin(t, threeDays(), terms{anchor: "2001-01-01", interval: "P1D", unit: "0"}.sign(t))
	at := giventest.Instant("2001-01-01", nil)
	out, err := lifecycle.Apply(h.policy, h.sub, lifecycle.Event{Sequence: 1, At: at, Kind: started})
	if err != nil {
		t.Fatal(err)
	}
	h.sub = out.Subscription
	out, err = lifecycle.Advance(h.policy, h.sub, at.AddDate(0, 0, 1_000))
	if err != nil || len(out.Invoices) != 1_000 {
		t.Errorf("1,000 renewals: %v, and %d invoices", err, len(out.Invoices))
	}
	_, err = lifecycle.Advance(h.policy, h.sub, at.AddDate(0, 0, 1_001))
	giventest.CheckFaults(t, err, "at limit")
	for _, days := range []int{600, 1_200} {
		if out, err = lifecycle.Advance(h.policy, h.sub, at.AddDate(0, 0, days)); err != nil {
			t.Fatal(err)
		}
		h.sub = out.Subscription
	}
	if h.sub.Issued != 1_201 {
		t.Errorf("%d invoices were issued in all", h.sub.Issued)
	}
}

// A life comes to its end at the end of the calendar, as an error and not as a loop.
func TestAdvanceToTheLastYear(t *testing.T) {
	h := begin(t, threeDays(), terms{anchor: "9998-06-15", interval: "P1Y"}.sign(t))
	if _, err := h.happen(step{at: "9998-06-15", kind: started}.event(1, nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.happen(step{at: "9999-06-14"}.event(2, nil)); err != nil {
		t.Error(err)
	}
	if _, err := h.happen(step{at: "9999-12-31"}.event(2, nil)); !errors.Is(err, proration.ErrLimit) {
		t.Errorf("a period that would end in the year 10000: %v", err)
	}
}

// At the end of the calendar every event that would need an instant after it is an error, and changes nothing.
func TestApplyInTheLastYear(t *testing.T) {
	year := terms{anchor: "9998-12-31", interval: "P1Y"}
	for _, c := range []struct {
		name  string
		terms terms
		steps []step // the last of which is beyond
	}{
		{"a contract", terms{anchor: "9999-12-15"}, []step{{at: "9999-12-15", kind: started}}},
		{"a period", terms{anchor: "9999-01-15"}, []step{{at: "9999-12-20", kind: started}}},
		{"a grace", year, []step{{at: "9998-12-31", kind: started}, {at: "9999-12-30", kind: declined, of: "s-1"}}},
		{"a grace of the contract", terms{anchor: "9998-12-31", interval: "P1Y", grace: "P1M"}, []step{{at: "9998-12-31", kind: started}, {at: "9999-12-15", kind: declined, of: "s-1"}}},
		{"a period of the new cycle", year, []step{{at: "9998-12-31", kind: started}, {at: "9999-01-01", kind: cancelRequest}, {at: "9999-12-31T12:00:00", kind: entered}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := begin(t, threeDays(), c.terms.sign(t))
			for i, s := range c.steps {
				before := giventest.JSON(t, h.sub)
				_, err := h.happen(s.event(int64(i+1), nil))
				if beyond := i == len(c.steps)-1; beyond != errors.Is(err, proration.ErrLimit) || !beyond && err != nil {
					t.Fatalf("step %d: %v", i, err)
				}
				if err != nil && giventest.JSON(t, h.sub) != before {
					t.Error("it changed something")
				}
			}
		})
	}
}

// What the policy and the contract accept together can go on: a period billed in full needs no day to count, also where the
// policy's calendar has none for it.
func TestAdvanceIsNeverStuck(t *testing.T) {
	for _, c := range []struct {
		name, why string
		terms     terms
		count     proration.DayCount
		to        string
	}{
		{"a day that is a 31st", "months of 30 days have none", terms{anchor: "2027-01-29", interval: "P1D"}, proration.Thirty360, "2027-02-02"},
		{"a day of 24 hours", "24 hours from midnight end before it where the day has 25", terms{anchor: "2026-10-31", interval: "PT24H", zone: "America/New_York"}, proration.Days, "2026-11-03"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := begin(t, threeDays(), c.terms.sign(t))
			h.policy.Billing.Proration.DayCount = c.count
			loc := h.sub.Contract.Cycle.Location
			if _, err := h.happen(step{at: c.terms.anchor, kind: started}.event(1, loc)); err != nil {
				t.Fatal(err)
			}
			if _, err := h.happen(step{at: c.to}.event(2, loc)); err != nil {
				t.Errorf("stuck: %v (%s)", err, c.why)
			}
		})
	}
}
