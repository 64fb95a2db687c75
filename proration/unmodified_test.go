package proration_test

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

// A request of each verb, with everything in it that is shared when a struct is copied: decimals, slices, a pointer.
type requests struct {
	request  proration.Request
	change   proration.Change
	timeline proration.Timeline
	division proration.Division
	service  proration.Service
}

// someRequests are built anew by each call, so that two of them share nothing.
func someRequests(t *testing.T) requests {
	jan := span("2024-01-01/2024-02-01", nil)
	carry := residual(t, "1/"+strings.Repeat("7", 30)) // held by a pointer
	return requests{
		request: proration.Request{Amount: money("99.990"), Period: jan, Span: jan.From(instant("2024-01-11", nil)), Policy: proration.Standard(2), Carry: carry},
		change: proration.Change{
			At:          instant("2024-01-11", nil),
			Billed:      proration.Billed{Amount: money("10.050"), Span: jan, Credited: money("1.0"), Price: money("20"), Period: jan},
			Next:        &proration.Next{Price: money("99.99"), Period: jan, End: instant("2024-01-31", nil)},
			CreditBasis: proration.OnPrice, Policy: proration.Standard(2),
		},
		timeline: proration.Timeline{Period: jan, Steps: steps("2024-01-01 10.00, 2024-01-11 20, 2024-01-11 0.5"), Policy: proration.Standard(2), Carry: carry},
		division: proration.Division{Amount: money("-100.00"), Weights: moneys("3, 0, 1.5, 2"), Places: 2, Allocation: proration.LargestRemainder},
		service:  proration.Service{Start: instant("2024-01-10", nil), AsOf: instant("2024-06-01", nil), Timing: proration.InAdvance},
	}
}

type answers struct {
	line       proration.Result
	adjustment proration.Adjustment
	settlement proration.Settlement
	parts      []proration.Result
	due        []proration.Portion
}

func (r *requests) answer(t *testing.T) (a answers) {
	var errs [5]error
	a.line, errs[0] = proration.Prorate(r.request)
	a.adjustment, errs[1] = proration.Adjust(r.change)
	a.settlement, errs[2] = proration.Settle(r.timeline)
	a.parts, errs[3] = proration.Split(r.division)
	a.due, errs[4] = slowCycle{anchor: instant("2024-01-31", nil), interval: interval("P1M")}.cycle().Billable(r.service)
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	return a
}

func (a *answers) same(b *answers) bool {
	return sameResult(a.line, b.line) && sameResult(a.adjustment.Credit, b.adjustment.Credit) && sameResult(a.adjustment.Charge, b.adjustment.Charge) &&
		a.adjustment.Net.Equal(b.adjustment.Net) && slices.EqualFunc(a.settlement.Lines, b.settlement.Lines, sameResult) &&
		a.settlement.Total.Equal(b.settlement.Total) && a.settlement.Residual.Equal(b.settlement.Residual) &&
		slices.EqualFunc(a.parts, b.parts, sameResult) && slices.EqualFunc(a.due, b.due, samePortion)
}

// Nothing passed in is modified, down to the digits of an amount; the same request gives the same answer again.
func TestNothingPassedInIsModified(t *testing.T) {
	asked, untouched := someRequests(t), someRequests(t)
	first := asked.answer(t)
	if !reflect.DeepEqual(asked, untouched) {
		t.Errorf("the requests were modified to\n%+v, from\n%+v", asked, untouched)
	}
	if second := asked.answer(t); !first.same(&second) {
		t.Errorf("asked again, the answer is\n%+v, and was\n%+v", second, first)
	}
	text := first.line.Explain() + first.adjustment.Explain() + first.settlement.Explain()
	if again := first.line.Explain() + first.adjustment.Explain() + first.settlement.Explain(); again != text || !reflect.DeepEqual(asked, untouched) {
		t.Error("explaining an answer changed it")
	}
}

// Nothing handed out is shared: neither with the request, nor with the answer to another one.
func TestNothingHandedOutIsShared(t *testing.T) {
	asked := someRequests(t)
	first, second := asked.answer(t), asked.answer(t)
	garbage := proration.Result{Amount: money("666"), Of: money("666"), Unit: "devils"}
	for _, lines := range [][]proration.Result{first.settlement.Lines, first.parts} {
		for i := range lines {
			lines[i] = garbage
		}
		_ = append(lines, garbage)
	}
	for i := range first.due {
		first.due[i] = proration.Portion{}
	}
	first.line.Residual.Rat().SetInt64(666)
	if third := asked.answer(t); !second.same(&third) {
		t.Errorf("after an answer was overwritten, another one is\n%+v, and was\n%+v", third, second)
	}
	asked.timeline.Steps[0].Price, asked.division.Weights[0] = money("666"), money("666")
	if text := second.line.Explain() + second.settlement.Explain(); strings.Contains(text, "666") {
		t.Errorf("after its request was overwritten, an answer reads %s", text)
	}
}

// Any number of callers may use one request at a time.
func TestConcurrentCallers(t *testing.T) {
	asked := someRequests(t)
	want := asked.answer(t)
	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			for range 20 {
				if got := asked.answer(t); !want.same(&got) {
					t.Errorf("a concurrent caller got %+v, want %+v", got, want)
				}
			}
		}()
	}
	all.Wait()
}

// A host may set decimal's precision to anything: no amount is divided by it.
func TestDecimalSettingsDecideNothing(t *testing.T) {
	asked := someRequests(t)
	want := asked.answer(t)
	text := want.line.Explain()
	precision := decimal.DivisionPrecision
	decimal.DivisionPrecision = 1
	defer func() { decimal.DivisionPrecision = precision }()
	got := asked.answer(t)
	if !want.same(&got) || got.line.Explain() != text {
		t.Errorf("with another precision the answers are %+v, want %+v", got, want)
	}
}
