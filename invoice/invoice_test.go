package invoice_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestBuild(t *testing.T) {
	euros := entry("e", "50", "2026-11-01")
	euros.Currency = "EUR"
	for _, c := range []struct {
		name, why string
		currency  plans.Currency
		lines     []plans.Charge
		ledger    []credits.Entry
		subtotal  string
		entries   []string // "grant amount"
		due       string
		balance   string
		phase     invoice.Phase
	}{
		{
			name: "one line", why: "ten seats at 89.00", lines: lines("890.00"),
			subtotal: "890", due: "890", balance: "0", phase: invoice.PhaseOpen,
		},
		{
			name: "several lines", why: "law 8: each line is rounded before the sum: 29.67 three times is 89.01", lines: lines("29.67", "29.67", "29.67"),
			subtotal: "89.01", due: "89.01", balance: "0", phase: invoice.PhaseOpen,
		},
		{
			name: "an upgrade", why: "K4: -296.67 for 10 days of the old plan and 463.33 for 10 days of the new one", lines: lines("-296.67", "463.33"),
			subtotal: "166.66", due: "166.66", balance: "0", phase: invoice.PhaseOpen,
		},
		{
			name: "a downgrade", why: "K5: -926.67 and 593.33; the surplus is granted, and nothing is refunded", lines: lines("-926.67", "593.33"),
			subtotal: "-333.34", entries: []string{"inv-2 333.34"}, due: "0", balance: "333.34", phase: invoice.PhasePaid,
		},
		{
			name: "a downgrade on top of credit", why: "K5: grants add up; a negative invoice spends no credit", lines: lines("-926.67", "593.33"),
			ledger:   []credits.Entry{entry("inv-1", "6.66", "2026-11-11")},
			subtotal: "-333.34", entries: []string{"inv-2 333.34"}, due: "0", balance: "340", phase: invoice.PhasePaid,
		},
		{
			name: "the next invoice", why: "K5: credit applies without a request: 890.00 - 333.34", lines: lines("890.00"), ledger: []credits.Entry{entry("inv-1", "333.34", "2026-11-11")},
			subtotal: "890", entries: []string{"inv-1 -333.34"}, due: "556.66", balance: "0", phase: invoice.PhaseOpen,
		},
		{
			name: "paid by credit", why: "an invoice with no amount due is paid, and nobody is charged", lines: lines("890.00"), ledger: []credits.Entry{entry("inv-1", "1000", "2026-11-11")},
			subtotal: "890", entries: []string{"inv-1 -890"}, due: "0", balance: "110", phase: invoice.PhasePaid,
		},
		{
			name: "paid by credit to the cent", why: "the amount due and the credit are both used up", lines: lines("890.00"), ledger: []credits.Entry{entry("inv-1", "890", "2026-11-11")},
			subtotal: "890", entries: []string{"inv-1 -890"}, due: "0", balance: "0", phase: invoice.PhasePaid,
		},
		{
			name: "the oldest credit first", why: "law 7: credit pays in one order, ties by ID", lines: lines("25.00"),
			ledger:   []credits.Entry{entry("c", "10", "2026-11-02"), entry("b", "10", "2026-11-01"), entry("a", "10", "2026-11-01")},
			subtotal: "25", entries: []string{"a -10", "b -10", "c -5"}, due: "0", balance: "5", phase: invoice.PhasePaid,
		},
		{
			name: "other credit", why: "law 7: credit in euros and credit that is effective tomorrow pay nothing", lines: lines("25.00"), ledger: []credits.Entry{euros, entry("later", "10", "2026-12-02")},
			subtotal: "25", due: "25", balance: "0", phase: invoice.PhaseOpen,
		},
		{
			name: "before tax first", why: "law 8: credit before tax pays first, whatever the priorities of the others, and the rest pays the remainder",
			lines:    lines("100.00"),
			ledger:   []credits.Entry{first(entry("after", "50", "2026-11-01")), beforeTax(last(entry("before", "70", "2026-11-02")))},
			subtotal: "100", entries: []string{"before -70", "after -30"}, due: "0", balance: "20", phase: invoice.PhasePaid,
		},
		{
			name: "before tax alone", why: "law 8: if credit before tax pays everything, no other credit is spent",
			lines:    lines("60.00"),
			ledger:   []credits.Entry{first(entry("after", "50", "2026-11-01")), beforeTax(entry("before", "70", "2026-11-02"))},
			subtotal: "60", entries: []string{"before -60"}, due: "0", balance: "60", phase: invoice.PhasePaid,
		},
		{
			name: "before and after tax, each in its own order", why: "law 7: credit before tax has one order, the other credit the same: the lower priority, then the older",
			lines: lines("100.00"),
			ledger: []credits.Entry{
				entry("d", "40", "2026-11-01"), beforeTax(entry("b", "30", "2026-11-02")), first(entry("c", "10", "2026-11-03")), beforeTax(first(entry("a", "20", "2026-11-04"))),
			},
			subtotal: "100", entries: []string{"a -20", "b -30", "c -10", "d -40"}, due: "0", balance: "0", phase: invoice.PhasePaid,
		},
		{
			name: "a negative invoice and credit before tax", why: "nothing is due that credit could pay",
			lines: lines("-5.00"), ledger: []credits.Entry{beforeTax(entry("before", "70", "2026-11-02"))},
			subtotal: "-5", entries: []string{"inv-2 5"}, due: "0", balance: "75", phase: invoice.PhasePaid,
		},
		{
			name: "nothing", why: "a free plan has a zero invoice, which is paid immediately and spends no credit", lines: lines("0.00"), ledger: []credits.Entry{entry("g", "10", "2026-11-02")},
			subtotal: "0", due: "0", balance: "10", phase: invoice.PhasePaid,
		},
		{
			name: "equal credit and charge", why: "a change to a plan of the same price", lines: lines("-445.00", "445.00"),
			subtotal: "0", due: "0", balance: "0", phase: invoice.PhasePaid,
		},
		{name: "yen", why: "ISO 4217: yen have no places", currency: "JPY", lines: linesIn("JPY", "1000", "-333"), subtotal: "667", due: "667", balance: "0", phase: invoice.PhaseOpen},
		{name: "yen written with cents", why: "1000.00 is a whole number of yen", currency: "JPY", lines: linesIn("JPY", "1000.00"), subtotal: "1000", due: "1000", balance: "0", phase: invoice.PhaseOpen},
		{name: "dinars", why: "ISO 4217: dinars have three places", currency: "KWD", lines: linesIn("KWD", "27.500", "-9.167"), subtotal: "18.333", due: "18.333", balance: "0", phase: invoice.PhaseOpen},
		{name: "dinars granted", why: "ISO 4217: dinars have three places", currency: "KWD", lines: linesIn("KWD", "-0.001"), subtotal: "-0.001", entries: []string{"inv-2 0.001"}, due: "0", balance: "0.001", phase: invoice.PhasePaid},
		{
			name: "every kind of charge", why: "the kind names the subject of a line, and the sign its direction: a fee adds up like a period, and a refund is taken off",
			lines: []plans.Charge{
				line(plans.Recurring, "100"), line(plans.ProrationCharge, "50"), line(plans.Extension, "40"), line(plans.Usage, "30"), line(plans.OneTime, "20"),
				line(plans.Shortfall, "10"), line(plans.Termination, "5"), lines("-7")[0],
			},
			subtotal: "248", due: "248", balance: "0", phase: invoice.PhaseOpen,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := draft(c.lines...)
			d.Ledger = c.ledger
			if c.currency != "" {
				d.Currency = c.currency
			}
			before := giventest.JSON(t, d)
			inv, err := invoice.Build(d)
			if err != nil {
				t.Fatal(err)
			}
			giventest.CheckMoney(t, "subtotal", inv.Subtotal, c.subtotal)
			giventest.CheckMoney(t, "due", inv.AmountDue, c.due)
			giventest.CheckMoney(t, "balance", inv.CreditBalance, c.balance)
			var entries []string
			for _, e := range inv.LedgerEntries {
				entries = append(entries, e.ID+" "+e.Amount.String())
				if granted := e.Kind == credits.Granted; granted != e.Amount.IsPositive() || !granted && e.Kind != credits.Spent {
					t.Errorf("the entry of %v is %v", e.Amount, e.Kind)
				}
				if e.Ref != d.ID || !e.At.Equal(d.At) || e.Currency != d.Currency {
					t.Errorf("the entry %+v does not name its invoice", e)
				}
			}
			if !slices.Equal(entries, c.entries) {
				t.Errorf("ledger_entries %q, want %q: %s", entries, c.entries, c.why)
			}
			if r := invoice.NewReceivable(inv); r.Phase != c.phase || inv.Draft || inv.ID != d.ID || inv.Currency != d.Currency || !inv.IssuedAt.Equal(d.At) || len(inv.Lines) != len(d.Lines) {
				t.Errorf("the invoice differs from its draft, or is not %v: %+v", c.phase, inv)
			}
			for i, l := range inv.Lines {
				if want := "inv-2/" + strconv.Itoa(i+1); l.ID != want {
					t.Errorf("line %d is %q, want %q", i, l.ID, want)
				}
			}
			if after := giventest.JSON(t, d); after != before {
				t.Errorf("the draft is now %s", after)
			}
			giventest.CheckRoundTrip(t, d)
			giventest.CheckRoundTrip(t, inv)
		})
	}
}

