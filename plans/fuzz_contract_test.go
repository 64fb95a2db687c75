package plans_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// contractDrawer draws the parts of a contract and its changes from bytes, one number from each; when the bytes are
// used up, it draws zeros.
type contractDrawer struct {
	data  []byte
	zones []*time.Location
}

func (d *contractDrawer) draw(n int) int {
	if len(d.data) == 0 {
		return 0
	}
	b := d.data[0]
	d.data = d.data[1:]
	return int(b) % n
}

func (d *contractDrawer) text(all ...string) string { return all[d.draw(len(all))] }

// seldom is true for few bytes.
func (d *contractDrawer) seldom() bool { return d.draw(256) > 250 }

// number is a quantity, usually small.
func (d *contractDrawer) number() decimal.Decimal {
	if d.seldom() {
		return decimal.New(int64(d.draw(256)), int32(d.draw(40)-20))
	}
	return decimal.New(int64(d.draw(40)), int32(-d.draw(4)/3))
}

// price is usually a price for the given interval, and in one of ten cases a metered one.
func (d *contractDrawer) price(interval proration.Interval) plans.Price {
	p := priceOf(d.text(`{"unit":"89"}`, `{"unit":"0.333"}`, `{"flat":"49","unit":"1"}`, byTier, byVolume, `{"unit":"5","package":"10","included":"3"}`,
		`{"unit":"7","minimum":"50","maximum":"99.95"}`, `{"percent":"2.9","flat":"0.30","metered":true}`, `{}`, `{"unit":"10.05"}`))
	if d.seldom() {
		p.Unit = giventest.Money(d.text("999999999999999999", "-1", "1e-18"))
	}
	switch {
	case d.seldom():
		p.Per = giventest.Interval(d.text("P3M", "P1Y", "P1W", "PT1H"))
	case interval.Months > 0 && d.draw(2) == 0:
		p.Per = proration.Interval{Months: 1}
	case d.draw(2) == 0:
		p.Per = interval
	}
	return p
}

// item is usually one of three.
func (d *contractDrawer) item(i int, interval proration.Interval) plans.Item {
	id := []string{"seat", "light", "phone"}[i%3]
	if d.seldom() {
		id = d.text("", "seat")
	}
	return plans.Item{ID: id, Quantity: d.number(), Price: d.price(interval)}
}

// later is an instant some hours or days after another.
func (d *contractDrawer) later(t time.Time) time.Time {
	return t.AddDate(0, 0, d.draw(100)).Add(time.Duration(d.draw(48)) * 30 * time.Minute)
}

func (d *contractDrawer) term() plans.Term {
	return plans.Term{
		Length: giventest.Interval(d.text("P1M", "P6M", "P9M", "P1Y", "P4W", "P90D")), Billing: plans.TermBilling(1 + d.draw(2)), Renewal: plans.RenewalMode(1 + d.draw(4)),
		Percent: decimal.New(int64(d.draw(101)), 0), TerminationFee: plans.TerminationFee{Fee: decimal.New(int64(d.draw(100)), -1), Percent: decimal.New(int64(d.draw(101)), 0)},
	}
}

// contract draws a contract, and an instant within it.
func (d *contractDrawer) contract() (plans.Contract, time.Time) {
	loc := d.zones[d.draw(len(d.zones))]
	start := d.later(time.Date(2026, time.Month(1+d.draw(12)), 1+d.draw(31), 0, 0, 0, 0, loc))
	interval := giventest.Interval(d.text("P1M", "P1Y", "P6M", "P1W", "P30D", "PT24H"))
	cycle, err := proration.NewCycle(start, interval)
	if err != nil {
		panic(err)
	}
	c := plans.Contract{Plan: "base", Currency: plans.Currency(d.text("USD", "JPY", "KWD", "EUR")), Cycle: cycle}
	for i := range 1 + d.draw(3) {
		c.Items = append(c.Items, d.item(i, interval))
	}
	at := start
	for range d.draw(4) {
		at = d.later(at)
		c.Ramp = append(c.Ramp, plans.RampStep{At: at, Item: d.item(d.draw(3), interval)})
	}
	if d.draw(3) > 0 {
		a := plans.ContractTerm{Term: d.term()}
		if a.Term.Billing == plans.UpFront {
			a.Term.Length = interval
		}
		a.Period.Start = start
		if a.Period.End, err = a.Term.Length.After(start, loc); err != nil {
			panic(err)
		}
		c.Terms = []plans.ContractTerm{a}
	}
	if d.draw(3) == 0 {
		c.Discounts = []plans.Discount{{ID: "a", Percent: decimal.New(int64(1+d.draw(200)), 0), Duration: plans.Repeating, Periods: 1 + d.draw(3)}}
		c.Minimum = d.number()
	}
	return c, d.later(start)
}

