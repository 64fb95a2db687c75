package plans_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// amendedRow is a change of a contract, and its charges.
type amendedRow struct {
	name, why string
	contract  plans.Contract
	change    plans.Change
	at        string // "" is 2026-11-16
	kind      plans.Kind
	period    string // of each charge; "" if they have several periods
	want      []string
	after     string // as summary writes it; "" is the result of Changed
	dropped   string // the earlier billing date from which everything is credited; "" is none
	wantErr   []string
}

func (r *amendedRow) run(t *testing.T) {
	if r.at == "" {
		r.at = "2026-11-16"
	}
	loc := r.contract.Cycle.Location
	instant := giventest.Instant(r.at, loc)
	before, change := clone.Deep(r.contract), giventest.JSON(t, r.change)
	amended, err := r.contract.Amended(r.change, instant, proration.Standard(2))
	after, added := amended.Contract, amended.Charges
	if giventest.CheckFaults(t, err, r.wantErr...) {
		with, err := r.contract.Changed(r.change, instant)
		if err != nil {
			t.Fatal(err)
		}
		want := r.after
		if want == "" {
			want = summary(with)
			checkText(t, "the contract", giventest.JSON(t, after), giventest.JSON(t, with))
		}
		checkText(t, r.why, summary(after), want)
		giventest.CheckFaults(t, after.Validate())
		if r.period != "" {
			checkCharges(t, after, r.kind, added, giventest.Period(r.period, loc), r.want)
		} else if got := lines(added, loc); !reflect.DeepEqual(got, r.want) {
			t.Errorf("got  %q\nwant %q: %s", got, r.want, r.why)
		}
		var dropped time.Time
		if r.dropped != "" {
			dropped = giventest.Instant(r.dropped, loc)
		}
		if !amended.DroppedFrom.Equal(dropped) || r.dropped != "" && len(amended.Replaced) > 0 {
			t.Errorf("dropped from %v, and %v is replaced; want %q: %s", amended.DroppedFrom, amended.Replaced, r.dropped, r.why)
		}
		for _, c := range added {
			if c.Kind != r.kind {
				t.Errorf("a %v: %s", c.Kind, c.Explain())
			}
		}
	} else if len(added) > 0 || !reflect.DeepEqual(after, plans.Contract{}) {
		t.Errorf("results come with the error: %v and %+v", added, after)
	}
	if !reflect.DeepEqual(r.contract, before) || giventest.JSON(t, r.change) != change {
		t.Errorf("the input is now %+v, the change %+v", r.contract, r.change)
	}
}

