package main

import (
	"testing"

	"github.com/billingrules/billing/examples/internal/golden"
)

func TestRun(t *testing.T) { golden.Check(t, run) }
