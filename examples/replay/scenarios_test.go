package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every scenario beside this test passes, and so does the program's own.
func TestScenariosPass(t *testing.T) {
	names, faults := scenarioFiles([]string{"testdata/scenarios", "story.json"})
	require.Empty(t, faults)
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".json"), func(t *testing.T) {
			in, faults := read(name)
			require.Empty(t, faults)
			assert.NotEmpty(t, in.Name)
			assert.NotEmpty(t, in.Why)
			for _, f := range in.failures() {
				t.Error(f)
			}
		})
	}
}

// Document N of subscription S has the ID S-N. Credit notes count.
func TestDocumentsAreNumbered(t *testing.T) {
	names, faults := scenarioFiles([]string{"testdata/scenarios", "story.json"})
	require.Empty(t, faults)
	notes := 0
	for _, name := range names {
		in, faults := read(name)
		require.Empty(t, faults)
		if in.declined != nil {
			continue
		}
		for i, inv := range in.live().now.Invoices {
			assert.Equal(t, fmt.Sprintf("%s-%d", in.first.ID, i+1), inv.ID, name)
			if kindOf(&inv) == aCreditNote {
				notes++
			}
		}
	}
	assert.Positive(t, notes, "no scenario has a credit note")
}
