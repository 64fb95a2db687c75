// Package proration decides how much of a period a span is, and how much money that is.
//
// It is the bottom of the library: calendar, exact arithmetic and rounding, and nothing about plans or invoices.
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
// A [Period] is a half-open interval of instants. An [Interval] is a recurring length such as P1M. A [Cycle] is the
// endless row of periods from an anchor. A [Fraction] is an exact share of a period, two integers. A [DayCount] says how
// time is counted, a [Rounding] how the one division ends, and a [Policy] holds what a seller must choose.
//
// # Verbs
//
//   - [Cycle.Period], [Cycle.Containing], [Cycle.Index], [Cycle.Next] and [Cycle.Billable]: the calendar.
//   - [Prorate]: one charge for a part of a period.
//   - [Adjust]: credit, charge and net of a change inside a period.
//   - [Settle]: any number of changes inside a period, without drift.
//   - [Split]: parts that add up.
//
// # Rules
//
// An amount is multiplied by a ratio of integers, divided once and rounded once: there is no day rate, no decimal factor,
// and no use of decimal's process-wide precision. The denominator is the whole anchored period, also where service began
// or ended inside it, so that a part never costs more than the whole. Every boundary comes from the anchor and none from
// the one before it: Jan 31, Feb 29, Mar 31. A day is a day of the calendar, whatever its length in hours.
//
// Shares add up: the share of [a, c) is the share of [a, b) and the share of [b, c), by every day count but Actual30,
// which is capped at the whole. Amounts rounded one by one need not; where they must, give each the [Residual] of the one
// before it as its carry, which is what [Settle] does, and their sum stays within half of the last place of the exact one.
//
// # Time zones
//
// Days, months and boundaries belong to a calendar, and a calendar to a zone. The caller passes the *time.Location: this
// package looks nothing up by name and reads no clock. A nil Location is UTC, and then every instant must be given in UTC:
// the offset that JSON keeps of a time does not say which calendar it was written on, so it is refused rather than
// guessed. Where only seconds are counted no location is needed.
//
// # Errors
//
// Bad input comes back as an error that joins one [Error] for each fault, in the order of the fields, with the field's path
// and a rule to match with errors.Is: [ErrUnset], [ErrInvalid], [ErrPeriod], [ErrOutside], [ErrZone], [ErrLimit]. Nothing
// panics, and nothing passed in is modified.
//
// # Limits
//
// Amounts have at most 38 significant digits, none of them further than 38 places from the decimal point. Results are
// rounded to between -18 and 18 places. Instants lie in the years 1 to 9999. An interval is at most 120,000 months,
// 3,652,059 days or as many seconds as these have. [Cycle.Billable] returns at most 10,000 portions, [Split] takes at most
// 10,000 weights and [Settle] as many steps. A carry has at most 400 digits above and below. Beyond that they return ErrLimit.
package proration
