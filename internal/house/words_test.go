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

// gone is a line of the list of names that a package no longer has.
type gone struct {
	kind      string // go, json or enum
	dir, name string // the package, and of json and enum the type
	words     []string
}

// parseGone reads the list, and tells of lines that it cannot read.
func parseGone(text string) (all []gone, faults []string) {
	for i, line := range strings.Split(text, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		head, words, _ := strings.Cut(line, ": ")
		kind, at, _ := strings.Cut(head, " ")
		dir, name, typed := strings.Cut(at, ".")
		g := gone{kind: kind, dir: dir, name: name, words: strings.Fields(words)}
		if !slices.Contains([]string{"go", "json", "enum"}, kind) || typed == (kind == "go") || len(g.words) == 0 ||
			!slices.Contains(order, dir) {
			faults = append(faults, fmt.Sprintf("line %d is not one of names: %s", i+1, line))
		}
		all = append(all, g)
	}
	return all, faults
}

// Names that words of the field replaced do not come back.
func TestVocabulary(t *testing.T) {
	text, err := os.ReadFile("testdata/words.txt")
	require.NoError(t, err)
	list, faults := parseGone(string(text))
	report(t, faults)
	holdAll(t, func(u *unit) []string { return goneFaults(u, list) })
}

func goneFaults(u *unit, list []gone) (faults []string) {
	if len(u.code) == 0 {
		return nil // tests beside a package name things as they like
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

// has reports whether a package still has one of the names.
func has(u *unit, g gone, enums []*vocabulary, old string) bool {
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

// declaresOwn reports whether a package has a name, and where a second one is given, a field or method of the first
// that is its own and not of an embedded struct.
func declaresOwn(u *unit, name, member string) bool {
	o := u.pkg.Scope().Lookup(name)
	if o == nil || member == "" {
		return o != nil
	}
	_, index, _ := types.LookupFieldOrMethod(o.Type(), true, u.pkg, member)
	return len(index) == 1
}

// jsonNames lists the JSON names of the fields of a struct, without those of embedded ones.
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

func TestGoneFaults(t *testing.T) {
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
		list, bad := parseGone(line)
		require.Empty(t, bad)
		assert.Len(t, goneFaults(u, list), faults, line)
	}
	for line, faults := range map[string]int{
		"# a comment\n\n":       0,
		"go plans.Rule: When":   1,
		"json plans: when":      1,
		"json plans.Rule":       1,
		"yaml plans.Rule: when": 1,
		"go planes: Rule":       1,
	} {
		_, bad := parseGone(line)
		assert.Len(t, bad, faults, line)
	}
}
