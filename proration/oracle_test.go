package proration_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

// slowShare returns the share of the period that the span covers.
func slowShare(p, span proration.Period, policy proration.Policy, loc *time.Location) *big.Rat {
	return slowShares(p, policy, loc)(span)
}

// slowShares returns a function for the share of the period that a span covers, by the definition of each day count,
// day by day.
func slowShares(p proration.Period, policy proration.Policy, loc *time.Location) func(span proration.Period) *big.Rat {
	if policy.DayCount == proration.Seconds {
		return func(span proration.Period) *big.Rat { return new(big.Rat).Quo(slowNanos(span), slowNanos(p)) }
	}
	s := slowPeriod{start: dateOf(p.Start, loc), end: dateOf(p.End, loc), missing: map[int64]bool{}}
	s.anchorDay = s.commonDay()
	later := s.end.AddDate(0, 2, 0) // where the last month may end
	for date := s.start; loc != nil && date.Before(later); date = nextDate(date) {
		if !exists(date, loc) {
			s.missing[date.Unix()] = true
		}
	}
	owner := func(t time.Time) time.Time { // the first day of the new side
		date := dateOf(t, loc)
		if policy.ChangeDay == proration.OldSide && t.After(p.Start) && t.Before(p.End) {
			date = nextDate(date)
		}
		if date.After(s.end) {
			return s.end
		}
		return date
	}
	return func(span proration.Period) *big.Rat {
		return s.share(policy.DayCount, owner(span.Start), owner(span.End))
	}
}

// share returns the share between two dates. In a period without a counted date the only valid span is the whole.
func (s slowPeriod) share(count proration.DayCount, from, to time.Time) *big.Rat {
	var part, whole *big.Rat
	switch count {
	case proration.Days:
		part, whole = big.NewRat(s.days(from, to), 1), big.NewRat(s.days(s.start, s.end), 1)
	case proration.Actual30:
		months, extra, _ := s.months(s.end)
		part, whole = big.NewRat(min(s.days(from, to), 30*months+extra), 1), big.NewRat(30*months+extra, 1)
	case proration.Thirty360:
		part, whole = big.NewRat(days360(from, to), 1), big.NewRat(days360(s.start, s.end), 1)
	default: // Months
		part, whole = new(big.Rat).Sub(s.inMonths(to), s.inMonths(from)), s.inMonths(s.end)
	}
	if whole.Sign() == 0 {
		return big.NewRat(1, 1)
	}
	return part.Quo(part, whole)
}

// slowNanos returns the elapsed nanoseconds of a period of any length.
func slowNanos(p proration.Period) *big.Rat {
	n := big.NewInt(p.End.Unix() - p.Start.Unix())
	n.Mul(n, big.NewInt(1e9))
	n.Add(n, big.NewInt(int64(p.End.Nanosecond()-p.Start.Nanosecond())))
	return new(big.Rat).SetInt(n)
}

// slowPeriod is a period in dates.
type slowPeriod struct {
	start, end time.Time
	anchorDay  int
	missing    map[int64]bool // dates that the location skips
}

// days counts the dates of the location from one up to another.
func (s slowPeriod) days(from, to time.Time) int64 {
	n := int64(0)
	for date := from; date.Before(to); date = nextDate(date) {
		if !s.missing[date.Unix()] {
			n++
		}
	}
	return n
}

// days360 counts days by 30/360: the 31st is not counted, and the last day of February counts for the missing days.
func days360(from, to time.Time) int64 {
	n := int64(0)
	for date := from; date.Before(to); date = nextDate(date) {
		switch next := nextDate(date); {
		case next.Day() == 1:
			n += int64(31 - min(date.Day(), 30))
		case date.Day() < 30:
			n++
		}
	}
	return n
}

