package house_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/billingrules/billing/internal/race"
)

const module = "github.com/billingrules/billing"

// order lists the packages from the lowest to the highest; each imports only those before it. The last one supports the
// tests of users.
var order = []string{"proration", "plans", "credits", "invoice", "lifecycle", "lifecycle/lifecycletest"}

// unit is a type-checked package with its internal tests, or the external tests of a package.
type unit struct {
	dir   string // slash-separated, inside the module
	fset  *token.FileSet
	files []*ast.File
	code  []*ast.File // the files of the library: the five packages and their internal packages
	pkg   *types.Package
	info  *types.Info
}

func (u *unit) fault(n ast.Node, format string, args ...any) string {
	at := u.fset.Position(n.Pos())
	return fmt.Sprintf("%s/%s:%d: ", u.dir, filepath.Base(at.Filename), at.Line) + fmt.Sprintf(format, args...)
}

// root returns the folder of go.mod.
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

// loader parses and type-checks every Go file of the module once. A package includes its internal tests, also for its
// importers. Packages of other modules come compiled from the build cache.
type loader struct {
	fset     *token.FileSet
	sources  map[string]*build.Package // by import path
	linked   map[string]bool           // import paths of the library
	units    map[string]*unit          // by import path; nil while the package is being checked
	compiled types.Importer
}

// load prepares the loader once, for all rules and snippets.
var load = sync.OnceValues(func() (*loader, error) {
	l := &loader{
		fset: token.NewFileSet(), sources: map[string]*build.Package{}, linked: map[string]bool{}, units: map[string]*unit{},
	}
	dirs := map[string]bool{}
	err := walkFiles(func(name string) error {
		if dir := path.Dir(name); path.Ext(name) == ".go" && !dirs[dir] {
			dirs[dir] = true
			src, err := build.ImportDir(filepath.Join(root(), filepath.FromSlash(dir)), 0)
			l.sources[module+"/"+dir] = src
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, dir := range order {
		l.link(module + "/" + dir)
	}
	l.compiled, err = compiled(l.fset, l.others())
	return l, err
})

// link marks a package and its imports in the module as parts of the library.
func (l *loader) link(path string) {
	if src, own := l.sources[path]; own && !l.linked[path] {
		l.linked[path] = true
		for _, path := range src.Imports {
			l.link(path)
		}
	}
}

// others lists the imports from other modules, including those of snippets.
func (l *loader) others() []string {
	others := map[string]bool{
		"slices": true, "reflect": true, "github.com/shopspring/decimal": true, "github.com/stretchr/testify/assert": true,
	}
	for _, src := range l.sources {
		for _, path := range slices.Concat(src.Imports, src.TestImports, src.XTestImports) {
			if _, own := l.sources[path]; !own {
				others[path] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(others))
}

// compiled imports packages from the export data of the go command.
func compiled(fset *token.FileSet, paths []string) (types.Importer, error) {
	cmd := exec.Command("go", append([]string{"list", "-export", "-deps", "-json=ImportPath,Export"}, paths...)...)
	var stderr strings.Builder
	cmd.Dir, cmd.Stderr = root(), &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, stderr.String())
	}
	exports := map[string]string{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ ImportPath, Export string }
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		exports[p.ImportPath] = p.Export
	}
	open := func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) }
	return importer.ForCompiler(fset, "gc", open), nil
}

// Import returns a package of the module from source, and any other from export data.
func (l *loader) Import(path string) (*types.Package, error) {
	src, own := l.sources[path]
	if !own {
		return l.compiled.Import(path)
	}
	u, known := l.units[path]
	if !known {
		l.units[path] = nil
		u = &unit{dir: strings.TrimPrefix(path, module+"/"), fset: l.fset}
		if err := l.read(u, src.Dir, slices.Concat(src.GoFiles, src.TestGoFiles)); err != nil {
			return nil, err
		}
		l.units[path] = u
	}
	if u == nil {
		return nil, fmt.Errorf("%s and one of its imports have internal tests that import each other", path)
	}
	return u.pkg, nil
}

// read parses and type-checks files of a folder.
func (l *loader) read(u *unit, dir string, names []string) error {
	for _, name := range names {
		if err := u.add(filepath.Join(dir, name), nil, l.linked[module+"/"+u.dir]); err != nil {
			return err
		}
	}
	return u.check(l)
}

// tree returns every package of the module, and the external tests of each.
var tree = sync.OnceValues(func() (units []*unit, err error) {
	l, err := load()
	if err != nil {
		return nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(l.sources)) {
		if race.On && path != module+"/"+order[0] {
			continue // one package is enough to find races
		}
		if _, err := l.Import(path); err != nil {
			return nil, err
		}
		units = append(units, l.units[path])
		if src := l.sources[path]; len(src.XTestGoFiles) > 0 {
			u := &unit{dir: units[len(units)-1].dir, fset: l.fset}
			if err := l.read(u, src.Dir, src.XTestGoFiles); err != nil {
				return nil, err
			}
			units = append(units, u)
		}
	}
	return units, nil
})

func (u *unit) add(name string, src any, linked bool) error {
	f, err := parser.ParseFile(u.fset, name, src, parser.ParseComments)
	u.files = append(u.files, f)
	if linked && !strings.HasSuffix(name, "_test.go") {
		u.code = append(u.code, f)
	}
	return err
}

func (u *unit) check(l *loader) (err error) {
	u.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{},
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
	}
	conf := types.Config{Importer: l}
	u.pkg, err = conf.Check(module+"/"+u.dir, u.fset, u.files, u.info)
	return err
}

// snippet returns a unit of the library from the source of one file, such as "plans/price.go".
func snippet(t *testing.T, name, src string) *unit {
	t.Helper()
	l, err := load()
	require.NoError(t, err)
	u := &unit{dir: path.Dir(name), fset: l.fset}
	require.NoError(t, u.add(name, src, true))
	require.NoError(t, u.check(l), src)
	return u
}

// walkFiles visits the files of the module by their slash-separated names, except testdata, folders such as .git, and
// examples with their own go.mod.
func walkFiles(visit func(name string) error) error {
	files := os.DirFS(root())
	return fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !d.IsDir():
			return visit(name)
		case name == ".":
			return nil
		}
		_, err = fs.Stat(files, path.Join(name, "go.mod"))
		if base := path.Base(name); err == nil || base == "testdata" || base[0] == '.' {
			return fs.SkipDir
		}
		return nil
	})
}

// checkTree fails the test for every fault that a rule finds in the tree.
func checkTree(t *testing.T, rule func(*unit) []string) {
	t.Helper()
	units, err := tree()
	require.NoError(t, err)
	var faults []string
	for _, u := range units {
		faults = append(faults, rule(u)...)
	}
	report(t, faults)
}

// report fails the test for each fault, in order.
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

// fullName returns "panic", "time.Now" or "(time.Time).Local", and "" for a name without a package.
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
