package house_test

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/billingrules/billing/internal/race"
)

// vocabulary is an enum of a package: a type of small integers whose String method reads a table of names.
type vocabulary struct {
	dir, name string
	doc       string // the comment of the type
	spec      *ast.TypeSpec
	words     []word // in the order of their values, without unset
}

// word is a value of a vocabulary.
type word struct {
	text     string // the JSON name
	constant string // the Go name, "" if there is none
	doc      string // the comment of the constant, on one line
}

// vocabularies returns the enums of a unit, by name.
func vocabularies(u *unit) (all []*vocabulary) {
	byType := map[types.Object]*vocabulary{}
	declarations(u.code, token.TYPE, func(d *ast.GenDecl, s ast.Spec) {
		spec := s.(*ast.TypeSpec)
		o := u.info.Defs[spec.Name]
		basic, ok := o.Type().Underlying().(*types.Basic)
		texts := u.names(spec.Name.Name)
		if !ok || basic.Info()&types.IsInteger == 0 || len(texts) == 0 || !spec.Name.IsExported() {
			return
		}
		v := &vocabulary{dir: u.dir, name: spec.Name.Name, doc: commentOf(spec.Doc, d.Doc), spec: spec}
		for _, text := range texts[1:] {
			v.words = append(v.words, word{text: text})
		}
		byType[o], all = v, append(all, v)
	})
	declarations(u.code, token.CONST, func(_ *ast.GenDecl, s ast.Spec) {
		spec := s.(*ast.ValueSpec)
		for _, name := range spec.Names {
			o := u.info.Defs[name].(*types.Const)
			named, ok := o.Type().(*types.Named)
			if !ok || byType[named.Obj()] == nil {
				continue
			}
			v := byType[named.Obj()]
			if value, exact := constant.Int64Val(o.Val()); exact && value > 0 && value <= int64(len(v.words)) {
				w := &v.words[value-1]
				w.constant, w.doc = name.Name, commentOf(spec.Comment, spec.Doc)
			}
		}
	})
	slices.SortFunc(all, func(v, w *vocabulary) int { return strings.Compare(v.name, w.name) })
	return all
}

// declarations visits the package-level types, constants or variables of some files.
func declarations(files []*ast.File, tok token.Token, visit func(*ast.GenDecl, ast.Spec)) {
	for _, f := range files {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == tok {
				for _, s := range d.Specs {
					visit(d, s)
				}
			}
		}
	}
}

// commentOf returns the first of the comments, on one line.
func commentOf(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if g != nil {
			return strings.Join(strings.Fields(g.Text()), " ")
		}
	}
	return ""
}

// names returns the table of names that the String method of a type uses.
func (u *unit) names(of string) (texts []string) {
	tables := map[types.Object]ast.Expr{}
	declarations(u.code, token.VAR, func(_ *ast.GenDecl, s ast.Spec) {
		spec := s.(*ast.ValueSpec)
		for i, name := range spec.Names {
			if i < len(spec.Values) {
				tables[u.info.Defs[name]] = spec.Values[i]
			}
		}
	})
	inspect(u.code, func(n ast.Node) {
		f, ok := n.(*ast.FuncDecl)
		if !ok || f.Name.Name != "String" || f.Recv == nil || types.ExprString(f.Recv.List[0].Type) != of {
			return
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && len(texts) == 0 {
				texts = u.elements(tables[u.info.Uses[id]])
			}
			return true
		})
	})
	return texts
}

// elements returns the constant texts of a list, by index.
func (u *unit) elements(list ast.Expr) (texts []string) {
	lit, ok := list.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	next := 0
	for _, e := range lit.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			key, exact := constant.Int64Val(constant.ToInt(u.info.Types[pair.Key].Value))
			if !exact {
				return nil
			}
			next, e = int(key), pair.Value
		}
		value := u.info.Types[e].Value
		if value == nil || value.Kind() != constant.String {
			return nil
		}
		texts = append(texts, make([]string, max(0, next+1-len(texts)))...)
		texts[next] = constant.StringVal(value)
		next++
	}
	return texts
}

// everyVocabulary returns the enums of the five packages, in the order of the packages.
func everyVocabulary(t *testing.T) (all []*vocabulary) {
	t.Helper()
	units, err := tree()
	require.NoError(t, err)
	for _, dir := range order {
		for _, u := range units {
			if u.dir == dir {
				all = append(all, vocabularies(u)...)
			}
		}
	}
	return all
}

const wordsFile = "lifecycle/WORDS.md"

// WORDS.md is generated from the constants and their comments:
//
//	UPDATE=1 go test ./internal/house -run TestWordsDocument
func TestWordsDocument(t *testing.T) {
	if race.On {
		return // the race detector reads a part of the tree
	}
	all := everyVocabulary(t)
	require.Greater(t, len(all), 20)
	want := wordsDocument(all)
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(filepath.Join(root(), filepath.FromSlash(wordsFile)), []byte(want), 0o644))
	}
	if document(t, wordsFile) != want {
		t.Errorf("%s differs from the constants; generate it with UPDATE=1", wordsFile)
	}
}

// link matches a link to a name in a Go comment.
var link = regexp.MustCompile(`\[([\w.*]+)\]`)

