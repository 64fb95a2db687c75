package plans

import "github.com/billingrules/billing/proration"

// Plan is what the catalogue offers. A contract takes over its price and its interval when it is signed.
type Plan struct {
	ID       string             `json:"id"`       // how contracts and charges refer to it
	Name     string             `json:"name"`     // for people
	Currency Currency           `json:"currency"` // of the price
	Interval proration.Interval `json:"interval"` // how long a period is, "P1M"
	Price    Price              `json:"price"`    // of one seat for one period
}