// Law 15: neither the draft nor an earlier invoice is modified, not even beyond the end of the lists of a line. Law 11:
// building it again gives the same invoice.
func TestBuildModifiesNothing(t *testing.T) {
	d := everything(t)
	for i := range d.Lines {
		c := &d.Lines[i]
		c.Discounts, c.Taxes = roomy(c.Discounts), roomy(c.Taxes)
	}
	d.Ledger = roomy(d.Ledger)
	given := func() string {
		wide := d
		wide.Lines, wide.Ledger = slices.Clone(d.Lines), d.Ledger[:cap(d.Ledger)]
		for i := range wide.Lines {
			c := &wide.Lines[i]
			c.Discounts, c.Taxes = c.Discounts[:cap(c.Discounts)], c.Taxes[:cap(c.Taxes)]
		}
		return giventest.JSON(t, wide)
	}
	before := given()
	once, err := invoice.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	text := giventest.JSON(t, once)
	again, err := invoice.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	if got := giventest.JSON(t, again); got != text {
		t.Errorf("the second invoice is\n%s, want\n%s", got, text)
	}
	other := d
	other.ID, other.Discounts, other.Policy.Taxes = "inv-3", nil, []invoice.TaxRate{taxRate("GST", "5")}
	if _, err := invoice.Build(other); err != nil {
		t.Fatal(err)
	}
	if err := invoice.Check(once); err != nil {
		t.Error(err)
	}
	account := invoice.Account{}.Add(once)
	account.Add(again)
	if after := given(); after != before {
		t.Errorf("the draft is now %s", after)
	}
	if got := giventest.JSON(t, once); got != text {
		t.Errorf("the first invoice is now %s", got)
	}
	if len(once.LedgerEntries) == 0 {
		t.Error("no credit paid, so that no entry was written")
	}
}

