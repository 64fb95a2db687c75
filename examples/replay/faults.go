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
	if joined, is := err.(interface{ Unwrap() []error }); is { //nolint:errorlint // each that is joined is looked at in its turn
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

// with adds the faults that the library found to those of reading, but for those that only follow from what could not be read.
func with(read, found []jsonfault.Fault) []jsonfault.Fault {
	all := slices.Clone(read)
	for _, f := range found {
		follows := slices.ContainsFunc(read, func(r jsonfault.Fault) bool {
			return holds(r.Path, f.Path) || holds(f.Path, r.Path) || r.Meant != "" && holds(r.Meant, f.Path)
		})
		if !follows && !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

// holds reports whether what stands at a path is, or holds, what stands at another.
func holds(path, inner string) bool {
	rest, is := strings.CutPrefix(inner, path)
	return is && (path == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
}
