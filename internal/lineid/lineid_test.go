package lineid_test

import (
	"testing"

	"github.com/billingrules/billing/internal/lineid"
)

func TestInvoiceOfALine(t *testing.T) {
	for line, want := range map[string]string{
		"acme-1/3": "acme-1", "eu/acme-1/3": "eu/acme-1", lineid.Of("acme-1", 0): "acme-1", "/1": "", "manual": "", "": "",
	} {
		if got := lineid.Invoice(line); got != want {
			t.Errorf("the invoice of %q is %q, want %q", line, got, want)
		}
	}
	if got := lineid.Of("acme-1", 0); got != "acme-1/1" {
		t.Errorf("the first line is %q", got)
	}
}
