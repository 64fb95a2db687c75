package plans_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// strictly reads a JSON value of a row; an unknown field is a mistake of the row.
func strictly[T any](tb testing.TB, text string) (v T) {
	tb.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		tb.Fatalf("reading %s: %v", text, err)
	}
	return v
}

// Prices of several tables.
const (
	stripeTiers  = `"tiers":[{"up_to":"5","unit":"7.00"},{"up_to":"10","unit":"6.50"},{"up_to":null,"unit":"6.00"}]`
	stripeFlats  = `"tiers":[{"up_to":"5","unit":"5","flat":"10"},{"up_to":"10","unit":"4","flat":"20"},{"up_to":"15","unit":"3","flat":"30"},{"up_to":"20","unit":"2","flat":"40"},{"up_to":null,"unit":"1","flat":"50"}]`
	lagoTiers    = `"tiers":[{"up_to":"10","flat":"2","unit":"10"},{"up_to":"20","flat":"3","unit":"5"},{"up_to":null,"flat":"3","unit":"5"}]`
	lagoDecimals = `"tiers":[{"up_to":"0.1","unit":"10"},{"up_to":"1","unit":"5"},{"up_to":null,"unit":"2"}]`
	lagoVolume   = `"tiers":[{"up_to":"100","flat":"10","unit":"2"},{"up_to":"200","unit":"1"},{"up_to":null,"flat":"50","unit":"0.5"}]`
	lagoPercent  = `"tiers":[{"up_to":"10","flat":"200","percent":"1"},{"up_to":"20","flat":"300","percent":"2"},{"up_to":null,"flat":"400","percent":"3"}]`
	freeTiers    = `"tiers":[{"up_to":"5"},{"up_to":"10","unit":"2"},{"up_to":null,"unit":"3"}]`
	stairs       = `{"tiering":"volume","tiers":[{"up_to":"10","flat":"50"},{"up_to":"50","flat":"120"},{"flat":"300"}]}`

	graduated = `"tiering":"graduated",`
	volume    = `"tiering":"volume",`
)

