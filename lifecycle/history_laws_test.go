package lifecycle_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// checkLaws checks an outcome and the subscription against the laws.
func (h *history) checkLaws(out lifecycle.Outcome) {
	h.tb.Helper()
	h.accessLaw()
	h.moneyLaws(out)
	h.ledgerLaw()
	h.chargeLaw(out)
	if len(out.Invoices) > 0 {
		h.spanLaw()
	}
	h.noticeLaw(out)
}

// accessLaw checks that a customer always has access to paid time and to billing.
func (h *history) accessLaw() {
	h.tb.Helper()
	p := h.setup.policy
	access := accessOf(p, h.sub)
	if access < lifecycle.BillingOnly || memberAccess(p, h.sub, lifecycle.Role{Role: "owner"}) < lifecycle.BillingOnly {
		h.fault("access is %v", access)
	}
	service := h.sub.Status == lifecycle.Active || h.sub.Status == lifecycle.PastDue || h.sub.Status == lifecycle.Suspended
	paid := h.paidFor() || h.sub.CollectionPause != nil && h.sub.Status != lifecycle.Suspended
	if service && paid && access != lifecycle.Full {
		h.fault("access is %v while %v and paid for at %v", access, h.sub.Status, h.sub.At)
	}
	table := max(p.AccessByStatus[h.sub.Status], lifecycle.BillingOnly)
	if h.sub.Status == lifecycle.Incomplete && h.sub.TrialEnd.After(h.sub.At) {
		table = max(table, p.AccessByStatus[lifecycle.Trialing]) // unused days of a converted trial
	}
	if !(service && paid) && access != table {
		h.fault("access is %v while %v and not paid for at %v, want %v", access, h.sub.Status, h.sub.At, table)
	}
}

// paidFor computes from the invoices alone whether the instant is paid for: a paid base charge covers it, and is not
// credited. A charge of zero pays for it only if its plan is free and no other charge covers it. An addition pays for
// it only with the rest of the units.
func (h *history) paidFor() bool {
	at, costs := h.sub.At, false
	var priced []string // plans
	var paid, free []plans.Charge
	units := map[string]decimal.Decimal{}
	for i := range h.invoices {
		inv := &h.invoices[i]
		waits := h.sub.PendingChange != nil && h.sub.PendingChange.Invoice == inv.ID // its change is not made yet
		if inv.status() == "void" || waits {
			continue
		}
		for _, c := range inv.Lines {
			if c.Corrects != "" || !isBase(c.Kind) || at.Before(c.Span.Start) || !at.Before(c.Span.End) {
				continue
			}
			if c.Net.IsPositive() {
				priced = append(priced, c.Plan)
			}
			net, left := h.remaining(c, at, "paid")
			if !left.IsPositive() || !net.IsPositive() && !c.Net.IsZero() {
				continue
			}
			costs = costs || net.IsPositive()
			if inv.status() != "paid" && !inv.receivable.Held { // it waits for more to collect
				continue
			}
			units[c.Item] = units[c.Item].Add(left)
			if net.IsPositive() {
				paid = append(paid, c)
			} else {
				free = append(free, c)
			}
		}
	}
	if !costs {
		paid = slices.DeleteFunc(free, func(c plans.Charge) bool { return slices.Contains(priced, c.Plan) })
	}
	whole := len(h.sub.Contract.Items) > 0 && len(paid) > 0
	for _, item := range h.sub.Contract.Items {
		whole = whole && !units[item.ID].LessThan(item.Quantity)
	}
	given := slices.ContainsFunc(h.sub.UnexpiredCharges, func(c plans.Charge) bool { // days that support charged nothing for
		return isBase(c.Kind) && c.Net.IsZero() && c.Edges.Extent == proration.ExtentNone && c.BaseQuantity == nil && c.Span.Contains(at)
	})
	return given || whole ||
		slices.ContainsFunc(paid, func(c plans.Charge) bool { return c.Kind != plans.ProrationCharge || c.BaseQuantity == nil })
}

// isBase reports whether a charge is for the service of the contract.
func isBase(k plans.Kind) bool {
	return k == plans.Recurring || k == plans.ProrationCharge || k == plans.Extension
}

