package plans_test

import (
	"errors"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/internal/short"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

func TestMarketValidate(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*plans.Market)
		want      []string
	}{
		{"valid", "M7: Brazil, by card in up to twelve installments, or Pix", func(*plans.Market) {}, nil},
		{"everywhere else", "a market without countries is for every other country", func(m *plans.Market) { m.Countries = nil }, nil},
		{"two countries", "both have the same currency and methods", func(m *plans.Market) { m.Countries = []string{"BR", "PT"} }, nil},
		{"country without a name", "it would match an order without a country", func(m *plans.Market) { m.Countries = []string{""} }, []string{"countries[0] unset"}},
		{"lower case", "a code has one spelling", func(m *plans.Market) { m.Countries = []string{"br"} }, []string{"countries[0] invalid"}},
		{"three letters", "ISO 3166 alpha-2", func(m *plans.Market) { m.Countries = []string{"BRA"} }, []string{"countries[0] invalid"}},
		{"by its name", "ISO 3166 alpha-2", func(m *plans.Market) { m.Countries = []string{"BR", "Brazil"} }, []string{"countries[1] invalid"}},
		{"two bytes of one letter", "ISO 3166 alpha-2", func(m *plans.Market) { m.Countries = []string{"É"} }, []string{"countries[0] invalid"}},
		{"a country twice", "a repeated country is a mistake", func(m *plans.Market) { m.Countries = []string{"BR", "PT", "BR"} }, []string{"countries[2] invalid"}},
		{"no currency", "M8: a market is billed in one currency", func(m *plans.Market) { m.Currency = "" }, []string{"currency unset"}},
		{"unknown currency", "M8: a market is billed in one currency", func(m *plans.Market) { m.Currency = "R$" }, []string{"currency invalid"}},
		{"no payment method", "a market without a payment method sells nothing", func(m *plans.Market) { m.PaymentMethods = nil }, []string{"payment_methods unset"}},
		{"method without a name", "a customer chooses a method by its name", func(m *plans.Market) { m.PaymentMethods[0].ID = "" }, []string{"payment_methods[0].id unset"}},
		{"a repeated method", "the actors of a method must be unambiguous", func(m *plans.Market) { m.PaymentMethods[1].ID = "card" }, []string{"payment_methods[1].id invalid"}},
		{"a method for no actor", "the method could not be chosen", func(m *plans.Market) { m.PaymentMethods[1].By = nil }, []string{"payment_methods[1].by unset"}},
		{"a method for an unknown actor", "law 14: bad input is an error that names its field", func(m *plans.Market) { m.PaymentMethods[1].By = []plans.Actor{plans.Customer, 0, 9} }, []string{"payment_methods[1].by[1] unset", "payment_methods[1].by[2] invalid"}},
		{"most installments", "120 are allowed", func(m *plans.Market) { m.PaymentMethods[0].Installments = 120 }, nil},
		{"too many installments", "law 14: bad input is an error that names its field", func(m *plans.Market) { m.PaymentMethods[0].Installments = 121 }, []string{"payment_methods[0].installments limit"}},
		{"negative installments", "law 14: bad input is an error that names its field", func(m *plans.Market) { m.PaymentMethods[0].Installments = -1 }, []string{"payment_methods[0].installments limit"}},
		{"nothing", "law 14: all faults come at once", func(m *plans.Market) { *m = plans.Market{} }, []string{"currency unset", "payment_methods unset"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := onSale(t).Markets[0]
			c.edit(&m)
			giventest.CheckFaults(t, m.Validate(), c.want...)
			if t.Failed() {
				t.Log(c.why)
			}
		})
	}
}

// installmentsText writes "2026-11-16 10.00, 2026-12-16 10.00".
func installmentsText(all []plans.Installment) string {
	var rows []string
	for _, part := range all {
		rows = append(rows, part.At.Format("2006-01-02")+" "+part.Amount.String())
	}
	return strings.Join(rows, ", ")
}

