package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/billingrules/billing/examples/internal/goldentest"
	"github.com/billingrules/billing/examples/policies/vendors"
	"github.com/billingrules/billing/internal/race"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/lifecycle"
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
