package lifecycle

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// someCharges returns a subscription with a few charges and credits, some of them without a stored invoice.
func someCharges(r *rand.Rand) *Subscription {
	at := time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC)
	month := proration.Period{Start: at.AddDate(0, 0, -14), End: at.AddDate(0, 0, 17)}
	s := &Subscription{At: at}
	s.Contract.Items = []plans.Item{{ID: "seat", Quantity: decimal.NewFromInt(int64(1 + r.IntN(3)))}}
	for i := range 2 + r.IntN(4) {
		id := "r-" + strconv.Itoa(i+1)
		c := plans.Charge{ID: id + "/1", Kind: plans.Recurring, Plan: "pro", Item: "seat", Period: month, Span: month}
		c.Quantity, c.Net = decimal.NewFromInt(int64(1+r.IntN(2))), decimal.NewFromInt(int64(r.IntN(3)*10))
		if i > 0 && r.IntN(2) == 0 {
			of := &s.UnexpiredCharges[r.IntN(len(s.UnexpiredCharges))]
			c.Kind, c.Corrects, c.Net = plans.ProrationCredit, of.ID, of.Net.Neg()
		} else if i > 0 {
			c.Kind, c.BaseQuantity = plans.ProrationCharge, &c.Quantity
		}
		s.UnexpiredCharges = append(s.UnexpiredCharges, c)
		phases := []invoice.Phase{invoice.PhasePaid, invoice.PhaseOpen, invoice.PhaseVoid, invoice.PhaseUncollectible}
		if phase := r.IntN(5); phase < 4 {
			s.Receivables = append(s.Receivables, invoice.Receivable{Invoice: id, Phase: phases[phase], IssuedAt: at})
		}
	}
	if r.IntN(3) == 0 {
		s.EndedAt = at
	}
	return s
}

// A subscription with many charges is searched by maps, and one with few by lists: both find the same.
func TestCoverageByMapsAndByLists(t *testing.T) {
	t.Parallel()
	paid, credited := 0, 0
	for seed := range uint64(20_000) {
		s := someCharges(rand.New(rand.NewPCG(seed, 2))) //nolint:gosec // the same charges each time
		lists, maps := coverage{Subscription: s}, coverage{Subscription: s}
		maps.index()
		covered := func(of *coverage) bool {
			return of.covered(func(c *plans.Charge) bool { return of.settled(c.ID) })
		}
		owes := func(of *coverage) bool {
			return of.covered(func(c *plans.Charge) bool { return of.settled(c.ID) || of.owing("r-"+c.ID[2:3]) })
		}
		if covered(&lists) != covered(&maps) || owes(&lists) != owes(&maps) {
			t.Fatalf("seed %d: covered %v and %v, owed %v and %v",
				seed, covered(&lists), covered(&maps), owes(&lists), owes(&maps))
		}
		if covered(&lists) {
			paid++
		}
		for i := range s.UnexpiredCharges {
			id := s.UnexpiredCharges[i].ID
			one, other := slices.Collect(lists.creditsOf(id)), slices.Collect(maps.creditsOf(id))
			if !slices.Equal(one, other) {
				t.Fatalf("seed %d: %s has %d and %d credits", seed, id, len(one), len(other))
			}
			credited += len(one)
		}
	}
	if paid < 1_000 || credited < 1_000 {
		t.Errorf("only %d are paid for, with %d credits", paid, credited)
	}
}
