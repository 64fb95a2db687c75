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

	whole := sale{id: "inv-1/1", quantity: "10", unit: "89.00", period: november}
	stub := sale{id: "inv-2/1", quantity: "2", unit: "89.00", period: november, span: "2026-11-16/2026-12-01"}
	third := sale{id: "inv-3/1", quantity: "1", unit: "89.00", period: november, span: "2026-11-21/2026-12-01"}
	for _, c := range []struct {
		name, why string
		billed    []sale
		before    []plans.Charge // earlier credits
		at        string
		basis     proration.CreditBasis // zero is the billed amount
		policy    proration.Policy      // zero is the standard policy
		want      []string              // the explanations of the credits, newest charge first
	}{
		{
			name: "half a month", why: "law 3: 15 of the 30 days billed at 890.00 are unused", billed: []sale{whole}, at: "2026-11-16",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00"},
		},
		{
			name: "from the first instant", why: "the whole charge is credited", billed: []sale{whole}, at: "2026-11-01",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 30/30 days = -890.00"},
		},
		{
			name: "usage beside it", why: "usage is consumed, also if its line covers the whole month",
			billed: []sale{whole, {id: "inv-1/2", item: "calls", kind: plans.Usage, quantity: "500", unit: "0.02", period: november}}, at: "2026-11-16",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00"},
		},
		{
			name: "in the last nanosecond", why: "law 5: the new side owns the change day, so that one day of 30 is credited: 29.666...", billed: []sale{whole}, at: "2026-11-30T23:59:59.999999999",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 1/30 days = -29.666..., rounded half up to -29.67"},
		},
		{
			name: "a change day of the old side", why: "law 5: the 16th is used, and 14 of 30 days are unused: 415.333...", billed: []sale{whole}, at: "2026-11-16T11:30:00", policy: oldSide,
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 14/30 days = -415.333..., rounded half up to -415.33"},
		},
		{
			name: "by seconds", why: "at noon of the 16th, 14.5 days are left: 1,252,800 of 2,592,000 seconds", billed: []sale{whole}, at: "2026-11-16T12:00:00", policy: seconds,
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 1252800/2592000 seconds = -430.166..., rounded half up to -430.17"},
		},
		{
			name: "a stub, on the billed amount", why: "89.00 was billed for 15 days, and 11 are left: 65.266...", billed: []sale{stub}, at: "2026-11-20",
			want: []string{"seat: 2 not used of inv-2/1, -89.00 x 11/15 days = -65.266..., rounded half up to -65.27"},
		},
		{
			name: "a stub, on the price", why: "law 4: the denominator is the whole period: 178.00 x 11/30 is 65.266... too", billed: []sale{stub}, at: "2026-11-20", basis: proration.OnPrice,
			want: []string{"seat: 2 not used of inv-2/1, -178.00 x 11/30 days = -65.266..., rounded half up to -65.27"},
		},
		{
			name: "half a cent, on the billed amount", why: "29.67 was billed for 10 days, and 5 are left: 14.835, and a tie rounds away from zero", billed: []sale{third}, at: "2026-11-26",
			want: []string{"seat: 1 not used of inv-3/1, -29.67 x 5/10 days = -14.835, rounded half up to -14.84"},
		},
		{
			name: "half a cent, on the price", why: "89.00 x 5/30 is 14.833...: the bases differ by the rounding of the charge", billed: []sale{third}, at: "2026-11-26", basis: proration.OnPrice,
			want: []string{"seat: 1 not used of inv-3/1, -89.00 x 5/30 days = -14.833..., rounded half up to -14.83"},
		},
		{
			name: "a discounted charge, on the billed amount", why: "law 3: half of the billed 500.00 is credited", billed: []sale{with(whole, func(s *sale) { s.discount = "390" })}, at: "2026-11-16",
			want: []string{"seat: 10 not used of inv-1/1, -500.00 x 15/30 days = -250.00"},
		},
		{
			name: "a discounted charge, on the price", why: "law 3: the price less the deductions it had: half of 890.00 - 490.00", billed: []sale{with(whole, func(s *sale) { s.discount = "490" })}, at: "2026-11-16", basis: proration.OnPrice,
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 15/30 days plus 245 carried over = -200.00"},
		},
		{
			name: "a credit of money before", why: "law 3: it lowers the cap to 790.00, and not the value of the unused time", billed: []sale{whole}, before: []plans.Charge{credit("inv-1/1", "0", "-100")}, at: "2026-11-16",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00"},
		},
		{
			name: "two credits of money before", why: "both lower the cap, to 490.00 and then to 390.00", billed: []sale{whole}, before: []plans.Charge{credit("inv-1/1", "0", "-400"), credit("inv-1/1", "0", "-100")}, at: "2026-11-16",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445, limited to -390.00"},
		},
		{
			name: "a credit of money before, on the price", why: "law 3: it lowers the cap and nothing else, on both bases", billed: []sale{whole}, before: []plans.Charge{credit("inv-1/1", "0", "-100")}, at: "2026-11-16", basis: proration.OnPrice,
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00"},
		},
		{
			name: "a credit of money before, for a discounted charge on the price", why: "the discount lowers the value to half of 400.00, and the money only the cap, to 150.00",
			billed: []sale{with(whole, func(s *sale) { s.discount = "490" })}, before: []plans.Charge{credit("inv-1/1", "0", "-250")}, at: "2026-11-16", basis: proration.OnPrice,
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 15/30 days plus 245 carried over = -200, limited to -150.00"},
		},
		{
			name: "a credit of the used amount as money", why: "the cap of 445.00 is the value of the unused half", billed: []sale{whole}, before: []plans.Charge{credit("inv-1/1", "0", "-445")}, at: "2026-11-16",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00"},
		},
		{
			name: "a credit of money above the unused amount", why: "law 3: 390.00 of the billed 890.00 are left", billed: []sale{whole}, before: []plans.Charge{credit("inv-1/1", "0", "-500")}, at: "2026-11-16",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445, limited to -390.00"},
		},
		{
			name: "a credit of the whole amount as money", why: "law 3: the billed amount is credited once", billed: []sale{whole}, before: []plans.Charge{credit("inv-1/1", "0", "-890")}, at: "2026-11-01",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 30/30 days = -890, limited to 0.00"},
		},
		{
			name: "a credit of two units before", why: "law 3: 8 of 10 units remain, whatever the amount of the earlier credit", billed: []sale{whole}, before: []plans.Charge{credit("inv-1/1", "2", "-178")}, at: "2026-11-16",
			want: []string{"seat: 8 not used of inv-1/1, -712.00 x 15/30 days = -356.00"},
		},
		{
			name: "a credit of two units before, on the price", why: "law 3: 8 of 10 units remain, whatever the amount of the earlier credit", billed: []sale{whole}, before: []plans.Charge{credit("inv-1/1", "2", "-178")}, at: "2026-11-16", basis: proration.OnPrice,
			want: []string{"seat: 8 not used of inv-1/1, -712.00 x 15/30 days = -356.00"},
		},
		{
			name: "credits of units and money before", why: "the units lower the value to 712.00 x 15/30, and the money only the cap, to 612.00", billed: []sale{whole},
			before: []plans.Charge{credit("inv-1/1", "2", "-178"), credit("inv-1/1", "0", "-100")}, at: "2026-11-16",
			want: []string{"seat: 8 not used of inv-1/1, -712.00 x 15/30 days = -356.00"},
		},
		{
			name: "an uncredited amount below the unused amount", why: "law 3: only 490.00 of the 712.00 for eight seats are uncredited", billed: []sale{whole}, before: []plans.Charge{credit("inv-1/1", "2", "-400")}, at: "2026-11-01",
			want: []string{"seat: 8 not used of inv-1/1, -712.00 x 30/30 days = -712, limited to -490.00"},
		},
		{name: "a credit of all units before", why: "law 3: units are credited once", billed: []sale{whole}, before: []plans.Charge{credit("inv-1/1", "10", "-445")}, at: "2026-11-20"},
		{
			name: "the newest charge first", why: "the charge that was added last is credited first (Recurly)", billed: []sale{whole, stub, third}, at: "2026-11-26",
			want: []string{
				"seat: 1 not used of inv-3/1, -29.67 x 5/10 days = -14.835, rounded half up to -14.84",
				"seat: 2 not used of inv-2/1, -89.00 x 5/15 days = -29.666..., rounded half up to -29.67",
				"seat: 10 not used of inv-1/1, -890.00 x 5/30 days = -148.333..., rounded half up to -148.33",
			},
		},
		{
			name: "before the charge begins", why: "a charge from the 16th on is credited in full on the 15th", billed: []sale{stub}, at: "2026-11-15",
			want: []string{"seat: 2 not used of inv-2/1, -89.00 x 15/15 days = -89.00"},
		},
		{
			name: "before the charge begins, on the price", why: "the whole span is unused: 178.00 x 15/30", billed: []sale{stub}, at: "2026-11-15", basis: proration.OnPrice,
			want: []string{"seat: 2 not used of inv-2/1, -178.00 x 15/30 days = -89.00"},
		},
		{
			name: "a month billed in advance", why: "half of November and all of December are unused", billed: []sale{whole, with(whole, func(s *sale) { s.id, s.period = "inv-2/1", december })}, at: "2026-11-16",
			want: []string{
				"seat: 10 not used of inv-2/1, -890.00 x 31/31 days = -890.00",
				"seat: 10 not used of inv-1/1, -890.00 x 15/30 days = -445.00",
			},
		},
		{name: "at the end of the charge", why: "the end is excluded from the span", billed: []sale{whole}, at: "2026-12-01"},
		{name: "after the end of the charge", why: "last month is used up", billed: []sale{whole}, at: "2026-12-15"},
		{
			name: "a past and a current charge", why: "only charges for later time are credited", billed: []sale{with(whole, func(s *sale) { s.id, s.period = "inv-0/1", "2026-10-01/2026-11-01" }), whole}, at: "2026-11-10",
			want: []string{"seat: 10 not used of inv-1/1, -890.00 x 21/30 days = -623.00"},
		},
		{name: "a free charge", why: "a free item gives no credit", billed: []sale{with(whole, func(s *sale) { s.unit = "0" })}, at: "2026-11-16"},
		{name: "a charge discounted to zero", why: "a credit on the list price of a free charge is the bug of stripe-dotnet 3103", billed: []sale{with(whole, func(s *sale) { s.discount = "890" })}, at: "2026-11-16", basis: proration.OnPrice},
		{name: "a negative charge", why: "a credit for an unknown charge is not credited", billed: []sale{with(whole, func(s *sale) { s.discount = "900" })}, at: "2026-11-16"},
		{name: "no charges", why: "a customer without charges gets no credit", at: "2026-11-16"},
		{
			name: "a charge without a quantity", why: "the charge is credited by time", billed: []sale{{id: "inv-1/1", quantity: "0", price: plans.Price{Flat: giventest.Money("30")}, period: november}}, at: "2026-11-16",
			want: []string{"seat: not used of inv-1/1, -30.00 x 15/30 days = -15.00"},
		},
		{
			name: "a charge without a quantity, a second time", why: "law 12: repeating the credit adds nothing", billed: []sale{{id: "inv-1/1", quantity: "0", price: plans.Price{Flat: giventest.Money("30")}, period: november}},
			before: []plans.Charge{with(credit("inv-1/1", "0", "-15"), func(c *plans.Charge) { c.Kind = plans.ProrationCredit })}, at: "2026-11-16",
		},
		{
			name: "a charge without a quantity, after a credit of money", why: "the money frees no time: half of the month is unused, and 26.00 are left", billed: []sale{{id: "inv-1/1", quantity: "0", price: plans.Price{Flat: giventest.Money("30")}, period: november}},
			before: []plans.Charge{credit("inv-1/1", "0", "-4")}, at: "2026-11-16",
			want: []string{"seat: not used of inv-1/1, -30.00 x 15/30 days = -15.00"},
		},
		{
			name: "fractions of a unit", why: "1.5 of 2.5 units are credited before", billed: []sale{{id: "inv-1/1", quantity: "2.5", unit: "40.00", period: november}}, before: []plans.Charge{credit("inv-1/1", "1.5", "-60")}, at: "2026-11-16",
			want: []string{"seat: 1 not used of inv-1/1, -40.00 x 15/30 days = -20.00"},
		},
		{
			name: "a part without an exact decimal", why: "one third of 100.00 is 33.333..., not 33.33, so that two thirds are 66.67", billed: []sale{{id: "inv-1/1", quantity: "3", unit: "33.333333", period: november}}, before: []plans.Charge{credit("inv-1/1", "1", "-33.33")}, at: "2026-11-01",
			want: []string{"seat: 2 not used of inv-1/1, -66.66 x 30/30 days plus -0.0066... carried over = -66.666..., rounded half up to -66.67"},
		},
		{
			name: "yen", why: "ISO 4217: the yen has no places: 1000 x 10/30", billed: []sale{{id: "y", quantity: "1", unit: "1000", period: november, currency: "JPY"}}, at: "2026-11-21", policy: proration.Standard(0),
			want: []string{"seat: 1 not used of y, -1000 x 10/30 days = -333.3..., rounded half up to -333"},
		},
		{
			name: "dinars", why: "ISO 4217: the dinar has three places: 27.500 x 10/30", billed: []sale{{id: "k", quantity: "1", unit: "27.5", period: november, currency: "KWD"}}, at: "2026-11-21", policy: proration.Standard(3),
			want: []string{"seat: 1 not used of k, -27.500 x 10/30 days = -9.1666..., rounded half up to -9.167"},
		},
		{
			name: "on the calendar of the customer", why: "21:30 of the 15th in Los Angeles is the 16th in New York: 15 of 30 days, although November has 721 hours there",
			billed: []sale{{id: "ny", quantity: "10", unit: "89.00", period: november, location: newYork}}, at: "2026-11-15T21:30:00-08:00",
			want: []string{"seat: 10 not used of ny, -890.00 x 15/30 days = -445.00"},
		},
		{
			name: "February, billed from the 8th, on the billed amount", why: "Lago terminate_pay_in_advance_spec: 37.50 for 21 of 28 days of 50.00; 20 are left: 35.714...",
			billed: []sale{{id: "l", quantity: "1", unit: "50.00", period: "2023-02-01/2023-03-01", span: "2023-02-08/2023-03-01"}}, at: "2023-02-09",
			want: []string{"seat: 1 not used of l, -37.50 x 20/21 days = -35.714..., rounded half up to -35.71"},
		},
		{
			name: "February, billed from the 8th, on the price", why: "both bases give the same credit: 50.00 x 20/28",
			billed: []sale{{id: "l", quantity: "1", unit: "50.00", period: "2023-02-01/2023-03-01", span: "2023-02-08/2023-03-01"}}, at: "2023-02-09", basis: proration.OnPrice,
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
			if got := explanations(owed); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q: %s", got, c.want, c.why)
			}
		})
	}
}

