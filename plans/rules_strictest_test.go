package plans_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// ruleFor is the rule of an action in the enumeration: none, nobody may, support only, or everybody with a timing.
func ruleFor(option int, action plans.Action) (plans.ChangeRule, bool) {
	r := plans.ChangeRule{Action: action, By: []plans.Actor{plans.Customer, plans.Support}}
	switch option {
	case 0:
		return r, false
	case 1:
		r.By = nil
	case 2:
		r.By, r.Effective = []plans.Actor{plans.Support}, plans.AtPeriodEnd
	default:
		r.Effective = plans.EffectiveTiming(option - 2)
	}
	return r, true
}

// strictest is the refusal of the rules, by its rule, or the latest timing: by trying every action.
func strictest(actions []plans.Action, options []int, by plans.Actor) (refused string, when plans.EffectiveTiming) {
	name := func(i int) string {
		if actions[i] == plans.Lateral && options[i] == 0 {
			return plans.Upgrade.String() // whose rule applies instead
		}
		return actions[i].String()
	}
	for i := range actions {
		if options[i] < 2 {
			return name(i), 0
		}
	}
	for i := range actions {
		if options[i] == 2 && by != plans.Support {
			return name(i), 0
		}
	}
	when = plans.Immediately
	for _, option := range options {
		timing := plans.EffectiveTiming(option - 2)
		if option == 2 {
			timing = plans.AtPeriodEnd
		}
		when = max(when, timing)
	}
	return "", when
}

// combinable are the sets of two and three actions that one change can have.
func combinable() (sets [][]plans.Action) {
	groups := [][]plans.Action{
		{plans.Upgrade, plans.Downgrade, plans.Lateral}, {plans.LengthenInterval, plans.ShortenInterval},
		{plans.AddQuantity}, {plans.RemoveQuantity}, {plans.ChangePrice}, {plans.ChangeAnchor},
	}
	var extend func(set []plans.Action, rest [][]plans.Action)
	extend = func(set []plans.Action, rest [][]plans.Action) {
		if len(set) > 1 {
			sets = append(sets, slices.Clone(set))
		}
		for i, group := range rest {
			for _, action := range group {
				if len(set) < 3 {
					extend(append(slices.Clone(set), action), rest[i+1:])
				}
			}
		}
	}
	extend(nil, groups)
	return sets
}

// changeWith is a contract and a change that has the actions if it takes effect at an instant.
func changeWith(actions []plans.Action, from plans.Contract, at time.Time) (plans.Contract, plans.Change) {
	contract, change := clone.Deep(from), plans.Change{}
	for _, action := range actions {
		switch action {
		case plans.Upgrade:
			change.Plan = offering("scale", "P1M", "seat USD 99", "light USD 29")
		case plans.Downgrade:
			change.Plan = offering("scale", "P1M", "seat USD 9", "light USD 29")
		case plans.Lateral:
			change.Plan = offering("scale", "P1M", "seat USD 79", "light USD 19")
		case plans.LengthenInterval:
			change.Interval = giventest.Interval("P1Y")
		case plans.ShortenInterval:
			contract.Cycle.Interval = giventest.Interval("P1Y")
			change.Interval = giventest.Interval("P1M")
		case plans.AddQuantity:
			change.Add = quantityChange("1", "light").Add
		case plans.RemoveQuantity:
			change.Remove = quantityChange("-4", "seat").Remove
		case plans.ChangePrice:
			change.AddDiscounts = []plans.Discount{percentOff("deal", "20")}
		case plans.ChangeAnchor:
			change.AnchorAt = at.AddDate(0, 0, 5)
		}
	}
	if change.Plan != nil && change.Interval.Months == 0 {
		change.Interval = contract.Cycle.Interval
	}
	for i := range contract.Items {
		contract.Items[i].Price.Per = giventest.Interval("P1M")
	}
	return contract, change
}

