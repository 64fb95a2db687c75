package lifecycle_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
)

// smallPolicy collects from an amount on.
func smallPolicy(least string, edits ...func(*lifecycle.Policy)) lifecycle.Policy {
	p := anyChange()
	p.Payments.MinimumAmount = map[plans.Currency]decimal.Decimal{"USD": giventest.Money(least)}
	for _, edit := range edits {
		edit(&p)
	}
	return p
}

// smallSeat is a subscription of one seat at 0.30 a month.
func smallSeat() lifecycle.Subscription {
	s := tenSeatsFromJanuary()
	s.Contract.Items = []plans.Item{{ID: "seat", Quantity: decimal.NewFromInt(1), Price: plans.Price{Unit: giventest.Money("0.30")}}}
	return s
}

// asked lists the requested payments of an outcome, "r-1 0.30".
func asked(out *lifecycle.Outcome) (all []string) {
	for _, e := range out.Effects {
		if e.Kind == lifecycle.CollectPayment || e.Kind == lifecycle.Send {
			all = append(all, e.Invoice+" "+e.Amount.StringFixed(2))
		}
	}
	return all
}

// 0.30 a month with a minimum of 0.50: January is held, and collected with February.
func TestSmallInvoicesAreHeld(t *testing.T) {
	of := func(id string) lifecycle.Payment { return lifecycle.Payment{Invoice: id} }
	credited := lifecycle.Event{At: utc("2026-01-20"), Kind: lifecycle.InvoiceCredited, Reason: "goodwill", As: credits.AsBalance,
		Payment: lifecycle.Payment{Invoice: "r-1", Amount: giventest.Money("0.15")}}
	for _, c := range []struct {
		name, why string
		policy    lifecycle.Policy
		events    []lifecycle.Event
		until     string
		asked     []string
		status    lifecycle.Status
		phases    string
	}{
		{"below the minimum", "0.30 is less than 0.50", smallPolicy("0.50"), nil, "2026-01-31", nil, lifecycle.Active, "held"},
		{"at the minimum", "0.30 is not less than 0.30", smallPolicy("0.30"), nil, "2026-01-31", []string{"r-1 0.30"}, lifecycle.Active, "requested"},
		{"together", "0.60 in two effects, the older first", smallPolicy("0.50"), nil, "2026-02-02", []string{"r-1 0.30", "r-2 0.30"}, lifecycle.Active, "requested requested"},
		{
			"of another currency", "euros have no minimum", smallPolicy("0.50", func(p *lifecycle.Policy) {
				p.Payments.MinimumAmount = map[plans.Currency]decimal.Decimal{"EUR": giventest.Money("0.50")}
			}), nil, "2026-01-31", []string{"r-1 0.30"}, lifecycle.Active, "requested",
		},
		{
			"a large one beside it", "0.30 and 5.00", smallPolicy("0.50"),
			[]lifecycle.Event{{At: utc("2026-01-11"), Kind: lifecycle.ChargeAdded, Charges: chargeOf("setup", "5.00")}, {At: utc("2026-01-11"), Kind: lifecycle.InvoiceIssued}},
			"2026-01-12", []string{"r-1 0.30", "r-2 5.00"}, lifecycle.Active, "requested requested",
		},
		{
			"a first payment that must come", "nothing is to be paid yet, so service starts", smallPolicy("0.50", func(p *lifecycle.Policy) { p.FirstPaymentTimeout = giventest.Interval("P3D") }),
			nil, "2026-01-31", nil, lifecycle.Active, "held",
		},
		{"credited", "0.15 and 0.30 are below 0.50", smallPolicy("0.50"), []lifecycle.Event{credited}, "2026-02-02", nil, lifecycle.Active, "held held"},
		{"void", "it is not owed", smallPolicy("0.50"), []lifecycle.Event{{At: utc("2026-01-20"), Kind: lifecycle.InvoiceWrittenOff, Payment: of("r-1")}}, "2026-01-31", nil, lifecycle.Suspended, "uncollectible"},
		{"paid by hand", "the customer need not wait", smallPolicy("0.50"), []lifecycle.Event{{At: utc("2026-01-20"), Kind: lifecycle.PaymentSucceeded, Payment: of("r-1")}}, "2026-01-31", nil, lifecycle.Active, "paid"},
		{
			"paid in part by hand", "0.20 and 0.30 reach 0.50", smallPolicy("0.50"),
			[]lifecycle.Event{{At: utc("2026-01-20"), Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: "r-1", Amount: giventest.Money("0.10")}}},
			"2026-02-02", []string{"r-1 0.20", "r-2 0.30"}, lifecycle.Active, "requested requested",
		},
		{
			"at the end", "no other invoice follows", smallPolicy("0.50"),
			[]lifecycle.Event{{At: utc("2026-01-20"), Kind: lifecycle.CancellationRequested, Effective: plans.AtPeriodEnd}}, "2026-02-02", []string{"r-1 0.30"}, lifecycle.Canceled, "requested",
		},
		{
			"void at the end", "the policy voids what is open", smallPolicy("0.50", func(p *lifecycle.Policy) { p.Dunning.OpenInvoice = lifecycle.OpenVoid }),
			[]lifecycle.Event{{At: utc("2026-01-20"), Kind: lifecycle.CancellationRequested, Effective: plans.Immediately}}, "2026-02-02", nil, lifecycle.Canceled, "void",
		},
		{
			"during a pause of collection", "they are held when collection resumes", smallPolicy("0.50"),
			[]lifecycle.Event{{At: utc("2026-01-20"), Kind: lifecycle.CollectionPaused, Invoices: lifecycle.PausedKeep}, {At: utc("2026-01-25"), Kind: lifecycle.CollectionResumed}},
			"2026-01-31", nil, lifecycle.Active, "held",
		},
		{
			"without a payment method", "nothing is asked for, so nothing is missing", smallPolicy("0.90", func(p *lifecycle.Policy) { p.Renewal.WithoutPaymentMethod = lifecycle.FinalSuspend }),
			[]lifecycle.Event{{At: utc("2026-01-20"), Kind: lifecycle.PaymentMethodRemoved}}, "2026-02-02", nil, lifecycle.Active, "held held",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			events := append([]lifecycle.Event{{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card"}}, c.events...)
			for i := range events {
				events[i].Sequence, events[i].By = int64(i+1), plans.Support
			}
			out, err := replayWith([]lifecycle.Policy{c.policy}, smallSeat(), events, utc(c.until))
			require.NoError(t, err)
			var phases []string
			for _, r := range out.Receivables {
				if r.AmountDue.IsPositive() {
					phases = append(phases, r.Phase.String())
				}
			}
			assert.Equal(t, c.asked, asked(&out), c.why)
			assert.Equal(t, c.status, out.Subscription.Status, out.Timeline())
			assert.Equal(t, c.phases, strings.Join(phases, " "), c.why)
			if c.status == lifecycle.Active {
				assert.Equal(t, lifecycle.Full, accessOf(c.policy, out.Subscription))
			}
		})
	}
}

// A payment that the customer tried makes a held invoice overdue when it fails, and the dunning collects it: the grace
// of an invoice does not wait for others.
func TestHeldInvoiceThatFails(t *testing.T) {
	events := []lifecycle.Event{
		{Sequence: 1, At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card"},
		{Sequence: 2, At: utc("2026-01-02"), Kind: lifecycle.PaymentFailed, Payment: lifecycle.Payment{Invoice: "r-1", ID: "p"}},
		{Sequence: 3, At: utc("2026-01-03"), Kind: lifecycle.PaymentMethodAdded, PaymentMethod: "card"},
	}
	out, err := replayWith([]lifecycle.Policy{smallPolicy("0.50")}, smallSeat(), events, utc("2026-01-03"))
	require.NoError(t, err)
	assert.Equal(t, lifecycle.PastDue, out.Subscription.Status)
	assert.Equal(t, []string{"r-1 0.30"}, asked(&out))
}

// A change that is paid first is made at once where nothing is to be paid yet. A copy of a held invoice is held.
func TestHeldChangeAndCopy(t *testing.T) {
	p := smallPolicy("1.00")
	seat := seats("2026-01-11", 1)
	seat.IfPaid, seat.Sequence = true, 2
	copied := lifecycle.Event{
		Sequence: 3, At: utc("2026-01-12"), Kind: lifecycle.BillingDetailsChanged, Contact: invoice.Contact{Name: "Ada"},
		Payment: lifecycle.Payment{Invoice: "r-1"},
	}
	start := lifecycle.Event{Sequence: 1, At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card"}
	out, err := replayWith([]lifecycle.Policy{p}, smallSeat(), []lifecycle.Event{start, seat}, utc("2026-01-11"))
	require.NoError(t, err)
	assert.Nil(t, out.Subscription.PendingChange)
	assert.True(t, out.Subscription.Contract.Items[0].Quantity.Equal(decimal.NewFromInt(2)))
	copied.Sequence = 2
	out, err = replayWith([]lifecycle.Policy{p}, smallSeat(), []lifecycle.Event{start, copied}, utc("2026-01-12"))
	require.NoError(t, err)
	assert.Empty(t, asked(&out))
	assert.Equal(t, invoice.PhaseHeld, out.Receivables[len(out.Receivables)-1].Phase, out.Timeline())
}

func TestMinimumAmountFaults(t *testing.T) {
	p := smallPolicy("0.50")
	p.Payments.MinimumAmount = map[plans.Currency]decimal.Decimal{"DOLLAR": decimal.NewFromInt(1), "USD": decimal.NewFromInt(-1)}
	giventest.CheckFaults(t, p.Validate(), "payments.minimum_amount.DOLLAR invalid", "payments.minimum_amount.USD invalid")
}

// Lives of small charges: a renewal of 0.30, usage, sales, seats and ends in every order. While service continues, no
// outcome collects less than the minimum, and what is not collected is below it. At the end, the requested payments add
// up to the amounts due.
func TestEverySmallChargeIsCollectedOnce(t *testing.T) {
	short.Skip(t)
	events := map[string]lifecycle.Event{
		"nothing": {},
		"usage":   {Kind: lifecycle.UsageRecorded, Charges: chargeOf("calls", "0.07")},
		"sale":    {Kind: lifecycle.ChargeAdded, Charges: chargeOf("setup", "0.19")},
		"issue":   {Kind: lifecycle.InvoiceIssued},
		"seat":    {Kind: lifecycle.Changed, Change: unitsOf("seat", giventest.Money("1"))},
		"no seat": {Kind: lifecycle.Changed, Change: unitsOf("seat", giventest.Money("-1"))},
		"pause":   {Kind: lifecycle.CollectionPaused, Invoices: lifecycle.PausedKeep},
		"resume":  {Kind: lifecycle.CollectionResumed},
		"end":     {Kind: lifecycle.CancellationRequested, Effective: plans.AtPeriodEnd},
	}
	var names []string
	for name := range events {
		names = append(names, name)
	}
	slices.Sort(names)
	lives := 0
	for _, least := range []string{"0.31", "0.50", "0.61", "1.00"} {
		p := policiesOf(t, smallPolicy(least))
		for i := range names {
			for j := range names {
				for k := 0; k < len(names); k += race.Step(3) {
					checkSmallLife(t, p, least, []lifecycle.Event{events[names[i]], events[names[j]], events[names[k]]}, []string{names[i], names[j], names[k]})
					lives++
				}
			}
		}
	}
	t.Log(lives, "lives")
}

// checkSmallLife lives with three events, ten days apart, until June, and pays what it is asked for.
func checkSmallLife(t *testing.T, p *lifecycle.Policies, least string, events []lifecycle.Event, names []string) {
	t.Helper()
	sub, minimum := smallSeat(), giventest.Money(least).Rat()
	collected, due, open := new(big.Rat), new(big.Rat), map[string]*big.Rat{}
	var sequence int64
	take := func(out lifecycle.Outcome) (requested []lifecycle.Effect) {
		sum := new(big.Rat)
		for _, inv := range out.Invoices {
			due.Add(due, inv.AmountDue.Rat())
		}
		for _, r := range out.Receivables {
			if open[r.Invoice] = new(big.Rat); r.Phase == invoice.PhaseOpen || r.Phase == invoice.PhaseHeld {
				open[r.Invoice] = r.Outstanding().Rat()
			}
		}
		for _, e := range out.Effects {
			if e.Kind == lifecycle.CollectPayment {
				requested = append(requested, e)
				sum.Add(sum, e.Amount.Rat())
			}
		}
		over := out.Subscription.Status == lifecycle.Canceled
		if !over && sum.Sign() > 0 && sum.Cmp(minimum) < 0 {
			t.Fatalf("%v, at least %s: %s is collected at %v", names, least, sum.FloatString(2), out.Subscription.At)
		}
		rest := new(big.Rat)
		for _, amount := range open {
			rest.Add(rest, amount)
		}
		if out.Subscription.CollectionPause == nil && (rest.Cmp(minimum) >= 0 || over && rest.Sign() > 0) {
			t.Fatalf("%v, at least %s: %s is not collected at %v\n%s", names, least, rest.FloatString(2), out.Subscription.At, out.Timeline())
		}
		sub = out.Subscription
		return requested
	}
	apply := func(e lifecycle.Event) {
		sequence++
		e.Sequence, e.By = sequence, plans.Support
		for todo := []lifecycle.Event{e}; len(todo) > 0; todo = todo[1:] {
			out, err := lifecycle.Apply(p, sub, todo[0])
			if err != nil {
				sequence--
				return // refused
			}
			for _, ask := range take(out) {
				sequence++
				collected.Add(collected, ask.Amount.Rat())
				todo = append(todo, lifecycle.Event{Sequence: sequence, At: todo[0].At, Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: ask.Invoice, Amount: ask.Amount}})
			}
		}
	}
	advance := func(to time.Time) {
		for {
			next, err := lifecycle.Next(p, sub)
			require.NoError(t, err)
			if next.Kind == 0 || next.At.After(to) {
				return
			}
			out, err := lifecycle.Advance(p, sub, next.At)
			require.NoError(t, err)
			for _, ask := range take(out) {
				collected.Add(collected, ask.Amount.Rat())
				apply(lifecycle.Event{At: next.At, Kind: lifecycle.PaymentSucceeded, Payment: lifecycle.Payment{Invoice: ask.Invoice, Amount: ask.Amount}})
			}
		}
	}
	apply(lifecycle.Event{At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card"})
	for i, e := range events {
		at := utc("2026-01-11").AddDate(0, 0, 12*i)
		if advance(at); e.Kind != 0 {
			e.At = at
			apply(e)
		}
	}
	advance(utc("2026-05-15"))
	apply(lifecycle.Event{At: utc("2026-05-15"), Kind: lifecycle.CollectionResumed})
	apply(lifecycle.Event{At: utc("2026-05-15"), Kind: lifecycle.CancellationRequested, Effective: plans.AtPeriodEnd})
	advance(utc("2026-06-15"))
	lowered := new(big.Rat)
	for _, r := range sub.Receivables {
		for _, e := range r.Events {
			if e.Kind == invoice.Credited {
				lowered.Add(lowered, e.Amount.Rat())
			}
		}
	}
	if want := due.Sub(due, lowered); collected.Cmp(want) != 0 || sub.Status != lifecycle.Canceled {
		t.Fatalf("%v, at least %s: %s is collected of %s while %v", names, least, collected.FloatString(2), want.FloatString(2), sub.Status)
	}
}

// minimumSetups are the setups with a minimum that two renewals reach together.
func minimumSetups(tb testing.TB) (all []setup) {
	for _, w := range setups(tb) {
		w.policy.Payments.MinimumAmount = map[plans.Currency]decimal.Decimal{"USD": giventest.Money("150.00")}
		w.name += " with a minimum amount"
		all = append(all, w)
	}
	return all
}

// Lives with a minimum amount obey the laws, and their replay is the same.
func TestEveryLifeWithAMinimumAmountEnumerated(t *testing.T) {
	short.Skip(t)
	s := newRecorder()
	all := candidatesNamed(
		"payment_succeeded", "payment_failed", "payment_attempted", "payment_disputed", "dispute_won", "payment_refunded", "paid in part", "invoice_voided",
		"invoice_written_off", "invoice_credited", "seats 2", "seats -1", "plan pro", "plan year", "pause_requested", "resumed", "canceled immediately",
		"canceled at_period_end", "reactivated", "payment_method_added", "payment_method_removed", "pix added", "wire added", "sold", "usage", "issued", "credit",
	)
	all = append(all, candidateNamed("billing_details_changed with a copy"))
	for _, w := range minimumSetups(t) {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			for _, along := range race.Few(paths()[4:6], 1) {
				h := followPath(t, &w, along, s)
				minimumLives(&h, all, 2)
			}
		})
	}
}

// minimumLives applies every sequence of candidates of a length, and replays each life.
func minimumLives(h *history, all []candidate, depth int) {
	if depth == 0 {
		h.replayLaw()
		if !h.canReturn() {
			h.fault("no path back from %v", h.sub.Status)
		}
		return
	}
	d, has := nextWith(h.setup.policy, h.sub)
	for i, at := range []time.Time{h.sub.At.Add(40 * time.Hour), d.At} {
		if i > 0 && !has || at.Before(h.sub.At) {
			continue
		}
		for _, l := range all {
			g := h.fork()
			if g.applyAt(l, at) {
				minimumLives(&g, all, depth-1)
			}
		}
	}
}

// Usage that becomes known after the end of service is collected, since no other invoice follows.
func TestSmallUsageAfterTheEnd(t *testing.T) {
	p := smallPolicy("0.50", func(p *lifecycle.Policy) { p.Renewal.UsageWindow = days(3) })
	sub := smallSeat()
	sub.Contract.Items = append(sub.Contract.Items, plans.Item{ID: "calls", Price: plans.Price{Metered: true, Unit: giventest.Money("0.07")}})
	usage := lifecycle.Event{Sequence: 3, At: utc("2026-01-21"), Kind: lifecycle.UsageRecorded, Records: []lifecycle.UsageRecord{
		{Item: "calls", Quantity: decimal.NewFromInt(1), UsedAt: utc("2026-01-19")},
	}}
	out, err := replayWith([]lifecycle.Policy{p}, sub, []lifecycle.Event{
		{Sequence: 1, At: utc("2026-01-01"), Kind: lifecycle.Started, PaymentMethod: "card"},
		{Sequence: 2, At: utc("2026-01-20"), Kind: lifecycle.CancellationRequested, Effective: plans.Immediately}, usage,
	}, utc("2026-01-25"))
	require.NoError(t, err)
	assert.Contains(t, asked(&out), "r-2 0.07", out.Timeline())
}

// A change that lowers a requested invoice and a held one requests each that is left once, and no receivable is in two
// phases.
func TestChangeLowersAHeldInvoice(t *testing.T) {
	for _, w := range minimumSetups(t) {
		h := newHistory(t, &w, newRecorder())
		start := giventest.Instant("2026-01-31", w.sub.Contract.Cycle.Location)
		h.applyAt(candidateNamed("started without trial"), start)
		for i, name := range []string{"seats 2", "plan pro", "seats 2"} {
			h.applyAt(candidateNamed(name), start.AddDate(0, 5, 22+i))
		}
	}
}
