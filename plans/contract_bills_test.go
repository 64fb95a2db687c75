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

func TestContractRemainingPortions(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	saoPaulo := giventest.Zone(t, "America/Sao_Paulo")
	open := func(start, interval string, loc *time.Location) plans.Contract {
		c := seats("10", "89.00")
		c.Cycle = giventest.Cycle(start, interval, loc)
		return c
	}
	three := prepaid(nil, "P6M 2026-11-01/2027-05-01", "P9M 2027-05-01/2028-02-01", "P1M 2028-02-01/2028-03-01")
	months := committed(nil, "P6M 2026-11-01/2027-05-01", "P6M 2027-05-01/2027-11-01")
	trial := open("2026-12-15", "P1M", nil)
	trial.First = giventest.Period("2026-11-01/2026-12-15", nil)
	const first, second, third = "2026-11-01/2027-05-01", "2027-05-01/2028-02-01", "2028-02-01/2028-03-01"
	for _, c := range []struct {
		name, why string
		contract  plans.Contract
		at        string
		want      []string // period and span, in pairs
		wantErr   []string
	}{
		{name: "within a month", why: "K3a: the rest of the month", contract: open("2026-11-01", "P1M", nil), at: "2026-11-16", want: []string{november, "2026-11-16/2026-12-01"}},
		{name: "at the start of a month", why: "the whole month", contract: open("2026-11-01", "P1M", nil), at: "2026-12-01", want: []string{"2026-12-01/2027-01-01", "2026-12-01/2027-01-01"}},
		{name: "at the last moment of a month", why: "a moment", contract: open("2026-11-01", "P1M", nil), at: "2026-11-30T23:59:59.999999999", want: []string{november, "2026-11-30T23:59:59.999999999/2026-12-01"}},
		{name: "within a year", why: "K3b: the contract is the period", contract: open("2026-03-01", "P1Y", nil), at: "2026-11-16", want: []string{"2026-03-01/2027-03-01", "2026-11-16/2027-03-01"}},
		{name: "monthly in a term", why: "only the month is paid", contract: months, at: "2027-04-20", want: []string{"2027-04-01/2027-05-01", "2027-04-20/2027-05-01"}},
		{
			name: "billed up front, in the first term", why: "M6: all paid time, each term as its own whole", contract: three, at: "2027-01-10",
			want: []string{first, "2027-01-10/2027-05-01", second, second, third, third},
		},
		{name: "billed up front, in the second term", why: "the first term is over", contract: three, at: "2027-05-01", want: []string{second, second, third, third}},
		{name: "billed up front, in the last term", why: "until its end", contract: three, at: "2028-02-29T12:00:00", want: []string{third, "2028-02-29T12:00:00/2028-03-01"}},
		{name: "billed up front, at the start", why: "all terms", contract: three, at: "2026-11-01", want: []string{first, first, second, second, third, third}},
		{
			name: "in New York", why: "a month there, with one more hour", contract: open("2026-11-01", "P1M", newYork), at: "2026-11-01T01:30:00",
			want: []string{november, "2026-11-01T01:30:00/2026-12-01"},
		},
		{
			name: "in Sao Paulo", why: "a week that begins on a day without midnight", contract: open("2017-10-08", "P1W", saoPaulo), at: "2017-10-16",
			want: []string{"2017-10-15T01:00:00/2017-10-22", "2017-10-16/2017-10-22"},
		},
		{name: "in a longer first period", why: "M18: the first period includes the days of the trial, and is one period", contract: trial, at: "2026-11-20", want: []string{"2026-11-01/2026-12-15", "2026-11-20/2026-12-15"}},
		{name: "after a longer first period", why: "the cycle continues from its end", contract: trial, at: "2026-12-15", want: []string{"2026-12-15/2027-01-15", "2026-12-15/2027-01-15"}},
		{
			name: "billed up front, shortened", why: "law 4: the whole stays the priced year, of which three months are left", contract: shorter(prepaid(nil, "P1Y 2026-01-01/2027-01-01"), "2026-07-01"), at: "2026-04-01",
			want: []string{"2026-01-01/2027-01-01", "2026-04-01/2026-07-01"},
		},
		{
			name: "billed up front, the second term shortened", why: "law 4: the whole stays the priced term, also before it begins", contract: shorter(prepaid(nil, "P6M 2026-11-01/2027-05-01", "P6M 2027-05-01/2027-11-01"), "2027-06-01"), at: "2027-04-01",
			want: []string{first, "2027-04-01/2027-05-01", "2027-05-01/2027-11-01", "2027-05-01/2027-06-01"},
		},
		{name: "after the end of a shortened term", why: "no time of it is left", contract: shorter(prepaid(nil, "P1Y 2026-01-01/2027-01-01"), "2026-07-01"), at: "2026-07-01", wantErr: []string{"at outside"}},
		{
			name: "monthly, shortened", why: "no time after the end is paid", contract: shorter(committed(nil, "P6M 2026-11-01/2027-05-01"), "2026-12-16"), at: "2026-12-05",
			want: []string{"2026-12-01/2027-01-01", "2026-12-05/2026-12-16"},
		},
		{name: "before the first term", why: "no time is paid yet", contract: three, at: "2026-10-31T23:59:59.999999999", wantErr: []string{"at outside"}},
		{name: "at the end of the last term", why: "no time is left", contract: three, at: "2028-03-01", wantErr: []string{"at outside"}},
		{name: "after the term, monthly", why: "no time is left", contract: months, at: "2027-11-01", wantErr: []string{"at outside"}},
		{name: "before the term, monthly", why: "no time is paid yet", contract: months, at: "2026-10-31", wantErr: []string{"at outside"}},
		{name: "no instant", why: "law 13: a missing instant is not the year 1", contract: three, at: "", wantErr: []string{"at unset"}},
		{name: "all faults at once", why: "law 14: all faults come at once", contract: plans.Contract{Currency: "USD", Cycle: three.Cycle}, at: "", wantErr: []string{"contract.plan unset", "at unset"}},
		{name: "without items", why: "the periods continue after the last item left", contract: empty(), at: "2026-11-16", want: []string{november, "2026-11-16/2026-12-01"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			loc := c.contract.Cycle.Location
			before := clone.Deep(c.contract)
			rest, err := c.contract.RemainingPortions(giventest.Instant(c.at, loc))
			giventest.CheckFaults(t, err, c.wantErr...)
			var got, want []string
			for _, p := range rest {
				got = append(got, p.Period.String(), p.Span.String())
			}
			for _, text := range c.want {
				want = append(want, giventest.Period(text, loc).String())
			}
			if !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q: %s", got, want, c.why)
			}
			if !reflect.DeepEqual(c.contract, before) {
				t.Errorf("the contract is now %+v", c.contract)
			}
		})
	}
}

