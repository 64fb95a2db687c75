package invoice_test

import (
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
)

// FuzzHistories makes up to twelve changes of one contract, and a cancellation: for any changes, the billed amount is
// the used amount, every document is valid, and no customer is refunded more than was paid.
func FuzzHistories(f *testing.F) {
	for _, seed := range []string{
		"", "\x00\x05\x01", "\x01\x05\x01\x00\x20\x03\x05\x40\x08", "\x12\x08\x04\x01\x09\x02\x03\x00\x07\x05\x30\x01\x06\x44\x03\x07\x20\x14\x00\xf0\x01",
		"\x07\x03\x03\x04\x10\x30\x07\x10\x05\x05\x20\x02\x02\x22\x02\x01\x00\x06", "\x2c\x09\x02\x06\x30\x00\x00\xff\x09\x06\xff\x01\x05\xf0\x00",
		"\x19\x02\x06\x07\x40\x00\x07\x03\x1b\x01\xff\x02\x03\xff\x09\x01\x01\x01\x00\x00\x01",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		historyOf(t, data)
	})
}

// historyOf reads a history: the settings, the number of seats and agents, and three bytes for each change: its kind,
// the time until it, its size.
func historyOf(t testing.TB, data []byte) {
	next := func() (b byte) {
		if len(data) > 0 {
			b, data = data[0], data[1:]
		}
		return b
	}
	bits := next()
	settings := historySettings{
		arrears: bits&1 > 0, onPrice: bits&2 > 0, seconds: bits&4 > 0, graduated: bits&8 > 0, less: bits&16 > 0, tax: int(bits>>5) % 4,
	}
	at := giventest.Instant("2026-10-05", nil).AddDate(0, 0, int(bits)%28)
	h := signHistory(t, settings, at, int64(next()%10), int64(next()%10))
	for changes := 0; changes < 12 && len(data) > 0; changes++ {
		what, later, much := next(), next(), int64(next())
		at = at.Add(time.Duration(later) * 7 * time.Hour)
		begins := at
		if !settings.seconds {
			// the start of a day, where periods begin: on the day of a boundary the change would have no day of its own
			begins = at.Truncate(24*time.Hour).AddDate(0, 0, 1)
		}
		switch what % 8 {
		case 0:
			h.seats(at, 1+much%5)
		case 1:
			h.seats(at, -1-much%5)
		case 2:
			h.agents(at, much%7-3)
		case 3, 4:
			h.reprice(at, 1+much*97)
		case 5:
			h.plan(at, h.now.months, 1+much*131, 301+much)
		case 6:
			at = begins
			h.plan(at, 13-h.now.months, 1+much*701, 301+much)
		case 7:
			at = begins
			h.anchor(at, at.AddDate(0, 0, int(much%28)))
		}
	}
	h.cancel(at.Add(time.Duration(next()) * 11 * time.Hour))
}
