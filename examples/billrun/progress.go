package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress shows how far a run is on a terminal, and nothing on a file or a pipe.
type progress struct {
	out   io.Writer // nil shows nothing
	now   func() time.Time
	begun time.Time // of this run or the rest of it
	last  time.Time // of the last line shown
	first state     // when this run, or the rest of it, began
	size  int64     // of the input: bytes of a file, or lines
}

// startProgress returns the progress of a run on a file.
func startProgress(file *os.File, s *state, size int64) *progress {
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return &progress{}
	}
	now := time.Now //nolint:forbidigo // it measures the run and decides no amount
	return &progress{out: file, now: now, begun: now(), first: *s, size: size}
}

// show shows the progress, at most twice a second.
func (p *progress) show(s *state) {
	if p.out == nil {
		return
	}
	now := p.now()
	if now.Sub(p.last) < time.Second/2 {
		return
	}
	p.last = now
	fmt.Fprintf(p.out, "\r\x1b[K%s", p.line(s, now.Sub(p.begun)))
}

// line returns the progress on one line: "412000 lines, 41%, 38200 a second, 15s left".
func (p *progress) line(s *state, elapsed time.Duration) string {
	done, before := s.Lines, p.first.Lines
	if s.In != "" {
		done, before = s.Offset, p.first.Offset
	}
	text := fmt.Sprintf("%d lines", s.Lines)
	if p.size > 0 {
		text += fmt.Sprintf(", %d%%", 100*done/p.size)
	}
	if elapsed <= 0 || done == before {
		return text
	}
	text += fmt.Sprintf(", %d a second", (s.Lines-p.first.Lines)*int64(time.Second)/int64(elapsed))
	left := elapsed / time.Duration(done-before) * time.Duration(p.size-done)
	return text + fmt.Sprintf(", %v left", left.Round(time.Second))
}

// clear removes the line from the terminal.
func (p *progress) clear() {
	if p.out != nil {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
