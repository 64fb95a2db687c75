package main

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
)

// check returns what the library says is wrong with each file, whatever is wrong with the other.
func (in *input) check() (policy, events []jsonfault.Fault) {
	if in.policyFile.Parsed() {
		// Without an instant nothing is replayed: it is what the policies come to that is told.
		_, err := lifecycle.Replay(in.policies, lifecycle.Subscription{}, nil, time.Time{})
		policy, _ = in.placed(err)
	}
	if in.storyFile.Parsed() {
		_, err := lifecycle.Replay(nil, in.story.Subscription, in.story.Events, in.story.Until)
		_, events = in.placed(err)
	}
	return policy, events
}

// placed returns the faults of the library at their places in the files.
func (in *input) placed(err error) (policy, events []jsonfault.Fault) {
	for _, fault := range flat(err) {
		path := fault.Field
		switch {
		case strings.HasPrefix(path, "policies["), path == "policies" && in.policyFile.List():
			policy = append(policy, in.policyFile.At(strings.TrimPrefix(path, "policies"), fault.Reason))
		case path == "policies":
			// no policy was passed, to see what is wrong with the events
		case strings.HasPrefix(path, "policy"):
			path = strings.TrimPrefix(strings.TrimPrefix(path, "policy"), ".")
			if in.policyFile.List() {
				path = "[0]." + path
			}
			policy = append(policy, in.policyFile.At(path, fault.Reason))
		case path == "at":
			events = append(events, in.storyFile.At("until", fault.Reason))
		default:
			events = append(events, in.storyFile.At(path, fault.Reason))
		}
	}
	return policy, events
}

// flat returns the faults that are joined in an error.
func flat(err error) (all []*proration.Error) {
	if err == nil {
		return nil
	}
	if joined, is := err.(interface{ Unwrap() []error }); is {
		for _, e := range joined.Unwrap() {
			all = append(all, flat(e)...)
		}
		return all
	}
	var fault *proration.Error
	if !errors.As(err, &fault) {
		fault = &proration.Error{Rule: proration.ErrInvalid, Reason: err.Error()}
	}
	return append(all, fault)
}

// with adds the faults that the library found to those of reading, but for those that only follow from what could not be read: of the same field,
// of what stands in it, and of what holds it.
func with(read, found []jsonfault.Fault) []jsonfault.Fault {
	unread, holding := map[string]bool{}, map[string]bool{}
	for _, r := range read {
		unread[r.Path] = true
		if r.Meant != "" {
			unread[r.Meant] = true
		}
		for _, path := range holders(r.Path) {
			holding[path] = true
		}
	}
	all := slices.Clone(read)
	told := map[jsonfault.Fault]bool{}
	for _, f := range found {
		follows := holding[f.Path] || unread[f.Path] || slices.ContainsFunc(holders(f.Path), func(path string) bool { return unread[path] })
		if !follows && !told[f] {
			told[f] = true
			all = append(all, f)
		}
	}
	return all
}

// holders returns the paths of what holds a field, from the nearest up to the file as a whole.
func holders(path string) (all []string) {
	for path != "" {
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
		all = append(all, path)
	}
	return all
}