func TestPriceAmount(t *testing.T) {
	for _, c := range []struct {
		name, why       string
		price, quantity string
		want            string
	}{
		{name: "free", why: "the zero price is free", price: `{}`, quantity: "10", want: "0"},
		{name: "flat", why: "a flat price is for any quantity", price: `{"flat":"49.00"}`, quantity: "10", want: "49"},
		{name: "flat, zero units", why: "a flat price includes nothing", price: `{"flat":"49.00"}`, quantity: "0", want: "49"},

		{name: "seats", why: "K3c: the seats at the rate of the customer", price: `{"unit":"89.00"}`, quantity: "10", want: "890"},
		{name: "no seats", why: "a quantity of zero costs nothing and is valid", price: `{"unit":"89.00"}`, quantity: "0", want: "0"},
		{name: "free seats", why: "a free item is priced at zero", price: `{"unit":"0"}`, quantity: "10", want: "0"},
		{name: "a fraction of a unit", why: "hours are sold in quarters", price: `{"unit":"80.00"}`, quantity: "1.25", want: "100"},
		{name: "price below a cent", why: "a price per call is not rounded to a cent first: 0.0004 x 12345", price: `{"unit":"0.0004"}`, quantity: "12345", want: "4.938"},
		{name: "not rounded", why: "law 1: the one rounding comes after the share of the period", price: `{"unit":"0.333"}`, quantity: "0.5", want: "0.1665"},
		{name: "longest", why: "18 digits by 18 digits are exact: (10^18-1)^2", price: `{"unit":"999999999999999999"}`, quantity: "999999999999999999", want: "999999999999999998000000000000000001"},
		{name: "finest", why: "18 places by 18 places are exact", price: `{"unit":"0.000000000000000001"}`, quantity: "0.000000000000000001", want: "1e-36"},
		{name: "written with an exponent", why: "JSON may hold 1e17, a number of 18 digits", price: `{"unit":1e17}`, quantity: "1", want: "100000000000000000"},
		{name: "platform fee and seats", why: "the parts of a price add up", price: `{"flat":"20","unit":"7.50"}`, quantity: "4", want: "50"},

		{name: "included, fewer", why: "included units are free, and unused ones are not credited", price: `{"unit":"2","included":"5"}`, quantity: "3", want: "0"},
		{name: "included, equal", why: "included units are free", price: `{"unit":"2","included":"5"}`, quantity: "5", want: "0"},
		{name: "included, more", why: "only the units beyond are charged", price: `{"unit":"2","included":"5"}`, quantity: "5.5", want: "1"},
		{name: "included in a flat price", why: "a base fee with an allowance and overage", price: `{"flat":"100","unit":"0.10","included":"1000"}`, quantity: "1250", want: "125"},
		{name: "included, before tiers", why: "the tiers begin where the included units end: 5 at 7.00, 1 at 6.50", price: `{"included":"4",` + graduated + stripeTiers + `}`, quantity: "10", want: "41.50"},

		{name: "package, started", why: "Stripe, transform quantity: 6 / 5 is two packages", price: `{"unit":"10.00","package":"5"}`, quantity: "6", want: "20"},
		{name: "package, full", why: "Stripe: 10 / 5 is two packages", price: `{"unit":"10.00","package":"5"}`, quantity: "10", want: "20"},
		{name: "package, the first unit", why: "Stripe: 1 / 5 is one package", price: `{"unit":"10.00","package":"5"}`, quantity: "1", want: "10"},
		{name: "package, zero", why: "no package is started", price: `{"unit":"15","package":"10"}`, quantity: "0", want: "0"},
		{name: "package, a fraction of a unit more", why: "a started package is billed in full", price: `{"unit":"15","package":"10"}`, quantity: "10.001", want: "30"},
		{name: "package with free units", why: "Lago, package: (201 - 100) / 100 is two", price: `{"unit":"5","package":"100","included":"100"}`, quantity: "201", want: "10"},
		{name: "package, 13 started", why: "Lago, package: 121 / 10", price: `{"unit":"100","package":"10"}`, quantity: "121", want: "1300"},
		{name: "package, all included", why: "Lago, package: fewer units than are free", price: `{"unit":"100","package":"10","included":"200"}`, quantity: "121", want: "0"},
		{name: "a package of one", why: "only whole units are billed", price: `{"unit":"9","package":"1"}`, quantity: "2.1", want: "27"},
		{name: "a package below one", why: "talk time in steps of six seconds", price: `{"unit":"0.02","package":"0.1"}`, quantity: "2.45", want: "0.50"},
		{name: "packages in tiers", why: "after packaging a package is a unit: 5 packages at 7.00, one at 6.50", price: `{"package":"10",` + graduated + stripeTiers + `}`, quantity: "51", want: "41.50"},

		{name: "percentage", why: "a percentage of an amount of money", price: `{"percent":"2.9"}`, quantity: "1250.50", want: "36.2645"},
		{name: "percentage and flat fee", why: "a card fee: 2.9 % and 0.30", price: `{"percent":"2.9","flat":"0.30"}`, quantity: "100.00", want: "3.20"},
		{name: "percentage beyond a free amount", why: "the first 1,000.00 are free", price: `{"percent":"1.5","included":"1000"}`, quantity: "3000", want: "30"},
		{name: "percentage and unit", why: "the parts of a price add up: 10 x 0.5 + 10 x 2 %", price: `{"percent":"2","unit":"0.5"}`, quantity: "10", want: "5.2"},
		{name: "more than 100 percent", why: "a percentage of a price is unbounded", price: `{"percent":"250"}`, quantity: "4", want: "10"},

		{name: "graduated, first", why: "Stripe, graduated: each unit at its own tier", price: `{` + graduated + stripeTiers + `}`, quantity: "1", want: "7"},
		{name: "graduated, end of the first", why: "Stripe: 5 x 7.00", price: `{` + graduated + stripeTiers + `}`, quantity: "5", want: "35"},
		{name: "graduated, into the second", why: "Stripe: 5 x 7.00 + 1 x 6.50", price: `{` + graduated + stripeTiers + `}`, quantity: "6", want: "41.50"},
		{name: "graduated, all tiers", why: "Stripe: 5 x 7.00 + 5 x 6.50 + 10 x 6.00", price: `{` + graduated + stripeTiers + `}`, quantity: "20", want: "127.50"},
		{name: "graduated with fees", why: "Stripe: every reached tier's fee", price: `{` + graduated + stripeFlats + `}`, quantity: "12", want: "111"},
		{name: "graduated, zero", why: "Lago: the first tier is always reached", price: `{` + graduated + lagoTiers + `}`, quantity: "0", want: "2"},
		{name: "graduated, end of a tier", why: "Lago: the last unit belongs to its tier, and the fee of the next tier is not due", price: `{` + graduated + lagoTiers + `}`, quantity: "10", want: "102"},
		{name: "graduated, into the last", why: "Lago: 102 + 3 + 50 + 3 + 5", price: `{` + graduated + lagoTiers + `}`, quantity: "21", want: "163"},
		{name: "graduated, a fraction of a unit", why: "Lago: a tier may end at a fraction of a unit", price: `{` + graduated + lagoDecimals + `}`, quantity: "0.05", want: "0.5"},
		{name: "graduated, fractions of two tiers", why: "Lago: no unit is lost between two tiers", price: `{` + graduated + lagoDecimals + `}`, quantity: "0.5", want: "3"},
		{name: "graduated, a fraction beyond a tier", why: "a fraction of a unit reaches a tier, with its fee: 102 + 3 + 2.5", price: `{` + graduated + lagoTiers + `}`, quantity: "10.5", want: "107.5"},
		{name: "graduated, first tier free", why: "the first five are free", price: `{` + graduated + freeTiers + `}`, quantity: "7", want: "4"},
		{name: "graduated with a flat fee", why: "the flat fee is due in addition to the fees of the tiers", price: `{"flat":"9",` + graduated + stripeTiers + `}`, quantity: "6", want: "50.50"},
		{name: "graduated, one open tier", why: "one open tier is a price per unit", price: `{"tiering":"graduated","tiers":[{"unit":"3"}]}`, quantity: "4", want: "12"},

		{name: "volume, into the second", why: "Stripe, volume: all units at the price of the reached tier", price: `{` + volume + stripeTiers + `}`, quantity: "6", want: "39"},
		{name: "volume with fees", why: "Stripe: 12 x 3 + 30", price: `{` + volume + stripeFlats + `}`, quantity: "12", want: "66"},
		{name: "volume, zero", why: "Lago: the fee of the first tier", price: `{` + volume + lagoVolume + `}`, quantity: "0", want: "10"},
		{name: "volume, end of a tier", why: "Lago: the last unit belongs to its tier", price: `{` + volume + lagoVolume + `}`, quantity: "100", want: "210"},
		{name: "volume, one more costs less", why: "graduated amounts never fall, volume amounts do", price: `{` + volume + lagoVolume + `}`, quantity: "101", want: "101"},
		{name: "volume, open tier", why: "Lago: the last tier is open", price: `{` + volume + lagoVolume + `}`, quantity: "300", want: "200"},
		{name: "volume, a fraction beyond a tier", why: "the tier is the one of the next whole unit, and the quantity is unchanged", price: `{` + volume + lagoVolume + `}`, quantity: "100.5", want: "100.5"},
		{name: "volume below a cent", why: "Lago: 65000 x 0.0006 + 10", price: `{"tiering":"volume","tiers":[{"up_to":"10000","flat":"10","unit":"0.0010"},{"up_to":"50000","flat":"10","unit":"0.0008"},{"up_to":"100000","flat":"10","unit":"0.0006"},{"flat":"10","unit":"0.0004"}]}`, quantity: "65000", want: "49"},
		{name: "volume, percentage", why: "the whole amount has the reached rate", price: `{"tiering":"volume","tiers":[{"up_to":"1000","percent":"3"},{"percent":"2"}]}`, quantity: "1500", want: "30"},

		{name: "stairs, first", why: "a stairstep price: one fee for up to ten", price: stairs, quantity: "1", want: "50"},
		{name: "stairs, zero", why: "the first tier is always reached", price: stairs, quantity: "0", want: "50"},
		{name: "stairs, end of the first", why: "a stairstep price: one fee for up to ten", price: stairs, quantity: "10", want: "50"},
		{name: "stairs, next", why: "one more is the next step, without the fee before", price: stairs, quantity: "11", want: "120"},
		{name: "stairs, top", why: "the last tier is open", price: stairs, quantity: "1000000", want: "300"},

		{name: "graduated percentage, zero", why: "Lago: the fee of the first tier", price: `{` + graduated + lagoPercent + `}`, quantity: "0", want: "200"},
		{name: "graduated percentage, first", why: "Lago: 200 + 1 x 1 %", price: `{` + graduated + lagoPercent + `}`, quantity: "1", want: "200.01"},
		{name: "graduated percentage, end of a tier", why: "Lago: 200 + 10 x 1 %", price: `{` + graduated + lagoPercent + `}`, quantity: "10", want: "200.1"},
		{name: "graduated percentage, next", why: "Lago: 200 + 10 x 1 % + 300 + 1 x 2 %", price: `{` + graduated + lagoPercent + `}`, quantity: "11", want: "500.12"},
		{name: "graduated percentage, last", why: "Lago: 200 + 10 x 1 % + 300 + 10 x 2 % + 400 + 1 x 3 %", price: `{` + graduated + lagoPercent + `}`, quantity: "21", want: "900.33"},

		{name: "minimum", why: "the minimum amount is charged", price: `{"unit":"3","minimum":"20"}`, quantity: "5", want: "20"},
		{name: "minimum at zero", why: "a minimum applies also to a quantity of zero", price: `{"unit":"3","minimum":"20"}`, quantity: "0", want: "20"},
		{name: "minimum reached", why: "the price itself is above the minimum", price: `{"unit":"3","minimum":"20"}`, quantity: "7", want: "21"},
		{name: "maximum", why: "the maximum amount is charged", price: `{"unit":"3","maximum":"20"}`, quantity: "7", want: "20"},
		{name: "maximum not reached", why: "the price itself is below the maximum", price: `{"unit":"3","maximum":"20"}`, quantity: "6", want: "18"},
		{name: "no maximum", why: "zero is no bound", price: `{"unit":"3","maximum":"0"}`, quantity: "7", want: "21"},
		{name: "minimum equals maximum", why: "a price may be the same for any quantity", price: `{"unit":"3","minimum":"20","maximum":"20"}`, quantity: "7", want: "20"},
		{name: "bounds of a sum", why: "step 5 follows the fee: 0.30 + 2.9 % of 1.00 is below 0.50", price: `{"percent":"2.9","flat":"0.30","minimum":"0.50","maximum":"10"}`, quantity: "1", want: "0.50"},
		{name: "bounds of tiers", why: "step 5 follows the tiers", price: `{"maximum":"100",` + graduated + lagoTiers + `}`, quantity: "10", want: "100"},

		{name: "a monthly price", why: "the amount is for one Per, whatever period is billed", price: `{"per":"P1M","unit":"15.00"}`, quantity: "10", want: "150"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := strictly[plans.Price](t, c.price).Amount(giventest.Money(c.quantity))
			if giventest.CheckFaults(t, err) {
				giventest.CheckMoney(t, c.why, got, c.want)
			}
		})
	}
}

