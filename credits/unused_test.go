package credits_test

import (
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestUnused(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	oldSide, seconds := proration.Standard(2), proration.Standard(2)
	oldSide.ChangeDay = proration.OldSide
	seconds.DayCount = proration.Seconds

	whole := sold{id: "inv-1/1", quantity: "10", unit: "89.00", period: november}
	stub := sold{id: "inv-2/1", quantity: "2", unit: "89.00", period: november, span: "2026-11-16/2026-12-01"}
	third := sold{id: "inv-3/1", quantity: "1", unit: "89.00", period: november, span: "2026-11-21/2026-12-01"}
	for _, c := range []struct {
		name, why string
		billed    []sold
		before    []plans.Charge // what was credited before
		at        string
		basis     proration.CreditBasis // the billed amount where left out
		policy    proration.Policy      // the standard one where left out
		want      []string              // what each credit says, the newest charge first
	}{
		{
			name: "half a month", why: "law 3: 15 of the 30 days that 890.00 paid for are not used", billed: []sold{whole}, at: "2026-11-16",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00"},
		},
		{
			name: "from the first instant", why: "all that was billed comes back", billed: []sold{whole}, at: "2026-11-01",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 30/30 days = -890.00"},
		},
		{
			name: "in the last nanosecond", why: "law 5: the day of the change is the new side's, so that one day of 30 comes back: 29.666...", billed: []sold{whole}, at: "2026-11-30T23:59:59.999999999",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 1/30 days = -29.666..., rounded half up to -29.67"},
		},
		{
			name: "the old side's day", why: "law 5: the 16th is used, 14 of 30 days are not: 415.333...", billed: []sold{whole}, at: "2026-11-16T11:30:00", policy: oldSide,
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 14/30 days = -415.333..., rounded half up to -415.33"},
		},
		{
			name: "by the second", why: "at noon of the 16th 14.5 days are left: 1,252,800 of 2,592,000 s", billed: []sold{whole}, at: "2026-11-16T12:00:00", policy: seconds,
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 1252800/2592000 seconds = -430.166..., rounded half up to -430.17"},
		},
		{
			name: "a stub, on what was billed", why: "89.00 paid for 15 days, 11 of which are left: 65.266...", billed: []sold{stub}, at: "2026-11-20",
			want: []string{"seat: 2 not used of inv-2/1, -89.00 x 11/15 days = -65.266..., rounded half up to -65.27"},
		},
		{
			name: "a stub, on the price", why: "law 4: the denominator is the whole period: 178.00 x 11/30 is 65.266... too", billed: []sold{stub}, at: "2026-11-20", basis: proration.OnPrice,
			want: []string{"seat: 2 not used of inv-2/1, -178.00 x 11/30 days = -65.266..., rounded half up to -65.27"},
		},
		{
			name: "half a cent, on what was billed", why: "29.67 was billed for 10 days; 5 are left, 14.835, and a tie goes away from zero", billed: []sold{third}, at: "2026-11-26",
			want: []string{"seat: 1 not used of inv-3/1, -29.67 x 5/10 days = -14.835, rounded half up to -14.84"},
		},
		{
			name: "half a cent, on the price", why: "89.00 x 5/30 is 14.833...: the bases differ by the rounding of the charge", billed: []sold{third}, at: "2026-11-26", basis: proration.OnPrice,
			want: []string{"seat: 1 not used of inv-3/1, -89.00 x 5/30 days = -14.833..., rounded half up to -14.83"},
		},
		{
			name: "a discounted charge, on what was billed", why: "law 3: half of the 500.00 that were billed", billed: []sold{with(whole, func(s *sold) { s.off = "390" })}, at: "2026-11-16",
			want: []string{"seat: 10 not used of inv-1/1, -500.00 x 15/30 days = -250.00"},
		},
		{
			name: "a discounted charge, on the price", why: "law 3: half of the price is 445.00, of which no more than the 400.00 that were billed", billed: []sold{with(whole, func(s *sold) { s.off = "490" })}, at: "2026-11-16", basis: proration.OnPrice,
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445, limited to -400.00"},
		},
		{
			name: "money credited before", why: "it counts first: of the 445.00 that are not used the customer has 100.00 already", billed: []sold{whole}, before: []plans.Charge{credit("inv-1/1", "0", "-100")}, at: "2026-11-16",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 15/30 days plus 100 carried over = -345.00"},
		},
		{
			name: "money credited before, twice", why: "as above, in all", billed: []sold{whole}, before: []plans.Charge{credit("inv-1/1", "0", "-100"), credit("inv-1/1", "0", "-45")}, at: "2026-11-16",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 15/30 days plus 145 carried over = -300.00"},
		},
		{
			name: "more money credited before than is not used", why: "law 7: nothing is asked back from the customer", billed: []sold{whole}, before: []plans.Charge{credit("inv-1/1", "0", "-500")}, at: "2026-11-16",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 15/30 days plus 500 carried over = 55, at most 0.00"},
		},
		{
			name: "all of it credited before, as money", why: "law 3: what was given back is not given back again", billed: []sold{whole}, before: []plans.Charge{credit("inv-1/1", "0", "-890")}, at: "2026-11-01",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 30/30 days plus 890 carried over = 0.00"},
		},
		{
			name: "some units credited before", why: "law 3: a credit of a quantity leaves so many fewer: 8 of 10 are left to credit, whatever came back for the two", billed: []sold{whole}, before: []plans.Charge{credit("inv-1/1", "2", "-178")}, at: "2026-11-16",
			want: []string{"seat: 8 not used of inv-1/1, -712.00 x 15/30 days = -356.00"},
		},
		{
			name: "some units credited before, on the price", why: "as above", billed: []sold{whole}, before: []plans.Charge{credit("inv-1/1", "2", "-178")}, at: "2026-11-16", basis: proration.OnPrice,
			want: []string{"seat: 8 not used of inv-1/1, -712.00 x 15/30 days = -356.00"},
		},
		{
			name: "units and money credited before", why: "the money was for all ten: 100.00 x 8/10 of it counts against the eight, 356.00 - 80.00", billed: []sold{whole},
			before: []plans.Charge{credit("inv-1/1", "2", "-178"), credit("inv-1/1", "0", "-100")}, at: "2026-11-16",
			want: []string{"seat: 8 not used of inv-1/1, -712.00 x 15/30 days plus 80 carried over = -276.00"},
		},
		{
			name: "less is left than is not used", why: "law 3: of 712.00 for eight seats only 490.00 are not credited yet", billed: []sold{whole}, before: []plans.Charge{credit("inv-1/1", "2", "-400")}, at: "2026-11-01",
			want: []string{"seat: 8 not used of inv-1/1, -712.00 x 30/30 days = -712, limited to -490.00"},
		},
		{name: "all units credited before", why: "law 3: what was given back is not given back again", billed: []sold{whole}, before: []plans.Charge{credit("inv-1/1", "10", "-445")}, at: "2026-11-20"},
		{
			name: "the newest first", why: "what was added last is undone before what was there before (Recurly)", billed: []sold{whole, stub, third}, at: "2026-11-26",
			want: []string{
				"seat: 1 not used of inv-3/1, -29.67 x 5/10 days = -14.835, rounded half up to -14.84",
				"seat: 2 not used of inv-2/1, -89.00 x 5/15 days = -29.666..., rounded half up to -29.67",
				"seat: 10 not used of inv-1/1, -890.00 x 5/30 days = -148.333..., rounded half up to -148.33",
			},
		},
		{
			name: "before it begins", why: "what was paid for from the 16th on is given back whole on the 15th", billed: []sold{stub}, at: "2026-11-15",
			want: []string{"seat: 2 not used of inv-2/1, -89.00 x 15/15 days = -89.00"},
		},
		{
			name: "before it begins, on the price", why: "as above: 178.00 x 15/30", billed: []sold{stub}, at: "2026-11-15", basis: proration.OnPrice,
			want: []string{"seat: 2 not used of inv-2/1, -178.00 x 15/30 days = -89.00"},
		},
		{
			name: "the next month was billed already", why: "half of November and all of December", billed: []sold{whole, with(whole, func(s *sold) { s.id, s.period = "inv-2/1", december })}, at: "2026-11-16",
			want: []string{
				"seat: 10 not used of inv-2/1, -890.00 x 31/31 days = -890.00",
				"seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00",
			},
		},
		{name: "when it ends", why: "the end is the first instant that was not paid for", billed: []sold{whole}, at: "2026-12-01"},
		{name: "after it ended", why: "last month is used up", billed: []sold{whole}, at: "2026-12-15"},
		{
			name: "some of them", why: "only the charges that pay for later", billed: []sold{with(whole, func(s *sold) { s.id, s.period = "inv-0/1", "2026-10-01/2026-11-01" }), whole}, at: "2026-11-10",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 21/30 days = -623.00"},
		},
		{name: "nothing was billed", why: "a free item gives nothing back", billed: []sold{with(whole, func(s *sold) { s.unit = "0" })}, at: "2026-11-16"},
		{name: "everything was taken off", why: "as above: credits on the list price of what cost nothing are the bug of stripe-dotnet 3103", billed: []sold{with(whole, func(s *sold) { s.off = "890" })}, at: "2026-11-16", basis: proration.OnPrice},
		{name: "less than nothing was billed", why: "what was given back, and corrects nothing known, is no charge", billed: []sold{with(whole, func(s *sold) { s.off = "900" })}, at: "2026-11-16"},
		{name: "no charges", why: "who bought nothing is owed nothing", at: "2026-11-16"},
		{
			name: "what has no quantity", why: "a charge of money alone is given back by time", billed: []sold{{id: "inv-1/1", quantity: "0", price: plans.Price{Flat: giventest.Money("30")}, period: november}}, at: "2026-11-16",
			want: []string{"seat: not used of inv-1/1, -30.00 x 15/30 days = -15.00"},
		},
		{
			name: "what has no quantity, a second time", why: "law 12: doing it twice adds nothing", billed: []sold{{id: "inv-1/1", quantity: "0", price: plans.Price{Flat: giventest.Money("30")}, period: november}},
			before: []plans.Charge{with(credit("inv-1/1", "0", "-15"), func(c *plans.Charge) { c.Kind = plans.ProrationCredit })}, at: "2026-11-16",
		},
		{
			name: "what has no quantity, after money", why: "of 15.00 that are not used the customer has 4.00", billed: []sold{{id: "inv-1/1", quantity: "0", price: plans.Price{Flat: giventest.Money("30")}, period: november}},
			before: []plans.Charge{credit("inv-1/1", "0", "-4")}, at: "2026-11-16",
			want: []string{"seat: not used of inv-1/1, -30.00 x 15/30 days plus 4 carried over = -11.00"},
		},
		{
			name: "parts of a unit", why: "2.5 of something, 1.5 of which were given back", billed: []sold{{id: "inv-1/1", quantity: "2.5", unit: "40.00", period: november}}, before: []plans.Charge{credit("inv-1/1", "1.5", "-60")}, at: "2026-11-16",
			want: []string{"seat: 1 not used of inv-1/1, -40.00 x 15/30 days = -20.00"},
		},
		{
			name: "a part that does not end", why: "one of three seats for 100.00: the third is 33.333..., not 33.33, so that two thirds come to 66.67", billed: []sold{{id: "inv-1/1", quantity: "3", unit: "33.333333", period: november}}, before: []plans.Charge{credit("inv-1/1", "1", "-33.33")}, at: "2026-11-01",
			want: []string{"seat: 2 not used of inv-1/1, -66.66 x 30/30 days plus -0.0066... carried over = -66.666..., rounded half up to -66.67"},
		},
		{
			name: "yen", why: "ISO 4217: no places, and then the policy says so: 1000 x 10/30", billed: []sold{{id: "y", quantity: "1", unit: "1000", period: november, currency: "JPY"}}, at: "2026-11-21", policy: proration.Standard(0),
			want: []string{"seat: 1 not used of y, -1000 x 10/30 days = -333.3..., rounded half up to -333"},
		},
		{
			name: "dinars", why: "as above: 27.500 x 10/30", billed: []sold{{id: "k", quantity: "1", unit: "27.5", period: november, currency: "KWD"}}, at: "2026-11-21", policy: proration.Standard(3),
			want: []string{"seat: 1 not used of k, -27.500 x 10/30 days = -9.1666..., rounded half up to -9.167"},
		},
		{
			name: "on the customer's calendar", why: "21:30 of the 15th in Los Angeles is the 16th in New York: 15 of 30 days, although November has 721 hours there",
			billed: []sold{{id: "ny", quantity: "10", unit: "89.00", period: november, location: newYork}}, at: "2026-11-15T21:30:00-08:00",
			want: []string{"seat: 10 not used of ny, -890.00 x 15/30 days = -445.00"},
		},
		{
			name: "February, billed from the 8th, on what was billed", why: "Lago terminate_pay_in_advance_spec: 37.50 for 21 of 28 days of 50.00; 20 are left, 35.714...",
			billed: []sold{{id: "l", quantity: "1", unit: "50.00", period: "2023-02-01/2023-03-01", span: "2023-02-08/2023-03-01"}}, at: "2023-02-09",
			want: []string{"seat: 1 not used of l, -37.50 x 20/21 days = -35.714..., rounded half up to -35.71"},
		},
		{
			name: "February, billed from the 8th, on the price", why: "the same by the other basis: 50.00 x 20/28",
			billed: []sold{{id: "l", quantity: "1", unit: "50.00", period: "2023-02-01/2023-03-01", span: "2023-02-08/2023-03-01"}}, at: "2023-02-09", basis: proration.OnPrice,
			want: []string{"seat: 1 not used of l, -50.00 x 20/28 days = -35.714..., rounded half up to -35.71"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := credits.Request{At: giventest.Instant(c.at, nil), CreditBasis: c.basis, Policy: c.policy}
			if c.basis == 0 {
				request.CreditBasis = proration.OnBilled
			}
			if c.policy == (proration.Policy{}) {
				request.Policy = proration.Standard(2)
			}
			for _, s := range c.billed {
				request.Charges = append(request.Charges, s.charge(t))
				request.Location = s.location
			}
			request.Charges = append(request.Charges, c.before...)
			owed := unused(t, request)
			if got := explained(owed); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q: %s", got, c.want, c.why)
			}
		})
	}
}

