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

// day is so many days after November 1, 2026.
func day(n int) time.Time { return time.Date(2026, 11, 1+n, 0, 0, 0, 0, time.UTC) }

// Whatever is granted and paid in turn: what is spent and what stays due add up, no grant is overspent, grants pay in one
// order, and the balance is the sum of the entries. A slow twin, which keeps whole cents of each grant, agrees with all of it.
func FuzzApply(f *testing.F) {
	f.Add([]byte("\x00\x10\x01\x20\x80\x18\x01\x05\x90\x02\x81\x30"))
	f.Add([]byte("\x00\xff\x00\xff\x00\xff\xff\xff\x40\x10\xc0\x20"))
	f.Add([]byte("\x01\x05\x21\x05\x01\x07\xe0\x02\xa0\x02\x80\x0f"))
	f.Fuzz(func(t *testing.T, moves []byte) {
		type twin struct {
			id    string
			at    int
			cents int64
		}
		var ledger []credits.Entry
		left := map[plans.Currency][]twin{}
		now := 0
		for i := 0; i+1 < len(moves) && i < 80; i += 2 {
			move, cents := moves[i], int64(moves[i+1])
			currency := plans.Currency("USD")
			if move&0x20 != 0 {
				currency = "EUR"
			}
			if move&0x80 == 0 && cents > 0 { // a grant, now or up to three days ahead
				at := now + int(move&3)
				id := strconv.Itoa(int(move>>2&7)) + "-" + strconv.Itoa(i)
				ledger = append(ledger, credits.Entry{ID: id, Amount: decimal.New(cents, -2), Currency: currency, At: day(at)})
				left[currency] = append(left[currency], twin{id, at, cents})
				continue
			}
			now += int(move & 3)
			due := credits.Due{Amount: decimal.New(cents, -2), Currency: currency, At: day(now), Ref: "inv"}
			spent, rest, err := credits.Apply(ledger, due)
			if err != nil {
				t.Fatal(err)
			}

			twins := left[currency]
			slices.SortFunc(twins, func(a, b twin) int {
				if a.at != b.at {
					return a.at - b.at
				}
				return slices.Compare([]byte(a.id), []byte(b.id))
			})
			var want []string
			for k := range twins {
				if pays := min(twins[k].cents, cents); twins[k].at <= now && pays > 0 {
					twins[k].cents -= pays
					cents -= pays
					want = append(want, twins[k].id+" "+decimal.New(-pays, -2).String())
				}
			}
			sum := rest
			var got []string
			for _, e := range spent {
				sum = sum.Sub(e.Amount)
				got = append(got, e.ID+" "+e.Amount.String())
			}
			if !slices.Equal(got, want) || !rest.Equal(decimal.New(cents, -2)) {
				t.Fatalf("%v pays %q and leaves %v, want %q and %d cents", due.Amount, got, rest, want, cents)
			}
			if !sum.Equal(due.Amount) || rest.IsNegative() {
				t.Fatalf("spent and rest are %v of %v", sum, due.Amount)
			}

			ledger = append(ledger, spent...)
			total := decimal.Zero
			for _, e := range ledger {
				if e.Currency == currency && !e.At.After(due.At) {
					total = total.Add(e.Amount)
				}
			}
			if balance, err := credits.Balance(ledger, currency, due.At); err != nil || !balance.Equal(total) || balance.IsNegative() {
				t.Fatalf("the balance is %v, %v; the entries add up to %v", balance, err, total)
			}
		}
	})
}

