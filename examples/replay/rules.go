package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/billingrules/billing/examples/internal/jsonfault"
)

// check returns the faults that reading does not find: fields that exclude each other, missing fields, and entries out
// of order.
func (in *input) check(read []jsonfault.Fault) []jsonfault.Fault {
	c := checks{input: in, read: read}
	c.oneOf("policy", "policies")
	if in.file.Has("policies") && !in.file.Has("policy") && in.file.Len("policies") == 0 {
		c.fault("policies", "must contain at least one policy")
	}
	c.oneOf("subscription", "order")
	expectsRefusal := in.Refused != nil && in.Refused.is
	for _, field := range []string{"until", "entries"} {
		if !expectsRefusal {
			c.needed(field, "required")
		}
	}
	if in.file.Has("refused") && !in.file.Has("order") {
		c.fault("refused", "requires an order; expect the refusal of an event in the entry after the event")
	}
	for _, field := range []string{"entries", "invoices"} {
		if in.file.Len(field) > 0 && expectsRefusal {
			c.fault(field, "must be empty if the order is expected to be refused")
		}
	}
	c.entries()
	c.documents()
	return c.faults
}

// checks collects faults.
type checks struct {
	*input
	read   []jsonfault.Fault // faults found while reading
	faults []jsonfault.Fault
}

// fault adds a fault at a field.
func (c *checks) fault(path, format string, args ...any) {
	c.faults = append(c.faults, c.file.At(path, fmt.Sprintf(format, args...)))
}

// needed adds a fault unless the file has a field, possibly misspelled.
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
		c.fault(other, "must not be combined with %q", one)
	case !too:
		c.needed(one, "required, unless %q is given", other)
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
			c.fault(entryAt(i, "expect"), "must not be combined with kind; an entry is either an event or an expectation")
		case expects:
			c.expectation(i, events)
		default:
			c.needed(entryAt(i, "kind"), "required, unless the entry has expect")
			events++
		}
		c.needed(entryAt(i, "at"), "required")
		last = c.inOrder(i, last)
	}
}

// inOrder adds the faults of an entry's time, and returns the latest time so far.
func (c *checks) inOrder(i int, last time.Time) time.Time {
	e, field := &c.Entries[i], "at"
	if c.file.Has(entryAt(i, "known")) {
		field = "known"
		if e.Known.Before(e.At) && !e.Known.IsZero() {
			c.fault(entryAt(i, field), "must not be before the event's at, %s; got %s", c.text(e.At), c.text(e.Known))
			return last
		}
	}
	at := e.when()
	switch {
	case at.IsZero():
		return last
	case at.Before(last) && field == "at" && e.Kind.Reported():
		return last
	case at.Before(last):
		c.fault(entryAt(i, field), "must not be before %s, the time of an earlier entry; got %s", c.text(last), c.text(at))
		return last
	case at.After(c.Until) && !c.Until.IsZero():
		c.fault(entryAt(i, field), "must not be after until, %s; got %s", c.text(c.Until), c.text(at))
	}
	return at
}

// expectation adds the faults of an expectation that comes after a number of events.
func (c *checks) expectation(i, events int) {
	for _, name := range c.file.Names(entryAt(i, "")) {
		if name != "at" && name != "expect" {
			c.fault(entryAt(i, name), "must be absent; an expectation has only the fields at and expect")
		}
	}
	if c.Entries[i].Expect == nil {
		c.fault(entryAt(i, "expect"), "must be an object; got null")
		return
	}
	for _, name := range []string{"refused", "skipped"} {
		if path := entryAt(i, "expect."+name); events == 0 && c.file.Has(path) {
			c.fault(path, "requires an event before this entry")
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
			c.fault(path+".number", "must be at least 1; got %d", d.Number)
		case d.Number >= 1 && slices.Contains(numbers, d.Number):
			c.fault(path+".number", "must be unique; document %d appears twice", d.Number)
		}
		numbers = append(numbers, d.Number)
		if d.LinesOnly && !c.file.Has(path+".lines") {
			c.fault(path+".lines_only", "requires lines")
		}
	}
}
