package answer

import (
	"fmt"
	"io"
	"time"

	"github.com/billingrules/billing/internal/wrap"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Row is one question of a vendor's FAQ, the rule that answers it, and the lives of subscriptions that show the rule.
type Row struct {
	Row      string `json:"row"`      // number of the row, "K3a"
	Question string `json:"question"` // the question, in our own words
	Rule     string `json:"rule"`     // the billing rule that answers the question
	Lives    []Life `json:"lives"`    // orders and events whose amounts answer the question
}

// Life is an order and the later events of its subscription.
type Life struct {
	Order    plans.Order       `json:"order"`    // the order that creates the subscription
	Contact  invoice.Contact   `json:"contact"`  // recipient of the invoices
	Members  []lifecycle.Role  `json:"members"`  // members whose access is printed at each status check
	Repriced *Repriced         `json:"repriced"` // later price change in the catalog; nil for none
	Events   []lifecycle.Event `json:"events"`   // events in order; an entry without a kind prints a status check
	History  bool              `json:"history"`  // reports whether all invoices are listed at the end
}

// Repriced is a price change in the catalog.
type Repriced struct {
	From  time.Time   `json:"from"`  // instant from which the new price applies
	Plan  string      `json:"plan"`  // ID of the plan
	Offer plans.Offer `json:"offer"` // item, currency and new price
}

// Vendor is the billing policy and the calendars that answer the rows.
type Vendor struct {
	Policy lifecycle.Policy  // billing policy with the catalog
	Zones  map[string]string // time zone whose calendar counts the days, by country
}

// Quote quotes an order under the policy.
func (v Vendor) Quote(o plans.Order) (plans.Quote, error) {
	o.UnusedTrial = v.Policy.Trial.UnusedTrial
	o.PaymentMethodOptional = !v.Policy.Trial.RequirePaymentMethod
	return v.Policy.Catalog.Quote(o, v.Policy.Billing.Proration, v.Policy.Billing.Allocation)
}

// Title prints the question of a row and its rule.
func (r Row) Title(out io.Writer) {
	fmt.Fprintf(out, "%s  %s\n%s\n", r.Row, r.Question, wrap.Text(r.Rule, "    "))
}

// Play replays the lives of a row and prints each step. A refused order or event is printed as an answer. Invalid
// input is an error.
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

// Ordered returns the order with its times on the calendar of its country, and a line that describes the order.
func (v Vendor) Ordered(o plans.Order) (plans.Order, string, error) {
	zone, err := time.LoadLocation(v.Zones[o.Country])
	if err != nil {
		return o, "", err
	}
	o.At, o.TrialEnd = In(o.At, zone), In(o.TrialEnd, zone)
	items := ""
	for i, item := range o.Items {
		if i > 0 {
			items += " and "
		}
		items += item.Quantity.String() + " "
		if item.Plan != "" {
			items += item.Plan + " "
		}
		items += item.Item
	}
	term := ""
	if o.Term != (proration.Interval{}) {
		term = " for " + o.Term.String()
	}
	title := fmt.Sprintf("%s  %s orders %s on %s%s in %s, payment method %s",
		o.At.Format(time.DateOnly), o.By, items, o.Plan, term, o.Country, o.PaymentMethod)
	return o, title, nil
}

// In returns an instant in a time zone. The zero time stays zero.
func In(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(zone)
}