// months counts the whole months from the start to a date, the remaining days, and the length of their month.
func (s slowPeriod) months(to time.Time) (whole, extra, length int64) {
	boundary := func(n int64) time.Time {
		return clamped(s.start.Year(), s.start.Month()+time.Month(n), s.anchorDay)
	}
	for !boundary(whole + 1).After(to) {
		whole++
	}
	return whole, s.days(boundary(whole), to), s.days(boundary(whole), boundary(whole+1))
}

// inMonths returns the months from the start to a date as one number.
func (s slowPeriod) inMonths(to time.Time) *big.Rat {
	whole, extra, length := s.months(to)
	n := big.NewRat(extra, length)
	return n.Add(n, new(big.Rat).SetInt64(whole))
}

// commonDay returns the first day of the month to which both ends are clamped.
func (s slowPeriod) commonDay() int {
	for day := s.start.Day(); day <= 31; day++ {
		if clamped(s.start.Year(), s.start.Month(), day).Equal(s.start) && clamped(s.end.Year(), s.end.Month(), day).Equal(s.end) {
			return day
		}
	}
	return s.start.Day()
}

// lastPlace returns 10^-places.
func lastPlace(places int32) *big.Rat {
	unit, _ := new(big.Rat).SetString(fmt.Sprintf("1e%d", -places))
	return unit
}

// slowRound returns one of the two neighbors of x by the definition of the mode.
func slowRound(x *big.Rat, r proration.Rounding) *big.Rat {
	unit := lastPlace(r.Places)
	units := new(big.Rat).Quo(x, unit)
	floor := new(big.Int).Div(units.Num(), units.Denom()) // toward negative infinity, since denominators are positive
	below := new(big.Rat).Mul(new(big.Rat).SetInt(floor), unit)
	if below.Cmp(x) == 0 {
		return below
	}
	above := new(big.Rat).Add(below, unit)
	inner, outer := below, above
	if x.Sign() < 0 {
		inner, outer = above, below
	}
	nearer := new(big.Rat).Sub(x, below).Cmp(new(big.Rat).Sub(above, x))
	switch r.Mode {
	case proration.Ceiling:
		return above
	case proration.Floor:
		return below
	case proration.Up:
		return outer
	case proration.Down:
		return inner
	}
	switch {
	case nearer < 0:
		return below
	case nearer > 0:
		return above
	case r.Mode == proration.HalfUp:
		return outer
	case r.Mode == proration.HalfDown:
		return inner
	case floor.Bit(0) == 0: // HalfEven
		return below
	}
	return above
}

// exactly returns amount × share + carry.
func exactly(amount decimal.Decimal, share *big.Rat, carry proration.Residual) *big.Rat {
	x := new(big.Rat).Mul(amount.Rat(), share)
	return x.Add(x, carry.Rat())
}

// checkLine fails unless the line is the exact value rounded once, has the exact residual, and explains itself.
func checkLine(t *testing.T, line proration.Result, exact *big.Rat) {
	t.Helper()
	want := slowRound(exact, line.Rounding)
	if line.Amount.Rat().Cmp(want) != 0 {
		t.Fatalf("%v x %v by %v is %v, want %s (exactly %s)", line.Of, line.Fraction, line.Rounding, line.Amount, want.FloatString(20), exact)
	}
	if left := new(big.Rat).Sub(exact, want); line.Residual.Rat().Cmp(left) != 0 {
		t.Fatalf("%v x %v by %v has the residual %v, want %s", line.Of, line.Fraction, line.Rounding, line.Residual, left)
	}
	checkExplained(t, line)
}

// checkExplained fails unless the explanation has the integers of the fraction and ends with the amount in all its
// places.
func checkExplained(t *testing.T, line proration.Result) {
	t.Helper()
	share := strings.TrimPrefix(line.Fraction.String(), "-")
	amount := " " + line.Amount.StringFixed(max(line.Rounding.Places, 0))
	text := line.Explain()
	if !strings.Contains(text, " x "+share) || !strings.HasSuffix(text, amount) {
		t.Fatalf("%q does not contain %q and end with %q", text, share, amount)
	}
}