// roomy returns a copy of the list with room for another element, which an append would write to.
func roomy[T any](list []T) []T { return slices.Concat(list, make([]T, 1))[:len(list)] }

func TestBuildRefused(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*invoice.Draft)
		want      []string
	}{
		{"no ID", "the IDs of lines and grants derive from it", func(d *invoice.Draft) { d.ID = "" }, []string{"id unset"}},
		{"no currency", "law 13: money has a currency; the lines are not at fault", func(d *invoice.Draft) { d.Currency = "" }, []string{"currency unset"}},
		{"unknown currency", "law 13: money has a currency; the lines are not at fault", func(d *invoice.Draft) { d.Currency = "usd" }, []string{"currency invalid"}},
		{"no instant", "law 10: time is an argument", func(d *invoice.Draft) { d.At = giventest.Instant("", nil) }, []string{"at unset"}},
		{"no lines", "an invoice without lines is a mistake", func(d *invoice.Draft) { d.Lines = nil }, []string{"lines unset"}},
		{"no kind", "a line states its kind", func(d *invoice.Draft) { d.Lines[1].Kind = 0 }, []string{"lines[1].kind unset"}},
		{"no such kind", "law 14: the kind was set and means nothing", func(d *invoice.Draft) { d.Lines[1].Kind = 99 }, []string{"lines[1].kind invalid"}},
		{"a fraction of a cent", "law 8: each line is rounded before it is listed", func(d *invoice.Draft) { d.Lines[1].Net = giventest.Money("0.005") }, []string{"lines[1].net invalid"}},
		{"a fraction of a yen", "ISO 4217: yen have no places", func(d *invoice.Draft) { d.Currency, d.Lines = "JPY", linesIn("JPY", "1000.5") }, []string{"lines[0].net invalid"}},
		{"a fraction of a fils", "ISO 4217: dinars have three places", func(d *invoice.Draft) { d.Currency, d.Lines = "KWD", linesIn("KWD", "0.0005") }, []string{"lines[0].net invalid"}},
		{"a part of a credit", "a credit takes off its charge to the cent", func(d *invoice.Draft) {
			*d = draft(lines("-0.01")...)
			d.Lines[0].Net = giventest.Money("-0.005")
		}, []string{"lines[0].amount invalid"}},
		{"a negative line that corrects nothing", "law 3: a credit derives from a billed charge", func(d *invoice.Draft) { d.Lines[1].Net = giventest.Money("-89.50") }, []string{"lines[1].corrects unset"}},
		{"a credit of an unknown charge", "law 3: a credit derives from a billed charge", func(d *invoice.Draft) { *d = draft(lines("890.00", "-1.00")...); d.CreditedCharges = nil }, []string{"lines[1].corrects invalid"}},
		{"a credit above the rest", "law 3: a credit is at most the billed amount less earlier credits", func(d *invoice.Draft) {
			*d = draft(lines("890.00", "-1.00")...)
			d.CreditedCharges = append(d.CreditedCharges, d.Lines[1])
		}, []string{"lines[1].amount invalid"}},
		{"twice on one invoice", "law 3: the credit of one line is not left for the next", func(d *invoice.Draft) {
			*d = draft(lines("890.00", "-1.00")...)
			d.Lines = append(d.Lines, d.Lines[1])
		}, []string{"lines[2].amount invalid"}},
		{"no policy", "law 13: every setting that decides an amount is set", func(d *invoice.Draft) { d.Policy.TaxRoundingLevel, d.Policy.TaxRoundingMode = 0, 0 }, []string{"policy.tax_rounding_level unset", "policy.tax_rounding_mode unset"}},
		{"an empty refund rule", "law 13: extent and form decide an amount", func(d *invoice.Draft) { d.Policy.Refunds = []credits.RefundRule{{}} }, []string{"policy.refunds[0].as unset", "policy.refunds[0].give unset"}},
		{"an unknown refund rule", "law 14: values must be known", func(d *invoice.Draft) {
			d.Policy.Refunds = []credits.RefundRule{{As: credits.AsNothing}, {Give: 3, As: 5, Scope: plans.Scope{Kinds: []plans.Kind{0}}}}
		}, []string{"policy.refunds[1].as invalid", "policy.refunds[1].give invalid", "policy.refunds[1].kinds[0] unset"}},
		{"due before it is issued", "the customer cannot pay before the invoice is issued", func(d *invoice.Draft) { d.DueAt = d.At.Add(-1) }, []string{"due_at outside"}},
		{"an interval of installments on a bill without any", "the number of installments is set", func(d *invoice.Draft) { d.Every = proration.Interval{Months: 1} }, []string{"installments unset"}},
		{"beyond the limits", "law 14: amounts have limits", func(d *invoice.Draft) { d.Lines[1].Net = giventest.Money("1e39") }, []string{"lines[1].net limit"}},
		{"an invalid ledger", "law 7: no credit is overspent", func(d *invoice.Draft) { d.Ledger = []credits.Entry{entry("g", "-1", "2026-11-01")} }, []string{"ledger[0].amount invalid"}},
		{"a line in euros", "law 13: 890.00 dollars and 89.50 euros have no sum", func(d *invoice.Draft) { d.Lines[1].Currency = "EUR" }, []string{"lines[1].currency invalid"}},
		{"a credit in euros", "law 7: credit in another currency pays nothing", func(d *invoice.Draft) {
			d.Lines = append(d.Lines, linesIn("EUR", "-1.00")...)
		}, []string{"lines[2].currency invalid"}},
		{"lines in euros", "law 13: each line is at fault, though the lines agree with each other", func(d *invoice.Draft) { d.Lines = linesIn("EUR", "890.00", "89.50") }, []string{"lines[0].currency invalid", "lines[1].currency invalid"}},
		{"a line in no currency", "law 13: an amount without a currency has no default", func(d *invoice.Draft) { d.Lines[0].Currency = "" }, []string{"lines[0].currency invalid"}},
		{"yen among dollars", "the currency of the invoice sets the places: 0.50 is not an amount in yen, nor a line of this invoice", func(d *invoice.Draft) {
			d.Currency, d.Lines[0], d.Lines[1] = "JPY", linesIn("JPY", "890")[0], line(plans.Recurring, "0.50")
		}, []string{"lines[1].currency invalid"}},
		{
			"every invoice field wrong", "law 14: all faults come at once, in the order of the fields",
			func(d *invoice.Draft) {
				*d = invoice.Draft{AppliedToInvoice: giventest.Money("-1"), Ledger: []credits.Entry{entry("", "1", "2026-11-01")}, Policy: d.Policy}
			},
			[]string{"id unset", "at unset", "currency unset", "ledger[0].id unset", "lines unset", "applied_to_invoice invalid", "corrects unset"},
		},
		{
			"every line field wrong", "law 14: all faults come at once, in the order of the fields",
			func(d *invoice.Draft) {
				d.Lines = []plans.Charge{line(0, "1.00"), line(plans.Recurring, "1e39"), line(plans.Recurring, "-1")}
			},
			[]string{"lines[0].kind unset", "lines[1].net limit", "lines[2].corrects unset"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := draft(lines("890.00", "89.50")...)
			c.edit(&d)
			inv, err := invoice.Build(d)
			giventest.CheckFaults(t, err, c.want...)
			if got := giventest.JSON(t, inv); got != giventest.JSON(t, invoice.Invoice{}) {
				t.Errorf("got %s with the error: %s", got, c.why)
			}
		})
	}
}

