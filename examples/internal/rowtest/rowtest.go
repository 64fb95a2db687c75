// Package rowtest checks that a program answers every row of its vendor's FAQ, and that the library tests every row.
package rowtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

var (
	heading = regexp.MustCompile(`^([A-Z]\d+[a-z]?)  \S.*\?$`)
	figure  = regexp.MustCompile(`^  \d{4}-\d\d-\d\d .*`)
)

// Answered fails unless run answers exactly the given rows in order. A row is answered if the output has its question
// and, below it, at least one dated line.
func Answered(t *testing.T, rows []string, run func(io.Writer) error) {
	t.Helper()
	var out bytes.Buffer
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	if got := answered(out.Bytes()); !slices.Equal(got, rows) {
		t.Errorf("answered rows\n%v\nwant\n%v", got, rows)
	}
}

// answered returns the answered rows in order.
func answered(out []byte) (rows []string) {
	row := ""
	for line := range bytes.SplitSeq(out, []byte("\n")) {
		if m := heading.FindSubmatch(line); m != nil {
			row = string(m[1])
		}
		if row != "" && figure.Match(line) {
			rows = append(rows, row)
			row = ""
		}
	}
	return rows
}

// Tested fails for every row without a test function of its name, such as TestRowK1, in a folder.
func Tested(t *testing.T, rows []string, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	has := map[string]bool{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				has[f.Name.Name] = true
			}
		}
	}
	for _, row := range rows {
		if !has["TestRow"+row] {
			t.Errorf("row %s has no test TestRow%s in %s", row, row, filepath.Base(dir))
		}
	}
}
