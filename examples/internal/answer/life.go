package answer

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/billingrules/billing/internal/wrap"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

const instant = "2006-01-02 15:04:05.999999999"

// life is the state of a replay.
type life struct {
	Life
	policies *lifecycle.Policies
	sub      lifecycle.Subscription
	issued   map[string]invoice.Invoice // issued invoices by ID
	status   map[string]string          // last printed status of each invoice
	out      io.Writer
}

// play asks for a quote, replays the events one by one, and prints each outcome.
func (v Vendor) play(out io.Writer, id string, l Life) error {
	order, title, err := v.Ordered(l.Order)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "  %s\n", title)
	quote, err := v.Quote(order)
	if errors.Is(err, plans.ErrRefused) {
		fmt.Fprint(out, Refused(err, "    "))
		return nil
	}
	if err != nil {
		return err
	}
	if len(l.Events) == 0 {
		fmt.Fprint(out, wrap.Indent(quote.Explain(), "    "))
		return nil
	}
	policies, err := v.policies(l.Repriced)
	if err != nil {
		return err
	}
	p := life{
		Life: l, out: out, issued: map[string]invoice.Invoice{}, status: map[string]string{}, policies: policies,
	}
	first := lifecycle.Subscription{
		ID: id, Account: invoice.Account{Contract: quote.Contract}, Country: order.Country, Contact: l.Contact,
	}
	p.sub = first
	for i := range l.Events {
		l.Events[i].Sequence = int64(i + 1)
		if err := p.happens(l.Events[i]); err != nil {
			return err
		}
	}
	next, err := lifecycle.Next(p.policies, p.sub)
	if err != nil {
		return err
	}
	if next.Kind != 0 {
		fmt.Fprintf(out, "  next deadline: %s on %s\n", words(next.Kind), p.date(next.At))
	}
	if l.History {
		return p.history(first)
	}
	return nil
}

// Refused returns a refusal as text, one paragraph per reason.
func Refused(err error, indent string) string {
	var text strings.Builder
	for line := range strings.SplitSeq(err.Error(), "\n") {
		text.WriteString(wrap.Text("refused: "+line, indent) + "\n")
	}
	return text.String()
}

// policies returns the vendor's policy, and after a repricing a second one from its date.
func (v Vendor) policies(r *Repriced) (*lifecycle.Policies, error) {
	if r == nil {
		return lifecycle.NewPolicies(v.Policy)
	}
	later, err := v.repriced(*r)
	if err != nil {
		return nil, err
	}
	return lifecycle.NewPolicies(v.Policy, later)
}

// repriced returns the policy with a changed price in its catalog.
func (v Vendor) repriced(r Repriced) (lifecycle.Policy, error) {
	catalog, err := v.Policy.Catalog.With(plans.Override{
		Plans: []plans.PlanOverride{{ID: r.Plan, Offers: []plans.Offer{r.Offer}}},
	})
	later := v.Policy
	later.From, later.Catalog = r.From, &catalog
	return later, err
}

// happens advances the subscription to an event and applies it. An event without a kind prints a status check instead.
func (p *life) happens(e lifecycle.Event) error {
	if err := p.replay(e.At); err != nil {
		return err
	}
	if e.Kind != 0 {
		return p.replay(e.At, e)
	}
	fmt.Fprintf(p.out, "  %s  status check: %s, access %s\n", p.at(e.At), p.sub.Status, p.policies.Access(p.sub))
	for _, m := range p.Members {
		p.member(m)
	}
	return nil
}

// replay applies events and deadlines up to an instant, and prints each step with its outcome.
func (p *life) replay(to time.Time, events ...lifecycle.Event) error {
	for i := range events {
		if inv, has := p.issued[events[i].Payment.Invoice]; has && events[i].Kind == lifecycle.BillingDetailsChanged {
			events[i].Document = &inv
		}
	}
	o, err := lifecycle.Replay(p.policies, p.sub, events, to)
	if err != nil {
		return err
	}
	p.sub = o.Subscription
	for _, s := range o.Steps {
		cause := s.String()
		if s.Event != 0 {
			cause = described(events[0], s)
		}
		fmt.Fprintf(p.out, "  %s  %s: ", p.at(s.At), cause)
		if s.Refused != "" {
			fmt.Fprintf(p.out, "refused\n%s\n", wrap.Text(s.Refused, "    "))
			continue
		}
		fmt.Fprintf(p.out, "%s, access %s\n", s.Status, s.Access)
		p.comes(&o, s)
	}
	for _, r := range o.Receivables {
		status := r.Phase.Status()
		if _, earlier := p.issued[r.Invoice]; earlier && p.status[r.Invoice] != status {
			fmt.Fprintf(p.out, "    %s is %s\n", r.Invoice, status)
		}
		p.status[r.Invoice] = status
	}
	for _, inv := range o.Invoices {
		p.issued[inv.ID] = inv
	}
	return nil
}