// A fault that is only found after the sum is an error as well, and no invoice comes with it.
func TestBuildRefusedAfterSum(t *testing.T) {
	const most = "999999999999999999999999999999999999.99" // 38 digits
	for _, c := range []struct {
		name, why string
		draft     invoice.Draft
		want      error
	}{
		{"a sum beyond the limits", "law 14: amounts have at most 38 digits", draft(lines(most, most)...), proration.ErrLimit},
		{"a grant beyond the limits", "law 14: amounts have at most 38 digits", draft(lines("-"+most, "-"+most)...), proration.ErrLimit},
		{"a repeated grant", "the same negative invoice, stored twice, would grant twice", func() invoice.Draft {
			d := draft(lines("-333.34")...)
			d.Ledger = []credits.Entry{entry("inv-2", "333.34", "2026-11-11")}
			return d
		}(), proration.ErrInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv, err := invoice.Build(c.draft)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v: %s", err, c.want, c.why)
			}
			if got := giventest.JSON(t, inv); got != giventest.JSON(t, invoice.Invoice{}) {
				t.Errorf("an invoice comes with the error: %s", got)
			}
		})
	}
}

func TestPhaseText(t *testing.T) {
	for phase, words := range map[invoice.Phase][2]string{ // its name and its status
		0: {"unset", "unset"}, invoice.PhaseDraft: {"draft", "draft"}, invoice.PhaseOpen: {"open", "open"}, invoice.PhaseHeld: {"held", "open"},
		invoice.PhaseRequested: {"requested", "open"}, invoice.PhasePending: {"pending", "pending"}, invoice.PhaseOverdue: {"overdue", "open"},
		invoice.PhaseRetracted: {"retracted", "pending"}, invoice.PhasePaid: {"paid", "paid"}, invoice.PhaseVoid: {"void", "void"},
		invoice.PhaseUncollectible: {"uncollectible", "uncollectible"},
	} {
		var read invoice.Phase
		if got, err := phase.MarshalText(); err != nil || string(got) != words[0] || phase.String() != words[0] || read.UnmarshalText(got) != nil || read != phase {
			t.Errorf("%d is %q and %q, %v, and reads back as %v; want %q", phase, phase, got, err, read, words[0])
		}
		if got := phase.Status(); got != words[1] {
			t.Errorf("the status of %v is %q, want %q", phase, got, words[1])
		}
	}
	if got := invoice.Phase(99).String(); got != "99" {
		t.Errorf("an unknown phase has the name %q", got)
	}
	if text, err := invoice.Phase(99).MarshalText(); !errors.Is(err, proration.ErrInvalid) {
		t.Errorf("an unknown phase is written as %q, %v", text, err)
	}
	phase := invoice.PhasePaid
	giventest.CheckFaults(t, phase.UnmarshalText([]byte("Paid")), "phase invalid")
	if phase != invoice.PhasePaid {
		t.Errorf("unknown text sets the phase to %v", phase)
	}
}

