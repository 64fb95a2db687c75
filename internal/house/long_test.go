package house_test

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// enumeration matches the tests that enumerate all small cases. Scripts skip them or run them last, by this name.
const enumeration = `^TestEvery|Enumerated$`

var (
	long = regexp.MustCompile(enumeration)
	// skips matches the functions of package testing that skip a test.
	skips = regexp.MustCompile(`^(testing\.Short|\(\*testing\.(common|[TBF])\)\.Skip(f|Now)?|\(testing\.TB\)\.Skip(f|Now)?)$`)
)

const skipLong = module + "/internal/short.Skip"

// A short run skips every enumeration, and no other call skips a test.
func TestLong(t *testing.T) { checkTree(t, longFaults) }

func longFaults(u *unit) (faults []string) {
	if u.dir == "internal/short" {
		return nil
	}
	first := map[*ast.CallExpr]bool{}
	inspect(u.files, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.FuncDecl:
			call := firstCall(n)
			skipped := call != nil && calleeName(u, call) == skipLong
			first[call] = skipped
			if isTest(n) && long.MatchString(n.Name.Name) && !skipped {
				faults = append(faults, u.fault(n, "%s does not begin with short.Skip(t)", n.Name.Name))
			} else if skipped && !isTest(n) {
				faults = append(faults, u.fault(n, "%s is not a test, but calls short.Skip", n.Name.Name))
			}
		case *ast.CallExpr:
			if calleeName(u, n) == skipLong && !first[n] {
				faults = append(faults, u.fault(n, "short.Skip must be the first call of a test"))
			}
		case *ast.Ident:
			if name := fullName(u.info.Uses[n]); skips.MatchString(name) {
				faults = append(faults, u.fault(n, "uses %s: only short.Skip skips a test", name))
			}
		}
	})
	return faults
}

// firstCall returns the call at the start of a function, or nil.
func firstCall(f *ast.FuncDecl) *ast.CallExpr {
	if f.Body == nil || len(f.Body.List) == 0 {
		return nil
	}
	statement, ok := f.Body.List[0].(*ast.ExprStmt)
	if !ok {
		return nil
	}
	call, _ := statement.X.(*ast.CallExpr)
	return call
}

func isTest(f *ast.FuncDecl) bool {
	return f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") && len(f.Type.Params.List) == 1
}

// The scripts use the same name for the enumerations.
func TestLongInScripts(t *testing.T) {
	for _, name := range []string{".ci/run", "internal/planted/run.sh"} {
		script, err := os.ReadFile(filepath.Join(root(), filepath.FromSlash(name)))
		require.NoError(t, err)
		assert.Contains(t, string(script), "'"+enumeration+"'", name)
	}
}

func TestLongFaults(t *testing.T) {
	for body, faults := range map[string]int{
		`func TestEveryDay(t *testing.T) { short.Skip(t) }`:                          0,
		`func TestDaysEnumerated(t *testing.T) { short.Skip(t); t.Parallel() }`:      0,
		`func TestManyDays(t *testing.T) { short.Skip(t) }`:                          0,
		`func TestDays(t *testing.T) {}`:                                             0,
		`func everyDay(t *testing.T) {}`:                                             0,
		`func TestEveryDay(t *testing.T) {}`:                                         1,
		`func TestDaysEnumerated(t *testing.T) {}`:                                   1,
		`func TestEveryDay(t *testing.T) { t.Parallel() }`:                           1,
		`func TestEveryDay(t *testing.T) { t.Parallel(); short.Skip(t) }`:            2,
		`func TestDays(t *testing.T) { t.Run("", func(*testing.T) {short.Skip(t)})}`: 1,
		`func days(t *testing.T) { short.Skip(t) }`:                                  1,
		`func TestDays(t *testing.T) { if testing.Short() { return } }`:              1,
		`func TestDays(t *testing.T) { t.Skip("flaky") }`:                            1,
		`func FuzzDays(f *testing.F) { f.SkipNow() }`:                                1,
		`func days(t testing.TB) { t.Skipf("%d", 1) }`:                               1,
	} {
		src := "package plans\nimport (\"testing\"; \"" + module + "/internal/short\")\nvar _ = short.Skip\n" + body
		assert.Len(t, longFaults(snippet(t, "plans/bad_test.go", src)), faults, body)
	}
}
