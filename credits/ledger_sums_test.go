package credits_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/exact"
	"github.com/billingrules/billing/internal/race"
)

// slowLedgerFaults returns the faults between the entries of a ledger, each of which is sound. It groups copies of the
// entries by maps, and adds decimals.
func slowLedgerFaults(ledger []credits.Entry) (faults []string) {
	byGrant := map[string][]credits.Entry{}
	var ids []string
	for i, e := range ledger {
		own := byGrant[e.ID]
		switch {
		case e.Kind == credits.Granted && own != nil:
			faults = append(faults, fmt.Sprintf("ledger[%d].id: must be unique; %q appears twice", i, e.ID))
		case e.Kind == credits.Granted:
			ids = append(ids, e.ID)
		case own == nil:
			faults = append(faults, fmt.Sprintf("ledger[%d].id: must be the ID of an earlier grant; got %q", i, e.ID))
			continue
		default:
			before := len(strings.TrimPrefix(own[0].Amount.Truncate(0).String(), "0"))
			if before-int(e.Amount.Exponent()) > 38 && e.Amount.Exponent() < 0 {
				faults = append(faults, fmt.Sprintf("ledger[%d].amount: must have at most %d decimal places, since the grant has %d digits before the point",
					i, 38-before, before))
			}
		}
		byGrant[e.ID] = append(own, e)
	}
	if faults != nil {
		return faults
	}
	for _, id := range ids {
		own := byGrant[id]
		slices.SortStableFunc(own, func(x, y credits.Entry) int { return cmp.Or(x.At.Compare(y.At), y.Amount.Cmp(x.Amount)) })
		var sum decimal.Decimal
		for _, e := range own {
			if sum = sum.Add(e.Amount); sum.IsNegative() {
				faults = append(faults, fmt.Sprintf("ledger: must not take more than is left of %q; %v on %s is %v too much", id, e.Amount.Neg(),
					e.At.Format(time.RFC3339Nano), sum.Neg()))
				break
			}
		}
		slices.SortStableFunc(own, func(x, y credits.Entry) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Kind, y.Kind)) })
		paid, told := map[string]decimal.Decimal{}, map[string]bool{}
		for _, e := range own {
			if e.Kind != credits.Spent && e.Kind != credits.Restored {
				continue
			}
			if paid[e.Ref] = paid[e.Ref].Sub(e.Amount); paid[e.Ref].IsNegative() && !told[e.Ref] {
				faults = append(faults, fmt.Sprintf("ledger: must not restore more of %q than %q spent", id, e.Ref))
				told[e.Ref] = true
			}
		}
	}
	return faults
}

// units are powers of ten of amounts: usual ones, and those whose sums do not fit 64 bits.
var units = []int32{-2, -2, -2, -2, -1, 0, -12, -20, 17, 30}

// soundEntries returns a ledger of entries that are sound one by one, three bytes each.
func soundEntries(rows []byte) (ledger []credits.Entry) {
	for i := 0; i+2 < len(rows); i += 3 {
		b := rows[i : i+3]
		e := credits.Entry{
			Kind: credits.Kind(1 + b[0]&3), ID: strconv.Itoa(int(b[0] >> 2 & 3)), Currency: "USD", At: day(int(b[1] & 3)),
			Amount: decimal.New(1+int64(b[2]&15), units[int(b[2]>>4)%len(units)]), Ref: "i" + strconv.Itoa(int(b[1]>>2&3)),
		}
		if e.Kind == credits.Granted {
			e.At, e.Amount = day(0), e.Amount.Mul(decimal.New(int64(b[0]), 0)).Add(decimal.New(1, -2))
			if b[0]>>4 != 0 { // most grants are new
				e.ID = strconv.Itoa(i)
			}
		}
		if e.Kind == credits.Spent || e.Kind == credits.Revoked {
			e.Amount = e.Amount.Neg()
		}
		if grants := i / 3; b[1]>>4 != 0 && e.Kind != credits.Granted { // most entries have a grant
			for n := range grants {
				if other := ledger[(n+int(b[1]>>4))%grants]; other.Kind == credits.Granted {
					e.ID = other.ID
					break
				}
			}
		}
		ledger = append(ledger, e)
	}
	return ledger
}

