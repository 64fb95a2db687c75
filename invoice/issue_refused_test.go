package invoice_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// signedAccount is the account of ten seats at 31.00 a month after the signup of January 2027, and its invoice.
func signedAccount(t *testing.T) (invoice.Account, invoice.Invoice) {
	t.Helper()
	doc, err := invoice.Issue(seatRequest(invoice.Account{Contract: plans.Contract{
		Plan: "pro", Currency: "EUR", Cycle: giventest.Cycle("2027-01-01", "P1M", nil),
		Items: []plans.Item{{ID: "seat", Quantity: giventest.Money("10"), Price: plans.Price{Unit: giventest.Money("31")}}},
	}}, "1", "2027-01-01", plans.Change{}))
	if err != nil {
		t.Fatal(err)
	}
	return doc.Account, *doc.Invoice
}

// seatRequest is a request for an account.
func seatRequest(a invoice.Account, id, at string, change plans.Change) invoice.IssueRequest {
	policy := invoice.Standard()
	policy.Taxes = []invoice.TaxRate{{Name: "VAT", Percent: giventest.Money("19")}}
	return invoice.IssueRequest{Account: a, ID: id, At: giventest.Instant(at, nil), Change: change, Policy: policy}
}

// seatChange is a change of the number of seats.
func seatChange(seats string) plans.Change {
	return unitsOf("seat", giventest.Money(seats))
}

// A request that would bill twice, lose a due amount, or credit an amount twice is refused with a reason.
func TestIssueRefusesDoubleOrLostBilling(t *testing.T) {
	arrears := func(o *invoice.IssueRequest) { o.Policy.Timing = proration.InArrears }
	for _, c := range []struct {
		name, why string
		before    []invoice.IssueRequest // issued first, each on the account of the one before
		id, at    string
		change    plans.Change
		with      func(*invoice.IssueRequest)
		want      string // faults, or the rule of a refusal
	}{
		{name: "the same ID again", why: "two lines would have the same ID", id: "1", at: "2027-01-10", change: seatChange("2"), want: "credited_charges[0].id invalid"},
		{
			name: "the same ID after a change", why: "a repeated call would charge twice", id: "2", at: "2027-01-10", change: seatChange("2"),
			before: []invoice.IssueRequest{seatRequest(invoice.Account{}, "2", "2027-01-10", seatChange("2"))}, want: "credited_charges[1].id invalid",
		},
		{
			name: "a change before a later one", why: "the charges of the later change do not describe that time", id: "3", at: "2027-01-05", change: seatChange("-1"),
			before: []invoice.IssueRequest{seatRequest(invoice.Account{}, "2", "2027-01-20", seatChange("2"))}, want: "refused change",
		},
		{name: "a late renewal", why: "five days would not be billed", id: "2", at: "2027-02-06", want: "refused period"},
		{
			name: "another billing date before the renewal", why: "the first nine days of February would not be billed", id: "2", at: "2027-02-10",
			change: plans.Change{AnchorAt: giventest.Instant("2027-02-10", nil)}, want: "refused period",
		},
		{name: "arrears after January was billed in advance", why: "January would be billed twice", id: "2", at: "2027-02-01", with: func(o *invoice.IssueRequest) {
			arrears(o)
			o.UnbilledSince = giventest.Instant("2027-01-01", nil)
		}, want: "unbilled_since invalid"},
		{name: "in advance with days in arrears", why: "the days from the 1st on would not be billed", id: "2", at: "2027-01-10", with: func(o *invoice.IssueRequest) {
			o.UnexpiredCharges, o.UnbilledSince = nil, giventest.Instant("2027-01-01", nil)
		}, want: "refused period"},
		{
			name: "a change after the end", why: "an ended contract has nothing to change", id: "3", at: "2027-01-20", change: seatChange("2"),
			before: []invoice.IssueRequest{seatRequest(invoice.Account{}, "2", "2027-01-15", plans.Change{Cancel: true})}, want: "refused change",
		},
		{name: "an exception without a cancellation", why: "the exception would be ignored", id: "2", at: "2027-01-10", change: seatChange("2"), with: func(o *invoice.IssueRequest) {
			o.Exception, o.Paid = &credits.Exception{As: credits.AsNothing, Reason: "none"}, giventest.Money("4")
		}, want: "paid invalid, exception invalid"},
		{name: "beyond the calendar", why: "JSON has no year of five digits", id: "2", at: "2027-01-10", with: func(o *invoice.IssueRequest) { o.At = o.At.AddDate(9000, 0, 0) }, want: "at limit"},
		{name: "credit with a fraction of a cent", why: "the amount due would have a fraction of a cent", id: "2", at: "2027-01-10", change: seatChange("2"), with: func(o *invoice.IssueRequest) {
			o.Ledger = []credits.Entry{{Kind: credits.Granted, ID: "g", Amount: giventest.Money("10.005"), Currency: "EUR", At: o.At}}
		}, want: "ledger[0].amount invalid"},
		{name: "an edited account", why: "the credit would have any amount", id: "2", at: "2027-01-10", change: seatChange("-1"), with: func(o *invoice.IssueRequest) {
			o.UnexpiredCharges[0].Net = giventest.Money("99999")
		}, want: "lines[0].corrects invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			account, _ := signedAccount(t)
			for _, o := range c.before {
				o.Account = account
				doc, err := invoice.Issue(o)
				if err != nil {
					t.Fatal(err)
				}
				account = doc.Account
			}
			o := seatRequest(account, c.id, c.at, c.change)
			if c.with != nil {
				c.with(&o)
			}
			doc, err := invoice.Issue(o)
			got := strings.Join(giventest.Faults(err), ", ")
			var refusal *plans.Refusal
			if errors.As(err, &refusal) {
				got = "refused " + refusal.Rule
				if refusal.Instead == "" {
					t.Errorf("%v does not name a way out", err)
				}
			}
			if got != c.want {
				t.Errorf("got %q, want %q: %s\n%v", got, c.want, c.why, err)
			}
			if doc.Invoice != nil {
				t.Errorf("an invoice comes with the error:\n%s", doc.Invoice.Text())
			}
		})
	}
}

