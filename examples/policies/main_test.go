package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/examples/internal/goldentest"
	"github.com/billingrules/billing/examples/policies/vendors"
	"github.com/billingrules/billing/lifecycle"
)

func TestOutputMatchesTheGoldenFile(t *testing.T) { goldentest.Check(t, run) }

// The file is read strictly.
func TestUnknownFieldsAndValuesAreErrors(t *testing.T) {
	for _, text := range []string{``, `[]`, `{"years":[]}`, `{"events":[{"kind":"moved"}]}`, `{"seats":"ten"}`, `{"plans":[{"id":"growth","cost":"1"}]}`} {
		if y, err := answer.Read[year]([]byte(text)); err == nil {
			t.Errorf("read %s as %+v", text, y)
		}
	}
}

// under replays an edited year.
func under(t *testing.T, name string, edit func(*year)) (column, error) {
	t.Helper()
	y, err := answer.Read[year](data)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := vendors.Policy(name)
	if err != nil {
		t.Fatal(err)
	}
	edit(&y)
	return y.under(name, policy, &y.Customers[0])
}

// What a policy does not allow is shown, and changes nothing.
func TestRefusedChangeIsShownAndChangesNothing(t *testing.T) {
	c, err := under(t, "kommo", func(y *year) { y.Events[3].By = 0 })
	if err != nil || len(c.refused) != 1 || c.sub.Contract.Plan != "scale" {
		t.Fatalf("got %v, %v on %s", c.refused, err, c.sub.Contract.Plan)
	}
	var out bytes.Buffer
	y, err := answer.Read[year](data)
	if err != nil {
		t.Fatal(err)
	}
	show(&out, &y, []column{c})
	for _, want := range []string{"  kommo, 2026-07-21 ", "Downgrades are handled by support.", "Write to support by chat."} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

// What makes no sense is an error under every policy, and not another column.
func TestInvalidYearIsAnErrorUnderEveryPolicy(t *testing.T) {
	for name, edit := range map[string]func(*year){
		"a zone that does not exist":            func(y *year) { y.Zone = "Mars/Olympus" },
		"a plan that does not exist":            func(y *year) { y.Events[2].Change.Plan.ID = "gone" },
		"an interval that means nothing":        func(y *year) { y.Plans[0].Interval.Days = -1 },
		"seats below nothing":                   func(y *year) { y.Seats = y.Seats.Neg() },
		"seats of no number":                    func(y *year) { y.Events[1].Change.Add[0].Quantity = y.Seats.Sub(y.Seats) },
		"events that are not in order of times": func(y *year) { y.Customers[0].Events, y.Events[1].At = nil, y.Events[0].At.AddDate(0, 0, -1) },
	} {
		for _, vendor := range vendors.Names() {
			if _, err := under(t, vendor, edit); err == nil {
				t.Errorf("%s is replayed under %s", name, vendor)
			}
		}
	}
}

// Every card that is charged says what came of it, so no invoice is charged twice, and what came in is what was due.
func TestInvoicesArePaidOnce(t *testing.T) {
	for _, vendor := range vendors.Names() {
		c, err := under(t, vendor, func(*year) {})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := c.notices[lifecycle.NoticePaymentFailed], c.declined; got != want {
			t.Errorf("%s: %d declines are told, and there were %d", vendor, got, want)
		}
		for _, inv := range c.invoices {
			if r := c.payments.Of(&inv); !r.Received().Equal(inv.AmountDue) || !r.Outstanding().IsZero() {
				t.Errorf("%s: %s was due with %v, and %v came in", vendor, inv.ID, inv.AmountDue, r.Received())
			}
		}
	}
}
