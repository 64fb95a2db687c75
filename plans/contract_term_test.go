package plans_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// ending is the contract with another renewal mode of its last term.
func ending(c plans.Contract, end plans.RenewalMode) plans.Contract {
	c = clone.Deep(c)
	c.Terms[len(c.Terms)-1].Term.Renewal = end
	return c
}

// extended is the contract extended by the terms in turn: "P6M".
func extended(t *testing.T, c plans.Contract, lengths ...string) plans.Contract {
	t.Helper()
	for _, length := range lengths {
		term := c.Terms[len(c.Terms)-1].Term
		term.Length = giventest.Interval(length)
		var err error
		if c, err = c.Changed(plans.Change{Term: &term}, c.Terms[0].Period.Start); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestContractRenewed(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	half, months := prepaid(nil, "P6M 2026-11-01/2027-05-01"), committed(nil, "P6M 2026-11-01/2027-05-01")
	window := func(id, from, until string) plans.Discount {
		return plans.Discount{ID: id, Percent: giventest.Money("10"), Duration: plans.Forever, From: giventest.Instant(from, nil), Until: giventest.Instant(until, nil)}
	}
	discounted := clone.Deep(half)
	discounted.Terms[0].Term.Percent = giventest.Money("10")
	discounted.Discounts = []plans.Discount{
		window("term P6M from 2026-11-01", "2026-11-01", "2027-05-01"), window("winter", "", "2027-03-01"), window("spring", "2027-03-01", "2027-05-02"), window("always", "", ""),
		{ID: "twice", Percent: giventest.Money("5"), Duration: plans.Repeating, Periods: 2},
	}
	stepped := clone.Deep(half)
	for _, s := range []string{"2026-12-01 11", "2027-05-01 12", "2027-05-02 13"} {
		stepped.Ramp = append(stepped.Ramp, plans.RampStep{At: giventest.Instant(s[:10], nil), Item: sold("seat", s[11:], `{"per":"P1M","unit":"14"}`)})
	}
	without := func(c plans.Contract) plans.Contract {
		c.Items = nil
		return c
	}
	leaving, usage := clone.Deep(half), clone.Deep(half)
	leaving.Ramp = []plans.RampStep{{At: giventest.Instant("2027-05-01", nil), Item: sold("seat", "0", `{"per":"P1M","unit":"15"}`)}}
	usage.Items = append(usage.Items, sold("call", "0", `{"per":"P1M","unit":"0.05","metered":true}`))
	august := prepaid(nil, "P6M 2026-08-31/2027-02-28")
	inNewYork := prepaid(newYork, "P6M 2026-09-15/2027-03-15")
	shortened, kinds := shorter(half, "2027-03-15"), ending(half, plans.Evergreen)
	steppedLater, uneven := ending(shortened, plans.Evergreen), ending(half, plans.Evergreen)
	steppedLater.Ramp = []plans.RampStep{{At: giventest.Instant("2027-04-20", nil), Item: sold("seat", "10", `{"per":"P3M","unit":"40"}`)}}
	uneven.Items = []plans.Item{sold("seat", "10", `{"per":"P3M","unit":"15"}`), sold("light", "2", `{"per":"P2M","unit":"9"}`)}
	kinds.Items = append(kinds.Items, sold("phone", "2", `{"per":"P3M","unit":"10"}`), sold("fax", "1", `{"per":"P1M","unit":"10"}`))
	setup := clone.Deep(kinds)
	setup.Items = append(setup.Items, one("setup", "1", "100"))
	broken := clone.Deep(half)
	broken.Terms[0].Term.Billing = 0
	for _, c := range []struct {
		name, why string
		contract  plans.Contract
		want      string // "" if the contract ends
		wantErr   []string
	}{
		{name: "without a term", why: "the contract continues unchanged", contract: ramped(), want: summary(ramped())},
		{name: "billed up front", why: "K8: another term of the same length, at the same price", contract: half, want: "base: 10 seat at 15 per P1M; cycle 2026-11-01 P6M; P6M 2027-05-01/2027-11-01 renew"},
		{name: "monthly", why: "the periods continue", contract: months, want: "growth: 10 seat at 89; cycle 2026-11-01 P1M; P6M 2027-05-01/2027-11-01 renew"},
		{name: "once", why: "the renewed term expires", contract: ending(half, plans.RenewOnce), want: "base: 10 seat at 15 per P1M; cycle 2026-11-01 P6M; P6M 2027-05-01/2027-11-01 expire"},
		{name: "evergreen", why: "the contract continues by period: no term binds the customer", contract: ending(months, plans.Evergreen), want: "growth: 10 seat at 89; cycle 2026-11-01 P1M"},
		{name: "evergreen, billed up front", why: "the contract continues in months, the length of its price", contract: ending(half, plans.Evergreen), want: "base: 10 seat at 15 per P1M; cycle 2027-05-01 P1M"},
		{
			name: "evergreen, with monthly and quarterly prices", why: "the longest length, since each price length divides it", contract: kinds,
			want: "base: 10 seat at 15 per P1M, 2 phone at 10 per P3M, 1 fax at 10 per P1M; cycle 2027-05-01 P3M",
		},
		{
			name: "evergreen, with a price for the term", why: "a price without a length is for the billed period", contract: setup,
			want: "base: 10 seat at 15 per P1M, 2 phone at 10 per P3M, 1 fax at 10 per P1M, 1 setup at 100; cycle 2026-11-01 P6M",
		},
		{
			name: "evergreen, with a later step for longer", why: "a step after a shortened end has a price too, and quarters fit both", contract: steppedLater,
			want: "base: 10 seat at 15 per P1M; from 2027-04-20 10 seat at 40 per P3M; cycle 2027-03-15 P3M",
		},
		{
			name: "evergreen, without a common length", why: "two months do not divide three: the periods stay those of the term, which fit all", contract: uneven,
			want: "base: 10 seat at 15 per P3M, 2 light at 9 per P2M; cycle 2026-11-01 P6M",
		},
		{name: "evergreen, from a short month", why: "law 6: the cycle is on the 31st", contract: ending(august, plans.Evergreen), want: "base: 10 seat at 15 per P1M; cycle 2027-02-28 P1M on the 31"},
		{name: "without items", why: "a contract that lost its last item renews, and bills nothing", contract: without(half), want: "base: ; cycle 2026-11-01 P6M; P6M 2027-05-01/2027-11-01 renew"},
		{name: "evergreen, without items", why: "no price has a length: the periods stay those of the term", contract: without(ending(half, plans.Evergreen)), want: "base: ; cycle 2026-11-01 P6M"},
		{name: "with a step to no units", why: "the item leaves at the end, before the renewal", contract: leaving, want: "base: ; cycle 2026-11-01 P6M; P6M 2027-05-01/2027-11-01 renew"},
		{name: "with a metered item", why: "the item is billed by its usage, and stays without units", contract: usage, want: "base: 10 seat at 15 per P1M, 0 call at 0.05 per P1M; cycle 2026-11-01 P6M; P6M 2027-05-01/2027-11-01 renew"},
		{name: "expire", why: "M2: the contract ends as agreed", contract: ending(half, plans.Expire)},
		{
			name: "the last of several terms", why: "the last agreed term is renewed", contract: ending(extended(t, half, "P9M"), plans.RenewOnce),
			want: "base: 10 seat at 15 per P1M; cycle 2028-02-01 P9M; P9M 2028-02-01/2028-11-01 expire",
		},
		{
			name: "discounts", why: "the discount of the term is given again for the new term; a discount that is over by its end is removed; later and endless ones stay", contract: discounted,
			want: "base: 10 seat at 15 per P1M; cycle 2026-11-01 P6M; P6M 2027-05-01/2027-11-01 renew; discount term P6M from 2027-05-01 2027-05-01/2027-11-01; " +
				"discount spring 2027-03-01/2027-05-02; discount always; discount twice",
		},
		{
			name: "discounts, evergreen", why: "without a term there is no term discount", contract: ending(discounted, plans.Evergreen),
			want: "base: 10 seat at 15 per P1M; cycle 2027-05-01 P1M; discount spring 2027-03-01/2027-05-02; discount always; discount twice",
		},
		{
			name: "a ramp", why: "steps up to the end, inclusive, have taken effect; later steps stay", contract: stepped,
			want: "base: 12 seat at 14 per P1M; from 2027-05-02 13 seat at 14 per P1M; cycle 2026-11-01 P6M; P6M 2027-05-01/2027-11-01 renew",
		},
		{name: "from a short month", why: "law 6: the term began on August 31, and ends there again", contract: august, want: "base: 10 seat at 15 per P1M; cycle 2026-08-31 P6M; P6M 2027-02-28/2027-08-31 renew"},
		{
			name: "in New York", why: "from midnight to midnight there, in daylight saving time and standard time", contract: inNewYork,
			want: "base: 10 seat at 15 per P1M; cycle 2026-09-15 P6M; P6M 2027-03-15/2027-09-15 renew",
		},
		{
			name: "shortened before", why: "the next term begins at the shortened end", contract: shortened,
			want: "base: 10 seat at 15 per P1M; cycle 2027-09-15 P6M; P6M 2027-03-15/2027-09-15 renew",
		},
		{name: "an invalid contract", why: "the method validates its contract", contract: broken, wantErr: []string{"contract.terms[0].term.billing unset"}},
		{name: "beyond the calendar", why: "law 14: no panic", contract: prepaid(nil, "P90000M 2026-11-01/9526-11-01"), wantErr: []string{"contract.at limit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := clone.Deep(c.contract)
			next, ok, err := c.contract.Renewed()
			if giventest.CheckFaults(t, err, c.wantErr...) && ok != (c.want != "") {
				t.Errorf("renewed: %v, want %q: %s", ok, c.want, c.why)
			}
			if !ok {
				if !reflect.DeepEqual(next, plans.Contract{}) {
					t.Errorf("the contract ends, and renews as %+v", next)
				}
			} else if got := summary(next); got != c.want {
				t.Errorf("got  %q\nwant %q: %s", got, c.want, c.why)
			} else {
				giventest.CheckFaults(t, next.Validate())
			}
			if !reflect.DeepEqual(c.contract, before) {
				t.Errorf("the input is now %+v", c.contract)
			}
		})
	}
}

// A renewal changes only the time of a contract.
func TestContractRenewedChangesOnlyTime(t *testing.T) {
	contract := fullContract()
	contract.Ramp = nil
	next, ok, err := contract.Renewed()
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	want := clone.Deep(contract)
	want.Terms = next.Terms
	if !reflect.DeepEqual(next, want) {
		t.Errorf("got  %s\nwant %s", giventest.JSON(t, next), giventest.JSON(t, want))
	}
	if got, want := giventest.JSON(t, next.Terms[0].Term), giventest.JSON(t, contract.Terms[1].Term); got != want {
		t.Errorf("the term is now %s, want %s", got, want)
	}
}

// RenewOnce is one more term, and then the end.
func TestContractRenewedOnceExpires(t *testing.T) {
	next, ok, err := ending(prepaid(nil, "P6M 2026-11-01/2027-05-01"), plans.RenewOnce).Renewed()
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if next, ok, err = next.Renewed(); err != nil || ok {
		t.Errorf("renewed twice: %+v, %v", next, err)
	}
}

// Law 6: a term that ended on the last day of a short month remembers its first day.
func TestContractTermsRememberDay(t *testing.T) {
	newYork, santiago, saoPaulo := giventest.Zone(t, "America/New_York"), giventest.Zone(t, "America/Santiago"), giventest.Zone(t, "America/Sao_Paulo")
	for _, c := range []struct {
		name, why string
		first     string
		loc       *time.Location
		lengths   []string
		want      []string // the end of each term
	}{
		{"six months", "August 31, not August 28", "P6M 2026-08-31/2027-02-28", nil, []string{"P6M", "P6M", "P6M"}, []string{"2027-02-28", "2027-08-31", "2028-02-29", "2028-08-31"}},
		{"nine months", "November has a 30th", "P6M 2026-08-31/2027-02-28", nil, []string{"P9M", "P1M", "P2M"}, []string{"2027-02-28", "2027-11-30", "2027-12-31", "2028-02-29"}},
		{"twelve months", "February again, then a month with 31 days", "P6M 2026-08-31/2027-02-28", nil, []string{"P1Y", "P1Y", "P1M"}, []string{"2027-02-28", "2028-02-29", "2029-02-28", "2029-03-31"}},
		{"from the 30th", "the last day of March is not its day", "P1M 2027-01-30/2027-02-28", nil, []string{"P1M", "P1M", "P10M"}, []string{"2027-02-28", "2027-03-30", "2027-04-30", "2028-02-29"}},
		{"from a leap day", "every fourth year", "P1Y 2028-02-29/2029-02-28", nil, []string{"P1Y", "P2Y", "P1M"}, []string{"2029-02-28", "2030-02-28", "2032-02-29", "2032-03-29"}},
		{"from a February", "a contract that began on February 28 is billed on the 28th", "P6M 2027-02-28/2027-08-28", nil, []string{"P6M", "P1M"}, []string{"2027-08-28", "2028-02-28", "2028-03-28"}},
		{"weeks", "weeks have no day of the month", "P4W 2027-01-31/2027-02-28", nil, []string{"P4W", "P1M", "P1M"}, []string{"2027-02-28", "2027-03-28", "2027-04-28", "2027-05-28"}},
		{"months, then days, then months", "from the end of the weeks", "P1M 2027-01-31/2027-02-28", nil, []string{"P30D", "P1M"}, []string{"2027-02-28", "2027-03-30", "2027-04-30"}},
		{
			"in New York", "on its calendar, across both clock changes", "P6M 2026-08-31T23:00:00/2027-02-28T23:00:00", newYork, []string{"P9M", "P9M"},
			[]string{"2027-02-28T23:00:00", "2027-11-30T23:00:00", "2028-08-31T23:00:00"},
		},
		{
			"at a skipped time", "clocks in New York have no 02:30 on March 14, and the cycle remembers the time of day", "P6M 2026-09-14T02:30:00/2027-03-14T03:30:00", newYork, []string{"P9M", "P6M"},
			[]string{"2027-03-14T03:30:00", "2027-12-14T02:30:00", "2028-06-14T02:30:00"},
		},
		{
			"on a day without midnight", "September 5, 2027 begins at one o'clock in Santiago", "P6M 2027-03-05/2027-09-05T01:00:00", santiago, []string{"P9M", "P6M"},
			[]string{"2027-09-05T01:00:00", "2028-06-05", "2028-12-05"},
		},
		{
			"in Sao Paulo", "October 15, 2017 begins at one o'clock there", "P6M 2017-04-15/2017-10-15T01:00:00", saoPaulo, []string{"P6M", "P9M"},
			[]string{"2017-10-15T01:00:00", "2018-04-15", "2019-01-15"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract := prepaid(c.loc, c.first)
			contract.Items[0].Price.Per = proration.Interval{}
			contract = extended(t, contract, c.lengths...)
			for i, a := range contract.Terms {
				if want := giventest.Instant(c.want[i], c.loc); !a.Period.End.Equal(want) {
					t.Errorf("term %d ends %v, want %v: %s", i, a.Period.End, want, c.why)
				}
			}
			// The following cycle has the last end as a boundary, and remembers its day too.
			end := contract.End()
			if next, err := contract.Cycle.Next(end); err != nil || !next.Equal(end) {
				t.Errorf("the cycle continues at %v (%v), want %v", next, err, end)
			}
		})
	}
}

// M5: an extension has the discount of its own term, and the earlier term keeps its own: seats added for both cost both
// rates.
func TestContractTermDiscounts(t *testing.T) {
	contract := prepaid(nil, "P6M 2026-11-01/2027-05-01")
	for _, d := range []string{"5", "10"} { // the first term was sold without a discount
		term := plans.Term{Length: giventest.Interval("P6M"), Billing: plans.UpFront, Renewal: plans.Renew, Percent: giventest.Money(d)}
		var err error
		if contract, err = contract.Changed(plans.Change{Term: &term}, giventest.Instant("2026-11-01", nil)); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := giventest.JSON(t, contract.Discounts[0]), `{"id":"term P6M from 2027-11-01","percent":"10","duration":"forever",`+
		`"from":"2027-11-01T00:00:00Z","until":"2028-05-01T00:00:00Z","kinds":["recurring","proration_charge","extension","shortfall"]}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	rest, err := contract.RemainingPortions(giventest.Instant("2027-04-01", nil))
	if err != nil {
		t.Fatal(err)
	}
	var charges []plans.Charge
	for _, p := range rest {
		added, err := contract.Added(quantityChange("2", "seat"), p, proration.Standard(2))
		if err != nil {
			t.Fatal(err)
		}
		charges = append(charges, added...)
	}
	reduced, err := plans.ApplyDiscounts(plans.DiscountRequest{
		Charges: charges, Discounts: contract.Discounts, Currency: "USD", Mode: proration.HalfUp, Allocation: proration.LargestRemainder,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"2027-04-01 until 2027-05-01, seat: 2 x 15.00 x 6, 180.00 x 30/181 days = 29.834..., rounded half up to 29.83",
		"2027-05-01 until 2027-11-01, seat: 2 x 15.00 x 6 = 180.00, less 5 % 9.00 = 171.00",
		"2027-11-01 until 2028-05-01, seat: 2 x 15.00 x 6 = 180.00, less 10 % 18.00 = 162.00",
	}
	if got := lines(reduced.Charges, nil); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestContractExtended(t *testing.T) {
	half := prepaid(nil, "P6M 2026-08-31/2027-02-28")
	half.Items = append(half.Items, sold("light", "6", `{"per":"P1M",`+byTier[1:]), sold("setup", "1", `{"flat":"100"}`))
	half.Discounts = []plans.Discount{{ID: "friends", Percent: giventest.Money("50"), Duration: plans.Forever}}
	stepped := extended(t, half, "P6M")
	stepped.Ramp = []plans.RampStep{{At: giventest.Instant("2026-12-01", nil), Item: sold("seat", "12", `{"per":"P1M","unit":"14"}`)}, {At: giventest.Instant("2027-06-01", nil), Item: sold("seat", "13", `{"per":"P1M","unit":"13"}`)}}
	unsound := extended(t, half, "P6M")
	unsound.Plan = ""
	for _, c := range []struct {
		name, why string
		contract  plans.Contract
		want      []string
		wantErr   []string
	}{
		{
			name: "nine months", why: "M5: the contract price for the months of the new term, before discounts", contract: extended(t, half, "P9M"),
			want: []string{
				"2027-02-28 until 2027-11-30, seat: 10 x 15.00 x 9 = 1350.00", "2027-02-28 until 2027-11-30, light: (5 x 7.00 + 1 x 6.50) x 9 = 373.50",
				"2027-02-28 until 2027-11-30, setup: 100.00 = 100.00",
			},
		},
		{
			name: "twice", why: "only the last term is extended", contract: extended(t, half, "P9M", "P1M"),
			want: []string{"2027-11-30 until 2027-12-31, seat: 10 x 15.00 = 150.00", "2027-11-30 until 2027-12-31, light: 5 x 7.00 + 1 x 6.50 = 41.50", "2027-11-30 until 2027-12-31, setup: 100.00 = 100.00"},
		},
		{
			name: "with a ramp", why: "the steps within the new term, and the earlier ones: 93 and 91 of 184 days", contract: stepped,
			want: []string{
				"2027-02-28 until 2027-06-01, seat: 12 x 14.00 x 6, 1008.00 x 93/184 days = 509.478..., rounded half up to 509.48",
				"2027-06-01 until 2027-08-31, seat: 13 x 13.00 x 6, 1014.00 x 91/184 days = 501.489..., rounded half up to 501.49",
				"2027-02-28 until 2027-08-31, light: (5 x 7.00 + 1 x 6.50) x 6 = 249.00", "2027-02-28 until 2027-08-31, setup: 100.00 = 100.00",
			},
		},
		{name: "an invalid contract", why: "the method validates its contract", contract: unsound, wantErr: []string{"contract.plan unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			charges, err := c.contract.Extended(proration.Standard(2))
			if giventest.CheckFaults(t, err, c.wantErr...) {
				last := c.contract.Terms[len(c.contract.Terms)-1].Period
				checkCharges(t, c.contract, plans.Extension, charges, last, c.want)
			} else if charges != nil {
				t.Errorf("charges come with the error: %+v", charges)
			}
			if t.Failed() {
				t.Log(c.why)
			}
		})
	}
	_, err := extended(t, half, "P6M").Extended(proration.Policy{})
	giventest.CheckFaults(t, err, "policy.day_count unset", "policy.first_day unset", "policy.last_day unset", "policy.change_day unset", "policy.rounding.mode unset")

	// Without a term, one begins with the change, and the months of a new term are billed as they begin.
	dec1 := giventest.Instant("2026-12-01", nil)
	amended, err := seats("10", "89").Amended(plans.Change{Term: &half.Terms[0].Term}, dec1, proration.Standard(2))
	if giventest.CheckFaults(t, err); len(amended.Charges) != 1 || amended.Charges[0].Explain() != "seat: 10 x 89.00 x 6 = 5340.00" {
		t.Errorf("the charges are %+v", amended.Charges)
	}
	monthly := committed(nil, "P6M 2026-11-01/2027-05-01")
	amended, err = monthly.Amended(plans.Change{Term: &monthly.Terms[0].Term}, dec1, proration.Standard(2))
	if giventest.CheckFaults(t, err); amended.Charges != nil {
		t.Errorf("the term is charged at once: %+v", amended.Charges)
	}
}

func TestContractNoticeBy(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	saoPaulo := giventest.Zone(t, "America/Sao_Paulo")
	for _, c := range []struct {
		name, why string
		terms     []string
		notice    string
		loc       *time.Location
		want      string
		wantErr   []string
	}{
		{name: "thirty days", why: "days count on the calendar", terms: []string{"P6M 2026-11-01/2027-05-01"}, notice: "P30D", want: "2027-04-01"},
		{name: "a month", why: "the same day of the month before", terms: []string{"P6M 2026-11-15/2027-05-15"}, notice: "P1M", want: "2027-04-15"},
		{name: "three months, into a short month", why: "February has no 31st", terms: []string{"P6M 2026-11-30/2027-05-31"}, notice: "P3M", want: "2027-02-28"},
		{name: "from a short month", why: "a month before February 28 is January 28, whatever day the contract began on", terms: []string{"P6M 2026-08-31/2027-02-28"}, notice: "P1M", want: "2027-01-28"},
		{name: "two days", why: "48 hours of elapsed time", terms: []string{"P6M 2026-11-01/2027-05-01"}, notice: "PT48H", want: "2027-04-29"},
		{name: "several terms", why: "the others are over then", terms: []string{"P6M 2026-11-01/2027-05-01", "P6M 2027-05-01/2027-11-01"}, notice: "P1W", want: "2027-10-25"},
		{name: "none", why: "until the end of the term", terms: []string{"P6M 2026-11-01/2027-05-01"}, want: "2027-05-01"},
		{name: "longer than the term", why: "notice is due before the term begins, as agreed", terms: []string{"P1M 2026-11-01/2026-12-01"}, notice: "P3M", want: "2026-09-01"},
		{name: "in New York, across a clock change", why: "midnight there, although March 14 has 23 hours", terms: []string{"P6M 2026-09-15/2027-03-15"}, notice: "P2D", loc: newYork, want: "2027-03-13"},
		{name: "in hours there", why: "48 hours of elapsed time end an hour earlier", terms: []string{"P6M 2026-09-15/2027-03-15"}, notice: "PT48H", loc: newYork, want: "2027-03-12T23:00:00"},
		{name: "in Sao Paulo, to a day without midnight", why: "from the first instant of October 15, 2017 on", terms: []string{"P1M 2017-09-22/2017-10-22"}, notice: "P1W", loc: saoPaulo, want: "2017-10-15T01:00:00"},
		{name: "before the calendar", why: "law 14: no panic", terms: []string{"P1M 0001-02-01/0001-03-01"}, notice: "P3M", wantErr: []string{"n limit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, contract := range []plans.Contract{prepaid(c.loc, c.terms...), committed(c.loc, c.terms...)} {
				if c.notice != "" {
					contract.Terms[len(c.terms)-1].Term.Notice = giventest.Interval(c.notice)
				}
				contract.Items[0].Price.Per = proration.Interval{}
				got, err := contract.NoticeBy()
				if giventest.CheckFaults(t, err, c.wantErr...) && !got.Equal(giventest.Instant(c.want, c.loc)) {
					t.Errorf("got %v, want %s: %s", got, c.want, c.why)
				}
			}
		})
	}
	if got, err := seats("10", "89").NoticeBy(); err != nil || !got.IsZero() {
		t.Errorf("a contract without a term renews nothing, and notice is due by %v, %v", got, err)
	}
}

// The calendar of a contract is its zone, not the zone of an instant: here a contract in UTC without a location has
// instants that were read with an offset.
func TestContractUsesOwnCalendar(t *testing.T) {
	offset := time.FixedZone("", -5*60*60)
	contract := prepaid(nil, "P6M 2026-08-31/2027-02-28")
	contract.Cycle.Location = nil
	contract.Terms[0].Period.Start, contract.Terms[0].Period.End = contract.Terms[0].Period.Start.In(offset), contract.Terms[0].Period.End.In(offset)
	contract.Terms[0].Term.Notice = giventest.Interval("P1M")

	if got, err := contract.NoticeBy(); err != nil || !got.Equal(giventest.Instant("2027-01-28", nil)) {
		t.Errorf("renewal can be declined until %v, %v", got, err)
	}
	want := "base: 10 seat at 15 per P1M; cycle 2027-11-30 P9M on the 31; P6M 2026-08-31/2027-02-28 renew; P9M 2027-02-28/2027-11-30 renew"
	if got := summary(extended(t, contract, "P9M")); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	renewed, _, err := contract.Renewed()
	if err != nil || !renewed.End().Equal(giventest.Instant("2027-08-31", nil)) {
		t.Errorf("renewed until %v, %v", renewed.End(), err)
	}
	months := seats("10", "79")
	months.Cycle.Location = nil
	after, err := months.Changed(plans.Change{Plan: offering("scale", "P1Y", "seat USD 139.00")}, giventest.Instant("2026-11-16T03:30:00", nil).In(offset))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := summary(after), "scale: 10 seat at 139 per P1Y; cycle 2026-11-16T03:30:00 P1Y"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Weeks have no day of the month: the extension starts from the day of their end.
func TestContractExtendedFromWeeks(t *testing.T) {
	contract := seats("1", "10")
	contract.Cycle = giventest.Cycle("2027-01-31", "P4W", nil)
	contract.Terms = []plans.ContractTerm{{
		Term:   plans.Term{Length: giventest.Interval("P4W"), Billing: plans.UpFront, Renewal: plans.Renew},
		Period: giventest.Period("2027-01-31/2027-02-28", nil),
	}}
	month := plans.Term{Length: giventest.Interval("P1M"), Billing: plans.UpFront, Renewal: plans.Renew}
	longer, err := contract.Changed(plans.Change{Term: &month}, giventest.Instant("2027-02-10", nil))
	if err != nil {
		t.Fatal(err)
	}
	if want := giventest.Instant("2027-03-28", nil); !longer.End().Equal(want) {
		t.Errorf("the contract ends %s, want %s", longer.End(), want)
	}
}

// Credits above the billed amount do not raise the shortfall of a minimum.
func TestContractShortfallIgnoresExcessCredits(t *testing.T) {
	contract := seats("1", "10")
	contract.Minimum = giventest.Money("100")
	billed := plans.Charge{Currency: "USD"}
	billed.Share.Amount = giventest.Money("-30.00")
	lacking, err := contract.Shortfall([]plans.Charge{billed}, part(november, "", nil), proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "the shortfall", lacking[0].Net, "100")
	if len(lacking[0].Discounts) != 0 {
		t.Errorf("the deductions are %v", lacking[0].Discounts)
	}
}
