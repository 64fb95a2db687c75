package lifecycle_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/billingrules/billing/lifecycle"
)

// Rule 4 of the house: each setting is one field in one place. A type that a policy reaches on two paths could decide
// one thing twice, so each such type is listed with its paths, which are different choices.
func TestPolicyHasOneFieldForEachChoice(t *testing.T) {
	different := map[string][]string{
		// of prices, of fees, of customers, of the orders that a coupon is for
		"plans.Currency": {
			"catalog.plans.offers.currency", "catalog.plans.setup_fees.currency", "catalog.markets.currency",
			"catalog.coupons.discount.currency", "renewal.usage_threshold.key", "payments.minimum_amount.key",
		},
		// of an item, of a fee, and the special price of a coupon
		"plans.Price": {"catalog.plans.offers.price", "catalog.plans.setup_fees.price", "catalog.coupons.discount.price"},
		"plans.Tier": {
			"catalog.plans.offers.price.tiers", "catalog.plans.setup_fees.price.tiers", "catalog.coupons.discount.price.tiers",
		},
		"plans.Aggregation": {
			"catalog.plans.offers.price.aggregation", "catalog.plans.setup_fees.price.aggregation",
			"catalog.coupons.discount.price.aggregation",
		},
		"plans.Tiering": {
			"catalog.plans.offers.price.tiering", "catalog.plans.setup_fees.price.tiering",
			"catalog.coupons.discount.price.tiering",
		},
		"proration.Timing": { // of all items, of one item beside the others
			"billing.timing", "catalog.plans.offers.price.timing", "catalog.plans.setup_fees.price.timing",
			"catalog.coupons.discount.price.timing",
		},
		"plans.Limit": {"catalog.plans.offers.limits", "catalog.plans.limits"}, // of an item, of the plan
		"plans.Actor": {"catalog.markets.payment_methods.by", "change_rules.by", "billing_details_editors"},
		// changes and pauses start on their own
		"plans.EffectiveTiming": {"change_rules.effective", "pause.effective"},
		"plans.Kind":            {"billing.taxes.kinds", "billing.refunds.kinds", "catalog.coupons.discount.kinds"},
		"plans.Scope":           {"billing.taxes", "billing.refunds", "catalog.coupons.discount"},
		"credits.RefundAs":      {"billing.refunds.as", "pause.unused"}, // after an end, after a pause
		"proration.RoundingMode": {
			// the law of a country may round its tax up, and a raised price has a precision of its own
			"billing.proration.rounding.mode", "billing.tax_rounding_mode", "catalog.plans.uplift.rounding.mode",
		},
		"proration.Rounding":  {"billing.proration.rounding", "catalog.plans.uplift.rounding"}, // of amounts, of prices
		"plans.BillingAnchor": {"payments.billing_anchor", "reactivation.billing_anchor"},      // after a late payment, after an end
		"proration.Extent": { // of charges, of credits; of all changes, of an action
			"billing.proration.charge", "billing.proration.credit", "change_rules.proration_settings.charge",
			"change_rules.proration_settings.credit",
		},
		"plans.ProrationBilling": {"change_rules.prorations", "prorations"}, // of an action, of all others
		"proration.DayBilling":   {"billing.proration.first_day", "billing.proration.last_day"},
		"lifecycle.FinalAction":  {"trial.without_payment_method", "renewal.without_payment_method", "dunning.final_action"},
		"proration.Interval": {
			"billing.refunds.within", "catalog.plans.interval", "catalog.plans.trial", "catalog.plans.offers.price.per",
			"catalog.plans.offers.price.billing_interval",
			"catalog.plans.offers.interval", "catalog.plans.setup_fees.price.per",
			"catalog.plans.setup_fees.price.billing_interval", "catalog.plans.uplift.every", "catalog.terms.length",
			"catalog.terms.notice", "catalog.coupons.discount.price.per",
			"catalog.coupons.discount.price.billing_interval",
			"catalog.coupons.discount.per", "first_payment_timeout", "if_paid_timeout", "renewal.lead", "renewal.usage_window", "renewal.review",
			"dunning.due_in", "dunning.grace", "dunning.retries", "dunning.result_timeout", "reminders.before", "invoice_retention",
		},
	}
	got := map[string][]string{}
	var visit func(of reflect.Type, path string)
	visit = func(of reflect.Type, path string) {
		if strings.Contains(of.PkgPath(), "billingrules/billing") {
			got[of.String()] = append(got[of.String()], path)
		}
		switch of.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			visit(of.Elem(), path)
		case reflect.Map:
			visit(of.Key(), path+".key")
			visit(of.Elem(), path)
		case reflect.Struct:
			for i := range of.NumField() {
				field := of.Field(i)
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				switch {
				case field.Anonymous: // its JSON names are those of the struct around it
					visit(field.Type, path)
				case field.IsExported():
					visit(field.Type, strings.TrimPrefix(path+"."+name, "."))
				}
			}
		}
	}
	visit(reflect.TypeFor[lifecycle.Policy](), "")
	for name, paths := range got {
		if len(paths) > 1 && !slices.Equal(paths, different[name]) {
			t.Errorf("%s decides on %q: give the choice one owner, or list the paths as different choices", name, paths)
		}
	}
	for name, paths := range different {
		if !slices.Equal(paths, got[name]) {
			t.Errorf("%s is listed on %q, and a policy has it on %q", name, paths, got[name])
		}
	}
	for _, one := range []string{
		"proration.Policy", "proration.Allocation", "plans.ChangeRules", "plans.UnusedTrial", "lifecycle.Trial", "plans.Catalog",
	} {
		if len(got[one]) != 1 {
			t.Errorf("%s is on %q, want one path", one, got[one])
		}
	}
}