// A draft is read strictly. A half-filled line can be stored, and Build refuses it.
func TestDraftJSON(t *testing.T) {
	for _, text := range []string{
		`{"lines":[{"kind":1}]}`, `{"lines":[{"kind":"gift"}]}`, `{"lines":[{"kind":"recurring","net":[]}]}`, `{"lines":[{"net":"1e10001"}]}`, `{"lines":{}}`,
		`{"ledger":[{"kind":"spend"}]}`, `{"ledger":[{"kind":1}]}`,
	} {
		var d invoice.Draft
		if err := json.Unmarshal([]byte(text), &d); err == nil {
			t.Errorf("read %s as %+v", text, d)
		}
	}
	d := draft()
	if err := json.Unmarshal([]byte(`{"lines":[{"kind":"unset","currency":"USD"}],"ledger":[{"kind":"unset"}]}`), &d); err != nil {
		t.Fatal(err)
	}
	_, err := invoice.Build(d)
	giventest.CheckFaults(t, err, "ledger[0].kind unset", "ledger[0].id unset", "ledger[0].amount unset", "ledger[0].currency unset", "ledger[0].at unset", "ledger[0].id invalid", "lines[0].kind unset", "lines[0].price unset")
	d.Ledger = nil
	_, err = invoice.Build(d)
	giventest.CheckFaults(t, err, "lines[0].kind unset", "lines[0].price unset")
}
