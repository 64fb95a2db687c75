package plans_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// onDay orders a billing day.
func onDay(day int) func(*plans.Order) { return func(o *plans.Order) { o.BillingDay = day } }

// fromDate orders a billing date.
func fromDate(date string) func(*plans.Order) {
	return func(o *plans.Order) { o.BillingDate = giventest.Instant(date, time.UTC) }
}

// first orders an extent of the first period.
func first(extent proration.Extent) func(*plans.Order) {
	return func(o *plans.Order) { o.FirstPeriod = extent }
}

// everyFor sets the interval of the plan.
func everyFor(interval string) func(*seller) {
	return func(s *seller) { s.Plans[0].Interval, s.Terms = giventest.Interval(interval), nil }
}

// perMonth sells without terms, so that orders are billed by month.
func perMonth(s *seller) { s.Terms = nil }

// yearly sells a term of a year that is billed by month.
func yearly(s *seller) {
	s.Terms = []plans.Term{{Length: giventest.Interval("P1Y"), Billing: plans.PerPeriod, Renewal: plans.Renew}}
}

func TestQuoteBillingDay(t *testing.T) {
	checkQuotes(
		t,
		quoteRow{"until the first", "November 16 to December 1 is 15 of 30 days: 7 x 15.00 / 2", with(perMonth),
			ordered("7 seat", "", onDay(1)), []string{
				"2026-11-16 until 2026-12-01, seat: 7 x 15.00, 105.00 x 15/30 days = 52.50",
				"due: 52.50 USD",
				"renewal on 2026-12-01: 105.00 USD",
			}, nil},
		quoteRow{"the last day of a short month", "November has no 31st: 14 of the 30 days from October 31", with(perMonth),
			ordered("7 seat", "", onDay(31)), []string{
				"2026-11-16 until 2026-11-30, seat: 7 x 15.00, 105.00 x 14/30 days = 49.00",
				"due: 49.00 USD",
				"renewal on 2026-11-30: 105.00 USD",
			}, nil},
		quoteRow{"on the billing day", "the first period is whole", with(perMonth), ordered("7 seat", "", onDay(16)), []string{
			"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00",
			"due: 105.00 USD",
			"renewal on 2026-12-16: 105.00 USD",
		}, nil},
		quoteRow{"quarters from the next first", "15 of the 91 days from September 1", with(everyFor("P3M")),
			ordered("7 seat", "", onDay(1)), []string{
				"2026-11-16 until 2026-12-01, seat: 7 x 15.00, 105.00 x 15/91 days = 17.307..., rounded half up to 17.31",
				"due: 17.31 USD",
				"renewal on 2026-12-01: 105.00 USD",
			}, nil},
		quoteRow{"calendar quarters", "a date of the past counts: 46 of the 92 days from October 1", with(everyFor("P3M")),
			ordered("7 seat", "", fromDate("2026-01-01")), []string{
				"2026-11-16 until 2027-01-01, seat: 7 x 15.00, 105.00 x 46/92 days = 52.50",
				"due: 52.50 USD",
				"renewal on 2027-01-01: 105.00 USD",
			}, nil},
		quoteRow{"weeks from a Friday", "4 of 7 days", with(everyFor("P7D")), ordered("7 seat", "", fromDate("2027-01-01")), []string{
			"2026-11-16 until 2026-11-20, seat: 7 x 15.00, 105.00 x 4/7 days = 60.00",
			"due: 60.00 USD",
			"renewal on 2026-11-20: 105.00 USD",
		}, nil},
		quoteRow{"whole at first", "the part costs a month", with(perMonth),
			ordered("7 seat", "", onDay(1), first(proration.ExtentFull)), []string{
				"2026-11-16 until 2026-12-01, seat: 7 x 15.00, 105.00 x 30/30 days = 105.00",
				"due: 105.00 USD",
				"renewal on 2026-12-01: 105.00 USD",
			}, nil},
		quoteRow{"a whole first period on the billing day", "nothing is shorter", with(perMonth),
			ordered("7 seat", "", onDay(16), first(proration.ExtentNone), bySupport), []string{
				"2026-11-16 until 2026-12-16, seat: 7 x 15.00 = 105.00",
				"due: 105.00 USD",
				"renewal on 2026-12-16: 105.00 USD",
			}, nil},
		quoteRow{"a free part", "support gives it", with(perMonth),
			ordered("7 seat", "", onDay(1), first(proration.ExtentNone), bySupport), []string{
				"2026-11-16 until 2026-12-01, seat: 7 x 15.00, 105.00 x 0/30 days = 0.00",
				"due: 0.00 USD",
				"renewal on 2026-12-01: 105.00 USD",
			}, nil},
		quoteRow{"a term of a year", "it ends on November 16: 15/30 and 11 months and 15/30 are 12 x 105.00", with(yearly),
			ordered("7 seat", "P1Y", onDay(1)), []string{
				"2026-11-16 until 2026-12-01, seat: 7 x 15.00, 105.00 x 15/30 days = 52.50",
				"due: 52.50 USD",
				"total until 2027-11-16: 1260.00 USD",
				"renewal on 2027-11-16: 52.50 USD",
			}, nil},
		quoteRow{"a trial that runs", "its 4 days are not carried over: the part begins at its end, 11 of 30 days", with(perMonth),
			ordered("7 seat", "", onDay(1), endingTrial("2026-11-20")), []string{
				"2026-11-20 until 2026-12-01, seat: 7 x 15.00, 105.00 x 11/30 days = 38.50",
				"due: 38.50 USD",
				"renewal on 2026-12-01: 105.00 USD",
			}, nil},
		quoteRow{"free for a customer", "who cannot give it", with(perMonth),
			ordered("7 seat", "", onDay(1), first(proration.ExtentNone)), nil, []string{
				"first_period: Only support can give the first period for nothing. | Order it prorated or ask support.",
			}},
	)
}

