package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
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

var (
	// quoted matches a block of the README that quotes the code or the output of an Example.
	quoted = regexp.MustCompile("(?s)<!-- (example|output) (\\w+)\\.(\\w+) -->\n```(?:go|text)\n(.*?)```")
	// recipe matches a row of the recipes in the README: the question, the Example and its file.
	recipe = regexp.MustCompile("(?m)^\\| [^|]+ \\| \\[`(\\w+)`\\]\\(((?:\\w+/)+\\w+_test\\.go)\\) \\|$")
)

// The README quotes the code and the output of Examples, so that its code compiles.
func TestReadmeQuotesExamples(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root(), "README.md"))
	require.NoError(t, err)
	blocks := quoted.FindAllStringSubmatch(string(readme), -1)
	require.GreaterOrEqual(t, len(blocks), 4)
	for _, block := range blocks {
		code, output := exampleOf(t, block[2], block[3])
		if block[1] == "example" {
			assert.Equal(t, code, block[4], "the code of %s.%s", block[2], block[3])
		} else {
			assert.Contains(t, output, block[4], "the output of %s.%s", block[2], block[3])
		}
	}
}

// Every recipe of the README links to the file of its Example.
func TestReadmeRecipesAreExamples(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root(), "README.md"))
	require.NoError(t, err)
	rows := recipe.FindAllStringSubmatch(string(readme), -1)
	require.Greater(t, len(rows), 20)
	for _, row := range rows {
		text, err := os.ReadFile(filepath.Join(root(), filepath.FromSlash(row[2])))
		if assert.NoError(t, err) {
			assert.Contains(t, string(text), "func "+row[1]+"() {", row[2])
		}
	}
}

// exampleOf returns the body of an Example without its output, and the output.
func exampleOf(t *testing.T, pkg, name string) (code, output string) {
	t.Helper()
	i := slices.IndexFunc(order, func(dir string) bool { return path.Base(dir) == pkg })
	require.GreaterOrEqual(t, i, 0, "no package is named %s", pkg)
	files, err := filepath.Glob(filepath.Join(root(), filepath.FromSlash(order[i]), "*_test.go"))
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, file, text, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range parsed.Decls {
			f, is := decl.(*ast.FuncDecl)
			if !is || f.Name.Name != name {
				continue
			}
			body := string(text[fset.Position(f.Body.Lbrace).Offset+2 : fset.Position(f.Body.Rbrace).Offset])
			body, comment, _ := strings.Cut(body, "\t// Output:\n")
			return unindented(body, "\t"), unindented(comment, "\t// ")
		}
	}
	t.Errorf("no test file of %s has %s", pkg, name)
	return "", ""
}

// unindented returns text without the indent of its lines.
func unindented(text, indent string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if short := strings.TrimRight(indent, " "); line == short {
			lines[i] = ""
			continue
		}
		lines[i] = strings.TrimPrefix(line, indent)
	}
	return strings.Join(lines, "\n")
}