func TestContractTerminationFee(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	const sixMonths = "P6M 2026-11-01/2027-05-01"
	with := func(c plans.Contract, fee, percent string, edits ...func(*plans.Contract)) plans.Contract {
		c.Terms[len(c.Terms)-1].Term.TerminationFee = plans.TerminationFee{Fee: giventest.Money(fee), Percent: giventest.Money(percent)}
		for _, edit := range edits {
			edit(&c)
		}
		return c
	}
	discounts := func(all ...plans.Discount) func(*plans.Contract) {
		return func(c *plans.Contract) { c.Discounts = all }
	}
	tenOff := plans.Discount{ID: "term", Percent: giventest.Money("10"), Duration: plans.Forever}
	twice := plans.Discount{ID: "welcome", Amount: giventest.Money("100"), Currency: "USD", Duration: plans.Repeating, Periods: 2}
	kept := plans.Discount{ID: "gift", Amount: giventest.Money("1000"), Currency: "USD", Duration: plans.Once, Rollover: true}
	untilMarch := plans.Discount{ID: "winter", Percent: giventest.Money("50"), Duration: plans.Forever, Until: giventest.Instant("2027-03-01", nil)}
	longFirst := func(c *plans.Contract) {
		c.Cycle, c.First = giventest.Cycle("2026-12-15", "P1M", time.UTC), giventest.Period("2026-11-01/2026-12-15", nil)
	}
	unset := with(committed(nil, sixMonths), "0", "50")
	unset.Currency = ""
	for _, c := range []struct {
		name, why string
		contract  plans.Contract
		at        string
		want, net string
		wantErr   []string
	}{
		{name: "no fee agreed", why: "the fee is zero", contract: committed(nil, sixMonths), at: "2027-01-10", want: "termination: 2670 x 0.00 = 0.00", net: "0"},
		{name: "a fixed fee", why: "the fee does not depend on the rest", contract: with(committed(nil, sixMonths), "250", "0"), at: "2027-01-10", want: "termination: 250.00 = 250.00", net: "250"},
		{name: "the whole rest", why: "February, March and April were still to be billed", contract: with(committed(nil, sixMonths), "0", "100"), at: "2027-01-10", want: "termination: 100 % of 2670.00 = 2670.00", net: "2670"},
		{name: "half of the rest", why: "50 percent of three months of 890.00", contract: with(committed(nil, sixMonths), "0", "50"), at: "2027-01-10", want: "termination: 50 % of 2670.00 = 1335.00", net: "1335"},
		{name: "half of the rest, and a fixed fee", why: "half of the rest and the fixed fee add up", contract: with(committed(nil, sixMonths), "250", "50"), at: "2027-01-10", want: "termination: 50 % of 2670.00 + 250.00 = 1585.00", net: "1585"},
		{name: "at the start of a month", why: "the month that begins then was still to be billed", contract: with(committed(nil, sixMonths), "0", "50"), at: "2027-02-01", want: "termination: 50 % of 2670.00 = 1335.00", net: "1335"},
		{name: "a moment after the start of a month", why: "that month was billed", contract: with(committed(nil, sixMonths), "0", "50"), at: "2027-02-01T00:00:00.000000001", want: "termination: 50 % of 1780.00 = 890.00", net: "890"},
		{name: "at the start of the term", why: "all six months", contract: with(committed(nil, sixMonths), "0", "50"), at: "2026-11-01", want: "termination: 50 % of 5340.00 = 2670.00", net: "2670"},
		{name: "before the term begins", why: "a term that has not begun cannot be left", contract: with(committed(nil, sixMonths), "0", "50"), at: "2026-10-31T23:59:59", wantErr: []string{"at outside"}},
		{
			name: "a shortened term", why: "until its new end: half of the days of February", contract: with(shorter(committed(nil, sixMonths), "2027-02-15"), "0", "100"), at: "2027-01-10",
			want: "termination: 100 % of 445.00 = 445.00", net: "445",
		},
		{name: "after the end of a shortened term", why: "no term binds the customer", contract: with(shorter(committed(nil, sixMonths), "2027-02-15"), "250", "100"), at: "2027-02-15", want: "termination: 0 x 0.00 = 0.00", net: "0"},
		{name: "in the last month", why: "no month is left to bill", contract: with(committed(nil, sixMonths), "250", "50"), at: "2027-04-02", want: "termination: 50 % of 0.00 + 250.00 = 250.00", net: "250"},
		{name: "at the end of the term", why: "the term was kept", contract: with(committed(nil, sixMonths), "250", "50"), at: "2027-05-01", want: "termination: 0 x 0.00 = 0.00", net: "0"},
		{name: "after the term", why: "the term was kept", contract: with(committed(nil, sixMonths), "250", "50"), at: "2029-05-01", want: "termination: 0 x 0.00 = 0.00", net: "0"},
		{name: "without a term", why: "no term binds the customer", contract: seats("10", "89"), at: "2026-11-16", want: "termination: 0 x 0.00 = 0.00", net: "0"},
		{name: "billed up front", why: "everything was billed: a percentage of zero, and the fixed fee", contract: with(prepaid(nil, sixMonths), "250", "100"), at: "2026-11-16", want: "termination: 100 % of 0.00 + 250.00 = 250.00", net: "250"},
		{
			name: "in the first of two terms", why: "the fee of the last term applies to the rest of both: three months and six", contract: with(committed(nil, sixMonths, "P6M 2027-05-01/2027-11-01"), "0", "100"), at: "2027-01-10",
			want: "termination: 100 % of 8010.00 = 8010.00", net: "8010",
		},
		{
			name: "in a longer first period", why: "M18: the first period was billed at its start, and is one period", contract: with(committed(nil, "P3M 2026-11-01/2027-03-15"), "0", "100", longFirst), at: "2026-11-10",
			want: "termination: 100 % of 2670.00 = 2670.00", net: "2670",
		},
		{
			name: "at the start of a longer first period", why: "that period is still to be billed, once", contract: with(committed(nil, "P3M 2026-11-01/2027-03-15"), "0", "100", longFirst), at: "2026-11-01",
			want: "termination: 100 % of 3560.00 = 3560.00", net: "3560",
		},
		{
			name: "rounded", why: "law 16: the text has the effect of rounding", contract: with(committed(nil, sixMonths), "0", "50", func(c *plans.Contract) { c.Items[0] = one("seat", "1", "66.67") }), at: "2027-04-01",
			want: "termination: 50 % of 66.67, 33.335 x 1/1 = 33.335, rounded half up to 33.34", net: "33.34",
		},
		{
			name: "less a percentage", why: "law 8: the bills to come are after discounts", contract: with(committed(nil, sixMonths), "0", "50", discounts(tenOff)), at: "2027-01-10",
			want: "termination: 50 % of 2403.00 = 1201.50", net: "1201.5",
		},
		{
			name: "less a repeating discount", why: "it applies to two of three months", contract: with(committed(nil, sixMonths), "0", "50", discounts(twice)), at: "2027-01-10",
			want: "termination: 50 % of 2470.00 = 1235.00", net: "1235",
		},
		{
			name: "less a rollover discount", why: "890.00 of 1000.00 in the first month, 110.00 in the second", contract: with(committed(nil, sixMonths), "0", "50", discounts(kept)), at: "2027-01-10",
			want: "termination: 50 % of 1670.00 = 835.00", net: "835",
		},
		{
			name: "less a discount that ends", why: "February at half price, March and April at the full price", contract: with(committed(nil, sixMonths), "0", "50", discounts(untilMarch)), at: "2027-01-10",
			want: "termination: 50 % of 2225.00 = 1112.50", net: "1112.5",
		},
		{
			name: "with a minimum", why: "the bills include the shortfall: 1000.00 each", contract: with(committed(nil, sixMonths), "0", "50", func(c *plans.Contract) { c.Minimum = giventest.Money("1000") }), at: "2027-01-10",
			want: "termination: 50 % of 3000.00 = 1500.00", net: "1500",
		},
		{
			name: "without items", why: "nothing was still to be billed; the fixed fee was agreed", contract: with(committed(nil, sixMonths), "250", "50", func(c *plans.Contract) { c.Items = nil }), at: "2027-01-10",
			want: "termination: 50 % of 0.00 + 250.00 = 250.00", net: "250",
		},
		{
			name: "with a step to no units", why: "ten seats in February and for 15 days of March, then none", contract: with(committed(nil, sixMonths), "0", "100", func(c *plans.Contract) {
				c.Ramp = steps(nil, "2027-03-16 0 seat at 89.00")
			}), at: "2027-01-10", want: "termination: 100 % of 1320.65 = 1320.65", net: "1320.65",
		},
		{
			name: "with a ramp", why: "ten seats in February and for 15 days of March, then twenty", contract: with(committed(nil, sixMonths), "0", "100", func(c *plans.Contract) {
				c.Ramp = steps(nil, "2027-03-16 20 seat at 89.00")
			}), at: "2027-01-10",
			// 890.00 + 890.00 x 15/31 + 1780.00 x 16/31 + 1780.00
			want: "termination: 100 % of 4019.36 = 4019.36", net: "4019.36",
		},
		{
			name: "with a partial last month", why: "law 4: half of the days of April would be billed", contract: with(committed(nil, "P6M 2026-11-01/2027-04-16"), "0", "100"), at: "2027-03-10",
			want: "termination: 100 % of 445.00 = 445.00", net: "445",
		},
		{
			name: "in New York", why: "the month that begins at midnight there", contract: with(committed(newYork, sixMonths), "0", "100"), at: "2027-04-01", want: "termination: 100 % of 890.00 = 890.00", net: "890",
		},
		{
			name: "in New York, a moment before midnight", why: "it is 03:59:59 in UTC", contract: with(committed(newYork, sixMonths), "0", "100"), at: "2027-04-01T03:59:59Z", want: "termination: 100 % of 890.00 = 890.00", net: "890",
		},
		{
			name: "yen", why: "yen have no places", contract: in("JPY", with(committed(nil, sixMonths), "0", "100")), at: "2027-04-01", want: "termination: 100 % of 890 = 890", net: "890",
		},
		{name: "no instant", why: "law 13: a missing instant is not the year 1", contract: with(committed(nil, sixMonths), "0", "50"), at: "", wantErr: []string{"at unset"}},
		{name: "an invalid contract", why: "the method validates its contract", contract: unset, at: "2027-01-10", wantErr: []string{"contract.currency unset"}},
		{
			name: "more periods than the limit", why: "law 14: a term in periods of a second exceeds the limit", contract: with(committed(nil, sixMonths), "0", "100", func(c *plans.Contract) { c.Cycle.Interval = giventest.Interval("PT1S") }), at: "2027-01-10",
			wantErr: []string{"as_of limit"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := clone.Deep(c.contract)
			at := giventest.Instant(c.at, c.contract.Cycle.Location)
			fee, err := c.contract.TerminationFee(at, proration.Standard(2))
			if !reflect.DeepEqual(c.contract, before) {
				t.Errorf("the contract is now %+v", c.contract)
			}
			if !giventest.CheckFaults(t, err, c.wantErr...) {
				return
			}
			if got := fee.Explain(); got != c.want {
				t.Errorf("got %q, want %q: %s", got, c.want, c.why)
			}
			giventest.CheckMoney(t, "net", fee.Net, c.net)
			if fee.Kind != plans.Termination || fee.Item != "termination" || fee.Plan != c.contract.Plan || fee.Currency != c.contract.Currency {
				t.Errorf("the charge is %+v", fee)
			}
			if at.Before(c.contract.End()) && !(fee.Span.Start.Equal(at) && fee.Span.End.Equal(c.contract.End())) {
				t.Errorf("it is for %v, want the rest of the term", fee.Span)
			}
			checkExplained(t, fee)
			giventest.CheckRoundTrip(t, fee)
		})
	}
	_, err := with(committed(nil, sixMonths), "0", "50").TerminationFee(giventest.Instant("2027-01-10", nil), proration.Policy{})
	giventest.CheckFaults(t, err, "policy.day_count unset", "policy.first_day unset", "policy.last_day unset", "policy.change_day unset", "policy.rounding.mode unset")
}

