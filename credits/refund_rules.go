package credits

import (
	"math/big"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// RefundRule says what becomes of charges that are no longer used. The first rule that is for a charge holds.
type RefundRule struct {
	Kinds []plans.Kind `json:"kinds,omitzero"` // only for charges of these kinds; none is all
	Items []string     `json:"items,omitzero"` // only for these items; none is all
	Give  Extent       `json:"give,omitzero"`  // how much is given back; must be set unless it is nothing
	As    RefundAs     `json:"as"`             // as what; must be set
}

// Validate returns every fault of the rule: ErrUnset where it does not say what becomes of a charge, or how much is given back, and
// ErrInvalid for a choice that does not exist.
func (r RefundRule) Validate() error {
	var f fault.List
	checkDecision(&f, "", r.Give, r.As)
	for i, k := range r.Kinds {
		f.Under("kinds["+strconv.Itoa(i)+"]", k.Validate())
	}
	return f.Err()
}

// Extent says how much of a charge is given back. Its zero is unset and refused.
type Extent uint8

// How much is given back.
const (
	UnusedPart Extent = iota + 1 // what is not used
	InFull                       // everything that was billed and is not credited yet
)

var extents = []string{"", "unused_part", "in_full"}

// String returns its name, "in_full".
func (e Extent) String() string { return enum.String(extents, e) }

// MarshalText returns its name.
func (e Extent) MarshalText() ([]byte, error) { return fault.Marshal(extents, e, "give") }

// UnmarshalText reads its name; an unknown one is ErrInvalid.
func (e *Extent) UnmarshalText(text []byte) error { return fault.Unmarshal(extents, e, "give", text) }

// RefundAs says what a credit becomes. Its zero is unset and refused.
type RefundAs uint8

// What a credit becomes.
const (
	AsBalance RefundAs = iota + 1 // money owed to the customer, which pays later invoices
	AsRefund                      // money paid back, as far as money was paid; the rest is owed
	AsDays                        // days by which the next period is longer
	AsNothing                     // nothing is given back
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

// Exception is a decision in a single case that departs from the rules.
type Exception struct {
	Give   Extent   `json:"give,omitzero"` // how much is given back; must be set unless it is nothing
	As     RefundAs `json:"as"`            // as what; must be set
	Reason string   `json:"reason"`        // why; must be stated
}

// RefundRequest asks what becomes of charges that are no longer used.
type RefundRequest struct {
	Request                          // what was billed, from when on it is not used, and how that is counted
	ID        string                 `json:"id"`                 // of the grant that comes of it, and its Ref: that of the credit note, say
	Rules     []RefundRule           `json:"rules"`              // what becomes of which charge; one that none is for is an error
	Exception *Exception             `json:"exception,omitzero"` // what is done instead; nil keeps the rules
	Paid      decimal.Decimal        `json:"paid,omitzero"`      // what of the charges was paid in money and not paid back yet; not negative
	Next      plans.Bill             `json:"next,omitzero"`      // for days: what the next period costs, which is made longer
	DayMode   proration.RoundingMode `json:"day_mode,omitzero"`  // for days: how a part of a day is rounded; must be set for them
}

// RefundResult is what became of the charges. The credits and their taxes are what is given back: as the refund, the grant, and the days.
type RefundResult struct {
	Credits []plans.Charge  `json:"credits,omitzero"` // to be issued, one for each charge of which something is given back
	Entries []Entry         `json:"entries,omitzero"` // the grant, if there is one, to be appended to the ledger
	Refund  decimal.Decimal `json:"refund"`           // to be paid back; not negative
	Days    int             `json:"days,omitzero"`    // by how many the next period is longer
	Reason  string          `json:"reason,omitzero"`  // why the rules were not kept
}

// ApplyRefundRules decides what becomes of charges that are no longer used: which of them are given back, how much of each, and as what.
// Errors: those of [Unused]; ErrUnset for a charge without a rule, an exception without a reason, a grant without an ID, and days
// without a price or a mode; ErrInvalid for a full return of a part of a quantity, charges in several currencies, and a negative
// payment; and ErrLimit for more than 1,000,000 days.
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
			f.Add("id", proration.ErrUnset, "a grant has an ID")
		}
		reason := "not used"
		if out.Reason != "" {
			reason = out.Reason
		}
		out.Entries = []Entry{{Kind: Granted, ID: d.ID, Amount: owed, Currency: d.Charges[0].Currency, At: d.At, Reason: reason, Ref: d.ID, Source: source}}
	}
	if f == nil && sums[AsDays].IsPositive() {
		out.Days = d.worth(&f, sums[AsDays])
	}
	if f != nil {
		return RefundResult{}, f.Err()
	}
	return out, nil
}

