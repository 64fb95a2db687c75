package lifecycle_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/lifecycle"
	"github.com/billingrules/billing/proration"
)

const (
	started       = lifecycle.Started
	paid          = lifecycle.PaymentSucceeded
	declined      = lifecycle.CardDeclined
	entered       = lifecycle.CardEntered
	seatsAdded    = lifecycle.SeatsAdded
	planChanged   = lifecycle.PlanChanged
	cancelRequest = lifecycle.CancelRequested
	undone        = lifecycle.CancelUndone

	active    = "active full"
	pastDue   = "past_due full"
	suspended = "suspended billing_only"
	canceled  = "canceled billing_only"
)

// begun starts a contract of 890.00 a month on its anchor, and pays for the first month.
func begun(at string) []step {
	return []step{
		{at: at, kind: started, want: active, invoices: []string{"s-1: recurring 890.00, due 890.00"}, effects: []string{"collect s-1"}},
		{at: at, kind: paid, of: "s-1", want: active},
	}
}

// after is begun, and what happens then.
func after(at string, then ...step) []step { return append(begun(at), then...) }

// unpaid is a contract of 890.00 a month whose first invoice stays open, and what happens then.
func unpaid(at string, then ...step) []step { return append(begun(at)[:1], then...) }

// K2: a declined card, three days to replace it, then nothing but billing, until a payment.
func TestK2(t *testing.T) {
	tell(t,
		story{
			name: "three days over the end of summer time", terms: terms{anchor: "2026-10-01", zone: "America/New_York"},
			why: "declined at midnight of November 1, EDT; three days on the customer's calendar end at midnight of November 4, EST, 73 hours later",
			steps: after("2026-10-01",
				step{
					at: "2026-11-01", kind: declined, of: "s-2", want: pastDue,
					invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2", "notify_declined s-2"},
				},
				step{at: "2026-11-03T23:59:59.999999999", want: pastDue},
				step{at: "2026-11-04T00:00:00-05:00", want: suspended},
				step{at: "2026-11-09T15:00:00", kind: entered, want: suspended, effects: []string{"collect s-2"}},
				step{at: "2026-11-09T15:10:00", kind: paid, of: "s-2", want: active},
				step{at: "2026-12-01", want: active, invoices: []string{"s-3: recurring 890.00, due 890.00"}, effects: []string{"collect s-3"}},
			),
		},
		story{
			name: "three days over the start of summer time", terms: terms{anchor: "2027-03-12", zone: "America/New_York"},
			why: "declined at 09:00 of March 12, EST; March 14 has 23 hours; the grace ends at 09:00 of March 15, EDT, 71 hours later",
			steps: unpaid("2027-03-12",
				step{at: "2027-03-12T09:00:00", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2027-03-15T08:59:59.999999999-04:00", want: pastDue},
				step{at: "2027-03-15T09:00:00-04:00", want: suspended},
			),
		},
		story{
			name: "an end that clocks skip", terms: terms{anchor: "2027-03-11", zone: "America/New_York"},
			why: "02:30 of March 14 does not exist: it moves forward by the gap of an hour, to 03:30 EDT, and the customer loses nothing",
			steps: unpaid("2027-03-11",
				step{at: "2027-03-11T02:30:00", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2027-03-14T03:29:59.999999999-04:00", want: pastDue},
				step{at: "2027-03-14T03:30:00-04:00", want: suspended},
			),
		},
		story{
			name: "an end that comes twice", terms: terms{anchor: "2026-10-29", zone: "America/New_York"},
			why: "01:30 of November 1 comes twice, at -04:00 and an hour later at -05:00; the first is meant",
			steps: unpaid("2026-10-29",
				step{at: "2026-10-29T01:30:00", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-01T01:29:59.999999999-04:00", want: pastDue},
				step{at: "2026-11-01T01:30:00-04:00", want: suspended},
			),
		},
		story{
			name: "from any instant", why: "in UTC three days are 72 hours, from the nanosecond of the decline on",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-27T10:00:00.000000001", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-30T10:00:00", want: pastDue},
				step{at: "2026-11-30T10:00:00.000000001", want: suspended},
			),
		},
		story{
			name: "over the end of February", terms: terms{anchor: "2027-02-01"}, why: "February 27 and three days is March 2",
			steps: unpaid("2027-02-01",
				step{at: "2027-02-27", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2027-03-01", want: pastDue, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
				step{at: "2027-03-01T23:59:59.999999999", want: pastDue},
				step{at: "2027-03-02", want: suspended},
			),
		},
		story{
			name: "a card in time", why: "access is full all along; the open invoice is collected with the new card",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-04T23:00:00", kind: entered, want: pastDue, effects: []string{"collect s-1"}},
				step{at: "2026-11-04T23:59:59.999999999", kind: paid, of: "s-1", want: active},
				step{at: "2026-11-05", want: active},
			),
		},
		story{
			name: "paid at the very instant", why: "the grace ends at the instant, and the payment of that instant brings full access back",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-05", kind: paid, of: "s-1", want: active},
			),
		},
		story{
			name: "declined again", why: "one grace per invoice: the second decline, by a second card, is told and opens none",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-04", kind: entered, want: pastDue, effects: []string{"collect s-1"}},
				step{at: "2026-11-04T00:10:00", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-05", want: suspended},
				step{at: "2026-11-06", kind: entered, want: suspended, effects: []string{"collect s-1"}},
				step{at: "2026-11-06T00:10:00", kind: declined, of: "s-1", want: suspended, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-07", kind: paid, of: "s-1", want: active},
			),
		},
		story{
			name: "declined after it was paid for", why: "one grace per invoice: the next month's decline opens another",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-03", kind: paid, of: "s-1", want: active},
				step{
					at: "2026-12-01T08:00:00", kind: declined, of: "s-2", want: pastDue,
					invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2", "notify_declined s-2"},
				},
				step{at: "2026-12-04T07:59:59.999999999", want: pastDue},
				step{at: "2026-12-04T08:00:00", want: suspended},
			),
		},
		story{
			name: "two invoices, each with its grace", why: "one grace per invoice: s-2, declined on the 18th, has until the 21st once s-1 is paid",
			steps: unpaid("2026-11-01",
				step{
					at: "2026-11-16", kind: seatsAdded, of: "2", want: active,
					invoices: []string{"s-2: addition 89.00, due 89.00"}, effects: []string{"collect s-2"},
				},
				step{at: "2026-11-16T08:00:00", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-18T08:00:00", kind: declined, of: "s-2", want: pastDue, effects: []string{"notify_declined s-2"}},
				step{at: "2026-11-18T09:00:00", kind: paid, of: "s-1", want: pastDue},
				step{at: "2026-11-21T07:59:59.999999999", want: pastDue},
				step{at: "2026-11-21T08:00:00", want: "suspended full"}, // law 9: November was paid for, but for the two seats
			),
		},
		story{
			name: "two invoices, the first unpaid", why: "one grace per invoice: that of s-1 ends on the 19th, whatever happens to s-2",
			steps: unpaid("2026-11-01",
				step{
					at: "2026-11-16", kind: seatsAdded, of: "2", want: active,
					invoices: []string{"s-2: addition 89.00, due 89.00"}, effects: []string{"collect s-2"},
				},
				step{at: "2026-11-16T08:00:00", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-18T08:00:00", kind: declined, of: "s-2", want: pastDue, effects: []string{"notify_declined s-2"}},
				step{at: "2026-11-18T09:00:00", kind: paid, of: "s-2", want: pastDue},
				step{at: "2026-11-19T07:59:59.999999999", want: pastDue},
				step{at: "2026-11-19T08:00:00", kind: entered, want: suspended, effects: []string{"collect s-1"}},
				step{at: "2026-11-19T08:10:00", kind: paid, of: "s-1", want: active},
			),
		},
		story{
			name: "two invoices, the first paid too late", why: "one grace per invoice: suspended for s-1, and back in service when it is paid, since that of s-2 runs to the 21st",
			steps: unpaid("2026-11-01",
				step{
					at: "2026-11-16", kind: seatsAdded, of: "2", want: active,
					invoices: []string{"s-2: addition 89.00, due 89.00"}, effects: []string{"collect s-2"},
				},
				step{at: "2026-11-16T08:00:00", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-18T08:00:00", kind: declined, of: "s-2", want: pastDue, effects: []string{"notify_declined s-2"}},
				step{at: "2026-11-19T08:00:00", want: suspended},
				step{at: "2026-11-20", kind: paid, of: "s-1", want: pastDue},
				step{at: "2026-11-21T07:59:59.999999999", want: pastDue},
				step{at: "2026-11-21T08:00:00", want: "suspended full"}, // law 9: November was paid for, but for the two seats
				step{at: "2026-11-22", kind: paid, of: "s-2", want: active},
			),
		},
		story{
			name: "two invoices, the first paid at the very end of the second grace", why: "at that instant the grace of s-2 is over too",
			steps: unpaid("2026-11-01",
				step{
					at: "2026-11-16", kind: seatsAdded, of: "2", want: active,
					invoices: []string{"s-2: addition 89.00, due 89.00"}, effects: []string{"collect s-2"},
				},
				step{at: "2026-11-16T08:00:00", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-18T08:00:00", kind: declined, of: "s-2", want: pastDue, effects: []string{"notify_declined s-2"}},
				step{at: "2026-11-21T08:00:00", kind: paid, of: "s-1", want: "suspended full"},
				step{at: "2026-11-30T23:59:59.999999999", want: "suspended full"},
				step{at: "2026-12-01", want: suspended},
			),
		},
		story{
			name: "two invoices, paid one by one after the period", why: "no new period begins before the last of them is paid: 12 x 89.00 from December 21 on",
			steps: unpaid("2026-11-01",
				step{
					at: "2026-11-16", kind: seatsAdded, of: "2", want: active,
					invoices: []string{"s-2: addition 89.00, due 89.00"}, effects: []string{"collect s-2"},
				},
				step{at: "2026-11-16T08:00:00", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-16T08:00:00", kind: declined, of: "s-2", want: pastDue, effects: []string{"notify_declined s-2"}},
				step{at: "2026-12-20", kind: paid, of: "s-2", want: suspended},
				step{at: "2026-12-21", kind: paid, of: "s-1", want: active, invoices: []string{"s-3: recurring 1068.00, due 1068.00"}, effects: []string{"collect s-3"}},
			),
		},
		story{
			name: "two invoices, and both graces over", why: "while one is unpaid beyond its grace there is no service",
			steps: unpaid("2026-11-01",
				step{
					at: "2026-11-16", kind: seatsAdded, of: "2", want: active,
					invoices: []string{"s-2: addition 89.00, due 89.00"}, effects: []string{"collect s-2"},
				},
				step{at: "2026-11-16T08:00:00", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-16T08:00:00", kind: declined, of: "s-2", want: pastDue, effects: []string{"notify_declined s-2"}},
				step{at: "2026-11-20", kind: paid, of: "s-2", want: suspended},
				step{at: "2026-12-20", kind: paid, of: "s-1", want: active, invoices: []string{"s-3: recurring 1068.00, due 1068.00"}, effects: []string{"collect s-3"}},
			),
		},
		story{
			name: "declined first while suspended", why: "the grace of s-2 runs too, though it opens nothing while that of s-1 is over",
			steps: unpaid("2026-11-01",
				step{
					at: "2026-11-16", kind: seatsAdded, of: "2", want: active,
					invoices: []string{"s-2: addition 89.00, due 89.00"}, effects: []string{"collect s-2"},
				},
				step{at: "2026-11-16T08:00:00", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-20", kind: declined, of: "s-2", want: suspended, effects: []string{"notify_declined s-2"}},
				step{at: "2026-11-21", kind: paid, of: "s-1", want: pastDue},
				step{at: "2026-11-22T23:59:59.999999999", want: pastDue},
				step{at: "2026-11-23", want: "suspended full"}, // law 9: what is unpaid was added to a paid month
			),
		},
		story{
			name: "another invoice paid", why: "what was declined is still unpaid when something else is paid",
			steps: unpaid("2026-11-01",
				step{
					at: "2026-11-16", kind: seatsAdded, of: "2", want: active,
					invoices: []string{"s-2: addition 89.00, due 89.00"}, effects: []string{"collect s-2"},
				},
				step{at: "2026-11-16T08:00:00", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-17", kind: paid, of: "s-2", want: pastDue},
				step{at: "2026-11-19T08:00:00", want: suspended},
			),
		},
		story{
			name: "reactivated at any time", why: "after half a year the old invoice is paid, and a new period begins at that instant: 890.00 from May 10 to June 10",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2027-05-10T09:00:00", kind: entered, want: suspended, effects: []string{"collect s-1"}},
				step{
					at: "2027-05-10T09:10:00", kind: paid, of: "s-1", want: active,
					invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"},
				},
				step{at: "2027-06-10T09:09:59.999999999", want: active},
				step{at: "2027-06-10T09:10:00", want: active, invoices: []string{"s-3: recurring 890.00, due 890.00"}, effects: []string{"collect s-3"}},
			),
		},
		story{
			name: "reactivated inside the period", why: "November was billed and is paid at last: nothing more is due until December 1",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-30T23:59:59.999999999", kind: paid, of: "s-1", want: active},
				step{at: "2026-12-01", want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
			),
		},
		story{
			name: "reactivated when the period ends", why: "December begins at the instant of the payment, and is billed",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-12-01", kind: paid, of: "s-1", want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
				step{at: "2027-01-01", want: active, invoices: []string{"s-3: recurring 890.00, due 890.00"}, effects: []string{"collect s-3"}},
			),
		},
		story{
			name: "while suspended nothing renews", why: "nobody is billed for a month without service",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-28", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-12-01", want: suspended},
				step{at: "2027-03-01", want: suspended},
			),
		},
		story{
			name: "a longer grace than the period", policy: func(p *lifecycle.Policy) { p.Grace = giventest.Interval("P40D") },
			why: "K11: grace is policy data; in grace there is service, and the next period is billed: November 2 and 40 days is December 12",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-12-01", want: pastDue, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
				step{at: "2026-12-11T23:59:59.999999999", want: pastDue},
				step{at: "2026-12-12", want: suspended},
			),
		},
		story{
			name: "grace by the hour", terms: terms{zone: "America/New_York"}, policy: func(p *lifecycle.Policy) { p.Grace = giventest.Interval("PT72H") },
			why: "K11: 72 elapsed hours from midnight of November 1, EDT, end at 23:00 of November 3, EST",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-01", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-03T22:59:59.999999999", want: pastDue},
				step{at: "2026-11-03T23:00:00", want: suspended},
			),
		},
	)
}

// K2: one grace per invoice, however often it fails. Neither a cancellation nor another card opens a second one, so that nobody
// is served for ever on one unpaid invoice.
func TestK2OneGrace(t *testing.T) {
	h := begin(t, threeDays(), terms{}.sign(t))
	for i, s := range unpaid("2026-11-01",
		step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
		step{at: "2026-11-05", want: suspended},
	) {
		h.step(i, s)
	}
	for _, at := range []string{"2026-11-06", "2026-11-10", "2026-11-14"} {
		for _, kind := range []lifecycle.EventKind{cancelRequest, entered, declined} {
			if _, err := h.happen(step{at: at, kind: kind, of: "s-1"}.event(h.sub.Sequence+1, nil)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := h.happen(lifecycle.Event{At: h.sub.At.AddDate(0, 0, 2)}); err != nil {
			t.Fatal(err)
		}
		if h.sub.Access() == lifecycle.Full {
			t.Errorf("on %s there is full access, and s-1 was declined again; its grace ended on November 5", h.sub.At.Format(time.DateOnly))
		}
	}
}

// K11: a grace that was agreed on with one customer holds for that customer, whatever the policy says for everybody.
func TestK11Grace(t *testing.T) {
	weeks := func(p *lifecycle.Policy) { p.Grace = proration.Interval{Days: 14} }
	tell(t,
		story{
			name: "longer than the policy's", terms: terms{grace: "P10D"}, why: "ten days from November 2 on, and not three",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-05", want: pastDue},
				step{at: "2026-11-11T23:59:59.999999999", want: pastDue},
				step{at: "2026-11-12", want: suspended},
			),
		},
		story{
			name: "shorter than the policy's", terms: terms{grace: "PT12H"}, policy: weeks, why: "twelve hours from the decline on, and not two weeks",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02T08:00:00", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-02T19:59:59.999999999", want: pastDue},
				step{at: "2026-11-02T20:00:00", want: suspended},
			),
		},
		story{
			name: "on the customer's calendar", terms: terms{anchor: "2026-10-31", zone: "America/New_York", grace: "P1D"}, policy: weeks,
			why: "a day from 12:00 of October 31, EDT, on ends at 12:00 of November 1, EST, 25 hours later",
			steps: unpaid("2026-10-31",
				step{at: "2026-10-31T12:00:00", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-01T11:59:59.999999999-05:00", want: pastDue},
				step{at: "2026-11-01T12:00:00-05:00", want: suspended},
			),
		},
		story{
			name: "for each invoice", terms: terms{grace: "P5D"}, why: "K2: each invoice has one grace, and each is as long as was agreed: s-1's to the 21st, s-2's to the 23rd",
			steps: unpaid("2026-11-01",
				step{
					at: "2026-11-16", kind: seatsAdded, of: "2", want: active,
					invoices: []string{"s-2: addition 89.00, due 89.00"}, effects: []string{"collect s-2"},
				},
				step{at: "2026-11-16T08:00:00", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-18T08:00:00", kind: declined, of: "s-2", want: pastDue, effects: []string{"notify_declined s-2"}},
				step{at: "2026-11-20", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-21T07:59:59.999999999", want: pastDue},
				step{at: "2026-11-21T08:00:00", want: suspended},
				step{at: "2026-11-22", kind: paid, of: "s-1", want: pastDue},
				step{at: "2026-11-23T08:00:00", want: "suspended full"},
			),
		},
		story{
			name: "after a change of plan", terms: terms{grace: "P10D"}, why: "it was agreed with the customer, and not for a plan",
			steps: after("2026-11-01",
				step{at: "2026-11-16", kind: planChanged, of: "scale", want: active, invoices: []string{"s-2: unused -445.00, addition 695.00, due 250.00"}, effects: []string{"collect s-2"}},
				step{
					at: "2026-12-01", kind: declined, of: "s-3", want: pastDue,
					invoices: []string{"s-3: recurring 1390.00, due 1390.00"}, effects: []string{"collect s-3", "notify_declined s-3"},
				},
				step{at: "2026-12-10T23:59:59.999999999", want: pastDue},
				step{at: "2026-12-11", want: suspended},
			),
		},
	)
}

// K3a: monthly, seats added: the rest of the month now, a line for each batch, and next month all seats in full.
func TestK3a(t *testing.T) {
	tell(t,
		story{
			name: "two batches in November", why: "2 x 89.00 for 15 of 30 days is 89.00; 1 x 89.00 for 10 of 30 days is 29.666...; December is 13 x 89.00",
			steps: after("2026-11-01",
				step{at: "2026-11-16T11:30:00", kind: seatsAdded, of: "2", want: active, invoices: []string{"s-2: addition 89.00, due 89.00"}, effects: []string{"collect s-2"}},
				step{at: "2026-11-21T09:00:00", kind: seatsAdded, of: "1", want: active, invoices: []string{"s-3: addition 29.67, due 29.67"}, effects: []string{"collect s-3"}},
				step{at: "2026-11-30T23:59:59.999999999", want: active},
				step{at: "2026-12-01", want: active, invoices: []string{"s-4: recurring 1157.00, due 1157.00"}, effects: []string{"collect s-4"}},
			),
		},
		story{
			name: "on the first day", why: "all 30 days are left: 2 x 89.00",
			steps: after("2026-11-01",
				step{at: "2026-11-01T23:59:59", kind: seatsAdded, of: "2", want: active, invoices: []string{"s-2: addition 178.00, due 178.00"}, effects: []string{"collect s-2"}},
			),
		},
		story{
			name: "on the last day", why: "one day of 30 is left: 178.00 / 30 is 5.933...",
			steps: after("2026-11-01",
				step{at: "2026-11-30T23:59:59.999999999", kind: seatsAdded, of: "2", want: active, invoices: []string{"s-2: addition 5.93, due 5.93"}, effects: []string{"collect s-2"}},
			),
		},
		story{
			name: "at the instant of the renewal", why: "December is billed for 10 seats first, and the 2 added at that instant for all 31 days",
			steps: after("2026-11-01",
				step{
					at: "2026-12-01", kind: seatsAdded, of: "2", want: active,
					invoices: []string{"s-2: recurring 890.00, due 890.00", "s-3: addition 178.00, due 178.00"}, effects: []string{"collect s-2", "collect s-3"},
				},
			),
		},
		story{
			name: "two batches on one day", why: "each has a line of its own: 15 of 30 days of 89.00 is 44.50, twice",
			steps: after("2026-11-01",
				step{at: "2026-11-16T09:00:00", kind: seatsAdded, of: "1", want: active, invoices: []string{"s-2: addition 44.50, due 44.50"}, effects: []string{"collect s-2"}},
				step{at: "2026-11-16T09:00:00", kind: seatsAdded, of: "1", want: active, invoices: []string{"s-3: addition 44.50, due 44.50"}, effects: []string{"collect s-3"}},
				step{at: "2026-12-01", want: active, invoices: []string{"s-4: recurring 1068.00, due 1068.00"}, effects: []string{"collect s-4"}},
			),
		},
		story{
			name: "in February", terms: terms{anchor: "2027-02-01"}, why: "14 of 28 days of 89.00 is 44.50",
			steps: after("2027-02-01",
				step{at: "2027-02-15", kind: seatsAdded, of: "1", want: active, invoices: []string{"s-2: addition 44.50, due 44.50"}, effects: []string{"collect s-2"}},
			),
		},
		story{
			name: "in a month of 31 days", terms: terms{anchor: "2027-01-01"}, why: "16 of 31 days of 89.00: 1424 / 31 is 45.935...",
			steps: after("2027-01-01",
				step{at: "2027-01-16", kind: seatsAdded, of: "1", want: active, invoices: []string{"s-2: addition 45.94, due 45.94"}, effects: []string{"collect s-2"}},
			),
		},
		story{
			name: "in a month from the 31st", terms: terms{anchor: "2027-01-31"}, why: "law 6: from January 31 to February 28, and then to March 31: 14 of 28 days is 44.50, and 17 of 31 is 48.806...",
			steps: after("2027-01-31",
				step{at: "2027-02-14", kind: seatsAdded, of: "1", want: active, invoices: []string{"s-2: addition 44.50, due 44.50"}, effects: []string{"collect s-2"}},
				step{
					at: "2027-03-14", kind: seatsAdded, of: "1", want: active,
					invoices: []string{"s-3: recurring 979.00, due 979.00", "s-4: addition 48.81, due 48.81"}, effects: []string{"collect s-3", "collect s-4"},
				},
				step{at: "2027-03-30T23:59:59", want: active},
				step{at: "2027-03-31", want: active, invoices: []string{"s-5: recurring 1068.00, due 1068.00"}, effects: []string{"collect s-5"}},
			),
		},
		story{
			name: "in the hour that comes twice", terms: terms{zone: "America/New_York"},
			why: "01:30 of November 1 at -05:00 is 2.5 hours into a month of 721 hours, and still its first day: 30 of 30 days",
			steps: after("2026-11-01",
				step{at: "2026-11-01T01:30:00-05:00", kind: seatsAdded, of: "1", want: active, invoices: []string{"s-2: addition 89.00, due 89.00"}, effects: []string{"collect s-2"}},
			),
		},
		story{
			name: "in yen", terms: terms{currency: "JPY", seats: "3", unit: "1000"}, why: "ISO 4217, no places: 20 of 30 days of 1000 is 666.666...",
			steps: []step{
				{at: "2026-11-01", kind: started, want: active, invoices: []string{"s-1: recurring 3000, due 3000"}, effects: []string{"collect s-1"}},
				{at: "2026-11-11", kind: seatsAdded, of: "1", want: active, invoices: []string{"s-2: addition 667, due 667"}, effects: []string{"collect s-2"}},
			},
		},
		story{
			name: "in dinars", terms: terms{currency: "KWD", seats: "2", unit: "27.500"}, why: "ISO 4217, three places: 10 of 30 days of 27.500 is 9.1666...",
			steps: []step{
				{at: "2026-11-01", kind: started, want: active, invoices: []string{"s-1: recurring 55.000, due 55.000"}, effects: []string{"collect s-1"}},
				{at: "2026-11-21", kind: seatsAdded, of: "1", want: active, invoices: []string{"s-2: addition 9.167, due 9.167"}, effects: []string{"collect s-2"}},
			},
		},
		story{
			name: "a day of the old side", policy: func(p *lifecycle.Policy) { p.Billing.Proration.ChangeDay = proration.OldSide },
			why: "law 5: the 16th is the old side's, so that 14 of 30 days of 178.00 are left: 83.066...; on the last day none is",
			steps: after("2026-11-01",
				step{at: "2026-11-16T11:30:00", kind: seatsAdded, of: "2", want: active, invoices: []string{"s-2: addition 83.07, due 83.07"}, effects: []string{"collect s-2"}},
				step{at: "2026-11-30T11:30:00", kind: seatsAdded, of: "1", want: active, invoices: []string{"s-3: addition 0.00, due 0.00"}},
				step{at: "2026-12-01", want: active, invoices: []string{"s-4: recurring 1157.00, due 1157.00"}, effects: []string{"collect s-4"}},
			),
		},
		story{
			name: "service from the 16th, billed on the 1st", terms: terms{anchor: "2026-11-01"},
			why: "law 4: a stub of 15 of 30 days, 445.00, and 10 of 30 days of one seat more, 29.666...: the whole month is the denominator of both",
			steps: []step{
				{at: "2026-11-16", kind: started, want: active, invoices: []string{"s-1: recurring 445.00, due 445.00"}, effects: []string{"collect s-1"}},
				{at: "2026-11-21", kind: seatsAdded, of: "1", want: active, invoices: []string{"s-2: addition 29.67, due 29.67"}, effects: []string{"collect s-2"}},
				{at: "2026-12-01", want: active, invoices: []string{"s-3: recurring 979.00, due 979.00"}, effects: []string{"collect s-3"}},
			},
		},
	)
}

// K3b: annual, seats added: the rest of the contract. The same function, with the contract as the period.
func TestK3b(t *testing.T) {
	annual := func(anchor string, then ...step) (terms, []step) {
		return terms{anchor: anchor, interval: "P1Y", unit: "948.00"}, append([]step{
			{at: anchor, kind: started, want: active, invoices: []string{"s-1: recurring 9480.00, due 9480.00"}, effects: []string{"collect s-1"}},
			{at: anchor, kind: paid, of: "s-1", want: active},
		}, then...)
	}
	year := story{
		name: "in a year of 365 days", why: "2 x 948.00 for 105 of 365 days: 199,080 / 365 is 545.424...; next year 12 x 948.00",
	}
	year.terms, year.steps = annual("2026-03-01",
		step{at: "2026-11-16T11:30:00", kind: seatsAdded, of: "2", want: active, invoices: []string{"s-2: addition 545.42, due 545.42"}, effects: []string{"collect s-2"}},
		step{at: "2027-02-28T23:59:59", want: active},
		step{at: "2027-03-01", want: active, invoices: []string{"s-3: recurring 11376.00, due 11376.00"}, effects: []string{"collect s-3"}},
	)
	leap := story{
		name: "in a year of 366 days", why: "1 x 948.00 for 182 of 366 days, February 29, 2028 among them: 172,536 / 366 is 471.409...",
	}
	leap.terms, leap.steps = annual("2027-03-01",
		step{at: "2027-09-01", kind: seatsAdded, of: "1", want: active, invoices: []string{"s-2: addition 471.41, due 471.41"}, effects: []string{"collect s-2"}},
	)
	leapDay := story{
		name: "signed on February 29", why: "law 6: the contract ends on February 28, 2029, after 365 days, and the one of 2031 on February 29, 2032; 1 of 365 days of 948.00 is 2.597...",
	}
	leapDay.terms, leapDay.steps = annual("2028-02-29",
		step{at: "2029-02-27", kind: seatsAdded, of: "1", want: active, invoices: []string{"s-2: addition 2.60, due 2.60"}, effects: []string{"collect s-2"}},
		step{at: "2029-02-28", want: active, invoices: []string{"s-3: recurring 10428.00, due 10428.00"}, effects: []string{"collect s-3"}},
		step{at: "2032-02-28", want: active, invoices: []string{"s-4: recurring 10428.00, due 10428.00", "s-5: recurring 10428.00, due 10428.00"}, effects: []string{"collect s-4", "collect s-5"}},
		step{at: "2032-02-29", want: active, invoices: []string{"s-6: recurring 10428.00, due 10428.00"}, effects: []string{"collect s-6"}},
	)
	half := story{
		name: "a contract of six months", terms: terms{interval: "P6M", unit: "480.00", zone: "America/New_York"},
		why: "M6: November 1 to May 1 has 181 days, one of 25 hours and one of 23; 2 x 480.00 for the 31 from March 31 on: 29,760 / 181 is 164.419...",
		steps: []step{
			{at: "2026-11-01", kind: started, want: active, invoices: []string{"s-1: recurring 4800.00, due 4800.00"}, effects: []string{"collect s-1"}},
			{at: "2027-03-31T23:00:00", kind: seatsAdded, of: "2", want: active, invoices: []string{"s-2: addition 164.42, due 164.42"}, effects: []string{"collect s-2"}},
		},
	}
	tell(t, year, leap, leapDay, half)
}

// K4: an upgrade after paying: the rest of the paid period at the higher rate, less what is unused of the old one, is due now.
func TestK4(t *testing.T) {
	tell(t,
		story{
			name: "on the 21st", why: "10 of 30 days: 890.00 back is 296.666..., 1390.00 is 463.333..., net 166.66; December is 10 x 139.00",
			steps: after("2026-11-01",
				step{at: "2026-11-21T09:00:00", kind: planChanged, of: "scale", want: active, invoices: []string{"s-2: unused -296.67, addition 463.33, due 166.66"}, effects: []string{"collect s-2"}},
				step{at: "2026-11-21T09:10:00", kind: paid, of: "s-2", want: active},
				step{at: "2026-12-01", want: active, invoices: []string{"s-3: recurring 1390.00, due 1390.00"}, effects: []string{"collect s-3"}},
			),
		},
		story{
			name: "before paying", why: "law 3: what was not paid is not credited: neither the month nor the seats added to it",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-11", kind: planChanged, of: "scale", refused: true},
				step{at: "2026-11-11", kind: paid, of: "s-1", want: active},
				step{at: "2026-11-16", kind: seatsAdded, of: "2", want: active, invoices: []string{"s-2: addition 89.00, due 89.00"}, effects: []string{"collect s-2"}},
				step{at: "2026-11-20", kind: planChanged, of: "scale", refused: true},
			),
		},
		story{
			name: "at once", why: "all of it comes back, and all of it is charged: 1390.00 - 890.00",
			steps: after("2026-11-01",
				step{at: "2026-11-01", kind: planChanged, of: "scale", want: active, invoices: []string{"s-2: unused -890.00, addition 1390.00, due 500.00"}, effects: []string{"collect s-2"}},
			),
		},
		story{
			name: "on the last day", why: "law 5: one day, the new side's: 29.666... back and 46.333...",
			steps: after("2026-11-01",
				step{at: "2026-11-30T23:59:59.999999999", kind: planChanged, of: "scale", want: active, invoices: []string{"s-2: unused -29.67, addition 46.33, due 16.66"}, effects: []string{"collect s-2"}},
			),
		},
		story{
			name: "twice in a period",
			why: "on the 11th 20 of 30 days: 593.333... back, 926.666...; on the 21st 10 of the 20 days that 926.67 paid for, 463.335, a tie away from zero; " +
				"and 10 of 30 days of 1990.00, 663.333...",
			steps: after("2026-11-01",
				step{at: "2026-11-11", kind: planChanged, of: "scale", want: active, invoices: []string{"s-2: unused -593.33, addition 926.67, due 333.34"}, effects: []string{"collect s-2"}},
				step{at: "2026-11-21", kind: planChanged, of: "ultimate", want: active, invoices: []string{"s-3: unused -463.34, addition 663.33, due 199.99"}, effects: []string{"collect s-3"}},
				step{at: "2026-12-01", want: active, invoices: []string{"s-4: recurring 1990.00, due 1990.00"}, effects: []string{"collect s-4"}},
			),
		},
		story{
			name: "twice in a period, on the price", policy: func(p *lifecycle.Policy) { p.Billing.Basis = proration.OnPrice },
			why: "as above, but 10 of 30 days of the price of 1390.00 come back: 463.333...",
			steps: after("2026-11-01",
				step{at: "2026-11-11", kind: planChanged, of: "scale", want: active, invoices: []string{"s-2: unused -593.33, addition 926.67, due 333.34"}, effects: []string{"collect s-2"}},
				step{at: "2026-11-21", kind: planChanged, of: "ultimate", want: active, invoices: []string{"s-3: unused -463.33, addition 663.33, due 200.00"}, effects: []string{"collect s-3"}},
			),
		},
		story{
			name: "twice on one day", why: "what was charged in the morning comes back in the afternoon, to the cent: 15 of 15 days",
			steps: after("2026-11-01",
				step{at: "2026-11-16T09:00:00", kind: planChanged, of: "scale", want: active, invoices: []string{"s-2: unused -445.00, addition 695.00, due 250.00"}, effects: []string{"collect s-2"}},
				step{at: "2026-11-16T17:00:00", kind: planChanged, of: "ultimate", want: active, invoices: []string{"s-3: unused -695.00, addition 995.00, due 300.00"}, effects: []string{"collect s-3"}},
			),
		},
		story{
			name: "after seats were added", why: "law 3, each charge by itself, the newest first: 11 of the 15 days of 89.00 is 65.266..., 11 of the 30 of 890.00 is 326.333...; 12 x 139.00 x 11/30 is 611.60",
			steps: after("2026-11-01",
				step{at: "2026-11-16", kind: seatsAdded, of: "2", want: active, invoices: []string{"s-2: addition 89.00, due 89.00"}, effects: []string{"collect s-2"}},
				step{at: "2026-11-20", kind: planChanged, of: "scale", want: active, invoices: []string{"s-3: unused -65.27, unused -326.33, addition 611.60, due 220.00"}, effects: []string{"collect s-3"}},
				step{at: "2026-12-01", want: active, invoices: []string{"s-4: recurring 1668.00, due 1668.00"}, effects: []string{"collect s-4"}},
			),
		},
		story{
			name: "and seats added after it", why: "K3c: the contracted rate is now that of the plan: 1 x 139.00 x 5/30 is 23.166...",
			steps: after("2026-11-01",
				step{at: "2026-11-21", kind: planChanged, of: "scale", want: active, invoices: []string{"s-2: unused -296.67, addition 463.33, due 166.66"}, effects: []string{"collect s-2"}},
				step{at: "2026-11-26", kind: seatsAdded, of: "1", want: active, invoices: []string{"s-3: addition 23.17, due 23.17"}, effects: []string{"collect s-3"}},
			),
		},
		story{
			name: "of a stub", why: "law 4: service from the 16th paid 445.00 for 15 days; on the 26th 5 of them are left, 148.333..., and 1390.00 x 5/30 is 231.666...",
			steps: []step{
				{at: "2026-11-16", kind: started, want: active, invoices: []string{"s-1: recurring 445.00, due 445.00"}, effects: []string{"collect s-1"}},
				{at: "2026-11-26", kind: planChanged, of: "scale", want: active, invoices: []string{"s-2: unused -148.33, addition 231.67, due 83.34"}, effects: []string{"collect s-2"}},
			},
		},
		story{
			name: "to the same price", why: "nothing is due, and the invoice closes itself: no card is charged",
			steps: after("2026-11-01",
				step{at: "2026-11-16", kind: planChanged, of: "growth", want: active, invoices: []string{"s-2: unused -445.00, addition 445.00, due 0.00"}},
			),
		},
		story{
			name: "in New York, by the second", terms: terms{zone: "America/New_York"}, policy: func(p *lifecycle.Policy) { p.Billing.Proration.DayCount = proration.Seconds },
			why: "10 days of 864,000 s of a month of 721 h, 2,595,600 s: 890.00 back is 296.255..., 1390.00 is 462.690...",
			steps: after("2026-11-01",
				step{at: "2026-11-21", kind: planChanged, of: "scale", want: active, invoices: []string{"s-2: unused -296.26, addition 462.69, due 166.43"}, effects: []string{"collect s-2"}},
			),
		},
	)
}

// K5: a downgrade after paying: the difference becomes credit, which pays the next invoices by itself, oldest first, until it
// is spent. Nothing is refunded.
func TestK5(t *testing.T) {
	scale := terms{unit: "139.00"}
	first := []step{
		{at: "2026-11-01", kind: started, want: active, invoices: []string{"s-1: recurring 1390.00, due 1390.00"}, effects: []string{"collect s-1"}},
		{at: "2026-11-01", kind: paid, of: "s-1", want: active},
	}
	then := func(steps ...step) []step { return append(first[:2:2], steps...) }
	tell(t,
		story{
			name: "on the 11th", terms: scale, why: "20 of 30 days: 1390.00 back is 926.666..., 890.00 is 593.333...; 333.34 are granted, and December is 890.00 - 333.34",
			steps: then(
				step{at: "2026-11-11T09:00:00", kind: planChanged, of: "growth", want: active, invoices: []string{"s-2: unused -926.67, addition 593.33, granted 333.34, due 0.00"}},
				step{at: "2026-12-01", want: active, invoices: []string{"s-3: recurring 890.00, credit -333.34, due 556.66"}, effects: []string{"collect s-3"}},
				step{at: "2027-01-01", want: active, invoices: []string{"s-4: recurring 890.00, due 890.00"}, effects: []string{"collect s-4"}},
			),
		},
		story{
			name: "until it is spent", terms: scale,
			why: "926.67 - 60.00 is 866.67; nine months of 90.00 are paid by it, which leaves 56.67, and in the tenth 33.33 are due",
			steps: then(
				step{at: "2026-11-11", kind: planChanged, of: "basic", want: active, invoices: []string{"s-2: unused -926.67, addition 60.00, granted 866.67, due 0.00"}},
				step{
					at: "2027-08-01", want: active, invoices: []string{
						"s-3: recurring 90.00, credit -90.00, due 0.00", "s-4: recurring 90.00, credit -90.00, due 0.00", "s-5: recurring 90.00, credit -90.00, due 0.00",
						"s-6: recurring 90.00, credit -90.00, due 0.00", "s-7: recurring 90.00, credit -90.00, due 0.00", "s-8: recurring 90.00, credit -90.00, due 0.00",
						"s-9: recurring 90.00, credit -90.00, due 0.00", "s-10: recurring 90.00, credit -90.00, due 0.00", "s-11: recurring 90.00, credit -90.00, due 0.00",
					},
				},
				step{at: "2027-09-01", want: active, invoices: []string{"s-12: recurring 90.00, credit -56.67, due 33.33"}, effects: []string{"collect s-12"}},
				step{at: "2027-10-01", want: active, invoices: []string{"s-13: recurring 90.00, due 90.00"}, effects: []string{"collect s-13"}},
			),
		},
		story{
			name: "twice, the oldest first", terms: scale,
			why: "333.34 on the 11th; on the 21st 10 of the 20 days that 593.33 paid for are 296.665, a tie away from zero, less 30.00 is 266.67; " +
				"December's 90.00 and January's come from the first grant, s-2, which then has 153.34 left",
			steps: then(
				step{at: "2026-11-11", kind: planChanged, of: "growth", want: active, invoices: []string{"s-2: unused -926.67, addition 593.33, granted 333.34, due 0.00"}},
				step{at: "2026-11-21", kind: planChanged, of: "basic", want: active, invoices: []string{"s-3: unused -296.67, addition 30.00, granted 266.67, due 0.00"}},
				step{at: "2027-01-01", want: active, invoices: []string{"s-4: recurring 90.00, credit -90.00, due 0.00", "s-5: recurring 90.00, credit -90.00, due 0.00"}},
				step{at: "2027-02-01", want: active, invoices: []string{"s-6: recurring 90.00, credit -90.00, due 0.00"}},
				step{at: "2027-03-01", want: active, invoices: []string{"s-7: recurring 90.00, credit -63.34, credit -26.66, due 0.00"}},
			),
		},
		story{
			name: "and up again", terms: scale,
			why: "the credit pays for the upgrade too: on the 21st 296.665 back is 296.67, 10 of 30 days of 1390.00 is 463.333..., 166.66 less 166.66 of the 333.34; 166.68 stay",
			steps: then(
				step{at: "2026-11-11", kind: planChanged, of: "growth", want: active, invoices: []string{"s-2: unused -926.67, addition 593.33, granted 333.34, due 0.00"}},
				step{at: "2026-11-21", kind: planChanged, of: "scale", want: active, invoices: []string{"s-3: unused -296.67, addition 463.33, credit -166.66, due 0.00"}},
				step{at: "2026-12-01", want: active, invoices: []string{"s-4: recurring 1390.00, credit -166.68, due 1223.32"}, effects: []string{"collect s-4"}},
			),
		},
		story{
			name: "credit pays for seats", terms: scale, why: "whatever is invoiced next: 1 x 89.00 x 15/30 is 44.50",
			steps: then(
				step{at: "2026-11-11", kind: planChanged, of: "growth", want: active, invoices: []string{"s-2: unused -926.67, addition 593.33, granted 333.34, due 0.00"}},
				step{at: "2026-11-16", kind: seatsAdded, of: "1", want: active, invoices: []string{"s-3: addition 44.50, credit -44.50, due 0.00"}},
			),
		},
		story{
			name: "and cancelled", terms: scale, why: "no refund: the credit stays, and pays when the customer comes back: 890.00 - 333.34",
			steps: then(
				step{at: "2026-11-11", kind: planChanged, of: "growth", want: active, invoices: []string{"s-2: unused -926.67, addition 593.33, granted 333.34, due 0.00"}},
				step{at: "2026-11-20", kind: cancelRequest, want: active},
				step{at: "2027-06-01", want: canceled},
				step{at: "2027-06-15", kind: entered, want: active, invoices: []string{"s-3: recurring 890.00, credit -333.34, due 556.66"}, effects: []string{"collect s-3"}},
			),
		},
	)
	sub := tell(t, story{name: "the balance afterwards", terms: scale, why: "K5: a credit balance", steps: then(
		step{at: "2026-11-11", kind: planChanged, of: "growth", want: active, invoices: []string{"s-2: unused -926.67, addition 593.33, granted 333.34, due 0.00"}},
	)})
	giventest.CheckMoney(t, "the balance", balance(t, sub), "333.34")
}

// K10: a cancellation ends access at the end of the paid period, without refund; a card starts a new period at any time.
func TestK10(t *testing.T) {
	tell(t,
		story{
			name: "a month", why: "access until the last nanosecond of November; on December 18 a new month begins, to January 18",
			steps: after("2026-11-01",
				step{at: "2026-11-10T12:00:00", kind: cancelRequest, want: active},
				step{at: "2026-11-30T23:59:59.999999999", want: active},
				step{at: "2026-12-01", want: canceled},
				step{at: "2026-12-18T10:00:00", kind: entered, want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
				step{at: "2027-01-18T09:59:59.999999999", want: active},
				step{at: "2027-01-18T10:00:00", want: active, invoices: []string{"s-3: recurring 890.00, due 890.00"}, effects: []string{"collect s-3"}},
			),
		},
		story{
			name: "a year", terms: terms{anchor: "2026-03-01", interval: "P1Y", unit: "948.00"}, why: "until the end of the contracted period, and nothing comes back of it",
			steps: []step{
				{at: "2026-03-01", kind: started, want: active, invoices: []string{"s-1: recurring 9480.00, due 9480.00"}, effects: []string{"collect s-1"}},
				{at: "2026-05-10", kind: cancelRequest, want: active},
				{at: "2027-02-28T23:59:59.999999999", want: active},
				{at: "2027-03-01", want: canceled},
			},
		},
		story{
			name: "in New York, in November", terms: terms{zone: "America/New_York"}, why: "the month that began in summer time ends at midnight of standard time",
			steps: after("2026-11-01",
				step{at: "2026-11-01T01:30:00-05:00", kind: cancelRequest, want: active},
				step{at: "2026-11-30T23:59:59.999999999-05:00", want: active},
				step{at: "2026-12-01T00:00:00-05:00", want: canceled},
			),
		},
		story{
			name: "in New York, in March", terms: terms{anchor: "2027-03-01", zone: "America/New_York"}, why: "the month that began in standard time ends at midnight of summer time",
			steps: after("2027-03-01",
				step{at: "2027-03-13", kind: cancelRequest, want: active},
				step{at: "2027-03-31T23:59:59.999999999-04:00", want: active},
				step{at: "2027-04-01T00:00:00-04:00", want: canceled},
			),
		},
		story{
			name: "at the instant of the renewal", why: "December has begun and was billed; it ends with December",
			steps: after("2026-11-01",
				step{at: "2026-12-01", kind: cancelRequest, want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
				step{at: "2026-12-31T23:59:59.999999999", want: active},
				step{at: "2027-01-01", want: canceled},
			),
		},
		story{
			name: "twice", why: "it ends already",
			steps: after("2026-11-01",
				step{at: "2026-11-10", kind: cancelRequest, want: active},
				step{at: "2026-11-11", kind: cancelRequest, refused: true},
				step{at: "2026-12-01", want: canceled},
				step{at: "2026-12-02", kind: cancelRequest, refused: true},
			),
		},
		story{
			name: "and seats added", why: "what is used until the end is paid for: 2 x 89.00 x 10/30 is 59.333...",
			steps: after("2026-11-01",
				step{at: "2026-11-10", kind: cancelRequest, want: active},
				step{at: "2026-11-21", kind: seatsAdded, of: "2", want: active, invoices: []string{"s-2: addition 59.33, due 59.33"}, effects: []string{"collect s-2"}},
				step{at: "2026-12-01", want: canceled},
				step{at: "2026-12-15", kind: entered, want: active, invoices: []string{"s-3: recurring 1068.00, due 1068.00"}, effects: []string{"collect s-3"}},
			),
		},
		story{
			name: "back at the instant of the end", why: "a card of that instant starts the next period there",
			steps: after("2026-11-01",
				step{at: "2026-11-10", kind: cancelRequest, want: active},
				step{at: "2026-12-01", kind: entered, want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
				step{at: "2027-01-01", want: active, invoices: []string{"s-3: recurring 890.00, due 890.00"}, effects: []string{"collect s-3"}},
			),
		},
		story{
			name: "back on the 31st", why: "law 6: the new anchor is remembered: January 31, February 28, March 31",
			steps: after("2026-11-01",
				step{at: "2026-11-10", kind: cancelRequest, want: active},
				step{at: "2027-01-31", kind: entered, want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
				step{at: "2027-02-28", want: active, invoices: []string{"s-3: recurring 890.00, due 890.00"}, effects: []string{"collect s-3"}},
				step{at: "2027-03-30", want: active},
				step{at: "2027-03-31", want: active, invoices: []string{"s-4: recurring 890.00, due 890.00"}, effects: []string{"collect s-4"}},
			),
		},
		story{
			name: "back on another day than the first", terms: terms{anchor: "2026-11-16", day: 1},
			why: "billed on the 1st before, 15 of 30 days of 890.00 at first; the new period begins on the 18th, and so does every one after it",
			steps: []step{
				{at: "2026-11-16", kind: started, want: active, invoices: []string{"s-1: recurring 445.00, due 445.00"}, effects: []string{"collect s-1"}},
				{at: "2026-11-20", kind: cancelRequest, want: active},
				{at: "2026-12-01", want: canceled},
				{at: "2026-12-18", kind: entered, want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
				{at: "2027-01-17", want: active},
				{at: "2027-01-18", want: active, invoices: []string{"s-3: recurring 890.00, due 890.00"}, effects: []string{"collect s-3"}},
			},
		},
		story{
			name: "back in the hour that comes twice", terms: terms{anchor: "2026-09-01", zone: "America/New_York"},
			why: "the new period begins at that instant, 01:30 of November 1 at -05:00, and is billed in full, by the second as well",
			policy: func(p *lifecycle.Policy) {
				p.Billing.Proration.DayCount = proration.Seconds
			},
			steps: after("2026-09-01",
				step{at: "2026-09-10", kind: cancelRequest, want: active},
				step{at: "2026-11-01T01:30:00-05:00", kind: entered, want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
			),
		},
		story{
			name: "in grace, and paid", why: "a payment undoes the suspension and not the cancellation",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-03", kind: cancelRequest, want: pastDue},
				step{at: "2026-11-04", kind: paid, of: "s-1", want: active},
				step{at: "2026-11-30T23:59:59.999999999", want: active},
				step{at: "2026-12-01", want: canceled},
			),
		},
		story{
			name: "in grace, to the end of the period", why: "the cancellation comes before the suspension where both fall on one instant; what was billed stays open",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-28", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-29", kind: cancelRequest, want: pastDue},
				step{at: "2026-12-01", want: canceled},
				step{at: "2026-12-05", kind: paid, of: "s-1", want: canceled},
			),
		},
		story{
			name: "in grace, and suspended", why: "the cancellation takes effect at the end of the period, suspended or not; what is paid afterwards starts and bills nothing",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-03", kind: cancelRequest, want: pastDue},
				step{at: "2026-11-05", want: suspended},
				step{at: "2026-12-01", want: canceled},
				step{at: "2026-12-10", kind: paid, of: "s-1", want: canceled},
				step{at: "2027-01-10", want: canceled},
			),
		},
		story{
			name: "in grace, suspended, and paid before the end", why: "service goes on, and ends with the period as the customer wished",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-03", kind: cancelRequest, want: pastDue},
				step{at: "2026-11-05", want: suspended},
				step{at: "2026-11-06", kind: paid, of: "s-1", want: active},
				step{at: "2026-12-01", want: canceled},
			),
		},
		story{
			name: "in grace, again when suspended, and back", why: "a cancellation that took effect is over: it does not end the new period, begun on December 10, on December 1 or ever",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-03", kind: cancelRequest, want: pastDue},
				step{at: "2026-11-06", kind: cancelRequest, want: canceled},
				step{at: "2026-12-10", kind: entered, want: suspended, effects: []string{"collect s-1"}},
				step{at: "2026-12-10", kind: paid, of: "s-1", want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
				step{at: "2027-01-10", want: active, invoices: []string{"s-3: recurring 890.00, due 890.00"}, effects: []string{"collect s-3"}},
			),
		},
		story{
			name: "in grace, suspended, and back after the end", why: "as above, where the cancellation took effect by itself",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-03", kind: cancelRequest, want: pastDue},
				step{at: "2026-12-10", kind: entered, want: suspended, effects: []string{"collect s-1"}},
				step{at: "2026-12-10", kind: paid, of: "s-1", want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
				step{at: "2027-01-10", want: active, invoices: []string{"s-3: recurring 890.00, due 890.00"}, effects: []string{"collect s-3"}},
			),
		},
		story{
			name: "and undone", why: "until it takes effect the customer may go on after all, and renews as ever",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-10", kind: undone, refused: true},
				step{at: "2026-11-10", kind: cancelRequest, want: active},
				step{at: "2026-11-30T23:59:59.999999999", kind: undone, want: active},
				step{at: "2026-12-01", want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
				step{at: "2026-12-01", kind: cancelRequest, want: active},
				step{at: "2027-01-01", kind: undone, refused: true},
			),
		},
		story{
			name: "when suspended in a month that was paid", why: "law 9: the two seats were not paid, November was: access ends with it, and not before",
			steps: after("2026-11-01",
				step{
					at: "2026-11-16", kind: seatsAdded, of: "2", want: active,
					invoices: []string{"s-2: addition 89.00, due 89.00"}, effects: []string{"collect s-2"},
				},
				step{at: "2026-11-16", kind: declined, of: "s-2", want: pastDue, effects: []string{"notify_declined s-2"}},
				step{at: "2026-11-20", kind: cancelRequest, want: "suspended full"},
				step{at: "2026-11-21", kind: undone, want: "suspended full"},
				step{at: "2026-11-22", kind: cancelRequest, want: "suspended full"},
				step{at: "2026-11-23", kind: cancelRequest, refused: true},
				step{at: "2026-11-30T23:59:59.999999999", want: "suspended full"},
				step{at: "2026-12-01", want: canceled},
			),
		},
		story{
			name: "when suspended", why: "there is no service to wait for: it ends at once; a card after the period collects what is open and begins anew",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-06", kind: cancelRequest, want: canceled},
				step{at: "2026-12-01", want: canceled},
				step{at: "2026-12-10", kind: entered, want: suspended, effects: []string{"collect s-1"}},
				step{at: "2026-12-10", kind: paid, of: "s-1", want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
				step{at: "2027-01-10", want: active, invoices: []string{"s-3: recurring 890.00, due 890.00"}, effects: []string{"collect s-3"}},
			),
		},
		story{
			name: "when suspended, and back inside the period", why: "November was billed in full and is collected now: no day of it is charged a second time",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-06", kind: cancelRequest, want: canceled},
				step{at: "2026-11-16", kind: entered, want: suspended, effects: []string{"collect s-1"}},
				step{at: "2026-11-16T00:10:00", kind: paid, of: "s-1", want: active},
				step{at: "2026-12-01", want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
			),
		},
		story{
			name: "when suspended, paid, and back inside the period", why: "November was billed in full and is paid: it goes on, and nothing is due before December",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-11-06", kind: cancelRequest, want: canceled},
				step{at: "2026-11-10", kind: paid, of: "s-1", want: canceled},
				step{at: "2026-11-16", kind: entered, want: active},
				step{at: "2026-12-01", want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
			),
		},
		story{
			name: "when suspended for longer than the period", why: "as above, and the card begins a new period",
			steps: unpaid("2026-11-01",
				step{at: "2026-11-02", kind: declined, of: "s-1", want: pastDue, effects: []string{"notify_declined s-1"}},
				step{at: "2026-12-01", kind: cancelRequest, want: canceled},
				step{at: "2026-12-10", kind: entered, want: suspended, effects: []string{"collect s-1"}},
				step{at: "2026-12-10", kind: paid, of: "s-1", want: active, invoices: []string{"s-2: recurring 890.00, due 890.00"}, effects: []string{"collect s-2"}},
			),
		},
	)
}
