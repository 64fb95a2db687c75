package lifecycle

import "time"

// announced is a future event that a reminder announces.
type announced struct {
	at      time.Time
	invoice string // ID of the invoice it concerns; "" if it concerns the subscription
}

// eachReminder calls found for every reminder of the policy that now applies, with the time at which it falls due and
// the event that it announces. A reminder that would be before the year 1 does not fall due.
func (s *Subscription) eachReminder(p *Policy, found func(n int, at time.Time, of announced)) {
	for i, r := range p.Reminders {
		if r.OnlyWithoutPaymentMethod && s.PaymentMethod != "" {
			continue
		}
		for _, of := range s.announces(p, r.Of) {
			if at, err := r.Before.Before(of.at, s.location()); err == nil {
				found(i, at, of)
			}
		}
	}
}

// announces returns the future events that a kind of reminder announces.
func (s *Subscription) announces(p *Policy, kind NoticeKind) (all []announced) {
	served := s.Status == Active || s.Status == PastDue
	end := s.CancelAt
	if last := s.last(p); served && !last.IsZero() && (end.IsZero() || last.Before(end)) {
		end = last
	}
	switch {
	case kind == NoticeTrialEnd && s.Status == Trialing && s.CancelAt.IsZero():
		all = append(all, announced{at: s.serviceBegins()})
	case kind == NoticeEnd && !end.IsZero() && (served || s.Status == Trialing):
		all = append(all, announced{at: end})
	case kind == NoticeRenewal && served && s.PauseAt.IsZero() && (end.IsZero() || end.After(s.Period.End)) &&
		!s.extended():
		all = append(all, announced{at: s.Period.End})
	case kind == NoticeGraceEnd && s.Status == PastDue:
		for i := range s.Receivables {
			if r := &s.Receivables[i]; !r.GraceUntil.IsZero() {
				all = append(all, announced{at: r.GraceUntil, invoice: r.Invoice})
			}
		}
	case kind == NoticePaymentDue && s.CollectionPause == nil:
		for i := range s.Receivables {
			if r := &s.Receivables[i]; r.Owing() && !r.DueAt.IsZero() {
				all = append(all, announced{at: r.DueAt, invoice: r.Invoice})
			}
		}
	}
	return all
}

// reminders considers the reminders whose time has not passed.
func (s *Subscription) reminders(p *Policy, q *search) {
	s.eachReminder(p, func(n int, at time.Time, of announced) {
		if at.After(s.At) {
			q.keep(Deadline{At: at, Kind: ReminderDue, Invoice: of.invoice, Reminder: n + 1, Of: p.Reminders[n].Of})
		}
	})
}

// remind adds the notices of all reminders that are due at this deadline.
func (s *step) remind(d Deadline) error {
	s.sub.eachReminder(s.policy, func(n int, at time.Time, of announced) {
		notice := Notice{Kind: s.policy.Reminders[n].Of, Of: of.at, Invoice: of.invoice}
		if at.Equal(d.At) && !s.has(notice) {
			s.notice(notice)
		}
	})
	return nil
}

// has reports whether the same notice was already added at this instant.
func (s *step) has(notice Notice) bool {
	for _, n := range s.out.Notices {
		if n.Kind == notice.Kind && n.At.Equal(s.sub.At) && n.Of.Equal(notice.Of) && n.Invoice == notice.Invoice {
			return true
		}
	}
	return false
}