// unused gives back what is not used, and fails unless every credit takes from its charge what it has from there, and the
// request is as it was.
func unused(t *testing.T, r credits.Request) []plans.Charge {
	t.Helper()
	before := giventest.JSON(t, r)
	owed, err := credits.Unused(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, credit := range owed {
		checkCredit(t, credit, r)
	}
	if after := giventest.JSON(t, r); after != before {
		t.Errorf("the request is now %s", after)
	}
	return owed
}

// explained is what each charge says.
func explained(charges []plans.Charge) (all []string) {
	for _, c := range charges {
		all = append(all, c.Explain())
	}
	return all
}

// checkCredit fails unless the credit says what it corrects and takes its fields from there, and is never more than what of
// that is not credited yet.
func checkCredit(t *testing.T, credit plans.Charge, r credits.Request) {
	t.Helper()
	i := slices.IndexFunc(r.Charges, func(c plans.Charge) bool { return c.ID == credit.Corrects && c.Corrects == "" })
	if i < 0 {
		t.Fatalf("corrects %q, which was not billed", credit.Corrects)
	}
	c := r.Charges[i]
	if credit.ID != "" || credit.Kind != plans.ProrationCredit || credit.Plan != c.Plan || credit.Item != c.Item || credit.Currency != c.Currency {
		t.Errorf("the credit %+v is not of the charge %+v", credit, c)
	}
	if !credit.Price.Equal(c.Price) || credit.Multiplier != c.Multiplier {
		t.Errorf("the credit is at the price %+v, the charge at %+v", credit.Price, c.Price)
	}
	unused := proration.Period{Start: r.At, End: c.Span.End}
	if !r.Until.IsZero() {
		unused.End = r.Until
	}
	if !credit.Period.Equal(c.Period) || !c.Span.Covers(credit.Span) || !unused.Covers(credit.Span) || !credit.Net.Equal(credit.Share.Amount) {
		t.Errorf("the credit %+v is not for the rest of %v", credit, c.Span)
	}
	left := c.Net
	for _, other := range r.Charges {
		if other.Corrects == c.ID {
			left = left.Add(other.Net)
		}
	}
	units := leastLeft(r.Charges, c, credit.Span)
	if credit.Net.IsPositive() || credit.Net.Neg().GreaterThan(left) || credit.Quantity.GreaterThan(units) || credit.Quantity.IsNegative() {
		t.Errorf("%v for %v comes back of %v for %v, of which %v and %v are left", credit.Net, credit.Quantity, c.Net, c.Quantity, left, units)
	}
	if len(credit.Discounts) != len(c.Discounts) || len(credit.Taxes) != len(c.Taxes) {
		t.Fatalf("the credit has %d discounts and %d taxes, the charge %d and %d", len(credit.Discounts), len(credit.Taxes), len(c.Discounts), len(c.Taxes))
	}
	for i, d := range credit.Discounts {
		if d.Discount != c.Discounts[i].Discount || d.Reason != c.Discounts[i].Reason || d.Amount.IsPositive() {
			t.Errorf("the discount %+v is not of %+v", d, c.Discounts[i])
		}
	}
	for i, tax := range credit.Taxes {
		if tax.Name != c.Taxes[i].Name || !tax.Percent.Equal(c.Taxes[i].Percent) || tax.Amount.IsPositive() {
			t.Errorf("the tax %+v is not of %+v", tax, c.Taxes[i])
		}
	}
}

// leastLeft is how many units of a charge are left where the fewest are, at any time of a span that begins with one of its credits or
// before all of them.
func leastLeft(charges []plans.Charge, c plans.Charge, span proration.Period) decimal.Decimal {
	on := func(at time.Time) decimal.Decimal {
		units := c.Quantity
		for _, b := range charges {
			if b.Corrects == c.ID && (b.Span.End.IsZero() || b.Span.Contains(at)) {
				units = units.Sub(b.Quantity)
			}
		}
		return units
	}
	least := on(span.Start)
	for _, b := range charges {
		if b.Corrects == c.ID && span.Contains(b.Span.Start) {
			least = decimal.Min(least, on(b.Span.Start))
		}
	}
	return least
}

// A quantity is given back of the newest charge first.
func TestUnusedQuantity(t *testing.T) {
	four := "2026-11-01/2026-11-05" // a period of four days, so that on the 4th a quarter is left
	seats := sold{id: "a", quantity: "5", unit: "10.00", period: four}
	more := sold{id: "b", quantity: "2", unit: "10.00", period: four}
	late := sold{id: "b", quantity: "2", unit: "10.00", period: four, span: "2026-11-03/2026-11-05"}
	phones := sold{id: "p", item: "phone", quantity: "9", unit: "4.00", period: four}
	for _, c := range []struct {
		name, why string
		billed    []sold
		before    []plans.Charge
		quantity  string
		want      []string // "charge quantity net"
	}{
		{"three of five and two", "Recurly: 5 at 10.00 and then 2 more; 3 removed with a quarter left are 5.00 and 2.50", []sold{seats, more}, nil, "3", []string{"b 2 -5", "a 1 -2.5"}},
		{"as many as were added last", "the older charge is not touched", []sold{seats, more}, nil, "2", []string{"b 2 -5"}},
		{"fewer than were added last", "as above", []sold{seats, more}, nil, "1", []string{"b 1 -2.5"}},
		{"all", "7 x 10.00 x 1/4", []sold{seats, more}, nil, "7", []string{"b 2 -5", "a 5 -12.5"}},
		{"added inside the period", "20.00 for half of the period were 10.00, half of which is left: the same again", []sold{seats, late}, nil, "3", []string{"b 2 -5", "a 1 -2.5"}},
		{"another item among them", "only this item", []sold{seats, phones, more, with(phones, func(s *sold) { s.id = "q" })}, nil, "3", []string{"b 2 -5", "a 1 -2.5"}},
		{"some were given back before", "of the two one is left, and the rest comes from the five", []sold{seats, more}, []plans.Charge{credit("b", "1", "-2.50")}, "3", []string{"b 1 -2.5", "a 2 -5"}},
		{"all of the newest were given back before", "nothing of it is left", []sold{seats, more}, []plans.Charge{credit("b", "2", "-5.00")}, "3", []string{"a 3 -7.5"}},
		{"money was given back before", "4.00 of 20.00 for two: 2.00 count against each", []sold{seats, more}, []plans.Charge{credit("b", "0", "-4.00")}, "1", []string{"b 1 -0.5"}},
		{"parts", "half a unit is half the price", []sold{seats, more}, nil, "2.5", []string{"b 2 -5", "a 0.5 -1.25"}},
		{"used up", "what has ended was used, however new it is", []sold{seats, with(more, func(s *sold) { s.span = "2026-11-01/2026-11-04" })}, nil, "3", []string{"a 3 -7.5"}},
		{"free ones", "they were the last ones, and what cost nothing gives nothing back", []sold{seats, with(more, func(s *sold) { s.unit = "0" })}, nil, "3", []string{"b 2 0", "a 1 -2.5"}},
		{"free ones, before", "they are gone already", []sold{seats, with(more, func(s *sold) { s.unit = "0" })}, []plans.Charge{credit("b", "2", "0")}, "3", []string{"a 3 -7.5"}},
		{"a charge of no quantity", "it is none of the units, and stays", []sold{seats, {id: "f", quantity: "0", price: plans.Price{Flat: giventest.Money("30")}, period: four}}, nil, "3", []string{"a 3 -7.5"}},
		{"a charge of no quantity, before", "as above", []sold{{id: "f", quantity: "0", price: plans.Price{Flat: giventest.Money("30")}, period: four}, seats}, nil, "5", []string{"a 5 -12.5"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := credits.Request{
				Item: "seat", Quantity: giventest.Money(c.quantity), At: giventest.Instant("2026-11-04", nil),
				CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
			}
			for _, s := range c.billed {
				request.Charges = append(request.Charges, s.charge(t))
			}
			request.Charges = append(request.Charges, c.before...)
			for _, basis := range []proration.CreditBasis{proration.OnBilled, proration.OnPrice} {
				request.CreditBasis = basis
				var got []string
				for _, credit := range unused(t, request) {
					got = append(got, credit.Corrects+" "+credit.Quantity.String()+" "+credit.Net.String())
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("on %v: got %q, want %q: %s", basis, got, c.want, c.why)
				}
			}
		})
	}
}

func TestUnusedItem(t *testing.T) {
	request := credits.Request{
		Charges: []plans.Charge{sold{id: "a", quantity: "5", unit: "10.00", period: november}.charge(t), sold{id: "p", item: "phone", quantity: "9", unit: "4.00", period: november}.charge(t)},
		Item:    "phone", At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	}
	if got, want := explained(unused(t, request)), []string{"phone: 9 not used of p, -36.00 x 15/30 days = -18.00"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	request.Item = "fax"
	if got := unused(t, request); got != nil {
		t.Errorf("an item that nobody bought gives %q back", explained(got))
	}
}

// A quantity that is priced by tiers is given back at what the last units cost, so that buying them again costs the same; and all
// units one by one give back what all cost.
func TestUnusedTiers(t *testing.T) {
	graduated := plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: giventest.Money("2"), Unit: giventest.Money("10")}, {UpTo: giventest.Money("4"), Unit: giventest.Money("8")}, {Unit: giventest.Money("5")}}}
	stairs := plans.Price{Tiering: plans.Volume, Tiers: []plans.Tier{{UpTo: giventest.Money("2"), Flat: giventest.Money("10")}, {UpTo: giventest.Money("4"), Flat: giventest.Money("16")}, {Flat: giventest.Money("20")}}}
	for _, c := range []struct {
		name, why string
		price     plans.Price
		quantity  string
		above     string
		off       string
		remove    []string // in turn
		want      []string // what comes back, at half time
	}{
		{"graduated", "2 x 10.00 + 2 x 8.00 + 2 x 5.00 = 46.00, from the last one on", graduated, "6", "", "", []string{"1", "1", "1", "1", "1", "1"}, []string{"-2.5", "-2.5", "-4", "-4", "-5", "-5"}},
		{"graduated, some at once", "5.00 + 5.00 + 8.00, then the rest", graduated, "6", "", "", []string{"3", "3"}, []string{"-9", "-14"}},
		{"graduated, all at once", "46.00 x 1/2", graduated, "6", "", "", []string{"6"}, []string{"-23"}},
		{"graduated, with a discount", "half of it was taken off, and half comes back", graduated, "6", "", "23", []string{"3", "3"}, []string{"-4.5", "-7"}},
		{"graduated, above what was there", "3 above 2 of them are 2 x 8.00 + 5.00", graduated, "3", "2", "", []string{"1", "1", "1"}, []string{"-2.5", "-4", "-4"}},
		{"by stairs", "by volume all units cost the same: a fifth of 20.00 each, for half of the month", stairs, "5", "", "", []string{"1", "1", "1", "1", "1"}, []string{"-2", "-2", "-2", "-2", "-2"}},
		{"by volume, where more cost less", "a third of 18.00 each, although two would have cost 20.00", plans.Price{Tiering: plans.Volume, Tiers: []plans.Tier{{UpTo: giventest.Money("2"), Unit: giventest.Money("10")}, {Unit: giventest.Money("6")}}}, "3", "", "", []string{"1", "2"}, []string{"-3", "-6"}},
		{"with free units", "the first two are free, and so give nothing back", plans.Price{Unit: giventest.Money("10"), Included: giventest.Money("2")}, "4", "", "", []string{"1", "1", "1", "1"}, []string{"-5", "-5", "0", "0"}},
		{"in packages", "12 are three packages of 5 at 8.00; 2 less are one less, then 5 more", plans.Price{Unit: giventest.Money("8"), Package: giventest.Money("5")}, "12", "", "", []string{"2", "4", "1", "5"}, []string{"-4", "0", "-4", "-4"}},
		{"with a fee", "10.00 and 5.00 each: a seat less is 5.00 less, and the fee comes back with the last one", plans.Price{Flat: giventest.Money("10"), Unit: giventest.Money("5")}, "2", "", "", []string{"1", "1"}, []string{"-2.5", "-7.5"}},
		{"with a fee that was there already", "2 besides none are 2 x 5.00: the fee is no part of them", plans.Price{Flat: giventest.Money("10"), Unit: giventest.Money("5")}, "2", "0", "", []string{"1", "1"}, []string{"-2.5", "-2.5"}},
		{"with a minimum", "two cost 20.00 and one the minimum of 15.00; the last one brings that back", plans.Price{Unit: giventest.Money("10"), Minimum: giventest.Money("15")}, "2", "", "", []string{"1", "1"}, []string{"-2.5", "-7.5"}},
		{"with a maximum", "four are 25.00 as three are", plans.Price{Unit: giventest.Money("10"), Maximum: giventest.Money("25")}, "4", "", "", []string{"1", "1", "1", "1"}, []string{"0", "-2.5", "-5", "-5"}},
		{"nothing but a fee", "a seat less costs as much, and all of it comes back with the last one", plans.Price{Flat: giventest.Money("30")}, "3", "", "", []string{"1", "2"}, []string{"0", "-15"}},
		{"by unit", "each costs the same", plans.Price{Unit: giventest.Money("10")}, "3", "", "", []string{"1", "2"}, []string{"-5", "-10"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			charge := sold{id: "inv-1/1", quantity: c.quantity, above: c.above, price: c.price, off: c.off, period: november}.charge(t)
			request := credits.Request{
				Charges: []plans.Charge{charge}, Item: "seat", At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
			}
			var got []string
			for _, n := range c.remove {
				request.Quantity = giventest.Money(n)
				owed := unused(t, request)
				got = append(got, owed[0].Net.String())
				request.Charges = append(request.Charges, owed...)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q: %s", got, c.want, c.why)
			}
		})
	}
}

