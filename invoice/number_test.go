package invoice_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/billingrules/billing/internal/giventest"
	"github.com/billingrules/billing/invoice"
)

// numberedDraft returns a document, a draft if wanted.
func numberedDraft(t *testing.T, id string, asDraft bool) invoice.Invoice {
	t.Helper()
	d := draft(lines("100.00")...)
	d.ID, d.AsDraft = id, asDraft
	inv, err := invoice.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// A series has no gaps: documents that are refused use up no number, in whatever order they come.
func TestSeriesHasNoGaps(t *testing.T) {
	for choices := range 1 << 6 {
		series, want := invoice.Series{Prefix: "A", Next: 9, Digits: 2}, 9
		for i := range 6 {
			refused := choices&(1<<i) != 0
			inv := numberedDraft(t, fmt.Sprintf("inv-%d", i), refused)
			done, err := series.Number(invoice.NumberRequest{Invoice: inv})
			if refused != (err != nil) {
				t.Fatalf("%b: document %d: %v", choices, i, err)
			}
			if refused {
				continue
			}
			if number := fmt.Sprintf("A%02d", want); done.Invoice.Number != number || invoice.Check(done.Invoice) != nil {
				t.Fatalf("%b: got %q, want %q, %v", choices, done.Invoice.Number, number, invoice.Check(done.Invoice))
			}
			series = done.Series
			want++
		}
	}
}

func TestNumbersAreSetOnce(t *testing.T) {
	series := invoice.Series{Next: 1}
	inv := numberedDraft(t, "inv-1", false)
	done, err := series.Number(invoice.NumberRequest{Invoice: inv})
	if err != nil || done.Invoice.Seal != inv.Seal {
		t.Fatal(err, "the seal stays")
	}
	asDraft := numberedDraft(t, "inv-2", true)
	open := invoice.NewReceivable(asDraft)
	issued, err := invoice.Apply(open, invoice.Event{Kind: invoice.Issued, ID: "inv-2", At: asDraft.IssuedAt.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	note := inv
	note.Corrects = "inv-0"
	for _, c := range []struct {
		name   string
		series invoice.Series
		r      invoice.NumberRequest
		want   string
	}{
		{"again", done.Series, invoice.NumberRequest{Invoice: done.Invoice}, `invoice.number: must be empty; the document has the number "1"`},
		{"no next", invoice.Series{}, invoice.NumberRequest{Invoice: inv}, "next: required"},
		{"too many digits", invoice.Series{Next: 1, Digits: 19}, invoice.NumberRequest{Invoice: inv}, "digits: must be 0 to 18"},
		{"a large number", invoice.Series{Next: 1e18}, invoice.NumberRequest{Invoice: inv}, "next: must have at most 18 digits"},
		{"a draft", series, invoice.NumberRequest{Invoice: asDraft, Receivable: &open}, "receivable.phase: must not be draft"},
		{"a draft alone", series, invoice.NumberRequest{Invoice: asDraft}, "receivable: required"},
		{"another receivable", series, invoice.NumberRequest{Invoice: inv, Receivable: &issued}, "receivable"},
		{"a note of no number", series, invoice.NumberRequest{Invoice: note}, "corrects_number: required"},
		{"an invoice that corrects", series, invoice.NumberRequest{Invoice: inv, CorrectsNumber: "7"}, "corrects_number: must be empty"},
	} {
		if _, err := c.series.Number(c.r); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := series.Number(invoice.NumberRequest{Invoice: asDraft, Receivable: &issued}); err != nil {
		t.Errorf("an issued draft: %v", err)
	}
	if err := invoice.NewReceivable(inv).Match(done.Invoice); err != nil {
		t.Errorf("the receivable of before: %v", err)
	}
}

// An edited or added number breaks the seal of the numbers, and a number reads back from JSON.
func TestCheckFindsAnEditedNumber(t *testing.T) {
	plain := numberedDraft(t, "inv-1", false)
	done, err := invoice.Series{Next: 12}.Number(invoice.NumberRequest{Invoice: plain})
	if err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(*invoice.Invoice){
		"another": func(inv *invoice.Invoice) { inv.Number = "13" },
		"none":    func(inv *invoice.Invoice) { inv.Number = "" },
		"of a note": func(inv *invoice.Invoice) {
			inv.CorrectsNumber = "11"
		},
	} {
		edited := done.Invoice
		edit(&edited)
		if err := invoice.Check(edited); !errors.Is(err, invoice.ErrSealed) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	plain.Number = "1"
	if err := invoice.Check(plain); !errors.Is(err, invoice.ErrSealed) {
		t.Errorf("by hand: got %v", err)
	}
	if text := giventest.JSON(t, done.Invoice); !strings.Contains(text, `"number":"12"`) {
		t.Errorf("got %s", text)
	}
}