func TestPriceValidate(t *testing.T) {
	for _, c := range []struct {
		name, why string
		price     string
		wantErr   []string
	}{
		{name: "free", why: "the zero price", price: `{}`},
		{name: "every field that can be combined", why: "no field contradicts another", price: `{"per":"P1M","flat":"1","unit":"2","percent":"3","included":"4","package":"5","minimum":"6","maximum":"6"}`},
		{name: "tiers of packages", why: "no field contradicts another", price: `{"flat":"1","included":"4","package":"5","minimum":"6","maximum":"7",` + graduated + stripeFlats + `}`},
		{name: "up_to missing", why: "the tier is open, as with null and zero", price: stairs},
		{name: "up_to of zero", why: "the tier is open, as with null and zero", price: `{"tiering":"volume","tiers":[{"up_to":"0.00","unit":"1"}]}`},

		{
			name: "negative", why: "law 14: all faults come at once, each with its name",
			price:   `{"flat":"-1","unit":"-1","percent":"-1","included":"-1","package":"-1","minimum":"-1","maximum":"-1"}`,
			wantErr: []string{"flat invalid", "unit invalid", "percent invalid", "included invalid", "package invalid", "minimum invalid", "maximum invalid"},
		},
		{
			name: "too many digits", why: "law 14: numbers have limits", price: `{"flat":1e18,"unit":1e18,"percent":1e18,"included":1e18,"package":1e18,"minimum":1e18,"maximum":1e18}`,
			wantErr: []string{"flat limit", "unit limit", "percent limit", "included limit", "package limit", "minimum limit", "maximum limit"},
		},
		{name: "too many digits of an integer", why: "the limit is 18 digits", price: `{"unit":"1000000000000000000"}`, wantErr: []string{"unit limit"}},
		{name: "too many digits on both sides of the point", why: "the limit is 18 digits", price: `{"unit":"1234567890.123456789"}`, wantErr: []string{"unit limit"}},
		{name: "too many places", why: "the limit is 18 places", price: `{"unit":"0.0000000000000000001"}`, wantErr: []string{"unit limit"}},
		{name: "negative, with too many digits", why: "the error does not print the number", price: `{"unit":-1e9999}`, wantErr: []string{"unit limit"}},
		{name: "maximum below the minimum", why: "no amount satisfies both", price: `{"minimum":"2","maximum":"1.99"}`, wantErr: []string{"maximum invalid"}},

		{name: "tiering without tiers", why: "a graduated price without tiers is not free", price: `{"tiering":"graduated"}`, wantErr: []string{"tiers unset"}},
		{name: "volume without tiers", why: "a graduated price without tiers is not free", price: `{"tiering":"volume","tiers":[]}`, wantErr: []string{"tiers unset"}},
		{name: "tiers without a tiering", why: "law 13: 6 units cost 41.50 or 39.00", price: `{` + stripeTiers + `}`, wantErr: []string{"tiering unset"}},
		{name: "unit and tiers", why: "the price must be unambiguous", price: `{"unit":"1",` + graduated + stripeTiers + `}`, wantErr: []string{"unit invalid"}},
		{name: "percent and tiers", why: "the price must be unambiguous", price: `{"percent":"1",` + graduated + stripeTiers + `}`, wantErr: []string{"percent invalid"}},
		{name: "a closed last tier", why: "units beyond it have no price", price: `{"tiering":"volume","tiers":[{"up_to":"5"},{"up_to":"10"}]}`, wantErr: []string{"tiers[1].up_to invalid"}},
		{name: "a closed only tier", why: "units beyond it have no price", price: `{"tiering":"volume","tiers":[{"up_to":"5"}]}`, wantErr: []string{"tiers[0].up_to invalid"}},
		{name: "an open tier before the last", why: "the following tiers are never reached", price: `{"tiering":"volume","tiers":[{"up_to":null},{"up_to":"5"},{}]}`, wantErr: []string{"tiers[0].up_to invalid"}},
		{name: "a tier that ends at its start", why: "the tier is empty", price: `{"tiering":"volume","tiers":[{"up_to":"5"},{"up_to":"5.0"},{}]}`, wantErr: []string{"tiers[1].up_to invalid"}},
		{name: "unsorted tiers", why: "the caller may mean another order, so that tiers are not sorted", price: `{"tiering":"volume","tiers":[{"up_to":"10"},{"up_to":"5"},{}]}`, wantErr: []string{"tiers[1].up_to invalid"}},
		{
			name: "negative numbers in tiers", why: "law 14: all faults come at once, each with its path", price: `{"tiering":"volume","tiers":[{"up_to":"5","flat":"-1","unit":"-1"},{"percent":"-1"}]}`,
			wantErr: []string{"tiers[0].flat invalid", "tiers[0].unit invalid", "tiers[1].percent invalid"},
		},
		{
			name: "too many digits in tiers", why: "law 14: numbers have limits", price: `{"tiering":"graduated","tiers":[{"up_to":1e-19,"flat":1e-19},{"unit":1e-19,"percent":1e18}]}`,
			wantErr: []string{"tiers[0].up_to limit", "tiers[0].flat limit", "tiers[1].unit limit", "tiers[1].percent limit"},
		},
		{name: "a negative end of a tier", why: "a quantity is not negative", price: `{"tiering":"graduated","tiers":[{"up_to":"-5"},{}]}`, wantErr: []string{"tiers[0].up_to invalid"}},
		{name: "maximum below the minimum, with another fault", why: "law 14: a fault hides no other", price: `{"flat":"-1","minimum":"2","maximum":"1"}`, wantErr: []string{"flat invalid", "maximum invalid"}},
		{name: "a closed last tier, with another fault", why: "law 14: a fault hides no other", price: `{"tiering":"volume","tiers":[{"up_to":"5","unit":"-1"}]}`, wantErr: []string{"tiers[0].unit invalid", "tiers[0].up_to invalid"}},
		{name: "unsorted tiers, with another fault", why: "law 14: a fault hides no other", price: `{"tiering":"volume","tiers":[{"up_to":"10","flat":"-1"},{"up_to":"5"},{}]}`, wantErr: []string{"tiers[0].flat invalid", "tiers[1].up_to invalid"}},
		{
			name: "all faults at once", why: "law 14: all faults come at once, in the order of the fields",
			price:   `{"flat":"-1","unit":"1","percent":"-2","minimum":"-3","tiers":[{"up_to":"5"},{"up_to":"4"},{"up_to":"6"}]}`,
			wantErr: []string{"flat invalid", "percent invalid", "minimum invalid", "tiering unset", "unit invalid", "percent invalid", "tiers[1].up_to invalid", "tiers[2].up_to invalid"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			price := strictly[plans.Price](t, c.price)
			giventest.CheckFaults(t, price.Validate(), c.wantErr...)
			var under []string
			for _, fault := range c.wantErr {
				under = append(under, "price."+fault)
			}
			got, err := price.Amount(giventest.Money("7"))
			if !giventest.CheckFaults(t, err, under...) && !got.IsZero() {
				t.Errorf("an amount comes with the error: %v", got)
			}
		})
	}
}

