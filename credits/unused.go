package credits

import (
	"strconv"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Request asks what of some charges is not used from an instant on.
type Request struct {
	Charges  []plans.Charge   `json:"charges"` // what was billed, in the order of billing
	At       time.Time        `json:"at"`      // the first instant that is not used
	Basis    proration.Basis  `json:"basis"`   // what a credit is a share of; must be set
	Policy   proration.Policy `json:"policy"`  // how to count and round
	Location *time.Location   `json:"-"`       // whose calendar counts the days; nil is UTC
}

// Unused returns a credit for each charge that is paid for beyond the instant, the newest charge first. Charges that end
// before it, that begin after it or that cost nothing give none. Each credit has the plan, item, quantity and rate of its
// charge, names it in Corrects, and its Net is not above zero. The places of the rounding are the policy's. Nothing is
// remembered: once a credit is issued, the caller adds it to its charge's Credited, or no longer passes that charge.
// Errors: ErrUnset for the instant, the basis, the policy, or a charge without an ID, and those of proration.Adjust, under
// the path of the charge.
func Unused(r Request) ([]plans.Charge, error) {
	var f fault.List
	r.check(&f)
	if f != nil {
		return nil, f.Err()
	}
	var owed []plans.Charge
	for i := len(r.Charges) - 1; i >= 0; i-- {
		c := &r.Charges[i]
		if !c.Span.Contains(r.At) || !c.Net.IsPositive() {
			continue
		}
		credit, err := r.unused(c)
		f.Under("charges["+strconv.Itoa(i)+"]", err)
		owed = append(owed, credit)
	}
	if f != nil {
		return nil, f.Err()
	}
	return owed, nil
}

// check adds the faults of what every charge is credited by.
func (r *Request) check(f *fault.List) {
	if r.At.IsZero() {
		f.Add("at", proration.ErrUnset, "say from when on it is not used")
	}
	switch r.Basis {
	case proration.OnBilled, proration.OnPrice:
	case 0:
		f.Add("basis", proration.ErrUnset, "say what a credit is a share of")
	default:
		f.Add("basis", proration.ErrInvalid, "no basis has the number %d", r.Basis)
	}
	f.Under("policy", r.Policy.Validate())
}

// unused returns the credit for one charge.
func (r *Request) unused(c *plans.Charge) (plans.Charge, error) {
	if c.ID == "" {
		return plans.Charge{}, fault.New("id", proration.ErrUnset, "a charge that is credited has an ID")
	}
	adjustment, err := proration.Adjust(proration.Change{
		At:     r.At,
		Billed: proration.Billed{Amount: c.Net, Credited: c.Credited, Span: c.Span, Price: c.Share.Of, Period: c.Period},
		Basis:  r.Basis, Policy: r.Policy, Location: r.Location,
	})
	if err != nil {
		return plans.Charge{}, err
	}
	return plans.Charge{
		Corrects: c.ID, Plan: c.Plan, Item: c.Item, Quantity: c.Quantity, Rate: c.Rate,
		Period: c.Period, Span: c.Span.From(r.At), Share: adjustment.Credit, Net: adjustment.Credit.Amount,
	}, nil
}