// Every pair and triple of actions, with every combination of rules, by both actors: the strictest rule decides. An
// action that nobody may do is named before one that another actor may do.
func TestEveryStrictestRule(t *testing.T) {
	short.Skip(t)
	inTerm := committed(nil, "P6M 2026-11-01/2027-05-01")
	inTerm.Items = monthlyKinds().Items
	request := giventest.Instant("2026-11-16", nil)
	allowed, refused := 0, 0
	for i, actions := range combinable() {
		free := !slices.Contains(actions, plans.LengthenInterval) && !slices.Contains(actions, plans.ShortenInterval)
		for mask := range power(6, len(actions)) {
			if !race.Takes(i+mask, 7) {
				continue
			}
			options, rules := make([]int, len(actions)), plans.ChangeRules{}
			for j, rest := 0, mask; j < len(actions); j, rest = j+1, rest/6 {
				options[j] = rest % 6
				if r, ok := ruleFor(options[j], actions[j]); ok {
					rules = append(rules, r)
				}
			}
			if mask%2 == 1 {
				slices.Reverse(rules)
			}
			from := monthlyKinds()
			if free && mask%3 > 0 {
				from = inTerm
			}
			for _, by := range []plans.Actor{plans.Customer, plans.Support} {
				rule, when := strictest(actions, options, by)
				contract, _ := changeWith(actions, from, request)
				at := request
				if when > plans.Immediately { // at the end of the first period, or of the term
					at = contract.Cycle.Anchor.In(time.UTC).AddDate(0, contract.Cycle.Interval.Months, 0)
				}
				if when == plans.AtTermEnd && len(contract.Terms) > 0 {
					at = contract.End()
				}
				_, change := changeWith(actions, from, at)
				got, err := rules.Check(plans.ChangeRequest{Contract: contract, Change: change, By: by, At: request})
				if rule != "" {
					refused++
					if refusal := refusalOf(err); refusal == nil || refusal.Rule != rule || !errors.Is(err, plans.ErrRefused) || !reflect.DeepEqual(got, plans.Approval{}) {
						t.Fatalf("%v with %v by %v: %v, want a refusal of %s", actions, rules, by, err, rule)
					}
					continue
				}
				allowed++
				if err != nil || !slices.Equal(got.Actions, actions) || got.Effective != when || !got.At.Equal(at) {
					t.Fatalf("%v with %v by %v: %v %v at %v (%v), want %v at %v", actions, rules, by, got.Actions, got.Effective, got.At, err, when, at)
				}
			}
		}
	}
	if allowed < 2_000/race.Step(7) || refused < 2_000/race.Step(7) {
		t.Errorf("only %d changes are allowed, and %d refused", allowed, refused)
	}
}

// power is a to the power of n.
func power(a, n int) int {
	if n == 0 {
		return 1
	}
	return a * power(a, n-1)
}

// An annual Business contract moves to a monthly Team plan: the rule for shorter periods says when.
func TestShorterPeriodsWait(t *testing.T) {
	business := plans.Contract{
		Plan: "business", Currency: "USD", Cycle: giventest.Cycle("2026-11-01", "P1Y", time.UTC), Items: []plans.Item{one("seat", "10", "900")},
	}
	monthly := plans.Change{Plan: offering("team", "P1M", "seat USD 49")}
	both := []plans.Actor{plans.Customer, plans.Support}
	rules := func(when plans.EffectiveTiming) plans.ChangeRules {
		return plans.ChangeRules{
			{Action: plans.Downgrade, By: both, Effective: plans.Immediately}, {Action: plans.ShortenInterval, By: both, Effective: when},
			{Action: plans.Upgrade, By: both, Effective: plans.Immediately}, {Action: plans.LengthenInterval, By: both, Effective: plans.Immediately},
		}
	}
	at := giventest.Instant("2027-02-16", nil)
	for when, want := range map[plans.EffectiveTiming]string{plans.Immediately: "2027-02-16", plans.AtPeriodEnd: "2027-11-01"} {
		got, err := rules(when).Check(plans.ChangeRequest{Contract: business, Change: monthly, By: plans.Customer, At: at})
		if err != nil || actionsText(got.Actions) != "downgrade, shorten_interval" || got.At.Format(time.DateOnly) != want || got.Effective != when {
			t.Errorf("%v at %v, %v (%v), want %s", got.Actions, got.At, got.Effective, err, want)
		}
	}
	team, err := business.Changed(monthly, at)
	if err != nil {
		t.Fatal(err)
	}
	back := plans.Change{Plan: offering("business", "P1Y", "seat USD 900")}
	got, err := rules(plans.AtPeriodEnd).Check(plans.ChangeRequest{Contract: team, Change: back, By: plans.Customer, At: giventest.Instant("2027-03-01", nil)})
	if err != nil || actionsText(got.Actions) != "upgrade, lengthen_interval" || got.Effective != plans.Immediately {
		t.Errorf("%v, %v (%v)", got.Actions, got.Effective, err)
	}
}