// checkLedgerFaults compares the faults of a ledger with those of the slow oracle, and returns their number.
func checkLedgerFaults(t *testing.T, ledger []credits.Entry) int {
	t.Helper()
	var got []string
	if err := credits.Validate(ledger); err != nil {
		got = strings.Split(err.Error(), "\n")
	}
	if want := slowLedgerFaults(ledger); !slices.Equal(got, want) {
		t.Fatalf("%q: got %q, want %q", entryTexts(ledger), got, want)
	}
	return len(got)
}

// Law 14: a ledger has the same faults, in the same order, whether its sums fit 64 bits or not, and whether its grants
// are searched for or found by a map.
func TestLedgerFaultsAreThoseOfDecimals(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	sound, faulty := 0, map[int]int{}
	for n := range 20_000 / race.Step(10) {
		length := 1 + n%9
		if n%50 == 0 {
			length = 60 + n/50%10
		}
		rows := make([]byte, 3*length)
		for i := range rows {
			rows[i] = byte(random.Uint32())
		}
		ledger := soundEntries(rows)
		if faults := checkLedgerFaults(t, ledger); faults == 0 {
			sound++
		} else {
			faulty[faults]++
		}
	}
	if least := 1_000 / race.Step(10); sound < least || faulty[1] < least || faulty[2] < least || faulty[3] < least {
		t.Errorf("%d sound ledgers, and %v by their number of faults: too few", sound, faulty)
	}
}

// The faults of any ledger of sound entries are those of the slow oracle.
func FuzzLedgerFaults(f *testing.F) {
	f.Add([]byte("\xf0\x00\x01\x01\x10\x01\x02\x10\x01"))
	f.Add([]byte("\xf0\x00\x95\x01\x10\x95\x02\x14\x95\x02\x18\x95"))
	f.Fuzz(func(t *testing.T, rows []byte) { checkLedgerFaults(t, soundEntries(rows[:min(len(rows), 300)])) })
}

// usualLedger returns a sound ledger: each grant is spent by two invoices, and one of them is voided.
func usualLedger(entries int) (ledger []credits.Entry) {
	for n := 0; len(ledger) < entries; n++ {
		id, ref := "g-"+strconv.Itoa(n), "inv-"+strconv.Itoa(n)
		ledger = append(ledger, grant(id, "10", "2026-11-01"), spent(id, "-2.50", "2026-11-02", ref), spent(id, "-7.5", "2026-11-03", ref+"0"),
			entry(credits.Restored, id, "2.50", "2026-11-04", ref))
	}
	return ledger[:entries]
}

// A ledger is checked at every event, so the check of a sound one allocates nothing. A long one needs a map.
func TestValidateLedgerAllocatesNothing(t *testing.T) {
	if !exact.Small {
		return // math/big allocates
	}
	for _, row := range []struct{ entries, most int }{{0, 0}, {1, 0}, {4, 0}, {30, 0}, {64, 0}, {65, 20}, {1_000, 50}} {
		ledger := usualLedger(row.entries)
		var err error
		if n := testing.AllocsPerRun(20, func() { err = credits.Validate(ledger) }); n > float64(row.most) || err != nil {
			t.Errorf("%d entries: %v allocations, want at most %d; %v", row.entries, n, row.most, err)
		}
	}
}

// The check of a long ledger takes a time in proportion to its length, so that it cannot stop a host.
func BenchmarkValidateLedger(b *testing.B) {
	for _, entries := range []int{10, 64, 1_000, 10_000} {
		b.Run(strconv.Itoa(entries), func(b *testing.B) {
			ledger := usualLedger(entries)
			b.ReportAllocs()
			for b.Loop() {
				if err := credits.Validate(ledger); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
