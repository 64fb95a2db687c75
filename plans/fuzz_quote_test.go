package plans_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// For any order from any catalog: the result is an error with a reason, or a quote that adds up, always the same; no
// call panics or works without bound.
func FuzzQuote(f *testing.F) {
	for i, text := range []string{ // differences to an order of seven seats for a year
		`{}`, `{"term":"P9M","country":"BR","installments":7}`, `{"term":""}`,
		`{"items":[{"item":"seat","quantity":"7","plan":"base"}],"at":"2027-01-31T09:30:00Z","term":"P2Y","trial_end":"2027-02-02T00:00:00Z"}`,
		`{"items":[{"item":"seat","quantity":"7"},{"item":"phone","quantity":"2.5","from":"2027-02-20T09:30:00Z"},{"item":"seat","quantity":"9","from":"2027-01-01T00:00:00Z"}]}`,
		`{"by":"support","method":"wire","items":[{"item":"seat","quantity":"7","price":{"tiering":"volume","tiers":[{"up_to":"5","unit":"3"},{"flat":"10"}],"minimum":"20"}}]}`,
		`{"trial_end":"2026-11-26T00:00:00Z","minimum":"100","discounts":[{"id":"a","amount":"20","currency":"USD","duration":"once"},{"id":"b","percent":"33.3","duration":"repeating","periods":3}]}`,
		`{"override":{"plans":[{"id":"base","offers":[{"item":"seat","currency":"USD","price":{"unit":"0.333","package":"3","included":"1"}}]}],` +
			`"terms":[{"length":"P12M","percent":"12.5","billing":"per_period","renewal":"renew_once"}],"discounts":[{"id":"deal","price":{"unit":"0.3"},"currency":"USD","duration":"forever"}],"grace":"P3D"}}`,
		`{"items":[{"item":"seat","quantity":"7"},{"item":"seat","quantity":"0","from":"2027-02-20T09:30:00Z"},{"item":"phone","quantity":"2","from":"2027-03-01T00:00:00Z"}]}`,
		`{"items":[{"item":"seat","quantity":"0"},{"item":"phone","quantity":"2"}]}`, `{"items":[{"item":"seat","quantity":"7","from":"2027-02-20T09:30:00Z"}]}`,
		`{"by":"support","items":[{"item":"seat","quantity":"0","price":{"flat":"5","unit":"0.05","metered":true}}],"minimum":"20"}`,
		`{"by":"support","items":[{"item":"phone","quantity":"2"},{"item":"seat","quantity":"0","price":{"flat":"5","unit":"0.05","metered":true}}]}`,
		`{"items":[{"item":"desk","quantity":"7","plan":"team"}],"method":"cash","country":"PT","installments":120}`,
		`{"items":[{"item":"seat","quantity":"1e999999999"}],"minimum":"-1e-999999999"}`, `{"at":"9999-12-31T23:59:59Z","trial_end":"0001-01-01T00:00:01Z"}`,
		`{"at":"2026-11-16T00:00:00-03:00"}`, `null`, `{"items":[null],"override":null,"discounts":[null]}`, `{"items":[{"item":"seat","quantity":"99999999999999999"}]}`,
	} {
		f.Add([]byte(text), uint8(i))
	}
	sold := []func(*seller){
		func(*seller) {}, perPeriod, openEnded, func(c *seller) { perPeriod(c); endingIn(plans.Evergreen)(c) },
		func(c *seller) { endingIn(plans.Expire)(c); c.UnusedTrial = plans.AtTrialEnd },
		func(c *seller) {
			c.Allocation, c.Policy.DayCount, c.Policy.Rounding.Mode, c.UnusedTrial = proration.LastLine, proration.Seconds, proration.Up, plans.Forfeit
			c.Markets[0].Currency, c.Plans[0].Offers[1].Currency = "JPY", "JPY"
		},
	}
	f.Fuzz(func(t *testing.T, text []byte, variant uint8) {
		order, fresh, asked := ordered("7 seat", "P12M"), ordered("7 seat", "P12M"), ordered("7 seat", "P12M")
		if len(text) > 4_000 || json.Unmarshal(text, &order) != nil || json.Unmarshal(text, &fresh) != nil || json.Unmarshal(text, &asked) != nil {
			return
		}
		catalog := onSale(t, sold[int(variant)%len(sold)])
		q, err := catalog.quote(order)
		again, second := catalog.quote(fresh)
		third, third2 := catalog.quote(order)
		if err != nil {
			if second == nil || third2 == nil || second.Error() != err.Error() || third2.Error() != err.Error() {
				t.Fatalf("refused with\n%v\nand then with\n%v\n%v", err, second, third2)
			}
			checkReasons(t, err)
			checkText(t, "no quote comes with a refusal", giventest.JSON(t, q), giventest.JSON(t, plans.Quote{}))
			return
		}
		if second != nil || third2 != nil {
			t.Fatalf("quoted, and then refused with %v, %v", second, third2)
		}
		checkText(t, "the same order, stored", giventest.JSON(t, again), giventest.JSON(t, q))
		checkText(t, "the same order, quoted again", giventest.JSON(t, third), giventest.JSON(t, q))
		checkText(t, "law 15: the order afterwards", giventest.JSON(t, order), giventest.JSON(t, asked))
		giventest.CheckRoundTrip(t, q)
		checkQuote(t, q)
		checkQuoteOf(t, q, order)
		checkAddition(t, catalog, q, order)
	})
}

