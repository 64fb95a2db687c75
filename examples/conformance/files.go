package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// caseFile is a file of cases.
type caseFile struct {
	path string
	name string // path inside the folder of the argument, or the file's own name
}

// filesOf returns the file at a path, or the *.json files of a folder and its subfolders, sorted.
func filesOf(path string) ([]caseFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, cause(err)
	}
	if !info.IsDir() {
		return []caseFile{{path: path, name: filepath.Base(path)}}, nil
	}
	var files []caseFile
	err = fs.WalkDir(os.DirFS(path), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasSuffix(name, ".json") {
			files = append(files, caseFile{path: filepath.Join(path, filepath.FromSlash(name)), name: name})
		}
		return err
	})
	if err == nil && len(files) == 0 {
		err = errors.New("the folder contains no .json files")
	}
	return files, err
}

// read returns the cases of the file. A file without cases is an error.
func (f caseFile) read() ([]rawCase, error) {
	text, err := os.ReadFile(f.path)
	if err != nil {
		return nil, cause(err)
	}
	var elements []json.RawMessage
	var syntax *json.SyntaxError
	switch err := json.Unmarshal(text, &elements); {
	case errors.As(err, &syntax):
		line := 1 + bytes.Count(text[:min(syntax.Offset, int64(len(text)))], []byte("\n"))
		return nil, fmt.Errorf("line %d: %w", line, err)
	case err != nil:
		return nil, errors.New("must be an array of cases")
	case len(elements) == 0:
		return nil, errors.New("must contain at least one case")
	}
	cases := make([]rawCase, len(elements))
	for i, element := range elements {
		cases[i] = rawCase{number: i + 1, text: element}
	}
	return cases, nil
}

// cause returns the error of a file without its path, which the caller prints. A missing file has the same error on
// every system.
func cause(err error) error {
	var at *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fs.ErrNotExist
	case errors.As(err, &at):
		return at.Err
	}
	return err
}
