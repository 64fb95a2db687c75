package lifecycle_test

import (
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
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
		{"a deadline of an invoice", lifecycle.Step{Deadline: lifecycle.GraceOver, Invoice: "acme-2"}, "grace over acme-2"},
		{"a change scheduled by an event", lifecycle.Step{Deadline: lifecycle.ChangeDue, Change: 3}, "change"},
		{"the twelfth reminder of a policy", lifecycle.Step{Deadline: lifecycle.ReminderDue, Reminder: 12, Of: lifecycle.NoticeTrialEnd}, "reminder of trial end"},
		{"a reminder of an invoice", lifecycle.Step{Deadline: lifecycle.ReminderDue, Invoice: "acme-7", Reminder: 2, Of: lifecycle.NoticeGraceEnd}, "reminder of grace end acme-7"},
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
		{At: day, Deadline: lifecycle.ReminderDue, Invoice: "acme-2026-7", Reminder: 2, Of: lifecycle.NoticeGraceEnd, Status: lifecycle.PastDue, Access: lifecycle.Full},
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

// The text of a step and the IDs of notices and effects name the invoice whatever the ID of the subscription is: one
// that reads like the reference to an event, and one that has the separators of the IDs.
func TestStepsNameTheInvoicesOfAnySubscription(t *testing.T) {
	for _, id := range []string{"acme", "event", "a b-2 c-"} {
		p, sub := lifecycle.Standard(), tenSeatsFromJanuary()
		sub.ID, p.Dunning.Grace, p.Dunning.Retries, p.Dunning.FinalAction = id, days(3), []proration.Interval{days(1)}, lifecycle.FinalSuspend
		p.Reminders = []lifecycle.Reminder{{Of: lifecycle.NoticeRenewal, Before: days(7)}, {Of: lifecycle.NoticeGraceEnd, Before: days(1)}}
		events := []lifecycle.Event{
			eventOn("2026-01-01", lifecycle.Started, func(e *lifecycle.Event) { e.PaymentMethod = "card" }),
			paymentOn("2026-01-01", lifecycle.PaymentSucceeded, id+"-1", ""),
			paymentOn("2026-02-01", lifecycle.PaymentFailed, id+"-2", ""),
		}
		for i := range events {
			events[i].Sequence = int64(i + 1)
		}
		out, err := replayWith([]lifecycle.Policy{p}, sub, events, utc("2026-02-05"))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range out.Steps {
			got = append(got, s.String())
		}
		for _, e := range out.Effects {
			got = append(got, e.ID)
		}
		for _, n := range out.Notices {
			got = append(got, n.ID)
		}
		want := strings.ReplaceAll(`started
payment succeeded ID-1
reminder of renewal
renewal
payment failed ID-2
charge ID-2
reminder of grace end ID-2
grace over ID-2
ID/event-1/1
ID/renewal-2026-02-01T00:00:00Z/1
ID/charge-2026-02-02T00:00:00Z-ID-2/1
ID/event-2/1
ID/reminder-2026-01-25T00:00:00Z-renewal-1/1
ID/event-3/1
ID/reminder-2026-02-03T00:00:00Z-grace_end-2 ID-2/1
ID/grace_over-2026-02-04T00:00:00Z-ID-2/1`, "ID", id)
		if text := strings.Join(got, "\n"); text != want {
			t.Errorf("got\n%s\nwant\n%s", text, want)
		}
	}
}
