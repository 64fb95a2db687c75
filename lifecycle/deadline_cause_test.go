package lifecycle

import (
	"testing"
	"time"
)

// Callers use the IDs of effects and notices as idempotency keys, so the text from which they derive never changes.
func TestCauseOfDeadlineNeverChanges(t *testing.T) {
	at := time.Date(2026, time.May, 1, 2, 0, 0, 5, time.FixedZone("CEST", 7200))
	for want, d := range map[string]Deadline{
		"renewal-2026-05-01T00:00:00.000000005Z":                        {Kind: RenewalDue},
		"charge-2026-05-01T00:00:00.000000005Z-acme-2":                  {Kind: ChargeDue, Invoice: "acme-2"},
		"change-2026-05-01T00:00:00.000000005Z-event-3":                 {Kind: ChangeDue, Change: 3},
		"reminder-2026-05-01T00:00:00.000000005Z-trial_end-12":          {Kind: ReminderDue, Reminder: 12, Of: NoticeTrialEnd},
		"reminder-2026-05-01T00:00:00.000000005Z-grace_end-2 acme b-c7": {Kind: ReminderDue, Reminder: 2, Of: NoticeGraceEnd, Invoice: "acme b-c7"},
	} {
		d.At = at
		if got := d.cause(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
