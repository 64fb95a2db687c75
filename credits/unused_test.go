package credits_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

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
	with := func(s sold, edit func(*sold)) sold {
		edit(&s)
		return s
	}
	for _, c := range []struct {
		name, why string
		billed    []sold
		at        string
		basis     proration.Basis
		policy    proration.Policy
		want      []string // "charge net: explanation", the newest first
	}{
		{
			"half a month", "law 3: 15 of the 30 days that 890.00 paid for are not used", []sold{whole}, "2026-11-16", proration.OnBilled, proration.Standard(2),
			[]string{"inv-1/1 -445: seat: 10 x 89.00, -890.00 x 15/30 days = -445.00"},
		},
		{
			"from the first instant", "all that was billed comes back", []sold{whole}, "2026-11-01", proration.OnBilled, proration.Standard(2),
			[]string{"inv-1/1 -890: seat: 10 x 89.00, -890.00 x 30/30 days = -890.00"},
		},
		{
			"in the last nanosecond", "law 5: the day of the change is the new side's, so that one day of 30 comes back: 29.666...", []sold{whole}, "2026-11-30T23:59:59.999999999", proration.OnBilled, proration.Standard(2),
			[]string{"inv-1/1 -29.67: seat: 10 x 89.00, -890.00 x 1/30 days = -29.666..., rounded half up to -29.67"},
		},
		{
			"the old side's day", "law 5: the 16th is used, 14 of 30 days are not: 415.333...", []sold{whole}, "2026-11-16T11:30:00", proration.OnBilled, oldSide,
			[]string{"inv-1/1 -415.33: seat: 10 x 89.00, -890.00 x 14/30 days = -415.333..., rounded half up to -415.33"},
		},
		{
			"by the second", "at noon of the 16th 14.5 days are left: 1,252,800 of 2,592,000 s", []sold{whole}, "2026-11-16T12:00:00", proration.OnBilled, seconds,
			[]string{"inv-1/1 -430.17: seat: 10 x 89.00, -890.00 x 1252800/2592000 seconds = -430.166..., rounded half up to -430.17"},
		},
		{
			"a stub, on what was billed", "89.00 paid for 15 days, 11 of which are left: 65.266...", []sold{stub}, "2026-11-20", proration.OnBilled, proration.Standard(2),
			[]string{"inv-2/1 -65.27: seat: 2 x 89.00, -89.00 x 11/15 days = -65.266..., rounded half up to -65.27"},
		},
		{
			"a stub, on the price", "law 4: the denominator is the whole period: 178.00 x 11/30 is 65.266... too", []sold{stub}, "2026-11-20", proration.OnPrice, proration.Standard(2),
			[]string{"inv-2/1 -65.27: seat: 2 x 89.00, -178.00 x 11/30 days = -65.266..., rounded half up to -65.27"},
		},
		{
			"half a cent, on what was billed", "29.67 was billed for 10 days; 5 are left, 14.835, and a tie goes away from zero", []sold{third}, "2026-11-26", proration.OnBilled, proration.Standard(2),
			[]string{"inv-3/1 -14.84: seat: 1 x 89.00, -29.67 x 5/10 days = -14.835, rounded half up to -14.84"},
		},
		{
			"half a cent, on the price", "89.00 x 5/30 is 14.833...: the bases differ by the rounding of the charge", []sold{third}, "2026-11-26", proration.OnPrice, proration.Standard(2),
			[]string{"inv-3/1 -14.83: seat: 1 x 89.00, -89.00 x 5/30 days = -14.833..., rounded half up to -14.83"},
		},
		{
			"a discounted charge, on what was billed", "law 3: half of the 500.00 that were billed", []sold{with(whole, func(s *sold) { s.net = "500" })}, "2026-11-16", proration.OnBilled, proration.Standard(2),
			[]string{"inv-1/1 -250: seat: 10 x 89.00, -500.00 x 15/30 days = -250.00"},
		},
		{
			"a discounted charge, on the price", "law 3: half of the price is 445.00, of which no more than the 400.00 that were billed", []sold{with(whole, func(s *sold) { s.net = "400" })}, "2026-11-16", proration.OnPrice, proration.Standard(2),
			[]string{"inv-1/1 -400: seat: 10 x 89.00, -890.00 x 15/30 days = -445, of which -400.00 was left"},
		},
		{
			"credited before, and enough left", "law 3: 790.00 are not credited yet, more than the half", []sold{with(whole, func(s *sold) { s.credited = "100" })}, "2026-11-16", proration.OnBilled, proration.Standard(2),
			[]string{"inv-1/1 -445: seat: 10 x 89.00, -890.00 x 15/30 days = -445.00"},
		},
		{
			"credited before, and less left", "law 3: of 445.00 only 390.00 are not credited yet", []sold{with(whole, func(s *sold) { s.credited = "500" })}, "2026-11-16", proration.OnBilled, proration.Standard(2),
			[]string{"inv-1/1 -390: seat: 10 x 89.00, -890.00 x 15/30 days = -445, of which -390.00 was left"},
		},
		{
			"credited before in full", "law 3: what was given back is not given back again", []sold{with(whole, func(s *sold) { s.credited = "890" })}, "2026-11-16", proration.OnBilled, proration.Standard(2),
			[]string{"inv-1/1 0: seat: 10 x 89.00, -890.00 x 15/30 days = -445, of which 0.00 was left"},
		},
		{
			"the newest first", "an invoice undoes what was added last before what was there before", []sold{whole, stub, third}, "2026-11-26", proration.OnBilled, proration.Standard(2),
			[]string{
				"inv-3/1 -14.84: seat: 1 x 89.00, -29.67 x 5/10 days = -14.835, rounded half up to -14.84",
				"inv-2/1 -29.67: seat: 2 x 89.00, -89.00 x 5/15 days = -29.666..., rounded half up to -29.67",
				"inv-1/1 -148.33: seat: 10 x 89.00, -890.00 x 5/30 days = -148.333..., rounded half up to -148.33",
			},
		},
		{"before it begins", "a change on the 15th leaves alone what is paid for from the 16th on", []sold{stub}, "2026-11-15", proration.OnBilled, proration.Standard(2), nil},
		{"when it ends", "the end is the first instant that was not paid for", []sold{whole}, "2026-12-01", proration.OnBilled, proration.Standard(2), nil},
		{"after it ended", "last month is used up", []sold{whole}, "2026-12-15", proration.OnBilled, proration.Standard(2), nil},
		{"some of them", "only the charge that pays for the instant", []sold{whole, stub, third}, "2026-11-10", proration.OnBilled, proration.Standard(2), []string{"inv-1/1 -623: "}},
		{"nothing was billed", "a free item gives nothing back", []sold{with(whole, func(s *sold) { s.unit = "0" })}, "2026-11-16", proration.OnBilled, proration.Standard(2), nil},
		{"a credit", "what was given back is no charge", []sold{with(whole, func(s *sold) { s.net = "-445" })}, "2026-11-16", proration.OnBilled, proration.Standard(2), nil},
		{"no charges", "who bought nothing is owed nothing", nil, "2026-11-16", proration.OnBilled, proration.Standard(2), nil},
		{
			"yen", "ISO 4217: no places, and then the policy says so: 1000 x 10/30", []sold{{id: "y", quantity: "1", unit: "1000", period: november, currency: "JPY"}}, "2026-11-21", proration.OnBilled, proration.Standard(0),
			[]string{"y -333: seat: 1 x 1000, -1000 x 10/30 days = -333.3..., rounded half up to -333"},
		},
		{
			"dinars", "as above: 27.500 x 10/30", []sold{{id: "k", quantity: "1", unit: "27.5", period: november, currency: "KWD"}}, "2026-11-21", proration.OnBilled, proration.Standard(3),
			[]string{"k -9.167: seat: 1 x 27.500, -27.500 x 10/30 days = -9.1666..., rounded half up to -9.167"},
		},
		{
			"on the customer's calendar", "21:30 of the 15th in Los Angeles is the 16th in New York: 15 of 30 days, although November has 721 hours there",
			[]sold{{id: "ny", quantity: "10", unit: "89.00", period: november, location: newYork}}, "2026-11-15T21:30:00-08:00", proration.OnBilled, proration.Standard(2),
			[]string{"ny -445: seat: 10 x 89.00, -890.00 x 15/30 days = -445.00"},
		},
		{
			"February, billed from the 8th, on what was billed", "Lago terminate_pay_in_advance_spec: 37.50 for 21 of 28 days of 50.00; 20 are left, 35.714...", []sold{{id: "l", quantity: "1", unit: "50.00", period: "2023-02-01/2023-03-01", span: "2023-02-08/2023-03-01"}}, "2023-02-09", proration.OnBilled, proration.Standard(2),
			[]string{"l -35.71: seat: 1 x 50.00, -37.50 x 20/21 days = -35.714..., rounded half up to -35.71"},
		},
		{
			"February, billed from the 8th, on the price", "the same by the other basis: 50.00 x 20/28", []sold{{id: "l", quantity: "1", unit: "50.00", period: "2023-02-01/2023-03-01", span: "2023-02-08/2023-03-01"}}, "2023-02-09", proration.OnPrice, proration.Standard(2),
			[]string{"l -35.71: seat: 1 x 50.00, -50.00 x 20/28 days = -35.714..., rounded half up to -35.71"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := credits.Request{At: giventest.Instant(c.at, nil), Basis: c.basis, Policy: c.policy}
			for _, s := range c.billed {
				request.Charges = append(request.Charges, s.charge(t))
				request.Location = s.location
			}
			before := giventest.JSON(t, request)
			owed, err := credits.Unused(request)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, credit := range owed {
				got = append(got, credit.Corrects+" "+credit.Net.String()+": "+credit.Explain())
				if i < len(c.want) && strings.HasSuffix(c.want[i], ": ") {
					got[i] = strings.TrimSuffix(got[i], credit.Explain())
				}
				checkCredit(t, credit, request)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q: %s", got, c.want, c.why)
			}
			if after := giventest.JSON(t, request); after != before {
				t.Errorf("the request is now %s", after)
			}
		})
	}
}

