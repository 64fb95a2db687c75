package proration_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/billingrules/billing/proration"
)

// Two seats at 89.00 a month join on November 16.
func Example() {
	november := proration.Period{
		Start: time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC),
		End:   time.Date(2026, time.December, 1, 0, 0, 0, 0, time.UTC),
	}
	line, err := proration.Prorate(proration.Request{
		Amount: decimal.RequireFromString("178.00"),
		Period: november,
		Span:   november.From(time.Date(2026, time.November, 16, 0, 0, 0, 0, time.UTC)),
		Policy: proration.Standard(2), // calendar days, half up to 2 decimal places
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(line.Amount.StringFixed(2))
	fmt.Println(line.Explain())
	// Output:
	// 89.00
	// 178.00 x 15/30 days = 89.00
}
