package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
)

// parseStage reads a stage: its name, and its conditions as "days 30", "count 2" and "balance 100.00".
func parseStage(text string) overdueStage {
	words := strings.Fields(text)
	if len(words)%2 == 0 { // the text begins with a condition
		words = append([]string{""}, words...)
	}
	s := overdueStage{Name: words[0]}
	for i := 1; i < len(words); i += 2 {
		switch n, _ := strconv.Atoi(words[i+1]); words[i] {
		case "days":
			s.Days = &n
		case "count":
			s.Count = &n
		case "balance":
			amount := giventest.Money(words[i+1])
			s.Balance = &amount
		default:
			panic("unknown condition: " + words[i])
		}
	}
	return s
}

// parseLadder reads stages, "blocked days 30; warned days 10 count 2".
func parseLadder(text string) (l overdueLadder) {
	for rest, more := text, text != ""; more; {
		var stage string
		stage, rest, more = strings.Cut(rest, ";")
		l = append(l, parseStage(stage))
	}
	return l
}

// parseUnpaid reads invoices, "2026-11-01 89.00; 2026-12-01T09:30:00 89.00".
func parseUnpaid(text string, loc *time.Location) (all []unpaidInvoice) {
	for rest, more := text, text != ""; more; {
		var u string
		u, rest, more = strings.Cut(rest, ";")
		words := strings.Fields(u)
		all = append(all, unpaidInvoice{At: giventest.Instant(words[0], loc), Balance: giventest.Money(words[1])})
	}
	return all
}

func TestLadderAt(t *testing.T) {
	const (
		stages = "cancelled days 50; blocked days 40; warned days 30"
		counts = "blocked count 3; warned count 2"
	)
	for _, c := range []struct{ name, why, ladder, zone, at, unpaid, want string }{
		{"nothing unpaid", "no invoice has an age", stages, "", "2012-07-20", "", ""},
		{"the day before", "May 31 to June 29 is 29 days", stages, "", "2012-06-29T23:59:59.999999999", "2012-05-31 249.95", ""},
		{"on the day", "30 days, inclusive, at the first instant of the day", stages, "", "2012-06-30", "2012-05-31T23:59:59 249.95", "warned"},
		{"the most severe", "50 days: all three stages apply, and the first one is selected", stages, "", "2012-07-20", "2012-05-31 249.95", "cancelled"},
		{"the earliest counts", "July 16 is 46 days after May 31, wherever that invoice is in the list", stages, "", "2012-07-16", "2012-06-30 249.95; 2012-05-31 249.95", "blocked"},
		{"the earliest was paid", "the next one is the earliest now: 16 days", stages, "", "2012-07-16", "2012-06-30 249.95", ""},
		{"the earliest has no balance", "a paid invoice is not unpaid", stages, "", "2012-07-16", "2012-05-31 0.00; 2012-06-30 249.95", ""},
		{"over a leap day", "2028-02-28 to 03-01 is 2 days", "warned days 2", "", "2028-03-01", "2028-02-28 1", "warned"},
		{"without a leap day", "2027-02-28 to 03-01 is 1 day", "warned days 2", "", "2027-03-01", "2027-02-28 1", ""},
		{"from a leap day", "366 days after 2028-02-29 is 2029-03-01", "warned days 366", "", "2029-03-01", "2028-02-29 1", "warned"},
		{"a day without midnight", "Sep 8 begins at 01:00 in Santiago", "warned days 1", "America/Santiago", "2024-09-08T01:00:00", "2024-09-07T23:59:59 1", "warned"},
		{"before the day without midnight", "a second earlier it is Sep 7", "warned days 1", "America/Santiago", "2024-09-08T03:59:59Z", "2024-09-07 1", ""},
		{"a day of 23 hours", "Mar 8 to Mar 9 in New York, 23 hours", "warned days 1", "America/New_York", "2027-03-15", "2027-03-14 1", "warned"},
		{"a day of 25 hours", "24 hours after midnight it is still Nov 1", "warned days 1", "America/New_York", "2026-11-01T23:30:00-05:00", "2026-11-01 1", ""},
		{"on the customer's calendar", "20:00 UTC of Nov 1 is Nov 2 in Tokyo", "warned days 1", "Asia/Tokyo", "2026-11-01T20:00:00Z", "2026-11-01T10:00:00Z 1", "warned"},
		{"on the calendar of UTC", "it is the same day there", "warned days 1", "", "2026-11-01T20:00:00Z", "2026-11-01T10:00:00Z 1", ""},
		{"a skipped day", "Apia had no 2011-12-30: two dates after the 29th is the 31st", "warned days 2", "Pacific/Apia", "2011-12-31", "2011-12-29 1", "warned"},
		{"a day that begins twice", "clocks in St. John's went back from 00:01 of Nov 7 to 23:01: the day had begun", "warned days 1", "America/St_Johns", "2010-11-07T02:45:00Z", "2010-11-06 1", "warned"},
		{"issued on a day that begins twice", "the invoice of Nov 6 is the earlier one by date, although it was issued later", "warned days 1", "America/St_Johns", "2010-11-07", "2010-11-07T02:30:30Z 1; 2010-11-07T02:45:00Z 1", "warned"},
		{"count", "two are unpaid", counts, "", "2012-07-01", "2012-06-01 249.95; 2012-07-01 249.95", "warned"},
		{"one invoice fewer", "one is unpaid", counts, "", "2012-06-01", "2012-06-01 249.95", ""},
		{"one invoice without a balance", "one is unpaid", counts, "", "2012-07-01", "2012-06-01 249.95; 2012-07-01 0", ""},
		{"issued tomorrow", "it does not count yet", counts, "", "2012-06-30T23:59:59", "2012-06-01 249.95; 2012-07-01 249.95", ""},
		{"issued later on the day", "its day is day 0", counts, "", "2012-07-01", "2012-06-01 249.95; 2012-07-01T18:00:00 249.95", "warned"},
		{"balance", "100.00 in all, inclusive", "warned balance 100.00", "", "2012-07-01", "2012-06-01 99.99; 2012-06-02 0.01", "warned"},
		{"one cent less", "99.99", "warned balance 100.00", "", "2012-07-01", "2012-06-01 99.98; 2012-06-02 0.01", ""},
		{"both conditions", "30 days and 100.00", "blocked days 30 balance 100.00", "", "2012-07-01", "2012-06-01 100.00", "blocked"},
		{"one of both conditions", "30 days and 99.99", "blocked days 30 balance 100.00", "", "2012-07-01", "2012-06-01 99.99", ""},
		{"the other of both conditions", "29 days and 100.00", "blocked days 30 balance 100.00", "", "2012-06-30", "2012-06-01 100.00", ""},
		{"all but the count", "30 days, 100.00, one invoice", "blocked days 30 count 2 balance 100.00", "", "2012-07-01", "2012-06-01 100.00", ""},
		{"days of zero", "from the day of the invoice on", "due days 0", "", "2012-06-01", "2012-06-01T12:00:00 1", "due"},
		{"days of zero, nothing unpaid", "no invoice has an age", "due days 0", "", "2012-06-01", "", ""},
		{"count of zero", "the count is at least zero", "always count 0", "", "2012-06-01", "", "always"},
		{"balance of zero", "the balance is at least zero", "always balance 0.00", "", "2012-06-01", "", "always"},
		{"equal conditions", "the first one is selected", "first days 10; second days 10", "", "2012-06-11", "2012-06-01 1", "first"},
		{"out of order", "the order of the ladder decides which stage is more severe", "mild days 10; severe days 20", "", "2012-07-11", "2012-06-01 1", "mild"},
		{"no stages", "a ladder without stages selects none", "", "", "2012-06-11", "2012-06-01 1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			loc := giventest.Zone(t, c.zone)
			got, ok, err := parseLadder(c.ladder).at(parseUnpaid(c.unpaid, loc), giventest.Instant(c.at, loc), loc)
			if err != nil || got != c.want || ok != (c.want != "") {
				t.Errorf("got %q, %t and %v, want %q: %s", got, ok, err, c.want, c.why)
			}
		})
	}
}