// Discounts and taxes go back in proportion, whatever the parts, and with the last of the net the last of them.
func TestUnusedInProportion(t *testing.T) {
	type back struct{ quantity, at, money string } // so many units from an instant on, or so much money
	for _, c := range []struct {
		name, why     string
		sold          sold
		tax           string // what was billed of it, where it is not the percentage
		credits       []back
		discount, vat []string // what goes back with each credit
	}{
		{
			name: "half", why: "half of the discount of 2.00, and half of the tax of 1.60", sold: sold{quantity: "1", unit: "10.00", off: "2", tax: "20"}, credits: []back{{at: "2026-11-16"}},
			discount: []string{"-1"}, vat: []string{"-0.8"},
		},
		{
			name: "three of ten", why: "Recurly: 3 of 10 give back 0.60 of a discount of 2.00", sold: sold{quantity: "10", unit: "5.00", off: "2", tax: "0"}, credits: []back{{quantity: "3", at: "2026-11-01"}},
			discount: []string{"-0.6"}, vat: []string{"0"},
		},
		{
			name: "in three parts", why: "10.00 - 1.00 are 3 x 3.00: a third of 1.00 each, the last of it with the last, and 20 % of each", sold: sold{quantity: "3", unit: "3.333333", off: "1", tax: "20"},
			credits:  []back{{quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}},
			discount: []string{"-0.33", "-0.33", "-0.34"}, vat: []string{"-0.6", "-0.6", "-0.6"},
		},
		{
			name: "a cent at a time", why: "19 % of 0.01 are nothing each time, and the last cent brings the 0.01 of 0.05", sold: sold{quantity: "5", unit: "0.01", tax: "19"},
			credits: []back{{quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}},
			vat:     []string{"0", "0", "0", "0", "-0.01"},
		},
		{
			name: "money first", why: "2.50 of 10.00 by hand with its tax of 0.50; then the rest of the unused half, 2.50 again", sold: sold{quantity: "1", unit: "10.00", tax: "20"}, credits: []back{{money: "2.50"}, {at: "2026-11-16"}},
			vat: []string{"-0.5"},
		},
		{
			name: "tax that was rounded down on the invoice", why: "1.99 were billed where 20 % are 2.00: no more than that goes back, and not with the first part", sold: sold{quantity: "2", unit: "5.00", tax: "20"}, tax: "1.99",
			credits: []back{{quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}}, vat: []string{"-1", "-0.99"},
		},
		{
			name: "less tax than the rate says", why: "1.50 were billed where 20 % are 2.00, for whatever reason: nine of ten would be 1.80, and no more than 1.50 goes back", sold: sold{quantity: "10", unit: "1.00", tax: "20"}, tax: "1.50",
			credits: []back{{quantity: "9", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}}, vat: []string{"-1.5", "0"},
		},
		{
			name: "tax that was rounded up on the invoice", why: "2.01 were billed where 20 % are 2.00: the odd cent goes back with the last part", sold: sold{quantity: "2", unit: "5.00", tax: "20"}, tax: "2.01",
			credits: []back{{quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}}, vat: []string{"-1", "-1.01"},
		},
		{
			name: "at the rate of the charge", why: "law 3: the tax is that of the original charge, whatever the rate is today (Recurly, Chargebee)", sold: sold{quantity: "1", unit: "100.00", tax: "16"}, credits: []back{{at: "2026-11-16"}},
			vat: []string{"-8"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.sold.id, c.sold.period = "inv-1/1", november
			charge := c.sold.charge(t)
			if c.tax != "" {
				charge.Taxes[0].Amount = giventest.Money(c.tax)
			}
			request := credits.Request{Charges: []plans.Charge{charge}, Item: "seat", CreditBasis: proration.OnBilled, Policy: proration.Standard(2)}
			var discount, vat []string
			for _, b := range c.credits {
				if b.money != "" {
					request.Charges = append(request.Charges, credit("inv-1/1", "0", "-"+b.money))
					continue
				}
				request.At, request.Quantity = giventest.Instant(b.at, nil), decimal.Decimal{}
				if b.quantity != "" {
					request.Quantity = giventest.Money(b.quantity)
				}
				owed := unused(t, request)[0]
				for _, d := range owed.Discounts {
					discount = append(discount, d.Amount.String())
				}
				for _, tax := range owed.Taxes {
					vat = append(vat, tax.Amount.String())
				}
				request.Charges = append(request.Charges, owed)
			}
			if !slices.Equal(discount, c.discount) || !slices.Equal(vat, c.vat) {
				t.Errorf("got discounts %q and taxes %q, want %q and %q: %s", discount, vat, c.discount, c.vat, c.why)
			}
		})
	}
}

