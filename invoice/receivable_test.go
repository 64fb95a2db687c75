package invoice_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/clone"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestNewReceivable(t *testing.T) {
	for _, inv := range exampleInvoices(t) {
		r := invoice.NewReceivable(inv)
		if err := r.Match(inv); err != nil {
			t.Error(err)
		}
		want := invoice.PhasePaid
		if inv.AmountDue.IsPositive() {
			want = invoice.PhaseOpen
		}
		if r.Phase != want || r.ServiceFrom.IsZero() != (want == invoice.PhasePaid) || !r.DueAt.IsZero() || len(r.Lines) != len(inv.Lines) {
			t.Errorf("got %+v, want %v", r, want)
		}
		giventest.CheckMoney(t, "outstanding", r.Outstanding(), inv.AmountDue.String())
		for i, line := range r.Lines {
			giventest.CheckMoney(t, "net", line.Net, inv.Lines[i].Net.String())
			if credit := inv.Lines[i].Corrects != ""; credit && line.Item+line.Plan != "" || line.Credits != nil {
				t.Errorf("line %d is %+v", i, line)
			}
		}
		if len(giventest.JSON(t, r)) > len(giventest.JSON(t, inv))/2 {
			t.Errorf("the receivable is not small: %s", giventest.JSON(t, r))
		}
		giventest.CheckRoundTrip(t, r)
	}
}

// A receivable belongs to one invoice, and an edit of either is found.
func TestMatchReportsEdits(t *testing.T) {
	inv, draft := taxedInvoice(t), invoiceOf(t, asDraft, "100")
	issued, waiting := invoice.NewReceivable(inv), invoice.NewReceivable(draft)
	for _, c := range []struct {
		name, why string
		inv       invoice.Invoice
		of        invoice.Receivable
		edit      func(*invoice.Receivable)
		want      []string
	}{
		{"as issued", "nothing was edited", inv, issued, nil, nil},
		{"paid", "a payment does not change the invoice", inv, afterEvents(t, issued, "succeeded p"), nil, nil},
		{"a draft", "it waits for its event", draft, waiting, nil, nil},
		{"an issued draft", "the document stays as it is", draft, afterEvents(t, waiting, "issued", "attempted p"), nil, nil},
		{"a void draft", "a draft can be discarded", draft, afterEvents(t, waiting, "voided"), nil, nil},
		{"a void invoice", "an invoice can be voided", inv, afterEvents(t, issued, "voided"), nil, nil},
		{"of another invoice", "the seals differ", draft, issued, nil, []string{"receivable.amount_due sealed"}},
		{"an ID", "the lines have the IDs of the invoice", inv, issued, func(r *invoice.Receivable) { r.Invoice = "inv-3" }, []string{"receivable.invoice sealed"}},
		{"a currency", "the amounts are in dollars", inv, issued, func(r *invoice.Receivable) { r.Currency = "EUR" }, []string{"receivable.currency sealed"}},
		{"a time of issue", "events are not before it", inv, issued, func(r *invoice.Receivable) { r.IssuedAt = r.IssuedAt.Add(1) }, []string{"receivable.issued_at sealed"}},
		{"an amount due", "more would be collected than billed", inv, issued, func(r *invoice.Receivable) { r.AmountDue = giventest.Money("1000") }, []string{"receivable.amount_due sealed"}},
		{"a line", "more would be credited than billed", inv, issued, func(r *invoice.Receivable) { r.Lines[0].Net = giventest.Money("1000") }, []string{"receivable.lines sealed"}},
		{"a tax", "more would be credited than billed", inv, issued, func(r *invoice.Receivable) { r.Lines[0].Taxes[0].Amount = giventest.Money("1000") }, []string{"receivable.lines sealed"}},
		{"a seal", "it names the content of the invoice", inv, issued, func(r *invoice.Receivable) { r.Seal = waiting.Seal }, []string{"receivable.seal sealed"}},
		{"a phase", "it follows from the events", inv, issued, func(r *invoice.Receivable) { r.Phase = invoice.PhasePaid }, []string{"receivable.phase invalid"}},
		{"a draft opened by hand", "only an event issues a draft", draft, waiting, func(r *invoice.Receivable) { r.Phase = invoice.PhaseOpen }, []string{"receivable.phase sealed"}},
		{"an invoice that became a draft", "an issued invoice stays issued", inv, issued, func(r *invoice.Receivable) { r.Phase = invoice.PhaseDraft }, []string{"receivable.phase sealed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := clone.Deep(c.of)
			if c.edit != nil {
				c.edit(&r)
			}
			if got := faultTexts(r.Match(c.inv)); strings.Join(got, ", ") != strings.Join(c.want, ", ") {
				t.Errorf("got %q, want %q: %s", got, c.want, c.why)
			}
		})
	}
	edited := clone.Deep(inv)
	edited.AmountDue = giventest.Money("1")
	if err := issued.Match(edited); !errors.Is(err, invoice.ErrSealed) {
		t.Errorf("an edited invoice matches: %v", err)
	}
}

