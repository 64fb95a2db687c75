package proration_test

import (
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/billingrules/billing/proration"
)

// creditText matches the explanation of a credit: "-3.33 x 15/30 days plus -0.0016... carried over = -1.666..., rounded
// half up to -1.67".
var creditText = regexp.MustCompile(`^(?P<of>-?[0-9.]+) x (?P<share>[0-9]+/[0-9]+)(?: (?:[a-z]+|days \((?:actual/30|30/360)\)|by whole months))?` +
	`(?: plus (?P<carry>-?[0-9.]+) carried over)? = (?P<value>-?[0-9.]+)` +
	`(?:, (?:rounded (?P<mode>[a-z ]+) to (?P<rounded>-?[0-9.]+)|limited to (?P<left>-?[0-9.]+)|at most (?P<most>-?[0-9.]+)))?$`)

// bounds are the limits of a number in a text: one value, or two where the text truncates the number.
type bounds struct{ low, high *big.Rat }

// parseNumber reads "-1.67" as one value, and "-1.666..." as the range from -1.667 to -1.666.
func parseNumber(text string) (x bounds, truncated bool) {
	text, truncated = strings.CutSuffix(text, "...")
	x.low, _ = new(big.Rat).SetString(text)
	x.high = x.low
	_, decimals, _ := strings.Cut(text, ".")
	unit := lastPlace(int32(len(decimals)))
	switch {
	case truncated && text[0] == '-':
		x.low = new(big.Rat).Sub(x.low, unit)
	case truncated:
		x.high = new(big.Rat).Add(x.high, unit)
	}
	return x, truncated
}

// checkCreditText fails unless the numbers in the explanation of a credit are consistent: the whole times the fraction
// plus the carry is the value, and the stated rounding or limit turns the value into the amount.
func checkCreditText(t *testing.T, credit proration.Result) {
	t.Helper()
	text := credit.Explain()
	match := creditText.FindStringSubmatch(text)
	if match == nil {
		t.Fatalf("%q is not the explanation of a credit", text)
	}
	group := func(name string) string { return match[creditText.SubexpIndex(name)] }

	share, _ := new(big.Rat).SetString(group("share"))
	of, _ := parseNumber(group("of"))
	exact := bounds{new(big.Rat).Mul(of.low, share), new(big.Rat).Mul(of.high, share)}
	if group("carry") != "" {
		carry, _ := parseNumber(group("carry"))
		exact.low.Add(exact.low, carry.low)
		exact.high.Add(exact.high, carry.high)
	}
	value, truncated := parseNumber(group("value"))
	if exact.low.Cmp(value.high) > 0 || exact.high.Cmp(value.low) < 0 {
		t.Fatalf("%q is wrong: the exact value is %s", text, exact.low.FloatString(20))
	}
	if truncated && (exact.low.Cmp(value.high) == 0 || exact.high.Cmp(value.low) == 0) {
		t.Fatalf("%q truncates an exact value", text)
	}
	checkTextEnding(t, credit, exact, value, group)
}

// checkTextEnding fails unless the end of the explanation is true of the exact value and states the amount.
func checkTextEnding(t *testing.T, credit proration.Result, exact, value bounds, group func(string) string) {
	t.Helper()
	var amount string
	holds, capped := true, false
	switch {
	case group("rounded") != "":
		amount = group("rounded")
		rounding := proration.Rounding{Places: credit.Rounding.Places}
		err := rounding.Mode.UnmarshalText([]byte(strings.ReplaceAll(group("mode"), " ", "_")))
		paid, _ := parseNumber(amount)
		holds = err == nil && paid.low.Cmp(slowRound(exact.low, rounding)) >= 0 && paid.low.Cmp(slowRound(exact.high, rounding)) <= 0
	case group("left") != "": // less than the value, and never a charge
		amount, capped = group("left"), true
		paid, _ := parseNumber(amount)
		holds = value.high.Cmp(paid.low) <= 0 && paid.low.Sign() <= 0
	case group("most") != "": // zero instead of a charge
		amount, capped = group("most"), true
		paid, _ := parseNumber(amount)
		holds = value.high.Sign() > 0 && paid.low.Sign() == 0
	default:
		amount = group("value")
	}
	if !holds || capped != credit.Capped || amount != credit.Amount.StringFixed(max(credit.Rounding.Places, 0)) {
		t.Fatalf("%q ends in %q; the credit is %v, capped %v", credit.Explain(), amount, credit.Amount, credit.Capped)
	}
}
