package lifecycle_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/billingrules/billing/lifecycle"
)

// The file standard.json shows the standard policy, with every setting that is not zero, and reads back to it.
//
//	UPDATE=1 go test ./lifecycle -run TestStandardDocument
func TestStandardDocument(t *testing.T) {
	const name = "standard.json"
	want, err := json.MarshalIndent(lifecycle.Standard(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from Standard(); write it again with UPDATE=1", name)
	}
	var read lifecycle.Policy
	if err := json.Unmarshal(got, &read); err != nil || read.Validate() != nil {
		t.Errorf("%s is not a complete policy: %v, %v", name, err, read.Validate())
	}
}
