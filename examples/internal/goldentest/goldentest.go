// Package goldentest compares what a program prints with what it is known to print.
package goldentest

import (
	"bytes"
	"io"
	"os"
	"testing"
)

// Check fails unless run writes what the file testdata/output.golden holds. A change of any figure is a change of that file, and is
// read in review.
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
		t.Errorf("it prints\n%s\nand not\n%s", got.Bytes(), want)
	}
}