func TestContractAmended(t *testing.T) {
	two := prepaid(nil, "P6M 2026-11-01/2027-05-01", "P6M 2027-05-01/2027-11-01")
	leaving := committed(nil, "P6M 2026-11-01/2027-05-01")
	leaving.Terms[0].Term.TerminationFee = plans.TerminationFee{Fee: giventest.Money("100"), Percent: giventest.Money("50")}
	twoMonthly := committed(nil, "P6M 2026-11-01/2027-05-01", "P6M 2027-05-01/2027-11-01")
	term := func(billing plans.TermBilling) plans.Change {
		own := agreed(nil, billing, "P6M 2026-11-01/2027-05-01")[0].Term
		return plans.Change{Term: &own}
	}
	const left = "2026-11-16 until 2026-12-01, "
	for _, r := range []amendedRow{
		{
			name: "more seats", why: "K3b: the rest of the month", contract: monthlyKinds(), change: quantityChange("2", "seat"), kind: plans.ProrationCharge, period: november,
			want: []string{left + "seat: 2 x 79.00, 158.00 x 15/30 days = 79.00"},
		},
		{
			name: "more seats at a boundary", why: "the whole of the period that begins then", contract: monthlyKinds(), change: quantityChange("2", "seat"), at: "2026-12-01", kind: plans.ProrationCharge, period: "2026-12-01/2027-01-01",
			want: []string{"2026-12-01 until 2027-01-01, seat: 2 x 79.00 = 158.00"},
		},
		{
			name: "a new item", why: "at the price of the change", contract: monthlyKinds(), change: withPrice(quantityChange("3", "phone"), `{"unit":"5"}`), kind: plans.ProrationCharge, period: november,
			want: []string{left + "phone: 3 x 5.00, 15.00 x 15/30 days = 7.50"},
		},
		{
			name: "more seats, billed up front", why: "the rest of the one term, and the whole of the other", contract: two, change: quantityChange("2", "seat"), kind: plans.ProrationCharge,
			want: []string{
				"2026-11-16 until 2027-05-01, seat: 2 x 15.00 x 6, 180.00 x 166/181 days = 165.082..., rounded half up to 165.08",
				"2027-05-01 until 2027-11-01, seat: 2 x 15.00 x 6 = 180.00",
			},
		},
		{name: "fewer seats", why: "package credits derives the credit from the billed charge", contract: monthlyKinds(), change: quantityChange("-2", "seat")},
		{
			name: "another plan", why: "each item at its price, for the rest of the month", contract: monthlyKinds(), change: plans.Change{Plan: offering("scale", "P1M", "seat USD 139.00", "light USD 29.00")}, kind: plans.ProrationCharge, period: november,
			want: []string{left + "seat: 10 x 139.00, 1390.00 x 15/30 days = 695.00", left + "light: 3 x 29.00, 87.00 x 15/30 days = 43.50"},
		},
		{
			name: "another plan, billed up front", why: "a plan with other periods: the term is the period", contract: two, change: plans.Change{Plan: offering("scale", "P3M", "seat USD 45.00")}, kind: plans.ProrationCharge,
			want: []string{
				"2026-11-16 until 2027-05-01, seat: 10 x 45.00 x 2, 900.00 x 166/181 days = 825.414..., rounded half up to 825.41",
				"2027-05-01 until 2027-11-01, seat: 10 x 45.00 x 2 = 900.00",
			},
		},
		{
			name: "to annual periods", why: "a whole year from the instant on", contract: seats("10", "79.00"), change: plans.Change{Plan: offering("scale", "P1Y", "seat USD 900.00")}, kind: plans.Recurring, period: "2026-11-16/2027-11-16",
			want: []string{"2026-11-16 until 2027-11-16, seat: 10 x 900.00 = 9000.00"},
		},
		{
			name: "another term, billed up front", why: "from the end of the last term on", contract: two, change: term(plans.UpFront), kind: plans.Extension, period: "2027-11-01/2028-05-01",
			want: []string{"2027-11-01 until 2028-05-01, seat: 10 x 15.00 x 6 = 900.00"},
		},
		{name: "another term, monthly", why: "its months are billed as they begin", contract: leaving, change: term(plans.PerPeriod)},
		{name: "an earlier end", why: "the change adds nothing", contract: two, change: earlierEnd("2027-08-01")},
		{
			name: "leaving", why: "five months of 890.00 were still to be billed: half of it, and 100.00; the contract ends", contract: leaving, change: plans.Change{Cancel: true}, kind: plans.Termination, period: "2026-11-16/2027-05-01",
			want:  []string{"2026-11-16 until 2027-05-01, termination: 50 % of 4450.00 + 100.00 = 2325.00"},
			after: "growth: 10 seat at 89; cycle 2026-11-01 P1M; P6M 2026-11-01/2027-05-01 expire until 2026-11-16",
		},
		{
			name: "leaving before another term", why: "the next term never begins; no fee was agreed", contract: twoMonthly, change: plans.Change{Cancel: true},
			after: "growth: 10 seat at 89; cycle 2026-11-01 P1M; P6M 2026-11-01/2027-05-01 expire until 2026-11-16",
		},
		{
			name: "leaving at the end", why: "the term is over", contract: leaving, change: plans.Change{Cancel: true}, at: "2027-05-01",
			after: "growth: 10 seat at 89; cycle 2026-11-01 P1M; P6M 2026-11-01/2027-05-01 expire",
		},
		{name: "leaving without a term", why: "the caller stops billing the contract", contract: monthlyKinds(), change: plans.Change{Cancel: true}},
		{name: "before the terms", why: "the contract has no paid time then", contract: leaving, change: quantityChange("1", "seat"), at: "2026-10-31", wantErr: []string{"at outside"}},
		{name: "after the terms", why: "the contract has no paid time then", contract: leaving, change: priceChange("80", "seat"), at: "2027-05-01", wantErr: []string{"at outside"}},
		{name: "leaving before the terms", why: "the contract has no term then", contract: leaving, change: plans.Change{Cancel: true}, at: "2026-10-31", wantErr: []string{"at outside"}},
		{name: "nothing", why: "law 13: no hidden defaults", contract: leaving, wantErr: []string{"change unset"}},
		{
			name: "more than the limit of amounts", why: "law 14: each number is within the limits, and their product for a term is not", contract: prepaid(nil, "P120M 2026-11-01/2036-11-01"), at: "2026-11-01",
			change: withPrice(quantityChange("999999999999999999", "phone"), `{"per":"P1M","unit":"999999999999999999"}`), wantErr: []string{"amount limit"},
		},
	} {
		t.Run(r.name, r.run)
	}
}

