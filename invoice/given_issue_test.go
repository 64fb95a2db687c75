package invoice_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// issueDay is one document of a row: its instant, its change, and the expected result.
type issueDay struct {
	at     string
	change plans.Change
	with   func(*invoice.IssueRequest) // more edits of the request; nil is none
	open   []string                    // IDs of the open invoices

	notes   []string // the lines of each credit note, and the amounts outstanding, granted and refunded after it
	lines   []string // the kind of each line and its calculation; none is no document
	sums    string   // as issueText writes them
	refused string   // the rule of the refusal
	faults  []string
}

// issueRow is a series of documents of one contract.
type issueRow struct {
	name, why string
	contract  plans.Contract
	policy    invoice.Policy
	since     string // billed in arrears since then
	zone      string
	days      []issueDay
}

// run issues the documents of a row in turn, each on the account that the one before left. Each account passes through
// JSON, each invoice is checked, the input is unmodified, and issuing again without a change bills nothing.
func (r issueRow) run(t *testing.T) {
	loc := giventest.Zone(t, r.zone)
	account := invoice.Account{Contract: r.contract, UnbilledSince: giventest.Instant(r.since, loc)}
	receivables := map[string]invoice.Receivable{}
	for i, day := range r.days {
		id := "inv-" + string(rune('1'+i))
		o := invoice.IssueRequest{
			Account: account, ID: id, At: giventest.Instant(day.at, loc), Change: day.change, Policy: r.policy,
		}
		for j, open := range day.open {
			o.Open, o.MoreIDs = append(o.Open, receivables[open]), append(o.MoreIDs, id+string(rune('b'+j)))
		}
		if day.with != nil {
			day.with(&o)
		}
		before := giventest.JSON(t, o)
		doc, err := invoice.Issue(o)
		if after := giventest.JSON(t, o); after != before {
			t.Fatalf("on %s the input changed\nfrom %s\nto   %s", day.at, before, after)
		}
		if day.refused != "" || day.faults != nil {
			issueRefused(t, day, err)
			continue
		}
		if err != nil {
			t.Fatalf("on %s: %v", day.at, err)
		}
		lines, sums := issueText(doc.Invoice)
		if !slices.Equal(lines, day.lines) || sums != day.sums {
			t.Errorf("on %s got %q\n%s\nwant %q\n%s\n%s", day.at, lines, sums, day.lines, day.sums, r.why)
		}
		if doc.Invoice != nil {
			if err := invoice.Check(*doc.Invoice); err != nil {
				t.Errorf("on %s: %v", day.at, err)
			}
			receivables[doc.Invoice.ID] = invoice.NewReceivable(*doc.Invoice)
		}
		var notes []string
		for _, note := range doc.CreditNotes {
			notes = append(notes, noteText(t, &note))
			receivables[note.Receivable.Invoice] = note.Receivable
		}
		if !slices.Equal(notes, day.notes) {
			t.Errorf("on %s got the notes %q, want %q\n%s", day.at, notes, day.notes, r.why)
		}
		account = roundTrip(t, doc.Account)
		checkIssuedOnce(t, o, account)
	}
}

// noteText writes a checked credit note and the amount that it leaves outstanding.
func noteText(t *testing.T, note *invoice.CreditResult) string {
	t.Helper()
	if err := invoice.Check(note.Invoice); err != nil {
		t.Error(err)
	}
	lines, _ := issueText(&note.Invoice)
	text := note.Invoice.ID + ": " + strings.Join(lines, "; ") + "; " + note.Receivable.Outstanding().StringFixed(2) + " left"
	for _, e := range note.Invoice.LedgerEntries {
		text += ", " + e.Amount.StringFixed(2) + " granted"
	}
	if note.Invoice.Refund.IsPositive() {
		text += ", " + note.Invoice.Refund.StringFixed(2) + " refunded"
	}
	return text
}

// issueRefused fails unless a document was refused as the row says.
func issueRefused(t *testing.T, day issueDay, err error) {
	t.Helper()
	var refusal *plans.Refusal
	switch {
	case day.refused == "":
		giventest.CheckFaults(t, err, day.faults...)
	case !errors.As(err, &refusal):
		t.Errorf("on %s got %v, want a refusal of %s", day.at, err, day.refused)
	case refusal.Rule != day.refused || refusal.Reason == "":
		t.Errorf("on %s got %+v, want a refusal of %s", day.at, refusal, day.refused)
	}
}

// roundTrip returns the account after a round trip through JSON.
func roundTrip(t testing.TB, account invoice.Account) invoice.Account {
	t.Helper()
	text, err := json.Marshal(account)
	if err != nil {
		t.Fatal(err)
	}
	var read invoice.Account
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	read.Contract.Cycle.Location = account.Contract.Cycle.Location
	return read
}

// checkIssuedOnce fails if another document at the same instant bills anything.
func checkIssuedOnce(t testing.TB, o invoice.IssueRequest, account invoice.Account) {
	t.Helper()
	if o.Change.Cancel {
		return // the caller stops billing a canceled contract
	}
	o.Account, o.ID, o.Change, o.Lines = account, o.ID+" again", plans.Change{}, nil
	doc, err := invoice.Issue(o)
	if err != nil {
		t.Errorf("on %v again: %v", o.At, err)
	} else if doc.Invoice != nil {
		lines, sums := issueText(doc.Invoice)
		t.Errorf("on %v again, %q\n%s", o.At, lines, sums)
	}
}

