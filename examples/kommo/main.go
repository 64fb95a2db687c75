// Kommo answers the billing FAQ of a sales tool vendor with amounts: orders for 6, 9, 12 and 24 months in Brazil and
// elsewhere, seats added in mid-term, and refusals with their reasons. It also replays subscriptions with slow and
// failed payments, renewals and access. The orders, changes and events are data in kommo.json. The vendor's policy and
// catalog are in examples/policies/vendors. The FAQ states no prices, no percentages and no time limit of the first
// payment; those numbers are placeholders.
//
//	go run ./examples/kommo
package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // time zones for machines that have none

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/examples/policies/vendors"
	"github.com/billingrules/billing/internal/wrap"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

//go:embed kommo.json
var data []byte

// file is the content of kommo.json.
type file struct {
	Zones map[string]string `json:"zones"` // time zone whose calendar counts the days, by country
	Rows  []row             `json:"rows"`  // the questions in order
}

// row is one question. Its requests are answered in order, and then its lives are replayed.
type row struct {
	answer.Row
	Asks []ask `json:"asks"` // requests of one customer in order
}

// vendor answers requests under the vendor's policy.
type vendor struct {
	answer.Vendor
}

// ask is one request: an order, a change of the contract of the last order, or a refund of its charges.
type ask struct {
	Order  *plans.Order       `json:"order"`  // an order; nil for another request
	Change *change            `json:"change"` // a change of the contract; nil for another request
	Refund *refund            `json:"refund"` // a refund of the charges; nil for another request
	By     plans.Actor        `json:"by"`     // customer or support, for a change or a refund
	At     time.Time          `json:"at"`     // instant of a change or a refund
	Usage  []plans.LimitUsage `json:"usage"`  // current usage, compared with the limits of the new plan
}

// change is a plans.Change that names plans and terms of the catalog instead of containing them.
type change struct {
	Plan   string               `json:"plan"`
	Add    []plans.ItemQuantity `json:"add"`
	Remove []plans.ItemQuantity `json:"remove"`
	Term   proration.Interval   `json:"term"`
	End    time.Time            `json:"end"`
	Cancel bool                 `json:"cancel"`
}

// refund is a request for a refund under the refund rules, or under an exception from them.
type refund struct {
	Exception *credits.Exception `json:"exception"`
}

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(out io.Writer) error {
	f, err := answer.Read[file](data)
	if err != nil {
		return err
	}
	policy, err := vendors.Policy("kommo")
	if err != nil {
		return err
	}
	v := vendor{answer.Vendor{Policy: policy, Zones: f.Zones}}
	fmt.Fprintln(out, "Prices and percentages are placeholders: the vendor's FAQ states none.")
	for _, r := range f.Rows {
		fmt.Fprintln(out)
		r.Title(out)
		if err := v.answer(out, r); err != nil {
			return err
		}
	}
	return nil
}

// customer is the state of one customer between requests.
type customer struct {
	id      string // ID of the customer, and the start of those of the invoices
	zone    *time.Location
	account invoice.Account
	issued  int // number of invoices
}

// answer prints the answers to one row. A refusal is an answer too.
func (v *vendor) answer(out io.Writer, r row) error {
	c := customer{id: r.Row.Row}
	for _, a := range r.Asks {
		var err error
		var title, text string
		switch {
		case a.Order != nil:
			title, text, err = v.order(&c, *a.Order)
		case a.Change != nil:
			title, text, err = v.change(&c, a)
		case a.Refund != nil:
			title, text, err = v.refund(&c, a)
		default:
			err = errors.New("asks: required, one of order, change, refund")
		}
		if errors.Is(err, plans.ErrRefused) {
			fmt.Fprintf(out, "\n  %s\n%s", title, answer.Refused(err, "    "))
			continue
		}
		if err != nil {
			return fmt.Errorf("row %s: %w", r.Row.Row, err)
		}
		fmt.Fprintf(out, "\n  %s\n%s", title, wrap.Indent(text, "    "))
	}
	return v.Play(out, r.Row)
}

// order asks for a quote and gives its contract to the customer.
func (v *vendor) order(c *customer, o plans.Order) (title, text string, err error) {
	if o, title, err = v.Ordered(o); err != nil {
		return "", "", err
	}
	c.zone = o.At.Location()
	quote, err := v.Quote(o)
	if err != nil {
		return title, "", err
	}
	c.account, c.issued = invoice.Account{Contract: quote.Contract}, 0
	_, err = v.issue(c, quote.First.At, plans.Change{})
	return title, quote.Explain(), err
}