// Code can make prices that JSON cannot express.
func TestPriceValidateMade(t *testing.T) {
	for _, c := range []struct {
		name, why string
		price     plans.Price
		wantErr   []string
	}{
		{"unknown tiering", "law 13: the tiering decides amounts", plans.Price{Tiering: 3, Tiers: []plans.Tier{{}}}, []string{"tiering invalid"}},
		{"unknown tiering without tiers", "law 13: the tiering decides amounts", plans.Price{Tiering: 3}, []string{"tiers unset"}},
		{"two units of length", "a month and a day are not an interval", plans.Price{Per: proration.Interval{Months: 1, Days: 1}}, []string{"per invalid"}},
		{"negative length", "a length is not negative", plans.Price{Per: proration.Interval{Months: -1}}, []string{"per invalid"}},
		{"an unbounded length", "law 14: lengths have limits", plans.Price{Per: proration.Interval{Months: 120_001}}, []string{"per limit"}},
		{"both", "law 14: all faults come at once", plans.Price{Per: proration.Interval{Days: -1}, Flat: giventest.Money("-1")}, []string{"per invalid", "flat invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) { giventest.CheckFaults(t, c.price.Validate(), c.wantErr...) })
	}
}

func TestPriceAmountRefused(t *testing.T) {
	for _, c := range []struct {
		name, why       string
		price, quantity string
		wantErr         []string
	}{
		{name: "negative quantity", why: "a quantity is not negative", price: `{"unit":"1"}`, quantity: "-1", wantErr: []string{"quantity invalid"}},
		{name: "negative price", why: "the sign of a charge makes a credit, never the price", price: `{"unit":"-0.01"}`, quantity: "1", wantErr: []string{"price.unit invalid"}},
		{name: "both negative", why: "law 14: all faults come at once; the product would be positive", price: `{"unit":"-1"}`, quantity: "-1", wantErr: []string{"quantity invalid", "price.unit invalid"}},
		{name: "a negative price of zero units", why: "the price is invalid for any quantity", price: `{"unit":"-1"}`, quantity: "0", wantErr: []string{"price.unit invalid"}},
		{name: "too many places", why: "law 14: quantities have limits", price: `{"unit":"1"}`, quantity: "0.0000000000000000001", wantErr: []string{"quantity limit"}},
		{name: "too many digits", why: "1e18 has 19 digits", price: `{"unit":"1"}`, quantity: "1e18", wantErr: []string{"quantity limit"}},
		{name: "negative, with too many digits", why: "the error does not print the number", price: `{"unit":"1"}`, quantity: "-1e9999", wantErr: []string{"quantity limit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := strictly[plans.Price](t, c.price).Amount(giventest.Money(c.quantity))
			if !giventest.CheckFaults(t, err, c.wantErr...) && !got.IsZero() {
				t.Errorf("an amount comes with the error: %v", got)
			}
		})
	}
}

// In every field, a number that would need gigabytes in print is refused by its exponent, and a number of a hundred
// thousand digits is refused too.
func TestPriceHostile(t *testing.T) {
	long, err := decimal.NewFromString(strings.Repeat("9", 1e5))
	if err != nil {
		t.Fatal(err)
	}
	hostile := []decimal.Decimal{long}
	for _, exponent := range []int32{19, 39, 1_000_000_000, 1<<31 - 1, -19, -1_000_000_000, -1 << 31} {
		hostile = append(hostile, decimal.New(1, exponent), decimal.New(-1, exponent))
	}
	one := giventest.Money("1")
	for _, number := range hostile {
		for field, price := range map[string]plans.Price{
			"flat": {Flat: number}, "unit": {Unit: number}, "percent": {Percent: number}, "included": {Included: number},
			"package": {Package: number}, "minimum": {Minimum: number}, "maximum": {Maximum: number},
			"tiers[0].up_to": {Tiering: plans.Volume, Tiers: []plans.Tier{{UpTo: number}, {}}},
			"tiers[1].flat":  {Tiering: plans.Volume, Tiers: []plans.Tier{{UpTo: one}, {Flat: number}}},
			"tiers[1].unit":  {Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: one}, {Unit: number}}},
		} {
			giventest.CheckFaults(t, price.Validate(), field+" limit")
			if text := price.Explain(one, "USD"); text != "nothing" {
				t.Errorf("%s is explained by %.100q", field, text)
			}
		}
		_, err := plans.Price{Unit: one}.Amount(number)
		giventest.CheckFaults(t, err, "quantity limit")
		if text := (plans.Price{Unit: one}).Explain(number, "USD"); text != "nothing" {
			t.Errorf("explained by %.100q", text)
		}
	}
}

