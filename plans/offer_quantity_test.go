package plans_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
)

// bounds are the bounds of an offer: minimum, maximum and step.
type bounds struct{ least, most, step int64 }

// bounded sells the plan bounded, with an offer of seats and of phones without bounds, and the plan open without any.
// Every action is allowed.
func bounded(t *testing.T, b bounds, required bool) seller {
	t.Helper()
	price := plans.Price{Unit: giventest.Money("10")}
	seat, phone := plans.Offer{Item: "seat", Currency: "USD", Price: price}, plans.Offer{Item: "phone", Currency: "USD", Price: price}
	s := limited(t, 1000)
	open := seat
	seat.Minimum, seat.Maximum, seat.Step, seat.Required = decimal.New(b.least, 0), decimal.New(b.most, 0), decimal.New(b.step, 0), required
	selling(
		plans.Plan{ID: "bounded", Interval: giventest.Interval("P1M"), Offers: []plans.Offer{seat, phone}},
		plans.Plan{ID: "open", Interval: giventest.Interval("P1M"), Offers: []plans.Offer{open, phone}},
	)(&s)
	return s
}

// allowed is the rule in whole numbers: the quantity after a change, and the one before it under the same plan, or -1.
func (b bounds) allowed(after, before int64, required bool) bool {
	if after == 0 {
		return !required || before == 0
	}
	low := after < b.least && (before <= 0 || after < before)
	high := b.most > 0 && after > b.most && after > before
	off := b.step > 0 && after%b.step != 0 && after != before
	return !low && !high && !off
}

// A change leads to a quantity that the plan offers, or that is no further out than before.
func TestChangesKeepTheBoundsOfAnOffer(t *testing.T) {
	total := 0
	for _, b := range []bounds{{}, {least: 3}, {most: 6}, {step: 2}, {least: 2, most: 6}, {least: 4, most: 4}, {least: 2, most: 6, step: 2}} {
		for _, required := range []bool{false, true} {
			s := bounded(t, b, required)
			for before := int64(0); before <= 8; before++ {
				for after := int64(0); after <= 8; after++ {
					for _, from := range []string{"bounded", "open"} {
						total++
						contract, quantity := seats(strconv.FormatInt(before, 10), "10"), decimal.NewFromInt(after)
						contract.Plan = from
						contract.Items = append(contract.Items, one("phone", "1", "10"))
						if before == 0 {
							contract.Items = contract.Items[1:]
						}
						price := plans.Price{Unit: giventest.Money("10"), Per: giventest.Interval("P1M")}
						change := plans.Change{Set: []plans.ItemSetting{{Item: "seat", Quantity: &quantity, Price: &price}}}
						had := before
						if from == "open" {
							had, change.Plan = -1, &plans.Plan{ID: "bounded"}
						}
						_, err := s.check(plans.ChangeRequest{Contract: contract, Change: change, By: plans.Support, At: contract.Cycle.Anchor.In(time.UTC)})
						refused := errors.Is(err, plans.ErrRefused)
						if err != nil && !refused || refused == b.allowed(after, had, required) {
							t.Errorf("%+v required %v: %d seats of %s to %d: %v", b, required, before, from, after, err)
						}
					}
				}
			}
		}
	}
	if t.Logf("%d changes", total); total != 2268 {
		t.Errorf("%d changes, want 2268", total)
	}
}

// An order is held to the bounds, at the start and at each later time.
func TestOrdersKeepTheBoundsOfAnOffer(t *testing.T) {
	for _, c := range []struct {
		items    string
		bounds   bounds
		required bool
		refused  []string
	}{
		{"5 seat", bounds{5, 50, 5}, false, nil},
		{"50 seat", bounds{5, 50, 5}, false, nil},
		{"4 seat", bounds{5, 50, 5}, false, []string{"quantity: The plan sells at least 5 seat; 4 are requested. | Choose 5 to 50 in steps of 5, or none."}},
		{"51 seat", bounds{5, 50, 0}, true, []string{"quantity: The plan sells at most 50 seat; 51 are requested. | Choose 5 to 50."}},
		{"7 seat", bounds{0, 0, 5}, false, []string{"quantity: The plan sells seat in steps of 5; 7 are requested. | Choose a multiple of 5, or none."}},
		{"7 seat", bounds{0, 50, 5}, false, []string{"quantity: The plan sells seat in steps of 5; 7 are requested. | Choose at most 50 in steps of 5, or none."}},
		{"2 seat", bounds{3, 0, 0}, false, []string{"quantity: The plan sells at least 3 seat; 2 are requested. | Choose at least 3, or none."}},
		{"2 seat", bounds{1, 1, 0}, false, []string{"quantity: The plan sells at most 1 seat; 2 are requested. | Choose 1, or none."}},
		{"1 phone", bounds{3, 0, 0}, false, nil},
		{"1 phone", bounds{3, 0, 0}, true, []string{"quantity: The plan is not sold without seat. | Choose at least 3."}},
		{"1 phone", bounds{}, true, []string{"quantity: The plan is not sold without seat. | Choose at least one."}},
		{"1 phone, 5 seat from 2027-02-16", bounds{}, true, []string{"quantity: The plan is not sold without seat. | Choose at least one."}},
		{"5 seat, 60 seat from 2027-02-16", bounds{0, 50, 0}, false, []string{"quantity: The plan sells at most 50 seat; 60 are requested. | Choose at most 50, or none."}},
		{"5 seat, 0 seat from 2027-02-16", bounds{5, 0, 0}, false, nil},
		{"5 seat, 0 seat from 2027-02-16", bounds{5, 0, 0}, true, []string{"quantity: The plan is not sold without seat. | Choose at least 5."}},
	} {
		o := ordered(c.items, "")
		o.Plan = "bounded"
		_, err := bounded(t, c.bounds, c.required).quote(o)
		checkRefused(t, err, c.refused...)
	}
}

