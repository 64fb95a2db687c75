package main

import "fmt"

// tally counts cases.
type tally struct {
	passed, failed, skipped int
	unknown                 map[string]int // number of skipped cases by kind
}

func (t tally) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", t.passed, t.failed, t.skipped)
}

// note counts one case.
func (t *tally) note(v verdict) {
	switch {
	case len(v.faults) > 0:
		t.failed++
	case v.skipped:
		t.add(tally{skipped: 1, unknown: map[string]int{v.kind: 1}})
	default:
		t.passed++
	}
}

// add adds the counts of another tally.
func (t *tally) add(other tally) {
	t.passed += other.passed
	t.failed += other.failed
	t.skipped += other.skipped
	for kind, n := range other.unknown {
		if t.unknown == nil {
			t.unknown = map[string]int{}
		}
		t.unknown[kind] += n
	}
}