// A change to what is already there has no action, and needs no rule.
func TestCheckWithoutActions(t *testing.T) {
	got, err := plans.ChangeRules{}.Check(plans.ChangeRequest{
		Contract: seats("10", "79"), Change: setting("seat", "10", `{"unit":"79.00"}`), By: plans.Customer, At: giventest.Instant("2026-11-16", nil),
	})
	if err != nil || got.Actions != nil || got.Effective != plans.Immediately {
		t.Errorf("got %+v (%v)", got, err)
	}
}

// Only support may set a special price, also by stating a price for shorter periods as one for longer ones.
func TestCheckPriceOfLongerPeriods(t *testing.T) {
	catalog, p := requestRow{sold: with(openEnded, allowAll(plans.Immediately)), order: ordered("7 seat", "")}.request(t)
	p.Contract.Items[0].Price.Per = proration.Interval{} // 15.00 for each period, which is a month
	for price, want := range map[string]string{`{"unit":"15"}`: `{"per":"P1M","unit":"15"}`, `{"per":"P1M","unit":"15.00"}`: `{"per":"P1M","unit":"15"}`, `{"per":"P1Y","unit":"15"}`: ""} {
		p.Change = withPrice(plans.Change{Interval: giventest.Interval("P1Y"), Set: []plans.ItemSetting{{Item: "seat"}}}, price)
		got, err := catalog.check(p)
		if want == "" {
			checkRefused(t, err, "price: Only support can set a special price. | Keep the contract's price or ask support.")
			continue
		}
		if err != nil || actionsText(got.Actions) != "lengthen_interval" || giventest.JSON(t, got.Change.Set[0].Price) != want {
			t.Errorf("%s: %v, %s (%v)", price, got.Actions, giventest.JSON(t, got.Change.Set), err)
		}
	}
}

// A change at the end of the paid time takes effect then, at once if that is over, and at the end of the period if the
// request does not say.
func TestChangeAtPaidThrough(t *testing.T) {
	rules := plans.ChangeRules{{Action: plans.Cancel, By: []plans.Actor{plans.Customer}, Effective: plans.AtPaidThrough}}
	for _, row := range []struct{ paid, want string }{
		{"", "2026-12-01"}, {"2026-11-20", "2026-11-20"}, {"2026-11-16", "2026-11-16"}, {"2026-11-01", "2026-11-16"}, {"2027-01-01", "2027-01-01"},
	} {
		got, err := rules.Check(plans.ChangeRequest{
			Contract: seats("10", "89.00"), Change: plans.Change{Cancel: true}, By: plans.Customer, At: giventest.Instant("2026-11-16", nil), PaidThrough: giventest.Instant(row.paid, nil),
		})
		if err != nil || !got.At.Equal(giventest.Instant(row.want, nil)) || got.Effective != plans.AtPaidThrough {
			t.Errorf("paid through %q: %v at %v, %v, want %s", row.paid, got.Effective, got.At, err, row.want)
		}
	}
}