// The bounds are those of the offer in the currency of the contract.
func TestBoundsOfAnotherCurrency(t *testing.T) {
	s := bounded(t, bounds{}, false)
	plan := s.Plans[len(s.Plans)-2]
	plan.Offers = append(plan.Offers, plan.Offers[0])
	plan.Offers[2].Currency, plan.Offers[2].Minimum = "BRL", giventest.Money("3")
	selling(plan)(&s)
	o := ordered("1 seat", "")
	o.Plan = "bounded"
	_, err := s.quote(o)
	giventest.CheckFaults(t, err)
	o.Country = "BR"
	_, err = s.quote(o)
	checkRefused(t, err, "quantity: The plan sells at least 3 seat; 1 are requested. | Choose at least 3, or none.")
}

// Each fault of the bounds has its path.
func TestOfferBoundsValidate(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*plans.Offer)
		want []string
	}{
		{"all bounds", func(o *plans.Offer) {
			o.Minimum, o.Maximum, o.Step = giventest.Money("5"), giventest.Money("50"), giventest.Money("5")
		}, nil},
		{"the minimum is the maximum", func(o *plans.Offer) { o.Minimum, o.Maximum = giventest.Money("5"), giventest.Money("5") }, nil},
		{"half units", func(o *plans.Offer) { o.Minimum, o.Step = giventest.Money("1.5"), giventest.Money("0.5") }, nil},
		{"negative", func(o *plans.Offer) {
			o.Minimum, o.Maximum, o.Step = giventest.Money("-5"), giventest.Money("-50"), giventest.Money("-5")
		}, []string{"offers[0].minimum invalid", "offers[0].maximum invalid", "offers[0].step invalid"}},
		{"beyond the limits", func(o *plans.Offer) { o.Step = giventest.Money("1e30") }, []string{"offers[0].step limit"}},
		{"a maximum below the minimum", func(o *plans.Offer) { o.Minimum, o.Maximum = giventest.Money("5"), giventest.Money("4") }, []string{"offers[0].maximum invalid"}},
		{"bounds beside the step", func(o *plans.Offer) {
			o.Minimum, o.Maximum, o.Step = giventest.Money("3"), giventest.Money("52"), giventest.Money("5")
		}, []string{"offers[0].minimum invalid", "offers[0].maximum invalid"}},
		{"metered", func(o *plans.Offer) { o.Price.Metered, o.Minimum = true, giventest.Money("5") }, []string{"offers[0].price.metered invalid"}},
		{"metered and required", func(o *plans.Offer) { o.Price.Metered, o.Required = true, true }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := scale(func(p *plans.Plan) { c.edit(&p.Offers[0]) })
			giventest.CheckFaults(t, plan.Validate(), c.want...)
		})
	}
}

// A contract that broke a bound before stays valid at a later step as well: an added phone changes nothing of it.
func TestBoundsOfALaterStep(t *testing.T) {
	contract := seats("2", "10")
	contract.Plan = "bounded"
	at := contract.Cycle.Anchor.In(time.UTC)
	contract.Ramp = []plans.RampStep{{At: at.AddDate(0, 1, 0), Item: one("seat", "9", "10")}}
	s := bounded(t, bounds{least: 3, most: 8}, false)
	add := func(item, units string) error {
		change := plans.Change{Add: []plans.ItemQuantity{{Item: item, Quantity: giventest.Money(units)}}}
		_, err := s.check(plans.ChangeRequest{Contract: contract, Change: change, By: plans.Customer, At: at})
		return err
	}
	giventest.CheckFaults(t, add("phone", "1"))
	checkRefused(t, add("seat", "1"), "quantity: The plan sells at most 8 seat; 10 are requested. | Choose 3 to 8, or none.")
}

// CheckQuantities names the value that has a fault.
func TestCheckQuantitiesFaults(t *testing.T) {
	plan, contract := scale(), seats("3", "10")
	contract.Plan = "scale"
	broken := contract
	broken.Currency = "XXX"
	giventest.CheckFaults(t, plan.CheckQuantities(contract, contract))
	giventest.CheckFaults(t, plan.CheckQuantities(broken, contract), "before.currency invalid")
	giventest.CheckFaults(t, plan.CheckQuantities(contract, broken), "after.currency invalid")
	plan.Offers[0].Step = giventest.Money("-1")
	giventest.CheckFaults(t, plan.CheckQuantities(contract, contract), "plan.offers[0].step invalid")
}
