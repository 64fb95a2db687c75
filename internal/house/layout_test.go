package house_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const maxLines = 300

var (
	// entry matches the entries of the top-level folder besides the five packages, including those in .gitignore.
	entry       = regexp.MustCompile(`^(\..*|go\.(mod|sum)|(README|CHANGELOG|CONTRIBUTING|SECURITY)\.md|LICENSE|examples|internal|.*\.(out|prof|test))$`)
	grabBag     = regexp.MustCompile(`^(utils?|types|common|helpers?|misc)(_test)?\.go$`)
	requirement = regexp.MustCompile(`(?m)^(?:require\s+|\s+)(\S+) v\S+$`)
)

func TestLayout(t *testing.T) {
	lines := map[string]int{}
	require.NoError(t, walkFiles(func(name string) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root(), filepath.FromSlash(name)))
		lines[name] = bytes.Count(text, []byte("\n"))
		return err
	}))
	report(t, layoutFaults(lines))
}

// layoutFaults checks the Go files of the tree, given the number of lines of each.
func layoutFaults(lines map[string]int) (faults []string) {
	for name, n := range lines {
		dir, file := path.Split(name)
		if grabBag.MatchString(file) {
			faults = append(faults, name+": a file is named for its subject")
		}
		if _, ok := lines[dir+"doc.go"]; !ok && slices.Contains(order, path.Clean(dir)) {
			faults = append(faults, dir+": no doc.go")
		}
		if n > maxLines && !strings.HasPrefix(dir, "examples/") && !strings.HasSuffix(file, "_test.go") {
			faults = append(faults, fmt.Sprintf("%s: %d lines, more than %d", name, n, maxLines))
		}
	}
	return faults
}

func TestLayoutFaults(t *testing.T) {
	assert.Empty(t, layoutFaults(map[string]int{"plans/doc.go": 9, "plans/price.go": 300, "plans/price_test.go": 900}))
	assert.Empty(t, layoutFaults(map[string]int{"examples/demo/main.go": 400}))
	assert.Len(t, layoutFaults(map[string]int{"plans/doc.go": 9, "plans/price.go": 301}), 1)
	assert.Len(t, layoutFaults(map[string]int{"plans/doc.go": 9, "plans/types.go": 9, "plans/helper_test.go": 9}), 2)
	assert.Len(t, layoutFaults(map[string]int{"plans/price.go": 9}), 1)
}

func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(root())
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	report(t, topLevelFaults(names))
}

func topLevelFaults(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return entry.MatchString(name) || slices.Contains(order, name)
	})
}

func TestTopLevelFaults(t *testing.T) {
	got := topLevelFaults([]string{".ci", "LICENSE", "plans", "go.mod", "internal", "pkg", "main.go", "go.work", "NOTES.md", "SECURITY.md"})
	assert.Equal(t, []string{"pkg", "main.go", "go.work", "NOTES.md"}, got)
}

func TestRequirements(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root(), "go.mod"))
	require.NoError(t, err)
	report(t, requirementFaults(string(text)))
}

// requirementFaults checks a go.mod file. Indirect requirements are allowed.
func requirementFaults(mod string) (faults []string) {
	for _, m := range requirement.FindAllStringSubmatch(mod, -1) {
		if m[1] != "github.com/shopspring/decimal" && m[1] != "github.com/stretchr/testify" {
			faults = append(faults, "go.mod requires "+m[1])
		}
	}
	if strings.Contains(mod, "replace ") {
		faults = append(faults, "go.mod replaces a module, which builds of users ignore")
	}
	return faults
}

func TestRequirementFaults(t *testing.T) {
	const good = "module m\n\ngo 1.24\n\nrequire (\n\tgithub.com/shopspring/decimal v1.0.0\n\tgithub.com/b/c v1.0.0 // indirect\n)\n"
	assert.Empty(t, requirementFaults(good))
	assert.Len(t, requirementFaults(good+"\nrequire github.com/b/c v1.2.3\n"), 1)
	assert.Len(t, requirementFaults(strings.Replace(good, " // indirect", "", 1)), 1)
	assert.Len(t, requirementFaults(good+"\nreplace github.com/b/c => ../c\n"), 1)
}

func TestFields(t *testing.T) { checkTree(t, fieldFaults) }

// fieldFaults finds exported fields of the five packages without a comment.
func fieldFaults(u *unit) (faults []string) {
	if level(u.dir) == 0 {
		return nil
	}
	inspect(u.code, func(n ast.Node) {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || !spec.Name.IsExported() {
			return
		}
		s, ok := spec.Type.(*ast.StructType)
		if !ok {
			return
		}
		for _, f := range s.Fields.List {
			if len(f.Names) > 0 && f.Names[0].IsExported() && f.Doc == nil && f.Comment == nil {
				faults = append(faults, u.fault(f, "no comment on %s.%s", spec.Name.Name, f.Names[0].Name))
			}
		}
	})
	return faults
}

func TestFieldFaults(t *testing.T) {
	u := snippet(t, "plans/price.go", "package plans\ntype Price struct {\n\tNet int\n\tTax int // Tax is.\n\tsum int\n\t// A is.\n\tA, B int\n}\ntype p struct {\n\tX int\n}")
	assert.Len(t, fieldFaults(u), 1)
}
