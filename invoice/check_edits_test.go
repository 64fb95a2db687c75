package invoice_test

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/proration"
)

// editFields changes every field of a value in place, one by one, and calls try with its path while it is changed:
// numbers by a unit, instants by a day, an enum to the next value, a bool to the other, a text to another; list
// elements are removed, doubled and swapped.
func editFields(v reflect.Value, path string, try func(path string)) {
	was := reflect.New(v.Type()).Elem()
	was.Set(v)
	change := func(to any) {
		v.Set(reflect.ValueOf(to).Convert(v.Type()))
		try(path)
		v.Set(was)
	}
	switch x := v.Interface().(type) {
	case decimal.Decimal:
		change(x.Add(giventest.Money("0.01")))
		change(x.Sub(giventest.Money("0.01")))
		return
	case time.Time:
		if x.IsZero() {
			x = giventest.Instant("2026-11-15", nil)
		}
		change(x.AddDate(0, 0, 1))
		return
	case proration.Residual:
		if err := x.UnmarshalText([]byte("1/1000")); err != nil {
			panic(err)
		}
		change(x)
		return
	}
	switch v.Kind() {
	case reflect.String:
		change(v.String() + "x")
	case reflect.Bool:
		change(!v.Bool())
	case reflect.Int, reflect.Int32, reflect.Int64:
		change(v.Int() + 1)
		change(v.Int() - 1)
	case reflect.Uint8:
		change(v.Uint() + 1)
		change((v.Uint() + 255) % 256)
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
			try(path)
			v.Set(was)
			return
		}
		editFields(v.Elem(), path, try)
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			switch {
			case name == "-":
				continue
			case name == "" && field.Anonymous:
				editFields(v.Field(i), path, try) // its fields are those of the struct
				continue
			case name == "":
				name = field.Name
			}
			editFields(v.Field(i), strings.TrimPrefix(path+"."+name, "."), try)
		}
	case reflect.Slice:
		editElements(v, path, try)
	default:
		panic("no edit for type " + v.Type().String())
	}
}

// editElements removes, doubles and swaps the elements of a list, and edits each.
func editElements(v reflect.Value, path string, try func(path string)) {
	was := reflect.ValueOf(v.Interface())
	n := was.Len()
	change := func(how string, parts ...reflect.Value) {
		to := reflect.MakeSlice(v.Type(), 0, n+1)
		for _, part := range parts {
			to = reflect.AppendSlice(to, part)
		}
		v.Set(to)
		try(path + how)
		v.Set(was)
	}
	if n == 0 {
		change(" added", reflect.MakeSlice(v.Type(), 1, 1))
	}
	for i := range n {
		change(fmt.Sprintf("[%d] removed", i), was.Slice(0, i), was.Slice(i+1, n))
		change(fmt.Sprintf("[%d] doubled", i), was.Slice(0, i+1), was.Slice(i, n))
		if i > 0 {
			change(fmt.Sprintf("[%d] swapped", i), was.Slice(0, i-1), was.Slice(i, i+1), was.Slice(i-1, i), was.Slice(i+1, n))
		}
		editFields(v.Index(i), fmt.Sprintf("%s[%d]", path, i), try)
	}
}

