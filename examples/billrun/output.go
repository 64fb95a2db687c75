package main

import (
	"encoding/json"

	"github.com/billingrules/billing/lifecycle"
)

// The kinds of output, each with a file.
const (
	subscriptions = iota
	invoices
	receivables
	effects
	notices
	rejections
	kinds
)

var fileNames = [kinds]string{
	"subscriptions.jsonl", "invoices.jsonl", "receivables.jsonl", "effects.jsonl", "notices.jsonl", "rejected.jsonl",
}

// task is an effect or a notice with the subscription that it is about.
type task[T any] struct {
	Subscription string `json:"subscription"`
	Task         T      `json:"task"`
}

// rejection is a line that could not be billed.
type rejection struct {
	Line  int64  `json:"line"` // number of the line, from 1
	Error string `json:"error"`
	Input string `json:"input,omitzero"` // the line; "" if it was made
}

// reject adds a line that could not be billed.
func (b *batch) reject(number int64, text []byte, err error) {
	b.rejected++
	line, encodeErr := json.Marshal(rejection{Line: number, Error: err.Error(), Input: string(text)})
	if encodeErr != nil {
		b.stop = encodeErr
		return
	}
	b.output[rejections] = append(append(b.output[rejections], line...), '\n')
}

// add adds the outcome of a line to the output, or nothing if there is an error.
func (b *batch) add(out *lifecycle.Outcome) error {
	before := b.output
	err := b.encode(out)
	if err != nil {
		b.output = before
		return err
	}
	b.totals.add(out)
	return nil
}

// encode adds the lines of an outcome.
func (b *batch) encode(out *lifecycle.Outcome) error {
	if err := b.encodeLine(subscriptions, out.Subscription); err != nil {
		return err
	}
	for i := range out.Invoices {
		text, err := out.Invoices[i].MarshalJSON() // json.Marshal would read the text again
		if err != nil {
			return err
		}
		b.output[invoices] = append(append(b.output[invoices], text...), '\n')
	}
	for i := range out.Receivables {
		if err := b.encodeLine(receivables, &out.Receivables[i]); err != nil {
			return err
		}
	}
	for _, effect := range out.Effects {
		if err := b.encodeLine(effects, task[lifecycle.Effect]{out.Subscription.ID, effect}); err != nil {
			return err
		}
	}
	for _, notice := range out.Notices {
		if err := b.encodeLine(notices, task[lifecycle.Notice]{out.Subscription.ID, notice}); err != nil {
			return err
		}
	}
	return nil
}

// encodeLine adds one value to a kind of output.
func (b *batch) encodeLine(kind int, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	b.output[kind] = append(append(b.output[kind], text...), '\n')
	return nil
}
