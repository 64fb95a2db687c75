package credits_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Any sequence of grants, payments and voids, in any order of entry, gives the ledger the balances of the model, which
// keeps cents and days instead of entries.
func FuzzApply(f *testing.F) {
	f.Add([]byte("\x00\x10\x01\x20\x80\x18\x01\x05\x90\x02\x81\x30"))
	f.Add([]byte("\x00\xff\x31\x00\xff\xff\x92\xff\x40\x10\xc0\x20\xd1\x00"))
	f.Add([]byte("\x01\x05\x21\x05\x45\x07\xe0\x02\xa0\x02\x80\x0f\xc3\x01"))
	f.Fuzz(func(t *testing.T, steps []byte) {
		const days = 8
		w := &scenario{days: days, slowLedger: &slowLedger{last: map[string]int{}}}
		ref := func(b byte) string { return "i" + strconv.Itoa(int(b&3)) }
		for i := 0; i+1 < len(steps) && i < 60; i += 2 {
			kind, at, more := steps[i]>>6, int(steps[i]&7), steps[i+1]
			switch kind {
			case 0, 1: // a grant; in case 1 with all fields that decide the payment order
				e := grantOn(strconv.Itoa(int(more%16)), int(more)+1, at, ref(more>>4))
				if kind == 1 {
					priority := int(more>>2&1) + 49
					e.Priority, e.Promotional, e.BeforeTax = &priority, more&1 != 0, more&64 != 0
					e.Effective, e.Expires = day(int(steps[i]>>3&7)), day(days+int(more>>5&1))
				}
				if steps[i]&0x20 != 0 {
					e.Currency, e.Ref = "EUR", e.Ref+" in euros" // an invoice has one currency
				}
				w.step(t, e)
				if credits.Validate(w.ledger) != nil {
					return // a repeated ID
				}
			case 2:
				due := dueOn(at, int(more), ref(steps[i]>>3))
				due.BeforeTax = more&1 != 0
				w.step(t, due)
			case 3:
				if !w.step(t, voidOn(at, ref(more))) {
					continue
				}
			}
			w.check(t, true, "USD", "EUR")
		}
	})
}

// extremeAmounts are at the limits or beyond them.
var extremeAmounts = []decimal.Decimal{
	decimal.New(1, 1<<31-1), decimal.New(-1, 1<<31-1), decimal.New(1, -1<<31), decimal.New(0, 1<<31-1), decimal.RequireFromString("1e38"),
	decimal.RequireFromString("1e-38"), decimal.RequireFromString("99999999999999999999999999999999999999"), decimal.RequireFromString("-1e39"),
}

