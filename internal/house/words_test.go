package house_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// replaced is a line of the list of replaced names.
type replaced struct {
	kind      string // go, json or enum
	dir, name string // the package, and of json and enum the type
	words     []string
}

// parseReplaced reads the list, and reports invalid lines.
func parseReplaced(text string) (all []replaced, faults []string) {
	for i, line := range strings.Split(text, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		head, words, _ := strings.Cut(line, ": ")
		kind, at, _ := strings.Cut(head, " ")
		dir, name, typed := strings.Cut(at, ".")
		g := replaced{kind: kind, dir: dir, name: name, words: strings.Fields(words)}
		if !slices.Contains([]string{"go", "json", "enum"}, kind) || typed == (kind == "go") || len(g.words) == 0 ||
			!slices.Contains(order, dir) {
			faults = append(faults, fmt.Sprintf("line %d does not list names: %s", i+1, line))
		}
		all = append(all, g)
	}
	return all, faults
}

// A replaced name is not used again.
func TestVocabulary(t *testing.T) {
	text, err := os.ReadFile("testdata/words.txt")
	require.NoError(t, err)
	list, faults := parseReplaced(string(text))
	report(t, faults)
	checkWholeTree(t, func(u *unit) []string { return replacedFaults(u, list) })
}

func replacedFaults(u *unit, list []replaced) (faults []string) {
	if len(u.code) == 0 {
		return nil // external tests may use the names
	}
	enums := vocabularies(u)
	for _, g := range list {
		if g.dir != u.dir {
			continue
		}
		for _, old := range g.words {
			if has(u, g, enums, old) {
				faults = append(faults, strings.TrimSuffix(g.dir+"."+g.name, ".")+" has the old "+g.kind+" name "+old)
			}
		}
	}
	return faults
}

// has reports whether a package has one of the replaced names.
func has(u *unit, g replaced, enums []*vocabulary, old string) bool {
	switch g.kind {
	case "go":
		name, member, _ := strings.Cut(old, ".")
		return declaresOwn(u, name, member)
	case "json":
		return slices.Contains(jsonNames(u, g.name), old)
	}
	return slices.ContainsFunc(enums, func(v *vocabulary) bool {
		return v.name == g.name && slices.ContainsFunc(v.words, func(w word) bool { return w.text == old })
	})
}

// declaresOwn reports whether a package declares a name, or a field or method of it that is not promoted.
func declaresOwn(u *unit, name, member string) bool {
	o := u.pkg.Scope().Lookup(name)
	if o == nil || member == "" {
		return o != nil
	}
	_, index, _ := types.LookupFieldOrMethod(o.Type(), true, u.pkg, member)
	return len(index) == 1
}

// jsonNames lists the JSON names of the fields of a struct, except promoted ones.
func jsonNames(u *unit, of string) (names []string) {
	declarations(u.code, token.TYPE, func(_ *ast.GenDecl, s ast.Spec) {
		spec := s.(*ast.TypeSpec)
		t, ok := u.info.Defs[spec.Name].Type().Underlying().(*types.Struct)
		if spec.Name.Name != of || !ok {
			return
		}
		for i := range t.NumFields() {
			name, _, _ := strings.Cut(reflect.StructTag(t.Tag(i)).Get("json"), ",")
			names = append(names, name)
		}
	})
	return names
}

func TestVocabularyFaults(t *testing.T) {
	const src = "package plans\ntype Rule struct{ When int `json:\"when,omitzero\"`; at int }\nfunc (*Rule) On() {}\n" +
		"type Order struct{ Rule }\ntype Kind uint8\nfunc (k Kind) String() string { return kinds[k] }\n" +
		"var kinds = []string{\"\", \"unused\", \"usage\"}"
	u := snippet(t, "plans/rule.go", src)
	for line, faults := range map[string]int{
		"go plans: Rule When Permit":                1,
		"go plans: Rule.When Rule.On Rule.at":       3,
		"go plans: Order.When Order.On Permit.When": 0,
		"go credits: Rule":                          0,
		"json plans.Rule: when at when_omitzero":    1,
		"json plans.Order: when":                    0,
		"enum plans.Kind: unused used":              1,
		"enum plans.Rule: unused":                   0,
	} {
		list, bad := parseReplaced(line)
		require.Empty(t, bad)
		assert.Len(t, replacedFaults(u, list), faults, line)
	}
	for line, faults := range map[string]int{
		"# a comment\n\n":       0,
		"go plans.Rule: When":   1,
		"json plans: when":      1,
		"json plans.Rule":       1,
		"yaml plans.Rule: when": 1,
		"go planes: Rule":       1,
	} {
		_, bad := parseReplaced(line)
		assert.Len(t, bad, faults, line)
	}
}
