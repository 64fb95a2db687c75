package proration_test

import (
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/proration"
)

// choose maps any number to an element of a list.
func choose[T any](all []T, n uint8) T { return all[int(n)%len(all)] }

// zones returns UTC and the zones with unusual days.
func zones(tb testing.TB) []*time.Location {
	all := []*time.Location{nil}
	for _, c := range calendars {
		all = append(all, zone(tb, c.zone))
	}
	return all
}

// fuzzAmount maps any numbers to an amount of up to 38 digits, usually of few.
func fuzzAmount(coef int64, times uint64, exp int8) decimal.Decimal {
	c := big.NewInt(coef)
	if times > 1<<40 {
		c.Mul(c, new(big.Int).SetUint64(times))
	}
	return decimal.NewFromBigInt(c, int32(exp)%20)
}

// fuzzInstant maps any number to an instant of the period, its end included, usually the first instant of a day.
func fuzzInstant(p proration.Period, n int64, loc *time.Location) time.Time {
	length := int64(p.End.Sub(p.Start))
	at := p.Start.Add(time.Duration((n%(length+1) + length + 1) % (length + 1)))
	if n%4 != 0 {
		if midnight := resolve(dateOf(at, loc), loc); !midnight.Before(p.Start) {
			return midnight
		}
	}
	return at
}

// fuzzPeriod maps any numbers to a period of up to 200 days in the years 1800 to 2200, in whole seconds or finer.
func fuzzPeriod(start, length int64) proration.Period {
	const years, day = 400 * 365 * 24 * 3600, int64(24 * time.Hour)
	from := instant("2000-01-01", nil).Add(time.Duration(start%(years/2)) * time.Second)
	length = (length%(200*day) + 200*day) % (200 * day)
	if length%8 != 0 {
		length -= length % int64(time.Second)
	}
	return proration.Period{Start: from, End: from.Add(time.Duration(length) + time.Second)}
}

// fuzzPolicy maps any numbers to a complete policy.
func fuzzPolicy(count, side, mode uint8, places int8) proration.Policy {
	return proration.Policy{
		DayCount: choose(dayCounts, count), FirstDay: proration.DayBilled, LastDay: proration.DayFree, ChangeDay: choose(sides, side),
		Rounding: proration.Rounding{Places: int32(places) % 19, Mode: choose(modes, mode)},
	}
}

// addCalendarSeeds adds a seed for a period around the unusual day of each zone, and one in UTC.
func addCalendarSeeds(f *testing.F, add func(zone uint8, start, length int64)) {
	for i, c := range calendars {
		start := instant(c.around, nil).AddDate(0, 0, -10)
		add(uint8(i+1), int64(start.Sub(instant("2000-01-01", nil))/time.Second), int64(30*24*time.Hour))
	}
	add(0, 0, int64(31*24*time.Hour))
}

// Prorate returns the exact amount by the oracle, or faults.
func FuzzProrate(f *testing.F) {
	all := zones(f)
	addCalendarSeeds(f, func(zone uint8, start, length int64) {
		f.Add(int64(1005), uint64(0), int8(-2), zone, start, length, int64(4), int64(1)<<50, uint8(1), uint8(0), uint8(0), int8(2), "")
		f.Add(int64(-99_99), uint64(1)<<63, int8(-7), zone, start, length, int64(9e14), int64(1)<<60, uint8(4), uint8(1), uint8(1), int8(-3), "-1/300")
	})
	f.Fuzz(func(t *testing.T, coef int64, times uint64, exp int8, zone uint8, start, length, from, to int64, count, side, mode uint8, places int8, carry string) {
		loc := choose(all, zone)
		p := fuzzPeriod(start, length)
		r := proration.Request{
			Amount: fuzzAmount(coef, times, exp), Period: p, Span: proration.Period{Start: fuzzInstant(p, from, loc), End: fuzzInstant(p, to, loc)},
			Policy: fuzzPolicy(count, side, mode, places), Location: loc,
		}
		_ = r.Carry.UnmarshalText([]byte(carry))
		line, err := proration.Prorate(r)
		if err != nil {
			if len(giventest.Faults(err)) == 0 {
				t.Fatal(err)
			}
			return
		}
		checkLine(t, line, exactly(r.Amount, slowShare(p, r.Span, r.Policy, loc), r.Carry))
		if line.Fraction.Num < 0 || line.Fraction.Num > line.Fraction.Den {
			t.Fatalf("%+v: the share is %v", r, line.Fraction)
		}
	})
}