func TestContractAmendedPrice(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	steps := seats("10", "79.00")
	steps.Ramp = append(steps.Ramp, plans.RampStep{At: giventest.Instant("2026-11-21", nil), Item: one("seat", "20", "79.00")}, plans.RampStep{At: giventest.Instant("2026-11-26", nil), Item: one("seat", "20", "69.00")})
	graduated := seats("12", "0")
	graduated.Items[0] = sold("seat", "12", byTier)
	const left = "2026-11-16 until 2026-12-01, "
	for _, r := range []amendedRow{
		{
			name: "another price", why: "all ten for the rest of the month; half a month at 79.00 becomes a credit", contract: monthlyKinds(), change: priceChange("85", "seat"), kind: plans.ProrationCharge, period: november,
			want: []string{left + "seat: 10 x 85.00, 850.00 x 15/30 days = 425.00"},
		},
		{name: "a zero price", why: "a free line states its zero", contract: monthlyKinds(), change: priceChange("0", "seat"), kind: plans.ProrationCharge, period: november, want: []string{left + "seat: 10 x 0.00, 0.00 x 15/30 days = 0.00"}},
		{
			name: "in tiers", why: "from the first unit on, not from the paid units on", contract: graduated, change: withPrice(plans.Change{Set: []plans.ItemSetting{{Item: "seat"}}}, `{"tiering":"graduated","tiers":[{"up_to":"10","unit":"6"},{"unit":"5"}]}`), kind: plans.ProrationCharge, period: november,
			want: []string{left + "seat: 10 x 6.00 + 2 x 5.00, 70.00 x 15/30 days = 35.00"},
		},
		{
			name: "with steps within", why: "the step at the old price takes the new one, the other keeps its own", contract: steps, change: priceChange("85", "seat"), kind: plans.ProrationCharge, period: november,
			want: []string{
				"2026-11-16 until 2026-11-21, seat: 10 x 85.00, 850.00 x 5/30 days = 141.666..., rounded half up to 141.67",
				"2026-11-21 until 2026-11-26, seat: 20 x 85.00, 1700.00 x 5/30 days = 283.333..., rounded half up to 283.33",
				"2026-11-26 until 2026-12-01, seat: 20 x 69.00, 1380.00 x 5/30 days = 230.00",
			},
		},
		{
			name: "billed up front", why: "the rest of the one term, and the whole of the other", contract: prepaid(nil, "P6M 2026-11-01/2027-05-01", "P6M 2027-05-01/2027-11-01"), change: withPrice(plans.Change{Set: []plans.ItemSetting{{Item: "seat"}}}, `{"per":"P1M","unit":"14"}`), kind: plans.ProrationCharge,
			want: []string{
				"2026-11-16 until 2027-05-01, seat: 10 x 14.00 x 6, 840.00 x 166/181 days = 770.386..., rounded half up to 770.39",
				"2027-05-01 until 2027-11-01, seat: 10 x 14.00 x 6 = 840.00",
			},
		},
		{
			name: "in the last month of a term", why: "until the end of the term", contract: shorter(committed(nil, "P6M 2026-11-01/2027-05-01"), "2027-04-16"), change: priceChange("80", "seat"), at: "2027-04-06", kind: plans.ProrationCharge, period: "2027-04-01/2027-05-01",
			want: []string{"2027-04-06 until 2027-04-16, seat: 10 x 80.00, 800.00 x 10/30 days = 266.666..., rounded half up to 266.67"},
		},
		{
			name: "on another calendar", why: "the evening of the 15th in New York: that day belongs to the new price", contract: seatsFrom("2026-11-01", "P1M", newYork), change: priceChange("90", "seat"), at: "2026-11-16T03:00:00Z", kind: plans.ProrationCharge, period: november,
			want: []string{"2026-11-15T22:00:00 until 2026-12-01, seat: 10 x 90.00, 900.00 x 16/30 days = 480.00"},
		},
	} {
		t.Run(r.name, r.run)
	}
}