// A price has at most a thousand tiers. Here unit n costs n; a million tiers are refused.
func TestPriceLimitOfTiers(t *testing.T) {
	tiers := make([]plans.Tier, 1_000)
	for i := range tiers {
		tiers[i] = plans.Tier{UpTo: decimal.NewFromInt(int64(i + 1)), Unit: decimal.NewFromInt(int64(i + 1))}
	}
	tiers[999].UpTo = decimal.Decimal{}
	price := plans.Price{Tiering: plans.Graduated, Tiers: tiers}
	amount, err := price.Amount(giventest.Money("1000"))
	if giventest.CheckFaults(t, err) {
		giventest.CheckMoney(t, "1 + 2 + ... + 1000", amount, "500500")
	}
	giventest.CheckFaults(t, plans.Price{Tiering: plans.Graduated, Tiers: make([]plans.Tier, 1_001)}.Validate(), "tiers limit")
	giventest.CheckFaults(t, plans.Price{Flat: giventest.Money("-1"), Tiers: make([]plans.Tier, 1_000_000)}.Validate(), "flat invalid", "tiers limit")
}

func TestPriceEqual(t *testing.T) {
	base := `{"per":"P1M","flat":"1","percent":"3","included":"4","package":"5","minimum":"6","maximum":"7"}`
	tiers := `{` + graduated + stripeTiers + `}`
	for _, c := range []struct {
		name, why string
		a, b      string
		want      bool
	}{
		{"free", "the zero price", `{}`, `{}`, true},
		{"other spellings", "1.5 is 1.50 and 15e-1", `{"unit":"1.5","flat":"2.00"}`, `{"unit":15e-1,"flat":"2"}`, true},
		{"zero and missing", "a missing field is zero", `{"unit":"1","minimum":"0.00"}`, `{"unit":"1"}`, true},
		{"tiers in other spellings", "1.5 is 1.50, also in tiers", tiers, `{` + graduated + `"tiers":[{"up_to":"5.0","unit":"7"},{"up_to":"10","unit":"6.5"},{"unit":"6","flat":"0"}]}`, true},
		{"a year and twelve months", "the same length", `{"per":"P1Y"}`, `{"per":"P12M"}`, true},
		{"all fields", "equal fields", base, base, true},

		{"other per", "each field decides amounts", base, strings.Replace(base, "P1M", "P1Y", 1), false},
		{"other flat", "each field decides amounts", base, strings.Replace(base, `"1"`, `"1.01"`, 1), false},
		{"other percent", "each field decides amounts", base, strings.Replace(base, `"3"`, `"3.01"`, 1), false},
		{"other included", "each field decides amounts", base, strings.Replace(base, `"4"`, `"4.01"`, 1), false},
		{"other package", "each field decides amounts", base, strings.Replace(base, `"5"`, `"5.01"`, 1), false},
		{"other minimum", "each field decides amounts", base, strings.Replace(base, `"6"`, `"6.01"`, 1), false},
		{"other maximum", "each field decides amounts", base, strings.Replace(base, `"7"`, `"7.01"`, 1), false},
		{"metered", "a metered item stays in a contract without units", base, strings.Replace(base, `{`, `{"metered":true,`, 1), false},
		{"other unit", "each field decides amounts", `{"unit":"1"}`, `{"unit":"1.01"}`, false},
		{"other tiering", "each field decides amounts", tiers, `{` + volume + stripeTiers + `}`, false},
		{"other end of a tier", "each field decides amounts", tiers, strings.Replace(tiers, `"10"`, `"11"`, 1), false},
		{"other unit in a tier", "each field decides amounts", tiers, strings.Replace(tiers, "6.50", "6.51", 1), false},
		{"other fee in a tier", "each field decides amounts", stairs, strings.Replace(stairs, "120", "121", 1), false},
		{"other percent in a tier", "each field decides amounts", `{` + graduated + lagoPercent + `}`, strings.Replace(`{`+graduated+lagoPercent+`}`, `"percent":"2"`, `"percent":"2.1"`, 1), false},
		{"one tier fewer", "each field decides amounts", tiers, `{` + graduated + `"tiers":[{"up_to":"5","unit":"7"},{"unit":"6"}]}`, false},
		{"tiers and no tiers", "each field decides amounts", tiers, `{}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := strictly[plans.Price](t, c.a), strictly[plans.Price](t, c.b)
			if a.Equal(b) != c.want || b.Equal(a) != c.want {
				t.Errorf("%s equals %s: %v, and back %v; %s", c.a, c.b, a.Equal(b), b.Equal(a), c.why)
			}
			if again := strictly[plans.Price](t, c.a); !a.Equal(again) {
				t.Errorf("%s does not equal itself", c.a)
			}
		})
	}
}

func TestPriceExplain(t *testing.T) {
	for _, c := range []struct {
		name, why       string
		price, quantity string
		currency        plans.Currency
		want            string
	}{
		{"free", "a free line shows its price", `{}`, "3", "USD", "3 x 0.00 = 0.00"},
		{"flat", "the quantity does not matter", `{"flat":"49"}`, "3", "USD", "49.00 = 49.00"},
		{"seats", "quantity times rate", `{"unit":"89"}`, "10", "USD", "10 x 89.00 = 890.00"},
		{"parts of a unit", "a quantity is printed as it is", `{"unit":"80"}`, "1.250", "USD", "1.25 x 80.00 = 100.00"},
		{"yen", "the places of the currency", `{"unit":"1000"}`, "3", "JPY", "3 x 1000 = 3000"},
		{"dinars", "the places of the currency", `{"unit":"27.5"}`, "1", "KWD", "1 x 27.500 = 27.500"},
		{"below a cent", "every digit that decides the amount is printed", `{"unit":"0.0004"}`, "12345", "USD", "12345 x 0.0004 = 4.938"},
		{"fee and seats", "the parts in the order of the calculation", `{"flat":"20","unit":"7.5"}`, "4", "USD", "4 x 7.50 + 20.00 = 50.00"},
		{"packages", "the number and the size of the packages", `{"unit":"10","package":"5"}`, "6", "USD", "2 packages of 5 x 10.00 = 20.00"},
		{"included", "the paid and the included units", `{"unit":"2","included":"5"}`, "12", "USD", "7 x 2.00 beyond 5 included = 14.00"},
		{"percentage", "the rate and the amount", `{"percent":"2.9"}`, "1250.5", "USD", "2.9 % of 1250.50 = 36.2645"},
		{"percentage and fee", "the rate, the amount and the fee", `{"percent":"2.9","flat":"0.3"}`, "100", "USD", "2.9 % of 100.00 + 0.30 = 3.20"},
		{"percentage and unit", "both parts are printed", `{"percent":"2","unit":"0.5"}`, "10", "USD", "10 x 0.50 + 2 % of 10.00 = 5.20"},
		{"graduated", "each reached tier", `{` + graduated + stripeTiers + `}`, "6", "USD", "5 x 7.00 + 1 x 6.50 = 41.50"},
		{"graduated, end of a tier", "only reached tiers", `{` + graduated + stripeTiers + `}`, "5", "USD", "5 x 7.00 = 35.00"},
		{"graduated with fees", "each tier with its fee", `{` + graduated + lagoTiers + `}`, "21", "USD", "10 x 10.00 + 2.00 + 10 x 5.00 + 3.00 + 1 x 5.00 + 3.00 = 163.00"},
		{"graduated, first tier free", "free units are printed", `{` + graduated + freeTiers + `}`, "7", "USD", "5 x 0.00 + 2 x 2.00 = 4.00"},
		{"graduated percentage", "the share of each tier", `{` + graduated + lagoPercent + `}`, "11", "USD", "1 % of 10.00 + 200.00 + 2 % of 1.00 + 300.00 = 500.12"},
		{"volume", "one price for all units", `{` + volume + stripeTiers + `}`, "6", "USD", "6 x 6.50 = 39.00"},
		{"stairs", "only the fee of the reached step", stairs, "11", "USD", "120.00 = 120.00"},
		{"minimum", "the reason for an amount above the sum", `{"unit":"3","minimum":"20"}`, "5", "USD", "5 x 3.00, at least 20.00 = 20.00"},
		{"minimum met", "a bound without effect is not printed", `{"unit":"3","minimum":"15"}`, "5", "USD", "5 x 3.00 = 15.00"},
		{"maximum", "the reason for an amount below the sum", `{"unit":"3","maximum":"20"}`, "7", "USD", "7 x 3.00, at most 20.00 = 20.00"},
		{"trailing zeros", "equal values have equal text", `{"unit":"3.5000"}`, "2.00", "USD", "2 x 3.50 = 7.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strictly[plans.Price](t, c.price).Explain(giventest.Money(c.quantity), c.currency); got != c.want {
				t.Errorf("got  %s\nwant %s: %s", got, c.want, c.why)
			}
		})
	}
}

// An invalid price has no explanation.
func TestPriceExplainNothing(t *testing.T) {
	one := giventest.Money("1")
	for what, got := range map[string]string{
		"a negative price":        plans.Price{Unit: one.Neg()}.Explain(one, "USD"),
		"a negative quantity":     plans.Price{Unit: one}.Explain(one.Neg(), "USD"),
		"tiers without a tiering": plans.Price{Tiers: []plans.Tier{{}}}.Explain(one, "USD"),
	} {
		if got != "nothing" {
			t.Errorf("%s is explained by %q", what, got)
		}
	}
}

// The amounts of a price are due as often as its Per divides the billed period.
func TestPricePer(t *testing.T) {
	for _, c := range []struct {
		name, why     string
		per, interval string
		want          string // the charge, explained
		wantErr       string
	}{
		{name: "unset", why: "the price is for the billed period", interval: "P6M", want: "seat: 10 x 15.00 = 150.00"},
		{name: "the period itself", why: "the price is due once", per: "P1M", interval: "P1M", want: "seat: 10 x 15.00 = 150.00"},
		{name: "months in half a year", why: "M3: price per user and month x users x months", per: "P1M", interval: "P6M", want: "seat: 10 x 15.00 x 6 = 900.00"},
		{name: "months in a year", why: "K8: the contract in full", per: "P1M", interval: "P1Y", want: "seat: 10 x 15.00 x 12 = 1800.00"},
		{name: "quarters in a year", why: "K8: the contract in full", per: "P3M", interval: "P1Y", want: "seat: 10 x 15.00 x 4 = 600.00"},
		{name: "days in weeks", why: "lengths in days divide too", per: "P7D", interval: "P28D", want: "seat: 10 x 15.00 x 4 = 600.00"},
		{name: "minutes in an hour", why: "lengths in seconds divide too", per: "PT15M", interval: "PT1H", want: "seat: 10 x 15.00 x 4 = 600.00"},
		{name: "five months in a year", why: "two and a fraction is not a whole number", per: "P5M", interval: "P1Y", wantErr: "contract.items[0].price.per invalid"},
		{name: "a year in a month", why: "a twelfth is not a whole number", per: "P1Y", interval: "P1M", wantErr: "contract.items[0].price.per invalid"},
		{name: "a month in 30 days", why: "a month has no fixed number of days", per: "P1M", interval: "P30D", wantErr: "contract.items[0].price.per invalid"},
		{name: "hours in a day", why: "a day has 23, 24 or 25 hours", per: "PT1H", interval: "P1D", wantErr: "contract.items[0].price.per invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			price := plans.Price{Unit: giventest.Money("15.00")}
			if c.per != "" {
				price.Per = giventest.Interval(c.per)
			}
			cycle := giventest.Cycle("2026-11-01", c.interval, nil)
			contract := plans.Contract{
				Plan: "base", Currency: "USD", Cycle: cycle, Items: []plans.Item{{ID: "seat", Quantity: giventest.Money("10"), Price: price}},
			}
			period, err := cycle.Period(0)
			if err != nil {
				t.Fatal(err)
			}
			charges, err := contract.Charges(whole(period), proration.Policy{DayCount: proration.Seconds, Rounding: proration.Standard(2).Rounding})
			if c.wantErr != "" {
				giventest.CheckFaults(t, err, c.wantErr)
				return
			}
			if !giventest.CheckFaults(t, err) {
				return
			}
			if got := charges[0].Explain(); got != c.want {
				t.Errorf("got %q, want %q: %s", got, c.want, c.why)
			}
		})
	}
}

func TestPriceJSON(t *testing.T) {
	for _, c := range []struct {
		name, why  string
		text, want string // the input and the output
	}{
		{"free", "unused fields are left out", `{}`, `{}`},
		{"numbers", "numbers are read, and written as strings, since many programs read a JSON number as a float", `{"unit":7.50}`, `{"unit":"7.5"}`},
		{
			"all fields", "the documented names",
			`{"per":"P1M","flat":"1","unit":"2","percent":"3","included":"4","package":"5","minimum":"6","maximum":"7","metered":true}`,
			`{"per":"P1M","flat":"1","unit":"2","percent":"3","included":"4","package":"5","minimum":"6","maximum":"7","metered":true}`,
		},
		{
			"open by null", "null is an open tier", `{"tiering":"graduated","tiers":[{"up_to":"5","flat":"1","unit":"2","percent":"3"},{"up_to":null,"unit":"1"}]}`,
			`{"tiering":"graduated","tiers":[{"up_to":"5","flat":"1","unit":"2","percent":"3"},{"unit":"1"}]}`,
		},
		{"open by zero", "zero is an open tier", `{"tiering":"volume","tiers":[{"up_to":0,"unit":"1"}]}`, `{"tiering":"volume","tiers":[{"unit":"1"}]}`},
		{"zero of zeros", "0.00 is an unused field too", `{"unit":"0.00","flat":"1"}`, `{"flat":"1"}`},
		{"unset tiering", "a half-filled price can be stored, and is refused when used", `{"tiering":"unset","tiers":[{"unit":"1"}]}`, `{"tiers":[{"unit":"1"}]}`},
		{"a year", "a length has one spelling", `{"per":"P12M"}`, `{"per":"P1Y"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			price := strictly[plans.Price](t, c.text)
			if got := giventest.JSON(t, price); got != c.want {
				t.Errorf("got  %s\nwant %s: %s", got, c.want, c.why)
			}
			if read := giventest.CheckRoundTrip(t, price); !read.Equal(price) {
				t.Errorf("reads back as %+v", read)
			}
			for _, tier := range price.Tiers {
				giventest.CheckRoundTrip(t, tier)
			}
		})
	}
	for _, text := range []string{`{"tiering":"tiered"}`, `{"tiering":"Volume"}`, `{"per":"monthly"}`, `{"unit":"a lot"}`, `{"unit":"NaN"}`, `{"tiers":{}}`} {
		var price plans.Price
		if err := json.Unmarshal([]byte(text), &price); err == nil {
			t.Errorf("%s is read as %+v", text, price)
		}
	}
}

