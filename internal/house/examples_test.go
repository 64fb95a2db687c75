package house_test

import (
	"go/ast"
	"go/doc"
	"go/types"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// boilerplate matches methods that the standard library calls. They need no Example.
var boilerplate = regexp.MustCompile(`^(String|Error|Unwrap|Is|(Marshal|Unmarshal)(Text|JSON))$`)

func TestExamples(t *testing.T) {
	units, err := tree()
	require.NoError(t, err)
	for _, dir := range order {
		here := slices.DeleteFunc(slices.Clone(units), func(u *unit) bool { return u.dir != dir })
		report(t, exampleFaults(here))
	}
}

// exampleFaults checks one package and its tests. A function needs its own Example; a method may be called in any
// Example.
func exampleFaults(units []*unit) (faults []string) {
	var names []string
	called := map[string]bool{}
	for _, u := range units {
		for _, e := range doc.Examples(u.files...) {
			names = append(names, e.Name)
			if e.Output == "" && !e.EmptyOutput {
				faults = append(faults, u.fault(e.Code, "Example%s has no Output comment", e.Name))
			}
			ast.Inspect(e.Code, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					called[fullName(u.info.Uses[id])] = true
				}
				return true
			})
		}
	}
	for _, u := range units {
		inspect(u.code, func(n ast.Node) {
			f, ok := n.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() {
				return
			}
			name := f.Name.Name
			if f.Recv != nil {
				receiver := strings.TrimPrefix(types.ExprString(f.Recv.List[0].Type), "*")
				if boilerplate.MatchString(name) || !ast.IsExported(receiver) || called[fullName(u.info.Defs[f.Name])] {
					return
				}
				name = receiver + "_" + name
			}
			if !slices.ContainsFunc(names, func(e string) bool { return e == name || strings.HasPrefix(e, name+"_") }) {
				faults = append(faults, u.fault(n, "no Example%s", name))
			}
		})
	}
	return faults
}

func TestExampleFaults(t *testing.T) {
	const src = `package plans
		type Price struct{}
		func Quote() Price { return Price{} }
		func (Price) Amount() int { return 0 }
		func (*Price) Twice() int { return 0 }
		func (Price) String() string { return "" }
		func (hidden) Shown() {}
		func quiet() {}
		type hidden struct{}
	`
	for example, faults := range map[string]int{
		``: 3,
		`func ExampleQuote() { // Output: 1
		}`: 2,
		`func ExampleQuote_free() { Quote().Amount() // Output: 1
		}`: 1,
		`func ExampleQuote_free() { Quote().Amount() }`: 2,
		`func ExamplePrice_Amount() { // Output: 1
		}`: 2,
		`func ExamplePrice_Amounts() { // Output: 1
		}`: 3,
		`func ExampleQuote() { p := Quote(); p.Amount(); p.Twice() // Output: 1
		}`: 0,
	} {
		u := snippet(t, "plans/price_test.go", src+example)
		code := snippet(t, "plans/price.go", src)
		assert.Len(t, exampleFaults([]*unit{u, code}), faults, example)
	}
}
