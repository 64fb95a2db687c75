package invoice_test

import (
	"testing"

	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

func BenchmarkChangeTen(b *testing.B) {
	ten, later := benchAccount(b, 10)
	change := ten
	change.Account, change.ID, change.At = issued(b, ten).Account, "inv-2", later
	change.Change = plans.Change{AnchorAt: later}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := invoice.Issue(change); err != nil {
			b.Fatal(err)
		}
	}
}
func BenchmarkSignupTen(b *testing.B) {
	ten, _ := benchAccount(b, 10)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := invoice.Issue(ten); err != nil {
			b.Fatal(err)
		}
	}
}
