package lifecycle_test

import (
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// The timeline states the effect of each event and scheduled change, and when it takes effect.
func TestTimelineSaysWhatHappened(t *testing.T) {
	start := instantIn(t, "America/New_York", "2026-11-01")
	p := helpDesk(withTrial, withMoves)
	atPeriodEnd := helpDesk(withMoves, func(p *lifecycle.Policy) {
		for i := range p.ChangeRules {
			p.ChangeRules[i].Effective = plans.AtPeriodEnd
		}
	})
	immediate := helpDesk(func(p *lifecycle.Policy) { p.ChangeRules[2].Effective = plans.Immediately })
	month, year := ordered(t, p, "growth", "", start), ordered(t, p, "growth", "P12M", start)
	const begin, paid = "2026-11-01 started card notrial", "2026-11-01 paid s-1"
	for _, row := range []struct {
		name   string
		policy lifecycle.Policy
		sub    lifecycle.Subscription
		given  []string
		want   []string // texts of the last steps
	}{
		{
			"later start", p, month, []string{"2026-10-20 started card notrial on 2026-11-01", "2026-11-01"},
			[]string{"start scheduled for 2026-11-01", "start"},
		},
		{
			"trial", p, month, []string{"2026-11-01 started", "2026-11-05 bought"},
			[]string{"started", "trial converted"},
		},
		{"payment", p, month, []string{begin, paid}, []string{"started", "payment succeeded s-1"}},
		{
			"seats", p, month, []string{begin, paid, "2026-11-02 seats +2", "2026-11-03 seats +1"},
			[]string{"2 seats added", "1 seat added"},
		},
		{"plan change", p, month, []string{begin, paid, "2026-11-02 plan scale"}, []string{"plan changed to scale"}},
		{
			"interval change", p, month, []string{begin, paid, "2026-11-02 interval yearly", "2026-12-01"},
			[]string{
				"interval changed to P1Y with plan yearly, effective 2026-12-01",
				"scheduled change: interval changed to P1Y with plan yearly",
				"renewal",
			},
		},
		{
			"immediate interval change", immediate, month, []string{begin, paid, "2026-11-02 interval yearly"},
			[]string{"interval changed to P1Y with plan yearly"},
		},
		{
			"scheduled plan change", atPeriodEnd, month, []string{begin, paid, "2026-11-02 plan scale", "2026-12-01"},
			[]string{
				"plan changed to scale, effective 2026-12-01", "scheduled change: plan changed to scale", "renewal",
			},
		},
		{
			"price change", p, month,
			[]string{begin, "2026-11-02 price 80.5 by support", "2026-11-03 price 0.125 by support", "2026-12-01"},
			[]string{
				"price of seat changed to 80.50, effective 2026-12-01",
				"price of seat changed to 0.125, effective 2026-12-01",
				"scheduled change: price of seat changed to 0.125",
				"renewal",
			},
		},
		{
			"billing date change", p, month, []string{begin, paid, "2026-11-02 dates 2026-11-16"},
			[]string{"billing date changed to 2026-11-16"},
		},
		{
			"term change", p, year,
			[]string{begin, paid, "2026-11-02 extend P12M", "2026-11-02 paid s-2", "2026-11-02 shorten 2028-05-01"},
			[]string{"term extended by P1Y", "payment succeeded s-2", "term shortened to 2028-05-01"},
		},
		{
			"fewer seats, scheduled", p, year, []string{begin, paid, "2026-11-02 seats -2 by support"},
			[]string{"2 seats removed, effective 2027-11-01"},
		},
		{
			"cancellation", p, month, []string{begin, paid, "2026-11-02 cancel", "2026-11-03 undo"},
			[]string{"cancellation requested for 2026-12-01", "cancellation withdrawn"},
		},
		{
			"immediate cancellation", p, month, []string{"2026-11-01 started", "2026-11-02 cancel immediately"},
			[]string{"started", "canceled immediately"},
		},
		{
			"pause", p, month,
			[]string{begin, paid, "2026-11-02 pause until 2026-12-15", "2026-11-03 resume", "2026-11-04 pause"},
			[]string{
				"pause requested for 2026-12-01 until 2026-12-15", "resumed", "pause requested for 2026-12-01",
			},
		},
		{
			"immediate pause", helpDesk(withPause), month, []string{begin, paid, "2026-11-02 pause until 2026-11-15"},
			[]string{"paused immediately until 2026-11-15"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			var steps []lifecycle.Step
			sub := row.sub
			for _, text := range row.given {
				out, err := applyText(row.policy, sub, text)
				if err != nil {
					t.Fatalf("%s: %v", text, err)
				}
				sub, steps = out.Subscription, append(steps, out.Steps...)
			}
			if len(steps) < len(row.want) {
				t.Fatalf("%d steps, want %d", len(steps), len(row.want))
			}
			for i, s := range steps[len(steps)-len(row.want):] {
				if got := s.String(); got != row.want[i] {
					t.Errorf("%q, want %q", got, row.want[i])
				}
			}
		})
	}
}

// The step of a refused event has the request.
func TestTimelineSaysWhatWasRefused(t *testing.T) {
	p := advancePolicy()
	for _, row := range []struct {
		change plans.Change
		want   string
	}{
		{plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("2")}}}, "2 seats added"},
		{plans.Change{Add: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("0.5")}}}, "0.5 seats added"},
		{plans.Change{Add: []plans.ItemQuantity{{Item: "sms", Quantity: giventest.Money("2")}}}, "2 sms added"},
		{plans.Change{Add: []plans.ItemQuantity{{Item: "ai_agent", Quantity: giventest.Money("2")}}}, "2 ai_agent added"},
	} {
		change := func(e *lifecycle.Event) { e.Change = row.change }
		out := replayEvents(t, p, "2026-01-02", eventOn("2026-01-02", lifecycle.Changed, change))
		if last := out.Steps[len(out.Steps)-1]; last.String() != row.want || last.Refused == "" {
			t.Errorf("%q refused with %q, want %q", last.String(), last.Refused, row.want)
		}
	}
}

// A scheduled change of a period whose invoice is void is postponed to the end of the period, and then made.
func TestTimelineSaysWhatIsPostponed(t *testing.T) {
	p := advancePolicy()
	p.Renewal.Lead = proration.Interval{}
	sub := replayEvents(t, p, "2026-01-20", eventOn("2026-01-01", lifecycle.Started), paymentOn("2026-01-02", lifecycle.InvoiceVoided, "r-1", "")).Subscription
	sub.Status = lifecycle.Active // as if its period were billed
	sub.ScheduledChanges = []lifecycle.ScheduledChange{
		{Sequence: 1, At: utc("2026-01-25"), Change: plans.Change{Remove: []plans.ItemQuantity{{Item: "seat", Quantity: giventest.Money("2")}}}},
	}
	out, err := advanceWith(p, sub, utc("2026-02-01"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"scheduled change postponed to 2026-02-01: 2 seats removed", "scheduled change: 2 seats removed", "renewal",
	}
	if len(out.Steps) != len(want) {
		t.Fatalf("%d steps, want %d", len(out.Steps), len(want))
	}
	for i, s := range out.Steps {
		if got := s.String(); got != want[i] {
			t.Errorf("%q, want %q", got, want[i])
		}
	}
}
