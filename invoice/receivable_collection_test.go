package invoice_test

import (
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
)

// collectionEvent reads an event like eventOf, followed by "until", "retry" and a day, or "hard". "more" is no day.
func collectionEvent(tb testing.TB, text string) invoice.Event {
	tb.Helper()
	words := strings.Fields(text)
	for i, word := range words {
		if word == "until" || word == "retry" || word == "hard" || word == "more" {
			e := eventOf(tb, strings.Join(words[:i], " "))
			for rest := words[i:]; len(rest) > 0; {
				switch rest[0] {
				case "hard":
					e.Hard, rest = true, rest[1:]
					continue
				case "more":
					e.Until, rest = time.Time{}, rest[1:]
					continue
				case "until":
					e.Until = giventest.Instant(rest[1], nil)
				case "retry":
					e.RetryAt = giventest.Instant(rest[1], nil)
				}
				rest = rest[2:]
			}
			return e
		}
	}
	return eventOf(tb, text)
}

// collectionText lists the phase and the collection fields that are set, with days of December.
func collectionText(r *invoice.Receivable) string {
	text := r.Phase.String()
	for _, f := range []struct {
		name string
		at   time.Time
	}{
		{"collect", r.CollectAt}, {"requested", r.RequestedAt}, {"due", r.DueAt}, {"failed", r.FirstFailedAt}, {"grace", r.GraceUntil}, {"retry", r.RetryAt},
	} {
		if !f.at.IsZero() {
			text += " " + f.name + " " + f.at.Format("2")
		}
	}
	if r.Retries > 0 {
		text += " retries " + string(rune('0'+r.Retries))
	}
	if r.HardDecline {
		text += " hard"
	}
	if r.Held {
		text += " for more"
	}
	return text
}

