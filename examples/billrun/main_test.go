package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/billingrules/billing/examples/internal/goldentest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
)

// argumentsOfChild is the environment variable with the arguments of the program that a test starts.
const argumentsOfChild = "BILLRUN_ARGUMENTS"

func TestMain(m *testing.M) {
	if arguments, ok := os.LookupEnv(argumentsOfChild); ok {
		os.Args = append(os.Args[:1], strings.Fields(arguments)...)
		main()
		return
	}
	os.Exit(m.Run())
}

// run runs the program in this process, and returns its status and what it writes to both of its outputs.
func run(t *testing.T, arguments ...string) (status int, stdout, stderr string) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	require.NoError(t, err)
	var out bytes.Buffer
	status = command(context.Background(), arguments, &out, file)
	require.NoError(t, file.Close())
	text, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	return status, out.String(), string(text)
}

// folder returns the files of a folder by name.
func folder(t *testing.T, name string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(name)
	require.NoError(t, err)
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(name, entry.Name()))
		require.NoError(t, err)
		files[entry.Name()] = string(text)
	}
	return files
}

// made writes a file of subscriptions and returns its name.
func made(t *testing.T, n int) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "made")
	status, _, stderr := run(t, "-n", fmt.Sprint(n), "-to", "2026-06-01", "-out", out)
	require.Zero(t, status, stderr)
	return filepath.Join(out, fileNames[subscriptions])
}

func TestOutputMatchesTheGoldenFile(t *testing.T) {
	goldentest.Check(t, func(out io.Writer) error {
		status, stdout, stderr := run(t)
		if status != 0 {
			return errors.New(stderr)
		}
		_, err := io.WriteString(out, stdout)
		return err
	})
}

// The files do not depend on the number of workers, nor on whether the subscriptions are made or read.
func TestWorkersWriteTheSameBytes(t *testing.T) {
	in := made(t, 300)
	one, many, read := filepath.Join(t.TempDir(), "1"), filepath.Join(t.TempDir(), "4"), filepath.Join(t.TempDir(), "in")
	_, report, _ := run(t, "-n", "300", "-workers", "1", "-out", one)
	_, other, _ := run(t, "-n", "300", "-workers", "4", "-out", many)
	_, third, _ := run(t, "-in", in, "-to", "2026-07-01", "-workers", "3", "-out", read)
	want := folder(t, one)
	assert.Len(t, want, kinds+1)
	assert.Equal(t, want, folder(t, many))
	assert.Equal(t, report, other)
	assert.Equal(t, report, third)
	got := folder(t, read)
	delete(want, progressName) // it names the input
	delete(got, progressName)
	assert.Equal(t, want, got)
}

// each calls visit with each line of a file.
func each[T any](t *testing.T, folder string, kind int, visit func(T)) {
	t.Helper()
	file, err := os.Open(filepath.Join(folder, fileNames[kind]))
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var value T
		require.NoError(t, json.Unmarshal(lines.Bytes(), &value))
		visit(value)
	}
	require.NoError(t, lines.Err())
}

// The totals are the sums of the files.
func TestTotalsAreTheSumsOfTheFiles(t *testing.T) {
	for _, pay := range []string{"-pay=false", "-pay"} {
		t.Run(pay, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			status, report, stderr := run(t, "-n", "400", "-seed", "7", pay, "-out", out)
			require.Zero(t, status, stderr)
			s := state{settings: settings{To: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)}, Totals: totals{}}
			each(t, out, subscriptions, func(sub lifecycle.Subscription) { s.Lines++ })
			each(t, out, invoices, func(inv invoice.Invoice) {
				sum := s.Totals[inv.Currency]
				sum.Documents++
				sum.Net, sum.Tax = sum.Net.Add(inv.Net), sum.Tax.Add(inv.Tax)
				sum.Total, sum.AmountDue = sum.Total.Add(inv.Total), sum.AmountDue.Add(inv.AmountDue)
				s.Totals[inv.Currency] = sum
			})
			currencies := map[string]*invoice.Receivable{}
			each(t, out, receivables, func(r invoice.Receivable) { currencies[r.Invoice] = &r })
			each(t, out, effects, func(e task[lifecycle.Effect]) {
				require.Equal(t, lifecycle.CollectPayment, e.Task.Kind)
				currency := currencies[e.Task.Invoice].Currency
				sum := s.Totals[currency]
				sum.Payments++
				sum.ToCollect = sum.ToCollect.Add(e.Task.Amount)
				s.Totals[currency] = sum
			})
			var want bytes.Buffer
			s.report(&want)
			assert.Equal(t, want.String(), report)
			assert.Len(t, s.Totals, 7)
		})
	}
}

