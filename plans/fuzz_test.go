package plans_test

import (
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// For any contract: a contract that Validate accepts is billed; a part costs at most the whole and at least zero; each
// charge has the places of its currency; a change gives a valid contract or an error; the contract itself is
// unmodified.
func FuzzContract(f *testing.F) {
	f.Add(int64(10), int32(0), int64(8900), int32(-2), int64(2), int32(0), uint8(15), uint8(30), uint8(0))
	f.Add(int64(125), int32(-2), int64(4), int32(-4), int64(5), int32(-1), uint8(0), uint8(30), uint8(1))
	f.Add(int64(0), int32(0), int64(27500), int32(-3), int64(-1), int32(0), uint8(3), uint8(4), uint8(2))
	f.Add(int64(1), int32(19), int64(1), int32(-19), int64(1), int32(40), uint8(9), uint8(2), uint8(3))
	november := giventest.Period("2026-11-01/2026-12-01", nil)
	currencies := []plans.Currency{"USD", "JPY", "KWD", "CLF"}
	f.Fuzz(func(t *testing.T, quantity int64, quantityExp int32, unit int64, unitExp int32, added int64, addedExp int32, from, to, currency uint8) {
		contract := plans.Contract{
			Plan: "growth", Currency: currencies[int(currency)%len(currencies)], Cycle: giventest.Cycle("2026-11-01", "P1M", time.UTC),
			Items: []plans.Item{{ID: "seat", Quantity: decimal.New(quantity, quantityExp), Price: plans.Price{Unit: decimal.New(unit, unitExp)}}},
		}
		span := proration.Period{Start: november.Start.AddDate(0, 0, int(from%31)), End: november.Start.AddDate(0, 0, int(to%31))}
		portion := proration.Portion{Period: november, Span: span}
		valid := contract.Validate() == nil
		full, err := contract.Charges(whole(november), proration.Standard(2))
		if (err == nil) != valid {
			t.Fatalf("the contract is valid: %v, and billed: %v", valid, err)
		}
		if !valid {
			return
		}
		places, _ := contract.Currency.Places()
		stub, err := contract.Charges(portion, proration.Standard(2))
		switch {
		case (err == nil) != span.Start.Before(span.End):
			t.Fatalf("%v: %v", span, err)
		case err == nil:
			part, all, lines := total(stub), total(full), min(1, quantity) // no units have no charge
			if part.IsNegative() || part.GreaterThan(all) || -part.Exponent() > places || -all.Exponent() > places ||
				len(stub) != int(lines) || len(full) != int(lines) {
				t.Fatalf("%d charges of %v, and %d of the whole %v", len(stub), part, len(full), all)
			}
		}

		change := unitsOf("seat", decimal.New(added, addedExp))
		after, err := contract.Changed(change, november.Start)
		if err != nil {
			return
		}
		if err := after.Validate(); err != nil {
			t.Fatalf("%v and %v more: %v", contract.Items[0].Quantity, decimal.New(added, addedExp), err)
		}
		if !contract.Items[0].Quantity.Equal(decimal.New(quantity, quantityExp)) {
			t.Fatalf("the contract itself has now %v", contract.Items[0].Quantity)
		}
		if left := contract.Items[0].Quantity.Add(decimal.New(added, addedExp)); len(after.Items) != min(1, left.Sign()) {
			t.Fatalf("%v units are left of %s", left, giventest.JSON(t, after.Items))
		}
		if _, err := contract.Added(change, whole(november), proration.Standard(2)); err != nil {
			t.Fatalf("%d e%d more are accepted by the contract, and billed: %v", added, addedExp, err)
		}
	})
}

// For any price: a price that Validate accepts has the amount of the definition, explains itself, and costs no less for
// more units; any other price is refused quickly, with a fault for each invalid number, however large its exponent.
func FuzzPriceAmount(f *testing.F) {
	f.Add(int64(10), int64(25), uint8(0), int32(0), int64(8900), int64(0), int64(0), int64(0), int64(0), int64(0), int64(0), int64(50), int64(100), uint8(0))
	f.Add(int64(105), int64(1), uint8(9), int32(-1), int64(700), int64(650), int64(600), int64(40), int64(0), int64(0), int64(0), int64(50), int64(100), uint8(1))
	f.Add(int64(1005), int64(5), uint8(9), int32(-1), int64(200), int64(100), int64(50), int64(0), int64(0), int64(1000), int64(0), int64(1000), int64(2000), uint8(2))
	f.Add(int64(1000), int64(5), uint8(9), int32(-1), int64(200), int64(100), int64(50), int64(0), int64(0), int64(1000), int64(0), int64(1000), int64(2000), uint8(2))
	f.Add(int64(1000), int64(5), uint8(9), int32(-1), int64(200), int64(100), int64(50), int64(0), int64(0), int64(1000), int64(0), int64(1000), int64(1000), uint8(1))
	f.Add(int64(10), int64(5), uint8(9), int32(0), int64(1)<<62, int64(1), int64(1), int64(1), int64(1), int64(0), int64(0), int64(1), int64(2), uint8(0))
	f.Add(int64(121), int64(9), uint8(9), int32(0), int64(10000), int64(30), int64(29), int64(25), int64(100), int64(500), int64(9900), int64(50), int64(100), uint8(4))
	f.Add(int64(1), int64(1), uint8(1), int32(1_000_000_000), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(2), uint8(0))
	f.Add(int64(1), int64(1), uint8(9), int32(-1<<31), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(2), uint8(1))
	f.Add(int64(999_999_999_999_999_999), int64(0), uint8(9), int32(0), int64(999_999_999_999_999_999), int64(1), int64(1), int64(1), int64(1), int64(0), int64(0), int64(1), int64(2), uint8(5))
	currencies := []plans.Currency{"USD", "JPY", "KWD", "CLF"}
	f.Fuzz(func(t *testing.T, quantity, more int64, which uint8, exp int32, a, b, c, included, pack, minimum, maximum, first, second int64, shape uint8) {
		// Each number has up to two places, except one of them, which has any exponent.
		coefs := []int64{a, b, c, included, pack, minimum, maximum, first, second, quantity}
		all := make([]decimal.Decimal, len(coefs))
		for i, coef := range coefs {
			all[i] = decimal.New(coef, -2)
			if i == 3 || i >= 7 {
				all[i] = decimal.New(coef, -1)
			}
			if i == int(which)%len(coefs) {
				all[i] = decimal.New(coef, exp)
			}
		}
		p := plans.Price{Included: all[3], Minimum: all[5], Maximum: all[6]}
		used := []decimal.Decimal{all[0], all[1], all[2], all[3], all[5], all[6]}
		if shape&4 != 0 {
			p.Package, used = all[4], append(used, all[4])
		}
		sound := true
		switch shape & 3 {
		case 0:
			p.Unit, p.Percent, p.Flat = all[0], all[1], all[2]
		case 1, 2:
			p.Tiering = plans.Tiering(shape & 3)
			p.Tiers = []plans.Tier{{UpTo: all[7], Unit: all[0], Flat: all[2]}, {UpTo: all[8], Unit: all[1], Percent: all[2]}, {Unit: all[2], Flat: all[1]}}
			used = append(used, all[7], all[8])
			sound = first > 0 && second > 0
		default:
			p.Tiers, sound = []plans.Tier{{Unit: all[0], Percent: all[1], Flat: all[2]}}, false
		}
		for _, number := range used {
			sound = sound && slowFits(number)
		}
		sound = sound && (maximum == 0 || all[5].Cmp(all[6]) <= 0) && (len(p.Tiers) < 2 || all[7].Cmp(all[8]) < 0)
		if err := p.Validate(); (err == nil) != sound || err != nil && len(giventest.Faults(err)) == 0 {
			t.Fatalf("the price is valid: %v, and refused with %v", sound, err)
		}
		amount, err := p.Amount(all[9])
		if long := sound && slowFits(all[9]) && isLong(slowPrice(p, all[9]), all); !long && (err == nil) != (sound && slowFits(all[9])) {
			t.Fatalf("the price is valid: %v, and refused with %v", sound, err)
		}
		if err != nil {
			if text := p.Explain(all[9], "USD"); text != "nothing" || !amount.IsZero() {
				t.Fatalf("%v, and yet it costs %v: %s", err, amount, text)
			}
			return
		}
		costs := checkPrice(t, p, all[9], currencies[int(shape>>3)%len(currencies)])
		if further := all[9].Add(decimal.New(more, -1)); p.Tiering != plans.Volume && more > 0 && slowFits(further) && slowPrice(p, further).Cmp(costs) < 0 {
			t.Fatalf("%v of %s cost more than %v", all[9], giventest.JSON(t, p), further)
		}
	})
}

// slowFits reports whether a number is allowed in a price or quantity: not negative, at most 18 digits, none beyond 18
// places.
func slowFits(d decimal.Decimal) bool {
	digits, exp := len(d.Coefficient().String()), int64(d.Exponent())
	return d.Sign() >= 0 && digits <= 18 && exp >= -18 && int64(digits)+exp <= 18
}

// For any charges and discounts: deductions add up to the last unit, no charge falls below zero, credits are unchanged,
// and the input is unmodified. Amounts with the places of the currency have the deductions of the definition.
func FuzzApplyDiscounts(f *testing.F) {
	f.Add(int64(1000), int64(2000), int64(-500), int32(-2), uint8(1), int64(500), int32(-2), uint8(0), int64(10), int32(0), uint8(0), uint8(1), uint8(0))
	f.Add(int64(1), int64(1), int64(1), int32(-2), uint8(0), int64(60), int32(0), uint8(8), int64(60), int32(0), uint8(7), uint8(31), uint8(0))
	f.Add(int64(10005), int64(5), int64(3), int32(-3), uint8(0), int64(100), int32(0), uint8(3), int64(700), int32(-2), uint8(6), uint8(15), uint8(2))
	f.Add(int64(89000), int64(17800), int64(7), int32(-2), uint8(2), int64(7900), int32(-2), uint8(17), int64(30), int32(0), uint8(1), uint8(15), uint8(0))
	f.Add(int64(1), int64(1), int64(1), int32(1_000_000_000), uint8(0), int64(60), int32(0), uint8(1), int64(60), int32(-1<<31), uint8(3), uint8(31), uint8(1))
	f.Add(int64(1), int64(1), int64(1), int32(0), uint8(0), int64(1), int32(1_000_000_000), uint8(2), int64(60), int32(1<<31-1), uint8(3), uint8(31), uint8(1))
	f.Fuzz(func(t *testing.T, x, y, z int64, exp int32, kind1 uint8, value1 int64, exp1 int32, kind2 uint8, value2 int64, exp2 int32, mode, share, currency uint8) {
		build := func() plans.DiscountRequest {
			r := plans.DiscountRequest{
				Currency: []plans.Currency{"USD", "JPY", "KWD"}[int(currency)%3], Mode: everyMode[int(mode)%len(everyMode)], Allocation: everyAllocation[int(mode)/7%2],
			}
			for i, net := range []int64{x, y, z} {
				c := line("0", r.Currency)
				c.Net, c.Quantity, c.Discounts = decimal.New(net, exp), decimal.New(int64(i+1), 0), make([]plans.Deduction, 0, 4)
				if i > 0 {
					c.Item, c.Share.Fraction = "storage", proration.Fraction{Num: int64(share % 32), Den: 31}
				}
				r.Charges = append(r.Charges, c)
			}
			r.Discounts = []plans.Discount{someDiscount("a", r.Currency, kind1, decimal.New(value1, exp1)), someDiscount("b", r.Currency, kind2, decimal.New(value2, exp2))}
			return r
		}
		r, fresh := build(), build()
		out, err := plans.ApplyDiscounts(r)
		if err != nil {
			if len(giventest.Faults(err)) == 0 || out.Charges != nil {
				t.Fatalf("%v, and %d charges", err, len(out.Charges))
			}
			return
		}
		for i := range r.Charges {
			if behind := r.Charges[i].Discounts[:1]; behind[0].Discount != "" {
				t.Fatalf("%+v was written beyond the end of the input", behind[0])
			}
		}
		if got, want := giventest.JSON(t, r), giventest.JSON(t, fresh); got != want {
			t.Fatalf("the input is\n%s, want\n%s", got, want)
		}
		checkLaws(t, r, out)
		places, _ := r.Currency.Places()
		whole := true
		for _, c := range r.Charges {
			whole = whole && c.Net.Equal(c.Net.Truncate(places))
		}
		if whole {
			checkReduction(t, r)
		}
		for i := 0; i < 3 && len(out.Remaining) > 0; i++ {
			r.Discounts = out.Remaining
			out, err = plans.ApplyDiscounts(r)
			if errors.Is(err, proration.ErrLimit) { // the rest to spread over is larger, and above the limit
				return
			}
			if err != nil {
				t.Fatalf("the remaining discounts of %s are refused: %v", giventest.JSON(t, fresh.Discounts), err)
			}
			checkLaws(t, r, out)
		}
	})
}

// someDiscount maps any numbers to a discount, usually a valid one.
func someDiscount(id string, currency plans.Currency, kind uint8, value decimal.Decimal) plans.Discount {
	d := plans.Discount{ID: id, Duration: plans.DiscountDuration(kind>>2%3 + 1)}
	if d.Duration == plans.Repeating {
		d.Periods = 2
	}
	switch kind % 4 {
	case 0:
		d.Percent = value
	case 1, 2:
		d.Amount, d.Currency, d.Prorated, d.Rollover = value, currency, kind&16 != 0, kind&32 != 0
	default:
		d.Price, d.Currency = &plans.Price{Unit: value}, currency
	}
	if kind&64 != 0 {
		d.Items = []string{"storage"}
	}
	return d
}

// isLong reports whether an amount may exceed the digits of package proration: before the point, and after it the
// places of the product of the finest of some numbers with another one, in percent.
func isLong(x *big.Rat, numbers []decimal.Decimal) bool {
	const digits = 38
	var finest int32
	for _, n := range numbers {
		finest = max(finest, -n.Exponent())
	}
	whole := new(big.Int).Quo(x.Num(), x.Denom())
	return len(whole.String())+2*int(finest)+2 > digits
}
