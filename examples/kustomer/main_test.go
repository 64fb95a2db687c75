package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/examples/internal/goldentest"
)

func TestRun(t *testing.T) { goldentest.Check(t, run) }

// The file is read strictly: a field that means nothing is an error, and not a rule that is silently left out.
func TestRead(t *testing.T) {
	for _, text := range []string{``, `[]`, `{"policy":{"grase":"P3D"}}`, `{"rows":[{"events":[{"kind":"card_lost"}]}]}`, `{"rows":[{"seats":"ten"}]}`} {
		if v, err := answer.Read[vendor]([]byte(text)); err == nil {
			t.Errorf("read %s as %+v", text, v)
		}
	}
}

func TestPlayRefused(t *testing.T) {
	for name, edit := range map[string]func(*vendor){
		"a plan that is not in the catalogue":   func(v *vendor) { v.Rows[0].Plan = "free" },
		"a change to a plan that is not":        func(v *vendor) { v.Rows[3].Events[2].Plan = "free" },
		"an invoice that is not open":           func(v *vendor) { v.Rows[0].Events[1].Invoice = "K2-9" },
		"a policy that is not filled in":        func(v *vendor) { v.Policy.Billing.Basis = 0 },
		"a plan that offers nothing":            func(v *vendor) { v.Plans[0].Offers = nil },
		"a change to a plan without the seats":  func(v *vendor) { v.Plans[1].Offers[0].Item = "part-time" },
		"a change to a plan in euros":           func(v *vendor) { v.Plans[1].Offers[0].Currency = "EUR" },
		"a change to other periods":             func(v *vendor) { v.Rows[3].Events[2].Plan = "enterprise-annual" },
		"an interval that means nothing":        func(v *vendor) { v.Plans[0].Interval.Days = 3 },
		"events that are not in order of times": func(v *vendor) { v.Rows[0].Events[1].At = v.Rows[0].Events[0].At.AddDate(0, 0, -1) },
	} {
		v, err := answer.Read[vendor](data)
		if err != nil {
			t.Fatal(err)
		}
		edit(&v)
		failed := false
		for _, r := range v.Rows {
			failed = failed || v.play(&bytes.Buffer{}, r, time.UTC) != nil
		}
		if !failed {
			t.Errorf("%s is played", name)
		}
	}
}
