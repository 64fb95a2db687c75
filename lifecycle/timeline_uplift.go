package lifecycle

import (
	"strings"

	"github.com/billingrules/billing/plans"
)

// upliftDetail describes a deadline after which the contract has other prices by its uplift; "" if it has not.
func (s *step) upliftDetail(d Deadline, before *Subscription) string {
	u := s.sub.Contract.Uplift
	if u == nil || uplifts(&s.sub.Contract) <= uplifts(&before.Contract) {
		return ""
	}
	verb := "raised"
	if u.Percent.IsNegative() {
		verb = "lowered"
	}
	return strings.ReplaceAll(d.Kind.String(), "_", " ") + ", prices " + verb + " by " + u.Percent.Abs().String() + " %"
}

// uplifts returns the most uplifts that a price of the contract includes.
func uplifts(c *plans.Contract) (most int) {
	for i := range c.Items {
		most = max(most, c.Items[i].Uplifts)
	}
	return most
}
