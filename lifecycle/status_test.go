package lifecycle_test

import (
	"encoding"
	"errors"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
)

// vocabulary is an enum under test.
type vocabulary interface {
	~uint8
	String() string
	encoding.TextMarshaler
}

// checkVocabulary sees that every name is written and read back, that the number after the last has none, and that text that
// means nothing leaves the value as it was.
func checkVocabulary[T vocabulary](t *testing.T, field string, read func(*T, []byte) error, names ...string) {
	t.Helper()
	for i, name := range append([]string{"unset"}, names...) {
		v, back := T(i), T(0)
		text, err := v.MarshalText()
		if err != nil || string(text) != name || v.String() != name {
			t.Errorf("%s %d is %q and %q, %v; want %q", field, i, v, text, err, name)
		}
		if err := read(&back, text); err != nil || back != v {
			t.Errorf("%s %q reads back as %v, %v", field, text, back, err)
		}
	}
	beyond := T(len(names) + 1)
	if text, err := beyond.MarshalText(); !errors.Is(err, proration.ErrInvalid) {
		t.Errorf("%s without a name is written as %q, %v", field, text, err)
	}
	if text := T(99).String(); text != "99" {
		t.Errorf("%s without a name is %q", field, text)
	}
	for _, text := range []string{"", "99", "1", "Unset", names[0] + " "} {
		v := T(1)
		giventest.CheckFaults(t, read(&v, []byte(text)), field+" invalid")
		if v != 1 {
			t.Errorf("after %q, %s is %v", text, field, v)
		}
	}
}

func TestVocabularies(t *testing.T) {
	checkVocabulary(t, "status", (*lifecycle.Status).UnmarshalText, "active", "past_due", "suspended", "canceled")
	checkVocabulary(t, "access", (*lifecycle.Access).UnmarshalText, "billing_only", "full")
	checkVocabulary(t, "kind", (*lifecycle.EventKind).UnmarshalText,
		"started", "payment_succeeded", "card_declined", "card_entered", "seats_added", "plan_changed", "cancel_requested", "cancel_undone")
	checkVocabulary(t, "kind", (*lifecycle.EffectKind).UnmarshalText, "collect", "notify_declined")
	checkVocabulary(t, "kind", (*lifecycle.DeadlineKind).UnmarshalText, "cancellation_due", "grace_over", "renewal_due")
}

// Law 9: a policy maps status to access, and whoever may pay can always reach billing.
func TestSubscriptionAccess(t *testing.T) {
	for _, c := range []struct {
		status lifecycle.Status
		want   lifecycle.Access
		why    string
	}{
		{0, 0, "before the start there is nothing to reach"},
		{lifecycle.Active, lifecycle.Full, "in service"},
		{lifecycle.PastDue, lifecycle.Full, "K2: full access during the grace"},
		{lifecycle.Suspended, lifecycle.BillingOnly, "K2: then billing only"},
		{lifecycle.Canceled, lifecycle.BillingOnly, "K10: reactivated at any time with a card"},
		{99, 0, "a status that is none gives nothing away"},
	} {
		if got := (lifecycle.Subscription{Status: c.status}).Access(); got != c.want {
			t.Errorf("%v has access %v, want %v: %s", c.status, got, c.want, c.why)
		}
	}
}
