package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The texts of cases with the id "a", the why "b" and the given and want of the test.
func caseText(kind, given, want string) string {
	return fmt.Sprintf(`{"id": "a", "source": "s", "kind": %q, "why": "b", "given": %s, "want": %s}`, kind, given, want)
}

const (
	roundGivenText     = `{"currency": "USD", "amount": "0.025", "mode": "half_up"}`
	directionGivenText = `{"from": {"amount": "1", "interval": "P1M"}, "to": {"amount": "1", "interval": "P1M"}}`
	cycleGivenText     = `{"anchor": "2024-01-31", "interval": "P1M", "at": "2024-02-01"}`
	held               = `[{"id": "h", "source": "s", "kind": "round", "why": "w", "given": ` + roundGivenText + `, "want": {"amount": "0.03"}}]`
)

// runTest is a run over a folder of files.
type runTest struct {
	name  string
	files map[string]string // what the folder has
	paths []string          // inside the folder; the folder itself where there are none
	exit  int
	want  string // all that is printed; FOLDER is the folder
}

func TestRunReportsEveryFile(t *testing.T) {
	for _, test := range []runTest{
		{
			name:  "all hold",
			files: map[string]string{"ours.json": held},
			exit:  exitHeld,
			want:  "ours.json: 1 passed, 0 failed, 0 skipped\n1 passed, 0 failed, 0 skipped\n",
		},
		{
			name:  "a wrong figure fails, on one line, with its id, both figures and why",
			files: map[string]string{"ours.json": "[" + caseText("round", roundGivenText, `{"amount": "0.02"}`) + "," + held[1:]},
			exit:  exitFailed,
			want: "FAIL ours.json a: amount: got 0.03, want 0.02 (why: b)\n" +
				"ours.json: 1 passed, 1 failed, 0 skipped\n1 passed, 1 failed, 0 skipped\n",
		},
		{
			name:  "all wrong figures of a case are told",
			files: map[string]string{"ours.json": "[" + caseText("cycle", cycleGivenText, `{"period": {"start": "2024-02-01", "end": "2024-03-01"}}`) + "]"},
			exit:  exitFailed,
			want: "FAIL ours.json a: period.end: got 2024-02-29, want 2024-03-01; period.start: got 2024-01-31, want 2024-02-01 (why: b)\n" +
				"ours.json: 0 passed, 1 failed, 0 skipped\n0 passed, 1 failed, 0 skipped\n",
		},
		{
			name: "kinds that are not known are skipped and named, never passed",
			files: map[string]string{
				"a.json": "[" + caseText("tax_return", `{}`, `{"tax": "1"}`) + "," + caseText("lottery", `{}`, `{"win": "1"}`) + "]",
				"b.json": "[" + caseText("tax_return", `{}`, `{"tax": "1"}`) + "," + held[1:],
			},
			exit: exitHeld,
			want: "a.json: 0 passed, 0 failed, 2 skipped\nb.json: 1 passed, 0 failed, 1 skipped\n" +
				"skipped: kind \"lottery\" (1 cases)\nskipped: kind \"tax_return\" (2 cases)\n1 passed, 0 failed, 3 skipped\n",
		},
		{
			name:  "folders are read with those inside them, in order, and only *.json",
			files: map[string]string{"z.json": held, "b/c.json": held, "b/a.json": held, "notes.txt": "{"},
			exit:  exitHeld,
			want: "b/a.json: 1 passed, 0 failed, 0 skipped\nb/c.json: 1 passed, 0 failed, 0 skipped\n" +
				"z.json: 1 passed, 0 failed, 0 skipped\n3 passed, 0 failed, 0 skipped\n",
		},
		{
			name:  "files of several paths are told apart",
			files: map[string]string{"b/a.json": held, "c/a.json": held},
			paths: []string{"b/a.json", "c"},
			exit:  exitHeld,
			want: "FOLDER/b/a.json: 1 passed, 0 failed, 0 skipped\nFOLDER/c/a.json: 1 passed, 0 failed, 0 skipped\n" +
				"2 passed, 0 failed, 0 skipped\n",
		},
	} {
		t.Run(test.name, test.check)
	}
}

