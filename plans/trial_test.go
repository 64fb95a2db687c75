package plans_test

import (
	"errors"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// The plan says how long a trial is, and a contract keeps the length that it was quoted.
func TestTrialLength(t *testing.T) {
	for _, c := range []struct {
		name, why string
		length    proration.Interval
		want      []string
	}{
		{"none", "a trial is optional", proration.Interval{}, nil},
		{"fourteen days", "M18: a trial has fourteen days", giventest.Interval("P14D"), nil},
		{"a month", "the month has its own length", giventest.Interval("P1M"), nil},
		{"negative", "law 14: bad input is an error that names its field", proration.Interval{Days: -14}, []string{"trial invalid"}},
		{"mixed", "an interval has one unit everywhere", proration.Interval{Days: 14, Seconds: 1}, []string{"trial invalid"}},
		{"beyond the limits", "law 14: a length has limits", proration.Interval{Months: 1 << 40}, []string{"trial limit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			catalog := onSale(t)
			plan := *planOf(t, catalog, "base")
			plan.Trial = c.length
			giventest.CheckFaults(t, plan.Validate(), c.want...)
			contract := contractOf(t, catalog, ordered("7 seat", "P6M"))
			contract.Trial = c.length
			giventest.CheckFaults(t, contract.Validate(), c.want...)
			if c.want == nil {
				selling(plan)(&catalog)
				if got := contractOf(t, catalog, ordered("7 seat", "P6M")).Trial; got != c.length {
					t.Errorf("the contract has a trial of %v, want %v: %s", got, c.length, c.why)
				}
			}
		})
	}
}

// A change of the plan, a new start and a renewal keep the trial that was agreed.
func TestContractKeepsItsTrial(t *testing.T) {
	contract := contractOf(t, onSale(t), ordered("7 seat", "P6M"))
	other := *planOf(t, onSale(t), "advanced")
	other.Trial = giventest.Interval("P30D")
	changed, err := contract.Changed(plans.Change{Plan: &other}, giventest.Instant("2026-11-20", nil))
	if err != nil {
		t.Fatal(err)
	}
	started, err := contract.StartingAt(giventest.Instant("2026-11-20", nil), 0)
	if err != nil {
		t.Fatal(err)
	}
	renewed, _, err := contract.Renewed()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []plans.Contract{contract, changed, started, renewed} {
		if c.Trial != giventest.Interval("P14D") {
			t.Errorf("the trial of %s is %v", c.Plan, c.Trial)
		}
	}
}

// An order can state the length of its own trial, longer or shorter than that of the plan, if support places it.
func TestOrderedTrialLength(t *testing.T) {
	bySupport := func(length string) func(*plans.Order) {
		return func(o *plans.Order) { o.By, o.Trial = plans.Support, giventest.Interval(length) }
	}
	byCustomer := func(o *plans.Order) { o.Trial = giventest.Interval("P14D") }
	broken := func(o *plans.Order) { o.By, o.Trial = plans.Support, proration.Interval{Days: -1} }
	for _, c := range []struct {
		name, why string
		sold      func(*seller)
		edit      func(*plans.Order)
		want      string
		faults    []string
		refused   string
	}{
		{"the plan's", "the plan sells fourteen days", func(*seller) {}, func(*plans.Order) {}, "P14D", nil, ""},
		{"longer", "the order states a month", func(*seller) {}, bySupport("P1M"), "P1M", nil, ""},
		{"shorter", "the order states three days", func(*seller) {}, bySupport("P3D"), "P3D", nil, ""},
		{"a plan without a trial", "support gives one", noTrial, bySupport("P7D"), "P7D", nil, ""},
		{"by a customer", "a customer cannot, not even that of the plan", func(*seller) {}, byCustomer, "", nil, "trial"},
		{"negative", "law 14: bad input is an error that names its field", func(*seller) {}, broken, "", []string{"trial invalid"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := onSale(t, c.sold).quote(ordered("7 seat", "P6M", c.edit))
			var refusal *plans.Refusal
			if c.refused != "" {
				if !errors.As(err, &refusal) || refusal.Rule != c.refused || refusal.Instead == "" {
					t.Errorf("%v, want a refusal by the rule %s: %s", err, c.refused, c.why)
				}
				return
			}
			if giventest.CheckFaults(t, err, c.faults...); c.faults == nil && q.Contract.Trial != giventest.Interval(c.want) {
				t.Errorf("the contract has a trial of %v, want %s: %s", q.Contract.Trial, c.want, c.why)
			}
		})
	}
}

// An order names no payment method where the seller lets its trial start without one.
func TestOrderWithoutPaymentMethod(t *testing.T) {
	optional := func(o *plans.Order) { o.PaymentMethod, o.PaymentMethodOptional = "", true }
	for _, c := range []struct {
		name, why string
		sold      func(*seller)
		edits     []func(*plans.Order)
		want      []string
	}{
		{"required", "a policy can require one for the trial, and the order says nothing else", func(*seller) {}, []func(*plans.Order){payingBy("")}, []string{"payment_method unset"}},
		{"a trial", "nothing is due until the trial ends", func(*seller) {}, []func(*plans.Order){optional}, nil},
		{"a trial of the order", "support gives one where the plan has none", noTrial, []func(*plans.Order){optional, func(o *plans.Order) { o.By, o.Trial = plans.Support, giventest.Interval("P7D") }}, nil},
		{"no trial", "the first bill is due with the order", noTrial, []func(*plans.Order){optional}, []string{"payment_method unset"}},
		{"bought in the trial", "the trial runs, and paid service starts now", func(*seller) {}, []func(*plans.Order){optional, func(o *plans.Order) { o.TrialEnd = giventest.Instant("2026-11-20", nil) }}, []string{"payment_method unset"}},
		{"after a trial that is over", "an earlier trial does not matter: the contract has one", func(*seller) {}, []func(*plans.Order){optional, func(o *plans.Order) { o.TrialEnd = giventest.Instant("2026-11-16", nil) }}, nil},
		{"in installments", "the payment method decides how many there can be", func(*seller) {}, []func(*plans.Order){optional, inInstallments(3)}, []string{"payment_method unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := onSale(t, c.sold).quote(ordered("7 seat", "P6M", c.edits...))
			if giventest.CheckFaults(t, err, c.want...); c.want == nil {
				giventest.CheckMoney(t, "first", q.First.Total, "630")
			}
			if t.Failed() {
				t.Log(c.why)
			}
		})
	}
	_, err := onSale(t).quote(ordered("7 seat", "P6M", optional, inPlan("none")))
	var refusal *plans.Refusal
	if !errors.As(err, &refusal) || refusal.Rule != "plan" {
		t.Errorf("an unknown plan: %v", err)
	}
}

// A customer's order can name no end that a trial on offer cannot have. Support can: it extends trials.
func TestQuoteTrialOfSupport(t *testing.T) {
	late := func(o *plans.Order) { o.TrialEnd = giventest.Instant("2026-12-26", nil) }
	bySupport := func(o *plans.Order) { o.By = plans.Support }
	_, err := onSale(t).quote(ordered("7 seat", "P6M", late))
	giventest.CheckFaults(t, err, "trial_end outside")
	for _, sold := range []func(*seller){func(*seller) {}, noTrial} {
		q, err := onSale(t, sold).quote(ordered("7 seat", "P6M", late, bySupport))
		if err != nil {
			t.Fatal(err)
		}
		if end := giventest.Instant("2027-06-25", nil); !q.Contract.End().Equal(end) { // forty days after May 16
			t.Errorf("until %v, want %v", q.Contract.End(), end)
		}
	}
}

// leftover sets the handling of the days left of a trial.
func leftover(l plans.UnusedTrial) func(*seller) {
	return func(c *seller) { c.UnusedTrial = l }
}

// Row M18: the unused days of a trial. Seven seats at 15.00 are 105.00 a month; six months are 630.00.
func TestQuoteTrial(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	none, over, drop, after := noTrial, leftover(plans.CarryOver), leftover(plans.Forfeit), leftover(plans.AtTrialEnd)
	upFront := func(*seller) {}
	for _, c := range []struct {
		name, why  string
		trial      func(*seller)
		sold       func(*seller)
		at, end    string
		loc        *time.Location
		term       string
		first      string // the first paid span
		total      string
		until      string // the end of the term
		committed  string
		renewal    string
		renewalEnd string
	}{
		{
			"ten days carried over", "bought on the 16th with the trial ending on the 26th: six months and ten days for the price of six", over, upFront,
			"2026-11-16", "2026-11-26", time.UTC, "P6M", "2026-11-16/2027-05-26", "630", "2027-05-26", "630", "2027-05-26/2027-11-26", "2027-11-26",
		},
		{
			"dropped", "the term begins immediately and has its usual length", drop, upFront,
			"2026-11-16", "2026-11-26", time.UTC, "P6M", "2026-11-16/2027-05-16", "630", "2027-05-16", "630", "2027-05-16/2027-11-16", "2027-11-16",
		},
		{
			"after the trial", "the term begins on the 26th, and its bill is due then", after, upFront,
			"2026-11-16", "2026-11-26", time.UTC, "P6M", "2026-11-26/2027-05-26", "630", "2027-05-26", "630", "2027-05-26/2027-11-26", "2027-11-26",
		},
		{
			"the whole trial", "bought at the start of the trial: fourteen days more", over, upFront,
			"2026-11-16", "2026-11-30", time.UTC, "P12M", "2026-11-16/2027-11-30", "1134", "2027-11-30", "1134", "2027-11-30/2028-11-30", "2028-11-30",
		},
		{
			"the trial ends tomorrow", "one day is left, although less than 24 hours remain", over, upFront,
			"2026-11-16T18:00:00", "2026-11-17T09:00:00", time.UTC, "P6M",
			"2026-11-16T18:00:00/2027-05-17T18:00:00", "630", "2027-05-17T18:00:00", "630", "2027-05-17T18:00:00/2027-11-17T18:00:00", "2027-11-17T18:00:00",
		},
		{
			"the trial ends today", "no day is left", over, upFront,
			"2026-11-16T09:00:00", "2026-11-16T18:00:00", time.UTC, "P6M",
			"2026-11-16T09:00:00/2027-05-16T09:00:00", "630", "2027-05-16T09:00:00", "630", "2027-05-16T09:00:00/2027-11-16T09:00:00", "2027-11-16T09:00:00",
		},
		{
			"the trial ends now", "the trial is over", over, upFront,
			"2026-11-16", "2026-11-16", time.UTC, "P6M", "2026-11-16/2027-05-16", "630", "2027-05-16", "630", "2027-05-16/2027-11-16", "2027-11-16",
		},
		{
			"the trial is over", "no day is left, and the time since its end is not billed", after, upFront,
			"2026-11-16", "2026-11-10", time.UTC, "P6M", "2026-11-16/2027-05-16", "630", "2027-05-16", "630", "2027-05-16/2027-11-16", "2027-11-16",
		},
		{
			"no trial", "the order states no end of a trial", over, upFront,
			"2026-11-16", "", time.UTC, "P6M", "2026-11-16/2027-05-16", "630", "2027-05-16", "630", "2027-05-16/2027-11-16", "2027-11-16",
		},
		{
			"a catalog without a trial", "the catalog has no trial days", none, upFront,
			"2026-11-16", "", time.UTC, "P6M", "2026-11-16/2027-05-16", "630", "2027-05-16", "630", "2027-05-16/2027-11-16", "2027-11-16",
		},
		{
			"across the end of daylight saving time", "the days are those of New York: ten, of which one has 25 hours", over, upFront,
			"2026-10-25", "2026-11-04", newYork, "P6M", "2026-10-25/2027-05-05", "630", "2027-05-05", "630", "2027-05-05/2027-11-05", "2027-11-05",
		},
		{
			"late in the evening", "23:30 in New York is the next day in London: the calendar of the order decides", over, upFront,
			"2026-11-16T23:30:00", "2026-11-18T00:30:00", newYork, "P6M",
			"2026-11-16T23:30:00/2027-05-18T23:30:00", "630", "2027-05-18T23:30:00", "630", "2027-05-18T23:30:00/2027-11-18T23:30:00", "2027-11-18T23:30:00",
		},
		{
			"from the end of a month", "law 6: six months after August 31 is February 28; ten more days is March 10, which is remembered", over, upFront,
			"2026-08-31", "2026-09-10", time.UTC, "P6M", "2026-08-31/2027-03-10", "630", "2027-03-10", "630", "2027-03-10/2027-09-10", "2027-09-10",
		},
		{
			"carried over, billed monthly", "the first month is longer by ten days, and so is the term of six", over, perPeriod,
			"2026-11-16", "2026-11-26", time.UTC, "P6M", "2026-11-16/2026-12-26", "105", "2027-05-26", "630", "2027-05-26/2027-06-26", "2027-11-26",
		},
		{
			"dropped, billed monthly", "six months from the 16th", drop, perPeriod,
			"2026-11-16", "2026-11-26", time.UTC, "P6M", "2026-11-16/2026-12-16", "105", "2027-05-16", "630", "2027-05-16/2027-06-16", "2027-11-16",
		},
		{
			"after the trial, billed monthly", "six months from the 26th", after, perPeriod,
			"2026-11-16", "2026-11-26", time.UTC, "P6M", "2026-11-26/2026-12-26", "105", "2027-05-26", "630", "2027-05-26/2027-06-26", "2027-11-26",
		},
		{
			"carried over, without terms", "the first month is longer", over, openEnded,
			"2026-11-16", "2026-11-26", time.UTC, "", "2026-11-16/2026-12-26", "105", "", "105", "2026-12-26/2027-01-26", "",
		},
		{
			"after the trial, without terms", "the first month begins on the 26th", after, openEnded,
			"2026-11-16", "2026-11-26", time.UTC, "", "2026-11-26/2026-12-26", "105", "", "105", "2026-12-26/2027-01-26", "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := onSale(t, c.trial, c.sold).quote(ordered("7 seat", c.term, orderedAt(c.at, c.loc), func(o *plans.Order) {
				o.TrialEnd = giventest.Instant(c.end, c.loc)
			}))
			if err != nil {
				t.Fatal(err)
			}
			line, next := q.First.Lines[0], q.Renewal.Lines[0]
			first, renewal := giventest.Period(c.first, c.loc), giventest.Period(c.renewal, c.loc)
			if !line.Span.Equal(first) || !line.Period.Equal(first) || !q.First.At.Equal(first.Start) || !q.Due[0].At.Equal(first.Start) {
				t.Errorf("first %v of %v, due %v, want %v: %s", line.Span, line.Period, q.First.At, first, c.why)
			}
			if !next.Span.Equal(renewal) || !next.Period.Equal(renewal) || !q.Renewal.At.Equal(renewal.Start) {
				t.Errorf("renewal %v of %v, due %v, want %v: %s", next.Span, next.Period, q.Renewal.At, renewal, c.why)
			}
			giventest.CheckMoney(t, "first", q.First.Total, c.total)
			giventest.CheckMoney(t, "committed", q.Committed, c.committed)
			if until := giventest.Instant(c.until, c.loc); !q.Contract.End().Equal(until) {
				t.Errorf("until %v, want %v: %s", q.Contract.End(), until, c.why)
			}
			after, goesOn, err := q.Contract.Renewed()
			if err != nil || !goesOn || !after.End().Equal(giventest.Instant(c.renewalEnd, c.loc)) {
				t.Errorf("renewed until %v (%v), want %s: %s", after.End(), err, c.renewalEnd, c.why)
			}
		})
	}
}

