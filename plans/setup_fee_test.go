package plans_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// onboarded charges fees for the set-up of the plan base: in dollars and reais.
func onboarded(usd, brl string) func(*seller) {
	return func(s *seller) {
		s.Plans[0].SetupFees = []plans.SetupFee{
			{Item: "onboarding", Currency: "USD", Price: plans.Price{Unit: giventest.Money(usd)}},
			{Item: "onboarding", Currency: "BRL", Price: plans.Price{Unit: giventest.Money(brl)}},
		}
	}
}

// The first bill has the fee, and no other.
func TestSetupFeesOfAQuote(t *testing.T) {
	waive := func(o *plans.Order) {
		o.Override.Plans = []plans.PlanOverride{{ID: "base", SetupFees: []plans.SetupFee{{Item: "onboarding", Currency: "USD", Price: plans.Price{Free: true}}}}}
	}
	least := func(o *plans.Order) { o.Minimum = giventest.Money("250") }
	fee := onboarded("200", "1000")
	checkQuotes(
		t,
		quoteRow{"period to period", "2 x 15.00, and 200.00 once", []func(*seller){openEnded, fee}, ordered("2 seat", ""), []string{
			"2026-11-16 until 2026-12-16, seat: 2 x 15.00 = 30.00",
			"2026-11-16, onboarding: 1 x 200.00 = 200.00",
			"due: 230.00 USD",
			"renewal on 2026-12-16: 30.00 USD",
		}, nil},
		quoteRow{"a minimum", "the fee counts toward the minimum of the first period: nothing is lacking from 250.00 but 20.00", []func(*seller){openEnded, fee}, ordered("2 seat", "", least), []string{
			"2026-11-16 until 2026-12-16, seat: 2 x 15.00 = 30.00",
			"2026-11-16, onboarding: 1 x 200.00 = 200.00",
			"due: 230.00 USD",
			"total of the first period: 250.00 USD",
			"renewal on 2026-12-16: 30.00 USD",
		}, nil},
		quoteRow{"waived", "support sells without the fee", []func(*seller){openEnded, fee}, ordered("2 seat", "", waive), []string{
			"2026-11-16 until 2026-12-16, seat: 2 x 15.00 = 30.00",
			"2026-11-16, onboarding: 1 x 0.00 = 0.00",
			"due: 30.00 USD",
			"renewal on 2026-12-16: 30.00 USD",
		}, nil},
	)
}

// The percentage of a term is for its time, so that the fee is due in full. A discount of the order covers it, unless
// the discount names kinds.
func TestSetupFeesOfATerm(t *testing.T) {
	checkQuotes(
		t,
		quoteRow{"billed up front", "15.00 x 12 less 10 %, and 200.00", []func(*seller){onboarded("200", "1000")}, ordered("1 seat", "P12M"), []string{
			"2026-11-16 until 2027-11-16, seat: 1 x 15.00 x 12 = 180.00, less 10 % 18.00 = 162.00",
			"2026-11-16, onboarding: 1 x 200.00 = 200.00",
			"due: 362.00 USD",
			"renewal on 2027-11-16: 162.00 USD",
		}, nil},
		quoteRow{"billed by period", "six bills of 15.00, and 200.00 once", []func(*seller){perPeriod, onboarded("200", "1000")}, ordered("1 seat", "P6M"), []string{
			"2026-11-16 until 2026-12-16, seat: 1 x 15.00 = 15.00",
			"2026-11-16, onboarding: 1 x 200.00 = 200.00",
			"due: 215.00 USD",
			"total until 2027-05-16: 290.00 USD",
			"renewal on 2027-05-16: 15.00 USD",
		}, nil},
		quoteRow{"a coupon", "a quarter off both lines, once", []func(*seller){openEnded, onboarded("200", "1000")}, ordered("1 seat", "", off()), []string{
			"2026-11-16 until 2026-12-16, seat: 1 x 15.00 = 15.00, less 25 % 3.75 = 11.25",
			"2026-11-16, onboarding: 1 x 200.00 = 200.00, less 25 % 50.00 = 150.00",
			"due: 161.25 USD",
			"renewal on 2026-12-16: 15.00 USD",
		}, nil},
		quoteRow{"a coupon for the seats", "a quarter off the recurring line", []func(*seller){openEnded, onboarded("200", "1000")}, ordered("1 seat", "", off(plans.Recurring)), []string{
			"2026-11-16 until 2026-12-16, seat: 1 x 15.00 = 15.00, less 25 % 3.75 = 11.25",
			"2026-11-16, onboarding: 1 x 200.00 = 200.00",
			"due: 211.25 USD",
			"renewal on 2026-12-16: 15.00 USD",
		}, nil},
	)
}

