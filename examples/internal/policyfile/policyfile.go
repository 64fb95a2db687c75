// Package policyfile reads billing policies from JSON over lifecycle.Standard(), so that a policy names only the
// settings that differ.
//
// Objects and maps merge by key. A list that the policy names replaces the standard list, and its elements start from
// zero. A policy with a catalog has the catalog's change rules: the standard ones apply only without a catalog.
package policyfile

import (
	"errors"
	"reflect"
	"slices"

	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/lifecycle"
)

// Read reads the policy at a path of a file, and returns every fault of reading. Whether the policy is complete is
// for its Validate to say.
func Read(file *jsonfault.File, path string, as jsonfault.Reading) (lifecycle.Policy, []jsonfault.Fault) {
	policy := lifecycle.Standard()
	as.Plain = append(slices.Clip(as.Plain), reflect.TypeFor[lifecycle.Policy]()) // field by field, so that each fault has its place
	faults := file.DecodeAt(path, &policy, as)
	rules := "change_rules"
	if path != "" {
		rules = path + "." + rules
	}
	if policy.Catalog != nil && !file.Has(rules) {
		policy.ChangeRules = nil
	}
	return policy, faults
}

// Parse reads a file that is one policy. Its error joins the faults, a line each.
func Parse(name string, text []byte) (lifecycle.Policy, error) {
	file, faults := jsonfault.Parse(name, text)
	policy, more := Read(file, "", jsonfault.Reading{})
	var all []error
	for _, fault := range append(faults, more...) {
		all = append(all, errors.New(fault.String()))
	}
	return policy, errors.Join(all...)
}
