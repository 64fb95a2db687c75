package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// checkpointLines is the number of lines after which the progress is stored.
const checkpointLines = 20_000

// state is the progress of a run, as the file progress.json stores it. It describes the output up to a line.
type state struct {
	settings
	PolicyDigest string       `json:"policy_digest,omitzero"` // SHA-256 of the policy's file
	Lines        int64        `json:"lines"`                  // number of lines that are done
	Offset       int64        `json:"offset,omitzero"`        // offset of the next line in the input
	Rejected     int64        `json:"rejected"`
	Sizes        [kinds]int64 `json:"sizes"` // size of each file of the output
	Totals       totals       `json:"totals"`
	Complete     bool         `json:"complete"` // the run is over
}

const progressName = "progress.json"

// begin returns the state from which the run starts.
func (o *options) begin() (*state, error) {
	s := &state{settings: o.settings, Totals: totals{}}
	if o.out == "" {
		return s, nil
	}
	name := filepath.Join(o.out, progressName)
	text, err := os.ReadFile(name)
	switch {
	case o.resume && err != nil:
		return s, fmt.Errorf("-resume finds no run: %w", err)
	case o.resume:
		s = &state{}
		if err := json.Unmarshal(text, s); err != nil {
			return s, fmt.Errorf("%s: %w", name, err)
		}
		if s.Complete {
			return s, fmt.Errorf("the run in %s is complete, with %d lines", o.out, s.Lines)
		}
		return s, nil
	case err == nil:
		return s, fmt.Errorf("%s has a run already; continue it with -resume, or give another folder", o.out)
	case !errors.Is(err, fs.ErrNotExist):
		return s, err
	}
	return s, os.MkdirAll(o.out, 0o755)
}

// output is the folder of the output. Without a folder it only counts.
type output struct {
	folder  string
	files   [kinds]*os.File
	writers [kinds]*bufio.Writer
	stored  int64 // number of lines when the progress was last stored
}

// files opens the files of the output, cut off to the sizes of the state.
func (s *state) files(folder string) (*output, error) {
	o := &output{folder: folder, stored: s.Lines}
	if folder == "" {
		return o, nil
	}
	for kind, name := range fileNames {
		file, err := os.OpenFile(filepath.Join(folder, name), os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			return o, errors.Join(err, o.close())
		}
		o.files[kind] = file
		info, err := file.Stat()
		if err == nil && info.Size() < s.Sizes[kind] {
			err = fmt.Errorf("%s has %d bytes, fewer than the %d that the run had written", name, info.Size(), s.Sizes[kind])
		}
		if err == nil {
			err = file.Truncate(s.Sizes[kind])
		}
		if err == nil {
			_, err = file.Seek(s.Sizes[kind], 0)
		}
		if err != nil {
			return o, errors.Join(err, o.close())
		}
		o.writers[kind] = bufio.NewWriterSize(file, 1<<18)
	}
	return o, o.store(s)
}

// write writes the output of a batch, and adds it to the state.
func (o *output) write(b *batch, s *state) error {
	for kind, text := range b.output {
		if o.folder != "" {
			if _, err := o.writers[kind].Write(text); err != nil {
				return err
			}
		}
		s.Sizes[kind] += int64(len(text))
	}
	s.Lines += int64(b.kept)
	s.Offset = b.offset()
	s.Rejected += b.rejected
	s.Totals.join(b.totals)
	if s.Lines-o.stored < checkpointLines {
		return nil
	}
	o.stored = s.Lines
	return o.store(s)
}

// store writes the output out, and then the progress, so that the progress never describes more than there is.
func (o *output) store(s *state) error {
	if o.folder == "" {
		return nil
	}
	for kind, writer := range o.writers {
		if err := errors.Join(writer.Flush(), o.files[kind].Sync()); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	name := filepath.Join(o.folder, progressName)
	if err := os.WriteFile(name+".new", append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// finish stores the last progress and closes the files.
func (o *output) finish(s *state, complete bool) error {
	s.Complete = complete
	return errors.Join(o.store(s), o.close())
}

// close closes the files that are open.
func (o *output) close() error {
	var all []error
	for _, file := range o.files {
		if file != nil {
			all = append(all, file.Close())
		}
	}
	return errors.Join(all...)
}
