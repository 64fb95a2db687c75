package invoice_test

import (
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// historySettings has the settings of a history.
type historySettings struct {
	arrears, onPrice, seconds, graduated, less bool
	tax                                        int // 0 none, 1 on each line, 2 on each invoice, 3 included
}

// historyState is the contract as the oracle knows it: amounts in cents, periods counted from an anchor.
type historyState struct {
	seats, agents       int64
	seatUnit, agentUnit int64        // the price of a unit for a period, before tiers
	anchor              time.Time    // the start of the counted periods
	index, months       int          // the current period, and the months of each
	moved               [2]time.Time // the period whose end the billing date moved to the anchor
}

// historySpan is a span without a change.
type historySpan struct {
	from, until, start, end time.Time // the span, and the period that contains it
	seats, agents, cents    int64     // the quantities, and their price for the whole period
}

// history is a growing contract: the billed charges of the library, and the state of the oracle.
type history struct {
	tb       testing.TB
	settings historySettings
	policy   invoice.Policy
	account  invoice.Account
	docs     int

	now         historyState
	billedUntil time.Time     // in arrears, the end of the billed time
	spans       []historySpan // the last one is open

	lines                                 []plans.Charge // everything billed and credited
	net, total, due, refund, grant, gross decimal.Decimal
}

// signHistory signs a contract for seats and possibly agents at an instant.
func signHistory(tb testing.TB, settings historySettings, at time.Time, seats, agents int64) *history {
	h := &history{tb: tb, settings: settings, policy: issueRefundPolicy(credits.UnusedPart, credits.AsBalance)}
	if settings.arrears {
		h.policy.Timing = proration.InArrears
	}
	if settings.onPrice {
		h.policy.CreditBasis = proration.OnPrice
	}
	if settings.seconds {
		h.policy.Proration.DayCount = proration.Seconds
	}
	if settings.tax > 0 {
		h.policy.Taxes = issueVAT("19", settings.tax == 3).Taxes
		h.policy.TaxRoundingLevel = []invoice.TaxRoundingLevel{invoice.PerLine, invoice.PerInvoice, invoice.PerInvoice}[settings.tax-1]
	}
	h.now = historyState{seats: seats, agents: agents, seatUnit: 8900, agentUnit: 1999, anchor: at, months: 1}
	h.account = invoice.Account{UnbilledSince: at, Contract: plans.Contract{
		Plan: "growth", Currency: "USD", Cycle: giventest.Cycle(at.Format("2006-01-02T15:04:05"), "P1M", time.UTC), Items: []plans.Item{
			{ID: "seat", Quantity: decimal.New(seats, 0), Price: h.price(8900)}, {ID: "agent", Quantity: decimal.New(agents, 0), Price: h.price(1999)},
		},
	}}
	if settings.less {
		h.account.Contract.Discounts = []plans.Discount{{ID: "friends", Percent: giventest.Money("10"), Duration: plans.Forever}}
	}
	h.open(at)
	if h.billedUntil = at; !settings.arrears {
		h.issue(at, plans.Change{})
	}
	return h
}

// price is a price in cents per unit; a graduated one is a third lower from the fourth unit on.
func (h *history) price(cents int64) plans.Price {
	if !h.settings.graduated {
		return plans.Price{Unit: decimal.New(cents, -2)}
	}
	return plans.Price{Tiering: plans.Graduated, Tiers: []plans.Tier{
		{UpTo: decimal.New(3, 0), Unit: decimal.New(cents, -2)}, {Unit: decimal.New(cents-cents/3, -2)},
	}}
}

// costs is the price of the units for a period, in cents.
func (h *history) costs(units, cents int64) (sum int64) {
	for unit := range units {
		if h.settings.graduated && unit >= 3 {
			sum += cents - cents/3
		} else {
			sum += cents
		}
	}
	return sum
}

// historyMonths returns the instant the given months after an anchor, on its day or the last day of a shorter month.
func historyMonths(anchor time.Time, months int) time.Time {
	y, m, d := anchor.Date()
	last := time.Date(y, m+time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(y, m+time.Month(months), min(d, last), anchor.Hour(), anchor.Minute(), anchor.Second(), 0, time.UTC)
}

// period returns the bounds of the current period.
func (s *historyState) period() (start, end time.Time) {
	return historyMonths(s.anchor, s.index*s.months), historyMonths(s.anchor, (s.index+1)*s.months)
}

// open ends the last span at an instant, and begins another.
func (h *history) open(at time.Time) {
	h.close(at)
	span := historySpan{
		from: at, seats: h.now.seats, agents: h.now.agents,
		cents: h.costs(h.now.seats, h.now.seatUnit) + h.costs(h.now.agents, h.now.agentUnit),
	}
	if span.start, span.end = h.now.whole(at); h.now.index < 0 && span.end.Before(h.now.anchor) { // and the added days
		span.until = span.end
		h.spans = append(h.spans, span)
		span.from = span.until
		span.start, span.end = h.now.period()
	}
	_, span.until = h.now.period()
	h.spans = append(h.spans, span)
}

// close ends the spans at an instant.
func (h *history) close(at time.Time) {
	for i := range h.spans {
		if span := &h.spans[i]; at.Before(span.until) {
			span.until = at
		}
	}
}

// whole returns the period that contains an instant, whose length is the denominator.
func (s *historyState) whole(at time.Time) (start, end time.Time) {
	if s.index < 0 && at.Before(s.moved[1]) {
		return s.moved[0], s.moved[1]
	}
	return s.period()
}

// measure counts an instant in the unit of the history: days begin at midnight in UTC.
func (h *history) measure(t time.Time) int64 {
	if h.settings.seconds {
		return t.Unix()
	}
	return t.Unix() / 86400
}

// exact is the exact price of everything until an instant, in cents.
func (h *history) exact(until time.Time) *big.Rat {
	sum := new(big.Rat)
	for _, span := range h.spans {
		to := span.until
		if until.Before(to) {
			to = until
		}
		if !span.from.Before(to) {
			continue
		}
		part := big.NewRat(h.measure(to)-h.measure(span.from), h.measure(span.end)-h.measure(span.start))
		sum.Add(sum, part.Mul(part, new(big.Rat).SetInt64(span.cents)))
	}
	return sum
}

// renewUntil issues the documents of every period that begins, or in arrears ends, until an instant.
func (h *history) renewUntil(at time.Time) {
	for {
		_, end := h.now.period()
		if end.After(at) {
			return
		}
		h.now.index++
		h.open(end)
		h.billedUntil = end
		h.issue(end, plans.Change{})
	}
}

// change applies a change, first to the oracle, then to the library.
func (h *history) change(at time.Time, change plans.Change, apply func(*historyState)) {
	h.renewUntil(at)
	apply(&h.now)
	h.open(at)
	if h.account.Contract.ReplacedBy(change, at) {
		h.billedUntil = at
	}
	h.issue(at, change)
}

// issue issues a document, and checks every law.
func (h *history) issue(at time.Time, change plans.Change) {
	h.tb.Helper()
	h.docs++
	o := invoice.IssueRequest{Account: h.account, ID: "inv-" + strconv.Itoa(h.docs), At: at, Change: change, Policy: h.policy}
	before := giventest.JSON(h.tb, o)
	doc, err := invoice.Issue(o)
	if err != nil {
		h.tb.Fatalf("%s on %s in %+v: %v\n%s", giventest.JSON(h.tb, change), at, h.settings, err, h.text())
	}
	if after := giventest.JSON(h.tb, o); after != before {
		h.tb.Fatalf("on %s the input changed\nfrom %s\nto   %s", at, before, after)
	}
	h.account = roundTrip(h.tb, doc.Account)
	if doc.Invoice != nil {
		h.add(*doc.Invoice)
	}
	h.checkSums(at, change)
	h.checkUnits(at)
}

// add records an invoice.
func (h *history) add(inv invoice.Invoice) {
	if err := invoice.Check(inv); err != nil {
		h.tb.Fatalf("%v\n%s", err, inv.Text())
	}
	h.lines = append(h.lines, inv.Lines...)
	h.net, h.total, h.due, h.refund = h.net.Add(inv.Net), h.total.Add(inv.Total), h.due.Add(inv.AmountDue), h.refund.Add(inv.Refund)
	for _, e := range inv.LedgerEntries {
		if e.Kind == credits.Granted {
			h.grant = h.grant.Add(e.Amount)
		}
	}
	for _, line := range inv.Lines {
		if line.Corrects != "" {
			continue
		}
		h.gross = h.gross.Add(line.Net)
		for _, tax := range line.Taxes {
			if !tax.Included {
				h.gross = h.gross.Add(tax.Amount)
			}
		}
	}
}

// until returns the end of the billed time.
func (h *history) until(at time.Time, change plans.Change) time.Time {
	switch {
	case h.settings.arrears:
		return h.billedUntil
	case change.Cancel:
		return at
	}
	_, end := h.now.period()
	return end
}

// checkSums compares the billed amounts with the used ones.
func (h *history) checkSums(at time.Time, change plans.Change) {
	h.tb.Helper()
	balance, err := credits.Balance(h.account.Ledger, "USD", at)
	if err != nil {
		h.tb.Fatal(err)
	}
	switch {
	case h.due.LessThan(h.refund):
		h.tb.Fatalf("on %s %v was due in all, and %v refunded", at, h.due, h.refund)
	case h.grant.Add(h.refund).GreaterThan(h.gross):
		h.tb.Fatalf("on %s %v was granted and %v refunded of %v", at, h.grant, h.refund, h.gross)
	case !h.total.Add(balance).Equal(h.due.Sub(h.refund)):
		h.tb.Fatalf("on %s documents of %v and a balance of %v are not the amount due, %v less %v", at, h.total, balance, h.due, h.refund)
	case h.settings.less:
		return
	}
	off := new(big.Rat).Sub(h.net.Mul(decimal.New(100, 0)).Rat(), h.exact(h.until(at, change)))
	if off.Abs(off).Cmp(big.NewRat(int64(len(h.lines)), 2)) > 0 {
		h.tb.Fatalf("on %s %v was billed in all on %d lines, and %s cents are right\n%s", at, h.net, len(h.lines), h.exact(h.until(at, change)).FloatString(4), h.text())
	}
}

// checkUnits compares the billed units at each instant with the units of the contract. A charge of zero is not credited
// when another takes its place, and so is not counted.
func (h *history) checkUnits(at time.Time) {
	h.tb.Helper()
	for _, c := range h.lines {
		if c.Corrects == "" && c.Net.IsZero() && c.Quantity.IsPositive() {
			return
		}
	}
	for _, span := range h.spans {
		if !span.from.Before(span.until) || h.settings.arrears && !span.from.Before(h.billedUntil) {
			continue
		}
		for item, has := range map[string]int64{"seat": span.seats, "agent": span.agents} {
			var units decimal.Decimal
			for _, c := range h.lines {
				if c.Item != item || !c.Span.Contains(span.from) {
					continue
				}
				if c.Corrects == "" {
					units = units.Add(c.Quantity)
				} else {
					units = units.Sub(c.Quantity)
				}
			}
			if !units.Equal(decimal.New(has, 0)) {
				h.tb.Fatalf("on %s %v of %s are billed from %s on, and there are %d\n%s", at, units, item, span.from, has, h.text())
			}
		}
	}
}

// text lists the billed charges.
func (h *history) text() (text string) {
	for _, c := range h.lines {
		text += c.ID + " " + c.Kind.String() + " " + c.Span.Start.Format(time.DateTime) + "/" + c.Span.End.Format(time.DateTime) + " " + c.Explain() + "\n"
	}
	return text
}

// checkReconciled fails if the billed charges differ from themselves.
func (h *history) checkReconciled() {
	h.tb.Helper()
	d, err := invoice.Reconcile(invoice.ReconcileRequest{Billed: h.lines, Proposed: h.lines, Policy: h.policy.Proration})
	if err != nil {
		h.tb.Fatalf("%v\n%s", err, h.text())
	}
	for _, c := range d.Lines {
		h.tb.Errorf("%s differs from itself", c.Explain())
	}
}

// cancel ends the contract.
func (h *history) cancel(at time.Time) {
	h.renewUntil(at)
	h.close(at)
	h.billedUntil = at
	h.checkReconciled()
	h.issue(at, plans.Change{Cancel: true})
	h.checkReconciled()
}

// historyChange is a change that a history can make.
type historyChange struct {
	name string
	make func(h *history, at time.Time)
}

// seats changes the number of seats, down to zero.
func (h *history) seats(at time.Time, more int64) {
	h.renewUntil(at)
	if more = max(more, -h.now.seats); more != 0 {
		change := unitsOf("seat", decimal.New(more, 0))
		if h.now.seats == 0 { // the item left
			price := h.price(h.now.seatUnit)
			change.Add[0].Price = &price
		}
		h.change(at, change, func(s *historyState) { s.seats += more })
	}
}

// agents changes the number of agents, down to zero.
func (h *history) agents(at time.Time, more int64) {
	h.renewUntil(at)
	if more = max(more, -h.now.agents); more != 0 {
		change := unitsOf("agent", decimal.New(more, 0))
		if h.now.agents == 0 { // the item left
			price := h.price(h.now.agentUnit)
			change.Add[0].Price = &price
		}
		h.change(at, change, func(s *historyState) { s.agents += more })
	}
}

// reprice sets the price of a seat in cents. If the item left, it returns at that price.
func (h *history) reprice(at time.Time, cents int64) {
	if h.renewUntil(at); h.now.seats == 0 {
		h.now.seatUnit = cents
		return
	}
	price := h.price(cents)
	h.change(at, plans.Change{Set: []plans.ItemSetting{{Item: "seat", Price: &price}}}, func(s *historyState) { s.seatUnit = cents })
}

// plan changes to a plan with periods of the given months.
func (h *history) plan(at time.Time, months int, seat, agent int64) {
	plan := &plans.Plan{ID: "plan " + strconv.FormatInt(seat, 10), Interval: giventest.Interval("P" + strconv.Itoa(months) + "M"), Offers: []plans.Offer{
		{Item: "seat", Currency: "USD", Price: h.price(seat)}, {Item: "agent", Currency: "USD", Price: h.price(agent)},
	}}
	h.change(at, plans.Change{Plan: plan}, func(s *historyState) {
		s.seatUnit, s.agentUnit = seat, agent
		if s.months != months {
			s.months, s.anchor, s.index = months, at, 0
		}
	})
}

// anchor moves the billing date to an instant at or after the change.
func (h *history) anchor(at, to time.Time) {
	h.renewUntil(at)
	switch ended := h.now.moved[1]; {
	case h.now.index >= 0:
	case !at.Before(ended): // the period before the added days
		h.billedUntil = ended
	case !h.settings.arrears && to.After(ended) && ended.Before(h.now.anchor):
		return // days that were added and billed keep their price, which a span does not know
	}
	h.change(at, plans.Change{AnchorAt: to}, func(s *historyState) {
		s.moved[0], s.moved[1] = s.whole(at)
		if s.anchor, s.index = to, -1; at.Equal(to) {
			s.index = 0
		}
	})
}

var historyChanges = []historyChange{
	{"two more seats", func(h *history, at time.Time) { h.seats(at, 2) }},
	{"three fewer seats", func(h *history, at time.Time) { h.seats(at, -3) }},
	{"one more agent", func(h *history, at time.Time) { h.agents(at, 1) }},
	{"a higher price", func(h *history, at time.Time) { h.reprice(at, 9950) }},
	{"a lower price", func(h *history, at time.Time) { h.reprice(at, 6133) }},
	{"another plan", func(h *history, at time.Time) { h.plan(at, 1, 13900, 999) }},
	{"an annual plan", func(h *history, at time.Time) { h.plan(at, 12, 90001, 20011) }},
	{"another billing date", func(h *history, at time.Time) { h.anchor(at, at.AddDate(0, 0, 10)) }},
}

// Every sequence of three changes at three instants, one of them a renewal, under all settings: the contract is billed
// for the units that it had.
func TestHistoriesOfThreeChanges(t *testing.T) {
	short.Skip(t)
	instants := []time.Time{giventest.Instant("2026-11-07", nil), giventest.Instant("2026-11-16T10:30:00", nil), giventest.Instant("2026-12-01", nil)}
	start, end := giventest.Instant("2026-11-01", nil), giventest.Instant("2027-01-12", nil)
	n := 0
	for bits := range 32 {
		settings := historySettings{arrears: bits&1 > 0, onPrice: bits&2 > 0, seconds: bits&4 > 0, graduated: bits&8 > 0, less: bits&16 > 0, tax: bits % 4}
		for row := range len(historyChanges) * len(historyChanges) * len(historyChanges) {
			if n++; n%historySampling() != 0 {
				continue
			}
			h := signHistory(t, settings, start, 5, 1)
			for i, rest := 0, row; i < len(instants); i, rest = i+1, rest/len(historyChanges) {
				at := instants[i]
				if change := historyChanges[rest%len(historyChanges)]; change.name == "an annual plan" || change.name == "another billing date" {
					// the start of a day, where periods begin: on the day of a boundary the change would have no day of its own
					at = at.Truncate(24 * time.Hour)
				}
				historyChanges[rest%len(historyChanges)].make(h, at)
			}
			h.cancel(end)
		}
	}
}

// A change that is undone at its instant costs nothing, taxes included, if credits derive from the billed amount. An
// interval that is changed back is not undone, since it starts new periods.
func TestUndoneChangeCostsNothing(t *testing.T) {
	short.Skip(t)
	undone := []struct {
		name         string
		change, back func(h *history, at time.Time)
	}{
		{"two more seats", func(h *history, at time.Time) { h.seats(at, 2) }, func(h *history, at time.Time) { h.seats(at, -2) }},
		{"three fewer seats", func(h *history, at time.Time) { h.seats(at, -3) }, func(h *history, at time.Time) { h.seats(at, 3) }},
		{"zero seats", func(h *history, at time.Time) { h.seats(at, -4) }, func(h *history, at time.Time) { h.seats(at, 4) }},
		{"a higher price", func(h *history, at time.Time) { h.reprice(at, 9950) }, func(h *history, at time.Time) { h.reprice(at, 8900) }},
		{"a lower price", func(h *history, at time.Time) { h.reprice(at, 6133) }, func(h *history, at time.Time) { h.reprice(at, 8900) }},
		{"another plan", func(h *history, at time.Time) { h.plan(at, 1, 13900, 999) }, func(h *history, at time.Time) { h.plan(at, 1, 8900, 1999) }},
		{
			"another billing date", func(h *history, at time.Time) { h.anchor(at, at.AddDate(0, 0, 10)) },
			func(h *history, at time.Time) { h.anchor(at, historyMonths(giventest.Instant("2026-11-01", nil), 1)) },
		},
	}
	for bits := range 16 {
		if race.On && bits%5 > 0 {
			continue
		}
		settings := historySettings{seconds: bits&4 > 0, graduated: bits&8 > 0, tax: bits % 4}
		for _, at := range []string{"2026-11-01", "2026-11-14", "2026-11-16T10:30:00", "2026-11-30T23:59:59"} {
			for _, u := range undone {
				agents := int64(1)
				if settings.tax > 1 {
					agents = 0 // tax that is rounded over several lines is credited line by line, which can differ by a cent
				}
				h := signHistory(t, settings, giventest.Instant("2026-11-01", nil), 4, agents)
				before := h.total
				u.change(h, giventest.Instant(at, nil))
				if u.back(h, giventest.Instant(at, nil)); !h.total.Equal(before) {
					t.Errorf("%s on %s in %+v, undone, costs %v\n%s", u.name, at, settings, h.total.Sub(before), h.text())
				}
			}
		}
	}
}

// historySampling returns n where one of n sequences is tested.
func historySampling() int {
	if race.On {
		return 211
	}
	return 37
}

// Random histories of up to twelve changes, from a fixed seed.
func TestHistoriesOfRandomChanges(t *testing.T) {
	short.Skip(t)
	random := rand.New(rand.NewPCG(2026, 11))
	for range 1600 / historySampling() {
		data := make([]byte, 3+3*random.IntN(13))
		for i := range data {
			data[i] = byte(random.IntN(256))
		}
		historyOf(t, data)
	}
}