// endingTrial is an order during a trial.
func endingTrial(date string) func(*plans.Order) {
	return func(o *plans.Order) { o.TrialEnd = giventest.Instant(date, time.UTC) }
}

func TestQuoteBillingDayFaults(t *testing.T) {
	for _, row := range []struct {
		name  string
		sold  func(*seller)
		order plans.Order
		want  string
	}{
		{"a day of the month for weeks", everyFor("P7D"), ordered("7 seat", "", onDay(1)), "billing_day invalid"},
		{"no such day", perMonth, ordered("7 seat", "", onDay(32)), "billing_day invalid"},
		{"a day and a date", perMonth, ordered("7 seat", "", onDay(1), fromDate("2026-12-01")), "billing_date invalid"},
		{"an extent alone", perMonth, ordered("7 seat", "", first(proration.ExtentFull)), "first_period invalid"},
		{"an unknown extent", perMonth, ordered("7 seat", "", onDay(1), first(9)), "first_period invalid"},
		{"a term up front", func(*seller) {}, ordered("7 seat", "P1Y", onDay(1)), "billing_day invalid"},
		{"a term up front and a date", func(*seller) {}, ordered("7 seat", "P1Y", fromDate("2026-12-01")), "billing_date invalid"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := onSale(t, row.sold).quote(row.order)
			giventest.CheckFaults(t, err, row.want)
		})
	}
}

// A start keeps the billing dates, and added days would move them.
func TestStartingAtBillingDay(t *testing.T) {
	quote, err := onSale(t, perMonth).quote(ordered("7 seat", "", onDay(31)))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ at, want string }{
		{"2027-02-10", "2027-01-31 2027-02-28"}, {"2027-02-28", "2027-02-28 2027-03-31"}, {"2028-02-29", "2028-02-29 2028-03-31"},
	} {
		at := giventest.Instant(row.at, time.UTC)
		c, err := quote.Contract.StartingAt(at, 0)
		if err != nil {
			t.Fatal(err)
		}
		rest, err := c.RemainingPortions(at)
		if err != nil {
			t.Fatal(err)
		}
		p := rest[0].Period
		checkText(t, "at "+row.at, p.Start.Format(time.DateOnly)+" "+p.End.Format(time.DateOnly), row.want)
	}
	_, err = quote.Contract.StartingAt(giventest.Instant("2027-02-10", time.UTC), 3)
	giventest.CheckFaults(t, err, "longer invalid")
}

// A change of the billing date moves the day, so that later starts keep the new one.
func TestChangeMovesBillingDay(t *testing.T) {
	at := giventest.Instant("2026-11-20", time.UTC)
	quote, err := onSale(t, perMonth).quote(ordered("7 seat", "", onDay(1)))
	if err != nil {
		t.Fatal(err)
	}
	moved, err := quote.Contract.Changed(plans.Change{AnchorAt: giventest.Instant("2026-12-05", time.UTC)}, at)
	if err != nil || moved.BillingDay != 5 {
		t.Errorf("the billing day is %d, not 5: %v", moved.BillingDay, err)
	}
	weeks, err := quote.Contract.Changed(plans.Change{Interval: giventest.Interval("P7D"), Set: []plans.ItemSetting{
		{Item: "seat", Price: &plans.Price{Unit: giventest.Money("4")}},
	}}, at)
	if err != nil || weeks.BillingDay != 0 || !weeks.BillingDate.Equal(at) {
		t.Errorf("weeks count from %v, day %d, not from the change: %v", weeks.BillingDate, weeks.BillingDay, err)
	}
	dated := quote.Contract
	dated.BillingDay, dated.BillingDate = 0, giventest.Instant("2026-12-01", time.UTC)
	moved, err = dated.Changed(plans.Change{AnchorAt: giventest.Instant("2026-12-05", time.UTC)}, at)
	if want := giventest.Instant("2026-12-05", time.UTC); err != nil || !moved.BillingDate.Equal(want) {
		t.Errorf("the billing date is %v, not %v: %v", moved.BillingDate, want, err)
	}
}

// A part that ends before the billing day is prorated: the days until that day are billed if the end is withdrawn.
func TestFirstExtentOfAPartThatEnds(t *testing.T) {
	c := plans.Contract{BillingDay: 1, FirstPeriod: proration.ExtentFull}
	november := giventest.Period("2026-11-01/2026-12-01", time.UTC)
	for _, row := range []struct {
		span string
		want proration.Extent
	}{
		{"2026-11-16/2026-12-01", proration.ExtentFull}, {"2026-11-16/2026-11-20", 0}, {"2026-11-01/2026-12-01", 0},
	} {
		got := c.FirstExtent(proration.Portion{Period: november, Span: giventest.Period(row.span, time.UTC)})
		if got != row.want {
			t.Errorf("%s costs %v, not %v", row.span, got, row.want)
		}
	}
}
