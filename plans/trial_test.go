package plans_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestTrialValidate(t *testing.T) {
	for _, c := range []struct {
		name, why string
		trial     plans.Trial
		want      []string
	}{
		{"none", "a trial is optional", plans.Trial{}, nil},
		{"fourteen days", "M18: a trial has fourteen days", plans.Trial{Length: giventest.Interval("P14D"), UnusedTrial: plans.CarryOver}, nil},
		{"a month", "the month has its own length", plans.Trial{Length: giventest.Interval("P1M"), UnusedTrial: plans.Forfeit}, nil},
		{"no unused_trial", "law 13: the setting decides the length of the paid term", plans.Trial{Length: giventest.Interval("P14D")}, []string{"unused_trial unset"}},
		{"no length", "a setting without a length has no rest", plans.Trial{UnusedTrial: plans.AtTrialEnd}, []string{"length unset"}},
		{"unknown unused_trial", "law 14: bad input is an error that names its field", plans.Trial{Length: giventest.Interval("P14D"), UnusedTrial: 4}, []string{"unused_trial invalid"}},
		{"both", "law 14: all faults come at once", plans.Trial{Length: proration.Interval{Days: -14}, UnusedTrial: 255}, []string{"length invalid", "unused_trial invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !giventest.CheckFaults(t, c.trial.Validate(), c.want...) && c.want == nil {
				t.Log(c.why)
			}
		})
	}
}

// Row M18: the unused days of a trial. Seven seats at 15.00 are 105.00 a month; six months are 630.00.
func TestQuoteTrial(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	leftover := func(l plans.UnusedTrial) func(*plans.Catalog) {
		return func(c *plans.Catalog) { c.Trial.UnusedTrial = l }
	}
	none := func(c *plans.Catalog) { c.Trial = plans.Trial{} }
	over, drop, after := leftover(plans.CarryOver), leftover(plans.Forfeit), leftover(plans.AtTrialEnd)
	upFront := func(*plans.Catalog) {}
	for _, c := range []struct {
		name, why  string
		trial      func(*plans.Catalog)
		sold       func(*plans.Catalog)
		at, end    string
		loc        *time.Location
		term       string
		first      string // the first paid span
		total      string
		until      string // the end of the term
		committed  string
		renewal    string
		renewalEnd string
	}{
		{
			"ten days carried over", "bought on the 16th with the trial ending on the 26th: six months and ten days for the price of six", over, upFront,
			"2026-11-16", "2026-11-26", time.UTC, "P6M", "2026-11-16/2027-05-26", "630", "2027-05-26", "630", "2027-05-26/2027-11-26", "2027-11-26",
		},
		{
			"dropped", "the term begins immediately and has its usual length", drop, upFront,
			"2026-11-16", "2026-11-26", time.UTC, "P6M", "2026-11-16/2027-05-16", "630", "2027-05-16", "630", "2027-05-16/2027-11-16", "2027-11-16",
		},
		{
			"after the trial", "the term begins on the 26th, and its bill is due then", after, upFront,
			"2026-11-16", "2026-11-26", time.UTC, "P6M", "2026-11-26/2027-05-26", "630", "2027-05-26", "630", "2027-05-26/2027-11-26", "2027-11-26",
		},
		{
			"the whole trial", "bought at the start of the trial: fourteen days more", over, upFront,
			"2026-11-16", "2026-11-30", time.UTC, "P12M", "2026-11-16/2027-11-30", "1134", "2027-11-30", "1134", "2027-11-30/2028-11-30", "2028-11-30",
		},
		{
			"the trial ends tomorrow", "one day is left, although less than 24 hours remain", over, upFront,
			"2026-11-16T18:00:00", "2026-11-17T09:00:00", time.UTC, "P6M",
			"2026-11-16T18:00:00/2027-05-17T18:00:00", "630", "2027-05-17T18:00:00", "630", "2027-05-17T18:00:00/2027-11-17T18:00:00", "2027-11-17T18:00:00",
		},
		{
			"the trial ends today", "no day is left", over, upFront,
			"2026-11-16T09:00:00", "2026-11-16T18:00:00", time.UTC, "P6M",
			"2026-11-16T09:00:00/2027-05-16T09:00:00", "630", "2027-05-16T09:00:00", "630", "2027-05-16T09:00:00/2027-11-16T09:00:00", "2027-11-16T09:00:00",
		},
		{
			"the trial ends now", "the trial is over", over, upFront,
			"2026-11-16", "2026-11-16", time.UTC, "P6M", "2026-11-16/2027-05-16", "630", "2027-05-16", "630", "2027-05-16/2027-11-16", "2027-11-16",
		},
		{
			"the trial is over", "no day is left, and the time since its end is not billed", after, upFront,
			"2026-11-16", "2026-11-10", time.UTC, "P6M", "2026-11-16/2027-05-16", "630", "2027-05-16", "630", "2027-05-16/2027-11-16", "2027-11-16",
		},
		{
			"no trial", "the order states no end of a trial", over, upFront,
			"2026-11-16", "", time.UTC, "P6M", "2026-11-16/2027-05-16", "630", "2027-05-16", "630", "2027-05-16/2027-11-16", "2027-11-16",
		},
		{
			"a catalog without a trial", "the catalog has no trial days", none, upFront,
			"2026-11-16", "", time.UTC, "P6M", "2026-11-16/2027-05-16", "630", "2027-05-16", "630", "2027-05-16/2027-11-16", "2027-11-16",
		},
		{
			"across the end of daylight saving time", "the days are those of New York: ten, of which one has 25 hours", over, upFront,
			"2026-10-25", "2026-11-04", newYork, "P6M", "2026-10-25/2027-05-05", "630", "2027-05-05", "630", "2027-05-05/2027-11-05", "2027-11-05",
		},
		{
			"late in the evening", "23:30 in New York is the next day in London: the calendar of the order decides", over, upFront,
			"2026-11-16T23:30:00", "2026-11-18T00:30:00", newYork, "P6M",
			"2026-11-16T23:30:00/2027-05-18T23:30:00", "630", "2027-05-18T23:30:00", "630", "2027-05-18T23:30:00/2027-11-18T23:30:00", "2027-11-18T23:30:00",
		},
		{
			"from the end of a month", "law 6: six months after August 31 is February 28; ten more days is March 10, which is remembered", over, upFront,
			"2026-08-31", "2026-09-10", time.UTC, "P6M", "2026-08-31/2027-03-10", "630", "2027-03-10", "630", "2027-03-10/2027-09-10", "2027-09-10",
		},
		{
			"carried over, billed monthly", "the first month is longer by ten days, and so is the term of six", over, perPeriod,
			"2026-11-16", "2026-11-26", time.UTC, "P6M", "2026-11-16/2026-12-26", "105", "2027-05-26", "630", "2027-05-26/2027-06-26", "2027-11-26",
		},
		{
			"dropped, billed monthly", "six months from the 16th", drop, perPeriod,
			"2026-11-16", "2026-11-26", time.UTC, "P6M", "2026-11-16/2026-12-16", "105", "2027-05-16", "630", "2027-05-16/2027-06-16", "2027-11-16",
		},
		{
			"after the trial, billed monthly", "six months from the 26th", after, perPeriod,
			"2026-11-16", "2026-11-26", time.UTC, "P6M", "2026-11-26/2026-12-26", "105", "2027-05-26", "630", "2027-05-26/2027-06-26", "2027-11-26",
		},
		{
			"carried over, without terms", "the first month is longer", over, openEnded,
			"2026-11-16", "2026-11-26", time.UTC, "", "2026-11-16/2026-12-26", "105", "", "105", "2026-12-26/2027-01-26", "",
		},
		{
			"after the trial, without terms", "the first month begins on the 26th", after, openEnded,
			"2026-11-16", "2026-11-26", time.UTC, "", "2026-11-26/2026-12-26", "105", "", "105", "2026-12-26/2027-01-26", "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := onSale(t, c.trial, c.sold).Quote(ordered("7 seat", c.term, orderedAt(c.at, c.loc), func(o *plans.Order) {
				o.TrialEnd = giventest.Instant(c.end, c.loc)
			}))
			if err != nil {
				t.Fatal(err)
			}
			line, next := q.First.Lines[0], q.Renewal.Lines[0]
			first, renewal := giventest.Period(c.first, c.loc), giventest.Period(c.renewal, c.loc)
			if !line.Span.Equal(first) || !line.Period.Equal(first) || !q.First.At.Equal(first.Start) || !q.Due[0].At.Equal(first.Start) {
				t.Errorf("first %v of %v, due %v, want %v: %s", line.Span, line.Period, q.First.At, first, c.why)
			}
			if !next.Span.Equal(renewal) || !next.Period.Equal(renewal) || !q.Renewal.At.Equal(renewal.Start) {
				t.Errorf("renewal %v of %v, due %v, want %v: %s", next.Span, next.Period, q.Renewal.At, renewal, c.why)
			}
			giventest.CheckMoney(t, "first", q.First.Total, c.total)
			giventest.CheckMoney(t, "committed", q.Committed, c.committed)
			if until := giventest.Instant(c.until, c.loc); !q.Contract.End().Equal(until) {
				t.Errorf("until %v, want %v: %s", q.Contract.End(), until, c.why)
			}
			after, goesOn, err := q.Contract.Renewed()
			if err != nil || !goesOn || !after.End().Equal(giventest.Instant(c.renewalEnd, c.loc)) {
				t.Errorf("renewed until %v (%v), want %s: %s", after.End(), err, c.renewalEnd, c.why)
			}
		})
	}
}

