package main

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

// For random invoices and ladders, the stage is the first one whose conditions hold. More time, one more invoice and a
// higher balance never lead to a later stage. The order of the invoices has no effect, a second call gives the same
// result, and no input is modified.
func FuzzLadder(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed)
	}
	zones := []*time.Location{
		time.UTC, giventest.Zone(f, "America/New_York"), giventest.Zone(f, "America/Santiago"), giventest.Zone(f, "America/St_Johns"), giventest.Zone(f, "Pacific/Apia"),
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 0))
		ladder, loc := randomLadder(r), zones[r.IntN(len(zones))]
		unpaid := make([]unpaidInvoice, r.IntN(6))
		for i := range unpaid {
			unpaid[i] = randomUnpaid(r)
		}
		at := randomInstant(r)
		before := giventest.JSON(t, ladder) + giventest.JSON(t, unpaid)
		place := placeOn(t, ladder, unpaid, at, loc)
		for i := range ladder {
			if alone := placeOn(t, ladder[i:i+1], unpaid, at, loc); i < place && alone == 0 || i == place && alone != 0 {
				t.Errorf("stage %d alone is at %d, and stage %d of the ladder applies", i, alone, place)
			}
		}
		notLater := func(what string, unpaid []unpaidInvoice, at time.Time) {
			if p := placeOn(t, ladder, unpaid, at, loc); p > place {
				t.Errorf("%s: stage %d became %d", what, place, p)
			}
		}
		notLater("later", unpaid, at.Add(time.Duration(r.Int64N(int64(100*24*time.Hour)))))
		notLater("a little later", unpaid, at.Add(time.Duration(r.Int64N(int64(2*time.Hour)))))
		notLater("one more invoice", append(slices.Clone(unpaid), randomUnpaid(r)), at)
		if len(unpaid) > 0 {
			more := slices.Clone(unpaid)
			i := r.IntN(len(more))
			more[i].Balance = more[i].Balance.Add(decimal.New(r.Int64N(9999), -2))
			notLater("a higher balance", more, at)
			r.Shuffle(len(more), func(i, j int) { more[i], more[j] = more[j], more[i] })
			again := slices.Clone(unpaid)
			slices.Reverse(again)
			if p := placeOn(t, ladder, again, at, loc); p != place {
				t.Errorf("another order: stage %d became %d", place, p)
			}
		}
		if after := giventest.JSON(t, ladder) + giventest.JSON(t, unpaid); after != before {
			t.Errorf("was\n%s, is\n%s", before, after)
		}
	})
}

// placeOn returns the index of the selected stage, or the length of the ladder if no stage applies.
func placeOn(t *testing.T, l overdueLadder, unpaid []unpaidInvoice, at time.Time, loc *time.Location) int {
	t.Helper()
	stage, ok, err := l.at(unpaid, at, loc)
	if err != nil {
		t.Fatal(err)
	}
	place := slices.IndexFunc(l, func(s overdueStage) bool { return s.Name == stage })
	if ok != (place >= 0) {
		t.Fatalf("got %q and %t", stage, ok)
	}
	if !ok {
		return len(l)
	}
	return place
}

// randomLadder returns a valid ladder of up to five stages.
func randomLadder(r *rand.Rand) overdueLadder {
	l := make(overdueLadder, r.IntN(6))
	for i := range l {
		l[i].Name = string(rune('a' + i))
		days, count, balance := r.IntN(60), r.IntN(6), decimal.New(r.Int64N(40_000), -2)
		which := 1 + r.IntN(7)
		if which&1 != 0 {
			l[i].Days = &days
		}
		if which&2 != 0 {
			l[i].Count = &count
		}
		if which&4 != 0 {
			l[i].Balance = &balance
		}
	}
	return l
}

func randomUnpaid(r *rand.Rand) unpaidInvoice {
	return unpaidInvoice{At: randomInstant(r), Balance: decimal.New(max(0, r.Int64N(12_000)-1_000), -2)}
}

// randomInstant returns an instant of two months, around the day that Apia skipped or the day that began twice in St.
// John's.
func randomInstant(r *rand.Rand) time.Time {
	reopened := time.Date(2010, 11, 7, 2, 31, 0, 0, time.UTC)
	if r.IntN(2) == 0 {
		return reopened.Add(time.Duration(r.Int64N(int64(2*time.Hour))) - time.Hour)
	}
	return reopened.Add(time.Duration(r.Int64N(int64(60*24*time.Hour))) - 30*24*time.Hour)
}

// For arbitrary input nothing panics, and every error has a field and a rule.
func FuzzLadderHostile(f *testing.F) {
	f.Add("a", 1, 1, "1", int64(1_793_491_200), "89.00", int64(1_793_491_300))
	f.Add("", -1, -1, "-1", int64(-1<<63), "1e2000000000", int64(1<<63-1))
	f.Add("a", 1<<62, 1<<62, "1e-2000000000", int64(0), "-0.00", int64(-62135596800))
	zones := []*time.Location{nil, time.UTC, time.Local, giventest.Zone(f, "Pacific/Apia"), time.FixedZone("far", 1<<30)}
	f.Fuzz(func(t *testing.T, name string, days, count int, least string, at int64, left string, issued int64) {
		balance, err := decimal.NewFromString(least)
		rest, failed := decimal.NewFromString(left)
		if err != nil || failed != nil {
			return
		}
		ladder := overdueLadder{{Name: name, Days: &days, Count: &count, Balance: &balance}, {Name: "b", Days: &days}, {Name: "c", Balance: &balance}}
		unpaid := []unpaidInvoice{{At: time.Unix(issued, 0).UTC(), Balance: rest}}
		for _, loc := range zones {
			_, ok, err := ladder.at(unpaid, time.Unix(at, 0).UTC(), loc)
			if ok && err != nil {
				t.Errorf("a stage together with the error %v", err)
			}
			var fault *proration.Error
			if err != nil && !(errors.As(err, &fault) && fault.Field != "" && fault.Rule != nil) {
				t.Errorf("not an error with a field and a rule: %v", err)
			}
		}
	})
}
