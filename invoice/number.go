package invoice

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/proration"
)

// Series numbers documents without gaps, as the law of many countries requires. A seller has one series for all
// customers, or one for invoices and one for credit notes. The caller stores the series together with the document.
type Series struct {
	Prefix string `json:"prefix,omitzero"` // text before the number, "INV-2026-"
	Next   int64  `json:"next"`            // number of the next document, at least 1
	Digits int    `json:"digits,omitzero"` // least number of digits, filled with zeros: 4 for "0007"; at most 18
}

// NumberRequest asks for the legal number of an issued document.
type NumberRequest struct {
	Invoice Invoice `json:"invoice"` // document without a number
	// CorrectsNumber is the number of the corrected invoice; required for a credit note, and empty for an invoice.
	CorrectsNumber string `json:"corrects_number,omitzero"`
	// Receivable is that of an invoice built as a draft, which can be numbered once it is issued; nil for another.
	Receivable *Receivable `json:"receivable,omitempty"`
}

// NumberResult is a document with its number, and the series after it.
type NumberResult struct {
	Invoice Invoice `json:"invoice"` // document with its number
	Series  Series  `json:"series"`  // series for the next document
}

// Number sets the number of a document, once. The rest of the document and its seal stay, and [Check] reveals an edited
// number. A call that returns an error uses up no number.
// Errors: ErrUnset for a missing Next, CorrectsNumber or Receivable; ErrInvalid for a document that has a number, for a
// draft, and for a CorrectsNumber of an invoice; ErrLimit for a Next or Digits beyond 18 digits; and the faults of
// [Receivable.Match].
func (s Series) Number(r NumberRequest) (NumberResult, error) {
	const most = 999_999_999_999_999_999
	var f fault.List
	switch {
	case s.Next < 1:
		f.Add("next", proration.ErrUnset, "required, the number of the next document, at least 1; got %d", s.Next)
	case s.Next > most:
		f.Add("next", proration.ErrLimit, "must have at most 18 digits; got %d", s.Next)
	}
	if s.Digits < 0 || s.Digits > 18 {
		f.Add("digits", proration.ErrLimit, "must be 0 to 18; got %d", s.Digits)
	}
	inv := r.Invoice
	if inv.Number != "" {
		f.Add("invoice.number", proration.ErrInvalid, "must be empty; the document has the number %.40q", inv.Number)
	}
	switch {
	case inv.Corrects != "" && r.CorrectsNumber == "":
		f.Add("corrects_number", proration.ErrUnset, "required, the number of invoice %.40q", inv.Corrects)
	case inv.Corrects == "" && r.CorrectsNumber != "":
		f.Add("corrects_number", proration.ErrInvalid, "must be empty for an invoice; got %.40q", r.CorrectsNumber)
	}
	switch {
	case inv.Draft && r.Receivable == nil:
		f.Add("receivable", proration.ErrUnset, "required for a draft, which has no number before it is issued")
	case r.Receivable != nil && r.Receivable.Phase == PhaseDraft:
		f.Add("receivable.phase", proration.ErrInvalid, "must not be draft; issue the invoice first")
	case r.Receivable != nil:
		f.Under("receivable", r.Receivable.Match(inv))
	}
	if f != nil {
		return NumberResult{}, f.Err()
	}
	inv.Number, inv.CorrectsNumber = fmt.Sprintf("%s%0*d", s.Prefix, s.Digits, s.Next), r.CorrectsNumber
	inv.NumberSeal = inv.numberSeal()
	s.Next++
	return NumberResult{Invoice: inv, Series: s}, nil
}

// numberSeal returns the digest that binds the numbers to the sealed document, or "" for a document without a number.
func (inv *Invoice) numberSeal() string {
	if inv.Number == "" && inv.CorrectsNumber == "" {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", inv.Seal, inv.Number, inv.CorrectsNumber))
	return base64.RawURLEncoding.EncodeToString(sum[:sealBytes])
}

// checkNumber adds the fault of a number that was set in another way than by a series, or edited.
func (inv *Invoice) checkNumber(f *fault.List) {
	if inv.NumberSeal != inv.numberSeal() {
		f.Add("number", ErrSealed, "must be set by a series, and stay; got %.40q", inv.Number)
	}
}
