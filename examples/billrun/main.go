// Billrun is a nightly bill run: it reads subscriptions, advances each to a date, and writes the subscriptions as they
// are then, with their invoices and the tasks for the caller.
//
//	go run ./examples/billrun                                    # 20 made subscriptions; only the totals are printed
//	go run ./examples/billrun -n 1000000 -seed 1 -out july       # a million, with all documents
//	go run ./examples/billrun -in subscriptions.jsonl -to 2026-07-01 -out july
//	go run ./examples/billrun -out july -resume                  # continues an interrupted run
//
// The input has one subscription in JSON on each line. With -n, the subscriptions are made from a seed as of June 1,
// 2026, so that -n 1000 -to 2026-06-01 -out made writes a file to try. Without -out nothing is stored, and the totals
// are a forecast. The folder of -out has one file for each kind of output, in the order of the input:
//
//	subscriptions.jsonl   the new subscriptions, to store in place of the input
//	invoices.jsonl        the documents issued
//	receivables.jsonl     the receivables that began or changed
//	effects.jsonl         payments to collect, documents to send, money to refund
//	notices.jsonl         messages to the customers
//	rejected.jsonl        the lines that could not be billed, each with its number and its error
//	progress.json         how far the run is, and its totals
//
// The run answers no payment: it writes what to collect, and the events of the provider come later. With -pay every
// payment succeeds when it is requested, as a forecast needs it. A line that cannot be billed is rejected and stops no
// other line; with -strict the run stops before it, and continues with -resume once the line is corrected.
//
// The bytes do not depend on the number of workers. An interrupt (SIGINT) lets the lines in work finish; a second one
// ends the program at once. In both cases, and after a crash of the program, -resume gives the same files as one run.
//
// The exit status is 0 if every line was billed, 1 if lines were rejected, 2 if the run could not be made, and 130 if
// it was interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"time"
)

// The exit statuses.
const (
	statusRejected    = 1
	statusFailed      = 2
	statusInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt ends the program
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// command runs the program and returns its exit status.
func command(ctx context.Context, arguments []string, stdout io.Writer, stderr *os.File) int {
	o, err := parse(arguments, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "billrun:", err)
		return statusFailed
	}
	if o.profile != "" {
		end, err := profile(o.profile)
		if err != nil {
			fmt.Fprintln(stderr, "billrun:", err)
			return statusFailed
		}
		defer end()
	}
	runtime.GOMAXPROCS(o.workers)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // a line leaves nothing behind, so that little memory is in use
	}
	state, err := o.run(ctx, stderr)
	switch {
	case errors.Is(err, errInterrupted):
		fmt.Fprintf(stderr, "billrun: interrupted after line %d%s\n", state.Lines, o.hint())
		return statusInterrupted
	case err != nil:
		fmt.Fprintln(stderr, "billrun:", err)
		return statusFailed
	}
	state.report(stdout)
	if state.Rejected > 0 {
		return statusRejected
	}
	return 0
}

// options are the arguments of the program.
type options struct {
	settings
	out     string
	resume  bool
	workers int
	profile string
}

// settings are the arguments that decide the output. A resumed run takes them from the run that it continues.
type settings struct {
	In     string    `json:"in,omitzero"` // file of subscriptions; "" makes them
	N      int64     `json:"n,omitzero"`  // number of subscriptions to make
	Seed   uint64    `json:"seed,omitzero"`
	To     time.Time `json:"to"`
	Policy string    `json:"policy,omitzero"` // file of the policy; "" is lifecycle.Standard()
	Pay    bool      `json:"pay,omitzero"`
	Strict bool      `json:"strict,omitzero"`
}

// parse reads the arguments.
func parse(arguments []string, stderr io.Writer) (options, error) {
	var o options
	var to string
	flags := flag.NewFlagSet("billrun", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.In, "in", "", "file of subscriptions, one in JSON on each line")
	flags.Int64Var(&o.N, "n", 20, "number of subscriptions to make, without -in")
	flags.Uint64Var(&o.Seed, "seed", 1, "seed of the subscriptions that are made")
	flags.StringVar(&to, "to", "", "date or time to advance to, 2026-07-01; required with -in")
	flags.StringVar(&o.Policy, "policy", "", "JSON file of the policy, read over lifecycle.Standard()")
	flags.StringVar(&o.out, "out", "", "folder for the output; without it only the totals are printed")
	flags.BoolVar(&o.Pay, "pay", false, "let every payment succeed when it is requested")
	flags.BoolVar(&o.Strict, "strict", false, "stop before the first line that cannot be billed")
	flags.BoolVar(&o.resume, "resume", false, "continue the run in the folder of -out, with its settings")
	flags.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "number of cores to use")
	flags.StringVar(&o.profile, "cpuprofile", "", "file for a CPU profile")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	set := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { set[f.Name] = true })
	return o, o.check(flags.NArg(), set, to)
}

// check reads the date and returns a fault of the arguments.
func (o *options) check(rest int, set map[string]bool, to string) error {
	switch {
	case rest > 0:
		return errors.New("takes flags only")
	case o.workers < 1:
		return fmt.Errorf("-workers must be at least 1; got %d", o.workers)
	case o.resume && o.out == "":
		return errors.New("-resume needs the folder of the run, -out")
	case o.resume:
		for name := range set {
			if name != "out" && name != "resume" && name != "workers" && name != "cpuprofile" {
				return fmt.Errorf("-resume takes -%s from the run that it continues", name)
			}
		}
		return nil
	case o.In != "" && (set["n"] || set["seed"]):
		return errors.New("-in reads subscriptions, and -n and -seed make them; give one of them")
	case o.In != "" && to == "":
		return errors.New("-in needs a date to advance to, -to 2026-07-01")
	case o.N < 0:
		return fmt.Errorf("-n must not be negative; got %d", o.N)
	}
	if o.In != "" {
		o.N, o.Seed = 0, 0
	}
	if to == "" {
		to = "2026-07-01"
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, to); err == nil {
			o.To = at.UTC()
			return nil
		}
	}
	return fmt.Errorf("-to must be a date such as 2026-07-01, or a time; got %q", to)
}

// hint says how to continue an interrupted run.
func (o *options) hint() string {
	if o.out == "" {
		return "; nothing is stored"
	}
	return fmt.Sprintf("; continue with -out %s -resume", o.out)
}

// profile starts a CPU profile, and returns the function that ends it.
func profile(name string) (end func(), err error) {
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		_ = file.Close()
	}, nil
}