func TestContractAmendedAnchor(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	trial := seatsFrom("2026-12-15", "P1M", time.UTC)
	trial.First = giventest.Period("2026-11-01/2026-12-15", nil)
	stepped := seats("10", "89.00")
	stepped.Ramp = steps(nil, "2026-11-18 20 seat at 89.00", "2026-12-02 30 seat at 89.00")
	for _, r := range []amendedRow{
		{name: "earlier in the period", why: "nothing is charged; everything from November 20 on is credited", contract: seats("10", "89.00"), change: anchorChange("2026-11-20", nil), dropped: "2026-11-20"},
		{name: "later", why: "9 of the 30 days from November 10 to December 10", contract: seats("10", "89.00"), change: anchorChange("2026-12-10", nil), kind: plans.Recurring, period: "2026-11-10/2026-12-10", want: []string{"2026-12-01 until 2026-12-10, seat: 10 x 89.00, 890.00 x 9/30 days = 267.00"}},
		{name: "at the instant of the change", why: "the whole of the period that begins with it", contract: seats("10", "89.00"), change: anchorChange("2026-11-16", nil), kind: plans.Recurring, period: "2026-11-16/2026-12-16", want: []string{"2026-11-16 until 2026-12-16, seat: 10 x 89.00 = 890.00"}},
		{name: "one interval later", why: "the 15 days after the period", contract: seats("10", "89.00"), change: anchorChange("2026-12-16", nil), kind: plans.Recurring, period: "2026-11-16/2026-12-16", want: []string{"2026-12-01 until 2026-12-16, seat: 10 x 89.00, 890.00 x 15/30 days = 445.00"}},
		{
			name: "the 31st", why: "the 30 days after February, of the 31 from its last day, which is a boundary of that cycle", contract: seats("10", "89.00"), change: anchorChange("2027-03-31", nil), at: "2027-02-03", kind: plans.Recurring, period: "2027-02-28/2027-03-31",
			want: []string{"2027-03-01 until 2027-03-31, seat: 10 x 89.00, 890.00 x 30/31 days = 861.290..., rounded half up to 861.29"},
		},
		{
			name: "the 30th, from the 28th on", why: "2 of the 31 days from October 30, which the cycle remembers", contract: seatsFrom("2026-10-28", "P1M", time.UTC), change: anchorChange("2026-11-30", nil), kind: plans.Recurring, period: "2026-10-30/2026-11-30",
			want: []string{"2026-11-28 until 2026-11-30, seat: 10 x 89.00, 890.00 x 2/31 days = 57.419..., rounded half up to 57.42"},
		},
		{
			name: "every item, with steps within", why: "each step from its day on; the step of December 2 is in the added days", contract: stepped, change: anchorChange("2026-12-04", nil), kind: plans.Recurring, period: "2026-11-04/2026-12-04",
			want: []string{
				"2026-12-01 until 2026-12-02, seat: 20 x 89.00, 1780.00 x 1/30 days = 59.333..., rounded half up to 59.33",
				"2026-12-02 until 2026-12-04, seat: 30 x 89.00, 2670.00 x 2/30 days = 178.00",
			},
		},
		{name: "earlier in a term", why: "the term is billed monthly", contract: committed(nil, "P6M 2026-11-01/2027-05-01"), change: anchorChange("2026-11-20", nil), dropped: "2026-11-20"},
		{name: "later in a term", why: "the term is billed monthly", contract: committed(nil, "P6M 2026-11-01/2027-05-01"), change: anchorChange("2026-12-10", nil), kind: plans.Recurring, period: "2026-11-10/2026-12-10", want: []string{"2026-12-01 until 2026-12-10, seat: 10 x 89.00, 890.00 x 9/30 days = 267.00"}},
		{name: "beyond the end of a term", why: "the term ends as agreed, so that no day is added", contract: committed(nil, "P6M 2026-11-01/2027-05-01"), change: anchorChange("2027-05-10", nil), at: "2027-04-20"},
		{name: "in a longer first period", why: "the date ends the first period", contract: trial, change: anchorChange("2026-11-20", nil), dropped: "2026-11-20"},
		{name: "after a longer first period", why: "5 of the 30 days from November 20 to December 20", contract: trial, change: anchorChange("2026-12-20", nil), kind: plans.Recurring, period: "2026-11-20/2026-12-20", want: []string{"2026-12-15 until 2026-12-20, seat: 10 x 89.00, 890.00 x 5/30 days = 148.333..., rounded half up to 148.33"}},
		{
			name: "on another calendar", why: "midnight in New York, and months with 30 days there", contract: seatsFrom("2026-11-01", "P1M", newYork), change: anchorChange("2026-12-10T05:00:00Z", newYork), kind: plans.Recurring, period: "2026-11-10/2026-12-10", want: []string{"2026-12-01 until 2026-12-10, seat: 10 x 89.00, 890.00 x 9/30 days = 267.00"},
		},
		{
			name: "in a repeated hour", why: "01:30 is the first of the two; no instant before the change is billed", contract: seatsFrom("2026-10-10", "P1M", newYork), change: anchorChange("2026-11-01T01:30:00-05:00", newYork), at: "2026-11-01T01:30:00-05:00", kind: plans.Recurring, period: "2026-11-01T01:30:00-04:00/2026-12-01T01:30:00",
			want: []string{"2026-11-01T01:30:00 until 2026-12-01T01:30:00, seat: 10 x 89.00, 890.00 x 30/30 days = 890.00"},
		},
		{name: "billed up front", why: "a term is one period", contract: prepaid(nil, "P6M 2026-11-01/2027-05-01"), change: anchorChange("2026-11-20", nil), wantErr: []string{"change.anchor_at invalid"}},
		{name: "after the terms", why: "no time is left to bill", contract: committed(nil, "P6M 2026-11-01/2027-05-01"), change: anchorChange("2027-05-20", nil), at: "2027-05-01", wantErr: []string{"at outside"}},
	} {
		t.Run(r.name, r.run)
	}
}

