package wrap_test

import (
	"testing"

	"github.com/billingrules/billing/internal/wrap"
)

func TestTextFitsATerminal(t *testing.T) {
	long := "A word and another word, and so on until a terminal of eighty columns is not wide enough for all of the words."
	want := "  A word and another word, and so on until a terminal of eighty columns is not\n  wide enough for all of the words."
	if got := wrap.Text(long, "  "); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestIndentIndentsEveryLine(t *testing.T) {
	if got, want := wrap.Indent("one\ntwo\n", "  "), "  one\n  two\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
