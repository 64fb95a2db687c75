package proration_test

import (
	"testing"

	"github.com/billingrules/billing/proration"
)

func localTime(tb testing.TB, text string) proration.LocalTime {
	tb.Helper()
	var w proration.LocalTime
	if err := w.UnmarshalText([]byte(text)); err != nil {
		tb.Fatal(err)
	}
	return w
}

func TestLocalTimeIn(t *testing.T) {
	for _, row := range []struct{ name, why, zone, localTime, want string }{
		{name: "no location", why: "nil is UTC", localTime: "2026-11-16T09:30:00", want: "2026-11-16T09:30:00Z"},
		{name: "an ordinary local time", zone: "America/New_York", localTime: "2024-01-31T09:30:00", want: "2024-01-31T09:30:00-05:00"},
		{name: "inside the gap", why: "the local time moves forward by the gap", zone: "America/New_York", localTime: "2024-03-10T02:30:00", want: "2024-03-10T03:30:00-04:00"},
		{name: "the first local time of the gap", why: "the local time moves forward by the gap", zone: "America/New_York", localTime: "2024-03-10T02:00:00", want: "2024-03-10T03:00:00-04:00"},
		{name: "the last before the gap", zone: "America/New_York", localTime: "2024-03-10T01:59:59.999999999", want: "2024-03-10T01:59:59.999999999-05:00"},
		{name: "the first after the gap", zone: "America/New_York", localTime: "2024-03-10T03:00:00", want: "2024-03-10T03:00:00-04:00"},
		{name: "a repeated local time", why: "the first of both instants", zone: "America/New_York", localTime: "2024-11-03T01:30:00", want: "2024-11-03T01:30:00-04:00"},
		{name: "the first repeated local time", why: "the first of both instants", zone: "America/New_York", localTime: "2024-11-03T01:00:00", want: "2024-11-03T01:00:00-04:00"},
		{name: "after the repeated hour", zone: "America/New_York", localTime: "2024-11-03T02:00:00", want: "2024-11-03T02:00:00-05:00"},
		{name: "a skipped half hour", why: "the local time moves forward by the gap", zone: "Australia/Lord_Howe", localTime: "2024-10-06T02:15:00", want: "2024-10-06T02:45:00+11:00"},
		{name: "a repeated half hour", why: "the first of both instants", zone: "Australia/Lord_Howe", localTime: "2024-04-07T01:45:00", want: "2024-04-07T01:45:00+11:00"},
		{name: "the skipped midnight of Santiago", why: "the first instant of the day", zone: "America/Santiago", localTime: "2024-09-08", want: "2024-09-08T01:00:00-03:00"},
		{name: "the skipped midnight of Havana", why: "the first instant of the day", zone: "America/Havana", localTime: "2024-03-10", want: "2024-03-10T01:00:00-04:00"},
		{name: "the skipped midnight of the Azores", why: "the first instant of the day", zone: "Atlantic/Azores", localTime: "2024-03-31", want: "2024-03-31T01:00:00Z"},
		{name: "the skipped midnight of Asuncion", why: "the first instant of the day", zone: "America/Asuncion", localTime: "2023-10-01", want: "2023-10-01T01:00:00-03:00"},
		{name: "the skipped midnight of Sao Paulo", why: "the first instant of the day", zone: "America/Sao_Paulo", localTime: "2018-11-04", want: "2018-11-04T01:00:00-02:00"},
		{name: "a repeated midnight", why: "the first of both instants", zone: "America/Havana", localTime: "2024-11-03", want: "2024-11-03T00:00:00-04:00"},
		{name: "the day that Apia skipped", why: "the gap is a whole day", zone: "Pacific/Apia", localTime: "2011-12-30T10:00:00", want: "2011-12-31T10:00:00+14:00"},
		{name: "the day before the skipped one", zone: "Pacific/Apia", localTime: "2011-12-29T23:59:59", want: "2011-12-29T23:59:59-10:00"},
		{name: "the day after the skipped one", zone: "Pacific/Apia", localTime: "2011-12-31", want: "2011-12-31T00:00:00+14:00"},
		{name: "a repeated day", why: "the first of both instants: Alaska had the date of Asia until its sale", zone: "America/Juneau", localTime: "1867-10-19T12:00:00", want: "1867-10-18T20:57:41Z"},
	} {
		t.Run(row.name, func(t *testing.T) {
			loc := zone(t, row.zone)
			got := localTime(t, row.localTime).In(loc)
			want := instant(row.want, loc)
			if !got.Equal(want) {
				t.Errorf("%s in %s is %v, want %v", row.localTime, row.zone, got, want)
			}
			if loc != nil && got.Location() != loc {
				t.Errorf("the location is %v", got.Location())
			}
		})
	}
}

