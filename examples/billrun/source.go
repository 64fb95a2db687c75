package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxLine is the longest line in bytes. A subscription has a few thousand.
const maxLine = 16 << 20

// batchBytes ends a batch of long lines early.
const batchBytes = 1 << 20

// open returns the source of the run, at the first line that is not done.
func (s *state) open() (source, error) {
	if s.In == "" {
		return &madeSource{next: s.Lines, n: s.N}, nil
	}
	file, err := os.Open(s.In)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && info.Size() < s.Offset {
		err = fmt.Errorf("%s has %d bytes, fewer than the %d that the run had read", s.In, info.Size(), s.Offset)
	}
	if err == nil {
		_, err = file.Seek(s.Offset, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &fileSource{
		file: file, reader: bufio.NewReaderSize(file, 1<<20), offset: s.Offset, line: s.Lines, bytes: info.Size(),
	}, nil
}

// fileSource reads the lines of a file.
type fileSource struct {
	file   *os.File
	reader *bufio.Reader
	offset int64 // offset of the next line
	line   int64 // number of the last line
	bytes  int64 // size of the file
}

func (f *fileSource) size() int64  { return f.bytes }
func (f *fileSource) close() error { return f.file.Close() }

func (f *fileSource) fill(b *batch) (bool, error) {
	b.start = f.offset
	for len(b.ends) < batchLines && len(b.text) < batchBytes {
		before := len(b.text)
		for {
			part, err := f.reader.ReadSlice('\n')
			b.text = append(b.text, part...)
			if len(b.text)-before > maxLine {
				b.text = b.text[:before]
				return false, fmt.Errorf("line %d: must have at most %d bytes", f.line+1, maxLine)
			}
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if len(b.text) > before {
				f.line++
				f.offset += int64(len(b.text) - before)
				b.ends = append(b.ends, int64(len(b.text)))
			}
			if errors.Is(err, io.EOF) {
				return false, nil
			}
			if err != nil {
				return false, err
			}
			break
		}
	}
	return true, nil
}

// madeSource counts the subscriptions that the workers make.
type madeSource struct{ next, n int64 }

func (m *madeSource) size() int64  { return m.n }
func (m *madeSource) close() error { return nil }

func (m *madeSource) fill(b *batch) (bool, error) {
	for len(b.ends) < batchLines && m.next < m.n {
		m.next++
		b.ends = append(b.ends, 0)
	}
	return m.next < m.n, nil
}
