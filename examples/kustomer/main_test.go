package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/examples/internal/goldentest"
	"github.com/billingrules/billing/examples/internal/rowtest"
	"github.com/billingrules/billing/examples/policies/vendors"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// rows are all rules of the vendor.
var rows = []string{"K1", "K2", "K3a", "K3b", "K3c", "K4", "K5", "K6", "K7", "K8", "K9", "K10", "K11"}

func TestOutputMatchesTheGoldenFile(t *testing.T) { goldentest.Check(t, run) }

func TestRowsAreAnswered(t *testing.T) { rowtest.Answered(t, rows, run) }

func TestRowsAreTestedInTheLibrary(t *testing.T) { rowtest.Tested(t, rows, "../../lifecycle") }

// The file is read strictly: a field that means nothing is an error, and not an answer that is silently another one.
func TestUnknownFieldsAndValuesAreErrors(t *testing.T) {
	for _, text := range []string{``, `[]`, `{"policy":{}}`, `{"rows":[{"lives":[{"events":[{"kind":"card_lost"}]}]}]}`, `{"rows":[{"lives":[{"order":{"seats":"ten"}}]}]}`} {
		if f, err := answer.Read[file]([]byte(text)); err == nil {
			t.Errorf("read %s as %+v", text, f)
		}
	}
}

// What makes no sense is an error of the program, and not printed as an answer.
func TestInvalidInputIsAnError(t *testing.T) {
	for name, edit := range map[string]func(*file, *lifecycle.Policy){
		"a country without a zone":              func(f *file, _ *lifecycle.Policy) { f.Zones["US"] = "Mars/Olympus" },
		"an order without an item":              func(f *file, _ *lifecycle.Policy) { f.Rows[0].Lives[0].Order.Items = nil },
		"a policy that is not filled in":        func(_ *file, p *lifecycle.Policy) { p.Billing.CreditBasis = 0 },
		"a plan that offers nothing":            func(_ *file, p *lifecycle.Policy) { p.Catalog.Plans[0].Offers = nil },
		"events that are not in order of times": func(f *file, _ *lifecycle.Policy) { e := &f.Rows[0].Lives[0].Events[1]; e.At = e.At.AddDate(0, 0, -1) },
		"a payment of no invoice":               func(f *file, _ *lifecycle.Policy) { f.Rows[0].Lives[0].Events[1].Payment.Invoice = "" },
		"seats of no number":                    func(f *file, _ *lifecycle.Policy) { f.Rows[2].Lives[0].Events[2].Change = plans.Change{} },
		"a price list for a plan that is not":   func(f *file, _ *lifecycle.Policy) { f.Rows[4].Lives[0].Repriced.Plan = "gone" },
		"a price list without a date":           func(f *file, _ *lifecycle.Policy) { f.Rows[4].Lives[0].Repriced.From = time.Time{} },
	} {
		f, err := answer.Read[file](data)
		if err != nil {
			t.Fatal(err)
		}
		policy, err := vendors.Policy("kustomer")
		if err != nil {
			t.Fatal(err)
		}
		edit(&f, &policy)
		failed := false
		for _, r := range f.Rows {
			failed = failed || (answer.Vendor{Policy: policy, Zones: f.Zones}).Play(&bytes.Buffer{}, r) != nil
		}
		if !failed {
			t.Errorf("%s is answered", name)
		}
	}
}