// off takes a quarter off the first bill of an order, of some kinds of charges.
func off(kinds ...plans.Kind) func(*plans.Order) {
	return func(o *plans.Order) {
		o.Discounts = []plans.Discount{{ID: "coupon", Percent: giventest.Money("25"), Duration: plans.Once, Scope: plans.Scope{Kinds: kinds}}}
	}
}

// A fee has a name, one price in each currency, and no length.
func TestSetupFeesValidate(t *testing.T) {
	fee := func(currency plans.Currency, unit string) plans.SetupFee {
		return plans.SetupFee{Item: "onboarding", Currency: currency, Price: plans.Price{Unit: giventest.Money(unit)}}
	}
	for _, c := range []struct {
		name string
		edit func(*plans.Plan)
		want []string
	}{
		{"one currency", func(p *plans.Plan) { p.SetupFees = []plans.SetupFee{fee("USD", "200")} }, nil},
		{"a currency without offers", func(p *plans.Plan) { p.SetupFees = []plans.SetupFee{fee("USD", "200"), fee("BRL", "1")} }, nil},
		{"a currency without a fee", func(p *plans.Plan) { p.SetupFees = []plans.SetupFee{fee("BRL", "1")} }, []string{"setup_fees[0].price unset"}},
		{"twice", func(p *plans.Plan) { p.SetupFees = []plans.SetupFee{fee("USD", "200"), fee("USD", "1")} }, []string{"setup_fees[1].item invalid"}},
		{"nothing", func(p *plans.Plan) { p.SetupFees = []plans.SetupFee{{}} }, []string{
			"setup_fees[0].item unset", "setup_fees[0].currency unset", "setup_fees[0].price unset", "setup_fees[0].price unset",
		}},
		{"a monthly price", func(p *plans.Plan) {
			p.SetupFees = []plans.SetupFee{fee("USD", "200")}
			p.SetupFees[0].Price.Per = giventest.Interval("P1M")
		}, []string{"setup_fees[0].price.per invalid"}},
		{"a metered price", func(p *plans.Plan) {
			p.SetupFees = []plans.SetupFee{fee("USD", "200")}
			p.SetupFees[0].Price.Metered = true
		}, []string{"setup_fees[0].price.metered invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := scale(c.edit)
			giventest.CheckFaults(t, plan.Validate(), c.want...)
		})
	}
	contract := seats("1", "10")
	contract.SetupFees = []plans.Item{one("onboarding", "0", "5"), one("onboarding", "1", "-5"), {}}
	giventest.CheckFaults(t, contract.Validate(), "setup_fees[0].quantity unset", "setup_fees[1].id invalid", "setup_fees[1].price.unit invalid",
		"setup_fees[1].price.unit invalid", "setup_fees[2].id unset", "setup_fees[2].price unset", "setup_fees[2].quantity unset")
	contract.SetupFees = make([]plans.Item, 1001)
	giventest.CheckFaults(t, contract.Validate(), "setup_fees limit")
}

// A fee is a one-time charge of a quantity, until the contract says that it is billed.
func TestSetupCharges(t *testing.T) {
	contract := seats("1", "10")
	contract.SetupFees = []plans.Item{one("onboarding", "3", "33.335")}
	period := giventest.Period(november, time.UTC)
	charges, err := contract.SetupCharges(period, proration.Standard(2))
	giventest.CheckFaults(t, err)
	if len(charges) != 1 || charges[0].Kind != plans.OneTime || charges[0].Net.String() != "100.01" || !charges[0].Period.Equal(period) {
		t.Errorf("charges %+v: 3 x 33.335 is 100.005, half up", charges)
	}
	contract.SetupFeesBilled = true
	charges, err = contract.SetupCharges(period, proration.Standard(2))
	giventest.CheckFaults(t, err)
	if len(charges) != 0 {
		t.Errorf("billed again: %+v", charges)
	}
	contract.Currency = "XXX"
	_, err = contract.SetupCharges(period, proration.Standard(2))
	giventest.CheckFaults(t, err, "contract.currency invalid")
}
