package proration_test

import (
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

var november = proration.Period{Start: date(2026, 11, 1), End: date(2026, 12, 1)}

// Two seats at 89.00 are added on November 16.
func ExampleProrate() {
	r, err := proration.Prorate(proration.Request{
		Amount: decimal.RequireFromString("178.00"),
		Period: november,
		Span:   november.From(date(2026, 11, 16)),
		Policy: proration.Standard(2),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Amount.StringFixed(2))
	// Output: 89.00
}

// Settings that decide an amount have no default. All faults of a request are reported at once.
func ExampleProrate_unset() {
	_, err := proration.Prorate(proration.Request{
		Amount: decimal.RequireFromString("178.00"),
		Period: november,
		Span:   november.From(date(2026, 11, 16)),
		Policy: proration.Policy{DayCount: proration.Days},
	})
	fmt.Println(errors.Is(err, proration.ErrUnset))
	fmt.Println(err)
	// Output:
	// true
	// policy.first_day: required, one of billed, free
	// policy.last_day: required, one of billed, free
	// policy.change_day: required, one of old, new
	// policy.rounding.mode: required, one of half_up, half_even, half_down, up, down, ceiling, floor
}

func ExampleRequest_Fraction() {
	share, err := proration.Request{
		Period: november,
		Span:   november.From(date(2026, 11, 16)),
		Policy: proration.Policy{DayCount: proration.Days, FirstDay: proration.DayBilled, LastDay: proration.DayFree, ChangeDay: proration.NewSide},
	}.Fraction()
	fmt.Println(share, err)
	// Output: 15/30 <nil>
}

func ExampleResult_Explain() {
	r, err := proration.Prorate(proration.Request{
		Amount: decimal.RequireFromString("100.00"),
		Period: proration.Period{Start: date(2026, 1, 1), End: date(2026, 2, 1)},
		Span:   proration.Period{Start: date(2026, 1, 22), End: date(2026, 2, 1)},
		Policy: proration.Standard(2),
	})
	fmt.Println(r.Explain(), err)
	// Output: 100.00 x 10/31 days = 32.258..., rounded half up to 32.26 <nil>
}

// A customer moves from a plan at 20.00 to one at 50.00 after a third of the month.
func ExampleAdjust() {
	a, err := proration.Adjust(proration.Change{
		At:          date(2026, 11, 11),
		Billed:      proration.Billed{Amount: decimal.RequireFromString("20.00"), Span: november},
		Next:        &proration.Next{Price: decimal.RequireFromString("50.00"), Period: november},
		CreditBasis: proration.OnBilled,
		Policy:      proration.Standard(2),
	})
	fmt.Println(a.Credit.Amount, a.Charge.Amount, a.Net, err)
	// Output: -13.33 33.33 20 <nil>
}

// A change without a Next is a cancellation. The credit is at most the amount that is not credited yet.
func ExampleAdjust_cancellation() {
	a, err := proration.Adjust(proration.Change{
		At: date(2026, 11, 11),
		Billed: proration.Billed{
			Amount:   decimal.RequireFromString("20.00"),
			Span:     november,
			Credited: decimal.RequireFromString("15.00"),
		},
		CreditBasis: proration.OnBilled,
		Policy:      proration.Standard(2),
	})
	fmt.Println(a.Credit.Explain(), err)
	// Output: -20.00 x 20/30 days = -13.333..., limited to -5.00 <nil>
}

// Three thirds of a month add up to the whole, since each amount carries the residual of the one before.
func ExampleRequest_carry() {
	var carry proration.Residual
	total := decimal.Zero
	for _, third := range []proration.Period{
		{Start: date(2026, 11, 1), End: date(2026, 11, 11)},
		{Start: date(2026, 11, 11), End: date(2026, 11, 21)},
		november.From(date(2026, 11, 21)),
	} {
		line, err := proration.Prorate(proration.Request{
			Amount: decimal.RequireFromString("100.00"), Period: november, Span: third,
			Policy: proration.Standard(2), Carry: carry,
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(line.Explain())
		total, carry = total.Add(line.Amount), line.Residual
	}
	fmt.Println("total", total.StringFixed(2), "carry", carry)
	// Output:
	// 100.00 x 10/30 days = 33.333..., rounded half up to 33.33
	// 100.00 x 10/30 days plus 0.0033... carried over = 33.336..., rounded half up to 33.34
	// 100.00 x 10/30 days plus -0.0033... carried over = 33.33
	// total 100.00 carry 0
}

func ExampleSplit() {
	parts, err := proration.Split(proration.Division{
		Amount:     decimal.RequireFromString("100.00"),
		Weights:    []decimal.Decimal{decimal.NewFromInt(1), decimal.NewFromInt(1), decimal.NewFromInt(1)},
		Places:     2,
		Allocation: proration.LargestRemainder,
	})
	for _, part := range parts {
		fmt.Println(part.Amount)
	}
	fmt.Println(err)
	// Output:
	// 33.34
	// 33.33
	// 33.33
	// <nil>
}

func ExampleStandard() {
	policy := proration.Standard(0) // yen
	policy.ChangeDay = proration.OldSide
	fmt.Println(policy.DayCount, policy.ChangeDay, policy.Rounding.Places, policy.Rounding.Mode)
	// Output: days old 0 half_up
}

func ExamplePolicy_Validate() {
	policy := proration.Standard(2)
	policy.Rounding.Mode = 0
	fmt.Println(policy.Validate())
	// Output: rounding.mode: required, one of half_up, half_even, half_down, up, down, ceiling, floor
}

func ExampleRounding_Round() {
	amount := decimal.RequireFromString("0.025")
	for _, mode := range []proration.RoundingMode{proration.HalfUp, proration.HalfEven, proration.Ceiling} {
		rounded, err := proration.Rounding{Places: 2, Mode: mode}.Round(amount)
		fmt.Println(mode, rounded, err)
	}
	// Output:
	// half_up 0.03 <nil>
	// half_even 0.02 <nil>
	// ceiling 0.03 <nil>
}

func ExampleFraction_Equal() {
	half := proration.Fraction{Num: 1, Den: 2}
	days := proration.Fraction{Num: 15, Den: 30}
	fmt.Println(days, days.Equal(half))
	// Output: 15/30 true
}

// Each residual is the carry of the next amount, so three thirds add up to the whole.
func ExampleResidual() {
	var carry proration.Residual
	for _, day := range []int{1, 11, 21} {
		r, err := proration.Prorate(proration.Request{
			Amount: decimal.RequireFromString("100.00"),
			Period: november,
			Span:   proration.Period{Start: date(2026, 11, day), End: date(2026, 11, day+10)},
			Policy: proration.Standard(2),
			Carry:  carry,
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		carry = r.Residual
		fmt.Println(r.Amount, carry, carry.IsZero())
	}
	// Output:
	// 33.33 1/300 false
	// 33.34 -1/300 false
	// 33.33 0 true
}

// A third of 100.00 is rounded to 33.33, and the residual is the carry of the next amount.
func ExampleNewResidual() {
	left, err := proration.NewResidual(big.NewRat(1, 300))
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := proration.Prorate(proration.Request{
		Amount: decimal.RequireFromString("0.01"), Period: november, Span: november,
		Policy: proration.Standard(2), Carry: left,
	})
	fmt.Println(left, r.Amount, r.Residual, err)
	// Output: 1/300 0.01 1/300 <nil>
}

func ExampleFraction_AppendText() {
	text, err := proration.Fraction{Num: 15, Den: 30}.AppendText([]byte("used: "))
	fmt.Println(string(text), err)
	// Output: used: 15/30 <nil>
}

func ExampleResidual_AppendText() {
	var r proration.Residual
	if err := r.UnmarshalText([]byte("-1/300")); err != nil {
		fmt.Println(err)
		return
	}
	text, err := r.AppendText([]byte("carry "))
	fmt.Println(string(text), err)
	// Output: carry -1/300 <nil>
}

func ExampleResidual_Compare() {
	var small, large proration.Residual
	if err := errors.Join(small.UnmarshalText([]byte("-1/300")), large.UnmarshalText([]byte("1/400"))); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(small.Compare(large), large.Compare(small))
	// Output: -1 1
}

func ExampleResidual_Rat() {
	var r proration.Residual
	if err := r.UnmarshalText([]byte("-1/300")); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Rat().FloatString(6))
	// Output: -0.003333
}
