package plans

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Quote is what an order costs: the contract that it makes, what is due first, and what comes at renewal.
type Quote struct {
	Contract  Contract        `json:"contract"`          // as it begins; the document of its signup is the first bill
	First     Bill            `json:"first"`             // what is due first
	Due       []Installment   `json:"due"`               // the total of the first bill, in the parts in which it is paid
	Committed decimal.Decimal `json:"committed"`         // what all bills until the end of the term come to, with what a minimum lacks; those of the first period where there is no term
	Renewal   *Bill           `json:"renewal,omitempty"` // what the first period after the term costs, at the quantities of then; nil where the contract ends
}

// Quote prices an order line by line. Discounts work in the order: that of the term, those agreed on specially, those of the order.
// The order's location is the customer's calendar. Nothing happens by it: accepting the quote is storing its contract.
// Errors: the faults of the catalog and the order, and every [Refusal], all at once: a plan, item or term that is not on offer, a
// mix of plans, a country, a currency or a way to pay that is not open to whoever orders, too many installments.
func (c Catalog) Quote(o Order) (Quote, error) {
	var f fault.List
	o.check(&f)
	special, err := c.With(o.Override) // which has the faults of the override too
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
			f.Add(element("items", i)+".from", proration.ErrOutside, "it is not before the end of the term, %s", date(end))
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
	if quote.Due, err = quote.First.Installments(max(1, o.Installments), proration.Interval{Months: 1}, contract.Currency); err != nil {
		return Quote{}, err
	}
	atLeast, err := contract.bill(Whole(first), c.Policy, c.Allocation, true)
	if err != nil {
		return Quote{}, err
	}
	quote.Committed = atLeast.Total
	if err := quote.ahead(bill.remaining, c.Policy, c.Allocation); err != nil {
		return Quote{}, renamed(err, "contract.at", "at")
	}
	return quote, nil
}

// contract returns the contract of an order, and the first period that is billed.
func (c *Catalog) contract(o *Order, got *chosen) (Contract, proration.Period, error) {
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
		return contract, proration.Period{}, renamed(err, "anchor", "at")
	}
	first, err := cycle.Period(0)
	err = renamed(err, "n", "at")
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
		err = renamed(err, "n", "at")
	}
	contract.agree(agreed)
	return contract, first, err
}

// periodsLater returns the end of a term that begins with a period and has as many as go into its length.
func periodsLater(cycle proration.Cycle, first proration.Period, each, length proration.Interval) (time.Time, error) {
	periods, err := (&Price{Per: each}).times(length)
	if err != nil {
		return time.Time{}, fault.New("term", proration.ErrInvalid, "%v is no whole number of periods of %v", length, each)
	}
	n, err := cycle.Index(first.End)
	if err != nil {
		return time.Time{}, err
	}
	last, err := cycle.Period(n + int(periods) - 1)
	return last.Start, err
}

// ahead fills in what the term and its renewal come to, with what the first bill left of the discounts.
func (q *Quote) ahead(discounts []Discount, policy proration.Policy, allocation proration.Allocation) error {
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

// Explain returns the quote as a customer could read it: each line with how it was computed, the parts in which it is paid, and the
// price of the renewal.
func (q Quote) Explain() string {
	if len(q.First.Lines) == 0 {
		return ""
	}
	text := q.First.explain(q.Contract.Currency)
	money := func(d decimal.Decimal) string { return q.Contract.Currency.text(d) }
	if len(q.Due) > 1 {
		for i, part := range q.Due {
			text += fmt.Sprintf("part %d on %s: %s\n", i+1, date(part.At), money(part.Amount))
		}
	}
	if !q.Committed.Equal(q.First.Total) {
		text += fmt.Sprintf("until %s in all: %s\n", date(q.Contract.End()), money(q.Committed))
	}
	if q.Renewal == nil {
		return text + "ends on " + date(q.Contract.End()) + "\n"
	}
	return text + fmt.Sprintf("renewal on %s: %s\n", date(q.Renewal.At), money(q.Renewal.Total))
}

// explain writes a bill line by line.
func (b Bill) explain(currency Currency) string {
	var text strings.Builder
	for _, line := range b.Lines {
		fmt.Fprintf(&text, "%s until %s, %s\n", date(line.Span.Start), date(line.Span.End), line.Explain())
	}
	return text.String() + "due: " + currency.text(b.Total) + "\n"
}

// date writes the date of an instant.
func date(t time.Time) string { return t.Format(time.DateOnly) }

// renamed returns an error of a value that stands under another name here.
func renamed(err error, from, to string) error {
	var e *proration.Error
	if errors.As(err, &e) && e.Field == from {
		return fault.New(to, e.Rule, "%s", e.Reason)
	}
	return err
}
