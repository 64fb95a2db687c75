package canon_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/canon"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// inner is embedded in outer, which has a field of every kind that the types of the library have.
type inner struct {
	Kind plans.Kind `json:"kind"`
}

type outer struct {
	inner
	Name     string             `json:"name"`
	Note     string             `json:"note,omitzero"`
	Yes      bool               `json:"yes,omitzero"`
	Count    int                `json:"count"`
	Long     int64              `json:"long,omitempty"`
	Places   int32              `json:"places"`
	Amount   decimal.Decimal    `json:"amount"`
	Quantity decimal.Decimal    `json:"quantity,omitzero"`
	At       time.Time          `json:"at"`
	Until    time.Time          `json:"until,omitzero"`
	Every    proration.Interval `json:"every,omitzero"`
	Priority *int               `json:"priority,omitzero"`
	Null     *int               `json:"null"`
	Items    []string           `json:"items"`
	Kinds    []plans.Kind       `json:"kinds,omitzero"`
	Empty    []string           `json:"empty,omitempty"`
	Nested   []inner            `json:"nested,omitzero"`
	Plain    int
	Location *time.Location `json:"-"`
	hidden   int
}

func sample() outer {
	priority := 7
	return outer{
		inner: inner{plans.Usage}, Name: "a \"name\" <&> \u2028 é", Yes: true, Count: -3, Long: 4, Places: 2,
		Amount: giventest.Money("-12.50"), Quantity: giventest.Money("3"), At: giventest.Instant("2026-11-16T09:30:00.5", nil), Every: giventest.Interval("P1M"),
		Priority: &priority, Items: []string{"x", ""}, Kinds: []plans.Kind{plans.Recurring}, Nested: []inner{{plans.Refund}}, Plain: 1, Location: time.UTC, hidden: 1,
	}
}

// JSON writes types of the library as encoding/json does, except for the places of amounts.
func TestJSONMatchesEncodingJSON(t *testing.T) {
	contract := plans.Contract{Plan: "growth", Currency: "USD", Cycle: giventest.Cycle("2026-11-01", "P1M", nil), Items: []plans.Item{
		{ID: "seat", Quantity: giventest.Money("10"), Price: plans.Price{Tiering: plans.Volume, Tiers: []plans.Tier{{Unit: giventest.Money("89.99")}}}},
	}}
	november := giventest.Period("2026-11-01/2026-12-01", nil)
	charges, err := contract.Charges(proration.Portion{Period: november, Span: november.From(giventest.Instant("2026-11-12", nil))}, proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	low := 3
	for _, v := range []any{
		sample(), outer{}, contract, charges, charges[0], plans.Charge{}, proration.Standard(2), []credits.Entry(nil), []credits.Entry{}, proration.Policy{},
		credits.Entry{Kind: credits.Granted, ID: "g", Amount: giventest.Money("0.55"), Currency: "USD", At: november.Start, Priority: &low, Promotional: true},
		plans.Discount{ID: "d", Price: &plans.Price{Unit: giventest.Money("1.25")}, Currency: "USD", Duration: plans.Once, Scope: plans.Scope{Kinds: []plans.Kind{plans.Usage}}},
	} {
		got, err := canon.JSON(v, 0)
		if err != nil {
			t.Fatal(err)
		}
		if want := giventest.JSON(t, v); string(got) != want {
			t.Errorf("got\n%s, want\n%s", got, want)
		}
		read := reflect.New(reflect.TypeOf(v))
		if err := json.Unmarshal(got, read.Interface()); err != nil {
			t.Errorf("%s: %v", got, err)
		} else if again := giventest.JSON(t, read.Interface()); again != string(got) {
			t.Errorf("decoded and encoded again, it is\n%s, want\n%s", again, got)
		}
	}
}

// Amounts have the requested places, or more if their value needs them; counts have the places that they need.
func TestJSONPlaces(t *testing.T) {
	charge := plans.Charge{Quantity: giventest.Money("10.0"), Net: giventest.Money("89"), Price: plans.Price{Unit: giventest.Money("0.0375"), Package: giventest.Money("100.00")}}
	charge.Taxes = []plans.Tax{{Name: "VAT", Percent: giventest.Money("19.50"), Amount: giventest.Money("17.3")}}
	for places, want := range map[int32][]string{
		0: {`"quantity":"10"`, `"net":"89"`, `"unit":"0.0375"`, `"package":"100"`, `"percent":"19.5"`, `"amount":"17.3"`},
		2: {`"quantity":"10"`, `"net":"89.00"`, `"unit":"0.0375"`, `"package":"100"`, `"percent":"19.5"`, `"amount":"17.30"`},
		3: {`"quantity":"10"`, `"net":"89.000"`, `"unit":"0.0375"`, `"package":"100"`, `"percent":"19.5"`, `"amount":"17.300"`},
	} {
		text, err := canon.JSON(charge, places)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range want {
			if !strings.Contains(string(text), part) {
				t.Errorf("with %d places, %s is not in %s", places, part, text)
			}
		}
	}
}

// Equal values have one text, and different values have different texts.
func TestEqualValuesHaveOneNormalForm(t *testing.T) {
	berlin := giventest.Zone(t, "Europe/Berlin")
	for _, c := range []struct {
		name string
		a, b any
		same bool
	}{
		{"trailing zeros", giventest.Money("1.50"), giventest.Money("1.5"), true},
		{"zeros of an exponent", decimal.New(15, 1), decimal.New(1500, -1), true},
		{"zero", decimal.Decimal{}, giventest.Money("0.00"), true},
		{"negative zero and zero", giventest.Money("-0.00"), decimal.Decimal{}, true},
		{"an instant in two zones", giventest.Instant("2026-11-16T12:00:00", berlin), giventest.Instant("2026-11-16T11:00:00", nil), true},
		{"nil and an empty list", []string(nil), []string{}, true},
		{"nil and empty lists in a struct", plans.Discount{}, plans.Discount{Scope: plans.Scope{Plans: []string{}, Kinds: []plans.Kind{}}}, true},
		{"invalid UTF-8", "\xff", "\ufffd", true},
		{"another amount", giventest.Money("1.50"), giventest.Money("1.51"), false},
		{"another sign", giventest.Money("1.50"), giventest.Money("-1.50"), false},
		{"another instant", giventest.Instant("2026-11-16", nil), giventest.Instant("2026-11-17", nil), false},
		{"an empty text in a list", []string{""}, []string{}, false},
		{"another order", []string{"a", "b"}, []string{"b", "a"}, false},
		{"a number beyond the limits", decimal.New(1, 100_000), decimal.New(1, 100_001), false},
		{"another kind", plans.Usage, plans.OneTime, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, errA := canon.Normal(c.a)
			b, errB := canon.Normal(c.b)
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if (string(a) == string(b)) != c.same {
				t.Errorf("%s and %s", a, b)
			}
		})
	}
}