// checkReasons fails unless an error consists of refusals and faults, each with a reason.
func checkReasons(t *testing.T, err error) {
	t.Helper()
	for _, e := range fault.All(err) {
		var refusal *plans.Refusal
		switch {
		case errors.As(e, &refusal) && refusal.Rule != "" && refusal.Reason != "" && errors.Is(e, plans.ErrRefused):
		case e.Field != "" && e.Reason != "" && e.Rule != nil && !errors.Is(e, plans.ErrRefused):
		default:
			t.Fatalf("an error without a refusal or fault: %#v", e)
		}
	}
}

// checkQuoteOf compares a quote with its order.
func checkQuoteOf(t *testing.T, q plans.Quote, o plans.Order) {
	t.Helper()
	c := q.Contract
	places, err := c.Currency.Places()
	if err != nil || c.Plan != o.Plan || len(c.Items)+len(c.Ramp) != len(o.Items) || c.Grace != o.Override.Grace || !c.Minimum.Equal(o.Minimum) {
		t.Fatalf("%v: the contract differs from the order: %s", err, giventest.JSON(t, c))
	}
	var ordered, sold decimal.Decimal
	for _, item := range o.Items {
		ordered = ordered.Add(item.Quantity)
	}
	for _, item := range c.Items {
		sold = sold.Add(item.Quantity)
		if item.Quantity.IsZero() && !item.Price.Metered {
			t.Fatalf("%s begins without units", item.ID)
		}
	}
	if len(c.Items) == 0 {
		t.Fatal("no item begins with the contract")
	}
	for i, step := range c.Ramp {
		sold = sold.Add(step.Item.Quantity)
		if i > 0 && step.At.Before(c.Ramp[i-1].At) {
			t.Fatal("the steps are out of order")
		}
	}
	if !sold.Equal(ordered) || q.First.At.Before(o.At) || len(q.Due) != max(1, o.Installments) {
		t.Fatalf("%v sold of %v, due %v, in %d installments", sold, ordered, q.First.At, len(q.Due))
	}
	amounts := []decimal.Decimal{q.Committed, q.First.Total}
	for _, part := range q.Due {
		amounts = append(amounts, part.Amount)
	}
	for _, line := range q.First.Lines {
		amounts = append(amounts, line.Net)
		if !giventest.Covers(line.Period, line.Span) || !line.Period.Equal(q.First.Lines[0].Period) || line.Quantity.IsZero() || len(line.Explain()) > 2_000 {
			t.Fatalf("a line for %v of %v: %s", line.Span, line.Period, line.Explain())
		}
		// Discounts add up to at most the line, and a part of a period costs at most the whole.
		if line.Kind == plans.Recurring && line.Share.Amount.GreaterThan(ceilingOf(line.Share.Of, places)) {
			t.Fatalf("an impossible part of %v: %s", line.Share.Of, line.Explain())
		}
	}
	for _, amount := range amounts {
		if amount.IsNegative() || -amount.Exponent() > places {
			t.Fatalf("%v is not a billable amount in %s", amount, c.Currency)
		}
	}
	switch end := c.End(); {
	case (len(c.Terms) == 0) != (o.Term == proration.Interval{}) || len(c.Terms) > 1:
		t.Fatalf("%d terms for %v", len(c.Terms), o.Term)
	case len(c.Terms) == 0:
		if q.Renewal == nil || !q.Committed.Equal(q.First.Total) {
			t.Fatalf("without a term, yet %v committed, and then %v", q.Committed, q.Renewal)
		}
	case c.Terms[0].Term.Length != o.Term || !c.Terms[0].Period.Start.Equal(q.First.At) || !end.After(q.First.At):
		t.Fatalf("a term of %v for %v", c.Terms[0], o.Term)
	case (q.Renewal == nil) != (c.Terms[0].Term.Renewal == plans.Expire):
		t.Fatalf("with the renewal mode %v, yet %v", c.Terms[0].Term.Renewal, q.Renewal)
	case q.Renewal != nil && !q.Renewal.At.Equal(end):
		t.Fatalf("the term ends %v and renews %v", end, q.Renewal.At)
	}
}

// ceilingOf rounds a nonnegative amount up.
func ceilingOf(amount decimal.Decimal, places int32) decimal.Decimal { return amount.RoundCeil(places) }

// checkAddition adds to the purchased items, on the first day and in the middle, and adds an item that may be new: each
// line is for the remaining time, or the change is refused with a reason.
func checkAddition(t *testing.T, catalog seller, q plans.Quote, o plans.Order) {
	t.Helper()
	rest, err := q.Contract.RemainingPortions(q.First.At)
	if err != nil {
		t.Fatal(err)
	}
	period := rest[0].Period
	middle := period.Start.Add(period.End.Sub(period.Start) / 2)
	for _, p := range []plans.ChangeRequest{
		{Change: itemChange(o.Items[0].Item, "1"), At: period.Start}, {Change: itemChange(o.Items[0].Item, "1"), At: middle}, {Change: itemChange("phone", "1"), At: middle},
	} {
		p.Contract, p.By = q.Contract, plans.Support
		before := giventest.JSON(t, p)
		a, err := catalog.amend(p)
		checkText(t, "law 15: the request afterwards", giventest.JSON(t, p), before)
		if err != nil {
			checkReasons(t, err)
			continue
		}
		checkAmendment(t, catalog, p, a)
		for _, line := range a.Bill.Lines {
			one := line.Quantity.Equal(decimal.New(1, 0)) || line.BaseQuantity == nil && line.Price.Tiering == plans.Volume // all again
			if line.Kind != plans.ProrationCharge || line.Span.Start.Before(p.At) || !one {
				t.Fatalf("from %v on: %s", line.Span.Start, line.Explain())
			}
		}
	}
}