// Adjust returns an exact and capped credit, an exact charge and their sum, or faults.
func FuzzAdjust(f *testing.F) {
	all := zones(f)
	addCalendarSeeds(f, func(zone uint8, start, length int64) {
		f.Add(int64(10005), int64(9999), int64(0), int64(0), int8(-3), zone, start, length, int64(4), int64(1)<<50, int64(1)<<60, uint8(1), uint8(1), uint8(0), int8(2), false, int64(0), int64(0), int64(0))
		f.Add(int64(1005), int64(9999), int64(1), int64(3100), int8(-2), zone, start, length, int64(5), int64(1)<<50, int64(1)<<60, uint8(1), uint8(1), uint8(0), int8(2), true, int64(0), int64(0), int64(0))
		f.Add(int64(1005), int64(9999), int64(0), int64(3), int8(-2), zone, start, length, int64(0), int64(1)<<50+1, int64(1)<<60, uint8(1), uint8(1), uint8(0), int8(2), false, int64(0), int64(2), int64(5))
		f.Add(int64(1005), int64(9999), int64(401), int64(3100), int8(-2), zone, start, length, int64(5), int64(1)<<50, int64(1)<<60, uint8(4), uint8(0), uint8(5), int8(2), true, int64(399), int64(1)<<62, int64(1<<63-1))
		f.Add(int64(1005), int64(9999), int64(1000), int64(3100), int8(-2), zone, start, length, int64(0), int64(1)<<50+1, int64(1)<<60, uint8(1), uint8(1), uint8(0), int8(2), false, int64(999), int64(1), int64(3))
	})
	f.Fuzz(func(t *testing.T, billed, next, credited, price int64, exp int8, zone uint8, start, length, from, at, end int64, count, side, mode uint8, places int8, onPrice bool, deducted, partNum, partDen int64) {
		loc := choose(all, zone)
		p := fuzzPeriod(start, length)
		bought := p.From(fuzzInstant(p, from, loc))
		amount := func(coef int64) decimal.Decimal { return decimal.New(coef, int32(exp)%20) }
		c := proration.Change{
			At:          fuzzInstant(bought, at, loc),
			Billed:      proration.Billed{Amount: amount(billed), Span: bought, Credited: amount(credited), Price: amount(price), Deducted: amount(deducted), Period: p, Part: proration.Fraction{Num: partNum, Den: partDen}},
			Next:        &proration.Next{Price: amount(next), Period: p, End: fuzzInstant(p, end, loc)},
			CreditBasis: proration.OnBilled, Policy: fuzzPolicy(count, side, mode, places), Location: loc,
		}
		if onPrice {
			c.CreditBasis = proration.OnPrice
		}
		if credited%3 == 0 { // the usual change, of a whole charge
			c.Billed = proration.Billed{Amount: c.Billed.Amount, Span: bought, Part: c.Billed.Part}
			c.CreditBasis = proration.OnBilled
			if price%3 == 0 {
				c.Next.End = time.Time{}
			}
		}
		if partDen > 0 && partNum > partDen {
			c.Billed.Part.Num %= partDen
		}
		if _, err := proration.Adjust(c); err != nil {
			if len(giventest.Faults(err)) == 0 {
				t.Fatal(err)
			}
			return
		}
		checkChange(t, c)
		// With these exponents the sum of the credits has at most 38 digits.
		if exp%20 > -19 && exp%20 <= 0 && (c.Billed.Part != proration.Fraction{}) {
			rest := proration.Fraction{Num: partDen - c.Billed.Part.Num, Den: partDen}
			checkPartsAddUp(t, []proration.Fraction{c.Billed.Part, rest}, c)
		}
	})
}

