package invoice_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// someSeats is a number of seats at a price for some days of a period of four, excluding day to.
type someSeats struct{ from, to, units, price int }

// seatPrices are prices in cents for the whole period: one is a multiple of four days, one is not.
var seatPrices = [2]int64{1000, 333}

func seatDay(day int) time.Time { return giventest.Instant("2026-11-01", nil).AddDate(0, 0, day) }

// charge bills the seats.
func (s someSeats) charge(t testing.TB, id string) plans.Charge {
	t.Helper()
	contract := plans.Contract{Plan: "growth", Currency: "USD", Cycle: giventest.Cycle("2026-11-01", "P4D", time.UTC), Items: []plans.Item{
		{ID: "seat", Quantity: decimal.New(int64(s.units), 0), Price: plans.Price{Unit: decimal.New(seatPrices[s.price], -2)}},
	}}
	period := proration.Period{Start: seatDay(0), End: seatDay(4)}
	charges, err := contract.Charges(proration.Portion{Period: period, Span: proration.Period{Start: seatDay(s.from), End: seatDay(s.to)}}, proration.Standard(2))
	if err != nil {
		t.Fatal(err)
	}
	charges[0].ID = id
	return charges[0]
}

// seatHistory is the billed state, day by day: the remaining units of each charge, and the remaining cents.
type seatHistory struct {
	sold []someSeats
	left [][4]int
	cap  []int64
}

func newHistory(sold []someSeats, charges []plans.Charge) *seatHistory {
	h := &seatHistory{sold: sold}
	for i, s := range sold {
		var left [4]int
		for day := s.from; day < s.to; day++ {
			left[day] = s.units
		}
		h.left = append(h.left, left)
		h.cap = append(h.cap, charges[i].Net.Shift(2).IntPart())
	}
	return h
}

// differences matches two histories unit by unit, the later charge first, and writes every line, and the kept charges.
func (h *seatHistory) differences(p *seatHistory) (lines, kept []string) {
	billed, proposed := slices.Clone(h.left), slices.Clone(p.left)
	for day := range 4 {
		for b := len(h.sold) - 1; b >= 0; b-- {
			for q := len(p.sold) - 1; q >= 0; q-- {
				for h.sold[b].price == p.sold[q].price && billed[b][day] > 0 && proposed[q][day] > 0 {
					billed[b][day]--
					proposed[q][day]--
				}
			}
		}
	}
	for i, s := range h.sold {
		net := h.net(i)
		stays := h.left[i]
		for day := range stays {
			stays[day] -= billed[i][day]
		}
		for _, r := range seatRuns(stays) {
			kept = append(kept, fmt.Sprintf("%d-%d: %d at %d: %d", r.from, r.to, r.units, seatPrices[s.price], halfUpCents(big.NewRat(seatPrices[s.price]*int64(r.units)*int64(r.to-r.from), 4))))
		}
		for _, r := range seatRuns(billed[i]) {
			worth := big.NewRat(net*int64(r.units)*int64(r.to-r.from), int64(s.units)*int64(s.to-s.from))
			cents := min(halfUpCents(worth), h.cap[i])
			h.cap[i] -= cents
			if cents > 0 {
				lines = append(lines, fmt.Sprintf("%d-%d: credit %d of b%d: -%d", r.from, r.to, r.units, i, cents))
			}
		}
	}
	for i, s := range p.sold {
		for _, r := range seatRuns(proposed[i]) {
			cents := halfUpCents(big.NewRat(seatPrices[s.price]*int64(r.units)*int64(r.to-r.from), 4))
			if cents > 0 {
				lines = append(lines, fmt.Sprintf("%d-%d: %d at %d: %d", r.from, r.to, r.units, seatPrices[s.price], cents))
			}
		}
	}
	slices.Sort(lines)
	slices.Sort(kept)
	return lines, kept
}

// net is the billed amount of a charge.
func (h *seatHistory) net(i int) int64 {
	s := h.sold[i]
	return halfUpCents(big.NewRat(seatPrices[s.price]*int64(s.units)*int64(s.to-s.from), 4))
}

type seatRun struct{ from, to, units int }