func TestRunReportsUnusableFiles(t *testing.T) {
	for _, test := range []runTest{
		{
			name:  "ill-formed JSON is named with its line, and the other files are run",
			files: map[string]string{"bad.json": "[\n\n{]", "ours.json": held},
			exit:  exitUnusable,
			want: "FOLDER/bad.json: line 3: invalid character ']' looking for beginning of object key string\n" +
				"ours.json: 1 passed, 0 failed, 0 skipped\n1 passed, 0 failed, 0 skipped\n",
		},
		{
			name:  "a file that ends too early",
			files: map[string]string{"bad.json": "[\n{\n"},
			exit:  exitUnusable,
			want:  "FOLDER/bad.json: line 3: unexpected end of JSON input\n0 passed, 0 failed, 0 skipped\n",
		},
		{
			name:  "an unusable file outranks a failure",
			files: map[string]string{"bad.json": "", "ours.json": "[" + caseText("round", roundGivenText, `{"amount": "0.02"}`) + "]"},
			exit:  exitUnusable,
			want: "FOLDER/bad.json: line 1: unexpected end of JSON input\nFAIL ours.json a: amount: got 0.03, want 0.02 (why: b)\n" +
				"ours.json: 0 passed, 1 failed, 0 skipped\n0 passed, 1 failed, 0 skipped\n",
		},
		{
			name:  "no case in a file",
			files: map[string]string{"none.json": "[]", "null.json": "null"},
			exit:  exitUnusable,
			want: "FOLDER/none.json: must contain at least one case\nFOLDER/null.json: must contain at least one case\n" +
				"0 passed, 0 failed, 0 skipped\n",
		},
		{
			name:  "a file that is no array",
			files: map[string]string{"one.json": `{"id": "a"}`},
			exit:  exitUnusable,
			want:  "FOLDER/one.json: must be an array of cases\n0 passed, 0 failed, 0 skipped\n",
		},
		{
			name:  "a folder without cases",
			files: map[string]string{"notes.txt": ""},
			exit:  exitUnusable,
			want:  "FOLDER: the folder contains no .json files\n0 passed, 0 failed, 0 skipped\n",
		},
		{
			name:  "a path that is not there",
			files: map[string]string{"ours.json": held},
			paths: []string{"ours.json", "theirs.json"},
			exit:  exitUnusable,
			want: "FOLDER/ours.json: 1 passed, 0 failed, 0 skipped\nFOLDER/theirs.json: file does not exist\n" +
				"1 passed, 0 failed, 0 skipped\n",
		},
	} {
		t.Run(test.name, test.check)
	}
}

func (test runTest) check(t *testing.T) {
	folder := t.TempDir()
	for name, text := range test.files {
		write(t, filepath.Join(folder, name), text)
	}
	paths := []string{folder}
	if test.paths != nil {
		paths = nil
	}
	for _, path := range test.paths {
		paths = append(paths, filepath.Join(folder, path))
	}
	var out strings.Builder
	exit := run(paths, &out)
	got := filepath.ToSlash(strings.ReplaceAll(out.String(), folder, "FOLDER"))
	if exit != test.exit || got != test.want {
		t.Errorf("exit %d, want %d, and printed\n%s\nwant\n%s", exit, test.exit, got, test.want)
	}
}

func TestRunWithoutPathsPrintsUsage(t *testing.T) {
	var out strings.Builder
	if exit := run(nil, &out); exit != exitUnusable || !strings.HasPrefix(out.String(), "usage: ") {
		t.Errorf("exit %d, printed %q", exit, out.String())
	}
}

// One perturbed case of each kind fails the whole run.
func TestRunFailsForEveryKind(t *testing.T) {
	files, err := filesOf("testdata/cases")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		cases, err := f.read()
		if err != nil {
			t.Fatal(err)
		}
		var c testCase
		if err := decode(cases[0].text, &c); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "ours.json")
		write(t, path, "["+string(with(t, c, perturbed(t, c.Want)[1]))+"]")
		var out strings.Builder
		if exit := run([]string{path}, &out); exit != exitFailed || !strings.Contains(out.String(), "FAIL ours.json "+c.ID) {
			t.Errorf("%s: exit %d, printed %s", f.name, exit, out.String())
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
