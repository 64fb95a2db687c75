package policyfile_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/billingrules/billing/examples/internal/policyfile"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// read returns a policy that has no faults.
func read(t *testing.T, text string) lifecycle.Policy {
	t.Helper()
	policy, err := policyfile.Parse("policy.json", []byte(text))
	require.NoError(t, err)
	return policy
}

// inJSON returns a value as JSON, to compare every field of it.
func inJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

func TestEmptyFileGivesTheStandardPolicy(t *testing.T) {
	assert.JSONEq(t, inJSON(t, lifecycle.Standard()), inJSON(t, read(t, `{}`)))
}

func TestObjectsAndMapsMergeByKey(t *testing.T) {
	policy := read(t, `{"dunning": {"grace": "P3D"}, "access_by_status": {"paused": "full"}, "billing": {"proration": {"rounding": {"mode": "half_even"}}}}`)
	want := lifecycle.Standard()
	want.Dunning.Grace = proration.Interval{Days: 3}
	want.AccessByStatus[lifecycle.Paused] = lifecycle.Full
	want.Billing.Proration.Rounding.Mode = proration.HalfEven
	assert.JSONEq(t, inJSON(t, want), inJSON(t, policy))
}

func TestEmptyTextUnsetsALength(t *testing.T) {
	assert.Equal(t, proration.Interval{}, read(t, `{"dunning": {"grace": ""}}`).Dunning.Grace)
}

func TestListsReplaceAndTheirElementsStartFromZero(t *testing.T) {
	policy := read(t, `{"change_rules": [{"action": "downgrade"}], "managers": [{"selected": true}], "billing_details_editors": []}`)
	assert.Equal(t, plans.ChangeRules{{Action: plans.Downgrade}}, policy.ChangeRules, "the standard first rule is of upgrades, and has actors and a time")
	assert.Equal(t, []lifecycle.Role{{Selected: true}}, policy.Managers, "the standard first manager has a role")
	assert.Empty(t, policy.BillingDetailsEditors)
	assert.Error(t, policy.Validate())
	assert.Empty(t, read(t, `{"managers": []}`).Managers)
}

func TestPoliciesShareNoMemory(t *testing.T) {
	policy := read(t, `{"billing_details_editors": ["support"]}`)
	for i, rule := range lifecycle.Standard().ChangeRules {
		assert.Equal(t, rule, policy.ChangeRules[i])
	}

	policy = read(t, `{}`)
	policy.BillingDetailsEditors[0] = 0
	policy.ChangeRules[0].By[0] = 0
	policy.AccessByStatus[lifecycle.Active] = 0
	policy.Managers[0].Role = ""
	policy.Billing.Refunds[0].As = 0
	for i, rule := range policy.ChangeRules[1:] {
		assert.Equal(t, lifecycle.Standard().ChangeRules[i+1], rule)
	}
	assert.JSONEq(t, inJSON(t, lifecycle.Standard()), inJSON(t, read(t, `{}`)), "nor do two policies")
}

// catalog is a catalog of one plan.
const catalog = `{"plans": [{"id": "base", "interval": "P1M", "offers": [{"item": "seat", "currency": "USD", "price": {"unit": "9.00"}}]}],
	"markets": [{"currency": "USD", "payment_methods": [{"id": "card", "by": ["customer"]}]}]}`

func TestCatalogKeepsTheChangeRules(t *testing.T) {
	policy := read(t, `{"catalog": `+catalog+`}`)
	assert.Equal(t, lifecycle.Standard().ChangeRules, policy.ChangeRules)
	assert.NoError(t, policy.Validate())

	policy = read(t, `{"change_rules": [{"action": "cancel", "by": ["customer"], "effective": "immediately"}], "catalog": `+catalog+`}`)
	assert.Len(t, policy.ChangeRules, 1, "a list in the file replaces the standard list")
	assert.NoError(t, policy.Validate())

	_, err := policyfile.Parse("policy.json", []byte(`{"catalog": {"change_rules": []}}`))
	assert.ErrorContains(t, err, "catalog.change_rules: unknown field")
}

func TestAllFaultsAreReported(t *testing.T) {
	_, err := policyfile.Parse("policy.json", []byte(`{"dunning": {"grace": "soon"}, "billing_details_editor": ["support"], "access_by_status": {"lost": "none"}}`))
	assert.ErrorContains(t, err, "policy.json:1:23: dunning.grace: ")
	assert.ErrorContains(t, err, `policy.json:1:32: billing_details_editor: unknown field; did you mean "billing_details_editors"?`)
	assert.ErrorContains(t, err, "policy.json:1:92: access_by_status.lost: ")
	_, err = policyfile.Parse("policy.json", []byte(`{`))
	assert.ErrorContains(t, err, "policy.json:1:2: ")
}
