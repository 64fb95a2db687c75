package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/lifecycle"
)

//go:embed policy.json
var defaultPolicy []byte

//go:embed story.json
var defaultStory []byte

// story is the file of events.
type story struct {
	Zone         string                 `json:"zone" jsonfault:"required"`         // whose calendar it is
	Until        time.Time              `json:"until" jsonfault:"required"`        // how far to go
	Subscription lifecycle.Subscription `json:"subscription" jsonfault:"required"` // before the first event
	Events       []lifecycle.Event      `json:"events" jsonfault:"required"`       // in order
}

// input is both files, and what they say.
type input struct {
	policyFile, storyFile *jsonfault.File
	policies              []lifecycle.Policy
	story                 story
}

// read reads both files, and returns every fault of them. A name of "" is what comes with the program.
func read(policyName, storyName string) (input, []jsonfault.Fault) {
	var in input
	var ofPolicy, ofStory []jsonfault.Fault
	in.policyFile, ofPolicy = open(policyName, "policy.json", defaultPolicy)
	in.storyFile, ofStory = open(storyName, "story.json", defaultStory)

	zone, unknown := in.zone("zone")
	ofStory = append(ofStory, unknown...)
	ofStory = append(ofStory, in.storyFile.Decode(&in.story, reading(zone))...)
	ofStory = append(ofStory, in.fill(zone)...)
	ofPolicy = append(ofPolicy, in.readPolicies(zone)...)

	rules, happened := in.check()
	return in, sorted(with(ofPolicy, rules), with(ofStory, happened))
}

const maxSize = 64 << 20 // bytes of a file

// open reads and parses a file.
func open(name, standard string, data []byte) (*jsonfault.File, []jsonfault.Fault) {
	if name == "" {
		return jsonfault.Parse(standard, data)
	}
	data, err := contents(name)
	if err != nil {
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return jsonfault.Missing(name, err.Error())
	}
	return jsonfault.Parse(name, data)
}

// contents returns what a file holds.
func contents(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil && len(data) > maxSize {
		err = fmt.Errorf("it has more than %d bytes", maxSize)
	}
	return data, err
}

// zone returns the location of the zone that a field of the story names; UTC where it names none that there is.
func (in *input) zone(path string) (*time.Location, []jsonfault.Fault) {
	name, is := in.storyFile.Text(path)
	if !is {
		return time.UTC, nil // which is told where the story is decoded
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return time.UTC, []jsonfault.Fault{in.storyFile.At(path, fmt.Sprintf("there is no zone %.60q", name))}
	}
	return zone, nil
}

// fill fills in what the story may leave out: the zone of the cycle, and the numbers of the events.
func (in *input) fill(zone *time.Location) (faults []jsonfault.Fault) {
	const own = "subscription.contract.cycle.zone"
	if in.storyFile.Has(own) {
		zone, faults = in.zone(own)
	}
	cycle := &in.story.Subscription.Contract.Cycle
	cycle.Zone, cycle.Location = zone.String(), zone
	for i := range in.story.Events {
		if !in.storyFile.Has(fmt.Sprintf("events[%d].sequence", i)) {
			in.story.Events[i].Sequence = int64(i) + 1
		}
	}
	return faults
}

// readPolicies reads one policy, or a list of them.
func (in *input) readPolicies(zone *time.Location) []jsonfault.Fault {
	if in.policyFile.List() {
		return in.policyFile.Decode(&in.policies, reading(zone))
	}
	in.policies = make([]lifecycle.Policy, 1)
	return in.policyFile.Decode(&in.policies[0], reading(zone))
}
