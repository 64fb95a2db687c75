package main

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
)

// smallStage is a stage of the enumeration. A condition below zero is not set. Balances are in tenths.
type smallStage struct{ days, count, tenths int }

// smallUnpaid is an unpaid invoice of the enumeration: the days since it was issued, negative for a later day, and its
// balance.
type smallUnpaid struct{ ago, tenths int }

// inStage returns the index of the stage that the rules select, or -1. It tries every stage from the last to the first.
func inStage(stages []smallStage, unpaid []smallUnpaid) int {
	found, count, oldest, sum := -1, 0, -1, new(big.Rat)
	for _, u := range unpaid {
		if u.ago >= 0 && u.tenths > 0 {
			count++
			oldest = max(oldest, u.ago)
			sum.Add(sum, big.NewRat(int64(u.tenths), 10))
		}
	}
	for i := len(stages) - 1; i >= 0; i-- {
		s := stages[i]
		old := s.days < 0 || s.days <= oldest
		several := s.count < 0 || count >= s.count
		much := s.tenths < 0 || sum.Cmp(big.NewRat(int64(s.tenths), 10)) >= 0
		if old && several && much {
			found = i
		}
	}
	return found
}

// smallLadder returns the ladder of the stages. The name of a stage is its index.
func smallLadder(stages ...smallStage) overdueLadder {
	l := make(overdueLadder, len(stages))
	for i, s := range stages {
		l[i].Name = fmt.Sprint(i)
		if s.days >= 0 {
			l[i].Days = &s.days
		}
		if s.count >= 0 {
			l[i].Count = &s.count
		}
		if s.tenths >= 0 {
			balance := decimal.New(int64(s.tenths), -1)
			l[i].Balance = &balance
		}
	}
	return l
}

// Every ladder of one and two stages whose conditions are unset, 0, 1 and 2, with every two invoices from two days
// before to one day after, on days that a clock change makes shorter and longer.
func TestEveryLadderEnumerated(t *testing.T) {
	short.Skip(t)
	var stages []smallStage
	for days := -1; days <= 2; days++ {
		for count := -1; count <= 2; count++ {
			for tenths := -1; tenths <= 2; tenths++ {
				if days+count+tenths > -3 {
					stages = append(stages, smallStage{days, count, tenths})
				}
			}
		}
	}
	var ladders [][]smallStage
	for i, s := range stages {
		ladders = append(ladders, []smallStage{s})
		for j, then := range stages {
			if !race.On || (i+j)%8 == 0 {
				ladders = append(ladders, []smallStage{s, then})
			}
		}
	}
	debts := [][]smallUnpaid{nil}
	for a := range 12 {
		first := smallUnpaid{a/3 - 1, a % 3}
		debts = append(debts, []smallUnpaid{first})
		for b := range 12 {
			debts = append(debts, []smallUnpaid{first, {b/3 - 1, b % 3}})
		}
	}
	cases := []struct{ zone, day, invoiced, at string }{
		{"", "2028-03-01", "T23:59:59", "T00:00:00"},
		{"America/Santiago", "2024-09-08", "T12:00:00", "T01:00:00"},
		{"America/New_York", "2026-11-02", "T00:00:00", "T23:59:59"},
	}
	for w, c := range cases {
		loc := giventest.Zone(t, c.zone)
		at := giventest.Instant(c.day+c.at, loc)
		var issued [4]time.Time // by the days since the issue, plus one
		for i := range issued {
			day := giventest.Instant(c.day, nil).AddDate(0, 0, 1-i).Format(time.DateOnly)
			issued[i] = giventest.Instant(day+c.invoiced, loc)
		}
		for i, ladder := range ladders {
			if i%len(cases) != w && len(ladder) > 1 {
				continue // each pair of stages in one of the zones
			}
			l := smallLadder(ladder...)
			for _, debt := range debts {
				unpaid := make([]unpaidInvoice, len(debt))
				for j, u := range debt {
					unpaid[j] = unpaidInvoice{At: issued[u.ago+1], Balance: decimal.New(int64(u.tenths), -1)}
				}
				got, ok, err := l.at(unpaid, at, loc)
				want := inStage(ladder, debt)
				if err != nil || ok != (want >= 0) || ok && got != fmt.Sprint(want) {
					t.Fatalf("%s: %v on %v: got %q, %t and %v, want %d", c.zone, debt, ladder, got, ok, err, want)
				}
			}
		}
	}
}

// julian returns the number of a day, by the formula of Fliegel and Van Flandern.
func julian(t time.Time) int {
	y, m, d := t.Year(), int(t.Month()), t.Day()
	a := (m - 14) / 12
	return d - 32075 + 1461*(y+4800+a)/4 + 367*(m-2-a*12)/12 - 3*((y+4900+a)/100)/4
}

// Days after an invoice are counted by date, from every day of two years and up to 60 days on, in zones that skip
// hours, midnights and a day.
func TestEveryLadderDayIsCountedByDateEnumerated(t *testing.T) {
	short.Skip(t)
	ladder, step := ladderOfDays(70), 1
	if race.On {
		step = 5
	}
	for _, zone := range []string{"", "America/New_York", "America/Santiago", "Asia/Kolkata", "Pacific/Apia", "America/Havana"} {
		loc := giventest.Zone(t, zone)
		for n := 0; n < 731; n += step {
			from := time.Date(2011, 1, 1+n, 23, 59, 59, 999_999_999, time.UTC)
			invoiced := giventest.Instant(from.Format("2006-01-02T15:04:05.999999999"), loc)
			for _, days := range []int{0, 1, 2, 27, 28, 29, 30, 31, 59, 60} {
				for _, at := range []string{"T01:00:00", "T23:59:59"} { // no clock skipped 01:00 in those years
					now := giventest.Instant(from.AddDate(0, 0, days).Format(time.DateOnly)+at, loc)
					want := julian(now) - julian(invoiced)
					got, ok, err := ladder.at([]unpaidInvoice{{At: invoiced, Balance: decimal.New(1, 0)}}, now, loc)
					if err != nil || ok != (want >= 0) || ok && got != fmt.Sprint(want) {
						t.Fatalf("%s: from %v to %v: got %q and %v, want %d", zone, invoiced, now, got, err, want)
					}
				}
			}
		}
	}
}
