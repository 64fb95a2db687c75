package plans

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Market is how customers of some countries pay.
type Market struct {
	Countries      []string        `json:"countries,omitzero"` // ISO 3166 codes in capitals, "BR"; none is every country that no other market has
	Currency       Currency        `json:"currency"`           // in which they are billed
	PaymentMethods []PaymentMethod `json:"payment_methods"`    // how they can pay; at least one
}

// PaymentMethod is a way to pay. A card is one method, whatever its brand.
type PaymentMethod struct {
	ID           string  `json:"id"`                    // "card", "wire"
	By           []Actor `json:"by"`                    // who may choose it: customers by themselves, or support by arrangement; at least one
	Installments int     `json:"installments,omitzero"` // into how many parts an amount can be split, 1 to 120; 0 is 1
}

// Actor is who asks for something. Its zero is unset and refused.
type Actor uint8

// The actors.
const (
	Customer Actor = iota + 1 // by themselves
	Support                   // the seller's staff, on a customer's behalf
)

var actors = []string{"", "customer", "support"}

// String returns the actor's name, "customer".
func (a Actor) String() string { return enum.String(actors, a) }

// MarshalText returns the actor's name.
func (a Actor) MarshalText() ([]byte, error) { return fault.Marshal(actors, a, "actor") }

// UnmarshalText reads the actor's name; an unknown one is ErrInvalid.
func (a *Actor) UnmarshalText(text []byte) error { return fault.Unmarshal(actors, a, "actor", text) }

const maxInstallments = 120

// Validate returns every fault of the market: ErrUnset for a missing method, method ID or actor, ErrInvalid for a country that
// is not two capital letters and for what comes twice, ErrLimit for more than 120 installments, and the faults of the currency.
func (m Market) Validate() error {
	var f fault.List
	seen := map[string]bool{}
	for i, code := range m.Countries {
		checkName(&f, element("countries", i), code, seen, code)
		if code != "" {
			checkCountry(&f, element("countries", i), code)
		}
	}
	_, err := m.Currency.Places()
	f.Under("", err)
	if len(m.PaymentMethods) == 0 {
		f.Add("payment_methods", proration.ErrUnset, "a market has a way to pay")
	}
	seen = map[string]bool{}
	for i, method := range m.PaymentMethods {
		path := element("payment_methods", i)
		checkName(&f, path+".id", method.ID, seen, method.ID)
		checkActors(&f, path+".by", method.By)
		if method.Installments < 0 || method.Installments > maxInstallments {
			f.Add(path+".installments", proration.ErrLimit, "%d is not between 0 and %d", method.Installments, maxInstallments)
		}
	}
	return f.Err()
}

// clone returns a market that shares nothing that can be written to.
func (m Market) clone() Market {
	m.Countries, m.PaymentMethods = slices.Clone(m.Countries), slices.Clone(m.PaymentMethods)
	for i := range m.PaymentMethods {
		m.PaymentMethods[i].By = slices.Clone(m.PaymentMethods[i].By)
	}
	return m
}

// checkCountry adds the fault of a code that none is written like.
func checkCountry(f *fault.List, field, code string) {
	if len(code) != 2 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		f.Add(field, proration.ErrInvalid, "%.40q is not two capital letters", code)
	}
}

// checkActors adds the faults of a list of actors, of whom there must be one.
func checkActors(f *fault.List, field string, by []Actor) {
	if len(by) == 0 {
		f.Add(field, proration.ErrUnset, "it is one of %s, or both", enum.List(actors))
	}
	for i, a := range by {
		fault.Enum(f, element(field, i), actors, a)
	}
}

// PaymentMethod returns the way to pay of an ID, where an actor may choose it.
// Errors: a [Refusal] that lists all of those that are open to the actor, and those by arrangement.
func (m Market) PaymentMethod(id string, by Actor) (PaymentMethod, error) {
	var open, arranged []string
	for _, method := range m.PaymentMethods {
		may := slices.Contains(method.By, by)
		if may && method.ID == id {
			return method, nil
		}
		if may {
			open = append(open, method.ID)
		} else {
			arranged = append(arranged, method.ID)
		}
	}
	instead := oneOf(open)
	if len(arranged) > 0 {
		instead = strings.Trim(instead+"; by arrangement "+oneOf(arranged), "; ")
	}
	reason := strconv.Quote(id) + " is not accepted here"
	if slices.Contains(arranged, id) {
		reason = strconv.Quote(id) + " is by arrangement"
	}
	return PaymentMethod{}, &Refusal{Rule: "payment_method", Reason: reason, Instead: instead}
}

// oneOf lists what there is to choose from.
func oneOf(all []string) string { return strings.Join(all, ", ") }

// Installment is a part of an amount, and when it is due.
type Installment struct {
	At     time.Time       `json:"at"`     // when it is due
	Amount decimal.Decimal `json:"amount"` // in major units
}

// Installments splits a bill into parts that add up to its total to the last unit, the first due with it and the others at
// intervals from then on: of the same day of the month, or the last one of a shorter month.
// Errors: ErrLimit for a count that is not between 1 and 120, and the faults of the currency, the interval and the total.
func (b Bill) Installments(count int, every proration.Interval, currency Currency) ([]Installment, error) {
	var f fault.List
	if count < 1 || count > maxInstallments {
		f.Add("count", proration.ErrLimit, "%d is not between 1 and %d", count, maxInstallments)
	}
	places, err := currency.Places()
	f.Under("", err)
	cycle, err := proration.NewCycle(b.At, every)
	f.Under("", renamed(err, "anchor", "at"))
	if f != nil {
		return nil, f.Err()
	}
	weights := make([]decimal.Decimal, count)
	for i := range weights {
		weights[i] = decimal.New(1, 0)
	}
	parts, err := proration.Split(proration.Division{Amount: b.Total, Weights: weights, Places: places, Allocation: proration.LargestRemainder})
	if err != nil {
		return nil, renamed(err, "amount", "total")
	}
	all := make([]Installment, count)
	for i, part := range parts {
		period, err := cycle.Period(i)
		if err != nil {
			return nil, renamed(err, "n", "at")
		}
		all[i] = Installment{At: period.Start, Amount: part.Amount}
	}
	return all, nil
}
