package vendors_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/billingrules/billing/examples/internal/policyfile"
	"github.com/billingrules/billing/examples/policies/vendors"
)

// Every file is a vendor's, and every vendor's policy is complete.
func TestVendorsHaveCompletePolicies(t *testing.T) {
	files, err := fs.Glob(os.DirFS("."), "*.json")
	require.NoError(t, err)
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(file, ".json"))
	}
	assert.ElementsMatch(t, names, vendors.Names())
	for _, name := range vendors.Names() {
		policy, err := vendors.Policy(name)
		require.NoError(t, err, name)
		require.NoError(t, policy.Validate(), name)
	}
	_, err = vendors.Policy("nobody")
	assert.Error(t, err)
}

// Unknown and missing fields are errors in every file, at every depth of the policy.
func TestUnknownAndMissingFieldsAreErrors(t *testing.T) {
	for _, name := range vendors.Names() {
		text, err := os.ReadFile(name + ".json")
		require.NoError(t, err)
		for _, edit := range [][2]string{
			{`"prorations":`, `"proration":`}, {`"final_action":`, `"last_action":`}, {`"day_count":`, `"days":`}, {`"suspended":`, `"suspend":`}, {`"without_payment_method":`, `"with_payment_method":`},
			{`"effective": "immediately"`, `"effective": "soon"`}, {`"role":`, `"rule":`},
		} {
			require.Contains(t, string(text), edit[0], name)
			_, err := policyfile.Parse(name, []byte(strings.Replace(string(text), edit[0], edit[1], 1)))
			assert.Error(t, err, "%s with %s", name, edit[1])
		}
		policy, err := policyfile.Parse(name, []byte(strings.Replace(string(text), `"prorations":`, `"from": "2026-01-01T00:00:00Z", "prorations":`, 1)))
		require.NoError(t, err, name)
		policy.Prorations = 0
		assert.Error(t, policy.Validate(), name)
	}
}