// The settings of package decimal have no effect on the text of numbers.
func TestDecimalSettingsHaveNoEffect(t *testing.T) {
	quotes, trimmed, scientific := decimal.MarshalJSONWithoutQuotes, decimal.TrimTrailingZeros, decimal.UseScientificNotation
	defer func() {
		decimal.MarshalJSONWithoutQuotes, decimal.TrimTrailingZeros, decimal.UseScientificNotation = quotes, trimmed, scientific
	}()
	values := []any{sample(), decimal.New(15, 3), decimal.New(1500, -1), decimal.New(1, 100_000), decimal.New(-1, -100_000)}
	for _, v := range values {
		want, err := canon.JSON(v, 2)
		if err != nil {
			t.Fatal(err)
		}
		normal, err := canon.Normal(v)
		if err != nil {
			t.Fatal(err)
		}
		for settings := range 8 {
			decimal.MarshalJSONWithoutQuotes, decimal.TrimTrailingZeros, decimal.UseScientificNotation = settings&1 != 0, settings&2 != 0, settings&4 != 0
			if got, err := canon.JSON(v, 2); err != nil || string(got) != string(want) {
				t.Errorf("got %s, %v, want %s", got, err, want)
			}
			if got, err := canon.Normal(v); err != nil || string(got) != string(normal) {
				t.Errorf("got %s, %v, want %s", got, err, normal)
			}
		}
		decimal.MarshalJSONWithoutQuotes, decimal.TrimTrailingZeros, decimal.UseScientificNotation = quotes, trimmed, scientific
	}
}

// Values of kinds that the library does not use, and values without a text, are errors.
func TestUnsupportedValuesAreRefused(t *testing.T) {
	for name, v := range map[string]any{
		"a map":                           map[string]int{"a": 1},
		"a map in a struct":               struct{ M map[string]int }{map[string]int{}},
		"a float":                         1.5,
		"a channel":                       make(chan int),
		"a function":                      func() {},
		"an array":                        [2]int{1, 2},
		"an int in a list of any":         []any{1},
		"a kind without name":             plans.Kind(99),
		"a kind without name in a struct": plans.Charge{Kind: 99},
		"a kind without name in an embedded struct": outer{inner: inner{99}},
		"a year after 9999":                         time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		if text, err := canon.JSON(v, 2); err == nil {
			t.Errorf("%s is encoded as %s", name, text)
		}
		if text, err := canon.Normal(v); err == nil {
			t.Errorf("%s is encoded as %s", name, text)
		}
	}
}

// limited is a writer that fails after a number of parts.
type limited struct {
	text  []byte
	parts int
}

func (l *limited) Write(text []byte) (int, error) {
	if l.parts--; l.parts < 0 {
		return 0, io.ErrShortWrite
	}
	l.text = append(l.text, text...)
	return len(text), nil
}

// A text that is written in parts is the same as in one, whatever stands where a part ends.
func TestPartsOfAText(t *testing.T) {
	type part struct {
		Name  string   `json:"name,omitzero"`
		Names []string `json:"names,omitzero"`
	}
	type whole struct {
		First part   `json:"first"`
		Lists []part `json:"lists"`
		Last  part   `json:"last"`
	}
	for size := range 600 {
		v := whole{
			First: part{Name: strings.Repeat("a", size)},
			Lists: []part{{}, {Name: strings.Repeat("b", size/2), Names: []string{"c", ""}}, {Names: []string{strings.Repeat("d", 600-size)}}},
		}
		want, err := canon.Normal(&v)
		if err != nil {
			t.Fatal(err)
		}
		got := limited{parts: 100}
		if err := canon.WriteNormal(&got, &v); err != nil || !bytes.Equal(got.text, want) {
			t.Fatalf("%d: got %s, want %s: %v", size, got.text, want, err)
		}
		for parts := range 100 - got.parts {
			if err := canon.WriteNormal(&limited{parts: parts}, &v); !errors.Is(err, io.ErrShortWrite) {
				t.Fatalf("%d: part %d: got %v", size, parts, err)
			}
		}
	}
}
