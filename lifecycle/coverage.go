package lifecycle

import (
	"iter"

	"github.com/billingrules/billing/plans"
)

// coverage is a subscription whose charges are asked for what pays for the current time. One with many charges or
// invoices is searched by their IDs.
type coverage struct {
	*Subscription
	invoices map[string]int             // index of the receivable by its invoice; nil searches the list
	credits  map[string][]*plans.Charge // credits by the ID of their charge; nil searches the list
}

const fewCharges = 32 // charges and receivables that are searched one by one

// coverage returns the subscription with what its search needs.
func (s *Subscription) coverage() coverage {
	of := coverage{Subscription: s}
	if len(s.Receivables)+len(s.UnexpiredCharges) > fewCharges {
		of.index()
	}
	return of
}

// index makes the maps.
func (s *coverage) index() {
	s.invoices = make(map[string]int, len(s.Receivables))
	for i := range s.Receivables {
		s.invoices[s.Receivables[i].Invoice] = i
	}
	s.credits = map[string][]*plans.Charge{}
	for i := range s.UnexpiredCharges {
		if c := &s.UnexpiredCharges[i]; c.Corrects != "" {
			s.credits[c.Corrects] = append(s.credits[c.Corrects], c)
		}
	}
}

// receivable returns the index of the receivable of an invoice, or -1.
func (s *coverage) receivable(id string) int {
	if s.invoices == nil {
		return s.Subscription.receivable(id)
	}
	if i, ok := s.invoices[id]; ok {
		return i
	}
	return -1
}

// owing reports whether an invoice is still to be paid.
func (s *coverage) owing(id string) bool { return s.owingAt(s.receivable(id)) }

// creditsOf returns the credits of a charge.
func (s *coverage) creditsOf(id string) iter.Seq[*plans.Charge] {
	return func(yield func(*plans.Charge) bool) {
		if s.credits != nil {
			for _, k := range s.credits[id] {
				if !yield(k) {
					return
				}
			}
			return
		}
		for i := range s.UnexpiredCharges {
			if k := &s.UnexpiredCharges[i]; id != "" && k.Corrects == id && !yield(k) {
				return
			}
		}
	}
}
