package lifecycle_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
)

// scenarioFile is a scenario of the program replay, without its documents.
type scenarioFile struct {
	Zone         string            `json:"zone"`
	Policy       json.RawMessage   `json:"policy"`
	Subscription json.RawMessage   `json:"subscription"`
	Entries      []json.RawMessage `json:"entries"`
}

// scenarioExpectation is the part of an expectation that this test compares.
type scenarioExpectation struct {
	Status      string          `json:"status"`
	Access      string          `json:"access"`
	Outstanding json.RawMessage `json:"outstanding"`
	Credit      json.RawMessage `json:"credit_balance"`
	Billed      json.RawMessage `json:"billed"`
	Refunded    json.RawMessage `json:"refunded"`
	Issued      *int            `json:"issued"`
	Refused     json.RawMessage `json:"refused"`
}

// life is the state of a scenario.
type life struct {
	policies    *lifecycle.Policies
	sub         lifecycle.Subscription
	receivables map[string]invoice.Receivable
	billed      decimal.Decimal
	refunded    decimal.Decimal
	issued      int
	refused     error
	n           int64
}

// take adds an outcome.
func (l *life) take(out lifecycle.Outcome) {
	l.sub = out.Subscription
	for _, inv := range out.Invoices {
		l.billed, l.issued = l.billed.Add(inv.Total), l.issued+1
	}
	for _, r := range out.Receivables {
		l.receivables[r.Invoice] = r
	}
	for _, e := range out.Effects {
		if e.Kind == lifecycle.Refund {
			l.refunded = l.refunded.Add(e.Amount)
		}
	}
}

// outstanding returns the unpaid amounts of the documents.
func (l *life) outstanding() (sum decimal.Decimal) {
	for _, r := range l.receivables {
		if r.Owing() {
			sum = sum.Add(r.Outstanding())
		}
	}
	return sum
}

var dateText = regexp.MustCompile(`^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?)?$`)

// zoned returns a JSON value with times of a zone for texts without an offset. The anchor of a cycle is a local time.
func zoned(v any, zone *time.Location) any {
	switch v := v.(type) {
	case map[string]any:
		for key, one := range v {
			if key != "anchor" && key != "refused" {
				v[key] = zoned(one, zone)
			}
		}
	case []any:
		for i := range v {
			v[i] = zoned(v[i], zone)
		}
	case string:
		if dateText.MatchString(v) {
			layout := "2006-01-02T15:04:05"[:min(len(v), 19)] // a fraction of a second may follow
			if t, err := time.ParseInLocation(layout, v, zone); err == nil {
				return t.Format(time.RFC3339Nano)
			}
		}
	}
	return v
}

// decodeZoned reads a JSON value whose times are read in a zone.
func decodeZoned(raw json.RawMessage, zone *time.Location, to any) error {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	text, err := json.Marshal(zoned(v, zone))
	if err == nil {
		err = json.Unmarshal(text, to)
	}
	return err
}

// policyOver reads a policy over Standard(). A list in the file replaces the standard one.
func policyOver(raw json.RawMessage, zone *time.Location) (lifecycle.Policy, error) {
	p := lifecycle.Standard()
	if len(raw) == 0 {
		return p, nil
	}
	if strings.Contains(string(raw), `"change_rules"`) {
		p.ChangeRules = nil
	}
	for name, list := range map[string]func(){
		"managers": func() { p.Managers = nil }, "billing_details_editors": func() { p.BillingDetailsEditors = nil },
		"refunds": func() { p.Billing.Refunds = nil },
	} {
		if strings.Contains(string(raw), `"`+name+`"`) {
			list()
		}
	}
	return p, decodeZoned(raw, zone, &p)
}

// sameAmount compares an amount with an expected one, which may be a range.
func sameAmount(want json.RawMessage, got decimal.Decimal) bool {
	var text string
	var span struct {
		Min decimal.Decimal `json:"min"`
		Max decimal.Decimal `json:"max"`
	}
	if json.Unmarshal(want, &text) == nil {
		amount, err := decimal.NewFromString(text)
		return err == nil && amount.Equal(got)
	}
	return json.Unmarshal(want, &span) == nil && !got.LessThan(span.Min) && !got.GreaterThan(span.Max)
}