// A trial end that no running trial can have is refused, so that no days are added.
func TestQuoteTrialRefused(t *testing.T) {
	long := func(c *seller) { c.Plans[1].Trial = giventest.Interval("P1M") }
	for _, c := range []struct {
		name, why string
		trial     func(*seller)
		end       string
		want      []string
	}{
		{"the last instant", "M18: a trial of fourteen days that began with the order", func(*seller) {}, "2026-11-30", nil},
		{"a nanosecond later", "the trial would begin after the order", func(*seller) {}, "2026-11-30T00:00:00.000000001", []string{"trial_end outside"}},
		{"a lifetime later", "a trial of fourteen days cannot last that long", func(*seller) {}, "2100-01-01", []string{"trial_end outside"}},
		{"a month", "thirty days, from November 16 on", long, "2026-12-16", nil},
		{"more than a month", "thirty days, from November 16 on", long, "2026-12-16T00:00:01", []string{"trial_end outside"}},
		{"no setting for the unused days", "law 13: the setting decides the length of the paid term", leftover(0), "2026-11-20", []string{"unused_trial unset"}},
		{"an unknown setting for the unused days", "law 14: bad input is an error that names its field", leftover(9), "2026-11-20", []string{"unused_trial invalid"}},
		{"no setting for no unused days", "the trial is over", leftover(0), "2026-11-16", nil},
		{"a catalog without a trial", "no trial can be running", noTrial, "2026-11-20", []string{"trial_end invalid"}},
		{"a catalog without a trial, and a trial end in the past", "a past trial is never refused", noTrial, "2026-11-16", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := onSale(t, c.trial).quote(ordered("7 seat", "P6M", func(o *plans.Order) { o.TrialEnd = giventest.Instant(c.end, nil) }))
			giventest.CheckFaults(t, err, c.want...)
			if t.Failed() {
				t.Log(c.why)
			}
		})
	}
}
