package invoice

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/canon"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// The rules that an edited invoice breaks.
var (
	// ErrRecomputed reports a field that differs from its recomputation.
	ErrRecomputed = errors.New("differs from its recomputation")
	// ErrSealed reports a document that was changed after it was issued.
	ErrSealed = errors.New("changed after issue")
)

// Check recomputes an invoice, such as one that was stored as JSON and may have been edited: each line from its price,
// span and discounts, each credit from the charge that it corrects, the discounts, the taxes, the totals, the credit
// granted and the installments. The seal reveals any other change.
//
// Errors: a [proration.Error] for each fault, with the path of the field: [ErrRecomputed] or [ErrSealed]. If the
// currency, the policy, the zone or a number is invalid, only those faults are returned: ErrUnset, ErrInvalid, ErrZone,
// ErrLimit.
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
	for _, e := range fault.All(lines.Err()) {
		f.Add(e.Field, ErrRecomputed, "%s", e.Reason)
	}
	inv.checkHead(&f)
	if f == nil {
		inv.checkOrder(&f, places)
		inv.checkSettled(&f)
	}
	if seal, err := inv.seal(); err != nil || seal != inv.Seal {
		f.Add("seal", ErrSealed, "the content was changed after the invoice was issued")
	}
	inv.checkNumber(&f)
	return f.Err()
}

// checkZone adds the fault of a location that differs from the zone of the invoice.
func (inv *Invoice) checkZone(f *fault.List) {
	has := "UTC"
	if inv.Location != nil {
		has = inv.Location.String()
	}
	if want := inv.Zone; has != want && (want != "" || has != "UTC") {
		f.Add("location", proration.ErrZone, "must be %.40q, the zone of the invoice; got %.40q", want, has)
	}
}

// checkNumbers adds the faults of numbers and lists beyond the limits.
func (inv *Invoice) checkNumbers(f *fault.List) {
	if len(inv.Lines) == 0 || len(inv.Lines) > maxLines || len(inv.CreditedCharges) > maxLines {
		f.Add("lines", proration.ErrLimit, "must be 1 to %[1]d lines, and at most %[1]d credited charges", maxLines)
		return
	}
	limit(f, "lines", inv.Lines, 2*maxDiscounts) // deductions made before the draft, and those of the invoice
	limit(f, "credited_charges", inv.CreditedCharges, 2*maxDiscounts)
	if len(inv.Discounts) > maxDiscounts {
		f.Add("discounts", proration.ErrLimit, "must be at most %d discounts; got %d", maxDiscounts, len(inv.Discounts))
	}
	for _, n := range inv.amountsOf() {
		fault.Amount(f, n.field, n.amount)
	}
	for i, e := range inv.LedgerEntries {
		fault.Amount(f, fault.At("ledger_entries", i)+".amount", e.Amount)
	}
	for i, p := range inv.Installments {
		fault.Amount(f, fault.At("installments", i)+".amount", p.Amount)
	}
	if inv.IssuedAt.IsZero() {
		f.Add("issued_at", proration.ErrUnset, "required, the time of issue")
	}
}

// limit adds the faults of lines with too many taxes or discounts.
func limit(f *fault.List, list string, lines []plans.Charge, discounts int) {
	for i := range lines {
		if c := &lines[i]; len(c.Taxes) > maxTaxes || len(c.Discounts) > discounts {
			f.Add(fault.At(list, i), proration.ErrLimit, "must have at most %d taxes and %d discounts; got %d and %d",
				maxTaxes, discounts, len(c.Taxes), len(c.Discounts))
		}
	}
}

