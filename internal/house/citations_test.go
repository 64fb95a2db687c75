package house_test

import (
	"fmt"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/billingrules/billing/internal/race"
)

var (
	rowHead   = regexp.MustCompile(`(?m)^\| ([KM]\d+[a-c]?) \|`)
	lawHead   = regexp.MustCompile(`(?m)^(\d+)\. \*\*`)
	citedRow  = regexp.MustCompile(`\b(?:TestRow|Test)?(K\d+[a-c]?|M\d+)\b`)
	citedLaw  = regexp.MustCompile(`(?i)\blaws? (\d+)(?: (?:and|or) (\d+))?\b`)
	qualified = regexp.MustCompile("`(" + strings.ReplaceAll(strings.Join(order, "|"), "lifecycle/", "") + `)\.([A-Z]\w*)(?:\.([A-Z]\w*))?` + "`")
)

// document returns the text of a file of the module.
func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(), filepath.FromSlash(name)))
	require.NoError(t, err)
	return string(text)
}

// listedRows and listedLaws return the numbers that tests and planted bugs may cite.
func listedRows(text string) map[string]bool { return heads(rowHead, text) }

func listedLaws(text string) map[string]bool {
	_, text, _ = strings.Cut(text, "\n## The laws\n")
	text, _, _ = strings.Cut(text, "\n## ")
	return heads(lawHead, text)
}

func heads(head *regexp.Regexp, text string) map[string]bool {
	all := map[string]bool{}
	for _, m := range head.FindAllStringSubmatch(text, -1) {
		all[m[1]] = true
	}
	return all
}

// Each row and each law that a test or a planted bug cites is listed.
func TestCitations(t *testing.T) {
	rows, laws := listedRows(document(t, "examples/ROWS.md")), listedLaws(document(t, "CONTRIBUTING.md"))
	assert.Len(t, rows, 13+20)
	assert.Len(t, laws, 19)
	var faults []string
	require.NoError(t, walkFiles(func(name string) error {
		if !strings.HasSuffix(name, "_test.go") && path.Ext(name) != ".patch" || strings.HasPrefix(name, "internal/house/") {
			return nil
		}
		text, err := fs.ReadFile(os.DirFS(root()), name)
		faults = append(faults, citationFaults(name, string(text), rows, laws)...)
		return err
	}))
	report(t, faults)
}

func citationFaults(name, text string, rows, laws map[string]bool) (faults []string) {
	for i, line := range strings.Split(text, "\n") {
		add := func(kind, number, list string) {
			faults = append(faults, fmt.Sprintf("%s:%d: %s %s is not listed in %s", name, i+1, kind, number, list))
		}
		for _, m := range citedRow.FindAllStringSubmatch(line, -1) {
			if !rows[m[1]] {
				add("row", m[1], "examples/ROWS.md")
			}
		}
		for _, m := range citedLaw.FindAllStringSubmatch(line, -1) {
			for _, number := range m[1:] {
				if number != "" && !laws[number] {
					add("law", number, "CONTRIBUTING.md")
				}
			}
		}
	}
	return faults
}

// Each name that these documents cite exists.
func TestDocuments(t *testing.T) {
	if race.On {
		return // the race detector reads a part of the tree
	}
	units, err := tree()
	require.NoError(t, err)
	var faults []string
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "examples/ROWS.md"} {
		faults = append(faults, documentFaults(name, document(t, name), units)...)
	}
	report(t, faults)
}

// documentFaults finds names such as `plans.Catalog.Quote` that neither a package nor its tests declare.
func documentFaults(name, text string, units []*unit) (faults []string) {
	for _, m := range qualified.FindAllStringSubmatch(text, -1) {
		found := false
		for _, u := range units {
			found = found || path.Base(u.dir) == m[1] && declares(u.pkg, m[2], m[3])
		}
		if !found {
			faults = append(faults, name+": no "+m[0])
		}
	}
	return faults
}

// declares reports whether a package declares a name, or a field or method of it.
func declares(pkg *types.Package, name, member string) bool {
	o := pkg.Scope().Lookup(name)
	if o == nil || member == "" {
		return o != nil
	}
	inside, _, _ := types.LookupFieldOrMethod(o.Type(), true, pkg, member)
	return inside != nil
}

func TestCitationFaults(t *testing.T) {
	rows := listedRows("| row | rule |\n|---|---|\n| K3a | Seats. |\n| M17 | Renewal. |\n")
	laws := listedLaws("1. **Rule.** Of money.\n\n## The laws\n\n2. **Conservation.** Parts.\n3. **Never.** More.\n\n## More\n\n4. **No.** Law.\n")
	for line, faults := range map[string]int{
		"// Row K3a: seats.":                0,
		"func TestRowM17(t *testing.T) {":   0,
		"func TestK3a(t *testing.T) {":      0,
		"P1M, M17 and law 2":                0,
		"// Laws 2 and 3 hold.":             0,
		"// Row K3b: seats.":                1,
		"func TestRowM18(t *testing.T) {":   1,
		"+ // Law 1: exact.":                1,
		"// Laws 3 and 4 hold.":             1,
		"M18, K4 and law 17 of one line":    3,
		"the lawn 9 and MK12 are no number": 0,
	} {
		assert.Len(t, citationFaults("a_test.go", line, rows, laws), faults, line)
	}
}

func TestDocumentFaults(t *testing.T) {
	u := snippet(t, "plans/a_test.go", "package plans\ntype Price struct{ Net int }\nfunc (*Price) Amount() {}\nfunc TestRowK1() {}")
	for text, faults := range map[string]int{
		"`plans.Price` `plans.Price.Net` `plans.Price.Amount` `plans.TestRowK1`": 0,
		"plans.Cost `time.Now` `plans.price`":                                    0,
		"`plans.Cost`":                                                           1,
		"`plans.Price.Gross` and `credits.Price`":                                2,
	} {
		assert.Len(t, documentFaults("a.md", text, []*unit{u}), faults, text)
	}
}
