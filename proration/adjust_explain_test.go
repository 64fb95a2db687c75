package proration_test

import (
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/billingrules/billing/proration"
)

// creditText is what a credit reads: "-3.33 x 15/30 days plus -0.0016... carried over = -1.666..., rounded half up to -1.67".
var creditText = regexp.MustCompile(`^(?P<of>-?[0-9.]+) x (?P<share>[0-9]+/[0-9]+)(?: (?:[a-z]+|days \((?:actual/30|30/360)\)|by whole months))?` +
	`(?: plus (?P<carry>-?[0-9.]+) carried over)? = (?P<value>-?[0-9.]+)` +
	`(?:, (?:rounded (?P<mode>[a-z ]+) to (?P<rounded>-?[0-9.]+)|limited to (?P<left>-?[0-9.]+)|at most (?P<most>-?[0-9.]+)))?$`)

// between is what a number in a text says: itself or, where it was cut off, that it lies between two.
type between struct{ low, high *big.Rat }

// number reads "-1.67", and "-1.666..." as what lies between -1.667 and -1.666.
func number(text string) (x between, isCut bool) {
	text, isCut = strings.CutSuffix(text, "...")
	x.low, _ = new(big.Rat).SetString(text)
	x.high = x.low
	_, behind, _ := strings.Cut(text, ".")
	unit := lastPlace(int32(len(behind)))
	switch {
	case isCut && text[0] == '-':
		x.low = new(big.Rat).Sub(x.low, unit)
	case isCut:
		x.high = new(big.Rat).Add(x.high, unit)
	}
	return x, isCut
}

// checkReads fails unless the text of a credit holds, by what a customer can work out from its numbers: the whole times the
// fraction and what was carried is the value, and what the text says was done to the value gives the amount at its end.
func checkReads(t *testing.T, credit proration.Result) {
	t.Helper()
	text := credit.Explain()
	match := creditText.FindStringSubmatch(text)
	if match == nil {
		t.Fatalf("%q does not read as a credit", text)
	}
	say := func(name string) string { return match[creditText.SubexpIndex(name)] }

	share, _ := new(big.Rat).SetString(say("share"))
	of, _ := number(say("of"))
	exact := between{new(big.Rat).Mul(of.low, share), new(big.Rat).Mul(of.high, share)}
	if say("carry") != "" {
		carry, _ := number(say("carry"))
		exact.low.Add(exact.low, carry.low)
		exact.high.Add(exact.high, carry.high)
	}
	value, isCut := number(say("value"))
	if exact.low.Cmp(value.high) > 0 || exact.high.Cmp(value.low) < 0 {
		t.Fatalf("%q does not hold: it is %s", text, exact.low.FloatString(20))
	}
	if isCut && (exact.low.Cmp(value.high) == 0 || exact.high.Cmp(value.low) == 0) {
		t.Fatalf("%q says that there is more behind the value", text)
	}
	checkEnding(t, credit, exact, value, say)
}

// checkEnding fails unless the last words of the text are true of the exact value, and end in the amount.
func checkEnding(t *testing.T, credit proration.Result, exact, value between, say func(string) string) {
	t.Helper()
	var amount string
	holds, capped := true, false
	switch {
	case say("rounded") != "":
		amount = say("rounded")
		rounding := proration.Rounding{Places: credit.Rounding.Places}
		err := rounding.Mode.UnmarshalText([]byte(strings.ReplaceAll(say("mode"), " ", "_")))
		paid, _ := number(amount)
		holds = err == nil && paid.low.Cmp(slowRound(exact.low, rounding)) >= 0 && paid.low.Cmp(slowRound(exact.high, rounding)) <= 0
	case say("left") != "": // less than the value, and not a charge
		amount, capped = say("left"), true
		paid, _ := number(amount)
		holds = value.high.Cmp(paid.low) <= 0 && paid.low.Sign() <= 0
	case say("most") != "": // nothing, of what would be a charge
		amount, capped = say("most"), true
		paid, _ := number(amount)
		holds = value.high.Sign() > 0 && paid.low.Sign() == 0
	default:
		amount = say("value")
	}
	if !holds || capped != credit.Capped || amount != credit.Amount.StringFixed(max(credit.Rounding.Places, 0)) {
		t.Fatalf("%q ends in %q, which it is not, or is not the amount of %v, capped %v", credit.Explain(), amount, credit.Amount, credit.Capped)
	}
}
