package jsonfault_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/examples/internal/jsonfault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// base is embedded in what is read.
type base struct {
	ID string `json:"id" jsonfault:"required"`
}

// order has a field of every sort.
type order struct {
	base
	Named    base                   `json:"named"`
	At       time.Time              `json:"at"`
	Amount   decimal.Decimal        `json:"amount"`
	Kind     plans.Kind             `json:"kind"`
	Every    *proration.Interval    `json:"every"`
	Items    []base                 `json:"items"`
	Prices   map[string]int         `json:"prices"`
	Kinds    map[plans.Kind]string  `json:"kinds"`
	Count    int8                   `json:"count"`
	Paid     bool                   `json:"paid"`
	Any      any                    `json:"any"`
	Raw      rawNumber              `json:"raw"`
	Default  int                    // has no tag
	Left     string                 `json:"-"`
	unseen   string                 //nolint:unused // it is not read
	Location *map[string]plans.Kind `json:"location"`
}

// rawNumber reads itself from JSON.
type rawNumber struct{ text string }

func (r *rawNumber) UnmarshalJSON(text []byte) error {
	if string(text) == "13" {
		return errors.New("there is no 13")
	}
	r.text = string(text)
	return nil
}

// days reads a date as nothing else does.
var days = jsonfault.Reading{
	Texts: jsonfault.Texts{reflect.TypeFor[time.Time](): func(text string) (any, error) { return time.Parse("02.01.2006", text) }},
	Reason: func(err error) string {
		var fault *proration.Error
		if errors.As(err, &fault) {
			return fault.Reason
		}
		return err.Error()
	},
}

// read returns a value, and its faults in one line each.
func read(t *testing.T, text string) (o order, faults []string) {
	t.Helper()
	file, all := jsonfault.Parse("f", []byte(text))
	all = append(all, file.Decode(&o, days)...)
	for _, f := range all {
		faults = append(faults, f.String())
	}
	return o, faults
}

func TestDecodeReadsEveryKindOfField(t *testing.T) {
	got, faults := read(t, `{"id": "a", "named": {"id": "b"}, "at": "16.11.2026", "amount": "89.00", "kind": "usage", "every": "P1M", "items": [{"id": "c"}, {"id": "d"}],
		"prices": {"x": 1, "y": 2}, "kinds": {"usage": "u"}, "count": -128, "paid": true, "raw": [1, {"x": 2}], "Default": 7, "location": null}`)
	if len(faults) > 0 {
		t.Fatalf("it has the faults %q", faults)
	}
	want := order{
		base: base{ID: "a"}, Named: base{ID: "b"}, At: time.Date(2026, time.November, 16, 0, 0, 0, 0, time.UTC), Amount: decimal.RequireFromString("89.00"),
		Kind: plans.Usage, Every: &proration.Interval{Months: 1}, Items: []base{{ID: "c"}, {ID: "d"}}, Prices: map[string]int{"x": 1, "y": 2},
		Kinds: map[plans.Kind]string{plans.Usage: "u"}, Count: -128, Paid: true, Raw: rawNumber{`[1, {"x": 2}]`}, Default: 7,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("it is read as %+v, want %+v", got, want)
	}
}

