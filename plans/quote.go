package plans

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Quote is the price of an order: the contract that the order creates, its first bill, and its bill after the term.
type Quote struct {
	// Contract is the contract at its start. If it begins with a trial, the bills are those of [Contract.StartingAt] for
	// the end of the trial.
	Contract Contract      `json:"contract"`
	First    Bill          `json:"first"` // first bill, due when paid service starts
	Due      []Installment `json:"due"`   // payments of the first bill; they add up to its total
	// Committed is the total of all bills until the end of the term, including shortfalls below the minimum and the later
	// periods of items with periods of their own. For a contract without a term, it covers the first period only.
	Committed decimal.Decimal `json:"committed"`
	// Renewal is the first bill after the term, at the quantities of that time, or the second bill of a contract without
	// a term. It is nil if the contract ends with the term.
	Renewal *Bill `json:"renewal,omitempty"`
}

// Quote prices an order line by line, under the seller's policy and allocation: those of the invoices that follow.
// Discounts apply in this order: the term's, the override's, the order's. The location of Order.At is the customer's
// calendar, and each currency sets its own number of decimal places. Quote changes nothing: to accept the quote, the
// caller stores its contract.
// Errors: the faults of the catalog, the order, the policy and the allocation; or every [Refusal] at once: an unknown
// plan, item or term, items of several plans, a country without a market, a price that the plan does not have in the
// currency, a payment method, a special price or a length of the trial that the actor may not choose, too many
// installments, more units than the plan allows, a quantity outside the bounds of an offer, a required item that is
// missing.
func (c Catalog) Quote(order Order, policy proration.Policy, allocation proration.Allocation) (Quote, error) {
	var f fault.List
	order.check(&f, c.needsMethod(&order))
	special, err := c.With(order.Override) // also validates the catalog and the override
	f.Under("", err)
	if err == nil {
		c.checkTrial(&f, &order)
	}
	f.Under("policy", policy.Validate())
	fault.Choice(&f, "allocation", allocation)
	if f != nil {
		return Quote{}, f.Err()
	}
	got, err := special.choose(&order)
	if err != nil {
		return Quote{}, err
	}
	if order.checkUnits(&f, got.items, got.ramp); f != nil {
		return Quote{}, f.Err()
	}
	contract, begins, err := got.contract(&order)
	if err != nil {
		return Quote{}, err
	}
	rest, err := contract.RemainingPortions(begins) // checks the contract that starts
	if err != nil {
		return Quote{}, err
	}
	first := contract.first(rest[0])
	for i, item := range order.Items {
		if end := contract.End(); !end.IsZero() && !item.From.Before(end) {
			f.Add(fault.At("items", i)+".from", proration.ErrOutside, "must be before the end of the term, %s", date(end))
		}
	}
	if f != nil {
		return Quote{}, f.Err()
	}
	quote := Quote{Contract: contract}
	b := biller{contract: contract, began: first.Span.Start, policy: policy, allocation: allocation}
	bills, err := b.bill(first)
	if err != nil {
		return Quote{}, err
	}
	quote.First = bills[0].Bill
	quote.Due, err = quote.First.Installments(max(1, order.Installments), proration.Interval{Months: 1}, contract.Currency)
	if err != nil {
		return Quote{}, err
	}
	more, err := b.term(first.Period.End)
	if err != nil {
		return Quote{}, fault.Rename(err, "contract.at", "at")
	}
	last, err := quote.renew(&b, first)
	if err != nil {
		return Quote{}, fault.Rename(err, "contract.at", "at")
	}
	for _, bill := range slices.Concat(bills, more, last) {
		quote.Committed = quote.Committed.Add(bill.Total)
	}
	return quote, nil
}

// contract returns the contract of an order as [Contract.StartingAt] starts it, and the time of the start.
func (g *selection) contract(o *Order) (Contract, time.Time, error) {
	length := g.plan.Interval
	if g.term != nil && g.term.Billing == UpFront {
		length = g.term.Length
	}
	contract := Contract{
		Plan: g.plan.ID, Currency: g.market.Currency, Items: g.items, Ramp: g.ramp,
		Discounts: slices.Concat(o.Override.Discounts, o.Discounts),
		Minimum:   o.Minimum, Commitment: o.Commitment, Grace: o.Override.Grace, DueIn: o.Override.DueIn, Trial: g.plan.Trial,
		BillingDay: o.BillingDay, BillingDate: o.BillingDate, FirstPeriod: o.FirstPeriod,
	}
	if contract.Uplift = g.plan.Uplift; o.Uplift != nil {
		contract.Uplift = o.Uplift
		if g.term != nil && !g.term.renews() && !contract.timedUplift() {
			return Contract{}, time.Time{}, fault.New("uplift.every", proration.ErrUnset,
				"required with a term whose renewal is %v: renewals raise prices otherwise", g.term.Renewal)
		}
	}
	start, days := contract.StartsPaid(o.UnusedTrial, o.At, o.TrialEnd)
	if o.Trial != (proration.Interval{}) {
		contract.Trial = o.Trial
	}
	slices.SortStableFunc(contract.Ramp, func(a, b RampStep) int { return a.At.Compare(b.At) })
	contract.SetupFees = g.plan.setupFees(contract.Currency)
	var err error
	if contract.Cycle, err = proration.NewCycle(start.In(o.At.Location()), length); err != nil {
		return Contract{}, time.Time{}, fault.Rename(err, "anchor", "at")
	}
	first, err := contract.Cycle.Period(0)
	if err != nil {
		return Contract{}, time.Time{}, fault.Rename(err, "n", "at")
	}
	if g.term != nil {
		contract.agree(ContractTerm{Term: *g.term, Period: first})
	}
	if err := contract.Validate(); err != nil {
		return Contract{}, time.Time{}, err
	}
	contract, err = contract.startingAt(start, days)
	return contract, start, err
}

