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
	name string // its path inside the folder that was asked for, or its own name
}

// filesOf returns the file that a path names, or the *.json files of a folder and of those inside it, sorted.
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
		err = errors.New("no .json file in this folder")
	}
	return files, err
}

// read returns the cases of the file, or why it has none.
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
		return nil, errors.New("not an array of cases")
	case len(elements) == 0:
		return nil, errors.New("no case in this file")
	}
	cases := make([]rawCase, len(elements))
	for i, element := range elements {
		cases[i] = rawCase{number: i + 1, text: element}
	}
	return cases, nil
}

// cause returns the error of a file without its path, which the program prints itself. Every system says the same of a file
// that does not exist.
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
