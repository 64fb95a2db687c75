package plans_test

import (
	"cmp"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
)

// anchorChange is a change of the billing date.
func anchorChange(text string, loc *time.Location) plans.Change {
	return plans.Change{AnchorAt: giventest.Instant(text, loc)}
}

// seatsFrom is a contract for ten seats at 89.00, billed from an anchor.
func seatsFrom(anchor, interval string, loc *time.Location) plans.Contract {
	c := seats("10", "89.00")
	c.Cycle = giventest.Cycle(anchor, interval, loc)
	return c
}

func TestContractChangedAnchor(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	saoPaulo := giventest.Zone(t, "America/Sao_Paulo")
	const ten = "growth: 10 seat at 89; cycle "
	onDay, trial, stored := seatsFrom("2026-11-16", "P1M", time.UTC), seatsFrom("2026-12-15", "P1M", time.UTC), seatsFrom("2026-11-01", "P1M", time.UTC)
	onDay.Cycle.Day = 1
	trial.First = giventest.Period("2026-11-01/2026-12-15", nil)
	stored.Cycle.Zone, stored.Cycle.Location = "", nil
	month := seats("10", "89.00")
	firsts := map[string]string{ // the period that stays, if the new cycle does not have it
		"later in the period":                            "2026-11-01T00:00:00Z/2026-12-01T00:00:00Z",
		"in the next period":                             "2026-11-01T00:00:00Z/2026-12-01T00:00:00Z",
		"one interval later":                             "2026-11-01T00:00:00Z/2026-12-01T00:00:00Z",
		"the last moment before the next period but one": "2026-11-01T00:00:00Z/2026-12-01T00:00:00Z",
		"the 31st":                      "2027-01-01T00:00:00Z/2027-02-01T00:00:00Z",
		"the last day of a short month": "2027-01-31T00:00:00Z/2027-02-28T00:00:00Z",
		"from the last day of January to that of February":              "2027-01-01T00:00:00Z/2027-02-01T00:00:00Z",
		"from the last day of February to that of March":                "2027-02-01T00:00:00Z/2027-03-01T00:00:00Z",
		"from the day before the last of February to the last of March": "2027-02-01T00:00:00Z/2027-03-01T00:00:00Z",
		"in a leap year":                            "2027-06-01T00:00:00Z/2028-06-01T00:00:00Z",
		"on another calendar":                       "2026-11-01T00:00:00-04:00/2026-12-01T00:00:00-05:00",
		"midnight of the customer":                  "2026-11-01T00:00:00-04:00/2026-12-01T00:00:00-05:00",
		"an instant in another zone than UTC":       "2026-11-01T00:00:00Z/2026-12-01T00:00:00Z",
		"one interval later, across a clock change": "2026-10-01T00:00:00-04:00/2026-11-01T00:00:00-04:00",
		"a skipped midnight":                        "2018-10-01T00:00:00-03:00/2018-11-01T00:00:00-03:00",
		"in a cycle with a remembered day":          "2026-11-01T00:00:00Z/2026-12-01T00:00:00Z",
		"weeks, a day more":                         "2026-11-16T00:00:00Z/2026-11-23T00:00:00Z",
		"hours":                                     "2026-11-16T00:00:00Z/2026-11-16T06:00:00Z",
		"hours, one more":                           "2026-11-16T00:00:00Z/2026-11-16T06:00:00Z",
		"in a term":                                 "2026-11-01T00:00:00Z/2026-12-01T00:00:00Z",
		"with steps":                                "2026-12-01T00:00:00Z/2027-01-01T00:00:00Z",
		"in a longer first period":                  "2026-11-01T00:00:00Z/2026-12-15T00:00:00Z",
		"with more seats":                           "2026-11-01T00:00:00Z/2026-12-01T00:00:00Z",
	}
	outside, invalid := []string{"change.anchor_at outside"}, []string{"change.anchor_at invalid"}
	for _, r := range []withRow{
		{name: "later in the period", why: "from the 20th on, each month begins there", contract: month, change: anchorChange("2026-11-20", nil), want: ten + "2026-11-20 P1M"},
		{name: "at the instant of the change", why: "a period begins with the change", contract: month, change: anchorChange("2026-11-16", nil), want: ten + "2026-11-16 P1M"},
		{name: "in the next period", why: "the 10th of December, and the time before it", contract: month, change: anchorChange("2026-12-10", nil), want: ten + "2026-12-10 P1M"},
		{name: "to its current date", why: "only the number of the period changes", contract: month, change: anchorChange("2026-12-01", nil), want: ten + "2026-12-01 P1M"},
		{name: "one interval later", why: "15 days after the period, which stays", contract: month, change: anchorChange("2026-12-16", nil), want: ten + "2026-12-16 P1M"},
		{name: "the last moment before the next period but one", why: "the days after the period are less than one of the new cycle", contract: month, change: anchorChange("2026-12-31T23:59:59", nil), want: ten + "2026-12-31T23:59:59 P1M"},
		{name: "the next period but one", why: "December would be a period of its own", contract: month, change: anchorChange("2027-01-01", nil), wantErr: outside},
		{name: "years later", why: "other periods would begin before it", contract: month, change: anchorChange("2028-11-16", nil), wantErr: outside},
		{name: "before the change", why: "billed time is not billed again", contract: month, change: anchorChange("2026-11-15T23:59:59.999999999", nil), wantErr: outside},
		{name: "in terms that are billed up front", why: "each is one period, from its start to its end", contract: prepaid(nil, "P6M 2026-11-01/2027-05-01"), change: anchorChange("2026-12-01", nil), wantErr: invalid},

		{name: "the 31st", why: "law 6: the cycle remembers the 31st", contract: month, change: anchorChange("2027-01-31", nil), at: "2027-01-05", want: ten + "2027-01-31 P1M"},
		{name: "the last day of a short month", why: "the request is for the 28th, whatever the day was before", contract: seatsFrom("2026-10-31", "P1M", time.UTC), change: anchorChange("2027-02-28", nil), at: "2027-02-10", want: ten + "2027-02-28 P1M"},
		{name: "from the last day of January to that of February", why: "a month of the new cycle: January 28 to February 28", contract: month, change: anchorChange("2027-02-28", nil), at: "2027-01-31", want: ten + "2027-02-28 P1M"},
		{name: "from the last day of January to March", why: "February 1 is a boundary between them", contract: month, change: anchorChange("2027-03-01", nil), at: "2027-01-31", wantErr: outside},
		{name: "from the last day of February to that of March", why: "one month of a cycle on the 31st", contract: month, change: anchorChange("2027-03-31", nil), at: "2027-02-28", want: ten + "2027-03-31 P1M"},
		{name: "from the day before the last of February to the last of March", why: "February stays; 30 of 31 days follow it", contract: month, change: anchorChange("2027-03-31", nil), at: "2027-02-27", want: ten + "2027-03-31 P1M"},
		{name: "in a leap year", why: "February 29, and the 28th in other years", contract: seatsFrom("2026-06-01", "P1Y", time.UTC), change: anchorChange("2028-02-29", nil), at: "2027-06-15", want: ten + "2028-02-29 P1Y"},

		{name: "on another calendar", why: "03:00 in London is the evening before in New York", contract: seatsFrom("2026-11-01", "P1M", newYork), change: anchorChange("2026-11-20T03:00:00Z", time.UTC), want: ten + "2026-11-19T22:00:00 P1M"},
		{name: "midnight of the customer", why: "the contract's calendar has the day", contract: seatsFrom("2026-11-01", "P1M", newYork), change: anchorChange("2026-11-20", newYork), want: ten + "2026-11-20 P1M"},
		{name: "an instant in another zone than UTC", why: "the contract's calendar has the day, also the other way round", contract: stored, change: anchorChange("2026-11-30T22:00:00", newYork), want: ten + "2026-12-01T03:00:00 P1M"},
		{name: "one interval later, across a clock change", why: "a month is a calendar month, one hour longer here", contract: seatsFrom("2026-10-01", "P1M", newYork), change: anchorChange("2026-11-20", newYork), at: "2026-10-20", want: ten + "2026-11-20 P1M"},
		{name: "a skipped time of day", why: "02:30 is 03:30 on that day, and 02:30 on all others", contract: seatsFrom("2027-02-14T02:30:00", "P1M", newYork), change: anchorChange("2027-03-14T03:30:00", newYork), at: "2027-03-10", want: ten + "2027-03-14T02:30:00 P1M"},
		{name: "a skipped midnight", why: "the first instant of that day is 01:00; a cycle from midnight stays a cycle from midnight", contract: seatsFrom("2018-10-01", "P1M", saoPaulo), change: anchorChange("2018-11-04T01:00:00", saoPaulo), at: "2018-10-20", want: ten + "2018-11-04 P1M"},

		{name: "in a cycle with a remembered day", why: "the new cycle forgets the old day of the month", contract: onDay, change: anchorChange("2026-12-10", nil), want: ten + "2026-12-10 P1M"},
		{name: "weeks", why: "the end of the week that there is", contract: seatsFrom("2026-11-02", "P1W", time.UTC), change: anchorChange("2026-11-23", nil), want: ten + "2026-11-23 P1W"},
		{name: "weeks, a day more", why: "one day of the new week follows the week", contract: seatsFrom("2026-11-02", "P1W", time.UTC), change: anchorChange("2026-11-24", nil), want: ten + "2026-11-24 P1W"},
		{name: "weeks, a week more", why: "a week would lie between them", contract: seatsFrom("2026-11-02", "P1W", time.UTC), change: anchorChange("2026-11-30", nil), wantErr: outside},
		{name: "hours", why: "an interval of any length", contract: seatsFrom("2026-11-16", "PT6H", time.UTC), change: anchorChange("2026-11-16T05:00:00", nil), want: ten + "2026-11-16T05:00:00 PT6H"},
		{name: "hours, one more", why: "one hour follows the six", contract: seatsFrom("2026-11-16", "PT6H", time.UTC), change: anchorChange("2026-11-16T07:00:00", nil), want: ten + "2026-11-16T07:00:00 PT6H"},

		{
			name: "in a term", why: "its months begin on the new date, and it ends as agreed", contract: committed(nil, "P6M 2026-11-01/2027-05-01"), change: anchorChange("2026-11-20", nil),
			want: ten + "2026-11-20 P1M; P6M 2026-11-01/2027-05-01 renew",
		},
		{
			name: "with steps", why: "past steps fold in; later steps keep their dates", contract: ramped(), change: anchorChange("2026-12-05", nil), at: "2026-12-01",
			want: "growth: 20 seat at 69, 3 light at 19, 4 phone at 10; from 2027-01-01 2 light at 19; from 2027-01-01 30 seat at 59; cycle 2026-12-05 P1M",
		},
		{name: "in a longer first period", why: "the date ends the first period", contract: trial, change: anchorChange("2026-11-20", nil), want: ten + "2026-11-20 P1M"},

		{name: "in the first year of the calendar", why: "no period precedes it", contract: month, change: anchorChange("0001-01-20", nil), at: "0001-01-20", wantErr: []string{"change.anchor_at limit"}},
		{name: "with more seats", why: "one change states both", contract: month, change: plans.Change{Add: quantityChange("2", "seat").Add, AnchorAt: giventest.Instant("2026-11-20", nil)}, want: "growth: 12 seat at 89; cycle 2026-11-20 P1M"},
	} {
		t.Run(r.name, func(t *testing.T) {
			r.run(t)
			after, err := r.contract.Changed(r.change, giventest.Instant(cmp.Or(r.at, "2026-11-16"), nil))
			if err != nil {
				return
			}
			if got := after.First.String(); after.First.Start.IsZero() != (firsts[r.name] == "") || firsts[r.name] != "" && got != firsts[r.name] {
				t.Errorf("the first period is %v, want %v", got, firsts[r.name])
			}
		})
	}
}