// checkCredit fails unless the credit says what it corrects and takes its fields from there.
func checkCredit(t *testing.T, credit plans.Charge, r credits.Request) {
	t.Helper()
	i := slices.IndexFunc(r.Charges, func(c plans.Charge) bool { return c.ID == credit.Corrects })
	if i < 0 {
		t.Fatalf("corrects %q, which was not billed", credit.Corrects)
	}
	c := r.Charges[i]
	if credit.ID != "" || credit.Plan != c.Plan || credit.Item != c.Item || !credit.Quantity.Equal(c.Quantity) || !credit.Rate.Equal(c.Rate) {
		t.Errorf("the credit %+v is not of the charge %+v", credit, c)
	}
	if !credit.Period.Equal(c.Period) || !credit.Span.Equal(c.Span.From(r.At)) || !credit.Net.Equal(credit.Share.Amount) || !credit.Credited.IsZero() {
		t.Errorf("the credit %+v is not for the rest of %v", credit, c.Span)
	}
	if credit.Net.IsPositive() || credit.Net.Neg().GreaterThan(c.Net.Sub(c.Credited)) {
		t.Errorf("%v comes back of %v, %v of which was credited before", credit.Net, c.Net, c.Credited)
	}
}

func TestUnusedRefused(t *testing.T) {
	whole := sold{id: "inv-1/1", quantity: "10", unit: "89.00", period: november}
	past := sold{id: "inv-0/1", quantity: "10", unit: "89.00", period: "2026-10-01/2026-11-01"}
	for _, c := range []struct {
		name, why string
		edit      func(*credits.Request)
		want      error
		field     string // that the faults begin with
	}{
		{"a charge without an ID", "a credit names what it corrects", func(r *credits.Request) { r.Charges[1].ID = "" }, proration.ErrUnset, "charges[1].id"},
		{"no basis", "law 13", func(r *credits.Request) { r.Basis = 0 }, proration.ErrUnset, ""},
		{"no such basis", "law 14", func(r *credits.Request) { r.Basis = 9 }, proration.ErrInvalid, ""},
		{"no policy", "law 13", func(r *credits.Request) { r.Policy = proration.Policy{} }, proration.ErrUnset, ""},
		{"more credited than billed", "law 3: that never happened", func(r *credits.Request) { r.Charges[1].Credited = giventest.Money("890.01") }, proration.ErrInvalid, "charges[1]."},
		{"a negative amount credited", "a credit taken back is another charge", func(r *credits.Request) { r.Charges[1].Credited = giventest.Money("-1") }, proration.ErrInvalid, "charges[1]."},
		{"amount beyond the limits", "law 14", func(r *credits.Request) { r.Charges[1].Net = giventest.Money("1e39") }, proration.ErrLimit, "charges[1]."},
		{"span outside its period", "law 4", func(r *credits.Request) { r.Charges[1].Span.End = giventest.Instant("2026-12-02", nil) }, proration.ErrOutside, "charges[1]."},
		{"an instant of another calendar", "an offset does not say on which calendar days are counted", func(r *credits.Request) {
			r.At = giventest.Instant("2026-11-16T00:00:00-05:00", giventest.Zone(t, "America/New_York"))
		}, proration.ErrZone, ""},
		{"no instant", "law 13: nothing comes back at an instant that was forgotten", func(r *credits.Request) { r.At = time.Time{} }, proration.ErrUnset, ""},
		{"no basis, and nothing to credit", "law 13: what is unset is refused before a customer is owed something", func(r *credits.Request) { r.Basis, r.Charges = 0, r.Charges[:1] }, proration.ErrUnset, ""},
		{"no policy, and nothing to credit", "as above", func(r *credits.Request) { r.Policy, r.Charges = proration.Policy{}, r.Charges[:1] }, proration.ErrUnset, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := credits.Request{
				Charges: []plans.Charge{past.charge(t), whole.charge(t)}, At: giventest.Instant("2026-11-16", nil),
				Basis: proration.OnBilled, Policy: proration.Standard(2),
			}
			c.edit(&request)
			owed, err := credits.Unused(request)
			if !errors.Is(err, c.want) || owed != nil {
				t.Fatalf("got %v and %v, want %v: %s", owed, err, c.want, c.why)
			}
			for _, fault := range giventest.Faults(err) {
				if !strings.HasPrefix(fault, c.field) {
					t.Errorf("got %q, want it at %q", fault, c.field)
				}
			}
		})
	}
}

