package lifecycle_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// randomLatePolicies are the policies of random lives.
func randomLatePolicies(t *testing.T) []*lifecycle.Policies {
	base := latePolicies()
	edited := func(p lifecycle.Policy, edit func(*lifecycle.Policy)) lifecycle.Policy {
		edit(&p)
		return p
	}
	all := []lifecycle.Policy{
		base["at once"], base["ahead"], base["next invoice"],
		edited(base["at once"], func(p *lifecycle.Policy) { p.Billing.Timing = proration.InArrears }),
		edited(base["at once"], func(p *lifecycle.Policy) { p.Billing.CreditBasis = proration.OnPrice }),
		edited(base["at once"], func(p *lifecycle.Policy) { p.Billing.Proration.DayCount = proration.Seconds }),
		edited(base["ahead"], func(p *lifecycle.Policy) {
			p.Billing.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: giventest.Money("19")}}
			p.Dunning.OpenInvoice = lifecycle.OpenChargeServed
		}),
		edited(base["next invoice"], func(p *lifecycle.Policy) { p.Dunning.FinalAction = lifecycle.FinalContinue }),
		edited(base["next invoice"], func(p *lifecycle.Policy) {
			p.Billing.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: giventest.Money("19")}}
		}),
	}
	var policies []*lifecycle.Policies
	for _, p := range all {
		policies = append(policies, policiesOf(t, p))
	}
	return policies
}

// randomHappenings are the happenings of random lives.
func randomHappenings(t *testing.T) []happening {
	change := func(name, text string) happening { return happening{name: name, event: changeOf(t, text)} }
	of := func(kind lifecycle.EventKind) happening {
		return happening{name: kind.String(), event: lifecycle.Event{Kind: kind}}
	}
	scheduled := change("seats at the end", `{"add": [{"item": "seat", "quantity": "3"}]}`)
	scheduled.event.Effective = plans.AtPeriodEnd
	grant := of(lifecycle.CreditGranted)
	grant.event.Grant.Amount, grant.event.Reason = giventest.Money("20.00"), "goodwill"
	return append(lateAlphabet(t),
		scheduled, grant, of(lifecycle.ScheduledChangeCanceled), of(lifecycle.PauseRequested), of(lifecycle.Resumed),
		of(lifecycle.RenewalDisabled), of(lifecycle.RenewalEnabled),
		change("discount", `{"add_discounts": [{"id": "tenth", "percent": "10", "duration": "forever"}]}`),
		change("no discount", `{"remove_discounts": ["tenth"]}`),
		happening{name: "sale", event: lifecycle.Event{Kind: lifecycle.ChargeAdded, Charges: chargeOf("setup", "9.99")}},
		happening{name: "cancel later", event: lifecycle.Event{Kind: lifecycle.CancellationRequested, Effective: plans.AtPeriodEnd}},
		of(lifecycle.CancellationWithdrawn),
	)
}

// supportHappenings are the happenings of an item in arrears.
func supportHappenings(t *testing.T) []happening {
	change := func(name, text string) happening { return happening{name: name, event: changeOf(t, text)} }
	scheduled := change("dearer support at the end", `{"set": [{"item": "support", "price": {"unit": "90.00", "timing": "in_arrears"}}]}`)
	scheduled.event.Effective = plans.AtPeriodEnd
	return []happening{
		change("support up", `{"add": [{"item": "support", "quantity": "2"}]}`),
		change("support down", `{"remove": [{"item": "support", "quantity": "1"}]}`),
		change("dearer support", `{"set": [{"item": "support", "price": {"unit": "70.00", "timing": "in_arrears"}}]}`),
		scheduled,
	}
}

// withSupport returns the happenings of a life with an item in arrears. Some of them are about that item.
func withSupport(all []happensAt, support []happening, r *rand.Rand) []happensAt {
	for i := range all {
		if r.IntN(3) == 0 && !all[i].declines {
			all[i].happening = support[r.IntN(len(support))]
		}
	}
	return slices.Insert(all, 0, happensAt{happening{name: "support", accrues: true}, utc("2026-01-01")})
}

// livesWanted returns the range of random lives: a thousand, or as LIVES says, "5000" or "100:200".
func livesWanted(t *testing.T) (from, to int) {
	to = 1_000 / race.Step(20)
	first, last, isRange := strings.Cut(os.Getenv("LIVES"), ":")
	if first == "" {
		return 0, to
	}
	var err error
	if to, err = strconv.Atoi(first); err == nil && isRange {
		from = to
		to, err = strconv.Atoi(last)
	}
	if err != nil {
		t.Fatal(err)
	}
	return from, to
}

// TestRandomLivesAreCorrected corrects random lives of up to eight happenings, of which one or two are late.
func TestRandomLivesAreCorrected(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	first, n := livesWanted(t)
	alphabet, support, policies := randomHappenings(t), supportHappenings(t), randomLatePolicies(t)
	inArrears := policies[3] // it refuses items in arrears, which all are
	for part := range 2 {
		t.Run(strconv.Itoa(part), func(t *testing.T) {
			t.Parallel()
			seed := first + part
			t.Cleanup(func() { t.Logf("until seed %d", seed) })
			for ; seed < n && !t.Failed(); seed += 2 {
				r := rand.New(rand.NewPCG(uint64(seed), 1)) //nolint:gosec // the same lives each time
				var all []happensAt
				for range 2 + r.IntN(7) {
					at := utc("2026-01-01").Add(time.Duration(1+r.IntN(150*24)) * time.Hour)
					all = append(all, happensAt{alphabet[r.IntN(len(alphabet))], at})
				}
				slices.SortStableFunc(all, func(a, b happensAt) int { return a.at.Compare(b.at) })
				late := r.IntN(len(all))
				if all[late].declines {
					continue
				}
				p, both := policies[r.IntN(len(policies))], []int{late}
				if other := r.IntN(len(all)); seed%4 > 1 && other != late && !all[other].declines {
					both = append(both, other)
				}
				isSale := func(h happensAt) bool { return h.name == "sale" } // one counts in the period that its document names
				if seed%5 == 0 && !slices.ContainsFunc(all, isSale) {
					all = slices.Insert(all, 0, happensAt{happening{name: "commitment", commits: true}, utc("2026-01-01")})
					for i := range both {
						both[i]++
					}
				}
				if seed%7 == 6 && seed%5 > 0 && p != inArrears { // a commitment refuses them, too
					all = withSupport(all, support, r)
					for i := range both {
						both[i]++
					}
				}
				checkLate(t, "seed "+strconv.Itoa(seed), p, all, utc("2026-06-10"), both...)
			}
		})
	}
}
