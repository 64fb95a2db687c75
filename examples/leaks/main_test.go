package main

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/examples/internal/goldentest"
	"github.com/billingrules/billing/examples/policies/vendors"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// depth is the depth of the searches of the tests.
func depth() int {
	if race.On {
		return 1
	}
	return 2
}

// Standard() has no leak.
func TestOutputMatchesTheGoldenFile(t *testing.T) {
	short.Skip(t)
	if race.On {
		return // the golden file is of depth 2
	}
	goldentest.Check(t, func(out io.Writer) error {
		_, err := run(out, "Standard()", lifecycle.Standard(), 2)
		return err
	})
}

// What leaks under the policy of a vendor is on its list.
func TestLeaksOfVendorsAreKnown(t *testing.T) {
	short.Skip(t)
	for _, name := range vendors.Names() {
		t.Run(name, func(t *testing.T) {
			policy, err := vendors.Policy(name)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			leaks, err := run(&out, name, policy, depth())
			if err != nil || leaks > 0 {
				t.Errorf("%d leaks, %v\n%s", leaks, err, out.String())
			}
		})
	}
}

// A policy that gives something away has its leak found and explained.
func TestLeakIsFoundAndExplained(t *testing.T) {
	p := lifecycle.Standard()
	p.Billing.Proration.Credit = proration.ExtentFull // a removal credits the whole price
	var out bytes.Buffer
	leaks, err := run(&out, "generous", p, 1)
	if err != nil || leaks == 0 {
		t.Fatalf("%d leaks, %v", leaks, err)
	}
	for _, want := range []string{"2. seats and plans: -1 seats on Jan 11 00:00:00\n   10.00 more than was paid or is owed", "more than was paid or is owed", "access worth", "-31.00"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

// leaksOf returns the leaks of one move.
func leaksOf(t *testing.T, m move) []found {
	t.Helper()
	own := theme{name: "one move", price: seat(), moves: []move{m}, instants: []string{"Jan 11 00:00:00"}}
	p := lifecycle.Standard()
	policies, err := lifecycle.NewPolicies(p)
	if err != nil {
		t.Fatal(err)
	}
	w := world{
		policies: policies, policy: p, theme: &own, start: at("Jan 1 00:00:00"), until: at("Mar 20 00:00:00"),
		instants: []time.Time{at("Jan 11 00:00:00")},
	}
	all, _, err := w.search(2)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// An error of the library is a leak, and a refusal is none. So is money that the books do not have, and a change that
// costs something although it changes nothing.
func TestOtherLeaks(t *testing.T) {
	fails := errors.New("subscription.status: must not become active")
	for _, c := range []struct {
		name, gain string
		do         func(*life) error
	}{
		{"nothing to do", "", func(*life) error { return errNothing }},
		{"a refusal", "", func(*life) error { return &plans.Refusal{} }},
		{"an error", "the library fails: subscription.status: must not become active", func(*life) error { return fails }},
		{"money is lost", "documents of 62.00 and a balance of 0.00, of which 67.00 was paid or given and 0.00 is open", func(l *life) error {
			l.money.paid = l.money.paid.Add(decimal.NewFromInt(5))
			return nil
		}},
		{"a charge for nothing", "10.00 for changes that end where they began", func(l *life) error {
			return l.apply(lifecycle.Event{
				At: l.sub.At, Kind: lifecycle.ChargeAdded, By: plans.Support,
				Charges: []plans.Charge{{Item: "setup", Net: decimal.NewFromInt(10)}},
			})
		}},
	} {
		all := leaksOf(t, move{name: c.name, do: c.do, changes: true})
		if got := len(all) > 0; got != (c.gain != "") || got && all[0].gain != c.gain {
			t.Errorf("%s: %d leaks: %+v", c.name, len(all), gains(all))
		}
	}
}

// gains returns the gains of leaks.
func gains(all []found) (texts []string) {
	for _, f := range all {
		texts = append(texts, f.gain)
	}
	return texts
}

// Every known leak has a page, and its theme and moves exist.
func TestKnownLeaksHaveAPage(t *testing.T) {
	moves := map[string]bool{}
	for _, theme := range allThemes() {
		for _, m := range theme.moves {
			moves[theme.name+": "+m.name] = true
		}
	}
	for _, name := range vendors.Names() {
		list, err := knownOf(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range list {
			if !strings.HasPrefix(k.Page, "https://") || k.Why == "" || len(k.Moves) == 0 {
				t.Errorf("%s: %+v", name, k)
			}
			for _, m := range k.Moves {
				if !moves[k.Theme+": "+m] {
					t.Errorf("%s: no move is %q in %q", name, m, k.Theme)
				}
			}
		}
	}
}

// A sequence contains a smaller one if its moves are there in the same order.
func TestWithin(t *testing.T) {
	for _, c := range []struct {
		small, large string
		want         bool
	}{
		{"a", "a", true}, {"a b", "a c b", true}, {"b a", "a b", false}, {"a a", "a", false},
	} {
		if got := within(strings.Fields(c.small), strings.Fields(c.large)); got != c.want {
			t.Errorf("%q within %q: %t", c.small, c.large, got)
		}
	}
}
