package house_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// quotedOutput matches a block of the README with the output of a program, and the name of the program before it.
var quotedOutput = regexp.MustCompile("(?s)<!-- (\\w+) -->\n```text\n(.*?)```")

// The README shows the output of the programs.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root(), "README.md"))
	require.NoError(t, err)
	blocks := quotedOutput.FindAllStringSubmatch(string(readme), -1)
	require.NotEmpty(t, blocks, "the README shows no output")
	for _, block := range blocks {
		golden, err := os.ReadFile(filepath.Join(root(), "examples", block[1], "testdata", "output.golden"))
		require.NoError(t, err)
		assert.True(t, strings.Contains(string(golden), block[2]), "%s does not print\n%s", block[1], block[2])
	}
}
