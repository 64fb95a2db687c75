package plans_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// The names are stored: a changed name would make stored charges unreadable.
func TestKindNames(t *testing.T) {
	names := []string{"unset", "recurring", "proration_charge", "extension", "usage", "one_time", "shortfall", "termination_fee", "proration_credit", "refund"}
	for i, name := range names {
		kind := plans.Kind(i)
		text, err := kind.MarshalText()
		if err != nil || string(text) != name || kind.String() != name {
			t.Errorf("%d is %q, %s, %v, want %s", i, kind.String(), text, err, name)
		}
		read := plans.Kind(200)
		if err := read.UnmarshalText([]byte(name)); err != nil || read != kind {
			t.Errorf("%s is read as %v, %v", name, read, err)
		}
	}
	for kind, name := range map[plans.Kind]string{
		plans.Recurring: "recurring", plans.ProrationCharge: "proration_charge", plans.Extension: "extension", plans.Usage: "usage", plans.OneTime: "one_time",
		plans.Shortfall: "shortfall", plans.Termination: "termination_fee", plans.ProrationCredit: "proration_credit", plans.Refund: "refund",
	} {
		if kind.String() != name {
			t.Errorf("%s is named %s", name, kind)
		}
	}
}

func TestKindUnknown(t *testing.T) {
	for _, kind := range []plans.Kind{10, 11, 255} {
		if _, err := kind.MarshalText(); !errors.Is(err, proration.ErrInvalid) {
			t.Errorf("%v is written, %v", kind, err)
		}
		if _, err := json.Marshal(plans.Charge{Kind: kind}); err == nil {
			t.Errorf("a charge of kind %v is written", kind)
		}
	}
	if got := plans.Kind(10).String(); got != "10" {
		t.Errorf("an unknown kind is named %q", got)
	}
	for _, text := range []string{"", "Recurring", "recurring ", "subscription", "1"} {
		read := plans.Usage
		giventest.CheckFaults(t, read.UnmarshalText([]byte(text)), "kind invalid")
		if read != plans.Usage {
			t.Errorf("%q is read as %v", text, read)
		}
	}
}