// sealedOnly lists the fields that an editor who recomputes the seal can change alone, by path without indices
// where all are alike. Other laws catch every other edit.
var sealedOnly = []struct{ path, why string }{
	{`draft`, "a draft has the same amounts; its receivable waits for an event"},
	{`(contact|policy\.seller)\..*`, "it decides no amount"},
	{`lines\[\d\]\.taxes\[\d\]\.answered`, "the answer of a tax engine is the evidence, and is not computed again"},
	{`.*\.(plan|reason)`, "a text for people; the plan of a credit is the plan of its charge"},
	{`(issued_at|due_at|installments\[\d\]\.at)`, "an instant that no other field binds: the issue of a credit note, and the due dates"},
	{`corrects`, "the invoice of a credit note; its lines name the charges"},
	{`credit_balance`, "the other entries of the ledger are not on the invoice"},
	{`ledger_entries\[\d\](\.id| swapped)`, "the ledger knows which credit paid"},
	{`credited_charges\[\d\].*`, "billed charges are the evidence and are not recomputed; their own invoice has its own seal"},
	{`policy\.(timing|refunds.*|credit_basis|allocation|max_credit_percent|taxes.*|tax_rounding_level|tax_rounding_mode|proration\.(charge|credit|(first|last|change)_day|day_count|rounding\.places))`,
		"a choice that changes nothing here: the lines carry their taxes, and the other settings do not affect these amounts"},
	{`discounts\[\d\]\.(rollover|prorated|kinds\[\d\] (swapped|doubled))`, "the discount takes off the same amount"},
	{`lines\[1\]\.price\.(tiers\[0\]\.)?flat`, "both quantities cost the flat amount, and the difference is the same"},
	{`lines\[\d\]\.price\.(minimum|per\..*)`, "a minimum of a cent that the price exceeds anyway; Multiplier says how often its amounts are due"},
	{`lines\[\d\]\.price\.billing_interval\..*`, "the period of the line is the evidence of its length; the amount is for that period"},
	{`lines\[\d\]\.edges\..*`, "the policy treats the first, the last and any other day alike, and a whole period is whole"},
	{`lines\[\d\]\.priced_at`, "the line has no discount, and the tax of its net"},
	{`lines\[\d\]\.price\.metered`, "it decides whether the item stays in a contract, not an amount"},
	{`lines\[\d\]\.multiplier`, "zero and one both mean once"},
	{`lines\[[024]\]\.base_quantity`, "the charge adds to no base quantity, and costs the same beyond zero"},
	{`lines\[3\]\.(base_quantity|quantity|price\.(included|package))`, "a started package is billed in full"},
	{`lines\[[234]\]\.(item|kind)`, "the subject of the line; its discounts and taxes do not depend on it"},
	{`lines\[[23]\]\.(period|span)\..*`, "the line bills no time"},
	{`lines\[2\]\.quantity`, "the line has no price"},
	{`lines\[\d\]\.taxes\[\d\] swapped`, "both taxes have the same amount"},
	{`seal`, "the seal itself"},
}

// Every field of three invoices is changed, one by one: Check reports each change of the issued content, also of IDs
// and texts, since the seal covers all of it. If the editor recomputes the seal, another law reports the change, except
// for the listed fields.
func TestCheckReportsAnyEditedField(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	used := make([]int, len(sealedOnly))
	patterns := make([]*regexp.Regexp, len(sealedOnly))
	for i, only := range sealedOnly {
		patterns[i] = regexp.MustCompile("^" + only.path + "$")
	}
	edits := 0
	for k, inv := range exampleInvoices(t) {
		inv = clone.Deep(inv)
		editFields(reflect.ValueOf(&inv).Elem(), "", func(path string) {
			if k > 0 && (strings.HasPrefix(path, "credited_charges") || strings.HasPrefix(path, "policy") || strings.HasPrefix(path, "contact")) || !race.Takes(edits, 14) {
				edits++
				return
			}
			edits++
			faults := faultTexts(invoice.Check(inv))
			switch {
			case len(faults) == 0:
				t.Errorf("invoice %d: the change of %s is not reported", k, path)
			case len(faults) == 1 && faults[0] == "seal sealed":
				i := slices.IndexFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(path) })
				if i < 0 {
					t.Errorf("invoice %d: only the seal reports the change of %s", k, path)
					return
				}
				used[i]++
				forged, err := invoice.Reseal(inv)
				if err != nil {
					return // an invalid enum value is not written, and so not sealed
				}
				if err := invoice.Check(forged); err != nil {
					t.Errorf("invoice %d: %s changed and sealed again: %v", k, path, err)
				}
			}
		})
	}
	for i, n := range used {
		if n == 0 && !race.On {
			t.Errorf("%s needs no exception", sealedOnly[i].path)
		}
	}
	if edits < 2000 {
		t.Errorf("only %d edits", edits)
	}
}
