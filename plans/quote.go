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
	Contract Contract      `json:"contract"` // contract at its start
	First    Bill          `json:"first"`    // first bill, due at the start of the contract
	Due      []Installment `json:"due"`      // payments of the first bill; they add up to its total
	// Committed is the total of all bills until the end of the term, including shortfalls below the minimum. For a
	// contract without a term, it covers the first period only.
	Committed decimal.Decimal `json:"committed"`
	// Renewal is the first bill after the term, at the quantities of that time, or the second bill of a contract without
	// a term. It is nil if the contract ends with the term.
	Renewal *Bill `json:"renewal,omitempty"`
}

// Quote prices an order line by line. Discounts apply in this order: the term's, the override's, the order's. The
// location of Order.At is the customer's calendar. Quote changes nothing: to accept the quote, the caller stores its
// contract.
// Errors: the faults of the catalog and the order; or every [Refusal] at once: an unknown plan, item or term, items of
// several plans, a country without a market, a price that the plan does not have in the currency, a payment method or a
// special price that the actor may not choose, too many installments.
func (c Catalog) Quote(o Order) (Quote, error) {
	var f fault.List
	o.check(&f)
	special, err := c.With(o.Override) // also validates the catalog and the override
	f.Under("", err)
	c.Trial.check(&f, o.At, o.TrialEnd)
	if f != nil {
		return Quote{}, f.Err()
	}
	got, err := special.choose(&o)
	if err != nil {
		return Quote{}, err
	}
	contract, first, err := special.contract(&o, &got)
	if err != nil {
		return Quote{}, err
	}
	for i, item := range o.Items {
		if end := contract.End(); !end.IsZero() && !item.From.Before(end) {
			f.Add(fault.At("items", i)+".from", proration.ErrOutside, "must be before the end of the term, %s", date(end))
		}
	}
	f.Under("", contract.Validate())
	if f != nil {
		return Quote{}, f.Err()
	}
	bill, err := contract.bill(Whole(first), c.Policy, c.Allocation, false)
	if err != nil {
		return Quote{}, err
	}
	quote := Quote{Contract: contract, First: bill.Bill}
	quote.Due, err = quote.First.Installments(max(1, o.Installments), proration.Interval{Months: 1}, contract.Currency)
	if err != nil {
		return Quote{}, err
	}
	atLeast, err := contract.bill(Whole(first), c.Policy, c.Allocation, true)
	if err != nil {
		return Quote{}, err
	}
	quote.Committed = atLeast.Total
	if err := quote.addTerm(bill.remaining, c.Policy, c.Allocation); err != nil {
		return Quote{}, fault.Rename(err, "contract.at", "at")
	}
	return quote, nil
}

// contract returns the contract of an order, and its first billing period.
func (c *Catalog) contract(o *Order, got *selection) (Contract, proration.Period, error) {
	start, days := c.Trial.Starts(o.At, o.TrialEnd)
	length := got.plan.Interval
	if got.term != nil && got.term.Billing == UpFront {
		length = got.term.Length
	}
	contract := Contract{
		Plan: got.plan.ID, Currency: got.market.Currency, Items: got.items, Ramp: got.ramp,
		Discounts: append(cloneDiscounts(o.Override.Discounts), cloneDiscounts(o.Discounts)...),
		Minimum:   o.Minimum, Grace: o.Override.Grace,
	}
	slices.SortStableFunc(contract.Ramp, func(a, b RampStep) int { return a.At.Compare(b.At) })
	cycle, err := proration.NewCycle(start.In(o.At.Location()), length)
	if err != nil {
		return contract, proration.Period{}, fault.Rename(err, "anchor", "at")
	}
	first, err := cycle.Period(0)
	err = fault.Rename(err, "n", "at")
	if err == nil && days > 0 {
		var end time.Time
		if end, err = (proration.Interval{Days: days}).After(first.End, o.At.Location()); err == nil {
			first.End = end
			cycle, err = proration.NewCycle(end, length)
		}
	}
	contract.Cycle = cycle
	if days > 0 && (got.term == nil || got.term.Billing == PerPeriod) {
		contract.First = first
	}
	if err != nil || got.term == nil {
		return contract, first, err
	}
	agreed := ContractTerm{Term: *got.term, Period: first}
	if got.term.Billing == PerPeriod {
		agreed.Period.End, err = periodsLater(cycle, first, got.plan.Interval, got.term.Length)
		err = fault.Rename(err, "n", "at")
	}
	contract.agree(agreed)
	return contract, first, err
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
	return last.Start, err
}

// addTerm adds the bills of the rest of the term to Committed and fills in Renewal, with the discounts that remain
// after the first bill.
func (q *Quote) addTerm(discounts []Discount, policy proration.Policy, allocation proration.Allocation) error {
	then := q.Contract.Clone()
	then.Discounts = discounts
	start := q.First.Lines[0].Period.End
	bills, err := then.bills(start, policy, allocation)
	if err != nil {
		return err
	}
	for _, b := range bills {
		q.Committed = q.Committed.Add(b.Total)
		then.Discounts = b.remaining
	}
	then, goesOn, err := then.Renewed()
	if err != nil || !goesOn {
		return err
	}
	if end := q.Contract.End(); !end.IsZero() {
		start = end
	}
	period, err := then.Cycle.Containing(start)
	if err != nil {
		return err
	}
	renewal, err := then.bill(Whole(period), policy, allocation, false)
	q.Renewal = &renewal.Bill
	return err
}

// Explain returns the quote in words for the customer: each line with its computation, the installments, the total of
// the term, and the price of the renewal.
func (q Quote) Explain() string {
	if len(q.First.Lines) == 0 {
		return ""
	}
	text := q.First.explain(q.Contract.Currency)
	money := func(d decimal.Decimal) string { return q.Contract.Currency.text(d) }
	if len(q.Due) > 1 {
		for i, part := range q.Due {
			text += fmt.Sprintf("installment %d on %s: %s\n", i+1, date(part.At), money(part.Amount))
		}
	}
	if !q.Committed.Equal(q.First.Total) {
		text += fmt.Sprintf("total until %s: %s\n", date(q.Contract.End()), money(q.Committed))
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
		fmt.Fprintf(&text, "%s until %s, %s\n", date(line.Span.Start), date(line.Span.End), line.Explain())
	}
	return text.String() + "due: " + currency.text(b.Total) + "\n"
}

// date formats the date of an instant.
func date(t time.Time) string { return t.Format(time.DateOnly) }