func TestUnusedRefused(t *testing.T) {
	whole := sold{id: "inv-1/1", quantity: "10", unit: "89.00", period: november, tax: "20", off: "90"}
	past := sold{id: "inv-0/1", quantity: "10", unit: "89.00", period: "2026-10-01/2026-11-01"}
	billed := func(edit func(*plans.Charge)) func(*credits.Request) {
		return func(r *credits.Request) { edit(&r.Charges[1]) }
	}
	credited := func(edit func(*plans.Charge)) func(*credits.Request) {
		return func(r *credits.Request) {
			r.Charges = append(r.Charges, with(credit("inv-1/1", "2", "-100"), edit))
		}
	}
	amount := giventest.Money
	for _, c := range []struct {
		name, why string
		edit      func(*credits.Request)
		want      []string
	}{
		{"a charge without an ID", "a credit names what it corrects", billed(func(c *plans.Charge) { c.ID = "" }), []string{"charges[1].id unset"}},
		{"an ID that comes twice", "law 3: which of the two was credited?", billed(func(c *plans.Charge) { c.ID = "inv-0/1" }), []string{"charges[1].id invalid"}},
		{"no basis", "law 13", func(r *credits.Request) { r.CreditBasis = 0 }, []string{"credit_basis unset"}},
		{"no such basis", "law 14", func(r *credits.Request) { r.CreditBasis = 9 }, []string{"credit_basis invalid"}},
		{"no policy", "law 13", func(r *credits.Request) { r.Policy = proration.Policy{} }, []string{"policy.day_count unset", "policy.change_day unset", "policy.rounding.mode unset"}},
		{"no instant", "law 13: nothing comes back at an instant that was forgotten", func(r *credits.Request) { r.At = time.Time{} }, []string{"at unset"}},
		{"no basis, and nothing to credit", "law 13: what is unset is refused before a customer is owed something", func(r *credits.Request) { r.CreditBasis, r.Charges = 0, r.Charges[:1] }, []string{"credit_basis unset"}},
		{"no charge of that ID", "law 3: a credit of what was never billed", credited(func(c *plans.Charge) { c.Corrects = "inv-7/1" }), []string{"charges[2].corrects invalid"}},
		{"a credit before its charge", "they stand in the order of billing", func(r *credits.Request) {
			r.Charges = append([]plans.Charge{credit("inv-1/1", "2", "-100")}, r.Charges...)
		}, []string{"charges[0].corrects invalid"}},
		{"a credit of a credit", "a credit taken back is another charge", func(r *credits.Request) {
			r.Charges = append(r.Charges, with(credit("inv-1/1", "2", "-100"), func(c *plans.Charge) { c.ID = "cn-1" }), credit("cn-1", "1", "-1"))
		}, []string{"charges[3].corrects invalid"}},
		{"a credit above zero", "law 7: sign is meaning", credited(func(c *plans.Charge) { c.Net = amount("100") }), []string{"charges[2].net invalid"}},
		{"a credit of less than no units", "it would make units to credit", credited(func(c *plans.Charge) { c.Quantity = amount("-1") }), []string{"charges[2].net invalid"}},
		{"a credit in another currency", "law 7", credited(func(c *plans.Charge) { c.Currency = "EUR" }), []string{"charges[2].currency invalid"}},
		{"more credited than billed", "law 3: that never happened", credited(func(c *plans.Charge) { c.Net = amount("-800.01") }), []string{"charges[1].net invalid"}},
		{"more units credited than billed", "law 3", credited(func(c *plans.Charge) { c.Quantity = amount("10.5") }), []string{"charges[1].net invalid"}},
		{"an amount beyond the limits", "law 14", billed(func(c *plans.Charge) { c.Net = amount("1e39") }), []string{"charges[1].net limit"}},
		{"a quantity beyond the limits", "law 14", billed(func(c *plans.Charge) { c.Quantity = amount("1e-39") }), []string{"charges[1].quantity limit"}},
		{"a discount beyond the limits", "law 14", billed(func(c *plans.Charge) { c.Discounts[0].Amount = decimal.New(1, 1<<31-1) }), []string{"charges[1].discounts[0].amount limit"}},
		{"a tax beyond the limits", "law 14", billed(func(c *plans.Charge) { c.Taxes[0].Amount = decimal.New(1, -1<<31) }), []string{"charges[1].taxes[0].amount limit"}},
		{"a tax rate beyond the limits", "law 14", billed(func(c *plans.Charge) { c.Taxes[0].Percent = decimal.New(1, 1<<31-1) }), []string{"charges[1].taxes[0].percent limit"}},
		{"a negative tax rate", "law 14", billed(func(c *plans.Charge) { c.Taxes[0].Percent = amount("-1") }), []string{"charges[1].taxes[0].percent invalid"}},
		{"a price that is none", "what the last units cost cannot be said", func(r *credits.Request) {
			r.Charges[1].Price.Unit = amount("-1")
			r.Item, r.Quantity = "seat", amount("1")
		}, []string{"charges[1].price.unit invalid"}},
		{"a quantity of too many digits", "law 14: what is left of it is no quantity that has a price", func(r *credits.Request) {
			r.Charges[1].Quantity = amount("999999999999999999")
			r.Item, r.Quantity = "seat", amount("1e-18")
		}, []string{"charges[1].quantity limit"}},
		{"a ratio beyond the limits", "law 14: 1e-18 of 999,999,999,999,999,999.000000000000000001 cannot be written as two integers of 64 bits", func(r *credits.Request) {
			r.Charges[1].Quantity, r.Charges[1].Price = amount("2"), plans.Price{
				Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: amount("1"), Unit: amount("999999999999999999")}, {Unit: amount("1e-18")}},
			}
			r.Item, r.Quantity = "seat", amount("1")
		}, []string{"charges[1].quantity limit"}},
		{"a span outside its period", "law 4", billed(func(c *plans.Charge) { c.Span.End = giventest.Instant("2026-12-02", nil) }), []string{"charges[1].billed.span outside"}},
		{"an instant of another calendar", "an offset does not say on which calendar days are counted", func(r *credits.Request) {
			r.At = giventest.Instant("2026-11-16T00:00:00-05:00", giventest.Zone(t, "America/New_York"))
		}, []string{"charges[1].at zone"}},
		{"on the price, and no price", "a charge taken over from another system has no calculation", func(r *credits.Request) {
			r.CreditBasis, r.Charges[1].Share = proration.OnPrice, proration.Result{}
		}, []string{"charges[1].billed.price unset"}},
		{"a negative quantity", "what is added is no credit", func(r *credits.Request) { r.Item, r.Quantity = "seat", amount("-1") }, []string{"quantity invalid"}},
		{"far too many digits of a quantity", "law 14", func(r *credits.Request) { r.Item, r.Quantity = "seat", decimal.New(1, 1<<31-1) }, []string{"quantity limit"}},
		{"a quantity of nothing in particular", "law 13", func(r *credits.Request) { r.Quantity = amount("1") }, []string{"item unset"}},
		{"more than are left", "law 3: last month's ten are used up", func(r *credits.Request) { r.Item, r.Quantity = "seat", amount("10.5") }, []string{"quantity invalid"}},
		{"more than are left after a credit", "law 3", func(r *credits.Request) {
			r.Charges = append(r.Charges, credit("inv-1/1", "2", "-100"))
			r.Item, r.Quantity = "seat", amount("9")
		}, []string{"quantity invalid"}},
		{"of another item", "law 3", func(r *credits.Request) { r.Item, r.Quantity = "phone", amount("1") }, []string{"quantity invalid"}},
		{"all at once", "law 14", func(r *credits.Request) {
			r.At, r.CreditBasis, r.Policy, r.Quantity = time.Time{}, 0, proration.Policy{}, amount("-1")
			r.Charges[0].ID, r.Charges[1].ID = "", ""
		}, []string{"at unset", "credit_basis unset", "policy.day_count unset", "policy.change_day unset", "policy.rounding.mode unset", "charges[0].id unset", "charges[1].id unset", "quantity invalid", "item unset"}},
		{"every charge that cannot be credited", "law 14", func(r *credits.Request) {
			r.CreditBasis, r.Charges[0].Share, r.Charges[1].Share, r.At = proration.OnPrice, proration.Result{}, proration.Result{}, giventest.Instant("2026-10-16", nil)
		}, []string{"charges[1].billed.price unset", "charges[0].billed.price unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := credits.Request{
				Charges: []plans.Charge{past.charge(t), whole.charge(t)}, At: giventest.Instant("2026-11-16", nil),
				CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
			}
			c.edit(&request)
			owed, err := credits.Unused(request)
			giventest.CheckFaults(t, err, c.want...)
			if owed != nil {
				t.Errorf("got %v with the error: %s", owed, c.why)
			}
		})
	}
}