// Law 14: every charge that cannot be credited is named.
func TestUnusedRefusedAtOnce(t *testing.T) {
	request := credits.Request{At: giventest.Instant("2026-11-16", nil), Basis: proration.OnBilled, Policy: proration.Standard(2)}
	for _, id := range []string{"", "inv-1/1", ""} {
		request.Charges = append(request.Charges, sold{id: id, quantity: "1", unit: "89.00", period: november}.charge(t))
	}
	owed, err := credits.Unused(request)
	got := giventest.Faults(err)
	slices.Sort(got)
	if want := []string{"charges[0].id unset", "charges[2].id unset"}; !slices.Equal(got, want) || owed != nil {
		t.Errorf("got %q and %v, want %q", got, owed, want)
	}
}

// Law 3: what was billed comes back. A charge taken over from another system has no calculation; the places are the policy's,
// and 89.00 x 15/30 is 44.50.
func TestUnusedWithoutCalculation(t *testing.T) {
	charge := sold{id: "inv-1/1", quantity: "1", unit: "89.00", period: november}.charge(t)
	charge.Share = proration.Result{}
	owed, err := credits.Unused(credits.Request{
		Charges: []plans.Charge{charge}, At: giventest.Instant("2026-11-16", nil), Basis: proration.OnBilled, Policy: proration.Standard(2),
	})
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "half of 89.00", owed[0].Net, "-44.50")
}

// A stored request gives the same credits.
func TestUnusedStored(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	request := credits.Request{
		Charges: []plans.Charge{sold{id: "inv-1/1", quantity: "10", unit: "89.00", period: november, location: newYork}.charge(t)},
		At:      giventest.Instant("2026-11-16T11:30:00", newYork), Basis: proration.OnPrice, Policy: proration.Standard(2), Location: newYork,
	}
	first, err := credits.Unused(request)
	if err != nil {
		t.Fatal(err)
	}
	stored := giventest.CheckRoundTrip(t, request)
	stored.Location = newYork
	again, err := credits.Unused(stored)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := giventest.JSON(t, again), giventest.JSON(t, first); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