func TestBillInstallments(t *testing.T) {
	newYork := giventest.Zone(t, "America/New_York")
	for _, c := range []struct {
		name, why       string
		at, total       string
		loc             *time.Location
		count           int
		every, currency string
		want            string
	}{
		{"one", "one installment is the whole bill", "2026-11-16", "5670.00", nil, 1, "P1M", "BRL", "2026-11-16 5670"},
		{"six", "M7: 5,670.00 in six installments are 945.00 each", "2026-11-16", "5670.00", nil, 6, "P1M", "BRL", "2026-11-16 945, 2026-12-16 945, 2027-01-16 945, 2027-02-16 945, 2027-03-16 945, 2027-04-16 945"},
		{"one remaining cent", "100.00 in three: the remaining cent goes to the first", "2026-11-16", "100.00", nil, 3, "P1M", "BRL", "2026-11-16 33.34, 2026-12-16 33.33, 2027-01-16 33.33"},
		{"two remaining cents", "200.00 in three: 66.67, 66.67, 66.66", "2026-11-16", "200.00", nil, 3, "P1M", "BRL", "2026-11-16 66.67, 2026-12-16 66.67, 2027-01-16 66.66"},
		{"more installments than cents", "some installments are zero, and no cent is added", "2026-11-16", "0.02", nil, 3, "P1M", "USD", "2026-11-16 0.01, 2026-12-16 0.01, 2027-01-16 0"},
		{"nothing", "a free order has zero installments", "2026-11-16", "0", nil, 2, "P1M", "USD", "2026-11-16 0, 2026-12-16 0"},
		{"yen", "1,000 in three: yen have no cents", "2026-11-16", "1000", nil, 3, "P1M", "JPY", "2026-11-16 334, 2026-12-16 333, 2027-01-16 333"},
		{"dinars", "1 in three has 1,000 fils", "2026-11-16", "1", nil, 3, "P1M", "KWD", "2026-11-16 0.334, 2026-12-16 0.333, 2027-01-16 0.333"},
		{"a negative total", "a negative total splits the same way", "2026-11-16", "-100.00", nil, 3, "P1M", "USD", "2026-11-16 -33.34, 2026-12-16 -33.33, 2027-01-16 -33.33"},
		{"the 31st", "law 6: the last day of a shorter month, and the 31st again", "2026-12-31", "60.00", nil, 6, "P1M", "BRL", "2026-12-31 10, 2027-01-31 10, 2027-02-28 10, 2027-03-31 10, 2027-04-30 10, 2027-05-31 10"},
		{"a leap day", "law 6: anchors do not drift", "2028-02-29", "30.00", nil, 3, "P1Y", "BRL", "2028-02-29 10, 2029-02-28 10, 2030-02-28 10"},
		{"every two weeks", "the caller sets the interval", "2026-12-28", "30.00", nil, 3, "P2W", "USD", "2026-12-28 10, 2027-01-11 10, 2027-01-25 10"},
		{"in New York", "at midnight there, before and after the clocks change", "2026-10-15", "30.00", newYork, 3, "P1M", "USD", "2026-10-15 10, 2026-11-15 10, 2026-12-15 10"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bill := plans.Bill{At: giventest.Instant(c.at, c.loc), Total: giventest.Money(c.total)}
			got, err := bill.Installments(c.count, giventest.Interval(c.every), plans.Currency(c.currency))
			if err != nil || installmentsText(got) != c.want {
				t.Errorf("got\n%s (%v)\nwant\n%s: %s", installmentsText(got), err, c.want, c.why)
			}
			for _, part := range got {
				if h, m, s := part.At.Clock(); h+m+s != 0 {
					t.Errorf("due at %v, want midnight", part.At)
				}
			}
		})
	}
}

func TestBillInstallmentsRefused(t *testing.T) {
	good := plans.Bill{At: giventest.Instant("2026-11-16", nil), Total: giventest.Money("100.00")}
	for _, c := range []struct {
		name, why string
		count     int
		every     proration.Interval
		currency  plans.Currency
		want      []string
	}{
		{"zero installments", "the bill would not be paid", 0, giventest.Interval("P1M"), "USD", []string{"count limit"}},
		{"negative", "law 14: bad input is an error that names its field", -1, giventest.Interval("P1M"), "USD", []string{"count limit"}},
		{"too many", "law 14: 120 are the limit", 121, giventest.Interval("P1M"), "USD", []string{"count limit"}},
		{"no currency", "an amount without a currency has no decimal places", 2, giventest.Interval("P1M"), "", []string{"currency unset"}},
		{"no interval", "the second installment would have no date", 2, proration.Interval{}, "USD", []string{"interval unset"}},
		{"all faults at once", "law 14: all faults come at once", 0, proration.Interval{Months: 1, Days: 1}, "XAU", []string{"count limit", "currency invalid", "interval invalid"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := good.Installments(c.count, c.every, c.currency)
			giventest.CheckFaults(t, err, c.want...)
			if got != nil {
				t.Errorf("installments come with the error: %v: %s", got, c.why)
			}
		})
	}
}

