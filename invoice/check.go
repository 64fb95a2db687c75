package invoice

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"reflect"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/canon"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Law is a rule that every invoice keeps. It is the Rule of the errors of [Check].
type Law string

// The laws.
const (
	Exactness    Law = "exactness"    // a charge is its price for its quantity × its share of the period, rounded once, less its discounts
	GivenBack    Law = "given_back"   // a credit is what comes back of a charge that was billed, and never more than is left of it
	Order        Law = "order"        // discounts, credit before tax, tax and credit after tax come out again in this order
	Conservation Law = "conservation" // what is split adds up, and totals are the sums of what they sum up
	NotNegative  Law = "not_negative" // nothing negative is due: what is left over is granted, paid back, or lowers another invoice
	States       Law = "states"       // the status is where the events lead, and no payment is taken twice
	Sealed       Law = "sealed"       // what was issued is as it was
)

// Error returns the name of the law.
func (l Law) Error() string { return "the law of " + string(l) }

// Check computes an invoice again, also one that was read from JSON and that somebody may have edited: each line from its price, its span and
// its discounts, each credit from the charge that it corrects, the discounts, the taxes, the totals, what was granted, the parts, and
// the status from the events. Last comes the seal, which shows any other change of what was issued.
// Each fault is a [github.com/billingrules/billing/proration.Error] with the field's path and, as its Rule, the [Law] that does not hold; all are
// reported at once. Where the currency, the policy, the zone or a number is none at all, those faults alone are returned: ErrUnset, ErrInvalid,
// ErrZone, ErrLimit.
func Check(inv Invoice) error {
	var f fault.List
	places, err := inv.Currency.Places()
	f.Under("", err)
	f.Under("policy", inv.Policy.Validate())
	inv.checkZone(&f)
	inv.checkNumbers(&f)
	if f != nil {
		return f.Err()
	}
	var lines fault.List
	inv.checkLines(&lines)
	for _, e := range single(lines.Err()) {
		law := Exactness
		if i, ok := lineOf(e.Field); ok && i < len(inv.Lines) && inv.Lines[i].Corrects != "" {
			law = GivenBack
		}
		f.Add(e.Field, law, "%s", e.Reason)
	}
	inv.checkHead(&f)
	first := inv.sealed()
	if f == nil {
		inv.checkOrder(&f, places)
		inv.checkSettled(&f)
		inv.checkStates(&f, first)
	}
	if first == 0 {
		f.Add("seal", Sealed, "something was changed after it was issued")
	}
	return f.Err()
}

// single returns the single faults of an error.
func single(err error) []*proration.Error {
	var joined interface{ Unwrap() []error }
	var one *proration.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &joined):
		var all []*proration.Error
		for _, sub := range joined.Unwrap() {
			all = append(all, single(sub)...)
		}
		return all
	case errors.As(err, &one):
		return []*proration.Error{one}
	}
	return []*proration.Error{{Reason: err.Error()}}
}

// lineOf returns the index of the line that a path begins with.
func lineOf(path string) (int, bool) {
	rest, found := strings.CutPrefix(path, "lines[")
	number, _, _ := strings.Cut(rest, "]")
	i, err := strconv.Atoi(number)
	return i, found && err == nil
}

// checkZone adds the fault of a location that is not that of the zone.
func (inv *Invoice) checkZone(f *fault.List) {
	has := "UTC"
	if inv.Location != nil {
		has = inv.Location.String()
	}
	if want := inv.Zone; has != want && (want != "" || has != "UTC") {
		f.Add("location", proration.ErrZone, "%.40q is not the zone of the invoice, %.40q", has, want)
	}
}

// checkNumbers adds the faults of numbers that cannot be computed with.
func (inv *Invoice) checkNumbers(f *fault.List) {
	if len(inv.Lines) == 0 || len(inv.Lines) > maxLines || len(inv.CreditedCharges) > maxLines {
		f.Add("lines", proration.ErrLimit, "an invoice has 1 to %d lines", maxLines)
		return
	}
	limit(f, "lines", inv.Lines, 2*maxDiscounts) // those that were taken off before, and its own
	limit(f, "credited_charges", inv.CreditedCharges, 2*maxDiscounts)
	if len(inv.Discounts) > maxDiscounts {
		f.Add("discounts", proration.ErrLimit, "%d discounts are more than %d", len(inv.Discounts), maxDiscounts)
	}
	if len(inv.Events) > maxEvents {
		f.Add("events", proration.ErrLimit, "an invoice has at most %d", maxEvents)
	}
	for _, n := range inv.amountsOf() {
		fault.Amount(f, n.field, n.amount)
	}
	for i, e := range inv.LedgerEntries {
		fault.Amount(f, "ledger_entries["+strconv.Itoa(i)+"].amount", e.Amount)
	}
	for i, e := range inv.Events {
		fault.Amount(f, "events["+strconv.Itoa(i)+"].amount", e.Amount)
	}
	for i, p := range inv.Installments {
		fault.Amount(f, "installments["+strconv.Itoa(i)+"].amount", p.Amount)
	}
	if inv.IssuedAt.IsZero() {
		f.Add("issued_at", proration.ErrUnset, "an invoice is issued at an instant")
	}
}

