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
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

var (
	errNothing = errors.New("nothing to do")        // a move has nothing to do
	errFails   = errors.New("an answer is refused") // a report that the library asked for
)

// step is a move at an instant.
type step struct {
	move string
	at   time.Time
}

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
	path  []step // moves, in order
	gain  string // the gain, in words
	life  life
	books books
}

// search returns every sequence of moves up to a depth that leaks, smallest first, and the number of sequences tried. A
// sequence is not searched further once it leaks.
func search(policy lifecycle.Policy, depth int) (all []found, tried int, err error) {
	policy.Catalog = nil // one contract fits all policies
	for _, t := range allThemes() {
		own := t.under(policy)
		policies, err := lifecycle.NewPolicies(own)
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", t.name, err)
		}
		w := world{policies: policies, policy: own, theme: &t, start: at("Jan 1 00:00:00"), until: at("Mar 20 00:00:00")}
		if own.Billing.Timing == proration.InArrears {
			w.until = at("Apr 1 00:00:00") // everything is billed then
		}
		if t.until != "" {
			w.until = at(t.until)
		}
		for _, text := range t.instants {
			w.instants = append(w.instants, at(text))
		}
		if w.credit, err = creditTime(&own, w.start); err != nil {
			return nil, 0, err
		}
		moves := depth + t.more
		if t.most > 0 {
			moves = min(moves, t.most)
		}
		leaks, n, err := w.search(moves)
		if err != nil {
			return nil, 0, err
		}
		all, tried = append(all, leaks...), tried+n
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(len(a.path), len(b.path)) })
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

// creditTime returns the time of service that a policy gives before a payment: until its result is known, and the grace
// period after it.
func creditTime(p *lifecycle.Policy, from time.Time) (time.Duration, error) {
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

// try makes a move at an instant, measures the life after it, and tries further moves. The lives before are those
// before each of the last changes.
func (b *branch) try(l life, instant, n int, path []step, before []life, depth int) error {
	w := l.world
	if err := l.advance(w.instants[instant]); err != nil {
		return b.fails(&l, path, err)
	}
	m := w.theme.moves[n]
	before = append(slices.Clip(before), l)
	if !m.changes {
		before = nil
	}
	path = append(slices.Clip(path), step{m.name, w.instants[instant]})
	if err := m.do(&l); err != nil {
		if impossible(err) {
			return nil
		}
		return b.fails(&l, path, err)
	}
	b.tried++
	gain, err := l.gain(before)
	if err != nil {
		return err
	}
	end := l
	if gain == "" {
		if err := end.advance(w.until); err != nil {
			return b.fails(&end, path, err)
		}
		end.entitled(false)
		if gain, err = end.leak(); err != nil {
			return err
		}
	}
	if gain != "" {
		return b.finds(&end, path, gain)
	}
	if depth <= 1 {
		return nil
	}
	for i := instant; i < len(w.instants); i++ {
		for next := range w.theme.moves {
			if err := b.try(l, i, next, path, before, depth-1); err != nil {
				return err
			}
		}
	}
	return nil
}

// impossible reports whether an error is about a move: then the move is no part of a sequence. Any other error is one
// of the library.
func impossible(err error) bool {
	if errors.Is(err, errNothing) {
		return true
	}
	if errors.Is(err, errFails) {
		return false
	}
	var own *proration.Error
	return errors.Is(err, plans.ErrRefused) || errors.As(err, &own) && strings.HasPrefix(own.Field, "event")
}

// fails notes a sequence that ends with an error of the library.
func (b *branch) fails(l *life, path []step, err error) error {
	if len(path) == 0 {
		return fmt.Errorf("%s: %w", l.theme.name, err) // nobody did anything yet
	}
	return b.finds(l, path, "the library fails: "+strings.ReplaceAll(err.Error(), "\n", "; "))
}

// finds notes a sequence.
func (b *branch) finds(l *life, path []step, gain string) error {
	books, err := l.measure()
	if err != nil {
		return err
	}
	b.leaks = append(b.leaks, found{theme: l.theme.name, path: path, gain: gain, life: *l, books: books})
	return nil
}

// smallest returns the found sequences that contain no smaller one with the same moves.
func smallest(all []found) (kept []found) {
	for _, f := range all {
		if !slices.ContainsFunc(kept, func(k found) bool { return k.theme == f.theme && within(k.moves(), f.moves()) }) {
			kept = append(kept, f)
		}
	}
	return kept
}

// moves returns the names of the moves.
func (f *found) moves() (names []string) {
	for _, s := range f.path {
		names = append(names, s.move)
	}
	return names
}

// title names a sequence.
func (f *found) title() string {
	var parts []string
	for _, s := range f.path {
		parts = append(parts, s.move+" on "+s.at.Format("Jan 2 15:04:05"))
	}
	return strings.Join(parts, ", ")
}
