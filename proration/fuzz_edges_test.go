package proration_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

// Whatever the choices for the first, the last and a changed day are, a share is a part of the period, the parts before
// and after a change on a day between add up to the whole, and a change to the same price costs nothing.
func FuzzEdges(f *testing.F) {
	f.Add(uint8(1), uint8(0), uint16(0), uint32(0), uint32(86_400), uint32(2_419_200))
	f.Add(uint8(1), uint8(7), uint16(31), uint32(637_200), uint32(1_242_000), uint32(2_000_001))
	f.Add(uint8(2), uint8(4), uint16(700), uint32(1), uint32(86_400), uint32(90_000))
	f.Fuzz(func(t *testing.T, count, choice uint8, start uint16, begins, change, ends uint32) {
		p := proration.Standard(2)
		p.DayCount = proration.DayCount(count%5) + 1
		p.FirstDay, p.LastDay, p.ChangeDay = proration.DayBilling(1+choice&1), proration.DayBilling(1+choice>>1&1), proration.Side(1+choice>>2&1)
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(start))
		period := proration.Period{Start: from, End: from.AddDate(0, 1, 0)}
		length := uint32(period.End.Unix() - period.Start.Unix())
		at := func(n uint32) time.Time { return period.Start.Add(time.Duration(n%(length+1)) * time.Second) }
		b, c, e := at(begins), at(change), at(ends)
		if !b.Before(c) || !c.Before(e) {
			return
		}
		share := func(span proration.Period, edges proration.Edges) proration.Fraction {
			x, err := proration.Request{Period: period, Span: span, Policy: p, Edges: edges}.Fraction()
			if err != nil || x.Num < 0 || x.Num > x.Den {
				t.Fatalf("%v of %v: %v %v", span, period, x, err)
			}
			return x
		}
		all := share(proration.Period{Start: b, End: e}, proration.Edges{Begins: true, Ends: true})
		old := share(proration.Period{Start: b, End: c}, proration.Edges{Begins: true})
		anew := share(proration.Period{Start: c, End: e}, proration.Edges{Changes: true, Ends: true})
		day := func(t time.Time) int64 { return t.Unix() / 86_400 }
		if between := day(b) < day(c) && day(c) < day(e); between && p.DayCount != proration.Actual30 {
			if !all.Equal(proration.Fraction{Num: old.Num*anew.Den + anew.Num*old.Den, Den: old.Den * anew.Den}) {
				t.Fatalf("%v and %v of %v, %v %v %v: %v is not %v and %v", b, c, e, p.FirstDay, p.LastDay, p.ChangeDay, all, old, anew)
			}
		}
		price := decimal.New(int64(start)+1, -2)
		got, err := proration.Adjust(proration.Change{
			At: c, Billed: proration.Billed{Amount: price, Span: period, Edges: proration.Edges{Whole: true}},
			Next: &proration.Next{Price: price, Period: period}, CreditBasis: proration.OnBilled, Policy: p,
		})
		if err != nil || !got.Net.IsZero() {
			t.Fatalf("the same price from %v on costs %v by %v: %v", c, got.Net, p.DayCount, err)
		}
	})
}