// Law 3: what was billed comes back. A charge taken over from another system has no calculation; the places are the policy's,
// and 89.00 x 15/30 is 44.50.
func TestUnusedWithoutCalculation(t *testing.T) {
	charge := sold{id: "inv-1/1", quantity: "1", unit: "89.00", period: november}.charge(t)
	charge.Share = proration.Result{}
	owed := unused(t, credits.Request{Charges: []plans.Charge{charge}, At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2)})
	giventest.CheckMoney(t, "half of 89.00", owed[0].Net, "-44.50")
}

// A quantity of a charge taken over from another system, whose price is not known, is given back by number.
func TestUnusedWithoutPrice(t *testing.T) {
	charge := sold{id: "inv-1/1", quantity: "4", unit: "89.00", period: november}.charge(t)
	charge.Share, charge.Price = proration.Result{}, plans.Price{}
	owed := unused(t, credits.Request{
		Charges: []plans.Charge{charge}, Item: "seat", Quantity: giventest.Money("3"), At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	})
	giventest.CheckMoney(t, "356.00 x 3/4 x 15/30", owed[0].Net, "-133.50")
}

// A stored request gives the same credits.
func TestUnusedStored(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	request := credits.Request{
		Charges: []plans.Charge{sold{id: "inv-1/1", quantity: "10", unit: "89.00", period: november, location: newYork}.charge(t), credit("inv-1/1", "2", "-10")},
		Item:    "seat", Quantity: giventest.Money("3"),
		At: giventest.Instant("2026-11-16T11:30:00", newYork), CreditBasis: proration.OnPrice, Policy: proration.Standard(2), Location: newYork,
	}
	first := unused(t, request)
	stored := giventest.CheckRoundTrip(t, request)
	stored.Location = newYork
	if got, want := giventest.JSON(t, unused(t, stored)), giventest.JSON(t, first); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Law 15: whatever is written into a credit, the charge stays as it was issued.
func TestUnusedNotShared(t *testing.T) {
	price := plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: giventest.Money("2"), Unit: giventest.Money("10")}, {Unit: giventest.Money("8")}}}
	charge := sold{id: "inv-1/1", quantity: "6", price: price, period: november, off: "1", tax: "20"}.charge(t)
	request := credits.Request{Charges: []plans.Charge{charge}, At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2)}
	before := giventest.JSON(t, request)
	credit := unused(t, request)[0]
	credit.Price.Tiers[0].Unit, credit.Discounts[0].Amount, credit.Taxes[0].Amount = giventest.Money("1"), giventest.Money("2"), giventest.Money("3")
	if after := giventest.JSON(t, request); after != before {
		t.Errorf("the charge is now %s", after)
	}
}