// change changes the contract.
func (v *vendor) change(c *customer, a ask) (title, text string, err error) {
	asked := plans.Change{Add: a.Change.Add, Remove: a.Change.Remove, End: a.Change.End, Cancel: a.Change.Cancel}
	request := "to cancel"
	switch {
	case a.Change.Plan != "":
		request = "to change to " + a.Change.Plan
		i := slices.IndexFunc(v.Policy.Catalog.Plans, func(p plans.Plan) bool { return p.ID == a.Change.Plan })
		if i < 0 {
			return "", "", fmt.Errorf("change.plan: must be a plan of the catalog; got %q", a.Change.Plan)
		}
		asked.Plan = &v.Policy.Catalog.Plans[i]
	case a.Change.Term != proration.Interval{}:
		request = "to extend by " + a.Change.Term.String()
		i := slices.IndexFunc(v.Policy.Catalog.Terms, func(t plans.Term) bool { return t.Length == a.Change.Term })
		if i < 0 {
			return "", "", fmt.Errorf("change.term: must be a term of the catalog; got %v", a.Change.Term)
		}
		asked.Term = &v.Policy.Catalog.Terms[i]
	case len(a.Change.Add) > 0:
		request = "to add " + units(a.Change.Add)
	case len(a.Change.Remove) > 0:
		request = "to remove " + units(a.Change.Remove)
	case !a.Change.End.IsZero():
		request = "to end on " + asked.End.Format(time.DateOnly)
	}
	at := a.At.In(c.zone)
	title = fmt.Sprintf("%s  %s asks %s", at.Format(time.DateOnly), a.By, request)
	permit, err := v.Policy.ChangeRules.Check(plans.ChangeRequest{
		Catalog: v.Policy.Catalog, Contract: c.account.Contract, Change: asked, By: a.By, At: at, Usage: a.Usage,
	})
	if err != nil {
		return title, "", err
	}
	text = fmt.Sprintf("%s, effective %s (%s)\n",
		actions(permit.Actions), permit.At.Format(time.DateOnly), words(permit.Effective))
	if permit.Effective != plans.Immediately {
		c.account.Contract, err = c.account.Contract.Changed(permit.Change, permit.At)
		return title, text, err
	}
	inv, err := v.issue(c, permit.At, permit.Change)
	if err != nil {
		return title, "", err
	}
	return title, text + lines(inv), nil
}

// units returns the units of a step as text.
func units(steps []plans.ItemQuantity) string {
	var all []string
	for _, step := range steps {
		all = append(all, step.Quantity.String()+" "+step.Item)
	}
	return strings.Join(all, ", ")
}

// actions returns the actions of a change as text.
func actions(all []plans.Action) string {
	var text []string
	for _, action := range all {
		text = append(text, words(action))
	}
	return strings.Join(text, ", ")
}

// issue issues the next invoice of the customer: of a change, or of the period that begins. Issuing it is also its
// preview.
func (v *vendor) issue(c *customer, at time.Time, change plans.Change) (*invoice.Invoice, error) {
	c.issued++
	issued, err := invoice.Issue(invoice.IssueRequest{
		Account: c.account, ID: c.id + "-" + strconv.Itoa(c.issued), At: at, Change: change, Policy: v.Policy.Billing,
	})
	if err == nil {
		c.account = issued.Account
	}
	return issued.Invoice, err
}

// lines returns the lines of an invoice as text: the charges and their sum, then the credits.
func lines(inv *invoice.Invoice) string {
	if inv == nil {
		return ""
	}
	var charges, credited strings.Builder
	var charged decimal.Decimal
	for _, line := range inv.Lines {
		text := &charges
		if line.Corrects != "" {
			text = &credited
		} else {
			charged = charged.Add(line.Net)
		}
		fmt.Fprintf(text, "%s until %s, %s\n",
			line.Span.Start.Format(time.DateOnly), line.Span.End.Format(time.DateOnly), line.Explain())
	}
	money := func(d decimal.Decimal) string { return d.StringFixed(2) + " " + string(inv.Currency) + "\n" }
	if credited.Len() == 0 {
		return charges.String() + "due: " + money(inv.Total)
	}
	return charges.String() + "charged: " + money(charged) + credited.String() + "due: " + money(inv.Total)
}

// words returns a name with spaces in place of underscores.
func words(name fmt.Stringer) string { return strings.ReplaceAll(name.String(), "_", " ") }

// refund asks for a refund of the unused part of the charges.
func (v *vendor) refund(c *customer, a ask) (title, text string, err error) {
	at := a.At.In(c.zone)
	title = at.Format(time.DateOnly) + "  " + a.By.String() + " asks for a refund"
	paid := decimal.Decimal{}
	for _, charge := range c.account.UnexpiredCharges {
		paid = paid.Add(charge.Net)
	}
	given, err := credits.ApplyRefundRules(credits.RefundRequest{
		Request: credits.Request{
			Charges: c.account.UnexpiredCharges, At: at, CreditBasis: proration.OnBilled,
			Policy: v.Policy.Billing.Proration, Location: c.zone,
		},
		ID: "refund", Rules: v.Policy.Billing.Refunds, Exception: a.Refund.Exception, Paid: paid,
	})
	if err != nil {
		return title, "", err
	}
	c.account.UnexpiredCharges = append(c.account.UnexpiredCharges, given.Credits...)
	for _, credit := range given.Credits {
		text += credit.Explain() + "\n"
	}
	if given.Reason != "" {
		text += "exception: " + given.Reason + "\n"
	}
	return title, text + "refunded: " + given.Refund.StringFixed(2) + " " + string(c.account.Contract.Currency) + "\n", nil
}