// remaining returns the part of a charge that is not credited: the net amount, and the units at an instant. With a
// status, only credits on invoices of that status count.
func (h *history) remaining(c plans.Charge, at time.Time, of string) (net, units decimal.Decimal) {
	net, units = c.Net, c.Quantity
	for i := range h.invoices {
		inv := &h.invoices[i]
		if p := h.sub.PendingChange; p != nil && p.Invoice == inv.ID {
			continue // the contract changes when it is paid
		}
		if status := inv.status(); status == "void" || of != "" && status != of {
			continue
		}
		for _, k := range inv.Lines {
			if k.Corrects != c.ID {
				continue
			}
			net = net.Add(k.Net)
			if !at.Before(k.Span.Start) && at.Before(k.Span.End) { // a credit of money may free units, too
				units = units.Sub(k.Quantity)
			}
		}
	}
	return net, units
}

// moneyLaws checks that every invoice is valid and not overpaid, that the ledger is valid and its balance not negative,
// and that the subscription stores the invoices as the outcomes returned them.
func (h *history) moneyLaws(out lifecycle.Outcome) {
	h.tb.Helper()
	for _, r := range out.Receivables {
		inv := &h.invoices[slices.IndexFunc(h.invoices, func(inv issued) bool { return inv.ID == r.Invoice })].Invoice
		if !h.light && h.recorder.firstCheck(&r) {
			if err := r.Match(*inv); err != nil {
				h.fault("invoice %s: %v", inv.ID, err)
			}
		}
		var came decimal.Decimal
		for _, e := range r.Events {
			switch e.Kind {
			case invoice.Succeeded, invoice.DisputeWon, invoice.CreditApplied:
				came = came.Add(e.Amount)
			case invoice.Disputed, invoice.Reversed, invoice.CreditReversed:
				came = came.Sub(e.Amount)
			case invoice.Refunded:
				if e.OwedAgain {
					came = came.Sub(e.Amount)
				}
			case invoice.Surplus, invoice.DisputeLost, invoice.Issued, invoice.Attempted, invoice.Failed, invoice.Credited, invoice.Voided, invoice.WrittenOff,
				invoice.Requested, invoice.Postponed, invoice.Missed, invoice.Retracted, invoice.Sent:
			}
		}
		if came.GreaterThan(inv.AmountDue) || inv.AmountDue.IsNegative() {
			h.fault("invoice %s has payments of %v, and %v was due", inv.ID, came, inv.AmountDue)
		}
	}
	if err := credits.Validate(h.sub.Ledger); err != nil {
		h.fault("ledger: %v", err)
	}
	if b, err := credits.Balance(h.sub.Ledger, "USD", h.sub.At); err != nil || b.IsNegative() {
		h.fault("balance %v: %v", b, err)
	}
	for i := range h.sub.Receivables {
		r := &h.sub.Receivables[i]
		j := slices.IndexFunc(h.invoices, func(k issued) bool { return k.ID == r.Invoice })
		if j < 0 || giventest.JSON(h.tb, h.invoices[j].receivable) != giventest.JSON(h.tb, r) {
			h.fault("the receivable of invoice %s is stored differently than it was returned", r.Invoice)
		}
	}
	for i := range h.invoices {
		inv := &h.invoices[i]
		stored := func(r invoice.Receivable) bool { return r.Invoice == inv.ID }
		if inv.receivable.Owing() && !slices.ContainsFunc(h.sub.Receivables, stored) {
			h.fault("no receivable of invoice %s, which is %v", inv.ID, inv.receivable.Phase)
		}
	}
}

// ledgerLaw checks that every payment is accounted for (law 18), and that a credit has money behind it: the documents
// add up to the money received and not refunded, the open amounts and the credit that was used, and the balance is at
// most that money and the credit that was given away.
func (h *history) ledgerLaw() {
	h.tb.Helper()
	var documents, open, received decimal.Decimal
	void := map[string]bool{}
	for i := range h.invoices {
		inv := &h.invoices[i]
		if void[inv.ID] = inv.status() == "void"; void[inv.ID] || void[inv.Corrects] {
			continue
		}
		documents = documents.Add(inv.Total)
		open, received = open.Add(inv.receivable.Outstanding()), received.Add(inv.receivable.Received())
	}
	balance, err := credits.Balance(h.sub.Ledger, "USD", h.sub.At)
	if err != nil {
		h.fault("balance: %v", err)
		return
	}
	if kept := open.Add(received).Add(h.given).Sub(balance); !documents.Equal(kept) {
		h.fault("documents of %v, and %v open, %v received, %v given and a balance of %v", documents, open, received, h.given, balance)
	}
	if balance.IsPositive() && balance.GreaterThan(received.Add(h.given)) {
		h.fault("a balance of %v with %v received and %v given", balance, received, h.given)
	}
}