func TestTieringText(t *testing.T) {
	for tiering, want := range map[plans.Tiering]string{0: "unset", plans.Graduated: "graduated", plans.Volume: "volume"} {
		text, err := tiering.MarshalText()
		if err != nil || string(text) != want || tiering.String() != want {
			t.Errorf("%d is %q, %s, %v, want %s", tiering, tiering.String(), text, err, want)
		}
		read := plans.Tiering(9)
		if err := read.UnmarshalText([]byte(want)); err != nil || read != tiering {
			t.Errorf("%s is read as %v, %v", want, read, err)
		}
	}
	if _, err := plans.Tiering(3).MarshalText(); !errors.Is(err, proration.ErrInvalid) || plans.Tiering(3).String() != "3" {
		t.Errorf("an unknown tiering is written, %v, as %q", err, plans.Tiering(3).String())
	}
	read := plans.Volume
	if err := read.UnmarshalText([]byte("stairstep")); !errors.Is(err, proration.ErrInvalid) || read != plans.Volume {
		t.Errorf("an unknown tiering is read as %v, %v", read, err)
	}
}

// Law 15: no method modifies a price or sorts its tiers.
func TestPriceUnmodified(t *testing.T) {
	for _, text := range []string{
		`{"included":"4","package":"5","minimum":"6","maximum":"70","flat":"1",` + graduated + stripeTiers + `}`,
		`{` + volume + stripeFlats + `}`,
		`{"tiering":"volume","tiers":[{"unit":"1"},{"up_to":"20","unit":"2"},{"up_to":"10","unit":"3"}]}`,
	} {
		price := strictly[plans.Price](t, text)
		before := giventest.JSON(t, price)
		_ = price.Validate()
		_, _ = price.Amount(giventest.Money("12.5"))
		_ = price.Explain(giventest.Money("12.5"), "USD")
		_ = price.Equal(strictly[plans.Price](t, text))
		if after := giventest.JSON(t, price); after != before {
			t.Errorf("the price was\n%s, and is\n%s", before, after)
		}
	}
}

