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

// slowShare returns the share of the period that a span is.
func slowShare(p, span proration.Period, policy proration.Policy, loc *time.Location) *big.Rat {
	return slowShares(p, policy, loc)(span)
}

// slowShares returns the share of the period that a span is, by the definition of each day count, stepping day by day.
func slowShares(p proration.Period, policy proration.Policy, loc *time.Location) func(span proration.Period) *big.Rat {
	if policy.DayCount == proration.Seconds {
		return func(span proration.Period) *big.Rat { return new(big.Rat).Quo(slowNanos(span), slowNanos(p)) }
	}
	s := slowPeriod{start: dateOf(p.Start, loc), end: dateOf(p.End, loc), missing: map[int64]bool{}}
	s.anchorDay = s.commonDay()
	behind := s.end.AddDate(0, 2, 0) // where the odd month may end
	for date := s.start; loc != nil && date.Before(behind); date = nextDate(date) {
		if !exists(date, loc) {
			s.missing[date.Unix()] = true
		}
	}
	owner := func(t time.Time) time.Time { // the first day of what comes after t
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

// share is the share of the dates from one up to another. Of a period without a date that counts, only the whole can be
// asked for.
func (s slowPeriod) share(count proration.DayCount, from, to time.Time) *big.Rat {
	var part, whole *big.Rat
	switch count {
	case proration.Days:
		part, whole = big.NewRat(s.days(from, to), 1), big.NewRat(s.days(s.start, s.end), 1)
	case proration.Actual30:
		months, odd, _ := s.months(s.end)
		part, whole = big.NewRat(min(s.days(from, to), 30*months+odd), 1), big.NewRat(30*months+odd, 1)
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

// slowNanos is the elapsed time of a period, of any length.
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
	missing    map[int64]bool // dates that the location does not have
}

// days counts the dates from one up to another that the location has.
func (s slowPeriod) days(from, to time.Time) int64 {
	n := int64(0)
	for date := from; date.Before(to); date = nextDate(date) {
		if !s.missing[date.Unix()] {
			n++
		}
	}
	return n
}

// days360 counts days by 30/360: the 31st is none, since it counts as the 30th, and the last day of February makes up
// for those it has too few.
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

// months counts the whole months from the start to a date, the days of the odd month, and that month's length.
func (s slowPeriod) months(to time.Time) (whole, odd, length int64) {
	boundary := func(n int64) time.Time {
		return clamped(s.start.Year(), s.start.Month()+time.Month(n), s.anchorDay)
	}
	for !boundary(whole + 1).After(to) {
		whole++
	}
	return whole, s.days(boundary(whole), to), s.days(boundary(whole), boundary(whole+1))
}

// inMonths is months as one number.
func (s slowPeriod) inMonths(to time.Time) *big.Rat {
	whole, odd, length := s.months(to)
	n := big.NewRat(odd, length)
	return n.Add(n, new(big.Rat).SetInt64(whole))
}

// commonDay is the first day of the month of which both ends are the clamped date.
func (s slowPeriod) commonDay() int {
	for day := s.start.Day(); day <= 31; day++ {
		if clamped(s.start.Year(), s.start.Month(), day).Equal(s.start) && clamped(s.end.Year(), s.end.Month(), day).Equal(s.end) {
			return day
		}
	}
	return s.start.Day()
}

// lastPlace is 10^-places.
func lastPlace(places int32) *big.Rat {
	unit, _ := new(big.Rat).SetString(fmt.Sprintf("1e%d", -places))
	return unit
}

// slowRound chooses between the two neighbours of x by the definition of the mode.
func slowRound(x *big.Rat, r proration.Rounding) *big.Rat {
	unit := lastPlace(r.Places)
	units := new(big.Rat).Quo(x, unit)
	floor := new(big.Int).Div(units.Num(), units.Denom()) // towards negative infinity, as denominators are positive
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

// exactly is amount × share + carry.
func exactly(amount decimal.Decimal, share *big.Rat, carry proration.Residual) *big.Rat {
	x := new(big.Rat).Mul(amount.Rat(), share)
	return x.Add(x, carry.Rat())
}

// checkLine fails unless the line is the exact value, rounded once, keeps what that left over, and explains itself.
func checkLine(t *testing.T, line proration.Result, exact *big.Rat) {
	t.Helper()
	want := slowRound(exact, line.Rounding)
	if line.Amount.Rat().Cmp(want) != 0 {
		t.Fatalf("%v x %v by %v is %v, want %s (exactly %s)", line.Of, line.Fraction, line.Rounding, line.Amount, want.FloatString(20), exact)
	}
	if left := new(big.Rat).Sub(exact, want); line.Residual.Rat().Cmp(left) != 0 {
		t.Fatalf("%v x %v by %v leaves %v over, want %s", line.Of, line.Fraction, line.Rounding, line.Residual, left)
	}
	checkExplained(t, line)
}

// checkExplained fails unless the text has the integers of the fraction and ends in the amount with all its places.
func checkExplained(t *testing.T, line proration.Result) {
	t.Helper()
	share := strings.TrimPrefix(line.Fraction.String(), "-")
	amount := " " + line.Amount.StringFixed(max(line.Rounding.Places, 0))
	text := line.Explain()
	if !strings.Contains(text, " x "+share) || !strings.HasSuffix(text, amount) {
		t.Fatalf("%q does not say %q and %q", text, share, amount)
	}
}