// Fields of a change that a drawer can set.
const (
	drawAdd = 1 << iota
	drawRemove
	drawPlan
	drawTerm
	drawEnd
	drawCancel
	drawSet
	drawAnchorAt
	drawItems
	drawInterval
	drawAnchor
	drawDiscounts
)

// change draws a change: one field, or several that can be combined, and seldom any.
func (d *contractDrawer) change(c plans.Contract, at time.Time) (change plans.Change) {
	fields := 1 << d.draw(12)
	for d.draw(2) == 0 && len(d.data) > 0 {
		more := 1 << d.draw(12)
		if apart := drawEnd | drawCancel; (fields|more)&apart == 0 || d.seldom() {
			fields |= more
		}
	}
	if fields&drawPlan != 0 {
		change.Plan = &plans.Plan{ID: "scale", Interval: c.Cycle.Interval}
		if d.draw(2) == 0 {
			change.Plan.Interval = giventest.Interval(d.text("P1M", "P1Y", "P6M", "P1W"))
		}
		for i := range 3 - d.draw(4)/3 {
			item := d.item(i, change.Plan.Interval)
			change.Plan.Offers = append(change.Plan.Offers, plans.Offer{Item: item.ID, Currency: c.Currency, Price: item.Price})
		}
	}
	d.changeItems(&change, fields, c, at)
	if fields&drawTerm != 0 {
		term := d.term()
		change.Term = &term
	}
	if fields&drawEnd != 0 {
		change.End = d.later(at)
	}
	change.Cancel = fields&drawCancel != 0
	if fields&drawInterval != 0 {
		change.Interval = giventest.Interval(d.text("P1M", "P1Y", "P6M", "P1W", "P30D"))
	}
	if fields&drawAnchor != 0 {
		change.Anchor = plans.BillingAnchor(1 + d.draw(2))
	}
	if fields&drawAnchorAt != 0 && (change.Anchor == 0 || d.seldom()) {
		change.AnchorAt = at
		if d.draw(4) > 0 {
			change.AnchorAt = d.later(at)
		}
	}
	if fields&drawDiscounts != 0 {
		change.AddDiscounts = []plans.Discount{percentOff(d.text("b", "c", "a"), "5")}
		if len(c.Discounts) > 0 && d.draw(2) == 0 {
			change.RemoveDiscounts = []string{c.Discounts[0].ID}
		}
	}
	return change
}

// changeItems draws the items of a change.
func (d *contractDrawer) changeItems(change *plans.Change, fields int, c plans.Contract, at time.Time) {
	price := func(item string) *plans.Price {
		now, has := stateAt(&c, item, at, true)
		own := d.price(c.Cycle.Interval)
		if has && d.draw(3) == 0 {
			own = now.Price
		}
		return &own
	}
	if fields&drawAdd != 0 {
		step := plans.ItemQuantity{Item: d.text("seat", "light", "phone", "seat"), Quantity: d.number()}
		if _, has := stateAt(&c, step.Item, at, true); !has {
			step.Price = price(step.Item)
		}
		change.Add = append(change.Add, step)
	}
	if fields&drawRemove != 0 {
		step := plans.ItemQuantity{Item: d.text("light", "seat", "phone", "seat"), Quantity: d.number()}
		if now, has := stateAt(&c, step.Item, at, true); has && d.draw(3) == 0 {
			step.Quantity = now.Quantity
		}
		change.Remove = append(change.Remove, step)
	}
	if fields&drawSet != 0 {
		setting, which := plans.ItemSetting{Item: d.text("phone", "light", "seat", "seat")}, d.draw(3)
		if which < 2 {
			setting.Price = price(setting.Item)
		}
		if _, has := stateAt(&c, setting.Item, at, true); which > 0 || !has {
			units := d.number()
			setting.Quantity = &units
		}
		change.Set = append(change.Set, setting)
	}
	if fields&drawItems != 0 {
		if !d.seldom() {
			change.Add, change.Remove, change.Set = nil, nil, nil
		}
		for _, id := range []string{"seat", "light", "phone"}[d.draw(2):] {
			item := plans.ChangeItem{ID: id, Quantity: d.number()}
			if _, has := stateAt(&c, id, at, true); !has || d.draw(3) == 0 {
				item.Price = price(id)
			}
			change.Items = append(change.Items, item)
		}
	}
}