// Amounts with the carry of the one before add up to within half a unit.
func FuzzCarry(f *testing.F) {
	all := zones(f)
	addCalendarSeeds(f, func(zone uint8, start, length int64) {
		f.Add([]byte("a history of steps"), int64(1005), zone, start, length, uint8(1), uint8(1), uint8(0), int8(2))
	})
	f.Fuzz(func(t *testing.T, history []byte, coef int64, zone uint8, start, length int64, count, side, mode uint8, places int8) {
		loc := choose(all, zone)
		line := timeline{Period: fuzzPeriod(start, length), Policy: fuzzPolicy(count, side, mode, places), Location: loc}
		for i, b := range history[:min(len(history), 20)] {
			at := line.Period.Start.Add(line.Period.End.Sub(line.Period.Start) / 256 * time.Duration(b))
			line.Steps = append(line.Steps, step{At: at, Price: decimal.New(coef%1e12*int64(i%5), -3)})
		}
		slices.SortStableFunc(line.Steps, func(a, b step) int { return a.At.Compare(b.At) })
		s, err := line.charge()
		if err != nil {
			if len(giventest.Faults(err)) == 0 {
				t.Fatal(err)
			}
			return
		}
		share := slowShares(line.Period, line.Policy, loc)
		checkSettlement(t, s, line.Steps, line.Policy.Rounding, func(at time.Time) *big.Rat { return share(line.Period.From(at)) })
	})
}

// Split returns parts that add up and follow the definition.
func FuzzSplit(f *testing.F) {
	f.Add(int64(10000), int8(2), []byte{1, 1, 1}, int8(0), false)
	f.Add(int64(-5), int8(2), []byte{1, 0, 255, 7, 7, 7}, int8(-2), true)
	f.Fuzz(func(t *testing.T, units int64, places int8, weights []byte, exp int8, last bool) {
		d := proration.Division{Places: int32(places) % 19, Allocation: proration.LargestRemainder}
		d.Amount = decimal.New(units, -d.Places)
		if last {
			d.Allocation = proration.LastLine
		}
		for i, w := range weights[:min(len(weights), 40)] {
			d.Weights = append(d.Weights, decimal.New(int64(w), int32(exp)%8*int32(i%2)))
		}
		if _, err := proration.Split(d); err != nil {
			if len(giventest.Faults(err)) == 0 {
				t.Fatal(err)
			}
			return
		}
		checkSplit(t, d)
	})
}

// Every period follows the definition, precedes the next one, and is found again by its instants.
func FuzzCycle(f *testing.F) {
	all := zones(f)
	addCalendarSeeds(f, func(zone uint8, start, _ int64) {
		f.Add(start, zone, uint8(0), int64(1), uint8(0), 10)
		f.Add(start, zone, uint8(1), int64(1), uint8(31), -300)
		f.Add(start, zone, uint8(2), int64(1), uint8(0), 480)
	})
	f.Fuzz(func(t *testing.T, anchor int64, zone, kind uint8, length int64, day uint8, n int) {
		c := slowCycle{anchor: instant("2000-01-01", nil).Add(time.Duration(anchor%(6e10)) / 10 * time.Second), loc: choose(all, zone)}
		length = 1 + (length&(1<<62-1))%400
		n %= 2000
		switch kind % 3 {
		case 0:
			c.interval.Days = int(length)
		case 1:
			c.interval.Months, c.day = int(length)%40+1, int(day)%32
		case 2:
			c.interval.Seconds = length * 12345
		}
		for _, at := range []int{n, n + 1} {
			if p, err := c.cycle().Period(at); err != nil || p.End.Before(p.Start) {
				if len(giventest.Faults(err)) == 0 {
					t.Fatalf("%+v: period %d is %v, %v", c, at, p, err)
				}
				return
			}
		}
		checkCycle(t, c, n, n+1)
	})
}

// An interval that can be read keeps its value when it is written and read again.
func FuzzInterval(f *testing.F) {
	for _, text := range []string{"P1M", "P1Y6M", "P2W", "PT36H", "P1M15D", "PT1H30M", "P120001M", "P", "PT315537897599S"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var i, again proration.Interval
		if err := i.UnmarshalText([]byte(text)); err != nil {
			if len(giventest.Faults(err)) != 1 {
				t.Fatal(err)
			}
			return
		}
		if text == "" {
			return // the unset interval
		}
		if err := again.UnmarshalText([]byte(i.String())); err != nil || again != i || len(i.String()) > len(text) && text[0] == 'P' && len(i.String()) > 20 {
			t.Fatalf("%q is %#v, has the text %v and is decoded as %#v, %v", text, i, i, again, err)
		}
	})
}

