package main

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
)

// errNothing is the error of a move that has nothing to do.
var errNothing = errors.New("nothing to do")

// world is shared by all lives of a part of the search.
type world struct {
	policies *lifecycle.Policies
	policy   lifecycle.Policy
	theme    *theme
	start    time.Time
	instants []time.Time
	until    time.Time     // lives are measured then
	credit   time.Duration // time of service that the policy gives before a payment
}

// found is a sequence in which somebody has something for nothing.
type found struct {
	theme string
	moves []string // names of the moves, in order
	at    []time.Time
	gain  string // the gain, in words
	life  life
	books books
}

// search returns every sequence of moves up to a depth that leaks, smallest first, and the number of sequences tried. A
// sequence is not searched further once it leaks.
func search(policy lifecycle.Policy, depth int) (all []found, tried int, err error) {
	policy.Catalog = nil // one contract fits all policies
	for _, t := range slices.Concat(themes(), ofPayments()) {
		policies, err := lifecycle.NewPolicies(t.under(policy))
		if err != nil {
			return nil, 0, err
		}
		w := world{policies: policies, policy: policy, theme: &t, start: at("Jan 1 00:00:00"), until: at("Mar 20 00:00:00")}
		for _, text := range t.instants {
			w.instants = append(w.instants, at(text))
		}
		if w.credit, err = creditOf(&policy, w.start); err != nil {
			return nil, 0, err
		}
		leaks, n, err := w.search(depth + t.more)
		if err != nil {
			return nil, 0, err
		}
		all, tried = append(all, leaks...), tried+n
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(len(a.moves), len(b.moves)) })
	return all, tried, nil
}

// at reads a time of the year 2026, "Jan 11 23:59:59".
func at(text string) time.Time {
	t, err := time.Parse("2006 Jan 2 15:04:05", "2026 "+text)
	if err != nil {
		panic(err)
	}
	return t
}

// creditOf returns the time of service that a policy gives before a payment: until its result is known, and the grace
// period after it.
func creditOf(p *lifecycle.Policy, from time.Time) (time.Duration, error) {
	until := from
	for _, wait := range []proration.Interval{p.Dunning.ResultTimeout, p.Dunning.Grace} {
		if wait == (proration.Interval{}) {
			continue
		}
		var err error
		if until, err = wait.After(until, time.UTC); err != nil {
			return 0, err
		}
	}
	return until.Sub(from), nil
}

// branch is a first move, and the leaks that were found behind it.
type branch struct {
	instant, move int
	leaks         []found
	tried         int
	err           error
}

// search tries every sequence of the theme: its first moves on all cores, in an order that does not depend on them.
func (w *world) search(depth int) (all []found, tried int, err error) {
	first, err := w.begin()
	if err != nil {
		return nil, 0, err
	}
	var branches []*branch
	for i := range w.instants {
		for m := range w.theme.moves {
			branches = append(branches, &branch{instant: i, move: m})
		}
	}
	work := make(chan *branch)
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Add(1)
		go func() {
			defer group.Done()
			for b := range work {
				b.err = b.try(first, b.instant, b.move, nil, nil, depth)
			}
		}()
	}
	for _, b := range branches {
		work <- b
	}
	close(work)
	group.Wait()
	for _, b := range branches {
		if b.err != nil {
			return nil, 0, b.err
		}
		all, tried = append(all, b.leaks...), tried+b.tried
	}
	return all, tried, nil
}

// try makes a move at an instant, measures the life after it, and tries further moves.
func (b *branch) try(l life, instant, n int, names []string, times []time.Time, depth int) error {
	w := l.world
	if err := l.advance(w.instants[instant]); err != nil {
		return fmt.Errorf("%s: %s: %w", w.theme.name, strings.Join(names, ", "), err)
	}
	m := w.theme.moves[n]
	if err := m.do(&l); err != nil {
		return nil //nolint:nilerr // a move that is not possible is not a sequence
	}
	names, times = append(slices.Clip(names), m.name), append(slices.Clip(times), w.instants[instant])
	b.tried++
	end := l
	if err := end.advance(w.until); err != nil {
		return fmt.Errorf("%s: %s: %w", w.theme.name, strings.Join(names, ", "), err)
	}
	end.entitled()
	books, err := end.measure()
	if err != nil {
		return err
	}
	if gain := end.leak(&books); gain != "" {
		b.leaks = append(b.leaks, found{theme: w.theme.name, moves: names, at: times, gain: gain, life: end, books: books})
		return nil
	}
	if depth <= 1 {
		return nil
	}
	for i := instant; i < len(w.instants); i++ {
		for next := range w.theme.moves {
			if err := b.try(l, i, next, names, times, depth-1); err != nil {
				return err
			}
		}
	}
	return nil
}

// smallest returns the found sequences that contain no smaller one with the same moves.
func smallest(all []found) (kept []found) {
	for _, f := range all {
		if !slices.ContainsFunc(kept, func(k found) bool { return k.theme == f.theme && within(k.moves, f.moves) }) {
			kept = append(kept, f)
		}
	}
	return kept
}

// title names a sequence.
func (f *found) title() string {
	var parts []string
	for i, name := range f.moves {
		parts = append(parts, name+" on "+f.at[i].Format("Jan 2 15:04:05"))
	}
	return strings.Join(parts, ", ")
}
