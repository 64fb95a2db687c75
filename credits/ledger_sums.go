package credits

import (
	"cmp"
	"slices"
	"time"

	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// maxSearched is the number of entries of a ledger whose grants are searched for. A longer ledger needs a map.
const maxSearched = 64

// grants finds the grants of a ledger by their IDs.
type grants struct {
	ledger []Entry
	byID   map[string]int // indexes of the grants; nil searches the ledger
}

// grantsOf returns the grants of a ledger. A long one is not searched.
func grantsOf(ledger []Entry) grants {
	known := grants{ledger: ledger}
	if len(ledger) > maxSearched {
		known.byID = map[string]int{}
	}
	return known
}

// find returns the index of the first grant with the ID of entry i: i itself for a new grant, and -1 for no grant at or
// before the entry. Entries are asked for in order.
func (g *grants) find(i int) int {
	e := &g.ledger[i]
	if g.byID == nil {
		for n := range g.ledger[:i+1] {
			if other := &g.ledger[n]; other.Kind == Granted && other.ID == e.ID {
				return n
			}
		}
		return -1
	}
	n, ok := g.byID[e.ID]
	switch {
	case ok:
		return n
	case e.Kind != Granted:
		return -1
	}
	g.byID[e.ID] = i
	return i
}

// place is an entry of a ledger and its grant, both as indexes. Ledgers are sorted as places, since entries are large.
type place struct{ grant, entry int }

// checkSums adds the faults of entries that take more than is left, or restore more than was spent. It sorts places.
func checkSums(f *fault.List, ledger []Entry, places []place) {
	slices.SortFunc(places, func(a, b place) int {
		x, y := &ledger[a.entry], &ledger[b.entry]
		return cmp.Or(cmp.Compare(a.grant, b.grant), x.At.Compare(y.At), exact.Compare(y.Amount, x.Amount),
			cmp.Compare(a.entry, b.entry))
	})
	for n := 0; len(places) > 0; places = places[n:] {
		n = 1
		for n < len(places) && places[n].grant == places[0].grant {
			n++
		}
		checkTaken(f, ledger, places[:n])
		checkRestored(f, ledger, places[:n])
	}
}

// checkTaken adds the fault of a grant, with its entries in order of time, that takes more than is left.
func checkTaken(f *fault.List, ledger []Entry, places []place) {
	var sum exact.Sum
	for _, p := range places {
		e := &ledger[p.entry]
		if sum.Add(e.Amount); sum.Sign() < 0 {
			f.Add("ledger", proration.ErrInvalid, "must not take more than is left of %.40q; %v on %s is %v too much",
				e.ID, exact.Negative(e.Amount), e.At.Format(time.RFC3339Nano), exact.Negative(sum.Decimal()))
			return
		}
	}
}

// checkRestored adds a fault for each reference that restores more of a grant than it spent.
func checkRestored(f *fault.List, ledger []Entry, places []place) {
	if !slices.ContainsFunc(places, func(p place) bool { return ledger[p.entry].Kind == Restored }) {
		return
	}
	inTime := func(a, b place) int { // at one instant, spending comes before restoring
		x, y := &ledger[a.entry], &ledger[b.entry]
		return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Kind, y.Kind), exact.Compare(y.Amount, x.Amount),
			cmp.Compare(a.entry, b.entry))
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(ledger[a.entry].Ref, ledger[b.entry].Ref), inTime(a, b))
	})
	var over []place // the first entry of each reference that restores too much
	var sum exact.Sum
	told := false
	for i, p := range places {
		e := &ledger[p.entry]
		if i > 0 && e.Ref != ledger[places[i-1].entry].Ref {
			sum, told = exact.Sum{}, false
		}
		if e.Kind != Spent && e.Kind != Restored {
			continue
		}
		if sum.Add(e.Amount); sum.Sign() > 0 && !told {
			over, told = append(over, p), true
		}
	}
	slices.SortFunc(over, inTime)
	for _, p := range over {
		e := &ledger[p.entry]
		f.Add("ledger", proration.ErrInvalid, "must not restore more of %.40q than %.40q spent", e.ID, e.Ref)
	}
}