// After the end, periodic calls bill only the lines of the request; a reactivation bills from then on.
func TestIssueAfterEndBillsOnlyGivenLines(t *testing.T) {
	account, _ := signedAccount(t)
	issue := func(id, at string, change plans.Change, lines ...plans.Charge) *invoice.Invoice {
		t.Helper()
		o := seatRequest(account, id, at, change)
		o.Lines = lines
		doc, err := invoice.Issue(o)
		if err != nil {
			t.Fatal(err)
		}
		account = doc.Account
		return doc.Invoice
	}
	if inv := issue("2", "2027-01-15", plans.Change{Cancel: true}); inv != nil {
		t.Errorf("an invoice although nothing is credited:\n%s", inv.Text())
	}
	for _, at := range []string{"2027-01-20", "2027-02-01", "2027-05-01"} {
		if inv := issue("3", at, plans.Change{}); inv != nil {
			t.Errorf("on %s\n%s", at, inv.Text())
		}
	}
	usage := plans.Charge{Kind: plans.Usage, Item: "call", Currency: "EUR", Net: giventest.Money("7")}
	giventest.CheckMoney(t, "late usage", issue("3", "2027-05-02", plans.Change{}, usage).Net, "7")
	back := plans.Change{AnchorAt: giventest.Instant("2027-06-10", nil)}
	giventest.CheckMoney(t, "the reactivation", issue("4", "2027-06-10", back).Net, "310")
	giventest.CheckMoney(t, "the next period", issue("5", "2027-07-10", plans.Change{}).Net, "310")
}

// A sale within a period uses up no discount that the contract has for its periods.
func TestIssueWithinPeriodKeepsContractDiscounts(t *testing.T) {
	account, _ := signedAccount(t)
	account.Contract.Discounts = []plans.Discount{{ID: "half", Percent: giventest.Money("50"), Duration: plans.Repeating, Periods: 2}}
	o := seatRequest(account, "2", "2027-01-15", plans.Change{})
	o.Lines = []plans.Charge{{Kind: plans.OneTime, Item: "setup", Currency: "EUR", Net: giventest.Money("10")}}
	doc, err := invoice.Issue(o)
	if err != nil {
		t.Fatal(err)
	}
	giventest.CheckMoney(t, "the one-time sale", doc.Invoice.Net, "10")
	if left := doc.Contract.Discounts[0].Periods; left != 2 {
		t.Errorf("%d periods of the discount are left", left)
	}
}