// seatRuns lists consecutive days with the same number of units.
func seatRuns(days [4]int) (all []seatRun) {
	for day, units := range days {
		switch n := len(all) - 1; {
		case units == 0:
		case n >= 0 && all[n].to == day && all[n].units == units:
			all[n].to++
		default:
			all = append(all, seatRun{day, day + 1, units})
		}
	}
	return all
}

func halfUpCents(x *big.Rat) int64 {
	twice := new(big.Rat).Add(x, big.NewRat(1, 2))
	return new(big.Int).Div(twice.Num(), twice.Denom()).Int64()
}

// seatLines writes charges as the oracle does.
func seatLines(charges []plans.Charge) (lines []string) {
	for _, c := range charges {
		from, to := int(c.Span.Start.Sub(seatDay(0)).Hours()/24), int(c.Span.End.Sub(seatDay(0)).Hours()/24)
		if c.Corrects != "" {
			lines = append(lines, fmt.Sprintf("%d-%d: credit %v of %s: %v", from, to, c.Quantity, c.Corrects, c.Net.Shift(2)))
			continue
		}
		lines = append(lines, fmt.Sprintf("%d-%d: %v at %v: %v", from, to, c.Quantity, c.Price.Unit.Shift(2), c.Net.Shift(2)))
	}
	slices.Sort(lines)
	return lines
}

// seatScenarios lists all combinations of up to two charges, in any order or in one.
func seatScenarios(anyOrder bool) [][]someSeats {
	var one []someSeats
	for _, days := range [][2]int{{0, 4}, {0, 2}, {1, 3}, {2, 4}} {
		for units := 1; units <= 2; units++ {
			for price := range seatPrices {
				one = append(one, someSeats{days[0], days[1], units, price})
			}
		}
	}
	all := [][]someSeats{nil}
	for i, a := range one {
		all = append(all, []someSeats{a})
		for j, b := range one {
			if anyOrder || j <= i {
				all = append(all, []someSeats{a, b})
			}
		}
	}
	return all
}

// Every history of up to two charges and a credit, against every proposal of up to two charges: each line is the line
// of the oracle; nothing is left to do afterwards or against itself; no more is credited than was billed; the sum of
// all is the proposed amount, within the rounding of each line.
func TestEveryReconciliation(t *testing.T) {
	short.Skip(t)
	t.Parallel()
	n, every := 0, 23 // a sample, different for each history
	if race.On {
		every = 401
	}
	proposals := seatScenarios(false)
	for _, sold := range seatScenarios(true) {
		for _, credit := range []string{"", "1 of b0", "1 of b1", "2 of b0", "money of b0"} {
			billed, h, ok := billScenario(t, sold, credit)
			if !ok {
				continue
			}
			checkSelf(t, billed)
			for i := n % every; i < len(proposals); i += every {
				n++
				checkReconciliation(t, billed, h, proposals[i], credit == "money of b0")
			}
			n++
		}
	}
	if n < 8_000 && !race.On {
		t.Errorf("only %d reconciliations", n)
	}
}

// billScenario bills some seats, and applies the credit: units for the second and third day, or two units from the
// third day on, or five dollars. It reports whether that much was billed.
func billScenario(t *testing.T, sold []someSeats, credit string) (billed []plans.Charge, h *seatHistory, ok bool) {
	t.Helper()
	for i, s := range sold {
		billed = append(billed, s.charge(t, fmt.Sprintf("b%d", i)))
	}
	h = newHistory(sold, billed)
	of, units, from, to := 0, 1, 1, 3
	switch credit {
	case "":
		return billed, h, true
	case "1 of b1":
		of = 1
	case "2 of b0":
		units, from, to = 2, 2, 4
	}
	if of >= len(sold) {
		return nil, nil, false
	}
	c := plans.Charge{Kind: plans.Refund, Corrects: billed[of].ID, Currency: "USD", Net: decimal.New(-500, -2)}
	if credit != "money of b0" {
		s := sold[of]
		from, to = max(from, s.from), min(to, s.to)
		if from >= to || units > s.units {
			return nil, nil, false
		}
		worth := halfUpCents(big.NewRat(h.net(of)*int64(units)*int64(to-from), int64(s.units)*int64(s.to-s.from)))
		c.Kind, c.Quantity, c.Net, c.Span = plans.ProrationCredit, decimal.New(int64(units), 0), decimal.New(-worth, -2), proration.Period{Start: seatDay(from), End: seatDay(to)}
		for day := from; day < to; day++ {
			h.left[of][day] -= units
		}
	}
	h.cap[of] += c.Net.Shift(2).IntPart()
	if h.cap[of] < 0 {
		return nil, nil, false
	}
	return append(billed, c), h, true
}

