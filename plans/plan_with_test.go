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

// packaged sells the plan limited with packages: each allows two more seats and a million contacts. A pass allows any
// number of seats.
func packaged(t *testing.T, most int64) seller {
	t.Helper()
	s := limited(t, most)
	plan := &s.Plans[len(s.Plans)-2]
	price := plans.Price{Unit: giventest.Money("10")}
	plan.Offers = append(
		plan.Offers,
		plans.Offer{Item: "package", Currency: "USD", Price: price, Features: []string{"sso"}, Limits: []plans.Limit{
			{Name: "seat", Most: decimal.New(2, 0)}, {Name: "contacts", Most: decimal.New(1, 6)},
		}},
		plans.Offer{Item: "pass", Currency: "USD", Price: price, Limits: []plans.Limit{{Name: "seat", Unlimited: true}}},
		plans.Offer{Item: "package", Currency: "BRL", Price: price, Limits: []plans.Limit{{Name: "seat", Most: decimal.New(500, 0)}}},
	)
	giventest.CheckFaults(t, s.Catalog.Validate())
	return s
}

// A change keeps the limit of the plan with what the packages add, now and after the change.
func TestChangesKeepTheLimitsThatItemsAdd(t *testing.T) {
	total, most := 0, int64(2)
	s := packaged(t, most)
	for seatsBefore := int64(1); seatsBefore <= 6; seatsBefore++ {
		for before := int64(0); before <= 2; before++ {
			for seatsAfter := int64(1); seatsAfter <= 6; seatsAfter++ {
				for after := int64(0); after <= 2; after++ {
					for _, pass := range []int64{0, 1} {
						total++
						contract := seats(strconv.FormatInt(seatsBefore, 10), "10")
						contract.Plan = "limited"
						if before > 0 {
							contract.Items = append(contract.Items, one("package", strconv.FormatInt(before, 10), "10"))
						}
						change := plans.Change{Items: []plans.ChangeItem{
							{ID: "seat", Quantity: decimal.New(seatsAfter, 0)}, {ID: "package", Quantity: decimal.New(after, 0)},
						}}
						if pass > 0 {
							change.Items = append(change.Items, plans.ChangeItem{ID: "pass", Quantity: decimal.New(pass, 0)})
						}
						_, err := s.check(plans.ChangeRequest{Contract: contract, Change: change, By: plans.Customer, At: contract.Cycle.Anchor.In(time.UTC)})
						refused := errors.Is(err, plans.ErrRefused)
						excess, was := seatsAfter-most-2*after, max(seatsBefore-most-2*before, 0)
						want := pass == 0 && excess > was
						if err != nil && !refused || refused != want {
							t.Errorf("%d seats and %d packages to %d, %d and %d passes: %v", seatsBefore, before, seatsAfter, after, pass, err)
						}
					}
				}
			}
		}
	}
	if t.Logf("%d changes", total); total != 648 {
		t.Errorf("%d changes, want 648", total)
	}
}

// An order may have the seats that its packages add at each time.
func TestOrdersKeepTheLimitsThatItemsAdd(t *testing.T) {
	for _, c := range []struct {
		items   string
		refused []string
	}{
		{"5 seat, 1 package", nil},
		{"6 seat, 1 package", []string{"limit: The plan allows 5 seat; 6 are requested. | Choose at most 5 or another plan."}},
		{"7 seat, 2 package", nil},
		{"500 seat, 1 pass", nil},
		{"3 seat, 5 seat from 2027-02-16, 1 package from 2027-02-16", nil},
		{"5 seat, 1 package from 2027-02-16", []string{"limit: The plan allows 3 seat; 5 are requested. | Choose at most 3 or another plan."}},
		{"5 seat, 1 package, 0 package from 2027-02-16", []string{"limit: The plan allows 3 seat; 5 are requested. | Choose at most 3 or another plan."}},
		{"5 seat, 1 package, 0 package from 2027-02-16, 3 seat from 2027-03-16", []string{"limit: The plan allows 3 seat; 5 are requested. | Choose at most 3 or another plan."}},
		{"5 seat, 1 package, 3 seat from 2027-02-16, 0 package from 2027-02-16", nil},
	} {
		o := ordered(c.items, "")
		o.Plan = "limited"
		_, err := packaged(t, 3).quote(o)
		checkRefused(t, err, c.refused...)
	}
}

