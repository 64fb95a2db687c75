package main

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"
)

// The seller reminds after 14 days, blocks after 30 days a customer who owes 100.00 or more, and ends after 60 days.
func Example_overdueLadder() {
	days := func(n int) *int { return &n }
	hundred := decimal.RequireFromString("100.00")
	ladder := overdueLadder{
		{Name: "ended", Days: days(60)},
		{Name: "blocked", Days: days(30), Balance: &hundred},
		{Name: "reminded", Days: days(14)},
	}
	unpaid := []unpaidInvoice{
		{At: time.Date(2026, time.November, 1, 9, 30, 0, 0, time.UTC), Balance: decimal.RequireFromString("89.00")},
		{At: time.Date(2026, time.December, 1, 9, 30, 0, 0, time.UTC), Balance: decimal.RequireFromString("89.00")},
	}
	for _, day := range []time.Time{
		time.Date(2026, time.November, 14, 0, 0, 0, 0, time.UTC),
		time.Date(2026, time.November, 15, 0, 0, 0, 0, time.UTC), // 14 days
		time.Date(2026, time.December, 1, 0, 0, 0, 0, time.UTC),  // 30 days and 178.00
		time.Date(2026, time.December, 31, 0, 0, 0, 0, time.UTC), // 60 days
	} {
		stage, ok, err := ladder.at(unpaid, day, time.UTC)
		if err != nil {
			panic(err)
		}
		if !ok {
			stage = "clear"
		}
		fmt.Println(day.Format(time.DateOnly), stage)
	}
	// Output:
	// 2026-11-14 clear
	// 2026-11-15 reminded
	// 2026-12-01 blocked
	// 2026-12-31 ended
}