// checkHead adds the faults of line IDs, line currencies and the due date.
func (inv *Invoice) checkHead(f *fault.List) {
	d := Draft{ID: inv.ID}
	for i, line := range inv.Lines {
		path := fault.At("lines", i) + "."
		if line.ID != lineid.Of(d.ID, i) {
			f.Add(path+"id", ErrSealed, "must be %.40q; got %.40q", lineid.Of(d.ID, i), line.ID)
		}
		if line.Currency != inv.Currency {
			f.Add(path+"currency", ErrRecomputed, "must be %.3s, like the invoice; got %.3s", inv.Currency, line.Currency)
		}
	}
	if !inv.DueAt.IsZero() && inv.DueAt.Before(inv.IssuedAt) {
		f.Add("due_at", ErrSealed, "must not be before issued_at; got %s", inv.DueAt.Format(time.RFC3339))
	}
}

// checkOrder adds the faults of discounts, taxes and totals that differ from their recomputation.
func (inv *Invoice) checkOrder(f *fault.List, places int32) {
	again := *inv
	again.Lines, again.RemainingDiscounts = slices.Clone(inv.Lines), nil
	untaxed := decimal.New(0, -places)
	for i := range again.Lines {
		c := &again.Lines[i]
		if c.Corrects != "" {
			continue
		}
		var before []plans.Deduction
		for _, taken := range c.Discounts {
			if inv.took(taken) && c.Restores == "" && c.PricedAt.IsZero() {
				c.Net = exact.Plus(c.Net, taken.Amount)
			} else {
				before = append(before, taken)
			}
		}
		untaxed = exact.Plus(untaxed, c.Untaxed)
		c.Discounts, c.Untaxed = before, decimal.Decimal{}
	}
	err := again.discount(&Draft{
		Discounts: inv.Discounts, Currency: inv.Currency, Policy: inv.Policy, Location: inv.Location,
	})
	if err != nil {
		f.Add("discounts", ErrRecomputed, "%v", err)
		return
	}
	if untaxed.IsPositive() {
		if err := again.untaxed(untaxed); err != nil {
			f.Add("lines", ErrRecomputed, "%v", err)
			return
		}
	}
	again.tax()
	again.sums(places)
	var same canon.Comparer
	for i := range inv.Lines {
		if field := differs(&same, &again.Lines[i], &inv.Lines[i]); field != "" {
			f.Add(fault.At("lines", i)+"."+field, ErrRecomputed, "must equal the recomputed line: %s", again.Lines[i].Explain())
		}
	}
	if !same.Equal(&again.RemainingDiscounts, &inv.RemainingDiscounts) {
		f.Add("remaining_discounts", ErrRecomputed, "must be the discounts that remain after this invoice")
	}
	for i, n := range inv.amountsOf() {
		if should := again.amountsOf()[i].amount; !n.amount.Equal(should) {
			f.Add(n.field, ErrRecomputed, "must be %v, the recomputed amount; got %v", should, n.amount)
		}
	}
	if !same.Equal(&again.Taxes, &inv.Taxes) {
		f.Add("taxes", ErrRecomputed, "must be the totals of the taxes of the lines")
	}
}

// took reports whether the invoice itself deducted the discount.
func (inv *Invoice) took(taken plans.Deduction) bool {
	for _, d := range inv.Discounts {
		if d.ID == taken.Discount {
			return true
		}
	}
	return false
}

// sealBytes is the length of a seal: 128 bits, which no edit keeps by chance.
const sealBytes = 16

// seal returns the digest of the document without its seal and its numbers.
func (inv *Invoice) seal() (string, error) {
	issued := invoiceJSON(*inv)
	issued.Seal, issued.Number, issued.CorrectsNumber, issued.NumberSeal = "", "", "", ""
	digest := sha256.New()
	err := canon.WriteNormal(digest, &issued)
	return base64.RawURLEncoding.EncodeToString(digest.Sum(nil)[:sealBytes]), err
}

// differs returns the JSON name of the first field in which two structs differ, or "".
func differs[T any](c *canon.Comparer, a, b *T) string {
	if c.Equal(a, b) {
		return ""
	}
	x, y := reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem()
	for i := range x.NumField() {
		field := x.Type().Field(i)
		if field.IsExported() && !c.Equal(x.Field(i).Addr().Interface(), y.Field(i).Addr().Interface()) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			return name
		}
	}
	return ""
}
