package proration_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/proration"
)

// Credits of amounts with the most digits, of parts and shares with the largest integers, and with the fewest and most
// places are exact, prompt and stored unchanged.
func TestPartialCreditsAtTheLimits(t *testing.T) {
	t.Parallel()
	nines := strings.Repeat("9", 38)
	month := span("2024-04-01/2024-05-01", nil)
	centuries := span("2000-01-01/2292-01-01T00:00:00.000000001", nil) // 9.21e18 ns, and 2^63 is 9.22e18
	for _, amount := range []decimal.Decimal{money(nines), money(nines).Shift(-38), money(nines).Shift(-20), decimal.New(1, 37), decimal.New(1, -38), decimal.New(999_999_999_999_999_999, -2)} {
		t.Run(amount.String(), func(t *testing.T) {
			t.Parallel()
			round := 0
			for _, some := range []proration.Fraction{
				{}, {Num: math.MaxInt64, Den: math.MaxInt64}, {Num: math.MaxInt64 - 1, Den: math.MaxInt64}, {Num: 1, Den: math.MaxInt64}, {Num: 0, Den: math.MaxInt64},
				{Num: 1<<61 + 1, Den: 1 << 62}, {Num: 1, Den: 1 << 38}, {Num: 1, Den: 1_000_000_000_000_000_000},
			} {
				for _, before := range []struct{ credited, deducted decimal.Decimal }{{}, {credited: amount}, {deducted: amount}, {amount, amount}} {
					for _, places := range race.Few([]int32{-18, -2, 0, 2, 18}, 2) {
						for _, at := range []string{"2024-04-01", "2024-04-16", "2024-04-30T23:59:59.999999999"} {
							round++
							c := proration.Change{
								At: instant(at, nil), CreditBasis: bases[round%len(bases)],
								Billed: proration.Billed{Amount: amount, Span: month, Credited: before.credited, Price: amount, Deducted: before.deducted, Part: some},
								Policy: proration.Policy{DayCount: proration.Seconds, Rounding: proration.Rounding{Places: places, Mode: modes[round%len(modes)]}},
							}
							if round%3 != 0 {
								c.Billed.Span = centuries
							}
							promptly(t, func() { _, _ = proration.Adjust(c) })
							checkStored(t, c)
						}
					}
				}
			}
		})
	}
}

// checkStored fails unless the credit is exact, its explanation is short, and JSON keeps it.
func checkStored(t *testing.T, c proration.Change) {
	t.Helper()
	a := adjust(t, c)
	checkCredit(t, c, a.Credit)
	if text := a.Credit.Explain(); len(text) > 1000 {
		t.Errorf("the explanation of %+v has %d characters", c, len(text))
	}
	if read := giventest.CheckRoundTrip(t, a); !sameResult(read.Credit, a.Credit) || read.Credit.Explain() != a.Credit.Explain() {
		t.Errorf("%+v is decoded as %+v", a, read)
	}
}

// Equal ratios give one credit, and the whole as a ratio gives the credit of an unset part.
func TestEqualRatiosGiveOneCredit(t *testing.T) {
	for _, row := range []struct {
		name, why string
		parts     []string
	}{
		{name: "two fifths", parts: []string{"2/5", "4/10", "3689348814741910322/9223372036854775805"}},
		{name: "a third", parts: []string{"1/3", "10/30", "3074457345618258602/9223372036854775806"}},
		{name: "the whole", parts: []string{"", "1/1", "31/31", "9223372036854775807/9223372036854775807"}},
		{name: "no part", why: "no part is credited, whatever was credited before", parts: []string{"0/1", "0/31", "0/9223372036854775807"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := changeRow{at: "2024-01-11", billed: "92.99", span: "2024-01-01/2024-02-01", credited: "10.01", price: "99.99", deducted: "7", next: "10", nextPeriod: "2024-01-01/2024-02-01", basis: proration.OnPrice}.change()
			c.Billed.Part = part(row.parts[0])
			want := adjust(t, c)
			for _, some := range row.parts[1:] {
				c.Billed.Part = part(some)
				if got := adjust(t, c); !sameResult(got.Credit, want.Credit) || !sameResult(got.Charge, want.Charge) || !got.Net.Equal(want.Net) {
					t.Errorf("part %s: the adjustment is %+v, want %+v as for %s", some, got, want, row.parts[0])
				}
			}
		})
	}
}

// partialChange returns a new value on each call, so that two values share no memory.
func partialChange() proration.Change {
	return changeRow{
		at: "2024-01-11", billed: "92.990", span: "2024-01-01/2024-02-01", credited: "10.010", price: "99.990", deducted: "7.00", part: "1/3",
		next: "10", nextPeriod: "2024-01-01/2024-02-01", basis: proration.OnPrice,
	}.change()
}

// Adjust does not modify the change, and a second call returns the same credit.
func TestPartialChangeIsNotModified(t *testing.T) {
	input, original := partialChange(), partialChange()
	first := adjust(t, input)
	first.Credit.Carry.Rat().SetInt64(666)
	if second := adjust(t, input); !sameResult(first.Credit, second.Credit) {
		t.Errorf("the second credit is %+v, want %+v", second.Credit, first.Credit)
	}
	if !reflect.DeepEqual(input, original) {
		t.Errorf("the change was modified to\n%+v, from\n%+v", input, original)
	}
}

// JSON stores the part and the amounts as readable text, and omits each where it is unset.
func TestPartialChangeIsStored(t *testing.T) {
	input := partialChange()
	read := giventest.CheckRoundTrip(t, input)
	if !sameResult(adjust(t, read).Credit, adjust(t, input).Credit) || read.Billed.Part != input.Billed.Part || !read.Billed.Deducted.Equal(input.Billed.Deducted) {
		t.Errorf("%+v is decoded as %+v", input, read)
	}
	for _, row := range []struct {
		name string
		b    proration.Billed
		want string
	}{
		{name: "all", b: input.Billed, want: `,"credited":"10.01","price":"99.99","deducted":"7","part":"1/3"}`},
		{name: "none", b: proration.Billed{Amount: money("1")}, want: `"0001-01-01T00:00:00Z"}}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if text := giventest.JSON(t, row.b); !strings.HasSuffix(text, row.want) {
				t.Errorf("got\n%s\nwant the suffix\n%s", text, row.want)
			}
		})
	}
	t.Run("an invalid part", func(t *testing.T) {
		for _, text := range []string{"2", "2/0", "2/-5", "0.4", "-", "9223372036854775808/9223372036854775809"} {
			var b proration.Billed
			err := json.Unmarshal([]byte(fmt.Sprintf(`{"part":%q}`, text)), &b)
			giventest.CheckFaults(t, err, "fraction invalid")
		}
	})
}