// A local time that can be read keeps its value when it is written and read again, and resolves in every zone by the
// definition.
func FuzzLocalTime(f *testing.F) {
	all := zones(f)
	for i, c := range calendars {
		f.Add(c.around, uint8(i+1))
		f.Add(c.around+"T00:30:00", uint8(i+1))
		f.Add(c.around+"T02:30:00.25", uint8(i+1))
	}
	f.Fuzz(func(t *testing.T, text string, zone uint8) {
		var w, again proration.LocalTime
		if err := w.UnmarshalText([]byte(text)); err != nil {
			if len(giventest.Faults(err)) != 1 {
				t.Fatal(err)
			}
			return
		}
		printed, err := w.MarshalText()
		if err != nil || again.UnmarshalText(printed) != nil || again != w {
			t.Fatalf("%q has the text %s, %v, and is decoded as %v", text, printed, err, again)
		}
		loc := choose(all, zone)
		got, want := w.In(loc), resolve(w.In(time.UTC), loc)
		if !got.Equal(want) {
			t.Fatalf("%v in %v is %v, want %v", w, loc, got, want)
		}
	})
}

var ratio = regexp.MustCompile(`^([+-]?)([0-9]+)(/[+]?([0-9]*[1-9][0-9]*))?$`)

// decimalNumber reads decimal digits one by one.
func decimalNumber(digits string) *big.Int {
	n := new(big.Int)
	for _, d := range digits {
		n.Add(n.Mul(n, big.NewInt(10)), big.NewInt(int64(d-'0')))
	}
	return n
}

// A residual that can be read has the value of its text, and keeps it when it is written and read again.
func FuzzResidual(f *testing.F) {
	for _, text := range []string{"-1/300", "0", "7", "010/3", "1/0", "0x1F/3", "1e9", "+1/+3", " 1", "1/3/5", "9999999999999999999999/7"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var r, again proration.Residual
		err := r.UnmarshalText([]byte(text))
		parts := ratio.FindStringSubmatch(text)
		if err != nil || parts == nil {
			if faults := giventest.Faults(err); len(faults) != 1 || parts == nil && len(text) <= 1000 && faults[0] != "residual invalid" {
				t.Fatalf("%q is decoded with %v", text, err)
			}
			return
		}
		want := new(big.Rat).SetInt(decimalNumber(parts[2]))
		if parts[4] != "" {
			want.Quo(want, new(big.Rat).SetInt(decimalNumber(parts[4])))
		}
		if parts[1] == "-" {
			want.Neg(want)
		}
		if r.Rat().Cmp(want) != 0 || again.UnmarshalText([]byte(r.String())) != nil || !sameResidual(again, r) {
			t.Fatalf("%q is %v, want %v, and its text is decoded as %v", text, r, want, again)
		}
	})
}

// A request that can be read is prorated and explained, or refused with faults, promptly.
func FuzzRequestJSON(f *testing.F) {
	f.Add([]byte(`{"amount":"100","period":{"start":"2024-01-01T00:00:00Z","end":"2024-02-01T00:00:00Z"},"span":{"start":"2024-01-22T00:00:00Z","end":"2024-02-01T00:00:00Z"},"policy":{"day_count":"days","change_day":"new","rounding":{"places":2,"mode":"half_up"}},"carry":"1/300"}`))
	f.Add([]byte(`{"amount":1e38,"period":{"start":"0001-01-02T00:00:00Z","end":"9999-12-31T00:00:00.5Z"},"span":{"start":"0001-01-02T00:00:00Z","end":"9999-12-31T00:00:00Z"},"policy":{"day_count":"seconds","rounding":{"places":-18,"mode":"ceiling"}}}`))
	newYork := zone(f, "America/New_York")
	f.Fuzz(func(t *testing.T, text []byte) {
		var r proration.Request
		if json.Unmarshal(text, &r) != nil {
			return
		}
		promptly(t, func() {
			for _, r.Location = range []*time.Location{nil, newYork} {
				line, err := proration.Prorate(r)
				if (err == nil) == (len(giventest.Faults(err)) > 0) {
					t.Errorf("Prorate of %s returns %v", text, err)
				}
				if len(line.Explain()) > 2000 {
					t.Errorf("the explanation of %s has %d characters", text, len(line.Explain()))
				}
			}
		})
	})
}