// interrupting is a source that ends the context of the run after some lines.
type interrupting struct {
	source
	left   int
	cancel context.CancelFunc
}

func (i *interrupting) fill(b *batch) (bool, error) {
	more, err := i.source.fill(b)
	if i.left -= len(b.ends); i.left <= 0 {
		i.cancel()
	}
	return more, err
}

// A run that is interrupted at any line and resumed, with any number of workers, writes the files of one run.
func TestResumedRunWritesTheSameBytes(t *testing.T) {
	in := made(t, 400)
	for _, input := range [][]string{{"-n", "400"}, {"-in", in, "-to", "2026-07-01"}} {
		whole := filepath.Join(t.TempDir(), "whole")
		status, _, stderr := run(t, slices.Concat(input, []string{"-out", whole})...)
		require.Zero(t, status, stderr)
		for _, left := range race.Few([]int{1, 65, 200}, 2) {
			out := filepath.Join(t.TempDir(), "out")
			arguments, times := slices.Concat(input, []string{"-out", out}), 0
			for {
				o, err := parse(arguments, io.Discard)
				require.NoError(t, err)
				o.workers = 1 + times%3
				ctx, cancel := context.WithCancel(context.Background())
				s, err := o.runOn(ctx, nil, func(s *state) (source, error) {
					src, err := s.open()
					return &interrupting{source: src, left: left, cancel: cancel}, err
				})
				cancel()
				if err == nil {
					break
				}
				require.ErrorIs(t, err, errInterrupted)
				require.GreaterOrEqual(t, s.Lines, int64(left))
				// A crash after the progress was stored leaves more than it says.
				require.NoError(t, appendTo(filepath.Join(out, fileNames[invoices]), `{"half a line`))
				arguments, times = []string{"-out", out, "-resume"}, times+1
			}
			assert.GreaterOrEqual(t, times, 1)
			assert.Equal(t, folder(t, whole), folder(t, out))
		}
	}
}

func appendTo(name, text string) error {
	file, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

// SIGINT ends the program with status 130 and says how to continue.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // it sends no interrupt
	}
	whole, out := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "out")
	n := fmt.Sprint(3_000 / race.Step(4))
	run(t, "-n", n, "-out", whole)
	program, err := os.Executable()
	require.NoError(t, err)
	child := exec.Command(program)
	child.Env = append(os.Environ(), argumentsOfChild+"=-n "+n+" -workers 1 -out "+out)
	var stderr bytes.Buffer
	child.Stderr = &stderr
	require.NoError(t, child.Start())
	for {
		info, err := os.Stat(filepath.Join(out, fileNames[subscriptions]))
		if err == nil && info.Size() > 0 {
			break
		}
		runtime.Gosched()
	}
	require.NoError(t, child.Process.Signal(os.Interrupt))
	var exit *exec.ExitError
	require.ErrorAs(t, child.Wait(), &exit)
	require.Equal(t, statusInterrupted, exit.ExitCode(), stderr.String())
	require.Regexp(t, "^billrun: interrupted after line [0-9]+; continue with -out .* -resume\n$", stderr.String())

	status, _, message := run(t, "-out", out, "-resume")
	require.Zero(t, status, message)
	assert.Equal(t, folder(t, whole), folder(t, out))
}

