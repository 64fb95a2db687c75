package answer

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

const instant = "2006-01-02 15:04:05.999999999"

// life is a subscription that is being played.
type life struct {
	Life
	policies []lifecycle.Policy
	sub      lifecycle.Subscription
	status   map[string]invoice.Status // of each invoice, as it was printed last
	out      io.Writer
}

// play asks for a quote, replays the events one by one, and prints what comes of each.
func (v Vendor) play(out io.Writer, id string, l Life) error {
	order, title, err := v.Ordered(l.Order)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "  %s\n", title)
	quote, err := v.Policy.Catalog.Quote(order)
	if errors.Is(err, plans.ErrRefused) {
		fmt.Fprint(out, Refused(err, "    "))
		return nil
	}
	if err != nil {
		return err
	}
	if len(l.Events) == 0 {
		fmt.Fprint(out, Indented(quote.Explain(), "    "))
		return nil
	}
	p := life{Life: l, out: out, status: map[string]invoice.Status{}, policies: []lifecycle.Policy{v.Policy}}
	if l.Repriced != nil {
		later, err := v.repriced(*l.Repriced)
		if err != nil {
			return err
		}
		p.policies = append(p.policies, later)
	}
	first := lifecycle.Subscription{ID: id, Account: invoice.Account{Contract: quote.Contract}, Country: order.Country, Contact: l.Contact}
	p.sub = first
	for i := range l.Events {
		l.Events[i].Sequence = int64(i + 1)
		if err := p.happens(l.Events[i]); err != nil {
			return err
		}
	}
	if next, ok := lifecycle.Next(p.now(), p.sub); ok {
		fmt.Fprintf(out, "  next: %s on %s\n", words(next.Kind), p.date(next.At))
	}
	if l.History {
		return p.history(first)
	}
	return nil
}

// Refused returns a refusal as text: a line for each reason.
func Refused(err error, indent string) string {
	var text strings.Builder
	for line := range strings.SplitSeq(err.Error(), "\n") {
		text.WriteString(Wrapped("refused: "+line, indent) + "\n")
	}
	return text.String()
}

// repriced returns the policy with another price in its catalog.
func (v Vendor) repriced(r Repriced) (lifecycle.Policy, error) {
	catalog, err := v.Policy.Catalog.With(plans.Override{Plans: []plans.PlanOverride{{ID: r.Plan, Offers: []plans.Offer{r.Offer}}}})
	later := v.Policy
	later.From, later.Catalog = r.From, &catalog
	return later, err
}

// happens lets time pass up to an event, and then the event happen; or only time, to look.
func (p *life) happens(e lifecycle.Event) error {
	if err := p.replay(e.At); err != nil {
		return err
	}
	if e.Kind != 0 {
		return p.replay(e.At, e)
	}
	fmt.Fprintf(p.out, "  %s  a look: %s, access %s\n", p.at(e.At), p.sub.Status, p.now().Access(p.sub))
	for _, m := range p.Members {
		p.member(m)
	}
	return nil
}

// replay prints every step on the way to an instant, and what came of it.
func (p *life) replay(to time.Time, events ...lifecycle.Event) error {
	o, err := lifecycle.Replay(p.policies, p.sub, events, to)
	if err != nil {
		return err
	}
	p.sub = o.Subscription
	for _, s := range o.Steps {
		what := s.What()
		if s.Event != 0 {
			what = described(events[0])
		}
		fmt.Fprintf(p.out, "  %s  %s: ", p.at(s.At), what)
		if s.Refused != "" {
			fmt.Fprintf(p.out, "refused\n%s\n", Wrapped(s.Refused, "    "))
			continue
		}
		fmt.Fprintf(p.out, "%s, access %s\n", s.Status, s.Access)
		p.comes(&o, s)
	}
	for _, inv := range o.Invoices {
		p.status[inv.ID] = inv.Status
	}
	for _, inv := range o.Changed {
		if p.status[inv.ID] != inv.Status {
			fmt.Fprintf(p.out, "    %s is %s\n", inv.ID, inv.Status)
			p.status[inv.ID] = inv.Status
		}
	}
	return nil
}