// unused calls Unused. It fails if a credit does not match its charge or the request is modified.
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

// explanations returns the explanation of each charge.
func explanations(charges []plans.Charge) (all []string) {
	for _, c := range charges {
		all = append(all, c.Explain())
	}
	return all
}

// checkCredit fails unless the credit names its charge, has the fields of that charge, and is at most its uncredited
// amount.
func checkCredit(t *testing.T, credit plans.Charge, r credits.Request) {
	t.Helper()
	i := slices.IndexFunc(r.Charges, func(c plans.Charge) bool { return c.ID == credit.Corrects && c.Corrects == "" })
	if i < 0 {
		t.Fatalf("the credit corrects %q, which is not a charge", credit.Corrects)
	}
	c := r.Charges[i]
	if credit.ID != "" || credit.Kind != plans.ProrationCredit || credit.Plan != c.Plan || credit.Item != c.Item || credit.Currency != c.Currency {
		t.Errorf("the credit %+v is not of the charge %+v", credit, c)
	}
	if !credit.Price.Equal(c.Price) || credit.Multiplier != c.Multiplier {
		t.Errorf("the credit has the price %+v, the charge %+v", credit.Price, c.Price)
	}
	unused := proration.Period{Start: r.At, End: c.Span.End}
	if !r.Until.IsZero() {
		unused.End = r.Until
	}
	if !credit.Period.Equal(c.Period) || !giventest.Covers(c.Span, credit.Span) || !giventest.Covers(unused, credit.Span) || !credit.Net.Equal(credit.Share.Amount) {
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
		t.Errorf("%v for %v is credited of %v for %v, although %v for %v is uncredited", credit.Net, credit.Quantity, c.Net, c.Quantity, left, units)
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

// leastLeft returns the smallest number of uncredited units at any time of a span.
func leastLeft(charges []plans.Charge, c plans.Charge, span proration.Period) decimal.Decimal {
	unitsAt := func(at time.Time) decimal.Decimal {
		units := c.Quantity
		for _, b := range charges {
			if b.Corrects == c.ID && (b.Span.End.IsZero() || b.Span.Contains(at)) {
				units = units.Sub(b.Quantity)
			}
		}
		return units
	}
	least := unitsAt(span.Start)
	for _, b := range charges {
		if b.Corrects == c.ID && span.Contains(b.Span.Start) {
			least = decimal.Min(least, unitsAt(b.Span.Start))
		}
	}
	return least
}

// The newest charge of an item is credited first.
func TestNewestChargeIsCreditedFirst(t *testing.T) {
	four := "2026-11-01/2026-11-05" // a quarter of this period is left on the 4th
	seats := sale{id: "a", quantity: "5", unit: "10.00", period: four}
	more := sale{id: "b", quantity: "2", unit: "10.00", period: four}
	late := sale{id: "b", quantity: "2", unit: "10.00", period: four, span: "2026-11-03/2026-11-05"}
	phones := sale{id: "p", item: "phone", quantity: "9", unit: "4.00", period: four}
	for _, c := range []struct {
		name, why string
		billed    []sale
		before    []plans.Charge
		quantity  string
		want      []string // "charge quantity net"
	}{
		{"three of five and two", "Recurly: 5 at 10.00 and then 2 more; the removal of 3 with a quarter left credits 5.00 and 2.50", []sale{seats, more}, nil, "3", []string{"b 2 -5", "a 1 -2.5"}},
		{"as many units as the newest charge", "the older charge is not credited", []sale{seats, more}, nil, "2", []string{"b 2 -5"}},
		{"fewer units than the newest charge", "the older charge is not credited", []sale{seats, more}, nil, "1", []string{"b 1 -2.5"}},
		{"all units", "7 x 10.00 x 1/4", []sale{seats, more}, nil, "7", []string{"b 2 -5", "a 5 -12.5"}},
		{"a charge added inside the period", "20.00 for half of the period was billed as 10.00, and half of it is left: the same credit", []sale{seats, late}, nil, "3", []string{"b 2 -5", "a 1 -2.5"}},
		{"charges of another item", "only charges of the item are credited", []sale{seats, phones, more, with(phones, func(s *sale) { s.id = "q" })}, nil, "3", []string{"b 2 -5", "a 1 -2.5"}},
		{"a credit of one unit before", "one of the two units remains, and the other two are of the older charge", []sale{seats, more}, []plans.Charge{credit("b", "1", "-2.50")}, "3", []string{"b 1 -2.5", "a 2 -5"}},
		{"a credit of the whole newest charge before", "no unit of the newest charge remains", []sale{seats, more}, []plans.Charge{credit("b", "2", "-5.00")}, "3", []string{"a 3 -7.5"}},
		{"a credit of money before", "4.00 of 20.00 for two units leave the value of each at 10.00 x 1/4", []sale{seats, more}, []plans.Charge{credit("b", "0", "-4.00")}, "1", []string{"b 1 -2.5"}},
		{"a credit of most of the money before", "3.00 of 20.00 are left for the two units, and the older charge has its own cap", []sale{seats, more}, []plans.Charge{credit("b", "0", "-17.00")}, "3", []string{"b 2 -3", "a 1 -2.5"}},
		{"half a unit", "half a unit is credited at half the price", []sale{seats, more}, nil, "2.5", []string{"b 2 -5", "a 0.5 -1.25"}},
		{"a newest charge that has ended", "a charge that has ended is used up", []sale{seats, with(more, func(s *sale) { s.span = "2026-11-01/2026-11-04" })}, nil, "3", []string{"a 3 -7.5"}},
		{"free units in the newest charge", "the last units are removed first, and free units give no credit", []sale{seats, with(more, func(s *sale) { s.unit = "0" })}, nil, "3", []string{"b 2 0", "a 1 -2.5"}},
		{"free units, removed before", "the free units were removed before", []sale{seats, with(more, func(s *sale) { s.unit = "0" })}, []plans.Charge{credit("b", "2", "0")}, "3", []string{"a 3 -7.5"}},
		{"a newer charge without a quantity", "a charge without a quantity has no units to remove", []sale{seats, {id: "f", quantity: "0", price: plans.Price{Flat: giventest.Money("30")}, period: four}}, nil, "3", []string{"a 3 -7.5"}},
		{"an older charge without a quantity", "a charge without a quantity has no units to remove", []sale{{id: "f", quantity: "0", price: plans.Price{Flat: giventest.Money("30")}, period: four}, seats}, nil, "5", []string{"a 5 -12.5"}},
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
		Charges: []plans.Charge{sale{id: "a", quantity: "5", unit: "10.00", period: november}.charge(t), sale{id: "p", item: "phone", quantity: "9", unit: "4.00", period: november}.charge(t)},
		Item:    "phone", At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	}
	if got, want := explanations(unused(t, request)), []string{"phone: 9 not used of p, -36.00 x 15/30 days = -18.00"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	request.Item = "fax"
	if got := unused(t, request); got != nil {
		t.Errorf("an unknown item gives the credits %q", explanations(got))
	}
}

// Removed units credit the price of the last units, so that buying them again costs the same. The credits for all units
// one by one add up to the price of all.
func TestRemovedUnitsCreditTheirMarginalPrice(t *testing.T) {
	graduated := plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: giventest.Money("2"), Unit: giventest.Money("10")}, {UpTo: giventest.Money("4"), Unit: giventest.Money("8")}, {Unit: giventest.Money("5")}}}
	stairs := plans.Price{Tiering: plans.Volume, Tiers: []plans.Tier{{UpTo: giventest.Money("2"), Flat: giventest.Money("10")}, {UpTo: giventest.Money("4"), Flat: giventest.Money("16")}, {Flat: giventest.Money("20")}}}
	for _, c := range []struct {
		name, why string
		price     plans.Price
		quantity  string
		base      string
		discount  string
		remove    []string // one after the other
		want      []string // the credits at half of the period
	}{
		{"graduated", "2 x 10.00 + 2 x 8.00 + 2 x 5.00 = 46.00, and the last unit is removed first", graduated, "6", "", "", []string{"1", "1", "1", "1", "1", "1"}, []string{"-2.5", "-2.5", "-4", "-4", "-5", "-5"}},
		{"graduated, some at once", "5.00 + 5.00 + 8.00, then the rest", graduated, "6", "", "", []string{"3", "3"}, []string{"-9", "-14"}},
		{"graduated, all at once", "46.00 x 1/2", graduated, "6", "", "", []string{"6"}, []string{"-23"}},
		{"graduated, with a discount", "half of the price was discounted, so that half of it is credited", graduated, "6", "", "23", []string{"3", "3"}, []string{"-4.5", "-7"}},
		{"graduated, above a base quantity", "3 units above 2 cost 2 x 8.00 + 5.00", graduated, "3", "2", "", []string{"1", "1", "1"}, []string{"-2.5", "-4", "-4"}},
		{"stair-step prices", "20.00, 16.00, 16.00 and 10.00 and 10.00: each unit credits what the price falls by, for half of the month", stairs, "5", "", "", []string{"1", "1", "1", "1", "1"}, []string{"-2", "0", "-3", "0", "-5"}},
		{"volume prices where more units cost less", "two units cost 20.00, more than the 18.00 of three, so the first removal credits nothing", plans.Price{Tiering: plans.Volume, Tiers: []plans.Tier{{UpTo: giventest.Money("2"), Unit: giventest.Money("10")}, {Unit: giventest.Money("6")}}}, "3", "", "", []string{"1", "2"}, []string{"0", "-9"}},
		{"with free units", "the first two units are free and give no credit", plans.Price{Unit: giventest.Money("10"), Included: giventest.Money("2")}, "4", "", "", []string{"1", "1", "1", "1"}, []string{"-5", "-5", "0", "0"}},
		{"packages", "12 units are three packages of 5 at 8.00; the removal of 2 removes one package, and further 5 units another", plans.Price{Unit: giventest.Money("8"), Package: giventest.Money("5")}, "12", "", "", []string{"2", "4", "1", "5"}, []string{"-4", "0", "-4", "-4"}},
		{"with a fee", "10.00 and 5.00 each: a removed seat credits 5.00, and the last one also the fee", plans.Price{Flat: giventest.Money("10"), Unit: giventest.Money("5")}, "2", "", "", []string{"1", "1"}, []string{"-2.5", "-7.5"}},
		{"with a fee, added to no units", "the first 2 seats cost 2 x 5.00 and the fee, which the last one credits", plans.Price{Flat: giventest.Money("10"), Unit: giventest.Money("5")}, "2", "0", "", []string{"1", "1"}, []string{"-2.5", "-7.5"}},
		{"with a fee in the base price", "2 seats added to one cost 2 x 5.00 without the fee", plans.Price{Flat: giventest.Money("10"), Unit: giventest.Money("5")}, "2", "1", "", []string{"1", "1"}, []string{"-2.5", "-2.5"}},
		{"with a minimum", "two cost 20.00, and one costs the minimum of 15.00, which the last one credits", plans.Price{Unit: giventest.Money("10"), Minimum: giventest.Money("15")}, "2", "", "", []string{"1", "1"}, []string{"-2.5", "-7.5"}},
		{"with a maximum", "three and four units cost the maximum of 25.00", plans.Price{Unit: giventest.Money("10"), Maximum: giventest.Money("25")}, "4", "", "", []string{"1", "1", "1", "1"}, []string{"0", "-2.5", "-5", "-5"}},
		{"a fee alone", "fewer seats cost the same, and the last one credits the whole fee", plans.Price{Flat: giventest.Money("30")}, "3", "", "", []string{"1", "2"}, []string{"0", "-15"}},
		{"per unit", "each unit costs the same", plans.Price{Unit: giventest.Money("10")}, "3", "", "", []string{"1", "2"}, []string{"-5", "-10"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			charge := sale{id: "inv-1/1", quantity: c.quantity, base: c.base, price: c.price, discount: c.discount, period: november}.charge(t)
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

// Discounts and taxes are credited in proportion, and the last credit of a charge takes the rest.
func TestUnusedCreditsDiscountsAndTaxesInProportion(t *testing.T) {
	type removal struct{ quantity, at, money string } // units from an instant on, or money
	for _, c := range []struct {
		name, why     string
		sale          sale
		tax           string // the billed tax, if it is not the percentage
		credits       []removal
		discount, vat []string // the amounts in each credit
	}{
		{
			name: "half of a charge", why: "half of the discount of 2.00 and half of the tax of 1.60 are credited", sale: sale{quantity: "1", unit: "10.00", discount: "2", tax: "20"}, credits: []removal{{at: "2026-11-16"}},
			discount: []string{"-1"}, vat: []string{"-0.8"},
		},
		{
			name: "three of ten", why: "Recurly: 3 of 10 units credit 0.60 of a discount of 2.00", sale: sale{quantity: "10", unit: "5.00", discount: "2", tax: "0"}, credits: []removal{{quantity: "3", at: "2026-11-01"}},
			discount: []string{"-0.6"}, vat: []string{"0"},
		},
		{
			name: "three parts", why: "10.00 - 1.00 are 3 x 3.00: a third of 1.00 each, the rest in the last, and 20 % of each", sale: sale{quantity: "3", unit: "3.333333", discount: "1", tax: "20"},
			credits:  []removal{{quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}},
			discount: []string{"-0.33", "-0.33", "-0.34"}, vat: []string{"-0.6", "-0.6", "-0.6"},
		},
		{
			name: "a cent at a time", why: "19 % of 0.01 round to zero each time, and the last credit takes the tax of 0.01 on 0.05", sale: sale{quantity: "5", unit: "0.01", tax: "19"},
			credits: []removal{{quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}},
			vat:     []string{"0", "0", "0", "0", "-0.01"},
		},
		{
			name: "a credit of money first", why: "2.50 of 10.00 is credited without tax; then the unused half, 5.00, has a tax of 1.00", sale: sale{quantity: "1", unit: "10.00", tax: "20"}, credits: []removal{{money: "2.50"}, {at: "2026-11-16"}},
			vat: []string{"-1"},
		},
		{
			name: "a credit of money first, up to the cap", why: "7.50 of 10.00 is credited without tax; then the remaining 2.50 is the last credit, with all of the tax", sale: sale{quantity: "1", unit: "10.00", tax: "20"}, credits: []removal{{money: "7.50"}, {at: "2026-11-16"}},
			vat: []string{"-2"},
		},
		{
			name: "a tax rounded down on the invoice", why: "1.99 was billed and 20 % are 2.00: at most 1.99 is credited, with the difference in the last part", sale: sale{quantity: "2", unit: "5.00", tax: "20"}, tax: "1.99",
			credits: []removal{{quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}}, vat: []string{"-1", "-0.99"},
		},
		{
			name: "a tax below the rate", why: "1.50 was billed and 20 % are 2.00: nine of ten would be 1.80, and at most 1.50 is credited", sale: sale{quantity: "10", unit: "1.00", tax: "20"}, tax: "1.50",
			credits: []removal{{quantity: "9", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}}, vat: []string{"-1.5", "0"},
		},
		{
			name: "a tax rounded up on the invoice", why: "2.01 was billed and 20 % are 2.00: the last part takes the extra cent", sale: sale{quantity: "2", unit: "5.00", tax: "20"}, tax: "2.01",
			credits: []removal{{quantity: "1", at: "2026-11-01"}, {quantity: "1", at: "2026-11-01"}}, vat: []string{"-1", "-1.01"},
		},
		{
			name: "the tax rate of the charge", why: "law 3: the tax has the rate of the original charge, not the current rate (Recurly, Chargebee)", sale: sale{quantity: "1", unit: "100.00", tax: "16"}, credits: []removal{{at: "2026-11-16"}},
			vat: []string{"-8"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.sale.id, c.sale.period = "inv-1/1", november
			charge := c.sale.charge(t)
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
	whole := sale{id: "inv-1/1", quantity: "10", unit: "89.00", period: november, tax: "20", discount: "90"}
	past := sale{id: "inv-0/1", quantity: "10", unit: "89.00", period: "2026-10-01/2026-11-01"}
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
		{"a charge without an ID", "a credit names the charge that it corrects", billed(func(c *plans.Charge) { c.ID = "" }), []string{"charges[1].id unset"}},
		{"a repeated ID", "law 3: a credit must name one charge", billed(func(c *plans.Charge) { c.ID = "inv-0/1" }), []string{"charges[1].id invalid"}},
		{"no basis", "law 13: the basis decides an amount", func(r *credits.Request) { r.CreditBasis = 0 }, []string{"credit_basis unset"}},
		{"an unknown basis", "law 14: the basis must be known", func(r *credits.Request) { r.CreditBasis = 9 }, []string{"credit_basis invalid"}},
		{"no policy", "law 13: the policy decides an amount", func(r *credits.Request) { r.Policy = proration.Policy{} }, []string{"policy.day_count unset", "policy.first_day unset", "policy.last_day unset", "policy.change_day unset", "policy.rounding.mode unset"}},
		{"no instant", "law 13: a missing instant would credit the whole charge or nothing", func(r *credits.Request) { r.At = time.Time{} }, []string{"at unset"}},
		{"no basis and no unused charge", "law 13: an unset basis is an error also without a credit", func(r *credits.Request) { r.CreditBasis, r.Charges = 0, r.Charges[:1] }, []string{"credit_basis unset"}},
		{"a credit of an unknown charge", "law 3: only billed charges are credited", credited(func(c *plans.Charge) { c.Corrects = "inv-7/1" }), []string{"charges[2].corrects invalid"}},
		{"a credit before its charge", "charges and credits are in the order of billing", func(r *credits.Request) {
			r.Charges = append([]plans.Charge{credit("inv-1/1", "2", "-100")}, r.Charges...)
		}, []string{"charges[0].corrects invalid"}},
		{"a credit of a credit", "a reversed credit is a new charge", func(r *credits.Request) {
			r.Charges = append(r.Charges, with(credit("inv-1/1", "2", "-100"), func(c *plans.Charge) { c.ID = "cn-1" }), credit("cn-1", "1", "-1"))
		}, []string{"charges[3].corrects invalid"}},
		{"a positive credit", "law 7: a credit is negative", credited(func(c *plans.Charge) { c.Net = amount("100") }), []string{"charges[2].net invalid"}},
		{"a credit of a negative quantity", "the credit would add units", credited(func(c *plans.Charge) { c.Quantity = amount("-1") }), []string{"charges[2].net invalid"}},
		{"a credit in another currency", "law 7: a credit has the currency of its charge", credited(func(c *plans.Charge) { c.Currency = "EUR" }), []string{"charges[2].currency invalid"}},
		{"more credited than billed", "law 3: credits are at most the billed amount", credited(func(c *plans.Charge) { c.Net = amount("-800.01") }), []string{"charges[1].net invalid"}},
		{"more units credited than billed", "law 3: credited units are at most the billed units", credited(func(c *plans.Charge) { c.Quantity = amount("10.5") }), []string{"charges[1].net invalid"}},
		{"an amount beyond the limits", "law 14: amounts are limited", billed(func(c *plans.Charge) { c.Net = amount("1e39") }), []string{"charges[1].net limit"}},
		{"a quantity beyond the limits", "law 14: quantities are limited", billed(func(c *plans.Charge) { c.Quantity = amount("1e-39") }), []string{"charges[1].quantity limit"}},
		{"a discount beyond the limits", "law 14: amounts are limited", billed(func(c *plans.Charge) { c.Discounts[0].Amount = decimal.New(1, 1<<31-1) }), []string{"charges[1].discounts[0].amount limit"}},
		{"a tax beyond the limits", "law 14: amounts are limited", billed(func(c *plans.Charge) { c.Taxes[0].Amount = decimal.New(1, -1<<31) }), []string{"charges[1].taxes[0].amount limit"}},
		{"a tax rate beyond the limits", "law 14: rates are limited", billed(func(c *plans.Charge) { c.Taxes[0].Percent = decimal.New(1, 1<<31-1) }), []string{"charges[1].taxes[0].percent limit"}},
		{"a negative tax rate", "law 14: a rate is not negative", billed(func(c *plans.Charge) { c.Taxes[0].Percent = amount("-1") }), []string{"charges[1].taxes[0].percent invalid"}},
		{"an invalid price", "the price of the last units cannot be computed", func(r *credits.Request) {
			r.Charges[1].Price.Unit = amount("-1")
			r.Item, r.Quantity = "seat", amount("1")
		}, []string{"charges[1].price.unit invalid"}},
		{"a quantity of too many digits", "law 14: the remaining quantity has too many digits for a price", func(r *credits.Request) {
			r.Charges[1].Quantity = amount("999999999999999999")
			r.Item, r.Quantity = "seat", amount("1e-18")
		}, []string{"charges[1].quantity limit"}},
		{"a ratio beyond the limits", "law 14: 1e-18 of 999,999,999,999,999,999.000000000000000001 is not a ratio of two 64-bit integers", func(r *credits.Request) {
			r.Charges[1].Quantity, r.Charges[1].Price = amount("2"), plans.Price{
				Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: amount("1"), Unit: amount("999999999999999999")}, {Unit: amount("1e-18")}},
			}
			r.Item, r.Quantity = "seat", amount("1")
		}, []string{"charges[1].quantity limit"}},
		{"a span outside its period", "law 4: the period contains the span", billed(func(c *plans.Charge) { c.Span.End = giventest.Instant("2026-12-02", nil) }), []string{"charges[1].billed.span outside"}},
		{"an instant of another calendar", "an offset names no calendar", func(r *credits.Request) {
			r.At = giventest.Instant("2026-11-16T00:00:00-05:00", giventest.Zone(t, "America/New_York"))
		}, []string{"charges[1].at zone"}},
		{"a missing price on the basis of the price", "an imported charge has no calculation", func(r *credits.Request) {
			r.CreditBasis, r.Charges[1].Share = proration.OnPrice, proration.Result{}
		}, []string{"charges[1].billed.price unset"}},
		{"a negative quantity", "added units are not a credit", func(r *credits.Request) { r.Item, r.Quantity = "seat", amount("-1") }, []string{"quantity invalid"}},
		{"a quantity far beyond the limits", "law 14: quantities are limited", func(r *credits.Request) { r.Item, r.Quantity = "seat", decimal.New(1, 1<<31-1) }, []string{"quantity limit"}},
		{"a quantity without an item", "law 13: the item must be named", func(r *credits.Request) { r.Quantity = amount("1") }, []string{"item unset"}},
		{"more units than remain", "law 3: the ten units of last month are used up", func(r *credits.Request) { r.Item, r.Quantity = "seat", amount("10.5") }, []string{"quantity invalid"}},
		{"more units than remain after a credit", "law 3: credited units are not credited again", func(r *credits.Request) {
			r.Charges = append(r.Charges, credit("inv-1/1", "2", "-100"))
			r.Item, r.Quantity = "seat", amount("9")
		}, []string{"quantity invalid"}},
		{"units of an item without charges", "law 3: only billed units are credited", func(r *credits.Request) { r.Item, r.Quantity = "phone", amount("1") }, []string{"quantity invalid"}},
		{"every fault", "law 14: every fault is reported", func(r *credits.Request) {
			r.At, r.CreditBasis, r.Policy, r.Quantity = time.Time{}, 0, proration.Policy{}, amount("-1")
			r.Charges[0].ID, r.Charges[1].ID = "", ""
		}, []string{"at unset", "credit_basis unset", "policy.day_count unset", "policy.first_day unset", "policy.last_day unset", "policy.change_day unset", "policy.rounding.mode unset", "charges[0].id unset", "charges[1].id unset", "quantity invalid", "item unset"}},
		{"two charges with faults", "law 14: every fault is reported", func(r *credits.Request) {
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

// Law 3: the billed amount is credited. An imported charge has no calculation; the places are those of the policy, and
// 89.00 x 15/30 is 44.50.
func TestUnusedWithoutCalculation(t *testing.T) {
	charge := sale{id: "inv-1/1", quantity: "1", unit: "89.00", period: november}.charge(t)
	charge.Share = proration.Result{}
	owed := unused(t, credits.Request{Charges: []plans.Charge{charge}, At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2)})
	giventest.CheckMoney(t, "half of 89.00", owed[0].Net, "-44.50")
}

// Units of an imported charge, whose price is unknown, are credited in proportion to their number.
func TestUnusedWithoutPrice(t *testing.T) {
	charge := sale{id: "inv-1/1", quantity: "4", unit: "89.00", period: november}.charge(t)
	charge.Share, charge.Price = proration.Result{}, plans.Price{}
	owed := unused(t, credits.Request{
		Charges: []plans.Charge{charge}, Item: "seat", Quantity: giventest.Money("3"), At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	})
	giventest.CheckMoney(t, "356.00 x 3/4 x 15/30", owed[0].Net, "-133.50")
}

// A stored request gives the same credits.
func TestUnusedRequestIsStored(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	request := credits.Request{
		Charges: []plans.Charge{sale{id: "inv-1/1", quantity: "10", unit: "89.00", period: november, location: newYork}.charge(t), credit("inv-1/1", "2", "-10")},
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

// Law 15: neither the charges nor an earlier credit is modified.
func TestUnusedModifiesNothing(t *testing.T) {
	price := plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{{UpTo: giventest.Money("2"), Unit: giventest.Money("10")}, {Unit: giventest.Money("8")}}}
	charge := sale{id: "inv-1/1", quantity: "6", price: price, period: november, discount: "1", tax: "20"}.charge(t)
	request := credits.Request{Charges: []plans.Charge{charge}, At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2)}
	before := giventest.JSON(t, request)
	credit := unused(t, request)
	text := giventest.JSON(t, credit)
	next := request
	next.Charges, next.At = slices.Concat(request.Charges, credit), request.At.Add(-24*time.Hour)
	unused(t, next)
	if after := giventest.JSON(t, request); after != before {
		t.Errorf("the charge is now %s", after)
	}
	if after := giventest.JSON(t, credit); after != text {
		t.Errorf("the credit is now %s", after)
	}
}

// A removal takes units off each period that was billed in advance.
func TestUnusedQuantityLeavesEachPeriod(t *testing.T) {
	charges := []plans.Charge{
		sale{id: "a", quantity: "5", unit: "10.00", period: november}.charge(t),
		sale{id: "b", quantity: "5", unit: "10.00", period: december}.charge(t),
		sale{id: "c", quantity: "2", unit: "10.00", period: december}.charge(t),
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

// A removal skips charges that are credited in full, since another charge replaced them.
func TestUnusedSkipsCreditedCharges(t *testing.T) {
	charges := []plans.Charge{sale{id: "a", quantity: "5", unit: "10.00", period: november}.charge(t)}
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
		t.Error("credited units are credited again")
	}
	all.Charges = append(all.Charges, sale{id: "b", quantity: "5", unit: "10.00", period: "2026-11-16/2026-12-16"}.charge(t))
	owed, err := credits.Unused(all)
	if err != nil || len(owed) != 1 || owed[0].Corrects != "b" {
		t.Fatalf("got %v, want a credit of b: %v", owed, err)
	}
	giventest.CheckMoney(t, "the credit of 20.00 x 25/30", owed[0].Net, "-16.67")
}

// Law 3: money that was never paid is not given back, in part or in full.
func TestUnpaidChargesGiveNoCredit(t *testing.T) {
	request := credits.Request{
		Charges: []plans.Charge{
			sale{id: "inv-1/1", quantity: "5", unit: "10.00", period: november}.charge(t),
			sale{id: "inv-2/1", quantity: "2", unit: "10.00", period: november}.charge(t),
			credit("inv-2/1", "1", "-10"),
		},
		At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
		Unpaid: []string{"inv-2", "inv-9"},
	}
	if owed := unused(t, request); len(owed) != 1 || owed[0].Corrects != "inv-1/1" {
		t.Errorf("got %s, want a credit of inv-1/1 alone", giventest.JSON(t, owed))
	}
	for _, give := range []credits.Extent{credits.UnusedPart, credits.InFull} {
		out, err := credits.ApplyRefundRules(credits.RefundRequest{
			Request: request, ID: "cn-1", Rules: []credits.RefundRule{{Give: give, As: credits.AsRefund}}, Paid: giventest.Money("999"),
		})
		if err != nil || len(out.Credits) != 1 || out.Credits[0].Corrects != "inv-1/1" {
			t.Errorf("%v: got %s, want a credit of inv-1/1 alone: %v", give, giventest.JSON(t, out), err)
		}
	}
}

// The places of a credit are those of its currency, as in package plans: a policy for dollars credits yen without cents
// and dinars with three places.
func TestUnusedHasThePlacesOfItsCurrency(t *testing.T) {
	for currency, want := range map[plans.Currency]string{"USD": "-33.33", "JPY": "-33", "KWD": "-33.333"} {
		charge := sale{id: "a", quantity: "1", unit: "100", period: november, currency: currency}.charge(t)
		for _, places := range []int32{0, 2, 9} {
			r := credits.Request{
				Charges: []plans.Charge{charge}, At: giventest.Instant("2026-11-21", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(places),
			}
			giventest.CheckMoney(t, string(currency), unused(t, r)[0].Net, want)
			result, err := credits.ApplyRefundRules(credits.RefundRequest{
				Request: r, ID: "cn-1", Rules: []credits.RefundRule{{Give: credits.UnusedPart, As: credits.AsBalance}},
			})
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, string(currency)+" granted", result.Entries[0].Amount.Neg(), want)
		}
	}
	invalid := sale{id: "a", quantity: "1", unit: "100", period: november}.charge(t)
	invalid.Currency = "usd"
	_, err := credits.Unused(credits.Request{
		Charges: []plans.Charge{invalid}, At: giventest.Instant("2026-11-21", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	})
	giventest.CheckFaults(t, err, "charges[0].currency invalid")
}

// The quantities and the net of a charge are checked before they are used.
func TestUnusedRefusesExtremeCounts(t *testing.T) {
	for _, c := range []struct {
		field string
		edit  func(*plans.Charge, decimal.Decimal)
	}{
		{"quantity", func(c *plans.Charge, d decimal.Decimal) { c.Quantity = d }},
		{"base_quantity", func(c *plans.Charge, d decimal.Decimal) { c.BaseQuantity = &d }},
		{"net", func(c *plans.Charge, d decimal.Decimal) { c.Net = d }},
	} {
		for _, exponent := range []int32{1_000_000_000, -1_000_000_000, 1<<31 - 1} {
			charge := sale{id: "a", quantity: "3", unit: "10.00", period: november}.charge(t)
			c.edit(&charge, decimal.New(1, exponent))
			_, err := credits.Unused(credits.Request{
				Charges: []plans.Charge{charge}, Item: "seat", Quantity: giventest.Money("1"), At: giventest.Instant("2026-11-16", nil),
				CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
			})
			giventest.CheckFaults(t, err, "charges[0]."+c.field+" limit")
		}
	}
	charge := sale{id: "a", quantity: "3", unit: "10.00", period: november}.charge(t)
	below := giventest.Money("-1")
	charge.BaseQuantity = &below
	_, err := credits.Unused(credits.Request{
		Charges: []plans.Charge{charge}, At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	})
	giventest.CheckFaults(t, err, "charges[0].base_quantity invalid")
}

// Taxes are matched by name, so that two of one name are refused. A manual credit with too much tax does not charge tax
// again.
func TestUnusedMatchesTaxesByName(t *testing.T) {
	charge := sale{id: "a", quantity: "2", unit: "10.00", tax: "20", period: november}.charge(t)
	request := credits.Request{
		Charges: []plans.Charge{charge}, At: giventest.Instant("2026-11-16", nil), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	}
	manual := credit("a", "0", "-1.00")
	manual.Taxes = []plans.Tax{{Name: "VAT", Percent: giventest.Money("20"), Amount: giventest.Money("-5.00")}} // of 4.00
	request.Charges = append(request.Charges, manual)
	giventest.CheckMoney(t, "the tax", unused(t, request)[0].Taxes[0].Amount, "0")

	request.Charges[0].Taxes = append(request.Charges[0].Taxes, request.Charges[0].Taxes[0])
	_, err := credits.Unused(request)
	giventest.CheckFaults(t, err, "charges[0].taxes[1].name invalid")

	request.Charges = []plans.Charge{charge}
	request.Charges[0].Quantity = giventest.Money("-2")
	_, err = credits.Unused(request)
	giventest.CheckFaults(t, err, "charges[0].quantity invalid")
}
