package lifecycle_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// startOfDay returns the first instant of a day: its midnight, or the first instant after it where clocks skip it. It
// does not use the library's calendar.
func startOfDay(tb testing.TB, zone string, year int, month time.Month, day int) time.Time {
	tb.Helper()
	loc := giventest.Zone(tb, zone)
	civil := time.Date(year, month, day, 0, 0, 0, 0, time.UTC) // January 0 is December 31
	t := time.Date(year, month, day, 0, 0, 0, 0, loc)
	for t.Day() != civil.Day() { // t is on the evening before
		t = t.Add(time.Minute).Truncate(time.Minute)
	}
	for t.Add(-time.Minute).Day() == civil.Day() {
		t = t.Add(-time.Minute)
	}
	return t
}

// calendars are the days and time zones of these tests.
var calendars = []struct {
	name, why, zone string
	year            int
	month           time.Month
	day             int
}{
	{"UTC", "every day has 24 hours", "UTC", 2026, time.November, 30},
	{"UTC, leap day", "February has 29 days", "UTC", 2028, time.February, 29},
	{"New York, day of 25 hours", "clocks go back at 02:00", "America/New_York", 2026, time.November, 1},
	{"New York, after the day of 25 hours", "the month began in summer time", "America/New_York", 2026, time.November, 2},
	{"New York, day of 23 hours", "clocks go forward at 02:00", "America/New_York", 2027, time.March, 14},
	{"New York, after the day of 23 hours", "the month began in standard time", "America/New_York", 2027, time.March, 15},
	{"São Paulo, day without midnight", "November 4, 2018 begins at 01:00", "America/Sao_Paulo", 2018, time.November, 4},
	{"São Paulo, after the evening that occurs twice", "February 17, 2018 has 23:30 twice", "America/Sao_Paulo", 2018, time.February, 18},
	{"São Paulo, day with an evening that occurs twice", "the day has 25 hours", "America/Sao_Paulo", 2018, time.February, 17},
	{"Lord Howe, half an hour less", "clocks go forward by 30 minutes at 02:00", "Australia/Lord_Howe", 2026, time.October, 5},
	{"Lord Howe, half an hour more", "clocks go back by 30 minutes at 02:00", "Australia/Lord_Howe", 2027, time.April, 5},
	{"Lord Howe, day of the shift", "the day begins before the shift", "Australia/Lord_Howe", 2027, time.April, 4},
}

// customer is one subscription with its policy.
type customer struct {
	t      *testing.T
	policy lifecycle.Policy
	sub    lifecycle.Subscription
}

// apply applies an event at an instant, in any zone.
func (i *customer) apply(at time.Time, text string) lifecycle.Outcome {
	i.t.Helper()
	e := parseEvent(text, time.UTC)
	e.At, e.Sequence = at.UTC(), i.sub.Sequence+1
	out, err := applyWith(i.policy, i.sub, e)
	if err != nil {
		i.t.Fatalf("%s %s: %v", at, text, err)
	}
	i.sub = out.Subscription
	return out
}

// expectAt advances to one nanosecond before an instant, to the instant, and to one nanosecond after it, and checks the
// status and access at each. It returns the outcome at the instant.
func (i *customer) expectAt(at time.Time, before, after string) (changed lifecycle.Outcome) {
	i.t.Helper()
	for _, step := range []struct {
		ns   time.Duration
		want string
	}{{-1, before}, {0, after}, {1, after}} {
		out, err := advanceWith(i.policy, i.sub, at.Add(step.ns).UTC())
		if err != nil {
			i.t.Fatalf("%s %+d ns: %v", at, step.ns, err)
		}
		if got := out.Subscription.Status.String() + " " + accessOf(i.policy, out.Subscription).String(); got != step.want {
			i.t.Errorf("%s %+d ns: %s, want %s", at, step.ns, got, step.want)
		}
		if step.ns == 0 {
			changed = out
		}
		if step.ns == -1 {
			if next, ok := nextWith(i.policy, out.Subscription); !ok || !next.At.Equal(at) {
				i.t.Errorf("the next deadline before %s is %v %s", at, next.Kind, next.At)
			}
		}
		i.sub = out.Subscription
	}
	return changed
}

