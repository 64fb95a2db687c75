package house_test

import (
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/billingrules/billing/internal/race"
)

// money lists, by type, the fields whose numbers are amounts of money: JSON shows them with the places of the currency.
// Every other number has the tag canon:"count", and JSON shows it with the places that it needs. A new number of the
// five packages gets the tag or an entry here.
var money = map[string]string{
	"proration.Adjustment":      "Net",
	"proration.Billed":          "Amount Credited Price Deducted",
	"proration.Division":        "Amount",
	"proration.Next":            "Price",
	"proration.Request":         "Amount",
	"proration.Result":          "Amount Of",
	"plans.Commitment":          "Amount",
	"plans.Bill":                "Total",
	"plans.Charge":              "Net Untaxed",
	"plans.Contract":            "Minimum",
	"plans.Coupon":              "MinimumOrder",
	"plans.Deduction":           "Amount",
	"plans.Discount":            "Amount",
	"plans.DiscountResult":      "Amount Net",
	"plans.Installment":         "Amount",
	"plans.Order":               "Minimum",
	"plans.Price":               "Flat Unit Minimum Maximum",
	"plans.Quote":               "Committed",
	"plans.Tax":                 "Amount",
	"plans.TerminationFee":      "Fee",
	"plans.Tier":                "Flat Unit",
	"credits.AmountRequest":     "Amount Gross",
	"credits.Due":               "Amount",
	"credits.Entry":             "Amount",
	"credits.RefundRequest":     "Paid",
	"credits.RefundResult":      "Refund",
	"invoice.CreditRequest":     "Amount",
	"invoice.Draft":             "AppliedToInvoice Refund",
	"invoice.Event":             "Amount Surplus",
	"invoice.Invoice":           "Subtotal Discount Net Tax Total AppliedToInvoice Refund AmountDue CreditBalance",
	"invoice.IssueRequest":      "Paid",
	"invoice.LineAmount":        "Amount",
	"invoice.LineCredit":        "Net Untaxed",
	"invoice.Receivable":        "AmountDue",
	"invoice.ReceivableLine":    "Net Untaxed",
	"invoice.TaxAnswer":         "Amount",
	"invoice.TaxableLine":       "Amount",
	"invoice.TaxTotal":          "Of Amount",
	"lifecycle.Effect":          "Amount",
	"lifecycle.RequestedRefund": "Amount",
	"lifecycle.Payment":         "Amount Expected",

	"lifecycle/lifecycletest.Statement": "Balance Outstanding Billed Refunded",
}

// Each number in the types of the five packages is an amount of money or a count.
func TestNumbersAreMoneyOrCounts(t *testing.T) {
	if race.On {
		return // the race detector reads a part of the tree
	}
	units, err := tree()
	require.NoError(t, err)
	found := map[string]string{}
	var faults []string
	for _, u := range units {
		if slices.Contains(order, u.dir) {
			faults = append(faults, moneyFields(u, found)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(money)) {
		if found[name] == "" {
			faults = append(faults, name+" has no number without a tag, and is in the list of amounts of money")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if found[name] != money[name] {
			faults = append(faults, fmt.Sprintf("the numbers of %s without the tag canon:\"count\" are %s, and its amounts of money %s",
				name, found[name], money[name]))
		}
	}
	report(t, faults)
}

// moneyFields adds the fields of a unit that are numbers without a tag, by type, and returns the faults of tags.
func moneyFields(u *unit, found map[string]string) (faults []string) {
	inspect(u.code, func(n ast.Node) {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || !spec.Name.IsExported() {
			return
		}
		s, ok := u.info.Defs[spec.Name].Type().Underlying().(*types.Struct)
		if !ok {
			return
		}
		of := u.dir + "." + spec.Name.Name
		for i := range s.NumFields() {
			name := s.Field(i).Name()
			tag := reflect.StructTag(s.Tag(i)).Get("canon")
			switch number := isNumber(s.Field(i).Type()); {
			case tag != "" && tag != "count":
				faults = append(faults, u.fault(spec, "%s.%s has the unknown tag canon:%q", of, name, tag))
			case tag != "" && !number:
				faults = append(faults, u.fault(spec, "%s.%s has the tag of a number", of, name))
			case number && tag == "":
				found[of] = strings.TrimSpace(found[of] + " " + name)
			}
		}
	})
	return faults
}

// isNumber reports whether a type is decimal.Decimal, or a pointer to or a list of them.
func isNumber(t types.Type) bool {
	switch t := t.(type) {
	case *types.Pointer:
		return isNumber(t.Elem())
	case *types.Slice:
		return isNumber(t.Elem())
	case *types.Named:
		return t.Obj().Name() == "Decimal" && t.Obj().Pkg() != nil && t.Obj().Pkg().Name() == "decimal"
	}
	return false
}

func TestMoneyFields(t *testing.T) {
	u := snippet(t, "plans/price.go", "package plans\nimport \"github.com/shopspring/decimal\"\n"+
		"type Price struct {\n\tUnit decimal.Decimal\n\tLeast *decimal.Decimal\n\tAll []decimal.Decimal\n"+
		"\tUnits decimal.Decimal `canon:\"count\"`\n\tName string\n\tKind string `canon:\"count\"`\n\tMost decimal.Decimal `canon:\"counts\"`\n}\n"+
		"type hidden struct {\n\tUnit decimal.Decimal\n}")
	found := map[string]string{}
	assert.Len(t, moneyFields(u, found), 2)
	assert.Equal(t, map[string]string{"plans.Price": "Unit Least All"}, found)
}