// A quantity that was billed for two periods ahead is taken off each of them.
func TestUnusedQuantityInEachPeriod(t *testing.T) {
	charges := []plans.Charge{
		sold{id: "a", quantity: "5", unit: "10.00", period: november}.charge(t),
		sold{id: "b", quantity: "5", unit: "10.00", period: december}.charge(t),
		sold{id: "c", quantity: "2", unit: "10.00", period: december}.charge(t),
	}
	for _, c := range []struct {
		quantity string
		want     []string
		wantErr  []string
	}{
		{quantity: "3", want: []string{"c 2 -20", "b 1 -10", "a 3 -15"}},
		{quantity: "5", want: []string{"c 2 -20", "b 3 -30", "a 5 -25"}},
		{quantity: "6", wantErr: []string{"quantity invalid"}},
		{quantity: "8", wantErr: []string{"quantity invalid", "quantity invalid"}},
	} {
		owed, err := credits.Unused(credits.Request{
			Charges: charges, Item: "seat", Quantity: giventest.Money(c.quantity), At: giventest.Instant("2026-11-16", nil),
			CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
		})
		giventest.CheckFaults(t, err, c.wantErr...)
		var got []string
		for _, credit := range owed {
			got = append(got, credit.Corrects+" "+credit.Quantity.String()+" "+credit.Net.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.quantity, got, c.want)
		}
	}
}

