package plans_test

import (
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// one is an item of a quantity at a price.
func one(id, quantity, unit string) plans.Item {
	return plans.Item{ID: id, Quantity: giventest.Money(quantity), Price: plans.Price{Unit: giventest.Money(unit), Free: giventest.Money(unit).IsZero()}}
}

// seats is a monthly contract for seats at a price, from November 2026 on.
func seats(quantity, unit string) plans.Contract {
	return plans.Contract{
		Plan: "growth", Currency: "USD", Cycle: giventest.Cycle("2026-11-01", "P1M", time.UTC),
		Items: []plans.Item{one("seat", quantity, unit)},
	}
}

// whole is a whole period.
func whole(period proration.Period) proration.Portion {
	return proration.Portion{Period: period, Span: period}
}

// in is the contract in another currency.
func in(currency plans.Currency, c plans.Contract) plans.Contract {
	c.Currency = currency
	return c
}

// part is a span of a period; the span "" is the whole period.
func part(period, span string, loc *time.Location) proration.Portion {
	if span == "" {
		return whole(giventest.Period(period, loc))
	}
	return proration.Portion{Period: giventest.Period(period, loc), Span: giventest.Period(span, loc)}
}

const november = "2026-11-01/2026-12-01"