// The times of a made subscription are in order, also where little time is left until it is billed.
func TestMadeSubscriptionsAreSound(t *testing.T) {
	policies, _, err := policiesOf("")
	require.NoError(t, err)
	w := newWorker(settings{Seed: 1}, policies)
	for _, number := range []int64{10_344, 41_925, 90_559, 91_460, 91_880, 98_853, 138_583} {
		sub, err := w.made(number)
		assert.NoError(t, err, number)
		assert.True(t, madeAt().Equal(sub.At), number)
	}
}

// badLines returns the lines of a file, some of them replaced.
func badLines(t *testing.T) (good []string, name string) {
	t.Helper()
	text, err := os.ReadFile(made(t, 8))
	require.NoError(t, err)
	good = strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
	lines := append([]string(nil), good...)
	lines[1] = "{\"id\": \"half\n"
	lines[2] = strings.Replace(good[2], `"id"`, `"colour":"red","id"`, 1)
	lines[3] = regexp.MustCompile(`("interval":"P1[MY]")[^}]*`).ReplaceAllString(good[3], `$1,"zone":"Mars/Olympus"`)
	lines[4] = "\n"
	lines[5] = good[5][:len(good[5])-1] + good[5]
	name = filepath.Join(t.TempDir(), "bad.jsonl")
	require.NoError(t, os.WriteFile(name, []byte(strings.Join(lines, "")), 0o644))
	return good, name
}

// A line that cannot be billed is rejected with its number, and the others are billed.
func TestBadLinesAreRejected(t *testing.T) {
	_, name := badLines(t)
	out := filepath.Join(t.TempDir(), "out")
	status, report, stderr := run(t, "-in", name, "-to", "2026-07-01", "-out", out)
	require.Equal(t, statusRejected, status, stderr)
	require.True(t, strings.HasPrefix(report, "8 lines until 2026-07-01T00:00:00Z, 4 rejected\n"), report)
	var lines []int64
	var faults []string
	each(t, out, rejections, func(r rejection) {
		lines, faults = append(lines, r.Line), append(faults, r.Error)
		require.NotEmpty(t, r.Input)
	})
	assert.Equal(t, []int64{2, 3, 4, 6}, lines)
	for i, want := range []string{"unexpected EOF", `unknown field "colour"`, "Mars/Olympus", "must have one subscription"} {
		assert.Contains(t, faults[i], want)
	}
	assert.Equal(t, 3, strings.Count(folder(t, out)[fileNames[subscriptions]], "\n"), "lines 1, 7 and 8")

	// A subscription that is ahead of the date is not billed again.
	status, _, _ = run(t, "-in", filepath.Join(out, fileNames[subscriptions]), "-to", "2026-06-30")
	assert.Equal(t, statusRejected, status)
	status, report, _ = run(t, "-in", filepath.Join(out, fileNames[subscriptions]), "-to", "2026-07-01")
	assert.Zero(t, status)
	assert.Equal(t, 3, strings.Count(report, "\n"), "nothing is due twice: %s", report)
}

// A strict run stops before a bad line, and continues once it is corrected.
func TestStrictRunStopsBeforeABadLine(t *testing.T) {
	good, name := badLines(t)
	out, whole := filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "whole")
	status, _, stderr := run(t, "-in", name, "-to", "2026-07-01", "-strict", "-out", out)
	require.Equal(t, statusFailed, status)
	require.Regexp(t, "^billrun: line 2: ", stderr)
	assert.Equal(t, 1, strings.Count(folder(t, out)[fileNames[subscriptions]], "\n"))
	status, _, stderr = run(t, "-resume", "-out", out)
	require.Equal(t, statusFailed, status)
	require.Regexp(t, "^billrun: line 2: ", stderr)

	require.NoError(t, os.WriteFile(name, []byte(strings.Join(good, "")), 0o644))
	status, _, stderr = run(t, "-resume", "-out", out)
	require.Zero(t, status, stderr)
	status, _, stderr = run(t, "-in", name, "-to", "2026-07-01", "-strict", "-out", whole)
	require.Zero(t, status, stderr)
	assert.Equal(t, folder(t, whole), folder(t, out))
}