// A period of which all was credited before is asked for nothing: another one took its place.
func TestUnusedQuantityWhereNoneIsLeft(t *testing.T) {
	charges := []plans.Charge{sold{id: "a", quantity: "5", unit: "10.00", period: november}.charge(t)}
	all := credits.Request{
		Charges: charges, At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	}
	before, err := credits.Unused(all)
	if err != nil {
		t.Fatal(err)
	}
	all.Item, all.Quantity, all.At = "seat", giventest.Money("2"), giventest.Instant("2026-11-21", nil)
	all.Charges = slices.Concat(charges, before)
	if _, err := credits.Unused(all); giventest.CheckFaults(t, err, "quantity invalid") {
		t.Error("what was credited is credited again")
	}
	all.Charges = append(all.Charges, sold{id: "b", quantity: "5", unit: "10.00", period: "2026-11-16/2026-12-16"}.charge(t))
	owed, err := credits.Unused(all)
	if err != nil || len(owed) != 1 || owed[0].Corrects != "b" {
		t.Fatalf("got %v, want a credit of b: %v", owed, err)
	}
	giventest.CheckMoney(t, "the credit of 20.00 x 25/30", owed[0].Net, "-16.67")
}

// A policy that was written for dollars credits yen without cents and dinars with three places, as plans bills them.
func TestUnusedPlaces(t *testing.T) {
	for currency, want := range map[plans.Currency]string{"USD": "-33.33", "JPY": "-33", "KWD": "-33.333"} {
		charge := sold{id: "a", quantity: "1", unit: "100", period: november, currency: currency}.charge(t)
		for _, places := range []int32{0, 2, 9} {
			r := credits.Request{
				Charges: []plans.Charge{charge}, At: giventest.Instant("2026-11-21", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(places),
			}
			giventest.CheckMoney(t, string(currency), unused(t, r)[0].Net, want)
			given, err := credits.ApplyRefundRules(credits.RefundRequest{
				Request: r, ID: "cn-1", Rules: []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsBalance}},
			})
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, string(currency)+" owed", given.Entries[0].Amount.Neg(), want)
		}
	}
	odd := sold{id: "a", quantity: "1", unit: "100", period: november}.charge(t)
	odd.Currency = "usd"
	_, err := credits.Unused(credits.Request{
		Charges: []plans.Charge{odd}, At: giventest.Instant("2026-11-21", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	})
	giventest.CheckFaults(t, err, "charges[0].currency invalid")
}

