package lifecycle_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/lifecycle"
)

func TestStepText(t *testing.T) {
	for _, c := range []struct {
		name string
		step lifecycle.Step
		want string
	}{
		{"an event", lifecycle.Step{Event: lifecycle.PaymentMethodAdded, Sequence: 3}, "payment method added"},
		{"an event with a detail", lifecycle.Step{Event: lifecycle.Changed, Detail: "2 seats added"}, "2 seats added"},
		{"a detail on two lines", lifecycle.Step{Event: lifecycle.Changed, Detail: "2 desks\nadded"}, "2 desks added"},
		{"a deadline of an invoice", lifecycle.Step{Deadline: lifecycle.GraceOver, Ref: "acme-2"}, "grace over acme-2"},
		{"a change scheduled by an event", lifecycle.Step{Deadline: lifecycle.ChangeDue, Ref: "event-3"}, "change"},
		{"the twelfth reminder of a policy", lifecycle.Step{Deadline: lifecycle.ReminderDue, Ref: "trial_end-12"}, "reminder of trial end"},
		{"a reminder of an invoice", lifecycle.Step{Deadline: lifecycle.ReminderDue, Ref: "grace_end-2 acme-7"}, "reminder of grace end acme-7"},
	} {
		if got := c.step.String(); got != c.want {
			t.Errorf("%s is %q, want %q", c.name, got, c.want)
		}
	}
}

// The columns stay aligned if a name is long.
func TestTimelineColumnsStayAligned(t *testing.T) {
	day := time.Date(2026, time.April, 18, 0, 0, 0, 0, time.UTC)
	got := lifecycle.Outcome{Steps: []lifecycle.Step{
		{At: day, Event: lifecycle.PaymentFailed, Status: lifecycle.PastDue, Access: lifecycle.Full},
		{At: day, Deadline: lifecycle.ReminderDue, Ref: "grace_end-2 acme-2026-7", Status: lifecycle.PastDue, Access: lifecycle.Full},
		{At: day, Event: lifecycle.Resumed, Status: lifecycle.PastDue, Access: lifecycle.Full, Refused: "The subscription is not paused."},
	}}.Timeline()
	want := "2026-04-18 00:00:00  payment failed                     past_due       full\n" +
		"2026-04-18 00:00:00  reminder of grace end acme-2026-7  past_due       full\n" +
		"2026-04-18 00:00:00  resumed                            past_due       full\n" +
		"                     refused: The subscription is not paused.\n"
	if got != want {
		t.Errorf("got the timeline\n%s\nwant\n%s", got, want)
	}
}
