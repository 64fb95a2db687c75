package answer

import (
	"fmt"
	"io"
	"time"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Row is one question of a vendor's FAQ, the rule that answers it, and lives in which it comes up.
type Row struct {
	Row      string `json:"row"`      // its number, "K3a"
	Question string `json:"question"` // in words of our own
	Rule     string `json:"rule"`     // what holds, in words
	Lives    []Life `json:"lives"`    // what happens to customers, whose figures answer the question
}

// Life is an order, and what happens to the subscription that it makes.
type Life struct {
	Order    plans.Order       `json:"order"`    // what is bought
	Contact  invoice.Contact   `json:"contact"`  // to whom its invoices go
	Members  []lifecycle.Role  `json:"members"`  // whose access is shown besides the customer's
	Repriced *Repriced         `json:"repriced"` // another price list that holds later
	Events   []lifecycle.Event `json:"events"`   // numbered as they stand; one without a kind is an instant at which to look
	History  bool              `json:"history"`  // all invoices are listed at the end
}

// Repriced is a price of the catalog that changes.
type Repriced struct {
	From  time.Time   `json:"from"`
	Plan  string      `json:"plan"`
	Offer plans.Offer `json:"offer"`
}

// Vendor is what lives are played by.
type Vendor struct {
	Policy lifecycle.Policy
	Zones  map[string]string // by country: whose calendar counts the days
}

// Title prints the question of a row and the rule that answers it.
func (r Row) Title(out io.Writer) {
	fmt.Fprintf(out, "%s  %s\n%s\n", r.Row, r.Question, Wrapped(r.Rule, "    "))
}

// Play replays the lives of a row and prints what happens. What is refused is an answer like any other; what makes no sense is an error.
func (v Vendor) Play(out io.Writer, r Row) error {
	for i, l := range r.Lives {
		id := r.Row
		if i > 0 {
			id += string(rune('a' + i))
		}
		fmt.Fprintln(out)
		if err := v.play(out, id, l); err != nil {
			return fmt.Errorf("row %s: %w", r.Row, err)
		}
	}
	return nil
}

// Ordered returns the order on the calendar of its country, and what it asks for in words.
func (v Vendor) Ordered(o plans.Order) (plans.Order, string, error) {
	zone, err := time.LoadLocation(v.Zones[o.Country])
	if err != nil {
		return o, "", err
	}
	o.At, o.TrialEnd = In(o.At, zone), In(o.TrialEnd, zone)
	what := ""
	for i, item := range o.Items {
		if i > 0 {
			what += " and "
		}
		what += item.Quantity.String() + " "
		if item.Plan != "" {
			what += item.Plan + " "
		}
		what += item.Item
	}
	term := ""
	if o.Term != (proration.Interval{}) {
		term = " for " + o.Term.String()
	}
	return o, fmt.Sprintf("%s  %s orders %s of %s%s in %s, by %s", o.At.Format(time.DateOnly), o.By, what, o.Plan, term, o.Country, o.PaymentMethod), nil
}

// In writes an instant on a calendar, if there is one.
func In(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(zone)
}
