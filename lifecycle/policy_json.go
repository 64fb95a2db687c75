package lifecycle

import (
	"bytes"
	"encoding/json"
	"maps"
)

// policyJSON is a policy without its methods.
type policyJSON Policy

// UnmarshalJSON reads a policy over the receiver, so that a file states only its differences from [Standard]:
//
//	policy := lifecycle.Standard()
//	err := json.Unmarshal(file, &policy)
//
// Objects and the maps access_by_status, usage_threshold and minimum_amount merge by key. A list replaces the
// receiver's list whole, and its elements start from zero. JSON null leaves a setting as it is; "" unsets a length. The
// memory of the receiver's lists and maps is not written to. The caller then calls [Policy.Validate].
// Errors: those of encoding/json, which reports the first fault only, and an unknown field; the receiver is then
// unchanged.
func (p *Policy) UnmarshalJSON(text []byte) error {
	read := policyJSON(*p)
	read.AccessByStatus = maps.Clone(p.AccessByStatus)
	read.Renewal.UsageThreshold = maps.Clone(p.Renewal.UsageThreshold)
	read.Payments.MinimumAmount = maps.Clone(p.Payments.MinimumAmount)
	read.ChangeRules, read.Reminders, read.Managers = nil, nil, nil
	read.BillingDetailsEditors, read.ManualPaymentMethods = nil, nil
	read.Renewal.Except, read.Dunning.Retries = nil, nil
	read.Billing.Taxes, read.Billing.Refunds = nil, nil
	if p.Catalog != nil {
		own := *p.Catalog
		own.Plans, own.Terms, own.Markets, own.Coupons = nil, nil, nil, nil
		read.Catalog = &own
	}
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(&read); err != nil {
		return err
	}
	keep(&read.ChangeRules, p.ChangeRules)
	keep(&read.Reminders, p.Reminders)
	keep(&read.Managers, p.Managers)
	keep(&read.BillingDetailsEditors, p.BillingDetailsEditors)
	keep(&read.ManualPaymentMethods, p.ManualPaymentMethods)
	keep(&read.Renewal.Except, p.Renewal.Except)
	keep(&read.Dunning.Retries, p.Dunning.Retries)
	keep(&read.Billing.Taxes, p.Billing.Taxes)
	keep(&read.Billing.Refunds, p.Billing.Refunds)
	if c := read.Catalog; c != nil && p.Catalog != nil {
		keep(&c.Plans, p.Catalog.Plans)
		keep(&c.Terms, p.Catalog.Terms)
		keep(&c.Markets, p.Catalog.Markets)
		keep(&c.Coupons, p.Catalog.Coupons)
	}
	*p = Policy(read)
	return nil
}

// keep sets a list that the file does not name to the one before.
func keep[L ~[]T, T any](list *L, before L) {
	if *list == nil {
		*list = before
	}
}
