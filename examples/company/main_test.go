package main

import (
	"testing"

	"github.com/billingrules/billing/examples/internal/goldentest"
)

func TestOutputMatchesTheGoldenFile(t *testing.T) { goldentest.Check(t, run) }