func TestLadderRefuses(t *testing.T) {
	low, high, many := -1, 3_652_060, 10_001
	for _, c := range []struct {
		name, why string
		ladder    overdueLadder
		want      []string
	}{
		{"none", "no customer is ever in a stage", nil, nil},
		{"each condition", "one condition is enough", parseLadder("a days 1; b count 1; c balance 1"), nil},
		{"zeros", "zero is a condition", parseLadder("a days 0; b count 0; c balance 0"), nil},
		{"the greatest values", "the limits are inclusive", parseLadder("a days 3652059 count 10000 balance 99999999999999999999999999999999999999"), nil},
		{"no name", "it looks like no stage", parseLadder("days 1"), []string{"ladder[0].name unset"}},
		{"a name used twice", "the two stages cannot be told apart", parseLadder("a days 2; b days 1; a count 1"), []string{"ladder[2].name invalid"}},
		{"no condition", "it would always apply", parseLadder("a days 2; b"), []string{"ladder[1] unset"}},
		{"below zero", "no value is below zero", parseLadder("a days -1; b count -1; c balance -0.01"), []string{"ladder[0].days invalid", "ladder[1].count invalid", "ladder[2].balance invalid"}},
		{"beyond the limits", "law 14", overdueLadder{{Name: "a", Days: &high, Count: &many}, parseStage("b balance 100000000000000000000000000000000000000")}, []string{"ladder[0].days limit", "ladder[0].count limit", "ladder[1].balance limit"}},
		{"all faults", "law 14", overdueLadder{{}, {Days: &low}}, []string{"ladder[0].name unset", "ladder[0] unset", "ladder[1].name unset", "ladder[1].days invalid"}},
		{"the most stages", "the limit is inclusive", ladderOfDays(100), nil},
		{"too many", "law 14", ladderOfDays(101), []string{"ladder limit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := c.ladder.at(nil, giventest.Instant("2026-11-01", nil), nil); !giventest.CheckFaults(t, err, c.want...) {
				t.Log(c.why)
			}
		})
	}
}

