package main

import (
	"slices"
	"strings"

	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/lifecycle"
)

// invalid returns the faults that the library finds in the policies and in the subscription.
func (in *input) invalid() (all []jsonfault.Fault) {
	if len(in.policies) > 0 && !(in.file.Has("policy") && in.file.Has("policies")) {
		var err error
		in.checked, err = lifecycle.NewPolicies(in.policies[0], in.policies[1:]...)
		all = append(all, in.placed(err, "policies", "policy")...)
	}
	if in.file.Has("subscription") {
		_, err := lifecycle.Replay(nil, in.Subscription, nil, in.Until)
		faults := in.placed(err, "subscription")
		if in.unsound = len(faults) > 0 && in.firstRefused(); !in.unsound {
			all = append(all, faults...)
		}
	}
	if !in.Until.IsZero() {
		_, err := lifecycle.Replay(nil, lifecycle.Subscription{}, nil, in.Until)
		all = append(all, in.placed(err, "at")...)
	}
	return all
}

// firstRefused reports whether the file expects that its first event is refused. Then the faults of the subscription
// are that refusal, and not faults of the file.
func (in *input) firstRefused() bool {
	i := slices.IndexFunc(in.Entries, func(e entry) bool { return e.Expect == nil })
	if i < 0 || i+1 >= len(in.Entries) || in.Entries[i+1].Expect == nil {
		return false
	}
	refused := in.Entries[i+1].Expect.Refused
	return refused != nil && refused.is
}

// placed returns the library's faults inside the given top-level fields, with their positions in the file.
func (in *input) placed(err error, under ...string) (all []jsonfault.Fault) {
	for _, e := range fault.All(err) {
		top := e.Field
		if end := strings.IndexAny(top, ".["); end >= 0 {
			top = top[:end]
		}
		if slices.Contains(under, top) {
			all = append(all, in.file.At(in.pathOf(e.Field), e.Reason))
		}
	}
	return all
}

// pathOf returns the path in the file for a field path of the library.
func (in *input) pathOf(field string) string {
	switch rest, one := strings.CutPrefix(field, "policy"); {
	case field == "at":
		return "until"
	case one && !in.file.Has("policy"): // the file has a list of one policy
		return "policies[0]" + rest
	}
	return field
}

// with adds the faults found by checks to the faults found while reading. It drops a fault that only follows from an
// unreadable field: a fault of that field, of a field inside it or of a field around it.
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
		inside := slices.ContainsFunc(holders(f.Path), func(path string) bool { return unread[path] })
		follows := holding[f.Path] || unread[f.Path] || inside
		if !follows && !told[f] {
			told[f] = true
			all = append(all, f)
		}
	}
	return all
}

// holders returns the paths of the fields around a field, from the nearest to the whole file.
func holders(path string) (all []string) {
	for path != "" {
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
		all = append(all, path)
	}
	return all
}