// A bill that was made by hand or read back is refused where its installments would not add up, or would have no
// certain date.
func TestBillInstallmentsHostile(t *testing.T) {
	for _, c := range []struct {
		name, why string
		edit      func(*plans.Bill)
		every     string
		want      string
	}{
		{"more places than the currency", "no cents add up to 10.001", func(b *plans.Bill) { b.Total = giventest.Money("10.001") }, "P1M", "total invalid"},
		{"huge", "law 14: the exponent alone refuses it", func(b *plans.Bill) { b.Total = decimal.New(1, 1<<30) }, "P1M", "total limit"},
		{"tiny", "law 14: bad input is an error that names its field", func(b *plans.Bill) { b.Total = decimal.New(1, -1<<30) }, "P1M", "total limit"},
		{"no due date", "the first installment would have no date", func(b *plans.Bill) { b.At = time.Time{} }, "P1M", "at unset"},
		{"no calendar", "an offset does not name the calendar of the installments", func(b *plans.Bill) { b.At = b.At.In(time.FixedZone("", -5*3600)) }, "P1M", "at zone"},
		{"beyond the calendar", "law 14: bad input is an error that names its field", func(*plans.Bill) {}, "P1000Y", "at limit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bill := plans.Bill{At: giventest.Instant("2026-11-16", nil), Total: giventest.Money("100.00")}
			c.edit(&bill)
			got, err := bill.Installments(120, giventest.Interval(c.every), "USD")
			giventest.CheckFaults(t, err, c.want)
			if got != nil || t.Failed() {
				t.Errorf("the installments are %v: %s", got, c.why)
			}
		})
	}
}

// Law 2: for any total, count and currency the installments are those of a division with remainder: the first ones have
// a unit more, as many as the remainder. The test counts the months itself.
func TestBillInstallmentsEnumerated(t *testing.T) {
	short.Skip(t)
	currencies := map[plans.Currency]int64{"JPY": 1, "USD": 100, "KWD": 1000}
	for currency, units := range currencies {
		for _, total := range []int64{0, 1, 2, 7, 99, 100, 1000, 5670, 113_400, 99_999_999_999_999_999} {
			for _, start := range []string{"2026-11-16", "2027-10-31", "2028-02-29"} {
				bill := plans.Bill{At: giventest.Instant(start, nil), Total: giventest.Money(big.NewRat(total, units).FloatString(3))}
				for _, count := range []int64{1, 2, 3, 5, 6, 7, 11, 12, 13, 24, 120} {
					got, err := bill.Installments(int(count), proration.Interval{Months: 1}, currency)
					if err != nil || int64(len(got)) != count {
						t.Fatalf("%d/%d %s in %d: %v", total, units, currency, count, err)
					}
					for i, part := range got {
						want := big.NewRat(total/count, units)
						if int64(i) < total%count {
							want.Add(want, big.NewRat(1, units))
						}
						if part.Amount.Rat().Cmp(want) != 0 || part.At.Format(time.DateOnly) != dateLater(start, i) {
							t.Fatalf("%d/%d %s in %d: part %d is %v on %v, want %v on %s", total, units, currency, count, i, part.Amount, part.At, want, dateLater(start, i))
						}
					}
				}
			}
		}
	}
}

// dateLater adds months to a date by its numbers, and takes the last day of a shorter month.
func dateLater(date string, n int) string {
	number := func(from, to int) int {
		v, _ := strconv.Atoi(date[from:to])
		return v
	}
	months := number(0, 4)*12 + number(5, 7) - 1 + n
	y, m, d := months/12, months%12+1, number(8, 10)
	last := []int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
	if m == 2 && (y%4 == 0 && y%100 != 0 || y%400 == 0) {
		last = 29
	}
	return time.Date(y, time.Month(m), min(d, last), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

func TestCatalogMarket(t *testing.T) {
	catalog := onSale(t)
	brazil, err := catalog.Market("BR")
	if err != nil || brazil.Currency != "BRL" {
		t.Errorf("Brazil is %v, %v", brazil, err)
	}
	catalog.Markets = catalog.Markets[:1]
	if _, err := catalog.Market("PT"); refusalOf(err) == nil {
		t.Errorf("got %v, want a refusal", err)
	}
}

// refusalOf returns the refusal in an error, or nil.
func refusalOf(err error) *plans.Refusal {
	var refusal *plans.Refusal
	errors.As(err, &refusal)
	return refusal
}