func reconcileSeats(t testing.TB, billed, proposed []plans.Charge) invoice.ReconcileResult {
	t.Helper()
	d, err := invoice.Reconcile(invoice.ReconcileRequest{Billed: billed, Proposed: proposed, Policy: proration.Standard(2)})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// checkSelf fails unless a history equals itself.
func checkSelf(t testing.TB, billed []plans.Charge) {
	t.Helper()
	if d := reconcileSeats(t, billed, billed); d.Lines != nil {
		t.Fatalf("%s against itself: %q", giventest.JSON(t, billed), seatLines(d.Lines))
	}
}

func checkReconciliation(t *testing.T, billed []plans.Charge, h *seatHistory, should []someSeats, money bool) {
	t.Helper()
	var proposed []plans.Charge
	for _, s := range should {
		proposed = append(proposed, s.charge(t, ""))
	}
	d := reconcileSeats(t, billed, proposed)
	caps := slices.Clone(h.cap)
	lines, kept := h.differences(newHistory(should, proposed))
	if got := seatLines(d.Lines); !slices.Equal(got, lines) {
		t.Fatalf("%+v with %d credits, against %+v: got %q, want %q", h.sold, len(billed)-len(h.sold), should, got, lines)
	}
	if got := seatLines(d.Kept); !slices.Equal(got, kept) {
		t.Fatalf("%+v with %d credits, against %+v: %q is kept, want %q", h.sold, len(billed)-len(h.sold), should, got, kept)
	}
	h.cap = caps
	after := withLines(billed, d.Lines)
	checkAgain(t, after, proposed)
	if !money {
		checkSum(t, after, should)
	}
}

// withLines adds the lines of a difference to the charges, each with an ID.
func withLines(billed, lines []plans.Charge) []plans.Charge {
	after := slices.Clone(billed)
	for i, c := range lines {
		c.ID = fmt.Sprintf("again-%d-%d", len(billed), i)
		after = append(after, c)
	}
	return after
}

// checkAgain fails unless nothing is left to do, and no more is credited than was billed.
func checkAgain(t testing.TB, after, proposed []plans.Charge) {
	t.Helper()
	if again := reconcileSeats(t, after, proposed); again.Lines != nil {
		t.Fatalf("%s\nagainst %s\nagain: %s", giventest.JSON(t, after), giventest.JSON(t, proposed), giventest.JSON(t, again.Lines))
	}
	left := map[string]decimal.Decimal{}
	for _, c := range after {
		if c.Corrects == "" {
			left[c.ID] = c.Net
			continue
		}
		if left[c.Corrects] = left[c.Corrects].Add(c.Net); left[c.Corrects].IsNegative() {
			t.Fatalf("more of %s is credited than was billed: %s", c.Corrects, giventest.JSON(t, after))
		}
	}
}

// checkSum fails unless everything issued sums to the amount that should have been billed, within half a cent a line.
func checkSum(t *testing.T, after []plans.Charge, should []someSeats) {
	t.Helper()
	exact := new(big.Rat)
	for _, s := range should {
		exact.Add(exact, big.NewRat(seatPrices[s.price]*int64(s.units)*int64(s.to-s.from), 400))
	}
	for _, c := range after {
		exact.Sub(exact, c.Net.Rat())
	}
	if exact.Abs(exact).Cmp(big.NewRat(int64(len(after)), 200)) > 0 {
		t.Fatalf("%s is %v off the cost of %+v", giventest.JSON(t, after), exact.FloatString(4), should)
	}
}
