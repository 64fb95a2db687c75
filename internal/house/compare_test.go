package house_test

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

// deep matches the functions that compare the representation of values: 1.50 and 1.5 differ, and so does one instant in
// two zones. They may compare whole structs, to show that an input is not modified.
var deep = regexp.MustCompile(`^(reflect\.DeepEqual|` + testify + `(Equal|EqualValues|Exactly|ElementsMatch|Subset)f?)$`)

// shallow matches the functions that do so for a value, but may count or search a list or a map.
var shallow = regexp.MustCompile(`^` + testify + `(Contains|Zero|Empty)f?$`)

const testify = `\(?\*?github\.com/stretchr/testify/(assert|require)\.(Assertions\)\.)?(Not)?`

func TestComparisons(t *testing.T) { checkTree(t, compareFaults) }

func compareFaults(u *unit) (faults []string) {
	add := func(n ast.Node, how string, t types.Type) {
		faults = append(faults, u.fault(n, "%s on %s: compare amounts with Equal or Cmp, instants with Equal", how, t))
	}
	inspect(u.files, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			x, y := u.info.TypeOf(n.X), u.info.TypeOf(n.Y) // one of them may be an interface
			if (n.Op == token.EQL || n.Op == token.NEQ) && (holdsMoney(x) || holdsMoney(y)) {
				add(n, n.Op.String(), y)
			}
		case *ast.SwitchStmt:
			if n.Tag != nil && holdsMoney(u.info.TypeOf(n.Tag)) {
				add(n, "switch", u.info.TypeOf(n.Tag))
			}
		case *ast.MapType:
			if t := u.info.TypeOf(n.Key); holdsMoney(t) {
				add(n, "map key", t)
			}
		case *ast.Ident: // slices.Contains, slices.Equal and the like compare by ==
			if instance, ok := u.info.Instances[n]; ok {
				for i, param := range typeParams(u.info.Uses[n]) {
					if t := instance.TypeArgs.At(i); types.Comparable(param) && holdsMoney(t) {
						add(n, n.Name, t)
					}
				}
			}
		case *ast.CallExpr:
			name := calleeName(u, n)
			for _, arg := range n.Args {
				t := u.info.TypeOf(arg)
				if deep.MatchString(name) && isMoney(element(t)) || shallow.MatchString(name) && isMoney(t) {
					add(n, name, t)
				}
			}
		}
	})
	return faults
}

// isMoney reports whether t is an amount or an instant.
func isMoney(t types.Type) bool {
	name := types.Unalias(t).String()
	return name == "github.com/shopspring/decimal.Decimal" || name == "time.Time"
}

// holdsMoney reports whether == on t would compare an amount or an instant.
func holdsMoney(t types.Type) bool {
	if isMoney(t) {
		return true
	}
	switch t := t.Underlying().(type) {
	case *types.Struct:
		for f := range t.Fields() {
			if holdsMoney(f.Type()) {
				return true
			}
		}
	case *types.Array:
		return holdsMoney(t.Elem())
	}
	return false
}

// element returns the innermost element type of pointers, slices and maps.
func element(t types.Type) types.Type {
	if e, ok := t.Underlying().(interface{ Elem() types.Type }); ok {
		return element(e.Elem())
	}
	return t
}

func typeParams(o types.Object) (params []types.Type) {
	f, ok := o.(*types.Func)
	if !ok {
		return nil
	}
	for p := range f.Signature().TypeParams().TypeParams() {
		params = append(params, p)
	}
	return params
}

func calleeName(u *unit, call *ast.CallExpr) string {
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		return fullName(u.info.Uses[fun.Sel])
	case *ast.Ident:
		return fullName(u.info.Uses[fun])
	}
	return ""
}

func TestCompareFaults(t *testing.T) {
	for body, faults := range map[string]int{
		`func f(a, b money) bool { return a == b }`:                                       1,
		`func f(a, b time.Time) bool { return a != b }`:                                   1,
		`func f(a, b time.Month) bool { return a == b }`:                                  0,
		`func f(a *money) bool { return a == nil }`:                                       0,
		`type line struct { n int; net money }; func f(a, b line) bool { return a == b }`: 1,
		`type span struct { at [2]time.Time }; func f(a, b span) bool { return a == b }`:  1,
		`type line struct { net *money }; func f(a, b line) bool { return a == b }`:       0,
		`func f(a, b money) { switch a { case b: } }`:                                     1,
		`var _ map[money]int`:    1,
		`var _ map[string]money`: 0,
		`func f(all []money, a money) bool { return slices.Contains(all, a) }`:                   1,
		`func f(all []money) { slices.Reverse(all) }`:                                            0,
		`func f(all []money) { slices.SortFunc(all, money.Cmp) }`:                                0,
		`func f(a, b money) bool { return reflect.DeepEqual(a, b) }`:                             2,
		`func f(t *testing.T, a, b money) { assert.Equal(t, a, b) }`:                             2,
		`func f(t *testing.T, a, b []*money) { assert.Equalf(t, a, b, "") }`:                     2,
		`func f(t *testing.T, a, b map[string]money) { assert.New(t).NotEqual(a, b) }`:           2,
		`func f(a any, b money) bool { return a == b }`:                                          1,
		`func f(t *testing.T, a []money) { assert.Empty(t, a) }`:                                 0,
		`func f(t *testing.T, a []money, b money) { assert.Contains(t, a, b) }`:                  1,
		`func f(t *testing.T, a money) { assert.Zero(t, a) }`:                                    1,
		`func f(t *testing.T, a money) { assert.True(t, a.Equal(a)) }`:                           0,
		`type line struct { net money }; func f(t *testing.T, a line) { assert.Equal(t, a, a) }`: 0,
	} {
		src := "package plans\nimport (\"reflect\"; \"slices\"; \"testing\"; \"time\"; " +
			"\"github.com/shopspring/decimal\"; \"github.com/stretchr/testify/assert\")\n" +
			"var (_ = reflect.TypeFor[int]; _ = slices.Max[[]int]; _ = assert.True; _ testing.T; _ time.Time)\n" +
			"type money = decimal.Decimal\n" + body
		assert.Len(t, compareFaults(snippet(t, "plans/bad.go", src)), faults, body)
	}
}
