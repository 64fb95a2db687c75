package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/billingrules/billing/examples/internal/jsonfault"
)

// check runs scenario files and all scenario files of folders, and returns the exit code. It writes each failing
// expectation and the final count of files to out, and each fault of a file to problems.
func check(paths []string, out, problems io.Writer) int {
	names, faults := scenarioFiles(paths)
	passed, failed := 0, len(faults)
	unusable := len(faults) > 0
	writeAll(problems, faults)
	for _, name := range names {
		failures, faults := checked(name)
		writeAll(problems, faults)
		writeAll(out, failures)
		unusable = unusable || len(faults) > 0
		if len(faults)+len(failures) > 0 {
			failed++
		} else {
			passed++
		}
	}
	if _, err := fmt.Fprintf(out, "%d passed, %d failed\n", passed, failed); err != nil {
		fmt.Fprintln(problems, err)
		return exitUnusable
	}
	switch {
	case unusable:
		return exitUnusable
	case failed > 0:
		return exitFailed
	}
	return exitDone
}

// checked returns the failures of a file, or its faults.
func checked(name string) (failures, faults []jsonfault.Fault) {
	in, faults := read(name)
	if len(faults) > 0 {
		return nil, faults
	}
	return in.failures(), nil
}

// failures returns every failing expectation with its position.
func (in *input) failures() []jsonfault.Fault {
	expected := in.Refused != nil && in.Refused.is
	got := ""
	if in.declined != nil {
		got = "got refused: " + strings.ReplaceAll(in.declined.Error(), "\n", "; ")
	}
	switch {
	case in.declined != nil && !expected:
		return []jsonfault.Fault{in.file.At("order", got+", want a quote")}
	case in.declined != nil && !in.Refused.met(in.declined.Error()):
		return []jsonfault.Fault{in.file.At("refused", got+", want "+in.Refused.String())}
	case in.declined != nil:
		return nil
	case expected:
		return []jsonfault.Fault{in.file.At("refused", "got a quote, want "+in.Refused.String())}
	}
	l := in.live()
	l.documents()
	return l.failures
}

// writeAll writes one line for each fault or failure.
func writeAll(to io.Writer, all []jsonfault.Fault) {
	for _, f := range all {
		fmt.Fprintln(to, f)
	}
}

// scenarioFiles returns the scenario files of some paths: a file itself, or every JSON file in or below a folder. A
// path without files is a fault.
func scenarioFiles(paths []string) (names []string, faults []jsonfault.Fault) {
	for _, path := range paths {
		before := len(names)
		root := path
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			root += string(filepath.Separator) // follow a symbolic link to a folder
		}
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && (name == path || filepath.Ext(name) == ".json") {
				names = append(names, name)
			}
			return err
		})
		switch {
		case err != nil:
			_, missing := jsonfault.Missing(path, reason(err))
			faults = append(faults, missing...)
		case len(names) == before:
			_, missing := jsonfault.Missing(path, "the folder contains no JSON files")
			faults = append(faults, missing...)
		}
	}
	return names, faults
}