// Row K2: the grace lasts three days on the customer's calendar, from the failed payment on, to the nanosecond.
func TestGraceEndsOnTheLocalCalendar(t *testing.T) {
	const zone = "America/New_York"
	for _, row := range []struct{ name, why, zone, given, want string }{
		{"across the end of summer time", "73 hours", zone, "2026-11-01T00:00:00-04:00", "2026-11-04T00:00:00-05:00"},
		{"across the start of summer time", "71 hours", zone, "2027-03-12T09:00:00-05:00", "2027-03-15T09:00:00-04:00"},
		{"to a skipped time", "02:30 of March 14 does not exist and moves by the gap", zone, "2027-03-11T02:30:00-05:00", "2027-03-14T03:30:00-04:00"},
		{"to a time that occurs twice", "01:30 of November 1: the first one counts", zone, "2026-10-29T01:30:00-04:00", "2026-11-01T01:30:00-04:00"},
		{"to a skipped midnight", "November 4 begins at 01:00", "America/Sao_Paulo", "2018-11-01T00:00:00-03:00", "2018-11-04T01:00:00-02:00"},
		{"to an evening that occurs twice", "23:30 of February 17: the first one counts", "America/Sao_Paulo", "2018-02-14T23:30:00-02:00", "2018-02-17T23:30:00-02:00"},
		{"to the midnight after an evening that occurs twice", "73 hours", "America/Sao_Paulo", "2018-02-15T00:00:00-02:00", "2018-02-18T00:00:00-03:00"},
		{"across half an hour less", "71.5 hours", "Australia/Lord_Howe", "2026-10-01T12:00:00+10:30", "2026-10-04T12:00:00+11:00"},
		{"to a skipped half hour", "02:15 of October 4 does not exist", "Australia/Lord_Howe", "2026-10-01T02:15:00+10:30", "2026-10-04T02:45:00+11:00"},
		{"to a half hour that occurs twice", "01:45 of April 4: the first one counts", "Australia/Lord_Howe", "2027-04-01T01:45:00+11:00", "2027-04-04T01:45:00+11:00"},
		{"across half an hour more", "72.5 hours", "Australia/Lord_Howe", "2027-04-01T12:00:00+11:00", "2027-04-04T12:00:00+10:30"},
		{"in UTC", "72 hours, to the nanosecond", "UTC", "2026-11-27T10:00:00.000000001Z", "2026-11-30T10:00:00.000000001Z"},
		{"across the end of February", "February 27 plus three days is March 2", "UTC", "2027-02-27T00:00:00Z", "2027-03-02T00:00:00Z"},
	} {
		t.Run(row.name, func(t *testing.T) {
			failed, want := instantIn(t, row.zone, row.given), instantIn(t, row.zone, row.want)
			start := failed.AddDate(0, 0, -5)
			h := customer{t, helpDesk(), ordered(t, helpDesk(), "growth", "", start)}
			h.apply(start, "started card")
			h.apply(failed, "failed s-1")
			h.expectAt(want, "past_due full", "suspended billing_only")
			back := want.Add(time.Hour)
			h.apply(back, "card")
			h.apply(back, "paid s-1")
			if got := accessOf(h.policy, h.sub); got != lifecycle.Full {
				t.Errorf("%s: access after the payment is %v", row.why, got)
			}
		})
	}
}

// Row K10: access lasts to the last nanosecond of the paid period, and a reactivation starts a new period at its own
// time.
func TestCancellationEndsAccessAtPeriodEnd(t *testing.T) {
	for _, row := range calendars {
		t.Run(row.name, func(t *testing.T) {
			start, end := startOfDay(t, row.zone, row.year, row.month-1, row.day), startOfDay(t, row.zone, row.year, row.month, row.day)
			h := customer{t, helpDesk(), ordered(t, helpDesk(), "growth", "", start)}
			h.apply(start, "started card")
			h.apply(start, "paid s-1")
			h.apply(start.Add(time.Hour), "cancel")
			if out := h.expectAt(end, "active full", "canceled billing_only"); len(out.Invoices)+len(out.Effects) > 0 {
				t.Errorf("%s: the cancellation bills something: %s", row.why, outcomeText(h.policy, out))
			}
			y, m, d := end.Date()
			back := startOfDay(t, row.zone, y, m, d+7)
			if out := h.apply(back, "card"); len(out.Invoices) != 1 || out.Invoices[0].AmountDue.String() != "890" {
				t.Errorf("the reactivation results in %s", outcomeText(h.policy, out))
			}
			want := startOfDay(t, row.zone, y, m+1, d+7)
			if !h.sub.Period.Start.Equal(back) || d+7 <= 28 && !h.sub.Period.End.Equal(want) {
				t.Errorf("the new period is %v, want %s until %s", h.sub.Period, back, want)
			}
		})
	}
}

