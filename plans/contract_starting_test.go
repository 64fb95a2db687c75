package plans_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
)

// A contract that starts anew equals the contract of an order at that time: the same periods, terms, discounts and
// trial days.
func TestContractStartingAtEqualsOrder(t *testing.T) {
	for _, zone := range []string{"", "America/Sao_Paulo", "Australia/Lord_Howe"} {
		loc := giventest.Zone(t, zone)
		for _, term := range []string{"P6M", "P9M", "P1Y", "P2Y"} {
			for _, billing := range []func(*seller){func(*seller) {}, perPeriod} {
				catalog := onSale(t, billing)
				first := ordered("7 seat", term)
				first.At = giventest.Instant("2026-01-31T09:30:00", loc)
				was := contractOf(t, catalog, first)
				for _, at := range []string{"2026-02-28", "2026-11-01T00:00:00", "2027-08-31T23:59:59"} {
					for _, left := range []int{0, 1, 13} {
						then := first
						then.At = giventest.Instant(at, loc)
						if left > 0 {
							then.TrialEnd = then.At.AddDate(0, 0, left)
						}
						want := contractOf(t, catalog, then)
						got, err := was.StartingAt(then.At, left)
						if err != nil {
							t.Fatalf("%s of %s at %s: %v", zone, term, at, err)
						}
						if got, want := giventest.JSON(t, got), giventest.JSON(t, want); got != want {
							t.Errorf("%s of %s at %s with %d trial days is\n%s\nand the order gives\n%s", zone, term, at, left, got, want)
						}
					}
				}
			}
		}
	}
}

func TestContractStartingAt(t *testing.T) {
	monthly := func(edits ...func(*plans.Contract)) plans.Contract {
		c := seats("10", "89.00")
		for _, edit := range edits {
			edit(&c)
		}
		return c
	}
	ramped := func(c *plans.Contract) {
		c.Ramp = []plans.RampStep{
			{At: giventest.Instant("2026-12-01", nil), Item: sold("seat", "20", byVolume)},
			{At: giventest.Instant("2027-12-01", nil), Item: sold("seat", "30", byVolume)},
		}
	}
	for _, c := range []struct {
		name, why string
		contract  plans.Contract
		at        string
		longer    int
		period    string // the first period
		quantity  string
		faults    []string
	}{
		{"without a term", "periods begin at the instant", monthly(), "2027-01-31", 0, "2027-01-31/2027-02-28", "10", nil},
		{"a longer first period", "M18: five days of a trial are left", monthly(), "2027-01-31", 5, "2027-01-31/2027-03-05", "10", nil},
		{"a ramp", "past steps have taken effect, and later steps stay", monthly(ramped), "2027-01-31", 0, "2027-01-31/2027-02-28", "20", nil},
		{"with a remembered day", "billed on the 1st before, and from the instant now", monthly(func(c *plans.Contract) { c.Cycle.Day = 1 }), "2027-01-16", 0, "2027-01-16/2027-02-16", "10", nil},
		{"no instant", "law 14: bad input is an error that names its field", monthly(), "", 0, "", "", []string{"at unset"}},
		{"a negative first period", "law 14: bad input is an error that names its field", monthly(), "2027-01-31", -1, "", "", []string{"longer invalid"}},
		{"no contract", "law 14: all faults come at once", plans.Contract{}, "", -1, "", "", []string{"contract.plan unset", "contract.currency unset", "contract.cycle.anchor unset", "contract.cycle.interval unset", "at unset", "longer invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := giventest.JSON(t, c.contract)
			got, err := c.contract.StartingAt(giventest.Instant(c.at, nil), c.longer)
			if after := giventest.JSON(t, c.contract); after != before {
				t.Errorf("the contract changed to %s", after)
			}
			if !giventest.CheckFaults(t, err, c.faults...) || err != nil {
				return
			}
			rest, err := got.RemainingPortions(giventest.Instant(c.at, nil))
			if err != nil {
				t.Fatal(err)
			}
			if want := giventest.Period(c.period, nil); !rest[0].Period.Equal(want) || !rest[0].Span.Equal(want) {
				t.Errorf("the first period is %v, want %v: %s", rest[0].Span, want, c.why)
			}
			giventest.CheckMoney(t, "the quantity", got.Items[0].Quantity, c.quantity)
		})
	}
}

// A term that is not a whole number of periods does not start, and is not moved.
func TestContractStartingAtRefusesPartialPeriods(t *testing.T) {
	c := committed(time.UTC, "P1M 2026-11-01/2026-12-01")
	c.Cycle.Interval = giventest.Interval("P1W")
	_, err := c.StartingAt(giventest.Instant("2027-01-01", nil), 0)
	giventest.CheckFaults(t, err, "term invalid")
}

// A term that is billed up front is one period of the cycle. Otherwise the whole term would be due with each period.
func TestTermBilledUpFrontIsOnePeriod(t *testing.T) {
	year := prepaid(nil, "P1Y 2026-01-01/2027-01-01")
	monthly := year
	monthly.Cycle.Interval = giventest.Interval("P1M")
	extended := prepaid(nil, "P6M 2026-01-01/2026-07-01", "P1Y 2026-07-01/2027-07-01")
	for _, c := range []struct {
		name     string
		contract plans.Contract
		wantErr  []string
	}{
		{"a year", year, nil},
		{"a year by the month", monthly, []string{"contract.cycle.interval invalid"}},
		{"half a year and a year", extended, nil},
		{"a shortened year by the month", shorter(monthly, "2026-03-01"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.contract.RemainingPortions(giventest.Instant("2026-02-01", nil))
			giventest.CheckFaults(t, err, c.wantErr...)
			got, err := c.contract.StartingAt(giventest.Instant("2026-02-01", nil), 0)
			giventest.CheckFaults(t, err, c.wantErr...)
			if last := len(c.contract.Terms) - 1; err == nil && got.Cycle.Interval != c.contract.Terms[last].Term.Length {
				t.Errorf("the cycle is %v after the restart", got.Cycle.Interval)
			}
		})
	}
}
