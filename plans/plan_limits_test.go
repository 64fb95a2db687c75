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

// limited sells the plans limited, with a limit of seats, and open, without one. Every action is allowed.
func limited(t *testing.T, most int64) seller {
	t.Helper()
	offers := []plans.Offer{{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money("10")}}}
	limits := []plans.Limit{{Name: "contacts"}, {Name: "seat", Most: decimal.NewFromInt(most)}}
	s := onSale(t, openEnded, selling(
		plans.Plan{ID: "limited", Interval: giventest.Interval("P1M"), Offers: offers, Limits: limits},
		plans.Plan{ID: "open", Interval: giventest.Interval("P1M"), Offers: offers},
	))
	s.ChangeRules = nil
	for action := plans.Upgrade; action <= plans.ChangeAnchor; action++ {
		s.ChangeRules = append(s.ChangeRules, plans.ChangeRule{Action: action, By: []plans.Actor{plans.Customer, plans.Support}, Effective: plans.Immediately})
	}
	return s
}

// A limit with the name of an item limits its units in every change, although the request tells no usage. Units that
// the contract had under the same plan stay.
func TestChangesKeepTheLimitOfAnItem(t *testing.T) {
	total := 0
	for _, most := range []int64{0, 1, 3, 5} {
		s := limited(t, most)
		for before := int64(1); before <= 6; before++ {
			for after := int64(1); after <= 6; after++ {
				for _, from := range []string{"limited", "open"} {
					for _, to := range []string{"", "limited", "open"} {
						total++
						contract, quantity := seats(strconv.FormatInt(before, 10), "10"), decimal.NewFromInt(after)
						contract.Plan = from
						change := plans.Change{Set: []plans.ItemSetting{{Item: "seat", Quantity: &quantity}}}
						becomes := from
						if to != "" {
							becomes, change.Plan = to, &plans.Plan{ID: to}
						}
						_, err := s.check(plans.ChangeRequest{Contract: contract, Change: change, By: plans.Customer, At: contract.Cycle.Anchor.In(time.UTC)})
						refused := errors.Is(err, plans.ErrRefused)
						want := becomes == "limited" && after > most && (from == "open" || after > before)
						if err != nil && !refused || refused != want {
							t.Errorf("%d seats of %s to %d of %s, at most %d: %v", before, from, after, becomes, most, err)
						}
					}
				}
			}
		}
	}
	if t.Logf("%d changes", total); total != 864 {
		t.Errorf("%d changes, want 864", total)
	}
}

// An order of more units than the limit of the item is refused, at the start and from a later time on.
func TestOrdersKeepTheLimitOfAnItem(t *testing.T) {
	for _, c := range []struct {
		items  string
		plan   string
		refuse []string
	}{
		{"3 seat", "limited", nil},
		{"4 seat", "limited", []string{"limit: The plan allows 3 seat; 4 are requested. | Choose at most 3 or another plan."}},
		{"500 seat", "limited", []string{"limit: The plan allows 3 seat; 500 are requested. | Choose at most 3 or another plan."}},
		{"500 seat", "open", nil},
		{"2 seat, 3 seat from 2027-02-16", "limited", nil},
		{"2 seat, 4 seat from 2027-02-16", "limited", []string{"limit: The plan allows 3 seat; 4 are requested. | Choose at most 3 or another plan."}},
	} {
		o := ordered(c.items, "")
		o.Plan = c.plan
		_, err := limited(t, 3).quote(o)
		if len(c.refuse) == 0 && err != nil {
			t.Errorf("%s of %s: %v", c.items, c.plan, err)
		}
		if len(c.refuse) > 0 {
			checkRefused(t, err, c.refuse...)
		}
	}
}

// A later step of a contract counts, too: a seat more now is one more from February on, and the plan allows three.
func TestLimitOfALaterStep(t *testing.T) {
	contract := seats("2", "10")
	contract.Plan = "limited"
	at := contract.Cycle.Anchor.In(time.UTC)
	contract.Ramp = []plans.RampStep{{At: at.AddDate(0, 1, 0), Item: one("seat", "3", "10")}}
	add := plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("1")}}}
	_, err := limited(t, 3).check(plans.ChangeRequest{Contract: contract, Change: add, By: plans.Customer, At: at})
	checkRefused(t, err, "limit: The plan allows 3 seat; 4 are requested. | Choose at most 3 or another plan.")
}