// chargeLaw checks that no invoice is collected again before the result of a payment, and that only open invoices are
// collected.
func (h *history) chargeLaw(out lifecycle.Outcome) {
	h.tb.Helper()
	for _, s := range out.Steps {
		id := s.Invoice
		switch {
		case s.Deadline == lifecycle.ResultDue:
		case s.Event == lifecycle.PaymentSucceeded, s.Event == lifecycle.PaymentFailed, s.Event == lifecycle.PaymentDisputed,
			s.Event == lifecycle.PaymentReversed, s.Event == lifecycle.DisputeWon:
			id = h.events[len(h.events)-1].Payment.Invoice
		default:
			continue
		}
		h.collecting = slices.DeleteFunc(h.collecting, func(a string) bool { return a == id })
	}
	for _, e := range out.Effects {
		i := slices.IndexFunc(h.invoices, func(k issued) bool { return k.ID == e.Invoice })
		switch {
		case i < 0 && e.Kind == lifecycle.Refund && e.Invoice == "": // credit is paid out
		case i < 0:
			h.fault("%v of invoice %s, which was never issued", e.Kind, e.Invoice)
		case e.Kind == lifecycle.CollectPayment || e.Kind == lifecycle.Send:
			if status := h.invoices[i].status(); status != "open" && !withdrawn(out, e.Invoice) && !lowered(out, &e) || !e.Amount.IsPositive() {
				h.fault("%v of %v of invoice %s, which is %s", e.Kind, e.Amount, e.Invoice, status)
			}
			if slices.Contains(h.collecting, e.Invoice) {
				h.fault("invoice %s is collected twice", e.Invoice)
			}
			if e.Kind == lifecycle.CollectPayment {
				h.collecting = append(h.collecting, e.Invoice)
			}
		case e.Kind == lifecycle.Withdraw:
			h.collecting = slices.DeleteFunc(h.collecting, func(a string) bool { return a == e.Invoice })
		}
	}
}

// lowered reports whether the outcome credits an invoice that it sends. The customer gets both documents.
func lowered(out lifecycle.Outcome, sent *lifecycle.Effect) bool {
	return sent.Kind == lifecycle.Send &&
		slices.ContainsFunc(out.Invoices, func(inv invoice.Invoice) bool { return inv.Corrects == sent.Invoice })
}

// withdrawn reports whether the outcome also withdraws an invoice.
func withdrawn(out lifecycle.Outcome, id string) bool {
	return slices.ContainsFunc(out.Effects, func(e lifecycle.Effect) bool { return e.Kind == lifecycle.Withdraw && e.Invoice == id })
}

// spanLaw checks that no unit is billed twice: at every instant the units billed and not credited are at most those of
// the contract.
func (h *history) spanLaw() {
	h.tb.Helper()
	shortened := func(e lifecycle.Event) bool { return !e.Change.End.IsZero() }
	if h.setup.policy.Prorations == plans.NoProrations && slices.ContainsFunc(h.events, shortened) {
		return // the policy does not credit the rest of the period, which a customer who returns pays again
	}
	var base []plans.Charge
	var cuts []time.Time
	for _, c := range h.sub.UnbilledCharges {
		if isBase(c.Kind) && c.Corrects == "" {
			base = append(base, c)
		}
	}
	for i := range h.invoices {
		inv := &h.invoices[i]
		if p := h.sub.PendingChange; p != nil && p.Invoice == inv.ID {
			continue // the contract changes when it is paid
		}
		if status := inv.status(); status == "void" || status == "uncollectible" || inv.receivable.Phase == invoice.PhaseRetracted {
			continue
		}
		for _, c := range inv.Lines {
			if isBase(c.Kind) && c.Corrects == "" {
				base = append(base, c)
			}
			if !c.Span.Start.IsZero() {
				cuts = append(cuts, c.Span.Start, c.Span.End)
			}
		}
	}
	slices.SortFunc(cuts, time.Time.Compare)
	for i, at := range cuts {
		if i+1 < len(cuts) && cuts[i+1].Sub(at) < 25*time.Hour {
			continue // the span may have no day to count
		}
		var units decimal.Decimal
		for _, c := range base {
			if at.Before(c.Span.Start) || !at.Before(c.Span.End) {
				continue
			}
			net, left := h.remaining(c, at, "")
			for _, k := range h.sub.UnbilledCharges { // credits that wait for the next invoice
				if k.Corrects == c.ID && k.Kind == plans.ProrationCredit && k.Span.Contains(at) {
					net, left = net.Add(k.Net), left.Sub(k.Quantity)
				}
			}
			if net.IsPositive() { // a charge of zero is not credited when it is replaced
				units = units.Add(left)
			}
		}
		if most := h.maxUnits(at); units.GreaterThan(most) {
			h.fault("%v units are billed for %v, and the contract has %v", units, at, most)
			return
		}
	}
}

