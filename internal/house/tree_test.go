package house_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/billingrules/billing/internal/race"
)

const module = "github.com/billingrules/billing"

// order is the house from the ground up: each package knows only those before it.
var order = []string{"proration", "plans", "credits", "invoice", "lifecycle"}

// unit is one type-checked package, or the tests beside one.
type unit struct {
	dir   string // slash-separated, inside the module
	fset  *token.FileSet
	files []*ast.File
	code  []*ast.File // those that a user of the library links: none outside the five packages and their kernel
	info  *types.Info
}

func (u *unit) fault(n ast.Node, format string, args ...any) string {
	at := u.fset.Position(n.Pos())
	return fmt.Sprintf("%s/%s:%d: ", u.dir, filepath.Base(at.Filename), at.Line) + fmt.Sprintf(format, args...)
}

// listed is what the go command says of a package. One with tests of its own is listed again as they see it.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles, Imports        []string
	ImportMap               map[string]string
}

// list asks once for all that the tree and the snippets import, in compiled form, so that types come at no cost.
var list = sync.OnceValues(func() (map[string]listed, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-test",
		"-json=ImportPath,Dir,Export,GoFiles,Imports,ImportMap", "./...", "slices", "reflect",
		"github.com/shopspring/decimal", "github.com/stretchr/testify/assert")
	var stderr strings.Builder
	cmd.Dir, cmd.Stderr = root(), &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, stderr.String())
	}
	packages := map[string]listed{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		packages[p.ImportPath] = p
	}
})

// root is the folder of go.mod, found by going up.
func root() string {
	dir, _ := os.Getwd()
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	return "."
}

// tree is every package of the module, type-checked once for all rules.
var tree = sync.OnceValues(func() ([]*unit, error) {
	packages, err := list()
	if err != nil {
		return nil, err
	}
	linked := map[string]bool{}
	for _, dir := range order {
		link(packages, linked, module+"/"+dir)
	}
	var units []*unit
	for path, p := range packages {
		dir, own := strings.CutPrefix(p.Dir, root()+string(filepath.Separator))
		if !own || strings.HasSuffix(path, ".test") {
			continue
		}
		u := &unit{dir: filepath.ToSlash(dir), fset: token.NewFileSet()}
		if race.On && u.dir != order[0] {
			continue // reading one of them is as much of a race
		}
		for _, name := range p.GoFiles {
			if err := u.add(filepath.Join(p.Dir, name), nil, linked[module+"/"+u.dir]); err != nil {
				return nil, err
			}
		}
		if err := u.check(packages, p.ImportMap); err != nil {
			return nil, err
		}
		units = append(units, u)
	}
	return units, nil
})

// link marks a package, and what it imports of the tree, as part of the library.
func link(packages map[string]listed, linked map[string]bool, path string) {
	p, ok := packages[path]
	if !ok || linked[path] || !strings.HasPrefix(path, module+"/") {
		return
	}
	linked[path] = true
	for _, path := range p.Imports {
		link(packages, linked, path)
	}
}

func (u *unit) add(name string, src any, linked bool) error {
	f, err := parser.ParseFile(u.fset, name, src, parser.ParseComments)
	u.files = append(u.files, f)
	if linked && !strings.HasSuffix(name, "_test.go") {
		u.code = append(u.code, f)
	}
	return err
}

func (u *unit) check(packages map[string]listed, importMap map[string]string) error {
	open := func(path string) (io.ReadCloser, error) {
		if mapped, ok := importMap[path]; ok {
			path = mapped
		}
		return os.Open(packages[path].Export)
	}
	u.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{},
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
	}
	conf := types.Config{Importer: importer.ForCompiler(u.fset, "gc", open)}
	_, err := conf.Check(module+"/"+u.dir, u.fset, u.files, u.info)
	return err
}

// snippet makes a unit of the library from one file, such as "plans/price.go".
func snippet(t *testing.T, name, src string) *unit {
	t.Helper()
	packages, err := list()
	require.NoError(t, err)
	u := &unit{dir: filepath.Dir(name), fset: token.NewFileSet()}
	require.NoError(t, u.add(name, src, true))
	require.NoError(t, u.check(packages, nil), src)
	return u
}

// hold fails the test for every fault that a rule finds in the tree.
func hold(t *testing.T, rule func(*unit) []string) {
	t.Helper()
	units, err := tree()
	require.NoError(t, err)
	var faults []string
	for _, u := range units {
		faults = append(faults, rule(u)...)
	}
	report(t, faults)
}

// report names each fault once, although a package with tests of its own is read twice.
func report(t *testing.T, faults []string) {
	t.Helper()
	slices.Sort(faults)
	for _, fault := range slices.Compact(faults) {
		t.Error(fault)
	}
}

func inspect(files []*ast.File, visit func(ast.Node)) {
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			visit(n)
			return true
		})
	}
}

// fullName is "panic", "time.Now", "(time.Time).Local", or nothing for a name that is not of a package.
func fullName(o types.Object) string {
	switch o := o.(type) {
	case *types.Builtin:
		return o.Name()
	case *types.Func:
		return o.Origin().FullName()
	case *types.Var:
		if o.Pkg() != nil && o.Parent() == o.Pkg().Scope() {
			return o.Pkg().Path() + "." + o.Name()
		}
	}
	return ""
}
