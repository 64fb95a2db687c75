package lifecycle

import (
	"slices"
	"strings"
	"time"

	"github.com/billingrules/billing/internal/lineid"
	"github.com/billingrules/billing/invoice"
	"github.com/billingrules/billing/plans"
)

// rename replaces the IDs of the full history: documents by those issued for the same, or by the new one, and charges
// by those that are billed for them.
func (s *step) rename(h *fullHistory, corrections []invoice.Invoice) {
	sub := &s.sub
	credit := func(all []plans.Charge) (own []plans.Charge) {
		for _, c := range all {
			for _, id := range []*string{&c.Corrects, &c.Restores} {
				if _, issued := h.lines[lineid.Invoice(*id)]; issued {
					*id = s.billedInstead(h.charge(*id))
				}
			}
			own = append(own, c)
		}
		return own
	}
	sub.UnbilledCharges = credit(sub.UnbilledCharges)
	if sub.NextPeriod == nil {
		return
	}
	next := *sub.NextPeriod
	next.IncludedCharges = credit(next.IncludedCharges)
	i, paired := h.was[next.Invoice]
	switch {
	case next.Invoice == "": // nothing was billed
	case paired:
		next.Invoice = h.issued[i].ID
	case len(corrections) > 0:
		next.Invoice = corrections[len(corrections)-1].ID
	default:
		next.Invoice = ""
	}
	sub.NextPeriod = &next
}

// charge returns the charge of the full history with an ID, or the zero charge.
func (h *fullHistory) charge(id string) (c plans.Charge) {
	for _, c := range h.lines[lineid.Invoice(id)] {
		if c.ID == id {
			return c
		}
	}
	return c
}

// billedInstead returns the ID of the unexpired charge that is billed for a charge of the full history, or the ID of
// that one if there is none.
func (s *step) billedInstead(c plans.Charge) string {
	for _, exactly := range [...]bool{true, false} {
		for _, own := range slices.Backward(s.sub.UnexpiredCharges) {
			if own.Corrects == "" && own.Plan == c.Plan && sameLine(&own, &c) &&
				(!exactly || own.Net.Equal(c.Net) && own.Span.Equal(c.Span)) {
				return own.ID
			}
		}
	}
	return c.ID
}

// keepCharges keeps the charges that the subscription kept before the correction, that pay for time to come, or that an
// unbilled credit corrects, each with its credits. It adds those of the full history for which no document was issued,
// because they cost nothing, and drops billed charges of zero for time that the full history does not bill: there is
// nothing to credit.
func (s *Subscription) keepCharges(before, should []plans.Charge) {
	kept := map[string]bool{}
	for _, c := range before {
		kept[c.ID] = true
	}
	for _, c := range s.UnbilledCharges {
		kept[c.Corrects] = kept[c.Corrects] || c.Corrects != ""
	}
	free := func(c *plans.Charge) bool { return strings.HasPrefix(c.ID, s.idPrefix()) }
	gone := func(c *plans.Charge) bool {
		return c.Corrects == "" && c.Kind == plans.Recurring && c.Net.IsZero() &&
			!slices.ContainsFunc(should, func(k plans.Charge) bool {
				return k.Item == c.Item && k.Span.Start.Before(c.Span.End) && c.Span.Start.Before(k.Span.End)
			})
	}
	length, err := s.Contract.CommitmentPeriod()
	committed := err == nil && !length.Start.IsZero()
	has := map[string]bool{}
	for i := range should {
		has[should[i].ID] = free(&should[i])
	}
	var left []plans.Charge
	for _, c := range s.UnexpiredCharges {
		own := c.Corrects == "" && (c.Span.End.After(s.At) || c.Period.End.After(s.At))
		switch {
		case !committed || own:
		case c.Corrects == "":
			kept[c.ID] = countsFrom(&c, length.Start, should)
		default:
			kept[c.ID] = kept[c.Corrects]
		}
		kept[c.ID] = (kept[c.ID] || own || kept[c.Corrects]) && (has[c.ID] || !free(&c)) && !gone(&c)
		if kept[c.ID] {
			left = append(left, c)
		}
		delete(has, c.ID)
	}
	for _, c := range should {
		if has[c.ID] {
			left = append(left, c)
		}
	}
	s.UnexpiredCharges = left
}

// countsFrom reports whether a charge counts toward a true-up of the time from an instant on: it is for that time, or
// the full history keeps the same one.
func countsFrom(c *plans.Charge, from time.Time, should []plans.Charge) bool {
	end := c.Span.End
	if end.IsZero() {
		end = c.Period.End // of a sale
	}
	return end.After(from) || slices.ContainsFunc(should, func(k plans.Charge) bool {
		return sameLine(&k, c) && k.Period.Equal(c.Period)
	})
}

// waitsFor reports whether each waiting credit of the full history corrects a charge that was billed and credited just
// so. Otherwise what waits is billed with the difference: its charge is billed in parts.
func (h *fullHistory) waitsFor(waiting, billed, proposed []plans.Charge) bool {
	for i := range waiting {
		if _, issued := h.lines[lineid.Invoice(waiting[i].Corrects)]; !issued {
			continue
		}
		should := h.charge(waiting[i].Corrects)
		just := func(c plans.Charge) bool {
			return sameLine(&c, &should) && c.Plan == should.Plan &&
				c.Net.Equal(should.Net) && c.Span.Equal(should.Span) &&
				slices.EqualFunc(creditsOf(billed, c.ID), creditsOf(proposed, should.ID), sameCredit)
		}
		if !slices.ContainsFunc(billed, just) {
			return false
		}
	}
	return true
}

// creditsOf returns the credits of a charge.
func creditsOf(all []plans.Charge, id string) (credits []plans.Charge) {
	for _, c := range all {
		if c.Corrects == id {
			credits = append(credits, c)
		}
	}
	return credits
}

// sameCredit reports whether two credits are for the same units, time and amount.
func sameCredit(a, b plans.Charge) bool {
	return a.Quantity.Equal(b.Quantity) && a.Span.Equal(b.Span) && a.Net.Equal(b.Net)
}

// billedNow returns waiting charges as charges that do not wait.
func billedNow(waiting []plans.Charge) []plans.Charge {
	now := slices.Clone(waiting)
	for i := range now {
		now[i].PricedAt = time.Time{}
	}
	return now
}