// Row K10: at the end of a paid month without a cancellation the next month is billed, at the same instants.
func TestRenewalBillsAtPeriodEnd(t *testing.T) {
	for _, row := range calendars {
		t.Run(row.name, func(t *testing.T) {
			start, end := startOfDay(t, row.zone, row.year, row.month-1, row.day), startOfDay(t, row.zone, row.year, row.month, row.day)
			h := customer{t, helpDesk(), ordered(t, helpDesk(), "growth", "", start)}
			h.apply(start, "started card")
			h.apply(start, "paid s-1")
			out := h.expectAt(end, "active full", "active full")
			if len(out.Invoices) != 1 || !out.Invoices[0].IssuedAt.Equal(end) || !h.sub.Period.Start.Equal(end) {
				t.Errorf("%s: %s", row.why, outcomeText(h.policy, out))
			}
			if len(h.sub.Receivables) != 2 {
				t.Errorf("%d receivables", len(h.sub.Receivables))
			}
		})
	}
}

// Row M17: the reminder goes out nine days before the end, the order three days before, and four attempts on D-3, D-2,
// D-1 and D. There is no fifth attempt.
func TestRetriesFollowTheLocalCalendar(t *testing.T) {
	for _, row := range calendars {
		t.Run(row.name, func(t *testing.T) {
			end := startOfDay(t, row.zone, row.year, row.month, row.day)
			day := func(n int) time.Time { // at the time of day at which the term ends: 00:00, or 01:00 where clocks skip it
				return time.Date(end.Year(), end.Month(), end.Day()+n, end.Hour(), 0, 0, 0, end.Location())
			}
			start := startOfDay(t, row.zone, row.year, row.month-6, row.day)
			h := customer{t, salesTool(), ordered(t, salesTool(), "base", "P6M", start, func(o *plans.Order) { o.PaymentMethod = "paypal" })}
			h.apply(start, "started paypal notrial")
			h.apply(start, "paid s-1")
			out := h.expectAt(day(-9), "active full", "active full")
			if len(out.Notices) != 1 || out.Notices[0].Kind != lifecycle.NoticeRenewal || !out.Notices[0].Of.Equal(day(0)) {
				t.Errorf("%s: nine days before: %s", row.why, outcomeText(h.policy, out))
			}
			status := "active full"
			for n := -3; n <= 0; n++ {
				after := status
				if n == 0 {
					after = "suspended restricted"
				}
				out := h.expectAt(day(n), status, after)
				charges := 0
				for _, e := range out.Effects {
					if e.Kind == lifecycle.CollectPayment && e.Invoice == "s-2" && e.Amount.String() == "900" {
						charges++
					}
				}
				if charges != 1 || len(out.Invoices) != 1 && n == -3 {
					t.Errorf("D%+d: %s", n, outcomeText(h.policy, out))
				}
				h.apply(day(n).Add(5*time.Second), "failed s-2")
				status = "past_due full"
			}
			out, err := advanceWith(h.policy, h.sub, day(40))
			if err != nil || len(out.Effects) > 0 || out.Subscription.Status != lifecycle.Suspended {
				t.Errorf("after the last attempt: %s, %v", outcomeText(h.policy, out), err)
			}
			h.apply(day(2), "card card")
			h.apply(day(2).Add(time.Minute), "paid s-2")
			if got := accessOf(h.policy, h.sub); got != lifecycle.Full || !h.sub.Period.Start.Equal(day(0)) {
				t.Errorf("paid on %s, access is %v and the period starts on %s", day(2), got, h.sub.Period.Start)
			}
		})
	}
}

// Row M17: whichever of the four attempts succeeds, the period starts at its own time, and no further payment is
// collected.
func TestSuccessfulRetryKeepsThePeriodStart(t *testing.T) {
	for n := -3; n <= 0; n++ {
		t.Run("attempt on D"+strconv.Itoa(n), func(t *testing.T) {
			day := func(n int) time.Time { return startOfDay(t, "America/New_York", 2026, time.November, 3+n) }
			start := startOfDay(t, "America/New_York", 2026, time.May, 3)
			h := customer{t, salesTool(), ordered(t, salesTool(), "base", "P6M", start)}
			h.apply(start, "started card notrial")
			h.apply(start, "paid s-1")
			for at := -3; at < n; at++ {
				h.apply(day(at), "failed s-2")
			}
			h.apply(day(n), "paid s-2")
			out, err := advanceWith(h.policy, h.sub, day(30))
			if err != nil || len(out.Effects) > 0 || accessOf(h.policy, out.Subscription) != lifecycle.Full || !out.Subscription.Period.Start.Equal(day(0)) {
				t.Errorf("%s from %s on, %v", outcomeText(h.policy, out), out.Subscription.Period.Start, err)
			}
		})
	}
}