// The trimmed charges of a receivable give the credits that the charges of the invoice give: net, discounts, untaxed
// part and taxes, to the last minor unit, after each earlier credit.
func TestReceivableCreditsLikeItsCharges(t *testing.T) {
	inv := builtWith(t, richDraft(t))
	r := invoice.NewReceivable(inv)
	known := inv.Lines[:5:5]
	for i, part := range []string{"0.01", "3.33", "7", "0"} {
		for _, line := range inv.Lines[:5] {
			want, err := credits.ForAmount(credits.AmountRequest{Charges: known, Charge: line.ID, Amount: giventest.Money(part), Mode: proration.HalfUp})
			if err != nil || want.Net.IsZero() {
				continue // the part is more than is left
			}
			c := creditRequest(r, invoice.LineAmount{Line: line.ID, Amount: giventest.Money(part)})
			c.ID, c.Policy, c.Location = "cn-"+line.ID+part, inv.Policy, inv.Location
			result, err := invoice.Credit(c)
			if err != nil {
				t.Fatalf("%s of %s: %v", part, line.ID, err)
			}
			got := result.Invoice.Lines[0]
			want.ID = got.ID
			known, r = append(known, want), result.Receivable
			trim := func(c plans.Charge) string {
				return giventest.JSON(t, plans.Charge{
					ID: c.ID, Corrects: c.Corrects, Kind: c.Kind, Plan: c.Plan, Item: c.Item, Currency: c.Currency, Quantity: c.Quantity,
					Share: c.Share, Net: c.Net, Discounts: c.Discounts, Untaxed: c.Untaxed, Taxes: c.Taxes,
				})
			}
			if trim(got) != trim(want) {
				t.Errorf("credit %d of %s is\n%s, want\n%s", i, line.ID, trim(got), trim(want))
			}
		}
	}
	var left decimal.Decimal
	for _, line := range r.Lines[:5] {
		left = left.Add(line.Net)
		for _, c := range line.Credits {
			left = left.Add(c.Net)
		}
	}
	if !left.IsZero() {
		t.Errorf("%v is left", left)
	}
}

// A document is recorded on the lines that it credits, once, and no earlier receivable is modified.
func TestCorrectedRecordsCreditsOnce(t *testing.T) {
	inv := taxedInvoice(t)
	r := invoice.NewReceivable(inv)
	note, err := invoice.Credit(creditRequest(r, lineAmount("inv-2/2", "10")))
	if err != nil {
		t.Fatal(err)
	}
	before := giventest.JSON(t, r)
	once := r.Corrected(note.Invoice)
	text := giventest.JSON(t, once)
	if again := once.Corrected(note.Invoice).Corrected(inv); giventest.JSON(t, again) != text {
		t.Errorf("recorded again: %s, want %s", giventest.JSON(t, again), text)
	}
	if len(once.Lines[0].Credits) != 0 || len(once.Lines[1].Credits) != 1 || !once.Lines[1].Credits[0].Net.Equal(giventest.Money("-10")) {
		t.Errorf("recorded as %s", text)
	}
	other := invoice.NewReceivable(invoiceOf(t, func(d *invoice.Draft) { d.ID = "inv-9" }, "100", "50"))
	if got := other.Corrected(note.Invoice); giventest.JSON(t, got) != giventest.JSON(t, other) {
		t.Errorf("a credit of another invoice is recorded: %+v", got.Lines)
	}
	if giventest.JSON(t, r) != before || giventest.JSON(t, once) != text { // law 15
		t.Error("the earlier receivables are modified")
	}
}

// Law 15: two events, and two credits, of one receivable do not modify the results of each other.
func TestReceivablesDoNotModifyEachOther(t *testing.T) {
	r := invoice.NewReceivable(taxedInvoice(t))
	r.Events, r.Lines[1].Credits = roomy(r.Events), roomy(r.Lines[1].Credits)
	var paid, credited [2]invoice.Receivable
	for i, id := range []string{"first", "second"} {
		var err error
		if paid[i], err = invoice.Apply(r, invoice.Event{Kind: invoice.Attempted, ID: id, At: r.IssuedAt}); err != nil {
			t.Fatal(err)
		}
		request := creditRequest(r, lineAmount("inv-2/2", "10"))
		request.ID = id
		note, err := invoice.Credit(request)
		if err != nil {
			t.Fatal(err)
		}
		credited[i] = note.Receivable
	}
	for i, id := range []string{"first", "second"} {
		if got := paid[i].Events[0].ID; got != id {
			t.Errorf("the payment %s is now %s", id, got)
		}
		if got := credited[i].Lines[1].Credits[0].ID; got != id+"/1" {
			t.Errorf("the credit of %s is now %s", id, got)
		}
	}
}
