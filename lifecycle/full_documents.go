package lifecycle

import (
	"slices"

	"github.com/billingrules/billing/internal/fault"
	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
	"github.com/billingrules/billing/proration"
)

// fullHistory pairs the documents of a full history, in which every event is known in time, with the issued ones. A
// document is paired with one that was issued at the same time, the one with the most lines in common. Reports about
// the issued document are then about the other one.
type fullHistory struct {
	issued      []invoice.Invoice             // issued documents, in order
	receivables map[string]invoice.Receivable // their receivables, by ID of the document
	at          map[int64][]int               // indexes of the issued documents by time of issue
	corrections map[string]bool               // IDs of the documents of earlier corrections
	pairs       map[string]string             // ID in the full history by the ID of the issued document
	was         map[string]int                // index of the issued document by the ID in the full history
	paired      []pairedDocument              // documents of the full history that were paired, or have no counterpart
	by          map[string]int64              // number of the event that issued a document of the full history
	told        map[string]int64              // number of the first event about an issued document
	lines       map[string][]plans.Charge     // lines of the documents of the full history, by ID of the document
	credited    map[string]bool               // IDs of the issued documents that the correction credited in full
	booked      int                           // number of issued documents that the correction issued before the replay
	last        int64                         // highest number of an event that the full history applies
}

// pairedDocument is a document of a full history.
type pairedDocument struct{ id, seal string }

// missingID follows the subscription's ID in the IDs of the documents of a full history.
const missingID = "-missing-"

// documents returns the issued documents of a subscription, none of them paired, and adds their faults.
func (c *CorrectRequest) documents(f *fault.List) *fullHistory {
	h := &fullHistory{
		receivables: map[string]invoice.Receivable{}, at: map[int64][]int{}, corrections: map[string]bool{},
		pairs: map[string]string{}, was: map[string]int{}, lines: map[string][]plans.Charge{},
		credited: map[string]bool{}, told: map[string]int64{}, by: map[string]int64{},
	}
	for i := range c.Events {
		e := &c.Events[i]
		if first, is := h.told[e.Payment.Invoice]; !is || e.Sequence < first {
			h.told[e.Payment.Invoice] = e.Sequence
		}
	}
	for _, id := range c.Subscription.Corrections {
		h.corrections[id] = true
	}
	known := map[string]invoice.Receivable{}
	for _, r := range slices.Concat(c.Receivables, c.Subscription.Receivables) {
		known[r.Invoice] = r
	}
	for i, inv := range c.Issued {
		if inv.Location == nil && inv.Zone != "" { // it was read from JSON
			inv.Location = c.Subscription.Contract.Cycle.Location
		}
		r, has := known[inv.ID]
		if !has {
			r = invoice.NewReceivable(inv)
		}
		if !has && inv.AmountDue.IsPositive() {
			f.Add(fault.At("issued", i)+".id", proration.ErrUnset, "required, a receivable of %.40q", inv.ID)
		}
		f.At("issued", i, r.Match(inv))
		h.add(&c.Issued[i], r)
	}
	return h
}

// add adds an issued document.
func (h *fullHistory) add(inv *invoice.Invoice, r invoice.Receivable) {
	h.receivables[inv.ID] = r
	h.at[inv.IssuedAt.UnixNano()] = append(h.at[inv.IssuedAt.UnixNano()], len(h.issued))
	h.issued = append(h.issued, *inv)
}

// take adds the documents that a step issued, and the receivables that it changed.
func (h *fullHistory) take(s *step) {
	for i := range s.out.Invoices {
		h.add(&s.out.Invoices[i], invoice.Receivable{})
	}
	for _, r := range s.out.Receivables {
		h.receivables[r.Invoice] = r
	}
	h.booked = len(s.out.Invoices)
}

// pair pairs the new documents of the full history, given all of earlier steps and of the present one. Documents of an
// event that was refused in the end are no longer among them.
func (h *fullHistory) pair(earlier, now []invoice.Invoice) {
	count := len(earlier) + len(now)
	at := func(i int) *invoice.Invoice {
		if i < len(earlier) {
			return &earlier[i]
		}
		return &now[i-len(earlier)]
	}
	for n := len(h.paired); n > 0 && (n > count || h.paired[n-1].seal != at(n-1).Seal); n-- {
		last := h.paired[n-1]
		h.paired = h.paired[:n-1]
		if i, is := h.was[last.id]; is {
			delete(h.pairs, h.issued[i].ID)
			delete(h.was, last.id)
		}
	}
	for i := len(h.paired); i < count; i++ {
		doc := at(i)
		h.paired = append(h.paired, pairedDocument{doc.ID, doc.Seal})
		h.lines[doc.ID] = doc.Lines
		if best := h.counterpart(doc); best >= 0 {
			h.pairs[h.issued[best].ID], h.was[doc.ID] = doc.ID, best
		}
	}
}

// counterpart returns the index of the issued document for a document of the full history, or -1. The reports about the
// issued one must come after the event that issued the document.
func (h *fullHistory) counterpart(doc *invoice.Invoice) int {
	best, most := -1, -1
	by := h.by[doc.ID]
	for _, i := range h.at[doc.IssuedAt.UnixNano()] {
		was := &h.issued[i]
		_, taken := h.pairs[was.ID]
		told, is := h.told[was.ID]
		if taken || h.corrections[was.ID] || h.pairs[was.Corrects] != doc.Corrects || is && told < by {
			continue
		}
		if n := alike(was, doc); n > most {
			best, most = i, n
		}
	}
	return best
}

// alike returns the number of lines of a document that bill the same item from the same time as a line of another.
func alike(a, b *invoice.Invoice) (n int) {
	for i := range a.Lines {
		if slices.ContainsFunc(b.Lines, func(c plans.Charge) bool { return sameLine(&a.Lines[i], &c) }) {
			n++
		}
	}
	return n
}

// sameLine reports whether two charges or credits are for the same item from the same time.
func sameLine(a, b *plans.Charge) bool {
	return a.Item == b.Item && (a.Corrects == "") == (b.Corrects == "") && a.Span.Start.Equal(b.Span.Start)
}

// unissued reports whether a document of the full history counts as paid: it was not issued, or nothing was due on it.
func (h *fullHistory) unissued(id string) bool {
	if _, issued := h.receivables[id]; issued {
		return false // the document of an earlier correction
	}
	i, paired := h.was[id]
	return !paired || h.issued[i].AmountDue.IsZero()
}

// named returns the lines of an issued document that an event names, as lines of the paired document.
func (h *fullHistory) named(issued string, lines []invoice.LineAmount) (all []invoice.LineAmount) {
	id := h.pairs[issued]
	was := &h.issued[h.was[id]]
	for _, line := range lines {
		if i := slices.IndexFunc(was.Lines, func(c plans.Charge) bool { return c.ID == line.Line }); i >= 0 {
			j := slices.IndexFunc(h.lines[id], func(c plans.Charge) bool { return sameLine(&was.Lines[i], &c) })
			line.Line = lineid.Of(id, max(j, 0))
		}
		all = append(all, line)
	}
	return all
}