func TestLocalTimeText(t *testing.T) {
	for _, row := range []struct {
		name, why, text string
		print           string // "" is the text itself
		wantErr         error
	}{
		{name: "a date", text: "2026-11-16"},
		{name: "a time of day", text: "2026-11-16T09:30:00"},
		{name: "midnight", why: "a date is midnight", text: "2026-11-16T00:00:00", print: "2026-11-16"},
		{name: "parts of a second", text: "2026-11-16T09:30:00.000000001"},
		{name: "parts of a second at midnight", text: "2026-11-16T00:00:00.5"},
		{name: "a leap day", text: "2024-02-29"},
		{name: "the second day of the year 1", text: "0001-01-02"},
		{name: "the last second", text: "9999-12-31T23:59:59"},
		{name: "unset", text: ""},
		{name: "UTC", why: "a local time has no offset", text: "2026-11-16T09:30:00Z", wantErr: proration.ErrInvalid},
		{name: "an offset", why: "a local time has no offset", text: "2026-11-16T09:30:00+01:00", wantErr: proration.ErrInvalid},
		{name: "an invalid leap day", text: "2023-02-29", wantErr: proration.ErrInvalid},
		{name: "an invalid month", text: "2023-13-01", wantErr: proration.ErrInvalid},
		{name: "an invalid hour", text: "2023-01-01T24:00:00", wantErr: proration.ErrInvalid},
		{name: "no minutes", text: "2023-01-01T09", wantErr: proration.ErrInvalid},
		{name: "the year 0", why: "the years are 1 to 9999", text: "0000-12-31", wantErr: proration.ErrInvalid},
		{name: "the year 10000", why: "the years are 1 to 9999", text: "10000-01-01", wantErr: proration.ErrInvalid},
		{name: "words", text: "today", wantErr: proration.ErrInvalid},
		{name: "a space for the T", text: "2026-11-16 09:30:00", wantErr: proration.ErrInvalid},
	} {
		t.Run(row.name, func(t *testing.T) {
			var w proration.LocalTime
			checkRefused(t, w.UnmarshalText([]byte(row.text)), row.wantErr, "local_time")
			if row.wantErr != nil {
				if w != (proration.LocalTime{}) {
					t.Errorf("%q is refused, but decoded as %v", row.text, w)
				}
				return
			}
			if row.print == "" {
				row.print = row.text
			}
			text, err := w.MarshalText()
			if string(text) != row.print || err != nil {
				t.Errorf("%q is encoded as %q, %v, want %q", row.text, text, err, row.print)
			}
			if row.text != "" && w.String() != row.print {
				t.Errorf("the text of %q is %q, want %q", row.text, w, row.print)
			}
		})
	}
}

// The local time of an instant resolves in its zone to that instant or, for a repeated local time, to the first of
// both.
func TestLocalTimeOf(t *testing.T) {
	for _, row := range []struct{ name, zone, at, want, in string }{
		{name: "UTC", at: "2026-11-16T09:30:00Z", want: "2026-11-16T09:30:00", in: "2026-11-16T09:30:00Z"},
		{name: "another date in the zone", zone: "Asia/Tokyo", at: "2026-11-16T15:00:00Z", want: "2026-11-17", in: "2026-11-16T15:00:00Z"},
		{name: "the second instant of a repeated local time", zone: "America/New_York", at: "2024-11-03T01:30:00-05:00", want: "2024-11-03T01:30:00", in: "2024-11-03T01:30:00-04:00"},
		{name: "parts of a second", zone: "Asia/Kathmandu", at: "2024-01-01T00:00:00.25Z", want: "2024-01-01T05:45:00.25", in: "2024-01-01T00:00:00.25Z"},
		{name: "an offset alone", at: "2024-01-01T00:00:00Z", want: "2024-01-01", in: "2024-01-01T00:00:00Z"},
	} {
		t.Run(row.name, func(t *testing.T) {
			loc := zone(t, row.zone)
			w := proration.LocalTimeOf(instant(row.at, loc))
			if w.String() != row.want || w != localTime(t, row.want) {
				t.Errorf("the local time is %v, want %s", w, row.want)
			}
			if got := w.In(loc); !got.Equal(instant(row.in, loc)) {
				t.Errorf("it resolves to %v, want %s", got, row.in)
			}
		})
	}
}
