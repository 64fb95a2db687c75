package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/billingrules/billing/examples/internal/jsonfault"
)

// check returns the faults of the format beyond those of reading: fields that exclude each other or are missing, and
// entries out of order.
func (in *input) check(read []jsonfault.Fault) []jsonfault.Fault {
	c := checks{input: in, read: read}
	c.oneOf("policy", "policies")
	if in.file.Has("policies") && !in.file.Has("policy") && in.file.Len("policies") == 0 {
		c.fault("policies", "at least one policy is needed here")
	}
	c.oneOf("subscription", "order")
	expectsRefusal := in.Refused != nil && in.Refused.is
	for _, field := range []string{"until", "entries"} {
		if !expectsRefusal {
			c.needed(field, "it is missing")
		}
	}
	if in.file.Has("refused") && !in.file.Has("order") {
		c.fault("refused", "only an order is refused here; the refusal of an event is in the expectation after it")
	}
	for _, field := range []string{"entries", "invoices"} {
		if in.file.Len(field) > 0 && expectsRefusal {
			c.fault(field, "the order is expected to be refused, so nothing follows")
		}
	}
	c.entries()
	c.documents()
	return c.faults
}

// checks collects faults.
type checks struct {
	*input
	read   []jsonfault.Fault // those of reading
	faults []jsonfault.Fault
}

// fault adds a fault of a field.
func (c *checks) fault(path, format string, args ...any) {
	c.faults = append(c.faults, c.file.At(path, fmt.Sprintf(format, args...)))
}

// needed adds a fault unless the file has a field, or a misspelled one in its place.
func (c *checks) needed(path, format string, args ...any) {
	misspelled := func(f jsonfault.Fault) bool { return f.Meant == path }
	if !c.file.Has(path) && !slices.ContainsFunc(c.read, misspelled) {
		c.fault(path, format, args...)
	}
}

// oneOf adds a fault unless the file has exactly one of two fields.
func (c *checks) oneOf(one, other string) {
	switch has, too := c.file.Has(one), c.file.Has(other); {
	case has && too:
		c.fault(other, "there is a field %q already; use one of both", one)
	case !too:
		c.needed(one, "it is missing, and so is %q", other)
	}
}

// entries adds the faults of the entries and of their order.
func (c *checks) entries() {
	events := 0
	last := time.Time{}
	for i := range c.Entries {
		noObject := func(f jsonfault.Fault) bool { return f.Path == entryAt(i, "") }
		if slices.ContainsFunc(c.read, noObject) {
			continue
		}
		switch expects := c.file.Has(entryAt(i, "expect")); {
		case expects && c.file.Has(entryAt(i, "kind")):
			c.fault(entryAt(i, "expect"), "an entry is an event with a kind or an expectation, and not both")
		case expects:
			c.expectation(i, events)
		default:
			c.needed(entryAt(i, "kind"), "it is missing: an entry is an event with a kind, or has expect")
			events++
		}
		c.needed(entryAt(i, "at"), "it is missing")
		last = c.inOrder(i, last)
	}
}

// inOrder adds the faults of an entry's time, and returns the latest time so far.
func (c *checks) inOrder(i int, last time.Time) time.Time {
	e, field := &c.Entries[i], "at"
	if c.file.Has(entryAt(i, "known")) {
		field = "known"
		if e.Known.Before(e.At) && !e.Known.IsZero() {
			c.fault(entryAt(i, field), "the event happens on %s; it is not known before", c.text(e.At))
			return last
		}
	}
	at := e.when()
	switch {
	case at.IsZero():
		return last
	case at.Before(last):
		c.fault(entryAt(i, field), "%s is before %s, the time of an entry before it", c.text(at), c.text(last))
		return last
	case at.After(c.Until) && !c.Until.IsZero():
		c.fault(entryAt(i, field), "%s is after %s, the end of the scenario", c.text(at), c.text(c.Until))
	}
	return at
}

// expectation adds the faults of an expectation that comes after a number of events.
func (c *checks) expectation(i, events int) {
	for _, name := range c.file.Names(entryAt(i, "")) {
		if name != "at" && name != "expect" {
			c.fault(entryAt(i, name), "an expectation has the fields at and expect, and no others")
		}
	}
	if c.Entries[i].Expect == nil {
		c.fault(entryAt(i, "expect"), "an object is needed here, and not null")
		return
	}
	for _, name := range []string{"refused", "skipped"} {
		if path := entryAt(i, "expect."+name); events == 0 && c.file.Has(path) {
			c.fault(path, "it is about the event before, and there is none")
		}
	}
}

// documents adds the faults of the expected documents.
func (c *checks) documents() {
	var numbers []int
	for i := range c.Invoices {
		d := &c.Invoices[i]
		path := fmt.Sprintf("invoices[%d]", i)
		switch {
		case d.Number < 1 && c.file.Has(path+".number"):
			c.fault(path+".number", "documents are counted from 1; got %d", d.Number)
		case d.Number >= 1 && slices.Contains(numbers, d.Number):
			c.fault(path+".number", "document %d comes twice", d.Number)
		}
		numbers = append(numbers, d.Number)
		if d.LinesOnly && !c.file.Has(path+".lines") {
			c.fault(path+".lines_only", "it is about lines, and there are none")
		}
	}
}