// What a charge counts by is bounded before it is used.
func TestUnusedHostile(t *testing.T) {
	for _, c := range []struct {
		field string
		edit  func(*plans.Charge, decimal.Decimal)
	}{
		{"quantity", func(c *plans.Charge, d decimal.Decimal) { c.Quantity = d }},
		{"base_quantity", func(c *plans.Charge, d decimal.Decimal) { c.BaseQuantity = &d }},
		{"net", func(c *plans.Charge, d decimal.Decimal) { c.Net = d }},
	} {
		for _, exponent := range []int32{1_000_000_000, -1_000_000_000, 1<<31 - 1} {
			charge := sold{id: "a", quantity: "3", unit: "10.00", period: november}.charge(t)
			c.edit(&charge, decimal.New(1, exponent))
			_, err := credits.Unused(credits.Request{
				Charges: []plans.Charge{charge}, Item: "seat", Quantity: giventest.Money("1"), At: giventest.Instant("2026-11-16", nil),
				CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
			})
			giventest.CheckFaults(t, err, "charges[0]."+c.field+" limit")
		}
	}
	charge := sold{id: "a", quantity: "3", unit: "10.00", period: november}.charge(t)
	below := giventest.Money("-1")
	charge.BaseQuantity = &below
	_, err := credits.Unused(credits.Request{
		Charges: []plans.Charge{charge}, At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	})
	giventest.CheckFaults(t, err, "charges[0].base_quantity invalid")
}

// Two taxes of one name cannot be told apart in what went back, and a credit by hand that gave back too much tax is no reason to ask for
// some again.
func TestUnusedTaxesByName(t *testing.T) {
	charge := sold{id: "a", quantity: "2", unit: "10.00", tax: "20", period: november}.charge(t)
	request := credits.Request{
		Charges: []plans.Charge{charge}, At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	}
	hand := credit("a", "0", "-1.00")
	hand.Taxes = []plans.Tax{{Name: "VAT", Percent: giventest.Money("20"), Amount: giventest.Money("-5.00")}} // of 4.00
	request.Charges = append(request.Charges, hand)
	giventest.CheckMoney(t, "the tax", unused(t, request)[0].Taxes[0].Amount, "0")

	request.Charges[0].Taxes = append(request.Charges[0].Taxes, request.Charges[0].Taxes[0])
	_, err := credits.Unused(request)
	giventest.CheckFaults(t, err, "charges[0].taxes[1].name invalid")

	request.Charges = []plans.Charge{charge}
	request.Charges[0].Quantity = giventest.Money("-2")
	_, err = credits.Unused(request)
	giventest.CheckFaults(t, err, "charges[0].quantity invalid")
}
