// Kommo answers the questions of a sales tool vendor's billing FAQ with figures: orders for 6, 9, 12 and 24 months in Brazil and
// elsewhere, seats in the middle of a term, what is refused and why, and lives that are replayed: payments that take a while or fail,
// renewals, what can be reached. What is asked in each answer is data, in kommo.json; the vendor's policy and catalog lie beside the
// program that compares policies. Prices, percentages and the days for a first payment are placeholders, since the FAQ states none.
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
	_ "time/tzdata" // the zones are found on any machine

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/examples/internal/answer"
	"github.com/billingrules/billing/examples/policies/vendors"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

//go:embed kommo.json
var data []byte

// file is what is asked, and where the customers are.
type file struct {
	Zones map[string]string `json:"zones"` // by country: whose calendar counts the days
	Rows  []row             `json:"rows"`
}

// row is one question: what one customer asks for after the other, and lives in which it comes up.
type row struct {
	answer.Row
	Asks []ask `json:"asks"`
}

// vendor is who answers.
type vendor struct {
	answer.Vendor
}

// ask is one thing that is asked for: an order, a change of the contract that the last order made, or a refund of what it cost.
type ask struct {
	Order  *plans.Order       `json:"order"`
	Change *change            `json:"change"`
	Refund *refund            `json:"refund"`
	By     plans.Actor        `json:"by"`
	At     time.Time          `json:"at"`
	Usage  []plans.LimitUsage `json:"usage"`
}

// change is a plans.Change that names plans and terms of the catalog.
type change struct {
	Plan     string             `json:"plan"`
	Item     string             `json:"item"`
	Quantity decimal.Decimal    `json:"quantity"`
	Term     proration.Interval `json:"term"`
	End      time.Time          `json:"end"`
	Cancel   bool               `json:"cancel"`
}

// refund asks for money back, perhaps against the rules.
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

// customer is who asks: where they are, what they bought, and what was billed.
type customer struct {
	zone     *time.Location
	contract plans.Contract
	billed   []plans.Charge
}

// answer plays one row and prints what comes of it. A refusal is an answer like any other.
func (v *vendor) answer(out io.Writer, r row) error {
	var c customer
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
			err = errors.New("nothing is asked for")
		}
		if errors.Is(err, plans.ErrRefused) {
			fmt.Fprintf(out, "\n  %s\n%s", title, answer.Refused(err, "    "))
			continue
		}
		if err != nil {
			return fmt.Errorf("row %s: %w", r.Row.Row, err)
		}
		fmt.Fprintf(out, "\n  %s\n%s", title, answer.Indented(text, "    "))
	}
	return v.Play(out, r.Row)
}

// order asks for a quote, and makes its contract the customer's.
func (v *vendor) order(c *customer, o plans.Order) (title, text string, err error) {
	if o, title, err = v.Ordered(o); err != nil {
		return "", "", err
	}
	c.zone = o.At.Location()
	quote, err := v.Policy.Catalog.Quote(o)
	if err != nil {
		return title, "", err
	}
	c.contract, c.billed = quote.Contract, nil
	c.bill(quote.First)
	return title, quote.Explain(), nil
}

// change asks for a change, and makes it.
func (v *vendor) change(c *customer, a ask) (title, text string, err error) {
	asked := plans.Change{Item: a.Change.Item, Quantity: a.Change.Quantity, End: answer.In(a.Change.End, c.zone), Cancel: a.Change.Cancel}
	what := "to cancel"
	switch {
	case a.Change.Plan != "":
		what = "to change to " + a.Change.Plan
		i := slices.IndexFunc(v.Policy.Catalog.Plans, func(p plans.Plan) bool { return p.ID == a.Change.Plan })
		if i < 0 {
			return "", "", fmt.Errorf("no plan %q", a.Change.Plan)
		}
		asked.Plan = &v.Policy.Catalog.Plans[i]
	case a.Change.Term != proration.Interval{}:
		what = "to extend by " + a.Change.Term.String()
		i := slices.IndexFunc(v.Policy.Catalog.Terms, func(t plans.Term) bool { return t.Length == a.Change.Term })
		if i < 0 {
			return "", "", fmt.Errorf("no term of %v", a.Change.Term)
		}
		asked.Term = &v.Policy.Catalog.Terms[i]
	case a.Change.Item != "":
		what = "to add " + a.Change.Quantity.String() + " of " + a.Change.Item
	case !a.Change.End.IsZero():
		what = "to end on " + asked.End.Format(time.DateOnly)
	}
	at := a.At.In(c.zone)
	title = fmt.Sprintf("%s  %s asks %s", at.Format(time.DateOnly), a.By, what)
	amended, err := v.Policy.Catalog.Amend(plans.ChangeRequest{Contract: c.contract, Change: asked, By: a.By, At: at, Usage: a.Usage})
	if err != nil {
		return title, "", err
	}
	text, err = v.giveBack(c, &amended)
	if err != nil {
		return title, "", err
	}
	c.contract = amended.Contract
	c.bill(amended.Bill)
	return title, amended.Explain() + text, nil
}

// giveBack credits what of the old plan is not used, where another one takes its place at once.
func (v *vendor) giveBack(c *customer, a *plans.Amendment) (string, error) {
	if a.Effective != plans.Immediately || !slices.Contains([]plans.Action{plans.Upgrade, plans.Downgrade, plans.Lateral}, a.Action) {
		return "", nil
	}
	unused, err := credits.Unused(credits.Request{
		Charges: c.billed, At: a.At, CreditBasis: proration.OnBilled, Policy: v.Policy.Catalog.Policy, Location: c.zone,
	})
	if err != nil {
		return "", err
	}
	net := a.Bill.Total
	var text strings.Builder
	for _, credit := range unused {
		fmt.Fprintf(&text, "%s until %s, %s\n", credit.Span.Start.Format(time.DateOnly), credit.Span.End.Format(time.DateOnly), credit.Explain())
		net = net.Add(credit.Net)
	}
	c.billed = append(c.billed, unused...)
	return text.String() + "net: " + net.StringFixed(2) + " " + string(c.contract.Currency) + "\n", nil
}

// refund asks for what is not used back.
func (v *vendor) refund(c *customer, a ask) (title, text string, err error) {
	at := a.At.In(c.zone)
	title = at.Format(time.DateOnly) + "  " + a.By.String() + " asks for a refund"
	paid := decimal.Decimal{}
	for _, charge := range c.billed {
		paid = paid.Add(charge.Net)
	}
	given, err := credits.ApplyRefundRules(credits.RefundRequest{
		Request: credits.Request{Charges: c.billed, At: at, CreditBasis: proration.OnBilled, Policy: v.Policy.Catalog.Policy, Location: c.zone},
		ID:      "refund", Rules: v.Policy.Billing.Refunds, Exception: a.Refund.Exception, Paid: paid,
	})
	if err != nil {
		return title, "", err
	}
	c.billed = append(c.billed, given.Credits...)
	for _, credit := range given.Credits {
		text += credit.Explain() + "\n"
	}
	if given.Reason != "" {
		text += "an exception: " + given.Reason + "\n"
	}
	return title, text + "paid back: " + given.Refund.StringFixed(2) + " " + string(c.contract.Currency) + "\n", nil
}

// bill keeps what was billed, each line with an ID.
func (c *customer) bill(b plans.Bill) {
	for _, line := range b.Lines {
		line.ID = "line " + strconv.Itoa(len(c.billed)+1)
		c.billed = append(c.billed, line)
	}
}