// A trial end that no running trial can have is refused, so that no days are added.
func TestQuoteTrialRefused(t *testing.T) {
	long := func(c *plans.Catalog) { c.Trial.Length = giventest.Interval("P1M") }
	for _, c := range []struct {
		name, why string
		trial     func(*plans.Catalog)
		end       string
		want      []string
	}{
		{"the last instant", "M18: a trial of fourteen days that began with the order", func(*plans.Catalog) {}, "2026-11-30", nil},
		{"a nanosecond later", "the trial would begin after the order", func(*plans.Catalog) {}, "2026-11-30T00:00:00.000000001", []string{"trial_end outside"}},
		{"a lifetime later", "a trial of fourteen days cannot last that long", func(*plans.Catalog) {}, "2100-01-01", []string{"trial_end outside"}},
		{"a month", "thirty days, from November 16 on", long, "2026-12-16", nil},
		{"more than a month", "thirty days, from November 16 on", long, "2026-12-16T00:00:01", []string{"trial_end outside"}},
		{"a catalog without a trial", "no trial can be running", func(c *plans.Catalog) { c.Trial = plans.Trial{} }, "2026-11-20", []string{"trial_end invalid"}},
		{"a catalog without a trial, and a trial end in the past", "a past trial is never refused", func(c *plans.Catalog) { c.Trial = plans.Trial{} }, "2026-11-16", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := onSale(t, c.trial).Quote(ordered("7 seat", "P6M", func(o *plans.Order) { o.TrialEnd = giventest.Instant(c.end, nil) }))
			giventest.CheckFaults(t, err, c.want...)
			if t.Failed() {
				t.Log(c.why)
			}
		})
	}
}
