package main

import (
	"testing"

	"github.com/billingrules/billing/examples/internal/goldentest"
)

func TestRun(t *testing.T) { goldentest.Check(t, run) }