// issueText writes the lines and the sums of a document.
func issueText(inv *invoice.Invoice) (lines []string, sums string) {
	if inv == nil {
		return nil, ""
	}
	for _, c := range inv.Lines {
		lines = append(lines, c.Kind.String()+" "+c.Explain())
	}
	add := func(what string, amount decimal.Decimal) {
		if !amount.IsZero() {
			sums += what + " " + amount.StringFixed(2) + ", "
		}
	}
	if !inv.Total.Equal(inv.AmountDue) {
		add("total", inv.Total)
	}
	add("tax", inv.Tax)
	for _, e := range inv.LedgerEntries {
		add(e.Kind.String(), e.Amount)
	}
	add("refund", inv.Refund)
	return lines, sums + "due " + inv.AmountDue.StringFixed(2)
}

// issueSeats is a monthly contract of seats at a price, from November 2026 on.
func issueSeats(quantity, unit string) plans.Contract {
	return plans.Contract{
		Plan: "growth", Currency: "USD", Cycle: giventest.Cycle("2026-11-01", "P1M", time.UTC), Items: []plans.Item{issueItem("seat", quantity, unit)},
	}
}

// issueItem is an item of a quantity at a price.
func issueItem(id, quantity, unit string) plans.Item {
	return plans.Item{ID: id, Quantity: giventest.Money(quantity), Price: plans.Price{Unit: giventest.Money(unit), Free: giventest.Money(unit).IsZero()}}
}

// issueTerm adds a term to a contract, for its first period or its first months.
func issueTerm(c plans.Contract, period string, term plans.Term) plans.Contract {
	loc := c.Cycle.Location
	c.Terms = append(c.Terms, plans.ContractTerm{Term: term, Period: giventest.Period(period, loc)})
	if term.Billing == plans.UpFront {
		c.Cycle.Interval = term.Length
		for i := range c.Items {
			c.Items[i].Price.Per = giventest.Interval("P1M")
		}
	}
	return c
}

// issueHalf is a term of six months that renews.
func issueHalf(billing plans.TermBilling) plans.Term {
	return plans.Term{Length: giventest.Interval("P6M"), Billing: billing, Renewal: plans.Renew}
}

// issuePlan is a plan that sells seats at a price.
func issuePlan(id, interval, unit string) *plans.Plan {
	return &plans.Plan{ID: id, Interval: giventest.Interval(interval), Offers: []plans.Offer{
		{Item: "seat", Currency: "USD", Price: plans.Price{Unit: giventest.Money(unit), Free: giventest.Money(unit).IsZero()}},
	}}
}

// issueMore is a change of the number of seats, or of another item.
func issueMore(quantity string) plans.Change {
	return unitsOf("seat", giventest.Money(quantity))
}

// issuePrice is a new price of a seat.
func issuePrice(unit string) plans.Change {
	return plans.Change{Set: []plans.ItemSetting{{Item: "seat", Price: &plans.Price{Unit: giventest.Money(unit)}}}}
}

// issueAnchor moves the billing date.
func issueAnchor(at string, loc *time.Location) plans.Change {
	return plans.Change{AnchorAt: giventest.Instant(at, loc)}
}

// issuePolicy is the standard policy with an edit.
func issuePolicy(change func(*invoice.Policy)) invoice.Policy {
	p := invoice.Standard()
	change(&p)
	return p
}

// issueRefundPolicy is the standard policy with a refund rule for cancellations.
func issueRefundPolicy(give credits.Extent, as credits.RefundAs) invoice.Policy {
	return issuePolicy(func(p *invoice.Policy) { p.Refunds = []credits.RefundRule{{Give: give, As: as}} })
}

// issueArrears is the standard policy in arrears.
func issueArrears() invoice.Policy {
	return issuePolicy(func(p *invoice.Policy) { p.Timing = proration.InArrears })
}

// issueVAT is the standard policy with a VAT.
func issueVAT(percent string, included bool) invoice.Policy {
	return issuePolicy(func(p *invoice.Policy) {
		p.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: giventest.Money(percent), Included: included}}
	})
}

// issueDiscounted is a contract with a discount.
func issueDiscounted(c plans.Contract, d plans.Discount) plans.Contract {
	if d.Amount.IsPositive() {
		d.Currency = c.Currency
	}
	c.Discounts = append(slices.Clone(c.Discounts), d)
	return c
}

// unitsOf is a change that adds units of an item, or removes them if the quantity is negative.
func unitsOf(item string, quantity decimal.Decimal, price ...*plans.Price) plans.Change {
	if quantity.IsNegative() {
		return plans.Change{Remove: []plans.ItemQuantity{{Item: item, Quantity: quantity.Neg()}}}
	}
	step := plans.ItemQuantity{Item: item, Quantity: quantity}
	if len(price) > 0 {
		step.Price = price[0]
	}
	return plans.Change{Add: []plans.ItemQuantity{step}}
}
