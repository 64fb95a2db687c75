package credits_test

import (
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// taxed returns a charge of 890.00 with a discount of 100.00, 40.00 paid by credit before tax, an included tax of 19 %
// and an added one of 2.5 %.
func taxed(tb testing.TB) plans.Charge {
	tb.Helper()
	c := sale{id: "inv-1/1", quantity: "10", unit: "89.00", period: november, discount: "100.00"}.charge(tb)
	c.Untaxed = giventest.Money("40.00")
	c.Taxes = []plans.Tax{
		{Name: "VAT", Percent: giventest.Money("19"), Included: true, Amount: giventest.Money("119.75")},
		{Name: "levy", Percent: giventest.Money("2.5"), Amount: giventest.Money("15.76")},
	}
	return c
}

func TestForAmount(t *testing.T) {
	before := []plans.Charge{credit("inv-1/1", "0", "-700.00")}
	for _, c := range []struct {
		name, why string
		edit      func(*credits.AmountRequest)
		net       string
		discount  string
		untaxed   string
		taxes     [2]string
		want      []string
	}{
		{"the whole charge", "an amount of zero credits the whole charge", func(*credits.AmountRequest) {}, "-790", "-100", "-40", [2]string{"-119.75", "-15.76"}, nil},
		{"the whole charge by its amount", "the last credit takes all discounts and taxes", func(r *credits.AmountRequest) { r.Amount = giventest.Money("790.00") }, "-790", "-100", "-40", [2]string{"-119.75", "-15.76"}, nil},
		{"a half", "taxes are credited in proportion: 59.8739... and 7.8781...", func(r *credits.AmountRequest) { r.Amount = giventest.Money("395") }, "-395", "-50", "-20", [2]string{"-59.87", "-7.88"}, nil},
		{"a cent", "shares below half a cent round to zero", func(r *credits.AmountRequest) { r.Amount = giventest.Money("0.01") }, "-0.01", "0", "0", [2]string{"0", "0"}, nil},
		{"rounded up", "the mode decides the rounding", func(r *credits.AmountRequest) { r.Amount, r.Mode = giventest.Money("0.01"), proration.Up }, "-0.01", "-0.01", "-0.01", [2]string{"-0.01", "-0.01"}, nil},
		{"the rest after a credit", "law 3: the credit is at most the billed amount less earlier credits", func(r *credits.AmountRequest) { r.Charges = append(r.Charges, before...) }, "-90", "-100", "-40", [2]string{"-119.75", "-15.76"}, nil},
		{"more than the rest", "law 3: the amount exceeds the rest", func(r *credits.AmountRequest) {
			r.Charges, r.Amount = append(r.Charges, before...), giventest.Money("90.01")
		}, "", "", "", [2]string{}, []string{"amount invalid"}},
		{"more than was billed", "law 3: the amount exceeds the charge", func(r *credits.AmountRequest) { r.Amount = giventest.Money("790.01") }, "", "", "", [2]string{}, []string{"amount invalid"}},
		{"a negative amount", "law 7: the request states a positive amount", func(r *credits.AmountRequest) { r.Amount = giventest.Money("-1") }, "", "", "", [2]string{}, []string{"amount invalid"}},
		{"a part of a cent", "a part of a cent cannot be paid", func(r *credits.AmountRequest) { r.Amount = giventest.Money("0.005") }, "", "", "", [2]string{}, []string{"amount invalid"}},
		{"an amount beyond the limits", "law 14: amounts are limited", func(r *credits.AmountRequest) { r.Amount = giventest.Money("1e39") }, "", "", "", [2]string{}, []string{"amount limit"}},
		{"an unknown charge", "the charge must be in the request", func(r *credits.AmountRequest) { r.Charge = "inv-1/2" }, "", "", "", [2]string{}, []string{"charge invalid"}},
		{"no charge", "the charge must be named", func(r *credits.AmountRequest) { r.Charge, r.Charges[0].ID = "", "" }, "", "", "", [2]string{}, []string{"charges[0].id unset", "charge invalid"}},
		{"a credit", "a credit cannot be credited", func(r *credits.AmountRequest) {
			c := before[0]
			c.ID = "inv-2/1"
			r.Charges, r.Charge = append(r.Charges, c), c.ID
		}, "", "", "", [2]string{}, []string{"charge invalid"}},
		{"no mode", "law 13: the mode decides an amount", func(r *credits.AmountRequest) { r.Mode = 0 }, "", "", "", [2]string{}, []string{"mode unset"}},
		{"an unknown currency", "law 13: money has a currency", func(r *credits.AmountRequest) { r.Charges[0].Currency = "usd" }, "", "", "", [2]string{}, []string{"currency invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := credits.AmountRequest{Charges: []plans.Charge{taxed(t)}, Charge: "inv-1/1", Mode: proration.HalfUp}
			c.edit(&r)
			before := giventest.JSON(t, r)
			got, err := credits.ForAmount(r)
			if after := giventest.JSON(t, r); after != before {
				t.Errorf("the request is now %s", after)
			}
			if !giventest.CheckFaults(t, err, c.want...) {
				return
			}
			giventest.CheckMoney(t, "net", got.Net, c.net)
			giventest.CheckMoney(t, "discount", got.Discounts[0].Amount, c.discount)
			giventest.CheckMoney(t, "untaxed", got.Untaxed, c.untaxed)
			for i, want := range c.taxes {
				giventest.CheckMoney(t, got.Taxes[i].Name, got.Taxes[i].Amount, want)
			}
			if got.Corrects != "inv-1/1" || got.Kind != plans.Refund || !got.Quantity.IsZero() || got.Currency != "USD" {
				t.Errorf("%+v is not a credit of money for its charge", got)
			}
		})
	}
}

// The credits of a charge add up to it, including its discount, its untaxed amount and each tax, for any number and
// order of credits, also after a credit for unused time.
func TestCreditsForAmountsAddUp(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12} {
		random := rand.New(rand.NewPCG(seed, 0))
		for _, mode := range []proration.RoundingMode{proration.HalfUp, proration.HalfDown, proration.Up, proration.Down} {
			billed := taxed(t)
			all := []plans.Charge{billed}
			if seed%3 == 0 {
				policy := proration.Standard(2)
				policy.Rounding.Mode = mode
				unused, err := credits.Unused(credits.Request{
					Charges: all, Quantity: giventest.Money("4"), Item: "seat", At: giventest.Instant("2026-11-14", nil), CreditBasis: proration.OnBilled, Policy: policy,
				})
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, unused...)
			}
			for range 40 {
				net, _ := total(all)
				amount := decimal.New(random.Int64N(4000)+1, -2)
				if amount.GreaterThan(net) {
					amount = decimal.Decimal{}
				}
				refund, err := credits.ForAmount(credits.AmountRequest{Charges: all, Charge: billed.ID, Amount: amount, Mode: mode})
				if err != nil {
					t.Fatal(err)
				}
				if all = append(all, refund); amount.IsZero() {
					break
				}
			}
			if net, _ := total(all); net.IsPositive() {
				refund, err := credits.ForAmount(credits.AmountRequest{Charges: all, Charge: billed.ID, Mode: mode})
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, refund)
			}
			var left [5]decimal.Decimal
			for i, c := range all {
				for j, amount := range []decimal.Decimal{c.Net, c.Discounts[0].Amount, c.Untaxed, c.Taxes[0].Amount, c.Taxes[1].Amount} {
					left[j] = left[j].Add(amount)
					if left[j].IsNegative() || i > 0 && amount.IsPositive() {
						t.Fatalf("seed %d, %v: credit %d exceeds the remaining amount: %v", seed, mode, i, amount)
					}
				}
			}
			for j, amount := range left {
				if !amount.IsZero() {
					t.Errorf("seed %d, %v: after %d credits, %v remains of amount %d", seed, mode, len(all)-1, amount, j)
				}
			}
		}
	}
}
