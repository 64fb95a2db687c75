package plans_test

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

//go:embed testdata/catalog.json
var catalogFile []byte

//go:embed testdata/change_rules.json
var changeRulesFile []byte

// seller is a catalog, with the settings of the seller's policy.
type seller struct {
	plans.Catalog
	Policy      proration.Policy
	Allocation  proration.Allocation
	UnusedTrial plans.UnusedTrial
	ChangeRules plans.ChangeRules
}

// onSale is the catalog of the tests, after some edits.
func onSale(tb testing.TB, edits ...func(*seller)) seller {
	tb.Helper()
	c := seller{Policy: proration.Standard(2), Allocation: proration.LargestRemainder, UnusedTrial: plans.CarryOver}
	readStrictly(tb, catalogFile, &c.Catalog)
	readStrictly(tb, changeRulesFile, &c.ChangeRules)
	for _, edit := range edits {
		edit(&c)
	}
	return c
}

// readStrictly reads a file into v. An unknown field is an error.
func readStrictly(tb testing.TB, file []byte, v any) {
	tb.Helper()
	read := json.NewDecoder(bytes.NewReader(file))
	read.DisallowUnknownFields()
	if err := read.Decode(v); err != nil {
		tb.Fatal(err)
	}
}

// quote quotes an order under the seller's policy.
func (s seller) quote(o plans.Order) (plans.Quote, error) {
	o.UnusedTrial = s.UnusedTrial
	return s.Quote(o, s.Policy, s.Allocation)
}

// check checks a request against the seller's change rules.
func (s seller) check(p plans.ChangeRequest) (plans.Approval, error) {
	p.Catalog = &s.Catalog
	return s.ChangeRules.Check(p)
}

// perPeriod bills every term by period.
func perPeriod(c *seller) {
	for i := range c.Terms {
		c.Terms[i].Billing = plans.PerPeriod
	}
}

// endingIn gives every term a renewal mode.
func endingIn(end plans.RenewalMode) func(*seller) {
	return func(c *seller) {
		for i := range c.Terms {
			c.Terms[i].Renewal = end
		}
	}
}

// selling puts plans into the catalog, and replaces those with the same ID.
func selling(all ...plans.Plan) func(*seller) {
	return func(c *seller) {
		for _, p := range all {
			c.Plans = append(slices.DeleteFunc(c.Plans, func(old plans.Plan) bool { return old.ID == p.ID }), p)
		}
	}
}

// openEnded sells without terms.
func openEnded(c *seller) { c.Terms = nil }

// ordered is an order of the plan base by a customer in the US who pays by card, on November 16, 2026. The items are "7
// seat, 2 phone", "9 seat from 2027-02-16", "7 seat at 13.50"; the term is "" for none.
func ordered(items, term string, edits ...func(*plans.Order)) plans.Order {
	o := plans.Order{
		By: plans.Customer, At: giventest.Instant("2026-11-16", time.UTC), Plan: "base", Country: "US", PaymentMethod: "card", Items: orderItems(items),
	}
	if term != "" {
		o.Term = giventest.Interval(term)
	}
	for _, edit := range edits {
		edit(&o)
	}
	return o
}

// orderItems reads order items.
func orderItems(text string) (all []plans.OrderItem) {
	for _, row := range strings.Split(text, ", ") {
		words := strings.Fields(row)
		item := plans.OrderItem{Quantity: giventest.Money(words[0]), Item: words[1]}
		for i := 2; i+1 < len(words); i += 2 {
			switch words[i] {
			case "from":
				item.From = giventest.Instant(words[i+1], time.UTC)
			case "at":
				item.Price = &plans.Price{Unit: giventest.Money(words[i+1]), Free: giventest.Money(words[i+1]).IsZero()}
			case "of":
				item.Plan = words[i+1]
			default:
				panic("no order: " + text)
			}
		}
		all = append(all, item)
	}
	return all
}

// inBrazil places the order in Brazil.
func inBrazil(o *plans.Order) { o.Country = "BR" }

// bySupport places the order as support.
func bySupport(o *plans.Order) { o.By = plans.Support }

// orderedAt sets the date of the order.
func orderedAt(text string, loc *time.Location) func(*plans.Order) {
	return func(o *plans.Order) { o.At = giventest.Instant(text, loc) }
}

// contractOf is the contract of an order.
func contractOf(tb testing.TB, c seller, o plans.Order) plans.Contract {
	tb.Helper()
	q, err := c.quote(o)
	if err != nil {
		tb.Fatal(err)
	}
	return q.Contract
}

// planOf is a plan of the catalog by its ID.
func planOf(tb testing.TB, c seller, id string) *plans.Plan {
	tb.Helper()
	for i := range c.Plans {
		if c.Plans[i].ID == id {
			return &c.Plans[i]
		}
	}
	tb.Fatalf("no plan %s", id)
	return nil
}

// termOf is a term of the catalog by its length.
func termOf(tb testing.TB, c seller, length string) *plans.Term {
	tb.Helper()
	for i := range c.Terms {
		if c.Terms[i].Length == giventest.Interval(length) {
			return &c.Terms[i]
		}
	}
	tb.Fatalf("no term %s", length)
	return nil
}

// refusals writes every refusal joined in err in one line each, in order, and another error as "?" and its text.
func refusals(err error) (all []string) {
	for _, e := range fault.All(err) {
		var refusal *plans.Refusal
		switch {
		case !errors.As(e, &refusal):
			all = append(all, "? "+e.Error())
		case !errors.Is(refusal, plans.ErrRefused):
			all = append(all, "? no match: "+e.Error())
		default:
			all = append(all, refusal.Rule+": "+refusal.Reason+" | "+refusal.Instead)
		}
	}
	return all
}

// checkRefused fails unless err has exactly the refusals, in order, as "rule: reason | instead". It reports whether the
// error is nil.
func checkRefused(tb testing.TB, err error, want ...string) bool {
	tb.Helper()
	got := refusals(err)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		tb.Errorf("refused with\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(want) > 0 && (!errors.Is(err, plans.ErrRefused) || errors.Is(err, proration.ErrInvalid)) {
		tb.Errorf("%v does not match ErrRefused alone", err)
	}
	return err == nil
}

// checkText fails unless both are the same text.
func checkText(tb testing.TB, what, got, want string) {
	tb.Helper()
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		tb.Errorf("%s\ngot\n%s\nwant\n%s", what, got, want)
	}
}
