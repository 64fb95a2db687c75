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

// requests has a request for each verb, with every kind of value that a copy of a struct shares: decimals, slices and a
// pointer.
type requests struct {
	request  proration.Request
	change   proration.Change
	division proration.Division
	service  proration.Service
}

// testRequests returns new values on each call, so that two of them share no memory.
func testRequests(t *testing.T) requests {
	jan := span("2024-01-01/2024-02-01", nil)
	carry := residual(t, "1/"+strings.Repeat("7", 30)) // stored behind a pointer
	return requests{
		request: proration.Request{Amount: money("99.990"), Period: jan, Span: jan.From(instant("2024-01-11", nil)), Policy: proration.Standard(2), Carry: carry},
		change: proration.Change{
			At:          instant("2024-01-11", nil),
			Billed:      proration.Billed{Amount: money("10.050"), Span: jan, Credited: money("1.0"), Price: money("20"), Period: jan},
			Next:        &proration.Next{Price: money("99.99"), Period: jan, End: instant("2024-01-31", nil)},
			CreditBasis: proration.OnPrice, Policy: proration.Standard(2),
		},
		division: proration.Division{Amount: money("-100.00"), Weights: moneys("3, 0, 1.5, 2"), Places: 2, Allocation: proration.LargestRemainder},
		service:  proration.Service{Start: instant("2024-01-10", nil), AsOf: instant("2024-06-01", nil), Timing: proration.InAdvance},
	}
}

type results struct {
	line       proration.Result
	adjustment proration.Adjustment
	parts      []proration.Result
	due        []proration.Portion
}

func (r *requests) results(t *testing.T) (a results) {
	var errs [4]error
	a.line, errs[0] = proration.Prorate(r.request)
	a.adjustment, errs[1] = proration.Adjust(r.change)
	a.parts, errs[2] = proration.Split(r.division)
	a.due, errs[3] = slowCycle{anchor: instant("2024-01-31", nil), interval: interval("P1M")}.cycle().Billable(r.service)
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	return a
}

func (a *results) same(b *results) bool {
	return sameResult(a.line, b.line) && sameResult(a.adjustment.Credit, b.adjustment.Credit) && sameResult(a.adjustment.Charge, b.adjustment.Charge) &&
		a.adjustment.Net.Equal(b.adjustment.Net) && slices.EqualFunc(a.parts, b.parts, sameResult) && slices.EqualFunc(a.due, b.due, samePortion)
}

// No verb modifies its input, down to the digits of an amount, and the same request gives the same result again.
func TestInputsAreNotModified(t *testing.T) {
	input, original := testRequests(t), testRequests(t)
	first := input.results(t)
	if !reflect.DeepEqual(input, original) {
		t.Errorf("the requests were modified to\n%+v, from\n%+v", input, original)
	}
	if second := input.results(t); !first.same(&second) {
		t.Errorf("the second results are\n%+v, want\n%+v", second, first)
	}
	text := first.line.Explain() + first.adjustment.Credit.Explain()
	if again := first.line.Explain() + first.adjustment.Credit.Explain(); again != text || !reflect.DeepEqual(input, original) {
		t.Error("Explain modified the results or the requests")
	}
}

// Results share no memory with the request or with other results.
func TestResultsShareNoMemory(t *testing.T) {
	input := testRequests(t)
	first, second := input.results(t), input.results(t)
	garbage := proration.Result{Amount: money("666"), Of: money("666"), Unit: "garbage"}
	for i := range first.parts {
		first.parts[i] = garbage
	}
	_ = append(first.parts, garbage)
	for i := range first.due {
		first.due[i] = proration.Portion{}
	}
	first.line.Residual.Rat().SetInt64(666)
	if third := input.results(t); !second.same(&third) {
		t.Errorf("after a result is overwritten, another one is\n%+v, want\n%+v", third, second)
	}
	input.division.Weights[0] = money("666")
	if text := second.line.Explain(); strings.Contains(text, "666") {
		t.Errorf("after its request is overwritten, a result is explained as %s", text)
	}
}

// Concurrent callers can share one request.
func TestConcurrentCallers(t *testing.T) {
	input := testRequests(t)
	want := input.results(t)
	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			for range 20 {
				if got := input.results(t); !want.same(&got) {
					t.Errorf("a concurrent caller got %+v, want %+v", got, want)
				}
			}
		}()
	}
	all.Wait()
}

// The precision setting of package decimal has no effect, since no amount is divided by it.
func TestDecimalPrecisionHasNoEffect(t *testing.T) {
	input := testRequests(t)
	want := input.results(t)
	text := want.line.Explain()
	precision := decimal.DivisionPrecision
	decimal.DivisionPrecision = 1
	defer func() { decimal.DivisionPrecision = precision }()
	got := input.results(t)
	if !want.same(&got) || got.line.Explain() != text {
		t.Errorf("with another precision the results are %+v, want %+v", got, want)
	}
}