// Numbers beyond all limits are compared without a common exponent, which would need all memory.
func TestPriceEqualHostile(t *testing.T) {
	one := plans.Price{Unit: giventest.Money("1")}
	for _, number := range []decimal.Decimal{
		decimal.New(1, 1_000_000_000), decimal.New(1, -1_000_000_000), decimal.New(0, 1_000_000_000), decimal.New(-1, 2_147_483_647),
	} {
		hostile := plans.Price{Unit: number, Tiers: []plans.Tier{{UpTo: number}}}
		again := plans.Price{Unit: number, Tiers: []plans.Tier{{UpTo: number}}}
		if hostile.Equal(one) || one.Equal(hostile) || !hostile.Equal(again) {
			t.Errorf("1e%d is compared wrongly", number.Exponent())
		}
	}
}

// Zero units cost nothing in a contract, whatever the price, so that an addition to them costs its whole price. The
// item is new, unless it is metered and stayed without units.
func TestContractAddedToZeroUnits(t *testing.T) {
	for _, c := range []struct{ name, price, above, quantity, want string }{
		{"flat fee", `{"flat":"9.99","unit":"2.50"}`, "0", "1", "12.49"},
		{"flat fee, with units before", `{"flat":"9.99","unit":"2.50"}`, "3", "1", "2.50"},
		{"flat fee, metered", `{"flat":"9.99","unit":"2.50","metered":true}`, "0", "1", "12.49"},
		{"fee of the first tier", `{"tiering":"graduated","tiers":[{"up_to":"5","flat":"10","unit":"2"},{"flat":"4","unit":"1"}]}`, "0", "6", "25"},
		{"minimum", `{"unit":"7","minimum":"50"}`, "0", "8", "56"},
		{"up to the minimum", `{"unit":"7","minimum":"50"}`, "0", "1", "50"},
		{"by unit", `{"unit":"7"}`, "0", "8", "56"},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract := seats(c.above, "0")
			contract.Items[0].Price = strictly[plans.Price](t, c.price)
			change := unitsOf("seat", giventest.Money(c.quantity))
			if c.above == "0" && !contract.Items[0].Price.Metered {
				change = withPrice(change, c.price)
			}
			charges, err := contract.Added(change, part(november, "", nil), proration.Standard(2))
			if err != nil || len(charges) != 1 || (charges[0].BaseQuantity == nil) != (c.above == "0") {
				t.Fatalf("charged %q, %v", lines(charges, nil), err)
			}
			giventest.CheckMoney(t, "the addition", charges[0].Net, c.want)
		})
	}
}
