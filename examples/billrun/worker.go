package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/pprof"
	"slices"
	"time"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
)

// worker bills batches of lines. Each has its own zones, so that workers share only what never changes.
type worker struct {
	settings
	policies *lifecycle.Policies
	zones    map[string]*time.Location
	out      lifecycle.Outcome // of the current line
	steps    map[string]context.Context
}

func newWorker(s settings, policies *lifecycle.Policies) *worker {
	w := &worker{settings: s, policies: policies, zones: map[string]*time.Location{}, steps: map[string]context.Context{}}
	for _, step := range []string{"make", "read", "rules", "write"} {
		w.steps[step] = pprof.WithLabels(context.Background(), pprof.Labels("step", step))
	}
	return w
}

// step labels the time that follows in a CPU profile.
func (w *worker) step(name string) { pprof.SetGoroutineLabels(w.steps[name]) }

// bill bills the lines of a batch.
func (w *worker) bill(b *batch) {
	for i := range b.ends {
		number := b.first + int64(i)
		var text []byte
		if w.In != "" {
			text = bytes.TrimSpace(b.line(i))
			if len(text) == 0 {
				b.kept++
				continue
			}
		}
		if err := w.billLine(b, number, text); err != nil {
			if w.Strict {
				b.stop = fmt.Errorf("line %d: %w", number, err)
				return
			}
			b.reject(number, text, err)
		}
		b.kept++
	}
}

// billLine advances the subscription of a line and adds its output to the batch, or nothing if there is an error.
func (w *worker) billLine(b *batch, number int64, text []byte) error {
	sub, err := w.subscription(number, text)
	if err != nil {
		return err
	}
	w.step("rules")
	if err := w.advance(sub); err != nil {
		return err
	}
	w.step("write")
	return b.add(&w.out)
}

// subscription reads the subscription of a line, or makes it.
func (w *worker) subscription(number int64, text []byte) (lifecycle.Subscription, error) {
	if w.In == "" {
		w.step("make")
		made, err := w.made(number)
		if err != nil {
			return made, err
		}
		// It goes through JSON like a stored one.
		w.step("read")
		if text, err = json.Marshal(made); err != nil {
			return made, err
		}
	}
	w.step("read")
	var sub lifecycle.Subscription
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&sub); err != nil {
		return sub, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return sub, errors.New("must have one subscription")
	}
	loc, err := w.zone(sub.Contract.Cycle.Zone)
	sub.Contract.Cycle.Location = loc
	return sub, err
}

// zone returns the location of a name, and nil for UTC.
func (w *worker) zone(name string) (*time.Location, error) {
	if name == "" || name == "UTC" {
		return nil, nil
	}
	if loc, ok := w.zones[name]; ok {
		return loc, nil
	}
	loc, err := time.LoadLocation(name)
	if err == nil {
		w.zones[name] = loc
	}
	return loc, err
}

// advance advances a subscription to the date of the run.
func (w *worker) advance(sub lifecycle.Subscription) (err error) {
	if !w.Pay {
		w.out, err = lifecycle.Advance(w.policies, sub, w.To)
		return err
	}
	w.out = lifecycle.Outcome{Subscription: sub}
	for {
		next, err := lifecycle.Next(w.policies, w.out.Subscription)
		if err != nil {
			return err
		}
		at := w.To
		if !next.At.IsZero() && next.At.Before(w.To) {
			at = next.At
			if at.Before(w.out.Subscription.At) {
				at = w.out.Subscription.At
			}
		}
		step, err := lifecycle.Advance(w.policies, w.out.Subscription, at)
		if err != nil {
			return err
		}
		if err := w.collect(step); err != nil {
			return err
		}
		if at.Equal(w.To) {
			return nil
		}
	}
}

// collect adds the outcome of a step and pays the invoices that it requests to collect.
func (w *worker) collect(step lifecycle.Outcome) error {
	w.join(step)
	for _, effect := range step.Effects {
		receivables := w.out.Subscription.Receivables
		i := slices.IndexFunc(receivables, func(r invoice.Receivable) bool { return r.Invoice == effect.Invoice })
		if effect.Kind != lifecycle.CollectPayment || i < 0 || !receivables[i].Owing() {
			continue
		}
		paid, err := lifecycle.Apply(w.policies, w.out.Subscription, lifecycle.Event{
			Sequence: w.out.Subscription.Sequence + 1, At: w.out.Subscription.At,
			Kind:    lifecycle.PaymentSucceeded,
			Payment: lifecycle.Payment{ID: "payment of " + effect.ID, Invoice: effect.Invoice},
		})
		if err != nil {
			return err
		}
		w.join(paid)
	}
	return nil
}

// join adds the outcome of a step to that of the line. Of several receivables of one invoice only the last stays.
func (w *worker) join(step lifecycle.Outcome) {
	w.out.Subscription = step.Subscription
	w.out.Invoices = append(w.out.Invoices, step.Invoices...)
	w.out.Effects = append(w.out.Effects, step.Effects...)
	w.out.Notices = append(w.out.Notices, step.Notices...)
	for _, r := range step.Receivables {
		w.out.Receivables = slices.DeleteFunc(w.out.Receivables, func(old invoice.Receivable) bool {
			return old.Invoice == r.Invoice
		})
		w.out.Receivables = append(w.out.Receivables, r)
	}
}
