package main

import (
	"bytes"
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/examples/internal/goldentest"
	"github.com/billingrules/billing/examples/internal/rowtest"
	"github.com/billingrules/billing/examples/policies/vendors"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// rows are all rules of the vendor.
var rows = []string{
	"M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8", "M9", "M10", "M11", "M12", "M13", "M14", "M15", "M16", "M17", "M18", "M19", "M20",
}

func TestOutputMatchesTheGoldenFile(t *testing.T) { goldentest.Check(t, run) }

func TestRowsAreAnswered(t *testing.T) { rowtest.Answered(t, rows, run) }

func TestRowsAreTestedInTheLibrary(t *testing.T) { rowtest.Tested(t, rows, "../../lifecycle") }

// The file is read strictly: a field that means nothing is an error, and not an answer that is silently another one.
func TestUnknownFieldsAndValuesAreErrors(t *testing.T) {
	for _, text := range []string{
		``, `[]`, `{"catalog":{}}`, `{"rows":[{"asks":[{"change":{"quantity":"two"}}]}]}`, `{"rows":[{"asks":[{"by":"thief"}]}]}`,
		`{"rows":[{"lives":[{"events":[{"kind":"stolen"}]}]}]}`,
	} {
		if f, err := answer.Read[file]([]byte(text)); err == nil {
			t.Errorf("read %s as %+v", text, f)
		}
	}
}

// What makes no sense is an error of the program, and not printed as an answer.
func TestInvalidInputIsAnError(t *testing.T) {
	for name, edit := range map[string]func(*both){
		"a country without a zone":          func(v *both) { v.Zones["US"] = "Mars/Olympus" },
		"a plan that is not in the catalog": func(v *both) { v.Catalog.Plans[2].ID = "gone" },
		"a term that is not on offer":       func(v *both) { v.Catalog.Terms[2].Length = proration.Interval{Months: 18} },
		"a policy that is not filled in":    func(v *both) { v.Billing.Proration.DayCount = 0 },
		"charges without a rule for refunds": func(v *both) {
			v.Billing.Refunds = []credits.RefundRule{{Scope: plans.Scope{Items: []string{"token"}}, As: credits.AsNothing}}
		},
		"an ask for nothing":                      func(v *both) { v.row("M2").Asks[0].Order = nil },
		"a change before the contract":            func(v *both) { at := &v.row("M6").Asks[1].At; *at = at.AddDate(-1, 0, 0) },
		"an exception without a reason":           func(v *both) { v.row("M10").Asks[2].Refund.Exception.Reason = "" },
		"an order without an item":                func(v *both) { v.row("M2").Asks[0].Order.Items = nil },
		"usage that is below nothing":             func(v *both) { u := &v.row("M16").Asks[1].Usage[0]; u.Used = u.Used.Neg() },
		"a plan that lacks what was bought":       func(v *both) { v.Catalog.Plans[2].Offers[0].Item = "robot" },
		"an actor who does not exist":             func(v *both) { v.row("M14").Asks[1].By = 0 },
		"a rule that does not say when":           func(v *both) { v.ChangeRules[0].Effective = 0 },
		"a market without a currency":             func(v *both) { v.Catalog.Markets[0].Currency = "" },
		"a trial that does not say what is left":  func(v *both) { v.Trial.UnusedTrial = 0 },
		"a method that nobody may choose":         func(v *both) { v.Catalog.Markets[1].PaymentMethods[0].By = []plans.Actor{9} },
		"a discount above the price of the terms": func(v *both) { p := &v.Catalog.Terms[3].Percent; *p = p.Shift(2) },
	} {
		f, err := answer.Read[file](data)
		if err != nil {
			t.Fatal(err)
		}
		policy, err := vendors.Policy("kommo")
		if err != nil {
			t.Fatal(err)
		}
		edit(&both{&f, &policy})
		failed := false
		for _, r := range f.Rows {
			v := vendor{answer.Vendor{Policy: policy, Zones: f.Zones}}
			failed = failed || v.answer(&bytes.Buffer{}, r) != nil
		}
		if !failed {
			t.Errorf("%s is answered", name)
		}
	}
}

// both are the file and the policy that it is answered by.
type both struct {
	*file
	*lifecycle.Policy
}

// row returns a row of the file.
func (b *both) row(name string) *row {
	for i := range b.Rows {
		if b.Rows[i].Row.Row == name {
			return &b.Rows[i]
		}
	}
	panic("no row " + name)
}
