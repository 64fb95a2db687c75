// Package proration computes the share of a billing period that a span covers, and the amount for that share.
//
// It is the lowest package of the library: calendar, exact arithmetic and rounding. It knows no plans and no invoices.
//
//	r, err := proration.Prorate(proration.Request{
//		Amount: decimal.RequireFromString("178.00"), // two seats at 89.00
//		Period: november,
//		Span:   november.From(nov16),
//		Policy: proration.Standard(2),
//	})
//	fmt.Println(r.Amount, r.Explain()) // 89   178.00 x 15/30 days = 89.00
//
// # Words
//
// A [Period] is a half-open interval of instants. An [Interval] is a recurring length such as P1M. A [Cycle] is an
// endless sequence of periods, computed from an anchor. A [Fraction] is an exact share of a period, in two integers. A
// [DayCount] selects how time is counted, a [Rounding] how a result is rounded, and a [Policy] combines both.
//
// # Verbs
//
//   - [Cycle.Period], [Cycle.Containing], [Cycle.Index], [Cycle.Next] and [Cycle.Billable] find billing periods.
//   - [Prorate] charges for a part of a period.
//   - [Adjust] computes the credit, the charge and the net of a change inside a period.
//   - [Split] divides an amount into parts that add up to it.
//
// # Rules
//
// An amount is multiplied by a ratio of integers, divided once and rounded once. There is no day rate, no decimal
// factor, and no use of decimal's process-wide precision. The denominator is the whole anchored period, even if service
// starts or ends inside it, so a part never costs more than the whole. Every boundary is computed from the anchor, and
// none from the boundary before it: Jan 31, Feb 29, Mar 31. A day is a calendar day, whatever its length in hours.
//
// Shares are additive: share(a, c) = share(a, b) + share(b, c). The exception is Actual30, which is capped at the
// whole. Amounts that are rounded one by one need not add up. If they must, pass the [Residual] of each amount as the
// carry of the next. With a half mode, their sum then stays within half of the last place of the exact total.
//
// # Time zones
//
// Days, months and boundaries depend on a time zone. The caller passes the *time.Location: this package reads no clock
// and looks up no zone by name. A nil Location is UTC, and then every instant must have the offset of UTC. JSON keeps
// the offset of a time and not its zone, so an instant with another offset is refused. Seconds need no location.
//
// # Errors
//
// Bad input returns an [Error], or several joined in the order of the fields, one per fault. Each has the path of its
// field and a rule to match with errors.Is: [ErrUnset], [ErrInvalid], [ErrPeriod], [ErrOutside], [ErrZone] or
// [ErrLimit]. Nothing panics, and no input is modified.
//
// # Limits
//
// Amounts have at most 38 significant digits, all of them within 38 places of the decimal point. Results are rounded to
// between -18 and 18 places. Instants lie in the years 1 to 9999. The fields of [Interval] state its limits. At most
// 10,000 portions come out of [Cycle.Billable], and as many weights go into [Split]. A carry has at most 400 digits
// above and below its fraction bar. Values beyond a limit are ErrLimit.
package proration
