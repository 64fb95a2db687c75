package plans_test

import (
	"encoding/json"
	"testing"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestTermValidate(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*plans.Term)
		want      []string
	}{
		{"valid", "M2: six months", func(*plans.Term) {}, nil},
		{"every field set", "M3: a percentage; notice and a fee are negotiated", func(t *plans.Term) {
			t.Percent, t.Notice = giventest.Money("12.5"), giventest.Interval("P30D")
			t.TerminationFee = plans.TerminationFee{Fee: giventest.Money("100"), Percent: giventest.Money("50")}
		}, nil},
		{"free", "100 percent is the limit", func(t *plans.Term) {
			t.Percent, t.TerminationFee.Percent = giventest.Money("100"), giventest.Money("100.0")
		}, nil},
		{"no length", "law 13: the length decides amounts", func(t *plans.Term) { t.Length = proration.Interval{} }, []string{"length unset"}},
		{"mixed length", "a month and three days end on no calendar", func(t *plans.Term) { t.Length.Days = 3 }, []string{"length invalid"}},
		{"beyond the calendar", "law 14: lengths have limits", func(t *plans.Term) { t.Length.Months = 120_001 }, []string{"length limit"}},
		{"no billing", "law 13: the billing decides amounts", func(t *plans.Term) { t.Billing = 0 }, []string{"billing unset"}},
		{"no such billing", "law 14: bad input is an error that names its field", func(t *plans.Term) { t.Billing = 3 }, []string{"billing invalid"}},
		{"no renewal mode", "law 13: the renewal decides amounts", func(t *plans.Term) { t.Renewal = 0 }, []string{"renewal unset"}},
		{"an unknown renewal mode", "law 14: bad input is an error that names its field", func(t *plans.Term) { t.Renewal = 5 }, []string{"renewal invalid"}},
		{"a negative percentage", "a term adds no surcharge", func(t *plans.Term) { t.Percent = giventest.Money("-0.01") }, []string{"percent invalid"}},
		{"more than 100 percent", "no discount exceeds the price", func(t *plans.Term) { t.Percent = giventest.Money("100.01") }, []string{"percent invalid"}},
		{"a percentage beyond limits", "law 14: numbers have limits; the fault comes once", func(t *plans.Term) { t.Percent = giventest.Money("1e18") }, []string{"percent limit"}},
		{"mixed notice", "an interval has one unit", func(t *plans.Term) { t.Notice = proration.Interval{Months: 1, Days: 1} }, []string{"notice invalid"}},
		{"negative notice", "notice is due before the end", func(t *plans.Term) { t.Notice = proration.Interval{Days: -1} }, []string{"notice invalid"}},
		{"a negative fee", "leaving earns nothing", func(t *plans.Term) { t.TerminationFee.Fee = giventest.Money("-1") }, []string{"termination_fee.fee invalid"}},
		{"a fee beyond limits", "law 14: amounts have limits", func(t *plans.Term) { t.TerminationFee.Fee = giventest.Money("1e18") }, []string{"termination_fee.fee limit"}},
		{"more than the rest", "a share is at most the whole", func(t *plans.Term) { t.TerminationFee.Percent = giventest.Money("101") }, []string{"termination_fee.percent invalid"}},
		{"a negative share", "leaving earns nothing", func(t *plans.Term) { t.TerminationFee.Percent = giventest.Money("-1") }, []string{"termination_fee.percent invalid"}},
		{"nothing", "law 14: all faults come at once", func(t *plans.Term) { *t = plans.Term{} }, []string{"length unset", "billing unset", "renewal unset"}},
		{"every field wrong", "law 14: all faults come at once, in the order of the fields", func(t *plans.Term) {
			*t = plans.Term{
				Length: proration.Interval{Months: -1}, Percent: giventest.Money("-1"), Billing: 9, Renewal: 9, Notice: proration.Interval{Seconds: -1},
				TerminationFee: plans.TerminationFee{Fee: giventest.Money("-1"), Percent: giventest.Money("200")},
			}
		}, []string{"length invalid", "percent invalid", "billing invalid", "renewal invalid", "notice invalid", "termination_fee.fee invalid", "termination_fee.percent invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			term := plans.Term{Length: giventest.Interval("P6M"), Billing: plans.UpFront, Renewal: plans.Renew}
			c.edit(&term)
			if !giventest.CheckFaults(t, term.Validate(), c.want...) {
				t.Log(c.why)
			}
		})
	}
}

// JSON stores the names, and only these names are read.
func TestTermNames(t *testing.T) {
	for billing, name := range map[plans.TermBilling]string{plans.UpFront: "up_front", plans.PerPeriod: "per_period", 0: "unset"} {
		text, err := billing.MarshalText()
		if string(text) != name || err != nil || billing.String() != name {
			t.Errorf("billing %d is %q, %v, %q", uint8(billing), text, err, billing.String())
		}
		var read plans.TermBilling
		if err := read.UnmarshalText([]byte(name)); err != nil || read != billing {
			t.Errorf("%q is read as %v, %v", name, read, err)
		}
	}
	for end, name := range map[plans.RenewalMode]string{plans.Renew: "renew", plans.RenewOnce: "renew_once", plans.Evergreen: "evergreen", plans.Expire: "expire", 0: "unset"} {
		text, err := end.MarshalText()
		if string(text) != name || err != nil || end.String() != name {
			t.Errorf("renewal %d is %q, %v, %q", uint8(end), text, err, end.String())
		}
		var read plans.RenewalMode
		if err := read.UnmarshalText([]byte(name)); err != nil || read != end {
			t.Errorf("%q is read as %v, %v", name, read, err)
		}
	}
	_, err := plans.TermBilling(3).MarshalText()
	giventest.CheckFaults(t, err, "billing invalid")
	_, err = plans.RenewalMode(5).MarshalText()
	giventest.CheckFaults(t, err, "renewal invalid")
	billing, end := plans.UpFront, plans.Expire
	for _, text := range []string{"Up_front", " up_front", "upfront", "1", "renewed", "\x00", "evergreen "} {
		giventest.CheckFaults(t, billing.UnmarshalText([]byte(text)), "billing invalid")
		giventest.CheckFaults(t, end.UnmarshalText([]byte(text)), "renewal invalid")
	}
	if billing != plans.UpFront || end != plans.Expire {
		t.Errorf("unreadable text set the values %v and %v", billing, end)
	}
	if text := plans.TermBilling(99).String() + plans.RenewalMode(99).String(); text == "" {
		t.Error("an unknown value is written as an empty text")
	}
}

func TestTermJSON(t *testing.T) {
	const text = `{"length":"P1Y","percent":"10","billing":"per_period","renewal":"evergreen","notice":"P30D","termination_fee":{"fee":"100","percent":"50"}}`
	var term plans.Term
	if err := json.Unmarshal([]byte(text), &term); err != nil {
		t.Fatal(err)
	}
	giventest.CheckFaults(t, term.Validate())
	if got := giventest.JSON(t, term); got != text {
		t.Errorf("got  %s\nwant %s", got, text)
	}
	if got, want := giventest.JSON(t, plans.Term{Length: giventest.Interval("P6M"), Billing: plans.UpFront, Renewal: plans.Renew}), `{"length":"P6M","billing":"up_front","renewal":"renew"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