// A fee is rounded once, to the places of the currency, by the mode of the policy.
func TestContractTerminationFeeRounded(t *testing.T) {
	for _, c := range []struct {
		name, percent string
		currency      plans.Currency
		mode          proration.RoundingMode
		want          string
	}{ // of one month of 66.67
		{"half up", "50", "USD", proration.HalfUp, "33.34"}, // 33.335
		{"half even", "50", "USD", proration.HalfEven, "33.34"},
		{"down", "50", "USD", proration.Down, "33.33"},
		{"a third", "33.333", "USD", proration.HalfUp, "22.22"}, // 22.2231...
		{"dinars", "50", "KWD", proration.HalfUp, "33.335"},
	} {
		t.Run(c.name, func(t *testing.T) {
			contract := committed(nil, "P6M 2026-11-01/2027-05-01")
			contract.Items[0], contract.Currency = one("seat", "1", "66.67"), c.currency
			contract.Terms[0].Term.TerminationFee.Percent = giventest.Money(c.percent)
			policy := proration.Standard(2)
			policy.Rounding.Mode = c.mode
			fee, err := contract.TerminationFee(giventest.Instant("2027-04-01", nil), policy)
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, "net", fee.Net, c.want)
			giventest.CheckMoney(t, "exactly", fee.Share.Of.Shift(2), giventest.Money("66.67").Mul(giventest.Money(c.percent)).String())
		})
	}
}
