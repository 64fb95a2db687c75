package invoice_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestLines(t *testing.T) {
	charges := []plans.Charge{{Item: "seat", Net: giventest.Money("890")}, {Item: "phone", Net: giventest.Money("57")}}
	got := invoice.Lines(invoice.Recurring, charges...)
	if len(got) != 2 || got[0].Kind != invoice.Recurring || got[1].Kind != invoice.Recurring || got[0].Charge.Item != "seat" || got[1].Charge.Item != "phone" {
		t.Errorf("got %+v", got)
	}
	got[0].Charge.Item = "changed"
	if charges[0].Item != "seat" {
		t.Error("a line is its charge's own")
	}
	if got := invoice.Lines(invoice.Unused); len(got) != 0 {
		t.Errorf("no charges give %+v", got)
	}
}

func TestKindText(t *testing.T) {
	for kind, text := range map[invoice.Kind]string{0: "unset", invoice.Recurring: "recurring", invoice.Addition: "addition", invoice.Unused: "unused"} {
		var read invoice.Kind
		if got, err := kind.MarshalText(); err != nil || string(got) != text || kind.String() != text || read.UnmarshalText(got) != nil || read != kind {
			t.Errorf("%d is %q and %q, %v, and reads back as %v; want %q", kind, kind, got, err, read, text)
		}
	}
	if got := invoice.Kind(99).String(); got != "99" {
		t.Errorf("a kind without a name is %q", got)
	}
	if text, err := invoice.Kind(99).MarshalText(); !errors.Is(err, proration.ErrInvalid) {
		t.Errorf("a kind without a name is written as %q, %v", text, err)
	}
	kind := invoice.Unused
	giventest.CheckFaults(t, kind.UnmarshalText([]byte("refund")), "kind invalid")
	if kind != invoice.Unused {
		t.Errorf("after text that means nothing it is %v", kind)
	}
}

func TestLineJSON(t *testing.T) {
	var l invoice.Line
	for _, text := range []string{`{"kind":1}`, `{"kind":"refund"}`, `{"kind":"recurring","charge":[]}`, `{"charge":{"net":"1e10001"}}`, `[]`} {
		if err := json.Unmarshal([]byte(text), &l); err == nil {
			t.Errorf("read %s as %+v", text, l)
		}
	}
	// A half-filled line can be stored, and is refused when it is billed.
	if err := json.Unmarshal([]byte(`{"kind":"unset","charge":{}}`), &l); err != nil {
		t.Fatal(err)
	}
	_, err := invoice.Build(draft(l))
	giventest.CheckFaults(t, err, "lines[0].kind unset")
}
