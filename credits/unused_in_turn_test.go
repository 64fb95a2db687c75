package credits_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/billingrules/billing/credits"
	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// Units that two charges bill in turn are the same units. An end on November 21 of 30.00 for three seats was withdrawn,
// so that a second charge bills its last ten days. A seat that leaves on the 11th has 20 of 30 days of 10.00 left: 3.33
// of the first charge until the 21st, and 3.33 of the second one from then on.
func TestUnusedUnitsOfChargesInTurn(t *testing.T) {
	first := sale{id: "first", quantity: "3", unit: "10.00", period: november}.charge(t)
	r := credits.Request{
		Charges: []plans.Charge{first}, At: day(20), CreditBasis: proration.OnBilled, Policy: proration.Standard(2),
	}
	ended, err := credits.Unused(r)
	require.NoError(t, err)
	second := sale{id: "second", quantity: "3", unit: "10.00", period: november, span: "2026-11-21/2026-12-01"}.charge(t)
	r.Charges = append(append(r.Charges, ended...), second)
	r.Item, r.Quantity, r.At = "seat", giventest.Money("1"), day(10)
	got, err := credits.Unused(r)
	require.NoError(t, err)
	var text []string
	for _, c := range got {
		text = append(text, c.Corrects+" "+c.Net.String()+" "+c.Span.String())
	}
	assert.Equal(t, []string{
		"second -3.33 2026-11-21T00:00:00Z/2026-12-01T00:00:00Z", "first -3.33 2026-11-11T00:00:00Z/2026-11-21T00:00:00Z",
	}, text)
	r.Quantity = giventest.Money("4")
	_, err = credits.Unused(r)
	giventest.CheckFaults(t, err, "quantity invalid")
}