// maxUnits returns the units of the contract at an instant, or the most that it ever had where changes are not billed.
func (h *history) maxUnits(at time.Time) (most decimal.Decimal) {
	for i, s := range h.quantities {
		switch {
		case h.setup.policy.Prorations == plans.NoProrations:
			most = decimal.Max(most, s.quantity)
		case i == 0 || !s.at.After(at):
			most = s.quantity
		}
	}
	if a := h.sub.NextPeriod; a != nil && !at.Before(a.Period.Start) {
		most = decimal.Max(most, quantityOf(a.Contract, at))
	}
	return most
}

// noticeLaw checks that IDs are unique and that reminders come before their event.
func (h *history) noticeLaw(out lifecycle.Outcome) {
	h.tb.Helper()
	add := func(id string) {
		if slices.Contains(h.ids, id) || !strings.HasPrefix(id, "s/") {
			h.fault("the ID %s is used twice or has no prefix", id)
		}
		h.ids = append(h.ids, id)
	}
	for _, e := range out.Effects {
		add(e.ID)
	}
	for _, n := range out.Notices {
		add(n.ID)
		switch n.Kind {
		case lifecycle.NoticeRenewal, lifecycle.NoticeTrialEnd, lifecycle.NoticeEnd, lifecycle.NoticeGraceEnd:
			if !n.Of.After(n.At) {
				h.fault("the notice %v of %v is sent at %v", n.Kind, n.Of, n.At)
			}
		case lifecycle.NoticePaymentFailed, lifecycle.NoticePaymentDisputed, lifecycle.NoticeOverdue, lifecycle.NoticeReceipt, lifecycle.NoticeAccessLost:
		}
	}
}

// recorder records the transitions and faults of an enumeration.
type recorder struct {
	mu       sync.Mutex
	allowed  map[lifecycle.Edge]bool // the transitions of the tables
	edges    map[lifecycle.Edge]int
	calls    int
	reported map[string]bool // the faults that were reported
	checked  map[string]bool // the invoices that were checked, with their events
}

// firstCheck reports whether a receivable was not checked before, with its seal, which covers the issued values, and
// its events.
func (s *recorder) firstCheck(r *invoice.Receivable) bool {
	as := r.Seal + r.Phase.String()
	for _, e := range r.Events {
		as += e.Kind.String() + e.ID + e.Amount.String() + e.At.String()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.checked[as] {
		return false
	}
	s.checked[as] = true
	return true
}

// firstReport reports whether a fault was not reported yet.
func (s *recorder) firstReport(what string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.reported[what]
	s.reported[what] = true
	return !before
}

// newRecorder returns an empty recorder.
func newRecorder() *recorder {
	s := &recorder{allowed: map[lifecycle.Edge]bool{}, edges: map[lifecycle.Edge]int{}, reported: map[string]bool{}, checked: map[string]bool{}}
	leading, staying := lifecycle.Edges()
	for _, e := range slices.Concat(leading, staying) {
		s.allowed[e] = true
	}
	return s
}

// edge records the transition of a step, which must be in the tables.
func (s *recorder) edge(h *history, from lifecycle.Status, step lifecycle.Step) {
	h.tb.Helper()
	e := lifecycle.Edge{From: from, To: step.Status, Event: step.Event, Deadline: step.Deadline}
	if !s.allowed[e] {
		h.faultOf(fmt.Sprint(e), "%v %v leads from %v to %v, which no table has", step.Event, step.Deadline, e.From, e.To)
	}
	s.mu.Lock()
	s.edges[e]++
	s.calls++
	s.mu.Unlock()
}
