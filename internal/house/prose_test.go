package house_test

import (
	"fmt"
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/billingrules/billing/internal/race"
)

const (
	maxColumns = 120
	maxWhats   = 5 // in 1,000 words of comment
)

var (
	commentWord = regexp.MustCompile(`[A-Za-z']+`)
	output      = regexp.MustCompile(`^\s*// (Unordered o|O)utput:`)

	// phrases are expressions that replace a term of the field, and the advice for each.
	phrases = []struct {
		match *regexp.Regexp
		why   string
	}{
		{regexp.MustCompile(`(?i)\bwhoever\b`), "name the caller, the customer or the provider"},
		{regexp.MustCompile(`(?i)\b(comes?|coming|came) to\b`), "name the result, or say that the function returns it"},
		{regexp.MustCompile(`(?i)\b(goes|going) on\b`), "say that it continues, renews or is billed"},
		{regexp.MustCompile(`(?i)\bby itself\b`), "say which deadline or which function does it"},
		{regexp.MustCompile(`(?i)\bis none of\b`), "say which values are allowed"},
		{regexp.MustCompile(`(?i)\bso many\b`), "say how many"},
	}
)

// The linter checks the width of each line of code; this test reports one fault per file.
func TestWidth(t *testing.T) {
	var faults []string
	require.NoError(t, walkFiles(func(name string) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root(), filepath.FromSlash(name)))
		faults = append(faults, widthFaults(name, string(text))...)
		return err
	}))
	report(t, faults)
}

// widthFaults counts the lines of a file that are too wide, a tab being one column. In tests it counts only comments,
// since table rows have one line each, and not the output of an Example.
func widthFaults(name, text string) []string {
	count, first, printed := 0, 0, false
	for i, line := range strings.Split(text, "\n") {
		comment := strings.HasPrefix(strings.TrimSpace(line), "//")
		printed = comment && (printed || output.MatchString(line))
		data := strings.HasSuffix(name, "_test.go") && (!comment || printed)
		if utf8.RuneCountInString(line) > maxColumns && !data {
			if count++; count == 1 {
				first = i + 1
			}
		}
	}
	if count == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s:%d: the first of %d lines over %d columns", name, first, count, maxColumns)}
}

func TestWidthFaults(t *testing.T) {
	wide := strings.Repeat("é", maxColumns-2)
	for text, faults := range map[string][2]int{ // in code, and in a test
		"// " + wide[2:]:                    {0, 0},
		"\t\t" + wide:                       {0, 0},
		"x := 1 // " + wide:                 {1, 0},
		"\t// " + wide:                      {1, 1},
		"// " + wide + "\n\n// " + wide:     {1, 1},
		"\t{name: \"" + wide + "\"},\n// a": {1, 0},
		"\t// Output:\n\t// " + wide:        {1, 0},
		"\t// Output:\n}\n\t// " + wide:     {1, 1},
	} {
		assert.Len(t, widthFaults("plans/price.go", text), faults[0], text)
		assert.Len(t, widthFaults("plans/price_test.go", text), faults[1], text)
	}
}

// Comments use plain terms of the field.
func TestProse(t *testing.T) { checkWholeTree(t, proseFaults) }

// comments returns the comments of the files of a unit other than tests, each on one line.
func (u *unit) comments() (all []*ast.CommentGroup) {
	for _, f := range u.files {
		if !strings.HasSuffix(u.fset.Position(f.Pos()).Filename, "_test.go") {
			all = append(all, f.Comments...)
		}
	}
	return all
}

// proseFaults counts the word "what" in the comments of a package, and finds the phrases in those of the library.
func proseFaults(u *unit) (faults []string) {
	words, whats := 0, 0
	for _, c := range u.comments() {
		text := commentOf(c)
		for _, w := range commentWord.FindAllString(text, -1) {
			words++
			if strings.EqualFold(w, "what") {
				whats++
			}
		}
		for _, p := range phrases {
			if found := p.match.FindString(text); found != "" && level(u.dir) > 0 && level(u.dir) <= len(order) {
				faults = append(faults, u.fault(c, "the comment says %q: %s", found, p.why))
			}
		}
	}
	if 1000*whats > maxWhats*words {
		rate := float64(1000*whats) / float64(words)
		faults = append(faults, fmt.Sprintf("%s: %q is %.1f of 1,000 words of comment, more than %d", u.dir, "what", rate, maxWhats))
	}
	return faults
}

// checkWholeTree is checkTree for rules that need every package, of which the race detector reads one.
func checkWholeTree(t *testing.T, rule func(*unit) []string) {
	t.Helper()
	if !race.On {
		checkTree(t, rule)
	}
}

func TestProseFaults(t *testing.T) {
	many := strings.Repeat("a word ", 100) // 200 words
	for comment, faults := range map[string]int{
		"// Price is the price of a unit.":                                          0,
		"// Price is what one costs.":                                               1,
		"// What costs more: what is dearer. " + many:                               1,
		"// What costs more. " + many:                                               0,
		"// whatever the zone":                                                      0,
		"// Whoever pays gets it.":                                                  1,
		"// A change that comes\n// to nothing goes on by itself.":                  3,
		"// An amount, so many of which is none of the rest. It came to be.":        3,
		"// Going to the end. It continues. None of the rest. As many as it holds.": 0,
	} {
		for dir, n := range map[string]int{"plans": faults, "examples/demo": min(faults, strings.Count(comment, "hat is")+strings.Count(comment, "is what"))} {
			u := snippet(t, dir+"/price.go", comment+"\npackage plans\n")
			assert.Len(t, proseFaults(u), n, "%s: %s", dir, comment)
			u = snippet(t, dir+"/price_test.go", comment+"\npackage plans\n")
			assert.Empty(t, proseFaults(u), "%s: %s", dir, comment)
		}
	}
}