// limit adds the faults of lines with more on them than anybody has.
func limit(f *fault.List, list string, lines []plans.Charge, discounts int) {
	for i := range lines {
		if c := &lines[i]; len(c.Taxes) > maxTaxes || len(c.Discounts) > discounts {
			f.Add(list+"["+strconv.Itoa(i)+"]", proration.ErrLimit, "it has more than %d taxes or %d discounts", maxTaxes, discounts)
		}
	}
}

// checkHead adds the faults of IDs, dates and currencies.
func (inv *Invoice) checkHead(f *fault.List) {
	d := Draft{ID: inv.ID}
	for i, line := range inv.Lines {
		path := "lines[" + strconv.Itoa(i) + "]."
		if line.ID != d.lineID(i) {
			f.Add(path+"id", Sealed, "%.40q is not %.40q", line.ID, d.lineID(i))
		}
		if line.Currency != inv.Currency {
			f.Add(path+"currency", Conservation, "%.3s is not %.3s", line.Currency, inv.Currency)
		}
	}
	if !inv.DueAt.IsZero() && inv.DueAt.Before(inv.IssuedAt) {
		f.Add("due_at", Sealed, "it is before the invoice was issued")
	}
}

// checkOrder adds what of the discounts, the taxes and the totals does not come out again.
func (inv *Invoice) checkOrder(f *fault.List, places int32) {
	again := inv.Clone()
	again.RemainingDiscounts = nil
	untaxed := decimal.New(0, -places)
	for i := range again.Lines {
		c := &again.Lines[i]
		if c.Corrects != "" {
			continue
		}
		var before []plans.Deduction
		for _, taken := range c.Discounts {
			if inv.took(taken) {
				c.Net = c.Net.Add(taken.Amount)
			} else {
				before = append(before, taken)
			}
		}
		untaxed = untaxed.Add(c.Untaxed)
		c.Discounts, c.Untaxed = before, decimal.Decimal{}
	}
	if err := again.discount(&Draft{Discounts: inv.Discounts, Currency: inv.Currency, Policy: inv.Policy}); err != nil {
		f.Add("discounts", Order, "%v", err)
		return
	}
	if untaxed.IsPositive() {
		if err := again.untaxed(untaxed); err != nil {
			f.Add("lines", Order, "%v", err)
			return
		}
	}
	again.tax()
	again.sums(places)
	for i := range inv.Lines {
		if field := differs(again.Lines[i], inv.Lines[i]); field != "" {
			f.Add("lines["+strconv.Itoa(i)+"]."+field, Order, "it does not come out again: %s", again.Lines[i].Explain())
		}
	}
	if !same(again.RemainingDiscounts, inv.RemainingDiscounts) {
		f.Add("remaining_discounts", Order, "it is not what is left of the discounts")
	}
	for i, n := range inv.amountsOf() {
		if should := again.amountsOf()[i].amount; !n.amount.Equal(should) {
			f.Add(n.field, Conservation, "%v is not the sum, %v", n.amount, should)
		}
	}
	if !same(again.Taxes, inv.Taxes) {
		f.Add("taxes", Conservation, "they are not the sums of the lines' taxes")
	}
}

// took reports whether a deduction is one of the invoice's discounts.
func (inv *Invoice) took(taken plans.Deduction) bool {
	for _, d := range inv.Discounts {
		if d.ID == taken.Discount {
			return true
		}
	}
	return false
}

// first returns the status of an invoice when it was built, unless it was a draft.
func (inv *Invoice) first() Status {
	if inv.AmountDue.IsZero() {
		return Paid
	}
	return Open
}

// sealed returns the status in which the invoice was sealed, or 0 where the seal is not that of what it says now.
func (inv *Invoice) sealed() Status {
	for _, first := range []Status{inv.first(), Drafted} {
		if seal, err := inv.seal(first); err == nil && seal == inv.Seal {
			return first
		}
	}
	return 0
}

// seal returns the digest of everything that was issued, and of the status in which it was: a draft is none that is open.
func (inv *Invoice) seal(first Status) (string, error) {
	issued := invoiceJSON(*inv)
	issued.Status, issued.Events, issued.Seal = first, nil, ""
	text, err := canon.Normal(issued)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}

// differs returns the JSON name of the first field in which two values of a struct differ, or "".
func differs[T any](a, b T) string {
	if same(a, b) {
		return ""
	}
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		if field := x.Type().Field(i); field.IsExported() && !same(x.Field(i).Interface(), y.Field(i).Interface()) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			return name
		}
	}
	return ""
}

// same reports whether two values are equal, however their numbers and instants are written.
func same(a, b any) bool {
	x, errX := canon.Normal(a)
	y, errY := canon.Normal(b)
	return errors.Join(errX, errY) == nil && string(x) == string(y)
}
