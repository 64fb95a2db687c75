package answer_test

import (
	"testing"

	"github.com/billingrules/billing/examples/internal/answer"
)

func TestReadRejectsUnknownFields(t *testing.T) {
	type file struct {
		Row string `json:"row"`
	}
	for text, good := range map[string]bool{`{"row":"K2"}`: true, `{}`: true, ``: false, `[]`: false, `{"rwo":"K2"}`: false, `{"row":2}`: false} {
		if v, err := answer.Read[file]([]byte(text)); (err == nil) != good {
			t.Errorf("%s is read as %+v, %v", text, v, err)
		}
	}
}

func TestWrappedFitsATerminal(t *testing.T) {
	long := "A word and another word, and so on until a terminal of eighty columns is not wide enough for all of the words."
	want := "  A word and another word, and so on until a terminal of eighty columns is not\n  wide enough for all of the words."
	if got := answer.Wrapped(long, "  "); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestIndentedIndentsEveryLine(t *testing.T) {
	if got, want := answer.Indented("one\ntwo\n", "  "), "  one\n  two\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
