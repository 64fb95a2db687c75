package lifecycle_test

import (
	"encoding"
	"encoding/json"
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestPolicyValidate(t *testing.T) {
	long := proration.Interval{Months: 1 << 40}
	day := giventest.Interval("P1D")
	for _, row := range []struct {
		name, why string
		given     func(*lifecycle.Policy)
		want      []string
	}{
		{"the standard policy", "law 13: callers start from a complete policy", func(*lifecycle.Policy) {}, nil},
		{"no grace", "row M17: the grace is data, and can be zero", func(p *lifecycle.Policy) { p.Dunning.Grace = proration.Interval{} }, nil},
		{"grace in hours", "row K11", func(p *lifecycle.Policy) { p.Dunning.Grace = giventest.Interval("PT72H") }, nil},
		{"no credit basis", "law 13: it decides money", func(p *lifecycle.Policy) { p.Billing.CreditBasis = 0 }, []string{"billing.credit_basis unset"}},
		{"no change rules", "they decide who can change what", func(p *lifecycle.Policy) { p.ChangeRules = nil }, []string{"change_rules unset"}},
		{"a rule without an action", "", func(p *lifecycle.Policy) { p.ChangeRules[0].Action = 0 }, []string{"change_rules[0].action unset"}},
		{"an empty catalog", "", func(p *lifecycle.Policy) { p.Catalog = &plans.Catalog{} }, []string{"catalog.plans unset", "catalog.markets unset"}},
		{"change rules beside a catalog", "the catalog says what is sold, and the rules who may change it", func(p *lifecycle.Policy) { p.Catalog = helpDesk().Catalog }, nil},
		{"no change rules beside a catalog", "they decide who can change what", func(p *lifecycle.Policy) { p.ChangeRules, p.Catalog = nil, helpDesk().Catalog }, []string{"change_rules unset"}},
		{"a fault of a change rule beside a catalog", "", func(p *lifecycle.Policy) { p.ChangeRules[2].Effective, p.Catalog = 0, helpDesk().Catalog }, []string{"change_rules[2].effective unset"}},
		{"no proration billing", "law 13", func(p *lifecycle.Policy) { p.Prorations = 0 }, []string{"prorations unset"}},
		{"an unknown proration billing", "law 14", func(p *lifecycle.Policy) { p.Prorations = 9 }, []string{"prorations invalid"}},
		{"a trial without a final action", "law 13: it decides access", func(p *lifecycle.Policy) { p.Trial.WithoutPaymentMethod = 0 }, []string{"trial.without_payment_method unset"}},
		{"a trial without a setting for its unused days", "law 13: it decides the length of the first period", func(p *lifecycle.Policy) { p.Trial.UnusedTrial = 0 }, []string{"trial.unused_trial unset"}},
		{"a trial with unknown settings", "law 14", func(p *lifecycle.Policy) {
			p.Trial = lifecycle.Trial{UnusedTrial: 9, OnPlanChange: 9, WithoutPaymentMethod: 9}
		}, []string{"trial.unused_trial invalid", "trial.on_plan_change invalid", "trial.without_payment_method invalid"}},
		{"no settings for a trial", "a contract can have a trial under every policy", func(p *lifecycle.Policy) { p.Trial = lifecycle.Trial{} }, []string{"trial.unused_trial unset", "trial.on_plan_change unset", "trial.without_payment_method unset"}},
		{"an unknown final action", "", func(p *lifecycle.Policy) { p.Renewal.WithoutPaymentMethod = 9 }, []string{"renewal.without_payment_method invalid"}},
		{"no final action", "row K1: what happens without a payment method", func(p *lifecycle.Policy) { p.Renewal.WithoutPaymentMethod = 0 }, []string{"renewal.without_payment_method unset"}},
		{"a first payment timeout over the limit", "", func(p *lifecycle.Policy) { p.FirstPaymentTimeout = long }, []string{"first_payment_timeout limit"}},
		{"a negative lead", "", func(p *lifecycle.Policy) { p.Renewal.Lead = proration.Interval{Days: -3} }, []string{"renewal.lead invalid"}},
		{"a negative due date", "", func(p *lifecycle.Policy) { p.Dunning.DueIn = proration.Interval{Days: -3} }, []string{"dunning.due_in invalid"}},
		{"a grace of months and days", "a month and three days is no single length", func(p *lifecycle.Policy) { p.Dunning.Grace = proration.Interval{Months: 1, Days: 3} }, []string{"dunning.grace invalid"}},
		{"no treatment of open invoices", "", func(p *lifecycle.Policy) { p.Dunning.OpenInvoice = 0 }, []string{"dunning.open_invoice unset"}},
		{"no final action of dunning", "", func(p *lifecycle.Policy) { p.Dunning.FinalAction = 0 }, []string{"dunning.final_action unset"}},
		{"a pause as the final action of dunning", "", func(p *lifecycle.Policy) { p.Dunning.FinalAction = lifecycle.FinalPause }, nil},
		{"a retry without an interval", "", func(p *lifecycle.Policy) { p.Dunning.Retries = []proration.Interval{day, {}} }, []string{"dunning.retries[1] unset"}},
		{"a negative retry", "", func(p *lifecycle.Policy) { p.Dunning.Retries = []proration.Interval{{Days: -1}} }, []string{"dunning.retries[0] invalid"}},
		{"a retry at the end of the grace", "row M17: at that instant it is made", retries("P4D", "P3D"), nil},
		{"a retry after the grace", "service is suspended by then", retries("P4D", "P4D", "P1D"), []string{"dunning.retries[1] outside"}},
		{"a retry a second after the grace", "", retries("PT168H", "PT1S"), []string{"dunning.retries[1] outside"}},
		{"a retry after two months and a grace of a month", "", func(p *lifecycle.Policy) {
			p.Dunning.Grace, p.Dunning.Retries = proration.Interval{Months: 1}, []proration.Interval{{Months: 2}}
		}, []string{"dunning.retries[0] outside"}},
		{"a retry after 30 days and a grace of a month", "a month can have 31 days", func(p *lifecycle.Policy) {
			p.Dunning.Grace, p.Dunning.Retries = proration.Interval{Months: 1}, []proration.Interval{{Days: 30}}
		}, nil},
		{"retries until the start of service", "row M17: an advance invoice is tried before it", func(p *lifecycle.Policy) {
			retries("P1D", "P1D", "P1D")(p)
			p.Renewal.Lead, p.Dunning.Grace = giventest.Interval("P3D"), proration.Interval{}
		}, nil},
		{"a retry after the start of service without a grace", "", func(p *lifecycle.Policy) {
			retries("P1D", "P1D", "P1D", "P1D")(p)
			p.Renewal.Lead, p.Dunning.Grace = giventest.Interval("P3D"), proration.Interval{}
		}, []string{"dunning.retries[3] outside"}},
		{"a lead that arrears do not have", "an invoice in arrears is never issued before its period ends", func(p *lifecycle.Policy) {
			retries("P8D")(p)
			p.Renewal.Lead, p.Billing.Timing = giventest.Interval("P3D"), proration.InArrears
		}, []string{"dunning.retries[0] outside"}},
		{"a late retry where service continues", "it is made", func(p *lifecycle.Policy) {
			retries("P8D")(p)
			p.Dunning.FinalAction = lifecycle.FinalContinue
		}, nil},
		{"too many retries", "law 14", func(p *lifecycle.Policy) { p.Dunning.Retries = make([]proration.Interval, 101) }, []string{"dunning.retries limit"}},
		{"a pause at the end of the term", "", func(p *lifecycle.Policy) { p.Pause.Effective = plans.AtTermEnd }, []string{"pause.effective invalid"}},
		{"an immediate pause without a rule for unused parts", "it decides about the unused part of paid charges", func(p *lifecycle.Policy) { p.Pause.Effective = plans.Immediately }, []string{"pause.unused invalid"}},
		{"a pause with a refund", "", func(p *lifecycle.Policy) {
			p.Pause = lifecycle.Pause{Effective: plans.Immediately, Unused: credits.AsRefund}
		}, []string{"pause.unused invalid"}},
		{"no pauses", "", func(p *lifecycle.Policy) { p.Pause = lifecycle.Pause{} }, nil},
		{"no billing anchor", "", func(p *lifecycle.Policy) { p.Reactivation.BillingAnchor = 0 }, []string{"reactivation.billing_anchor unset"}},
		{"an unknown billing anchor", "", func(p *lifecycle.Policy) { p.Reactivation.BillingAnchor = 9 }, []string{"reactivation.billing_anchor invalid"}},
		{"a reminder of an event without a date", "", func(p *lifecycle.Policy) {
			p.Reminders = []lifecycle.Reminder{{Of: lifecycle.NoticeRenewal, Before: day}, {Of: lifecycle.NoticePaymentFailed, Before: day}, {Of: lifecycle.NoticeEnd}, {Before: day}}
		}, []string{"reminders[1].of invalid", "reminders[2].before unset", "reminders[3].of invalid"}},
		{"too many reminders", "", func(p *lifecycle.Policy) { p.Reminders = make([]lifecycle.Reminder, 101) }, []string{"reminders limit"}},
		{"a status without access", "law 13: it decides access", func(p *lifecycle.Policy) { delete(p.AccessByStatus, lifecycle.Paused) }, []string{"access_by_status.paused unset"}},
		{"an unknown access", "", func(p *lifecycle.Policy) { p.AccessByStatus[lifecycle.Paused] = 9 }, []string{"access_by_status.paused invalid"}},
		{"no access to billing", "law 9: billing managers can always reach billing", func(p *lifecycle.Policy) { p.AccessByStatus[lifecycle.Expired] = lifecycle.None }, []string{"access_by_status.expired invalid"}},
		{"an unknown status", "", func(p *lifecycle.Policy) { p.AccessByStatus[77] = lifecycle.Full }, []string{"access_by_status invalid"}},
		{"no managers", "rows K6, M20", func(p *lifecycle.Policy) { p.Managers = nil }, []string{"managers unset"}},
		{"a manager without a role", "rows K6, M20", func(p *lifecycle.Policy) { p.Managers[1].Role = "" }, []string{"managers[1].role unset"}},
		{"no editors of billing details", "row M12", func(p *lifecycle.Policy) { p.BillingDetailsEditors = nil }, []string{"billing_details_editors unset"}},
		{"an unknown editor of billing details", "row M12", func(p *lifecycle.Policy) { p.BillingDetailsEditors = []plans.Actor{plans.Support, 9} }, []string{"billing_details_editors[1] invalid"}},
		{"no retention", "", func(p *lifecycle.Policy) { p.InvoiceRetention = proration.Interval{} }, []string{"invoice_retention unset"}},
		{"a retention over the limit", "", func(p *lifecycle.Policy) { p.InvoiceRetention = long }, []string{"invoice_retention limit"}},
		{"an empty policy", "law 14: all faults at once, in a stable order", func(p *lifecycle.Policy) { *p = lifecycle.Policy{} }, []string{
			"billing.proration.day_count unset", "billing.proration.first_day unset", "billing.proration.last_day unset", "billing.proration.change_day unset", "billing.proration.rounding.mode unset", "billing.credit_basis unset", "billing.timing unset",
			"billing.allocation unset", "billing.tax_rounding_level unset", "billing.tax_rounding_mode unset", "change_rules unset", "changes_while_canceling unset", "changes_before_ramp unset", "prorations unset", "trial.unused_trial unset", "trial.on_plan_change unset", "trial.without_payment_method unset", "if_paid_timeout unset", "renewal.without_payment_method unset", "dunning.final_action unset", "dunning.open_invoice unset", "dunning.result_timeout unset", "payments.overpayment unset", "payments.late_payment unset", "payments.billing_anchor unset", "reactivation.billing_anchor unset",
			"access_by_status.pending_start unset", "access_by_status.incomplete unset", "access_by_status.trialing unset", "access_by_status.active unset", "access_by_status.past_due unset", "access_by_status.suspended unset",
			"access_by_status.paused unset", "access_by_status.canceled unset", "access_by_status.expired unset", "managers unset", "billing_details_editors unset", "invoice_retention unset",
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := lifecycle.Standard()
			row.given(&p)
			if !giventest.CheckFaults(t, p.Validate(), row.want...) {
				if _, err := advanceWith(p, acme(), date(11, 1)); err == nil {
					t.Errorf("%s: Advance accepts the policy", row.why)
				}
				if _, ok := nextWith(p, inService(lifecycle.Standard())); ok {
					t.Errorf("%s: Next accepts the policy", row.why)
				}
				return
			}
			giventest.CheckRoundTrip(t, p)
		})
	}
}

// A policy is data: it survives a round trip through JSON.
func TestPolicyJSON(t *testing.T) {
	for _, p := range []lifecycle.Policy{lifecycle.Standard(), helpDesk(withTrial, withPause), salesTool()} {
		if err := p.Validate(); err != nil {
			t.Error(err)
		}
		if err := giventest.CheckRoundTrip(t, p).Validate(); err != nil {
			t.Error(err)
		}
	}
	for _, text := range []string{
		`{"dunning":{"grace":"P1M3D"}}`, `{"dunning":{"final_action":"delete"}}`, `{"prorations":1}`, `{"reactivation":{"billing_anchor":"old"}}`, `{"access_by_status":{"gone":"full"}}`, `{"access_by_status":{"active":"most"}}`,
		`{"reminders":[{"of":"birthday"}]}`, `{"billing_details_editors":["boss"]}`, `[]`,
	} {
		var p lifecycle.Policy
		if err := json.Unmarshal([]byte(text), &p); err == nil {
			t.Errorf("read %s as %+v", text, p)
		}
	}
}

// retries returns an edit that sets the retries.
func retries(waits ...string) func(*lifecycle.Policy) {
	return func(p *lifecycle.Policy) {
		for _, wait := range waits {
			p.Dunning.Retries = append(p.Dunning.Retries, giventest.Interval(wait))
		}
	}
}

// Every enum reads and writes its names, and no others.
func TestVocabularies(t *testing.T) {
	type word interface {
		encoding.TextMarshaler
		String() string
	}
	for _, row := range []struct {
		name string
		at   func(int) word
		read func(string) error
		want int // the number of values
	}{
		{"access", func(i int) word { return lifecycle.Access(i) }, func(s string) error { return new(lifecycle.Access).UnmarshalText([]byte(s)) }, 4},
		{"status", func(i int) word { return lifecycle.Status(i) }, func(s string) error { return new(lifecycle.Status).UnmarshalText([]byte(s)) }, 9},
		{"event", func(i int) word { return lifecycle.EventKind(i) }, func(s string) error { return new(lifecycle.EventKind).UnmarshalText([]byte(s)) }, 38},
		{"deadline", func(i int) word { return lifecycle.DeadlineKind(i) }, func(s string) error { return new(lifecycle.DeadlineKind).UnmarshalText([]byte(s)) }, 22},
		{"paused invoices", func(i int) word { return lifecycle.PausedInvoices(i) }, func(s string) error { return new(lifecycle.PausedInvoices).UnmarshalText([]byte(s)) }, 2},
		{"while canceling", func(i int) word { return lifecycle.WhileCanceling(i) }, func(s string) error { return new(lifecycle.WhileCanceling).UnmarshalText([]byte(s)) }, 3},
		{"effect", func(i int) word { return lifecycle.EffectKind(i) }, func(s string) error { return new(lifecycle.EffectKind).UnmarshalText([]byte(s)) }, 5},
		{"notice", func(i int) word { return lifecycle.NoticeKind(i) }, func(s string) error { return new(lifecycle.NoticeKind).UnmarshalText([]byte(s)) }, 10},
		{"open invoice", func(i int) word { return lifecycle.OpenInvoice(i) }, func(s string) error { return new(lifecycle.OpenInvoice).UnmarshalText([]byte(s)) }, 3},
		{"final action", func(i int) word { return lifecycle.FinalAction(i) }, func(s string) error { return new(lifecycle.FinalAction).UnmarshalText([]byte(s)) }, 4},
		{"overpayment", func(i int) word { return lifecycle.Overpayment(i) }, func(s string) error { return new(lifecycle.Overpayment).UnmarshalText([]byte(s)) }, 2},
		{"late payment", func(i int) word { return lifecycle.LatePayment(i) }, func(s string) error { return new(lifecycle.LatePayment).UnmarshalText([]byte(s)) }, 2},
		{"trial handling", func(i int) word { return lifecycle.TrialHandling(i) }, func(s string) error { return new(lifecycle.TrialHandling).UnmarshalText([]byte(s)) }, 2},
		{"prorations", func(i int) word { return plans.ProrationBilling(i) }, func(s string) error { return new(plans.ProrationBilling).UnmarshalText([]byte(s)) }, 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			seen := map[string]bool{}
			for i := 1; i <= row.want; i++ {
				text, err := row.at(i).MarshalText()
				if err != nil || string(text) != row.at(i).String() || seen[string(text)] || row.read(string(text)) != nil {
					t.Errorf("%d is %q, %q, %v", i, text, row.at(i), err)
				}
				seen[string(text)] = true
			}
			if _, err := row.at(row.want + 1).MarshalText(); err == nil {
				t.Errorf("%d is written as %q", row.want+1, row.at(row.want+1))
			}
			if row.read("nonsense") == nil {
				t.Error("nonsense is read")
			}
		})
	}
}

