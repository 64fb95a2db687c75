package main

import (
	"bytes"
	"os"
	"testing"
)

// The program prints what its golden file holds. A change of any figure is a change of the file, and is read in review.
func TestRun(t *testing.T) {
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
