package plans

import (
	"errors"
	"strings"
)

// Refusal is a valid request that the rules do not allow. It matches [ErrRefused]. Reason and Instead are sentences
// that the seller can show to the customer.
type Refusal struct {
	Rule    string // name of the rule for code: an action, "downgrade", or a part of an order, "term" or "payment_method"
	Reason  string // sentence that says why the request is refused: "A term of P3M is too short."
	Instead string // sentences that name the way out, "Choose P6M or P1Y."; "" if there is none
	Fault   error  // values of the request that conflict with the contract, each a proration.Error; nil for other refusals
}

// ErrRefused is the error that every [Refusal] matches with errors.Is.
var ErrRefused = errors.New("not allowed")

// Error returns Reason, followed by Instead after a space if there is one.
func (r *Refusal) Error() string {
	text := r.Reason
	if r.Instead != "" {
		text += " " + r.Instead
	}
	return text
}

// Is reports whether the target is ErrRefused.
func (r *Refusal) Is(target error) bool { return target == ErrRefused }

// Unwrap returns Fault, so that the refusal also matches the conflicting values.
func (r *Refusal) Unwrap() error { return r.Fault }

// capital returns the text with a capital letter at the start of a sentence.
func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
