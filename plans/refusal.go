package plans

import "errors"

// Refusal is something that the rules do not allow, although the input is sound. It matches [ErrRefused].
type Refusal struct {
	Rule    string // which rule: an action such as "downgrade", or what of an order it is about: "term", "method"
	Reason  string // why, in words a customer could read
	Instead string // what would be allowed; "" where nothing would
}

// ErrRefused is what every [Refusal] matches with errors.Is.
var ErrRefused = errors.New("not allowed")

// Error returns the refusal in one line.
func (r *Refusal) Error() string {
	text := r.Rule + ": " + r.Reason
	if r.Instead != "" {
		text += "; possible: " + r.Instead
	}
	return text
}

// Unwrap returns ErrRefused.
func (r *Refusal) Unwrap() error { return ErrRefused }
