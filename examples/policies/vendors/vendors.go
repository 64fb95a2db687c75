// Package vendors holds the billing policies of some vendors as data. What each setting follows is in the README beside the program
// that compares them.
package vendors

import (
	"embed"
	"fmt"

	"github.com/billingrules/billing/examples/internal/policyfile"
	"github.com/billingrules/billing/lifecycle"
)

//go:embed *.json
var files embed.FS

// Names returns the names of the vendors, in the order in which they are shown.
func Names() []string { return []string{"kustomer", "kommo", "stripe", "chargebee", "lago"} }

// Policy returns the policy of a vendor, read over lifecycle.Standard(). A field that means nothing is an error, and so is a
// policy that is not complete.
func Policy(name string) (lifecycle.Policy, error) {
	text, err := files.ReadFile(name + ".json")
	if err != nil {
		return lifecycle.Policy{}, err
	}
	policy, err := policyfile.Parse(name+".json", text)
	if err == nil {
		err = policy.Validate()
	}
	if err != nil {
		return lifecycle.Policy{}, fmt.Errorf("policy of %s: %w", name, err)
	}
	return policy, nil
}