func wordsDocument(all []*vocabulary) string {
	var text strings.Builder
	text.WriteString("# The words\n\nThe words that JSON accepts for each enum, written from the constants and their comments by a test. " +
		"Every enum\nalso reads `unset`, its zero, which the rules refuse where the value matters.\n")
	cell := func(s string) string { return strings.ReplaceAll(link.ReplaceAllString(s, "`$1`"), "|", `\|`) }
	for _, v := range all {
		fmt.Fprintf(&text, "\n## %s.%s\n\n%s\n\n| word | constant | meaning |\n|---|---|---|\n", v.dir, v.name, cell(v.doc))
		for _, w := range v.words {
			fmt.Fprintf(&text, "| `%s` | `%s` | %s |\n", w.text, w.constant, cell(w.doc))
		}
	}
	return text.String()
}

// Each word of an enum is one constant with a comment.
func TestWords(t *testing.T) { checkTree(t, wordFaults) }

func wordFaults(u *unit) (faults []string) {
	for _, v := range vocabularies(u) {
		seen := map[string]bool{"": true, "unset": true}
		for _, w := range v.words {
			switch {
			case seen[w.text]:
				faults = append(faults, u.fault(v.spec, "%s has the repeated or reserved word %q", v.name, w.text))
			case w.constant == "":
				faults = append(faults, u.fault(v.spec, "%s has no constant for %q", v.name, w.text))
			case w.doc == "":
				faults = append(faults, u.fault(v.spec, "%s.%s has no comment", v.name, w.constant))
			}
			seen[w.text] = true
		}
	}
	return append(faults, tableFaults(u)...)
}

// tableFaults finds enums without a table of names.
func tableFaults(u *unit) (faults []string) {
	known := vocabularies(u)
	declarations(u.code, token.TYPE, func(_ *ast.GenDecl, s ast.Spec) {
		spec := s.(*ast.TypeSpec)
		t := u.info.Defs[spec.Name].Type()
		basic, ok := t.Underlying().(*types.Basic)
		text, _, _ := types.LookupFieldOrMethod(t, true, u.pkg, "MarshalText")
		isKnown := slices.ContainsFunc(known, func(v *vocabulary) bool { return v.spec == spec })
		if ok && basic.Info()&types.IsInteger != 0 && text != nil && !isKnown {
			faults = append(faults, u.fault(spec, "the String method of %s has no table of names", spec.Name.Name))
		}
	})
	return faults
}

// The comment of an enum lists its JSON words, so that go doc shows them.
func TestWordsInComments(t *testing.T) {
	checkWholeTree(t, func(u *unit) []string {
		if !slices.Contains(order, u.dir) {
			return nil
		}
		return listingFaults(u)
	})
}

// listingFaults finds words that the comment of their enum does not list.
func listingFaults(u *unit) (faults []string) {
	for _, v := range vocabularies(u) {
		var missing []string
		for _, w := range v.words {
			whole := regexp.MustCompile(`(^|[^\w/])` + regexp.QuoteMeta(w.text) + `($|[^\w/])`)
			if !whole.MatchString(v.doc) {
				missing = append(missing, w.text)
			}
		}
		if missing != nil {
			faults = append(faults, u.fault(v.spec, "the comment of %s does not list %s", v.name, strings.Join(missing, ", ")))
		}
	}
	return faults
}

func TestListingFaults(t *testing.T) {
	const head = "package plans\n// COMMENT\ntype Side uint8\nfunc (s Side) String() string { return sides[s] }\n" +
		"var sides = []string{\"\", \"old\", \"new\", \"30/360\"}"
	for comment, faults := range map[string]int{
		"Side is old, new or 30/360.":      0,
		"Side is one of 30/360, new, old.": 0,
		"Side is old or 30/360.":           1,
		"Side is old, new or 130/360.":     1,
		"Side is old, newer and 30/360.":   1,
	} {
		u := snippet(t, "plans/side.go", strings.Replace(head, "COMMENT", comment, 1))
		assert.Len(t, listingFaults(u), faults, comment)
	}
}

func TestWordFaults(t *testing.T) {
	const head = "package plans\n// Side is one of two.\ntype Side uint8\nfunc (s Side) String() string { return sides[s] }\n" +
		"func (s Side) MarshalText() ([]byte, error) { return []byte(s.String()), nil }\n"
	const good = "// The sides.\nconst (\n\tOld Side = iota + 1 // what was before, see [Side]\n\t// New is a | b.\n\tNew\n)\n"
	for body, faults := range map[string]int{
		good + `var sides = []string{"", "old", "new"}`:                                   0,
		good + `var sides = []string{Old: "old", New: "new"}`:                             0,
		good + `var sides = []string{"", "old", "new", "both"}`:                           1,
		good + `var sides = []string{"", "old", "old"}`:                                   1,
		good + `var sides = []string{New: "new"}`:                                         1,
		good + `var sides = []string{"", "old", "unset"}`:                                 1,
		`const Old Side = 1; var sides = []string{"", "old"}`:                             1,
		good + `var sides = tables()[0]; func tables() [][]string { return nil }`:         1,
		good + `type hidden uint8; var sides = []string{"", "old", "new"}`:                0,
		good + `type Days uint8; const Week Days = 7; var sides = []string{"", "o", "n"}`: 0,
	} {
		assert.Len(t, wordFaults(snippet(t, "plans/side.go", head+body)), faults, body)
	}
	const want = "\n## plans.Side\n\nSide is one of two.\n\n| word | constant | meaning |\n|---|---|---|\n" +
		"| `old` | `Old` | what was before, see `Side` |\n| `new` | `New` | New is a \\| b. |\n"
	u := snippet(t, "plans/side.go", head+good+`var sides = []string{"", "old", "new"}`)
	assert.Contains(t, wordsDocument(vocabularies(u)), want)
}