func TestApplyTracksCollection(t *testing.T) {
	const (
		declined = "failed p1 0 2026-12-03 until 2026-12-10 retry 2026-12-06"
		dispute  = "disputed p1 0 2026-12-05 until 2026-12-12"
	)
	for _, c := range []struct {
		name, why string
		events    []string
		want      string
	}{
		{"requested", "the result is unknown since then", []string{"requested - 0 2026-12-01"}, "requested requested 1 due 20"},
		{"postponed", "collection begins later", []string{"postponed - 0 2026-12-01 until 2026-12-04"}, "held collect 4 due 20"},
		{"postponed for more", "it has no time", []string{"postponed - 0 2026-12-01 more"}, "held due 20 for more"},
		{"postponed for more, then requested", "there is more", []string{"postponed - 0 2026-12-01 more", "requested - 0 2026-12-04"}, "requested requested 4 due 20"},
		{"postponed for more, then sent", "there is more", []string{"postponed - 0 2026-12-01 more", "sent - 0 2026-12-04"}, "open due 20"},
		{"postponed for more, partly paid", "the rest waits", []string{"postponed - 0 2026-12-01 more", "attempted p1 40", "succeeded p1"}, "held due 20 for more"},
		{"postponed for more, paid", "a settled receivable has no collection", []string{"postponed - 0 2026-12-01 more", "succeeded p1"}, "paid"},
		{"postponed for more, declined", "it is overdue", []string{"postponed - 0 2026-12-01 more", declined}, "overdue due 20 failed 3 grace 10 retry 6"},
		{"postponed, then requested", "the postponed collection begins", []string{"postponed - 0 2026-12-01 until 2026-12-04", "requested - 0 2026-12-04"}, "requested requested 4 due 20"},
		{"postponed, partly paid", "the rest is still collected", []string{"postponed - 0 2026-12-01 until 2026-12-04", "succeeded p1 40"}, "held collect 4 due 20"},
		{"postponed, paid by the customer in parts", "the rest is still collected", []string{"postponed - 0 2026-12-01 until 2026-12-04", "attempted p1 40", "succeeded p1"}, "held collect 4 due 20"},
		{"attempted", "a report replaces the request", []string{"requested - 0 2026-12-01", "attempted p1 0 2026-12-02"}, "pending requested 2 due 20"},
		{"declined", "the grace period begins, and a retry is planned", []string{"requested - 0 2026-12-01", declined}, "overdue due 20 failed 3 grace 10 retry 6"},
		{"declined while postponed", "the planned collection is replaced by the retry", []string{"postponed - 0 2026-12-01 until 2026-12-04", declined}, "overdue due 20 failed 3 grace 10 retry 6"},
		{"declined for good", "no retry succeeds", []string{"failed p1 0 2026-12-03 until 2026-12-10 hard"}, "overdue due 20 failed 3 grace 10 hard"},
		{"declined twice", "a grace period begins once", []string{declined, "failed p2 0 2026-12-06 until 2026-12-13 retry 2026-12-09"}, "overdue due 20 failed 3 grace 10 retry 9"},
		{"declined for good, then softly", "only another payment method helps", []string{"failed p1 0 2026-12-03 until 2026-12-10 hard", "failed p2 0 2026-12-06"}, "overdue due 20 failed 3 grace 10 hard"},
		{"retried", "the retry counts", []string{declined, "requested - 0 2026-12-06"}, "requested requested 6 due 20 failed 3 grace 10 retries 1"},
		{"asked before the retry", "the customer asked for it, which is no retry", []string{declined, "requested - 0 2026-12-05"}, "requested requested 5 due 20 failed 3 grace 10"},
		{"partly paid when overdue", "the rest is retried", []string{declined, "succeeded p2 40 2026-12-04"}, "overdue due 20 failed 3 grace 10 retry 6"},
		{"credited when overdue", "the rest is retried", []string{declined, "credited c1 40 2026-12-04"}, "overdue due 20 failed 3 grace 10 retry 6"},
		{"paid when overdue", "a settled receivable has no collection", []string{declined, "succeeded p2 0 2026-12-04"}, "paid"},
		{"credited in full", "a settled receivable has no collection", []string{declined, "credited c1 0 2026-12-04"}, "paid"},
		{"voided", "a settled receivable has no collection", []string{declined, "voided - 0 2026-12-04"}, "void"},
		{"written off", "payment is not expected", []string{declined, "written_off - 0 2026-12-04"}, "uncollectible"},
		{"the due date passed", "the grace period begins", []string{"missed - 0 2026-12-20 until 2026-12-27"}, "overdue failed 20 grace 27"},
		{"the due date passed after a failure", "the grace period began before", []string{declined, "missed - 0 2026-12-20 until 2026-12-27"}, "overdue failed 3 grace 10 retry 6"},
		{"the due date passed during a request", "the result is unknown, and no second payment is requested", []string{"requested - 0 2026-12-01", "missed - 0 2026-12-20 until 2026-12-27"}, "requested requested 1 failed 20 grace 27"},
		{"disputed", "a disputed payment is not retried", []string{"succeeded p1", dispute}, "overdue failed 5 grace 12 hard"},
		{"disputed in part during a request", "the result is unknown, and no second payment is requested", []string{"succeeded p1 40", "requested - 0 2026-12-03", dispute}, "requested requested 3 due 20 failed 5 grace 12 hard"},
		{"disputed when written off", "a written-off amount is not collected", []string{"succeeded p1 40", "written_off", dispute}, "uncollectible"},
		{"disputed after a write-off and a payment", "it is collected again", []string{"written_off", "succeeded p1", dispute}, "overdue failed 5 grace 12 hard"},
		{"retracted", "it becomes void with the result", []string{"requested - 0 2026-12-01", "retracted"}, "retracted requested 1 due 20"},
		{"retracted, then attempted", "it becomes void with the result", []string{"requested - 0 2026-12-01", "retracted", "attempted p1 0 2026-12-03"}, "retracted requested 3 due 20"},
		{"retracted, then failed", "nothing was paid", []string{"attempted p1", "retracted", declined}, "void"},
		{"retracted, then paid", "the payment is recorded, for the caller to return", []string{"attempted p1", "retracted", "succeeded p1"}, "paid"},
		{"retracted, then paid in part", "the payment is recorded, and the rest is due", []string{"attempted p1 40", "retracted", "succeeded p1"}, "open due 20"},
		{"retracted when overdue, then paid in part", "the payment is recorded, and the rest is overdue", []string{declined, "attempted p2 40 2026-12-04", "retracted - 0 2026-12-04", "succeeded p2 0 2026-12-04"}, "overdue due 20 failed 3 grace 10 retry 6"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := receivableOf(t, nil, "100")
			r.DueAt = giventest.Instant("2026-12-20", nil)
			for _, text := range c.events {
				after, err := invoice.Apply(r, collectionEvent(t, text))
				if err != nil {
					t.Fatalf("%s: %v", text, err)
				}
				r = giventest.CheckRoundTrip(t, after)
			}
			if got := collectionText(&r); got != c.want {
				t.Errorf("got %q, want %q: %s", got, c.want, c.why)
			}
			if settled := !r.Owing(); settled != r.ServiceFrom.IsZero() {
				t.Errorf("service starts at %v in phase %v", r.ServiceFrom, r.Phase)
			}
			for _, e := range r.Events {
				if !e.Until.IsZero() || !e.RetryAt.IsZero() || e.Hard {
					t.Errorf("the log has the collection of %+v", e)
				}
			}
		})
	}
}

// A receivable with a payment cannot be retracted, and one that is retracted takes only results of payments.
func TestRetractedTakesOnlyResults(t *testing.T) {
	paid := afterEvents(t, receivableOf(t, nil, "100"), "succeeded p1 40", "requested")
	_, err := invoice.Apply(paid, eventOf(t, "retracted"))
	checkRefused(t, "retracted after a payment", err, invoice.Retracted)
	r := afterEvents(t, receivableOf(t, nil, "100"), "attempted p1", "retracted")
	for _, text := range []string{"attempted p2", "credited c1", "refunded r1", "disputed p1", "written_off", "requested", "missed", "retracted"} {
		e := eventOf(t, text)
		_, err := invoice.Apply(r, e)
		checkRefused(t, text, err, e.Kind)
	}
	if other := afterEvents(t, r, "failed p2"); other.Phase != invoice.PhaseRetracted {
		t.Errorf("the failure of another payment leads to %v", other.Phase)
	}
	if other := afterEvents(t, r, "succeeded p2"); other.Phase != invoice.PhasePaid {
		t.Errorf("another payment leads to %v", other.Phase)
	}
}
