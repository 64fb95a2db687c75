package lifecycle_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/lifecycle"
)

// stored returns a subscription after a year as a caller stores it, and a time after its next renewal.
func stored(tb testing.TB) (*lifecycle.Policies, []byte, time.Time) {
	tb.Helper()
	policies, sub, at := afterAYear(tb)
	text, err := json.Marshal(sub)
	if err != nil {
		tb.Fatal(err)
	}
	return policies, text, at.AddDate(0, 0, 7)
}

// readAndWrite reads a subscription, changes it and writes it.
func readAndWrite(text []byte, change func(lifecycle.Subscription) (lifecycle.Outcome, error)) ([]byte, lifecycle.Outcome, error) {
	var sub lifecycle.Subscription
	if err := json.Unmarshal(text, &sub); err != nil {
		return nil, lifecycle.Outcome{}, err
	}
	out, err := change(sub)
	if err != nil {
		return nil, out, err
	}
	text, err = json.Marshal(out.Subscription)
	return text, out, err
}

// naiveRenewal returns what a renewal of a contract by unit prices costs: a price for each unit, and what was recorded
// in the period before.
func naiveRenewal(sub lifecycle.Subscription) decimal.Decimal {
	total := decimal.Decimal{}
	for _, item := range sub.Contract.Items {
		total = total.Add(item.Price.Unit.Mul(item.Quantity))
	}
	for _, c := range sub.UnbilledCharges {
		total = total.Add(c.Price.Flat).Add(c.Price.Unit.Mul(c.Quantity))
	}
	return total.Round(2)
}

// The benchmarked call passes one renewal, whose total is that of the twin.
func TestNaiveRenewalYieldsTheSameAmount(t *testing.T) {
	policies, text, to := stored(t)
	var before lifecycle.Subscription
	_, out, err := readAndWrite(text, func(sub lifecycle.Subscription) (lifecycle.Outcome, error) {
		before = sub
		return lifecycle.Advance(policies, sub, to)
	})
	if err != nil || len(out.Invoices) != 1 {
		t.Fatal(out.Timeline(), err)
	}
	if want := naiveRenewal(before); !out.Invoices[0].Total.Equal(want) {
		t.Errorf("%v, want %v", out.Invoices[0].Total, want)
	}
}

// BenchmarkStored reads a stored subscription, advances it over a renewal and writes it.
func BenchmarkStored(b *testing.B) {
	policies, text, to := stored(b)
	b.ReportAllocs()
	for b.Loop() {
		_, _, err := readAndWrite(text, func(sub lifecycle.Subscription) (lifecycle.Outcome, error) {
			return lifecycle.Advance(policies, sub, to)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStoredNaive reads it and writes what BenchmarkStored writes, and computes only the total.
func BenchmarkStoredNaive(b *testing.B) {
	policies, text, to := stored(b)
	_, advanced, err := readAndWrite(text, func(sub lifecycle.Subscription) (lifecycle.Outcome, error) {
		return lifecycle.Advance(policies, sub, to)
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_, _, err := readAndWrite(text, func(sub lifecycle.Subscription) (lifecycle.Outcome, error) {
			benchTotal = naiveRenewal(sub)
			return lifecycle.Outcome{Subscription: advanced.Subscription}, nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// benchTotal keeps the result of a twin.
var benchTotal decimal.Decimal