// For any purchase and any changes: no panic; the input is unmodified; a change gives a valid contract, or an error
// with a field; the items are those that the change states at every instant; charges and credits are the difference of
// the prices.
func FuzzContractChanges(f *testing.F) {
	d := contractDrawer{zones: []*time.Location{time.UTC, giventest.Zone(f, "America/New_York"), giventest.Zone(f, "America/Sao_Paulo"), giventest.Zone(f, "America/Santiago")}}
	state := uint32(1)
	for range 300 / race.Step(6) {
		data := make([]byte, 160)
		for i := range data {
			state = state*1664525 + 1013904223 // numbers that look random, and are always the same
			data[i] = byte(state >> 24)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := d
		d.data = data
		contract, at := d.contract()
		if contract.Validate() != nil {
			if after, err := contract.Changed(plans.Change{Cancel: true}, at); err == nil {
				t.Fatalf("changed to %+v", after)
			}
			return
		}
		for range 4 {
			change := d.change(contract, at)
			text, asked := giventest.JSON(t, contract), giventest.JSON(t, change)
			after, err := contract.Changed(change, at)
			if giventest.JSON(t, contract) != text || giventest.JSON(t, change) != asked {
				t.Fatalf("%s by %s is now\n%s", text, asked, giventest.JSON(t, contract))
			}
			checkStored(t, contract, change, at, after, err)
			if err != nil {
				if strings.Contains(strings.Join(giventest.Faults(err), ""), "?") || !reflect.DeepEqual(after, plans.Contract{}) {
					t.Fatalf("%s by %s: %v", text, asked, err)
				}
			} else {
				if err := after.Validate(); err != nil {
					t.Fatalf("%s by %s gives an invalid contract: %v", text, asked, err)
				}
				checkChanged(t, contract, change, at, after)
				checkAmended(t, contract, change, at, after)
				checkBilled(t, after, at)
				contract = after
			}
			at = d.later(at)
			if next, ok, err := contract.Renewed(); ok && d.draw(4) == 0 {
				if err != nil || next.Validate() != nil {
					t.Fatalf("%s is renewed as %v, %v", text, next.Validate(), err)
				}
				if end := contract.End(); at.Before(end) {
					at = end
				}
				contract = next
			}
		}
	})
}

// checkStored checks law 10: a contract and a change that were stored and read back give the same contract.
func checkStored(t *testing.T, c plans.Contract, change plans.Change, at time.Time, after plans.Contract, refused error) {
	t.Helper()
	var read plans.Contract
	if err := json.Unmarshal([]byte(giventest.JSON(t, c)), &read); err != nil {
		t.Fatal(err)
	}
	read.Cycle.Location = c.Cycle.Location
	if change.Validate() == nil { // JSON refuses an unknown enum
		stored := change
		change = plans.Change{}
		if err := json.Unmarshal([]byte(giventest.JSON(t, stored)), &change); err != nil {
			t.Fatal(err)
		}
	}
	again, err := read.Changed(change, at)
	if errors.Is(refused, proration.ErrLimit) && err == nil {
		return // the limits count digits as stored: 1.0 has one more than 1, and is read back as 1
	}
	if (err == nil) != (refused == nil) || summary(again) != summary(after) {
		t.Fatalf("read back, %s becomes\n%s (%v), and otherwise\n%s (%v)", summary(c), summary(again), err, summary(after), refused)
	}
}

// checkChanged fails unless the change has exactly its stated effect, from its instant on.
func checkChanged(t *testing.T, before plans.Contract, change plans.Change, at time.Time, after plans.Contract) {
	t.Helper()
	if own := after.Cycle.Interval; change.Interval == (proration.Interval{}) && (change.Plan != nil || change.Term != nil && !before.Extends(change)) && own != before.Cycle.Interval {
		change.Interval = own
	}
	checkItems(t, &before, &change, at, &after)
	terms, last := len(before.Terms), len(after.Terms)-1
	switch {
	case change.Term != nil && !before.Extends(change):
		if last != 0 || !after.Terms[0].Period.Start.Equal(at) || after.Terms[0].Term.Length != change.Term.Length {
			t.Fatalf("%s by %s is now %s", summary(before), giventest.JSON(t, change), summary(after))
		}
	case change.Term != nil:
		if last != terms || !after.Terms[last].Period.Start.Equal(before.End()) || !after.End().After(before.End()) {
			t.Fatalf("%s is extended as %s", summary(before), summary(after))
		}
	case !change.End.IsZero():
		if last != terms-1 || !after.End().Equal(change.End) || !after.End().Before(before.End()) {
			t.Fatalf("%s is shortened as %s", summary(before), summary(after))
		}
	default:
		if last != terms-1 || !after.End().Equal(before.End()) || change.Cancel && last >= 0 && after.Terms[last].Term.Renewal != plans.Expire {
			t.Fatalf("%s by %s is now %s", summary(before), giventest.JSON(t, change), summary(after))
		}
	}
	if after.Currency != before.Currency || change.Plan == nil && after.Plan != before.Plan || change.Plan != nil && after.Plan != change.Plan.ID {
		t.Fatalf("%s in %s is now %s in %s", before.Plan, before.Currency, after.Plan, after.Currency)
	}
}