// differences compares a life with an expectation.
func (l *life) differences(want *scenarioExpectation) (all []string) {
	differ := func(name string, got any) { all = append(all, fmt.Sprintf("%s is %v", name, got)) }
	if want.Status != "" && want.Status != l.sub.Status.String() {
		differ("status", l.sub.Status)
	}
	if access := l.policies.Access(l.sub); want.Access != "" && want.Access != access.String() {
		differ("access", access)
	}
	if want.Issued != nil && *want.Issued != l.issued {
		differ("issued", l.issued)
	}
	balance, err := credits.Balance(l.sub.Ledger, l.sub.Contract.Currency, l.sub.At)
	if err != nil && l.sub.Status != 0 {
		differ("balance", err)
	}
	for _, amount := range []struct {
		name string
		want json.RawMessage
		got  decimal.Decimal
	}{
		{"outstanding", want.Outstanding, l.outstanding()}, {"credit_balance", want.Credit, balance},
		{"billed", want.Billed, l.billed}, {"refunded", want.Refunded, l.refunded},
	} {
		if len(amount.want) > 0 && !sameAmount(amount.want, amount.got) {
			differ(amount.name, amount.got)
		}
	}
	var refused bool
	var reason string
	switch {
	case len(want.Refused) == 0:
	case json.Unmarshal(want.Refused, &refused) == nil && refused != (l.refused != nil):
		differ("refused", l.refused)
	case json.Unmarshal(want.Refused, &reason) == nil && (l.refused == nil || !strings.Contains(l.refused.Error(), reason)):
		differ("refused", l.refused)
	}
	return all
}

// Every scenario file of one policy without a catalog and one subscription comes to what it expects.
func TestScenarioFiles(t *testing.T) {
	files, err := filepath.Glob("../examples/replay/testdata/scenarios/*.json")
	if err != nil || len(files) < 300 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	ran := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var file scenarioFile
		if err := json.Unmarshal(text, &file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(file.Subscription) == 0 || strings.Contains(string(text), `"policies":`) || strings.Contains(string(text), `"known":`) ||
			strings.Contains(string(text), `"catalog":`) || strings.HasSuffix(name, "every-field.json") {
			continue
		}
		ran++
		t.Run(strings.TrimSuffix(filepath.Base(name), ".json"), func(t *testing.T) { runScenarioFile(t, &file) })
	}
	t.Logf("%d of %d files", ran, len(files))
}

// runScenarioFile runs a scenario.
func runScenarioFile(t *testing.T, file *scenarioFile) {
	t.Helper()
	zone := giventest.Zone(t, file.Zone)
	p, err := policyOver(file.Policy, zone)
	if err != nil {
		t.Fatal(err)
	}
	l := life{receivables: map[string]invoice.Receivable{}}
	if l.policies, err = lifecycle.NewPolicies(p); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(file.Subscription), `"zone"`) {
		own := strings.Replace(string(file.Subscription), `"cycle": {`, `"cycle": {"zone": "`+file.Zone+`", `, 1)
		file.Subscription = json.RawMessage(own)
	}
	if err = decodeZoned(file.Subscription, zone, &l.sub); err != nil {
		t.Fatal(err)
	}
	l.sub.Contract.Cycle.Location = zone
	for i, raw := range file.Entries {
		var entry struct {
			lifecycle.Event
			Expect *scenarioExpectation `json:"expect"`
		}
		if err := decodeZoned(raw, zone, &entry); err != nil {
			t.Fatalf("entry %d: %v", i, err)
		}
		e := entry.Event
		if entry.Expect == nil {
			if l.n++; e.Sequence == 0 {
				e.Sequence = l.n
			}
			if inv := e.Payment.Invoice; e.Document == nil && inv != "" && e.Kind == lifecycle.BillingDetailsChanged {
				return // the program adds the document
			}
			var out lifecycle.Outcome
			if out, l.refused = lifecycle.Apply(l.policies, l.sub, e); l.refused == nil {
				l.take(out)
			}
			continue
		}
		if out, err := lifecycle.Advance(l.policies, l.sub, e.At); err == nil {
			l.take(out)
		} else if l.sub.Status != 0 {
			t.Fatalf("entry %d: %v", i, err)
		}
		if all := l.differences(entry.Expect); all != nil {
			t.Fatalf("entry %d, %s: %s; the last event: %v", i, raw, strings.Join(all, "; "), l.refused)
		}
	}
}