// comes prints the outcome of a step: its invoices, effects and notices. The IDs of effects and notices name their
// cause.
func (p *life) comes(o *lifecycle.Outcome, s lifecycle.Step) {
	var receivables Receivables
	receivables.Add(o.Receivables)
	for _, inv := range o.Invoices {
		if slices.Contains(s.Issued, inv.ID) {
			r := receivables.Of(&inv)
			fmt.Fprint(p.out, wrap.Indent(inv.Text()+r.Text(p.sub.Contract.Cycle.Location), "    "))
		}
	}
	id := strings.ReplaceAll(strings.ReplaceAll(p.sub.ID, "%", "%25"), "/", "%2F")
	cause := id + "/event-" + strconv.FormatInt(s.Sequence, 10) + "/"
	if s.Event == 0 {
		cause = id + "/" + s.Deadline.String() + "-" + s.At.UTC().Format(time.RFC3339Nano)
		switch {
		case s.Change != 0:
			cause += "-event-" + strconv.FormatInt(s.Change, 10)
		case s.Reminder != 0:
			cause += "-" + strings.TrimSuffix(s.Of.String()+"-"+strconv.Itoa(s.Reminder)+" "+s.Invoice, " ")
		case s.Invoice != "":
			cause += "-" + s.Invoice
		}
		cause += "/"
	}
	for _, e := range o.Effects {
		payment := s.Event == lifecycle.PaymentSucceeded && strings.HasPrefix(e.ID, id+"/payment-")
		if payment || caused(e.ID, cause) {
			fmt.Fprintf(p.out, "    effect: %s %s, %s %s\n",
				words(e.Kind), e.Invoice, e.Amount.StringFixed(2), p.sub.Contract.Currency)
		}
	}
	for _, n := range o.Notices {
		if caused(n.ID, cause) {
			fmt.Fprintf(p.out, "    notice%s: %s\n", p.to(), p.told(n))
		}
	}
}

// caused reports whether an ID starts with a cause. The ID of a deadline that follows an event at the same instant
// also names that event.
func caused(id, cause string) bool {
	return strings.HasPrefix(id, cause) || strings.HasPrefix(id, strings.TrimSuffix(cause, "/")+"-event-")
}

// to names the recipient of notices, if the customer has an email address.
func (p *life) to() string {
	if p.sub.Contact.Email == "" {
		return ""
	}
	return " to " + p.sub.Contact.Email
}

// told returns a notice as text.
func (p *life) told(n lifecycle.Notice) string {
	text := words(n.Kind)
	if n.Invoice != "" {
		text += " " + n.Invoice
	}
	switch {
	case !n.Of.After(n.At): // no announced date, or an expired grace period
	case n.Kind == lifecycle.NoticePaymentFailed || n.Kind == lifecycle.NoticePaymentDisputed ||
		n.Kind == lifecycle.NoticeOverdue:
		text += ", grace until " + p.at(n.Of)
	default:
		text += " on " + p.date(n.Of)
	}
	return text
}

// member prints the access of one member.
func (p *life) member(m lifecycle.Role) {
	who := m.Role
	if m.Selected {
		who = "selected " + who
	}
	billing := "does not manage billing"
	if p.policies.Manages(p.sub, m) {
		billing = "manages billing"
	}
	fmt.Fprintf(p.out, "    %s: access %s, %s\n", who, p.policies.AccessOf(p.sub, m), billing)
}

// history replays the whole life at once and lists all invoices with their final status.
func (p *life) history(first lifecycle.Subscription) error {
	events := slices.DeleteFunc(slices.Clone(p.Events), func(e lifecycle.Event) bool { return e.Kind == 0 })
	o, err := lifecycle.Replay(p.policies, first, events, p.Events[len(p.Events)-1].At)
	if err != nil {
		return err
	}
	var receivables Receivables
	receivables.Add(o.Receivables)
	fmt.Fprintf(p.out, "  order history\n")
	for _, inv := range o.Invoices {
		total := inv.Total.StringFixed(2) + " " + string(inv.Currency)
		line := fmt.Sprintf("    %-8s  %s  %13s  due %9s  %-13s  %s", inv.ID, p.date(inv.IssuedAt), total,
			inv.AmountDue.StringFixed(2), receivables.Of(&inv).Phase.Status(), inv.Contact.Name)
		fmt.Fprintln(p.out, strings.TrimRight(line, " "))
	}
	return nil
}

func (p *life) at(t time.Time) string { return t.In(p.sub.Contract.Cycle.Location).Format(instant) }
func (p *life) date(t time.Time) string {
	return t.In(p.sub.Contract.Cycle.Location).Format(time.DateOnly)
}

// described returns an event as text, given the step that applied it.
func described(e lifecycle.Event, step lifecycle.Step) string {
	text := words(e.Kind)
	switch {
	case e.Kind == lifecycle.Changed:
		text = step.String()
	case e.Payment.Invoice != "":
		text += " " + e.Payment.Invoice
	case e.PaymentMethod != "" && e.Kind == lifecycle.PaymentMethodAdded:
		text += ", " + e.PaymentMethod
	case e.PaymentMethod != "":
		text += ", payment method " + e.PaymentMethod
	case e.Contact.Name != "":
		text += ", " + e.Contact.Name
	}
	if e.By != 0 {
		text += ", by " + e.By.String()
	}
	if e.Reason != "" {
		text += ", " + strconv.Quote(e.Reason)
	}
	return text
}

// words returns a name with spaces in place of underscores.
func words(name fmt.Stringer) string { return strings.ReplaceAll(name.String(), "_", " ") }