// check adds the faults of the rules and the exception.
func (d *RefundRequest) check(f *fault.List) {
	for i, r := range d.Rules {
		f.Under("rules["+strconv.Itoa(i)+"]", r.Validate())
	}
	if e := d.Exception; e != nil {
		checkDecision(f, "exception.", e.Give, e.As)
		if e.Reason == "" {
			f.Add("exception.reason", proration.ErrUnset, "an exception has a reason")
		}
	}
	if fault.Amount(f, "paid", d.Paid) && d.Paid.IsNegative() {
		f.Add("paid", proration.ErrInvalid, "must not be negative; got %v", d.Paid)
	}
	if len(d.Charges) > 0 {
		_, err := d.Charges[0].Currency.Places()
		f.Under(element(0), err)
	}
	for i, c := range d.Charges {
		if c.Currency != d.Charges[0].Currency {
			f.Add(element(i)+".currency", proration.ErrInvalid, "%.3s is not %.3s", c.Currency, d.Charges[0].Currency)
		}
	}
}

// checkDecision adds the faults of how much is given back as what.
func checkDecision(f *fault.List, path string, give Extent, as RefundAs) {
	fault.Enum(f, path+"as", refundWays, as)
	if as != AsNothing || give != 0 {
		fault.Enum(f, path+"give", extents, give)
	}
}

// decide collects the credits, newest charge first, what they come to by what they become, and the first charge of which money is owed.
func (d *RefundRequest) decide(f *fault.List, unused []plans.Charge) (out RefundResult, sums [AsNothing + 1]decimal.Decimal, source string) {
	before := given(d.Charges)
	for i := len(d.Charges) - 1; i >= 0; i-- {
		c := &d.Charges[i]
		if c.Corrects != "" || d.Item != "" && c.Item != d.Item || !c.Net.IsPositive() {
			continue
		}
		give, as, ok := d.rule(c)
		var given []plans.Charge
		switch {
		case !ok:
			f.Add("rules", proration.ErrUnset, "none is for %v of %.40q", c.Kind, c.Item)
			continue
		case as == AsNothing:
			continue
		case give == InFull && !d.Quantity.IsZero():
			f.Add("quantity", proration.ErrInvalid, "what is given back in full is not given back in part")
			continue
		case give == InFull:
			policy, _ := c.Currency.Policy(d.Policy) // it was checked
			given = []plans.Charge{money(c, before[c.ID], c.Net.Sub(before[c.ID].net), policy.Rounding)}
		default:
			given = of(unused, c.ID)
		}
		for _, credit := range given {
			if !credit.Net.IsNegative() {
				continue
			}
			out.Credits = append(out.Credits, credit)
			if source == "" && as != AsDays {
				source = credit.Corrects
			}
			sums[as] = sums[as].Sub(credit.Net)
			for _, t := range credit.Taxes {
				if as != AsDays && !t.Included { // a bill has no tax either, and what is included is in the net
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

// of returns the credits of a charge, which stand together.
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

// rule returns what becomes of a charge.
func (d *RefundRequest) rule(c *plans.Charge) (Extent, RefundAs, bool) {
	if d.Exception != nil {
		return d.Exception.Give, d.Exception.As, true
	}
	for _, r := range d.Rules {
		if (len(r.Kinds) == 0 || slices.Contains(r.Kinds, c.Kind)) && (len(r.Items) == 0 || slices.Contains(r.Items, c.Item)) {
			return r.Give, r.As, true
		}
	}
	return 0, 0, false
}

const maxDays = 1_000_000

// worth returns how many days of the next period an amount pays for.
func (d *RefundRequest) worth(f *fault.List, amount decimal.Decimal) int {
	if len(d.Next.Lines) == 0 || !d.Next.Total.IsPositive() {
		f.Add("next", proration.ErrUnset, "days are worth what the next period costs")
	}
	if d.DayMode == 0 {
		f.Add("day_mode", proration.ErrUnset, "say how a part of a day is rounded")
	} else if _, err := (proration.Rounding{Mode: d.DayMode}).Round(amount); err != nil {
		f.Add("day_mode", proration.ErrInvalid, "no rounding mode has the number %d", d.DayMode)
	}
	if *f != nil || !fault.Amount(f, "next.total", d.Next.Total) {
		return 0
	}
	period := d.Next.Lines[0].Period
	days, err := proration.Request{
		Period: period, Span: period, Policy: proration.Policy{DayCount: proration.Days, ChangeDay: proration.NewSide}, Location: d.Location,
	}.Fraction()
	if err != nil {
		f.Under("next.lines[0]", err)
		return 0
	}
	value := new(big.Rat).Quo(amount.Rat(), d.Next.Total.Rat())
	value.Mul(value, big.NewRat(days.Den, 1))
	count := exact.Quotient(value, 0, exact.Mode(d.DayMode))
	if count.GreaterThan(decimal.New(maxDays, 0)) {
		f.Add("next.total", proration.ErrLimit, "%v days are more than %d", count, maxDays)
		return 0
	}
	return int(count.IntPart())
}