// checkAmended fails unless the charges of a change begin at its instant and belong to the new contract, and together
// with the credits of the replaced units equal the difference of the prices, and unless a stated billing date is the
// next boundary.
func checkAmended(t *testing.T, before plans.Contract, change plans.Change, at time.Time, with plans.Contract) {
	t.Helper()
	amended, err := before.Amended(change, at, proration.Standard(2))
	after := amended.Contract
	if err != nil {
		for _, fault := range giventest.Faults(err) {
			if fault != "at outside" && !strings.HasSuffix(fault, " limit") {
				t.Fatalf("%s by %s: %v", summary(before), giventest.JSON(t, change), err)
			}
		}
		if !reflect.DeepEqual(amended, plans.Amendment{}) {
			t.Fatalf("%s by %s: an amendment comes with %v", summary(before), giventest.JSON(t, change), err)
		}
		return
	}
	if !change.Cancel && giventest.JSON(t, after) != giventest.JSON(t, with) || after.Validate() != nil {
		t.Fatalf("%s by %s is %s, and otherwise %s", summary(before), giventest.JSON(t, change), summary(after), summary(with))
	}
	if end := after.End(); change.Cancel && end.After(at) {
		t.Fatalf("%s continues until %v", summary(before), end)
	}
	for _, c := range amended.Charges {
		if c.Span.Start.Before(at) && !before.Extends(change) || c.Net.IsNegative() || c.Plan != after.Plan {
			t.Fatalf("%s of %v at %v", c.Explain(), c.Span, at)
		}
	}
	longer := !before.End().IsZero() && after.End().After(before.End()) // a term that begins now outlasts the present one
	if before.Extends(change) || longer || !change.End.IsZero() || change.Cancel {
		return
	}
	if giventest.JSON(t, after.Items) == giventest.JSON(t, must(before.AsOf(at)).Items) && !before.ReplacedBy(change, at) && !change.AnchorAt.After(at) && len(amended.Charges) > 0 {
		t.Fatalf("%s by %s: nothing changes, and costs %q", summary(before), giventest.JSON(t, change), lines(amended.Charges, nil))
	}
	checkDifference(t, before, change, at, amended, func(c *plans.Contract, id string, p proration.Portion) (*big.Rat, bool) {
		charges, err := c.Charges(p, proration.Standard(2))
		sum, whole := new(big.Rat), err == nil
		for _, charge := range charges {
			if charge.Item == id {
				sum.Add(sum, exactOf(charge))
				whole = whole && charge.Price.Tiering != plans.Volume // more units may cost less, and are not charged below zero
			}
		}
		return sum, whole
	})
	if anchor := change.AnchorAt; !anchor.IsZero() {
		if period, err := after.Cycle.Containing(anchor); err != nil || anchor.Sub(period.Start) > time.Hour {
			t.Fatalf("%v is inside %v (%v)", anchor, period, err) // a repeated time of day is the first of the two
		}
	}
}

// checkBilled fails unless the charges from an instant on are a part of the charges for the whole period and explain
// themselves, and unless the termination fee is not negative.
func checkBilled(t *testing.T, c plans.Contract, at time.Time) {
	t.Helper()
	rest, err := c.RemainingPortions(at)
	if err != nil && len(c.Terms) == 0 {
		t.Fatalf("nothing of %s is left at %v: %v", summary(c), at, err)
	}
	places, _ := c.Currency.Places()
	for _, p := range rest {
		charges, err := c.Charges(p, proration.Standard(2))
		if err != nil {
			within := p.Period.Start.Format(time.DateOnly) == p.Period.End.Format(time.DateOnly) // 24 hours of a day of 25
			if got := giventest.Faults(err); len(got) != 1 || got[0] != "amount limit" && !(within && got[0] == "period period") {
				t.Fatalf("%s cannot be billed for %v: %v", summary(c), p, err)
			}
			continue
		}
		for _, charge := range charges {
			checkExplained(t, charge)
			if charge.Net.IsNegative() || charge.Net.GreaterThan(charge.Share.Of.RoundUp(places)) || -charge.Net.Exponent() > places || !giventest.Covers(p.Span, charge.Span) {
				t.Fatalf("%s for %v of %v", charge.Explain(), charge.Span, charge.Period)
			}
		}
	}
	if fee, err := c.TerminationFee(at, proration.Standard(2)); err == nil && fee.Net.IsNegative() {
		t.Fatalf("%s is below zero", fee.Explain())
	}
	if by, err := c.NoticeBy(); err != nil || by.After(c.End()) {
		t.Fatalf("notice by %v, %v", by, err)
	}
}