// comes prints what came of a step: invoices, and what is to be done and told. Their IDs say what caused them.
func (p *life) comes(o *lifecycle.Outcome, s lifecycle.Step) {
	for _, inv := range o.Invoices {
		if slices.Contains(s.Issued, inv.ID) {
			fmt.Fprint(p.out, Indented(inv.Text(), "    "))
		}
	}
	cause := p.sub.ID + "/event-" + strconv.FormatInt(s.Sequence, 10) + "/"
	if s.Event == 0 {
		cause = p.sub.ID + "/" + s.Deadline.String() + "-" + s.At.UTC().Format(time.RFC3339Nano)
		if s.Ref != "" {
			cause += "-" + s.Ref
		}
		cause += "/"
	}
	for _, e := range o.Effects {
		if caused(e.ID, cause) || s.Event == lifecycle.PaymentSucceeded && strings.HasPrefix(e.ID, p.sub.ID+"/payment-") {
			fmt.Fprintf(p.out, "    do: %s %s, %s %s\n", words(e.Kind), e.Invoice, e.Amount.StringFixed(2), p.sub.Contract.Currency)
		}
	}
	for _, n := range o.Notices {
		if caused(n.ID, cause) {
			fmt.Fprintf(p.out, "    tell%s: %s\n", p.to(), p.told(n))
		}
	}
}

// caused reports whether an ID derives from a cause, or from a deadline of the same instant that came after an event.
func caused(id, cause string) bool {
	return strings.HasPrefix(id, cause) || strings.HasPrefix(id, strings.TrimSuffix(cause, "/")+"-event-")
}

// to says to whom notices go, where that is known.
func (p *life) to() string {
	if p.sub.Contact.Email == "" {
		return ""
	}
	return " " + p.sub.Contact.Email
}

// told is what a notice says.
func (p *life) told(n lifecycle.Notice) string {
	text := words(n.Kind)
	if n.Invoice != "" {
		text += " " + n.Invoice
	}
	switch {
	case !n.Of.After(n.At): // of nothing, or of a grace that is over
	case n.Kind == lifecycle.NoticePaymentFailed || n.Kind == lifecycle.NoticeOverdue:
		text += ", grace until " + p.at(n.Of)
	default:
		text += " on " + p.date(n.Of)
	}
	return text
}

// member prints what one member can reach.
func (p *life) member(m lifecycle.Role) {
	who := m.Role
	if m.Selected {
		who = "selected " + who
	}
	billing := "does not manage billing"
	if p.now().Manages(m) {
		billing = "manages billing"
	}
	fmt.Fprintf(p.out, "    %s: access %s, %s\n", who, p.now().AccessOf(p.sub, m), billing)
}

// history lists all invoices as they stand at the end: it replays the whole life at once.
func (p *life) history(first lifecycle.Subscription) error {
	events := slices.DeleteFunc(slices.Clone(p.Events), func(e lifecycle.Event) bool { return e.Kind == 0 })
	o, err := lifecycle.Replay(p.policies, first, events, p.Events[len(p.Events)-1].At)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "  order history\n")
	for _, inv := range o.Invoices {
		total := inv.Total.StringFixed(2) + " " + string(inv.Currency)
		line := fmt.Sprintf("    %-8s  %s  %13s  due %9s  %-13s  %s", inv.ID, p.date(inv.IssuedAt), total, inv.AmountDue.StringFixed(2), inv.Status, inv.Contact.Name)
		fmt.Fprintln(p.out, strings.TrimRight(line, " "))
	}
	return nil
}

// now is the policy that holds.
func (p *life) now() lifecycle.Policy {
	now := p.policies[0]
	for _, policy := range p.policies {
		if !policy.From.After(p.sub.At) {
			now = policy
		}
	}
	return now
}

func (p *life) at(t time.Time) string { return t.In(p.sub.Contract.Cycle.Location).Format(instant) }
func (p *life) date(t time.Time) string {
	return t.In(p.sub.Contract.Cycle.Location).Format(time.DateOnly)
}

// described is an event in words.
func described(e lifecycle.Event) string {
	text := words(e.Kind)
	c := e.Change
	switch {
	case e.Payment.Invoice != "":
		text += " " + e.Payment.Invoice
	case e.PaymentMethod != "" && e.Kind == lifecycle.PaymentMethodAdded:
		text = e.PaymentMethod + " entered"
	case e.PaymentMethod != "":
		text += ", " + e.PaymentMethod + " on file"
	case c.Plan != nil:
		text += " to " + c.Plan.ID
	case c.Term != nil:
		text += " by " + c.Term.Length.String()
	case c.Item != "":
		text += ", " + c.Quantity.Abs().String() + " " + c.Item
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

// words writes a name as words.
func words(name fmt.Stringer) string { return strings.ReplaceAll(name.String(), "_", " ") }