// Usage is compared with a limit that a change lowers, where the rule says so. Usage that exceeded it before is not.
func TestUsageOfALimitThatLeaves(t *testing.T) {
	s := packaged(t, 9)
	for i := range s.ChangeRules {
		s.ChangeRules[i].Limits = true
	}
	contract := seats("3", "10")
	contract.Plan = "limited"
	contract.Items = append(contract.Items, one("package", "2", "10"))
	at := contract.Cycle.Anchor.In(time.UTC)
	for _, c := range []struct {
		name   string
		change plans.Change
		used   string
		want   []string
	}{
		{"room for the rest", plans.Change{Remove: []plans.ItemQuantity{{Item: "package", Quantity: giventest.Money("1")}}}, "1e6", nil},
		{"in use", plans.Change{Remove: []plans.ItemQuantity{{Item: "package", Quantity: giventest.Money("1")}}}, "1500000", []string{"remove_quantity: The plan allows 1000000 contacts; usage is 1500000. | Reduce the usage first."}},
		{"another item", plans.Change{Remove: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("1")}}}, "3e6", nil},
		{"more of the limit", plans.Change{Add: []plans.ItemQuantity{{Item: "package", Quantity: giventest.Money("1")}}}, "4e6", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.check(plans.ChangeRequest{
				Contract: contract, Change: c.change, By: plans.Customer, At: at,
				Usage: []plans.LimitUsage{{Name: "contacts", Used: giventest.Money(c.used)}},
			})
			checkRefused(t, err, c.want...)
		})
	}
}

// Only the items that a contract has add something, in its currency, and the plan stays the same.
func TestPlanWith(t *testing.T) {
	plan := packaged(t, 3).Plans
	limited := plan[len(plan)-2]
	before := giventest.JSON(t, limited)
	contract := seats("3", "10")
	contract.Plan = "limited"
	with := func(c plans.Contract) string {
		full, err := limited.With(c)
		giventest.CheckFaults(t, err)
		return giventest.JSON(t, full.Limits) + giventest.JSON(t, full.Features)
	}
	checkText(t, "no package", with(contract), `[{"name":"contacts"},{"name":"seat","most":"3"}]null`)
	contract.Items = append(contract.Items, one("package", "2", "10"))
	checkText(t, "two packages", with(contract), `[{"name":"contacts","most":"2000000"},{"name":"seat","most":"7"}]["sso"]`)
	checkText(t, "in reais", with(in("BRL", contract)), `[{"name":"contacts"},{"name":"seat","most":"1003"}]null`)
	contract.Items = append(contract.Items, one("pass", "1", "10"))
	checkText(t, "a pass", with(contract), `[{"name":"contacts","most":"2000000"},{"name":"seat","unlimited":true}]["sso"]`)
	checkText(t, "law 15", giventest.JSON(t, limited), before)
	contract.Currency = "XXX"
	_, err := limited.With(contract)
	giventest.CheckFaults(t, err, "contract.currency invalid")
}

// Each fault of what an offer adds has its path.
func TestOfferAddsValidate(t *testing.T) {
	plan := scale(func(p *plans.Plan) {
		p.Offers[0].Features = []string{"", "sso", "sso"}
		p.Offers[0].Limits = []plans.Limit{
			{Name: "contacts", Most: giventest.Money("-1")}, {Name: "agents", Most: giventest.Money("1")}, {Name: "lists", Unlimited: true, Most: giventest.Money("1")},
		}
	})
	giventest.CheckFaults(t, plan.Validate(), "offers[0].features[0] unset", "offers[0].features[2] invalid", "offers[0].limits[0].most invalid",
		"offers[0].limits[2].most invalid", "offers[0].limits[1].name invalid")
}