// Events of every kind of value, and outcomes, survive a round trip through JSON. Every scenario checks it for
// subscriptions.
func TestEventJSON(t *testing.T) {
	p := helpDesk()
	sub := ordered(t, p, "growth", "", instantIn(t, "America/New_York", "2026-11-01"))
	for i, text := range []string{
		"started card notrial", "paid s-1", "seats +2", "seats -1", "plan scale", "price 80.00", "dates 2026-12-16", "extend P12M", "shorten 2027-01-01", "pause until 2026-12-01",
		"cancel on 2026-12-01", "cancel at_period_end by support", "taxes VAT 20", "details Acme US", "usage calls 10 0.05", "grant 50.00", "refunded s-1 10.00 because outage",
		"failed s-1 hard", "plan growth using 3 contacts",
	} {
		e := parseEvent(text, sub.Contract.Cycle.Location)
		e.At, e.Sequence = instantIn(t, "America/New_York", "2026-11-01"), int64(i+1)
		e.Exception = &credits.Exception{Give: credits.InFull, As: credits.AsRefund, Reason: "the law"}
		giventest.CheckRoundTrip(t, e)
	}
	out, err := applyText(p, sub, "2026-11-01 started card")
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckRoundTrip(t, out)
	if out, err = applyText(p, out.Subscription, "2026-11-20 failed s-1"); err != nil {
		t.Fatal(err)
	}
	giventest.CheckRoundTrip(t, out)
}

// Law 15: an event is not modified, so that the caller can apply it again.
func TestEventIsNotModified(t *testing.T) {
	p := advancePolicy()
	p.BillingDetailsEditors = []plans.Actor{plans.Customer}
	started, err := applyWith(p, tenSeatsFromJanuary(), lifecycle.Event{Sequence: 1, At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card"})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []lifecycle.Event{
		{Kind: lifecycle.UsageRecorded, Charges: []plans.Charge{{Item: "call", Net: giventest.Money("1.00")}}},
		{Kind: lifecycle.BillingDetailsChanged, Contact: invoice.Contact{Name: "Acme", Address: []string{"1 Main Street"}}},
		{Kind: lifecycle.TaxesChanged, Taxes: []invoice.TaxRate{{Name: "VAT", Percent: giventest.Money("20")}}},
	} {
		e.Sequence, e.At = 2, utc("2026-01-02")
		before := giventest.JSON(t, e)
		if _, err := applyWith(p, started.Subscription, e); err != nil {
			t.Fatalf("%v: %v", e.Kind, err)
		}
		if after := giventest.JSON(t, e); after != before {
			t.Errorf("%v: the event was\n%s, is\n%s", e.Kind, before, after)
		}
	}
}