// extremeTimes are unset, beyond the limits or in an unknown zone.
var extremeTimes = []time.Time{{}, time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(99_999, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(1<<62, 0), day(3).In(time.FixedZone("odd", 12345))}

// Any ledger is refused, or has the sum of the remaining grants as its balance, which is never negative. Spending
// everything pays at most the balance and leaves nothing to spend, and voiding everything once leaves nothing to void.
func FuzzLedger(f *testing.F) {
	f.Add([]byte("\x01\x00\x05\x10\x00\x01\x00\x08\x01\x00"))
	f.Add([]byte("\x01\x00\x05\x00\x00\x02\x00\x03\x01\x01\x03\x00\x02\x02\x01\x04\x00\x02\x03\x00"))
	f.Add([]byte("\x11\x02\x05\x03\x02\x41\x85\x03\x20\x01\x09\x00\x01\x00\xff"))
	f.Fuzz(func(t *testing.T, rows []byte) {
		var ledger []credits.Entry
		for i := 0; i+4 < len(rows) && i < 100; i += 5 {
			b := rows[i : i+5]
			e := credits.Entry{
				Kind: credits.Kind(b[0] & 7), ID: strconv.Itoa(int(b[1] & 3)), Amount: cents(int(b[2])), Currency: "USD", At: day(int(b[3] & 15)),
				Ref: "i" + strconv.Itoa(int(b[4]&3)),
			}
			if e.Kind == credits.Spent || e.Kind == credits.Revoked {
				e.Amount = e.Amount.Neg()
			}
			switch b[0] >> 3 {
			case 1:
				e.Currency, e.Ref = "EUR", e.Ref+" in euros"
			case 2:
				e.Expires, e.Promotional = day(int(b[4]>>4)), true
			case 3:
				e.Effective, e.BeforeTax = day(int(b[4]>>4)), true
			case 4:
				priority := int(b[4])
				e.Priority = &priority
			case 5:
				e.Amount = extremeAmounts[int(b[4])%len(extremeAmounts)]
			case 6:
				e.At = extremeTimes[int(b[4])%len(extremeTimes)]
			case 7:
				e.ID, e.Currency = "", "usd"
			}
			ledger = append(ledger, e)
		}
		last := day(40)
		if err := credits.Validate(ledger); err != nil {
			if len(giventest.Faults(err)) == 0 {
				t.Fatalf("%v has no fault", err)
			}
			pays, rest, err := credits.Apply(ledger, credits.Due{Amount: cents(1), Currency: "USD", At: last})
			reversals, owed, other := credits.Void(ledger, credits.VoidRequest{Ref: "i0", At: last})
			if err == nil || other == nil || pays != nil || reversals != nil || !rest.IsZero() || !owed.IsZero() {
				t.Fatal("a refused ledger gives a result")
			}
			return
		}
		shuffled := (&scenario{ledger: ledger}).shuffled()
		for n := range 18 {
			want := slowBalance(ledger, "USD", day(n))
			for _, l := range [][]credits.Entry{ledger, shuffled} {
				got, err := credits.Balance(l, "USD", day(n))
				if err != nil || !got.Equal(want) || got.IsNegative() {
					t.Fatalf("%q: on day %d the balance is %v, %v, want %v", entryTexts(l), n, got, err, want)
				}
			}
			all := credits.Due{Amount: decimal.RequireFromString("1e37"), Currency: "USD", At: day(n), Ref: "all"}
			after, maxLength := slices.Clone(ledger), true
			for _, beforeTax := range []bool{false, true, false} {
				all.BeforeTax = beforeTax
				pays, rest, err := credits.Apply(after, all)
				if err != nil || rest.GreaterThan(all.Amount) || all.Amount.Sub(rest).GreaterThan(want) {
					t.Fatalf("%q: %v remains due on day %d with a balance of %v, %v", entryTexts(ledger), rest, n, want, err)
				}
				want = want.Sub(all.Amount.Sub(rest))
				after, maxLength = append(after, pays...), maxLength && rest.IsPositive()
			}
			if err := credits.Validate(after); err != nil {
				t.Fatalf("%q: the ledger after %q is refused: %v", entryTexts(ledger), entryTexts(after[len(ledger):]), err)
			}
			if pays, _, _ := credits.Apply(after, all); maxLength && pays != nil {
				t.Fatalf("%q: %q pays although everything is spent", entryTexts(ledger), entryTexts(pays))
			}
		}
		for _, ref := range []string{"i0", "i1", "i2", "i3"} {
			u := credits.VoidRequest{Ref: ref, At: last}
			if slices.ContainsFunc(ledger, func(e credits.Entry) bool { return e.At.After(last) }) {
				return
			}
			reversals, owed, err := credits.Void(ledger, u)
			if err != nil || owed.IsNegative() {
				t.Fatalf("%q: voiding %s: %v is owed, %v", entryTexts(ledger), ref, owed, err)
			}
			ledger = append(ledger, reversals...)
			if again, still, err := credits.Void(ledger, u); again != nil || err != nil || !still.Equal(owed) {
				t.Fatalf("%q: voiding %s again: %q and %v, %v, want no entries and %v", entryTexts(ledger), ref, entryTexts(again), still, err, owed)
			}
		}
	})
}

// slowBalance adds up the entries of every grant that can be spent.
func slowBalance(ledger []credits.Entry, currency plans.Currency, at time.Time) (sum decimal.Decimal) {
	for _, g := range ledger {
		if g.Kind != credits.Granted || g.Currency != currency || g.At.After(at) || g.Effective.After(at) || !g.Expires.IsZero() && !g.Expires.After(at) {
			continue
		}
		for _, e := range ledger {
			if e.ID == g.ID && !e.At.After(at) {
				sum = sum.Add(e.Amount)
			}
		}
	}
	return sum
}

// fuzzPrice returns a price of one of six kinds.
func fuzzPrice(sort uint8, unit decimal.Decimal) plans.Price {
	if unit.IsZero() {
		return plans.Price{Free: true}
	}
	two, five := decimal.New(2, 0), decimal.New(5, 0)
	tiers := []plans.Tier{{UpTo: two, Unit: unit, Flat: five}, {UpTo: five, Unit: unit.Shift(-1)}, {Unit: unit.Shift(1)}}
	switch sort % 6 {
	case 1:
		return plans.Price{Tiering: plans.Graduated, Tiers: tiers}
	case 2:
		return plans.Price{Tiering: plans.Volume, Tiers: tiers}
	case 3:
		return plans.Price{Flat: unit, Unit: unit, Included: two}
	case 4:
		return plans.Price{Unit: unit, Package: five, Maximum: unit.Mul(two)}
	case 5:
		return plans.Price{Flat: unit}
	}
	return plans.Price{Unit: unit}
}

// fuzzCharge returns a charge of some units for a span of November, with a discount and a tax, from bytes.
func fuzzCharge(t *testing.T, id string, b []byte, unit uint32, policy proration.Policy) (plans.Charge, bool) {
	t.Helper()
	from, to := int(b[0]%30), int(b[1]%30)+1
	contract := plans.Contract{Plan: "growth", Currency: "USD", Cycle: giventest.Cycle("2026-11-01", "P1M", time.UTC), Items: []plans.Item{
		{ID: "seat", Quantity: decimal.New(int64(b[2]%12), 0), Price: fuzzPrice(b[3], decimal.New(int64(unit), -2))},
	}}
	span := proration.Period{Start: day(from), End: day(to)}
	charges, err := contract.Charges(proration.Portion{Period: giventest.Period(november, nil), Span: span}, policy)
	if err != nil {
		if to > from {
			t.Fatal(err)
		}
		return plans.Charge{}, false // an empty span
	}
	if len(charges) == 0 {
		return plans.Charge{}, false // no units cost nothing
	}
	c := charges[0]
	c.ID = id
	discount := c.Net.Mul(cents(int(b[4] % 101))).Truncate(2)
	c.Net = c.Net.Sub(discount)
	c.Discounts = []plans.Deduction{{Discount: "welcome", Amount: discount}}
	percent := decimal.New(int64(b[5]), 0)
	c.Taxes = []plans.Tax{{Name: "VAT", Percent: percent, Amount: c.Net.Mul(percent).Shift(-2).Round(2)}}
	return c, true
}

// fuzzPolicy returns one of all policies with two places.
func fuzzPolicy(count, mode uint8) proration.Policy {
	return proration.Policy{
		DayCount: proration.DayCount(count%5) + 1, FirstDay: proration.DayBilled, LastDay: proration.DayFree, ChangeDay: proration.Side(count%2) + 1,
		Rounding: proration.Rounding{Places: 2, Mode: proration.RoundingMode(mode%7) + 1},
	}
}

// checkCredited fails unless the credits of each charge are at most its billed net, discounts and taxes, and include
// all of them once the net is credited in full.
func checkCredited(t *testing.T, charges []plans.Charge) {
	t.Helper()
	for _, c := range charges {
		if c.Corrects != "" {
			continue
		}
		var net, tax, discount decimal.Decimal
		for _, b := range charges {
			if b.Corrects == c.ID {
				net = net.Sub(b.Net)
				tax, discount = tax.Sub(b.Taxes[0].Amount), discount.Sub(b.Discounts[0].Amount)
			}
		}
		units := c.Quantity.Sub(leastLeft(charges, c, c.Span))
		if net.GreaterThan(c.Net) || units.GreaterThan(c.Quantity) || tax.GreaterThan(c.Taxes[0].Amount) || discount.GreaterThan(c.Discounts[0].Amount) {
			t.Fatalf("of %v for %v, with %v and %v, the credits are %v for %v, with %v and %v", c.Net, c.Quantity, c.Discounts[0].Amount, c.Taxes[0].Amount, net, units, discount, tax)
		}
		if c.Net.IsPositive() && net.Equal(c.Net) && (!tax.Equal(c.Taxes[0].Amount) || !discount.Equal(c.Discounts[0].Amount)) {
			t.Fatalf("all of %v is credited, but of %v and %v only %v and %v", c.Net, c.Discounts[0].Amount, c.Taxes[0].Amount, discount, tax)
		}
	}
}

// Unused credits at most the uncredited billed amount, for any charges and sequence of requests, also after credits of
// money, which lower the cap and nothing else. A later change credits no more than an earlier one, and a change at the
// end credits nothing.
func FuzzUnused(f *testing.F) {
	f.Add(uint32(8900), uint8(1), uint8(0), false, []byte("\x00\x1d\x0a\x00\x00\x14\x0f\x1d\x02\x01\x0a\x13"), []byte("\x02\x10\x00\x14"))
	// In this case fewer units cost more.
	f.Add(uint32(1000), uint8(1), uint8(0), false, []byte("\x00\x1d\x05\x02\x00\x14"), []byte("\x03\x00\x01\x00\x01\x00"))
	f.Add(uint32(333), uint8(0), uint8(3), true, []byte("\x03\x1d\x03\x01\x32\x13"), []byte("\x01\x03\x01\x03\x80\x05\x01\x0f"))
	f.Add(uint32(1), uint8(4), uint8(5), true, []byte("\x03\x04\x07\x02\x00\xff\x03\x04\x02\x05\x01\x01"), []byte("\x03\x02\x02\x02\x01\x02\x00\x00"))
	f.Fuzz(func(t *testing.T, unit uint32, count, mode uint8, onPrice bool, slowChargeOf, steps []byte) {
		r := credits.Request{CreditBasis: proration.OnBilled, Policy: fuzzPolicy(count, mode)}
		if onPrice {
			r.CreditBasis = proration.OnPrice
		}
		for i := 0; i+6 <= len(slowChargeOf) && i < 24; i += 6 {
			if c, ok := fuzzCharge(t, "c"+strconv.Itoa(i), slowChargeOf[i:i+6], unit, r.Policy); ok {
				r.Charges = append(r.Charges, c)
			}
		}
		for i := 0; i+1 < len(steps) && i < 24; i += 2 {
			r.Item, r.Quantity, r.At, r.Until = "seat", decimal.New(int64(steps[i]%8), 0), day(int(steps[i+1]%31)), time.Time{}
			if steps[i]&8 != 0 { // a pause
				r.Until = r.At.AddDate(0, 0, int(steps[i+1]>>5)+1)
			}
			before := giventest.JSON(t, r)
			owed, err := credits.Unused(r)
			if err != nil {
				// The only possible fault is a quantity above the remaining units.
				giventest.CheckFaults(t, err, "quantity invalid")
				continue
			}
			credited := decimal.Zero
			for _, c := range owed {
				checkCredit(t, c, r)
				credited = credited.Sub(c.Net)
			}
			if after := giventest.JSON(t, r); after != before {
				t.Fatalf("the request is now %s", after)
			}
			if r.Quantity.IsZero() && r.Until.IsZero() {
				later := r
				later.At = r.At.AddDate(0, 0, int(steps[i]>>4))
				rest, err := credits.Unused(later)
				net, _ := total(rest)
				if err != nil || net.Neg().GreaterThan(credited) {
					t.Fatalf("%v is credited at %v, and %v at %v, %v", credited, r.At, net.Neg(), later.At, err)
				}
				later.At = day(30)
				if rest, err = credits.Unused(later); err != nil || rest != nil {
					t.Fatal("a change at the end of the charges gives credits")
				}
			}
			goodwill := checkGoodwill(t, r, owed, steps[i]>>4)
			if steps[i]&0x40 != 0 {
				r.Charges = append(r.Charges, goodwill...)
				continue
			}
			r.Charges = append(r.Charges, owed...)
			checkCredited(t, r.Charges)
		}
	})
}

// checkGoodwill credits a part of what is left of each charge as money, 0 to 15 fifteenths. It fails unless each charge
// then gives the same units and spans as without, and the same money up to what is left of it. It returns the credits
// of money.
func checkGoodwill(t *testing.T, r credits.Request, owed []plans.Charge, fifteenths byte) (goodwill []plans.Charge) {
	t.Helper()
	left := map[string]decimal.Decimal{}
	for _, c := range r.Charges {
		id := c.Corrects
		if id == "" {
			id = c.ID
		}
		left[id] = left[id].Add(c.Net)
	}
	for _, c := range r.Charges {
		amount := left[c.ID].Mul(decimal.New(int64(fifteenths), 0)).Div(decimal.New(15, 0)).Truncate(2)
		if c.Corrects != "" || !amount.IsPositive() {
			continue
		}
		one, err := credits.ForAmount(credits.AmountRequest{Charges: r.Charges, Charge: c.ID, Amount: amount, Mode: r.Policy.Rounding.Mode})
		if err != nil {
			t.Fatal(err)
		}
		goodwill, left[c.ID] = append(goodwill, one), left[c.ID].Sub(amount)
	}
	r.Charges = append(slices.Clip(r.Charges), goodwill...)
	got, err := credits.Unused(r)
	if err != nil || len(got) != len(owed) {
		t.Fatalf("%d credits after goodwill, %d without: %v", len(got), len(owed), err)
	}
	before, after := map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
	for i, c := range got {
		if c.Corrects != owed[i].Corrects || !c.Span.Equal(owed[i].Span) || !c.Quantity.Equal(owed[i].Quantity) {
			t.Fatalf("after goodwill %v of %s are credited for %v, and %v for %v without", c.Quantity, c.Corrects, c.Span, owed[i].Quantity, owed[i].Span)
		}
		before[c.Corrects], after[c.Corrects] = before[c.Corrects].Sub(owed[i].Net), after[c.Corrects].Sub(c.Net)
	}
	for id, want := range before {
		if want = decimal.Min(want, left[id]); !after[id].Equal(want) {
			t.Fatalf("after goodwill the credit of %s is %v, want %v, of %v that are left", id, after[id], want, left[id])
		}
	}
	return goodwill
}

// ApplyRefundRules returns the credited amounts with their taxes and refunds at most the paid amount, for any charges
// and rules. Once every charge is credited in full, no credit remains.
func FuzzApplyRefundRules(f *testing.F) {
	f.Add(uint32(8900), uint8(1), uint8(0), uint32(100_000), []byte("\x00\x1d\x0a\x00\x00\x14\x0f\x1d\x02\x01\x0a\x13"), []byte("\x12\x00"), uint8(15))
	f.Add(uint32(1500), uint8(1), uint8(0), uint32(0), []byte("\x00\x1d\x02\x00\x00\x14"), []byte("\x13\x00"), uint8(15))
	f.Add(uint32(1), uint8(3), uint8(5), uint32(7), []byte("\x03\x14\x07\x02\x00\xff\x03\x04\x02\x05\x01\x01"), []byte("\x22\x01\x04\x05\xff"), uint8(3))
	f.Fuzz(func(t *testing.T, unit uint32, count, mode uint8, paid uint32, slowChargeOf, rules []byte, at uint8) {
		d := credits.RefundRequest{
			Request: credits.Request{At: day(int(at % 31)), CreditBasis: proration.CreditBasis(at>>7) + 1, Policy: fuzzPolicy(count, mode)},
			ID:      "cn-1", Paid: cents(int(paid)), DayMode: proration.RoundingMode(mode>>4%7) + 1, Next: bill(december, "62", nil),
		}
		for i := 0; i+6 <= len(slowChargeOf) && i < 24; i += 6 {
			if c, ok := fuzzCharge(t, "c"+strconv.Itoa(i), slowChargeOf[i:i+6], unit, d.Policy); ok {
				c.Kind = plans.Kind(i/6%3) + 1
				d.Charges = append(d.Charges, c)
			}
		}
		days := false
		for i := 0; i+1 < len(rules) && i < 8; i += 2 {
			rule := credits.RefundRule{Give: credits.Extent(rules[i] >> 4), As: credits.RefundAs(rules[i] & 7)}
			if kind := plans.Kind(rules[i+1] & 3); kind != 0 {
				rule.Kinds = []plans.Kind{kind}
			}
			days = days || rule.As == credits.AsDays
			d.Rules = append(d.Rules, rule)
		}
		if len(rules)%2 == 1 {
			d.Exception = &credits.Exception{Give: credits.Extent(rules[0]>>4&3) + 1, As: credits.RefundAs(rules[0]&3) + 1, Reason: string(rules[1:])}
			days = d.Exception.As == credits.AsDays
		}
		if !days {
			d.Next = plans.Bill{}
		}
		out, err := credits.ApplyRefundRules(d)
		if err != nil {
			if len(giventest.Faults(err)) == 0 || out.Credits != nil || out.Entries != nil || !out.Refund.IsZero() {
				t.Fatalf("got %+v with %v", out, err)
			}
			return
		}
		out = applyRules(t, d)
		d.Charges = append(d.Charges, out.Credits...)
		checkCredited(t, d.Charges)

		d.Rules, d.Exception, d.Next = nil, &credits.Exception{Give: credits.InFull, As: credits.AsBalance, Reason: "the end"}, plans.Bill{}
		rest := applyRules(t, d)
		d.Charges = append(d.Charges, rest.Credits...)
		checkCredited(t, d.Charges)
		if net, tax := total(d.Charges); !net.IsZero() || !tax.IsZero() {
			t.Fatalf("after full credits %v and %v of tax remain", net, tax)
		}
		if none := applyRules(t, d); none.Credits != nil || none.Entries != nil {
			t.Fatalf("a second full credit gives %+v", none)
		}
	})
}
