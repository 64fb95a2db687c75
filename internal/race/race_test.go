package race

import (
	"slices"
	"testing"
)

func TestFew(t *testing.T) {
	all := []int{0, 1, 2, 3, 4, 5, 6}
	want, step := all, 1
	if On {
		want, step = []int{0, 3, 6}, 3
	}
	if got := Few(all, 3); !slices.Equal(got, want) {
		t.Errorf("Few of %v is %v, want %v", all, got, want)
	}
	if got := Step(3); got != step {
		t.Errorf("Step is %d, want %d", got, step)
	}
	if got := Few(all[:0], 3); len(got) > 0 {
		t.Errorf("Few of an empty list is %v", got)
	}
}
