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

// Market sets the currency and the payment methods for customers in some countries.
type Market struct {
	// Countries are ISO 3166 codes in capitals, "BR". A market without countries is for all countries that no other
	// market lists.
	Countries      []string        `json:"countries,omitzero"`
	Currency       Currency        `json:"currency"`        // currency of all bills
	PaymentMethods []PaymentMethod `json:"payment_methods"` // accepted payment methods; at least one
}

// PaymentMethod is a way to pay. All card brands are one method.
type PaymentMethod struct {
	ID string `json:"id"` // ID of the method, "card" or "wire"
	// By lists the actors who may choose the method; at least one. A method that only Support may choose is by
	// arrangement.
	By           []Actor `json:"by"`
	Installments int     `json:"installments,omitzero"` // highest number of installments, 1 to 120; 0 is 1
}

// Actor is the party that places an order or requests a change. The zero Actor is unset and an error.
//
// JSON: customer, support.
type Actor uint8

// The actors.
const (
	Customer Actor = iota + 1 // the customer
	Support                   // the seller's staff, on behalf of the customer
)

var actors = []string{"", "customer", "support"}

// String returns the actor's name, "customer".
func (a Actor) String() string { return enum.String(actors, a) }

// words names the actor in a sentence, "the customer".
func (a Actor) words() string {
	if a == Customer {
		return "the customer"
	}
	return a.String()
}

// MarshalText returns the actor's name.
func (a Actor) MarshalText() ([]byte, error) { return fault.Marshal(actors, a, "actor") }

// UnmarshalText reads the actor's name; an unknown name is ErrInvalid.
func (a *Actor) UnmarshalText(text []byte) error { return fault.Unmarshal(actors, a, "actor", text) }

const maxInstallments = 120

// validate returns every fault of the market: ErrUnset for a missing payment method, method ID or actor; ErrInvalid for
// a country that is not two capital letters, and for a duplicate country or method; ErrLimit for more than 120
// installments; and the faults of the currency.
func (m *Market) validate() error {
	var f fault.List
	seen := map[string]bool{}
	for i, code := range m.Countries {
		checkName(&f, fault.At("countries", i), code, seen, code)
		if code != "" {
			checkCountry(&f, fault.At("countries", i), code)
		}
	}
	_, err := m.Currency.Places()
	f.Under("", err)
	if len(m.PaymentMethods) == 0 {
		f.Add("payment_methods", proration.ErrUnset, "required, at least one payment method")
	}
	seen = map[string]bool{}
	for i, method := range m.PaymentMethods {
		path := fault.At("payment_methods", i)
		checkName(&f, path+".id", method.ID, seen, method.ID)
		checkActors(&f, path+".by", method.By)
		if method.Installments < 0 || method.Installments > maxInstallments {
			f.Add(path+".installments", proration.ErrLimit, "must be between 0 and %d; got %d",
				maxInstallments, method.Installments)
		}
	}
	return f.Err()
}

// checkCountry adds a fault unless the code is two capital letters.
func checkCountry(f *fault.List, field, code string) {
	if len(code) != 2 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		f.Add(field, proration.ErrInvalid, "must be two capital letters; got %.40q", code)
	}
}

// checkActors adds the faults of a list of actors, which must not be empty.
func checkActors(f *fault.List, field string, by []Actor) {
	if len(by) == 0 {
		f.Add(field, proration.ErrUnset, "required, at least one of %s", enum.List(actors))
	}
	for i, a := range by {
		fault.Enum(f, fault.At(field, i), actors, a)
	}
}

// PaymentMethod returns the payment method with the given ID if the actor may choose it.
// Errors: a [Refusal] that lists the methods that the actor may choose, and the other ones as by arrangement.
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
		instead = strings.TrimSpace(instead + " By arrangement: " + strings.Join(arranged, ", ") + ".")
	}
	reason := "Payment method " + strconv.Quote(id) + " is not accepted."
	if slices.Contains(arranged, id) {
		reason = "Payment method " + strconv.Quote(id) + " is available by arrangement only."
	}
	return PaymentMethod{}, &Refusal{Rule: "payment_method", Reason: reason, Instead: instead}
}

// oneOf returns a sentence that lists the customer's choices, "Choose P6M, P9M or P1Y.", or "" if there are none.
func oneOf(all []string) string {
	switch n := len(all); n {
	case 0:
		return ""
	case 1:
		return "Choose " + all[0] + "."
	default:
		return "Choose " + strings.Join(all[:n-1], ", ") + " or " + all[n-1] + "."
	}
}

// Installment is one payment of a bill.
type Installment struct {
	At     time.Time       `json:"at"`                            // due time
	Amount decimal.Decimal `json:"amount"`                        // amount due in major units
	Weight decimal.Decimal `json:"weight,omitzero" canon:"count"` // relative size; zero is as large as the others
}

// Installments splits the total of a bill into installments that add up exactly and, without weights, differ by at most
// one minor unit. With weights, one for each, they are in proportion to them, and the minor units that are left go to
// the largest remainders. The first one is due with the bill, the others follow at the interval: on the same day of the
// month, or on the last day of a shorter month. Errors: ErrLimit for a count that is not between 1 and 120, ErrInvalid
// for weights of another number or not above zero, and the faults of the currency, the interval and the total.
func (b Bill) Installments(
	count int, every proration.Interval, currency Currency, weights ...decimal.Decimal,
) ([]Installment, error) {
	var f fault.List
	plan := InstallmentPlan{Count: count, Weights: weights}
	if count < 1 || count > maxInstallments {
		f.Add("count", proration.ErrLimit, "must be between 1 and %d; got %d", maxInstallments, count)
	} else {
		plan.checkWeights(&f, "")
	}
	places, err := currency.Places()
	f.Under("", err)
	cycle, err := proration.NewCycle(b.At, every)
	f.Under("", fault.Rename(err, "anchor", "at"))
	if f != nil {
		return nil, f.Err()
	}
	sizes := weights
	if len(sizes) == 0 {
		sizes = slices.Repeat([]decimal.Decimal{decimal.New(1, 0)}, count)
	}
	parts, err := proration.Split(proration.Division{
		Amount: b.Total, Weights: sizes, Places: places, Allocation: proration.LargestRemainder,
	})
	if err != nil {
		return nil, fault.Rename(err, "amount", "total")
	}
	all := make([]Installment, count)
	for i, part := range parts {
		period, err := cycle.Period(i)
		if err != nil {
			return nil, fault.Rename(err, "n", "at")
		}
		all[i] = Installment{At: period.Start, Amount: part.Amount}
		if len(weights) > 0 {
			all[i].Weight = weights[i]
		}
	}
	return all, nil
}
