// Package vendors contains the billing policies of five vendors as JSON files. The README of examples/policies gives
// the source of each setting.
package vendors

import (
	"embed"
	"fmt"

	"github.com/billingrules/billing/examples/internal/policyfile"
	"github.com/billingrules/billing/lifecycle"
)

//go:embed *.json
var files embed.FS

// Names returns the names of the vendors in the order of the comparison.
func Names() []string { return []string{"kustomer", "kommo", "stripe", "chargebee", "lago"} }

// Policy returns the policy of a vendor, read over lifecycle.Standard(). An unknown field and an incomplete policy are
// errors.
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
