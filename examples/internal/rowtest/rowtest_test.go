package rowtest

import (
	"slices"
	"testing"
)

func TestRowWithoutADatedLineIsNotAnswered(t *testing.T) {
	const out = `Prices are placeholders.

K1  Is that a question?
    A rule.

  2026-11-01  something happens

K2  And this one?
    Nothing happens.

K3a  And the last?

  2026-11-01 00:00:00  something happens
  2026-11-02 00:00:00  and more
`
	if got, want := answered([]byte(out)), []string{"K1", "K3a"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestRowNone(t *testing.T) { Tested(t, []string{"None"}, ".") }
