package lifecycle_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// Law 13: a policy file is read over the standard policy.
func TestPolicyFileMergesObjectsAndReplacesLists(t *testing.T) {
	read := func(text string) lifecycle.Policy {
		t.Helper()
		p := lifecycle.Standard()
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return p
	}
	same := func(why string, got, want any) {
		t.Helper()
		if g, w := giventest.JSON(t, got), giventest.JSON(t, want); g != w {
			t.Errorf("%s: got %s, want %s", why, g, w)
		}
	}
	standard := lifecycle.Standard()
	same("an empty file changes nothing", read(`{}`), standard)

	p := read(`{"dunning": {"final_action": "cancel"}, "access_by_status": {"paused": "full"}}`)
	same("an object keeps what the file leaves out", p.Dunning.Grace, standard.Dunning.Grace)
	same("a map keeps the other keys", len(p.AccessByStatus), len(standard.AccessByStatus))
	same("a map takes the key of the file", p.AccessByStatus[lifecycle.Paused], lifecycle.Full)
	same("the policy read over keeps its value", lifecycle.Standard().AccessByStatus[lifecycle.Paused], lifecycle.BillingOnly)

	p = read(`{"change_rules": [{"action": "cancel"}], "managers": [{"role": "buyer", "selected": true}]}`)
	same("a list replaces the standard one", len(p.ChangeRules), 1)
	same("its elements inherit nothing", p.ChangeRules[0], plans.ChangeRule{Action: plans.Cancel})
	same("a list has the elements of the file", p.Managers, []lifecycle.Role{{Role: "buyer", Selected: true}})
	same("an empty list is a list", len(read(`{"managers": []}`).Managers), 0)

	p = read(`{"billing_details_editors": ["support"]}`)
	same("no other list changes with it", p.ChangeRules, standard.ChangeRules)

	p = read(`{"catalog": {"plans": [], "markets": []}}`)
	same("a catalog leaves the change rules as they are", p.ChangeRules, standard.ChangeRules)
	p = read(`{"catalog": {"plans": [], "markets": []}, "change_rules": [{"action": "cancel"}]}`)
	same("a file with a catalog replaces the change rules", len(p.ChangeRules), 1)

	q := lifecycle.Standard()
	if err := json.Unmarshal([]byte(`{"renewals": {}}`), &q); err == nil || !strings.Contains(err.Error(), "renewals") {
		t.Errorf("an unknown field is read: %v", err)
	}
	same("a file with a fault changes nothing", q, standard)
}

// A file that omits a list of a policy keeps it, and a file that names it replaces it, at every depth.
func TestPolicyListsAreReplacedWhole(t *testing.T) {
	var full lifecycle.Policy
	full.Catalog = &plans.Catalog{}
	found := 0
	var visit func(v reflect.Value, path []string)
	visit = func(v reflect.Value, path []string) {
		if v.Kind() == reflect.Pointer && !v.IsNil() {
			v = v.Elem()
		}
		switch v.Kind() {
		case reflect.Slice:
			found++
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			text := `[]`
			for _, name := range slices.Backward(path) {
				text = `{"` + name + `":` + text + `}`
			}
			p := full
			catalog := *full.Catalog
			p.Catalog = &catalog
			if err := p.UnmarshalJSON([]byte(`{}`)); err != nil {
				t.Fatal(err)
			}
			if n := length(reflect.ValueOf(p), path); n != 1 {
				t.Errorf("%s: a file without it leaves %d elements, want 1", text, n)
			}
			if err := p.UnmarshalJSON([]byte(text)); err != nil {
				t.Fatal(err)
			}
			if n := length(reflect.ValueOf(p), path); n != 0 {
				t.Errorf("%s leaves %d elements", text, n)
			}
			v.SetZero()
		case reflect.Struct:
			for i := range v.NumField() {
				field := v.Type().Field(i)
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				switch {
				case !field.IsExported():
				case field.Anonymous && name == "":
					visit(v.Field(i), path)
				default:
					visit(v.Field(i), append(slices.Clone(path), name))
				}
			}
		}
	}
	visit(reflect.ValueOf(&full), nil)
	if found < 12 {
		t.Errorf("a policy has only %d lists", found)
	}
}

// length returns the number of elements of the list at a path of JSON names.
func length(v reflect.Value, path []string) int {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if len(path) == 0 {
		return v.Len()
	}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == path[0] {
			return length(v.Field(i), path[1:])
		}
		if field.Anonymous && name == "" {
			if n := length(v.Field(i), path); n >= 0 {
				return n
			}
		}
	}
	return -1
}

// Law 13: the lists of the standard policy share no memory.
func TestStandardSharesNoMemory(t *testing.T) {
	p, want := lifecycle.Standard(), lifecycle.Standard()
	p.BillingDetailsEditors[0] = 0
	p.ChangeRules[0].By[0] = 0
	if got := giventest.JSON(t, p.ChangeRules[1:]); got != giventest.JSON(t, want.ChangeRules[1:]) {
		t.Errorf("an edited list changed others: %s", got)
	}
	if p.BillingDetailsEditors[1] != want.BillingDetailsEditors[1] || p.ChangeRules[0].By[1] != want.ChangeRules[0].By[1] {
		t.Errorf("an edited element changed its neighbors: %v, %v", p.BillingDetailsEditors, p.ChangeRules[0].By)
	}
}