// Law 6: short months do not change the requested day.
func TestContractChangedAnchorRemembersDay(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	for _, loc := range []*time.Location{time.UTC, newYork} {
		after, err := seatsFrom("2026-11-01", "P1M", loc).Changed(anchorChange("2027-01-31", loc), giventest.Instant("2027-01-05", loc))
		if err != nil {
			t.Fatal(err)
		}
		for n, want := range []string{"2026-12-31/2027-01-31", "2027-01-31/2027-02-28", "2027-02-28/2027-03-31", "2027-03-31/2027-04-30", "2027-04-30/2027-05-31"} {
			period, err := after.Cycle.Period(n - 1)
			if err != nil || !period.Equal(giventest.Period(want, loc)) {
				t.Errorf("in %v, period %d is %v (%v), want %s", loc, n-1, period, err, want)
			}
		}
	}
}

// Law 14: a date outside the calendar is refused, since JSON cannot write it.
func TestContractChangedAnchorOutsideCalendar(t *testing.T) {
	for _, year := range []int{10_000, 20_000, 1 << 30} {
		_, err := seats("10", "89.00").Changed(plans.Change{AnchorAt: time.Date(year, 2, 1, 0, 0, 0, 0, time.UTC)}, giventest.Instant("2026-11-16", nil))
		if giventest.CheckFaults(t, err, "change.anchor_at limit") {
			t.Error(year)
		}
	}
}
