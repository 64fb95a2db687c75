package house_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// host matches packages that access the host, or whose results differ between calls.
var host = regexp.MustCompile(`^(os|net|log|syscall|unsafe|embed|io/fs|io/ioutil|math/rand|crypto/rand)(/|$)`)

func TestImports(t *testing.T) { checkTree(t, importFaults) }

func importFaults(u *unit) (faults []string) {
	for _, f := range u.files {
		for _, spec := range f.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if why := importFault(u.dir, path, slices.Contains(u.code, f)); why != "" {
				faults = append(faults, u.fault(spec, "imports %s: %s", path, why))
			}
		}
	}
	return faults
}

// importFault returns the fault of an import, or "".
func importFault(from, path string, linked bool) string {
	target, own := strings.CutPrefix(path, module+"/")
	first, _, _ := strings.Cut(path, "/")
	maxLevel := level(from)
	if maxLevel == 0 && !linked {
		maxLevel = len(order) // test support may import every package
	}
	switch {
	case own && level(target) > maxLevel:
		return "each package imports only those below it"
	case linked && host.MatchString(path):
		return "the library does not access the host"
	case own, !strings.Contains(first, "."), path == "github.com/shopspring/decimal":
		return ""
	case strings.HasPrefix(path, "github.com/stretchr/testify/") && !linked:
		return ""
	}
	return "not a dependency of this module"
}

// level returns 0 for internal, from 1 on the place of a package in the order, and one more for the examples.
func level(dir string) int {
	first, _, _ := strings.Cut(dir, "/")
	if first == "internal" {
		return 0
	}
	for _, name := range []string{dir, first} {
		if i := slices.Index(order, name); i >= 0 {
			return i + 1
		}
	}
	return len(order) + 1
}

func TestImportFaults(t *testing.T) {
	for _, c := range []struct {
		from, path string
		linked, ok bool
	}{
		{"plans", module + "/proration", true, true},
		{"plans", module + "/internal/exact", true, true},
		{"plans", module + "/plans", false, true},
		{"plans", module + "/credits", true, false},
		{"plans", module + "/credits", false, false},
		{"lifecycle", module + "/examples/demo", true, false},
		{"lifecycle", module + "/lifecycle/lifecycletest", true, false},
		{"lifecycle/lifecycletest", module + "/lifecycle", true, true},
		{"examples/demo", module + "/lifecycle/lifecycletest", true, true},
		{"internal/exact", module + "/proration", true, false},
		{"internal/fault", module + "/proration", true, false},
		{"internal/fault", module + "/internal/enum", true, true},
		{"proration", module + "/internal/fault", true, true},
		{"plans", module + "/internal/fault", true, true},
		{"internal/oracle", module + "/lifecycle", false, true},
		{"internal/oracle", module + "/examples/demo", false, false},
		{"examples/demo", module + "/lifecycle", false, true},
		{"plans", "time", true, true},
		{"plans", "os", true, false},
		{"plans", "os/exec", true, false},
		{"plans", "math/rand/v2", true, false},
		{"plans", "os", false, true},
		{"plans", "github.com/shopspring/decimal", true, true},
		{"plans", "github.com/stretchr/testify/assert", true, false},
		{"plans", "github.com/stretchr/testify/assert", false, true},
		{"plans", "github.com/google/go-cmp/cmp", false, false},
	} {
		assert.Equal(t, c.ok, importFault(c.from, c.path, c.linked) == "", "%+v", c)
	}
	assert.Len(t, importFaults(snippet(t, "plans/bad.go", `package plans; import _ "os"`)), 1)
	assert.Empty(t, importFaults(snippet(t, "plans/good_test.go", `package plans; import _ "os"`)))
}