// A run that cannot be made says why, and touches no file.
func TestRefusedArguments(t *testing.T) {
	out, policy := filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "policy.json")
	require.NoError(t, os.WriteFile(policy, []byte(`{}`), 0o644))
	status, _, stderr := run(t, "-n", "1", "-policy", policy, "-out", out)
	require.Zero(t, status, stderr)
	for _, c := range []struct{ arguments, want string }{
		{"-workers 0", "-workers must be at least 1; got 0"},
		{"-n -1", "-n must not be negative; got -1"},
		{"-resume", "-resume needs the folder of the run, -out"},
		{"-resume -out " + out, "the run in " + out + " is complete, with 1 lines"},
		{"-resume -n 2 -out " + out, "-resume takes -n from the run that it continues"},
		{"-resume -out " + out + "/none", "-resume finds no run"},
		{"-n 2 -out " + out, out + " has a run already; continue it with -resume, or give another folder"},
		{"-in x", "-in needs a date to advance to"},
		{"-in x -n 2", "-in reads subscriptions, and -n and -seed make them"},
		{"-in /none -to 2026-07-01", "open /none: "},
		{"-to tomorrow", `-to must be a date such as 2026-07-01, or a time; got "tomorrow"`},
		{"-policy /none", "open /none: "},
		{"more", "takes flags only"},
	} {
		before := folder(t, out)
		status, stdout, stderr := run(t, strings.Fields(c.arguments)...)
		assert.Equal(t, statusFailed, status, c.arguments)
		assert.Contains(t, stderr, c.want, c.arguments)
		assert.Empty(t, stdout, c.arguments)
		assert.Equal(t, before, folder(t, out), c.arguments)
	}
}

// An interrupted run continues only with the policy that it began with.
func TestResumedRunKeepsItsPolicy(t *testing.T) {
	out, policy := filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "policy.json")
	require.NoError(t, os.WriteFile(policy, []byte(`{}`), 0o644))
	o, err := parse([]string{"-n", "300", "-policy", policy, "-out", out}, io.Discard)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	_, err = o.runOn(ctx, nil, func(s *state) (source, error) {
		src, err := s.open()
		return &interrupting{source: src, left: 1, cancel: cancel}, err
	})
	require.ErrorIs(t, err, errInterrupted)
	require.NoError(t, os.WriteFile(policy, []byte(`{"dunning": {"grace": "P3D"}}`), 0o644))
	status, _, stderr := run(t, "-resume", "-out", out)
	assert.Equal(t, statusFailed, status)
	assert.Contains(t, stderr, "policy.json has changed since the run began")
}

// A line that is too long ends the run with its number.
func TestLongLine(t *testing.T) {
	name := filepath.Join(t.TempDir(), "long.jsonl")
	require.NoError(t, os.WriteFile(name, append([]byte("\n"), bytes.Repeat([]byte(" "), maxLine+1)...), 0o644))
	status, _, stderr := run(t, "-in", name, "-to", "2026-07-01")
	assert.Equal(t, statusFailed, status)
	assert.Equal(t, "billrun: line 2: must have at most 16777216 bytes\n", stderr)
}

func TestProgress(t *testing.T) {
	var shown bytes.Buffer
	now := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	s := &state{Lines: 1_000}
	p := &progress{out: &shown, now: func() time.Time { return now }, begun: now, first: *s, size: 5_000}
	s.Lines, now = 2_000, now.Add(2*time.Second)
	p.show(s)
	p.show(s) // twice a second at most
	p.clear()
	assert.Equal(t, "\r\x1b[K"+"2000 lines, 40%, 500 a second, 6s left\r\x1b[K", shown.String())
	s = &state{settings: settings{In: "x"}, Lines: 10, Offset: 1_000}
	assert.Equal(t, "10 lines, 10%, 5 a second, 18s left", (&progress{size: 10_000}).line(s, 2*time.Second))
	assert.Equal(t, "10 lines, 10%", (&progress{size: 10_000}).line(s, 0))
	reader, pipe, err := os.Pipe()
	require.NoError(t, err)
	defer func() { _ = errors.Join(reader.Close(), pipe.Close()) }()
	assert.Nil(t, startProgress(pipe, s, 1).out, "a pipe is no terminal")
}
