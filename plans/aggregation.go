package plans

import (
	"github.com/billingrules/billing/internal/enum"
	"github.com/billingrules/billing/internal/fault"
)

// Aggregation decides which quantity of a metered item is billed for the usage records of a period. Its zero is Sum.
//
// JSON: sum, maximum, last, unique.
type Aggregation uint8

// The aggregations, named as in Stripe's meters and Lago's billable metrics.
const (
	Sum     Aggregation = iota + 1 // the quantities of all records added up, such as API calls
	Maximum                        // the highest quantity, such as gigabytes stored at a time
	Last                           // the quantity of the latest record by time of use, such as open projects
	Unique                         // the number of different keys of the records, such as active users
)

var aggregations = []string{"", "sum", "maximum", "last", "unique"}

// String returns the name of the aggregation, "sum".
func (a Aggregation) String() string { return enum.String(aggregations, a) }

// MarshalText returns the name of the aggregation.
func (a Aggregation) MarshalText() ([]byte, error) {
	return fault.Marshal(aggregations, a, "aggregation")
}

// UnmarshalText reads the name of an aggregation; an unknown name is ErrInvalid.
func (a *Aggregation) UnmarshalText(text []byte) error {
	return fault.Unmarshal(aggregations, a, "aggregation", text)
}
