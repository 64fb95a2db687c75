package short_test

import (
	"testing"

	"github.com/billingrules/billing/internal/short"
)

func TestSkip(t *testing.T) {
	var skipped bool
	t.Run("long", func(t *testing.T) {
		defer func() { skipped = t.Skipped() }()
		short.Skip(t)
	})
	if skipped != testing.Short() {
		t.Errorf("a long test is skipped: %v; the run is short: %v", skipped, testing.Short())
	}
}