// ladderOfDays returns a ladder of n stages, from n-1 days down to zero. Their names are their days.
func ladderOfDays(n int) overdueLadder {
	l := make(overdueLadder, n)
	for i := range l {
		days := n - 1 - i
		l[i] = overdueStage{Name: strconv.Itoa(days), Days: &days}
	}
	return l
}

func TestLadderAtFaults(t *testing.T) {
	one := giventest.Money("1")
	day := giventest.Instant("2026-11-01", nil)
	newYork := giventest.Zone(t, "America/New_York")
	there := giventest.Instant("2026-11-01", newYork)
	for _, c := range []struct {
		name, why string
		unpaid    []unpaidInvoice
		at        time.Time
		loc       *time.Location
		want      []string
	}{
		{"valid", "the arguments of the other rows without their fault", []unpaidInvoice{{At: day, Balance: one}}, day, nil, nil},
		{"another zone with a location", "an instant does not depend on its zone", []unpaidInvoice{{At: there, Balance: one}}, day, newYork, nil},
		{"no time", "time is an argument", nil, time.Time{}, nil, []string{"at unset"}},
		{"an invoice without a time", "it has no age", []unpaidInvoice{{Balance: one}}, day, nil, []string{"unpaid[0].at unset"}},
		{"a negative balance", "an amount owed to the customer is no unpaid invoice", []unpaidInvoice{{At: day, Balance: one}, {At: day, Balance: one.Neg()}}, day, nil, []string{"unpaid[1].balance invalid"}},
		{"a balance with too many digits", "law 14", []unpaidInvoice{{At: day, Balance: decimal.New(1, 2_000_000_000)}}, day, nil, []string{"unpaid[0].balance limit"}},
		{"a balance with too many places", "law 14", []unpaidInvoice{{At: day, Balance: decimal.New(1, -39)}}, day, nil, []string{"unpaid[0].balance limit"}},
		{"an offset without a location", "it does not name the calendar", []unpaidInvoice{{At: there, Balance: one}}, there, nil, []string{"at zone", "unpaid[0].at zone"}},
		{"the host's zone", "it differs between machines; Local is its name", nil, day, time.FixedZone("Local", 0), []string{"location zone"}},
		{"too early", "law 14", []unpaidInvoice{{At: time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC), Balance: one}}, day, nil, []string{"unpaid[0].at limit"}},
		{"too late", "law 14", nil, time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), nil, []string{"at limit"}},
		{"the most invoices", "the limit is inclusive", manyUnpaid(day, 10_000), day, nil, nil},
		{"too many", "law 14", manyUnpaid(day, 10_001), day, nil, []string{"unpaid limit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			stage, ok, err := parseLadder("a days 0").at(c.unpaid, c.at, c.loc)
			if !giventest.CheckFaults(t, err, c.want...) && (ok || stage != "") {
				t.Errorf("got %q together with an error: %s", stage, c.why)
			}
		})
	}
	_, _, err := parseLadder("a").at([]unpaidInvoice{{At: day, Balance: one.Neg()}}, time.Time{}, nil)
	giventest.CheckFaults(t, err, "ladder[0] unset", "at unset", "unpaid[0].balance invalid") // law 14: all faults at once
}

func manyUnpaid(at time.Time, n int) []unpaidInvoice {
	all := make([]unpaidInvoice, n)
	for i := range all {
		all[i] = unpaidInvoice{At: at, Balance: decimal.New(math.MaxInt64, -38)}
	}
	return all
}

// Law 14: the first and the last supported year, and conditions beyond them.
func TestLadderDaysAtTheLimits(t *testing.T) {
	first, last := time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	unpaid := []unpaidInvoice{{At: first, Balance: giventest.Money("1")}}
	for _, c := range []struct {
		days int
		zone string
		at   time.Time
		want bool
	}{
		{3_652_058, "", last, true},
		{3_652_059, "", last, false},
		{3_652_058, "America/New_York", last, true},
		{3_652_059, "Asia/Tokyo", last, true}, // it is already the next day there
		{3_652_059, "Asia/Tokyo", first, false},
		{0, "America/New_York", first, true},
	} {
		t.Run(fmt.Sprint(c.days, c.zone), func(t *testing.T) {
			_, ok, err := overdueLadder{{Name: "a", Days: &c.days}}.at(unpaid, c.at, giventest.Zone(t, c.zone))
			if err != nil || ok != c.want {
				t.Errorf("got %t and %v, want %t", ok, err, c.want)
			}
		})
	}
}
