package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/examples/internal/goldentest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestRun(t *testing.T) { goldentest.Check(t, run) }

// The file is read strictly: a field that means nothing is an error, and not a rule that is silently left out.
func TestRead(t *testing.T) {
	for _, text := range []string{
		``, `[]`, `{"catalogue":{}}`, `{"catalog":{"terms":[{"long":"P6M"}]}}`, `{"catalog":{"rules":[{"action":"steal"}]}}`,
		`{"refunds":[{"as":"cash"}]}`, `{"rows":[{"asks":[{"change":{"quantity":"two"}}]}]}`,
	} {
		if v, err := answer.Read[vendor]([]byte(text)); err == nil {
			t.Errorf("read %s as %+v", text, v)
		}
	}
}

// What makes no sense is an error of the program, and not printed as an answer.
func TestAnswerFails(t *testing.T) {
	for name, edit := range map[string]func(*vendor){
		"a country without a zone":                func(v *vendor) { v.Zones["US"] = "Mars/Olympus" },
		"a plan that is not in the catalogue":     func(v *vendor) { v.Catalog.Plans[2].ID = "gone" },
		"a term that is not on offer":             func(v *vendor) { v.Catalog.Terms[2].Length = proration.Interval{Months: 18} },
		"a policy that is not filled in":          func(v *vendor) { v.Catalog.Policy.DayCount = 0 },
		"charges without a rule for refunds":      func(v *vendor) { v.Refunds = []credits.Rule{{Items: []string{"token"}, As: credits.ToNothing}} },
		"an ask for nothing":                      func(v *vendor) { v.Rows[0].Asks[0].Order = nil },
		"a change before the contract":            func(v *vendor) { at := &v.row("M6").Asks[1].At; *at = at.AddDate(-1, 0, 0) },
		"an exception without a reason":           func(v *vendor) { v.row("M10").Asks[2].Refund.Exception.Reason = "" },
		"an order without an item":                func(v *vendor) { v.Rows[0].Asks[0].Order.Items = nil },
		"usage that is below nothing":             func(v *vendor) { u := &v.row("M16").Asks[1].Usage[0]; u.Amount = u.Amount.Neg() },
		"a plan that lacks what was bought":       func(v *vendor) { v.Catalog.Plans[2].Offers[0].Item = "robot" },
		"an actor who does not exist":             func(v *vendor) { v.row("M14").Asks[1].By = 0 },
		"a rule that does not say when":           func(v *vendor) { v.Catalog.Rules[0].When = 0 },
		"a market without a currency":             func(v *vendor) { v.Catalog.Markets[0].Currency = "" },
		"a trial that does not say what is left":  func(v *vendor) { v.Catalog.Trial.Leftover = 0 },
		"a method that nobody may choose":         func(v *vendor) { v.Catalog.Markets[1].Methods[0].By = []plans.Actor{9} },
		"a discount above the price of the terms": func(v *vendor) { p := &v.Catalog.Terms[3].Percent; *p = p.Shift(2) },
	} {
		v, err := answer.Read[vendor](data)
		if err != nil {
			t.Fatal(err)
		}
		edit(&v)
		failed := false
		for _, r := range v.Rows {
			failed = failed || v.answer(&bytes.Buffer{}, r) != nil
		}
		if !failed {
			t.Errorf("%s is answered", name)
		}
	}
}

// row returns a row of the file.
func (v *vendor) row(name string) *row {
	for i := range v.Rows {
		if v.Rows[i].Row == name {
			return &v.Rows[i]
		}
	}
	panic("no row " + name)
}

// A contract that was read from the file's rows runs on the calendar of its country.
func TestZones(t *testing.T) {
	v, err := answer.Read[vendor](data)
	if err != nil {
		t.Fatal(err)
	}
	for country, name := range v.Zones {
		if _, err := time.LoadLocation(name); err != nil {
			t.Errorf("%s: %v", country, err)
		}
	}
	for _, r := range v.Rows {
		if !strings.HasPrefix(r.Row, "M") || r.Question == "" || r.Rule == "" || len(r.Asks) == 0 {
			t.Errorf("row %q is not filled in", r.Row)
		}
	}
}