// Whatever stands in a ledger: it is refused, or the balance of no instant is negative, and paying everything out of it
// leaves a ledger that is accepted and has nothing left.
func FuzzLedger(f *testing.F) {
	f.Add([]byte("\x00\x05\x10\x08\x01\x02"))
	f.Add([]byte("\x00\x05\x00\x00\x85\x00\x01\x7f\x01\x01\x81\x02"))
	f.Add([]byte("\x02\x05\x03\x02\x85\x03"))
	f.Fuzz(func(t *testing.T, entries []byte) {
		var ledger []credits.Entry
		for i := 0; i+2 < len(entries) && i < 60; i += 3 {
			currency := plans.Currency("USD")
			if entries[i]&8 != 0 {
				currency = "EUR"
			}
			ledger = append(ledger, credits.Entry{
				ID: strconv.Itoa(int(entries[i] & 7)), Amount: decimal.New(int64(int8(entries[i+1])), -2), Currency: currency, At: day(int(entries[i+2] & 15)),
			})
		}
		var last decimal.Decimal
		for n := range 17 {
			balance, err := credits.Balance(ledger, "USD", day(n))
			if err != nil {
				return
			}
			if balance.IsNegative() {
				t.Fatalf("on day %d the balance is %v: %v", n, balance, ledger)
			}
			last = balance
		}
		spent, rest, err := credits.Apply(ledger, credits.Due{Amount: decimal.New(1, 6), Currency: "USD", At: day(17), Ref: "inv"})
		if err != nil {
			t.Fatal(err)
		}
		if !rest.Equal(decimal.New(1, 6).Sub(last)) {
			t.Fatalf("%v of a balance of %v was spent", decimal.New(1, 6).Sub(rest), last)
		}
		if balance, err := credits.Balance(append(ledger, spent...), "USD", day(17)); err != nil || !balance.IsZero() {
			t.Fatalf("%v is left, %v", balance, err)
		}
	})
}

// Whatever was billed, whenever it ends: what comes back is not more than what was billed and not yet credited, a later end
// gives back no more than an earlier one, and the end of what was billed gives back nothing.
func FuzzUnused(f *testing.F) {
	f.Add(uint32(8900), uint8(0), uint8(30), uint8(15), uint8(20), uint16(0), false, uint8(2), uint8(1))
	f.Add(uint32(8900), uint8(20), uint8(30), uint8(25), uint8(25), uint16(5000), true, uint8(2), uint8(1))
	f.Add(uint32(1), uint8(3), uint8(4), uint8(3), uint8(3), uint16(65535), true, uint8(5), uint8(4))
	f.Fuzz(func(t *testing.T, cents uint32, from, to, at, later uint8, credited uint16, onPrice bool, count, mode uint8) {
		period := giventest.Period(november, nil)
		span := proration.Period{Start: day(int(from % 30)), End: day(int(to%30) + 1)}
		policy := proration.Policy{
			DayCount: proration.DayCount(count%5) + 1, ChangeDay: proration.NewSide,
			Rounding: proration.Rounding{Places: 2, Mode: proration.RoundingMode(mode%7) + 1},
		}
		contract := plans.Contract{Plan: "growth", Currency: "USD", Cycle: giventest.Cycle("2026-11-01", "P1M", time.UTC), Items: []plans.Item{
			{ID: "seat", Quantity: giventest.Money("1"), Price: plans.Price{Unit: decimal.New(int64(cents), -2)}},
		}}
		charges, err := contract.Charges(proration.Portion{Period: period, Span: span}, policy)
		if err != nil {
			return // an empty span
		}
		charge := charges[0]
		charge.ID = "inv-1/1"
		// Anything up to all of it was credited before.
		charge.Credited = charge.Net.Mul(decimal.New(int64(credited), 0)).Shift(-5).Truncate(2)
		back := func(at time.Time) decimal.Decimal {
			request := credits.Request{Charges: []plans.Charge{charge}, At: at, Basis: proration.OnBilled, Policy: policy}
			if onPrice {
				request.Basis = proration.OnPrice
			}
			owed, err := credits.Unused(request)
			if err != nil {
				t.Fatalf("%v at %v: %v", charge, at, err)
			}
			if !span.Contains(at) || !charge.Net.IsPositive() {
				if owed != nil {
					t.Fatalf("%v comes back at %v of %v", owed[0].Net, at, span)
				}
				return decimal.Zero
			}
			checkCredit(t, owed[0], request)
			return owed[0].Net.Neg()
		}
		first, second := day(int(min(at%31, later%31))), day(int(max(at%31, later%31)))
		if a, b := back(first), back(second); span.Contains(first) && b.GreaterThan(a) {
			t.Fatalf("%v comes back at %v, and %v at %v", a, first, b, second)
		}
		if !back(span.End).IsZero() {
			t.Fatal("something comes back at the end")
		}
	})
}