// Laws 13 and 14: an unset policy is refused whatever the change, and all faults come at once.
func TestContractAmendedRefusesUnsetPolicy(t *testing.T) {
	changes := map[string]plans.Change{
		"more": quantityChange("1", "seat"), "less": quantityChange("-1", "seat"), "a price": priceChange("80", "seat"), "a date": anchorChange("2026-11-20", nil), "leaving": {Cancel: true},
		"a plan": {Plan: offering("scale", "P1M", "seat USD 139.00")},
	}
	_, err := seats("1", "1").Amended(quantityChange("1", "seat"), giventest.Instant("2026-11-16", nil), proration.Policy{})
	unset := giventest.Faults(err)
	if len(unset) == 0 || unset[0][:len("policy.")] != "policy." {
		t.Fatal(unset)
	}
	for name, change := range changes {
		_, err := seats("10", "79.00").Amended(change, giventest.Instant("2026-11-16", nil), proration.Policy{})
		if giventest.CheckFaults(t, err, unset...) {
			t.Error(name)
		}
	}
	contract := seats("10", "79.00")
	contract.Plan = ""
	_, err = contract.Amended(plans.Change{}, time.Time{}, proration.Policy{})
	giventest.CheckFaults(t, err, append([]string{"at unset", "contract.plan unset", "change unset"}, unset...)...)
	contract = in("XXX", seats("10", "79.00"))
	_, err = contract.Amended(quantityChange("1", "seat"), giventest.Instant("2026-11-16", nil), proration.Standard(2))
	giventest.CheckFaults(t, err, "contract.currency invalid")
}

// A change to the plan, the prices, the quantities and the interval that are there adds and replaces nothing. Anything
// else of the plan replaces everything.
func TestContractAmendedToWhatIsThere(t *testing.T) {
	contract := plans.Contract{
		Plan: "team", Currency: "USD", Cycle: giventest.Cycle("2026-01-01", "P1M", nil),
		Items: []plans.Item{sold("seat", "1", `{"unit":"54"}`)},
	}
	for _, c := range []struct {
		name, change string
		replaces     bool
	}{
		{"the same plan", `{"plan":{"id":"team","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"unit":"54"}}]}}`, false},
		{"with its interval in the price", `{"plan":{"id":"team","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"per":"P1M","unit":"54.00"}}]}}`, false},
		{"with more to offer", `{"plan":{"id":"team","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"unit":"54"}},{"item":"api","currency":"USD","price":{"unit":"9"}}]},"interval":"P1M"}`, false},
		{"another plan at the same price", `{"plan":{"id":"crew","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"unit":"54"}}]}}`, true},
		{"another price", `{"plan":{"id":"team","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"unit":"55"}}]}}`, true},
		{"another interval", `{"plan":{"id":"team","interval":"P3M","offers":[{"item":"seat","currency":"USD","price":{"per":"P1M","unit":"54"}}]}}`, true},
		{"other billing dates", `{"plan":{"id":"team","interval":"P1M","offers":[{"item":"seat","currency":"USD","price":{"unit":"54"}}]},"anchor":"reset"}`, true},
		{"the same quantity", `{"set":[{"item":"seat","quantity":"1"}]}`, false},
		{"the same list", `{"items":[{"id":"seat","quantity":"1"}],"interval":"P1M"}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var change plans.Change
			if err := json.Unmarshal([]byte(c.change), &change); err != nil {
				t.Fatal(err)
			}
			at := giventest.Instant("2026-01-06", nil)
			got, err := contract.Amended(change, at, proration.Standard(2))
			if err != nil || len(got.Charges) > 0 != c.replaces || len(got.Replaced) > 0 != c.replaces || contract.ReplacedBy(change, at) != c.replaces {
				t.Errorf("%d charges replace %v (%v), and ReplacedBy is %v; want %v", len(got.Charges), got.Replaced, err, contract.ReplacedBy(change, at), c.replaces)
			}
		})
	}
}
