// Package goldentest compares the output of a program with its golden file.
package goldentest

import (
	"bytes"
	"io"
	"os"
	"testing"
)

// Check fails unless run writes exactly the content of testdata/output.golden. A change of any amount changes that
// file, so a reviewer sees it.
func Check(t *testing.T, run func(io.Writer) error) {
	t.Helper()
	want, err := os.ReadFile("testdata/output.golden")
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := run(&got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("got output\n%s\nwant\n%s", got.Bytes(), want)
	}
}
