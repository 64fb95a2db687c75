package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/billingrules/billing/examples/internal/policyfile"
	"github.com/billingrules/billing/lifecycle"
)

// errInterrupted ends a run that was asked to stop. Its progress is stored.
var errInterrupted = errors.New("interrupted")

// errStopped stops the reading of a run that failed.
var errStopped = errors.New("stopped")

// batchLines is the number of lines that a worker takes at once.
const batchLines = 64

// batch is a few lines of the input, and their output. It is used again for later lines, so that the memory of a run
// does not grow with its input.
type batch struct {
	first int64   // number of the first line
	text  []byte  // the lines, one after the other; empty if they are made
	ends  []int64 // end of each line in text; with made lines, only their number counts
	start int64   // offset of the first line in the input

	kept     int // number of lines that are done; fewer than len(ends) if a strict run stops
	stop     error
	output   [kinds][]byte
	rejected int64
	totals   totals
	done     chan struct{}
}

// reset empties the batch for other lines.
func (b *batch) reset() {
	b.text, b.ends, b.kept, b.stop, b.rejected = b.text[:0], b.ends[:0], 0, nil, 0
	for kind := range b.output {
		b.output[kind] = b.output[kind][:0]
	}
	clear(b.totals)
}

// line returns a line of the batch.
func (b *batch) line(i int) []byte {
	from := int64(0)
	if i > 0 {
		from = b.ends[i-1]
	}
	return b.text[from:b.ends[i]]
}

// offset returns the offset in the input after the lines that are done.
func (b *batch) offset() int64 {
	if b.kept == 0 || len(b.text) == 0 {
		return b.start
	}
	return b.start + b.ends[b.kept-1]
}

// source gives the lines of the input.
type source interface {
	// fill adds lines to an empty batch, and reports false if there are no more.
	fill(b *batch) (bool, error)
	// size is the number of units in the input, bytes or lines, as [progress] counts them.
	size() int64
	close() error
}

// run makes the run or the rest of it, and returns its state.
func (o *options) run(ctx context.Context, stderr *os.File) (*state, error) {
	return o.runOn(ctx, stderr, (*state).open)
}

// runOn is run on the source that open returns.
func (o *options) runOn(ctx context.Context, stderr *os.File, open func(*state) (source, error)) (*state, error) {
	s, err := o.begin()
	if err != nil {
		return s, err
	}
	policies, digest, err := policiesOf(s.Policy)
	if err != nil {
		return s, err
	}
	if s.PolicyDigest != "" && s.PolicyDigest != digest {
		return s, fmt.Errorf("%s has changed since the run began", s.Policy)
	}
	s.PolicyDigest = digest
	src, err := open(s)
	if err != nil {
		return s, err
	}
	defer func() { _ = src.close() }()
	files, err := s.files(o.out)
	if err != nil {
		return s, err
	}
	p := startProgress(stderr, s, src.size())
	err = pipeline(ctx, src, s, policies, o.workers, func(b *batch) error {
		p.show(s)
		return files.write(b, s)
	})
	p.clear()
	return s, errors.Join(err, files.finish(s, err == nil))
}

// policiesOf reads the policy of a file, and returns the digest of the file.
func policiesOf(name string) (*lifecycle.Policies, string, error) {
	policy, digest := lifecycle.Standard(), ""
	if name != "" {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, "", err
		}
		sum := sha256.Sum256(text)
		digest = hex.EncodeToString(sum[:])
		if policy, err = policyfile.Parse(name, text); err != nil {
			return nil, "", err
		}
	}
	policies, err := lifecycle.NewPolicies(policy)
	return policies, digest, err
}

// pipeline passes the lines of the source through the workers and gives them to write in their order. At most four
// batches for each worker are in memory. When the context ends, the lines that were read are still written.
func pipeline(
	ctx context.Context, src source, s *state, policies *lifecycle.Policies, workers int, write func(*batch) error,
) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	depth := 4 * workers
	free, work, ordered := make(chan *batch, depth), make(chan *batch, depth), make(chan *batch, depth)
	for range depth {
		free <- &batch{done: make(chan struct{}, 1), totals: totals{}}
	}
	var readErr error
	go func() {
		defer close(ordered)
		defer close(work)
		readErr = read(ctx, src, s.Lines+1, free, work, ordered)
	}()
	var all sync.WaitGroup
	for range workers {
		w := newWorker(s.settings, policies)
		all.Add(1)
		go func() {
			defer all.Done()
			for b := range work {
				w.bill(b)
				b.done <- struct{}{}
			}
		}()
	}
	var failed error
	for b := range ordered {
		<-b.done
		if failed == nil {
			if failed = errors.Join(write(b), b.stop); failed != nil {
				cancel(errStopped)
			}
		}
		free <- b
	}
	all.Wait()
	return errors.Join(failed, readErr)
}

// read fills batches until the source is empty or the context ends.
func read(ctx context.Context, src source, first int64, free <-chan *batch, work, ordered chan<- *batch) error {
	for {
		var b *batch
		select {
		case <-ctx.Done():
		case b = <-free:
		}
		if ctx.Err() != nil {
			if errors.Is(context.Cause(ctx), errStopped) {
				return nil // the writer returns the error
			}
			return errInterrupted
		}
		b.reset()
		b.first = first
		more, err := src.fill(b)
		if len(b.ends) > 0 {
			first += int64(len(b.ends))
			work <- b
			ordered <- b
		}
		if err != nil || !more {
			return err
		}
	}
}
