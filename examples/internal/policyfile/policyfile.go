// Package policyfile reads a billing policy from JSON over lifecycle.Standard(), so that a file states only the
// settings that differ from the standard policy.
//
// Objects and maps merge by key. A list in the file replaces the standard list, and its elements start from zero.
package policyfile

import (
	"errors"
	"reflect"
	"slices"

	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/lifecycle"
)

// Read reads the policy at a path of a file, and returns every fault found while reading. It does not check that the
// policy is complete; Policy.Validate does.
func Read(file *jsonfault.File, path string, as jsonfault.Reading) (lifecycle.Policy, []jsonfault.Fault) {
	policy := lifecycle.Standard()
	// Each field is decoded on its own, so that each fault has its position.
	as.Plain = append(slices.Clip(as.Plain), reflect.TypeFor[lifecycle.Policy]())
	faults := file.DecodeAt(path, &policy, as)
	return policy, faults
}

// Parse reads a file that contains one policy. The error joins all faults, one per line.
func Parse(name string, text []byte) (lifecycle.Policy, error) {
	file, faults := jsonfault.Parse(name, text)
	policy, more := Read(file, "", jsonfault.Reading{})
	var all []error
	for _, fault := range append(faults, more...) {
		all = append(all, errors.New(fault.String()))
	}
	return policy, errors.Join(all...)
}
