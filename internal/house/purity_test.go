package house_test

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

// impure matches functions and variables that the library must not use, by full name, so that aliases and embedded
// fields are found too.
var impure = regexp.MustCompile(`^(panic|print|println` +
	`|time\.(Now|Since|Until|Local|LoadLocation|Sleep|After|AfterFunc|Tick|NewTimer|NewTicker)|\(time\.Time\)\.Local` +
	`|github.com/shopspring/decimal\.(RequireFromString|NewFromFloat.*|Avg|DivisionPrecision)` +
	`|\(github.com/shopspring/decimal\.Decimal\)\.(Div|DivRound|Float64|InexactFloat64))$`)

func TestPurity(t *testing.T) { checkTree(t, purityFaults) }

func purityFaults(u *unit) (faults []string) {
	inspect(u.code, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Ident:
			if name := fullName(u.info.Uses[n]); impure.MatchString(name) {
				faults = append(faults, u.fault(n, "uses %s", name))
			}
		case *ast.FuncDecl:
			if n.Name.Name == "init" && n.Recv == nil {
				faults = append(faults, u.fault(n, "declares init"))
			}
		case *ast.GoStmt:
			faults = append(faults, u.fault(n, "starts a goroutine"))
		case *ast.RangeStmt:
			if _, ok := u.info.TypeOf(n.X).Underlying().(*types.Map); ok {
				faults = append(faults, u.fault(n, "ranges over a map: its order differs each time, sort the keys"))
			}
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				if n.Tok != token.DEFINE && u.isGlobal(left) {
					faults = append(faults, u.fault(n, "assigns to a package variable"))
				}
			}
		case *ast.IncDecStmt:
			if u.isGlobal(n.X) {
				faults = append(faults, u.fault(n, "assigns to a package variable"))
			}
		}
	})
	return faults
}

// isGlobal reports whether an expression such as table[i].price is part of a package variable.
func (u *unit) isGlobal(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		_, variable := u.info.Uses[e].(*types.Var)
		return variable && fullName(u.info.Uses[e]) != ""
	case *ast.SelectorExpr:
		return u.isGlobal(e.Sel) || u.isGlobal(e.X)
	case *ast.IndexExpr:
		return u.isGlobal(e.X)
	case *ast.StarExpr:
		return u.isGlobal(e.X)
	}
	return false
}

func TestPurityFaults(t *testing.T) {
	for body, faults := range map[string]int{
		`func f() { _ = clock.Now() }`:                                                   1,
		`var now = clock.Now`:                                                            1,
		`var home = clock.Local`:                                                         1,
		`func f(t clock.Time) { _ = clock.Since(t); _ = t.Local() }`:                     2,
		`func f() { _, _ = clock.LoadLocation("UTC") }`:                                  1,
		`func f() { panic("no") }`:                                                       1,
		`func f() { panic := func(string) {}; panic("mine") }`:                           0,
		`func init() {}`:                                                                 1,
		`func f() { go f() }`:                                                            1,
		`func f(m map[int]int) { for range m {} }`:                                       1,
		`var table = []int{1}; func f() { table[0] = 2 }`:                                1,
		`var table = []int{1}; func f() { table[0]++ }`:                                  1,
		`var table = []int{1}; func f() { table := table; table = nil; _ = table }`:      0,
		`func f(d decimal.Decimal) { _ = d.Div(d); _ = d.Mul(d) }`:                       1,
		`type money struct{ decimal.Decimal }; func f(m money) { _ = m.Div(m.Decimal) }`: 1,
		`func f() { decimal.DivisionPrecision = 2 }`:                                     2,
	} {
		src := "package plans\nimport (clock \"time\"; \"github.com/shopspring/decimal\")\n" +
			"var _ = clock.UTC\nvar _ decimal.Decimal\n" + body
		assert.Len(t, purityFaults(snippet(t, "plans/bad.go", src)), faults, body)
		assert.Empty(t, purityFaults(snippet(t, "plans/bad_test.go", src)), body)
	}
}
