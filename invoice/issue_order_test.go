package invoice_test

import (
	"strings"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// A change that is billed for a later day refuses a change for an earlier one, unless it is credited in full.
func TestChangeBeforeACreditedOne(t *testing.T) {
	request, _ := benchAccount(t, 1)
	start := request.At
	seats := func(o invoice.IssueRequest, id string, day int, add, remove string) invoice.IssueRequest {
		one := func(n string) []plans.ItemQuantity {
			if n == "" {
				return nil
			}
			return []plans.ItemQuantity{{Item: "item-0", Quantity: giventest.Money(n)}}
		}
		o.ID, o.At = id, start.AddDate(0, 0, day)
		o.Change = plans.Change{Add: one(add), Remove: one(remove)}
		return o
	}
	account := request
	account.Account = issued(t, request).Account
	account.Account = issued(t, seats(account, "inv-2", 20, "2", "")).Account
	_, err := invoice.Issue(seats(account, "inv-3", 10, "1", ""))
	if err == nil || !strings.Contains(err.Error(), "already billed") {
		t.Errorf("got %v", err)
	}
	account.Account = issued(t, seats(account, "inv-3", 20, "", "2")).Account
	if _, err = invoice.Issue(seats(account, "inv-4", 10, "1", "")); err != nil {
		t.Error(err)
	}
}
