package credits

import (
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Extent is the part of a charge that is returned. Its zero is unset and refused.
//
// JSON: unused_part, in_full.
type Extent uint8

// The extents.
const (
	UnusedPart Extent = iota + 1 // the unused part of the charge
	InFull                       // the whole billed charge less earlier credits
)

var extents = []string{"", "unused_part", "in_full"}

// String returns its name, "in_full".
func (e Extent) String() string { return enum.String(extents, e) }

// MarshalText returns its name.
func (e Extent) MarshalText() ([]byte, error) { return fault.Marshal(extents, e, "give") }

// UnmarshalText reads its name; an unknown one is ErrInvalid.
func (e *Extent) UnmarshalText(text []byte) error { return fault.Unmarshal(extents, e, "give", text) }

// RefundAs is the form in which a credit is returned. Its zero is unset and refused.
//
// JSON: balance, refund, days, nothing.
type RefundAs uint8

// The forms of a return.
const (
	AsBalance RefundAs = iota + 1 // credit balance, which pays later invoices
	AsRefund                      // money, up to the amount that was paid; the rest becomes balance
	AsDays                        // days that extend the next period
	AsNothing                     // no return
)

var refundWays = []string{"", "balance", "refund", "days", "nothing"}

// String returns its name, "balance".
func (d RefundAs) String() string { return enum.String(refundWays, d) }

// MarshalText returns its name.
func (d RefundAs) MarshalText() ([]byte, error) { return fault.Marshal(refundWays, d, "as") }

// UnmarshalText reads its name; an unknown one is ErrInvalid.
func (d *RefundAs) UnmarshalText(text []byte) error {
	return fault.Unmarshal(refundWays, d, "as", text)
}

// Exception replaces the refund rules in a single case.
type Exception struct {
	Give   Extent   `json:"give,omitzero"` // part of each charge that is returned; required unless As is AsNothing
	As     RefundAs `json:"as"`            // form of the return; required
	Reason string   `json:"reason"`        // reason for the exception, for people; required
}

// RefundRequest asks how charges that are no longer used are returned.
type RefundRequest struct {
	Request                          // charges, and the instant from which they are not used
	ID        string                 `json:"id"`                 // ID and Ref of the new grant: the credit note's ID, say
	Rules     []RefundRule           `json:"rules"`              // refund rules; a charge that no rule matches is an error
	Exception *Exception             `json:"exception,omitzero"` // replaces the rules; nil applies them
	Paid      decimal.Decimal        `json:"paid,omitzero"`      // money paid and not refunded yet, never negative
	Next      plans.Bill             `json:"next,omitzero"`      // bill of the next period; required for AsDays
	DayMode   proration.RoundingMode `json:"day_mode,omitzero"`  // rounding of a part of a day; required for AsDays
}

// RefundResult is the outcome of the refund rules. The credits with their taxes are returned as the refund, the grant
// and the days.
type RefundResult struct {
	Credits []plans.Charge  `json:"credits,omitzero"` // credits to issue, the newest charge first
	Entries []Entry         `json:"entries,omitzero"` // the new grant, if there is one, to append to the ledger
	Refund  decimal.Decimal `json:"refund"`           // money to refund, never negative
	Days    int             `json:"days,omitzero"`    // number of days that extend the next period
	Reason  string          `json:"reason,omitzero"`  // reason of the exception; empty if the rules applied
}

// ApplyRefundRules decides how much of each charge that is no longer used is returned, and in which form.
// Errors: those of [Unused]; ErrUnset for a charge without a rule, an exception without a reason, a grant without an
// ID, and days without a next bill or a mode; ErrInvalid for a full return of only a part of the quantity, charges in
// several currencies, and a negative payment; ErrLimit for more than 1,000,000 days.
func ApplyRefundRules(d RefundRequest) (RefundResult, error) {
	unused, err := Unused(d.Request)
	var f fault.List
	f.Under("", err)
	d.check(&f)
	if f != nil {
		return RefundResult{}, f.Err()
	}
	out, sums, source := d.decide(&f, unused)
	out.Refund = decimal.Max(decimal.Min(sums[AsRefund], d.Paid), decimal.Decimal{})
	if owed := sums[AsBalance].Add(sums[AsRefund].Sub(out.Refund)); f == nil && owed.IsPositive() {
		if d.ID == "" {
			f.Add("id", proration.ErrUnset, "required, the ID of the new grant")
		}
		reason := "unused charges"
		if out.Reason != "" {
			reason = out.Reason
		}
		out.Entries = []Entry{{
			Kind: Granted, ID: d.ID, Amount: owed, Currency: d.Charges[0].Currency,
			At: d.At, Reason: reason, Ref: d.ID, Source: source,
		}}
	}
	if f == nil && sums[AsDays].IsPositive() {
		out.Days = d.worth(&f, sums[AsDays])
	}
	if f != nil {
		return RefundResult{}, f.Err()
	}
	return out, nil
}

// check adds the faults of the rules, the exception, the payment and the currencies.
func (d *RefundRequest) check(f *fault.List) {
	for i, r := range d.Rules {
		f.At("rules", i, r.validate())
	}
	if e := d.Exception; e != nil {
		checkDecision(f, "exception.", e.Give, e.As)
		if e.Reason == "" {
			f.Add("exception.reason", proration.ErrUnset, "required, the reason for the exception")
		}
	}
	if fault.Amount(f, "paid", d.Paid) && d.Paid.IsNegative() {
		f.Add("paid", proration.ErrInvalid, "must not be negative; got %v", d.Paid)
	}
	if len(d.Charges) > 0 {
		_, err := d.Charges[0].Currency.Places()
		f.Under(fault.At("charges", 0), err)
	}
	for i, c := range d.Charges {
		if c.Currency != d.Charges[0].Currency {
			f.Add(fault.At("charges", i)+".currency", proration.ErrInvalid,
				"must be the currency of all charges, %.3s; got %.3s", d.Charges[0].Currency, c.Currency)
		}
	}
}

// checkDecision adds the faults of an extent and a form.
func checkDecision(f *fault.List, path string, give Extent, as RefundAs) {
	fault.Enum(f, path+"as", refundWays, as)
	if as != AsNothing || give != 0 {
		fault.Enum(f, path+"give", extents, give)
	}
}

// decide collects the credits, newest charge first, their sums by form, and the first charge that is returned in money.
func (d *RefundRequest) decide(
	f *fault.List, unused []plans.Charge,
) (out RefundResult, sums [AsNothing + 1]decimal.Decimal, source string) {
	before := given(d.Charges)
	for i := len(d.Charges) - 1; i >= 0; i-- {
		c := &d.Charges[i]
		if !d.covers(c) || !c.Net.IsPositive() {
			continue
		}
		as, returned := d.returned(f, c, before[c.ID], unused)
		for _, credit := range returned {
			if !credit.Net.IsNegative() {
				continue
			}
			out.Credits = append(out.Credits, credit)
			if source == "" && as != AsDays {
				source = credit.Corrects
			}
			sums[as] = sums[as].Sub(credit.Net)
			for _, t := range credit.Taxes {
				if as != AsDays && !t.Included { // a bill has no tax, and an included tax is part of the net
					sums[as] = sums[as].Sub(t.Amount)
				}
			}
		}
	}
	if d.Exception != nil {
		out.Reason = d.Exception.Reason
	}
	return out, sums, source
}

// returned returns the credits of a charge and the form of their return: the unused part, or everything that is not
// credited yet.
func (d *RefundRequest) returned(
	f *fault.List, c *plans.Charge, before back, unused []plans.Charge,
) (RefundAs, []plans.Charge) {
	give, as, ok := d.rule(c)
	switch {
	case !ok:
		f.Add("rules", proration.ErrUnset, "required, a rule for %v of %.40q", c.Kind, c.Item)
		return as, nil
	case as == AsNothing:
		return as, nil
	case give == InFull && !d.Quantity.IsZero():
		f.Add("quantity", proration.ErrInvalid, "must be 0 if a charge is returned in full; got %v", d.Quantity)
		return as, nil
	case give == InFull:
		rounding := d.Policy.Rounding
		rounding.Places, _ = c.Currency.Places() // the currency is valid
		return as, []plans.Charge{money(c, before, c.Net.Sub(before.net), rounding)}
	}
	return as, of(unused, c.ID)
}

// of returns the credits of a charge, which are consecutive.
func of(unused []plans.Charge, id string) []plans.Charge {
	from := slices.IndexFunc(unused, func(u plans.Charge) bool { return u.Corrects == id })
	if from < 0 {
		return nil
	}
	to := from + 1
	for to < len(unused) && unused[to].Corrects == id {
		to++
	}
	return unused[from:to]
}

// rule returns the extent and the form of the return of a charge, and false if no rule matches it.
func (d *RefundRequest) rule(c *plans.Charge) (Extent, RefundAs, bool) {
	if d.Exception != nil {
		return d.Exception.Give, d.Exception.As, true
	}
	for _, r := range d.Rules {
		if r.Covers(*c) && r.inTime(c, d.At, d.Location) {
			return r.Give, r.As, true
		}
	}
	return 0, 0, false
}

const maxDays = 1_000_000

// worth returns the number of days of the next period that an amount pays for.
func (d *RefundRequest) worth(f *fault.List, amount decimal.Decimal) int {
	if len(d.Next.Lines) == 0 || !d.Next.Total.IsPositive() {
		f.Add("next", proration.ErrUnset, "required, a bill with a positive total")
	}
	fault.Choice(f, "day_mode", d.DayMode)
	if *f != nil || !fault.Amount(f, "next.total", d.Next.Total) {
		return 0
	}
	period := d.Next.Lines[0].Period
	days, err := proration.Request{
		Period: period, Span: period, Location: d.Location, Policy: proration.Standard(0),
	}.Fraction()
	if err != nil {
		f.Under("next.lines[0]", err)
		return 0
	}
	value := new(big.Rat).Quo(amount.Rat(), d.Next.Total.Rat())
	value.Mul(value, big.NewRat(days.Den, 1))
	count := exact.Quotient(value, 0, exact.Mode(d.DayMode))
	if count.GreaterThan(decimal.New(maxDays, 0)) {
		f.Add("next.total", proration.ErrLimit, "must give at most %d days; got %v", maxDays, count)
		return 0
	}
	return int(count.IntPart())
}