func TestDecodeReportsEveryFault(t *testing.T) {
	for _, c := range []struct {
		name string
		text string
		want []string
	}{
		{"several at once, in order", "{\"id\": 1,\n \"count\": \"2\",\n \"paid\": 0}", []string{
			`f:1:8: id: must be text; got a number, write "1"`, `f:2:11: count: must be a number; got text`,
			`f:3:10: paid: must be true or false; got a number`,
		}},
		{"a column counts characters", `{"id": "ää", "named": 1}`, []string{`f:1:23: named: must be an object; got a number`}},
		{"a field that must be there", `{"named": {}}`, []string{`f:1:1: id: required`, `f:1:11: named.id: required`}},
		{"one that is misspelled is not missing too", `{"named": {"i": "b"}, "Id": "a"}`, []string{
			`f:1:12: named.i: unknown field; did you mean "id"?`, `f:1:23: Id: unknown field; did you mean "id"?`,
		}},
		{"no hint at what is there", `{"id": "a", "idd": "a", "Left": "", "unseen": ""}`, []string{
			`f:1:13: idd: unknown field`, `f:1:25: Left: unknown field`, `f:1:37: unseen: unknown field`,
		}},
		{"a field twice", `{"id": "a", "id": "b"}`, []string{`f:1:13: id: appears twice`}},
		{"null", `{"id": null, "items": null, "prices": null, "named": null}`, []string{
			`f:1:8: id: must be text; got null`, `f:1:54: named: must be an object; got null`,
		}},
		{"an enum", `{"id": "a", "kind": "use"}`, []string{
			`f:1:21: kind: must be one of recurring, proration_charge, extension, usage, one_time, shortfall, termination_fee, proration_credit, refund; got "use"`,
		}},
		{"keys of a map", `{"id": "a", "kinds": {"usage": 1, "use": "u", "usage": "v"}, "prices": {"x": 1, "x": 2}}`, []string{
			`f:1:32: kinds.usage: must be text; got a number, write "1"`,
			`f:1:35: kinds.use: must be one of recurring, proration_charge, extension, usage, one_time, shortfall, termination_fee, proration_credit, refund; got "use"`,
			`f:1:47: kinds.usage: appears twice`, `f:1:81: prices.x: appears twice`,
		}},
		{"numbers", `{"id": "a", "count": 128, "Default": 1.5, "items": 3, "prices": [], "any": 1, "raw": 13}`, []string{
			`f:1:22: count: must be from -128 to 127; got 128`, `f:1:38: Default: must be a whole number; got 1.5`,
			`f:1:52: items: must be a list; got a number`, `f:1:65: prices: must be an object; got a list`,
			`f:1:76: any: must be absent; the Go type interface {} is not supported`, `f:1:86: raw: there is no 13`,
		}},
		{"text of types", `{"id": "a", "at": "2026-11-16", "every": "P1X"}`, []string{
			`f:1:19: at: parsing time "2026-11-16" as "02.01.2006": cannot parse "26-11-16" as "."`,
			`f:1:42: every: must be an ISO 8601 duration such as P1M or P30D; got "P1X"`,
		}},
		{"a name keeps to its line", `{"id": "a", "x\ny": 1}`, []string{"f:1:13: x\ufffdy: unknown field"}},
		{"the whole", `7`, []string{`f:1:1: must be an object; got a number`}},
	} {
		if _, got := read(t, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: the faults are\n%s\nand not\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// A type can be read field by field although it reads itself.
func TestPlainTypeIsDecodedFieldByField(t *testing.T) {
	var got struct {
		At selfish `json:"at"`
	}
	file, _ := jsonfault.Parse("f", []byte(`{"at": {"day": "16.11.2026", "dey": 1}}`))
	as := days
	as.Plain = []reflect.Type{reflect.TypeFor[selfish]()}
	faults := file.Decode(&got, as)
	if len(faults) != 1 || faults[0].Path != "at.dey" || got.At.Day.Day() != 16 {
		t.Errorf("it is read as %+v, with the faults %v", got, faults)
	}
}

// selfish has a way of its own to be read, which fails.
type selfish struct {
	Day time.Time `json:"day"`
}

func (*selfish) UnmarshalJSON([]byte) error { return errors.New("no") }

// defaults are values that a file is read over.
type defaults struct {
	Named  base            `json:"named"`
	Items  []base          `json:"items"`
	Prices map[string]int  `json:"prices"`
	Bases  map[string]base `json:"bases"`
	Inner  *order          `json:"inner"`
}

// A file is read over defaults without writing to their memory.
func TestDecodeMergesIntoDefaults(t *testing.T) {
	start := defaults{
		Named: base{ID: "a"}, Items: []base{{ID: "b"}, {ID: "c"}}, Prices: map[string]int{"x": 1, "y": 2}, Bases: map[string]base{"x": {ID: "d"}},
		Inner: &order{base: base{ID: "e"}, Count: 3},
	}
	before := start
	file, _ := jsonfault.Parse("f", []byte(`{"over": {"named": {"id": "z"}, "items": [{"id": "y"}], "prices": {"y": 3, "z": 4}, "inner": {"id": "x"}}, "null": {"items": null, "prices": null}}`))
	got := start
	if faults := file.DecodeAt("over", &got, days); len(faults) > 0 {
		t.Fatalf("it has the faults %v", faults)
	}
	want := defaults{
		Named: base{ID: "z"}, Items: []base{{ID: "y"}}, Prices: map[string]int{"x": 1, "y": 3, "z": 4}, Bases: before.Bases,
		Inner: &order{base: base{ID: "x"}, Count: 3},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("it is read as %+v, want %+v", got, want)
	}
	if start.Items[0].ID != "b" || len(start.Prices) != 2 || start.Prices["y"] != 2 || start.Inner.ID != "e" {
		t.Errorf("the defaults became %+v", start)
	}
	if faults := file.DecodeAt("null", &got, days); len(faults) > 0 || got.Items != nil || got.Prices != nil {
		t.Errorf("null leaves %+v, with the faults %v", got, faults)
	}
	if faults := file.DecodeAt("nothing", &got, days); len(faults) > 0 || got.Named.ID != "z" {
		t.Errorf("no field leaves %+v, with the faults %v", got, faults)
	}
}