// periodsLater returns the end of a term that starts with the first period. The length of the term must be a whole
// number of billing periods.
func periodsLater(cycle proration.Cycle, first proration.Period, each, length proration.Interval) (time.Time, error) {
	periods, err := (&Price{Per: each}).times(length)
	if err != nil {
		return time.Time{}, fault.New("term", proration.ErrInvalid, "must be a multiple of period %v; got %v", each, length)
	}
	n, err := cycle.Index(first.End)
	if err != nil {
		return time.Time{}, err
	}
	last, err := cycle.Period(n + int(periods) - 1)
	return last.Start, fault.Rename(err, "n", "at")
}

// renew fills in Renewal, the bill after those of a biller, and returns what it bills of the time before. If nothing
// renews, that is billed when service ends.
func (q *Quote) renew(b *biller, first proration.Portion) (over []billed, err error) {
	end, paid := b.contract.End(), b.contract.Discounts
	if end.IsZero() {
		end = first.Span.End
	}
	next, goesOn, err := b.contract.renewed()
	if err != nil {
		return nil, err
	}
	if !goesOn {
		return b.last(end)
	}
	p, err := next.renewalPortion(end)
	if err != nil {
		return nil, err
	}
	if p.Span.Start.After(p.Period.Start) { // what waits is billed when this period is over
		if over, err = b.last(end); err != nil {
			return nil, err
		}
		b.lacking, b.accrued = nil, nil
	}
	for _, d := range paid { // the discount of the term, on what waits
		if !slices.ContainsFunc(next.Discounts, func(own Discount) bool { return own.ID == d.ID }) {
			next.Discounts = append(next.Discounts, d)
		}
	}
	n := len(b.lacking)
	b.contract = next
	bill, err := b.price(p)
	if err != nil {
		return nil, err
	}
	if waited := slices.Concat(bill.Lines[:n], bill.Lines[len(bill.Lines)-len(b.accrued):]); len(waited) > 0 {
		over = append(over, billed{newBill(end, waited), nil})
	}
	renewal := newBill(bill.At, bill.Lines[n:]) // without the shortfall of the time before
	q.Renewal = &renewal
	return over, nil
}

// Explain returns the quote in words for the customer: each line with its computation, the installments, the total of
// the term, and the price of the renewal.
func (q Quote) Explain() string {
	if q.First.At.IsZero() {
		return ""
	}
	text := q.First.explain(q.Contract.Currency)
	money := func(d decimal.Decimal) string { return q.Contract.Currency.text(d) }
	if len(q.Due) > 1 {
		for i, part := range q.Due {
			text += fmt.Sprintf("installment %d on %s: %s\n", i+1, date(part.At), money(part.Amount))
		}
	}
	switch end := q.Contract.End(); {
	case q.Committed.Equal(q.First.Total):
	case end.IsZero():
		text += fmt.Sprintf("total of the first period: %s\n", money(q.Committed))
	default:
		text += fmt.Sprintf("total until %s: %s\n", date(end), money(q.Committed))
	}
	if q.Renewal == nil {
		return text + "ends on " + date(q.Contract.End()) + "\n"
	}
	return text + fmt.Sprintf("renewal on %s: %s\n", date(q.Renewal.At), money(q.Renewal.Total))
}

// explain returns the bill in words, line by line.
func (b Bill) explain(currency Currency) string {
	var text strings.Builder
	for _, line := range b.Lines {
		if line.Span.Start.IsZero() { // due once
			fmt.Fprintf(&text, "%s, %s\n", date(b.At), line.Explain())
			continue
		}
		fmt.Fprintf(&text, "%s until %s, %s\n", date(line.Span.Start), date(line.Span.End), line.Explain())
	}
	return text.String() + "due: " + currency.text(b.Total) + "\n"
}

// date formats the date of an instant.
func date(t time.Time) string { return t.Format(time.DateOnly) }
